/* The eval runs, dataset by dataset, newest first: how each did, with its interval, and whether it left the band of those before it; two
 * of them make a comparison, more stand beside each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/query/case.h"
#include "store/query/filter.h"
#include "store/query/queue_make.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_runs_state.h"
#include "tui/widget/pane_size.h"

enum {
	MOST_RUNS = 10000, /* shown; more need a filter */
	BESIDE_COLS = 120,
	BELOW_LEAST = 8 /* rows of details that are worth showing below a short list */
};

struct request {
	enum runs_ask what;
	bool failed; /* and asking again would not help */
	uint64_t serial, generation;
	/* RUNS_ASK_RUNS */
	char filter[256];
	int64_t source, now_ns;
	struct run_page page;
	struct trends trends;
	struct baseline *baselines;
	size_t n_baselines;
	int64_t first_of_source; /* the newest run of `source`, 0 none */
	/* RUNS_ASK_DETAIL, RUNS_ASK_MORE */
	int64_t run;
	struct str dataset; /* of the arena; RUNS_ASK_KEEP, too */
	struct arena arena; /* RUNS_ASK_RUNS: of the baselines */
	struct run_detail detail;
	struct pass_ks pass_k;
	double shared;
	/* RUNS_ASK_KEEP */
	struct str baseline; /* its id as written; absent: none any more */
};

static struct runs_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- where things stand */

struct runs_places runs_places_of(const struct runs_state *st, int rows, int cols)
{
	struct runs_places at = {.list_cols = cols, .list_rows = rows - 1};
	if (st->details == DETAILS_OFF)
		return at;
	if (cols >= BESIDE_COLS) {
		at.pane_cols = pane_size(cols * 2 / 5 > 76 ? 76 : cols * 2 / 5, cols, 30, 50);
		at.list_cols = cols - at.pane_cols - 2;
		at.pane_col = at.list_cols + 2;
		at.pane_cols--;
		at.pane_rows = rows;
		return at;
	}
	int left = rows - 2 - (int)(runs_lines(&st->view) < rows ? runs_lines(&st->view) : rows);
	int below = st->details == DETAILS_ON ? rows / 2 : left;
	below = below > 2 ? pane_size(below, rows, BELOW_LEAST, 5) : below;
	if (below < (st->details == DETAILS_ON ? 2 : BELOW_LEAST))
		return at;
	at.list_rows = rows - below - 2;
	at.pane_row = rows - below;
	at.pane_rows = below;
	at.pane_col = 1;
	at.pane_cols = cols - 2;
	return at;
}

static struct runs_places places_now(const struct screen *screen)
{
	return runs_places_of(state_of(screen), screen->ui->rows, screen->ui->cols);
}

/* The columns the list itself has: beside a pane one is left free. */
int runs_list_cols(const struct screen *screen)
{
	struct runs_places at = places_now(screen);
	return at.list_cols < screen->ui->cols ? at.list_cols - 1 : at.list_cols;
}

/* ---------------------------------------------------------------- the pane */

static struct run_more more_of(const struct runs_state *st, const struct run_row *row, int64_t now_ns)
{
	bool more = st->more_run == row->id;
	return (struct run_more){.detail = st->detail_run == row->id ? &st->detail : NULL,
	                         .series = runs_group_of(&st->view, row)->series,
	                         .at = runs_place_of(&st->view, row),
	                         .pass_k = more ? &st->pass_k : NULL,
	                         .shared = more ? st->shared : UNKNOWN_DOUBLE,
	                         .now_ns = now_ns};
}

static void lay_out(struct screen *screen)
{
	struct runs_state *st = state_of(screen);
	struct runs_places at = places_now(screen);
	list_set_page(&st->view.list, at.list_rows);
	st->view.find = buf_str(&st->find);
	runs_settle(&st->view, false);
	const struct run_row *row = runs_cursor(&st->view);
	if (!row || !at.pane_cols || (st->fresh && st->sheet_run == row->id && st->sheet.cols == at.pane_cols))
		return;
	struct run_more more = more_of(st, row, screen->ui->now_ns);
	run_sheet(&st->sheet, at.pane_cols, row, &more, screen->ui->ascii);
	if (st->sheet_run != row->id)
		st->sheet_top = 0;
	st->sheet_run = row->id;
	st->fresh = true;
}

