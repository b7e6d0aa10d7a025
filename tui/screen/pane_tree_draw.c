/* The tree of a trace as it is drawn: names and lines, durations, bars. */
#include <math.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/units.h"
#include "store/span_row.h"
#include "tui/screen/pane_marks.h"
#include "tui/screen/pane_text.h"
#include "tui/screen/pane_tree.h"
#include "tui/widget/bars.h"

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

/* Columns of a row: cursor, tree and name, duration, bar. */
struct layout {
	int name, name_cols, time, time_cols, bar, bar_cols;
	int levels; /* of the tree that fit; deeper ones shift it */
	bool map;   /* the tree is longer than the screen: which part shows is said above it */
	bool has_ruler;
	struct tree_times ruler;
	double ns; /* of the ruler */
};

static int levels_of(int name_cols)
{
	return name_cols < 26 ? 2 : (name_cols - 20) / 3;
}

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
	l.map = cols >= 48 && tree_pane_visible(t) > t->rows;
	l.bar_cols = cols < 48 ? 0 : cols - l.bar;
	l.levels = levels_of(l.name_cols);
	l.has_ruler = tree_pane_ruler(t, &l.ruler);
	int64_t ns;
	if (!l.has_ruler || __builtin_sub_overflow(l.ruler.end_ns, l.ruler.start_ns, &ns) || ns < 0)
		l.has_ruler = false;
	else
		l.ns = (double)ns;
	return l;
}

int tree_pane_bar_cols(const struct tree_pane *t, int cols)
{
	return layout_for(t, cols).bar_cols;
}

int tree_pane_shift(const struct tree_pane *t, int cols)
{
	const struct tree_row *row = tree_pane_row(t);
	int levels = layout_for(t, cols).levels, shift = t->shift;
	if (!row)
		return shift;
	if (row->depth > shift + levels)
		return row->depth -
		       (levels + 1) / 2; /* by more than one, so that the next step leaves all where it is */
	if (row->depth <= levels)
		return 0;
	return row->depth <= shift ? row->depth - (levels + 1) / 2 : shift;
}

/* Where a time lies on the ruler, 0 its begin, 1 its end. A ruler without a length has everything on it. */
static double share(const struct layout *l, int64_t at_ns)
{
	return l->ns > 0 ? ((double)at_ns - (double)l->ruler.start_ns) / l->ns : at_ns > l->ruler.end_ns;
}

/* Exact where the whole is short and the times are large. */
static double share_of(const struct layout *l, int64_t at_ns)
{
	int64_t off;
	if (l->ns <= 0 || __builtin_sub_overflow(at_ns, l->ruler.start_ns, &off))
		return share(l, at_ns);
	return (double)off / l->ns;
}

/* The column of a time, -1 outside. */
static int column_of(const struct layout *l, int64_t at_ns)
{
	double at = share_of(l, at_ns);
	if (l->bar_cols <= 0 || at < 0 || at > 1)
		return -1;
	int col = (int)(at * l->bar_cols);
	return col < l->bar_cols ? col : l->bar_cols - 1;
}

/* When the rows on the screen ran, on the ruler of a tree that is longer than the screen. */
static void mark_shown(const struct tree_pane *t, struct canvas c, const struct layout *l)
{
	const struct tree_window *w = &t->page.window;
	double from = 2, to = -1;
	for (int64_t row = t->top; row < t->top + t->rows; row++) {
		int64_t i = row - w->from;
		if (i < 0 || i >= (int64_t)w->n || t->page.extents[i].start_ns == TIME_UNKNOWN)
			continue;
		double start = share_of(l, t->page.extents[i].start_ns), end = share_of(l, t->page.extents[i].end_ns);
		from = start < from ? start : from;
		to = end > to ? end : to;
	}
	from = from < 0 ? 0 : from;
	to = to > 1 ? 1 : to;
	if (from > to)
		return;
	int col = (int)(from * l->bar_cols), end = (int)ceil(to * l->bar_cols);
	canvas_tint(c, 0, l->bar + col, (end > col ? end : col + 1) - col, ROLE_HEADING);
}

