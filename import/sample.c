#include "import/sample.h"

#include <stdio.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/base/vec.h"

/* ---- keys of a value that may be cut off: a token walk that believes the brackets */

enum { DEPTH_ALL = 64, SLOTS = 1024 }; /* containers followed: deeper ones are passed over */

struct key_walk {
	struct str text;
	size_t at;
	struct str *keys;
	size_t n, cap;
	uint16_t slot[SLOTS]; /* hash → index in keys + 1; more slots than keys */
	struct buf path;
	size_t path_len[DEPTH_ALL]; /* of the path to each open container */
	uint8_t keys_deep[DEPTH_ALL];
	bool array[DEPTH_ALL];
	size_t depth;
	bool wants_key; /* a string here would be a key */
	struct arena *arena;
};

static void keep_key(struct key_walk *w)
{
	struct str path = buf_str(&w->path);
	size_t i = hash64(path) % SLOTS;
	for (; w->slot[i]; i = (i + 1) % SLOTS)
		if (str_eq(w->keys[w->slot[i] - 1], path))
			return;
	if (w->n == w->cap)
		return;
	w->keys[w->n++] = arena_str(w->arena, path);
	w->slot[i] = (uint16_t)w->n;
}

/* Moves behind the string at `at`. false: it is cut off. */
static bool pass_string(struct key_walk *w, struct str *body)
{
	size_t start = ++w->at;
	for (; w->at < w->text.len; w->at++) {
		char c = w->text.ptr[w->at];
		if (c == '\\') {
			w->at++;
		} else if (c == '"') {
			*body = str_cut(w->text, start, w->at++ - start);
			return true;
		}
	}
	return false;
}

static void open_below(struct key_walk *w, bool array)
{
	size_t i = w->depth++;
	w->wants_key = !array;
	if (i >= DEPTH_ALL)
		return;
	w->keys_deep[i] = i > 0 ? w->keys_deep[i - 1] : 0;
	if (i > 0 && !w->array[i - 1])
		w->keys_deep[i]++;
	if (array && i + 1 < DEPTH_ALL && w->path.len > 0)
		buf_add_cstr(&w->path, "[]");
	w->array[i] = array;
	w->path_len[i] = w->path.len;
}

/* Back to the path of the innermost container. */
static void cut_path(struct key_walk *w)
{
	if (w->depth == 0 || w->depth > DEPTH_ALL)
		return;
	w->path.len = w->path_len[w->depth - 1];
	w->wants_key = !w->array[w->depth - 1];
}

static void take_key(struct key_walk *w, struct str key)
{
	size_t i = w->depth - 1;
	if (w->depth > DEPTH_ALL || w->keys_deep[i] >= SAMPLE_DEPTH)
		return;
	w->path.len = w->path_len[i];
	if (w->path.len > 0)
		buf_add_char(&w->path, '.');
	buf_add_str(&w->path, str_cut(key, 0, 200));
	keep_key(w);
}

/* One token. false: the value or the text has ended. */
static bool step(struct key_walk *w)
{
	struct str body;
	switch (w->text.ptr[w->at]) {
	case '"':
		if (!pass_string(w, &body))
			return false;
		if (w->wants_key && w->depth > 0)
			take_key(w, body);
		w->wants_key = false;
		return w->depth > 0;
	case '{': open_below(w, false); break;
	case '[': open_below(w, true); break;
	case ',': cut_path(w); break;
	case '}':
	case ']':
		if (w->depth > 0)
			w->depth--;
		cut_path(w);
		w->wants_key = false;
		w->at++;
		return w->depth > 0;
	default: break;
	}
	w->at++;
	return true;
}

size_t sample_keys(struct str text, struct str *keys, size_t cap, struct arena *arena)
{
	struct key_walk w = {.text = text, .keys = keys, .cap = cap < SLOTS / 2 ? cap : SLOTS / 2, .arena = arena};
	while (w.at < text.len && step(&w))
		;
	buf_done(&w.path);
	return w.n;
}

/* ---- the sample */

