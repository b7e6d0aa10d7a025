#include "tui/screen/pane_tree.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/units.h"
#include "store/span_row.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/bars.h"

enum {
	AT_LEAST = 3,        /* like siblings that are one row to begin with */
	SIBLINGS_READ = 400, /* of folded groups, for one window: beyond it a group's bar ends too early */
};

enum role kind_role(enum span_kind kind)
{
	return (enum role)((int)ROLE_KIND_SPAN + (int)kind);
}

_Static_assert((int)ROLE_KIND_TASK - (int)ROLE_KIND_SPAN == (int)KIND_TASK, "kinds and their roles are in one order");

const char *glyph_error(bool ascii)
{
	return ascii ? "x" : "✗";
}

void sheet_usage_words(struct sheet *s, const struct trace_row *trace)
{
	struct buf words = BUF_INIT;
	trace_usage_words(&words, trace);
	if (words.len) {
		sheet_label(s, "");
		sheet_wrap(s, ROLE_DIM, SHEET_LABEL, arena_str(&s->arena, buf_str(&words)), 0);
	}
	buf_done(&words);
}

/* ---------------------------------------------------------------- data, on the query thread */

void tree_page_done(struct tree_page *p)
{
	tree_window_done(&p->window);
	*p = (struct tree_page){0};
}

static int64_t end_of(const struct tree_row *row)
{
	if (row->start_ns == TIME_UNKNOWN || row->duration_ns == UNKNOWN_INT)
		return row->start_ns;
	return row->start_ns + row->duration_ns;
}

static void widen(struct tree_extent *e, const struct tree_row *row)
{
	int64_t end = end_of(row);
	e->errors += row->sub_errors;
	e->running |= (row->flags & SPAN_RUNNING) != 0;
	e->last = (row->flags & SPAN_LAST) != 0;
	if (row->self_ns != UNKNOWN_INT)
		e->self_ns = (e->self_ns == UNKNOWN_INT ? 0 : e->self_ns) + row->self_ns;
	if (row->start_ns == TIME_UNKNOWN)
		return;
	if (e->start_ns == TIME_UNKNOWN || row->start_ns < e->start_ns)
		e->start_ns = row->start_ns;
	if (e->end_ns == TIME_UNKNOWN || end > e->end_ns)
		e->end_ns = end;
}

