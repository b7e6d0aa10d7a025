/* What the parts of the ingest share: ingest.c (threads, queue, sink), ingest_write.c (transactions, batches),
 * ingest_settle.c and its neighbours (traces), ingest_cases.c and its neighbours (eval runs). For nobody else. */
#ifndef SPOOR_STORE_INGEST_PRIVATE_H
#define SPOOR_STORE_INGEST_PRIVATE_H

#include <stdatomic.h>

#include "store/base/pack.h"
#include "store/block.h"
#include "store/base/hash_set.h"
#include "store/hist_table.h"
#include "store/ingest.h"
#include "store/ingest_batch.h"
#include "store/intern.h"
#include "store/settle.h"
#include "store/trace_words.h"

enum {
	TXN_NS = 50 * 1000 * 1000,   /* a transaction that has taken this long is ended at the next chance */
	BATCH_NS = 80 * 1000 * 1000, /* likewise while a batch is written, which had better be one transaction */
	SLOW_NS = 40 * 1000 * 1000,  /* a batch that takes longer makes the next ones half as large, */
	QUICK_NS = 12 * 1000 * 1000, /* one that takes less twice as large again */
	HALVES_MAX = 4,
	TRACE_ROWS_ONCE = 1 << 12, /* larger traces are rewritten over several transactions; so many take about 30 ms */
	ROW_NS = 10 * 1000,        /* about what settling a row takes */
	ROWS_PER_LOOK = 128,       /* rows between two looks at the clock */
	COUNTED_MAX = 1 << 18,     /* traces of a source remembered as counted: 2 MB */
	KNOWN_MAX = 1 << 20,       /* hashes of spans that were there before, kept at once: 16 MB at most */
	PROBLEMS_STORED = 1000,    /* rows per source; all are counted */
	PROBLEMS_KEPT = 20,        /* for the report */
};

/* Where a row of settle.rows comes from, all in its ref: a position, an id or an index there, and how it stands. Eight bytes, since a trace
 * may have millions of rows; the rest of its origin is looked up for the few that have several parts. */
enum origin_from { FROM_SPAN, FROM_OTHER, FROM_LOOSE, FROM_BATCH, FROM_MERGED };
enum {
	REF_FROM = 7,
	REF_GONE = 1 << 3,  /* merged into another or a repeat of it */
	REF_PLAIN = 1 << 4, /* part_is_plain */
	REF_MINE = 1 << 5,  /* of the source at work */
	REF_HELD = 1 << 6,  /* counted among what that source holds just now, */
	REF_FRESH = 1 << 7, /* among what is new */
	REF_SHIFT = 8,
};

static inline uint64_t ref_of(enum origin_from from, uint64_t id)
{
	return id << REF_SHIFT | from;
}

static inline enum origin_from ref_from(uint64_t ref)
{
	return (enum origin_from)(ref & REF_FROM);
}

struct origin {
	uint64_t hash, record;
	int64_t source, end_ns;
};

struct part_member { /* a part of the span at work */
	uint32_t row;
	enum origin_from from;
	struct origin origin;
};

struct settle_group { /* a row of several parts: so many of settle_job.refs */
	size_t first;
	uint32_t n;
	bool more; /* than are kept */
	int64_t source;
};

/* Scores of a span whose trace is not known: where they wait. */
struct waiting {
	int64_t key, place; /* the span's key; row id of the trace that stands for it */
	bool either;        /* the id may be a trace's */
	bool of_trace;      /* adopted: it was one */
};

struct claim { /* a row whose source is not the one that its part names */
	uint32_t row;
	int64_t source;
};

struct surplus { /* a part to be taken out of span_other */
	int64_t key;
	uint64_t hash;
};

/* One trace being settled: what is to be written once its tree is known. */
struct settle_job {
	struct batch *batch;             /* NULL: from the store alone */
	const struct batch_trace *trace; /* likewise */
	int64_t id, first, n, loose, source, seen, said, loose_max;
	bool exists, changed;
	struct trace_words words; /* of the rows written: all of the trace's if it changed */
	struct preview_rank input_rank, output_rank;
	bool has_input, has_output;
	VEC(struct origin) others;        /* rows of span_other */
	VEC(struct settle_group) groups;  /* rows made of several parts */
	VEC(uint64_t) refs;               /* those parts */
	VEC(struct surplus) surplus;      /* a group's that are too many */
	VEC(int64_t) conflicts;           /* keys */
	VEC(int64_t) foreign;             /* sources other than the one at work: one for each span they now hold */
	VEC(struct waiting) adopted;      /* by its rows */
	VEC(struct claim) claims;         /* by row */
	VEC(struct part_member) members;  /* of the group at work */
	VEC(struct span_part) parts;      /* likewise, once loaded */
	struct ingest_counts held, fresh; /* spans */
	struct arena row_arena;           /* of the row at work */
};

struct writer {
	struct db *db;
	struct pack *pack;
	struct block_pool *pool;
	bool repeats; /* the last batch held what is in the store already */
	struct intern intern;

	/* transactions */
	bool in_txn, strict_open, rolled_back;
	int64_t began_ns, data_version;
	int64_t next_pos, next_trace; /* good inside a transaction; -1: to be read */
	bool next_pos_moved, in_batch;
	_Atomic int halves; /* how many times the size of a batch is to be halved */
	_Atomic int64_t commits, traces_seen, splits;

	int lock_fd; /* held shared while importing; who gets it alone may tidy up after others */
	bool alone;

