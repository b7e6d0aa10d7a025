#include "store/base/units.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S 1000000000LL

static const char dash[] = "\xE2\x80\x93";

/* ---- decimal numbers as text */

enum { DIGITS_MAX = 40 };

/* 0.d1 d2 d3 … times 10^point; no leading zeros; n 0 is zero. Digits after the 40th matter to nothing here. */
struct decimal {
	bool negative;
	int n;
	int64_t point;
	unsigned char digit[DIGITS_MAX];
};

static bool take_digit(struct str *s, unsigned *digit)
{
	if (s->len == 0 || s->ptr[0] < '0' || s->ptr[0] > '9')
		return false;
	*digit = (unsigned)(s->ptr[0] - '0');
	*s = str_from(*s, 1);
	return true;
}

static bool take_char(struct str *s, const char *any_of)
{
	if (s->len == 0 || s->ptr[0] == '\0' || !strchr(any_of, s->ptr[0]))
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool take_exponent(struct str *s, int64_t *exponent)
{
	bool negative = s->len && s->ptr[0] == '-';
	unsigned digit;
	take_char(s, "+-");
	if (!take_digit(s, &digit))
		return false;
	*exponent = digit;
	while (take_digit(s, &digit))
		if (*exponent < 1000000)
			*exponent = *exponent * 10 + digit;
	if (negative)
		*exponent = -*exponent;
	return true;
}

static void add_digit(struct decimal *d, unsigned digit, bool before_point)
{
	if (d->n == 0 && digit == 0) {
		d->point -= !before_point;
		return;
	}
	if (d->n < DIGITS_MAX)
		d->digit[d->n++] = (unsigned char)digit;
	d->point += before_point;
}

static bool parse_decimal(struct str s, struct decimal *d)
{
	*d = (struct decimal){0};
	s = str_trim(s);
	d->negative = s.len && s.ptr[0] == '-';
	take_char(&s, "+-");
	bool any = false;
	unsigned digit;
	while (take_digit(&s, &digit)) {
		add_digit(d, digit, true);
		any = true;
	}
	if (take_char(&s, ".")) {
		while (take_digit(&s, &digit)) {
			add_digit(d, digit, false);
			any = true;
		}
	}
	int64_t exponent = 0;
	if (!any || (take_char(&s, "eE") && !take_exponent(&s, &exponent)) || s.len)
		return false;
	d->point += exponent;
	return true;
}

/* The decimal times 10^shift, rounded half away from zero. False: saturated. */
static bool scale(const struct decimal *d, int shift, int64_t *out)
{
	int64_t whole = d->point + shift; /* digits before the point after scaling */
	uint64_t limit = (uint64_t)INT64_MAX, value = 0;
	bool fits = true;
	for (int64_t i = 0; d->n && i < whole && fits; i++) {
		uint64_t digit = i < d->n ? d->digit[i] : 0;
		fits = !__builtin_mul_overflow(value, 10U, &value) && !__builtin_add_overflow(value, digit, &value) &&
		       value <= limit;
	}
	if (fits && whole >= 0 && whole < d->n && d->digit[whole] >= 5)
		fits = ++value <= limit;
	if (!fits)
		value = limit;
	*out = d->negative ? -(int64_t)value : (int64_t)value;
	return fits;
}

bool units_epoch(struct str literal, int64_t *ns)
{
	struct decimal d;
	if (!parse_decimal(literal, &d))
		return false;
	int64_t digits = d.n ? d.point : 0; /* of the integer part: 12 or more are 1e11 or more */
	int shift = digits <= 11 ? 9 : digits <= 14 ? 6 : digits <= 17 ? 3 : 0;
	return scale(&d, shift, ns);
}

bool units_seconds(struct str literal, int64_t *ns)
{
	struct decimal d;
	if (!parse_decimal(literal, &d))
		return false;
	scale(&d, 9, ns);
	return true;
}

int64_t units_between(int64_t start_ns, int64_t end_ns)
{
	int64_t ns;
	if (start_ns == TIME_UNKNOWN || end_ns == TIME_UNKNOWN || end_ns < start_ns)
		return TIME_UNKNOWN;
	return __builtin_sub_overflow(end_ns, start_ns, &ns) ? INT64_MAX : ns;
}

/* ---- the calendar: days ↔ civil dates (Hinnant, "chrono-Compatible Low-Level Date Algorithms") */

struct civil {
	int64_t year;
	int month, day, hour, minute, second;
	int64_t nanosecond;
};

static int64_t days_of(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static struct civil civil_of(int64_t ns)
{
	int64_t seconds = ns / NS_PER_S - (ns % NS_PER_S < 0);
	int64_t days = seconds / 86400 - (seconds % 86400 < 0), left = seconds - days * 86400;
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	return (struct civil){
	    .year = yoe + era * 400 + (month <= 2),
	    .month = month,
	    .day = (int)(doy - (153 * mp + 2) / 5 + 1),
	    .hour = (int)(left / 3600),
	    .minute = (int)(left / 60 % 60),
	    .second = (int)(left % 60),
	    .nanosecond = ns - seconds * NS_PER_S,
	};
}

/* ---- ISO 8601 */

static bool take_number(struct str *s, int digits, int low, int high, int *out)
{
	unsigned digit;
	*out = 0;
	for (int i = 0; i < digits; i++) {
		if (!take_digit(s, &digit))
			return false;
		*out = *out * 10 + (int)digit;
	}
	return *out >= low && *out <= high;
}

static bool take_date(struct str *s, struct civil *c)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year;
	if (!take_number(s, 4, 0, 9999, &year) || !take_char(s, "-") || !take_number(s, 2, 1, 12, &c->month) ||
	    !take_char(s, "-") || !take_number(s, 2, 1, days[c->month - 1], &c->day))
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	c->year = year;
	return c->month != 2 || c->day != 29 || leap;
}

static bool take_fraction(struct str *s, int64_t *ns)
{
	unsigned digit;
	int64_t unit = NS_PER_S / 10;
	if (!take_digit(s, &digit))
		return false;
	do {
		*ns += digit * unit;
		unit /= 10;
	} while (take_digit(s, &digit));
	return true;
}

static bool take_clock(struct str *s, struct civil *c)
{
	if (!take_number(s, 2, 0, 23, &c->hour) || !take_char(s, ":") || !take_number(s, 2, 0, 59, &c->minute))
		return false;
	if (!take_char(s, ":"))
		return true;
	if (!take_number(s, 2, 0, 60, &c->second)) /* 60: a leap second is the next minute's first */
		return false;
	return !take_char(s, ".,") || take_fraction(s, &c->nanosecond);
}

static bool take_zone(struct str *s, int *offset_seconds, bool *zoneless)
{
	int hours, minutes = 0;
	*offset_seconds = 0;
	*zoneless = s->len == 0;
	if (*zoneless)
		return true;
	if (str_is(*s, "Z") || str_is(*s, "z") || str_is(*s, "UTC") || str_is(*s, " UTC")) {
		*s = STR_NONE;
		return true;
	}
	take_char(s, " ");
	bool negative = s->len && s->ptr[0] == '-';
	if (!take_char(s, "+-") || !take_number(s, 2, 0, 23, &hours))
		return false;
	if (s->len && ((take_char(s, ":") && s->len == 0) || !take_number(s, 2, 0, 59, &minutes)))
		return false;
	*offset_seconds = (negative ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

bool units_iso(struct str text, int64_t *ns, bool *zoneless)
{
	struct civil c = {0};
	struct str s = str_trim(text);
	int offset = 0;
	bool no_zone = true;
	if (!take_date(&s, &c))
		return false;
	if (s.len && (!take_char(&s, "Tt ") || !take_clock(&s, &c) || !take_zone(&s, &offset, &no_zone) || s.len))
		return false;
	int64_t seconds = days_of(c.year, c.month, c.day) * 86400 + c.hour * 3600 + c.minute * 60 + c.second - offset;
	int64_t whole;
	if (seconds < 0 && c.nanosecond) { /* the earliest second begins before INT64_MIN ns */
		seconds++;
		c.nanosecond -= NS_PER_S;
	}
	if (__builtin_mul_overflow(seconds, NS_PER_S, &whole) || __builtin_add_overflow(whole, c.nanosecond, ns) ||
	    *ns == TIME_UNKNOWN)
		return false;
	if (zoneless)
		*zoneless = no_zone;
	return true;
}

void units_iso_print(struct buf *out, int64_t ns)
{
	if (ns == TIME_UNKNOWN)
		return;
	struct civil c = civil_of(ns);
	buf_printf(out, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d.%09" PRId64 "Z", c.year, c.month, c.day, c.hour,
	           c.minute, c.second, c.nanosecond);
}

/* ---- times in the local zone */

bool units_local(int64_t ns, struct tm *tm)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, tzset); /* localtime_r alone need not look at TZ */
	time_t seconds = (time_t)(ns / NS_PER_S - (ns % NS_PER_S < 0));
	return ns != TIME_UNKNOWN && localtime_r(&seconds, tm);
}

void units_time(struct buf *out, int64_t ns, int64_t now_ns)
{
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm t, now;
	if (!units_local(ns, &t)) {
		buf_add_cstr(out, dash);
		return;
	}
	bool known = units_local(now_ns, &now);
	if (known && t.tm_year == now.tm_year && t.tm_yday == now.tm_yday)
		buf_printf(out, "%02d:%02d:%02d", t.tm_hour, t.tm_min, t.tm_sec);
	else if (known && t.tm_year == now.tm_year)
		buf_printf(out, "%d %s %02d:%02d", t.tm_mday, months[t.tm_mon], t.tm_hour, t.tm_min);
	else
		buf_printf(out, "%04d-%02d-%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
}

void units_time_full(struct buf *out, int64_t ns)
{
	struct tm t;
	if (!units_local(ns, &t)) {
		buf_add_cstr(out, dash);
		return;
	}
	int64_t ms = civil_of(ns).nanosecond / 1000000;
	long minutes = labs(t.tm_gmtoff) / 60;
	buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d.%03" PRId64 " %c%02ld:%02ld", t.tm_year + 1900, t.tm_mon + 1,
	           t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, ms, t.tm_gmtoff < 0 ? '-' : '+', minutes / 60,
	           minutes % 60);
}

/* ---- durations and counts */

static uint64_t magnitude(int64_t n)
{
	return n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
}

static uint64_t round_to(uint64_t n, uint64_t unit)
{
	return n / unit + (n % unit >= unit - unit / 2);
}

static void add_short_duration(struct buf *out, uint64_t ns, const char *us)
{
	uint64_t tenths_us = round_to(ns, 100), whole_us = round_to(ns, 1000), hundredths_ms = round_to(ns, 10000);
	if (ns < 1000)
		buf_printf(out, "%" PRIu64 "ns", ns);
	else if (tenths_us < 1000)
		buf_printf(out, "%" PRIu64 ".%" PRIu64 "%s", tenths_us / 10, tenths_us % 10, us);
	else if (whole_us < 1000)
		buf_printf(out, "%" PRIu64 "%s", whole_us, us);
	else
		buf_printf(out, "%" PRIu64 ".%02" PRIu64 "ms", hundredths_ms / 100, hundredths_ms % 100);
}

static void add_long_duration(struct buf *out, uint64_t ns)
{
	uint64_t s = round_to(ns, 1000000000U), m = round_to(ns, 60000000000U), h = round_to(ns, 3600000000000U);
	if (s < 3600)
		buf_printf(out, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else if (m < 1440)
		buf_printf(out, "%" PRIu64 "h%02" PRIu64 "m", m / 60, m % 60);
	else if (h < 24000)
		buf_printf(out, "%" PRIu64 "d%02" PRIu64 "h", h / 24, h % 24);
	else
		buf_printf(out, "%" PRIu64 "d", h / 24);
}

static struct units_forms chosen;

void units_choose(struct units_forms forms)
{
	chosen = forms;
}

/* False: not in this form within 7 columns. */
static bool add_ms(struct buf *out, uint64_t n)
{
	uint64_t ms = round_to(n, 1000000), hundredths = round_to(n, 10000);
	if (hundredths < 1 || ms > 99999)
		return false;
	if (hundredths < 1000)
		buf_printf(out, "%" PRIu64 ".%02" PRIu64 "ms", hundredths / 100, hundredths % 100);
	else
		buf_printf(out, "%" PRIu64 "ms", ms);
	return true;
}

static bool add_seconds(struct buf *out, uint64_t n)
{
	uint64_t s = round_to(n, 1000000000), tenths = round_to(n, 100000000), hundredths = round_to(n, 10000000),
	         tenths_ms = round_to(n, 100000);
	if (tenths_ms < 1 || s > 999999)
		return false;
	if (tenths_ms < 100)
		buf_printf(out, "0.%04" PRIu64 "s", tenths_ms);
	else if (hundredths < 10000)
		buf_printf(out, "%" PRIu64 ".%02" PRIu64 "s", hundredths / 100, hundredths % 100);
	else if (tenths < 100000)
		buf_printf(out, "%" PRIu64 ".%" PRIu64 "s", tenths / 10, tenths % 10);
	else
		buf_printf(out, "%" PRIu64 "s", s);
	return true;
}

void units_duration(struct buf *out, int64_t ns, bool ascii)
{
	size_t from = out->len;
	if (ns != UNKNOWN_INT && ns < 0)
		buf_add_char(out, '-');
	if (ns != UNKNOWN_INT && ((chosen.durations == UNITS_MS && add_ms(out, magnitude(ns))) ||
	                          (chosen.durations == UNITS_S && add_seconds(out, magnitude(ns)))))
		return;
	out->len = from;
	units_duration_usual(out, ns, ascii);
}

void units_duration_usual(struct buf *out, int64_t ns, bool ascii)
{
	if (ns == UNKNOWN_INT) {
		buf_add_cstr(out, dash);
		return;
	}
	if (ns < 0)
		buf_add_char(out, '-');
	uint64_t n = magnitude(ns), hundredths = round_to(n, 10000000);
	if (n == 0)
		buf_add_cstr(out, "0s");
	else if (round_to(n, 10000) < 1000) /* below 10 ms once rounded */
		add_short_duration(out, n, ascii ? "us" : "\xC2\xB5s");
	else if (hundredths < 10000)
		buf_printf(out, "%" PRIu64 ".%02" PRIu64 "s", hundredths / 100, hundredths % 100);
	else
		add_long_duration(out, n);
}

void units_count(struct buf *out, int64_t n)
{
	if (n == UNKNOWN_INT) {
		buf_add_cstr(out, dash);
		return;
	}
	if (n < 0)
		buf_add_char(out, '-');
	uint64_t value = magnitude(n), unit = 1000;
	if (value < (chosen.exact_counts ? 100000U : 1000U)) {
		buf_printf(out, "%" PRIu64, value);
		return;
	}
	const char *suffix = "kMGTPE";
	while (suffix[1] && round_to(value, unit) >= 1000) {
		unit *= 1000;
		suffix++;
	}
	uint64_t tenths = round_to(value, unit / 10), hundredths = round_to(value, unit / 100);
	if (unit > 1000 && hundredths < 1000)
		buf_printf(out, "%" PRIu64 ".%02" PRIu64 "%c", hundredths / 100, hundredths % 100, *suffix);
	else if (tenths < (unit > 1000 ? 1000U : 100U))
		buf_printf(out, "%" PRIu64 ".%" PRIu64 "%c", tenths / 10, tenths % 10, *suffix);
	else
		buf_printf(out, "%" PRIu64 "%c", round_to(value, unit), *suffix);
}

/* Digits with a comma after every third from the right. */
static void add_grouped(struct buf *out, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf_add_char(out, ',');
		buf_add_char(out, digits[i]);
	}
}

void units_thousands(struct buf *out, int64_t n)
{
	if (n == UNKNOWN_INT) {
		buf_add_cstr(out, dash);
		return;
	}
	if (n < 0)
		buf_add_char(out, '-');
	add_grouped(out, magnitude(n));
}

void units_bytes(struct buf *out, uint64_t bytes)
{
	static const char *const names[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	if (bytes < 1000) {
		buf_printf(out, "%" PRIu64 " B", bytes);
		return;
	}
	uint64_t unit = 1000;
	int i = 0;
	for (; i < 5 && round_to(bytes, unit) >= 1000; i++)
		unit *= 1000;
	uint64_t tenths = round_to(bytes, unit / 10);
	if (tenths < 1000)
		buf_printf(out, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, names[i]);
	else
		buf_printf(out, "%" PRIu64 " %s", round_to(bytes, unit), names[i]);
}

/* ---- doubles: a point whatever the locale */

static locale_t c_locale;

static void make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!c_locale)
		err_die("out of memory (locale)");
}

