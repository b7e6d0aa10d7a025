/* Files known: fingerprint, how far they were read, where to go on. Identity is content, not path or time: a source is known by its
 * first bytes and confirmed by the hash of all that was read of it; a file that grew is the same source. */
#ifndef SPOOR_STORE_SOURCE_H
#define SPOOR_STORE_SOURCE_H

#include "store/base/arena.h"
#include "store/base/hash.h"
#include "store/db.h"

enum source_state { SOURCE_READING, SOURCE_WHOLE, SOURCE_STOPPED };
enum { SOURCE_HEAD = 4096 };

struct source {
	int64_t id;             /* 0: not in the store yet */
	struct str path, entry; /* as given; entry: member of an archive, or absent */
	struct str format;
	struct str map; /* what the user said the columns of a table are (import/generic.h); absent: nothing */
	uint64_t head_len, bytes, records;
	struct hash128 head_hash, prefix_hash;
	int64_t size, mtime_ns;
	enum source_state state;
	int64_t traces, spans, scores, runs, cases, problems;
	int64_t looked; /* id 0: sources of this id and above were not there when it was looked for; 0: nobody looked */
};

/* Sources whose first bytes are these: candidates for "already imported" and "grew", longest first. arena-owned array.
 * next: what `looked` of a new one is. */
bool source_candidates(struct db *db, struct str head, struct arena *arena, struct source **out, size_t *n,
                       int64_t *next, struct err *err);
bool source_get(struct db *db, int64_t id, struct arena *arena, struct source *out, struct err *err);

/* Maps of columns that are remembered for files of one shape (a hash of their columns' names). */
struct source_map {
	uint64_t shape;
	struct str map;   /* absent: there is none */
	int64_t since_ns; /* when it was given */
};
bool source_map_get(struct db *db, uint64_t shape, struct arena *arena, struct source_map *out, struct err *err);
/* map absent: it is forgotten. In a transaction of its own. */
bool source_map_set(struct db *db, const struct source_map *map, struct err *err);
bool source_map_all(struct db *db, struct arena *arena, struct source_map **out, size_t *n, struct err *err);
/* Is there any, or a source that was read with one? */
bool source_map_any(struct db *db, bool *any, struct err *err);

#endif
