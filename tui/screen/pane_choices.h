/* A sheet of text in which some rows can be chosen: the cursor goes from one to the next, what does not fit scrolls. For screens that explain
 * and offer (welcome, tour). */
#ifndef SPOOR_TUI_SCREEN_PANE_CHOICES_H
#define SPOOR_TUI_SCREEN_PANE_CHOICES_H

#include "tui/screen/pane_text.h"
#include "tui/widget/move.h"

enum { CHOICES_MOST = 9, CHOICES_COLS = 100 }; /* of text, on a wide screen */

struct choices {
	struct sheet sheet;
	int row[CHOICES_MOST], rows[CHOICES_MOST]; /* where each begins, and how many it has */
	int n, cursor, top;
	int laid_rows, laid_cols; /* of the page it was laid out for */
};

bool choices_fit(const struct choices *c, int page_rows, int cols); /* it was laid out for such a page */
/* Fills it by `all`, with gaps between the parts if it then fits on the page, else without; the cursor stays, in sight. */
void choices_lay(struct choices *c, struct screen *screen, void (*all)(struct screen *screen, bool gaps));
void choices_begin(struct choices *c, int cols);               /* empties sheet and choices; the cursor stays */
void choices_row(struct choices *c);                           /* a new row of the sheet that is the next choice */
void choices_rest(struct choices *c);                          /* the choice begun last ends with the last row */
void choices_go(struct choices *c, int cursor, int page_rows); /* clamped, scrolled into sight with all its rows */
void choices_scroll(struct choices *c, int64_t by, int page_rows);
enum outcome choices_move(struct choices *c, enum move move, int page_rows);
void choices_draw(const struct choices *c, struct canvas body);
void choices_position(const struct choices *c, int page_rows,
                      struct buf *out); /* "  rows 1 to 9 of 22"; nothing if all shows */
void choices_done(struct choices *c);

#endif
