/* Which other answers failed as a flagged one did (store/study/lookalike.h says what that means and how it is weighed).
 *
 * The pool: of a case the results of its run and of the other runs of its dataset, the newest LOOKALIKES_RUNS, one of several of equal content;
 * of a trace the traces of its name, of a span the spans of its name and kind in the traces of its trace's name; newest first, LOOKALIKES_POOL (of
 * traces and spans LOOKALIKES_TRACES) of them at most: what is beyond is said. Seeds: the flagged one and, where asked, all that this person gave
 * the same verdict by hand, with the same reasons.
 * Left out: what this person has judged already; of equal answers to one case all but one; what its source or anybody says is good.
 * Missing documents: those that all good results of the same case retrieved.
 * Where the seeds failed at their source, good ones are only there to compare with: of more than LOOKALIKES_GOOD that many are read, picked by a
 * hash of what they say.
 *
 * Cost: the stored records of the pool decoded once, in their order; about 200 bytes of memory for each. db may be interrupted. */
#ifndef SPOOR_STORE_QUERY_LOOKALIKES_H
#define SPOOR_STORE_QUERY_LOOKALIKES_H

#include "store/query/subject.h"
#include "store/study/lookalike.h"

enum {
	LOOKALIKES_RUNS = 20,
	LOOKALIKES_POOL = 200000,
	LOOKALIKES_TRACES = 20000,
	LOOKALIKES_GOOD = 5000,
	LOOKALIKES_ROWS = 500,
	LOOKALIKES_DOCUMENTS = 32, /* of an item */
	LOOKALIKES_RETRIEVALS = 8  /* of a trace: the first ones */
};

struct lookalikes_query {
	struct subject_at at; /* kind SUBJECT_NONE: what the author flagged last */
	struct str author;
	bool wide;     /* seeds: also what the author flagged with the same words */
	int64_t limit; /* rows; 0: LOOKALIKES_ROWS */
};

struct alike_why {
	enum alike_aspect aspect;
	struct str words;       /* "both retrieved pol-refund-2021" */
	double evidence;        /* 0 … 1 */
	int64_t failed, passed; /* of the pool that have it, too */
};
struct alike_row {
	struct subject_at at;
	struct str title; /* may be empty */
	struct str key;   /* case key; "trace:ID"; "trace:ID/span:ID" */
	struct str run;   /* its name; of a trace empty */
	double alike;     /* 0 … 1 */
	size_t seed, group;
	struct alike_why why[ALIKE_REASONS]; /* strongest first */
	size_t n_why;
	/* What this person says of it now: lookalikes_marks. */
	enum verdict by_hand;      /* VERDICT_NONE: has not judged it */
	bool proposed;             /* a verdict is proposed: */
	struct event_id events[2]; /* with its reasons */
	size_t n_events;
	uint64_t found_by; /* private */
};
struct alike_group {
	struct str words;       /* what its items share: "same error: timeout after # s" */
	size_t first, n;        /* its rows */
	int64_t failed, passed; /* of the whole pool that have it */
};
struct alike_seed {
	struct subject_at at;
	struct str title, key;
	struct str run; /* its id as the source writes it; of a trace empty */
};

struct lookalikes {
	struct arena arena;
	/* The flag: this person's newest verdict by hand on the first seed. */
	enum verdict verdict; /* VERDICT_NONE: there is none */
	struct str reasons;   /* "outdated, tone"; may be empty */
	struct event_id flag; /* where there is one */
	struct alike_seed *seeds;
	size_t n_seeds;
	struct alike_row *rows; /* by group: the one with the surest item first; in it the surest first */
	size_t n;
	struct alike_group *groups;
	size_t n_groups;
	int64_t total;           /* offered, those beyond the limit with them */
	int64_t pool, good, bad; /* all; of them good and bad */
	int64_t read;            /* of the pool */
	int64_t beyond;          /* not looked at */
	int64_t runs;            /* of the pool; 0: traces or spans */
	int64_t judged;          /* would be offered, but this person has judged them */
	int64_t equal;           /* equal answers to a case that is offered or flagged: they share its verdict */
	int64_t unread;          /* records that no longer read */
	struct str scope;        /* "160 results of claims rerank and 2 more runs" */
};
/* ERR_NOT_FOUND: nothing was flagged yet, or it is not in the store any more; ERR_USAGE: a pair. */
bool lookalikes_find(struct db *db, const struct lookalikes_query *q, struct lookalikes *out, struct err *err);
void lookalikes_done(struct lookalikes *l);
/* Looks again what this person says of the rows: by_hand, proposed, events. One read of the verdicts. */
bool lookalikes_marks(struct db *db, struct str author, struct alike_row *rows, size_t n, struct err *err);

#endif
