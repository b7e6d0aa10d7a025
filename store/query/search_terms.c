#include "store/query/search_terms.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/search_keys.h"
#include "store/search_leaf.h"

void terms_done(struct terms *t)
{
	vec_done(&t->scratch);
}

/* ---------------------------------------------------------------- reading */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static void add_term(struct terms *t, struct str text, bool quoted, struct arena *arena)
{
	struct words words = words_of(text);
	struct word w;
	size_t n = 0, end = 0;
	while (words_next(&words, &w))
		n++;
	struct term *term = &t->terms[t->n];
	*term = (struct term){.n = n, .literal = text};
	if (!text.len)
		return;
	t->n++;
	struct word *list = arena_zalloc(arena, n + 1, sizeof *list);
	words = words_of(text);
	for (size_t i = 0; i < n && words_next(&words, &list[i]); i++) {
		end = list[i].at + list[i].len;
		list[i].at += (size_t)(text.ptr - t->text.ptr); /* from now on in the whole text */
		list[i].glued = i > 0 && list[i].glued;
	}
	term->words = list;
	term->prefix = !quoted && n && !list[n - 1].single && end + 1 == text.len && text.ptr[end] == '*';
}

static void split(struct terms *t, struct arena *arena)
{
	struct str text = t->text;
	for (size_t at = 0; at < text.len;) {
		if (is_blank(text.ptr[at])) {
			at++;
			continue;
		}
		size_t from = at, close = 0;
		bool quoted =
		    text.ptr[at] == '"' && (close = str_find_char(str_from(text, at + 1), '"')) != SIZE_MAX && close;
		if (quoted) {
			add_term(t, str_cut(text, at + 1, close), true, arena);
			at += close + 2;
			continue;
		}
		do
			at++;
		while (at < text.len && !is_blank(text.ptr[at]) && text.ptr[at] != '"');
		add_term(t, str_cut(text, from, at - from), false, arena);
	}
	if (t->n == 0)
		add_term(t, text, true, arena);
}

static void add_key(struct terms *t, uint32_t key)
{
	for (size_t i = 0; i < t->n_keys; i++)
		if (t->keys[i] == key)
			return;
	if (t->n_keys < SEARCH_KEYS_MAX)
		t->keys[t->n_keys++] = key;
}

static struct str word_text(const struct terms *t, const struct word *w)
{
	return str_cut(t->text, w->at, w->len);
}

static void add_keys(struct terms *t, const struct term *term)
{
	for (size_t i = 0; i < term->n; i++) {
		const struct word *w = &term->words[i];
		uint32_t key;
		if (term->prefix && i + 1 == term->n) {
			if (key_of_prefix(word_text(t, w), w->n_codes, &key))
				add_key(t, key);
		} else if (i + 1 < term->n && w->single && w[1].single && w[1].glued) {
			add_key(t, key_of_pair(w->hash, w[1].hash));
		} else {
			add_key(t, key_of_word(w->hash));
		}
	}
}

static bool begin(struct terms *t, struct str text, struct arena *arena, struct err *err)
{
	*t = (struct terms){0};
	if (!text.len)
		return err_set(err, ERR_USAGE, NULL, "nothing to search for");
	if (text.len > SEARCH_TEXT_MAX)
		return err_set(err, ERR_USAGE, NULL, "the text to search for is longer than %d bytes", SEARCH_TEXT_MAX);
	t->text = text_valid(arena, arena_str(arena, text));
	t->terms = arena_zalloc(arena, t->text.len + 1, sizeof *t->terms);
	return true;
}

bool terms_parse(struct terms *t, struct str text, struct arena *arena, struct err *err)
{
	if (!begin(t, text, arena, err))
		return false;
	split(t, arena);
	for (size_t i = 0; i < t->n; i++)
		add_keys(t, &t->terms[i]);
	return true;
}

bool terms_phrase(struct terms *t, struct str text, struct arena *arena, struct err *err)
{
	if (!begin(t, text, arena, err))
		return false;
	add_term(t, t->text, true, arena);
	add_keys(t, &t->terms[0]);
	return true;
}

/* ---------------------------------------------------------------- words in text */

static bool same_word(struct str text, const struct word *have, const struct word *want, bool prefix)
{
	if (!prefix)
		return have->hash == want->hash;
	return have->n_codes >= want->n_codes && !have->single &&
	       words_prefix(str_cut(text, have->at, have->len), want->n_codes) == want->hash;
}

/* The term's words from have[0] on. */
static bool stands_at(const struct term *term, struct str text, const struct word *have, size_t n)
{
	if (n < term->n)
		return false;
	for (size_t i = 0; i < term->n; i++)
		if (!same_word(text, &have[i], &term->words[i], term->prefix && i + 1 == term->n) ||
		    (term->words[i].glued && !have[i].glued))
			return false;
	return true;
}

