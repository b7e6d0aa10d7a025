#include "tui/screen/pane_compare.h"

#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"

#include "store/base/units.h"
#include "tui/screen/pane_metrics.h"
#include "tui/screen/pane_run.h"
#include "tui/widget/pane_size.h"
#include "tui/widget/tabs.h"

enum {
	BESIDE_COLS = 120,       /* from here on the case stands beside the list */
	SIDE_BY_SIDE_COLS = 100, /* from here on answers stand beside each other */
	LIST_ROWS = 5,           /* the list keeps at least so many */
	PANE_ROWS = 4,           /* the pane below, with its rule */
	PANE_MOST = 16
};

/* Where things stand in a body of this size. */
struct places {
	bool beside;
	int metrics; /* rows, head and all */
	int begins;  /* row that says where the losses begin; 0: none */
	int people;  /* row that says which answers people preferred; 0: none */
	int tabs;    /* row of the class tabs; the head of the list below it */
	int list_rows, list_cols;
	int pane_row, pane_col, pane_rows, pane_cols; /* without its rule or border */
};

static struct compare_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- where things stand */

static struct places places_of(const struct compare_state *st, int rows, int cols)
{
	struct places at = {.beside = cols >= BESIDE_COLS};
	int need = metrics_rows(st->data), below = at.beside ? 0 : PANE_ROWS;
	bool begins = st->begins.expected && rows >= 16, people = st->marks.preferred.pairs > 0 && rows >= 16;
	int lines = begins + people;
	int most = rows - 1 - 2 - LIST_ROWS - below - lines; /* the sentence; tabs and the list's head */
	at.metrics = need < most ? need : most;
	if (st->all_metrics)
		at.metrics = need < rows - 1 - 2 - 1 - lines ? need : rows - 1 - 2 - 1 - lines;
	if (at.metrics < 2)
		at.metrics = 0;
	at.begins = begins ? 1 + at.metrics : 0;
	at.people = people ? 1 + at.metrics + begins : 0;
	at.tabs = 1 + at.metrics + lines;
	int rest = rows - at.tabs - 2;
	at.list_rows = rest > 0 ? rest : 0;
	at.list_cols = cols;
	if (at.beside) {
		int list = cols / 2 > 110 ? 110 : cols / 2;
		at.list_cols = cols - pane_size(cols - list, cols, 40, 60);
		at.pane_row = at.tabs + 2;
		at.pane_col = at.list_cols + 2;
		at.pane_rows = rest;
		at.pane_cols = cols - at.pane_col - 1;
	} else if (rest >= PANE_ROWS + 1) {
		int pane = rest * 2 / 5 > PANE_MOST ? PANE_MOST : rest * 2 / 5;
		pane = pane_size(pane < PANE_ROWS ? PANE_ROWS : pane, rest, 3, 2);
		at.list_rows = rest - pane;
		at.pane_row = rows - pane + 1;
		at.pane_rows = pane - 1;
		at.pane_cols = cols - 2;
	}
	return at;
}

const struct compare_row *compare_cursor(const struct compare_state *st)
{
	return st->loaded ? cases_row(&st->cases, cases_row_at(&st->cases, st->list.cursor)) : NULL;
}

void compare_go_to(struct compare_state *st, int64_t row)
{
	list_go(&st->list, cases_line_of(&st->cases, row));
}

void compare_lay_out(struct screen *screen)
{
	struct compare_state *st = state_of(screen);
	if (!st->data) /* a stand-in for a screen that was closed: it only takes an answer */
		return;
	struct places at = places_of(st, screen->ui->rows, screen->ui->cols);
	list_set_page(&st->list, at.list_rows);
	const struct compare_row *row = compare_cursor(st);
	if (!row || !case_pair_is_of(&st->pair, row))
		return;
	int cols = at.pane_cols, rows = at.pane_rows;
	if (st->fresh && st->sheet_cols == cols && st->sheet_rows == rows)
		return;
	struct case_look look = {.ascii = screen->ui->ascii,
	                         .brackets = screen->ui->ascii || screen->ui->mono,
	                         .expected = st->expected,
	                         .tight = !at.beside,
	                         .now_ns = screen->ui->now_ns,
	                         .side_by_side = cols >= SIDE_BY_SIDE_COLS - 2};
	if (at.beside || rows >= 12)
		case_document(&st->sheet, cols, &st->pair, row, &look);
	else
		case_excerpt(&st->sheet, cols, rows, &st->pair, &look);
	st->fresh = true;
	st->sheet_cols = cols;
	st->sheet_rows = rows;
}

