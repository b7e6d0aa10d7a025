/* What the keys of the screen of runs do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/screen/pane_filter.h"
#include "tui/screen/pane_runs_state.h"
#include "tui/keyed.h"
#include "tui/widget/find.h"

static struct runs_state *state_of(const struct screen *screen)
{
	return screen->state;
}

static bool has_pane(const struct screen *screen)
{
	return runs_places_of(state_of(screen), screen->ui->rows, screen->ui->cols).pane_cols > 0;
}

static int pane_rows(const struct screen *screen)
{
	return runs_places_of(state_of(screen), screen->ui->rows, screen->ui->cols).pane_rows;
}

/* ---------------------------------------------------------------- moving and searching */

static enum outcome runs_move(struct screen *screen, enum move move)
{
	struct runs_state *st = state_of(screen);
	list_move(&st->view.list, move);
	runs_settle(&st->view, move == MOVE_UP || move == MOVE_PAGE_UP || move == MOVE_HALF_UP);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(runs_move)

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct runs_state *st = state_of(screen);
	struct str what = buf_str(&st->find);
	const struct run_row *at = runs_cursor(&st->view);
	int64_t n = (int64_t)st->view.page.n, from = at ? at - st->view.page.rows + (stay ? 0 : by) : 0;
	for (int64_t i = 0; what.len && i < n; i++) {
		int64_t row = ((from + by * i) % n + n) % n;
		const struct run_row *run = &st->view.page.rows[row];
		bool ignore = find_ignores_case(what);
		if (text_find(run_name(run), what, 0, ignore) == SIZE_MAX &&
		    text_find(run->model, what, 0, ignore) == SIZE_MAX)
			continue;
		list_go(&st->view.list, runs_line_of(&st->view, (size_t)row));
		return OUT_HANDLED;
	}
	if (what.len || !stay) /* an empty line only ends the search */
		ui_say(screen->ui, "%s%s",
		       what.len ? "no run is called, and no model: " : keyed("nothing is being searched for: {/} asks"),
		       buf_cstr(&st->find));
	return OUT_HANDLED;
}

static struct buf *find_text(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(find_text, search_again)

static void set_filter(struct runs_state *st, struct str text)
{
	snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(str_cut(text, 0, sizeof st->filter - 1)));
	st->loaded = st->loaded && st->view.page.n > 0; /* what shows stays until the answer comes */
	st->generation--;                               /* is not the app's: asks again */
	st->asked = RUNS_ASK_NOTHING;
	st->failed = false;
	st->filter_is_old = false;
}

