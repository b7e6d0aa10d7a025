#include "tests/bench/reads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/query/compare_view.h"
#include "store/query/filter.h"
#include "store/query/runs.h"
#include "store/query/traces.h"
#include "store/query/tree.h"
#include "tui/screen/pane_tree.h"
#include "store/query/span.h"

enum { REPEATS = 5, SCREEN_ROWS = 150 /* what the list asks for: three screens of 50 */ };

struct bench {
	struct db *db;
	struct arena arena;
	struct trace_row large; /* the trace with most spans */
	int64_t run_a, run_b;   /* the runs with most cases */
	struct compare pair;    /* of them */
	bool details;
	double worst_text_s;            /* text:… */
	double worst_s, worst_common_s; /* slowest of all lists, filters, jumps; of the common ones */
	const char *worst, *worst_common;
};

struct err bench_err;

static void must(bool ok, const char *what)
{
	if (!ok)
		err_die("%s: %s", what, bench_err.text);
}

/* ---------------------------------------------------------------- one question */

struct question {
	const char *name, *filter;
	enum trace_sort sort;
	bool ascending;
	int64_t offset; /* rows; in the largest trace percent of it; a depth */
	const char *text;
	enum tree_seek seek;
	bool common, kept; /* kept: the answer to the question before is at hand */
};
typedef void ask_fn(struct bench *b, const struct question *q);

/* The median of several times; the first, on an empty cache of the connection, is printed beside it. */
static double measure(struct bench *b, ask_fn *ask, const struct question *q)
{
	struct samples warm = {0};
	double first = 0;
	const char *only = getenv("BENCH_ONLY"); /* for whoever makes one of them faster */
	if (only && !strstr(q->name, only))
		return 0;
	for (int i = 0; i <= REPEATS; i++) {
		if (!q->kept)
			db_keep(b->db, NULL, NULL); /* as if it had not been asked before */
		double start = now_s();
		ask(b, q);
		double took = now_s() - start;
		if (i == 0)
			first = took;
		else
			sample(&warm, took);
		if (i == 1 && took > 0.5)
			break;
	}
	double took = median(&warm);
	if (b->details)
		printf("  %-40s %9.2f ms   first %9.2f ms%s\n", q->name, took * 1e3, first * 1e3,
		       took > 0.050                ? "   over 50 ms"
		       : q->common && took > 0.005 ? "   over 5 ms"
		                                   : "");
	fflush(stdout);
	return took;
}

static void count_in(struct bench *b, ask_fn *ask, const struct question *q)
{
	double took = measure(b, ask, q);
	if (str_starts(str_of(q->name), "text:")) {
		b->worst_text_s = took > b->worst_text_s ? took : b->worst_text_s;
		return;
	}
	if (took > b->worst_s) {
		b->worst_s = took;
		b->worst = q->name;
	}
	if (q->common && took > b->worst_common_s) {
		b->worst_common_s = took;
		b->worst_common = q->name;
	}
}

/* ---------------------------------------------------------------- lists */

static struct filter *parsed(struct bench *b, const char *text, enum filter_over over)
{
	struct filter_mistake mistake;
	struct filter *f = filter_parse(&b->arena, str_of(text), over, INT64_C(1770000000000000000), &mistake);
	if (!f)
		err_die("the benchmark's own filter is wrong: %s: expected %s", text, mistake.expected);
	return f;
}

static void ask_list(struct bench *b, const struct question *q)
{
	struct trace_page page;
	struct trace_query query = {.filter = q->filter ? parsed(b, q->filter, FILTER_TRACES) : NULL,
	                            .sort = q->sort,
	                            .ascending = q->ascending,
	                            .offset = q->offset,
	                            .limit = SCREEN_ROWS};
	must(traces_page(b->db, &query, &page, &bench_err), q->name);
	trace_page_done(&page);
	arena_reset(&b->arena);
}

static void ask_over_time(struct bench *b, const struct question *q)
{
	int64_t counts[40], errors[40], from, to;
	struct trace_query query = {.filter = q->filter ? parsed(b, q->filter, FILTER_TRACES) : NULL};
	must(traces_over_time(b->db, &query, 40, counts, errors, &from, &to, &bench_err), q->name);
	arena_reset(&b->arena);
}

static void ask_runs(struct bench *b, const struct question *q)
{
	struct run_page page;
	must(runs_page(b->db, q->filter ? parsed(b, q->filter, FILTER_RUNS) : NULL, 0, 0, SCREEN_ROWS, &page,
	               &bench_err),
	     q->name);
	run_page_done(&page);
	arena_reset(&b->arena);
}

