#include "store/db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/base/units.h"
#include "store/db_private.h"

/* ---------------------------------------------------------------- errors in plain words */

/* Another file has the path by now, or none. What is read of two files looks damaged, and is not. */
static bool has_moved(const struct db *db)
{
	int moved = 0;
	return sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved;
}

static bool say(struct db *db, struct err *err, const char *doing)
{
	int code = sqlite3_extended_errcode(db->handle);
	const char *words = sqlite3_errmsg(db->handle);
	int kind = code & 0xff;
	db->may_pass = kind == SQLITE_BUSY || kind == SQLITE_LOCKED || kind == SQLITE_FULL;
	bool strange =
	    kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_READONLY || kind == SQLITE_IOERR;
	if (strange && has_moved(db))
		return err_set(
		    err, ERR_STORE, NULL,
		    "store %s is not the file any more that was opened: it was moved or replaced; open it again",
		    db->path);
	switch (kind) {
	case SQLITE_INTERRUPT: return err_set(err, ERR_INTERRUPTED, NULL, "interrupted");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_STORE, NULL,
		               "store %s is busy: another spoor is at work on it (%s); try again when it is done",
		               db->path, doing);
	case SQLITE_FULL:
		return err_set(err, ERR_STORE, NULL,
		               "the disk of store %s is full (%s): make room and repeat; what was committed stays",
		               db->path, doing);
	case SQLITE_READONLY: return db_place_refuse(&db->place, db->path, err);
	case SQLITE_NOTADB:
		return err_set(err, ERR_STORE, NULL,
		               "%s is not a spoor store: name another with --store or $SPOOR_STORE", db->path);
	case SQLITE_CORRUPT:
		return err_set(err, ERR_STORE, NULL,
		               "store %s is damaged: put a backup in its place, or move it away and import again",
		               db->path);
	case SQLITE_CANTOPEN: return err_set(err, ERR_STORE, NULL, "cannot open store %s: %s", db->path, words);
	case SQLITE_NOMEM: return err_set(err, ERR_MEMORY, NULL, "out of memory (%s)", doing);
	case SQLITE_IOERR:
		return err_set(err, ERR_STORE, NULL,
		               "reading or writing store %s failed: %s (%s); what was committed stays", db->path,
		               strerror(sqlite3_system_errno(db->handle)), doing);
	default: return err_set(err, ERR_STORE, NULL, "store %s: %s (%s)", db->path, words, doing);
	}
}

/* SQLite undoes a whole transaction by itself when memory or the disk fails in it, and what is written after that would be committed
 * row by row: so the first failure is kept, and nothing more is done before db_rollback. */
bool db_fail(struct db *db, struct err *err, const char *doing)
{
	struct err own = ERR_INIT;
	err = err ? err : &own;
	say(db, err, doing);
	if (db->in_txn && db->spoilt.code == ERR_NONE)
		db->spoilt = *err;
	return false;
}

static bool is_spoilt(const struct db *db, struct err *err)
{
	if (db->spoilt.code == ERR_NONE)
		return false;
	if (err)
		*err = db->spoilt;
	return true;
}

/* ---------------------------------------------------------------- statements */

static struct stmt *prepare(struct db *db, struct str sql, const char *cached, struct err *err)
{
	sqlite3_stmt *handle = NULL;
	unsigned flags = cached ? SQLITE_PREPARE_PERSISTENT : 0;
	if (sqlite3_prepare_v3(db->handle, sql.ptr, (int)sql.len, flags, &handle, NULL) != SQLITE_OK) {
		db_fail(db, err, "preparing a statement");
		return NULL;
	}
	struct stmt *s = xmalloc(sizeof *s);
	*s = (struct stmt){.handle = handle, .db = db, .sql = cached, .in_use = true};
	return s;
}

/* SQL is a literal of ours, so its address names it; the same words written twice are two statements. */
static struct stmt **bucket_of(struct db *db, const char *sql)
{
	return &db->buckets[((uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15)) >> 56];
}

struct stmt *db_query(struct db *db, const char *sql, struct err *err)
{
	struct stmt **bucket = bucket_of(db, sql);
	for (struct stmt *s = *bucket; s; s = s->next)
		if (s->sql == sql && !s->in_use) {
			s->in_use = true;
			return s;
		}
	struct stmt *s = prepare(db, str_of(sql), sql, err);
	if (s) {
		s->next = *bucket;
		*bucket = s;
	}
	return s;
}

