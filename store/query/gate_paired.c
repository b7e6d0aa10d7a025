/* Points of the gate against the baseline: no metric worse, cases lost, new errors, and those that are allowed. */
#include "store/base/near.h"
#include "store/query/gate_private.h"

/* ---------------------------------------------------------------- metrics */

static enum gate_unit unit_of(const struct compare_metric *m, bool difference)
{
	if (strcmp(m->kind, "rate") == 0)
		return difference ? GATE_POINTS : GATE_RATE;
	if (strcmp(m->kind, "latency") == 0)
		return GATE_NS;
	return strcmp(m->kind, "cost") == 0 ? GATE_USD : GATE_SCORE;
}

static struct str title_of(const struct compare_metric *m)
{
	static const char *const titles[][2] = {
	    {"pass",              "pass rate"    },
	    {"latency_p50_ns",    "latency P50"  },
	    {"latency_p95_ns",    "latency P95"  },
	    {"cost_usd_per_case", "cost per task"}
        };
	for (size_t i = 0; strcmp(m->kind, "score") != 0 && i < sizeof titles / sizeof *titles; i++)
		if (strcmp(m->name, titles[i][0]) == 0)
			return str_of(titles[i][1]);
	return str_of(m->name);
}

static bool is_tolerated(const struct trial *t, const char *name)
{
	for (size_t i = 0; i < t->limits->n_tolerate; i++)
		if (str_is(t->limits->tolerate[i], name))
			return true;
	return false;
}

static bool is_quality(const struct compare_metric *m)
{
	return strcmp(m->kind, "rate") == 0 || strcmp(m->kind, "score") == 0;
}

/* A metric as the limits see it: which way is better, and what difference matters. */
struct view {
	bool lower, worse, better;
	double margin; /* NaN: none */
	double surely; /* the gain is surely at least this: the worse end of the interval */
};

static struct view view_of(const struct trial *t, const struct compare_metric *m)
{
	const struct metric_result *r = &m->result;
	const struct gate_score *score = strcmp(m->kind, "score") == 0 ? gate_score_limit(t, str_of(m->name)) : NULL;
	struct view v = {.lower = m->lower_is_better, .margin = UNKNOWN_DOUBLE};
	if (is_quality(m))
		v.margin = score && !IS_UNKNOWN(score->margin) ? score->margin : t->limits->margin;
	v.worse = r->verdict == METRIC_WORSE;
	v.better = r->verdict == METRIC_BETTER;
	if (score && score->better && (score->better < 0) != v.lower) {
		bool worse = v.worse;
		v.lower = !v.lower;
		v.worse = v.better;
		v.better = worse;
	}
	v.surely = v.lower ? -r->high : r->low;
	return v;
}

/* "+19.2pt (95% interval +8.8pt to +30.4pt)" */
static const char *moved(struct trial *t, const struct gate_check *c, enum gate_unit plain)
{
	return arena_printf(&t->out->arena, "%s to %s, %s%s", gate_fig(t, plain, c->before, false),
	                    gate_fig(t, plain, c->after, false), gate_fig(t, c->unit, c->value, true),
	                    gate_range(t, c, true))
	    .ptr;
}

/* A p is that of all metrics together (Holm), so it may be large where the interval of this one excludes 0. */
static const char *p_words(struct trial *t, double p)
{
	if (IS_UNKNOWN(p))
		return "";
	int holm = t->out->compare.holm;
	const char *of = holm > 1 ? arena_printf(&t->out->arena, " (Holm over %d)", holm).ptr : "";
	if (p < 0.0001)
		return arena_printf(&t->out->arena, ", p <0.0001%s", of).ptr;
	return arena_printf(&t->out->arena, p < 0.01 ? ", p %.4f%s" : p < 0.1 ? ", p %.3f%s" : ", p %.2f%s", p, of).ptr;
}

/* A drop that these cases would not have shown is said with the pass. */
static const char *unseen(struct trial *t, const struct gate_check *c)
{
	if (IS_UNKNOWN(c->detectable))
		return "";
	return arena_printf(&t->out->arena, "; a change under %s could go unseen",
	                    gate_fig(t, c->unit, c->detectable, false))
	    .ptr;
}