static void ask_cases(struct bench *b, const struct question *q)
{
	struct case_page page;
	must(cases_page(b->db, b->run_a, q->filter ? parsed(b, q->filter, FILTER_CASES) : NULL, q->offset, SCREEN_ROWS,
	                &page, &bench_err),
	     q->name);
	case_page_done(&page);
	arena_reset(&b->arena);
}

static void lists(struct bench *b)
{
	static const struct question pages[] = {
	    {.name = "newest traces",                    .sort = TRACE_BY_START,     .ascending = false, .offset = 0, .common = true },
	    {.name = "traces from the middle",
	     .sort = TRACE_BY_START,
	     .ascending = false,
	     .offset = 50000,
	     .common = true	                                                                                                  },
	    {.name = "oldest traces",                    .sort = TRACE_BY_START,     .ascending = true,  .offset = 0, .common = true },
	    {.name = "traces by duration",               .sort = TRACE_BY_DURATION,  .ascending = false, .offset = 0, .common = false},
	    {.name = "traces by spans",                  .sort = TRACE_BY_SPANS,     .ascending = false, .offset = 0, .common = false},
	    {.name = "traces by cost",                   .sort = TRACE_BY_COST,      .ascending = false, .offset = 0, .common = false},
	    {.name = "traces by tokens",                 .sort = TRACE_BY_TOKENS_IN, .ascending = false, .offset = 0, .common = false},
	    {.name = "traces by errors",                 .sort = TRACE_BY_ERRORS,    .ascending = false, .offset = 0, .common = false},
	    {.name = "traces by name",                   .sort = TRACE_BY_NAME,      .ascending = true,  .offset = 0, .common = false},
	    {.name = "traces by spans, from the middle",
	     .sort = TRACE_BY_SPANS,
	     .ascending = false,
	     .offset = 50000,
	     .common = false	                                                                                                 },
	};
	static const struct question over_time[] = {
	    {.name = "traces over time",           .common = true          },
	    {.name = "traces over time, filtered", .filter = "status:error"},
	};
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		count_in(b, ask_list, &pages[i]);
	for (size_t i = 0; i < sizeof over_time / sizeof *over_time; i++)
		count_in(b, ask_over_time, &over_time[i]);
}

/* Each field of the language alone, by its own example; and values that are in the store, often, seldom and never. */
static void filters(struct bench *b)
{
	static const char *const more[] = {"kind:llm",       "kind:tool",   "model:gpt-4o", "model:none",
	                                   "tool:send_mail", "tool:none",   "status:error", "text:refund",
	                                   "desk",           "dur>1m",      "spans>10000",  "kind:tool status:error",
	                                   "has:score",      "not kind:llm"};
	for (const struct filter_field *f = filter_fields(FILTER_TRACES); f->name; f++)
		if (strcmp(f->name, "has") != 0)
			count_in(b, ask_list, &(struct question){.name = f->example, .filter = f->example});
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		count_in(b, ask_list, &(struct question){.name = more[i], .filter = more[i], .common = i < 1});
	count_in(
	    b, ask_list,
	    &(struct question){
	        .name = "kind:llm, the next page", .filter = "kind:llm", .offset = 150, .common = true, .kept = true});
	count_in(b, ask_runs, &(struct question){.name = "eval runs", .common = true});
	count_in(b, ask_cases, &(struct question){.name = "cases of a run", .common = true});
	count_in(b, ask_cases, &(struct question){.name = "cases of a run, from the middle", .offset = 50000});
	count_in(b, ask_cases, &(struct question){.name = "cases: status:failed", .filter = "status:failed"});
	count_in(b, ask_cases, &(struct question){.name = "cases: score.correct<0.5", .filter = "score.correct<0.5"});
}

/* ---------------------------------------------------------------- a trace of a million */

static void ask_window(struct bench *b, const struct question *q)
{
	struct folds folds = {0};
	struct tree_window w;
	must(tree_groups(b->db, b->large.id, b->large.first, 3, &folds, NULL, &bench_err), q->name);
	must(tree_window(b->db, b->large.first, b->large.n, &folds, b->large.n / 100 * q->offset, 60, &w, &bench_err),
	     q->name);
	tree_window_done(&w);
	folds_done(&folds);
}

static void ask_walk(struct bench *b, const struct question *q)
{
	struct tree_row row;
	int64_t n = 0;
	struct tree_walk *w = tree_walk_open(b->db, b->large.first, b->large.n, &bench_err);
	must(w != NULL, q->name);
	bench_err = ERR_INIT;
	while (tree_walk_next(w, &row, &bench_err))
		n++;
	tree_walk_close(w);
	must(n == b->large.n, q->name);
}

