/* Slices and scores of a comparison, drawn from the samples. */
#include "tests/screens.h"

#include "store/query/runs.h"

static int64_t run_of(const char *name)
{
	struct err err = ERR_INIT;
	int64_t id = 0;
	assert_true(runs_find(stage_db, str_of(name), &id, &err));
	return id;
}

static struct target of_both(const char *screen, const char *text)
{
	struct target t = {.screen = screen, .id = run_of("v12"), .id2 = run_of("v13")};
	snprintf(t.text, sizeof t.text, "%s", text ? text : "");
	return t;
}

/* ---------------------------------------------------------------- golden screens */

static const struct {
	const char *name, *screen, *text, *keys;
	int rows, cols;
	bool ascii, mono;
} golden[] = {
    {"slices-80x24",       "slices", NULL,         "Tab j",   24, 80,  false, false},
    {"slices-80x24-ascii", "slices", "category",   "o",       24, 80,  true,  false},
    {"slices-80x24-mono",  "slices", "category",   "j",       24, 80,  false, true },
    {"slices-80x24-cost",  "slices", "category",   "<",       24, 80,  false, false},
    {"slices-80x24-texts", "slices", "traceId",    NULL,      24, 80,  false, false},
    {"slices-200x50",      "slices", "category",   "G",       50, 200, false, false},
    {"slices-40x12",       "slices", "category",   NULL,      12, 40,  false, false},
    {"scores-80x24",       "scores", NULL,         "j j j j", 24, 80,  false, false},
    {"scores-80x24-ascii", "scores", "latency_ns", NULL,      24, 80,  true,  false},
    {"scores-80x24-mono",  "scores", "icontains",  "G",       24, 80,  false, true },
    {"scores-200x50",      "scores", "cost_usd",   NULL,      50, 200, false, false},
    {"scores-40x12",       "scores", NULL,         "j",       12, 40,  false, false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = of_both(golden[i].screen, golden[i].text);
		stage_open(&st, golden[i].screen, &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

/* ---------------------------------------------------------------- keys */

static void test_reached(void **state)
{
	(void)state;
	struct stage st;
	struct target t = of_both("compare", NULL);
	stage_open(&st, "compare", &t, 24, 80, false);
	stage_keys(&st, "S");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "slices");
	assert_true(st.target.id == t.id && st.target.id2 == t.id2);
	stage_keys(&st, "H");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "scores");
	stage_close(&st);
}

/* Enter shows the slice's cases: as many of each class as its row says. */
static void test_opens_slice(void **state)
{
	(void)state;
	struct stage st, compare;
	struct target t = of_both("slices", "category");
	stage_open(&st, "slices", &t, 24, 80, false);
	assert_true(stage_shows(&st, ">refund              9  85.2%  77.8%   −7.4pt"));
	assert_true(stage_shows(&st, "2 lost · 1 won · 0 new errors"));
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "compare");
	assert_string_equal(st.target.line, "field.category:refund");
	stage_open(&compare, "compare", &st.target, 24, 80, false);
	assert_true(stage_shows(&compare, "Lost 2 of 4"));
	assert_true(stage_shows(&compare, "Won 1 of 19"));
	stage_close(&compare);
	stage_close(&st);
}

