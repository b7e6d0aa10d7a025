#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/schema.h"
#include "store/trace_words.h"

/* 'spor': marks the file as ours (PRAGMA application_id). */
#define HEAP_BYTES (INT64_C(2) << 30)
enum { APPLICATION_ID = 0x73706f72, PAGE_BYTES = 16384, LOCK_WAIT_MS = 5000, LOCK_STEP_MS = 10 };

struct stmt {
	sqlite3_stmt *handle;
	struct db *db;
	const char *sql; /* NULL: composed, not cached */
	bool in_use;
};

struct db {
	sqlite3 *handle;
	char *path;
	enum db_mode mode;
	int lock_fd;
	bool locked;
	VEC(struct stmt *) cache;
	struct word_lists lists;
};

/* ---------------------------------------------------------------- errors in plain words */

static bool fail(struct db *db, struct err *err, const char *doing)
{
	int code = sqlite3_extended_errcode(db->handle);
	const char *words = sqlite3_errmsg(db->handle);
	switch (code & 0xff) {
	case SQLITE_INTERRUPT: return err_set(err, ERR_INTERRUPTED, NULL, "interrupted");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_STORE, NULL, "store %s is busy: another spoor is writing (%s)", db->path,
		               doing);
	case SQLITE_FULL: return err_set(err, ERR_STORE, NULL, "the disk is full: %s (%s)", db->path, doing);
	case SQLITE_READONLY: return err_set(err, ERR_STORE, NULL, "store %s cannot be written (read-only)", db->path);
	case SQLITE_NOTADB: return err_set(err, ERR_STORE, NULL, "%s is not a spoor store", db->path);
	case SQLITE_CORRUPT:
		return err_set(err, ERR_STORE, NULL,
		               "store %s is damaged: restore a backup, or move it away and import again", db->path);
	case SQLITE_CANTOPEN: return err_set(err, ERR_STORE, NULL, "cannot open store %s: %s", db->path, words);
	case SQLITE_NOMEM: return err_set(err, ERR_MEMORY, NULL, "out of memory (%s)", doing);
	case SQLITE_IOERR:
		return err_set(err, ERR_STORE, NULL, "reading or writing store %s failed: %s (%s)", db->path, words,
		               strerror(sqlite3_system_errno(db->handle)));
	default: return err_set(err, ERR_STORE, NULL, "store %s: %s (%s)", db->path, words, doing);
	}
}

/* ---------------------------------------------------------------- functions of ours
 *
 * trace_has(trace.words, sort, list): 1 yes, 0 no, NULL it cannot tell (store/trace_words.h). */

static void trace_has(sqlite3_context *context, int n, sqlite3_value **values)
{
	struct db *db = sqlite3_user_data(context);
	int of = sqlite3_value_int(values[1]);
	if (n != 3 || of < 0 || of >= N_WORDS_OF)
		return;
	const char *packed = sqlite3_value_blob(values[0]), *text = (const char *)sqlite3_value_text(values[2]);
	struct str words = {packed, packed ? (size_t)sqlite3_value_bytes(values[0]) : 0};
	struct str list = {text, text ? (size_t)sqlite3_value_bytes(values[2]) : 0};
	int has = 0; /* an empty list is in none */
	if (list.len) {
		const struct word_list *wanted = word_list_of(&db->lists, list);
		has = wanted->words.n > WORD_LIST_MOST
		          ? -1
		          : trace_words_has(words, (enum words_of)of, wanted->words.at, wanted->words.n);
	}
	if (has >= 0)
		sqlite3_result_int(context, has);
}

static bool add_functions(struct db *db, struct err *err)
{
	return sqlite3_create_function_v2(db->handle, "trace_has", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, db,
	                                  trace_has, NULL, NULL, NULL) == SQLITE_OK ||
	       fail(db, err, "opening");
}

/* ---------------------------------------------------------------- opening */

