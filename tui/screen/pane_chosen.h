/* A list with the columns people chose (columns_lists.h): which of them show, where they stand, their titles and their cells. What a screen
 * shows in its own way (a snippet, two figures of one case) it draws itself, in the place that is here its.
 *
 * Order and widths are those that were chosen. One column always shows, that which tells the rows apart (list_kind.keeps), and so does
 * the one the list is ordered by. Where there is no room for all, they go from the right. */
#ifndef SPOOR_TUI_SCREEN_PANE_CHOSEN_H
#define SPOOR_TUI_SCREEN_PANE_CHOSEN_H

#include "tui/canvas.h"
#include "tui/columns_lists.h"

enum { CHOSEN_MOST = LIST_COLUMNS_MOST + 2 };

struct chosen_place {
	const struct column *column;
	struct str title;
	int col, cols; /* cols < 0: what is left */
	int64_t order; /* number of the order that a click on its title is for; -1: none */
	size_t of;     /* the screen's: which of several that one column stands for */
};
struct chosen {
	struct chosen_place at[CHOSEN_MOST];
	size_t n;
	const struct column *keeps, *sorted;
	struct str find; /* lit in what always shows; empty: nothing */
	int rest_most;   /* columns of what takes the rest, at most; 0: all of it */
};

/* The columns chosen for the list of this table, in order, not placed yet: their widths can still be changed. False: none are chosen, it has
 * its own. sorted: the one it is ordered by; NULL: none of them. */
bool chosen_begin(struct chosen *c, const struct column *table, const struct column *sorted);
/* Another place behind those there are; NULL: there is room for no more. */
struct chosen_place *chosen_add(struct chosen *c, const struct column *column);
/* Leaves out what has no room in `cols`, and places the rest from `margin` on. */
void chosen_fit(struct chosen *c, int margin, int cols);

/* now: the order there is, as in chosen_place.order. */
void chosen_titles(const struct chosen *c, struct canvas line, bool ascending, int64_t now);
/* The columns a cell took, drawn at place->col of the line; < 0: it is drawn here, by the column's own value. */
typedef int chosen_cell(const void *context, struct canvas line, const struct chosen_place *place);
/* cell may be NULL. */
void chosen_row(const struct chosen *c, struct canvas line, const void *row, bool cursor, int64_t now_ns,
                chosen_cell *cell, const void *context);

#endif
