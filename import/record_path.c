#include "import/record_private.h"

#include <stdlib.h>
#include <string.h>

static int node_new(struct path_tree *t, struct str key, struct str text)
{
	if (t->n == t->cap)
		t->at = vec_grow(t->at, &t->cap, t->n, sizeof *t->at);
	t->at[t->n] = (struct path_node){.key = key, .elem = -1, .first = -1, .other = -1, .text = xstrndup(text)};
	return (int)t->n++;
}

static bool same_exact(struct str a, struct str b)
{
	return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

static int next_loose(struct str s, size_t *i)
{
	while (*i < s.len && s.ptr[*i] == '_')
		(*i)++;
	if (*i == s.len)
		return -1;
	int c = (unsigned char)s.ptr[(*i)++];
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool same_loose(struct str a, struct str b)
{
	size_t i = 0, j = 0;
	for (;;) {
		int c = next_loose(a, &i);
		if (c != next_loose(b, &j))
			return false;
		if (c < 0)
			return true;
	}
}

static int named_member(const struct path_tree *t, int node, struct str key)
{
	int i = t->at[node].first;
	while (i >= 0 && !(t->loose ? same_loose(t->at[i].key, key) : same_exact(t->at[i].key, key)))
		i = t->at[i].other;
	return i;
}

int path_member(const struct path_tree *t, int node, struct str key)
{
	int i = named_member(t, node, key);
	for (int any = t->at[node].first; i < 0 && any >= 0; any = t->at[any].other)
		i = str_is(t->at[any].key, "*") ? any : -1;
	return i;
}

static int add_member(struct path_tree *t, int node, struct str key, struct str text)
{
	int i = named_member(t, node, key);
	if (i >= 0)
		return i;
	i = node_new(t, key, text);
	t->at[i].other = t->at[node].first;
	t->at[node].first = i;
	return i;
}

static int add_elem(struct path_tree *t, int node, struct str text)
{
	if (t->at[node].elem < 0) {
		int i = node_new(t, STR_NONE, text);
		t->at[node].elem = i;
	}
	return t->at[node].elem;
}

/* "a[].b": bytes up to the end of the step that begins at `at`. */
static size_t step_end(struct str path, size_t at)
{
	if (str_starts(str_from(path, at), "[]"))
		return at + 2;
	while (at < path.len && path.ptr[at] != '.' && path.ptr[at] != '[')
		at++;
	return at;
}

static void add_path(struct path_tree *t, const struct record_path *p)
{
	struct str path = str_of(p->path);
	int node = 0, objects = 0;
	for (size_t at = 0, end; at < path.len; at = end) {
		if (path.ptr[at] == '.')
			at++;
		end = step_end(path, at);
		BUG_ON(end == at);
		struct str text = str_cut(path, 0, end), step = str_cut(path, at, end - at);
		bool elem = path.ptr[at] == '[';
		BUG_ON(elem && at == 0); /* top-level arrays are opened anyway */
		BUG_ON(t->at[node].record);
		node = elem ? add_elem(t, node, text) : add_member(t, node, step, text);
		objects += !elem;
	}
	BUG_ON(t->at[node].first >= 0 || t->at[node].elem >= 0); /* a path that begins another */
	t->at[node].record = true;
	t->at[node].slot = p->slot;
	if (objects > t->objects_max)
		t->objects_max = objects;
}

void path_compile(struct path_tree *t, const struct record_path *paths, bool loose)
{
	static const struct record_path whole[] = {
	    {.path = "",   .slot = 0},
            {.path = NULL, .slot = 0}
        };
	*t = (struct path_tree){.loose = loose};
	node_new(t, STR_NONE, STR_LIT(""));
	paths = paths && paths->path ? paths : whole;
	bool several = paths[1].path != NULL;
	for (const struct record_path *p = paths; p->path; p++) {
		if (*p->path || !several) {
			add_path(t, p);
			continue;
		}
		t->lone = true;
		t->lone_slot = p->slot;
	}
}

void path_done(struct path_tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->at[i].text);
	free(t->at);
}

/* ---- the path of a record as text */

static void add_step(struct buf *out, struct str key)
{
	if (out->len > 0)
		buf_add_char(out, '.');
	buf_add_str(out, key);
}

void path_print(struct buf *out, const struct record_reader *r, int node)
{
	for (size_t i = 0; i < r->stack.n; i++) {
		const struct level *l = &r->stack.at[i];
		int below = i + 1 < r->stack.n ? r->stack.at[i + 1].node : node;
		if (l->array)
			buf_printf(out, "[%llu]", (unsigned long long)l->index);
		else if (below >= 0)
			add_step(out, r->paths.at[below].key);
	}
}

struct str record_path_text(const struct record *rec, struct arena *arena)
{
	if (!rec->reader || rec->reader->stack.n == 0)
		return STR_NONE;
	struct buf text = BUF_INIT;
	path_print(&text, rec->reader, rec->reader->record_node);
	struct str copy = arena_str(arena, buf_str(&text));
	buf_done(&text);
	return copy;
}