/* A scan whose tokens live in the arena. */
static struct val keep_scan(const struct scan *s, struct arena *arena)
{
	struct scan *copy = arena_zalloc(arena, 1, sizeof *copy);
	copy->text = s->text;
	copy->n = copy->cap = s->n;
	copy->tokens = arena_alloc(arena, size_mul(s->n, sizeof *s->tokens));
	memcpy(copy->tokens, s->tokens, s->n * sizeof *s->tokens);
	return scan_root(copy);
}

/* Behind white space, commas and opening brackets of top-level arrays. */
static struct str next_value(struct str rest)
{
	size_t i = 0;
	while (i < rest.len && strchr(" \t\r\n,[]\x1e", rest.ptr[i]) && rest.ptr[i])
		i++;
	return str_from(rest, i);
}

static struct str skip_mark(struct str s)
{
	return str_starts(s, "\xEF\xBB\xBF") ? str_from(s, 3) : s;
}

static bool is_object(struct str text)
{
	return text.len > 0 && text.ptr[0] == '{';
}

/* Where the JSON begins: the start, or behind lines that are not JSON (a banner, a comment). */
static struct str first_value(struct str bytes)
{
	struct str first = next_value(skip_mark(bytes));
	if (first.len == 0 || strchr("{\"-0123456789tfnNI", first.ptr[0]))
		return first;
	size_t line = str_find(first, STR_LIT("\n{"));
	size_t array = str_find(first, STR_LIT("\n["));
	line = array < line ? array : line;
	return line == SIZE_MAX ? first : next_value(str_from(first, line));
}

void sample_fill(struct sample *s, struct str name, struct str bytes, bool whole, struct arena *arena)
{
	*s = (struct sample){.name = arena_str(arena, name), .whole = whole && bytes.len <= SAMPLE_BYTES};
	s->bytes = arena_str(arena, str_cut(bytes, 0, SAMPLE_BYTES));
	struct scan scan = SCAN_INIT;
	const struct scan_opts opts = {.last = s->whole, .lenient = true, .replace_utf8 = true};
	struct str rest = first_value(s->bytes);
	struct str first = rest;
	size_t used;
	enum scan_status status = SCAN_OK;
	while (s->n_values < SAMPLE_VALUES && (status = scan_value(&scan, rest, &opts, &used)) == SCAN_OK) {
		s->values[s->n_values++] = keep_scan(&scan, arena);
		rest = next_value(skip_mark(next_value(str_from(rest, used))));
	}
	if (s->n_values == 0 && status == SCAN_MORE && is_object(first) &&
	    scan_text(&scan, sample_closed(first, arena), &opts))
		s->values[s->n_values++] = keep_scan(&scan, arena);
	if (s->n_values > 0 || is_object(first)) {
		struct str *keys = arena_zalloc(arena, SAMPLE_KEYS, sizeof *keys);
		s->n_keys = sample_keys(first, keys, SAMPLE_KEYS, arena);
		s->keys = keys;
	}
	scan_done(&scan);
}

static int loose(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static bool same_loose(struct str key, const char *path)
{
	size_t i = 0;
	for (;;) {
		while (i < key.len && key.ptr[i] == '_')
			i++;
		while (*path == '_')
			path++;
		if (i == key.len || !*path)
			return i == key.len && !*path;
		if (loose(key.ptr[i++]) != loose(*path++))
			return false;
	}
}

bool sample_has(const struct sample *s, const char *key_path)
{
	for (size_t i = 0; i < s->n_keys; i++)
		if (same_loose(s->keys[i], key_path))
			return true;
	return false;
}

bool sample_has_at(const struct sample *s, const char *place, const char *key)
{
	char path[128];
	int n = snprintf(path, sizeof path, "%s%s", place, key);
	return n > 0 && (size_t)n < sizeof path && sample_has(s, path);
}

int sample_signs(const struct sample *s, const struct sample_sign *signs, size_t n, const char **why)
{
	for (size_t i = 0; i < n; i++) {
		bool all = true;
		for (size_t k = 0; k < 4 && signs[i].keys[k] && all; k++)
			all = sample_has(s, signs[i].keys[k]);
		if (all) {
			*why = signs[i].why;
			return signs[i].score;
		}
	}
	return 0;
}
