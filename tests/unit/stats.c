/* Figures over many traces: every number here is worked out by hand (or, of the tests, with exact fractions). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/import.h"
#include "store/hist.h"
#include "store/query/stats.h"
#include "store/sink.h"
#include "store/stat/interval.h"
#include "store/stat/rates.h"
#include "store/tool_calls.h"

/* ---------------------------------------------------------------- the store
 *
 * Trace k = 1 … 20 begins k hours after 2026-11-01T00:00Z and takes k seconds: agent "run" (session s1 for k <= 5, s2 beyond) says the
 * usage of the llm call "draft" in it again: model m-1, provider p-1, 100 + k tokens in, 10 out, $0.01 k. Tool "look" is called once; in even
 * traces that fails with "boom", and it is called again with the same arguments. Retriever "find" takes 1 ms; k <= 12 has document "old",
 * others "new". Scores: of k <= 12 the first ten failed, of the others none. */
enum { N = 20 };
static const int64_t S = 1000000000, HOUR = 3600 * 1000000000LL, BEGIN = 1793491200 * 1000000000LL; /* 2026-11-01 */

static char dir[] = "/tmp/spoor-stats-XXXXXX", path[64];
static struct db *db;

static void add_attribute(struct buf *b, const char *key, const char *type, const char *value)
{
	bool text = strcmp(type, "stringValue") == 0;
	buf_printf(b, "%s{\"key\":\"%s\",\"value\":{\"%s\":%s%s%s}}", b->ptr[b->len - 1] == '[' ? "" : ",", key, type,
	           text ? "\"" : "", value, text ? "\"" : "");
}

static void begin_span(struct buf *b, int trace, int span, int parent, const char *name, int64_t from, int64_t took,
                       const char *status)
{
	buf_printf(b, "%s{\"traceId\":\"%032x\",\"spanId\":\"%016x\",", b->ptr[b->len - 1] == '[' ? "" : ",", trace,
	           trace * 256 + span);
	if (parent)
		buf_printf(b, "\"parentSpanId\":\"%016x\",", trace * 256 + parent);
	buf_printf(b,
	           "\"name\":\"%s\",\"startTimeUnixNano\":\"%lld\",\"endTimeUnixNano\":\"%lld\",\"status\":{%s},"
	           "\"attributes\":[",
	           name, (long long)from, (long long)(from + took), status);
}

static void add_usage(struct buf *b, int k)
{
	char text[32];
	snprintf(text, sizeof text, "%d", 100 + k);
	add_attribute(b, "gen_ai.usage.input_tokens", "intValue", text);
	add_attribute(b, "gen_ai.usage.output_tokens", "intValue", "10");
	snprintf(text, sizeof text, "%.2f", 0.01 * k);
	add_attribute(b, "gen_ai.usage.cost", "doubleValue", text);
}

static void add_tool(struct buf *b, int k, int span, int64_t from, bool fails)
{
	begin_span(b, k, span, 1, "look", from, S / 100,
	           fails ? "\"code\":2,\"message\":\"boom\\nat line 7\"" : "\"code\":1");
	add_attribute(b, "openinference.span.kind", "stringValue", "TOOL");
	add_attribute(b, "input.value", "stringValue", "{\\\"x\\\":1}");
	buf_add_cstr(b, "]}");
}

static void add_trace(struct buf *b, int k)
{
	int64_t from = BEGIN + k * HOUR;
	begin_span(b, k, 1, 0, "run", from, k * S, "\"code\":1");
	add_attribute(b, "openinference.span.kind", "stringValue", "AGENT");
	add_attribute(b, "session.id", "stringValue", k <= 5 ? "s1" : "s2");
	add_usage(b, k);
	buf_add_cstr(b, "]}");
	begin_span(b, k, 2, 1, "draft", from, S / 2, "\"code\":1");
	add_attribute(b, "openinference.span.kind", "stringValue", "LLM");
	add_attribute(b, "gen_ai.request.model", "stringValue", "m-1");
	add_attribute(b, "gen_ai.provider.name", "stringValue", "p-1");
	add_usage(b, k);
	buf_add_cstr(b, "]}");
	add_tool(b, k, 3, from + S / 2, k % 2 == 0);
	if (k % 2 == 0)
		add_tool(b, k, 4, from + S / 2 + S / 50, false);
	begin_span(b, k, 5, 1, "find", from + S * 6 / 10, S / 1000, "\"code\":1");
	add_attribute(b, "openinference.span.kind", "stringValue", "RETRIEVER");
	add_attribute(b, "retrieval.documents.0.document.id", "stringValue", k <= 12 ? "old" : "new");
	add_attribute(b, "retrieval.documents.0.document.content", "stringValue", k <= 12 ? "60 days" : "120 days");
	buf_add_cstr(b, "]}");
}

