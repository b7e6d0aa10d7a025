/* JSON as text for people: rows of names and values, without what only machines need. */
#include "store/query/subject_private.h"

#include <stdlib.h>

#include "store/base/pyrepr.h"
#include "store/base/text.h"

enum { ID_BYTES = 16, TOKEN_BYTES = 20, SHORT_LIST = 100 };

static const struct scan_opts lenient = {.last = true, .lenient = true, .replace_utf8 = true};

bool subject_looks_like_json(struct str text)
{
	text = str_trim(text);
	return text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

bool subject_open(struct str text, struct scan *scan, struct buf *made)
{
	if (!subject_looks_like_json(text) || text.len > SUBJECT_JSON)
		return false;
	if (scan_text(scan, text, &lenient))
		return true;
	made->len = 0;
	if (pyrepr_json(made, str_trim(text)) && scan_text(scan, buf_str(made), &lenient))
		return true;
	scan_done(scan);
	buf_done(made);
	return false;
}

/* ---------------------------------------------------------------- what is of no interest */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool subject_is_id(struct str text)
{
	size_t hex = 0, digits = 0, letters = 0, upper = 0;
	text = str_trim(text);
	if (str_starts(text, "weave:///")) /* a reference into another system */
		return true;
	if (text.len < ID_BYTES || text.len > 256)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		hex += is_hex(c) || c == '-';
		digits += c >= '0' && c <= '9';
		letters += is_letter(c);
		upper += c >= 'A' && c <= 'Z';
		if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '=' && c != ':')
			return false;
	}
	bool mixed = digits >= 3 && letters >= 3 && (upper == 0 || upper < letters);
	return (hex == text.len && digits > 0) || (text.len >= TOKEN_BYTES && digits + letters == text.len && mixed);
}

bool subject_is_named(struct member m, const char *const *names)
{
	for (; *names; names++)
		if (member_is_loose(m, *names))
			return true;
	return false;
}

static bool ends_with_word(struct str key, const char *word)
{
	size_t n = strlen(word);
	if (key.len < n || !str_ieq(str_from(key, key.len - n), word))
		return false;
	return key.len == n || key.ptr[key.len - n - 1] == '_' || key.ptr[key.len - n - 1] == '-' ||
	       key.ptr[key.len - n - 1] == '.' || (key.ptr[key.len - n] >= 'A' && key.ptr[key.len - n] <= 'Z');
}

/* What APIs and frameworks put beside the words. */
static const char *const noise[] = {"additional_kwargs",
                                    "callbacks",
                                    "extra_body",
                                    "extra_headers",
                                    "extra_query",
                                    "finish_reason",
                                    "invalid_tool_calls",
                                    "lc",
                                    "lc_kwargs",
                                    "logprobs",
                                    "provider_metadata",
                                    "response_metadata",
                                    "run_config",
                                    "safety_ratings",
                                    "service_tier",
                                    "state_delta",
                                    "stop_reason",
                                    "stop_sequence",
                                    "stream",
                                    "stream_options",
                                    "system_fingerprint",
                                    "token_usage",
                                    "tool_call_chunks",
                                    "usage",
                                    "usage_metadata",
                                    "provider_options",
                                    "experimental_providerMetadata",
                                    NULL};

bool subject_is_noise(struct member m)
{
	static const char *const id_words[] = {"id",  "ids",    "uuid", "guid",      "hash",     "digest", "key",
	                                       "sha", "sha256", "md5",  "signature", "checksum", "token",  NULL};
	struct arena scratch = ARENA_INIT;
	bool is = !val_ok(m.val) || subject_is_named(m, noise);
	if (!is && val_is(m.val, SCAN_STRING) && val_token(m.val)->len <= 256) {
		struct str key = member_key(m, &scratch);
		struct str text = val_str(m.val, &scratch);
		is = str_starts(text, "weave:///");
		for (size_t i = 0; id_words[i] && !is; i++)
			is = ends_with_word(key, id_words[i]) && subject_is_id(text);
	} else if (!is && val_type(m.val) != SCAN_STRING) {
		is = (val_is(m.val, SCAN_OBJECT) || val_is(m.val, SCAN_ARRAY)) && val_token(m.val)->next == m.val.i + 1;
	}
	arena_done(&scratch);
	return is;
}

struct val subject_first(struct val object, const char *const *names)
{
	for (; *names && val_is(object, SCAN_OBJECT); names++) {
		struct val v = val_get_loose(object, *names);
		bool list = val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY);
		if (val_ok(v) && (!val_is(v, SCAN_STRING) || val_token(v)->len) &&
		    !(list && val_token(v)->next == v.i + 1))
			return v;
	}
	return VAL_NONE;
}

/* ---------------------------------------------------------------- words */

