#include "store/stat/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/str.h"
#include "store/stat/dist.h"

enum { MEAN_MIN_N = 6 };

const char *stat_test_name(enum stat_test test)
{
	switch (test) {
	case TEST_NONE: return NULL;
	case TEST_MCNEMAR: return "mcnemar-exact";
	case TEST_WILCOXON: return "wilcoxon-signed-rank";
	case TEST_BOOT_QUANTILE: return "bootstrap-quantile";
	}
	return NULL;
}

const char *stat_verdict_name(enum stat_verdict verdict)
{
	switch (verdict) {
	case METRIC_TOO_FEW: return "too-few";
	case METRIC_NO_DIFFERENCE: return "none";
	case METRIC_BETTER: return "better";
	case METRIC_WORSE: return "worse";
	}
	return "none";
}

static struct metric_result empty_result(const struct stat_opts *opts, size_t min_n)
{
	return (struct metric_result){
	    .min_n = min_n,
	    .a = UNKNOWN_DOUBLE,
	    .b = UNKNOWN_DOUBLE,
	    .delta = UNKNOWN_DOUBLE,
	    .low = UNKNOWN_DOUBLE,
	    .high = UNKNOWN_DOUBLE,
	    .p = UNKNOWN_DOUBLE,
	    .p_holm = UNKNOWN_DOUBLE,
	    .smallest_detectable = UNKNOWN_DOUBLE,
	    .cases_needed = UNKNOWN_INT,
	    .cases_more = UNKNOWN_INT,
	    .margin = opts->margin,
	};
}

static double needed_margin(const struct stat_opts *opts)
{
	return opts->margin > 0 ? opts->margin : STAT_DEFAULT_MARGIN;
}

static void set_needed(struct metric_result *m, int64_t needed)
{
	m->cases_needed = needed;
	if (needed != UNKNOWN_INT)
		m->cases_more = needed > (int64_t)m->n ? needed - (int64_t)m->n : 0;
}

/* The pairs that are whole, -0 as 0. Arrays of one allocation: free(pairs->a). */
struct pairs {
	double *a, *b, *d;
	size_t n;
};

static struct pairs whole_pairs(const double *a, const double *b, size_t n)
{
	double *memory = xmalloc(size_mul(size_add(n, 1), 3 * sizeof *memory));
	struct pairs pairs = {.a = memory, .b = memory + n, .d = memory + 2 * n};
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(a[i]) || !isfinite(b[i]))
			continue;
		pairs.a[pairs.n] = a[i] + 0.0;
		pairs.b[pairs.n] = b[i] + 0.0;
		pairs.d[pairs.n] = pairs.b[pairs.n] - pairs.a[pairs.n];
		pairs.n++;
	}
	return pairs;
}

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* Mean of the differences so that d and -d give the same bits with the other sign: gains and losses summed apart, each
 * from the smallest. Sorts d. */
static double mirrored_mean(double *d, size_t n)
{
	double gains = 0, losses = 0;
	qsort(d, n, sizeof *d, ascending);
	if (d[0] == d[n - 1])
		return d[0];
	for (size_t i = 0; i < n; i++)
		gains += d[i] > 0 ? d[i] : 0;
	for (size_t i = n; i-- > 0;)
		losses += d[i] < 0 ? -d[i] : 0;
	return (gains - losses) / (double)n;
}

/* Standard deviation of the differences; decimals' binary noise is no spread. */
static double spread_of(const struct pairs *pairs)
{
	double *d = xmalloc(size_mul(pairs->n, sizeof *d));
	for (size_t i = 0; i < pairs->n; i++)
		d[i] = paired_difference(pairs->a[i], pairs->b[i]);
	double sd = interval_moments(d, pairs->n).sd;
	free(d);
	return sd;
}

static int sign_of(double x)
{
	return (x > 0) - (x < 0);
}

static bool mean_metric(const double *a, const double *b, size_t n, const struct stat_opts *opts,
                        struct metric_result *out)
{
	*out = empty_result(opts, MEAN_MIN_N);
	struct pairs pairs = whole_pairs(a, b, n);
	struct interval interval = INTERVAL_NONE;
	bool done = true;
	if (pairs.n >= MEAN_MIN_N)
		done = boot_paired_mean(pairs.a, pairs.b, pairs.n, &opts->boot, &interval);
	if (done && pairs.n > 0) {
		out->n = pairs.n;
		out->a = interval_moments(pairs.a, pairs.n).mean;
		out->b = interval_moments(pairs.b, pairs.n).mean;
		double sd = spread_of(&pairs);
		out->delta = mirrored_mean(pairs.d, pairs.n);
		out->low = interval.low;
		out->high = interval.high;
		out->test = TEST_WILCOXON;
		out->wilcoxon = paired_wilcoxon(pairs.a, pairs.b, pairs.n);
		out->p = out->wilcoxon.p;
		out->ranks_disagree = sign_of(out->delta) * sign_of(out->wilcoxon.w_plus - out->wilcoxon.w_minus) < 0;
		out->smallest_detectable = interval_detectable_mean(pairs.n, sd);
		set_needed(out, interval_needed_mean(pairs.n, sd, needed_margin(opts)));
	}
	free(pairs.a);
	return done;
}

