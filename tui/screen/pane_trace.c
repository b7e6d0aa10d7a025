#include "tui/screen/pane_trace.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/span_row.h"

bool trace_view_is_tree(const struct trace_view *v)
{
	return !v->filter[0] && !v->agents && v->order == ORDER_START;
}

bool trace_want_same(const struct trace_want *a, const struct trace_want *b)
{
	return a->job == b->job && a->generation == b->generation && a->pos == b->pos && a->from == b->from &&
	       a->count == b->count && a->stamp == b->stamp && a->depth == b->depth && a->jump == b->jump &&
	       a->forward == b->forward && a->kind == b->kind && a->by == b->by && a->place == b->place &&
	       a->at_ns == b->at_ns && a->tab == b->tab;
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

/* ---------------------------------------------------------------- what of it shows */

/* The span of a key: its row; false with no error: it is not there (any more). */
static bool find_span(struct db *db, struct trace_request *r, int64_t key, struct tree_row *row, struct err *err)
{
	int64_t pos;
	if (!tree_find(db, r->trace.first, r->trace.n, key, &pos, err))
		return false;
	row->pos = pos;
	return pos < 0 || tree_get(db, r->trace.first, pos, &r->arena, row, err);
}

static bool find_root(struct db *db, struct trace_request *r, struct tree_shape *shape, struct err *err)
{
	struct tree_row row;
	if (!r->view.root_key)
		return true;
	if (!find_span(db, r, r->view.root_key, &row, err))
		return false;
	if (row.pos < 0) {
		r->view.root_key = 0;
		r->trouble = "the temporary root is not there any more";
		return true;
	}
	shape->root = row.pos;
	shape->root_n = row.below;
	shape->root_depth = row.depth;
	snprintf(r->root_name, sizeof r->root_name, STR_FMT, STR_ARG(str_cut(row.name, 0, sizeof r->root_name - 1)));
	return true;
}

static bool find_ruler(struct db *db, struct trace_request *r, struct tree_shape *shape, struct err *err)
{
	struct tree_row row = {.pos = shape->root, .below = shape->root_n};
	if (r->view.zoom_key && !find_span(db, r, r->view.zoom_key, &row, err))
		return false;
	if (!r->view.zoom_key && !shape->root_n)
		return true;
	struct tree_times *t = &shape->ruler;
	if (row.pos >= 0 && !tree_times(db, r->trace.first, row.pos, row.below, t, err))
		return false;
	shape->zoomed = row.pos >= 0 && t->start_ns != TIME_UNKNOWN && t->end_ns > t->start_ns;
	if (r->view.zoom_key && !shape->zoomed) {
		r->view.zoom_key = 0;
		r->trouble = "its times are not known, or it took none: nothing to zoom to";
	}
	return true;
}

static bool make_view(struct db *db, struct trace_request *r, struct tree_shape *shape, struct err *err)
{
	struct filter_mistake mistake;
	int64_t n = shape->root_n ? shape->root_n : r->trace.n;
	struct tree_view_ask ask = {.order = r->view.order, .agents = r->view.agents};
	if (trace_view_is_tree(&r->view))
		return true;
	ask.filter = filter_parse(&r->arena, str_of(r->view.filter), FILTER_SPANS, r->now_ns, &mistake);
	if (!ask.filter)
		return err_set(err, ERR_USAGE, NULL, "filter, column %zu: expected %s", mistake.column + 1,
		               mistake.expected);
	shape->view = tree_view_new(db, r->trace.first, shape->root, n, &ask, err);
	if (!shape->view)
		return false;
	if (shape->view->too_many) {
		r->trouble = "more than 100,000 spans: siblings stay as they began ({.} or {&} takes a part)";
		r->view.order = ORDER_START;
	}
	if (trace_view_is_tree(&r->view)) {
		tree_view_drop(shape->view);
		shape->view = NULL;
	}
	r->nothing = shape->view && shape->view->n == 0;
	return true;
}

/* Folds of what shows in the terms of what is to show. */
static bool carry_folds(struct db *db, struct trace_request *r, const struct tree_shape *shape, bool grown,
                        struct err *err)
{
	bool was_tree = trace_view_is_tree(&r->shown), is_tree = shape->view == NULL;
	bool same = strcmp(r->view.filter, r->shown.filter) == 0 && r->view.agents == r->shown.agents;
	struct folds old = {0}, base = r->base, spans = {0};
	bool ok = true;
	*(was_tree ? &base : &old) = r->folds;
	r->folds = r->base = (struct folds){0};
	if (grown) {
		struct folds again = {0};
		ok = tree_folds_again(db, r->trace.id, r->trace.first, r->trace.n, &base, !r->no_groups, r->opened.at,
		                      r->opened.n, &again, err);
		folds_done(&base);
		base = again;
	}
	if (ok && !is_tree && same && !was_tree)
		ok = tree_folds_again(db, r->trace.id, r->trace.first, r->trace.n, &old, false, NULL, 0, &spans, err);
	if (ok && !is_tree && same)
		tree_folds_to_view(shape->view, was_tree ? &base : &spans, &r->folds);
	if (is_tree)
		r->folds = base;
	else
		r->base = base;
	folds_done(&old);
	folds_done(&spans);
	return ok;
}

static bool fetch_view(struct db *db, struct trace_request *r, bool grown, struct err *err)
{
	struct tree_shape shape = {0};
	bool ok = find_root(db, r, &shape, err) && make_view(db, r, &shape, err);
	if (ok && r->nothing && grown) { /* what matched is gone: all of it, then */
		r->nothing = false;
		r->trouble = "nothing matches any more";
		r->view.filter[0] = '\0';
		r->view.agents = false;
		tree_view_drop(shape.view);
		shape.view = NULL;
		ok = make_view(db, r, &shape, err);
	}
	ok = ok && (r->nothing || (find_ruler(db, r, &shape, err) && carry_folds(db, r, &shape, grown, err)));
	tree_shape_done(&r->shape);
	r->shape = shape;
	r->new_folds = ok && !r->nothing;
	return ok;
}

/* ---------------------------------------------------------------- how it was left */

static bool fold_kind_again(struct db *db, struct trace_request *r, const struct tree_change *c, struct folds *folds,
                            struct err *err)
{
	struct tree_scope all = {.to = r->trace.n};
	struct folds turned = {0};
	int64_t n = 0;
	bool unfolded = false;
	if (c->key < 0 || c->key >= N_KINDS)
		return true;
	if (!tree_kind_folds(db, r->trace.first, &all, (enum span_kind)c->key, folds, &turned, &n, &unfolded, err))
		return false;
	if (n && unfolded != c->folded) {
		struct folds before = *folds;
		*folds = turned;
		turned = before;
	}
	folds_done(&turned);
	return true;
}

/* What was folded or unfolded then; spans that are gone are passed over. */
static bool fold_again(struct db *db, struct trace_request *r, const struct tree_change *c, struct folds *folds,
                       struct err *err)
{
	struct tree_row row;
	int64_t pos;
	if (c->what == CHANGE_KIND)
		return fold_kind_again(db, r, c, folds, err);
	if (!tree_find(db, r->trace.first, r->trace.n, c->key, &pos, err))
		return false;
	const struct fold *now = pos >= 0 ? folds_at(folds, pos) : NULL;
	bool group = c->what == CHANGE_GROUP;
	if (pos < 0 || (!c->folded && (!now || now->group != group)))
		return true;
	if (!c->folded) {
		folds_unset(folds, pos);
		return true;
	}
	if (!tree_get_figures(db, r->trace.first, pos, &r->arena, &row, err))
		return false;
	if (group && row.rep_n > 1 && row.rep_len > 1)
		folds_set(folds, pos, row.rep_len - 1, true, row.key);
	else if (!group && row.size > 1)
		folds_set(folds, pos, row.size - 1, false, row.key);
	return true;
}

static bool fetch_recall(struct db *db, struct trace_request *r, struct err *err)
{
	struct tree_scope all = {.to = r->trace.n};
	int depth = r->changes.depth;
	bool ok = true;
	folds_done(&r->folds);
	if (depth > 0)
		ok = tree_depth_folds(db, r->trace.id, r->trace.first, &all, depth, &r->folds, err);
	else if (depth == 0)
		ok = tree_first_folds(db, r->trace.id, r->trace.first, &r->folds, err);
	for (size_t i = 0; ok && i < r->changes.at.n; i++)
		ok = fold_again(db, r, &r->changes.at.at[i], &r->folds, err);
	ok = ok && fetch_view(db, r, false, err);
	if (ok && r->nothing) { /* what matched then is gone */
		r->nothing = false;
		r->view = (struct trace_view){.order = ORDER_START};
		ok = fetch_view(db, r, false, err);
	}
	r->trouble = NULL;
	r->found = -1;
	return ok && (!r->key || tree_find(db, r->trace.first, r->trace.n, r->key, &r->found, err));
}

static bool fetch_open(struct db *db, struct trace_request *r, struct err *err)
{
	int64_t first = r->trace.first, n = r->trace.n; /* as known so far */
	if (!find_trace(db, r, err) || !traces_get(db, r->id, &r->arena, &r->trace, err) || !find_reason(db, r, err))
		return false;
	r->found = -1;
	if (r->trace.n == 0)
		return true;
	if (first != r->trace.first || n != r->trace.n) {
		if (r->fresh ? !tree_first_folds(db, r->trace.id, r->trace.first, &r->folds, err)
		             : !fetch_view(db, r, true, err))
			return false;
		r->new_folds = true;
	}
	return !r->key || tree_find(db, r->trace.first, r->trace.n, r->key, &r->found, err);
}

/* ---------------------------------------------------------------- jumps */

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

/* In a view a sibling is what hangs beside it there. */
static void view_sibling(const struct tree_view *v, struct trace_request *r)
{
	int64_t i = tree_view_index(v, r->want.pos);
	if (i < 0)
		return;
	int64_t up = v->rows[i].up, first = up ? i - up + 1 : 0, before = -1;
	if (r->want.forward) {
		if (!tree_view_is_last(v, i))
			r->found = v->rows[i + v->rows[i].size].pos;
		return;
	}
	for (int64_t at = up ? first : 0; at < i; at += v->rows[at].size)
		before = at;
	if (before >= 0)
		r->found = v->rows[before].pos;
}

static bool fetch_rank(struct db *db, struct trace_request *r, const struct tree_scope *scope, struct err *err)
{
	if (!tree_ranked(db, r->trace.first, scope, r->want.by, r->want.place, &r->ranked, err))
		return false;
	if (r->ranked.pos < 0 && r->want.place > 0) { /* round the end */
		r->want.place = 0;
		if (!tree_ranked(db, r->trace.first, scope, r->want.by, 0, &r->ranked, err))
			return false;
	}
	r->found = r->ranked.call;
	return true;
}

static bool fetch_jump(struct db *db, struct trace_request *r, struct err *err)
{
	const struct trace_row *t = &r->trace;
	const struct trace_want *w = &r->want;
	struct tree_scope scope = tree_shape_scope(&r->shape, t->n);
	struct str text = str_of(r->text);
	bool hex;
	r->found = -1;
	switch (w->jump) {
	case JUMP_ERROR:
		return tree_seek_in(db, t->first, &scope, w->pos, w->forward, SEEK_ERROR, text, &r->found, err);
	case JUMP_CRITICAL:
		return tree_seek_in(db, t->first, &scope, w->pos, w->forward, SEEK_CRITICAL, text, &r->found, err);
	case JUMP_NAME: return tree_seek_in(db, t->first, &scope, w->pos, w->forward, SEEK_NAME, text, &r->found, err);
	case JUMP_SAME: return tree_seek_in(db, t->first, &scope, w->pos, w->forward, SEEK_SAME, text, &r->found, err);
	case JUMP_SIBLING:
		if (!scope.view)
			return find_sibling(db, r, err);
		view_sibling(scope.view, r);
		return true;
	case JUMP_LINK: return tree_find(db, t->first, t->n, model_span_key(text, &hex), &r->found, err);
	case JUMP_RANK: return fetch_rank(db, r, &scope, err);
	}
	return true;
}

static bool fetch_kind(struct db *db, struct trace_request *r, const struct tree_scope *scope, struct err *err)
{
	struct folds out = {0};
	bool ok =
	    tree_kind_folds(db, r->trace.first, scope, r->want.kind, &r->folds, &out, &r->n_found, &r->unfolded, err);
	folds_done(&r->folds);
	r->folds = out;
	return ok;
}

static bool fetch_job(struct db *db, struct trace_request *r, struct err *err)
{
	const struct trace_want *w = &r->want;
	struct tree_scope scope = tree_shape_scope(&r->shape, r->trace.n);
	int64_t from = r->shape.root, n = r->shape.root_n ? r->shape.root_n : r->trace.n;
	switch (w->job) {
	case JOB_NONE: return true;
	case JOB_OPEN: return fetch_open(db, r, err);
	case JOB_RECALL: return fetch_recall(db, r, err);
	case JOB_VIEW: return fetch_view(db, r, false, err);
	case JOB_FOLDS:
		folds_done(&r->folds);
		return tree_depth_folds(db, r->trace.id, r->trace.first, &scope, w->depth + r->shape.root_depth,
		                        &r->folds, err);
	case JOB_KIND: return fetch_kind(db, r, &scope, err);
	case JOB_JUMP: return fetch_jump(db, r, err);
	case JOB_ROWS: return tree_fetch(db, &r->trace, &r->shape, &r->folds, w->from, w->count, &r->page, err);
	case JOB_MOMENT: return tree_moment(db, r->trace.first, from, n, w->at_ns, &r->arena, &r->moment, err);
	case JOB_SPAN:
		if (!r->blocks)
			r->blocks = block_cache_new(db);
		if (!span_fetch(db, r->blocks, &r->trace, w->pos, w->tab, &r->span, err))
			return false;
		r->span.now_ns = r->now_ns;
		return true;
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
	folds_done(&r->base);
	tree_shape_done(&r->shape);
	vec_done(&r->opened);
	vec_done(&r->changes.at);
	arena_done(&r->arena);
	tree_page_done(&r->page);
	span_data_done(&r->span);
	block_cache_free(r->blocks);
	free(r);
}