static locale_t enter_c_locale(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_c_locale);
	return uselocale(c_locale);
}

static void add_fixed(struct buf *out, double d, int decimals)
{
	locale_t old = enter_c_locale();
	buf_printf(out, "%.*f", decimals, d);
	uselocale(old);
}

static void add_general(struct buf *out, double d, int digits)
{
	locale_t old = enter_c_locale();
	buf_printf(out, "%.*g", digits, d);
	uselocale(old);
}

/* Takes zeros off the end of the decimals, down to `keep` of them. */
static void drop_zeros(struct buf *out, size_t from, size_t keep)
{
	size_t point = str_find_char(str_from(buf_str(out), from), '.');
	if (point == SIZE_MAX)
		return;
	size_t min = from + point + (keep ? 1 + keep : 0);
	while (out->len > min && (out->ptr[out->len - 1] == '0' || out->ptr[out->len - 1] == '.'))
		out->len--;
	out->ptr[out->len] = '\0';
}

/* Below a dollar: 3 significant digits, 2 if tiny, never fewer than 2 decimals. */
static void add_cents(struct buf *out, double usd)
{
	int digits = usd < 0.001 ? 2 : 3;
	int decimals = digits - 1 - (int)floor(log10(usd));
	size_t from = out->len;
	add_fixed(out, usd, decimals);
	drop_zeros(out, from, 2);
}

