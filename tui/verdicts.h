/* The writer of what people say: one thread with its own DB_DURABLE connection. What is handed to it stays in its list until it is on the
 * disk, whoever else writes: "database is locked" never reaches a person. It also keeps the one stack of what can be taken back and said
 * again, for all screens. */
#ifndef SPOOR_TUI_VERDICTS_H
#define SPOOR_TUI_VERDICTS_H

#include "tui/saying.h"

struct verdicts;

struct verdict_answer {
	struct saying
	    *saying; /* the taker frees it. Of what was taken back or said again: at, says, queue, seq of that group */
	uint64_t owner; /* as given to verdicts_post */
	bool ok;        /* it is on the disk (fsync) */
	struct err err;
};

/* author: borrowed; now_ns: UNKNOWN_INT: the clock, else frozen. The store is opened with the first request. NULL: err. */
struct verdicts *verdicts_start(const char *store, struct str author, int64_t now_ns, void (*wake)(void),
                                struct err *err);
/* Takes the saying over; in order. *group (may be NULL): what it will be taken back with. */
void verdicts_post(struct verdicts *v, struct saying *s, uint64_t owner, uint64_t *group);
/* The next answer, waiting at most wait_ms; false: none yet. */
bool verdicts_take(struct verdicts *v, int wait_ms, struct verdict_answer *out);
/* How many are not on the disk yet; why, in words, once the first of them has waited for longer than a second ("" before). */
size_t verdicts_waiting(struct verdicts *v, char *why, size_t size);
/* Writes what is in the list, for at most `ms`, and ends the thread. How many could not be written; they are told in *lost. */
size_t verdicts_quit(struct verdicts *v, int ms, struct buf *lost);
void verdicts_free(struct verdicts *v); /* after verdicts_quit; NULL is fine */

#endif