/* The family as a whole decides; that a metric alone looks worse is said all the same. */
static const char *alone(const struct view *v, const struct metric_result *r)
{
	double at_best = v->lower ? -r->low : r->high;
	return at_best < 0 ? "; taken alone it looks worse, among all metrics it may be chance" : "";
}

static void say_regression(struct trial *t, struct gate_check *c, const struct compare_metric *m, const struct view *v)
{
	const struct metric_result *r = &m->result;
	const char *figures = moved(t, c, unit_of(m, false));
	bool within = v->surely > -v->margin; /* false where there is no margin */
	if (v->worse && !within) {
		c->status = GATE_FAIL;
		c->brief = arena_printf(&t->out->arena, STR_FMT " is worse (%s)", STR_ARG(str_cut(title_of(m), 0, 60)),
		                        gate_fig(t, c->unit, c->value, true));
		gate_say(t, c, "worse: %s%s", figures, p_words(t, r->p_holm));
	} else if (v->worse) {
		c->status = GATE_PASS;
		gate_say(t, c, "worse, but surely by less than the margin: %s", figures);
	} else if (v->better) {
		c->status = GATE_PASS;
		gate_say(t, c, "better: %s%s", figures, p_words(t, r->p_holm));
	} else if (IS_UNKNOWN(v->margin)) {
		c->status = GATE_PASS;
		gate_say(t, c, "no evidence that it is worse: %s%s%s%s", figures, p_words(t, r->p_holm), alone(v, r),
		         unseen(t, c));
	} else if (within) {
		c->status = GATE_PASS;
		gate_say(t, c, "surely worse by less than the margin, if at all: %s", figures);
	} else {
		c->status = GATE_TOO_FEW;
		c->more = r->cases_more > 0 ? r->cases_more : UNKNOWN_INT;
		c->brief = arena_printf(&t->out->arena, STR_FMT " may be worse by %s or more",
		                        STR_ARG(str_cut(title_of(m), 0, 60)), gate_fig(t, c->unit, v->margin, false));
		gate_say(t, c, "it may be worse by the margin of %s or more: %s",
		         gate_fig(t, c->unit, v->margin, false), figures);
	}
}

/* The cases that a worse pass rate is made of. */
static void name_lost(struct trial *t, struct gate_check *c)
{
	const struct compare *cmp = &t->out->compare;
	struct case_list lost = {.n = 0};
	for (size_t i = 0; i < cmp->n_rows; i++)
		if (cmp->rows[i].class_ == CLASS_REGRESSED)
			gate_case(t, &lost, cmp->rows[i].key, cmp->rows[i].title);
	gate_cases(t, c, &lost);
}

static void point_metric(struct trial *t, const struct compare_metric *m)
{
	const struct metric_result *r = &m->result;
	struct view v = view_of(t, m);
	bool pass = strcmp(m->kind, "rate") == 0, score = strcmp(m->kind, "score") == 0;
	struct gate_check *c = gate_add(t, arena_printf(&t->out->arena, "regression.%s", m->name),
	                                arena_printf(&t->out->arena, STR_FMT ", change", STR_ARG(title_of(m))),
	                                pass    ? BEHIND_LOST
	                                : score ? BEHIND_SCORES
	                                        : BEHIND_COMPARE);
	if (score)
		c->field = str_of(m->name);
	c->unit = unit_of(m, true);
	c->at_most = v.lower;
	c->n = (int64_t)r->n;
	c->value = r->delta;
	c->low = r->low;
	c->high = r->high;
	c->before = r->a;
	c->after = r->b;
	c->p = r->p_holm;
	c->detectable = r->smallest_detectable;
	if (!IS_UNKNOWN(v.margin))
		c->limit = v.lower ? v.margin : -v.margin;
	if (!r->n) {
		gate_say(t, c, "no case has it in both runs");
		return;
	}
	if (pass)
		name_lost(t, c);
	t->quality = t->quality || (is_quality(m) && r->n >= r->min_n);
	if (is_tolerated(t, m->name)) {
		gate_say(t, c, "may get worse (tolerate); it is %s: %s",
		         v.worse    ? "worse"
		         : v.better ? "better"
		                    : "not known to be",
		         moved(t, c, unit_of(m, false)));
	} else if (r->n < r->min_n) {
		c->status = pass ? GATE_TOO_FEW : GATE_SKIPPED;
		c->more = (int64_t)(r->min_n - r->n);
		gate_say(t, c, "only %s it in both runs; %zu could tell", gate_n(t, c->n, "case has", "cases have"),
		         r->min_n);
	} else {
		say_regression(t, c, m, &v);
	}
}

