/* What people's verdicts say in figures: who judged how much, how far they agree with each other and with the judges, and which answers
 * are preferred where two were shown. Read from annotation_now (store/annotate.h); the end of Review, the screen "agreement" and
 * `spoor review --report` share it.
 *
 * The unit is the answer: verdicts on equal input and output are on one answer, whichever case, run or format it came from, and of one person
 * there the newest counts. Figures of agreement are of sure verdicts (good, bad); unsure ones are counted beside them. Proposed verdicts
 * (HOW_PROPOSED) are in no figure, only counted. A disagreement: one person said good, another bad.
 *
 * Kappa and alpha: stat/agree.h. Rates: Wilson. Preferences: of the pairs that are decided (A or B, by the majority of those who judged it),
 * exact two-sided sign test (that of McNemar's: binomial(n, 1/2)) and the Wilson interval of the share that B won. */
#ifndef SPOOR_STORE_QUERY_AGREEMENT_H
#define SPOOR_STORE_QUERY_AGREEMENT_H

#include "store/query/judges.h"
#include "store/query/subject.h"

enum { AGREEMENT_PEOPLE = 200, AGREEMENT_VERDICTS = 1000000, AGREEMENT_ROWS = 500 };

struct agreement_word { /* a reason and how often it was given */
	struct str word;
	int64_t n;
};

struct agreement_person {
	struct str name;
	int64_t judged, good, bad, unsure; /* answers */
	int64_t skipped;                   /* items of the queue; 0 without one */
	int64_t notes, corrections;
	int64_t blind;                  /* of judged: with HOW_BLIND */
	int64_t proposed;               /* verdicts nobody confirmed: in no figure */
	int64_t timed, spent_ns;        /* items of the queue with a known time, without breaks; that time together */
	double per_minute;              /* one in their median time; NaN */
	struct agreement_word *reasons; /* the most frequent first */
	size_t n_reasons;
};

struct agreement_pair { /* of people: indices into people, a < b */
	size_t a, b;
	int64_t both;              /* answers both judged, whatever they said */
	int64_t cells[3][3];       /* [a's][b's] bad, good, unsure */
	int64_t n, same;           /* both sure; said the same */
	struct interval agreement; /* Wilson of same of n */
	struct kappa kappa;        /* bad, good */
};

struct agreement_said {
	size_t person;
	enum verdict verdict;
	struct str reasons, note, correction; /* absent: none */
	int64_t time_ns;
	bool blind;
};
struct agreement_item {
	struct subject_at at; /* where it is opened; kind NONE: it is not in the store any more */
	struct sha256 target;
	struct str key, title, run; /* case key or trace id; may be "" */
	struct agreement_said *said;
	size_t n_said;
	int64_t good, bad, unsure;
};

/* People against a judge (judges.h has all of it). */
struct agreement_judge {
	struct str name, model;
	enum score_source by;
	int64_t cells[2][2]; /* [human bad, good][judge bad, good] */
	struct kappa kappa;  /* n: answers; agreement: share */
	struct interval agreement;
	struct interval false_pass, false_fail;
};

struct agreement_pairs {      /* preferences between two runs */
	int64_t run_a, run_b; /* 0: none were asked for, or known */
	struct str name_a, name_b;
	int64_t pairs;                      /* pairs of answers judged by anybody */
	int64_t a, b, tie, both_bad, split; /* by the majority; split: as many for each, or none */
	int64_t votes;                      /* preferences of people */
	double p;                           /* sign test of a against b; NaN: nothing decided */
	double share;                       /* b of a + b; NaN */
	struct interval interval;           /* of it */
	int64_t twice, agreed;              /* pairs that two or more judged; of these, where all said the same */
	struct str sentence;                /* plainly: "People preferred B in 14 of 20 pairs …" ("" if none) */
};

struct agreement_opts {
	struct str queue; /* only answers that were judged in it, and its skips and pace; absent: no such bound */
	int64_t run;      /* only answers of it; 0 */
	const struct filter *cases; /* of case results, FILTER_CASES; NULL */
	int64_t run_a, run_b;       /* of preferences; 0: those of the queue's pairs */
	bool blind;                 /* only blind verdicts */
	bool judges;                /* judges too: reads all scores */
	int64_t rows;               /* disagreements listed at most; 0: AGREEMENT_ROWS; -1: none */
};

struct agreement {
	struct arena arena;
	struct agreement_person *people; /* who judged most first */
	size_t n_people;
	struct agreement_pair *pairs; /* those with answers in common, most first */
	size_t n_pairs;
	int64_t answers, verdicts, good, bad, unsure, proposed; /* answers judged by anybody; verdicts on them */
	int64_t twice;                                          /* answers that two or more judged */
	struct alpha alpha;                                     /* of sure verdicts */
	int64_t disagreements_of;
	struct agreement_item *disagreements; /* the most people first, then the newest */
	size_t n_disagreements;
	struct agreement_word *reasons; /* of all people */
	size_t n_reasons;
	struct agreement_judge *judges; /* most answers first */
	size_t n_judges;
	struct agreement_pairs *preferred; /* a row for each pair of runs */
	size_t n_preferred;
	int64_t preferences_unplaced; /* preferences of people that are of no pair of runs known here */
	bool more;           /* there are more verdicts than AGREEMENT_VERDICTS, or people than AGREEMENT_PEOPLE */
	struct str sentence; /* the answer, plainly */
};
/* n log n in the verdicts; of preferences the outputs of the judged cases are decoded. db may be interrupted. */
bool agreement_get(struct db *db, const struct agreement_opts *opts, struct agreement *out, struct err *err);
void agreement_done(struct agreement *a);

/* As it is shown with two decimals, without the sign of what rounds to nothing. */
static inline double agreement_round(double v)
{
	return v > -0.005 && v < 0.005 ? 0.0 : v;
}

/* The preferences between two runs alone. out->pairs == 0: none. Texts in the arena. */
bool agreement_prefer(struct db *db, struct block_cache *blocks, int64_t run_a, int64_t run_b, struct arena *arena,
                      struct agreement_pairs *out, struct err *err);

#endif