static void ask_fold(struct bench *b, const struct question *q)
{
	struct folds folds = {0};
	must(tree_fold_depth(b->db, b->large.first, &(struct tree_scope){.to = b->large.n}, (int)q->offset, &folds,
	                     &bench_err),
	     q->name);
	struct tree_window w;
	must(tree_window(b->db, b->large.first, b->large.n, &folds, 0, 60, &w, &bench_err), q->name);
	tree_window_done(&w);
	folds_done(&folds);
}

static void ask_seek(struct bench *b, const struct question *q)
{
	int64_t found;
	must(tree_seek(b->db, b->large.first, b->large.n, b->large.n / 100 * q->offset, true, q->seek, str_of(q->text),
	               &found, &bench_err),
	     q->name);
}

static void ask_find(struct bench *b, const struct question *q)
{
	struct tree_row row;
	int64_t pos, at = b->large.n / 100 * q->offset;
	must(tree_get(b->db, b->large.first, at, &b->arena, &row, &bench_err), q->name);
	must(tree_find(b->db, b->large.first, b->large.n, row.key, &pos, &bench_err) && pos == at, q->name);
	arena_reset(&b->arena);
}

/* A screen of the tree with all that its bars need. */
static void ask_page(struct bench *b, const struct question *q)
{
	struct folds folds = {0};
	struct tree_page page;
	must(tree_fetch(b->db, &b->large, &(struct tree_shape){0}, &folds, b->large.n / 100 * q->offset, 180, &page,
	                &bench_err),
	     q->name);
	tree_page_done(&page);
}

/* A view and its first screen; offset: what siblings are ordered by. */
static void ask_view(struct bench *b, const struct question *q)
{
	struct tree_view_ask ask = {.filter = q->filter ? parsed(b, q->filter, FILTER_SPANS) : NULL,
	                            .order = (enum tree_order)q->offset,
	                            .agents = q->text != NULL};
	struct tree_view *v = tree_view_new(b->db, b->large.first, 0, b->large.n, &ask, &bench_err);
	must(v != NULL, q->name);
	struct tree_window w;
	struct folds none = {0};
	must(tree_window_of(b->db, b->large.first, &(struct tree_scope){.to = v->n, .view = v}, &none, 0, 60, &w,
	                    &bench_err),
	     q->name);
	tree_window_done(&w);
	tree_view_drop(v);
	arena_reset(&b->arena);
}

static void ask_kind(struct bench *b, const struct question *q)
{
	struct folds now = {0}, out = {0};
	struct tree_scope scope = {.to = b->large.n};
	int64_t n;
	bool unfolded;
	must(tree_kind_folds(b->db, b->large.first, &scope, (enum span_kind)q->offset, &now, &out, &n, &unfolded,
	                     &bench_err),
	     q->name);
	folds_done(&out);
}

static void ask_ranked(struct bench *b, const struct question *q)
{
	struct tree_ranked ranked;
	struct tree_scope scope = {.to = b->large.n};
	must(tree_ranked(b->db, b->large.first, &scope, RANK_SELF_TIME, q->offset, &ranked, &bench_err), q->name);
}

static void ask_moment(struct bench *b, const struct question *q)
{
	struct tree_moment moment;
	must(tree_moment(b->db, b->large.first, 0, b->large.n, b->large.start_ns + b->large.duration_ns / 2, &b->arena,
	                 &moment, &bench_err),
	     q->name);
	arena_reset(&b->arena);
}

static void ask_grown(struct bench *b, const struct question *q)
{
	struct folds old = {0}, out = {0};
	for (int64_t i = 0; i < q->offset; i++)
		folds_set(&old, i * 10, 1, false, i);
	must(tree_folds_again(b->db, b->large.id, b->large.first, b->large.n, &old, true, NULL, 0, &out, &bench_err),
	     q->name);
	folds_done(&old);
	folds_done(&out);
}

