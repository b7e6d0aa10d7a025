/* Both texts become flat tables of tokens. Pairs of containers still to be gone through wait on a stack of our own; each makes
 * a list of steps (a member of A, one of B, or both) that are taken in order. A pair in which nothing differed takes its op
 * back and counts as one equal neighbour of its parent. */
#include "store/diff_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/base/hash.h"
#include "store/base/scan.h"
#include "store/diff_private.h"

/* Elements of arrays, of both sides together, that are aligned; those of arrays beyond meet by their place. */
enum { ALIGN_MOST = 400000 };

/* What meets what: tokens of the values, 0: none (the root is nobody's member). */
struct step {
	uint32_t a, b;
	uint32_t key;       /* the key's token, in the side that has it; 0: an element */
	int64_t at_a, at_b; /* places in arrays */
};

struct level {
	size_t next, end; /* in steps */
	size_t op;
	size_t changes; /* so far when it was begun */
};

struct work {
	struct arena *arena;
	struct scan a, b;
	uint64_t *hash_a, *hash_b; /* one per token: equal values have equal ones, hardly ever others do */
	VEC(struct step) steps;
	VEC(struct level) levels;
	VEC(struct json_diff_op) ops;
	size_t aligned; /* elements that were looked at for it */
	struct json_diff *out;
};

/* ---------------------------------------------------------------- values */

static bool is_integer(struct str literal)
{
	for (size_t i = 0; i < literal.len; i++)
		if (literal.ptr[i] == '.' || literal.ptr[i] == 'e' || literal.ptr[i] == 'E')
			return false;
	return true;
}

static bool same_number(struct str a, struct str b)
{
	double x, y;
	if (str_eq(a, b))
		return true;
	if (!scan_double(a, &x) || !scan_double(b, &y))
		return false;
	double most = fabs(x) > fabs(y) ? fabs(x) : fabs(y);
	if (is_integer(a) && is_integer(b))
		return most <= 0; /* 0 and -0 */
	return fabs(x - y) <= 1e-12 * most;
}

static struct val value_at(const struct scan *s, uint32_t token)
{
	return (struct val){s, token};
}

static bool is_container(enum scan_type type)
{
	return type == SCAN_OBJECT || type == SCAN_ARRAY;
}

static struct str slice_of(const struct scan *s, uint32_t token)
{
	return (struct str){s->text + s->tokens[token].at, s->tokens[token].len};
}

static bool same_string(struct val a, struct val b)
{
	struct arena arena = ARENA_INIT;
	bool plain = !val_token(a)->escaped && !val_token(b)->escaped;
	bool same = plain ? str_eq(slice_of(a.scan, a.i), slice_of(b.scan, b.i))
	                  : str_eq(val_str(a, &arena), val_str(b, &arena));
	arena_done(&arena);
	return same;
}

/* Of two that are not both objects or both arrays. */
static bool same_scalar(struct val a, struct val b)
{
	if (val_type(a) != val_type(b))
		return false;
	if (val_is(a, SCAN_NUMBER))
		return same_number(val_raw(a), val_raw(b));
	return val_is(a, SCAN_STRING) ? same_string(a, b) : str_eq(val_raw(a), val_raw(b));
}

/* ---------------------------------------------------------------- hashes, only to find what may be equal */

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t both[2] = {a, b};
	return hash64((struct str){(const char *)both, sizeof both});
}

static uint64_t number_hash(struct str literal)
{
	double d;
	char text[40];
	if (!scan_double(literal, &d) || (is_integer(literal) && fabs(d) >= 1e12))
		return hash64(literal);
	int n = snprintf(text, sizeof text, "%.12g", fabs(d) > 0 ? d : 0.0);
	return hash64((struct str){text, (size_t)n});
}

static uint64_t string_hash(struct val v)
{
	struct arena arena = ARENA_INIT;
	uint64_t hash = hash64(val_token(v)->escaped ? val_str(v, &arena) : slice_of(v.scan, v.i));
	arena_done(&arena);
	return hash;
}

static uint64_t container_hash(struct val v, const uint64_t *hashes)
{
	uint64_t sum = val_type(v);
	for (struct member m = val_first(v); m.ok; m = val_next(m))
		sum = m.key.scan ? sum + mix(hashes[m.key.i], hashes[m.val.i]) : mix(sum, hashes[m.val.i]);
	return mix(sum, val_type(v));
}

