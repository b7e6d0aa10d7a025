#include "store/query/gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/query/gate_private.h"

/* ---------------------------------------------------------------- words and figures */

static const struct {
	const char *name, *title, *mark, *ascii;
} statuses[N_GATE_STATUSES] = {
    [GATE_PASS] = {"pass",    "pass",    "✓", "+"},
    [GATE_FAIL] = {"fail",    "FAIL",    "✗", "x"},
    [GATE_TOO_FEW] = {"too-few", "too few", "?",   "?"},
    [GATE_SKIPPED] = {"skipped", "skipped", "·",  "."},
};

static const struct {
	const char *name, *title;
	int exit_code;
} answers[N_GATE_ANSWERS] = {
    [GATE_SHIP] = {"ship",                "SHIP",                0},
    [GATE_HOLD] = {"hold",                "HOLD",                1},
    [GATE_NOT_ENOUGH] = {"not-enough-evidence", "NOT ENOUGH EVIDENCE", 5},
};

const char *gate_status_name(enum gate_status s)
{
	return statuses[s].name;
}

const char *gate_status_title(enum gate_status s)
{
	return statuses[s].title;
}

const char *gate_status_mark(enum gate_status s, bool ascii)
{
	return ascii ? statuses[s].ascii : statuses[s].mark;
}

const char *gate_answer_name(enum gate_answer a)
{
	return answers[a].name;
}

const char *gate_answer_title(enum gate_answer a)
{
	return answers[a].title;
}

int gate_exit_code(enum gate_answer a)
{
	return answers[a].exit_code;
}

static void score_figure(struct buf *out, double figure)
{
	char text[40];
	snprintf(text, sizeof text, figure < 1000 ? "%.3f" : "%.1f", figure);
	buf_add_cstr(out, text);
}

static void age_figure(struct buf *out, double ns)
{
	double hours = ns / 3600e9;
	if (hours < 48)
		buf_printf(out, "%.0fh", hours);
	else
		buf_printf(out, "%.1fd", hours / 24);
}

static void size_figure(struct buf *out, enum gate_unit unit, double size, bool ascii)
{
	switch (unit) {
	case GATE_COUNT: units_thousands(out, (int64_t)(size < 9e15 ? size + 0.5 : 9e15)); break;
	case GATE_RATE: units_percent(out, size); break;
	case GATE_POINTS: buf_printf(out, "%.1fpt", size * 100); break;
	case GATE_NS: units_duration(out, size < 9e18 ? (int64_t)(size + 0.5) : INT64_MAX, ascii); break;
	case GATE_USD: units_usd(out, size); break;
	case GATE_SCORE: score_figure(out, size); break;
	case GATE_AGE: age_figure(out, size); break;
	case N_GATE_UNITS: break;
	}
}

void gate_figure(struct buf *out, enum gate_unit unit, double figure, bool difference, bool ascii)
{
	if (IS_UNKNOWN(figure) || isinf(figure)) {
		buf_add_cstr(out, ascii ? "-" : "–");
		return;
	}
	struct buf text = BUF_INIT;
	size_figure(&text, unit, fabs(figure), ascii);
	/* What rounds to nothing has no sign. */
	bool any = strpbrk(buf_cstr(&text), "123456789") != NULL;
	if (any && (figure < 0 || difference))
		buf_add_cstr(out, figure > 0 ? "+" : ascii ? "-" : "−");
	buf_add_str(out, buf_str(&text));
	buf_done(&text);
}

void gate_limit(struct buf *out, const struct gate_check *c, bool ascii)
{
	if (IS_UNKNOWN(c->limit))
		return;
	if (c->unit == GATE_COUNT && c->at_most && c->limit < 0.5) {
		buf_add_cstr(out, "none");
		return;
	}
	buf_add_cstr(out, c->at_most ? (ascii ? "<= " : "≤ ") : (ascii ? ">= " : "≥ "));
	gate_figure(out, c->unit, c->limit, c->unit == GATE_POINTS, ascii);
}

/* ---------------------------------------------------------------- checks being made */

