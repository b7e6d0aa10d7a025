#include "store/stat/agree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/str.h"
#include "store/base/units.h"
#include "store/stat/dist.h"
#include "store/stat/paired.h"
#include "store/stat/rng.h"

enum { TOO_FEW = 10, ROUGH = 30 };

static double *zeros(size_t n)
{
	return xcalloc(n + 1, sizeof(double));
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* ---- kappa */

static double weight(size_t i, size_t j, size_t c, enum kappa_weights weights)
{
	if (i == j)
		return 1;
	double apart = ((double)i - (double)j) / (double)(c - 1);
	switch (weights) {
	case WEIGHTS_NONE: return 0;
	case WEIGHTS_LINEAR: return 1 - fabs(apart);
	case WEIGHTS_QUADRATIC: return 1 - apart * apart;
	}
	return 0;
}

/* A square table as shares, with its margins. */
struct shares {
	const int64_t *counts;
	size_t c;
	double n;
	double *rows, *columns; /* margins */
	enum kappa_weights weights;
};

static double cell(const struct shares *s, size_t i, size_t j)
{
	return (double)s->counts[i * s->c + j] / s->n;
}

static void shares_init(struct shares *s)
{
	s->rows = zeros(s->c);
	s->columns = zeros(s->c);
	for (size_t i = 0; i < s->c; i++) {
		for (size_t j = 0; j < s->c; j++) {
			s->rows[i] += cell(s, i, j);
			s->columns[j] += cell(s, i, j);
		}
	}
}

static double expected_agreement(const struct shares *s)
{
	double sum = 0;
	for (size_t i = 0; i < s->c; i++)
		for (size_t j = 0; j < s->c; j++)
			sum += weight(i, j, s->c, s->weights) * s->rows[i] * s->columns[j];
	return sum;
}

static double kappa_se(const struct shares *s, double kappa, double expected)
{
	double *row_mean = zeros(s->c), *column_mean = zeros(s->c), sum = 0;
	for (size_t i = 0; i < s->c; i++) {
		for (size_t k = 0; k < s->c; k++) {
			row_mean[i] += weight(i, k, s->c, s->weights) * s->columns[k];
			column_mean[i] += weight(k, i, s->c, s->weights) * s->rows[k];
		}
	}
	for (size_t i = 0; i < s->c; i++) {
		for (size_t j = 0; j < s->c; j++) {
			double mean = row_mean[i] + column_mean[j];
			double off = weight(i, j, s->c, s->weights) - mean * (1 - kappa);
			sum += cell(s, i, j) * off * off;
		}
	}
	free(row_mean);
	free(column_mean);
	double shift = kappa - expected * (1 - kappa);
	return sqrt(fmax(0, sum - shift * shift) / s->n) / (1 - expected);
}

static void kappa_interval(struct kappa *k, const struct shares *s, double expected, bool disagree)
{
	k->too_few = k->n < TOO_FEW || !disagree;
	if (k->too_few)
		return;
	k->se = kappa_se(s, k->kappa, expected);
	k->interval.low = fmax(-1, k->kappa - STAT_Z * k->se);
	k->interval.high = fmin(1, k->kappa + STAT_Z * k->se);
}

struct kappa agree_kappa(const int64_t *counts, size_t n_categories, enum kappa_weights weights)
{
	struct kappa k = {.agreement = UNKNOWN_DOUBLE,
	                  .weighted = UNKNOWN_DOUBLE,
	                  .kappa = UNKNOWN_DOUBLE,
	                  .se = UNKNOWN_DOUBLE,
	                  .interval = INTERVAL_NONE};
	int64_t same = 0;
	for (size_t i = 0; i < n_categories * n_categories; i++)
		k.n += counts[i];
	for (size_t i = 0; i < n_categories; i++)
		same += counts[i * n_categories + i];
	k.rough = k.n < ROUGH;
	k.too_few = true;
	if (k.n == 0)
		return k;
	struct shares s = {.counts = counts, .c = n_categories, .n = (double)k.n, .weights = weights};
	shares_init(&s);
	k.agreement = (double)same / s.n;
	k.weighted = 0;
	for (size_t i = 0; i < s.c; i++)
		for (size_t j = 0; j < s.c; j++)
			k.weighted += weight(i, j, s.c, weights) * cell(&s, i, j);
	double expected = expected_agreement(&s);
	if (1 - expected > 1e-15) {
		k.kappa = same == k.n ? 1 : (k.weighted - expected) / (1 - expected);
		kappa_interval(&k, &s, expected, same < k.n);
	}
	free(s.rows);
	free(s.columns);
	return k;
}

/* ---- alpha
 *
 * Each rating of a unit with m >= 2 ratings adds 1 to n_c, so n is the number of ratings. Ordinal delta is interval delta
 * on midranks: n_c..n_k summed less half of both ends is the distance of their midranks. For squared distances the sum
 * over ordered pairs is 2m·Σ(x - mean)²: all is linear in the number of ratings. */

struct rated_unit {
	const double *at; /* sorted ascending */
	size_t m;
};

struct rating_set {
	struct rated_unit *units;
	size_t n_units;
	double *ratings; /* owned: what units point into */
	double *scale;   /* the distinct values, ascending */
	size_t n_scale;
	uint32_t *category; /* of each of `ratings` */
	double *n_of;       /* scratch by category: how many ratings */
	double *x_of;       /* scratch by category: value on the metric */
	enum alpha_metric metric;
};

static int units_by_ratings(const void *left, const void *right)
{
	const struct rated_unit *x = left, *y = right;
	for (size_t i = 0; i < x->m && i < y->m; i++)
		if (x->at[i] != y->at[i])
			return x->at[i] < y->at[i] ? -1 : 1;
	return (x->m > y->m) - (x->m < y->m);
}

static void scale_init(struct rating_set *set, size_t n_ratings)
{
	double *sorted = zeros(n_ratings);
	memcpy(sorted, set->ratings, n_ratings * sizeof *sorted);
	qsort(sorted, n_ratings, sizeof *sorted, by_value);
	for (size_t i = 0; i < n_ratings; i++)
		if (i == 0 || sorted[i] != sorted[i - 1])
			sorted[set->n_scale++] = sorted[i];
	set->scale = sorted;
	set->n_of = zeros(set->n_scale);
	set->x_of = zeros(set->n_scale);
	set->category = xcalloc(n_ratings + 1, sizeof *set->category);
	for (size_t i = 0; i < n_ratings; i++) {
		const double *found = bsearch(&set->ratings[i], sorted, set->n_scale, sizeof *sorted, by_value);
		set->category[i] = (uint32_t)(found - sorted);
	}
}

static void rating_set_init(struct rating_set *set, const struct tuples *units, enum alpha_metric metric)
{
	size_t total = units->n ? units->offsets[units->n] : 0, used = 0;
	*set = (struct rating_set){
	    .units = xcalloc(units->n + 1, sizeof *set->units), .ratings = zeros(total), .metric = metric};
	for (size_t u = 0; u < units->n; u++) {
		size_t start = used;
		for (size_t i = units->offsets[u]; i < units->offsets[u + 1]; i++)
			if (isfinite(units->values[i]))
				set->ratings[used++] = units->values[i] + 0.0;
		if (used - start < 2) {
			used = start;
			continue;
		}
		qsort(set->ratings + start, used - start, sizeof *set->ratings, by_value);
		set->units[set->n_units++] = (struct rated_unit){.at = set->ratings + start, .m = used - start};
	}
	if (set->n_units > 0)
		qsort(set->units, set->n_units, sizeof *set->units, units_by_ratings);
	scale_init(set, used);
}

static void rating_set_done(struct rating_set *set)
{
	free(set->units);
	free(set->ratings);
	free(set->scale);
	free(set->category);
	free(set->n_of);
	free(set->x_of);
}

static const uint32_t *categories_of(const struct rating_set *set, size_t u)
{
	return set->category + (set->units[u].at - set->ratings);
}

/* Places the categories on the metric, given how many ratings each has. */
static void place_categories(struct rating_set *set)
{
	double before = 0;
	for (size_t c = 0; c < set->n_scale; c++) {
		set->x_of[c] = set->metric == ALPHA_ORDINAL ? before + set->n_of[c] / 2 : set->scale[c];
		before += set->n_of[c];
	}
}

/* Σ over ordered pairs of ratings in one unit of delta, divided by m - 1. */
static double unit_disagreement(const struct rating_set *set, size_t u)
{
	const uint32_t *category = categories_of(set, u);
	size_t m = set->units[u].m;
	double sum = 0, mean = 0, dm = (double)m;
	if (set->metric == ALPHA_NOMINAL) {
		double same = 0; /* ratings are sorted: equal ones stand together */
		for (size_t i = 0, run = 0; i < m; i++) {
			run = i > 0 && category[i] == category[i - 1] ? run + 1 : 1;
			same += 2 * (double)run - 1;
		}
		return (dm * dm - same) / (dm - 1);
	}
	if (category[0] == category[m - 1])
		return 0;
	for (size_t i = 0; i < m; i++)
		mean += set->x_of[category[i]];
	mean /= dm;
	for (size_t i = 0; i < m; i++)
		sum += (set->x_of[category[i]] - mean) * (set->x_of[category[i]] - mean);
	return 2 * dm * sum / (dm - 1);
}

/* Σ n_c n_k delta_ck over all categories; 0 exactly if only one occurs. */
static double expected_disagreement(const struct rating_set *set, double n)
{
	size_t occur = 0;
	double mean = 0, sum = 0, same = 0;
	for (size_t c = 0; c < set->n_scale; c++) {
		occur += set->n_of[c] > 0;
		mean += set->n_of[c] * set->x_of[c] / n;
		same += set->n_of[c] * set->n_of[c];
	}
	if (occur < 2)
		return 0;
	if (set->metric == ALPHA_NOMINAL)
		return n * n - same;
	for (size_t c = 0; c < set->n_scale; c++)
		sum += set->n_of[c] * (set->x_of[c] - mean) * (set->x_of[c] - mean);
	return 2 * n * sum;
}

/* Alpha with unit u taken times[u] times (NULL: once). */
static double alpha_of(struct rating_set *set, const uint32_t *times)
{
	double n = 0, observed = 0;
	memset(set->n_of, 0, set->n_scale * sizeof *set->n_of);
	for (size_t u = 0; u < set->n_units; u++) {
		const uint32_t *category = categories_of(set, u);
		double count = times ? (double)times[u] : 1;
		for (size_t i = 0; i < set->units[u].m; i++)
			set->n_of[category[i]] += count;
		n += count * (double)set->units[u].m;
	}
	place_categories(set);
	double expected = n > 0 ? expected_disagreement(set, n) : 0;
	if (!(expected > 0))
		return UNKNOWN_DOUBLE;
	for (size_t u = 0; u < set->n_units; u++)
		if (!times || times[u] > 0)
			observed += (times ? (double)times[u] : 1) * unit_disagreement(set, u);
	return 1 - (n - 1) * observed / expected;
}

static bool alpha_interval(struct rating_set *set, const struct boot_opts *opts, struct interval *out)
{
	size_t t = boot_resamples(set->n_units), kept = 0, n = set->n_units;
	double *results = zeros(t);
	uint32_t *times = xcalloc(n + 1, sizeof *times);
	bool done = true;
	for (size_t r = 0; r < t; r++) {
		done = !(opts->cancelled && opts->cancelled(opts->arg));
		if (!done)
			break;
		struct rng rng = rng_stream(opts->seed, r);
		memset(times, 0, n * sizeof *times);
		for (size_t i = 0; i < n; i++)
			times[rng_index(&rng, n)]++;
		results[kept] = alpha_of(set, times);
		kept += isnan(results[kept]) ? 0 : 1;
	}
	if (done && (t - kept) * 20 <= t)
		*out = boot_percentile(results, kept);
	free(results);
	free(times);
	return done;
}

bool agree_alpha(const struct tuples *units, enum alpha_metric metric, const struct boot_opts *opts, struct alpha *out)
{
	struct rating_set set;
	rating_set_init(&set, units, metric);
	*out = (struct alpha){.alpha = alpha_of(&set, NULL),
	                      .interval = INTERVAL_NONE,
	                      .n_units = set.n_units,
	                      .too_few = set.n_units < TOO_FEW};
	bool done = isnan(out->alpha) || alpha_interval(&set, opts, &out->interval);
	rating_set_done(&set);
	return done;
}

/* ---- Spearman */

struct ranked {
	double value;
	size_t index;
};

static int by_ranked_value(const void *left, const void *right)
{
	const struct ranked *x = left, *y = right;
	return (x->value > y->value) - (x->value < y->value);
}

/* Doubled midranks less their mean: whole numbers, so that their products sum exactly up to about n = 100,000. What differs by no more than the
 * noise of decimals in binary ties (paired.h): means of the same values, summed in another order, are one value. */
static void centred_ranks(const double *values, size_t n, double *ranks)
{
	struct ranked *sorted = xmalloc(size_mul(n + 1, sizeof *sorted));
	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct ranked){.value = values[i], .index = i};
	qsort(sorted, n, sizeof *sorted, by_ranked_value);
	for (size_t from = 0, end; from < n; from = end) {
		for (end = from + 1; end < n && paired_difference(sorted[from].value, sorted[end].value) == 0; end++)
			continue;
		for (size_t i = from; i < end; i++)
			ranks[sorted[i].index] = (double)(from + end + 1) - (double)(n + 1);
	}
	free(sorted);
}

