#include "import/otlp_value.h"

#include "import/semconv_table.h"

enum { KEY_MAX = 32, NEST_MAX = 100 };

/* ---- keys */

/* A key without its underscores, in lower case; 0 if it is too long to be one of ours. */
static size_t fold(struct str key, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < key.len; i++) {
		char c = key.ptr[i];

		if (c == '_')
			continue;
		if (n == KEY_MAX)
			return 0;
		out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return n;
}

/* Keys come as they are written here and in this order, as a rule: then the first look finds them. */
static size_t key_index(struct val key, const struct str *keys, size_t n, size_t guess)
{
	struct str raw = val_raw(key), name = {raw.ptr + 1, raw.len - 2};
	char folded[KEY_MAX];
	size_t len;

	for (size_t i = 0; i < n; i++, guess++) {
		if (guess >= n)
			guess = 0;
		if (keys[guess].len == name.len && memcmp(keys[guess].ptr, name.ptr, name.len) == 0)
			return guess;
	}
	len = fold(name, folded);
	for (size_t i = 0; i < n && len; i++) {
		if (keys[i].len == len && str_ieq((struct str){folded, len}, keys[i].ptr))
			return i;
	}
	return n;
}

void otlp_members(struct val object, const struct str *keys, size_t n, struct val *got)
{
	size_t guess = 0;

	for (size_t i = 0; i < n; i++)
		got[i] = VAL_NONE;
	if (!val_is(object, SCAN_OBJECT))
		return;
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		size_t i = key_index(m.key, keys, n, guess);

		if (i < n) {
			got[i] = m.val;
			guess = i + 1;
		}
	}
}

/* ---- ids */

static bool is_lower_hex(struct str s)
{
	static const bool digits[256] = {
	    ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true,
	    ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true, ['a'] = true, ['b'] = true,
	    ['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true};
	bool all = true;

	for (size_t i = 0; i < s.len; i++)
		all &= digits[(unsigned char)s.ptr[i]];
	return all;
}

static struct str hex_of(const unsigned char *bytes, size_t n, struct arena *arena)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = arena_alloc(arena, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * n] = 0;
	return (struct str){hex, 2 * n};
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Padded base64 into bytes[48]; 0: it is none, or too long for an id. */
static size_t unbase64(struct str s, unsigned char *bytes)
{
	size_t n = 0, pad = 0;

	if (s.len % 4 || s.len > 64 || !s.len)
		return 0;
	for (size_t i = 0; i < s.len; i += 4) {
		uint32_t group = 0;

		for (size_t k = 0; k < 4; k++) {
			char c = s.ptr[i + k];
			int digit = base64_digit(c);

			if (c == '=' && i + 4 == s.len && k >= 2) {
				pad++;
				digit = 0;
			} else if (pad || digit < 0) {
				return 0;
			}
			group = group << 6 | (uint32_t)digit;
		}
		bytes[n++] = (unsigned char)(group >> 16);
		bytes[n++] = (unsigned char)(group >> 8);
		bytes[n++] = (unsigned char)group;
	}
	return n - pad;
}

/* Ids as lists of byte numbers: Rust's SDK wrote links so (opentelemetry-rust issue 2065). */
static struct str id_of_bytes(struct val list, size_t n_bytes, struct arena *arena)
{
	unsigned char bytes[16];
	size_t n = 0;
	int64_t byte;

	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		if (n == n_bytes || !val_int64(m.val, &byte) || byte < 0 || byte > 255)
			return STR_NONE;
		bytes[n++] = (unsigned char)byte;
	}
	return n == n_bytes ? hex_of(bytes, n, arena) : STR_NONE;
}

/* Hex is tested first: 32 hex digits are base64 as well. */
static struct str id_of_text(struct str text, size_t n_bytes, struct arena *arena)
{
	unsigned char bytes[48], outer[16];
	struct str inner;
	size_t n;

	if (text.len == 2 * n_bytes && is_lower_hex(text))
		return text;
	if (str_starts(text, "0x") || str_starts(text, "0X"))
		text = str_from(text, 2);
	if (text.len == 2 * n_bytes && is_lower_hex(text))
		return text;
	if ((text.len == 32 || text.len == 16) && hash_unhex(text, bytes, text.len / 2))
		return hex_of(bytes, text.len / 2, arena);
	n = unbase64(text, bytes);
	inner = (struct str){(const char *)bytes, n};
	if ((n == 32 || n == 16) && hash_unhex(inner, outer, n / 2))
		return hex_of(outer, n / 2, arena); /* hex text that went through base64 once more */
	if (n == n_bytes)
		return hex_of(bytes, n, arena);
	return text;
}

static bool is_zero(struct str id)
{
	for (size_t i = 0; i < id.len; i++) {
		if (id.ptr && id.ptr[i] != '0')
			return false;
	}
	return true;
}

/* Decimal digits → hex of n_bytes, exactly; STR_NONE: no digits, or too large. */
static struct str hex_of_decimal(struct str digits, size_t n_bytes, struct arena *arena)
{
	unsigned char bytes[16] = {0}; /* the last n_bytes are used */

	if (!digits.len || digits.len > 39)
		return STR_NONE;
	for (size_t i = 0; i < digits.len; i++) {
		unsigned carry = (unsigned)(digits.ptr[i] - '0');

		if (carry > 9)
			return STR_NONE;
		for (size_t k = 16; k-- > 16 - n_bytes;) {
			carry += bytes[k] * 10U;
			bytes[k] = (unsigned char)carry;
			carry >>= 8;
		}
		if (carry)
			return STR_NONE;
	}
	return hex_of(bytes + 16 - n_bytes, n_bytes, arena);
}

static struct str id_of_number(const struct otlp_in *in, struct val v, size_t n_bytes, const char *path)
{
	struct str id = hex_of_decimal(val_raw(v), n_bytes, in->arena);

	if (id.ptr)
		return id;
	import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-id", str_of(path), "kept as written",
	               "not an id: no whole number of %zu bits", n_bytes * 8);
	return val_raw(v);
}

