/* Screens runs and beside, with the weekly series that drifts and the claims: what they draw (golden files), and what their keys do. */
#include "tests/screens.h"

#include "store/query/compare.h"
#include "store/query/runs.h"

static char state_dir[] = "/tmp/spoor-runs-XXXXXX";

static int setup(void **state)
{
	if (stage_setup(state) != 0 || !mkdtemp(state_dir))
		return -1;
	struct err err = ERR_INIT;
	char weekly[] = "tests/data/evals-weekly.tar.gz", claims[] = "tests/data/evals-claims.tar.gz";
	char *paths[] = {weekly, claims};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	db_close(stage_db);
	stage_db = NULL;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	bool ok = db && import_paths(db, paths, 2, &opts, NULL, &report, &err);
	import_report_done(&report);
	db_close(db);
	if (ok)
		stage_db = db_open(stage_path, DB_READ, &err);
	if (!stage_db)
		fprintf(stderr, "screens_runs: %s\n", err.text);
	return stage_db ? 0 : -1;
}

static int teardown(void **state)
{
	char path[sizeof state_dir + 32];
	snprintf(path, sizeof path, "%s/spoor/baselines", state_dir);
	unlink(path);
	snprintf(path, sizeof path, "%s/spoor", state_dir);
	rmdir(path);
	rmdir(state_dir);
	return stage_teardown(state);
}

