/* Screens origins and ledger over the samples: what they draw (golden files), and what their keys do. */
#include "tests/screens.h"

#include "store/query/ledger.h"
#include "store/query/origins.h"
#include "store/query/traces.h"
#include "store/query/tree.h"

#define BLOCKED   "d15b07e020261120000000000000b10c" /* pii-check stops the answer of draft-answer */
#define TIMED_OUT "d15b07e020261117000000000000e4ce"
#define LOOP      "d15b07e0202611190000000000001009" /* 13 model calls that send everything again */

static int64_t trace_named(const char *id)
{
	int64_t row = 0;
	struct err err = ERR_INIT;
	assert_true(traces_find(stage_db, str_of(id), &row, &err));
	return row;
}

static int64_t span_named(int64_t trace, const char *name)
{
	struct arena arena = ARENA_INIT;
	struct trace_row row;
	struct tree_row span = {.key = 0};
	int64_t pos = -1;
	struct err err = ERR_INIT;
	assert_true(traces_get(stage_db, trace, &arena, &row, &err));
	assert_true(tree_seek(stage_db, row.first, row.n, 0, true, SEEK_NAME, str_of(name), &pos, &err) && pos >= 0);
	assert_true(tree_get(stage_db, row.first, pos, &arena, &span, &err));
	arena_done(&arena);
	return span.key;
}

static void golden_at_sizes(const char *screen, const struct target *target, const char *keys, const char *name)
{
	static const struct {
		int rows, cols;
		bool ascii;
	} sizes[] = {
	    {24, 80,  false},
            {24, 80,  true },
            {50, 200, false},
            {12, 60,  false}
        };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct stage st;
		char file[64];
		snprintf(file, sizeof file, "%s-%dx%d%s", name, sizes[i].cols, sizes[i].rows,
		         sizes[i].ascii ? "-ascii" : "");
		stage_open(&st, screen, target, sizes[i].rows, sizes[i].cols, sizes[i].ascii);
		if (keys)
			stage_keys(&st, keys);
		stage_golden(&st, file);
		stage_close(&st);
	}
}

static void draws_origins(void **state)
{
	(void)state;
	int64_t trace = trace_named(BLOCKED);
	struct target target = {.id = trace, .span = span_named(trace, "draft-answer")};
	golden_at_sizes("origins", &target, "j", "origins");
}

/* A number that stands in no source; and from a sentence to the span that holds its source. */
static void origins_keys(void **state)
{
	(void)state;
	int64_t trace = trace_named(BLOCKED);
	struct stage st;
	stage_open(&st, "origins", &(struct target){.id = trace, .span = span_named(trace, "draft-answer")}, 24, 80,
	           false);
	stage_keys(&st, "Tab");
	stage_golden(&st, "origins-80x24-numbers");
	stage_keys(&st, "k Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "trace");
	assert_true(st.target.span == span_named(trace, "retrieve-policy"));
	assert_string_equal(st.target.find, "within 120 days of the statement date");
	stage_keys(&st, "a");
	assert_true(st.target.span == span_named(trace, "draft-answer"));
	stage_close(&st);
}

/* The cursor stood on a tool: the answer of the trace. And a trace without an answer says so. */
static void origins_of_trace(void **state)
{
	(void)state;
	int64_t trace = trace_named(BLOCKED);
	struct stage st;
	stage_open(&st, "origins", &(struct target){.id = trace, .span = span_named(trace, "get_balance")}, 24, 80,
	           false);
	stage_golden(&st, "origins-80x24-trace");
	stage_close(&st);
	stage_open(&st, "origins", &(struct target){.id = trace_named(TIMED_OUT)}, 24, 80, false);
	assert_true(stage_shows(&st, "this trace has no answer in words"));
	stage_keys(&st, "j Tab Enter a G");
	stage_close(&st);
}

static void draws_ledger(void **state)
{
	(void)state;
	golden_at_sizes("ledger", &(struct target){.id = trace_named(LOOP)}, NULL, "ledger");
}

static void ledger_keys(void **state)
{
	(void)state;
	int64_t trace = trace_named(BLOCKED);
	struct stage st;
	stage_open(&st, "ledger", &(struct target){.id = trace, .span = span_named(trace, "draft-answer")}, 24, 80,
	           false);
	stage_golden(&st, "ledger-80x24-call");
	stage_keys(&st, "g p");
	assert_int_equal(st.outcome, OUT_PROMPT);
	stage_line(&st, "gpt-4o-mini");
	stage_keys(&st, "x");
	stage_line(&st, "1000");
	stage_keys(&st, "Tab j j j");
	stage_golden(&st, "ledger-80x24-repriced");
	stage_keys(&st, "Enter"); /* a document: to the retriever that brought it */
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_true(st.target.span == span_named(trace, "retrieve-policy"));
	stage_close(&st);
}

/* What the ledger says of every sample trace adds up to what its list says. */
static void ledgers_reconcile(void **state)
{
	(void)state;
	struct trace_query query = {.limit = -1};
	struct trace_page page;
	struct err err = ERR_INIT;
	size_t calls = 0;
	assert_true(traces_page(stage_db, &query, &page, &err));
	for (size_t i = 0; i < page.n; i++) {
		struct ledger l;
		const struct trace_row *row = &page.rows[i];
		assert_true(ledger_read(stage_db, row, &l, &err));
		int64_t out = row->tokens_out == UNKNOWN_INT ? 0 : row->tokens_out;
		assert_int_equal(l.stated, row->tokens_in == UNKNOWN_INT ? 0 : row->tokens_in);
		assert_int_equal(l.tokens_out, out);
		double usd = l.input_usd + l.output_usd;
		assert_true(IS_UNKNOWN(row->cost_usd) || (usd - row->cost_usd < 1e-9 && row->cost_usd - usd < 1e-9));
		calls += l.calls.n;
		ledger_done(&l);
	}
	assert_true(page.n > 200 && calls > 400);
	trace_page_done(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_origins), cmocka_unit_test(origins_keys), cmocka_unit_test(origins_of_trace),
	    cmocka_unit_test(draws_ledger),  cmocka_unit_test(ledger_keys),  cmocka_unit_test(ledgers_reconcile),
	};
	return cmocka_run_group_tests_name("screens_prov", tests, stage_setup, stage_teardown);
}
