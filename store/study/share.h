/* Does a call's input use what another call answered? Pure: texts in, an answer and the word that tells.
 *
 * Texts are compared by their words: runs of letters and digits (all bytes from 0x80 on are letters) of at least SHARE_WORD bytes, of
 * figures from SHARE_FIGURE on. Of JSON only the values count, not the names of members. A word is evidence if it stands in
 * what the first call answered and in what the second was asked, and in nothing that both could have had it from: what the first was
 * asked, what came in around them. So the same account number in both inputs is no link, a number that only an answer brought is.
 * What is shorter is not compared: an answer that has no such word but is not empty cannot be told. Two calls can also hang together by a
 * decision, or by what they do to the world; no text says so. */
#ifndef SPOOR_STORE_STUDY_SHARE_H
#define SPOOR_STORE_STUDY_SHARE_H

#include "store/base/str.h"

enum { SHARE_WORD = 4, SHARE_FIGURE = 3, SHARE_WORDS = 20000 /* of a text; what comes after is not looked at */ };

enum share { SHARE_UNKNOWN, SHARE_NOTHING, SHARE_SOME };

struct share_word {
	uint64_t hash;
	uint32_t at, len; /* in the text */
};
struct share_words {
	struct share_word *at; /* by hash, each once */
	size_t n;
	bool cut;   /* there were more */
	bool known; /* the text was there */
	bool bare;  /* it was not empty, but has no word to compare */
};
/* text absent: not known. Ends with share_words_done. */
void share_words(struct str text, struct share_words *out);
void share_words_done(struct share_words *w);

/* output: of the first call; input: of the second; own: input of the first; around: of what is around both. *word: where in the output's
 * text the telling word stands, for SHARE_SOME. */
enum share share_of(const struct share_words *output, const struct share_words *input, const struct share_words *own,
                    const struct share_words *around, struct share_word *word);

#endif
