/* Statistics against reference values (tests/stat/examples.json, which names the calls that made them), and the
 * properties statistics promise: A against A, exchange, row order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cJSON.h>
#include <math.h>

#include "store/base/str.h"
#include "store/base/units.h"
#include "store/stat/agree.h"
#include "store/stat/dist.h"
#include "store/stat/metric.h"
#include "store/stat/rng.h"

static cJSON *examples;

static const struct boot_opts BOOT = {.seed = RNG_DEFAULT_SEED};

static int load(void **state)
{
	(void)state;
	FILE *file = fopen("tests/stat/examples.json", "rb");
	struct buf text = BUF_INIT;
	char chunk[65536];
	size_t got;
	if (!file)
		return -1;
	while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
		buf_add(&text, chunk, got);
	fclose(file);
	examples = cJSON_Parse(buf_cstr(&text));
	buf_done(&text);
	return examples ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	cJSON_Delete(examples);
	return 0;
}

/* ---- reading the examples; an absent key is a mistake of the test, not a pass */

static const cJSON *get(const cJSON *object, const char *key)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
	if (!value)
		fail_msg("no key \"%s\"", key);
	return value;
}

static const cJSON *vectors(const char *name)
{
	const cJSON *list = get(get(examples, "vectors"), name);
	assert_true(cJSON_GetArraySize(list) > 0 || cJSON_IsObject(list));
	return list;
}

static double as_double(const cJSON *value)
{
	assert_true(cJSON_IsNull(value) || cJSON_IsNumber(value));
	return cJSON_IsNull(value) ? UNKNOWN_DOUBLE : value->valuedouble;
}

static double num(const cJSON *object, const char *key)
{
	return as_double(get(object, key));
}

static int64_t whole(const cJSON *object, const char *key)
{
	return (int64_t)num(object, key);
}

static size_t array_of(const cJSON *list, double **out)
{
	size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
	const cJSON *item;
	*out = xcalloc(n + 1, sizeof **out);
	cJSON_ArrayForEach(item, list)(*out)[i++] = as_double(item);
	return n;
}

static void check_within(const char *what, double got, double want, double tolerance)
{
	bool same = IS_UNKNOWN(want) ? IS_UNKNOWN(got) : fabs(got - want) <= tolerance;
	if (!same)
		fail_msg("%s: got %.17g, want %.17g", what, got, want);
}

static void check(const char *what, double got, double want)
{
	check_within(what, got, want, 1e-9 * fmax(1, fabs(want)));
}

static void check_p(const char *what, double got, double want)
{
	check_within(what, got, want, fabs(want) < 1e-3 ? 1e-6 * fabs(want) : 1e-9);
}

static void check_boot(const char *what, double got, double want)
{
	check_within(what, got, want, 1e-12 * fabs(want));
}

static void check_text(const char *what, const char *got, const cJSON *want)
{
	if (!got && cJSON_IsNull(want))
		return;
	if (!got || !cJSON_IsString(want) || strcmp(got, want->valuestring) != 0)
		fail_msg("%s: got %s, want %s", what, got ? got : "null",
		         want->valuestring ? want->valuestring : "null");
}

/* ---- vectors */

static void test_wilson(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("wilson"))
	{
		struct interval got = interval_wilson(num(v, "k"), num(v, "n"));
		check("low", got.low, num(v, "low"));
		check("high", got.high, num(v, "high"));
	}
	assert_true(interval_wilson(0, 10).low == 0 && interval_wilson(10, 10).high == 1);
}

static void test_mcnemar(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("mcnemar"))
	    check_p("p", paired_mcnemar(whole(v, "b"), whole(v, "c")), num(v, "p"));
	assert_true(paired_mcnemar(5, 0) == 0.0625 && paired_mcnemar(2, 9) == 0.0654296875);
	/* 2 * 2^-m exactly; and far beyond where 2^m overflows, by symmetry and by the normal limit */
	check_p("30 of 30", paired_mcnemar(0, 30), ldexp(2, -30));
	check_p("1000 of 1000", paired_mcnemar(1000, 0), ldexp(2, -1000));
	/* the two ways of summing meet */
	check_p("50", paired_mcnemar(18, 32), 0.06490864707227217);
	check_p("51", paired_mcnemar(18, 33), 0.04887389231827033);
	assert_true(paired_mcnemar(40000, 60000) == paired_mcnemar(60000, 40000));
	double z = (50500 - 49500 - 1) / sqrt(100000);
	check_within("large", paired_mcnemar(49500, 50500), dist_normal_two_sided(z), 1e-5);
}

static void test_newcombe(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("newcombe"))
	{
		struct pair_table t = {.both = whole(v, "both"),
		                       .a_only = whole(v, "a_only"),
		                       .b_only = whole(v, "b_only"),
		                       .none = whole(v, "none")};
		struct interval got = interval_newcombe(&t);
		check("low", got.low, num(v, "low"));
		check("high", got.high, num(v, "high"));
		struct pair_table swapped = {.both = t.both, .a_only = t.b_only, .b_only = t.a_only, .none = t.none};
		struct interval mirror = interval_newcombe(&swapped);
		assert_true(mirror.low == -got.high && mirror.high == -got.low);
	}
}

static void test_holm(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("holm"))
	{
		double *p, *want;
		size_t n = array_of(get(v, "p"), &p);
		array_of(get(v, "p_holm"), &want);
		paired_holm(p, n, p);
		for (size_t i = 0; i < n; i++)
			check_p("p_holm", p[i], want[i]);
		free(p);
		free(want);
	}
	double gaps[] = {0.01, UNKNOWN_DOUBLE, 0.02}, out[3];
	paired_holm(gaps, 3, out);
	check("first", out[0], 0.02);
	check("no member", out[1], UNKNOWN_DOUBLE);
	check("second", out[2], 0.02);
}

static void test_kappa(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("kappa"))
	{
		const cJSON *rows = get(v, "table"), *row, *item;
		size_t c = (size_t)cJSON_GetArraySize(rows), i = 0;
		int64_t counts[64];
		assert_true(c * c <= 64 && cJSON_IsNull(get(v, "weights")));
		cJSON_ArrayForEach(row, rows) cJSON_ArrayForEach(item, row) counts[i++] = (int64_t)as_double(item);
		struct kappa got = agree_kappa(counts, c, WEIGHTS_NONE);
		assert_int_equal(got.n, whole(v, "n"));
		check("agreement", got.agreement, num(v, "agreement"));
		check("kappa", got.kappa, num(v, "kappa"));
		check("se", got.se, num(v, "se"));
		check("low", got.interval.low, num(v, "low"));
		check("high", got.interval.high, num(v, "high"));
	}
}