struct gate_check *gate_add(struct trial *t, struct str name, struct str title, enum gate_behind behind)
{
	struct gate_check *c = vec_add(&t->checks);
	*c = (struct gate_check){
	    .name = name,
	    .title = title,
	    .status = GATE_SKIPPED,
	    .behind = behind,
	    .value = UNKNOWN_DOUBLE,
	    .limit = UNKNOWN_DOUBLE,
	    .low = UNKNOWN_DOUBLE,
	    .high = UNKNOWN_DOUBLE,
	    .before = UNKNOWN_DOUBLE,
	    .after = UNKNOWN_DOUBLE,
	    .p = UNKNOWN_DOUBLE,
	    .n = UNKNOWN_INT,
	    .more = UNKNOWN_INT,
	    .detectable = UNKNOWN_DOUBLE,
	};
	return c;
}

struct gate_check *gate_addc(struct trial *t, const char *name, const char *title, enum gate_behind behind)
{
	return gate_add(t, str_of(name), str_of(title), behind);
}

void gate_say(struct trial *t, struct gate_check *c, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	c->reason = arena_str(&t->out->arena, buf_str(&text));
	buf_done(&text);
}

const char *gate_fig(struct trial *t, enum gate_unit unit, double figure, bool difference)
{
	struct buf text = BUF_INIT;
	gate_figure(&text, unit, figure, difference, false);
	const char *kept = arena_str(&t->out->arena, buf_str(&text)).ptr;
	buf_done(&text);
	return kept;
}

const char *gate_range(struct trial *t, const struct gate_check *c, bool difference)
{
	if (IS_UNKNOWN(c->low) || IS_UNKNOWN(c->high))
		return "";
	return arena_printf(&t->out->arena, " (95%% interval %s to %s)", gate_fig(t, c->unit, c->low, difference),
	                    gate_fig(t, c->unit, c->high, difference))
	    .ptr;
}

const char *gate_n(struct trial *t, int64_t n, const char *one, const char *many)
{
	struct buf text = BUF_INIT;
	units_thousands(&text, n);
	const char *kept = arena_printf(&t->out->arena, "%s %s", buf_cstr(&text), n == 1 ? one : many).ptr;
	buf_done(&text);
	return kept;
}

bool gate_beyond(const struct gate_check *c, double figure)
{
	/* a difference carries the noise of what it is the difference of; fmax passes NaN over */
	double most = fmax(fmax(fabs(figure), fabs(c->limit)), fmax(fabs(c->before), fabs(c->after)));
	double by = c->at_most ? figure - c->limit : c->limit - figure;
	return by > 1e-12 * most;
}

void gate_within(const struct trial *t, struct gate_check *c)
{
	double surely = c->at_most ? c->high : c->low;
	/* an interval without that end is not known to be within */
	bool whole = !IS_UNKNOWN(surely) && !gate_beyond(c, surely);
	c->status = gate_beyond(c, c->value) ? GATE_FAIL : t->limits->strict && !whole ? GATE_TOO_FEW : GATE_PASS;
}

const char *gate_doubt(const struct gate_check *c)
{
	return c->status == GATE_TOO_FEW ? "; the interval reaches beyond the limit" : "";
}

void gate_rate(struct gate_check *c, double k, double n)
{
	struct interval wilson = interval_wilson(k, n);
	c->unit = GATE_RATE;
	c->value = n > 0 ? k / n : UNKNOWN_DOUBLE;
	c->low = wilson.low;
	c->high = wilson.high;
	c->n = (int64_t)n;
}

/* Wilson's bounds lie within ever narrower reach of the rate: found by halving. */
int64_t gate_rate_more(double rate, int64_t n, double limit)
{
	enum { MOST = 1000000 };
	int64_t low = n, high = MOST;
	if (!(rate > limit) || n >= MOST || interval_wilson(rate * (double)n, (double)n).low >= limit ||
	    interval_wilson(rate * MOST, MOST).low < limit)
		return UNKNOWN_INT;
	while (high - low > 1) {
		int64_t mid = low + (high - low) / 2;
		if (interval_wilson(rate * (double)mid, (double)mid).low >= limit)
			high = mid;
		else
			low = mid;
	}
	return high - n;
}

void gate_case(struct trial *t, struct case_list *list, struct str key, struct str title)
{
	/* A case whose repeats come one after the other is named once. */
	if (list->first.n && str_eq(list->last, key))
		return;
	struct str kept = arena_str(&t->out->arena, key);
	list->last = kept;
	list->n++;
	if (list->first.n < GATE_CASES)
		*vec_add(&list->first) = (struct gate_case){kept, title.len ? arena_str(&t->out->arena, title) : kept};
}

