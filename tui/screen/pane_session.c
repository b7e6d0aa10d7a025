#include "tui/screen/pane_session.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/span_row.h"
#include "tui/keyed.h"
#include "tui/screen/pane_marks.h"

enum { LABEL_COL = 5, TEXT_COL = 13, TEXT_COLS_MOST = 120, SHORT_USER = 2, SHORT_ANSWER = 3, TEXT_MOST = 100000 };

void session_pane_done(struct session_pane *p)
{
	for (size_t i = 0; i < p->session.n && p->views; i++)
		if (p->views[i]) {
			session_turn_done(&p->views[i]->turn);
			sheet_done(&p->views[i]->sheet);
			free(p->views[i]);
		}
	free(p->views);
	free(p->levels);
	session_done(&p->session);
	p->views = NULL;
	p->levels = NULL;
	p->loaded = false;
}

/* ---------------------------------------------------------------- a turn as rows */

static void label(struct sheet *s, const char *text)
{
	sheet_row(s);
	sheet_column(s, LABEL_COL);
	sheet_addc(s, ROLE_HEADING, text);
}

/* The lines of what somebody said; max_rows 0: all. */
static void add_said(struct sheet *s, const char *who, enum role role, struct str text, int max_rows)
{
	struct str said = str_trim(text);
	if (said.len == 0)
		return;
	label(s, who);
	sheet_wrap(s, role, TEXT_COL, str_cut(said, 0, TEXT_MOST), max_rows);
	if (said.len > TEXT_MOST && max_rows == 0) {
		sheet_row(s);
		sheet_column(s, TEXT_COL);
		sheet_addc(s, ROLE_DIM, keyed("and more: {Enter} opens the trace"));
	}
}

/* Rows at which a phrase is broken keep together what belongs together: one step is not cut in two unless it must be. */
static void add_phrase(struct sheet *s, int *col, enum role role, struct str text)
{
	int cols = text_cols(text);
	if (*col > TEXT_COL && *col + 3 + cols > s->cols) {
		sheet_row(s);
		sheet_column(s, TEXT_COL);
		*col = TEXT_COL;
	} else if (*col > TEXT_COL) {
		sheet_addc(s, ROLE_DIM, " · ");
		*col += 3;
	}
	sheet_add(s, role, arena_str(&s->arena, text));
	*col += cols;
}

static void add_steps(struct sheet *s, const struct session_turn *t, bool ascii)
{
	struct buf words = BUF_INIT;
	int col = TEXT_COL;
	if (t->row.llm_calls == 0 && t->n_steps == 0)
		return;
	label(s, "did");
	sheet_column(s, TEXT_COL);
	if (t->row.llm_calls) {
		buf_printf(&words, "%lld LLM call%s", (long long)t->row.llm_calls, t->row.llm_calls == 1 ? "" : "s");
		add_phrase(s, &col, ROLE_DIM, buf_str(&words));
	}
	for (size_t i = 0; i < t->n_steps; i++) {
		buf_clear(&words);
		session_step_words(&words, &t->steps[i], ascii);
		add_phrase(s, &col,
		           t->steps[i].errors ? ROLE_ERROR
		           : t->steps[i].same ? ROLE_WARNING
		                              : ROLE_TEXT,
		           buf_str(&words));
	}
	if (t->looked_at < t->row.n) {
		buf_clear(&words);
		buf_printf(&words, "of the first %lld of %lld spans", (long long)t->looked_at, (long long)t->row.n);
		add_phrase(s, &col, ROLE_DIM, buf_str(&words));
	}
	buf_done(&words);
}

/* Each call on a row of its own, that the cursor can stand on. */
static void add_calls(struct session_view *v, bool ascii)
{
	struct sheet *s = &v->sheet;
	const struct session_turn *t = &v->turn;
	for (size_t i = 0; i < t->n_calls; i++) {
		const struct session_call *c = &t->calls[i];
		bool failed = c->status == STATUS_ERROR;
		sheet_row(s);
		if (i == 0)
			v->first_call = s->rows - 1;
		sheet_column(s, TEXT_COL);
		sheet_duration(s, ROLE_DIM, c->duration_ns, ascii);
		sheet_column(s, TEXT_COL + 8);
		sheet_addc(s, (enum role)(ROLE_KIND_SPAN + (int)c->kind), kind_short(c->kind));
		sheet_column(s, TEXT_COL + 14);
		sheet_add(s, failed ? ROLE_ERROR : ROLE_TEXT, c->name.len ? c->name : STR_LIT("(no name)"));
		if (failed) {
			sheet_addc(s, ROLE_ERROR, c->message.len ? "  " : "  error");
			sheet_add(s, ROLE_ERROR, c->message);
		}
	}
	if (t->more_calls) {
		sheet_row(s);
		sheet_column(s, TEXT_COL);
		sheet_printf(s, ROLE_DIM, "and %lld more: %s opens the trace", (long long)t->more_calls,
		             key_now("Enter"));
	}
}

