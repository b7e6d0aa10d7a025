/* Phrases: counted level by level, one word more each time, and only those whose parts could be told from chance (Agrawal & Srikant 1994). */
#include <stdlib.h>

#include "store/base/hash.h"
#include "store/base/text.h"
#include "store/base/hash_set.h"
#include "store/study/ruleprop_private.h"

enum { PHRASE_WORDS = 6, BETWEEN_BYTES = 3, PHRASE_BYTES = 120, WORD_BYTES = 60 };

/* ---------------------------------------------------------------- words */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

/* Scripts without blanks: each character is a word. */
static bool is_alone(uint32_t code)
{
	return (code >= 0x2E80 && code < 0xA4D0) || (code >= 0xF900 && code < 0xFB00) ||
	       (code >= 0xFF66 && code < 0xFFA0) || (code >= 0x20000 && code < 0x3FFFF);
}

static size_t word_end(struct str text, size_t at)
{
	size_t end = at;
	while (end < text.len) {
		char c = text.ptr[end], next = end + 1 < text.len ? text.ptr[end + 1] : ' ';
		if (c & 0x80) {
			struct str rest = str_from(text, end);
			size_t before = rest.len;
			uint32_t code = text_decode(&rest);
			if (is_alone(code))
				return end > at ? end : end + before - rest.len;
			if (code >= 0x2000 && code < 0x2070) /* dashes, quotes */
				return end;
			end += before - rest.len;
			continue;
		}
		bool between_digits = end > at && is_digit(text.ptr[end - 1]) && is_digit(next) && strchr(".,:/-", c),
		     inside = end > at && (c == '\'' || c == '-' || c == '_') && (is_letter(next) || is_digit(next));
		if (!is_digit(c) && !is_letter(c) && !(c && between_digits) && !inside)
			break;
		end++;
	}
	return end;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Of the word in small letters; shape: runs of digits (with their dots and commas) are one. */
static uint64_t hash_word(struct str word, bool shape)
{
	char text[WORD_BYTES];
	size_t n = 0;
	for (size_t i = 0; i < word.len && n < sizeof text; i++) {
		char c = word.ptr[i];
		if (shape && is_digit(c)) {
			while (i + 1 < word.len &&
			       (is_digit(word.ptr[i + 1]) || ((word.ptr[i + 1] == '.' || word.ptr[i + 1] == ',') &&
			                                      i + 2 < word.len && is_digit(word.ptr[i + 2]))))
				i++;
			c = '\1';
		}
		text[n++] = lower(c);
	}
	return hash64((struct str){text, n});
}

static bool may_join(struct str between)
{
	if (between.len > BETWEEN_BYTES)
		return false;
	for (size_t i = 0; i < between.len; i++)
		if ((unsigned char)between.ptr[i] < ' ')
			return false;
	return true;
}

static void read_words(struct rp *r, struct rp_doc *doc)
{
	struct str text = str_cut(doc->answer->output, 0, r->doc_bytes);
	VEC(struct rp_word) words = {0};
	size_t last = 0;
	for (size_t at = 0; at < text.len;) {
		size_t end = word_end(text, at);
		if (end == at) {
			struct str rest = str_from(text, at);
			text_decode(&rest);
			at = text.len - rest.len;
			continue;
		}
		struct str word = str_cut(text, at, end - at);
		if (word.len <= WORD_BYTES) {
			struct str between = str_cut(text, last, at - last);
			struct rp_word w = {.at = (uint32_t)at,
			                    .len = (uint32_t)word.len,
			                    .first_hash = hash_word(word, false),
			                    .first_shape = hash_word(word, true),
			                    .joined = words.n && may_join(between)};
			for (size_t i = 0; i < word.len; i++)
				w.has_digit = w.has_digit || is_digit(word.ptr[i]);
			uint64_t parted = w.joined ? hash64(between) : 0;
			w.hash = rp_mix(w.first_hash ^ parted);
			w.shape = rp_mix(w.first_shape ^ parted);
			*vec_add(&words) = w;
			last = end;
		} else {
			last = 0; /* what cannot be a word parts phrases */
		}
		at = end;
	}
	doc->n = (uint32_t)words.n;
	doc->words = words.at;
}

/* ---------------------------------------------------------------- counting one level */

struct gram {
	uint64_t key, sig;        /* key 0: free */
	uint32_t bad, good, last; /* last: answer + 1 that was counted last */
	uint32_t doc, first;
	uint64_t literal; /* shape: of the first seen; 0: others were seen since */
};

struct grams {
	struct gram *at;
	size_t cap, n;
};

static struct gram *gram_of(struct grams *g, uint64_t key)
{
	if (g->n * 4 >= g->cap * 3) {
		struct grams larger = {.cap = g->cap ? g->cap * 2 : 4096, .n = g->n};
		larger.at = xcalloc(larger.cap, sizeof *larger.at);
		for (size_t i = 0; i < g->cap; i++)
			if (g->at[i].key) {
				size_t to = rp_mix(g->at[i].key) & (larger.cap - 1);
				while (larger.at[to].key)
					to = (to + 1) & (larger.cap - 1);
				larger.at[to] = g->at[i];
			}
		free(g->at);
		*g = larger;
	}
	size_t at = rp_mix(key) & (g->cap - 1);
	while (g->at[at].key && g->at[at].key != key)
		at = (at + 1) & (g->cap - 1);
	return &g->at[at];
}

static uint64_t key_of(const struct rp_doc *doc, uint32_t first, uint32_t n, bool shape)
{
	uint64_t key = shape ? doc->words[first].first_shape : doc->words[first].first_hash;
	for (uint32_t i = 1; i < n; i++)
		key = rp_mix(key * 31 + (shape ? doc->words[first + i].shape : doc->words[first + i].hash));
	return key | 1;
}

static bool goes_on(const struct rp_doc *doc, uint32_t first, uint32_t n)
{
	if (first + n > doc->n)
		return false;
	for (uint32_t i = 1; i < n; i++)
		if (!doc->words[first + i].joined)
			return false;
	const struct rp_word *last = &doc->words[first + n - 1];
	return last->at + last->len - doc->words[first].at <= PHRASE_BYTES;
}

static void count(struct rp *r, struct grams *g, uint32_t d, uint32_t first, uint32_t n, bool shape)
{
	uint64_t key = key_of(&r->docs[d], first, n, shape);
	struct gram *e = gram_of(g, key);
	if (!e->key) {
		*e = (struct gram){.key = key, .doc = d, .first = first};
		e->literal = shape ? key_of(&r->docs[d], first, n, false) : 0;
		g->n++;
	} else if (shape && e->literal && e->literal != key_of(&r->docs[d], first, n, false)) {
		e->literal = 0;
	}
	if (e->last == d + 1)
		return;
	e->last = d + 1;
	e->sig ^= rp_sign(d);
	e->bad += d < r->n_bad;
	e->good += d >= r->n_bad;
}

static bool is_short(const struct rp_doc *doc, uint32_t word)
{
	return doc->words[word].len <= 3 && !doc->words[word].has_digit;
}

/* Two to four words read best; a phrase that begins or ends with "of the" reads badly, and one word alone says little. */
static double cost_of(const struct rp *r, const struct gram *e, uint32_t n, bool shape)
{
	static const double words[PHRASE_WORDS + 1] = {9, 1.5, 0.4, 0, 0.3, 0.8, 1.3};
	const struct rp_doc *doc = &r->docs[e->doc];
	double cost = words[n] + (shape ? 0.5 : 0);
	for (uint32_t i = 0; i < n; i++)
		cost += !shape && doc->words[e->first + i].has_digit ? 0.1 : 0;
	/* A piece of JSON: its fields say it better. */
	const struct rp_word *last = &doc->words[e->first + n - 1];
	for (uint32_t at = doc->words[e->first].at; at < last->at; at++)
		cost += strchr("\"{}[]\\", doc->answer->output.ptr[at]) && doc->answer->output.ptr[at] ? 0.5 : 0;
	return cost + 0.6 * is_short(doc, e->first) + (n > 1 ? 0.6 * is_short(doc, e->first + n - 1) : 0);
}

static bool has_number(const struct rp_doc *doc, uint32_t first, uint32_t n, bool *other)
{
	bool number = false;
	*other = false;
	for (uint32_t i = 0; i < n; i++) {
		number = number || doc->words[first + i].has_digit;
		*other = *other || !doc->words[first + i].has_digit;
	}
	return number;
}

static void offer(struct rp *r, const struct gram *e, uint32_t n, bool shape)
{
	bool other, number = has_number(&r->docs[e->doc], e->first, n, &other);
	if (shape && (e->literal || !number || !other))
		return; /* no other number was ever seen: the phrase itself says it */
	rp_add(r, &(struct rp_cand){.kind = shape ? "pattern" : "phrase",
	                            .sig = e->sig,
	                            .bad = e->bad,
	                            .good = e->good,
	                            .cost = cost_of(r, e, n, shape),
	                            .doc = e->doc,
	                            .first = e->first,
	                            .n = n,
	                            .shape = shape});
}

static int by_place(const void *pa, const void *pb)
{
	const struct gram *a = pa, *b = pb;
	if (!a->key || !b->key)
		return (a->key == 0) - (b->key == 0);
	if (a->doc != b->doc)
		return a->doc < b->doc ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

/* kept: keys of the level before that could be told; taken over by those of this one. */
static bool level(struct rp *r, uint32_t n, bool shape, struct hash_set *kept)
{
	struct grams g = {.n = 0};
	struct hash_set now = {0};
	bool going = true;
	for (uint32_t d = 0; going && d < r->n; d++) {
		const struct rp_doc *doc = &r->docs[d];
		for (uint32_t i = 0; i < doc->n; i++)
			if (goes_on(doc, i, n) && (n == 1 || (hash_set_has(kept, key_of(doc, i, n - 1, shape)) &&
			                                      hash_set_has(kept, key_of(doc, i + 1, n - 1, shape)))))
				count(r, &g, d, i, n, shape);
		going = d % 64 || !rp_cancelled(r);
	}
	if (g.n)
		qsort(g.at, g.cap, sizeof *g.at, by_place);
	for (size_t i = 0; going && i < g.n; i++) {
		uint32_t support = g.at[i].bad + g.at[i].good;
		if (support < 2)
			continue;
		/* What nearly all say can have parts that are told: only what is too rare ends here. */
		if (rp_can_tell(r, support) || support * 2 > r->n)
			hash_set_add(&now, g.at[i].key);
		offer(r, &g.at[i], n, shape);
	}
	free(g.at);
	hash_set_clear(kept);
	*kept = now;
	return going;
}

bool rp_phrases(struct rp *r)
{
	bool going = true;
	for (uint32_t d = 0; d < r->n; d++)
		read_words(r, &r->docs[d]);
	for (int shape = 0; going && shape < 2; shape++) {
		struct hash_set kept = {0};
		for (uint32_t n = 1; going && n <= PHRASE_WORDS; n++)
			going = level(r, n, shape != 0, &kept);
		hash_set_clear(&kept);
	}
	return going;
}
