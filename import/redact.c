#include "import/redact.h"

#include <stdlib.h>

#include "store/base/vec.h"

enum { DEPTH_MAX = 200, ROUNDS_MAX = 16 }; /* of the walk: what is nested deeper is not looked at */

struct cut {
	size_t at, len;
	char *text; /* what comes in its place; NULL: the note that it is gone */
	size_t text_len;
	uint64_t hidden; /* bytes that went in it */
};

struct redaction {
	bool loose;
	VEC(struct cut) cuts;
	bool rewrote; /* text: other paths have not seen what it holds now */
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
		*vec_add(&r->cuts) = (struct cut){.at = val_offset(v), .len = val_raw(v).len};
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
static void walk_text(struct redaction *r, struct val v, struct str path, int depth);

static bool may_hold(struct val v)
{
	return val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY) || val_is(v, SCAN_STRING);
}

/* "**": what follows may begin here, or below any member. */
static void walk_any(struct redaction *r, struct val v, struct str path, struct str rest, int depth)
{
	walk(r, v, rest, depth + 1);
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		if (may_hold(m.val))
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

	if (depth > DEPTH_MAX || !may_hold(v))
		return;
	if (val_is(v, SCAN_STRING)) {
		walk_text(r, v, path, depth);
		return;
	}
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
	if (a->len != b->len)
		return a->len < b->len ? 1 : -1;      /* the outer one first */
	return (a->text != NULL) - (b->text != NULL); /* what goes wholly before what is rewritten */
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
		if (cut.text) {
			buf_add(out, cut.text, cut.text_len);
			*n_bytes += cut.hidden;
		} else {
			buf_printf(out, "\"[not stored: %zu bytes]\"", cut.len);
			*n_bytes += cut.len;
		}
		done = cut.at + cut.len;
	}
	buf_add(out, raw.ptr + (done - base), raw.len - (done - base));
}

static void redaction_done(struct redaction *r)
{
	for (size_t i = 0; i < r->cuts.n; i++)
		free(r->cuts.at[i].text);
	vec_done(&r->cuts);
}

static void sort_cuts(struct redaction *r)
{
	if (r->cuts.n)
		qsort(r->cuts.at, r->cuts.n, sizeof *r->cuts.at, compare_cuts);
}

/* ---- JSON in text */

static const struct scan_opts text_opts = {.last = true, .lenient = true, .replace_utf8 = true};

/* Cheap, and right for nearly all text: it does not even name the last key. */
static bool may_name(struct val v, struct str path)
{
	struct str raw = val_raw(v), key = path;

	for (size_t dot; (dot = str_find_char(key, '.')) != SIZE_MAX;)
		key = str_from(key, dot + 1);
	if (str_ends(key, "[]"))
		key.len -= 2;
	return raw.len > 4 && (raw.ptr[1] == '{' || raw.ptr[1] == '[' || raw.ptr[1] == '\\') && key.len &&
	       !str_is(key, "*") && str_find(raw, key) != SIZE_MAX;
}

static void rewrite(struct redaction *r, struct val v, struct redaction *inner, struct val root)
{
	struct buf text = BUF_INIT, quoted = BUF_INIT;
	struct cut cut = {.at = val_offset(v), .len = val_raw(v).len};

	sort_cuts(inner);
	write_out(inner, root, &text, &cut.hidden);
	scan_quote(&quoted, buf_str(&text));
	cut.text_len = quoted.len;
	cut.text = buf_detach(&quoted);
	*vec_add(&r->cuts) = cut;
	r->rewrote = true;
	buf_done(&text);
}

static void walk_text(struct redaction *r, struct val v, struct str path, int depth)
{
	struct arena arena = ARENA_INIT;
	struct scan scan = SCAN_INIT;
	struct redaction inner = {.loose = r->loose};

	if (!may_name(v, path))
		return;
	if (scan_text(&scan, val_str(v, &arena), &text_opts))
		walk(&inner, scan_root(&scan), path, depth + 1);
	if (inner.cuts.n)
		rewrite(r, v, &inner, scan_root(&scan));
	redaction_done(&inner);
	scan_done(&scan);
	arena_done(&arena);
}

/* ---- the whole */

/* *again: text was rewritten, so that each path has to look at what came of it. */
static bool pass(struct val root, const char *const *paths, bool loose, struct buf *out, uint64_t *n_bytes, bool *again)
{
	struct redaction r = {.loose = loose};
	bool any;

	for (; paths && *paths; paths++)
		walk(&r, root, str_of(*paths), 0);
	any = r.cuts.n > 0;
	*again = r.rewrote;
	if (any) {
		sort_cuts(&r);
		write_out(&r, root, out, n_bytes);
	}
	redaction_done(&r);
	return any;
}

bool redact(struct val root, const char *const *paths, bool loose, struct buf *out, uint64_t *n_bytes)
{
	bool again, any = pass(root, paths, loose, out, n_bytes, &again);

	for (int i = 0; i < ROUNDS_MAX && again; i++) {
		struct scan scan = SCAN_INIT;
		struct buf next = BUF_INIT;

		again = scan_text(&scan, buf_str(out), &text_opts) &&
		        pass(scan_root(&scan), paths, loose, &next, n_bytes, &again) && again;
		if (next.len) {
			buf_clear(out);
			buf_add_str(out, buf_str(&next));
		}
		buf_done(&next);
		scan_done(&scan);
	}
	return any;
}
