/* What a review queue is to hold: candidates from a filter, a run, two runs, the judges' lists or a list on the screen; equal answers once, answers
 * judged before left out, a sample that is the same on every machine.
 *
 * The unit is the answer: results of one case with equal input and output are one item (repeats; runs that answered alike), traces and spans with
 * equal input and output likewise. What has no answer is left out, and counted. A sample goes by content: each answer has the hash of the
 * seed, its case key (or, without texts, its id) and its texts; the smallest hashes are taken, in that order. So the same rows give the same
 * sample wherever and in whatever order they were imported, and a smaller sample is the beginning of a larger one. */
#ifndef SPOOR_STORE_QUERY_QUEUE_MAKE_H
#define SPOOR_STORE_QUERY_QUEUE_MAKE_H

#include "store/query/filter.h"
#include "store/query/subject.h"
#include "store/query/traces.h"
#include "store/queue.h"

enum queue_from {
	QUEUE_ANSWERS,  /* cases if the filter can mean them and any match, else traces */
	QUEUE_CASES,    /* of all runs, of `run`, of `dataset` */
	QUEUE_TRACES,   /* in the order of `sort` */
	QUEUE_SPANS,    /* of a name or kind: `step` */
	QUEUE_PAIRS,    /* answers of `run` and `run_b` to the same case; where: of the second one's cases */
	QUEUE_NEXT,     /* what people should label next: query/judges.h, the judges in turn; of `run` if it is given */
	QUEUE_DISPUTED, /* where judge and people disagree, likewise */
	QUEUE_LISTED    /* `items` */
};

/* All texts borrowed. */
struct queue_ask {
	enum queue_from from;
	struct str where, dataset, step;
	int64_t run, run_b; /* row ids; 0: none */
	int64_t source;     /* QUEUE_TRACES: only of this file, as struct trace_query has it; 0: of all */
	enum trace_sort sort;
	bool ascending, sorted; /* sorted: by sort; else newest first */
	int64_t most;           /* the first of them in their order; 0: all, at most QUEUE_ITEMS */
	int64_t sample;         /* 0: no sample */
	uint64_t seed;
	struct str
	    stratify; /* "status" (or "verdict"), "run", "model", "name": as many of each value as there are, as equal as can be */
	bool again; /* also what `author` has judged */
	struct str author;
	int64_t now_ns;
	const struct subject_at *items;
	size_t n_items;
	struct str listed; /* what the items are, in words: "search for refund" */
	struct str judge;  /* QUEUE_NEXT, QUEUE_DISPUTED: only this judge's; absent: of all */
};

struct queue_found {
	struct arena arena;
	enum queue_from from; /* QUEUE_ANSWERS has become what it is */
	struct queue_item *items;
	size_t n;
	int64_t met;       /* rows that match */
	int64_t equal;     /* of them, the same answer as one before */
	int64_t judged;    /* judged by the author before */
	int64_t silent;    /* without an answer */
	int64_t identical; /* pairs whose answers are equal */
	int64_t fit;       /* what is left, before the sample */
	bool cut;          /* of more than QUEUE_ITEMS the first */
	struct str made_from,
	    name;            /* in words; the name says neither run nor outcome, so that a blind queue may have it */
	struct str left_out; /* "3 equal answers, 2 judged before by you" or "" */
	struct str why;      /* n 0: why there is nothing */
};
void queue_found_done(struct queue_found *f);
/* ERR_USAGE: the filter, the step, the stratum are none. n 0 is no error: `why` says it. One pass over the rows of its kind, n log n. */
bool queue_candidates(struct db *db, const struct queue_ask *ask, struct queue_found *out, struct err *err);

/* The name it gets unless another is given: says neither run nor outcome. db NULL: without the name of the dataset. */
struct str queue_name_of(struct db *db, const struct queue_ask *ask, struct arena *arena);

/* Making one, or going on with the one there is: of this name; else an open one made of the same words that has something left for the author. */
struct queue_begin {
	struct str name; /* absent: that of queue_found */
	struct str reasons, rubric;
	unsigned mode;
	int64_t copies;
};
struct queue_begun {
	int64_t id; /* 0: there is nothing to review; found.why says why */
	bool resumed;
	unsigned mode; /* enum queue_mode, of the queue as it is */
	struct str name, made_from;
	int64_t items;
	struct queue_found found; /* of one that was there by its name: nothing was looked for */
};
/* `db` may be a reader (store/queue.h). *out to be freed by queue_begun_done, also after a failure. */
bool queue_begin(struct db *db, const struct queue_ask *ask, const struct queue_begin *how, struct queue_begun *out,
                 struct err *err);
void queue_begun_done(struct queue_begun *b);

/* An ask with texts and items of its own: what a screen wishes to have reviewed, handed from one to the next. */
struct queue_wish {
	struct arena arena;
	struct queue_ask ask;
	struct queue_begin how;
	struct str title; /* in words for people; what `listed` says, or the filter */
};
struct queue_wish *queue_wish_new(const struct queue_ask *ask); /* copies */
void queue_wish_free(struct queue_wish *w);                     /* NULL is fine */

#endif
