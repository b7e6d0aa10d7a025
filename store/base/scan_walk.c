/* Handles into the token table: types, members, look-up. */
#include "store/base/scan.h"

#include <string.h>

#include "store/base/scan_private.h"

static const struct scan_token *token(struct val v)
{
	return &v.scan->tokens[v.i];
}

struct val scan_root(const struct scan *s)
{
	return s->n ? (struct val){s, 0} : VAL_NONE;
}

enum scan_type val_type(struct val v)
{
	return v.scan ? (enum scan_type)token(v)->type : SCAN_NONE;
}

bool val_is(struct val v, enum scan_type type)
{
	return val_type(v) == type;
}

bool val_ok(struct val v)
{
	return v.scan && token(v)->type != SCAN_NULL;
}

struct str val_raw(struct val v)
{
	if (!v.scan)
		return STR_NONE;
	const struct scan_token *t = token(v);
	if (t->type == SCAN_STRING)
		return (struct str){v.scan->text + t->at - 1, (size_t)t->len + 2};
	return (struct str){v.scan->text + t->at, t->len};
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

static struct member member_at(const struct scan *s, uint32_t i, bool keyed)
{
	if (keyed)
		return (struct member){
		    .key = {s, i    },
                      .val = {s, i + 1},
                      .ok = true
                };
	return (struct member){
	    .key = VAL_NONE, .val = {s, i},
                 .ok = true
        };
}

struct member val_first(struct val container)
{
	enum scan_type type = val_type(container);
	if ((type != SCAN_OBJECT && type != SCAN_ARRAY) || token(container)->next == container.i + 1)
		return (struct member){.ok = false};
	return member_at(container.scan, container.i + 1, type == SCAN_OBJECT);
}

/* A member does not know its container, so what follows it in the text says whether it is the last: all but always the
 * very next byte. There is one, since only members come here. */
struct member val_next(struct member m)
{
	if (!m.ok)
		return m;
	struct str raw = val_raw(m.val);
	const char *p = raw.ptr + raw.len;
	while (scan_is_blank((unsigned char)*p))
		p++;
	if (*p != ',')
		return (struct member){.ok = false};
	return member_at(m.val.scan, token(m.val)->next, m.key.scan != NULL);
}

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
	const struct scan_token *t = token(m.key);
	const char *start = m.key.scan->text + t->at;
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

/* ---- look-up */

static struct val find(struct val object, struct str name)
{
	struct val found = VAL_NONE;
	if (!val_is(object, SCAN_OBJECT))
		return found;
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		if (scan_str_is(m.key, name))
			found = m.val;
	return found;
}

struct val val_get(struct val object, const char *name)
{
	return find(object, str_of(name));
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
		object = find(object, name);
	return object;
}
