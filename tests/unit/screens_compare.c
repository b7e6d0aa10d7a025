/* Screen compare as a reviewer works with it: filtered, one class alone, in other orders; pairs too small to tell, pairs that cannot be
 * compared, pairs of which only aggregates are stated. What it draws (golden files), and what its keys do. */
#include "tests/screens.h"

#include "store/query/compare.h"
#include "store/query/runs.h"

static int64_t run_named(const char *name)
{
	int64_t id = 0;
	struct err err = ERR_INIT;
	assert_true(runs_find(stage_db, str_of(name), &id, &err));
	return id;
}

/* ---------------------------------------------------------------- runs beside the samples */

/* Five cases each, of which two went wrong: no data of five cases could reach p < 0.05. B lacks one and has one of its own. */
static const char few_a[] =
    "{\"id\":\"capital-1\",\"dataset\":\"capitals\",\"input\":\"Capital of "
    "Peru?\",\"expected\":\"Lima\",\"output\":\"Lima\",\"score\":1,\"latency_ms\":700}\n"
    "{\"id\":\"capital-2\",\"dataset\":\"capitals\",\"input\":\"Capital of "
    "Japan?\",\"expected\":\"Tokyo\",\"output\":\"Tokyo\",\"score\":1,\"latency_ms\":640}\n"
    "{\"id\":\"capital-3\",\"dataset\":\"capitals\",\"input\":\"Capital of "
    "Norway?\",\"expected\":\"Oslo\",\"output\":\"Bergen\",\"score\":0,\"latency_ms\":910}\n"
    "{\"id\":\"capital-4\",\"dataset\":\"capitals\",\"input\":\"Capital of "
    "Kenya?\",\"expected\":\"Nairobi\",\"output\":\"Nairobi\",\"score\":1,\"latency_ms\":820}\n"
    "{\"id\":\"capital-5\",\"dataset\":\"capitals\",\"input\":\"Capital of "
    "Chile?\",\"expected\":\"Santiago\",\"output\":\"Santiago\",\"score\":1,\"latency_ms\":555}\n";
static const char few_b[] = "{\"id\":\"capital-1\",\"dataset\":\"capitals\",\"input\":\"Capital of "
                            "Peru?\",\"expected\":\"Lima\",\"output\":\"Cusco\",\"score\":0,\"latency_ms\":650}\n"
                            "{\"id\":\"capital-2\",\"dataset\":\"capitals\",\"input\":\"Capital of "
                            "Japan?\",\"expected\":\"Tokyo\",\"output\":\"Tokyo\",\"score\":1,\"latency_ms\":600}\n"
                            "{\"id\":\"capital-3\",\"dataset\":\"capitals\",\"input\":\"Capital of "
                            "Norway?\",\"expected\":\"Oslo\",\"output\":\"Oslo\",\"score\":1,\"latency_ms\":905}\n"
                            "{\"id\":\"capital-4\",\"dataset\":\"capitals\",\"input\":\"Capital of "
                            "Kenya?\",\"expected\":\"Nairobi\",\"output\":\"Mombasa\",\"score\":0,\"latency_ms\":760}\n"
                            "{\"id\":\"capital-6\",\"dataset\":\"capitals\",\"input\":\"Capital of "
                            "Ghana?\",\"expected\":\"Accra\",\"output\":\"Accra\",\"score\":1,\"latency_ms\":500}\n";
static const char stated_a[] =
    "{\"results\":{\"asdiv\":{\"alias\":\"asdiv\",\"exact_match,strict-match\":0.5,"
    "\"exact_match_stderr,strict-match\":0.01}},\"configs\":{\"asdiv\":{}},\"versions\":{\"asdiv\":1},"
    "\"config\":{\"model\":\"hf\",\"model_args\":\"pretrained=small\"},\"date\":1700000000.0}";