/* What the keys of a tree ask for on the query thread while the screen goes on: none of it waits for a key. */
static void views(struct bench *b)
{
	static const struct {
		ask_fn *ask;
		struct question q;
	} all[] = {
	    {ask_page,   {.name = "largest trace: a page with its bars"}                                      },
	    {ask_page,   {.name = "largest trace: the same in the middle", .offset = 50}                      },
	    {ask_view,   {.name = "view: status:error", .filter = "status:error"}                             },
	    {ask_view,   {.name = "view: kind:llm dur>1ms", .filter = "kind:llm dur>1ms"}                     },
	    {ask_view,   {.name = "view: depth>=0, all of it", .filter = "depth>=0"}                          },
	    {ask_view,   {.name = "view: errors by self time", .filter = "status:error", .offset = ORDER_SELF}},
	    {ask_view,   {.name = "view: agents", .text = "agents"}                                           },
	    {ask_kind,   {.name = "largest trace: fold by kind", .offset = KIND_CHAIN}                        },
	    {ask_ranked, {.name = "largest trace: slowest by self time"}                                      },
	    {ask_ranked, {.name = "largest trace: 100th slowest", .offset = 100}                              },
	    {ask_moment, {.name = "largest trace: what ran at a moment"}                                      },
	    {ask_grown,  {.name = "largest trace: 1,000 folds found again", .offset = 1000}                   },
	};
	double worst = 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		double took = measure(b, all[i].ask, &all[i].q);
		worst = took > worst ? took : worst;
	}
	goal_add((struct goal){"8", "slowest view, rank or fold of the largest trace", "ms", worst * 1e3,
	                       UNKNOWN_DOUBLE, UNKNOWN_DOUBLE, false});
}

static void ask_rank(struct bench *b, const struct question *q)
{
	struct tree_rank rank;
	const struct tree_row row = {.name = STR_INIT("chat gpt-4o"),
	                             .kind = KIND_LLM,
	                             .duration_ns = 3000000,
	                             .tokens_in = 900,
	                             .tokens_out = 90,
	                             .cost_usd = 0.01};
	must(tree_rank(b->db, &row, &rank, &bench_err), q->name);
}

static void large_trace(struct bench *b)
{
	static const struct question screens[] = {
	    {.name = "largest trace: first screen", .common = true},
	    { .name = "largest trace: screen in the middle",                         .offset = 50, .common = true},
	};
	static const struct question folds[] = {
	    {.name = "largest trace: fold to depth 1", .offset = 1},
	    {.name = "largest trace: fold to depth 2", .offset = 2},
	    {.name = "largest trace: fold to depth 3", .offset = 3},
	};
	static const struct question seeks[] = {
	    {.name = "largest trace: next error", .seek = SEEK_ERROR, .offset = 50},
	    {	                                         .name = "largest trace: next critical",              .seek = SEEK_CRITICAL,       .offset = 50            },
	    {	     .name = "largest trace: next by name",                .seek = SEEK_NAME,                      .text = "send_mail",             .offset = 50},
	    { .name = "largest trace: a name that is not there",                    .seek = SEEK_NAME,                          .text = "zebra",             .offset = 50},
	};
	static const struct question find = {.name = "largest trace: a span by its id", .offset = 70};
	static const struct question rank = {.name = "percentile of a span's duration", .common = true};
	static const struct question walk = {.name = "largest trace: all rows"};
	double first = measure(b, ask_window, &screens[0]);
	count_in(b, ask_window, &screens[1]);
	for (size_t i = 0; i < sizeof folds / sizeof *folds; i++)
		count_in(b, ask_fold, &folds[i]);
	for (size_t i = 0; i < sizeof seeks / sizeof *seeks; i++)
		count_in(b, ask_seek, &seeks[i]);
	count_in(b, ask_find, &find);
	count_in(b, ask_rank, &rank);
	goal_add(
	    (struct goal){"8", "first screen of the largest trace, query alone", "ms", first * 1e3, 20, 10, false});
	goal_add((struct goal){"8", "all rows of the largest trace", "ms", measure(b, ask_walk, &walk) * 1e3, 300,
	                       UNKNOWN_DOUBLE, false});
}

/* ---------------------------------------------------------------- two runs */

static void ask_compare(struct bench *b, const struct question *q)
{
	struct compare c;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = !q->common};
	must(compare_runs(b->db, b->run_a, b->run_b, &opts, &c, &bench_err), q->name);
	compare_done(&c);
}

static void ask_lost(struct bench *b, const struct question *q)
{
	struct compare c;
	must(compare_lost(b->db, b->run_a, b->run_b, &c, &bench_err), q->name);
	compare_done(&c);
}

/* What a key changes of a comparison on the screen: over the rows that are there. */
static void ask_pairs(struct bench *b, const struct question *q)
{
	struct compare_view view;
	struct compare_order order = {.by = (enum compare_by)q->offset};
	must(compare_view(b->db, &b->pair, q->filter ? parsed(b, q->filter, FILTER_PAIRS) : NULL, &order, &view,
	                  &bench_err),
	     q->name);
	compare_view_done(&view);
}

