/* store/db, block, source, annotate: opening own and foreign stores, statements, locks, blocks, verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "store/annotate.h"
#include "store/base/pack.h"
#include "store/base/units.h"
#include "store/block.h"
#include "store/db.h"
#include "store/source.h"

static char dir[64], path[96];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/spoor-db-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.db", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	static const char *const names[] = {"s.db", "s.db-wal", "s.db-shm", "s.db-lock", "f.db"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char file[128];
		snprintf(file, sizeof file, "%s/%s", dir, names[i]);
		unlink(file);
	}
	return rmdir(dir);
}

static void opens_private_and_again(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	db_close(db);
	db = db_open(path, DB_WRITE, &err);
	assert_non_null(db);
	int64_t n = 0;
	assert_true(db_int(db, "SELECT count(*) FROM trace", 7, &n, &err));
	assert_int_equal(n, 0);
	db_close(db);
}

static void refuses_what_is_not_ours(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *words;
	} cases[] = {
	    {"this is a text file and no database at all, long enough to be looked at by anybody who opens it\n",
	     "not a spoor store"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = ERR_INIT;
		char file[128];
		snprintf(file, sizeof file, "%s/f.db", dir);
		FILE *f = fopen(file, "w");
		assert_non_null(f);
		for (int k = 0; k < 50; k++)
			fputs(cases[i].bytes, f);
		fclose(f);
		assert_null(db_open(file, DB_WRITE, &err));
		assert_int_equal(err.code, ERR_STORE);
		if (!strstr(err.text, cases[i].words))
			fail_msg("%s", err.text);
	}
	struct err err = ERR_INIT;
	assert_null(db_open("/nonexistent-dir-of-spoor/x.db", DB_READ, &err));
	assert_int_equal(err_exit_code(err.code), 4);
}

static void refuses_the_hostile_stores(void **state)
{
	(void)state;
	const char *corpus = getenv("SPOOR_CORPUS") ? getenv("SPOOR_CORPUS") : "../shared/corpus";
	static const struct {
		const char *name, *words;
	} cases[] = {
	    {"store-foreign.db",        "database of another program (application id 0x00000000)"},
	    {"store-future-version.db", "database of another program"                            },
	    {"store-hostile-schema.db", "database of another program"                            },
	    {"store-is-text.db",        "is not a spoor store: name another"                     },
	    {"store-truncated.db",      "is cut off: 5000 of 45056 bytes are there"              },
	    {"store-corrupt-page.db",   "database of another program"                            },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char file[512], copy[128], bytes[65536];
		snprintf(file, sizeof file, "%s/hostile/made/%s", corpus, cases[i].name);
		FILE *in = fopen(file, "r");
		if (!in) {
			print_message("skipped: no corpus\n");
			return;
		}
		snprintf(copy, sizeof copy, "%s/f.db", dir);
		FILE *out = fopen(copy, "w");
		size_t n, total = 0;
		while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
			total += fwrite(bytes, 1, n, out);
		fclose(in);
		fclose(out);
		struct err err = ERR_INIT;
		struct db *db = db_open(copy, DB_WRITE, &err);
		assert_null(db);
		assert_int_equal(err_exit_code(err.code), 4);
		assert_non_null(strstr(err.text, cases[i].words));
		struct stat st;
		assert_int_equal(stat(copy, &st), 0);
		assert_int_equal((size_t)st.st_size, total); /* left as it was */
	}
}

static void binds_unknown_as_null(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	struct stmt *s = db_query(db, "SELECT ?1, ?2, ?3, ?4", &err);
	assert_non_null(s);
	stmt_int(s, 1, UNKNOWN_INT);
	stmt_double(s, 2, UNKNOWN_DOUBLE);
	stmt_str(s, 3, STR_NONE);
	stmt_str(s, 4, (struct str){"a\0b", 3});
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	assert_true(col_null(s, 0) && col_null(s, 1) && col_null(s, 2));
	assert_int_equal(col_str(s, 3).len, 3);
	stmt_end(s);
	db_close(db);
}