static void configure(sqlite3 *handle)
{
	static const struct {
		int option, on;
	} options[] = {
	    {SQLITE_DBCONFIG_DEFENSIVE,             1},
	    {SQLITE_DBCONFIG_TRUSTED_SCHEMA,        0},
	    {SQLITE_DBCONFIG_DQS_DML,               0},
	    {SQLITE_DBCONFIG_DQS_DDL,               0},
	    {SQLITE_DBCONFIG_ENABLE_TRIGGER,        0},
	    {SQLITE_DBCONFIG_ENABLE_VIEW,           0},
	    {SQLITE_DBCONFIG_WRITABLE_SCHEMA,       0},
	    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
	    {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,      1},
	};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		sqlite3_db_config(handle, options[i].option, options[i].on, NULL);
	/* Debian builds without lookaside; a few hundred small slots per connection. */
	sqlite3_db_config(handle, SQLITE_DBCONFIG_LOOKASIDE, NULL, 1200, 100);
	static const struct {
		int limit, value;
	} limits[] = {
	    {SQLITE_LIMIT_LENGTH,              256 << 20},
	    {SQLITE_LIMIT_SQL_LENGTH,          1000000  },
	    {SQLITE_LIMIT_EXPR_DEPTH,          200      },
	    {SQLITE_LIMIT_COMPOUND_SELECT,     50       },
	    {SQLITE_LIMIT_ATTACHED,            0        },
	    {SQLITE_LIMIT_VDBE_OP,             250000   },
	    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000     },
	};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		sqlite3_limit(handle, limits[i].limit, limits[i].value);
	sqlite3_hard_heap_limit64(HEAP_BYTES); /* a hostile store cannot take more */
	sqlite3_extended_result_codes(handle, 1);
	sqlite3_busy_timeout(handle, LOCK_WAIT_MS);
}

static bool pragma_int(struct db *db, const char *sql, int64_t *out, struct err *err)
{
	return db_int(db, sql, 0, out, err);
}

/* Every object of the schema, in order, as one text. */
static bool schema_text(struct db *db, struct buf *out, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db->handle,
	                       "SELECT type, name, tbl_name, ifnull(sql,'') FROM sqlite_schema ORDER BY 1,2", -1, &s,
	                       NULL) != SQLITE_OK)
		return fail(db, err, "reading the schema");
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		for (int c = 0; c < 4; c++) {
			buf_add_cstr(out, (const char *)sqlite3_column_text(s, c));
			buf_add_char(out, '\n');
		}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE || fail(db, err, "reading the schema");
}

static bool run_steps(struct db *db, int64_t from, int64_t to, struct err *err)
{
	for (int64_t step = from; step < to; step++)
		if (sqlite3_exec(db->handle, schema_steps[step].sql, NULL, NULL, NULL) != SQLITE_OK)
			return fail(db, err, schema_steps[step].name);
	return true;
}

/* A store whose schema is not, to the letter, what our own steps make may hold anything (endless views, triggers). */
static bool check_schema(struct db *db, int64_t version, struct err *err)
{
	struct db model = {.path = db->path, .lock_fd = -1};
	struct buf want = BUF_INIT, have = BUF_INIT;
	bool ok =
	    sqlite3_open_v2(":memory:", &model.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK &&
	    run_steps(&model, 0, version, err) && schema_text(&model, &want, err) && schema_text(db, &have, err);
	if (ok && !str_eq(buf_str(&want), buf_str(&have)))
		ok = err_set(err, ERR_STORE, NULL,
		             "%s says it is a spoor store but its tables are not ours: not opened", db->path);
	sqlite3_close(model.handle);
	buf_done(&want);
	buf_done(&have);
	return ok;
}

static bool create_schema(struct db *db, struct err *err)
{
	struct buf sql = BUF_INIT;
	buf_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, (int)n_schema_steps);
	bool ok = db_begin(db, err);
	int64_t version = 0;
	/* Another process may have made it while we waited for the lock. */
	ok = ok && pragma_int(db, "PRAGMA user_version", &version, err);
	if (ok && version == 0) {
		ok = run_steps(db, 0, (int64_t)n_schema_steps, err);
		if (ok && sqlite3_exec(db->handle, buf_cstr(&sql), NULL, NULL, NULL) != SQLITE_OK)
			ok = fail(db, err, "making the store");
	}
	ok = ok && db_commit(db, err);
	if (!ok)
		db_rollback(db);
	buf_done(&sql);
	return ok;
}

