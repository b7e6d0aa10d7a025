/* What a row of the tree says; its path and its value. */
#include "store/base/text_words.h"
#include "store/base/units.h"
#include "tui/widget/jsonview_private.h"

enum { PREVIEW = 400 /* bytes of a container, folded */ };

/* A string's body without an escape that is cut off at its end. */
static struct str whole_escapes(struct str body)
{
	size_t i = 0;
	while (i < body.len) {
		size_t step = body.ptr[i] != '\\' ? 1 : i + 1 < body.len && body.ptr[i + 1] == 'u' ? 6 : 2;
		/* (the first half of a pair, and what should be its other half) */
		if (step == 6 && i + 3 < body.len && (body.ptr[i + 2] | 0x20) == 'd')
			step = 12;
		if (i + step > body.len)
			break;
		i += step;
	}
	return str_cut(body, 0, i);
}

struct str jsonview_head(const struct jsonview *v, const struct json_row *row, size_t max, struct arena *arena)
{
	const struct json_doc *doc = &v->docs.at[row->doc];
	const struct scan_token *token = &doc->scan.tokens[row->token];
	struct str body = str_cut(doc->text, token->at, token->len);
	if (token->type != SCAN_STRING || !token->escaped)
		return str_cut(body, 0, max);
	if (body.len <= 2 * max)
		return val_str(jsonview_val(v, row->doc, row->token), arena);
	body = whole_escapes(str_cut(body, 0, max));
	char *text = arena_alloc(arena, body.len + 1);
	return (struct str){text, scan_body_text(text, body)};
}

/* ---------------------------------------------------------------- drawing */

struct pen {
	const struct jsonview *v;
	struct canvas line;
	int col;
	bool dim;
	struct arena *arena;
};

static void light(const struct pen *p, int col, int used, struct str text)
{
	struct str what = buf_str(&p->v->what);
	if (what.len == 0 || p->dim)
		return;
	size_t len;
	for (size_t at = 0; (at = words_find(text, what, at, p->v->ignore_case, &len)) != SIZE_MAX; at += len) {
		int from = text_cols(str_cut(text, 0, at)), cols = text_cols(str_cut(text, at, len));
		if (from >= used)
			return;
		canvas_tint(p->line, 0, col + from, from + cols > used ? used - from : cols, ROLE_MATCH);
	}
}

static void put(struct pen *p, enum role role, int max_cols, struct str text)
{
	int used = canvas_put(p->line, 0, p->col, max_cols, p->dim ? ROLE_DIM : role, text);
	light(p, p->col, used, str_cut(text, 0, 4096));
	p->col += used;
}

static void putc_(struct pen *p, enum role role, const char *text)
{
	put(p, role, -1, str_of(text));
}

static struct str key_of(const struct jsonview *v, const struct json_row *row, struct arena *arena)
{
	struct json_row key = *row;
	key.token--;
	return jsonview_head(v, &key, 4096, arena);
}

static void put_key(struct pen *p, const struct json_row *row)
{
	if (row->keyed) {
		put(p, ROLE_JSON_KEY, p->v->cols / 2, key_of(p->v, row, p->arena));
	} else {
		struct buf text = BUF_INIT;
		buf_printf(&text, "%u", row->index);
		put(p, ROLE_DIM, -1, buf_str(&text));
		buf_done(&text);
	}
	putc_(p, ROLE_DIM, ": ");
}

