/* store/query/compare and runs: rows made by hand in the tables, then found, paged and compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <unistd.h>

#include "store/base/units.h"
#include "store/db.h"
#include "store/query/compare.h"
#include "store/query/compare_private.h"
#include "store/query/sources.h"
#include "tests/store.h"

static int open_store(void **state)
{
	if (store_setup(state) != 0)
		return -1;
	run_sql("INSERT INTO word(id,text) VALUES(1,'relevance'),(2,'groundedness'),(3,'only-b'),(4,'dispute'),"
	        "(5,'refunds'),(6,'claims'),(7,'gpt-4o'),(8,'label')");
	return 0;
}

/* ---- rows by hand */

static void add_run(int id)
{
	char sql[300];
	snprintf(sql, sizeof sql,
	         "INSERT INTO run(id,key,text,source,seen) VALUES(%d,CAST('k%d' AS BLOB),'run-%d',1,1)", id, id, id);
	run_sql(sql);
}

struct result {
	int run, case_id, repeat, status;
	int64_t output, input, latency_ms; /* 0: unknown */
	double relevance, cost_usd;        /* NaN: unknown */
};

static void add_result(const struct result *r)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db, "INSERT OR IGNORE INTO case_key(id, text) VALUES(?1, 'key-' || ?1)", &err);
	stmt_int(s, 1, r->case_id);
	assert_true(stmt_run(s, &err));
	s = db_query(db,
	             "INSERT INTO case_result(run,case_id,repeat,status,output_hash,input_hash,latency_ns,cost_usd,"
	             "record,hash,source) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?1 * 1000 + ?2 * 10 + ?3,0,1)",
	             &err);
	stmt_int(s, 1, r->run);
	stmt_int(s, 2, r->case_id);
	stmt_int(s, 3, r->repeat);
	stmt_int(s, 4, r->status);
	stmt_int(s, 5, r->output ? r->output : UNKNOWN_INT);
	stmt_int(s, 6, r->input ? r->input : UNKNOWN_INT);
	stmt_int(s, 7, r->latency_ms ? r->latency_ms * 1000000 : UNKNOWN_INT);
	stmt_double(s, 8, r->cost_usd);
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

static void forget_runs(void)
{
	run_sql("DELETE FROM case_result; DELETE FROM case_score; DELETE FROM run; DELETE FROM run_score; DELETE FROM "
	        "case_key;"
	        "DELETE FROM trace; DELETE FROM source; DELETE FROM prompt;");
}

static void compare(int a, int b, const struct compare_opts *opts, struct compare *out)
{
	struct err err = ERR_INIT;
	struct compare_opts plain = {.margin = UNKNOWN_DOUBLE};
	if (!compare_runs(db, a, b, opts ? opts : &plain, out, &err))
		fail_msg("%s", err.text);
	int64_t sum = 0;
	for (int c = 0; c < CLASS_ONLY_A; c++)
		sum += out->count[c];
	if (!out->refused.len)
		assert_int_equal(sum, out->paired);
}

static const struct compare_row *row_of(const struct compare *c, int64_t case_id)
{
	const struct compare_row *found = NULL;
	for (size_t i = 0; i < c->n_rows && !found; i++)
		if (c->rows[i].case_id == case_id)
			found = &c->rows[i];
	BUG_ON(!found);
	return found;
}

static const struct compare_metric *metric_of(const struct compare *c, const char *name)
{
	const struct compare_metric *found = NULL;
	for (size_t i = 0; i < c->n_metrics && !found; i++)
		if (strcmp(c->metrics[i].name, name) == 0)
			found = &c->metrics[i];
	BUG_ON(!found);
	return found;
}

enum { U = CASE_UNSCORED, P = CASE_PASSED, F = CASE_FAILED, E = CASE_ERROR };
#define NONE UNKNOWN_DOUBLE

