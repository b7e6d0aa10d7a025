/* The writing half of json.h: bytes go straight into a buf, so a large answer needs no tree. */
#include <math.h>

#include "store/base/clean.h"
#include "store/base/json.h"
#include "store/base/units.h"

enum { DEPTH_MAX = 250 };

static bool bit(const uint64_t *bits, int depth)
{
	return bits[depth / 64] >> (depth % 64) & 1;
}

static void set_bit(uint64_t *bits, int depth, bool on)
{
	const uint64_t one = UINT64_C(1) << (depth % 64);
	bits[depth / 64] = on ? bits[depth / 64] | one : bits[depth / 64] & ~one;
}

static void new_line(struct jout *j)
{
	if (!j->pretty)
		return;
	buf_add_char(j->out, '\n');
	buf_add_fill(j->out, ' ', 2 * (size_t)j->depth);
}

/* Comma, line and key: all that comes before a value. */
static void before(struct jout *j, const char *key)
{
	if (j->depth > 0) {
		BUG_ON(bit(j->array, j->depth) != (key == NULL));
		if (bit(j->has, j->depth))
			buf_add_char(j->out, ',');
		set_bit(j->has, j->depth, true);
		new_line(j);
	}
	if (!key)
		return;
	clean_json(j->out, str_of(key));
	buf_add_cstr(j->out, j->pretty ? ": " : ":");
}

static void open_container(struct jout *j, const char *key, bool array)
{
	before(j, key);
	BUG_ON(j->depth == DEPTH_MAX);
	buf_add_char(j->out, array ? '[' : '{');
	j->depth++;
	set_bit(j->has, j->depth, false);
	set_bit(j->array, j->depth, array);
}

void jout_init(struct jout *j, struct buf *out, bool pretty)
{
	*j = (struct jout){.out = out, .pretty = pretty};
}

void jout_object(struct jout *j, const char *key)
{
	open_container(j, key, false);
}

void jout_array(struct jout *j, const char *key)
{
	open_container(j, key, true);
}

void jout_end(struct jout *j)
{
	BUG_ON(j->depth == 0);
	bool array = bit(j->array, j->depth);
	bool any = bit(j->has, j->depth);
	j->depth--;
	if (any)
		new_line(j);
	buf_add_char(j->out, array ? ']' : '}');
}

void jout_str(struct jout *j, const char *key, struct str text)
{
	if (!text.ptr) {
		jout_null(j, key);
		return;
	}
	before(j, key);
	clean_json(j->out, text);
}

void jout_cstr(struct jout *j, const char *key, const char *text)
{
	jout_str(j, key, str_of(text));
}

void jout_int(struct jout *j, const char *key, int64_t n)
{
	if (n == UNKNOWN_INT) {
		jout_null(j, key);
		return;
	}
	before(j, key);
	buf_printf(j->out, "%lld", (long long)n);
}

void jout_double(struct jout *j, const char *key, double d)
{
	if (!isfinite(d)) {
		jout_null(j, key);
		return;
	}
	before(j, key);
	units_double(j->out, d);
}

void jout_bool(struct jout *j, const char *key, bool b)
{
	before(j, key);
	buf_add_cstr(j->out, b ? "true" : "false");
}

void jout_null(struct jout *j, const char *key)
{
	before(j, key);
	buf_add_cstr(j->out, "null");
}

void jout_time(struct jout *j, const char *key, int64_t ns)
{
	if (ns == TIME_UNKNOWN) {
		jout_null(j, key);
		return;
	}
	before(j, key);
	buf_add_char(j->out, '"');
	units_iso_print(j->out, ns);
	buf_add_char(j->out, '"');
}

void jout_raw(struct jout *j, const char *key, struct str json)
{
	if (!json.ptr) {
		jout_null(j, key);
		return;
	}
	before(j, key);
	buf_add_str(j->out, json);
}
