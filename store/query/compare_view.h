/* What of a comparison is shown, in which order: indices of its rows, which stay as they are. */
#ifndef SPOOR_STORE_QUERY_COMPARE_VIEW_H
#define SPOOR_STORE_QUERY_COMPARE_VIEW_H

#include "store/query/compare.h"

enum compare_by { BY_LOSS, BY_SCORE, BY_LATENCY, BY_COST, BY_TITLE };

/* Inside each class. BY_LOSS is the order that the rows have: the largest loss first, of cases won the largest gain; BY_SCORE the
 * same by one score's difference. BY_LATENCY and BY_COST: what became slower or dearer first. `invert` turns it round; cases
 * without a figure come last either way. */
struct compare_order {
	enum compare_by by;
	size_t score; /* BY_SCORE: index in compare.scores */
	bool invert;
};
/* "loss", "latency", "cost", "title" or a score's name. ERR_USAGE: none of them, with what there is. */
bool compare_order_named(const struct compare *c, struct str name, struct compare_order *out, struct err *err);

struct compare_view {
	uint32_t *rows; /* indices in compare.rows, class by class */
	size_t n;
	int64_t count[N_CLASSES];
};
/* `where` over FILTER_PAIRS; NULL or empty: all rows. Costs of compare_filter; n log n to put in another order than BY_LOSS. */
bool compare_view(struct db *db, const struct compare *c, const struct filter *where, const struct compare_order *order,
                  struct compare_view *out, struct err *err);
void compare_view_done(struct compare_view *v);

#endif
