/* Judge on trial: each judge's verdicts against those of people on the same answers.
 *
 * A judge is a score's name and the model that gave it (source `judge`); evaluators of other sources are tried likewise and listed after.
 * The unit is the answer: results of one case with equal input and output are one (their repeats, and other runs that gave the same), a
 * trace or span is one each, and a trace that a case result names is that result's answer. So one human verdict never counts twice.
 *
 * What a score says: its `pass`; else value against threshold; else a word of its label ("correct", "hallucinated", "unsure" …); else, of scores
 * that only take 0 and 1, or lie within 0 … 1, value against 0.5 (`assumed`; --threshold otherwise); else it has no verdict. Several of one
 * judge on one answer: the majority, a tie fails (statistics.md 0). Ratings of people: 0/1 and -1/1 by sign, 1 … 5 good from 4, bad to 2, 3 unsure.
 *
 * Which people: scores with source `human` of the judge's own name; on answers without any, verdicts given in spoor (annotation) and human
 * scores of a general name (judges_is_general: "human", "rating", "verdict" …), or those that opts.human names. A span without a verdict has
 * that of its whole trace if the judge scored no other span there. Each person's newest; the majority of those that are sure; ties and answers
 * with nobody sure drop and are counted. Figures: statistics.md 1, 11, 12. */
#ifndef SPOOR_STORE_QUERY_JUDGES_H
#define SPOOR_STORE_QUERY_JUDGES_H

#include "store/query/case.h"
#include "store/query/filter.h"
#include "store/stat/agree.h"

enum judge_outcome { OUTCOME_NONE, OUTCOME_BAD, OUTCOME_GOOD, OUTCOME_UNSURE };
const char *judge_outcome_name(enum judge_outcome o); /* "bad" "good" "unsure"; NULL for none */

/* An answer, as it is shown and opened. */
struct judge_item {
	struct case_at at;   /* a case result (the first that gave it), if run is not 0 */
	int64_t trace, span; /* else a trace, and its span if has_span; of a case its trace, or 0 */
	bool has_span;
	struct case_at other; /* where the same answer was judged the other way; trace otherwise; all 0: nowhere */
	int64_t other_trace, other_span;
	bool other_has_span;
	struct str key, title, run;      /* case key or trace id; readable name; the run's name or "" */
	double value, threshold;         /* of the judge: mean of its scores here; NaN: none */
	enum judge_outcome judge, human; /* NONE: no verdict */
	int64_t n_judge, n_passed;       /* verdicts of the judge on it, and how many passed */
	int64_t n_good, n_bad;           /* people */
	double distance;                 /* |value - threshold|; NaN */
	double spread;                   /* largest less smallest value it gave here; NaN */
	const char *why;                 /* of the next to label: why this one */
};

/* Of identical answers: groups of equal input, output and expected answer that the same judge (name and model) judged at least twice. */
struct judge_flips {
	int64_t groups, flipped;
	struct interval share; /* Wilson */
	int64_t pairs, pairs_flipped;
	int64_t numbers;     /* groups with at least two values: */
	double spread, most; /* mean and largest of (largest less smallest value); NaN */
};

enum { JUDGE_PLANS = 4 };
struct judge_plan {
	int64_t more; /* labels beyond today's: 10, 20, 50, 100 */
	double half;  /* expected half width of kappa's interval then */
};

/* Another judge or evaluator on the same answers. No substitute for people: two judges can be wrong together. */
struct judge_other {
	struct str name, model;
	enum score_source by;
	int64_t cells[2][2]; /* [other bad, good][this one bad, good] */
	struct kappa kappa;
};

struct judge_dropped {
	int64_t unsure, tied,
	    unscored; /* people unsure; as many good as bad; judged by people but without a verdict of the judge */
};

struct judge {
	struct str name, model; /* model absent: not said */
	bool all_models;        /* the row of all models of that name; models: how many */
	int64_t models;
	enum score_source by;
	int64_t scores, answers;          /* scores given; answers with any */
	int64_t passed, failed, unscored; /* answers by its verdict; without one */
	double low, high;                 /* of its values; NaN: none */
	double threshold;                 /* the usual one; NaN: none */
	bool assumed;                     /* it is 0.5 because nothing says otherwise */
	bool lower;                       /* lower is better */

