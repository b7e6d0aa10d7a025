/* The whole program on a pseudo-terminal under libvterm: keys in, golden screens with roles out (tests/screen/explorer-*.golden).
 * The store: the bundled samples, imported once by the program itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/program.h"

static int import_samples(void **state)
{
	(void)state;
	if (program_begin("explorer", "samples.db") != 0)
		return -1;
	return run((const char *const[]){program, "import", "--store", store, "tests/data/traces-agent.jsonl",
	                                 "tests/data/traces-voice.json.gz", "tests/data/traces-eval.jsonl",
	                                 "tests/data/eval-v12.json", "tests/data/eval-v13.json", NULL});
}

static const char *const frozen[] = {"SPOOR_NOW=2026-11-21T00:00:00Z", NULL};

static void start(struct vt *vt, int rows, int cols, const char *open)
{
	if (open)
		vt_open(vt, rows, cols, (const char *const[]){program, "--store", store, "--open", open, NULL}, frozen);
	else
		vt_open(vt, rows, cols, (const char *const[]){program, "--store", store, NULL}, frozen);
}

static void leave(struct vt *vt)
{
	vt_send(vt, "Q");
	assert_int_equal(vt_close(vt), 0);
}

static int by_size(const void *a, const void *b)
{
	const size_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* The bytes a key costs, median: its frame, known by the row it names, not the details that follow once the cursor rests. */
static size_t bytes_per_row(struct vt *vt, int from, int to)
{
	size_t counts[64];
	size_t n = 0;
	for (int row = from; row <= to; row++) {
		char expected[32];
		size_t before = vt->n_bytes;
		snprintf(expected, sizeof expected, "row %d of", row);
		vt_send(vt, "j");
		assert_true(vt_wait_text(vt, expected));
		counts[n++] = vt->n_bytes - before;
	}
	qsort(counts, n, sizeof *counts, by_size);
	return counts[n / 2];
}

/* Over a slow line one moves without waiting. A line scrolled into the list at 200 columns is a row of ten columns, and has 290. */
static void a_move_costs_few_bytes(void **state)
{
	(void)state;
	static const struct {
		int rows, cols;
		const char *open, *keys, *shows; /* keys: what opens all rows */
		int row, scroll_from, scroll_to; /* the first row after the cursor; those that scroll */
		size_t move, scroll;
	} cases[] = {
	    {24, 80,  NULL,	                             "",    "231 traces", 2, 20, 34, 130, 260},
	    {60, 200, NULL,	                             "",    "231 traces", 2, 56, 70, 130, 290},
	    {24, 80,  "trace:d15b07e020261120000000000000b10c", "Z",   "31 spans",   2, 11, 25, 130, 260},
	    {30, 200, "trace:d15b07e020261120000000000000b10c", "Z",   "31 spans",   2, 27, 31, 130, 260},
	    {24, 80,  "trace:d15b07e020261120000000000000b10c", "w",   "31 spans",   3, 16, 30, 130, 260},
	    {24, 80,  "trace:d15b07e020261120000000000000b10c", "d\r", "31 spans",   2, 9,  20, 130, 260},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt vt;
		start(&vt, cases[i].rows, cases[i].cols, cases[i].open);
		assert_true(vt_wait_text(&vt, cases[i].shows));
		vt_send(&vt, cases[i].keys);
		size_t first = vt.n_bytes;
		vt_settle(&vt);
		size_t move = bytes_per_row(&vt, cases[i].row, cases[i].row + 6);
		if (cases[i].scroll_from > cases[i].row + 7)
			bytes_per_row(&vt, cases[i].row + 7, cases[i].scroll_from - 1);
		size_t scroll = bytes_per_row(&vt, cases[i].scroll_from, cases[i].scroll_to);
		printf("%dx%d, %s: first %zu, move %zu, line scroll %zu bytes\n", cases[i].cols, cases[i].rows,
		       cases[i].open ? "trace" : "list", first, move, scroll);
		assert_in_range(move, 1, cases[i].move);
		assert_in_range(scroll, 1, cases[i].scroll);
		leave(&vt);
	}
}

/* Story 1: three keys from the start to the step that took the time and the one that failed. */
static void an_engineer_finds_the_failed_step(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, "trace:d15b07e020261120000000000000b10c");
	assert_true(vt_wait_text(&vt, "31 spans"));
	assert_true(vt_golden(&vt, "explorer-trace-80x24"));
	vt_send(&vt, "e");
	assert_true(vt_wait_text(&vt, "blocked: IBAN"));
	assert_true(vt_golden(&vt, "explorer-trace-error-80x24"));
	vt_send(&vt, "q");
	assert_true(vt_wait_text(&vt, "231 traces"));
	leave(&vt);
}