static void count_table(const struct pairs *pairs, struct pair_table *table)
{
	for (size_t i = 0; i < pairs->n; i++) {
		bool a = pairs->a[i] > 0.5, b = pairs->b[i] > 0.5;
		int64_t *cell = a ? (b ? &table->both : &table->a_only) : (b ? &table->b_only : &table->none);
		(*cell)++;
	}
}

static void single_rate(const struct pairs *pairs, const struct stat_opts *opts, struct metric_result *out)
{
	if (pairs->n == 0)
		return;
	struct pair_table *t = &out->table;
	count_table(pairs, t);
	double n = (double)pairs->n, discordant = (double)(t->a_only + t->b_only) / n;
	struct interval interval = interval_newcombe(t);
	out->n = pairs->n;
	out->a = (double)(t->both + t->a_only) / n;
	out->b = (double)(t->both + t->b_only) / n;
	out->delta = (double)(t->b_only - t->a_only) / n;
	out->low = interval.low;
	out->high = interval.high;
	out->test = TEST_MCNEMAR;
	out->p = paired_mcnemar(t->a_only, t->b_only);
	out->smallest_detectable = interval_detectable_rate(pairs->n, discordant);
	set_needed(out, interval_needed_rate(discordant, needed_margin(opts)));
}

bool stat_rate(const double *a, const double *b, size_t n, bool repeats, const struct stat_opts *opts,
               struct metric_result *out)
{
	if (repeats)
		return mean_metric(a, b, n, opts, out);
	*out = empty_result(opts, MEAN_MIN_N);
	struct pairs pairs = whole_pairs(a, b, n);
	single_rate(&pairs, opts, out);
	free(pairs.a);
	return true;
}

bool stat_score(const double *a, const double *b, size_t n, const struct stat_opts *opts, struct metric_result *out)
{
	return mean_metric(a, b, n, opts, out);
}

bool stat_cost(const double *a, const double *b, size_t n, const struct stat_opts *opts, struct metric_result *out)
{
	bool done = mean_metric(a, b, n, opts, out);
	out->lower_is_better = true;
	return done;
}

/* ---- latency */

/* One side's numbers after the missing ones, and the cases missing on either side, are gone. Owned. */
struct side_tuples {
	double *values;
	size_t *offsets;
};

static size_t n_present(const struct tuples *t, size_t i)
{
	size_t n = 0;
	for (size_t j = t->offsets[i]; j < t->offsets[i + 1]; j++)
		n += isfinite(t->values[j]) ? 1 : 0;
	return n;
}

static struct tuples present_tuples(const struct tuples *t, const struct tuples *other, struct side_tuples *own)
{
	size_t n = 0, used = 0, total = t->n ? t->offsets[t->n] : 0;
	own->values = xmalloc(size_mul(size_add(total, 1), sizeof *own->values));
	own->offsets = xmalloc(size_mul(size_add(t->n, 1), sizeof *own->offsets));
	own->offsets[0] = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (n_present(t, i) == 0 || n_present(other, i) == 0)
			continue;
		for (size_t j = t->offsets[i]; j < t->offsets[i + 1]; j++)
			if (isfinite(t->values[j]))
				own->values[used++] = t->values[j] + 0.0;
		own->offsets[++n] = used;
	}
	return (struct tuples){.values = own->values, .offsets = own->offsets, .n = n};
}

/* Sorted numbers of all tuples; the caller frees them. */
static double *pooled(const struct tuples *t, size_t *n)
{
	*n = t->offsets[t->n];
	double *sorted = xmalloc(size_mul(size_add(*n, 1), sizeof *sorted));
	memcpy(sorted, t->values, *n * sizeof *sorted);
	qsort(sorted, *n, sizeof *sorted, ascending);
	return sorted;
}

static void quantile_figures(const struct tuples *a, const struct tuples *b, const double *probs, size_t n_probs,
                             struct metric_result *out)
{
	size_t n_a, n_b;
	double *sorted_a = pooled(a, &n_a), *sorted_b = pooled(b, &n_b);
	for (size_t i = 0; i < n_probs; i++) {
		out[i].n = a->n;
		out[i].a = interval_quantile_of(sorted_a, n_a, probs[i]);
		out[i].b = interval_quantile_of(sorted_b, n_b, probs[i]);
		out[i].delta = out[i].b - out[i].a;
	}
	free(sorted_a);
	free(sorted_b);
}

