/* store/stat against R, SciPy, statsmodels, scikit-learn and NumPy: tests/stat/reference.json, which tests/stat/make_reference.py writes. Each public
 * function with an outside reference, at sizes and edges that examples.json does not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "store/base/str.h"
#include "store/stat/agree.h"
#include "store/stat/dist.h"
#include "store/stat/interval.h"
#include "store/stat/paired.h"
#include "store/stat/rates.h"

static cJSON *reference;

static int read_reference(void **state)
{
	(void)state;
	FILE *file = fopen("tests/stat/reference.json", "rb");
	struct buf text = BUF_INIT;
	char piece[4096];
	if (!file)
		return -1;
	for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
		buf_add(&text, piece, n);
	fclose(file);
	reference = cJSON_ParseWithLength(text.ptr, text.len);
	buf_done(&text);
	return reference ? 0 : -1;
}

static int drop_reference(void **state)
{
	(void)state;
	cJSON_Delete(reference);
	return 0;
}

/* ---------------------------------------------------------------- helpers */

static const cJSON *rows(const char *name, int least)
{
	const cJSON *found = cJSON_GetObjectItemCaseSensitive(reference, name);
	if (cJSON_GetArraySize(found) < least)
		fail_msg("reference.json: %s has %d rows", name, cJSON_GetArraySize(found));
	return found;
}

static double value_of(const cJSON *item)
{
	return cJSON_IsNumber(item) ? item->valuedouble : UNKNOWN_DOUBLE;
}

static double num(const cJSON *row, const char *key)
{
	return value_of(cJSON_GetObjectItemCaseSensitive(row, key));
}

static double at(const cJSON *row, int i)
{
	return value_of(cJSON_GetArrayItem(row, i));
}

static bool is_true(const cJSON *row, const char *key)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row, key));
}

/* The numbers of a list, null as NaN; freed by the caller. */
static double *list(const cJSON *items, size_t *n)
{
	*n = (size_t)cJSON_GetArraySize(items);
	double *out = xcalloc(*n + 1, sizeof *out);
	const cJSON *item;
	size_t i = 0;
	cJSON_ArrayForEach(item, items)
	{
		out[i++] = value_of(item);
	}
	return out;
}

static double *list_of(const cJSON *row, const char *key, size_t *n)
{
	return list(cJSON_GetObjectItemCaseSensitive(row, key), n);
}

static void check_within(const char *what, double got, double want, double tolerance)
{
	if (IS_UNKNOWN(got) != IS_UNKNOWN(want) || fabs(got - want) > tolerance)
		fail_msg("%s: %.17g, the reference says %.17g", what, got, want);
}

static void check(const char *what, double got, double want)
{
	check_within(what, got, want, 1e-9 * fmax(1, fabs(want)));
}

/* A small p keeps its digits. */
static void check_p(const char *what, double got, double want)
{
	check(what, got, want);
	if (want < 1e-3)
		check_within(what, got, want, 1e-6 * want);
}

#define FOR_EACH(row, name, least) \
	const cJSON *row;          \
	cJSON_ArrayForEach(row, rows(name, least))

/* ---------------------------------------------------------------- intervals and sizes */

static void test_wilson(void **state)
{
	(void)state;
	FOR_EACH(row, "wilson", 16)
	{
		struct interval got = interval_wilson(num(row, "k"), num(row, "n"));
		check("low", got.low, num(row, "low"));
		check("high", got.high, num(row, "high"));
	}
}

static void test_newcombe(void **state)
{
	(void)state;
	FOR_EACH(row, "newcombe_paired", 12)
	{
		const struct pair_table t = {.both = (int64_t)num(row, "both"),
		                             .a_only = (int64_t)num(row, "a_only"),
		                             .b_only = (int64_t)num(row, "b_only"),
		                             .none = (int64_t)num(row, "none")};
		struct interval got = interval_newcombe(&t);
		check("low", got.low, num(row, "low"));
		check("high", got.high, num(row, "high"));
	}
}

