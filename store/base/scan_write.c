/* JSON out of a scan: quoted, canonical, compact, pretty. None recurses: nesting comes from the file. */
#include "store/base/scan.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/scan_private.h"
#include "store/base/vec.h"

/* ---- strings */

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

static void quote_ascii(struct buf *out, unsigned char c)
{
	switch (c) {
	case '"': buf_add_cstr(out, "\\\""); return;
	case '\\': buf_add_cstr(out, "\\\\"); return;
	case '\b': buf_add_cstr(out, "\\b"); return;
	case '\f': buf_add_cstr(out, "\\f"); return;
	case '\n': buf_add_cstr(out, "\\n"); return;
	case '\r': buf_add_cstr(out, "\\r"); return;
	case '\t': buf_add_cstr(out, "\\t"); return;
	default: buf_printf(out, "\\u%04x", c); return;
	}
}

/* C1 controls (U+0080 to U+009F) act on some terminals like ESC sequences: escaped as DEL and the others are. */
static size_t quote_high(struct buf *out, const unsigned char *p, const unsigned char *end)
{
	enum utf8_kind kind;
	size_t n = scan_utf8(p, end, &kind);
	if (kind != UTF8_GOOD)
		buf_add_cstr(out, "\xEF\xBF\xBD");
	else if (n == 2 && *p == 0xC2 && p[1] < 0xA0)
		buf_printf(out, "\\u%04x", p[1]);
	else
		buf_add(out, p, n);
	return n;
}

void scan_quote(struct buf *out, struct str text)
{
	const unsigned char *p = (const unsigned char *)text.ptr, *end = p ? p + text.len : p;
	buf_reserve(out, size_add(text.len, 2));
	buf_add_char(out, '"');
	while (p < end) {
		const unsigned char *run = p;
		while (p < end && is_plain(*p))
			p++;
		if (p > run)
			buf_add(out, run, (size_t)(p - run));
		if (p == end)
			break;
		if (*p < 0x80)
			quote_ascii(out, *p++);
		else
			p += quote_high(out, p, end);
	}
	buf_add_char(out, '"');
}

/* ---- canonical */

struct canon_member {
	struct str key;
	struct val val;
};

/* An open container: an object goes through its sorted members, an array through its members as they are. */
struct canon_level {
	struct canon_member *members;
	uint32_t n, i;
	struct member item;
	bool object, begun;
};

struct canon_levels {
	VEC(struct canon_level) open; /* innermost last */
};

static int by_key(const void *a, const void *b)
{
	const struct canon_member *m = a, *n = b;
	int order = str_cmp(m->key, n->key);
	return order ? order : (m->val.i > n->val.i) - (m->val.i < n->val.i);
}

static struct canon_level sorted_members(struct val object, struct arena *arena)
{
	struct canon_level level = {.object = true};
	level.members = arena_zalloc(arena, val_count(object), sizeof *level.members);
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		level.members[level.n++] = (struct canon_member){.key = val_str(m.key, arena), .val = m.val};
	qsort(level.members, level.n, sizeof *level.members, by_key);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < level.n; i++)
		if (i + 1 == level.n || !str_eq(level.members[i].key, level.members[i + 1].key))
			level.members[kept++] = level.members[i];
	level.n = kept;
	return level;
}

/* The next value of the level, its comma and key written; false at the end, with the bracket written. */
static bool next_value(struct buf *out, struct canon_level *level, struct val *v)
{
	bool more = level->object ? level->i < level->n : level->item.ok;
	if (!more) {
		buf_add_char(out, level->object ? '}' : ']');
		return false;
	}
	if (level->begun)
		buf_add_char(out, ',');
	level->begun = true;
	if (!level->object) {
		*v = level->item.val;
		level->item = val_next(level->item);
		return true;
	}
	const struct canon_member *m = &level->members[level->i++];
	scan_quote(out, m->key);
	buf_add_char(out, ':');
	*v = m->val;
	return true;
}

