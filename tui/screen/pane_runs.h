/* The list of eval runs: a rule for each dataset and its runs below it. Lines are rules and runs; the cursor rests on runs. */
#ifndef SPOOR_TUI_SCREEN_PANE_RUNS_H
#define SPOOR_TUI_SCREEN_PANE_RUNS_H

#include "store/query/trend.h"
#include "tui/canvas.h"
#include "tui/columns.h"
#include "tui/screen.h"
#include "tui/screen/pane_baselines.h"
#include "tui/widget/list.h"

enum { RUNS_MARKS = 50, RUNS_SCORES = 200 };

struct runs_group {
	size_t first, n; /* of the page's rows */
	bool by_model;   /* all have one name and several models: these tell them apart */
	const struct trend_series *series;
};

/* A column of the list: of the table, the picture of the pass rate, or the mean of a score. */
struct runs_column {
	const struct column *column; /* NULL: the other two */
	struct str score;
	int cols;
};

struct runs_view {
	struct run_page page;
	struct trends trends;
	struct runs_group *groups; /* made by runs_make_groups; the owner frees these three */
	size_t *places;            /* of each row in its series, TREND_NOWHERE: in none */
	struct runs_column *columns;
	size_t n_groups, n_columns;
	uint64_t choices;   /* of people (list_choices) that these columns are by */
	size_t n_drifting;  /* groups whose newest run has left its band */
	int name_cols;      /* of the longest name */
	bool versions_said; /* every run's name holds its prompt version */
	struct list list;   /* over the lines */
	int64_t marks[RUNS_MARKS];
	int n_marks;
	const struct baseline *baselines; /* borrowed */
	size_t n_baselines;
	size_t shift; /* the first column that shows after time and name */
	int sort;     /* a column; -1: the time, -2: the name */
	bool ascending;
	struct str find;
};

enum { RUNS_BY_TIME = -1, RUNS_BY_NAME = -2 };

void runs_view_done(struct runs_view *v);
/* Other columns were chosen: these, the order by the same one if it is still there. */
void runs_choose_columns(struct runs_view *v);
void runs_make_groups(struct runs_view *v); /* after a new page; orders it */
void runs_order(struct runs_view *v);       /* after sort or ascending changed */
int64_t runs_lines(const struct runs_view *v);
int64_t runs_line_of(const struct runs_view *v, size_t row);
/* The group a line belongs to; *row: its run, or -1 for the rule above them. */
size_t runs_group_at(const struct runs_view *v, int64_t line, int64_t *row);
const struct run_row *runs_cursor(const struct runs_view *v); /* NULL: the list is empty */
const struct run_row *runs_by_id(const struct runs_view *v, int64_t id);
const struct runs_group *runs_group_of(const struct runs_view *v, const struct run_row *row);
/* What tells a run apart from the others of its dataset: its name, or the model. */
struct str runs_label(const struct runs_group *group, const struct run_row *row);
/* Where a run stands in the series of its dataset; TREND_NOWHERE: there is none. */
size_t runs_place_of(const struct runs_view *v, const struct run_row *row);
/* The figures that its series is told by: pass, or the first score; NULL: there are none. */
const struct trend_metric *runs_metric(const struct runs_group *group);
bool runs_is_baseline(const struct runs_view *v, int64_t id);
bool runs_is_marked(const struct runs_view *v, int64_t id);
/* Off a rule: to the run below it, or above when `up` and there is one. */
void runs_settle(struct runs_view *v, bool up);

/* The next or previous set of columns in a list of that width; false: there is none. */
bool runs_sideways(struct runs_view *v, int cols, bool right);
/* Sorts by the next or previous column, and shows it. */
void runs_sort_step(struct runs_view *v, int cols, int step);
/* By a column's name or a score's; false: there is none. */
bool runs_sort_by(struct runs_view *v, struct str name, bool ascending);
void runs_sort_name(const struct runs_view *v, struct buf *out);

/* The head and the list. */
void runs_view_draw(const struct runs_view *v, const struct ui *ui, struct canvas pane);

#endif
