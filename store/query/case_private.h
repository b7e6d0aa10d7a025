/* Inside case and case_fields: which of the cases that a record tells of is the one that is looked for. */
#ifndef SPOOR_STORE_QUERY_CASE_PRIVATE_H
#define SPOOR_STORE_QUERY_CASE_PRIVATE_H

#include "store/model.h"

struct case_wanted {
	struct str key, base; /* base: of KEY#1, KEY#2, … the KEY that the record says */
	int64_t repeat, order;
	struct hash128 run;
	bool several;   /* rows of case_part */
	bool part;      /* the record tells it as one, */
	int64_t weight; /* of this weight */
	int64_t record;
};

/* How surely `res`, told by a record of the source with this head, is the case that is wanted; 0: it has another key. key: the result's, by
 * model_case_key. The run and the order may be known only to a whole import, from the records before this one: they alone decide
 * nothing. */
int case_rank(const struct case_wanted *w, struct hash128 head, const struct case_result *res, struct str key);

#endif
