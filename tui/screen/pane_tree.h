/* The tree of a trace as a pane: a cursor over visible rows, folds, and a window of rows that was fetched; drawn with kinds, durations
 * and latency bars on one ruler. The screen that holds it moves the data (tree_fetch runs on the query thread). */
#ifndef SPOOR_TUI_SCREEN_PANE_TREE_H
#define SPOOR_TUI_SCREEN_PANE_TREE_H

#include "store/base/vec.h"
#include "store/query/traces.h"
#include "store/query/tree.h"
#include "tui/canvas.h"

/* A stretch of time, [from, to). */
struct tree_stretch {
	int64_t from_ns, to_ns;
};

/* What a row shows beyond its span: for a folded group of siblings, all of them together. */
struct tree_extent {
	int64_t start_ns, end_ns; /* TIME_UNKNOWN: none of them has times */
	int64_t self_ns, errors;
	bool running, last; /* last: no sibling comes after */
	/* Of a folded group: when one of them or more ran. Of a span: when one or more of its children did. Sorted, apart from each other;
	 * in the window's arena. known: they are all of them, not too many to be read. */
	const struct tree_stretch *parts;
	size_t n_parts;
	bool known;
};

struct tree_page { /* a window of rows with their extents; moves from the query thread to the screen */
	struct tree_window window;
	struct tree_extent *extents; /* one a row, in the window's arena */
	const struct marks *marks;   /* likewise; NULL: nobody said anything of a span of this trace */
	int64_t folds_stamp;         /* of the folds it was read under */
};
void tree_page_done(struct tree_page *p);
/* Sorts stretches and joins those that touch: how many are left. Those without a length go. */
size_t tree_stretches_join(struct tree_stretch *at, size_t n);

/* What of the trace shows: all of it, what hangs on one span, or a view. */
struct tree_shape {
	int64_t root, root_n; /* pos and rows of the temporary root; root_n 0: the whole trace */
	int root_depth;
	struct tree_view *view;  /* held; NULL: none */
	struct tree_times ruler; /* what the bars stand on, if it is not the whole trace */
	bool zoomed;
};
void tree_shape_done(struct tree_shape *shape);
struct tree_scope tree_shape_scope(const struct tree_shape *shape, int64_t n); /* n: rows of the trace */
/* Reads visible rows [from, from + count) of it. On the query thread. */
bool tree_fetch(struct db *db, const struct trace_row *trace, const struct tree_shape *shape, const struct folds *folds,
                int64_t from, int64_t count, struct tree_page *out, struct err *err);

/* What somebody folded or unfolded, in words that outlive the trace's growth. */
struct tree_change {
	int64_t key; /* of the span; of a kind its number */
	enum { CHANGE_SPAN, CHANGE_GROUP, CHANGE_KIND } what;
	bool folded;
};
enum { TREE_CHANGES_MOST = 150 }; /* the latest */
struct tree_changes {
	int depth; /* what the changes came after: the folds it opens with (0), so many levels, none (-1) */
	VEC(struct tree_change) at;
};
void tree_changes_add(struct tree_changes *c, int64_t key, int what, bool folded);

struct tree_pane {
	const struct trace_row *trace;
	struct tree_shape shape;
	struct folds folds; /* by pos; in a view by its index */
	int64_t stamp;      /* rises with each change of the folds and the shape */
	int64_t cursor;     /* pos */
	int64_t top;        /* visible row at the top */
	int rows;           /* of the list, without its ruler */
	int shift;          /* levels that lie to the left of the screen (tree_pane_shift) */
	struct tree_page page;
	VEC(int64_t) opened;         /* keys of the groups that were opened: they stay so when the trace grows */
	bool no_groups;              /* all of them were */
	struct tree_changes changes; /* of the whole tree, not of a view */
	bool self_time;
	bool running;      /* the trace is: what has no end yet lasts at least until the newest event */
	struct str find;   /* matches are lit */
	int64_t moment_ns; /* the time cursor; TIME_UNKNOWN: none */
};
void tree_pane_done(struct tree_pane *t);

const struct tree_row *tree_pane_row(const struct tree_pane *t);       /* under the cursor; NULL: not fetched yet */
const struct tree_extent *tree_pane_extent(const struct tree_pane *t); /* likewise */
int64_t tree_pane_visible(const struct tree_pane *t);                  /* rows */
int64_t tree_pane_place(const struct tree_pane *t, int64_t pos);       /* the visible row that shows it, from 0 */
bool tree_pane_has(const struct tree_pane *t, int64_t pos);            /* the view and the temporary root let it show */
int64_t tree_pane_index(const struct tree_pane *t, int64_t pos); /* its index, or that of the one that stands for it */
int64_t tree_pane_pos(const struct tree_pane *t, int64_t index);
void tree_pane_move(struct tree_pane *t, int64_t by);  /* visible rows; clamped */
void tree_pane_go(struct tree_pane *t, int64_t pos);   /* unfolds what hides it */
void tree_pane_show(struct tree_pane *t, int64_t pos); /* to the row that shows it, folds stay */
void tree_pane_center(struct tree_pane *t);            /* after a jump: its surroundings show, too */
void tree_pane_line(struct tree_pane *t, int line);    /* to the row on that line of the page, if there is one */
void tree_pane_turn(struct tree_pane *t, int64_t by);  /* the page moves, the cursor stays on it */
void tree_pane_scroll(struct tree_pane *t);            /* keeps the cursor in view; after any change */
void tree_pane_up(struct tree_pane *t);                /* to the parent, if it shows */
void tree_pane_down(struct tree_pane *t);              /* to the first child */
/* Folds or unfolds; false: there is nothing to. */
bool tree_pane_fold(struct tree_pane *t);
bool tree_pane_unfold(struct tree_pane *t);
void tree_pane_set_folds(struct tree_pane *t, struct folds *folds); /* takes them over; *folds is empty afterwards */
void tree_pane_set_shape(struct tree_pane *t, struct tree_shape *shape, struct folds *folds); /* takes both over */
/* The visible rows that must be fetched and are not; false: none. */
bool tree_pane_wants(const struct tree_pane *t, int64_t *from, int64_t *count);
/* What the bars stand on; false: the trace has no times. */
bool tree_pane_ruler(const struct tree_pane *t, struct tree_times *out);
/* What t->shift should be, so that the names of rows as deep as the cursor's have room. */
int tree_pane_shift(const struct tree_pane *t, int cols);
/* Columns of the bars when it is drawn that wide, 0: there are none. */
int tree_pane_bar_cols(const struct tree_pane *t, int cols);

/* The first row of c is the ruler. */
void tree_pane_draw(const struct tree_pane *t, struct canvas c);

/* How the trace's tokens and cost came about, as rows of a sheet; none if there is nothing to say. */
struct sheet;
void sheet_usage_words(struct sheet *s, const struct trace_row *trace);

enum role kind_role(enum span_kind kind);
const char *glyph_error(bool ascii); /* ✗ or x */

#endif
