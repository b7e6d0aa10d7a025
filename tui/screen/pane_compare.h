/* The screen of a comparison without its keys and requests: its state, where things stand in it, what it draws. */
#ifndef SPOOR_TUI_SCREEN_PANE_COMPARE_H
#define SPOOR_TUI_SCREEN_PANE_COMPARE_H

#include "tui/screen.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_cases.h"

enum compare_ask { ASK_NOTHING, ASK_LOST, ASK_ROWS, ASK_FIGURES, ASK_CASE };

struct compare_state {
	int64_t a, b;
	struct compare data;
	bool loaded, failed;
	bool figures, figures_failed;
	uint64_t generation;    /* of data */
	enum compare_ask asked; /* what is under way */
	uint64_t serial;        /* of the newest request */
	uint64_t asked_generation;
	struct cases cases;
	struct list list; /* over the lines of cases */
	struct case_pair pair;
	bool pair_failed; /* for pair's case: nothing more will come */
	char start[256];  /* key of the case to begin on */
	struct sheet sheet;
	bool whole; /* a case fills the screen */
	int top;    /* first row of it */
	bool fresh; /* sheet is of the pair, size and look below */
	int sheet_cols, sheet_rows;
	bool sheet_whole;
	bool expected, all_metrics;
	struct buf find;
};

/* NULL: there is no case. */
const struct compare_row *compare_cursor(const struct compare_state *st);
void compare_go_to(struct compare_state *st, int64_t row);
/* Fits the list to the body and lays the case's texts out again if the case, the size or the look changed. */
void compare_lay_out(struct screen *screen);

/* "A name version → B name version" from col on, each with what room it needs. */
void compare_put_sides(struct canvas row, int col, const struct ui *ui, const struct run_row *run_a,
                       const struct run_row *run_b);
void compare_draw(const struct screen *screen, struct canvas body);
void compare_headline(const struct screen *screen, struct canvas row);
void compare_status(const struct screen *screen, struct buf *out);

#endif