/* Weighted kappa: two categories weigh alike in all three ways; Fleiss, Cohen & Everitt's 3x3 example by hand. */
static void test_kappa_weights(void **state)
{
	(void)state;
	const int64_t two[] = {20, 5, 10, 15}, three[] = {8, 2, 0, 1, 6, 3, 0, 2, 8};
	struct kappa none = agree_kappa(two, 2, WEIGHTS_NONE), quadratic = agree_kappa(two, 2, WEIGHTS_QUADRATIC);
	check("two categories", quadratic.kappa, none.kappa);
	check("their error", quadratic.se, none.se);
	/* by hand: sum of squared steps 8 of 30; expected by the margins (10,10,10)x(9,10,11): 1200/30/30 per item */
	check("quadratic", agree_kappa(three, 3, WEIGHTS_QUADRATIC).kappa, 1 - 8.0 / (1200.0 / 30));
	check("linear", agree_kappa(three, 3, WEIGHTS_LINEAR).kappa, 1 - 8.0 / (800.0 / 30));
	const int64_t few[] = {3, 1, 1, 4};
	struct kappa small = agree_kappa(few, 2, WEIGHTS_NONE);
	assert_true(small.too_few && IS_UNKNOWN(small.se) && !IS_UNKNOWN(small.kappa));
	assert_true(agree_kappa(NULL, 0, WEIGHTS_NONE).too_few);
}

static void test_alpha(void **state)
{
	(void)state;
	static const char *const names[] = {"nominal", "ordinal", "interval"};
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("alpha"))
	{
		const cJSON *row, *item, *units = get(v, "units");
		double values[256];
		size_t offsets[64] = {0}, n = 0, used = 0, metric = 0;
		cJSON_ArrayForEach(row, units)
		{
			cJSON_ArrayForEach(item, row) values[used++] = as_double(item);
			offsets[++n] = used;
		}
		while (strcmp(names[metric], get(v, "metric")->valuestring) != 0)
			metric++;
		struct alpha got;
		struct tuples tuples = {.values = values, .offsets = offsets, .n = n};
		assert_true(agree_alpha(&tuples, (enum alpha_metric)metric, &BOOT, &got));
		check("alpha", got.alpha, num(v, "value"));
		check_within("published", got.alpha, num(v, "published"), 0.0006);
		assert_int_equal(got.n_units, 11);
		assert_true(got.interval.low < got.alpha && got.alpha <= got.interval.high && !got.too_few);
	}
	const double same[] = {1, 1, 1, 1};
	const size_t offsets[] = {0, 2, 4};
	struct alpha got;
	struct tuples tuples = {.values = same, .offsets = offsets, .n = 2};
	assert_true(agree_alpha(&tuples, ALPHA_NOMINAL, &BOOT, &got));
	assert_true(IS_UNKNOWN(got.alpha) && IS_UNKNOWN(got.interval.low) && got.too_few);
}

static void test_spearman(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("spearman"))
	{
		double *x, *y;
		size_t n = array_of(get(v, "x"), &x);
		array_of(get(v, "y"), &y);
		struct spearman got = agree_spearman(x, y, n);
		assert_int_equal(got.n, whole(v, "n"));
		check("rho", got.rho, num(v, "rho"));
		check_p("p", got.p, num(v, "p"));
		check("low", got.interval.low, num(v, "low"));
		check("high", got.interval.high, num(v, "high"));
		struct spearman itself = agree_spearman(x, x, n);
		assert_true(itself.rho == 1 && itself.p == 0 && IS_UNKNOWN(itself.interval.low));
		memset(y, 0, n * sizeof *y);
		assert_true(IS_UNKNOWN(agree_spearman(x, y, n).rho));
		assert_true(agree_spearman(x, y, 9).too_few);
		free(x);
		free(y);
	}
}

static void test_sizes(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("smallest_detectable"))
	{
		size_t n = (size_t)whole(v, "n");
		check("detectable", interval_detectable_rate(n, num(v, "discordant") / (double)n), num(v, "value"));
	}
	cJSON_ArrayForEach(v, vectors("cases_needed"))
	    assert_int_equal(interval_needed_rate(num(v, "discordance"), num(v, "margin")), whole(v, "n"));
	/* N(detectable) = n where the difference is below psi; the mean's two formulas are each other's inverse */
	for (size_t n = 20; n < 3000; n += 37)
		assert_int_equal(interval_needed_rate(0.4, interval_detectable_rate(n, 0.4)), n);
	for (size_t n = 6; n < 3000; n += 37)
		assert_int_equal(interval_needed_mean(n, 0.3, interval_detectable_mean(n, 0.3)), n);
	assert_true(IS_UNKNOWN(interval_detectable_mean(5, 0.3)) && interval_needed_mean(9, 0, 0.1) == UNKNOWN_INT);
	assert_true(interval_needed_rate(0.1, 0) == UNKNOWN_INT);
}

static void test_pass_at_k(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("pass_at_k"))
	{
		check("at", interval_pass_at_k(whole(v, "n"), whole(v, "c"), whole(v, "k")), num(v, "at"));
		check("hat", interval_pass_hat_k(whole(v, "n"), whole(v, "c"), whole(v, "k")), num(v, "hat"));
	}
	assert_true(IS_UNKNOWN(interval_pass_at_k(3, 1, 4)));
}

static void test_drift(void **state)
{
	(void)state;
	const cJSON *v, *run;
	cJSON_ArrayForEach(v, vectors("drift"))
	{
		double passed[16], cases[16];
		size_t k = 0;
		cJSON_ArrayForEach(run, get(v, "earlier"))
		{
			passed[k] = as_double(cJSON_GetArrayItem(run, 0));
			cases[k++] = as_double(cJSON_GetArrayItem(run, 1));
		}
		const cJSON *newest = get(v, "new");
		double rate = as_double(cJSON_GetArrayItem(newest, 0)) / as_double(cJSON_GetArrayItem(newest, 1));
		struct drift got = interval_drift_rate(passed, cases, k, rate);
		check("center", got.center, num(v, "center"));
		check("low", got.band.low, num(v, "low"));
		check("high", got.band.high, num(v, "high"));
		assert_int_equal(got.outside, cJSON_IsTrue(get(v, "outside")));
		assert_true(IS_UNKNOWN(interval_drift_rate(passed, cases, 2, rate).band.low));
	}
	/* only the last 12 count */
	double means[20] = {9, 9, 9, 9, 9, 9, 9, 9, 0.5, 0.6, 0.5, 0.6, 0.5, 0.6, 0.5, 0.6, 0.5, 0.6, 0.5, 0.6};
	struct drift scores = interval_drift_score(means, 20, 0.9);
	assert_true(scores.k == 12 && scores.outside);
	check("center", scores.center, 0.55);
	double level[] = {1, 1, 1, 1};
	assert_true(IS_UNKNOWN(interval_drift_score(level, 4, 2).band.low));
}

