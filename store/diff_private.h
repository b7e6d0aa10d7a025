/* The search for what two rows of tokens share (Myers), for every diff here. */
#ifndef SPOOR_STORE_DIFF_PRIVATE_H
#define SPOOR_STORE_DIFF_PRIVATE_H

#include "store/base/vec.h"

struct token {
	size_t at, len;
	uint32_t id;  /* same in both texts for the same bytes */
	bool blank;   /* white space without a line end */
	bool changed; /* on this side only */
};

struct tokens {
	struct token *at;
	size_t n, cap;
};

/* Marks, by their ids, the tokens that only one side has. Returns whether the bound on work was met. */
bool diff_mark_changed(struct tokens *a, struct tokens *b);

#endif
