/* Where regressions begin: the bundled samples, and traces made row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/import.h"
#include "store/base/units.h"
#include "store/db.h"
#include "store/query/begins.h"
#include "store/sink.h"
#include "tests/store.h"

/* ---------------------------------------------------------------- what must hold of any */

static const struct begins_step *step_of(const struct begins *b, const char *name, bool then)
{
	const struct begins_step *found = NULL;
	for (size_t i = 0; i < b->n_steps; i++)
		if (b->steps[i].then == then && str_eq(b->steps[i].name, str_of(name)))
			found = &b->steps[i];
	if (!found)
		fail_msg("no step %s in: %s", name, b->sentence.ptr);
	return found;
}

static int64_t kept(const struct compare *c, struct str what)
{
	struct err err = ERR_INIT;
	bool *keep = malloc(c->n_rows + 1);
	int64_t n = 0;
	memset(keep, 1, c->n_rows + 1);
	if (!begins_mark(db, c, what, keep, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < c->n_rows; i++)
		n += keep[i];
	free(keep);
	return n;
}

/* The value of a filter "begins:VALUE", quoted or not. */
static struct str value_of(struct str filter)
{
	struct str value = str_from(filter, 7);
	return value.len > 1 && value.ptr[0] == '"' ? str_cut(value, 1, value.len - 2) : value;
}

/* Every case counted once in each pass; what a line says is what stands behind it, and what Compare's filter keeps. */
static void check(const struct compare *c, const struct begins *b)
{
	for (int then = 0; then < 2; then++) {
		int64_t lost = 0, others = 0;
		for (size_t i = 0; i < b->n_steps; i++) {
			const struct begins_step *s = &b->steps[i];
			int64_t inside_lost = 0, inside_others = 0;
			for (uint32_t k = s->first; k < s->first + s->n; k++) {
				inside_lost += b->labels[k].lost;
				inside_others += b->labels[k].others;
				assert_true(b->labels[k].lost_any >= b->labels[k].lost);
			}
			assert_int_equal(inside_lost, s->lost);
			assert_int_equal(inside_others, s->others);
			lost += s->then == then ? s->lost : 0;
			others += s->then == then ? s->others : 0;
			assert_true(IS_UNKNOWN(s->p) || (s->p >= 0 && s->p <= 1 && s->p_holm >= s->p));
		}
		if (then && b->n_steps == b->n_first)
			break;
		assert_int_equal(lost + (then ? b->lost.nowhere_then : b->lost.nowhere), b->lost.looked);
		if (b->others.looked)
			assert_int_equal(others + (then ? b->others.nowhere_then : b->others.nowhere),
			                 b->others.looked);
	}
	for (size_t i = 0; i < b->n_lines; i++) {
		const struct begins_line *line = &b->lines[i];
		int64_t behind = 0;
		for (size_t k = 0; k < b->n_cases; k++)
			behind += begins_is_behind(b, line, &b->cases[k]);
		if (line->kind != BEGINS_LINE_BESIDE)
			assert_int_equal(behind, line->lost);
		if (line->filter.len && str_find_char(line->filter, '\\') == SIZE_MAX)
			assert_int_equal(kept(c, value_of(line->filter)), line->lost);
	}
	assert_int_equal(b->lost.traced + b->lost.no_a + b->lost.no_b + b->lost.neither, b->lost.all);
}

static void look(int64_t a, int64_t run_b, struct compare *c, struct begins *b)
{
	struct err err = ERR_INIT;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	*c = (struct compare){0};
	*b = (struct begins){0};
	if (!compare_runs(db, a, run_b, &opts, c, &err) || !begins_of(db, c, (struct begins_most){0}, b, &err)) {
		fail_msg("%s", err.text);
		abort(); /* cmocka has jumped away; the analyser cannot know */
	}
	check(c, b);
}

static void done(struct compare *c, struct begins *b)
{
	compare_done(c);
	begins_done(b);
}

/* ---------------------------------------------------------------- the samples */

static int64_t run_named(const char *name)
{
	struct err err = ERR_INIT;
	int64_t id = 0;
	if (!runs_find(db, str_of(name), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

static void import_samples(void)
{
	static bool imported;
	char traces[] = "tests/data/traces-eval.jsonl", v12[] = "tests/data/eval-v12.json",
	     v13[] = "tests/data/eval-v13.json", claims[] = "tests/data/traces-claims.jsonl.gz",
	     runs[] = "tests/data/evals-claims.tar.gz";
	char *paths[] = {traces, v12, v13, claims, runs};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	struct err err = ERR_INIT;
	if (imported)
		return;
	imported = true;
	if (!import_paths(db, paths, sizeof paths / sizeof *paths, &opts, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
}

/* An outdated policy in the index: the answers that got worse stand on other documents, hardly any other does. */
static void finds_the_outdated_policy(void **state)
{
	(void)state;
	struct compare c;
	struct begins b;
	import_samples();
	look(run_named("v12"), run_named("v13"), &c, &b);
	assert_int_equal(b.lost.all, 5);
	assert_int_equal(b.others.all, 75);
	const struct begins_step *s = &b.steps[0];
	assert_true(str_eq(s->name, STR_LIT("retrieve-policy")));
	assert_int_equal(s->kind, KIND_RETRIEVER);
	assert_int_equal(s->lost, 3);
	assert_int_equal(s->others, 3);
	assert_int_equal(b.labels[s->first].what, BEGINS_DOCUMENTS_DIFFER);
	assert_int_equal(s->verdict, BEGINS_MORE);
	assert_true(fabs(s->p - 0.0022935092888457325) < 1e-12); /* R: fisher.test(matrix(c(3, 2, 3, 72), 2)) */
	assert_true(str_find(b.sentence,
	                     STR_LIT("3 of 5 losses and errors first differ at retrieve-policy: other documents")) ==
	            0);
	done(&c, &b);
}

/* A component that is new in B, in some of the cases, and in all that were lost. */
static void names_the_new_component(void **state)
{
	(void)state;
	struct compare c;
	struct begins b;
	import_samples();
	look(run_named("claims steps"), run_named("claims rerank"), &c, &b);
	const struct begins_step *s = &b.steps[0];
	assert_true(str_eq(s->name, STR_LIT("rerank-rules")));
	assert_int_equal(s->kind, KIND_RERANKER);
	assert_int_equal(b.labels[s->first].what, BEGINS_NEW);
	assert_int_equal(s->lost, b.lost.all);
	assert_int_equal(s->verdict, BEGINS_MORE);
	done(&c, &b);
}

/* Steps that are new everywhere are said to be, and looked past. */
static void looks_beside_what_is_new_everywhere(void **state)
{
	(void)state;
	struct compare c;
	struct begins b;
	import_samples();
	look(run_named("claims one-prompt"), run_named("claims steps"), &c, &b);
	assert_int_equal(b.steps[0].verdict, BEGINS_EVERYWHERE);
	assert_int_equal(b.labels[b.steps[0].first].what, BEGINS_NEW);
	assert_int_equal(b.steps[0].others, b.others.looked);
	assert_true(b.n_steps > b.n_first);
	const struct begins_step *then = step_of(&b, "decide", true);
	assert_int_equal(then->lost, b.lost.all);
	for (size_t i = 0; i < b.n_cases; i++)
		if (b.cases[i].lost)
			assert_int_equal(begins_telling(&b, &b.cases[i]), b.cases[i].then);
	assert_true(str_find(b.sentence, STR_LIT("a step that B has everywhere")) != SIZE_MAX);
	assert_true(
	    str_eq(b.brief, STR_LIT("All 5 losses first differ at decide: other output, beside classify-claim: new "
	                            "step everywhere")));
	done(&c, &b);
}

/* ---------------------------------------------------------------- traces made row by row */

static int64_t next_pos;

static void forget(void)
{
	run_sql(
	    "DELETE FROM case_result; DELETE FROM run; DELETE FROM case_key; DELETE FROM trace; DELETE FROM span;"
	    "INSERT INTO run(id,key,text,source,seen) VALUES(1,x'01','a',1,1),(2,x'02','b',1,1);"
	    "INSERT OR IGNORE INTO word(id,text) VALUES(9001,'root'),(9002,'search'),(9003,'answer'),(9004,'rerank'),"
	    "(9005,'say \"it\"'),(9006,'gpt'),(9007,'other gpt')");
	next_pos = 1000000;
}

/* A trace in one word a span: depth, kind (t tool, l llm, a agent, c chain), name (r s a k q), arguments, answer; "!" after it: failed, "m": another
 * model. */
static void add_trace(int id, const char *spans)
{
	static const char kinds[] = "tlac", names[] = "rsakq";
	static const int kind_of[] = {KIND_TOOL, KIND_LLM, KIND_AGENT, KIND_CHAIN};
	struct str rest = str_of(spans), word;
	char sql[500];
	int64_t first = next_pos, n = 0, last[8] = {0};
	while (str_split(&rest, ' ', &word)) {
		int depth = word.ptr[0] - '0';
		int kind = kind_of[strchr(kinds, word.ptr[1]) - kinds],
		    name = 9001 + (int)(strchr(names, word.ptr[2]) - names);
		char in = word.len > 3 ? word.ptr[3] : '0', out = word.len > 4 ? word.ptr[4] : '0';
		bool failed = word.len > 5 && word.ptr[5] == '!', model = word.len > 5 && word.ptr[5] == 'm';
		last[depth] = next_pos;
		snprintf(
		    sql, sizeof sql,
		    "INSERT INTO span(pos,trace,key,up,depth,size,flags,name,kind,status,model,input_hash,output_hash,"
		    "record,hash,source) VALUES(%lld,%d,%lld,%lld,%d,1,0,%d,%d,%d,%d,%d,%d,0,0,1)",
		    (long long)next_pos, id, (long long)next_pos, (long long)(depth ? next_pos - last[depth - 1] : 0),
		    depth, name, kind, failed ? STATUS_ERROR : STATUS_OK, model ? 9007 : 9006, in - '0', out - '0');
		run_sql(sql);
		for (int d = 0; d < depth; d++) {
			snprintf(sql, sizeof sql, "UPDATE span SET size = size + 1 WHERE pos = %lld",
			         (long long)last[d]);
			run_sql(sql);
		}
		next_pos++;
		n++;
	}
	snprintf(sql, sizeof sql,
	         "INSERT INTO trace(id,key,text,first,n,spans,source,seen) VALUES(%d,CAST('t%d' AS "
	         "BLOB),'t%d',%lld,%lld,%lld,1,1)",
	         id, id, id, (long long)first, (long long)n, (long long)n);
	run_sql(sql);
}

static void add_result(int run, int case_id, int repeat, int status, int trace)
{
	char sql[400], key[24] = "NULL";
	if (trace)
		snprintf(key, sizeof key, "CAST('t%d' AS BLOB)", trace);
	snprintf(sql, sizeof sql,
	         "INSERT OR IGNORE INTO case_key(id, text) VALUES(%d, 'case %d');"
	         "INSERT INTO case_result(run,case_id,repeat,status,output_hash,trace,record,hash,source)"
	         " VALUES(%d,%d,%d,%d,%d,%s,0,0,1)",
	         case_id, case_id, run, case_id, repeat, status, run, key);
	run_sql(sql);
}

enum { P = CASE_PASSED, F = CASE_FAILED, E = CASE_ERROR };

/* A case of both runs with a trace of its own on each side. */
static void add_case(int id, int status_a, const char *a, int status_b, const char *b)
{
	if (a)
		add_trace(2 * id, a);
	if (b)
		add_trace(2 * id + 1, b);
	add_result(1, id, 0, status_a, a ? 2 * id : 0);
	add_result(2, id, 0, status_b, b ? 2 * id + 1 : 0);
}

static const char base[] = "0ar1 1ts11 1la11";

static void groups_by_what_differs(void **state)
{
	(void)state;
	static const struct {
		const char *b;
		const char *step;
		enum begins_what what;
	} rows[] = {
	    {"0ar1 1ts12 1la12",             "search",     BEGINS_OUTPUT },
            {"0ar1 1ts21 1la11",             "search",     BEGINS_INPUT  },
	    {"0ar1 1ts10! 1la11",            "search",     BEGINS_FAILS  },
            {"0ar1 1tk55 1ts11 1la11",       "rerank",     BEGINS_NEW    },
	    {"0ar1 1la11",                   "search",     BEGINS_MISSING},
            {"0ar1 1ts11 1la11m",            "answer",     BEGINS_MODEL  },
	    {"0ar1 1tk11 1la11",             "rerank",     BEGINS_RENAMED},
            {"0ar1 1tq55 2ts77 1ts11 1la11", "say \"it\"", BEGINS_NEW    },
	};
	struct compare c;
	struct begins b;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		forget();
		for (int k = 1; k <= 6; k++)
			add_case(k, P, base, F, rows[i].b);
		for (int k = 7; k <= 20; k++)
			add_case(k, P, base, P, base);
		look(1, 2, &c, &b);
		assert_int_equal(b.n_steps, 1);
		assert_true(str_eq(b.steps[0].name, str_of(rows[i].step)));
		assert_int_equal(b.labels[0].what, rows[i].what);
		assert_int_equal(b.steps[0].lost, 6);
		assert_int_equal(b.steps[0].others, 0);
		assert_int_equal(b.steps[0].verdict, BEGINS_MORE);
		assert_int_equal(b.others.nowhere, 14);
		done(&c, &b);
	}
}

/* The other way round: what was new is missing, what failed in B fails in A; the same numbers, of the cases then lost. */
static void mirrors(void **state)
{
	(void)state;
	static const char *const of_b[] = {"0ar1 1tk55 1ts11 1la11", "0ar1 1ts10! 1la11", "0ar1 1ts12 1la12",
	                                   "0ar1 1ts11 1la11m"};
	static const enum begins_what there[] = {BEGINS_NEW, BEGINS_FAILS, BEGINS_OUTPUT, BEGINS_MODEL},
	                              back_there[] = {BEGINS_MISSING, BEGINS_RECOVERS, BEGINS_OUTPUT, BEGINS_MODEL};
	struct compare c, d;
	struct begins b, back;
	for (size_t i = 0; i < 4; i++) {
		forget();
		/* As many won as lost, in the same way: so that the swapped comparison has the same losses. */
		for (int k = 1; k <= 5; k++)
			add_case(k, P, base, F, of_b[i]);
		for (int k = 6; k <= 10; k++)
			add_case(k, F, base, P, of_b[i]);
		for (int k = 11; k <= 30; k++)
			add_case(k, P, base, P, base);
		look(1, 2, &c, &b);
		look(2, 1, &d, &back);
		assert_int_equal(b.n_steps, 1);
		assert_int_equal(back.n_steps, 1);
		assert_int_equal(b.labels[0].what, there[i]);
		assert_int_equal(back.labels[0].what, back_there[i]);
		assert_int_equal(b.steps[0].lost, back.steps[0].lost);
		assert_int_equal(b.steps[0].others, back.steps[0].others);
		assert_true(fabs(b.steps[0].p - back.steps[0].p) <= 1e-12);
		done(&c, &b);
		done(&d, &back);
	}
}

/* What differs as often elsewhere is not to blame, what differs everywhere is said to, and few are too few. */
static void holds_against_the_others(void **state)
{
	(void)state;
	struct compare c;
	struct begins b;
	forget();
	for (int k = 1; k <= 6; k++)
		add_case(k, P, base, F, "0ar1 1ts12 1la12");
	for (int k = 7; k <= 30; k++)
		add_case(k, P, base, P, k % 4 ? "0ar1 1ts12 1la12" : base);
	look(1, 2, &c, &b);
	assert_int_equal(b.steps[0].verdict, BEGINS_ALIKE); /* 6 of 6, 18 of 24 */
	done(&c, &b);

	forget(); /* everywhere; the lost differ in the answer, too */
	for (int k = 1; k <= 6; k++)
		add_case(k, P, base, F, "0ar1 1tk55 1ts11 1la12");
	for (int k = 7; k <= 30; k++)
		add_case(k, P, base, P, "0ar1 1tk55 1ts11 1la11");
	look(1, 2, &c, &b);
	assert_int_equal(b.steps[0].verdict, BEGINS_EVERYWHERE);
	const struct begins_step *s = step_of(&b, "answer", true);
	assert_int_equal(s->lost, 6);
	assert_int_equal(s->others, 0);
	assert_int_equal(s->verdict, BEGINS_MORE);
	done(&c, &b);

	forget(); /* no others */
	for (int k = 1; k <= 6; k++)
		add_case(k, P, base, F, "0ar1 1ts12 1la12");
	look(1, 2, &c, &b);
	assert_int_equal(b.steps[0].verdict, BEGINS_ALONE);
	done(&c, &b);

	forget(); /* nothing differs */
	for (int k = 1; k <= 6; k++)
		add_case(k, P, base, F, base);
	look(1, 2, &c, &b);
	assert_int_equal(b.lost.nowhere, 6);
	assert_int_equal(b.n_steps, 0);
	assert_true(str_find(b.sentence, STR_LIT("do not differ in any step")) != SIZE_MAX);
	done(&c, &b);
}

/* A run against itself has no losses; adding cases that only one run has changes nothing. */
static void itself_and_more(void **state)
{
	(void)state;
	struct compare c, d;
	struct begins b, more;
	forget();
	for (int k = 1; k <= 20; k++)
		add_case(k, P, base, k <= 6 ? F : P, k <= 6 ? "0ar1 1ts12 1la12" : base);
	look(1, 1, &c, &b);
	assert_int_equal(b.lost.all, 0);
	assert_int_equal(b.n_lines, 0);
	done(&c, &b);
	look(1, 2, &c, &b);
	for (int k = 60; k <= 70; k++)
		add_result(k % 2 + 1, k, 0, F, 0);
	look(1, 2, &d, &more);
	assert_int_equal(b.n_steps, more.n_steps);
	assert_int_equal(b.steps[0].lost, more.steps[0].lost);
	assert_int_equal(b.others.all, more.others.all);
	assert_true(fabs(b.steps[0].p - more.steps[0].p) <= 1e-15);
	done(&c, &b);
	done(&d, &more);
}

/* Spans that lack their parent, one that is its own, one that still runs: put in line like others. */
static void takes_broken_traces(void **state)
{
	(void)state;
	struct compare c;
	struct begins b;
	forget();
	for (int k = 1; k <= 6; k++)
		add_case(k, P, base, F, "0ar1 1ts12 1la12");
	for (int k = 7; k <= 12; k++)
		add_case(k, P, base, P, base);
	/* Rows as settling leaves them (span_row.h): a made-up root, an orphan, a cut cycle, sizes and ups that cannot be. */
	run_sql(
	    "UPDATE span SET flags = 16, record = 0, name = NULL WHERE trace IN (3, 5) AND up = 0;"
	    "UPDATE span SET flags = 32 | 64 | 1, start_ns = NULL, duration_ns = -5 WHERE trace IN (3, 7) AND up > 0;"
	    "UPDATE span SET size = 1000000, depth = -3, kind = 99, status = 77 WHERE trace = 9;"
	    "UPDATE trace SET n = 0 WHERE id = 11; UPDATE trace SET first = 5, n = 3 WHERE id = 13");
	look(1, 2, &c, &b);
	assert_int_equal(b.lost.all, 6);
	assert_int_equal(b.lost.no_b, 1); /* of no span */
	assert_true(b.lost.looked == 5);
	done(&c, &b);
	forget();
}

/* Of repeats a failed one of B against a passed one of A, of the same number if there is such a pair. */
static void picks_the_repeats_that_tell(void **state)
{
	(void)state;
	struct compare c;
	struct begins b;
	forget();
	for (int r = 0; r < 3; r++) {
		add_trace(10 + r, base);
		add_trace(20 + r, r == 0 ? base : "0ar1 1ts12 1la12");
		add_result(1, 1, r, r == 1 ? F : P, 10 + r);
		add_result(2, 1, r, r == 0 ? P : F, 20 + r);
	}
	look(1, 2, &c, &b);
	assert_int_equal(b.lost.all, 1);
	assert_int_equal(b.cases[0].repeat_a, 2);
	assert_int_equal(b.cases[0].repeat_b, 2);
	assert_int_equal(b.steps[0].lost, 1);
	done(&c, &b);
}

static void says_which_have_no_trace(void **state)
{
	(void)state;
	struct compare c;
	struct begins b;
	forget();
	add_case(1, P, base, F, NULL);
	add_case(2, P, NULL, F, base);
	add_case(3, P, NULL, E, NULL);
	add_case(4, P, base, P, base);
	look(1, 2, &c, &b);
	assert_int_equal(b.lost.all, 3);
	assert_int_equal(b.lost.no_a, 1);
	assert_int_equal(b.lost.no_b, 1);
	assert_int_equal(b.lost.neither, 1);
	assert_int_equal(b.lost.looked, 0);
	assert_int_equal(b.others.looked, 0); /* nothing to hold against them */
	assert_true(str_find(b.sentence, STR_LIT("none of 3 losses and errors has a trace on both sides")) != SIZE_MAX);
	assert_int_equal(kept(&c, STR_LIT("no trace")), 3);
	done(&c, &b);

	forget(); /* one trace for all cases is none of any */
	add_trace(500, base);
	add_trace(501, "0ar1 1ts12 1la12");
	for (int k = 1; k <= 5; k++) {
		add_result(1, k, 0, P, 500);
		add_result(2, k, 0, F, 501);
	}
	look(1, 2, &c, &b);
	assert_int_equal(b.shared, 10);
	assert_int_equal(b.lost.neither, 5);
	assert_true(str_find(b.missing, STR_LIT("one trace in common")) != SIZE_MAX);
	done(&c, &b);
}

/* Where there are more cases than are looked at, as many as asked for, the same ones each time, and that is said. */
static void looks_at_a_part(void **state)
{
	(void)state;
	struct compare c;
	struct begins b, again;
	struct err err = ERR_INIT;
	forget();
	for (int k = 1; k <= 40; k++)
		add_case(k, P, base, k <= 20 ? F : P, k <= 20 ? "0ar1 1ts12 1la12" : base);
	look(1, 2, &c, &b);
	begins_done(&b);
	struct begins_most most = {.lost = 7, .others = 5};
	assert_true(begins_of(db, &c, most, &b, &err) && begins_of(db, &c, most, &again, &err));
	assert_int_equal(b.lost.looked, 7);
	assert_int_equal(b.others.looked, 5);
	assert_int_equal(b.steps[0].lost, 7);
	assert_true(str_find(b.missing, STR_LIT("Looked at 7 of 20")) != SIZE_MAX);
	for (size_t i = 0; i < b.n_cases; i++)
		assert_int_equal(b.cases[i].has, again.cases[i].has);
	begins_done(&again);
	done(&c, &b);
}

/* A trace of 100,000 spans: the first of them, and quickly. */
static void bounds_its_work(void **state)
{
	(void)state;
	struct compare c;
	struct begins b;
	char sql[500];
	forget();
	for (int k = 1; k <= 3; k++) {
		for (int side = 0; side < 2; side++) {
			long long first = 2000000 + (2 * k + side) * 200000LL;
			snprintf(
			    sql, sizeof sql,
			    "INSERT INTO "
			    "span(pos,trace,key,up,depth,size,flags,name,kind,status,input_hash,output_hash,record,"
			    "hash,source) WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < "
			    "99999)"
			    " SELECT %lld + i, %d, i, i > 0, i, 100000 - i, 0, 9002, 4, 0, i + 1,"
			    " i + %d, 0, 0, 1 FROM t",
			    first, 100 + 2 * k + side, side && k == 1 ? 2 : 1);
			run_sql(sql);
			snprintf(sql, sizeof sql,
			         "INSERT INTO trace(id,key,text,first,n,spans,source,seen)"
			         " VALUES(%d,CAST('t%d' AS BLOB),'t',%lld,100000,100000,1,1)",
			         100 + 2 * k + side, 100 + 2 * k + side, first);
			run_sql(sql);
			add_result(1 + side, k, 0, side ? F : P, 100 + 2 * k + side);
		}
	}
	look(1, 2, &c, &b);
	assert_true(b.cut);
	assert_int_equal(b.lost.looked, 3);
	assert_int_equal(b.steps[0].lost, 1); /* its outputs differ from the deepest on */
	assert_int_equal(b.labels[0].what, BEGINS_OUTPUT);
	assert_int_equal(b.lost.nowhere, 2);
	assert_true(str_find(b.missing, STR_LIT("first 20000 spans")) != SIZE_MAX);
	done(&c, &b);
	forget();
}

/* Names that are no words of a filter's language come back through it. */
static void any_name_is_a_filter(void **state)
{
	(void)state;
	struct compare c;
	struct begins b;
	forget();
	run_sql("UPDATE word SET text = 'a: \"b\" or ) \\ ' || char(27) || 'x' WHERE id = 9004");
	for (int k = 1; k <= 4; k++)
		add_case(k, P, base, F, "0ar1 1tk55 1ts11 1la11");
	look(1, 2, &c, &b);
	struct buf value = BUF_INIT;
	buf_add_str(&value, b.steps[0].name);
	assert_int_equal(kept(&c, buf_str(&value)), 4);
	buf_add_cstr(&value, ": new step");
	assert_int_equal(kept(&c, buf_str(&value)), 4);
	assert_int_equal(kept(&c, STR_LIT("nothing of that name")), 0);
	buf_done(&value);
	done(&c, &b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_the_outdated_policy),
	    cmocka_unit_test(names_the_new_component),
	    cmocka_unit_test(looks_beside_what_is_new_everywhere),
	    cmocka_unit_test(groups_by_what_differs),
	    cmocka_unit_test(mirrors),
	    cmocka_unit_test(holds_against_the_others),
	    cmocka_unit_test(itself_and_more),
	    cmocka_unit_test(takes_broken_traces),
	    cmocka_unit_test(picks_the_repeats_that_tell),
	    cmocka_unit_test(says_which_have_no_trace),
	    cmocka_unit_test(looks_at_a_part),
	    cmocka_unit_test(bounds_its_work),
	    cmocka_unit_test(any_name_is_a_filter),
	};
	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
