/* Judges on trial: the list of them with all of one beside or below, one judge's lists of answers, and one answer whole. */
#ifndef SPOOR_TUI_SCREEN_PANE_JUDGES_H
#define SPOOR_TUI_SCREEN_PANE_JUDGES_H

#include "store/query/judges.h"
#include "tui/screen.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/list.h"

enum judges_level { JUDGES_ALL, JUDGES_ONE, JUDGES_ITEM };
enum judges_tab { TAB_ABOUT, TAB_DISAGREEMENTS, TAB_FLIPS, TAB_NEXT, TAB_OTHERS, N_JUDGES_TABS };

struct judges_view {
	struct judges judges;
	bool loaded, failed;
	enum judges_level level;
	enum judges_tab tab;
	struct list list;  /* of judges */
	struct list items; /* of the tab's rows */
	/* all of the judge under the cursor */
	struct sheet sheet;
	const struct judge *sheet_of;
	int sheet_top;
	/* an answer whole */
	struct arena reading_arena;
	struct judge_reading reading;
	struct judge_item read; /* which one it is of; key absent: none */
	bool reading_failed;
	struct sheet page;
	bool page_fresh;
	int page_top;
};

struct judges_places {
	int list_row, list_rows, list_cols;           /* the list's titles stand on the row above it */
	int pane_row, pane_col, pane_rows, pane_cols; /* pane_rows 0: no room */
	bool beside;
};
struct judges_places judges_places(const struct judges_view *v, int rows, int cols);

const struct judge *judges_cursor(const struct judges_view *v);    /* NULL: none */
const struct judge_item *judges_item(const struct judges_view *v); /* under the cursor of the tab; NULL: none */
const struct judge_item *judges_items(const struct judges_view *v, size_t *n); /* of the tab */
size_t judges_rows(const struct judges_view *v, enum judges_tab tab);
bool judges_same_item(const struct judge_item *a, const struct judge_item *b);

void judges_lay_out(struct judges_view *v, const struct ui *ui, int rows, int cols);
void judges_draw(const struct judges_view *v, const struct ui *ui, struct canvas body);

#endif
