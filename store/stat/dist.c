#include "store/stat/dist.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "store/base/units.h"

static const double LN_SQRT_2PI = 0.918938533204672741780329736406;

double dist_normal_two_sided(double x)
{
	return erfc(fabs(x) / M_SQRT2);
}

/* Acklam's approximation, relative error 1.15e-9: a start for Halley. */
static double normal_quantile_start(double p)
{
	static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
	                           1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
	static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
	                           6.680131188771972e+01, -1.328068155288572e+01};
	static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
	                           -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
	static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
	                           3.754408661907416e+00};
	if (p < 0.02425) {
		double q = sqrt(-2 * log(p));
		return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
		       ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
	}
	double q = p - 0.5, r = q * q;
	return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
	       (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

double dist_normal_quantile(double p)
{
	if (!(p > 0 && p < 1))
		return UNKNOWN_DOUBLE;
	if (p > 0.5)
		return -dist_normal_quantile(1 - p);
	double x = normal_quantile_start(p);
	for (int i = 0; i < 3; i++) {
		double error = 0.5 * erfc(-x / M_SQRT2) - p;
		double step = error * sqrt(2 * M_PI) * exp(x * x / 2);
		x -= step / (1 + x * step / 2);
	}
	return x;
}

/* log Γ(x) minus Stirling's (x-½)log x - x + ½log 2π, for x >= 10 (Abramowitz & Stegun 6.1.41). */
static double stirling_rest(double x)
{
	double r = 1 / (x * x);
	return (1 / 12.0 -
	        r * (1 / 360.0 - r * (1 / 1260.0 - r * (1 / 1680.0 - r * (1 / 1188.0 - r * 691 / 360360.0))))) /
	       x;
}

static double log_gamma(double x)
{
	int sign; /* lgamma would write the global signgam: a race between threads */
	return lgamma_r(x, &sign);
}

/* log B(a, b) without the cancellation of three large log-gammas (as R's lbeta). */
static double log_beta(double a, double b)
{
	double p = fmin(a, b), q = fmax(a, b);
	if (q < 10)
		return log_gamma(p) + (log_gamma(q) - log_gamma(p + q));
	double rest = stirling_rest(q) - stirling_rest(p + q);
	if (p < 10)
		return log_gamma(p) + rest + p - p * log(p + q) + (q - 0.5) * log1p(-p / (p + q));
	return LN_SQRT_2PI - 0.5 * log(q) + rest + stirling_rest(p) + (p - 0.5) * log(p / (p + q)) +
	       q * log1p(-p / (p + q));
}

static double away_from_zero(double x)
{
	return fabs(x) < 1e-300 ? 1e-300 : x;
}

/* The continued fraction of I_x(a, b), good for x < (a+1)/(a+b+2); about √max(a,b) terms. */
static double beta_fraction(double a, double b, double x)
{
	enum { MAX_TERMS = 200000 };
	double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), h = d;
	for (int m = 1; m < MAX_TERMS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		d = 1 / away_from_zero(1 + even * d);
		c = away_from_zero(1 + even / c);
		h *= d * c;
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 / away_from_zero(1 + odd * d);
		c = away_from_zero(1 + odd / c);
		h *= d * c;
		if (fabs(d * c - 1) < 1e-16)
			break;
	}
	return h;
}

/* log x, taken from y = 1 - x where x is near 1. */
static double log_share(double x, double y)
{
	return x > 0.5 ? log1p(-y) : log(x);
}

double dist_incomplete_beta(double a, double b, double x, double y)
{
	if (!(a > 0 && b > 0 && x >= 0 && x <= 1))
		return UNKNOWN_DOUBLE;
	if (x == 0 || y == 0)
		return x == 0 ? 0 : 1;
	double front = exp(a * log_share(x, y) + b * log_share(y, x) - log_beta(a, b));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, y) / b;
}

double dist_t_two_sided(double t, double df)
{
	if (!(df > 0) || isnan(t))
		return UNKNOWN_DOUBLE;
	if (isinf(t))
		return 0;
	double t2 = t * t;
	return dist_incomplete_beta(df / 2, 0.5, df / (df + t2), t2 / (df + t2));
}