static int64_t run_named(const char *name)
{
	int64_t id = 0;
	struct err err = ERR_INIT;
	if (!runs_find(stage_db, str_of(name), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

/* ---------------------------------------------------------------- golden screens */

static struct target three_claims(void)
{
	struct target target = {.screen = "beside"};
	snprintf(target.line, sizeof target.line, "%lld %lld %lld", (long long)run_named("claims one-prompt"),
	         (long long)run_named("claims steps"), (long long)run_named("claims rerank"));
	return target;
}

static const struct {
	const char *name, *screen, *keys;
	int rows, cols;
	bool ascii, mono;
} golden[] = {
    {"runs-weekly-80x24",         "runs",   NULL,              24, 80,  false, false},
    {"runs-weekly-80x24-columns", "runs",   "l > > > >",       24, 80,  false, false},
    {"runs-weekly-80x24-details", "runs",   "e d b Space",     24, 80,  false, false},
    {"runs-weekly-80x24-ascii",   "runs",   "e",               24, 80,  true,  false},
    {"runs-weekly-80x24-mono",    "runs",   "j j",             24, 80,  false, true },
    {"runs-weekly-60x12",         "runs",   "Space l",         12, 60,  false, false},
    {"runs-weekly-200x50",        "runs",   NULL,              50, 200, false, false},
    {"runs-weekly-200x50-claims", "runs",   "G k k k Space",   50, 200, false, false},
    {"beside-80x24",              "beside", NULL,              24, 80,  false, false},
    {"beside-80x24-sorted",       "beside", "j j j j j j s l", 24, 80,  false, false},
    {"beside-80x24-ascii",        "beside", "l",               24, 80,  true,  false},
    {"beside-80x24-mono",         "beside", "l b",             24, 80,  false, true },
    {"beside-200x50",             "beside", NULL,              50, 200, false, false},
};

static void draws(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target target = three_claims();
		bool beside = strcmp(golden[i].screen, "beside") == 0;
		stage_open(&st, golden[i].screen, beside ? &target : &(struct target){0}, golden[i].rows,
		           golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

static void draws_at_any_size(void **state)
{
	(void)state;
	struct target target = three_claims();
	for (int rows = 4; rows <= 64; rows += 6)
		for (int cols = 1; cols <= 261; cols += 13) {
			struct stage st;
			stage_open(&st, "runs", &(struct target){0}, rows, cols, rows % 2 == 0);
			stage_draw(&st);
			stage_keys(&st, "j l > l l > I d J j Space K h <");
			stage_draw(&st);
			stage_close(&st);
			stage_open(&st, "beside", &target, rows, cols, rows % 2 == 0);
			stage_draw(&st);
			stage_keys(&st, "j l s G s I l");
			stage_draw(&st);
			stage_close(&st);
		}
}

static void write_run(const char *sql)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	assert_non_null(db);
	assert_true(db_exec(db, sql, &err));
	db_close(db);
}

/* A run that names no dataset is in no series: there is no trend to say, however narrow the screen. */
static void a_run_without_a_dataset_has_no_trend(void **state)
{
	(void)state;
	write_run("INSERT INTO run(key, text, source, seen) VALUES(x'00', 'nameless', 0, 0)");
	for (int cols = 1; cols <= 120; cols += 5) {
		struct stage st;
		stage_open(&st, "runs", &(struct target){0}, 64, cols, false);
		stage_keys(&st, "G k");
		stage_draw(&st);
		if (cols > 80)
			assert_true(stage_shows(&st, "no dataset named"));
		stage_close(&st);
	}
	write_run("DELETE FROM run WHERE text = 'nameless'");
}

/* ---------------------------------------------------------------- stories and keys */

/* The weekly re-run of the eval set drifts: seen without any key, with the week it began. */
static void a_drift_is_seen_without_a_key(void **state)
{
	(void)state;
	static const int cols[] = {80, 120, 200};
	for (size_t i = 0; i < sizeof cols / sizeof *cols; i++) {
		struct stage st;
		stage_open(&st, "runs", &(struct target){0}, 24, cols[i], false);
		assert_true(stage_shows(&st, "fell below its band since 2 Nov"));
		assert_true(stage_shows(&st, "1 dataset drifts"));
		stage_close(&st);
	}
}

static void assert_opens(struct stage *st, const char *keys, int64_t a, int64_t b)
{
	stage_keys(st, keys);
	assert_int_equal(st->outcome, OUT_OPEN);
	assert_string_equal(st->target.screen, "compare");
	assert_int_equal(st->target.id, a);
	assert_int_equal(st->target.id2, b);
}

static void enter_compares_with_what_came_before(void **state)
{
	(void)state;
	int64_t last = run_named("weekly-2026-11-16"), before = run_named("weekly-2026-11-09"),
	        good = run_named("weekly-2026-10-26"), first = run_named("weekly-2026-08-31"),
	        second = run_named("weekly-2026-09-07");
	struct stage st;
	stage_open(&st, "runs", &(struct target){0}, 50, 80, false);
	assert_opens(&st, "Enter", before, last);
	stage_keys(&st, "j j j j j j j j j j j");
	assert_opens(&st, "Enter", first, second); /* nothing is older: with the one after it */
	stage_keys(&st, "I");                      /* whatever the order on the screen */
	assert_opens(&st, "Enter", first, second);
	stage_close(&st);

	stage_open(&st, "runs", &(struct target){0}, 50, 80, false);
	stage_keys(&st, "j j j b g");
	assert_opens(&st, "Enter", good, last);
	stage_keys(&st, "b b"); /* another, then none */
	assert_false(stage_shows(&st, " A "));
	assert_opens(&st, "Enter", before, last);
	stage_close(&st);
}

static void three_marks_stand_beside_each_other(void **state)
{
	(void)state;
	struct stage st;
	struct target want = three_claims();
	stage_open(&st, "runs", &(struct target){0}, 50, 80, false);
	stage_keys(&st, "/");
	stage_line(&st, "rerank");
	stage_keys(&st, "Space Space Space");
	assert_true(stage_shows(&st, "3 marked"));
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "beside");
	assert_string_equal(st.target.line, want.line); /* oldest first */
	stage_keys(&st, "k b Enter");                   /* a baseline among them is A there, too */
	assert_int_equal(st.target.id, run_named("claims one-prompt"));
	stage_keys(&st, "b Space Esc Esc"); /* the search, the marks */
	assert_false(stage_shows(&st, " marked"));
	stage_close(&st);

	stage_open(&st, "beside", &want, 24, 80, false);
	int64_t one = run_named("claims one-prompt"), steps = run_named("claims steps");
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_HANDLED); /* it is the baseline */
	assert_opens(&st, "l Enter", one, steps);
	stage_keys(&st, "b h Enter");
	assert_int_equal(st.target.id, steps);
	assert_int_equal(st.target.id2, one);
	stage_close(&st);
}

/* Worked out by hand: dearer or slower for nothing is beaten; of another dataset, or without a figure, none is. */
static void a_run_is_beaten_by_its_like(void **state)
{
	(void)state;
	struct run_row rows[] = {
	    {.dataset = STR_LIT("a"), .pass_rate = 0.8, .cost_usd = 1, .costed = 10, .p95_ns = 5},
	    {.dataset = STR_LIT("a"), .pass_rate = 0.8, .cost_usd = 2, .costed = 10, .p95_ns = 5}, /* dearer */
	    {.dataset = STR_LIT("a"),
	     .pass_rate = 0.9,
	     .cost_usd = 9,
	     .costed = 10,
	     .p95_ns = 9	                                                                }, /* better, at a price */
	    {.dataset = STR_LIT("b"), .pass_rate = 0.1, .cost_usd = 9, .costed = 10, .p95_ns = 9},
	    {.dataset = STR_LIT("a"), .pass_rate = 0.1, .p95_ns = 9  }, /* what it costs is not known */
	    {.dataset = STR_LIT("a"),          .pass_rate = 0.8,              .cost_usd = 1,   .costed = 10,             .p95_ns = 5 }, /* the same */
	};
	enum { N = sizeof rows / sizeof *rows };
	const struct run_row *all[N];
	for (size_t i = 0; i < N; i++)
		all[i] = &rows[i];
	static const bool want[N] = {false, true, false, false, false, false};
	for (size_t i = 0; i < N; i++)
		assert_int_equal(run_is_beaten(all, N, i), want[i]);
}

/* The figures beside each other are those of the runs. */
static void the_best_comes_first(void **state)
{
	(void)state;
	struct stage st;
	struct target target = three_claims(), place;
	stage_open(&st, "beside", &target, 24, 200, false);
	stage_keys(&st, "j j j j j j s");
	assert_true(stage_shows(&st, "by pass, best first"));
	assert_true(stage_shows(&st, "85.0%*"));
	stage_keys(&st, "h h");
	struct buf name = BUF_INIT;
	assert_true(st.screen.ops->copy(&st.screen, COPY_PATH, &name));
	assert_string_equal(buf_cstr(&name), "file://claims.yaml/claims steps");
	stage_keys(&st, "I l l");
	buf_clear(&name);
	st.screen.ops->copy(&st.screen, COPY_PATH, &name);
	assert_string_equal(buf_cstr(&name), "file://claims.yaml/claims steps");
	buf_clear(&name);
	stage_keys(&st, "j s");
	assert_true(stage_shows(&st, "the row pass has the order"));
	st.screen.ops->place(&st.screen, &place);
	assert_string_equal(place.line, target.line);
	buf_done(&name);
	stage_close(&st);

	snprintf(target.line, sizeof target.line, "%lld %lld 999999", (long long)run_named("claims steps"),
	         (long long)run_named("weekly-2026-11-16"));
	stage_open(&st, "beside", &target, 24, 80, false);
	assert_true(stage_shows(&st, "2 datasets: no best is marked"));
	assert_false(stage_shows(&st, "%*"));
	stage_close(&st);
}

static void columns_are_reached_by_sorting(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "runs", &(struct target){0}, 24, 80, false);
	assert_false(stage_shows(&st, "P95"));
	stage_keys(&st, "l");
	assert_true(stage_shows(&st, "P95"));
	stage_keys(&st, "h");
	assert_false(stage_shows(&st, "P95"));
	for (int i = 0; i < 40 && !stage_shows(&st, "▾groundedness"); i++)
		stage_keys(&st, ">");
	assert_true(stage_shows(&st, "▾groundedness"));
	assert_true(stage_shows(&st, "> 16 Nov 05:30  weekly-2026-11-16") ||
	            stage_shows(&st, ">  16 Nov 05:30  weekly-2026-11-16")); /* the cursor stays on its run */
	stage_keys(&st, "g");
	assert_true(stage_shows(&st, ">  7 Sep 05:30   weekly-2026-09-07")); /* 0.884 is the most */
	stage_keys(&st, "I g");
	assert_true(stage_shows(&st, ">  16 Nov 05:30  weekly-2026-11-16"));
	stage_close(&st);
}

static void a_baseline_is_remembered(void **state)
{
	(void)state;
	struct stage st;
	int64_t good = run_named("weekly-2026-10-26"), last = run_named("weekly-2026-11-16"),
	        v12 = run_named("eval-v12.json"), v13 = run_named("eval-v13.json");
	setenv("XDG_STATE_HOME", state_dir, 1);
	stage_open(&st, "runs", &(struct target){0}, 50, 80, false);
	stage_keys(&st, "j j j b G k b"); /* of two datasets */
	stage_close(&st);
	stage_open(&st, "runs", &(struct target){0}, 50, 80, false);
	assert_true(stage_shows(&st, " A 26 Oct"));
	assert_opens(&st, "Enter", good, last);
	assert_opens(&st, "G Enter", v13, v12);
	stage_keys(&st, "g &"); /* though the list does not show it */
	stage_line(&st, "name~11-16");
	assert_opens(&st, "Enter", good, last);
	assert_true(stage_shows(&st, " 1 of 12 runs "));
	stage_keys(&st, "Esc j j j b");
	stage_close(&st);
	stage_open(&st, "runs", &(struct target){0}, 50, 80, false);
	assert_false(stage_shows(&st, " A 26 Oct"));
	assert_opens(&st, "G Enter", v13, v12);
	stage_close(&st);
	setenv("XDG_STATE_HOME", "/dev/null", 1);
}

static void e_goes_to_what_is_outside(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "runs", &(struct target){0}, 24, 80, false);
	stage_keys(&st, "G e");
	assert_true(stage_shows(&st, "run 1 of 17"));
	stage_keys(&st, "e e");
	assert_true(stage_shows(&st, "run 3 of 17 · drift begins: below 79.9% to 99.3%"));
	stage_keys(&st, "e");
	assert_true(stage_shows(&st, "run 1 of 17"));
	stage_keys(&st, "E");
	assert_true(stage_shows(&st, "run 3 of 17"));
	stage_close(&st);
}

/* One row for the list: the cursor is on a run, not on the name of its dataset, and moves. */
static void one_row_is_enough(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "runs", &(struct target){0}, 5, 20, false);
	assert_true(stage_shows(&st, "run 1 of"));
	stage_keys(&st, "j j");
	assert_true(stage_shows(&st, "run 3 of"));
	stage_keys(&st, "k k k");
	assert_true(stage_shows(&st, "run 1 of"));
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws),
	    cmocka_unit_test(draws_at_any_size),
	    cmocka_unit_test(a_run_without_a_dataset_has_no_trend),
	    cmocka_unit_test(a_drift_is_seen_without_a_key),
	    cmocka_unit_test(enter_compares_with_what_came_before),
	    cmocka_unit_test(three_marks_stand_beside_each_other),
	    cmocka_unit_test(a_run_is_beaten_by_its_like),
	    cmocka_unit_test(the_best_comes_first),
	    cmocka_unit_test(columns_are_reached_by_sorting),
	    cmocka_unit_test(a_baseline_is_remembered),
	    cmocka_unit_test(e_goes_to_what_is_outside),
	    cmocka_unit_test(one_row_is_enough),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
