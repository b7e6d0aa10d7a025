/* Lists with the columns people chose, on each screen that has some: what shows, what gives way, what always stays. */
#include "tests/screens.h"

#include "store/check/check.h"
#include "store/query/runs.h"
#include "tui/action.h"
#include "tui/columns_lists.h"
#include "tui/line_words.h"

static int setup(void **state)
{
	struct err err = ERR_INIT;
	if (stage_setup(state) != 0)
		return -1;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	char claims[] = "tests/data/evals-claims.tar.gz", *paths[] = {claims};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = db && import_paths(db, paths, 1, &opts, NULL, &report, &err) && check_run(db, NULL, NULL, &err);
	import_report_done(&report);
	db_close(db);
	return ok ? 0 : -1;
}

static int64_t run_named(const char *name)
{
	int64_t id = 0;
	struct err err = ERR_INIT;
	assert_true(runs_find(stage_db, str_of(name), &id, &err));
	return id;
}

static void choose(const char *list, const char *names)
{
	struct err err = ERR_INIT;
	if (!list_choose(list_kind_named(list), str_of(names), &err))
		fail_msg("%s", err.text);
}

static void all_again(void)
{
	for (const struct list_kind *l = list_kinds; l->name; l++)
		list_choose_again(l);
}

static struct target target_of(const char *screen)
{
	struct target t = {.screen = screen};
	if (strcmp(screen, "compare") == 0)
		t = (struct target){
		    .screen = screen, .id = run_named("eval-v12.json"), .id2 = run_named("eval-v13.json")};
	if (strcmp(screen, "search") == 0)
		snprintf(t.text, sizeof t.text, "refund");
	return t;
}

static const struct {
	const char *list, *columns;
} lists[] = {
    {"checks",      "check,findings,errors,example_trace,example"    },
    {"compare",     "status,cost_usd,title,scores,class"             },
    {"judges",      "kappa,name,agreement,answers,rho"               },
    {"prompts",     "pass_rate,p50_ns,prompt,cases,dataset,last_seen"},
    {"runs",        "model,pass_rate,tokens_in"                      },
    {"search",      "start,kind,snippet,name,trace"                  },
    {"stats-spans", "p99_ns,name,cost_usd,errors,tokens_cached"      },
    {"traces",      "duration_ns,name,cost_usd,session"              },
};
enum { N_LISTS = sizeof lists / sizeof *lists };

static const char *screen_of(size_t i)
{
	return list_kind_named(lists[i].list)->screen;
}

static void test_golden(void **state)
{
	static const struct {
		int rows, cols;
		bool ascii;
	} sizes[] = {
	    {24, 80,  false},
            {50, 200, false},
            {12, 40,  true }
        };
	(void)state;
	for (size_t i = 0; i < N_LISTS; i++)
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			struct stage st;
			struct target t = target_of(screen_of(i));
			char name[80];
			choose(lists[i].list, lists[i].columns);
			stage_open(&st, screen_of(i), &t, sizes[k].rows, sizes[k].cols, sizes[k].ascii);
			snprintf(name, sizeof name, "chosen-%s-%dx%d%s", lists[i].list, sizes[k].cols, sizes[k].rows,
			         sizes[k].ascii ? "-ascii" : "");
			stage_golden(&st, name);
			stage_close(&st);
			all_again();
		}
}

/* Each screen that a table names: chosen columns show, a name that is not there is told with the nearest, "default" brings back its own;
 * alone it begins a line with the columns there are. */
static void test_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_LISTS; i++) {
		struct stage st;
		struct target t = target_of(screen_of(i)), asked = {0};
		const struct list_kind *list = list_kind_named(lists[i].list);
		struct buf own = BUF_INIT, now = BUF_INIT;
		stage_open(&st, screen_of(i), &t, 24, 100, false);
		assert_ptr_equal(list_that_shows(&st.screen), list);
		stage_text(&st, &own, true);
		assert_int_equal(
		    choose_columns(&st.screen, &(struct input){.argument = str_of(lists[i].columns)}, &asked),
		    OUT_REFRESH);
		assert_non_null(strstr(st.ui->message, "config.json: \"columns\": {\""));
		stage_settle(&st);
		st.ui->message[0] = '\0';
		stage_text(&st, &now, true);
		assert_false(str_eq(buf_str(&own), buf_str(&now)));
		assert_int_equal(choose_columns(&st.screen, &(struct input){.argument = STR_LIT("nmae")}, &asked),
		                 OUT_HANDLED);
		assert_true(st.ui->message_is_error);
		assert_non_null(strstr(st.ui->message, "have no column nmae"));
		assert_int_equal(choose_columns(&st.screen, &(struct input){.argument = STR_NONE}, &asked), OUT_PROMPT);
		assert_string_equal(asked.prompt, ":");
		buf_clear(&now);
		buf_printf(&now, "columns %s", lists[i].columns);
		assert_string_equal(asked.line, buf_cstr(&now));
		choose_columns(&st.screen, &(struct input){.argument = STR_LIT("default")}, &asked);
		stage_settle(&st);
		st.ui->message[0] = '\0';
		buf_clear(&now);
		stage_text(&st, &now, true);
		assert_string_equal(buf_cstr(&now), buf_cstr(&own));
		buf_done(&own);
		buf_done(&now);
		stage_close(&st);
	}
}

