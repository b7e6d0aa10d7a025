/* What Review reads on the query thread: the queue with how far one is, and items of it, whole. */
#ifndef SPOOR_TUI_SCREEN_PANE_REVIEW_LOAD_H
#define SPOOR_TUI_SCREEN_PANE_REVIEW_LOAD_H

#include "store/query/agreement.h"
#include "store/queue.h"
#include "tui/screen/pane_review_item.h"

enum { REVIEW_NEXT = -1, REVIEW_NONE = -2 }; /* in the place of a seq */
enum { REVIEW_MOST_REASONS = 9 };

struct review_queue {
	struct arena arena;
	struct queue queue;
	struct queue_progress progress;
	struct str reasons[REVIEW_MOST_REASONS];
	size_t n_reasons;
};
void review_queue_done(struct review_queue *q);

/* What this person says of an item now. */
struct review_mine {
	bool judged;
	enum verdict verdict;
	struct str preference, reason, note, correction; /* values as they are kept */
};

struct review_loaded {
	int64_t seq;
	struct review_item view; /* its arena has all below */
	const struct annotation *now;
	size_t n_now;
	struct review_mine mine;
	enum queue_state state; /* for this person. Judged and open: the same answer was judged elsewhere */
	bool gone;              /* it can't be shown: why */
	char why[300];
};
void review_loaded_free(struct review_loaded *l); /* NULL is fine */

enum review_purpose {
	REVIEW_FOR_NOW,   /* the item that is to show */
	REVIEW_FOR_AHEAD, /* the one after it */
	REVIEW_FOR_END,   /* figures of the queue */
	REVIEW_FOR_CLAIM, /* a sign of life */
	REVIEW_FOR_LEAVE  /* claims are given back */
};

struct review_request {
	const void *owner;
	uint64_t serial, marks;
	enum review_purpose purpose;
	int64_t queue_id, seq, except; /* seq: REVIEW_NEXT: whose turn it is; REVIEW_NONE: no item */
	struct str queue_name;         /* queue_id 0: by its name; in `arena` */
	int64_t now_ns, beside;        /* beside -1, 1: the item marked before or after seq */
	struct arena arena;
	/* The answer. */
	struct review_queue queue;
	struct review_loaded *item; /* NULL: none */
	struct agreement figures;
	enum queue_end end;
	bool skipped; /* it was skipped before */
	bool interrupted;
	char why[300]; /* it failed */
};
struct review_request *review_request_new(void);
void review_request_free(struct review_request *r);
bool review_fetch(struct db *db, void *request, struct err *err);
/* Who judges: as annotation_author, once per program. */
struct str review_author(void);

#endif