/* ---------------------------------------------------------------- data */

static struct request *new_request(struct screen *screen, enum runs_ask what)
{
	struct runs_state *st = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.what = what,
	                      .serial = ++st->serial,
	                      .generation = screen->ui->generation,
	                      .now_ns = screen->ui->now_ns,
	                      .source = st->source};
	memcpy(r->filter, st->filter, sizeof r->filter);
	st->asked = what;
	st->asked_generation = r->generation;
	return r;
}

static struct request *ask_keep(struct screen *screen)
{
	struct runs_state *st = state_of(screen);
	struct request *r = new_request(screen, RUNS_ASK_KEEP);
	r->dataset = arena_str(&r->arena, st->keep_dataset);
	r->baseline = arena_str(&r->arena, st->keep_run);
	st->keep = false;
	return r;
}

static void *runs_ask(struct screen *screen)
{
	struct runs_state *st = state_of(screen);
	runs_choose_columns(&st->view);
	lay_out(screen);
	if (st->masked != screen->ui->masked)
		st->detail_run = st->more_run = 0;
	st->masked = screen->ui->masked;
	if (st->keep && st->asked == RUNS_ASK_NOTHING)
		return ask_keep(screen);
	bool coming = st->asked == RUNS_ASK_RUNS && st->asked_generation == screen->ui->generation;
	if (!coming && !st->failed && (!st->loaded || st->generation != screen->ui->generation))
		return new_request(screen, RUNS_ASK_RUNS);
	const struct run_row *row = runs_cursor(&st->view);
	if (!row || !places_now(screen).pane_cols || st->asked == RUNS_ASK_RUNS || st->asked == RUNS_ASK_KEEP)
		return NULL;
	enum runs_ask what = st->detail_run != row->id ? RUNS_ASK_DETAIL
	                     : st->more_run != row->id ? RUNS_ASK_MORE
	                                               : RUNS_ASK_NOTHING;
	if (what == RUNS_ASK_NOTHING || st->asked == RUNS_ASK_DETAIL || st->asked == what)
		return NULL;
	struct request *r = new_request(screen, what);
	r->run = row->id;
	r->dataset = arena_str(&r->arena, row->dataset);
	return r;
}

static bool fetch_runs(struct db *db, struct request *r, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	/* The text was parsed before it became the filter: it cannot be wrong here. */
	struct filter *filter = filter_parse(&arena, str_of(r->filter), FILTER_RUNS, r->now_ns, &mistake);
	bool ok = runs_page(db, filter, 0, 0, MOST_RUNS, &r->page, err) && trends_read(db, NULL, &r->trends, err) &&
	          baselines_read(db, &r->arena, &r->baselines, &r->n_baselines, err);
	if (ok && r->source) {
		struct run_page of_source;
		ok = runs_page(db, NULL, r->source, 0, 1, &of_source, err);
		r->first_of_source = ok && of_source.n ? of_source.rows[0].id : 0;
		run_page_done(&of_source);
	}
	arena_done(&arena);
	return ok;
}

/* What it has in common with the runs of its band, and its repeats: both read cases. */
static bool fetch_more(struct db *db, struct request *r, struct err *err)
{
	struct trends trends = {.n = 0};
	bool ok = trends_read(db, &r->dataset, &trends, err);
	r->shared = UNKNOWN_DOUBLE;
	for (size_t i = 0; ok && trends.n && trends.series->n_metrics && i < trends.series->n; i++)
		if (trends.series->runs[i].id == r->run)
			ok = trend_shared(db, trends.series, trends.series->metrics, i, &r->shared, err);
	trends_done(&trends);
	return ok && pass_k_read(db, r->run, true, &r->arena, &r->pass_k, err);
}

