/* What a screen asks of the store about one trace, one request at a time: the trace itself, new folds, a jump to another span, rows of
 * its tree, the details of a span. The screen fills in what it wants; trace_request_fetch runs on the query thread. */
#ifndef SPOOR_TUI_SCREEN_PANE_TRACE_H
#define SPOOR_TUI_SCREEN_PANE_TRACE_H

#include "tui/screen/pane_span.h"
#include "tui/screen/pane_tree.h"

/* What a request is for. One is under way at a time; rows before details, so that the tree never waits. */
enum trace_job {
	JOB_NONE,
	JOB_OPEN,   /* the trace itself; if it has grown since, its view and folds anew */
	JOB_RECALL, /* how it was left the last time: folds, view, cursor */
	JOB_VIEW,   /* another view, temporary root, order, ruler */
	JOB_FOLDS,  /* down to a depth */
	JOB_KIND,   /* of a kind */
	JOB_JUMP,
	JOB_ROWS,
	JOB_MOMENT, /* what ran at the time cursor */
	JOB_SPAN
};
enum trace_jump { JUMP_ERROR, JUMP_CRITICAL, JUMP_NAME, JUMP_SAME, JUMP_SIBLING, JUMP_LINK, JUMP_RANK };

/* What of a trace is to show, in words that outlive its growth: spans by key. All 0: the whole tree. */
struct trace_view {
	int64_t root_key; /* the temporary root; 0: none */
	int64_t zoom_key; /* the bars stand on what this span took; 0: on the root, else the trace */
	enum tree_order order;
	bool agents;
	char filter[1024];
};
bool trace_view_is_tree(const struct trace_view *v); /* no filter, order, outline: rows are all, by pos */

struct trace_want {
	enum trace_job job;
	uint64_t generation;
	int64_t pos, from, count, stamp;
	int depth;
	enum trace_jump jump;
	enum span_tab tab; /* of the details */
	bool forward;
	enum span_kind kind;
	enum tree_rank_by by;
	int64_t place, at_ns;
	int64_t asked_ns; /* a jump: when its key came */
};

struct trace_request {
	const void *owner; /* the state; only compared */
	uint64_t serial;
	struct trace_want want;
	bool interrupted; /* or never run: true until trace_request_fetch says otherwise */
	int64_t id, source, key;
	char text[256];
	struct trace_row trace;        /* numbers only but for JOB_OPEN's answer */
	struct folds folds;            /* as they are; answer: as they are to be */
	struct folds base;             /* those of the whole tree while something else shows; likewise */
	struct trace_view view, shown; /* what is wanted (answer: what could be had), what shows */
	struct tree_shape shape;       /* what shows, its view held; answer likewise */
	struct tree_changes changes;   /* JOB_RECALL */
	VEC(int64_t) opened;           /* as in the pane */
	bool no_groups, fresh;         /* fresh: the first time it is opened */
	int64_t now_ns;
	struct block_cache *blocks;
	/* answers */
	struct arena arena;
	struct str reason;
	bool new_folds;      /* and shape */
	bool nothing;        /* JOB_VIEW: nothing matches, so all stays as it is */
	const char *trouble; /* what of the wish could not be; NULL */
	char root_name[128];
	int64_t found; /* pos; -1 none */
	int64_t n_found;
	bool unfolded;
	struct tree_ranked ranked;
	struct tree_moment moment;
	struct tree_page page;
	struct span_data span;
};

bool trace_want_same(const struct trace_want *a, const struct trace_want *b);
/* As screen_ops.fetch; notes in the request whether it was interrupted. */
bool trace_request_fetch(struct db *db, void *request, struct err *err);
void trace_request_free(struct trace_request *r);

#endif
