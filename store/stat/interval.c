#include "store/stat/interval.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/str.h"
#include "store/base/units.h"
#include "store/stat/dist.h"

enum { DRIFT_MIN_RUNS = 3, DRIFT_MAX_RUNS = 12, COST_MIN_N = 30, RATE_MIN_N = 4, MEAN_MIN_N = 6 };

static double clip(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

struct interval interval_wilson(double k, double n)
{
	if (!(n > 0) || isnan(k))
		return INTERVAL_NONE;
	const double z2 = STAT_Z * STAT_Z;
	double p = k / n, scale = 1 + z2 / n;
	double center = (p + z2 / (2 * n)) / scale;
	double half = STAT_Z * sqrt(fmax(0, p * (1 - p) / n + z2 / (4 * n * n))) / scale;
	return (struct interval){
	    .low = k <= 0 ? 0 : clip(center - half, 0, 1),
	    .high = k >= n ? 1 : clip(center + half, 0, 1),
	};
}

static double newcombe_phi(const struct pair_table *t)
{
	double r = (double)t->both, s = (double)t->a_only, u = (double)t->none, v = (double)t->b_only;
	double product =
	    ((r + s) * (r + v)) * ((v + u) * (s + u)); /* grouped to be the same bits with s, v exchanged */
	if (product == 0)
		return 0;
	double x = r * u - s * v;
	return (x > 0 ? fmax(x - (r + s + v + u) / 2, 0) : x) / sqrt(product);
}

/* Written so that exchanging x and y gives the same bits: swapping A and B then mirrors the interval. */
static double newcombe_arm(double x, double y, double phi)
{
	return sqrt(fmax(0, (x * x + y * y) - 2 * phi * (x * y)));
}

struct interval interval_newcombe(const struct pair_table *t)
{
	double n = (double)(t->both + t->a_only + t->b_only + t->none);
	if (!(n > 0))
		return INTERVAL_NONE;
	double passed_a = (double)(t->both + t->a_only), passed_b = (double)(t->both + t->b_only);
	double rate_a = passed_a / n, rate_b = passed_b / n, phi = newcombe_phi(t);
	double delta = (double)(t->b_only - t->a_only) / n;
	struct interval a = interval_wilson(passed_a, n), b = interval_wilson(passed_b, n);
	return (struct interval){
	    .low = clip(delta - newcombe_arm(rate_b - b.low, a.high - rate_a, phi), -1, 1),
	    .high = clip(delta + newcombe_arm(b.high - rate_b, rate_a - a.low, phi), -1, 1),
	};
}

double interval_quantile_of(const double *sorted, size_t n, double p)
{
	if (n == 0 || !(p >= 0 && p <= 1))
		return UNKNOWN_DOUBLE;
	double h = (double)(n - 1) * p;
	size_t j = (size_t)h;
	if (j + 1 >= n)
		return sorted[n - 1];
	return sorted[j] + (h - (double)j) * (sorted[j + 1] - sorted[j]);
}

struct interval interval_quantile(const double *sorted, size_t n, double p)
{
	if (n == 0 || !(p > 0 && p < 1))
		return INTERVAL_NONE;
	size_t low = (size_t)dist_binomial_quantile(STAT_ALPHA / 2, (int64_t)n, p); /* ranks from 1; 0: none */
	size_t high = (size_t)dist_binomial_quantile(1 - STAT_ALPHA / 2, (int64_t)n, p) + 1;
	return (struct interval){
	    .low = low >= 1 ? sorted[low - 1] : UNKNOWN_DOUBLE,
	    .high = high <= n ? sorted[high - 1] : UNKNOWN_DOUBLE,
	};
}

size_t interval_quantile_min_n(double p)
{
	/* all n beyond the quantile, on its rarer side, must be below 2.5 % */
	return (size_t)ceil(log(STAT_ALPHA / 2) / log(fmax(p, 1 - p)));
}

int64_t interval_round_ns(double ns)
{
	if (isnan(ns) || fabs(ns) >= 9.2e18)
		return UNKNOWN_INT;
	return (int64_t)llround(ns);
}

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static double sorted_sum(double *values, size_t n)
{
	qsort(values, n, sizeof *values, ascending);
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return sum;
}

struct moments interval_moments(const double *values, size_t n)
{
	double *copy = xmalloc(size_mul(n + 1, sizeof *copy));
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]))
			copy[kept++] = values[i];
	struct moments m = {.n = kept, .mean = UNKNOWN_DOUBLE, .sd = UNKNOWN_DOUBLE};
	if (kept > 0)
		m.mean = sorted_sum(copy, kept) / (double)kept;
	/* equal numbers have no spread, whatever the rounding of their mean says */
	if (kept > 1 && copy[0] == copy[kept - 1]) {
		m.mean = copy[0];
		m.sd = 0;
	} else if (kept > 1) {
		for (size_t i = 0; i < kept; i++)
			copy[i] = (copy[i] - m.mean) * (copy[i] - m.mean);
		m.sd = sqrt(sorted_sum(copy, kept) / (double)(kept - 1));
	}
	free(copy);
	return m;
}

double interval_detectable_rate(size_t n, double discordant)
{
	if (n < RATE_MIN_N || !(discordant >= 0))
		return UNKNOWN_DOUBLE;
	double dn = (double)n, z2 = STAT_Z80 * STAT_Z80;
	double k = (STAT_Z * sqrt(dn) + STAT_Z80 * sqrt(dn + z2 - STAT_Z * STAT_Z)) / (dn + z2);
	return fmin(1, k * fmax(sqrt(discordant), k));
}

