/* The tabs Messages and Documents, and saving, over tests/screen/talk.json: an agent whose calls grow, then start from a summary. */
#include "tests/screens.h"

#include <sys/stat.h>

#include "store/base/file.h"

#define AGENT "a1a1"

static int setup(void **state)
{
	struct err err = ERR_INIT;
	char file[] = "tests/screen/talk.json";
	char *paths[] = {file};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	if (stage_setup(state) != 0)
		return -1;
	db_close(stage_db);
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	bool ok = db && import_paths(db, paths, 1, &opts, NULL, &report, &err);
	import_report_done(&report);
	db_close(db);
	stage_db = ok ? db_open(stage_path, DB_READ, &err) : NULL;
	return stage_db ? 0 : -1;
}

static const struct {
	const char *golden, *keys;
	int rows, cols;
	bool ascii;
} goldens[] = {
    {"talk-80x24",         "Enter Tab Tab Tab",                 24, 80,  false}, /* the first call, an image */
    {"talk-80x24-new",     "j j j j Enter Tab Tab Tab",         24, 80,  false}, /* one result is new */
    {"talk-80x24-history", "j j j j Enter Tab Tab Tab ] Space", 24, 80,  false},
    {"talk-80x24-summary", "G Enter Tab Tab Tab",               24, 80,  false},
    {"talk-80x24-ascii",   "j j j j Enter Tab Tab Tab",         24, 80,  true },
    {"talk-80x24-docs",    "G k Enter Tab Tab Tab",             24, 80,  false},
    {"talk-200x50",        "j j j j j j Tab Tab Tab",           50, 200, false},
    {"talk-200x50-docs",   "G k Enter Tab Tab Tab Z",           50, 200, false},
    {"talk-80x24-input",   "Enter Tab",                         24, 80,  false}, /* base64 is named */
};

static struct target agent(void)
{
	return (struct target){.text = AGENT};
}

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
		struct stage st;
		struct target t = agent();
		stage_open(&st, "trace", &t, goldens[i].rows, goldens[i].cols, goldens[i].ascii);
		stage_keys(&st, "j");
		stage_keys(&st, goldens[i].keys);
		stage_golden(&st, goldens[i].golden);
		stage_close(&st);
	}
}

/* Everything that is folded opens: the words of the first message show in the last full call. */
static void test_folds(void **state)
{
	(void)state;
	struct stage st;
	struct target t = agent();
	stage_open(&st, "trace", &t, 400, 100, false);
	stage_keys(&st, "j j j j j j j Enter Tab Tab Tab");
	assert_true(stage_shows(&st, "5 earlier messages"));
	assert_false(stage_shows(&st, "Why did the nightly build fail"));
	assert_false(stage_shows(&st, "step 23: compiling"));
	stage_keys(&st, "Z");
	assert_true(stage_shows(&st, "Why did the nightly build fail"));
	assert_true(stage_shows(&st, "step 23: compiling"));
	assert_true(stage_shows(&st, "Answer in two sentences."));
	stage_keys(&st, "z");
	assert_false(stage_shows(&st, "step 23: compiling"));
	stage_keys(&st, "l"); /* the system prompt alone */
	assert_true(stage_shows(&st, "Answer in two sentences."));
	assert_false(stage_shows(&st, "step 23: compiling"));
	stage_keys(&st, "h");
	assert_false(stage_shows(&st, "  Answer in two sentences."));
	stage_keys(&st, "J J"); /* another call, and back: as it is made */
	assert_true(stage_shows(&st, "made by this call"));
	stage_close(&st);
}

/* The cursor goes through the pieces one by one and back, wherever the window is. */
static void test_cursor(void **state)
{
	(void)state;
	struct stage st;
	struct target t = agent();
	stage_open(&st, "trace", &t, 24, 80, false);
	stage_keys(&st, "j j j j j Enter Tab Tab Tab");
	assert_true(stage_shows(&st, ">▸ system"));
	stage_keys(&st, "]");
	assert_true(stage_shows(&st, ">▸ 3 earlier messages"));
	stage_keys(&st, "]");
	assert_true(stage_shows(&st, ">▾ assistant  answer of the call before"));
	stage_keys(&st, "] ] ] ] ] ] ] ]");
	assert_true(stage_shows(&st, "made by this call"));
	stage_keys(&st, "[ [ [ [ [ [ [ [ [ [");
	assert_true(stage_shows(&st, ">▸ system"));
	stage_close(&st);
}

