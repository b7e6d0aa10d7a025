/* Which items failed in the same way as some that a person flagged: their failure shape against that of each flagged one (seed). Pure,
 * deterministic, no model; the order in which items are met does not matter.
 *
 * A shape is a set of features, each of an aspect:
 *   error     the error's text without numbers, ids, quotations, paths and addresses ("timeout after # s"; lookalike_error)
 *   answer    the wording: the share of runs of 3 words that both answers have (Jaccard, exact; numbers are one word, words as search
 *             knows them, of JSON the values' texts). Counts from LOOKALIKE_WORDING on
 *   question  question and answer together: both are worded alike (or the answer is the same word). Good answers to like questions tell
 *             against it, good answers of that wording to others do not
 *   form      empty, a refusal, broken off
 *   value     a field of a JSON answer, or a whole answer of at most 2 words, with its value; with what was expected there if that is
 *             another: a wrong value
 *   used      a document that was retrieved;  missing: one that good answers to the same input had and this one had not
 *   failed step  names from the root to the first failed step;  steps: the whole sequence, repeats folded
 *   score     a score that failed;  check: a finding of a check
 *
 * How telling a feature is comes from the pool of all items met, b of B failed ones and g of G good ones that have it: t = 1 - (g/G)/(b/B), at
 * least 0: the share of it, among the failed, that good ones do not explain (the attributable fraction among the exposed, 1 - 1/RR: Levin 1953).
 * Where G < LOOKALIKE_GOOD, or the seed itself passed at its source: t = 1 - (n - 2)/N over all N, how rare it is beside seed and item; of errors 1.
 * Documents, checks, steps and right values must go with failing beyond chance (Fisher's exact test, p < LOOKALIKE_P) where there are good ones.
 * Evidence of a shared feature, e:  error .95 t;  answer from .4 (at LOOKALIKE_WORDING) to .95 (at 70 %), times t, question the same;  form .85 t;
 * used, missing .95 t (.4 t without good ones);  check .8 t (.4 t);  wrong value .9 t (1 - b/B), right value .8 t (1 - b/B) (.4);  failed step .6 t;
 * steps .4 t;  score .4 t (1 - b/B). Together, noisy-or: alike = 1 - product of (1 - e), of each aspect its best two features, of a JSON field its
 * best; from LOOKALIKE_LEAST on an item is offered, if one of its reasons has LOOKALIKE_STRONG. So an error or a wording suffices alone, steps and
 * scores never do, and many weak reasons together are none.
 *
 * Cost: linear in the texts met: seeds' word runs and features are in one table, so their number matters little. Memory: that table, and
 * sizeof(struct alike_met) for each item that the caller keeps. */
#ifndef SPOOR_STORE_STUDY_LOOKALIKE_H
#define SPOOR_STORE_STUDY_LOOKALIKE_H

#include "store/base/arena.h"
#include "store/model.h"

enum {
	LOOKALIKE_SEEDS = 64,
	LOOKALIKE_FEATURES = 512, /* of all seeds together; further ones are left out */
	LOOKALIKE_WORDS = 20000,  /* of an answer are compared */
	LOOKALIKE_ASKED = 2000,   /* of a question */
	LOOKALIKE_STEPS = 400,    /* of a trace */
	LOOKALIKE_FIELDS = 64,    /* of a JSON answer */
	LOOKALIKE_GOOD = 5,
	ALIKE_WORDINGS = 4, /* seeds whose wording an item has: the nearest ones are kept */
	ALIKE_REASONS = 6
};
#define LOOKALIKE_WORDING 0.4
#define LOOKALIKE_LEAST   0.75
#define LOOKALIKE_STRONG  0.5
#define LOOKALIKE_P       0.01

enum alike_aspect {
	ALIKE_ERROR,
	ALIKE_ANSWER,
	ALIKE_QUESTION,
	ALIKE_FORM,
	ALIKE_VALUE,
	ALIKE_USED,
	ALIKE_MISSING,
	ALIKE_FAILED_STEP,
	ALIKE_CHECK,
	ALIKE_SCORE,
	ALIKE_STEPS,
	N_ALIKE_ASPECTS
};
const char *alike_aspect_name(enum alike_aspect aspect); /* --json: "error" "answer" … "failed_step" … */

enum alike_standing { ALIKE_UNKNOWN, ALIKE_GOOD, ALIKE_BAD };

struct alike_step {
	struct str name;
	enum span_kind kind;
	int depth;
	bool failed;
};

/* What is known of an item; texts borrowed for the call. */
struct alike_facts {
	enum alike_standing source; /* what its source says: passed, failed or an error */
	enum alike_standing person; /* what people said of it, by hand */
	struct str question, error, answer, expected;
	bool read;                      /* the texts were read: an absent answer is empty */
	bool cut;                       /* its source says it was cut off by a limit */
	const struct alike_step *steps; /* in pre-order */
	size_t n_steps;
	const struct str *used, *missing, *scores, *checks;
	size_t n_used, n_missing, n_scores, n_checks;
};

struct alike_met { /* an item, as it is kept between the two passes */
	uint64_t features[LOOKALIKE_FEATURES / 64];
	struct {
		uint8_t seed, percent;
	} wording[ALIKE_WORDINGS];
	uint8_t n_wording;
	uint8_t source, person; /* enum alike_standing */
};

struct alike_reason {
	enum alike_aspect aspect;
	uint32_t feature;
	double evidence;
	int percent;            /* of an answer */
	int64_t failed, passed; /* items of the pool that have it */
};
struct alike_found {
	double alike; /* 0 … 1 */
	size_t seed;
	struct alike_reason reasons[ALIKE_REASONS]; /* strongest first */
	size_t n_reasons;
};

struct lookalike *lookalike_new(void);
void lookalike_free(struct lookalike *l);
/* All seeds come before the first item is met. False: LOOKALIKE_SEEDS are there already. */
bool lookalike_seed(struct lookalike *l, const struct alike_facts *facts);
/* An item of the pool: seeds, too. */
void lookalike_meet(struct lookalike *l, const struct alike_facts *facts, struct alike_met *out);
/* After all were met, before the first is judged: how telling each feature is. */
void lookalike_weigh(struct lookalike *l);
/* False: it is not like any seed, or what its source or a person says of it contradicts. */
bool lookalike_judge(const struct lookalike *l, const struct alike_met *met, struct alike_found *out);

/* A reason in plain words: "same error: timeout after # s", "answer 92 % the same wording", "both retrieved pol-refund-2021". Appends. */
void lookalike_reason(struct buf *out, const struct lookalike *l, const struct alike_reason *r);
/* What a group of items is called that share their strongest reason: the same without what differs between them. */
void lookalike_group(struct buf *out, const struct lookalike *l, const struct alike_reason *r);

/* The text of an error without what differs from one time to the next. Appends at most 300 bytes. */
void lookalike_error(struct buf *out, struct str error);

#endif
