/* The gate: each check with each status, at its boundaries; rows made by hand. What the statistics behind say is tested elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/db.h"
#include "store/query/gate.h"
#include "store/query/gate_private.h"
#include "tests/store.h"

#define DAY (INT64_C(86400) * 1000000000)
#define NOW (INT64_C(20000) * DAY)

static int open_store(void **state)
{
	if (store_setup(state) != 0)
		return -1;
	run_sql("INSERT INTO word(id,text) VALUES(1,'relevance'),(2,'errors made'),(4,'disputes')");
	return 0;
}

/* ---- rows by hand */

static void forget_runs(void)
{
	run_sql("DELETE FROM case_result; DELETE FROM case_score; DELETE FROM run; DELETE FROM case_key; DELETE FROM "
	        "trace");
}

static void add_run(int id, int64_t created_ns)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db,
	                          "INSERT INTO run(id,key,text,dataset,created_ns,source,seen)"
	                          " VALUES(?1,'k' || ?1,'run-' || ?1,4,?2,1,1)",
	                          &err);
	stmt_int(s, 1, id);
	stmt_int(s, 2, created_ns);
	assert_true(stmt_run(s, &err));
}

struct result {
	int run, case_id, repeat, status, latency_ms, trace;
	double relevance, cost_usd; /* NaN: unknown */
};

static void add_result(const struct result *r)
{
	struct err err = ERR_INIT;
	struct stmt *s =
	    db_query(db, "INSERT OR IGNORE INTO case_key(id, text) VALUES(?1, printf('case-%04d', ?1))", &err);
	stmt_int(s, 1, r->case_id);
	assert_true(stmt_run(s, &err));
	s = db_query(
	    db,
	    "INSERT INTO case_result(run,case_id,repeat,status,title,latency_ns,cost_usd,trace,record,hash,source)"
	    " VALUES(?1,?2,?3,?4,'title ' || ?2,?5,?6,CASE ?7 WHEN 0 THEN NULL ELSE 'trace-' || ?7 END,1,0,1)",
	    &err);
	stmt_int(s, 1, r->run);
	stmt_int(s, 2, r->case_id);
	stmt_int(s, 3, r->repeat);
	stmt_int(s, 4, r->status);
	stmt_int(s, 5, r->latency_ms ? r->latency_ms * INT64_C(1000000) : UNKNOWN_INT);
	stmt_double(s, 6, r->cost_usd);
	stmt_int(s, 7, r->trace);
	if (!stmt_run(s, &err))
		fail_msg("%s", err.text);
	if (IS_UNKNOWN(r->relevance))
		return;
	s = db_query(db, "INSERT INTO case_score(run,case_id,repeat,name,n,value,from_) VALUES(?,?,?,1,0,?,1)", &err);
	stmt_int(s, 1, r->run);
	stmt_int(s, 2, r->case_id);
	stmt_int(s, 3, r->repeat);
	stmt_double(s, 4, r->relevance);
	assert_true(stmt_run(s, &err));
}

/* n cases of which the first `passed` pass and the last `errors` end in an error. */
static void fill(int run, int n, int passed, int errors)
{
	for (int i = 0; i < n; i++)
		add_result(&(struct result){.run = run,
		                            .case_id = i + 1,
		                            .status = i < passed        ? CASE_PASSED
		                                      : i >= n - errors ? CASE_ERROR
		                                                        : CASE_FAILED,
		                            .relevance = UNKNOWN_DOUBLE,
		                            .cost_usd = UNKNOWN_DOUBLE});
}

static struct gate_limits limits;

static void judge(int run, int baseline, struct gate *g)
{
	struct err err = ERR_INIT;
	struct gate_opts opts = {.now_ns = NOW};
	if (!gate_judge(db, run, baseline, &limits, &opts, g, &err))
		fail_msg("%s", err.text);
	int64_t all = 0;
	for (int i = 0; i < N_GATE_STATUSES; i++)
		all += g->count[i];
	assert_int_equal(all, g->n_checks);
	assert_int_equal(g->answer, g->count[GATE_FAIL]      ? GATE_HOLD
	                            : g->count[GATE_TOO_FEW] ? GATE_NOT_ENOUGH
	                                                     : GATE_SHIP);
	assert_true(g->sentence.len > 0);
	for (size_t i = 0; i < g->n_checks; i++) {
		assert_true(g->checks[i].reason.len > 0 && g->checks[i].title.len > 0);
		for (size_t k = 0; k < i; k++) /* names are what scripts go by */
			assert_false(str_eq(g->checks[i].name, g->checks[k].name));
	}
}

