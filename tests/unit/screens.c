/* The list of traces, the trace and the help, drawn from the samples. */
#include "tests/screens.h"

#define DISPUTE      "d15b07e020261120000000000000b10c"
#define LOOP         "d15b07e0202611190000000000001009"
#define ORPHAN       "d15b07e0202611180000000000000a9f"
#define UNENDED      "d15b07e020261119000000000000f1f0"
#define ABOUT        "d15b07e0202611200000000000000045" /* its cost is estimated */
#define ABOUT_FILTER "session:conv-2003751"
#define TIMEOUT      "d15b07e020261117000000000000e4ce"

static struct target trace_of(const char *id)
{
	struct target t = {.screen = "trace"};
	snprintf(t.text, sizeof t.text, "%s", id);
	return t;
}

/* ---------------------------------------------------------------- golden screens: what, keys, size */

static const struct {
	const char *name, *screen, *text, *keys;
	int rows, cols;
	bool ascii;
} golden[] = {
    {"traces-80x24",           "traces", "",              NULL,                24, 80,  false},
    {"traces-80x24-ascii",     "traces", "",              "e",                 24, 80,  true },
    {"traces-100x30",          "traces", "",              NULL,                30, 100, false},
    {"traces-200x50",          "traces", "",              "j j",               50, 200, false},
    {"traces-60x12",           "traces", "",              NULL,                12, 60,  false},
    {"traces-80x24-about",     "traces", ABOUT_FILTER,    NULL,                24, 80,  false},
    {"trace-80x24-about",      "trace",  ABOUT,           NULL,                24, 80,  false},
    {"trace-80x24-about-llm",  "trace",  ABOUT,           "G k k k",           24, 80,  false},
    {"trace-80x24",            "trace",  DISPUTE,         NULL,                24, 80,  false},
    {"trace-80x24-error",      "trace",  DISPUTE,         "e",                 24, 80,  false},
    {"trace-80x24-ascii",      "trace",  DISPUTE,         "e",                 24, 80,  true },
    {"trace-80x24-messages",   "trace",  DISPUTE,         "E Tab Tab Tab",     24, 80,  false},
    {"trace-80x24-raw",        "trace",  DISPUTE,         "e S-Tab Enter",     24, 80,  false},
    {"trace-80x24-as-it-came", "trace",  DISPUTE,         "e S-Tab Enter =",   24, 80,  false},
    {"trace-80x24-unfolded",   "trace",  DISPUTE,         "Z j j j j t",       24, 80,  false},
    {"trace-80x24-loop",       "trace",  LOOP,            NULL,                24, 80,  false},
    {"trace-80x24-orphan",     "trace",  ORPHAN,          "G",                 24, 80,  false},
    {"trace-80x24-unended",    "trace",  UNENDED,         "G",                 24, 80,  false},
    {"trace-80x24-events",     "trace",  TIMEOUT,         "e Tab Tab Tab Tab", 24, 80,  false},
    {"trace-40x12",            "trace",  DISPUTE,         NULL,                12, 40,  false},
    {"trace-200x50",           "trace",  DISPUTE,         "E",                 50, 200, false},
    {"trace-120x30",           "trace",  DISPUTE,         "e",                 30, 120, false},
    {"search-80x24",           "search", "refund policy", "j j j",             24, 80,  false},
    {"search-80x24-ascii",     "search", "hotel",         "G",                 24, 80,  true },
    {"search-200x50",          "search", "iban",          "n n N",             50, 200, false},
    {"help-80x24",             "help",   "trace",         NULL,                24, 80,  false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = {.screen = golden[i].screen};
		snprintf(t.text, sizeof t.text, "%s", golden[i].text);
		stage_open(&st, golden[i].screen, &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

/* ---------------------------------------------------------------- search over everything */

static void test_search(void **state)
{
	(void)state;
	struct stage st, trace;
	stage_open(&st, "search", &(struct target){.text = "blocked iban"}, 24, 80, false);
	assert_true(stage_shows(&st, "row 1 of 1"));
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "trace");
	assert_string_equal(st.target.find, "\nblocked\niban");
	stage_open(&trace, "trace", &st.target, 24, 80, false);
	assert_true(stage_shows(&trace, "pii-check"));
	assert_true(stage_shows(&trace, "/blocked"));
	stage_close(&trace);
	stage_keys(&st, "/");
	stage_line(&st, "nowhereatall");
	assert_true(stage_shows(&st, "found nowhere"));
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_HANDLED);
	stage_keys(&st, "/");
	stage_line(&st, "the");
	assert_true(stage_shows(&st, "of 100+")); /* more come when the cursor comes near */
	stage_keys(&st, "G j");
	assert_true(!stage_shows(&st, "of 100+"));
	stage_close(&st);
}

/* ---------------------------------------------------------------- the list */

static void test_list_filter(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	assert_true(stage_shows(&st, "231 traces"));
	stage_keys(&st, "&");
	stage_line(&st, "status:errr");
	assert_non_null(strstr(st.ui->message, "column 8: expected"));
	assert_true(st.ui->message_is_error);
	assert_true(stage_shows(&st, " 231 traces")); /* a mistake changes nothing */
	stage_keys(&st, "&");
	stage_line(&st, "status:error");
	assert_true(stage_shows(&st, "4 of 231 traces"));
	assert_true(stage_shows(&st, "row 1 of 4"));
	assert_true(stage_shows(&st, "\xc3\x97"
	                             "3 !same")); /* repeats show before the trace is opened */
	stage_keys(&st, "&");
	assert_string_equal(st.target.text, "status:error"); /* the prompt begins with the filter there is */
	stage_line(&st, "tokens>=900M");
	assert_true(stage_shows(&st, "No trace matches."));
	assert_true(stage_shows(&st, "0 of 231 traces"));
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_REFRESH);
	assert_true(stage_shows(&st, " 231 traces"));
	stage_keys(&st, "Esc"); /* nothing to clear: the app's */
	assert_int_equal(st.outcome, OUT_IGNORED);
	stage_close(&st);
}

