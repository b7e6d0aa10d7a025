/* The metrics of a comparison (statistics.md) and the sentence made of them. */
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/query/compare_private.h"
#include "store/stat/rng.h"

/* ---------------------------------------------------------------- one number per case and side */

double side_case_pass(const struct side_case *c, bool majority)
{
	if (!majority)
		return stat_case_share(c->side.passes, c->failed, c->errored);
	switch (c->side.status) {
	case CASE_UNSCORED: return UNKNOWN_DOUBLE;
	case CASE_PASSED: return 1;
	case CASE_FAILED:
	case CASE_ERROR:
	case N_CASE_STATUSES: break;
	}
	return 0;
}

struct paired {
	const struct side_run *a, *b;
	const struct pair *pairs; /* both sides present */
	size_t n;
	double *values_a, *values_b; /* n each, for one metric at a time */
};

static bool any_repeats(const struct paired *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->a->cases[p->pairs[i].a].n_repeats > 1 || p->b->cases[p->pairs[i].b].n_repeats > 1)
			return true;
	return false;
}

static bool rate_metric(const struct paired *p, bool majority, const struct stat_opts *opts, struct metric_result *out)
{
	for (size_t i = 0; i < p->n; i++) {
		p->values_a[i] = side_case_pass(&p->a->cases[p->pairs[i].a], majority);
		p->values_b[i] = side_case_pass(&p->b->cases[p->pairs[i].b], majority);
	}
	return stat_rate(p->values_a, p->values_b, p->n, !majority && any_repeats(p), opts, out);
}

static bool score_metric(const struct paired *p, size_t score, const struct stat_opts *opts, struct metric_result *out)
{
	for (size_t i = 0; i < p->n; i++) {
		p->values_a[i] = p->a->cases[p->pairs[i].a].side.scores[score];
		p->values_b[i] = p->b->cases[p->pairs[i].b].side.scores[score];
	}
	return stat_score(p->values_a, p->values_b, p->n, opts, out);
}

static bool cost_metric(const struct paired *p, const struct stat_opts *opts, struct metric_result *out)
{
	for (size_t i = 0; i < p->n; i++) {
		p->values_a[i] = p->a->cases[p->pairs[i].a].side.cost_usd;
		p->values_b[i] = p->b->cases[p->pairs[i].b].side.cost_usd;
	}
	return stat_cost(p->values_a, p->values_b, p->n, opts, out);
}

/* All latencies of the paired cases of one side, case by case. *values and *offsets are the caller's to free. */
static struct tuples latencies_of(const struct side_run *run, const struct pair *pairs, size_t n, bool is_b,
                                  double **values, size_t **offsets)
{
	size_t used = 0;
	*values = xmalloc(size_mul(size_add(run->n_latencies, 1), sizeof **values));
	*offsets = xmalloc(size_mul(size_add(n, 1), sizeof **offsets));
	for (size_t i = 0; i < n; i++) {
		size_t at = is_b ? pairs[i].b : pairs[i].a;
		size_t from = run->cases[at].latencies, count = side_latencies_end(run, at) - from;
		(*offsets)[i] = used;
		if (count)
			memcpy(*values + used, run->latencies + from, count * sizeof **values);
		used += count;
	}
	(*offsets)[n] = used;
	return (struct tuples){.values = *values, .offsets = *offsets, .n = n};
}

static bool latency_metrics(const struct paired *p, const struct stat_opts *opts, struct metric_result out[2])
{
	static const double probs[2] = {0.5, 0.95};
	double *values_a, *values_b;
	size_t *offsets_a, *offsets_b;
	struct tuples a = latencies_of(p->a, p->pairs, p->n, false, &values_a, &offsets_a);
	struct tuples b = latencies_of(p->b, p->pairs, p->n, true, &values_b, &offsets_b);
	bool done = stat_latency_quantile(&a, &b, probs, 2, opts, out);
	free(values_a);
	free(values_b);
	free(offsets_a);
	free(offsets_b);
	return done;
}