static void read_words(struct terms *t, struct str text)
{
	struct words words = words_of(text);
	struct word w;
	vec_clear(&t->scratch);
	while (words_next(&words, &w))
		*vec_add(&t->scratch) = w;
}

/* The term in the text whose words are in scratch, from byte `from` on. */
static bool find_term(const struct terms *t, const struct term *term, struct str text, size_t from, size_t *at,
                      size_t *len)
{
	if (!term->n) {
		size_t found = str_find(str_from(text, from), term->literal);
		*at = from + found;
		*len = term->literal.len;
		return found != SIZE_MAX;
	}
	const struct word *have = t->scratch.at;
	for (size_t i = 0; i < t->scratch.n; i++)
		if (have[i].at >= from && stands_at(term, text, &have[i], t->scratch.n - i)) {
			const struct word *last = &have[i + term->n - 1];
			*at = have[i].at;
			*len = last->at + last->len - have[i].at;
			return true;
		}
	return false;
}

bool terms_match(struct terms *t, struct str text, struct str written, size_t *at, size_t *len)
{
	read_words(t, text);
	for (size_t i = t->n; i-- > 0;) { /* the first term's place is the one to tell */
		const struct term *term = &t->terms[i];
		if (find_term(t, term, text, 0, at, len))
			continue;
		if (term->n || str_find(written, term->literal) == SIZE_MAX)
			return false;
		*at = *len = 0;
	}
	return true;
}

bool terms_next(struct terms *t, struct str text, size_t from, size_t *at, size_t *len)
{
	bool any = false;
	if (from == 0)
		read_words(t, text);
	for (size_t i = 0; i < t->n; i++) {
		size_t a, l;
		if (find_term(t, &t->terms[i], text, from, &a, &l) && (!any || a < *at)) {
			*at = a;
			*len = l;
			any = true;
		}
	}
	return any;
}

/* ---------------------------------------------------------------- a quick look at stored bytes */

/* Where the word stands, ASCII letters alike, from byte `from` on; SIZE_MAX: nowhere. The letter looked for is its rarest. */
static size_t find_ascii(struct str text, struct str word, size_t from)
{
	static const char rare[] = "zqxjkvbpygfwmucldrhsnioate9876543210";
	size_t best = 0, least = SIZE_MAX;
	for (size_t i = 0; i < word.len; i++) {
		const char *place = strchr(rare, word.ptr[i] | 0x20);
		size_t rank = place ? (size_t)(place - rare) : sizeof rare;
		if (rank < least) {
			least = rank;
			best = i;
		}
	}
	char c = word.ptr[best];
	bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
	const char both[2] = {c, letter ? (char)(c ^ 0x20) : c};
	size_t found = SIZE_MAX;
	for (int k = 0; k < (letter ? 2 : 1); k++) {
		size_t after = word.len - best, end = found == SIZE_MAX ? text.len : found + word.len - 1;
		for (size_t at = from + best; at + after <= end; at++) {
			const char *hit = memchr(text.ptr + at, both[k], end - at - after + 1);
			if (!hit)
				break;
			at = (size_t)(hit - text.ptr);
			size_t i = 0;
			const char *p = hit - best;
			while (i < word.len && ((p[i] ^ word.ptr[i]) & ~0x20) == 0)
				i++;
			if (i == word.len) {
				found = at - best;
				break;
			}
		}
	}
	return found;
}

static bool has_ascii(struct str text, struct str word)
{
	return find_ascii(text, word, 0) != SIZE_MAX;
}

static unsigned hex_digit(char c)
{
	return c >= '0' && c <= '9'                     ? (unsigned)(c - '0')
	       : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a') + 10
	                                                : 16;
}

/* Letters that fold to ASCII ones, and marks that fold to nothing: Latin with diacritics, combining marks, K and Å as units. */
static bool folds_to_ascii(uint32_t code)
{
	return code < 0x80 || (code >= 0xC0 && code < 0x250) || (code >= 0x300 && code < 0x370) ||
	       (code >= 0x1AB0 && code < 0x1B00) || (code >= 0x1DC0 && code < 0x1F00) ||
	       (code >= 0x20D0 && code < 0x2100) || code == 0x212A || code == 0x212B;
}

/* Skips eight bytes at a time in which there is neither a backslash nor anything beyond ASCII (a byte is 0 in w ^ … where it is a
 * backslash; a borrow may only ever make a byte look like one). */
