/* Numbers and ids in text, in a form in which equal ones are equal: "1,200.50" is "1200.5", "05" is "5", "４２" is "42". A date is its
 * three numbers, a time its two. Letters right behind a number are its unit ("60d" is 60); otherwise a word with digits in it is an id
 * ("v12", "4b7f"), compared whole, in lower case. Three digits behind a point or a comma count as thousands ("1.234" is 1234), unless a zero
 * stands before it. English words for numbers ("sixty") are found, too, and said to be words. */
#ifndef SPOOR_STORE_STUDY_NUMBERS_H
#define SPOOR_STORE_STUDY_NUMBERS_H

#include "store/base/str.h"

struct number {
	size_t at, len; /* as written; without its unit */
	uint64_t hash;  /* of its normal form */
	uint64_t whole; /* seconds of a time ("11:14:23.5"): of those without their fraction; else as hash */
	bool word;      /* "sixty" */
};

struct numbers {
	struct str text;
	size_t at;
};

static inline struct numbers numbers_of(struct str text)
{
	return (struct numbers){text, 0};
}
/* The next one; false at the end. Linear, no memory; any bytes. */
bool numbers_next(struct numbers *n, struct number *out);

#endif
