/* Two traces beside each other, as a table of rows with what is the same folded, and the texts of the row under the cursor with their
 * changed words. The screen that holds it moves the data. */
#ifndef SPOOR_TUI_SCREEN_PANE_TRACEDIFF_H
#define SPOOR_TUI_SCREEN_PANE_TRACEDIFF_H

#include "store/base/vec.h"
#include "store/diff.h"
#include "store/query/trace_diff.h"
#include "tui/screen/pane_flow.h"

/* ---- rows that show */

struct diff_shown {
	size_t row;
	size_t
	    hidden; /* rows after it that do not show; with it they are one row of its own sort: "12 spans the same" */
	bool same;  /* the row stands for rows in which nothing differs */
};
struct diff_rows {
	const struct trace_diff *d; /* borrowed */
	VEC(struct diff_shown) shown;
	unsigned char *open; /* a byte for each row: unfolded, or (a subtree that only one side has) folded */
	size_t n_open;
};
void diff_rows_set(struct diff_rows *r, const struct trace_diff *d); /* other data: all that is the same folded */
void diff_rows_done(struct diff_rows *r);
bool diff_rows_toggle(struct diff_rows *r, size_t shown); /* false: there is nothing to */
void diff_rows_all(struct diff_rows *r, bool open);
size_t diff_rows_find(const struct diff_rows *r, size_t row); /* where the row shows, or what hides it */

/* A window of them with their heading in row 0. */
void diff_rows_draw(const struct diff_rows *r, struct canvas c, int64_t top, int64_t cursor, struct str find);
/* Which trace is which, where they part, how much differs: DIFF_HEAD rows. */
enum { DIFF_HEAD = 4 };
void diff_head_draw(const struct trace_diff *d, struct canvas c, int64_t now_ns);

/* ---- the texts of one row */

struct diff_texts {
	struct arena arena; /* owns all below */
	size_t row;
	bool loaded;
	struct str input[2], output[2]; /* of A, of B; absent: not in the file */
	struct diff inputs, outputs;    /* no ops unless both are there */
	bool cut;                       /* longer than what is compared */
};
void diff_texts_done(struct diff_texts *t);
/* On the query thread. */
bool diff_texts_load(struct db *db, struct block_cache *blocks, int64_t trace_a, int64_t trace_b,
                     const struct diff_span *a, const struct diff_span *b, struct diff_texts *out, struct err *err);

struct diff_look {
	bool ascii, brackets, side_by_side;
	bool whole; /* else what is equal is cut between changes */
};
void diff_texts_lay(struct sheet *s, int cols, const struct trace_diff_row *row, const struct diff_texts *t,
                    const struct diff_look *look);

#endif