static void second_writer_waits_its_turn(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *a = db_open(path, DB_WRITE, &err), *b = db_open(path, DB_READ, &err);
	assert_non_null(b);
	assert_true(db_begin(a, &err));
	assert_true(db_exec(a, "INSERT INTO word(text) VALUES('x')", &err));
	int64_t n = -1;
	assert_true(db_int(b, "SELECT count(*) FROM word WHERE text='x'", 0, &n, &err));
	assert_int_equal(n, 0);
	int64_t before = db_version_of_data(b);
	assert_true(db_commit(a, &err));
	assert_int_not_equal(db_version_of_data(b), before);
	assert_false(db_exec(b, "INSERT INTO word(text) VALUES('y')", &err));
	db_close(a);
	db_close(b);
}

static void blocks_give_back_what_went_in(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	assert_true(
	    db_exec(db,
	            "INSERT INTO source(id, path, format, head_len, head_hash, bytes, prefix_hash, records, state)"
	            " VALUES(5, 'a.json', 'otlp', 0, x'', 0, x'', 0, 1)",
	            &err));
	struct pack *pack = pack_new(1);
	struct block_fill fill = {.first = 10};
	block_add(&fill, &(struct entry){.type = ENTRY_FRAME, .bytes = STR_LIT("{\"a\":1}"), .offset = 3}, NULL);
	block_add(&fill, &(struct entry){.type = ENTRY_FRAME, .bytes = STR_LIT("{}"), .frame = 10}, NULL);
	for (int i = 0; i < 1000; i++) {
		char text[64];
		int n = snprintf(text, sizeof text, "{\"record\":%d}", i);
		block_add(&fill,
		          &(struct entry){
		              .type = ENTRY_RECORD,
		              .slot = 2,
		              .bytes = {text, (size_t)n},
		              .frame = 11,
		              .record = (uint64_t)i + 1,
		              .line = 7,
		              .offset = (uint64_t)i * 20
                },
		          NULL);
	}
	struct str raw;
	assert_int_equal(fill.n, 1002);
	assert_true(db_begin(db, &err) && block_write(db, pack, 5, &fill, NULL, &err));
	assert_true(block_raw(&fill, pack, &raw, &err)); /* packed by now: expanded again */
	assert_true(str_starts(raw, "{\"a\":1}{}{\"record\":0}"));
	block_fill_done(&fill, NULL);
	fill.first = 1012;
	block_add(&fill, &(struct entry){.type = ENTRY_TAIL, .bytes = STR_LIT("{\"b\":2}"), .frame = 10}, NULL);
	assert_true(block_write(db, pack, 5, &fill, NULL, &err));
	assert_true(db_exec(db, "INSERT INTO frame_tail VALUES(10, 1012)", &err) && db_commit(db, &err));
	struct block_cache *cache = block_cache_new(db);
	struct arena arena = ARENA_INIT;
	struct stored_record rec;
	assert_true(block_fetch(cache, 12 + 999, &arena, &rec, &err));
	assert_true(str_is(rec.entry.bytes, "{\"record\":999}"));
	assert_string_equal(rec.format, "otlp");
	assert_int_equal(rec.entry.slot, 2);
	assert_int_equal(rec.entry.record, 1000);
	assert_int_equal(rec.entry.offset, 999 * 20);
	assert_int_equal(rec.n_frames, 2);
	assert_true(str_is(rec.frames[0], "{}"));
	assert_true(str_is(rec.frames[1], "{\"a\":1,\"b\":2}"));
	assert_false(block_fetch(cache, 9, &arena, &rec, &err));
	assert_false(block_fetch(cache, 5000, &arena, &rec, &err));
	block_cache_free(cache);
	block_fill_done(&fill, NULL);
	pack_free(pack);
	arena_done(&arena);
	db_close(db);
}

static void a_source_is_known_by_its_bytes(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	struct hash128 head = hash128_of(STR_LIT("short"));
	struct stmt *s =
	    db_query(db,
	             "INSERT INTO source(path, format, head_len, head_hash, bytes, prefix_hash, records, state)"
	             " VALUES('x', 'otlp', 5, ?1, 5, ?1, 1, 1)",
	             &err);
	stmt_blob(s, 1, (struct str){(const char *)head.byte, 16});
	assert_true(stmt_run(s, &err));
	struct arena arena = ARENA_INIT;
	struct source *found;
	size_t n;
	int64_t next;
	assert_true(source_candidates(db, STR_LIT("short and grown"), &arena, &found, &n, &next, &err));
	assert_int_equal(n, 1);
	assert_int_equal(found[0].bytes, 5);
	assert_true(source_candidates(db, STR_LIT("other"), &arena, &found, &n, &next, &err));
	assert_int_equal(n, 0);
	arena_done(&arena);
	db_close(db);
}

