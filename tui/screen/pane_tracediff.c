/* The table of two traces. */
#include "tui/screen/pane_tracediff.h"

#include <stdlib.h>

#include "store/span_row.h"
#include "tui/screen/pane_tree.h"

enum {
	LEVEL_COLS = 2,
	TIME_COLS = 8,
	MORE_COLS = 9,
	WORDS_FROM = 110,
	BAR_FROM = 70,
	FIGURES_FROM = 60,
	MARK_COLS = 2,
	KIND_COLS = 6
};

/* ---------------------------------------------------------------- what shows */

/* Rows of subtrees in which nothing differs, from i on. */
static size_t same_run(const struct trace_diff *d, size_t i)
{
	size_t to = i;
	while (to < d->n && d->rows[to].changes == 0 && d->rows[to].depth == d->rows[i].depth)
		to += d->rows[to].size;
	return to - i;
}

static void make_shown(struct diff_rows *r)
{
	const struct trace_diff *d = r->d;
	vec_clear(&r->shown);
	for (size_t i = 0; i < d->n;) {
		const struct trace_diff_row *row = &d->rows[i];
		size_t same = r->open[i] ? 0 : same_run(d, i), hidden = 0;
		if (same > 1)
			hidden = same - 1;
		else if (!r->open[i] && row->alone)
			hidden = row->size - 1;
		*vec_add(&r->shown) = (struct diff_shown){i, hidden, same > 1};
		i += hidden + 1;
	}
}

void diff_rows_set(struct diff_rows *r, const struct trace_diff *d)
{
	free(r->open);
	r->d = d;
	r->n_open = d->n;
	r->open = xcalloc(d->n + 1, sizeof *r->open);
	make_shown(r);
}

void diff_rows_done(struct diff_rows *r)
{
	free(r->open);
	vec_done(&r->shown);
	*r = (struct diff_rows){0};
}

bool diff_rows_toggle(struct diff_rows *r, size_t shown)
{
	if (shown >= r->shown.n)
		return false;
	const struct diff_shown *s = &r->shown.at[shown];
	size_t from = s->row, n = s->hidden + 1;
	if (!s->hidden) { /* fold again what it was unfolded from */
		const struct trace_diff_row *row = &r->d->rows[from];
		if (!r->open[from])
			return false;
		while (from > 0 && r->open[from - 1] && r->d->rows[from - 1].changes == 0 && row->changes == 0)
			from--;
		n = row->changes == 0 ? same_run(r->d, from) : row->size;
	}
	memset(r->open + from, s->hidden ? 1 : 0, n);
	make_shown(r);
	return true;
}

void diff_rows_all(struct diff_rows *r, bool open)
{
	memset(r->open, open ? 1 : 0, r->n_open);
	make_shown(r);
}

size_t diff_rows_find(const struct diff_rows *r, size_t row)
{
	size_t low = 0, high = r->shown.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->shown.at[middle].row <= row)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : 0;
}

/* ---------------------------------------------------------------- columns */

struct layout {
	int name, name_cols, a, b, more, bar, bar_cols, words;
};

static struct layout layout_for(int cols)
{
	struct layout l = {.name = 1 + MARK_COLS};
	int figures = 2 * TIME_COLS + MORE_COLS;
	int rest = cols - l.name - figures;
	bool bar = cols >= BAR_FROM, words = cols >= WORDS_FROM;
	l.bar_cols = !bar ? 0 : words ? cols / 8 : rest / 4;
	l.name_cols = words ? rest * 3 / 8 : rest - l.bar_cols - (bar ? 2 : 0);
	l.a = l.name + l.name_cols;
	l.b = l.a + TIME_COLS;
	l.more = l.b + TIME_COLS;
	l.bar = l.more + MORE_COLS + 1;
	l.words = words ? l.bar + l.bar_cols + 2 : cols;
	return l;
}

static void put_duration(struct canvas c, int y, int col, int cols, enum role role, const char *sign, int64_t ns)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, sign);
	units_duration(&text, ns, c.grid->ascii);
	canvas_put_right(c, y, col, cols, role, buf_str(&text));
	buf_done(&text);
}

static char mark_of(const struct trace_diff_row *row)
{
	if (row->marks & ALIGN_ADDED)
		return '+';
	if (row->marks & ALIGN_REMOVED)
		return '-';
	if (row->marks & (ALIGN_MOVED | ALIGN_RENAMED))
		return row->marks & ALIGN_MOVED ? 'm' : 'r';
	return row->marks & (ALIGN_GOES_IN | ALIGN_COMES_OUT) ? '~' : ' ';
}

static enum role mark_role(const struct trace_diff_row *row)
{
	return row->marks & ALIGN_ADDED     ? ROLE_INSERTED
	       : row->marks & ALIGN_REMOVED ? ROLE_DELETED
	       : row->marks                 ? ROLE_MARK
	                                    : ROLE_DIM;
}

