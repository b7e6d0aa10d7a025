#include "store/study/mask.h"

#include <string.h>

#include "store/base/scan.h"
#include "store/study/personal.h"

/* NESTED_MOST: texts of JSON in texts of JSON. CUT: the length of a preview that was cut (text_preview: at most 200 bytes, at a cluster). */
enum { NESTED_MOST = 4, CUT_LEAST = 180, CUT_MOST = 200 };

/* ---------------------------------------------------------------- plain text */

static bool in_key(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("+/=\\\r\n\t :,-", c) != NULL);
}

/* A private key whose end is not there (its text was cut) goes on as long as it may. */
static bool find_next(struct str text, size_t *at, size_t *len, enum personal *kind)
{
	if (!personal_next(text, at, len, kind))
		return false;
	struct str found = str_cut(text, *at, *len);
	if (str_starts(found, "-----BEGIN") && str_find(str_from(found, 10), STR_LIT("-----END")) == SIZE_MAX)
		while (*at + *len < text.len && in_key(text.ptr[*at + *len]))
			++*len;
	return true;
}

/* ---- the end of a preview: it may be the first half of something, which no form tells any more */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool in_number(char c)
{
	return is_digit(c) || c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
}

/* Where in the last words of a cut text something may begin that would have been masked; text.len: nowhere. */
static size_t half_thing(struct str text)
{
	static const char *const keys[] = {"sk-",  "sk_",         "rk_",    "ghp_",  "gho_", "ghu_", "ghs_",
	                                   "ghr_", "github_pat_", "glpat-", "AIza",  "AKIA", "ASIA", "xox",
	                                   "hf_",  "npm_",        "pypi-",  "lsv2_", "eyJ"};
	size_t word = text.len, number = text.len, digits = 0;
	while (word > 0 && (unsigned char)text.ptr[word - 1] > ' ' && !strchr("\"'<>()[]{},;", text.ptr[word - 1]))
		word--;
	struct str last = str_from(text, word);
	if (last.len > 1 && str_find_char(last, '@') != SIZE_MAX && last.ptr[0] != '@')
		return word;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_starts(last, keys[i]) && last.len > strlen(keys[i]))
			return word;
	while (number > 0 && in_number(text.ptr[number - 1]))
		digits += is_digit(text.ptr[--number]);
	while (number < text.len && !is_digit(text.ptr[number]))
		number++;
	bool plus = number > 0 && text.ptr[number - 1] == '+';
	bool iban = number > 1 && text.ptr[number - 1] >= 'A' && text.ptr[number - 1] <= 'Z' &&
	            text.ptr[number - 2] >= 'A' && text.ptr[number - 2] <= 'Z';
	if (digits >= (plus || iban ? 4 : 8))
		return number - (plus ? 1 : iban ? 2 : 0);
	return text.len;
}

static size_t mask_end(struct buf *out, struct str text)
{
	size_t at = half_thing(text);
	buf_add_str(out, str_cut(text, 0, at));
	if (at == text.len)
		return 0;
	buf_add_str(out, str_cut(text, at, 1));
	buf_add_cstr(out, "…");
	return 1;
}

static size_t mask_plain(struct buf *out, struct str text)
{
	size_t at = 0, len, from = 0, n = 0;
	enum personal kind;
	for (; find_next(text, &at, &len, &kind); at += len) {
		buf_add_str(out, str_cut(text, from, at - from));
		personal_mask(out, str_cut(text, at, len), kind);
		from = at + len;
		n++;
	}
	struct str rest = str_from(text, from);
	if (text.len > CUT_MOST || text.len < CUT_LEAST) {
		buf_add_str(out, rest);
		return n;
	}
	return n + mask_end(out, rest);
}

/* ---------------------------------------------------------------- JSON */

static size_t mask_at(struct buf *out, struct str text, int depth);

/* Strings are looked through one by one, as what they say and not how it is written. */
struct masking {
	struct str text;
	struct buf *out;
	size_t from; /* bytes before it are written */
	size_t n;
	int depth;
	struct arena arena;
};

static void write_until(struct masking *m, size_t to)
{
	if (to > m->from)
		buf_add_str(m->out, str_cut(m->text, m->from, to - m->from));
	m->from = to;
}

static bool is_json(struct str text)
{
	struct str trimmed = str_trim(text);
	return trimmed.len > 1 && strchr("{[\"", trimmed.ptr[0]) != NULL;
}

/* Card numbers among the bytes as written, so that one keeps the name it stands under ("order_id": 4111…). A number becomes a string. */
static void mask_cards(struct masking *m, const struct scan_token *t)
{
	size_t end = (size_t)t->at + t->len, at = t->at, len;
	enum personal kind;
	const char *quote = t->type == SCAN_NUMBER ? "\"" : "";
	struct str seen = str_cut(m->text, 0, end + 2);
	for (; personal_next(seen, &at, &len, &kind) && at + len <= end; at += len) {
		if (kind != PERSONAL_CARD || (t->type == SCAN_NUMBER && len != t->len))
			continue;
		write_until(m, at);
		buf_add_cstr(m->out, quote);
		personal_mask(m->out, str_cut(m->text, at, len), kind);
		buf_add_cstr(m->out, quote);
		m->from = at + len;
		m->n++;
	}
}