/* ---------------------------------------------------------------- drawing */

static void draw_refusal(const struct compare_state *st, struct canvas body)
{
	struct str text = st->data->refused;
	size_t from = 0;
	int row = 3;
	canvas_putc(body, 1, 3, -1, ROLE_HEADING,
	            st->data->n_stated ? "Only what the sources state of these two runs can be compared."
	                               : "These two runs cannot be compared.");
	while (from != SIZE_MAX && row < body.rows - 2) {
		struct text_row line;
		from = text_wrap(text, from, body.cols - 6 > 20 ? body.cols - 6 : 20, &line);
		canvas_put(body, row++, 3, body.cols - 6, ROLE_TEXT, str_cut(text, line.at, line.len));
	}
	if (st->data->n_stated && row + 2 < body.rows) {
		stated_draw(canvas_part(body, row + 1, 2, body.rows - row - 1, body.cols - 2), st->data);
		return;
	}
	canvas_putc(body, row + 1, 3, -1, ROLE_DIM,
	            keyed("{q} goes back to the runs; runs of one dataset share their cases."));
}

/* Where it does not fit, without its last words: the tabs say them, too. */
static void draw_sentence(const struct compare_state *st, struct canvas line)
{
	struct str text = st->data->sentence;
	size_t aside = str_find(text, STR_LIT(" (")), first = str_find(text, STR_LIT(". "));
	if (text_cols(text) > line.cols - 2 && aside != SIZE_MAX)
		text = str_cut(text, 0, aside);
	if (text_cols(text) > line.cols - 2 && first != SIZE_MAX)
		text = str_cut(text, 0, first + 1);
	canvas_put(line, 0, 1, line.cols - 2, ROLE_TEXT, text);
}

static void draw_tabs(const struct compare_state *st, struct canvas body, int row)
{
	struct tab tabs[N_CLASSES];
	const struct compare_row *at = compare_cursor(st);
	bool filtered = st->shown.filter[0] != '\0';
	for (int k = 0; k < N_CLASSES; k++)
		tabs[k] = (struct tab){.name = case_class_title((enum case_class)k),
		                       .count = filtered ? st->view.count[k] : st->data->count[k],
		                       .of = filtered ? st->data->count[k] : 0};
	tabs_draw(body, row, tabs, N_CLASSES, at ? (size_t)at->class_ : 0);
}

/* "─ title ─────── B groundedness: why " */
static void draw_case_rule(const struct compare_state *st, struct canvas line, const struct compare_row *row)
{
	struct buf who = BUF_INIT, why = BUF_INIT;
	canvas_rule(line, 0, ROLE_BORDER);
	if (case_pair_is_of(&st->pair, row))
		case_reason(&st->pair, &who, &why);
	int title = text_cols(row->title), need = text_cols(buf_str(&who)) + text_cols(buf_str(&why));
	/* The row under the cursor says the title, too: the reason gets the larger part. */
	int most = line.cols * 13 / 20, room = line.cols - 4 - (need ? (need < most ? need : most) + 3 : 0);
	int used = canvas_put(line, 0, 2, title < room ? title : room, ROLE_HEADING, row->title);
	canvas_putc(line, 0, 1, 1, ROLE_TEXT, " ");
	canvas_putc(line, 0, 2 + used, 1, ROLE_TEXT, " ");
	if (need) {
		int col = line.cols - 1 - need > used + 5 ? line.cols - 1 - need : used + 5;
		canvas_putc(line, 0, col - 1, 1, ROLE_TEXT, " ");
		col += canvas_put(line, 0, col, line.cols - col - 1, ROLE_ERROR, buf_str(&who));
		canvas_put(line, 0, col, line.cols - col - 1, ROLE_TEXT, buf_str(&why));
		canvas_putc(line, 0, line.cols - 1, 1, ROLE_TEXT, " ");
	}
	buf_done(&who);
	buf_done(&why);
}

