/* Folds: which rows of a tree do not show. Sorted by pos; a fold may lie inside the hidden range of another. */
#include "store/query/tree.h"

#include <stdlib.h>
#include <string.h>

void folds_done(struct folds *f)
{
	free(f->at);
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

void folds_set(struct folds *f, int64_t pos, int64_t hidden, bool group)
{
	bool behind = f->n && f->at[f->n - 1].pos < pos; /* as they come when they are read */
	size_t i = behind ? f->n : lower_bound(f, pos);
	if (i == f->n || f->at[i].pos != pos) {
		if (f->n == f->cap) {
			f->cap = f->cap ? size_mul(f->cap, 2) : 16;
			f->at = xrealloc(f->at, f->cap, sizeof *f->at);
		}
		memmove(&f->at[i + 1], &f->at[i], (f->n - i) * sizeof *f->at);
		f->n++;
	}
	f->at[i] = (struct fold){.pos = pos, .hidden = hidden, .group = group};
}

void folds_unset(struct folds *f, int64_t pos)
{
	size_t i = lower_bound(f, pos);
	if (i == f->n || f->at[i].pos != pos)
		return;
	memmove(&f->at[i], &f->at[i + 1], (f->n - i - 1) * sizeof *f->at);
	f->n--;
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
	f->n = kept;
}

/* The next fold that is itself visible, at or after row `pos`; *i is advanced past it. */
static const struct fold *next_outer(const struct folds *f, size_t *i, int64_t pos)
{
	while (*i < f->n && f->at[*i].pos < pos)
		(*i)++;
	return *i < f->n ? &f->at[(*i)++] : NULL;
}

int64_t folds_visible(const struct folds *f, int64_t n)
{
	int64_t hidden = 0, pos = 0;
	size_t i = 0;
	for (const struct fold *fold; (fold = next_outer(f, &i, pos)) && fold->pos < n;
	     pos = fold->pos + fold->hidden + 1)
		hidden += fold->pos + fold->hidden < n ? fold->hidden : n - 1 - fold->pos;
	return n - hidden;
}

int64_t folds_pos(const struct folds *f, int64_t n, int64_t row)
{
	int64_t pos = 0;
	size_t i = 0;
	for (const struct fold *fold; (fold = next_outer(f, &i, pos)) && row > fold->pos - pos;
	     pos = fold->pos + fold->hidden + 1)
		row -= fold->pos - pos + 1;
	pos += row;
	return pos < n ? pos : n - 1;
}

int64_t folds_row(const struct folds *f, int64_t pos)
{
	int64_t row = 0, at = 0;
	size_t i = 0;
	for (const struct fold *fold; (fold = next_outer(f, &i, at)) && fold->pos < pos;
	     at = fold->pos + fold->hidden + 1) {
		row += fold->pos - at;
		if (pos <= fold->pos + fold->hidden)
			return row;
		row++;
	}
	return row + (pos - at);
}
