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
	    cmocka_unit_test(test_sorts),
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
