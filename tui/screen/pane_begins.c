#include "tui/screen/pane_begins.h"

#include <stdlib.h>
#include <string.h>

#include "tui/screen/pane_axis.h"
#include "tui/screen/pane_cases.h"
#include "tui/widget/pane_size.h"

enum {
	MARGIN = 2,
	GAP = 2,
	WORD = 7, /* a verdict of one side */
	STEP_LEAST = 14,
	COLS_FOR_BOUNDS = 110,
	CASES_LEAST = 4,
	HEAD_MOST = 7,
	HEAD_LOW = 2, /* on a low screen */
	ROWS_FOR_ALL = 16,
	ROWS_FOR_HEAD = 9,
	ROWS_FOR_CASES = 13
};

void begins_view_done(struct begins_view *v)
{
	free(v->behind);
	sheet_done(&v->head);
}

const struct begins_line *begins_line_at(const struct begins_view *v, int64_t at)
{
	return v->begins && at >= 0 && (size_t)at < v->begins->n_lines ? &v->begins->lines[at] : NULL;
}

const struct begins_case *begins_case_at(const struct begins_view *v, int64_t at)
{
	return v->begins && at >= 0 && (size_t)at < v->n_behind ? &v->begins->cases[v->behind[at]] : NULL;
}

/* ---------------------------------------------------------------- where things stand */

struct begins_places begins_places(const struct begins_view *v, int rows)
{
	int lines = v->begins ? (int)(v->begins->n_lines < 1000 ? v->begins->n_lines : 1000) : 0;
	struct begins_places at = {.head_rows = rows >= ROWS_FOR_HEAD ? v->head.rows : 0};
	at.titles_row = at.head_rows;
	at.table_row = at.titles_row + 1;
	at.table_rows = rows - at.table_row;
	if (rows >= ROWS_FOR_CASES && lines) {
		int most = at.table_rows - 1 - CASES_LEAST; /* a table longer than half of what is left scrolls */
		int half = (at.table_rows - 1) * 3 / 5;
		most = half > most || half < 1 ? most : half;
		most = at.table_rows - pane_size(at.table_rows - most, at.table_rows, CASES_LEAST, 2);
		at.table_rows = lines < most ? lines : most;
		at.cases_row = at.table_row + at.table_rows + 1;
		at.cases_rows = rows - at.cases_row;
	}
	return at;
}

void begins_lay_out(struct begins_view *v, int rows, int cols)
{
	if (v->begins && (v->head.cols != cols - 2 * MARGIN + 1 || v->head_rows != rows)) {
		bool low = rows < ROWS_FOR_ALL;
		sheet_begin(&v->head, cols - 2 * MARGIN + 1);
		sheet_wrap(&v->head, ROLE_TEXT, 0, v->begins->sentence, low ? HEAD_LOW : HEAD_MOST);
		if (v->begins->missing.len && !low) {
			sheet_row(&v->head);
			sheet_wrap(&v->head, ROLE_DIM, 0, v->begins->missing, 4);
		}
		sheet_row(&v->head);
		v->head_rows = rows;
	}
	struct begins_places at = begins_places(v, rows);
	list_set_page(&v->table, at.table_rows > 0 ? at.table_rows : 1);
	list_set_page(&v->cases, at.cases_rows > 0 ? at.cases_rows : 1);
}

void begins_gather(struct begins_view *v)
{
	const struct begins_line *line = begins_line_at(v, v->table.cursor);
	v->n_behind = 0;
	if (v->begins)
		v->behind = xrealloc(v->behind, v->begins->n_cases + 1, sizeof *v->behind);
	for (size_t i = 0; line && i < v->begins->n_cases; i++)
		if (begins_is_behind(v->begins, line, &v->begins->cases[i]))
			v->behind[v->n_behind++] = i;
	list_refit(&v->cases, (int64_t)v->n_behind, 0);
	list_go(&v->cases, 0);
}

void begins_settle(struct begins_view *v, bool up)
{
	const struct begins_line *line = begins_line_at(v, v->table.cursor);
	if (line && line->kind == BEGINS_LINE_BESIDE)
		list_go(&v->table, v->table.cursor + (up ? -1 : 1));
}

/* ---------------------------------------------------------------- the table */

/* What stands at the right of the step's name, as far as the width goes. */
struct layout {
	int step, what, bar, lost, others, axis, bounds, p, words; /* columns of each; 0: left out */
};

