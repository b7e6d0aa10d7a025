#include "tui/screen/pane_judges.h"

#include <string.h>

#include "store/base/units.h"
#include "tui/columns.h"
#include "tui/keyed.h"
#include "tui/screen/pane_axis.h"
#include "tui/screen/pane_chosen.h"
#include "tui/screen/pane_flow.h"
#include "tui/widget/pane_size.h"
#include "tui/widget/tabs.h"

enum {
	BESIDE_COLS = 120,
	PANE_ROWS = 11,  /* below the list: the rule and these */
	ROWS_LEAST = 18, /* for the pane below */
	MARGIN = 2,
	NAME_LEAST = 14,
	NAME_MOST = 60,
	AXIS_COLS = 21,
	COLUMNS = 16,
	TEXT_ROWS = 400,
	TABLE_COLS = 52 /* of the table of verdicts, and a gap */
};

#define AXIS_TITLE "-1   kappa 0        1"

/* ---------------------------------------------------------------- places */

struct judges_places judges_places(const struct judges_view *v, int rows, int cols)
{
	struct judges_places at = {.list_row = v->level == JUDGES_ONE ? 2 : 1, .list_cols = cols};
	at.list_rows = rows - at.list_row;
	bool pane = v->level == JUDGES_ALL || (v->tab != TAB_ABOUT && v->tab != TAB_OTHERS);
	if (v->level == JUDGES_ITEM || !pane)
		return at;
	if (cols >= BESIDE_COLS) {
		at.beside = true;
		at.pane_cols = pane_size(cols * 9 / 20, cols, 30, 50);
		at.list_cols = cols - at.pane_cols - 2;
		at.pane_col = at.list_cols + 2;
		at.pane_row = at.list_row - 1;
		at.pane_rows = rows - at.pane_row;
	} else if (rows >= ROWS_LEAST) {
		int below = pane_size(PANE_ROWS, at.list_rows, 3, 3);
		at.list_rows -= below;
		at.pane_row = rows - below + 1;
		at.pane_rows = below - 1;
		at.pane_col = 1;
		at.pane_cols = cols - 2;
	}
	return at;
}

/* ---------------------------------------------------------------- what is under the cursors */

const struct judge *judges_cursor(const struct judges_view *v)
{
	int64_t row = v->list.cursor;
	return v->loaded && row >= 0 && (size_t)row < v->judges.n ? &v->judges.rows[row] : NULL;
}

static const struct judge_item *items_of(const struct judge *j, enum judges_tab tab, size_t *n)
{
	*n = 0;
	switch (tab) {
	case TAB_DISAGREEMENTS: *n = j->n_disagreements; return j->disagreements;
	case TAB_FLIPS: *n = j->n_flipped; return j->flipped;
	case TAB_NEXT: *n = j->n_next; return j->next;
	case TAB_ABOUT:
	case TAB_OTHERS:
	case N_JUDGES_TABS: break;
	}
	return NULL;
}

size_t judges_rows(const struct judges_view *v, enum judges_tab tab)
{
	const struct judge *j = judges_cursor(v);
	size_t n = 0;
	if (!j)
		return 0;
	if (tab == TAB_OTHERS)
		return j->n_others;
	items_of(j, tab, &n);
	return n;
}

const struct judge_item *judges_items(const struct judges_view *v, size_t *n)
{
	const struct judge *j = judges_cursor(v);
	*n = 0;
	return j ? items_of(j, v->tab, n) : NULL;
}

const struct judge_item *judges_item(const struct judges_view *v)
{
	const struct judge *j = judges_cursor(v);
	size_t n = 0;
	const struct judge_item *items = j && v->level != JUDGES_ALL ? items_of(j, v->tab, &n) : NULL;
	return items && v->items.cursor >= 0 && (size_t)v->items.cursor < n ? &items[v->items.cursor] : NULL;
}

bool judges_same_item(const struct judge_item *a, const struct judge_item *b)
{
	return a->at.run == b->at.run && a->at.case_id == b->at.case_id && a->at.repeat == b->at.repeat &&
	       a->trace == b->trace && a->has_span == b->has_span && a->span == b->span;
}

/* ---------------------------------------------------------------- tables */

