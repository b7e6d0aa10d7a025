/* The full-text index, built behind the import, newest blocks first.
 *
 * It knows, for runs of up to 64 blocks, which words stand in which block (search_segment.h); what stands in a block's records is
 * read again when somebody asks (query/search.h), so it holds no text, needs no decoder, and a forgotten record needs no word of it
 * to be taken out. A segment is written in one transaction with the mark that its blocks are done: a kill costs at most one. FTS5,
 * contentless and tuned, took 0.39 s of the 100 MB whose whole import may take 0.5 s, and the text made for it as much again; this
 * takes 0.35 s on one thread, 0.2 s on two, and a third of the room (performance.md, sections 2 and 6). */
#ifndef SPOOR_STORE_SEARCH_H
#define SPOOR_STORE_SEARCH_H

#include <stdatomic.h>

#include "store/db.h"

struct search_progress {
	_Atomic bool cancel;      /* set by anybody: stops at the next block */
	_Atomic int percent;      /* of the store that is indexed */
	_Atomic int64_t segments; /* written so far */
};

/* Indexes all that is not, with `threads` threads (1: the caller's alone). Write transactions take about 10 ms, some 100 ms apart.
 * Stopped by cancel: true, and the next call goes on. */
bool search_index(struct db *db, int threads, struct search_progress *progress, struct err *err);
/* How much is indexed, in per cent; 100 only if all is. */
bool search_percent(struct db *db, int *percent, struct err *err);
/* Threads worth using on this machine. */
int search_threads(void);

/* In the caller's write transaction: blocks that hold entries first … last are to be indexed anew. For those who take records out of
 * blocks; what is not indexed is found by reading. */
bool search_forget(struct db *db, int64_t first, int64_t last, struct err *err);
/* Drops the whole index, a segment a transaction. search_index makes it new. */
bool search_drop(struct db *db, struct err *err);

#endif
