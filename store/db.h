/* SQLite, which only db.c, db_open.c and db_copy.c know. Opening (own or foreign stores), schema steps, statements, transactions, interrupt.
 * One connection per thread; nothing here is shared but db_interrupt. Opened as robustness.md section 3 says. */
#ifndef SPOOR_STORE_DB_H
#define SPOOR_STORE_DB_H

#include "store/base/arena.h"
#include "store/base/str.h"

struct db;
struct stmt;

enum db_mode {
	DB_WRITE,   /* created if absent; schema steps run; synchronous=NORMAL */
	DB_DURABLE, /* the same with synchronous=FULL: annotations */
	DB_READ     /* never writes; a store that is absent is an error (ERR_STORE, errno's words) */
};

/* `path` is made absolute first. Errors (ERR_STORE) say in plain words what is the matter and what to do: not a store, another
 * program's, cut off, damaged, newer version, other schema, read-only, locked, full; the file is then as it was. A file, directory or
 * file system that is read-only opens as DB_READ only. Where processes share no memory (network file systems, or $SPOOR_NO_SHM is
 * set) a rollback journal takes the log's place. */
struct db *db_open(const char *path, enum db_mode mode, struct err *err);
void db_close(struct db *db); /* NULL is fine */
const char *db_path(const struct db *db);
bool db_read_only(const struct db *db); /* it could not be opened for writing */
bool db_is_reader(const struct db *db); /* DB_READ, or read-only */

/* What its owner should know although it opens (others can read it; no shared memory); appends, nothing if all is well. */
void db_remark(const struct db *db, struct buf *out);

/* Before a first reader: the store is there, ours and of our version (made or raised if need be), or it is one that can only be read.
 * Costs a look at its first bytes when there is nothing to do. */
struct db_state {
	bool read_only, unclean; /* unclean: its last writer left a log behind, or is at work: worth a quick_check */
	char why[128];           /* it is read-only */
	char remark[400];        /* what its owner should know: others can read it; "" if nothing */
};
bool db_ensure(const char *path, struct db_state *out, struct err *err);
const char *db_library(void); /* version of SQLite */
/* $SPOOR_STORE, else $XDG_DATA_HOME/spoor/spoor.db. Appends. */
void db_default_path(struct buf *out);

/* A cached statement for this SQL, reset and with nothing bound. SQL is always a literal of ours, known by its address. NULL: err. */
struct stmt *db_query(struct db *db, const char *sql, struct err *err);
/* A statement of SQL composed by query/filter_sql; not cached: end with stmt_free. */
struct stmt *db_query_composed(struct db *db, struct str sql, struct err *err);
void stmt_free(struct stmt *s);
/* Appends the SQL with the values bound so far in it: what it asks, as a key. */
void stmt_text(struct stmt *s, struct buf *out);

/* Parameters count from 1. Unknown values bind NULL. Text and blobs are copied unless they outlive the step (…_static). */
void stmt_int(struct stmt *s, int i, int64_t v);    /* UNKNOWN_INT: NULL */
void stmt_double(struct stmt *s, int i, double v);  /* NaN: NULL */
void stmt_str(struct stmt *s, int i, struct str v); /* absent: NULL; ill-formed UTF-8 is the caller's to mend */
void stmt_blob(struct stmt *s, int i, struct str v);
void stmt_str_static(struct stmt *s, int i, struct str v);
void stmt_blob_static(struct stmt *s, int i, struct str v);
void stmt_null(struct stmt *s, int i);

enum step { STEP_ROW, STEP_DONE, STEP_FAIL };
enum step stmt_step(struct stmt *s, struct err *err);
bool stmt_run(struct stmt *s, struct err *err); /* step to the end, reset */
void stmt_end(struct stmt *s);                  /* reset after reading rows; always call it */

/* Columns count from 0; borrowed until the next step. NULL: UNKNOWN_INT, NaN, STR_NONE. */
int64_t col_int(struct stmt *s, int c);
int64_t col_int_or(struct stmt *s, int c, int64_t otherwise);
double col_double(struct stmt *s, int c);
struct str col_str(struct stmt *s, int c);   /* masked, where the connection masks */
struct str col_plain(struct stmt *s, int c); /* never: for what is looked up, compared or hashed, and not shown */
struct str col_blob(struct stmt *s, int c);
bool col_null(struct stmt *s, int c);

bool db_exec(struct db *db, const char *sql, struct err *err); /* a literal of ours, no rows wanted */
/* One integer of a query without parameters; `otherwise` if no row. */
bool db_int(struct db *db, const char *sql, int64_t otherwise, int64_t *out, struct err *err);
int64_t db_last_rowid(struct db *db);
int64_t db_changes(struct db *db);

