/* Five things to try: each says what to look for and leads to the screen. Of the samples, where those are in the store; else of what is there: the
 * slowest trace, the two newest runs of a dataset. */
#include <stdlib.h>

#include "store/base/units.h"
#include "store/db.h"
#include "store/query/queue_make.h"
#include "store/query/runs.h"
#include "store/query/traces.h"
#include "tui/keyed.h"
#include "tui/screen/pane_choices.h"
#include "tui/screen/pane_copy.h"

enum { MARGIN = 1, TEXT_COL = 4, RUNS_LOOKED = 50 };

enum stop { STOP_TRACE, STOP_COMPARE, STOP_REVIEW, STOP_JUDGES, STOP_CHECKS, N_STOPS };

/* What is planted in the samples (tests/data/make_samples.py). */
static const char sample_trace[] = "d15b07e020261120000000000000b10c";
static const char sample_a[] = "eval-D12-2026-11-14T09:12:04#0", sample_b[] = "eval-D13-2026-11-20T16:40:09#0";
static const char sample_review[] = "review-support";

static const struct {
	const char *title, *look, *command;
} stops[N_STOPS] = {
    [STOP_TRACE] =
        {"Which step took the time, which one failed?",
                      "{trace.!} goes to the slowest step, {trace.e} to the error, {trace.w} says what would make it faster, "
         "{trace.L} who paid for every token; {trace.Tab}: all that is known of a step.",               "spoor trace"  },
    [STOP_COMPARE] = {"Is the new version better?",
                      "One sentence, then every metric with its interval. {compare.Enter}: a lost case, both answers "
                      "beside each other; {compare.w}: where losses begin; {compare.d}: ship or hold.", "spoor compare"},
    [STOP_REVIEW] =
        {"Judge answers as an expert does",
                      "One at a time: {review.1} good, {review.2} bad, {review.3} unsure, {review.c} a note, {review.C} the "
         "answer as it should be. Saved at once; it goes on where you stopped.",                        "spoor review" },
    [STOP_JUDGES] = {"How far can the judges be trusted?",
                      "Agreement with people beyond chance, flips, what to label next.",                "spoor judges" },
    [STOP_CHECKS] = {"What needs no model to see?",
                      "Equal calls, loops, an account number in an answer, unused documents.",          "spoor checks" },
};

/* What the steps are about, as found in the store. */
struct tour_read {
	struct arena arena;
	int64_t trace, a, b, review; /* 0: there is none */
	struct str about[N_STOPS];   /* "dispute-agent, 12.42s, 31 spans" */
	struct str names[N_STOPS];   /* what comes after the command */
};

struct tour_state {
	struct tour_read read;
	bool known;                  /* of this generation, or it cannot be */
	uint64_t generation, serial; /* serial: of the request that is awaited; 0: none */
	struct choices choices;
	bool seen[N_STOPS];
};

struct request {
	uint64_t serial, generation;
	bool failed; /* and asking again would not help */
	struct tour_read read;
};

static struct tour_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- the sheet */

static void lay_stop(struct screen *screen, enum stop stop)
{
	struct tour_state *st = state_of(screen);
	struct sheet *s = &st->choices.sheet;
	const struct tour_read *r = &st->read;
	choices_row(&st->choices);
	sheet_column(s, MARGIN);
	sheet_addc(s, ROLE_HINT_KEY, key_now((char[]){(char)('1' + stop), '\0'}));
	sheet_column(s, MARGIN + 1);
	if (st->seen[stop])
		sheet_addc(s, ROLE_OK, screen->ui->ascii ? "+" : "✓");
	sheet_column(s, TEXT_COL);
	sheet_addc(s, ROLE_HEADING, stops[stop].title);
	if (r->about[stop].len) {
		sheet_row(s);
		sheet_column(s, TEXT_COL);
		sheet_add(s, ROLE_DIM, r->about[stop]);
	}
	sheet_row(s);
	sheet_wrap(s, ROLE_TEXT, TEXT_COL, str_of(keyed(stops[stop].look)), 0);
	choices_rest(&st->choices);
}

static void lay_all(struct screen *screen, bool gaps)
{
	struct tour_state *st = state_of(screen);
	choices_begin(&st->choices, screen->ui->cols);
	for (enum stop stop = 0; stop < N_STOPS; stop++) {
		if (gaps)
			sheet_gap(&st->choices.sheet);
		lay_stop(screen, stop);
	}
}

static void lay_out(struct screen *screen)
{
	choices_lay(&state_of(screen)->choices, screen, lay_all);
}

/* ---------------------------------------------------------------- data */

static void *tour_ask(struct screen *screen)
{
	static uint64_t serials;
	struct tour_state *st = state_of(screen);
	if (!choices_fit(&st->choices, screen->ui->rows, screen->ui->cols))
		lay_out(screen);
	if (st->serial || (st->known && st->generation == screen->ui->generation))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.serial = ++serials, .generation = screen->ui->generation};
	st->serial = r->serial;
	return r;
}

