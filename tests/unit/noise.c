/* store/study/noise against R's figures (tests/stat/noise.json, made by tests/stat/noise.R), and store/query/noise over rows made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/json.h"
#include "store/base/units.h"
#include "store/db.h"
#include "store/query/noise.h"
#include "store/study/noise.h"
#include "tests/store.h"

/* ---------------------------------------------------------------- against R */

static struct cJSON *reference;

static void near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
		fail_msg("got %.17g, want %.17g", got, want);
}

static int load(void)
{
	FILE *file = fopen("tests/stat/noise.json", "rb");
	struct buf text = BUF_INIT;
	char chunk[4096];
	size_t got;
	if (!file)
		return -1;
	while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
		buf_add(&text, chunk, got);
	fclose(file);
	struct err err = ERR_INIT;
	reference = json_parse(buf_str(&text), "noise.json", &err);
	buf_done(&text);
	return reference ? 0 : -1;
}

static double number(const struct cJSON *object, const char *key)
{
	double d = 0;
	assert_true(json_number(object, key, &d));
	return d;
}

static void agrees_with_anova(void **state)
{
	(void)state;
	int n = 0;
	const struct cJSON *list = json_get(reference, "within");
	for (const struct cJSON *at = json_first(list); at; at = json_next(at), n++) {
		struct noise_sum sum = {0};
		for (const struct cJSON *g = json_first(json_get(at, "groups")); g; g = json_next(g)) {
			double values[16];
			size_t k = 0;
			for (const struct cJSON *v = json_first(g); v; v = json_next(v))
				values[k++] = cJSON_GetNumberValue(v);
			values[k++] = NAN; /* a result without the value: left out */
			noise_add(&sum, values, k);
		}
		assert_int_equal(sum.df, (int64_t)number(at, "df"));
		near(noise_sd(&sum), number(at, "sd"));
		int64_t n_a = (int64_t)number(at, "n_a"), n_b = (int64_t)number(at, "n_b");
		near(noise_floor(noise_reach(&sum), n_a, n_b), number(at, "floor"));
		near(noise_floor(noise_reach(&sum), n_b, n_a), number(at, "floor"));
	}
	assert_int_equal(n, 6);
}

static void agrees_with_all_pairs(void **state)
{
	(void)state;
	int n = 0;
	const struct cJSON *list = json_get(reference, "flips");
	for (const struct cJSON *at = json_first(list); at; at = json_next(at), n++)
		near(noise_flips((int64_t)number(at, "passes"), (int64_t)number(at, "n")), number(at, "flips"));
	assert_int_equal(n, 6);
	assert_true(isnan(noise_flips(1, 1)));
}

static void agrees_in_shingles(void **state)
{
	(void)state;
	int n = 0;
	noise_shingles a = {0}, b = {0};
	const struct cJSON *list = json_get(reference, "distance");
	for (const struct cJSON *at = json_first(list); at; at = json_next(at), n++) {
		noise_shingle(str_of(json_string(at, "a")), &a);
		noise_shingle(str_of(json_string(at, "b")), &b);
		near(noise_distance(&a, &b), number(at, "distance"));
		near(noise_distance(&b, &a), number(at, "distance"));
		assert_true(noise_distance(&a, &a) == 0); /* NOLINT(readability-suspicious-call-argument) */
	}
	assert_int_equal(n, 9);
	vec_done(&a);
	vec_done(&b);
}

/* Whatever the order of the repeats; nothing where they never differ; nothing to tell where there is one. */
static void has_no_order(void **state)
{
	(void)state;
	double up[4] = {0.1, 0.2, 0.7, 0.3}, down[4] = {0.3, 0.7, 0.2, 0.1}, same[3] = {0.1, 0.1, 0.1}, one[1] = {3};
	struct noise_sum a = {0}, b = {0}, c = {0}, d = {0};
	noise_add(&a, up, 4);
	noise_add(&b, down, 4);
	assert_true(a.squares == b.squares);
	noise_add(&c, same, 3);
	assert_true(noise_floor(noise_reach(&c), 1, 1) == 0);
	noise_add(&d, one, 1);
	assert_true(isnan(noise_sd(&d)) && isnan(noise_floor(noise_reach(&d), 1, 1)));
	assert_true(isnan(noise_floor(noise_reach(&a), 0, 1)));
}

