/* String bodies: most bytes of any trace are in strings, so this is where the scanner's speed comes from.
 *
 * Bytes are looked at in words of 32 as bit masks: quotes, backslashes, and "rare" ones (control bytes, beyond ASCII).
 * JSON inside JSON strings has a backslash every 15 bytes, so escapes do not stop the loop: which bytes are escaped
 * follows from the backslash mask by one addition (an odd run of backslashes carries out of its end; Langdale and Lemire
 * 2019, "Parsing gigabytes of JSON per second", section 3.1.1), and the plain escapes are checked as a mask too. What
 * stops it is the closing quote, \u, \/, and rare bytes. A word that ends in half an escape is taken as 31 bytes, so every
 * word begins unescaped. Without vectors a byte loop does the same, and the tests compare the two. */
#include "store/base/scan_private.h"

#include <stdatomic.h>
#include <string.h>

#if SCAN_VECTORS
#include <immintrin.h>
#endif

enum { WORD = 32 };

/* ---- UTF-8 */

static bool is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

/* The second byte's range holds all the rules: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
static size_t lead(unsigned char c, unsigned char *low, unsigned char *high)
{
	*low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	*high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	if (c >= 0xC2 && c <= 0xDF)
		return 2;
	if (c >= 0xE0 && c <= 0xEF)
		return 3;
	return c >= 0xF0 && c <= 0xF4 ? 4 : 0;
}

size_t scan_utf8(const unsigned char *p, const unsigned char *end, enum utf8_kind *kind)
{
	*kind = UTF8_GOOD;
	if (*p < 0x80)
		return 1;
	unsigned char low, high;
	size_t need = lead(*p, &low, &high);
	*kind = UTF8_BROKEN;
	if (need == 0)
		return 1;
	for (size_t i = 1; i < need; i++) {
		if (p + i == end) {
			*kind = UTF8_CUT;
			return i;
		}
		if (p[i] < low || p[i] > high)
			return i;
		low = 0x80;
		high = 0xBF;
	}
	*kind = UTF8_GOOD;
	return need;
}

/* ---- the parts every path shares; p is at the byte in question */

static bool bad_string(struct scan_run *run, const unsigned char *at, const char *why)
{
	run->p = at;
	run->bad = why;
	return false;
}

static bool ran_out(struct scan_run *run)
{
	run->p = run->end;
	return false;
}

static bool odd_utf8(struct scan_run *run, const unsigned char *p, const unsigned char **after)
{
	enum utf8_kind kind;
	size_t n = scan_utf8(p, run->end, &kind);
	if (kind == UTF8_CUT)
		return ran_out(run);
	if (kind == UTF8_BROKEN) {
		bool stray = *p < 0xC2 || *p > 0xF4;
		if (!run->replace_utf8)
			return bad_string(run, p + (stray ? 0 : n), "bytes that are not UTF-8 in a string");
		run->scan->bad_utf8++;
		run->escaped = run->respelt = true;
	}
	*after = p + n;
	return true;
}

static bool is_three(const unsigned char *p)
{
	return (*p & 0xF0) == 0xE0 && is_tail(p[1]) && is_tail(p[2]) && (*p != 0xE0 || p[1] >= 0xA0) &&
	       (*p != 0xED || p[1] < 0xA0);
}

/* All of a run of bytes beyond ASCII: Chinese or Japanese text is nothing else. */
static bool high_bytes(struct scan_run *run, const unsigned char *p, const unsigned char **after)
{
	while (p < run->end && *p >= 0x80) {
		if (run->end - p >= 3 && is_three(p))
			p += 3;
		else if (run->end - p >= 2 && *p >= 0xC2 && *p <= 0xDF && is_tail(p[1]))
			p += 2;
		else if (!odd_utf8(run, p, &p))
			return false;
	}
	*after = p;
	return true;
}