static bool runs_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = true;
	switch (r->what) {
	case RUNS_ASK_RUNS: ok = fetch_runs(db, r, err); break;
	case RUNS_ASK_DETAIL: ok = runs_detail(db, r->run, &r->arena, &r->detail, err); break;
	case RUNS_ASK_MORE: ok = fetch_more(db, r, err); break;
	case RUNS_ASK_KEEP: baselines_set(db, r->dataset, r->baseline); break;
	case RUNS_ASK_NOTHING: break;
	}
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void swap_arenas(struct arena *a, struct arena *b)
{
	struct arena kept = *a;
	*a = *b;
	*b = kept;
}

static void adopt_baselines(struct runs_state *st, struct request *r)
{
	swap_arenas(&st->baseline_arena, &r->arena);
	st->baselines = r->baselines;
	st->n_baselines = r->n_baselines;
	st->keep = false;
	st->view.baselines = st->baselines;
	st->view.n_baselines = st->n_baselines;
}

static void drop_marks(struct runs_view *v)
{
	int n = 0;
	for (int i = 0; i < v->n_marks; i++)
		if (runs_by_id(v, v->marks[i]))
			v->marks[n++] = v->marks[i];
	v->n_marks = n;
}

/* Once: the order it was opened with. */
static void order_as_asked(struct screen *screen)
{
	struct runs_state *st = state_of(screen);
	struct str order = str_of(st->order), name;
	if (str_split(&order, ' ', &name) && name.len && !runs_sort_by(&st->view, name, str_is(order, "asc"))) {
		struct buf after = BUF_INIT;
		column_suggest(&after, run_columns, name);
		ui_say(screen->ui, "runs have no column " STR_FMT "%s", STR_ARG(name), buf_cstr(&after));
		screen->ui->message_is_error = true;
		buf_done(&after);
	}
	st->order[0] = '\0';
}

static void adopt_runs(struct screen *screen, struct request *r)
{
	struct runs_state *st = state_of(screen);
	const struct run_row *before = runs_cursor(&st->view);
	int64_t id = r->first_of_source ? r->first_of_source : st->start ? st->start : before ? before->id : 0;
	st->start = 0;
	struct run_page old = st->view.page;
	st->view.page = r->page;
	r->page = old;
	struct trends before_them = st->view.trends;
	st->view.trends = r->trends;
	r->trends = before_them;
	adopt_baselines(st, r);
	runs_make_groups(&st->view);
	order_as_asked(screen);
	const struct run_row *found = runs_by_id(&st->view, id);
	list_refit(&st->view.list, runs_lines(&st->view),
	           found ? runs_line_of(&st->view, (size_t)(found - st->view.page.rows)) : -1);
	runs_settle(&st->view, false);
	if (found && r->first_of_source)
		st->source = 0;
	drop_marks(&st->view);
	st->more_run = 0;
	st->loaded = true;
	st->fresh = false;
	st->generation = r->generation;
}

static void request_free(struct request *r)
{
	run_page_done(&r->page);
	trends_done(&r->trends);
	arena_done(&r->arena);
	free(r);
}

static void runs_take(struct screen *screen, void *request, bool ok)
{
	struct runs_state *st = state_of(screen);
	struct request *r = request;
	bool newest = st->serial == r->serial;
	if (newest)
		st->asked = RUNS_ASK_NOTHING;
	if (r->what == RUNS_ASK_RUNS && newest) {
		st->failed = r->failed;
		if (ok)
			adopt_runs(screen, r);
	} else if (r->what == RUNS_ASK_DETAIL && (ok || r->failed)) {
		swap_arenas(&st->detail_arena, &r->arena);
		st->detail = ok ? r->detail : (struct run_detail){.n_same = 0};
		st->detail_run = r->run;
		st->fresh = false;
	} else if (r->what == RUNS_ASK_MORE && (ok || r->failed)) {
		swap_arenas(&st->more_arena, &r->arena);
		st->pass_k = ok ? r->pass_k : (struct pass_ks){.n = 0};
		st->shared = ok ? r->shared : UNKNOWN_DOUBLE;
		st->more_run = r->run;
		st->fresh = false;
	}
	request_free(r);
	lay_out(screen);
}