/* Children stand behind what holds them. */
static uint64_t *hash_tokens(const struct scan *s)
{
	uint64_t *hashes = xcalloc(size_add(s->n, 1), sizeof *hashes);
	for (uint32_t i = s->n; i-- > 0;) {
		struct val v = value_at(s, i);
		enum scan_type type = val_type(v);
		hashes[i] = type == SCAN_STRING   ? string_hash(v)
		            : type == SCAN_NUMBER ? number_hash(val_raw(v))
		            : is_container(type)  ? container_hash(v, hashes)
		                                  : mix(type, hash64(val_raw(v)));
	}
	return hashes;
}

/* What an element calls itself: 0: nothing. */
static uint64_t name_hash(const struct scan *s, uint32_t token, const uint64_t *hashes)
{
	static const char *const names[] = {"id", "key", "name"};
	struct val v = value_at(s, token);
	for (size_t i = 0; i < sizeof names / sizeof *names && val_is(v, SCAN_OBJECT); i++) {
		struct val name = val_get(v, names[i]);
		if (val_is(name, SCAN_STRING) || val_is(name, SCAN_NUMBER))
			return mix(i + 1, hashes[name.i]);
	}
	return 0;
}

/* ---------------------------------------------------------------- objects: by key */

struct named {
	struct str name;
	uint32_t key, val;
	uint32_t other; /* value on the other side; 0: none */
	bool gone;      /* the same key comes again */
};

struct names {
	struct named *at;
	size_t n, cap;
	struct named **sorted;
};

static int by_name(const void *left, const void *right)
{
	const struct named *x = *(struct named *const *)left, *y = *(struct named *const *)right;
	int order = str_cmp(x->name, y->name);
	return order ? order : x->key < y->key ? -1 : x->key > y->key;
}

static void read_names(struct work *w, struct val object, struct names *out)
{
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		*vec_add(out) = (struct named){.name = member_key(m, w->arena), .key = m.key.i, .val = m.val.i};
	out->sorted = xcalloc(out->n + 1, sizeof(struct named *));
	for (size_t i = 0; i < out->n; i++)
		out->sorted[i] = &out->at[i];
	qsort(out->sorted, out->n, sizeof *out->sorted, by_name);
	for (size_t i = 0; i + 1 < out->n; i++)
		out->sorted[i]->gone = str_eq(out->sorted[i]->name, out->sorted[i + 1]->name);
}

static void match_names(struct names *a, struct names *b)
{
	size_t x = 0, y = 0;
	while (x < a->n && y < b->n) {
		struct named *p = a->sorted[x], *q = b->sorted[y];
		int order = p->gone ? -1 : q->gone ? 1 : str_cmp(p->name, q->name);
		if (order == 0) {
			p->other = q->val;
			q->other = p->val;
		}
		x += order <= 0;
		y += order >= 0;
	}
}

/* Those that only B has, from *i up to the next that both have. */
static void add_only_b(struct work *w, const struct names *b, size_t *i)
{
	for (; *i < b->n && !b->at[*i].other; (*i)++)
		if (!b->at[*i].gone)
			*vec_add(&w->steps) =
			    (struct step){.b = b->at[*i].val, .key = b->at[*i].key, .at_a = -1, .at_b = -1};
}