static const struct gate_check *check_of(const struct gate *g, const char *name)
{
	for (size_t i = 0; i < g->n_checks; i++)
		if (str_is(g->checks[i].name, name))
			return &g->checks[i];
	fail_msg("there is no check %s", name);
	return NULL;
}

static enum gate_status status_of(const struct gate *g, const char *name)
{
	return check_of(g, name)->status;
}

static bool says(const struct gate_check *c, const char *words)
{
	return str_find(c->reason, str_of(words)) != SIZE_MAX;
}

/* The status of one check of run 2, with what is set in `limits`. */
static enum gate_status judged(int baseline, const char *name)
{
	struct gate g;
	judge(2, baseline, &g);
	enum gate_status status = status_of(&g, name);
	gate_done(&g);
	return status;
}

static void begin(void)
{
	forget_runs();
	gate_limits_init(&limits);
	add_run(1, NOW - 2 * DAY);
	add_run(2, NOW - DAY);
}

/* ---- the run by itself */

static void test_cases(void **state)
{
	(void)state;
	struct gate g;
	begin();
	fill(2, 49, 49, 0);
	limits.pass_rate = 0.5;
	judge(2, 0, &g);
	assert_int_equal(status_of(&g, "cases"), GATE_TOO_FEW);
	assert_int_equal(check_of(&g, "cases")->more, 1);
	assert_int_equal(g.answer, GATE_NOT_ENOUGH);
	assert_true(str_is(g.settle, "cases: 1 more case"));
	gate_done(&g);
	add_result(&(struct result){
	    .run = 2, .case_id = 50, .status = CASE_PASSED, .relevance = UNKNOWN_DOUBLE, .cost_usd = UNKNOWN_DOUBLE});
	judge(2, 0, &g);
	assert_int_equal(status_of(&g, "cases"), GATE_PASS);
	assert_int_equal(g.answer, GATE_SHIP);
	gate_done(&g);
	/* With a baseline those in both count. */
	fill(1, 49, 49, 0);
	assert_int_equal(judged(1, "cases"), GATE_TOO_FEW);
	limits.min_cases = 49;
	assert_int_equal(judged(1, "cases"), GATE_PASS);
}

static void test_pass_rate(void **state)
{
	(void)state;
	struct gate g;
	begin();
	fill(2, 100, 90, 4);
	judge(2, 0, &g);
	assert_int_equal(status_of(&g, "pass-rate"), GATE_SKIPPED);
	assert_int_equal(status_of(&g, "quality"), GATE_TOO_FEW); /* nothing says whether it is good enough */
	gate_done(&g);
	limits.pass_rate = 0.9; /* exactly: it holds */
	judge(2, 0, &g);
	const struct gate_check *c = check_of(&g, "pass-rate");
	assert_int_equal(c->status, GATE_PASS);
	assert_true(c->value == 0.9 && c->n == 100);
	assert_true(says(c, "4 errors counted as not passed"));
	struct interval wilson = interval_wilson(90, 100);
	assert_true(c->low == wilson.low && c->high == wilson.high);
	assert_int_equal(g.answer, GATE_SHIP);
	gate_done(&g);
	limits.pass_rate = 0.900001;
	assert_int_equal(judged(0, "pass-rate"), GATE_FAIL);
	/* strict: the whole interval; Wilson of 90 in 100 begins at 0.8256 */
	limits.strict = true;
	limits.pass_rate = 0.82;
	assert_int_equal(judged(0, "pass-rate"), GATE_PASS);
	limits.pass_rate = 0.83;
	judge(2, 0, &g);
	c = check_of(&g, "pass-rate");
	assert_int_equal(c->status, GATE_TOO_FEW);
	assert_int_equal(g.answer, GATE_NOT_ENOUGH);
	/* so many more would settle it, one fewer would not */
	double n = (double)(100 + c->more);
	assert_true(c->more > 0 && interval_wilson(0.9 * n, n).low >= 0.83);
	assert_true(interval_wilson(0.9 * (n - 1), n - 1).low < 0.83);
	gate_done(&g);
	run_sql("UPDATE case_result SET status = 0");
	assert_int_equal(judged(0, "pass-rate"), GATE_TOO_FEW);
}

