/* Opening a store that is damaged, foreign, newer, read-only, full or locked: a sentence each, and the file as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/hash.h"
#include "store/db.h"
#include "store/db_place.h"
#include "store/schema.h"

enum { NOBODY = 65534 };
static char dir[64], path[96];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/spoor-open-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.db", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	chmod(dir, 0700);
	DIR *all = opendir(dir);
	for (struct dirent *e; all && (e = readdir(all));)
		unlinkat(dirfd(all), e->d_name, 0);
	if (all)
		closedir(all);
	return rmdir(dir);
}

static void make_store(void)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	assert_true(db_begin(db, &err) && db_exec(db, "INSERT INTO word(text) VALUES('kept')", &err) &&
	            db_commit(db, &err));
	db_checkpoint(db, 0);
	db_close(db);
}

/* Changes the store behind spoor's back. */
static void alter(const char *sql)
{
	sqlite3 *handle;
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(handle);
}

static void overwrite(off_t at, const void *bytes, size_t n)
{
	int fd = open(path, O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	close(fd);
}

static struct hash128 sum(void)
{
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;
	assert_true(file_read(&bytes, path, 64 << 20, &err));
	struct hash128 h = hash128_of(buf_str(&bytes));
	buf_done(&bytes);
	return h;
}

static void says(const struct err *err, const char *words)
{
	assert_int_equal(err_exit_code(err->code), 4);
	if (!strstr(err->text, words))
		fail_msg("\"%s\" does not say \"%s\"", err->text, words);
}

/* In both modes, and not a byte of it changed. */
static void refused(const char *words, const char *todo)
{
	struct hash128 before = sum();
	for (int i = 0; i < 2; i++) {
		struct err err = ERR_INIT;
		assert_null(db_open(path, i ? DB_READ : DB_WRITE, &err));
		says(&err, words);
		says(&err, todo);
	}
	struct db_state state;
	struct err err = ERR_INIT;
	assert_false(db_ensure(path, &state, &err));
	says(&err, words);
	assert_true(hash128_eq(before, sum()));
}

/* A body of its own process, which may change who and where it is. 0: as it should be; 77: not allowed here. */
static void in_child(int (*body)(void))
{
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(body());
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("skipped: no rights to mount here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define NEED(what)                                                                   \
	do {                                                                         \
		if (!(what)) {                                                       \
			fprintf(stderr, "%d: %s (%s)\n", __LINE__, #what, err.text); \
			return 1;                                                    \
		}                                                                    \
	} while (0)

/* ---------------------------------------------------------------- what is no store of ours */

static void the_sum_of_the_schema_is_known(void **state)
{
	(void)state;
	for (size_t v = 1; v <= n_schema_steps; v++) {
		char hex[65];
		struct err err = ERR_INIT;
		assert_true(db_schema_sum((int64_t)v, hex, &err));
		if (strcmp(hex, schema_sums[v - 1]) != 0)
			fail_msg("store/schema.c: the sum of version %zu is now \"%s\"", v, hex);
	}
}

/* What another program sees: whether somebody has the store open. Without that it takes itself for the last, and removes the log when it leaves. */
static bool seems_open(void)
{
	enum { SHARED_FIRST = 0x40000002, SHARED_SIZE = 510 }; /* sqlite.org/fileformat.html, os_unix.c */
	pid_t child = fork();
	int status;
	if (child == 0) {
		struct flock f = {
		    .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SHARED_FIRST, .l_len = SHARED_SIZE};
		int fd = open(path, O_RDWR);
		_exit(fd < 0 || fcntl(fd, F_GETLK, &f) != 0 ? 2 : f.l_type != F_UNLCK);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 1;
}

/* A second connection of a process, and one that is refused, leave the locks of the first where they are. */
static void another_connection_keeps_the_locks(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	make_store();
	assert_false(seems_open());
	struct db *one = db_open(path, DB_READ, &err), *two = db_open(path, DB_DURABLE, &err);
	assert_true(one && two && seems_open());
	db_close(two);
	assert_true(seems_open());
	alter("SELECT count(*) FROM word"); /* in this process, too */
	assert_true(seems_open());
	db_close(one);
	assert_false(seems_open());
}

static void refuses_text(void **state)
{
	(void)state;
	overwrite(0, "this is a text, and no database at all", 38);
	refused("is not a spoor store", "name another with --store or $SPOOR_STORE");
	char zeros[4096] = {0};
	overwrite(0, zeros, sizeof zeros);
	refused("is not a spoor store", "$SPOOR_STORE");
}

static void refuses_another_programs_database(void **state)
{
	(void)state;
	alter("PRAGMA application_id = 252006674; CREATE TABLE bookmark(url);");
	refused("database of another program (application id 0x0f055112)", "name another with --store");
	alter("PRAGMA application_id = 0");
	refused("database of another program (application id 0x00000000)", "name another with --store");
}

/* What its header does not tell, since the last changes are in its log; and pages of the largest size, and many tables. */
static void refuses_another_programs_log(void **state)
{
	(void)state;
	static const char *const made[] = {"CREATE TABLE bookmark(url)", "PRAGMA user_version = 3",
	                                   "PRAGMA application_id = 77; CREATE TABLE bookmark(url)"};
	for (size_t i = 0; i < 3; i++) {
		sqlite3 *handle;
		assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
		sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		assert_int_equal(sqlite3_exec(handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_exec(handle, made[i], NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(handle);
		struct err err = ERR_INIT;
		assert_null(db_open(path, DB_WRITE, &err));
		says(&err, "database of another program");
		for (size_t k = 0; k < 4; k++) {
			char other[128];
			snprintf(other, sizeof other, "%s%s", path, (const char *[]){"", "-wal", "-shm", "-lock"}[k]);
			unlink(other);
		}
	}
}

static void refuses_another_programs_many_tables(void **state)
{
	(void)state;
	for (int page = 4096; page <= 65536; page *= 16) {
		sqlite3 *handle;
		char sql[64];
		assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
		snprintf(sql, sizeof sql, "PRAGMA page_size = %d; BEGIN", page);
		assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
		for (int i = 0; i < 300; i++) {
			snprintf(sql, sizeof sql, "CREATE TABLE t%d(x)", i);
			assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
		}
		assert_int_equal(sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(handle);
		refused("database of another program", "name another with --store");
		assert_int_equal(truncate(path, 65536 + 4096), 0);
		refused("is cut off: 69632 of ", "put a backup in its place");
		unlink(path);
	}
}

/* With a log beside it the first page may be torn, which the log mends; not where the log has no such page. */
static void refuses_a_text_with_a_log(void **state)
{
	(void)state;
	overwrite(0, "this is a text, and no database at all", 38);
	char other[128];
	snprintf(other, sizeof other, "%s-wal", path);
	int fd = open(other, O_RDWR | O_CREAT, 0600);
	assert_int_equal(write(fd, "nor a log", 9), 9);
	close(fd);
	struct hash128 before = sum();
	struct err err = ERR_INIT;
	assert_null(db_open(path, DB_READ, &err));
	says(&err, "is not a spoor store");
	assert_true(hash128_eq(before, sum()));
}

/* An old SQLite writes without telling the size: then the size in the header says nothing. */
static void does_not_believe_an_old_page_count(void **state)
{
	(void)state;
	make_store();
	overwrite(28, "\x7f\xff\xff\xff", 4);
	refused("is cut off", "put a backup in its place");
	overwrite(92, "\x7f\0\0\1", 4);
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_READ, &err);
	if (!db)
		fail_msg("%s", err.text);
	db_close(db);
}

static void refuses_a_newer_version(void **state)
{
	(void)state;
	make_store();
	char said[96];
	alter("PRAGMA user_version = 70");
	snprintf(said, sizeof said, "was written by a newer spoor (schema 70, this one knows %zu)", n_schema_steps);
	refused(said, "update spoor; nothing was changed");
}

/* A store of the first version, with a trace in it: reading says what to do, writing raises it. */
static void raises_an_older_store(void **state)
{
	(void)state;
	int64_t application = 0, version = 0, usage = -1;
	struct err err = ERR_INIT;
	make_store();
	struct db *db = db_open(path, DB_READ, &err);
	assert_true(db && db_int(db, "PRAGMA application_id", 0, &application, &err));
	db_close(db);
	assert_int_equal(unlink(path), 0);
	alter(schema_steps[0].sql);
	alter("INSERT INTO trace(key, text, cost_usd, source, seen) VALUES(x'00', 'old', 0.5, 1, 1)");
	struct buf marks = BUF_INIT;
	buf_printf(&marks, "PRAGMA application_id = %lld; PRAGMA user_version = 1", (long long)application);
	alter(buf_cstr(&marks));
	buf_done(&marks);
	assert_null(db_open(path, DB_READ, &err));
	says(&err, "is of an older spoor (schema 1)");
	err = ERR_INIT;
	db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	assert_true(db_int(db, "PRAGMA user_version", 0, &version, &err));
	assert_int_equal(version, n_schema_steps);
	assert_true(db_int(db, "SELECT usage + usage_repeats FROM trace WHERE cost_usd = 0.5", -1, &usage, &err));
	assert_int_equal(usage, 0);
	db_close(db);
	db = db_open(path, DB_READ, &err);
	assert_non_null(db);
	db_close(db);
}

static void refuses_a_changed_schema(void **state)
{
	(void)state;
	make_store();
	alter("CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n");
	struct db_state known;
	struct err err = ERR_INIT;
	assert_true(db_ensure(path, &known, &err)); /* only looks at the head; every opening looks closer */
	for (int i = 0; i < 2; i++) {
		struct hash128 before = sum();
		err = ERR_INIT;
		assert_null(db_open(path, i ? DB_READ : DB_WRITE, &err));
		says(&err, "holds tables that are not spoor's");
		says(&err, "import again");
		assert_true(hash128_eq(before, sum()));
	}
}

static void refuses_one_cut_off(void **state)
{
	(void)state;
	make_store();
	assert_int_equal(truncate(path, 40000), 0);
	refused("is cut off: 40000 of ", "put a backup in its place");
	assert_int_equal(truncate(path, 60), 0);
	refused("is not a spoor store", "name another");
}

static void refuses_a_damaged_page(void **state)
{
	(void)state;
	make_store();
	char garbage[16284];
	memset(garbage, 0xa5, sizeof garbage);
	overwrite(100, garbage, sizeof garbage); /* the schema's own page, behind a sound header */
	struct hash128 before = sum();
	struct err err = ERR_INIT;
	assert_null(db_open(path, DB_WRITE, &err));
	says(&err, "is damaged");
	says(&err, "put a backup in its place, or move it away and import again");
	assert_true(hash128_eq(before, sum()));
}

static void a_killed_maker_leaves_a_store_that_opens(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	close(open(path, O_CREAT | O_WRONLY, 0600)); /* made, nothing written */
	assert_null(db_open(path, DB_READ, &err));
	says(&err, "is empty");
	alter("PRAGMA page_size = 16384; PRAGMA journal_mode = WAL"); /* its first page, no table yet */
	make_store();
	struct db *db = db_open(path, DB_WRITE, NULL); /* nobody asks why it would not */
	assert_non_null(db);
	db_close(db);
}

/* Nobody meets one that is half made: the file has all its tables from the first, without a log. */
static void a_new_store_is_whole(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	int nameless = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (nameless < 0)
		skip(); /* a file system that has no files without a name */
	close(nameless);
	struct db *db = db_open(path, DB_WRITE, &err);
	assert_non_null(db);
	char log[128], head[72];
	struct stat st;
	snprintf(log, sizeof log, "%s-wal", path);
	assert_true(stat(log, &st) != 0 || st.st_size == 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, head, sizeof head), sizeof head);
	close(fd);
	assert_memory_equal(head + 68, "spor", 4);
	db_close(db);
}

/* ---------------------------------------------------------------- paths */

static void paths_are_files(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_null(db_open(dir, DB_READ, &err));
	says(&err, "is a directory: name a file in it");
	char other[128];
	make_store();
	snprintf(other, sizeof other, "%s/link.db", dir);
	assert_int_equal(symlink("s.db", other), 0);
	assert_null(db_open(other, DB_READ, &err));
	says(&err, "is a symbolic link, which is not followed: name the file itself (s.db)");
	snprintf(other, sizeof other, "%s/pipe.db", dir);
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_null(db_open(other, DB_WRITE, &err));
	says(&err, "is not a regular file");
	snprintf(other, sizeof other, "%s/s.db/below.db", dir);
	assert_null(db_open(other, DB_WRITE, &err));
	says(&err, "name another place");
	assert_null(db_open("/proc/none/of/this.db", DB_WRITE, &err));
	says(&err, "cannot make the directory");
	snprintf(other, sizeof other, "%s/none.db", dir);
	assert_null(db_open(other, DB_READ, &err));
	says(&err, "there is no store at");
	says(&err, "spoor import FILE makes it");
	assert_int_not_equal(access(other, F_OK), 0);
}

static void the_root_is_a_directory(void **state)
{
	(void)state;
	struct db_place place;
	struct err err = ERR_INIT;
	assert_true(db_place_look(&place, "/no-such-store.db", 1, &err));
	assert_false(place.exists);
}

static int nowhere_body(void)
{
	struct err err = ERR_INIT;
	struct db_state found;
	NEED(chdir(dir) == 0 && mkdir("gone", 0700) == 0 && chdir("gone") == 0 && rmdir("../gone") == 0);
	NEED(!db_open("s.db", DB_WRITE, &err) && err.code == ERR_STORE);
	NEED(strstr(err.text, "name another place with --store or $SPOOR_STORE"));
	NEED(!db_open("s.db", DB_WRITE, NULL)); /* who does not ask why is not told */
	NEED(!db_ensure("s.db", &found, &err) || !found.read_only);
	return 0;
}

static void a_working_directory_that_is_gone(void **state)
{
	(void)state;
	in_child(nowhere_body);
}

static void the_stores_place_by_default(void **state)
{
	(void)state;
	static const char *const set[] = {"/a/b.db", "", NULL};
	const char *old = getenv("SPOOR_STORE");
	char *kept = old ? strdup(old) : NULL;
	for (size_t i = 0; i < 3; i++) {
		struct buf out = BUF_INIT;
		if (set[i])
			setenv("SPOOR_STORE", set[i], 1);
		else
			unsetenv("SPOOR_STORE");
		db_default_path(&out);
		assert_non_null(strstr(buf_cstr(&out), i ? "spoor.db" : "/a/b.db"));
		buf_done(&out);
	}
	if (kept)
		setenv("SPOOR_STORE", kept, 1);
	free(kept);
}

static void directories_may_be_links(void **state)
{
	(void)state;
	make_store();
	char link[96], other[128];
	snprintf(link, sizeof link, "%s/way", dir);
	snprintf(other, sizeof other, "%s/way/s.db", dir);
	assert_int_equal(symlink(".", link), 0);
	struct err err = ERR_INIT;
	struct db *db = db_open(other, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	assert_string_equal(db_path(db), path);
	db_close(db);
}

static void a_uri_is_a_file_name(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	int here = open(".", O_RDONLY | O_DIRECTORY);
	assert_int_equal(chdir(dir), 0);
	struct db *db = db_open("file:x?mode=memory", DB_WRITE, &err);
	assert_non_null(db);
	assert_int_equal(access("file:x?mode=memory", F_OK), 0);
	db_close(db);
	assert_int_equal(fchdir(here), 0);
	close(here);
}

static void warns_when_others_can_read(void **state)
{
	(void)state;
	struct db_state found;
	struct err err = ERR_INIT;
	assert_true(db_ensure(path, &found, &err)); /* made here */
	assert_string_equal(found.remark, "");
	chmod(path, 0640);
	assert_true(db_ensure(path, &found, &err));
	assert_non_null(strstr(found.remark, "(mode 0640), which may hold prompts and keys: chmod 600"));
	assert_false(found.read_only);
}

/* ---------------------------------------------------------------- read-only: as somebody whom modes bind, in a child */

static bool become_nobody(void)
{
	return geteuid() != 0 || (setregid(NOBODY, NOBODY) == 0 && setreuid(NOBODY, NOBODY) == 0);
}

/* Every reading works, every writing is refused with `why`. */
static int reads_only(const char *why)
{
	struct err err = ERR_INIT;
	struct db_state state;
	NEED(db_ensure(path, &state, &err));
	NEED(state.read_only && strstr(state.why, why));
	NEED(!db_open(path, DB_WRITE, &err));
	NEED(err.code == ERR_STORE && strstr(err.text, "can only be read") && strstr(err.text, why));
	NEED(strstr(err.text, "name another with --store or $SPOOR_STORE"));
	err = ERR_INIT;
	struct db *db = db_open(path, DB_READ, &err);
	NEED(db && db_read_only(db));
	int64_t n = 0;
	NEED(db_int(db, "SELECT count(*) FROM word WHERE text = 'kept'", 0, &n, &err) && n == 1);
	NEED(!db_begin(db, &err) && strstr(err.text, why));
	db_close(db);
	return 0;
}

static int file_body(void)
{
	return become_nobody() ? reads_only("the file cannot be written") : 2;
}

static int dir_body(void)
{
	return become_nobody() ? reads_only("its directory cannot be written") : 2;
}

static void give(const char *name, mode_t mode)
{
	if (geteuid() == 0)
		assert_int_equal(chown(name, NOBODY, NOBODY), 0);
	assert_int_equal(chmod(name, mode), 0);
}

static void reads_a_file_that_cannot_be_written(void **state)
{
	(void)state;
	make_store();
	char other[128];
	for (size_t i = 0; i < 3; i++) {
		snprintf(other, sizeof other, "%s%s", path, (const char *[]){"-wal", "-shm", "-lock"}[i]);
		give(other, 0600);
	}
	give(path, 0400);
	give(dir, 0700);
	in_child(file_body);
}

static void remove_beside(void)
{
	for (size_t i = 0; i < 3; i++) {
		char other[128];
		snprintf(other, sizeof other, "%s%s", path, (const char *[]){"-wal", "-shm", "-lock"}[i]);
		unlink(other);
	}
}

static void reads_in_a_directory_that_cannot_be_written(void **state)
{
	(void)state;
	make_store();
	remove_beside();
	give(path, 0600);
	give(dir, 0500);
	in_child(dir_body);
}

/* Its name is no part of a URI. */
static void reads_odd_names_in_a_directory_that_cannot_be_written(void **state)
{
	(void)state;
	snprintf(path, sizeof path, "%s/50%%?x#y.db", dir);
	make_store();
	remove_beside();
	give(path, 0600);
	give(dir, 0500);
	in_child(dir_body);
}

static int log_body(void)
{
	struct err err = ERR_INIT;
	int64_t n = 0;
	NEED(become_nobody());
	struct db *db = db_open(path, DB_READ, &err);
	NEED(db && db_read_only(db));
	NEED(db_int(db, "SELECT count(*) FROM word WHERE text = 'new'", 0, &n, &err) && n == 1);
	db_close(db);
	return 0;
}

static void write_new_into_the_log(void)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	assert_false(db_is_wanted(db)); /* nobody waits for who never asked for the lock */
	assert_true(db_begin(db, &err) && db_exec(db, "INSERT INTO word(text) VALUES('new')", &err) &&
	            db_commit(db, &err));
	db_close(db);
}

static void reads_a_log_whose_index_is_there(void **state)
{
	(void)state;
	make_store();
	write_new_into_the_log();
	for (size_t i = 0; i < 3; i++) {
		char other[128];
		snprintf(other, sizeof other, "%s%s", path, (const char *[]){"", "-wal", "-shm"}[i]);
		give(other, 0600);
	}
	give(dir, 0500);
	in_child(log_body);
}

static int make_body(void)
{
	struct err err = ERR_INIT;
	NEED(become_nobody());
	NEED(!db_open(path, DB_WRITE, &err));
	NEED(err.code == ERR_STORE && strstr(err.text, "cannot make store"));
	NEED(strstr(err.text, "its directory cannot be written; name another place"));
	return 0;
}

static void makes_none_in_a_directory_that_cannot_be_written(void **state)
{
	(void)state;
	give(dir, 0500);
	in_child(make_body);
}

static int secret_body(void)
{
	struct err err = ERR_INIT;
	NEED(become_nobody());
	NEED(!db_open(path, DB_READ, &err) && err.code == ERR_STORE && strstr(err.text, "cannot read store"));
	NEED(strstr(err.text, "Permission denied"));
	return 0;
}

static void says_when_it_may_not_be_read(void **state)
{
	(void)state;
	make_store();
	give(path, 0);
	give(dir, 0700);
	in_child(secret_body);
}

static int hot_body(void)
{
	struct err err = ERR_INIT;
	NEED(become_nobody());
	NEED(!db_open(path, DB_READ, &err) && err.code == ERR_STORE);
	NEED(strstr(err.text, "was not closed and cannot be written (its directory cannot be written)"));
	NEED(strstr(err.text, "copy it with its -wal file"));
	return 0;
}

/* The last changes are in the log, whose index nobody here can make. */
static void does_not_hide_a_log_it_cannot_read(void **state)
{
	(void)state;
	char other[128];
	make_store();
	write_new_into_the_log();
	snprintf(other, sizeof other, "%s-shm", path);
	unlink(other);
	snprintf(other, sizeof other, "%s-wal", path);
	give(other, 0600);
	give(path, 0600);
	give(dir, 0500);
	in_child(hot_body);
}

/* ---------------------------------------------------------------- disks of our own */

static bool mount_disk(const char *options)
{
	return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", dir, "tmpfs", 0, options) == 0;
}

static int read_only_disk_body(void)
{
	if (!mount_disk("size=8m"))
		return 77;
	make_store();
	remove_beside();
	if (mount("none", dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0)
		return 77;
	return reads_only("its file system is mounted read-only");
}

static void reads_on_a_read_only_disk(void **state)
{
	(void)state;
	in_child(read_only_disk_body);
}

static int full_disk_body(void)
{
	struct err err = ERR_INIT;
	if (!mount_disk("size=1536k"))
		return 77;
	make_store();
	struct db *db = db_open(path, DB_WRITE, &err);
	NEED(db);
	bool ok = true;
	for (int i = 0; i < 100 && ok; i++) {
		ok = db_begin(db, &err) && db_exec(db, "INSERT INTO word(text) SELECT hex(randomblob(100000))", &err) &&
		     db_commit(db, &err);
		if (!ok)
			db_rollback(db);
	}
	NEED(!ok && err.code == ERR_STORE && strstr(err.text, "is full") && strstr(err.text, "make room and repeat"));
	int64_t n = 0;
	NEED(db_int(db, "SELECT count(*) FROM word WHERE text = 'kept'", 0, &n, &err) && n == 1);
	db_close(db);
	NEED(mount("none", dir, NULL, MS_REMOUNT, "size=8m") == 0);
	db = db_open(path, DB_WRITE, &err);
	NEED(db && db_begin(db, &err) && db_exec(db, "INSERT INTO word(text) VALUES('more')", &err) &&
	     db_commit(db, &err));
	struct stmt *s = db_query(db, "PRAGMA integrity_check", &err);
	NEED(stmt_step(s, &err) == STEP_ROW && str_is(col_str(s, 0), "ok"));
	stmt_end(s);
	db_close(db);
	return 0;
}

static void goes_on_when_a_full_disk_has_room_again(void **state)
{
	(void)state;
	in_child(full_disk_body);
}

/* ---------------------------------------------------------------- no shared memory */

/* What kind of file system there is, where a test says so. */
static long kind_of_disk;
int statfs(const char *where, struct statfs *to)
{
	int rc = (int)syscall(SYS_statfs, where, to);
	if (kind_of_disk)
		to->f_type = kind_of_disk;
	return rc;
}

static void a_network_disk_is_told_by_its_kind(void **state)
{
	(void)state;
	make_store();
	chmod(path, 0644);
	setenv("SPOOR_NO_SHM", "", 1); /* as if it were not set */
	for (size_t i = 0; i < 3; i++) {
		struct err err = ERR_INIT;
		struct db_state found;
		kind_of_disk = (const long[]){0x6969, 0x65735546, 0}[i]; /* NFS, FUSE, what it is */
		assert_true(db_ensure(path, &found, &err));
		assert_true(i == 2 || strstr(found.remark, "chmod 600 it; store ")); /* both remarks */
		assert_int_equal(strstr(found.remark, "one spoor at a time") != NULL, i < 2);
	}
	kind_of_disk = 0;
	unsetenv("SPOOR_NO_SHM");
}

static void works_without_shared_memory(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db_state found;
	make_store(); /* with a log */
	setenv("SPOOR_NO_SHM", "1", 1);
	assert_true(db_ensure(path, &found, &err));
	assert_non_null(strstr(found.remark, "one spoor at a time"));
	struct db *db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	struct stmt *s = db_query(db, "PRAGMA journal_mode", &err);
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	assert_true(str_is(col_str(s, 0), "delete"));
	stmt_end(s);
	struct db *reader = db_open(path, DB_READ, &err);
	assert_non_null(reader);
	assert_true(db_begin(db, &err) && db_exec(db, "INSERT INTO word(text) VALUES('x')", &err) &&
	            db_commit(db, &err));
	int64_t n = 0;
	assert_true(db_int(reader, "SELECT count(*) FROM word WHERE text IN ('x', 'kept')", 0, &n, &err));
	assert_int_equal(n, 2);
	db_close(reader);
	db_close(db);
	char other[128];
	snprintf(other, sizeof other, "%s-shm", path);
	assert_int_not_equal(access(other, F_OK), 0);
	unsetenv("SPOOR_NO_SHM");
	db = db_open(path, DB_WRITE, &err); /* and back */
	if (!db)
		fail_msg("%s", err.text);
	s = db_query(db, "PRAGMA journal_mode", &err);
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	assert_true(str_is(col_str(s, 0), "wal"));
	stmt_end(s);
	db_close(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_sum_of_the_schema_is_known),
	    TEST(another_connection_keeps_the_locks),
	    TEST(refuses_text),
	    TEST(refuses_another_programs_database),
	    TEST(refuses_another_programs_log),
	    TEST(refuses_another_programs_many_tables),
	    TEST(refuses_a_text_with_a_log),
	    TEST(does_not_believe_an_old_page_count),
	    TEST(refuses_a_newer_version),
	    TEST(raises_an_older_store),
	    TEST(refuses_a_changed_schema),
	    TEST(refuses_one_cut_off),
	    TEST(refuses_a_damaged_page),
	    TEST(a_new_store_is_whole),
	    TEST(a_killed_maker_leaves_a_store_that_opens),
	    TEST(paths_are_files),
	    TEST(the_root_is_a_directory),
	    TEST(a_working_directory_that_is_gone),
	    TEST(the_stores_place_by_default),
	    TEST(directories_may_be_links),
	    TEST(a_uri_is_a_file_name),
	    TEST(warns_when_others_can_read),
	    TEST(reads_a_file_that_cannot_be_written),
	    TEST(reads_in_a_directory_that_cannot_be_written),
	    TEST(reads_odd_names_in_a_directory_that_cannot_be_written),
	    TEST(reads_a_log_whose_index_is_there),
	    TEST(makes_none_in_a_directory_that_cannot_be_written),
	    TEST(says_when_it_may_not_be_read),
	    TEST(does_not_hide_a_log_it_cannot_read),
	    TEST(reads_on_a_read_only_disk),
	    TEST(goes_on_when_a_full_disk_has_room_again),
	    TEST(a_network_disk_is_told_by_its_kind),
	    TEST(works_without_shared_memory),
	};
	return cmocka_run_group_tests_name("open", tests, NULL, NULL);
}