static void test_list_moves(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	stage_keys(&st, "G");
	assert_true(stage_shows(&st, "row 231 of 231"));
	stage_keys(&st, "g PgDn PgUp j j k");
	assert_true(stage_shows(&st, "row 2 of 231"));
	stage_keys(&st, "g e");
	assert_true(stage_shows(&st, "row 28 of 231"));
	stage_keys(&st, "e");
	int64_t second = 0;
	struct stage other;
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "trace");
	second = st.target.id;
	struct target dispute = trace_of(DISPUTE);
	stage_open(&other, "trace", &dispute, 24, 80, false);
	struct target place = {0};
	other.screen.ops->place(&other.screen, &place);
	assert_int_equal(place.id, second);
	stage_close(&other);
	stage_keys(&st, "e e e e"); /* round the end: five traces have errors */
	assert_true(stage_shows(&st, "row 28 of 231"));
	stage_keys(&st, "E E");
	stage_keys(&st, "/");
	stage_line(&st, "callback, nobody");
	assert_true(stage_shows(&st, ">\xe2\x9c\x97  19 Nov 12:20"));
	stage_keys(&st, "n");
	assert_true(stage_shows(&st, ">\xe2\x9c\x97  19 Nov 12:20")); /* the only one */
	stage_keys(&st, "Tab");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "runs");
	stage_close(&st);
}

static void test_list_sorts(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	stage_keys(&st, "> > > > >"); /* time, total, spans, errors, tokens, cost */
	assert_non_null(strstr(st.ui->message, "by cost, largest first"));
	assert_true(stage_shows(&st, ">   19 Nov 15:02  13m34s"));
	stage_keys(&st, "I");
	assert_false(stage_shows(&st, ">   19 Nov 15:02  13m34s"));
	stage_keys(&st, "< < < < <");
	assert_non_null(strstr(st.ui->message, "by time, newest first"));
	stage_close(&st);
}

/* The store changes under the cursor: it stays on its trace. */
static void test_list_keeps_its_row(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	stage_keys(&st, "e");
	assert_true(stage_shows(&st, ">\xe2\x9c\x97  20 Nov 16:41   5.21s"));
	st.ui->generation++;
	stage_settle(&st);
	assert_true(stage_shows(&st, ">\xe2\x9c\x97  20 Nov 16:41   5.21s"));
	stage_close(&st);
}

static void test_list_of_one_file(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "traces", &(struct target){.screen = "traces", .id2 = 2}, 24, 80, false);
	assert_true(stage_shows(&st, "of traces-voice.json.gz"));
	assert_true(stage_shows(&st, "6 of 231 traces"));
	struct target place;
	st.screen.ops->place(&st.screen, &place);
	assert_int_equal(place.id2, 2);
	stage_close(&st);
}

