/* Two runs compared: the answer in a sentence, the metrics with their intervals, every case by class, the changed words of the
 * one under the cursor. The cases come first, the figures (a bootstrap) in a second request, so that the screen is there at once; of
 * very many cases those lost before all others. Where the losses begin is looked for last. What rows show and in which order is
 * made of the rows that are there, on the query thread: the screen and its requests hold a comparison together. */
#include <stdio.h>
#include <stdlib.h>

#include "store/base/units.h"
#include "store/query/queue_make.h"
#include "store/query/subject.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_compare.h"
#include "tui/screen/pane_copy.h"
#include "tui/widget/find.h"

struct request {
	enum compare_ask what;
	bool failed; /* and asking again would not help */
	uint64_t serial;
	int64_t a, b;
	uint64_t generation;
	struct compare_held *held; /* all but ASK_CASE: made by the request, or (ASK_VIEW) what the view is to be of */
	bool made;
	struct compare_look look;
	struct compare_view view;
	bool viewed;
	struct compare_row row; /* ASK_CASE: ids and records; its key is `key` */
	char *key;
	struct case_pair pair; /* ASK_CASE */
	struct begins begins;  /* ASK_BEGINS */
	uint64_t verdicts;
	struct arena arena; /* ASK_MARKS: of what follows */
	struct case_mark *marks[2];
	size_t n_marks[2];
	struct agreement_pairs preferred;
	uint32_t *first;
};

static struct compare_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- a comparison held by several */

static struct compare_held *held_new(void)
{
	struct compare_held *held = xcalloc(1, sizeof *held);
	held->holders = 1;
	return held;
}

static struct compare_held *held_too(struct compare_held *held)
{
	held->holders++;
	return held;
}

static void held_drop(struct compare_held *held)
{
	if (!held || --held->holders > 0)
		return;
	compare_done(&held->c);
	free(held);
}

/* ---------------------------------------------------------------- data */

static struct request *new_request(struct screen *screen, enum compare_ask what)
{
	struct compare_state *st = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.what = what,
	                      .serial = ++st->serial,
	                      .a = st->a,
	                      .b = st->b,
	                      .look = st->look,
	                      .generation = screen->ui->generation,
	                      .verdicts = screen->ui->verdicts};
	if (what == ASK_VIEW || what == ASK_BEGINS)
		r->held = held_too(st->held);
	st->asked = what;
	st->asked_generation = r->generation;
	st->asked_look = r->look.number;
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

static bool is_read(enum compare_ask what)
{
	return what == ASK_LOST || what == ASK_ROWS || what == ASK_FIGURES;
}

/* The rows are there, but not as they are wanted. Of the lost cases alone there is no other view: all are on their way. */
static void *ask_view(struct screen *screen)
{
	struct compare_state *st = state_of(screen);
	bool coming = st->asked != ASK_NOTHING && st->asked != ASK_CASE && st->asked_look == st->look.number;
	if (coming || st->shown.number == st->look.number || st->data->refused.len)
		return NULL;
	st->cases.old = true; /* for as long as it takes */
	return new_request(screen, st->data->lost_only ? ASK_ROWS : ASK_VIEW);
}

static bool has_marks(const struct screen *screen)
{
	const struct compare_state *st = state_of(screen);
	return st->marks.loaded && st->marks.verdicts == screen->ui->verdicts &&
	       st->marks.generation == screen->ui->generation;
}

/* Rows may be kept by what people say of them. */
static void note_verdicts(struct screen *screen)
{
	struct compare_state *st = state_of(screen);
	if (st->verdicts != screen->ui->verdicts && st->look.filter[0])
		st->look.number++;
	st->verdicts = screen->ui->verdicts;
}

