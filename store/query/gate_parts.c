/* Points of the gate about parts of the run: scores, cases that must pass, repeats. */
#include <stdlib.h>

#include "store/query/gate_private.h"
#include "store/stat/rng.h"

/* ---------------------------------------------------------------- scores */

static bool word_id(struct trial *t, struct str word, int64_t *id)
{
	struct stmt *s = db_query(t->db, "SELECT id FROM word WHERE text = ?", t->err);
	*id = UNKNOWN_INT;
	if (!s)
		return false;
	stmt_str(s, 1, word);
	enum step step = stmt_step(s, t->err);
	if (step == STEP_ROW)
		*id = col_int(s, 0);
	stmt_end(s);
	return step != STEP_FAIL;
}

/* The cases' values of a score. The caller frees. */
static double *values_of(const struct trial *t, int64_t word, size_t *n)
{
	double *values = xmalloc(size_mul(t->side.n + 1, sizeof *values));
	*n = 0;
	for (size_t i = 0; i < t->side.n; i++) {
		const struct side_case *c = &t->side.cases[i];
		for (size_t k = 0; k < c->n_scores; k++)
			if (t->side.scores[c->scores + k].name == word)
				values[(*n)++] = t->side.scores[c->scores + k].value;
	}
	return values;
}

static void point_score_mean(struct trial *t, const struct gate_score *s, bool at_most, double mean, size_t n,
                             struct interval bounds)
{
	const char *which = at_most ? "max" : "min";
	struct gate_check *c =
	    gate_add(t, arena_printf(&t->out->arena, "score." STR_FMT ".%s", STR_ARG(s->name), which),
	             arena_printf(&t->out->arena, STR_FMT ", %s", STR_ARG(s->name), which), BEHIND_SCORES);
	c->unit = GATE_SCORE;
	c->field = s->name;
	c->at_most = at_most;
	c->limit = at_most ? s->max : s->min;
	c->value = mean;
	c->n = (int64_t)n;
	c->low = bounds.low;
	c->high = bounds.high;
	if (!n) {
		c->status = GATE_TOO_FEW;
		gate_say(t, c, "no case of the run has this score");
		return;
	}
	t->quality = true;
	gate_within(t, c);
	gate_say(t, c, "mean %s of %s%s%s", gate_fig(t, GATE_SCORE, mean, false), gate_n(t, c->n, "case", "cases"),
	         gate_range(t, c, false), gate_doubt(c));
}

static const struct compare_metric *metric_named(const struct compare *c, struct str name)
{
	for (size_t i = 0; i < c->n_metrics; i++)
		if (strcmp(c->metrics[i].kind, "score") == 0 && str_is(name, c->metrics[i].name))
			return &c->metrics[i];
	return NULL;
}

static void point_score_drop(struct trial *t, const struct gate_score *s)
{
	struct gate_check *c =
	    gate_add(t, arena_printf(&t->out->arena, "score." STR_FMT ".max_drop", STR_ARG(s->name)),
	             arena_printf(&t->out->arena, STR_FMT ", loss", STR_ARG(s->name)), BEHIND_SCORES);
	const struct compare_metric *m = metric_named(&t->out->compare, s->name);
	bool lower = s->better ? s->better < 0 : m && m->lower_is_better;
	c->unit = GATE_SCORE;
	c->field = s->name;
	c->at_most = true;
	c->limit = s->max_drop;
	if (!t->out->has_baseline) {
		gate_say(t, c, "no baseline was given to compare with");
		return;
	}
	if (!m || !m->result.n) {
		c->status = GATE_TOO_FEW;
		gate_say(t, c, "no case of both runs has this score");
		return;
	}
	c->n = (int64_t)m->result.n;
	c->before = m->result.a;
	c->after = m->result.b;
	c->value = lower ? m->result.delta : 0 - m->result.delta;
	c->low = lower ? m->result.low : -m->result.high;
	c->high = lower ? m->result.high : -m->result.low;
	t->quality = true;
	gate_within(t, c);
	gate_say(t, c, "%s to %s over %s, a %s of %s%s", gate_fig(t, GATE_SCORE, c->before, false),
	         gate_fig(t, GATE_SCORE, c->after, false), gate_n(t, c->n, "case", "cases"),
	         c->value > 0 ? "loss" : "gain", gate_fig(t, GATE_SCORE, c->value > 0 ? c->value : 0 - c->value, false),
	         gate_doubt(c));
}

static bool point_score(struct trial *t, const struct gate_score *s)
{
	int64_t word;
	if (!word_id(t, s->name, &word))
		return false;
	size_t n;
	double *values = values_of(t, word, &n);
	struct moments m = interval_moments(values, n);
	struct interval bounds = INTERVAL_NONE;
	struct boot_opts boot = {.seed = t->opts->seed ? t->opts->seed : RNG_DEFAULT_SEED};
	bool limits = !IS_UNKNOWN(s->min) || !IS_UNKNOWN(s->max);
	if (limits && n >= interval_quantile_min_n(0.5))
		boot_mean(values, n, &boot, &bounds);
	free(values);
	if (!IS_UNKNOWN(s->min))
		point_score_mean(t, s, false, m.mean, n, bounds);
	if (!IS_UNKNOWN(s->max))
		point_score_mean(t, s, true, m.mean, n, bounds);
	if (!IS_UNKNOWN(s->max_drop))
		point_score_drop(t, s);
	return true;
}

/* ---------------------------------------------------------------- cases that must pass */

void gate_must_result(struct trial *t, struct gate_must *m, struct str key, struct str title, int64_t status)
{
	m->results++;
	if (status == CASE_PASSED)
		return;
	if (status == CASE_UNSCORED)
		m->unscored++;
	else
		m->not_passed++;
	gate_case(t, &m->against, key, title);
}

