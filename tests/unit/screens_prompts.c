/* Prompts and what differs between two runs, drawn from the samples. */
#include "tests/screens.h"

#include "store/query/filter.h"
#include "store/query/runs.h"

static int64_t run_of(const char *name)
{
	struct err err = ERR_INIT;
	int64_t id = 0;
	assert_true(runs_find(stage_db, str_of(name), &id, &err));
	return id;
}

static struct target target_of(const char *screen)
{
	if (strcmp(screen, "rundiff") == 0)
		return (struct target){.screen = "rundiff", .id = run_of("v12"), .id2 = run_of("v13")};
	return (struct target){.screen = "prompts", .text = "dispute"};
}

static const struct {
	const char *name, *screen, *keys;
	int rows, cols;
	bool ascii, mono;
} golden[] = {
    {"prompts-80x24",        "prompts", NULL,      24, 80,  false, false},
    {"prompts-80x24-ascii",  "prompts", "j Space", 24, 80,  true,  false},
    {"prompts-80x24-mono",   "prompts", "Enter",   24, 80,  false, true },
    {"prompts-80x24-text",   "prompts", "Enter",   24, 80,  false, false},
    {"prompts-80x24-folded", "prompts", "h > >",   24, 80,  false, false},
    {"prompts-120x30",       "prompts", NULL,      30, 120, false, false},
    {"prompts-200x50",       "prompts", NULL,      50, 200, false, false},
    {"prompts-200x50-text",  "prompts", "Enter x", 50, 200, false, false},
    {"prompts-40x12",        "prompts", NULL,      12, 40,  false, false},
    {"rundiff-80x24",        "rundiff", NULL,      24, 80,  false, false},
    {"rundiff-80x24-end",    "rundiff", "G",       24, 80,  false, false},
    {"rundiff-80x24-ascii",  "rundiff", NULL,      24, 80,  true,  false},
    {"rundiff-80x24-mono",   "rundiff", "}",       24, 80,  false, true },
    {"rundiff-200x50",       "rundiff", "x",       50, 200, false, false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = target_of(golden[i].screen);
		stage_open(&st, golden[i].screen, &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

/* ---------------------------------------------------------------- prompts */

static void open_prompts(struct stage *st, const char *on)
{
	struct target t = {.screen = "prompts"};
	snprintf(t.text, sizeof t.text, "%s", on);
	stage_open(st, "prompts", &t, 24, 80, false);
}

static bool is_filter(const char *text, enum filter_over over)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	bool ok = text[0] && filter_parse(&arena, str_of(text), over, 0, &mistake);
	arena_done(&arena);
	return ok;
}

static void test_goes_on(void **state)
{
	(void)state;
	struct stage st;
	open_prompts(&st, "dispute@v13");
	assert_true(stage_shows(&st, ">     v13"));
	stage_keys(&st, "d");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "compare");
	assert_true(st.target.id == run_of("v12") && st.target.id2 == run_of("v13"));
	stage_keys(&st, "p");
	assert_string_equal(st.target.screen, "rundiff");
	assert_true(st.target.id == run_of("v12") && st.target.id2 == run_of("v13"));
	stage_keys(&st, "e");
	assert_string_equal(st.target.screen, "runs");
	assert_true(is_filter(st.target.text, FILTER_RUNS));
	stage_keys(&st, "t");
	assert_string_equal(st.target.screen, "traces");
	assert_true(is_filter(st.target.text, FILTER_TRACES));
	stage_keys(&st, "j d"); /* v12: nothing before it */
	assert_int_equal(st.outcome, OUT_HANDLED);
	assert_true(stage_shows(&st, "this is the first version"));
	stage_close(&st);
	open_prompts(&st, "classify");
	stage_keys(&st, "e");
	assert_int_equal(st.outcome, OUT_HANDLED);
	assert_true(stage_shows(&st, "no run used it"));
	stage_close(&st);
}

/* Two marks hold any two against each other, the older one first however they were marked. */
static void test_marks(void **state)
{
	(void)state;
	struct stage st;
	open_prompts(&st, "dispute@v13");
	stage_keys(&st, "Space Space d");
	assert_true(stage_shows(&st, "2 marked"));
	assert_true(st.target.id == run_of("v12") && st.target.id2 == run_of("v13"));
	stage_keys(&st, "Enter");
	assert_true(stage_shows(&st, "between v12 and v13"));
	stage_keys(&st, "q Esc");
	assert_false(stage_shows(&st, "2 marked"));
	stage_close(&st);
	/* A version of another prompt whose text no file holds: said, and the one that is there is shown. */
	open_prompts(&st, "classify");
	stage_keys(&st, "Space");
	stage_close(&st);
}

static void test_search(void **state)
{
	(void)state;
	struct stage st;
	open_prompts(&st, "plan-step");
	stage_keys(&st, "/");
	stage_line(&st, "only from the policy"); /* in the text of v13 alone */
	assert_true(stage_shows(&st, ">     v13"));
	stage_keys(&st, "/");
	stage_line(&st, "plan");
	assert_true(stage_shows(&st, ">   plan-step"));
	stage_keys(&st, "/");
	stage_line(&st, "no such words");
	assert_true(stage_shows(&st, "no name, version or text has it"));
	stage_close(&st);
}

static void test_filter(void **state)
{
	(void)state;
	struct stage st;
	open_prompts(&st, "dispute@v13");
	stage_keys(&st, "&");
	stage_line(&st, "pass>80%");
	assert_true(stage_shows(&st, "1 prompt, 1 version"));
	assert_true(stage_shows(&st, "& pass>80%"));
	stage_keys(&st, "&");
	stage_line(&st, "pass>99%");
	assert_true(stage_shows(&st, "No run that matches the filter names a prompt."));
	stage_keys(&st, "&");
	stage_line(&st, "nonsense:5");
	assert_true(st.ui->message_is_error);
	stage_keys(&st, "Esc");
	assert_true(stage_shows(&st, "3 prompts, 4 versions"));
	stage_close(&st);
}

static void test_copies(void **state)
{
	(void)state;
	struct stage st;
	struct buf out = BUF_INIT;
	open_prompts(&st, "dispute@v13");
	assert_true(st.screen.ops->copy(&st.screen, COPY_VALUE, &out));
	assert_true(str_starts(buf_str(&out), "You are the dispute desk"));
	buf_clear(&out);
	assert_true(st.screen.ops->copy(&st.screen, COPY_PATH, &out));
	assert_string_equal(buf_cstr(&out), "dispute@v13");
	buf_clear(&out);
	stage_keys(&st, "Enter");
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &out));
	assert_string_equal(buf_cstr(&out), "spoor prompts dispute v12 v13");
	buf_done(&out);
	stage_close(&st);
}

