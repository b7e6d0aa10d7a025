/* The list of eval runs: a rule for each dataset and its runs below it. Lines are rules and runs; the cursor rests on runs. */
#ifndef SPOOR_TUI_SCREEN_PANE_RUNS_H
#define SPOOR_TUI_SCREEN_PANE_RUNS_H

#include "store/query/runs.h"
#include "tui/canvas.h"
#include "tui/screen.h"
#include "tui/widget/list.h"

enum { RUNS_MARKS = 2 };

struct runs_group {
	size_t first, n; /* of the page's rows */
};

struct runs_view {
	struct run_page page;
	struct runs_group *groups; /* made by runs_make_groups; the owner frees */
	size_t n_groups;
	bool versions_said;                  /* every run's name holds its prompt version */
	struct list list;                    /* over the lines */
	int64_t marks[RUNS_MARKS], baseline; /* run ids; 0 none */
	struct str find;
};

void runs_make_groups(struct runs_view *v); /* after a new page */
int64_t runs_lines(const struct runs_view *v);
int64_t runs_line_of(const struct runs_view *v, size_t row);
/* The group a line belongs to; *row: its run, or -1 for the rule above them. */
size_t runs_group_at(const struct runs_view *v, int64_t line, int64_t *row);
const struct run_row *runs_cursor(const struct runs_view *v); /* NULL: the list is empty */
const struct run_row *runs_by_id(const struct runs_view *v, int64_t id);
/* Off a rule: to the run below it, or above when `up` and there is one. */
void runs_settle(struct runs_view *v, bool up);

/* The head and the list. */
void runs_view_draw(const struct runs_view *v, const struct ui *ui, struct canvas pane);

#endif