static void test_cost_volume(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("projection"))
	{
		struct cost_volume got =
		    interval_cost_volume((size_t)whole(v, "n"), num(v, "mean"), num(v, "sd"), num(v, "volume"));
		check("total", got.total, num(v, "total"));
		check("low", got.low, num(v, "low"));
		check("high", got.high, num(v, "high"));
		assert_false(got.too_few);
	}
	struct cost_volume first = interval_cost_volume(40, 0.0033366, 0.004336707079966999, 400);
	double half = 2.022690920036762 * 0.004336707079966999 * sqrt(400 * 400 / 40.0 + 400);
	check_within("exact low", first.low, 400 * 0.0033366 - half, 1e-13);
	check_within("exact high", first.high, 400 * 0.0033366 + half, 1e-13);
	struct cost_volume level = interval_cost_volume(29, 2, 0, 10);
	assert_true(level.too_few && level.low == 20 && level.high == 20);
}

static void test_generator(void **state)
{
	(void)state;
	const cJSON *v = vectors("generator"), *known = get(v, "known"), *item;
	uint64_t seed = (uint64_t)whole(v, "seed");
	assert_true(seed == RNG_DEFAULT_SEED);
	static const char *const firsts[] = {"first_outputs_resample_0", "first_outputs_resample_1"};
	for (uint64_t r = 0; r < 2; r++) {
		struct rng rng = rng_stream(seed, r);
		cJSON_ArrayForEach(item, get(v, firsts[r]))
		    assert_true(rng_next(&rng) == strtoull(item->valuestring, NULL, 10));
	}
	struct rng rng = rng_stream(seed, 0);
	cJSON_ArrayForEach(item, get(v, "first_indices_n_7_resample_0"))
	    assert_true(rng_index(&rng, 7) == (uint64_t)as_double(item));
	assert_true(rng_mix64(UINT64_C(0x9E3779B97F4A7C15)) ==
	            strtoull(get(known, "splitmix64_seed_0_first")->valuestring, NULL, 10));
	struct rng counting = {
	    .word = {1, 2, 3, 4}
        };
	cJSON_ArrayForEach(item, get(known, "xoshiro_state_1_2_3_4"))
	    assert_true(rng_next(&counting) == strtoull(item->valuestring, NULL, 10));
}

/* A large n makes redraws likely: indices must still be even. */
static void test_index_without_bias(void **state)
{
	(void)state;
	const uint64_t n = UINT64_C(3) << 62;
	struct rng rng = rng_stream(1, 0);
	int thirds[3] = {0};
	for (int i = 0; i < 30000; i++) {
		uint64_t index = rng_index(&rng, n);
		assert_true(index < n);
		thirds[index % 3]++; /* without redraws twice as often 0 as 1 */
	}
	for (int i = 0; i < 3; i++)
		assert_in_range(thirds[i], 9600, 10400);
}

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static void test_quantile(void **state)
{
	(void)state;
	const cJSON *v;
	cJSON_ArrayForEach(v, vectors("quantile"))
	{
		double *x, *want;
		size_t n = array_of(get(v, "values"), &x);
		array_of(get(v, "interval"), &want);
		qsort(x, n, sizeof *x, ascending);
		check("value", interval_quantile_of(x, n, num(v, "p")), num(v, "value"));
		struct interval got = interval_quantile(x, n, num(v, "p"));
		check("low", got.low, want[0]);
		check("high", got.high, want[1]);
		free(x);
		free(want);
	}
	assert_int_equal(interval_quantile_min_n(0.5), 6);
	assert_int_equal(interval_quantile_min_n(0.95), 72);
	assert_int_equal(interval_quantile_min_n(0.99), 368);
	assert_true(IS_UNKNOWN(interval_quantile_of(NULL, 0, 0.5)));
}

/* The floors are where both bounds appear: checked against the binomial quantile itself. */
static void test_quantile_floors(void **state)
{
	(void)state;
	double x[368];
	for (size_t i = 0; i < 368; i++)
		x[i] = (double)i;
	const double probs[] = {0.5, 0.95, 0.99};
	for (size_t i = 0; i < 3; i++) {
		size_t n = interval_quantile_min_n(probs[i]);
		struct interval at = interval_quantile(x, n, probs[i]), below = interval_quantile(x, n - 1, probs[i]);
		assert_true(!IS_UNKNOWN(at.low) && !IS_UNKNOWN(at.high));
		assert_true(IS_UNKNOWN(below.low) || IS_UNKNOWN(below.high));
	}
}

/* ---- distributions, against closed forms and published tables */

/* P(|T| < t) for odd df, closed form (Abramowitz & Stegun 26.7.3). */
static double t_inside_odd(double t, int df)
{
	double angle = atan(t / sqrt(df)), c = cos(angle), sum = 0, term = c;
	for (int k = 1; k <= (df - 1) / 2; k++) {
		sum += term;
		term *= c * c * (2 * k) / (2 * k + 1);
	}
	return 2 / M_PI * (angle + sin(angle) * sum);
}

static void test_distributions(void **state)
{
	(void)state;
	check_within("z", dist_normal_quantile(0.975), STAT_Z, 1e-15);
	check_within("z80", dist_normal_quantile(0.8), STAT_Z80, 1e-15);
	check_within("tail", dist_normal_two_sided(STAT_Z), 0.05, 1e-16);
	check_within("far", dist_normal_quantile(1e-300), -37.0471, 1e-4);
	/* df 1 is Cauchy, df 2 has a closed form, large df is normal */
	check_within("t df 1", dist_t_quantile(0.975, 1), tan(M_PI * 0.475), 1e-11);
	check_within("t df 2", dist_t_quantile(0.975, 2), 0.95 / sqrt(2 * 0.975 * 0.025), 1e-11);
	check_within("t df 4", dist_t_quantile(0.975, 4), 2.7764451051977987, 1e-12);
	for (int df = 1; df < 400; df += 2)
		check_within("t odd df", t_inside_odd(dist_t_quantile(0.975, df), df), 0.95, 1e-13);
	for (double df = 1e4; df < 2e6; df *= 10) {
		double first = (pow(STAT_Z, 3) + STAT_Z) / (4 * df);
		double second = (5 * pow(STAT_Z, 5) + 16 * pow(STAT_Z, 3) + 3 * STAT_Z) / (96 * df * df);
		check_within("t large df", dist_t_quantile(0.975, df), STAT_Z + first + second, 2e-11);
	}
	check_within("cauchy", dist_t_two_sided(5, 1), 1 - 2 * atan(5) / M_PI, 1e-15);
	/* a = 1 and b = 1 have closed forms; symmetry */
	check_within("beta a 1", dist_incomplete_beta(1, 7, 0.2, 0.8), 1 - pow(0.8, 7), 1e-15);
	check_within("beta b 1", dist_incomplete_beta(7, 1, 0.2, 0.8), pow(0.2, 7), 1e-19);
	check_within("beta symmetric",
	             dist_incomplete_beta(300, 400, 0.42, 0.58) + dist_incomplete_beta(400, 300, 0.58, 0.42), 1, 1e-13);
	check_within("binomial", dist_binomial(3, 10, 0.5), 120 / 1024.0, 1e-15);
	double sum = 0;
	for (int64_t k = 0; k <= 2000; k++)
		sum += dist_binomial(k, 2000, 0.37);
	check_within("sums to 1", sum, 1, 1e-12);
}