static int part(int *rest, int cols)
{
	if (*rest - cols - GAP < STEP_LEAST)
		return 0;
	*rest -= cols + GAP;
	return cols;
}

static struct layout layout_of(const struct begins_view *v, int cols)
{
	struct layout l = {0};
	int rest = cols - MARGIN - 1;
	l.lost = part(&rest, 9);
	l.what = part(&rest, 15);
	l.others = part(&rest, 9);
	l.words = part(&rest, cols >= 100 ? 23 : 10);
	l.p = cols >= 76 ? part(&rest, 7) : 0;
	l.bounds = cols >= COLS_FOR_BOUNDS ? part(&rest, 16) : 0;
	l.bar = cols >= 96 ? part(&rest, 10) : 0;
	l.axis = cols >= 140 ? part(&rest, 21) : 0;
	int widest = STEP_LEAST;
	for (size_t i = 0; i < v->begins->n_lines && i < 200; i++) {
		int used = text_cols(v->begins->lines[i].name);
		if (v->begins->lines[i].kind != BEGINS_LINE_BESIDE)
			widest = used > widest ? used : widest;
	}
	l.step = rest < widest ? rest : widest;
	if (l.bar) /* what is left over lengthens the bar */
		l.bar += rest - l.step < 30 ? rest - l.step : 30;
	return l;
}

static const char *short_words(enum begins_verdict v)
{
	switch (v) {
	case BEGINS_MORE: return "more";
	case BEGINS_LESS: return "less";
	case BEGINS_ALIKE: return "alike";
	case BEGINS_EVERYWHERE: return "everywhere";
	case BEGINS_TOO_FEW: return "too few";
	case BEGINS_ALONE: return "no others";
	}
	return "";
}

static enum role role_of(const struct begins_line *line)
{
	return line->words[0] && line->verdict == BEGINS_MORE ? ROLE_WORSE : ROLE_TEXT;
}

static void put_share(struct canvas c, int col, int cols, enum role role, int64_t k, int64_t n)
{
	char text[48];
	if (k == UNKNOWN_INT || !cols)
		return;
	snprintf(text, sizeof text, "%lld/%lld", (long long)k, (long long)n);
	canvas_put_right(c, 0, col, cols, role, str_of(text));
}

static void add_points(struct buf *to, double share, bool ascii)
{
	buf_add_cstr(to, share > 0 ? "+" : share < 0 ? (ascii ? "-" : "−") : "");
	buf_printf(to, "%.0fpt", (share < 0 ? -share : share) * 100);
}

static void put_figures(const struct begins_view *v, struct canvas c, int col, const struct layout *l,
                        const struct begins_line *line)
{
	const struct begins *b = v->begins;
	bool no_trace = line->kind == BEGINS_LINE_NO_TRACE;
	int64_t n = no_trace ? b->lost.all : b->lost.looked, n_others = no_trace ? b->others.all : b->others.looked;
	enum role role = role_of(line);
	struct buf text = BUF_INIT;
	put_share(c, col, l->lost, role, line->lost, n);
	col += l->lost ? l->lost + GAP : 0;
	if (l->bar) {
		canvas_bar(c, 0, col, l->bar, 0, n ? (double)line->lost / (double)n : 0,
		           role == ROLE_WORSE ? ROLE_BAR_ERROR : ROLE_BAR);
		col += l->bar + GAP;
	}
	put_share(c, col, l->others, ROLE_TEXT, line->others, n_others);
	col += l->others ? l->others + GAP : 0;
	if (l->axis) {
		double point = IS_UNKNOWN(line->low) || !n || !n_others
		                   ? UNKNOWN_DOUBLE
		                   : (double)line->lost / (double)n - (double)line->others / (double)n_others;
		if (line->words[0])
			axis_draw(c, 0, col, l->axis,
			          &(struct axis){.point = point, .low = line->low, .high = line->high, .scale = 1},
			          role);
		col += l->axis + GAP;
	}
	if (l->bounds) {
		if (!IS_UNKNOWN(line->low)) {
			add_points(&text, line->low, c.grid->ascii);
			buf_add_cstr(&text, " to ");
			add_points(&text, line->high, c.grid->ascii);
			canvas_put(c, 0, col, l->bounds, ROLE_TEXT, buf_str(&text));
		}
		col += l->bounds + GAP;
	}
	if (l->p) {
		char p[16] = "";
		if (!IS_UNKNOWN(line->p_holm) && line->p_holm < 0.0001)
			snprintf(p, sizeof p, "<0.0001");
		else if (!IS_UNKNOWN(line->p_holm))
			snprintf(p, sizeof p,
			         line->p_holm < 0.01  ? "%.4f"
			         : line->p_holm < 0.1 ? "%.3f"
			                              : "%.2f",
			         line->p_holm);
		canvas_put_right(c, 0, col, l->p, role, str_of(p));
		col += l->p + GAP;
	}
	if (l->words && line->words[0])
		canvas_putc(c, 0, col, l->words, role, l->words > 10 ? line->words : short_words(line->verdict));
	buf_done(&text);
}

