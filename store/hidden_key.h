/* A target's key that holds personal data, in what travels masked: its SHA-256 in its place ("sha256:HEX", "pair:sha256:HEX"), from which a
 * store that has the case knows it again. */
#ifndef SPOOR_STORE_HIDDEN_KEY_H
#define SPOOR_STORE_HIDDEN_KEY_H

#include "store/base/arena.h"
#include "store/db.h"

/* In the arena. */
struct str key_hide(struct arena *arena, struct str key);

/* The cases of a store by the hashes of their keys; read when the first hidden key is asked for. */
struct key_hashes;
struct key_hashes *key_hashes_new(struct db *db);
void key_hashes_free(struct key_hashes *k); /* NULL is fine */
/* *key, where it is hidden and the case is in the store, becomes the key as it was, in the arena; else it stays. n log n in the store's cases, once. */
bool key_show(struct key_hashes *k, struct arena *arena, struct str *key, struct err *err);

#endif