/* The siblings of a folded group are not in the window: each lies its subtree's size after the one before. */
static bool group_extent(struct db *db, const struct trace_row *trace, const struct tree_row *head, int *budget,
                         struct tree_extent *e, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int64_t pos = head->pos + head->size;
	bool ok = true;
	for (int64_t i = 1; ok && i < head->rep_n && pos < trace->n && (*budget)-- > 0; i++) {
		struct tree_row row;
		ok = tree_get_figures(db, trace->first, pos, &arena, &row, err);
		if (ok) {
			widen(e, &row);
			pos += row.size;
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
	return ok;
}

bool tree_fetch(struct db *db, const struct trace_row *trace, const struct folds *folds, int64_t from, int64_t count,
                struct tree_page *out, struct err *err)
{
	*out = (struct tree_page){0};
	if (!tree_window(db, trace->first, trace->n, folds, from, count, &out->window, err))
		return false;
	struct tree_window *w = &out->window;
	int budget = SIBLINGS_READ;
	bool ok = true;
	out->extents = arena_zalloc(&w->arena, w->n, sizeof *out->extents);
	for (size_t i = 0; ok && i < w->n; i++) {
		struct tree_extent *e = &out->extents[i];
		*e = (struct tree_extent){.start_ns = TIME_UNKNOWN, .end_ns = TIME_UNKNOWN, .self_ns = UNKNOWN_INT};
		widen(e, &w->rows[i]);
		const struct fold *fold = folds_at(folds, w->rows[i].pos);
		if (fold && fold->group)
			ok = group_extent(db, trace, &w->rows[i], &budget, e, err);
	}
	return ok;
}

bool tree_first_folds(struct db *db, const struct trace_row *trace, struct folds *out, struct err *err)
{
	struct folds pairs = {0};
	struct arena arena = ARENA_INIT;
	bool ok = tree_groups(db, trace->id, trace->first, AT_LEAST, out, &pairs, err);
	for (size_t i = 0; ok && i < pairs.n; i++) {
		struct tree_row row;
		ok = tree_get_figures(db, trace->first, pairs.at[i].pos, &arena, &row, err);
		if (ok && (row.flags & SPAN_SAME))
			folds_set(out, row.pos, pairs.at[i].hidden, true);
		arena_reset(&arena);
	}
	arena_done(&arena);
	folds_done(&pairs);
	return ok;
}

/* Both sorted: one pass instead of an insertion each. Where both fold a row, the group wins: it hides more. */
static void merge(const struct folds *spans, const struct folds *groups, struct folds *out)
{
	size_t i = 0, k = 0;
	out->cap = size_add(size_add(spans->n, groups->n), 1);
	out->at = xmalloc(size_mul(out->cap, sizeof *out->at));
	while (i < spans->n || k < groups->n) {
		bool group = i == spans->n || (k < groups->n && groups->at[k].pos <= spans->at[i].pos);
		if (group && i < spans->n && groups->at[k].pos == spans->at[i].pos)
			i++;
		out->at[out->n++] = group ? groups->at[k++] : spans->at[i++];
	}
}

bool tree_depth_folds(struct db *db, const struct trace_row *trace, int depth, struct folds *out, struct err *err)
{
	struct folds spans = {0}, groups = {0};
	bool ok = tree_fold_depth(db, trace->first, trace->n, depth, &spans, err) &&
	          tree_first_folds(db, trace, &groups, err);
	if (ok)
		merge(&spans, &groups, out);
	folds_done(&spans);
	folds_done(&groups);
	return ok;
}

void folds_copy(struct folds *to, const struct folds *from)
{
	*to = (struct folds){.n = from->n, .cap = from->n};
	if (from->n) {
		to->at = xmalloc(size_mul(from->n, sizeof *to->at));
		memcpy(to->at, from->at, from->n * sizeof *to->at);
	}
}

/* ---------------------------------------------------------------- the cursor and the folds */

void tree_pane_done(struct tree_pane *t)
{
	folds_done(&t->folds);
	tree_page_done(&t->page);
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

void tree_pane_move(struct tree_pane *t, int64_t by)
{
	int64_t visible = folds_visible(&t->folds, t->trace->n);
	int64_t row = folds_row(&t->folds, t->cursor);
	row = by > 0 && row > INT64_MAX - by ? visible : row + by;
	t->cursor = folds_pos(&t->folds, t->trace->n, clamp(row, 0, visible - 1));
}

void tree_pane_go(struct tree_pane *t, int64_t pos)
{
	size_t n = t->folds.n;
	folds_open_to(&t->folds, pos);
	t->stamp += n != t->folds.n;
	t->cursor = pos;
}

void tree_pane_show(struct tree_pane *t, int64_t pos)
{
	t->cursor = folds_pos(&t->folds, t->trace->n, folds_row(&t->folds, pos));
}

void tree_pane_center(struct tree_pane *t)
{
	int64_t row = folds_row(&t->folds, t->cursor);
	if (row < t->top || row >= t->top + t->rows)
		t->top = row - t->rows / 2;
}

void tree_pane_scroll(struct tree_pane *t)
{
	int64_t visible = folds_visible(&t->folds, t->trace->n), row = folds_row(&t->folds, t->cursor);
	if (row < t->top)
		t->top = row;
	if (row >= t->top + t->rows)
		t->top = row - t->rows + 1;
	t->top = clamp(t->top, 0, visible - t->rows);
}

bool tree_pane_fold(struct tree_pane *t)
{
	const struct tree_row *row = tree_pane_row(t);
	const struct fold *fold = folds_at(&t->folds, t->cursor);
	if (!row || (fold && fold->group))
		return false;
	if (!fold && row->size > 1)
		folds_set(&t->folds, row->pos, row->size - 1, false);
	else if (row->rep_n > 1 && row->rep_len > 1)
		folds_set(&t->folds, row->pos, row->rep_len - 1, true);
	else
		return false;
	t->stamp++;
	return true;
}

bool tree_pane_unfold(struct tree_pane *t)
{
	if (!folds_at(&t->folds, t->cursor))
		return false;
	folds_unset(&t->folds, t->cursor);
	t->stamp++;
	return true;
}

void tree_pane_set_folds(struct tree_pane *t, struct folds *folds)
{
	folds_done(&t->folds);
	t->folds = *folds;
	*folds = (struct folds){0};
	t->stamp++;
	tree_pane_show(t, t->cursor);
}

bool tree_pane_wants(const struct tree_pane *t, int64_t *from, int64_t *count)
{
	const struct tree_window *w = &t->page.window;
	int64_t visible = folds_visible(&t->folds, t->trace->n), rows = t->rows > 0 ? t->rows : 1;
	int64_t end = t->top + rows < visible ? t->top + rows : visible;
	if (t->page.folds_stamp == t->stamp && w->from <= t->top && w->from + (int64_t)w->n >= end)
		return false;
	*from = t->top > rows ? t->top - rows : 0; /* a page before and after: the next page down is there at once */
	*count = t->top - *from + 2 * rows;
	return true;
}

/* ---------------------------------------------------------------- drawing */

/* Columns of a row: cursor, tree and name, duration, bar. */
struct layout {
	int name, name_cols, time, time_cols, bar, bar_cols;
	int levels; /* of the tree that fit; deeper ones shift it */
	int shift;
};

static struct layout layout_for(const struct tree_pane *t, int cols)
{
	struct layout l = {.name = 1, .time_cols = 7};
	l.name_cols = cols < 48 ? cols - 9 : cols * 7 / 16;
	if (cols >= 60 && l.name_cols < 34)
		l.name_cols = 34;
	if (l.name_cols > 72)
		l.name_cols = 72;
	l.time = l.name + l.name_cols;
	l.bar = l.time + l.time_cols + 1;
	l.bar_cols = cols < 48 ? 0 : cols - l.bar;
	l.levels = (l.name_cols - 20) / 3;
	if (l.levels < 2)
		l.levels = 2;
	const struct tree_row *row = tree_pane_row(t);
	if (row && row->depth > l.levels)
		l.shift = row->depth - l.levels;
	return l;
}

static void draw_ruler(const struct tree_pane *t, struct canvas c, const struct layout *l)
{
	canvas_putc(c, 0, 2, -1, ROLE_HEADING, "span");
	canvas_put_right(c, 0, l->time, l->time_cols, ROLE_HEADING, t->self_time ? STR_LIT("self") : STR_LIT("total"));
	if (l->bar_cols >= 12 && t->trace->duration_ns > 0)
		bars_ruler(c, 0, l->bar, l->bar_cols, 0, t->trace->duration_ns);
}

/* Lines of the ancestors and the elbow; returns the column after them. */
static int draw_lines(const struct tree_row *row, bool last, struct canvas c, int y, const struct layout *l)
{
	bool ascii = c.grid->ascii;
	int col = l->name, depth = row->depth - l->shift;
	if (depth > l->levels)
		depth = l->levels;
	if (row->depth > 0 && depth < 1) {
		canvas_putc(c, y, col, 1, ROLE_DIM, ascii ? "<" : "‹");
		return col + 1;
	}
	for (int d = row->depth - depth + 1; d < row->depth; d++, col += 3) {
		bool later = d >= row->lines_from && (row->lines >> (d - row->lines_from) & 1);
		if (later)
			canvas_putc(c, y, col, 1, ROLE_DIM, ascii ? "|" : "│");
	}
	if (depth > 0) {
		canvas_putc(c, y, col, 2, ROLE_DIM, ascii ? (last ? "`-" : "|-") : last ? "└─" : "├─");
		col += 2;
	}
	return col;
}

static void draw_mark(const struct tree_row *row, const struct fold *fold, int64_t errors, struct canvas c, int y,
                      int col)
{
	bool ascii = c.grid->ascii, failed = row->status == STATUS_ERROR || (fold && errors > 0);
	if (failed)
		canvas_putc(c, y, col, 1, ROLE_ERROR, glyph_error(ascii));
	else if (fold)
		canvas_putc(c, y, col, 1, ROLE_TEXT, ascii ? "+" : "▸");
	else if (row->size > 1)
		canvas_putc(c, y, col, 1, ROLE_DIM, ascii ? "-" : "▾");
	else if (row->depth > 0)
		canvas_putc(c, y, col, 1, ROLE_DIM, ascii ? " " : "─");
}

/* Two calls of one name are no finding, unless their arguments are the same. */
static bool is_group(const struct tree_row *row)
{
	return row->rep_n >= AT_LEAST || (row->rep_n > 1 && (row->flags & SPAN_SAME));
}

/* What stands after the name while there is room: repeats, hidden errors, why it failed, the model. */
static int draw_notes(const struct tree_row *row, bool running, const struct fold *fold, int64_t errors,
                      struct canvas c, int y, int col, int end)
{
	if (is_group(row) && (!fold || fold->group)) {
		bool all = fold && fold->group;
		col +=
		    canvas_printf(c, y, col + 1, end - col - 1, all ? ROLE_MARK : ROLE_DIM, all ? "%s%lld" : "1/%s%lld",
		                  all ? (c.grid->ascii ? "x" : "×") : "", (long long)row->rep_n) +
		    1;
		if (row->flags & SPAN_SAME)
			col += canvas_putc(c, y, col + 1, end - col - 1, ROLE_WARNING, "!same") + 1;
	}
	if (fold && errors > (row->status == STATUS_ERROR))
		col += canvas_printf(c, y, col + 1, end - col - 1, ROLE_ERROR, "%lld%s", (long long)errors,
		                     glyph_error(c.grid->ascii)) +
		       1;
	if (end - col < 6)
		return col;
	if (row->flags & SPAN_RUNNING)
		col += canvas_putc(c, y, col + 2, end - col - 2, ROLE_RUNNING, running ? "running" : "not ended") + 2;
	else if (row->status == STATUS_ERROR && row->message.len)
		col += canvas_put(c, y, col + 2, end - col - 2, ROLE_ERROR, row->message) + 2;
	else if (row->model.len && text_cols(row->model) <= end - col - 2)
		col += canvas_put(c, y, col + 2, end - col - 2, ROLE_DIM, row->model) + 2;
	return col;
}

static void draw_name(const struct tree_pane *t, const struct tree_row *row, const struct tree_extent *e,
                      struct canvas c, int y, const struct layout *l)
{
	const struct fold *fold = folds_at(&t->folds, row->pos);
	int end = l->name + l->name_cols, col = draw_lines(row, e->last, c, y, l);
	draw_mark(row, fold, e->errors, c, y, col);
	col += 2;
	bool synthetic = (row->flags & SPAN_SYNTHETIC) != 0;
	if (!synthetic) {
		canvas_putc(c, y, col, end - col, kind_role(row->kind), kind_short(row->kind));
		col += 6;
	}
	int room = end - col;
	bool group = is_group(row) && (!fold || fold->group);
	if (group && room > 20) /* the repeat mark matters more than the end of a long name */
		room -= row->flags & SPAN_SAME ? 11 : 5;
	struct str name = row->name.len ? row->name
	                  : synthetic   ? (t->running ? STR_LIT("parent not here yet") : STR_LIT("parent missing"))
	                                : STR_LIT("(no name)");
	enum role role = synthetic ? ROLE_WARNING : row->status == STATUS_ERROR ? ROLE_ERROR : ROLE_TEXT;
	int used = canvas_put(c, y, col, room, role, name);
	find_light(c, y, col, used, name, t->find);
	if (row->pos == t->cursor) {
		canvas_putc(c, y, 0, 1, ROLE_CURSOR, ">");
		canvas_reverse(c, y, col, used);
	}
	draw_notes(row, t->running, fold, e->errors, c, y, col + used, end);
}

static double share(const struct trace_row *trace, int64_t at_ns)
{
	return (double)(at_ns - trace->start_ns) / (double)trace->duration_ns;
}

static void draw_bar(const struct tree_pane *t, const struct tree_row *row, const struct tree_extent *e,
                     struct canvas c, int y, const struct layout *l)
{
	const struct trace_row *trace = t->trace;
	if (e->start_ns == TIME_UNKNOWN || trace->start_ns == TIME_UNKNOWN || trace->duration_ns == UNKNOWN_INT ||
	    (row->flags & SPAN_BAD_TIME))
		return;
	double from = share(trace, e->start_ns), to = e->running ? 1 : share(trace, e->end_ns);
	if (trace->duration_ns <= 0) { /* all at one instant: the whole is as long as nothing */
		from = 0;
		to = 1;
	}
	bool critical = (row->flags & SPAN_CRITICAL) != 0;
	enum role role = row->status == STATUS_ERROR ? ROLE_BAR_ERROR : critical ? ROLE_BAR_CRITICAL : ROLE_BAR;
	canvas_bar(c, y, l->bar, l->bar_cols, from, to, role);
	if (e->running) /* its end is not known: the bar is open */
		canvas_putc(c, y, l->bar + l->bar_cols - 1, 1, ROLE_RUNNING, c.grid->ascii ? ">" : "▸");
}

static void draw_row(const struct tree_pane *t, size_t i, struct canvas c, int y, const struct layout *l)
{
	const struct tree_row *row = &t->page.window.rows[i];
	const struct tree_extent *e = &t->page.extents[i];
	const struct fold *fold = folds_at(&t->folds, row->pos);
	struct buf text = BUF_INIT;
	draw_name(t, row, e, c, y, l);
	int64_t ns = t->self_time ? row->self_ns : row->duration_ns;
	if (fold && fold->group)
		ns = t->self_time ? e->self_ns : units_between(e->start_ns, e->end_ns);
	const struct trace_row *trace = t->trace;
	if (t->running && (row->flags & SPAN_RUNNING) && row->start_ns != TIME_UNKNOWN &&
	    trace->duration_ns != UNKNOWN_INT) { /* so far */
		ns = trace->start_ns + trace->duration_ns - row->start_ns;
		buf_add_cstr(&text, c.grid->ascii ? ">" : "≥");
	}
	units_duration(&text, ns, c.grid->ascii);
	canvas_put_right(c, y, l->time, l->time_cols, ns == UNKNOWN_INT ? ROLE_DIM : ROLE_TEXT, buf_str(&text));
	buf_done(&text);
	if (l->bar_cols > 0)
		draw_bar(t, row, e, c, y, l);
}

void tree_pane_draw(const struct tree_pane *t, struct canvas c)
{
	struct layout l = layout_for(t, c.cols);
	draw_ruler(t, c, &l);
	const struct tree_window *w = &t->page.window;
	for (int y = 1; y < c.rows; y++) {
		int64_t i = t->top + y - 1 - w->from;
		if (i >= 0 && i < (int64_t)w->n)
			draw_row(t, (size_t)i, c, y, &l);
	}
}