/* ---------------------------------------------------------------- drawing */

static void draw_empty(const struct runs_state *st, struct canvas body)
{
	if (!st->loaded) {
		canvas_putc(body, 1, 3, -1, ROLE_DIM,
		            st->failed ? "The runs could not be read." : "reading the runs …");
		return;
	}
	if (st->filter[0]) {
		canvas_putc(body, 1, 3, -1, ROLE_HEADING, "No run matches the filter.");
		canvas_putc(body, 3, 3, -1, ROLE_TEXT, keyed("{Esc} clears it, {&} asks for another one."));
		return;
	}
	canvas_putc(body, 1, 3, -1, ROLE_HEADING, "No eval runs in this store yet.");
	canvas_putc(body, 3, 3, -1, ROLE_TEXT,
	            "spoor results.json more/       imports eval result files and opens them");
	canvas_putc(body, 4, 3, -1, ROLE_TEXT, "spoor import results.json      imports them without a screen");
	canvas_putc(body, 5, 3, -1, ROLE_TEXT, "spoor formats                  says what can be read");
	canvas_putc(body, 6, 3, -1, ROLE_TEXT, ":welcome, :samples             how to begin; sample runs");
	canvas_putc(body, 8, 3, -1, ROLE_DIM,
	            keyed("Two runs of one dataset can then be compared: {Space} marks, {Enter} compares."));
}

static void draw_pane(const struct runs_state *st, struct canvas body, const struct runs_places *at)
{
	if (at->pane_row) {
		canvas_rule(canvas_part(body, at->pane_row - 1, 0, 1, body.cols), 0, ROLE_BORDER);
		canvas_putc(body, at->pane_row - 1, 2, -1, ROLE_HEADING, " details ");
		char text[64];
		snprintf(text, sizeof text, " %s: rows %d to %d of %d ", keyed("{J} {K}"), st->sheet_top + 1,
		         st->sheet_top + at->pane_rows, st->sheet.rows);
		if (st->sheet.rows > at->pane_rows)
			canvas_put_right(body, at->pane_row - 1, body.cols / 2, body.cols / 2 - 2, ROLE_DIM,
			                 str_of(text));
	} else {
		for (int i = 0; i < body.rows; i++)
			canvas_putc(body, i, at->pane_col - 2, 1, ROLE_BORDER, "│");
	}
	const struct run_row *row = runs_cursor(&st->view);
	struct canvas pane = canvas_part(body, at->pane_row, at->pane_col, at->pane_rows, at->pane_cols);
	canvas_zone(pane, (struct zone){.kind = ZONE_PANE, .name = "details"});
	sheet_draw(&st->sheet, pane, st->sheet_top, !row || row->id != st->sheet_run, STR_NONE);
}

static void runs_draw(const struct screen *screen, struct canvas body)
{
	const struct runs_state *st = state_of(screen);
	if (!st->loaded || st->view.page.n == 0) {
		draw_empty(st, body);
		return;
	}
	struct runs_places at = runs_places_of(st, body.rows, body.cols);
	bool beside = at.list_cols < body.cols;
	runs_view_draw(&st->view, screen->ui,
	               canvas_part(body, 0, 0, at.list_rows + 1, beside ? at.list_cols - 1 : at.list_cols));
	if (at.pane_cols)
		draw_pane(st, body, &at);
}

static bool runs_beside(const struct screen *screen, struct beside *out)
{
	const struct runs_state *st = state_of(screen);
	const struct run_row *row = st->loaded && st->view.page.n ? runs_cursor(&st->view) : NULL;
	struct runs_places at = places_now(screen);
	bool beside = at.list_cols < screen->ui->cols;
	if (!row || !at.pane_cols)
		return false;
	*out = (struct beside){.row = beside ? 0 : at.pane_row - 1, /* with its border or its rule */
	                       .col = beside ? at.pane_col - 2 : 0,
	                       .rows = beside ? at.pane_rows : at.pane_rows + 1,
	                       .scroll_row = beside ? 1 : -1,
	                       .top = st->view.list.top,
	                       .id = row->id};
	out->cols = screen->ui->cols - out->col;
	return true;
}