/* Anything else. */
static bool has_more_than_cards(struct str text)
{
	size_t at = 0, len;
	enum personal kind;
	for (; personal_next(text, &at, &len, &kind); at += len)
		if (kind != PERSONAL_CARD)
			return true;
	return false;
}

/* A string by itself; JSON in it by its own names. */
static bool mask_inside(struct masking *m, struct val v)
{
	const struct scan_token *t = val_token(v);
	arena_reset(&m->arena);
	struct str text = val_str(v, &m->arena);
	bool json = t->escaped && is_json(text);
	if (!t->respelt && !json && !has_more_than_cards(text))
		return false;
	struct buf masked = BUF_INIT;
	size_t n = mask_at(&masked, text, m->depth + 1);
	if (n) {
		write_until(m, t->at - 1);
		scan_quote(m->out, buf_str(&masked));
		m->from = (size_t)t->at + t->len + 1;
		m->n += n;
	}
	buf_done(&masked);
	return n > 0;
}

static size_t mask_scanned(struct buf *out, struct str text, const struct scan *scan, int depth)
{
	struct masking m = {.text = text, .out = out, .depth = depth, .arena = ARENA_INIT};
	for (uint32_t i = 0; i < scan->n; i++) {
		const struct scan_token *t = &scan->tokens[i];
		struct val v = {scan, i};
		if (t->type == SCAN_NUMBER || (t->type == SCAN_STRING && !mask_inside(&m, v)))
			mask_cards(&m, t);
	}
	write_until(&m, text.len);
	arena_done(&m.arena);
	return m.n;
}

static size_t mask_at(struct buf *out, struct str text, int depth)
{
	struct scan scan = SCAN_INIT;
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	bool json = depth < NESTED_MOST && is_json(text) && scan_text(&scan, text, &opts);
	size_t n = json ? mask_scanned(out, text, &scan, depth) : mask_plain(out, text);
	scan_done(&scan);
	return n;
}

/* ---------------------------------------------------------------- for all */

size_t mask_text(struct buf *out, struct str text)
{
	return mask_at(out, text, 0);
}

bool mask_any(struct str text)
{
	struct buf masked = BUF_INIT;
	size_t n = mask_text(&masked, text);
	buf_done(&masked);
	return n > 0;
}

/* Nothing stands there as written, and nothing is written otherwise than it reads. */
static bool is_harmless(struct str text)
{
	size_t at = 0, len;
	enum personal kind;
	bool cut = text.len >= CUT_LEAST && text.len <= CUT_MOST;
	return !cut && !personal_next(text, &at, &len, &kind) && str_find_char(text, '\\') == SIZE_MAX;
}

struct str mask_str(struct arena *arena, struct str text)
{
	struct buf masked = BUF_INIT;
	struct str got = text;
	if (!is_harmless(text) && mask_text(&masked, text))
		got = arena_str(arena, buf_str(&masked));
	buf_done(&masked);
	return got;
}

struct str mask_json(struct arena *arena, struct str json)
{
	struct buf masked = BUF_INIT;
	struct scan scan = SCAN_INIT;
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct str got = json;
	if (!is_harmless(json)) {
		bool is = scan_text(&scan, json, &opts);
		if (is ? mask_scanned(&masked, json, &scan, 0) : mask_text(&masked, json))
			got = arena_str(arena, buf_str(&masked));
	}
	scan_done(&scan);
	buf_done(&masked);
	return got;
}

void mask_around(struct buf *out, struct str text, size_t *at, size_t *len, size_t before, size_t after)
{
	enum { LOOK = 4096 }; /* nothing personal is longer, but keys, whose ends do not matter */
	size_t low = *at > before + LOOK ? *at - before - LOOK : 0, from = *at > before ? *at - before : 0;
	size_t end = *at + *len, to = text.len - end > after ? end + after : text.len;
	size_t place = low, n, begin = *at, new_at = SIZE_MAX, new_end = SIZE_MAX, written = from;
	enum personal kind;
	struct str seen = str_cut(text, 0, to + LOOK);
	for (; place < to && find_next(seen, &place, &n, &kind) && place < to; place += n) {
		if (place + n <= from)
			continue;
		size_t start = place > written ? place : written;
		if (begin >= written && begin < start && new_at == SIZE_MAX)
			new_at = out->len + begin - written;
		if (end >= written && end <= start && new_end == SIZE_MAX && new_at != SIZE_MAX)
			new_end = out->len + end - written;
		buf_add_str(out, str_cut(text, written, start - written));
		if (begin < place + n && new_at == SIZE_MAX)
			new_at = out->len;
		personal_mask(out, str_cut(text, place, n), kind);
		if (end <= place + n && new_end == SIZE_MAX)
			new_end = out->len;
		written = place + n;
	}
	if (new_at == SIZE_MAX)
		new_at = out->len + begin - written;
	if (new_end == SIZE_MAX)
		new_end = out->len + end - written;
	if (to > written)
		buf_add_str(out, str_cut(text, written, to - written));
	*at = new_at;
	*len = new_end > new_at ? new_end - new_at : 0;
}
