/* Figures over many traces as a table with small bars, a head above it, and all of one row below or beside it. */
#ifndef SPOOR_TUI_SCREEN_PANE_INSIGHTS_H
#define SPOOR_TUI_SCREEN_PANE_INSIGHTS_H

#include "store/query/stats.h"
#include "tui/columns.h"
#include "tui/screen.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/list.h"

enum { INSIGHTS_OWN_ORDER = -1 };

struct insights_view {
	const struct stats *head;  /* any that is loaded; NULL: none yet */
	const struct stats *stats; /* of the section that shows; NULL: not yet */
	bool failed;               /* it could not be read */
	enum stats_by by;
	const struct column *sort; /* NULL: the section's own order */
	bool ascending;
	size_t *order; /* of the section's rows */
	struct list list;
	double times; /* of the projection */
	struct str find;
	/* all of the row under the cursor */
	struct sheet sheet;
	int64_t sheet_row;
};

/* Where things stand in a body of that size. */
struct insights_places {
	int head_rows, tabs_row, titles_row, list_row, list_rows, list_cols;
	int pane_row, pane_col, pane_rows, pane_cols; /* pane_rows 0: no room */
	bool beside;
};
struct insights_places insights_places(int rows, int cols);

const struct column *insights_columns(enum stats_by by);
size_t insights_rows(const struct insights_view *v);
void insights_order(struct insights_view *v); /* after new rows or another order; the owner frees v->order */
/* The row at a place of the list; NULL: none, or it is of the other sort. */
const struct stats_row *insights_row(const struct insights_view *v, int64_t at);
const struct stats_document *insights_document(const struct insights_view *v, int64_t at);
struct str insights_name(const struct insights_view *v, int64_t at);
struct str insights_filter(const struct insights_view *v, int64_t at);

/* The columns that show in that width, in order, for `<` and `>`; their number. */
enum { INSIGHTS_COLUMNS = 24 };
size_t insights_shown(const struct insights_view *v, int cols, const struct column *shown[INSIGHTS_COLUMNS]);

void insights_lay_out(struct insights_view *v, int cols, bool ascii); /* the sheet, for the row under the cursor */
void insights_draw(const struct insights_view *v, const struct ui *ui, struct canvas body);
/* "of the newest 1,200 of 555,000 traces" where it is not all; appends. */
void insights_part(struct buf *out, const struct stats *s, enum stats_by by);

#endif
