/* Where regressions begin, drawn: the answer in a sentence, the table of steps, the cases behind the line under the cursor. */
#ifndef SPOOR_TUI_SCREEN_PANE_BEGINS_H
#define SPOOR_TUI_SCREEN_PANE_BEGINS_H

#include "store/query/begins.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/list.h"

struct begins_view {
	const struct compare *compare; /* borrowed */
	const struct begins *begins;   /* likewise */
	struct list table, cases;
	bool in_cases;  /* where the cursor is */
	size_t *behind; /* of begins.cases: those behind the line under the cursor, in the order of the comparison */
	size_t n_behind;
	struct sheet head;
	int head_rows; /* of the screen it was laid out for */
	struct str find;
};

struct begins_places {
	int head_rows, titles_row, table_row, table_rows, cases_row,
	    cases_rows; /* cases_row: its first case; the rule is above */
};
void begins_view_done(struct begins_view *v);
/* Lays the head out for this width, and the pages of both lists. Call after the data or the size changed. */
void begins_lay_out(struct begins_view *v, int rows, int cols);
struct begins_places begins_places(const struct begins_view *v, int rows);
/* The cases behind the line under the table's cursor, anew; the cursor on the first. */
void begins_gather(struct begins_view *v);
const struct begins_line *begins_line_at(const struct begins_view *v, int64_t at); /* NULL: none */
const struct begins_case *begins_case_at(const struct begins_view *v, int64_t at); /* likewise */
/* Off a heading. */
void begins_settle(struct begins_view *v, bool up);
void begins_draw(const struct begins_view *v, struct canvas body);

#endif