struct layout {
	const struct column *columns[COLUMNS];
	int at[COLUMNS], cols[COLUMNS];
	size_t n;
	int axis_at; /* kappa's interval; 0: no room */
};

static bool is_of_tab(const char *name, enum judges_tab tab)
{
	bool threshold = strcmp(name, "threshold") == 0, distance = strcmp(name, "distance") == 0;
	bool spread = strcmp(name, "spread") == 0, people = strcmp(name, "people") == 0;
	if (tab == TAB_DISAGREEMENTS)
		return !spread;
	if (tab == TAB_FLIPS)
		return !threshold && !distance && !people;
	return !spread && !distance && !people;
}

static struct layout layout_of(const struct column *table, int cols, enum judges_tab tab, bool axis)
{
	struct layout l = {.axis_at = 0};
	int rest = cols - MARGIN - (axis ? AXIS_COLS + 2 : 0), wide = 0;
	static const struct column why = {"why", "why this one", 23, 0, false, NULL, NULL};
	for (const struct column *c = table; c->name && l.n < COLUMNS; c++) {
		bool item = table == judge_item_columns;
		int width = c->width;
		if (item && tab == TAB_NEXT && strcmp(c->name, "why") == 0)
			width = why.width;
		if (width == 0 || cols < c->min_cols || (item && !is_of_tab(c->name, tab)))
			continue;
		if (width > 0 && rest - width - 2 < NAME_LEAST)
			continue;
		rest -= width > 0 ? width + 2 : 0;
		wide = width < 0 ? (int)l.n : wide;
		l.cols[l.n] = width;
		l.columns[l.n++] = c;
	}
	l.cols[wide] = rest < NAME_MOST ? rest : NAME_MOST;
	for (size_t i = 0, col = MARGIN; i < l.n; i++) {
		l.at[i] = (int)col;
		col += (size_t)l.cols[i] + 2;
		l.axis_at = axis ? (int)col : 0;
	}
	return l;
}

static void draw_titles(struct canvas c, int row, const struct layout *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->columns[i]->right)
			canvas_put_right(c, row, l->at[i] - 1, l->cols[i] + 1, ROLE_HEADING,
			                 str_of(l->columns[i]->title));
		else
			canvas_putc(c, row, l->at[i], l->cols[i], ROLE_HEADING, l->columns[i]->title);
	if (l->axis_at)
		canvas_putc(c, row, l->axis_at, AXIS_COLS, ROLE_HEADING, AXIS_TITLE);
}

static void draw_cells(struct canvas line, const struct layout *l, const void *row, bool cursor, struct arena *arena)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < l->n; i++) {
		struct value v = l->columns[i]->get(row, arena);
		buf_clear(&text);
		value_print(&text, &v, 0, line.grid->ascii);
		enum role role = v.type == VALUE_NONE ? ROLE_DIM : v.role;
		if (l->columns[i]->right) {
			canvas_put_right(line, 0, l->at[i] - 1, l->cols[i] + 1, role, buf_str(&text));
			continue;
		}
		int used = canvas_put(line, 0, l->at[i], l->cols[i], role, buf_str(&text));
		if (cursor && i == 0)
			canvas_reverse(line, 0, l->at[i], used);
	}
	buf_done(&text);
}

struct drawing {
	const struct judges_view *view;
	struct layout layout;
	struct arena *arena;
	struct chosen chosen; /* of all judges; n 0: none are */
};

static enum role kappa_role(const struct kappa *k)
{
	if (k->too_few || IS_UNKNOWN(k->kappa))
		return ROLE_DIM;
	return k->interval.low > 0 ? ROLE_BETTER : k->interval.high < 0 ? ROLE_WORSE : ROLE_BAR_OTHER;
}

static void draw_kappa(struct canvas c, int row, int col, const struct kappa *k)
{
	const struct axis axis = {.point = k->kappa, .low = k->interval.low, .high = k->interval.high, .scale = 1};
	axis_draw(c, row, col, AXIS_COLS, &axis, kappa_role(k));
}

static void draw_judge_row(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	const struct judge *j = &d->view->judges.rows[row];
	if (d->chosen.n) {
		chosen_row(&d->chosen, line, j, cursor, 0, NULL, NULL);
		return;
	}
	draw_cells(line, &d->layout, j, cursor, d->arena);
	if (d->layout.axis_at && j->kappa.n)
		draw_kappa(line, 0, d->layout.axis_at, &j->kappa);
}

