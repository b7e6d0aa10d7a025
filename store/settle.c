#include "store/settle.h"

#include <stdlib.h>
#include <string.h>

#include "store/span_row.h"

enum { KEEP_ROWS = 1 << 16 };

/* ---------------------------------------------------------------- memory */

static void free_arrays(struct settle *s)
{
	free(s->order);
	free(s->parent_at);
	free(s->first_child);
	free(s->next);
	free(s->position);
	free(s->usage);
	free(s->scratch);
	s->order = s->parent_at = s->first_child = s->next = s->position = NULL;
	s->usage = NULL;
	s->scratch = NULL;
	s->cap = s->parent_cap = s->scratch_size = 0;
}

void settle_clear(struct settle *s)
{
	vec_clear(&s->rows);
	vec_clear(&s->cycles);
	s->n_orphans = 0;
	if (s->cap <= KEEP_ROWS && s->parent_cap <= KEEP_ROWS)
		return;
	vec_done(&s->rows);
	free_arrays(s);
}

void settle_done(struct settle *s)
{
	vec_done(&s->rows);
	vec_done(&s->cycles);
	free_arrays(s);
	*s = (struct settle){0};
}

void *settle_scratch(struct settle *s, size_t bytes)
{
	if (bytes > s->scratch_size) {
		free(s->scratch);
		s->scratch = xmalloc(bytes);
		s->scratch_size = bytes;
	}
	return s->scratch;
}

static void make_parent_room(struct settle *s, size_t n)
{
	if (s->parent_at && n <= s->parent_cap)
		return;
	s->parent_cap =
	    n + (s->parent_at ? n / 2 : n / 16) + 16; /* a little for synthetic rows; more only if they are many */
	s->parent_at = xrealloc(s->parent_at, s->parent_cap, sizeof *s->parent_at);
}

/* The other arrays, once it is known how many rows there are and the map of keys is not needed any more. */
static void make_room(struct settle *s, size_t n)
{
	if (n > KEEP_ROWS) {
		free(s->scratch);
		s->scratch = NULL;
		s->scratch_size = 0;
	}
	if (s->order && n <= s->cap)
		return;
	size_t cap = n + (n > KEEP_ROWS ? 0 : n / 2) + 16;
	s->order = xrealloc(s->order, cap, sizeof *s->order);
	s->first_child = xrealloc(s->first_child, cap + 1, sizeof *s->first_child);
	s->next = xrealloc(s->next, cap, sizeof *s->next);
	s->position = xrealloc(s->position, cap, sizeof *s->position);
	s->usage = xrealloc(s->usage, cap, sizeof *s->usage);
	s->cap = cap;
}

/* ---------------------------------------------------------------- keys → rows */

struct key_map {
	uint32_t *slot; /* row + 1, 0 free */
	size_t mask;
};

static struct key_map map_of(struct settle *s, size_t n)
{
	size_t cap = 16;
	while (cap < 3 * n) /* every row may bring a missing parent: two thirds full at worst */
		cap *= 2;
	uint32_t *slot = settle_scratch(s, size_mul(cap, sizeof *slot));
	memset(slot, 0, cap * sizeof *slot);
	return (struct key_map){slot, cap - 1};
}

static uint32_t *map_slot(const struct key_map *map, const struct settle *s, int64_t key)
{
	size_t i = (size_t)hash_spread((uint64_t)key) & map->mask;
	while (map->slot[i] && s->rows.at[map->slot[i] - 1].key != key)
		i = (i + 1) & map->mask;
	return &map->slot[i];
}

/* ---------------------------------------------------------------- links */

int64_t settle_end(const struct settle_row *row)
{
	int64_t end;
	if (row->start_ns == TIME_UNKNOWN || row->duration_ns == UNKNOWN_INT)
		return TIME_UNKNOWN;
	return __builtin_add_overflow(row->start_ns, row->duration_ns, &end) ? INT64_MAX : end;
}

static uint32_t add_synthetic(struct settle *s, int64_t key)
{
	*vec_add(&s->rows) = (struct settle_row){
	    .key = key,
	    .start_ns = TIME_UNKNOWN,
	    .duration_ns = UNKNOWN_INT,
	    .tokens = UNKNOWN_INT,
	    .cost_usd = UNKNOWN_DOUBLE,
	    .kind = KIND_SPAN,
	    .status = STATUS_UNSET,
	    .flags = SPAN_SYNTHETIC,
	};
	BUG_ON(s->rows.n > SETTLE_ROWS_MAX);
	make_parent_room(s, s->rows.n);
	s->parent_at[s->rows.n - 1] = SETTLE_NONE;
	return (uint32_t)(s->rows.n - 1);
}

