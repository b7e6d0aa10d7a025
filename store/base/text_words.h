/* Words of text, as full-text search knows them. A word is a run of letters, digits and marks; letters of both cases are one, and
 * so are Latin, Greek and Cyrillic letters with and without diacritics ("Café" is "cafe"). Chinese, Japanese, Korean, Thai, Lao,
 * Khmer and Burmese are written without blanks between words: each of their characters is a word of its own, `single`. */
#ifndef SPOOR_STORE_BASE_TEXT_WORDS_H
#define SPOOR_STORE_BASE_TEXT_WORDS_H

#include "store/base/str.h"

struct word {
	size_t at, len;   /* its bytes in the text */
	uint64_t hash;    /* of the folded word */
	uint32_t n_codes; /* code points that count */
	bool single;      /* a character that is a word by itself */
	bool glued;       /* follows the word before it without anything between */
};

struct words {
	struct str text;
	size_t at;  /* next byte to look at */
	size_t end; /* of the word before; SIZE_MAX: none yet */
};

static inline struct words words_of(struct str text)
{
	return (struct words){text, 0, SIZE_MAX};
}
/* The next word; false at the end. Ill-formed bytes stand between words. Linear, no memory. */
bool words_next(struct words *w, struct word *out);
/* What "/" and a search over all texts look for. A plain text is found as it stands (ignore_case: letters of both cases alike). One that
 * begins with a newline is several, one a line, of which any is found, by words: "\nrefund\nopen case\niban*": a blank is whatever
 * stands between two words, * any end of a word; what has no word is found as it stands. From byte `from` on; SIZE_MAX: not there. *len:
 * bytes of the match. */
size_t words_find(struct str text, struct str what, size_t from, bool ignore_case, size_t *len);

/* Hash of the first n code points of a word: equal to the hash of the word that has only these. n <= its n_codes. */
uint64_t words_prefix(struct str word, uint32_t n);

#endif
