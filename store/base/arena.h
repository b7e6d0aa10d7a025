/* Arenas: many small things of one life (a record in import, a query's result, a frame), freed together.
 * A pointer into an arena lives until arena_reset or arena_done. Not thread-safe: one owner. */
#ifndef SPOOR_STORE_BASE_ARENA_H
#define SPOOR_STORE_BASE_ARENA_H

#include "store/base/str.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunk; /* newest first */
	char *next, *end;
	size_t total; /* bytes handed out since the last reset */
};

#define ARENA_INIT ((struct arena){NULL, NULL, NULL, 0})

void arena_done(struct arena *a);                           /* frees everything; *a is ARENA_INIT again */
void arena_reset(struct arena *a);                          /* empties, keeps the largest chunk */
void *arena_alloc(struct arena *a, size_t size);            /* aligned for any type, not cleared */
void *arena_zalloc(struct arena *a, size_t n, size_t size); /* cleared array of n */
struct str arena_str(struct arena *a, struct str s);        /* terminated copy; an absent str stays absent */
struct str arena_cstr(struct arena *a, const char *cstr);
struct str arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