/* What checks found, by name. */
static void add_findings(struct sheet *s, const struct trace_row *row)
{
	struct str rest = row->findings, name;
	int col = TEXT_COL;
	if (rest.len == 0)
		return;
	label(s, "found");
	sheet_column(s, TEXT_COL);
	while (rest.len && str_split(&rest, ',', &name))
		add_phrase(s, &col, ROLE_WARNING, name);
}

static void add_scores(struct sheet *s, const struct trace_row *row, bool ascii)
{
	bool any = false;
	for (size_t i = 0; i < row->n_scores; i++) {
		const struct trace_score *score = &row->scores[i];
		if (trace_is_finding(row, score->name))
			continue;
		if (!any) {
			label(s, "scores");
			sheet_column(s, TEXT_COL);
		}
		int outcome = score_outcome(score->pass, score->label);
		sheet_addc(s, ROLE_DIM, any ? "   " : "");
		any = true;
		sheet_addc(s, score_role(outcome), score_mark(outcome, ascii));
		sheet_addc(s, ROLE_DIM, " ");
		sheet_add(s, ROLE_TEXT, score->name);
		sheet_addc(s, ROLE_DIM, " ");
		sheet_score(s, outcome, score->value, score->label);
	}
}

static void lay_out(struct session_view *v, enum session_level level, int cols, bool ascii)
{
	struct sheet *s = &v->sheet;
	const struct session_turn *t = &v->turn;
	int width = cols - 1 < TEXT_COLS_MOST ? cols - 1 : TEXT_COLS_MOST;
	if (v->laid_out && v->level == level && v->cols == cols && (level < LEVEL_WHOLE || t->whole))
		return;
	sheet_begin(s, width);
	v->level = level;
	v->cols = cols;
	v->first_call = -1;
	v->laid_out = true;
	if (level == LEVEL_LINE)
		return;
	bool whole = level == LEVEL_WHOLE && t->whole;
	if (level == LEVEL_WHOLE && !whole)
		v->laid_out = false; /* the short form until the whole texts are there */
	add_said(s, "user", ROLE_TEXT, t->user, whole ? 0 : SHORT_USER);
	add_steps(s, t, ascii);
	if (whole)
		add_calls(v, ascii);
	add_said(s, "answer", ROLE_TEXT, t->answer, whole ? 0 : SHORT_ANSWER);
	add_scores(s, &t->row, ascii);
	add_findings(s, &t->row);
	sheet_row(s); /* between turns */
}

/* ---------------------------------------------------------------- where things stand */

static const struct session_view *view_of(const struct session_pane *p, size_t turn)
{
	return p->views && turn < p->session.n && p->views[turn] && p->views[turn]->loaded ? p->views[turn] : NULL;
}

int session_pane_height(const struct session_pane *p, size_t turn)
{
	const struct session_view *v = view_of(p, turn);
	return v ? 1 + v->sheet.rows : 1;
}

size_t session_pane_items(const struct session_pane *p, size_t turn)
{
	const struct session_view *v = view_of(p, turn);
	return v && v->first_call >= 0 ? 1 + v->turn.n_calls : 1;
}

/* Row of an item in its turn. */
static int row_of(const struct session_pane *p, size_t turn, size_t item)
{
	const struct session_view *v = view_of(p, turn);
	return v && item > 0 && v->first_call >= 0 ? 1 + v->first_call + (int)item - 1 : 0;
}

/* Rows from the first that shows to that place; negative: above it; more than `limit` either way is not counted on. */
static int rows_to(const struct session_pane *p, size_t turn, int row, int limit)
{
	int n = row - p->top_row;
	for (size_t i = p->top; i < turn && n < limit; i++)
		n += session_pane_height(p, i);
	for (size_t i = turn; i < p->top && n > -limit; i++)
		n -= session_pane_height(p, i);
	return n;
}

