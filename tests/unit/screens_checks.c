/* Screen checks, and what checks found in the tree and the list: what they draw (golden files), and what their keys do. */
#include "tests/screens.h"

#include "store/check/check.h"
#include "store/query/traces.h"

static int setup(void **state)
{
	struct err err = ERR_INIT;
	if (stage_setup(state) != 0)
		return -1;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	bool ok = db && check_run(db, NULL, NULL, &err);
	db_close(db);
	return ok ? 0 : -1;
}

static void draws_checks(void **state)
{
	(void)state;
	static const struct {
		int rows, cols;
		bool ascii;
		const char *keys;
	} sizes[] = {
	    {24, 80,  false, NULL },
	    {24, 80,  true,  "j"  },
	    {50, 200, false, "j"  },
	    {50, 200, true,  "G"  },
	    {12, 50,  false, "j j"}
        };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct stage st;
		char file[64];
		snprintf(file, sizeof file, "checks-%dx%d%s", sizes[i].cols, sizes[i].rows,
		         sizes[i].ascii ? "-ascii" : "");
		stage_open(&st, "checks", &(struct target){0}, sizes[i].rows, sizes[i].cols, sizes[i].ascii);
		if (sizes[i].keys)
			stage_keys(&st, sizes[i].keys);
		stage_golden(&st, file);
		stage_close(&st);
	}
	struct stage st;
	stage_open(&st, "checks", &(struct target){0}, 24, 80, false);
	st.ui->mono = true;
	stage_golden(&st, "checks-80x24-mono");
	stage_close(&st);
}

static void opens_what_it_stands_on(void **state)
{
	(void)state;
	struct stage st;
	struct buf out = BUF_INIT;
	stage_open(&st, "checks", &(struct target){0}, 24, 80, false);
	stage_keys(&st, "j");
	assert_true(stage_shows(&st, "repeated-call  4 warnings"));
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &out));
	assert_string_equal(buf_cstr(&out), "spoor checks --check repeated-call");
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "traces");
	assert_string_equal(st.target.text, "finding:repeated-call");
	stage_keys(&st, "o");
	assert_string_equal(st.target.screen, "trace");
	struct target newest = st.target;
	stage_close(&st);
	stage_open(&st, "trace", &newest, 24, 80, false);
	assert_true(stage_shows(&st, "called 3 times")); /* the overview of the span it opens on */
	stage_close(&st);
	buf_done(&out);
}

/* Story 2: three identical calls, told before the trace is opened. */
static void the_list_says_so(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "traces", &(struct target){.text = "has:finding"}, 24, 80, false);
	stage_golden(&st, "checks-traces-80x24");
	assert_true(stage_shows(&st, "×3 !same"));
	stage_close(&st);
	stage_open(&st, "traces", &(struct target){.text = "finding:cut-off"}, 24, 80, false);
	assert_true(stage_shows(&st, "!cut-off"));
	assert_true(stage_shows(&st, "1 of 231 traces"));
	stage_keys(&st, "K");
	assert_string_equal(st.target.screen, "checks");
	stage_keys(&st, "&");
	stage_line(&st, "finding:nothing-like-it");
	assert_true(stage_shows(&st, "0 of 231 traces"));
	stage_close(&st);
}

static void draws_at_any_size(void **state)
{
	(void)state;
	for (int rows = 4; rows <= 64; rows += 5)
		for (int cols = 1; cols <= 261; cols += 13) {
			struct stage st;
			stage_open(&st, "checks", &(struct target){0}, rows, cols, rows % 2 == 0);
			stage_draw(&st);
			stage_keys(&st, "j G");
			stage_draw(&st);
			stage_close(&st);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_checks),
	    cmocka_unit_test(opens_what_it_stands_on),
	    cmocka_unit_test(the_list_says_so),
	    cmocka_unit_test(draws_at_any_size),
	};
	return cmocka_run_group_tests_name("screens_checks", tests, setup, stage_teardown);
}