static void test_latency(void **state)
{
	(void)state;
	begin();
	limits.p50_ns = INT64_C(36000000); /* median of 1 … 71 ms */
	limits.p95_ns = INT64_C(68000000);
	for (int i = 1; i <= 71; i++)
		add_result(&(struct result){.run = 2,
		                            .case_id = i,
		                            .status = CASE_PASSED,
		                            .latency_ms = i,
		                            .relevance = UNKNOWN_DOUBLE,
		                            .cost_usd = UNKNOWN_DOUBLE});
	assert_int_equal(judged(0, "latency-p50"), GATE_PASS);
	limits.p50_ns--;
	assert_int_equal(judged(0, "latency-p50"), GATE_FAIL);
	assert_int_equal(judged(0, "latency-p95"), GATE_TOO_FEW); /* 72 before it speaks */
	add_result(&(struct result){.run = 2,
	                            .case_id = 72,
	                            .status = CASE_PASSED,
	                            .latency_ms = 1,
	                            .relevance = UNKNOWN_DOUBLE,
	                            .cost_usd = UNKNOWN_DOUBLE});
	assert_int_equal(judged(0, "latency-p95"), GATE_PASS); /* 67.45 ms */
	limits.strict = true;
	assert_int_equal(judged(0, "latency-p95"), GATE_TOO_FEW); /* its interval goes on to 71 ms */
	limits.p95_ns = INT64_C(71000000);
	assert_int_equal(judged(0, "latency-p95"), GATE_PASS);
	limits.p95_ns = INT64_C(67000000);
	assert_int_equal(judged(0, "latency-p95"), GATE_FAIL);
	limits.p95_ns = UNKNOWN_INT;
	assert_int_equal(judged(0, "latency-p95"), GATE_SKIPPED);
	run_sql("UPDATE case_result SET latency_ns = NULL");
	assert_int_equal(judged(0, "latency-p50"), GATE_TOO_FEW);
}

static void test_cost(void **state)
{
	(void)state;
	struct gate g;
	begin();
	assert_int_equal(judged(0, "cost"), GATE_SKIPPED);
	limits.cost_usd = 0.03;
	assert_int_equal(judged(0, "cost"), GATE_TOO_FEW);
	for (int i = 1; i <= 29; i++)
		add_result(&(struct result){.run = 2,
		                            .case_id = i,
		                            .status = CASE_PASSED,
		                            .relevance = UNKNOWN_DOUBLE,
		                            .cost_usd = i % 2 ? 0.02 : 0.04});
	judge(2, 0, &g); /* 15 of 2 cents, 14 of 4: mean 0.02966 */
	assert_int_equal(status_of(&g, "cost"), GATE_PASS);
	assert_int_equal(status_of(&g, "cost-at-volume"), GATE_TOO_FEW);
	assert_int_equal(check_of(&g, "cost-at-volume")->more, 1);
	gate_done(&g);
	add_result(&(struct result){
	    .run = 2, .case_id = 30, .status = CASE_PASSED, .relevance = UNKNOWN_DOUBLE, .cost_usd = 0.03});
	judge(2, 0, &g);
	const struct gate_check *c = check_of(&g, "cost-at-volume");
	assert_int_equal(c->status, GATE_FAIL); /* the mean is in budget, what it may come to is not */
	double costs[30];
	for (int i = 0; i < 30; i++)
		costs[i] = i == 29 ? 0.03 : i % 2 ? 0.04 : 0.02;
	struct moments m = interval_moments(costs, 30);
	struct cost_volume v = interval_cost_volume(30, m.mean, m.sd, 300);
	assert_true(c->value == v.per_task_high && fabs(c->high - v.high / 300) < 1e-15);
	gate_done(&g);
	limits.tasks = 7;
	limits.volume = 2;
	judge(2, 0, &g);
	assert_true(check_of(&g, "cost-at-volume")->value == interval_cost_volume(30, m.mean, m.sd, 14).per_task_high);
	gate_done(&g);
	limits.cost_usd = m.mean; /* at its limit */
	assert_int_equal(judged(0, "cost"), GATE_PASS);
	limits.cost_usd = 0.0295;
	assert_int_equal(judged(0, "cost"), GATE_FAIL);
}

