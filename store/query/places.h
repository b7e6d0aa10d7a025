/* Where judged answers are in this store: from what an event knows of its target (key and hashes) to the rows, also after the run was imported
 * again or came from another format. By its key, with the same texts; where that key is not in the store, by the texts alone. */
#ifndef SPOOR_STORE_QUERY_PLACES_H
#define SPOOR_STORE_QUERY_PLACES_H

#include "store/base/hash_set.h"
#include "store/query/subject.h"

struct place {
	struct str hint;                  /* asked: the target's key */
	uint64_t input_hash, output_hash; /* asked; 0: unknown */
	struct subject_at at;             /* kind SUBJECT_NONE: not in the store */
	int64_t order;   /* where it stands among the answers of its run, or its trace's first span: reading in
	                                   * the order of `at` and this reads each block once */
	int64_t results; /* of a case: how many results have this answer, in all runs; at: the newest run's */
	bool by_text;    /* found by its texts, under another key */
};
/* Where to look; all zero: everywhere. */
struct places_opts {
	int64_t run;                   /* cases of this run only, and no traces; 0: of any */
	const struct hash_set *cases;  /* only these results (places_case); NULL: all */
	const struct hash_set *traces; /* only these traces (their ids); NULL: all */
	bool no_cases, no_traces;
};
uint64_t places_case(const struct case_at *at);
/* Fills the n places. Hints are borrowed. opts: NULL, everywhere. An index lookup or two each; if some are left, one pass over the case results
 * and the traces' first spans for all of them. */
bool places_find(struct db *db, const struct places_opts *opts, struct place *places, size_t n, struct err *err);

#endif
