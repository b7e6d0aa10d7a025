#include "tui/screen/pane_tree.h"

#include <stdlib.h>
#include <string.h>

#include "store/span_row.h"

enum {
	PARTS_READ = 2000, /* spans below the rows of one window that are read for their bars */
	PARTS_OF_ONE = 300 /* and of one row */
};

/* ---------------------------------------------------------------- data, on the query thread */

void tree_page_done(struct tree_page *p)
{
	tree_window_done(&p->window);
	*p = (struct tree_page){0};
}

void tree_shape_done(struct tree_shape *shape)
{
	tree_view_drop(shape->view);
	*shape = (struct tree_shape){0};
}

struct tree_scope tree_shape_scope(const struct tree_shape *shape, int64_t n)
{
	if (shape->view)
		return (struct tree_scope){.to = shape->view->n, .view = shape->view};
	if (shape->root_n)
		return (struct tree_scope){.from = shape->root, .to = shape->root + shape->root_n};
	return (struct tree_scope){.to = n};
}

static int compare_stretches(const void *a, const void *b)
{
	const struct tree_stretch *x = a, *y = b;
	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

size_t tree_stretches_join(struct tree_stretch *at, size_t n)
{
	size_t kept = 0;
	if (n)
		qsort(at, n, sizeof *at, compare_stretches);
	for (size_t i = 0; i < n; i++) {
		if (at[i].to_ns <= at[i].from_ns)
			continue;
		if (kept && at[i].from_ns <= at[kept - 1].to_ns) {
			if (at[i].to_ns > at[kept - 1].to_ns)
				at[kept - 1].to_ns = at[i].to_ns;
		} else {
			at[kept++] = at[i];
		}
	}
	return kept;
}

static int64_t end_of(const struct tree_row *row)
{
	int64_t end;
	if (row->start_ns == TIME_UNKNOWN || row->duration_ns == UNKNOWN_INT ||
	    __builtin_add_overflow(row->start_ns, row->duration_ns, &end))
		return row->start_ns;
	return end;
}

static void begin_extent(struct tree_extent *e, const struct tree_row *row)
{
	*e = (struct tree_extent){
	    .start_ns = row->start_ns,
	    .end_ns = end_of(row),
	    .self_ns = row->self_ns,
	    .errors = row->sub_errors,
	    .running = (row->flags & SPAN_RUNNING) != 0,
	    .last = (row->flags & SPAN_LAST) != 0,
	};
}

/* The spans that begin at `pos`, each behind the subtree of the one before, up to `to`: when they ran. Too many: none of them. */
static bool read_parts(struct db *db, int64_t first, int64_t pos, int64_t to, int *budget, struct arena *arena,
                       struct tree_extent *e, struct err *err)
{
	VEC(struct tree_stretch) parts = {0};
	bool ok = true, whole = true;
	while (ok && whole && pos < to) {
		struct tree_stretch part;
		int64_t size;
		whole = parts.n < PARTS_OF_ONE && (*budget)-- > 0;
		ok = !whole || tree_stretch(db, first, pos, &part.from_ns, &part.to_ns, &size, err);
		if (!ok || !whole)
			break;
		if (part.from_ns != TIME_UNKNOWN)
			*vec_add(&parts) = part;
		pos += size > 0 ? size : 1;
	}
	if (ok && whole) {
		e->known = true;
		e->n_parts = tree_stretches_join(parts.at, parts.n);
		struct tree_stretch *kept = arena_alloc(arena, e->n_parts * sizeof *kept);
		if (e->n_parts && parts.at)
			memcpy(kept, parts.at, e->n_parts * sizeof *kept);
		e->parts = kept;
	}
	vec_done(&parts);
	return ok;
}

/* The siblings of a folded group are not in the window. */
static bool group_extent(struct db *db, int64_t first, const struct tree_row *head, int *budget, struct arena *arena,
                         struct tree_extent *e, struct err *err)
{
	struct tree_sum sum;
	int64_t to = head->pos + head->rep_len;
	if (!tree_sum(db, first, head->pos, to, head->depth, &sum, err))
		return false;
	e->start_ns = sum.times.start_ns;
	e->end_ns = sum.times.end_ns;
	e->self_ns = sum.self_ns;
	e->errors = sum.errors;
	e->running = sum.running;
	e->last = sum.last;
	return read_parts(db, first, head->pos, to, budget, arena, e, err);
}

/* Below a temporary root the tree begins at it. */
static void from_root(struct tree_row *row, int depth)
{
	if (depth == 0)
		return;
	row->depth -= depth;
	if (row->lines_from >= depth) {
		row->lines_from -= depth;
	} else {
		row->lines >>= depth - row->lines_from < 64 ? depth - row->lines_from : 63;
		row->lines_from = 0;
	}
}

static int by_span(const void *left, const void *right)
{
	const struct span_mark *a = left, *b = right;
	size_t n = a->span.len < b->span.len ? a->span.len : b->span.len;
	int order = n ? memcmp(a->span.ptr, b->span.ptr, n) : 0;
	return order ? order : (a->span.len > b->span.len) - (a->span.len < b->span.len);
}

/* What people say of the spans of the window; of the first span that is what they say of the trace. */
static bool read_marks(struct db *db, int64_t trace, struct tree_page *page, struct err *err)
{
	struct tree_window *w = &page->window;
	struct span_mark *said;
	size_t n;
	if (!marks_of_spans(db, trace, &w->arena, &said, &n, err))
		return false;
	if (n == 0)
		return true;
	struct marks *marks = arena_zalloc(&w->arena, w->n, sizeof *marks);
	for (size_t i = 0; i < w->n; i++) {
		struct span_mark wanted = {.span = w->rows[i].id},
		                 *found = bsearch(&wanted, said, n, sizeof *said, by_span);
		if (w->rows[i].pos == 0 && !said[0].span.ptr)
			found = &said[0];
		if (found)
			marks[i] = found->marks;
	}
	page->marks = marks;
	return true;
}

bool tree_fetch(struct db *db, const struct trace_row *trace, const struct tree_shape *shape, const struct folds *folds,
                int64_t from, int64_t count, struct tree_page *out, struct err *err)
{
	*out = (struct tree_page){0};
	struct tree_scope scope = tree_shape_scope(shape, trace->n);
	int64_t above = scope.from ? folds_row(folds, scope.from) : 0;
	if (!tree_window_of(db, trace->first, &scope, folds, above + from, count, &out->window, err))
		return false;
	struct tree_window *w = &out->window;
	w->from = from;
	int budget = PARTS_READ;
	bool ok = true;
	out->extents = arena_zalloc(&w->arena, w->n, sizeof *out->extents);
	for (size_t i = 0; ok && i < w->n; i++) {
		struct tree_row *row = &w->rows[i];
		struct tree_extent *e = &out->extents[i];
		const struct fold *fold = folds_at(folds, row->index);
		begin_extent(e, row);
		if (fold && fold->group)
			ok = group_extent(db, trace->first, row, &budget, &w->arena, e, err);
		else
			ok = read_parts(db, trace->first, row->pos + 1, row->pos + row->below, &budget, &w->arena, e,
			                err);
		if (!shape->view)
			from_root(row, shape->root_n ? shape->root_depth : 0);
	}
	return ok && read_marks(db, trace->id, out, err);
}

/* ---------------------------------------------------------------- what shows */

void tree_pane_done(struct tree_pane *t)
{
	folds_done(&t->folds);
	tree_page_done(&t->page);
	tree_shape_done(&t->shape);
	vec_done(&t->opened);
	vec_done(&t->changes.at);
}

static size_t window_index(const struct tree_pane *t)
{
	const struct tree_window *w = &t->page.window;
	for (size_t i = 0; i < w->n; i++)
		if (w->rows[i].pos == t->cursor)
			return i;
	return SIZE_MAX;
}

const struct tree_row *tree_pane_row(const struct tree_pane *t)
{
	size_t i = window_index(t);
	return i == SIZE_MAX ? NULL : &t->page.window.rows[i];
}

const struct tree_extent *tree_pane_extent(const struct tree_pane *t)
{
	size_t i = window_index(t);
	return i == SIZE_MAX ? NULL : &t->page.extents[i];
}

static int64_t clamp(int64_t n, int64_t low, int64_t high)
{
	return n > high ? (high < low ? low : high) : n < low ? low : n;
}

static struct tree_scope scope_of(const struct tree_pane *t)
{
	return tree_shape_scope(&t->shape, t->trace->n);
}

/* Rows that the folds leave above the first that shows: those outside of the temporary root. */
static int64_t rows_above(const struct tree_pane *t)
{
	struct tree_scope scope = scope_of(t);
	return scope.from ? folds_row(&t->folds, scope.from) : 0;
}

int64_t tree_pane_index(const struct tree_pane *t, int64_t pos)
{
	struct tree_scope scope = scope_of(t);
	if (!scope.view)
		return clamp(pos, scope.from, scope.to - 1);
	int64_t index = tree_view_index(scope.view, pos);
	return index >= 0 ? index : tree_view_near(scope.view, pos);
}

int64_t tree_pane_pos(const struct tree_pane *t, int64_t index)
{
	const struct tree_view *v = t->shape.view;
	if (!v)
		return index;
	return index >= 0 && index < v->n ? (int64_t)v->rows[index].pos : t->cursor;
}

bool tree_pane_has(const struct tree_pane *t, int64_t pos)
{
	struct tree_scope scope = scope_of(t);
	return scope.view ? tree_view_index(scope.view, pos) >= 0 : pos >= scope.from && pos < scope.to;
}

int64_t tree_pane_visible(const struct tree_pane *t)
{
	return folds_visible(&t->folds, scope_of(t).to) - rows_above(t);
}

int64_t tree_pane_place(const struct tree_pane *t, int64_t pos)
{
	return folds_row(&t->folds, tree_pane_index(t, pos)) - rows_above(t);
}

/* ---------------------------------------------------------------- the cursor and the folds */

static int64_t pos_at(const struct tree_pane *t, int64_t row)
{
	return tree_pane_pos(t, folds_pos(&t->folds, scope_of(t).to, rows_above(t) + row));
}

void tree_pane_move(struct tree_pane *t, int64_t by)
{
	int64_t visible = tree_pane_visible(t), row = tree_pane_place(t, t->cursor);
	row = by > 0 && row > INT64_MAX - by ? visible : row + by;
	t->cursor = pos_at(t, clamp(row, 0, visible - 1));
}

void tree_pane_line(struct tree_pane *t, int line)
{
	if (line >= 0 && line < t->rows && t->top + line < tree_pane_visible(t))
		t->cursor = pos_at(t, t->top + line);
}

void tree_pane_turn(struct tree_pane *t, int64_t by)
{
	int64_t visible = tree_pane_visible(t), row = tree_pane_place(t, t->cursor);
	t->top = clamp(t->top + by, 0, visible - t->rows);
	t->cursor = pos_at(t, clamp(clamp(row, t->top, t->top + t->rows - 1), 0, visible - 1));
}

static bool hides(const struct fold *fold, int64_t index)
{
	return fold->pos < index && index <= fold->pos + fold->hidden;
}

/* The newest about a span stands for those before it. */
void tree_changes_add(struct tree_changes *c, int64_t key, int what, bool folded)
{
	size_t i = 0;
	while (i < c->at.n && (c->at.at[i].key != key || (int)c->at.at[i].what != what))
		i++;
	if (i == c->at.n && c->at.n == TREE_CHANGES_MOST)
		i = 0;
	if (i < c->at.n) {
		memmove(&c->at.at[i], &c->at.at[i + 1], (c->at.n - i - 1) * sizeof *c->at.at);
		c->at.n--;
	}
	struct tree_change *change = vec_add(&c->at);
	*change = (struct tree_change){.key = key, .folded = folded};
	change->what = what == CHANGE_KIND ? CHANGE_KIND : what == CHANGE_GROUP ? CHANGE_GROUP : CHANGE_SPAN;
}

static void note_change(struct tree_pane *t, int64_t key, bool group, bool folded)
{
	if (!t->shape.view)
		tree_changes_add(&t->changes, key, group ? CHANGE_GROUP : CHANGE_SPAN, folded);
}

/* Groups that are opened stay so when the trace grows. */
static void note_opened(struct tree_pane *t, const struct fold *fold)
{
	if (fold->group)
		*vec_add(&t->opened) = fold->key;
}

void tree_pane_go(struct tree_pane *t, int64_t pos)
{
	int64_t index = tree_pane_index(t, pos);
	size_t n = t->folds.n;
	int noted = 0;
	for (size_t i = 0; i < n && t->folds.at[i].pos < index; i++) {
		if (!hides(&t->folds.at[i], index))
			continue;
		note_opened(t, &t->folds.at[i]);
		if (noted++ < TREE_CHANGES_MOST)
			note_change(t, t->folds.at[i].key, t->folds.at[i].group, false);
	}
	folds_open_to(&t->folds, index);
	t->stamp += n != t->folds.n;
	t->cursor = tree_pane_pos(t, index);
}

void tree_pane_show(struct tree_pane *t, int64_t pos)
{
	t->cursor = pos_at(t, tree_pane_place(t, pos));
}

void tree_pane_center(struct tree_pane *t)
{
	int64_t row = tree_pane_place(t, t->cursor);
	if (row < t->top || row >= t->top + t->rows)
		t->top = row - t->rows / 2;
}

void tree_pane_scroll(struct tree_pane *t)
{
	int64_t visible = tree_pane_visible(t), row = tree_pane_place(t, t->cursor);
	if (row < t->top)
		t->top = row;
	if (row >= t->top + t->rows)
		t->top = row - t->rows + 1;
	t->top = clamp(t->top, 0, visible - t->rows);
}

void tree_pane_up(struct tree_pane *t)
{
	const struct tree_row *row = tree_pane_row(t);
	if (row && row->up > 0 && row->depth > 0)
		t->cursor = tree_pane_pos(t, row->index - row->up);
}

void tree_pane_down(struct tree_pane *t)
{
	const struct tree_row *row = tree_pane_row(t);
	if (row && row->size > 1)
		t->cursor = tree_pane_pos(t, row->index + 1);
}

bool tree_pane_fold(struct tree_pane *t)
{
	const struct tree_row *row = tree_pane_row(t);
	const struct fold *fold = row ? folds_at(&t->folds, row->index) : NULL;
	if (!row || (fold && fold->group))
		return false;
	bool at_root = !t->shape.view && t->shape.root_n && row->pos == t->shape.root;
	if (!fold && row->size > 1)
		folds_set(&t->folds, row->index, row->size - 1, false, row->key);
	else if (!t->shape.view && !at_root && row->rep_n > 1 && row->rep_len > 1)
		folds_set(&t->folds, row->index, row->rep_len - 1, true, row->key);
	else
		return false;
	note_change(t, row->key, fold != NULL || row->size <= 1, true);
	t->stamp++;
	return true;
}

bool tree_pane_unfold(struct tree_pane *t)
{
	int64_t index = tree_pane_index(t, t->cursor);
	const struct fold *fold = folds_at(&t->folds, index);
	if (!fold)
		return false;
	note_opened(t, fold);
	note_change(t, fold->key, fold->group, false);
	folds_unset(&t->folds, index);
	t->stamp++;
	return true;
}

/* A temporary root shows, whatever hid it. */
static void open_root(struct tree_pane *t)
{
	if (t->shape.view || !t->shape.root_n)
		return;
	folds_open_to(&t->folds, t->shape.root);
	const struct fold *fold = folds_at(&t->folds, t->shape.root);
	if (fold && fold->group)
		folds_unset(&t->folds, t->shape.root);
}

void tree_pane_set_folds(struct tree_pane *t, struct folds *folds)
{
	folds_done(&t->folds);
	t->folds = *folds;
	*folds = (struct folds){0};
	t->stamp++;
	open_root(t);
	tree_pane_show(t, t->cursor);
}

void tree_pane_set_shape(struct tree_pane *t, struct tree_shape *shape, struct folds *folds)
{
	tree_shape_done(&t->shape);
	t->shape = *shape;
	*shape = (struct tree_shape){0};
	tree_pane_set_folds(t, folds);
}

bool tree_pane_wants(const struct tree_pane *t, int64_t *from, int64_t *count)
{
	const struct tree_window *w = &t->page.window;
	int64_t visible = tree_pane_visible(t), rows = t->rows > 0 ? t->rows : 1;
	int64_t end = t->top + rows < visible ? t->top + rows : visible;
	if (t->page.folds_stamp == t->stamp && w->from <= t->top && w->from + (int64_t)w->n >= end)
		return false;
	*from = t->top > rows ? t->top - rows : 0; /* a page before and after: the next page down is there at once */
	*count = t->top - *from + 2 * rows;
	return true;
}

bool tree_pane_ruler(const struct tree_pane *t, struct tree_times *out)
{
	const struct trace_row *trace = t->trace;
	*out = t->shape.ruler;
	if (t->shape.zoomed)
		return true;
	if (trace->start_ns == TIME_UNKNOWN || trace->duration_ns == UNKNOWN_INT ||
	    __builtin_add_overflow(trace->start_ns, trace->duration_ns, &out->end_ns))
		return false;
	out->start_ns = trace->start_ns;
	return true;
}