void units_usd(struct buf *out, double usd)
{
	if (IS_UNKNOWN(usd)) {
		buf_add_cstr(out, dash);
		return;
	}
	double d = fabs(usd);
	buf_add_cstr(out, usd < 0 ? "-$" : "$");
	if (d == 0) {
		buf_add_char(out, '0');
	} else if (d < 1e-9) {
		buf_add_cstr(out, "0.00"); /* nothing anybody is billed */
	} else if (d < 1) {
		add_cents(out, d);
	} else if (d < 999.995) {
		size_t from = out->len;
		add_fixed(out, d, 2);
		if (str_ends(buf_str(out), ".00"))
			drop_zeros(out, from, 0);
	} else if (d < 1e15) {
		add_grouped(out, (uint64_t)(d + 0.5));
	} else {
		add_general(out, d, 3);
	}
}

/* Two digits: more would be a claim. */
void units_usd_about(struct buf *out, double usd)
{
	if (IS_UNKNOWN(usd)) {
		buf_add_cstr(out, dash);
	} else if (usd > 0 && usd < 0.001) {
		buf_add_cstr(out, "~<$0.001");
	} else if (usd >= 0.001 && usd < 1) {
		buf_add_cstr(out, "~$");
		size_t from = out->len;
		add_fixed(out, usd, usd < 0.0995 ? usd < 0.00995 ? 4 : 3 : 2);
		drop_zeros(out, from, 2);
	} else if (usd >= 99999.5 && usd < 1e15) {
		buf_add_cstr(out, "~$");
		units_count(out, (int64_t)usd);
	} else {
		buf_add_char(out, '~');
		units_usd(out, usd);
	}
}