static void test_quantiles(void **state)
{
	(void)state;
	FOR_EACH(row, "quantile", 11)
	{
		size_t n;
		double *values = list_of(row, "values", &n), p = num(row, "p");
		const cJSON *want = cJSON_GetObjectItemCaseSensitive(row, "interval");
		for (size_t i = 1; i < n; i++) /* insertion: they are few */
			for (size_t k = i; k > 0 && values[k - 1] > values[k]; k--) {
				double other = values[k];
				values[k] = values[k - 1];
				values[k - 1] = other;
			}
		struct interval got = interval_quantile(values, n, p);
		check("quantile", interval_quantile_of(values, n, p), num(row, "value"));
		if (p > 0 && p < 1) {
			check("low", got.low, at(want, 0));
			check("high", got.high, at(want, 1));
		}
		free(values);
	}
}

static void test_moments(void **state)
{
	(void)state;
	FOR_EACH(row, "moments", 5)
	{
		size_t n;
		double *values = list_of(row, "values", &n);
		struct moments got = interval_moments(values, n);
		assert_int_equal(got.n, n);
		check("mean", got.mean, num(row, "mean"));
		check("sd", got.sd, num(row, "sd"));
		free(values);
	}
}

static void test_sizes(void **state)
{
	(void)state;
	FOR_EACH(a, "detectable_rate", 10)
	{
		check("detectable rate", interval_detectable_rate((size_t)num(a, "n"), num(a, "discordant")),
		      num(a, "value"));
	}
	FOR_EACH(b, "needed_rate", 7)
	{
		assert_int_equal(interval_needed_rate(num(b, "discordant"), num(b, "margin")), (int64_t)num(b, "n"));
	}
	FOR_EACH(c, "detectable_mean", 3)
	{
		check("detectable mean", interval_detectable_mean((size_t)num(c, "n"), num(c, "sd")), num(c, "value"));
	}
	FOR_EACH(d, "needed_mean", 3)
	{
		int64_t got = interval_needed_mean((size_t)num(d, "n"), num(d, "sd"), num(d, "margin"));
		assert_int_equal(got, (int64_t)num(d, "needed"));
	}
}

static void test_pass_at_k(void **state)
{
	(void)state;
	FOR_EACH(row, "pass_at_k", 10)
	{
		int64_t n = (int64_t)num(row, "n"), c = (int64_t)num(row, "c"), k = (int64_t)num(row, "k");
		check("pass@k", interval_pass_at_k(n, c, k), num(row, "at"));
		check("pass^k", interval_pass_hat_k(n, c, k), num(row, "hat"));
	}
}

static void check_drift(const struct drift *got, const cJSON *row)
{
	check("center", got->center, num(row, "center"));
	check("low", got->band.low, num(row, "low"));
	check("high", got->band.high, num(row, "high"));
	assert_int_equal(got->outside, is_true(row, "outside"));
}

static void test_drift(void **state)
{
	(void)state;
	FOR_EACH(row, "drift", 4)
	{
		size_t k, same;
		double *passed = list_of(row, "passed", &k), *cases = list_of(row, "cases", &same);
		struct drift got = interval_drift_rate(passed, cases, k, num(row, "newest"));
		check_drift(&got, row);
		free(passed);
		free(cases);
	}
	FOR_EACH(score, "drift_score", 3)
	{
		size_t k;
		double *means = list_of(score, "means", &k);
		struct drift got = interval_drift_score(means, k, num(score, "newest"));
		check_drift(&got, score);
		free(means);
	}
}

static void test_cost(void **state)
{
	(void)state;
	FOR_EACH(row, "cost", 4)
	{
		double volume = num(row, "volume");
		struct cost_volume got =
		    interval_cost_volume((size_t)num(row, "n"), num(row, "mean"), num(row, "sd"), volume);
		check("total", got.total, num(row, "total"));
		check("low", got.low, num(row, "low"));
		check("high", got.high, num(row, "high"));
		check("per task", got.per_task_high, num(row, "high") / volume);
	}
}

