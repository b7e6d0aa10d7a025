/* Points of the gate that the run is judged by alone: cases, pass rate, latency, cost, traces, age. */
#include <math.h>
#include <stdlib.h>

#include "store/query/gate_private.h"
#include "store/query/trend.h"

enum { COST_MIN_CASES = 30 /* statistics.md 14 */ };
#define DAY (INT64_C(86400) * 1000000000)

/* ---------------------------------------------------------------- cases and pass rate */

static void point_cases(struct trial *t)
{
	const struct compare *cmp = &t->out->compare;
	bool paired = t->out->has_baseline;
	int64_t n = paired ? cmp->paired : (int64_t)t->side.n, limit = t->limits->min_cases;
	struct gate_check *c = gate_addc(t, "cases", "cases", paired ? BEHIND_COMPARE : BEHIND_RUN);
	c->n = n;
	c->value = (double)n;
	c->limit = (double)limit;
	c->status = n >= limit ? GATE_PASS : GATE_TOO_FEW;
	c->more = n < limit ? limit - n : UNKNOWN_INT;
	if (paired && cmp->refused.len)
		gate_say(t, c, STR_FMT, STR_ARG(cmp->refused));
	else if (paired)
		gate_say(t, c, "%s in both runs%s (%s only in the baseline, %s only in this run), %s",
		         gate_n(t, n, "case is", "cases are"), cmp->by_input ? ", paired by their input" : "",
		         gate_fig(t, GATE_COUNT, (double)cmp->count[CLASS_ONLY_A], false),
		         gate_fig(t, GATE_COUNT, (double)cmp->count[CLASS_ONLY_B], false),
		         gate_n(t, limit, "is needed", "are needed"));
	else
		gate_say(t, c, "%s, %s", gate_n(t, n, "case", "cases"), gate_n(t, limit, "is needed", "are needed"));
}

/* With majority a case is 0 or 1, else the share of its repeats. */
static double case_pass(const struct side_case *c, bool majority)
{
	if (!c->side.scored)
		return UNKNOWN_DOUBLE;
	if (majority)
		return c->side.status == CASE_PASSED;
	return (double)c->side.passes / (double)c->side.scored;
}

static void point_pass_rate(struct trial *t)
{
	struct gate_check *c = gate_addc(t, "pass-rate", "pass rate", BEHIND_RUN);
	double k = 0, limit = t->limits->pass_rate;
	int64_t n = 0, errors = 0;
	for (size_t i = 0; i < t->side.n; i++) {
		double pass = case_pass(&t->side.cases[i], t->opts->majority);
		if (IS_UNKNOWN(pass))
			continue;
		k += pass;
		n++;
		errors += t->side.cases[i].side.status == CASE_ERROR;
	}
	gate_rate(c, k, (double)n);
	c->limit = limit;
	if (!n && IS_UNKNOWN(limit)) {
		gate_say(t, c, "no case has a verdict of pass or fail");
		return;
	}
	if (!n) {
		c->status = GATE_TOO_FEW;
		gate_say(t, c, "no case has a verdict of pass or fail, so there is no pass rate");
		return;
	}
	const char *errored =
	    errors
	        ? arena_printf(&t->out->arena, ", %s counted as not passed", gate_n(t, errors, "error", "errors")).ptr
	        : "";
	const char *figures = arena_printf(&t->out->arena, "%s of %s%s%s", gate_fig(t, GATE_RATE, c->value, false),
	                                   gate_n(t, n, "case", "cases"), errored, gate_range(t, c, false))
	                          .ptr;
	if (IS_UNKNOWN(limit)) {
		gate_say(t, c, "%s; no limit was given", figures);
		return;
	}
	t->quality = true;
	gate_within(t, c);
	c->more = gate_rate_more(c->value, n, limit);
	if (c->status == GATE_FAIL)
		gate_say(t, c, "%s%s", figures,
		         c->high >= limit ? "; the interval reaches the limit, so it may be bad luck" : "");
	else if (c->more != UNKNOWN_INT)
		gate_say(t, c, "%s%s; at this rate %s would put it above", figures,
		         gate_doubt(c)[0] ? gate_doubt(c) : "; the interval reaches below the limit",
		         gate_n(t, c->more, "more case", "more cases"));
	else
		gate_say(t, c, "%s%s", figures, c->low >= limit ? "; the whole interval is above" : "");
}