static enum outcome filter_line(struct screen *screen, const struct input *in, struct target *target)
{
	(void)target;
	struct str text = str_trim(in->argument);
	if (filter_typed(screen->ui, text, FILTER_RUNS, sizeof state_of(screen)->filter - 1))
		set_filter(state_of(screen), text);
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

/* ---------------------------------------------------------------- columns, order, details */

static enum outcome sideways(struct screen *screen, bool right)
{
	if (!runs_sideways(&state_of(screen)->view, runs_list_cols(screen), right))
		ui_say(screen->ui, "%s",
		       right ? keyed("these are the last columns: {h} goes back") : "these are the first columns");
	return OUT_HANDLED;
}

static enum outcome sort_step(struct screen *screen, int step)
{
	struct runs_state *st = state_of(screen);
	const struct run_row *at = runs_cursor(&st->view);
	int64_t id = at ? at->id : 0;
	if (step)
		runs_sort_step(&st->view, runs_list_cols(screen), step);
	else {
		st->view.ascending = !st->view.ascending;
		runs_order(&st->view);
	}
	const struct run_row *found = runs_by_id(&st->view, id);
	if (found)
		list_go(&st->view.list, runs_line_of(&st->view, (size_t)(found - st->view.page.rows)));
	struct buf name = BUF_INIT;
	runs_sort_name(&st->view, &name);
	ui_say(screen->ui, "by %s, %s first, within each dataset", buf_cstr(&name),
	       st->view.sort == RUNS_BY_TIME ? (st->view.ascending ? "oldest" : "newest")
	                                     : (st->view.ascending ? "smallest" : "largest"));
	buf_done(&name);
	return OUT_HANDLED;
}

static enum outcome scroll_details(struct screen *screen, int by)
{
	struct runs_state *st = state_of(screen);
	int most = st->sheet.rows - pane_rows(screen), top = st->sheet_top + by;
	st->sheet_top = top > most ? (most > 0 ? most : 0) : top < 0 ? 0 : top;
	return OUT_HANDLED;
}

/* The next run that is outside its band, in the order in which they stand; round the end. */
static enum outcome next_outside(struct screen *screen, int by)
{
	struct runs_state *st = state_of(screen);
	const struct run_row *at = runs_cursor(&st->view);
	int64_t n = (int64_t)st->view.page.n, from = at ? at - st->view.page.rows : 0;
	for (int64_t i = 1; i <= n; i++) {
		int64_t row = ((from + by * i) % n + n) % n;
		const struct run_row *run = &st->view.page.rows[row];
		const struct trend_metric *m = runs_metric(runs_group_of(&st->view, run));
		size_t place = runs_place_of(&st->view, run);
		if (!m || place == TREND_NOWHERE || !m->at[place].side)
			continue;
		list_go(&st->view.list, runs_line_of(&st->view, (size_t)row));
		runs_settle(&st->view, false);
		return OUT_HANDLED;
	}
	ui_say(screen->ui, "no run is outside the band of those before it");
	return OUT_HANDLED;
}

#define ACTION(name, expression)                                                                       \
	static enum outcome name(struct screen *screen, const struct input *in, struct target *target) \
	{                                                                                              \
		(void)in, (void)target;                                                                \
		return expression;                                                                     \
	}
ACTION(go_right, sideways(screen, true))
ACTION(go_left, sideways(screen, false))
ACTION(sort_next, sort_step(screen, 1))
ACTION(sort_prev, sort_step(screen, -1))
ACTION(invert, sort_step(screen, 0))
ACTION(details_down, scroll_details(screen, in->count ? in->count : 1))
ACTION(details_up, scroll_details(screen, in->count ? -in->count : -1))
ACTION(outside_next, next_outside(screen, 1))
ACTION(outside_prev, next_outside(screen, -1))

static enum outcome show_details(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct runs_state *st = state_of(screen);
	st->details = has_pane(screen) ? DETAILS_OFF : DETAILS_ON;
	st->fresh = false;
	return OUT_HANDLED;
}

/* ---------------------------------------------------------------- marking and comparing */

static enum outcome mark_row(struct screen *screen)
{
	struct runs_view *v = &state_of(screen)->view;
	const struct run_row *row = runs_cursor(v);
	int i = 0;
	if (!row)
		return OUT_HANDLED;
	while (i < v->n_marks && v->marks[i] != row->id)
		i++;
	if (i < v->n_marks) {
		memmove(v->marks + i, v->marks + i + 1, (size_t)(v->n_marks - i - 1) * sizeof *v->marks);
		v->n_marks--;
	} else if (v->n_marks == RUNS_MARKS) {
		ui_say(screen->ui, "%d runs are marked, more do not stand beside each other", RUNS_MARKS);
		return OUT_HANDLED;
	} else {
		v->marks[v->n_marks++] = row->id;
	}
	return runs_move(screen, MOVE_DOWN);
}

/* With a number so many from the cursor on, to the last at most. */
static enum outcome mark(struct screen *screen, const struct input *in, struct target *target)
{
	(void)target;
	const struct runs_view *v = &state_of(screen)->view;
	const struct run_row *before;
	enum outcome outcome;
	int n = in->count;
	do {
		before = runs_cursor(v);
		outcome = mark_row(screen);
	} while (--n > 0 && runs_cursor(v) != before);
	return outcome;
}

/* Each dataset has its own; it is remembered for the next session. */
static void put_baseline(struct runs_state *st, const struct run_row *row, bool on)
{
	size_t n = 0;
	struct baseline *all = arena_alloc(&st->baseline_arena, size_mul(st->n_baselines + 1, sizeof *all));
	for (size_t i = 0; i < st->n_baselines; i++)
		if (!str_eq(st->baselines[i].dataset, row->dataset))
			all[n++] = st->baselines[i];
	st->keep_dataset = arena_str(&st->baseline_arena, row->dataset);
	st->keep_run = on ? arena_str(&st->baseline_arena, row->text) : STR_NONE;
	st->keep = true;
	if (on)
		all[n++] = (struct baseline){row->id, st->keep_dataset};
	st->view.baselines = st->baselines = all;
	st->view.n_baselines = st->n_baselines = n;
}

static enum outcome set_baseline(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct runs_state *st = state_of(screen);
	const struct run_row *row = runs_cursor(&st->view);
	if (!row)
		return OUT_HANDLED;
	bool on = !runs_is_baseline(&st->view, row->id);
	put_baseline(st, row, on);
	if (on)
		ui_say(screen->ui, "baseline (A) of its dataset: " STR_FMT, STR_ARG(str_cut(run_name(row), 0, 80)));
	else
		ui_say(screen->ui, "no baseline: the older of two runs is A");
	return OUT_REFRESH;
}

static bool is_older(const struct run_row *a, const struct run_row *b)
{
	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns;
	return a->id < b->id;
}

static enum outcome compare_them(const struct runs_state *st, const struct run_row *a, const struct run_row *b,
                                 bool as_is, struct target *target)
{
	bool turn =
	    runs_is_baseline(&st->view, b->id) || (!runs_is_baseline(&st->view, a->id) && !as_is && is_older(b, a));
	*target = (struct target){.screen = "compare", .id = turn ? b->id : a->id, .id2 = turn ? a->id : b->id};
	return OUT_OPEN;
}

static bool is_copy(const struct runs_state *st, const struct run_row *row)
{
	size_t at = runs_place_of(&st->view, row);
	return at != TREND_NOWHERE && runs_group_of(&st->view, row)->series->runs[at].same_as;
}

/* Of its dataset: the newest that is older, else the oldest that is newer; another export of a run is none. NULL: it is the only one. */
static const struct run_row *neighbour(const struct runs_state *st, const struct run_row *row)
{
	const struct runs_group *group = runs_group_of(&st->view, row);
	const struct run_row *before = NULL, *after = NULL, *other = NULL;
	for (size_t i = group->first; i < group->first + group->n; i++) {
		const struct run_row *one = &st->view.page.rows[i];
		if (one == row)
			continue;
		other = one;
		if (is_copy(st, one))
			continue;
		if (is_older(one, row) && (!before || is_older(before, one)))
			before = one;
		if (is_older(row, one) && (!after || is_older(one, after)))
			after = one;
	}
	return before ? before : after ? after : other;
}

static int by_age(const void *left, const void *right)
{
	const struct run_row *const *a = left, *const *b = right;
	return is_older(*a, *b) ? -1 : is_older(*b, *a);
}

/* Oldest first, as their ids. */
static enum outcome open_beside(const struct runs_state *st, struct target *target)
{
	const struct run_row *rows[RUNS_MARKS] = {NULL};
	size_t n = 0;
	for (int i = 0; i < st->view.n_marks; i++) {
		const struct run_row *row = runs_by_id(&st->view, st->view.marks[i]);
		if (row)
			rows[n++] = row;
	}
	qsort(rows, n, sizeof *rows, by_age);
	struct buf ids = BUF_INIT;
	for (size_t i = 0; i < n; i++)
		buf_printf(&ids, "%s%lld", i ? " " : "", (long long)rows[i]->id);
	*target = (struct target){.screen = "beside"};
	for (size_t i = 0; i < n && !target->id; i++)
		target->id = runs_is_baseline(&st->view, rows[i]->id) ? rows[i]->id : 0;
	snprintf(target->line, sizeof target->line, "%s", buf_cstr(&ids));
	buf_done(&ids);
	return OUT_OPEN;
}

static enum outcome open_pair(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	const struct runs_state *st = state_of(screen);
	const struct runs_view *v = &st->view;
	const struct run_row *row = runs_cursor(v);
	if (!row)
		return OUT_HANDLED;
	if (v->n_marks > 2)
		return open_beside(st, target);
	const struct run_row *one = v->n_marks ? runs_by_id(v, v->marks[0]) : NULL;
	if (v->n_marks == 2)
		return compare_them(st, one, runs_by_id(v, v->marks[1]), false, target);
	const struct run_row *of = one ? one : row;
	const struct baseline *baseline = runs_baseline_of(st, of->dataset);
	if (baseline && baseline->run != of->id) {
		*target = (struct target){.screen = "compare", .id = baseline->run, .id2 = of->id};
		return OUT_OPEN;
	}
	if (one && row != one)
		return compare_them(st, one, row, true, target);
	const struct run_row *other = neighbour(st, row);
	if (other)
		return compare_them(st, other, row, false, target);
	ui_say(screen->ui, "the only run of its dataset: import another one to compare it with");
	return OUT_HANDLED;
}

static enum outcome to_traces(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)in;
	*target = (struct target){.screen = "traces"};
	return OUT_OPEN;
}