/* ---------------------------------------------------------------- tests */

static void test_mcnemar(void **state)
{
	(void)state;
	FOR_EACH(row, "mcnemar", 14)
	{
		int64_t b = (int64_t)num(row, "b"), c = (int64_t)num(row, "c");
		check_p("mcnemar", paired_mcnemar(b, c), num(row, "p"));
		check_p("mcnemar, exchanged", paired_mcnemar(c, b), num(row, "p"));
	}
}

static void test_wilcoxon(void **state)
{
	(void)state;
	FOR_EACH(row, "wilcoxon", 13)
	{
		size_t n;
		double *d = list_of(row, "d", &n), *zero = xcalloc(n + 1, sizeof *zero);
		struct wilcoxon got = paired_wilcoxon(zero, d, n);
		assert_int_equal(got.n_nonzero, (size_t)num(row, "n"));
		assert_int_equal(got.exact, is_true(row, "exact"));
		check_p("wilcoxon", got.p, num(row, "p"));
		free(d);
		free(zero);
	}
}

static void test_holm(void **state)
{
	(void)state;
	FOR_EACH(row, "holm", 6)
	{
		size_t n;
		double *p = list_of(row, "p", &n), *want = list_of(row, "p_holm", &n);
		paired_holm(p, n, p);
		for (size_t i = 0; i < n; i++)
			check("holm", p[i], want[i]);
		free(p);
		free(want);
	}
}

static struct rate rate_of(const cJSON *row, const char *key)
{
	const cJSON *pair = cJSON_GetObjectItemCaseSensitive(row, key);
	return (struct rate){(int64_t)at(pair, 0), (int64_t)at(pair, 1)};
}

static void test_rates(void **state)
{
	(void)state;
	FOR_EACH(row, "rates", 15)
	{
		struct rate a = rate_of(row, "a"), b = rate_of(row, "b");
		struct interval got = rates_newcombe(a, b);
		check("low", got.low, num(row, "low"));
		check("high", got.high, num(row, "high"));
		double p = rates_fisher(a, b);
		if (IS_UNKNOWN(num(row, "p")))
			assert_true(IS_UNKNOWN(p));
		else
			check_p("fisher", p, num(row, "p"));
		if (!IS_UNKNOWN(num(row, "p_least")))
			check_p("least", rates_fisher_least(a, b), num(row, "p_least"));
	}
}

/* ---------------------------------------------------------------- agreement */

static enum kappa_weights weights_of(const cJSON *row)
{
	const cJSON *w = cJSON_GetObjectItemCaseSensitive(row, "weights");
	if (!cJSON_IsString(w))
		return WEIGHTS_NONE;
	return strcmp(w->valuestring, "linear") == 0 ? WEIGHTS_LINEAR : WEIGHTS_QUADRATIC;
}

static void test_kappa(void **state)
{
	(void)state;
	FOR_EACH(row, "kappa", 11)
	{
		const cJSON *table = cJSON_GetObjectItemCaseSensitive(row, "table");
		int64_t counts[36];
		int c = cJSON_GetArraySize(table);
		assert_true(c * c <= 36);
		for (int i = 0; i < c * c; i++)
			counts[i] = (int64_t)at(cJSON_GetArrayItem(table, i / c), i % c);
		struct kappa got = agree_kappa(counts, (size_t)c, weights_of(row));
		assert_int_equal(got.n, (int64_t)num(row, "n"));
		check("kappa", got.kappa, num(row, "kappa"));
		check("se", got.se, num(row, "se"));
		check("low", got.interval.low, num(row, "low"));
		check("high", got.interval.high, num(row, "high"));
	}
}

