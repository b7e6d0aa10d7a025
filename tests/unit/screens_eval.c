/* Screens runs and compare, from the sample eval runs: what they draw (golden files), and what their keys do. */
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

static struct target both_runs(void)
{
	return (struct target){.id = run_named("eval-v12.json"), .id2 = run_named("eval-v13.json")};
}

static void golden_at_sizes(const char *screen, const struct target *target, const char *keys, const char *name)
{
	static const struct {
		int rows, cols;
		bool ascii;
	} sizes[] = {
	    {24, 80,  false},
            {24, 80,  true },
            {50, 200, false},
            {50, 200, true }
        };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct stage st;
		char file[64];
		snprintf(file, sizeof file, "%s-%dx%d%s", name, sizes[i].cols, sizes[i].rows,
		         sizes[i].ascii ? "-ascii" : "");
		stage_open(&st, screen, target, sizes[i].rows, sizes[i].cols, sizes[i].ascii);
		if (keys)
			stage_keys(&st, keys);
		stage_golden(&st, file);
		stage_close(&st);
	}
}

static void draws_runs(void **state)
{
	(void)state;
	golden_at_sizes("runs", &(struct target){0}, NULL, "runs");
}

static void draws_compare(void **state)
{
	(void)state;
	struct target target = both_runs();
	golden_at_sizes("compare", &target, NULL, "compare");
}

/* Whatever the size, nothing is painted outside and nothing crashes. */
static void draws_at_any_size(void **state)
{
	(void)state;
	struct target target = both_runs();
	for (int rows = 4; rows <= 64; rows += 5)
		for (int cols = 1; cols <= 261; cols += 13) {
			struct stage st;
			stage_open(&st, "compare", &target, rows, cols, rows % 2 == 0);
			stage_draw(&st);
			stage_keys(&st, "j Tab o x > = Enter");
			stage_draw(&st);
			stage_close(&st);
			stage_open(&st, "runs", &(struct target){0}, rows, cols, rows % 2 == 0);
			stage_keys(&st, "j");
			stage_draw(&st);
			stage_close(&st);
		}
}

static void assert_opens(struct stage *st, const char *keys, int64_t a, int64_t b)
{
	stage_keys(st, keys);
	assert_int_equal(st->outcome, OUT_OPEN);
	assert_string_equal(st->target.screen, "compare");
	assert_int_equal(st->target.id, a);
	assert_int_equal(st->target.id2, b);
}

static void two_runs_are_compared(void **state)
{
	(void)state;
	int64_t v12 = run_named("eval-v12.json"), v13 = run_named("eval-v13.json");
	struct stage st;
	stage_open(&st, "runs", &(struct target){0}, 24, 80, false);
	assert_opens(&st, "Enter", v12, v13);       /* the only two of their dataset: the older is A */
	assert_opens(&st, "Space Enter", v13, v12); /* the marked one against the one under the cursor */
	assert_opens(&st, "Space Enter", v12, v13); /* two marks: the older is A again */
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_HANDLED);
	stage_keys(&st, "g b");
	assert_opens(&st, "j Enter", v13, v12); /* unless the newer is the baseline */
	stage_keys(&st, "g b Tab");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "traces");
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_IGNORED);
	stage_close(&st);
}

static void runs_can_be_filtered_and_searched(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "runs", &(struct target){0}, 24, 80, false);
	stage_keys(&st, "&");
	stage_line(&st, "pass_rate<");
	assert_true(st.ui->message_is_error);
	assert_true(stage_shows(&st, "dispute v12"));
	stage_keys(&st, "&");
	stage_line(&st, "name~v13");
	assert_false(stage_shows(&st, "dispute v12"));
	assert_true(stage_shows(&st, "dispute v13"));
	stage_keys(&st, "&");
	stage_line(&st, "name~nothing");
	assert_true(stage_shows(&st, "No run matches"));
	stage_keys(&st, "Esc /");
	stage_line(&st, "V12");
	assert_true(stage_shows(&st, "no run is called")); /* a capital is meant */
	stage_keys(&st, "/");
	stage_line(&st, "v12");
	assert_true(stage_shows(&st, "run 2 of 2"));
	stage_close(&st);
}

