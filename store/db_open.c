/* Opening a store, one's own or a foreign one (robustness.md section 3), making it, raising its schema. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/hash.h"
#include "store/db_private.h"
#include "store/hist_table.h"
#include "store/schema.h"

enum { USAGE_SCHEMA = 3 }; /* the step that made hist_usage */

#define HEAP_BYTES (INT64_C(2) << 30) /* a hostile store cannot take more */

/* ---------------------------------------------------------------- the connection */

void db_configure(struct db *db)
{
	sqlite3 *handle = db->handle;
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
	sqlite3_hard_heap_limit64(HEAP_BYTES);
	sqlite3_extended_result_codes(handle, 1);
	sqlite3_busy_timeout(handle, DB_WAIT_MS);
}

/* ---------------------------------------------------------------- the schema */

/* Every object of the schema, in order, as one text. */
static bool schema_text(struct db *db, struct buf *out, struct err *err)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db->handle,
	                       "SELECT type, name, tbl_name, ifnull(sql,'') FROM sqlite_schema ORDER BY 1,2", -1, &s,
	                       NULL) != SQLITE_OK)
		return db_fail(db, err, "reading the schema");
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW)
		for (int c = 0; c < 4; c++) {
			buf_add_cstr(out, (const char *)sqlite3_column_text(s, c));
			buf_add_char(out, '\n');
		}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE || db_fail(db, err, "reading the schema");
}

static bool run_steps(struct db *db, int64_t from, int64_t to, struct err *err)
{
	for (int64_t step = from; step < to; step++)
		if (sqlite3_exec(db->handle, schema_steps[step].sql, NULL, NULL, NULL) != SQLITE_OK)
			return db_fail(db, err, schema_steps[step].name);
	return true;
}

static bool model_text(struct db *db, int64_t version, struct buf *out, struct err *err)
{
	struct db model = {.path = db->path, .place = db->place, .lock = {.fd = -1}};
	bool ok = (sqlite3_open_v2(":memory:", &model.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
	               SQLITE_OK ||
	           err_set(err, ERR_MEMORY, NULL, "out of memory")) &&
	          run_steps(&model, 0, version, err) && schema_text(&model, out, err);
	sqlite3_close(model.handle);
	return ok;
}

static void sum_of(const struct buf *text, char hex[65])
{
	struct sha256 sum = sha256_of(buf_str(text));
	struct buf out = BUF_INIT;
	hash_hex(&out, sum.byte, sizeof sum.byte);
	memcpy(hex, buf_cstr(&out), 65);
	buf_done(&out);
}

bool db_schema_sum(int64_t version, char hex[65], struct err *err)
{
	struct db none = {.path = NULL};
	struct buf text = BUF_INIT;
	bool ok = model_text(&none, version, &text, err);
	if (ok)
		sum_of(&text, hex);
	buf_done(&text);
	return ok;
}

/* A store whose schema is not, to the letter, what our own steps make may hold anything (endless views, triggers). Running the steps
 * takes longer than all else at opening, so their result is known by its SHA-256; another SQLite may make other shadow tables of a
 * full-text table than the one the sum was made with, so what differs is compared with what this one makes. */
static bool check_schema(struct db *db, int64_t version, struct err *err)
{
	struct buf want = BUF_INIT, have = BUF_INIT;
	char sum[65];
	bool ok = schema_text(db, &have, err);
	if (ok) {
		sum_of(&have, sum);
		if (strcmp(sum, schema_sums[version - 1]) != 0)
			ok = model_text(db, version, &want, err) &&
			     (str_eq(buf_str(&want), buf_str(&have)) ||
			      err_set(
			          err, ERR_STORE, NULL,
			          "store %s holds tables that are not spoor's: somebody changed it; put a backup in its"
			          " place, or move it away and import again",
			          db->path));
	}
	buf_done(&want);
	buf_done(&have);
	return ok;
}

static void marks_sql(struct buf *out)
{
	buf_printf(out, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, (int)n_schema_steps);
}

/* The steps from `version` on, and the marks, in one transaction. */
static bool raise_schema(struct db *db, int64_t version, struct err *err)
{
	struct buf marks = BUF_INIT;
	int64_t now = version;
	marks_sql(&marks);
	bool ok = db_begin(db, err);
	/* Another process may have done it while we waited for the lock. */
	ok = ok && db_int(db, "PRAGMA user_version", 0, &now, err);
	if (ok && now == version) {
		ok = run_steps(db, version, (int64_t)n_schema_steps, err);
		ok = ok && (version < 1 || version >= USAGE_SCHEMA || hist_fill(db, err));
		if (ok && sqlite3_exec(db->handle, buf_cstr(&marks), NULL, NULL, NULL) != SQLITE_OK)
			ok = db_fail(db, err, version ? "raising the schema" : "making the store");
	}
	ok = ok && db_commit(db, err);
	if (!ok)
		db_rollback(db);
	buf_done(&marks);
	return ok;
}

struct found { /* what SQLite says is there, its log read */
	int64_t application, version, objects;
};

static bool look_inside(struct db *db, struct found *f, struct err *err)
{
	return db_int(db, "PRAGMA application_id", 0, &f->application, err) &&
	       db_int(db, "PRAGMA user_version", 0, &f->version, err) &&
	       db_int(db, "SELECT count(*) FROM sqlite_schema", 0, &f->objects, err);
}

static bool is_ours(struct db *db, const struct found *f, struct err *err)
{
	if (f->application != APPLICATION_ID)
		return err_set(err, ERR_STORE, NULL,
		               "%s is a database of another program (application id 0x%08llx), not a spoor store: name"
		               " another with --store or $SPOOR_STORE",
		               db->path, (unsigned long long)f->application);
	if (f->version < 1 || f->version > (int64_t)n_schema_steps)
		return err_set(err, ERR_STORE, NULL,
		               "store %s was written by a newer spoor (schema %lld, this one knows %zu): update spoor;"
		               " nothing was changed",
		               db->path, (long long)f->version, n_schema_steps);
	return check_schema(db, f->version, err);
}

/* In one snapshot: another process may be making the store at this moment, or raising it. */
static bool recognise(struct db *db, struct found *f, struct err *err)
{
	if (!db_begin_read(db, err))
		return false;
	bool ok = look_inside(db, f, err);
	bool is_new = f->application == 0 && f->version == 0 && f->objects == 0;
	if (ok && is_new && db->mode == DB_READ)
		ok = err_set(err, ERR_STORE, NULL, "store %s is empty: spoor import FILE fills it", db->path);
	else if (ok && !is_new)
		ok = is_ours(db, f, err);
	db_end_read(db);
	return ok;
}

/* ---------------------------------------------------------------- how it is written */

static bool run(struct db *db, const char *sql, struct err *err)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || db_fail(db, err, "opening");
}

