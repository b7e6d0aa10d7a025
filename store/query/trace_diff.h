/* Two traces of the store beside each other (store/study/align.h): rows for the screen and the command, figures of both, where they part. */
#ifndef SPOOR_STORE_QUERY_TRACE_DIFF_H
#define SPOOR_STORE_QUERY_TRACE_DIFF_H

#include "store/block.h"
#include "store/query/span.h"
#include "store/query/study_rows.h"
#include "store/query/traces.h"
#include "store/study/align.h"

enum {
	DIFF_SPANS = 200000, /* of each trace, the first of them */
	DIFF_DOCUMENTS = 64  /* pairs of retrievals whose documents are looked at */
};

/* Two traces put in line and no more: what trace_diff_load makes its rows of. */
struct trace_pair {
	struct arena arena;
	struct trace_row a, b;
	struct study_rows spans_a, spans_b;
	struct align aligned; /* with ALIGN_DOCUMENTS */
	int64_t least_ns;
	bool cut_a, cut_b, documents_cut;
};
struct trace_pair_most {
	int64_t spans;     /* of each trace, the first of them */
	int64_t documents; /* pairs of retrievals whose documents are looked at */
};
void trace_pair_done(struct trace_pair *p);
/* One read of each trace's rows; retrievals' records are decoded for their documents. blocks: borrowed. Done also after a failure. */
bool trace_pair_load(struct db *db, struct block_cache *blocks, int64_t a, int64_t b, struct trace_pair_most most,
                     struct trace_pair *out, struct err *err);

struct diff_span {
	bool present;
	int64_t pos, key, record;
	struct str name, model;
	enum span_kind kind;
	enum span_status status;
	int64_t at_ns, duration_ns; /* at: from the trace's start */
	int64_t tokens;
	double cost_usd;
};
struct trace_diff_row {
	struct diff_span a, b;
	uint32_t up, depth, size, changes; /* as in align_row */
	unsigned marks;                    /* enum align_mark */
	bool alone;                        /* only this side has it, and all that is below it: it speaks for them */
	int64_t more_ns;                   /* B's duration - A's; UNKNOWN_INT unless both are known */
};
/* What there is of each: a row may be counted several times, same ones have no mark. */
struct trace_diff_counts {
	int64_t same, added, removed, moved, renamed, model, input, output, documents, status, slower, faster;
};
struct trace_diff {
	struct arena arena; /* owns all below */
	struct trace_row a, b;
	struct trace_diff_row *rows; /* in pre-order */
	size_t n;
	int64_t first; /* row at which they part; -1: nowhere */
	struct trace_diff_counts counts;
	int64_t least_ns;  /* a difference in time below it, or below ALIGN_RATIO of the longer, is none */
	int64_t most_ns;   /* the largest difference of a row's time */
	bool cut_a, cut_b; /* only the first DIFF_SPANS were read */
	bool bounded;      /* siblings too many to be put in line exactly */
	bool documents_cut;
};
void trace_diff_done(struct trace_diff *d);
/* One read of each trace's rows; retrievals' records are decoded for their documents. blocks: borrowed. */
bool trace_diff_load(struct db *db, struct block_cache *blocks, int64_t a, int64_t b, struct trace_diff *out,
                     struct err *err);

/* The trace of the same name that began before this one, else the one after it. ERR_NOT_FOUND: no other has its name. */
bool trace_diff_previous(struct db *db, int64_t trace, int64_t *other, struct err *err);

/* "other arguments, other output, slower": what the marks say; nothing for none. */
void trace_diff_words(struct buf *out, const struct trace_diff_row *row);
/* Stable words for --json, one of enum align_mark at a time. */
const char *trace_diff_mark_name(unsigned mark);
/* "retrieve-policy: other documents", or what there is instead. */
void trace_diff_first_words(struct buf *out, const struct trace_diff *d);
/* "3 added, 1 removed, 2 with other arguments, 4 slower, 20 the same" */
void trace_diff_counts_words(struct buf *out, const struct trace_diff *d);
/* The same in few columns: "+3 -1, arguments 2, slower 4, same 20" */
void trace_diff_counts_short(struct buf *out, const struct trace_diff *d, bool ascii);
const struct diff_span *trace_diff_span(const struct trace_diff_row *row); /* B's, else A's */

#endif
