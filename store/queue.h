/* Review queues: what people are to judge, in order, with a name; how far each of them is; and who has which item before the eyes.
 *
 * Verdicts themselves are annotations (store/annotate.h), which no function here touches: marks are progress only, and a queue that is closed
 * keeps everything. Several processes work on one store at once: what must not happen twice is decided inside a write transaction. A
 * function that writes opens a connection of its own where `db` is a reader (some ms), so screens may call it while they fetch.
 *
 * Shared out: with `copies` 0 everyone judges all items; with 1 each item is judged by one person (split), with 2 by two people (doubled, for
 * agreement), whoever comes first. queue_next claims what it gives: nobody else gets it beyond `copies`. A claim ends with its
 * author's mark, with queue_release, or QUEUE_CLAIM_NS after its last sign of life; a verdict that comes later counts all the same.
 *
 * Pace: the median of the newest QUEUE_PACE_ITEMS items of this person in this queue that say how long they took, from QUEUE_PACE_LEAST on. A
 * pause of more than QUEUE_BREAK_NS between two keys is a break: whoever measures spent_ns leaves the whole pause out. */
#ifndef SPOOR_STORE_QUEUE_H
#define SPOOR_STORE_QUEUE_H

#include "store/annotate.h"

enum queue_mode { QUEUE_BLIND = 1, QUEUE_PAIRWISE = 2 };
enum { QUEUE_ITEMS = 20000, QUEUE_NAME_MAX = 100, QUEUE_PACE_ITEMS = 25, QUEUE_PACE_LEAST = 3 };
#define QUEUE_CLAIM_NS (600 * INT64_C(1000000000))
#define QUEUE_BREAK_NS (120 * INT64_C(1000000000))

struct queue_item {
	int64_t seq; /* from 0 */
	int kind;    /* enum subject_kind (query/subject.h); query/queue_subject.h makes a subject_at of it */
	/* Row ids, as of when the queue was made; what the kind does not have is UNKNOWN_INT. */
	int64_t run, case_id, repeat, run_b, repeat_b, trace, span;
	uint64_t input_hash, output_hash; /* 0: not known */
	struct str content;               /* packed item of a bundle; absent: none. queue_items leaves it absent */
	bool has_content;
};

enum queue_state { QUEUE_OPEN, QUEUE_DONE, QUEUE_SKIPPED }; /* of one item, for one person */

/* What queue_mark writes and gives back. */
struct queue_mark {
	enum queue_state state;    /* QUEUE_OPEN: there is none */
	int64_t time_ns, spent_ns; /* spent_ns: UNKNOWN_INT: not told */
	bool has_event;
	struct event_id event; /* the verdict */
};

/* Strings in the arena that the function was given. */
struct queue {
	int64_t id;
	struct str name, author, made_from; /* who made it; what it was asked to hold, in words for people */
	struct str reasons, rubric;         /* comma-separated; text beside the items. Absent: none given */
	int64_t made_ns, closed_ns;         /* closed_ns: UNKNOWN_INT: open */
	unsigned mode;                      /* enum queue_mode, bits */
	int64_t copies, n_items;
	uint64_t seed; /* of the sample, and of the order of two answers */
};

struct queue_progress {
	int64_t items;         /* of the queue */
	int64_t done, skipped; /* by this person; skipped ones are among `left` */
	int64_t left;          /* that this person can still judge */
	int64_t waiting;  /* of `items`, not finished: before others' eyes now, so not for this person; not in left */
	int64_t finished; /* judged by enough people (copies; by anyone where copies is 0) */
	int64_t people;   /* that judged at least one */
	int64_t last_ns;  /* this person's newest mark; UNKNOWN_INT */
	int64_t pace_ns;  /* per item; UNKNOWN_INT: too few yet */
};

/* ---- making */

