#include "store/study/mask.h"

#include <string.h>

#include "store/base/scan.h"
#include "store/study/personal.h"

enum { NESTED_MOST = 4 }; /* texts of JSON in texts of JSON */

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
	buf_add_str(out, str_from(text, from));
	return n;
}

/* ---------------------------------------------------------------- JSON */

static size_t mask_at(struct buf *out, struct str text, int depth);

/* Things are looked for in the text as written, so that a number keeps the name it stands under ("order_id": 4111…), and each is
 * put into the token it lies in. */
struct masking {
	struct str text;
	struct buf *out;
	size_t from;    /* bytes before it are written */
	size_t at, len; /* the next thing found; len 0: none */
	enum personal kind;
	size_t n;
	int depth;
	struct arena arena;
};

static void next_found(struct masking *m, size_t from)
{
	m->at = m->at > from ? m->at : from;
	if (!find_next(m->text, &m->at, &m->len, &m->kind))
		m->len = 0;
}

static void write_until(struct masking *m, size_t to)
{
	if (to > m->from)
		buf_add_str(m->out, str_cut(m->text, m->from, to - m->from));
	m->from = to;
}

/* A cut must not leave the second half of an escape behind. */
static size_t behind_escape(struct str text, size_t begin, size_t end)
{
	size_t n = 0;
	while (end - n > begin && text.ptr[end - n - 1] == '\\')
		n++;
	return n % 2 ? end + 1 : end;
}

/* What of the things found lies in [begin, end). */
static void mask_range(struct masking *m, size_t begin, size_t end, bool quote)
{
	while (m->len && m->at + m->len <= begin)
		next_found(m, m->at + m->len);
	while (m->len && m->at < end) {
		size_t from = m->at > begin ? m->at : begin, to = m->at + m->len;
		struct str found = str_cut(m->text, m->at, m->len);
		to = behind_escape(m->text, begin, to < end ? to : end);
		if (quote) { /* a number: all of it is the thing */
			from = begin;
			to = end;
		}
		write_until(m, from);
		if (quote)
			buf_add_char(m->out, '"');
		personal_mask(m->out, found, m->kind);
		if (quote)
			buf_add_char(m->out, '"');
		m->from = to;
		m->n++;
		if (m->at + m->len > end)
			break; /* goes on behind this token */
		next_found(m, m->at + m->len > to ? m->at + m->len : to);
	}
}

static bool is_json(struct str text)
{
	struct str trimmed = str_trim(text);
	return trimmed.len > 1 && strchr("{[\"", trimmed.ptr[0]) != NULL;
}

/* A string whose text differs from how it is written, or is JSON itself: what is in it is found in its text. */
static bool mask_inside(struct masking *m, struct val v)
{
	const struct scan_token *t = val_token(v);
	if (!t->escaped)
		return false;
	arena_reset(&m->arena);
	struct str text = val_str(v, &m->arena);
	if (!t->respelt && !is_json(text))
		return false;
	struct buf masked = BUF_INIT;
	size_t n = mask_at(&masked, text, m->depth + 1);
	if (n) {
		write_until(m, t->at - 1);
		scan_quote(m->out, buf_str(&masked));
		m->from = t->at + t->len + 1;
		m->n += n;
		next_found(m, m->from);
	}
	buf_done(&masked);
	return n > 0;
}

static size_t mask_json(struct buf *out, struct str text, const struct scan *scan, int depth)
{
	struct masking m = {.text = text, .out = out, .depth = depth, .arena = ARENA_INIT};
	next_found(&m, 0);
	for (uint32_t i = 0; i < scan->n; i++) {
		const struct scan_token *t = &scan->tokens[i];
		struct val v = {scan, i};
		if (t->type == SCAN_STRING && !mask_inside(&m, v))
			mask_range(&m, t->at, t->at + t->len, false);
		else if (t->type == SCAN_NUMBER)
			mask_range(&m, t->at, t->at + t->len, true);
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
	size_t n = json ? mask_json(out, text, &scan, depth) : mask_plain(out, text);
	scan_done(&scan);
	return n;
}

/* ---------------------------------------------------------------- for all */

size_t mask_text(struct buf *out, struct str text)
{
	return mask_at(out, text, 0);
}

struct str mask_str(struct arena *arena, struct str text)
{
	struct buf masked = BUF_INIT;
	struct str got = text;
	if (text.len && mask_text(&masked, text))
		got = arena_str(arena, buf_str(&masked));
	buf_done(&masked);
	return got;
}

bool mask_any(struct str text)
{
	struct buf masked = BUF_INIT;
	size_t n = mask_text(&masked, text);
	buf_done(&masked);
	return n > 0;
}
