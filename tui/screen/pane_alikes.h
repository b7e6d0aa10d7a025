/* Drawing of the look-alikes: groups by shape with their items, and beside or below them the answer under the cursor with what stands in the
 * flagged one, too. */
#ifndef SPOOR_TUI_SCREEN_PANE_ALIKES_H
#define SPOOR_TUI_SCREEN_PANE_ALIKES_H

#include "store/query/lookalikes.h"
#include "tui/screen.h"
#include "tui/screen/pane_review_words.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"

enum { ALIKES_BESIDE_COLS = 120 };

/* A line of the list: a group's heading, or one of its items. */
struct alikes_line {
	size_t group;
	size_t row; /* SIZE_MAX: the heading */
};

struct alikes_view {
	struct lookalikes found;
	bool loaded;
	bool whole; /* the item fills the screen */
	bool wide;
	bool blind; /* from a blind queue: of what is still to be judged there no run shows */
	VEC(struct alikes_line) lines;
	struct list list;
	bool *marked, *opened; /* by row */
	/* What is read of the item under the cursor: its text as it is shown, and where the answer begins. */
	struct review_words text;
	size_t answer_at;
	struct subject_at read;
	bool has_text;
	struct pager pager;
};

struct alikes_places {
	int list_rows, list_cols, pane_row, pane_col, pane_rows, pane_cols; /* pane_rows 0: none */
};
struct alikes_places alikes_places(const struct alikes_view *v, int rows, int cols);

/* NULL: the cursor is on a heading, or there is nothing. */
struct alike_row *alikes_row(const struct alikes_view *v);
const struct alikes_line *alikes_line(const struct alikes_view *v);
void alikes_lines(struct alikes_view *v); /* makes them of found */

/* why: there is nothing to show, and that is the reason; NULL: it is being looked for, or there. */
void alikes_draw(const struct alikes_view *v, const struct ui *ui, const char *why, struct canvas body);

/* The text of an item, on any thread: question, answer, expected answer, why it is offered, the flagged answer. What both answers have
 * word for word is lit. */
void alikes_text(struct review_words *out, size_t *answer_at, const struct subject *item, const struct subject *flagged,
                 const struct alike_row *row);

#endif
