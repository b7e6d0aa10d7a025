/* One case of two runs whole: its repeats, both sides of the pair that is looked at, and what differs in each of their texts. What the
 * screen Case and `spoor compare A B --case` show. */
#ifndef SPOOR_STORE_QUERY_CASE_WHOLE_H
#define SPOOR_STORE_QUERY_CASE_WHOLE_H

#include "store/diff.h"
#include "store/diff_json.h"
#include "store/query/case.h"
#include "store/query/case_repeats.h"
#include "store/query/case_wording.h"
#include "store/query/marks.h"

/* Two texts and what differs. Diffs are there if both texts are. */
struct case_texts {
	struct str a, b;
	bool both;
	bool equal; /* byte for byte */
	struct diff words, lines;
	bool is_json; /* both are JSON objects or arrays: json is there */
	bool objects; /* both are objects: JSON is the way to look at them */
	struct json_diff json;
};

enum case_subject {
	CASE_ANSWERS, /* output A, output B; where there is none, the error; an output and an error are not compared */
	CASE_EXPECTED_A, /* expected (of A), output A */
	CASE_EXPECTED_B, /* expected (of B), output B */
	CASE_INPUTS,
	CASE_EXPECTEDS,
	CASE_METADATA,
	N_CASE_SUBJECTS
};

/* The k-th score of a name on both sides. */
struct case_score_pair {
	const struct score *a, *b; /* NULL: that side does not have it */
	struct diff why;           /* of the explanations, by words; no ops unless both have one */
};

struct case_whole_side {
	bool present;                     /* its record is there */
	const struct case_repeat *repeat; /* NULL: not in this run */
	struct case_detail detail;
	struct opinion *opinions; /* of people, by author */
	size_t n_opinions;
	struct str answer; /* the output; where there is none, the error's text; may be absent */
};

/* An answer that repeats gave, identical ones counted once. */
struct case_answer {
	int64_t n_a, n_b; /* repeats of A and of B */
	struct str text;  /* of the first of them; absent: beyond CASE_ANSWERS_READ, or not in the store */
};
enum {
	CASE_ANSWERS_READ = 40,
	CASE_SPANS = 5000 /* traces with more spans are put in line on their own screen only */
};

struct case_whole {
	struct arena arena;
	struct run_row run_a, run_b;
	struct case_repeats repeats;
	size_t at_a, at_b; /* which repeats these are */
	struct case_whole_side a, b;
	struct case_texts texts[N_CASE_SUBJECTS];
	struct case_score_pair *scores; /* A's in their order, then those that only B has */
	size_t n_scores;
	struct case_answer *answers; /* repeats.n_answers, by their number; only where a side has repeats (else none) */
	size_t n_answers;
	/* Of the traces of both results, where both are in the store: where they part ("first differs at retrieve-policy: other documents"), and what
	 * differs in all ("2 with another output, 1 faster, 5 the same"). Absent: they are not, or are larger than CASE_SPANS. */
	struct str parts_at, parts_in;
	bool traces_large;
	struct case_wording wordings[CASE_WORDINGS]; /* changed words that stand in what only one side retrieved */
	size_t n_wordings;
};

/* number_a, number_b: numbers of repeats; UNKNOWN_INT (or one that is not there): of the pair that tells most. */
bool case_whole_load(struct db *db, int64_t run_a, int64_t run_b, int64_t case_id, int64_t number_a, int64_t number_b,
                     struct case_whole *out, struct err *err);
void case_whole_done(struct case_whole *w);

#endif
