/* The keys of a comparison. */
#include <stdio.h>

#include "tui/keyed.h"
#include "tui/screen/pane_compare.h"
#include "tui/screen/pane_filter.h"
#include "tui/widget/find.h"

static struct compare_state *state_of(const struct screen *screen)
{
	return screen->state;
}

static enum outcome compare_move(struct screen *screen, enum move move)
{
	struct compare_state *st = state_of(screen);
	if (!st->loaded)
		return OUT_HANDLED;
	list_move(&st->list, move);
	cases_settle(&st->cases, &st->list, move == MOVE_UP || move == MOVE_PAGE_UP || move == MOVE_HALF_UP);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(compare_move)

/* The case under the cursor; where there is none it is said why. */
static const struct compare_row *case_at_cursor(struct screen *screen)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	if (!row)
		ui_say(screen->ui, "%s",
		       st->failed || !st->loaded ? "there are no cases yet"
		       : st->data->refused.len   ? "there are no cases to compare"
		       : st->look.filter[0]      ? keyed("no case matches the filter: {Esc} drops it")
		                                 : "there is no case");
	return row;
}

/* Not of a class that is left out. */
static bool is_shown(const struct compare_state *st, int64_t row)
{
	return st->cases.n[cases_row(&st->cases, row)->class_] > 0;
}

static enum outcome by_case(struct screen *screen, int64_t by)
{
	struct compare_state *st = state_of(screen);
	if (!case_at_cursor(screen))
		return OUT_HANDLED;
	int64_t row = cases_row_at(&st->cases, st->list.cursor) + by;
	while (row >= 0 && row < (int64_t)st->view.n && !is_shown(st, row))
		row += by;
	if (row < 0 || row >= (int64_t)st->view.n) {
		ui_say(screen->ui, by > 0 ? "this is the last case" : "this is the first case");
		return OUT_HANDLED;
	}
	compare_go_to(st, row);
	return OUT_HANDLED;
}

static enum outcome next_case(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return by_case(screen, 1);
}

static enum outcome previous_case(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return by_case(screen, -1);
}

/* One class alone, or all (N_CLASSES) again; the cursor stays on its case if that shows. */
static void show_only(struct compare_state *st, int class_)
{
	const struct compare_row *row = compare_cursor(st);
	int64_t id = row ? row->case_id : 0;
	cases_show_only(&st->cases, class_);
	int64_t found = cases_find_id(&st->cases, id);
	list_refit(&st->list, cases_lines(&st->cases), found >= 0 ? cases_line_of(&st->cases, found) : -1);
	cases_settle(&st->cases, &st->list, false);
}

static enum outcome only_class(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct compare_state *st = state_of(screen);
	const struct compare_row *row = case_at_cursor(screen);
	if (row)
		show_only(st, st->cases.only == N_CLASSES ? (int)row->class_ : N_CLASSES);
	return OUT_HANDLED;
}

/* To the first case of the next class that has any, round the end; its rows at the top of the list. */
static enum outcome by_class(struct screen *screen, int by)
{
	struct compare_state *st = state_of(screen);
	const struct compare_row *row = case_at_cursor(screen);
	if (!row)
		return OUT_HANDLED;
	int k = (int)row->class_;
	do
		k = (k + by + N_CLASSES) % N_CLASSES;
	while (!st->view.count[k] && k != (int)row->class_);
	if (st->cases.only < N_CLASSES)
		show_only(st, k);
	list_go(&st->list, st->list.total - 1);
	compare_go_to(st, st->cases.first[k]);
	return OUT_HANDLED;
}

static enum outcome next_class(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return by_class(screen, 1);
}

static enum outcome previous_class(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return by_class(screen, -1);
}

/* ---------------------------------------------------------------- searching */

static bool find_case(struct compare_state *st, int64_t from, int by)
{
	int64_t n = (int64_t)st->view.n;
	struct str what = buf_str(&st->find);
	for (int64_t i = 0; i < n && what.len; i++) {
		int64_t row = ((from + by * i) % n + n) % n;
		if (!is_shown(st, row) ||
		    text_find(cases_row(&st->cases, row)->title, what, 0, find_ignores_case(what)) == SIZE_MAX)
			continue;
		compare_go_to(st, row);
		return true;
	}
	return false;
}

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct compare_state *st = state_of(screen);
	st->cases.find = buf_str(&st->find);
	if (!st->find.len || !st->loaded) {
		if (!stay) /* an empty line only ends the search */
			ui_say(screen->ui, "%s", keyed("nothing is being searched for: {/} asks"));
		return OUT_HANDLED;
	}
	int64_t row = cases_row_at(&st->cases, st->list.cursor);
	if (!find_case(st, row + (stay ? 0 : by), by))
		ui_say(screen->ui, "no case is called: %s", buf_cstr(&st->find));
	return OUT_HANDLED;
}