static void test_binomial_quantile(void **state)
{
	(void)state;
	const double probs[] = {0.01, 0.3, 0.5, 0.95, 0.99};
	for (int64_t n = 1; n < 400; n += 7) {
		for (size_t i = 0; i < 5; i++) {
			double at_most = 0;
			int64_t k = -1;
			while (at_most < 0.975)
				at_most += dist_binomial(++k, n, probs[i]);
			assert_int_equal(dist_binomial_quantile(0.975, n, probs[i]), k);
		}
	}
	/* ten million: near the normal limit, no loss of digits */
	double sd = sqrt(1e7 * 0.95 * 0.05);
	check_within("large", (double)dist_binomial_quantile(0.975, 10000000, 0.95), 9.5e6 + STAT_Z * sd, 2);
}

/* ---- whole comparisons */

struct table {
	char keys[64][16]; /* cases in order of appearance over both sides */
	size_t n;
};

struct run_data {
	/* per case, every repeat: NaN where missing */
	double score[64][8], cost[64][8], latency_ns[64][8];
	size_t n_repeats[64];
	int64_t passed[64], failed[64], errored[64], unscored[64];
};

static size_t case_of(struct table *table, const char *key)
{
	size_t i = 0;
	while (i < table->n && strcmp(table->keys[i], key) != 0)
		i++;
	if (i == table->n) {
		assert_true(table->n < 64 && strlen(key) < 16);
		memcpy(table->keys[table->n++], key, strlen(key) + 1);
	}
	return i;
}

static double nullable(const cJSON *row, int column)
{
	return as_double(cJSON_GetArrayItem(row, column));
}

static void read_run(const cJSON *rows, struct table *table, struct run_data *run)
{
	const cJSON *row;
	*run = (struct run_data){0};
	cJSON_ArrayForEach(row, rows)
	{
		size_t i = case_of(table, cJSON_GetArrayItem(row, 0)->valuestring), r = run->n_repeats[i]++;
		const cJSON *passed = cJSON_GetArrayItem(row, 2);
		assert_true(r < 8);
		run->score[i][r] = nullable(row, 1);
		/* ms of the source to whole ns */
		double ns = nullable(row, 3) * 1e6;
		run->latency_ns[i][r] = IS_UNKNOWN(ns) ? ns : (double)llround(ns);
		run->cost[i][r] = nullable(row, 4);
		if (cJSON_GetArraySize(row) > 5 && cJSON_IsString(cJSON_GetArrayItem(row, 5)))
			run->errored[i]++;
		else if (cJSON_IsNull(passed))
			run->unscored[i]++;
		else
			(*(cJSON_IsTrue(passed) ? &run->passed[i] : &run->failed[i]))++;
	}
}

static void case_means(const double values[64][8], const struct run_data *run, size_t n, double *out)
{
	for (size_t i = 0; i < n; i++) {
		double repeats[8];
		memcpy(repeats, values[i], sizeof repeats);
		out[i] = stat_case_mean(repeats, run->n_repeats[i]);
	}
}

static void case_shares(const struct run_data *run, size_t n, double *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = stat_case_share(run->passed[i], run->failed[i], run->errored[i]);
}

static struct tuples latency_tuples(const struct run_data *run, size_t n, double *values, size_t *offsets)
{
	offsets[0] = 0;
	for (size_t i = 0; i < n; i++) {
		memcpy(values + offsets[i], run->latency_ns[i], run->n_repeats[i] * sizeof *values);
		offsets[i + 1] = offsets[i] + run->n_repeats[i];
	}
	return (struct tuples){.values = values, .offsets = offsets, .n = n};
}

static int64_t sum_of(const int64_t *counts, size_t n)
{
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += counts[i];
	return sum;
}

static void check_run_quantile(const cJSON *want, const double *sorted, size_t n, double p, const char *key,
                               const char *interval_key)
{
	double *bounds;
	array_of(get(want, interval_key), &bounds);
	struct interval got = interval_quantile(sorted, n, p);
	check_within(key, (double)interval_round_ns(interval_quantile_of(sorted, n, p)), num(want, key), 1);
	check(interval_key, got.low, bounds[0]);
	check(interval_key, got.high, bounds[1]);
	free(bounds);
}

static void check_run(const cJSON *want, const struct run_data *run, size_t n)
{
	double shares[64], scores[64], values[512];
	size_t offsets[65], kept = 0;
	assert_int_equal(sum_of(run->passed, n), whole(want, "passed"));
	assert_int_equal(sum_of(run->failed, n), whole(want, "failed"));
	assert_int_equal(sum_of(run->errored, n), whole(want, "errored"));
	assert_int_equal(sum_of(run->unscored, n), whole(want, "unscored"));
	case_shares(run, n, shares);
	struct moments rate = interval_moments(shares, n);
	struct interval wilson = interval_wilson(rate.mean * (double)rate.n, (double)rate.n);
	check("pass_rate", rate.mean, num(want, "pass_rate"));
	check("pass_low", wilson.low, num(want, "pass_low"));
	check("pass_high", wilson.high, num(want, "pass_high"));
	case_means(run->score, run, n, scores);
	struct moments score = interval_moments(scores, n);
	assert_int_equal(score.n, whole(get(want, "score"), "n"));
	check("score mean", score.mean, num(get(want, "score"), "mean"));
	struct tuples all = latency_tuples(run, n, values, offsets);
	for (size_t i = 0; i < all.offsets[n]; i++)
		if (!IS_UNKNOWN(values[i]))
			values[kept++] = values[i];
	qsort(values, kept, sizeof *values, ascending);
	check_run_quantile(want, values, kept, 0.5, "p50_ns", "p50_interval_ns");
	check_run_quantile(want, values, kept, 0.95, "p95_ns", "p95_interval_ns");
	check_run_quantile(want, values, kept, 0.99, "p99_ns", "p99_interval_ns");
}

enum { PASS, SCORE, COST, P50, P95, N_METRICS };
static const char *const METRIC_NAMES[] = {"pass", "score", "cost_usd_per_case", "latency_p50_ns", "latency_p95_ns"};