/* ---------------------------------------------------------------- lost cases, new errors, and what is allowed */

/* Long keys are SHA-256 in hex (model_case_key): of these the first characters do, if they are enough. Other keys are names, of which
 * one may be the beginning of another. */
static bool is_case(struct str key, struct str word)
{
	enum { HASH = 64, ENOUGH = 8 };
	return str_eq(key, word) ||
	       (key.len == HASH && word.len >= ENOUGH && word.len < HASH && memcmp(key.ptr, word.ptr, word.len) == 0);
}

static const struct gate_allowed *allowed_of(const struct trial *t, struct str key)
{
	for (size_t i = 0; i < t->limits->n_allowed; i++)
		if (is_case(key, t->limits->allowed[i].key))
			return &t->limits->allowed[i];
	return NULL;
}

static bool is_over(const struct trial *t, const struct gate_allowed *a)
{
	return t->opts->now_ns >= a->until_ns;
}

static void point_flips(struct trial *t, enum case_class class_, const char *name, const char *title, int64_t limit)
{
	const struct compare *cmp = &t->out->compare;
	struct case_list counted = {.n = 0};
	int64_t excused = 0;
	for (size_t i = 0; i < cmp->n_rows; i++) {
		const struct compare_row *row = &cmp->rows[i];
		if (row->class_ != class_)
			continue;
		const struct gate_allowed *a = allowed_of(t, row->key);
		if (a && !is_over(t, a))
			excused++;
		else
			gate_case(t, &counted, row->key, row->title);
	}
	struct gate_check *c = gate_addc(t, name, title, class_ == CLASS_REGRESSED ? BEHIND_LOST : BEHIND_ERRORS);
	c->at_most = true;
	c->n = cmp->paired;
	c->value = (double)counted.n;
	gate_cases(t, c, &counted);
	const char *more = excused ? arena_printf(&t->out->arena, ", beside %s",
	                                          gate_n(t, excused, "that is allowed", "that are allowed"))
	                                 .ptr
	                           : "";
	const char *what =
	    class_ == CLASS_REGRESSED ? "passed before and fail now" : "gave an answer before and end in an error now";
	const char *one = class_ == CLASS_REGRESSED ? "passed before and fails now"
	                                            : "gave an answer before and ends in an error now";
	const char *figures = arena_printf(&t->out->arena, "%s %s%s", gate_n(t, c->all_cases, "case", "cases"),
	                                   c->all_cases == 1 ? one : what, more)
	                          .ptr;
	if (limit == UNKNOWN_INT) {
		gate_say(t, c, "%s; no limit was given, the pass rate is tested as a whole", figures);
		return;
	}
	c->limit = (double)limit;
	c->status = c->all_cases <= limit ? GATE_PASS : GATE_FAIL;
	c->brief = arena_printf(&t->out->arena, "%s, %s may",
	                        class_ == CLASS_REGRESSED ? gate_n(t, c->all_cases, "case lost", "cases lost")
	                                                  : gate_n(t, c->all_cases, "new error", "new errors"),
	                        limit ? gate_fig(t, GATE_COUNT, c->limit, false) : "none");
	if (!c->all_cases)
		gate_say(t, c, "no case %s%s", one, more);
	else
		gate_say(t, c, "%s%s", figures, limit || c->status == GATE_PASS ? "" : "; none may");
}

static bool is_flipped(const struct compare_row *row)
{
	return row->class_ == CLASS_REGRESSED || row->class_ == CLASS_NEW_ERROR;
}