/* To the right of the middle: B takes longer. */
static void draw_bar(const struct trace_diff *d, const struct trace_diff_row *row, struct canvas c, int y,
                     const struct layout *l)
{
	int middle = l->bar + l->bar_cols / 2;
	if (l->bar_cols < 5)
		return;
	canvas_putc(c, y, middle, 1, ROLE_DIM, c.grid->ascii ? "|" : "│");
	if (row->more_ns == UNKNOWN_INT || !(row->marks & (ALIGN_SLOWER | ALIGN_FASTER)) || d->most_ns <= 0)
		return;
	double share = (double)row->more_ns / (double)d->most_ns;
	int half = l->bar_cols / 2;
	if (share > 0)
		canvas_bar(c, y, middle + 1, half, 0, share, ROLE_BAR_ERROR);
	else
		canvas_bar(c, y, middle - half, half, 1 + share, 1, ROLE_BAR_CRITICAL);
}

/* Returns the columns of the name, which begins at *at: what the cursor lights, no more, as each cell costs bytes on a slow line. */
static int draw_name(const struct trace_diff_row *row, const struct diff_shown *shown, bool first, struct canvas c,
                     int y, const struct layout *l, struct str find, int *at)
{
	const struct diff_span *span = trace_diff_span(row);
	int levels = (l->name_cols - 24) / LEVEL_COLS, end = l->name + l->name_cols;
	int depth = levels < 1 ? 0 : (int)row->depth < levels ? (int)row->depth : levels;
	int col = l->name + depth * LEVEL_COLS;
	if ((int)row->depth > depth && depth)
		canvas_putc(c, y, col - LEVEL_COLS, 1, ROLE_DIM, c.grid->ascii ? "<" : "‹");
	*at = shown->same ? col : col + KIND_COLS;
	if (shown->same) {
		struct buf text = BUF_INIT;
		units_thousands(&text, (int64_t)shown->hidden + 1);
		buf_add_cstr(&text, " spans the same");
		int used = canvas_put(c, y, col, end - col, ROLE_DIM, buf_str(&text));
		buf_done(&text);
		return used;
	}
	canvas_putc(c, y, col, end - col, kind_role(span->kind), kind_short(span->kind));
	col += KIND_COLS;
	struct str name = span->name.len ? span->name : STR_LIT("(no name)");
	int room = end - col - (first ? 8 : 0) - (shown->hidden ? 6 : 0);
	enum role role = row->marks & ALIGN_ADDED     ? ROLE_INSERTED
	                 : row->marks & ALIGN_REMOVED ? ROLE_DELETED
	                                              : ROLE_TEXT;
	int used = canvas_put(c, y, col, room > 4 ? room : end - col, role, name);
	find_light(c, y, col, used, name, find);
	int after = col + used;
	if (shown->hidden)
		after += 1 + canvas_printf(c, y, after + 1, end - after - 1, ROLE_DIM, "+%zu", shown->hidden);
	if (first)
		canvas_putc(c, y, after + 1, end - after - 1, ROLE_WARNING, c.grid->ascii ? "<-first" : "← first");
	return used;
}

static void draw_row(const struct diff_rows *r, const struct diff_shown *shown, bool cursor, struct canvas c, int y,
                     const struct layout *l, struct str find)
{
	const struct trace_diff *d = r->d;
	const struct trace_diff_row *row = &d->rows[shown->row];
	char mark[2] = {shown->same ? ' ' : mark_of(row), '\0'};
	int name;
	canvas_putc(c, y, 1, 1, mark_role(row), mark);
	int used = draw_name(row, shown, (int64_t)shown->row == d->first, c, y, l, find, &name);
	if (cursor) {
		canvas_putc(c, y, 0, 1, ROLE_CURSOR, ">");
		canvas_reverse(c, y, name, used);
	}
	if (shown->same)
		return;
	if (row->a.present)
		put_duration(c, y, l->a, TIME_COLS, row->a.status == STATUS_ERROR ? ROLE_ERROR : ROLE_TEXT, "",
		             row->a.duration_ns);
	if (row->b.present)
		put_duration(c, y, l->b, TIME_COLS, row->b.status == STATUS_ERROR ? ROLE_ERROR : ROLE_TEXT, "",
		             row->b.duration_ns);
	if (row->more_ns != UNKNOWN_INT) {
		enum role role = row->marks & ALIGN_SLOWER   ? ROLE_WORSE
		                 : row->marks & ALIGN_FASTER ? ROLE_BETTER
		                                             : ROLE_DIM;
		put_duration(c, y, l->more, MORE_COLS, role,
		             row->more_ns > 0   ? "+"
		             : row->more_ns < 0 ? (c.grid->ascii ? "-" : "−")
		                                : "",
		             row->more_ns < 0 ? -row->more_ns : row->more_ns);
	}
	draw_bar(d, row, c, y, l);
	if (l->words < c.cols) {
		struct buf words = BUF_INIT;
		trace_diff_words(&words, row);
		canvas_put(c, y, l->words, c.cols - l->words, ROLE_DIM, buf_str(&words));
		buf_done(&words);
	}
}

