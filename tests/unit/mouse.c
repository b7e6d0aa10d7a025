/* The mouse on a pseudo-terminal: clicks and the wheel as the bytes a terminal sends (SGR, mode 1006), on every screen there is a way
 * to; the goldens show what a click leaves. The store: the bundled samples. */
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
	if (program_begin("mouse", "samples.db") != 0)
		return -1;
	return run_into("import.log",
	                (const char *const[]){program, "import", "--store", store, "tests/data/traces-agent.jsonl",
	                                      "tests/data/eval-v12.json", "tests/data/eval-v13.json", NULL});
}

static void start(struct vt *vt, int rows, int cols, const char *open)
{
	static const char *const env[] = {"SPOOR_NOW=2026-11-21T00:00:00Z", "SPOOR_MOUSE=1", NULL};
	if (open)
		vt_open(vt, rows, cols, (const char *const[]){program, "--store", store, "--open", open, NULL}, env);
	else
		vt_open(vt, rows, cols, (const char *const[]){program, "--store", store, NULL}, env);
	assert_true(vt_wait_text(vt, "mouse on: Shift"));
}

static void leave(struct vt *vt)
{
	vt_send(vt, "Q");
	assert_int_equal(vt_close(vt), 0);
}

enum { BUTTON = 0, WHEEL_UP = 64, WHEEL_DOWN = 65 };

/* Rows and columns from 0; what a terminal would never send, too. */
static void point(struct vt *vt, int button, long row, long col)
{
	char bytes[96];
	snprintf(bytes, sizeof bytes, "\x1b[<%d;%ld;%ldM", button, col + 1, row + 1);
	vt_send(vt, bytes);
	if (button != BUTTON)
		return;
	snprintf(bytes, sizeof bytes, "\x1b[<%d;%ld;%ldm", button, col + 1, row + 1);
	vt_send(vt, bytes);
}

/* Where a text stands, the first from the top. */
static void find(struct vt *vt, const char *what, int *row, int *col)
{
	vt_settle(vt);
	for (*row = 0; *row < vt->rows; ++*row) {
		struct buf line = BUF_INIT;
		vt_add_row(vt, &line, *row);
		const char *at = strstr(buf_cstr(&line), what);
		if (at) {
			*col = text_cols(str_cut(buf_str(&line), 0, (size_t)(at - buf_cstr(&line))));
			buf_done(&line);
			return;
		}
		buf_done(&line);
	}
	vt_print(vt, what);
	fail_msg("nowhere on the screen: %s", what);
}

static void click(struct vt *vt, const char *what)
{
	int row, col;
	find(vt, what, &row, &col);
	point(vt, BUTTON, row, col);
	vt_settle(vt);
}

static void click_at(struct vt *vt, int row, int col)
{
	point(vt, BUTTON, row, col);
	vt_settle(vt);
}

/* A row, then the same row; a title, then the same title; the wheel; a hint. */
static void the_list_of_traces(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, NULL);
	click_at(&vt, 6, 30);
	assert_true(vt_wait_text(&vt, "row 4 of"));
	click(&vt, "cost");
	assert_true(vt_wait_text(&vt, "by cost, largest first"));
	click(&vt, "▾cost");
	assert_true(vt_wait_text(&vt, "by cost, smallest first"));
	click(&vt, "time");
	assert_true(vt_wait_text(&vt, "by time, newest first"));
	point(&vt, WHEEL_DOWN, 10, 10);
	assert_true(vt_wait_text(&vt, "row 4 of"));
	point(&vt, WHEEL_UP, 10, 10);
	vt_settle(&vt);
	assert_true(vt_golden(&vt, "mouse-traces-80x24"));
	click_at(&vt, 6, 30);
	assert_true(vt_wait_text(&vt, "Overview"));
	click_at(&vt, 0, 2);
	assert_true(vt_wait_text(&vt, "row 4 of"));
	click_at(&vt, 0, 2); /* never out of the program */
	click(&vt, "help");
	assert_true(vt_wait_text(&vt, "actions"));
	click_at(&vt, 0, 2);
	assert_true(vt_wait_text(&vt, "row 4 of"));
	click(&vt, "filter  /");
	assert_true(vt_wait_text(&vt, "&"));
	vt_send(&vt, "status:ok");
	click_at(&vt, 22, 3); /* the caret goes before "atus" */
	vt_send(&vt, "X");
	assert_true(vt_wait_text(&vt, "stXatus:ok"));
	vt_send(&vt, "\x1b");
	leave(&vt);
}

