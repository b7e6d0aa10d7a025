/* A person's session of Review in the whole program on a pseudo-terminal: the first start, fast typing, a note in place, leaving and going
 * on, and what the store has then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/annotate.h"
#include "tests/program.h"

static int make_store(void **state)
{
	(void)state;
	if (program_begin("review", "samples.db") != 0)
		return -1;
	if (run((const char *const[]){program, "import", "--store", store, "tests/data/eval-v12.json",
	                              "tests/data/eval-v13.json", NULL}) != 0)
		return -1;
	return run((const char *const[]){program, "review", "--store", store, "--run", "dispute v12", "--first", "60",
	                                 "--name", "refund answers", "--make", NULL});
}

static void start(struct vt *vt, const char *home)
{
	char state_home[128];
	snprintf(state_home, sizeof state_home, "XDG_STATE_HOME=%s/%s", dir, home);
	const char *const env[] = {"SPOOR_AUTHOR=anna", "SPOOR_NOW=2026-11-21T00:00:00Z", state_home, NULL};
	vt_open(vt, 24, 80, (const char *const[]){program, "review", "--store", store, "refund answers", NULL}, env);
}

/* How many verdicts of that sort anna's store has. */
static int64_t verdicts(const char *value)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(store, DB_READ, &err);
	assert_non_null(db);
	struct stmt *s = db_query(db, "SELECT count(*) FROM annotation_now WHERE author = 'anna' AND value = ?", &err);
	assert_non_null(s);
	stmt_str(s, 1, str_of(value));
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	int64_t n = col_int(s, 0);
	stmt_end(s);
	db_close(db);
	return n;
}

/* Forty answers in one breath: no key is lost, none meets another item; the note is written in place. */
static void test_session(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, "state");
	assert_true(vt_wait_text(&vt, "WELCOME"));
	assert_true(vt_golden(&vt, "review-app-welcome"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "ANSWER"));
	for (int i = 0; i < 10; i++)
		vt_send(&vt, "1223"
		             "2\r");
	assert_true(vt_wait_text(&vt, "40 of "));
	assert_int_equal(verdicts("good"), 10);
	assert_int_equal(verdicts("bad"), 20);
	assert_int_equal(verdicts("outdated"), 10);
	assert_int_equal(verdicts("unsure"), 10);
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, "Your note"));
	vt_send(&vt, "Ask the branch.\rThen 1, 2 or 3.");
	assert_true(vt_golden(&vt, "review-app-note"));
	vt_send(&vt, "\x13");
	assert_true(vt_wait_text(&vt, "Saved: the note to question 41"));
	assert_int_equal(verdicts("Ask the branch.\nThen 1, 2 or 3."), 1);
	assert_int_equal(verdicts("good"), 10);
	vt_send(&vt, "u");
	assert_true(vt_wait_text(&vt, "Taken back"));
	assert_int_equal(verdicts("Ask the branch.\nThen 1, 2 or 3."), 0);
	vt_send(&vt, "q");
	assert_true(vt_wait_text(&vt, "STOP HERE FOR NOW?"));
	vt_send(&vt, "q");
	assert_int_equal(vt_close(&vt), 0);
	/* the next day: at the first that is not judged, without the help */
	start(&vt, "state");
	assert_true(vt_wait_text(&vt, "40 of "));
	assert_true(vt_wait_text(&vt, "ANSWER"));
	vt_send(&vt, "1");
	assert_true(vt_wait_text(&vt, "Saved: question 41 is good"));
	vt_send(&vt, "Q");
	assert_int_equal(vt_close(&vt), 0);
	assert_int_equal(verdicts("good"), 11);
}

/* Killed the moment the next item shows: the verdict before it is there. */
static void test_killed(void **state)
{
	(void)state;
	int64_t before = verdicts("unsure");
	for (int i = 0; i < 5; i++) {
		struct vt vt;
		char expected[64];
		start(&vt, "state");
		assert_true(vt_wait_text(&vt, "ANSWER"));
		vt_send(&vt, "3");
		snprintf(expected, sizeof expected, "Saved: question %d is unsure", 42 + i);
		assert_true(vt_wait_text(&vt, expected));
		kill(vt.pid, SIGKILL);
		vt_close(&vt);
		assert_int_equal(verdicts("unsure"), before + i + 1);
	}
}

/* A queue that waits for another program's writing is made while a line is typed: Review comes when that is done. */
static void test_typing_while_made(void **state)
{
	(void)state;
	struct vt vt;
	struct err err = ERR_INIT;
	const char *const env[] = {"SPOOR_AUTHOR=bea", "SPOOR_NOW=2026-11-21T00:00:00Z", "SPOOR_MEMORY=0", NULL};
	vt_open(&vt, 24, 80, (const char *const[]){program, "open", "queues", "--store", store, NULL}, env);
	assert_true(vt_wait_text(&vt, "BEGIN"));
	vt_settle(&vt);
	struct db *db = db_open(store, DB_WRITE, &err);
	assert_non_null(db);
	assert_true(db_begin(db, &err));
	vt_send(&vt, "&status=failed\r");
	vt_settle(&vt);
	vt_send(&vt, "&");
	vt_settle(&vt);
	db_rollback(db);
	db_close(db);
	for (int64_t until = vt_now_ms() + 1500; vt_now_ms() < until;)
		vt_pump(&vt, 100);
	vt_send(&vt, "x");
	assert_true(vt_wait_text(&vt, "&x"));
	assert_true(vt_has_text(&vt, "of the newest run"));
	vt_send(&vt, "\x1b");
	assert_true(vt_wait_text(&vt, "WELCOME"));
	vt_send(&vt, "Q");
	assert_int_equal(vt_close(&vt), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_session), cmocka_unit_test(test_killed),
	                                   cmocka_unit_test(test_typing_while_made)};
	return cmocka_run_group_tests(tests, make_store, program_end);
}