bool gate_run_points(struct trial *t)
{
	point_cases(t);
	point_pass_rate(t);
	return true;
}

/* ---------------------------------------------------------------- latency */

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static void point_latency(struct trial *t, const double *sorted, const char *name, const char *title, double p,
                          int64_t limit_ns)
{
	struct gate_check *c = gate_addc(t, name, title, BEHIND_RUN);
	size_t n = t->side.n_latencies, least = interval_quantile_min_n(p);
	struct interval bounds = interval_quantile(sorted, n, p);
	c->unit = GATE_NS;
	c->at_most = true;
	c->n = (int64_t)n;
	c->value = n ? (double)interval_round_ns(interval_quantile_of(sorted, n, p)) : UNKNOWN_DOUBLE;
	c->low = bounds.low;
	c->high = bounds.high;
	if (limit_ns != UNKNOWN_INT)
		c->limit = (double)limit_ns;
	if (!n) {
		c->status = limit_ns == UNKNOWN_INT ? GATE_SKIPPED : GATE_TOO_FEW;
		gate_say(t, c, "no result says how long it took");
		return;
	}
	const char *figures = arena_printf(&t->out->arena, "%s over %s%s", gate_fig(t, GATE_NS, c->value, false),
	                                   gate_n(t, c->n, "result", "results"), gate_range(t, c, false))
	                          .ptr;
	if (limit_ns == UNKNOWN_INT) {
		gate_say(t, c, "%s; no limit was given", figures);
	} else if (n < least) {
		c->status = GATE_TOO_FEW;
		c->more = (int64_t)(least - n);
		gate_say(t, c, "%s; it takes %zu results to tell", figures, least);
	} else {
		gate_within(t, c);
		gate_say(t, c, "%s%s", figures, gate_doubt(c));
	}
}

static void points_latency(struct trial *t)
{
	size_t n = t->side.n_latencies;
	double *sorted = xmalloc(size_mul(n + 1, sizeof *sorted));
	if (n) {
		memcpy(sorted, t->side.latencies, n * sizeof *sorted);
		qsort(sorted, n, sizeof *sorted, by_value);
	}
	point_latency(t, sorted, "latency-p50", "latency P50", 0.5, t->limits->p50_ns);
	point_latency(t, sorted, "latency-p95", "latency P95", 0.95, t->limits->p95_ns);
	free(sorted);
}

/* ---------------------------------------------------------------- cost */

static void point_cost_now(struct trial *t, const struct moments *m, int64_t unknown)
{
	struct gate_check *c = gate_addc(t, "cost", "cost per task", BEHIND_RUN);
	c->unit = GATE_USD;
	c->at_most = true;
	c->n = (int64_t)m->n;
	c->value = m->mean;
	c->limit = t->limits->cost_usd;
	const char *rest =
	    unknown ? arena_printf(&t->out->arena, ", %s no cost", gate_n(t, unknown, "more has", "more have")).ptr
	            : "";
	if (!m->n) {
		c->status = IS_UNKNOWN(c->limit) ? GATE_SKIPPED : GATE_TOO_FEW;
		gate_say(t, c, "no case says what it cost");
		return;
	}
	const char *figures =
	    arena_printf(&t->out->arena, "%s on average over %s%s", gate_fig(t, GATE_USD, c->value, false),
	                 gate_n(t, c->n, "case", "cases"), rest)
	        .ptr;
	if (IS_UNKNOWN(c->limit)) {
		gate_say(t, c, "%s; no limit was given", figures);
		return;
	}
	c->status = gate_beyond(c, c->value) ? GATE_FAIL : GATE_PASS;
	gate_say(t, c, "%s", figures);
}

