/* Which spans of a trace show, and in which order, when that is not "all, as they began": those that match a filter with what they hang
 * on, siblings in another order, agents alone. A view is made on the query thread, never changes, and is shared by count.
 *
 * Its rows are again a tree in pre-order, so folds, windows and moves go by a row's index in the view as they go by pos without one. */
#ifndef SPOOR_STORE_QUERY_TREE_VIEW_H
#define SPOOR_STORE_QUERY_TREE_VIEW_H

#include "store/db.h"
#include "store/model.h"
#include "store/query/filter.h"

enum tree_order { ORDER_START, ORDER_DURATION, ORDER_SELF, ORDER_COST, N_TREE_ORDERS };
const char *tree_order_name(enum tree_order order); /* "start" "duration" "self time" "cost" */

/* Siblings of a view with more rows than this stay in the order they began. */
enum { TREE_ORDER_MOST = 100000 };

struct tree_view_row {
	uint32_t pos;  /* of the span in the trace */
	uint32_t up;   /* rows of the view back to its parent there, 0: none */
	uint32_t size; /* rows of the view that hang on it, itself with them */
	uint32_t depth : 30;
	uint32_t match : 1; /* else it shows only for what hangs on it */
	uint32_t drop : 1;  /* while it is made */
};

/* What an agent did itself: the spans below it that are below no other row of the view. */
struct tree_agent {
	int64_t llm_calls, tool_calls, errors;
	int64_t tokens;  /* UNKNOWN_INT: none of them says */
	double cost_usd; /* NaN likewise */
};

struct tree_view {
	struct tree_view_row *rows;
	int64_t n, matches;
	int64_t from, to; /* the spans looked at: [from, to) by pos */
	uint32_t *index; /* of pos - from, where rows are not in order of pos; of rows that do not show: n. Else NULL */
	enum tree_order order;     /* as it is, not as it was asked */
	bool by_tokens;            /* ORDER_COST: no span says what it cost */
	bool too_many;             /* another order was asked for, but there are more than TREE_ORDER_MOST rows */
	struct tree_agent *agents; /* one a row if it was asked for agents, else NULL */
	_Atomic int holders;
};

struct tree_view_ask {
	const struct filter *filter; /* over FILTER_SPANS; NULL: all */
	enum tree_order order;
	/* Agents, hand-overs between them, and the chains they lie in; filter is not looked at. */
	bool agents;
};

/* The view of rows [from, from + n) of the trace that begins at `first`; NULL: err. Cost: a read of those rows; n log n for an order. */
struct tree_view *tree_view_new(struct db *db, int64_t first, int64_t from, int64_t n, const struct tree_view_ask *ask,
                                struct err *err);
struct tree_view *tree_view_hold(struct tree_view *v); /* one holder more; NULL is fine */
void tree_view_drop(struct tree_view *v);              /* from any thread; the last one frees it */

/* Index of the row of a span, -1 if it does not show. */
int64_t tree_view_index(const struct tree_view *v, int64_t pos);
/* The same of the last span before it that shows, else 0. */
int64_t tree_view_near(const struct tree_view *v, int64_t pos);
/* It has no later sibling in the view. */
bool tree_view_is_last(const struct tree_view *v, int64_t index);

#endif