void gate_cases(struct trial *t, struct gate_check *c, struct case_list *list)
{
	struct gate_case *cases = arena_alloc(&t->out->arena, (list->first.n + 1) * sizeof *cases);
	for (size_t i = 0; i < list->first.n; i++)
		cases[i] = list->first.at[i];
	c->cases = cases;
	c->n_cases = list->first.n;
	c->all_cases = list->n;
	vec_done(&list->first);
}

const struct gate_score *gate_score_limit(const struct trial *t, struct str name)
{
	for (size_t i = 0; i < t->limits->n_scores; i++)
		if (str_eq(t->limits->scores[i].name, name))
			return &t->limits->scores[i];
	return NULL;
}

/* ---------------------------------------------------------------- the answer */

static void add_judged(struct trial *t)
{
	if (t->quality)
		return;
	struct gate_check *c = gate_addc(t, "quality", "quality", BEHIND_RUN);
	c->status = GATE_TOO_FEW;
	gate_say(
	    t, c,
	    "nothing tells whether the answers are good enough: give a baseline, a pass rate, or a limit of a score "
	    "or slice");
}

/* "pass rate 69.6%, below 85%"; why at length is the check's reason. */
static void add_brief(struct buf *out, const struct gate_check *c)
{
	struct str title = str_cut(c->title, 0, 60);
	if (c->brief.len) {
		buf_add_str(out, c->brief);
	} else if (IS_UNKNOWN(c->value) || IS_UNKNOWN(c->limit)) {
		buf_printf(out, STR_FMT ": " STR_FMT, STR_ARG(title), STR_ARG(c->reason));
	} else {
		bool beyond = gate_beyond(c, c->value);
		buf_printf(out, STR_FMT " ", STR_ARG(title));
		gate_figure(out, c->unit, c->value, false, false);
		buf_add_cstr(out, beyond       ? c->at_most ? ", above " : ", below "
		                  : c->at_most ? ", not surely at most "
		                               : ", not surely at least ");
		gate_figure(out, c->unit, c->limit, false, false);
	}
}

/* Those of the checks with this status, the first few. */
static void join(struct buf *out, const struct trial *t, enum gate_status status)
{
	enum { SAID = 5 };
	int64_t n = 0;
	for (size_t i = 0; i < t->checks.n; i++) {
		const struct gate_check *c = &t->checks.at[i];
		if (c->status != status || n++ >= SAID)
			continue;
		buf_add_cstr(out, n > 1 ? "; " : "");
		add_brief(out, c);
	}
	if (n > SAID)
		buf_printf(out, "; and %lld more", (long long)(n - SAID));
}

static void say_sentence(struct trial *t)
{
	struct gate *g = t->out;
	struct buf text = BUF_INIT;
	int64_t judged = g->count[GATE_PASS] + g->count[GATE_FAIL] + g->count[GATE_TOO_FEW];
	if (g->answer == GATE_SHIP)
		buf_printf(&text, "%s", judged == 1 ? "the one check that was asked for passes" : "");
	if (g->answer == GATE_SHIP && judged != 1)
		buf_printf(&text, "all %lld checks pass", (long long)judged);
	if (g->answer == GATE_HOLD)
		join(&text, t, GATE_FAIL);
	if (g->answer == GATE_NOT_ENOUGH)
		join(&text, t, GATE_TOO_FEW);
	g->sentence = arena_str(&g->arena, buf_str(&text));
	buf_done(&text);
}

static void say_settle(struct trial *t)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < t->checks.n; i++) {
		const struct gate_check *c = &t->checks.at[i];
		if (c->status != GATE_TOO_FEW || c->more == UNKNOWN_INT || c->more <= 0)
			continue;
		if (text.len)
			buf_add_cstr(&text, "; ");
		buf_printf(&text, STR_FMT ": %s", STR_ARG(str_cut(c->title, 0, 60)),
		           gate_n(t, c->more, "more case", "more cases"));
	}
	if (text.len)
		t->out->settle = arena_str(&t->out->arena, buf_str(&text));
	buf_done(&text);
}

