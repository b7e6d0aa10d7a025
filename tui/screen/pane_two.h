/* A list under a row of titles, and the details of its row under the cursor: beside it from TWO_BESIDE_COLS on, else below it, under a rule,
 * where there are rows for both. */
#ifndef SPOOR_TUI_SCREEN_PANE_TWO_H
#define SPOOR_TUI_SCREEN_PANE_TWO_H

#include "tui/screen.h"
#include "tui/widget/list.h"

enum { TWO_BESIDE_COLS = 120 };

struct two_sizes {
	int top;        /* rows above the titles */
	int below;      /* rows of details that stand below, if nobody wants them larger or smaller */
	int list_least; /* rows the list keeps, or it has all */
	int percent;    /* of the width that is the list's where the details stand beside it */
};
struct two_panes {
	int top, rows, cols;   /* of the list; its titles stand in row `top`, and are not counted in rows */
	struct beside details; /* rows 0: there is no room for them; top and id are the screen's to fill */
};
/* In a body of rows by cols. */
struct two_panes two_panes(const struct two_sizes *sizes, int rows, int cols);

struct canvas two_titles(const struct two_panes *p, struct canvas body);
struct canvas two_list(const struct two_panes *p, struct canvas body);
/* With the rule above them where they stand below; without rows if there is no room. */
struct canvas two_details(const struct two_panes *p, struct canvas body);
/* For screen_ops.beside: false if there are none. */
bool two_beside(const struct two_panes *p, const struct list *list, struct beside *out);

#endif
