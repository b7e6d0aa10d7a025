/* Lists with the columns and filters people chose, by the settings file and by :columns. */
#include "tests/screens.h"

#include "tui/action.h"
#include "tui/columns_lists.h"
#include "tui/config.h"
#include "tui/line_words.h"
#include "tui/settings.h"

static void choose(const char *list, const char *names)
{
	struct err err = ERR_INIT;
	if (!list_choose(list_kind_named(list), str_of(names), &err))
		fail_msg("%s", err.text);
}

static void test_golden(void **state)
{
	static const struct {
		const char *golden, *screen, *columns;
		int cols;
		bool ascii;
	} cases[] = {
	    {"columns-traces-80x24",       "traces", "start, name, duration, cost",                                80,  false},
	    {"columns-traces-80x24-ascii", "traces", "cost session name scores",                                   80,  true },
	    {"columns-traces-40x24",       "traces", "user session service start tokens_in tokens_out cost spans", 40,  false},
	    {"columns-traces-140x24",      "traces", "verdict repeats name source tokens_cached",                  140, false},
	    {"columns-runs-80x24",         "runs",   "name model pass_rate p95 tokens_in",                         80,  false},
	    {"columns-runs-120x24-ascii",  "runs",   "scores unscored cost_per_case",                              120, true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage st;
		choose(cases[i].screen, cases[i].columns);
		stage_open(&st, cases[i].screen, &(struct target){0}, 24, cases[i].cols, cases[i].ascii);
		stage_golden(&st, cases[i].golden);
		stage_close(&st);
		list_choose_again(list_kind_named(cases[i].screen));
	}
}

/* What the list is ordered by always shows, and the cursor's row is lit at its name wherever that stands. */
static void test_order(void **state)
{
	struct stage st;
	(void)state;
	choose("traces", "name cost");
	stage_open(&st, "traces", &(struct target){0}, 24, 80, false);
	assert_true(stage_shows(&st, "▾time"));
	stage_keys(&st, ">");
	assert_false(stage_shows(&st, "▾time"));
	list_choose_again(list_kind_named("traces"));
	stage_close(&st);
}

/* Any columns in any order at any width: nothing lies beside the screen or on something else. */
static void test_any(void **state)
{
	uint32_t seed = 7;
	(void)state;
	for (int round = 0; round < 200; round++) {
		struct buf names = BUF_INIT;
		struct stage st;
		for (int i = 0; i < 1 + round % 9; i++) {
			seed = seed * 1664525 + 1013904223;
			buf_printf(&names, "%s,", trace_columns[(seed >> 10) % 24].name);
		}
		choose("traces", buf_cstr(&names));
		stage_open(&st, "traces", &(struct target){0}, 24, 20 + round, round % 2);
		assert_true(stage_shows(&st, st.grid.cols >= 60 ? "231 traces" : ">"));
		stage_close(&st);
		buf_done(&names);
	}
	list_choose_again(list_kind_named("traces"));
}

static void test_run_time(void **state)
{
	struct stage st;
	struct target t = {0};
	(void)state;
	stage_open(&st, "runs", &(struct target){0}, 24, 80, false);
	assert_false(stage_shows(&st, "provider"));
	assert_int_equal(choose_columns(&st.screen, &(struct input){.argument = STR_LIT("provider,pass_rate")}, &t),
	                 OUT_REFRESH);
	stage_settle(&st);
	assert_true(stage_shows(&st, "provider"));
	choose_columns(&st.screen, &(struct input){.argument = STR_LIT("provider,pas_rate")}, &t); /* refused whole */
	assert_string_equal(st.ui->message, "runs have no column pas_rate (did you mean pass_rate?)");
	assert_true(st.ui->message_is_error);
	stage_settle(&st);
	assert_true(stage_shows(&st, "provider"));
	choose_columns(&st.screen, &(struct input){.argument = STR_LIT("default")}, &t);
	stage_settle(&st);
	assert_false(stage_shows(&st, "provider"));
	stage_close(&st);
	stage_open(&st, "queues", &(struct target){0}, 24, 80, false);
	assert_int_equal(choose_columns(&st.screen, &(struct input){.argument = STR_LIT("name")}, &t), OUT_HANDLED);
	assert_string_equal(st.ui->message, "there are no columns to choose here");
	stage_close(&st);
}

static void test_words(void **state)
{
	const struct line_word *words;
	struct arena arena = ARENA_INIT;
	bool several, found = false;
	(void)state;
	size_t n = line_words(screen_named("traces")->actions, STR_LIT("columns"), &arena, &words, &several);
	assert_true(n > 20 && several);
	assert_string_equal(words[0].word, "id");
	assert_int_equal(line_words(screen_named("case")->actions, STR_LIT("columns"), &arena, &words, &several), 0);
	n = line_words(screen_named("case")->actions, STR_LIT("theme"), &arena, &words, &several);
	for (size_t i = 0; i < n; i++)
		found |= strcmp(words[i].word, "light") == 0;
	assert_true(found && !several);
	assert_int_equal(line_words(screen_named("case")->actions, STR_LIT("quit"), &arena, &words, &several), 0);
	arena_done(&arena);
}

static void test_settings(void **state)
{
	static const char text[] =
	    "{\"columns\": {\"traces\": [\"name\", 3, \"cots\", \"cost\"], \"runs\": \"name p95\",\n"
	    "\"trces\": [], \"prompts\": 3},\n"
	    "\"filters\": {\"traces\": \"status:error\", \"runs\": \"zzz:1\", \"x\": \"\"}}";
	static const char said[] =
	    "1: columns.traces: a column is named by a text | 1: columns: traces have no column cots "
	    "(did you mean cost_usd?) | 2: columns: there is no list trces (did you mean traces?) | 2: "
	    "columns.prompts needs a list, [\"prompt\", …]";
	char path[sizeof stage_dir + 20];
	size_t n;
	(void)state;
	snprintf(path, sizeof path, "%s/config.json", stage_dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	settings_read(path);
	lists_read(settings_table("columns"), settings_table("filters"), 0);
	const struct settings_mistake *m = settings_mistakes(&n, NULL);
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < n; i++)
		buf_printf(&all, "%s%zu: %s", i ? " | " : "", m[i].line, m[i].text);
	if (!str_starts(buf_str(&all), said))
		fail_msg("%s", buf_cstr(&all));
	assert_true(str_find(buf_str(&all), STR_LIT("3: filters.runs, column 1: ")) != SIZE_MAX);
	assert_true(str_find(buf_str(&all), STR_LIT("3: filters: there is no list x; there are cases, ")) != SIZE_MAX);
	const struct column *const *columns = list_columns(list_kind_named("traces"), &n);
	assert_int_equal(n, 2); /* the rest counts */
	assert_string_equal(columns[1]->name, "cost_usd");
	struct target list = {.screen = "traces"}, part = {.screen = "traces", .id2 = 3},
	              own = {.screen = "traces", .text = "x"}, runs = {.screen = "runs"};
	config_filter(&list);
	config_filter(&part);
	config_filter(&own);
	config_filter(&runs);
	assert_string_equal(list.text, "status:error");
	assert_string_equal(part.text, "");
	assert_string_equal(own.text, "x");
	assert_string_equal(runs.text, "");
	buf_done(&all);
	unlink(path);
	settings_forget();
	lists_read(VAL_NONE, VAL_NONE, 0);
	assert_null(list_columns(list_kind_named("traces"), &n));
	assert_null(list_filter_text(list_kind_named("traces")));
}

static void test_names(void **state)
{
	static const struct {
		const char *given, *name;
	} cases[] = {
	    {"duration_ns", "duration_ns"},
	    {"duration",    "duration_ns"},
	    {"total",       "duration_ns"},
	    {"cost",        "cost_usd"   },
	    {"time",        "start"      },
	    {"err",         "errors"     },
	    {"Err",         "errors"     },
	    {"",            NULL         },
	    {"dur",         NULL         },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct column *c = column_named(trace_columns, str_of(cases[i].given));
		assert_int_equal(c != NULL, cases[i].name != NULL);
		if (c)
			assert_string_equal(c->name, cases[i].name);
	}
	for (const struct list_kind *l = list_kinds; l->name; l++) {
		for (const struct column *c = l->columns; c->name; c++)
			assert_ptr_equal(column_named(l->columns, str_of(c->name)), c);
		assert_true(!l->screen || screen_named(l->screen));
		assert_ptr_equal(list_kind_of(l->columns), l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),   cmocka_unit_test(test_order), cmocka_unit_test(test_any),
	    cmocka_unit_test(test_run_time), cmocka_unit_test(test_words), cmocka_unit_test(test_settings),
	    cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
