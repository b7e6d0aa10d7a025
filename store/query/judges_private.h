/* Inside judges_*.c. */
#ifndef SPOOR_STORE_QUERY_JUDGES_PRIVATE_H
#define SPOOR_STORE_QUERY_JUDGES_PRIVATE_H

#include "store/base/vec.h"
#include "store/block.h"
#include "store/query/judges.h"

/* What a score stands on. */
struct jd_target {
	int64_t run, case_id, repeat; /* run 0: of a trace */
	int64_t trace, span;          /* row id of the trace (of a case: the one it names), span's key */
	bool has_span;
	int64_t record; /* of the case; 0: not known */
	uint64_t input_hash, output_hash, expected_hash;
	uint64_t group; /* those of equal input, output and expected answer share it; 0: not known */
	size_t answer;
};

struct jd_answer {
	size_t target;  /* its first */
	uint64_t draw;  /* a fixed lot */
	size_t whole;   /* of a span: the answer of its trace; SIZE_MAX: nobody scored that */
	int64_t length; /* code points of the output; UNKNOWN_INT: not read */
};

struct jd_score {
	size_t target, answer;
	int64_t name, judge, author; /* words; 0 none */
	double value, threshold;
	int64_t time_ns;
	int32_t n;      /* of several on a case */
	int8_t by;      /* enum score_source */
	int8_t pass;    /* 1, 0, -1 */
	int8_t label;   /* enum judge_outcome */
	int8_t outcome; /* enum judge_outcome: worked out, with the threshold it was measured against in `cut` */
	bool assumed;
	double cut;
	bool annotation; /* given in spoor */
};

/* What the scores of one name and source are like. */
struct jd_scale {
	int64_t name;
	int8_t by;
	double low, high;
	bool any, whole, signs, zero_one; /* whole numbers only; only -1, 0, 1; only 0 and 1 */
	bool lower;
};

struct jd {
	struct db *db;
	const struct judges_opts *opts;
	struct judges *out;
	VEC(struct jd_target) targets;
	VEC(struct jd_answer) answers;
	VEC(struct jd_score) scores;
	VEC(struct jd_scale) scales;
	struct db_ticker ticker;
};

/* One judge's word on one answer. */
struct jd_view {
	size_t answer, target;
	size_t other; /* a target that the judge judged otherwise than `target`; the same: none */
	enum judge_outcome outcome, human;
	double value, threshold, spread; /* value: mean */
	double human_value;              /* of the same name: the median of the people's; NaN */
	int32_t n, n_passed, n_good, n_bad, n_unsure;
};

struct jd_name {
	int64_t id;
	struct str text;
	uint64_t fold; /* equal for "User rating" and "user_rating" */
	bool general;
	int64_t n_human; /* human scores of that name */
};

/* What is shared by all judges while they are worked out. */
struct jd_work {
	struct jd *d;
	VEC(struct jd_name) names;  /* by id */
	VEC(struct jd_score) human; /* by answer, then time */
};

/* A judge in the making: its scores and views (by answer); of the row of all models those of each model in turn. */
struct jd_judge {
	struct judge *row;
	struct jd_score *scores;
	size_t n_scores;
	struct jd_view *views;
	size_t n_views;
};

/* judges_count.c: figures */
bool jd_count(struct jd_work *w, struct jd_judge *j, struct err *err);
void jd_length(struct jd_work *w, struct jd_judge *j);
void jd_other(struct jd_judge *j, const struct jd_judge *other, struct judge_other *out);
void jd_sentence(struct jd_work *w, struct judge *j);
/* judges_list.c: which answers to show */
bool jd_flips(struct jd_work *w, struct jd_judge *j, struct err *err);
bool jd_disagreements(struct jd_work *w, struct jd_judge *j, struct err *err);
bool jd_next(struct jd_work *w, struct jd_judge *j, struct err *err);
/* judges_people.c: whose verdicts count */
void jd_people(struct jd_work *w, struct jd_judge *j, const struct jd_name *name);
bool jd_alpha(struct jd_work *w, struct jd_judge *j, const struct jd_name *name, struct err *err);
const struct jd_name *jd_name_of(const struct jd_work *w, int64_t id);
uint64_t jd_fold(struct str name);
/* judges_read.c */
bool jd_read(struct jd *d, struct err *err);
bool jd_word(struct jd *d, int64_t id, struct str *out, struct err *err);
bool jd_item(struct jd *d, const struct jd_target *t, struct judge_item *out, struct err *err);
/* judges_words.c */
void jd_scales(struct jd *d);
const struct jd_scale *jd_scale_of(const struct jd *d, int64_t name, int by);
enum judge_outcome jd_outcome(const struct jd *d, const struct jd_score *s, double *threshold, bool *assumed);
/* judges_text.c: payloads, decoded from stored records */
bool jd_annotations(struct jd *d, struct err *err);
bool jd_lengths(struct jd *d, const size_t *answers, size_t n, struct err *err);
bool jd_stopped(struct jd *d);

static inline uint64_t jd_mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * UINT64_C(0x9E3779B97F4A7C15) ^ (b + UINT64_C(0xD1B54A32D192ED03));
	x ^= x >> 30, x *= UINT64_C(0xBF58476D1CE4E5B9);
	x ^= x >> 27, x *= UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

#endif
