/* The release sheet drawn from the samples, and the ways from it. */
#include "tests/screens.h"

#include "store/query/runs.h"

static int64_t run_of(const char *name)
{
	struct err err = ERR_INIT;
	int64_t id = 0;
	if (!runs_find(stage_db, str_of(name), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

static struct target release_of(const char *a, const char *b, const char *file)
{
	struct target t = {.screen = "release", .id = run_of(a), .id2 = b ? run_of(b) : 0};
	snprintf(t.line, sizeof t.line, "%s", file ? file : "");
	return t;
}

static char gate_dir[] = "/tmp/spoor-release-XXXXXX", gate_file[64];

static void write_file(const char *text)
{
	FILE *f = fopen(gate_file, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static const char strict[] = "{\"strict\": true, \"pass_rate\": 0.85, \"margin\": 0.05, \"max_new_errors\": 1,\n"
                             " \"tolerate\": [\"cost_usd_per_case\", \"latency_p50_ns\", \"latency_p95_ns\"],\n"
                             " \"slices\": [{\"field\": \"customer_tier\", \"pass_rate\": \"70%\"}]}";
static const char lax[] = "{\"pass_rate\": 0.85, \"max_new_errors\": 1, \"latency_p95\": \"9s\",\n"
                          " \"tolerate\": [\"cost_usd_per_case\", \"latency_p50_ns\", \"latency_p95_ns\"]}";
static const char wrong[] = "{\"pas_rate\": 0.85,\n \"strict\": 1, \"allow\": [{\"case\": \"x\"}]}";

static void be_at(struct stage *st, const char *keys)
{
	if (keys && *keys)
		stage_keys(st, keys);
}

/* ---------------------------------------------------------------- golden screens */

static const struct {
	const char *name, *a, *b, *file, *keys;
	int rows, cols;
	bool ascii, mono;
} golden[] = {
    {"release-80x24",            "v12", "v13", NULL,   NULL,        24, 80,  false, false},
    {"release-80x24-ascii",      "v12", "v13", NULL,   "j j j j j", 24, 80,  true,  false},
    {"release-80x24-mono",       "v13", "v12", NULL,   "j",         24, 80,  false, true },
    {"release-80x24-not-enough", "v12", "v13", strict, NULL,        24, 80,  false, false},
    {"release-80x24-ship",       "v12", "v13", lax,    "j",         24, 80,  false, false},
    {"release-80x24-alone",      "v13", NULL,  NULL,   NULL,        24, 80,  false, false},
    {"release-200x50",           "v12", "v13", NULL,   "j j j",     50, 200, false, false},
    {"release-200x50-strict",    "v12", "v13", strict, NULL,        50, 200, true,  false},
    {"release-40x12",            "v12", "v13", NULL,   NULL,        12, 40,  false, false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = release_of(golden[i].a, golden[i].b, golden[i].file ? gate_file : NULL);
		if (golden[i].file)
			write_file(golden[i].file);
		stage_open(&st, "release", &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		be_at(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

/* ---------------------------------------------------------------- what is behind a check */

static void opens(const char *keys, const char *screen, const char *line)
{
	struct stage st;
	struct target t = release_of("v12", "v13", NULL);
	stage_open(&st, "release", &t, 24, 80, false);
	be_at(&st, keys);
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, screen);
	if (line)
		assert_string_equal(st.target.line, line);
	stage_close(&st);
}

static void test_open(void **state)
{
	(void)state;
	struct stage st, compare;
	struct target t = {.screen = "compare", .id = run_of("v12"), .id2 = run_of("v13")};
	stage_open(&compare, "compare", &t, 24, 80, false);
	stage_keys(&compare, "d");
	assert_int_equal(compare.outcome, OUT_OPEN);
	assert_string_equal(compare.target.screen, "release");
	stage_open(&st, "release", &compare.target, 24, 80, false);
	assert_true(stage_shows(&st, "new errors"));
	stage_keys(&st, "=");
	assert_string_equal(st.target.screen, "compare");
	assert_true(st.target.id == t.id && st.target.id2 == t.id2);
	stage_close(&st);
	stage_close(&compare);
	opens("", "compare", "");                      /* latency */
	opens("j j j", "compare", "class:new_errors"); /* new errors */
	opens("j j j j j", "compare", "class:lost");   /* the pass rate */
	opens("G", "traces", "");                      /* traces */
}

static void test_file(void **state)
{
	(void)state;
	struct stage st;
	struct target t = release_of("v12", "v13", NULL);
	stage_open(&st, "release", &t, 24, 160, false);
	assert_true(stage_shows(&st, "4 failed"));
	write_file(lax);
	stage_keys(&st, "f");
	assert_int_equal(st.outcome, OUT_PROMPT);
	stage_line(&st, gate_file);
	assert_true(stage_shows(&st, "0 failed"));
	assert_true(stage_shows(&st, "all 9 checks pass"));
	/* it was edited */
	write_file(wrong);
	stage_keys(&st, "J");
	assert_true(stage_shows(&st, ":1:2: no such key of a gate file: \"pas_rate\" (did you mean pass_rate?)"));
	assert_true(stage_shows(&st, "\"strict\" is true or false"));
	stage_keys(&st, "Enter ="); /* nothing is behind it */
	stage_keys(&st, "f");
	stage_line(&st, "/nonexistent/gate.json");
	assert_true(stage_shows(&st, "No such file"));
	stage_keys(&st, "f");
	stage_line(&st, "");
	assert_true(stage_shows(&st, "4 failed"));
	stage_close(&st);
}

static void test_environment(void **state)
{
	(void)state;
	struct stage st;
	struct target t = release_of("v13", NULL, NULL), place;
	write_file("{\"baseline\": \"v12\"}");
	setenv("SPOOR_GATE", gate_file, 1);
	stage_open(&st, "release", &t, 24, 120, false);
	assert_true(stage_shows(&st, "dispute v13 against dispute v12"));
	assert_true(stage_shows(&st, "($SPOOR_GATE)"));
	struct buf out = BUF_INIT;
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &out));
	assert_non_null(strstr(buf_cstr(&out), "spoor gate 'eval-D13-2026-11-20T16:40:09#0' --baseline"));
	assert_non_null(strstr(buf_cstr(&out), "--file"));
	buf_done(&out);
	st.screen.ops->place(&st.screen, &place);
	assert_true(place.id == t.id && !place.id2 && !place.line[0]);
	stage_close(&st);
	unsetenv("SPOOR_GATE");
	struct err err = ERR_INIT;
	struct screen screen = {.ops = screen_named("release"), .ui = st.ui, .state = calloc(1, 1 << 14)};
	assert_true(screen.ops->state_size <= 1 << 14);
	assert_false(screen.ops->open(&screen, &(struct target){.screen = "release"}, &err));
	free(screen.state);
}

static int setup(void **state)
{
	if (!mkdtemp(gate_dir))
		return -1;
	snprintf(gate_file, sizeof gate_file, "%s/gate.json", gate_dir);
	unsetenv("SPOOR_GATE");
	return stage_setup(state);
}

static int teardown(void **state)
{
	unlink(gate_file);
	rmdir(gate_dir);
	return stage_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_open),
	    cmocka_unit_test(test_file),
	    cmocka_unit_test(test_environment),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
