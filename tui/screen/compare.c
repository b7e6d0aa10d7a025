/* Two runs compared: the answer in a sentence, the metrics with their intervals, every case by class, the changed words of the
 * one under the cursor; Enter shows a case whole. The cases come first, the figures (a bootstrap) in a second request, so that
 * the screen is there at once; of very many cases those lost before all others. */
#include <stdio.h>
#include <stdlib.h>

#include "store/base/units.h"
#include "tui/screen/pane_compare.h"
#include "tui/screen/pane_copy.h"
#include "tui/widget/find.h"

struct request {
	enum compare_ask what;
	bool failed; /* and asking again would not help */
	uint64_t serial;
	int64_t a, b;
	uint64_t generation;
	struct compare data;    /* ASK_ROWS, ASK_FIGURES */
	struct compare_row row; /* ASK_CASE: ids and records; its key is `key` */
	char *key;
	struct case_pair pair; /* ASK_CASE */
};

static struct compare_state *state_of(const struct screen *screen)
{
	return screen->state;
}
/* ---------------------------------------------------------------- data */

static struct request *new_request(struct screen *screen, enum compare_ask what)
{
	struct compare_state *st = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){
	    .what = what, .serial = ++st->serial, .a = st->a, .b = st->b, .generation = screen->ui->generation};
	st->asked = what;
	st->asked_generation = r->generation;
	return r;
}

static struct request *ask_case(struct screen *screen, const struct compare_row *row)
{
	struct request *r = new_request(screen, ASK_CASE);
	r->key = xstrndup(row->key);
	r->row = (struct compare_row){
	    .case_id = row->case_id, .key = {r->key, row->key.len},
                 .a = row->a, .b = row->b
        };
	return r;
}

static void *compare_ask(struct screen *screen)
{
	struct compare_state *st = state_of(screen);
	compare_lay_out(screen);
	bool coming = (st->asked == ASK_LOST || st->asked == ASK_ROWS || st->asked == ASK_FIGURES) &&
	              st->asked_generation == screen->ui->generation;
	if (!st->failed && !coming && (!st->loaded || st->generation != screen->ui->generation))
		/* Figures that are on the screen stay there until the new ones come. */
		return new_request(screen, st->figures                  ? ASK_FIGURES
		                           : st->loaded || st->start[0] ? ASK_ROWS
		                                                        : ASK_LOST);
	if (st->data.lost_only && !st->failed && !coming)
		return new_request(screen, ASK_ROWS);
	if (!st->loaded || st->data.lost_only || st->asked == ASK_ROWS || st->data.refused.len)
		return NULL;
	const struct compare_row *row = compare_cursor(st);
	if (row && !case_pair_is_of(&st->pair, row) && st->asked != ASK_CASE)
		return ask_case(screen, row);
	/* The figures wait for the case: a request put in now would push it out. */
	if (!st->figures && !st->figures_failed && st->asked == ASK_NOTHING)
		return new_request(screen, ASK_FIGURES);
	return NULL;
}

