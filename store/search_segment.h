/* A segment of the full-text index: which of up to 64 blocks in a row hold which keys. Tables search (a row per segment) and
 * search_page (its keys in order, in pages of about 8 KB; id = segment << 32 | first key). */
#ifndef SPOOR_STORE_SEARCH_SEGMENT_H
#define SPOOR_STORE_SEARCH_SEGMENT_H

#include "store/base/vec.h"
#include "store/db.h"

enum { SEGMENT_BLOCKS = 64 };

struct segment {
	int64_t id;
	int64_t first, last;            /* entries, of the first and the last block */
	uint32_t n;                     /* blocks */
	int64_t blocks[SEGMENT_BLOCKS]; /* first entry of each, rising */
};

/* key << 32 | index of a block in its segment */
struct key_pairs {
	uint64_t *at;
	size_t n, cap;
};

/* Of a statement that selects id, first, last, blocks FROM search. False: damaged. */
bool segment_read(struct stmt *s, struct segment *out, struct err *err);
/* Adds all pairs of a stored segment. */
bool segment_pairs(struct db *db, int64_t id, struct key_pairs *to, struct err *err);
/* In a write transaction: a new row and its pages; sets g->id. Sorts pairs by key; those of one key have to come in the order of blocks. */
bool segment_write(struct db *db, struct segment *g, struct key_pairs *pairs, struct err *err);
bool segment_drop(struct db *db, int64_t id, struct err *err);

/* One bit per block. */
struct block_bits {
	uint64_t word[SEGMENT_BLOCKS / 64];
};
bool segment_find(struct db *db, int64_t id, uint32_t key, struct block_bits *out, struct err *err);

#endif