static void test_traces_and_age(void **state)
{
	(void)state;
	struct gate g;
	begin();
	limits.traces = true;
	for (int i = 1; i <= 3; i++)
		add_result(&(struct result){.run = 2,
		                            .case_id = i,
		                            .status = CASE_PASSED,
		                            .trace = i,
		                            .relevance = UNKNOWN_DOUBLE,
		                            .cost_usd = UNKNOWN_DOUBLE});
	run_sql("INSERT INTO trace(id,key,text,source,seen) VALUES(1,'trace-1','t1',1,1),(2,'trace-2','t2',1,1),"
	        "(3,'trace-3','t3',1,0)");
	judge(2, 0, &g); /* of the third only scores tell so far */
	const struct gate_check *c = check_of(&g, "traces");
	assert_int_equal(c->status, GATE_FAIL);
	assert_int_equal(c->all_cases, 1);
	assert_true(str_is(c->cases[0].key, "case-0003") &&
	            says(c, "3 are linked to a trace, and of these traces 2 are"));
	gate_done(&g);
	run_sql("UPDATE trace SET seen = 1");
	assert_int_equal(judged(0, "traces"), GATE_PASS);
	limits.traces = false;
	assert_int_equal(judged(0, "traces"), GATE_SKIPPED);

	static const struct {
		int64_t created, most;
		enum gate_status status;
	} ages[] = {
	    {NOW - 7 * DAY,     7 * DAY, GATE_PASS   },
            {NOW - 7 * DAY - 1, 7 * DAY, GATE_FAIL   },
	    {NOW - 700 * DAY,   0,       GATE_SKIPPED},
            {TIME_UNKNOWN,      7 * DAY, GATE_TOO_FEW},
	    {TIME_UNKNOWN,      0,       GATE_SKIPPED},
            {NOW + DAY / 2,     7 * DAY, GATE_PASS   }, /* clocks differ */
	    {NOW + 2 * DAY,     7 * DAY, GATE_TOO_FEW},
            {INT64_MAX,         7 * DAY, GATE_TOO_FEW},
	    {INT64_MIN + 1,     7 * DAY, GATE_FAIL   },
	};
	for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
		run_sql("DELETE FROM run WHERE id = 2");
		add_run(2, ages[i].created);
		limits.max_age_ns = ages[i].most;
		assert_int_equal(judged(0, "age"), ages[i].status);
	}
}

static void test_must_pass(void **state)
{
	(void)state;
	struct gate g;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	begin();
	fill(2, 20, 10, 1);
	static const struct {
		const char *filter;
		enum gate_status status;
	} filters[] = {
	    {"title=\"title 3\"",                       GATE_PASS   },
	    {"title=\"title 3\" or title=\"title 11\"", GATE_FAIL   },
	    {"status:error",                            GATE_FAIL   },
	    {"title:nothing",                           GATE_TOO_FEW},
	};
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
		assert_true(
		    gate_limit_set(&limits, "must_pass", "--must-pass", str_of(filters[i].filter), NOW, &arena, &err));
		assert_int_equal(judged(0, "must-pass.red-team"), filters[i].status);
	}
	assert_true(gate_limit_set(&limits, "must_pass", "--must-pass", STR_LIT("key:case-0011"), NOW, &arena, &err));
	judge(2, 0, &g);
	assert_true(str_is(check_of(&g, "must-pass.red-team")->cases[0].title, "title 11"));
	gate_done(&g);
	run_sql("UPDATE case_result SET status = 0 WHERE case_id = 11");
	assert_int_equal(judged(0, "must-pass.red-team"), GATE_TOO_FEW); /* no verdict is no pass, and no failure */
	arena_done(&arena);
}

static void test_repeats(void **state)
{
	(void)state;
	begin();
	limits.repeats = 3;
	for (int i = 1; i <= 10; i++)
		for (int k = 0; k < 3; k++)
			add_result(&(struct result){.run = 2,
			                            .case_id = i,
			                            .repeat = k,
			                            .status = i == 10 && k < 2 ? CASE_FAILED
			                                      : i > 8 && k < 1 ? CASE_ERROR
			                                                       : CASE_PASSED,
			                            .relevance = UNKNOWN_DOUBLE,
			                            .cost_usd = UNKNOWN_DOUBLE});
	/* 8 pass 3 of 3, one 2 of 3, one 1 of 3 */
	assert_int_equal(judged(0, "repeats"), GATE_FAIL);
	limits.repeats_rate = 0.8;
	assert_int_equal(judged(0, "repeats"), GATE_PASS);
	limits.repeats_rate = 0.9;
	assert_int_equal(judged(0, "repeats"), GATE_FAIL);
	limits.repeats_pass = 2;
	assert_int_equal(judged(0, "repeats"), GATE_PASS);
	limits.repeats_rate = UNKNOWN_DOUBLE;
	limits.repeats_pass = 1;
	assert_int_equal(judged(0, "repeats"), GATE_PASS); /* all of them */
	limits.repeats = 4;
	assert_int_equal(judged(0, "repeats"), GATE_TOO_FEW);
}