static void compare(const struct run_data *a, const struct run_data *b, size_t n, struct metric_result *out)
{
	const struct stat_opts opts = STAT_OPTS;
	const double probs[] = {0.5, 0.95};
	double of_a[64], of_b[64], values_a[512], values_b[512];
	size_t offsets_a[65], offsets_b[65];
	bool repeats = false;
	for (size_t i = 0; i < n; i++)
		repeats |= a->n_repeats[i] > 1 || b->n_repeats[i] > 1;
	case_shares(a, n, of_a);
	case_shares(b, n, of_b);
	assert_true(stat_rate(of_a, of_b, n, repeats, &opts, &out[PASS]));
	case_means(a->score, a, n, of_a);
	case_means(b->score, b, n, of_b);
	assert_true(stat_score(of_a, of_b, n, &opts, &out[SCORE]));
	case_means(a->cost, a, n, of_a);
	case_means(b->cost, b, n, of_b);
	assert_true(stat_cost(of_a, of_b, n, &opts, &out[COST]));
	struct tuples tuples_a = latency_tuples(a, n, values_a, offsets_a);
	struct tuples tuples_b = latency_tuples(b, n, values_b, offsets_b);
	assert_true(stat_latency_quantile(&tuples_a, &tuples_b, probs, 2, &opts, &out[P50]));
	stat_verdicts(out, N_METRICS);
}

static bool has(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key) != NULL;
}

static void check_wilcoxon(const cJSON *want, const struct wilcoxon *got)
{
	assert_int_equal(got->n_nonzero, whole(want, "n_nonzero"));
	check("w_plus", got->w_plus, num(want, "w_plus"));
	check("w_minus", got->w_minus, num(want, "w_minus"));
	check_p("wilcoxon p", got->p, num(want, "p"));
	if (has(want, "ties"))
		assert_int_equal(got->ties, cJSON_IsTrue(get(want, "ties")));
	check_text("method", got->exact ? "exact" : "approx", get(want, "method"));
}

static void check_metric(const cJSON *want, const struct metric_result *got)
{
	bool bootstrap = got->test != TEST_MCNEMAR;
	assert_int_equal(got->n, whole(want, "n"));
	check("a", got->a, num(want, "a"));
	check("b", got->b, num(want, "b"));
	check("delta", got->delta, num(want, "delta"));
	(bootstrap ? check_boot : check)("low", got->low, num(want, "low"));
	(bootstrap ? check_boot : check)("high", got->high, num(want, "high"));
	check_p("p", got->p, num(want, "p"));
	check_p("p_holm", got->p_holm, num(want, "p_holm"));
	check_text("test", stat_test_name(got->test), get(want, "test"));
	check_text("verdict", stat_verdict_name(got->verdict), get(want, "verdict"));
	if (has(want, "table")) {
		const cJSON *table = get(want, "table");
		assert_int_equal(got->table.both, whole(table, "both"));
		assert_int_equal(got->table.a_only, whole(table, "a_only"));
		assert_int_equal(got->table.b_only, whole(table, "b_only"));
		assert_int_equal(got->table.none, whole(table, "none"));
		check("smallest_detectable", got->smallest_detectable, num(want, "smallest_detectable"));
		assert_int_equal(got->cases_needed, whole(want, "cases_needed_5_points"));
	}
	if (has(want, "wilcoxon"))
		check_wilcoxon(get(want, "wilcoxon"), &got->wilcoxon);
}

static void test_pairs(void **state)
{
	(void)state;
	const cJSON *pair;
	cJSON_ArrayForEach(pair, get(examples, "pairs"))
	{
		struct table table = {.n = 0};
		struct run_data a, b;
		struct metric_result got[N_METRICS];
		const cJSON *expect = get(pair, "expect");
		print_message("  %s\n", get(pair, "name")->valuestring);
		read_run(get(pair, "a"), &table, &a);
		read_run(get(pair, "b"), &table, &b);
		check_run(get(expect, "a"), &a, table.n);
		check_run(get(expect, "b"), &b, table.n);
		compare(&a, &b, table.n, got);
		for (size_t i = 0; i < N_METRICS; i++) {
			print_message("    %s\n", METRIC_NAMES[i]);
			check_metric(get(get(expect, "metrics"), METRIC_NAMES[i]), &got[i]);
		}
	}
}

/* ---- properties */

/* n cases with 1..max_repeats latencies each, drawn with the generator. */
struct sample {
	double *a, *b, *latency_a, *latency_b;
	size_t *offsets_a, *offsets_b, n;
};

static double uniform(struct rng *rng)
{
	return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

static struct sample sample_new(uint64_t seed, size_t n, size_t max_repeats)
{
	struct sample s = {.n = n};
	struct rng rng = rng_stream(seed, 0);
	double **doubles[] = {&s.a, &s.b, &s.latency_a, &s.latency_b};
	for (size_t i = 0; i < 4; i++)
		*doubles[i] = xcalloc(n * (i < 2 ? 1 : max_repeats) + 1, sizeof(double));
	s.offsets_a = xcalloc(n + 1, sizeof(size_t));
	s.offsets_b = xcalloc(n + 1, sizeof(size_t));
	for (size_t i = 0; i < n; i++) {
		s.a[i] = floor(uniform(&rng) * 20) / 20;
		s.b[i] = rng_index(&rng, 4) == 0 ? s.a[i] : floor(uniform(&rng) * 22) / 20;
		s.offsets_a[i + 1] = s.offsets_a[i] + 1 + rng_index(&rng, max_repeats);
		s.offsets_b[i + 1] = s.offsets_b[i] + 1 + rng_index(&rng, max_repeats);
	}
	for (size_t i = 0; i < s.offsets_a[n]; i++)
		s.latency_a[i] = floor(1e6 * (100 + uniform(&rng) * 900));
	for (size_t i = 0; i < s.offsets_b[n]; i++)
		s.latency_b[i] = floor(1e6 * (120 + uniform(&rng) * 950));
	return s;
}

static void sample_free(struct sample *s)
{
	free(s->a);
	free(s->b);
	free(s->latency_a);
	free(s->latency_b);
	free(s->offsets_a);
	free(s->offsets_b);
}

static struct tuples tuples_of(const double *values, const size_t *offsets, size_t n)
{
	return (struct tuples){.values = values, .offsets = offsets, .n = n};
}

/* rate, rate of shares, score, cost, P50, P95 */
enum { N_FIGURES = 6 };

static void figures(const struct sample *s, struct metric_result *out)
{
	const struct stat_opts opts = STAT_OPTS;
	const double probs[] = {0.5, 0.95};
	double *pass_a = xcalloc(s->n, sizeof(double)), *pass_b = xcalloc(s->n, sizeof(double));
	for (size_t i = 0; i < s->n; i++) {
		pass_a[i] = s->a[i] >= 0.5 ? 1 : 0;
		pass_b[i] = s->b[i] >= 0.5 ? 1 : 0;
	}
	assert_true(stat_rate(pass_a, pass_b, s->n, false, &opts, &out[0]));
	assert_true(stat_rate(pass_a, pass_b, s->n, true, &opts, &out[1]));
	assert_true(stat_score(s->a, s->b, s->n, &opts, &out[2]));
	assert_true(stat_cost(s->a, s->b, s->n, &opts, &out[3]));
	struct tuples a = tuples_of(s->latency_a, s->offsets_a, s->n), b = tuples_of(s->latency_b, s->offsets_b, s->n);
	assert_true(stat_latency_quantile(&a, &b, probs, 2, &opts, &out[4]));
	stat_verdicts(out, N_FIGURES);
	free(pass_a);
	free(pass_b);
}

static bool same_or_both_unknown(double x, double y)
{
	return x == y || (IS_UNKNOWN(x) && IS_UNKNOWN(y));
}

static void test_swap_mirrors(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct sample s = sample_new(seed, 3 + 11 * seed, 1 + seed % 3);
		struct sample swapped = {.a = s.b,
		                         .b = s.a,
		                         .latency_a = s.latency_b,
		                         .latency_b = s.latency_a,
		                         .offsets_a = s.offsets_b,
		                         .offsets_b = s.offsets_a,
		                         .n = s.n};
		struct metric_result x[N_FIGURES], y[N_FIGURES];
		figures(&s, x);
		figures(&swapped, y);
		for (size_t i = 0; i < N_FIGURES; i++) {
			assert_true(x[i].delta == -y[i].delta && x[i].a == y[i].b && x[i].b == y[i].a);
			assert_true(same_or_both_unknown(x[i].low, -y[i].high));
			assert_true(same_or_both_unknown(x[i].high, -y[i].low));
			assert_true(same_or_both_unknown(x[i].p, y[i].p));
			assert_true(same_or_both_unknown(x[i].p_holm, y[i].p_holm));
			check_within("detectable", x[i].smallest_detectable, y[i].smallest_detectable, 1e-12);
			assert_true((x[i].verdict == METRIC_BETTER) == (y[i].verdict == METRIC_WORSE));
		}
		sample_free(&s);
	}
}