/* "{…} 12 members" and a glance at them; an open one says no more than how long a list is. */
static void put_container(struct pen *p, const struct json_row *row)
{
	struct val val = jsonview_val(p->v, row->doc, row->token);
	bool object = val_is(val, SCAN_OBJECT), ascii = p->line.grid->ascii;
	struct buf text = BUF_INIT;
	if (row->n == 0)
		buf_add_cstr(&text, object ? "{}" : "[]");
	else if (!row->open)
		buf_printf(&text, "%s%s%s ", object ? "{" : "[", ascii ? "..." : "…", object ? "}" : "]");
	if (row->n && row->open && !object)
		buf_printf(&text, "[%u]", row->n);
	else if (row->n && !row->open)
		units_thousands(&text, row->n);
	if (row->n && !row->open && object)
		buf_add_cstr(&text, row->n == 1 ? " member" : " members");
	put(p, ROLE_DIM, -1, buf_str(&text));
	buf_done(&text);
	if (row->n == 0 || row->open || p->col + 12 > p->line.cols)
		return;
	struct str inside = val_raw(val);
	inside = str_cut(inside, 1, inside.len - 2);
	struct str glance = text_preview(p->arena, str_cut(inside, 0, PREVIEW), PREVIEW);
	p->col += 2;
	put(p, ROLE_DIM, -1, glance);
}

static enum role scalar_role(enum scan_type type)
{
	return type == SCAN_NULL ? ROLE_DIM : ROLE_TEXT;
}

static void put_size(struct pen *p, const struct json_row *row, bool json)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, json ? "JSON in a text, " : "");
	units_bytes(&text, p->v->docs.at[row->doc].scan.tokens[row->token].len);
	put(p, ROLE_DIM, -1, buf_str(&text));
	buf_done(&text);
}

static void put_long(struct pen *p, const struct json_row *row)
{
	struct str head = jsonview_head(p->v, row, (size_t)p->line.cols * 4, p->arena);
	bool string = val_is(jsonview_val(p->v, row->doc, row->token), SCAN_STRING);
	struct str begin = str_trim(head);
	bool json = string && begin.len && (begin.ptr[0] == '{' || begin.ptr[0] == '[');
	if (row->open) {
		put_size(p, row, json);
		return;
	}
	int end = p->line.cols - (json ? 26 : 10);
	put(p, ROLE_TEXT, end > p->col + 8 ? end - p->col : -1, head);
	p->col += 2;
	if (p->col + 8 <= p->line.cols)
		put_size(p, row, json);
}

static void put_leaf(struct pen *p, const struct json_row *row)
{
	struct val val = jsonview_val(p->v, row->doc, row->token);
	if (val_is(val, SCAN_OBJECT) || val_is(val, SCAN_ARRAY)) {
		put_container(p, row);
		return;
	}
	bool string = val_is(val, SCAN_STRING);
	putc_(p, ROLE_DIM, string ? "\"" : "");
	put(p, scalar_role(val_type(val)), -1, jsonview_head(p->v, row, (size_t)p->line.cols * 8, p->arena));
	putc_(p, ROLE_DIM, string ? "\"" : "");
}

static void put_more(struct pen *p, const struct json_row *row)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, p->line.grid->ascii ? "... " : "… ");
	units_bytes(&text, row->n);
	buf_add_cstr(&text, " more");
	put(p, ROLE_DIM, -1, buf_str(&text));
	buf_done(&text);
}

static void put_row(struct pen *p, const struct json_row *row)
{
	const struct json_doc *doc = &p->v->docs.at[row->doc];
	bool ascii = p->line.grid->ascii;
	p->col = jsonview_indent(p->v, row);
	switch ((enum json_row_kind)row->kind) {
	case JSON_TEXT: put(p, ROLE_TEXT, -1, str_cut(doc->text, row->at, row->n)); return;
	case JSON_MORE: put_more(p, row); return;
	case JSON_LEAF: p->col += 2; break;
	case JSON_HEAD:
	case JSON_FOLD:
	case JSON_LONG:
		canvas_zone(canvas_part(p->line, 0, p->col, 1, 2), (struct zone){.kind = ZONE_FOLD});
		putc_(p, ROLE_DIM, ascii ? row->open ? "- " : "+ " : row->open ? "▾ " : "▸ ");
		break;
	}
	if (row->kind == JSON_HEAD) {
		put(p, doc->role, -1, doc->heading);
		return;
	}
	put_key(p, row);
	if (row->kind == JSON_FOLD)
		put_container(p, row);
	else if (row->kind == JSON_LONG)
		put_long(p, row);
	else
		put_leaf(p, row);
}

