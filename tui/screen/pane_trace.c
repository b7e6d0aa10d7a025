#include "tui/screen/pane_trace.h"

#include <stdlib.h>

#include "store/base/text.h"

bool trace_want_same(const struct trace_want *a, const struct trace_want *b)
{
	return a->job == b->job && a->generation == b->generation && a->pos == b->pos && a->from == b->from &&
	       a->count == b->count && a->stamp == b->stamp && a->depth == b->depth && a->jump == b->jump &&
	       a->forward == b->forward;
}

static bool find_trace(struct db *db, struct trace_request *r, struct err *err)
{
	if (r->id)
		return true;
	if (r->text[0])
		return traces_find(db, str_of(r->text), &r->id, err);
	struct trace_page page;
	struct trace_query q = {.source = r->source, .limit = 1};
	bool ok = traces_page(db, &q, &page, err);
	if (ok && page.n)
		r->id = page.rows[0].id;
	else if (ok)
		ok = err_set(err, ERR_NOT_FOUND, NULL, "this file holds no trace");
	trace_page_done(&page);
	return ok;
}

/* Why a trace failed, in the words of its root, else of its first span in error. */
static bool find_reason(struct db *db, struct trace_request *r, struct err *err)
{
	struct tree_row row;
	int64_t pos = 0;
	r->reason = STR_NONE;
	if (r->trace.n == 0 || (r->trace.errors == 0 && r->trace.status != STATUS_ERROR))
		return true;
	if (!tree_get(db, r->trace.first, 0, &r->arena, &row, err))
		return false;
	if (row.status != STATUS_ERROR || !row.message.len) {
		if (!tree_seek(db, r->trace.first, r->trace.n, 0, true, SEEK_ERROR, STR_NONE, &pos, err))
			return false;
		if (pos > 0 && !tree_get(db, r->trace.first, pos, &r->arena, &row, err))
			return false;
	}
	if (pos > 0)
		r->reason = arena_printf(&r->arena, STR_FMT "%s" STR_FMT, STR_ARG(row.name),
		                         row.message.len ? ": " : "", STR_ARG(row.message));
	else if (pos == 0)
		r->reason = row.message;
	r->reason = text_preview(&r->arena, r->reason, 200);
	return true;
}

static bool fetch_open(struct db *db, struct trace_request *r, struct err *err)
{
	int64_t first = r->trace.first, n = r->trace.n; /* as known so far */
	if (!find_trace(db, r, err) || !traces_get(db, r->id, &r->arena, &r->trace, err) || !find_reason(db, r, err))
		return false;
	r->found = -1;
	if (r->trace.n == 0)
		return true;
	r->new_folds = first != r->trace.first || n != r->trace.n;
	if (r->new_folds && !tree_first_folds(db, &r->trace, &r->folds, err))
		return false;
	return !r->key || tree_find(db, r->trace.first, r->trace.n, r->key, &r->found, err);
}

/* The sibling before a row: up from the row just above it, to the same depth. */
static bool previous_sibling(struct db *db, struct trace_request *r, int depth, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct tree_row row;
	bool ok = true;
	int64_t pos = r->want.pos - 1;
	while (ok && pos >= 0) {
		ok = tree_get_figures(db, r->trace.first, pos, &arena, &row, err);
		if (!ok || row.depth < depth)
			break;
		if (row.depth == depth) {
			r->found = pos;
			break;
		}
		pos -= row.up;
		arena_reset(&arena);
	}
	arena_done(&arena);
	return ok;
}

static bool find_sibling(struct db *db, struct trace_request *r, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct tree_row row, next;
	bool ok = tree_get(db, r->trace.first, r->want.pos, &arena, &row, err);
	/* want.count: the rows that belong to this one on the screen, more than its subtree if a group is folded. */
	int64_t pos = r->want.pos + (r->want.count > 0 ? r->want.count : ok ? row.size : 1);
	if (ok && !r->want.forward)
		ok = previous_sibling(db, r, row.depth, err);
	else if (ok && pos < r->trace.n) {
		ok = tree_get(db, r->trace.first, pos, &arena, &next, err);
		if (ok && next.depth == row.depth)
			r->found = pos;
	}
	arena_done(&arena);
	return ok;
}

static bool fetch_jump(struct db *db, struct trace_request *r, struct err *err)
{
	const struct trace_row *t = &r->trace;
	const struct trace_want *w = &r->want;
	bool hex;
	r->found = -1;
	switch (w->jump) {
	case JUMP_ERROR: return tree_seek(db, t->first, t->n, w->pos, w->forward, SEEK_ERROR, STR_NONE, &r->found, err);
	case JUMP_CRITICAL:
		return tree_seek(db, t->first, t->n, w->pos, w->forward, SEEK_CRITICAL, STR_NONE, &r->found, err);
	case JUMP_NAME:
		return tree_seek(db, t->first, t->n, w->pos, w->forward, SEEK_NAME, str_of(r->text), &r->found, err);
	case JUMP_SIBLING: return find_sibling(db, r, err);
	case JUMP_LINK: return tree_find(db, t->first, t->n, model_span_key(str_of(r->text), &hex), &r->found, err);
	}
	return true;
}

static bool fetch_job(struct db *db, struct trace_request *r, struct err *err)
{
	switch (r->want.job) {
	case JOB_NONE: return true;
	case JOB_OPEN: return fetch_open(db, r, err);
	case JOB_FOLDS: return tree_depth_folds(db, &r->trace, r->want.depth, &r->folds, err);
	case JOB_JUMP: return fetch_jump(db, r, err);
	case JOB_ROWS: return tree_fetch(db, &r->trace, &r->folds, r->want.from, r->want.count, &r->page, err);
	case JOB_SPAN:
		if (!r->blocks)
			r->blocks = block_cache_new(db);
		return span_fetch(db, r->blocks, &r->trace, r->want.pos, &r->span, err);
	}
	return true;
}

bool trace_request_fetch(struct db *db, void *request, struct err *err)
{
	struct trace_request *r = request;
	bool ok = fetch_job(db, r, err);
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

void trace_request_free(struct trace_request *r)
{
	folds_done(&r->folds);
	arena_done(&r->arena);
	tree_page_done(&r->page);
	span_data_done(&r->span);
	block_cache_free(r->blocks);
	free(r);
}