/* Which part of all rows shows, as a line in the row of titles, where scrolling leaves it alone. It has so few columns that most steps
 * change none of them. */
static void draw_map(const struct tree_pane *t, struct canvas c, const struct layout *l)
{
	enum { FROM = 8, MOST = 20, STEPS = 5 };
	int64_t visible = tree_pane_visible(t), cols = l->time - FROM - 2;
	cols = cols > MOST ? MOST : cols;
	cols = cols > visible / STEPS ? visible / STEPS : cols;
	if (cols < 5)
		return;
	int n = (int)((double)t->rows / (double)visible * (double)cols);
	n = n < 1 ? 1 : n;
	int from = t->top + t->rows >= visible
	               ? (int)cols - n
	               : (int)((double)t->top / (double)(visible - t->rows) * (double)(cols - n));
	canvas_fill(c, 0, FROM, (int)cols, ROLE_DIM, c.grid->ascii ? "." : "┈");
	canvas_fill(c, 0, FROM + from, n, ROLE_DIM, c.grid->ascii ? "#" : "━");
}

static void draw_ruler(const struct tree_pane *t, struct canvas c, const struct layout *l)
{
	bool agents = t->shape.view && t->shape.view->agents;
	canvas_putc(c, 0, 2, -1, ROLE_HEADING, agents ? "agent" : "span");
	canvas_put_right(c, 0, l->time, l->time_cols, ROLE_HEADING, t->self_time ? STR_LIT("self") : STR_LIT("total"));
	if (l->map)
		draw_map(t, c, l);
	if (agents)
		return;
	if (l->bar_cols >= 12 && l->has_ruler && l->ns > 0) {
		int64_t from = 0;
		if (t->trace->start_ns != TIME_UNKNOWN &&
		    __builtin_sub_overflow(l->ruler.start_ns, t->trace->start_ns, &from))
			from = 0;
		bars_ruler(c, 0, l->bar, l->bar_cols, from, from + (int64_t)l->ns);
		if (l->map)
			mark_shown(t, c, l);
	}
	int at = t->moment_ns == TIME_UNKNOWN || !l->has_ruler ? -1 : column_of(l, t->moment_ns);
	if (at >= 0)
		canvas_putc(c, 0, l->bar + at, 1, ROLE_MARK, c.grid->ascii ? "v" : "▼");
}

