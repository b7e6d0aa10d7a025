/* store/query/trend and pass_k: runs made by hand in the tables. The bands of the first test are those of design/statistics-examples
 * (R 4.2 qt), the figures of pass@k and pass^k are worked out in the comments beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/base/units.h"
#include "store/model.h"
#include "store/query/pass_k.h"
#include "store/query/trend.h"

#define DAY_NS (86400 * INT64_C(1000000000))
#define FIRST  INT64_C(1756684800000000000) /* 2025-09-01T00:00:00Z, a Monday */

static char dir[64], path[96];
static struct db *db;

static void run_sql(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void run_sql(const char *fmt, ...)
{
	char sql[600];
	struct err err = ERR_INIT;
	va_list args;
	va_start(args, fmt);
	vsnprintf(sql, sizeof sql, fmt, args);
	va_end(args);
	if (!db_exec(db, sql, &err))
		fail_msg("%s: %s", err.text, sql);
}

static int open_store(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	setenv("TZ", "UTC", 1);
	tzset();
	snprintf(dir, sizeof dir, "/tmp/spoor-trend-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.db", dir);
	db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	run_sql("INSERT INTO word(id,text) VALUES(1,'weekly'),(2,'other set'),(3,'gpt-4o'),(4,'gpt-5'),(5,'answer'),"
	        "(6,'relevance'),(7,'accuracy'),(8,'weekly two')");
	run_sql("INSERT INTO prompt(id,name,version,hash,text) VALUES(1,5,'v1',x'01','one'),(2,5,'v2',x'02','two'),"
	        "(3,5,'v2',x'00',NULL)");
	return 0;
}

static int close_store(void **state)
{
	(void)state;
	static const char *const names[] = {"s.db", "s.db-wal", "s.db-shm", "s.db-lock"};
	db_close(db);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char file[128];
		snprintf(file, sizeof file, "%s/%s", dir, names[i]);
		unlink(file);
	}
	return rmdir(dir);
}

static int empty_store(void **state)
{
	(void)state;
	run_sql("DELETE FROM case_result; DELETE FROM run; DELETE FROM run_score; DELETE FROM run_metric; DELETE FROM "
	        "case_key;");
	return 0;
}

/* A run of `weekly` in week `id`, with so many of so many passed. */
static void add_run(int id, double passed, int cases)
{
	run_sql("INSERT INTO run(id,key,text,dataset,created_ns,cases,keys,pass_shares,scored_keys,source,seen)"
	        " VALUES(%d,CAST('k%d' AS BLOB),'run-%d',1,%lld,%d,%d,%.17g,%d,1,1)",
	        id, id, id, (long long)(FIRST + id * 7 * DAY_NS), cases, cases, passed, cases);
}

static struct trends trends;

static const struct trend_series *read_trend(const char *dataset)
{
	struct err err = ERR_INIT;
	struct str name = str_of(dataset);
	trends_done(&trends);
	assert_true(trends_read(db, &name, &trends, &err));
	return trends.n ? &trends.series[0] : NULL;
}

static void near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-9))
		fail_msg("%.15g, not %.15g", got, want);
}

/* ---------------------------------------------------------------- bands */

static void bands_are_those_of_the_references(void **state)
{
	(void)state;
	static const struct {
		double passed[6], cases, low, high;
		int n, side;
	} example[] = {
	    {{85, 88, 84, 86, 90, 72}, 100, 0.7614513687008267,  0.9705486312991732, 6, -1},
	    {{50, 50, 50, 47},         50,  0.9204506322275692,  1,                  4, 0 },
	    {{80, 60, 70, 90, 50},     100, 0.29065344224065004, 1,                  5, 0 },
	};
	for (size_t e = 0; e < sizeof example / sizeof *example; e++) {
		empty_store(NULL);
		for (int i = 0; i < example[e].n; i++)
			add_run(i + 1, example[e].passed[i], (int)example[e].cases);
		const struct trend_series *s = read_trend("weekly");
		assert_int_equal(s->n, example[e].n);
		assert_int_equal(s->n_metrics, 1);
		const struct trend_metric *m = &s->metrics[0];
		size_t last = s->n - 1;
		assert_int_equal(m->last, last);
		assert_int_equal(m->at[last].drift.k, last);
		near(m->at[last].drift.band.low, example[e].low);
		near(m->at[last].drift.band.high, example[e].high);
		assert_int_equal(m->at[last].side, example[e].side);
		for (size_t i = 0; i < 3; i++)
			assert_true(IS_UNKNOWN(m->at[i].drift.band.low) && m->at[i].side == 0);
	}
}

