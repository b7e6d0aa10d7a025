/* Two independent rates: with and without something. Pure; counts 0 <= k <= n. */
#ifndef SPOOR_STORE_STAT_RATES_H
#define SPOOR_STORE_STAT_RATES_H

#include "store/stat/interval.h"

struct rate {
	int64_t k, n;
};

/* 95 % interval of the difference a - b. Source: Newcombe 1998, Stat Med 17:873, method 10 (of two Wilson intervals). n = 0: none. */
struct interval rates_newcombe(struct rate a, struct rate b);
/* Exact two-sided p of a table with fixed margins: the sum over all tables that are no likelier (within 1e-7 of it). Source: Fisher 1935;
 * the rule is R's fisher.test. NaN if a side is empty. */
double rates_fisher(struct rate a, struct rate b);
/* The smallest p that any table of these margins could give: what cannot reach 0.05 need not be tested. Source: Tarone 1990,
 * Biometrics 46:515. */
double rates_fisher_least(struct rate a, struct rate b);

#endif
