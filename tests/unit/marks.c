/* store/query/marks and the filters of what people say: an annotation is found by ids or by content, the newest of each author counts, people
 * who differ and what is only proposed stay apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/query/filter.h"
#include "store/query/marks.h"
#include "store/query/traces.h"
#include "tests/store.h"

static int64_t clock_ns = 1000;

struct of { /* what is judged: key, input, output */
	const char *key, *input, *output;
};

static struct event_id say(struct of of, const char *author, enum annotation_field field, const char *value,
                           unsigned how)
{
	struct err err = ERR_INIT;
	struct event_id id;
	const struct annotation_target t = {str_of(of.key), str_of(of.input), str_of(of.output)};
	const struct annotate_opts opts = {.author = str_of(author), .now_ns = clock_ns += 1000, .how = how};
	const struct say one = {field, field == FIELD_TAG ? str_of(value) : STR_NONE, str_of(value)};
	if (!annotate(db, &t, &opts, &one, 1, &id, &err))
		fail_msg("%s", err.text);
	return id;
}

static void take_back(struct event_id id, const char *author)
{
	struct err err = ERR_INIT;
	if (!annotate_take_back(db, &id, 1, str_of(author), clock_ns += 1000, &err))
		fail_msg("%s", err.text);
}

static const struct of case_1 = {"case-1", "q1", "good answer"}, case_2 = {"case-2", "q2", "a2"},
                       trace_a = {"trace:aa", "ask", "told"}, span_a2 = {"trace:aa/span:s2", "x", "y"};

static int64_t text_hash(const char *text)
{
	return (int64_t)model_text_hash(str_of(text));
}

static void add_case(int run, int case_id, int repeat, const char *input, const char *output)
{
	struct buf sql = BUF_INIT;
	struct err err = ERR_INIT;
	buf_printf(
	    &sql,
	    "INSERT INTO case_result(run, case_id, repeat, status, title, ord, input_hash, output_hash, record, hash,"
	    " source) VALUES(%d,%d,%d,1,'case %d',%d,%lld,%lld,0,%d,1)",
	    run, case_id, repeat, case_id, case_id, (long long)text_hash(input), (long long)text_hash(output),
	    run * 100 + case_id * 10 + repeat);
	struct stmt *s = db_query_composed(db, buf_str(&sql), &err);
	if (!s || stmt_step(s, &err) != STEP_DONE)
		fail_msg("%s", err.text);
	stmt_free(s);
	buf_done(&sql);
}

static int setup(void **state)
{
	if (store_setup(state) != 0)
		return -1;
	run_sql("INSERT INTO source(id,path,format,head_len,head_hash,bytes,prefix_hash,records,state)"
	        " VALUES(1,CAST('a.json' AS BLOB),'own',1,x'00',1,x'00',1,1)");
	run_sql("INSERT INTO trace(id,key,text,first,n,start_ns,source,seen) VALUES(1,x'01','aa',1,2,5,1,1),"
	        "(2,x'02','bb',3,1,4,1,1),(3,x'03','cc',4,1,3,1,1)");
	run_sql("INSERT INTO span(pos,trace,key,id,up,depth,size,flags,kind,status,record,hash,source) VALUES"
	        "(1,1,1,'s1',0,0,2,0,0,0,0,1,1),(2,1,2,'s2',1,1,1,0,0,0,0,2,1),(3,2,3,'s2',0,0,1,0,0,0,0,3,1),"
	        "(4,3,171,NULL,0,0,1,0,0,0,0,4,1)");
	run_sql("INSERT INTO run(id,key,text,name,cases,source,seen) VALUES(1,x'01','run-1','one',3,1,1),"
	        "(2,x'02','run-2','two',2,1,1)");
	run_sql("INSERT INTO case_key VALUES(1,'case-1'),(2,'case-2'),(3,'case-3')");
	add_case(1, 1, 0, "q1", "good answer");
	add_case(1, 2, 0, "q2", "a2");
	add_case(1, 3, 0, "q1", "good answer"); /* the same text under another key */
	add_case(2, 1, 0, "q1", "another answer");
	add_case(2, 2, 0, "q2", "other");
	add_case(2, 2, 1, "q2", "a2");
	return 0;
}

/* Nothing is said before each test: annotations are never deleted, so the state is. */
static int forget(void **state)
{
	(void)state;
	run_sql("DELETE FROM annotation_now");
	return 0;
}