static void test_moves(void **state)
{
	(void)state;
	struct stage st;
	struct target t = of_both("slices", "category");
	struct buf copied = BUF_INIT;
	stage_open(&st, "slices", &t, 24, 80, false);
	stage_keys(&st, "o"); /* most cases first */
	assert_true(stage_shows(&st, "most cases first"));
	assert_true(stage_shows(&st, "refund              9")); /* the cursor stays on its value */
	stage_keys(&st, "g I I I");
	assert_true(stage_shows(&st, "turned"));
	stage_keys(&st, "G");
	assert_true(st.screen.ops->copy(&st.screen, COPY_VALUE, &copied));
	assert_true(str_is(buf_str(&copied), "duplicate_charge") || str_is(buf_str(&copied), "transfer"));
	buf_clear(&copied);
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &copied));
	assert_true(str_ends(buf_str(&copied), " --slice category"));
	buf_done(&copied);
	stage_keys(&st, "S-Tab");
	assert_true(stage_shows(&st, "[input.customer_tier 2]"));
	stage_keys(&st, "f");
	assert_int_equal(st.outcome, OUT_PROMPT);
	assert_non_null(strstr(st.target.words, "input.question "));
	stage_line(&st, "question");
	assert_true(stage_shows(&st, "input.question"));
	stage_keys(&st, "f");
	stage_line(&st, "nosuchfield");
	assert_non_null(strstr(st.ui->message, "no case has a field nosuchfield"));
	stage_keys(&st, "/");
	stage_line(&st, "a debit");
	stage_keys(&st, "n N Tab > <");
	struct target place;
	st.screen.ops->place(&st.screen, &place);
	assert_string_equal(place.screen, "slices");
	assert_string_equal(place.text, "input.customer_tier");
	stage_close(&st);
}

/* Exchanged, the same slices stand there with the signs turned. */
static void test_swap(void **state)
{
	(void)state;
	struct stage st;
	struct target t = of_both("slices", "category");
	stage_open(&st, "slices", &t, 24, 80, false);
	stage_keys(&st, "s");
	assert_true(stage_shows(&st, "Slices  A dispute v13"));
	assert_true(stage_shows(&st, "all cases          80  88.8%  69.6%  −19.2pt"));
	stage_keys(&st, "/");
	stage_line(&st, "refund");
	assert_true(stage_shows(&st, "9  77.8%  85.2%   +7.4pt"));
	stage_close(&st);
	t = of_both("scores", NULL);
	stage_open(&st, "scores", &t, 24, 80, false);
	stage_keys(&st, "s");
	assert_true(stage_shows(&st, "Scores  A dispute v13"));
	assert_true(stage_shows(&st, "34 of 79 moved (43.0%): 10 better, 24 worse"));
	stage_close(&st);
}

static void test_opens_bin(void **state)
{
	(void)state;
	struct stage st, compare;
	struct target t = of_both("scores", "groundedness");
	stage_open(&st, "scores", &t, 24, 80, false);
	stage_keys(&st, "G");
	assert_true(stage_shows(&st, "0.95 – 1"));
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.line, "b.groundedness>=0.95 b.groundedness<=1");
	struct target bin = st.target;
	stage_keys(&st, "k k a"); /* 0.85: 19 cases of A */
	assert_string_equal(st.target.line, "a.groundedness>=0.85 a.groundedness<0.9");
	stage_keys(&st, "g a");
	assert_non_null(strstr(st.ui->message, "A has no case here"));
	stage_keys(&st, "S-Tab");
	stage_keys(&st, "Enter");
	assert_non_null(strstr(st.ui->message, "no words for cost"));
	stage_close(&st);
	stage_open(&compare, "compare", &bin, 50, 200, false);
	assert_true(stage_shows(&compare, "b.groundedness>=0.95"));
	stage_close(&compare);
}

/* Runs that share no case. */
static void test_refused(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct run_page page = {0};
	int64_t other = 0;
	assert_true(runs_page(stage_db, NULL, 0, 0, -1, &page, &err));
	for (size_t i = 0; i < page.n; i++)
		if (str_find(page.rows[i].name, STR_LIT("dispute")) == SIZE_MAX)
			other = page.rows[i].id;
	run_page_done(&page);
	static const char *const screens_of[] = {"slices", "scores"};
	for (int i = 0; i < 2; i++) {
		struct stage st;
		struct target t = {.screen = screens_of[i], .id = run_of("v12"), .id2 = other};
		if (!other)
			break;
		stage_open(&st, screens_of[i], &t, 24, 80, false);
		assert_true(stage_shows(&st, "no case in common") || stage_shows(&st, "has no cases"));
		stage_keys(&st, "j Enter Tab s");
		stage_close(&st);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),  cmocka_unit_test(test_reached), cmocka_unit_test(test_opens_slice),
	    cmocka_unit_test(test_moves),   cmocka_unit_test(test_swap),    cmocka_unit_test(test_opens_bin),
	    cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