static void move_top(struct session_pane *p, int by)
{
	int row = p->top_row + by;
	while (row < 0 && p->top > 0)
		row += session_pane_height(p, --p->top);
	while (p->top + 1 < p->session.n && row >= session_pane_height(p, p->top))
		row -= session_pane_height(p, p->top++);
	int last = session_pane_height(p, p->top) - 1;
	p->top_row = row < 0 ? 0 : row > last ? last : row;
}

/* No empty rows below the last turn, if there is enough above. */
static void settle(struct session_pane *p)
{
	int below = 0, n = -p->top_row;
	for (size_t i = p->top; i < p->session.n && n < p->rows; i++)
		n += session_pane_height(p, i);
	below = p->rows - n;
	if (below > 0)
		move_top(p, -below);
}

void session_pane_show(struct session_pane *p)
{
	int at = rows_to(p, p->cursor, row_of(p, p->cursor, p->item), 4 * p->rows + 400);
	int last = p->rows - 1, tall = session_pane_height(p, p->cursor);
	if (at < 0 && at > -4 * p->rows - 400) {
		move_top(p, at);
	} else if (at < 0 || at > 4 * p->rows + 300) {
		p->top = p->cursor;
		p->top_row = row_of(p, p->cursor, p->item);
	} else if (p->item == 0 && at + tall - 1 > last) { /* all of the turn, if there is room */
		int wanted = at + tall - 1 - last;
		move_top(p, wanted > at ? at : wanted);
	} else if (at > last) {
		move_top(p, at - last);
	}
	settle(p);
}

void session_pane_go(struct session_pane *p, size_t turn)
{
	p->cursor = turn < p->session.n ? turn : p->session.n ? p->session.n - 1 : 0;
	p->item = 0;
	session_pane_show(p);
}

void session_pane_step(struct session_pane *p, int by)
{
	size_t turn = p->cursor, item = p->item;
	if (by > 0) {
		if (item + 1 < session_pane_items(p, turn)) {
			item++;
		} else if (turn + 1 < p->session.n) {
			turn++;
			item = 0;
		} else {
			move_top(p, 1);
			settle(p);
			return;
		}
	} else if (item > 0) {
		item--;
	} else if (turn > 0) {
		turn--;
		item = session_pane_items(p, turn) - 1;
	} else {
		move_top(p, -1);
		return;
	}
	/* A text longer than the page lies between: it is read before the cursor goes on. */
	int at = rows_to(p, turn, row_of(p, turn, item), 4 * p->rows);
	int page = p->rows > 2 ? p->rows - 1 : 1;
	if (by > 0 && at - (p->rows - 1) > page) {
		move_top(p, page);
		return;
	}
	if (by < 0 && at < -page) {
		move_top(p, -page);
		return;
	}
	p->cursor = turn;
	p->item = item;
	session_pane_show(p);
}

/* The item nearest to the top that shows. */
static void cursor_to_page(struct session_pane *p)
{
	int at = rows_to(p, p->cursor, row_of(p, p->cursor, p->item), 4 * p->rows);
	if (at >= 0 && at < p->rows)
		return;
	int row = -p->top_row;
	for (size_t i = p->top; i < p->session.n && row < p->rows; i++) {
		for (size_t item = 0; item < session_pane_items(p, i); item++) {
			int y = row + row_of(p, i, item);
			if (y >= 0 && y < p->rows) {
				p->cursor = i;
				p->item = item;
				return;
			}
		}
		row += session_pane_height(p, i);
	}
	p->cursor = p->top; /* inside a long text: the turn whose it is */
	p->item = 0;
}

void session_pane_scroll(struct session_pane *p, int rows)
{
	move_top(p, rows);
	settle(p);
	cursor_to_page(p);
}

void session_pane_line(struct session_pane *p, int line)
{
	int row = -p->top_row;
	for (size_t i = p->top; i < p->session.n && row <= line; row += session_pane_height(p, i++)) {
		if (line >= row + session_pane_height(p, i))
			continue;
		p->cursor = i;
		p->item = 0;
		for (size_t item = 1; item < session_pane_items(p, i); item++)
			if (row + row_of(p, i, item) == line)
				p->item = item;
		return;
	}
}

