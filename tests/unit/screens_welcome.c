/* The first minutes: the screen of an empty store, and the tour, on the samples and on what else there is. */
#include "tests/screens.h"

#include <sys/stat.h>

#include "store/query/queue_make.h"

static struct db *empty_db;
static char empty_path[sizeof stage_dir + 16];

/* The stage's queries go to another store for a while. */
static struct db *swap(struct db *db)
{
	struct db *old = stage_db;
	stage_db = db;
	return old;
}

static int setup(void **state)
{
	struct err err = ERR_INIT;
	setenv("HOME", "/nonexistent", 1); /* no sessions of the user's are offered */
	if (stage_setup(state) != 0)
		return -1;
	snprintf(empty_path, sizeof empty_path, "%s/empty.db", stage_dir);
	db_close(db_open(empty_path, DB_WRITE, &err));
	empty_db = db_open(empty_path, DB_READ, &err);
	return empty_db ? 0 : -1;
}

static void drop(const char *store)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[sizeof empty_path + 8];
		snprintf(path, sizeof path, "%s%s", store, ends[i]);
		unlink(path);
	}
}

static int teardown(void **state)
{
	db_close(empty_db);
	drop(empty_path);
	return stage_teardown(state);
}

/* The path of the store is another one each time. */
static void without_status(struct stage *st, struct screen_ops *ops)
{
	*ops = *st->screen.ops;
	ops->status = NULL;
	st->screen.ops = ops;
}

static void open_empty(struct stage *st, struct screen_ops *ops, const char *name, int rows, int cols, bool ascii)
{
	stage_open(st, name, &(struct target){.screen = name}, rows, cols, ascii);
	without_status(st, ops);
}

/* ---------------------------------------------------------------- golden screens */

static const struct {
	const char *name, *screen, *keys;
	int rows, cols;
	bool ascii, mono, empty;
} golden[] = {
    {"welcome-80x24",       "welcome", NULL,      24, 80,  false, false, true },
    {"welcome-80x24-ascii", "welcome", "j",       24, 80,  true,  true,  true },
    {"welcome-80x24-full",  "welcome", NULL,      24, 80,  false, false, false},
    {"welcome-40x12",       "welcome", NULL,      12, 40,  false, false, true },
    {"welcome-40x12-end",   "welcome", "G",       12, 40,  false, false, true },
    {"welcome-200x50",      "welcome", "j",       50, 200, false, false, true },
    {"tour-80x24",          "tour",    NULL,      24, 80,  false, false, false},
    {"tour-80x24-seen",     "tour",    "1 2 j j", 24, 80,  true,  true,  false},
    {"tour-80x24-empty",    "tour",    NULL,      24, 80,  false, false, true },
    {"tour-40x12",          "tour",    "j j",     12, 40,  false, false, false},
    {"tour-200x50",         "tour",    "5",       50, 200, false, false, false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct screen_ops ops;
		struct db *full = swap(golden[i].empty ? empty_db : stage_db);
		open_empty(&st, &ops, golden[i].screen, golden[i].rows, golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
		swap(full);
	}
}

/* ---------------------------------------------------------------- the empty store */

static void test_leaving(void **state)
{
	(void)state;
	struct stage st;
	struct db *full = swap(empty_db);
	stage_open(&st, "welcome", &(struct target){.screen = "welcome"}, 24, 80, false);
	stage_keys(&st, "q");
	assert_int_equal(st.outcome, OUT_QUIT); /* nothing is below it */
	assert_true(stage_shows(&st, empty_path));
	stage_close(&st);
	swap(full);
	stage_open(&st, "welcome", &(struct target){.screen = "welcome"}, 24, 80, false);
	stage_keys(&st, "q");
	assert_int_equal(st.outcome, OUT_IGNORED); /* one level up */
	stage_keys(&st, "t");
	assert_string_equal(st.target.screen, "tour");
	stage_close(&st);
}

/* What the keys want of the program: a stand-in for its actions. */
static char wanted[64];

static enum outcome want_samples(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)in, (void)target;
	snprintf(wanted, sizeof wanted, "samples");
	return OUT_QUIT;
}

static enum outcome want_import(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)target;
	snprintf(wanted, sizeof wanted, "import " STR_FMT, STR_ARG(in->argument));
	return OUT_HANDLED;
}