/* Lines of the ancestors and the elbow; returns the column after them. */
static int draw_lines(const struct tree_row *row, bool last, int shift, struct canvas c, int y, const struct layout *l)
{
	bool ascii = c.grid->ascii;
	int col = l->name, depth = row->depth - shift;
	bool deeper = depth > l->levels; /* than there is room for: in the last column, with another line */
	if (row->depth > 0 && depth < 1) {
		canvas_putc(c, y, col, 1, ROLE_DIM, ascii ? "<" : "‹");
		return col + 1;
	}
	int end = deeper ? shift + l->levels : row->depth;
	for (int d = shift + 1; d < end; d++, col += 3) {
		bool later = d >= row->lines_from && (row->lines >> (d - row->lines_from) & 1);
		if (later)
			canvas_putc(c, y, col, 1, ROLE_DIM, ascii ? "|" : "│");
	}
	if (depth > 0) {
		const char *elbow = deeper ? (ascii ? ":-" : "┆─") : last ? (ascii ? "`-" : "└─") : ascii ? "|-" : "├─";
		canvas_putc(c, y, col, 2, ROLE_DIM, elbow);
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
	return row->rep_n >= TREE_GROUP_LEAST || (row->rep_n > 1 && (row->flags & SPAN_SAME));
}

/* What stands after the name while there is room: repeats, hidden errors, why it failed, the model. */
static int draw_notes(const struct tree_row *row, const struct marks *marks, bool running, const struct fold *fold,
                      int64_t errors, struct canvas c, int y, int col, int end)
{
	enum role role;
	const char *sign = marks ? marks_sign(marks, c.grid->ascii, &role) : NULL;
	if (sign) {
		bool word = marks->verdict != VERDICT_NONE && end - col > 12;
		col += canvas_printf(c, y, col + 1, end - col - 1, role, "%s%s", sign,
		                     word ? verdict_name(marks->verdict) : "") +
		       1;
	}
	if (is_group(row) && (!fold || fold->group)) {
		bool all = fold && fold->group;
		col +=
		    canvas_printf(c, y, col + 1, end - col - 1, all ? ROLE_MARK : ROLE_DIM, all ? "%s%lld" : "1/%s%lld",
		                  all ? (c.grid->ascii ? "x" : "×") : "", (long long)row->rep_n) +
		    1;
		if (row->flags & SPAN_SAME)
			col += canvas_putc(c, y, col + 1, end - col - 1, ROLE_WARNING, "!same") + 1;
	}
	if (end - col > 3 && row->findings.len && !((row->flags & SPAN_SAME) && str_is(row->findings, "repeated-call")))
		col += canvas_printf(c, y, col + 1, end - col - 1, ROLE_WARNING, "!" STR_FMT,
		                     STR_ARG(str_cut(row->findings, 0, 40))) +
		       1;
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
	const struct fold *fold = folds_at(&t->folds, row->index);
	int end = l->name + l->name_cols, col = draw_lines(row, e->last, t->shift, c, y, l);
	draw_mark(row, fold, e->errors, c, y, col);
	if (fold || row->size > 1)
		canvas_zone(canvas_part(c, y, col, 1, 2), (struct zone){.kind = ZONE_FOLD});
	col += 2;
	bool synthetic = (row->flags & SPAN_SYNTHETIC) != 0;
	if (!synthetic) {
		canvas_putc(c, y, col, end - col, row->dim ? ROLE_DIM : kind_role(row->kind), kind_short(row->kind));
		col += 6;
	}
	int room = end - col;
	const struct marks *marks = t->page.marks ? &t->page.marks[e - t->page.extents] : NULL;
	if (marks && marks_any(marks) && room > 6) /* what people say matters more than the end of a long name */
		room -= 2;
	bool group = is_group(row) && (!fold || fold->group);
	if (group && room > 20) /* the repeat mark matters more than the end of a long name */
		room -= row->flags & SPAN_SAME ? 11 : 5;
	else if (row->findings.len && room > 24) /* so does what checks found */
		room -= row->findings.len + 2 < 12 ? (int)row->findings.len + 2 : 12;
	struct str name = row->name.len ? row->name
	                  : synthetic   ? (t->running ? STR_LIT("parent not here yet") : STR_LIT("parent missing"))
	                                : STR_LIT("(no name)");
	enum role role = row->dim                      ? ROLE_DIM
	                 : synthetic                   ? ROLE_WARNING
	                 : row->status == STATUS_ERROR ? ROLE_ERROR
	                                               : ROLE_TEXT;
	int used = canvas_put(c, y, col, room, role, name);
	find_light(c, y, col, used, name, t->find);
	if (row->pos == t->cursor) {
		canvas_putc(c, y, 0, 1, ROLE_CURSOR, ">");
		canvas_reverse(c, y, col, used);
	}
	draw_notes(row, marks, t->running, fold, e->errors, c, y, col + used, end);
}

/* The bar that lies between two times: what is outside of the ruler is an arrow to it. */
static void put_bar(struct canvas c, int y, const struct layout *l, int64_t start_ns, int64_t end_ns, enum role role)
{
	double from = share_of(l, start_ns), to = share_of(l, end_ns);
	if (l->ns <= 0) { /* all at one instant: the whole is as long as nothing */
		from = 0;
		to = 1;
	}
	bool ascii = c.grid->ascii;
	if (to < 0 || (to <= 0 && from < 0))
		canvas_putc(c, y, l->bar, 1, ROLE_DIM, ascii ? "<" : "‹");
	else if (from > 1)
		canvas_putc(c, y, l->bar + l->bar_cols - 1, 1, ROLE_DIM, ascii ? ">" : "›");
	else
		canvas_bar(c, y, l->bar, l->bar_cols, from, to, role);
}

/* The columns of a span's bar in which a child ran from end to end: what is left is its own work. */
static void tint_children(const struct tree_extent *e, struct canvas c, int y, const struct layout *l, enum role role)
{
	int64_t bar_from = e->start_ns, bar_to = e->end_ns;
	for (size_t i = 0; i < e->n_parts && l->ns > 0; i++) {
		int64_t from_ns = e->parts[i].from_ns > bar_from ? e->parts[i].from_ns : bar_from;
		int64_t to_ns = e->parts[i].to_ns < bar_to ? e->parts[i].to_ns : bar_to;
		double from = share_of(l, from_ns), to = share_of(l, to_ns);
		from = from < 0 ? 0 : from;
		to = to > 1 ? 1 : to;
		if (from_ns >= to_ns || from >= to)
			continue;
		/* The last column of a bar belongs to a child that ends with it, however little of it the bar fills. */
		int col = from_ns <= bar_from ? (int)(from * l->bar_cols) : (int)ceil(from * l->bar_cols - 1e-6);
		int end = to_ns >= bar_to ? (int)ceil(to * l->bar_cols) : (int)(to * l->bar_cols + 1e-6);
		if (end > col)
			canvas_tint(c, y, l->bar + col, end - col, role);
	}
}

static void draw_bar(const struct tree_pane *t, const struct tree_row *row, const struct tree_extent *e,
                     struct canvas c, int y, const struct layout *l)
{
	if (e->start_ns == TIME_UNKNOWN || !l->has_ruler || (row->flags & SPAN_BAD_TIME))
		return;
	bool critical = (row->flags & SPAN_CRITICAL) != 0;
	const struct fold *fold = folds_at(&t->folds, row->index);
	enum role child = critical && !row->dim ? ROLE_BAR_CRITICAL_CHILD : ROLE_BAR_CHILD;
	enum role role = row->dim                      ? ROLE_BAR_CHILD
	                 : row->status == STATUS_ERROR ? ROLE_BAR_ERROR
	                 : critical                    ? ROLE_BAR_CRITICAL
	                                               : ROLE_BAR;
	int64_t end = e->running && l->ruler.end_ns > e->end_ns ? l->ruler.end_ns : e->end_ns;
	if (fold && fold->group && e->known && e->n_parts) {
		for (size_t i = 0; i < e->n_parts; i++)
			put_bar(c, y, l, e->parts[i].from_ns, e->parts[i].to_ns, role);
	} else {
		put_bar(c, y, l, e->start_ns, end, role);
		tint_children(e, c, y, l, child);
	}
	if (e->running) /* its end is not known: the bar is open */
		canvas_putc(c, y, l->bar + l->bar_cols - 1, 1, ROLE_RUNNING, c.grid->ascii ? ">" : "▸");
}

/* ---------------------------------------------------------------- agents */

/* Columns beside the outline of agents, the last ones go first where there is no room: each title with the blank before it. */
static const struct agent_col {
	const char *title;
	int cols;
} agent_cols[] = {
    {"llm",  5},
    {"tool", 6},
    {"err",  5},
    {"tok",  8},
    {"cost", 9},
};
enum { N_AGENT_COLS = sizeof agent_cols / sizeof *agent_cols };

static void agent_value(struct buf *out, const struct tree_agent *a, size_t col)
{
	switch (col) {
	case 0: units_count(out, a->llm_calls); break;
	case 1: units_count(out, a->tool_calls); break;
	case 2: units_count(out, a->errors); break;
	case 3:
		if (a->tokens != UNKNOWN_INT)
			units_count(out, a->tokens);
		break;
	default:
		if (!isnan(a->cost_usd))
			units_usd(out, a->cost_usd);
	}
}

/* a NULL: the titles. */
static void draw_agent(const struct tree_agent *a, struct canvas c, int y, const struct layout *l)
{
	int col = l->time + l->time_cols;
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < N_AGENT_COLS && col + agent_cols[i].cols <= c.cols; i++) {
		buf_clear(&text);
		if (a)
			agent_value(&text, a, i);
		else
			buf_add_cstr(&text, agent_cols[i].title);
		enum role role = !a ? ROLE_HEADING : i == 2 && a->errors ? ROLE_ERROR : ROLE_TEXT;
		canvas_put_right(c, y, col + 1, agent_cols[i].cols - 1, role, buf_str(&text));
		col += agent_cols[i].cols;
	}
	static const char note[] = "what it did itself, without agents below it";
	if (!a && col + 2 + (int)sizeof note <= c.cols)
		canvas_putc(c, y, col + 2, -1, ROLE_DIM, note);
	buf_done(&text);
}

