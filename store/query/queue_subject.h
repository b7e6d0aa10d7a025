/* An item of a review queue as what a person judges: out of the store's rows, or out of the item itself, where the queue travels alone
 * (a bundle). */
#ifndef SPOOR_STORE_QUERY_QUEUE_SUBJECT_H
#define SPOOR_STORE_QUERY_QUEUE_SUBJECT_H

#include "store/query/subject.h"
#include "store/queue.h"

/* Between an item and what it names in this store. False: the kind is none. */
bool queue_item_at(const struct queue_item *item, struct subject_at *out);
struct queue_item queue_item_of(const struct subject_at *at, uint64_t input_hash, uint64_t output_hash);

/* Of both answers of a pair, in the order of its runs, as output_hash of its item; 0: one is not known. */
uint64_t queue_pair_hash(uint64_t a, uint64_t b);

/* As subject_load. An item with content is read from that (out->at names no rows then, kind apart); else, if its rows are gone or are
 * another answer by now, the same answer is looked for by its hashes (reads all rows of its kind, once). The item is as queue_item or queue_next gave it. ERR_NOT_FOUND: the
 * answer is not in the store any more. */
bool queue_subject(struct db *db, struct block_cache *blocks, const struct queue_item *item, struct arena *arena,
                   struct subject *out, struct err *err);

#endif
