/* Tests of paired differences, and the correction for several of them. Pure; no NaN in the data arrays. */
#ifndef SPOOR_STORE_STAT_PAIRED_H
#define SPOOR_STORE_STAT_PAIRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exact two-sided p of McNemar's test (McNemar 1947, Psychometrika 12:153; binomial form): `a_only` and `b_only` count the
 * cases that only one side passed. Both 0: 1. */
double paired_mcnemar(int64_t a_only, int64_t b_only);

/* b - a, and 0 where it is only the noise of decimals in binary: |b - a| <= 1e-12·max(|a|, |b|). */
double paired_difference(double a, double b);

/* Wilcoxon's signed-rank test, two-sided (Wilcoxon 1945, Biometrics Bull 1:80). Zero differences (by the noise rule) are
 * dropped; |d| within 1e-9 relative of the smallest of a group tie and share the midrank. Up to 50 exact, with ties too;
 * beyond, normal with tie and continuity correction. No difference at all: p = 1. */
struct wilcoxon {
	size_t n_nonzero;
	double w_plus, w_minus; /* rank sums of the positive and the negative differences b - a */
	double p;
	bool ties, exact;
};
struct wilcoxon paired_wilcoxon(const double *a, const double *b, size_t n);

/* Holm 1979 (Scand J Stat 6:65): p-values corrected for their number, into `corrected`. NaN is no member of the family
 * and stays NaN. The arrays may be the same. */
void paired_holm(const double *p, size_t n, double *corrected);

#endif
