/* Prompts and their versions: when each was used, how it scored, what it costs, and what changed in its text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/query/compare.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_prompts.h"
#include "tui/widget/find.h"

enum {
	BESIDE_COLS = 120,
	ROWS_FOR_BOTH = 14, /* list and pane below it */
	PANE_ROWS = 11,
	CASES_FIRST = 200000, /* case results read for a first look */
	SPANS_FIRST = 200000,
	GROWTH = 8,
	COMPARE_CASES = 20000 /* two runs of at most so many cases are compared unasked */
};

enum ask { ASK_NOTHING, ASK_LIST, ASK_TEXTS, ASK_USES, ASK_COMPARE, ASK_FIND };

struct request {
	enum ask what;
	uint64_t serial, generation;
	bool failed; /* and asking again would not help */
	int64_t spans_most;
	struct prompts data;        /* ASK_LIST, ASK_USES */
	struct prompt_texts texts;  /* ASK_TEXTS */
	int64_t run_a, run_b;       /* ASK_COMPARE */
	struct prompt_compared compared;
	struct arena arena; /* of compared and found */
	struct buf find; /* ASK_FIND */
	int64_t *found;
	size_t n_found;
};

struct state {
	struct prompts_view view;
	struct prompts data;
	bool loaded, failed, uses_failed;
	uint64_t generation, uses_generation, serial, asked_generation;
	int64_t spans_most; /* figures of traces were read up to; 0: not yet */
	enum ask asked;
	char start[256]; /* a version to begin on: a prompt row's id or a name */
	struct prompt_texts texts;
	bool texts_failed;
	compared_list compared;
	struct arena compared_arena;
	struct buf find;
	struct arena found_arena;
	bool find_pending, find_go;
	/* the pane, or the whole screen */
	bool whole, all_lines;
	struct sheet sheet;
	const struct prompt_version *sheet_version;
	int sheet_cols, top;
	bool fresh;
};

static struct state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- which texts */

static const struct prompt_version *marked(const struct state *st, int i)
{
	return st->view.marks[i] ? prompts_by_id(&st->data, st->view.marks[i]) : NULL;
}

/* What the version under the cursor is held against: with two marks these two, the older first; with one that; else the version before. */
static void pair_of(const struct state *st, const struct prompt_version **a, const struct prompt_version **b)
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

static bool texts_are_of(const struct state *st, const struct prompt_version *a, const struct prompt_version *b)
{
	return b && st->texts.b == b->id && st->texts.a == (a ? a->id : 0);
}

/* ---------------------------------------------------------------- where things stand */

struct places {
	int list_rows, list_cols, pane_row, pane_col, pane_rows, pane_cols; /* pane_rows 0: none */
};

/* The pane below takes what a short list leaves. */
static struct places places_of(int rows, int cols, int64_t lines)
{
	struct places at = {.list_rows = rows - 1, .list_cols = cols};
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

static void lay_out(struct screen *screen)
{
	struct state *st = state_of(screen);
	struct places at = places_of(screen->ui->rows, screen->ui->cols, st->view.list.total);
	const struct prompt_version *a, *b, *cursor = prompts_cursor_version(&st->view);
	int cols = st->whole ? screen->ui->cols - 2 : at.pane_cols;
	list_set_page(&st->view.list, at.list_rows > 0 ? at.list_rows : 1);
	pair_of(st, &a, &b);
	const struct prompt_version *shown = st->whole ? b : cursor;
	if (!shown || (!at.pane_rows && !st->whole) || (st->fresh && st->sheet_version == shown && st->sheet_cols == cols))
		return;
	bool own = st->whole || shown == b; /* with two marks the pane tells the figures of the version under the cursor alone */
	struct prompt_sheet_of of = {.data = &st->data,
	                             .version = shown,
	                             .other = own ? a : NULL,
	                             .compared = prompts_compared(&st->compared, shown),
	                             .texts = own && texts_are_of(st, a, b) ? &st->texts : NULL,
	                             .facts = !st->whole,
	                             .look = {.ascii = screen->ui->ascii, .brackets = screen->ui->mono, .whole = st->whole && st->all_lines},
	                             .now_ns = screen->ui->now_ns};
	prompt_sheet(&st->sheet, cols, &of);
	st->sheet_version = shown;
	st->sheet_cols = cols;
	st->fresh = true;
}

/* ---------------------------------------------------------------- asking */

static struct request *new_request(struct screen *screen, enum ask what)
{
	struct state *st = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.what = what, .serial = ++st->serial, .generation = screen->ui->generation};
	st->asked = what;
	st->asked_generation = r->generation;
	return r;
}