/* Runs that left the band do not become its new normal, before 12 of them have made it anew. */
static void a_stretch_begins_where_the_band_was_left(void **state)
{
	(void)state;
	static const double passed[] = {90, 91, 89, 90, 92, 90, 91, 60, 62, 61};
	for (int i = 0; i < 10; i++)
		add_run(i + 1, passed[i], 100);
	const struct trend_series *s = read_trend("weekly");
	const struct trend_metric *m = trend_drifting(s);
	assert_non_null(m);
	assert_int_equal(m->at[7].side, -1);
	for (size_t i = 0; i < 7; i++)
		assert_true(m->at[i].since == TREND_NOWHERE && trend_side(m, i) == 0);
	for (size_t i = 7; i < 10; i++)
		assert_true(m->at[i].since == 7 && trend_side(m, i) == -1);
	assert_int_equal(m->at[9].side, 0); /* inside what is left of its band */
	struct buf words = BUF_INIT;
	trend_short(&words, s, m, FIRST, false);
	assert_string_equal(buf_cstr(&words), "fell below its band since 27 Oct");
	buf_clear(&words);
	trend_short(&words, s, m, FIRST + 300 * DAY_NS, false);
	assert_string_equal(buf_cstr(&words), "fell below its band since 27 Oct 2025");
	buf_clear(&words);
	trend_answer(&words, s, m);
	assert_non_null(strstr(buf_cstr(&words), "still below the band it left"));
	assert_non_null(strstr(buf_cstr(&words), "drifting since 27 Oct 2025"));
	buf_done(&words);

	add_run(11, 90, 100); /* back */
	s = read_trend("weekly");
	assert_null(trend_drifting(s));
	assert_int_equal(s->metrics[0].at[9].since, 7);
	for (int i = 11; i <= 30; i++) {
		run_sql("DELETE FROM run WHERE id = %d", i);
		add_run(i, 60 + i % 2, 100);
	}
	s = read_trend("weekly");
	m = &s->metrics[0];
	assert_int_equal(m->at[18].since, 7); /* the 12th of the stretch */
	assert_int_equal(m->at[19].since, TREND_NOWHERE);
	assert_null(trend_drifting(s));
}

static void a_rise_is_a_stretch_too(void **state)
{
	(void)state;
	static const double passed[] = {60, 61, 59, 60, 95};
	for (int i = 0; i < 5; i++)
		add_run(i + 1, passed[i], 100);
	run_sql("UPDATE run SET prompt = CASE WHEN id < 5 THEN 1 ELSE 2 END, model = 3");
	const struct trend_series *s = read_trend("weekly");
	const struct trend_metric *m = trend_drifting(s);
	assert_int_equal(trend_side(m, 4), 1);
	assert_int_equal(s->runs[4].changed, TREND_PROMPT);
	struct buf words = BUF_INIT;
	trend_short(&words, s, m, FIRST, true);
	assert_string_equal(buf_cstr(&words), "rose since 6 Oct (prompt changed)");
	buf_clear(&words);
	trend_answer(&words, s, m);
	assert_non_null(strstr(buf_cstr(&words), "rose above its band"));
	assert_non_null(strstr(buf_cstr(&words), "where the prompt changed"));
	buf_done(&words);
}

/* ---------------------------------------------------------------- what counts */

static void scores_have_bands_of_their_own(void **state)
{
	(void)state;
	static const double means[] = {0.8, 0.82, 0.81, 0.8, 0.3};
	for (int i = 1; i <= 5; i++) {
		add_run(i, 90, 100);
		run_sql("INSERT INTO run_score(run,name,n,mean) VALUES(%d,6,100,%.17g)", i, means[i - 1]);
	}
	const struct trend_series *s = read_trend("weekly");
	assert_int_equal(s->n_metrics, 2);
	const struct trend_metric *m = trend_drifting(s);
	assert_true(str_is(m->name, "relevance"));
	assert_false(m->is_rate);
	assert_int_equal(m->at[4].side, -1);
	struct drift want = interval_drift_score(means, 4, 0.3);
	near(m->at[4].drift.band.low, want.band.low);
	/* a run without cases counts by what its source states */
	run_sql("DELETE FROM run; DELETE FROM run_score");
	for (int i = 1; i <= 5; i++) {
		run_sql("INSERT INTO run(id,key,text,dataset,created_ns,source,seen) VALUES(%d,CAST(%d AS BLOB),'a',1,"
		        "%d,1,1)",
		        i, i, i);
		run_sql("INSERT INTO run_metric(run,name,value) VALUES(%d,7,%.17g)", i, means[i - 1]);
	}
	s = read_trend("weekly");
	assert_int_equal(s->n_metrics, 1);
	assert_true(str_is(s->metrics[0].name, "accuracy"));
	assert_int_equal(s->metrics[0].at[4].side, -1);
}