const uint8_t scan_hex[256] = {
    ['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15, ['6'] = 0x16, ['7'] = 0x17,
    ['8'] = 0x18, ['9'] = 0x19, ['a'] = 0x1A, ['b'] = 0x1B, ['c'] = 0x1C, ['d'] = 0x1D, ['e'] = 0x1E, ['f'] = 0x1F,
    ['A'] = 0x1A, ['B'] = 0x1B, ['C'] = 0x1C, ['D'] = 0x1D, ['E'] = 0x1E, ['F'] = 0x1F};

/* p at the four digits. */
static inline bool hex4(struct scan_run *run, const unsigned char *p, unsigned *unit)
{
	if (run->end - p >= 4) {
		*unit = scan_hex4(p);
		if (scan_hex[p[0]] & scan_hex[p[1]] & scan_hex[p[2]] & scan_hex[p[3]])
			return true;
	}
	while (p < run->end && scan_hex[*p])
		p++;
	return p == run->end ? ran_out(run) : bad_string(run, p, "\\u without four hexadecimal digits");
}

/* A row of \u escapes, p at the first one's u: other scripts and emoji as Python writes them by default. */
static bool unicode_escapes(struct scan_run *run, const unsigned char *p, const unsigned char **after)
{
	bool waiting = false; /* for the second half of a pair */
	for (;;) {
		unsigned unit;
		if (!hex4(run, p + 1, &unit))
			return false;
		p += 5;
		bool low = unit >= 0xDC00 && unit <= 0xDFFF;
		bool high = unit >= 0xD800 && unit <= 0xDBFF;
		run->scan->lone_surrogates += (low ? !waiting : waiting);
		waiting = high;
		if (run->end - p < 2 || p[0] != '\\' || p[1] != 'u')
			break;
		p++;
	}
	run->scan->lone_surrogates += waiting;
	*after = p;
	return true;
}

static const bool plain_escape[256] = {
    ['"'] = true, ['\\'] = true, ['/'] = true, ['b'] = true, ['f'] = true, ['n'] = true, ['r'] = true, ['t'] = true};

/* p at the byte after the backslash. */
static bool escape(struct scan_run *run, const unsigned char *p, const unsigned char **after)
{
	if (p == run->end)
		return ran_out(run);
	if (*p == 'u' || *p == '/')
		run->respelt = true;
	if (*p == 'u')
		return unicode_escapes(run, p, after);
	if (!plain_escape[*p])
		return bad_string(run, p, "unknown escape in a string");
	*after = p + 1;
	return true;
}

/* ---- without vectors */

static const bool stops[256] = {
    [0] = true,  [1] = true,  [2] = true,  [3] = true,  [4] = true,   [5] = true,   [6] = true,
    [7] = true,  [8] = true,  [9] = true,  [10] = true, [11] = true,  [12] = true,  [13] = true,
    [14] = true, [15] = true, [16] = true, [17] = true, [18] = true,  [19] = true,  [20] = true,
    [21] = true, [22] = true, [23] = true, [24] = true, [25] = true,  [26] = true,  [27] = true,
    [28] = true, [29] = true, [30] = true, [31] = true, ['"'] = true, ['\\'] = true};

static bool string_plain(struct scan_run *run)
{
	const unsigned char *p = run->p, *end = run->end;
	for (;;) {
		while (p < end && *p < 0x80 && !stops[*p])
			p++;
		if (p == end)
			return ran_out(run);
		if (*p == '"') {
			run->p = p;
			return true;
		}
		if (*p == '\\') {
			run->escaped = true;
			if (!escape(run, p + 1, &p))
				return false;
		} else if (*p >= 0x80) {
			if (!high_bytes(run, p, &p))
				return false;
		} else {
			return bad_string(run, p, "raw control byte in a string");
		}
	}
}

/* ---- with vectors */
#if SCAN_VECTORS

struct masks {
	uint32_t quote, backslash;
	uint32_t rare; /* control bytes and bytes beyond ASCII */
};

__attribute__((target("avx2"))) static inline uint32_t equal32(__m256i v, char c)
{
	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

__attribute__((target("avx2"))) static inline struct masks masks_avx2(const unsigned char *p)
{
	__m256i v;
	memcpy(&v, p, sizeof v);
	const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1F)), v);
	struct masks m = {.quote = equal32(v, '"'),
	                  .backslash = equal32(v, '\\'),
	                  .rare = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(low, v))};
	return m;
}

__attribute__((target("avx2"))) static inline uint32_t letters_avx2(const unsigned char *p)
{
	__m256i v;
	memcpy(&v, p, sizeof v);
	return equal32(v, 'n') | equal32(v, 't') | equal32(v, 'r') | equal32(v, 'b') | equal32(v, 'f');
}

static inline uint32_t equal16(__m128i low, __m128i high, char c)
{
	const __m128i want = _mm_set1_epi8(c);
	uint32_t first = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(low, want));
	return first | (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(high, want)) << 16;
}

static inline uint32_t rare16(__m128i v)
{
	const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(low, v));
}

static inline struct masks masks_sse2(const unsigned char *p)
{
	__m128i v, w;
	memcpy(&v, p, sizeof v);
	memcpy(&w, p + sizeof v, sizeof w);
	struct masks m = {
	    .quote = equal16(v, w, '"'), .backslash = equal16(v, w, '\\'), .rare = rare16(v) | rare16(w) << 16};
	return m;
}

