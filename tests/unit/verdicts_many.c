/* tui/verdicts: a verdict proposed to many items as one group: written in batches, taken back and said again together; and events taken back
 * by their ids, whatever group they were in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/store.h"
#include "tui/verdicts.h"

enum { MANY = 150 };
static struct subject_at items[MANY];

static int setup(void **state)
{
	struct err err = ERR_INIT;
	char claims[] = "tests/data/evals-claims.tar.gz";
	char *paths[] = {claims};
	struct import_report report = {0};
	size_t n = 0;
	if (store_setup(state) != 0 ||
	    !import_paths(db, paths, 1, &(struct import_opts){.now_ns = UNKNOWN_INT}, NULL, &report, &err))
		return -1;
	import_report_done(&report);
	struct stmt *s = db_query(db,
	                          "SELECT run, case_id, min(repeat) FROM case_result GROUP BY run, case_id"
	                          " ORDER BY run, case_id",
	                          &err);
	while (s && stmt_step(s, &err) == STEP_ROW && n < MANY)
		items[n++] = (struct subject_at){
		    .kind = SUBJECT_CASE, .at = {col_int(s, 0), col_int(s, 1), col_int(s, 2)}
                };
	stmt_end(s);
	return n == MANY ? 0 : -1;
}

static void no_wake(void)
{
}

static void post(struct verdicts *v, struct saying *s)
{
	struct verdict_answer a;
	verdicts_post(v, s, 0, NULL);
	assert_true(verdicts_take(v, 20000, &a));
	if (!a.ok)
		fail_msg("%s", a.err.text);
	assert_ptr_equal(a.saying, s);
}

static int64_t proposed(void)
{
	int64_t n = -1;
	struct err err = ERR_INIT;
	assert_true(db_int(db, "SELECT count(*) FROM annotation_now WHERE field = 0 AND how = 1", -1, &n, &err));
	return n;
}

static void as_one_group(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct verdicts *v = verdicts_start(store_path, STR_LIT("ana"), UNKNOWN_INT, no_wake, &err);
	assert_non_null(v);
	struct saying *flag = saying_new(SAYING_ADD, &items[0]);
	saying_verdict(flag, VERDICT_BAD);
	post(v, flag);
	struct saying *s = saying_new(SAYING_PROPOSE, &items[0]);
	saying_verdict(s, VERDICT_BAD);
	s->how = HOW_PROPOSED;
	s->has_because = true;
	s->because = flag->events[0];
	saying_many(s, items, MANY);
	post(v, s);
	int64_t n = proposed();
	assert_true(n > MANY / 2);
	assert_int_equal(s->n_written, n);
	assert_int_equal(s->n_written + s->n_left, MANY);
	assert_true(s->n_left >= 1); /* the flag itself */
	/* One of them by its id, then the group, then all of it again. */
	unsigned char one[16];
	struct stmt *q = db_query(db, "SELECT event FROM annotation_now WHERE how = 1 LIMIT 1", &err);
	assert_int_equal(stmt_step(q, &err), STEP_ROW);
	memcpy(one, col_blob(q, 0).ptr, sizeof one);
	stmt_end(q);
	struct event_id id;
	memcpy(id.byte, one, sizeof one);
	struct saying *drop = saying_new(SAYING_DROP, NULL);
	saying_drop(drop, &id, 1);
	post(v, drop);
	assert_int_equal(proposed(), n - 1);
	struct saying *back = saying_new(SAYING_TAKE_BACK, NULL);
	post(v, back);
	assert_int_equal(proposed(), 0);
	struct saying *again = saying_new(SAYING_AGAIN, NULL);
	post(v, again);
	assert_int_equal(proposed(), n);
	/* And the flag stays what it was. */
	int64_t by_hand;
	assert_true(db_int(db, "SELECT count(*) FROM annotation_now WHERE field = 0 AND how = 0", 0, &by_hand, &err));
	assert_int_equal(by_hand, 1);
	struct saying *const all[] = {flag, s, drop, back, again};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		saying_free(all[i]);
	struct buf lost = BUF_INIT;
	assert_int_equal(verdicts_quit(v, 5000, &lost), 0);
	buf_done(&lost);
	verdicts_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(as_one_group)};
	return cmocka_run_group_tests(tests, setup, store_teardown);
}
