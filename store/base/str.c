#include "store/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/err.h"

int str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_ieq(struct str a, const char *literal)
{
	struct str b = str_of(literal);
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

bool str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);
	return s.len >= n && (n == 0 || memcmp(s.ptr + s.len - n, suffix, n) == 0);
}

struct str str_from(struct str s, size_t at)
{
	if (at > s.len)
		at = s.len;
	return s.ptr ? (struct str){s.ptr + at, s.len - at} : s;
}

struct str str_cut(struct str s, size_t at, size_t len)
{
	s = str_from(s, at);
	if (s.len > len)
		s.len = len;
	return s;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str str_trim(struct str s)
{
	while (s.len && is_blank(s.ptr[0]))
		s = str_from(s, 1);
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

size_t str_find(struct str s, struct str what)
{
	if (what.len == 0)
		return 0;
	const char *hit = s.len >= what.len ? memmem(s.ptr, s.len, what.ptr, what.len) : NULL;
	return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

size_t str_find_char(struct str s, char c)
{
	const char *hit = s.len ? memchr(s.ptr, c, s.len) : NULL;
	return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

bool str_split(struct str *rest, char sep, struct str *part)
{
	if (!rest->ptr)
		return false;
	size_t at = str_find_char(*rest, sep);
	if (at == SIZE_MAX) {
		*part = *rest;
		*rest = STR_NONE;
		return true;
	}
	*part = str_cut(*rest, 0, at);
	*rest = str_from(*rest, at + 1);
	return true;
}

void buf_done(struct buf *b)
{
	free(b->ptr);
	*b = BUF_INIT;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->ptr)
		b->ptr[0] = '\0';
}

void buf_reserve(struct buf *b, size_t more)
{
	size_t need = size_add(size_add(b->len, more), 1);
	if (need <= b->cap)
		return;
	size_t cap = b->cap ? b->cap : 64;
	while (cap < need)
		cap = size_add(cap, cap / 2);
	b->ptr = xrealloc(b->ptr, cap, 1);
	b->cap = cap;
}

void buf_add(struct buf *b, const void *ptr, size_t len)
{
	buf_reserve(b, len);
	if (len)
		memcpy(b->ptr + b->len, ptr, len);
	b->len += len;
	b->ptr[b->len] = '\0';
}

void buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.ptr, s.len);
}

void buf_add_cstr(struct buf *b, const char *cstr)
{
	buf_add_str(b, str_of(cstr));
}

void buf_add_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_add_fill(struct buf *b, char c, size_t n)
{
	buf_reserve(b, n);
	memset(b->ptr + b->len, c, n);
	b->len += n;
	b->ptr[b->len] = '\0';
}

void buf_vprintf(struct buf *b, const char *fmt, va_list args)
{
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	BUG_ON(n < 0);
	buf_reserve(b, (size_t)n);
	vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, again);
	b->len += (size_t)n;
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	buf_vprintf(b, fmt, args);
	va_end(args);
}

struct str buf_str(const struct buf *b)
{
	return (struct str){b->ptr ? b->ptr : "", b->len};
}

const char *buf_cstr(const struct buf *b)
{
	return b->ptr ? b->ptr : "";
}

char *buf_detach(struct buf *b)
{
	buf_reserve(b, 0);
	char *ptr = b->ptr;
	ptr[b->len] = '\0';
	*b = BUF_INIT;
	return ptr;
}

size_t size_add(size_t a, size_t b)
{
	size_t sum;
	if (__builtin_add_overflow(a, b, &sum))
		err_die("out of memory (a size does not fit)");
	return sum;
}

size_t size_mul(size_t a, size_t b)
{
	size_t product;
	if (__builtin_mul_overflow(a, b, &product))
		err_die("out of memory (a size does not fit)");
	return product;
}

void *xmalloc(size_t size)
{
	void *ptr = malloc(size ? size : 1);
	if (!ptr)
		err_die("out of memory (%zu bytes)", size);
	return ptr;
}

void *xcalloc(size_t n, size_t size)
{
	void *ptr = calloc(n ? n : 1, size ? size : 1);
	if (!ptr)
		err_die("out of memory (%zu x %zu bytes)", n, size);
	return ptr;
}

void *xrealloc(void *ptr, size_t n, size_t size)
{
	size_t bytes = size_mul(n, size);
	void *grown = realloc(ptr, bytes ? bytes : 1);
	if (!grown)
		err_die("out of memory (%zu bytes)", bytes);
	return grown;
}

char *xstrdup(const char *cstr)
{
	return xstrndup(str_of(cstr));
}

char *xstrndup(struct str s)
{
	char *copy = xmalloc(size_add(s.len, 1));
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

bool str_has_word(struct str text, struct str word)
{
	for (size_t from = 0; word.len && from + word.len <= text.len;) {
		size_t at = str_find(str_from(text, from), word);
		if (at == SIZE_MAX)
			return false;
		at += from;
		size_t end = at + word.len;
		if ((at == 0 || !is_alphanumeric(text.ptr[at - 1])) &&
		    (end == text.len || !is_alphanumeric(text.ptr[end])))
			return true;
		from = at + 1;
	}
	return false;
}