static inline uint32_t letters_sse2(const unsigned char *p)
{
	__m128i v, w;
	memcpy(&v, p, sizeof v);
	memcpy(&w, p + sizeof v, sizeof w);
	return equal16(v, w, 'n') | equal16(v, w, 't') | equal16(v, w, 'r') | equal16(v, w, 'b') | equal16(v, w, 'f');
}

/* What stops the word at its bit i, given by its byte p. `is_escaped`: a backslash is before it. */
static bool stopped(struct scan_run *run, const unsigned char *p, bool is_escaped, const unsigned char **after)
{
	if (is_escaped)
		return escape(run, p, after);
	if (*p >= 0x80)
		return high_bytes(run, p, after);
	return bad_string(run, p, "raw control byte in a string");
}

/* One body for both widths: it is inlined into string_avx2 and string_sse2 with `look` and `letters` (those that may follow a
 * backslash) known. / may follow one, too, but is noted. */
static inline __attribute__((always_inline)) bool string_words(struct scan_run *run,
                                                               struct masks (*look)(const unsigned char *),
                                                               uint32_t (*letters)(const unsigned char *))
{
	const unsigned char *p = run->p;
	while (p < run->end) {
		unsigned char tail[WORD];
		const unsigned char *word = p;
		uint32_t there = UINT32_MAX;
		if (run->end - p < WORD) {
			size_t n = (size_t)(run->end - p);
			memset(tail, 0, sizeof tail);
			memcpy(tail, p, n);
			word = tail;
			there = ((uint32_t)1 << n) - 1;
		}
		struct masks m = look(word);
		bool half = false;
		uint32_t escaped = m.backslash ? scan_escaped_bytes(m.backslash, &half) : 0;
		uint32_t odd = escaped & ~(m.quote | m.backslash);
		if (odd)
			odd &= ~letters(word);
		uint32_t stop = ((m.quote & ~escaped) | m.rare | odd) & there;
		if (!stop) {
			run->escaped |= m.backslash != 0;
			if (there != UINT32_MAX)
				break;
			p += half ? WORD - 1 : WORD;
			continue;
		}
		int i = __builtin_ctz(stop);
		uint32_t bit = (uint32_t)1 << i;
		run->escaped |= (m.backslash & (bit - 1)) != 0;
		p += i;
		if (m.quote & ~escaped & bit) {
			run->p = p;
			return true;
		}
		if (!stopped(run, p, escaped & bit, &p))
			return false;
	}
	return ran_out(run);
}

__attribute__((target("avx2"))) static bool string_avx2(struct scan_run *run)
{
	return string_words(run, masks_avx2, letters_avx2);
}

static bool string_sse2(struct scan_run *run)
{
	return string_words(run, masks_sse2, letters_sse2);
}
#endif

/* ---- the choice */

struct path {
	const char *name;
	bool (*string)(struct scan_run *run);
	enum scan_vectors vectors;
};

/* Best first. */
static const struct path paths[] = {
#if SCAN_VECTORS
    {"avx2",  string_avx2,  SCAN_AVX2 },
    {"sse2",  string_sse2,  SCAN_SSE2 },
#endif
    {"plain", string_plain, SCAN_PLAIN},
};
enum { N_PATHS = sizeof paths / sizeof paths[0] };

static bool is_here(const struct path *path)
{
#if SCAN_VECTORS
	if (strcmp(path->name, "avx2") == 0)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
#endif
	return path->name != NULL;
}

/* Threads may find it unset at the same time: all come to the same answer. */
static _Atomic(const struct path *) chosen;

static const struct path *best(void)
{
	const struct path *path = paths;
	while (!is_here(path))
		path++;
	return path;
}

static inline const struct path *current(void)
{
	const struct path *path = atomic_load_explicit(&chosen, memory_order_relaxed);
	if (path)
		return path;
	path = best();
	atomic_store_explicit(&chosen, path, memory_order_relaxed);
	return path;
}

bool scan_string(struct scan_run *run)
{
	run->escaped = run->respelt = false;
	return current()->string(run);
}

enum scan_vectors scan_vectors(void)
{
	return current()->vectors;
}

const char *scan_path(void)
{
	return current()->name;
}

bool scan_force(const char *name)
{
	for (int i = 0; i < N_PATHS; i++) {
		const struct path *path = name ? &paths[i] : best();
		if (name && (strcmp(path->name, name) != 0 || !is_here(path)))
			continue;
		atomic_store_explicit(&chosen, path, memory_order_relaxed);
		return true;
	}
	return false;
}
