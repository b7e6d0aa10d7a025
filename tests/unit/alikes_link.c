/* The link of a view of look-alikes names the answer they are like: what it leads to is the same view, and its command prints the same. */
#include "tests/screens.h"

#include "tui/link_find.h"

static int64_t number(const char *sql)
{
	int64_t n = 0;
	struct err err = ERR_INIT;
	assert_true(db_int(stage_db, sql, 0, &n, &err));
	assert_true(n != 0);
	return n;
}

/* The view of `from`, its link, and where that leads: the same. */
static void leads_back(const struct target *from, const char *word)
{
	struct stage st;
	struct buf link = BUF_INIT, view = BUF_INIT, command = BUF_INIT;
	struct err err = ERR_INIT;
	struct link_found found = {.n = 0};
	stage_open(&st, "alikes", from, 24, 80, false);
	assert_true(st.screen.ops->copy(&st.screen, COPY_LINK, &link));
	assert_true(st.screen.ops->copy(&st.screen, COPY_VIEW, &view));
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &command));
	assert_string_equal(buf_cstr(&link), buf_cstr(&view));
	if (!link_find(stage_db, buf_str(&link), 0, &found, &err))
		fail_msg("%s: %s", buf_cstr(&link), err.text);
	const struct target *to = &found.at[found.n - 1];
	assert_string_equal(to->screen, "alikes");
	assert_string_equal(to->text, from->text);
	assert_int_equal(to->id, from->id);
	assert_int_equal(to->id2, from->id2);
	assert_int_equal(to->span, from->span);
	assert_true(str_ends(buf_str(&command), word));
	link_found_done(&found);
	buf_done(&link);
	buf_done(&view);
	buf_done(&command);
	stage_close(&st);
}

static void of_a_trace_and_a_step(void **state)
{
	(void)state;
	struct target t = {.screen = "alikes", .text = "trace"};
	t.id = number("SELECT id FROM trace WHERE text = 'd15b07e0202611200000000000000048'");
	leads_back(&t, " trace:d15b07e0202611200000000000000048");
	snprintf(t.text, sizeof t.text, "span");
	t.span = number("SELECT s.key FROM span s JOIN trace t ON s.trace = t.id WHERE"
	                " t.text = 'd15b07e0202611200000000000000048' AND s.depth > 0 LIMIT 1");
	leads_back(&t, "");
}

/* Each repeat is an answer of its own. */
static void of_a_case_and_its_repeats(void **state)
{
	(void)state;
	struct target t = {.screen = "alikes", .text = "case"};
	t.id = number("SELECT max(id) FROM run");
	t.id2 = number("SELECT case_id FROM case_result WHERE run = (SELECT max(id) FROM run) AND repeat = 2");
	leads_back(&t, "'");
	t.span = 2;
	leads_back(&t, "#3'");
}

/* A blind review does not say which run it was: neither does a link out of it. */
static void a_blind_one_names_none(void **state)
{
	(void)state;
	struct stage st;
	struct buf link = BUF_INIT;
	struct target t = {.screen = "alikes", .text = "case blind"};
	t.id = number("SELECT max(id) FROM run");
	t.id2 = number("SELECT min(case_id) FROM case_result WHERE run = (SELECT max(id) FROM run)");
	stage_open(&st, "alikes", &t, 24, 80, false);
	assert_false(st.screen.ops->copy(&st.screen, COPY_LINK, &link));
	assert_false(st.screen.ops->copy(&st.screen, COPY_COMMAND, &link));
	buf_done(&link);
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_a_trace_and_a_step),
	    cmocka_unit_test(of_a_case_and_its_repeats),
	    cmocka_unit_test(a_blind_one_names_none),
	};
	return cmocka_run_group_tests_name("alikes_link", tests, stage_setup, stage_teardown);
}
