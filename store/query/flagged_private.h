/* What the writers of judged answers share: flagged_out.c (lists), flagged_train.c (tests and training), flagged_platform.c. For nobody else. */
#ifndef SPOOR_STORE_QUERY_FLAGGED_PRIVATE_H
#define SPOOR_STORE_QUERY_FLAGGED_PRIVATE_H

#include "store/base/json.h"
#include "store/query/flagged_out.h"

extern const struct flagged_format flagged_jsonl, flagged_csv, flagged_promptfoo, flagged_chat, flagged_preference,
    flagged_mlflow, flagged_langfuse;

/* Is the answer in this store, with text? */
bool flagged_has_texts(const struct flagged *f);
/* The answer as it should be: what an expert wrote; of a good answer itself. Absent: nobody said. */
struct str flagged_reference(const struct flagged *f);
/* "outdated, tone: the note" of one person. Appends; nothing if there is neither. */
void flagged_comment(struct buf *out, const struct flagged_said *said);
/* What the model said, word for word, out of what was recorded as output; where that cannot be told, as a person reads it. The arena's. */
struct str flagged_verbatim(struct str raw, struct str readable, struct arena *arena);
/* Which two results of its case a pair's target ("pair:KEY") is of. *at stays where they are not in the store. */
bool flagged_find_pair(struct db *db, struct block_cache *blocks, const struct sha256 *target, struct str hint,
                       struct arena *arena, struct subject_at *at, struct err *err);
void flagged_strs(struct jout *j, const char *key, const struct str *list, size_t n);

#endif
