/* Subsets of a comparison by the filter language, and the orders of its rows: over the bundled pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "import/import.h"
#include "import/prices.h"
#include "store/sink.h"

#include "store/query/compare_filter.h"
#include "store/query/compare_view.h"
#include "store/query/suggest.h"

static struct compare pair;

static char dir[] = "/tmp/spoor-compare-XXXXXX";
static char path[sizeof dir + 8];
static struct db *db;

static int64_t run_named(const char *name)
{
	struct err err = ERR_INIT;
	int64_t id = 0;
	if (!runs_find(db, str_of(name), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

static int setup(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char v12[] = "tests/data/eval-v12.json", v13[] = "tests/data/eval-v13.json", *paths[] = {v12, v13};
	struct import_report report = {0};
	struct import_opts import = {.now_ns = UNKNOWN_INT};
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* no price list of the user's */
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/s.db", dir);
	sink_set_decoder(import_decode);
	sink_set_price_list(prices_cost);
	db = db_open(path, DB_WRITE, &err);
	bool ok = db && import_paths(db, paths, 2, &import, NULL, &report, &err);
	import_report_done(&report);
	return ok && compare_runs(db, run_named("v12"), run_named("v13"), &opts, &pair, &err) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	compare_done(&pair);
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[sizeof path + 8];
		snprintf(file, sizeof file, "%s%s", path, ends[i]);
		unlink(file);
	}
	return rmdir(dir);
}

static const struct compare_order by_loss = {.by = BY_LOSS};

/* False: err. */
static bool view_of(const char *text, const struct compare_order *order, struct compare_view *out, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake = {0};
	struct filter *f = filter_parse(&arena, str_of(text), FILTER_PAIRS, 0, &mistake);
	if (!f)
		fail_msg("%s: column %zu: expected %s", text, mistake.column + 1, mistake.expected);
	bool ok = compare_view(db, &pair, f, order, out, err);
	arena_done(&arena);
	return ok;
}

static size_t number_of(const char *text)
{
	struct err err = ERR_INIT;
	struct compare_view v;
	if (!view_of(text, &by_loss, &v, &err))
		fail_msg("%s: %s", text, err.text);
	size_t n = v.n;
	compare_view_done(&v);
	return n;
}

/* The same asked without the filter: each row by a function. */
static size_t rows_with(bool (*has)(const struct compare_row *row))
{
	size_t n = 0;
	for (size_t i = 0; i < pair.n_rows; i++)
		n += has(&pair.rows[i]);
	return n;
}

static size_t score_named(const char *name)
{
	for (size_t i = 0; i < pair.n_scores; i++)
		if (str_is(pair.scores[i], name))
			return i;
	fail_msg("no score %s", name);
	return 0;
}

static bool fell(const struct compare_row *row)
{
	size_t k = score_named("groundedness");
	return row->a.present && row->b.present && row->b.scores[k] - row->a.scores[k] < -0.2;
}

static bool is_slower(const struct compare_row *row)
{
	return row->a.present && row->b.present && row->a.latency_ns != UNKNOWN_INT &&
	       row->b.latency_ns != UNKNOWN_INT && row->b.latency_ns - row->a.latency_ns > 1000000000;
}

static bool is_flaky(const struct compare_row *row)
{
	return row->a.flaky || row->b.flaky;
}

static bool took_long(const struct compare_row *row)
{
	return (row->a.present && row->a.latency_ns > 5000000000) || (row->b.present && row->b.latency_ns > 5000000000);
}

static bool is_dear(const struct compare_row *row)
{
	return row->a.present && row->b.present && row->b.cost_usd - row->a.cost_usd > 0.0032;
}

static bool is_error(const struct compare_row *row)
{
	return row->a.status == CASE_ERROR || row->b.status == CASE_ERROR;
}

static bool lost_much(const struct compare_row *row)
{
	return row->a.present && row->b.present && row->loss > 0.2;
}