static void *compare_ask(struct screen *screen)
{
	struct compare_state *st = state_of(screen);
	note_verdicts(screen);
	compare_lay_out(screen);
	if (st->masked != screen->ui->masked)
		case_pair_done(&st->pair);
	st->masked = screen->ui->masked;
	bool coming = is_read(st->asked) && st->asked_generation == screen->ui->generation;
	bool plain = !st->start[0] && !st->look.filter[0] && st->look.order.by == BY_LOSS && !st->look.order.invert;
	if (!st->failed && !coming && (!st->loaded || st->generation != screen->ui->generation))
		/* Figures that are on the screen stay there until the new ones come. */
		return new_request(screen, st->figures ? ASK_FIGURES : st->loaded || !plain ? ASK_ROWS : ASK_LOST);
	struct request *view = st->loaded && !st->failed ? ask_view(screen) : NULL;
	if (view)
		return view;
	if (st->loaded && st->data->lost_only && !st->failed && !coming)
		return new_request(screen, ASK_ROWS);
	if (!st->loaded || st->data->lost_only || st->asked == ASK_ROWS || st->asked == ASK_VIEW ||
	    st->data->refused.len)
		return NULL;
	const struct compare_row *row = compare_cursor(st);
	bool old = st->pair_verdicts != screen->ui->verdicts;
	if (row && (old || !case_pair_is_of(&st->pair, row)) && st->asked != ASK_CASE)
		return ask_case(screen, row);
	if (st->asked == ASK_NOTHING && !has_marks(screen))
		return new_request(screen, ASK_MARKS);
	/* The figures wait for the case: a request put in now would push it out. */
	if (!st->figures && !st->figures_failed && st->asked == ASK_NOTHING)
		return new_request(screen, ASK_FIGURES);
	if (st->begins.expected && !st->begins.of && !st->begins_failed && st->asked == ASK_NOTHING)
		return new_request(screen, ASK_BEGINS);
	return NULL;
}

static bool fetch_view(struct db *db, struct request *r, const char *text, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	/* The text was parsed before it became the filter: it cannot be wrong here. */
	struct filter *filter = filter_parse(&arena, str_of(text), FILTER_PAIRS, 0, &mistake);
	r->viewed = compare_view(db, &r->held->c, filter, &r->look.order, &r->view, err);
	if (!r->viewed)
		compare_view_done(&r->view);
	arena_done(&arena);
	return r->viewed;
}

/* A filter may name a score that these runs do not have. Then all rows show. */
static bool fetch_rows(struct db *db, struct request *r, struct err *err)
{
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = r->what == ASK_ROWS};
	if (r->what != ASK_VIEW) {
		r->held = held_new();
		r->made = r->what == ASK_LOST ? compare_lost(db, r->a, r->b, &r->held->c, err)
		                              : compare_runs(db, r->a, r->b, &opts, &r->held->c, err);
		if (!r->made)
			return false;
	}
	if (r->look.order.by == BY_SCORE && r->look.order.score >= r->held->c.n_scores)
		r->look.order = (struct compare_order){.by = BY_LOSS};
	if (fetch_view(db, r, r->look.filter, err))
		return true;
	if (err->code != ERR_INTERRUPTED && r->made) {
		struct err other = ERR_INIT;
		r->look.filter[0] = '\0';
		fetch_view(db, r, "", &other);
	}
	return false;
}

static bool fetch_begins(struct db *db, struct request *r, struct err *err)
{
	const struct compare *c = &r->held->c;
	if (!begins_of(db, c, (struct begins_most){0}, &r->begins, err))
		return false;
	r->first = xmalloc(size_mul(size_add(c->n_rows, 1), sizeof *r->first));
	for (size_t i = 0; i < c->n_rows; i++)
		r->first[i] = CASES_NOT_LOOKED;
	for (size_t i = 0; i < r->begins.n_cases; i++)
		if (r->begins.cases[i].has == BEGINS_BOTH)
			r->first[r->begins.cases[i].row] = begins_telling(&r->begins, &r->begins.cases[i]);
	return true;
}