static bool upgrade_schema(struct db *db, int64_t version, struct err *err)
{
	struct buf sql = BUF_INIT;
	buf_printf(&sql, "PRAGMA user_version = %d;", (int)n_schema_steps);
	bool ok = db_begin(db, err) && run_steps(db, version, (int64_t)n_schema_steps, err);
	if (ok && sqlite3_exec(db->handle, buf_cstr(&sql), NULL, NULL, NULL) != SQLITE_OK)
		ok = fail(db, err, "upgrading the store");
	ok = ok && db_commit(db, err);
	if (!ok)
		db_rollback(db);
	buf_done(&sql);
	return ok;
}

static bool check_version(struct db *db, bool *is_new, struct err *err)
{
	int64_t application = 0, version = 0, objects = 0;
	*is_new = false;
	if (!pragma_int(db, "PRAGMA application_id", &application, err) ||
	    !pragma_int(db, "PRAGMA user_version", &version, err) ||
	    !pragma_int(db, "SELECT count(*) FROM sqlite_schema", &objects, err))
		return false;
	if (application == 0 && version == 0 && objects == 0) {
		*is_new = true;
		return db->mode != DB_READ || err_set(err, ERR_STORE, NULL, "store %s is empty", db->path);
	}
	if (application != APPLICATION_ID)
		return err_set(err, ERR_STORE, NULL, "%s is a database of another program, not a spoor store",
		               db->path);
	if (version < 1 || version > (int64_t)n_schema_steps)
		return err_set(
		    err, ERR_STORE, NULL,
		    "store %s was made by a newer spoor (version %lld, this one knows up to %zu): use that one",
		    db->path, (long long)version, n_schema_steps);
	if (!check_schema(db, version, err))
		return false;
	if (version == (int64_t)n_schema_steps)
		return true;
	if (db->mode == DB_READ)
		return err_set(err, ERR_STORE, NULL, "store %s is of an older version: open it once for writing",
		               db->path);
	return upgrade_schema(db, version, err);
}

static bool prepare_connection(struct db *db, struct err *err)
{
	static const char quiet[] = "PRAGMA cell_size_check=1; PRAGMA mmap_size=0; PRAGMA foreign_keys=1; PRAGMA "
	                            "temp_store=2; PRAGMA secure_delete=0;"
	                            "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16000;";
	if (sqlite3_exec(db->handle, quiet, NULL, NULL, NULL) != SQLITE_OK)
		return fail(db, err, "opening");
	bool is_new = false;
	if (!check_version(db, &is_new, err))
		return false;
	if (db->mode == DB_READ)
		return db_exec(db, "PRAGMA query_only=1", err);
	struct buf sql = BUF_INIT;
	buf_printf(&sql, "PRAGMA page_size=%d; PRAGMA journal_mode=WAL; PRAGMA synchronous=%s;", PAGE_BYTES,
	           db->mode == DB_DURABLE ? "FULL" : "NORMAL");
	bool ok = sqlite3_exec(db->handle, buf_cstr(&sql), NULL, NULL, NULL) == SQLITE_OK || fail(db, err, "opening");
	buf_done(&sql);
	return ok && (!is_new || create_schema(db, err));
}

/* A new store is made by us, private from its first byte; SQLite gives -wal and -shm the same mode. */
static bool make_file(const char *path, struct err *err)
{
	if (!file_make_dir_of(path, err))
		return false;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EEXIST)
		return err_set(err, ERR_STORE, NULL, "cannot make store %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return true;
}

static bool check_file(struct db *db, struct err *err)
{
	struct stat st;
	if (stat(db->path, &st) != 0)
		return err_set(err, ERR_STORE, NULL, "cannot open store %s: %s", db->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_STORE, NULL, "store %s is not a regular file", db->path);
	if (access(db->path, R_OK) != 0)
		return err_set(err, ERR_STORE, NULL, "cannot read store %s: %s", db->path, strerror(errno));
	if (db->mode != DB_READ && access(db->path, W_OK) != 0)
		return err_set(err, ERR_STORE, NULL, "cannot write store %s: %s", db->path, strerror(errno));
	return true;
}