static void draw_item_row(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	const struct judge *j = judges_cursor(d->view);
	size_t n;
	const struct judge_item *items = j ? items_of(j, d->view->tab, &n) : NULL;
	if (items && (size_t)row < n)
		draw_cells(line, &d->layout, &items[row], cursor, d->arena);
}

static void draw_other_row(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	const struct judge *j = judges_cursor(d->view);
	if (!j || (size_t)row >= j->n_others)
		return;
	draw_cells(line, &d->layout, &j->others[row], cursor, d->arena);
	if (d->layout.axis_at)
		draw_kappa(line, 0, d->layout.axis_at, &j->others[row].kappa);
}

static bool fits_axis(int cols)
{
	return cols >= 100;
}

/* ---------------------------------------------------------------- all of one judge */

static void confusion(struct sheet *s, const struct judge *j)
{
	static const char *const names[2] = {"bad", "good"};
	sheet_label(s, "");
	sheet_addc(s, ROLE_DIM, "                 it passed  it failed");
	for (int human = 1; human >= 0; human--) {
		sheet_label(s, "");
		sheet_printf(s, ROLE_TEXT, "people say %-5s", names[human]);
		for (int judge = 1; judge >= 0; judge--) {
			int64_t n = j->cells[human][judge];
			bool wrong = human != judge && n > 0;
			sheet_printf(s, wrong ? ROLE_ERROR : n ? ROLE_OK : ROLE_DIM, "%11lld", (long long)n);
		}
	}
	sheet_gap(s);
}

static void judge_sheet(struct sheet *s, const struct judge *j, bool table)
{
	struct judge_fact facts[JUDGE_FACTS];
	struct buf name = BUF_INIT;
	judge_print_name(&name, j);
	sheet_row(s);
	sheet_wrap(s, ROLE_TITLE, 0, arena_str(&s->arena, buf_str(&name)), 2);
	buf_done(&name);
	if (table && j->kappa.n)
		confusion(s, j);
	size_t n = judge_facts(j, &s->arena, facts);
	for (size_t i = 0; i < n; i++) {
		sheet_label(s, facts[i].label);
		sheet_wrap(s, i == 0 ? ROLE_TITLE : ROLE_TEXT, SHEET_LABEL, facts[i].text, 0);
	}
}

/* ---------------------------------------------------------------- one answer */

static void add_text(struct sheet *s, const char *label, struct str text, const char *none)
{
	if (!text.len && !none)
		return;
	sheet_gap(s);
	sheet_label(s, label);
	if (!text.len) {
		sheet_addc(s, ROLE_DIM, none);
		return;
	}
	struct flow f = {.col = SHEET_LABEL, .cols = s->cols - SHEET_LABEL > 8 ? s->cols - SHEET_LABEL : 8};
	flow_add(&f, ROLE_TEXT, text);
	flow_lay_one(s, &f, TEXT_ROWS);
	flow_done(&f);
}

static void add_score(struct sheet *s, const struct score *score, bool ascii)
{
	int outcome = score_outcome(score->pass, score->label);
	sheet_addc(s, score_role(outcome), score_mark(outcome, ascii));
	sheet_add(s, ROLE_TEXT, score->name);
	sheet_addc(s, ROLE_TEXT, " ");
	sheet_score(s, outcome, score->value, score->label);
	if (!IS_UNKNOWN(score->threshold)) {
		struct buf text = BUF_INIT;
		units_score(&text, score->threshold);
		sheet_printf(s, ROLE_DIM, " of %s", buf_cstr(&text));
		buf_done(&text);
	}
	sheet_printf(s, ROLE_DIM, "  %s", score_source_name(score->source));
	if (score->judge_model.len) {
		sheet_addc(s, ROLE_DIM, " ");
		sheet_add(s, ROLE_DIM, score->judge_model);
	}
	if (score->author.len) {
		sheet_addc(s, ROLE_DIM, " ");
		sheet_add(s, ROLE_DIM, score->author);
	}
	if (!score->explanation.len)
		return;
	sheet_label(s, "");
	sheet_wrap(s, ROLE_TEXT, SHEET_LABEL + 2, score->explanation, 20);
}

