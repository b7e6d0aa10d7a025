#include "store/study/align.h"

#include <stdlib.h>

#include "store/study/align_private.h"
#include "store/study/path_private.h"

struct side {
	const struct path_span *spans;
	uint32_t n;
	struct path_links links;
	uint32_t *other; /* the span it belongs to */
	uint16_t *marks; /* MOVED, RENAMED */
};

typedef VEC(uint32_t) span_list;

struct pair {
	uint32_t a, b; /* n: the trees themselves */
};

struct aligning {
	struct side a, b;
	struct align_lcs lcs;
	VEC(struct pair) open; /* pairs whose children are to be put in line */
	span_list in_a, in_b;
};

/* ---------------------------------------------------------------- keys */

enum key { KEY_WHOLE, KEY_NAME, KEY_ARGUMENTS };

static uint64_t mix(uint64_t h)
{
	h = (h ^ (h >> 32)) * 0x9E3779B97F4A7C15u;
	return h ^ (h >> 29);
}

static uint64_t key_of(const struct path_span *p, enum key by)
{
	uint64_t name = ((uint64_t)p->name << 8 | p->kind) + 1; /* never 0 */
	switch (by) {
	case KEY_WHOLE: return mix(mix(name) + p->input_hash);
	case KEY_NAME: return name;
	case KEY_ARGUMENTS: return p->input_hash ? mix(mix(p->input_hash) + p->kind) : 0; /* 0: like nothing */
	}
	return 0;
}

static int64_t compare_spans(const struct path_span *a, const struct path_span *b)
{
#define FIELD(f)          \
	if (a->f != b->f) \
	return a->f < b->f ? -1 : 1
	FIELD(up);
	FIELD(kind);
	FIELD(name);
	FIELD(input_hash);
	FIELD(output_hash);
	FIELD(model);
	FIELD(status);
	FIELD(duration_ns);
#undef FIELD
	return 0;
}

/* Which of two trees goes first, whichever is called A: so that the result is the same the other way round. */
static bool comes_first(const struct path_span *a, uint32_t n_a, const struct path_span *b, uint32_t n_b)
{
	if (n_a != n_b)
		return n_a < n_b;
	for (uint32_t i = 0; i < n_a; i++) {
		int64_t order = compare_spans(&a[i], &b[i]);
		if (order)
			return order < 0;
	}
	return true;
}

/* ---------------------------------------------------------------- putting siblings in line */

static void join(struct aligning *x, uint32_t a, uint32_t b, uint16_t marks)
{
	x->a.other[a] = b;
	x->b.other[b] = a;
	x->a.marks[a] |= marks;
	x->b.marks[b] |= marks;
	*vec_add(&x->open) = (struct pair){a, b};
}

/* Children that nobody has yet, in order. */
static void free_children(const struct side *s, uint32_t row, span_list *out)
{
	vec_clear(out);
	for (uint32_t c = s->links.first[row]; c != PATH_NONE; c = s->links.next[c])
		if (s->other[c] == ALIGN_NONE)
			*vec_add(out) = c;
}

struct stretch { /* of in_a and in_b */
	size_t a, a_end, b, b_end;
};

static void put_in_line(struct aligning *x, struct stretch s, enum key by, uint16_t marks)
{
	struct align_lcs *l = &x->lcs;
	size_t n_a = s.a_end - s.a, n_b = s.b_end - s.b;
	if (!n_a || !n_b)
		return;
	align_lcs_keys(l, n_a, n_b);
	for (size_t i = 0; i < n_a; i++) /* 0 means "like nothing": unlike any of the other side's */
		l->a[i] = key_of(&x->a.spans[x->in_a.at[s.a + i]], by);
	for (size_t i = 0; i < n_b; i++)
		l->b[i] = key_of(&x->b.spans[x->in_b.at[s.b + i]], by);
	align_lcs_run(l, n_a, n_b);
	for (size_t i = 0; i < l->pairs.n; i++)
		join(x, x->in_a.at[s.a + l->pairs.at[i].a], x->in_b.at[s.b + l->pairs.at[i].b], marks);
}

