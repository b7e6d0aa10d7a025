#include "import/attr_list.h"

enum { FLAT_DEPTH_MAX = 32 };

void attr_put(struct attr_list *list, struct attr_in attr)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		struct attr_in *at = arena_alloc(list->arena, size_mul(cap, sizeof *at));

		if (list->n)
			memcpy(at, list->at, list->n * sizeof *at);
		list->at = at;
		list->cap = cap;
	}
	list->at[list->n++] = attr;
}

void attr_put_text(struct attr_list *list, struct str key, struct str text)
{
	if (text.ptr)
		attr_put(list, (struct attr_in){.key = key, .type = ATTR_STRING, .text = text});
}

static struct attr_in of_number(struct str key, struct val v)
{
	struct attr_in attr = {.key = key, .type = ATTR_INT, .text = val_raw(v)};

	if (scan_int64(attr.text, &attr.integer))
		return attr;
	attr.type = val_double(v, &attr.number) ? ATTR_DOUBLE : ATTR_JSON;
	return attr;
}

void attr_put_val(struct attr_list *list, struct str key, struct val v)
{
	struct attr_in attr = {.key = key, .type = ATTR_JSON, .text = v.scan ? val_raw(v) : STR_LIT("null")};

	switch (val_type(v)) {
	case SCAN_STRING: attr = (struct attr_in){.key = key, .type = ATTR_STRING, .string = v}; break;
	case SCAN_NUMBER: attr = of_number(key, v); break;
	case SCAN_TRUE:
	case SCAN_FALSE: attr = (struct attr_in){.key = key, .type = ATTR_BOOL, .integer = val_is(v, SCAN_TRUE)}; break;
	case SCAN_NONE:
	case SCAN_NULL:
	case SCAN_NAN:
	case SCAN_ARRAY:
	case SCAN_OBJECT: break;
	}
	attr_put(list, attr);
}

static struct str dotted(struct str prefix, struct str key, struct arena *arena)
{
	struct buf out = BUF_INIT;
	struct str text;

	if (!prefix.len)
		return key;
	buf_add_str(&out, prefix);
	buf_add_char(&out, '.');
	buf_add_str(&out, key);
	text = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return text;
}

/* An explicit stack: the input decides how deep it goes. */
void attr_put_flat(struct attr_list *list, struct val object)
{
	struct {
		struct member at;
		struct str prefix;
	} stack[FLAT_DEPTH_MAX];
	size_t n = 0;

	if (!val_is(object, SCAN_OBJECT))
		return;
	stack[n].at = val_first(object);
	stack[n++].prefix = STR_NONE;
	while (n > 0) {
		struct member m = stack[n - 1].at;
		struct str key;

		if (!m.ok) {
			n--;
			continue;
		}
		stack[n - 1].at = val_next(m);
		key = dotted(stack[n - 1].prefix, member_key(m, list->arena), list->arena);
		if (val_is(m.val, SCAN_OBJECT) && val_first(m.val).ok && n < FLAT_DEPTH_MAX) {
			stack[n].at = val_first(m.val);
			stack[n++].prefix = key;
		} else {
			attr_put_val(list, key, m.val);
		}
	}
}

void attr_put_others(struct attr_list *list, struct val object, const char *const *known)
{
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		bool is_known = !val_ok(m.val);

		for (size_t i = 0; known[i] && !is_known; i++)
			is_known = member_is_loose(m, known[i]);
		if (!is_known)
			attr_put_val(list, member_key(m, list->arena), m.val);
	}
}