static void import_traces(const char *file)
{
	struct buf b = BUF_INIT;
	buf_add_cstr(&b, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[]},\"scopeSpans\":[{\"spans\":[");
	for (int k = 1; k <= N; k++)
		add_trace(&b, k);
	buf_add_cstr(&b, "]}]}]}\n");
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(b.ptr, 1, b.len, f), b.len);
	fclose(f);
	buf_done(&b);
	char name[96];
	snprintf(name, sizeof name, "%s", file);
	char *paths[] = {name};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	struct err err = ERR_INIT;
	if (!import_paths(db, paths, 1, &opts, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
}

static int setup(void **state)
{
	(void)state;
	char file[96];
	struct err err = ERR_INIT;
	setenv("TZ", "UTC", 1);
	sink_set_decoder(import_decode);
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/s.db", dir);
	snprintf(file, sizeof file, "%s/t.json", dir);
	db = db_open(path, DB_WRITE, &err);
	assert_non_null(db);
	import_traces(file);
	/* Trace rows are numbered as they came. */
	assert_true(db_begin(db, &err));
	assert_true(db_exec(
	    db,
	    "INSERT INTO score(ident, trace, name, pass, from_, record, source)"
	    " SELECT id, id, 1, CASE WHEN start_ns <= 1793491200000000000 + 10 * 3600000000000 THEN 0 ELSE 1 END,"
	    " 3, 0, 1 FROM trace",
	    &err));
	assert_true(db_commit(db, &err));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	static const char *const ends[] = {"s.db", "s.db-wal", "s.db-shm", "s.db-lock", "s.db-import", "t.json"};
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[96];
		snprintf(file, sizeof file, "%s/%s", dir, ends[i]);
		unlink(file);
	}
	return rmdir(dir);
}

static struct stats get(const char *where, unsigned sections)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	struct err err = ERR_INIT;
	struct stats s;
	struct stats_query q = {.sections = sections, .spans_most = -1, .documents_most = -1};
	q.filter = filter_parse(&arena, str_of(where), FILTER_TRACES, 0, &mistake);
	assert_non_null(q.filter);
	if (!stats_get(db, &q, &s, &err))
		fail_msg("%s", err.text);
	arena_done(&arena);
	return s;
}

static const struct stats_row *row_named(const struct stats *s, enum stats_by by, const char *name)
{
	for (size_t i = 0; i < s->sections[by].n; i++)
		if (str_is(s->sections[by].rows[i].name, name))
			return &s->sections[by].rows[i];
	fail_msg("no row %s", name);
	return NULL;
}

/* A quantile of a histogram: within its bucket's half width. */
static void assert_near_ns(int64_t got, int64_t want)
{
	assert_int_equal(got, hist_ns(hist_bucket(want)));
	assert_true(llabs(got - want) <= want / 100);
}

static void assert_near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-9))
		fail_msg("got %.17g, want %.17g", got, want);
}

/* ---------------------------------------------------------------- traces */