/* The stretches between those that belong together already. */
static bool next_stretch(const struct aligning *x, struct stretch *s)
{
	s->a = s->a_end;
	s->b = s->b_end;
	for (;;) {
		while (s->a < x->in_a.n && s->b < x->in_b.n && x->a.other[x->in_a.at[s->a]] == x->in_b.at[s->b]) {
			s->a++;
			s->b++;
		}
		if (s->a >= x->in_a.n && s->b >= x->in_b.n)
			return false;
		s->a_end = s->a;
		s->b_end = s->b;
		while (s->a_end < x->in_a.n && x->a.other[x->in_a.at[s->a_end]] == ALIGN_NONE)
			s->a_end++;
		while (s->b_end < x->in_b.n && x->b.other[x->in_b.at[s->b_end]] == ALIGN_NONE)
			s->b_end++;
		return true;
	}
}

static bool says_what_it_is(const struct path_span *p)
{
	return p->kind != KIND_SPAN && p->kind != KIND_TASK && p->kind != KIND_CHAIN;
}

/* The only two that are left between others, of one kind that says what they are. */
static void join_alone(struct aligning *x, const struct stretch *s)
{
	if (s->a_end - s->a != 1 || s->b_end - s->b != 1)
		return;
	uint32_t a = x->in_a.at[s->a], b = x->in_b.at[s->b];
	if (x->a.other[a] == ALIGN_NONE && x->b.other[b] == ALIGN_NONE && x->a.spans[a].kind == x->b.spans[b].kind &&
	    says_what_it_is(&x->a.spans[a]))
		join(x, a, b, ALIGN_RENAMED);
}

static void line_up(struct aligning *x, struct pair p)
{
	free_children(&x->a, p.a, &x->in_a);
	free_children(&x->b, p.b, &x->in_b);
	put_in_line(x, (struct stretch){0, x->in_a.n, 0, x->in_b.n}, KEY_WHOLE, 0);
	for (struct stretch s = {0}; next_stretch(x, &s);)
		put_in_line(x, s, KEY_NAME, 0);
	for (struct stretch s = {0}; next_stretch(x, &s);)
		put_in_line(x, s, KEY_ARGUMENTS, ALIGN_RENAMED);
	for (struct stretch s = {0}; next_stretch(x, &s);)
		join_alone(x, &s);
}

static void line_up_all(struct aligning *x)
{
	while (x->open.n)
		line_up(x, x->open.at[--x->open.n]);
}

/* ---------------------------------------------------------------- what has moved */

struct left {
	uint64_t key;
	uint32_t span;
};

static int by_key(const void *pa, const void *pb)
{
	const struct left *a = pa, *b = pb;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->span < b->span ? -1 : a->span > b->span;
}

