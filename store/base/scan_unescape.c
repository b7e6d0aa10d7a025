/* The text of string bodies that scan_string.c has accepted.
 *
 * JSON inside a JSON string has a backslash every 15 bytes, so a loop from one to the next is too slow by far. A word of 32
 * bytes is copied whole; then, for each escape in it, the bytes behind the backslash are copied once more to where they
 * belong. Both reads are from the source, so nothing waits for anything. */
#include <pthread.h>
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

/* ---- AVX2: what is to be kept of a word moves together by shuffles, eight bytes at a time, whatever is in it */

/* For eight bits: where the bytes come from that are to be kept; 0x80 and more: none. */
static uint64_t moves[256];
static pthread_once_t moves_once = PTHREAD_ONCE_INIT;

static void fill_moves(void)
{
	for (unsigned keep = 0; keep < 256; keep++) {
		uint64_t from = UINT64_C(0x8080808080808080);
		unsigned n = 0;
		for (unsigned i = 0; i < 8; i++)
			if (keep >> i & 1)
				from ^= (UINT64_C(0x80) ^ i) << 8 * n++;
		moves[keep] = from;
	}
}

__attribute__((target("avx2,popcnt"))) static inline char *keep_half(char *out, __m128i v, uint32_t keep)
{
	const __m128i low = _mm_cvtsi64_si128((int64_t)moves[keep & 0xFF]);
	const __m128i high = _mm_cvtsi64_si128((int64_t)moves[keep >> 8 & 0xFF]);
	const __m128i from = _mm_add_epi8(_mm_unpacklo_epi64(low, high), _mm_set_epi64x(0x0808080808080808, 0));
	const __m128i kept = _mm_shuffle_epi8(v, from);
	_mm_storel_epi64((__m128i *)(void *)out, kept);
	_mm_storel_epi64((__m128i *)(void *)(out + __builtin_popcount(keep & 0xFF)), _mm_unpackhi_epi64(kept, kept));
	return out + __builtin_popcount(keep & 0xFFFF);
}

/* The bits as bytes, 0xFF for 1. */
__attribute__((target("avx2,popcnt"))) static inline __m256i spread(uint32_t bits)
{
	const __m256i byte = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
	const __m256i bit = _mm256_set1_epi64x((int64_t)UINT64_C(0x8040201008040201));
	const __m256i all = _mm256_shuffle_epi8(_mm256_set1_epi32((int32_t)bits), byte);
	return _mm256_cmpeq_epi8(_mm256_and_si256(all, bit), bit);
}

__attribute__((target("avx2,popcnt"))) static inline uint32_t equal32(__m256i v, char c)
{
	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

/* \n, \t and \r become what they stand for; the bits of `odd` that are something else are returned. */
__attribute__((target("avx2,popcnt"))) static inline uint32_t put_letters(__m256i *v, uint32_t odd)
{
	const __m256i at = spread(odd);
	const __m256i n = _mm256_cmpeq_epi8(*v, _mm256_set1_epi8('n')),
	              t = _mm256_cmpeq_epi8(*v, _mm256_set1_epi8('t')),
	              r = _mm256_cmpeq_epi8(*v, _mm256_set1_epi8('r'));
	const __m256i known = _mm256_and_si256(at, _mm256_or_si256(n, _mm256_or_si256(t, r)));
	const __m256i text = _mm256_or_si256(
	    _mm256_and_si256(n, _mm256_set1_epi8('\n')),
	    _mm256_or_si256(_mm256_and_si256(t, _mm256_set1_epi8('\t')), _mm256_and_si256(r, _mm256_set1_epi8('\r'))));
	*v = _mm256_blendv_epi8(*v, text, known);
	return odd & ~(uint32_t)_mm256_movemask_epi8(known);
}

/* Like copy_words. */
__attribute__((target("avx2,popcnt"))) static void copy_words_avx2(struct copy *c)
{
	const char *p = c->p;
	char *out = c->out;
	pthread_once(&moves_once, fill_moves);
	while (c->end - p >= WORD) {
		__m256i v;
		memcpy(&v, p, sizeof v);
		uint32_t backslash = equal32(v, '\\');
		if (!backslash) {
			memcpy(out, &v, sizeof v);
			p += WORD;
			out += WORD;
			continue;
		}
		bool half;
		uint32_t escaped = scan_escaped_bytes(backslash, &half);
		uint32_t keep = ~(backslash & ~escaped);
		uint32_t odd = escaped & ~(backslash | equal32(v, '"'));
		size_t n = half ? WORD - 1 : WORD;
		if (odd && (odd = put_letters(&v, odd)) != 0) {
			n = (size_t)__builtin_ctz(odd) - 1; /* at its backslash */
			keep &= ((uint32_t)1 << n) - 1;
		}
		out = keep_half(out, _mm256_castsi256_si128(v), keep);
		out = keep_half(out, _mm256_extracti128_si256(v, 1), keep >> 16);
		p += n;
		if (!odd)
			continue;
		p = one_piece(p, c->end, out, &n);
		out += n;
	}
	c->p = p;
	c->out = out;
}
#endif

size_t scan_unescape(char *dst, struct str body, bool ill_formed)
{
	struct copy c = {body.ptr, body.ptr + body.len, dst};
#if SCAN_VECTORS
	switch (ill_formed ? SCAN_PLAIN : scan_vectors()) {
	case SCAN_AVX2: copy_words_avx2(&c); break;
	case SCAN_SSE2: copy_words(&c); break;
	case SCAN_PLAIN: break;
	}
#endif
	copy_slowly(&c, ill_formed);
	return (size_t)(c.out - dst);
}

size_t scan_body_text(char *dst, struct str body)
{
	return scan_unescape(dst, body, false);
}
