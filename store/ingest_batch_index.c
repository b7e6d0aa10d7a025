#include "store/ingest_batch_private.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/hash.h"
#include "store/settle.h"

enum { MAP_PROBES = 64 };

/* ---------------------------------------------------------------- maps */

static void map_grow(struct batch_map *map, uint64_t (*hash_of)(const struct batch *, uint32_t), const struct batch *b)
{
	size_t cap = map->cap ? map->cap * 2 : 1024;
	uint32_t *slot = xcalloc(cap, sizeof *slot);
	for (size_t i = 0; i < map->cap; i++) {
		if (!map->slot[i])
			continue;
		size_t at = (size_t)hash_spread(hash_of(b, map->slot[i] - 1)) & (cap - 1);
		while (slot[at])
			at = (at + 1) & (cap - 1);
		slot[at] = map->slot[i];
	}
	free(map->slot);
	map->slot = slot;
	map->cap = cap;
}

/* The slot of what has this hash and is equal, or a free one. Many different things of one hash (made on purpose) are
 * not looked for for long: then the thing is simply noted twice. */
static uint32_t *map_find(struct batch_map *map, const struct batch *b, uint64_t hash,
                          uint64_t (*hash_of)(const struct batch *, uint32_t),
                          bool (*same)(const struct batch *, uint32_t, const void *), const void *what)
{
	if (2 * (map->n + 1) > map->cap)
		map_grow(map, hash_of, b);
	size_t at = (size_t)hash_spread(hash) & (map->cap - 1);
	for (int probes = 0; map->slot[at]; at = (at + 1) & (map->cap - 1)) {
		uint32_t i = map->slot[at] - 1;
		if (hash_of(b, i) == hash && (same(b, i, what) || ++probes > MAP_PROBES))
			return same(b, i, what) ? &map->slot[at] : NULL;
	}
	return &map->slot[at];
}

static uint64_t word_hash(const struct batch *b, uint32_t i)
{
	return b->words.at[i].hash;
}

static bool word_same(const struct batch *b, uint32_t i, const void *text)
{
	return str_eq(b->words.at[i].text, *(const struct str *)text);
}

