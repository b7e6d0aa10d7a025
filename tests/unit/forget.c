/* store/forget: records that nothing names lose their bytes, those beside them keep theirs, and who is stopped half-way is finished. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <sys/file.h>
#include <unistd.h>
#include <fcntl.h>

#include "store/base/pack.h"
#include "store/base/units.h"
#include "store/block.h"
#include "store/forget.h"

static char dir[64], path[96];
static struct db *db;

enum { RUNS = 3 };

/* One source, one block: a frame with a tail around three records, each a case of a run of its own. */
static void fill_store(void)
{
	struct err err = ERR_INIT;
	struct pack *pack = pack_new(BLOCK_LEVEL);
	struct block_fill fill = {.first = 10};
	assert_true(db_begin(db, &err));
	assert_true(
	    db_exec(db,
	            "INSERT INTO source(id, path, format, head_len, head_hash, bytes, prefix_hash, records, state)"
	            " VALUES(5, 'a.json', 'otlp', 0, x'', 9, x'', 3, 1);"
	            "INSERT INTO word(id, text) VALUES(1, 'kept'), (2, 'gone');"
	            "INSERT INTO case_key(id, text) VALUES(1, 'case')",
	            &err));
	block_add(&fill, &(struct entry){.type = ENTRY_FRAME, .bytes = STR_LIT("{\"a\":1}")}, NULL);
	for (int i = 0; i < RUNS; i++) {
		char text[32], sql[256];
		int n = snprintf(text, sizeof text, "{\"record\":%d}", i);
		block_add(&fill,
		          &(struct entry){
		              .type = ENTRY_RECORD, .bytes = {text, (size_t)n},
                                   .frame = 10, .record = (uint64_t)i + 1
                },
		          NULL);
		snprintf(
		    sql, sizeof sql,
		    "INSERT INTO run(id, key, text, model, cases, source, seen) VALUES(%d, x'0%d', 'r%d', %d, 1, 5, 5);"
		    "INSERT INTO case_result(run, case_id, repeat, status, record, hash, source) VALUES(%d, 1, 0, 0, "
		    "%d, 0, 5)",
		    i + 1, i, i, i ? 1 : 2, i + 1, 11 + i);
		assert_true(db_exec(db, sql, &err));
	}
	block_add(&fill, &(struct entry){.type = ENTRY_TAIL, .bytes = STR_LIT("{\"b\":2}"), .frame = 10}, NULL);
	assert_true(block_write(db, pack, 5, &fill, NULL, &err));
	assert_true(db_exec(db, "INSERT INTO frame_tail VALUES(10, 14)", &err));
	assert_true(db_commit(db, &err));
	block_fill_done(&fill, NULL);
	pack_free(pack);
}

static int make_store(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	snprintf(dir, sizeof dir, "/tmp/spoor-forget-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.db", dir);
	db = db_open(path, DB_WRITE, &err);
	assert_non_null(db);
	fill_store();
	return 0;
}

static int remove_store(void **state)
{
	(void)state;
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[128];
		snprintf(file, sizeof file, "%s%s", path, ends[i]);
		unlink(file);
	}
	return rmdir(dir);
}

static void note(struct forget *f, int64_t run, int64_t source)
{
	struct err err = ERR_INIT;
	struct forget_what what = {
	    .runs = {&run,    run != 0   },
              .sources = {&source, source != 0}
        };
	if (!forget_note(f, &what, &err))
		fail_msg("%s", err.text);
}

static void finish(struct forget *f, bool compact)
{
	struct err err = ERR_INIT;
	bool cut;
	if (!forget_run(f, compact, NULL, &cut, &err))
		fail_msg("%s", err.text);
	assert_true(cut);
}

static int64_t figure(const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n = -1;
	if (!db_int(db, sql, 0, &n, &err))
		fail_msg("%s", err.text);
	return n;
}

/* NULL: no such block; "": no bytes. */
static const char *bytes_of(uint64_t number, size_t *n_frames, char *out, size_t size)
{
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct stored_record rec;
	struct block_cache *cache = block_cache_new(db);
	bool ok = block_fetch(cache, number, &arena, &rec, &err);
	if (ok) {
		snprintf(out, size, STR_FMT, STR_ARG(rec.entry.bytes));
		*n_frames = rec.n_frames;
		if (rec.n_frames && rec.entry.bytes.len)
			assert_true(str_is(rec.frames[0], "{\"a\":1,\"b\":2}"));
	}
	block_cache_free(cache);
	arena_done(&arena);
	return ok ? out : NULL;
}

