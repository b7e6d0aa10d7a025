/* What the screen of prompts asks for, in which order, and what it makes of the answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/scan.h"
#include "store/query/compare.h"
#include "tui/screen/pane_prompts_ask.h"

enum {
	BESIDE_COLS = 120,
	ROWS_FOR_BOTH = 14, /* list and pane below it */
	PANE_ROWS = 11,
	CASES_FIRST = 200000, /* case results read for a first look */
	SPANS_FIRST = 200000,
	GROWTH = 8,
	COMPARE_CASES = 20000, /* two runs of at most so many cases are compared unasked */
	WORDS_CASES = 2000     /* the same, of rows that the cursor is not on */
};

struct request {
	enum prompts_ask what;
	uint64_t serial, generation;
	bool failed; /* and asking again would not help */
	int64_t spans_most, now_ns;
	char filter[256];
	uint64_t stamp;
	struct prompts data;       /* ASK_LIST, ASK_USES */
	struct prompt_texts texts; /* ASK_TEXTS */
	int64_t run_a, run_b;      /* ASK_COMPARE */
	struct prompt_compared compared;
	struct arena arena; /* of compared and found */
	struct buf find;    /* ASK_FIND */
	int64_t *found;
	size_t n_found;
};

static struct prompts_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- which texts */

static const struct prompt_version *marked(const struct prompts_state *st, int i)
{
	return st->view.marks[i] ? prompts_by_id(&st->data, st->view.marks[i]) : NULL;
}

/* What the version under the cursor is held against: with two marks these two, the older first; with one that; else the version before. */
void prompts_pair(const struct prompts_state *st, const struct prompt_version **a, const struct prompt_version **b)
{
	const struct prompt_version *one = marked(st, 0), *two = marked(st, 1);
	*b = prompts_cursor_version(&st->view);
	*a = *b && (*b)->before != SIZE_MAX ? &st->data.versions[(*b)->before] : NULL;
	if (one && two) {
		bool turn = two->first_ns < one->first_ns || (two->first_ns == one->first_ns && two < one);
		*a = turn ? two : one;
		*b = turn ? one : two;
	} else if ((one || two) && *b && *b != (one ? one : two)) {
		*a = one ? one : two;
	}
}

bool prompts_texts_are_of(const struct prompts_state *st, const struct prompt_version *a,
                          const struct prompt_version *b)
{
	return b && st->texts.b == b->id && st->texts.a == (a ? a->id : 0);
}

/* ---------------------------------------------------------------- where things stand */

/* The pane below takes what a short list leaves. */
struct prompts_places prompts_places(int rows, int cols, int64_t lines)
{
	struct prompts_places at = {.list_rows = rows - 1, .list_cols = cols};
	if (cols >= BESIDE_COLS) {
		at.pane_cols = cols * 2 / 5 > 90 ? 90 : cols * 2 / 5;
		at.list_cols = cols - at.pane_cols - 2;
		at.pane_col = at.list_cols + 2;
		at.pane_rows = rows;
	} else if (rows >= ROWS_FOR_BOTH) {
		at.list_rows -= PANE_ROWS;
		at.list_rows = lines < at.list_rows ? (int)lines : at.list_rows;
		at.pane_row = at.list_rows + 2;
		at.pane_rows = rows - at.pane_row;
		at.pane_col = 1;
		at.pane_cols = cols - 2;
	}
	return at;
}

void prompts_lay_out(struct screen *screen)
{
	struct prompts_state *st = state_of(screen);
	struct prompts_places at = prompts_places(screen->ui->rows, screen->ui->cols, st->view.list.total);
	const struct prompt_version *a, *b, *cursor = prompts_cursor_version(&st->view);
	int cols = st->whole ? screen->ui->cols - 2 : at.pane_cols;
	list_set_page(&st->view.list, at.list_rows > 0 ? at.list_rows : 1);
	prompts_pair(st, &a, &b);
	const struct prompt_version *shown = st->whole ? b : cursor;
	if (!shown || (!at.pane_rows && !st->whole) ||
	    (st->fresh && st->sheet_version == shown && st->sheet_cols == cols))
		return;
	bool own = st->whole ||
	           shown == b; /* with two marks the pane tells the figures of the version under the cursor alone */
	struct prompt_sheet_of of = {
	    .data = &st->data,
	    .version = shown,
	    .other = own ? a : NULL,
	    .compared = prompts_compared(&st->compared, shown),
	    .texts = own && prompts_texts_are_of(st, a, b) ? &st->texts : NULL,
	    .facts = !st->whole,
	    .look = {.ascii = screen->ui->ascii, .brackets = screen->ui->mono, .whole = st->whole && st->all_lines},
	    .now_ns = screen->ui->now_ns
        };
	prompt_sheet(&st->sheet, cols, &of);
	st->sheet_version = shown;
	st->sheet_cols = cols;
	st->fresh = true;
}