/* This judge's, or the others'. */
static void add_scores(struct sheet *s, const char *label, const struct score *scores, size_t n, const struct judge *j,
                       bool own, bool ascii)
{
	bool first = true;
	for (size_t i = 0; i < n; i++) {
		if (str_eq(scores[i].name, j->name) != own)
			continue;
		if (first)
			sheet_gap(s);
		sheet_label(s, first ? label : "");
		add_score(s, &scores[i], ascii);
		first = false;
	}
}

static void page_head(struct sheet *s, const struct judge_item *item, const struct judge *j)
{
	sheet_row(s);
	sheet_wrap(s, ROLE_TITLE, 0, item->title.len ? item->title : item->key, 2);
	sheet_label(s, j->by == SOURCE_JUDGE ? "judge" : "score");
	bool pass = item->judge == OUTCOME_GOOD;
	sheet_addc(s,
	           item->judge == OUTCOME_NONE ? ROLE_DIM
	           : pass                      ? ROLE_OK
	                                       : ROLE_ERROR,
	           item->judge == OUTCOME_NONE ? "no verdict"
	           : pass                      ? "passes it"
	                                       : "fails it");
	if (item->n_judge > 1)
		sheet_printf(s, ROLE_TEXT, " (%lld of %lld times)",
		             (long long)(pass ? item->n_passed : item->n_judge - item->n_passed),
		             (long long)item->n_judge);
	struct buf text = BUF_INIT;
	if (!IS_UNKNOWN(item->value)) {
		buf_add_cstr(&text, "  ");
		units_score(&text, item->value);
		if (!IS_UNKNOWN(item->threshold)) {
			buf_add_cstr(&text, ", passes from ");
			units_score(&text, item->threshold);
		}
	}
	sheet_printf(s, ROLE_DIM, "%s", buf_cstr(&text));
	buf_done(&text);
	sheet_label(s, "people");
	if (item->n_good + item->n_bad == 0)
		sheet_addc(s, ROLE_DIM, "nobody judged it");
	else
		sheet_printf(s, item->human == OUTCOME_BAD ? ROLE_ERROR : ROLE_OK, "%lld good, %lld bad",
		             (long long)item->n_good, (long long)item->n_bad);
	if (item->why)
		sheet_printf(s, ROLE_DIM, "  to label: %s", item->why);
	sheet_label(s, item->at.run ? "run" : "trace");
	sheet_add(s, ROLE_DIM, item->at.run ? item->run : item->key);
	if (item->at.run && item->at.repeat > 0)
		sheet_printf(s, ROLE_DIM, "  repeat %lld", (long long)item->at.repeat);
	if (item->trace && item->at.run)
		sheet_addc(s, ROLE_LINK, keyed("  {t}: its trace"));
}

static void item_page(struct judges_view *v, const struct judge_item *item, const struct judge *j, int cols, bool ascii)
{
	struct sheet *s = &v->page;
	const struct judge_reading *r = &v->reading;
	sheet_begin(s, cols);
	page_head(s, item, j);
	if (!v->read.key.ptr || !judges_same_item(&v->read, item)) {
		sheet_gap(s);
		sheet_row(s);
		sheet_addc(s, ROLE_DIM, v->reading_failed ? "it could not be read" : "reading ...");
		return;
	}
	add_scores(s, "says", r->scores, r->n_scores, j, true, ascii);
	add_scores(s, "again", r->again, r->n_again, j, true, ascii);
	add_text(s, "answer", r->output, "none");
	add_text(s, "error", r->error, NULL);
	add_text(s, "asked", r->input, "nothing was kept");
	add_text(s, "wanted", r->expected, NULL);
	add_scores(s, "others", r->scores, r->n_scores, j, false, ascii);
}