/* Story 2: three identical calls show in the list, before the trace is opened. */
static void the_list_shows_repeated_calls(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, NULL);
	assert_true(vt_wait_text(&vt, "231 traces"));
	vt_send(&vt, "&has:repeat\r");
	assert_true(vt_wait_text(&vt, "×3"));
	assert_true(vt_golden(&vt, "explorer-repeats-80x24"));
	leave(&vt);
}

static void a_reviewer_compares_two_runs(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 50, 200, NULL);
	assert_true(vt_wait_text(&vt, "231 traces"));
	vt_send(&vt, "\t");
	assert_true(vt_wait_text(&vt, "dispute v12"));
	assert_true(vt_golden(&vt, "explorer-runs-200x50"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "B answers better"));
	assert_true(vt_wait_text(&vt, "better")); /* the statistics have come, not only the classes */
	assert_true(vt_golden(&vt, "explorer-compare-200x50"));
	leave(&vt);
}

static void a_file_opens_on_what_it_holds(void **state)
{
	(void)state;
	struct vt vt;
	char fresh[128];
	snprintf(fresh, sizeof fresh, "%s/fresh.db", dir);
	vt_open(&vt, 24, 80, (const char *const[]){program, "--store", fresh, "tests/data/eval-v12.json", NULL},
	        frozen);
	assert_true(vt_wait_text(&vt, "dispute v12"));
	assert_true(vt_wait_text(&vt, "82 cases"));
	leave(&vt);
	vt_open(&vt, 24, 80, (const char *const[]){program, "--store", fresh, "tests/data/traces-voice.json.gz", NULL},
	        frozen);
	assert_true(vt_wait_text(&vt, "6 traces"));
	leave(&vt);
}

static void sizes_change_under_it(void **state)
{
	(void)state;
	static const int sizes[][2] = {
	    {1,   1  },
            {2,   2  },
            {4,   19 },
            {5,   20 },
            {12,  60 },
            {24,  80 },
            {50,  200},
            {200, 500},
            {24,  80 }
        };
	struct vt vt;
	start(&vt, 24, 80, "trace:d15b07e020261120000000000000b10c");
	assert_true(vt_wait_text(&vt, "31 spans"));
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		vt_resize(&vt, sizes[i][0], sizes[i][1]);
		vt_send(&vt, "jk");
		if (sizes[i][0] < 5 && sizes[i][1] >= 19)
			assert_true(vt_wait_text(&vt, "too small"));
	}
	assert_true(vt_wait_text(&vt, "31 spans"));
	leave(&vt);
}

static void works_without_colour_and_in_ascii(void **state)
{
	(void)state;
	struct vt vt;
	static const char *const mono[] = {"SPOOR_NOW=2026-11-21T00:00:00Z", "NO_COLOR=1", NULL};
	static const char *const plain[] = {"SPOOR_NOW=2026-11-21T00:00:00Z", "TERM=vt100", "LANG=C", "LC_ALL=C", NULL};
	const char *const argv[] = {program, "--store", store, "--open", "trace:d15b07e020261120000000000000b10c",
	                            NULL};
	vt_open(&vt, 24, 80, argv, mono);
	assert_true(vt_wait_text(&vt, "━━━"));
	leave(&vt);
	vt_open(&vt, 24, 80, argv, plain);
	assert_true(vt_wait_text(&vt, "====="));
	leave(&vt);
}

static void help_lists_the_keys(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, NULL);
	assert_true(vt_wait_text(&vt, "231 traces"));
	vt_send(&vt, "?");
	assert_true(vt_wait_text(&vt, "open the trace"));
	vt_send(&vt, "q:theme mono\r");
	assert_true(vt_wait_text(&vt, "theme mono"));
	vt_send(&vt, ":nonsense\r");
	assert_true(vt_wait_text(&vt, "no command"));
	leave(&vt);
}

/* Screens closed while their query still runs: its answer must not reach whatever screen has been opened since. */
static void answers_of_closed_screens_go_nowhere(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, 24, 80, NULL);
	assert_true(vt_wait_text(&vt, "231 traces"));
	for (int i = 0; i < 8; i++) {
		vt_send(&vt, "\t\r"); /* runs, compare: its statistics take a while */
		assert_true(vt_wait_text(&vt, "metric"));
		vt_send(&vt, "q\t\r"); /* away at once, and a trace in its place */
		assert_true(vt_wait_text(&vt, "[Overview]"));
		vt_send(&vt, "q");
		assert_true(vt_wait_text(&vt, "231 traces"));
	}
	leave(&vt);
}

