/* The spans of a trace of some kinds, in the order of time: for studies that read them one after the other. */
#ifndef SPOOR_STORE_QUERY_SPAN_LIST_H
#define SPOOR_STORE_QUERY_SPAN_LIST_H

#include "store/query/traces.h"
#include "store/query/tree.h"

#define SPAN_LIST_USAGE (1U << 31)

struct span_list {
	struct tree_row *rows; /* by start, then by place in the tree; unknown starts as their place says */
	size_t n;
	bool more; /* there are others beyond `most` */
};
/* kinds: bits 1 << enum span_kind; SPAN_LIST_USAGE: also those of any kind that have tokens or a cost. At most `most` of them, the last in the tree or the first. Rows lie in the arena. One walk over the trace's rows. */
bool span_list(struct db *db, const struct trace_row *trace, unsigned kinds, size_t most, bool last,
               struct arena *arena, struct span_list *out, struct err *err);

#endif
