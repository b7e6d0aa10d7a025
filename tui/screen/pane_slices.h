/* The screen of slices without its keys and requests: its state, where things stand in it, what it draws. */
#ifndef SPOOR_TUI_SCREEN_PANE_SLICES_H
#define SPOOR_TUI_SCREEN_PANE_SLICES_H

#include "store/query/slices.h"
#include "tui/screen.h"
#include "tui/widget/list.h"

enum slices_ask { SLICES_NOTHING, SLICES_PAIR, SLICES_READ, SLICES_COUNTS, SLICES_FIGURES };
enum slices_order { BY_LOSS_FIRST, BY_CASES, BY_P, BY_VALUE, N_SLICES_ORDERS };

/* Both runs as read: the state's, and a request's while it is under way. */
struct slices_held {
	struct slicing *slicing;
	uint64_t generation; /* of the store when they were paired */
	int uses;
};

struct slices_state {
	int64_t a, b;
	struct slices_held *held;
	struct slice_fields fields;
	size_t field;               /* in fields, if there are any */
	char want[256];             /* the field to begin with */
	struct slices_held *paired; /* of both runs as they are now, before what their cases state is read */
	bool loaded, failed;
	uint64_t generation;
	enum slices_ask asked;
	uint64_t serial;
	struct slices data; /* of data_field */
	bool has, figures;
	size_t data_field;
	bool data_failed; /* for the present field */
	char metric[256]; /* shown; empty: the leading one */
	enum slices_order order;
	bool inverted;
	const struct slice **rows; /* data.at in this order; data.n */
	struct list list;
	struct buf find;
	bool sent;    /* it was opened for a field */
	bool recalls; /* field and order were brought back, the cursor is to be */
};

/* NULL: none. */
const struct slice *slices_cursor(const struct slices_state *st);
/* The present field, or NULL. */
const struct slice_field *slices_field(const struct slices_state *st);
/* Of a slice the metric that shows; NULL: its figures are not there yet. */
const struct compare_metric *slices_metric(const struct slices_state *st, const struct slice *slice);
/* Its name. */
const char *slices_metric_name(const struct slices_state *st);
void slices_lay_out(struct screen *screen);

void slices_draw(const struct screen *screen, struct canvas body);
void slices_headline(const struct screen *screen, struct canvas row);
void slices_status(const struct screen *screen, struct buf *out);
bool slices_beside(const struct screen *screen, struct beside *out);

#endif
