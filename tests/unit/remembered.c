/* What is remembered of a view is what was asked for last, also before its answer is there: a filter that was cleared is gone. */
#include "tests/screens.h"

#include "store/base/json.h"

static bool remembers_filter(const struct stage *st)
{
	struct buf json = BUF_INIT;
	struct jout j;
	jout_init(&j, &json, false);
	jout_object(&j, NULL);
	st->screen.ops->remember(&st->screen, &j);
	jout_end(&j);
	bool has = strstr(buf_cstr(&json), "\"filter\"") != NULL;
	buf_done(&json);
	return has;
}

/* A key, without what it asks for. */
static void press(struct stage *st, const char *name)
{
	const struct action *a = action_for_key(st->screen.ops->actions, key_named(str_of(name)));
	assert_non_null(a);
	a->run(&st->screen, &(struct input){.key = key_named(str_of(name)), .argument = STR_NONE}, &st->target);
}

static void cleared_is_gone(const char *screen, const struct target *target, const char *filter)
{
	struct stage st;
	stage_open(&st, screen, target, 24, 80, false);
	assert_false(remembers_filter(&st));
	stage_keys(&st, "&");
	stage_line(&st, filter);
	assert_true(remembers_filter(&st));
	press(&st, "Esc");
	assert_false(remembers_filter(&st));
	stage_close(&st);
}

static void of_traces(void **state)
{
	(void)state;
	cleared_is_gone("traces", &(struct target){.screen = "traces"}, "dur>10s");
}

static void of_runs(void **state)
{
	(void)state;
	cleared_is_gone("runs", &(struct target){.screen = "runs"}, "name:dispute");
}

static void of_a_trace(void **state)
{
	(void)state;
	cleared_is_gone("trace", &(struct target){.text = "d15b07e0202611200000000000000048"}, "kind:llm");
}

static void of_a_comparison(void **state)
{
	(void)state;
	int64_t a = 0, b = 0;
	struct err err = ERR_INIT;
	assert_true(db_int(stage_db, "SELECT min(id) FROM run", 0, &a, &err));
	assert_true(db_int(stage_db, "SELECT max(id) FROM run", 0, &b, &err));
	cleared_is_gone("compare", &(struct target){.id = a, .id2 = b}, "loss>0.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_traces),
	    cmocka_unit_test(of_runs),
	    cmocka_unit_test(of_a_trace),
	    cmocka_unit_test(of_a_comparison),
	};
	return cmocka_run_group_tests_name("remembered", tests, stage_setup, stage_teardown);
}
