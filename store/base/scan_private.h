/* What the parts of the scanner share: scan.c (grammar), scan_string.c (string bodies, the vector code), scan_unescape.c (their
 * text), scan_text.c (strings and numbers of values), scan_walk.c (handles), scan_write.c (JSON out). For nobody else. */
#ifndef SPOOR_STORE_BASE_SCAN_PRIVATE_H
#define SPOOR_STORE_BASE_SCAN_PRIVATE_H

#include <string.h>

#include "store/base/scan.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define SCAN_VECTORS 1
#include <emmintrin.h>
#else
#define SCAN_VECTORS 0
#endif

/* One run of scan_value: p moves forward, and on failure stays at the first byte that cannot be. */
struct scan_run {
	const unsigned char *p, *end;
	struct scan *scan;
	const char *bad; /* set: the bytes are wrong. Not set after a failure: they ran out */
	bool lenient, replace_utf8;
	bool vectors;          /* scan_has_vectors */
	bool escaped, respelt; /* of the string just read */
};

/* Moves *p over plain ASCII, 32 bytes at most; true: to the closing quote. Else scan_string goes on from there. */
static inline bool scan_short_string(const unsigned char **p, const unsigned char *end)
{
#if SCAN_VECTORS
	const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
	for (int i = 0; i < 2 && end - *p >= 16; i++, *p += 16) {
		__m128i v;
		memcpy(&v, *p, sizeof v);
		__m128i is_quote = _mm_cmpeq_epi8(v, quote);
		/* signed: bytes beyond ASCII are less than a blank, too */
		__m128i is_other = _mm_or_si128(_mm_cmpeq_epi8(v, backslash), _mm_cmplt_epi8(v, space));
		unsigned stops = (unsigned)_mm_movemask_epi8(_mm_or_si128(is_quote, is_other));
		if (stops == 0)
			continue;
		*p += __builtin_ctz(stops);
		return **p == '"';
	}
#else
	(void)p;
	(void)end;
#endif
	return false;
}

/* With p in a body, not behind a backslash: moves p to the closing quote and sets `escaped`. false: bad, or ran out. */
bool scan_string(struct scan_run *run);

enum utf8_kind {
	UTF8_GOOD,
	UTF8_BROKEN, /* a maximal subpart that is ill-formed: one U+FFFD */
	UTF8_CUT     /* well-formed until the bytes ran out */
};
/* Bytes of the sequence (or broken part) at p, at least 1; p < end. Unicode 15, table 3-7. */
size_t scan_utf8(const unsigned char *p, const unsigned char *end, enum utf8_kind *kind);

/* Value of a hexadecimal digit with 0x10 set; 0 for any other byte. */
extern const uint8_t scan_hex[256];

static inline unsigned scan_hex4(const unsigned char *p)
{
	return (scan_hex[p[0]] & 15u) << 12 | (scan_hex[p[1]] & 15u) << 8 | (scan_hex[p[2]] & 15u) << 4 |
	       (scan_hex[p[3]] & 15u);
}

enum scan_vectors { SCAN_PLAIN, SCAN_SSE2, SCAN_AVX2 };
enum scan_vectors scan_vectors(void); /* the code path in use */

/* The bytes that a backslash before them escapes. *half: the word ends in a backslash that escapes what comes next. */
static inline uint32_t scan_escaped_bytes(uint32_t backslash, bool *half)
{
	const uint32_t even = 0x55555555;
	uint32_t follows = backslash << 1;
	uint32_t odd_starts = backslash & ~even & ~follows;
	uint32_t runs;
	*half = __builtin_add_overflow(odd_starts, backslash, &runs);
	return (even ^ runs << 1) & follows;
}

/* Writes the text of a string body that scan_string has accepted. `ill_formed`: it may hold bytes to replace; dst then
 * needs three bytes for each one of body, else body.len. Returns the bytes written. */
size_t scan_unescape(char *dst, struct str body, bool ill_formed);

/* Reads the text of a body one byte at a time, without memory. */
struct scan_bytes {
	const char *p, *end;
	char pending[4];
	uint8_t n, at;
};
int scan_byte_slow(struct scan_bytes *bytes);
static inline int scan_byte(struct scan_bytes *bytes) /* -1 at the end */
{
	bool plain = bytes->at == bytes->n && bytes->p < bytes->end && *bytes->p != '\\' && !(*bytes->p & 0x80);
	return plain ? *bytes->p++ : scan_byte_slow(bytes);
}

bool scan_str_is(struct val string, struct str text);

bool scan_is_number(struct str text); /* the whole of it, by the grammar of RFC 8259 */
/* -?digits with fraction and exponent, of the grammar: its sign and magnitude if it is a whole number that fits. */
bool scan_whole_number(struct str literal, bool *negative, uint64_t *magnitude);

static inline bool scan_is_blank(unsigned char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

#endif
