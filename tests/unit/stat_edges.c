/* Statistics at the edges of what they are for: exact there, no figure (NaN) beyond, and nothing half done when cancelled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "store/stat/agree.h"
#include "store/stat/dist.h"
#include "store/stat/rng.h"

#define NONE(figure)        assert_true(IS_UNKNOWN(figure))
#define EXACT(figure, want) assert_true((figure) == (want))

static void no_interval(struct interval i)
{
	NONE(i.low);
	NONE(i.high);
}

static void distributions_outside_their_domain(void **state)
{
	(void)state;
	const double nan = UNKNOWN_DOUBLE;
	for (int i = 0; i < 4; i++) {
		double p = (const double[]){0, 1, -0.1, nan}[i];
		NONE(dist_normal_quantile(p));
		NONE(dist_t_quantile(p, 5));
	}
	NONE(dist_t_quantile(0.9, 0));
	NONE(dist_t_two_sided(nan, 5));
	NONE(dist_t_two_sided(1, 0));
	NONE(dist_t_two_sided(1, nan));
	NONE(dist_incomplete_beta(0, 1, 0.5, 0.5));
	NONE(dist_incomplete_beta(1, 0, 0.5, 0.5));
	NONE(dist_incomplete_beta(1, 1, -0.5, 1.5));
	NONE(dist_incomplete_beta(1, 1, 1.5, -0.5));
	NONE(dist_binomial(0, -1, 0.5));
	NONE(dist_binomial(0, 1, -0.5));
	NONE(dist_binomial(0, 1, 1.5));
}

static void distributions_at_their_edges(void **state)
{
	(void)state;
	EXACT(dist_t_two_sided(INFINITY, 5), 0);
	EXACT(dist_t_two_sided(-INFINITY, 5), 0);
	EXACT(dist_t_two_sided(0, 5), 1);
	EXACT(dist_t_quantile(0.1, 7), -dist_t_quantile(0.9, 7));
	EXACT(dist_normal_quantile(0.5), 0);
	EXACT(dist_incomplete_beta(2, 3, 0, 1), 0);
	EXACT(dist_incomplete_beta(2, 3, 1, 0), 1);
	/* What cannot happen has chance 0; what must has chance 1. */
	EXACT(dist_binomial(-1, 5, 0.5), 0);
	EXACT(dist_binomial(6, 5, 0.5), 0);
	for (int64_t k = 0; k <= 5; k++) {
		EXACT(dist_binomial(k, 5, 0), k == 0);
		EXACT(dist_binomial(k, 5, 1), k == 5);
	}
	EXACT(dist_binomial(0, 0, 0.5), 1);
	assert_int_equal(dist_binomial_quantile(0.5, 9, 0), 0);
	assert_int_equal(dist_binomial_quantile(0.5, 9, 1), 9);
	assert_int_equal(dist_binomial_quantile(0.5, 0, 0.5), 0);
}

static void intervals_without_data(void **state)
{
	(void)state;
	const double one[] = {3}, nan = UNKNOWN_DOUBLE;
	no_interval(interval_wilson(0, 0));
	no_interval(interval_wilson(nan, 5));
	no_interval(interval_newcombe(&(struct pair_table){.both = 0}));
	NONE(interval_quantile_of(one, 0, 0.5));
	NONE(interval_quantile_of(one, 1, -0.1));
	NONE(interval_quantile_of(one, 1, 1.1));
	EXACT(interval_quantile_of(one, 1, 0), 3);
	EXACT(interval_quantile_of(one, 1, 1), 3);
	no_interval(interval_quantile(one, 0, 0.5));
	no_interval(interval_quantile(one, 1, 0));
	no_interval(interval_quantile(one, 1, 1));
	NONE(interval_detectable_rate(3, 0.5));
	NONE(interval_detectable_rate(9, -1));
	NONE(interval_detectable_rate(9, nan));
	NONE(interval_detectable_mean(9, 0));
	assert_true(interval_needed_rate(nan, 0.1) == UNKNOWN_INT && interval_needed_rate(0.1, nan) == UNKNOWN_INT);
	assert_true(interval_needed_mean(5, 1, 1) == UNKNOWN_INT && interval_needed_mean(9, 1, 0) == UNKNOWN_INT);
	/* More cases than can be counted are no figure either. */
	assert_true(interval_needed_mean(9, 1, 1e-12) == UNKNOWN_INT);
	for (int i = 0; i < 4; i++) {
		static const int64_t bad[][3] = {
		    {5, 2,  0},
                    {5, 2,  6},
                    {5, -1, 2},
                    {5, 6,  2}
                };
		NONE(interval_pass_at_k(bad[i][0], bad[i][1], bad[i][2]));
		NONE(interval_pass_hat_k(bad[i][0], bad[i][1], bad[i][2]));
	}
	struct moments m = interval_moments((const double[]){nan, nan}, 2);
	assert_true(m.n == 0 && IS_UNKNOWN(m.mean) && IS_UNKNOWN(m.sd));
	m = interval_moments((const double[]){nan, 4}, 2);
	assert_true(m.n == 1 && m.mean == 4 && IS_UNKNOWN(m.sd));
}

