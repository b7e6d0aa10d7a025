/* The sentences of a text as models write them: prose in paragraphs, Markdown (headings, lists, quotations, tables, fenced code), Chinese
 * and Japanese without blanks. A sentence is a slice of the text, without the white space around it and the mark of its list item.
 *
 * It ends with . ! ? … or their like (。！？।), with closing quotation marks and brackets behind them, if white space follows and what
 * comes then does not go on in lower case; after an initial ("J. Smith") or a title ("Dr.", "e.g.", "z.B.") it does not. Each heading, list item
 * and row of a table begins a new one; so does a line after one that ends early, but not one after a line that was only wrapped. Fenced
 * code is one sentence, however long; any other is cut at a blank when it grows beyond SENTENCE_BYTES. What holds no letter or digit is
 * none ("---"). The rules are for European scripts and CJK; no dictionary. */
#ifndef SPOOR_STORE_STUDY_SENTENCES_H
#define SPOOR_STORE_STUDY_SENTENCES_H

#include "store/base/str.h"

enum { SENTENCE_BYTES = 2000 };

struct sentence {
	size_t at, len;
	bool code; /* a fenced block, with its fences */
};

struct sentences {
	struct str text;
	size_t at;
	bool line_begins; /* private: `at` is the first of a line */
};

static inline struct sentences sentences_of(struct str text)
{
	return (struct sentences){text, 0, true};
}
/* The next one; false at the end. Linear, no memory; any bytes. */
bool sentences_next(struct sentences *s, struct sentence *out);

#endif
