/* The driver: files → reader → records → format → ingest; progress, cancel, problems, report. */
#ifndef SPOOR_IMPORT_IMPORT_H
#define SPOOR_IMPORT_IMPORT_H

#include <stdatomic.h>

#include "store/base/arena.h"
#include "store/ingest.h"

/* Written by the import's thread, read by any. */
struct import_progress {
	_Atomic uint64_t bytes, size; /* of the source file now read; size 0: unknown */
	_Atomic int64_t traces, spans, cases, problems;
	_Atomic int files_done, files_total;
	_Atomic int64_t generation; /* rises with each commit that lists may want to see */
	_Atomic bool cancel;        /* set by others: stop at the next safe point */
	_Atomic bool done;
	_Atomic bool caught_up, waiting; /* following: all there was has been read; nothing is to do now */
	bool wakes;                      /* import_progress_init made the pipe */
	int wake_in, wake_out;
};
/* Lets import_cancel end a wait for a pipe or a file at once (without it: within 200 ms). `p` is zeroed otherwise; done: after the
 * last import_cancel. */
bool import_progress_init(struct import_progress *p, struct err *err);
void import_progress_done(struct import_progress *p);
/* Sets cancel and wakes whoever waits. From any thread, and in a signal's handler. */
void import_cancel(struct import_progress *p);
int import_wake_fd(const struct import_progress *p); /* readable once cancelled; -1: none */

struct import_opts {
	const char *
	    map; /* what the columns of tables of results are (generic.h); "none": what their names say; NULL: what is remembered */
	bool strict;
	int depth_max;
	int64_t now_ns;
};

/* STOPPED: told to stop before anything of it was read. UNKNOWN: found in a folder or an archive, and of no known format: no problem. */
enum import_status {
	IMPORT_IMPORTED,
	IMPORT_UNCHANGED,
	IMPORT_PARTIAL,
	IMPORT_REFUSED,
	IMPORT_STOPPED,
	IMPORT_UNKNOWN
};
const char *import_status_name(enum import_status s);

struct import_run { /* an eval run the file holds */
	int64_t id;
	struct str text, name;
	int64_t cases, passed, failed, errored, unscored;
};

struct import_file {
	struct str file;   /* as given */
	struct str entry;  /* member of an archive; absent otherwise */
	struct str format; /* absent if refused */
	struct str why;    /* IMPORT_UNKNOWN: what came nearest */
	struct str map;    /* its columns were taken so; absent: by their names */
	int64_t mapped_ns; /* the map is remembered since then; 0: it was given with this import */
	enum import_status status;
	struct ingest_counts held, fresh;
	int64_t source;
	struct problem *problems; /* the first 20 */
	size_t n_problems;
	int64_t problems_total;
	struct import_run *runs;
	size_t n_runs;
	int exit_code; /* 0 or 3 */
};

struct import_report {
	struct arena arena;
	struct import_file *files; /* one for each member of an archive, or one for all of it (bundle.h) */
	size_t n_files, cap_files;
	int exit_code; /* worst of the files */
};
void import_report_done(struct import_report *r);

/* Is it written as a map is? false: err says what there is (ERR_USAGE). */
bool import_map_check(const char *map, struct err *err);
/* Before an import: looks at the files named whether the map given fits them (else ERR_USAGE, which names their columns) and remembers it for
 * all of their shape; "none" is remembered as nothing. *stale: sources of the store that are these files, read otherwise than they would be now:
 * to be forgotten first (store/forget.h), so that nothing of them is there twice. arena-owned. Nothing to do is soon found out. */
bool import_prepare_map(struct db *db, char *const *paths, size_t n, const struct import_opts *opts,
                        struct arena *arena, int64_t **stale, size_t *n_stale, struct err *err);

/* Imports files, folders (recursive, sorted, hidden files left out), the members of archives, and "-" into the store. Bad input is in the report; false only if
 * the store or the system failed (err), what was committed stays. progress may be NULL. */
bool import_paths(struct db *db, char *const *paths, size_t n, const struct import_opts *opts,
                  struct import_progress *progress, struct import_report *report, struct err *err);

/* Is none of the files named there to be read? Then *report says so of each, as import_paths would, and no store is needed for it. (done: by the
 * caller, either way.) */
bool import_none_there(char *const *paths, size_t n, struct import_report *report);

/* The decoder for stored records (sink_set_decoder). */
decode_fn import_decode;

#endif