static void counts_traces(void **state)
{
	(void)state;
	struct stats s = get("", STATS_OF_TRACES | STATS_OF_SPANS);
	const struct stats_figures *f = &s.head.figures;
	assert_int_equal(s.traces, N);
	assert_int_equal(s.spans, 20 * 4 + 10);
	assert_int_equal(s.spans_read, s.spans);
	assert_int_equal(s.traces_read, N);
	assert_int_equal(f->errors, 10);
	assert_near(f->error_rate, 0.5);
	assert_near(f->error_low, interval_wilson(10, 20).low);
	assert_near_ns(f->p50_ns, 10 * S);
	assert_near_ns(f->p95_ns, 19 * S);
	assert_int_equal(f->p99_ns, UNKNOWN_INT); /* of 20 it would be the longest */
	assert_int_equal(f->total_ns, 210 * S);
	assert_int_equal(f->tokens_in, 2000 + 210);
	assert_int_equal(f->tokens_out, 200);
	assert_near(f->cost_usd, 2.10);
	assert_false(f->cost_estimated);
	assert_int_equal(s.head.from_ns, BEGIN + HOUR);
	assert_int_equal(s.head.to_ns, BEGIN + 20 * HOUR);
	int64_t sum = 0, failed = 0;
	for (int i = 0; i < STATS_BUCKETS; i++) {
		sum += s.head.counts[i];
		failed += s.head.errors[i];
	}
	assert_int_equal(sum, N);
	assert_int_equal(failed, 10);
	stats_done(&s);
}

static void counts_by_trace(void **state)
{
	(void)state;
	struct stats s = get("", STATS_OF_TRACES);
	const struct stats_row *s1 = row_named(&s, STATS_SESSION, "s1"), *s2 = row_named(&s, STATS_SESSION, "s2");
	assert_ptr_equal(s2, s.sections[STATS_SESSION].rows); /* more of them */
	assert_int_equal(s1->figures.n, 5);
	assert_int_equal(s1->figures.errors, 2);
	assert_int_equal(s1->figures.tokens_in, 515);
	assert_near(s1->figures.cost_usd, 0.15);
	assert_near_ns(s1->figures.p50_ns, 3 * S);
	assert_int_equal(s1->figures.p95_ns, UNKNOWN_INT);
	assert_near(s1->share, 0.25);
	assert_true(str_is(s1->filter, "session=\"s1\""));
	assert_int_equal(s2->figures.n, 15);
	assert_int_equal(row_named(&s, STATS_NAME, "run")->figures.n, N);
	assert_int_equal(s.sections[STATS_HOUR].n, N);
	assert_true(str_is(s.sections[STATS_HOUR].rows[0].name, "01:00"));
	assert_int_equal(s.sections[STATS_DAY].n, 1);
	assert_true(str_is(s.sections[STATS_DAY].rows[0].name, "2026-11-01"));
	assert_int_equal(s.sections[STATS_USER].n, 1);
	assert_int_equal(s.sections[STATS_USER].rows[0].name.len, 0);
	stats_done(&s);
}

/* Each row's filter finds the traces it counts. */
static void rows_open_their_traces(void **state)
{
	(void)state;
	struct stats s = get("", STATS_OF_TRACES);
	for (int by = STATS_NAME; by < STATS_DOCUMENT; by++)
		for (size_t i = 0; i < s.sections[by].n; i++) {
			const struct stats_row *row = &s.sections[by].rows[i];
			if (!row->filter.len)
				continue;
			char text[128];
			snprintf(text, sizeof text, STR_FMT, STR_ARG(row->filter));
			struct stats of = get(text, 0);
			assert_int_equal(of.traces, row->figures.n);
			stats_done(&of);
		}
	stats_done(&s);
	static const struct {
		const char *filter;
		int64_t n;
	} more[] = {
	    {"step:find",     20},
            {"step:look",     0 },
            {"tool:look",     20},
	    {"hour:3",        1 },
            {"hour>=18",      3 },
            {"model=\"m-1\"", 20}
        };
	for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
		struct stats of = get(more[i].filter, 0);
		assert_int_equal(of.traces, more[i].n);
		stats_done(&of);
	}
}

/* ---------------------------------------------------------------- spans */

