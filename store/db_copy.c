/* The store as a whole: copies of it while others write, and writing it anew without what was deleted. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/db_private.h"

enum { STEP_PAGES = 256 }; /* 4 MB between two looks at `cancel` */

/* ---------------------------------------------------------------- a copy */

static bool is_itself(const struct db *db, const char *file)
{
	struct stat a, b;
	return stat(db->path, &a) == 0 && stat(file, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool step_all(sqlite3_backup *copy, struct db *to, struct db_progress *p, struct err *err)
{
	int rc;
	while ((rc = sqlite3_backup_step(copy, STEP_PAGES)) == SQLITE_OK) {
		int pages = sqlite3_backup_pagecount(copy), left = sqlite3_backup_remaining(copy);
		atomic_store(&p->percent, pages > 0 ? (int)(100 * (int64_t)(pages - left) / pages) : 0);
		if (atomic_load(&p->cancel))
			return err_set(err, ERR_INTERRUPTED, NULL, "interrupted: nothing was written");
	}
	if (rc == SQLITE_DONE)
		return true;
	if ((rc & 0xff) == SQLITE_FULL)
		return err_set(err, ERR_STORE, NULL, "the disk of %s is full: name a file on another", to->path);
	return err_set(err, ERR_STORE, NULL, "copying to %s failed: %s", to->path, sqlite3_errstr(rc));
}

/* One file without a log, so that it can be moved about; and looked through, as a copy is worth nothing if it cannot be read. */
static bool finish(struct db *to, struct err *err)
{
	if (sqlite3_exec(to->handle, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(to, err, "ending the copy");
	struct stmt *s = db_query(to, "PRAGMA quick_check(1)", err);
	if (!s)
		return false;
	bool ok = stmt_step(s, err) == STEP_ROW;
	if (ok && !str_is(col_str(s, 0), "ok"))
		ok = err_set(err, ERR_STORE, NULL, "the copy is damaged, as the store may be (spoor doctor): %.200s",
		             col_str(s, 0).ptr);
	stmt_end(s);
	return ok;
}

/* The snapshot is held over all steps: else the copy would begin again whenever an import commits. */
static bool copy_into(struct db *db, struct db *to, struct db_progress *p, struct err *err)
{
	if (sqlite3_open_v2(to->path, &to->handle,
	                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	                    NULL) != SQLITE_OK)
		return to->handle ? db_fail(to, err, "copying") : err_set(err, ERR_MEMORY, NULL, "out of memory");
	db_configure(to);
	int64_t n = 0;
	if (sqlite3_exec(to->handle, "PRAGMA synchronous=OFF", NULL, NULL, NULL) !=
	    SQLITE_OK) /* synced once, at the end */
		return db_fail(to, err, "copying");
	if (!db_begin_read(db, err) || !db_int(db, "SELECT count(*) FROM sqlite_schema", 0, &n, err))
		return false;
	sqlite3_backup *copy = sqlite3_backup_init(to->handle, "main", db->handle, "main");
	bool ok = copy ? step_all(copy, to, p, err) : db_fail(to, err, "copying");
	sqlite3_backup_finish(copy);
	db_end_read(db);
	return ok && finish(to, err);
}

bool db_backup(struct db *db, const char *file, bool force, struct db_progress *p, int64_t *bytes, struct err *err)
{
	struct buf temp = BUF_INIT;
	struct stat st = {.st_size = 0};
	if (is_itself(db, file))
		return err_set(err, ERR_USAGE, NULL, "%s is the store itself: name another file", file);
	if (!force && access(file, F_OK) == 0)
		return err_set(err, ERR_USAGE, NULL,
		               "%s is there already: name another file, or replace it with --force", file);
	if (!file_temp_beside(&temp, file, err))
		return false;
	struct db to = {.path = temp.ptr, .mode = DB_WRITE, .lock = {.fd = -1}};
	bool ok = copy_into(db, &to, p, err);
	db_finish(&to);
	ok = ok && (stat(buf_cstr(&temp), &st) == 0 ||
	            err_set(err, ERR_SYSTEM, NULL, "cannot read %s: %s", buf_cstr(&temp), strerror(errno)));
	ok = ok && file_put(buf_cstr(&temp), file, force, err);
	if (!ok)
		unlink(buf_cstr(&temp));
	*bytes = (int64_t)st.st_size;
	buf_done(&temp);
	return ok;
}

/* ---------------------------------------------------------------- writing it anew */

static bool has_room(struct db *db, int64_t need, struct err *err)
{
	struct statvfs fs;
	if (statvfs(db->path, &fs) != 0)
		return true;
	int64_t room = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	return room >= need || err_set(err, ERR_STORE, NULL,
	                               "writing store %s anew needs %lld MB beside it, and there are %lld MB: make room"
	                               " and repeat",
	                               db->path, (long long)(need >> 20) + 1, (long long)(room >> 20));
}

/* VACUUM writes all that lives to a temporary file, and from there over the store through its log: room for both. */
static bool vacuum(struct db *db, struct err *err)
{
	char *dir = xstrdup(db->path);
	*strrchr(dir, '/') = '\0';
	setenv("SQLITE_TMPDIR", *dir ? dir : "/", 1); /* the one disk we looked at */
	free(dir);
	sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 1);
	bool ok = sqlite3_exec(db->handle, "PRAGMA temp_store=1; VACUUM;", NULL, NULL, NULL) == SQLITE_OK ||
	          db_fail(db, err, "writing it anew");
	sqlite3_exec(db->handle, "PRAGMA temp_store=2", NULL, NULL, NULL);
	sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 0);
	unsetenv("SQLITE_TMPDIR");
	return ok;
}

bool db_compact(struct db *db, struct err *err)
{
	int64_t pages = 0, spare = 0, page = 0;
	if (!db_int(db, "PRAGMA page_count", 0, &pages, err) || !db_int(db, "PRAGMA freelist_count", 0, &spare, err) ||
	    !db_int(db, "PRAGMA page_size", 0, &page, err))
		return false;
	if (!has_room(db, 2 * (pages - spare) * page + (1 << 20), err) || !db_take_lock(db, err))
		return false;
	bool ok = vacuum(db, err);
	db_lock_drop(&db->lock);
	db_checkpoint(db, 0);
	return ok;
}

bool db_log_is_empty(const struct db *db)
{
	struct buf name = BUF_INIT;
	struct stat st;
	buf_printf(&name, "%s-wal", db->path);
	bool empty = stat(buf_cstr(&name), &st) != 0 || st.st_size == 0;
	buf_done(&name);
	return empty;
}
