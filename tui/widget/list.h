/* A list of rows of which only a window is in memory: total, top, cursor, page. The rows themselves are the screen's.
 * The cursor stays on its row when rows come and go: the screen keeps the row's id in `id` and tells list_refit where it is now. */
#ifndef SPOOR_TUI_WIDGET_LIST_H
#define SPOOR_TUI_WIDGET_LIST_H

#include "tui/canvas.h"
#include "tui/widget/move.h"

struct list {
	int64_t total;  /* rows there are */
	int64_t top;    /* first row shown */
	int64_t cursor; /* row under the cursor; 0 when empty */
	int page;       /* rows shown */
	int64_t id;     /* the screen's: id of the row under the cursor, 0 when not known (the cursor just moved) */
};

void list_init(struct list *l);
void list_set_page(struct list *l, int rows);
/* Puts the cursor on a row (clamped) and scrolls as little as needed. These return whether anything moved. */
bool list_go(struct list *l, int64_t row);
bool list_move(struct list *l, enum move move);
bool list_scroll(struct list *l, int rows); /* the wheel: the page moves, the cursor stays on it */
/* The rows changed: a new total, and where the row with `id` is now (-1: gone, the cursor keeps its place). */
void list_refit(struct list *l, int64_t total, int64_t found);

/* The rows worth having in memory: the page and one more each way. */
void list_wanted(const struct list *l, int64_t *from, int64_t *n);
/* The page lies inside the rows [from, from + n) one has. */
bool list_covered(const struct list *l, int64_t from, int64_t n);
/* The row at a line of the pane; -1: none. */
int64_t list_at(const struct list *l, int screen_row);

typedef void list_row_fn(const void *context, struct canvas line, int64_t row, bool cursor);
/* Calls draw_row for each row that shows, then puts the cursor's mark into column 0. */
void list_draw(const struct list *l, struct canvas pane, list_row_fn *draw_row, const void *context);
/* Says that these rows can be clicked, for a pane that draws them itself, or (after list_draw) that its list has not the keys: as where the
 * cursor is -1. */
void list_zone(const struct list *l, struct canvas pane, bool keys);
/* "row 8 of 10", for the status line. */
void list_position(struct buf *out, const struct list *l);

#endif
