/* Intervals and sizes, closed form: Wilson, Newcombe, quantiles, smallest detectable difference, pass@k, drift, cost at a
 * volume. Intervals are 95 %, two-sided. Pure functions; NaN (UNKNOWN_DOUBLE) is "no figure", in and out; arguments hold
 * no infinities. Intervals by resampling: bootstrap.h. The whole of a compared metric: metric.h. */
#ifndef SPOOR_STORE_STAT_INTERVAL_H
#define SPOOR_STORE_STAT_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/base/units.h"

struct interval {
	double low, high; /* NaN: no such bound */
};

#define INTERVAL_NONE ((struct interval){UNKNOWN_DOUBLE, UNKNOWN_DOUBLE})

/* Wilson score interval of a rate: k passes (with repeats the sum of the cases' shares) of n cases, 0 <= k <= n.
 * n = 0: none. k = 0: low is exactly 0; k = n: high is exactly 1. Source: Wilson 1927, JASA 22:209, no continuity
 * correction. */
struct interval interval_wilson(double k, double n);

/* Cases of two runs by who passed. */
struct pair_table {
	int64_t both, a_only, b_only, none;
};

/* Difference of paired rates B - A, clipped to [-1, 1]; an empty table: none. Source: Newcombe 1998, Stat Med 17:2635,
 * method 10. Swapping A and B mirrors it exactly. */
struct interval interval_newcombe(const struct pair_table *table);

/* Quantile type 7 of Hyndman & Fan 1996 (NumPy, R default) of n sorted numbers, 0 <= p <= 1; n = 0: NaN. */
double interval_quantile_of(const double *sorted, size_t n, double p);
/* Order-statistic interval of the quantile p of one run (Conover, Practical Nonparametric Statistics): binomial(n, p)
 * quantiles as ranks. A bound is NaN where the data cannot give it. */
struct interval interval_quantile(const double *sorted, size_t n, double p);
/* Smallest n at which both bounds exist, and at which a difference of this quantile can be significant: 6 for P50, 72
 * for P95, 368 for P99. */
size_t interval_quantile_min_n(double p);
/* A run's own quantile as stored: to the nearest ns. UNKNOWN_INT for NaN. */
int64_t interval_round_ns(double ns);

/* Mean and standard deviation (n - 1) of the numbers that are no NaN, summed ascending: row order cannot matter. */
struct moments {
	size_t n;
	double mean, sd; /* n = 0: mean NaN; n < 2: sd NaN */
};
struct moments interval_moments(const double *values, size_t n);

/* Smallest difference that n cases would show with 80 % power at two-sided 0.05, and cases needed to show `margin`.
 * Rates: Miettinen 1968, Connor 1987 (Biometrics 43:207), `discordant` = share of cases that differ, psi.
 * Means: sd of the differences. NaN and UNKNOWN_INT: rates n < 4, means n < 6 or sd = 0, margin not above 0. */
double interval_detectable_rate(size_t n, double discordant);
int64_t interval_needed_rate(double discordant, double margin);
double interval_detectable_mean(size_t n, double sd);
int64_t interval_needed_mean(size_t n, double sd, double margin);

/* One case with n scored repeats of which c passed, 1 <= k <= n, else NaN.
 * pass@k: at least one of k passes (Chen et al. 2021, arXiv 2107.03374). pass^k: all k pass (Yao et al. 2024, arXiv
 * 2406.12045). A run's figure is the mean over its cases with n >= k; its interval: boot_mean. */
double interval_pass_at_k(int64_t n, int64_t c, int64_t k);
double interval_pass_hat_k(int64_t n, int64_t c, int64_t k);

/* Is the newest run outside what the earlier ones predict? t prediction interval (Hahn 1970, J Qual Tech 2:195). */
struct drift {
	size_t k; /* earlier runs used: the last 12 with a figure */
	double center;
	struct interval band; /* NaN: fewer than 3 runs, or scores without any variance */
	bool outside;         /* of the band before it was clipped for show */
};
/* passed[j] (real with repeats) of cases[j] in the earlier runs, oldest first; runs without cases are left out. Equal
 * rates still have binomial noise: s² has a floor. Band clipped to [0, 1]. */
struct drift interval_drift_rate(const double *passed, const double *cases, size_t k, double newest_rate);
/* The same for means of a score: no floor, no clipping. NaN means are left out. */
struct drift interval_drift_score(const double *means, size_t k, double newest);

/* What `volume` tasks will cost, from n tasks with a known cost: prediction interval of a sum. */
struct cost_volume {
	double total, low, high; /* USD; low not below 0; low, high NaN if n < 2 */
	double per_task_high;    /* high / volume, for a budget per task */
	bool too_few;            /* n < 30 */
};
struct cost_volume interval_cost_volume(size_t n, double mean_usd, double sd_usd, double volume);

#endif
