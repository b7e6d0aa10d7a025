#include "store/base/text_words.h"

#include "store/base/text.h"

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

/* ---------------------------------------------------------------- finding */

enum { SOUGHT_MOST = 16, SOUGHT_WORDS = 16, BACK_MOST = 256 };

struct sought {
	struct str text; /* as written, if it has no word */
	uint64_t hash[SOUGHT_WORDS];
	uint32_t last_codes; /* of a beginning; 0: whole words */
	size_t n;
};

static void read_sought(struct sought *s, struct str line)
{
	bool prefix = line.len > 1 && line.ptr[line.len - 1] == '*';
	struct str text = prefix ? str_cut(line, 0, line.len - 1) : line;
	struct words words = words_of(text);
	struct word w;
	*s = (struct sought){.text = line};
	while (s->n < SOUGHT_WORDS && words_next(&words, &w)) {
		s->hash[s->n++] = w.hash;
		s->last_codes = prefix ? w.n_codes : 0;
	}
}

static bool word_is(const struct sought *s, size_t i, struct str text, const struct word *w)
{
	if (s->last_codes && i + 1 == s->n)
		return w->n_codes >= s->last_codes &&
		       words_prefix(str_cut(text, w->at, w->len), s->last_codes) == s->hash[i];
	return w->hash == s->hash[i];
}

/* Whether the words from this one on are those; then *end is where they end. */
static bool stands_here(const struct sought *s, struct words after, struct word w, size_t *end)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!word_is(s, i, after.text, &w))
			return false;
		*end = w.at + w.len;
		if (i + 1 < s->n && !words_next(&after, &w))
			return false;
	}
	return s->n > 0;
}

/* Where the word that byte `from` may lie in begins. */
static size_t before_word(struct str text, size_t from)
{
	size_t at = from;
	while (at > 0 && from - at < BACK_MOST && (unsigned char)text.ptr[at - 1] > ' ')
		at--;
	return at;
}

static size_t find_any(struct str text, const struct sought *all, size_t n, size_t from, size_t *len)
{
	size_t found = SIZE_MAX;
	struct words words = words_of(text);
	struct word w;
	for (size_t i = 0; i < n; i++) { /* those without a word */
		size_t hit = all[i].n || !all[i].text.len ? SIZE_MAX : str_find(str_from(text, from), all[i].text);
		if (hit != SIZE_MAX && from + hit < found) {
			found = from + hit;
			*len = all[i].text.len;
		}
	}
	words.at = before_word(text, from);
	while (words_next(&words, &w) && w.at < found) {
		size_t end;
		if (w.at < from)
			continue;
		for (size_t i = 0; i < n; i++)
			if (stands_here(&all[i], words, w, &end)) {
				*len = end - w.at;
				return w.at;
			}
	}
	return found;
}

size_t words_find(struct str text, struct str what, size_t from, bool ignore_case, size_t *len)
{
	struct sought all[SOUGHT_MOST];
	size_t n = 0;
	struct str rest = str_from(what, 1), line;
	*len = what.len;
	if (!str_starts(what, "\n") || from > text.len)
		return text_find(text, what, from, ignore_case);
	while (n < SOUGHT_MOST && str_split(&rest, '\n', &line))
		read_sought(&all[n++], line);
	return find_any(text, all, n, from, len);
}
