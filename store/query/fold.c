/* Folds: which rows of a tree do not show. Sorted by pos; a fold may lie inside the hidden range of another. The outermost ones are
 * kept beside with the rows that those before them hide, so that a row's number is a search and not a walk over 100,000 folds. */
#include "store/query/tree.h"

#include <stdlib.h>
#include <string.h>

void folds_done(struct folds *f)
{
	free(f->at);
	free(f->outer);
	*f = (struct folds){0};
}

/* Index of the first fold with pos >= `pos`. */
static size_t lower_bound(const struct folds *f, int64_t pos)
{
	size_t low = 0, high = f->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (f->at[mid].pos < pos)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void add_outer(struct folds *f, const struct fold *fold)
{
	const struct fold_outer *last = f->n_outer ? &f->outer[f->n_outer - 1] : NULL;
	if (last && fold->pos <= last->pos + last->hidden)
		return;
	int64_t before = last ? last->before + last->hidden : 0;
	if (f->n_outer == f->cap_outer) {
		f->cap_outer = f->cap_outer ? size_mul(f->cap_outer, 2) : 16;
		f->outer = xrealloc(f->outer, f->cap_outer, sizeof *f->outer);
	}
	f->outer[f->n_outer++] = (struct fold_outer){.pos = fold->pos, .hidden = fold->hidden, .before = before};
}

static void find_outer(struct folds *f)
{
	f->n_outer = 0;
	for (size_t i = 0; i < f->n; i++)
		add_outer(f, &f->at[i]);
}

void folds_set(struct folds *f, int64_t pos, int64_t hidden, bool group, int64_t key)
{
	bool behind = !f->n || f->at[f->n - 1].pos < pos; /* as they come when they are read */
	size_t i = behind ? f->n : lower_bound(f, pos);
	if (i == f->n || f->at[i].pos != pos) {
		if (f->n == f->cap) {
			f->cap = f->cap ? size_mul(f->cap, 2) : 16;
			f->at = xrealloc(f->at, f->cap, sizeof *f->at);
		}
		memmove(&f->at[i + 1], &f->at[i], (f->n - i) * sizeof *f->at);
		f->n++;
	}
	f->at[i] = (struct fold){.pos = pos, .hidden = hidden, .key = key, .group = group};
	if (behind)
		add_outer(f, &f->at[i]);
	else
		find_outer(f);
}

void folds_unset(struct folds *f, int64_t pos)
{
	size_t i = lower_bound(f, pos);
	if (i == f->n || f->at[i].pos != pos)
		return;
	memmove(&f->at[i], &f->at[i + 1], (f->n - i - 1) * sizeof *f->at);
	f->n--;
	find_outer(f);
}

const struct fold *folds_at(const struct folds *f, int64_t pos)
{
	size_t i = lower_bound(f, pos);
	return i < f->n && f->at[i].pos == pos ? &f->at[i] : NULL;
}

void folds_open_to(struct folds *f, int64_t pos)
{
	size_t kept = 0;
	for (size_t i = 0; i < f->n; i++) {
		const struct fold *fold = &f->at[i];
		if (fold->pos < pos && pos <= fold->pos + fold->hidden)
			continue;
		f->at[kept++] = *fold;
	}
	if (kept == f->n)
		return;
	f->n = kept;
	find_outer(f);
}

void folds_copy(struct folds *to, const struct folds *from)
{
	*to = (struct folds){0};
	if (!from->n)
		return;
	to->n = to->cap = from->n;
	to->at = xmalloc(size_mul(from->n, sizeof *to->at));
	memcpy(to->at, from->at, from->n * sizeof *to->at);
	to->n_outer = to->cap_outer = from->n_outer;
	to->outer = xmalloc(size_mul(from->n_outer, sizeof *to->outer));
	memcpy(to->outer, from->outer, from->n_outer * sizeof *to->outer);
}

/* ---------------------------------------------------------------- rows */

/* How many of the outermost folds begin before row `pos`. */
static size_t outer_before(const struct folds *f, int64_t pos)
{
	size_t low = 0, high = f->n_outer;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (f->outer[mid].pos < pos)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int64_t folds_row(const struct folds *f, int64_t pos)
{
	size_t i = outer_before(f, pos);
	if (i == 0)
		return pos;
	const struct fold_outer *o = &f->outer[i - 1];
	if (pos <= o->pos + o->hidden)
		return o->pos - o->before;
	return pos - o->before - o->hidden;
}

int64_t folds_visible(const struct folds *f, int64_t n)
{
	return n > 0 ? folds_row(f, n - 1) + 1 : 0;
}

int64_t folds_pos(const struct folds *f, int64_t n, int64_t row)
{
	size_t low = 0, high = f->n_outer; /* how many of the outermost folds show above that row */
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (f->outer[mid].pos - f->outer[mid].before < row)
			low = mid + 1;
		else
			high = mid;
	}
	int64_t pos = row + (low ? f->outer[low - 1].before + f->outer[low - 1].hidden : 0);
	return pos < n ? pos : n - 1;
}
