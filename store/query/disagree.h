/* Answers on which people differ: the same answer, different people, different verdicts (or preferences of a pair). */
#ifndef SPOOR_STORE_QUERY_DISAGREE_H
#define SPOOR_STORE_QUERY_DISAGREE_H

#include "store/annotate.h"
#include "store/base/hash_set.h"

struct disagree_said {
	struct str author, value, note; /* note: absent, none */
	int64_t time_ns;
};
struct disagreement {
	struct sha256 target; /* one of them, where the answer has several keys */
	struct str hint;
	uint64_t input_hash, output_hash;
	enum annotation_field field; /* FIELD_VERDICT or FIELD_PREFERENCE */
	struct disagree_said *said;  /* the newest of each person, by author */
	size_t n;
};
/* Proposed verdicts are left out. An answer is known by its input and output: one that came under two keys is one. targets: only
 * answers of these (reviews_target of reviews.h); NULL: all. At most `most` are kept (*n), *total are counted. One pass over the state. */
bool disagreements(struct db *db, const struct hash_set *targets, size_t most, struct arena *arena,
                   struct disagreement **out, size_t *n, int64_t *total, struct err *err);

#endif