/* Without shared memory a log can only be read by who has the store for itself (sqlite.org/wal.html, section 8): so it is asked for
 * that, leaves the log behind for a journal, and lets go. */
static bool leave_the_log(struct db *db, struct err *err)
{
	return run(db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE; PRAGMA locking_mode=NORMAL;", err) &&
	       run(db, "SELECT count(*) FROM sqlite_schema", err);
}

static bool set_journal(struct db *db, struct err *err)
{
	struct buf sql = BUF_INIT;
	/* The cache's size again: set before the page size, it is counted in pages of the default 4 KB, four times as much. */
	buf_printf(&sql, "PRAGMA page_size=%d; PRAGMA journal_mode=%s; PRAGMA synchronous=%s; PRAGMA cache_size=-%d;",
	           DB_PAGE_BYTES, db->place.no_shared ? "DELETE" : "WAL",
	           db->mode == DB_DURABLE || db->place.no_shared ? "FULL" : "NORMAL", DB_WRITE_CACHE_KB);
	/* Two that turn a new store to its log at one moment: SQLite tells one of them at once that it is busy, without waiting. */
	enum { TRIES = 200, STEP_MS = 5 };
	bool ok;
	for (int i = 0; !(ok = run(db, buf_cstr(&sql), err)) && i < TRIES; i++) {
		if ((sqlite3_errcode(db->handle) & 0xff) != SQLITE_BUSY)
			break;
		nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
	}
	if (ok && err)
		*err = ERR_INIT;
	buf_done(&sql);
	return ok;
}

static bool prepare_connection(struct db *db, struct err *err)
{
	static const char quiet[] = "PRAGMA cell_size_check=1; PRAGMA mmap_size=0; PRAGMA foreign_keys=1; PRAGMA "
	                            "temp_store=2; PRAGMA secure_delete=0;"
	                            "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16000;";
	struct found f = {.application = 0};
	if (!run(db, quiet, err) || (db->place.no_shared && !db->place.read_only && !leave_the_log(db, err)) ||
	    !recognise(db, &f, err))
		return false;
	if (db->mode == DB_READ && f.version < (int64_t)n_schema_steps)
		return err_set(
		    err, ERR_STORE, NULL,
		    "store %s is of an older spoor (schema %lld): open it with spoor, or import into it, to raise it",
		    db->path, (long long)f.version);
	if (db->mode == DB_READ)
		return run(db, "PRAGMA query_only=1", err);
	if (!set_journal(db, err))
		return false;
	db_watch_log(db);
	return f.version == (int64_t)n_schema_steps || raise_schema(db, f.version, err);
}

/* ---------------------------------------------------------------- the file */

static bool steps_in_memory(const struct db *db, sqlite3 *handle)
{
	struct db model = {.handle = handle, .path = db->path, .place = db->place, .lock = {.fd = -1}};
	struct buf sql = BUF_INIT;
	buf_printf(&sql, "PRAGMA page_size=%d; BEGIN;", DB_PAGE_BYTES);
	bool ok = sqlite3_exec(handle, buf_cstr(&sql), NULL, NULL, NULL) == SQLITE_OK &&
	          run_steps(&model, 0, (int64_t)n_schema_steps, NULL);
	buf_clear(&sql);
	marks_sql(&sql);
	buf_add_cstr(&sql, "COMMIT");
	ok = ok && sqlite3_exec(handle, buf_cstr(&sql), NULL, NULL, NULL) == SQLITE_OK;
	buf_done(&sql);
	return ok;
}

/* The file of a store without data, said to be written by way of a log (sqlite.org/fileformat.html, 1.3.3). NULL: no. */
static unsigned char *empty_store(const struct db *db, size_t *size)
{
	enum { WRITE_VERSION_AT = 18, READ_VERSION_AT = 19, BY_LOG = 2 };
	sqlite3 *handle = NULL;
	sqlite3_int64 n = 0;
	unsigned char *image = NULL;
	if (sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK &&
	    steps_in_memory(db, handle))
		image = sqlite3_serialize(handle, "main", &n, 0);
	sqlite3_close(handle);
	*size = image ? (size_t)n : 0;
	if (*size >= (size_t)DB_PAGE_BYTES)
		image[WRITE_VERSION_AT] = image[READ_VERSION_AT] = BY_LOG;
	return image;
}

static bool write_whole(int fd, const unsigned char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return fdatasync(fd) == 0;
}

/* A new store has its name only once it is whole and on the disk: whatever ends us, there is a store or none; and its tables are
 * written once, not by way of a log. False: this file system has no files without a name, or something failed, which making it step
 * by step will tell. */
static bool make_at_once(const struct db *db)
{
	const char *path = db->path;
	char *dir = xstrndup((struct str){path, (size_t)(strrchr(path, '/') - path) + 1}), name[32];
	int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	free(dir);
	if (fd < 0)
		return false;
	size_t size = 0;
	unsigned char *image = empty_store(db, &size);
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	bool ok = size && write_whole(fd, image, size) &&
	          (linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST);
	sqlite3_free(image);
	close(fd);
	return ok;
}

/* A new store is made by us, private from its first byte; SQLite gives -wal and -shm the same mode. */
static bool make_file(const char *path, struct err *err)
{
	int fd;
	do
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 && errno != EEXIST)
		return err_set(err, ERR_STORE, NULL,
		               "cannot make store %s: %s; name another place with --store or $SPOOR_STORE", path,
		               strerror(errno));
	if (fd >= 0)
		close(fd);
	return true;
}

