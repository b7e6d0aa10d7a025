/* The noise floor of a comparison: what of it exceeds what a run differs from itself. How it is worked out: store/study/noise.h.
 *
 * Behind it stand the cases with at least two results in a run. Where only some have them, the floor is estimated from those and holds for all;
 * where one run alone has them, the other is taken to wobble as much. The floor of a case counts its results: means of several wobble less.
 * Pass or fail, and a score that is only ever 0 or 1, has no floor that a single flip could exceed or not. There it is beyond noise if each side's results of the case all agree
 * and the sides differ: with repeats on both sides that speaks for itself; where a side has one result only, if two results of a run differ
 * in fewer than 5 of 100 cases.
 * Nothing is corrected for the number of cases: by_chance says how many of them would exceed the floor if nothing had changed. */
#ifndef SPOOR_STORE_QUERY_NOISE_H
#define SPOOR_STORE_QUERY_NOISE_H

#include "store/query/compare.h"

enum {
	NOISE_TEXTS =
	    4000 /* answers that are read, those of cases with repeats first, picked by a hash of their keys */
};

enum noise_kind { NOISE_PASS, NOISE_SCORE, NOISE_OUTPUT, NOISE_LATENCY, NOISE_COST };
const char *noise_kind_name(enum noise_kind kind); /* --json: "pass" "score" "output" "latency" "cost" */

struct noise_side {             /* what stands behind it */
	int64_t cases, results; /* with repeats */
	double
	    wobble; /* PASS: chance that two results of a case differ; OUTPUT: their mean distance; others: sd within a case and run (of the
	                  natural logarithm for LATENCY, COST). NaN: no repeats */
};
struct noise_metric {
	enum noise_kind kind;
	bool yes_no;     /* PASS, and a SCORE that is only ever 0 or 1: flips are counted */
	struct str name; /* "pass", a score's, "output", "latency", "cost": what noise_mark takes */
	struct noise_side a, b;
	double wobble; /* of both together */
	int64_t df;    /* numbers: degrees of freedom; PASS, OUTPUT: pairs of results */
	double
	    floor; /* of two single results: numbers: a difference; LATENCY, COST: a factor, 1.4 is 40 %; OUTPUT: a distance; PASS: none, NaN */
	bool rough; /* few results stand behind it */
	int64_t moved,
	    beyond; /* cases that moved at all, with a value on both sides; those that moved by more than the floor */
	int64_t of; /* cases with a value on both sides */
	double by_chance; /* cases that would be beyond it by chance; PASS: that would flip, were A and B the same */
	const bool *is_beyond; /* one per row of the comparison */
};

struct noise {
	struct arena arena;
	int64_t paired;               /* cases */
	int64_t cases_a, cases_b;     /* with repeats */
	int64_t results_a, results_b; /* of these */
	struct noise_metric *metrics; /* none: there are no repeats */
	size_t n_metrics;
	int64_t changed;                   /* cases whose verdict, a score or the answer is another */
	int64_t within;                    /* of these: nothing of it is beyond noise */
	const bool *is_within, *is_beyond; /* per row; rows that are the same, or on one side only, are neither */
	int64_t untold;     /* changed cases of which it cannot be told: what changed in them has no floor */
	int64_t texts_left; /* cases whose answers were not read: too many */
	struct str sentence, stands_on; /* the answer; what stands behind it, and what does not */
};
void noise_done(struct noise *n);
/* Reads the results of cases with repeats, and answers that differ. c: borrowed for the call, with its rows. db may be interrupted. */
bool noise_of(struct db *db, const struct compare *c, struct noise *out, struct err *err);

/* A wobble or a floor in its own unit: "0.042", "12.5%", "±9%", "×1.31"; "–" for NaN. */
void noise_figure(struct buf *out, const struct noise_metric *m, double figure, bool is_floor, bool ascii);
/* "60 results of 20 cases, 40 df, rough" */
void noise_behind(struct buf *out, const struct noise_metric *m);

/* What wobble and floor of this metric say, in two or three sentences. */
void noise_explain(struct buf *out, const struct noise_metric *m, bool ascii);

/* noise:WHAT for Compare's filter, quoted where it needs it. */
void noise_filter(struct buf *out, struct str what);

/* Turns keep[i], one per c->rows, to false but for cases that `what` names: "beyond" (verdict, a score or the answer is), "within" (changed, but
 * within noise), "repeats" (has some, on either side), or a metric: "pass" "output" "latency" "cost", a score's name (beyond its floor). As long
 * as noise_of. */
bool noise_mark(struct db *db, const struct compare *c, struct str what, bool *keep, struct err *err);

#endif