void units_percent(struct buf *out, double share)
{
	if (IS_UNKNOWN(share)) {
		buf_add_cstr(out, dash);
		return;
	}
	bool exact = share == 0 || share == 1;
	double percent = share * 100;
	if (share > 0 && percent < 0.1)
		percent = 0.1; /* 0% and 100% are claims of their own */
	else if (share < 1 && percent > 99.9)
		percent = 99.9;
	if (fabs(percent) >= 1e6)
		add_general(out, percent, 3);
	else
		add_fixed(out, percent, exact ? 0 : 1);
	buf_add_char(out, '%');
}

void units_double(struct buf *out, double d)
{
	char text[40];
	if (!isfinite(d)) {
		buf_add_cstr(out, "null");
		return;
	}
	locale_t old = enter_c_locale();
	for (int digits = fabs(d) < 1e-307 ? 1 : 15; digits <= 17; digits++) { /* subnormals have fewer digits */
		snprintf(text, sizeof text, "%.*g", digits, d);
		if (strtod(text, NULL) == d)
			break;
	}
	uselocale(old);
	buf_add_cstr(out, text);
}

void units_score(struct buf *out, double d)
{
	if (IS_UNKNOWN(d)) {
		buf_add_cstr(out, dash);
		return;
	}
	if (fabs(d) < 0.0005 && d != 0) {
		add_general(out, d, 2);
		return;
	}
	if (fabs(d) >= 1e9) {
		add_general(out, d, 4);
		return;
	}
	size_t from = out->len;
	add_fixed(out, d == 0 ? 0 : d, 3);
	drop_zeros(out, from, 0);
}
