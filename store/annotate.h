/* What people say of answers: verdicts, notes, corrections, reasons, tags, scores, preferences: append-only events; state is the newest per
 * target, author, field and part (decisions.md 15). Nothing is overwritten; undo appends a withdrawal, redo adds again. The table
 * annotation_now holds it, kept by annotate_put alone; nothing else may write either table. To write: a DB_DURABLE connection: on disk when the call returns. */
#ifndef SPOOR_STORE_ANNOTATE_H
#define SPOOR_STORE_ANNOTATE_H

#include "store/annotation.h"
#include "store/base/arena.h"
#include "store/db.h"

/* What is judged: key is the case key, "trace:ID" or "trace:ID/span:ID" (query/subject.h makes it); input and output as the source has them. */
struct annotation_target {
	struct str key, input, output;
};
struct sha256 annotation_target_hash(const struct annotation_target *t);
/* All that an event keeps of its target, for where the texts themselves are not (an item that travels masked). */
struct annotation_kept {
	struct str key;
	struct sha256 hash, io;
	uint64_t input_hash, output_hash;
};
struct annotation_kept annotation_kept(const struct annotation_target *t);
/* What a verdict is still found by where the key has become another one. */
struct sha256 annotation_io_hash(struct str input, struct str output);

/* Two answers to one input, whichever side each was on: the pair's target (key "pair:KEY", output both in the order of their hashes) and the value
 * of a preference for `prefers` (0 the first given, 1 the second, 2 both good, 3 both bad): "better:<16 hex of the hash of the better
 * output>", "tie", "both-bad". *output is appended to and must live as long as the target. */
struct annotation_target annotation_pair(struct str key, struct str input, struct str first, struct str second,
                                         struct buf *key_text, struct buf *output);
void annotation_preference(struct buf *value, struct str first, struct str second, int prefers);
/* The same of the hashes of both: sha256 of an answer, trimmed. */
struct sha256 annotation_answer_hash(struct str answer);
void annotation_preference_of(struct buf *value, const struct sha256 answers[2], int prefers);
int annotation_prefers_of(struct str value, const struct sha256 answers[2]);
/* The other way: which of the two a value prefers, as above; -1: neither of these answers. */
int annotation_prefers(struct str value, struct str first, struct str second);

struct annotate_opts {
	struct str author;
	int64_t now_ns; /* an event never is older than one it follows: annotate raises it where it has to */
	unsigned how;
	const struct event_id *because; /* may be NULL */
	const struct sha256 *shown;     /* may be NULL */
	struct str queue;
};
/* An empty value: there is nothing (more) to say in this field; the state has no row of it then. */
struct say {
	enum annotation_field field;
	struct str part, value;
};
enum { SAYS_MOST = 8 };
/* Appends n (at most SAYS_MOST) events of one person on one target, all or none; events[n] get their ids. */
bool annotate(struct db *db, const struct annotation_target *target, const struct annotate_opts *opts,
              const struct say *says, size_t n, struct event_id *events, struct err *err);
/* The same inside a transaction that is open: it is the caller's to commit, or to roll back where this fails. */
bool annotate_in(struct db *db, const struct annotation_target *target, const struct annotate_opts *opts,
                 const struct say *says, size_t n, struct event_id *events, struct err *err);
/* The same of a target whose texts are not here. */
bool annotate_kept_in(struct db *db, const struct annotation_kept *target, const struct annotate_opts *opts,
                      const struct say *says, size_t n, struct event_id *events, struct err *err);
/* The same with one event and nothing but an author. */
bool annotate_add(struct db *db, const struct annotation_target *target, struct str author, enum annotation_field field,
                  struct str value, int64_t now_ns, unsigned char event[16], struct err *err);
/* Appends withdrawals of n events of this author, all or none; ERR_NOT_FOUND: one is not there, or another person's. */
bool annotate_take_back(struct db *db, const struct event_id *events, size_t n, struct str author, int64_t now_ns,
                        struct err *err);
/* The same inside an open transaction. */
bool annotate_take_back_in(struct db *db, const struct event_id *events, size_t n, struct str author, int64_t now_ns,
                           struct err *err);
/* The same for one. */
bool annotate_withdraw(struct db *db, const unsigned char event[16], struct str author, int64_t now_ns,
                       struct err *err);
/* An event as it came from another store: kept as it is; *is_new: it was not here. Call between db_begin and db_commit. */
bool annotate_put(struct db *db, const struct annotation *a, bool *is_new, struct err *err);

/* The state of a target: by author, then field, then part; withdrawn ones left out. */
bool annotate_state(struct db *db, const struct sha256 *target, struct arena *arena, struct annotation **out, size_t *n,
                    struct err *err);
/* Every event in the order of time: of one target, or of all (NULL: at most `most`, the newest). Withdrawals with them. */
bool annotate_history(struct db *db, const struct sha256 *target, size_t most, struct arena *arena,
                      struct annotation **out, size_t *n, struct err *err);

/* Every event, oldest first (by time, then id: equal stores tell the same), as of one moment. The event is good until `tell` returns; false
 * from it ends the telling, with its err. */
typedef bool annotate_tell(void *context, const struct annotation *a, struct err *err);
bool annotate_each(struct db *db, annotate_tell *tell, void *context, struct err *err);
/* Does the store hold this event, and with the same content? */
bool annotate_is_same(struct db *db, const struct annotation *a, bool *same, struct err *err);

/* Who judges here: $SPOOR_AUTHOR, else the login name, else "unknown". Printable, at most 100 bytes; in out. */
struct str annotation_author(char out[128]);

#endif
