/* The state of screen propose, and how it is drawn: the rules and how they count; the one under the cursor and its answers. */
#ifndef SPOOR_TUI_SCREEN_PANE_PROPOSE_H
#define SPOOR_TUI_SCREEN_PANE_PROPOSE_H

#include "store/query/ruleprop.h"
#include "tui/screen.h"
#include "tui/widget/list.h"

struct offered {
	struct str name, words, json;
	const char *kind;
	struct rule_outcome outcome;
	double p; /* corrected; NaN: it was written by hand */
	bool chosen, edited, everything, marked, saved;
	struct arena arena; /* of an edited one, or one that was tried on everything; else the page's */
};

struct propose_state {
	struct target from;
	char run_text[256]; /* of from.id: the run's id */
	struct ruleprop_page page;
	struct offered *entries;
	size_t n;
	struct list rules, examples;
	bool in_examples;
	bool loaded, failed;
	uint64_t serial; /* of the request that is awaited; 0: none */
	uint64_t generation;
	/* what is to be tried: a rule's text, for entry `trying`; empty: nothing */
	struct buf try;
	size_t trying;
	bool try_everything;
};

struct propose_layout {
	int list_rows, details_row, details_col, details_rows, details_cols, list_cols;
	int examples_rows; /* of the details: at their end */
};
struct propose_layout propose_layout(const struct propose_state *s, int rows, int cols);

/* What the cursors stand on; NULL: nothing. */
struct offered *propose_entry(const struct propose_state *s);
const struct rule_example *propose_example(const struct propose_state *s);

void propose_draw(const struct screen *screen, struct canvas body);

#endif