static void counts_spans(void **state)
{
	(void)state;
	struct stats s = get("", STATS_OF_SPANS);
	const struct stats_row *llm = row_named(&s, STATS_KIND, "llm"), *agent = row_named(&s, STATS_KIND, "agent");
	assert_int_equal(s.sections[STATS_KIND].n, 4);
	assert_int_equal(llm->figures.n, 20);
	assert_int_equal(llm->figures.errors, 0);
	assert_near_ns(llm->figures.p50_ns, S / 2);
	/* The agent says the same usage again: it is counted once. */
	assert_int_equal(llm->figures.tokens_in, 2210);
	assert_int_equal(llm->figures.tokens_out, 200);
	assert_near(llm->figures.cost_usd, 2.10);
	assert_int_equal(agent->figures.tokens_in, UNKNOWN_INT);
	assert_true(IS_UNKNOWN(agent->figures.cost_usd));
	/* Alone it takes k s less its children: 0.5 s, 10 or 20 ms of tools, 1 ms. */
	assert_int_equal(agent->figures.total_ns, 210 * S - 20 * (S / 2 + S / 1000) - 30 * (S / 100));
	assert_int_equal(row_named(&s, STATS_MODEL, "m-1")->figures.n, 20);
	assert_int_equal(row_named(&s, STATS_PROVIDER, "p-1")->figures.tokens_in, 2210);
	assert_true(str_is(row_named(&s, STATS_MODEL, "m-1")->filter, "model=\"m-1\""));
	assert_int_equal(s.sections[STATS_STEP].n, 3);
	assert_int_equal(s.sections[STATS_PROMPT].n, 0);
	stats_done(&s);
}

static void counts_tools(void **state)
{
	(void)state;
	struct stats s = get("", STATS_BIT(STATS_TOOL));
	const struct stats_row *look = row_named(&s, STATS_TOOL, "look");
	assert_int_equal(s.sections[STATS_TOOL].n, 1);
	assert_int_equal(look->figures.n, 30);
	assert_int_equal(look->figures.errors, 10);
	assert_int_equal(look->retries, 10);
	assert_int_equal(look->repeats, 10);
	assert_true(str_is(look->message, "boom at line 7")); /* as a preview: one line */
	assert_int_equal(look->message_n, 10);
	assert_near(look->share, 1);
	stats_done(&s);
}

static void filters_traces(void **state)
{
	(void)state;
	struct stats s = get("session:s1", STATS_OF_SPANS);
	assert_int_equal(s.traces, 5);
	assert_int_equal(row_named(&s, STATS_TOOL, "look")->figures.n, 7);
	assert_int_equal(row_named(&s, STATS_KIND, "llm")->figures.tokens_in, 515);
	stats_done(&s);
	s = get("session:nobody", STATS_OF_SPANS | STATS_OF_TRACES | STATS_BIT(STATS_DOCUMENT));
	assert_int_equal(s.traces, 0);
	assert_int_equal(s.sections[STATS_KIND].n, 0);
	assert_int_equal(s.n_documents, 0);
	assert_true(IS_UNKNOWN(s.head.figures.error_rate));
	assert_true(IS_UNKNOWN(stats_project(&s.head, 2).per_day));
	stats_done(&s);
}

/* The newest traces until there are enough spans, and that is said. */
static void reads_a_part(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct stats s;
	struct stats_query q = {.sections = STATS_BIT(STATS_KIND), .spans_most = 9};
	assert_true(stats_get(db, &q, &s, &err));
	if (!s.rolled_up) {
		assert_int_equal(s.traces_read, 2); /* 20 has 5 spans, 19 has 4 */
		assert_int_equal(s.spans_read, 9);
	}
	assert_int_equal(s.traces, N);
	stats_done(&s);
}

/* ---------------------------------------------------------------- documents */

