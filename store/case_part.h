/* A part: what one record says of a case, or what several say of it together (a row of case_part, or of case_result).
 *
 * Joining is commutative, associative and idempotent, since it always starts from the whole set: rows are ordered by their weight, then
 * by their hash, the larger first, and each field is taken from the first that knows it; only the status is the gravest of all (error, failed, passed,
 * unscored). Of rows that are not parts (struct case_result, part) the first alone counts: they contradict each other. Equal scores
 * are one; others of one name are numbered in the order of what they say (those of a row told once: as it tells them). */
#ifndef SPOOR_STORE_CASE_PART_H
#define SPOOR_STORE_CASE_PART_H

#include "store/base/vec.h"
#include "store/model.h"

struct case_part_score {
	int64_t name, judge;   /* ids of words; judge: UNKNOWN_INT if none */
	struct str judge_text; /* the judge's word: ids differ from store to store */
	double value, threshold;
	struct str label;
	int pass; /* 1, 0, -1 */
	enum score_source from;
	int64_t n; /* 0, 1, … for several of one name */
};

struct case_part {
	uint64_t hash; /* of its facts and the raw record: equal hash, same row */
	int64_t source, record, weight;
	bool part;
	bool kept; /* the caller's: it is in case_part already */
	enum case_status status;
	struct str title;
	int64_t order;
	uint64_t variant, input_hash, expected_hash, output_hash; /* 0: unknown */
	int64_t latency_ns, tokens_in, tokens_out;
	double cost_usd;
	struct str trace; /* the bytes of its key, or absent */
	size_t first_score, n_scores;
};

struct case_parts { /* and their scores; text is borrowed */
	VEC(struct case_part) at;
	VEC(struct case_part_score) scores;
};

void case_parts_clear(struct case_parts *rows);
void case_parts_done(struct case_parts *rows);
/* < 0: a counts before b; 0: the same row of the same source. */
int case_part_order(const struct case_part *a, const struct case_part *b);
/* Into the order in which they count. */
void case_parts_sort(struct case_parts *rows);
/* The rows, sorted, as one; of `source` only, unless that is 0. False: there is none. Its scores are all of `scores`, which is cleared
 * first; its hash is that of all rows together, its record and source the first one's. */
bool case_parts_join(const struct case_parts *rows, int64_t source, struct case_part *out, struct case_parts *scores);

#endif
