/* Verdicts, notes, corrections, reasons, tags: append-only events; state is the newest per target, author and field
 * (decisions.md 15). Nothing is overwritten; undo appends a withdrawal. Connection: DB_DURABLE: on disk when the call returns. */
#ifndef SPOOR_STORE_ANNOTATE_H
#define SPOOR_STORE_ANNOTATE_H

#include "store/base/arena.h"
#include "store/base/hash.h"
#include "store/db.h"

enum annotation_field { FIELD_VERDICT, FIELD_NOTE, FIELD_CORRECTION, FIELD_REASON, FIELD_TAG, N_ANNOTATION_FIELDS };
enum verdict { VERDICT_NONE, VERDICT_GOOD, VERDICT_BAD, VERDICT_UNSURE };

/* What is judged: key is the case key, or "trace:ID" / "trace:ID/span:ID"; input and output as normalised text. */
struct annotation_target {
	struct str key, input, output;
};
struct sha256 annotation_target_hash(const struct annotation_target *t);
/* What a verdict is still found by where the key has become another one. */
struct sha256 annotation_io_hash(struct str input, struct str output);

struct annotation {
	unsigned char event[16];
	struct sha256 target;
	struct str hint, author, value;
	enum annotation_field field;
	int64_t time_ns;
	bool withdrawn;
};

/* Appends one event; *event gets its id. value: "good" "bad" "unsure", or text. */
bool annotate_add(struct db *db, const struct annotation_target *target, struct str author, enum annotation_field field,
                  struct str value, int64_t now_ns, unsigned char event[16], struct err *err);
/* Appends the withdrawal of an event (undo); redo is adding again. */
bool annotate_withdraw(struct db *db, const unsigned char event[16], struct str author, int64_t now_ns,
                       struct err *err);
/* The state of a target: newest of each author and field, withdrawn ones left out. */
bool annotate_state(struct db *db, const struct sha256 *target, struct arena *arena, struct annotation **out, size_t *n,
                    struct err *err);
const char *verdict_name(enum verdict v);

#endif