static void test_each_condition(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool (*has)(const struct compare_row *row);
	} rows[] = {
	    {"delta.groundedness<-0.2",     fell     },
            {"DELTA.\"Groundedness\"<-20%", fell     },
	    {"slower>1s",                   is_slower},
            {"flaky:yes",                   is_flaky },
	    {"latency>5s",                  took_long},
            {"dur>5s",                      took_long},
	    {"dearer>$0.0032",              is_dear  },
            {"status:error",                is_error },
	    {"loss>0.2",                    lost_much},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = number_of(rows[i].text), want = rows_with(rows[i].has);
		if (n != want || !n || n == pair.n_rows)
			fail_msg("%s: %zu of %zu, not %zu", rows[i].text, n, pair.n_rows, want);
	}
}

static void test_classes_and_logic(void **state)
{
	(void)state;
	static const char *const words[N_CLASSES] = {"lost", "won",    "new_errors", "changed",
	                                             "same", "only_a", "only_b"};
	char text[200];
	for (int k = 0; k < N_CLASSES; k++) {
		snprintf(text, sizeof text, "class:%s", words[k]);
		assert_int_equal(number_of(text), pair.count[k]);
		snprintf(text, sizeof text, "class:%s", case_class_name((enum case_class)k));
		assert_int_equal(number_of(text), pair.count[k]);
		snprintf(text, sizeof text, "not class:%s", words[k]);
		assert_int_equal(number_of(text), (int64_t)pair.n_rows - pair.count[k]);
	}
	assert_int_equal(number_of(""), pair.n_rows);
	assert_int_equal(number_of("class:lost or class:won"),
	                 pair.count[CLASS_REGRESSED] + pair.count[CLASS_IMPROVED]);
	assert_int_equal(number_of("class:lost class:won"), 0);
	assert_int_equal(number_of("flaky:yes or flaky:no"), pair.n_rows);
	assert_int_equal(number_of("not (loss>0.2 or not class:lost)"),
	                 number_of("class:lost") - number_of("class:lost loss>0.2"));
	assert_int_equal(number_of("score.groundedness<0.5"), number_of("a.groundedness<0.5 or b.groundedness<0.5"));
	assert_int_equal(number_of("hotel"), number_of("case~HOTEL"));
	assert_int_equal(number_of("title:\"Disputed hotel charge, booked twice\""), 1);
	assert_int_equal(number_of("title=\"Disputed hotel charge, booked twice\""), 0);
	assert_true(number_of("hotel") > 0);
}

/* What the rows do not hold is asked of the store: either side's result. */
static void test_from_the_store(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct compare_view v;
	assert_true(view_of("tokens>11k", &by_loss, &v, &err));
	assert_true(v.n > 0 && v.n < pair.n_rows);
	compare_view_done(&v);
	assert_int_equal(number_of("has:cost"), pair.n_rows);
	assert_int_equal(number_of("tokens>11k or not tokens>11k"), pair.n_rows);
	assert_int_equal(number_of("has:error"), number_of("status:error"));
	assert_int_equal(number_of("score.groundedness:nosuchlabel"), 0);
	assert_int_equal(number_of("field.customer_tier:gold"), 24);
	assert_int_equal(number_of("not field.customer_tier:gold"), pair.n_rows - 24);
	assert_int_equal(number_of("begins:\"no trace\""),
	                 number_of("class:lost or class:new_errors")); /* none is here */
}