struct db *db_open(const char *path, enum db_mode mode, struct err *err)
{
	struct buf absolute = BUF_INIT;
	struct db *db = xcalloc(1, sizeof *db);
	*db = (struct db){.mode = mode, .lock_fd = -1};
	if ((mode != DB_READ && !file_make_dir_of(path, err)) || !file_absolute(&absolute, path, err)) {
		if (err)
			err->code = ERR_STORE;
		buf_done(&absolute);
		free(db);
		return NULL;
	}
	db->path = buf_detach(&absolute);
	bool ok = (mode == DB_READ || make_file(db->path, err)) && check_file(db, err);
	if (ok) {
		int flags =
		    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;
		int rc = sqlite3_open_v2(db->path, &db->handle, flags | SQLITE_OPEN_READWRITE, NULL);
		ok = rc == SQLITE_OK ||
		     (db->handle ? fail(db, err, "opening") : err_set(err, ERR_MEMORY, NULL, "out of memory"));
	}
	if (ok) {
		configure(db->handle);
		ok = add_functions(db, err) && prepare_connection(db, err);
	}
	if (!ok) {
		db_close(db);
		return NULL;
	}
	return db;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->cache.n; i++) {
		sqlite3_finalize(db->cache.at[i]->handle);
		free(db->cache.at[i]);
	}
	vec_done(&db->cache);
	sqlite3_close(db->handle);
	word_lists_done(&db->lists);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	free(db->path);
	free(db);
}

const char *db_path(const struct db *db)
{
	return db->path;
}

void db_default_path(struct buf *out)
{
	const char *set = getenv("SPOOR_STORE");
	if (set && *set)
		buf_add_cstr(out, set);
	else
		file_data_path(out, "spoor.db");
}

/* ---------------------------------------------------------------- statements */

static struct stmt *prepare(struct db *db, struct str sql, const char *cached, struct err *err)
{
	sqlite3_stmt *handle = NULL;
	unsigned flags = cached ? SQLITE_PREPARE_PERSISTENT : 0;
	if (sqlite3_prepare_v3(db->handle, sql.ptr, (int)sql.len, flags, &handle, NULL) != SQLITE_OK) {
		fail(db, err, "preparing a statement");
		return NULL;
	}
	struct stmt *s = xmalloc(sizeof *s);
	*s = (struct stmt){.handle = handle, .db = db, .sql = cached, .in_use = true};
	return s;
}

struct stmt *db_query(struct db *db, const char *sql, struct err *err)
{
	for (size_t i = 0; i < db->cache.n; i++) {
		struct stmt *s = db->cache.at[i];
		if (!s->in_use && (s->sql == sql || strcmp(s->sql, sql) == 0)) {
			s->in_use = true;
			return s;
		}
	}
	struct stmt *s = prepare(db, str_of(sql), sql, err);
	if (s)
		*vec_add(&db->cache) = s;
	return s;
}

struct stmt *db_query_composed(struct db *db, struct str sql, struct err *err)
{
	return prepare(db, sql, NULL, err);
}