static size_t past_plain(struct str text, size_t at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7, backslashes = ones * '\\';
	for (uint64_t w, x; at + sizeof w <= text.len; at += sizeof w) {
		memcpy(&w, text.ptr + at, sizeof w);
		x = w ^ backslashes;
		if ((w & tops) | ((x - ones) & ~x & tops))
			break;
	}
	return at;
}

/* May a plain word stand in it in other letters, as themselves or as \u escapes? */
static bool is_odd(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		i = past_plain(text, i);
		if (i >= text.len)
			break;
		unsigned char c = (unsigned char)text.ptr[i];
		if (c >= 0xC3 && folds_to_ascii(text_decode(&(struct str){text.ptr + i, text.len - i})))
			return true;
		if (c != '\\' || i + 5 >= text.len || text.ptr[i + 1] != 'u')
			continue;
		unsigned d[4], any = 0;
		for (size_t k = 0; k < 4; k++)
			any |= d[k] = hex_digit(text.ptr[i + 2 + k]);
		if (!(any & 16) && folds_to_ascii(d[0] << 12 | d[1] << 8 | d[2] << 4 | d[3]))
			return true;
	}
	return false;
}

static bool is_ascii_word(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if ((unsigned char)word.ptr[i] >= 0x80)
			return false;
	return true;
}

struct look {
	const struct terms *terms;
	uint64_t found;
};

/* The first 64 words of the query, by number. */
static void look_at_text(void *to, struct str text)
{
	struct look *look = to;
	struct words words = words_of(text);
	struct word have;
	while (words_next(&words, &have)) {
		unsigned bit = 0;
		for (size_t i = 0; i < look->terms->n; i++) {
			const struct term *term = &look->terms->terms[i];
			for (size_t k = 0; k < term->n && bit < 64; k++, bit++)
				if (same_word(text, &have, &term->words[k], term->prefix && k + 1 == term->n))
					look->found |= UINT64_C(1) << bit;
		}
	}
}

uint64_t terms_words_in(struct terms *t, struct str stored)
{
	struct look look = {.terms = t};
	struct leaves leaves = {.leaf = look_at_text, .to = &look};
	leaves_walk(&leaves, stored);
	leaves_done(&leaves);
	return look.found;
}

static uint64_t all_words(const struct terms *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->n; i++)
		n += t->terms[i].n;
	return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

static bool is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Where the word ends that comes next from byte `at` on, over signs, blanks and escapes ("\\n" in JSON, "\\\\n" in JSON in JSON);
 * SIZE_MAX: it is not this one. */
static size_t after_next(struct str text, size_t at, struct str word)
{
	for (; at + word.len <= text.len; at++) {
		size_t i = 0;
		while (i < word.len && ((text.ptr[at + i] ^ word.ptr[i]) & ~0x20) == 0)
			i++;
		if (i == word.len)
			return at + i;
		if (!is_word_byte(text.ptr[at]))
			continue;
		if (text.ptr[at - 1] != '\\')
			break;
		if (text.ptr[at] == 'u')
			at += 4;
	}
	return SIZE_MAX;
}

static bool has_phrase(const struct terms *t, const struct term *term, struct str text)
{
	struct str first = word_text(t, &term->words[0]);
	size_t at = 0, found;
	for (; (found = find_ascii(text, first, at)) != SIZE_MAX; at = found + 1) {
		size_t end = found + first.len;
		for (size_t i = 1; i < term->n && end != SIZE_MAX; i++)
			end = after_next(text, end, word_text(t, &term->words[i]));
		if (end != SIZE_MAX)
			return true;
	}
	return false;
}

static bool phrases_may_match(const struct terms *t, struct str stored)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct term *term = &t->terms[i];
		bool plain = term->n > 1;
		for (size_t k = 0; k < term->n; k++)
			plain = plain && is_ascii_word(word_text(t, &term->words[k]));
		if (plain && !has_phrase(t, term, stored))
			return false;
	}
	return true;
}

bool terms_may_match(struct terms *t, struct str stored, uint64_t elsewhere)
{
	uint64_t missing = all_words(t) & ~elsewhere;
	unsigned bit = 0;
	bool plain = true; /* the words still missing are ASCII */
	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < t->terms[i].n && bit < 64; k++, bit++) {
			struct str word = word_text(t, &t->terms[i].words[k]);
			if (!(missing >> bit & 1))
				continue;
			if (!is_ascii_word(word))
				plain = false;
			else if (has_ascii(stored, word))
				missing &= ~(UINT64_C(1) << bit);
		}
	if (!missing)
		return elsewhere || phrases_may_match(t, stored) || is_odd(stored);
	return (!plain || is_odd(stored)) && (missing & ~terms_words_in(t, stored)) == 0;
}