/* Valid text of at most WORD_BYTES bytes. */
struct str batch_short_text(struct arena *arena, struct str text)
{
	if (text.len > WORD_BYTES) {
		size_t at = WORD_BYTES;
		while (at > WORD_BYTES - 4 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
			at--;
		text.len = at;
	}
	struct str valid = text_valid(arena, text);
	return valid.ptr == text.ptr ? arena_str(arena, valid) : valid;
}

uint32_t batch_word_index(struct batch *b, struct str text)
{
	if (text.len == 0)
		return 0;
	text = str_cut(text, 0, WORD_BYTES + 4);
	uint64_t hash = hash64(text);
	bool plain = text.len <= WORD_BYTES; /* longer text is compared as it was cut */
	struct str key = plain ? text : batch_short_text(&b->arena, text);
	if (!plain)
		hash = hash64(key);
	uint32_t *slot = map_find(&b->word_map, b, hash, word_hash, word_same, &key);
	if (slot && *slot)
		return *slot - 1;
	struct str kept = plain ? arena_str(&b->arena, text) : key;
	*vec_add(&b->words) = (struct batch_word){.text = kept, .hash = hash};
	if (slot) {
		*slot = (uint32_t)b->words.n;
		b->word_map.n++;
	}
	return (uint32_t)b->words.n - 1;
}

static uint64_t key_bits(struct hash128 key)
{
	uint64_t bits;
	memcpy(&bits, key.byte, sizeof bits);
	return bits;
}

static uint64_t trace_hash(const struct batch *b, uint32_t i)
{
	return key_bits(b->traces.at[i].key);
}

static bool trace_same(const struct batch *b, uint32_t i, const void *key)
{
	return hash128_eq(b->traces.at[i].key, *(const struct hash128 *)key);
}

static uint64_t run_hash(const struct batch *b, uint32_t i)
{
	return key_bits(b->runs.at[i].key);
}

static bool run_same(const struct batch *b, uint32_t i, const void *key)
{
	return hash128_eq(b->runs.at[i].key, *(const struct hash128 *)key);
}

/* ---------------------------------------------------------------- ids */

struct str batch_hex_text(struct arena *arena, const void *bytes, size_t n)
{
	struct buf hex = BUF_INIT;
	hash_hex(&hex, bytes, n);
	struct str text = arena_str(arena, buf_str(&hex));
	buf_done(&hex);
	return text;
}

uint32_t batch_trace_index(struct batch *b, const struct batch_place *place, struct id_scope scope, struct str id)
{
	struct hash128 key = id.len ? model_trace_key(scope, id) : made_up(place, UINT64_MAX);
	uint32_t *slot = map_find(&b->trace_map, b, key_bits(key), trace_hash, trace_same, &key);
	if (slot && *slot)
		return *slot - 1;
	*vec_add(&b->traces) = (struct batch_trace){
	    .key = key,
	    .text = id.len ? batch_short_text(&b->arena, id) : batch_hex_text(&b->arena, key.byte, sizeof key.byte),
	    .first_span = SETTLE_NONE,
	    .last_span = SETTLE_NONE,
	};
	if (slot) {
		*slot = (uint32_t)b->traces.n;
		b->trace_map.n++;
	}
	return (uint32_t)b->traces.n - 1;
}

uint32_t batch_run_index(struct batch *b, const struct batch_place *place, struct id_scope scope, struct str id)
{
	bool local = id.len && id.ptr[0] == '#'; /* "#1": means something only inside its source (model.h) */
	struct str text = id.len ? batch_short_text(&b->arena, id)
	                         : batch_hex_text(&b->arena, place->head.byte, sizeof place->head.byte);
	if (local)
		text = arena_printf(&b->arena, STR_FMT STR_FMT, STR_ARG(batch_hex_text(&b->arena, place->head.byte, 4)),
		                    STR_ARG(text));
	struct hash128 key = local    ? model_local_run_key(place->head, id)
	                     : id.len ? model_trace_key(scope, id)
	                              : place->head;
	uint32_t *slot = map_find(&b->run_map, b, key_bits(key), run_hash, run_same, &key);
	if (slot && *slot)
		return *slot - 1;
	*vec_add(&b->runs) = (struct batch_run){
	    .key = key,
	    .text = text,
	};
	if (slot) {
		*slot = (uint32_t)b->runs.n;
		b->run_map.n++;
	}
	return (uint32_t)b->runs.n - 1;
}

/* ---------------------------------------------------------------- prompts */

static uint64_t prompt_hash(const struct batch *b, uint32_t i)
{
	return b->prompts.at[i].hash64;
}

static bool prompt_same(const struct batch *b, uint32_t i, const void *what)
{
	const struct batch_prompt *have = &b->prompts.at[i], *want = what;
	return have->name == want->name && have->has_text == want->has_text && hash128_eq(have->same, want->same);
}

uint32_t batch_prompt_index(struct batch *b, struct str name, struct str version, struct str text, int64_t when_ns)
{
	if (!name.len && !version.len && !text.len)
		return 0;
	struct batch_prompt p = {
	    .name = batch_word_index(b, name.len ? name : STR_LIT("(unnamed)")),
	    .version = str_cut(version, 0, WORD_BYTES),
	    .text = text,
	    .has_text = text.len > 0,
	    .first_ns = when_ns,
	};
	buf_clear(&b->facts);
	fact_int(&b->facts, p.name);
	fact_text(&b->facts, p.version);
	fact_text(&b->facts, p.text);
	p.hash64 = hash64(buf_str(&b->facts));
	p.same = hash128_of(p.text);
	uint32_t *slot = map_find(&b->prompt_map, b, p.hash64, prompt_hash, prompt_same, &p);
	if (slot && *slot) {
		struct batch_prompt *have = &b->prompts.at[*slot - 1];
		if (when_ns != TIME_UNKNOWN && (have->first_ns == TIME_UNKNOWN || when_ns < have->first_ns))
			have->first_ns = when_ns;
		return *slot - 1;
	}
	p.version = version.ptr ? batch_short_text(&b->arena, version) : STR_LIT("");
	p.text = text_valid(&b->arena, text);
	if (p.text.ptr == text.ptr)
		p.text = arena_str(&b->arena, text);
	if (p.has_text)
		memcpy(p.hash, sha256_of(text).byte, sizeof p.hash);
	*vec_add(&b->prompts) = p;
	if (slot) {
		*slot = (uint32_t)b->prompts.n;
		b->prompt_map.n++;
	}
	return (uint32_t)b->prompts.n - 1;
}
