/* Repeats of one case in two runs: rows made by hand in the tables; which pair tells most, which answers are the same, which case is meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "store/base/units.h"
#include "store/db.h"
#include "store/query/case_repeats.h"
#include "tests/store.h"

static int open_store(void **state)
{
	if (store_setup(state) != 0)
		return -1;
	run_sql("INSERT INTO word(id,text) VALUES(1,'relevance'),(2,'groundedness')");
	run_sql("INSERT INTO run(id,key,text,source,seen) VALUES(1,x'01','a',1,1),(2,x'02','b',1,1),(3,x'03','c',1,1)");
	run_sql(
	    "INSERT INTO case_key(id,text) VALUES(1,'alpha-1'),(2,'alpha-2'),(3,'[\"desk\",\"beta\"]'),(4,'other')");
	return 0;
}

static int clear(void **state)
{
	(void)state;
	run_sql("DELETE FROM case_result");
	run_sql("DELETE FROM case_score");
	return 0;
}

struct result {
	int run, case_id, repeat;
	enum case_status status;
	int64_t output, input; /* hashes; 0: none */
	int64_t latency_ms;
};

static void add(const struct result *r)
{
	struct err err = ERR_INIT;
	struct stmt *s =
	    db_query(db,
	             "INSERT INTO case_result(run,case_id,repeat,status,title,output_hash,input_hash,latency_ns,"
	             "record,hash,source) VALUES(?1,?2,?3,?4,'Title of ' || ?2,?5,?6,?7,1,0,1)",
	             &err);
	stmt_int(s, 1, r->run);
	stmt_int(s, 2, r->case_id);
	stmt_int(s, 3, r->repeat);
	stmt_int(s, 4, r->status);
	stmt_int(s, 5, r->output ? r->output : UNKNOWN_INT);
	stmt_int(s, 6, r->input ? r->input : UNKNOWN_INT);
	stmt_int(s, 7, r->latency_ms ? r->latency_ms * 1000000 : UNKNOWN_INT);
	assert_true(stmt_run(s, &err));
}

/* "p1 f2 e0 u-": a repeat each: its verdict and its answer ('-' or 0: none). */
static void add_repeats(int run, int case_id, const char *text)
{
	struct str rest = str_of(text), word;
	for (int repeat = 0; rest.len && str_split(&rest, ' ', &word); repeat++) {
		enum case_status status = word.ptr[0] == 'p'   ? CASE_PASSED
		                          : word.ptr[0] == 'f' ? CASE_FAILED
		                          : word.ptr[0] == 'e' ? CASE_ERROR
		                                               : CASE_UNSCORED;
		add(&(struct result){.run = run,
		                     .case_id = case_id,
		                     .repeat = repeat,
		                     .status = status,
		                     .output = word.ptr[1] == '-' ? 0 : 1000 + word.ptr[1] - '0',
		                     .latency_ms = 100 * (repeat + 1)});
	}
}

static void load(struct case_repeats *out, int case_id)
{
	struct err err = ERR_INIT;
	if (!case_repeats_load(db, 1, 2, case_id, out, &err))
		fail_msg("%s", err.text);
}

