/* All repeats of one case in two runs: verdicts, figures, which answers are the same, and which pair of them tells most. */
#ifndef SPOOR_STORE_QUERY_CASE_REPEATS_H
#define SPOOR_STORE_QUERY_CASE_REPEATS_H

#include "store/query/compare.h"

enum { CASE_REPEATS_MOST = 10000, CASE_REPEAT_SCORES = 100 };

struct case_repeat {
	struct case_at at; /* at.repeat is its number, from 0 */
	enum case_status status;
	int64_t latency_ns, tokens_in, tokens_out; /* UNKNOWN_INT */
	double cost_usd;                           /* NaN */
	int64_t record, trace;                     /* trace: row id, 0 none */
	/* Which answer it gave: equal ones (the importer's normalised hash) have one number, counted over both sides from 0 in the
	 * order in which they first come; -1: it gave none. */
	int64_t answer;
	const double *scores; /* one per case_repeats.scores; NaN missing */
};

struct case_repeats_side {
	int64_t case_id;        /* 0: the run does not have the case */
	struct case_repeat *at; /* by number; at most CASE_REPEATS_MOST */
	size_t n;
	int64_t passed, failed, errored;                    /* n less these: without a verdict */
	enum case_status status;                            /* majority, as compare counts */
	bool unstable;                                      /* the verdicts of its repeats disagree */
	size_t n_answers;                                   /* different ones */
	double *scores;                                     /* means, one per case_repeats.scores; NaN */
	double latency_ns, cost_usd, tokens_in, tokens_out; /* means over the repeats that have one; NaN */
};

struct case_repeats {
	struct arena arena;
	struct str key, title;
	bool by_input;      /* met by their input: the runs share no case keys */
	struct str *scores; /* names, in the order in which both sides' repeats have them by name */
	size_t n_scores;
	struct case_repeats_side a, b;
	size_t n_answers;      /* different ones on both sides together */
	size_t pick_a, pick_b; /* indices: the pair that tells most; 0 where a side has none */
};

/* case_id: of either run. The other run has the case by its key; where the two runs share no key at all, by its input if only one
 * case of either run has that (as compare pairs). ERR_NOT_FOUND: neither has it. A few queries by key. */
bool case_repeats_load(struct db *db, int64_t run_a, int64_t run_b, int64_t case_id, struct case_repeats *out,
                       struct err *err);
void case_repeats_done(struct case_repeats *r);

/* The rule of pick_a, pick_b. First the pair whose verdicts show what became of the case: A passed and B did not, if B passed no
 * larger share of its repeats than A did; A did not and B passed, if larger; then any pair with different verdicts, then any with
 * different answers, then any. Of equal ones repeats of one number, then the lowest numbers. Looks at the first 1,000 of a side. */
void case_repeats_pick(struct case_repeats *r);
/* What became of the case, by the verdicts of both sides over their repeats; CLASS_SAME: they do not tell. */
enum case_class case_repeats_class(const struct case_repeats *r);
/* Index of the repeat with that number; SIZE_MAX. */
size_t case_repeat_index(const struct case_repeats_side *side, int64_t number);
/* "2 of 3 passed: unstable", "3 passed", "1 of 3 passed, 1 error: unstable"; for one repeat its verdict alone ("passed"). */
void case_repeats_words(struct buf *out, const struct case_repeats_side *side);

/* The case of a or b that somebody means: its key, the beginning of one, its title, a word of its key ("flaky" of ["desk","flaky"]), a
 * part of its title (smart case: a capital is meant), in this order; each must fit one case only. ERR_NOT_FOUND; ERR_USAGE: several, with the first of them named. Linear in the cases. */
bool case_find(struct db *db, int64_t run_a, int64_t run_b, struct str name, int64_t *case_id, struct err *err);
/* CASE of at->run, its first repeat; or CASE#2, the second one, where no case is called that. Fills the rest of *at. */
bool case_find_repeat(struct db *db, struct str name, struct case_at *at, struct err *err);

#endif
