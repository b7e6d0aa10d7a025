/* A set of 64-bit hashes that an attacker may have chosen: open addressing, at most three quarters full, spread by a seed of the process. */
#ifndef SPOOR_STORE_BASE_HASH_SET_H
#define SPOOR_STORE_BASE_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_set { /* 0 is kept as 1 */
	uint64_t *slot;
	size_t cap, n;
};
bool hash_set_has(const struct hash_set *set, uint64_t hash);
void hash_set_add(struct hash_set *set, uint64_t hash);
void hash_set_clear(struct hash_set *set);

#endif