struct stmt *db_query_composed(struct db *db, struct str sql, struct err *err)
{
	return prepare(db, sql, NULL, err);
}

void db_set_mask(struct db *db, db_mask *mask)
{
	BUG_ON(mask && db->mode != DB_READ);
	db->mask = mask;
}

db_mask *db_masks(const struct db *db)
{
	return db->mask;
}

void stmt_text(struct stmt *s, struct buf *out)
{
	char *text = sqlite3_expanded_sql(s->handle);
	buf_add_cstr(out, text ? text : "");
	sqlite3_free(text);
}

void stmt_free(struct stmt *s)
{
	if (!s)
		return;
	BUG_ON(s->sql != NULL);
	arena_done(&s->masked);
	sqlite3_finalize(s->handle);
	free(s);
}

/* A parameter number that is not there is our bug; memory the only other reason binding fails. */
static void bound(int rc)
{
	if (rc == SQLITE_NOMEM || rc == SQLITE_TOOBIG)
		err_die("out of memory (binding a value)");
	BUG_ON(rc != SQLITE_OK);
}

/* What is not bound is NULL (stmt_end clears), and most columns of most rows are. */
void stmt_int(struct stmt *s, int i, int64_t v)
{
	if (v != UNKNOWN_INT)
		bound(sqlite3_bind_int64(s->handle, i, v));
}

void stmt_double(struct stmt *s, int i, double v)
{
	if (!IS_UNKNOWN(v))
		bound(sqlite3_bind_double(s->handle, i, v));
}

static void bind_text(struct stmt *s, int i, struct str v, sqlite3_destructor_type life)
{
	if (v.ptr)
		bound(sqlite3_bind_text64(s->handle, i, v.ptr, v.len, life, SQLITE_UTF8));
}

static void bind_blob(struct stmt *s, int i, struct str v, sqlite3_destructor_type life)
{
	if (v.ptr)
		bound(sqlite3_bind_blob64(s->handle, i, v.ptr, v.len, life));
}

void stmt_str(struct stmt *s, int i, struct str v)
{
	bind_text(s, i, v, SQLITE_TRANSIENT);
}

void stmt_blob(struct stmt *s, int i, struct str v)
{
	bind_blob(s, i, v, SQLITE_TRANSIENT);
}

void stmt_str_static(struct stmt *s, int i, struct str v)
{
	bind_text(s, i, v, SQLITE_STATIC);
}

void stmt_blob_static(struct stmt *s, int i, struct str v)
{
	bind_blob(s, i, v, SQLITE_STATIC);
}

void stmt_null(struct stmt *s, int i)
{
	bound(sqlite3_bind_null(s->handle, i));
}

enum step stmt_step(struct stmt *s, struct err *err)
{
	if (is_spoilt(s->db, err))
		return STEP_FAIL;
	if (s->db->mask)
		arena_reset(&s->masked);
	int rc = sqlite3_step(s->handle);
	if (rc == SQLITE_ROW)
		return STEP_ROW;
	if (rc == SQLITE_DONE)
		return STEP_DONE;
	db_fail(s->db, err, "running a statement");
	return STEP_FAIL;
}

bool stmt_run(struct stmt *s, struct err *err)
{
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		;
	stmt_end(s);
	return step == STEP_DONE;
}

void stmt_end(struct stmt *s)
{
	if (!s)
		return;
	sqlite3_reset(s->handle);
	sqlite3_clear_bindings(s->handle);
	arena_done(&s->masked);
	s->in_use = false;
}

int64_t col_int(struct stmt *s, int c)
{
	return col_int_or(s, c, UNKNOWN_INT);
}

/* One call into the statement for a column, not two: each looks after errors and locks, and a row has thirty columns. (A connection
 * opened with NOMUTEX has no unprotected values.) */
int64_t col_int_or(struct stmt *s, int c, int64_t otherwise)
{
	sqlite3_value *value = sqlite3_column_value(s->handle, c);
	return sqlite3_value_type(value) == SQLITE_NULL ? otherwise : sqlite3_value_int64(value);
}

double col_double(struct stmt *s, int c)
{
	sqlite3_value *value = sqlite3_column_value(s->handle, c);
	return sqlite3_value_type(value) == SQLITE_NULL ? UNKNOWN_DOUBLE : sqlite3_value_double(value);
}