static void test_empty_store(void **state)
{
	(void)state;
	char path[sizeof stage_dir + 32];
	struct err err = ERR_INIT;
	struct stage st;
	struct db *full = stage_db;
	snprintf(path, sizeof path, "%s/empty.db", stage_dir);
	stage_db = db_open(path, DB_WRITE, &err);
	assert_non_null(stage_db);
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	assert_true(stage_shows(&st, "Nothing is in this store yet."));
	assert_true(stage_shows(&st, "spoor FILE"));
	assert_true(stage_shows(&st, ":welcome"));
	stage_keys(&st, "j G Enter e");
	assert_true(stage_shows(&st, "Nothing is in this store yet."));
	stage_close(&st);
	db_close(stage_db);
	stage_db = full;
	unlink(path);
	for (size_t i = 0; i < 4; i++) {
		static const char *const ends[] = {"-wal", "-shm", "-lock", "-import"};
		char side[sizeof path + 8];
		snprintf(side, sizeof side, "%s%s", path, ends[i]);
		unlink(side);
	}
}

/* ---------------------------------------------------------------- the trace */

static void test_trace_folds(void **state)
{
	(void)state;
	struct stage st;
	struct target t = trace_of(DISPUTE);
	stage_open(&st, "trace", &t, 40, 80, false);
	assert_true(stage_shows(&st, "row 1 of 23")); /* the equal calls are one row */
	assert_true(stage_shows(&st, "get_balance \xc3\x97"
	                             "3 !same"));
	stage_keys(&st, "Space");
	assert_true(stage_shows(&st, "row 1 of 1"));
	assert_true(stage_shows(&st, "2\xe2\x9c\x97")); /* errors inside show on the fold */
	stage_keys(&st, "l");
	assert_true(stage_shows(&st, "row 1 of 23"));
	stage_keys(&st, "Z");
	assert_true(stage_shows(&st, "row 1 of 31"));
	stage_keys(&st, "1");
	assert_true(stage_shows(&st, "row 1 of 1"));
	stage_keys(&st, "2");
	assert_true(stage_shows(&st, "row 1 of 7"));
	stage_keys(&st, "z");
	assert_true(stage_shows(&st, "row 1 of 7"));
	stage_keys(&st, "l"); /* open already: to the child */
	assert_true(stage_shows(&st, "row 2 of 7"));
	stage_keys(&st, "l l");
	assert_true(stage_shows(&st, "row 3 of 8"));
	stage_keys(&st, "h h"); /* a leaf: to its parent, which folds */
	assert_true(stage_shows(&st, "row 2 of 7"));
	stage_keys(&st, "h");
	assert_true(stage_shows(&st, "row 1 of 7"));
	stage_close(&st);
	stage_open(&st, "trace", &t, 40, 80, false); /* another session knows nothing of it */
	assert_true(stage_shows(&st, "row 1 of 23"));
	stage_close(&st);
}

static void test_trace_group(void **state)
{
	(void)state;
	struct stage st;
	struct target t = trace_of(DISPUTE);
	stage_open(&st, "trace", &t, 50, 200, false);
	stage_keys(&st, "/");
	stage_line(&st, "get_balance"); /* the group's row stands for its calls */
	assert_true(stage_shows(&st, "first of 3 calls in a row, all with the same arguments"));
	assert_true(stage_shows(&st, "row 8 of 23"));
	stage_keys(&st, "n"); /* the second call of the group: it unfolds */
	assert_true(stage_shows(&st, "row 11 of 31"));
	stage_keys(&st, "[");
	assert_true(stage_shows(&st, "row 8 of 31"));
	assert_true(stage_shows(&st, "get_balance 1/3 !same"));
	stage_keys(&st, "h h"); /* its own subtree, then the group */
	assert_true(stage_shows(&st, "row 8 of 23"));
	stage_keys(&st, "]"); /* past the whole group there is none */
	assert_string_equal(st.ui->message, "no sibling after this one");
	stage_keys(&st, "p ]");
	assert_true(stage_shows(&st, " llm   draft-answer"));
	assert_true(stage_shows(&st, "row 9 of 23"));
	stage_close(&st);
}

