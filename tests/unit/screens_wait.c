/* Keys behind a search or a jump wait for the row that it finds: what is typed fast is meant for that one. */
#include "tests/screens.h"

/* A key whose action asks the store: nothing is answered yet. */
static void press(struct stage *st, const char *name)
{
	int key = key_named(str_of(name));
	const struct action *a = action_for_key(st->screen.ops->actions, key);
	assert_non_null(a);
	a->run(&st->screen, &(struct input){.key = key, .argument = STR_NONE}, &st->target);
}

static bool waits(const struct stage *st)
{
	return st->screen.ops->waits(&st->screen);
}

/* Until the row is known; an answer that does not come, or fails, holds nothing up for more than a second. */
static void look_at(const char *screen, struct target *target, const char *key)
{
	struct stage st;
	struct err err = ERR_INIT;
	stage_open(&st, screen, target, 24, 80, false);
	assert_false(waits(&st));
	press(&st, key);
	assert_true(waits(&st)); /* not asked yet: typed in the same moment */
	void *request = st.screen.ops->ask(&st.screen);
	assert_non_null(request);
	assert_true(waits(&st));
	assert_true(st.screen.ops->fetch(stage_db, request, &err));
	assert_true(waits(&st));
	st.screen.ops->take(&st.screen, request, true);
	assert_false(waits(&st));
	stage_settle(&st);
	press(&st, key);
	st.ui->now_ns += INT64_C(999000000);
	assert_true(waits(&st));
	st.ui->now_ns += INT64_C(2000000);
	assert_false(waits(&st));
	stage_close(&st);
}

static void in_a_list_of_traces(void **state)
{
	(void)state;
	look_at("traces", &(struct target){.screen = "traces"}, "e");
}

static int64_t with_errors(void)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query_composed(stage_db, STR_LIT("SELECT id FROM trace WHERE errors > 0 LIMIT 1"), &err);
	assert_non_null(s);
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	int64_t id = col_int(s, 0);
	stmt_free(s);
	return id;
}

static void in_a_trace(void **state)
{
	(void)state;
	int64_t id = with_errors();
	look_at("trace", &(struct target){.screen = "trace", .id = id}, "e");
	look_at("trace", &(struct target){.screen = "trace", .id = id}, "!");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(in_a_list_of_traces), cmocka_unit_test(in_a_trace)};
	return cmocka_run_group_tests_name("screens_wait", tests, stage_setup, stage_teardown);
}