/* ---------------------------------------------------------------- asking */

static struct request *new_request(struct screen *screen, enum prompts_ask what)
{
	struct prompts_state *st = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.what = what,
	                      .serial = ++st->serial,
	                      .generation = screen->ui->generation,
	                      .now_ns = screen->ui->now_ns,
	                      .stamp = st->stamp};
	memcpy(r->filter, st->filter, sizeof r->filter);
	st->asked = what;
	st->asked_generation = r->generation;
	return r;
}

static void *ask_texts(struct screen *screen)
{
	struct prompts_state *st = state_of(screen);
	const struct prompt_version *a, *b;
	prompts_pair(st, &a, &b);
	if (!b || prompts_texts_are_of(st, a, b))
		return NULL;
	struct request *r = new_request(screen, ASK_TEXTS);
	r->texts.a = a ? a->id : 0;
	r->texts.b = b->id;
	return r;
}

static void *ask_uses(struct screen *screen)
{
	struct prompts_state *st = state_of(screen);
	bool fresh = st->data.has_uses && st->uses_generation == screen->ui->generation;
	if (st->uses_failed || (fresh && st->data.calls_read >= st->data.calls_of))
		return NULL;
	struct request *r = new_request(screen, ASK_USES);
	r->spans_most = fresh ? st->spans_most * GROWTH : st->spans_most ? st->spans_most : SPANS_FIRST;
	return r;
}

static int64_t cases_of(const struct prompt_version *v, int64_t run)
{
	for (size_t i = 0; i < v->n_runs; i++)
		if (v->runs[i].id == run)
			return v->runs[i].cases;
	return 0;
}

static void *ask_compare(struct screen *screen, const struct prompt_version *v, int64_t cases_most)
{
	struct prompts_state *st = state_of(screen);
	if (!v || !v->pair_a || prompts_compared(&st->compared, v) || cases_of(v, v->pair_b) > cases_most)
		return NULL;
	struct request *r = new_request(screen, ASK_COMPARE);
	r->run_a = v->pair_a;
	r->run_b = v->pair_b;
	return r;
}

/* The words of the other rows that show, where that is little work. */
static void *ask_words(struct screen *screen)
{
	const struct prompts_view *v = &state_of(screen)->view;
	void *request = NULL;
	for (int64_t i = v->list.top; i < v->list.top + v->list.page && i < v->list.total && !request; i++)
		if (v->lines.at[i].version != SIZE_MAX)
			request = ask_compare(screen, &v->data->versions[v->lines.at[i].version], WORDS_CASES);
	return request;
}

/* What shows first comes first: the list, the text, what was searched for; figures of traces and comparisons as there is time. */
void *prompts_ask(struct screen *screen)
{
	struct prompts_state *st = state_of(screen);
	uint64_t generation = screen->ui->generation;
	prompts_lay_out(screen);
	if (st->masked != screen->ui->masked)
		st->texts.b = 0;
	st->masked = screen->ui->masked;
	bool coming = st->asked == ASK_LIST && st->asked_generation == generation;
	if (coming || (st->failed && !st->loaded && st->generation == generation))
		return NULL;
	if (!st->loaded || (st->generation != generation && st->asked != ASK_USES))
		return new_request(screen, ASK_LIST);
	void *texts = st->asked == ASK_TEXTS ? NULL : ask_texts(screen);
	if (texts)
		return texts;
	if (st->asked != ASK_NOTHING && !(st->find_pending && st->asked != ASK_FIND))
		return NULL;
	if (st->find_pending) {
		struct request *r = new_request(screen, ASK_FIND);
		buf_add_str(&r->find, buf_str(&st->find));
		st->find_pending = false;
		return r;
	}
	void *next = ask_compare(screen, prompts_cursor_version(&st->view), COMPARE_CASES);
	next = next ? next : ask_uses(screen);
	return next ? next : ask_words(screen);
}

