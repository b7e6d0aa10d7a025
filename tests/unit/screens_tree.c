/* The tree of a trace as it shows: filter, order, temporary root, outline of agents, zoom, time cursor; and all of that while the trace
 * grows. */
#include "tests/screens.h"

#include "tui/screen/pane_trace_state.h"

static const struct target demo = {.text = "d15b07e020261120000000000000b10c"};

static struct trace_state *state_of(const struct stage *st)
{
	return st->screen.state;
}

static const struct tree_pane *tree_of(const struct stage *st)
{
	return &state_of(st)->tree;
}

static int64_t key_of(const struct stage *st)
{
	const struct tree_row *row = tree_pane_row(tree_of(st));
	assert_non_null(row);
	return row->key;
}

static void to(struct stage *st, const char *name)
{
	stage_keys(st, "g");
	for (int i = 0; i < 40 && !str_is(tree_pane_row(tree_of(st))->name, name); i++)
		stage_keys(st, "j");
	assert_true(str_is(tree_pane_row(tree_of(st))->name, name));
}

/* ---------------------------------------------------------------- what it draws */

struct view {
	const char *name, *before, *line, *after; /* keys, the answer to a prompt, keys */
};

static const struct view views[] = {
    {"tree-filter", "&",           "kind:llm or status:error", NULL     },
    {"tree-order",  "S S",         NULL,                       "j j"    },
    {"tree-root",   "j j j j j .", NULL,                       "j j )"  },
    {"tree-agents", "A",           NULL,                       NULL     },
    {"tree-zoom",   "j j j j j |", NULL,                       ") ) ) )"},
    {"tree-kind",   "b",           "llm",                      NULL     },
};

static void show_view(struct stage *st, const struct view *v)
{
	stage_keys(st, v->before);
	if (v->line)
		stage_line(st, v->line);
	if (v->after)
		stage_keys(st, v->after);
}

static void draws_each_view(void **state)
{
	(void)state;
	static const struct {
		const char *end;
		int rows, cols;
		bool ascii;
	} sizes[] = {
	    {"-80x24",       24, 80,  false},
	    {"-80x24-ascii", 24, 80,  true },
	    {"-200x50",      50, 200, false},
	};
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			struct stage st;
			char name[64];
			snprintf(name, sizeof name, "%s%s", views[i].name, sizes[k].end);
			stage_open(&st, "trace", &demo, sizes[k].rows, sizes[k].cols, sizes[k].ascii);
			show_view(&st, &views[i]);
			stage_golden(&st, name);
			stage_close(&st);
		}
}

/* Any view at any size, and all of them at once. */
static void fits_every_size(void **state)
{
	(void)state;
	static const int rows[] = {4, 6, 9, 24}, cols[] = {1, 7, 20, 40, 48, 61, 80, 121};
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
		for (size_t c = 0; c < sizeof cols / sizeof *cols; c++) {
			struct stage st;
			stage_open(&st, "trace", &demo, rows[r], cols[c], c % 2);
			for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
				show_view(&st, &views[i]);
				stage_draw(&st);
			}
			stage_close(&st);
		}
}

/* ---------------------------------------------------------------- what the keys do */

static void a_filter_is_cleared_by_esc(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "trace", &demo, 24, 80, false);
	int64_t rows = tree_pane_visible(tree_of(&st));
	stage_keys(&st, "&");
	stage_line(&st, "kind:nothing");
	assert_true(stage_shows(&st, "filter, column 6: expected"));
	stage_keys(&st, "&");
	stage_line(&st, "name:\"no such span\"");
	assert_true(stage_shows(&st, "no span matches"));
	assert_int_equal(tree_pane_visible(tree_of(&st)), rows);
	stage_keys(&st, "&");
	stage_line(&st, "kind:llm");
	assert_true(stage_shows(&st, "2 match & kind:llm"));
	assert_true(stage_shows(&st, "classify-intent"));
	assert_false(stage_shows(&st, "audit-log"));
	int64_t key = key_of(&st);
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_REFRESH);
	assert_int_equal(tree_pane_visible(tree_of(&st)), rows);
	assert_int_equal(key_of(&st), key);
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_IGNORED);
	stage_close(&st);
}

static void the_slowest_come_one_after_the_other(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "trace", &demo, 24, 80, false);
	stage_keys(&st, "!");
	assert_true(stage_shows(&st, "slowest of 31: 8.61s self"));
	assert_true(str_is(tree_pane_row(tree_of(&st))->name, "draft-answer"));
	stage_keys(&st, "!");
	assert_true(stage_shows(&st, "2nd slowest of 31: "));
	stage_keys(&st, "g !");
	assert_false(stage_shows(&st, "2nd"));
	assert_true(str_is(tree_pane_row(tree_of(&st))->name, "draft-answer"));
	stage_keys(&st, "$");
	assert_true(stage_shows(&st, "dearest of "));
	assert_true(str_is(tree_pane_row(tree_of(&st))->name, "draft-answer"));
	stage_close(&st);
}