static void test_scores(void **state)
{
	(void)state;
	struct gate g;
	struct gate_score s = {.name = STR_LIT("relevance"),
	                       .min = 0.5,
	                       .max = UNKNOWN_DOUBLE,
	                       .max_drop = UNKNOWN_DOUBLE,
	                       .margin = UNKNOWN_DOUBLE};
	begin();
	limits.scores = &s;
	limits.n_scores = 1;
	assert_int_equal(judged(0, "score.relevance.min"), GATE_TOO_FEW);
	for (int i = 1; i <= 60; i++) { /* mean 0.5 exactly; 0.6 in the baseline */
		add_result(&(struct result){
		    .run = 1, .case_id = i, .relevance = i % 2 ? 0.35 : 0.85, .cost_usd = UNKNOWN_DOUBLE});
		add_result(&(struct result){
		    .run = 2, .case_id = i, .relevance = i % 2 ? 0.25 : 0.75, .cost_usd = UNKNOWN_DOUBLE});
	}
	judge(2, 0, &g);
	assert_int_equal(status_of(&g, "score.relevance.min"), GATE_PASS);
	assert_int_equal(g.answer, GATE_SHIP); /* a limit of a score is one of quality */
	gate_done(&g);
	s.min = 0.51;
	assert_int_equal(judged(0, "score.relevance.min"), GATE_FAIL);
	s.min = 0.49;
	limits.strict = true;
	assert_int_equal(judged(0, "score.relevance.min"), GATE_TOO_FEW);
	limits.strict = false;
	s.max = 0.5;
	assert_int_equal(judged(0, "score.relevance.max"), GATE_PASS);
	s.max_drop = 0.11;
	assert_int_equal(judged(0, "score.relevance.max_drop"), GATE_SKIPPED);
	assert_int_equal(judged(1, "score.relevance.max_drop"), GATE_PASS);
	s.max_drop = 0.09;
	assert_int_equal(judged(1, "score.relevance.max_drop"), GATE_FAIL);
	assert_int_equal(judged(1, "regression.relevance"), GATE_FAIL);
	s.margin = 0.2;
	assert_int_equal(judged(1, "regression.relevance"), GATE_PASS); /* worse, but surely by less than that */
	s.margin = UNKNOWN_DOUBLE;
	s.better = -1; /* the other way round it has become better */
	assert_int_equal(judged(1, "score.relevance.max_drop"), GATE_PASS);
	assert_int_equal(judged(1, "regression.relevance"), GATE_PASS);
	s.better = 0;
	limits.tolerate = &s.name;
	limits.n_tolerate = 1;
	assert_int_equal(judged(1, "regression.relevance"), GATE_SKIPPED);
}

/* At its limit a figure is within it, whatever the sum of decimals in binary makes of it. */
static void test_at_the_limit(void **state)
{
	(void)state;
	struct gate_score s = {
	    .name = STR_LIT("relevance"), .min = 0.7, .max = UNKNOWN_DOUBLE, .max_drop = 0.1, .margin = UNKNOWN_DOUBLE};
	begin();
	limits.scores = &s;
	limits.n_scores = 1;
	double sum = 0;
	for (int i = 1; i <= 50; i++) {
		add_result(&(struct result){.run = 1, .case_id = i, .relevance = 0.8, .cost_usd = UNKNOWN_DOUBLE});
		add_result(&(struct result){.run = 2, .case_id = i, .relevance = 0.7, .cost_usd = 0.01});
		sum += 0.7;
	}
	assert_true(sum / 50 < 0.7 && 0.8 - 0.7 > 0.1); /* else this tests nothing */
	assert_int_equal(judged(1, "score.relevance.min"), GATE_PASS);
	assert_int_equal(judged(1, "score.relevance.max_drop"), GATE_PASS);
	limits.strict = true; /* every case has the same: the interval is the figure */
	assert_int_equal(judged(1, "score.relevance.min"), GATE_PASS);
	limits.strict = false;
	limits.cost_usd = 0.01; /* the mean of 50 cents is a hair above one */
	assert_int_equal(judged(1, "cost"), GATE_PASS);
	assert_int_equal(judged(1, "cost-at-volume"), GATE_PASS);
	limits.cost_usd = 0.0099999;
	assert_int_equal(judged(1, "cost"), GATE_FAIL);
	s.min = 0.7000001;
	s.max_drop = 0.0999999;
	assert_int_equal(judged(1, "score.relevance.min"), GATE_FAIL);
	assert_int_equal(judged(1, "score.relevance.max_drop"), GATE_FAIL);
}

