#include <stdlib.h>

#include "store/study/align.h"
#include "store/study/align_private.h"

void align_lcs_keys(struct align_lcs *l, size_t n_a, size_t n_b)
{
	if (n_a > l->a_cap) {
		l->a = xrealloc(l->a, n_a, sizeof *l->a);
		l->a_cap = n_a;
	}
	if (n_b > l->b_cap) {
		l->b = xrealloc(l->b, n_b, sizeof *l->b);
		l->b_cap = n_b;
	}
}

void align_lcs_done(struct align_lcs *l)
{
	free(l->a);
	free(l->b);
	free(l->cells);
	vec_done(&l->pairs);
}

static bool alike(const struct align_lcs *l, size_t a, size_t b)
{
	return l->a[a] && l->a[a] == l->b[b];
}

static void add_pair(struct align_lcs *l, size_t a, size_t b)
{
	*vec_add(&l->pairs) = (struct align_match){a, b};
}

/* ---------------------------------------------------------------- exact
 *
 * cells[i][j]: length for a[i …], b[j …]; walked from the front, so that of equally long ones the earliest pairs are taken. At most
 * ALIGN_CELLS cells, so no length is beyond 1,024. */

struct part {
	size_t a, a_end, b, b_end;
};

static void exact(struct align_lcs *l, struct part p)
{
	size_t rows = p.a_end - p.a, cols = p.b_end - p.b, width = cols + 1, need = (rows + 1) * width;
	if (need > l->cells_cap) {
		l->cells = xrealloc(l->cells, need, sizeof *l->cells);
		l->cells_cap = need;
	}
	memset(l->cells, 0, need * sizeof *l->cells);
	for (size_t i = rows; i-- > 0;)
		for (size_t j = cols; j-- > 0;) {
			uint16_t *cell = &l->cells[i * width + j], down = cell[width], right = cell[1];
			*cell = alike(l, p.a + i, p.b + j) ? (uint16_t)(cell[width + 1] + 1)
			        : down > right             ? down
			                                   : right;
		}
	for (size_t i = 0, j = 0; i < rows && j < cols;) {
		const uint16_t *cell = &l->cells[i * width + j];
		if (alike(l, p.a + i, p.b + j)) {
			add_pair(l, p.a + i++, p.b + j++);
		} else if (cell[width] >= cell[1]) {
			i++;
		} else {
			j++;
		}
	}
}

/* ---------------------------------------------------------------- bounded: the k-th of a key with the k-th, then the longest rising run */

struct numbered {
	uint64_t key;
	size_t at;
};

static int by_key(const void *pa, const void *pb)
{
	const struct numbered *a = pa, *b = pb;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static struct numbered *numbered(const uint64_t *keys, size_t from, size_t to)
{
	struct numbered *all = xcalloc(to - from + 1, sizeof *all);
	for (size_t i = from; i < to; i++)
		all[i - from] = (struct numbered){keys[i], i};
	if (to - from > 1)
		qsort(all, to - from, sizeof *all, by_key);
	return all;
}

/* twin[i - p.a]: place in b + 1, 0 none. */
static void pair_kth(const struct align_lcs *l, struct part p, size_t *twin)
{
	size_t n_a = p.a_end - p.a, n_b = p.b_end - p.b;
	struct numbered *a = numbered(l->a, p.a, p.a_end), *b = numbered(l->b, p.b, p.b_end);
	for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
		if (a[i].key != b[j].key || !a[i].key) {
			if (a[i].key <= b[j].key)
				i++;
			else
				j++;
			continue;
		}
		twin[a[i++].at - p.a] = b[j++].at + 1;
	}
	free(a);
	free(b);
}

/* Patience: tails[k] is the pair that ends the best run of k + 1. */
static void rising(struct align_lcs *l, struct part p)
{
	size_t n = p.a_end - p.a, best = 0;
	size_t *twin = xcalloc(n + 1, sizeof *twin), *before = xcalloc(n + 1, sizeof *before);
	size_t *tails = xcalloc(n + 1, sizeof *tails);
	pair_kth(l, p, twin);
	for (size_t i = 0; i < n; i++) {
		if (!twin[i])
			continue;
		size_t low = 0, high = best;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (twin[tails[middle]] < twin[i])
				low = middle + 1;
			else
				high = middle;
		}
		before[i] = low ? tails[low - 1] : SIZE_MAX;
		tails[low] = i;
		best = low == best ? best + 1 : best;
	}
	size_t first = l->pairs.n, at = best ? tails[best - 1] : SIZE_MAX;
	for (size_t k = 0; k < best; k++)
		add_pair(l, 0, 0);
	for (size_t k = best; k-- > 0; at = before[at])
		l->pairs.at[first + k] = (struct align_match){p.a + at, twin[at] - 1};
	free(twin);
	free(before);
	free(tails);
}

/* ---------------------------------------------------------------- either */

void align_lcs_run(struct align_lcs *l, size_t n_a, size_t n_b)
{
	struct part p = {0, n_a, 0, n_b};
	vec_clear(&l->pairs);
	for (; p.a < p.a_end && p.b < p.b_end && alike(l, p.a, p.b); p.a++, p.b++)
		add_pair(l, p.a, p.b);
	size_t behind = 0;
	while (p.a < p.a_end && p.b < p.b_end && alike(l, p.a_end - 1, p.b_end - 1)) {
		p.a_end--;
		p.b_end--;
		behind++;
	}
	size_t rows = p.a_end - p.a, cols = p.b_end - p.b;
	if (rows && cols) {
		bool fits = (rows + 1) <= ALIGN_CELLS / (cols + 1) && rows * cols <= l->cells_left;
		l->bounded |= !fits;
		if (fits) {
			l->cells_left -= rows * cols;
			exact(l, p);
		} else {
			rising(l, p);
		}
	}
	for (size_t i = 0; i < behind; i++)
		add_pair(l, p.a_end + i, p.b_end + i);
}
