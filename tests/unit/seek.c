/* tree_seek by name: the same spans whether the trace's row holds all of its names, some or none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "store/db.h"
#include "store/query/tree.h"
#include "store/trace_words.h"

enum { SPANS = 400, NAMES = 90, FEW = 7 };

static char dir[64], path[96];
static struct db *db;
static struct err err;

static void must(bool ok)
{
	if (!ok)
		fail_msg("%s", err.text);
}

/* Every ninth span is a tool, and no other has its name. */
static int64_t name_of(int64_t at, int64_t n_names)
{
	return at % 9 == 0 ? n_names : 1 + at * at % (n_names - 1);
}

static void add_trace(int64_t id, int64_t n_names, bool packed)
{
	struct trace_words words = {.more = false};
	struct buf blob = BUF_INIT;
	for (int64_t i = 0; i < SPANS; i++) {
		struct stmt *s =
		    db_query(db,
		             "INSERT INTO span(pos,trace,key,up,depth,size,flags,name,kind,status,record,hash,"
		             "source) VALUES(?1,?2,?1,0,0,1,0,?3,?4,0,1,1,1)",
		             &err);
		must(s != NULL);
		bool is_tool = i % 9 == 0;
		stmt_int(s, 1, id * SPANS + i);
		stmt_int(s, 2, id);
		stmt_int(s, 3, name_of(i, n_names));
		stmt_int(s, 4, is_tool ? KIND_TOOL : KIND_LLM);
		must(stmt_run(s, &err));
		trace_words_add(&words, is_tool ? WORDS_TOOL : WORDS_NAME, (uint32_t)name_of(i, n_names));
	}
	trace_words_pack(&words, &blob);
	struct stmt *s = db_query(
	    db, "INSERT INTO trace(id,key,text,first,n,source,seen,words) VALUES(?1,?1,?1,?2,?3,1,1,?4)", &err);
	must(s != NULL);
	stmt_int(s, 1, id);
	stmt_int(s, 2, id * SPANS);
	stmt_int(s, 3, SPANS);
	stmt_blob(s, 4, packed ? buf_str(&blob) : STR_NONE);
	must(stmt_run(s, &err));
	buf_done(&blob);
}

static int open_store(void **state)
{
	(void)state;
	err = ERR_INIT;
	snprintf(dir, sizeof dir, "/tmp/spoor-seek-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.db", dir);
	must((db = db_open(path, DB_WRITE, &err)) != NULL && db_begin(db, &err));
	must(db_exec(db,
	             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)"
	             " INSERT INTO word SELECT i, 'Call ' || i FROM n",
	             &err));
	add_trace(1, FEW, true);
	add_trace(2, NAMES, true);
	add_trace(3, NAMES, false);
	add_trace(4, FEW, false);
	must(db_commit(db, &err));
	return 0;
}

static int close_store(void **state)
{
	(void)state;
	static const char *const suffixes[] = {"", "-wal", "-shm", "-lock", "-import"};
	char file[128];
	db_close(db);
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		snprintf(file, sizeof file, "%s%s", path, suffixes[i]);
		unlink(file);
	}
	return rmdir(dir);
}

static bool is_called(int64_t at, int64_t n_names, const char *text)
{
	char name[32];
	snprintf(name, sizeof name, "%s %d", text[0] == 'c' ? "call" : "Call", (int)name_of(at, n_names));
	return strstr(name, text) != NULL;
}

static int64_t expected(int64_t pos, bool forward, int64_t n_names, const char *text)
{
	for (int64_t i = 1; i <= SPANS; i++) {
		int64_t at = ((forward ? pos + i : pos - i) + SPANS) % SPANS;
		if (is_called(at, n_names, text))
			return at;
	}
	return -1;
}

static void by_name(void **state)
{
	(void)state;
	static const char *const texts[] = {"call 1", "Call 2",  "5",       "call", "calL",
	                                    "call 7", "call 77", "call 90", "zebra"};
	static const int64_t n_names[] = {0, FEW, NAMES, NAMES, FEW};
	for (int64_t id = 1; id <= 4; id++)
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			for (int64_t pos = 0; pos < SPANS; pos += 57)
				for (int forward = 0; forward < 2; forward++) {
					int64_t found;
					must(tree_seek(db, id * SPANS, SPANS, pos, forward, SEEK_NAME, str_of(texts[k]),
					               &found, &err));
					assert_int_equal(found, expected(pos, forward, n_names[id], texts[k]));
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(by_name, open_store, close_store)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
