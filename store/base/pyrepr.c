/* One pass with a stack of open brackets; what has been written is put right afterwards only for datetime, whose arguments come first. */
#include "store/base/pyrepr.h"

#include "store/base/scan.h"

enum { DEPTH_MAX = 64 };

enum bracket { DICT, LIST, CALL, TIME };

struct level {
	enum bracket is;
	char close;
	bool any;         /* something is in it */
	bool keyed;       /* DICT: the next thing is a value; CALL: it has names */
	size_t out_start; /* CALL, TIME: where its JSON begins */
};

struct pyrepr {
	struct str in;
	size_t at;
	struct buf *out;
	struct level levels[DEPTH_MAX];
	size_t depth;
};

static int peek(const struct pyrepr *p)
{
	return p->at < p->in.len ? (unsigned char)p->in.ptr[p->at] : -1;
}

static void blanks(struct pyrepr *p)
{
	while (peek(p) == ' ' || peek(p) == '\n' || peek(p) == '\t' || peek(p) == '\r')
		p->at++;
}

static bool is_word(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* ---------------------------------------------------------------- strings */

static void add_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_add_char(out, (char)c);
	} else if (c < 0x800) {
		buf_add_char(out, (char)(0xC0 | c >> 6));
		buf_add_char(out, (char)(0x80 | (c & 0x3F)));
	} else if (c < 0x10000) {
		buf_add_char(out, (char)(0xE0 | c >> 12));
		buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_add_char(out, (char)(0x80 | (c & 0x3F)));
	} else {
		buf_add_char(out, (char)(0xF0 | c >> 18));
		buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3F)));
		buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_add_char(out, (char)(0x80 | (c & 0x3F)));
	}
}

static bool hex(struct pyrepr *p, int digits, uint32_t *c)
{
	for (*c = 0; digits > 0; digits--, p->at++) {
		int d = peek(p);
		if (d >= '0' && d <= '9')
			d -= '0';
		else if (d >= 'a' && d <= 'f')
			d -= 'a' - 10;
		else if (d >= 'A' && d <= 'F')
			d -= 'A' - 10;
		else
			return false;
		*c = *c << 4 | (uint32_t)d;
	}
	return *c <= 0x10FFFF;
}