static void a_source_begins_at_its_run(void **state)
{
	(void)state;
	int64_t sources = 0;
	struct err err = ERR_INIT;
	assert_true(db_int(stage_db, "SELECT source FROM run ORDER BY created_ns LIMIT 1", 0, &sources, &err));
	struct stage st;
	stage_open(&st, "runs", &(struct target){.id2 = sources}, 24, 80, false);
	assert_true(stage_shows(&st, "run 2 of 2"));
	stage_close(&st);
}

/* The cursor's class and place, as the status line says them. */
static void the_list_runs_through_the_classes(void **state)
{
	(void)state;
	struct target target = both_runs();
	struct compare c;
	struct err err = ERR_INIT;
	struct stage st;
	char want[64];
	assert_true(compare_runs(stage_db, target.id, target.id2, &(struct compare_opts){.rows_only = true}, &c, &err));
	stage_open(&st, "compare", &target, 24, 80, false);
	for (size_t i = 0, at = 0; i < c.n_rows; i++) {
		at = i && c.rows[i].class_ == c.rows[i - 1].class_ ? at + 1 : 1;
		snprintf(want, sizeof want, " %s %zu of %lld ", case_class_title(c.rows[i].class_), at,
		         (long long)c.count[c.rows[i].class_]);
		assert_true(stage_shows(&st, want));
		stage_keys(&st, i % 2 ? "j" : "J");
	}
	stage_keys(&st, "J");
	assert_true(stage_shows(&st, "last case"));
	for (size_t i = c.n_rows; i > 0; i--)
		stage_keys(&st, i % 2 ? "k" : "K");
	stage_keys(&st, "K");
	assert_true(stage_shows(&st, "first case"));
	int classes = 0;
	for (int k = 0; k < N_CLASSES; k++)
		classes += c.count[k] > 0;
	for (int i = 0; i < classes; i++)
		stage_keys(&st, "Tab");
	snprintf(want, sizeof want, " %s 1 of ", case_class_title(c.rows[0].class_));
	assert_true(stage_shows(&st, want));
	stage_keys(&st, "S-Tab");
	snprintf(want, sizeof want, " %s 1 of ", case_class_title(c.rows[c.n_rows - 1].class_));
	assert_true(stage_shows(&st, want));
	stage_close(&st);
	compare_done(&c);
}

static void swapping_keeps_the_case(void **state)
{
	(void)state;
	struct target target = both_runs(), place;
	struct stage st;
	stage_open(&st, "compare", &target, 24, 80, false);
	stage_keys(&st, "j j");
	st.screen.ops->place(&st.screen, &target);
	stage_keys(&st, "s");
	st.screen.ops->place(&st.screen, &place);
	assert_int_equal(place.id, target.id2);
	assert_int_equal(place.id2, target.id);
	assert_string_equal(place.text, target.text);
	stage_close(&st);
	/* A place opens on its case. */
	stage_open(&st, "compare", &target, 24, 80, false);
	st.screen.ops->place(&st.screen, &place);
	assert_string_equal(place.text, target.text);
	stage_close(&st);
}

