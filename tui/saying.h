/* What is to be written of what a person says: plain data that a screen hands to the app's writer (tui/verdicts.h) and gets back once it
 * is on the disk. Texts are copied; the app frees it after `said`. */
#ifndef SPOOR_TUI_SAYING_H
#define SPOOR_TUI_SAYING_H

#include "store/base/arena.h"
#include "store/query/subject.h"

enum saying_kind {
	SAYING_ADD,       /* `says` of the subject */
	SAYING_TAKE_BACK, /* a group: all that was said together */
	SAYING_AGAIN,     /* a group that was taken back is said again */
	SAYING_SKIP,      /* only the mark of the queue's item */
	SAYING_MANY,      /* `says` of each of `many`: one group */
	SAYING_PROPOSE,   /* `says` of `many`, as proposed (store/query/propose.h): one group */
	SAYING_DROP       /* the events `drop` are taken back, whatever group they were in */
};

struct saying {
	enum saying_kind kind;
	struct subject_at at;
	/* An item that travels without its rows: what is judged, instead of `at` (key in arena). */
	bool has_target;
	struct annotation_kept target;
	struct say says[SAYS_MOST]; /* an empty value empties the field */
	size_t n_says;
	/* SAYING_ADD: the group it is to be taken back with, 0: a new one. SAYING_TAKE_BACK, SAYING_AGAIN: which one; 0: the newest. */
	uint64_t group;
	unsigned how; /* enum annotation_how */
	bool has_because, has_shown;
	struct event_id because;
	struct sha256 shown; /* of what the author had before the eyes */
	/* The item of a queue that is done (or skipped) with this, in the same transaction; queue 0: none. */
	int64_t queue, seq;
	struct str queue_name;
	int64_t spent_ns; /* from when the item was shown; UNKNOWN_INT: not told */
	int64_t time_ns;  /* when it was said: verdicts_post writes it */
	const struct subject_at
	    *many; /* SAYING_MANY; SAYING_PROPOSE: says[0] is the verdict, because the one by hand */
	size_t n_many;
	const struct event_id *drop; /* SAYING_DROP */
	size_t n_drop;
	/* The answer, once it is on the disk. */
	size_t n_written,
	    n_left; /* SAYING_PROPOSE, SAYING_MANY: items that got it, and that had it (or were proposed) already or are gone */
	uint64_t done_group; /* what takes it back; 0: nothing does */
	struct event_id events[SAYS_MOST];
	size_t n_events;
	bool
	    was_so; /* every word of it was said before, by the same author: no event was written, `events` are those */
	struct arena arena;
};

struct saying *saying_new(enum saying_kind kind, const struct subject_at *at); /* at NULL: none */
/* At most SAYS_MOST; a field and part said twice: the last counts. */
void saying_add(struct saying *s, enum annotation_field field, struct str part, struct str value);
void saying_verdict(struct saying *s, enum verdict v);
void saying_many(struct saying *s, const struct subject_at *many, size_t n);
void saying_drop(struct saying *s, const struct event_id *events, size_t n);
void saying_target(struct saying *s, const struct annotation_kept *t);
void saying_queue(struct saying *s, int64_t queue, int64_t seq, struct str name, int64_t spent_ns);
void saying_free(struct saying *s); /* NULL is fine */

#endif
