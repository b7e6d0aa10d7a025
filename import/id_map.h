/* Where an id belongs: for files in which later records name a span only by an id of another kind. It remembers a bounded number of
 * ids, the newest of each bucket, in the importer's state; what it has forgotten the importer says as a problem. */
#ifndef SPOOR_IMPORT_ID_MAP_H
#define SPOOR_IMPORT_ID_MAP_H

#include "import/format.h"

enum { ID_MAP_BUCKETS = 4096, ID_MAP_WAYS = 4, ID_MAP_TEXT = 87 };

struct id_place {
	struct str trace, span;
};
struct id_map { /* private; all zero is empty; 1.6 MB */
	struct id_row {
		uint64_t hash; /* 0: free */
		unsigned char n_trace, n_span;
		char text[ID_MAP_TEXT];
	} at[ID_MAP_BUCKETS][ID_MAP_WAYS];
	unsigned char turn[ID_MAP_BUCKETS];
};

/* Ids longer than ID_MAP_TEXT bytes together are not kept. */
void id_map_put(struct id_map *map, struct str id, struct id_place place);
/* False: not known (any more). The texts are the arena's. */
bool id_map_get(const struct id_map *map, struct str id, struct arena *arena, struct id_place *place);
void id_map_drop(struct id_map *map, struct str id);

/* Stores the record once more (import_detail), with the members given before its own, so that it can be read without what was
 * remembered; spans and scores told after it are made from it. The record is an object. Nothing while decoding. */
struct id_member {
	const char *name;
	struct str text;
};
void record_joined(struct import *im, const struct record *rec, const struct id_member *members, size_t n);

#endif