/* A score that the run's configuration calls better when lower: what rises is worse. */
static void knows_what_is_better_lower(void **state)
{
	(void)state;
	static const struct {
		const char *config;
		bool lower;
	} rows[] = {
	    {"NULL",	                                                                      false},
	    {"'{\"higher_is_better\":{\"task\":{\"relevance\":false}}}'",                         true },
	    {"'{\"higher_is_better\":{\"relevance\":false}}'",                                    true },
	    {"'{\"higher_is_better\":{\"a\":{\"relevance\":false},\"b\":{\"relevance\":true}}}'", false},
	    {"'{\"higher_is_better\":{\"task\":{\"rel\":false}}}'",                               false},
	    {"'{\"higher_is_better\":NaN}'",	                                              false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct compare c;
		char sql[200];
		forget_runs();
		add_run(1);
		add_run(2);
		snprintf(sql, sizeof sql, "UPDATE run SET config = %s WHERE id = 1", rows[i].config);
		run_sql(sql);
		for (int k = 1; k <= 60; k++) {
			add_result(&(struct result){.run = 1, .case_id = k, .relevance = k % 7, .cost_usd = NAN});
			add_result(
			    &(struct result){.run = 2, .case_id = k, .relevance = k % 7 + 1 + k % 3, .cost_usd = NAN});
		}
		compare(1, 2, NULL, &c);
		const struct compare_metric *m = metric_of(&c, "relevance");
		assert_int_equal(m->lower_is_better, rows[i].lower);
		assert_int_equal(m->result.verdict, rows[i].lower ? METRIC_WORSE : METRIC_BETTER);
		assert_true(rows[i].lower ? c.rows[0].loss > 0 : c.rows[0].loss < 0);
		compare_done(&c);
	}
	forget_runs();
}

/* ---- classes */

static void puts_cases_into_classes(void **state)
{
	(void)state;
	static const struct {
		int status_a, status_b;
		int64_t output_a, output_b;
		double score_a, score_b;
		enum case_class class_;
	} cases[] = {
	    {P, P, 1, 1, 0.5,       0.5, CLASS_SAME     },
	    {P, P, 1, 2, 0.5,       0.5, CLASS_CHANGED  },
	    {P, P, 1, 1, 0.5,       0.6, CLASS_CHANGED  },
	    {P, P, 1, 1, 0.5,       -1,  CLASS_CHANGED  }, /* -1: no score */
	    {P, P, 1, 0, 0.5,       0.5, CLASS_CHANGED  },
	    {P, P, 0, 0, -1,        -1,  CLASS_SAME     },
	    {P, F, 1, 1, 0.9,       0.1, CLASS_REGRESSED},
	    {P, F, 1, 2, 0.9,       0.5, CLASS_REGRESSED},
	    {F, P, 1, 2, 0.5,       0.9, CLASS_IMPROVED },
	    {E, P, 0, 2, -1,        0.9, CLASS_IMPROVED },
	    {U, P, 1, 1, 0.1,       0.9, CLASS_IMPROVED },
	    {P, E, 1, 0, 0.5,       -1,  CLASS_NEW_ERROR},
	    {F, E, 1, 1, 0.5,       0.5, CLASS_NEW_ERROR},
	    {E, E, 0, 0, -1,        -1,  CLASS_SAME     },
	    {E, F, 0, 1, -1,        0.5, CLASS_CHANGED  },
	    {F, F, 1, 1, 0.5,       0.5, CLASS_SAME     },
	    {P, U, 1, 1, 0.5,       0.5, CLASS_CHANGED  },
	    {U, E, 1, 1, 0.5,       0.5, CLASS_CHANGED  },
	    {U, U, 1, 1, 0.5,       0.5, CLASS_SAME     },
	    {P, P, 1, 1, 0.1 + 0.2, 0.3, CLASS_SAME     }, /* the noise of decimals in binary is no change */
	};
	enum { N = sizeof cases / sizeof *cases };
	forget_runs();
	add_run(1);
	add_run(2);
	int64_t expected[N_CLASSES] = {0};
	for (int i = 0; i < N; i++) {
		add_result(&(struct result){1, i + 1, 0, cases[i].status_a, cases[i].output_a, 0, 0,
		                            cases[i].score_a < 0 ? NONE : cases[i].score_a, NONE});
		add_result(&(struct result){2, i + 1, 0, cases[i].status_b, cases[i].output_b, 0, 0,
		                            cases[i].score_b < 0 ? NONE : cases[i].score_b, NONE});
		expected[cases[i].class_]++;
	}
	for (int i = 0; i < 5; i++)
		add_result(&(struct result){i < 2 ? 1 : 2, 100 + i, 0, P, 1, 0, 0, NONE, NONE});
	/* A score only B has at all does not change cases. */
	run_sql(
	    "INSERT INTO case_score(run,case_id,repeat,name,n,value,from_) VALUES(2,1,0,3,0,1.0,1),(2,6,0,3,0,1.0,1)");
	/* Labels without a number are missing. */
	run_sql(
	    "INSERT INTO case_score(run,case_id,repeat,name,n,label,from_) VALUES(1,1,0,8,0,'x',1),(2,1,0,8,0,'y',1)");
	struct compare c;
	compare(1, 2, NULL, &c);
	assert_int_equal(c.paired, N);
	expected[CLASS_ONLY_A] = 2;
	expected[CLASS_ONLY_B] = 3;
	assert_int_equal(c.n_rows, N + 5);
	for (int i = 0; i < N; i++)
		if (row_of(&c, i + 1)->class_ != cases[i].class_)
			fail_msg("case %d is %s", i, case_class_name(row_of(&c, i + 1)->class_));
	for (int k = 0; k < N_CLASSES; k++)
		assert_int_equal(c.count[k], expected[k]);
	/* By class; the largest loss first among the lost, the largest gain first among the won. */
	assert_int_equal(c.rows[0].case_id, 7);
	assert_int_equal(c.rows[1].case_id, 8);
	assert_int_equal(c.rows[2].case_id, 11);
	for (size_t i = 1; i < c.n_rows; i++)
		assert_true(c.rows[i - 1].class_ <= c.rows[i].class_);
	assert_false(row_of(&c, 102)->a.present);
	assert_true(row_of(&c, 102)->b.present);
	assert_true(IS_UNKNOWN(row_of(&c, 102)->a.scores[0]));
	assert_int_equal(row_of(&c, 102)->a.latency_ns, UNKNOWN_INT);
	assert_int_equal(c.n_scores, 2);
	assert_true(str_is(c.scores[0], "only-b"));
	assert_true(str_is(c.scores[1], "relevance"));
	assert_int_equal(c.n_metrics, 5); /* pass, relevance, two latencies, cost */
	assert_true(str_is(row_of(&c, 3)->title, "key-3"));
	compare_done(&c);
}

/* ---- figures */

static void fill_pair(void)
{
	forget_runs();
	add_run(1);
	add_run(2);
	for (int i = 1; i <= 80; i++) {
		bool pass_a = i > 24, pass_b = i > 9;
		add_result(&(struct result){1, i, 0, pass_a ? P : F, i, 0, 1000 + i * 10, 0.5 + 0.005 * i, 0.01});
		add_result(
		    &(struct result){2, i, 0, pass_b ? P : F, i + 1000, 0, 1500 + i * 13, 0.5 + 0.005 * i, 0.01});
	}
	add_result(&(struct result){2, 81, 0, P, 1, 0, 1, 1, 0.01});
	add_result(&(struct result){2, 82, 0, P, 1, 0, 1, 1, 0.01});
}

static void says_what_differs(void **state)
{
	(void)state;
	fill_pair();
	struct compare c;
	compare(1, 2, NULL, &c);
	const struct metric_result *pass = &metric_of(&c, "pass")->result;
	assert_int_equal(pass->n, 80);
	assert_true(fabs(pass->a - 56.0 / 80) < 1e-12 && fabs(pass->b - 71.0 / 80) < 1e-12);
	assert_int_equal(pass->test, TEST_MCNEMAR);
	assert_int_equal(pass->table.b_only, 15);
	assert_true(fabs(pass->p - 2 / 32768.0) < 1e-12);
	assert_int_equal(pass->verdict, METRIC_BETTER);
	assert_int_equal(metric_of(&c, "latency_p50_ns")->result.verdict, METRIC_WORSE);
	assert_true(metric_of(&c, "latency_p50_ns")->lower_is_better);
	assert_true(fabs(metric_of(&c, "latency_p50_ns")->result.a - 1405e6) < 1);
	assert_int_equal(metric_of(&c, "cost_usd_per_case")->result.verdict, METRIC_NO_DIFFERENCE);
	assert_int_equal(c.holm, 5);
	if (!str_is(c.sentence, "B answers better and is slower. 80 cases paired (none only in A, 2 only in B)."))
		fail_msg(STR_FMT, STR_ARG(c.sentence));
	compare_done(&c);

	struct compare_opts rows = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	compare(1, 2, &rows, &c);
	assert_int_equal(c.n_metrics, 0);
	assert_int_equal(c.count[CLASS_IMPROVED], 15);
	assert_true(str_is(c.sentence, "80 cases paired (none only in A, 2 only in B)."));
	compare_done(&c);
}

static void finds_no_difference_of_a_run_to_itself(void **state)
{
	(void)state;
	fill_pair();
	struct compare c;
	compare(1, 1, NULL, &c);
	assert_int_equal(c.count[CLASS_SAME], 80);
	for (size_t i = 0; i < c.n_metrics; i++) {
		const struct metric_result *r = &c.metrics[i].result;
		assert_true(r->delta == 0);
		if (!(r->p == 1) || r->verdict != METRIC_NO_DIFFERENCE)
			fail_msg("%s: p %g", c.metrics[i].name, r->p);
	}
	assert_true(
	    str_is(c.sentence, "No evidence of a difference. 80 cases paired (none only in A, none only in B)."));
	compare_done(&c);
}

static void close_to(double a, double b)
{
	if (!(IS_UNKNOWN(a) && IS_UNKNOWN(b)) && !(fabs(a - b) <= 1e-12 * fmax(1, fabs(a))))
		fail_msg("%.17g is not %.17g", a, b);
}

static void mirrors_when_swapped(void **state)
{
	(void)state;
	fill_pair();
	struct compare ab, ba;
	compare(1, 2, NULL, &ab);
	compare(2, 1, NULL, &ba);
	assert_int_equal(ab.count[CLASS_REGRESSED], ba.count[CLASS_IMPROVED]);
	assert_int_equal(ab.count[CLASS_IMPROVED], ba.count[CLASS_REGRESSED]);
	assert_int_equal(ab.count[CLASS_ONLY_A], ba.count[CLASS_ONLY_B]);
	assert_int_equal(ab.count[CLASS_ONLY_B], ba.count[CLASS_ONLY_A]);
	assert_int_equal(ab.n_metrics, ba.n_metrics);
	for (size_t i = 0; i < ab.n_metrics; i++) {
		const struct metric_result *x = &ab.metrics[i].result, *y = &ba.metrics[i].result;
		close_to(x->a, y->b);
		close_to(x->delta, -y->delta);
		close_to(x->low, -y->high);
		close_to(x->high, -y->low);
		close_to(x->p, y->p);
		close_to(x->p_holm, y->p_holm);
	}
	assert_true(
	    str_is(ba.sentence, "B answers worse and is faster. 80 cases paired (2 only in A, none only in B)."));
	compare_done(&ab);
	compare_done(&ba);
}

/* The first screen shows what the whole answer begins with, and counts what verdicts alone can tell. */
static void gives_the_lost_cases_first(void **state)
{
	(void)state;
	fill_pair();
	for (int swapped = 0; swapped < 2; swapped++) {
		struct err err = ERR_INIT;
		struct compare all, lost;
		compare(1 + swapped, 2 - swapped, NULL, &all);
		assert_true(compare_lost(db, 1 + swapped, 2 - swapped, &lost, &err));
		bool any = all.count[CLASS_REGRESSED] > 0;
		assert_true(lost.lost_only == any && (any || !swapped) && !all.lost_only);
		assert_int_equal(lost.n_rows, any ? all.count[CLASS_REGRESSED] : (int64_t)all.n_rows);
		assert_int_equal(lost.paired, all.paired);
		for (size_t i = 0; i < lost.n_rows; i++) {
			assert_int_equal(lost.rows[i].case_id, all.rows[i].case_id);
			assert_true(lost.rows[i].loss == all.rows[i].loss);
			assert_true(str_eq(lost.rows[i].key, all.rows[i].key) &&
			            str_eq(lost.rows[i].title, all.rows[i].title));
			assert_int_equal(lost.rows[i].a.output_hash, all.rows[i].a.output_hash);
		}
		for (int k = 0; k < N_CLASSES; k++)
			assert_int_equal(lost.count[k],
			                 any && (k == CLASS_CHANGED || k == CLASS_SAME) ? -1 : all.count[k]);
		compare_done(&all);
		compare_done(&lost);
	}
	forget_runs();
	add_run(1);
	add_run(2);
	run_sql("BEGIN");
	for (int i = 1; i <= 1000; i++) { /* many ties: about 20 cases for each loss */
		add_result(&(struct result){1, i, 0, P, 1, 0, 0, 1, NONE});
		add_result(&(struct result){2, i, 0, F, 2, 0, 0, (i * 37 % 50) * 0.01, NONE});
	}
	run_sql("COMMIT");
	struct err err = ERR_INIT;
	struct compare many, first;
	compare(1, 2, NULL, &many);
	assert_true(compare_lost(db, 1, 2, &first, &err));
	assert_true(first.lost_only && first.count[CLASS_REGRESSED] == 1000);
	assert_true(first.n_rows >= 400 && first.n_rows < 500); /* whole losses: up to the last of its like */
	for (size_t i = 0; i < first.n_rows; i++)
		assert_int_equal(first.rows[i].case_id, many.rows[i].case_id);
	assert_true(many.rows[first.n_rows].loss < many.rows[first.n_rows - 1].loss);
	compare_done(&many);
	compare_done(&first);
	struct compare same; /* nothing is lost: then it is the whole answer */
	assert_true(compare_lost(db, 1, 1, &same, &err));
	assert_true(!same.lost_only && same.n_rows == (size_t)same.count[CLASS_SAME] && same.n_metrics == 0);
	compare_done(&same);
}

static void says_too_few(void **state)
{
	(void)state;
	forget_runs();
	add_run(1);
	add_run(2);
	for (int i = 1; i <= 5; i++) {
		add_result(&(struct result){1, i, 0, F, 1, 0, 0, NONE, NONE});
		add_result(&(struct result){2, i, 0, P, 1, 0, 0, NONE, NONE});
	}
	struct compare c;
	compare(1, 2, NULL, &c);
	assert_int_equal(metric_of(&c, "pass")->result.verdict, METRIC_TOO_FEW);
	assert_int_equal(c.holm, 1);
	assert_true(str_is(c.sentence,
	                   "Too few cases to tell: 5 of at least 6. 5 cases paired (none only in A, none only in B)."));
	compare_done(&c);
	/* With a margin the interval of many equal cases may still be too wide. */
	for (int i = 6; i <= 12; i++) {
		add_result(&(struct result){1, i, 0, P, 1, 0, 0, NONE, NONE});
		add_result(&(struct result){2, i, 0, P, 1, 0, 0, NONE, NONE});
	}
	run_sql("UPDATE case_result SET status = 1");
	compare(1, 2, &(struct compare_opts){.margin = 0.05}, &c);
	assert_int_equal(metric_of(&c, "pass")->result.verdict, METRIC_TOO_FEW);
	compare_done(&c);
	compare(1, 2, &(struct compare_opts){.margin = UNKNOWN_DOUBLE}, &c);
	assert_int_equal(metric_of(&c, "pass")->result.verdict, METRIC_NO_DIFFERENCE);
	compare_done(&c);
}

/* ---- repeats */

static void takes_the_majority_of_repeats(void **state)
{
	(void)state;
	forget_runs();
	add_run(1);
	add_run(2);
	static const struct {
		int a[3], b[3]; /* -1: no such repeat */
		enum case_status in_a, in_b;
		enum case_class class_;
	} cases[] = {
	    {{P, P, F},  {F, F, P},  CASE_PASSED,   CASE_FAILED,   CLASS_REGRESSED},
	    {{P, F, -1}, {P, P, -1}, CASE_FAILED,   CASE_PASSED,   CLASS_IMPROVED }, /* a tie fails */
	    {{P, E, -1}, {E, E, P},  CASE_FAILED,   CASE_ERROR,    CLASS_NEW_ERROR},
	    {{P, U, U},  {P, P, P},  CASE_PASSED,   CASE_PASSED,   CLASS_SAME     },
	    {{U, U, -1}, {U, U, U},  CASE_UNSCORED, CASE_UNSCORED, CLASS_SAME     },
	    {{P, E, F},  {F, F, F},  CASE_FAILED,   CASE_FAILED,   CLASS_CHANGED  }, /* the scores differ */
	};
	enum { N = sizeof cases / sizeof *cases };
	for (int i = 0; i < N; i++)
		for (int k = 0; k < 3; k++) {
			if (cases[i].a[k] >= 0)
				add_result(&(struct result){1, i + 1, k, cases[i].a[k], 7, 0, 100 * (k + 1), 0.1 * k,
				                            0.5 * k});
			if (cases[i].b[k] >= 0)
				add_result(
				    &(struct result){2, i + 1, k, cases[i].b[k], 7, 0, 200, i == 5 ? 0.9 : NONE, NONE});
		}
	run_sql("DELETE FROM case_score WHERE case_id <> 6");
	struct compare c;
	compare(1, 2, NULL, &c);
	for (int i = 0; i < N; i++) {
		const struct compare_row *row = row_of(&c, i + 1);
		if (row->class_ != cases[i].class_ || row->a.status != cases[i].in_a || row->b.status != cases[i].in_b)
			fail_msg("case %d is %s: %s, %s", i, case_class_name(row->class_),
			         case_status_name(row->a.status), case_status_name(row->b.status));
	}
	const struct compare_row *first = row_of(&c, 1);
	assert_int_equal(first->a.passes, 2);
	assert_int_equal(first->a.scored, 3);
	assert_true(first->a.flaky);
	assert_false(row_of(&c, 4)->b.flaky);
	assert_int_equal(first->a.latency_ns, 200000000);
	close_to(first->a.cost_usd, 0.5);
	assert_int_equal(first->a.record, 1010);
	close_to(row_of(&c, 6)->a.scores[0], 0.1);
	const struct metric_result *pass = &metric_of(&c, "pass")->result;
	assert_int_equal(pass->test, TEST_WILCOXON);
	assert_int_equal(pass->n, 5); /* the unscored case has no share */
	close_to(pass->a, (2.0 / 3 + 0.5 + 0.5 + 1 + 1.0 / 3) / 5);
	assert_int_equal(metric_of(&c, "latency_p50_ns")->result.n, N);
	compare_done(&c);

	compare(1, 2, &(struct compare_opts){.margin = UNKNOWN_DOUBLE, .majority = true}, &c);
	pass = &metric_of(&c, "pass")->result;
	assert_int_equal(pass->test, TEST_MCNEMAR);
	assert_int_equal(pass->table.a_only, 1);
	assert_int_equal(pass->table.b_only, 1);
	assert_int_equal(pass->table.both, 1);
	assert_int_equal(pass->table.none, 2);
	compare_done(&c);
}

static void same_bits(double a, double b)
{
	if (memcmp(&a, &b, sizeof a) != 0 && !(IS_UNKNOWN(a) && IS_UNKNOWN(b)))
		fail_msg("%.17g is not %.17g", a, b);
}

static void does_not_depend_on_the_order_of_rows(void **state)
{
	(void)state;
	struct compare forward, backward;
	for (int pass = 0; pass < 2; pass++) {
		forget_runs();
		add_run(1);
		add_run(2);
		for (int k = 0; k < 40; k++)
			for (int r = 0; r < 3; r++) {
				int i = pass ? 40 - k : k + 1, of = pass ? 2 - r : r;
				add_result(&(struct result){1, pass ? 100 - i : i, of, i % 3 ? P : F, i + r, 0,
				                            100 + i * r, 0.1 * r, 0.1 * i});
				add_result(&(struct result){2, pass ? 100 - i : i, of, i % 5 ? P : E, i, 0, 120 + i * r,
				                            0.3 * r, 0.1 * r});
			}
		compare(1, 2, NULL, pass ? &backward : &forward);
	}
	for (int k = 0; k < N_CLASSES; k++)
		assert_int_equal(forward.count[k], backward.count[k]);
	for (size_t i = 0; i < forward.n_metrics; i++) {
		const struct metric_result *x = &forward.metrics[i].result, *y = &backward.metrics[i].result;
		same_bits(x->low, y->low);
		same_bits(x->p, y->p);
		same_bits(x->delta, y->delta);
	}
	compare_done(&forward);
	compare_done(&backward);
}

/* ---- alignment */

static void aligns_by_input(void **state)
{
	(void)state;
	forget_runs();
	add_run(1);
	add_run(2);
	/* Inputs 10, 20 on both sides; 30 twice in B; 40 only in A; unknown ones never meet. */
	add_result(&(struct result){1, 1, 0, P, 1, 10, 0, 0.9, NONE});
	add_result(&(struct result){1, 2, 0, P, 1, 20, 0, NONE, NONE});
	add_result(&(struct result){1, 3, 0, P, 1, 30, 0, NONE, NONE});
	add_result(&(struct result){1, 4, 0, P, 1, 40, 0, NONE, NONE});
	add_result(&(struct result){1, 5, 0, P, 1, 0, 0, NONE, NONE});
	add_result(&(struct result){2, 11, 0, P, 1, 20, 0, NONE, NONE});
	add_result(&(struct result){2, 12, 0, F, 1, 10, 0, 0.1, NONE});
	add_result(&(struct result){2, 13, 0, P, 1, 30, 0, NONE, NONE});
	add_result(&(struct result){2, 14, 0, P, 1, 30, 0, NONE, NONE});
	add_result(&(struct result){2, 15, 0, P, 1, 0, 0, NONE, NONE});
	struct compare c;
	compare(1, 2, NULL, &c);
	assert_true(c.by_input);
	assert_int_equal(c.paired, 2);
	assert_int_equal(c.count[CLASS_REGRESSED], 1);
	assert_int_equal(c.count[CLASS_SAME], 1);
	assert_int_equal(c.count[CLASS_ONLY_A], 3);
	assert_int_equal(c.count[CLASS_ONLY_B], 3);
	assert_int_equal(row_of(&c, 1)->b.record, 2120);
	assert_int_equal(metric_of(&c, "relevance")->result.n, 1);
	if (!str_is(
	        c.sentence,
	        "Too few cases to tell: 2 of at least 6. 2 cases paired by their input (3 only in A, 3 only in B)."))
		fail_msg(STR_FMT, STR_ARG(c.sentence));
	compare_done(&c);
	/* One shared key, and the inputs are not asked. */
	add_result(&(struct result){2, 4, 0, P, 1, 0, 0, NONE, NONE});
	compare(1, 2, NULL, &c);
	assert_false(c.by_input);
	assert_int_equal(c.paired, 1);
	compare_done(&c);
}

static void refuses_runs_without_common_cases(void **state)
{
	(void)state;
	forget_runs();
	add_run(1);
	add_run(2);
	add_run(3);
	add_result(&(struct result){1, 1, 0, P, 1, 10, 0, NONE, NONE});
	add_result(&(struct result){2, 2, 0, P, 1, 20, 0, NONE, NONE});
	add_result(&(struct result){2, 3, 0, P, 1, 0, 0, NONE, NONE});
	struct compare c;
	compare(1, 2, NULL, &c);
	assert_true(str_find(c.refused, STR_LIT("no case in common")) != SIZE_MAX);
	assert_int_equal(c.paired, 0);
	assert_int_equal(c.count[CLASS_ONLY_A], 1);
	assert_int_equal(c.count[CLASS_ONLY_B], 2);
	compare_done(&c);
	compare(1, 3, NULL, &c);
	assert_true(str_find(c.refused, STR_LIT("run-3 has no cases")) != SIZE_MAX);
	compare_done(&c);
	struct err err = ERR_INIT;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE};
	assert_false(compare_runs(db, 1, 99, &opts, &c, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	compare_done(&c);
}

static void links_traces(void **state)
{
	(void)state;
	forget_runs();
	add_run(1);
	add_run(2);
	add_result(&(struct result){1, 1, 0, P, 1, 0, 0, NONE, NONE});
	add_result(&(struct result){2, 1, 0, P, 1, 0, 0, NONE, NONE});
	run_sql(
	    "INSERT INTO trace(id,key,text,source,seen) VALUES(77,x'0a0b','abc',1,1);"
	    "UPDATE case_result SET trace = x'0a0b' WHERE run = 1; UPDATE case_result SET trace = x'ff' WHERE run = 2");
	struct compare c;
	compare(1, 2, NULL, &c);
	assert_int_equal(c.rows[0].a.trace, 77);
	assert_int_equal(c.rows[0].b.trace, 0);
	compare_done(&c);
	struct case_page page;
	struct err err = ERR_INIT;
	assert_true(cases_page(db, 1, NULL, 0, 10, &page, &err));
	assert_int_equal(page.rows[0].trace, 77);
	assert_true(str_is(page.rows[0].trace_text, "abc"));
	case_page_done(&page);
}

/* A file may name a score of its own for every case. */
static void bounds_the_names_of_scores(void **state)
{
	(void)state;
	forget_runs();
	add_run(1);
	add_run(2);
	for (int i = 1; i <= 150; i++) {
		add_result(&(struct result){1, i, 0, P, 1, 0, 0, 0.5, NONE});
		add_result(&(struct result){2, i, 0, P, 1, 0, 0, 0.5, NONE});
	}
	run_sql("INSERT INTO word(id, text) SELECT 1000 + id, 'score-' || id FROM case_key;"
	        "INSERT INTO case_score(run,case_id,repeat,name,n,value,from_) SELECT 1, id, 0, 1000 + id, 0, 1, 1 "
	        "FROM case_key");
	struct compare c;
	compare(1, 2, &(struct compare_opts){.rows_only = true, .margin = UNKNOWN_DOUBLE}, &c);
	assert_int_equal(c.n_scores, 100);
	assert_true(str_is(c.scores[0], "relevance")); /* the one that most cases have stays */
	assert_int_equal(c.count[CLASS_SAME], 150);
	compare_done(&c);
	run_sql("DELETE FROM word WHERE id > 1000");
}

static void *interrupts(void *stop)
{
	while (!__atomic_load_n((bool *)stop, __ATOMIC_ACQUIRE))
		db_interrupt(db);
	return NULL;
}

static void can_be_interrupted(void **state)
{
	(void)state;
	fill_pair();
	struct err err = ERR_INIT;
	struct compare c;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	bool stop = false, interrupted = false;
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, interrupts, &stop), 0);
	for (int i = 0; i < 3000 && !interrupted; i++) {
		if (!compare_runs(db, 1, 2, &opts, &c, &err)) {
			assert_int_equal(err.code, ERR_INTERRUPTED);
			interrupted = true;
		}
		compare_done(&c);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	assert_true(interrupted);
	compare(1, 2, &opts, &c);
	assert_int_equal(c.paired, 80);
	compare_done(&c);
}

/* The resampling is no statement; it stops all the same. (Another statement is at work, so that the interrupt stays.) */
static void statistics_can_be_interrupted(void **state)
{
	(void)state;
	fill_pair();
	struct err err = ERR_INIT;
	struct compare c = {.arena = ARENA_INIT};
	struct side_run a, b;
	assert_true(side_read(db, 1, STR_NONE, &c.arena, &a, &err) && side_read(db, 2, STR_NONE, &c.arena, &b, &err));
	struct pair pairs[60];
	for (size_t i = 0; i < 60; i++)
		pairs[i] = (struct pair){i, i};
	const struct compare_opts opts = {.margin = UNKNOWN_DOUBLE};
	assert_true(compare_metrics(db, &a, &b, pairs, 60, NULL, &opts, &c, &err));
	assert_true(c.n_metrics == 4);
	struct stmt *other = db_query(db, "SELECT id FROM run", &err);
	assert_int_equal(stmt_step(other, &err), STEP_ROW);
	db_interrupt(db);
	assert_false(compare_metrics(db, &a, &b, pairs, 60, NULL, &opts, &c, &err));
	assert_int_equal(err.code, ERR_INTERRUPTED);
	stmt_end(other);
	side_done(&a);
	side_done(&b);
	compare_done(&c);
}

/* ---- lists of runs */

static void fill_runs(void)
{
	forget_runs();
	run_sql("INSERT INTO source(id,path,entry,format,head_len,head_hash,bytes,prefix_hash,records,state) VALUES"
	        "(1,CAST('runs/eval-v12.json' AS BLOB),NULL,'own',1,x'00',1,x'00',1,1),"
	        "(2,CAST('runs/eval-v13.json' AS BLOB),NULL,'own',1,x'00',1,x'00',1,1),"
	        "(3,CAST('old/claims.jsonl.gz' AS BLOB),NULL,'own',1,x'00',1,x'00',1,2),"
	        "(4,CAST('old/claims.csv' AS BLOB),NULL,'own',1,x'00',1,x'00',1,1);"
	        "INSERT INTO prompt(id,name,version,hash) VALUES(1,4,'v12',x'01'),(2,4,'v13',x'02');"
	        "INSERT INTO "
	        "run(id,key,text,name,dataset,model,prompt,created_ns,cases,passed,failed,errored,unscored,keys,"
	        "repeats,pass_shares,scored_keys,p50_ns,source,seen) VALUES"
	        "(1,x'01','aaaa1111','Monday',5,7,1,100,10,7,2,1,0,10,1,7.0,10,5,1,1),"
	        "(2,x'02','aaaa2222','Tuesday',5,7,2,200,10,10,0,0,0,10,1,10.0,10,6,2,2),"
	        "(3,x'03','bbbb3333','nightly',6,7,2,300,0,0,0,0,0,0,0,NULL,0,NULL,3,3),"
	        "(4,x'04','2024','nightly',NULL,7,NULL,400,0,0,0,0,0,0,0,NULL,NULL,NULL,4,4);"
	        "DELETE FROM run_source; INSERT INTO run_source(source, run) SELECT source, id FROM run;"
	        "INSERT INTO run_score VALUES(1,2,10,0.8),(1,1,10,0.5)");
}

static void pages_runs(void **state)
{
	(void)state;
	fill_runs();
	struct err err = ERR_INIT;
	struct run_page page;
	assert_true(runs_page(db, NULL, 0, 0, -1, &page, &err));
	static const int64_t order[] = {3, 2, 1, 4}; /* claims, refunds by age, no dataset */
	assert_int_equal(page.n, 4);
	assert_int_equal(page.total, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(page.rows[i].id, order[i]);
	const struct run_row *monday = &page.rows[2];
	close_to(monday->pass_rate, 0.7);
	close_to(monday->pass_low, 0.39677814746114537); /* Wilson's formula in Python's floats */
	close_to(monday->pass_high, 0.8922087325936989);
	assert_true(str_is(monday->prompt, "dispute") && str_is(monday->prompt_version, "v12"));
	assert_int_equal(monday->n_scores, 2);
	assert_true(str_is(monday->scores[0].name, "groundedness"));
	assert_true(IS_UNKNOWN(page.rows[0].pass_rate) && IS_UNKNOWN(page.rows[0].pass_low));
	assert_true(str_is(page.rows[0].file, "old/claims.jsonl.gz"));
	run_page_done(&page);

	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	struct filter *f = filter_parse(&arena, STR_LIT("version:v13 not nightly"), FILTER_RUNS, 0, &mistake);
	assert_true(runs_page(db, f, 0, 0, 10, &page, &err));
	assert_int_equal(page.n, 1);
	assert_int_equal(page.rows[0].id, 2);
	run_page_done(&page);
	assert_true(runs_page(db, NULL, 3, 0, 10, &page, &err));
	assert_int_equal(page.total, 1);
	run_page_done(&page);
	assert_true(runs_page(db, NULL, 0, 2, 1, &page, &err));
	assert_int_equal(page.total, 4);
	assert_int_equal(page.rows[0].id, 1);
	run_page_done(&page);
	arena_done(&arena);
}

/* A long title that all cases have tells none from another: the key does. With one that ends otherwise it is the end. */
static void alike_titles_give_way_to_keys(void **state)
{
	(void)state;
	forget_runs();
	for (int run = 1; run <= 2; run++) {
		add_run(run);
		for (int i = 1; i <= 4; i++)
			add_result(&(struct result){run, i, 0, P, 1, 0, i, NONE, NONE});
	}
	run_sql("UPDATE case_result SET title = 'Here is a conversation for a camping trip'");
	struct compare c;
	compare(1, 2, NULL, &c);
	assert_true(str_is(compare_title_rest(&c, row_of(&c, 3)), "key-3"));
	compare_done(&c);
	run_sql("UPDATE case_result SET title = title || ' two' WHERE case_id = 3");
	compare(1, 2, NULL, &c);
	assert_true(str_is(compare_title_rest(&c, row_of(&c, 3)), "trip two"));
	assert_true(str_is(compare_title_rest(&c, row_of(&c, 2)), "trip"));
	compare_done(&c);
}

static void pages_cases(void **state)
{
	(void)state;
	forget_runs();
	add_run(1);
	for (int i = 1; i <= 20; i++)
		add_result(&(struct result){1, i, 0, i % 4 ? P : F, 1, 0, i, NONE, NONE});
	run_sql("UPDATE case_result SET ord = 100 - case_id, title = 'Case ' || case_id");
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	struct case_page page;
	struct filter *f = filter_parse(&arena, STR_LIT("status:failed dur>4ms"), FILTER_CASES, 0, &mistake);
	assert_true(cases_page(db, 1, f, 1, 2, &page, &err));
	assert_int_equal(page.total, 4);
	assert_int_equal(page.n, 2);
	assert_int_equal(page.rows[0].case_id, 16);
	assert_int_equal(page.rows[1].case_id, 12);
	assert_true(str_is(page.rows[0].title, "Case 16") && str_is(page.rows[0].key, "key-16"));
	assert_int_equal(page.rows[0].latency_ns, 16000000);
	assert_int_equal(page.rows[0].tokens_in, UNKNOWN_INT);
	case_page_done(&page);
	arena_done(&arena);
}

static void finds_runs_by_what_people_call_them(void **state)
{
	(void)state;
	fill_runs();
	static const struct {
		const char *name;
		int64_t id; /* 0: not found, -1: ambiguous */
	} cases[] = {
	    {"aaaa1111",           1 },
	    {"aaaa1",              1 },
	    {"aaaa",               -1},
	    {"b",	          3 },
	    {"#2",                 2 },
	    {"#9",                 0 },
	    {"2",	          2 },
	    {"2024",               4 },
	    {"v12",                1 },
	    {"v13",                2 }, /* two runs of that prompt version, one file */
	    {"Monday",             1 },
	    {"nightly",            -1},
	    {"eval-v13.json",      2 },
	    {"runs/eval-v13.json", 2 },
	    {"eval-v13",           2 },
	    {"claims.jsonl.gz",    3 },
	    {"claims.jsonl",       3 },
	    {"claims.csv",         4 },
	    {"claims",             -1},
	    {"v1",                 0 },
	    {"eval",               -1},
	    {"",	           0 },
	    {"%",	          0 },
	    {"' OR 1=1 --",        0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = ERR_INIT;
		int64_t id = 0;
		bool found = runs_find(db, str_of(cases[i].name), &id, &err);
		if (found != (cases[i].id > 0) || (found && id != cases[i].id))
			fail_msg("\"%s\" is %lld: %s", cases[i].name, (long long)id, err.text);
		if (!found)
			assert_int_equal(err.code, cases[i].id ? ERR_USAGE : ERR_NOT_FOUND);
	}
	struct err err = ERR_INIT;
	int64_t id;
	assert_false(runs_find(db, STR_LIT("claims"), &id, &err));
	assert_non_null(strstr(err.text, "#3 nightly (claims.jsonl.gz)"));
	assert_non_null(strstr(err.text, "#4 nightly (claims.csv)"));
}

/* ---- sources */

static void tells_of_sources_and_health(void **state)
{
	(void)state;
	fill_runs();
	run_sql("INSERT INTO problem(source,file,entry,record,line,path,offset,severity,code,reason,kept) VALUES"
	        "(1,CAST('runs/eval-v12.json' AS BLOB),NULL,3,3,'[0]',4711,1,'bad-json','not JSON','left out'),"
	        "(2,CAST('x' AS BLOB),'in.zip',NULL,NULL,NULL,NULL,0,'late','r',NULL)");
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct source *sources;
	struct problem *problems;
	size_t n = 0;
	int64_t total = 0;
	assert_true(sources_all(db, &arena, &sources, &n, &err));
	assert_int_equal(n, 4);
	assert_true(str_is(sources[2].path, "old/claims.jsonl.gz"));
	assert_int_equal(sources[2].state, SOURCE_STOPPED);
	assert_true(sources_problems(db, 0, 1, &arena, &problems, &n, &total, &err));
	assert_int_equal(n, 1);
	assert_int_equal(total, 2);
	struct buf sentence = BUF_INIT;
	problem_sentence(&sentence, &problems[0]);
	assert_string_equal(buf_cstr(&sentence),
	                    "runs/eval-v12.json: record 3, line 3, byte 4711, [0]: not JSON (left out)");
	assert_true(sources_problems(db, 2, -1, &arena, &problems, &n, &total, &err));
	assert_int_equal(n, 1);
	assert_string_equal(problems[0].entry, "in.zip");
	struct store_health health;
	assert_true(sources_health(db, true, &health, &err));
	assert_true(health.checked && health.sound);
	assert_int_equal(health.runs, 4);
	assert_int_equal(health.sources, 4);
	assert_int_equal(health.problems, 2);
	assert_true(health.file_bytes > 0 && health.version >= 1);
	buf_done(&sentence);
	arena_done(&arena);
	run_sql("DELETE FROM problem");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_what_is_better_lower),
	    cmocka_unit_test(puts_cases_into_classes),
	    cmocka_unit_test(says_what_differs),
	    cmocka_unit_test(finds_no_difference_of_a_run_to_itself),
	    cmocka_unit_test(mirrors_when_swapped),
	    cmocka_unit_test(gives_the_lost_cases_first),
	    cmocka_unit_test(says_too_few),
	    cmocka_unit_test(takes_the_majority_of_repeats),
	    cmocka_unit_test(does_not_depend_on_the_order_of_rows),
	    cmocka_unit_test(aligns_by_input),
	    cmocka_unit_test(refuses_runs_without_common_cases),
	    cmocka_unit_test(links_traces),
	    cmocka_unit_test(bounds_the_names_of_scores),
	    cmocka_unit_test(can_be_interrupted),
	    cmocka_unit_test(statistics_can_be_interrupted),
	    cmocka_unit_test(pages_runs),
	    cmocka_unit_test(pages_cases),
	    cmocka_unit_test(alike_titles_give_way_to_keys),
	    cmocka_unit_test(finds_runs_by_what_people_call_them),
	    cmocka_unit_test(tells_of_sources_and_health),
	};
	return cmocka_run_group_tests_name("compare", tests, open_store, store_teardown);
}