static void runs_headline(const struct screen *screen, struct canvas row)
{
	const struct runs_state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Runs");
	if (!st->loaded || st->view.page.total == 0)
		return;
	int64_t cases = 0;
	for (size_t i = 0; i < st->view.page.n; i++)
		cases += st->view.page.rows[i].cases;
	struct buf text = BUF_INIT;
	buf_printf(&text, "  %lld %s of %zu %s, ", (long long)st->view.page.total,
	           st->view.page.total == 1 ? "eval run" : "eval runs", st->view.n_groups,
	           st->view.n_groups == 1 ? "dataset" : "datasets");
	units_thousands(&text, cases);
	buf_add_cstr(&text, " case results");
	col += canvas_put(row, 0, col, row.cols - col - 1, ROLE_TITLE, buf_str(&text));
	buf_done(&text);
	size_t drift = st->view.n_drifting;
	if (drift)
		canvas_printf(row, 0, col, row.cols - col - 1, ROLE_WARNING, "  %zu %s", drift,
		              drift == 1 ? "dataset drifts" : "datasets drift");
}

const struct baseline *runs_baseline_of(const struct runs_state *st, struct str dataset)
{
	for (size_t i = 0; i < st->n_baselines; i++)
		if (str_eq(st->baselines[i].dataset, dataset))
			return &st->baselines[i];
	return NULL;
}

/* What is particular about the run under the cursor, where no pane tells it. */
static void status_place(const struct screen *screen, const struct run_row *row, struct buf *out)
{
	const struct runs_state *st = state_of(screen);
	const struct runs_group *group = runs_group_of(&st->view, row);
	size_t i = runs_place_of(&st->view, row);
	if (places_now(screen).pane_cols || i == TREND_NOWHERE)
		return;
	const struct trend_metric *m = runs_metric(group);
	const char *place = m ? trend_place(m, i) : NULL;
	if (place && trend_side(m, i)) {
		bool begins = m->at[i].since == i; /* short: the line is painted with every move */
		buf_printf(out, " · %s%s ", begins ? "drift begins: " : "", place);
		trend_figure_print(out, m, m->at[i].drift.band.low);
		buf_add_cstr(out, " to ");
		trend_figure_print(out, m, m->at[i].drift.band.high);
	}
	if (group->series->runs[i].changed) {
		buf_add_cstr(out, " · ");
		trend_changed_print(out, group->series->runs[i].changed);
		buf_add_cstr(out, " changed");
	}
}

static void runs_status(const struct screen *screen, struct buf *out)
{
	const struct runs_state *st = state_of(screen);
	const struct run_row *row = runs_cursor(&st->view);
	if (!st->loaded)
		return;
	if (row)
		buf_printf(out, "run %lld of %lld", (long long)(row - st->view.page.rows) + 1,
		           (long long)st->view.page.total);
	else
		buf_add_cstr(out, "no runs");
	if (st->view.page.total > (int64_t)st->view.page.n)
		buf_printf(out, " (the first %zu show)", st->view.page.n);
	if (st->view.n_marks)
		buf_printf(out, " · %d marked", st->view.n_marks);
	if (row)
		status_place(screen, row, out);
	const struct baseline *baseline = row ? runs_baseline_of(st, row->dataset) : NULL;
	const struct run_row *named = baseline ? runs_by_id(&st->view, baseline->run) : NULL;
	if (named)
		buf_printf(out, " · baseline " STR_FMT, STR_ARG(str_cut(run_name(named), 0, 60)));
	if (st->filter[0])
		buf_printf(out, " · & %s%s", st->filter, st->filter_is_old ? RECALLED_FILTER : "");
	if (st->find.len)
		buf_printf(out, " · / %s", buf_cstr(&st->find));
}

