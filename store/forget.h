/* Forgetting: traces, eval runs and sources are taken out of the store, with their raw records, and the words, prompts and problems
 * that nothing else names. What people said (annotations) stays.
 *
 * First what is to go is written down (rows forget/… of `meta`), then done piece by piece, each piece with its note in one
 * transaction of at most about 50 ms, so that whoever is killed is finished by the next. Then the store is swept: one pass over its
 * rows marks which records and words are still named, and blocks are written again without the others. Last it is written anew as a whole,
 * since deleted rows leave traces between others and in free pages (store/db.h, db_compact), and the log is cut.
 *
 * A trace or run is forgotten whole, also when several files held parts of it. With a source go all traces and runs that have a record
 * of it; the other files that had a part in them are marked to be read again from their beginning if they are imported again. */
#ifndef SPOOR_STORE_FORGET_H
#define SPOOR_STORE_FORGET_H

#include "store/db.h"

struct forget_list { /* ids; borrowed */
	const int64_t *at;
	size_t n;
};

struct forget_what {
	struct forget_list traces, runs, sources; /* sources: the traces and runs of theirs are in the lists */
	struct forget_list again;                 /* sources to be read again */
};

/* Keeps imports out while it lives: they wait. ERR_STORE if one is running. */
struct forget;
struct forget *forget_open(struct db *db, struct err *err); /* DB_WRITE */
void forget_close(struct forget *f);                        /* NULL is fine */

/* Is something written down that is not finished? */
bool forget_pending(struct db *db, bool *pending, struct err *err);
bool forget_note(struct forget *f, const struct forget_what *what, struct err *err);
/* Does all that is written down. Stopped by *cancel (may be NULL) with ERR_INTERRUPTED, or killed: the next call goes on. compact false:
 * leaves the store as large as it was; what was forgotten may then still be found in its free room. *cut: the log is empty too. */
bool forget_run(struct forget *f, bool compact, const _Atomic bool *cancel, bool *cut, struct err *err);

#endif
