/* Painted text that flows in a column of a sheet: stretches with roles are added, then laid out wrapped, several flows beside
 * each other if wanted. */
#ifndef SPOOR_TUI_SCREEN_PANE_FLOW_H
#define SPOOR_TUI_SCREEN_PANE_FLOW_H

#include "store/base/vec.h"
#include "tui/screen/pane_text.h"

struct flow_range {
	size_t end;
	enum role role;
};

struct flow {
	struct buf text;
	VEC(struct flow_range) ranges;
	struct str laid; /* text, in the sheet's arena */
	size_t from;     /* where its next row starts; SIZE_MAX: it has no more */
	size_t range;    /* that holds what comes next */
	int col, cols;
	bool ascii; /* how what is cut off ends */
};

void flow_add(struct flow *f, enum role role, struct str text); /* copied */
void flow_addc(struct flow *f, enum role role, const char *text);
void flow_empty(struct flow *f); /* memory kept, for the next text of its column */
void flow_done(struct flow *f);
/* Rows it will take, counted up to `limit`. */
int flow_rows(const struct flow *f, int limit);

/* Lays flows beside each other, a line between them, from the sheet's present row on, at most max_rows rows (<= 0: all; what
 * is cut ends with an ellipsis). Returns the rows used. The flows keep their text. */
int flow_lay(struct sheet *s, struct flow *const *flows, int n, int max_rows);
/* One flow, which is empty afterwards. */
int flow_lay_one(struct sheet *s, struct flow *f, int max_rows);

#endif
