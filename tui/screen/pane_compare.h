/* The screen of a comparison (compare.c): its state, where things stand in it and what it draws (pane_compare.c), what it asks of the
 * store (pane_compare_ask.c), its keys (pane_compare_keys.c). */
#ifndef SPOOR_TUI_SCREEN_PANE_COMPARE_H
#define SPOOR_TUI_SCREEN_PANE_COMPARE_H

#include "store/query/agreement.h"
#include "store/query/begins.h"
#include "tui/screen.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_cases.h"

enum compare_ask { ASK_NOTHING, ASK_LOST, ASK_ROWS, ASK_FIGURES, ASK_VIEW, ASK_CASE, ASK_BEGINS, ASK_MARKS };

enum { COMPARE_FILTER_MAX = 1000 };

/* A comparison that the screen and its requests share: nobody changes it once it is made, the last one frees it. */
struct compare_held {
	_Atomic int holders;
	struct compare c;
};

/* Where the losses begin, once it is known; of the rows of `of`. */
struct compare_begins {
	const struct compare_held *of; /* NULL: not looked yet; compared alone, never followed */
	bool expected;                 /* lost cases have traces on both sides: there is something to look for */
	struct begins b;
	uint32_t *first; /* one per row: the label, BEGINS_NONE, or CASES_NOT_LOOKED */
};

/* What of it is wanted: the number rises with each change. */
struct compare_look {
	char filter[COMPARE_FILTER_MAX + 1];
	struct compare_order order;
	uint64_t number;
};

struct compare_state {
	int64_t a, b;
	struct compare_held *held; /* what data points into; NULL: nothing is loaded */
	const struct compare *data;
	struct compare_view view;        /* of data */
	struct compare_look look, shown; /* wanted; what view is */
	bool loaded, failed;
	bool figures, figures_failed, begins_failed;
	uint64_t generation;    /* of data */
	uint64_t verdicts;      /* of view */
	enum compare_ask asked; /* what is under way */
	uint64_t serial;        /* of the newest request */
	uint64_t asked_generation, asked_look;
	struct compare_begins begins;
	struct cases cases;
	struct list list; /* over the lines of cases */
	struct case_pair pair;
	uint64_t pair_verdicts; /* what people say of it was read at */
	struct {
		struct arena arena;               /* of what cases.marks point at, and of preferred */
		struct agreement_pairs preferred; /* what people preferred; pairs 0: nobody was asked */
		uint64_t verdicts, generation;
		bool loaded;
	} marks;
	bool masked;      /* what is kept was read so (ui->masked) */
	bool pair_failed; /* for pair's case: nothing more will come */
	char start[256];  /* key of the case to begin on */
	struct sheet sheet;
	bool fresh; /* sheet is of the pair, size and look below */
	int sheet_cols, sheet_rows;
	bool expected, all_metrics;
	struct buf find;
	bool recalls;       /* filter and order were brought back, the cursor is to be */
	bool filter_is_old; /* it was brought back */
};

/* NULL: there is no case. */
const struct compare_row *compare_cursor(const struct compare_state *st);
void compare_go_to(struct compare_state *st, int64_t row);
/* Fits the list to the body and lays the case's texts out again if the case, the size or the look changed. */
void compare_lay_out(struct screen *screen);

/* pane_compare_ask.c: as screen.h has them. */
void *compare_ask(struct screen *screen);
bool compare_fetch(struct db *db, void *request, struct err *err);
void compare_take(struct screen *screen, void *request, bool ok);
void compare_held_drop(struct compare_held *held); /* NULL is fine */

/* pane_compare_keys.c */
extern const struct action compare_actions[];
/* From inside a case: the next one of the list as it stands. */
enum hit compare_hit(struct screen *screen, bool forward, struct target *target);
void compare_set_filter(struct compare_state *st, struct str text); /* "": none; wanted, made anew */

/* "A name version → B name version" from col on, each with what room it needs. */
void compare_put_sides(struct canvas row, int col, const struct ui *ui, const struct run_row *run_a,
                       const struct run_row *run_b);
void compare_draw(const struct screen *screen, struct canvas body);
bool compare_beside(const struct screen *screen, struct beside *out);
void compare_headline(const struct screen *screen, struct canvas row);
void compare_status(const struct screen *screen, struct buf *out);

#endif