/* An error in a folded group is gone to, and so is a call in it. */
static void jumps_look_into_groups(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "trace", &demo, 24, 80, false);
	stage_keys(&st, "z e");
	assert_int_equal(tree_pane_row(tree_of(&st))->status, STATUS_ERROR);
	stage_keys(&st, "Z");
	to(&st, "get_balance");
	int64_t first = key_of(&st);
	stage_keys(&st, "}");
	assert_true(str_is(tree_pane_row(tree_of(&st))->name, "get_balance"));
	assert_int_not_equal(key_of(&st), first);
	stage_keys(&st, "} }");
	assert_int_equal(key_of(&st), first);
	stage_keys(&st, "{");
	assert_int_not_equal(key_of(&st), first);
	stage_close(&st);
}

static void a_root_is_left_with_the_cursor_where_it_is(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "trace", &demo, 24, 80, false);
	int64_t rows = tree_pane_visible(tree_of(&st));
	to(&st, "gather-facts");
	int64_t root = key_of(&st);
	stage_keys(&st, ".");
	assert_true(stage_shows(&st, "› gather-facts"));
	assert_false(stage_shows(&st, "audit-log"));
	stage_keys(&st, "g");
	assert_int_equal(key_of(&st), root);
	stage_keys(&st, "G");
	int64_t last = key_of(&st);
	stage_keys(&st, "Esc");
	assert_int_equal(tree_pane_visible(tree_of(&st)), rows);
	assert_int_equal(key_of(&st), last);
	stage_close(&st);
}

static void a_kind_folds(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "trace", &demo, 24, 80, false);
	int64_t rows = tree_pane_visible(tree_of(&st));
	stage_keys(&st, "b");
	stage_line(&st, ""); /* the kind under the cursor */
	assert_true(stage_shows(&st, "1 agent span folded"));
	stage_keys(&st, "b");
	stage_line(&st, "agent");
	assert_int_equal(tree_pane_visible(tree_of(&st)), rows);
	stage_keys(&st, "b");
	stage_line(&st, "llm");
	assert_true(stage_shows(&st, "2 llm spans folded"));
	assert_true(tree_pane_visible(tree_of(&st)) < rows);
	stage_keys(&st, "b");
	stage_line(&st, "llm");
	assert_int_equal(tree_pane_visible(tree_of(&st)), rows);
	stage_keys(&st, "b");
	stage_line(&st, "clown");
	assert_true(stage_shows(&st, "no kind is called"));
	stage_keys(&st, "b");
	stage_line(&st, "reranker");
	assert_true(stage_shows(&st, "no reranker span has others below it"));
	stage_close(&st);
}

static void the_time_cursor_says_what_ran(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "trace", &demo, 24, 80, false);
	stage_keys(&st, "! )");
	assert_true(stage_shows(&st, "▼ 3.")); /* where the span begins */
	assert_true(stage_shows(&st, "ran, last begun"));
	stage_keys(&st, ") ) ) )");
	assert_true(stage_shows(&st, ": 2 ran, last begun draft-answer") || stage_shows(&st, ": 3 ran"));
	stage_keys(&st, "Esc");
	assert_false(stage_shows(&st, "last begun"));
	stage_close(&st);
}

/* ---------------------------------------------------------------- a trace that grows */

static char growing[64];
static int trace_number; /* each test has a trace and a file of its own */

/* A span of the growing trace, that began and ended so many seconds after its start. */
static void write_span(int key, int parent, const char *name, int from, int to)
{
	FILE *f = fopen(growing, "a");
	assert_non_null(f);
	fprintf(f, "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\",",
	        0x9e0 + (unsigned)trace_number, key);
	if (parent)
		fprintf(f, "\"parentSpanId\":\"%016x\",", parent);
	fprintf(f,
	        "\"name\":\"%s\",\"startTimeUnixNano\":\"%lld000000000\",\"endTimeUnixNano\":\"%lld000000000\"}]}]}]}"
	        "\n",
	        name, 1795219080LL + from, 1795219080LL + to);
	fclose(f);
}

static void import_growing(struct stage *st)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	assert_non_null(db);
	char *paths[] = {growing};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	assert_true(import_paths(db, paths, 1, &opts, NULL, &report, &err));
	import_report_done(&report);
	db_close(db);
	if (st) {
		st->ui->generation++;
		stage_settle(st);
	}
}