static void draw_line(const void *context, struct canvas c, int64_t at, bool cursor)
{
	const struct begins_view *v = context;
	const struct begins_line *line = begins_line_at(v, at);
	if (!line)
		return;
	if (line->kind == BEGINS_LINE_BESIDE) {
		canvas_put(c, 0, MARGIN, c.cols - MARGIN, ROLE_HEADING, line->name);
		return;
	}
	struct layout l = layout_of(v, c.cols);
	struct str name = line->name.len ? line->name : STR_LIT("(no name)");
	int used = 0, col = MARGIN + l.step + GAP;
	/* Without figures of its own a line has all of the row for what it is called. */
	int room = line->what[0] || !l.what ? l.step : l.step + GAP + l.what;
	if (!line->inside) {
		used = canvas_put(c, 0, MARGIN, room, ROLE_TEXT, name);
		find_light(c, 0, MARGIN, room, name, v->find);
	} else {
		canvas_putc(c, 0, MARGIN, 1, ROLE_DIM, c.grid->ascii ? "`" : "└");
		if (!l.what)
			canvas_putc(c, 0, MARGIN + 2, room - 2, ROLE_TEXT, line->what);
	}
	if (cursor && !line->inside)
		canvas_reverse(c, 0, MARGIN, used);
	if (l.what) {
		int what = canvas_putc(c, 0, col, l.what, ROLE_TEXT, line->what);
		if (cursor && line->inside)
			canvas_reverse(c, 0, col, what);
		col += l.what + GAP;
	}
	put_figures(v, c, col, &l, line);
}

static void draw_titles(const struct begins_view *v, struct canvas c)
{
	struct layout l = layout_of(v, c.cols);
	const struct {
		int cols;
		bool right;
		const char *title;
	} parts[] = {
	    {l.what,   false, "what differs"   },
            {l.lost,   true,  "losses"         },
            {l.bar,    false, ""               },
	    {l.others, true,  "others"         },
            {l.axis,   false, "losses - others"},
            {l.bounds, false, "95% interval"   },
	    {l.p,      true,  "p Holm"         },
            {l.words,  false, "in words"       },
	};
	int col = MARGIN + l.step + GAP;
	canvas_putc(c, 0, MARGIN, l.step, ROLE_HEADING, l.step < 16 ? "differs at" : "first differs at");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].cols)
			continue;
		if (parts[i].right)
			canvas_put_right(c, 0, col, parts[i].cols, ROLE_HEADING, str_of(parts[i].title));
		else
			canvas_putc(c, 0, col, parts[i].cols, ROLE_HEADING, parts[i].title);
		col += parts[i].cols + GAP;
	}
}

/* ---------------------------------------------------------------- the cases */

/* Where it goes on beside what differs everywhere, or why it cannot be told. */
static void add_more(struct buf *out, const struct begins *b, const struct begins_case *c,
                     const struct begins_line *line)
{
	if (c->has != BEGINS_BOTH) {
		static const char *const why[] = {[BEGINS_BOTH] = "",
		                                  [BEGINS_NO_A] = "no trace in A",
		                                  [BEGINS_NO_B] = "no trace in B",
		                                  [BEGINS_NEITHER] = "no trace in A nor B",
		                                  [BEGINS_NOT_LOOKED] = "not looked at"};
		buf_add_cstr(out, why[c->has]);
		return;
	}
	uint32_t label = line->then ? c->first : c->then != c->first ? c->then : BEGINS_NONE;
	if (label == BEGINS_NONE || b->n_steps == b->n_first)
		return;
	const struct begins_label *l = &b->labels[label];
	const struct begins_step *s = &b->steps[l->step];
	if (!line->then && !b->labels[c->first].everywhere)
		return;
	buf_add_cstr(out, line->then ? "first: " : "then: ");
	buf_add_str(out, s->name);
	buf_printf(out, ": %s", begins_what_words(l->what, s->kind));
}

