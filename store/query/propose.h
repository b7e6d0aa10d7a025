/* The same verdict proposed to many items (HOW_PROPOSED): batches of a write transaction each, so that nobody waits longer than they may. What
 * its author has judged by hand is left alone: a proposal never takes a verdict's place. */
#ifndef SPOOR_STORE_QUERY_PROPOSE_H
#define SPOOR_STORE_QUERY_PROPOSE_H

#include "store/base/vec.h"
#include "store/query/subject.h"

enum { PROPOSE_BATCH = 64, PROPOSE_NS = 50000000 /* a batch ends after that */ };

struct proposing {
	struct str author;
	const struct say *says;
	size_t n_says;
	struct event_id because; /* the verdict by hand that is repeated */
	const struct subject_at *at;
	size_t n;
	size_t done;                 /* items dealt with: where the next batch begins */
	size_t skipped;              /* judged by hand, or proposed already */
	VEC(struct event_id) events; /* written; vec_done */
};
/* The next batch; again until done == n. On a DB_DURABLE connection, outside of a transaction. False: what of it was written before is kept, and
 * told in done and events. An item that is not in the store any more is skipped. */
bool propose_next(struct db *db, struct block_cache *blocks, struct proposing *p, int64_t now_ns, struct err *err);

#endif
