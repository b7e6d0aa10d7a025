/* Percentile bootstrap (Efron 1979, Ann Stat 7:1) of means and of quantiles, one sample or paired, by cases.
 *
 * 10,000 resamples up to 5,000 cases, 2,000 beyond. Low and high are the k-th smallest and k-th largest result with
 * k = T/40, no interpolation. Paired figures are B - A in "two halves": streams 0..T/2-1 on the pairs sorted by (a, b),
 * and the same streams again on the pairs sorted by (b, a). So exchanging A and B mirrors every result bit for bit, and
 * neither keys nor row order matter. One sample: values sorted, streams 0..T-1.
 * Numbers given are finite (no NaN). Cost: T/2·n draws; 100,000 cases take about a second.
 * False: `cancelled` said so; outputs are then NaN. */
#ifndef SPOOR_STORE_STAT_BOOTSTRAP_H
#define SPOOR_STORE_STAT_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/stat/interval.h"

struct boot_opts {
	uint64_t seed;                /* RNG_DEFAULT_SEED unless the user gave one */
	bool (*cancelled)(void *arg); /* NULL: never; asked once per resample */
	void *arg;
};

enum { BOOT_MAX_PROBS = 8 };

/* Per case a tuple of numbers (its repeats): values[offsets[i] .. offsets[i + 1]), offsets has n + 1 entries. */
struct tuples {
	const double *values;
	const size_t *offsets;
	size_t n;
};

struct boot_quantile {
	struct interval interval;
	double p; /* two-sided: min(1, 2(min(#<=0, #>=0)+1)/(T+1)) */
};

size_t boot_resamples(size_t n_cases);
/* k-th smallest and k-th largest of n results, k = n/40 (at least 1); sorts `results`. n = 0: none. */
struct interval boot_percentile(double *results, size_t n);

/* Mean of n values. n = 0: none. */
bool boot_mean(const double *values, size_t n, const struct boot_opts *opts, struct interval *out);
/* Mean of b[i] - a[i]. n = 0: none. */
bool boot_paired_mean(const double *a, const double *b, size_t n, const struct boot_opts *opts, struct interval *out);
/* Quantile p (type 7) of n values. n = 0: none. */
bool boot_quantile(const double *values, size_t n, double p, const struct boot_opts *opts, struct interval *out);
/* Quantiles of B minus those of A; a drawn case brings all its numbers. a->n == b->n = cases, no tuple empty; probs
 * in any order, at most BOOT_MAX_PROBS, all from the same draws; out[i] belongs to probs[i]. */
bool boot_paired_quantiles(const struct tuples *a, const struct tuples *b, const double *probs, size_t n_probs,
                           const struct boot_opts *opts, struct boot_quantile *out);

#endif
