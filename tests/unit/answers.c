/* store/query/answers: lists of traces that are asked for again, and what makes them be looked for anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "store/base/units.h"
#include "store/db.h"
#include "store/query/answers.h"
#include "store/query/runs.h"
#include "store/query/traces.h"

enum { TRACES = 3000, BUCKETS = 10 };
static const int64_t START_NS = INT64_C(1790000000000000000);

static char dir[64], path[96];
static struct db *writer, *reader;
static struct arena arena;
static struct err err;

static void must(bool ok)
{
	if (!ok)
		fail_msg("%s", err.text);
}

static void add_trace(int64_t id, int64_t start_ns, int64_t spans, int64_t errors, int64_t seen)
{
	struct stmt *s = db_query(
	    writer,
	    "INSERT INTO trace(id,key,text,start_ns,spans,errors,source,seen) VALUES(?1,?1,'t' || ?1,?2,?3,?4,1,?5)",
	    &err);
	must(s != NULL);
	stmt_int(s, 1, id);
	stmt_int(s, 2, start_ns);
	stmt_int(s, 3, spans);
	stmt_int(s, 4, errors);
	stmt_int(s, 5, seen);
	must(stmt_run(s, &err));
}

static int open_store(void **state)
{
	(void)state;
	err = ERR_INIT;
	snprintf(dir, sizeof dir, "/tmp/spoor-answers-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.db", dir);
	must((writer = db_open(path, DB_WRITE, &err)) != NULL);
	must(db_exec(writer,
	             "INSERT INTO source(id,path,format,head_len,head_hash,bytes,prefix_hash,records,state)"
	             " VALUES(1,x'61','otlp',1,x'00',1,x'00',1,1)",
	             &err) &&
	     db_begin(writer, &err));
	for (int64_t i = 1; i <= TRACES; i++)
		add_trace(i, START_NS + i * i * 1000, i * 7 % 101, i % 3 == 0, 1);
	must(db_commit(writer, &err));
	must((reader = db_open(path, DB_READ, &err)) != NULL);
	return 0;
}

static int close_store(void **state)
{
	(void)state;
	static const char *const suffixes[] = {"", "-wal", "-shm", "-lock", "-import"};
	char file[128];
	db_close(reader);
	db_close(writer);
	arena_done(&arena);
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		snprintf(file, sizeof file, "%s%s", path, suffixes[i]);
		unlink(file);
	}
	return rmdir(dir);
}

static const struct filter *filter_of(const char *text)
{
	struct filter_mistake mistake;
	const struct filter *f = filter_parse(&arena, str_of(text), FILTER_TRACES, START_NS, &mistake);
	assert_non_null(f);
	return f;
}

static int64_t total(struct db *db, const char *filter)
{
	struct trace_page page;
	struct trace_query q = {.filter = filter_of(filter), .limit = 10};
	must(traces_page(db, &q, &page, &err));
	int64_t n = page.total;
	trace_page_done(&page);
	return n;
}

/* The second time it is the kept answer; after a commit of another connection it is not. */
static void asked_again(void **state)
{
	(void)state;
	assert_int_equal(total(reader, "errors>0"), TRACES / 3);
	assert_int_equal(total(reader, "errors>0"), TRACES / 3);
	add_trace(TRACES + 1, START_NS, 5, 2, 1);
	assert_int_equal(total(reader, "errors>0"), TRACES / 3 + 1);
	assert_int_equal(total(reader, "errors>1"), 1);
	assert_int_equal(total(reader, "errors>0"), TRACES / 3 + 1);
}

/* A search that found nothing is kept as well. */
static void nothing_again(void **state)
{
	(void)state;
	assert_int_equal(total(reader, "text:nowhere"), 0);
	assert_int_equal(total(reader, "text:nowhere"), 0);
}

/* One that writes would not notice its own commits: it keeps nothing. */
static void a_writer_keeps_nothing(void **state)
{
	(void)state;
	assert_int_equal(total(writer, "errors>0"), TRACES / 3);
	add_trace(TRACES + 1, START_NS, 5, 2, 1);
	assert_int_equal(total(writer, "errors>0"), TRACES / 3 + 1);
	assert_null(db_kept(writer));
}

