/* How much one case wobbles on its own, from its repeats, and the smallest difference that is more than that. Pure.
 *
 * Numbers. The repeats of one case in one run differ by nothing but chance. Their standard deviation within a case and run, pooled over
 * all that have repeats, is the square root of the mean square within groups of a one-way analysis of variance: s² = Σ(x − mean of its group)² /
 * Σ(n − 1) (Bland & Altman 1996, "Measurement error", BMJ 312:1654; R: aov(x ~ group), Residuals). Two means, of n_a and n_b results of a case
 * that did not change, differ by more than t·s·√(1/n_a + 1/n_b) in 5 of 100 cases, t the 0.975 quantile of Student's t with Σ(n − 1)
 * degrees of freedom: the critical difference of ISO 5725-6:1994, 4.2.1, which takes 1.96 for t, as s is known there. For single results that is
 * the repeatability limit, 2.77·s. Latency and cost vary by a share of themselves: they are taken as logarithms, and the floor is a factor
 * (Bland & Altman 1996, "Measurement error proportional to the mean", BMJ 313:106).
 *
 * Pass or fail. The chance that two results of one case and run differ: Σ over pairs of its repeats / pairs, the mean over cases (1 − Simpson's
 * index without replacement, Simpson 1949, Nature 163:688).
 *
 * Texts. How far two answers are apart: 1 − shared / all of their shingles, runs of three words (Broder 1997, "On the resemblance and containment of
 * documents"); 0: the same shingles, 1: none in common. A case's own distance is the mean over pairs of its repeats in the run
 * in which that is larger, and its floor that plus the 95 % quantile of how far single pairs lie above the mean of their own case and run,
 * over all of them: so a case that always answers alike is held to more than one that never does. A case without repeats is held to the 95 % quantile of all pairs. */
#ifndef SPOOR_STORE_STUDY_NOISE_H
#define SPOOR_STORE_STUDY_NOISE_H

#include "store/base/str.h"
#include "store/base/vec.h"

enum {
	NOISE_ROUGH = 20,          /* with fewer degrees of freedom a floor is rough */
	NOISE_SHINGLE = 3,         /* words */
	NOISE_TEXT_BYTES = 1 << 16 /* of one answer that are looked at */
};

struct noise_sum { /* zero-initialised is empty */
	double squares;
	int64_t df, groups, results; /* of groups of at least two */
};
/* The values of one case in one run; NaN are left out. Sorts them, so that their order cannot matter. */
void noise_add(struct noise_sum *s, double *values, size_t n);
struct noise_sum noise_pool(struct noise_sum a, struct noise_sum b);
double noise_sd(const struct noise_sum *s); /* NaN: no degree of freedom */
/* t·s: what a floor is made of, once for a metric. 0 where repeats never differ; NaN: none can be told. */
double noise_reach(const struct noise_sum *s);
/* The least difference of means of n_a and n_b results (each at least 1) that is more than noise. NaN as above. */
double noise_floor(double reach, int64_t n_a, int64_t n_b);

/* The chance that two of n results, of which `passes` passed, differ; NaN if n < 2. */
double noise_flips(int64_t passes, int64_t n);

/* Shingles of a text as sorted hashes, each once. A text of fewer words than a shingle is one shingle. Free with vec_done. */
typedef VEC(uint64_t) noise_shingles;
void noise_shingle(struct str text, noise_shingles *out);
/* 0 … 1; two texts without a word are the same. */
double noise_distance(const noise_shingles *a, const noise_shingles *b);

#endif