static void an_export_of_the_same_counts_once(void **state)
{
	(void)state;
	for (int i = 1; i <= 6; i++)
		add_run(i, 80 + i, 100);
	run_sql("UPDATE run SET content = id");
	run_sql("UPDATE run SET content = 3, created_ns = (SELECT created_ns FROM run WHERE id = 3) + 1000000 WHERE id "
	        "= 4");
	run_sql("UPDATE run SET content = 2 WHERE id = 5"); /* weeks later: asked again, answered the same */
	run_sql("UPDATE run SET created_ns = NULL WHERE id = 6");
	const struct trend_series *s = read_trend("weekly");
	assert_int_equal(s->n, 6);
	assert_int_equal(s->counted, 4);
	assert_int_equal(s->runs[0].id, 6);
	assert_false(s->runs[0].counts);
	assert_int_equal(s->runs[4].id, 4);
	assert_int_equal(s->runs[4].same_as, 3);
	assert_true(IS_UNKNOWN(s->metrics[0].at[4].value));
	assert_true(s->runs[5].counts && !s->runs[5].same_as);
	assert_int_equal(s->metrics[0].at[5].drift.k, 3);
	for (size_t i = 0; i < s->n; i++)
		assert_int_equal(trend_index(s, s->runs[i].id, s->runs[i].created_ns), i);
	assert_int_equal(trend_index(s, 99, 5), TREND_NOWHERE);
	/* of another prompt it is another run */
	run_sql("UPDATE run SET prompt = 1 WHERE id = 3");
	run_sql("UPDATE run SET prompt = 2 WHERE id = 4");
	s = read_trend("weekly");
	assert_int_equal(s->counted, 5);
	run_sql("UPDATE run SET prompt = NULL, model = CASE id WHEN 3 THEN 3 ELSE 4 END");
	assert_int_equal(read_trend("weekly")->counted, 5);
	run_sql("UPDATE run SET model = NULL WHERE id = 3");
	assert_int_equal(read_trend("weekly")->counted, 4);
}

static void changes_are_said_once(void **state)
{
	(void)state;
	for (int i = 1; i <= 6; i++)
		add_run(i, 80, 100);
	run_sql("UPDATE run SET model = 3, prompt = 1");
	run_sql("UPDATE run SET model = NULL, prompt = 3 WHERE id = 3");
	run_sql("UPDATE run SET model = 4, prompt = 2 WHERE id >= 4");
	const struct trend_series *s = read_trend("weekly");
	static const unsigned want[] = {0, 0, TREND_PROMPT, TREND_MODEL, 0, 0};
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(s->runs[i].changed, want[i]);
}

static void shared_cases_are_counted(void **state)
{
	(void)state;
	for (int i = 1; i <= 4; i++) {
		add_run(i, 8, 10);
		for (int c = 0; c < 10; c++)
			run_sql("INSERT INTO case_result(run,case_id,repeat,status,record,hash,source)"
			        " VALUES(%d,%d,0,1,0,0,1)",
			        i, i == 2 ? c + 5 : c);
	}
	struct err err = ERR_INIT;
	const struct trend_series *s = read_trend("weekly");
	double share;
	assert_true(trend_shared(db, s, &s->metrics[0], 3, &share, &err));
	near(share, 5.0 / 15); /* of 15 cases that run 2 or run 4 have, 5 are in both */
	assert_true(trend_shared(db, s, &s->metrics[0], 2, &share, &err));
	assert_true(IS_UNKNOWN(share));
}