static bool escape(struct pyrepr *p, struct buf *text)
{
	static const char from[] = "ntrabfv0\\'\"", to[] = "\n\t\r\a\b\f\v\0\\'\"";
	int c = peek(p);
	uint32_t code;
	p->at++;
	for (size_t i = 0; i < sizeof from - 1; i++) {
		if (c == from[i]) {
			buf_add_char(text, to[i]);
			return true;
		}
	}
	if (c == 'x' || c == 'u' || c == 'U') {
		if (!hex(p, c == 'x' ? 2 : c == 'u' ? 4 : 8, &code))
			return false;
		add_utf8(text, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
		return true;
	}
	buf_add_char(text, '\\'); /* an unknown one stays as it is */
	if (c >= 0)
		buf_add_char(text, (char)c);
	return c >= 0;
}

/* The opening quote is at p. */
static bool string(struct pyrepr *p)
{
	struct buf text = BUF_INIT;
	int quote = peek(p), c;
	bool good = true;
	p->at++;
	while (good && (c = peek(p)) != quote) {
		p->at++;
		if (c < 0)
			good = false;
		else if (c == '\\')
			good = escape(p, &text);
		else
			buf_add_char(&text, (char)c);
	}
	p->at++;
	if (good)
		scan_quote(p->out, buf_str(&text));
	buf_done(&text);
	return good;
}

/* ---------------------------------------------------------------- brackets */

static bool open_level(struct pyrepr *p, enum bracket is, char close)
{
	if (p->depth == DEPTH_MAX)
		return false;
	p->levels[p->depth++] = (struct level){.is = is, .close = close, .out_start = p->out->len};
	buf_add_char(p->out, is == DICT ? '{' : '[');
	return true;
}

/* [2025, 3, 1, 10, 0, 5, 123456, …] as written → "2025-03-01T10:00:05.123456Z": platforms write UTC. */
static bool write_time(struct pyrepr *p, size_t start)
{
	struct scan scan = SCAN_INIT;
	const struct scan_opts opts = {.last = true, .lenient = true};
	int64_t n[7] = {1970, 1, 1, 0, 0, 0, 0};
	size_t i = 0;
	bool good = scan_text(&scan, str_from(buf_str(p->out), start), &opts);
	for (struct member m = val_first(scan_root(&scan)); good && m.ok && i < 7; m = val_next(m))
		if (val_is(m.val, SCAN_NUMBER))
			good = val_int64(m.val, &n[i++]) && n[i - 1] >= 0 && n[i - 1] < 1000000;
	scan_done(&scan);
	p->out->len = start;
	buf_printf(p->out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%06dZ\"", (int)n[0], (int)n[1], (int)n[2], (int)n[3],
	           (int)n[4], (int)n[5], (int)n[6]);
	return good && i >= 3;
}

/* Of a call with names an object, of one with a single argument this argument, else a list. */
static bool close_call(struct pyrepr *p, const struct level *l)
{
	char *json = p->out->ptr + l->out_start;
	if (l->keyed) {
		json[0] = '{';
		buf_add_char(p->out, '}');
		return true;
	}
	buf_add_char(p->out, ']');
	struct scan scan = SCAN_INIT;
	const struct scan_opts opts = {.last = true, .lenient = true};
	struct str text = str_from(buf_str(p->out), l->out_start);
	if (scan_text(&scan, text, &opts) && val_count(scan_root(&scan)) == 1) {
		size_t len = text.len - 2;
		memmove(json, json + 1, len);
		p->out->len = l->out_start + len;
	}
	scan_done(&scan);
	return true;
}

static bool close_level(struct pyrepr *p)
{
	const struct level *l = &p->levels[--p->depth];
	p->at++;
	if (l->is == TIME) {
		buf_add_char(p->out, ']');
		return write_time(p, l->out_start);
	}
	if (l->is == CALL)
		return close_call(p, l);
	buf_add_char(p->out, l->is == DICT ? '}' : ']');
	return true;
}

/* {…} without a colon behind its first member is a set. */
static bool is_set(const struct pyrepr *p)
{
	int deep = 0;
	for (size_t i = p->at + 1; i < p->in.len; i++) {
		char c = p->in.ptr[i];
		if (c == '\'' || c == '"') {
			for (i++; i < p->in.len && p->in.ptr[i] != c; i++)
				i += p->in.ptr[i] == '\\';
		} else if (c == '(' || c == '[' || c == '{') {
			deep++;
		} else if (c == ')' || c == ']' || c == '}') {
			if (deep-- == 0)
				return false; /* {} */
		} else if (deep == 0 && (c == ':' || c == ',')) {
			return c == ',';
		}
	}
	return false;
}

/* ---------------------------------------------------------------- words */

static bool number(struct pyrepr *p, struct str word)
{
	double d;
	bool fine = scan_double(word, &d);
	if (fine)
		buf_add_str(p->out, word);
	return fine;
}

static bool time_follows(struct str word)
{
	return str_is(word, "datetime.datetime") || str_is(word, "datetime") || str_is(word, "datetime.date") ||
	       str_is(word, "Timestamp");
}

/* A name before =: the key of a call's argument. */
static bool keyword(struct pyrepr *p, struct str word)
{
	struct level *l = p->depth ? &p->levels[p->depth - 1] : NULL;
	if (!l || (l->is != CALL && l->is != TIME) || (l->is == CALL && l->any && !l->keyed))
		return false;
	p->at++;
	if (l->is == TIME) /* tzinfo=…, fold=…: its value is written, but counts for nothing, being no number */
		return true;
	l->keyed = true;
	scan_quote(p->out, word);
	buf_add_char(p->out, ':');
	return true;
}

static bool word(struct pyrepr *p, bool *again)
{
	size_t start = p->at;
	if (peek(p) == '-' || peek(p) == '+')
		p->at++;
	while (is_word(peek(p)) ||
	       ((peek(p) == '-' || peek(p) == '+') && (p->in.ptr[p->at - 1] | 32) == 'e' && p->in.ptr[start] <= '9'))
		p->at++;
	struct str w = str_cut(p->in, start, p->at - start);
	if (w.len == 0)
		return false;
	if ((peek(p) == '\'' || peek(p) == '"') && w.len <= 2) /* b'…', r"…" */
		return string(p);
	if (peek(p) == '=') {
		*again = true;
		return keyword(p, w);
	}
	if (peek(p) == '(') {
		p->at++;
		return open_level(p, time_follows(w) ? TIME : CALL, ')');
	}
	if (str_is(w, "True") || str_is(w, "False"))
		buf_add_cstr(p->out, str_is(w, "True") ? "true" : "false");
	else if (str_is(w, "None") || str_is(w, "nan") || str_is(w, "inf") || str_is(w, "-inf"))
		buf_add_cstr(p->out, "null");
	else if (w.ptr[0] <= '9')
		return number(p, w);
	else
		scan_quote(p->out, w); /* datetime.timezone.utc */
	return true;
}

/* <Source.SDK: 'sdk'> */
static bool enumeration(struct pyrepr *p)
{
	size_t colon = str_find_char(str_cut(str_from(p->in, p->at), 0, 200), ':');
	if (colon == SIZE_MAX)
		return false;
	p->at += colon + 1;
	blanks(p);
	bool again = false;
	bool good = peek(p) == '\'' || peek(p) == '"' ? string(p) : word(p, &again) && !again;
	if (peek(p) != '>')
		return false;
	p->at++;
	return good;
}

/* ---------------------------------------------------------------- values */

static bool value(struct pyrepr *p, bool *again)
{
	switch (peek(p)) {
	case '\'':
	case '"': return string(p);
	case '{': {
		bool set = is_set(p);
		p->at++;
		return open_level(p, set ? LIST : DICT, '}');
	}
	case '[': p->at++; return open_level(p, LIST, ']');
	case '(': p->at++; return open_level(p, LIST, ')');
	case '<': return enumeration(p);
	default: return word(p, again);
	}
}

/* Between two things of the innermost bracket. false: nothing else may come here. */
static bool separator(struct pyrepr *p, struct level *l)
{
	int c = peek(p);
	if (l->is == DICT && !l->keyed) {
		if (c != ':')
			return false;
		l->keyed = true;
	} else {
		if (c != ',')
			return false;
		l->keyed = l->is == CALL && l->keyed;
	}
	p->at++;
	blanks(p);
	if (c == ',' && peek(p) == l->close) { /* (1,) and {'a': 1, } */
		l->keyed = l->keyed || l->is == DICT;
		return true;
	}
	buf_add_char(p->out, (char)c);
	return true;
}

bool pyrepr_json(struct buf *out, struct str text)
{
	struct pyrepr p = {.in = text, .out = out};
	bool wants_value = true, again;
	for (;;) {
		blanks(&p);
		struct level *l = p.depth ? &p.levels[p.depth - 1] : NULL;
		if (l && peek(&p) == l->close && (!wants_value || !l->any)) {
			if ((l->is == DICT && l->any && !l->keyed) || !close_level(&p))
				return false;
			wants_value = false;
			continue;
		}
		if (!wants_value) {
			if (!l)
				break;
			if (!separator(&p, l))
				return false;
			wants_value = peek(&p) != l->close;
			continue;
		}
		if (l && l->is == DICT && !l->keyed && peek(&p) != '\'' && peek(&p) != '"')
			return false; /* JSON has no other keys */
		again = false;
		size_t depth = p.depth;
		if (!value(&p, &again))
			return false;
		if (l)
			l->any = true;
		wants_value = again || p.depth > depth;
	}
	return p.at == text.len;
}