static size_t place_of(const struct names *names, uint32_t val)
{
	size_t low = 0, high = names->n;
	while (high - low > 1) {
		size_t middle = (low + high) / 2;
		if (names->at[middle].val <= val)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void plan_object(struct work *w, struct val a, struct val b)
{
	struct names of_a = {0}, of_b = {0};
	size_t i = 0;
	read_names(w, a, &of_a);
	read_names(w, b, &of_b);
	match_names(&of_a, &of_b);
	add_only_b(w, &of_b, &i);
	for (size_t k = 0; k < of_a.n; k++) {
		const struct named *m = &of_a.at[k];
		if (m->gone)
			continue;
		*vec_add(&w->steps) = (struct step){.a = m->val, .b = m->other, .key = m->key, .at_a = -1, .at_b = -1};
		if (m->other) {
			i = place_of(&of_b, m->other) + 1;
			add_only_b(w, &of_b, &i);
		}
	}
	free(of_a.sorted);
	free(of_b.sorted);
	vec_done(&of_a);
	vec_done(&of_b);
}

/* ---------------------------------------------------------------- arrays: by what is equal, then by name, then by place */

struct elements {
	VEC(uint32_t) at; /* tokens */
	struct tokens tokens;
	int64_t first; /* place of the first one */
};

struct hashed {
	uint64_t hash;
	uint32_t *id;
};

static int by_hash(const void *left, const void *right)
{
	const struct hashed *x = left, *y = right;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void read_elements(struct val array, struct elements *out)
{
	for (struct member m = val_first(array); m.ok; m = val_next(m))
		*vec_add(&out->at) = m.val.i;
}

static void elements_done(struct elements *e)
{
	vec_done(&e->at);
	vec_done(&e->tokens);
}

/* Marks which of a[x0…x1) and b[y0…y1) have no like on the other side; `by_names`: by what they call themselves. Those without
 * a name are like nothing. */
static bool mark(struct work *w, struct elements *a, struct elements *b, bool by_names)
{
	size_t n = a->tokens.n + b->tokens.n;
	struct hashed *all = xcalloc(n + 1, sizeof *all);
	for (size_t i = 0; i < n; i++) {
		bool is_b = i >= a->tokens.n;
		struct token *t = is_b ? &b->tokens.at[i - a->tokens.n] : &a->tokens.at[i];
		const struct scan *s = is_b ? &w->b : &w->a;
		const uint64_t *hashes = is_b ? w->hash_b : w->hash_a;
		uint32_t token = (uint32_t)t->at;
		uint64_t name = by_names ? name_hash(s, token, hashes) : 0;
		t->changed = false;
		t->blank = by_names && name;
		all[i] = (struct hashed){.hash = !by_names ? hashes[token] : name ? name : mix(i, is_b), .id = &t->id};
	}
	w->aligned += n;
	qsort(all, n, sizeof *all, by_hash);
	uint32_t id = 0;
	for (size_t i = 0; i < n; i++) {
		id += i > 0 && all[i].hash != all[i - 1].hash;
		*all[i].id = id;
	}
	free(all);
	if (w->aligned <= ALIGN_MOST)
		return diff_mark_changed(&a->tokens, &b->tokens);
	for (size_t i = 0; i < n; i++) /* all by their place */
		*(i < a->tokens.n ? &a->tokens.at[i].changed : &b->tokens.at[i - a->tokens.n].changed) = true;
	return n > 0;
}

static void add_pair(struct work *w, const struct token *a, const struct token *b)
{
	/* token.len holds the place in the array */
	*vec_add(&w->steps) = (struct step){.a = a ? (uint32_t)a->at : 0,
	                                    .b = b ? (uint32_t)b->at : 0,
	                                    .at_a = a ? (int64_t)a->len : -1,
	                                    .at_b = b ? (int64_t)b->len : -1};
}

/* What names itself on both sides names itself otherwise here: it is not the same element. */
static void pair_by_place(struct work *w, const struct token *a, size_t n_a, const struct token *b, size_t n_b)
{
	size_t both = n_a < n_b ? n_a : n_b;
	for (size_t i = 0; i < both; i++) {
		if (a[i].blank && b[i].blank) { /* has a name, see mark() */
			add_pair(w, &a[i], NULL);
			add_pair(w, NULL, &b[i]);
		} else {
			add_pair(w, &a[i], &b[i]);
		}
	}
	for (size_t i = both; i < n_a; i++)
		add_pair(w, &a[i], NULL);
	for (size_t i = both; i < n_b; i++)
		add_pair(w, NULL, &b[i]);
}

typedef void pair_rest(struct work *w, const struct token *a, size_t n_a, const struct token *b, size_t n_b);

/* Unmarked tokens meet in their order; stretches of marked ones go to `rest`. */
static void pair_up(struct work *w, const struct tokens *a, const struct tokens *b, pair_rest *rest)
{
	size_t x = 0, y = 0;
	while (x < a->n || y < b->n) {
		size_t x0 = x, y0 = y;
		while (x < a->n && a->at[x].changed)
			x++;
		while (y < b->n && b->at[y].changed)
			y++;
		if (x > x0 || y > y0)
			rest(w, a->at ? a->at + x0 : NULL, x - x0, b->at ? b->at + y0 : NULL, y - y0);
		else
			add_pair(w, &a->at[x++], &b->at[y++]);
	}
}

static void copy_tokens(struct tokens *out, const struct token *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*vec_add(out) = from[i];
}

static void pair_by_name(struct work *w, const struct token *a, size_t n_a, const struct token *b, size_t n_b)
{
	struct elements of_a = {0}, of_b = {0};
	copy_tokens(&of_a.tokens, a, n_a);
	copy_tokens(&of_b.tokens, b, n_b);
	w->out->approximate |= mark(w, &of_a, &of_b, true);
	pair_up(w, &of_a.tokens, &of_b.tokens, pair_by_place);
	elements_done(&of_a);
	elements_done(&of_b);
}

static void plan_array(struct work *w, struct val a, struct val b)
{
	struct elements of[2] = {0};
	const struct val sides[2] = {a, b};
	for (int i = 0; i < 2; i++) {
		read_elements(sides[i], &of[i]);
		for (size_t k = 0; k < of[i].at.n; k++)
			*vec_add(&of[i].tokens) = (struct token){.at = of[i].at.at[k], .len = k};
	}
	w->out->approximate |= mark(w, &of[0], &of[1], false);
	pair_up(w, &of[0].tokens, &of[1].tokens, pair_by_name);
	elements_done(&of[0]);
	elements_done(&of[1]);
}

/* ---------------------------------------------------------------- going through */

static struct str key_of(const struct work *w, const struct step *s)
{
	if (!s->key)
		return STR_NONE;
	struct str key = val_str(value_at(s->a ? &w->a : &w->b, s->key), w->arena);
	return key.ptr ? key : STR_LIT("");
}

static void add_op(struct work *w, enum json_diff_kind kind, const struct step *s)
{
	bool whole = w->levels.n == 0;
	size_t up = whole ? 0 : w->levels.at[w->levels.n - 1].op;
	if (w->ops.n >= DIFF_JSON_OPS) {
		w->out->cut = true;
		return;
	}
	*vec_add(&w->ops) = (struct json_diff_op){.kind = kind,
	                                          .depth = (uint32_t)w->levels.n,
	                                          .up = up,
	                                          .key = key_of(w, s),
	                                          .at_a = s->at_a,
	                                          .at_b = s->at_b,
	                                          .a = s->a || whole ? val_raw(value_at(&w->a, s->a)) : STR_NONE,
	                                          .b = s->b || whole ? val_raw(value_at(&w->b, s->b)) : STR_NONE,
	                                          .n = 1};
	w->out->n_changes += kind != JSON_DIFF_INSIDE && kind != JSON_DIFF_SAME;
}

/* One more equal neighbour: of the run before it, or the first of a new one. */
static void add_same(struct work *w, const struct step *s)
{
	size_t up = w->levels.at[w->levels.n - 1].op;
	struct json_diff_op *last = w->ops.n ? &w->ops.at[w->ops.n - 1] : NULL;
	struct str value = val_raw(value_at(&w->a, s->a));
	if (last && last->kind == JSON_DIFF_SAME && last->up == up) {
		last->n++;
		last->a.len = (size_t)(value.ptr + value.len - last->a.ptr);
		return;
	}
	size_t before = w->ops.n;
	add_op(w, JSON_DIFF_SAME, s);
	if (w->ops.n == before)
		return;
	struct json_diff_op *op = &w->ops.at[before];
	op->b = STR_NONE;
	if (s->key) {
		struct str key = val_raw(value_at(&w->a, s->key));
		op->a = (struct str){key.ptr, (size_t)(value.ptr + value.len - key.ptr)};
	}
}

static void begin_level(struct work *w, const struct step *s)
{
	struct val a = value_at(&w->a, s->a), b = value_at(&w->b, s->b);
	struct level level = {.next = w->steps.n, .op = w->ops.n, .changes = w->out->n_changes};
	add_op(w, JSON_DIFF_INSIDE, s);
	if (w->ops.n == level.op) /* cut */
		return;
	if (val_is(a, SCAN_OBJECT))
		plan_object(w, a, b);
	else
		plan_array(w, a, b);
	level.end = w->steps.n;
	*vec_add(&w->levels) = level;
}

static void take_step(struct work *w, struct step s)
{
	struct val a = value_at(&w->a, s.a), b = value_at(&w->b, s.b);
	if (!s.a || !s.b)
		add_op(w, s.a ? JSON_DIFF_ONLY_A : JSON_DIFF_ONLY_B, &s);
	else if (val_type(a) == val_type(b) && is_container(val_type(a)))
		begin_level(w, &s);
	else if (same_scalar(a, b))
		add_same(w, &s);
	else
		add_op(w, JSON_DIFF_CHANGED, &s);
}

/* The steps of a level lie behind those of the level around it: the one that led here is the last taken there. */
static void end_level(struct work *w)
{
	struct level level = w->levels.at[--w->levels.n];
	size_t from = w->levels.n ? w->levels.at[w->levels.n - 1].end : 0;
	w->steps.n = from;
	if (w->out->n_changes > level.changes || w->out->cut)
		return;
	w->ops.n = level.op;
	if (w->levels.n)
		add_same(w, &w->steps.at[w->levels.at[w->levels.n - 1].next - 1]);
}

static void go_through(struct work *w)
{
	begin_level(w, &(struct step){.at_a = -1, .at_b = -1});
	while (w->levels.n) {
		struct level *level = &w->levels.at[w->levels.n - 1];
		if (level->next == level->end || w->out->cut)
			end_level(w);
		else
			take_step(w, w->steps.at[level->next++]);
	}
}

/* ---------------------------------------------------------------- outside */

bool diff_json_may(struct str text)
{
	struct str t = str_trim(text);
	return t.len >= 2 && t.len <= DIFF_JSON_MAX &&
	       ((t.ptr[0] == '{' && t.ptr[t.len - 1] == '}') || (t.ptr[0] == '[' && t.ptr[t.len - 1] == ']'));
}

static bool scan_side(struct scan *s, struct str text)
{
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	return diff_json_may(text) && scan_text(s, text, &opts) && is_container(val_type(scan_root(s)));
}

bool diff_json(struct arena *arena, struct str a, struct str b, struct json_diff *out)
{
	struct work w = {.arena = arena, .a = SCAN_INIT, .b = SCAN_INIT, .out = out};
	*out = (struct json_diff){0};
	bool ok = scan_side(&w.a, a) && scan_side(&w.b, b);
	if (ok) {
		w.hash_a = hash_tokens(&w.a);
		w.hash_b = hash_tokens(&w.b);
		if (val_type(scan_root(&w.a)) == val_type(scan_root(&w.b)))
			go_through(&w);
		else
			add_op(&w, JSON_DIFF_CHANGED, &(struct step){.at_a = -1, .at_b = -1});
		out->n = w.ops.n;
		out->ops = arena_alloc(arena, size_mul(out->n + 1, sizeof *out->ops));
		if (out->n)
			memcpy(out->ops, w.ops.at, out->n * sizeof *out->ops);
	}
	free(w.hash_a);
	free(w.hash_b);
	vec_done(&w.steps);
	vec_done(&w.levels);
	vec_done(&w.ops);
	scan_done(&w.a);
	scan_done(&w.b);
	return ok;
}

static bool is_plain(struct str key)
{
	for (size_t i = 0; i < key.len; i++) {
		unsigned char c = (unsigned char)key.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c >= 0x80;
		if (!letter && !(i > 0 && c >= '0' && c <= '9'))
			return false;
	}
	return key.len > 0;
}

void json_diff_path(struct buf *out, const struct json_diff *diff, size_t op, bool of_b)
{
	VEC(size_t) way = {0};
	for (size_t i = op; diff->ops[i].depth > 0; i = diff->ops[i].up)
		*vec_add(&way) = i;
	buf_add_char(out, '$');
	while (way.n) {
		const struct json_diff_op *o = &diff->ops[way.at[--way.n]];
		if (!o->key.ptr) {
			int64_t at = (of_b && o->at_b >= 0) || o->at_a < 0 ? o->at_b : o->at_a;
			buf_printf(out, "[%lld]", (long long)at);
		} else if (is_plain(o->key)) {
			buf_add_char(out, '.');
			buf_add_str(out, o->key);
		} else {
			buf_add_char(out, '[');
			scan_quote(out, o->key);
			buf_add_char(out, ']');
		}
	}
	vec_done(&way);
}
