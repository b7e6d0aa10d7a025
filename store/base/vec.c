#include "store/base/vec.h"

void *vec_grow(void *at, size_t *cap, size_t n, size_t size)
{
	if (n < *cap)
		return at;
	*cap = *cap ? size_add(*cap, *cap / 2 + 1) : 8;
	return xrealloc(at, *cap, size);
}