static void *ask_texts(struct screen *screen)
{
	struct state *st = state_of(screen);
	const struct prompt_version *a, *b;
	pair_of(st, &a, &b);
	if (!b || texts_are_of(st, a, b))
		return NULL;
	struct request *r = new_request(screen, ASK_TEXTS);
	r->texts.a = a ? a->id : 0;
	r->texts.b = b->id;
	return r;
}

static void *ask_uses(struct screen *screen)
{
	struct state *st = state_of(screen);
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

static void *ask_compare(struct screen *screen)
{
	struct state *st = state_of(screen);
	const struct prompt_version *v = prompts_cursor_version(&st->view);
	if (!v || !v->pair_a || prompts_compared(&st->compared, v) || cases_of(v, v->pair_b) > COMPARE_CASES)
		return NULL;
	struct request *r = new_request(screen, ASK_COMPARE);
	r->run_a = v->pair_a;
	r->run_b = v->pair_b;
	return r;
}

/* What shows first comes first: the list, the text, what was searched for; figures of traces and comparisons as there is time. */
static void *prompts_ask(struct screen *screen)
{
	struct state *st = state_of(screen);
	uint64_t generation = screen->ui->generation;
	lay_out(screen);
	bool coming = st->asked == ASK_LIST && st->asked_generation == generation;
	if (coming || (st->failed && !st->loaded && st->generation == generation))
		return NULL;
	if (!st->loaded || (st->generation != generation && st->asked != ASK_USES))
		return new_request(screen, ASK_LIST);
	void *texts = st->texts_failed || st->asked == ASK_TEXTS ? NULL : ask_texts(screen);
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
	void *compare = ask_compare(screen);
	return compare ? compare : ask_uses(screen);
}

/* ---------------------------------------------------------------- fetching */

static bool fetch_texts(struct db *db, struct prompt_texts *t, struct err *err)
{
	if (!prompt_text(db, t->b, &t->arena, &t->text_b, err) || (t->a && !prompt_text(db, t->a, &t->arena, &t->text_a, err)))
		return false;
	if (t->text_a.ptr && t->text_b.ptr)
		t->hunks = diff_hunks(&t->arena, t->text_a, t->text_b);
	return true;
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

static bool prompts_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = false;
	switch (r->what) {
	case ASK_NOTHING: break;
	case ASK_LIST: ok = prompts_list(db, CASES_FIRST, &r->data, err); break;
	case ASK_USES: ok = prompts_list(db, -1, &r->data, err) && prompts_uses(db, r->spans_most, &r->data, err); break;
	case ASK_TEXTS: ok = fetch_texts(db, &r->texts, err); break;
	case ASK_COMPARE: ok = fetch_compare(db, r, err); break;
	case ASK_FIND: ok = prompts_search(db, buf_str(&r->find), &r->arena, &r->found, &r->n_found, err); break;
	}
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

/* ---------------------------------------------------------------- taking */

static void go_to_version(struct state *st, const struct prompt_version *v)
{
	prompts_fold(&st->view, v->prompt, false);
	st->view.list.id = v->id;
	prompts_lines(&st->view);
}

/* What the screen was opened on: "#ID" of a prompt's row, or a name with perhaps a version, "dispute@v13". */
static void go_to_start(struct state *st)
{
	struct str start = str_of(st->start), label = STR_NONE;
	size_t prompt, version, at = str_find_char(start, '@');
	struct err err = ERR_INIT;
	const struct prompt_version *v = NULL;
	if (start.len && start.ptr[0] == '#')
		v = prompts_by_id(&st->data, atoll(st->start + 1));
	if (!v && start.len && start.ptr[0] != '#') {
		if (at != SIZE_MAX) {
			label = str_from(start, at + 1);
			start = str_cut(start, 0, at);
		}
		if (prompts_find(&st->data, start, &prompt, &err))
			v = label.len && prompts_find_version(&st->data, prompt, label, &version, &err)
			        ? &st->data.versions[version]
			        : &st->data.versions[st->data.all[prompt].first + st->data.all[prompt].n - 1];
	}
	if (v)
		go_to_version(st, v);
	if (v || st->data.has_uses)
		st->start[0] = '\0';
}

static void remember_cursor(struct state *st)
{
	const struct prompts_line *line = prompts_cursor(&st->view);
	const struct prompt_version *v = prompts_cursor_version(&st->view);
	st->view.list.id = !v ? 0 : line->version == SIZE_MAX ? -v->id : v->id;
}

static void adopt_data(struct screen *screen, struct request *r)
{
	struct state *st = state_of(screen);
	remember_cursor(st);
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

static bool go_to_found(struct screen *screen, int64_t from, int by);

static void adopt_found(struct screen *screen, struct request *r)
{
	struct state *st = state_of(screen);
	if (!str_eq(buf_str(&r->find), buf_str(&st->find)))
		return;
	struct arena old = st->found_arena;
	st->found_arena = r->arena;
	r->arena = old;
	st->view.found = r->found;
	st->view.n_found = r->n_found;
	if (st->find_go && !go_to_found(screen, st->view.list.cursor, 1))
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

static void take_texts(struct state *st, struct request *r, bool ok)
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

static void prompts_take(struct screen *screen, void *request, bool ok)
{
	struct state *st = state_of(screen);
	struct request *r = request;
	if (st->serial == r->serial)
		st->asked = ASK_NOTHING;
	switch (r->what) {
	case ASK_NOTHING: break;
	case ASK_LIST:
		st->failed = r->failed;
		st->generation = r->failed ? r->generation : st->generation;
		if (ok && st->serial == r->serial)
			adopt_data(screen, r);
		break;
	case ASK_USES:
		st->uses_failed = r->failed;
		if (ok)
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
			r->compared.sentence = arena_str(&st->compared_arena, ok ? r->compared.sentence : STR_LIT("they could not be compared"));
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
	lay_out(screen);
}

/* ---------------------------------------------------------------- drawing */

static void draw_empty(const struct state *st, const struct ui *ui, struct canvas body)
{
	if (!st->loaded || (!st->data.has_uses && !st->uses_failed)) {
		canvas_putc(body, 1, 3, -1, ROLE_DIM, st->failed ? "The prompts could not be read." : ui->ascii ? "reading the prompts ..." : "reading the prompts …");
		return;
	}
	canvas_putc(body, 1, 3, -1, ROLE_HEADING, "No prompt has a name in this store.");
	canvas_putc(body, 3, 3, -1, ROLE_TEXT, "Prompts come with eval results (promptfoo, Inspect, lm-eval, HELM, DeepEval, MLflow,");
	canvas_putc(body, 4, 3, -1, ROLE_TEXT, "your own tables with a column prompt_version) and with traces whose spans name the");
	canvas_putc(body, 5, 3, -1, ROLE_TEXT, "prompt they used (Langfuse, Phoenix and OpenInference, MLflow, LangSmith, Opik).");
	canvas_putc(body, 7, 3, -1, ROLE_DIM, "spoor help import says how a table's columns are named.");
}

static void prompts_draw(const struct screen *screen, struct canvas body)
{
	const struct state *st = state_of(screen);
	if (!st->loaded || !st->data.n) {
		draw_empty(st, screen->ui, body);
		return;
	}
	if (st->whole) {
		sheet_draw(&st->sheet, canvas_part(body, 0, 1, body.rows, body.cols - 1), st->top, false, buf_str(&st->find));
		return;
	}
	struct places at = places_of(body.rows, body.cols, st->view.list.total);
	bool beside = at.pane_col > 1;
	prompts_view_draw(&st->view, screen->ui, canvas_part(body, 0, 0, at.list_rows + 1, beside ? at.list_cols - 1 : at.list_cols));
	if (!at.pane_rows)
		return;
	for (int i = 0; beside && i < body.rows; i++)
		canvas_putc(body, i, at.pane_col - 2, 1, ROLE_BORDER, "│");
	if (!beside)
		canvas_rule(canvas_part(body, at.pane_row - 1, 0, 1, body.cols), 0, ROLE_BORDER);
	sheet_draw(&st->sheet, canvas_part(body, at.pane_row, at.pane_col, at.pane_rows, at.pane_cols), 0,
	           st->sheet_version != prompts_cursor_version(&st->view), buf_str(&st->find));
}

static bool prompts_beside(const struct screen *screen, struct beside *out)
{
	const struct state *st = state_of(screen);
	struct places at = places_of(screen->ui->rows, screen->ui->cols, st->view.list.total);
	bool beside = at.pane_col > 1;
	*out = (struct beside){.row = at.pane_row,
	                       .col = at.pane_col,
	                       .rows = at.pane_rows,
	                       .cols = at.pane_cols,
	                       .scroll_row = beside ? 1 : -1,
	                       .top = st->view.list.top,
	                       .id = st->view.list.cursor + 1};
	return at.pane_rows > 0 && st->view.list.total > 0 && !st->whole;
}

static void prompts_headline(const struct screen *screen, struct canvas row)
{
	const struct state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "prompts");
	if (!st->loaded || !st->data.n)
		return;
	canvas_printf(row, 0, col, row.cols - col - 1, ROLE_TITLE, "  %zu %s, %zu %s", st->data.n, st->data.n == 1 ? "prompt" : "prompts",
	              st->data.n_versions, st->data.n_versions == 1 ? "version" : "versions");
}

static int n_marks(const struct state *st)
{
	return (st->view.marks[0] != 0) + (st->view.marks[1] != 0);
}

static void prompts_status(const struct screen *screen, struct buf *out)
{
	const struct state *st = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!st->loaded)
		return;
	if (st->whole)
		buf_printf(out, "row %d of %d", st->top + 1, st->sheet.rows);
	else
		list_position(out, &st->view.list);
	if (n_marks(st))
		buf_printf(out, "%s%d marked", dot, n_marks(st));
	if (!st->data.has_uses && !st->uses_failed)
		buf_printf(out, "%scounting traces", dot);
	else if (st->data.calls_read < st->data.calls_of)
		buf_printf(out, "%scalls of the newest %lld of %lld traces", dot, (long long)st->data.calls_read, (long long)st->data.calls_of);
	if (st->data.unsure)
		buf_printf(out, "%s%lld large traces not looked through", dot, (long long)st->data.unsure);
	if (st->find.len)
		buf_printf(out, "%s/ %s", dot, buf_cstr(&st->find));
}

/* ---------------------------------------------------------------- moving */

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

static enum outcome prompts_move(struct screen *screen, enum move move)
{
	struct state *st = state_of(screen);
	if (!st->whole) {
		list_move(&st->view.list, move);
		lay_out(screen);
		return OUT_REFRESH;
	}
	int page = screen->ui->rows, last = st->sheet.rows > page ? st->sheet.rows - page : 0;
	switch (move) {
	case MOVE_DOWN: st->top += 1; break;
	case MOVE_UP: st->top -= 1; break;
	case MOVE_PAGE_DOWN: st->top += page; break;
	case MOVE_PAGE_UP: st->top -= page; break;
	case MOVE_HALF_DOWN: st->top += page / 2; break;
	case MOVE_HALF_UP: st->top -= page / 2; break;
	case MOVE_FIRST: st->top = 0; break;
	case MOVE_LAST: st->top = last; break;
	case MOVE_LEFT:
	case MOVE_RIGHT: break;
	}
	st->top = st->top < 0 ? 0 : st->top > last ? last : st->top;
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(prompts_move)

static enum outcome fold_to(struct screen *screen, bool fold)
{
	struct state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	if (!line || st->whole || st->data.all[line->prompt].n < 2)
		return OUT_HANDLED;
	remember_cursor(st);
	prompts_fold(&st->view, line->prompt, fold);
	prompts_lines(&st->view);
	st->fresh = false;
	return OUT_REFRESH;
}

ACTION(fold)
{
	UNUSED;
	return fold_to(screen, true);
}

ACTION(unfold)
{
	UNUSED;
	return fold_to(screen, false);
}

ACTION(fold_all)
{
	UNUSED;
	struct state *st = state_of(screen);
	bool any = false;
	for (size_t i = 0; i < st->data.n; i++)
		any = any || (st->data.all[i].n > 1 && !prompts_is_folded(&st->view, i));
	remember_cursor(st);
	vec_clear(&st->view.folded);
	for (size_t i = 0; any && i < st->data.n; i++)
		if (st->data.all[i].n > 1)
			prompts_fold(&st->view, i, true);
	prompts_lines(&st->view);
	st->fresh = false;
	return OUT_REFRESH;
}

static enum outcome by_version(struct screen *screen, int by)
{
	struct state *st = state_of(screen);
	int64_t at = st->view.list.cursor;
	do
		at += by;
	while (at >= 0 && at < st->view.list.total && st->view.lines.at[at].version == SIZE_MAX);
	if (at < 0 || at >= st->view.list.total) {
		ui_say(screen->ui, by > 0 ? "this is the last version" : "this is the first version");
		return OUT_HANDLED;
	}
	list_go(&st->view.list, at);
	st->top = 0;
	st->fresh = false;
	return OUT_REFRESH;
}

ACTION(next_version)
{
	UNUSED;
	return by_version(screen, 1);
}

ACTION(previous_version)
{
	UNUSED;
	return by_version(screen, -1);
}

static enum outcome by_change(struct screen *screen, bool forward)
{
	struct state *st = state_of(screen);
	if (!st->whole)
		return OUT_IGNORED;
	int row = case_next_change(&st->sheet, st->top, forward);
	if (row < 0)
		ui_say(screen->ui, forward ? "no difference further down" : "no difference further up");
	else
		st->top = row;
	return OUT_HANDLED;
}

ACTION(next_difference)
{
	UNUSED;
	return by_change(screen, true);
}

ACTION(previous_difference)
{
	UNUSED;
	return by_change(screen, false);
}

/* ---------------------------------------------------------------- searching and sorting */

static bool go_to_found(struct screen *screen, int64_t from, int by)
{
	struct state *st = state_of(screen);
	int64_t n = st->view.list.total;
	for (int64_t i = 0; i < n; i++) {
		int64_t at = ((from + by * i) % n + n) % n;
		if (!prompts_line_is_found(&st->view, at))
			continue;
		list_go(&st->view.list, at);
		lay_out(screen);
		return true;
	}
	return false;
}

/* Names at once; a text that is being looked for comes with the answer. */
static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct state *st = state_of(screen);
	st->view.find = buf_str(&st->find);
	if (stay) {
		st->view.n_found = 0;
		st->find_pending = st->find_go = st->find.len > 0;
	}
	if (!st->find.len) {
		if (!stay)
			ui_say(screen->ui, "nothing is being searched for: / asks");
		return OUT_HANDLED;
	}
	if (st->whole) {
		int row = st->sheet.rows > 0 ? sheet_find(&st->sheet, st->view.find, st->top + (stay ? 0 : by), by > 0) : -1;
		st->find_go = false;
		if (row >= 0)
			st->top = row;
		else
			ui_say(screen->ui, "not in this text: %s", buf_cstr(&st->find));
		return OUT_REFRESH;
	}
	if (go_to_found(screen, st->view.list.cursor + (stay ? 0 : by), by))
		st->find_go = false;
	else if (!stay)
		ui_say(screen->ui, "no name, version or text has it: %s", buf_cstr(&st->find));
	return OUT_REFRESH;
}

static struct buf *find_text(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(find_text, search_again)

static enum outcome reorder(struct screen *screen)
{
	struct state *st = state_of(screen);
	remember_cursor(st);
	prompts_lines(&st->view);
	ui_say(screen->ui, "by %s, %s first", prompts_order_name(st->view.by),
	       st->view.by == BY_NAME   ? st->view.inverted ? "Z" : "A"
	       : st->view.by == BY_SEEN ? st->view.inverted ? "oldest" : "newest"
	                                : st->view.inverted ? "smallest" : "largest");
	return OUT_HANDLED;
}

static enum outcome sort_by(struct screen *screen, int step)
{
	struct prompts_view *v = &state_of(screen)->view;
	v->by = (enum prompts_order)(((int)v->by + step + N_PROMPTS_ORDERS) % N_PROMPTS_ORDERS);
	v->inverted = false;
	return reorder(screen);
}

ACTION(sort_next)
{
	UNUSED;
	return sort_by(screen, 1);
}

ACTION(sort_previous)
{
	UNUSED;
	return sort_by(screen, -1);
}

ACTION(invert)
{
	UNUSED;
	state_of(screen)->view.inverted = !state_of(screen)->view.inverted;
	return reorder(screen);
}

/* ---------------------------------------------------------------- the rest of the keys */

ACTION(mark)
{
	UNUSED;
	struct state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	if (st->whole)
		return prompts_move(screen, MOVE_PAGE_DOWN);
	if (!line)
		return OUT_HANDLED;
	if (line->version == SIZE_MAX)
		return fold_to(screen, !prompts_is_folded(&st->view, line->prompt));
	int64_t id = st->data.versions[line->version].id, *marks = st->view.marks;
	st->fresh = false;
	for (int i = 0; i < PROMPT_MARKS; i++)
		if (marks[i] == id) {
			marks[i] = 0;
			return OUT_REFRESH;
		}
	for (int i = 0; i < PROMPT_MARKS; i++)
		if (!marks[i]) {
			marks[i] = id;
			list_move(&st->view.list, MOVE_DOWN);
			return OUT_REFRESH;
		}
	ui_say(screen->ui, "two versions are marked: Enter shows what differs, Space on one takes its mark off");
	return OUT_HANDLED;
}

ACTION(open_texts)
{
	UNUSED;
	struct state *st = state_of(screen);
	if (!prompts_cursor(&st->view) || st->whole)
		return OUT_HANDLED;
	st->whole = true;
	st->top = 0;
	st->fresh = false;
	lay_out(screen);
	return OUT_REFRESH;
}

ACTION(all_lines)
{
	UNUSED;
	struct state *st = state_of(screen);
	if (!st->whole)
		return OUT_IGNORED;
	st->all_lines = !st->all_lines;
	st->fresh = false;
	lay_out(screen);
	return prompts_move(screen, MOVE_LEFT);
}

/* Esc first forgets what was searched for, then the marks; then both close the texts; then the app's own "back" comes. */
ACTION(leave)
{
	(void)target;
	struct state *st = state_of(screen);
	bool escape = in->key == KEY_ESCAPE;
	if (escape && st->find.len) {
		buf_clear(&st->find);
		st->view.find = STR_NONE;
		st->view.n_found = 0;
		return OUT_HANDLED;
	}
	if (st->whole) {
		st->whole = st->fresh = false;
		lay_out(screen);
		return OUT_REFRESH;
	}
	if (!escape || !n_marks(st))
		return OUT_IGNORED;
	st->view.marks[0] = st->view.marks[1] = 0;
	st->fresh = false;
	return OUT_REFRESH;
}

static enum outcome open_list(struct screen *screen, const char *name, const char *what, int64_t n, struct target *target)
{
	const struct state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	*target = (struct target){.screen = name};
	if (!line)
		return OUT_HANDLED;
	if (!n) {
		ui_say(screen->ui, "no %s used it", what);
		return OUT_HANDLED;
	}
	if (prompts_filter(&st->data, line->prompt, line->version, target->text, sizeof target->text))
		return OUT_OPEN;
	ui_say(screen->ui, "a filter for it would be too long");
	return OUT_HANDLED;
}

ACTION(open_runs)
{
	(void)in;
	const struct state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	int64_t n = !line ? 0 : line->version == SIZE_MAX ? st->data.all[line->prompt].runs : (int64_t)st->data.versions[line->version].n_runs;
	return open_list(screen, "runs", "run", n, target);
}

ACTION(open_traces)
{
	(void)in;
	const struct state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	int64_t n = !line || !st->data.has_uses       ? line != NULL
	            : line->version == SIZE_MAX ? st->data.all[line->prompt].traces
	                                        : st->data.versions[line->version].calls.traces;
	return open_list(screen, "traces", "trace", n, target);
}

/* The newest runs of both on one dataset, of two marked ones or of this version and the one before. */
static bool runs_of(const struct prompt_version *a, const struct prompt_version *b, int64_t *run_a, int64_t *run_b)
{
	for (size_t i = 0; i < b->n_scores; i++) {
		const struct prompt_score *in_a = prompt_score_on(a, b->scores[i].dataset_id);
		if (!in_a)
			continue;
		*run_a = in_a->newest;
		*run_b = b->scores[i].newest;
		return true;
	}
	return false;
}

static enum outcome open_pair(struct screen *screen, const char *name, struct target *target)
{
	const struct state *st = state_of(screen);
	const struct prompt_version *a, *b;
	int64_t run_a = 0, run_b = 0;
	pair_of(st, &a, &b);
	if (!a || !b) {
		ui_say(screen->ui, "this is the first version: mark another one with Space");
		return OUT_HANDLED;
	}
	if (b->pair_a && b->before != SIZE_MAX && a == &st->data.versions[b->before]) {
		run_a = b->pair_a;
		run_b = b->pair_b;
	} else if (!runs_of(a, b, &run_a, &run_b)) {
		ui_say(screen->ui, "no dataset has runs of both versions");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = name, .id = run_a, .id2 = run_b};
	return OUT_OPEN;
}

ACTION(compare)
{
	(void)in;
	return open_pair(screen, "compare", target);
}

ACTION(run_differences)
{
	(void)in;
	return open_pair(screen, "rundiff", target);
}

/* clang-format off */
static const struct action actions[] = {
	MOVE_ACTIONS,
	{.name = "open", .keys = "Enter", .help = "what changed in its text since the version before, or between two marked ones", .hint = "text", .hint_order = 1, .run = open_texts},
	{.name = "mark", .keys = "Space", .help = "mark a version: two of any prompt are held against each other; fold a prompt", .hint = "mark", .hint_order = 2, .run = mark},
	{.name = "compare", .keys = "d", .help = "compare their newest runs: this version and the one before, or two marked ones", .hint = "compare", .hint_order = 3, .run = compare},
	{.name = "runs", .keys = "e", .help = "the eval runs that used it", .hint = "runs", .hint_order = 4, .run = open_runs},
	{.name = "traces", .keys = "t", .help = "the traces that used it", .hint = "traces", .hint_order = 5, .run = open_traces},
	{.name = "run-differences", .keys = "p", .help = "what else differs between these runs: model, settings, code", .run = run_differences},
	{.name = "search", .keys = "/", .help = "search names, versions and texts", .hint = "search", .hint_order = 7, .run = search},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "next-version", .keys = "J", .help = "next version, also from inside its text", .run = next_version},
	{.name = "prev-version", .keys = "K", .help = "the version before, also from inside its text", .run = previous_version},
	{.name = "next-difference", .keys = "}", .help = "inside a text: next difference", .hint = "next", .hint_order = 6, .run = next_difference},
	{.name = "prev-difference", .keys = "{", .help = "inside a text: the difference before", .run = previous_difference},
	{.name = "all-lines", .keys = "x", .help = "inside a text: all lines, or a few around each difference", .run = all_lines},
	{.name = "fold", .keys = "h Left", .help = "fold a prompt's versions", .run = fold},
	{.name = "unfold", .keys = "l Right", .help = "unfold them", .run = unfold},
	{.name = "fold-all", .keys = "z", .help = "fold all prompts, or unfold them", .run = fold_all},
	{.name = "sort-next", .keys = ">", .help = "order by the next column", .run = sort_next},
	{.name = "sort-prev", .keys = "<", .help = "order by the column before", .run = sort_previous},
	{.name = "invert", .keys = "I", .help = "turn the order round", .run = invert},
	{.name = "leave", .keys = "q Esc", .help = "out of the text; out of the prompts", .run = leave},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool prompts_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct state *st = state_of(screen);
	(void)err;
	st->view.data = &st->data;
	st->view.compared = &st->compared;
	if (target->id)
		snprintf(st->start, sizeof st->start, "#%lld", (long long)target->id);
	else
		snprintf(st->start, sizeof st->start, "%s", target->text);
	list_init(&st->view.list);
	return true;
}

static void prompts_place(const struct screen *screen, struct target *out)
{
	const struct prompt_version *v = prompts_cursor_version(&state_of(screen)->view);
	*out = (struct target){.screen = "prompts", .id = v ? v->id : 0};
}

static bool prompts_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct state *st = state_of(screen);
	const struct prompt_version *v = prompts_cursor_version(&st->view), *a, *b;
	struct arena arena = ARENA_INIT;
	bool ok = true;
	if (!v)
		return false;
	pair_of(st, &a, &b);
	struct str name = prompt_name(&st->data.all[v->prompt]), label = prompt_version_name(v, &arena);
	switch (what) {
	case COPY_VALUE:
		ok = texts_are_of(st, a, b) && copy_str(out, st->texts.text_b);
		break;
	case COPY_ID: ok = copy_str(out, v->hash.len ? v->hash : v->label); break;
	case COPY_PATH: buf_printf(out, STR_FMT "@" STR_FMT, STR_ARG(name), STR_ARG(label)); break;
	case COPY_COMMAND:
		buf_add_cstr(out, "spoor prompts");
		copy_word(out, name);
		if (st->whole && a && a->prompt == b->prompt) {
			copy_word(out, prompt_version_name(a, &arena));
			copy_word(out, prompt_version_name(b, &arena));
		}
		break;
	}
	arena_done(&arena);
	return ok;
}

static void prompts_close(struct screen *screen)
{
	struct state *st = state_of(screen);
	prompts_view_done(&st->view);
	prompts_done(&st->data);
	arena_done(&st->texts.arena);
	arena_done(&st->compared_arena);
	arena_done(&st->found_arena);
	vec_done(&st->compared);
	sheet_done(&st->sheet);
	buf_done(&st->find);
}

const struct screen_ops screen_prompts = {
    .name = "prompts",
    .title = "Prompts",
    .state_size = sizeof(struct state),
    .actions = actions,
    .open = prompts_open,
    .ask = prompts_ask,
    .fetch = prompts_fetch,
    .take = prompts_take,
    .draw = prompts_draw,
    .beside = prompts_beside,
    .headline = prompts_headline,
    .status = prompts_status,
    .place = prompts_place,
    .copy = prompts_copy,
    .close = prompts_close,
};
