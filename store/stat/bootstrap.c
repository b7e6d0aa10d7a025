/* A quantile of a resample needs no sorting: the values are sorted once, with the place of their case. A resample counts
 * how often each place was drawn, and a walk over the sorted values adds up the counts until the wanted rank. */
#include "store/stat/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/str.h"
#include "store/base/units.h"
#include "store/stat/rng.h"

enum { MANY_CASES = 5000, T_FEW = 10000, T_MANY = 2000, TAIL_SHARE = 40 };

size_t boot_resamples(size_t n_cases)
{
	return n_cases <= MANY_CASES ? T_FEW : T_MANY;
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

struct interval boot_percentile(double *results, size_t n)
{
	if (n == 0)
		return INTERVAL_NONE;
	qsort(results, n, sizeof *results, by_value);
	size_t k = n / TAIL_SHARE ? n / TAIL_SHARE : 1;
	return (struct interval){.low = results[k - 1], .high = results[n - k]};
}

static bool is_cancelled(const struct boot_opts *opts)
{
	return opts->cancelled && opts->cancelled(opts->arg);
}

static double *doubles(size_t n)
{
	return xmalloc(size_mul(n + 1, sizeof(double)));
}

/* ---- means */

/* A value of each half beside each other: one draw reads both. */
typedef double both __attribute__((vector_size(16)));
enum { DRAWS_ONCE = 1024 };

/* The sums of n drawn values for RNG_LANES streams from `stream` on. Every sum adds its values in the order they are drawn, so it
 * has the same bits as if it were made alone. */
static void drawn_sums(const both *values, size_t n, uint64_t seed, size_t stream, both sums[RNG_LANES])
{
	uint32_t drawn[DRAWS_ONCE * RNG_LANES];
	struct rng_lanes lanes;
	both sum0 = {0, 0}, sum1 = {0, 0}, sum2 = {0, 0}, sum3 = {0, 0};
	rng_lanes_init(&lanes, seed, stream);
	for (size_t done = 0; done < n;) {
		size_t count = n - done < DRAWS_ONCE ? n - done : DRAWS_ONCE;
		rng_lanes_indices(&lanes, n, drawn, count);
		for (const uint32_t *at = drawn; at < drawn + count * RNG_LANES; at += RNG_LANES) {
			sum0 += values[at[0]];
			sum1 += values[at[1]];
			sum2 += values[at[2]];
			sum3 += values[at[3]];
		}
		done += count;
	}
	sums[0] = sum0;
	sums[1] = sum1;
	sums[2] = sum2;
	sums[3] = sum3;
}

_Static_assert(RNG_LANES == 4, "drawn_sums names its lanes");

/* Results 0..t-1 from streams 0..t-1 on `first`, and, where `second` is given, t..2t-1 from the same draws on it. */
static bool resample_means(const double *first, const double *second, size_t n, size_t t, const struct boot_opts *opts,
                           double *results)
{
	bool done = true;
	BUG_ON(n > UINT32_MAX);
	both *values = xmalloc(size_mul(n, sizeof *values));
	for (size_t i = 0; i < n; i++)
		values[i] = (both){first[i], second ? second[i] : 0};
	for (size_t r = 0; r < t && (done = !is_cancelled(opts)); r += RNG_LANES) {
		both sums[RNG_LANES];
		drawn_sums(values, n, opts->seed, r, sums);
		for (size_t k = 0; k < RNG_LANES && r + k < t; k++) {
			results[r + k] = sums[k][0] / (double)n;
			if (second)
				results[t + r + k] = sums[k][1] / (double)n;
		}
	}
	free(values);
	return done;
}

static bool all_equal(const double *values, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (values[i] != values[0])
			return false;
	return true;
}

bool boot_mean(const double *values, size_t n, const struct boot_opts *opts, struct interval *out)
{
	*out = INTERVAL_NONE;
	if (n == 0)
		return true;
	if (all_equal(values, n)) {
		*out = (struct interval){.low = values[0], .high = values[0]};
		return true;
	}
	size_t t = boot_resamples(n);
	double *sorted = doubles(n), *results = doubles(t);
	memcpy(sorted, values, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_value);
	bool done = resample_means(sorted, NULL, n, t, opts, results);
	if (done)
		*out = boot_percentile(results, t);
	free(results);
	free(sorted);
	return done;
}

struct pair {
	double a, b;
};

static int by_a_then_b(const void *left, const void *right)
{
	const struct pair *x = left, *y = right;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

static int by_b_then_a(const void *left, const void *right)
{
	const struct pair *x = left, *y = right;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return (x->a > y->a) - (x->a < y->a);
}

/* Differences in the order the pairs have once sorted. The new array is the caller's. */
static double *sorted_differences(struct pair *pairs, size_t n, int (*order)(const void *, const void *))
{
	double *d = doubles(n);
	qsort(pairs, n, sizeof *pairs, order);
	for (size_t i = 0; i < n; i++)
		d[i] = pairs[i].b - pairs[i].a;
	return d;
}

bool boot_paired_mean(const double *a, const double *b, size_t n, const struct boot_opts *opts, struct interval *out)
{
	*out = INTERVAL_NONE;
	if (n == 0)
		return true;
	struct pair *pairs = xmalloc(size_mul(n, sizeof *pairs));
	for (size_t i = 0; i < n; i++)
		pairs[i] = (struct pair){.a = a[i], .b = b[i]};
	double *first = sorted_differences(pairs, n, by_a_then_b);
	double *second = sorted_differences(pairs, n, by_b_then_a);
	free(pairs);
	bool done = true;
	if (all_equal(first, n)) {
		*out = (struct interval){.low = first[0], .high = first[0]};
	} else {
		size_t t = boot_resamples(n);
		double *results = doubles(t);
		done = resample_means(first, second, n, t / 2, opts, results);
		if (done)
			*out = boot_percentile(results, t);
		free(results);
	}
	free(first);
	free(second);
	return done;
}

/* ---- quantiles */

struct tuple {
	const double *at;
	size_t n;
};

/* One case: both its tuples, each sorted ascending. */
struct unit {
	struct tuple a, b;
};

static int tuple_compare(struct tuple x, struct tuple y)
{
	for (size_t i = 0; i < x.n && i < y.n; i++)
		if (x.at[i] != y.at[i])
			return x.at[i] < y.at[i] ? -1 : 1;
	return (x.n > y.n) - (x.n < y.n);
}

static int units_by_a(const void *left, const void *right)
{
	const struct unit *x = left, *y = right;
	int order = tuple_compare(x->a, y->a);
	return order ? order : tuple_compare(x->b, y->b);
}

static int units_by_b(const void *left, const void *right)
{
	const struct unit *x = left, *y = right;
	int order = tuple_compare(x->b, y->b);
	return order ? order : tuple_compare(x->a, y->a);
}

/* All numbers of one side, largest first, and for each the place its case has in the order of this half. */
struct side {
	double *values;
	uint32_t *places;
	uint32_t *lengths; /* numbers per case, by place */
	size_t n_values;
};

struct placed {
	double value;
	uint32_t place;
};

static int largest_first(const void *left, const void *right)
{
	const struct placed *x = left, *y = right;
	return (x->value < y->value) - (x->value > y->value);
}

static void side_init(struct side *side, const struct unit *units, size_t n, bool of_b)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total = size_add(total, of_b ? units[i].b.n : units[i].a.n);
	struct placed *all = xmalloc(size_mul(total + 1, sizeof *all));
	*side = (struct side){
	    .values = doubles(total),
	    .places = xmalloc(size_mul(total + 1, sizeof(uint32_t))),
	    .lengths = xmalloc(size_mul(n + 1, sizeof(uint32_t))),
	    .n_values = total,
	};
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		struct tuple tuple = of_b ? units[i].b : units[i].a;
		side->lengths[i] = (uint32_t)tuple.n;
		for (size_t j = 0; j < tuple.n; j++)
			all[at++] = (struct placed){.value = tuple.at[j], .place = (uint32_t)i};
	}
	qsort(all, total, sizeof *all, largest_first);
	for (size_t i = 0; i < total; i++) {
		side->values[i] = all[i].value;
		side->places[i] = all[i].place;
	}
	free(all);
}