/* It comes back where it was. */
static void test_place(void **state)
{
	(void)state;
	struct stage st, again;
	struct target t;
	open_prompts(&st, "dispute@v12");
	st.screen.ops->place(&st.screen, &t);
	stage_open(&again, "prompts", &t, 24, 80, false);
	assert_true(stage_shows(&again, ">     v12"));
	stage_close(&again);
	stage_close(&st);
}

static void test_empty(void **state)
{
	(void)state;
	char path[sizeof stage_path + 8];
	struct err err = ERR_INIT;
	struct stage st;
	struct db *samples = stage_db;
	snprintf(path, sizeof path, "%s/none.db", stage_dir);
	stage_db = db_open(path, DB_WRITE, &err);
	assert_non_null(stage_db);
	open_prompts(&st, "");
	assert_true(stage_shows(&st, "No prompt has a name in this store."));
	stage_keys(&st, "j Enter Space h l d e t n");
	stage_close(&st);
	db_close(stage_db);
	stage_db = samples;
	static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[sizeof path + 8];
		snprintf(file, sizeof file, "%s%s", path, ends[i]);
		unlink(file);
	}
}

/* ---------------------------------------------------------------- from the other screens */

static void test_ways_in(void **state)
{
	(void)state;
	struct stage st;
	struct target t = {.screen = "compare", .id = run_of("v12"), .id2 = run_of("v13")};
	stage_open(&st, "compare", &t, 24, 80, false);
	stage_keys(&st, "p");
	assert_string_equal(st.target.screen, "rundiff");
	t = st.target;
	stage_close(&st);
	stage_open(&st, "rundiff", &t, 24, 80, false);
	assert_true(stage_shows(&st, "The prompt changed in 3 places"));
	stage_keys(&st, "s"); /* turned round */
	assert_true(stage_shows(&st, "(+4 −34 words)"));
	stage_keys(&st, "Enter");
	assert_string_equal(st.target.screen, "prompts");
	t = st.target;
	stage_close(&st);
	stage_open(&st, "prompts", &t, 24, 80, false);
	assert_true(stage_shows(&st, ">     v12")); /* B's, which is now v12 */
	stage_close(&st);
	t = (struct target){.screen = "trace", .text = "d15b07e0202611200000000000000042"};
	stage_open(&st, "trace", &t, 24, 80, false);
	stage_keys(&st, "B");
	assert_int_equal(st.outcome, OUT_HANDLED); /* the root names none */
	stage_keys(&st, "/");
	stage_line(&st, "draft-answer");
	stage_keys(&st, "B");
	assert_string_equal(st.target.screen, "prompts");
	t = st.target;
	stage_close(&st);
	stage_open(&st, "prompts", &t, 24, 80, false);
	assert_true(stage_shows(&st, ">     v1"));
	stage_close(&st);
	t = (struct target){.screen = "runs"};
	stage_open(&st, "runs", &t, 24, 80, false);
	stage_keys(&st, "p");
	assert_string_equal(st.target.screen, "prompts");
	assert_true(st.target.id > 0);
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden), cmocka_unit_test(test_goes_on), cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_search), cmocka_unit_test(test_filter),  cmocka_unit_test(test_copies),
	    cmocka_unit_test(test_place),  cmocka_unit_test(test_empty),   cmocka_unit_test(test_ways_in),
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
