/* Values of the filter language: numbers with units, times, words of a list. */
#include <math.h>
#include <time.h>

#include "store/base/scan.h"
#include "store/base/units.h"
#include "store/query/filter_private.h"

#define NS_PER_S INT64_C(1000000000)

const char *filter_op_text(enum filter_op op)
{
	switch (op) {
	case OP_COLON: return ":";
	case OP_IS: return "=";
	case OP_CONTAINS: return "~";
	case OP_BELOW: return "<";
	case OP_ABOVE: return ">";
	case OP_AT_MOST: return "<=";
	case OP_AT_LEAST: return ">=";
	}
	return ":";
}

bool filter_op_fits(enum field_type type, enum filter_op op, struct buf *expected)
{
	bool equal = op == OP_COLON || op == OP_IS;
	switch (type) {
	case TYPE_WORD:
	case TYPE_ID:
	case TYPE_FOUND:
	case TYPE_TEXT:
		if (!equal && op != OP_CONTAINS)
			buf_add_cstr(expected, "one of : = ~");
		return equal || op == OP_CONTAINS;
	case TYPE_DURATION:
	case TYPE_COUNT:
	case TYPE_MONEY:
	case TYPE_RATE:
	case TYPE_TIME:
	case TYPE_SCORE_MEAN:
	case TYPE_NUMBER:
		if (op == OP_CONTAINS)
			buf_add_cstr(expected, "one of : = < > <= >=");
		return op != OP_CONTAINS;
	case TYPE_SINCE:
	case TYPE_UNTIL:
	case TYPE_FIELD:
	case TYPE_STEP:
	case TYPE_ENUM:
	case TYPE_HAS:
		if (!equal)
			buf_add_cstr(expected, "a colon");
		return equal;
	case TYPE_SCORE: return true;
	}
	return true;
}

/* ---------------------------------------------------------------- numbers and units */

