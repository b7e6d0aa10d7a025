/* The eval runs, dataset by dataset, newest first: how each did, with its interval; two of them make a comparison. */
#include <stdio.h>
#include <stdlib.h>

#include "store/base/units.h"
#include "store/query/case.h"
#include "tui/screen.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_run.h"
#include "tui/screen/pane_runs.h"
#include "tui/widget/find.h"

enum {
	MOST_RUNS = 10000, /* shown; more need a filter */
	BESIDE_COLS = 120
};

enum ask { ASK_NOTHING, ASK_RUNS, ASK_DETAIL };

struct request {
	enum ask what;
	bool failed; /* and asking again would not help */
	uint64_t serial, generation;
	/* ASK_RUNS */
	char filter[256];
	int64_t source, now_ns;
	struct run_page page;
	int64_t first_of_source; /* the newest run of `source`, 0 none */
	/* ASK_DETAIL */
	int64_t run;
	struct arena arena;
	struct run_detail detail;
};

struct state {
	struct runs_view view;
	bool loaded, failed;
	uint64_t generation, serial, asked_generation;
	enum ask asked;
	int64_t source; /* begin on a run of this source; 0 once there */
	char filter[256];
	struct buf find;
	/* the pane beside */
	int64_t detail_run; /* the run `detail` belongs to */
	struct arena detail_arena;
	struct run_detail detail;
	struct sheet sheet;
	int64_t sheet_run;
	bool fresh;
};

static struct state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- where things stand */

struct places {
	int list_cols, list_rows, pane_col, pane_cols;
};

static struct places places_of(int rows, int cols)
{
	struct places at = {.list_cols = cols, .list_rows = rows - 1};
	if (cols >= BESIDE_COLS) {
		at.pane_cols = cols * 2 / 5 > 76 ? 76 : cols * 2 / 5;
		at.list_cols = cols - at.pane_cols - 2;
		at.pane_col = at.list_cols + 2;
	}
	return at;
}

/* ---------------------------------------------------------------- the pane beside */
static void lay_out(struct screen *screen)
{
	struct state *st = state_of(screen);
	struct places at = places_of(screen->ui->rows, screen->ui->cols);
	list_set_page(&st->view.list, at.list_rows);
	runs_settle(&st->view, false);
	const struct run_row *row = runs_cursor(&st->view);
	if (!row || !at.pane_cols || (st->fresh && st->sheet_run == row->id && st->sheet.cols == at.pane_cols - 1))
		return;
	run_sheet(&st->sheet, at.pane_cols - 1, row, st->detail_run == row->id ? &st->detail : NULL, screen->ui->ascii);
	st->sheet_run = row->id;
	st->fresh = true;
}

/* ---------------------------------------------------------------- data */

