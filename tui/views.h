/* Screens and what is remembered of them (memory.h): a view is remembered under its link (screen.h: COPY_VIEW). The names "@last",
 * "@panes" and "@mark:a" hold the stack of the last session, the size of its panes and the places that were marked. */
#ifndef SPOOR_TUI_VIEWS_H
#define SPOOR_TUI_VIEWS_H

#include "store/base/vec.h"
#include "tui/memory.h"
#include "tui/screen.h"

enum {
	VIEWS_REST_MS = 2000, /* the keys rest: what shows is remembered */
	VIEWS_LATELY_DAYS = 3 /* filters and the like of views that were left before are not brought back */
};

/* After the screen was opened and after each answer: brings back how it was left. Costs a search of some 100 KiB, once. */
void views_come(struct memory *m, struct screen *s);
/* When it is left, the keys rest, the program ends: nothing is written yet (memory_save). */
void views_leave(struct memory *m, struct screen *s);

/* The link is of the view that this screen is, whatever of it. */
bool views_is_of(const struct screen *s, struct str link);

/* The links of the screens from the list up, as far as they have one. */
void views_put_stack(struct memory *m, struct screen *const *screens, size_t n);
struct view_names {
	VEC(char *) at; /* "traces" "trace:4bf92f35" */
};
void views_get_stack(const struct memory *m, struct view_names *out);
void view_names_done(struct view_names *names);
/* How large details are (struct ui: pane_share): of all screens alike. Kept with the stack. */
int views_get_panes(const struct memory *m);

/* A place to come back to: the link of what the cursor stands on, by a letter; ' is where one was before one went to another. */
bool views_mark_is(int key);
bool views_put_mark(struct memory *m, int letter, const struct screen *s);
bool views_get_mark(const struct memory *m, int letter, struct buf *link);
void views_list_marks(const struct memory *m, struct buf *out); /* "a b x"; nothing if there are none */

#endif