static void suspects_documents(void **state)
{
	(void)state;
	struct stats s = get("", STATS_BIT(STATS_DOCUMENT));
	assert_int_equal(s.outcomes, 20);
	assert_int_equal(s.bad, 10);
	assert_int_equal(s.n_documents, 2);
	const struct stats_document *old = &s.documents[0], *new = &s.documents[1];
	assert_true(str_is(old->name, "old"));
	assert_true(str_is(old->text, "60 days"));
	assert_int_equal(old->with, 12);
	assert_int_equal(old->with_bad, 10);
	assert_int_equal(old->without, 8);
	assert_int_equal(old->without_bad, 0);
	assert_near(old->delta, 10.0 / 12);
	assert_near(old->low, 0.4039080444741205);
	assert_near(old->high, 0.9530348578161463);
	assert_near(old->p, 0.0007144558228149559);
	assert_near(old->p_holm, 2 * 0.0007144558228149559);
	assert_true(old->suspect);
	assert_true(str_is(old->filter, "text:\"old\""));
	assert_false(new->suspect); /* its presence goes with good ones */
	assert_string_equal(stats_verdict(new), "better");
	stats_done(&s);
}

/* ---------------------------------------------------------------- what checks found */

static void counts_findings(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_true(db_begin(db, &err));
	assert_true(db_exec(db,
	                    "INSERT INTO finding(trace, n, name, level, explanation)"
	                    " SELECT id, 0, 'loop', 1, 'x' FROM trace WHERE id <= 4 UNION ALL"
	                    " SELECT id, 1, 'loop', 1, 'y' FROM trace WHERE id = 1 UNION ALL"
	                    " SELECT id, 2, 'secret', 2, 'z' FROM trace WHERE id = 2",
	                    &err));
	assert_true(db_exec(
	    db, "INSERT INTO checked(trace, first, rules) SELECT id, first, 0 FROM trace WHERE id <= 15", &err));
	assert_true(db_commit(db, &err));
	struct stats s = get("", STATS_BIT(STATS_CHECK));
	const struct stats_section *section = &s.sections[STATS_CHECK];
	assert_int_equal(s.checked, 15);
	assert_int_equal(section->n, 2);
	assert_true(str_is(section->rows[0].name, "secret")); /* the gravest first */
	assert_int_equal(section->rows[0].level, 2);
	const struct stats_row *loop = row_named(&s, STATS_CHECK, "loop");
	assert_int_equal(loop->figures.n, 5);
	assert_int_equal(loop->traces, 4);
	assert_near(loop->share, 4.0 / 20);
	assert_near(loop->figures.error_high, interval_wilson(4, 20).high);
	struct stats of = get("finding=\"loop\"", 0);
	assert_true(str_is(loop->filter, "finding=\"loop\""));
	assert_int_equal(of.traces, 4);
	stats_done(&of);
	stats_done(&s);
}

static void tests_two_rates(void **state)
{
	(void)state;
	struct interval i = rates_newcombe((struct rate){56, 70}, (struct rate){48, 80});
	assert_near(i.low, 0.05243147240236498); /* Newcombe 1998, table II, example a: 0.0524, 0.3339 */
	assert_near(i.high, 0.333872654036906);
	assert_near(rates_fisher((struct rate){8, 12}, (struct rate){1, 8}), 0.0281019290307216);
	assert_near(rates_fisher((struct rate){5, 5}, (struct rate){31, 160}), 0.00039323946186914523);
	assert_near(rates_fisher((struct rate){0, 10}, (struct rate){0, 10}), 1);
	assert_near(rates_fisher((struct rate){1, 8}, (struct rate){8, 12}), 0.0281019290307216);
	assert_near(rates_fisher_least((struct rate){3, 3}, (struct rate){0, 3}),
	            0.1); /* both ends: R fisher.test says 0.1 */
	assert_near(rates_fisher_least((struct rate){8, 12}, (struct rate){1, 8}), 7.14455822814956e-05);
	assert_true(IS_UNKNOWN(rates_fisher((struct rate){0, 0}, (struct rate){1, 8})));
	assert_true(IS_UNKNOWN(rates_newcombe((struct rate){0, 0}, (struct rate){1, 8}).low));
}

/* ---------------------------------------------------------------- the projection */

static void projects(void **state)
{
	(void)state;
	struct stats s = get("", 0);
	struct stats_projection p = stats_project(&s.head, 10);
	/* 19 traces begin in the 19 hours before the last one does: 24 a day at $0.105. */
	assert_near(p.traces_per_day, 24);
	assert_near(p.per_day, 10 * 24 * 0.105);
	assert_near(p.per_month, 300 * 24 * 0.105);
	assert_true(p.short_period);
	assert_true(IS_UNKNOWN(p.month_low)); /* of fewer than 30 */
	assert_near(s.head.cost_sd, 0.01 * sqrt(35));
	stats_done(&s);
}