static void the_pair_that_tells_most(void **state)
{
	static const struct {
		const char *a, *b;
		size_t pick_a, pick_b;
	} table[] = {
	    {"p1",       "f2",       0, 0}, /* nothing to choose */
	    {"p1 f2 p1", "f2 f2 f2", 0, 0}, /* B lost: a passing A, a failing B, of one number, the first */
	    {"f2 p1 p1", "f2 f2 f2", 1, 1},
	    {"p1 p1 p1", "p1 p1 f2", 2, 2},
	    {"f2 f2 f2", "f2 p1 p1", 1, 1}, /* B won: a failing A, a passing B */
	    {"p1 f2",    "p1 f2",    0, 1}, /* as often on both: what could be a loss */
	    {"f2 p1",    "f2 p1",    1, 0},
	    {"p1 p1",    "p1 p3",    1, 1}, /* verdicts agree: another answer */
	    {"p1 p1",    "p1 p1",    0, 0}, /* nothing differs: the first of one number */
	    {"f1 f1",    "f1 e-",    1, 1}, /* an error is no failure */
	    {"f1 p1 f1", "e- e- e-", 1, 1}, /* an error where A passed */
	    {"",         "f1 p1",    0, 0}, /* one side only */
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct case_repeats r;
		clear(state);
		add_repeats(1, 1, table[i].a);
		add_repeats(2, 1, table[i].b);
		load(&r, 1);
		if (r.pick_a != table[i].pick_a || r.pick_b != table[i].pick_b)
			fail_msg("%s | %s: picked %zu %zu", table[i].a, table[i].b, r.pick_a, r.pick_b);
		case_repeats_done(&r);
	}
}

static void words_of_verdicts(void **state)
{
	static const char *const table[][2] = {
	    {"p1",       "passed"	                   },
	    {"f1",       "failed"	                   },
	    {"p1 p1 p1", "all 3 passed"                     },
	    {"p1 f1 p1", "2 of 3 passed: unstable"          },
	    {"f1 f2 f3", "0 of 3 passed"                    },
	    {"e- e-",    "2 errors"                         },
	    {"p1 e- f1", "1 of 3 passed, 1 error: unstable" },
	    {"u1 u2",    "2 repeats, none has a verdict"    },
	    {"p1 u1 p1", "all 2 passed, 1 without a verdict"},
	    {"",         "not in this run"                  },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct case_repeats r;
		struct buf out = BUF_INIT;
		clear(state);
		add_repeats(1, 1, table[i][0]);
		add_repeats(2, 1, "p1");
		load(&r, 1);
		case_repeats_words(&out, &r.a);
		assert_string_equal(buf_cstr(&out), table[i][1]);
		buf_done(&out);
		case_repeats_done(&r);
	}
}

static void identical_answers_are_one(void **state)
{
	(void)state;
	struct case_repeats r;
	add_repeats(1, 1, "p5 f7 p5 u-");
	add_repeats(2, 1, "f7 f7 f9");
	load(&r, 1);
	static const int64_t want_a[] = {0, 1, 0, -1}, want_b[] = {1, 1, 2};
	for (int i = 0; i < 4; i++)
		assert_int_equal(r.a.at[i].answer, want_a[i]);
	for (int i = 0; i < 3; i++)
		assert_int_equal(r.b.at[i].answer, want_b[i]);
	assert_int_equal(r.n_answers, 3);
	assert_int_equal(r.a.n_answers, 2);
	assert_int_equal(r.b.n_answers, 2);
	assert_true(r.a.unstable);
	assert_false(r.b.unstable);
	assert_int_equal(r.a.status, CASE_PASSED);
	assert_float_equal(r.a.latency_ns, 250e6, 1e-3);
	assert_string_equal(r.title.ptr, "Title of 1");
	case_repeats_done(&r);
}

/* Swapping the runs mirrors every figure. */
static void swapped_is_mirrored(void **state)
{
	(void)state;
	struct case_repeats ab, ba;
	struct err err = ERR_INIT;
	add_repeats(1, 1, "p1 f2 p1");
	add_repeats(2, 1, "f2 f3 f2");
	run_sql(
	    "INSERT INTO case_score(run,case_id,repeat,name,n,value,from_) VALUES(1,1,0,1,0,0.5,0),(1,1,0,1,1,0.7,0),"
	    "(1,1,1,1,0,0.2,0),(2,1,2,2,0,1,0)");
	load(&ab, 1);
	assert_true(case_repeats_load(db, 2, 1, 1, &ba, &err));
	assert_int_equal(ab.n_scores, 2); /* by name */
	assert_string_equal(ab.scores[0].ptr, "groundedness");
	assert_float_equal(ab.a.at[0].scores[1], 0.6, 1e-12); /* scored twice: the mean */
	assert_float_equal(ab.a.scores[1], 0.4, 1e-12);
	assert_true(IS_UNKNOWN(ab.b.scores[1]));
	assert_float_equal(ba.b.scores[1], ab.a.scores[1], 0);
	assert_int_equal(ab.a.passed, ba.b.passed);
	assert_int_equal(ab.n_answers, ba.n_answers);
	assert_int_equal(ab.a.n_answers, ba.b.n_answers);
	/* The same pair: A passed and B did not, either way round. */
	assert_int_equal(ab.pick_a, ba.pick_b);
	assert_int_equal(ab.pick_b, ba.pick_a);
	case_repeats_done(&ab);
	case_repeats_done(&ba);
}