/* ---------------------------------------------------------------- fetching */

static bool fetch_texts(struct db *db, struct prompt_texts *t, struct err *err)
{
	if (!prompt_text(db, t->b, &t->arena, &t->text_b, err) ||
	    (t->a && !prompt_text(db, t->a, &t->arena, &t->text_a, err)))
		return false;
	if (t->text_a.ptr && t->text_b.ptr)
		t->hunks = diff_hunks(&t->arena, t->text_a, t->text_b);
	return true;
}

/* The text was parsed before it became the filter: it cannot be wrong here. */
static bool fetch_list(struct db *db, struct request *r, int64_t cases_most, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	const struct filter *filter = filter_parse(&arena, str_of(r->filter), FILTER_RUNS, r->now_ns, &mistake);
	bool ok = prompts_list(db, filter, cases_most, &r->data, err);
	arena_done(&arena);
	return ok;
}

static bool fetch_compare(struct db *db, struct request *r, struct err *err)
{
	struct compare c;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE};
	bool ok = compare_runs(db, r->run_a, r->run_b, &opts, &c, err);
	r->compared = (struct prompt_compared){.a = r->run_a, .b = r->run_b, .failed = ok && c.refused.len > 0};
	for (size_t i = 0; ok && i < c.n_metrics; i++)
		if (strcmp(c.metrics[i].name, "pass") == 0) {
			r->compared.has_pass = true;
			r->compared.pass = c.metrics[i].result;
		}
	if (ok)
		r->compared.sentence = arena_str(&r->arena, c.refused.len ? c.refused : c.sentence);
	compare_done(&c);
	return ok;
}

bool prompts_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = false;
	switch (r->what) {
	case ASK_NOTHING: break;
	case ASK_LIST: ok = fetch_list(db, r, CASES_FIRST, err); break;
	case ASK_USES: ok = fetch_list(db, r, -1, err) && prompts_uses(db, r->spans_most, &r->data, err); break;
	case ASK_TEXTS: ok = fetch_texts(db, &r->texts, err); break;
	case ASK_COMPARE: ok = fetch_compare(db, r, err); break;
	case ASK_FIND: ok = prompts_search(db, buf_str(&r->find), &r->arena, &r->found, &r->n_found, err); break;
	}
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

/* ---------------------------------------------------------------- taking */

static void go_to_version(struct prompts_state *st, const struct prompt_version *v)
{
	prompts_fold(&st->view, v->prompt, false);
	st->view.list.id = v->id;
	prompts_lines(&st->view);
}

/* What the screen was opened on: "#ID" of a prompt's row, or a name with perhaps a version, "dispute@v13". */
static const struct prompt_version *start_of(const struct prompts_state *st)
{
	struct str start = str_of(st->start);
	size_t prompt, version, at = start.len;
	int64_t id;
	struct err err = ERR_INIT;
	if (!start.len)
		return NULL;
	if (start.ptr[0] == '#')
		return prompts_by_id(&st->data, scan_int64(str_from(start, 1), &id) ? id : 0);
	while (at > 0 && start.ptr[at - 1] != '@')
		at--;
	struct str label = at ? str_from(start, at) : STR_NONE;
	if (prompts_find(&st->data, start, &prompt, &err) ||
	    (at && prompts_find(&st->data, str_cut(start, 0, at - 1), &prompt, &err)))
		return label.len && prompts_find_version(&st->data, prompt, label, &version, &err)
		           ? &st->data.versions[version]
		           : &st->data.versions[st->data.all[prompt].first + st->data.all[prompt].n - 1];
	return NULL;
}

/* Its text beside that of the version it was to be held against. */
static void hold_against(struct prompts_state *st, const struct prompt_version *v)
{
	size_t from;
	struct err err = ERR_INIT;
	if (st->from[0] && prompts_find_version(&st->data, v->prompt, str_of(st->from), &from, &err)) {
		st->view.marks[0] = st->data.versions[from].id;
		st->view.marks[1] = v->id;
		st->whole = true;
		st->fresh = false;
	}
	st->from[0] = '\0';
}

static void go_to_start(struct prompts_state *st)
{
	const struct prompt_version *v = start_of(st);
	if (v)
		go_to_version(st, v);
	if (v)
		hold_against(st, v);
	if (v || st->data.has_uses)
		st->start[0] = '\0';
}