static void a_tree_folds_and_its_tabs_turn(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, "trace:d15b07e020261120000000000000b10c");
	assert_true(vt_wait_text(&vt, "31 spans"));
	click(&vt, "▾ retr");
	assert_true(vt_wait_text(&vt, "▸ retr"));
	assert_true(vt_wait_text(&vt, "row 4 of 22"));
	click(&vt, "▸ retr");
	assert_true(vt_wait_text(&vt, "row 4 of 23"));
	click(&vt, "Output");
	assert_true(vt_wait_text(&vt, "[Output"));
	click(&vt, "Docs 4");
	assert_true(vt_wait_text(&vt, "[Docs 4"));
	click(&vt, "Overview");
	assert_true(vt_wait_text(&vt, "[Overview]"));
	click_at(&vt, 6, 40);
	assert_true(vt_wait_text(&vt, "row 5 of"));
	assert_true(vt_golden(&vt, "mouse-trace-80x24"));
	point(&vt, WHEEL_DOWN, 18, 10); /* the details, not the tree */
	vt_settle(&vt);
	assert_true(vt_wait_text(&vt, "row 5 of"));
	click_at(&vt, 6, 40);
	assert_true(vt_wait_gone(&vt, "▾ retr"));
	vt_send(&vt, "q");
	assert_true(vt_wait_text(&vt, "row 5 of"));
	leave(&vt);
}

/* What the wheel does beside the tree scrolls the details, and they come back. */
static void details_beside_scroll(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 30, 160, "trace:d15b07e020261120000000000000b10c");
	assert_true(vt_wait_text(&vt, "[Overview]"));
	click(&vt, "Attrs");
	vt_settle(&vt);
	struct buf before = BUF_INIT, after = BUF_INIT;
	vt_text(&vt, &before);
	point(&vt, WHEEL_DOWN, 20, 150);
	vt_settle(&vt);
	point(&vt, WHEEL_UP, 20, 150);
	vt_settle(&vt);
	vt_text(&vt, &after);
	assert_string_equal(buf_cstr(&before), buf_cstr(&after));
	buf_done(&before);
	buf_done(&after);
	leave(&vt);
}

static void runs_compare_and_case(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 100, NULL);
	click(&vt, "runs");
	assert_true(vt_wait_text(&vt, "baseline"));
	click(&vt, "name");
	vt_settle(&vt);
	click(&vt, "v12");
	click(&vt, "dispute v13");
	assert_true(vt_golden(&vt, "mouse-runs-100x24"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "[Lost"));
	click(&vt, "Won");
	assert_true(vt_wait_text(&vt, "[Won"));
	click_at(&vt, 17, 20);
	click_at(&vt, 17, 20);
	assert_true(vt_wait_text(&vt, "[Case"));
	click(&vt, "Scores");
	assert_true(vt_wait_text(&vt, "[Scores"));
	assert_true(vt_golden(&vt, "mouse-case-100x24"));
	point(&vt, WHEEL_DOWN, 10, 10);
	click_at(&vt, 0, 1);
	assert_true(vt_wait_text(&vt, "[Won"));
	leave(&vt);
}