bool compare_metrics(struct db *db, const struct side_run *a, const struct side_run *b, const struct pair *pairs,
                     size_t n, const bool *score_on_both, const struct compare_opts *opts, struct compare *out,
                     struct err *err)
{
	struct db_ticker ticker;
	if (!db_ticker_begin(db, &ticker, err))
		return false;
	struct stat_opts stat = STAT_OPTS;
	stat.boot.cancelled = db_ticker_stopped;
	stat.boot.arg = &ticker;
	if (opts->seed)
		stat.boot.seed = opts->seed;
	/* A margin is one of rates and scores: nanoseconds and dollars are other measures. */
	struct stat_opts quality = stat;
	quality.margin = opts->margin > 0 ? opts->margin : 0;
	double *values = xmalloc(size_mul(size_add(n, 1), 2 * sizeof *values));
	struct paired p = {.a = a, .b = b, .pairs = pairs, .n = n, .values_a = values, .values_b = values + n};
	size_t most = out->n_scores + 4, m = 0;
	out->metrics = arena_zalloc(&out->arena, most, sizeof *out->metrics);
	struct metric_result *results = arena_zalloc(&out->arena, most, sizeof *results);

	bool done = rate_metric(&p, opts->majority, &quality, &results[m]);
	out->metrics[m++] = (struct compare_metric){.name = "pass", .kind = "rate"};
	for (size_t i = 0; done && i < out->n_scores; i++)
		if (score_on_both[i]) {
			done = score_metric(&p, i, &quality, &results[m]);
			results[m].lower_is_better = out->lower[i];
			out->metrics[m++] = (struct compare_metric){.name = out->scores[i].ptr, .kind = "score"};
		}
	done = done && latency_metrics(&p, &stat, &results[m]);
	out->metrics[m++] = (struct compare_metric){.name = "latency_p50_ns", .kind = "latency"};
	out->metrics[m++] = (struct compare_metric){.name = "latency_p95_ns", .kind = "latency"};
	done = done && cost_metric(&p, &stat, &results[m]);
	out->metrics[m++] = (struct compare_metric){.name = "cost_usd_per_case", .kind = "cost"};
	free(values);
	db_ticker_end(&ticker);
	if (!done)
		return false;

	stat_verdicts(results, m);
	out->n_metrics = m;
	for (size_t i = 0; i < m; i++) {
		out->metrics[i].result = results[i];
		out->metrics[i].lower_is_better = results[i].lower_is_better;
		out->holm += !IS_UNKNOWN(results[i].p);
	}
	return true;
}

/* ---------------------------------------------------------------- the sentence */

static bool is_quality(const struct compare_metric *m)
{
	return strcmp(m->kind, "rate") == 0 || strcmp(m->kind, "score") == 0;
}

/* The first metric of a kind (NULL: of rate and score) with this verdict. */
static const struct compare_metric *first_with(const struct compare *c, const char *kind, enum stat_verdict verdict)
{
	for (size_t i = 0; i < c->n_metrics; i++) {
		const struct compare_metric *m = &c->metrics[i];
		if (m->result.verdict == verdict && (kind ? strcmp(m->kind, kind) == 0 : is_quality(m)))
			return m;
	}
	return NULL;
}

/* What stands for the whole when nothing is significant: the first metric that has cases at all. */
static const struct compare_metric *leading(const struct compare *c)
{
	for (size_t i = 0; i < c->n_metrics; i++)
		if (c->metrics[i].result.n > 0)
			return &c->metrics[i];
	return NULL;
}

static void answers_phrase(const struct compare *c, struct buf *out)
{
	const struct compare_metric *better = first_with(c, NULL, METRIC_BETTER);
	const struct compare_metric *worse = first_with(c, NULL, METRIC_WORSE);
	if (better && worse)
		buf_printf(out, "answers better by %s but worse by %s", better->name, worse->name);
	else if (better || worse)
		buf_add_cstr(out, better ? "answers better" : "answers worse");
}

static void speed_phrase(const struct compare *c, struct buf *out)
{
	const struct compare_metric *better = first_with(c, "latency", METRIC_BETTER);
	const struct compare_metric *worse = first_with(c, "latency", METRIC_WORSE);
	if (better && worse)
		buf_add_cstr(out, strcmp(better->name, "latency_p50_ns") == 0
		                      ? "is mostly faster but slower at its slowest"
		                      : "is mostly slower but faster at its slowest");
	else if (better || worse)
		buf_add_cstr(out, better ? "is faster" : "is slower");
}

static void cost_phrase(const struct compare *c, struct buf *out)
{
	if (first_with(c, "cost", METRIC_BETTER))
		buf_add_cstr(out, "costs less");
	else if (first_with(c, "cost", METRIC_WORSE))
		buf_add_cstr(out, "costs more");
}

