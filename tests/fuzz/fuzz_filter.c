/* F4: the filter language, over traces, cases and runs. A mistake lies inside the text; what is taken prints back to a filter
 * that prints the same and is as empty; and its SQL is taken by SQLite over a real store, whatever the values are. */
#include "store/query/tree_view.h"
#include "store/query/filter.h"
#include "store/query/compare_view.h"
#include "store/query/runs.h"
#include "store/query/traces.h"
#include "tests/fuzz/fuzz.h"

static const int64_t now_ns = INT64_C(1795222000000000000);
static struct db *db;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	static char path[96];
	struct err err = ERR_INIT;
	db = db_open(fuzz_file(path, "s.db"), DB_WRITE, &err);
	FUZZ_CHECK(db);
	return 0;
}

/* A comparison without rows: it may say that it has no such score or field. */
static bool check_pairs(const struct filter *f, struct err *err)
{
	struct compare none = {.arena = ARENA_INIT};
	struct compare_view view;
	bool ok = compare_view(db, &none, f, &(struct compare_order){.by = BY_LOSS}, &view, err);
	ok = ok || err->code == ERR_USAGE || err->code == ERR_NOT_FOUND;
	compare_view_done(&view);
	compare_done(&none);
	return ok;
}

static void check_query(const struct filter *f, enum filter_over over)
{
	struct err err = ERR_INIT;
	struct trace_page traces = {0};
	struct run_page runs = {0};
	struct case_page cases = {0};
	bool ok = true;
	if (over == FILTER_TRACES)
		ok = traces_page(db, &(struct trace_query){.filter = f, .limit = 10}, &traces, &err);
	else if (over == FILTER_RUNS)
		ok = runs_page(db, f, 0, 0, 10, &runs, &err);
	else if (over == FILTER_PAIRS)
		ok = check_pairs(f, &err);
	else if (over == FILTER_SPANS) {
		struct tree_view *v = tree_view_new(db, 1, 0, 10, &(struct tree_view_ask){.filter = f}, &err);
		ok = v != NULL;
		tree_view_drop(v);
	} else
		ok = cases_page(db, 1, f, 0, 10, &cases, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	FUZZ_CHECK(ok);
	trace_page_done(&traces);
	run_page_done(&runs);
	case_page_done(&cases);
}

static void check_over(struct str text, enum filter_over over)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake = {.column = SIZE_MAX};
	struct buf printed = BUF_INIT, again = BUF_INIT;
	struct filter *f = filter_parse(&arena, text, over, now_ns, &mistake);
	if (!f) {
		FUZZ_CHECK(mistake.column <= text.len && mistake.expected[0]);
	} else {
		filter_print(&printed, f);
		struct filter *g = filter_parse(&arena, buf_str(&printed), over, now_ns, &mistake);
		if (!g)
			fprintf(stderr, "printed as: %s\nmistake at %zu: %s\n", buf_cstr(&printed), mistake.column,
			        mistake.expected);
		FUZZ_CHECK(g);
		filter_print(&again, g);
		FUZZ_CHECK(str_eq(buf_str(&printed), buf_str(&again)));
		FUZZ_CHECK(filter_is_empty(f) == filter_is_empty(g));
		check_query(f, over);
	}
	buf_done(&printed);
	buf_done(&again);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_str(data, size);
	check_over(text, FILTER_TRACES);
	check_over(text, FILTER_CASES);
	check_over(text, FILTER_RUNS);
	check_over(text, FILTER_SPANS);
	check_over(text, FILTER_PAIRS);
	return 0;
}