static void test_same_runs(void **state)
{
	(void)state;
	struct sample s = sample_new(7, 90, 3);
	struct sample twice = s;
	struct metric_result got[N_FIGURES];
	twice.b = s.a;
	twice.latency_b = s.latency_a;
	twice.offsets_b = s.offsets_a;
	figures(&twice, got);
	for (size_t i = 0; i < N_FIGURES; i++) {
		assert_true(got[i].delta == 0 && !signbit(got[i].delta) && got[i].p == 1 && got[i].p_holm == 1);
		assert_int_equal(got[i].verdict, METRIC_NO_DIFFERENCE);
		if (i > 0)
			assert_true(got[i].low == 0 && got[i].high == 0);
		else
			check("mirrored", got[i].low, -got[i].high);
	}
	sample_free(&s);
}

static void copy_tuple(const double *from, const size_t *offsets, size_t i, bool backwards, double *to)
{
	size_t n = offsets[i + 1] - offsets[i];
	for (size_t j = 0; j < n; j++)
		to[j] = from[offsets[i] + (backwards ? n - 1 - j : j)];
}

/* The same cases in another order, repeats backwards. */
static struct sample shuffled(const struct sample *s, uint64_t seed)
{
	struct sample out = sample_new(1, s->n, 3);
	struct rng rng = rng_stream(seed, 9);
	size_t *order = xcalloc(s->n, sizeof *order);
	for (size_t i = 0; i < s->n; i++)
		order[i] = i;
	for (size_t i = s->n; i-- > 1;) {
		size_t j = rng_index(&rng, i + 1), keep = order[i];
		order[i] = order[j];
		order[j] = keep;
	}
	for (size_t i = 0; i < s->n; i++) {
		size_t from = order[i];
		out.a[i] = s->a[from];
		out.b[i] = s->b[from];
		out.offsets_a[i + 1] = out.offsets_a[i] + s->offsets_a[from + 1] - s->offsets_a[from];
		out.offsets_b[i + 1] = out.offsets_b[i] + s->offsets_b[from + 1] - s->offsets_b[from];
		copy_tuple(s->latency_a, s->offsets_a, from, true, out.latency_a + out.offsets_a[i]);
		copy_tuple(s->latency_b, s->offsets_b, from, true, out.latency_b + out.offsets_b[i]);
	}
	free(order);
	return out;
}

static void test_row_order(void **state)
{
	(void)state;
	struct sample s = sample_new(3, 80, 3);
	struct metric_result want[N_FIGURES], got[N_FIGURES];
	figures(&s, want);
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct sample other = shuffled(&s, seed);
		figures(&other, got);
		for (size_t i = 0; i < N_FIGURES; i++) {
			assert_true(got[i].a == want[i].a && got[i].b == want[i].b && got[i].delta == want[i].delta);
			assert_true(got[i].low == want[i].low && got[i].high == want[i].high && got[i].p == want[i].p);
			assert_true(same_or_both_unknown(got[i].smallest_detectable, want[i].smallest_detectable));
		}
		sample_free(&other);
	}
	sample_free(&s);
}

/* Quantile bootstrap against the definition done plainly: draw, pool, sort, subtract. */
static void test_quantile_bootstrap_plainly(void **state)
{
	(void)state;
	enum { N = 7, T = 10000 };
	struct sample s = sample_new(5, N, 3);
	struct tuples a = tuples_of(s.latency_a, s.offsets_a, N), b = tuples_of(s.latency_b, s.offsets_b, N);
	const double probs[] = {0.5, 0.25, 0.9, 1};
	struct boot_quantile got[4];
	assert_true(boot_paired_quantiles(&a, &b, probs, 4, &BOOT, got));
	/* order of cases by first, then second side; no two values of this sample are equal */
	size_t orders[2][N];
	for (size_t h = 0; h < 2; h++) {
		const struct tuples *by = h ? &b : &a;
		double smallest[N];
		for (size_t i = 0; i < N; i++) {
			smallest[i] = by->values[by->offsets[i]];
			for (size_t j = by->offsets[i]; j < by->offsets[i + 1]; j++)
				smallest[i] = fmin(smallest[i], by->values[j]);
		}
		for (size_t i = 0; i < N; i++) {
			size_t place = 0;
			for (size_t k = 0; k < N; k++)
				place += smallest[k] < smallest[i] ? 1 : 0;
			orders[h][place] = i;
		}
	}
	for (size_t q = 0; q < 4; q++) {
		double *results = xcalloc(T, sizeof *results);
		for (size_t r = 0; r < T; r++) {
			struct rng rng = rng_stream(BOOT.seed, r % (T / 2));
			double pool_a[64], pool_b[64];
			size_t n_a = 0, n_b = 0;
			for (size_t i = 0; i < N; i++) {
				size_t c = orders[r / (T / 2)][rng_index(&rng, N)];
				for (size_t j = a.offsets[c]; j < a.offsets[c + 1]; j++)
					pool_a[n_a++] = a.values[j];
				for (size_t j = b.offsets[c]; j < b.offsets[c + 1]; j++)
					pool_b[n_b++] = b.values[j];
			}
			qsort(pool_a, n_a, sizeof *pool_a, ascending);
			qsort(pool_b, n_b, sizeof *pool_b, ascending);
			results[r] =
			    interval_quantile_of(pool_b, n_b, probs[q]) - interval_quantile_of(pool_a, n_a, probs[q]);
		}
		qsort(results, T, sizeof *results, ascending);
		assert_true(got[q].interval.low == results[T / 40 - 1] && got[q].interval.high == results[T - T / 40]);
		free(results);
	}
	sample_free(&s);
}

