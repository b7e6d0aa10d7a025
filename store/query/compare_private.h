/* Inside compare: one run's cases as read (compare_read.c), and what is made of two of them (compare.c, compare_stat.c). */
#ifndef SPOOR_STORE_QUERY_COMPARE_PRIVATE_H
#define SPOOR_STORE_QUERY_COMPARE_PRIVATE_H

#include "store/query/compare.h"

/* At most so many scores are compared, those on the most cases: files may name a score per case. */
enum { COMPARE_MAX_SCORES = 100 };

/* One case of a run, its repeats together. */
struct side_case {
	int64_t case_id;
	struct str key, title;
	uint64_t input_hash;     /* of the first repeat that has one; 0 none */
	int64_t failed, errored; /* with side.passes: repeats by verdict */
	int64_t n_repeats;
	size_t first_repeat;      /* in side_run.repeats, of n_repeats */
	size_t latencies;         /* first of its numbers in side_run.latencies; they end where the next case's begin */
	size_t scores, n_scores;  /* in side_run.scores */
	struct compare_side side; /* scores: set once the names of both runs are known */
};

struct side_score {
	int64_t name; /* word id; ascending within a case */
	double value; /* mean of the repeats' values */
};

struct side_repeat {
	int64_t number;
	enum case_status status;
};

struct side_run {
	struct side_case *cases; /* by case_id */
	size_t n, cap;
	struct side_repeat *repeats; /* case by case, in the order of their numbers */
	size_t n_repeats, cap_repeats;
	double *latencies; /* ns, one per repeat that has one */
	size_t n_latencies, cap_latencies;
	struct side_score *scores;
	size_t n_scores, cap_scores;
};
/* Reads one run in two ordered passes. `only`: no other cases than these, a JSON array of their ids; STR_NONE: all. Texts live in
 * arena. */
bool side_read(struct db *db, int64_t run, struct str only, struct arena *arena, struct side_run *out, struct err *err);

/* The scores alone of the cases that are in out, by case_id; `only` as above, of the same cases. */
bool side_scores(struct db *db, int64_t run, struct str only, struct side_run *out, struct err *err);

/* The verdicts of a run alone, by case_id: all that tells which cases were lost. The caller frees at. */
struct case_verdict {
	int64_t case_id;
	enum case_status status; /* majority of repeats */
};
struct verdicts {
	struct case_verdict *at;
	size_t n, cap;
};
bool side_verdicts(struct db *db, int64_t run, struct verdicts *out, struct err *err);
void side_done(struct side_run *s);
size_t side_latencies_end(const struct side_run *s, size_t i);

/* Which case of A meets which of B: indices, or SIZE_MAX for a case on one side only. */
struct pair {
	size_t a, b;
};

/* What a comparison is made of, for those who go on from there (slices.c). */
struct compare_work {
	struct side_run a, b;
	struct pair *pairs; /* the paired ones first */
	size_t n_pairs, paired;
	bool on_both[COMPARE_MAX_SCORES]; /* of out->scores: some paired case has it in A, and some in B */
};
/* compare_runs, and what it was made of. b = 0: a alone; no pairs, no rows, but its scores have their places. End both, however it went. */
bool compare_work_runs(struct db *db, int64_t a, int64_t b, const struct compare_opts *opts, struct compare *out,
                       struct compare_work *work, struct err *err);
void compare_work_done(struct compare_work *work);
/* What compare_work_runs does once the sides are read: of out only a and b need be there, of these the ids. */
bool compare_sides(struct db *db, const struct compare_opts *opts, struct compare_work *work, struct compare *out,
                   struct err *err);
/* decisions.md 13: the classes that the verdicts alone decide; CLASS_SAME: they do not. */
enum case_class compare_class_of_verdicts(enum case_status a, enum case_status b);
/* A case's pass value: the share of its repeats, or the majority's 0 or 1; NaN: nothing is scored. */
double side_case_pass(const struct side_case *c, bool majority);

/* The metrics of the paired cases, then their verdicts. False: interrupted, though no statement of ours is at work here. */
bool compare_metrics(struct db *db, const struct side_run *a, const struct side_run *b, const struct pair *pairs,
                     size_t n, const bool *score_on_both, const struct compare_opts *opts, struct compare *out,
                     struct err *err);
void compare_sentence(struct compare *c);
/* out->lower: which scores are better when lower, by what either run's configuration says of its metrics:
 * {"higher_is_better":{TASK:{METRIC:false}}} (lm-eval), at any depth; METRIC is a score's name, or that before its first comma. One query. */
bool compare_read_directions(struct db *db, struct compare *out, struct err *err);
/* out->stated, of the runs out->a and out->b. One query. */
bool compare_read_stated(struct db *db, struct compare *out, struct err *err);

#endif
