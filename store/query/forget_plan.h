/* What `spoor forget` would take out, by what it was asked: ids for store/forget.h, and figures to show first. */
#ifndef SPOOR_STORE_QUERY_FORGET_PLAN_H
#define SPOOR_STORE_QUERY_FORGET_PLAN_H

#include "store/base/vec.h"
#include "store/forget.h"
#include "store/query/filter.h"

struct forget_ids {
	VEC(int64_t) at; /* ascending and each once after forget_plan_close */
};

struct forget_plan {
	struct forget_ids traces, runs, sources, again;
	int64_t spans, cases, scores;
};
void forget_plan_done(struct forget_plan *p);
void forget_plan_add(struct forget_ids *ids, int64_t id);
/* All traces or runs that a filter keeps. */
bool forget_plan_where(struct db *db, struct forget_plan *p, const struct filter *f, enum filter_over over,
                       struct err *err);
/* Adds what goes with the sources (one pass over the spans), says which other files held parts of it, and counts. */
bool forget_plan_close(struct db *db, struct forget_plan *p, struct err *err);
struct forget_what forget_plan_what(const struct forget_plan *p); /* borrowed */

#endif