static void draw_case(const void *context, struct canvas c, int64_t at, bool cursor)
{
	const struct begins_view *v = context;
	const struct begins_case *k = begins_case_at(v, at);
	const struct begins_line *line = begins_line_at(v, v->table.cursor);
	if (!k || !line)
		return;
	const struct compare_row *row = &v->compare->rows[k->row];
	int more = c.cols >= 120 ? 50 : 0, title = c.cols - MARGIN - 2 * (WORD + GAP) - (more ? more + GAP : 0) - 1;
	int widest = title < 90 ? title : 90;
	char word[16];
	int used = canvas_put(c, 0, MARGIN, widest, ROLE_TEXT, row->title);
	find_light(c, 0, MARGIN, widest, row->title, v->find);
	if (cursor)
		canvas_reverse(c, 0, MARGIN, used);
	int col = MARGIN + widest + GAP;
	enum role role = case_word(word, &row->a);
	canvas_putc(c, 0, col, WORD, role, word);
	role = case_word(word, &row->b);
	canvas_putc(c, 0, col + WORD + GAP, WORD, role, word);
	if (more) {
		struct buf text = BUF_INIT;
		add_more(&text, v->begins, k, line);
		canvas_put(c, 0, col + 2 * (WORD + GAP), more, ROLE_DIM, buf_str(&text));
		buf_done(&text);
	}
}

static void draw_rule(const struct begins_view *v, struct canvas c)
{
	const struct begins_line *line = begins_line_at(v, v->table.cursor);
	canvas_rule(c, 0, ROLE_BORDER);
	if (!line)
		return;
	struct buf text = BUF_INIT;
	buf_printf(&text, " %zu %s", v->n_behind, v->n_behind == 1 ? "case: " : "cases: ");
	buf_add_str(&text, line->name);
	buf_add_cstr(&text, line->what[0] ? ": " : "");
	buf_add_cstr(&text, line->what);
	buf_add_char(&text, ' ');
	int col = canvas_put(c, 0, MARGIN, c.cols - MARGIN - 4, ROLE_HEADING, buf_str(&text)) + MARGIN;
	if (!IS_UNKNOWN(line->low) && c.cols < COLS_FOR_BOUNDS) { /* the table has no room for it */
		buf_clear(&text);
		buf_add_cstr(&text, " 95% interval ");
		add_points(&text, line->low, c.grid->ascii);
		buf_add_cstr(&text, " to ");
		add_points(&text, line->high, c.grid->ascii);
		buf_add_char(&text, ' ');
		int cols = text_cols(buf_str(&text));
		if (col + 2 + cols < c.cols)
			canvas_put(c, 0, c.cols - cols - 2, -1, ROLE_TEXT, buf_str(&text));
	}
	buf_done(&text);
}

/* ---------------------------------------------------------------- all of it */

void begins_draw(const struct begins_view *v, struct canvas body)
{
	struct begins_places at = begins_places(v, body.rows);
	if (at.head_rows)
		sheet_draw(&v->head, canvas_part(body, 0, MARGIN - 1, at.head_rows, body.cols - MARGIN), 0, false,
		           STR_NONE);
	if (!v->begins->n_lines)
		return;
	struct list table = v->table, cases = v->cases;
	if (v->in_cases)
		table.cursor = -1;
	else
		cases.cursor = -1;
	draw_titles(v, canvas_part(body, at.titles_row, 0, 1, body.cols));
	list_draw(&table, canvas_part(body, at.table_row, 0, at.table_rows, body.cols), draw_line, v);
	if (v->in_cases && v->table.cursor >= v->table.top && v->table.cursor < v->table.top + at.table_rows)
		canvas_putc(body, at.table_row + (int)(v->table.cursor - v->table.top), 0, 1, ROLE_DIM,
		            body.grid->ascii ? "*" : "•");
	if (!at.cases_rows)
		return;
	draw_rule(v, canvas_part(body, at.cases_row - 1, 0, 1, body.cols));
	list_draw(&cases, canvas_part(body, at.cases_row, 0, at.cases_rows, body.cols), draw_case, v);
}