double dist_t_quantile(double p, double df)
{
	if (!(p > 0 && p < 1 && df > 0))
		return UNKNOWN_DOUBLE;
	if (p < 0.5)
		return -dist_t_quantile(1 - p, df);
	double tail = 2 * (1 - p), low = 0, high = 1;
	while (dist_t_two_sided(high, df) > tail && high < 1e300)
		high *= 2;
	for (int i = 0; i < 200; i++) {
		double middle = low + (high - low) / 2;
		if (middle <= low || middle >= high)
			break;
		if (dist_t_two_sided(middle, df) > tail)
			low = middle;
		else
			high = middle;
	}
	return low + (high - low) / 2;
}

/* log n! minus Stirling's formula: exact values below 16, the series beyond (Loader 2000, table 1). */
static double stirling_error(double n)
{
	static const double exact[] = {0,
	                               0.0810614667953272582196702,
	                               0.0413406959554092940938221,
	                               0.02767792568499833914878929,
	                               0.02079067210376509311152277,
	                               0.01664469118982119216319487,
	                               0.01387612882307074799874573,
	                               0.01189670994589177009505572,
	                               0.010411265261972096497478567,
	                               0.009255462182712732917728637,
	                               0.008330563433362871256469318,
	                               0.007573675487951840794972024,
	                               0.006942840107209529865664152,
	                               0.006408994188004207068439631,
	                               0.005951370112758847735624416,
	                               0.005554733551962801371038690};
	return n < 16 ? exact[(size_t)n] : stirling_rest(n);
}

/* Deviance x·log(x/m) + m - x, by its series where x is near m (Loader 2000, section 3). */
static double deviance(double x, double m)
{
	if (fabs(x - m) >= 0.1 * (x + m))
		return x * log(x / m) + m - x;
	double v = (x - m) / (x + m), sum = (x - m) * v, term = 2 * x * v;
	for (int j = 1; j < 1000; j++) {
		term *= v * v;
		double next = sum + term / (2 * j + 1);
		if (next == sum)
			break;
		sum = next;
	}
	return sum;
}

double dist_binomial(int64_t k, int64_t n, double p)
{
	if (!(n >= 0 && p >= 0 && p <= 1))
		return UNKNOWN_DOUBLE;
	if (k < 0 || k > n)
		return 0;
	if (p == 0 || p == 1)
		return (p == 0 ? k == 0 : k == n) ? 1 : 0;
	double dn = (double)n, dk = (double)k, rest = (double)(n - k);
	if (k == 0 || k == n)
		return exp(dn * (k == 0 ? log1p(-p) : log(p)));
	double log_main = stirling_error(dn) - stirling_error(dk) - stirling_error(rest) - deviance(dk, dn * p) -
	                  deviance(rest, dn * (1 - p));
	return exp(log_main) * sqrt(dn / (2 * M_PI * dk * rest));
}

/* P(K <= k), summed from the term next to the mean outwards, so that it ends after some standard deviations. */
static double binomial_at_most(int64_t k, int64_t n, double p)
{
	bool upper = (double)k >= (double)n * p;
	int64_t i = upper ? k + 1 : k;
	double term = dist_binomial(i, n, p), sum = 0, odds = p / (1 - p);
	while (i >= 0 && i <= n && term > sum * 1e-18) {
		sum += term;
		if (upper)
			term *= (double)(n - i) / (double)(i + 1) * odds;
		else
			term *= (double)i / (double)(n - i + 1) / odds;
		i += upper ? 1 : -1;
	}
	return upper ? 1 - sum : sum;
}

int64_t dist_binomial_quantile(double q, int64_t n, double p)
{
	if (p == 0 || p == 1 || n <= 0)
		return p == 1 ? n : 0;
	int64_t low = 0, high = n; /* the answer lies in low..high */
	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		if (binomial_at_most(middle, n, p) >= q)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