/* What was looked for and is not there is no failure. */
static bool settled(bool found, struct err *err)
{
	if (!found && err->code != ERR_NOT_FOUND && err->code != ERR_USAGE)
		return false;
	*err = ERR_INIT;
	return true;
}

static bool find_trace(struct db *db, struct tour_read *out, struct err *err)
{
	struct trace_row row;
	struct buf about = BUF_INIT;
	if (!settled(traces_find(db, str_of(sample_trace), &out->trace, err), err))
		return false;
	if (!out->trace) {
		struct trace_page page;
		const struct trace_query q = {.sort = TRACE_BY_DURATION, .limit = 1};
		bool ok = traces_page(db, &q, &page, err);
		out->trace = ok && page.n ? page.rows[0].id : 0;
		trace_page_done(&page);
		if (!ok)
			return false;
	}
	out->about[STOP_TRACE] = STR_LIT("no trace is in the store yet");
	if (!out->trace)
		return true;
	if (!traces_get(db, out->trace, &out->arena, &row, err))
		return false;
	out->names[STOP_TRACE] = row.text;
	buf_printf(&about, STR_FMT ", ", STR_ARG(row.name));
	if (row.duration_ns >= 0) {
		units_duration(&about, row.duration_ns, false);
		buf_add_cstr(&about, ", ");
	}
	buf_printf(&about, "%lld span%s%s", (long long)row.spans, row.spans == 1 ? "" : "s",
	           row.errors ? ", an error" : "");
	out->about[STOP_TRACE] = arena_str(&out->arena, buf_str(&about));
	buf_done(&about);
	return true;
}

/* The two newest runs of the first dataset that has two: A is the older one. */
static bool newest_pair(struct db *db, struct tour_read *out, struct err *err)
{
	struct run_page page;
	bool ok = runs_page(db, NULL, 0, 0, RUNS_LOOKED, &page, err);
	for (size_t i = 0; ok && i + 1 < page.n && !out->a; i++)
		if (page.rows[i].dataset.len && str_eq(page.rows[i].dataset, page.rows[i + 1].dataset)) {
			out->a = page.rows[i + 1].id;
			out->b = page.rows[i].id;
		}
	run_page_done(&page);
	return ok;
}

static bool find_pair(struct db *db, struct tour_read *out, struct err *err)
{
	struct run_row a, b;
	struct buf about = BUF_INIT;
	if (!settled(runs_find(db, str_of(sample_a), &out->a, err), err) ||
	    !settled(runs_find(db, str_of(sample_b), &out->b, err), err))
		return false;
	if (!out->a || !out->b) {
		out->a = out->b = 0;
		if (!newest_pair(db, out, err))
			return false;
	}
	out->about[STOP_COMPARE] = STR_LIT("no two runs of one dataset are in the store yet");
	if (!out->a)
		return true;
	if (!runs_get(db, out->a, &out->arena, &a, err) || !runs_get(db, out->b, &out->arena, &b, err))
		return false;
	buf_printf(&about, STR_FMT " (A) against " STR_FMT " (B), %lld cases", STR_ARG(b.name.len ? a.name : a.text),
	           STR_ARG(b.name.len ? b.name : b.text), (long long)(a.keys < b.keys ? a.keys : b.keys));
	out->about[STOP_COMPARE] = arena_str(&out->arena, buf_str(&about));
	buf_clear(&about);
	copy_word(&about, a.text);
	copy_word(&about, b.text);
	out->names[STOP_COMPARE] = arena_str(&out->arena, str_trim(buf_str(&about)));
	buf_done(&about);
	return true;
}

static bool find_review(struct db *db, struct tour_read *out, struct err *err)
{
	struct run_row row;
	if (!settled(runs_find(db, str_of(sample_review), &out->review, err), err))
		return false;
	if (!out->review)
		return true; /* the screen of queues offers what there is */
	if (!runs_get(db, out->review, &out->arena, &row, err))
		return false;
	struct buf about = BUF_INIT;
	buf_printf(&about, "%lld answers of a parcel service's assistant that nobody has judged", (long long)row.cases);
	out->about[STOP_REVIEW] = arena_str(&out->arena, buf_str(&about));
	out->names[STOP_REVIEW] = STR_LIT("--run review-support");
	buf_done(&about);
	return true;
}