static void knows_calls(void **state)
{
	(void)state;
	struct tool_calls c = {.n = 0};
	for (int round = 0; round < 3; round++) {
		tool_calls_begin(&c);
		struct tool_call_is is = tool_calls_add(&c, 7, 1, true);
		assert_false(is.retry || is.repeat);
		is = tool_calls_add(&c, 8, 1, false); /* another tool */
		assert_false(is.retry || is.repeat);
		is = tool_calls_add(&c, 7, 2, false);
		assert_true(is.retry && !is.repeat);
		is = tool_calls_add(&c, 7, 1, false);
		assert_true(!is.retry && is.repeat);
		is = tool_calls_add(&c, 7, 0, false); /* arguments not known */
		assert_false(is.retry || is.repeat);
		for (uint32_t i = 0; i < 1000; i++)
			assert_false(tool_calls_add(&c, 100 + i, 5, false).repeat);
		for (uint32_t i = 0; i < 1000; i++)
			assert_true(tool_calls_add(&c, 100 + i, 5, false).repeat);
	}
	tool_calls_done(&c);
}

/* ---------------------------------------------------------------- what is kept
 *
 * A store of 40,000 small spans in 4,000 traces, so that a stretch of 32,768 is full. */
enum { MANY = 4000, EACH = 10 };

static void write_many(const char *file, int from, int n)
{
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	for (int k = from; k < from + n; k++) {
		fprintf(f, "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[");
		for (int i = 0; i < EACH; i++) {
			int64_t begin = BEGIN + k * S;
			fprintf(f, "%s{\"traceId\":\"%032x\",\"spanId\":\"%016x\",", i ? "," : "", k + 1,
			        k * EACH + i + 1);
			if (i)
				fprintf(f, "\"parentSpanId\":\"%016x\",", k * EACH + 1);
			fprintf(
			    f,
			    "\"name\":\"n%d\",\"startTimeUnixNano\":\"%lld\",\"endTimeUnixNano\":\"%lld\",\"status\":{%"
			    "s},"
			    "\"attributes\":[{\"key\":\"openinference.span.kind\",\"value\":{\"stringValue\":\"%s\"}},"
			    "{\"key\":\"gen_ai.request.model\",\"value\":{\"stringValue\":\"m%d\"}},"
			    "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"%d\"}}]}",
			    i % 4, (long long)begin, (long long)(begin + (k * 7 + i) % 1000 * 1000000),
			    (k + i) % 9 ? "\"code\":1" : "\"code\":2,\"message\":\"bad\"", i % 3 ? "TOOL" : "LLM",
			    k % 3, k + i);
		}
		fprintf(f, "]}]}]}\n");
	}
	fclose(f);
}