static uint32_t row_of_key(const struct settle *s, const struct key_map *map, int64_t key)
{
	uint32_t slot = *map_slot(map, s, key);
	return slot ? slot - 1 : SETTLE_NONE;
}

/* Where halves of calls are about: the row above, SETTLE_NONE if it is found in the usual way. Call it before a missing parent has a row. */
static uint32_t parent_in_call(const struct settle *s, const struct key_map *map, uint32_t i)
{
	const struct settle_row *row = &s->rows.at[i];
	uint32_t caller, answer;
	if (row->flags & SPAN_ANSWER) {
		caller = row_of_key(s, map, model_other_half(row->key));
		if (caller != SETTLE_NONE)
			return caller;
	}
	if (!row->has_parent)
		return SETTLE_NONE;
	answer = row_of_key(s, map, model_other_half(row->parent));
	if (answer == SETTLE_NONE || answer == i || !(s->rows.at[answer].flags & SPAN_ANSWER))
		return SETTLE_NONE;
	caller = row_of_key(s, map, row->parent);
	return caller == SETTLE_NONE || (row->service && row->service == s->rows.at[answer].service) ? answer
	                                                                                             : SETTLE_NONE;
}

/* Before any other row gets its parent, since that may add rows for missing ones. */
static void find_calls(struct settle *s, const struct key_map *map)
{
	for (uint32_t i = 0; i < s->n_real; i++) {
		uint32_t up = parent_in_call(s, map, i);
		s->parent_at[i] = up;
		s->n_answers += up != SETTLE_NONE && (s->rows.at[i].flags & SPAN_ANSWER) &&
		                s->rows.at[up].key == model_other_half(s->rows.at[i].key);
	}
}

static void find_parents(struct settle *s)
{
	struct key_map map = map_of(s, s->n_real);
	bool calls = false;
	for (uint32_t i = 0; i < s->n_real; i++) {
		*map_slot(&map, s, s->rows.at[i].key) = i + 1;
		s->parent_at[i] = SETTLE_NONE;
		calls = calls || s->rows.at[i].flags & SPAN_ANSWER;
	}
	if (calls)
		find_calls(s, &map);
	for (uint32_t i = 0; i < s->n_real; i++) {
		if (s->parent_at[i] != SETTLE_NONE || !s->rows.at[i].has_parent)
			continue;
		uint32_t *slot = map_slot(&map, s, s->rows.at[i].parent);
		if (!*slot)
			*slot = add_synthetic(s, s->rows.at[i].parent) + 1;
		s->parent_at[i] = *slot - 1;
		if (s->parent_at[i] >= s->n_real) {
			s->rows.at[i].flags |= SPAN_ORPHAN;
			s->n_orphans++;
		}
	}
}

static void cut_cycle(struct settle *s, uint32_t from)
{
	uint32_t cut = from;
	for (uint32_t v = s->parent_at[from]; v != from; v = s->parent_at[v])
		if (s->rows.at[v].key < s->rows.at[cut].key)
			cut = v;
	s->parent_at[cut] = SETTLE_NONE;
	s->rows.at[cut].flags |= SPAN_CYCLE;
	*vec_add(&s->cycles) = s->rows.at[cut].key;
}

/* Each row is walked over once: `position` holds the walk that met it. */
static void cut_cycles(struct settle *s)
{
	uint32_t *walk = s->position;
	memset(walk, 0, s->rows.n * sizeof *walk);
	for (uint32_t i = 0; i < s->n_real; i++) {
		uint32_t v = i;
		for (; v != SETTLE_NONE && !walk[v]; v = s->parent_at[v])
			walk[v] = i + 1;
		if (v != SETTLE_NONE && walk[v] == i + 1)
			cut_cycle(s, v);
	}
}

static void cover_children(struct settle *s)
{
	if (s->rows.n == s->n_real)
		return;
	int64_t *ends = settle_scratch(s, size_mul(s->rows.n, sizeof *ends));
	for (size_t i = s->n_real; i < s->rows.n; i++)
		ends[i] = TIME_UNKNOWN;
	for (uint32_t i = 0; i < s->n_real; i++) {
		uint32_t p = s->parent_at[i];
		if (p == SETTLE_NONE || p < s->n_real)
			continue;
		struct settle_row *up = &s->rows.at[p];
		int64_t start = s->rows.at[i].start_ns, end = settle_end(&s->rows.at[i]);
		if (start != TIME_UNKNOWN && (up->start_ns == TIME_UNKNOWN || start < up->start_ns))
			up->start_ns = start;
		if (end != TIME_UNKNOWN && (ends[p] == TIME_UNKNOWN || end > ends[p]))
			ends[p] = end;
	}
	for (size_t i = s->n_real; i < s->rows.n; i++)
		s->rows.at[i].duration_ns = units_between(s->rows.at[i].start_ns, ends[i]);
}