	/* the source at work */
	int64_t source;
	char *file, *entry;
	struct hash_set counted;          /* traces it is known to hold; other imports may have seen them since */
	struct ingest_counts held, fresh; /* held: not yet added to the source's row */
	int64_t held_annotations;         /* a source's row has no column for them */
	int64_t problems_new, problems_stored, problems_total;
	struct arena problem_arena;
	VEC(struct problem) problems; /* the first PROBLEMS_KEPT */
	int problem_exit;

	VEC(struct waiting) waiting; /* by key */
	bool has_waiting;            /* the source at work gave some */

	/* traces */
	int64_t old_trace_max; /* traces up to it were there when the ingest began */
	bool left_loose;       /* by the last light pause */
	struct hash_set known;
	struct settle settle;
	struct settle_job job;
	struct hist_delta *hist; /* changes not yet in the table */
	size_t n_hist, hist_cap;
	bool hist_held;
};

int64_t writer_clock_ns(void);

/* Transactions. writer_breathe ends a long one and begins the next: what was done so far must be consistent. */
bool writer_begin(struct writer *w, struct err *err);
bool writer_commit(struct writer *w, struct err *err);
bool writer_breathe(struct writer *w, struct err *err);
/* The same before so many rows that belong into one transaction. */
bool writer_breathe_for(struct writer *w, int64_t rows, struct err *err);
void writer_rollback(struct writer *w);
/* Runs a statement that has integer parameters only. */
bool writer_run(struct writer *w, const char *sql, size_t n, const int64_t *params, struct err *err);
#define WRITER_RUN(w, err, sql, ...)                                                                                 \
	writer_run(w, sql, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (const int64_t[]){__VA_ARGS__}, \
	           err)
bool writer_meta(struct writer *w, const char *key, int64_t otherwise, int64_t *out, struct err *err);
bool writer_set_meta(struct writer *w, const char *key, int64_t value, struct err *err);
/* Counts, keeps and stores a problem of the source at work; file and entry are filled in if absent. */
bool writer_problem(struct writer *w, const struct problem *p, struct err *err);
/* True if a further problem would only be counted; writer_problem_count does that. */
bool writer_problems_full(const struct writer *w);
void writer_problem_count(struct writer *w, int64_t n);
bool writer_problem_fmt(struct writer *w, enum severity severity, const char *code, struct str path, const char *kept,
                        struct err *err, const char *fmt, ...) __attribute__((format(printf, 7, 8)));

/* Replaces the problems of a file that is no source by these, and commits. */
bool writer_refuse(struct writer *w, const char *file, const char *entry, const struct problem *problems, size_t n,
                   struct err *err);
/* The file can be read now: what an earlier try said of it no longer holds. Commits nothing. */
bool writer_forget_refusal(struct writer *w, const char *file, const char *entry, struct err *err);
bool writer_batch(struct writer *w, struct batch *b, struct err *err);
bool writer_sweep(struct writer *w, struct err *err); /* what an earlier crash left */
/* The end of a source: settles what is loose, rolls up, writes its state; strict: commits or rolls back. */
enum ingest_stop { STOP_WHOLE, STOP_CUT, STOP_CUT_LIGHT, STOP_PAUSE, STOP_PAUSE_LIGHT };
bool writer_finish(struct writer *w, enum ingest_stop stop, struct err *err);

/* Traces (ingest_settle.c, ingest_merge.c, ingest_around.c). */
bool settle_find_trace(struct writer *w, struct settle_job *job, const struct hash128 *key, struct err *err);
/* Rows of settle.rows of equal key become one. */
bool settle_merge(struct writer *w, struct settle_job *job, struct err *err);
/* A row of several parts, made of them: these, by rank, are at job->parts. Its text lives until the next one is loaded. */
bool settle_load_group(struct writer *w, struct settle_job *job, const struct settle_group *g, int64_t key,
                       struct span_part *out, bool *conflict, struct err *err);
/* The source of a row: what its part names, unless another has claimed it. */
int64_t settle_source_of(const struct settle_job *job, uint32_t row, int64_t otherwise);
bool settle_batch_trace(struct writer *w, struct batch *b, struct batch_trace *t, struct err *err);
bool settle_ensure_trace(struct writer *w, struct batch_trace *t, struct err *err); /* fills t->id */
bool settle_large(struct writer *w, int64_t id, struct err *err);                   /* commits */
bool settle_loose(struct writer *w, bool light, struct err *err); /* what is loose, at the end of a source; light: large
                                                                     traces only if that is due */
bool settle_report(struct writer *w, struct err *err);            /* orphans and cycles of the source's traces */
void settle_drop(struct writer *w);                               /* pending histogram changes, after a rollback */
bool settle_flush(struct writer *w, struct err *err);             /* the same into the table, before a commit */
bool settle_mark_known(struct writer *w, struct batch *b, struct err *err);
bool settle_sweep_range(struct writer *w, int64_t first, int64_t n, struct err *err);

/* Scores that name a span and no trace (ingest_waiting.c). */
bool waiting_load(struct writer *w, struct err *err);                               /* at a source's beginning */
void waiting_meet(const struct writer *w, struct settle_job *job, int64_t key);     /* a row of the job's is written */
bool waiting_meet_trace(struct writer *w, struct settle_job *job, struct err *err); /* its rows are written */
bool waiting_adopt(struct writer *w, struct settle_job *job, struct err *err);      /* its trace's row is written */
bool waiting_finish(struct writer *w, struct err *err);                             /* at a source's end */

/* Eval runs (ingest_cases.c). */
bool cases_write(struct writer *w, struct batch *b, struct err *err);
bool cases_finish(struct writer *w, struct err *err); /* places of repeated keys, roll-ups */

#endif