/* What so many cases could show at all. */
static void say_evidence(struct trial *t)
{
	struct gate *g = t->out;
	const struct metric_result *pass = NULL;
	for (size_t i = 0; i < g->compare.n_metrics && !pass; i++)
		if (strcmp(g->compare.metrics[i].name, "pass") == 0)
			pass = &g->compare.metrics[i].result;
	if (pass && !IS_UNKNOWN(pass->smallest_detectable)) {
		struct buf text = BUF_INIT;
		buf_printf(&text, "%s in both runs show a change of the pass rate from %s on, 4 times out of 5",
		           gate_n(t, (int64_t)pass->n, "case", "cases"),
		           gate_fig(t, GATE_POINTS, pass->smallest_detectable, false));
		if (pass->cases_more > 0)
			buf_printf(
			    &text, "; for %s it takes %s",
			    gate_fig(t, GATE_POINTS, pass->margin > 0 ? pass->margin : STAT_DEFAULT_MARGIN, false),
			    gate_n(t, pass->cases_more, "more case", "more cases"));
		g->evidence = arena_str(&g->arena, buf_str(&text));
		buf_done(&text);
	} else if (!IS_UNKNOWN(g->run.pass_low)) {
		g->evidence = arena_printf(&g->arena, "%s the pass rate to within %s",
		                           gate_n(t, g->run.keys, "case tells", "cases tell"),
		                           gate_fig(t, GATE_POINTS, (g->run.pass_high - g->run.pass_low) / 2, false));
	}
}

static void conclude(struct trial *t)
{
	struct gate *g = t->out;
	struct gate_check *checks = arena_alloc(&g->arena, (t->checks.n + 1) * sizeof *checks);
	for (size_t i = 0; i < t->checks.n; i++) {
		checks[i] = t->checks.at[i];
		g->count[checks[i].status]++;
	}
	g->checks = checks;
	g->n_checks = t->checks.n;
	g->answer = g->count[GATE_FAIL] ? GATE_HOLD : g->count[GATE_TOO_FEW] ? GATE_NOT_ENOUGH : GATE_SHIP;
	say_sentence(t);
	say_settle(t);
	say_evidence(t);
}

void gate_done(struct gate *g)
{
	compare_done(&g->compare);
	arena_done(&g->arena);
	*g = (struct gate){.n_checks = 0};
}

static bool compare_with(struct trial *t)
{
	struct compare_opts opts = {.majority = t->opts->majority, .margin = t->limits->margin, .seed = t->opts->seed};
	t->out->has_baseline = true;
	return compare_runs(t->db, t->baseline, t->out->run.id, &opts, &t->out->compare, t->err);
}

bool gate_judge(struct db *db, int64_t run, int64_t baseline, const struct gate_limits *limits,
                const struct gate_opts *opts, struct gate *out, struct err *err)
{
	*out = (struct gate){.arena = ARENA_INIT};
	struct trial t = {.db = db, .limits = limits, .opts = opts, .out = out, .baseline = baseline, .err = err};
	bool ok = runs_get(db, run, &out->arena, &out->run, err) && (!baseline || compare_with(&t)) &&
	          side_read(db, run, STR_NONE, &out->arena, &t.side, err) && gate_run_points(&t) &&
	          gate_paired_points(&t) && gate_slice_points(&t) && gate_part_points(&t) && gate_budget_points(&t);
	if (ok) {
		add_judged(&t);
		conclude(&t);
	}
	gate_fields_done(&t.fields);
	side_done(&t.side);
	vec_done(&t.checks);
	return ok;
}

/* ---------------------------------------------------------------- the baseline */

static bool previous_run(struct db *db, int64_t run, int64_t *baseline, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT o.id FROM run r JOIN run o ON o.dataset = r.dataset AND o.id <> r.id"
	                          " AND o.created_ns < r.created_ns"
	                          " AND (o.content IS NULL OR r.content IS NULL OR o.content <> r.content OR"
	                          " o.prompt IS NOT r.prompt)"
	                          " WHERE r.id = ? ORDER BY o.created_ns DESC, o.id DESC LIMIT 1",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*baseline = col_int(s, 0);
	stmt_end(s);
	if (step == STEP_DONE)
		return err_set(err, ERR_NOT_FOUND, NULL,
		               "there is no earlier run of its dataset to compare with (baseline: previous)");
	return step == STEP_ROW;
}

bool gate_baseline(struct db *db, int64_t run, const struct gate_limits *limits, int64_t *baseline, struct err *err)
{
	*baseline = 0;
	if (!limits->baseline.len)
		return true;
	if (str_is(limits->baseline, GATE_PREVIOUS))
		return previous_run(db, run, baseline, err);
	if (!runs_find(db, limits->baseline, baseline, err))
		return err_in(err, "the baseline");
	if (*baseline == run)
		return err_set(err, ERR_USAGE, NULL, "the baseline is the run itself");
	return true;
}
