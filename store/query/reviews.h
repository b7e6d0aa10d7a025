/* The audit trail as it travels: JSON Lines that import/reviews.c reads (the shape stands at its head). Equal stores give equal bytes. */
#ifndef SPOOR_STORE_QUERY_REVIEWS_H
#define SPOOR_STORE_QUERY_REVIEWS_H

#include "store/annotate.h"
#include "store/base/hash_set.h"

struct reviews_opts {
	struct str author, queue;       /* absent: everybody's, of every queue and of none */
	int64_t since_ns;               /* TIME_UNKNOWN: all */
	const struct hash_set *targets; /* only events on these (reviews_target); NULL: all */
	bool masked;                    /* personal data in what was written is masked */
};
/* How a target is known in reviews_opts.targets. */
uint64_t reviews_target(const struct sha256 *target);

/* Appends the header and the events to *out, as of one moment; `more` is called whenever a good deal has been added, and may write it away
 * and empty it; false from it ends the work, with its err. *n: events. None: *out gets nothing. Reads every event once. */
typedef bool reviews_more(void *context, struct buf *out, struct err *err);
bool reviews_write(struct db *db, const struct reviews_opts *opts, struct buf *out, reviews_more *more, void *context,
                   int64_t *n, struct err *err);

#endif
