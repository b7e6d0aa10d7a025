/* Values that the store has for a field of the filter language, the most frequent first: for completion. Bounded: of a large store the
 * newest traces are looked at. */
#ifndef SPOOR_STORE_QUERY_SUGGEST_H
#define SPOOR_STORE_QUERY_SUGGEST_H

#include "store/base/arena.h"
#include "store/db.h"
#include "store/query/filter.h"

enum { SUGGEST_TRACES = 20000, SUGGEST_MOST = 200 };

struct suggestion {
	struct str text;
	int64_t n; /* traces (runs, cases' scores) that have it; -1: not counted */
};
struct suggestions {
	struct arena arena; /* owns all below */
	struct suggestion *at;
	size_t n;
	bool more; /* there were others: ask again with more typed */
};
void suggestions_done(struct suggestions *s);
/* Values of `field` (its name; "score": names of scores) that hold `typed`, letters of both cases alike; those that begin with it come
 * first. A field of numbers, times or texts has none. About 10 ms at 100,000 traces. */
bool suggest(struct db *db, enum filter_over over, struct str field, struct str typed, struct suggestions *out,
             struct err *err);

#endif
