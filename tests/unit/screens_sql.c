/* Answers in SQL, drawn from the samples. */
#include "tests/screens.h"

static struct target of(const char *sql)
{
	struct target t = {.screen = "sql"};
	snprintf(t.line, sizeof t.line, "%s", sql);
	return t;
}

#define BY_KIND                                                                                                      \
	"select kind, count(*) as n, sum(cost_usd) as cost, percentile(duration_ns, 95) as p95_ns from spans group " \
	"by "                                                                                                        \
	"kind order by kind"

static const struct {
	const char *name, *sql, *keys;
	int rows, cols;
	bool ascii, mono;
} golden[] = {
    {"sql-80x24",       BY_KIND,                                  "j j",     24, 80,  false, false},
    {"sql-80x24-ascii", BY_KIND,                                  "> >",     24, 80,  true,  false},
    {"sql-80x24-mono",  BY_KIND,                                  "l l G",   24, 80,  false, true },
    {"sql-200x50",      "select * from spans where kind = 'llm'", "l l l l", 50, 200, false, false},
    {"sql-40x12",       BY_KIND,                                  "j",       12, 40,  false, false},
    {"sql-80x24-wrong", "select nmae from spans",                 NULL,      24, 80,  false, false},
    {"sql-80x24-none",  "select name from spans where 0",         NULL,      24, 80,  false, false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = of(golden[i].sql);
		stage_open(&st, "sql", &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

static void test_copies(void **state)
{
	(void)state;
	struct stage st;
	struct target t = of("select trace, id as span, name from spans where kind = 'llm' order by start_ns limit 3");
	struct buf out = BUF_INIT;
	stage_open(&st, "sql", &t, 24, 80, false);
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &out));
	assert_true(str_is(buf_str(&out),
	                   "spoor sql 'select trace, id as span, name from spans where kind = '\\''llm'\\'' order by "
	                   "start_ns limit 3'"));
	buf_clear(&out);
	assert_true(st.screen.ops->copy(&st.screen, COPY_LINK, &out));
	assert_true(strncmp(buf_cstr(&out), "trace:", 6) == 0 && strstr(buf_cstr(&out), "/span:"));
	buf_clear(&out);
	assert_true(st.screen.ops->copy(&st.screen, COPY_VALUE, &out));
	assert_true(strncmp(buf_cstr(&out), "trace: ", 7) == 0 && strstr(buf_cstr(&out), "\nname: "));
	struct target back = {.screen = NULL};
	st.screen.ops->place(&st.screen, &back);
	assert_string_equal(back.line, t.line);
	buf_done(&out);
	stage_close(&st);
}

/* Points stand below each other, unless the smallest figure would lose its digits; the details have all of them. */
static void test_points(void **state)
{
	(void)state;
	static const struct {
		const char *values;
		const char *shows[3]; /* of a row each */
	} cases[] = {
	    {"(1000.28), (53.8865), (1566.0)",  {">1000.28", "   53.89", " 1566.00"}},
	    {"(0.5), (12.25), (3.0)",           {"> 0.50", " 12.25", "  3.00"}      },
	    {"(9304.19), (0.00012), (7.5)",     {">9304.19", " 0.00012", "     7.5"}},
	    {"(62200.0), (781.594), (-1408.3)", {">62200.0", "   781.6", " -1408.3"}},
	    {"(123456789.5), (2.25), (1e-300)", {"123456790", "2.25", "1e-300"}     },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage st;
		char sql[200];
		snprintf(sql, sizeof sql, "select column1 as a from (values %s)", cases[i].values);
		struct target t = of(sql);
		stage_open(&st, "sql", &t, 24, 80, false);
		for (size_t k = 0; k < 3; k++)
			if (!stage_shows(&st, cases[i].shows[k]))
				fail_msg("%s: no \"%s\"", cases[i].values, cases[i].shows[k]);
		stage_close(&st);
	}
}

/* Sorted by a column, unknown values last either way; the cursor stays on its row. */
static void test_sorts(void **state)
{
	(void)state;
	struct stage st;
	struct target t =
	    of("select column1 as a, column2 as b from (values (1, 'x'), (3, null), (null, 'y'), (2, 'z'))");
	stage_open(&st, "sql", &t, 24, 80, false);
	stage_keys(&st, "j"); /* on 3 */
	assert_true(stage_shows(&st, ">3"));
	stage_keys(&st, ">");
	assert_true(stage_shows(&st, ">3") && stage_shows(&st, "row 1 of 4"));
	stage_keys(&st, "I");
	assert_true(stage_shows(&st, ">3") && stage_shows(&st, "row 3 of 4"));
	stage_keys(&st, ">");
	assert_true(stage_shows(&st, "row 4 of 4")); /* its b is unknown */
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_copies),
	    cmocka_unit_test(test_points),
	    cmocka_unit_test(test_sorts),
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