/* "1,3": ids of the rows that a filter keeps. */
static void assert_kept(enum filter_over over, const char *text, const char *want)
{
	static const char *const heads[] = {
	    [FILTER_TRACES] = "SELECT t.id FROM trace t WHERE ",
	    [FILTER_CASES] = "SELECT c.run * 100 + c.case_id * 10 + c.repeat FROM case_result c WHERE ",
	    [FILTER_RUNS] = "SELECT r.id FROM run r WHERE ",
	    [FILTER_SPANS] = "SELECT s.pos FROM span s WHERE ",
	};
	struct arena arena = ARENA_INIT;
	struct buf sql = BUF_INIT, got = BUF_INIT;
	struct filter_mistake mistake;
	struct err err = ERR_INIT;
	int n = 0;
	struct filter *f = filter_parse(&arena, str_of(text), over, 0, &mistake);
	if (!f)
		fail_msg("%s: %s", text, mistake.expected);
	buf_add_cstr(&sql, heads[over]);
	filter_sql(&sql, f, &n);
	buf_add_cstr(&sql, " ORDER BY 1");
	struct stmt *s = db_query_composed(db, buf_str(&sql), &err);
	if (!s)
		fail_msg("%s", err.text);
	filter_bind(s, f, 1);
	while (stmt_step(s, &err) == STEP_ROW)
		buf_printf(&got, "%s%lld", got.len ? "," : "", (long long)col_int(s, 0));
	stmt_free(s);
	if (strcmp(buf_cstr(&got), want) != 0)
		fail_msg("%s: got \"%s\", want \"%s\"", text, buf_cstr(&got), want);
	buf_done(&sql);
	buf_done(&got);
	arena_done(&arena);
}

static struct marks marks_at(struct subject_at at)
{
	struct marks m = {.verdict = VERDICT_NONE};
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct opinion *opinions;
	size_t n;
	if (at.kind == SUBJECT_TRACE) {
		struct stmt *q = db_query(db, "SELECT text FROM trace WHERE id = ?", &err);
		stmt_int(q, 1, at.trace);
		if (stmt_step(q, &err) == STEP_ROW)
			marks_of_trace(db, col_str(q, 0), &m, &err);
		stmt_end(q);
	} else if (opinions_of(db, &at, &arena, &opinions, &n, &err)) {
		m = marks_of(opinions, n);
	}
	if (err.code != ERR_NONE)
		fail_msg("%s", err.text);
	arena_done(&arena);
	return m;
}

static struct marks of_case_at(int64_t run, int64_t case_id, int64_t repeat)
{
	return marks_at((struct subject_at){
	    .kind = SUBJECT_CASE, .at = {run, case_id, repeat}
        });
}

/* ---------------------------------------------------------------- */

static void test_traces(void **state)
{
	(void)state;
	assert_false(marks_any(&(struct marks){.verdict = VERDICT_NONE}));
	struct event_id bad = say(trace_a, "ana", FIELD_VERDICT, "bad", 0);
	struct marks m = marks_at((struct subject_at){.kind = SUBJECT_TRACE, .trace = 1});
	assert_int_equal(m.verdict, VERDICT_BAD);
	assert_int_equal(m.people, 1);
	assert_false(m.inside || m.differ || m.proposed || m.note);
	assert_kept(FILTER_TRACES, "verdict:bad", "1");
	assert_kept(FILTER_TRACES, "not verdict:bad", "2,3");
	assert_kept(FILTER_TRACES, "author:ANA has:annotation", "1");
	assert_kept(FILTER_SPANS, "verdict:bad", "1"); /* its first span */
	/* The answer has changed since: what the same person says of the new one counts. */
	struct of later = {"trace:aa", "ask", "told anew"};
	struct event_id good = say(later, "ana", FIELD_VERDICT, "good", 0);
	assert_kept(FILTER_TRACES, "verdict:bad", "");
	assert_kept(FILTER_TRACES, "verdict:good", "1");
	m = marks_at((struct subject_at){.kind = SUBJECT_TRACE, .trace = 1});
	assert_int_equal(m.verdict, VERDICT_GOOD);
	take_back(good, "ana");
	assert_kept(FILTER_TRACES, "verdict:bad", "1");
	take_back(bad, "ana");
	assert_kept(FILTER_TRACES, "has:annotation", "");
}