static void test_choices(void **state)
{
	(void)state;
	static const struct action program[] = {
	    {.name = "import",  .keys = "", .run = want_import },
	    {.name = "samples", .keys = "", .run = want_samples},
	    ACTIONS_END
        };
	struct stage st;
	char home[] = "/tmp/spoor-home-XXXXXX", codex[64], sessions[64];
	struct db *full = swap(empty_db);
	screen_common_actions = program;
	stage_open(&st, "welcome", &(struct target){.screen = "welcome"}, 24, 80, false);
	stage_keys(&st, "Enter");
	assert_string_equal(wanted, "samples");
	stage_keys(&st, "j Enter");
	assert_string_equal(wanted, "import ");
	stage_keys(&st, "k s");
	assert_string_equal(wanted, "samples");
	stage_close(&st);

	/* Where agents have left sessions, those are offered. */
	assert_non_null(mkdtemp(home));
	snprintf(codex, sizeof codex, "%s/.codex", home);
	snprintf(sessions, sizeof sessions, "%s/.codex/sessions", home);
	assert_true(mkdir(codex, 0700) == 0 && mkdir(sessions, 0700) == 0);
	setenv("HOME", home, 1);
	stage_open(&st, "welcome", &(struct target){.screen = "welcome"}, 24, 80, false);
	assert_true(stage_shows(&st, "read ~/.codex/sessions"));
	stage_keys(&st, "j j Enter");
	assert_string_equal(wanted, "import ~/.codex/sessions");
	stage_close(&st);
	setenv("HOME", "/nonexistent", 1);
	assert_true(rmdir(sessions) == 0 && rmdir(codex) == 0 && rmdir(home) == 0);
	screen_common_actions = NULL;
	swap(full);
}

/* What was tried and gave nothing is told, with the reason. */
static void test_problems(void **state)
{
	(void)state;
	char store[sizeof stage_dir + 16], bad[] = "tests/unit/screens_welcome.c";
	struct err err = ERR_INIT;
	struct stage st;
	snprintf(store, sizeof store, "%s/bad.db", stage_dir);
	struct db *db = db_open(store, DB_WRITE, &err);
	struct import_report report = {0};
	assert_true(
	    import_paths(db, (char *[]){bad}, 1, &(struct import_opts){.now_ns = UNKNOWN_INT}, NULL, &report, &err));
	import_report_done(&report);
	db_close(db);
	struct db *full = swap(db_open(store, DB_READ, &err));
	assert_non_null(stage_db);
	stage_open(&st, "welcome", &(struct target){.screen = "welcome"}, 24, 80, false);
	assert_true(stage_shows(&st, "What was tried gave nothing"));
	assert_true(stage_shows(&st, "screens_welcome.c: "));
	stage_close(&st);
	db_close(swap(full));
	drop(store);
}

/* ---------------------------------------------------------------- the tour */

static void test_tour(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "tour", &(struct target){.screen = "tour"}, 24, 80, false);
	stage_keys(&st, "1");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "trace");
	assert_true(st.target.id > 0);
	stage_keys(&st, "2");
	assert_string_equal(st.target.screen, "compare");
	assert_true(st.target.id > 0 && st.target.id2 > 0 && st.target.id != st.target.id2);
	stage_keys(&st, "3"); /* these 100 answers are not in this store: what else there is to review */
	assert_string_equal(st.target.screen, "queues");
	assert_null(st.ui->wish);
	stage_keys(&st, "4");
	assert_string_equal(st.target.screen, "judges");
	stage_keys(&st, "j Enter");
	assert_string_equal(st.target.screen, "checks");
	assert_true(stage_shows(&st, "5 of 5 seen"));
	stage_close(&st);

	struct db *full = swap(empty_db);
	stage_open(&st, "tour", &(struct target){.screen = "tour"}, 24, 80, false);
	stage_keys(&st, "2");
	assert_int_equal(st.outcome, OUT_HANDLED);
	assert_true(stage_shows(&st, "0 of 5 seen"));
	stage_close(&st);
	swap(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),   cmocka_unit_test(test_leaving), cmocka_unit_test(test_choices),
	    cmocka_unit_test(test_problems), cmocka_unit_test(test_tour),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