static const char stated_b[] =
    "{\"results\":{\"asdiv\":{\"alias\":\"asdiv\",\"exact_match,strict-match\":0.75,"
    "\"exact_match_stderr,strict-match\":0.01}},\"configs\":{\"asdiv\":{}},\"versions\":{\"asdiv\":1},"
    "\"config\":{\"model\":\"hf\",\"model_args\":\"pretrained=large\"},\"date\":1700000100.0}";

static const struct {
	const char *name, *text;
} files[] = {
    {"few-a.jsonl",                             few_a   },
    {"few-b.jsonl",                             few_b   },
    {"results_2023-11-14T22-13-20.000000.json", stated_a},
    {"results_2023-11-14T22-15-00.000000.json", stated_b},
};
enum { N_FILES = sizeof files / sizeof *files };

static void file_path(char path[160], size_t i)
{
	snprintf(path, 160, "%s/%s", stage_dir, files[i].name);
}

static int setup(void **state)
{
	char paths[N_FILES][160], *list[N_FILES];
	struct err err = ERR_INIT;
	if (stage_setup(state))
		return -1;
	for (size_t i = 0; i < N_FILES; i++) {
		file_path(paths[i], i);
		list[i] = paths[i];
		FILE *f = fopen(paths[i], "w");
		if (!f || fputs(files[i].text, f) < 0 || fclose(f) != 0)
			return -1;
	}
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = db && import_paths(db, list, N_FILES, &opts, NULL, &report, &err);
	import_report_done(&report);
	db_close(db);
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	return ok ? 0 : -1;
}

static int teardown(void **state)
{
	for (size_t i = 0; i < N_FILES; i++) {
		char path[160];
		file_path(path, i);
		unlink(path);
	}
	return stage_teardown(state);
}

/* ---------------------------------------------------------------- golden screens */

#define V12 "eval-v12.json"
#define V13 "eval-v13.json"
#define SIZES(X, name, a, b, keys, line)                              \
	X(name, "80x24", a, b, keys, line, 24, 80, false, false)      \
	X(name, "80x24-ascii", a, b, keys, line, 24, 80, true, false) \
	X(name, "80x24-mono", a, b, keys, line, 24, 80, false, true)  \
	X(name, "200x50", a, b, keys, line, 50, 200, false, false)
#define ROW(name, size, a, b, keys, line, rows, cols, ascii, mono) \
	{"compare-" name "-" size, a, b, keys, line, rows, cols, ascii, mono},

static const struct {
	const char *name, *a, *b, *keys, *line;
	int rows, cols;
	bool ascii, mono;
} golden[] = {
    SIZES(ROW, "filtered", V12, V13, NULL, "loss>0.05 or delta.relevance<-0.1")
        SIZES(ROW, "class", V12, V13, "Tab =", NULL) SIZES(ROW, "order", V12, V13, "= > > >", NULL)
            SIZES(ROW, "few", "few-a", "few-b", NULL, NULL) SIZES(ROW, "refused", "few-a", V13, NULL, NULL) SIZES(
                ROW, "stated", "results_2023-11-14T22-13-20.000000.json", "results_2023-11-14T22-15-00.000000.json",
                NULL, NULL){"compare-begins-80x24", V12, V13, NULL, "begins:retrieve-policy",     24, 80, false, false},
    {"compare-none-80x24",   V12, V13, NULL, "class:lost flaky:no loss<0", 24, 80, false, false},
    {"compare-40x12",        V12, V13, NULL, "class:lost",                 12, 40, false, false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = {.screen = "compare", .id = run_named(golden[i].a), .id2 = run_named(golden[i].b)};
		snprintf(t.line, sizeof t.line, "%s", golden[i].line ? golden[i].line : "");
		stage_open(&st, "compare", &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

/* ---------------------------------------------------------------- keys */

static void open_pair(struct stage *st)
{
	stage_open(st, "compare", &(struct target){.id = run_named(V12), .id2 = run_named(V13)}, 24, 100, false);
}

static void cases_are_filtered(void **state)
{
	(void)state;
	struct stage st;
	open_pair(&st);
	stage_keys(&st, "&");
	assert_int_equal(st.outcome, OUT_PROMPT);
	assert_int_equal(st.target.filter, 1 + FILTER_PAIRS);
	stage_line(&st, "clas:lost");
	assert_true(st.ui->message_is_error);
	assert_true(stage_shows(&st, "column 1"));
	stage_keys(&st, "&");
	stage_line(&st, "loss>0.3");
	assert_true(stage_shows(&st, "[Lost 3 of 4]"));
	assert_true(stage_shows(&st, "& loss>0.3"));
	/* What these runs do not have leaves all as it was. */
	stage_keys(&st, "&");
	stage_line(&st, "delta.tone<0");
	assert_true(stage_shows(&st, "no score of these runs is called tone"));
	assert_true(stage_shows(&st, "[Lost 3 of 4]"));
	assert_true(stage_shows(&st, "& loss>0.3"));
	struct target place;
	st.screen.ops->place(&st.screen, &place);
	assert_string_equal(place.line, "loss>0.3");
	struct buf command = BUF_INIT;
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &command));
	assert_non_null(strstr(buf_cstr(&command), "--where 'loss>0.3'"));
	buf_done(&command);
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_REFRESH);
	assert_true(stage_shows(&st, "[Lost 4]"));
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_IGNORED);
	stage_close(&st);
}

