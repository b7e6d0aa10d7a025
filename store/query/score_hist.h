/* How the values of a score (or latency, or cost) lie in two runs: the same bins for both, over the paired cases that have it on both
 * sides; so both add up to the same number, and exchanging A and B exchanges their counts. A case's value is the mean of its repeats.
 *
 * Bins. At most HIST_VALUES different values: a bin for each. Else steps of 1, 2 or 5 times a power of ten, as small as HIST_BINS of
 * them allow; where all values are above 0 and the largest is more than HIST_SKEW times the median, the bounds themselves are 1, 2, 5, 10, …
 * times a power of ten (or powers alone, if those were too many). A bin holds its lower bound and not its upper, but for the last. */
#ifndef SPOOR_STORE_QUERY_SCORE_HIST_H
#define SPOOR_STORE_QUERY_SCORE_HIST_H

#include "store/query/compare.h"

enum { HIST_VALUES = 12, HIST_BINS = 20, HIST_SKEW = 10 };

enum hist_kind { HIST_SCORE, HIST_LATENCY, HIST_COST, HIST_PASS };

/* What there is to look at: the scores that some paired case has on both sides; "pass" where repeats make it more than yes or no; "latency_ns",
 * "cost_usd". */
struct hist_name {
	enum hist_kind kind;
	struct str name;
	size_t score; /* HIST_SCORE: index in compare.scores */
	bool lower_is_better;
};
/* In the arena. Linear in rows. */
struct hist_name *score_hist_names(const struct compare *c, struct arena *arena, size_t *n);

struct hist_bin {
	double low, high;           /* one value: the same */
	bool closed;                /* high belongs to it */
	int64_t a, b;               /* cases */
	int64_t fell, stayed, rose; /* of those that A has here: where B has them */
};

struct hist_side {
	double mean, least, q1, median, q3, greatest; /* quantiles: type 7 (statistics.md 6) */
	int64_t at_threshold;                         /* cases at or over it */
};

struct score_hist {
	struct arena arena;
	struct hist_name name;
	struct hist_bin *bins;
	size_t n_bins;
	bool values;                   /* a bin is one value */
	int64_t cases, only_a, only_b; /* paired cases with it on both sides; on one only */
	int64_t rose, fell;            /* B's value above, below A's, beyond the noise of decimals */
	double threshold;              /* the one both runs state; NaN: none, or several */
	struct hist_side a, b;
};
void score_hist_done(struct score_hist *h);
/* Pure but for the threshold, which is one query over the scores of both runs (db NULL: left out). */
bool score_hist_make(struct db *db, const struct compare *c, const struct hist_name *name, struct score_hist *out,
                     struct err *err);
/* The bin's name: "0.2 - 0.4", "1", "2.00s - 5.00s". */
void hist_bin_name(struct buf *out, enum hist_kind kind, const struct hist_bin *bin, bool ascii);
/* A filter of the comparison that keeps the cases whose B (or A) lies in the bin: "b.NAME>=0.2 b.NAME<0.4". False: the language has no words for
 * it. */
bool hist_bin_filter(struct buf *out, const struct hist_name *name, const struct hist_bin *bin, bool of_b);

#endif