static struct request *new_request(struct screen *screen, enum ask what)
{
	struct state *st = state_of(screen);
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

static void *runs_ask(struct screen *screen)
{
	struct state *st = state_of(screen);
	lay_out(screen);
	bool coming = st->asked == ASK_RUNS && st->asked_generation == screen->ui->generation;
	if (!coming && !st->failed && (!st->loaded || st->generation != screen->ui->generation))
		return new_request(screen, ASK_RUNS);
	const struct run_row *row = runs_cursor(&st->view);
	if (!row || st->asked != ASK_NOTHING || st->detail_run == row->id || screen->ui->cols < BESIDE_COLS)
		return NULL;
	struct request *r = new_request(screen, ASK_DETAIL);
	r->run = row->id;
	return r;
}

static bool fetch_runs(struct db *db, struct request *r, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	/* The text was parsed before it became the filter: it cannot be wrong here. */
	struct filter *filter = filter_parse(&arena, str_of(r->filter), FILTER_RUNS, r->now_ns, &mistake);
	bool ok = runs_page(db, filter, 0, 0, MOST_RUNS, &r->page, err);
	if (ok && r->source) {
		struct run_page of_source;
		ok = runs_page(db, NULL, r->source, 0, 1, &of_source, err);
		r->first_of_source = ok && of_source.n ? of_source.rows[0].id : 0;
		run_page_done(&of_source);
	}
	arena_done(&arena);
	return ok;
}

static bool runs_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = r->what == ASK_RUNS ? fetch_runs(db, r, err) : runs_detail(db, r->run, &r->arena, &r->detail, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void adopt_runs(struct state *st, struct request *r)
{
	const struct run_row *before = runs_cursor(&st->view);
	int64_t id = r->first_of_source ? r->first_of_source : before ? before->id : 0;
	struct run_page old = st->view.page;
	st->view.page = r->page;
	r->page = old;
	runs_make_groups(&st->view);
	const struct run_row *found = runs_by_id(&st->view, id);
	list_refit(&st->view.list, runs_lines(&st->view),
	           found ? runs_line_of(&st->view, (size_t)(found - st->view.page.rows)) : -1);
	runs_settle(&st->view, false);
	if (found && r->first_of_source)
		st->source = 0;
	for (int i = 0; i < RUNS_MARKS; i++)
		if (!runs_by_id(&st->view, st->view.marks[i]))
			st->view.marks[i] = 0;
	st->loaded = true;
	st->fresh = false;
	st->generation = r->generation;
}

static void request_free(struct request *r)
{
	run_page_done(&r->page);
	arena_done(&r->arena);
	free(r);
}

static void runs_take(struct screen *screen, void *request, bool ok)
{
	struct state *st = state_of(screen);
	struct request *r = request;
	bool newest = st->serial == r->serial;
	if (newest)
		st->asked = ASK_NOTHING;
	if (r->what == ASK_RUNS && newest) {
		st->failed = r->failed;
		if (ok)
			adopt_runs(st, r);
	} else if (r->what == ASK_DETAIL && (ok || r->failed)) {
		struct arena old = st->detail_arena;
		st->detail_arena = r->arena;
		r->arena = old;
		st->detail = ok ? r->detail : (struct run_detail){.n_same = 0};
		st->detail_run = r->run;
		st->fresh = false;
	}
	request_free(r);
	lay_out(screen);
}

/* ---------------------------------------------------------------- drawing */

static void draw_empty(const struct state *st, struct canvas body)
{
	if (!st->loaded) {
		canvas_putc(body, 1, 3, -1, ROLE_DIM,
		            st->failed ? "The runs could not be read." : "reading the runs …");
		return;
	}
	if (st->filter[0]) {
		canvas_putc(body, 1, 3, -1, ROLE_HEADING, "No run matches the filter.");
		canvas_putc(body, 3, 3, -1, ROLE_TEXT, "Esc clears it, & asks for another one.");
		return;
	}
	canvas_putc(body, 1, 3, -1, ROLE_HEADING, "No eval runs in this store yet.");
	canvas_putc(body, 3, 3, -1, ROLE_TEXT,
	            "spoor results.json more/       imports eval result files and opens them");
	canvas_putc(body, 4, 3, -1, ROLE_TEXT, "spoor import results.json      imports them without a screen");
	canvas_putc(body, 5, 3, -1, ROLE_TEXT, "spoor formats                  says what can be read");
	canvas_putc(body, 7, 3, -1, ROLE_DIM,
	            "Two runs of one dataset can then be compared: Space marks, Enter compares.");
}

static void runs_draw(const struct screen *screen, struct canvas body)
{
	const struct state *st = state_of(screen);
	if (!st->loaded || st->view.page.n == 0) {
		draw_empty(st, body);
		return;
	}
	struct places at = places_of(body.rows, body.cols);
	runs_view_draw(&st->view, screen->ui,
	               canvas_part(body, 0, 0, body.rows, at.pane_cols ? at.list_cols - 1 : at.list_cols));
	if (!at.pane_cols)
		return;
	for (int i = 0; i < body.rows; i++)
		canvas_putc(body, i, at.pane_col - 2, 1, ROLE_BORDER, "│");
	const struct run_row *row = runs_cursor(&st->view);
	sheet_draw(&st->sheet, canvas_part(body, 0, at.pane_col, body.rows, at.pane_cols - 1), 0,
	           !row || row->id != st->sheet_run, STR_NONE);
}

static void runs_headline(const struct screen *screen, struct canvas row)
{
	const struct state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "runs");
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
	canvas_put(row, 0, col, row.cols - col - 1, ROLE_TITLE, buf_str(&text));
	buf_done(&text);
}

static int n_marks(const struct state *st)
{
	int n = 0;
	for (int i = 0; i < RUNS_MARKS; i++)
		n += st->view.marks[i] != 0;
	return n;
}

static void runs_status(const struct screen *screen, struct buf *out)
{
	const struct state *st = state_of(screen);
	const struct run_row *row = runs_cursor(&st->view), *baseline = runs_by_id(&st->view, st->view.baseline);
	if (!st->loaded)
		return;
	if (row)
		buf_printf(out, "run %lld of %lld", (long long)(row - st->view.page.rows) + 1,
		           (long long)st->view.page.total);
	else
		buf_add_cstr(out, "no runs");
	if (st->view.page.total > (int64_t)st->view.page.n)
		buf_printf(out, " (the first %zu show)", st->view.page.n);
	if (n_marks(st))
		buf_printf(out, " · %d marked", n_marks(st));
	if (baseline)
		buf_printf(out, " · baseline " STR_FMT, STR_ARG(str_cut(run_name(baseline), 0, 60)));
	if (st->filter[0])
		buf_printf(out, " · & %s", st->filter);
	if (st->find.len)
		buf_printf(out, " · / %s", buf_cstr(&st->find));
}

/* ---------------------------------------------------------------- moving and searching */

static enum outcome runs_move(struct screen *screen, enum move move)
{
	struct state *st = state_of(screen);
	list_move(&st->view.list, move);
	runs_settle(&st->view, move == MOVE_UP || move == MOVE_PAGE_UP || move == MOVE_HALF_UP);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(runs_move)

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct state *st = state_of(screen);
	struct str what = buf_str(&st->find);
	const struct run_row *at = runs_cursor(&st->view);
	int64_t n = (int64_t)st->view.page.n, from = at ? at - st->view.page.rows + (stay ? 0 : by) : 0;
	for (int64_t i = 0; what.len && i < n; i++) {
		int64_t row = ((from + by * i) % n + n) % n;
		if (text_find(run_name(&st->view.page.rows[row]), what, 0, find_ignores_case(what)) == SIZE_MAX)
			continue;
		list_go(&st->view.list, runs_line_of(&st->view, (size_t)row));
		return OUT_HANDLED;
	}
	if (what.len || !stay) /* an empty line only ends the search */
		ui_say(screen->ui, what.len ? "no run is called: %s" : "nothing is being searched for: / asks%s",
		       buf_cstr(&st->find));
	return OUT_HANDLED;
}

static struct buf *find_text(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(find_text, search_again)

static void set_filter(struct state *st, struct str text)
{
	snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(str_cut(text, 0, sizeof st->filter - 1)));
	st->loaded = st->loaded && st->view.page.n > 0; /* what shows stays until the answer comes */
	st->generation--;                               /* is not the app's: asks again */
	st->asked = ASK_NOTHING;
	st->failed = false;
}

static enum outcome filter_line(struct screen *screen, const struct input *in, struct target *target)
{
	(void)target;
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake = {0};
	struct str text = str_trim(in->argument);
	if (text.len >= sizeof state_of(screen)->filter) {
		ui_say(screen->ui, "a filter has at most %zu bytes here", sizeof state_of(screen)->filter - 1);
		screen->ui->message_is_error = true;
	} else if (filter_parse(&arena, text, FILTER_RUNS, screen->ui->now_ns, &mistake)) {
		set_filter(state_of(screen), text);
	} else {
		struct buf words = BUF_INIT;
		filter_mistake_words(&words, &mistake);
		ui_say(screen->ui, "filter, column %zu: %s", mistake.column + 1, buf_cstr(&words));
		buf_done(&words);
		screen->ui->message_is_error = true;
	}
	arena_done(&arena);
	return OUT_REFRESH;
}

static const struct action filter_answer = {.name = "filter-for", .keys = "", .help = "", .run = filter_line};

static enum outcome ask_filter(struct screen *screen, const struct input *in, struct target *target)
{
	if (in->argument.len)
		return filter_line(screen, in, target);
	*target = (struct target){.prompt = "&", .answer = &filter_answer, .filter = 1 + FILTER_RUNS};
	snprintf(target->text, sizeof target->text, "%s", state_of(screen)->filter);
	return OUT_PROMPT;
}

/* ---------------------------------------------------------------- marking and comparing */

static enum outcome mark(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct state *st = state_of(screen);
	const struct run_row *row = runs_cursor(&st->view);
	if (!row)
		return OUT_HANDLED;
	for (int i = 0; i < RUNS_MARKS; i++)
		if (st->view.marks[i] == row->id) {
			st->view.marks[i] = 0;
			return OUT_HANDLED;
		}
	for (int i = 0; i < RUNS_MARKS; i++)
		if (!st->view.marks[i]) {
			st->view.marks[i] = row->id;
			list_move(&st->view.list, MOVE_DOWN);
			runs_settle(&st->view, false);
			return OUT_HANDLED;
		}
	ui_say(screen->ui, "two runs are marked: Enter compares them, Space on one takes its mark off");
	return OUT_HANDLED;
}

static enum outcome set_baseline(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct state *st = state_of(screen);
	const struct run_row *row = runs_cursor(&st->view);
	if (!row)
		return OUT_HANDLED;
	st->view.baseline = st->view.baseline == row->id ? 0 : row->id;
	if (st->view.baseline)
		ui_say(screen->ui, "baseline (A): " STR_FMT, STR_ARG(str_cut(run_name(row), 0, 80)));
	else
		ui_say(screen->ui, "no baseline: the older of two runs is A");
	return OUT_HANDLED;
}

static bool is_older(const struct run_row *a, const struct run_row *b)
{
	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns;
	return a->id < b->id;
}

static enum outcome compare_them(const struct state *st, const struct run_row *a, const struct run_row *b, bool as_is,
                                 struct target *target)
{
	bool turn = b->id == st->view.baseline || (a->id != st->view.baseline && !as_is && is_older(b, a));
	*target = (struct target){.screen = "compare", .id = turn ? b->id : a->id, .id2 = turn ? a->id : b->id};
	return OUT_OPEN;
}

static enum outcome open_pair(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	const struct state *st = state_of(screen);
	const struct run_row *row = runs_cursor(&st->view), *baseline = runs_by_id(&st->view, st->view.baseline);
	const struct run_row *first = runs_by_id(&st->view, st->view.marks[0]),
	                     *second = runs_by_id(&st->view, st->view.marks[1]);
	const struct run_row *one = first ? first : second;
	if (!row)
		return OUT_HANDLED;
	if (first && second)
		return compare_them(st, first, second, false, target);
	if (baseline && one && one != baseline)
		return compare_them(st, baseline, one, true, target);
	if (baseline && row != baseline)
		return compare_them(st, baseline, row, true, target);
	if (one && row != one)
		return compare_them(st, one, row, true, target);
	int64_t unused;
	const struct runs_group *group = &st->view.groups[runs_group_at(&st->view, st->view.list.cursor, &unused)];
	if (group->n == 2)
		return compare_them(st, &st->view.page.rows[group->first], &st->view.page.rows[group->first + 1], false,
		                    target);
	if (group->n == 1)
		ui_say(screen->ui, "the only run of its dataset: import another one to compare it with");
	else if (one || baseline)
		ui_say(screen->ui, "go to the run to compare it with, then Enter");
	else
		ui_say(screen->ui, "Space marks a run, Enter on another one compares them; b sets the baseline");
	return OUT_HANDLED;
}

static enum outcome to_traces(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)in;
	*target = (struct target){.screen = "traces"};
	return OUT_OPEN;
}

