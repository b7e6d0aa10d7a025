/* Two trees of spans beside each other: which span of the one is which of the other, what differs, where it begins. Pure.
 *
 * From the roots down: the children of two spans that belong together are put in line by their longest common subsequence, first of those
 * that agree in kind, name and arguments, then, between these, of those that agree in kind and name; between these again spans of one
 * kind with the same arguments, or the only two of one kind, belong together under another name (renamed). What is left over and
 * has its like, arguments and all, elsewhere in the other tree, has moved, and its children are put in line with it. (Tree matching by
 * levels and hashes: S. Chawathe, A. Rajaraman, H. Garcia-Molina, J. Widom, "Change Detection in Hierarchically Structured
 * Information", SIGMOD 1996, sections 5.3 and 6; here parents go first, since a trace's steps are told by who called them.)
 *
 * Deterministic, and the same the other way round: align(B, A) pairs what align(A, B) pairs (what was added is removed, what was
 * slower is faster). The order of rows is B's, with what only A has where it stood.
 * n log n, but for the exact subsequence: where the product of two lists of siblings is beyond ALIGN_CELLS, or all of them together
 * beyond ALIGN_CELLS_ALL, the longest run of equal ones in order is taken instead, k-th like with k-th (`bounded`). */
#ifndef SPOOR_STORE_STUDY_ALIGN_H
#define SPOOR_STORE_STUDY_ALIGN_H

#include "store/base/vec.h"
#include "store/study/path.h"

#define ALIGN_NONE UINT32_MAX
enum { ALIGN_CELLS = 1 << 20, ALIGN_CELLS_ALL = 1 << 25 };

enum align_mark {
	ALIGN_ADDED = 1 << 0,   /* only B has it */
	ALIGN_REMOVED = 1 << 1, /* only A */
	ALIGN_MOVED = 1 << 2,   /* below another span, or in another order */
	ALIGN_RENAMED = 1 << 3,
	ALIGN_MODEL = 1 << 4,
	ALIGN_INPUT = 1 << 5,     /* other arguments; both are known */
	ALIGN_OUTPUT = 1 << 6,    /* likewise */
	ALIGN_DOCUMENTS = 1 << 7, /* never set here: who has the texts does (store/query/trace_diff.h) */
	ALIGN_STATUS = 1 << 8,
	ALIGN_SLOWER = 1 << 9, /* B's, by more than ALIGN_RATIO of the longer and least_ns */
	ALIGN_FASTER = 1 << 10
};
#define ALIGN_RATIO 0.2
/* What tells where two runs part: not how long they took. */
#define ALIGN_GOES_IN   (ALIGN_ADDED | ALIGN_REMOVED | ALIGN_MOVED | ALIGN_RENAMED | ALIGN_MODEL | ALIGN_INPUT)
#define ALIGN_COMES_OUT (ALIGN_OUTPUT | ALIGN_DOCUMENTS | ALIGN_STATUS)

struct align_row {
	uint32_t a, b; /* ALIGN_NONE: not there */
	uint32_t up;   /* rows back to the parent, 0: a root */
	uint32_t depth;
	uint32_t size;    /* rows of its subtree, itself too */
	uint32_t changes; /* of these, with a mark */
	uint16_t marks;
};
struct align {
	struct align_row *rows; /* in pre-order */
	uint32_t n;
	bool bounded;
};
/* least_ns: a difference in time that is smaller is none. Ends with align_done. */
void align_run(const struct path_span *a, uint32_t n_a, const struct path_span *b, uint32_t n_b, int64_t least_ns,
               struct align *out);
void align_done(struct align *out);
void align_count(struct align *out); /* fills `changes` again, after marks were added */

/* The first row at which the runs part, in the order of things: what goes into a step counts when it begins, what comes out of it when
 * it ends, so after all below it. ALIGN_NONE: nowhere. */
uint32_t align_first(const struct align *x);
/* All such places in that order, at most `most` of them; a row may be two: what goes in, what comes out. What lies below a span that
 * only one side has is told by it, and is none of its own. Returns how many were written. Linear. */
struct align_place {
	uint32_t row;
	uint16_t marks; /* those of its ALIGN_GOES_IN, or of its ALIGN_COMES_OUT */
};
size_t align_places(const struct align *x, struct align_place *out, size_t most);

#endif