struct str otlp_id(const struct otlp_in *in, struct val v, size_t n_bytes, const char *path)
{
	struct str id = STR_NONE;

	if (!val_ok(v))
		return STR_NONE;
	if (val_is(v, SCAN_STRING))
		id = id_of_text(val_str(v, in->arena), n_bytes, in->arena);
	else if (val_is(v, SCAN_NUMBER))
		id = id_of_number(in, v, n_bytes, path);
	else if (val_is(v, SCAN_ARRAY))
		id = id_of_bytes(v, n_bytes, in->arena);
	if (!id.ptr)
		import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-id", str_of(path), "kept without it",
		               "not an id: neither hex nor base64 text");
	return is_zero(id) ? STR_NONE : id;
}

static struct str lower(struct str id, struct arena *arena)
{
	char *at = arena_alloc(arena, id.len + 1);

	for (size_t i = 0; i < id.len; i++)
		at[i] = id.ptr[i] >= 'A' && id.ptr[i] <= 'F' ? (char)(id.ptr[i] - 'A' + 'a') : id.ptr[i];
	return (struct str){at, id.len};
}

struct str otlp_short_id(struct str id, bool any, struct arena *arena)
{
	static const char zeros[] = "000000000000000";
	size_t full = id.len > 16 ? 32 : 16;
	struct str low;

	if (!id.len || id.len > 32)
		return id;
	low = lower(id, arena);
	if (!is_lower_hex(low))
		return id;
	if (low.len == 32 && str_starts(low, "0000000000000000"))
		return str_from(low, 16);
	if (low.len == full || (!any && low.len + 4 < full))
		return id;
	return arena_printf(arena, "%.*s%.*s", (int)(full - low.len), zeros, STR_ARG(low));
}

void otlp_no_id(const struct otlp_in *in, struct val v, const char *path, const char *what)
{
	/* a value of the wrong type was reported already */
	if (!val_ok(v) || val_is(v, SCAN_STRING))
		import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-id", str_of(path), "kept under a made-up id",
		               "no %s id", what);
}

/* ---- times */

static bool is_blank(struct val v)
{
	return !val_ok(v) || (val_is(v, SCAN_STRING) && val_raw(v).len == 2);
}

bool otlp_has_time(struct val v)
{
	int64_t ns;

	return !is_blank(v) && !(val_int64(v, &ns) && ns == 0);
}