static void point_cost_volume(struct trial *t, const struct moments *m)
{
	double factor = t->limits->volume;
	int64_t tasks = t->limits->tasks == UNKNOWN_INT ? (int64_t)t->side.n : t->limits->tasks;
	struct gate_check *c = gate_add(t, STR_LIT("cost-at-volume"),
	                                arena_printf(&t->out->arena, "cost at %g× volume", factor), BEHIND_RUN);
	struct cost_volume v = interval_cost_volume(m->n, m->mean, m->sd, factor * (double)tasks);
	c->unit = GATE_USD;
	c->at_most = true;
	c->n = (int64_t)m->n;
	c->limit = t->limits->cost_usd;
	if (!m->n || !tasks) {
		c->status = IS_UNKNOWN(c->limit) ? GATE_SKIPPED : GATE_TOO_FEW;
		gate_say(t, c, m->n ? "there are no tasks to foresee a cost for" : "no case says what it cost");
		return;
	}
	c->value = v.per_task_high;
	double volume = factor * (double)tasks;
	c->low = v.low / volume;
	c->high = v.high / volume;
	struct buf each = BUF_INIT;
	units_thousands(&each, (int64_t)llround(volume < 9e15 ? volume : 9e15));
	const char *figures =
	    arena_printf(&t->out->arena, "%s tasks cost %s (%s to %s), so at most %s each; prices and caching as now",
	                 buf_cstr(&each), gate_fig(t, GATE_USD, v.total, false), gate_fig(t, GATE_USD, v.low, false),
	                 gate_fig(t, GATE_USD, v.high, false), gate_fig(t, GATE_USD, v.per_task_high, false))
	        .ptr;
	buf_done(&each);
	if (IS_UNKNOWN(c->limit)) {
		gate_say(t, c, "%s; no limit was given", figures);
	} else if (v.too_few || IS_UNKNOWN(v.per_task_high)) {
		c->status = GATE_TOO_FEW;
		c->more = COST_MIN_CASES - (int64_t)m->n;
		gate_say(t, c, "%s; it takes %d cases with a cost to tell", gate_n(t, c->n, "case", "cases"),
		         COST_MIN_CASES);
	} else {
		c->status = gate_beyond(c, c->value) ? GATE_FAIL : GATE_PASS;
		gate_say(t, c, "%s", figures);
	}
}

static void points_cost(struct trial *t)
{
	double *costs = xmalloc(size_mul(t->side.n + 1, sizeof *costs));
	int64_t unknown = 0;
	for (size_t i = 0; i < t->side.n; i++) {
		costs[i] = t->side.cases[i].side.cost_usd;
		unknown += IS_UNKNOWN(costs[i]);
	}
	struct moments m = interval_moments(costs, t->side.n);
	free(costs);
	point_cost_now(t, &m, unknown);
	point_cost_volume(t, &m);
}

/* ---------------------------------------------------------------- traces */

