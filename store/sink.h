/* The sink: the one interface every imported record travels through. Formats call, the sink implements: the store's
 * ingest writes tables, the recorder of the tests writes text, the decoder's sink keeps one record in memory.
 *
 * Order of calls for one source: source, then for each unit of it: entry (the raw bytes), then any of span, trace, score,
 * run, case_result, annotation made from it; problem at any time; source_end. Text may be overwritten after each call returns: a sink
 * copies what it keeps. All calls come from one thread. */
#ifndef SPOOR_STORE_SINK_H
#define SPOOR_STORE_SINK_H

#include "store/model.h"

struct annotation; /* store/annotation.h */

enum entry_type {
	ENTRY_RECORD, /* one unit of the source, bytes as they came */
	ENTRY_FRAME,  /* what surrounds the records of a document (resource, scope, header) */
	ENTRY_DETAIL, /* one joined record, for formats that build a span or case from several */
	ENTRY_TAIL    /* members of a frame that came after its records */
};

struct entry {
	enum entry_type type;
	int slot; /* which of the format's record paths: the decoder needs it */
	struct str bytes;
	uint64_t
	    frame; /* entry number of the innermost frame around it, 0 if none; ENTRY_TAIL: the frame it completes */
	uint64_t record, line, offset; /* place in the decompressed source */
};

enum { SINK_PAYLOAD = 1 }; /* fill the payload part of struct span, too */

struct sink {
	const struct sink_ops *ops;
	unsigned wants; /* SINK_… */
};

/* What a sink has no use for may be absent. */
struct sink_ops {
	/* Keeps the bytes; returns the entry's number (> 0; numbers rise). What follows until the next entry is made from it. */
	uint64_t (*entry)(struct sink *, const struct entry *);
	void (*span)(struct sink *, const struct span *);
	void (*trace)(struct sink *, const struct trace *);
	void (*score)(struct sink *, const struct score *);
	void (*run)(struct sink *, const struct eval_run *); /* may come again for one id: known beats unknown */
	void (*case_result)(struct sink *, const struct case_result *);
	void (*annotation)(struct sink *, const struct annotation *); /* annotation_check has been passed */
	void (*problem)(struct sink *, const struct problem *);
};

static inline uint64_t sink_entry(struct sink *s, const struct entry *e)
{
	return s->ops->entry ? s->ops->entry(s, e) : 1;
}
static inline void sink_span(struct sink *s, const struct span *span)
{
	if (s->ops->span)
		s->ops->span(s, span);
}
static inline void sink_trace(struct sink *s, const struct trace *trace)
{
	if (s->ops->trace)
		s->ops->trace(s, trace);
}
static inline void sink_score(struct sink *s, const struct score *score)
{
	if (s->ops->score)
		s->ops->score(s, score);
}
static inline void sink_run(struct sink *s, const struct eval_run *run)
{
	if (s->ops->run)
		s->ops->run(s, run);
}
static inline void sink_case(struct sink *s, const struct case_result *res)
{
	if (s->ops->case_result)
		s->ops->case_result(s, res);
}
static inline void sink_annotation(struct sink *s, const struct annotation *a)
{
	if (s->ops->annotation)
		s->ops->annotation(s, a);
}
static inline void sink_problem(struct sink *s, const struct problem *p)
{
	if (s->ops->problem)
		s->ops->problem(s, p);
}
static inline bool sink_wants(const struct sink *s, unsigned what)
{
	return (s->wants & what) != 0;
}

/* ---- the decoder: a stored record back into model structs, by the format that wrote it. Declared here so that queries
 * reach payloads without knowing importers; main registers the importers' implementation. */
struct stored_record {
	const char *format;       /* name in the table of formats */
	struct str map;           /* what the user said of the columns (struct source); absent: nothing */
	struct entry entry;       /* bytes valid for the call */
	const struct str *frames; /* JSON texts, innermost first, tails merged in */
	size_t n_frames;
	struct str file, member; /* of its source, as it was imported; terminated; member: of an archive, or absent */
	struct hash128 head;     /* of its source's first bytes: runs without an id of their own are known by it */
};
/* Runs the format over one stored record into `out` (which wants SINK_PAYLOAD). False with err: format unknown, or the record
 * no longer reads. Thread-safe. */
typedef bool decode_fn(const struct stored_record *rec, struct sink *out, struct err *err);
void sink_set_decoder(decode_fn *decode);
decode_fn *sink_decoder(void); /* NULL until registered */

/* ---- the price list: what a call costs whose source gives tokens and a model but no cost. Declared here so that the store
 * fills it at one place for all formats, without knowing the list; main registers the importers' (import/prices.h). */
struct usage {
	struct str model, provider; /* as the source writes them */
	int64_t start_ns;           /* the price of that day; TIME_UNKNOWN: the newest */
	int64_t tokens_in, tokens_out, tokens_cached;
	int64_t tokens_cache_write; /* of tokens_in; <= 0: none */
};
typedef double price_fn(const struct usage *usage); /* USD; UNKNOWN_DOUBLE: no price is known. Thread-safe */
void sink_set_price_list(price_fn *price);
double sink_price(const struct usage *usage); /* UNKNOWN_DOUBLE without a list, a model or any token */

#endif
