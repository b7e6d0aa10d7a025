/* Handles into the token table: types, members, look-up. */
#include "store/base/scan.h"

#include <string.h>

#include "store/base/scan_private.h"

struct str val_raw(struct val v)
{
	if (!v.scan)
		return STR_NONE;
	const struct scan_token *t = val_token(v);
	const uint32_t quote = t->type == SCAN_STRING;
	return (struct str){v.scan->text + t->at - quote, (size_t)t->len + 2 * quote};
}

size_t val_offset(struct val v)
{
	return v.scan ? (size_t)(val_raw(v).ptr - v.scan->text) : 0;
}

uint32_t val_count(struct val v)
{
	uint32_t n = 0;
	for (struct member m = val_first(v); m.ok; m = val_next(m))
		n++;
	return n;
}

/* ---- members */

bool member_is(struct member m, const char *name)
{
	return m.ok && val_str_is(m.key, name);
}

static int loose(int c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int next_loose(struct scan_bytes *bytes)
{
	int c;
	do
		c = scan_byte(bytes);
	while (c == '_');
	return loose(c);
}

bool member_is_loose(struct member m, const char *name)
{
	if (!m.ok || !m.key.scan)
		return false;
	const struct scan_token *t = val_token(m.key);
	const char *start = m.key.scan->text + t->at;
	/* most keys differ in their first letter */
	if (t->len && !t->escaped && *start != '_' && *name != '_' &&
	    loose((unsigned char)*start) != loose((unsigned char)*name))
		return false;
	struct scan_bytes bytes = {.p = start, .end = start + t->len};
	for (; *name; name++)
		if (*name != '_' && next_loose(&bytes) != loose((unsigned char)*name))
			return false;
	return next_loose(&bytes) < 0;
}

struct str member_key(struct member m, struct arena *arena)
{
	return m.ok ? val_str(m.key, arena) : STR_NONE;
}

static inline bool key_is(const struct scan *s, uint32_t i, struct str name)
{
	const struct scan_token *t = &s->tokens[i];
	return t->len == name.len && !t->escaped && memcmp(s->text + t->at, name.ptr, name.len) == 0;
}

bool val_pair(struct val object, struct str first, struct str second, struct val got[2])
{
	if (!val_is(object, SCAN_OBJECT))
		return false;
	const struct scan *s = object.scan;
	uint32_t i = object.i + 1, end = val_token(object)->next;
	if (i == end || !key_is(s, i, first))
		return false;
	uint32_t k = s->tokens[i + 1].next;
	if (k == end || !key_is(s, k, second) || s->tokens[k + 1].next != end)
		return false;
	got[0] = (struct val){s, i + 1};
	got[1] = (struct val){s, k + 1};
	return true;
}

bool val_single(struct val object, struct str *key, struct val *got)
{
	if (!val_is(object, SCAN_OBJECT))
		return false;
	const struct scan *s = object.scan;
	uint32_t i = object.i + 1, end = val_token(object)->next;
	if (i == end || s->tokens[i].escaped || s->tokens[i + 1].next != end)
		return false;
	*key = (struct str){s->text + s->tokens[i].at, s->tokens[i].len};
	*got = (struct val){s, i + 1};
	return true;
}

/* ---- look-up */

struct val val_find(struct val object, struct str name)
{
	struct val found = VAL_NONE;
	if (!val_is(object, SCAN_OBJECT))
		return found;
	const struct scan *s = object.scan;
	for (uint32_t i = object.i + 1, end = val_token(object)->next; i < end; i = s->tokens[i + 1].next)
		if (key_is(s, i, name) || (s->tokens[i].escaped && scan_str_is((struct val){s, i}, name)))
			found = (struct val){s, i + 1};
	return found;
}

struct val val_get_loose(struct val object, const char *name)
{
	struct val found = VAL_NONE;
	if (!val_is(object, SCAN_OBJECT))
		return found;
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		if (member_is_loose(m, name))
			found = m.val;
	return found;
}

struct val val_at(struct val array, uint32_t index)
{
	if (!val_is(array, SCAN_ARRAY))
		return VAL_NONE;
	for (struct member m = val_first(array); m.ok; m = val_next(m))
		if (index-- == 0)
			return m.val;
	return VAL_NONE;
}

struct val val_path(struct val object, const char *path)
{
	struct str rest = str_of(path), name;
	while (object.scan && str_split(&rest, '.', &name))
		object = val_find(object, name);
	return object;
}
