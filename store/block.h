/* Raw source records in compressed blocks: append while importing, fetch one record when somebody looks.
 *
 * A block holds entries first … first+n-1 of one source: a header of varints per entry (type, slot, frame, record, line, offset,
 * length), then the bytes, zstd level 1 over both. 256 KB raw (performance.md: groups of records are the largest single win). */
#ifndef SPOOR_STORE_BLOCK_H
#define SPOOR_STORE_BLOCK_H

#include "store/base/arena.h"
#include "store/db.h"
#include "store/sink.h"

enum { BLOCK_BYTES = 256 << 10 };

/* ---- writing: a block being filled (no database yet; the parser's side) */
struct block_fill {
	uint64_t first; /* entry number of the first */
	uint32_t n;
	struct buf heads, bytes;
};
void block_fill_done(struct block_fill *b);
void block_add(struct block_fill *b, const struct entry *e);
bool block_is_due(const struct block_fill *b);
struct pack;
/* Compresses and writes it; the block is empty afterwards. */
bool block_write(struct db *db, struct pack *pack, int64_t source, struct block_fill *b, struct err *err);

/* ---- reading: keeps the last few expanded blocks */
struct block_cache;
struct block_cache *block_cache_new(struct db *db);
void block_cache_free(struct block_cache *c);
/* Fetches entry `number` with its chain of frames (tails merged) and the name of its format, copied into arena. */
bool block_fetch(struct block_cache *c, uint64_t number, struct arena *arena, struct stored_record *out,
                 struct err *err);
/* The block that holds entry `number`, as it is; its entries' bytes are good until the next call. */
struct block_view {
	uint64_t first;
	uint32_t n;
	int64_t source;
	const struct entry *entries;
};
bool block_view(struct block_cache *c, uint64_t number, struct block_view *out, struct err *err);
/* Source of an entry: id and path (arena), for the Raw tab. */
bool block_source(struct block_cache *c, uint64_t number, struct arena *arena, int64_t *source, struct str *path,
                  struct err *err);

#endif
