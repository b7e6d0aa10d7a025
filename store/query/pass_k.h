/* pass@k and pass^k of a run whose cases were answered several times (statistics.md 10): at least one of k repeats passes, all k do. Formulas
 * and their sources: store/stat/interval.h; intervals: boot_mean over cases, default seed. */
#ifndef SPOOR_STORE_QUERY_PASS_K_H
#define SPOOR_STORE_QUERY_PASS_K_H

#include "store/base/arena.h"
#include "store/db.h"
#include "store/stat/interval.h"

enum { PASS_K_MIN_CASES = 6 };

struct pass_k {
	int64_t k;
	double at, hat; /* pass@k, pass^k: means over the cases with k scored repeats or more */
	struct interval at_interval, hat_interval; /* none: too few cases, PASS_K_MIN_CASES */
	int64_t cases, left_out;                   /* that have so many; of those with a verdict, that have fewer */
};

struct pass_ks {
	struct pass_k *rows; /* k = 1 to 10, then 20, 50, 100, 200 …, and the most repeats a case has */
	size_t n;            /* 0: no case has two scored repeats */
};

/* Reads the verdicts of one run. Without intervals that is all; with them: two bootstraps for each k, each 10,000 times the cases (2,000 times beyond 5,000 cases); can be
 * interrupted (db_interrupt: ERR_INTERRUPTED). Memory in the arena. */
bool pass_k_read(struct db *db, int64_t run, bool intervals, struct arena *arena, struct pass_ks *out, struct err *err);

#endif
