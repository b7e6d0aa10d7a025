/* What the parts of ingest_cases share: ingest_cases.c (runs, rows), ingest_places.c (rows of one key), ingest_rolls.c. */
#ifndef SPOOR_STORE_INGEST_CASES_H
#define SPOOR_STORE_INGEST_CASES_H

#include "store/ingest_private.h"

/* Repeats of rows that wait for their place: from -1 down, not yet counted; from MOVED down, counted, on the way to another place. */
#define MOVED (-((int64_t)1 << 40))

struct case_place {
	int64_t run, key, repeat;
};

bool cases_key_id(struct writer *w, struct str text, int64_t *id, struct err *err); /* made if new */
void cases_count(struct writer *w, int64_t scores, bool fresh);                     /* one more case result held */
bool cases_count_scores(struct writer *w, struct case_place at, int64_t *n, struct err *err);
/* What is there is now held by the source at work, too. */
bool cases_claim(struct writer *w, struct case_place at, int64_t source, struct err *err);
bool cases_conflict(struct writer *w, struct str key, struct err *err); /* the problem */

bool cases_settle_places(struct writer *w, struct err *err);
bool cases_roll_up(struct writer *w, struct err *err);

#endif