void session_pane_near(const struct session_pane *p, size_t *from, size_t *to)
{
	size_t page = (size_t)(p->rows > 0 ? p->rows : 1);
	size_t first = p->cursor < p->top ? p->cursor : p->top, end = p->top + page + 2;
	*from = first > 2 ? first - 2 : 0;
	*to = end < p->session.n ? end : p->session.n;
	if (p->cursor >= *to)
		*to = p->cursor + 1;
}

void session_pane_fit(struct session_pane *p, int rows, int cols, bool ascii)
{
	p->rows = rows > SESSION_HEAD_ROWS ? rows - SESSION_HEAD_ROWS : 1;
	p->cols = cols;
	p->ascii = ascii;
	if (!p->loaded || p->session.n == 0)
		return;
	size_t from, to;
	session_pane_near(p, &from, &to);
	for (size_t i = from; i < to; i++)
		if (p->views[i] && p->views[i]->loaded)
			lay_out(p->views[i], (enum session_level)p->levels[i], cols, ascii);
	size_t items = session_pane_items(p, p->cursor);
	if (p->item >= items)
		p->item = items - 1;
	int last = session_pane_height(p, p->top) - 1;
	p->top_row = p->top_row > last ? last : p->top_row;
}

const struct session_call *session_pane_call(const struct session_pane *p)
{
	const struct session_view *v = view_of(p, p->cursor);
	return v && p->item > 0 && p->item <= v->turn.n_calls ? &v->turn.calls[p->item - 1] : NULL;
}

/* ---------------------------------------------------------------- drawing */

enum { COL_FOLD = 2, COL_NUMBER = 4, NUMBER_COLS = 4, TIME_COLS = 12, FIGURE_COLS = 8 };

struct figure_col {
	const char *title;
	int cols, min_cols;
};
static const struct figure_col figures[] = {
    {"after",  7, 70},
    {"total",  7, 0 },
    {"tok",    5, 60},
    {"cost",   8, 60},
    {"so far", 8, 76},
};
enum { N_FIGURES = sizeof figures / sizeof *figures };

static void figure_text(const struct session_mark *m, const struct trace_row *row, int which, bool ascii,
                        struct buf *out)
{
	bool about = row && (row->usage & TRACE_COST_ESTIMATED);
	switch (which) {
	case 0:
		if (m->gap_ns != TIME_UNKNOWN && m->gap_ns < 0)
			buf_add_cstr(out, "beside"); /* it began while the one before ran */
		else if (m->gap_ns != TIME_UNKNOWN)
			units_duration(out, m->gap_ns, ascii);
		break;
	case 1: units_duration(out, m->duration_ns, ascii); break;
	case 2:
		if (m->tokens != UNKNOWN_INT)
			units_count(out, m->tokens);
		break;
	case 3:
		if (!IS_UNKNOWN(m->cost))
			(about ? units_usd_about : units_usd)(out, m->cost);
		break;
	default:
		if (!IS_UNKNOWN(m->sum_cost))
			(m->about ? units_usd_about : units_usd)(out, m->sum_cost);
	}
}

static void draw_titles(struct canvas c)
{
	int col = COL_NUMBER + NUMBER_COLS + 1;
	canvas_put_right(c, 0, COL_NUMBER, NUMBER_COLS, ROLE_HEADING, STR_LIT("turn"));
	canvas_putc(c, 0, col, TIME_COLS, ROLE_HEADING, "time");
	col += TIME_COLS + 1;
	for (int i = 0; i < N_FIGURES; i++) {
		if (c.cols < figures[i].min_cols)
			continue;
		canvas_put_right(c, 0, col, figures[i].cols, ROLE_HEADING, str_of(figures[i].title));
		col += figures[i].cols + 1;
	}
	canvas_putc(c, 0, col + 1, -1, ROLE_HEADING, "scores, name");
}

/* What people say, how many scores failed, how many passed: their names stand below. */
static int draw_badges(struct canvas c, int y, int col, const struct trace_row *row)
{
	int passed = 0, failed = 0;
	if (marks_any(&row->marks)) {
		marks_draw(&row->marks, c, y, col);
		col += 2;
	}
	for (size_t i = 0; i < row->n_scores; i++) {
		int outcome = score_outcome(row->scores[i].pass, row->scores[i].label);
		passed += outcome == 1;
		failed += outcome == 0 && !trace_is_finding(row, row->scores[i].name);
	}
	if (failed)
		col += canvas_printf(c, y, col, -1, ROLE_ERROR, "%s%d ", score_mark(0, c.grid->ascii), failed);
	if (row->findings.len)
		col += canvas_putc(c, y, col, -1, ROLE_WARNING, "! ");
	if (passed)
		col += canvas_printf(c, y, col, -1, ROLE_OK, "%s%d ", score_mark(1, c.grid->ascii), passed);
	return col;
}