/* ---------------------------------------------------------------- order */

/* Of row numbers: qsort takes as much again while it sorts. */
static int by_start(const void *pa, const void *pb, void *rows)
{
	const struct settle_row *a = (const struct settle_row *)rows + *(const uint32_t *)pa;
	const struct settle_row *b = (const struct settle_row *)rows + *(const uint32_t *)pb;
	bool a_unknown = a->start_ns == TIME_UNKNOWN, b_unknown = b->start_ns == TIME_UNKNOWN;
	if (a_unknown != b_unknown)
		return a_unknown ? 1 : -1;
	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static void order_siblings(struct settle *s)
{
	size_t n = s->rows.n;
	uint32_t *items = settle_scratch(s, size_mul(n, sizeof *items));
	bool sorted = true;
	for (uint32_t i = 0; i < n; i++) {
		items[i] = i;
		sorted = sorted && (i == 0 || by_start(&items[i - 1], &items[i], s->rows.at) < 0);
	}
	if (!sorted)
		qsort_r(items, n, sizeof *items, by_start, s->rows.at);
	for (size_t i = 0; i <= n; i++)
		s->first_child[i] = SETTLE_NONE;
	for (size_t i = n; i-- > 0;) {
		uint32_t row = items[i], p = s->parent_at[row];
		uint32_t *first = &s->first_child[p == SETTLE_NONE ? n : p];
		s->next[row] = *first;
		*first = row;
	}
}

/* Down to the first child, else on to the next sibling of the nearest row above that has one. */
static void number_rows(struct settle *s)
{
	uint32_t n = 0, depth = 0, v = s->first_child[s->rows.n];
	while (v != SETTLE_NONE) {
		struct settle_row *row = &s->rows.at[v];
		uint32_t p = s->parent_at[v];
		s->order[n] = v;
		s->position[v] = n;
		row->depth = depth;
		row->size = 1;
		row->up = p == SETTLE_NONE ? 0 : n - s->position[p];
		if (s->next[v] == SETTLE_NONE)
			row->flags |= SPAN_LAST;
		n++;
		if (s->first_child[v] != SETTLE_NONE) {
			v = s->first_child[v];
			depth++;
			continue;
		}
		while (v != SETTLE_NONE && s->next[v] == SETTLE_NONE) {
			v = s->parent_at[v];
			depth -= v != SETTLE_NONE;
		}
		if (v != SETTLE_NONE)
			v = s->next[v];
	}
	BUG_ON(n != s->rows.n);
	for (uint32_t i = n; i-- > 0;) {
		uint32_t row = s->order[i], p = s->parent_at[row];
		if (p != SETTLE_NONE)
			s->rows.at[p].size += s->rows.at[row].size;
	}
}

static bool same_call(const struct settle_row *a, const struct settle_row *b)
{
	return a->name == b->name && a->kind == b->kind && !(b->flags & SPAN_SYNTHETIC);
}

static void group_siblings(struct settle *s, uint32_t first)
{
	while (first != SETTLE_NONE) {
		struct settle_row *head = &s->rows.at[first];
		uint32_t n = 1, len = head->size, v = s->next[first];
		bool same = head->input_hash != 0;
		if (head->name && !(head->flags & SPAN_SYNTHETIC))
			for (; v != SETTLE_NONE && same_call(head, &s->rows.at[v]); v = s->next[v]) {
				n++;
				len += s->rows.at[v].size;
				same = same && s->rows.at[v].input_hash == head->input_hash;
			}
		if (n > 1) {
			head->rep_n = n;
			head->rep_len = len;
			head->flags |= same ? SPAN_SAME : 0;
		}
		first = v;
	}
}

void settle_links(struct settle *s)
{
	find_parents(s);
	make_room(s, s->rows.n);
	cut_cycles(s);
	cover_children(s);
	order_siblings(s);
	number_rows(s);
	for (size_t i = 0; i <= s->rows.n; i++)
		group_siblings(s, s->first_child[i]);
}

void settle_tree(struct settle *s)
{
	const uint16_t given =
	    SPAN_RUNNING | SPAN_BAD_TIME | SPAN_MADE_UP_ID | SPAN_CONFLICT | SPAN_ANSWER | SPAN_ESTIMATED;
	BUG_ON(s->rows.n > SETTLE_ROWS_MAX);
	s->n_real = (uint32_t)s->rows.n;
	s->n_orphans = s->n_answers = 0;
	vec_clear(&s->cycles);
	make_parent_room(s, s->rows.n);
	for (size_t i = 0; i < s->rows.n; i++) {
		struct settle_row *row = &s->rows.at[i];
		row->flags &= given;
		row->rep_n = row->rep_len = 0;
	}
	settle_links(s);
	settle_times(s);
	settle_sums(s);
}