/* ---------------------------------------------------------------- life */

static bool runs_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)err;
	struct runs_state *st = state_of(screen);
	st->source = target->id2;
	screen->visit = target->id2 || target->text[0] || target->span || target->sort[0];
	snprintf(st->order, sizeof st->order, "%s", target->sort);
	st->start = target->span;
	snprintf(st->filter, sizeof st->filter, "%s", target->text);
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	if (!filter_parse(&arena, str_of(st->filter), FILTER_RUNS, screen->ui->now_ns, &mistake))
		st->filter[0] = '\0';
	arena_done(&arena);
	list_init(&st->view.list);
	st->view.sort = RUNS_BY_TIME;
	return true;
}

static void runs_place(const struct screen *screen, struct target *out)
{
	*out = (struct target){.screen = "runs"};
	snprintf(out->text, sizeof out->text, "%s", state_of(screen)->filter);
}

/* Within each dataset; the command has no columns for scores. */
static void add_order(const struct runs_view *v, struct buf *out)
{
	const char *column = v->sort == RUNS_BY_NAME ? "name" : v->sort == RUNS_BY_TIME ? "created" : NULL;
	if (v->sort >= 0 && v->columns[v->sort].column)
		column = v->columns[v->sort].column->name;
	if (column && (v->sort != RUNS_BY_TIME || v->ascending))
		copy_sort(out, column, v->ascending);
}

static bool runs_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct run_row *run = runs_cursor(&state_of(screen)->view);
	if (what == COPY_VIEW) {
		buf_add_cstr(out, "runs");
		return true;
	}
	if (!run || what == COPY_VALUE)
		return false;
	if (what == COPY_LINK)
		return copy_link(out, "run", run->text, STR_NONE);
	if (what == COPY_ID)
		return copy_str(out, run->text);
	if (what == COPY_PATH) {
		buf_add_str(out, run->dataset);
		buf_add_cstr(out, run->dataset.len ? "/" : "");
		return copy_str(out, run->name.len ? run->name : run->text);
	}
	buf_add_cstr(out, "spoor runs");
	if (state_of(screen)->filter[0]) {
		buf_add_cstr(out, " --where");
		copy_word(out, str_of(state_of(screen)->filter));
	}
	add_order(&state_of(screen)->view, out);
	copy_columns(out, run_columns);
	return true;
}

static void runs_close(struct screen *screen)
{
	struct runs_state *st = state_of(screen);
	runs_view_done(&st->view);
	buf_done(&st->find);
	arena_done(&st->baseline_arena);
	arena_done(&st->detail_arena);
	arena_done(&st->more_arena);
	sheet_done(&st->sheet);
}

/* The answers of the run under the cursor. */
/* The cases of the marked runs, else of the run under the cursor. */
static bool runs_review(const struct screen *screen, struct arena *arena, struct queue_ask *out)
{
	const struct runs_view *v = &state_of(screen)->view;
	const struct run_row *row = runs_cursor(v);
	struct buf where = BUF_INIT;
	for (size_t i = 0; i < v->page.n; i++) {
		if (!runs_is_marked(v, v->page.rows[i].id))
			continue;
		buf_add_cstr(&where, where.len ? " or run=" : "run=");
		filter_quote(&where, v->page.rows[i].text);
	}
	if (where.len) {
		*out = (struct queue_ask){.from = QUEUE_CASES, .where = arena_str(arena, buf_str(&where))};
		buf_done(&where);
		return true;
	}
	if (row)
		*out = (struct queue_ask){.from = QUEUE_CASES, .run = row->id};
	return row != NULL;
}

/* ---------------------------------------------------------------- how it was left */

