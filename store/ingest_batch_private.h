/* What the parts of the batch share: ingest_batch.c (rows) and ingest_batch_index.c (what is known by an index). For nobody else. */
#ifndef SPOOR_STORE_INGEST_BATCH_PRIVATE_H
#define SPOOR_STORE_INGEST_BATCH_PRIVATE_H

#include "store/ingest_batch.h"

/* Indices into b->words, prompts, traces, runs; what is not there yet is added. 0: no word, no prompt. */
uint32_t batch_word_index(struct batch *b, struct str text);
uint32_t batch_prompt_index(struct batch *b, struct str name, struct str version, struct str text, int64_t when_ns);
uint32_t batch_trace_index(struct batch *b, const struct batch_place *place, struct id_scope scope, struct str id);
uint32_t batch_run_index(struct batch *b, const struct batch_place *place, struct id_scope scope, struct str id);

struct str batch_short_text(struct arena *arena, struct str text); /* valid, at most WORD_BYTES */
struct str batch_hex_text(struct arena *arena, const void *bytes, size_t n);

/* An id for what has none: the same each time the same record of the same source is read. */
static inline struct hash128 made_up(const struct batch_place *place, uint64_t n)
{
	return model_made_up(place->head, place->record, place->entry_hash, n);
}

/* ---- facts: what makes two records say the same */

static inline void fact_bits(struct buf *facts, const void *bits, size_t n)
{
	buf_add(facts, bits, n);
}

static inline void fact_int(struct buf *facts, int64_t n)
{
	fact_bits(facts, &n, sizeof n);
}

static inline void fact_double(struct buf *facts, double d)
{
	if (IS_UNKNOWN(d))
		fact_int(facts, UNKNOWN_INT);
	else
		fact_bits(facts, &d, sizeof d);
}

static inline void fact_text(struct buf *facts, struct str text)
{
	uint64_t hash = text.ptr ? hash64(text) | 1 : 0;
	fact_bits(facts, &hash, sizeof hash);
}

static inline void fact_word(struct batch *b, uint32_t i)
{
	fact_bits(&b->facts, &b->words.at[i].hash, sizeof b->words.at[i].hash);
}

static inline uint64_t facts_hash(struct batch *b, const struct batch_place *place)
{
	fact_bits(&b->facts, &place->entry_hash, sizeof place->entry_hash);
	return hash64(buf_str(&b->facts));
}

#endif
