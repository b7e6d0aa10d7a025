/* What a screen asks of the store about one trace, one request at a time: the trace itself, new folds, a jump to another span, rows of
 * its tree, the details of a span. The screen fills in what it wants; trace_request_fetch runs on the query thread. */
#ifndef SPOOR_TUI_SCREEN_PANE_TRACE_H
#define SPOOR_TUI_SCREEN_PANE_TRACE_H

#include "tui/screen/pane_span.h"
#include "tui/screen/pane_tree.h"

/* What a request is for. One is under way at a time; rows before details, so that the tree never waits. */
enum trace_job { JOB_NONE, JOB_OPEN, JOB_FOLDS, JOB_JUMP, JOB_ROWS, JOB_SPAN };
enum trace_jump { JUMP_ERROR, JUMP_CRITICAL, JUMP_NAME, JUMP_SIBLING, JUMP_LINK };

struct trace_want {
	enum trace_job job;
	uint64_t generation;
	int64_t pos, from, count, stamp;
	int depth;
	enum trace_jump jump;
	bool forward;
};

struct trace_request {
	const void *owner; /* the state; only compared */
	uint64_t serial;
	struct trace_want want;
	bool interrupted; /* or never run: true until trace_request_fetch says otherwise */
	int64_t id, source, key;
	char text[256];
	struct trace_row trace; /* numbers only but for JOB_OPEN's answer */
	struct folds folds;
	struct block_cache *blocks;
	/* answers */
	struct arena arena;
	struct str reason;
	bool new_folds;
	int64_t found; /* pos; -1 none */
	struct tree_page page;
	struct span_data span;
};

bool trace_want_same(const struct trace_want *a, const struct trace_want *b);
/* As screen_ops.fetch; notes in the request whether it was interrupted. */
bool trace_request_fetch(struct db *db, void *request, struct err *err);
void trace_request_free(struct trace_request *r);

#endif
