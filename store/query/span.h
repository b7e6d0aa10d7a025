/* One span whole: its row, and its payload by running the format over the stored record again. */
#ifndef SPOOR_STORE_QUERY_SPAN_H
#define SPOOR_STORE_QUERY_SPAN_H

#include "store/base/arena.h"
#include "store/block.h"
#include "store/db.h"
#include "store/model.h"

enum { SPAN_ORIGINS = 16 };

struct score_row {
	struct str name, label, explanation, judge_model, author;
	double value, threshold;
	int pass; /* 1, 0, -1 */
	enum score_source source;
	int64_t time_ns;
	bool of_trace;   /* on the whole trace, not on this span */
	bool of_session; /* on the session that the trace belongs to (of_trace as well) */
	bool finding;    /* a check's, not a source's */
};

/* A record a span was made of. */
struct span_origin {
	struct str raw;           /* its bytes as they came */
	const struct str *frames; /* JSON of what surrounded it, innermost first */
	size_t n_frames;
	struct str file, member, format; /* where it came from; member: of an archive, or absent */
	uint64_t record, line, offset;
};

struct span_detail {
	struct span span; /* payload filled, of all its records together; all in the arena */
	/* Its records: the first is the one that counts most; others complement it (a call and its result, a start and its end). */
	const struct span_origin *origins;
	size_t n_origins;
	/* Of the first. */
	struct str raw;
	const struct str *frames;
	size_t n_frames;
	struct str file, format;
	uint64_t record, line, offset;
	struct score_row *scores;
	size_t n_scores;
};
/* The span `key` of trace `trace` (row id), at most SPAN_ORIGINS of its records. Missing payload (a synthetic row) leaves everything empty. */
bool span_detail(struct db *db, struct block_cache *blocks, int64_t trace, int64_t key, int64_t record,
                 struct arena *arena, struct span_detail *out, struct err *err);
/* Numbers of all records a trace was made of (NULL), or its span `key` alone, each once, in the order in which they came. */
bool span_records(struct db *db, int64_t trace, const int64_t *key, struct arena *arena, int64_t **out, size_t *n,
                  struct err *err);
/* Scores of a trace: of one span (key), or of all of it (whole: true). */
bool span_scores(struct db *db, int64_t trace, int64_t key, bool whole, struct arena *arena, struct score_row **out,
                 size_t *n, struct err *err);

#endif