static void test_trace_jumps(void **state)
{
	(void)state;
	struct stage st;
	struct target t = trace_of(DISPUTE), place = {0};
	stage_open(&st, "trace", &t, 24, 80, false);
	stage_keys(&st, "1 e"); /* into what is folded */
	assert_true(stage_shows(&st, "IBAN in the output, character 212"));
	stage_keys(&st, "o"); /* the link names the span to blame */
	assert_true(stage_shows(&st, " llm     draft-answer"));
	st.screen.ops->place(&st.screen, &place);
	assert_true(place.id != 0 && place.span != 0);
	stage_keys(&st, "g x x");
	assert_true(stage_shows(&st, "of the critical path"));
	stage_keys(&st, "X X X");
	stage_keys(&st, "/");
	stage_line(&st, "No Such Span");
	assert_string_equal(st.ui->message, "no span has a name with that in it");
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_REFRESH);
	stage_keys(&st, "q");
	assert_int_equal(st.outcome, OUT_IGNORED);
	stage_close(&st);
	stage_open(&st, "trace", &place, 24, 80, false); /* a place opens where it was */
	assert_true(stage_shows(&st, " llm     draft-answer"));
	stage_close(&st);
}

static void test_trace_details(void **state)
{
	(void)state;
	struct stage st;
	struct target t = trace_of(DISPUTE);
	stage_open(&st, "trace", &t, 24, 80, false);
	stage_keys(&st, "Tab Enter");
	assert_true(stage_shows(&st, "[Input]"));
	assert_true(stage_shows(&st, "charged twice"));
	stage_keys(&st, "Tab Tab");
	assert_true(stage_shows(&st, "[Messages 2]"));
	stage_keys(&st, "J"); /* the next span; its tab of that name, or the overview until one has it again */
	assert_true(stage_shows(&st, "classify-intent") || stage_shows(&st, "[Messages"));
	stage_keys(&st, "K");
	assert_true(stage_shows(&st, "[Messages 2]"));
	stage_keys(&st, "S-Tab S-Tab S-Tab S-Tab"); /* round the end */
	assert_true(stage_shows(&st, "[Raw]"));
	assert_true(stage_shows(&st, "traces-agent.jsonl, record "));
	stage_keys(&st, "G");
	assert_false(stage_shows(&st, " more "));
	assert_true(stage_shows(&st, "telemetry.sdk.version")); /* the frame the record stood in */
	stage_keys(&st, "g /");
	stage_line(&st, "spanId");
	stage_keys(&st, "Space Space Space g q");
	assert_int_equal(st.outcome, OUT_REFRESH);
	assert_true(stage_shows(&st, "row 1 of 23"));
	stage_close(&st);
}

static void test_trace_lost(void **state)
{
	(void)state;
	struct stage st;
	struct target t = trace_of("no-such-trace");
	stage_open(&st, "trace", &t, 24, 80, false);
	assert_true(stage_shows(&st, "There is no such trace"));
	stage_keys(&st, "j e l Enter Tab");
	stage_close(&st);
	t = trace_of("d15b"); /* many */
	stage_open(&st, "trace", &t, 24, 80, false);
	assert_non_null(strstr(st.ui->message, "several traces begin with"));
	stage_close(&st);
}

/* The first trace of a file, as after "spoor FILE". */
static void test_trace_of_source(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "trace", &(struct target){.screen = "trace", .id2 = 2}, 24, 80, false);
	assert_true(stage_shows(&st, "callback"));
	stage_close(&st);
}

/* Requests that were interrupted, or never run, come back without an answer: asked again, nothing lost, nothing freed twice. */
static void test_interrupted(void **state)
{
	(void)state;
	static const char *const names[] = {"trace", "traces"};
	for (size_t i = 0; i < 2; i++) {
		struct stage st;
		struct target t = trace_of(i == 0 ? DISPUTE : "");
		stage_open(&st, names[i], &t, 24, 80, false);
		const struct screen_ops *ops = st.screen.ops;
		const struct action *down = action_named(ops->actions, STR_LIT("page-down"));
		struct err err = ERR_INIT;
		for (int k = 0; k < 3; k++) {
			down->run(&st.screen, &(struct input){.key = KEY_PAGE_DOWN}, &st.target);
			st.ui->generation++;
			void *old = ops->ask(&st.screen);
			assert_non_null(old);
			down->run(&st.screen, &(struct input){.key = KEY_PAGE_DOWN}, &st.target);
			st.ui->generation++;
			void *young = ops->ask(&st.screen);
			if (k == 1)
				ops->fetch(stage_db, old, &err); /* done, but too late */
			ops->take(&st.screen, old, k == 1);
			if (young && k == 2)
				assert_true(ops->fetch(stage_db, young, &err));
			if (young)
				ops->take(&st.screen, young, k == 2);
			stage_settle(&st);
			assert_true(stage_shows(&st, "row "));
		}
		stage_close(&st);
	}
}