static void test_spans(void **state)
{
	(void)state;
	say(span_a2, "ana", FIELD_VERDICT, "bad", 0);
	say(span_a2, "ana", FIELD_NOTE, "the Policy of May", 0);
	say((struct of){"trace:cc/span:00000000000000ab", "", ""}, "ben", FIELD_TAG, "refunds", 0);
	assert_kept(FILTER_SPANS, "verdict:bad", "2"); /* not 3, which has that id in another trace */
	assert_kept(FILTER_SPANS, "note:policy", "2");
	assert_kept(FILTER_SPANS, "tag:refunds", "4"); /* by its key: it has no id of its own */
	assert_kept(FILTER_SPANS, "not has:annotation", "1,3");
	assert_kept(FILTER_TRACES, "verdict:bad has:note", "1");
	assert_kept(FILTER_TRACES, "tag:refunds", "3");
	struct marks m = marks_at((struct subject_at){.kind = SUBJECT_TRACE, .trace = 1});
	assert_true(m.inside && m.note);
	assert_int_equal(m.verdict, VERDICT_BAD);
	struct arena arena = ARENA_INIT;
	struct span_mark *marks;
	struct err err = ERR_INIT;
	size_t n;
	say(trace_a, "ana", FIELD_VERDICT, "good", 0);
	assert_true(marks_of_spans(db, 1, &arena, &marks, &n, &err));
	assert_int_equal(n, 2);
	assert_null(marks[0].span.ptr);
	assert_int_equal(marks[0].marks.verdict, VERDICT_GOOD);
	assert_true(str_is(marks[1].span, "s2"));
	assert_int_equal(marks[1].marks.verdict, VERDICT_BAD);
	arena_done(&arena);
	m = marks_at((struct subject_at){.kind = SUBJECT_TRACE, .trace = 1});
	assert_false(m.inside);
}

static void test_cases(void **state)
{
	(void)state;
	say(case_1, "ana", FIELD_VERDICT, "bad", 0);
	say(case_1, "ana", FIELD_REASON, "outdated, tone", 0);
	/* Under its key and with its answer: not the same text of case-3, not another answer of case-1. */
	assert_int_equal(of_case_at(1, 1, 0).verdict, VERDICT_BAD);
	assert_int_equal(of_case_at(1, 3, 0).verdict, VERDICT_NONE);
	assert_int_equal(of_case_at(2, 1, 0).verdict, VERDICT_NONE);
	assert_kept(FILTER_CASES, "verdict:bad", "110");
	assert_kept(FILTER_CASES, "reason:outdated reason:Tone", "110");
	assert_kept(FILTER_CASES, "reason:ton", "");
	assert_kept(FILTER_CASES, "reason~ton", "110");
	assert_kept(FILTER_RUNS, "verdict:bad", "1");
	/* An equal answer in another run shares it. */
	say(case_2, "ana", FIELD_VERDICT, "good", 0);
	assert_kept(FILTER_CASES, "verdict:good", "120,221");
	assert_kept(FILTER_RUNS, "verdict:good", "1,2");
	assert_int_equal(of_case_at(2, 2, 1).verdict, VERDICT_GOOD);
	assert_int_equal(of_case_at(2, 2, 0).verdict, VERDICT_NONE);
}

/* The key has become another one, as after an import from another format: found by what was asked and answered. */
static void test_strays(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct case_mark *marks;
	size_t n;
	say((struct of){"gone", "q2", "a2"}, "ana", FIELD_VERDICT, "unsure", 0);
	assert_kept(FILTER_CASES, "verdict:unsure", "120,221");
	assert_kept(FILTER_RUNS, "verdict:unsure", "1,2");
	assert_int_equal(of_case_at(1, 2, 0).verdict, VERDICT_UNSURE);
	assert_true(marks_of_run(db, 1, &arena, &marks, &n, &err));
	assert_int_equal(n, 1);
	assert_int_equal(marks[0].case_id, 2);
	/* A verdict on a trace that is here is that trace's, however alike. */
	say((struct of){"trace:aa", "q1", "good answer"}, "ben", FIELD_VERDICT, "bad", 0);
	assert_kept(FILTER_CASES, "verdict:bad", "");
	say((struct of){"trace:elsewhere", "q1", "good answer"}, "ben", FIELD_VERDICT, "bad", 0);
	assert_kept(FILTER_CASES, "verdict:bad", "110,130");
	arena_done(&arena);
}

static void test_run(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct case_mark *marks;
	size_t n;
	say(case_1, "ana", FIELD_VERDICT, "bad", 0);
	say(case_2, "ana", FIELD_NOTE, "hm", 0);
	say(case_2, "ben", FIELD_VERDICT, "good", 0);
	assert_true(marks_of_run(db, 1, &arena, &marks, &n, &err));
	assert_int_equal(n, 2);
	const struct marks *m = marks_of_case_in(marks, n, 1);
	assert_int_equal(m->verdict, VERDICT_BAD);
	m = marks_of_case_in(marks, n, 2);
	assert_true(m->note);
	assert_int_equal(m->verdict, VERDICT_GOOD);
	assert_null(marks_of_case_in(marks, n, 3));
	assert_true(marks_of_run(db, 2, &arena, &marks, &n, &err));
	assert_int_equal(n, 1);
	arena_done(&arena);
}

