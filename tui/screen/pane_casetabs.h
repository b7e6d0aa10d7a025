/* The tabs of a case whole, each laid out on a sheet. */
#ifndef SPOOR_TUI_SCREEN_PANE_CASETABS_H
#define SPOOR_TUI_SCREEN_PANE_CASETABS_H

#include "tui/screen/pane_casediff.h"
#include "tui/widget/list.h"

enum case_tab {
	CASE_TAB_ALL,
	CASE_TAB_EXPECTED,
	CASE_TAB_INPUT,
	CASE_TAB_SCORES,
	CASE_TAB_REPEATS,
	CASE_TAB_METADATA,
	CASE_TAB_RAW,
	N_CASE_TABS
};

struct casetabs_look {
	struct case_show show;
	bool of_a; /* expected: against A's answer, not B's */
	int64_t now_ns;
	bool tight; /* few rows: none of them empty for the eye alone */
};

/* Any tab but REPEATS and RAW. What is borrowed from w must outlive the sheet's use. */
void casetabs_lay(struct sheet *s, int cols, enum case_tab tab, const struct case_whole *w,
                  const struct casetabs_look *look);
/* The texts that are compared on a tab; NULL: none are. */
const struct case_texts *casetabs_texts(const struct case_whole *w, enum case_tab tab,
                                        const struct casetabs_look *look);
/* What a tab shows as plain text, whole: for the clipboard, the pager, the editor. */
void casetabs_copy(struct buf *out, const struct case_whole *w, enum case_tab tab, const struct casetabs_look *look);

/* "A  passed  repeat 2 of 3  4.63s  $0.0412": verdict and figures of one side. */
void case_head(struct flow *f, const struct case_whole_side *side, const struct case_repeats_side *repeats,
               const char *name, bool ascii);
enum role case_status_role(enum case_status status);
/* "Lost", "Won", "New error" by the verdicts of both sides over their repeats; NULL: none of these. */
const char *case_outcome(const struct case_whole *w);

/* ---- scores and figures (pane_casescores.c) */
/* Every score beside itself, explanations with their changed words; the same explanation stands there once. */
void casescores_lay(struct sheet *s, const struct case_whole *w, const struct case_show *show);
void casescores_figures(struct sheet *s, const struct case_whole *w,
                        bool ascii); /* A, B, B−A of the repeats that show */
void casescores_means(struct sheet *s, const struct case_whole *w, bool ascii); /* of the means over all repeats */
/* "✓ 0.94 needs 0.7  why" */
void casescores_add(struct flow *f, const struct score *score, bool why, bool ascii);

/* ---- the table of repeats (pane_caserepeats.c) */
struct caserepeats {
	const struct case_whole *w; /* borrowed */
	struct list list;           /* over numbers of repeats that either side has */
	int64_t *numbers;           /* ascending */
	size_t score;               /* of w->repeats.scores: shown where not all fit */
	bool ascii;
};
void caserepeats_set(struct caserepeats *r, const struct case_whole *w);
void caserepeats_done(struct caserepeats *r);
/* The sheet below the table: each answer once, with how often each side gave it. */
void caserepeats_answers(struct sheet *s, int cols, const struct case_whole *w, const struct case_show *show);
int caserepeats_rows(const struct caserepeats *r, int rows); /* of the table, head and all, in a pane of so many rows */
void caserepeats_draw(const struct caserepeats *r, struct canvas pane);

#endif
