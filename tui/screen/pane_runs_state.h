/* The state of the screen of runs, which its keys (pane_runs_keys.c) share with what reads and draws (runs.c). */
#ifndef SPOOR_TUI_SCREEN_PANE_RUNS_STATE_H
#define SPOOR_TUI_SCREEN_PANE_RUNS_STATE_H

#include "tui/screen/pane_run.h"
#include "tui/screen/pane_runs.h"

enum runs_ask { RUNS_ASK_NOTHING, RUNS_ASK_RUNS, RUNS_ASK_DETAIL, RUNS_ASK_MORE, RUNS_ASK_KEEP };
enum runs_details { DETAILS_IF_ROOM, DETAILS_ON, DETAILS_OFF };

struct runs_state {
	struct runs_view view;
	bool loaded, failed;
	uint64_t generation, serial, asked_generation;
	enum runs_ask asked;
	int64_t source; /* begin on a run of this source; 0 once there */
	int64_t start;  /* on this run, likewise */
	char filter[256];
	char order[48]; /* that it was opened with, until there are rows; empty: none */
	struct buf find;
	/* baselines */
	struct arena baseline_arena;
	struct baseline *baselines;
	size_t n_baselines;
	struct str keep_dataset, keep_run; /* what is to be remembered; of the same arena */
	bool keep;
	/* the pane beside or below */
	enum runs_details details;
	bool masked;                  /* what is kept was read so (ui->masked) */
	int64_t detail_run, more_run; /* the runs `detail` and `more` belong to */
	struct arena detail_arena, more_arena;
	struct run_detail detail;
	struct pass_ks pass_k;
	double shared;
	struct sheet sheet;
	int64_t sheet_run;
	int sheet_top;
	bool fresh;
	bool recalls;       /* the filter was brought back, the rest is to be */
	bool filter_is_old; /* it was brought back */
};

struct runs_places {
	int list_cols, list_rows;                     /* without the head */
	int pane_row, pane_col, pane_rows, pane_cols; /* pane_cols 0: none */
};

struct runs_places runs_places_of(const struct runs_state *st, int rows, int cols);
/* The columns the list itself has. */
int runs_list_cols(const struct screen *screen);
const struct baseline *runs_baseline_of(const struct runs_state *st, struct str dataset); /* NULL: it has none */

extern const struct action runs_actions[];

#endif
