/* Strings of values and the value of numbers. */
#include "store/base/scan.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/scan_private.h"

/* ---- strings of values */

static struct str body(struct val v)
{
	const struct scan_token *t = &v.scan->tokens[v.i];
	return (struct str){v.scan->text + t->at, t->len};
}

struct str val_str(struct val v, struct arena *arena)
{
	if (!val_is(v, SCAN_STRING))
		return STR_NONE;
	struct str text = body(v);
	if (!v.scan->tokens[v.i].escaped)
		return text;
	/* Escapes only shrink; a replaced part is at least one byte and becomes three. */
	size_t bad = v.scan->bad_utf8 < text.len ? v.scan->bad_utf8 : text.len;
	char *dst = arena_alloc(arena, size_add(text.len, size_mul(bad, 2)));
	return (struct str){dst, scan_unescape(dst, text, bad > 0)};
}

struct str val_text(struct val v, struct arena *arena)
{
	if (!val_ok(v))
		return STR_NONE;
	return val_is(v, SCAN_STRING) ? val_str(v, arena) : val_raw(v);
}

bool scan_str_is(struct val v, struct str text)
{
	struct str have = body(v);
	if (!v.scan->tokens[v.i].escaped)
		return str_eq(have, text);
	struct scan_bytes bytes = {.p = have.ptr, .end = have.ptr + have.len};
	for (size_t i = 0; i < text.len; i++)
		if (scan_byte(&bytes) != (unsigned char)text.ptr[i])
			return false;
	return scan_byte(&bytes) < 0;
}

bool val_str_is(struct val v, const char *text)
{
	return val_is(v, SCAN_STRING) && scan_str_is(v, str_of(text));
}

/* ---- numbers */

enum { LITERAL_ROOM = 512 };

/* The literal of a number, or of a string that holds nothing else. An escaped digit is still a digit: `room` is for that
 * case, and what is too long for it is no number anybody wrote. */
static struct str literal(struct val v, char room[LITERAL_ROOM])
{
	if (val_is(v, SCAN_NUMBER))
		return body(v);
	if (!val_is(v, SCAN_STRING))
		return STR_NONE;
	struct str text = body(v);
	if (v.scan->tokens[v.i].escaped) {
		if (text.len > LITERAL_ROOM / 3)
			return STR_NONE;
		text = (struct str){room, scan_unescape(room, text, true)};
	}
	return scan_is_number(text) ? text : STR_NONE;
}

static bool add_digit(uint64_t *value, unsigned digit)
{
	return !__builtin_mul_overflow(*value, 10u, value) && !__builtin_add_overflow(*value, digit, value);
}

/* Saturates far beyond any literal's length. */
static int64_t exponent(const char *p, const char *end)
{
	bool minus = p < end && *p == '-';
	if (p < end && (*p == '-' || *p == '+'))
		p++;
	int64_t n = 0;
	for (; p < end && n < INT64_C(1) << 40; p++)
		n = n * 10 + (*p - '0');
	return minus ? -n : n;
}

static const char *mantissa_end(const char *p, const char *end)
{
	while (p < end && *p != 'e' && *p != 'E')
		p++;
	return p;
}

/* The decimal point moved by the exponent: digits before it are the value, digits after it must be zeros. */
bool scan_whole_number(struct str text, bool *negative, uint64_t *magnitude)
{
	const char *p = text.ptr, *end = p + text.len;
	*negative = text.len > 0 && *p == '-';
	*magnitude = 0;
	p += *negative;
	const char *stop = mantissa_end(p, end);
	const char *point = memchr(p, '.', (size_t)(stop - p));
	int64_t left = (point ? point : stop) - p; /* digits before the point */
	if (stop < end)
		left += exponent(stop + 1, end);
	for (; p < stop; p++) {
		if (p == point)
			continue;
		if (left > 0 ? !add_digit(magnitude, (unsigned)(*p - '0')) : *p != '0')
			return false;
		left--;
	}
	for (; left > 0 && *magnitude > 0; left--)
		if (!add_digit(magnitude, 0))
			return false;
	return true;
}

static bool to_int64(bool negative, uint64_t magnitude, int64_t *out)
{
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

/* Up to 19 digits and no more: all but a few of the integers there are. */
static bool short_integer(struct str text, int64_t *out)
{
	uint64_t n = 0;
	const size_t sign = text.len > 1 && text.ptr[0] == '-', digits = text.len - sign;
	if (digits == 0 || digits > 19 || (text.ptr[sign] == '0' && digits > 1))
		return false;
	for (size_t i = sign; i < text.len; i++) {
		unsigned digit = (unsigned)(unsigned char)text.ptr[i] - '0';
		if (digit > 9)
			return false;
		n = n * 10 + digit;
	}
	if (n > INT64_MAX)
		return false;
	*out = sign ? -(int64_t)n : (int64_t)n;
	return true;
}

bool val_int64(struct val v, int64_t *out)
{
	if ((val_is(v, SCAN_NUMBER) || val_is(v, SCAN_STRING)) && short_integer(body(v), out))
		return true;
	char room[LITERAL_ROOM];
	struct str text = literal(v, room);
	bool negative;
	uint64_t magnitude;
	return text.ptr && scan_whole_number(text, &negative, &magnitude) && to_int64(negative, magnitude, out);
}

bool val_uint64(struct val v, uint64_t *out)
{
	char room[LITERAL_ROOM];
	struct str text = literal(v, room);
	bool negative;
	uint64_t magnitude;
	if (!text.ptr || !scan_whole_number(text, &negative, &magnitude) || (negative && magnitude > 0))
		return false;
	*out = magnitude;
	return true;
}

bool scan_int64(struct str text, int64_t *out)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '.' || (text.ptr[i] | 0x20) == 'e')
			return false;
	bool negative;
	uint64_t magnitude;
	return scan_is_number(text) && scan_whole_number(text, &negative, &magnitude) &&
	       to_int64(negative, magnitude, out);
}

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!c_locale)
		err_die("out of memory (the C locale)");
}

bool scan_double(struct str text, double *out)
{
	if (!scan_is_number(text))
		return false;
	pthread_once(&c_locale_once, make_c_locale);
	char room[128]; /* strtod wants a terminator */
	char *copy = text.len < sizeof room ? room : xmalloc(size_add(text.len, 1));
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	double d = strtod_l(copy, NULL, c_locale);
	if (copy != room)
		free(copy);
	if (!isfinite(d))
		return false;
	*out = d;
	return true;
}

bool scan_percent(struct str text, double *out)
{
	if (str_find(text, STR_LIT("e")) == SIZE_MAX && str_find(text, STR_LIT("E")) == SIZE_MAX) {
		struct buf shifted = BUF_INIT;
		buf_add_str(&shifted, text);
		buf_add_cstr(&shifted, "e-2");
		bool ok = scan_double(buf_str(&shifted), out);
		buf_done(&shifted);
		return ok;
	}
	if (!scan_double(text, out))
		return false;
	*out /= 100;
	return true;
}

bool val_double(struct val v, double *out)
{
	char room[LITERAL_ROOM];
	struct str text = literal(v, room);
	return text.ptr && scan_double(text, out);
}

bool val_bool(struct val v, bool *out)
{
	bool yes = val_is(v, SCAN_TRUE) || val_str_is(v, "true");
	if (!yes && !val_is(v, SCAN_FALSE) && !val_str_is(v, "false"))
		return false;
	*out = yes;
	return true;
}