struct str col_plain(struct stmt *s, int c)
{
	if (sqlite3_column_type(s->handle, c) == SQLITE_NULL)
		return STR_NONE;
	const char *text = (const char *)sqlite3_column_text(s->handle, c);
	size_t len = (size_t)sqlite3_column_bytes(s->handle, c);
	return text ? (struct str){text, len} : STR_NONE;
}

struct str col_str(struct stmt *s, int c)
{
	struct str text = col_plain(s, c);
	return s->db->mask ? s->db->mask(&s->masked, text) : text;
}

struct str col_blob(struct stmt *s, int c)
{
	if (sqlite3_column_type(s->handle, c) == SQLITE_NULL)
		return STR_NONE;
	const char *blob = sqlite3_column_blob(s->handle, c);
	size_t len = (size_t)sqlite3_column_bytes(s->handle, c);
	return blob ? (struct str){blob, len} : (struct str){"", 0};
}

bool col_null(struct stmt *s, int c)
{
	return sqlite3_column_type(s->handle, c) == SQLITE_NULL;
}

bool db_exec(struct db *db, const char *sql, struct err *err)
{
	if (is_spoilt(db, err))
		return false;
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || db_fail(db, err, "running a statement");
}

bool db_int(struct db *db, const char *sql, int64_t otherwise, int64_t *out, struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	enum step step = stmt_step(s, err);
	*out = step == STEP_ROW ? col_int_or(s, 0, otherwise) : otherwise;
	stmt_end(s);
	return step != STEP_FAIL;
}