void prompts_remember(struct prompts_state *st)
{
	const struct prompts_line *line = prompts_cursor(&st->view);
	const struct prompt_version *v = prompts_cursor_version(&st->view);
	st->view.list.id = !v ? 0 : line->version == SIZE_MAX ? -v->id : v->id;
}

static void adopt_data(struct screen *screen, struct request *r)
{
	struct prompts_state *st = state_of(screen);
	prompts_remember(st);
	if (st->generation != r->generation) { /* runs may have got more cases */
		vec_clear(&st->compared);
		arena_reset(&st->compared_arena);
	}
	struct prompts old = st->data;
	st->data = r->data;
	r->data = old;
	st->view.data = &st->data;
	st->generation = r->generation;
	st->loaded = true;
	if (r->what == ASK_USES) {
		st->uses_generation = r->generation;
		st->spans_most = r->spans_most;
	}
	for (int i = 0; i < PROMPT_MARKS; i++)
		if (st->view.marks[i] && !prompts_by_id(&st->data, st->view.marks[i]))
			st->view.marks[i] = 0;
	prompts_lines(&st->view);
	if (st->start[0])
		go_to_start(st);
	st->fresh = false;
	st->sheet_version = NULL;
}

bool prompts_go_to_found(struct screen *screen, int64_t from, int by)
{
	struct prompts_state *st = state_of(screen);
	int64_t n = st->view.list.total;
	for (int64_t i = 0; i < n; i++) {
		int64_t at = ((from + by * i) % n + n) % n;
		if (!prompts_line_is_found(&st->view, at))
			continue;
		list_go(&st->view.list, at);
		prompts_lay_out(screen);
		return true;
	}
	return false;
}

static void adopt_found(struct screen *screen, struct request *r)
{
	struct prompts_state *st = state_of(screen);
	if (!str_eq(buf_str(&r->find), buf_str(&st->find)))
		return;
	struct arena old = st->found_arena;
	st->found_arena = r->arena;
	r->arena = old;
	st->view.found = r->found;
	st->view.n_found = r->n_found;
	if (st->find_go && !prompts_go_to_found(screen, st->view.list.cursor, 1))
		ui_say(screen->ui, "no name, version or text has it: %s", buf_cstr(&st->find));
	st->find_go = false;
}

static void request_free(struct request *r)
{
	prompts_done(&r->data);
	arena_done(&r->texts.arena);
	arena_done(&r->arena);
	buf_done(&r->find);
	free(r);
}

static void take_texts(struct prompts_state *st, struct request *r, bool ok)
{
	struct prompt_texts old = st->texts;
	st->texts = r->texts;
	r->texts = old;
	if (!ok) /* stands for them all the same, or it would be asked for again and again */
		st->texts.text_a = st->texts.text_b = STR_NONE;
	st->fresh = false;
	if (st->whole)
		st->top = 0;
}

void prompts_take(struct screen *screen, void *request, bool ok)
{
	struct prompts_state *st = state_of(screen);
	struct request *r = request;
	if (st->serial == r->serial)
		st->asked = ASK_NOTHING;
	switch (r->what) {
	case ASK_NOTHING: break;
	case ASK_LIST:
		st->failed = r->failed;
		st->generation = r->failed ? r->generation : st->generation;
		if (ok && st->serial == r->serial && st->stamp == r->stamp)
			adopt_data(screen, r);
		break;
	case ASK_USES:
		st->uses_failed = r->failed;
		if (ok && st->stamp == r->stamp)
			adopt_data(screen, r);
		break;
	case ASK_TEXTS:
		if (ok || r->failed)
			take_texts(st, r, ok);
		break;
	case ASK_COMPARE:
		if (r->failed)
			r->compared = (struct prompt_compared){.a = r->run_a, .b = r->run_b, .failed = true};
		if (ok || r->failed) {
			r->compared.sentence = arena_str(
			    &st->compared_arena, ok ? r->compared.sentence : STR_LIT("they could not be compared"));
			*vec_add(&st->compared) = r->compared;
			st->fresh = false;
		}
		break;
	case ASK_FIND:
		if (ok)
			adopt_found(screen, r);
		break;
	}
	request_free(r);
	prompts_lay_out(screen);
}
