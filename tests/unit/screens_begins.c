/* Where regressions begin, and the noise floor, drawn from the samples. */
#include "tests/screens.h"

#include "store/query/runs.h"

/* The samples of an insurer's claims, beside the others. */
static int setup(void **state)
{
	struct err err = ERR_INIT;
	if (stage_setup(state) != 0)
		return -1;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	char traces[] = "tests/data/traces-claims.jsonl.gz", runs[] = "tests/data/evals-claims.tar.gz",
	     weekly[] = "tests/data/evals-weekly.tar.gz";
	char *paths[] = {traces, runs, weekly};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = db && import_paths(db, paths, sizeof paths / sizeof *paths, &opts, NULL, &report, &err);
	import_report_done(&report);
	db_close(db);
	return ok ? 0 : -1;
}

static int64_t run_named(const char *name)
{
	struct err err = ERR_INIT;
	int64_t id = 0;
	if (!runs_find(stage_db, str_of(name), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

static struct target of(const char *screen, const char *a, const char *b)
{
	return (struct target){.screen = screen, .id = run_named(a), .id2 = run_named(b)};
}

/* ---------------------------------------------------------------- golden screens */

static const struct {
	const char *name, *screen, *a, *b, *keys;
	int rows, cols;
	bool ascii, mono;
} golden[] = {
    {"begins-80x24",            "begins", "v12",               "v13",               NULL,        24, 80,  false, false},
    {"begins-80x24-ascii",      "begins", "v12",               "v13",               "j j Tab",   24, 80,  true,  false},
    {"begins-80x24-mono",       "begins", "claims steps",      "claims rerank",     NULL,        24, 80,  false, true },
    {"begins-80x24-everywhere", "begins", "claims one-prompt", "claims steps",      "j",         24, 80,  false, false},
    {"begins-80x24-no-trace",   "begins", "weekly-2026-10-26", "weekly-2026-11-02", NULL,        24, 80,  false, false},
    {"begins-40x12",            "begins", "v12",               "v13",               "j",         12, 40,  false, false},
    {"begins-200x50",           "begins", "claims one-prompt", "claims steps",      "j",         50, 200, false, false},
    {"noise-80x24",             "noise",  "claims steps",      "claims rerank",     "j j j j j", 24, 80,  false, false},
    {"noise-80x24-ascii",       "noise",  "claims one-prompt", "claims steps",      "j j Tab",   24, 80,  true,  false},
    {"noise-80x24-mono",        "noise",  "claims one-prompt", "claims steps",      "G",         24, 80,  false, true },
    {"noise-80x24-none",        "noise",  "weekly-2026-10-26", "weekly-2026-11-02", NULL,        24, 80,  false, false},
    {"noise-40x12",             "noise",  "claims steps",      "claims rerank",     "j",         12, 40,  false, false},
    {"noise-200x50",            "noise",  "v12",               "v13",               NULL,        50, 200, false, false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = of(golden[i].screen, golden[i].a, golden[i].b);
		stage_open(&st, golden[i].screen, &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

/* ---------------------------------------------------------------- from a comparison to the step, and to its cases */

/* Story 4: Compare, where regressions begin, the component, its cases, their traces. */
static void test_begins(void **state)
{
	(void)state;
	struct stage compare, st, next;
	struct target t = of("compare", "claims steps", "claims rerank");
	stage_open(&compare, "compare", &t, 24, 80, false);
	stage_keys(&compare, "w");
	assert_int_equal(compare.outcome, OUT_OPEN);
	assert_string_equal(compare.target.screen, "begins");
	stage_open(&st, "begins", &compare.target, 24, 80, false);
	stage_close(&compare);
	assert_true(stage_shows(&st, "All 14 losses first differ at rerank-rules: new step"));
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "compare");
	assert_string_equal(st.target.line, "begins:\"rerank-rules: new step\"");
	stage_open(&next, "compare", &st.target, 24, 80, false);
	assert_true(stage_shows(&next, "14"));
	assert_false(stage_shows(&next, "dog bit a jogger"));
	stage_close(&next);
	stage_keys(&st, "Tab j Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "tracediff");
	stage_open(&next, "tracediff", &st.target, 24, 80, false);
	assert_true(stage_shows(&next, "first differs at rerank-rules"));
	stage_close(&next);
	stage_keys(&st, "q g t");
	assert_string_equal(st.target.screen, "tracediff");
	stage_keys(&st, "/");
	stage_line(&st, "no such step");
	assert_true(strstr(st.ui->message, "no step here") != NULL);
	stage_close(&st);
}

static void test_noise(void **state)
{
	(void)state;
	struct stage compare, st, next;
	struct target t = of("compare", "claims one-prompt", "claims steps");
	stage_open(&compare, "compare", &t, 24, 80, false);
	stage_keys(&compare, "W");
	assert_int_equal(compare.outcome, OUT_OPEN);
	assert_string_equal(compare.target.screen, "noise");
	stage_open(&st, "noise", &compare.target, 24, 80, false);
	stage_close(&compare);
	stage_keys(&st, "Enter");
	assert_string_equal(st.target.line, "noise:beyond");
	stage_keys(&st, "j Enter");
	assert_string_equal(st.target.line, "noise:within");
	stage_keys(&st, "j Enter");
	assert_string_equal(st.target.screen, "compare");
	assert_string_equal(st.target.line, "noise:pass");
	stage_open(&next, "compare", &st.target, 24, 80, false);
	assert_true(stage_shows(&next, "strike in Lyon"));
	assert_false(stage_shows(&next, "dog bit a jogger"));
	stage_close(&next);
	stage_keys(&st, "Tab Enter");
	assert_string_equal(st.target.screen, "compare");
	assert_true(st.target.text[0] != '\0');
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_begins),
	    cmocka_unit_test(test_noise),
	};
	return cmocka_run_group_tests(tests, setup, stage_teardown);
}
