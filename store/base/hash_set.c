#include "store/base/hash_set.h"

#include <stdlib.h>

#include "store/base/hash.h"

bool hash_set_has(const struct hash_set *set, uint64_t hash)
{
	if (!set->n)
		return false;
	hash += hash == 0;
	for (size_t at = (size_t)hash_spread(hash);; at++) {
		uint64_t have = set->slot[at & (set->cap - 1)];
		if (!have || have == hash)
			return have != 0;
	}
}

static void put_hash(uint64_t *slot, size_t cap, uint64_t hash)
{
	size_t at = (size_t)hash_spread(hash) & (cap - 1);
	while (slot[at])
		at = (at + 1) & (cap - 1);
	slot[at] = hash;
}

void hash_set_add(struct hash_set *set, uint64_t hash)
{
	hash += hash == 0;
	if (hash_set_has(set, hash))
		return;
	if (4 * (set->n + 1) > 3 * set->cap) {
		size_t cap = set->cap ? set->cap * 2 : 1024;
		uint64_t *slot = xcalloc(cap, sizeof *slot);
		for (size_t i = 0; i < set->cap; i++)
			if (set->slot[i])
				put_hash(slot, cap, set->slot[i]);
		free(set->slot);
		set->slot = slot;
		set->cap = cap;
	}
	put_hash(set->slot, set->cap, hash);
	set->n++;
}

void hash_set_clear(struct hash_set *set)
{
	free(set->slot);
	*set = (struct hash_set){0};
}