static enum outcome to_prompts(struct screen *screen, const struct input *in, struct target *target)
{
	const struct run_row *row = runs_cursor(&state_of(screen)->view);
	*target = (struct target){.screen = "prompts", .id = row && !in->argument.len ? row->prompt_id : 0};
	snprintf(target->text, sizeof target->text, STR_FMT,
	         STR_ARG(str_cut(in->argument, 0, sizeof target->text - 1)));
	return OUT_OPEN;
}

static enum outcome to_judges(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)in;
	*target = (struct target){.screen = "judges"};
	return OUT_OPEN;
}

static enum outcome to_rules(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	const struct run_row *row = runs_cursor(&state_of(screen)->view);
	*target = (struct target){.screen = "propose", .id = row ? row->id : 0};
	if (row)
		snprintf(target->find, sizeof target->find, STR_FMT,
		         STR_ARG(str_cut(row->text, 0, sizeof target->find - 1)));
	return OUT_OPEN;
}

/* Esc takes back one thing after the other; then the app's own "back" comes. */
static enum outcome clear(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct runs_state *st = state_of(screen);
	if (st->find.len) {
		buf_clear(&st->find);
		return OUT_HANDLED;
	}
	if (st->filter[0]) {
		set_filter(st, STR_NONE);
		return OUT_REFRESH;
	}
	if (!st->view.n_marks)
		return OUT_IGNORED;
	st->view.n_marks = 0;
	return OUT_HANDLED;
}

