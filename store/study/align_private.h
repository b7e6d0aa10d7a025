/* The longest common subsequence of two lists of keys, exact or bounded. */
#ifndef SPOOR_STORE_STUDY_ALIGN_PRIVATE_H
#define SPOOR_STORE_STUDY_ALIGN_PRIVATE_H

#include "store/base/vec.h"

struct align_match {
	size_t a, b;
};

struct align_lcs {
	uint64_t *a, *b; /* keys, the caller fills them; 0: like nothing */
	size_t a_cap, b_cap;
	VEC(struct align_match) pairs; /* out: rising in both */
	size_t cells_left;
	bool bounded; /* some time it was not exact */
	uint16_t *cells;
	size_t cells_cap;
};
void align_lcs_keys(struct align_lcs *l, size_t n_a, size_t n_b); /* room for so many */
void align_lcs_run(struct align_lcs *l, size_t n_a, size_t n_b);
void align_lcs_done(struct align_lcs *l);

#endif