/* Whatever the bytes: bounded, and at no distance from itself; words of scripts without blanks count, too. */
static void takes_any_text(void **state)
{
	(void)state;
	enum { BYTES = 1 << 20 };
	char *text = malloc(BYTES);
	noise_shingles a = {0}, b = {0};
	uint32_t random = 1;
	for (int i = 0; i < BYTES; i++)
		text[i] = (char)((random = random * 1664525 + 1013904223) >> 24);
	noise_shingle((struct str){text, BYTES}, &a);
	assert_true(a.n > 0 && a.n <= NOISE_TEXT_BYTES);
	noise_shingle((struct str){text, BYTES / 2}, &b); /* all that is looked at is the same */
	assert_true(noise_distance(&a, &b) == 0);
	memset(text, ' ', BYTES);
	noise_shingle((struct str){text, BYTES}, &b);
	assert_int_equal(b.n, 0);
	assert_true(noise_distance(&a, &b) == 1);
	noise_shingle(STR_LIT("口座の残高を教えてください"), &a);
	noise_shingle(STR_LIT("口座の残高は教えられません"), &b);
	double distance = noise_distance(&a, &b);
	assert_true(distance > 0 && distance < 1);
	vec_done(&a);
	vec_done(&b);
	free(text);
}

/* ---------------------------------------------------------------- a comparison, rows by hand */

static int open_store(void **state)
{
	if (load() != 0)
		return -1;
	if (store_setup(state) != 0)
		return -1;
	return 0;
}

static int close_store(void **state)
{
	json_free(reference);
	return store_teardown(state);
}

static void begin(void)
{
	run_sql(
	    "DELETE FROM case_result; DELETE FROM case_score; DELETE FROM run; DELETE FROM case_key; DELETE FROM word;"
	    "INSERT INTO word(id,text) VALUES(1,'grade'),(2,'exact'),(3,'lonely');"
	    "INSERT INTO run(id,key,text,source,seen) VALUES(1,x'01','a',1,1),(2,x'02','b',1,1)");
}

static void add(int run, int case_id, int repeat, int status, int64_t latency_ms, double grade)
{
	struct err err = ERR_INIT;
	char sql[400];
	snprintf(sql, sizeof sql,
	         "INSERT OR IGNORE INTO case_key(id, text) VALUES(%d, 'case %d');"
	         "INSERT INTO case_result(run,case_id,repeat,status,latency_ns,output_hash,record,hash,source)"
	         " VALUES(%d,%d,%d,%d,%lld,7,0,0,1);"
	         "INSERT INTO case_score(run,case_id,repeat,name,n,value,from_) VALUES(%d,%d,%d,1,0,%.17g,1)",
	         case_id, case_id, run, case_id, repeat, status, (long long)latency_ms * 1000000, run, case_id, repeat,
	         grade);
	if (!db_exec(db, sql, &err))
		fail_msg("%s", err.text);
}

static void compare(int a, int b, struct compare *c, struct noise *n)
{
	struct err err = ERR_INIT;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	*c = (struct compare){0};
	*n = (struct noise){0};
	if (!compare_runs(db, a, b, &opts, c, &err) || !noise_of(db, c, n, &err)) {
		fail_msg("%s", err.text);
		abort(); /* cmocka has jumped away; the analyser cannot know */
	}
}

static const struct noise_metric *metric(const struct noise *n, const char *name)
{
	const struct noise_metric *found = NULL;
	for (size_t i = 0; i < n->n_metrics; i++)
		if (str_eq(n->metrics[i].name, str_of(name)))
			found = &n->metrics[i];
	return found;
}

static size_t row_of(const struct compare *c, int64_t case_id)
{
	size_t at = SIZE_MAX;
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].case_id == case_id)
			at = i;
	assert_true(at != SIZE_MAX);
	return at;
}

enum { P = CASE_PASSED, F = CASE_FAILED };

static void without_repeats_nothing_is_told(void **state)
{
	(void)state;
	struct compare c;
	struct noise n;
	begin();
	for (int i = 1; i <= 10; i++) {
		add(1, i, 0, P, 1000, 0.5);
		add(2, i, 0, i < 4 ? F : P, 2000, 0.7);
	}
	compare(1, 2, &c, &n);
	assert_int_equal(n.n_metrics, 0);
	assert_true(str_find(n.sentence, STR_LIT("No repeats")) != SIZE_MAX);
	noise_done(&n);
	compare_done(&c);
}

