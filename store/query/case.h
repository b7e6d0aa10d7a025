/* One case result whole: its payload by running the format over the records that told of it again. */
#ifndef SPOOR_STORE_QUERY_CASE_H
#define SPOOR_STORE_QUERY_CASE_H

#include "store/query/runs.h"
#include "store/query/span.h"

enum { CASE_ORIGINS = 64 };

struct case_detail {
	/* With scores and explanations, of all its records together, as the store joins them (store/case_part.h); all in the arena. Nothing
	 * is known where no record gives the case any more. */
	struct case_result res;
	/* Its records, the one that counts most first; at most CASE_ORIGINS of them are read. */
	const struct span_origin *origins;
	size_t n_origins;
	struct str raw, file, format; /* of the first */
	struct str prompt_text;
};
/* ERR_NOT_FOUND: there is no such case. */
bool case_detail(struct db *db, struct block_cache *blocks, struct case_at at, struct arena *arena,
                 struct case_detail *out, struct err *err);

#endif