/* Bootstraps those quantiles that enough cases can speak about. */
static bool quantile_tests(const struct tuples *a, const struct tuples *b, const double *probs, size_t n_probs,
                           const struct stat_opts *opts, struct metric_result *out)
{
	double shown[BOOT_MAX_PROBS];
	struct metric_result *of[BOOT_MAX_PROBS];
	struct boot_quantile results[BOOT_MAX_PROBS];
	size_t n_shown = 0;
	for (size_t i = 0; i < n_probs; i++) {
		if (a->n < out[i].min_n)
			continue;
		shown[n_shown] = probs[i];
		of[n_shown++] = &out[i];
	}
	if (!boot_paired_quantiles(a, b, shown, n_shown, &opts->boot, results))
		return false;
	for (size_t i = 0; i < n_shown; i++) {
		of[i]->low = results[i].interval.low;
		of[i]->high = results[i].interval.high;
		of[i]->p = results[i].p;
		of[i]->test = TEST_BOOT_QUANTILE;
	}
	return true;
}

static void empty_quantiles(const double *probs, size_t n_probs, const struct stat_opts *opts,
                            struct metric_result *out)
{
	for (size_t i = 0; i < n_probs; i++) {
		out[i] = empty_result(opts, interval_quantile_min_n(probs[i]));
		out[i].lower_is_better = true;
	}
}

bool stat_latency_quantile(const struct tuples *a, const struct tuples *b, const double *probs, size_t n_probs,
                           const struct stat_opts *opts, struct metric_result *out)
{
	BUG_ON(a->n != b->n || n_probs > BOOT_MAX_PROBS);
	struct side_tuples own_a, own_b;
	struct tuples whole_a = present_tuples(a, b, &own_a), whole_b = present_tuples(b, a, &own_b);
	empty_quantiles(probs, n_probs, opts, out);
	bool done = true;
	if (whole_a.n > 0) {
		quantile_figures(&whole_a, &whole_b, probs, n_probs, out);
		done = quantile_tests(&whole_a, &whole_b, probs, n_probs, opts, out);
	}
	if (!done)
		empty_quantiles(probs, n_probs, opts, out);
	free(own_a.values);
	free(own_a.offsets);
	free(own_b.values);
	free(own_b.offsets);
	return done;
}

/* ---- verdict */

static enum stat_verdict verdict_of(const struct metric_result *m)
{
	if (m->p_holm < STAT_ALPHA && m->ranks_disagree)
		return METRIC_NO_DIFFERENCE;
	if (m->p_holm < STAT_ALPHA && m->delta != 0)
		return (m->delta > 0) != m->lower_is_better ? METRIC_BETTER : METRIC_WORSE;
	if (m->n < m->min_n)
		return METRIC_TOO_FEW;
	bool spans_margin =
	    (m->low < -m->margin && -m->margin < m->high) || (m->low < m->margin && m->margin < m->high);
	return m->margin > 0 && spans_margin ? METRIC_TOO_FEW : METRIC_NO_DIFFERENCE;
}

void stat_verdicts(struct metric_result *metrics, size_t n)
{
	double *p = xmalloc(size_mul(size_add(n, 1), sizeof *p));
	for (size_t i = 0; i < n; i++)
		p[i] = metrics[i].p;
	paired_holm(p, n, p);
	for (size_t i = 0; i < n; i++) {
		metrics[i].p_holm = p[i];
		metrics[i].verdict = verdict_of(&metrics[i]);
	}
	free(p);
}

/* ---- repeats */

double stat_case_mean(double *repeats, size_t n)
{
	size_t kept = 0;
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		if (isfinite(repeats[i]))
			repeats[kept++] = repeats[i] + 0.0;
	if (kept == 0)
		return UNKNOWN_DOUBLE;
	qsort(repeats, kept, sizeof *repeats, ascending);
	for (size_t i = 0; i < kept; i++)
		sum += repeats[i];
	return sum / (double)kept;
}

double stat_case_share(int64_t passed, int64_t failed, int64_t errored)
{
	int64_t scored = passed + failed + errored;
	return scored > 0 ? (double)passed / (double)scored : UNKNOWN_DOUBLE;
}

enum stat_majority stat_case_majority(int64_t passed, int64_t failed, int64_t errored)
{
	int64_t scored = passed + failed + errored;
	if (scored == 0)
		return MAJORITY_UNSCORED;
	if (passed > scored - passed)
		return MAJORITY_PASSED;
	return errored > scored - errored ? MAJORITY_ERROR : MAJORITY_FAILED;
}