static bool point_traces(struct trial *t)
{
	struct case_list without = {.n = 0};
	int64_t results = 0, linked = 0, there = 0;
	struct stmt *s = db_query(t->db,
	                          "SELECT k.text, c.title, c.trace IS NOT NULL, t.id IS NOT NULL FROM case_result c"
	                          " LEFT JOIN case_key k ON k.id = c.case_id"
	                          " LEFT JOIN trace t ON t.key = c.trace AND t.seen > 0"
	                          " WHERE c.run = ? AND c.repeat >= 0 ORDER BY c.case_id, c.repeat",
	                          t->err);
	if (!s)
		return false;
	stmt_int(s, 1, t->out->run.id);
	enum step step;
	while ((step = stmt_step(s, t->err)) == STEP_ROW) {
		results++;
		linked += col_int_or(s, 2, 0);
		there += col_int_or(s, 3, 0);
		if (!col_int_or(s, 3, 0))
			gate_case(t, &without, col_str(s, 0), col_str(s, 1));
	}
	stmt_end(s);
	struct gate_check *c = gate_addc(t, "traces", "traces", BEHIND_TRACES);
	c->n = results;
	c->value = (double)there;
	gate_cases(t, c, &without);
	if (there == results)
		gate_say(t, c, "every one of %s has its trace in the store", gate_n(t, results, "result", "results"));
	else if (!linked)
		gate_say(t, c, "no result is linked to a trace");
	else
		gate_say(t, c, "of %s %lld are linked to a trace, and of these traces %lld are in the store",
		         gate_n(t, results, "result", "results"), (long long)linked, (long long)there);
	if (!t->limits->traces)
		return step == STEP_DONE;
	c->limit = (double)results;
	c->status = there == results ? GATE_PASS : GATE_FAIL;
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- age */

static void point_age(struct trial *t)
{
	int64_t created = t->out->run.created_ns, now = t->opts->now_ns, most = t->limits->max_age_ns;
	struct gate_check *c = gate_addc(t, "age", "age of the run", BEHIND_RUN);
	c->unit = GATE_AGE;
	c->at_most = true;
	if (most)
		c->limit = (double)most;
	if (created == TIME_UNKNOWN) {
		c->status = most ? GATE_TOO_FEW : GATE_SKIPPED;
		gate_say(t, c, "its source does not say when it was made");
		return;
	}
	int64_t age;
	if (__builtin_sub_overflow(now, created, &age))
		age = created < 0 ? INT64_MAX : INT64_MIN;
	struct buf made = BUF_INIT;
	units_time_full(&made, created);
	c->value = (double)age;
	if (age < -DAY) {
		c->status = most ? GATE_TOO_FEW : GATE_SKIPPED;
		gate_say(t, c, "it says it was made on %.10s, which is still to come", buf_cstr(&made));
	} else {
		c->value = age < 0 ? 0 : (double)age;
		c->status = !most ? GATE_SKIPPED : age > most ? GATE_FAIL : GATE_PASS;
		gate_say(t, c, "made on %.10s, %s ago%s", buf_cstr(&made), gate_fig(t, GATE_AGE, c->value, false),
		         most ? "" : "; any age will do");
	}
	buf_done(&made);
}

/* ---------------------------------------------------------------- drift */

/* The pass rate (without verdicts the first score) against the band of the earlier runs of its dataset, statistics.md 13. */
static void say_drift(struct trial *t, struct gate_check *c, const struct trend_metric *m, size_t i, double shared)
{
	const struct trend_figure *f = &m->at[i];
	enum gate_unit unit = m->is_rate ? GATE_RATE : GATE_SCORE;
	const struct gate_score *score = m->is_rate ? NULL : gate_score_limit(t, m->name);
	bool lower = score && score->better < 0;
	c->unit = unit;
	c->value = f->value;
	c->n = (int64_t)f->drift.k;
	c->at_most = lower;
	c->limit = lower ? f->drift.band.high : f->drift.band.low;
	const char *few = shared < TREND_SHARED_PERCENT / 100.0
	                      ? arena_printf(&t->out->arena, "; only %s of their cases are the same",
	                                     gate_fig(t, GATE_RATE, shared, false))
	                            .ptr
	                      : "";
	bool outside =
	    lower ? f->drift.outside && f->value > f->drift.center : f->drift.outside && f->value < f->drift.center;
	c->status = outside ? GATE_FAIL : GATE_PASS;
	gate_say(t, c, "%s %s, %s the band of %s to %s that the %zu runs before it give%s",
	         m->is_rate ? "pass rate" : m->name.ptr, gate_fig(t, unit, f->value, false),
	         !f->drift.outside            ? "within"
	         : f->value < f->drift.center ? "below"
	                                      : "above",
	         gate_fig(t, unit, f->drift.band.low, false), gate_fig(t, unit, f->drift.band.high, false), f->drift.k,
	         few);
}

static bool point_drift(struct trial *t)
{
	const struct run_row *run = &t->out->run;
	struct trends all = {.n = 0};
	double shared = UNKNOWN_DOUBLE;
	bool ok = true;
	if (!t->limits->drift)
		return true;
	struct gate_check *c = gate_addc(t, "drift", "drift", BEHIND_TREND);
	c->status = GATE_TOO_FEW;
	if (!run->dataset.len) {
		gate_say(t, c, "the run names no dataset, so it has no earlier runs");
		return true;
	}
	ok = trends_read(t->db, &run->dataset, &all, t->err);
	const struct trend_series *s = ok ? trends_of(&all, run->dataset) : NULL;
	const struct trend_metric *m = s && s->n_metrics ? &s->metrics[0] : NULL;
	size_t i = s ? trend_index(s, run->id, run->created_ns) : TREND_NOWHERE;
	if (!m || i == TREND_NOWHERE || IS_UNKNOWN(m->at[i].value)) {
		gate_say(t, c, "the run has no place among the runs of its dataset, or no rate");
	} else if (IS_UNKNOWN(m->at[i].drift.band.low)) {
		gate_say(t, c, "%s before it in its dataset, it takes 3 to make a band",
		         gate_n(t, (int64_t)m->at[i].drift.k, "run is", "runs are"));
	} else {
		ok = trend_shared(t->db, s, m, i, &shared, t->err);
		say_drift(t, c, m, i, shared);
	}
	trends_done(&all);
	return ok;
}

bool gate_budget_points(struct trial *t)
{
	points_latency(t);
	points_cost(t);
	if (!point_traces(t))
		return false;
	point_age(t);
	return point_drift(t);
}