/* What a row took; so far, if it still runs. */
static void add_time(const struct tree_pane *t, const struct tree_row *row, const struct tree_extent *e,
                     struct buf *text, enum role *role, bool ascii)
{
	const struct fold *fold = folds_at(&t->folds, row->index);
	const struct trace_row *trace = t->trace;
	int64_t ns = t->self_time ? row->self_ns : row->duration_ns, so_far;
	if (fold && fold->group)
		ns = t->self_time ? e->self_ns : units_between(e->start_ns, e->end_ns);
	if (t->running && (row->flags & SPAN_RUNNING) && row->start_ns != TIME_UNKNOWN &&
	    trace->start_ns != TIME_UNKNOWN && trace->duration_ns != UNKNOWN_INT &&
	    !__builtin_add_overflow(trace->start_ns, trace->duration_ns, &so_far) &&
	    !__builtin_sub_overflow(so_far, row->start_ns, &so_far)) {
		ns = so_far;
		buf_add_cstr(text, ascii ? ">" : "≥");
	}
	units_duration(text, ns, ascii);
	*role = ns == UNKNOWN_INT || row->dim ? ROLE_DIM : ROLE_TEXT;
}

static void draw_row(const struct tree_pane *t, size_t i, struct canvas c, int y, const struct layout *l)
{
	const struct tree_row *row = &t->page.window.rows[i];
	const struct tree_extent *e = &t->page.extents[i];
	struct buf text = BUF_INIT;
	enum role role;
	draw_name(t, row, e, c, y, l);
	add_time(t, row, e, &text, &role, c.grid->ascii);
	canvas_put_right(c, y, l->time, l->time_cols, role, buf_str(&text));
	buf_done(&text);
	if (row->agent)
		draw_agent(row->agent, c, y, l);
	else if (l->bar_cols > 0)
		draw_bar(t, row, e, c, y, l);
}

void tree_pane_draw(const struct tree_pane *t, struct canvas c)
{
	struct layout l = layout_for(t, c.cols);
	bool agents = t->shape.view && t->shape.view->agents;
	draw_ruler(t, c, &l);
	if (agents)
		draw_agent(NULL, c, 0, &l);
	int at = t->moment_ns == TIME_UNKNOWN || !l.has_ruler || agents ? -1 : column_of(&l, t->moment_ns);
	const struct tree_window *w = &t->page.window;
	int64_t rows = tree_pane_visible(t) - t->top;
	canvas_zone(canvas_part(c, 1, 0, rows < c.rows ? (int)rows : c.rows - 1, c.cols),
	            (struct zone){.kind = ZONE_LIST, .at = t->top, .now = tree_pane_place(t, t->cursor)});
	for (int y = 1; y < c.rows; y++) {
		int64_t i = t->top + y - 1 - w->from;
		if (i < 0 || i >= (int64_t)w->n)
			continue;
		if (at >= 0) /* below the bars: those that lie over it ran then */
			canvas_putc(c, y, l.bar + at, 1, ROLE_MARK, c.grid->ascii ? ":" : "┊");
		draw_row(t, (size_t)i, c, y, &l);
	}
}