static void test_mistakes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t column;
		const char *expected;
	} rows[] = {
	    {"clas:lost",     0,  "a field: case, class"             },
	    {"class:lots",    6,  "lost, won, new_errors"            },
	    {"delta<0",       5,  "the name of the score: delta.NAME"},
	    {"a.<0",          2,  "the name of the score: a.NAME"    },
	    {"slower>1",      8,  "a duration with its unit"         },
	    {"loss~0.1",      4,  "one of : = < > <= >="             },
	    {"flaky:maybe",   6,  "no, yes"                          },
	    {"field:gold",    5,  "the name of the field: field.NAME"},
	    {"field.tier~go", 10, "a colon"                          },
	    {"begins~x",      6,  "a colon"                          },
	    {"(class:lost",   11, "a closing )"                      },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena = ARENA_INIT;
		struct filter_mistake mistake = {0};
		assert_null(filter_parse(&arena, str_of(rows[i].text), FILTER_PAIRS, 0, &mistake));
		if (mistake.column != rows[i].column ||
		    strncmp(mistake.expected, rows[i].expected, strlen(rows[i].expected)) != 0)
			fail_msg("%s: column %zu: %s", rows[i].text, mistake.column, mistake.expected);
		arena_done(&arena);
	}
	struct err err = ERR_INIT;
	struct compare_view v;
	assert_false(view_of("delta.nosuch<0", &by_loss, &v, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_string_equal(err.text,
	                    "no score of these runs is called nosuch; there is groundedness, icontains, relevance");
	compare_view_done(&v);
	assert_false(view_of("field.nosuch:x", &by_loss, &v, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	compare_view_done(&v);
}

static void test_completion(void **state)
{
	(void)state;
	struct filter_spot spot;
	filter_spot_at(STR_LIT("class:lost delta.gro"), FILTER_PAIRS, 20, &spot);
	assert_int_equal(spot.place, FILTER_SCORE_NAME);
	assert_int_equal(spot.from, 17);
	filter_spot_at(STR_LIT("delta.gro"), FILTER_TRACES, 9, &spot);
	assert_int_equal(spot.place, FILTER_FIELD);
	struct suggestions s;
	struct err err = ERR_INIT;
	assert_true(suggest(db, FILTER_PAIRS, STR_LIT("class"), STR_LIT(""), &s, &err));
	assert_int_equal(s.n, N_CLASSES);
	suggestions_done(&s);
	assert_true(suggest(db, FILTER_PAIRS, STR_LIT("score"), STR_LIT("gro"), &s, &err));
	assert_true(s.n == 1 && str_is(s.at[0].text, "groundedness"));
	suggestions_done(&s);
}

/* ---------------------------------------------------------------- order */

static double figure_of(const struct compare_row *row, enum compare_by by)
{
	size_t k = score_named("relevance");
	if (by == BY_SCORE)
		return row->a.present && row->b.present ? row->b.scores[k] - row->a.scores[k] : UNKNOWN_DOUBLE;
	return by == BY_LATENCY ? -compare_slower(row) : -compare_dearer(row);
}

static void check_order(enum compare_by by, bool invert)
{
	struct err err = ERR_INIT;
	struct compare_order order = {.by = by, .score = score_named("relevance"), .invert = invert};
	struct compare_view v;
	assert_true(view_of("", &order, &v, &err));
	assert_int_equal(v.n, pair.n_rows);
	for (size_t i = 1; i < v.n; i++) {
		const struct compare_row *a = &pair.rows[v.rows[i - 1]], *b = &pair.rows[v.rows[i]];
		assert_true(a->class_ <= b->class_);
		if (a->class_ != b->class_)
			continue;
		double x = figure_of(a, by), y = figure_of(b, by);
		if (IS_UNKNOWN(x) || IS_UNKNOWN(y)) {
			assert_true(IS_UNKNOWN(y));
			continue;
		}
		bool turned = invert != (by == BY_SCORE && a->class_ == CLASS_IMPROVED);
		assert_true(turned ? x >= y : x <= y);
	}
	compare_view_done(&v);
}

static void test_orders(void **state)
{
	(void)state;
	static const enum compare_by figures[] = {BY_SCORE, BY_LATENCY, BY_COST};
	for (size_t i = 0; i < 3; i++) {
		check_order(figures[i], false);
		check_order(figures[i], true);
	}
	struct err err = ERR_INIT;
	struct compare_view v;
	struct compare_order by_title = {.by = BY_TITLE};
	assert_true(view_of("class:won", &by_title, &v, &err));
	for (size_t i = 1; i < v.n; i++)
		assert_true(str_cmp(pair.rows[v.rows[i - 1]].title, pair.rows[v.rows[i]].title) <= 0);
	compare_view_done(&v);
	assert_true(view_of("", &(struct compare_order){.by = BY_LOSS, .invert = true}, &v, &err));
	assert_int_equal(v.rows[0], pair.count[CLASS_REGRESSED] - 1);
	compare_view_done(&v);
	struct compare_order named;
	assert_true(compare_order_named(&pair, STR_LIT("relevance"), &named, &err) && named.by == BY_SCORE);
	assert_true(compare_order_named(&pair, STR_LIT("cost"), &named, &err) && named.by == BY_COST);
	assert_false(compare_order_named(&pair, STR_LIT("nosuch"), &named, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_condition), cmocka_unit_test(test_classes_and_logic),
	    cmocka_unit_test(test_from_the_store), cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_completion),     cmocka_unit_test(test_orders),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
