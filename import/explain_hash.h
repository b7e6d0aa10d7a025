/* A sink that only hashes what it is given, but for attributes and problems: whether two records read the same. */
#ifndef SPOOR_IMPORT_EXPLAIN_HASH_H
#define SPOOR_IMPORT_EXPLAIN_HASH_H

#include "store/base/hash.h"
#include "store/sink.h"

struct explain_hash {
	struct sink sink; /* first */
	struct hasher *hasher;
};
void explain_hash_init(struct explain_hash *h);
uint64_t explain_hash_done(struct explain_hash *h);

#endif