static void test_people(void **state)
{
	(void)state;
	say(case_1, "ana", FIELD_VERDICT, "bad", 0);
	say(case_1, "ben", FIELD_VERDICT, "bad", 0);
	struct marks m = of_case_at(1, 1, 0);
	assert_int_equal(m.people, 2);
	assert_int_equal(m.verdict, VERDICT_BAD);
	assert_kept(FILTER_CASES, "has:disagreement", "");
	struct event_id other = say(case_1, "cy", FIELD_VERDICT, "good", 0);
	m = of_case_at(1, 1, 0);
	assert_true(m.differ);
	assert_int_equal(m.verdict, VERDICT_NONE);
	assert_kept(FILTER_CASES, "has:disagreement verdict:bad verdict:good", "110");
	take_back(other, "cy");
	assert_false(of_case_at(1, 1, 0).differ);
	assert_kept(FILTER_CASES, "has:disagreement", "");
}

/* What was only proposed is in no filter but its own, and gives way to the first who looked. */
static void test_proposed(void **state)
{
	(void)state;
	say(case_1, "ana", FIELD_VERDICT, "bad", HOW_PROPOSED);
	struct marks m = of_case_at(1, 1, 0);
	assert_true(m.proposed);
	assert_int_equal(m.verdict, VERDICT_BAD);
	assert_int_equal(m.people, 0);
	assert_kept(FILTER_CASES, "verdict:bad or has:annotation or author:ana", "");
	assert_kept(FILTER_CASES, "has:proposed", "110");
	say(case_1, "ben", FIELD_VERDICT, "good", 0);
	m = of_case_at(1, 1, 0);
	assert_false(m.proposed || m.differ);
	assert_int_equal(m.verdict, VERDICT_GOOD);
	assert_kept(FILTER_CASES, "verdict:good", "110");
	assert_kept(FILTER_CASES, "has:disagreement", "");
	say(case_1, "cy", FIELD_VERDICT, "bad", HOW_PROPOSED); /* nor does what is proposed later count */
	m = of_case_at(1, 1, 0);
	assert_false(m.proposed || m.differ);
	say(case_1, "ana", FIELD_VERDICT, "bad", 0); /* confirmed */
	assert_true(of_case_at(1, 1, 0).differ);
	assert_kept(FILTER_CASES, "has:proposed", "110"); /* cy's */
}

static void test_sort(void **state)
{
	(void)state;
	struct trace_page page;
	struct err err = ERR_INIT;
	say((struct of){"trace:bb", "", ""}, "ana", FIELD_VERDICT, "good", 0);
	say((struct of){"trace:cc", "", ""}, "ana", FIELD_VERDICT, "bad", 0);
	const struct trace_query q = {.sort = TRACE_BY_VERDICT, .limit = 10};
	assert_true(traces_page(db, &q, &page, &err));
	assert_int_equal(page.n, 3);
	assert_int_equal(page.rows[0].id, 3);
	assert_int_equal(page.rows[0].marks.verdict, VERDICT_BAD);
	assert_int_equal(page.rows[1].id, 2);
	assert_int_equal(page.rows[2].id, 1);
	trace_page_done(&page);
}

/* Nothing left to say in a field: no row of the state, and the filter says so. */
static void test_emptied(void **state)
{
	(void)state;
	say(case_1, "ana", FIELD_NOTE, "hm", 0);
	assert_kept(FILTER_CASES, "has:note", "110");
	struct event_id none = say(case_1, "ana", FIELD_NOTE, "", 0);
	assert_kept(FILTER_CASES, "has:note", "");
	take_back(none, "ana");
	assert_kept(FILTER_CASES, "has:note", "110");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_traces, forget),   cmocka_unit_test_setup(test_spans, forget),
	    cmocka_unit_test_setup(test_cases, forget),    cmocka_unit_test_setup(test_strays, forget),
	    cmocka_unit_test_setup(test_run, forget),      cmocka_unit_test_setup(test_people, forget),
	    cmocka_unit_test_setup(test_proposed, forget), cmocka_unit_test_setup(test_sort, forget),
	    cmocka_unit_test_setup(test_emptied, forget),
	};
	return cmocka_run_group_tests(tests, setup, store_teardown);
}
