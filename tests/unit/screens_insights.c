/* Screen insights: what it draws of the samples (golden files), and what its keys do. */
#include "tests/screens.h"

static void golden(const char *by, const char *keys, int rows, int cols, bool ascii, const char *name)
{
	struct stage st;
	struct target target = {.id = 0};
	snprintf(target.text, sizeof target.text, "by:%s", by);
	stage_open(&st, "insights", &target, rows, cols, ascii);
	if (keys)
		stage_keys(&st, keys);
	stage_golden(&st, name);
	stage_close(&st);
}

static void draws_sections(void **state)
{
	(void)state;
	golden("kind", NULL, 24, 80, false, "insights-80x24");
	golden("kind", NULL, 50, 200, false, "insights-200x50");
	golden("model", NULL, 24, 80, true, "insights-80x24-ascii");
	golden("tool", "j", 24, 80, false, "insights-tools-80x24");
	golden("tool", "j", 50, 200, false, "insights-tools-200x50");
	golden("document", NULL, 24, 80, false, "insights-documents-80x24");
	golden("document", NULL, 50, 200, true, "insights-documents-200x50-ascii");
	golden("hour", "G", 24, 80, false, "insights-hours-80x24");
	golden("prompt", NULL, 12, 60, false, "insights-60x12");
}

static void draws_without_colour(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "insights", &(struct target){.text = "by:document"}, 24, 80, false);
	st.ui->mono = true;
	stage_golden(&st, "insights-80x24-mono");
	stage_close(&st);
}

static void goes_through_sections(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "insights", &(struct target){.text = ""}, 24, 80, false);
	assert_true(stage_shows(&st, "[Kinds 11]"));
	stage_keys(&st, "Tab");
	assert_true(stage_shows(&st, "[Models 8]"));
	stage_keys(&st, "S-Tab S-Tab S-Tab");
	assert_true(stage_shows(&st, "[Documents 16]"));
	stage_keys(&st, "Tab");
	assert_true(stage_shows(&st, "[Checks"));
	stage_keys(&st, "Tab");
	assert_true(stage_shows(&st, "[Kinds 11]"));
	stage_close(&st);
}

static void opens_traces(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "insights", &(struct target){.text = "by:tool since:2026-11-15 or has:error"}, 24, 80, false);
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "traces");
	assert_string_equal(st.target.text, "(since:2026-11-15 or has:error) tool=\"dial\"");
	stage_close(&st);
	stage_open(&st, "insights", &(struct target){.text = "by:document"}, 24, 80, false);
	stage_keys(&st, "Enter");
	assert_string_equal(st.target.text, "text:\"pol-refund-2021\"");
	stage_close(&st);
}

static void orders_rows(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "insights", &(struct target){.text = "by:tool"}, 24, 80, false);
	assert_true(stage_shows(&st, "> dial"));
	stage_keys(&st, "> >");
	assert_true(stage_shows(&st, "▾calls"));
	assert_true(stage_shows(&st, "> list_transactions"));
	stage_keys(&st, "I");
	assert_true(stage_shows(&st, "▴calls"));
	assert_true(stage_shows(&st, "> search_merchant"));
	stage_keys(&st, "< <");
	assert_false(stage_shows(&st, "calls▴"));
	stage_close(&st);
}

static void filters_and_projects(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "insights", &(struct target){.text = ""}, 24, 80, false);
	stage_keys(&st, "x");
	assert_int_equal(st.outcome, OUT_PROMPT);
	stage_line(&st, "10");
	assert_true(stage_shows(&st, "at 10 times"));
	stage_keys(&st, "x");
	stage_line(&st, "-3");
	assert_true(stage_shows(&st, "at 10 times"));
	stage_keys(&st, "&");
	stage_line(&st, "service:voice-callback");
	assert_true(stage_shows(&st, "traces 6 "));
	stage_keys(&st, "Esc");
	assert_true(stage_shows(&st, "traces 231"));
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_sections),        cmocka_unit_test(draws_without_colour),
	    cmocka_unit_test(goes_through_sections), cmocka_unit_test(opens_traces),
	    cmocka_unit_test(orders_rows),           cmocka_unit_test(filters_and_projects),
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