/* Cases 1 to 8 have three repeats whose grades differ by 0.01; 9 to 20 have one. Case 19 moved by 0.2, 20 by 0.01. */
static void make_grades(bool only_a)
{
	begin();
	for (int i = 1; i <= 20; i++)
		for (int run = 1; run <= 2; run++)
			for (int r = 0; r < (i <= 8 && (run == 1 || !only_a) ? 3 : 1); r++) {
				double moved = run == 1 ? 0 : i == 19 ? 0.2 : i == 20 ? 0.01 : i == 8 ? 0.03 : 0;
				int status = i == 7 && r == 1 && run == 1 ? F : i == 6 && run == 2 ? F : P;
				add(run, i, r, status, 1000 + 100 * r,
				    0.5 + 0.02 * i + 0.01 * (r - 1) * (i <= 8) + moved);
			}
}

static double sd_of_three_logs(void)
{
	const double x[3] = {log(1000), log(1100), log(1200)};
	double mean = (x[0] + x[1] + x[2]) / 3, squares = 0;
	for (int i = 0; i < 3; i++)
		squares += (x[i] - mean) * (x[i] - mean);
	return sqrt(squares / 2);
}

static void tells_what_exceeds_it(void **state)
{
	(void)state;
	struct compare c;
	struct noise n;
	make_grades(false);
	compare(1, 2, &c, &n);
	const struct noise_metric *m = metric(&n, "grade");
	assert_non_null(m);
	/* 16 groups of {x - 0.01, x, x + 0.01}: squares 0.0002 each, 2 degrees of freedom each. */
	assert_int_equal(m->df, 32);
	near(m->wobble, 0.01);
	near(m->floor, 2.0369333434601011 * 0.01 * sqrt(2)); /* R: qt(0.975, 32) */
	assert_false(m->rough);
	assert_int_equal(m->of, 20);
	assert_true(m->is_beyond[row_of(&c, 19)]);
	assert_false(m->is_beyond[row_of(&c, 20)]);
	/* Three repeats on each side: 0.03 > 2.04 · 0.01 · √(2/3) = 0.0166. */
	assert_true(m->is_beyond[row_of(&c, 8)]);
	assert_int_equal(m->beyond, 2);
	near(m->by_chance, 1);
	m = metric(&n, "pass");
	/* One of 16 groups flips once in three: 2/3 of its pairs differ. */
	near(m->wobble, 2.0 / 3 / 16);
	assert_true(m->is_beyond[row_of(&c, 6)]); /* steady on both sides, and another */
	assert_false(m->is_beyond[row_of(&c, 7)]);
	assert_int_equal(m->beyond, 1);
	m = metric(&n, "latency");
	/* Logarithms of 1000, 1100, 1200 ms. */
	near(m->wobble, sd_of_three_logs());
	assert_int_equal(m->beyond, 0);
	assert_int_equal(n.cases_a, 8);
	assert_int_equal(n.results_b, 24);
	/* 6 lost, 7 by its share, 8, 19, 20 by grade. */
	assert_true(n.is_beyond[row_of(&c, 6)] && n.is_beyond[row_of(&c, 8)] && n.is_beyond[row_of(&c, 19)]);
	assert_true(n.is_within[row_of(&c, 20)]);
	assert_int_equal(n.changed, n.within + n.untold + 3);
	noise_done(&n);
	compare_done(&c);
}

/* Swapped, every figure is the other side's, and the same cases exceed it. */
static void mirrors(void **state)
{
	(void)state;
	struct compare c, d;
	struct noise n, back;
	for (int only_a = 0; only_a < 2; only_a++) {
		make_grades(only_a);
		compare(1, 2, &c, &n);
		compare(2, 1, &d, &back);
		assert_int_equal(n.n_metrics, back.n_metrics);
		for (size_t i = 0; i < n.n_metrics; i++) {
			const struct noise_metric *m = &n.metrics[i], *o = &back.metrics[i];
			assert_true(str_eq(m->name, o->name));
			assert_true(m->a.results == o->b.results && m->b.results == o->a.results);
			assert_true(fabs(m->wobble - o->wobble) <= 1e-12);
			assert_true(IS_UNKNOWN(m->floor) ? IS_UNKNOWN(o->floor) : fabs(m->floor - o->floor) <= 1e-12);
			assert_true(m->of == o->of && m->moved == o->moved && m->beyond == o->beyond);
			for (int k = 1; k <= 20; k++)
				assert_int_equal(m->is_beyond[row_of(&c, k)], o->is_beyond[row_of(&d, k)]);
		}
		assert_int_equal(n.within, back.within);
		noise_done(&n);
		noise_done(&back);
		compare_done(&c);
		compare_done(&d);
	}
}

