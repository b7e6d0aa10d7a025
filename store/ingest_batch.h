/* A batch: what the parser's thread collects between two commits, in plain rows with their text in one arena. No database here.
 * Text is interned per batch (words, prompts, traces, runs: indices), so that the writer looks each up once. */
#ifndef SPOOR_STORE_INGEST_BATCH_H
#define SPOOR_STORE_INGEST_BATCH_H

#include "store/annotation.h"
#include "store/base/arena.h"
#include "store/base/vec.h"
#include "store/block.h"
#include "store/part.h"
#include "store/sink.h"

enum { BATCH_BLOCKS = 4, WORD_BYTES = 1024, CONFIG_BYTES = 256 << 10, BATCH_ENTRIES = 1 << 17 };

struct batch_entry {
	enum entry_type type;
	int slot;
	uint64_t frame, record, line, offset, hash;
	uint32_t len;
	uint32_t rows, dups; /* made from it; of these, known to the store already */
	bool keep;           /* also holds rows that are not checked for duplicates */
};

struct batch_word {
	struct str text;
	uint64_t hash;
	uint32_t id; /* the writer's */
};

struct batch_prompt {
	uint32_t name; /* word index, then id */
	struct str version, text;
	unsigned char hash[32];
	bool has_text;
	int64_t first_ns;
	uint64_t hash64;
	struct hash128 same;
	uint32_t id;
};

struct batch_preview {
	struct str text; /* absent: none */
	struct preview_rank rank;
};

struct batch_trace {
	struct hash128 key;
	struct str text;
	uint32_t first_span, last_span, n_spans; /* chain through batch_span.next */
	uint32_t n_said;
	struct batch_preview input, output;
	int64_t id; /* the writer's; 0 not known */
	bool due;   /* large, and to be settled once the batch is written */
};

struct batch_span {
	struct span_part part;
	uint32_t trace, entry, next;
};

struct batch_said {
	uint64_t record;
	uint32_t trace, name, session, user, service;
	uint64_t hash;
	int64_t start_ns, end_ns;
	enum span_status status;
	double cost_usd;
	struct str input, output;
};

struct batch_tag {
	uint32_t trace, tag;
};

struct batch_score {
	uint64_t record;
	uint32_t trace, name, judge, author;
	bool has_span, waits, aside; /* waits: its trace is not known */
	int64_t span, ident, time_ns;
	double value, threshold;
	struct str label, explanation;
	int pass;
	enum score_source from;
};

struct batch_run {
	struct hash128 key;
	struct str text;
	int64_t id;
};

struct batch_run_said {
	uint32_t run, dataset, model, provider, prompt;
	struct str name, config;
	int64_t created_ns;
	uint32_t first_metric, n_metrics;
};

struct batch_metric {
	uint32_t name;
	double value;
};

struct batch_case {
	uint64_t record;
	uint32_t run, first_score, n_scores;
	struct str key, title;
	bool has_repeat, has_trace, part;
	int64_t repeat, order, weight;
	enum case_status status;
	uint64_t input_hash, expected_hash, output_hash, hash, variant;
	int64_t latency_ns, tokens_in, tokens_out;
	double cost_usd;
	struct hash128 trace;
};

struct batch_case_score {
	uint32_t name, judge, n;
	double value, threshold;
	struct str label;
	int pass;
	enum score_source from;
};

struct batch_map { /* hash → index + 1 */
	uint32_t *slot;
	size_t cap, n;
};

/* What the collector has to remember from call to call. */
struct batch_place {
	struct hash128 head;     /* of the source: ids for what has none */
	uint64_t record, number; /* of the entry at work: in the source, in the store */
	uint64_t entry_hash;
	uint32_t made_up; /* ids made up for this record */
};

struct batch {
	struct arena arena;
	uint64_t first_entry;
	struct block_pool *pool;       /* of the blocks' buffers; NULL: the heap */
	VEC(struct block_fill) blocks; /* of the entries, in order; the last is being filled */
	size_t n_helped;               /* so many of them the parser has looked at, to compress them */
	size_t raw_bytes;              /* of the entries */
	VEC(struct batch_entry) entries;
	VEC(struct batch_word) words;     /* [0] unused */
	VEC(struct batch_prompt) prompts; /* [0] unused */
	VEC(struct batch_trace) traces;
	VEC(struct batch_span) spans;
	VEC(struct batch_said) said;
	VEC(struct batch_tag) tags;
	VEC(struct batch_score) scores;
	VEC(struct batch_run) runs;
	VEC(struct batch_run_said) run_said;
	VEC(struct batch_metric) metrics;
	VEC(struct batch_case) cases;
	VEC(struct batch_case_score) case_scores;
	VEC(struct annotation) annotations;
	VEC(struct problem) problems; /* text in the arena, file and entry too */
	struct batch_map word_map, prompt_map, trace_map, run_map;
	struct buf facts;          /* scratch of the collector */
	int64_t first_ns, last_ns; /* of the spans' times */

	/* the resume point; none: the batch ends in the middle of something */
	bool has_point, ends_source;
	size_t full_blocks; /* so many make it due: BATCH_BLOCKS, fewer where the writer is slow */
	uint8_t stop;       /* enum ingest_stop, of the last batch of a source */
	uint64_t point_bytes, point_records;
	struct hash128 point_hash;
};

void batch_init(struct batch *b, struct block_pool *pool);
void batch_reset(struct batch *b, uint64_t first_entry); /* keeps memory of common size */
void batch_done(struct batch *b);
size_t batch_bytes(const struct batch *b); /* about: of all that came, packed since or not */
bool batch_is_empty(const struct batch *b);

/* Adding: what the sink is called with, copied. */
uint64_t batch_entry_add(struct batch *b, struct batch_place *place, const struct entry *e);
void batch_span_add(struct batch *b, struct batch_place *place, const struct span *span);
void batch_said_add(struct batch *b, struct batch_place *place, const struct trace *trace);
void batch_score_add(struct batch *b, struct batch_place *place, const struct score *score);
void batch_run_add(struct batch *b, struct batch_place *place, const struct eval_run *run);
void batch_case_add(struct batch *b, struct batch_place *place, const struct case_result *res);
void batch_annotation_add(struct batch *b, struct batch_place *place, const struct annotation *a);
void batch_problem_add(struct batch *b, const struct problem *p);

#endif
