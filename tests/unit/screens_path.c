/* The critical path and two traces beside each other, drawn from the samples. */
#include "tests/screens.h"

#include "store/query/traces.h"

#define DISPUTE "d15b07e020261120000000000000b10c"
#define BEFORE  "d15b07e0202611200000000000000042" /* the one before it */
#define LOOP    "d15b07e0202611190000000000001009"

static int64_t id_of(const char *text)
{
	struct err err = ERR_INIT;
	int64_t id = 0;
	assert_true(traces_find(stage_db, str_of(text), &id, &err));
	return id;
}

static struct target path_of(const char *text)
{
	return (struct target){.screen = "path", .id = id_of(text)};
}

static struct target beside(const char *a, const char *b)
{
	return (struct target){.screen = "tracediff", .id = id_of(a), .id2 = id_of(b)};
}

/* ---------------------------------------------------------------- golden screens */

static const struct {
	const char *name, *screen, *a, *b, *keys;
	int rows, cols;
	bool ascii, mono;
} golden[] = {
    {"path-80x24",            "path",      DISPUTE, NULL,    NULL,          24, 80,  false, false},
    {"path-80x24-ascii",      "path",      DISPUTE, NULL,    "} j j",       24, 80,  true,  false},
    {"path-80x24-assumed",    "path",      DISPUTE, NULL,    "}",           24, 80,  false, false},
    {"path-80x24-mono",       "path",      DISPUTE, NULL,    "Tab } }",     24, 80,  false, true },
    {"path-200x50",           "path",      DISPUTE, NULL,    "} j",         50, 200, false, false},
    {"path-40x12",            "path",      DISPUTE, NULL,    NULL,          12, 40,  false, false},
    {"path-over-80x24",       "path",      NULL,    NULL,    "j",           24, 80,  false, false},
    {"path-over-200x50",      "path",      NULL,    NULL,    "Tab j",       50, 200, false, false},
    {"tracediff-80x24",       "tracediff", BEFORE,  DISPUTE, NULL,          24, 80,  false, false},
    {"tracediff-80x24-ascii", "tracediff", BEFORE,  DISPUTE, "} } }",       24, 80,  true,  false},
    {"tracediff-80x24-mono",  "tracediff", BEFORE,  DISPUTE, "} k j",       24, 80,  false, true },
    {"tracediff-80x24-texts", "tracediff", BEFORE,  DISPUTE, "} Enter",     24, 80,  false, false},
    {"tracediff-80x24-same",  "tracediff", DISPUTE, DISPUTE, NULL,          24, 80,  false, false},
    {"tracediff-200x50",      "tracediff", BEFORE,  DISPUTE, "} } } } } }", 50, 200, false, false},
    {"tracediff-40x12",       "tracediff", BEFORE,  DISPUTE, NULL,          12, 40,  false, false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = {.screen = golden[i].screen};
		if (golden[i].a)
			t = golden[i].b ? beside(golden[i].a, golden[i].b) : path_of(golden[i].a);
		stage_open(&st, golden[i].screen, &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

/* ---------------------------------------------------------------- the path */

static void test_path(void **state)
{
	(void)state;
	struct stage st, trace;
	struct target t = {.screen = "trace", .id = id_of(DISPUTE)};
	stage_open(&trace, "trace", &t, 24, 80, false);
	stage_keys(&trace, "w");
	assert_int_equal(trace.outcome, OUT_OPEN);
	assert_string_equal(trace.target.screen, "path");
	stage_open(&st, "path", &trace.target, 24, 80, false);
	stage_close(&trace);
	/* Half of draft-answer: 8.607 s of its own, so 12.420 - 4.303 = 8.117. */
	stage_keys(&st, "} j");
	assert_true(stage_shows(&st, "draft-answer twice as fast"));
	assert_true(stage_shows(&st, "8.12s"));
	assert_true(stage_shows(&st, "8.61s of the critical path (69.3%)"));
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	stage_open(&trace, "trace", &st.target, 24, 80, false);
	assert_true(stage_shows(&trace, "gpt-4o-2024-08-06"));
	assert_true(stage_shows(&trace, "69% of the critical path"));
	stage_close(&trace);
	/* Three calls of 0.70 s with the same arguments, of which similar-cases (1.20 s) ran beside: gather-facts takes it, 1.20 s. */
	stage_keys(&st, "j");
	assert_true(stage_shows(&st, "get_balance once, not 3 times"));
	assert_true(stage_shows(&st, "the answers are the same"));
	stage_keys(&st, "/");
	stage_line(&st, "detect-iban");
	assert_true(stage_shows(&st, "on the path from 12.26s to 12.35s"));
	stage_keys(&st, "N n g Enter");
	assert_true(stage_shows(&st, "no span stands here"));
	stage_close(&st);
}

static void test_path_over(void **state)
{
	(void)state;
	struct stage st;
	struct err err = ERR_INIT;
	stage_open(&st, "traces", &(struct target){.screen = "traces", .text = "name=dispute-agent"}, 24, 80, false);
	stage_keys(&st, "w");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "path");
	struct target t = st.target;
	stage_close(&st);
	stage_open(&st, "path", &t, 24, 80, false);
	stage_keys(&st, "Tab");
	assert_true(stage_shows(&st, "draft-answer"));
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "trace");
	assert_true(st.target.id > 0 && st.target.span);
	stage_close(&st);
	stage_open(&st, "path", &(struct target){.screen = "path", .text = "name=nobody"}, 24, 80, false);
	assert_true(stage_shows(&st, "No trace with known times matches."));
	stage_keys(&st, "/"); /* nothing to look through */
	stage_line(&st, "draft");
	stage_keys(&st, "n N");
	stage_close(&st);
	struct screen screen = {.ops = screen_named("path"), .ui = st.ui, .state = calloc(1, 4096)};
	assert_true(screen.ops->state_size <= 4096);
	assert_false(screen.ops->open(&screen, &(struct target){.text = "nosuch:1"}, &err));
	assert_int_equal(err.code, ERR_USAGE);
	free(screen.state);
}

/* ---------------------------------------------------------------- beside each other */

static void test_beside(void **state)
{
	(void)state;
	struct stage st, trace;
	/* From a trace: empty is the one before it that has its name; an id is taken as it is. */
	struct target t = {.screen = "trace", .id = id_of(DISPUTE)};
	stage_open(&trace, "trace", &t, 24, 80, false);
	stage_keys(&trace, "d");
	stage_line(&trace, "");
	assert_int_equal(trace.outcome, OUT_OPEN);
	stage_open(&st, "tracediff", &trace.target, 24, 80, false);
	struct target place = {0};
	st.screen.ops->place(&st.screen, &place);
	assert_int_equal(place.id, id_of(BEFORE));
	assert_int_equal(place.id2, id_of(DISPUTE));
	stage_close(&st);
	stage_keys(&trace, "d");
	stage_line(&trace, LOOP);
	stage_open(&st, "tracediff", &trace.target, 24, 80, false);
	st.screen.ops->place(&st.screen, &place);
	assert_int_equal(place.id, id_of(LOOP));
	stage_close(&st);
	stage_close(&trace);
	/* The cursor is where they part. */
	t = beside(BEFORE, DISPUTE);
	stage_open(&st, "tracediff", &t, 24, 80, false);
	assert_true(stage_shows(&st, "first differs at dispute-agent: other input"));
	assert_true(stage_shows(&st, "row 1 of 27"));
	stage_keys(&st, "} } } } }"); /* the fifth difference is only A's; embed-query is none */
	assert_true(stage_shows(&st, "list_transactions  only in A"));
	stage_keys(&st, ">");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_true(stage_shows(&st, "B has no such span"));
	assert_int_equal(st.target.id, id_of(DISPUTE));
	assert_int_equal(st.target.span, 0);
	stage_keys(&st, "<");
	assert_int_equal(st.target.id, id_of(BEFORE));
	assert_true(st.target.span != 0);
	/* A subtree of one side is one row until it is opened. */
	stage_keys(&st, "j j");
	assert_true(stage_shows(&st, "get_balance +2"));
	stage_keys(&st, "Space");
	assert_true(stage_shows(&st, "row 9 of 29"));
	stage_keys(&st, "Space Z z = s");
	assert_true(stage_shows(&st, "first differs at dispute-agent"));
	assert_true(stage_shows(&st, "2 only in B") || stage_shows(&st, "+2 "));
	stage_keys(&st, "Enter");
	assert_true(stage_shows(&st, "text row 1"));
	stage_keys(&st, "} } J K Esc q");
	assert_int_equal(st.outcome, OUT_IGNORED);
	stage_close(&st);
}

static void test_same(void **state)
{
	(void)state;
	struct stage st;
	struct target t = beside(DISPUTE, DISPUTE);
	stage_open(&st, "tracediff", &t, 24, 80, false);
	assert_true(stage_shows(&st, "nothing differs"));
	assert_true(stage_shows(&st, "31 spans the same"));
	stage_keys(&st, "Space");
	assert_true(stage_shows(&st, "row 1 of 31"));
	stage_keys(&st, "j j Space");
	assert_true(stage_shows(&st, "row 1 of 1"));
	stage_keys(&st, "}");
	assert_true(stage_shows(&st, "no difference after"));
	stage_keys(&st, "=");
	assert_true(stage_shows(&st, "they part nowhere"));
	stage_close(&st);
}

static void test_list(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	stage_keys(&st, "d");
	assert_true(stage_shows(&st, "d on another trace"));
	stage_keys(&st, "d");
	assert_true(stage_shows(&st, "forgotten"));
	stage_keys(&st, "d j d");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "tracediff");
	assert_true(st.target.id && st.target.id2 && st.target.id != st.target.id2);
	struct target t = st.target;
	stage_close(&st);
	stage_open(&st, "tracediff", &t, 24, 80, false);
	assert_true(stage_shows(&st, "first differs at"));
	stage_close(&st);
	struct err err = ERR_INIT;
	const struct screen_ops *ops = screen_named("tracediff");
	struct screen screen = {.ops = ops, .ui = st.ui, .state = calloc(1, ops->state_size)};
	assert_false(ops->open(&screen, &(struct target){0}, &err));
	assert_int_equal(err.code, ERR_USAGE);
	free(screen.state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden), cmocka_unit_test(test_path), cmocka_unit_test(test_path_over),
	    cmocka_unit_test(test_beside), cmocka_unit_test(test_same), cmocka_unit_test(test_list),
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
