/* Places one comes back to: marks (m and a letter, ' and the letter), and where the last session was. Links (link.h) say where they are, so
 * they hold across sessions and imports; memory.h keeps them. */
#ifndef SPOOR_TUI_PLACES_H
#define SPOOR_TUI_PLACES_H

#include "tui/memory.h"
#include "tui/screen.h"

/* What the app lends; all borrowed. */
struct places {
	struct memory *memory; /* NULL: nothing is remembered */
	struct ui *ui;
	bool (*fetch)(struct ui *ui, const struct screen_ops *ops, void *request,
	              struct err *err); /* on the query thread, waited for */
	/* Above what shows; if that, or the screen below it, is the view of this link, instead of it. */
	bool (*open)(struct ui *ui, const struct target *target, struct str link);
	/* The same, as part of the stack of the last session, where it went by that name. */
	bool (*open_again)(struct ui *ui, const struct target *target, const char *view);
	bool (*is_first)(struct ui *ui); /* what shows stands above nothing */
};
void places_set(const struct places *places); /* NULL: the app ends */

/* Actions: with a letter as the argument, or the next key is one. */
enum outcome places_mark(struct screen *screen, const struct input *in, struct target *target);
enum outcome places_go(struct screen *screen, const struct input *in, struct target *target);
/* The key after m or '. False: none is waited for, the key means what it means. */
bool places_key(struct screen *screen, int key);

/* The screens of the last session above the list, as far as the store still has what they showed; says so. */
void places_resume(void);

#endif