void jsonview_draw(const struct jsonview *v, struct canvas pane, bool cursor, bool dim)
{
	struct arena arena = ARENA_INIT;
	int64_t rows = (int64_t)v->list.n - v->top;
	if (cursor)
		canvas_zone(canvas_part(pane, 0, 0, rows < pane.rows ? (int)rows : pane.rows, pane.cols),
		            (struct zone){.kind = ZONE_LIST, .at = v->top, .now = v->cursor, .name = "Space"});
	for (int i = 0; i < pane.rows && v->top + i < (int64_t)v->list.n; i++) {
		struct pen p = {.v = v, .line = canvas_part(pane, i, 0, 1, pane.cols), .dim = dim, .arena = &arena};
		put_row(&p, &v->list.at[v->top + i]);
		if (cursor && v->top + i == v->cursor)
			canvas_putc(p.line, 0, 0, 1, ROLE_CURSOR, ">");
		arena_reset(&arena);
	}
	arena_done(&arena);
}

/* ---------------------------------------------------------------- path and value */

static bool is_plain(struct str key, bool dotted)
{
	for (size_t i = 0; i < key.len; i++) {
		char c = key.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (c & 0x80);
		if (!letter && !(c >= '0' && c <= '9' && (i || dotted)) && c != '-' && !(dotted && c != '"'))
			return false;
	}
	return key.len > 0;
}

static void add_step(struct buf *out, const struct jsonview *v, const struct json_row *row)
{
	struct arena arena = ARENA_INIT;
	if (!row->keyed) {
		buf_printf(out, "[%u]", row->index);
		return;
	}
	struct str key = val_str(jsonview_val(v, row->doc, row->token - 1), &arena);
	if (is_plain(key, v->dotted)) {
		buf_add_cstr(out, out->len ? "." : "");
		buf_add_str(out, key);
	} else {
		buf_add_char(out, '[');
		scan_quote(out, key);
		buf_add_char(out, ']');
	}
	arena_done(&arena);
}

void jsonview_path(struct buf *out, const struct jsonview *v)
{
	VEC(int64_t) steps = {0};
	struct buf path = BUF_INIT;
	for (int64_t at = v->list.n ? v->cursor : -1; at >= 0; at = jsonview_parent(v, at))
		*vec_add(&steps) = at;
	for (size_t i = steps.n; i > 0; i--) {
		const struct json_row *row = &v->list.at[steps.at[i - 1]];
		if (row->kind == JSON_HEAD || row->kind == JSON_TEXT || row->kind == JSON_MORE)
			continue;
		add_step(&path, v, row);
	}
	buf_add_str(out, buf_str(&path));
	buf_done(&path);
	vec_done(&steps);
}

bool jsonview_value(struct buf *out, const struct jsonview *v)
{
	struct arena arena = ARENA_INIT;
	if (!v->list.n)
		return false;
	const struct json_row *row = &v->list.at[v->cursor];
	if (row->kind == JSON_HEAD || row->kind == JSON_TEXT || row->kind == JSON_MORE) {
		buf_add_str(out, v->docs.at[row->doc].text);
		return true;
	}
	struct val val = jsonview_val(v, row->doc, row->token);
	buf_add_str(out, val_is(val, SCAN_STRING) ? val_str(val, &arena) : val_raw(val));
	arena_done(&arena);
	return true;
}

struct str jsonview_text(const struct jsonview *v)
{
	uint32_t doc = v->list.n ? v->list.at[v->cursor].doc : JSON_NONE;
	while (doc != JSON_NONE && v->docs.at[doc].up != JSON_NONE)
		doc = v->docs.at[doc].up;
	return doc == JSON_NONE ? STR_NONE : v->docs.at[doc].text;
}
