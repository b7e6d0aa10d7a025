#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/hist.h"
#include "store/query/stats_private.h"
#include "store/base/hash.h"
#include "store/stat/interval.h"

void tally_done(struct tally *t)
{
	free(t->times);
	*t = TALLY_INIT;
}

void tally_times(struct tally *t, int32_t bucket, int64_t n)
{
	enum { STEP = 16 }; /* room on either side, so that it does not grow by one and one */
	int32_t low = t->low, end = t->low + t->n_times;
	if (!t->n_times) {
		low = bucket;
		end = bucket + 1;
	} else if (bucket < low) {
		low = bucket > STEP ? bucket - STEP : 0;
	} else if (bucket >= end) {
		end = bucket + STEP;
	}
	if (end - low != t->n_times) {
		uint32_t *times = xcalloc((size_t)(end - low), sizeof *times);
		if (t->n_times)
			memcpy(times + (t->low - low), t->times, (size_t)t->n_times * sizeof *times);
		free(t->times);
		t->times = times;
		t->low = low;
		t->n_times = end - low;
	}
	uint64_t sum = t->times[bucket - t->low] + (uint64_t)n;
	t->times[bucket - t->low] = sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
	t->timed += n;
}

void tally_time(struct tally *t, int64_t duration_ns)
{
	if (duration_ns >= 0)
		tally_times(t, hist_bucket(duration_ns), 1);
}

static void add(int64_t *sum, int64_t n)
{
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = INT64_MAX;
}

void tally_tokens(struct tally *t, int which, int64_t n)
{
	if (n == UNKNOWN_INT)
		return;
	if (t->tokens[which] == UNKNOWN_INT)
		t->tokens[which] = 0;
	add(&t->tokens[which], n);
}

void tally_cost(struct tally *t, double usd, bool estimated)
{
	if (!isfinite(usd))
		return;
	t->cost_usd = IS_UNKNOWN(t->cost_usd) ? usd : t->cost_usd + usd;
	t->estimated = t->estimated || estimated;
}

void tally_merge(struct tally *to, const struct tally *from)
{
	to->n += from->n;
	to->errors += from->errors;
	to->retries += from->retries;
	to->repeats += from->repeats;
	add(&to->total_ns, from->total_ns);
	for (int i = 0; i < TALLY_TOKENS; i++)
		tally_tokens(to, i, from->tokens[i]);
	tally_cost(to, from->cost_usd, from->estimated);
	for (int32_t i = 0; i < from->n_times; i++)
		if (from->times[i])
			tally_times(to, from->low + i, from->times[i]);
}

/* The ceil(p n)-th smallest; unknown where that could only be the largest. */
static int64_t quantile(const struct tally *t, double p)
{
	if ((double)t->timed * (1 - p) < 1 - 1e-9)
		return UNKNOWN_INT;
	int64_t rank = (int64_t)ceil((double)t->timed * p - 1e-9), seen = 0;
	for (int32_t i = 0; i < t->n_times; i++) {
		seen += t->times[i];
		if (seen >= rank && t->times[i])
			return hist_ns(t->low + i);
	}
	return UNKNOWN_INT;
}

void tally_figures(const struct tally *t, struct stats_figures *out)
{
	struct interval interval = interval_wilson((double)t->errors, (double)t->n);
	*out = (struct stats_figures){
	    .n = t->n,
	    .errors = t->errors,
	    .error_rate = t->n ? (double)t->errors / (double)t->n : UNKNOWN_DOUBLE,
	    .error_low = interval.low,
	    .error_high = interval.high,
	    .timed = t->timed,
	    .p50_ns = quantile(t, 0.5),
	    .p95_ns = quantile(t, 0.95),
	    .p99_ns = quantile(t, 0.99),
	    .total_ns = t->total_ns,
	    .tokens_in = t->tokens[0],
	    .tokens_out = t->tokens[1],
	    .tokens_cached = t->tokens[2],
	    .tokens_reasoning = t->tokens[3],
	    .cost_usd = t->cost_usd,
	    .cost_estimated = t->estimated,
	};
}

/* ---------------------------------------------------------------- groups */

void groups_done(struct groups *g)
{
	for (size_t i = 0; i < g->all.n; i++)
		tally_done(&g->all.at[i].tally);
	vec_done(&g->all);
	free(g->table);
	g->table = NULL;
	g->cap = 0;
}

/* Where it is (index + 1) or belongs (0). */
static uint32_t *place(const struct groups *g, uint64_t a, uint64_t b)
{
	size_t i = (size_t)hash_spread(a ^ hash_spread(b)) & (g->cap - 1);
	while (g->table[i] && (g->all.at[g->table[i] - 1].a != a || g->all.at[g->table[i] - 1].b != b))
		i = (i + 1) & (g->cap - 1);
	return &g->table[i];
}

static void grow(struct groups *g)
{
	g->cap = g->cap ? 2 * g->cap : 64;
	free(g->table);
	g->table = xcalloc(g->cap, sizeof *g->table);
	for (size_t i = 0; i < g->all.n; i++)
		*place(g, g->all.at[i].a, g->all.at[i].b) = (uint32_t)i + 1;
}

struct group *groups_of(struct groups *g, uint64_t a, uint64_t b)
{
	if (2 * (g->all.n + 2) > g->cap)
		grow(g);
	uint32_t *at = place(g, a, b);
	if (!*at && g->most && g->all.n >= g->most) {
		g->more = true;
		a = b = GROUP_REST;
		at = place(g, a, b);
	}
	if (!*at) {
		*vec_add(&g->all) = (struct group){.a = a, .b = b, .tally = TALLY_INIT};
		*at = (uint32_t)g->all.n;
	}
	return &g->all.at[*at - 1];
}
