/* Raw source records in compressed blocks: append while importing, fetch one record when somebody looks.
 *
 * A block holds entries first … first+n-1 of one source, about 1 MB of them, zstd over all: the bytes of the entries one after the
 * other, then a head for each (varints: type and slot, distance to the frame, then record, line and offset as differences from the entry
 * before, and the length), then the length of the heads in 4 bytes, little endian. Measured on gen.py's lines: 256 KB with level 1 is 0.152 of the input, costs
 * 1.8 CPU-s a GB and opens in 0.13 ms; 1 MB with level 1 0.145, 1.5 s, with level 2 0.136, 1.7 s, with level 3 0.130, 1.9 s, all in 0.47 ms; long-distance
 * matching 0.003 less for a second more; 2 MB 0.004 less, but 1 ms to open.
 *
 * Not every number below the store's next has an entry. One whose rows were all in the store before keeps its number but not its
 * bytes: as an entry of length 0 in its block, and where that goes for all of a block, without the block. Readers skip both: a
 * record of length 0 is never decoded, and block_fetch fails for a number without a block. No row of the store names either. */
#ifndef SPOOR_STORE_BLOCK_H
#define SPOOR_STORE_BLOCK_H

#include <pthread.h>

#include "store/base/arena.h"
#include "store/db.h"
#include "store/sink.h"

struct pack;

enum { BLOCK_BYTES = 1 << 20, BLOCK_MOST = BLOCK_BYTES / 4 * 5, BLOCK_LEVEL = 3 };

/* ---- writing: a block being filled (no database yet) */

/* Buffers of BLOCK_BYTES, passed on from whoever has compressed one to whoever fills the next: fresh memory costs page faults.
 * Thread-safe. */
struct block_pool {
	pthread_mutex_t mutex;
	struct buf spare[8];
	int n;
};
void block_pool_init(struct block_pool *p);
void block_pool_done(struct block_pool *p);

struct block_fill {
	uint64_t first; /* entry number of the first */
	uint32_t n;
	struct buf raw;   /* the entries' bytes; the heads behind them once it is closed; empty once packed */
	struct buf heads; /* until it is closed */
	uint64_t record, line, offset; /* of the entry before; offset: of its end */
	size_t raw_bytes;              /* > 0: it is closed */
	struct buf packed;
};
/* pool: where raw comes from and goes to; NULL: the heap. */
void block_fill_done(struct block_fill *b, struct block_pool *pool);
/* True if with so many bytes more it would be larger than `limit` (BLOCK_BYTES; BLOCK_MOST where the next block would stay small). */
bool block_is_full(const struct block_fill *b, size_t more, size_t limit);
void block_add(struct block_fill *b, const struct entry *e, struct block_pool *pool);
/* Compresses what is in it, which ends it; once. Any thread that owns the block. */
void block_pack(struct block_fill *b, struct pack *pack, struct block_pool *pool);
/* Ends it and gives its raw form, expanding it if it is packed already: valid until done; the first bytes are the entries' in order. */
bool block_raw(struct block_fill *b, struct pack *pack, struct str *raw, struct err *err);
/* Writes it, packed first if it is not yet; empty ones not at all. */
bool block_write(struct db *db, struct pack *pack, int64_t source, struct block_fill *b, struct block_pool *pool,
                 struct err *err);

/* ---- reading: keeps the last few expanded blocks */
struct block_cache;
struct block_cache *block_cache_new(struct db *db);
void block_cache_free(struct block_cache *c);
struct db *block_cache_db(const struct block_cache *c);
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
/* Source of an entry: path, and which member of an archive it is (absent: none); both in the arena. */
bool block_source(struct block_cache *c, uint64_t number, struct arena *arena, struct str *path, struct str *member,
                  struct err *err);

/* ---- taking records out (store/forget.h) */
typedef bool block_visit(void *context, uint64_t number, const struct entry *e);
/* Calls visit for each entry of the block that begins with `first`, the last one first; its answer does not matter. */
bool block_walk(struct block_cache *c, uint64_t first, block_visit *visit, void *context, struct err *err);
/* In a write transaction: the entries of that block for which keep says false lose their bytes, not their numbers; a block that has
 * none left goes. *taken: how many lost them. */
bool block_blank(struct block_cache *c, uint64_t first, block_visit *keep, void *context, int64_t *taken,
                 struct err *err);

#endif