static void draw_line(const struct session_pane *p, size_t turn, struct canvas c, int y, bool cursor)
{
	const struct session_mark *m = &p->session.turns[turn];
	const struct session_view *v = view_of(p, turn);
	const struct trace_row *row = v ? &v->turn.row : NULL;
	bool ascii = c.grid->ascii, open = p->levels[turn] != LEVEL_LINE;
	struct buf text = BUF_INIT;
	int col = COL_NUMBER + NUMBER_COLS + 1;
	if (cursor)
		canvas_putc(c, y, 0, 1, ROLE_CURSOR, ">");
	if (m->failed)
		canvas_putc(c, y, 1, 1, ROLE_ERROR, score_mark(0, ascii));
	canvas_zone(canvas_part(c, y, COL_FOLD, 1, 1), (struct zone){.kind = ZONE_FOLD});
	canvas_putc(c, y, COL_FOLD, 1, ROLE_DIM, ascii ? (open ? "-" : "+") : open ? "▾" : "▸");
	buf_printf(&text, "%zu", turn + 1);
	canvas_put_right(c, y, COL_NUMBER, NUMBER_COLS, ROLE_TEXT, buf_str(&text));
	buf_clear(&text);
	units_time(&text, m->start_ns, p->session.last_ns); /* the day only where the session has several */
	canvas_put(c, y, col, TIME_COLS, ROLE_DIM, buf_str(&text));
	col += TIME_COLS + 1;
	for (int i = 0; i < N_FIGURES; i++) {
		if (c.cols < figures[i].min_cols)
			continue;
		buf_clear(&text);
		figure_text(m, row, i, ascii, &text);
		canvas_put_right(c, y, col, figures[i].cols, i == 0 || i == 4 ? ROLE_DIM : ROLE_TEXT, buf_str(&text));
		col += figures[i].cols + 1;
	}
	buf_done(&text);
	if (!row)
		return;
	/* Of a turn on one line what was said tells more than a name that all of them share. */
	struct str name = row->name.len ? row->name : row->text, said = open || !v->turn.user.len ? name : v->turn.user;
	col = draw_badges(c, y, col + 1, row);
	int used = canvas_put(c, y, col, -1, m->failed ? ROLE_ERROR : ROLE_TEXT, said);
	find_light(c, y, col, used, said, buf_str(&p->find));
	if (cursor)
		canvas_reverse(c, y, col, used);
}

static void draw_turn(const struct session_pane *p, size_t turn, struct canvas c, int y)
{
	const struct session_view *v = view_of(p, turn);
	bool here = turn == p->cursor;
	if (y >= 0)
		draw_line(p, turn, c, y, here && p->item == 0);
	if (!v || v->sheet.rows == 0)
		return;
	int from = y + 1 < 0 ? -(y + 1) : 0;
	struct canvas body = canvas_part(c, y + 1 + from, 0, v->sheet.rows - from, c.cols);
	sheet_draw(&v->sheet, body, from, false, buf_str(&p->find));
	int call = here && p->item > 0 ? y + row_of(p, turn, p->item) : -1;
	if (call >= 0) {
		canvas_putc(c, call, 0, 1, ROLE_CURSOR, ">");
		canvas_reverse(c, call, TEXT_COL + 14, text_cols(v->turn.calls[p->item - 1].name));
	}
}

void session_pane_draw(const struct session_pane *p, struct canvas c)
{
	if (!p->loaded || p->session.n == 0)
		return;
	draw_titles(canvas_part(c, 0, 0, SESSION_HEAD_ROWS, c.cols));
	struct canvas body = canvas_part(c, SESSION_HEAD_ROWS, 0, c.rows - SESSION_HEAD_ROWS, c.cols);
	int y = -p->top_row, here = rows_to(p, p->cursor, row_of(p, p->cursor, p->item), 4 * p->rows);
	canvas_zone(body, (struct zone){.kind = ZONE_LIST, .now = here < 0 ? INT64_MAX : here});
	for (size_t i = p->top; i < p->session.n && y < body.rows; i++) {
		draw_turn(p, i, body, y);
		y += session_pane_height(p, i);
	}
}