/* A scalar is written; a container becomes the innermost level. */
static void begin_value(struct buf *out, struct canon_levels *levels, struct val v, struct arena *arena)
{
	if (val_is(v, SCAN_OBJECT)) {
		buf_add_char(out, '{');
		*vec_add(&levels->open) = sorted_members(v, arena);
	} else if (val_is(v, SCAN_ARRAY)) {
		buf_add_char(out, '[');
		*vec_add(&levels->open) = (struct canon_level){.item = val_first(v)};
	} else if (val_is(v, SCAN_STRING)) {
		scan_quote(out, val_str(v, arena));
	} else {
		buf_add_str(out, val_raw(v));
	}
}

void scan_canonical(struct buf *out, struct val v)
{
	if (!v.scan)
		return;
	struct arena arena = ARENA_INIT;
	struct canon_levels levels = {.open = {0}};
	begin_value(out, &levels, v, &arena);
	while (levels.open.n > 0) {
		struct val inner;
		if (next_value(out, &levels.open.at[levels.open.n - 1], &inner))
			begin_value(out, &levels, inner, &arena);
		else
			levels.open.n--;
	}
	vec_done(&levels.open);
	arena_done(&arena);
}

/* ---- as written: what is between strings holds no quotes, so it is brackets, commas, colons, blanks and literals */

struct pieces {
	const struct scan *scan;
	uint32_t i, next;     /* token to look at; behind the last */
	const char *at, *end; /* of the value's text not yet given */
};

static struct pieces pieces_of(struct val v)
{
	struct str raw = val_raw(v);
	return (struct pieces){
	    .scan = v.scan, .i = v.i, .next = v.scan->tokens[v.i].next, .at = raw.ptr, .end = raw.ptr + raw.len};
}

/* The text up to the next string, and that string with its quotes (STR_NONE behind the last one). */
static bool next_pieces(struct pieces *p, struct str *between, struct str *string)
{
	if (p->at == p->end)
		return false;
	while (p->i < p->next && p->scan->tokens[p->i].type != SCAN_STRING)
		p->i++;
	*string = p->i < p->next ? val_raw((struct val){p->scan, p->i}) : STR_NONE;
	const char *stop = string->ptr ? string->ptr : p->end;
	*between = (struct str){p->at, (size_t)(stop - p->at)};
	p->at = stop + string->len;
	p->i++;
	return true;
}

void scan_compact(struct buf *out, struct val v)
{
	if (!v.scan)
		return;
	struct pieces pieces = pieces_of(v);
	struct str between, string;
	buf_reserve(out, (size_t)(pieces.end - pieces.at));
	while (next_pieces(&pieces, &between, &string)) {
		for (size_t i = 0; i < between.len; i++)
			if (!scan_is_blank((unsigned char)between.ptr[i]))
				buf_add_char(out, between.ptr[i]);
		buf_add_str(out, string);
	}
}

struct pretty {
	struct buf *out;
	size_t depth;
	bool opened; /* the bracket just written: a line for its first element is due, unless it closes at once */
};

static void new_line(struct pretty *p)
{
	buf_add_char(p->out, '\n');
	buf_add_fill(p->out, ' ', 2 * p->depth);
}

static void before_element(struct pretty *p)
{
	if (p->opened)
		new_line(p);
	p->opened = false;
}

static void pretty_byte(struct pretty *p, char c)
{
	if (c == '}' || c == ']') {
		p->depth--;
		if (!p->opened)
			new_line(p);
		p->opened = false;
		buf_add_char(p->out, c);
		return;
	}
	before_element(p);
	buf_add_char(p->out, c);
	if (c == ',')
		new_line(p);
	else if (c == ':')
		buf_add_char(p->out, ' ');
	p->opened = c == '{' || c == '[';
	p->depth += p->opened;
}

void scan_pretty(struct buf *out, struct val v)
{
	if (!v.scan)
		return;
	struct pretty p = {.out = out};
	struct pieces pieces = pieces_of(v);
	struct str between, string;
	while (next_pieces(&pieces, &between, &string)) {
		for (size_t i = 0; i < between.len; i++)
			if (!scan_is_blank((unsigned char)between.ptr[i]))
				pretty_byte(&p, between.ptr[i]);
		if (string.ptr)
			before_element(&p);
		buf_add_str(out, string);
	}
}