static struct buf *searched_for(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(searched_for, search_again)

/* ---------------------------------------------------------------- the rest of the keys */

static void target_case(const struct compare_state *st, const struct compare_row *row, struct target *target)
{
	*target = (struct target){.screen = "case", .id = st->a, .id2 = st->b, .span = row->case_id};
}

static enum outcome open_case(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = case_at_cursor(screen);
	if (!row)
		return OUT_HANDLED;
	target_case(st, row, target);
	return OUT_OPEN;
}

/* From inside a case: the next one of the list as it stands. */
enum hit compare_hit(struct screen *screen, bool forward, struct target *target)
{
	struct compare_state *st = state_of(screen);
	int64_t before = st->list.cursor;
	by_case(screen, forward ? 1 : -1);
	const struct compare_row *row = compare_cursor(st);
	if (!row || st->list.cursor == before)
		return HIT_NONE;
	target_case(st, row, target);
	return HIT_FOUND;
}

void compare_set_filter(struct compare_state *st, struct str text)
{
	snprintf(st->look.filter, sizeof st->look.filter, STR_FMT, STR_ARG(text));
	st->filter_is_old = false;
	st->look.number++;
}

static enum outcome filter_line(struct screen *screen, const struct input *in, struct target *target)
{
	(void)target;
	struct str text = str_trim(in->argument);
	if (filter_typed(screen->ui, text, FILTER_PAIRS, COMPARE_FILTER_MAX))
		compare_set_filter(state_of(screen), text);
	return OUT_REFRESH;
}

static const struct action filter_answer = {.name = "filter-for", .keys = "", .help = "", .run = filter_line};

static enum outcome ask_filter(struct screen *screen, const struct input *in, struct target *target)
{
	if (in->argument.len)
		return filter_line(screen, in, target);
	*target = (struct target){.prompt = "&", .answer = &filter_answer, .filter = 1 + FILTER_PAIRS};
	snprintf(target->line, sizeof target->line, "%s", state_of(screen)->look.filter);
	return OUT_PROMPT;
}

/* Esc first forgets what was searched for, then takes off the filter, then shows all classes; then the app's own "back" comes. */
static enum outcome leave(struct screen *screen, const struct input *in, struct target *target)
{
	(void)target;
	struct compare_state *st = state_of(screen);
	if (in->key == KEY_ESCAPE && st->find.len) {
		buf_clear(&st->find);
		st->cases.find = STR_NONE;
		return OUT_HANDLED;
	}
	if (in->key == KEY_ESCAPE && st->look.filter[0]) {
		compare_set_filter(st, STR_LIT(""));
		return OUT_REFRESH;
	}
	if (in->key == KEY_ESCAPE && st->cases.only < N_CLASSES) {
		show_only(st, N_CLASSES);
		return OUT_HANDLED;
	}
	return OUT_IGNORED;
}

static enum outcome swap(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct compare_state *st = state_of(screen);
	int64_t a = st->a;
	st->a = st->b;
	st->b = a;
	/* What is there stays until the answer comes, dimmed; it is of the runs as they stood. */
	st->cases.old = true;
	st->figures = st->figures_failed = st->failed = false;
	st->generation = screen->ui->generation - 1;
	st->asked = ASK_NOTHING;
	return OUT_REFRESH;
}

static enum outcome open_trace(struct screen *screen, bool of_b, struct target *target)
{
	const struct compare_row *row = case_at_cursor(screen);
	if (!row)
		return OUT_HANDLED;
	const struct compare_side *side = of_b ? &row->b : &row->a;
	if (!side->trace) {
		ui_say(screen->ui,
		       side->present ? "the trace of %s's result is not in the store"
		                     : "%s has no result for this case",
		       of_b ? "B" : "A");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = "trace", .id = side->trace};
	return OUT_OPEN;
}

/* Both beside each other, if both sides have one. */
static enum outcome trace_of_b(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	const struct compare_row *row = compare_cursor(state_of(screen));
	if (row && row->a.trace && row->b.trace) {
		*target = (struct target){.screen = "tracediff", .id = row->a.trace, .id2 = row->b.trace};
		return OUT_OPEN;
	}
	return open_trace(screen, true, target);
}

static enum outcome trace_of_a(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	return open_trace(screen, false, target);
}

/* A screen of both runs. */
#define OPENS(name)                                                                                                \
	static enum outcome open_##name(struct screen *screen, const struct input *in, struct target *target)      \
	{                                                                                                          \
		(void)in;                                                                                          \
		*target = (struct target){.screen = #name, .id = state_of(screen)->a, .id2 = state_of(screen)->b}; \
		return OUT_OPEN;                                                                                   \
	}
OPENS(begins)
OPENS(judges)
OPENS(noise)
OPENS(release)
OPENS(rundiff)
OPENS(scores)
OPENS(slices)

static enum outcome show_expected(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct compare_state *st = state_of(screen);
	st->expected = !st->expected;
	st->fresh = false;
	return OUT_HANDLED;
}

static enum outcome show_metrics(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	state_of(screen)->all_metrics = !state_of(screen)->all_metrics;
	return OUT_HANDLED;
}

static enum outcome set_order(struct screen *screen, struct compare_order order)
{
	struct compare_state *st = state_of(screen);
	if (!st->loaded || st->data->refused.len) {
		case_at_cursor(screen);
		return OUT_HANDLED;
	}
	st->look.order = order;
	st->look.number++;
	if (order.by == BY_LOSS && !order.invert) /* of any other the status line tells */
		ui_say(screen->ui, "largest loss first");
	return OUT_REFRESH;
}

static enum outcome next_order(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct compare_state *st = state_of(screen);
	return set_order(screen, st->loaded ? cases_next_order(&st->cases, st->look.order, 1) : st->look.order);
}

static enum outcome previous_order(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct compare_state *st = state_of(screen);
	return set_order(screen, st->loaded ? cases_next_order(&st->cases, st->look.order, -1) : st->look.order);
}

static enum outcome invert_order(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct compare_order order = state_of(screen)->look.order;
	order.invert = !order.invert;
	return set_order(screen, order);
}

/* clang-format off */
const struct action compare_actions[] = {
	MOVE_ACTIONS,
	{.name = "open", .keys = "Enter", .help = "the case whole: input, expected, both answers, every judge", .hint = "case", .hint_order = 1, .run = open_case},
	{.name = "next-class", .keys = "Tab", .help = "first case of the next class", .hint = "class", .hint_order = 2, .run = next_class},
	{.name = "prev-class", .keys = "S-Tab", .help = "first case of the class before", .run = previous_class},
	{.name = "trace", .keys = "t", .help = "both traces beside each other, or B's alone", .hint = "traces", .hint_order = 8, .run = trace_of_b},
	{.name = "trace-a", .keys = "a", .help = "the trace of A's result", .run = trace_of_a},
	{.name = "begins", .keys = "w", .help = "where regressions begin: the step at which the lost cases first differ", .hint = "begins", .hint_order = 4, .run = open_begins},
	{.name = "noise", .keys = "W", .help = "the noise floor: what exceeds what a run differs from itself, from repeats", .run = open_noise},
	{.name = "next-case", .keys = "J", .help = "next case, whatever its class", .run = next_case},
	{.name = "prev-case", .keys = "K", .help = "the case before", .run = previous_case},
	{.name = "search", .keys = "/", .help = "search the titles", .hint = "search", .hint_order = 10, .run = search},
	{.name = "prompts", .keys = "p", .help = "what differs between the runs beside their answers: prompt, model, settings, code", .hint = "prompts", .hint_order = 7, .run = open_rundiff},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "decide", .keys = "d", .help = "the release sheet: ship, hold or not enough evidence, and why", .hint = "decide", .hint_order = 5, .run = open_release},
	{.name = "swap", .keys = "s", .help = "A becomes B and B becomes A", .run = swap},
	{.name = "expected", .keys = "x", .help = "the expected answer in the pane", .run = show_expected},
	{.name = "metrics", .keys = "o", .help = "all metrics, or as many as leave room for the cases", .run = show_metrics},
	{.name = "filter", .keys = "&", .help = "only cases that match a filter: class:lost, loss>0.2, delta.NAME<0, flaky:yes …", .hint = "filter", .hint_order = 3, .run = ask_filter},
	{.name = "class-only", .keys = "=", .help = "only the class under the cursor; again: all", .run = only_class},
	{.name = "next-sort", .keys = ">", .help = "order by the next column: loss, each score, latency, cost, title", .hint = "order", .hint_order = 9, .run = next_order},
	{.name = "prev-sort", .keys = "<", .help = "order by the column before", .run = previous_order},
	{.name = "invert", .keys = "I", .help = "turn the order round", .run = invert_order},
	{.name = "scores", .keys = "H", .help = "how each score lies in A and in B, as histograms", .run = open_scores},
	{.name = "slices", .keys = "S", .help = "cut by a field of the cases' metadata, each value with its own figures", .hint = "slices", .hint_order = 6, .run = open_slices},
	{.name = "leave", .keys = "q Esc", .help = "{Esc}: the search, the filter, one class alone; then out of the comparison", .run = leave},
	{.name = "judges", .keys = "%", .help = "judges on trial: how far each agrees with people and with itself", .run = open_judges},
	ACTIONS_END,
};
/* clang-format on */