/* One-sample bootstrap against the definition done plainly. */
static void test_one_sample_bootstrap(void **state)
{
	(void)state;
	enum { N = 9, T = 10000 };
	double values[N] = {0.2, 0.9, 0.4, 0.4, 0.7, 1, 0, 0.3, 0.6}, sorted[N];
	double *means = xcalloc(T, sizeof *means), *medians = xcalloc(T, sizeof *medians);
	memcpy(sorted, values, sizeof values);
	qsort(sorted, N, sizeof *sorted, ascending);
	for (size_t r = 0; r < T; r++) {
		struct rng rng = rng_stream(BOOT.seed, r);
		double drawn[N], sum = 0;
		for (size_t i = 0; i < N; i++) {
			drawn[i] = sorted[rng_index(&rng, N)];
			sum += drawn[i];
		}
		means[r] = sum / N;
		qsort(drawn, N, sizeof *drawn, ascending);
		medians[r] = drawn[N / 2];
	}
	qsort(means, T, sizeof *means, ascending);
	qsort(medians, T, sizeof *medians, ascending);
	struct interval mean, median;
	assert_true(boot_mean(values, N, &BOOT, &mean) && boot_quantile(values, N, 0.5, &BOOT, &median));
	assert_true(mean.low == means[249] && mean.high == means[T - 250]);
	assert_true(median.low == medians[249] && median.high == medians[T - 250]);
	free(means);
	free(medians);
}

/* Wilcoxon's exact distribution against counting all 2^n signs, with ties. */
static void test_wilcoxon_by_counting(void **state)
{
	(void)state;
	const double b[] = {0.1, 0.2, 0.2, 0.2, -0.3, 0.4, -0.4, 0.5, 0.6, 0.1, 0.7, -0.2}, a[12] = {0};
	const double ranks[] = {1.5, 4.5, 4.5, 4.5, 7, 8.5, 8.5, 10, 11, 1.5, 12, 4.5};
	struct wilcoxon got = paired_wilcoxon(a, b, 12);
	check("w_minus", got.w_minus, 7 + 8.5 + 4.5);
	int at_most = 0;
	for (unsigned signs = 0; signs < 1u << 12; signs++) {
		double w = 0;
		for (unsigned i = 0; i < 12; i++)
			w += signs >> i & 1 ? ranks[i] : 0;
		at_most += w <= got.w_minus ? 1 : 0;
	}
	check_p("p", got.p, 2.0 * at_most / 4096);
	assert_true(got.ties && got.exact);
}

static void test_wilcoxon_noise_and_size(void **state)
{
	(void)state;
	/* 0.8-0.7 and 0.3-0.2 tie; 0.1+0.2 against 0.3 is no difference */
	const double a[] = {0.7, 0.2, 0.3}, b[] = {0.8, 0.3, 0.1 + 0.2};
	struct wilcoxon got = paired_wilcoxon(a, b, 3);
	assert_true(got.n_nonzero == 2 && got.ties && got.w_plus == 3);
	/* 50 exact, 51 normal; at 50 the normal formula comes near the exact figure */
	double zero[51] = {0}, d[51];
	for (size_t i = 0; i < 51; i++)
		d[i] = ((double)i + 1) * (i % 3 == 0 ? -1 : 1);
	struct wilcoxon exact = paired_wilcoxon(zero, d, 50), normal = paired_wilcoxon(zero, d, 51);
	assert_true(exact.exact && !normal.exact);
	double x50 = (fabs(exact.w_plus - 50 * 51 / 4.0) - 0.5) / sqrt(50 * 51 * 101 / 24.0);
	check_within("near", exact.p, erfc(x50 / M_SQRT2), 1e-3);
	double x = (normal.w_plus - 51 * 52 / 4.0 - 0.5) / sqrt(51 * 52 * 103 / 24.0);
	check_p("normal", normal.p, erfc(x / M_SQRT2));
}

/* ---- verdicts, missing values, cancelling */

static struct metric_result row(double p, double delta, size_t n)
{
	return (struct metric_result){
	    .n = n, .min_n = 6, .p = p, .delta = delta, .low = delta - 0.1, .high = delta + 0.1};
}

static void test_verdicts(void **state)
{
	(void)state;
	struct metric_result m[] = {row(0.001, 0.2, 50), row(0.001, 0.2, 50),      row(0.001, 0.2, 50),
	                            row(0.9, 0.2, 50),   row(0.9, 0.2, 5),         row(0.9, 0.03, 50),
	                            row(0.9, 0.03, 50),  row(UNKNOWN_DOUBLE, 1, 2)};
	m[1].lower_is_better = true;
	m[2].ranks_disagree = true;
	m[5].margin = 0.05;
	m[6].margin = 0.2;
	stat_verdicts(m, 8);
	static const enum stat_verdict want[] = {METRIC_BETTER,        METRIC_WORSE,   METRIC_NO_DIFFERENCE,
	                                         METRIC_NO_DIFFERENCE, METRIC_TOO_FEW, METRIC_TOO_FEW,
	                                         METRIC_NO_DIFFERENCE, METRIC_TOO_FEW};
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(m[i].verdict, want[i]);
	check("family of 7", m[0].p_holm, 0.007);
	assert_true(IS_UNKNOWN(m[7].p_holm));
	/* exactly at the margin is not inside */
	struct metric_result edge = row(0.9, 0.1, 50);
	edge.margin = 0.2;
	edge.low = 0;
	edge.high = 0.2;
	stat_verdicts(&edge, 1);
	assert_int_equal(edge.verdict, METRIC_NO_DIFFERENCE);
	edge = row(0.9, -0.1, 50);
	edge.margin = 0.2;
	edge.low = -0.2;
	edge.high = 0;
	stat_verdicts(&edge, 1);
	assert_int_equal(edge.verdict, METRIC_NO_DIFFERENCE);
	edge.low = -0.21;
	stat_verdicts(&edge, 1);
	assert_int_equal(edge.verdict, METRIC_TOO_FEW);
}

