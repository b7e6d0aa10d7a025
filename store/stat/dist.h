/* Distributions the tests and intervals stand on: normal, Student's t, binomial. Pure; NaN outside the domain. */
#ifndef SPOOR_STORE_STAT_DIST_H
#define SPOOR_STORE_STAT_DIST_H

#include <stdint.h>

#define STAT_ALPHA 0.05
#define STAT_Z     1.959963984540054  /* normal quantile of 0.975 */
#define STAT_Z80   0.8416212335729143 /* normal quantile of 0.8: power 80 % */

/* P(|Z| >= |x|) = erfc(|x|/√2). */
double dist_normal_two_sided(double x);
/* The x with P(Z <= x) = p, 0 < p < 1; to the last digits: Acklam's rational start and Halley steps on erfc. */
double dist_normal_quantile(double p);

/* Regularised incomplete beta I_x(a, b), a, b > 0, 0 <= x <= 1 and y = 1 - x (given apart, so that neither loses
 * digits). Continued fraction, Lentz's method (DLMF 8.17.22); relative error about 1e-16 times max(a, b), at least 1e-14. */
double dist_incomplete_beta(double a, double b, double x, double y);
/* P(|T| >= |t|) with df > 0 degrees of freedom, through the incomplete beta. */
double dist_t_two_sided(double t, double df);
/* The t with P(T <= t) = p, 0 < p < 1, df > 0; error below 1e-12 up to df 1e5, 1e-11 at 1e6, 1e-10 at 1e7. */
double dist_t_quantile(double p, double df);

/* P(K = k) of n draws with chance p: Loader's saddle point form (Loader 2000, "Fast and accurate computation of binomial
 * probabilities"), full precision also for n in the millions. */
double dist_binomial(int64_t k, int64_t n, double p);
/* The smallest k with P(K <= k) >= q, 0 < q < 1 (R qbinom). */
int64_t dist_binomial_quantile(double q, int64_t n, double p);

#endif