/* plan with two steps, four calls, act with one step, answer. */
static void begin_growing(struct stage *st)
{
	trace_number++;
	snprintf(growing, sizeof growing, "%s/growing%d.jsonl", stage_dir, trace_number);
	write_span(1, 0, "agent", 0, 100);
	write_span(10, 1, "plan", 10, 20);
	write_span(11, 10, "think", 11, 12);
	write_span(12, 10, "write", 13, 14);
	for (int i = 0; i < 4; i++)
		write_span(20 + i, 1, "call", 30 + i, 31 + i);
	write_span(30, 1, "act", 50, 60);
	write_span(31, 30, "step", 51, 52);
	write_span(40, 1, "answer", 70, 99);
	import_growing(NULL);
	struct target t = {0};
	snprintf(t.text, sizeof t.text, "%032x", 0x9e0 + (unsigned)trace_number);
	stage_open(st, "trace", &t, 24, 80, false);
	assert_true(state_of(st)->opened);
}

/* Before all that is there, inside of what is folded, and behind. */
static void grow(struct stage *st)
{
	static int more;
	more++;
	write_span(0x1000 + more, 1, "early", 1, 2);
	write_span(0x2000 + more, 10, "more", 15, 16);
	write_span(0x3000 + more, 30, "step more", 53, 54);
	write_span(0x4000 + more, 1, "late", 99, 100);
	import_growing(st);
}

static int place_on_screen(const struct stage *st)
{
	return (int)(tree_pane_place(tree_of(st), tree_of(st)->cursor) - tree_of(st)->top);
}

static void growth_leaves_cursor_and_folds(void **state)
{
	(void)state;
	struct stage st;
	begin_growing(&st);
	assert_int_equal(tree_pane_visible(tree_of(&st)), 8); /* the calls are one row */
	to(&st, "plan");
	stage_keys(&st, "h"); /* folded */
	to(&st, "call");
	stage_keys(&st, "l"); /* the group opened */
	to(&st, "answer");
	assert_int_equal(tree_pane_visible(tree_of(&st)), 9);
	int64_t key = key_of(&st), n = state_of(&st)->row.n;
	int at = place_on_screen(&st);
	grow(&st);
	assert_int_equal(state_of(&st)->row.n, n + 4);
	assert_int_equal(key_of(&st), key);
	assert_true(at == place_on_screen(&st) || tree_of(&st)->top == 0);
	assert_int_equal(tree_pane_visible(tree_of(&st)), 12); /* early, step more, late; not what plan hides */
	assert_false(stage_shows(&st, "think"));
	to(&st, "plan");
	stage_keys(&st, "l");
	assert_int_equal(tree_pane_visible(tree_of(&st)), 15);
	stage_close(&st);
}

static void growth_leaves_an_unfolded_tree_unfolded(void **state)
{
	(void)state;
	struct stage st;
	begin_growing(&st);
	stage_keys(&st, "Z G");
	grow(&st);
	assert_int_equal(tree_pane_visible(tree_of(&st)), state_of(&st)->row.n);
	stage_close(&st);
}

static void growth_leaves_the_filter(void **state)
{
	(void)state;
	struct stage st;
	begin_growing(&st);
	stage_keys(&st, "&");
	stage_line(&st, "name~step or name~think");
	int64_t matches = tree_of(&st)->shape.view->matches;
	to(&st, "act");
	stage_keys(&st, "h");
	int64_t key = key_of(&st), rows = tree_pane_visible(tree_of(&st));
	grow(&st);
	assert_int_equal(tree_of(&st)->shape.view->matches, matches + 1);
	assert_int_equal(key_of(&st), key);
	assert_int_equal(tree_pane_visible(tree_of(&st)), rows); /* act is folded still */
	stage_keys(&st, "Esc");
	assert_null(tree_of(&st)->shape.view);
	assert_int_equal(key_of(&st), key);
	stage_close(&st);
}

static void growth_leaves_the_root_and_the_order(void **state)
{
	(void)state;
	struct stage st;
	begin_growing(&st);
	to(&st, "plan");
	int64_t root = key_of(&st);
	stage_keys(&st, ".");
	int64_t rows = tree_pane_visible(tree_of(&st));
	stage_keys(&st, "G");
	int64_t key = key_of(&st);
	grow(&st);
	assert_int_equal(state_of(&st)->shown.root_key, root);
	assert_int_equal(tree_pane_visible(tree_of(&st)), rows + 1);
	assert_int_equal(key_of(&st), key);
	stage_keys(&st, "g");
	assert_int_equal(key_of(&st), root);
	stage_keys(&st, ". S");
	assert_int_equal(tree_of(&st)->shape.view->order, ORDER_DURATION);
	to(&st, "answer"); /* the longest */
	key = key_of(&st);
	assert_int_equal(tree_pane_place(tree_of(&st), tree_of(&st)->cursor), 1);
	grow(&st);
	assert_int_equal(tree_of(&st)->shape.view->order, ORDER_DURATION);
	assert_int_equal(key_of(&st), key);
	assert_int_equal(tree_pane_place(tree_of(&st), tree_of(&st)->cursor), 1);
	stage_close(&st);
}