static void test_missing(void **state)
{
	(void)state;
	const struct stat_opts opts = STAT_OPTS;
	const double a[] = {1, UNKNOWN_DOUBLE, 0.5, HUGE_VAL, 0.25}, b[] = {0, 1, UNKNOWN_DOUBLE, 1, -0.0};
	struct metric_result got;
	assert_true(stat_score(a, b, 5, &opts, &got));
	assert_true(got.n == 2 && got.b == 0 && !signbit(got.b) && IS_UNKNOWN(got.low) && !IS_UNKNOWN(got.p));
	assert_true(stat_score(a, b, 0, &opts, &got));
	assert_true(got.n == 0 && IS_UNKNOWN(got.a) && IS_UNKNOWN(got.delta) && IS_UNKNOWN(got.p) &&
	            got.test == TEST_NONE && got.cases_needed == UNKNOWN_INT);
	stat_verdicts(&got, 1);
	assert_int_equal(got.verdict, METRIC_TOO_FEW);
	assert_true(stat_rate(a + 1, b + 1, 1, false, &opts, &got) && got.n == 0 && IS_UNKNOWN(got.p));
	/* cases without a latency on one side leave, single missing repeats too */
	const double la[] = {5, UNKNOWN_DOUBLE, 7, UNKNOWN_DOUBLE}, lb[] = {6, 8, 9};
	const size_t oa[] = {0, 2, 3, 4}, ob[] = {0, 1, 2, 3}, none[] = {0};
	const double half = 0.5;
	struct tuples ta = tuples_of(la, oa, 3), tb = tuples_of(lb, ob, 3), empty = tuples_of(la, none, 0);
	assert_true(stat_latency_quantile(&ta, &tb, &half, 1, &opts, &got));
	assert_true(got.n == 2 && got.a == 6 && got.b == 7 && got.delta == 1 && got.test == TEST_NONE);
	assert_true(stat_latency_quantile(&empty, &empty, &half, 1, &opts, &got) && got.n == 0 && IS_UNKNOWN(got.a));
}

static void test_repeats(void **state)
{
	(void)state;
	double repeats[] = {0.3, UNKNOWN_DOUBLE, 0.1, 0.2}, none[] = {UNKNOWN_DOUBLE};
	assert_true(stat_case_mean(repeats, 4) == (0.1 + 0.2 + 0.3) / 3);
	assert_true(IS_UNKNOWN(stat_case_mean(none, 1)) && IS_UNKNOWN(stat_case_share(0, 0, 0)));
	check("share", stat_case_share(2, 1, 1), 0.5);
	static const struct {
		int64_t passed, failed, errored;
		enum stat_majority want;
	} rows[] = {
	    {0, 0, 0, MAJORITY_UNSCORED},
            {2, 1, 0, MAJORITY_PASSED  },
            {1, 1, 0, MAJORITY_FAILED  },
	    {1, 0, 1, MAJORITY_FAILED  },
            {1, 0, 2, MAJORITY_ERROR   },
            {1, 1, 1, MAJORITY_FAILED  },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(stat_case_majority(rows[i].passed, rows[i].failed, rows[i].errored), rows[i].want);
}

static bool at_third(void *arg)
{
	return ++*(int *)arg >= 3;
}

static void test_cancel(void **state)
{
	(void)state;
	struct sample s = sample_new(2, 100, 1);
	int asked = 0;
	struct stat_opts opts = STAT_OPTS;
	opts.boot.cancelled = at_third;
	opts.boot.arg = &asked;
	struct metric_result got;
	assert_false(stat_score(s.a, s.b, s.n, &opts, &got));
	assert_true(asked == 3 && IS_UNKNOWN(got.p) && IS_UNKNOWN(got.delta));
	asked = 0;
	const double half = 0.5;
	struct tuples a = tuples_of(s.latency_a, s.offsets_a, s.n), b = tuples_of(s.latency_b, s.offsets_b, s.n);
	assert_false(stat_latency_quantile(&a, &b, &half, 1, &opts, &got));
	assert_true(asked == 3 && got.n == 0 && IS_UNKNOWN(got.p));
	sample_free(&s);
}

/* Four streams at once draw what each draws alone; also where one of them has to draw again (a word of 0 gives the product 0, which
 * is too small for any n that is no power of two). */
static void test_lanes(void **state)
{
	(void)state;
	static const uint64_t sizes[] = {1, 2, 7, 1000, 99999, UINT64_C(0xffffffff)};
	enum { COUNT = 3000 };
	static uint32_t drawn[COUNT * RNG_LANES];
	for (size_t c = 0; c < 2 * sizeof sizes / sizeof *sizes; c++) {
		uint64_t n = sizes[c / 2];
		struct rng_lanes lanes;
		rng_lanes_init(&lanes, 42, 8);
		if (c % 2)
			lanes.word[1][2] = 0;
		struct rng_lanes before = lanes;
		rng_lanes_indices(&lanes, n, drawn, COUNT / 3);
		rng_lanes_indices(&lanes, n, drawn + COUNT / 3 * RNG_LANES, COUNT - COUNT / 3);
		for (size_t k = 0; k < RNG_LANES; k++) {
			struct rng alone = rng_stream(42, 8 + k);
			alone.word[1] = before.word[1][k];
			for (size_t i = 0; i < COUNT; i++)
				assert_int_equal(drawn[i * RNG_LANES + k], rng_index(&alone, n));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_wilson),
	    cmocka_unit_test(test_mcnemar),
	    cmocka_unit_test(test_newcombe),
	    cmocka_unit_test(test_holm),
	    cmocka_unit_test(test_kappa),
	    cmocka_unit_test(test_kappa_weights),
	    cmocka_unit_test(test_alpha),
	    cmocka_unit_test(test_spearman),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_pass_at_k),
	    cmocka_unit_test(test_drift),
	    cmocka_unit_test(test_cost_volume),
	    cmocka_unit_test(test_generator),
	    cmocka_unit_test(test_index_without_bias),
	    cmocka_unit_test(test_lanes),
	    cmocka_unit_test(test_quantile),
	    cmocka_unit_test(test_quantile_floors),
	    cmocka_unit_test(test_distributions),
	    cmocka_unit_test(test_binomial_quantile),
	    cmocka_unit_test(test_pairs),
	    cmocka_unit_test(test_swap_mirrors),
	    cmocka_unit_test(test_same_runs),
	    cmocka_unit_test(test_row_order),
	    cmocka_unit_test(test_quantile_bootstrap_plainly),
	    cmocka_unit_test(test_one_sample_bootstrap),
	    cmocka_unit_test(test_wilcoxon_by_counting),
	    cmocka_unit_test(test_wilcoxon_noise_and_size),
	    cmocka_unit_test(test_verdicts),
	    cmocka_unit_test(test_missing),
	    cmocka_unit_test(test_repeats),
	    cmocka_unit_test(test_cancel),
	};
	return cmocka_run_group_tests_name("stat", tests, load, unload);
}
