/* A review bundle: one store file that holds a queue and what its items say, so that somebody can judge them on another machine without runs,
 * traces, scores or anything else of the store it came from. Verdicts go into the bundle; `spoor merge FILE` brings them home, where they are found
 * by the text that was judged.
 *
 * An item's content is what query/subject.h gives to be read, without runs and scores: a list of tagged texts (tag and length as varints, then the
 * bytes as they are: hashes of what was judged must not change), zstd. Masked, it has what is
 * left of the texts after store/study/mask.h, a key with personal data by its hash (hidden_key.h), and the hashes that a verdict is kept under, made of the texts as they were:
 * enough to bring it home, and to tell whether a text that somebody already has is the one. It comes from a file of somebody else: whatever it
 * holds, reading it costs what its size allows (CONTENT_BYTES), and what is damaged says so. */
#ifndef SPOOR_STORE_QUERY_QUEUE_BUNDLE_H
#define SPOOR_STORE_QUERY_QUEUE_BUNDLE_H

#include "store/base/pack.h"
#include "store/query/subject.h"
#include "store/queue.h"

enum { CONTENT_BYTES = 64 << 20 };

/* Replaces *out. */
void queue_content_write(struct pack *pack, const struct subject *s, struct buf *out);
/* All in the arena; out->at has its kind and no rows. ERR_INPUT: damaged. */
bool queue_content_read(struct str content, struct arena *arena, struct subject *out, struct err *err);

struct queue_bundle {
	int64_t items, missing; /* written; not in the store any more */
	int64_t bytes;          /* of the file */
};
/* Into `file` (mode 0600, whole or not at all; force: in place of what is there; the connection does not mask). A blind queue does not say what it was made from. */
struct queue_bundle_opts {
	bool force, masked;
};
bool queue_bundle_write(struct db *db, int64_t queue, const struct queue_bundle_opts *opts, const char *file,
                        struct queue_bundle *out, struct err *err);
/* Is this file a bundle that can be opened? Appends the name of its queue. False: no (err unset), or it is one and cannot be read (err). */
bool queue_bundle_is(const char *file, struct buf *name, struct err *err);

#endif