int64_t otlp_time(const struct otlp_in *in, struct val v, const char *path)
{
	int64_t ns = 0;
	uint64_t big;
	bool zoneless;

	if (is_blank(v))
		return TIME_UNKNOWN;
	if (val_int64(v, &ns) && ns >= 0)
		return ns > 0 ? ns : TIME_UNKNOWN;
	if (val_is(v, SCAN_STRING) && units_iso(val_str(v, in->arena), &ns, &zoneless))
		return ns;
	import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-time", str_of(path), "kept, time unknown", "%s",
	               val_uint64(v, &big) ? "time beyond the year 2262" : "not a time in nanoseconds");
	return TIME_UNKNOWN;
}

/* ---- words */

struct str otlp_kind(struct val kind, struct arena *arena)
{
	static const char *const words[] = {NULL, "internal", "server", "client", "producer", "consumer"};
	struct str text;
	int64_t number;

	if (val_int64(kind, &number))
		return number >= 1 && number <= 5 ? str_of(words[number]) : STR_NONE;
	text = val_text(kind, arena);
	for (int i = 1; i <= 5; i++) {
		if (str_ieq(str_starts(text, "SPAN_KIND_") ? str_from(text, 10) : text, words[i]))
			return str_of(words[i]);
	}
	return STR_NONE;
}

enum span_status otlp_status(struct str text)
{
	if (str_starts(text, "STATUS_CODE_"))
		text = str_from(text, strlen("STATUS_CODE_"));
	if (str_is(text, "2") || str_ieq(text, "error"))
		return STATUS_ERROR;
	return str_is(text, "1") || str_ieq(text, "ok") ? STATUS_OK : STATUS_UNSET;
}

/* ---- AnyValue */

enum any { ANY_STRING, ANY_BOOL, ANY_INT, ANY_DOUBLE, ANY_ARRAY, ANY_KVLIST, ANY_BYTES, ANY_VALUE, N_ANY };

static const struct str any_keys[N_ANY] = {
    [ANY_STRING] = STR_INIT("stringValue"),
    [ANY_BOOL] = STR_INIT("boolValue"),
    [ANY_INT] = STR_INIT("intValue"),
    [ANY_DOUBLE] = STR_INIT("doubleValue"),
    [ANY_ARRAY] = STR_INIT("arrayValue"),
    [ANY_KVLIST] = STR_INIT("kvlistValue"),
    [ANY_BYTES] = STR_INIT("bytesValue"),
    [ANY_VALUE] = STR_INIT("value"), /* a dump of Go's structs has one more level */
};

/* The kind of an AnyValue and the value inside; N_ANY: none of them. */
static enum any open_any(struct val any, struct val *inner)
{
	*inner = VAL_NONE;
	if (!val_is(any, SCAN_OBJECT))
		return N_ANY;
	for (struct member m = val_first(any); m.ok; m = val_next(m)) {
		size_t kind = key_index(m.key, any_keys, N_ANY, 0);

		if (kind == N_ANY || !val_ok(m.val))
			continue;
		if (kind == ANY_VALUE)
			return val_is(val_get_loose(m.val, "value"), SCAN_OBJECT) ? N_ANY : open_any(m.val, inner);
		*inner = m.val;
		return (enum any)kind;
	}
	return N_ANY;
}

struct val otlp_pairs(struct val any)
{
	struct val inner;

	if (open_any(any, &inner) != ANY_KVLIST)
		return VAL_NONE;
	return val_is(inner, SCAN_ARRAY) ? inner : val_get_loose(inner, "values");
}

struct val otlp_string(struct val any)
{
	struct val inner;

	if (val_is(any, SCAN_STRING))
		return any;
	return open_any(any, &inner) == ANY_STRING && val_is(inner, SCAN_STRING) ? inner : VAL_NONE;
}

static const struct str kv_keys[] = {STR_INIT("key"), STR_INIT("value")};

static void open_pair(struct val pair, struct val got[2])
{
	if (!val_pair(pair, kv_keys[0], kv_keys[1], got))
		otlp_members(pair, kv_keys, 2, got);
}

struct val otlp_member(struct val any, const char *key)
{
	struct val list = otlp_pairs(any);

	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct val got[2];

