/* Agreement of raters, and whether a judge's score goes with length. Pure; NaN: no figure. */
#ifndef SPOOR_STORE_STAT_AGREE_H
#define SPOOR_STORE_STAT_AGREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/stat/bootstrap.h"

/* ---- Cohen's kappa (Cohen 1960, Educ Psychol Meas 20:37; weights Cohen 1968), two raters */

enum kappa_weights { WEIGHTS_NONE, WEIGHTS_LINEAR, WEIGHTS_QUADRATIC }; /* the last two for ordered categories */

struct kappa {
	int64_t n;
	double agreement; /* share of items in the same category */
	double weighted;  /* the same with partial credit; equals agreement without weights */
	double kappa;     /* NaN: agreement by chance is certain (1 - Pe <= 1e-15) */
	double se;        /* Fleiss, Cohen & Everitt 1969, Psychol Bull 72:323; NaN: no disagreement, or n < 10 */
	struct interval interval; /* kappa ± z·SE, clipped to [-1, 1] */
	bool too_few;             /* no interval: n < 10, no disagreement or no kappa */
	bool rough;               /* n < 30 */
};
/* counts[i * n_categories + j]: items the human put in i and the judge in j. Categories: the declared scale, else the
 * sorted union; items not judged by both stay out. Counts below 2^53. */
struct kappa agree_kappa(const int64_t *counts, size_t n_categories, enum kappa_weights weights);

/* ---- Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"), any raters, gaps */

enum alpha_metric { ALPHA_NOMINAL, ALPHA_ORDINAL, ALPHA_INTERVAL };

struct alpha {
	double alpha;             /* NaN: no pair of ratings, or one value in all */
	struct interval interval; /* bootstrap over units; NaN: over 5 % of the resamples had no alpha */
	size_t n_units;           /* with at least 2 ratings: only these count */
	bool too_few;             /* fewer than 10 units */
};
/* A unit's ratings are one tuple; NaN: not rated. Categories are given as numbers (nominal: any numbering). False: cancelled. */
bool agree_alpha(const struct tuples *units, enum alpha_metric metric, const struct boot_opts *opts, struct alpha *out);

/* ---- Spearman's rank correlation (Spearman 1904, Am J Psychol 15:72) */

struct spearman {
	size_t n; /* pairs without NaN */
	double rho, p;
	struct interval interval; /* Bonett & Wright 2000, Psychometrika 65:23; NaN where |rho| = 1 */
	bool too_few;             /* n < 10: rho, p and interval are NaN */
};
/* NaN figures also where a side has no variance. Values that differ only by the noise of decimals in binary tie (paired_difference). */
struct spearman agree_spearman(const double *x, const double *y, size_t n);

#endif
