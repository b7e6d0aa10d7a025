/* What differs between two JSON texts, by structure. Pure: no I/O, any bytes.
 *
 * Members of objects meet by key (their order says nothing; of a key given twice the last counts, RFC 8259 section 4), elements
 * of arrays by the longest common subsequence of equal ones (Myers, bounded as in diff.h); of what lies between, those meet that
 * name themselves alike (the value of "id", "key" or "name"), then those at the same place. Two numbers are equal by value: 1 and
 * 1.0 are, and what differs by 1e-12 of the larger or less; but of two integer literals every digit counts, since ids and
 * nanoseconds are exact. Strings are equal by their text, however escaped. */
#ifndef SPOOR_STORE_DIFF_JSON_H
#define SPOOR_STORE_DIFF_JSON_H

#include "store/base/arena.h"
#include "store/base/str.h"

enum {
	DIFF_JSON_MAX = 16 * 1024 * 1024, /* bytes per side */
	DIFF_JSON_OPS = 200000            /* rows; the rest of a comparison that has more is left out */
};

enum json_diff_kind {
	JSON_DIFF_INSIDE, /* an object or array in both; what differs in it follows, one deeper */
	JSON_DIFF_SAME,   /* n neighbours that are equal on both sides */
	JSON_DIFF_CHANGED,
	JSON_DIFF_ONLY_A,
	JSON_DIFF_ONLY_B
};

struct json_diff_op {
	enum json_diff_kind kind;
	uint32_t
	    depth; /* 0: the whole text, always the first op, and JSON_DIFF_INSIDE unless one is an object, the other an array */
	size_t up;          /* the JSON_DIFF_INSIDE it stands in; its own for the whole */
	struct str key;     /* of a member, unescaped; absent: an element. JSON_DIFF_SAME: of the first of them */
	int64_t at_a, at_b; /* of an element: its index, from 0; -1: not there, or no element */
	/* The value as written; absent where there is none. JSON_DIFF_SAME: a: the members (with their keys) or elements as A has
	 * them, with the commas between; b: absent. */
	struct str a, b;
	int64_t n; /* JSON_DIFF_SAME: how many; else 1 */
};

struct json_diff {
	struct json_diff_op
	    *ops; /* in document order: A's, what only B has after the neighbour it follows in B. In the arena */
	size_t n; /* 0: no difference anywhere */
	size_t n_changes; /* ops that are neither inside nor same */
	bool approximate; /* a bound was met: elements may meet worse than they could */
	bool cut;         /* more than DIFF_JSON_OPS */
};

/* False: either is no JSON object or array (or longer than DIFF_JSON_MAX, or nested deeper than SCAN_DEPTH_MAX); out is empty.
 * Values are slices of a and b, which must outlive them. Linear, but for sorting keys and aligning arrays. */
bool diff_json(struct arena *arena, struct str a, struct str b, struct json_diff *out);

/* Whether it is a JSON object or array, whatever stands in it: a look at its first byte and its last, not a scan. */
bool diff_json_may(struct str text);

/* Appends the path of an op as A has it, or as B has it; where that side has none, the other's: $.items[3].name, $["two words"]. */
void json_diff_path(struct buf *out, const struct json_diff *diff, size_t op, bool of_b);

#endif