/* As SQLite's URI: only so can it be told that a file on a read-only disk does not change (it would look for shared memory). */
static void immutable_uri(const char *path, struct buf *out)
{
	buf_add_cstr(out, "file:");
	for (const char *p = path; *p; p++)
		if (strchr("%?#", *p))
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
		else
			buf_add_char(out, *p);
	buf_add_cstr(out, "?immutable=1");
}

static bool open_file(struct db *db, struct err *err)
{
	struct buf uri = BUF_INIT;
	int flags = SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;
	if (db->place.still)
		immutable_uri(db->path, &uri);
	flags |= db->place.still ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
	int rc = sqlite3_open_v2(db->place.still ? buf_cstr(&uri) : db->path, &db->handle, flags, NULL);
	buf_done(&uri);
	if (rc == SQLITE_OK)
		return true;
	return db->handle ? db_fail(db, err, "opening") : err_set(err, ERR_MEMORY, NULL, "out of memory");
}

/* A log whose index is gone can be read only by who can make that file anew. */
static bool check_log(struct db *db, struct err *err)
{
	struct buf shm = BUF_INIT;
	buf_printf(&shm, "%s-shm", db->path);
	bool ok = !db->place.read_only || !db->place.hot || access(buf_cstr(&shm), F_OK) == 0;
	if (!ok)
		err_set(err, ERR_STORE, NULL,
		        "store %s was not closed and cannot be written (%s), so its last changes cannot be read: copy "
		        "it with"
		        " its -wal file to where they can be",
		        db->path, db->place.why);
	buf_done(&shm);
	return ok;
}

