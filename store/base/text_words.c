#include "store/base/text_words.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include "store/base/text_private.h"

/* ---- what a code point is to search, made by pages of 256 when first asked for */

enum { FOLD_BREAK = 0, FOLD_DROP = 1, FOLD_PAGES = (CODE_MAX >> 8) + 1 };
#define FOLD_SINGLE UINT32_C(0x80000000)

static _Atomic(uint32_t *) pages[FOLD_PAGES];

/* Scripts without blanks between words. Source: Unicode 15, Blocks.txt. */
static bool is_single(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
	    {0x0E00,  0x0EFF }, /* Thai, Lao */
	    {0x1000,  0x109F }, /* Burmese */
	    {0x1100,  0x11FF }, /* Hangul */
	    {0x1780,  0x17FF }, /* Khmer */
	    {0x2E80,  0x2FDF },
            {0x3005,  0x3007 },
            {0x3021,  0x318F }, /* kana, Bopomofo, Hangul */
	    {0x31A0,  0x31FF },
            {0x3400,  0x4DBF },
            {0x4E00,  0x9FFF },
            {0xA960,  0xA97F },
	    {0xAC00,  0xD7FF },
            {0xF900,  0xFAFF },
            {0xFF66,  0xFFDC }, /* halfwidth kana and Hangul */
	    {0x20000, 0x3FFFF},
	};
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static bool is_diacritic(uint32_t code)
{
	return (code >= 0x0300 && code <= 0x036F) || (code >= 0x1AB0 && code <= 0x1AFF) ||
	       (code >= 0x1DC0 && code <= 0x1DFF) || (code >= 0x20D0 && code <= 0x20FF);
}

/* The letter without what stands on it; other scripts keep their marks, which are letters to them. */
static uint32_t bare(uint32_t code)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	while (code < 0x0530 || (code >= 0x1E00 && code <= 0x1FFF)) {
		int n = uc_canonical_decomposition(code, parts);
		if (n < 1)
			break;
		code = parts[0];
	}
	return code;
}

static uint32_t fold(uint32_t code)
{
	if (is_diacritic(code))
		return FOLD_DROP;
	if (code == CODE_BAD || !uc_is_general_category_withtable(code, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M |
	                                                                    UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_Co))
		return FOLD_BREAK;
	if (is_single(code))
		return code | FOLD_SINGLE;
	return uc_tolower(bare(uc_tolower(code)));
}

/* Two threads may make the same page: one is kept. */
static uint32_t *make_page(uint32_t number)
{
	uint32_t *page = xmalloc(256 * sizeof *page), *none = NULL;
	for (uint32_t i = 0; i < 256; i++)
		page[i] = fold(number << 8 | i);
	if (atomic_compare_exchange_strong(&pages[number], &none, page))
		return page;
	free(page);
	return none;
}

static uint32_t folded(uint32_t code)
{
	uint32_t *page = atomic_load_explicit(&pages[code >> 8], memory_order_acquire);
	return (page ? page : make_page(code >> 8))[code & 0xFF];
}

/* ---- words */

/* ASCII letters in lower case and digits; 0: between words. */
static const unsigned char plain[128] = {
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   0,   0,   '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 0,   0,   0,   0,   0,   0,   0,   'a',
    'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w',
    'x', 'y', 'z', 0,   0,   0,   0,   0,   0,   'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
    'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 0,   0,   0,   0,   0,
};

static const uint64_t seed = UINT64_C(0x9E3779B97F4A7C15);

static inline uint64_t mix(uint64_t hash, uint32_t code)
{
	hash = (hash ^ code) * UINT64_C(0xD6E8FEB86659FD93);
	return hash ^ (hash >> 32);
}

/* One code point from *at on, folded; *at is moved behind it. */
static uint32_t take(struct str text, size_t *at)
{
	unsigned char c = (unsigned char)text.ptr[*at];
	if (c < 0x80) {
		++*at;
		return plain[c];
	}
	struct str rest = str_from(text, *at);
	uint32_t code = text_decode(&rest);
	*at = text.len - rest.len;
	return folded(code);
}

/* To the first byte of a word. */
static bool skip(struct words *w, uint32_t *code, size_t *from)
{
	const unsigned char *p = (const unsigned char *)w->text.ptr;
	size_t at = w->at, len = w->text.len;
	*code = 0;
	while (at < len && *code <= FOLD_DROP) {
		*from = at;
		if (p[at] < 0x80)
			*code = plain[p[at++]];
		else
			*code = take(w->text, &at);
	}
	w->at = at;
	return *code > FOLD_DROP;
}

bool words_next(struct words *w, struct word *out)
{
	const unsigned char *p = (const unsigned char *)w->text.ptr;
	uint32_t code;
	size_t from, len = w->text.len;
	if (!skip(w, &code, &from))
		return false;
	uint64_t hash = mix(seed, code);
	uint32_t n = 1;
	bool single = (code & FOLD_SINGLE) != 0;
	size_t at = w->at, end = at;
	while (!single && at < len) {
		if (p[at] < 0x80) { /* nearly all text */
			code = plain[p[at++]];
			if (!code)
				break;
			end = at;
		} else {
			code = take(w->text, &at);
			if (code == FOLD_BREAK)
				break;
			if (code & FOLD_SINGLE) {
				at = end;
				break;
			}
			end = at;
			if (code == FOLD_DROP)
				continue;
		}
		hash = mix(hash, code);
		n++;
	}
	w->at = at;
	*out = (struct word){from, end - from, hash, n, single, w->end == from};
	w->end = end;
	return true;
}

uint64_t words_prefix(struct str word, uint32_t n)
{
	uint64_t hash = seed;
	for (size_t at = 0; at < word.len && n;) {
		uint32_t code = take(word, &at);
		if (code <= FOLD_DROP)
			continue;
		hash = mix(hash, code);
		n--;
	}
	return hash;
}
