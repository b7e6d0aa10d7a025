#include "store/stat/rates.h"

#include <math.h>

#include "store/stat/dist.h"

struct interval rates_newcombe(struct rate a, struct rate b)
{
	if (a.n <= 0 || b.n <= 0)
		return INTERVAL_NONE;
	struct interval of_a = interval_wilson((double)a.k, (double)a.n),
	                of_b = interval_wilson((double)b.k, (double)b.n);
	double rate_a = (double)a.k / (double)a.n, rate_b = (double)b.k / (double)b.n, delta = rate_a - rate_b;
	return (struct interval){delta - hypot(rate_a - of_a.low, of_b.high - rate_b),
	                         delta + hypot(of_a.high - rate_a, rate_b - of_b.low)};
}

/* P(K = k) of a table with these margins: three binomials of one chance, in which the chance cancels. */
static double chance(int64_t k, struct rate a, struct rate b)
{
	int64_t all = a.n + b.n, bad = a.k + b.k;
	if (bad == 0 || bad == all)
		return 1;
	double p = (double)bad / (double)all;
	return dist_binomial(k, a.n, p) * dist_binomial(bad - k, b.n, p) / dist_binomial(bad, all, p);
}

static int64_t least_k(struct rate a, struct rate b)
{
	int64_t k = a.k + b.k - b.n;
	return k > 0 ? k : 0;
}

static int64_t most_k(struct rate a, struct rate b)
{
	int64_t bad = a.k + b.k;
	return bad < a.n ? bad : a.n;
}

double rates_fisher(struct rate a, struct rate b)
{
	if (a.n <= 0 || b.n <= 0)
		return UNKNOWN_DOUBLE;
	double seen = chance(a.k, a, b) * (1 + 1e-7), sum = 0;
	for (int64_t k = least_k(a, b); k <= most_k(a, b); k++) {
		double p = chance(k, a, b);
		sum += p <= seen ? p : 0;
	}
	return sum < 1 ? sum : 1;
}

double rates_fisher_least(struct rate a, struct rate b)
{
	if (a.n <= 0 || b.n <= 0)
		return UNKNOWN_DOUBLE;
	double low = chance(least_k(a, b), a, b), high = chance(most_k(a, b), a, b);
	double least = low < high ? low : high, most = low < high ? high : low;
	if (least_k(a, b) == most_k(a, b))
		return 1;
	/* By the rule above the other end counts, too, where it is as unlikely. */
	return most <= least * (1 + 1e-7) ? low + high : least;
}
