#include "store/search_leaf.h"

void leaves_done(struct leaves *l)
{
	for (int i = 0; i < LEAF_LEVELS; i++)
		scan_done(&l->scan[i]);
	arena_done(&l->arena);
}

static bool may_be_json(struct str text)
{
	struct str t = str_trim(text);
	char first = t.len >= 2 ? t.ptr[0] : 0, last = t.len >= 2 ? t.ptr[t.len - 1] : 0;
	return (first == '{' && last == '}') || (first == '[' && last == ']') || (first == '"' && last == '"');
}

static bool read_json(struct scan *scan, struct str text)
{
	return may_be_json(text) &&
	       scan_text(scan, text, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true});
}

/* The scans in progress, outermost first: a stack instead of recursion. */
static void walk(struct leaves *l)
{
	uint32_t at[LEAF_LEVELS] = {0};
	int level = 0;
	while (level >= 0) {
		struct scan *s = &l->scan[level];
		if (at[level] >= s->n) {
			level--;
			continue;
		}
		uint32_t i = at[level]++;
		const struct scan_token *t = &s->tokens[i];
		struct str raw = {s->text + t->at, t->len};
		if (t->type == SCAN_ARRAY || t->type == SCAN_OBJECT || (t->type == SCAN_STRING && !raw.len))
			continue;
		if (t->type != SCAN_STRING) {
			l->leaf(l->to, raw);
			continue;
		}
		if (l->skip && l->skip(l->to, raw))
			continue;
		struct str text = t->escaped ? val_str((struct val){s, i}, &l->arena) : raw;
		if (level + 1 < LEAF_LEVELS && read_json(&l->scan[level + 1], text))
			at[++level] = 0;
		else
			l->leaf(l->to, text);
	}
}

void leaves_walk(struct leaves *l, struct str bytes)
{
	if (read_json(&l->scan[0], bytes))
		walk(l);
	else
		l->leaf(l->to, bytes);
	arena_reset(&l->arena);
}

static void add_leaf(void *to, struct str text)
{
	struct buf *out = to;
	if (out->len)
		buf_add_char(out, ' ');
	buf_add_str(out, text);
}

struct str leaves_text(struct str text, struct arena *arena)
{
	if (!may_be_json(text))
		return text;
	struct buf out = BUF_INIT;
	struct leaves l = {.leaf = add_leaf, .to = &out};
	if (read_json(&l.scan[0], text)) {
		walk(&l);
		text = arena_str(arena, buf_str(&out));
	}
	leaves_done(&l);
	buf_done(&out);
	return text;
}
