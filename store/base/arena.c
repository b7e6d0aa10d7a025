#include "store/base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/err.h"

struct arena_chunk {
	struct arena_chunk *older;
	size_t size;
	alignas(max_align_t) char data[];
};

enum { FIRST_CHUNK = 4096, LARGEST_STEP = 1 << 20 };

static void add_chunk(struct arena *a, size_t need)
{
	size_t size = a->chunk ? a->chunk->size * 2 : FIRST_CHUNK;
	if (size > LARGEST_STEP)
		size = LARGEST_STEP;
	if (size < need)
		size = need;
	struct arena_chunk *chunk = xmalloc(size_add(sizeof *chunk, size));
	*chunk = (struct arena_chunk){.older = a->chunk, .size = size};
	a->chunk = chunk;
	a->next = chunk->data;
	a->end = chunk->data + size;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	size = size_add(size ? size : 1, align - 1) & ~(align - 1);
	if (!a->next || (size_t)(a->end - a->next) < size)
		add_chunk(a, size);
	void *ptr = a->next;
	a->next += size;
	a->total += size;
	return ptr;
}

void *arena_zalloc(struct arena *a, size_t n, size_t size)
{
	size_t bytes = size_mul(n, size);
	void *ptr = arena_alloc(a, bytes);
	memset(ptr, 0, bytes);
	return ptr;
}

struct str arena_str(struct arena *a, struct str s)
{
	if (!s.ptr)
		return s;
	char *copy = arena_alloc(a, size_add(s.len, 1));
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return (struct str){copy, s.len};
}

struct str arena_cstr(struct arena *a, const char *cstr)
{
	return arena_str(a, str_of(cstr));
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	BUG_ON(n < 0);
	char *text = arena_alloc(a, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(args);
	return (struct str){text, (size_t)n};
}

static void free_older(struct arena_chunk *chunk)
{
	while (chunk) {
		struct arena_chunk *older = chunk->older;
		free(chunk);
		chunk = older;
	}
}

void arena_done(struct arena *a)
{
	free_older(a->chunk);
	*a = ARENA_INIT;
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *largest = a->chunk;
	for (struct arena_chunk *c = a->chunk; c; c = c->older)
		if (c->size > largest->size)
			largest = c;
	struct arena_chunk *c = a->chunk;
	while (c) {
		struct arena_chunk *older = c->older;
		if (c != largest)
			free(c);
		c = older;
	}
	*a = ARENA_INIT;
	if (!largest)
		return;
	largest->older = NULL;
	a->chunk = largest;
	a->next = largest->data;
	a->end = largest->data + largest->size;
}