/* ---- against a baseline */

/* 60 cases; of those that A passes (40) `lost` fail in B, of the others `won` pass. */
static void fill_pair(int lost, int won)
{
	fill(1, 60, 40, 0);
	for (int i = 0; i < 60; i++) {
		bool pass = i < 40 ? i >= lost : i < 40 + won;
		add_result(&(struct result){.run = 2,
		                            .case_id = i + 1,
		                            .status = pass ? CASE_PASSED : CASE_FAILED,
		                            .relevance = UNKNOWN_DOUBLE,
		                            .cost_usd = UNKNOWN_DOUBLE});
	}
}

static void test_regression(void **state)
{
	(void)state;
	struct gate g;
	/* Exact McNemar: 6 lost, none won p = 0.03125; 5 lost p = 0.0625. */
	begin();
	fill_pair(6, 0);
	judge(2, 1, &g);
	assert_int_equal(status_of(&g, "regression.pass"), GATE_FAIL);
	assert_true(check_of(&g, "regression.pass")->p == 0.03125);
	assert_int_equal(check_of(&g, "regression.pass")->all_cases, 6);
	assert_int_equal(g.answer, GATE_HOLD);
	gate_done(&g);
	limits.margin = 0.3; /* 10 points worse, surely by less than 30 */
	assert_int_equal(judged(1, "regression.pass"), GATE_PASS);
	limits.margin = 0.15; /* the interval goes beyond */
	assert_int_equal(judged(1, "regression.pass"), GATE_FAIL);
	limits.no_regression = false;
	assert_int_equal(judged(1, "regression"), GATE_SKIPPED);

	begin();
	fill_pair(5, 0);
	judge(2, 1, &g);
	assert_int_equal(status_of(&g, "regression.pass"), GATE_PASS);
	assert_int_equal(g.answer, GATE_SHIP);
	assert_true(says(check_of(&g, "regression.pass"), "could go unseen"));
	gate_done(&g);
	limits.margin = 0.05;
	judge(2, 1, &g);
	assert_int_equal(status_of(&g, "regression.pass"), GATE_TOO_FEW);
	assert_true(check_of(&g, "regression.pass")->more > 0);
	assert_int_equal(g.answer, GATE_NOT_ENOUGH);
	gate_done(&g);

	begin();
	fill_pair(0, 10); /* better: the far end of the interval does not matter */
	limits.margin = 0.05;
	assert_int_equal(judged(1, "regression.pass"), GATE_PASS);
	begin();
	fill(1, 5, 5, 0);
	fill(2, 5, 0, 0);
	assert_int_equal(judged(1, "regression.pass"), GATE_TOO_FEW); /* five cases cannot show anything */
}

static void test_flips(void **state)
{
	(void)state;
	struct gate g;
	begin();
	fill_pair(3, 8);
	run_sql("UPDATE case_result SET status = 3 WHERE run = 2 AND case_id IN (1, 2)");
	judge(2, 1, &g);
	assert_int_equal(status_of(&g, "lost"), GATE_SKIPPED);
	assert_int_equal(status_of(&g, "new-errors"), GATE_FAIL);
	assert_int_equal(check_of(&g, "new-errors")->all_cases, 2);
	assert_int_equal(check_of(&g, "lost")->all_cases, 1);
	gate_done(&g);
	limits.max_new_errors = 2;
	assert_int_equal(judged(1, "new-errors"), GATE_PASS);
	limits.max_lost = 0;
	assert_int_equal(judged(1, "lost"), GATE_FAIL);
	limits.max_lost = 1;
	assert_int_equal(judged(1, "lost"), GATE_PASS);
}