/* clang-format off */
const struct action runs_actions[] = {
	MOVE_ACTIONS,
	{.name = "compare", .keys = "Enter", .help = "compare with the baseline, else with the run before it; two marked: these; more: beside each other", .hint = "compare", .hint_order = 1, .run = open_pair},
	{.name = "mark", .keys = "Space", .help = "mark this run, two or more", .hint = "mark", .hint_order = 2, .run = mark},
	{.name = "baseline", .keys = "b", .help = "this run is its dataset's baseline (A), or no longer; it is remembered", .hint = "baseline", .hint_order = 3, .run = set_baseline},
	{.name = "columns-right", .keys = "l Right", .help = "the next columns: latency, cost a case, scores, model …", .hint = "columns", .hint_order = 4, .run = go_right},
	{.name = "columns-left", .keys = "h Left", .help = "the columns before", .run = go_left},
	{.name = "sort-next", .keys = ">", .help = "order by the next column, within each dataset", .hint = "sort", .hint_order = 7, .run = sort_next},
	{.name = "sort-prev", .keys = "<", .help = "order by the previous column", .run = sort_prev},
	{.name = "sort-invert", .keys = "I", .help = "the other way round", .run = invert},
	{.name = "details", .keys = "d", .help = "details of the run beside or below the list, or no longer", .hint = "details", .hint_order = 5, .run = show_details},
	{.name = "details-down", .keys = "J", .help = "scroll the details down", .run = details_down},
	{.name = "details-up", .keys = "K", .help = "scroll the details up", .run = details_up},
	{.name = "next-outside", .keys = "e", .help = "the next run outside the band of those before it", .run = outside_next},
	{.name = "prev-outside", .keys = "E", .help = "the previous run outside its band", .run = outside_prev},
	{.name = "filter", .keys = "&", .help = "only runs that match, e.g. model~gpt pass<80%", .hint = "filter", .hint_order = 6, .run = ask_filter},
	{.name = "search", .keys = "/", .help = "search the names and models", .run = search},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "traces", .keys = "Tab", .help = "to the list of traces", .hint = "traces", .hint_order = 8, .run = to_traces},
	{.name = "prompts", .keys = "p", .help = "prompts and their versions, this run's first", .run = to_prompts},
	{.name = "judges", .keys = "%", .help = "judges on trial: how far each agrees with people and with itself", .run = to_judges},
	{.name = "rules", .keys = "w", .help = "rules out of what was flagged in this run", .run = to_rules},
	{.name = "clear", .keys = "Esc", .help = "forget the search, the filter, the marks; then one level up", .run = clear},
	ACTIONS_END,
};
/* clang-format on */
