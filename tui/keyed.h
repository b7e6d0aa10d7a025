/* Sentences that name keys. Keys can be rebound, so none writes a key as it stands: it writes {u}, the key of an action by its default,
 * and the reader is told what does it now, or the action's command (":undo") where it has no key. Looked for are the actions of the
 * screen that shows, then those of every screen; {compare.w} is a key of the screen Compare. {x} that is nobody's stays x. */
#ifndef SPOOR_TUI_KEYED_H
#define SPOOR_TUI_KEYED_H

#include "tui/action.h"

/* The actions of the screen that shows now, for what is said from here on; NULL: those of every screen alone. By the app. */
void keyed_for(const struct action *actions);
/* `text` with its keys: borrowed until keyed_forget, so sheets may keep it; `text` itself where it names none. Of sentences of ours only:
 * each is kept as long as the program runs. Any thread. */
const char *keyed(const char *text);
const char *keyed_in(const struct action *actions, const char *text); /* of that screen, whichever shows */
const char *key_now(const char *key);                                 /* of one: key_now("u") */
void keyed_forget(void);

#endif