/* Up to the next whole case, or UNKNOWN_INT beyond what an int64 holds. */
static int64_t whole_cases(double cases)
{
	double whole = ceil(cases - 1e-9);
	return whole >= 0 && whole < 9.2e18 ? (int64_t)whole : UNKNOWN_INT;
}

int64_t interval_needed_rate(double discordant, double margin)
{
	if (!(margin > 0) || !(discordant >= 0))
		return UNKNOWN_INT;
	double psi = fmax(discordant, margin);
	double root = STAT_Z * sqrt(psi) + STAT_Z80 * sqrt(fmax(0, psi - margin * margin));
	return whole_cases(root * root / (margin * margin));
}

double interval_detectable_mean(size_t n, double sd)
{
	if (n < MEAN_MIN_N || !(sd > 0))
		return UNKNOWN_DOUBLE;
	return (STAT_Z + STAT_Z80) * sd / sqrt((double)n);
}

int64_t interval_needed_mean(size_t n, double sd, double margin)
{
	if (n < MEAN_MIN_N || !(sd > 0) || !(margin > 0))
		return UNKNOWN_INT;
	double root = (STAT_Z + STAT_Z80) * sd / margin;
	return whole_cases(root * root);
}

double interval_pass_at_k(int64_t n, int64_t c, int64_t k)
{
	if (k < 1 || k > n || c < 0 || c > n)
		return UNKNOWN_DOUBLE;
	if (n - c < k)
		return 1;
	double none_passes = 1;
	for (int64_t i = n - c + 1; i <= n; i++)
		none_passes *= 1 - (double)k / (double)i;
	return 1 - none_passes;
}

double interval_pass_hat_k(int64_t n, int64_t c, int64_t k)
{
	if (k < 1 || k > n || c < 0 || c > n)
		return UNKNOWN_DOUBLE;
	double all_pass = 1;
	for (int64_t i = 0; i < k && all_pass > 0; i++)
		all_pass *= c > i ? (double)(c - i) / (double)(n - i) : 0;
	return all_pass;
}

/* There are few numbers of runs, and a list of runs asks for tens of thousands of bands: each quantile is found once. */
static double drift_t[DRIFT_MAX_RUNS + 1];

static void find_drift_t(void)
{
	for (size_t k = DRIFT_MIN_RUNS; k <= DRIFT_MAX_RUNS; k++)
		drift_t[k] = dist_t_quantile(1 - STAT_ALPHA / 2, (double)k - 1);
}

/* Half width of the prediction interval of one more value after k (3 to 12) with standard deviation sd. */
static double prediction_half(size_t k, double sd)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, find_drift_t);
	return drift_t[k] * sd * sqrt(1 + 1 / (double)k);
}

struct drift interval_drift_rate(const double *passed, const double *cases, size_t k, double newest_rate)
{
	double rates[DRIFT_MAX_RUNS] = {0}, sum_passed = 0, sum_cases = 0, sum_inverse = 0;
	size_t used = 0;
	for (size_t j = k; j-- > 0 && used < DRIFT_MAX_RUNS;) {
		if (!(cases[j] > 0) || isnan(passed[j]))
			continue;
		rates[used++] = passed[j] / cases[j];
		sum_passed += passed[j];
		sum_cases += cases[j];
		sum_inverse += 1 / cases[j];
	}
	struct moments m = interval_moments(rates, used);
	struct drift drift = {.k = used, .center = m.mean, .band = INTERVAL_NONE};
	if (used < DRIFT_MIN_RUNS)
		return drift;
	double shrunk = (sum_passed + 2) / (sum_cases + 4);
	double noise = shrunk * (1 - shrunk) * sum_inverse / (double)used; /* 1/harmonic mean of the case counts */
	double half = prediction_half(used, sqrt(fmax(m.sd * m.sd, noise)));
	drift.outside = newest_rate < m.mean - half || newest_rate > m.mean + half;
	drift.band = (struct interval){.low = clip(m.mean - half, 0, 1), .high = clip(m.mean + half, 0, 1)};
	return drift;
}

struct drift interval_drift_score(const double *means, size_t k, double newest)
{
	double last[DRIFT_MAX_RUNS] = {0};
	size_t used = 0;
	for (size_t j = k; j-- > 0 && used < DRIFT_MAX_RUNS;)
		if (!isnan(means[j]))
			last[used++] = means[j];
	struct moments m = interval_moments(last, used);
	struct drift drift = {.k = used, .center = m.mean, .band = INTERVAL_NONE};
	if (used < DRIFT_MIN_RUNS || !(m.sd > 0))
		return drift;
	double half = prediction_half(used, m.sd);
	drift.outside = newest < m.mean - half || newest > m.mean + half;
	drift.band = (struct interval){.low = m.mean - half, .high = m.mean + half};
	return drift;
}

struct cost_volume interval_cost_volume(size_t n, double mean_usd, double sd_usd, double volume)
{
	struct cost_volume cost = {.total = UNKNOWN_DOUBLE,
	                           .low = UNKNOWN_DOUBLE,
	                           .high = UNKNOWN_DOUBLE,
	                           .per_task_high = UNKNOWN_DOUBLE,
	                           .too_few = n < COST_MIN_N};
	if (n == 0 || isnan(mean_usd) || !(volume > 0))
		return cost;
	cost.total = volume * mean_usd;
	if (n < 2 || isnan(sd_usd))
		return cost;
	double dn = (double)n;
	double half =
	    sd_usd > 0 ? dist_t_quantile(1 - STAT_ALPHA / 2, dn - 1) * sd_usd * sqrt(volume * volume / dn + volume) : 0;
	cost.low = fmax(0, cost.total - half);
	cost.high = cost.total + half;
	cost.per_task_high = cost.high / volume;
	return cost;
}
