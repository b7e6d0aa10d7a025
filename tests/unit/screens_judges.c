/* Screen judges: what it draws of the samples (golden files), and what its keys do. */
#include "tests/screens.h"

static void golden(const char *keys, int rows, int cols, bool ascii, const char *name)
{
	struct stage st;
	stage_open(&st, "judges", &(struct target){.text = "groundedness", .find = "openai:gpt-4.1"}, rows, cols,
	           ascii);
	if (keys)
		stage_keys(&st, keys);
	stage_golden(&st, name);
	stage_close(&st);
}

static void draws_judges(void **state)
{
	(void)state;
	golden(NULL, 24, 80, false, "judges-80x24");
	golden(NULL, 50, 200, false, "judges-200x50");
	golden(NULL, 24, 80, true, "judges-80x24-ascii");
	golden(NULL, 12, 60, false, "judges-60x12");
}

static void draws_one(void **state)
{
	(void)state;
	golden("Enter", 24, 80, false, "judges-one-80x24");
	golden("Tab Tab Tab", 24, 80, false, "judges-next-80x24");
	golden("Tab Tab Tab", 50, 200, false, "judges-next-200x50");
	golden("S-Tab", 50, 200, true, "judges-others-200x50-ascii");
	golden("Tab Tab Tab Enter", 24, 80, false, "judges-answer-80x24");
	golden("Tab", 24, 80, false, "judges-nobody-80x24");
}

static void draws_without_colour(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "judges", &(struct target){.id = 0}, 24, 80, false);
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
	assert_true(stage_shows(&st, "judges  "));
	assert_false(stage_shows(&st, "165 results"));
	stage_keys(&st, "&");
	stage_line(&st, "service:voice-callback"); /* of traces alone */
	assert_true(stage_shows(&st, "0 results"));
	assert_true(stage_shows(&st, "politeness"));
	stage_keys(&st, "&");
	stage_line(&st, "nonsense:1");
	assert_true(stage_shows(&st, "politeness"));
	stage_keys(&st, "Esc");
	assert_true(stage_shows(&st, "165 results"));
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
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