/* A run against itself: nothing has moved, nothing is beyond noise. */
static void itself_is_within(void **state)
{
	(void)state;
	struct compare c;
	struct noise n;
	make_grades(false);
	compare(1, 1, &c, &n);
	assert_true(n.n_metrics >= 4);
	for (size_t i = 0; i < n.n_metrics; i++) {
		assert_int_equal(n.metrics[i].moved, 0);
		assert_int_equal(n.metrics[i].beyond, 0);
	}
	assert_int_equal(n.changed, 0);
	noise_done(&n);
	compare_done(&c);
}

/* One run alone has repeats: its wobble is taken for both, and that is said. */
static void one_side_stands_for_both(void **state)
{
	(void)state;
	struct compare c;
	struct noise n;
	make_grades(true);
	compare(1, 2, &c, &n);
	const struct noise_metric *m = metric(&n, "grade");
	assert_int_equal(m->b.cases, 0);
	assert_true(IS_UNKNOWN(m->b.wobble));
	assert_int_equal(m->df, 16);
	assert_true(m->rough);
	assert_true(str_find(n.stands_on, STR_LIT("B is taken to wobble as A does")) != SIZE_MAX);
	assert_true(str_find(n.stands_on, STR_LIT("rough")) != SIZE_MAX);
	noise_done(&n);
	compare_done(&c);
}

/* A score that no repeat has moved: of that case it cannot be told. */
static void says_what_cannot_be_told(void **state)
{
	(void)state;
	struct compare c;
	struct noise n;
	make_grades(false);
	run_sql("INSERT INTO case_score(run,case_id,repeat,name,n,value,from_) "
	        "VALUES(1,15,0,3,0,0.25,1),(2,15,0,3,0,0.75,1)");
	compare(1, 2, &c, &n);
	assert_null(metric(&n, "lonely"));
	assert_int_equal(n.untold, 1);
	size_t row = row_of(&c, 15);
	assert_false(n.is_within[row] || n.is_beyond[row]);
	bool *keep = calloc(c.n_rows + 1, sizeof *keep);
	struct err err = ERR_INIT;
	int64_t kept = 0;
	memset(keep, 1, c.n_rows * sizeof *keep);
	assert_true(noise_mark(db, &c, STR_LIT("beyond"), keep, &err));
	for (size_t i = 0; i < c.n_rows; i++)
		kept += keep[i];
	assert_int_equal(kept, n.changed - n.within - n.untold);
	assert_true(keep[row_of(&c, 19)] && !keep[row]);
	assert_true(noise_mark(db, &c, STR_LIT("within"), keep, &err)); /* only ever to false */
	for (size_t i = 0; i < c.n_rows; i++)
		assert_false(keep[i]);
	free(keep);
	noise_done(&n);
	compare_done(&c);
}

/* A score that is 0 or 1 flips; a grade among its values makes it a number. */
static void counts_flips_of_yes_and_no(void **state)
{
	(void)state;
	struct compare c;
	struct noise n;
	begin();
	for (int i = 1; i <= 12; i++)
		for (int run = 1; run <= 2; run++)
			for (int r = 0; r < 2; r++)
				add(run, i, r, P, 1000, i == 1 ? r : i == 2 ? run - 1 : 1);
	compare(1, 2, &c, &n);
	const struct noise_metric *m = metric(&n, "grade");
	assert_true(m->yes_no);
	near(m->wobble, 1.0 / 12);
	assert_true(m->is_beyond[row_of(&c, 2)]);
	assert_int_equal(m->beyond, 1);
	noise_done(&n);
	compare_done(&c);
	run_sql("UPDATE case_score SET value = 0.5 WHERE run = 1 AND case_id = 12 AND repeat = 0");
	compare(1, 2, &c, &n);
	assert_false(metric(&n, "grade")->yes_no);
	noise_done(&n);
	compare_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees_with_anova),
	    cmocka_unit_test(agrees_with_all_pairs),
	    cmocka_unit_test(agrees_in_shingles),
	    cmocka_unit_test(has_no_order),
	    cmocka_unit_test(without_repeats_nothing_is_told),
	    cmocka_unit_test(tells_what_exceeds_it),
	    cmocka_unit_test(mirrors),
	    cmocka_unit_test(takes_any_text),
	    cmocka_unit_test(itself_is_within),
	    cmocka_unit_test(one_side_stands_for_both),
	    cmocka_unit_test(says_what_cannot_be_told),
	    cmocka_unit_test(counts_flips_of_yes_and_no),
	};
	return cmocka_run_group_tests(tests, open_store, close_store);
}