	struct str humans; /* "human 58, annotation 2": whose verdicts, by the score's name; "" */
	struct judge_dropped dropped;
	int64_t cells[2][2]; /* [human bad, good][judge bad, good] */
	struct kappa kappa;  /* of them; agreement there */
	bool one_sided;      /* all of people's verdicts, or of the judge's, are the same: kappa has no interval */
	double by_chance;    /* agreement to be expected of two that know nothing of each other; share, NaN */
	struct interval agreement;    /* Wilson */
	struct interval false_pass;   /* of the answers people call bad, passed: Wilson; rate: cells */
	struct interval false_fail;   /* of the good ones, failed */
	int64_t ordinal_n, ordinal_c; /* both on one scale of whole numbers: answers, categories; 0: not so */
	struct kappa ordinal;         /* quadratic weights */
	double best_threshold,
	    best_agreement; /* found on these same answers, so rather too good; NaN: no numbers, or n < 10 */
	int64_t people;     /* of whom any judged at least one answer */
	struct alpha
	    alpha; /* Krippendorff's, among them: what a judge can reach at most; n_units 0: none judged twice */

	struct judge_flips flips;
	struct spearman length; /* value (or verdict) against code points of the output */
	int64_t lengths,
	    lengths_of;    /* answers whose length was read, of those with a value; less than all: a fixed sample */
	bool length_known; /* it was asked for */

	struct judge_item
	    *disagreements;     /* worst first: farthest from the threshold, then the more people, then false passes */
	size_t n_disagreements; /* at most opts.rows */
	int64_t disagreements_of;
	struct judge_item *flipped; /* widest first */
	size_t n_flipped;
	struct judge_item *next; /* to label */
	size_t n_next;
	int64_t unlabelled;
	struct judge_plan plan[JUDGE_PLANS];
	struct judge_other *others; /* same name first, then the most shared answers */
	size_t n_others;
	struct str sentence; /* the answer, plainly */
};

struct judges {
	struct arena arena;
	struct judge *
	    rows; /* judges, then unknown sources, then code; inside: those with human verdicts, then the most answers */
	size_t n;
	size_t n_judges;               /* of source judge */
	int64_t runs, results, traces; /* that hold any score looked at */
	int64_t twice; /* runs left out: the same content and the same scores as an earlier one, exported again */
	int64_t human_scores, annotations, annotations_lost; /* verdicts of people; lost: no answer here fits them */
	struct str human_names;                              /* all human scores met, with counts: "human 60, tone 4" */
	bool more; /* there are more scores than JUDGES_SCORES or judges than JUDGES_MOST: the rest is left out */
};
void judges_done(struct judges *j);

enum {
	JUDGES_SCORES = 1000000,
	JUDGES_MOST = 5000 /* judges */,
	JUDGES_LENGTHS = 2000,
	JUDGES_ROWS = 500,
	JUDGES_NEXT = 50
};

struct judges_opts {
	int64_t runs[2];             /* only these; 0: none. Both 0: the whole store with its traces */
	const struct filter *cases;  /* FILTER_CASES or NULL */
	const struct filter *traces; /* FILTER_TRACES or NULL */
	bool no_cases, no_traces;
	struct str queue; /* only verdicts given in spoor, on answers judged in this queue; absent: no such bound */
	struct str human; /* this human score counts for every judge; absent: the rule above */
	double threshold; /* of scores that say none; NaN */
	bool lower;       /* of those: lower is better */
	int64_t
	    lengths; /* outputs decoded for one judge at most; 0: none are (fast: no payload is read but of annotated answers) */
	int64_t rows, next; /* entries of the lists at most; 0: JUDGES_ROWS, JUDGES_NEXT */
};
/* A filter of cases, of traces, or of both: what the text cannot mean for one leaves those out. False: it means nothing for either. */
bool judges_where(struct judges_opts *opts, struct arena *arena, struct str text, int64_t now_ns,
                  struct filter_mistake *mistake);
/* n log n in the scores. db may be interrupted. */
bool judges_get(struct db *db, const struct judges_opts *opts, struct judges *out, struct err *err);

/* Does a human score of that name speak of an answer as a whole? */
bool judges_is_general(struct str name);
/* What a label says, by itself. */
enum judge_outcome judges_label(struct str label);

/* All of one item, for reading: texts in the arena, decoded from its stored records. */
struct judge_reading {
	struct str input, expected, output, error;
	const struct score *scores; /* of the case result; of a trace by span_scores */
	size_t n_scores;
	const struct score *again; /* where the same answer was judged the other way */
	size_t n_again;
};
bool judges_read(struct db *db, const struct judge_item *item, struct arena *arena, struct judge_reading *out,
                 struct err *err);

/* All figures of a judge as labelled sentences (labels of at most 7 columns), texts in the arena; their number. */
struct judge_fact {
	const char *label;
	struct str text;
};
enum { JUDGE_FACTS = 16 };
size_t judge_facts(const struct judge *j, struct arena *arena, struct judge_fact out[JUDGE_FACTS]);

/* Names for people: "groundedness by gpt-4.1", "groundedness (3 models)". */
void judge_print_name(struct buf *out, const struct judge *j);

#endif
