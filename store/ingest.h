/* The sink that writes: batches, identity, resume points, settle, roll-ups, problems.
 *
 * The calling thread (the parser) fills a batch; a writer thread owns the connection and writes batches in order, in
 * transactions of at most about 100 ms (db_longest_ns says; --strict is one by definition). At most INGEST_QUEUE batches wait; then the parser
 * waits. A batch is compressed before its transaction by whoever is ahead: the parser if two are waiting, else the writer.
 *
 * A batch is one transaction, its resume point in it: what is visible of a source is what its records up to that point gave, no more and
 * no less, whenever the program is killed. Batches are as large as the writer can take in about 40 ms, measured as it goes. Only if one takes 80 ms all the
 * same (the machine stood still, or one record gave more than 20,000 rows) it is split: then rows beyond the point may be seen
 * after a kill; they are of the file, and found again when the import goes on.
 *
 * Memory is bounded whatever the source's size: 55 MB at the peak for 100 MB, 1 GB and 2 GB of lines, one document alike. Of it, in MB:
 * program and libraries 7, the parser's window 4, SQLite's pages 16 (db.c), words 4 and at most 8 for their text (intern.h), two zstd
 * contexts with their room 5, spare block buffers at most 10 (block.h), and six batches: rows 1 each as a rule, blocks 5 each until they are
 * compressed, 0.6 from then on. Only where the store had those traces before: hashes of what is known, at most 16. A trace that is settled
 * takes 125 bytes a span while that lasts, so an import of one of a million spans 180 MB: the one thing that
 * grows with the data. (Of a span of several records each record counts as one, and 60 bytes more.)
 *
 * Settle, per trace that received spans: equal (trace, span) merged, parents linked, cycles cut, orphans hung under a
 * synthetic row, depth, size, order by start, critical path, self time, usage reconciliation, roll-ups, repeats, histogram; rows written contiguously in
 * pre-order, the trace row flipped, the old range swept. Merging is commutative and idempotent (decisions.md 3): known beats
 * unknown, ended beats running, then the later end, then the larger record hash. Traces that keep growing are settled
 * again when half as many spans are loose as are settled, beyond 4096 spans sixteen times as many, and at the end of the source: O(n log n) writes in all. */
#ifndef SPOOR_STORE_INGEST_H
#define SPOOR_STORE_INGEST_H

#include "store/db.h"
#include "store/sink.h"
#include "store/source.h"

enum { INGEST_QUEUE = 4, INGEST_BATCH_BYTES = 4 << 20, INGEST_BATCH_SPANS = 10000, INGEST_WAIT_NS = 500 * 1000 * 1000 };

struct ingest_counts {
	int64_t traces, spans, scores, runs, cases;
	int64_t annotations; /* events; held: of this import only, a source does not remember it */
};

struct ingest;
/* Uses `db` (DB_WRITE) until ingest_close. Between ingest_end and the next ingest_begin the writer rests: the caller may read with
 * it then; otherwise nobody else may. Sweeps what a killed import left behind, unless another one is running. */
struct ingest *ingest_open(struct db *db, struct err *err);
/* Writes what is left, stops the writer. false: err. */
bool ingest_close(struct ingest *in, struct err *err);
struct sink *ingest_sink(struct ingest *in);

/* Begins a source: `known` is what source_candidates gave (id 0: a new one, whose path, entry, format, head, size and mtime_ns are
 * filled in). Entries of records up to known.records are not handed in. Borrowed for the call. */
bool ingest_begin(struct ingest *in, const struct source *known, struct err *err);
/* A safe point: everything before it is in the sink. Cheap; commits when a batch is due. */
bool ingest_point(struct ingest *in, uint64_t bytes, const struct hasher *prefix, uint64_t records, struct err *err);
/* The source has ended (whole) or was stopped. Settles what is loose; waits for the writer. held: what the source holds, duplicates
 * within it counted once; fresh: what was new to the store. */
bool ingest_end(struct ingest *in, bool whole, struct ingest_counts *held, struct ingest_counts *fresh,
                struct err *err);
/* Stopped by somebody who waits: as ingest_end(not whole), but light as in ingest_pause. What is left loose is settled by the next
 * import that is alone. */
bool ingest_stop(struct ingest *in, struct ingest_counts *held, struct ingest_counts *fresh, struct err *err);
/* More may come (a file that is followed): the same, but the source stays in state SOURCE_READING and spans whose parent is
 * not there are not reported yet. light: a trace of more than 16384 spans is settled only when enough is loose to be worth writing
 * it again. ingest_begin with the same source goes on. Not with ingest_strict. */
bool ingest_pause(struct ingest *in, bool light, struct ingest_counts *held, struct ingest_counts *fresh,
                  struct err *err);
/* After a light pause: a trace was left for later. */
bool ingest_left_loose(const struct ingest *in);
/* Stores the problem of a file, or a member of an archive, that never became a source (between sources only); replaces those of an
 * earlier try. */
bool ingest_refuse(struct ingest *in, const struct problem *p, struct err *err);
/* The file turned out to be one that is known and unchanged: an earlier refusal (it could not be read, say) is forgotten. */
bool ingest_unrefuse(struct ingest *in, const char *file, const char *entry, struct err *err);
int64_t ingest_source_id(const struct ingest *in);
/* False once writing failed: err says why; the parser stops. */
bool ingest_ok(const struct ingest *in, struct err *err);
/* --strict: all of a source is one transaction, committed by ingest_end if the source is whole and had no problem at all, else
 * rolled back (its problems stay, without a source). Other writers wait for it. Call before ingest_begin. */
void ingest_strict(struct ingest *in, bool strict);
/* After ingest_end: was the strict source rolled back? */
bool ingest_rolled_back(const struct ingest *in);
/* After ingest_end, until the next ingest_begin: problems of the source that came up since ingest_begin (those of an earlier part of
 * a file that has grown are in the store), from whichever side. The first 20; how many in all; the worst
 * exit code (0 or 3). */
void ingest_problems(const struct ingest *in, const struct problem **problems, size_t *n, int64_t *total,
                     int *exit_code);
/* Progress, from any thread. */
int64_t ingest_traces_seen(const struct ingest *in);
int64_t ingest_spans_seen(const struct ingest *in);
int64_t ingest_cases_seen(const struct ingest *in);
int64_t ingest_commits(const struct ingest *in); /* rises with each commit */
int64_t ingest_splits(const struct ingest *in);  /* with each commit in the middle of a batch */

#endif