/* The folds and the cursor of a trace come back in one session. */
static void test_comes_back(void **state)
{
	(void)state;
	struct stage st, again;
	struct target t = trace_of(DISPUTE);
	stage_open(&st, "trace", &t, 24, 80, false);
	stage_keys(&st, "2 j j");
	struct ui *session = st.ui;
	st.screen.ops->close(&st.screen);
	free(st.screen.state);
	again = st;
	again.screen.state = calloc(1, st.screen.ops->state_size);
	again.screen.ui = session;
	assert_true(again.screen.ops->open(&again.screen, &t, NULL));
	stage_settle(&again);
	assert_true(stage_shows(&again, "row 3 of 7"));
	stage_close(&again);
}

/* No size and no key order may break drawing. */
static void test_sizes(void **state)
{
	(void)state;
	static const int rows[] = {4, 5, 7, 12, 25, 61}, cols[] = {20, 33, 47, 60, 79, 119, 121, 250};
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
		for (size_t c = 0; c < sizeof cols / sizeof *cols; c++) {
			struct stage st;
			struct target t = trace_of(c % 2 ? LOOP : DISPUTE);
			stage_open(&st, "traces", &(struct target){.screen = "traces"}, rows[r], cols[c], c % 3 == 0);
			stage_keys(&st, "PgDn j G k e");
			stage_draw(&st);
			stage_close(&st);
			stage_open(&st, "trace", &t, rows[r], cols[c], c % 3 == 0);
			stage_keys(&st, "j l Space PgDn G J K Tab Tab");
			stage_draw(&st);
			stage_keys(&st, "S-Tab S-Tab S-Tab Enter j PgDn G J");
			stage_draw(&st);
			stage_keys(&st, "Enter Z 3 x e E");
			stage_draw(&st);
			stage_close(&st);
			stage_open(&st, "help", &(struct target){.screen = "help", .text = "trace"}, rows[r], cols[c],
			           false);
			stage_keys(&st, "G k g Space");
			stage_draw(&st);
			stage_close(&st);
		}
}

static void test_help(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "help", &(struct target){.screen = "help", .text = "trace"}, 24, 80, false);
	assert_true(stage_shows(&st, "Keys  Trace"));
	stage_keys(&st, "/");
	stage_line(&st, "critical");
	assert_true(stage_shows(&st, "next span on the critical path"));
	assert_false(stage_shows(&st, "unfold"));
	assert_true(stage_shows(&st, "3 of "));
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_REFRESH);
	stage_keys(&st, "/");
	stage_line(&st, "mark this row");
	assert_true(stage_shows(&st, "mark this row"));
	assert_false(stage_shows(&st, "Space")); /* folds in a trace */
	stage_keys(&st, "Esc");
	stage_keys(&st, "q");
	assert_int_equal(st.outcome, OUT_BACK);
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_search),
	    cmocka_unit_test(test_list_filter),
	    cmocka_unit_test(test_list_moves),
	    cmocka_unit_test(test_list_sorts),
	    cmocka_unit_test(test_list_keeps_its_row),
	    cmocka_unit_test(test_list_of_one_file),
	    cmocka_unit_test(test_empty_store),
	    cmocka_unit_test(test_trace_folds),
	    cmocka_unit_test(test_trace_group),
	    cmocka_unit_test(test_trace_jumps),
	    cmocka_unit_test(test_trace_details),
	    cmocka_unit_test(test_trace_lost),
	    cmocka_unit_test(test_trace_of_source),
	    cmocka_unit_test(test_interrupted),
	    cmocka_unit_test(test_comes_back),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_help),
	};
	return cmocka_run_group_tests_name("screens", tests, stage_setup, stage_teardown);
}
