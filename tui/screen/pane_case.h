/* One case of two runs: what was asked, what A and B answered with the changed words marked, and what the judges said of both.
 * Loading (query thread) and laying out on a sheet (user's thread), for the pane under the list of cases or beside it; the screen Case
 * has all of it (pane_casetabs.h). */
#ifndef SPOOR_TUI_SCREEN_PANE_CASE_H
#define SPOOR_TUI_SCREEN_PANE_CASE_H

#include "store/diff.h"
#include "store/query/case.h"
#include "store/query/compare.h"
#include "store/query/marks.h"
#include "tui/screen.h"
#include "tui/screen/pane_flow.h"

struct case_side {
	bool present;
	int64_t repeat; /* its number, from 0 */
	struct case_at at;
	struct case_detail detail;
	struct opinion *opinions; /* of people, by author */
	size_t n_opinions;
	struct str answer; /* the output; where there is none, the error's text; may be absent */
};

struct case_pair {
	struct arena arena;                  /* owns all below */
	int64_t case_id, record_a, record_b; /* which case this is; record 0: not in that run */
	struct case_side a, b;
	struct diff diff; /* of the answers, by words; no ops unless both are there */
};

/* Of a case with repeats the pair of them that tells most (query/case_repeats.h). */
bool case_pair_load(struct db *db, const struct compare_row *row, struct case_pair *out, struct err *err);
void case_pair_done(struct case_pair *p);
bool case_pair_is_of(const struct case_pair *p, const struct compare_row *row);

/* Why, in one line, for the rule above the pane: the error, or what the judge that failed B said; if B passed and A did not, the
 * same of A: who ("B groundedness: ") and why. Appends nothing if nobody failed it or gave no reason. */
void case_reason(const struct case_pair *p, struct buf *who, struct buf *why);

struct case_look {
	bool ascii;
	bool brackets;     /* marks changes with [-…-] and {+…+}: where no colour does */
	bool side_by_side; /* A left, B right */
	bool expected;     /* the excerpt: with the expected answer */
	bool tight;        /* the document: without empty rows */
	int64_t now_ns;
};
/* The changed words of both answers with a little around them, in at most `rows` rows. */
void case_excerpt(struct sheet *s, int cols, int rows, const struct case_pair *p, const struct case_look *look);
/* Parts of both: a stretch that only one side has, an op's bytes on a side, whether both answered the same. */
void case_add_change(struct flow *f, bool is_b, struct str text, bool brackets);
struct str case_of_op(const struct case_pair *p, const struct diff_op *op, bool is_b);
bool case_answers_equal(const struct case_pair *p);
struct str case_expected(const struct case_pair *p);
struct str case_input(const struct case_pair *p);
const char *case_no_answer(const struct case_side *side); /* words for it */

/* As much of it as a pane shows, the answers first (pane_document.c). */
void case_document(struct sheet *s, int cols, const struct case_pair *p, const struct compare_row *row,
                   const struct case_look *look);
/* The first row after (before) `from` where a stretch of changed words begins; -1: none. */
int case_next_change(const struct sheet *s, int from, bool forward);
/* Moves *top there, or says that there is none; s NULL: what shows has no changes. */
void case_go_to_change(struct ui *ui, const struct sheet *s, int *top, bool forward);

#endif