static void point_allowed(struct trial *t, const struct gate_allowed *a)
{
	const struct compare *cmp = &t->out->compare;
	const struct compare_row *known = NULL, *flipped = NULL;
	for (size_t i = 0; i < cmp->n_rows; i++) {
		const struct compare_row *row = &cmp->rows[i];
		if (!is_case(row->key, a->key))
			continue;
		known = row;
		if (is_flipped(row))
			flipped = row;
	}
	struct str short_key = str_cut(a->key, 0, 40);
	struct gate_check *c =
	    gate_add(t, arena_printf(&t->out->arena, "allow." STR_FMT, STR_ARG(short_key)),
	             arena_printf(&t->out->arena, "allowed " STR_FMT, STR_ARG(str_cut(a->key, 0, 12))), BEHIND_LOST);
	struct case_list one = {.n = 0};
	gate_case(t, &one, known ? known->key : a->key, known ? known->title : STR_NONE);
	gate_cases(t, c, &one);
	if (!known)
		gate_say(t, c, "no case of this key is in either run: take it out");
	else if (!flipped)
		gate_say(t, c, "not needed: the case is neither lost nor a new error; take it out");
	else if (is_over(t, a))
		gate_say(t, c, "its time ended with " STR_FMT ": the case counts again (" STR_FMT ")",
		         STR_ARG(a->until), STR_ARG(a->reason));
	else {
		c->status = GATE_PASS;
		gate_say(t, c, "%s, allowed until " STR_FMT ": " STR_FMT,
		         flipped->class_ == CLASS_REGRESSED ? "lost" : "a new error", STR_ARG(a->until),
		         STR_ARG(a->reason));
	}
}

/* A name that is no metric's would be tolerated in silence. */
static void point_tolerated(struct trial *t, struct str name)
{
	struct near near = {.word = name};
	struct buf meant = BUF_INIT;
	for (size_t i = 0; i < t->out->compare.n_metrics; i++) {
		if (str_is(name, t->out->compare.metrics[i].name))
			return;
		near_try(&near, t->out->compare.metrics[i].name);
	}
	near_say(&near, &meant);
	struct gate_check *c =
	    gate_add(t, arena_printf(&t->out->arena, "tolerate." STR_FMT, STR_ARG(name)), name, BEHIND_COMPARE);
	gate_say(t, c, "may get worse (tolerate), but the comparison has no such metric%s", buf_cstr(&meant));
	buf_done(&meant);
}

static void skip_without_baseline(struct trial *t)
{
	struct gate_check *c = gate_addc(t, "regression", "no regression", BEHIND_RUN);
	gate_say(t, c, "no baseline was given to compare with");
	for (size_t i = 0; i < t->limits->n_allowed; i++) {
		c = gate_add(t, arena_printf(&t->out->arena, "allow." STR_FMT, STR_ARG(t->limits->allowed[i].key)),
		             STR_LIT("allowed"), BEHIND_RUN);
		gate_say(t, c, "no baseline was given, so no case is lost");
	}
}

bool gate_paired_points(struct trial *t)
{
	const struct compare *cmp = &t->out->compare;
	if (!t->out->has_baseline) {
		skip_without_baseline(t);
		return true;
	}
	if (cmp->refused.len) {
		struct gate_check *c = gate_addc(t, "regression", "no regression", BEHIND_COMPARE);
		c->status = t->limits->no_regression ? GATE_TOO_FEW : GATE_SKIPPED;
		gate_say(t, c, "the runs share no case, so nothing can be compared");
		return true;
	}
	for (size_t i = 0; t->limits->no_regression && i < cmp->n_metrics; i++)
		point_metric(t, &cmp->metrics[i]);
	if (!t->limits->no_regression) {
		struct gate_check *c = gate_addc(t, "regression", "no regression", BEHIND_COMPARE);
		gate_say(t, c, "not asked for (no_regression)");
	}
	int64_t lost = t->limits->max_lost;
	if (lost == UNKNOWN_INT && t->limits->n_allowed)
		lost = 0;
	point_flips(t, CLASS_REGRESSED, "lost", "lost cases", lost);
	point_flips(t, CLASS_NEW_ERROR, "new-errors", "new errors", t->limits->max_new_errors);
	for (size_t i = 0; i < t->limits->n_allowed; i++)
		point_allowed(t, &t->limits->allowed[i]);
	for (size_t i = 0; i < t->limits->n_tolerate; i++)
		point_tolerated(t, t->limits->tolerate[i]);
	return true;
}
