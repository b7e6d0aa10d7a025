#include "store/study/noise.h"

#include <math.h>
#include <stdlib.h>

#include "store/base/units.h"
#include "store/stat/dist.h"
#include "store/study/provenance_private.h"

/* ---------------------------------------------------------------- numbers */

static int by_value(const void *left, const void *right)
{
	const double *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

void noise_add(struct noise_sum *s, double *values, size_t n)
{
	size_t known = 0;
	for (size_t i = 0; i < n; i++)
		if (!IS_UNKNOWN(values[i]))
			values[known++] = values[i];
	if (known < 2)
		return;
	qsort(values, known, sizeof *values, by_value);
	double sum = 0, squares = 0;
	for (size_t i = 0; i < known; i++)
		sum += values[i];
	double mean = sum / (double)known;
	/* Decimals in binary: 0.1 three times has a mean that is not 0.1. */
	if (values[0] < values[known - 1])
		for (size_t i = 0; i < known; i++)
			squares += (values[i] - mean) * (values[i] - mean);
	s->squares += squares;
	s->df += (int64_t)known - 1;
	s->groups++;
	s->results += (int64_t)known;
}

struct noise_sum noise_pool(struct noise_sum a, struct noise_sum b)
{
	return (struct noise_sum){.squares = a.squares + b.squares,
	                          .df = a.df + b.df,
	                          .groups = a.groups + b.groups,
	                          .results = a.results + b.results};
}

double noise_sd(const struct noise_sum *s)
{
	return s->df > 0 ? sqrt(s->squares / (double)s->df) : UNKNOWN_DOUBLE;
}

double noise_reach(const struct noise_sum *s)
{
	double sd = noise_sd(s);
	return IS_UNKNOWN(sd) ? sd : dist_t_quantile(1 - STAT_ALPHA / 2, (double)s->df) * sd;
}

double noise_floor(double reach, int64_t n_a, int64_t n_b)
{
	return n_a < 1 || n_b < 1 ? UNKNOWN_DOUBLE : reach * sqrt(1.0 / (double)n_a + 1.0 / (double)n_b);
}

/* ---------------------------------------------------------------- pass or fail */

double noise_flips(int64_t passes, int64_t n)
{
	if (n < 2)
		return UNKNOWN_DOUBLE;
	return 2.0 * (double)passes * (double)(n - passes) / ((double)n * (double)(n - 1));
}

/* ---------------------------------------------------------------- texts */

static int by_hash(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9E3779B97F4A7C15u;
	return h ^ (h >> 31);
}

void noise_shingle(struct str text, noise_shingles *out)
{
	struct tokens words = {0};
	tokens_add(&words, str_cut(text, 0, NOISE_TEXT_BYTES), 0);
	size_t width = words.n < NOISE_SHINGLE ? words.n : NOISE_SHINGLE, n = 0;
	vec_clear(out);
	for (size_t i = 0; width && i + width <= words.n; i++) {
		uint64_t h = 0;
		for (size_t k = 0; k < width; k++)
			h = mix(h, words.at[i + k].hash);
		*vec_add(out) = h;
	}
	if (out->n > 1)
		qsort(out->at, out->n, sizeof *out->at, by_hash);
	for (size_t i = 0; i < out->n; i++)
		if (!i || out->at[i] != out->at[i - 1])
			out->at[n++] = out->at[i];
	out->n = n;
	vec_done(&words);
}

double noise_distance(const noise_shingles *a, const noise_shingles *b)
{
	size_t shared = 0;
	for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
		uint64_t x = a->at[i], y = b->at[k];
		shared += x == y;
		i += x <= y;
		k += y <= x;
	}
	size_t all = a->n + b->n - shared;
	return all ? 1 - (double)shared / (double)all : 0;
}
