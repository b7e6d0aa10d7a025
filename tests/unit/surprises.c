/* What a person who comes from tig, htop or lnav would not expect, on a pseudo-terminal: each was so once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/base/file.h"
#include "tests/program.h"

static char evals[96], nothing[96];

#define ENVIRONMENT "SPOOR_NOW=2026-11-21T00:00:00Z", "SPOOR_AUTHOR=ann"

static int import_samples(void **state)
{
	(void)state;
	if (program_begin("surprises", "samples.db") != 0)
		return -1;
	snprintf(evals, sizeof evals, "%s/evals.db", dir);
	snprintf(nothing, sizeof nothing, "%s/nothing.db", dir);
	return run((const char *const[]){program, "import", "--store", evals, "tests/data/eval-v12.json",
	                                 "tests/data/eval-v13.json", NULL}) ||
	       run((const char *const[]){program, "import", "--store", store, "tests/data/traces-eval.jsonl",
	                                 "tests/data/traces-agent.jsonl", "tests/data/eval-v12.json",
	                                 "tests/data/eval-v13.json", NULL});
}

static void start(struct vt *vt, int rows, int cols, const char *of, const char *argument)
{
	vt_open(vt, rows, cols, (const char *const[]){program, "--store", of, argument, NULL},
	        (const char *const[]){ENVIRONMENT, NULL});
}

static void leave(struct vt *vt)
{
	vt_send(vt, "Q");
	assert_int_equal(vt_close(vt), 0);
}

/* The first row that has a text; -1: none. */
static int row_of(const struct vt *vt, const char *text)
{
	for (int row = 0; row < vt->rows; row++) {
		struct buf line = BUF_INIT;
		vt_add_row(vt, &line, row);
		bool has = strstr(buf_cstr(&line), text) != NULL;
		buf_done(&line);
		if (has)
			return row;
	}
	return -1;
}

/* What the list of one file shows is what is marked, reviewed and summed up: 59 traces of the 225 in the store. */
static void a_list_of_one_file_acts_on_that_file(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, store, "tests/data/traces-agent.jsonl");
	assert_true(vt_wait_text(&vt, "59 of 225 traces"));
	vt_send(&vt, ":mark-all\r");
	assert_true(vt_wait_text(&vt, "59 marked"));
	vt_send(&vt, "\x1b");
	assert_true(vt_wait_text(&vt, "nothing is marked any more"));
	vt_send(&vt, "&status:error or dur>10s\r");
	assert_true(vt_wait_text(&vt, "6 of 225 traces"));
	vt_send(&vt, "i");
	assert_true(vt_wait_text(&vt, "(status:error or dur>10s) source=tests/data/traces-agent.jsonl"));
	assert_true(vt_wait_text(&vt, "traces 6"));
	vt_send(&vt, "q");
	assert_true(vt_wait_text(&vt, "row 1 of 6"));
	vt_send(&vt, "r");
	assert_true(vt_wait_text(&vt, "review as:"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "0 of 6 done"));
	leave(&vt);
	assert_int_equal(
	    run_into("queues.txt", (const char *const[]){program, "review", "--list", "--store", store, NULL}), 0);
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	char path[160];
	snprintf(path, sizeof path, "%s/queues.txt", dir);
	assert_true(file_read(&text, path, 1 << 20, &err));
	assert_non_null(
	    strstr(buf_cstr(&text), "traces of tests/data/traces-agent.jsonl where status:error or dur>10s"));
	buf_done(&text);
}

/* Whichever was marked first, the older one is A, as of runs; it is said. */
static void of_two_marked_traces_the_older_is_a(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, store, "--fresh");
	assert_true(vt_wait_text(&vt, "row 1 of"));
	vt_send(&vt, "&dur>20s\r");
	assert_true(vt_wait_text(&vt, "row 1 of 4"));
	vt_send(&vt, " "); /* 20 Nov 11:58, then 17 Nov 10:05 */
	assert_true(vt_wait_text(&vt, "1 marked"));
	vt_send(&vt, "G \r");
	assert_true(vt_wait_text(&vt, "A is the older one, B the newer"));
	assert_true(row_of(&vt, "A  17 Nov 10:05") >= 0);
	assert_true(row_of(&vt, "B  20 Nov 11:58") >= 0);
	vt_send(&vt, "q"); /* and the other way round */
	assert_true(vt_wait_text(&vt, "2 marked"));
	vt_send(&vt, ":mark-none\rg");
	assert_true(vt_wait_text(&vt, "row 1 of 4"));
	vt_send(&vt, "G gg \r");
	assert_true(vt_wait_text(&vt, "A is the older one, B the newer"));
	assert_true(row_of(&vt, "A  17 Nov 10:05") >= 0);
	leave(&vt);
}