static void pairs(struct bench *b)
{
	static const struct question asked[] = {
	    {.name = "two runs: class:lost",                      .filter = "class:lost"},
	    {.name = "two runs: a word of a title",               .filter = "capital"   },
	    {.name = "two runs: several conditions",
	     .filter = "(class:lost or class:changed) loss>0.1 not flaky:yes slower>1s" },
	    {.name = "two runs: by the first score's difference", .offset = BY_SCORE    },
	    {.name = "two runs: by latency",                      .offset = BY_LATENCY  },
	    {.name = "two runs: by title",                        .offset = BY_TITLE    },
	};
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	double worst = 0;
	must(compare_runs(b->db, b->run_a, b->run_b, &opts, &b->pair, &bench_err), "two runs: the cases");
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		double took = measure(b, ask_pairs, &asked[i]);
		worst = took > worst ? took : worst;
	}
	goal_add((struct goal){"10", "two runs compared: slowest filter or order of the cases", "ms", worst * 1e3, 50,
	                       UNKNOWN_DOUBLE, false});
	goal_add((struct goal){
	    "10", "two runs compared: filtered by what the store alone knows", "ms",
	    measure(b, ask_pairs, &(struct question){.name = "two runs: tokens>100", .filter = "tokens>100"}) * 1e3,
	    UNKNOWN_DOUBLE, UNKNOWN_DOUBLE, false});
	compare_done(&b->pair);
}

static void runs(struct bench *b)
{
	static const struct question lost = {.name = "two runs: the lost cases"};
	static const struct question rows = {.name = "two runs: the cases"},
	                             all = {.name = "two runs: with their statistics", .common = true};
	if (!b->run_b)
		return;
	goal_add((struct goal){"10", "two runs compared: first screen, the lost cases", "ms",
	                       measure(b, ask_lost, &lost) * 1e3, 50, UNKNOWN_DOUBLE, false});
	goal_add((struct goal){"10", "two runs compared: all cases", "ms", measure(b, ask_compare, &rows) * 1e3,
	                       UNKNOWN_DOUBLE, UNKNOWN_DOUBLE, false});
	goal_add((struct goal){"10", "two runs compared: with intervals and tests", "ms",
	                       measure(b, ask_compare, &all) * 1e3, UNKNOWN_DOUBLE, UNKNOWN_DOUBLE, false});
	pairs(b);
}

static void choose(struct bench *b)
{
	struct trace_page page;
	struct trace_query query = {.sort = TRACE_BY_SPANS, .limit = 1};
	must(traces_page(b->db, &query, &page, &bench_err), "the largest trace");
	must(page.n == 1, "the largest trace");
	must(traces_get(b->db, page.rows[0].id, &b->arena, &b->large, &bench_err), "the largest trace");
	trace_page_done(&page);
	struct run_page runs;
	must(runs_page(b->db, NULL, 0, 0, -1, &runs, &bench_err), "the largest runs");
	int64_t most = 0;
	for (size_t i = 0; i < runs.n; i++)
		most = runs.rows[i].cases > most ? runs.rows[i].cases : most;
	for (size_t i = 0; i < runs.n; i++)
		if (runs.rows[i].cases >= most - most / 50)
			*(b->run_a ? &b->run_b : &b->run_a) = runs.rows[i].id;
	run_page_done(&runs);
}

void reads_run(const char *store, bool details)
{
	struct bench b = {.arena = ARENA_INIT, .details = details};
	struct arena own = ARENA_INIT;
	bench_err = ERR_INIT;
	b.db = db_open(store, DB_READ, &bench_err);
	must(b.db != NULL, store);
	db_set_roomy(b.db);
	choose(&b);
	lists(&b);
	filters(&b);
	large_trace(&b);
	views(&b);
	runs(&b);
	goal_add((struct goal){"9", "slowest text:… over all traces", "ms", b.worst_text_s * 1e3, 50, UNKNOWN_DOUBLE,
	                       false});
	goal_add((struct goal){"9", "slowest list, filter, jump or percentile", "ms", b.worst_s * 1e3, 50,
	                       UNKNOWN_DOUBLE, false});
	goal_add(
	    (struct goal){"9", "slowest of the common ones", "ms", b.worst_common_s * 1e3, 5, UNKNOWN_DOUBLE, false});
	if (details)
		printf("  slowest: %s; of the common ones: %s\n", b.worst, b.worst_common);
	arena_done(&own);
	arena_done(&b.arena);
	db_close(b.db);
}