static void runs_remember(const struct screen *screen, struct jout *out)
{
	const struct runs_state *st = state_of(screen);
	const struct runs_view *v = &st->view;
	const struct run_row *at = runs_cursor(v);
	struct buf sort = BUF_INIT;
	if (!st->loaded)
		return;
	if (v->sort != RUNS_BY_TIME)
		runs_sort_name(v, &sort);
	if (st->filter[0] || screen->usual)
		jout_cstr(out, "filter", st->filter);
	remember_text(out, "sort", buf_str(&sort));
	remember_flag(out, "ascending", v->ascending);
	remember_int(out, "shift", (int64_t)v->shift);
	remember_int(out, "details", (int64_t)st->details);
	remember_row(out, &v->list, at ? at->text : STR_NONE);
	if (v->n_marks)
		jout_array(out, "marks");
	for (int i = 0; i < v->n_marks; i++)
		if (runs_by_id(v, v->marks[i]))
			jout_str(out, NULL, runs_by_id(v, v->marks[i])->text);
	if (v->n_marks)
		jout_end(out);
	buf_done(&sort);
}

static const struct run_row *run_of_text(const struct runs_view *v, struct str text)
{
	for (size_t i = 0; text.len && i < v->page.n; i++)
		if (str_eq(v->page.rows[i].text, text))
			return &v->page.rows[i];
	return NULL;
}

/* Columns go by what they are called: scores have no other name. */
static void recall_sort(struct runs_view *v, struct str wanted, bool ascending)
{
	struct buf name = BUF_INIT;
	int sort = RUNS_BY_TIME;
	for (int i = RUNS_BY_NAME; wanted.len && i < (int)v->n_columns; i++) {
		buf_clear(&name);
		v->sort = i;
		runs_sort_name(v, &name);
		sort = str_eq(buf_str(&name), wanted) ? i : sort;
	}
	v->sort = sort;
	v->ascending = ascending;
	runs_order(v);
	buf_done(&name);
}

static void recall_rows(struct runs_view *v, const struct cJSON *kept)
{
	v->n_marks = 0;
	for (const struct cJSON *m = json_first(json_get(kept, "marks")); m && v->n_marks < RUNS_MARKS;
	     m = json_next(m)) {
		const struct run_row *run = run_of_text(v, str_of(json_text(m)));
		if (run && !runs_is_marked(v, run->id))
			v->marks[v->n_marks++] = run->id;
	}
	const struct run_row *at = NULL;
	for (size_t i = 0; !at && i < v->page.n; i++)
		at = recall_is_row(kept, v->page.rows[i].text) ? &v->page.rows[i] : NULL;
	recall_row(kept, &v->list, at ? runs_line_of(v, (size_t)(at - v->page.rows)) : -1);
	runs_settle(v, false);
}

static bool runs_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct runs_state *st = state_of(screen);
	struct str filter = recall_filter(kept, "filter", FILTER_RUNS, screen->ui->now_ns, sizeof st->filter);
	if (!st->recalls && lately && (filter.len || (recall_text(kept, "filter").ptr && screen->usual))) {
		st->filter_is_old = filter.len && !str_eq(filter, str_of(st->filter));
		snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(filter));
	}
	st->recalls = true;
	if (!st->loaded)
		return st->failed;
	int64_t shift = recall_int(kept, "shift", 0, (int64_t)st->view.n_columns);
	st->view.shift = (size_t)shift;
	st->details = (enum runs_details)recall_int(kept, "details", 0, DETAILS_OFF);
	recall_sort(&st->view, recall_text(kept, "sort"), recall_flag(kept, "ascending"));
	recall_rows(&st->view, kept);
	st->fresh = false;
	lay_out(screen);
	return true;
}

const struct screen_ops screen_runs = {
    .name = "runs",
    .title = "Runs",
    .state_size = sizeof(struct runs_state),
    .actions = runs_actions,
    .open = runs_open,
    .ask = runs_ask,
    .fetch = runs_fetch,
    .take = runs_take,
    .draw = runs_draw,
    .beside = runs_beside,
    .headline = runs_headline,
    .status = runs_status,
    .place = runs_place,
    .copy = runs_copy,
    .review = runs_review,
    .remember = runs_remember,
    .recall = runs_recall,
    .close = runs_close,
};
