/* Inside begins: what is counted while the pairs are looked at (begins.c), and how it is told (begins_words.c). */
#ifndef SPOOR_STORE_QUERY_BEGINS_PRIVATE_H
#define SPOOR_STORE_QUERY_BEGINS_PRIVATE_H

#include "store/block.h"
#include "store/query/begins.h"
#include "store/query/words.h"

struct place { /* a step and what differs in it; [0] others, [1] lost */
	uint64_t key;
	uint32_t name; /* id of a word, 0 none */
	enum span_kind kind;
	enum begins_what what;
	bool everywhere;
	int64_t any[2];
	int64_t pass[2][2]; /* first; first beside what differs everywhere */
	uint32_t label[2];
};
struct placed { /* a place in a pass */
	struct place *place;
	struct str name;
	int64_t count[2], step[2];
};
struct looked { /* of begins.cases: its places in counting.seen, in order */
	size_t from, n;
};
struct counting {
	struct db *db;
	struct block_cache *blocks;
	const struct compare *compare;
	struct begins *out;
	struct err *err;
	struct words words;
	VEC(struct place) places;
	VEC(uint32_t) seen;
	size_t *slots, n_slots;
	struct looked *looked;
	int64_t spans;
	bool parts;
};

/* Filters of steps and labels, sentence, what is missing. */
void begins_tell(struct begins *b);

#endif
