/* The release sheet drawn from the samples, and the ways from it. */
#include "tests/screens.h"

#include "store/query/gate.h"
#include "store/query/runs.h"
#include "store/query/slices.h"

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

static void opens(const char *keys, const char *screen, const char *line, const char *text)
{
	struct stage st;
	struct target t = release_of("v12", "v13", NULL);
	stage_open(&st, "release", &t, 24, 80, false);
	be_at(&st, keys);
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, screen);
	assert_string_equal(st.target.line, line);
	if (text)
		assert_string_equal(st.target.text, text);
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
	opens("", "compare", "", "");                        /* latency */
	opens("j j j", "compare", "class:new_errors", NULL); /* new errors */
	opens("j j j j j", "compare", "class:lost", NULL);   /* the pass rate */
	opens("j j j j j j", "scores", "", "groundedness");  /* a score */
	opens("G", "traces", "", NULL);                      /* traces */
}

static void test_file(void **state)
{
	(void)state;
	struct stage st;
	struct target t = release_of("v12", "v13", NULL);
	stage_open(&st, "release", &t, 24, 160, false);
	assert_true(stage_shows(&st, "4 failed"));
	write_file(lax);
	stage_keys(&st, "j j f");
	assert_int_equal(st.outcome, OUT_PROMPT);
	stage_line(&st, gate_file);
	struct buf status = BUF_INIT;
	st.screen.ops->status(&st.screen, &status);
	assert_true(str_starts(buf_str(&status), "row 1 of"));
	buf_done(&status);
	assert_true(stage_shows(&st, "0 failed"));
	assert_true(stage_shows(&st, "all 9 checks pass"));
	/* it was edited: R, which the app has for every screen */
	write_file(wrong);
	st.ui->generation++;
	stage_keys(&st, "j");
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

/* ---------------------------------------------------------------- slices: the gate says what the slices say */

static const struct gate_check *check_of(const struct gate *g, const char *name)
{
	for (size_t i = 0; i < g->n_checks; i++)
		if (str_is(g->checks[i].name, name))
			return &g->checks[i];
	fail_msg("there is no check %s", name);
	return NULL;
}

static void judge(int64_t run, int64_t baseline, const char *file, struct arena *arena, struct gate *g)
{
	struct err err = ERR_INIT;
	struct buf mistakes = BUF_INIT;
	struct gate_limits limits;
	struct gate_opts opts = {.now_ns = 0};
	gate_limits_init(&limits);
	if (gate_file_parse(str_of(file), "g", 0, arena, &limits, &mistakes))
		fail_msg("%s", buf_cstr(&mistakes));
	if (!gate_judge(stage_db, run, baseline, &limits, &opts, g, &err))
		fail_msg("%s", err.text);
	buf_done(&mistakes);
}

static void test_slices(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct slices alone, pair;
	struct gate g;
	int64_t a = run_of("v12"), b = run_of("v13");
	assert_true(slices_of(stage_db, b, 0, STR_LIT("customer_tier"), NULL, &alone, &err));
	assert_true(slices_of(stage_db, a, b, STR_LIT("customer_tier"), NULL, &pair, &err));
	assert_true(alone.n > 1 && pair.n == alone.n);
	judge(b, a, "{\"slices\": [{\"field\": \"customer_tier\", \"pass_rate\": 0.9}]}", &arena, &g);
	for (size_t i = 0; i < alone.n; i++) {
		char name[300];
		snprintf(name, sizeof name, "slice.customer_tier=" STR_FMT, STR_ARG(alone.at[i].value));
		const struct gate_check *c = check_of(&g, name);
		assert_int_equal(c->n, alone.at[i].a.n);
		assert_true(c->value == alone.at[i].a.rate && c->low == alone.at[i].a.low &&
		            c->high == alone.at[i].a.high);
		assert_int_equal(c->status, c->value >= 0.9 ? GATE_PASS : GATE_FAIL);
		for (size_t k = 0; k < pair.n; k++) {
			const struct metric_result *pass = &pair.at[k].metrics[0].result;
			if (!str_eq(pair.at[k].value, alone.at[i].value))
				continue;
			assert_true(c->before == pass->a && c->after == pass->b);
			/* corrected over the two tiers, not over the metrics of one */
			assert_true(c->p >= pass->p && c->p <= 2 * pass->p);
		}
	}
	gate_done(&g);
	/* Swapped, what got better is worse: one value alone is not corrected for another. */
	judge(a, b, "{\"slices\": [{\"field\": \"customer_tier\", \"value\": \"standard\"}]}", &arena, &g);
	assert_int_equal(check_of(&g, "slice.customer_tier=standard")->status, GATE_FAIL);
	gate_done(&g);
	/* A limit of its own goes before that of all values. */
	judge(b, 0,
	      "{\"slices\": [{\"field\": \"customer_tier\", \"pass_rate\": 1},"
	      " {\"field\": \"customer_tier\", \"value\": \"gold\", \"pass_rate\": 0.5},"
	      " {\"field\": \"no such\", \"pass_rate\": 0.5}, {\"field\": \"customer_tier\", \"value\": \"none\"},"
	      " {\"field\": \"question\"}]}",
	      &arena, &g);
	assert_int_equal(check_of(&g, "slice.customer_tier=standard")->status, GATE_FAIL);
	assert_int_equal(check_of(&g, "slice.customer_tier=gold")->status, GATE_PASS);
	assert_int_equal(check_of(&g, "slice.no such")->status, GATE_TOO_FEW);
	assert_int_equal(check_of(&g, "slice.customer_tier=none")->status, GATE_TOO_FEW);
	assert_int_equal(check_of(&g, "slice.question")->status, GATE_TOO_FEW); /* every case its own */
	gate_done(&g);
	judge(b, 0, "{\"must_pass\": [{\"field\": \"customer_tier\", \"value\": \"gold\"}]}", &arena, &g);
	assert_int_equal(check_of(&g, "must-pass.red-team")->status, GATE_FAIL);
	assert_int_equal(check_of(&g, "must-pass.red-team")->all_cases, 2);
	gate_done(&g);
	slices_done(&alone);
	slices_done(&pair);
	arena_done(&arena);
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
	    cmocka_unit_test(test_golden),      cmocka_unit_test(test_open),   cmocka_unit_test(test_file),
	    cmocka_unit_test(test_environment), cmocka_unit_test(test_slices),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