void judges_lay_out(struct judges_view *v, const struct ui *ui, int rows, int cols)
{
	struct judges_places at = judges_places(v, rows, cols);
	const struct judge *j = judges_cursor(v);
	const struct judge_item *item = judges_item(v);
	if (v->level == JUDGES_ALL)
		list_set_page(&v->list, at.list_rows);
	else
		list_set_page(&v->items, at.list_rows);
	if (!j)
		return;
	bool whole = v->level == JUDGES_ONE && v->tab == TAB_ABOUT;
	int sheet_cols = whole || !at.pane_cols ? cols - 2 : at.pane_cols - 1;
	if (v->sheet_of != j || v->sheet.cols != sheet_cols) {
		sheet_begin(&v->sheet, sheet_cols);
		judge_sheet(&v->sheet, j, whole || at.beside);
		v->sheet_of = j;
	}
	int page_cols = v->level == JUDGES_ITEM ? cols - 2 : at.pane_cols - 1;
	if (item && page_cols > 8 && (!v->page_fresh || v->page.cols != page_cols)) {
		item_page(v, item, j, page_cols, ui->ascii);
		v->page_fresh = true;
	}
}

/* ---------------------------------------------------------------- the screen */

static void draw_empty(const struct judges_view *v, struct canvas c)
{
	if (!v->loaded) {
		canvas_putc(c, 1, 3, -1, ROLE_DIM,
		            v->failed ? "The scores could not be read." : "reading the scores ...");
		return;
	}
	struct canvas text = canvas_part(c, 1, 3, c.rows - 1, c.cols - 4);
	int at =
	    sheet_say(text, ROLE_HEADING, keyed("No scores of judges or evaluators here. ({Esc} clears a filter.)")) +
	    1;
	sheet_say(canvas_part(text, at, 0, text.rows - at, text.cols), ROLE_TEXT,
	          "A judge is a score that a model gave to a case result, a trace or a span. Import eval results, or "
	          "traces with "
	          "scores, and human verdicts on the same answers: then each judge is set against the people.");
}

static void draw_split(struct canvas body, const struct judges_places *at, bool ascii)
{
	if (!at->pane_rows)
		return;
	if (!at->beside) {
		canvas_rule(canvas_part(body, at->pane_row - 1, 0, 1, body.cols), 0, ROLE_BORDER);
		return;
	}
	for (int i = at->pane_row; i < body.rows; i++)
		canvas_putc(body, i, at->pane_col - 2, 1, ROLE_BORDER, ascii ? "|" : "│");
}

static int widest_name(const struct judges_view *v)
{
	int widest = NAME_LEAST;
	for (size_t i = 0; i < v->judges.n; i++) {
		int cols = text_cols(v->judges.rows[i].name);
		widest = cols > widest ? cols : widest;
	}
	return widest < NAME_MOST ? widest : NAME_MOST;
}

static void draw_all(const struct judges_view *v, const struct ui *ui, struct canvas body)
{
	struct arena arena = ARENA_INIT;
	struct judges_places at = judges_places(v, body.rows, body.cols);
	struct drawing d = {.view = v,
	                    .layout = layout_of(judge_columns, at.list_cols, TAB_ABOUT, fits_axis(at.list_cols)),
	                    .arena = &arena};
	struct canvas head = canvas_part(body, 0, 0, 1, at.list_cols);
	if (chosen_begin(&d.chosen, judge_columns, NULL)) {
		d.chosen.rest_most = widest_name(v);
		chosen_fit(&d.chosen, MARGIN, at.list_cols);
		chosen_titles(&d.chosen, head, false, -1);
	} else {
		draw_titles(head, 0, &d.layout);
	}
	list_draw(&v->list, canvas_part(body, 1, 0, at.list_rows, at.list_cols), draw_judge_row, &d);
	draw_split(body, &at, ui->ascii);
	if (at.pane_rows)
		sheet_draw(&v->sheet, canvas_part(body, at.pane_row, at.pane_col, at.pane_rows, at.pane_cols), 0, false,
		           STR_NONE);
	arena_done(&arena);
}

static void draw_tabs(const struct judges_view *v, const struct judge *j, struct canvas body)
{
	static const char *const names[N_JUDGES_TABS] = {"About", "Disagreements", "Flips", "To label", "Other judges"};
	struct tab tabs[N_JUDGES_TABS];
	for (int i = 0; i < N_JUDGES_TABS; i++)
		tabs[i] = (struct tab){.name = names[i],
		                       .count = i == TAB_ABOUT ? -1 : (int64_t)judges_rows(v, (enum judges_tab)i)};
	tabs[TAB_DISAGREEMENTS].count = j->disagreements_of;
	tabs[TAB_FLIPS].count = j->flips.flipped;
	tabs[TAB_NEXT].count = j->unlabelled;
	tabs_draw(body, 0, tabs, N_JUDGES_TABS, v->tab);
}