/* Page by page, near and far, an ordered list is the whole list. */
static void pages_of_a_list(void **state)
{
	(void)state;
	struct trace_page all, page;
	struct trace_query q = {.sort = TRACE_BY_SPANS, .limit = -1};
	must(traces_page(reader, &q, &all, &err));
	assert_int_equal(all.n, TRACES);
	for (q.offset = 0, q.limit = 170; q.offset < TRACES; q.offset += q.limit) {
		must(traces_page(reader, &q, &page, &err));
		assert_int_equal(page.total, TRACES);
		assert_int_equal(page.n, TRACES - q.offset < q.limit ? TRACES - q.offset : q.limit);
		for (size_t i = 0; i < page.n; i++)
			assert_int_equal(page.rows[i].id, all.rows[(size_t)q.offset + i].id);
		trace_page_done(&page);
	}
	must(traces_page(reader, &q, &page, &err)); /* beyond the end */
	assert_int_equal(page.n, 0);
	trace_page_done(&page);
	trace_page_done(&all);
}

/* Counted by the index or walked: the same, without those that only scores name. */
static void over_time(void **state)
{
	(void)state;
	int64_t n[2][BUCKETS], failed[2][BUCKETS], from[2], to[2], sum = 0, sum_failed = 0;
	add_trace(TRACES + 1, START_NS - 5, 1, 1, 0);
	add_trace(TRACES + 2, START_NS + 500000, 1, 1, 0);
	for (int i = 0; i < 2; i++) {
		struct trace_query q = {.filter = i ? filter_of("spans>=0") : NULL};
		must(traces_over_time(reader, &q, BUCKETS, n[i], failed[i], &from[i], &to[i], &err));
		assert_int_equal(from[i], START_NS + 1000);
		assert_int_equal(to[i], START_NS + (int64_t)TRACES * TRACES * 1000);
	}
	for (int i = 0; i < BUCKETS; i++) {
		assert_int_equal(n[0][i], n[1][i]);
		assert_int_equal(failed[0][i], failed[1][i]);
		sum += n[0][i];
		sum_failed += failed[0][i];
	}
	assert_int_equal(sum, TRACES);
	assert_int_equal(sum_failed, TRACES / 3);
}

static int64_t cases_without_pass(void)
{
	struct filter_mistake mistake;
	struct case_page page;
	const struct filter *f = filter_parse(&arena, STR_LIT("status:failed"), FILTER_CASES, START_NS, &mistake);
	must(cases_page(reader, 1, f, 0, 2, &page, &err));
	int64_t n = page.total;
	assert_int_equal(page.n, n < 2 ? n : 2);
	case_page_done(&page);
	return n;
}

static void cases(void **state)
{
	(void)state;
	must(db_exec(writer,
	             "INSERT INTO case_result(run,case_id,repeat,status,record,hash,source)"
	             " VALUES(1,1,0,2,1,1,1),(1,2,0,2,1,1,1),(1,3,0,2,1,1,1),(1,4,0,1,1,1,1)",
	             &err));
	assert_int_equal(cases_without_pass(), 3);
	assert_int_equal(cases_without_pass(), 3);
	must(db_exec(writer, "DELETE FROM case_result WHERE case_id = 2", &err));
	assert_int_equal(cases_without_pass(), 2);
}

static void few_are_kept(void **state)
{
	(void)state;
	const int64_t *kept;
	size_t n;
	char question[16];
	for (int64_t i = 0; i <= ANSWERS_KEPT; i++) {
		snprintf(question, sizeof question, "q%d", (int)i);
		answer_keep(reader, str_of(question), db_version_of_data(reader), &i, 1);
		if (i > 0) { /* the first is asked for again and again: another one goes */
			assert_true(answer_get(reader, STR_LIT("q0"), &kept, &n));
			assert_int_equal(kept[0], 0);
		}
	}
	assert_false(answer_get(reader, STR_LIT("q1"), &kept, &n));
	assert_true(answer_get(reader, STR_LIT("q2"), &kept, &n) && n == 1 && kept[0] == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(asked_again, open_store, close_store),
	    cmocka_unit_test_setup_teardown(nothing_again, open_store, close_store),
	    cmocka_unit_test_setup_teardown(a_writer_keeps_nothing, open_store, close_store),
	    cmocka_unit_test_setup_teardown(pages_of_a_list, open_store, close_store),
	    cmocka_unit_test_setup_teardown(over_time, open_store, close_store),
	    cmocka_unit_test_setup_teardown(cases, open_store, close_store),
	    cmocka_unit_test_setup_teardown(few_are_kept, open_store, close_store),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