/* A tree shorter than its part of the screen: a step goes on until it shows, or it is said that none does. */
static void each_step_of_the_panes_shows(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 40, 80, store, "--open=trace:d15b07e0202611200000000000000048");
	assert_true(vt_wait_text(&vt, "[Overview]"));
	vt_settle(&vt);
	int before = row_of(&vt, "[Overview]");
	vt_send(&vt, ";");
	assert_true(vt_wait_text(&vt, "larger, on all screens"));
	int larger = row_of(&vt, "[Overview]");
	assert_true(larger > 0 && larger < before);
	vt_send(&vt, ",");
	assert_true(vt_wait_text(&vt, "details: "));
	vt_settle(&vt);
	assert_true(row_of(&vt, "[Overview]") > larger);
	vt_send(&vt, ",,,,,,");
	assert_true(vt_wait_text(&vt, "details are as small as they get here"));
	assert_int_equal(row_of(&vt, "[Overview]"), before);
	vt_send(&vt, "q");
	assert_true(vt_wait_text(&vt, "no filter"));
	vt_send(&vt, ";");
	assert_true(vt_wait_text(&vt, "no details show here that could be larger"));
	leave(&vt);
}

/* The bottom of the stack is where the data is, however one came there. */
static void a_store_of_runs_stands_on_runs(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, evals, "--fresh");
	assert_true(vt_wait_text(&vt, "2 eval runs of 1 dataset"));
	vt_send(&vt, "\x1b");
	assert_true(vt_wait_text(&vt, "this is the first screen: q leaves"));
	vt_send(&vt, "\t");
	assert_true(vt_wait_text(&vt, "No traces are in this store."));
	vt_send(&vt, "q");
	assert_true(vt_wait_text(&vt, "2 eval runs of 1 dataset"));
	vt_send(&vt, "q");
	assert_int_equal(vt_close(&vt), 0);
	start(&vt, 24, 80, nothing, "tests/data/eval-v12.json");
	assert_true(vt_wait_text(&vt, "1 eval run of 1 dataset"));
	vt_send(&vt, "\x1b");
	assert_true(vt_wait_text(&vt, "this is the first screen: q leaves"));
	vt_send(&vt, "q");
	assert_int_equal(vt_close(&vt), 0);
}

static void a_small_welcome_says_how_to_leave(void **state)
{
	(void)state;
	struct vt vt;
	char path[160];
	snprintf(path, sizeof path, "%s/empty.db", dir);
	start(&vt, 12, 40, path, "--fresh");
	assert_true(vt_wait_text(&vt, "nothing has been read yet"));
	assert_true(vt_wait_text(&vt, "q leave"));
	vt_send(&vt, "q");
	assert_int_equal(vt_close(&vt), 0);
}

/* Space goes down whether it marks a run or takes its mark off. */
static void space_goes_down_in_runs(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, evals, "--fresh");
	assert_true(vt_wait_text(&vt, "run 1 of 2"));
	vt_send(&vt, " ");
	assert_true(vt_wait_text(&vt, "run 2 of 2 · 1 marked"));
	vt_send(&vt, "k ");
	assert_true(vt_wait_text(&vt, "run 2 of 2"));
	assert_true(vt_wait_gone(&vt, "marked"));
	leave(&vt);
}

/* Ids may be personal, too: what is masked is copied masked, and no link or command is made of it. */
static void a_masked_id_is_in_no_copied_link(void **state)
{
	(void)state;
	static const char row[] =
	    "{\"id\":\"anna.schmidt%d@gmx.de\",\"question\":\"q %d\",\"answer\":\"%s\",\"passed\":true}\n";
	char a[160], b[160], personal[160];
	snprintf(a, sizeof a, "%s/one.jsonl", dir);
	snprintf(b, sizeof b, "%s/two.jsonl", dir);
	snprintf(personal, sizeof personal, "%s/personal.db", dir);
	const char *const files[] = {a, b};
	for (size_t i = 0; i < 2; i++) {
		FILE *f = fopen(files[i], "w");
		assert_non_null(f);
		for (int k = 1; k <= 2; k++)
			fprintf(f, row, k, k, i ? "more" : "less");
		assert_int_equal(fclose(f), 0);
	}
	assert_int_equal(run((const char *const[]){program, "import", "--store", personal, a, b, NULL}), 0);
	struct vt vt;
	start(&vt, 24, 110, personal, "--mask");
	assert_true(vt_wait_text(&vt, "run 1 of 2"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "[Changed 2]"));
	vt_send(&vt, "yl");
	assert_true(vt_wait_text(&vt, "not copied: it would have to name what is masked; M shows it"));
	vt_send(&vt, "  ");
	assert_true(vt_wait_text(&vt, "2 marked"));
	vt_send(&vt, "yl");
	assert_true(vt_wait_text(&vt, "not copied: it would have to name what is masked"));
	vt_send(&vt, "yi"); /* two lines of a…@gmx.de */
	assert_true(vt_wait_text(&vt, "copied 24 bytes"));
	vt_send(&vt, "M");
	assert_true(vt_wait_text(&vt, "show again"));
	vt_send(&vt, "yi");
	assert_true(vt_wait_text(&vt, "copied 42 bytes"));
	leave(&vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_of_one_file_acts_on_that_file),
	    cmocka_unit_test(of_two_marked_traces_the_older_is_a),
	    cmocka_unit_test(each_step_of_the_panes_shows),
	    cmocka_unit_test(a_store_of_runs_stands_on_runs),
	    cmocka_unit_test(a_small_welcome_says_how_to_leave),
	    cmocka_unit_test(space_goes_down_in_runs),
	    cmocka_unit_test(a_masked_id_is_in_no_copied_link),
	};
	return cmocka_run_group_tests_name("surprises", tests, import_samples, program_end);
}