static void draw_pane(const struct compare_state *st, struct canvas body, const struct places *at)
{
	const struct compare_row *row = compare_cursor(st);
	if (!row || at->pane_rows < 1)
		return;
	struct canvas pane = canvas_part(body, at->pane_row, at->pane_col, at->pane_rows, at->pane_cols);
	if (at->beside) {
		draw_case_rule(st, canvas_part(body, at->pane_row - 1, at->pane_col - 1, 1, body.cols), row);
		for (int i = -1; i < at->pane_rows; i++)
			canvas_putc(body, at->pane_row + i, at->pane_col - 2, 1, ROLE_BORDER, "│");
	} else {
		draw_case_rule(st, canvas_part(body, at->pane_row - 1, 0, 1, body.cols), row);
	}
	bool now = case_pair_is_of(&st->pair, row);
	if (now && st->pair_failed)
		canvas_putc(pane, 0, 1, -1, ROLE_DIM, "its record could not be read");
	else
		sheet_draw(&st->sheet, canvas_part(pane, 0, at->beside ? 0 : 1, pane.rows, pane.cols), 0, !now,
		           STR_NONE);
}

/* "3 of 4 losses first differ at retrieve-policy: other documents   w lists them" */
static void draw_begins(const struct compare_state *st, struct canvas line)
{
	const char *key = keyed("{w} lists them");
	struct str text = st->begins.b.sentence;
	if (!st->begins.of) {
		canvas_putc(line, 0, 1, line.cols - 2, ROLE_DIM, "looking where the losses begin …");
		return;
	}
	int room = line.cols - 2 - text_cols(str_of(key)) - 3;
	if (text_cols(text) > room)
		text = st->begins.b.brief;
	int used = canvas_put(line, 0, 1, text_cols(text) > room ? line.cols - 2 : room, ROLE_TEXT, text);
	if (used <= room)
		canvas_putc(line, 0, 1 + used + 3, -1, ROLE_DIM, key);
}

static void draw_list(const struct compare_state *st, struct canvas body)
{
	struct places at = places_of(st, body.rows, body.cols);
	draw_sentence(st, canvas_part(body, 0, 0, 1, body.cols));
	if (at.metrics)
		metrics_draw(canvas_part(body, 1, 0, at.metrics, body.cols), st->data);
	if (at.begins)
		draw_begins(st, canvas_part(body, at.begins, 0, 1, body.cols));
	if (at.people)
		canvas_put(body, at.people, 1, body.cols - 2, ROLE_TEXT, st->marks.preferred.sentence);
	draw_tabs(st, body, at.tabs);
	cases_draw_head(&st->cases, canvas_part(body, at.tabs + 1, 0, 1, at.list_cols));
	struct canvas list = canvas_part(body, at.tabs + 2, 0, at.list_rows, at.list_cols);
	cases_draw(&st->cases, &st->list, list);
	if (!st->list.total)
		canvas_putc(list, 0, 3, -1, ROLE_DIM,
		            st->shown.filter[0] ? keyed("no case matches the filter: {Esc} clears it") : "no cases");
	draw_pane(st, body, &at);
}

void compare_draw(const struct screen *screen, struct canvas body)
{
	const struct compare_state *st = state_of(screen);
	if (!st->loaded)
		canvas_putc(body, 1, 3, -1, ROLE_DIM,
		            st->failed ? "These runs could not be read." : "reading both runs …");
	else if (st->data->refused.len)
		draw_refusal(st, body);
	else
		draw_list(st, body);
}

bool compare_beside(const struct screen *screen, struct beside *out)
{
	const struct compare_state *st = state_of(screen);
	if (!compare_cursor(st) || st->data->refused.len)
		return false;
	struct places at = places_of(st, screen->ui->rows, screen->ui->cols);
	int col = at.beside ? at.pane_col - 2 : 0; /* with its border and its rule */
	*out = (struct beside){.row = at.pane_row - 1,
	                       .col = col,
	                       .rows = at.pane_rows + 1,
	                       .cols = screen->ui->cols - col,
	                       .scroll_row = at.beside ? at.pane_row : -1,
	                       .top = st->list.top,
	                       .id = cases_row_at(&st->cases, st->list.cursor)};
	return at.pane_rows > 0;
}

static void add_side(struct buf *out, const struct ui *ui, const char *name, const struct run_row *run,
                     const struct run_row *other, bool timed)
{
	buf_clear(out);
	buf_printf(out, "%s ", name);
	run_label(out, run);
	if (run->model.len && !str_eq(run->model, other->model))
		buf_printf(out, " " STR_FMT, STR_ARG(str_cut(run->model, 0, 80)));
	if (timed && run->created_ns != TIME_UNKNOWN) {
		buf_add_cstr(out, " · ");
		units_time(out, run->created_ns, ui->now_ns);
	}
}

static bool is_alike(const struct buf *a, const struct buf *b)
{
	return str_eq(str_from(buf_str(a), 1), str_from(buf_str(b), 1));
}