		open_pair(m.val, got);
		if (val_str_is(got[0], key))
			return got[1];
	}
	return VAL_NONE;
}

static void any_json(struct buf *out, struct val any, int depth, struct arena *arena);

static void list_json(struct buf *out, struct val holder, int depth, struct arena *arena)
{
	struct val list = val_is(holder, SCAN_ARRAY) ? holder : val_get_loose(holder, "values");
	bool comma = false;

	buf_add_char(out, '[');
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		if (comma)
			buf_add_char(out, ',');
		comma = true;
		any_json(out, m.val, depth + 1, arena);
	}
	buf_add_char(out, ']');
}

static void map_json(struct buf *out, struct val holder, int depth, struct arena *arena)
{
	struct val list = val_is(holder, SCAN_ARRAY) ? holder : val_get_loose(holder, "values");
	bool comma = false;

	buf_add_char(out, '{');
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct val got[2];

		open_pair(m.val, got);
		if (!val_is(got[0], SCAN_STRING))
			continue;
		if (comma)
			buf_add_char(out, ',');
		comma = true;
		buf_add_str(out, val_raw(got[0]));
		buf_add_char(out, ':');
		any_json(out, got[1], depth + 1, arena);
	}
	buf_add_char(out, '}');
}

static bool is_integer_text(struct str text)
{
	size_t i = text.len && text.ptr[0] == '-';

	if (i == text.len || text.len > 40 || (text.ptr[i] == '0' && text.len > i + 1))
		return false;
	for (; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return true;
}

static bool is_empty_any(struct val any)
{
	for (struct member m = val_first(any); m.ok; m = val_next(m)) {
		if (val_ok(m.val) || key_index(m.key, any_keys, N_ANY, 0) == N_ANY)
			return false;
	}
	return true;
}

static void any_json(struct buf *out, struct val any, int depth, struct arena *arena)
{
	struct val inner;
	enum any kind = open_any(any, &inner);
	struct str text;

	if (depth > NEST_MAX) {
		buf_add_str(out, val_raw(any)); /* as written: deeper than anybody reads */
		return;
	}
	switch (kind) {
	case ANY_ARRAY: list_json(out, inner, depth, arena); return;
	case ANY_KVLIST: map_json(out, inner, depth, arena); return;
	case ANY_INT:
		text = val_text(inner, arena);
		buf_add_str(out, is_integer_text(text) ? text : val_raw(inner));
		return;
	case ANY_STRING:
	case ANY_BOOL:
	case ANY_DOUBLE:
	case ANY_BYTES:
	case ANY_VALUE: buf_add_str(out, val_raw(inner)); return;
	case N_ANY: break;
	}
	/* {} and {"stringValue":null} are empty values; what has another form is kept as written */
	if (!val_ok(any) || (val_is(any, SCAN_OBJECT) && is_empty_any(any)))
		buf_add_cstr(out, "null");
	else
		buf_add_str(out, val_raw(any));
}

static void attr_problem(const struct otlp_in *in, const char *code, struct str key, const char *path, const char *what)
{
	import_problem(in->im, in->rec, SEVERITY_WARNING, code, arena_printf(in->arena, "%s.%.*s", path, STR_ARG(key)),
	               "kept as written", "%s", what);
}

static void int_attribute(const struct otlp_in *in, struct val inner, const char *path, struct attr_in *attr)
{
	struct str text = val_text(inner, in->arena);

	if (val_int64(inner, &attr->integer)) {
		attr->type = ATTR_INT;
		return;
	}
	if (is_integer_text(text))
		attr_problem(in, "out-of-range", attr->key, path, "integer beyond 64 bits");
	else
		attr_problem(in, "bad-value", attr->key, path, "intValue is not an integer");
	attr->type = val_is(inner, SCAN_STRING) ? ATTR_STRING : ATTR_JSON;
	attr->string = inner;
	if (attr->type == ATTR_JSON)
		attr->text = val_raw(inner);
}

static void double_attribute(const struct otlp_in *in, struct val inner, const char *path, struct attr_in *attr)
{
	attr->type = ATTR_DOUBLE;
	attr->text = val_text(inner, in->arena);
	if (val_double(inner, &attr->number))
		return;
	attr->number = UNKNOWN_DOUBLE;
	if (val_is(inner, SCAN_NUMBER))
		attr_problem(in, "out-of-range", attr->key, path, "number is not finite");
	else if (!str_is(attr->text, "NaN") && !str_is(attr->text, "Infinity") && !str_is(attr->text, "-Infinity"))
		attr_problem(in, "bad-value", attr->key, path, "doubleValue is not a number");
}

/* Structures become plain JSON. That costs a copy, so only where somebody will look. */
static void json_attribute(const struct otlp_in *in, struct val any, struct attr_in *attr)
{
	struct buf out = BUF_INIT;

	attr->type = ATTR_JSON;
	if (!in->payload && !semconv_row(attr->key)) {
		attr->text = STR_LIT("null");
		return;
	}
	any_json(&out, any, 0, in->arena);
	attr->text = arena_str(in->arena, buf_str(&out));
	buf_done(&out);
}

static void fill_attribute(const struct otlp_in *in, struct val any, const char *path, struct attr_in *attr)
{
	struct val inner;
	enum any kind = open_any(any, &inner);
	bool flag;

	if (kind == N_ANY && val_is(any, SCAN_STRING)) {
		kind = ANY_STRING;
		inner = any;
	}
	if ((kind == ANY_STRING || kind == ANY_BYTES) && val_is(inner, SCAN_STRING)) {
		attr->type = ATTR_STRING;
		attr->string = inner;
	} else if (kind == ANY_INT) {
		int_attribute(in, inner, path, attr);
	} else if (kind == ANY_DOUBLE) {
		double_attribute(in, inner, path, attr);
	} else if (kind == ANY_BOOL && val_bool(inner, &flag)) {
		attr->type = ATTR_BOOL;
		attr->integer = flag;
	} else {
		json_attribute(in, any, attr);
	}
}

void otlp_not_imported(const struct otlp_in *in, uint64_t n, const char *what)
{
	if (n)
		import_problem(in->im, in->rec, SEVERITY_WARNING, "not-imported", STR_NONE, "kept as records",
		               "%llu %s%s not imported (no trace data)", (unsigned long long)n, what,
		               n == 1 ? "" : "s");
}

bool otlp_is_list(const struct otlp_in *in, struct val v, const char *path)
{
	if (val_is(v, SCAN_ARRAY))
		return true;
	if (val_ok(v))
		import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-value", str_of(path), "kept without them",
		               "%s is not a list", path);
	return false;
}

