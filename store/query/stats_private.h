/* Sums over spans or traces, by groups: what stats.c, stats_spans.c and stats_documents.c share. */
#ifndef SPOOR_STORE_QUERY_STATS_PRIVATE_H
#define SPOOR_STORE_QUERY_STATS_PRIVATE_H

#include "store/base/vec.h"
#include "store/query/stats.h"
#include "store/query/words.h"

enum { TALLY_TOKENS = 4 }; /* in, out, cached, reasoning */
struct tally {
	int64_t n, errors, timed, total_ns, retries, repeats;
	int64_t tokens[TALLY_TOKENS]; /* UNKNOWN_INT: nobody says */
	double cost_usd;              /* NaN: likewise */
	bool estimated;
	uint32_t *times; /* by bucket of store/hist.h, from `low` on */
	int32_t low, n_times;
};
/* clang-format off */
#define TALLY_INIT \
	((struct tally){.tokens = {UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT}, .cost_usd = UNKNOWN_DOUBLE})
/* clang-format on */
void tally_done(struct tally *t);
void tally_time(struct tally *t, int64_t duration_ns); /* a duration; unknown and negative ones are none */
void tally_times(struct tally *t, int32_t bucket, int64_t n);
void tally_tokens(struct tally *t, int which, int64_t n);
void tally_cost(struct tally *t, double usd, bool estimated);
void tally_merge(struct tally *to, const struct tally *from);
void tally_figures(const struct tally *t, struct stats_figures *out);

struct group {
	uint64_t a, b;
	struct str text; /* the owner's */
	struct tally tally;
};
/* Zero-initialised is empty; at most `most` (0: any number), then one more that takes the rest. */
struct groups {
	VEC(struct group) all;
	uint32_t *table;
	size_t cap, most;
	bool more; /* the last one takes the rest */
};
#define GROUP_REST UINT64_MAX
struct group *groups_of(struct groups *g, uint64_t a, uint64_t b); /* good until the next call */
void groups_done(struct groups *g);

/* ---- spans (stats_spans.c): cells of what can be asked for together */
struct cell_key {
	uint32_t name, model, provider, prompt;
	uint8_t kind;
};
struct group *cell_of(struct groups *cells, const struct cell_key *key);
struct cell_key cell_key(const struct group *cell);

struct span_range {
	int64_t first, n;
};
struct spans_read {
	struct groups cells, messages; /* messages: a: name and kind, b: hash of the message */
	struct arena arena;            /* of the messages */
	int64_t spans, traces;
	bool rolled_up; /* some of it */
};
#define MESSAGE_OF(name, kind) ((uint64_t)(name) << 8 | (uint64_t)(kind))
void spans_done(struct spans_read *r);
void spans_begin(struct spans_read *r);
/* Adds all spans of these ranges, one of them a trace, to *out; stops after `most` (< 0: never), between two traces. */
bool spans_scan(struct db *db, const struct span_range *ranges, size_t n, int64_t most, struct spans_read *out,
                struct err *err);
/* The same of all traces there are, with what stats_roll has kept; `most` is of those that are scanned. Sorts the ranges. *out: undefined
 * before, to be ended in any case. */
bool spans_read_all(struct db *db, struct span_range *ranges, size_t n, int64_t most, struct spans_read *out,
                    struct err *err);
/* The sections of spans that are wanted, from the cells. */
bool spans_sections(struct db *db, const struct spans_read *r, unsigned wanted, struct stats *out, struct err *err);

/* ---- rows */
/* Sorts and cuts; text and filters are the arena's. */
void stats_filter(struct stats *s, struct str *out, const char *field, struct str word);
struct stats_row *stats_add_row(struct stats_section *section, size_t *cap);

/* ---- documents (stats_documents.c) */
bool stats_documents(struct db *db, const struct stats_query *q, struct stats *out, struct err *err);
/* SELECT head … over the traces of the query; what is bound after it begins at *params + 1. End with stmt_free. */
struct stmt *stats_traces(struct db *db, const struct stats_query *q, const char *head, const char *tail, int *params,
                          struct err *err);

#endif