static size_t first_of(const struct left *at, size_t n, uint64_t key)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (at[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void find_moved(struct aligning *x)
{
	VEC(struct left) left = {0};
	for (uint32_t i = 0; i < x->b.n; i++)
		if (x->b.other[i] == ALIGN_NONE && x->b.spans[i].input_hash)
			*vec_add(&left) = (struct left){key_of(&x->b.spans[i], KEY_WHOLE), i};
	if (left.n > 1)
		qsort(left.at, left.n, sizeof *left.at, by_key);
	size_t *next = xcalloc(left.n + 1, sizeof *next); /* of the first of a key: where to look on */
	for (uint32_t i = 0; i < x->a.n && left.n; i++) {
		if (x->a.other[i] != ALIGN_NONE || !x->a.spans[i].input_hash)
			continue;
		uint64_t key = key_of(&x->a.spans[i], KEY_WHOLE);
		size_t first = first_of(left.at, left.n, key), at = first + (first < left.n ? next[first] : 0);
		while (at < left.n && left.at[at].key == key && x->b.other[left.at[at].span] != ALIGN_NONE)
			at++;
		if (first < left.n)
			next[first] = at - first;
		if (at >= left.n || left.at[at].key != key)
			continue;
		join(x, i, left.at[at].span, ALIGN_MOVED);
		line_up_all(x);
	}
	free(next);
	vec_done(&left);
}

/* ---------------------------------------------------------------- what differs */

static uint16_t marks_of(const struct path_span *a, const struct path_span *b, int64_t least_ns)
{
	unsigned marks = 0;
	if (a->model != b->model)
		marks |= ALIGN_MODEL;
	if (a->input_hash && b->input_hash && a->input_hash != b->input_hash)
		marks |= ALIGN_INPUT;
	if (a->output_hash && b->output_hash && a->output_hash != b->output_hash)
		marks |= ALIGN_OUTPUT;
	if ((a->status == STATUS_ERROR) != (b->status == STATUS_ERROR) || path_is_running(a) != path_is_running(b))
		marks |= ALIGN_STATUS;
	if (a->duration_ns == UNKNOWN_INT || b->duration_ns == UNKNOWN_INT)
		return (uint16_t)marks;
	int64_t more = path_minus(b->duration_ns, a->duration_ns), by = more < 0 ? -more : more;
	int64_t longer = more > 0 ? b->duration_ns : a->duration_ns;
	if (by >= least_ns && by > 0 && (double)by > ALIGN_RATIO * (double)longer)
		marks |= more > 0 ? ALIGN_SLOWER : ALIGN_FASTER;
	return (uint16_t)marks;
}

/* ---------------------------------------------------------------- one tree of both
 *
 * A node is B's span (with A's, where it has one), or one that only A has, numbered behind them. */

struct merge {
	const struct side *a, *b;
	uint32_t *first, *next;
	uint32_t last; /* child of the node at hand */
};

static uint32_t node_of_a(const struct merge *m, uint32_t a)
{
	return m->a->other[a] == ALIGN_NONE ? m->b->n + a : m->a->other[a];
}

static void append(struct merge *m, uint32_t parent, uint32_t node)
{
	if (m->last == ALIGN_NONE)
		m->first[parent] = node;
	else
		m->next[m->last] = node;
	m->last = node;
}

/* What only A has, up to the next that B has in its place. */
static uint32_t append_removed(struct merge *m, uint32_t node, uint32_t in_a)
{
	for (; in_a != PATH_NONE; in_a = m->a->links.next[in_a]) {
		if (m->a->other[in_a] == ALIGN_NONE)
			append(m, node, m->b->n + in_a);
		else if (!(m->a->marks[in_a] & ALIGN_MOVED))
			break;
	}
	return in_a;
}

/* Children of a node: those of B in their order, and those that only A has behind the one that they followed there. */
static void merge_children(struct merge *m, uint32_t node, uint32_t a, uint32_t b)
{
	uint32_t in_a = a == ALIGN_NONE ? PATH_NONE : m->a->links.first[a];
	uint32_t in_b = b == ALIGN_NONE ? PATH_NONE : m->b->links.first[b];
	m->last = ALIGN_NONE;
	in_a = append_removed(m, node, in_a);
	for (; in_b != PATH_NONE; in_b = m->b->links.next[in_b]) {
		append(m, node, in_b);
		if (in_a != PATH_NONE && m->b->other[in_b] == in_a)
			in_a = append_removed(m, node, m->a->links.next[in_a]);
	}
}

static void write_row(const struct merge *m, uint32_t node, uint32_t depth, uint32_t up, int64_t least_ns,
                      struct align *out)
{
	struct align_row *row = &out->rows[out->n];
	*row = (struct align_row){.a = ALIGN_NONE, .b = ALIGN_NONE, .depth = depth, .up = up};
	if (node < m->b->n) {
		row->b = node;
		row->a = m->b->other[node];
		row->marks = m->b->marks[node];
	} else {
		row->a = node - m->b->n;
	}
	if (row->a == ALIGN_NONE)
		row->marks |= ALIGN_ADDED;
	else if (row->b == ALIGN_NONE)
		row->marks |= ALIGN_REMOVED;
	else
		row->marks |= marks_of(&m->a->spans[row->a], &m->b->spans[row->b], least_ns);
	out->n++;
}

struct frame {
	uint32_t node, depth, parent; /* parent: row + 1, 0 none */
};

static void write_rows(const struct merge *m, uint32_t root, int64_t least_ns, struct align *out)
{
	VEC(struct frame) stack = {0};
	if (m->first[root] != ALIGN_NONE)
		*vec_add(&stack) = (struct frame){m->first[root], 0, 0};
	while (stack.n) {
		struct frame f = stack.at[--stack.n];
		uint32_t row = out->n;
		write_row(m, f.node, f.depth, f.parent ? row - (f.parent - 1) : 0, least_ns, out);
		if (m->next[f.node] != ALIGN_NONE)
			*vec_add(&stack) = (struct frame){m->next[f.node], f.depth, f.parent};
		if (m->first[f.node] != ALIGN_NONE)
			*vec_add(&stack) = (struct frame){m->first[f.node], f.depth + 1, row + 1};
	}
	vec_done(&stack);
}

void align_count(struct align *out)
{
	for (uint32_t i = 0; i < out->n; i++) {
		out->rows[i].size = 1;
		out->rows[i].changes = out->rows[i].marks != 0;
	}
	for (uint32_t i = out->n; i-- > 0;) {
		const struct align_row *row = &out->rows[i];
		if (!row->up)
			continue;
		out->rows[i - row->up].size += row->size;
		out->rows[i - row->up].changes += row->changes;
	}
}

static void merge_all(struct aligning *x, int64_t least_ns, struct align *out)
{
	uint32_t nodes = x->a.n + x->b.n, root = nodes;
	struct merge m = {.a = &x->a, .b = &x->b};
	m.first = xcalloc((size_t)nodes + 1, sizeof *m.first);
	m.next = xcalloc((size_t)nodes + 1, sizeof *m.next);
	for (uint32_t i = 0; i <= nodes; i++)
		m.first[i] = m.next[i] = ALIGN_NONE;
	merge_children(&m, root, x->a.n, x->b.n);
	for (uint32_t i = 0; i < x->b.n; i++)
		merge_children(&m, i, x->b.other[i], i);
	for (uint32_t i = 0; i < x->a.n; i++)
		if (node_of_a(&m, i) >= x->b.n)
			merge_children(&m, x->b.n + i, i, ALIGN_NONE);
	out->rows = xcalloc((size_t)nodes + 1, sizeof *out->rows);
	write_rows(&m, root, least_ns, out);
	align_count(out);
	free(m.first);
	free(m.next);
}

/* ---------------------------------------------------------------- all of it */

static void side_init(struct side *s, const struct path_span *spans, uint32_t n)
{
	*s = (struct side){.spans = spans, .n = n, .links = path_links(spans, n)};
	s->other = xcalloc((size_t)n + 1, sizeof *s->other);
	s->marks = xcalloc((size_t)n + 1, sizeof *s->marks);
	for (uint32_t i = 0; i <= n; i++)
		s->other[i] = ALIGN_NONE;
}

static void side_done(struct side *s)
{
	path_links_done(&s->links);
	free(s->other);
	free(s->marks);
}

void align_run(const struct path_span *a, uint32_t n_a, const struct path_span *b, uint32_t n_b, int64_t least_ns,
               struct align *out)
{
	bool swapped = !comes_first(a, n_a, b, n_b);
	struct aligning x = {.lcs = {.cells_left = ALIGN_CELLS_ALL}};
	*out = (struct align){0};
	side_init(&x.a, swapped ? b : a, swapped ? n_b : n_a);
	side_init(&x.b, swapped ? a : b, swapped ? n_a : n_b);
	*vec_add(&x.open) = (struct pair){x.a.n, x.b.n};
	line_up_all(&x);
	find_moved(&x);
	if (swapped) {
		struct side first = x.a;
		x.a = x.b;
		x.b = first;
	}
	merge_all(&x, least_ns, out);
	out->bounded = x.lcs.bounded;
	side_done(&x.a);
	side_done(&x.b);
	align_lcs_done(&x.lcs);
	vec_done(&x.open);
	vec_done(&x.in_a);
	vec_done(&x.in_b);
}

void align_done(struct align *out)
{
	free(out->rows);
	*out = (struct align){0};
}

/* Below a span that only one side has, and of that side too. */
static bool is_told_above(const struct align *x, uint32_t row)
{
	unsigned alone = x->rows[row].marks & (ALIGN_ADDED | ALIGN_REMOVED);
	return alone && x->rows[row].up && x->rows[row - x->rows[row].up].marks & alone;
}

static void add_place(const struct align *x, uint32_t row, unsigned of, struct align_place *out, size_t most, size_t *n)
{
	unsigned marks = x->rows[row].marks & of;
	if (marks && *n < most && !is_told_above(x, row))
		out[(*n)++] = (struct align_place){row, (uint16_t)marks};
}

size_t align_places(const struct align *x, struct align_place *out, size_t most)
{
	VEC(uint32_t) open = {0};
	size_t n = 0;
	for (uint32_t i = 0; i <= x->n && n < most; i++) {
		while (open.n && open.at[open.n - 1] + x->rows[open.at[open.n - 1]].size <= i)
			add_place(x, open.at[--open.n], ALIGN_COMES_OUT, out, most, &n);
		if (i == x->n)
			break;
		add_place(x, i, ALIGN_GOES_IN, out, most, &n);
		*vec_add(&open) = i;
	}
	vec_done(&open);
	return n;
}

uint32_t align_first(const struct align *x)
{
	struct align_place first = {0};
	return align_places(x, &first, 1) ? first.row : ALIGN_NONE;
}