int64_t db_last_rowid(struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

int64_t db_changes(struct db *db)
{
	return sqlite3_changes64(db->handle);
}

/* ---------------------------------------------------------------- the write lock and transactions
 *
 * SQLite 3.7.0 to 3.51.2 can lose pages when two connections write and checkpoint at the same moment (sqlite.org/wal.html,
 * "WAL-reset bug"), so every write transaction and checkpoint holds a lock of ours, too. */

static bool lock_failed(struct db *db, struct err *err)
{
	int why = errno;
	if (why == EROFS || why == EACCES || why == EPERM)
		return err_set(
		    err, ERR_STORE, NULL,
		    "store %s can only be read: its lock file cannot be opened (%s); name another with --store"
		    " or $SPOOR_STORE",
		    db->path, strerror(why));
	return err_set(err, ERR_STORE, NULL, "cannot lock store %s: %s", db->path, strerror(why));
}

static bool locked_out(struct db *db, struct err *err)
{
	db->may_pass = true;
	char who[48] = "";
	int64_t holder = db_lock_holder(&db->lock);
	if (holder)
		snprintf(who, sizeof who, " (process %lld)", (long long)holder);
	return err_set(err, ERR_STORE, NULL, "store %s is busy: another spoor%s is writing; try again when it is done",
	               db->path, who);
}

/* After its usual wait a patient connection says for whom it waits, and goes on. */
bool db_take_lock(struct db *db, struct err *err)
{
	int wait_ms = db->wait_ms;
	for (;;) {
		switch (db_lock_take(&db->lock, db->path, db->mode == DB_DURABLE, wait_ms)) {
		case LOCK_TAKEN: atomic_store(&db->waits_for, 0); return true;
		case LOCK_FAILED: return lock_failed(db, err);
		case LOCK_BUSY: break;
		}
		if (!db->cancel)
			return locked_out(db, err);
		if (atomic_load(db->cancel))
			return err_set(err, ERR_INTERRUPTED, NULL, "interrupted while waiting for another spoor");
		int64_t holder = db_lock_holder(&db->lock);
		atomic_store(&db->waits_for, holder ? holder : -1);
		wait_ms = 100;
	}
}

void db_set_wait(struct db *db, int ms)
{
	db->wait_ms = ms;
}

void db_set_patient(struct db *db, const _Atomic bool *cancel)
{
	db->cancel = cancel;
}

int64_t db_waits_for(const struct db *db)
{
	return atomic_load(&db->waits_for);
}

static int64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void note_length(struct db *db)
{
	int64_t took = clock_ns() - db->began_ns;
	if (took > db->longest_ns)
		db->longest_ns = took;
}

int64_t db_longest_ns(const struct db *db)
{
	return db->longest_ns;
}

bool db_may_pass(const struct db *db)
{
	return db->may_pass;
}

bool db_begin(struct db *db, struct err *err)
{
	db->may_pass = false;
	if (db->mode == DB_READ)
		return db_place_refuse(&db->place, db->path, err);
	if (!db_take_lock(db, err))
		return false;
	db->began_ns = clock_ns();
	db->in_txn = db_exec(db, "BEGIN IMMEDIATE", err);
	if (!db->in_txn)
		db_lock_drop(&db->lock);
	return db->in_txn;
}

bool db_commit(struct db *db, struct err *err)
{
	bool ok = db_exec(db, "COMMIT", err);
	db_rollback(db); /* what could not be committed */
	note_length(db);
	return ok;
}

void db_rollback(struct db *db)
{
	if (db->handle && !sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	db->in_txn = false;
	db->spoilt = ERR_INIT;
	db_lock_drop(&db->lock);
}

bool db_is_wanted(const struct db *db)
{
	return db_lock_wanted(&db->lock);
}

bool db_begin_read(struct db *db, struct err *err)
{
	return db_exec(db, "BEGIN DEFERRED", err);
}

void db_end_read(struct db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* ---------------------------------------------------------------- checkpoints */

/* Called by SQLite after each commit of this connection: pages now in the log, those of others with them. */
static int on_commit(void *any, sqlite3 *handle, const char *schema, int pages)
{
	struct db *db = any;
	(void)handle, (void)schema;
	if (pages < db->wal_pages)
		db->wal_copied = db->wal_tried = 0; /* the log began anew: all of the old one is in the store */
	db->wal_pages = pages;
	return SQLITE_OK;
}

void db_watch_log(struct db *db)
{
	sqlite3_wal_hook(db->handle, on_commit, db);
}

static void copy_log(struct db *db, int how)
{
	int pages = 0, copied = 0;
	if (sqlite3_wal_checkpoint_v2(db->handle, NULL, how, &pages, &copied) != SQLITE_OK || pages < 0)
		return;
	db->wal_copied = copied;
}

/* A reader on an old snapshot holds pages back; it is not asked again before the log has grown by an eighth of `bytes`. */
static bool is_due(const struct db *db, int64_t bytes)
{
	return (db->wal_pages - db->wal_copied) * DB_PAGE_BYTES > bytes &&
	       (db->wal_pages - db->wal_tried) * DB_PAGE_BYTES > bytes / 8;
}

void db_checkpoint(struct db *db, int64_t bytes)
{
	enum { BE_BRIEF_MS = 200 };
	if (db->mode == DB_READ || db->place.no_shared || (bytes > 0 && !is_due(db, bytes)))
		return;
	if (db_lock_take(&db->lock, db->path, false, BE_BRIEF_MS) != LOCK_TAKEN)
		return;
	db->wal_tried = db->wal_pages;
	copy_log(db, SQLITE_CHECKPOINT_PASSIVE);
	if (bytes == 0) { /* needs a moment without readers: not worth five seconds of waiting */
		sqlite3_busy_timeout(db->handle, BE_BRIEF_MS);
		copy_log(db, SQLITE_CHECKPOINT_TRUNCATE);
		sqlite3_busy_timeout(db->handle, DB_WAIT_MS);
	}
	db_lock_drop(&db->lock);
}

void db_interrupt(struct db *db)
{
	sqlite3_interrupt(db->handle);
}

bool db_ticker_begin(struct db *db, struct db_ticker *out, struct err *err)
{
	static const char sql[] = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t";
	*out = (struct db_ticker){.stmt = db_query(db, sql, err), .err = err};
	return out->stmt != NULL;
}

bool db_ticker_stopped(void *ticker)
{
	struct db_ticker *t = ticker;
	return stmt_step(t->stmt, t->err) != STEP_ROW;
}

void db_ticker_end(struct db_ticker *t)
{
	stmt_end(t->stmt);
	t->stmt = NULL;
}

void db_set_roomy(struct db *db)
{
	sqlite3_exec(db->handle, "PRAGMA cache_size=-64000", NULL, NULL, NULL);
}

void *db_kept(struct db *db)
{
	return db->kept;
}

bool db_keep(struct db *db, void *thing, void (*done)(void *thing))
{
	if (db->mode != DB_READ) {
		done(thing);
		return false;
	}
	if (db->kept)
		db->kept_done(db->kept);
	db->kept = thing;
	db->kept_done = done;
	return true;
}

int64_t db_version_of_data(struct db *db)
{
	int64_t version = 0;
	return db_int(db, "PRAGMA data_version", 0, &version, NULL) ? version : 0;
}