void diff_rows_draw(const struct diff_rows *r, struct canvas c, int64_t top, int64_t cursor, struct str find)
{
	struct layout l = layout_for(c.cols);
	canvas_putc(c, 0, l.name, l.name_cols, ROLE_HEADING, "span");
	canvas_put_right(c, 0, l.a, TIME_COLS, ROLE_HEADING, STR_LIT("A"));
	canvas_put_right(c, 0, l.b, TIME_COLS, ROLE_HEADING, STR_LIT("B"));
	canvas_put_right(c, 0, l.more, MORE_COLS, ROLE_HEADING, c.grid->ascii ? STR_LIT("B-A") : STR_LIT("B−A"));
	if (l.bar_cols >= 15)
		canvas_putc(c, 0, l.bar + l.bar_cols / 2 - 6, 13, ROLE_HEADING,
		            c.grid->ascii ? "faster|slower" : "faster│slower");
	if (l.words < c.cols)
		canvas_putc(c, 0, l.words, -1, ROLE_HEADING, "what differs");
	for (int y = 1; y < c.rows; y++) {
		int64_t i = top + y - 1;
		if (i >= 0 && (size_t)i < r->shown.n)
			draw_row(r, &r->shown.at[i], i == cursor, c, y, &l, find);
	}
}

/* ---------------------------------------------------------------- the head */

static void add_figures(struct buf *out, const struct trace_row *t, bool ascii)
{
	int64_t tokens = t->tokens_out;
	if (t->tokens_in != UNKNOWN_INT)
		tokens = tokens == UNKNOWN_INT ? t->tokens_in : tokens + t->tokens_in;
	units_duration(out, t->duration_ns, ascii);
	buf_add_cstr(out, "  ");
	units_thousands(out, t->spans);
	buf_add_cstr(out, t->spans == 1 ? " span" : " spans");
	if (t->errors > 0) {
		buf_add_char(out, ' ');
		units_thousands(out, t->errors);
		buf_add_cstr(out, glyph_error(ascii));
	}
	if (tokens != UNKNOWN_INT) {
		buf_add_cstr(out, "  ");
		units_count(out, tokens);
		buf_add_cstr(out, " tok");
	}
	if (!IS_UNKNOWN(t->cost_usd)) {
		buf_add_cstr(out, "  ");
		(t->usage & TRACE_COST_ESTIMATED ? units_usd_about : units_usd)(out, t->cost_usd);
	}
}

static void draw_side(struct canvas c, int y, const char *name, enum role role, const struct trace_row *t,
                      int64_t now_ns)
{
	struct buf figures = BUF_INIT, time = BUF_INIT;
	if (c.cols < FIGURES_FROM)
		units_duration(&figures, t->duration_ns, c.grid->ascii);
	else
		add_figures(&figures, t, c.grid->ascii);
	units_time(&time, t->start_ns, now_ns);
	int cols = text_cols(buf_str(&figures)), room = c.cols - cols - 6, col = 4;
	canvas_putc(c, y, 1, 1, role, name);
	col += canvas_put(c, y, col, room, ROLE_DIM, buf_str(&time)) + 2;
	col +=
	    canvas_put(c, y, col, c.cols - cols - 3 - col, ROLE_TEXT, t->name.len ? t->name : STR_LIT("(no name)")) + 2;
	canvas_put(c, y, col, c.cols - cols - 3 - col, ROLE_DIM, t->text);
	canvas_put_right(c, y, c.cols - cols - 1, cols, ROLE_TEXT, buf_str(&figures));
	buf_done(&figures);
	buf_done(&time);
}

void diff_head_draw(const struct trace_diff *d, struct canvas c, int64_t now_ns)
{
	struct buf text = BUF_INIT;
	draw_side(c, 0, "A", ROLE_DELETED, &d->a, now_ns);
	draw_side(c, 1, "B", ROLE_INSERTED, &d->b, now_ns);
	trace_diff_first_words(&text, d);
	canvas_put(c, 2, 1, c.cols - 2, d->first < 0 ? ROLE_OK : ROLE_WARNING, buf_str(&text));
	buf_clear(&text);
	trace_diff_counts_words(&text, d);
	if (text_cols(buf_str(&text)) > c.cols - 2) {
		buf_clear(&text);
		trace_diff_counts_short(&text, d, c.grid->ascii);
	}
	if (d->cut_a || d->cut_b) {
		buf_add_cstr(&text, "; of the first ");
		units_thousands(&text, DIFF_SPANS);
		buf_add_cstr(&text, " spans of each");
	}
	if (d->bounded)
		buf_add_cstr(&text, "; too many siblings to be put in line exactly");
	canvas_put(c, 3, 1, c.cols - 2, ROLE_DIM, buf_str(&text));
	buf_done(&text);
}
