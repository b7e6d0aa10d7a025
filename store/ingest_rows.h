/* Rows of spans and traces in and out of SQL, for ingest_settle.c. */
#ifndef SPOOR_STORE_INGEST_ROWS_H
#define SPOOR_STORE_INGEST_ROWS_H

#include "store/ingest_private.h"

struct settle_row rows_of_part(const struct span_part *part);

/* The columns that the tree needs, of one trace. row->ref: position in span, id in span_loose; 0 for span_other. */
struct rows_reader {
	struct stmt *stmt;
	enum origin_from from;
};
bool rows_open_span(struct rows_reader *r, struct db *db, const struct settle_job *job, struct err *err);
bool rows_open_loose(struct rows_reader *r, struct db *db, const struct settle_job *job, struct err *err);
bool rows_open_other(struct rows_reader *r, struct db *db, const struct settle_job *job, struct err *err);
enum step rows_next(struct rows_reader *r, struct settle_row *row, struct origin *origin, struct err *err);
/* What the totals need besides: of the rows of the settled range but the synthetic ones, by position. */
bool rows_open_facts(struct rows_reader *r, struct db *db, const struct settle_job *job, struct err *err);
enum step rows_next_facts(struct rows_reader *r, struct settle_facts *facts, struct err *err);
void rows_close(struct rows_reader *r);

/* Whole parts; text in the arena. ERR_NOT_FOUND: no longer there (another process has settled the trace). */
bool rows_load_span(struct db *db, int64_t pos, struct arena *arena, struct span_part *part, struct err *err);
bool rows_load_loose(struct db *db, int64_t loose, struct arena *arena, struct span_part *part, struct err *err);
bool rows_load_other(struct db *db, int64_t trace, int64_t key, uint64_t hash, struct arena *arena,
                     struct span_part *part, struct err *err);

/* The part a ref names (not FROM_MERGED), wherever that is; and only what merging asks of it. */
bool rows_load_part(struct db *db, const struct settle_job *job, uint64_t ref, int64_t key, struct arena *arena,
                    struct span_part *part, struct err *err);
bool rows_load_origin(struct db *db, const struct settle_job *job, uint64_t ref, struct origin *origin,
                      struct err *err);

/* A settled row at `pos`. */
bool rows_insert(struct db *db, int64_t trace, int64_t pos, const struct settle_row *row, const struct span_part *part,
                 int64_t source, struct err *err);
bool rows_insert_synthetic(struct db *db, int64_t trace, int64_t pos, const struct settle_row *row, struct err *err);
bool rows_insert_loose(struct db *db, int64_t trace, const struct span_part *part, struct err *err);
bool rows_insert_other(struct db *db, int64_t trace, const struct span_part *part, struct err *err);

/* What sources say of the trace itself, merged: known beats unknown, then ended beats running, later end, larger hash. */
struct rows_said {
	uint32_t name, session, user, service;
	int64_t start_ns, end_ns, record; /* record: of the first in rank, UNKNOWN_INT if none */
	enum span_status status;
	double cost_usd;
};
#define ROWS_SAID_NONE                                \
	((struct rows_said){.start_ns = TIME_UNKNOWN, \
	                    .end_ns = TIME_UNKNOWN,   \
	                    .record = UNKNOWN_INT,    \
	                    .status = STATUS_UNSET,   \
	                    .cost_usd = UNKNOWN_DOUBLE})
bool rows_load_said(struct db *db, int64_t trace, struct rows_said *said, struct err *err);
/* Inserts or updates the trace's row from the job and its settled tree. */
bool rows_write_trace(struct db *db, const struct settle_job *job, const struct settle *s, const struct rows_said *said,
                      struct err *err);
/* Only what a batch changes at once: previews, who saw it, more loose rows. */
bool rows_touch_trace(struct db *db, const struct settle_job *job, int64_t source, int64_t more_loose, struct err *err);

/* "trace ID, span ID" for a problem. */
bool rows_span_words(struct db *db, int64_t trace, int64_t key, struct buf *out, struct err *err);
/* The histogram of a row's name and kind: one more or less. */
void rows_hist(struct writer *w, const struct settle_row *row, int by);

#endif
