/* Several runs beside each other: a row for each figure, a column for each run, the best of a row marked. */
#ifndef SPOOR_TUI_SCREEN_PANE_BESIDE_H
#define SPOOR_TUI_SCREEN_PANE_BESIDE_H

#include "store/query/pass_k.h"
#include "store/query/runs.h"
#include "tui/canvas.h"
#include "tui/columns.h"

struct beside_run {
	struct run_row row;
	struct pass_ks pass_k; /* without intervals */
};

struct beside_row {
	struct str label;
	int better;           /* +1 more is, -1 less is, 0: neither */
	bool picture;         /* of the pass rate and its interval, 0 to 100 % */
	struct value *values; /* of each run, in the order in which they came */
	bool *best;           /* of each run */
	const char *about;    /* what it is, for the status line; NULL: its label says it */
};

struct beside_table {
	struct arena arena;
	struct beside_row *rows;
	size_t n;
	size_t n_datasets; /* more than one: no best is marked, they were asked different things */
	bool by_model;     /* all have one name and several models: these tell them apart */
	int label_cols, run_cols;
	int whole_cols; /* of a run's column that cuts no value, if there is room; at least run_cols */
};

/* runs and their texts must outlive the table. */
void beside_make(struct beside_table *t, const struct beside_run *runs, size_t n);
/* What tells a run apart from the others: its name, or the model. */
struct str beside_label(const struct beside_table *t, const struct beside_run *run);
void beside_done(struct beside_table *t);
/* The order of the runs by a row, the best first (a row without better or worse: the largest, or from A on); reverse: the other way round. */
void beside_order(const struct beside_table *t, size_t n, size_t row, bool reverse, size_t *order);

#endif
