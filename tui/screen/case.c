/* A case of two runs whole: input, expected, both answers with what differs, every judge, all repeats, metadata, the records. */
#include <stdio.h>
#include <stdlib.h>

#include "store/query/subject.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_casetabs.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_run.h"
#include "tui/widget/find.h"
#include "tui/widget/jsonview.h"
#include "tui/widget/tabs.h"

struct request {
	uint64_t serial, generation, verdicts;
	int64_t a, b, case_id, number_a, number_b;
	char *key;
	struct case_whole whole;
	bool failed; /* and asking again would not help */
};

struct case_state {
	int64_t a, b, case_id;
	char key[256];              /* of the case, as long as case_id is 0 */
	int64_t number_a, number_b; /* repeats; UNKNOWN_INT: those that tell most */
	struct case_whole whole;
	bool loaded, failed, stale; /* stale: other repeats are wanted */
	uint64_t generation, verdicts, serial;
	bool asked;
	enum case_tab tab;
	struct casetabs_look look;
	int top[N_CASE_TABS];
	struct sheet sheet;
	bool laid;
	int sheet_cols;
	bool sheet_tight;
	struct caserepeats repeats;
	struct jsonview raw;
	bool raw_set;
	struct buf find;
};

static struct case_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- laying out */

static void add_raw(struct jsonview *v, const struct case_whole_side *side, const char *name)
{
	struct buf heading = BUF_INIT;
	for (size_t i = 0; side->present && i < side->detail.n_origins; i++) {
		const struct span_origin *o = &side->detail.origins[i];
		buf_clear(&heading);
		buf_printf(&heading, "%s  " STR_FMT, name, STR_ARG(o->file));
		if (o->member.len)
			buf_printf(&heading, ": " STR_FMT, STR_ARG(o->member));
		if (o->record)
			buf_printf(&heading, "  record %llu", (unsigned long long)o->record);
		if (o->line)
			buf_printf(&heading, ", line %llu", (unsigned long long)o->line);
		buf_printf(&heading, "  (" STR_FMT ")", STR_ARG(o->format));
		jsonview_add(v, ROLE_HEADING, buf_str(&heading), o->raw);
	}
	buf_done(&heading);
}

static void lay_raw(struct case_state *st)
{
	if (st->raw_set)
		return;
	jsonview_clear(&st->raw);
	add_raw(&st->raw, &st->whole.a, "A");
	add_raw(&st->raw, &st->whole.b, "B");
	jsonview_lay(&st->raw);
	jsonview_search(&st->raw, buf_str(&st->find));
	st->raw_set = true;
}

/* Rows that a tab's text has. */
static int text_rows(const struct case_state *st, const struct ui *ui)
{
	int rows = ui->rows - 1;
	if (st->tab == CASE_TAB_REPEATS)
		rows -= caserepeats_rows(&st->repeats, rows) + 1;
	return rows > 1 ? rows : 1;
}

static void clamp(struct case_state *st, const struct ui *ui)
{
	int last = st->sheet.rows + (st->sheet.left_out ? 1 : 0) - text_rows(st, ui), *top = &st->top[st->tab];
	*top = *top > last ? last : *top;
	*top = *top < 0 ? 0 : *top;
}

static void lay_out(struct screen *screen)
{
	struct case_state *st = state_of(screen);
	int cols = screen->ui->cols - 2;
	if (!st->loaded)
		return;
	st->look.show.ascii = st->repeats.ascii = screen->ui->ascii;
	st->look.show.brackets = screen->ui->ascii || screen->ui->mono;
	st->look.tight = screen->ui->rows < 30;
	st->look.now_ns = screen->ui->now_ns;
	list_set_page(&st->repeats.list, caserepeats_rows(&st->repeats, screen->ui->rows - 1) - 2);
	if (st->tab == CASE_TAB_RAW) {
		lay_raw(st);
		jsonview_set_size(&st->raw, screen->ui->rows - 1, cols);
		return;
	}
	if (st->laid && st->sheet_cols == cols && st->sheet_tight == st->look.tight)
		return;
	if (st->tab == CASE_TAB_REPEATS)
		caserepeats_answers(&st->sheet, cols, &st->whole, &st->look.show);
	else
		casetabs_lay(&st->sheet, cols, st->tab, &st->whole, &st->look);
	st->laid = true;
	st->sheet_cols = cols;
	st->sheet_tight = st->look.tight;
	clamp(st, screen->ui);
}