struct unit {
	const char *name;
	double times;
};
static const struct unit durations[] = {
    {"ns",        1       },
    {"us",        1e3     },
    {"\xc2\xb5s", 1e3     }, /* MICRO SIGN */
    {"\xce\xbcs", 1e3     }, /* GREEK SMALL LETTER MU */
    {"ms",        1e6     },
    {"s",         1e9     },
    {"m",         60e9    },
    {"min",       60e9    },
    {"h",         3600e9  },
    {"d",         86400e9 },
    {"w",         604800e9},
    {NULL,        0       },
};
static const struct unit counts[] = {
    {"",   1  },
    {"k",  1e3},
    {"m",  1e6},
    {"g",  1e9},
    {"b",  1e9},
    {NULL, 0  },
};
static const struct unit plain[] = {
    {"",   1},
    {NULL, 0},
};
static const struct unit rates[] = {
    {"",   1   },
    {"%",  0.01},
    {NULL, 0   },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes a decimal number off text from *at on. */
static bool take_number(struct str text, size_t *at, double *out)
{
	size_t end = *at;
	if (end < text.len && text.ptr[end] == '-')
		end++;
	while (end < text.len && (is_digit(text.ptr[end]) || text.ptr[end] == '.'))
		end++;
	/* An exponent only if digits follow: "2e" is 2 with a unit that is none. */
	if (end + 1 < text.len && (text.ptr[end] == 'e' || text.ptr[end] == 'E')) {
		size_t digits = end + 1 + (text.ptr[end + 1] == '-' || text.ptr[end + 1] == '+');
		if (digits < text.len && is_digit(text.ptr[digits]))
			for (end = digits; end < text.len && is_digit(text.ptr[end]);)
				end++;
	}
	if (end == *at || !scan_double(str_cut(text, *at, end - *at), out))
		return false;
	*at = end;
	return true;
}

static bool take_unit(struct str text, size_t *at, const struct unit *units, double *times)
{
	size_t end = *at;
	while (end < text.len && !is_digit(text.ptr[end]) && text.ptr[end] != '.')
		end++;
	for (; units->name; units++)
		if (str_ieq(str_cut(text, *at, end - *at), units->name)) {
			*times = units->times;
			*at = end;
			return true;
		}
	return false;
}

static int64_t whole(double d)
{
	if (d >= 9.2e18)
		return INT64_MAX;
	return d <= -9.2e18 ? -INT64_MAX : (int64_t)llround(d);
}

/* "2s", "1m30s", "500ms"; a bare number has no meaning but 0. */
static bool read_duration(struct str text, double *ns, size_t *at)
{
	double sum = 0, number, times;
	*at = 0;
	if (str_is(text, "0")) {
		*ns = 0;
		return true;
	}
	do {
		if (!take_number(text, at, &number) || !take_unit(text, at, durations, &times))
			return false;
		sum += number * times;
	} while (*at < text.len);
	*ns = sum;
	return true;
}

static bool read_number(struct str text, const struct unit *units, double *out, size_t *at)
{
	double number, times;
	*at = 0;
	if (!take_number(text, at, &number) || !take_unit(text, at, units, &times) || *at < text.len)
		return false;
	if (times < 1)
		return scan_percent(str_cut(text, 0, text.len - 1), out);
	*out = number * times;
	return true;
}

static void set_number(struct filter_value *v, double d)
{
	bool is_whole = fabs(d) < 9e15 && d == floor(d);
	v->type = is_whole ? VALUE_INT : VALUE_DOUBLE;
	v->i = is_whole ? whole(d) : 0;
	v->d = d;
}

/* ---------------------------------------------------------------- times */

static bool local_ns(struct tm *tm, int64_t *ns)
{
	tm->tm_isdst = -1;
	time_t seconds = mktime(tm);
	return !__builtin_mul_overflow((int64_t)seconds, NS_PER_S, ns) && *ns != TIME_UNKNOWN;
}

/* The day a moment lies in, `days` later: from local midnight to the next. */
static bool local_day(const struct tm *of, int days, struct filter_value *v)
{
	struct tm from = {.tm_year = of->tm_year, .tm_mon = of->tm_mon, .tm_mday = of->tm_mday + days};
	struct tm end = {.tm_year = of->tm_year, .tm_mon = of->tm_mon, .tm_mday = of->tm_mday + days + 1};
	v->type = VALUE_DAY;
	return local_ns(&from, &v->i) && local_ns(&end, &v->end);
}

static time_t seconds_of(int64_t ns)
{
	return (time_t)(ns / NS_PER_S - (ns % NS_PER_S < 0));
}

static bool read_day_word(struct str text, int64_t now_ns, struct filter_value *v)
{
	bool today = str_ieq(text, "today");
	time_t now = seconds_of(now_ns);
	struct tm tm;
	if (!today && !str_ieq(text, "yesterday"))
		return false;
	BUG_ON(!localtime_r(&now, &tm)); /* 64 bits of ns are years a calendar has */
	return local_day(&tm, today ? 0 : -1, v);
}

/* A time without a zone is a time on the wall here, unlike in a source, where it is UTC. */
static bool read_iso(struct str text, struct filter_value *v)
{
	int64_t ns;
	bool zoneless = false;
	if (!units_iso(text, &ns, &zoneless))
		return false;
	v->type = VALUE_INT;
	v->i = ns;
	if (!zoneless)
		return true;
	time_t seconds = seconds_of(ns);
	struct tm tm;
	BUG_ON(!gmtime_r(&seconds, &tm));
	if (str_find_char(text, ':') == SIZE_MAX)
		return local_day(&tm, 0, v);
	int64_t rest = ns - (int64_t)seconds * NS_PER_S;
	return local_ns(&tm, &v->i) && !__builtin_add_overflow(v->i, rest, &v->i);
}

static bool read_time(struct filter_term *term, struct str text, int64_t now_ns, size_t *at)
{
	struct filter_value *v = &term->value;
	double ago;
	if (read_day_word(text, now_ns, v) || read_iso(text, v)) {
		*at = 0;
	} else if (read_duration(text, &ago, at)) {
		v->type = VALUE_INT;
		if (__builtin_sub_overflow(now_ns, whole(ago), &v->i))
			v->i = ago < 0 ? INT64_MAX : INT64_MIN + 1;
	} else {
		/* Whatever looks like a date is faulted as a whole. */
		if (str_find_char(text, '-') != SIZE_MAX)
			*at = 0;
		return false;
	}
	bool is_range = term->field->type == TYPE_TIME && (term->op == OP_COLON || term->op == OP_IS);
	if (v->type == VALUE_DAY && !is_range)
		v->type = VALUE_INT;
	return true;
}

/* ---------------------------------------------------------------- words of a list, scores */

static bool read_enum(const struct field *f, struct str text, struct filter_value *v)
{
	int value;
	if (!f->words->named(text, &value))
		return false;
	v->type = VALUE_INT;
	v->i = value;
	return true;
}

static bool read_has(const struct field *f, struct str text, struct filter_value *v)
{
	for (const struct field_has *has = f->has; has->word; has++)
		if (str_ieq(text, has->word)) {
			v->type = VALUE_HAS;
			v->has = has->sql;
			return true;
		}
	return false;
}

/* A number is compared with the score's value, anything else with its label. */
static bool read_score(struct filter_term *term, struct str text, size_t *at)
{
	double d;
	if (!term->quoted && term->op != OP_CONTAINS && read_number(text, rates, &d, at)) {
		set_number(&term->value, d);
		return true;
	}
	*at = 0;
	term->value.type = VALUE_TEXT;
	return term->op == OP_COLON || term->op == OP_IS || term->op == OP_CONTAINS;
}

static bool read_rate(struct str text, struct filter_value *v, size_t *at)
{
	double d;
	if (!read_number(text, rates, &d, at))
		return false;
	*at = 0;
	set_number(v, d);
	return d >= 0 && d <= 1;
}

bool filter_value_read(struct filter_term *term, struct str text, int64_t now_ns, size_t *at, struct buf *expected)
{
	const struct field *f = term->field;
	struct filter_value *v = &term->value;
	double d = 0;
	bool ok = true;
	*v = (struct filter_value){.type = VALUE_TEXT, .text = text};
	*at = 0;
	switch (f->type) {
	case TYPE_WORD:
	case TYPE_ID:
	case TYPE_FIELD:
	case TYPE_STEP:
	case TYPE_FOUND:
	case TYPE_TEXT: return true;
	case TYPE_DURATION:
		ok = read_duration(text, &d, at);
		v->type = VALUE_INT;
		v->i = whole(d);
		if (!ok)
			buf_add_cstr(expected, "a duration with its unit: 2s, 500ms, 1m30s");
		return ok;
	case TYPE_COUNT:
	case TYPE_SCORE_MEAN:
	case TYPE_NUMBER:
		ok = read_number(text, f->type == TYPE_COUNT ? counts : rates, &d, at);
		set_number(v, d);
		if (!ok)
			buf_add_cstr(expected, f->type == TYPE_COUNT ? "a number: 12, 4k, 1.5M" : "a number: 0.5");
		return ok;
	case TYPE_MONEY: {
		size_t sign = str_starts(text, "$");
		ok = read_number(str_from(text, sign), plain, &d, at);
		*at += sign;
		set_number(v, d);
		if (!ok)
			buf_add_cstr(expected, "US dollars: 0.01, $0.01");
		return ok;
	}
	case TYPE_RATE:
		ok = read_rate(text, v, at);
		if (!ok)
			buf_add_cstr(expected, "a rate: 0.9, 90%");
		return ok;
	case TYPE_TIME:
	case TYPE_SINCE:
	case TYPE_UNTIL:
		ok = read_time(term, text, now_ns, at);
		if (!ok)
			buf_add_cstr(expected, "a time: 2026-11-20, 2026-11-20T09:30, 7d (ago), today, yesterday");
		return ok;
	case TYPE_ENUM:
	case TYPE_HAS:
		ok = f->type == TYPE_ENUM ? read_enum(f, text, v) : read_has(f, text, v);
		if (!ok)
			field_values(expected, f);
		return ok;
	case TYPE_SCORE:
		ok = read_score(term, text, at);
		if (!ok)
			buf_add_cstr(expected, "a number: 0.5");
		return ok;
	}
	return true;
}

bool filter_time(struct str text, int64_t now_ns, int64_t *ns, struct filter_mistake *mistake)
{
	static const struct field since = {.name = "since", .type = TYPE_SINCE};
	struct filter_term term = {.field = &since, .op = OP_COLON};
	struct buf expected = BUF_INIT;
	*mistake = (struct filter_mistake){.column = 0};
	bool ok = filter_value_read(&term, text, now_ns, &mistake->column, &expected);
	snprintf(mistake->expected, sizeof mistake->expected, "%s", buf_cstr(&expected));
	buf_done(&expected);
	if (ok)
		*ns = term.value.i;
	return ok;
}
