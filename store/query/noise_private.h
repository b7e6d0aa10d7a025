/* Inside noise: results of the cases with repeats as read (noise.c), their answers (noise_texts.c), the words (noise_words.c). */
#ifndef SPOOR_STORE_QUERY_NOISE_PRIVATE_H
#define SPOOR_STORE_QUERY_NOISE_PRIVATE_H

#include "store/base/vec.h"
#include "store/query/noise.h"

struct noise_result {
	int64_t case_id, repeat, latency_ns;
	double cost_usd;
	uint64_t output; /* hash, 0: none */
	enum case_status status;
};
struct noise_case { /* its results: all[first …] */
	int64_t case_id;
	size_t first, n;
};
struct noise_score {
	size_t score, result; /* of compare.scores; of all */
	double value;
};
struct noise_results { /* of one run; cases with one result are not there */
	VEC(struct noise_result) all;
	VEC(struct noise_case) cases;
	VEC(struct noise_score) scores; /* by score, then result; of several the mean */
};
struct noise_word {
	int64_t word;
	size_t score;
};
typedef VEC(double) noise_values;
struct numbers { /* a metric in numbers */
	enum noise_kind kind;
	size_t score; /* SCORE: of compare.scores */
};
struct noising {
	struct db *db;
	const struct compare *compare;
	struct noise *out;
	struct err *err;
	struct noise_results a, b;
	struct noise_word *words;
	size_t n_words;
	noise_values values;
	bool *moved, *beyond,
	    *untold; /* per row: verdict, a score or the answer; untold: of one that moved no floor is known */
};

/* NULL: the case has one result only. */
const struct noise_case *noise_case_of(const struct noise_results *r, int64_t case_id);
struct noise_metric *noise_metric_add(struct noising *x, enum noise_kind kind, bool **is_beyond);
bool noise_add_outputs(struct noising *x);
void noise_tell(struct noise *n);

#endif