static bool must_by_filter(struct trial *t, const struct filter *filter, struct gate_must *m)
{
	struct buf sql = BUF_INIT;
	int params = 1;
	int64_t last = UNKNOWN_INT;
	if (!filter_resolve(filter, t->db, t->err))
		return false;
	buf_add_cstr(
	    &sql,
	    "SELECT c.case_id, k.text, c.title, c.status FROM case_result c LEFT JOIN case_key k ON k.id = c.case_id"
	    " WHERE c.run = ?1 AND c.repeat >= 0");
	if (!filter_is_empty(filter)) {
		buf_add_cstr(&sql, " AND (");
		filter_sql(&sql, filter, &params);
		buf_add_cstr(&sql, ")");
	}
	buf_add_cstr(&sql, " ORDER BY c.case_id, c.repeat");
	struct stmt *s = db_query_composed(t->db, buf_str(&sql), t->err);
	buf_done(&sql);
	if (!s)
		return false;
	stmt_int(s, 1, t->out->run.id);
	filter_bind(s, filter, 2);
	enum step step;
	while ((step = stmt_step(s, t->err)) == STEP_ROW) {
		m->cases += col_int(s, 0) != last;
		last = col_int(s, 0);
		gate_must_result(t, m, col_str(s, 1), col_str(s, 2), col_int_or(s, 3, CASE_UNSCORED));
	}
	stmt_free(s);
	return step == STEP_DONE;
}

static void say_must(struct trial *t, const struct gate_must_pass *must, struct gate_must *m)
{
	struct gate_check *c =
	    gate_add(t, arena_printf(&t->out->arena, "must-pass." STR_FMT, STR_ARG(must->name)),
	             arena_printf(&t->out->arena, STR_FMT " cases", STR_ARG(must->name)), BEHIND_RUN);
	c->at_most = true;
	c->limit = 0;
	c->n = m->results;
	c->value = (double)(m->not_passed + m->unscored);
	gate_cases(t, c, &m->against);
	const char *cases = gate_n(t, m->cases, "case", "cases");
	if (!m->cases) {
		c->status = GATE_TOO_FEW;
		gate_say(t, c, "no case of the run is one");
	} else if (m->not_passed) {
		c->status = GATE_FAIL;
		c->brief = arena_printf(&t->out->arena, "%s of " STR_FMT " cases did not pass",
		                        gate_n(t, m->not_passed, "result", "results"), STR_ARG(must->name));
		gate_say(t, c, "%s of %s did not pass (%s)", gate_n(t, m->not_passed, "result", "results"), cases,
		         gate_n(t, m->results, "result", "results"));
	} else if (m->unscored) {
		c->status = GATE_TOO_FEW;
		gate_say(t, c, "%s of %s without a verdict", gate_n(t, m->unscored, "result is", "results are"), cases);
	} else {
		c->status = GATE_PASS;
		gate_say(t, c, "%s passed, in %s", m->cases == 1 ? "the one case" : cases,
		         m->results == 1 ? "its one result" : gate_n(t, m->results, "result", "results"));
	}
}

static bool point_must(struct trial *t, const struct gate_must_pass *must)
{
	struct gate_must m = {.cases = 0};
	if (must->field.len ? !gate_must_by_field(t, must, &m) : !must_by_filter(t, must->filter, &m))
		return false;
	say_must(t, must, &m);
	return true;
}

/* ---------------------------------------------------------------- repeats */

/* A case holds if at least `pass` of `min` of its repeats pass: with more repeats than that, the same share of them. */
static void point_repeats(struct trial *t)
{
	int64_t least = t->limits->repeats, pass = t->limits->repeats_pass;
	if (least == UNKNOWN_INT)
		return;
	double rate = t->limits->repeats_rate;
	if (pass == UNKNOWN_INT)
		pass = least;
	if (IS_UNKNOWN(rate))
		rate = IS_UNKNOWN(t->limits->pass_rate) ? 1 : t->limits->pass_rate;
	struct case_list against = {.n = 0};
	int64_t n = 0, few = 0, hold = 0;
	for (size_t i = 0; i < t->side.n; i++) {
		const struct side_case *c = &t->side.cases[i];
		n++;
		if (c->side.scored < least) {
			few++;
		} else if (c->side.passes * least >= pass * c->side.scored) {
			hold++;
		} else {
			gate_case(t, &against, c->key, c->title);
		}
	}
	struct gate_check *c = gate_addc(t, "repeats", "repeats", BEHIND_REPEATS);
	gate_rate(c, (double)hold, (double)(n - few));
	c->limit = rate;
	gate_cases(t, c, &against);
	const char *each = arena_printf(&t->out->arena, "%lld of %lld", (long long)pass, (long long)least).ptr;
	if (few || !n) {
		c->status = GATE_TOO_FEW;
		gate_say(t, c, "%s fewer than %s with a verdict", gate_n(t, few, "case has", "cases have"),
		         gate_n(t, least, "repeat", "repeats"));
	} else {
		t->quality = true;
		gate_within(t, c);
		gate_say(t, c, "%s of %s pass at least %s%s%s", gate_fig(t, GATE_RATE, c->value, false),
		         gate_n(t, n, "case", "cases"), each, gate_range(t, c, false), gate_doubt(c));
	}
}

bool gate_part_points(struct trial *t)
{
	bool ok = true;
	for (size_t i = 0; ok && i < t->limits->n_scores; i++)
		ok = point_score(t, &t->limits->scores[i]);
	for (size_t i = 0; ok && i < t->limits->n_must_pass; i++)
		ok = point_must(t, &t->limits->must_pass[i]);
	if (ok)
		point_repeats(t);
	return ok;
}
