#include "store/search_keys.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/base/vec.h"

enum { FIRST_SLOTS = 1 << 14, SEEN = 1 << 13 };

static const uint32_t prefix_lengths[] = {2, 3, 5};
enum { N_PREFIXES = sizeof prefix_lengths / sizeof *prefix_lengths };

static uint32_t key_of(uint64_t hash, uint64_t sort)
{
	hash = (hash ^ sort * UINT64_C(0xC2B2AE3D27D4EB4F)) * UINT64_C(0x9E3779B97F4A7C15);
	return (uint32_t)(hash >> 32) | 1; /* 0 is none */
}

uint32_t key_of_word(uint64_t hash)
{
	return key_of(hash, 1);
}

uint32_t key_of_pair(uint64_t first, uint64_t second)
{
	return key_of(first * 31 + second, 2);
}

bool key_of_prefix(struct str prefix, uint32_t n_codes, uint32_t *key)
{
	for (size_t i = N_PREFIXES; i-- > 0;)
		if (n_codes >= prefix_lengths[i]) {
			*key = key_of(words_prefix(prefix, prefix_lengths[i]), 2 + prefix_lengths[i]);
			return true;
		}
	return false;
}

static void add_text(void *to, struct str text);
static bool was_seen(void *to, struct str raw);

void key_set_init(struct key_set *k)
{
	*k = (struct key_set){.n_slots = FIRST_SLOTS};
	k->slots = xcalloc(k->n_slots, sizeof *k->slots);
	k->seen = xcalloc(SEEN, sizeof *k->seen);
	k->leaves = (struct leaves){.leaf = add_text, .skip = was_seen, .to = k};
}

void key_set_done(struct key_set *k)
{
	free(k->keys);
	free(k->slots);
	free(k->seen);
	leaves_done(&k->leaves);
	*k = (struct key_set){0};
}

void key_set_clear(struct key_set *k)
{
	memset(k->slots, 0, k->n_slots * sizeof *k->slots);
	memset(k->seen, 0, SEEN * sizeof *k->seen);
	k->n = 0;
}

static uint32_t *slot_of(const struct key_set *k, uint32_t key)
{
	size_t at = key >> 1 & (k->n_slots - 1);
	while (k->slots[at] && k->slots[at] != key)
		at = (at + 1) & (k->n_slots - 1);
	return &k->slots[at];
}

static void grow(struct key_set *k)
{
	free(k->slots);
	k->n_slots *= 2;
	k->slots = xcalloc(k->n_slots, sizeof *k->slots);
	for (size_t i = 0; i < k->n; i++)
		*slot_of(k, k->keys[i]) = k->keys[i];
}

/* False: it was there. */
static bool add_key(struct key_set *k, uint32_t key)
{
	uint32_t *slot = slot_of(k, key);
	if (*slot)
		return false;
	k->keys = vec_grow(k->keys, &k->cap, k->n, sizeof *k->keys);
	k->keys[k->n++] = key;
	*slot = key;
	if (k->n * 2 > k->n_slots)
		grow(k);
	return true;
}

static void add_word(struct key_set *k, struct str text, const struct word *w)
{
	if (!add_key(k, key_of_word(w->hash)) || w->single)
		return;
	struct str word = str_cut(text, w->at, w->len);
	for (size_t i = 0; i < N_PREFIXES && w->n_codes >= prefix_lengths[i]; i++)
		add_key(k, key_of(words_prefix(word, prefix_lengths[i]), 2 + prefix_lengths[i]));
}

static void add_text(void *to, struct str text)
{
	struct key_set *k = to;
	struct words words = words_of(text);
	struct word w, before = {0};
	while (words_next(&words, &w)) {
		add_word(k, text, &w);
		if (w.single && w.glued && before.single)
			add_key(k, key_of_pair(before.hash, w.hash));
		before = w;
	}
}

/* A chat repeats the conversation so far: most strings of a block were there before. A forgotten one is only read again. */
static bool was_seen(void *to, struct str raw)
{
	struct key_set *k = to;
	uint64_t hash = hash64(raw);
	uint64_t *at = &k->seen[hash & (SEEN - 1)];
	if (*at == hash)
		return true;
	*at = hash;
	return false;
}

void key_set_add(struct key_set *k, struct str stored)
{
	leaves_walk(&k->leaves, stored);
}

void key_set_join(struct key_set *k, const struct key_set *other)
{
	for (size_t i = 0; i < other->n; i++)
		add_key(k, other->keys[i]);
}