static void import_file(struct db *store, const char *file)
{
	char name[96];
	snprintf(name, sizeof name, "%s", file);
	char *paths[] = {name};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	struct err err = ERR_INIT;
	if (!import_paths(store, paths, 1, &opts, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
}

static void print_row(struct buf *out, const struct stats_row *r)
{
	const struct stats_figures *f = &r->figures;
	buf_printf(out, STR_FMT " %d %lld %lld %lld %lld %lld %lld %lld %lld %.9g %lld %lld " STR_FMT " %lld\n",
	           STR_ARG(r->name), (int)r->kind, (long long)f->n, (long long)f->errors, (long long)f->timed,
	           (long long)f->p50_ns, (long long)f->p99_ns, (long long)f->total_ns, (long long)f->tokens_in,
	           (long long)f->tokens_cached, f->cost_usd, (long long)r->retries, (long long)r->repeats,
	           STR_ARG(r->message), (long long)r->message_n);
}

/* All sections of spans as text; a filter that keeps everything is scanned, none may use what is kept. */
static char *sections_of(struct db *store, const char *where, bool rolled)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	struct err err = ERR_INIT;
	struct stats s;
	struct stats_query q = {.sections = STATS_OF_SPANS, .spans_most = -1};
	struct buf out = BUF_INIT;
	q.filter = filter_parse(&arena, str_of(where), FILTER_TRACES, 0, &mistake);
	if (!stats_get(store, &q, &s, &err))
		fail_msg("%s", err.text);
	assert_int_equal(s.rolled_up, rolled);
	assert_int_equal(s.spans_read, s.spans);
	assert_int_equal(s.traces_read, s.traces);
	for (int by = 0; by < STATS_NAME; by++)
		for (size_t i = 0; i < s.sections[by].n; i++)
			print_row(&out, &s.sections[by].rows[i]);
	stats_done(&s);
	arena_done(&arena);
	return buf_detach(&out);
}

static void assert_same(struct db *store, bool rolled)
{
	char *scanned = sections_of(store, "spans>=0", false), *kept = sections_of(store, "", rolled);
	assert_true(strlen(kept) > 100);
	assert_string_equal(kept, scanned);
	free(scanned);
	free(kept);
}

static int64_t count_of(struct db *store, const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n;
	assert_true(db_int(store, sql, -1, &n, &err));
	return n;
}

static void keeps_sums(void **state)
{
	(void)state;
	char file[96], store_path[96];
	struct err err = ERR_INIT;
	snprintf(file, sizeof file, "%s/many.jsonl", dir);
	snprintf(store_path, sizeof store_path, "%s/many.db", dir);
	struct db *store = db_open(store_path, DB_WRITE, &err);
	write_many(file, 0, MANY);
	import_file(store, file);
	assert_same(store, false);
	assert_true(stats_roll(store, NULL, &err));
	assert_int_equal(count_of(store, "SELECT count(*) FROM stats_chunk"), 1); /* the second one may still grow */
	assert_same(store, true);
	/* Again: nothing to do. */
	int64_t before = count_of(store, "SELECT total_changes()");
	assert_true(stats_roll(store, NULL, &err));
	assert_int_equal(count_of(store, "SELECT total_changes()"), before);
	/* More traces; then one of the first grows, which changes what its stretch sums up. */
	write_many(file, MANY, 200);
	import_file(store, file);
	assert_same(store, true);
	FILE *f = fopen(file, "w");
	fprintf(
	    f,
	    "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"00000000aaaaaaaa\","
	    "\"name\":\"late\",\"startTimeUnixNano\":\"1793491200000000000\",\"endTimeUnixNano\":"
	    "\"1793491201000000000\"}]}]}]}\n",
	    7);
	fclose(f);
	import_file(store, file);
	assert_same(store, false);
	assert_true(stats_roll(store, NULL, &err));
	assert_same(store, true);
	/* What cannot be read is scanned again. */
	assert_true(db_begin(store, &err));
	assert_true(db_exec(store, "UPDATE stats_chunk SET data = substr(data, 1, length(data) / 2)", &err));
	assert_true(db_commit(store, &err));
	assert_same(store, false);
	_Atomic bool cancel = true;
	assert_true(stats_roll(store, &cancel, &err)); /* stops at once */
	assert_same(store, false);
	assert_true(stats_roll(store, NULL, &err));
	assert_same(store, true);
	db_close(store);
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char name[128];
		snprintf(name, sizeof name, "%s%s", store_path, ends[i]);
		unlink(name);
	}
	unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_traces),
	    cmocka_unit_test(counts_by_trace),
	    cmocka_unit_test(rows_open_their_traces),
	    cmocka_unit_test(counts_spans),
	    cmocka_unit_test(counts_tools),
	    cmocka_unit_test(filters_traces),
	    cmocka_unit_test(reads_a_part),
	    cmocka_unit_test(suspects_documents),
	    cmocka_unit_test(tests_two_rates),
	    cmocka_unit_test(projects),
	    cmocka_unit_test(knows_calls),
	    cmocka_unit_test(keeps_sums),
	    cmocka_unit_test(counts_findings),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
