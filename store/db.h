/* SQLite: the only file that knows it. Opening (own or foreign stores), schema steps, statements, transactions, interrupt.
 * One connection per thread; nothing here is shared but db_interrupt. Opened as robustness.md section 3 says. */
#ifndef SPOOR_STORE_DB_H
#define SPOOR_STORE_DB_H

#include "store/base/str.h"

struct db;
struct stmt;

enum db_mode {
	DB_WRITE,   /* created if absent; schema steps run; synchronous=NORMAL */
	DB_DURABLE, /* the same with synchronous=FULL: annotations */
	DB_READ     /* never writes; a store that is absent is an error (ERR_STORE, errno's words) */
};

/* `path` is made absolute first. Errors (ERR_STORE) in plain words: not a store, damaged, newer version, other schema, read-only,
 * locked, full. A read-only file system or file opens as DB_READ only. */
struct db *db_open(const char *path, enum db_mode mode, struct err *err);
void db_close(struct db *db); /* NULL is fine */
const char *db_path(const struct db *db);
/* $SPOOR_STORE, else $XDG_DATA_HOME/spoor/spoor.db. Appends. */
void db_default_path(struct buf *out);

/* A cached statement for this SQL (compared by text), reset and with nothing bound. SQL is always a literal of ours. NULL: err. */
struct stmt *db_query(struct db *db, const char *sql, struct err *err);
/* A statement of SQL composed by query/filter_sql; not cached: end with stmt_free. */
struct stmt *db_query_composed(struct db *db, struct str sql, struct err *err);
void stmt_free(struct stmt *s);

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
struct str col_str(struct stmt *s, int c);
struct str col_blob(struct stmt *s, int c);
bool col_null(struct stmt *s, int c);

bool db_exec(struct db *db, const char *sql, struct err *err); /* a literal of ours, no rows wanted */
/* One integer of a query without parameters; `otherwise` if no row. */
bool db_int(struct db *db, const char *sql, int64_t otherwise, int64_t *out, struct err *err);
int64_t db_last_rowid(struct db *db);
int64_t db_changes(struct db *db);

/* Write transactions: take the lock file beside the store (flock), then BEGIN IMMEDIATE. Waits up to 5 s in words of who holds it,
 * then err "another spoor (pid N) is writing". Read transactions hold one snapshot. */
bool db_begin(struct db *db, struct err *err);
bool db_commit(struct db *db, struct err *err);
int64_t db_longest_ns(const struct db *db); /* the longest committed so far: how long others had to wait */
void db_rollback(struct db *db);
bool db_begin_read(struct db *db, struct err *err);
void db_end_read(struct db *db);
/* Copies the WAL into the store under the lock if it is larger than `bytes`; never fails hard. */
void db_checkpoint(struct db *db, int64_t bytes);

/* The store has a log that nobody copied back: its last writer was killed, or is at work. Worth a quick_check behind the screen. */
bool db_ended_unclean(const char *path);

void db_interrupt(struct db *db);          /* from any thread: the running statement fails with ERR_INTERRUPTED */
int64_t db_version_of_data(struct db *db); /* changes when another connection committed (PRAGMA data_version) */

#endif