static void say_nothing_significant(const struct compare *c, struct buf *out)
{
	const struct compare_metric *lead = leading(c);
	if (!lead)
		buf_add_cstr(out, "No verdict, score, latency or cost on both sides. ");
	else if (lead->result.verdict == METRIC_TOO_FEW && lead->result.n < lead->result.min_n)
		buf_printf(out, "Too few cases to tell: %zu of at least %zu. ", lead->result.n, lead->result.min_n);
	else if (lead->result.verdict == METRIC_TOO_FEW && lead->result.cases_more > 0)
		buf_printf(out, "Too few cases to tell: %lld more would settle %g. ",
		           (long long)lead->result.cases_more, lead->result.margin);
	else if (lead->result.verdict == METRIC_TOO_FEW)
		buf_add_cstr(out, "Too few cases to tell. ");
	else
		buf_add_cstr(out, "No evidence of a difference. ");
}

static void say_difference(const struct compare *c, struct buf *out)
{
	struct buf phrases[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
	size_t n = 0, said = 0;
	answers_phrase(c, &phrases[0]);
	speed_phrase(c, &phrases[1]);
	cost_phrase(c, &phrases[2]);
	for (size_t i = 0; i < 3; i++)
		n += phrases[i].len > 0;
	for (size_t i = 0; i < 3; i++) {
		if (!phrases[i].len)
			continue;
		buf_add_cstr(out, said == 0 ? "B " : said + 1 == n ? " and " : ", ");
		buf_add_str(out, buf_str(&phrases[i]));
		said++;
	}
	if (n == 0) {
		say_nothing_significant(c, out);
	} else {
		/* Slower or dearer says nothing of the answers: so that is said, too. */
		const struct compare_metric *lead = leading(c);
		if (!phrases[0].len && lead && is_quality(lead))
			buf_add_cstr(out, lead->result.verdict == METRIC_TOO_FEW
			                      ? "; too few cases to tell whether it answers better or worse"
			                      : "; no evidence that it answers better or worse");
		buf_add_cstr(out, ". ");
	}
	for (size_t i = 0; i < 3; i++)
		buf_done(&phrases[i]);
}

static void say_count(int64_t n, const char *tail, struct buf *out)
{
	if (n)
		buf_printf(out, "%lld%s", (long long)n, tail);
	else
		buf_printf(out, "none%s", tail);
}

/* By the first metric of which it is known: mostly the pass rate. */
static void find_outlook(struct compare *c)
{
	for (size_t i = 0; i < c->n_metrics; i++) {
		const struct metric_result *r = &c->metrics[i].result;
		if (!is_quality(&c->metrics[i]) || IS_UNKNOWN(r->smallest_detectable))
			continue;
		bool rate = strcmp(c->metrics[i].kind, "rate") == 0;
		double margin = r->margin > 0 ? r->margin : STAT_DEFAULT_MARGIN;
		struct buf out = BUF_INIT;
		buf_printf(&out,
		           rate ? "%zu cases can show a change of the pass rate by %.1fpt"
		                : "%zu cases can show a change by %.3f",
		           r->n, rate ? r->smallest_detectable * 100 : r->smallest_detectable);
		if (!rate)
			buf_printf(&out, " in %s", c->metrics[i].name);
		if (r->cases_more > 0 && r->cases_more != UNKNOWN_INT)
			buf_printf(&out,
			           rate ? "; %lld more would show one by %.1fpt" : "; %lld more would show one by %.3f",
			           (long long)r->cases_more, rate ? margin * 100 : margin);
		buf_add_char(&out, '.');
		c->outlook = arena_str(&c->arena, buf_str(&out));
		buf_done(&out);
		return;
	}
}

void compare_sentence(struct compare *c)
{
	find_outlook(c);
	struct buf out = BUF_INIT;
	if (c->n_metrics)
		say_difference(c, &out);
	buf_printf(&out, "%lld %s paired%s (", (long long)c->paired, c->paired == 1 ? "case" : "cases",
	           c->by_input ? " by their input" : "");
	say_count(c->count[CLASS_ONLY_A], " only in A, ", &out);
	say_count(c->count[CLASS_ONLY_B], " only in B).", &out);
	c->sentence = arena_str(&c->arena, buf_str(&out));
	buf_done(&out);
}