static enum outcome again(struct screen *screen)
{
	state_of(screen)->laid = false;
	lay_out(screen);
	return OUT_HANDLED;
}

/* ---------------------------------------------------------------- how cases are looked at, from one to the next */

enum { LOOK_TAB = 0, LOOK_WAY = 8, LOOK_SIDES = 16, LOOK_UNFOLD = 24, LOOK_OF_A = 25 };

static void remember_look(struct screen *screen)
{
	const struct case_state *st = state_of(screen);
	screen->ui->case_look = (uint32_t)st->tab << LOOK_TAB | (uint32_t)st->look.show.way << LOOK_WAY |
	                        (uint32_t)st->look.show.sides << LOOK_SIDES |
	                        (uint32_t)st->look.show.unfold << LOOK_UNFOLD | (uint32_t)st->look.of_a << LOOK_OF_A;
}

static void recall_look(struct case_state *st, uint32_t look)
{
	st->tab = (enum case_tab)((look >> LOOK_TAB & 0xFF) % N_CASE_TABS);
	st->look.show.way = (enum case_way)((look >> LOOK_WAY & 0xFF) % N_CASE_WAYS);
	st->look.show.sides = (enum case_sides)((look >> LOOK_SIDES & 0xFF) % N_CASE_SIDES);
	st->look.show.unfold = look >> LOOK_UNFOLD & 1;
	st->look.of_a = look >> LOOK_OF_A & 1;
}

/* ---------------------------------------------------------------- data */

static void *case_ask(struct screen *screen)
{
	static uint64_t serials;
	struct case_state *st = state_of(screen);
	lay_out(screen);
	bool old = !st->loaded || st->stale || st->generation != screen->ui->generation ||
	           st->verdicts != screen->ui->verdicts;
	if (st->asked || st->failed || !old)
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.serial = ++serials,
	                      .generation = screen->ui->generation,
	                      .verdicts = screen->ui->verdicts,
	                      .a = st->a,
	                      .b = st->b,
	                      .case_id = st->case_id,
	                      .number_a = st->number_a,
	                      .number_b = st->number_b,
	                      .key = xstrdup(st->key)};
	st->serial = r->serial;
	st->asked = true;
	st->stale = false;
	return r;
}