struct queue_make {
	struct str name, author, made_from, reasons, rubric;
	int64_t now_ns, copies;
	unsigned mode;
	uint64_t seed;
	const struct queue_item *items; /* seq is given by their order */
	size_t n;
};
/* ERR_USAGE: the name is taken or is none; ERR_NO_DATA: no items. At most QUEUE_ITEMS are taken. One transaction. */
bool queue_make(struct db *db, const struct queue_make *make, int64_t *id, struct err *err);
/* Not empty, at most QUEUE_NAME_MAX bytes, well-formed, no controls, no blanks at its ends. */
bool queue_name_is_good(struct str name);
/* Appends the name, or the name with " 2", " 3" … behind it, so that no queue has it. */
bool queue_free_name(struct db *db, struct str name, struct buf *out, struct err *err);
/* A closed queue is in no list of what to do; it opens, and its items go on being judged, all the same. */
bool queue_close(struct db *db, int64_t id, int64_t now_ns, struct err *err); /* UNKNOWN_INT: opens it again */
/* The events of its verdicts keep the old name: they are never changed. */
bool queue_rename(struct db *db, int64_t id, struct str name, struct err *err);

/* ---- finding */

bool queue_get(struct db *db, int64_t id, struct arena *arena, struct queue *out, struct err *err); /* ERR_NOT_FOUND */
/* By its name, else by the only name that begins so, case ignored. ERR_NOT_FOUND: none; ERR_USAGE: several. */
bool queue_find(struct db *db, struct str name, struct arena *arena, struct queue *out, struct err *err);
/* Newest first. */
bool queue_list(struct db *db, bool closed_too, struct arena *arena, struct queue **out, size_t *n, struct err *err);
/* An item, with its content. ERR_NOT_FOUND. */
bool queue_item(struct db *db, int64_t id, int64_t seq, struct arena *arena, struct queue_item *out, struct err *err);
bool queue_items(struct db *db, int64_t id, struct arena *arena, struct queue_item **out, size_t *n, struct err *err);

/* ---- working through it */

enum queue_end {
	QUEUE_GIVES,    /* *out is set */
	QUEUE_ALL_DONE, /* nothing is left for this person */
	QUEUE_OTHERS    /* what is left is before others' eyes; some of it may come back */
};
/* What this person is to judge next: the first unfinished item, then those skipped, in the order of skipping (`skipped`). `except`: seq of an
 * item that is not meant, since it is being judged now (-1: none). Claims it if the queue is shared out; more than one may be claimed. */
struct queue_turn {
	enum queue_end end;
	bool skipped; /* it was skipped before */
	struct queue_item item;
};
bool queue_next(struct db *db, int64_t id, struct str author, int64_t now_ns, int64_t except, struct arena *arena,
                struct queue_turn *out, struct err *err);
/* A sign of life of who looks at an item; cheap enough for once a minute. */
bool queue_touch(struct db *db, int64_t id, int64_t seq, struct str author, int64_t now_ns, struct err *err);
/* All claims of this person on this queue: when Review is left. */
bool queue_release(struct db *db, int64_t id, struct str author, struct err *err);
/* The item that this person marked before the one at `seq` (an unmarked one: the newest marked), in the order of time; forward: after it.
 * *out -1: none. */
bool queue_beside(struct db *db, int64_t id, int64_t seq, struct str author, bool forward, int64_t *out,
                  struct err *err);

/* ---- marks: inside a transaction of the caller's (db_begin) */

/* Puts the mark of this person on an item, QUEUE_OPEN takes it off; a claim of his ends. *was (may be NULL) is what to give back on undo. */
bool queue_mark(struct db *db, int64_t id, int64_t seq, struct str author, const struct queue_mark *mark,
                struct queue_mark *was, struct err *err);
bool queue_marked(struct db *db, int64_t id, int64_t seq, struct str author, struct queue_mark *out, struct err *err);

/* Verdicts and preferences that came from elsewhere (a merge, an import) and were said in a queue of a name that is here: their items count
 * as done by their authors. Items that have a mark keep it. One pass over those events. */
bool queue_mark_merged(struct db *db, int64_t *marked, struct err *err);

/* ---- figures */

/* now_ns: which claims hold. A few passes over the items and marks of the queue. */
bool queue_progress(struct db *db, const struct queue *queue, struct str author, int64_t now_ns,
                    struct queue_progress *out, struct err *err);
/* "12 of 50 done · 38 left · about 9 min"; without a pace the last part is missing, of a finished one "50 of 50 done". ascii: "12 of 50
 * done, 38 left, about 9 min". */
void queue_progress_words(struct buf *out, const struct queue_progress *p, bool ascii);
/* "about 9 min", "about 2 h", "less than a minute"; nothing if unknown. */
void queue_time_words(struct buf *out, int64_t left, int64_t pace_ns);

#endif
