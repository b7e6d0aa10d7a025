/* What there is to review, without being asked for it: short offers worked out from the store. The screen "queues" and `spoor review` share
 * them. */
#ifndef SPOOR_STORE_QUERY_QUEUE_OFFERS_H
#define SPOOR_STORE_QUERY_QUEUE_OFFERS_H

#include "store/query/queue_make.h"

enum queue_offer_kind { OFFER_FAILED, OFFER_ANSWERS, OFFER_PAIRS, OFFER_DISPUTED, OFFER_NEXT, OFFER_TRACES, N_OFFERS };

struct queue_offer {
	int64_t count;      /* answers it would hold; 0: it is not offered */
	struct str title;   /* goes on after the count: "answers of the newest run that failed" */
	struct str about;   /* which run, what was left out; a second line */
	struct str command; /* that makes it: "spoor review --run … --where status:failed" */
	struct queue_ask ask;
};
/* One of them; texts in the arena. Costs what queue_candidates does. */
bool queue_offer(struct db *db, enum queue_offer_kind kind, struct str author, int64_t now_ns, struct arena *arena,
                 struct queue_offer *out, struct err *err);

#endif
