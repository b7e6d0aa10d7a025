/* Text in memory. `str` is borrowed bytes: may hold NUL, no terminator promised. `buf` is owned and always terminated.
 * Neither promises valid UTF-8: text.h makes text of bytes. */
#ifndef SPOOR_STORE_BASE_STR_H
#define SPOOR_STORE_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "store/base/err.h"

struct str {
	const char *ptr; /* NULL only if len is 0: an absent value; "" is present and empty */
	size_t len;
};

#define STR_NONE         ((struct str){NULL, 0})
#define STR_LIT(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_INIT(literal)                       \
	{                                       \
		"" literal, sizeof(literal) - 1 \
	} /* the same for static tables */
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)((s).len > 4096 ? 4096 : (s).len), (s).ptr ? (s).ptr : ""

/* Inline, so that the length of a literal is known where it is compared. */
static inline struct str str_of(const char *cstr) /* NULL → STR_NONE */
{
	return cstr ? (struct str){cstr, strlen(cstr)} : STR_NONE;
}
static inline bool str_eq(struct str a, struct str b) /* bytes; absent equals empty */
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool str_is(struct str a, const char *literal)
{
	return str_eq(a, str_of(literal));
}
static inline bool str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.len >= n && (n == 0 || memcmp(s.ptr, prefix, n) == 0);
}
int str_cmp(struct str a, struct str b);         /* memcmp order, shorter first */
bool str_ieq(struct str a, const char *literal); /* ASCII case ignored */
bool str_ends(struct str s, const char *suffix);
struct str str_from(struct str s, size_t at);            /* the rest from byte `at` (clamped) */
struct str str_cut(struct str s, size_t at, size_t len); /* clamped slice */
struct str str_trim(struct str s);                       /* ASCII white space off both ends */
size_t str_find(struct str s, struct str what);          /* byte offset, or SIZE_MAX */
size_t str_find_char(struct str s, char c);              /* byte offset, or SIZE_MAX */
/* Whether `word` stands in text with no letter or digit beside it: "v1" is not in "eval-v13". */
bool str_has_word(struct str text, struct str word);
bool str_split(struct str *rest, char sep,
               struct str *part); /* takes the part before sep off *rest; false at the end */

struct buf {
	char *ptr; /* NULL before the first write; terminated after it */
	size_t len, cap;
};

#define BUF_INIT ((struct buf){NULL, 0, 0})

void buf_done(struct buf *b);                 /* frees; *b is BUF_INIT again */
void buf_clear(struct buf *b);                /* len 0, memory kept */
void buf_reserve(struct buf *b, size_t more); /* room for `more` bytes beyond len */
void buf_add(struct buf *b, const void *ptr, size_t len);
void buf_add_str(struct buf *b, struct str s);
void buf_add_cstr(struct buf *b, const char *cstr);
void buf_add_char(struct buf *b, char c);
void buf_add_fill(struct buf *b, char c, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
struct str buf_str(const struct buf *b);   /* borrowed until the next write */
const char *buf_cstr(const struct buf *b); /* "" when empty; borrowed */
char *buf_detach(struct buf *b);           /* the caller frees with free(); *b is BUF_INIT again */

/* Memory that cannot fail: out of memory ends the program (err_die). Sizes are checked for overflow. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *ptr, size_t n, size_t size);
char *xstrdup(const char *cstr);
char *xstrndup(struct str s); /* terminated copy */
size_t size_add(size_t a, size_t b);
size_t size_mul(size_t a, size_t b);

#endif
