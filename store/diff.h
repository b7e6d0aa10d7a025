/* What differs between two texts, by words or by lines. Pure: no I/O, any bytes.
 *
 * Myers 1986 (Algorithmica 1:251), linear space, with a bound on the work: where two stretches share next to nothing the
 * result may be longer than the shortest possible, never wrong. Words: a token is a run of word characters, a run of
 * blanks, a line end, or one other character with what belongs to its grapheme cluster (CJK: one character each). No token
 * ends inside a UTF-8 sequence. Single blanks that are all that two replaced words share join them to one change. */
#ifndef SPOOR_STORE_DIFF_H
#define SPOOR_STORE_DIFF_H

#include "store/base/arena.h"
#include "store/base/str.h"

enum {
	DIFF_MAX_WORDS =
	    20000, /* tokens per side, beside what both begin and end with alike where there are more; beyond: lines */
	DIFF_MAX_LINES = 200000, /* per side; beyond: the whole */
};

/* From fine to coarse. */
enum diff_unit { DIFF_WORDS, DIFF_LINES, DIFF_WHOLE };
enum diff_kind { DIFF_EQUAL, DIFF_ONLY_A, DIFF_ONLY_B };

/* Bytes of both texts: equal has the same bytes in both; only_a has b_len 0, only_b has a_len 0 (the _at says where). */
struct diff_op {
	enum diff_kind kind;
	size_t a_at, a_len, b_at, b_len;
};

/* In order. Equal and only_a joined give A, equal and only_b give B. No op is empty, no two neighbours are of one kind, and
 * only_a stands before only_b. */
struct diff {
	struct diff_op *ops; /* in the arena */
	size_t n;
	size_t n_changes;    /* stretches between equal ones */
	enum diff_unit unit; /* what it was done by: coarser than asked if a side was too long; say so on the screen */
	bool approximate;    /* the bound on work was met: perhaps not the shortest */
};

/* Linear in the texts, plus tokens times differences (bounded: 0.1 s for 20,000 words, 0.5 s for 200,000 lines, measured). */
struct diff diff_text(struct arena *arena, struct str a, struct str b, enum diff_unit unit);

#endif
