/* What a comparison asks of the store, and what it does with the answers. The cases come first, the figures (a bootstrap) in a second
 * request, so that the screen is there at once; of very many cases those lost before all others. Where the losses begin is looked for
 * last. What rows show and in which order is made of the rows that are there, on the query thread: the screen and its requests hold a
 * comparison together. */
#include <stdio.h>
#include <stdlib.h>

#include "tui/screen/pane_compare.h"

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

void compare_held_drop(struct compare_held *held)
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

void *compare_ask(struct screen *screen)
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

bool compare_fetch(struct db *db, void *request, struct err *err)
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
	compare_held_drop(r->held);
	compare_view_done(&r->view);
	case_pair_done(&r->pair);
	begins_done(&r->begins);
	arena_done(&r->arena);
	free(r->first);
	free(r->key);
	free(r);
}

void compare_take(struct screen *screen, void *request, bool ok)
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