static void test_allowed(void **state)
{
	(void)state;
	struct gate g;
	struct gate_allowed allowed[] = {
	    {.key = STR_LIT("case-0001"), .reason = STR_LIT("policy"), .until = STR_LIT("soon"), .until_ns = NOW + 1},
	    {.key = STR_LIT("case-0002"), .reason = STR_LIT("policy"), .until = STR_LIT("soon"), .until_ns = NOW + 1},
	    {.key = STR_LIT("case-0050"), .reason = STR_LIT("gone"),   .until = STR_LIT("soon"), .until_ns = NOW + 1},
	    {.key = STR_LIT("case-9999"), .reason = STR_LIT("gone"),   .until = STR_LIT("soon"), .until_ns = NOW + 1},
	};
	begin();
	fill_pair(2, 8);
	limits.allowed = allowed;
	limits.n_allowed = 4;
	judge(2, 1, &g);
	assert_int_equal(status_of(&g, "lost"), GATE_PASS);
	assert_true(says(check_of(&g, "lost"), "2 that are allowed"));
	assert_int_equal(status_of(&g, "allow.case-0001"), GATE_PASS);
	assert_true(says(check_of(&g, "allow.case-0050"), "not needed"));
	assert_true(says(check_of(&g, "allow.case-9999"), "no case of this key"));
	gate_done(&g);
	allowed[0].until_ns = NOW; /* over */
	judge(2, 1, &g);
	assert_int_equal(status_of(&g, "lost"), GATE_FAIL);
	assert_int_equal(check_of(&g, "lost")->all_cases, 1);
	assert_true(says(check_of(&g, "allow.case-0001"), "counts again"));
	gate_done(&g);
	allowed[0].key = STR_LIT("case-000"); /* the beginning of a name names nothing … */
	allowed[0].until_ns = NOW + 1;
	judge(2, 1, &g);
	assert_true(says(check_of(&g, "allow.case-000"), "no case of this key"));
	gate_done(&g);
	run_sql("UPDATE case_key SET text = 'abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789' WHERE "
	        "id = 1");
	allowed[0].key = STR_LIT("abcdef01"); /* … of a hash it does */
	judge(2, 1, &g);
	assert_int_equal(status_of(&g, "allow.abcdef01"), GATE_PASS);
	assert_int_equal(status_of(&g, "lost"), GATE_PASS);
	gate_done(&g);
	limits.n_allowed = 1; /* naming one says that no other may */
	allowed[0].until_ns = NOW + 1;
	assert_int_equal(judged(1, "lost"), GATE_FAIL);
}

/* A run against itself shows nothing; the mirror image of a loss is a gain. */
static void test_mirror(void **state)
{
	(void)state;
	struct gate g, back;
	begin();
	fill_pair(9, 1);
	judge(2, 2, &g);
	for (size_t i = 0; i < g.n_checks; i++)
		assert_true(g.checks[i].status != GATE_FAIL);
	assert_true(check_of(&g, "regression.pass")->value == 0);
	gate_done(&g);
	judge(2, 1, &g);
	judge(1, 2, &back);
	const struct gate_check *a = check_of(&g, "regression.pass"), *b = check_of(&back, "regression.pass");
	assert_int_equal(a->status, GATE_FAIL);
	assert_int_equal(b->status, GATE_PASS);
	assert_true(a->value == -b->value && a->p == b->p && fabs(a->low + b->high) < 1e-12 &&
	            fabs(a->high + b->low) < 1e-12);
	assert_true(a->before == b->after && a->after == b->before);
	gate_done(&back);
	/* Cases of one run alone change nothing of what is paired. */
	for (int i = 0; i < 30; i++)
		add_result(&(struct result){.run = 2,
		                            .case_id = 500 + i,
		                            .status = CASE_FAILED,
		                            .relevance = UNKNOWN_DOUBLE,
		                            .cost_usd = UNKNOWN_DOUBLE});
	judge(2, 1, &back);
	b = check_of(&back, "regression.pass");
	assert_true(a->value == b->value && a->p == b->p && a->low == b->low && a->high == b->high && a->n == b->n);
	assert_true(check_of(&back, "lost")->value == check_of(&g, "lost")->value);
	gate_done(&g);
	gate_done(&back);
}

static void test_not_comparable(void **state)
{
	(void)state;
	struct gate g;
	begin();
	fill(1, 60, 60, 0);
	for (int i = 0; i < 60; i++)
		add_result(&(struct result){.run = 2,
		                            .case_id = 1000 + i,
		                            .status = CASE_PASSED,
		                            .relevance = UNKNOWN_DOUBLE,
		                            .cost_usd = UNKNOWN_DOUBLE});
	judge(2, 1, &g);
	assert_int_equal(status_of(&g, "regression"), GATE_TOO_FEW);
	assert_true(says(check_of(&g, "cases"), "no case in common"));
	assert_int_equal(g.answer, GATE_NOT_ENOUGH);
	gate_done(&g);
}