static bool case_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = (r->case_id || case_find(db, r->a, r->b, str_of(r->key), &r->case_id, err)) &&
	          case_whole_load(db, r->a, r->b, r->case_id, r->number_a, r->number_b, &r->whole, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void adopt(struct screen *screen, struct request *r)
{
	struct case_state *st = state_of(screen);
	struct case_whole old = st->whole;
	st->whole = r->whole;
	r->whole = old;
	st->loaded = true;
	st->failed = false;
	st->case_id = r->case_id;
	st->generation = r->generation;
	st->verdicts = r->verdicts;
	st->laid = st->raw_set = false;
	caserepeats_set(&st->repeats, &st->whole);
	sheet_begin(&st->sheet, st->sheet_cols > 1 ? st->sheet_cols : 1); /* it borrowed from what is gone */
	jsonview_clear(&st->raw);
}

static void case_take(struct screen *screen, void *request, bool ok)
{
	struct case_state *st = state_of(screen);
	struct request *r = request;
	if (r->serial == st->serial) {
		st->asked = false;
		st->failed = r->failed && !st->loaded;
		if (ok)
			adopt(screen, r);
		else if (r->failed) {
			st->generation = r->generation;
			st->verdicts = r->verdicts;
		} else
			st->stale = st->loaded;
		lay_out(screen);
	}
	case_whole_done(&r->whole);
	free(r->key);
	free(r);
}

/* ---------------------------------------------------------------- moving */

static enum outcome case_move(struct screen *screen, enum move move)
{
	struct case_state *st = state_of(screen);
	if (!st->loaded)
		return OUT_HANDLED;
	if (st->tab == CASE_TAB_RAW) {
		if (move == MOVE_LEFT)
			jsonview_fold(&st->raw);
		else if (move == MOVE_RIGHT)
			jsonview_unfold(&st->raw);
		else
			jsonview_move(&st->raw, move);
		return OUT_HANDLED;
	}
	/* The table has a cursor; pages and ends are the answers'. */
	if (st->tab == CASE_TAB_REPEATS && (move == MOVE_DOWN || move == MOVE_UP || move >= MOVE_LINE)) {
		list_move(&st->repeats.list, move);
		return OUT_HANDLED;
	}
	st->top[st->tab] += move_rows(move, text_rows(st, screen->ui));
	clamp(st, screen->ui);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(case_move)
SCROLL_FUNCTIONS(case_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

static enum outcome go_to_tab(struct screen *screen, enum case_tab tab)
{
	struct case_state *st = state_of(screen);
	st->tab = tab;
	remember_look(screen);
	return again(screen);
}

ACTION(next_tab)
{
	UNUSED;
	return go_to_tab(screen, (enum case_tab)((state_of(screen)->tab + 1) % N_CASE_TABS));
}

ACTION(prev_tab)
{
	UNUSED;
	return go_to_tab(screen, (enum case_tab)((state_of(screen)->tab + N_CASE_TABS - 1) % N_CASE_TABS));
}

static enum outcome next_change(struct screen *screen, bool forward)
{
	struct case_state *st = state_of(screen);
	bool sheet = st->loaded && st->tab != CASE_TAB_RAW;
	case_go_to_change(screen->ui, sheet ? &st->sheet : NULL, &st->top[st->tab], forward);
	return OUT_HANDLED;
}

ACTION(next_difference)
{
	UNUSED;
	return next_change(screen, true);
}

ACTION(prev_difference)
{
	UNUSED;
	return next_change(screen, false);
}

/* The list this was opened from goes on: in its order and its filter. */
ACTION(next_case)
{
	UNUSED;
	return OUT_NEXT_HIT;
}

ACTION(prev_case)
{
	UNUSED;
	return OUT_PREV_HIT;
}

/* ---------------------------------------------------------------- ways of looking */

ACTION(way)
{
	UNUSED;
	struct case_state *st = state_of(screen);
	const struct case_texts *t = st->loaded ? casetabs_texts(&st->whole, st->tab, &st->look) : NULL;
	if (!t || !t->both) {
		ui_say(screen->ui, "there are no two texts to compare on this tab");
		return OUT_HANDLED;
	}
	enum case_way now = casediff_way(t, st->look.show.way), next = now;
	do
		next = next + 1 == N_CASE_WAYS ? WAY_JSON : (enum case_way)(next + 1);
	while (casediff_way(t, next) != next);
	st->look.show.way = next;
	ui_say(screen->ui, "shown %s", case_way_name(next));
	remember_look(screen);
	return again(screen);
}

ACTION(sides)
{
	UNUSED;
	struct case_state *st = state_of(screen);
	st->look.show.sides = (enum case_sides)((st->look.show.sides + 1) % N_CASE_SIDES);
	ui_say(screen->ui, "texts %s", case_sides_name(st->look.show.sides));
	remember_look(screen);
	return again(screen);
}

ACTION(unfold)
{
	UNUSED;
	struct case_state *st = state_of(screen);
	st->look.show.unfold = !st->look.show.unfold;
	remember_look(screen);
	return again(screen);
}

/* To the tab; on it, against the other side's answer. */
ACTION(expected)
{
	UNUSED;
	struct case_state *st = state_of(screen);
	if (st->tab == CASE_TAB_EXPECTED)
		st->look.of_a = !st->look.of_a;
	return go_to_tab(screen, CASE_TAB_EXPECTED);
}

/* A page down; what the cursor of a tree stands on folds. */
ACTION(space)
{
	UNUSED;
	struct case_state *st = state_of(screen);
	if (st->loaded && st->tab == CASE_TAB_RAW) {
		jsonview_toggle(&st->raw);
		return OUT_HANDLED;
	}
	return case_move(screen, MOVE_PAGE_DOWN);
}

/* ---------------------------------------------------------------- repeats */

static const struct case_repeats_side *repeats_of(const struct case_state *st, bool of_b)
{
	return of_b ? &st->whole.repeats.b : &st->whole.repeats.a;
}

static enum outcome pick(struct screen *screen, size_t at_a, size_t at_b)
{
	struct case_state *st = state_of(screen);
	const struct case_repeats_side *a = repeats_of(st, false), *b = repeats_of(st, true);
	st->number_a = at_a < a->n ? a->at[at_a].at.repeat : UNKNOWN_INT;
	st->number_b = at_b < b->n ? b->at[at_b].at.repeat : UNKNOWN_INT;
	st->stale = true;
	return OUT_REFRESH;
}

static enum outcome by_repeat(struct screen *screen, bool of_b, size_t by)
{
	struct case_state *st = state_of(screen);
	if (!st->loaded)
		return OUT_HANDLED;
	size_t n = repeats_of(st, of_b)->n, at_a = st->whole.at_a, at_b = st->whole.at_b;
	if (n < 2) {
		ui_say(screen->ui, "%s has %s", of_b ? "B" : "A",
		       n ? "no other repeat of this case" : "no result for this case");
		return OUT_HANDLED;
	}
	size_t by_n = by == SIZE_MAX ? n - 1 : by;
	return pick(screen, of_b ? at_a : (at_a + by_n) % n, of_b ? (at_b + by_n) % n : at_b);
}

ACTION(next_b)
{
	UNUSED;
	return by_repeat(screen, true, 1);
}

ACTION(prev_b)
{
	UNUSED;
	return by_repeat(screen, true, SIZE_MAX);
}

ACTION(next_a)
{
	UNUSED;
	return by_repeat(screen, false, 1);
}

ACTION(prev_a)
{
	UNUSED;
	return by_repeat(screen, false, SIZE_MAX);
}

/* On the repeats: this one is compared. In a tree: fold. */
ACTION(open_row)
{
	UNUSED;
	struct case_state *st = state_of(screen);
	if (st->loaded && st->tab == CASE_TAB_RAW)
		jsonview_toggle(&st->raw);
	if (!st->loaded || st->tab != CASE_TAB_REPEATS || !st->repeats.list.total)
		return OUT_HANDLED;
	int64_t number = st->repeats.numbers[st->repeats.list.cursor];
	size_t a = case_repeat_index(repeats_of(st, false), number),
	       b = case_repeat_index(repeats_of(st, true), number);
	return pick(screen, a == SIZE_MAX ? st->whole.at_a : a, b == SIZE_MAX ? st->whole.at_b : b);
}

static enum outcome by_score(struct screen *screen, size_t by)
{
	struct case_state *st = state_of(screen);
	size_t n = st->loaded ? st->whole.repeats.n_scores : 0;
	if (n)
		st->repeats.score = (st->repeats.score + (by == SIZE_MAX ? n - 1 : by)) % n;
	return OUT_HANDLED;
}

ACTION(next_score)
{
	UNUSED;
	return by_score(screen, 1);
}

ACTION(prev_score)
{
	UNUSED;
	return by_score(screen, SIZE_MAX);
}

/* ---------------------------------------------------------------- traces */

static enum outcome open_trace(struct screen *screen, bool of_b, struct target *target)
{
	const struct case_state *st = state_of(screen);
	const struct case_repeat *repeat = !st->loaded ? NULL : of_b ? st->whole.b.repeat : st->whole.a.repeat;
	if (!repeat || !repeat->trace) {
		ui_say(screen->ui,
		       repeat ? "the trace of %s's result is not in the store" : "%s has no result for this case",
		       of_b ? "B" : "A");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = "trace", .id = repeat->trace};
	return OUT_OPEN;
}

/* Both beside each other, if both repeats that show have one. */
ACTION(traces)
{
	(void)in;
	const struct case_state *st = state_of(screen);
	const struct case_repeat *a = st->whole.a.repeat, *b = st->whole.b.repeat;
	if (!st->loaded || !a || !b || !a->trace || !b->trace)
		return open_trace(screen, !a || !a->trace || (b && b->trace), target);
	*target = (struct target){.screen = "tracediff", .id = a->trace, .id2 = b->trace};
	return OUT_OPEN;
}

ACTION(trace_a)
{
	(void)in;
	return open_trace(screen, false, target);
}

ACTION(trace_b)
{
	(void)in;
	return open_trace(screen, true, target);
}

/* ---------------------------------------------------------------- searching */

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct case_state *st = state_of(screen);
	bool found;
	if (!st->find.len || !st->loaded) {
		if (!stay) /* an empty line only ends the search */
			ui_say(screen->ui, "%s", keyed("nothing is being searched for: {/} asks"));
		return OUT_HANDLED;
	}
	if (st->tab == CASE_TAB_RAW) {
		if (stay)
			jsonview_search(&st->raw, buf_str(&st->find));
		found = jsonview_next_hit(&st->raw, by > 0);
	} else {
		int from = st->top[st->tab] + (stay ? 0 : by);
		int row = st->sheet.rows > 0 ? sheet_find(&st->sheet, buf_str(&st->find), from, by > 0) : -1;
		found = row >= 0;
		if (found)
			st->top[st->tab] = row;
	}
	if (!found)
		ui_say(screen->ui, "not on this tab: %s", buf_cstr(&st->find));
	return OUT_HANDLED;
}

static struct buf *searched_for(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(searched_for, search_again)

/* Esc first forgets what was searched for. */
ACTION(leave)
{
	(void)target;
	struct case_state *st = state_of(screen);
	if (in->key != KEY_ESCAPE || !st->find.len)
		return OUT_IGNORED;
	buf_clear(&st->find);
	jsonview_search(&st->raw, STR_NONE);
	return OUT_HANDLED;
}

/* clang-format off */
static const struct action case_actions[] = {
	MOVE_ACTIONS,
	SCROLL_ACTIONS,
	{.name = "next-tab", .keys = "Tab", .help = "next tab", .hint = "tab", .hint_order = 1, .run = next_tab},
	{.name = "prev-tab", .keys = "S-Tab", .help = "the tab before", .run = prev_tab},
	{.name = "next-difference", .keys = "}", .help = "next difference", .hint = "differs", .hint_order = 2, .run = next_difference},
	{.name = "prev-difference", .keys = "{", .help = "the difference before", .run = prev_difference},
	{.name = "next-case", .keys = "J", .help = "next case, in the order and filter of the list", .hint = "next", .hint_order = 3, .run = next_case},
	{.name = "prev-case", .keys = "K", .help = "the case before", .run = prev_case},
	{.name = "diff", .keys = "d", .help = "what differs by words, lines, structure of JSON; each text whole", .hint = "words/lines", .hint_order = 6, .run = way},
	{.name = "sides", .keys = "s", .help = "texts beside each other, in one, one below the other, as it fits", .run = sides},
	{.name = "fold", .keys = "z", .help = "what is the same: all of it, or folded", .run = unfold},
	{.name = "expected", .keys = "x", .help = "the expected answer against B's; again: against A's", .hint = "expected", .hint_order = 5, .run = expected},
	{.name = "next-repeat", .keys = "]", .help = "B's next repeat", .hint = "repeat", .hint_order = 7, .run = next_b},
	{.name = "prev-repeat", .keys = "[", .help = "B's repeat before", .run = prev_b},
	{.name = "next-repeat-a", .keys = ")", .help = "A's next repeat", .run = next_a},
	{.name = "prev-repeat-a", .keys = "(", .help = "A's repeat before", .run = prev_a},
	{.name = "open", .keys = "Enter", .help = "on the repeats: compare this one; in a record: fold or unfold", .run = open_row},
	{.name = "page", .keys = "Space", .help = "a page down; in a record: fold or unfold", .run = space},
	{.name = "trace", .keys = "t", .help = "the traces of both results beside each other", .hint = "traces", .hint_order = 4, .run = traces},
	{.name = "trace-a", .keys = "a", .help = "the trace of A's result", .run = trace_a},
	{.name = "trace-b", .keys = "b", .help = "the trace of B's result", .run = trace_b},
	{.name = "next-score", .keys = ">", .help = "the repeats show the next score", .run = next_score},
	{.name = "prev-score", .keys = "<", .help = "the repeats show the score before", .run = prev_score},
	{.name = "search", .keys = "/", .help = "search this tab", .hint = "search", .hint_order = 8, .run = search},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "leave", .keys = "q Esc", .help = "out of the search, else one level up", .run = leave},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- drawing */

static void draw_tabs(const struct case_state *st, struct canvas body)
{
	const struct case_repeats *r = &st->whole.repeats;
	struct tab tabs[N_CASE_TABS] = {
	    [CASE_TAB_ALL] = {.name = "Case",     .count = -1                                          },
	    [CASE_TAB_EXPECTED] = {.name = "Expected", .count = -1                                          },
	    [CASE_TAB_INPUT] = {.name = "Input",    .count = -1                                          },
	    [CASE_TAB_SCORES] = {.name = "Scores",   .count = (int64_t)st->whole.n_scores                 },
	    [CASE_TAB_REPEATS] = {.name = "Repeats",  .count = (int64_t)(r->a.n > r->b.n ? r->a.n : r->b.n)},
	    [CASE_TAB_METADATA] = {.name = "Metadata", .count = -1                                          },
	    [CASE_TAB_RAW] = {.name = "Raw",      .count = -1                                          },
	};
	tabs_draw(body, 0, tabs, N_CASE_TABS, st->tab);
}

static void case_draw(const struct screen *screen, struct canvas body)
{
	const struct case_state *st = state_of(screen);
	if (!st->loaded) {
		canvas_putc(body, 1, 3, -1, ROLE_DIM,
		            st->failed ? keyed("This case could not be read. {q} goes back.") : "reading the case");
		return;
	}
	draw_tabs(st, body);
	struct canvas pane = canvas_part(body, 1, 1, body.rows - 1, body.cols - 2);
	if (st->tab == CASE_TAB_RAW) {
		if (st->raw.list.n)
			jsonview_draw(&st->raw, pane, true, false);
		else
			canvas_putc(pane, 1, 1, -1, ROLE_DIM, "There is no record of this case.");
		return;
	}
	if (st->tab == CASE_TAB_REPEATS) {
		int rows = caserepeats_rows(&st->repeats, pane.rows);
		caserepeats_draw(&st->repeats, canvas_part(body, 1, 0, rows, body.cols));
		canvas_rule(canvas_part(body, 1 + rows, 0, 1, body.cols), 0, ROLE_BORDER);
		pane = canvas_part(pane, rows + 1, 0, pane.rows - rows - 1, pane.cols);
	}
	sheet_draw(&st->sheet, pane, st->top[st->tab], st->stale || st->asked, buf_str(&st->find));
}

/* What tells the runs apart: their names, or else their models. */
static struct str run_called(const struct case_state *st, const struct run_row *run, struct buf *out)
{
	struct buf other = BUF_INIT;
	run_label(out, run);
	run_label(&other, run == &st->whole.run_a ? &st->whole.run_b : &st->whole.run_a);
	if (str_eq(buf_str(out), buf_str(&other)) && !str_eq(st->whole.run_a.model, st->whole.run_b.model)) {
		buf_clear(out);
		buf_add_str(out, run->model);
	}
	buf_done(&other);
	return buf_str(out);
}

/* The case's title, what became of it, and the two runs: their names tell them apart by their ends, a title is known by its beginning. */
static void case_headline(const struct screen *screen, struct canvas row)
{
	const struct case_state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Case  ");
	if (!st->loaded)
		return;
	const struct case_repeats *r = &st->whole.repeats;
	const char *outcome = case_outcome(&st->whole);
	struct buf right = BUF_INIT;
	if (outcome)
		buf_printf(&right, "%s   ", outcome);
	struct buf name = BUF_INIT;
	buf_add_cstr(&right, "A ");
	buf_add_str(&right, run_called(st, &st->whole.run_a, &name));
	buf_clear(&name);
	buf_add_cstr(&right, row.grid->ascii ? " -> B " : " → B ");
	buf_add_str(&right, run_called(st, &st->whole.run_b, &name));
	buf_done(&name);
	int need = text_cols(buf_str(&right)), most = (row.cols - col) * 3 / 5;
	int room = row.cols - col - 3 - (need < most ? need : most);
	col += canvas_put(row, 0, col, room, ROLE_TITLE, r->title.len ? r->title : r->key);
	int from = row.cols - 1 - need > col + 2 ? row.cols - 1 - need : col + 2;
	canvas_put(row, 0, from, row.cols - 1 - from, ROLE_TITLE, buf_str(&right));
	buf_done(&right);
}

static void case_status(const struct screen *screen, struct buf *out)
{
	const struct case_state *st = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!st->loaded)
		return;
	const struct case_texts *t = casetabs_texts(&st->whole, st->tab, &st->look);
	if (st->tab == CASE_TAB_RAW) {
		struct buf path = BUF_INIT;
		jsonview_path(&path, &st->raw);
		buf_printf(out, "row %lld of %zu%s", (long long)st->raw.cursor + 1, st->raw.list.n,
		           path.len ? dot : "");
		buf_add_str(out, buf_str(&path));
		buf_done(&path);
		return;
	}
	int rows = text_rows(st, screen->ui), last = st->top[st->tab] + rows;
	if (st->sheet.rows > rows)
		buf_printf(out, "rows %d-%d of %d%s", st->top[st->tab] + 1,
		           last < st->sheet.rows ? last : st->sheet.rows, st->sheet.rows,
		           st->sheet.left_out ? "+" : "");
	if (t && t->both && !t->equal)
		buf_printf(out, "%s%s", out->len ? dot : "", case_way_name(casediff_way(t, st->look.show.way)));
	else if (t && t->both)
		buf_printf(out, "%sno difference", out->len ? dot : "");
	if (st->whole.repeats.a.n > 1 || st->whole.repeats.b.n > 1)
		buf_printf(out, "%srepeat %zu of A's %zu, %zu of B's %zu", out->len ? dot : "",
		           st->whole.repeats.a.n ? st->whole.at_a + 1 : 0, st->whole.repeats.a.n,
		           st->whole.repeats.b.n ? st->whole.at_b + 1 : 0, st->whole.repeats.b.n);
}

/* ---------------------------------------------------------------- life */

/* id: A, id2: B; span: the case (row id of its key), or text: its key. */
static bool case_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct case_state *st = state_of(screen);
	if (!target->id || !target->id2 || (!target->span && !target->text[0]))
		return err_set(err, ERR_USAGE, NULL, "%s",
		               keyed("a case of two runs is needed: {compare.Enter} in a comparison"));
	st->a = target->id;
	st->b = target->id2;
	st->case_id = target->span;
	st->number_a = st->number_b = UNKNOWN_INT;
	snprintf(st->key, sizeof st->key, "%s", target->text);
	recall_look(st, screen->ui->case_look);
	list_init(&st->repeats.list);
	jsonview_init(&st->raw);
	return true;
}

static void case_place(const struct screen *screen, struct target *out)
{
	const struct case_state *st = state_of(screen);
	*out = (struct target){.screen = "case", .id = st->a, .id2 = st->b, .span = st->case_id};
	snprintf(out->text, sizeof out->text, STR_FMT,
	         STR_ARG(str_cut(st->loaded ? st->whole.repeats.key : str_of(st->key), 0, sizeof out->text - 1)));
}

static void case_command(const struct case_state *st, struct buf *out)
{
	const struct case_repeats *r = &st->whole.repeats;
	buf_add_cstr(out, "spoor compare");
	copy_word(out, st->whole.run_a.text);
	copy_word(out, st->whole.run_b.text);
	buf_add_cstr(out, " --case");
	copy_word(out, r->key);
	if (r->a.n <= 1 && r->b.n <= 1)
		return;
	buf_add_cstr(out, " --pick ");
	if (r->a.n)
		buf_printf(out, "%lld", (long long)r->a.at[st->whole.at_a].at.repeat + 1);
	buf_add_char(out, ',');
	if (r->b.n)
		buf_printf(out, "%lld", (long long)r->b.at[st->whole.at_b].at.repeat + 1);
}

static bool case_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct case_state *st = state_of(screen);
	if (!st->loaded)
		return false;
	switch (what) {
	case COPY_COMMAND: case_command(st, out); return true;
	case COPY_ID: return copy_str(out, st->whole.repeats.key);
	case COPY_PATH:
		if (st->tab == CASE_TAB_RAW)
			jsonview_path(out, &st->raw);
		else
			buf_add_str(out, st->whole.repeats.title.len ? st->whole.repeats.title : st->whole.repeats.key);
		return out->len > 0;
	case COPY_VALUE:
		if (st->tab == CASE_TAB_RAW)
			return jsonview_value(out, &st->raw);
		casetabs_copy(out, &st->whole, st->tab, &st->look);
		return true;
	case COPY_LINK:
	case COPY_VIEW: return copy_case_link(out, st->whole.run_a.text, st->whole.run_b.text, st->whole.repeats.key);
	}
	return false;
}