/* With nothing at `path`, neither is there a directory, perhaps. */
static bool is_there(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 || errno != ENOENT;
}

static bool find_path(struct db *db, const char *path, struct err *err)
{
	struct buf absolute = BUF_INIT;
	if ((db->mode != DB_READ && !file_make_dir_of(path, err)) || !file_absolute(&absolute, path, err)) {
		if (err) {
			struct err why = *err;
			err_set(err, ERR_STORE, NULL, "%.400s; name another place with --store or $SPOOR_STORE",
			        why.text);
		}
		buf_done(&absolute);
		return false;
	}
	db->path = buf_detach(&absolute);
	return true;
}

static bool no_store(const char *path, struct err *err)
{
	return err_set(err, ERR_STORE, NULL, "there is no store at %s yet: spoor import FILE makes it", path);
}

static bool open_store(struct db *db, const char *path, struct err *err)
{
	if (db->mode == DB_READ && !is_there(path))
		return no_store(path, err);
	if (!find_path(db, path, err) || !db_place_look(&db->place, db->path, (int64_t)n_schema_steps, err))
		return false;
	if (db->mode == DB_READ && !db->place.exists)
		return no_store(path, err);
	if (db->mode != DB_READ && db->place.read_only)
		return db_place_refuse(&db->place, db->path, err);
	if (!db->place.exists && (db->place.no_shared || !make_at_once(db)) && !make_file(db->path, err))
		return false;
	if (!check_log(db, err) || !open_file(db, err))
		return false;
	db_configure(db);
	return db_add_functions(db, err) && prepare_connection(db, err);
}

struct db *db_open(const char *path, enum db_mode mode, struct err *err)
{
	struct db *db = xcalloc(1, sizeof *db);
	db->mode = mode;
	db->lock.fd = -1;
	db->wait_ms = DB_WAIT_MS;
	if (open_store(db, path, err))
		return db;
	db_close(db);
	return NULL;
}

bool db_ensure(const char *path, struct db_state *out, struct err *err)
{
	struct db found = {.mode = DB_READ, .lock = {.fd = -1}};
	struct buf remark = BUF_INIT;
	*out = (struct db_state){.read_only = false};
	bool ok = file_absolute(&remark, path, NULL);
	found.path = buf_detach(&remark);
	ok = !ok || db_place_look(&found.place, found.path, (int64_t)n_schema_steps, err);
	out->read_only = found.place.read_only && found.place.exists;
	out->unclean = found.place.hot;
	if (ok && !out->read_only && found.place.version != (int64_t)n_schema_steps) {
		struct db *db = db_open(path, DB_WRITE, err);
		ok = db != NULL;
		db_close(db);
	}
	if (ok)
		db_place_remark(&found.place, found.path, &remark);
	snprintf(out->remark, sizeof out->remark, "%s", buf_cstr(&remark));
	snprintf(out->why, sizeof out->why, "%s", found.place.why);
	buf_done(&remark);
	free(found.path);
	return ok;
}

void db_finish(struct db *db)
{
	for (size_t i = 0; i < DB_BUCKETS; i++)
		for (struct stmt *s = db->buckets[i], *next; s; s = next) {
			next = s->next;
			sqlite3_finalize(s->handle);
			free(s);
		}
	if (db->kept)
		db->kept_done(db->kept);
	sqlite3_close(db->handle);
	db_ask_end(db);
	word_lists_done(&db->lists);
	db_lock_close(&db->lock);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	db_finish(db);
	free(db->path);
	free(db);
}

const char *db_path(const struct db *db)
{
	return db->path;
}

void db_remark(const struct db *db, struct buf *out)
{
	db_place_remark(&db->place, db->path, out);
}

const char *db_library(void)
{
	return sqlite3_libversion();
}

bool db_read_only(const struct db *db)
{
	return db->place.read_only;
}

bool db_is_reader(const struct db *db)
{
	return db->mode == DB_READ || db->place.read_only;
}

void db_default_path(struct buf *out)
{
	const char *set = getenv("SPOOR_STORE");
	if (set && *set)
		buf_add_cstr(out, set);
	else
		file_data_path(out, "spoor.db");
}