static void test_baseline(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	int64_t baseline;
	begin();
	assert_true(gate_baseline(db, 2, &limits, &baseline, &err) && baseline == 0);
	limits.baseline = STR_LIT("previous");
	assert_true(gate_baseline(db, 2, &limits, &baseline, &err) && baseline == 1);
	assert_false(gate_baseline(db, 1, &limits, &baseline, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	limits.baseline = STR_LIT("run-1");
	assert_true(gate_baseline(db, 2, &limits, &baseline, &err) && baseline == 1);
	limits.baseline = STR_LIT("run-2");
	assert_false(gate_baseline(db, 2, &limits, &baseline, &err));
	assert_int_equal(err.code, ERR_USAGE);
	limits.baseline = STR_LIT("nobody");
	assert_false(gate_baseline(db, 2, &limits, &baseline, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	struct gate g;
	assert_false(gate_judge(db, 77, 0, &limits, &(struct gate_opts){.now_ns = NOW}, &g, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	gate_done(&g);
}

static void test_drift(void **state)
{
	(void)state;
	forget_runs();
	gate_limits_init(&limits);
	limits.drift = true;
	for (int run = 1; run <= 6; run++) {
		add_run(run, NOW - (10 - run) * DAY / 2);
		if (run == 2)
			assert_int_equal(judged(0, "drift"), GATE_TOO_FEW);
	}
	run_sql("UPDATE run SET pass_shares = 90, scored_keys = 100, keys = 100, cases = 100");
	struct gate g;
	judge(6, 0, &g);
	assert_int_equal(status_of(&g, "drift"), GATE_PASS);
	gate_done(&g);
	run_sql("UPDATE run SET pass_shares = 60 WHERE id = 6");
	judge(6, 0, &g);
	assert_int_equal(status_of(&g, "drift"), GATE_FAIL);
	assert_true(says(check_of(&g, "drift"), "below the band"));
	gate_done(&g);
	run_sql("UPDATE run SET pass_shares = 60; UPDATE run SET pass_shares = 100 WHERE id = 6");
	judge(6, 0, &g);
	assert_int_equal(status_of(&g, "drift"), GATE_PASS); /* above it: no reason to hold */
	gate_done(&g);
}

/* ---- figures for people */

static void test_figures(void **state)
{
	(void)state;
	static const struct {
		enum gate_unit unit;
		double figure;
		bool difference;
		const char *text;
	} figures[] = {
	    {GATE_COUNT,  1234,           false, "1,234"   },
	    {GATE_RATE,   0.875,          false, "87.5%"   },
	    {GATE_POINTS, -0.05,          true,  "−5.0pt"},
	    {GATE_POINTS, 0.05,           true,  "+5.0pt"  },
	    {GATE_NS,     1500000000,     true,  "+1.50s"  },
	    {GATE_USD,    0.5,            false, "$0.50"   },
	    {GATE_SCORE,  0.8125,         false, "0.812"   },
	    {GATE_AGE,    36 * 3600e9,    false, "36h"     },
	    {GATE_AGE,    7.25 * 86400e9, false, "7.2d"    },
	    {GATE_RATE,   NAN,            false, "–"     },
	    {GATE_NS,     1e300,          false, NULL      },
	    {GATE_COUNT,  -1e300,         false, NULL      },
	};
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
		buf_clear(&out);
		gate_figure(&out, figures[i].unit, figures[i].figure, figures[i].difference, false);
		if (figures[i].text)
			assert_string_equal(buf_cstr(&out), figures[i].text);
		assert_true(out.len > 0 && out.len < 40);
	}
	buf_done(&out);
	assert_int_equal(gate_exit_code(GATE_SHIP), 0);
	assert_int_equal(gate_exit_code(GATE_HOLD), 1);
	assert_int_equal(gate_exit_code(GATE_NOT_ENOUGH), 5);
	assert_int_equal(gate_rate_more(0.9, 100, 0.95), UNKNOWN_INT); /* no number of cases would */
	assert_int_equal(gate_rate_more(0.9, 100, 0.1), UNKNOWN_INT);  /* none are needed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),          cmocka_unit_test(test_pass_rate),
	    cmocka_unit_test(test_latency),        cmocka_unit_test(test_cost),
	    cmocka_unit_test(test_must_pass),      cmocka_unit_test(test_repeats),
	    cmocka_unit_test(test_traces_and_age), cmocka_unit_test(test_scores),
	    cmocka_unit_test(test_at_the_limit),   cmocka_unit_test(test_regression),
	    cmocka_unit_test(test_flips),          cmocka_unit_test(test_allowed),
	    cmocka_unit_test(test_mirror),         cmocka_unit_test(test_not_comparable),
	    cmocka_unit_test(test_baseline),       cmocka_unit_test(test_drift),
	    cmocka_unit_test(test_figures),
	};
	return cmocka_run_group_tests(tests, open_store, store_teardown);
}
