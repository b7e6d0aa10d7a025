/* The cases of a comparison as one list: class after class, a rule with the class's name before each but the first. Lines are
 * rows and rules; the cursor rests on rows only. */
#ifndef SPOOR_TUI_SCREEN_PANE_CASES_H
#define SPOOR_TUI_SCREEN_PANE_CASES_H

#include "store/query/compare.h"
#include "tui/canvas.h"
#include "tui/widget/list.h"

enum { CASES_SCORES = 100 };

struct cases {
	const struct compare *data; /* borrowed */
	int64_t first[N_CLASSES], n[N_CLASSES];
	size_t score; /* which of the scores the list shows first, counted in `order` */
	size_t order[CASES_SCORES],
	    n_scores; /* of data->scores: those that are only ever 0 or 1 last, the verdict says as much */
	struct str find;
	bool old; /* data about to be replaced: dimmed */
};

void cases_set(struct cases *c, const struct compare *data);
int64_t cases_lines(const struct cases *c);
int64_t cases_line_of(const struct cases *c, int64_t row);
/* The row at a line, -1 for a rule or outside. */
int64_t cases_row_at(const struct cases *c, int64_t line);
/* Off a rule: to the row below it, or above when `up` and there is one. */
void cases_settle(const struct cases *c, struct list *list, bool up);

void cases_draw_head(const struct cases *c, struct canvas line);
void cases_draw(const struct cases *c, const struct list *list, struct canvas pane);
/* "pass" "FAIL" "err" "2/3" of a side, with its role. */
enum role case_word(char out[16], const struct compare_side *side);

#endif