static bool tour_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = find_trace(db, &r->read, err) && find_pair(db, &r->read, err) && find_review(db, &r->read, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void tour_take(struct screen *screen, void *request, bool ok)
{
	struct tour_state *st = state_of(screen);
	struct request *r = request;
	if (r->serial == st->serial)
		st->serial = 0;
	if (ok || r->failed) {
		st->known = true;
		st->generation = r->generation;
	}
	if (ok) {
		arena_done(&st->read.arena);
		st->read = r->read;
		lay_out(screen);
	} else {
		arena_done(&r->read.arena);
	}
	free(r);
}

/* ---------------------------------------------------------------- drawing */

static void tour_draw(const struct screen *screen, struct canvas body)
{
	choices_draw(&state_of(screen)->choices, body, TEXT_COL);
}

static void tour_headline(const struct screen *screen, struct canvas row)
{
	(void)screen;
	canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Five things to try");
}

static void tour_status(const struct screen *screen, struct buf *out)
{
	const struct tour_state *st = state_of(screen);
	int seen = 0;
	for (int i = 0; i < N_STOPS; i++)
		seen += st->seen[i];
	buf_printf(out, "%d of %d seen; :tour comes back here", seen, N_STOPS);
	choices_position(&st->choices, screen->ui->rows, out);
}

static void tour_place(const struct screen *screen, struct target *out)
{
	(void)screen;
	*out = (struct target){.screen = "tour"};
}

static bool tour_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct tour_state *st = state_of(screen);
	const int at = st->choices.cursor;
	if (what != COPY_COMMAND)
		return copy_str(out, str_of(stops[at].title));
	buf_add_cstr(out, stops[at].command);
	if (st->read.names[at].len)
		buf_printf(out, " " STR_FMT, STR_ARG(st->read.names[at]));
	return true;
}

/* ---------------------------------------------------------------- actions */

static enum outcome tour_move(struct screen *screen, enum move move)
{
	return choices_move(&state_of(screen)->choices, move, screen->ui->rows);
}

MOVE_FUNCTIONS(tour_move)

static void wish_review(struct screen *screen)
{
	const struct tour_state *st = state_of(screen);
	const struct queue_ask ask = {.from = QUEUE_CASES, .run = st->read.review, .now_ns = screen->ui->now_ns};
	struct queue_wish *wish = queue_wish_new(&ask);
	wish->how.mode = QUEUE_BLIND;
	wish->title = arena_str(&wish->arena, st->read.about[STOP_REVIEW]);
	queue_wish_free(screen->ui->wish);
	screen->ui->wish = wish;
}

static enum outcome open_stop(struct screen *screen, enum stop stop, struct target *target)
{
	struct tour_state *st = state_of(screen);
	const struct tour_read *r = &st->read;
	choices_go(&st->choices, (int)stop, screen->ui->rows);
	*target = (struct target){.screen = NULL};
	switch (stop) {
	case STOP_TRACE:
		if (r->trace)
			*target = (struct target){.screen = "trace", .id = r->trace};
		break;
	case STOP_COMPARE:
		if (r->a)
			*target = (struct target){.screen = "compare", .id = r->a, .id2 = r->b};
		break;
	case STOP_REVIEW:
		*target = (struct target){.screen = "queues"};
		if (r->review) {
			wish_review(screen);
			snprintf(target->text, sizeof target->text, "make");
		}
		break;
	case STOP_JUDGES: *target = (struct target){.screen = "judges"}; break;
	case STOP_CHECKS: *target = (struct target){.screen = "checks"}; break;
	case N_STOPS: break;
	}
	if (!target->screen) {
		ui_say(screen->ui, STR_FMT, STR_ARG(r->about[stop].len ? r->about[stop] : STR_LIT("still looking")));
		return OUT_HANDLED;
	}
	st->seen[stop] = true;
	lay_out(screen);
	return OUT_OPEN;
}

static enum outcome choose(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	return open_stop(screen, (enum stop)state_of(screen)->choices.cursor, target);
}

static enum outcome digit(struct screen *screen, const struct input *in, struct target *target)
{
	int n = in->argument.len ? in->argument.ptr[0] - '1' : action_which(screen->ops->actions, in->key) - 1;
	if (n >= 0 && n < N_STOPS)
		return open_stop(screen, (enum stop)n, target);
	ui_say(screen->ui, "there are %d of them", N_STOPS);
	return OUT_HANDLED;
}

static enum outcome space(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return tour_move(screen, MOVE_PAGE_DOWN);
}

/* clang-format off */
static const struct action actions[] = {
	{.name = "choose", .keys = "Enter", .help = "go there; {q} comes back", .hint = "go there", .hint_order = 1, .run = choose},
	{.name = "stop", .keys = "1 2 3 4 5", .help = "the first, the second … of them", .run = digit},
	MOVE_ACTIONS,
	{.name = "space", .keys = "Space", .help = "one page down", .run = space},
	ACTIONS_END,
};
/* clang-format on */

static bool tour_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)target, (void)err;
	lay_out(screen);
	return true;
}

static void tour_close(struct screen *screen)
{
	struct tour_state *st = state_of(screen);
	arena_done(&st->read.arena);
	choices_done(&st->choices);
}

const struct screen_ops screen_tour = {
    .name = "tour",
    .title = "Five things to try",
    .state_size = sizeof(struct tour_state),
    .actions = actions,
    .open = tour_open,
    .ask = tour_ask,
    .fetch = tour_fetch,
    .take = tour_take,
    .draw = tour_draw,
    .headline = tour_headline,
    .status = tour_status,
    .place = tour_place,
    .copy = tour_copy,
    .close = tour_close,
};