/* ---------------------------------------------------------------- stretches of time */

static void stretches_join(void **state)
{
	(void)state;
	struct tree_stretch at[] = {
	    {50, 60},
            {10, 20},
            {15, 30},
            {30, 31},
            {70, 70},
            {55, 52},
            {40, 45},
            {41, 42},
	};
	static const struct tree_stretch want[] = {
	    {10, 31},
            {40, 45},
            {50, 60}
        };
	assert_int_equal(tree_stretches_join(at, sizeof at / sizeof *at), 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(at[i].from_ns == want[i].from_ns && at[i].to_ns == want[i].to_ns);
	assert_int_equal(tree_stretches_join(NULL, 0), 0);
}

/* Calls of a folded group that ran apart are apart in its bar, too. */
static void a_group_shows_when_it_ran(void **state)
{
	(void)state;
	struct stage st;
	trace_number++;
	snprintf(growing, sizeof growing, "%s/growing%d.jsonl", stage_dir, trace_number);
	write_span(1, 0, "agent", 0, 36);
	for (int i = 0; i < 3; i++)
		write_span(20 + i, 1, "call", 12 * i, 12 * i + 6);
	import_growing(NULL);
	struct target t = {0};
	snprintf(t.text, sizeof t.text, "%032x", 0x9e0 + (unsigned)trace_number);
	stage_open(&st, "trace", &t, 24, 80, true);
	assert_true(stage_shows(&st, "------      ------      ------") ||
	            stage_shows(&st, "======      ======      ======"));
	stage_close(&st);
}

/* ---------------------------------------------------------------- deep */

static void names_hold_at(int depth)
{
	struct stage st;
	snprintf(growing, sizeof growing, "%s/deep%d.jsonl", stage_dir, depth);
	FILE *f = fopen(growing, "w");
	assert_non_null(f);
	for (int i = 1; i <= depth; i++)
		fprintf(f,
		        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\","
		        "\"parentSpanId\":\"%.*x\",\"name\":\"level-%d\",\"startTimeUnixNano\":\"1795219080000000000\","
		        "\"endTimeUnixNano\":\"1795219081000000000\"}]}]}]}\n",
		        0xdee90000 + (unsigned)depth, i, i > 1 ? 16 : 0, i > 1 ? i - 1 : 0, i);
	fclose(f);
	import_growing(NULL);
	struct target t = {0};
	snprintf(t.text, sizeof t.text, "%032x", 0xdee90000 + (unsigned)depth);
	stage_open(&st, "trace", &t, 24, 80, false);
	assert_int_equal(state_of(&st)->row.n, depth);
	stage_keys(&st, "Z");
	for (int go = 0; go < 3; go++) {
		char name[32];
		stage_keys(&st, go == 0 ? "G" : go == 1 ? "PgUp PgUp" : "k k k");
		snprintf(name, sizeof name, "level-%d ", (int)tree_of(&st)->cursor + 1);
		assert_true(stage_shows(&st, name)); /* whole, and so is the line that leads to it */
	}
	if (depth == 60)
		stage_golden(&st, "tree-deep-80x24");
	stage_close(&st);
}

static void names_hold_in_deep_trees(void **state)
{
	(void)state;
	names_hold_at(60);
	names_hold_at(10000);
}

static int forget_files(void **state)
{
	static const char *const names[] = {"growing1", "growing2", "growing3", "growing4",
	                                    "growing5", "deep60",   "deep10000"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(growing, sizeof growing, "%s/%s.jsonl", stage_dir, names[i]);
		unlink(growing);
	}
	return stage_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_each_view),
	    cmocka_unit_test(fits_every_size),
	    cmocka_unit_test(a_filter_is_cleared_by_esc),
	    cmocka_unit_test(the_slowest_come_one_after_the_other),
	    cmocka_unit_test(jumps_look_into_groups),
	    cmocka_unit_test(a_root_is_left_with_the_cursor_where_it_is),
	    cmocka_unit_test(a_kind_folds),
	    cmocka_unit_test(the_time_cursor_says_what_ran),
	    cmocka_unit_test(growth_leaves_cursor_and_folds),
	    cmocka_unit_test(growth_leaves_an_unfolded_tree_unfolded),
	    cmocka_unit_test(growth_leaves_the_filter),
	    cmocka_unit_test(growth_leaves_the_root_and_the_order),
	    cmocka_unit_test(stretches_join),
	    cmocka_unit_test(a_group_shows_when_it_ran),
	    cmocka_unit_test(names_hold_in_deep_trees),
	};
	return cmocka_run_group_tests_name("screens_tree", tests, stage_setup, forget_files);
}