static double product_sum(const double *x, const double *y, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

/* rho of n pairs; NaN without variance on a side. Overwrites both arrays. */
static double rank_correlation(double *x, double *y, size_t n)
{
	double *ranks = zeros(n);
	centred_ranks(x, n, ranks);
	memcpy(x, ranks, n * sizeof *ranks);
	centred_ranks(y, n, ranks);
	double xx = product_sum(x, x, n), yy = product_sum(ranks, ranks, n), xy = product_sum(x, ranks, n);
	free(ranks);
	if (xx == 0 || yy == 0)
		return UNKNOWN_DOUBLE;
	return fmax(-1, fmin(1, xx == yy ? xy / xx : xy / (sqrt(xx) * sqrt(yy))));
}

static void spearman_figures(struct spearman *s)
{
	double rho = s->rho, dn = (double)s->n;
	if (fabs(rho) == 1) {
		s->p = 0;
		return;
	}
	s->p = dist_t_two_sided(rho * sqrt((dn - 2) / ((1 - rho) * (1 + rho))), dn - 2);
	double half = STAT_Z * sqrt((1 + rho * rho / 2) / (dn - 3));
	s->interval = (struct interval){.low = tanh(atanh(rho) - half), .high = tanh(atanh(rho) + half)};
}

struct spearman agree_spearman(const double *x, const double *y, size_t n)
{
	struct spearman s = {.rho = UNKNOWN_DOUBLE, .p = UNKNOWN_DOUBLE, .interval = INTERVAL_NONE};
	double *kept_x = zeros(n), *kept_y = zeros(n);
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(x[i]) || !isfinite(y[i]))
			continue;
		kept_x[s.n] = x[i];
		kept_y[s.n++] = y[i];
	}
	s.too_few = s.n < TOO_FEW;
	if (!s.too_few)
		s.rho = rank_correlation(kept_x, kept_y, s.n);
	if (!isnan(s.rho))
		spearman_figures(&s);
	free(kept_x);
	free(kept_y);
	return s;
}