static void datasets_are_found_by_part_of_their_name(void **state)
{
	(void)state;
	add_run(1, 1, 2);
	add_run(2, 1, 2);
	add_run(3, 1, 2);
	run_sql("UPDATE run SET dataset = 2 WHERE id = 2");
	run_sql("UPDATE run SET dataset = 8 WHERE id = 3");
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct str name;
	assert_true(trend_find_dataset(db, STR_LIT("weekly"), &arena, &name, &err)); /* exact before part */
	assert_true(str_is(name, "weekly"));
	assert_true(trend_find_dataset(db, STR_LIT("OTHER"), &arena, &name, &err));
	assert_true(str_is(name, "other set"));
	assert_false(trend_find_dataset(db, STR_LIT("week"), &arena, &name, &err));
	assert_int_equal(err.code, ERR_USAGE);
	err = ERR_INIT;
	assert_false(trend_find_dataset(db, STR_LIT("nothing"), &arena, &name, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	struct trends all;
	err = ERR_INIT;
	assert_true(trends_read(db, NULL, &all, &err));
	assert_int_equal(all.n, 3);
	assert_true(str_is(trends_of(&all, STR_LIT("weekly two"))->dataset, "weekly two"));
	assert_null(trends_of(&all, STR_LIT("week")));
	trends_done(&all);
	arena_done(&arena);
}

/* ---------------------------------------------------------------- pass@k */

static void add_results(int case_id, const char *verdicts)
{
	for (int i = 0; verdicts[i]; i++)
		run_sql(
		    "INSERT INTO case_result(run,case_id,repeat,status,record,hash,source) VALUES(1,%d,%d,%d,0,0,1)",
		    case_id, i,
		    verdicts[i] == 'p'   ? CASE_PASSED
		    : verdicts[i] == 'f' ? CASE_FAILED
		    : verdicts[i] == 'e' ? CASE_ERROR
		                         : CASE_UNSCORED);
}

static void pass_at_k_over_cases(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct pass_ks all;
	add_run(1, 1, 1);
	add_results(1, "ppp"); /* @2: 1   ^2: 1 */
	add_results(2, "pfe"); /* @2: 1 - C(2,2)/C(3,2) = 2/3   ^2: 0 */
	add_results(3, "ppf"); /* @2: 1   ^2: C(2,2)/C(3,2) = 1/3 */
	add_results(4, "f?");  /* one scored: left out of k = 2 */
	assert_true(pass_k_read(db, 1, true, &arena, &all, &err));
	assert_int_equal(all.n, 3);
	near(all.rows[0].at, (1 + 1.0 / 3 + 2.0 / 3 + 0) / 4);
	near(all.rows[0].hat, all.rows[0].at);
	assert_int_equal(all.rows[0].left_out, 0);
	near(all.rows[1].at, (1 + 2.0 / 3 + 1) / 3);
	near(all.rows[1].hat, (1 + 0 + 1.0 / 3) / 3);
	assert_int_equal(all.rows[1].cases, 3);
	assert_int_equal(all.rows[1].left_out, 1);
	near(all.rows[2].at, 1);
	near(all.rows[2].hat, 1.0 / 3);
	assert_true(IS_UNKNOWN(all.rows[2].at_interval.low)); /* of 3 cases: too few */
	for (int c = 5; c < 12; c++)
		add_results(c, c % 2 ? "pp" : "pf");
	assert_true(pass_k_read(db, 1, true, &arena, &all, &err));
	near(all.rows[1].hat, (1 + 0 + 1.0 / 3 + 4) / 10);
	assert_true(all.rows[1].hat_interval.low < all.rows[1].hat && all.rows[1].hat < all.rows[1].hat_interval.high);
	run_sql("DELETE FROM case_result WHERE repeat > 0");
	assert_true(pass_k_read(db, 1, true, &arena, &all, &err));
	assert_int_equal(all.n, 0);
	char many[135] = {0};
	memset(many, 'p', 134);
	run_sql("DELETE FROM case_result");
	add_results(1, many);
	assert_true(pass_k_read(db, 1, true, &arena, &all, &err));
	static const int64_t want[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50, 100, 134};
	assert_int_equal(all.n, sizeof want / sizeof *want);
	for (size_t i = 0; i < all.n; i++)
		assert_int_equal(all.rows[i].k, want[i]);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(bands_are_those_of_the_references, empty_store),
	    cmocka_unit_test_setup(a_stretch_begins_where_the_band_was_left, empty_store),
	    cmocka_unit_test_setup(a_rise_is_a_stretch_too, empty_store),
	    cmocka_unit_test_setup(scores_have_bands_of_their_own, empty_store),
	    cmocka_unit_test_setup(an_export_of_the_same_counts_once, empty_store),
	    cmocka_unit_test_setup(changes_are_said_once, empty_store),
	    cmocka_unit_test_setup(shared_cases_are_counted, empty_store),
	    cmocka_unit_test_setup(datasets_are_found_by_part_of_their_name, empty_store),
	    cmocka_unit_test_setup(pass_at_k_over_cases, empty_store),
	};
	int failed = cmocka_run_group_tests(tests, open_store, close_store);
	trends_done(&trends);
	return failed;
}