static void times_that_fit_no_integer(void **state)
{
	(void)state;
	assert_int_equal(interval_round_ns(2.5), 3);
	assert_int_equal(interval_round_ns(-2.5), -3);
	assert_true(interval_round_ns(UNKNOWN_DOUBLE) == UNKNOWN_INT);
	assert_true(interval_round_ns(9.3e18) == UNKNOWN_INT && interval_round_ns(-9.3e18) == UNKNOWN_INT);
}

/* Runs without cases, and with nothing known of them, are no runs; the twelve before the newest count. */
static void drift_takes_runs_that_say_something(void **state)
{
	(void)state;
	double passed[20], cases[20], nan = UNKNOWN_DOUBLE;
	for (size_t i = 0; i < 20; i++) {
		passed[i] = 80;
		cases[i] = 100;
	}
	struct drift all = interval_drift_rate(passed, cases, 20, 0.8);
	assert_int_equal(all.k, 12);
	assert_false(all.outside);
	assert_true(interval_drift_rate(passed, cases, 20, 0.5).outside &&
	            interval_drift_rate(passed, cases, 20, 1).outside);
	passed[3] = nan;
	cases[4] = 0;
	cases[5] = nan;
	struct drift some = interval_drift_rate(passed, cases, 6, 0.8);
	assert_int_equal(some.k, 3);
	EXACT(some.center, 0.8);
	assert_int_equal(interval_drift_rate(passed, cases, 2, 0.1).k, 2);
	no_interval(interval_drift_rate(passed, cases, 2, 0.1).band);
	/* Scores: no floor, so what never varied predicts nothing. */
	const double means[] = {0.5, nan, 0.6, 0.55, 0.58}, same[] = {0.5, 0.5, 0.5};
	struct drift score = interval_drift_score(means, 5, 0.55);
	assert_true(score.k == 4 && !score.outside);
	assert_true(interval_drift_score(means, 5, 0).outside && interval_drift_score(means, 5, 1).outside);
	no_interval(interval_drift_score(same, 3, 0.1).band);
	no_interval(interval_drift_score(means, 3, 0.1).band);
}

static void cost_needs_a_price_and_a_volume(void **state)
{
	(void)state;
	NONE(interval_cost_volume(0, 1, 1, 10).total);
	NONE(interval_cost_volume(5, UNKNOWN_DOUBLE, 1, 10).total);
	NONE(interval_cost_volume(5, 1, 1, 0).total);
	struct cost_volume one = interval_cost_volume(1, 2, UNKNOWN_DOUBLE, 10);
	EXACT(one.total, 20);
	NONE(one.high);
	NONE(interval_cost_volume(5, 2, UNKNOWN_DOUBLE, 10).low);
	struct cost_volume fixed = interval_cost_volume(40, 2, 0, 10); /* every task cost the same */
	assert_true(fixed.low == 20 && fixed.high == 20 && fixed.per_task_high == 2 && !fixed.too_few);
	EXACT(interval_cost_volume(3, 0.01, 10, 10).low, 0); /* never below nothing */
}

/* ---------------------------------------------------------------- resampling */

struct patience {
	int left;
};

static bool is_over(void *any)
{
	struct patience *p = any;
	return p->left-- <= 0;
}

static void resampling_without_data_or_spread(void **state)
{
	(void)state;
	const struct boot_opts opts = {.seed = RNG_DEFAULT_SEED};
	const double same[] = {4, 4, 4}, other[] = {5, 5, 5};
	struct interval i;
	no_interval(boot_percentile(NULL, 0));
	double few[] = {3, 1, 2};
	i = boot_percentile(few, 3); /* fewer than forty: the least and the greatest */
	assert_true(i.low == 1 && i.high == 3);
	assert_true(boot_mean(same, 0, &opts, &i));
	no_interval(i);
	assert_true(boot_quantile(same, 0, 0.5, &opts, &i));
	no_interval(i);
	assert_true(boot_paired_mean(same, other, 0, &opts, &i));
	no_interval(i);
	assert_true(boot_mean(same, 3, &opts, &i));
	assert_true(i.low == 4 && i.high == 4);
	assert_true(boot_quantile(same, 3, 0.5, &opts, &i));
	assert_true(i.low == 4 && i.high == 4);
	assert_true(boot_paired_mean(same, other, 3, &opts, &i));
	assert_true(i.low == 1 && i.high == 1);
	assert_int_equal(boot_resamples(5000), 10000);
	assert_int_equal(boot_resamples(5001), 2000);
}