/* A page of the store spoilt and a log left behind: the list shows, and the check behind it says what is the matter. */
static void damage_after_a_crash_is_said(void **state)
{
	(void)state;
	char spoilt[128], wal[160];
	static char bytes[16384];
	snprintf(spoilt, sizeof spoilt, "%s/spoilt.db", dir);
	snprintf(wal, sizeof wal, "%s-wal", spoilt);
	FILE *in = fopen(store, "r"), *out = fopen(spoilt, "w");
	assert_non_null(in);
	assert_non_null(out);
	for (size_t n, page = 0; (n = fread(bytes, 1, sizeof bytes, in)) > 0; page++) {
		if (page == 60)
			memset(bytes, 0x5a, sizeof bytes);
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	}
	fclose(in);
	fclose(out);
	out = fopen(wal, "w");
	fputs("what a killed writer left", out);
	fclose(out);
	struct vt vt;
	vt_open(&vt, 24, 80, (const char *const[]){program, "--store", spoilt, NULL}, frozen);
	assert_true(vt_wait_text(&vt, "the store is damaged"));
	leave(&vt);
}

/* A span of trace `trace` that began `seconds` after 23:58:00 on 20 November, two minutes before the frozen now. */
static void write_span(const char *path, int trace, int key, int parent, const char *name, int seconds, int end)
{
	FILE *f = fopen(path, "a");
	assert_non_null(f);
	fprintf(f, "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\",",
	        trace, key);
	if (parent)
		fprintf(f, "\"parentSpanId\":\"%016x\",", parent);
	if (end)
		fprintf(f, "\"endTimeUnixNano\":\"%lld000000000\",", 1795219080LL + end);
	fprintf(f, "\"name\":\"%s\",\"startTimeUnixNano\":\"%lld000000000\"}]}]}]}\n", name, 1795219080LL + seconds);
	fclose(f);
}

/* Story 3: an agent at work is watched: what it has begun runs, the list grows under a cursor that stays. */
static void a_growing_file_is_followed(void **state)
{
	(void)state;
	struct vt vt;
	char path[128], fresh[128];
	snprintf(path, sizeof path, "%s/growing.jsonl", dir);
	snprintf(fresh, sizeof fresh, "%s/growing.db", dir);
	write_span(path, 1, 1, 0, "agent", 0, 0);
	write_span(path, 1, 2, 1, "plan", 1, 4);
	write_span(path, 2, 12, 11, "search", 2, 5); /* its parent ends later and comes last */
	vt_open(&vt, 24, 80, (const char *const[]){program, "--store", fresh, "--follow", path, NULL}, frozen);
	assert_true(vt_wait_text(&vt, "following 1 file"));
	assert_true(vt_wait_text(&vt, "row 1 of 2"));
	assert_true(vt_golden(&vt, "explorer-follow-80x24"));
	vt_send(&vt, "j");
	assert_true(vt_wait_text(&vt, "row 2 of 2"));
	write_span(path, 3, 21, 0, "later", 30, 31); /* above, since the newest comes first */
	assert_true(vt_wait_text(&vt, "row 3 of 3"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "row 1 of 2"));
	assert_true(vt_golden(&vt, "explorer-follow-trace-80x24"));
	write_span(path, 1, 3, 1, "act", 40, 44);
	assert_true(vt_wait_text(&vt, "row 1 of 3"));
	write_span(path, 1, 1, 0, "agent", 0, 45);
	assert_true(vt_wait_text(&vt, "3 spans 45.00s"));
	vt_send(&vt, "q");
	assert_true(vt_wait_text(&vt, "row 3 of 3"));
	vt_send(&vt, "g");
	assert_true(vt_wait_text(&vt, "row 1 of 3"));
	write_span(path, 4, 31, 0, "latest", 50, 51);
	assert_true(vt_wait_text(&vt, "row 1 of 4")); /* at the top one sees what comes */
	vt_send(&vt, "F");
	assert_true(vt_wait_text(&vt, "no longer following"));
	write_span(path, 5, 41, 0, "unseen", 52, 53);
	vt_send(&vt, "F");
	assert_true(vt_wait_text(&vt, "following 1 file"));
	assert_true(vt_wait_text(&vt, "row 1 of 5"));
	leave(&vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_move_costs_few_bytes),
	    cmocka_unit_test(an_engineer_finds_the_failed_step),
	    cmocka_unit_test(the_list_shows_repeated_calls),
	    cmocka_unit_test(a_reviewer_compares_two_runs),
	    cmocka_unit_test(a_file_opens_on_what_it_holds),
	    cmocka_unit_test(a_growing_file_is_followed),
	    cmocka_unit_test(sizes_change_under_it),
	    cmocka_unit_test(works_without_colour_and_in_ascii),
	    cmocka_unit_test(help_lists_the_keys),
	    cmocka_unit_test(damage_after_a_crash_is_said),
	    cmocka_unit_test(answers_of_closed_screens_go_nowhere),
	};
	return cmocka_run_group_tests_name("explorer", tests, import_samples, program_end);
}