static void draw_none(const struct judges_view *v, const struct judge *j, struct canvas c)
{
	static const char *const why[N_JUDGES_TABS] = {
	    [TAB_DISAGREEMENTS] = "It agrees with people wherever they judged, too.",
	    [TAB_FLIPS] = "No identical answer was judged both ways.",
	    [TAB_NEXT] = "People judged every answer it judged.",
	    [TAB_OTHERS] = "No other judge or evaluator judged the same answers.",
	};
	bool nobody = v->tab == TAB_DISAGREEMENTS && !j->kappa.n;
	bool once = v->tab == TAB_FLIPS && !j->flips.groups;
	canvas_putc(c, 1, 3, -1, ROLE_HEADING,
	            v->tab == TAB_OTHERS && j->all_models ? "Each of its models has a row of its own: see there."
	            : nobody                              ? "No person judged any of its answers."
	            : once                                ? "No answer was given and judged twice."
	                                                  : why[v->tab]);
	if (nobody) {
		canvas_putc(c, 3, 3, -1, ROLE_TEXT,
		            keyed("To label ({Tab}) says which answers to begin with: ten labels give a"));
		canvas_putc(c, 4, 3, -1, ROLE_TEXT,
		            "first figure, thirty one to lean on. Until then: Flips, whether it");
		canvas_putc(c, 5, 3, -1, ROLE_TEXT,
		            "stands by its own word, and Other judges, which is no substitute,");
		canvas_putc(c, 6, 3, -1, ROLE_TEXT, "since two can be wrong together.");
	}
	if (once)
		canvas_putc(c, 3, 3, -1, ROLE_TEXT,
		            "Repeats of a case, or a second run, would show whether it stands by it.");
}

static void draw_one(const struct judges_view *v, const struct judge *j, const struct ui *ui, struct canvas body)
{
	struct arena arena = ARENA_INIT;
	struct judges_places at = judges_places(v, body.rows, body.cols);
	draw_tabs(v, j, body);
	if (v->tab == TAB_ABOUT) {
		sheet_draw(&v->sheet, canvas_part(body, 1, 1, body.rows - 1, body.cols - 2), v->sheet_top, false,
		           STR_NONE);
		if (!j->kappa.too_few && v->sheet_top == 0 && body.cols >= TABLE_COLS + AXIS_COLS + 2) {
			canvas_putc(body, 2, TABLE_COLS, AXIS_COLS, ROLE_HEADING, AXIS_TITLE);
			draw_kappa(body, 3, TABLE_COLS, &j->kappa);
		}
		return;
	}
	if (!v->items.total) {
		draw_none(v, j, canvas_part(body, 1, 0, body.rows - 1, body.cols));
		return;
	}
	bool others = v->tab == TAB_OTHERS;
	struct drawing d = {.view = v,
	                    .layout = layout_of(others ? judge_other_columns : judge_item_columns, at.list_cols, v->tab,
	                                        others && fits_axis(at.list_cols)),
	                    .arena = &arena};
	draw_titles(canvas_part(body, 1, 0, 1, at.list_cols), 0, &d.layout);
	list_draw(&v->items, canvas_part(body, at.list_row, 0, at.list_rows, at.list_cols),
	          others ? draw_other_row : draw_item_row, &d);
	draw_split(body, &at, ui->ascii);
	if (at.pane_rows)
		sheet_draw(&v->page, canvas_part(body, at.pane_row, at.pane_col, at.pane_rows, at.pane_cols), 0, false,
		           STR_NONE);
	arena_done(&arena);
}

void judges_draw(const struct judges_view *v, const struct ui *ui, struct canvas body)
{
	const struct judge *j = judges_cursor(v);
	if (!j)
		draw_empty(v, body);
	else if (v->level == JUDGES_ALL)
		draw_all(v, ui, body);
	else if (v->level == JUDGES_ONE)
		draw_one(v, j, ui, body);
	else
		sheet_draw(&v->page, canvas_part(body, 0, 1, body.rows, body.cols - 2), v->page_top, false, STR_NONE);
}