static void a_wrong_filter_of_a_target_shows_all(void **state)
{
	(void)state;
	struct stage st;
	struct target t = {.id = run_named(V12), .id2 = run_named(V13), .line = "delta.tone<0"};
	stage_open(&st, "compare", &t, 24, 100, false);
	assert_true(stage_shows(&st, "[Lost 4]"));
	assert_true(stage_shows(&st, "no score of these runs is called tone"));
	stage_close(&st);
	snprintf(t.line, sizeof t.line, "nosuch:1");
	stage_open(&st, "compare", &t, 24, 100, false);
	assert_true(stage_shows(&st, "[Lost 4]"));
	stage_close(&st);
}

static void one_class_shows_alone(void **state)
{
	(void)state;
	struct stage st;
	open_pair(&st);
	stage_keys(&st, "j =");
	assert_true(stage_shows(&st, "Lost 2 of 4 alone"));
	stage_keys(&st, "G");
	assert_true(stage_shows(&st, "Lost 4 of 4 alone"));
	stage_keys(&st, "Tab");
	assert_true(stage_shows(&st, "Won 1 of 19 alone"));
	stage_keys(&st, "K"); /* no further than its class */
	assert_true(stage_shows(&st, "this is the first case"));
	stage_keys(&st, "=");
	assert_true(stage_shows(&st, "Won 1 of 19 "));
	assert_false(stage_shows(&st, "alone"));
	stage_keys(&st, "K");
	assert_true(stage_shows(&st, "Lost 4 of 4"));
	stage_keys(&st, "= Esc");
	assert_int_equal(st.outcome, OUT_HANDLED);
	assert_false(stage_shows(&st, "alone"));
	stage_close(&st);
}

static void rows_are_ordered(void **state)
{
	(void)state;
	struct stage st;
	open_pair(&st);
	stage_keys(&st, ">");
	assert_true(stage_shows(&st, "groundedness: largest loss first"));
	stage_keys(&st, "I");
	assert_true(stage_shows(&st, "groundedness: smallest loss first"));
	stage_keys(&st, "> > >");
	assert_true(stage_shows(&st, "what became slower first"));
	stage_keys(&st, "> >");
	assert_true(stage_shows(&st, "by title"));
	stage_keys(&st, ">");
	assert_true(stage_shows(&st, "largest loss first"));
	stage_keys(&st, "<");
	assert_true(stage_shows(&st, "by title"));
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(cases_are_filtered),
	    cmocka_unit_test(a_wrong_filter_of_a_target_shows_all),
	    cmocka_unit_test(one_class_shows_alone),
	    cmocka_unit_test(rows_are_ordered),
	};
	return cmocka_run_group_tests_name("screens_compare", tests, setup, teardown);
}