void subject_name(struct buf *out, struct str key)
{
	key = str_trim(key);
	for (size_t i = 0; i < key.len; i++) {
		char c = key.ptr[i], before = i ? key.ptr[i - 1] : ' ';
		bool parted = c == '_' || c == '-' || c == '.';
		if (parted && (i == 0 || (out->len && out->ptr[out->len - 1] == ' ')))
			continue;
		bool upper = c >= 'A' && c <= 'Z';
		bool hump = upper && before >= 'a' && before <= 'z';
		bool word = upper && i + 1 < key.len && key.ptr[i + 1] >= 'a' && key.ptr[i + 1] <= 'z';
		if (hump)
			buf_add_char(out, ' ');
		buf_add_char(out, parted ? ' ' : hump && word ? (char)(c - 'A' + 'a') : c);
	}
}

struct str subject_scalar(struct val v, struct arena *arena)
{
	enum scan_type type = val_type(v);
	if (type != SCAN_STRING && type != SCAN_NUMBER && type != SCAN_TRUE && type != SCAN_FALSE)
		return STR_NONE;
	return str_trim(val_text(v, arena));
}

/* All texts and figures in it, one after the other. */
static void add_flat(struct buf *out, struct val v, struct arena *scratch)
{
	bool first = true;
	for (uint32_t i = v.i; i < val_token(v)->next; i++) {
		struct val at = {v.scan, i};
		struct str text = subject_scalar(at, scratch);
		if (!text.len)
			continue;
		buf_add_cstr(out, first ? "" : ", ");
		buf_add_str(out, text);
		first = false;
	}
}

static void new_row(struct buf *out, int indent)
{
	/* Behind "- " the first row of what is listed goes on. */
	if (out->len >= 2 && out->ptr[out->len - 1] == ' ' && out->ptr[out->len - 2] == '-')
		return;
	if (out->len)
		buf_add_char(out, '\n');
	buf_add_fill(out, ' ', (size_t)indent);
}

/* Rows of a text begin below each other. */
static void add_text(struct buf *out, struct str text, int indent)
{
	struct str row;
	for (bool first = true; str_split(&text, '\n', &row); first = false) {
		if (!first) {
			buf_add_char(out, '\n');
			buf_add_fill(out, ' ', (size_t)indent);
		}
		buf_add_str(out, row);
	}
}

static void add_string(struct buf *out, struct str text, int indent, int depth, struct arena *scratch)
{
	struct scan scan = SCAN_INIT;
	struct buf made = BUF_INIT;
	text = str_trim(text);
	if (depth < SUBJECT_DEPTH && subject_open(text, &scan, &made) && scan_root(&scan).scan)
		subject_value(out, scan_root(&scan), indent, depth + 1, scratch);
	else
		add_text(out, text, indent);
	scan_done(&scan);
	buf_done(&made);
}

static bool is_container(struct val v)
{
	return val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY);
}

/* A list of a few words. */
static bool is_short_list(struct val v)
{
	size_t bytes = 0;
	if (!val_is(v, SCAN_ARRAY))
		return false;
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		struct str raw = val_raw(m.val);
		bytes += raw.len + 2;
		if (is_container(m.val) || bytes > SHORT_LIST || memchr(raw.ptr, '\\', raw.len))
			return false;
	}
	return true;
}

static void add_scalar(struct buf *out, struct val v, int indent, int depth, struct arena *scratch)
{
	if (val_is(v, SCAN_TRUE) || val_is(v, SCAN_FALSE))
		buf_add_cstr(out, val_is(v, SCAN_TRUE) ? "yes" : "no");
	else if (val_is(v, SCAN_STRING))
		add_string(out, val_str(v, scratch), indent, depth, scratch);
	else
		buf_add_str(out, val_is(v, SCAN_NUMBER) ? val_raw(v) : STR_LIT("none"));
}

static void add_member(struct buf *out, struct member m, int indent, int depth, struct arena *scratch)
{
	new_row(out, indent);
	subject_name(out, member_key(m, scratch));
	buf_add_cstr(out, ": ");
	size_t at = out->len;
	if (is_container(m.val))
		subject_value(out, m.val, indent + 2, depth + 1, scratch);
	else
		add_scalar(out, m.val, indent + 2, depth, scratch);
	if (out->len > at && out->ptr[at] == '\n') {
		memmove(out->ptr + at - 1, out->ptr + at, out->len - at + 1);
		out->len--;
	}
	while (out->len && out->ptr[out->len - 1] == ' ')
		out->ptr[--out->len] = '\0';
}

void subject_value(struct buf *out, struct val v, int indent, int depth, struct arena *scratch)
{
	if (!is_container(v)) {
		add_scalar(out, v, indent, depth, scratch);
		return;
	}
	if (depth >= SUBJECT_DEPTH || (depth > 0 && is_short_list(v))) {
		add_flat(out, v, scratch);
		return;
	}
	if (subject_add_call(out, v, indent, depth, scratch))
		return;
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		if (out->len > SUBJECT_BYTES * 4)
			return; /* it is cut anyway */
		if (val_is(v, SCAN_OBJECT)) {
			if (!subject_is_noise(m))
				add_member(out, m, indent, depth, scratch);
			continue;
		}
		new_row(out, indent);
		buf_add_cstr(out, "- ");
		subject_value(out, m.val, indent + 2, depth + 1, scratch);
	}
}

/* ---------------------------------------------------------------- calls of tools */