static struct str case_file(const struct screen *screen)
{
	const struct case_state *st = state_of(screen);
	return !st->loaded ? STR_NONE : st->whole.b.present ? st->whole.b.detail.file : st->whole.a.detail.file;
}

static void case_close(struct screen *screen)
{
	struct case_state *st = state_of(screen);
	case_whole_done(&st->whole);
	sheet_done(&st->sheet);
	caserepeats_done(&st->repeats);
	jsonview_done(&st->raw);
	buf_done(&st->find);
}

/* The side that is looked at; else B's. */
static bool case_subject(const struct screen *screen, struct subject_at *out)
{
	const struct case_state *st = state_of(screen);
	bool of_a = st->tab == CASE_TAB_EXPECTED && st->look.of_a;
	if (!st->loaded)
		return false;
	const struct case_repeat *repeat = of_a || !st->whole.b.repeat ? st->whole.a.repeat : st->whole.b.repeat;
	if (repeat)
		*out = (struct subject_at){.kind = SUBJECT_CASE, .at = repeat->at};
	return repeat != NULL;
}

/* ---------------------------------------------------------------- how it was left */

static void case_remember(const struct screen *screen, struct jout *out)
{
	const struct case_state *st = state_of(screen);
	if (!st->loaded)
		return;
	remember_int(out, "look", screen->ui->case_look);
	remember_int(out, "top", st->top[st->tab]);
}

/* How cases are looked at goes from one to the next in a session: of earlier ones it is that of this case. */
static bool case_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct case_state *st = state_of(screen);
	(void)lately;
	if (!st->loaded)
		return st->failed;
	if (!screen->ui->case_look) {
		recall_look(st, (uint32_t)recall_int(kept, "look", 0, UINT32_MAX));
		remember_look(screen);
	}
	if (screen->ui->case_look == (uint32_t)recall_int(kept, "look", 0, UINT32_MAX))
		st->top[st->tab] = (int)recall_int(kept, "top", 0, INT32_MAX / 2);
	again(screen);
	return true;
}

const struct screen_ops screen_case = {
    .name = "case",
    .title = "Case",
    .state_size = sizeof(struct case_state),
    .actions = case_actions,
    .open = case_open,
    .ask = case_ask,
    .fetch = case_fetch,
    .take = case_take,
    .draw = case_draw,
    .headline = case_headline,
    .status = case_status,
    .place = case_place,
    .copy = case_copy,
    .subject = case_subject,
    .file = case_file,
    .remember = case_remember,
    .recall = case_recall,
    .close = case_close,
};
