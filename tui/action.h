/* Actions: what a key does. One row each; the rows feed dispatch, the hint line, `?`, `:` completion, rebinding and
 * `spoor help keys`. Row names are stable: people write them in their config. */
#ifndef SPOOR_TUI_ACTION_H
#define SPOOR_TUI_ACTION_H

#include "store/base/str.h"

/* A key: a Unicode code point, or one of these. Ctrl-letters are their control codes (^L is 12). */
enum {
	KEY_BASE = 0x200000,
	KEY_ARROW_UP,
	KEY_ARROW_DOWN,
	KEY_ARROW_LEFT,
	KEY_ARROW_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_TO_HOME,
	KEY_TO_END,
	KEY_TAB,
	KEY_SHIFT_TAB,
	KEY_RETURN,
	KEY_ESCAPE,
	KEY_ERASE,
	KEY_DEL,
	KEY_F1_,
	KEY_F12_ = KEY_F1_ + 11,
	KEY_WORD_LEFT,  /* ^Left, Alt-Left */
	KEY_WORD_RIGHT, /* ^Right, Alt-Right */
	KEY_TO_TOP,     /* ^Home */
	KEY_TO_BOTTOM,  /* ^End */
	KEY_PASTE,      /* a text was pasted: term_paste has it */
	KEY_RESIZED,
	KEY_NONE
};
const char *key_name(int key, char out[16]); /* "j" "^L" "PgDn" "Enter" */
int key_named(struct str name);              /* KEY_NONE if no such key; ^I is Tab, ^M and ^J Enter, ^H BS, ^[ Esc */
/* Appends " (did you mean PgDn?)" for a name that is no key: also of "C-x", "Ctrl-x", "<F1>", "pageup" and the like. */
void key_suggest(struct buf *out, struct str name);

enum outcome {
	OUT_IGNORED, /* not mine */
	OUT_HANDLED, /* draw again */
	OUT_REFRESH, /* ask the query thread again, then draw */
	OUT_OPEN,    /* open *target above this screen */
	OUT_BACK,    /* one level up */
	OUT_QUIT,
	OUT_NEXT_HIT, /* this screen's place is taken by the next hit of the list below it, if one has hits … */
	OUT_PREV_HIT,
	OUT_PROMPT, /* ask for a line: target->prompt says for what; the answer comes as the action's argument */
	OUT_WRITE /* ask for a text of several lines, in place at the bottom: target->prompt is its title, target->whole what it begins
	             * with, target->draft what it is about. The answer comes as the argument of target->answer ("": emptied); none comes if
	             * nothing was changed or the user threw it away */
};

struct screen;
struct target;
struct input {
	int key;
	struct str argument; /* of a command line or a prompt; STR_NONE if none */
	int count; /* "line": which one of the page, from 1; what scrolls details: rows. 0: as the action does by itself */
};

struct action {
	const char *name; /* "next-error" */
	const char *keys; /* default keys, blank-separated: "e", "j Down ^N" */
	const char *help; /* one line for `?` and the man page */
	const char *hint; /* at most 10 letters for the hint line; NULL: never there */
	int hint_order;   /* lower comes first; 0: never */
	enum outcome (*run)(struct screen *screen, const struct input *in, struct target *target);
};
#define ACTIONS_END          \
	{                    \
		.name = NULL \
	}

/* Other keys for a row from now on, blank-separated ("": none), copied; NULL: its own again. The row is known by its address. Before any
 * thread, and not while a key is being looked up. */
void action_rebind(const struct action *action, const char *keys);
void action_rebind_none(void); /* all rows have their own */
/* The keys of a row now, blank-separated; good until the next action_rebind. */
const char *action_keys_now(const struct action *action);
/* The first of them, "" if there is none: for hint lines. `out` is filled and returned. */
const char *action_first_key(const struct action *action, char out[16]);
/* Which of the keys of its action, among `actions`, it is: from 1; 0: none has it. For rows whose keys are steps ("1 2 3"). */
int action_which(const struct action *actions, int key);
int action_place(const char *keys, int key); /* the same of keys as they are written: "q Esc" */
/* Rises with each rebinding. */
unsigned action_turn(void);
/* For hints that name a key by its default: what stands there now. A key that is no row's by default stays itself. */
const char *action_key_shown(const struct action *actions, const char *key, char out[16]);

/* The action of `key` among `actions` (ends with ACTIONS_END), after rebinding; NULL. */
const struct action *action_for_key(const struct action *actions, int key);
const struct action *action_named(const struct action *actions, struct str name);
/* The keys now bound to an action, as text for people ("j Down"). */
void action_keys(struct buf *out, const struct action *action);

#endif
