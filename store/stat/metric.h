/* One metric of a comparison, from arrays to the printed row: the query collects one number per case and side, these
 * functions do the rest as statistics.md says. A is the baseline, B the candidate; delta = B - A.
 *
 *     double *a, *b;                           paired by case; NaN or ±Inf: missing (the pair leaves this metric only)
 *     struct metric_result rows[3];
 *     stat_rate(a_pass, b_pass, n, repeats, &opts, &rows[0]);
 *     stat_score(a_score, b_score, n, &opts, &rows[1]);
 *     stat_cost(a_cost, b_cost, n, &opts, &rows[2]);
 *     stat_verdicts(rows, 3);                  one family: Holm over the p's, then the words
 *
 * With repeats the caller first makes case values (stat_case_mean, stat_case_share); for latencies it gives every repeat.
 * The order of the cases changes nothing; exchanging A and B negates delta and exchanges the bounds' negatives.
 * False from any of them: cancelled; the row then holds no figures. No other way to fail. */
#ifndef SPOOR_STORE_STAT_METRIC_H
#define SPOOR_STORE_STAT_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/stat/bootstrap.h"
#include "store/stat/interval.h"
#include "store/stat/paired.h"

enum stat_test { TEST_NONE, TEST_MCNEMAR, TEST_WILCOXON, TEST_BOOT_QUANTILE };
enum stat_verdict { METRIC_TOO_FEW, METRIC_NO_DIFFERENCE, METRIC_BETTER, METRIC_WORSE };

const char *stat_test_name(enum stat_test test);          /* "mcnemar-exact" …; NULL for none (null in JSON) */
const char *stat_verdict_name(enum stat_verdict verdict); /* "too-few" "none" "better" "worse" */

#define STAT_DEFAULT_MARGIN 0.05

/* Zero-initialised plus a seed is valid: STAT_OPTS. */
struct stat_opts {
	struct boot_opts boot;
	double margin; /* in the metric's own unit; 0: not asked for: needed uses 0.05 and the verdict none */
};
#define STAT_OPTS ((struct stat_opts){.boot = {.seed = UINT64_C(0x73706F6F72)}})

/* Figures are NaN, or UNKNOWN_INT, where the data do not give them; the header of each part says when. */
struct metric_result {
	size_t n;         /* cases with the metric on both sides */
	size_t min_n;     /* below it no data could reach p < 0.05: 6, P95 72, P99 368 */
	double a, b;      /* over these cases: rate, mean or quantile */
	double delta;     /* n = 0: NaN */
	double low, high; /* 95 % interval of delta; by bootstrap only from min_n on */
	double p, p_holm; /* p_holm and verdict: by stat_verdicts */
	enum stat_test test;
	double smallest_detectable; /* 80 % power; not for quantiles */
	int64_t cases_needed;       /* to show `margin` (default 0.05) at what these cases vary; not for quantiles */
	int64_t cases_more;         /* max(0, cases_needed - n) */
	double margin;              /* as in the options */
	bool lower_is_better;       /* set by the functions; the caller may change it before stat_verdicts */
	struct pair_table table;    /* rates without repeats, else zeros */
	struct wilcoxon wilcoxon;   /* test TEST_WILCOXON, else zeros */
	bool ranks_disagree;        /* delta and the rank sums point in different directions: then no better or worse */
	enum stat_verdict verdict;
};

/* Pass rates, higher is better. Without repeats values are 0 or 1: McNemar and Newcombe. With repeats they are shares of
 * passed repeats: Wilcoxon and bootstrap. (`--repeats majority`: give the majority's 0 or 1 and repeats = false.) */
bool stat_rate(const double *a, const double *b, size_t n, bool repeats, const struct stat_opts *opts,
               struct metric_result *out);
/* Means of scores, higher is better: Wilcoxon and bootstrap. */
bool stat_score(const double *a, const double *b, size_t n, const struct stat_opts *opts, struct metric_result *out);
/* The same, lower is better; dollars per case. */
bool stat_cost(const double *a, const double *b, size_t n, const struct stat_opts *opts, struct metric_result *out);
/* Quantiles of latencies in ns, lower is better: tuple i is all repeats of case i, missing ones NaN or left out. out[j]
 * belongs to probs[j], in 0..1, at most BOOT_MAX_PROBS; one pass of draws serves all. */
bool stat_latency_quantile(const struct tuples *a, const struct tuples *b, const double *probs, size_t n_probs,
                           const struct stat_opts *opts, struct metric_result *out);
/* Corrects the p's of one family (all metrics of one comparison, or of one slice) and decides. `none` with
 * ranks_disagree says that p is small but mean and ranks contradict each other. */
void stat_verdicts(struct metric_result *metrics, size_t n);

/* ---- what a case is worth over its repeats */

/* Mean of the repeats that are no NaN or ±Inf, summed ascending; sorts the array. NaN if none. */
double stat_case_mean(double *repeats, size_t n);
/* passed / (passed + failed + errored); NaN if none is scored. */
double stat_case_share(int64_t passed, int64_t failed, int64_t errored);
enum stat_majority { MAJORITY_UNSCORED, MAJORITY_PASSED, MAJORITY_FAILED, MAJORITY_ERROR };
/* Passed or error if more than half of the scored repeats are; else failed (a tie fails). */
enum stat_majority stat_case_majority(int64_t passed, int64_t failed, int64_t errored);

#endif