static void verdicts_append_and_withdraw(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_DURABLE, &err);
	struct annotation_target t = {.key = STR_LIT("case-1"), .input = STR_LIT(" q "), .output = STR_LIT("a")};
	struct annotation_target same = {.key = STR_LIT("case-1"), .input = STR_LIT("q"), .output = STR_LIT("a")};
	struct sha256 hash = annotation_target_hash(&t), other = annotation_target_hash(&same);
	assert_memory_equal(hash.byte, other.byte, 32);
	/* One answer, whatever format wrote its JSON. */
	const struct annotation_target spelled = {STR_LIT("k"), STR_LIT("{\"b\": [1, 2], \"a\": \"\\u00e9\"}"),
	                                          STR_LIT("a")},
	                               tight = {STR_LIT("k"), STR_LIT("{\"a\":\"é\",\"b\":[1,2]}"), STR_LIT("a")},
	                               another = {STR_LIT("k"), STR_LIT("{\"a\":\"é\",\"b\":[2,1]}"), STR_LIT("a")};
	const struct sha256 one = annotation_target_hash(&spelled), two = annotation_target_hash(&tight),
	                    three = annotation_target_hash(&another);
	assert_memory_equal(one.byte, two.byte, 32);
	assert_memory_not_equal(one.byte, three.byte, 32);
	unsigned char first[16], second[16];
	assert_true(annotate_add(db, &t, STR_LIT("ann"), FIELD_VERDICT, STR_LIT("bad"), 100, first, &err));
	assert_true(annotate_add(db, &t, STR_LIT("ann"), FIELD_VERDICT, STR_LIT("good"), 200, second, &err));
	assert_true(annotate_add(db, &t, STR_LIT("bob"), FIELD_NOTE, STR_LIT("hm"), 150, (unsigned char[16]){0}, &err));
	struct arena arena = ARENA_INIT;
	struct annotation *got;
	size_t n;
	assert_true(annotate_state(db, &hash, &arena, &got, &n, &err));
	assert_int_equal(n, 2);
	assert_true(str_is(got[0].value, "good"));
	assert_true(annotate_withdraw(db, second, STR_LIT("ann"), 300, &err));
	assert_true(annotate_state(db, &hash, &arena, &got, &n, &err));
	assert_int_equal(n, 2);
	assert_true(str_is(got[0].value, "bad"));
	assert_false(annotate_withdraw(db, (unsigned char[16]){0}, STR_LIT("ann"), 300, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	arena_done(&arena);
	db_close(db);
}

/* Another store has the path, and the pages of the one that is open are not what they were: that is no damage. */
static void a_store_that_was_replaced_is_told_as_that(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char away[128];
	struct db *db = db_open(path, DB_WRITE, &err);
	assert_non_null(db);
	db_checkpoint(db, 0);
	snprintf(away, sizeof away, "%s.away", path);
	assert_int_equal(rename(path, away), 0);
	FILE *f = fopen(away, "r+");
	for (int i = 0; i < 1 << 20; i++)
		fputc('x', f);
	fclose(f);
	assert_false(db_exec(db, "SELECT count(*) FROM trace JOIN span JOIN source", &err));
	assert_non_null(strstr(err.text, "moved or replaced"));
	assert_null(strstr(err.text, "damaged"));
	db_close(db);
	unlink(away);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(opens_private_and_again, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(refuses_what_is_not_ours, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(refuses_the_hostile_stores, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(a_store_that_was_replaced_is_told_as_that, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(binds_unknown_as_null, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(second_writer_waits_its_turn, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(blocks_give_back_what_went_in, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(a_source_is_known_by_its_bytes, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(verdicts_append_and_withdraw, make_dir, remove_dir),
	};
	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
