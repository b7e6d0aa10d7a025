/* Marked rows, on a pseudo-terminal: what is said, reviewed and copied is of all of them, and one u takes it back; checked by what
 * `spoor log` tells of the store afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/base/file.h"
#include "tests/program.h"

static int import_samples(void **state)
{
	(void)state;
	if (program_begin("marked", "samples.db") != 0)
		return -1;
	return run_into("import.log",
	                (const char *const[]){program, "import", "--store", store, "tests/data/traces-agent.jsonl",
	                                      "tests/data/eval-v12.json", "tests/data/eval-v13.json", NULL});
}

static void start(struct vt *vt, int rows, int cols)
{
	vt_open(vt, rows, cols, (const char *const[]){program, "--store", store, NULL},
	        (const char *const[]){"SPOOR_NOW=2026-11-21T00:00:00Z", "SPOOR_AUTHOR=ann", NULL});
	assert_true(vt_wait_text(vt, "row 1 of"));
}

static void leave(struct vt *vt)
{
	vt_send(vt, "Q");
	assert_int_equal(vt_close(vt), 0);
}

/* How often a text stands in what `spoor log` prints. */
static int in_log(const char *what)
{
	struct err err = ERR_INIT;
	struct buf log = BUF_INIT;
	char path[160];
	int n = 0;
	snprintf(path, sizeof path, "%s/log.txt", dir);
	assert_int_equal(
	    run_into("log.txt", (const char *const[]){program, "log", "-n", "10000", "--store", store, NULL}), 0);
	assert_true(file_read(&log, path, 1 << 20, &err));
	for (const char *at = buf_cstr(&log); (at = strstr(at, what)) != NULL; at += strlen(what))
		n++;
	buf_done(&log);
	return n;
}

static void a_number_before_space_marks_so_many(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80);
	vt_send(&vt, "5 ");
	assert_true(vt_wait_text(&vt, "row 6 of"));
	assert_true(vt_wait_text(&vt, "5 marked"));
	vt_send(&vt, "gj3 "); /* from a marked one on: none is any more */
	assert_true(vt_wait_text(&vt, "2 marked"));
	assert_true(vt_wait_text(&vt, "row 5 of"));
	vt_send(&vt, "\t");
	assert_true(vt_wait_text(&vt, "run 1 of"));
	vt_send(&vt, "2 ");
	assert_true(vt_wait_text(&vt, "2 marked"));
	leave(&vt);
}

static void three_traces_are_bad_and_one_u_takes_it_back(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80);
	vt_send(&vt, "  j ");
	assert_true(vt_wait_text(&vt, "3 marked"));
	vt_send(&vt, "k"); /* onto a marked one */
	assert_true(vt_wait_text(&vt, "row 4 of"));
	vt_settle(&vt);
	assert_true(vt_golden(&vt, "marked-traces-80x24"));
	vt_send(&vt, "-");
	assert_true(vt_wait_text(&vt, "of all 3   u takes all back"));
	vt_send(&vt, "-");
	assert_true(vt_wait_text(&vt, "already bad, all 3"));
	assert_int_equal(in_log("  bad"), 3);
	vt_send(&vt, "u");
	assert_true(vt_wait_text(&vt, "taken back: bad, of all of them"));
	assert_int_equal(in_log("takes back"), 3);
	vt_send(&vt, "\x12"); /* ^R */
	assert_true(vt_wait_text(&vt, "of all 3   u takes all back"));
	vt_send(&vt, "u");
	assert_true(vt_wait_text(&vt, "taken back"));
	vt_send(&vt, " "); /* takes the mark off again */
	assert_true(vt_wait_text(&vt, "2 marked"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "= first"));
	leave(&vt);
}

static void marks_outlive_a_filter(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80);
	vt_send(&vt, "j ");
	assert_true(vt_wait_text(&vt, "1 marked"));
	vt_send(&vt, "&status:error\r");
	assert_true(vt_wait_text(&vt, "row 1 of 2"));
	vt_send(&vt, ":mark-all\r");
	assert_true(vt_wait_text(&vt, "3 marked"));
	vt_send(&vt, "\x1b");
	assert_true(vt_wait_text(&vt, "of 59"));
	assert_true(vt_wait_text(&vt, "3 marked"));
	vt_send(&vt, "r");
	assert_true(vt_wait_text(&vt, "review as: 3 marked"));
	vt_send(&vt, "\x1b");
	assert_true(vt_wait_text(&vt, "row "));
	vt_send(&vt, "\x1b");
	assert_true(vt_wait_text(&vt, "nothing is marked any more"));
	leave(&vt);
}

/* Of more than twenty it is asked, and said what u would do; nothing but a yes says it. */
static void many_are_asked_for(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80);
	vt_send(&vt, ":mark-all\r");
	assert_true(vt_wait_text(&vt, "59 marked"));
	vt_send(&vt, "~");
	assert_true(vt_wait_text(&vt, "all 59 unsure? u undoes all 59: y/n"));
	vt_send(&vt, "n\r");
	assert_true(vt_wait_text(&vt, "nothing was said"));
	assert_int_equal(in_log("  unsure"), 0);
	vt_send(&vt, "~y\r");
	assert_true(vt_wait_text(&vt, "of all 59   u takes all back"));
	assert_int_equal(in_log("  unsure"), 59);
	vt_send(&vt, "u");
	assert_true(vt_wait_text(&vt, "taken back: unsure, of all of them"));
	leave(&vt);
}

/* Headings are no rows; a reason, a note and a tag are of all of them, a corrected answer is of one. */
static void cases_of_a_comparison(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 100);
	vt_send(&vt, "\t\r");
	assert_true(vt_wait_text(&vt, "[Lost"));
	vt_send(&vt, "     ");
	assert_true(vt_wait_text(&vt, "5 marked"));
	assert_true(vt_golden(&vt, "marked-compare-100x24"));
	vt_send(&vt, ":tag refunds\r");
	assert_true(vt_wait_text(&vt, "tag refunds, of all 5"));
	vt_send(&vt, "C");
	assert_true(vt_wait_text(&vt, "one answer's"));
	vt_send(&vt, "yi");
	assert_true(vt_wait_text(&vt, "copied "));
	vt_send(&vt, "yl");
	assert_true(vt_wait_text(&vt, "copied "));
	vt_send(&vt, ":mark-none\r");
	assert_true(vt_wait_text(&vt, "nothing is marked any more"));
	assert_int_equal(in_log("tag refunds"), 5);
	leave(&vt);
}

/* Where nothing can be judged by rows, Space does what it did, or says so. */
static void elsewhere_space_is_as_it_was(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80);
	vt_send(&vt, "i");
	assert_true(vt_wait_text(&vt, "Insights"));
	vt_send(&vt, " ");
	assert_true(vt_wait_text(&vt, "rows are not marked here"));
	leave(&vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_number_before_space_marks_so_many),
	    cmocka_unit_test(three_traces_are_bad_and_one_u_takes_it_back),
	    cmocka_unit_test(marks_outlive_a_filter),
	    cmocka_unit_test(many_are_asked_for),
	    cmocka_unit_test(cases_of_a_comparison),
	    cmocka_unit_test(elsewhere_space_is_as_it_was),
	};
	return cmocka_run_group_tests_name("marked", tests, import_samples, program_end);
}
