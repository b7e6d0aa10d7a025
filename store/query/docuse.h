/* Which documents of a retrieval an answer uses, by wording (store/study/provenance.h). On the query thread. */
#ifndef SPOOR_STORE_QUERY_DOCUSE_H
#define SPOOR_STORE_QUERY_DOCUSE_H

#include "store/query/span.h"
#include "store/query/tree.h"
#include "store/study/provenance.h"

enum {
	DOCUSE_ROWS = 5000, /* rows after the retrieval that are looked at for calls of models */
	DOCUSE_CALLS = 8    /* the last of them whose messages are read */
};

struct docuse {
	bool known;                  /* looked for; else all is empty */
	struct str answer;           /* in words; absent: none was found */
	bool of_trace;               /* what the trace's root gave; else what a model's call answered: */
	struct str name;             /* its name */
	int64_t pos;                 /* and place */
	struct provenance_use *uses; /* of each document */
	size_t n_used;
	bool limited; /* there may be later calls beyond the limit */
};
/* The answer: what the root of the trace gave, if that is words and not a structure (which may hold the documents themselves); else what the
 * last call of a model after the retrieval answered; else the root's structure. */
bool docuse_find(struct db *db, struct block_cache *blocks, int64_t trace, int64_t first, int64_t n,
                 const struct tree_row *row, const struct span *span, struct arena *arena, struct docuse *out,
                 struct err *err);

#endif