static void records_go_and_their_neighbours_stay(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char text[64];
	size_t frames;
	struct forget *f = forget_open(db, &err);
	assert_non_null(f);
	note(f, 1, 0);
	finish(f, true);
	assert_string_equal(bytes_of(11, &frames, text, sizeof text), "");
	assert_string_equal(bytes_of(12, &frames, text, sizeof text), "{\"record\":1}");
	assert_int_equal(frames, 1);
	assert_int_equal(figure("SELECT count(*) FROM run"), 2);
	assert_int_equal(figure("SELECT count(*) FROM word WHERE text = 'gone'"), 0);
	assert_int_equal(figure("SELECT count(*) FROM word WHERE text = 'kept'"), 1);
	assert_int_equal(figure("SELECT count(*) FROM case_key"), 1);
	assert_int_equal(figure("SELECT cases FROM source"), 2);
	assert_int_equal(figure("SELECT count(*) FROM meta"), 0);
	note(f, 2, 0);
	note(f, 3, 0);
	finish(f, true);
	assert_null(bytes_of(12, &frames, text,
	                     sizeof text)); /* the block is gone with its last record, frame and tail with it */
	assert_int_equal(figure("SELECT count(*) FROM word"), 0);
	assert_int_equal(figure("SELECT count(*) FROM case_key"), 0);
	assert_int_equal(figure("SELECT count(*) FROM source"), 1);
	forget_close(f);
}

static void a_source_goes_whole(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct forget *f = forget_open(db, &err);
	int64_t runs[] = {1, 2, 3}, source = 5;
	struct forget_what what = {
	    .runs = {runs,    3},
              .sources = {&source, 1}
        };
	assert_true(forget_note(f, &what, &err));
	finish(f, true);
	static const char *const tables[] = {"SELECT count(*) FROM source",      "SELECT count(*) FROM block",
	                                     "SELECT count(*) FROM frame_tail",  "SELECT count(*) FROM run",
	                                     "SELECT count(*) FROM case_result", "SELECT count(*) FROM word"};
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		assert_int_equal(figure(tables[i]), 0);
	forget_close(f);
}

static void the_next_goes_on(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	_Atomic bool cancel = true;
	bool cut, pending;
	struct forget *f = forget_open(db, &err);
	note(f, 1, 0);
	assert_false(forget_run(f, true, &cancel, &cut, &err));
	assert_int_equal(err.code, ERR_INTERRUPTED);
	forget_close(f);
	assert_true(forget_pending(db, &pending, &err) && pending);
	f = forget_open(db, &err);
	finish(f, false); /* rows and records, but not written anew yet: that stays noted */
	assert_int_equal(figure("SELECT count(*) FROM run"), 2);
	assert_true(forget_pending(db, &pending, &err) && pending);
	finish(f, true);
	assert_true(forget_pending(db, &pending, &err) && !pending);
	forget_close(f);
}

static void a_note_half_written_is_nobodys_wish(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	bool pending;
	assert_true(db_exec(db, "INSERT INTO meta(key, value) VALUES('forget/r/2', 1)",
	                    &err)); /* killed before the last word */
	assert_true(forget_pending(db, &pending, &err) && !pending);
	struct forget *f = forget_open(db, &err);
	note(f, 1, 0);
	finish(f, true);
	assert_int_equal(figure("SELECT group_concat(id) = '2,3' FROM run"), 1);
	forget_close(f);
}

static void not_beside_an_import(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char name[128];
	snprintf(name, sizeof name, "%s-import", path);
	int fd = open(name, O_RDWR | O_CREAT, 0600);
	assert_int_equal(flock(fd, LOCK_SH), 0);
	assert_null(forget_open(db, &err));
	assert_int_equal(err.code, ERR_STORE);
	assert_non_null(strstr(err.text, "another spoor imports into store"));
	close(fd);
	struct forget *f = forget_open(db, &err);
	assert_non_null(f);
	forget_close(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_store, remove_store)
	const struct CMUnitTest tests[] = {
	    TEST(records_go_and_their_neighbours_stay), TEST(a_source_goes_whole),  TEST(the_next_goes_on),
	    TEST(a_note_half_written_is_nobodys_wish),  TEST(not_beside_an_import),
	};
	return cmocka_run_group_tests_name("forget", tests, NULL, NULL);
}
