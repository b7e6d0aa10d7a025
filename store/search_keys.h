/* Keys: what the full-text index knows of words. A word has one, its first 2, 3 and 5 letters have one each (for prefix*), and so
 * have two single characters side by side (Chinese, Japanese …). 32 bits of a hash: an index may say yes too often, never no. */
#ifndef SPOOR_STORE_SEARCH_KEYS_H
#define SPOOR_STORE_SEARCH_KEYS_H

#include "store/base/text_words.h"
#include "store/search_leaf.h"

uint32_t key_of_word(uint64_t hash);
uint32_t key_of_pair(uint64_t first, uint64_t second);
/* Of a word's first letters; n_codes is the prefix's. False: too short, any block may have it. */
bool key_of_prefix(struct str prefix, uint32_t n_codes, uint32_t *key);

/* The different keys of one block. */
struct key_set {
	uint32_t *keys; /* n of them, in no order */
	size_t n, cap;
	/* private */
	uint32_t *slots; /* the keys again, hashed; 0: free */
	size_t n_slots;
	uint64_t *seen; /* hashes of strings already in */
	struct leaves leaves;
};
void key_set_init(struct key_set *k);
void key_set_done(struct key_set *k);
void key_set_clear(struct key_set *k);
void key_set_add(struct key_set *k, struct str stored); /* all the words of stored bytes */
void key_set_join(struct key_set *k, const struct key_set *other);

#endif