static void side_done(struct side *side)
{
	free(side->values);
	free(side->places);
	free(side->lengths);
}

/* A cursor over the drawn numbers, largest first. */
struct walk {
	const struct side *side;
	const uint32_t *counts; /* how often each place was drawn */
	size_t at, seen;        /* next value; drawn numbers passed, with those of at - 1 */
};

/* The drawn number of this rank from the top, 0-based; ranks must not fall from call to call. */
static double walk_to(struct walk *w, size_t rank)
{
	const uint32_t *places = w->side->places;
	while (w->seen <= rank)
		w->seen += w->counts[places[w->at++]];
	return w->side->values[w->at - 1];
}

/* Quantiles of the drawn numbers; probs descending, as the walk goes. */
static void drawn_quantiles(const struct side *side, const uint32_t *counts, size_t n_cases, const double *probs,
                            size_t n_probs, double *out)
{
	size_t total = 0;
	for (size_t i = 0; i < n_cases; i++)
		total += (size_t)counts[i] * side->lengths[i];
	struct walk walk = {.side = side, .counts = counts};
	for (size_t i = 0; i < n_probs; i++) {
		double h = (double)(total - 1) * probs[i];
		size_t j = (size_t)h;
		if (j + 1 >= total) {
			out[i] = walk_to(&walk, 0);
			continue;
		}
		double above = walk_to(&walk, total - 2 - j);
		struct walk mark =
		    walk; /* the walk only goes forward, and the next quantile may need this number too */
		double below = walk_to(&walk, total - 1 - j);
		out[i] = below + (h - (double)j) * (above - below);
		walk = mark;
	}
}

