/* Words and prompt versions → ids, in the writer's transaction. A bounded cache in front of the tables. */
#ifndef SPOOR_STORE_INTERN_H
#define SPOOR_STORE_INTERN_H

#include "store/base/arena.h"
#include "store/db.h"

enum { INTERN_WORDS = 1 << 16, INTERN_BYTES = 8 << 20 };

struct intern_slot {
	uint64_t hash;
	struct str text;
	uint32_t id; /* 0: free */
};

struct intern {
	struct intern_slot *slots;
	size_t n;
	struct arena arena;
};

void intern_done(struct intern *in);
/* Forgets what is cached: another process wrote, or a transaction was rolled back. */
void intern_forget(struct intern *in);
/* The id of a word, made if new. hash: hash64(text). */
bool intern_word(struct intern *in, struct db *db, struct str text, uint64_t hash, uint32_t *id, struct err *err);

/* The id of a prompt version (name, version label, SHA-256 of the template or empty); first_ns falls to the earliest seen. */
struct intern_prompt {
	uint32_t name;
	struct str version, hash, text;
	int64_t first_ns;
};
bool intern_prompt(struct db *db, const struct intern_prompt *p, uint32_t *id, struct err *err);

#endif
