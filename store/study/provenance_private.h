/* Private to provenance*.c: texts as words, and an answer's pairs of words with the places where it has them. */
#ifndef SPOOR_STORE_STUDY_PROVENANCE_PRIVATE_H
#define SPOOR_STORE_STUDY_PROVENANCE_PRIVATE_H

#include "store/base/vec.h"

enum { NO_PAIR = -1, SHORT_WORD = 3, TEXT_BYTES = 4 << 20 /* read of one text */ };

struct token {
	uint64_t hash;
	uint32_t at, end;
	bool begins;       /* a sentence: no pair with the word before */
	bool digit, brief; /* has a digit; at most SHORT_WORD letters */
	bool single;       /* a CJK character: half a word where lengths are judged */
};
struct tokens {
	struct token *at;
	size_t n, cap;
};
/* Adds the words of `text`, of which `base` is the offset of the first byte. */
void tokens_add(struct tokens *t, struct str text, size_t base);
/* Length of words [from, from + n) in half words. */
uint32_t tokens_halves(const struct token *from, size_t n);
/* Two of them at least are not such as stand everywhere. */
bool tokens_tell(const struct token *from, size_t n);

/* A pair of neighbouring words, or one word that tells: longer than SHORT_WORD letters, or with a digit, or a sentence of its own. */
struct pair {
	uint64_t hash;
	uint32_t first, n; /* its places in `places` */
	uint32_t df;       /* of find: sources that have it */
	uint32_t stamp;    /* of find: the last source that was seen to have it */
	float weight;
};
struct word_index {
	struct tokens words;
	struct pair *pairs;
	size_t n_pairs;
	uint32_t *places; /* indices of words: the (first) word, ascending within one pair */
	int32_t *pair_of; /* by word: the pair that begins with it, or NO_PAIR */
	int32_t *word_of; /* by word: it alone, or NO_PAIR */
	uint32_t *slot;   /* pair + 1, 0 free */
	size_t mask;
};
/* From ix->words, which are set; the rest is empty. */
void word_index_build(struct word_index *ix);
void word_index_done(struct word_index *ix);
/* The pair that begins with word i of other words; NO_PAIR. */
int32_t word_index_pair(const struct word_index *ix, const struct tokens *other, size_t i);
/* Word i of other words alone; NO_PAIR. */
int32_t word_index_word(const struct word_index *ix, const struct tokens *other, size_t i);

#endif
