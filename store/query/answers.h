/* What was asked lately and had to walk over all traces: so that the next page of a filtered or ordered list, which asks the same
 * again, costs a look. Kept by the connection, a few at a time, and good until anybody commits; only connections that never write
 * (DB_READ) have any, since their own writes would not be seen. */
#ifndef SPOOR_STORE_QUERY_ANSWERS_H
#define SPOOR_STORE_QUERY_ANSWERS_H

#include "store/db.h"

enum { ANSWERS_KEPT = 4, ANSWER_MOST = 1 << 20 /* numbers */ };

/* The numbers kept under this question (a statement with its values: stmt_text); good until the next call. False: none. */
bool answer_get(struct db *db, struct str question, const int64_t **numbers, size_t *n);
/* `version`: db_version_of_data before it was answered. The numbers are copied; what is too long is not kept. */
void answer_keep(struct db *db, struct str question, int64_t version, const int64_t *numbers, size_t n);

#endif
