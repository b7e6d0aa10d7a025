/* One row of a longer text on a canvas: what pager and diffview share. */
#ifndef SPOOR_TUI_WIDGET_ROWTEXT_H
#define SPOOR_TUI_WIDGET_ROWTEXT_H

#include "tui/canvas.h"

/* A stretch of a text, in bytes, that has a look of its own. */
struct tint {
	size_t from, len;
	enum role role;
};

/* Repaints what a tint covers of the row text[row->at, + row->len) that stands at (at_row, at_col); at_col may be negative.
 * Cells that show hidden characters keep their own role. */
void rowtext_tint(struct canvas c, int at_row, int at_col, struct str text, const struct text_row *row,
                  const struct tint *tint);
/* All of them that touch the row; sorted by `from`, not overlapping. */
void rowtext_tints(struct canvas c, int at_row, int at_col, struct str text, const struct text_row *row,
                   const struct tint *tints, size_t n);

#endif