/* {"gen_ai.system":"x"}: what was made of a list by somebody's tool. */
static struct attrs_in members_as_attributes(const struct otlp_in *in, struct val object, const char *path,
                                             const char *only)
{
	struct attr_in *at = arena_alloc(in->arena, size_mul((size_t)val_count(object) + 1, sizeof *at));
	size_t n = 0;

	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		if (only && !member_is(m, only))
			continue;
		at[n] = (struct attr_in){.key = member_key(m, in->arena)};
		fill_attribute(in, m.val, path, &at[n++]);
	}
	return (struct attrs_in){at, n};
}

struct attrs_in otlp_attributes(const struct otlp_in *in, struct val list, const char *path, const char *only)
{
	struct attr_in *at;
	size_t n = 0, nameless = 0;

	if (val_is(list, SCAN_OBJECT) && val_first(list).ok)
		return members_as_attributes(in, list, path, only);
	if (!otlp_is_list(in, list, path))
		return (struct attrs_in){NULL, 0};
	at = arena_alloc(in->arena, size_mul(only ? 1 : (size_t)val_count(list) + 1, sizeof *at));
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct val got[2];

		open_pair(m.val, got);
		nameless += !val_is(got[0], SCAN_STRING);
		if (!val_is(got[0], SCAN_STRING) || (only && !val_str_is(got[0], only)))
			continue;
		if (only)
			n = 0; /* the last of a name wins */
		at[n] = (struct attr_in){.key = val_str(got[0], in->arena)};
		fill_attribute(in, got[1], path, &at[n++]);
	}
	if (nameless && !only)
		import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-value", str_of(path), "kept in the record only",
		               "%zu of its elements %s no key", nameless, nameless == 1 ? "has" : "have");
	return (struct attrs_in){at, n};
}
