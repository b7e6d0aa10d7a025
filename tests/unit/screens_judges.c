/* Screen judges: what it draws of the samples (golden files), and what its keys do. */
#include "tests/screens.h"

/* The samples, and with them the one of which people judged some answers. */
static int setup(void **state)
{
	struct err err = ERR_INIT;
	if (stage_setup(state) != 0)
		return -1;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	char claims[] = "tests/data/evals-claims.tar.gz";
	char *paths[] = {claims};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = db && import_paths(db, paths, 1, &opts, NULL, &report, &err);
	import_report_done(&report);
	db_close(db);
	return ok ? 0 : -1;
}

static void golden(const char *judge, const char *keys, int rows, int cols, bool ascii, const char *name)
{
	struct stage st;
	struct target target = {.find = "openai:gpt-4.1"};
	snprintf(target.text, sizeof target.text, "%s", judge);
	stage_open(&st, "judges", &target, rows, cols, ascii);
	if (keys)
		stage_keys(&st, keys);
	stage_golden(&st, name);
	stage_close(&st);
}

static void draws_judges(void **state)
{
	(void)state;
	golden("reasoning", NULL, 24, 80, false, "judges-80x24");
	golden("reasoning", NULL, 50, 200, false, "judges-200x50");
	golden("groundedness", NULL, 24, 80, true, "judges-80x24-ascii");
	golden("reasoning", NULL, 12, 60, false, "judges-60x12");
}

static void draws_one(void **state)
{
	(void)state;
	golden("reasoning", "Enter", 24, 80, false, "judges-one-80x24");
	golden("reasoning", "Tab", 24, 80, false, "judges-disagreements-80x24");
	golden("reasoning", "Tab Tab", 50, 200, false, "judges-flips-200x50");
	golden("groundedness", "Tab Tab Tab", 24, 80, false, "judges-next-80x24");
	golden("reasoning", "S-Tab", 50, 200, true, "judges-others-200x50-ascii");
	golden("reasoning", "Tab Enter", 24, 80, false, "judges-answer-80x24");
	golden("groundedness", "Tab", 24, 80, false, "judges-nobody-80x24");
}

static void draws_without_colour(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "judges", &(struct target){.text = "reasoning"}, 24, 80, false);
	st.ui->mono = true;
	stage_keys(&st, "Enter");
	stage_golden(&st, "judges-80x24-mono");
	stage_close(&st);
}

static void goes_down_and_up(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "judges", &(struct target){.text = "groundedness", .find = "openai:gpt-4.1"}, 24, 80, false);
	assert_true(stage_shows(&st, "> groundedness"));
	stage_keys(&st, "Enter");
	assert_true(stage_shows(&st, "[About]"));
	stage_keys(&st, "Tab");
	assert_true(stage_shows(&st, "[Disagreements 0]"));
	assert_true(stage_shows(&st, "No person judged any of its answers."));
	stage_keys(&st, "Tab Tab");
	assert_true(stage_shows(&st, "[To label"));
	stage_keys(&st, "j Enter");
	assert_true(stage_shows(&st, "nobody judged it"));
	assert_true(stage_shows(&st, "answer"));
	stage_keys(&st, "J");
	assert_true(stage_shows(&st, "row 3 of 50"));
	stage_keys(&st, "K K");
	assert_true(stage_shows(&st, "row 1 of 50"));
	stage_keys(&st, "Esc");
	assert_true(stage_shows(&st, "[To label"));
	stage_keys(&st, "Esc");
	assert_true(stage_shows(&st, "> groundedness"));
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_IGNORED); /* the app's own: back */
	stage_close(&st);
}

static void opens_traces_and_others(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "judges", &(struct target){.text = "politeness"}, 24, 80, false);
	assert_true(stage_shows(&st, "> politeness"));
	stage_keys(&st, "t");
	assert_int_equal(st.outcome, OUT_HANDLED); /* no answer is chosen yet */
	stage_keys(&st, "Tab t");                  /* a disagreement */
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "trace");
	assert_true(st.target.id > 0 && st.target.span != 0);
	stage_close(&st);
	stage_open(&st, "judges", &(struct target){.text = "icontains"}, 24, 80, false);
	stage_keys(&st, "S-Tab Enter"); /* the judge that is set against it */
	assert_true(stage_shows(&st, "[About]"));
	assert_false(stage_shows(&st, "icontains (code)"));
	stage_close(&st);
}

/* Of a comparison: its two runs alone, and the case with both answers. */
static void of_two_runs(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "judges", &(struct target){.id = 1, .id2 = 2}, 24, 80, false);
	assert_true(stage_shows(&st, "(of two runs)"));
	assert_false(stage_shows(&st, "politeness"));
	stage_keys(&st, "Tab Tab Tab o");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "case");
	assert_true(st.target.id == 1 && st.target.id2 == 2 && st.target.span > 0);
	stage_close(&st);
}

static void filters(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "judges", &(struct target){.id = 0}, 24, 80, false);
	stage_keys(&st, "&");
	assert_int_equal(st.outcome, OUT_PROMPT);
	stage_line(&st, "status:failed");
	assert_true(stage_shows(&st, "Judges  "));
	assert_false(stage_shows(&st, "645 results"));
	stage_keys(&st, "&");
	stage_line(&st, "service:voice-callback"); /* of traces alone */
	assert_true(stage_shows(&st, "0 results"));
	assert_true(stage_shows(&st, "politeness"));
	stage_keys(&st, "&");
	stage_line(&st, "nonsense:1");
	assert_true(stage_shows(&st, "politeness"));
	stage_keys(&st, "Esc");
	assert_true(stage_shows(&st, "645 results"));
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_judges),
	    cmocka_unit_test(draws_one),
	    cmocka_unit_test(draws_without_colour),
	    cmocka_unit_test(goes_down_and_up),
	    cmocka_unit_test(opens_traces_and_others),
	    cmocka_unit_test(of_two_runs),
	    cmocka_unit_test(filters),
	};
	return cmocka_run_group_tests(tests, setup, stage_teardown);
}
