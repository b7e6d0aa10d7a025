/* Names that stand in the store, for completion: what could be typed where a trace, a run, a queue … is asked for. Each is one short query: of
 * a large store the newest, or those that begin with what is typed, found by index. */
#ifndef SPOOR_STORE_QUERY_NAMES_H
#define SPOOR_STORE_QUERY_NAMES_H

#include "store/base/arena.h"
#include "store/db.h"

enum names_of {
	NAMES_TRACES, /* ids, newest first; what is typed already: in order */
	NAMES_SPANS,  /* ids of the first spans of the trace `of` (an id, or an unambiguous prefix) */
	NAMES_RUNS,   /* ids, newest first, then versions, then names of files */
	NAMES_CASES,  /* keys of the run `of`, as runs_find takes it */
	NAMES_QUEUES, /* open ones first */
	NAMES_PROMPTS,
	NAMES_VERSIONS /* of the prompt `of` */
};
enum { NAMES_MOST = 200 };

struct named {
	struct str name, about; /* about: what it is called, or where it belongs; may be absent */
};
struct named_list {
	struct named at[NAMES_MOST];
	size_t n;
};
/* Those that begin with `typed`; in the arena. Appends to *out, which may be full. */
bool names_of(struct db *db, enum names_of what, struct str typed, struct str of, struct arena *arena,
              struct named_list *out, struct err *err);

#endif
