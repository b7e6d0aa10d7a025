/* What somebody searches for: words side by side all have to stand in one text, in any order; "…" a phrase: its words next to each
 * other; refund* any word that begins so. A word of several parts (get_balance, 2026-11-20) is a phrase of them. What has no letter or
 * digit (-->) is looked for as it is written. Nothing else has a meaning, so no text is a mistake. */
#ifndef SPOOR_STORE_QUERY_SEARCH_TERMS_H
#define SPOOR_STORE_QUERY_SEARCH_TERMS_H

#include "store/base/arena.h"
#include "store/base/text_words.h"
#include "store/base/vec.h"

enum { SEARCH_TEXT_MAX = 4096, SEARCH_KEYS_MAX = 64 };

struct term {
	const struct word *words; /* n > 0, the last one a prefix if so said; n == 0: literal */
	size_t n;
	bool prefix;
	struct str literal;
};

struct terms {
	struct term *terms;
	size_t n;
	struct str text;                /* as given, valid UTF-8; words point into it */
	uint32_t keys[SEARCH_KEYS_MAX]; /* what the index is asked for; none: everything is read */
	size_t n_keys;
	VEC(struct word) scratch; /* private */
};

/* Lives in arena but for what terms_done frees. False: empty, or longer than SEARCH_TEXT_MAX (ERR_USAGE). */
bool terms_parse(struct terms *t, struct str text, struct arena *arena, struct err *err);
/* All of it one phrase, quotes like any other sign. */
bool terms_phrase(struct terms *t, struct str text, struct arena *arena, struct err *err);
void terms_done(struct terms *t);
/* Whether all terms stand in the text; where the first of them begins, and its bytes. What is no word may also stand in the text as it
 * was written (of JSON: with its signs); the place is then unknown, 0 bytes. */
bool terms_match(struct terms *t, struct str text, struct str written, size_t *at, size_t *len);
/* Where any of the terms next begins from byte `from` on; false: nowhere. For lighting matches. */
bool terms_next(struct terms *t, struct str text, size_t from, size_t *at, size_t *len);
/* Whether stored bytes, with the JSON inside them, hold every term's words somewhere: quick, and never a wrong no. found: a bit per
 * word of the whole query, those that are known to stand elsewhere set by the caller. */
bool terms_may_match(struct terms *t, struct str stored, uint64_t elsewhere);
uint64_t terms_words_in(struct terms *t, struct str stored);

#endif
