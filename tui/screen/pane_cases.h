/* The cases of a comparison as one list: class after class, a rule with the class's name before each but the first. Lines are
 * rows and rules; the cursor rests on rows only. Rows are those of a view, counted in it. */
#ifndef SPOOR_TUI_SCREEN_PANE_CASES_H
#define SPOOR_TUI_SCREEN_PANE_CASES_H

#include "store/query/begins.h"
#include "store/query/compare_view.h"
#include "store/query/marks.h"
#include "tui/canvas.h"
#include "tui/widget/list.h"

enum { CASES_SCORES = 100 };
#define CASES_NOT_LOOKED (BEGINS_NONE - 1)

struct cases {
	const struct compare *data;      /* borrowed */
	const struct compare_view *view; /* borrowed; of data */
	struct compare_order order;      /* that view has */
	int only;                        /* the class that shows alone; N_CLASSES: all do */
	int64_t first[N_CLASSES], n[N_CLASSES];
	size_t scores[CASES_SCORES],
	    n_scores;         /* of data->scores: those that are only ever 0 or 1 last, the verdict says as much */
	bool begins_expected; /* a column tells at which step the traces of a case first differ */
	const struct begins *begins; /* borrowed; NULL: not known yet */
	const uint32_t *differs; /* borrowed; one per row of data: a label of begins, BEGINS_NONE, CASES_NOT_LOOKED */
	const struct case_mark *marks[2]; /* borrowed; what people say of A's and B's answers */
	size_t n_marks[2];
	struct str find;
	bool old; /* data about to be replaced: dimmed */
};

/* Keeps order, only and find. */
void cases_set(struct cases *c, const struct compare *data, const struct compare_view *view);
void cases_show_only(struct cases *c, int class_);
int64_t cases_lines(const struct cases *c);
int64_t cases_line_of(const struct cases *c, int64_t row);
/* The row at a line, -1 for a rule or outside. */
int64_t cases_row_at(const struct cases *c, int64_t line);
const struct compare_row *cases_row(const struct cases *c, int64_t row);
/* The row of a case; -1: it does not show. */
int64_t cases_find_id(const struct cases *c, int64_t case_id);
/* Off a rule: to the row below it, or above when `up` and there is one. */
void cases_settle(const struct cases *c, struct list *list, bool up);

/* The order before or after (by: -1, 1) among those these runs have, round the ends. */
struct compare_order cases_next_order(const struct cases *c, struct compare_order order, int by);
/* "largest loss first", "groundedness: largest loss first", "fastest first" … */
void cases_order_words(const struct cases *c, struct compare_order order, struct buf *out);

void cases_draw_head(const struct cases *c, struct canvas line);
void cases_draw(const struct cases *c, const struct list *list, struct canvas pane);
/* "pass" "FAIL" "err" "2/3" of a side, with its role. */
enum role case_word(char out[16], const struct compare_side *side);

#endif