/* A search finds what is folded, and opens no more than what hides it. */
static void test_search(void **state)
{
	(void)state;
	struct stage st;
	struct target t = agent();
	stage_open(&st, "trace", &t, 60, 80, false);
	stage_keys(&st, "j j j j j j j Enter Tab Tab Tab /");
	stage_line(&st, "step 23: compiling");
	assert_true(stage_shows(&st, "step 23: compiling"));
	assert_string_equal(st.ui->message, "");
	stage_keys(&st, "g");
	assert_true(stage_shows(&st, "▾ 5 earlier messages"));
	assert_true(stage_shows(&st, "▸ system"));
	stage_keys(&st, "/");
	stage_line(&st, "no such words");
	assert_string_equal(st.ui->message, "not in this text");
	stage_keys(&st, "/");
	stage_line(&st, "two sentences");
	assert_true(stage_shows(&st, "Answer in two sentences."));
	stage_close(&st);
}

static void assert_file(const char *path, size_t bytes)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, bytes);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_save(void **state)
{
	(void)state;
	struct stage st;
	struct target t = agent();
	char path[sizeof stage_dir + 16], text[sizeof stage_dir + 16];
	snprintf(path, sizeof path, "%s/a.png", stage_dir);
	snprintf(text, sizeof text, "%s/a.txt", stage_dir);
	stage_open(&st, "trace", &t, 24, 100, false);
	stage_keys(&st, "j Enter Tab Tab Tab s");
	assert_int_equal(st.outcome, OUT_PROMPT);
	assert_string_equal(st.target.prompt, "save [image/png, 70 bytes] as ");
	assert_string_equal(st.target.text, "spoor-0000000000001002.png");
	stage_line(&st, path);
	assert_non_null(strstr(st.ui->message, "70 bytes"));
	assert_file(path, 70);
	stage_keys(&st, "s"); /* never over a file that is there */
	st.ui->message_is_error = false;
	stage_line(&st, path);
	assert_true(st.ui->message_is_error);
	assert_file(path, 70);
	stage_keys(&st, "s");
	char nowhere[sizeof stage_dir + 16];
	snprintf(nowhere, sizeof nowhere, "%s/none/a.png", stage_dir);
	st.ui->message_is_error = false;
	stage_line(&st, nowhere);
	assert_true(st.ui->message_is_error);
	stage_keys(&st, "s"); /* nothing typed: nothing written */
	st.ui->message_is_error = false;
	stage_line(&st, "  ");
	assert_false(st.ui->message_is_error);
	assert_string_equal(st.ui->message, "");
	stage_keys(&st, "J Tab s"); /* a tool, whose input has no image: its text */
	assert_int_equal(st.outcome, OUT_PROMPT);
	stage_line(&st, text);
	struct stat info;
	assert_int_equal(stat(text, &info), 0);
	assert_true(info.st_size > 0);
	unlink(path);
	unlink(text);
	stage_close(&st);
}

/* At every size, with all open and all folded, something is drawn and nothing breaks. */
static void test_sizes(void **state)
{
	(void)state;
	for (int cols = 20; cols < 200; cols += 23)
		for (int rows = 6; rows < 60; rows += 17) {
			struct stage st;
			struct target t = agent();
			stage_open(&st, "trace", &t, rows, cols, cols % 2 == 0);
			stage_keys(&st, "j Enter Tab Tab Tab Z G g ] ] Space z G k J J J J J J J J J J Z G [ [");
			stage_draw(&st);
			stage_close(&st);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden), cmocka_unit_test(test_folds),  cmocka_unit_test(test_cursor),
	    cmocka_unit_test(test_save),   cmocka_unit_test(test_search), cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests(tests, setup, stage_teardown);
}
