/* What another store's people said, brought into this one: a set union of events, in short transactions. The other store is a second
 * connection that only reads; its rows are taken one by one, looked at as a file's are, and never attached. */
#ifndef SPOOR_STORE_MERGE_H
#define SPOOR_STORE_MERGE_H

#include "store/annotate.h"

struct merge_counts {
	int64_t events, fresh, known; /* of the other store; that were new here; that were here already */
	int64_t refused, conflicts; /* that cannot be (annotation_check); known here with other content, which stays */
	char why[80];               /* the first that was refused */
};
/* Each event of the other store that can be kept, whether new or known, once this store has it. */
typedef void merge_seen(void *context, const struct annotation *a, bool is_new);
/* seen may be NULL. Stopped (ERR_INTERRUPTED) or failed: what was committed stays; doing it again does the rest. */
bool merge_events(struct db *to, struct db *from, const _Atomic bool *cancel, merge_seen *seen, void *context,
                  struct merge_counts *out, struct err *err);

#endif
