/* The tree of a trace as a pane: a cursor over visible rows, folds, and a window of rows that was fetched; drawn with kinds, durations
 * and latency bars on one ruler. The screen that holds it moves the data (tree_fetch runs on the query thread). */
#ifndef SPOOR_TUI_SCREEN_PANE_TREE_H
#define SPOOR_TUI_SCREEN_PANE_TREE_H

#include "store/query/traces.h"
#include "store/query/tree.h"
#include "tui/canvas.h"

/* What a row shows beyond its span: for a folded group of siblings, all of them together. */
struct tree_extent {
	int64_t start_ns, end_ns; /* TIME_UNKNOWN: none of them has times */
	int64_t self_ns, errors;
	bool running, last; /* last: no sibling comes after */
};

struct tree_page { /* a window of rows with their extents; moves from the query thread to the screen */
	struct tree_window window;
	struct tree_extent *extents; /* one a row, in the window's arena */
	int64_t folds_stamp;         /* of the folds it was read under */
};
void tree_page_done(struct tree_page *p);
/* Reads visible rows [from, from + count). On the query thread. */
bool tree_fetch(struct db *db, const struct trace_row *trace, const struct folds *folds, int64_t from, int64_t count,
                struct tree_page *out, struct err *err);
/* The folds a trace opens with: groups of 3 or more like siblings, and pairs with the same arguments. On the query thread. */
bool tree_first_folds(struct db *db, const struct trace_row *trace, struct folds *out, struct err *err);
/* Folds all spans at `depth` (>= 1) or deeper, and the groups above. On the query thread. */
bool tree_depth_folds(struct db *db, const struct trace_row *trace, int depth, struct folds *out, struct err *err);
void folds_copy(struct folds *to, const struct folds *from);

struct tree_pane {
	const struct trace_row *trace;
	struct folds folds;
	int64_t stamp;  /* rises with each change of the folds */
	int64_t cursor; /* pos */
	int64_t top;    /* visible row at the top */
	int rows;       /* of the list, without its ruler */
	struct tree_page page;
	bool self_time;
	bool running;    /* the trace is: what has no end yet lasts at least until the newest event */
	struct str find; /* matches are lit */
};
void tree_pane_done(struct tree_pane *t);

const struct tree_row *tree_pane_row(const struct tree_pane *t);       /* under the cursor; NULL: not fetched yet */
const struct tree_extent *tree_pane_extent(const struct tree_pane *t); /* likewise */
void tree_pane_move(struct tree_pane *t, int64_t by);                  /* visible rows; clamped */
void tree_pane_go(struct tree_pane *t, int64_t pos);                   /* unfolds what hides it */
void tree_pane_show(struct tree_pane *t, int64_t pos);                 /* to the row that shows it, folds stay */
void tree_pane_center(struct tree_pane *t);                            /* after a jump: its surroundings show, too */
void tree_pane_scroll(struct tree_pane *t);                            /* keeps the cursor in view; after any change */
/* Folds or unfolds; false: there is nothing to. */
bool tree_pane_fold(struct tree_pane *t);
bool tree_pane_unfold(struct tree_pane *t);
void tree_pane_set_folds(struct tree_pane *t, struct folds *folds); /* takes them over; *folds is empty afterwards */
/* The visible rows that must be fetched and are not; false: none. */
bool tree_pane_wants(const struct tree_pane *t, int64_t *from, int64_t *count);

/* The first row of c is the ruler. */
void tree_pane_draw(const struct tree_pane *t, struct canvas c);

/* How the trace's tokens and cost came about, as rows of a sheet; none if there is nothing to say. */
struct sheet;
void sheet_usage_words(struct sheet *s, const struct trace_row *trace);

enum role kind_role(enum span_kind kind);
const char *glyph_error(bool ascii); /* ✗ or x */

#endif
