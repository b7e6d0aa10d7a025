#include "store/stat/paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/str.h"
#include "store/base/units.h"
#include "store/stat/dist.h"

enum { EXACT_MAX_N = 50 };

/* Binomial coefficients up to C(50, 25) are whole doubles: no rounding, so 5 of 5 prints as 0.0625. */
static double mcnemar_small(int64_t fewer, int64_t m)
{
	double ways = 1, sum = 1;
	for (int64_t i = 0; i < fewer; i++) {
		ways = ways * (double)(m - i) / (double)(i + 1);
		sum += ways;
	}
	return fmin(1, ldexp(sum, 1 - (int)m));
}

double paired_mcnemar(int64_t a_only, int64_t b_only)
{
	int64_t m = a_only + b_only, fewer = a_only < b_only ? a_only : b_only;
	if (m == 0)
		return 1;
	if (m <= EXACT_MAX_N)
		return mcnemar_small(fewer, m);
	/* The largest term first, the others by their ratio: nothing overflows and the sum may stop early. */
	double term = dist_binomial(fewer, m, 0.5), sum = 0;
	for (int64_t i = fewer; i >= 0 && term > sum * 1e-18; i--) {
		sum += term;
		term *= (double)i / (double)(m - i + 1);
	}
	return fmin(1, 2 * sum);
}

double paired_difference(double a, double b)
{
	double d = b - a;
	return fabs(d) <= 1e-12 * fmax(fabs(a), fabs(b)) ? 0 : d;
}

struct magnitude {
	double size;
	bool positive;
};

static int by_size(const void *left, const void *right)
{
	const struct magnitude *x = left, *y = right;
	return (x->size > y->size) - (x->size < y->size);
}

/* End of the tie group that starts at `from`. */
static size_t group_end(const struct magnitude *sorted, size_t n, size_t from)
{
	double limit = sorted[from].size * (1 + 1e-9);
	size_t end = from + 1;
	while (end < n && sorted[end].size <= limit)
		end++;
	return end;
}

/* P(W <= w) where every rank is positive with chance 1/2. Ranks and w are doubled, so that midranks are whole; counts of
 * sign patterns stay below 2^50: doubles hold them exactly. */
static double exact_tail(const unsigned *ranks2, size_t n, unsigned w2)
{
	enum { MAX_SUM2 = EXACT_MAX_N * (EXACT_MAX_N + 1) };
	double ways[MAX_SUM2 + 1] = {1}, total = 0;
	unsigned sum2 = 0;
	for (size_t i = 0; i < n; i++) {
		sum2 += ranks2[i];
		for (unsigned w = sum2; w >= ranks2[i]; w--)
			ways[w] += ways[w - ranks2[i]];
	}
	for (unsigned w = 0; w <= w2; w++)
		total += ways[w];
	return ldexp(total, -(int)n);
}

static double normal_p(double w_plus, size_t n, double tie_sum)
{
	double dn = (double)n;
	double variance = dn * (dn + 1) * (2 * dn + 1) / 24 - tie_sum / 48;
	double distance = fmax(0, fabs(w_plus - dn * (dn + 1) / 4) - 0.5);
	return dist_normal_two_sided(distance / sqrt(variance));
}

static struct wilcoxon rank_signs(struct magnitude *d, size_t n)
{
	struct wilcoxon w = {.n_nonzero = n, .p = 1, .exact = n <= EXACT_MAX_N};
	unsigned ranks2[EXACT_MAX_N] = {0};
	double tie_sum = 0;
	qsort(d, n, sizeof *d, by_size);
	for (size_t from = 0, end; from < n; from = end) {
		end = group_end(d, n, from);
		double in_group = (double)(end - from), midrank = (double)(from + end + 1) / 2;
		tie_sum += in_group * in_group * in_group - in_group;
		w.ties |= end - from > 1;
		for (size_t i = from; i < end; i++) {
			*(d[i].positive ? &w.w_plus : &w.w_minus) += midrank;
			if (w.exact)
				ranks2[i] = (unsigned)(from + end + 1);
		}
	}
	if (n == 0)
		return w;
	if (w.exact)
		w.p = fmin(1, 2 * exact_tail(ranks2, n, (unsigned)(2 * fmin(w.w_plus, w.w_minus))));
	else
		w.p = normal_p(w.w_plus, n, tie_sum);
	return w;
}

struct wilcoxon paired_wilcoxon(const double *a, const double *b, size_t n)
{
	struct magnitude *sizes = xmalloc(size_mul(n + 1, sizeof *sizes));
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		double d = paired_difference(a[i], b[i]);
		if (d != 0)
			sizes[kept++] = (struct magnitude){.size = fabs(d), .positive = d > 0};
	}
	struct wilcoxon w = rank_signs(sizes, kept);
	free(sizes);
	return w;
}

struct ordered_p {
	double p;
	size_t index;
};

static int by_p(const void *left, const void *right)
{
	const struct ordered_p *x = left, *y = right;
	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

void paired_holm(const double *p, size_t n, double *corrected)
{
	struct ordered_p *family = xmalloc(size_mul(n + 1, sizeof *family));
	size_t m = 0;
	for (size_t i = 0; i < n; i++) {
		if (isnan(p[i]))
			corrected[i] = UNKNOWN_DOUBLE;
		else
			family[m++] = (struct ordered_p){.p = p[i], .index = i};
	}
	qsort(family, m, sizeof *family, by_p);
	double largest = 0;
	for (size_t j = 0; j < m; j++) {
		largest = fmax(largest, (double)(m - j) * family[j].p);
		corrected[family[j].index] = fmin(1, largest);
	}
	free(family);
}