void compare_put_sides(struct canvas row, int col, const struct ui *ui, const struct run_row *run_a,
                       const struct run_row *run_b)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	int room = row.cols - col - 6;
	add_side(&a, ui, "A", run_a, run_b, false);
	add_side(&b, ui, "B", run_b, run_a, false);
	bool alike = is_alike(&a, &b);
	add_side(&a, ui, "A", run_a, run_b, true);
	add_side(&b, ui, "B", run_b, run_a, true);
	if (!alike && text_cols(buf_str(&a)) + text_cols(buf_str(&b)) > room) { /* the names go before the times */
		add_side(&a, ui, "A", run_a, run_b, false);
		add_side(&b, ui, "B", run_b, run_a, false);
	}
	if (is_alike(&a, &b)) { /* nothing of it tells them apart: their ids do */
		buf_printf(&a, " " STR_FMT, STR_ARG(str_cut(run_a->text, 0, 80)));
		buf_printf(&b, " " STR_FMT, STR_ARG(str_cut(run_b->text, 0, 80)));
	}
	int need_a = text_cols(buf_str(&a)), need_b = text_cols(buf_str(&b));
	/* Both get half; what one does not need the other takes. */
	int cols_a = need_a + need_b <= room || need_a <= room / 2 ? need_a
	             : need_b <= room / 2                          ? room - need_b
	                                                           : room / 2;
	col += canvas_put(row, 0, col, cols_a, ROLE_TITLE, buf_str(&a));
	col += canvas_putc(row, 0, col, -1, ROLE_TITLE, row.grid->ascii ? "  ->  " : "  →  ");
	canvas_put(row, 0, col, row.cols - col - 1, ROLE_TITLE, buf_str(&b));
	buf_done(&a);
	buf_done(&b);
}

void compare_headline(const struct screen *screen, struct canvas row)
{
	const struct compare_state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Compare  ");
	if (st->loaded)
		compare_put_sides(row, col, screen->ui, &st->data->a, &st->data->b);
}

/* What this many cases could show at all, by the pass rate, and how many more would settle it. */
static void add_detectable(const struct compare_state *st, bool ascii, struct buf *out)
{
	for (size_t i = 0; i < st->data->n_metrics; i++) {
		const struct metric_result *r = &st->data->metrics[i].result;
		if (IS_UNKNOWN(r->smallest_detectable) || strcmp(st->data->metrics[i].kind, "rate") != 0)
			continue;
		buf_printf(out, " · %zu cases can show %s%.0fpt", r->n, ascii ? "+-" : "±",
		           r->smallest_detectable * 100);
		if (r->cases_more > 0 && r->cases_more != UNKNOWN_INT) {
			buf_add_cstr(out, ", ");
			units_thousands(out, r->cases_more);
			buf_printf(out, " more %s%.0fpt", ascii ? "+-" : "±", STAT_DEFAULT_MARGIN * 100);
		}
		return;
	}
}

void compare_status(const struct screen *screen, struct buf *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	if (!st->loaded || st->data->refused.len)
		return;
	if (row) {
		int64_t at = cases_row_at(&st->cases, st->list.cursor) - st->cases.first[row->class_] + 1;
		buf_printf(out, "%s %lld of %lld", case_class_title(row->class_), (long long)at,
		           (long long)(st->data->lost_only ? st->data->count[row->class_] : st->cases.n[row->class_]));
	} else
		buf_add_cstr(out, "no case");
	if (st->cases.only < N_CLASSES)
		buf_add_cstr(out, " alone");
	if (st->look.filter[0])
		buf_printf(out, " · & %s%s", st->look.filter, st->filter_is_old ? RECALLED_FILTER : "");
	if (st->look.order.by != BY_LOSS || st->look.order.invert) {
		buf_add_cstr(out, " · ");
		cases_order_words(&st->cases, st->look.order, out);
	}
	if (st->find.len)
		buf_printf(out, " · / %s", buf_cstr(&st->find));
	if (st->data->by_input)
		buf_add_cstr(out, " · paired by input");
	if (!st->figures) {
		buf_add_cstr(out, st->figures_failed ? " · the figures could not be computed"
		                                     : " · computing the intervals");
		return;
	}
	if (st->look.filter[0] || st->look.order.by != BY_LOSS)
		return; /* what was asked for matters more now */
	if (st->data->holm > 1)
		buf_printf(out, " · Holm over %d", st->data->holm);
	add_detectable(st, screen->ui->ascii, out);
}