/* The keys go over to the list that was clicked. */
static void the_other_pane_gets_the_keys(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 30, 100, NULL);
	vt_send(&vt, "\t\r");
	assert_true(vt_wait_text(&vt, "[Lost"));
	vt_send(&vt, "w");
	vt_settle(&vt);
	assert_true(vt_wait_text(&vt, "first differs"));
	int row, col;
	find(&vt, "─ ", &row, &col);
	click_at(&vt, row + 2, 20);
	assert_true(vt_golden(&vt, "mouse-begins-100x30"));
	click_at(&vt, row - 3, 20);
	vt_settle(&vt);
	leave(&vt);
}

/* Whatever comes as a click in Review, nothing is judged. */
static void a_click_judges_nothing(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, NULL);
	vt_send(&vt, "r\r");
	vt_settle(&vt);
	vt_send(&vt, "\r");
	vt_settle(&vt);
	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col += 3)
			point(&vt, BUTTON, row, col);
	vt_settle(&vt);
	leave(&vt);
	struct err err = ERR_INIT;
	struct buf log = BUF_INIT;
	char path[160];
	snprintf(path, sizeof path, "%s/log.txt", dir);
	assert_int_equal(run_into("log.txt", (const char *const[]){program, "log", "--store", store, NULL}), 0);
	assert_true(file_read(&log, path, 4096, &err));
	assert_string_equal(buf_cstr(&log), "nobody said anything\n");
	buf_done(&log);
}

/* Outside of the screen, before its first cell, beyond any screen; on screens of any size. */
static void hostile_places(void **state)
{
	(void)state;
	static const long rows[] = {-2, -1, 0, 1, 11, 22, 23, 24, 499, 999, 65535, 2147483647},
	                  cols[] = {-2, -1, 0, 79, 80, 222, 223, 999, 1000, 99999999};
	static const int sizes[][2] = {
	    {24, 80 },
            {5,  20 },
            {1,  1  },
            {60, 220}
        };
	static const int buttons[] = {BUTTON, WHEEL_DOWN, WHEEL_UP};
	struct vt vt;
	start(&vt, 24, 80, NULL);
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		vt_resize(&vt, sizes[s][0], sizes[s][1]);
		vt_settle(&vt);
		for (size_t b = 0; b < 3; b++)
			for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
				for (size_t c = 0; c < sizeof cols / sizeof *cols; c++)
					point(&vt, buttons[b], rows[r], cols[c]);
		vt_settle(&vt);
	}
	vt_resize(&vt, 24, 80);
	vt_settle(&vt);
	leave(&vt);
}

/* Off unless asked, and switched with a key: then a click's bytes are no keys. */
static void off_unless_asked(void **state)
{
	(void)state;
	struct vt vt;
	vt_open(&vt, 24, 80, (const char *const[]){program, "--store", store, NULL},
	        (const char *const[]){"SPOOR_NOW=2026-11-21T00:00:00Z", NULL});
	assert_true(vt_wait_text(&vt, "row 1 of"));
	vt_send(&vt, "@");
	assert_true(vt_wait_text(&vt, "mouse on: Shift selects text"));
	click_at(&vt, 6, 30);
	assert_true(vt_wait_text(&vt, "row 4 of"));
	vt_send(&vt, ":mouse\r");
	assert_true(vt_wait_text(&vt, "mouse off"));
	click_at(&vt, 9, 30);
	assert_true(vt_wait_text(&vt, "row 4 of"));
	leave(&vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_list_of_traces),
	    cmocka_unit_test(a_tree_folds_and_its_tabs_turn),
	    cmocka_unit_test(details_beside_scroll),
	    cmocka_unit_test(runs_compare_and_case),
	    cmocka_unit_test(the_other_pane_gets_the_keys),
	    cmocka_unit_test(a_click_judges_nothing),
	    cmocka_unit_test(hostile_places),
	    cmocka_unit_test(off_unless_asked),
	};
	return cmocka_run_group_tests_name("mouse", tests, import_samples, program_end);
}
