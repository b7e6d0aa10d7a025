/* Interned words by their number, each read once: cheaper than a subquery in every row where many rows share few words. */
#ifndef SPOOR_STORE_QUERY_WORDS_H
#define SPOOR_STORE_QUERY_WORDS_H

#include "store/base/arena.h"
#include "store/db.h"

struct word {
	int64_t id; /* 0: a free place */
	struct str text;
	int mark; /* the caller's; 0 to begin with */
};
/* Zero-initialised is empty. At most WORDS_KEPT are held: beyond it begins anew, and what was got before is gone. */
enum { WORDS_KEPT = 1 << 16 };
struct words {
	struct arena arena;
	struct word *at;
	size_t n, cap;
	struct word none;
};
void words_done(struct words *w);
/* The word of this id; UNKNOWN_INT and ids that are not there have no text. NULL: err. Good until the next call; its text, until
 * WORDS_KEPT other words were got. */
struct word *words_get(struct words *w, struct db *db, int64_t id, struct err *err);

#endif
