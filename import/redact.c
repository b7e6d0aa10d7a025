#include "import/redact.h"

#include <stdlib.h>

#include "store/base/vec.h"

enum { DEPTH_MAX = 200 }; /* of the walk: what is nested deeper is not looked at */

struct cut {
	size_t at, len;
};

struct redaction {
	bool loose;
	VEC(struct cut) cuts;
};

static bool is_empty(struct val v)
{
	struct str raw = val_raw(v);

	return !val_ok(v) || str_is(raw, "\"\"") || str_starts(raw, "\"[not stored: ") ||
	       ((val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY)) && !val_first(v).ok);
}

static void cut_value(struct redaction *r, struct val v)
{
	if (!is_empty(v))
		*vec_add(&r->cuts) = (struct cut){val_offset(v), val_raw(v).len};
}

/* The first step of a path ("a", "a[]", "*", "**") and the rest behind its dot. */
static struct str first_step(struct str path, struct str *rest)
{
	size_t dot = str_find_char(path, '.');

	*rest = dot == SIZE_MAX ? STR_NONE : str_from(path, dot + 1);
	return dot == SIZE_MAX ? path : str_cut(path, 0, dot);
}

static bool key_matches(const struct redaction *r, struct member m, struct str key)
{
	char name[128];

	if (str_is(key, "*"))
		return true;
	if (key.len >= sizeof name)
		return false;
	memcpy(name, key.ptr, key.len);
	name[key.len] = 0;
	return r->loose ? member_is_loose(m, name) : member_is(m, name);
}

static void walk(struct redaction *r, struct val v, struct str path, int depth);

/* "**": what follows may begin here, or below any member. */
static void walk_any(struct redaction *r, struct val v, struct str path, struct str rest, int depth)
{
	walk(r, v, rest, depth + 1);
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_OBJECT) || val_is(m.val, SCAN_ARRAY))
			walk(r, m.val, path, depth + 1);
	}
}

static void walk_list(struct redaction *r, struct val list, struct str rest, int depth)
{
	if (!val_is(list, SCAN_ARRAY))
		return;
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		if (rest.len)
			walk(r, m.val, rest, depth + 1);
		else
			cut_value(r, m.val);
	}
}

static void walk(struct redaction *r, struct val v, struct str path, int depth)
{
	struct str rest, step = first_step(path, &rest);
	bool list = str_ends(step, "[]");

	if (depth > DEPTH_MAX || !(val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY)))
		return;
	if (str_is(step, "**")) {
		walk_any(r, v, path, rest, depth);
		return;
	}
	if (!val_is(v, SCAN_OBJECT))
		return;
	if (list)
		step.len -= 2;
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		if (!key_matches(r, m, step))
			continue;
		if (list)
			walk_list(r, m.val, rest, depth);
		else if (rest.len)
			walk(r, m.val, rest, depth + 1);
		else
			cut_value(r, m.val);
	}
}

static int compare_cuts(const void *left, const void *right)
{
	const struct cut *a = left, *b = right;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->len < b->len) - (a->len > b->len); /* the outer one first */
}

static void write_out(const struct redaction *r, struct val root, struct buf *out, uint64_t *n_bytes)
{
	struct str raw = val_raw(root);
	size_t base = val_offset(root), done = base;

	buf_clear(out);
	for (size_t i = 0; i < r->cuts.n; i++) {
		struct cut cut = r->cuts.at[i];

		if (cut.at < done)
			continue; /* inside one that is gone, or met by two paths */
		buf_add(out, raw.ptr + (done - base), cut.at - done);
		buf_printf(out, "\"[not stored: %zu bytes]\"", cut.len);
		*n_bytes += cut.len;
		done = cut.at + cut.len;
	}
	buf_add(out, raw.ptr + (done - base), raw.len - (done - base));
}

bool redact(struct val root, const char *const *paths, bool loose, struct buf *out, uint64_t *n_bytes)
{
	struct redaction r = {.loose = loose};
	bool any;

	for (; paths && *paths; paths++)
		walk(&r, root, str_of(*paths), 0);
	any = r.cuts.n > 0;
	if (any) {
		qsort(r.cuts.at, r.cuts.n, sizeof *r.cuts.at, compare_cuts);
		write_out(&r, root, out, n_bytes);
	}
	vec_done(&r.cuts);
	return any;
}