/* Esc takes back one thing after the other; then the app's own "back" comes. */
static enum outcome clear(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct state *st = state_of(screen);
	if (st->find.len) {
		buf_clear(&st->find);
		return OUT_HANDLED;
	}
	if (st->filter[0]) {
		set_filter(st, STR_NONE);
		return OUT_REFRESH;
	}
	if (!n_marks(st))
		return OUT_IGNORED;
	st->view.marks[0] = st->view.marks[1] = 0;
	return OUT_HANDLED;
}

static enum outcome to_judges(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)in;
	*target = (struct target){.screen = "judges"};
	return OUT_OPEN;
}

/* clang-format off */
static const struct action runs_actions[] = {
	MOVE_ACTIONS,
	{.name = "compare", .keys = "Enter", .help = "compare: the two marked; the marked one with this; the dataset's only two", .hint = "compare", .hint_order = 1, .run = open_pair},
	{.name = "mark", .keys = "Space", .help = "mark this run, at most two", .hint = "mark", .hint_order = 2, .run = mark},
	{.name = "baseline", .keys = "b", .help = "this run is the baseline (A), or no longer", .hint = "baseline", .hint_order = 3, .run = set_baseline},
	{.name = "filter", .keys = "&", .help = "only runs that match, e.g. model~gpt pass<80%", .hint = "filter", .hint_order = 4, .run = ask_filter},
	{.name = "search", .keys = "/", .help = "search the names", .hint = "search", .hint_order = 5, .run = search},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "traces", .keys = "Tab", .help = "to the list of traces", .hint = "traces", .hint_order = 6, .run = to_traces},
	{.name = "clear", .keys = "Esc", .help = "forget the search, the filter, the marks; then one level up", .run = clear},
	{.name = "judges", .keys = "%", .help = "judges on trial: how far each agrees with people and with itself", .run = to_judges},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool runs_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)err;
	struct state *st = state_of(screen);
	st->source = target->id2;
	snprintf(st->filter, sizeof st->filter, "%s", target->text);
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	if (!filter_parse(&arena, str_of(st->filter), FILTER_RUNS, screen->ui->now_ns, &mistake))
		st->filter[0] = '\0';
	arena_done(&arena);
	list_init(&st->view.list);
	return true;
}

static void runs_place(const struct screen *screen, struct target *out)
{
	*out = (struct target){.screen = "runs"};
	snprintf(out->text, sizeof out->text, "%s", state_of(screen)->filter);
}

static bool runs_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct run_row *run = runs_cursor(&state_of(screen)->view);
	if (!run || what == COPY_VALUE)
		return false;
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
	return true;
}

static void runs_close(struct screen *screen)
{
	struct state *st = state_of(screen);
	run_page_done(&st->view.page);
	free(st->view.groups);
	buf_done(&st->find);
	arena_done(&st->detail_arena);
	sheet_done(&st->sheet);
}

const struct screen_ops screen_runs = {
    .name = "runs",
    .title = "Runs",
    .state_size = sizeof(struct state),
    .actions = runs_actions,
    .open = runs_open,
    .ask = runs_ask,
    .fetch = runs_fetch,
    .take = runs_take,
    .draw = runs_draw,
    .headline = runs_headline,
    .status = runs_status,
    .place = runs_place,
    .copy = runs_copy,
    .close = runs_close,
};