static bool is_short_object(struct val v)
{
	if (!val_is(v, SCAN_OBJECT) || val_raw(v).len > SHORT_LIST)
		return false;
	for (struct member m = val_first(v); m.ok; m = val_next(m))
		if (is_container(m.val))
			return false;
	return true;
}

static void add_arguments(struct buf *out, struct val v, int indent, int depth, struct arena *scratch)
{
	if (is_short_object(v)) {
		bool first = true;
		for (struct member m = val_first(v); m.ok; m = val_next(m)) {
			if (subject_is_noise(m))
				continue;
			buf_add_cstr(out, first ? " (" : ", ");
			subject_name(out, member_key(m, scratch));
			buf_add_cstr(out, ": ");
			add_scalar(out, m.val, 2, depth, scratch);
			first = false;
		}
		buf_add_cstr(out, first ? "" : ")");
	} else if (is_container(v) && val_token(v)->next > v.i + 1) {
		struct buf rows = BUF_INIT;
		subject_value(&rows, v, indent + 2, depth + 1, scratch);
		buf_add_cstr(out, ":\n");
		buf_add_str(out, buf_str(&rows));
		buf_done(&rows);
	} else if (!is_container(v) && val_ok(v)) {
		struct str text = subject_scalar(v, scratch);
		if (text.len)
			buf_add_cstr(out, ": ");
		buf_add_str(out, text);
	}
}

void subject_call(struct buf *out, struct str name, struct val arguments, int indent, int depth, struct arena *scratch)
{
	struct scan scan = SCAN_INIT;
	struct buf made = BUF_INIT;
	buf_add_cstr(out, "calls ");
	buf_add_str(out, name);
	if (depth < SUBJECT_DEPTH && val_is(arguments, SCAN_STRING) &&
	    subject_open(val_str(arguments, scratch), &scan, &made))
		add_arguments(out, scan_root(&scan), indent, depth + 1, scratch);
	else
		add_arguments(out, arguments, indent, depth, scratch);
	scan_done(&scan);
	buf_done(&made);
}

bool subject_add_call(struct buf *out, struct val v, int indent, int depth, struct arena *scratch)
{
	static const char *const inner[] = {"function", "functionCall", "function_call", "tool_call", NULL};
	static const char *const names[] = {"name", "toolName", "tool_name", "tool", NULL};
	static const char *const arguments[] = {"arguments", "args", "kwargs", "inputParameters", NULL};
	static const char *const perhaps[] = {"input", "parameters", NULL}; /* where it says that it is a call */
	if (!val_is(v, SCAN_OBJECT))
		return false;
	struct val call = subject_first(v, inner);
	if (!val_is(call, SCAN_OBJECT))
		call = v;
	struct val name = subject_first(call, names), given = VAL_NONE;
	bool says = call.i != v.i || val_ok(val_get(v, "type"));
	for (size_t i = 0; arguments[i] && !given.scan; i++)
		given = val_get_loose(call, arguments[i]);
	for (size_t i = 0; says && perhaps[i] && !given.scan; i++)
		given = val_get_loose(call, perhaps[i]);
	if (!val_is(name, SCAN_STRING) || !given.scan || val_ok(val_get(v, "role")) || val_ok(val_get(v, "content")))
		return false;
	/* A row of data may have a name and an input, too: a call has nothing else but these, its id and its type. */
	static const char *const beside[] = {"id",     "type",   "index",  "tool_call_id", "toolCallId", "call_id",
	                                     "status", "output", "result", "caller",       "namespace",  NULL};
	for (struct member m = val_first(call); m.ok; m = val_next(m))
		if (m.val.i != name.i && m.val.i != given.i && !subject_is_named(m, beside) && val_ok(m.val))
			return false;
	subject_call(out, val_str(name, scratch), given, indent, depth, scratch);
	return true;
}

/* ---------------------------------------------------------------- public */

struct str subject_cut(struct str text, struct arena *arena)
{
	if (text.len <= SUBJECT_BYTES)
		return text;
	struct str head = str_cut(text, 0, SUBJECT_BYTES);
	while (head.len > SUBJECT_BYTES - 4 && ((unsigned char)text.ptr[head.len] & 0xc0) == 0x80)
		head.len--;
	struct buf out = BUF_INIT;
	buf_add_str(&out, head);
	buf_add_cstr(&out, " …\n\n(");
	units_bytes(&out, text.len - head.len);
	buf_add_cstr(&out, " more are not shown here)");
	struct str cut = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return cut;
}

struct str subject_plain(struct str text, struct arena *arena)
{
	struct scan scan = SCAN_INIT;
	struct buf made = BUF_INIT, out = BUF_INIT;
	struct str plain = text;
	struct arena scratch = ARENA_INIT;
	if (subject_open(text, &scan, &made)) {
		subject_value(&out, scan_root(&scan), 0, 0, &scratch);
		plain = arena_str(arena, subject_cut(buf_str(&out), &scratch));
	}
	scan_done(&scan);
	buf_done(&made);
	buf_done(&out);
	arena_done(&scratch);
	return subject_cut(plain, arena);
}