static void a_case_opens_and_the_next_is_asked_for(void **state)
{
	(void)state;
	struct target target = both_runs();
	struct stage st;
	stage_open(&st, "compare", &target, 24, 80, false);
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "case");
	assert_int_equal(st.target.id, target.id);
	/* From inside it the next one is asked for. */
	int64_t first = st.target.span;
	struct target next = {0};
	assert_int_equal(st.screen.ops->hit(&st.screen, true, &next), HIT_FOUND);
	assert_true(next.span != first);
	assert_true(stage_shows(&st, "2 of"));
	assert_int_equal(st.screen.ops->hit(&st.screen, false, &next), HIT_FOUND);
	assert_int_equal(next.span, first);
	assert_int_equal(st.screen.ops->hit(&st.screen, false, &next), HIT_NONE);
	stage_keys(&st, "q");
	assert_int_equal(st.outcome, OUT_IGNORED);
	stage_keys(&st, "g t"); /* both have a trace: beside each other */
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "tracediff");
	struct target both = st.target;
	stage_keys(&st, "a");
	assert_string_equal(st.target.screen, "trace");
	assert_int_equal(st.target.id, both.id);
	stage_close(&st);
	stage_open(&st, "tracediff", &both, 24, 80, false);
	assert_true(stage_shows(&st, "first differs at"));
	stage_close(&st);
}

static void a_run_against_nothing_is_refused_in_words(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	assert_non_null(db);
	assert_true(db_exec(db, "INSERT INTO run(key, text, source, seen) VALUES(x'00', 'empty', 0, 0)", &err));
	int64_t empty = db_last_rowid(db);
	struct stage st;
	stage_open(&st, "compare", &(struct target){.id = run_named("eval-v12.json"), .id2 = empty}, 24, 80, false);
	assert_true(stage_shows(&st, "cannot be compared"));
	assert_true(stage_shows(&st, "has no cases"));
	stage_keys(&st, "j Tab Enter J t /");
	stage_close(&st);
	/* Aggregates alone, as of a results file without its samples. */
	assert_true(db_exec(db,
	                    "INSERT INTO run(key, text, source, seen) VALUES(x'01', 'other', 0, 0);"
	                    "INSERT OR IGNORE INTO word(text) VALUES('acc,none'), ('only here');"
	                    "INSERT INTO run_metric SELECT r.id, w.id, CASE r.text WHEN 'other' THEN 0.75 ELSE 0.5 END"
	                    " FROM run r, word w WHERE r.text IN ('empty', 'other') AND w.text = 'acc,none';"
	                    "INSERT INTO run_metric SELECT r.id, w.id, 1 FROM run r, word w"
	                    " WHERE r.text = 'other' AND w.text = 'only here'",
	                    &err));
	stage_open(&st, "compare", &(struct target){.id = empty, .id2 = empty + 1}, 24, 80, false);
	assert_true(stage_shows(&st, "Only what the sources state"));
	assert_true(stage_shows(&st, "neither run has cases"));
	assert_true(stage_shows(&st, "acc,none"));
	assert_true(stage_shows(&st, "+0.25"));
	assert_false(stage_shows(&st, "only here"));
	stage_keys(&st, "j Tab Enter J t /");
	stage_close(&st);
	stage_open(&st, "compare", &(struct target){.id = empty, .id2 = empty + 1}, 6, 40, false);
	stage_close(&st);
	assert_true(db_exec(db,
	                    "DELETE FROM run_metric WHERE run IN (SELECT id FROM run WHERE text IN ('empty', 'other'));"
	                    "DELETE FROM run WHERE text = 'other'",
	                    &err));
	assert_true(db_exec(db, "DELETE FROM run WHERE text = 'empty'", &err));
	db_close(db);
	stage_open(&st, "compare", &(struct target){.id = empty, .id2 = empty + 1}, 24, 80, false);
	assert_true(stage_shows(&st, "could not be read"));
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_runs),
	    cmocka_unit_test(draws_compare),
	    cmocka_unit_test(draws_at_any_size),
	    cmocka_unit_test(two_runs_are_compared),
	    cmocka_unit_test(runs_can_be_filtered_and_searched),
	    cmocka_unit_test(a_source_begins_at_its_run),
	    cmocka_unit_test(the_list_runs_through_the_classes),
	    cmocka_unit_test(swapping_keeps_the_case),
	    cmocka_unit_test(a_case_opens_and_the_next_is_asked_for),
	    cmocka_unit_test(a_run_against_nothing_is_refused_in_words),
	};
	return cmocka_run_group_tests_name("screens_eval", tests, stage_setup, stage_teardown);
}