/* How often each place is drawn, for RNG_LANES streams from `stream` on; of the next lane n later. */
static void draw_counts(uint64_t seed, size_t stream, size_t n, uint32_t *counts)
{
	uint32_t drawn[DRAWS_ONCE * RNG_LANES];
	struct rng_lanes lanes;
	rng_lanes_init(&lanes, seed, stream);
	memset(counts, 0, RNG_LANES * n * sizeof *counts);
	for (size_t done = 0; done < n;) {
		size_t count = n - done < DRAWS_ONCE ? n - done : DRAWS_ONCE;
		rng_lanes_indices(&lanes, n, drawn, count);
		for (size_t i = 0; i < count * RNG_LANES; i++)
			counts[i % RNG_LANES * n + drawn[i]]++;
		done += count;
	}
}

/* Both sides in the order of one half. */
struct half {
	struct side a, b;
};

static void half_init(struct half *half, struct unit *units, size_t n, int (*order)(const void *, const void *))
{
	qsort(units, n, sizeof *units, order);
	side_init(&half->a, units, n, false);
	side_init(&half->b, units, n, true);
}

static void half_done(struct half *half)
{
	side_done(&half->a);
	side_done(&half->b);
}

/* results[i * T ..] are those of probs[i], one half after the other. */
static bool resample_quantiles(const struct half halves[2], size_t n, const double *probs, size_t n_probs,
                               const struct boot_opts *opts, double *results)
{
	size_t t = boot_resamples(n), streams = t / 2;
	uint32_t *all = xmalloc(size_mul(n, RNG_LANES * sizeof *all));
	bool done = true;
	for (size_t r = 0; r < streams && (done = !is_cancelled(opts)); r++) {
		if (r % RNG_LANES == 0)
			draw_counts(opts->seed, r, n, all);
		const uint32_t *counts = all + r % RNG_LANES * n;
		for (size_t h = 0; h < 2; h++) {
			double qa[BOOT_MAX_PROBS], qb[BOOT_MAX_PROBS];
			drawn_quantiles(&halves[h].a, counts, n, probs, n_probs, qa);
			drawn_quantiles(&halves[h].b, counts, n, probs, n_probs, qb);
			for (size_t i = 0; i < n_probs; i++)
				results[i * t + h * streams + r] = qb[i] - qa[i];
		}
	}
	free(all);
	return done;
}