/* Whenever it is cancelled, at the first question or a later one: false, and no half of a figure. */
static void cancelled_means_no_figure(void **state)
{
	(void)state;
	double values[60], other[60];
	size_t offsets[31];
	for (size_t i = 0; i < 60; i++) {
		values[i] = (double)(i * 7 % 10);
		other[i] = (double)(i * 3 % 10);
	}
	for (size_t i = 0; i <= 30; i++)
		offsets[i] = 2 * i;
	const struct tuples units = {values, offsets, 30};
	for (int after = 0; after < 30; after += 7) {
		struct patience p;
		const struct boot_opts opts = {.seed = RNG_DEFAULT_SEED, .cancelled = is_over, .arg = &p};
		struct interval i;
		p.left = after;
		assert_false(boot_mean(values, 60, &opts, &i));
		no_interval(i);
		p.left = after;
		assert_false(boot_quantile(values, 60, 0.5, &opts, &i));
		no_interval(i);
		p.left = after;
		assert_false(boot_paired_mean(values, other, 60, &opts, &i));
		no_interval(i);
		struct alpha alpha;
		p.left = after;
		assert_false(agree_alpha(&units, ALPHA_INTERVAL, &opts, &alpha));
		no_interval(alpha.interval);
	}
}

/* ---------------------------------------------------------------- agreement */

static void agreement_of_nobody(void **state)
{
	(void)state;
	const struct boot_opts opts = {.seed = RNG_DEFAULT_SEED};
	const double nan = UNKNOWN_DOUBLE, alone[] = {1, nan, nan, 2};
	const size_t offsets[] = {0, 2, 4};
	struct alpha alpha;
	assert_true(agree_alpha(&(struct tuples){alone, offsets, 0}, ALPHA_NOMINAL, &opts, &alpha));
	NONE(alpha.alpha);
	assert_true(
	    agree_alpha(&(struct tuples){alone, offsets, 2}, ALPHA_NOMINAL, &opts, &alpha)); /* one rating each */
	NONE(alpha.alpha);
	assert_int_equal(alpha.n_units, 0);
}

/* Means of the same values summed in another order are one value: the order of rows must not move rho. */
static void correlation_ties_what_rounding_parts(void **state)
{
	(void)state;
	double x[16], noisy[16], y[16];
	const double one = (0.9 + 0.8 + 0.7) / 3, other = (0.7 + 0.8 + 0.9) / 3;
	assert_true(one != other); /* else this tests nothing */
	for (size_t i = 0; i < 16; i++) {
		x[i] = i < 6 ? one : (double)i;
		noisy[i] = i < 6 && i % 2 ? other : x[i];
		y[i] = (double)(i * 7 % 16);
	}
	EXACT(agree_spearman(noisy, y, 16).rho, agree_spearman(x, y, 16).rho);
	noisy[1] = one + 1e-6; /* this is no noise */
	assert_true(agree_spearman(noisy, y, 16).rho != agree_spearman(x, y, 16).rho);
}

static void correlation_needs_two_that_vary(void **state)
{
	(void)state;
	double x[16], flat[16];
	for (size_t i = 0; i < 16; i++) {
		x[i] = (double)i;
		flat[i] = 2;
	}
	NONE(agree_spearman(x, flat, 16).rho);
	NONE(agree_spearman(flat, x, 16).rho);
	EXACT(agree_spearman(x, x, 16).rho, 1);
	no_interval(agree_spearman(x, x, 16).interval);
	x[3] = UNKNOWN_DOUBLE;
	flat[5] = UNKNOWN_DOUBLE;
	assert_int_equal(agree_spearman(x, flat, 16).n, 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(distributions_outside_their_domain),
	    cmocka_unit_test(distributions_at_their_edges),
	    cmocka_unit_test(intervals_without_data),
	    cmocka_unit_test(times_that_fit_no_integer),
	    cmocka_unit_test(drift_takes_runs_that_say_something),
	    cmocka_unit_test(cost_needs_a_price_and_a_volume),
	    cmocka_unit_test(resampling_without_data_or_spread),
	    cmocka_unit_test(cancelled_means_no_figure),
	    cmocka_unit_test(agreement_of_nobody),
	    cmocka_unit_test(correlation_ties_what_rounding_parts),
	    cmocka_unit_test(correlation_needs_two_that_vary),
	};
	return cmocka_run_group_tests_name("stat_edges", tests, NULL, NULL);
}