static bool fetch_marks(struct db *db, struct request *r, struct err *err)
{
	if (!marks_of_run(db, r->a, &r->arena, &r->marks[0], &r->n_marks[0], err) ||
	    !marks_of_run(db, r->b, &r->arena, &r->marks[1], &r->n_marks[1], err))
		return false;
	struct block_cache *blocks = block_cache_new(db);
	bool ok = agreement_prefer(db, blocks, r->a, r->b, &r->arena, &r->preferred, err);
	block_cache_free(blocks);
	return ok;
}

static bool compare_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = r->what == ASK_MARKS    ? fetch_marks(db, r, err)
	          : r->what == ASK_CASE   ? case_pair_load(db, &r->row, &r->pair, err)
	          : r->what == ASK_BEGINS ? fetch_begins(db, r, err)
	                                  : fetch_rows(db, r, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

/* Where the case stands that the cursor was on, or that the screen was to begin with; -1: it does not show. */
static int64_t find_before(const struct compare_state *st, int64_t id)
{
	if (id)
		return cases_find_id(&st->cases, id);
	for (int64_t i = 0; st->start[0] && i < (int64_t)st->view.n; i++)
		if (str_eq(str_cut(cases_row(&st->cases, i)->key, 0, sizeof st->start - 1), str_of(st->start)))
			return i;
	return -1;
}

static bool same_order(const struct compare_order *a, const struct compare_order *b)
{
	return a->by == b->by && a->invert == b->invert && (a->by != BY_SCORE || a->score == b->score);
}

/* Lost cases of which both traces are here: where they part can be told. */
static bool can_tell_begins(const struct compare *c)
{
	for (size_t i = 0; i < c->n_rows && c->rows[i].class_ <= CLASS_NEW_ERROR; i++)
		if (c->rows[i].class_ != CLASS_IMPROVED && c->rows[i].a.trace && c->rows[i].b.trace)
			return true;
	return false;
}

static void forget_begins(struct compare_state *st)
{
	begins_done(&st->begins.b);
	free(st->begins.first);
	st->begins = (struct compare_begins){.expected = st->held && can_tell_begins(&st->held->c)};
	st->cases.begins_expected = st->begins.expected;
	st->cases.begins = NULL;
	st->cases.differs = NULL;
}

static void adopt_begins(struct compare_state *st, struct request *r)
{
	forget_begins(st);
	st->begins.of = r->held;
	st->begins.b = r->begins;
	st->begins.first = r->first;
	r->begins = (struct begins){.arena = ARENA_INIT};
	r->first = NULL;
	st->cases.begins = &st->begins.b;
	st->cases.differs = st->begins.first;
}

static void adopt_rows(struct screen *screen, struct request *r)
{
	struct compare_state *st = state_of(screen);
	const struct compare_row *before = compare_cursor(st);
	int64_t id = before ? before->case_id : 0;
	int class_ = before ? (int)before->class_ : 0;
	bool first = !st->loaded, ordered = !same_order(&st->shown.order, &r->look.order);
	if (r->made) {
		struct compare_held *old = st->held;
		st->held = r->held;
		r->held = old;
		st->data = &st->held->c;
		st->loaded = true;
		st->generation = r->generation;
		st->figures = st->data->n_metrics > 0 || r->what == ASK_FIGURES;
		st->begins_failed = false;
		forget_begins(st);
	}
	struct compare_view old = st->view;
	st->view = r->view;
	r->view = old;
	st->shown = r->look;
	if (st->look.number == r->look.number)
		st->look = r->look;
	st->cases.order = st->shown.order;
	cases_set(&st->cases, st->data, &st->view);
	st->cases.old = false;
	int64_t found = find_before(st, id);
	if (ordered && !first) /* what comes first now is what was asked for */
		found = st->cases.n[class_] ? st->cases.first[class_] : -1;
	list_refit(&st->list, cases_lines(&st->cases), found >= 0 ? cases_line_of(&st->cases, found) : -1);
	if (found < 0)
		list_go(&st->list, 0);
	cases_settle(&st->cases, &st->list, false);
}

/* What was asked for cannot be had: as it was before. */
static void keep_look(struct compare_state *st, const struct request *r)
{
	if (st->look.number != r->look.number)
		return;
	st->look = st->shown;
	st->cases.old = false;
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
	st->pair_verdicts = r->verdicts;
	st->fresh = false;
}

static void adopt_marks(struct compare_state *st, struct request *r)
{
	struct arena old = st->marks.arena;
	st->marks.arena = r->arena;
	r->arena = old;
	st->marks.preferred = r->preferred;
	st->marks.loaded = true;
	st->marks.verdicts = r->verdicts;
	st->marks.generation = r->generation;
	for (int side = 0; side < 2; side++) {
		st->cases.marks[side] = r->marks[side];
		st->cases.n_marks[side] = r->n_marks[side];
	}
}

static void request_free(struct request *r)
{
	held_drop(r->held);
	compare_view_done(&r->view);
	case_pair_done(&r->pair);
	begins_done(&r->begins);
	arena_done(&r->arena);
	free(r->first);
	free(r->key);
	free(r);
}

static void compare_take(struct screen *screen, void *request, bool ok)
{
	struct compare_state *st = state_of(screen);
	struct request *r = request;
	if (!st->data) { /* the app's stand-in for a screen that was closed: never opened */
		request_free(r);
		return;
	}
	if (st->serial == r->serial)
		st->asked = ASK_NOTHING;
	bool mine = r->a == st->a && r->b == st->b;
	switch (mine ? r->what : ASK_NOTHING) {
	case ASK_NOTHING: break;
	case ASK_LOST:
	case ASK_ROWS:
	case ASK_FIGURES:
	case ASK_VIEW:
		if (r->viewed && (r->made || r->held == st->held))
			adopt_rows(screen, r);
		else if (r->failed && r->what == ASK_VIEW)
			keep_look(st, r);
		else if (r->what == ASK_FIGURES)
			st->figures_failed = r->failed;
		else if (r->what != ASK_VIEW)
			st->failed = r->failed;
		break;
	case ASK_CASE:
		if (ok || r->failed)
			adopt_case(st, r, ok);
		break;
	case ASK_MARKS:
		if (ok || r->failed)
			adopt_marks(st, r);
		break;
	case ASK_BEGINS:
		st->begins_failed = r->failed;
		if (ok && r->held == st->held)
			adopt_begins(st, r);
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
static enum hit compare_hit(struct screen *screen, bool forward, struct target *target)
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

static void set_filter(struct compare_state *st, struct str text)
{
	snprintf(st->look.filter, sizeof st->look.filter, STR_FMT, STR_ARG(text));
	st->filter_is_old = false;
	st->look.number++;
}

static enum outcome filter_line(struct screen *screen, const struct input *in, struct target *target)
{
	(void)target;
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake = {0};
	struct str text = str_trim(in->argument);
	if (text.len > COMPARE_FILTER_MAX) {
		ui_say(screen->ui, "a filter has at most %d bytes here", COMPARE_FILTER_MAX);
		screen->ui->message_is_error = true;
	} else if (filter_parse(&arena, text, FILTER_PAIRS, screen->ui->now_ns, &mistake)) {
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
		set_filter(st, STR_LIT(""));
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
static const struct action compare_actions[] = {
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

/* ---------------------------------------------------------------- life */

static const struct compare nothing = {.n_rows = 0};

static bool compare_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct compare_state *st = state_of(screen);
	if (!target->id || !target->id2)
		return err_set(err, ERR_USAGE, NULL, "two runs are needed for a comparison");
	screen->visit = target->line[0] || target->text[0];
	st->a = target->id;
	st->b = target->id2;
	snprintf(st->start, sizeof st->start, "%s", target->text);
	list_init(&st->list);
	st->cases.only = N_CLASSES;
	st->data = &nothing;
	if (target->line[0]) {
		struct arena arena = ARENA_INIT;
		struct filter_mistake mistake = {0};
		struct str text = str_cut(str_of(target->line), 0, COMPARE_FILTER_MAX);
		bool good = filter_parse(&arena, text, FILTER_PAIRS, screen->ui->now_ns, &mistake) != NULL;
		if (good)
			set_filter(st, text);
		else
			ui_say(screen->ui, "filter, column %zu: expected %s", mistake.column + 1, mistake.expected);
		arena_done(&arena);
	}
	return true;
}

static void compare_place(const struct screen *screen, struct target *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	*out = (struct target){.screen = "compare", .id = st->a, .id2 = st->b};
	snprintf(out->line, sizeof out->line, "%s", st->look.filter);
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
	add_side(out, "A", &st->data->a, &st->pair.a);
	add_side(out, "B", &st->data->b, &st->pair.b);
	return true;
}

static bool compare_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	if (!st->loaded)
		return false;
	if (what == COPY_VIEW)
		return copy_link(out, "compare", st->data->a.text, st->data->b.text);
	if (what == COPY_COMMAND) {
		buf_add_cstr(out, "spoor compare");
		copy_word(out, st->data->a.text);
		copy_word(out, st->data->b.text);
		if (st->look.filter[0]) {
			buf_add_cstr(out, " --where");
			copy_word(out, str_of(st->look.filter));
		}
		return true;
	}
	if (!row)
		return false;
	if (what == COPY_LINK)
		return copy_case_link(out, st->data->a.text, st->data->b.text, row->key);
	if (what == COPY_VALUE)
		return copy_case(st, row, out);
	return copy_str(out, what == COPY_ID || !row->title.len ? row->key : row->title);
}

static void compare_close(struct screen *screen)
{
	struct compare_state *st = state_of(screen);
	begins_done(&st->begins.b);
	free(st->begins.first);
	arena_done(&st->marks.arena);
	held_drop(st->held);
	compare_view_done(&st->view);
	case_pair_done(&st->pair);
	sheet_done(&st->sheet);
	buf_done(&st->find);
}

/* The candidate's answer; of a case that only A has, A's. Of repeats the one that shows. */
static bool compare_subject(const struct screen *screen, struct subject_at *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	if (!row)
		return false;
	const struct compare_side *side = row->b.present ? &row->b : &row->a;
	const struct case_side *shown = row->b.present ? &st->pair.b : &st->pair.a;
	*out = (struct subject_at){.kind = SUBJECT_CASE, .at = side->at};
	if (case_pair_is_of(&st->pair, row) && shown->present)
		out->at = shown->at;
	return true;
}

static const struct list *compare_list(const struct screen *screen)
{
	const struct compare_state *st = state_of(screen);
	return st->loaded ? &st->list : NULL;
}

/* The candidate's answer, else A's. */
static bool compare_row_at(const struct screen *screen, int64_t at, struct subject_at *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = st->loaded ? cases_row(&st->cases, cases_row_at(&st->cases, at)) : NULL;
	if (row)
		*out = (struct subject_at){.kind = SUBJECT_CASE, .at = row->b.present ? row->b.at : row->a.at};
	return row != NULL;
}

/* Both answers to each case that shows; of cases that have another key in B, B's. */
static bool compare_review(const struct screen *screen, struct arena *arena, struct queue_ask *out)
{
	const struct compare_state *st = state_of(screen);
	if (!st->loaded || !st->view.n)
		return false;
	struct subject_at *items = arena_alloc(arena, st->view.n * sizeof *items);
	size_t n = 0;
	for (size_t i = 0; i < st->view.n; i++) {
		const struct compare_row *row = &st->data->rows[st->view.rows[i]];
		if (row->a.present && row->b.present && row->a.at.case_id == row->b.at.case_id)
			items[n++] = (struct subject_at){.kind = SUBJECT_PAIR,
			                                 .at = row->a.at,
			                                 .run_b = row->b.at.run,
			                                 .repeat_b = row->b.at.repeat};
		else if (row->b.present)
			items[n++] = (struct subject_at){.kind = SUBJECT_CASE, .at = row->b.at};
	}
	*out = (struct queue_ask){.from = QUEUE_LISTED, .items = items, .n_items = n, .listed = STR_LIT("A or B")};
	return n > 0;
}

/* ---------------------------------------------------------------- how it was left */

static void compare_remember(const struct screen *screen, struct jout *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = st->loaded ? compare_cursor(st) : NULL;
	const struct compare_order *order =
	    &st->look.order; /* what was asked for last: its answer may not be there yet */
	if (!st->loaded)
		return;
	remember_text(out, "filter", str_of(st->look.filter));
	remember_int(out, "order", (int64_t)order->by);
	if (order->by == BY_SCORE && order->score < st->data->n_scores)
		remember_text(out, "score", st->data->scores[order->score]);
	remember_flag(out, "inverted", order->invert);
	if (st->cases.only < N_CLASSES)
		remember_int(out, "only", st->cases.only + 1);
	remember_flag(out, "expected", st->expected);
	remember_flag(out, "metrics", st->all_metrics);
	if (st->list.cursor > 0)
		remember_row(out, &st->list, row ? row->key : STR_NONE);
}

/* The filter and the order, which are made anew; false: they are as they were. */
static bool recall_compare_look(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct compare_state *st = state_of(screen);
	struct str filter = recall_filter(kept, "filter", FILTER_PAIRS, screen->ui->now_ns, sizeof st->look.filter);
	struct compare_order order = {.by = (enum compare_by)recall_int(kept, "order", 0, BY_TITLE),
	                              .invert = recall_flag(kept, "inverted")};
	struct str score = recall_text(kept, "score");
	for (size_t i = 0; order.by == BY_SCORE && i < st->data->n_scores; i++)
		if (str_eq(st->data->scores[i], score))
			order.score = i;
	if (!lately || st->data->refused.len)
		filter = STR_NONE;
	if (filter.len == 0 && order.by == BY_LOSS && !order.invert)
		return false;
	set_filter(st, filter);
	st->filter_is_old = filter.len > 0;
	st->look.order = order;
	return true;
}

static bool compare_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct compare_state *st = state_of(screen);
	if (st->failed)
		return true;
	if (!st->loaded)
		return false;
	if (!st->recalls) {
		st->recalls = true;
		st->expected = recall_flag(kept, "expected");
		st->all_metrics = recall_flag(kept, "metrics");
		if (recall_compare_look(screen, kept, lately))
			return false;
	}
	if (st->data->lost_only || st->shown.number != st->look.number)
		return false; /* the rest is on its way */
	int only = (int)recall_int(kept, "only", 0, N_CLASSES);
	if (lately && only && st->cases.n[only - 1])
		cases_show_only(&st->cases, only - 1);
	list_refit(&st->list, cases_lines(&st->cases), -1);
	for (int64_t i = 0; recall_text(kept, "on").len && i < (int64_t)st->view.n; i++)
		if (recall_is_row(kept, cases_row(&st->cases, i)->key)) {
			recall_row(kept, &st->list, cases_line_of(&st->cases, i));
			break;
		}
	cases_settle(&st->cases, &st->list, false);
	compare_lay_out(screen);
	return true;
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
    .beside = compare_beside,
    .headline = compare_headline,
    .status = compare_status,
    .place = compare_place,
    .copy = compare_copy,
    .subject = compare_subject,
    .list = compare_list,
    .row = compare_row_at,
    .review = compare_review,
    .hit = compare_hit,
    .remember = compare_remember,
    .recall = compare_recall,
    .close = compare_close,
};