/* Any columns in any order on any screen at any width: what tells the rows apart shows, and nothing is drawn over anything (the canvas
 * clips, asan watches). */
static void test_any(void **state)
{
	uint32_t seed = 11;
	(void)state;
	for (int round = 0; round < 240; round++) {
		size_t i = (size_t)round % N_LISTS, n_columns = 0;
		const struct list_kind *list = list_kind_named(lists[i].list);
		struct buf names = BUF_INIT;
		struct stage st;
		struct target t = target_of(list->screen);
		while (list->columns[n_columns].name)
			n_columns++;
		for (int k = 0; k < 1 + round % 9; k++) {
			seed = seed * 1664525 + 1013904223;
			buf_printf(&names, "%s,", list->columns[(seed >> 10) % n_columns].name);
		}
		choose(list->name, buf_cstr(&names));
		stage_open(&st, list->screen, &t, 10 + round % 40, 1 + round, round % 2);
		stage_draw(&st);
		if (st.grid.cols >= 20)
			assert_true(stage_shows(&st, ">"));
		stage_close(&st);
		buf_done(&names);
		all_again();
	}
}

/* What a list is ordered by shows although it was not chosen, with the arrow; and so wherever the order goes. */
static void test_sorted(void **state)
{
	static const struct {
		const char *list, *columns, *key, *title;
	} cases[] = {
	    {"prompts",     "prompt",      "> >", "▾runs" },
	    {"compare",     "title,class", "<",   "▾case" },
	    {"stats-spans", "name,p50_ns", ">",   "▴kind" },
	    {"traces",      "name,cost",   "> >", "▾spans"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage st;
		const char *screen = list_kind_named(cases[i].list)->screen;
		struct target t = target_of(screen);
		choose(cases[i].list, cases[i].columns);
		stage_open(&st, screen, &t, 24, 100, false);
		stage_keys(&st, cases[i].key);
		if (!stage_shows(&st, cases[i].title)) {
			struct buf text = BUF_INIT;
			stage_text(&st, &text, false);
			fail_msg("%s: no %s:\n%s", cases[i].list, cases[i].title, buf_cstr(&text));
		}
		stage_close(&st);
		all_again();
	}
}

/* Ordered by one score, a comparison that was to show none shows that one alone, and nobody's own columns go for the others. */
static void test_sorted_by_a_score(void **state)
{
	(void)state;
	struct stage st;
	struct target t = target_of("compare");
	choose("compare", "cost_usd,key,latency_ns");
	stage_open(&st, "compare", &t, 24, 100, false);
	stage_keys(&st, ">");
	assert_true(stage_shows(&st, "▾groundedness"));
	assert_true(stage_shows(&st, "0.94 → 0.31"));  /* groundedness */
	assert_false(stage_shows(&st, "0.95 → 0.95")); /* relevance */
	assert_true(stage_shows(&st, "2.04s → 1.72s"));
	stage_close(&st);
	all_again();
}

/* The table of lists: each that a screen shows keeps a column of its own. */
static void test_table(void **state)
{
	(void)state;
	for (const struct list_kind *l = list_kinds; l->name; l++) {
		assert_true(!l[1].name || strcmp(l->name, l[1].name) < 0);
		assert_int_equal(l->screen != NULL, l->keeps != NULL);
		assert_true(!l->begins || l->screen);
		if (!l->screen)
			continue;
		assert_non_null(screen_named(l->screen));
		assert_non_null(column_named(l->columns, str_of(l->keeps)));
		assert_string_equal(column_named(l->columns, str_of(l->keeps))->name, l->keeps);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	    cmocka_unit_test(test_line),
	    cmocka_unit_test(test_any),
	    cmocka_unit_test(test_sorted),
	    cmocka_unit_test(test_sorted_by_a_score),
	    cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests_name("screens_columns", tests, setup, stage_teardown);
}