/* Write transactions: take the write lock of the store (store/db_lock.h), then BEGIN IMMEDIATE. DB_DURABLE goes before DB_WRITE, and
 * nobody takes the lock twice running while another waits. Waits up to 5 s, then err "another spoor (process N) is writing". Read
 * transactions hold one snapshot. */
bool db_begin(struct db *db, struct err *err);
bool db_commit(struct db *db, struct err *err);
int64_t db_longest_ns(const struct db *db); /* the longest committed so far: how long others had to wait */
void db_rollback(struct db *db);
/* Was the last failure of a sort that passes: another program at work, no room on the disk? Then the same can be tried again later. */
bool db_may_pass(const struct db *db);
bool db_begin_read(struct db *db, struct err *err);
void db_end_read(struct db *db);
/* Otherwise than 5 s. */
void db_set_wait(struct db *db, int ms);
/* For imports: db_begin goes on waiting after the 5 s until *cancel (borrowed) is set, then fails with ERR_INTERRUPTED. */
void db_set_patient(struct db *db, const _Atomic bool *cancel);
/* From any thread: the process a patient connection has waited for longer than 5 s, -1 if it has no name, 0 if it does not wait. */
int64_t db_waits_for(const struct db *db);
bool db_is_wanted(const struct db *db); /* does another wait for the write lock? */

/* What a writer passes to db_checkpoint: 1 GB imported with 64 MiB held the lock for up to 245 ms at a time (mean 169), with 8 MiB for 49 (26),
 * in the same time in all. */
enum { DB_LOG_BYTES = 8 << 20 };
/* Copies the log into the store, under the lock, once more than `bytes` of it are not copied yet. 0: all of it, and cuts the log to
 * nothing if no reader is in the way: the store is one file then. Never fails hard. */
void db_checkpoint(struct db *db, int64_t bytes);

bool db_log_is_empty(const struct db *db); /* nothing is left in it, not even what was copied */

/* Written by the copying thread, read by any; cancel is set by others. */
struct db_progress {
	_Atomic int percent;
	_Atomic bool cancel;
};
/* A copy of the store as it is at this moment, in one file of mode 0600, while others may write: made beside `file`, looked through
 * (quick_check), synced, then given its name. Without force an existing file is left alone (ERR_USAGE). Stopped or failed: nothing is
 * left. *bytes: its size. */
bool db_backup(struct db *db, const char *file, bool force, struct db_progress *p, int64_t *bytes, struct err *err);
/* Writes the store anew, without free pages and without what deleted rows left between others, under the write lock, and cuts the
 * log. Needs room for two copies beside it, looked for first. Not beside other threads of ours (it sets an environment variable). */
bool db_compact(struct db *db, struct err *err);

void db_interrupt(struct db *db); /* from any thread: the running statement fails with ERR_INTERRUPTED */
/* For long work beside statements, which db_interrupt does not reach: a statement that counts without end is stepped whenever the work
 * asks. End it, however it began. */
struct db_ticker {
	struct stmt *stmt;
	struct err *err; /* of db_ticker_begin; must outlive it */
};
bool db_ticker_begin(struct db *db, struct db_ticker *out, struct err *err);
bool db_ticker_stopped(void *ticker); /* true: interrupted, err is set; boot_opts.cancelled */
void db_ticker_end(struct db_ticker *t);
int64_t db_version_of_data(struct db *db); /* changes when another connection committed (PRAGMA data_version) */

/* What is read is for showing, and personal data is not to be shown: col_str gives what `mask` (store/study/mask.h: mask_str) makes of
 * each text, and store/query/payload.h of the payloads. Only for connections of DB_READ: others would write back what they read. NULL:
 * no more. Not while a statement is being read. */
typedef struct str db_mask(struct arena *arena, struct str text);
void db_set_mask(struct db *db, db_mask *mask);
db_mask *db_masks(const struct db *db); /* NULL: it does not */

/* For a reader that goes on asking: keeps 64 MB of pages at hand instead of 16. */
void db_set_roomy(struct db *db);
/* One thing that a reader keeps as long as its connection is open, for store/query/answers.c. db_keep takes it over; on a connection
 * that may write it is freed at once: false. NULL: only drops what was kept. */
void *db_kept(struct db *db);
bool db_keep(struct db *db, void *thing, void (*done)(void *thing));

/* SHA-256 in hex of the schema as SQLite tells it after the first `version` steps, for the table in schema.c and its test. */
bool db_schema_sum(int64_t version, char hex[65], struct err *err);

#endif
