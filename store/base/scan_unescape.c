/* The text of string bodies that scan_string.c has accepted.
 *
 * JSON inside a JSON string has a backslash every 15 bytes, so a loop from one to the next is too slow by far. A word of 32
 * bytes is copied whole; then, for each escape in it, the bytes behind the backslash are copied once more to where they
 * belong. Both reads are from the source, so nothing waits for anything. */
#include <string.h>

#include "store/base/scan_private.h"

#if SCAN_VECTORS
#include <immintrin.h>
#endif

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* What a backslash and this byte stand for; 0: not one byte. */
static const char plain_text[256] = {
    ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};

/* ---- one by one */

static size_t encode(unsigned code, char *dst)
{
	if (code < 0x80) {
		dst[0] = (char)code;
		return 1;
	}
	size_t tails = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const unsigned char marks[] = {0, 0xC0, 0xE0, 0xF0};
	for (size_t i = tails; i > 0; i--, code >>= 6)
		dst[i] = (char)(0x80 | (code & 0x3F));
	dst[0] = (char)(marks[tails] | code);
	return tails + 1;
}

/* p at the u; the scanner has seen the digits. */
static const char *unicode_escape(const char *p, const char *end, char *dst, size_t *n)
{
	unsigned unit = scan_hex4((const unsigned char *)p + 1);
	p += 5;
	if (unit >= 0xD800 && unit <= 0xDBFF && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
		unsigned low = scan_hex4((const unsigned char *)p + 2);
		if (low >= 0xDC00 && low <= 0xDFFF) {
			*n = encode(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), dst);
			return p + 6;
		}
	}
	*n = encode(unit >= 0xD800 && unit <= 0xDFFF ? 0xFFFD : unit, dst);
	return p;
}

/* One escape or ill-formed sequence, or one byte that is neither: its text (1 to 4 bytes) and where the next begins. */
static const char *one_piece(const char *p, const char *end, char *dst, size_t *n)
{
	*n = 1;
	if (*p == '\\') {
		*dst = plain_text[(unsigned char)p[1]];
		return *dst ? p + 2 : unicode_escape(p + 1, end, dst, n);
	}
	if ((unsigned char)*p < 0x80) {
		*dst = *p;
		return p + 1;
	}
	enum utf8_kind kind;
	size_t len = scan_utf8((const unsigned char *)p, (const unsigned char *)end, &kind);
	*n = kind == UTF8_GOOD ? len : 3;
	memcpy(dst, kind == UTF8_GOOD ? p : replacement, *n);
	return p + len;
}

int scan_byte_slow(struct scan_bytes *bytes)
{
	if (bytes->at == bytes->n) {
		if (bytes->p == bytes->end)
			return -1;
		size_t n;
		bytes->p = one_piece(bytes->p, bytes->end, bytes->pending, &n);
		bytes->n = (uint8_t)n;
		bytes->at = 0;
	}
	return (unsigned char)bytes->pending[bytes->at++];
}

/* ---- all */

struct copy {
	const char *p, *end;
	char *out;
};

/* Up to the end: short strings, and the rest of long ones. */
static void copy_slowly(struct copy *c, bool ill_formed)
{
	const char *p = c->p;
	char *out = c->out;
	while (p < c->end) {
		if (*p != '\\' && !(ill_formed && (*p & 0x80))) {
			*out++ = *p++;
			continue;
		}
		size_t n;
		p = one_piece(p, c->end, out, &n);
		out += n;
	}
	c->p = p;
	c->out = out;
}

#if SCAN_VECTORS
enum { WORD = 32 };

static inline __attribute__((always_inline)) void copy_word(char *dst, const char *src)
{
	__m128i v, w;
	memcpy(&v, src, sizeof v);
	memcpy(&w, src + sizeof v, sizeof w);
	memcpy(dst, &v, sizeof v);
	memcpy(dst + sizeof v, &w, sizeof w);
}

static inline __attribute__((always_inline)) uint32_t backslashes_sse2(const char *p)
{
	const __m128i want = _mm_set1_epi8('\\');
	__m128i v, w;
	memcpy(&v, p, sizeof v);
	memcpy(&w, p + sizeof v, sizeof w);
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, want)) |
	       (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(w, want)) << 16;
}

/* Word after word while two are left: what is copied behind an escape reaches into the next. No write goes beyond the room:
 * the text is never ahead of the body. */
static void copy_words(struct copy *c)
{
	const char *p = c->p;
	char *out = c->out;
	while (c->end - p >= 2 * WORD) {
		uint32_t backslash = backslashes_sse2(p);
		copy_word(out, p);
		if (!backslash) {
			p += WORD;
			out += WORD;
			continue;
		}
		bool half;
		uint32_t starts = backslash & ~scan_escaped_bytes(backslash, &half);
		size_t n = half ? WORD - 1 : WORD;
		starts &= half ? UINT32_MAX >> 1 : UINT32_MAX;
		for (size_t gone = 0;; starts &= starts - 1, gone++) {
			if (!starts) {
				p += n;
				out += n - gone;
				break;
			}
			size_t i = (size_t)__builtin_ctz(starts);
			char *dst = out + i - gone;
			char text = plain_text[(unsigned char)p[i + 1]];
			if (!text) {
				p = one_piece(p + i, c->end, dst, &n);
				out = dst + n;
				break;
			}
			copy_word(dst, p + i + 1);
			*dst = text;
		}
	}
	c->p = p;
	c->out = out;
}
#endif

size_t scan_unescape(char *dst, struct str body, bool ill_formed)
{
	struct copy c = {body.ptr, body.ptr + body.len, dst};
#if SCAN_VECTORS
	if (!ill_formed && scan_has_vectors())
		copy_words(&c);
#endif
	copy_slowly(&c, ill_formed);
	return (size_t)(c.out - dst);
}
