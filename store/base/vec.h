/* Typed growing arrays. VEC(struct thing) things = {0}; *vec_add(&things) = (struct thing){…}; vec_done(&things).
 * An element's address is good until the next vec_add. */
#ifndef SPOOR_STORE_BASE_VEC_H
#define SPOOR_STORE_BASE_VEC_H

#include "store/base/str.h"

#define VEC(type)              \
	struct {               \
		type *at;      \
		size_t n, cap; \
	}

/* Makes room for one more and gives its address; not cleared. */
#define vec_add(v) ((v)->at = vec_grow((v)->at, &(v)->cap, (v)->n, sizeof *(v)->at), &(v)->at[(v)->n++])
#define vec_reserve(v, total)                                                  \
	do {                                                                   \
		if ((v)->cap < (total)) {                                      \
			(v)->at = xrealloc((v)->at, (total), sizeof *(v)->at); \
			(v)->cap = (total);                                    \
		}                                                              \
	} while (0)
#define vec_done(v)                    \
	do {                           \
		free((v)->at);         \
		(v)->at = NULL;        \
		(v)->n = (v)->cap = 0; \
	} while (0)
#define vec_clear(v) ((v)->n = 0)

/* Private: `at` with room for n + 1 elements of `size` bytes. */
void *vec_grow(void *at, size_t *cap, size_t n, size_t size);

#endif