static double quantile_p(const double *results, size_t t)
{
	size_t not_above = 0, not_below = 0;
	for (size_t i = 0; i < t; i++) {
		not_above += results[i] <= 0 ? 1 : 0;
		not_below += results[i] >= 0 ? 1 : 0;
	}
	size_t fewer = not_above < not_below ? not_above : not_below;
	return fmin(1, 2 * (double)(fewer + 1) / (double)(t + 1));
}

/* A copy of all numbers with every tuple sorted. The caller frees it. */
static double *sorted_tuples(const struct tuples *tuples)
{
	size_t total = tuples->offsets[tuples->n];
	double *copy = doubles(total);
	memcpy(copy, tuples->values, total * sizeof *copy);
	for (size_t i = 0; i < tuples->n; i++)
		qsort(copy + tuples->offsets[i], tuples->offsets[i + 1] - tuples->offsets[i], sizeof *copy, by_value);
	return copy;
}

static struct tuple tuple_at(const struct tuples *tuples, const double *values, size_t i)
{
	return (struct tuple){.at = values + tuples->offsets[i], .n = tuples->offsets[i + 1] - tuples->offsets[i]};
}

static int prob_descending(const void *left, const void *right)
{
	return by_value(right, left);
}

static size_t position_of(double value, const double *in, size_t n)
{
	size_t i = 0;
	while (i + 1 < n && in[i] != value)
		i++;
	return i;
}

bool boot_paired_quantiles(const struct tuples *a, const struct tuples *b, const double *probs, size_t n_probs,
                           const struct boot_opts *opts, struct boot_quantile *out)
{
	size_t n = a->n, t = boot_resamples(n);
	for (size_t i = 0; i < n_probs; i++)
		out[i] = (struct boot_quantile){.interval = INTERVAL_NONE, .p = UNKNOWN_DOUBLE};
	if (n == 0 || n_probs == 0)
		return true;
	BUG_ON(b->n != n || n_probs > BOOT_MAX_PROBS || n > UINT32_MAX);
	double *values_a = sorted_tuples(a), *values_b = sorted_tuples(b), descending[BOOT_MAX_PROBS];
	struct unit *units = xmalloc(size_mul(n, sizeof *units));
	for (size_t i = 0; i < n; i++)
		units[i] = (struct unit){.a = tuple_at(a, values_a, i), .b = tuple_at(b, values_b, i)};
	struct half halves[2];
	half_init(&halves[0], units, n, units_by_a);
	half_init(&halves[1], units, n, units_by_b);
	memcpy(descending, probs, n_probs * sizeof *probs);
	qsort(descending, n_probs, sizeof *descending, prob_descending);
	double *results = doubles(size_mul(t, n_probs));
	bool done = resample_quantiles(halves, n, descending, n_probs, opts, results);
	for (size_t i = 0; done && i < n_probs; i++) {
		double *own = results + t * position_of(probs[i], descending, n_probs);
		out[i].p = quantile_p(own, t);
		out[i].interval = boot_percentile(own, t);
	}
	free(results);
	half_done(&halves[0]);
	half_done(&halves[1]);
	free(units);
	free(values_a);
	free(values_b);
	return done;
}

bool boot_quantile(const double *values, size_t n, double p, const struct boot_opts *opts, struct interval *out)
{
	*out = INTERVAL_NONE;
	if (n == 0)
		return true;
	size_t t = boot_resamples(n);
	double *sorted = doubles(n), *results = doubles(t);
	uint32_t *counts = xmalloc(size_mul(n, RNG_LANES * sizeof *counts));
	struct unit *units = xmalloc(size_mul(n, sizeof *units));
	memcpy(sorted, values, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_value);
	for (size_t i = 0; i < n; i++)
		units[i] = (struct unit){
		    .a = {.at = sorted + i, .n = 1}
                };
	struct side side;
	side_init(&side, units, n, false);
	bool done = true;
	for (size_t r = 0; r < t && (done = !is_cancelled(opts)); r++) {
		if (r % RNG_LANES == 0)
			draw_counts(opts->seed, r, n, counts);
		drawn_quantiles(&side, counts + r % RNG_LANES * n, n, &p, 1, &results[r]);
	}
	if (done)
		*out = boot_percentile(results, t);
	side_done(&side);
	free(units);
	free(counts);
	free(results);
	free(sorted);
	return done;
}
