/* Opening a store whose schema is not, to the letter, what our steps make: refused before anything of it runs, and left as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/hash.h"
#include "store/db.h"

static char dir[] = "/tmp/spoor-schema-XXXXXX", path[64];

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/s.db", dir);
	return 0;
}

static void forget(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[96];
		snprintf(file, sizeof file, "%s%s", path, ends[i]);
		unlink(file);
	}
}

static int remove_dir(void **state)
{
	(void)state;
	forget();
	return rmdir(dir);
}

static void make_store(void)
{
	struct err err = ERR_INIT;
	forget();
	struct db *db = db_open(path, DB_WRITE, &err);
	assert_non_null(db);
	db_checkpoint(db, 0);
	db_close(db);
}

/* As somebody else would, with no guard of ours. */
static void with_sqlite(const char *sql)
{
	sqlite3 *handle;
	char *words = NULL;
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	if (sqlite3_exec(handle, sql, NULL, NULL, &words) != SQLITE_OK)
		fail_msg("%s: %s", sql, words);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static uint64_t file_hash(void)
{
	struct buf all = BUF_INIT;
	char bytes[65536];
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
		buf_add(&all, bytes, n);
	fclose(f);
	uint64_t hash = hash64(buf_str(&all));
	buf_done(&all);
	return hash;
}

static void assert_refused(const char *what)
{
	static const enum db_mode modes[] = {DB_READ, DB_WRITE, DB_DURABLE};
	uint64_t before = file_hash();
	for (size_t i = 0; i < 3; i++) {
		struct err err = ERR_INIT;
		struct db *db = db_open(path, modes[i], &err);
		if (db)
			fail_msg("opened with %s", what);
		assert_int_equal(err_exit_code(err.code), 4);
		assert_non_null(strstr(err.text, path));
		assert_true(file_hash() == before);
	}
}

static void another_schema(void **state)
{
	(void)state;
	static const char *const changes[] = {
	    "CREATE VIEW extra AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
	    "CREATE TRIGGER extra AFTER INSERT ON source BEGIN DELETE FROM trace; END",
	    "CREATE TABLE extra(a)",
	    "CREATE INDEX extra ON source(path)",
	    "DROP INDEX source_head",
	    "DROP TABLE problem",
	    "DROP TABLE problem; CREATE VIEW problem AS SELECT randomblob(900000000) AS id",
	    "ALTER TABLE source ADD COLUMN extra",
	    "PRAGMA writable_schema=1; UPDATE sqlite_schema SET sql = replace(sql, 'path BLOB', 'path  BLOB') WHERE "
	    "name = 'source'",
	};
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		make_store();
		with_sqlite("PRAGMA journal_mode=DELETE");
		with_sqlite(changes[i]);
		assert_refused(changes[i]);
	}
}

static void another_header(void **state)
{
	(void)state;
	static const char *const changes[] = {"PRAGMA user_version=0", "PRAGMA user_version=-1",
	                                      "PRAGMA user_version=2000000", "PRAGMA application_id=1"};
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		make_store();
		with_sqlite("PRAGMA journal_mode=DELETE");
		with_sqlite(changes[i]);
		assert_refused(changes[i]);
	}
}

/* Taken away again, it opens: nothing but the schema was looked at. */
static void our_own_again(void **state)
{
	(void)state;
	make_store();
	with_sqlite("CREATE TABLE extra(a); DROP TABLE extra");
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_READ, &err);
	assert_non_null(db);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(another_schema),
	    cmocka_unit_test(another_header),
	    cmocka_unit_test(our_own_again),
	};
	return cmocka_run_group_tests_name("schema", tests, make_dir, remove_dir);
}