void stmt_free(struct stmt *s)
{
	if (!s)
		return;
	BUG_ON(s->sql != NULL);
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

void stmt_int(struct stmt *s, int i, int64_t v)
{
	bound(v == UNKNOWN_INT ? sqlite3_bind_null(s->handle, i) : sqlite3_bind_int64(s->handle, i, v));
}

void stmt_double(struct stmt *s, int i, double v)
{
	bound(IS_UNKNOWN(v) ? sqlite3_bind_null(s->handle, i) : sqlite3_bind_double(s->handle, i, v));
}

static void bind_text(struct stmt *s, int i, struct str v, sqlite3_destructor_type life)
{
	if (!v.ptr)
		bound(sqlite3_bind_null(s->handle, i));
	else
		bound(sqlite3_bind_text64(s->handle, i, v.ptr, v.len, life, SQLITE_UTF8));
}

static void bind_blob(struct stmt *s, int i, struct str v, sqlite3_destructor_type life)
{
	if (!v.ptr)
		bound(sqlite3_bind_null(s->handle, i));
	else
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
	int rc = sqlite3_step(s->handle);
	if (rc == SQLITE_ROW)
		return STEP_ROW;
	if (rc == SQLITE_DONE)
		return STEP_DONE;
	fail(s->db, err, "running a statement");
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

struct str col_str(struct stmt *s, int c)
{
	if (sqlite3_column_type(s->handle, c) == SQLITE_NULL)
		return STR_NONE;
	const char *text = (const char *)sqlite3_column_text(s->handle, c);
	size_t len = (size_t)sqlite3_column_bytes(s->handle, c);
	return text ? (struct str){text, len} : STR_NONE;
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
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || fail(db, err, "running a statement");
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
 * "WAL-reset bug"), so every write transaction and checkpoint holds a lock file of ours, too. */

static bool open_lock(struct db *db, struct err *err)
{
	if (db->lock_fd >= 0)
		return true;
	struct buf path = BUF_INIT;
	buf_printf(&path, "%s-lock", db->path);
	db->lock_fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok = db->lock_fd >= 0 ||
	          err_set(err, ERR_STORE, NULL, "cannot open the lock file %s: %s", buf_cstr(&path), strerror(errno));
	buf_done(&path);
	return ok;
}

static bool locked_out(struct db *db, struct err *err)
{
	char holder[32] = {0};
	ssize_t n = pread(db->lock_fd, holder, sizeof holder - 1, 0);
	if (n <= 0)
		return err_set(err, ERR_STORE, NULL, "store %s is busy: another spoor is writing", db->path);
	holder[strspn(holder, "0123456789")] = '\0';
	return err_set(err, ERR_STORE, NULL, "store %s is busy: another spoor (process %s) is writing", db->path,
	               holder);
}

static bool take_lock(struct db *db, int wait_ms, struct err *err)
{
	if (!open_lock(db, err))
		return false;
	for (int waited = 0; flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0; waited += LOCK_STEP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set(err, ERR_STORE, NULL, "cannot lock store %s: %s", db->path, strerror(errno));
		if (waited >= wait_ms)
			return locked_out(db, err);
		nanosleep(&(struct timespec){.tv_nsec = LOCK_STEP_MS * 1000000L}, NULL);
	}
	char pid[24];
	int n = snprintf(pid, sizeof pid, "%-10ld\n", (long)getpid());
	if (pwrite(db->lock_fd, pid, (size_t)n, 0) < 0) {
		/* The number only serves a message. */
	}
	db->locked = true;
	return true;
}

static void drop_lock(struct db *db)
{
	if (db->locked)
		flock(db->lock_fd, LOCK_UN);
	db->locked = false;
}

bool db_begin(struct db *db, struct err *err)
{
	if (!take_lock(db, LOCK_WAIT_MS, err))
		return false;
	if (db_exec(db, "BEGIN IMMEDIATE", err))
		return true;
	drop_lock(db);
	return false;
}

bool db_commit(struct db *db, struct err *err)
{
	bool ok = db_exec(db, "COMMIT", err);
	if (!ok && !sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	drop_lock(db);
	return ok;
}

void db_rollback(struct db *db)
{
	if (db->handle && !sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	drop_lock(db);
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

void db_checkpoint(struct db *db, int64_t bytes)
{
	struct buf wal = BUF_INIT;
	struct stat st;
	buf_printf(&wal, "%s-wal", db->path);
	bool due = stat(buf_cstr(&wal), &st) == 0 && st.st_size > bytes;
	buf_done(&wal);
	if (!due || db->mode == DB_READ || !take_lock(db, 200, NULL))
		return;
	sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (bytes == 0)
		sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	drop_lock(db);
}

bool db_ended_unclean(const char *path)
{
	struct buf wal = BUF_INIT;
	struct stat st;
	buf_printf(&wal, "%s-wal", path);
	bool left = stat(buf_cstr(&wal), &st) == 0 && st.st_size > 0;
	buf_done(&wal);
	return left;
}

void db_interrupt(struct db *db)
{
	sqlite3_interrupt(db->handle);
}

int64_t db_version_of_data(struct db *db)
{
	int64_t version = 0;
	return db_int(db, "PRAGMA data_version", 0, &version, NULL) ? version : 0;
}