static void test_spearman(void **state)
{
	(void)state;
	FOR_EACH(row, "spearman", 5)
	{
		size_t n;
		double *x = list_of(row, "x", &n), *y = list_of(row, "y", &n);
		struct spearman got = agree_spearman(x, y, n);
		check("rho", got.rho, num(row, "rho"));
		check_p("p", got.p, num(row, "p"));
		check("low", got.interval.low, num(row, "low"));
		check("high", got.interval.high, num(row, "high"));
		free(x);
		free(y);
	}
}

static void test_alpha(void **state)
{
	(void)state;
	FOR_EACH(row, "alpha", 6)
	{
		const cJSON *units = cJSON_GetObjectItemCaseSensitive(row, "units"), *unit;
		const char *metric = cJSON_GetObjectItemCaseSensitive(row, "metric")->valuestring;
		double values[1000];
		size_t offsets[200] = {0}, n = 0;
		cJSON_ArrayForEach(unit, units)
		{
			size_t k;
			double *ratings = list(unit, &k);
			assert_true(n + 1 < sizeof offsets / sizeof *offsets &&
			            offsets[n] + k <= sizeof values / sizeof *values);
			memcpy(values + offsets[n], ratings, k * sizeof *ratings);
			offsets[n + 1] = offsets[n] + k;
			n++;
			free(ratings);
		}
		const struct tuples tuples = {.values = values, .offsets = offsets, .n = n};
		const struct boot_opts boot = {.seed = 1};
		struct alpha got;
		enum alpha_metric m = strcmp(metric, "nominal") == 0   ? ALPHA_NOMINAL
		                      : strcmp(metric, "ordinal") == 0 ? ALPHA_ORDINAL
		                                                       : ALPHA_INTERVAL;
		assert_true(agree_alpha(&tuples, m, &boot, &got));
		check("alpha", got.alpha, num(row, "value"));
	}
}

/* ---------------------------------------------------------------- distributions */

static void test_distributions(void **state)
{
	(void)state;
	FOR_EACH(a, "normal", 8)
	{
		check_p("normal", dist_normal_two_sided(at(a, 0)), at(a, 1));
	}
	FOR_EACH(b, "qnorm", 8)
	{
		check("normal quantile", dist_normal_quantile(at(b, 0)), at(b, 1));
	}
	FOR_EACH(c, "t", 10)
	{
		check_p("t", dist_t_two_sided(at(c, 0), at(c, 1)), at(c, 2));
	}
	FOR_EACH(d, "qt", 9)
	{
		check("t quantile", dist_t_quantile(at(d, 0), at(d, 1)), at(d, 2));
	}
	FOR_EACH(e, "pbeta", 9)
	{
		check("beta", dist_incomplete_beta(at(e, 1), at(e, 2), at(e, 0), 1 - at(e, 0)), at(e, 3));
	}
	FOR_EACH(f, "dbinom", 10)
	{
		check_p("binomial", dist_binomial((int64_t)at(f, 0), (int64_t)at(f, 1), at(f, 2)), at(f, 3));
	}
	FOR_EACH(g, "qbinom", 8)
	{
		assert_int_equal(dist_binomial_quantile(at(g, 0), (int64_t)at(g, 1), at(g, 2)), (int64_t)at(g, 3));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wilson),        cmocka_unit_test(test_newcombe), cmocka_unit_test(test_quantiles),
	    cmocka_unit_test(test_moments),       cmocka_unit_test(test_sizes),    cmocka_unit_test(test_pass_at_k),
	    cmocka_unit_test(test_drift),         cmocka_unit_test(test_cost),     cmocka_unit_test(test_mcnemar),
	    cmocka_unit_test(test_wilcoxon),      cmocka_unit_test(test_holm),     cmocka_unit_test(test_rates),
	    cmocka_unit_test(test_kappa),         cmocka_unit_test(test_spearman), cmocka_unit_test(test_alpha),
	    cmocka_unit_test(test_distributions),
	};
	return cmocka_run_group_tests(tests, read_reference, drop_reference);
}
