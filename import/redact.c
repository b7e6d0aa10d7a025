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

/* The last step's key, without "[]". */
static struct str last_key(struct str path)
{
	for (size_t dot; (dot = str_find_char(path, '.')) != SIZE_MAX;)
		path = str_from(path, dot + 1);
	return str_ends(path, "[]") ? str_cut(path, 0, path.len - 2) : path;
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

static bool may_be_json(struct str raw)
{
	return raw.len > 4 && (raw.ptr[1] == '{' || raw.ptr[1] == '[' || raw.ptr[1] == '\\');
}

/* Cheap, and right for nearly all text: it does not even name the last key. */
static bool may_name(struct val v, struct str key)
{
	struct str raw = val_raw(v);

	return may_be_json(raw) && key.len && !str_is(key, "*") && str_find(raw, key) != SIZE_MAX;
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

	if (!may_name(v, last_key(path)))
		return;
	if (scan_text(&scan, val_str(v, &arena), &text_opts))
		walk(&inner, scan_root(&scan), path, depth + 1);
	if (inner.cuts.n)
		rewrite(r, v, &inner, scan_root(&scan));
	redaction_done(&inner);
	scan_done(&scan);
	arena_done(&arena);
}

/* ---- which paths are worth a walk */

enum { PATHS_MAX = 64, KEY_MAX = 63 };

struct search {
	struct str keys[PATHS_MAX];
	uint64_t open;    /* paths whose key was not met yet */
	uint64_t lengths; /* of their keys */
};

static bool is_key(struct val string, struct str key)
{
	const struct scan_token *t = val_token(string);
	char name[KEY_MAX + 1];

	if (!t->escaped)
		return t->len == key.len && memcmp(string.scan->text + t->at, key.ptr, key.len) == 0;
	if (t->len > 6 * key.len) /* each of its characters as \uXXXX */
		return false;
	memcpy(name, key.ptr, key.len);
	name[key.len] = 0;
	return val_str_is(string, name);
}

static uint64_t names_met(const struct search *s, struct val string)
{
	const struct scan_token *t = val_token(string);
	bool text = may_be_json(val_raw(string));
	uint64_t met = 0;

	if (!t->escaped && !text && (t->len > KEY_MAX || !(s->lengths >> t->len & 1)))
		return 0;
	for (unsigned i = 0; i < PATHS_MAX && s->open >> i; i++) {
		if ((s->open >> i & 1) && (is_key(string, s->keys[i]) || (text && may_name(string, s->keys[i]))))
			met |= UINT64_C(1) << i;
	}
	return met;
}

/* A bit for each of the first 64 paths. Nearly no record holds what "**.api_key" looks for, and a walk for each such path would cost
 * more than all the rest of an import (and one for each "response.headers" a tenth of it): one look at all strings says which keys
 * occur at all. */
static uint64_t worth_a_walk(struct val root, const char *const *paths, bool loose)
{
	struct search s = {.open = 0};
	uint64_t walks = UINT64_MAX;

	for (unsigned i = 0; i < PATHS_MAX && paths[i] && root.scan && !loose; i++) {
		struct str key = last_key(str_of(paths[i]));

		if (!key.len || key.len > KEY_MAX || str_is(key, "*"))
			continue;
		s.keys[i] = key;
		s.open |= UINT64_C(1) << i;
		s.lengths |= UINT64_C(1) << key.len;
	}
	walks &= ~s.open;
	for (uint32_t i = root.i; s.open && i < val_token(root)->next; i++) {
		uint64_t met = root.scan->tokens[i].type == SCAN_STRING ? names_met(&s, (struct val){root.scan, i}) : 0;

		walks |= met;
		s.open &= ~met;
	}
	return walks;
}

/* ---- the whole */

/* *again: text was rewritten, so that each path has to look at what came of it. */
static bool pass(struct val root, const char *const *paths, bool loose, struct buf *out, uint64_t *n_bytes,
                 uint64_t *which, bool *again)
{
	struct redaction r = {.loose = loose};
	uint64_t walks = paths ? worth_a_walk(root, paths, loose) : 0;
	bool any;

	for (size_t i = 0; paths && paths[i]; i++) {
		size_t before = r.cuts.n;

		if (i >= PATHS_MAX || (walks >> i & 1))
			walk(&r, root, str_of(paths[i]), 0);
		if (r.cuts.n > before)
			*which |= UINT64_C(1) << (i < PATHS_MAX ? i : PATHS_MAX - 1);
	}
	any = r.cuts.n > 0;
	*again = r.rewrote;
	if (any) {
		sort_cuts(&r);
		write_out(&r, root, out, n_bytes);
	}
	redaction_done(&r);
	return any;
}

bool redact_which(struct val root, const char *const *paths, bool loose, struct buf *out, uint64_t *n_bytes,
                  uint64_t *which)
{
	bool again, any = pass(root, paths, loose, out, n_bytes, which, &again);

	for (int i = 0; i < ROUNDS_MAX && again; i++) {
		struct scan scan = SCAN_INIT;
		struct buf next = BUF_INIT;

		again = scan_text(&scan, buf_str(out), &text_opts) &&
		        pass(scan_root(&scan), paths, loose, &next, n_bytes, which, &again) && again;
		if (next.len) {
			buf_clear(out);
			buf_add_str(out, buf_str(&next));
		}
		buf_done(&next);
		scan_done(&scan);
	}
	return any;
}

bool redact(struct val root, const char *const *paths, bool loose, struct buf *out, uint64_t *n_bytes)
{
	uint64_t which = 0;

	return redact_which(root, paths, loose, out, n_bytes, &which);
}