static bool compare_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = r->what == ASK_ROWS};
	bool ok = r->what == ASK_CASE   ? case_pair_load(db, &r->row, &r->pair, err)
	          : r->what == ASK_LOST ? compare_lost(db, r->a, r->b, &r->data, err)
	                                : compare_runs(db, r->a, r->b, &opts, &r->data, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void adopt_data(struct screen *screen, struct request *r)
{
	struct compare_state *st = state_of(screen);
	const struct compare_row *before = compare_cursor(st);
	int64_t id = before ? before->case_id : 0, found = -1;
	struct compare old = st->data;
	st->data = r->data;
	r->data = old;
	bool first = !st->loaded;
	st->loaded = true;
	st->figures = st->data.n_metrics > 0 || r->what == ASK_FIGURES;
	cases_set(&st->cases, &st->data);
	st->cases.old = false;
	for (size_t i = 0; i < st->data.n_rows && found < 0; i++) {
		const struct compare_row *row = &st->data.rows[i];
		if (id ? row->case_id == id : st->start[0] && str_eq(str_cut(row->key, 0, 255), str_of(st->start)))
			found = (int64_t)i;
	}
	list_refit(&st->list, cases_lines(&st->cases), found >= 0 ? cases_line_of(&st->cases, found) : -1);
	if (first && found < 0)
		list_go(&st->list, 0);
	cases_settle(&st->cases, &st->list, false);
	st->generation = r->generation;
}

static void adopt_case(struct compare_state *st, struct request *r, bool ok)
{
	struct case_pair old = st->pair;
	st->pair = r->pair;
	r->pair = old;
	if (!ok) { /* stands for the case all the same, or it would be asked for again and again */
		st->pair.case_id = r->row.case_id;
		st->pair.record_a = r->row.a.present ? r->row.a.record : 0;
		st->pair.record_b = r->row.b.present ? r->row.b.record : 0;
	}
	st->pair_failed = !ok;
	st->fresh = false;
}

static void request_free(struct request *r)
{
	compare_done(&r->data);
	case_pair_done(&r->pair);
	free(r->key);
	free(r);
}

static void compare_take(struct screen *screen, void *request, bool ok)
{
	struct compare_state *st = state_of(screen);
	struct request *r = request;
	if (st->serial == r->serial)
		st->asked = ASK_NOTHING;
	bool mine = r->a == st->a && r->b == st->b;
	switch (mine ? r->what : ASK_NOTHING) {
	case ASK_NOTHING: break;
	case ASK_LOST:
	case ASK_ROWS:
		st->failed = r->failed;
		if (ok)
			adopt_data(screen, r);
		break;
	case ASK_FIGURES:
		st->figures_failed = r->failed;
		if (ok)
			adopt_data(screen, r);
		break;
	case ASK_CASE:
		if (ok || r->failed)
			adopt_case(st, r, ok);
		break;
	}
	request_free(r);
	compare_lay_out(screen);
}

/* ---------------------------------------------------------------- moving */

static enum outcome compare_move(struct screen *screen, enum move move)
{
	struct compare_state *st = state_of(screen);
	if (!st->loaded)
		return OUT_HANDLED;
	if (!st->whole) {
		bool up = move == MOVE_UP || move == MOVE_PAGE_UP || move == MOVE_HALF_UP;
		list_move(&st->list, move);
		cases_settle(&st->cases, &st->list, up);
		return OUT_HANDLED;
	}
	/* A case scrolls like a text. */
	struct list text = {
	    .total = st->sheet.rows, .top = st->top, .page = screen->ui->rows > 2 ? screen->ui->rows - 1 : 1};
	int64_t last = text.total > text.page ? text.total - text.page : 0;
	int page = text.page;
	switch (move) {
	case MOVE_DOWN: st->top += 1; break;
	case MOVE_UP: st->top -= 1; break;
	case MOVE_PAGE_DOWN: st->top += page; break;
	case MOVE_PAGE_UP: st->top -= page; break;
	case MOVE_HALF_DOWN: st->top += page / 2; break;
	case MOVE_HALF_UP: st->top -= page / 2; break;
	case MOVE_FIRST: st->top = 0; break;
	case MOVE_LAST: st->top = (int)last; break;
	case MOVE_LEFT:
	case MOVE_RIGHT: break;
	}
	st->top = st->top < 0 ? 0 : st->top > last ? (int)last : st->top;
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(compare_move)

static enum outcome by_case(struct screen *screen, int64_t by)
{
	struct compare_state *st = state_of(screen);
	int64_t row = st->loaded ? cases_row_at(&st->cases, st->list.cursor) + by : -1;
	if (row < 0 || row >= (int64_t)st->data.n_rows) {
		ui_say(screen->ui, by > 0 ? "this is the last case" : "this is the first case");
		return OUT_HANDLED;
	}
	compare_go_to(st, row);
	st->top = 0;
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

/* To the first case of the next class that has any, round the end; its rows at the top of the list. */
static enum outcome by_class(struct screen *screen, int by)
{
	struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	if (!row)
		return OUT_HANDLED;
	int k = (int)row->class_;
	do
		k = (k + by + N_CLASSES) % N_CLASSES;
	while (!st->cases.n[k] && k != (int)row->class_);
	list_go(&st->list, st->list.total - 1);
	compare_go_to(st, st->cases.first[k]);
	st->top = 0;
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

static enum outcome by_change(struct screen *screen, bool forward)
{
	struct compare_state *st = state_of(screen);
	if (!st->whole)
		return OUT_IGNORED;
	int row = case_next_change(&st->sheet, st->top, forward);
	if (row < 0)
		ui_say(screen->ui, forward ? "no difference further down" : "no difference further up");
	else
		st->top = row;
	return OUT_HANDLED;
}

static enum outcome next_difference(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return by_change(screen, true);
}

static enum outcome previous_difference(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return by_change(screen, false);
}

/* ---------------------------------------------------------------- searching */

static bool find_case(struct compare_state *st, int64_t from, int by)
{
	int64_t n = (int64_t)st->data.n_rows;
	struct str what = buf_str(&st->find);
	for (int64_t i = 0; i < n && what.len; i++) {
		int64_t row = ((from + by * i) % n + n) % n;
		if (text_find(st->data.rows[row].title, what, 0, find_ignores_case(what)) == SIZE_MAX)
			continue;
		compare_go_to(st, row);
		return true;
	}
	return false;
}

static bool find_text(struct compare_state *st, int from, bool forward)
{
	int row = st->sheet.rows > 0 ? sheet_find(&st->sheet, buf_str(&st->find), from, forward) : -1;
	if (row >= 0)
		st->top = row;
	return row >= 0;
}

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct compare_state *st = state_of(screen);
	st->cases.find = buf_str(&st->find);
	if (!st->find.len || !st->loaded) {
		if (!stay) /* an empty line only ends the search */
			ui_say(screen->ui, "nothing is being searched for: / asks");
		return OUT_HANDLED;
	}
	int64_t row = cases_row_at(&st->cases, st->list.cursor);
	bool found =
	    st->whole ? find_text(st, st->top + (stay ? 0 : by), by > 0) : find_case(st, row + (stay ? 0 : by), by);
	if (!found)
		ui_say(screen->ui, st->whole ? "not in this case: %s" : "no case is called: %s", buf_cstr(&st->find));
	return OUT_HANDLED;
}

static struct buf *searched_for(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(searched_for, search_again)

/* ---------------------------------------------------------------- the rest of the keys */

static enum outcome open_case(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct compare_state *st = state_of(screen);
	if (!compare_cursor(st) || st->whole)
		return OUT_HANDLED;
	st->whole = true;
	st->top = 0;
	return OUT_HANDLED;
}

/* Esc first forgets what was searched for; then both close the case; then the app's own "back" comes. */
static enum outcome leave(struct screen *screen, const struct input *in, struct target *target)
{
	(void)target;
	struct compare_state *st = state_of(screen);
	if (in->key == KEY_ESCAPE && st->find.len) {
		buf_clear(&st->find);
		st->cases.find = STR_NONE;
		return OUT_HANDLED;
	}
	if (!st->whole)
		return OUT_IGNORED;
	st->whole = false;
	st->fresh = false;
	return OUT_HANDLED;
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
	const struct compare_row *row = compare_cursor(state_of(screen));
	const struct compare_side *side = !row ? NULL : of_b ? &row->b : &row->a;
	if (!side || !side->trace) {
		ui_say(screen->ui,
		       side && side->present ? "the trace of %s's result is not in the store"
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

static enum outcome open_begins(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	*target = (struct target){.screen = "begins", .id = state_of(screen)->a, .id2 = state_of(screen)->b};
	return OUT_OPEN;
}

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

static enum outcome by_score(struct screen *screen, size_t by)
{
	struct compare_state *st = state_of(screen);
	if (st->loaded && st->cases.n_scores)
		st->cases.score = (st->cases.score + by) % st->cases.n_scores;
	return OUT_HANDLED;
}

static enum outcome next_score(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return by_score(screen, 1);
}

static enum outcome previous_score(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	size_t n = state_of(screen)->cases.n_scores;
	return by_score(screen, n ? n - 1 : 0);
}

/* clang-format off */
static const struct action compare_actions[] = {
	MOVE_ACTIONS,
	{.name = "open", .keys = "Enter", .help = "the case whole: input, expected, both answers, every judge", .hint = "case", .hint_order = 1, .run = open_case},
	{.name = "next-class", .keys = "Tab", .help = "first case of the next class", .hint = "class", .hint_order = 2, .run = next_class},
	{.name = "prev-class", .keys = "S-Tab", .help = "first case of the class before", .run = previous_class},
	{.name = "trace", .keys = "t", .help = "both traces beside each other, or B's alone", .hint = "traces", .hint_order = 3, .run = trace_of_b},
	{.name = "trace-a", .keys = "a", .help = "the trace of A's result", .hint = "trace A", .hint_order = 4, .run = trace_of_a},
	{.name = "begins", .keys = "w", .help = "where regressions begin: the step at which the lost cases first differ", .hint = "begins", .hint_order = 8, .run = open_begins},
	{.name = "next-case", .keys = "J", .help = "next case, also from inside one", .hint = "next", .hint_order = 5, .run = next_case},
	{.name = "prev-case", .keys = "K", .help = "the case before, also from inside one", .run = previous_case},
	{.name = "search", .keys = "/", .help = "search the titles; inside a case its text", .hint = "search", .hint_order = 7, .run = search},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "next-difference", .keys = "}", .help = "inside a case: next difference", .run = next_difference},
	{.name = "prev-difference", .keys = "{", .help = "inside a case: the difference before", .run = previous_difference},
	{.name = "swap", .keys = "s", .help = "A becomes B and B becomes A", .hint = "swap", .hint_order = 6, .run = swap},
	{.name = "expected", .keys = "x", .help = "the expected answer in the pane", .run = show_expected},
	{.name = "metrics", .keys = "M", .help = "all metrics, or as many as leave room for the cases", .run = show_metrics},
	{.name = "next-score", .keys = ">", .help = "the list shows the next score", .run = next_score},
	{.name = "prev-score", .keys = "<", .help = "the list shows the score before", .run = previous_score},
	{.name = "leave", .keys = "q Esc", .help = "out of the case; out of the comparison", .run = leave},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool compare_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct compare_state *st = state_of(screen);
	if (!target->id || !target->id2)
		return err_set(err, ERR_USAGE, NULL, "two runs are needed for a comparison");
	st->a = target->id;
	st->b = target->id2;
	snprintf(st->start, sizeof st->start, "%s", target->text);
	list_init(&st->list);
	return true;
}

static void compare_place(const struct screen *screen, struct target *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	*out = (struct target){.screen = "compare", .id = st->a, .id2 = st->b};
	if (row)
		snprintf(out->text, sizeof out->text, STR_FMT, STR_ARG(str_cut(row->key, 0, sizeof out->text - 1)));
}

static void add_side(struct buf *out, const char *name, const struct run_row *run, const struct case_side *side)
{
	buf_printf(out, "\n%s (" STR_FMT "):\n", name, STR_ARG(run->name.len ? run->name : run->text));
	buf_add_str(out, side->answer.ptr ? side->answer : str_of(case_no_answer(side)));
	buf_add_char(out, '\n');
}

/* The case: what was asked and expected, both answers. */
static bool copy_case(const struct compare_state *st, const struct compare_row *row, struct buf *out)
{
	if (!case_pair_is_of(&st->pair, row))
		return false;
	buf_add_str(out, row->title.len ? row->title : row->key);
	buf_add_cstr(out, "\n\ninput:\n");
	buf_add_str(out, case_input(&st->pair));
	buf_add_cstr(out, "\n\nexpected:\n");
	buf_add_str(out, case_expected(&st->pair));
	buf_add_char(out, '\n');
	add_side(out, "A", &st->data.a, &st->pair.a);
	add_side(out, "B", &st->data.b, &st->pair.b);
	return true;
}

static bool compare_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	if (!st->loaded)
		return false;
	if (what == COPY_COMMAND) {
		buf_add_cstr(out, "spoor compare");
		copy_word(out, st->data.a.text);
		copy_word(out, st->data.b.text);
		return true;
	}
	if (!row)
		return false;
	if (what == COPY_VALUE)
		return copy_case(st, row, out);
	return copy_str(out, what == COPY_ID || !row->title.len ? row->key : row->title);
}

static void compare_close(struct screen *screen)
{
	struct compare_state *st = state_of(screen);
	compare_done(&st->data);
	case_pair_done(&st->pair);
	sheet_done(&st->sheet);
	buf_done(&st->find);
}

const struct screen_ops screen_compare = {
    .name = "compare",
    .title = "Compare",
    .state_size = sizeof(struct compare_state),
    .actions = compare_actions,
    .open = compare_open,
    .ask = compare_ask,
    .fetch = compare_fetch,
    .take = compare_take,
    .draw = compare_draw,
    .headline = compare_headline,
    .status = compare_status,
    .place = compare_place,
    .copy = compare_copy,
    .close = compare_close,
};
