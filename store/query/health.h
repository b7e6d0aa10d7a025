/* Is the store sound, all of it; and where its room goes. For spoor doctor: reads every page. */
#ifndef SPOOR_STORE_QUERY_HEALTH_H
#define SPOOR_STORE_QUERY_HEALTH_H

#include "store/base/arena.h"
#include "store/db.h"

enum { TROUBLES_MAX = 20 };

/* Pages and indices (integrity_check), references (foreign_key_check), that each trace has the rows it says, and that each block of
 * records opens. Sentences, at most TROUBLES_MAX; *n 0: sound. In arena. False only if it could not be looked at. */
bool health_check(struct db *db, struct arena *arena, struct str **troubles, size_t *n, struct err *err);

struct health_sizes { /* bytes; UNKNOWN_INT: this SQLite cannot say (built without dbstat) */
	int64_t blocks, spans, traces, evals, index, words, other, spare;
};
bool health_sizes(struct db *db, struct health_sizes *out, struct err *err);

#endif