static void sides_meet_by_input_where_keys_never_do(void **state)
{
	struct case_repeats r;
	struct err err = ERR_INIT;
	add(&(struct result){.run = 1, .case_id = 1, .status = CASE_PASSED, .input = 77});
	add(&(struct result){.run = 2, .case_id = 2, .status = CASE_FAILED, .input = 77});
	load(&r, 1);
	assert_true(r.by_input && r.a.case_id == 1 && r.b.case_id == 2 && r.b.n == 1);
	case_repeats_done(&r);
	load(&r, 2);
	assert_true(r.by_input && r.a.case_id == 1);
	case_repeats_done(&r);
	/* Another case of B with that input: nobody knows which it is. */
	add(&(struct result){.run = 2, .case_id = 4, .status = CASE_FAILED, .input = 77});
	load(&r, 1);
	assert_true(!r.by_input && !r.b.case_id && !r.b.n);
	case_repeats_done(&r);
	/* The runs share a key: then keys are what counts. */
	clear(state);
	add(&(struct result){.run = 1, .case_id = 1, .status = CASE_PASSED, .input = 77});
	add(&(struct result){.run = 2, .case_id = 2, .status = CASE_FAILED, .input = 77});
	add(&(struct result){.run = 1, .case_id = 3, .status = CASE_PASSED});
	add(&(struct result){.run = 2, .case_id = 3, .status = CASE_PASSED});
	load(&r, 1);
	assert_true(!r.by_input && !r.b.n);
	case_repeats_done(&r);
	assert_false(case_repeats_load(db, 1, 2, 4, &r, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void the_case_that_is_meant(void **state)
{
	(void)state;
	int64_t id = 0;
	for (int i = 1; i <= 4; i++)
		add(&(struct result){.run = i % 2 + 1, .case_id = i, .status = CASE_PASSED});
	static const struct {
		const char *name;
		int64_t id; /* 0: none, -1: several */
	} table[] = {
	    {"alpha-1",    1 },
            {"alpha",      -1},
            {"oth",        4 },
            {"beta",       3 },
            {"Title of 2", 2 },
	    {"title of 4", 4 },
            {"title of",   -1},
            {"TITLE OF",   0 },
            {"zzz",        0 },
            {"",           0 },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct err err = ERR_INIT;
		bool ok = case_find(db, 1, 2, str_of(table[i].name), &id, &err);
		if (ok != (table[i].id > 0) || (ok && id != table[i].id))
			fail_msg("%s: %d, case %d, %s", table[i].name, ok, (int)id, err.text);
		if (!ok)
			assert_int_equal(err.code, table[i].id < 0 ? ERR_USAGE : ERR_NOT_FOUND);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(the_pair_that_tells_most, clear),
	    cmocka_unit_test_setup(words_of_verdicts, clear),
	    cmocka_unit_test_setup(identical_answers_are_one, clear),
	    cmocka_unit_test_setup(swapped_is_mirrored, clear),
	    cmocka_unit_test_setup(sides_meet_by_input_where_keys_never_do, clear),
	    cmocka_unit_test_setup(the_case_that_is_meant, clear),
	};
	return cmocka_run_group_tests(tests, open_store, store_teardown);
}
