/* Where the rows of the screen begin is kept, so that a key in a text of a million bytes breaks a few rows anew, not all: a row
 * depends on nothing before its first byte, so as soon as one begins where one began before, the rest is as it was. */
#include "tui/widget/editor_private.h"

enum { ROWS_BACK = 2 }; /* a word that became shorter may go up a row */

static void add_start(struct editor *e, size_t start)
{
	if (e->n_starts == e->cap_starts) {
		e->cap_starts = e->cap_starts ? e->cap_starts * 2 : 64;
		e->starts = xrealloc(e->starts, e->cap_starts, sizeof *e->starts);
	}
	e->starts[e->n_starts++] = start;
}

/* The row after the one that begins at `from`; SIZE_MAX: that was the last. */
static size_t next_start(const struct editor *e, size_t from)
{
	struct str text = buf_str(&e->text);
	struct text_row row;
	size_t next = text_wrap(text, from, e->cols, &row);
	if (next != SIZE_MAX || from >= text.len)
		return next;
	return text.ptr[text.len - 1] == '\n' ? text.len : SIZE_MAX;
}

void editor_wrap_all(struct editor *e)
{
	e->n_starts = 0;
	for (size_t at = 0; at != SIZE_MAX; at = next_start(e, at))
		add_start(e, at);
}

/* The rows that began at `old` (n of them, bytes as before the change), from the first on that begins at `start` now. */
static size_t same_from(const size_t *old, size_t n, size_t i, size_t start, size_t removed, size_t added)
{
	while (i < n && old[i] + added < start + removed)
		i++;
	return i;
}

void editor_wrap_change(struct editor *e, size_t at, size_t removed, size_t added)
{
	size_t row = editor_row_of(e, at), n_old = e->n_starts;
	row = row > ROWS_BACK ? row - ROWS_BACK : 0;
	/* Those behind the first go aside: the new ones are as many, more or less. */
	size_t n = n_old - row - 1, i = 0;
	size_t *old = xrealloc(NULL, n + 1, sizeof *old);
	memcpy(old, e->starts + row + 1, n * sizeof *old);
	e->n_starts = row + 1;
	bool same = false;
	for (size_t start = next_start(e, e->starts[row]); start != SIZE_MAX; start = next_start(e, start)) {
		i = start < at + added ? 0 : same_from(old, n, i, start, removed, added);
		same = start >= at + added && i < n && old[i] >= at + removed && old[i] + added == start + removed;
		if (same)
			break;
		add_start(e, start);
	}
	for (; same && i < n; i++)
		add_start(e, old[i] + added - removed);
	free(old);
}

/* ---------------------------------------------------------------- places */

size_t editor_row_of(const struct editor *e, size_t at)
{
	size_t low = 0, high = e->n_starts;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (e->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

size_t editor_caret_row(const struct editor *e)
{
	size_t row = editor_row_of(e, e->caret);
	return e->clings && row > 0 && e->starts[row] == e->caret ? row - 1 : row;
}

size_t editor_row_next(const struct editor *e, size_t row)
{
	return row + 1 < e->n_starts ? e->starts[row + 1] : e->text.len;
}

size_t editor_row_end(const struct editor *e, size_t row)
{
	struct text_row wrapped;
	text_wrap(buf_str(&e->text), e->starts[row], e->cols, &wrapped);
	return wrapped.at + wrapped.len;
}

int editor_col_of(const struct editor *e, size_t row, size_t at)
{
	size_t start = e->starts[row];
	struct text_iter it;
	struct cell_text cell;
	int cols = 0;
	for (text_iter_init(&it, str_cut(buf_str(&e->text), start, at - start), false); text_next(&it, &cell);)
		cols += cell.cols;
	return cols < e->cols ? cols : e->cols;
}

size_t editor_at_col(const struct editor *e, size_t row, int col)
{
	size_t start = e->starts[row], end = editor_row_end(e, row);
	struct text_iter it;
	struct cell_text cell;
	int cols = 0;
	for (text_iter_init(&it, str_cut(buf_str(&e->text), start, end - start), false); text_next(&it, &cell);) {
		cols += cell.cols;
		if (cols > col)
			return start + it.at;
	}
	return end;
}

/* ---------------------------------------------------------------- clusters */

/* Where the cluster that holds the byte at - 1 begins, and in *after where it ends. */
static size_t cluster_at(const struct editor *e, size_t at, size_t *after)
{
	size_t row = editor_row_of(e, at - 1), start = e->starts[row];
	struct text_iter it;
	struct cell_text cell;
	text_iter_init(&it, str_cut(buf_str(&e->text), start, editor_row_next(e, row) - start), false);
	while (text_next(&it, &cell) && start + it.next_at < at)
		continue;
	*after = start + it.next_at;
	return start + it.at;
}

size_t editor_before(const struct editor *e, size_t at)
{
	size_t after;
	return at ? cluster_at(e, at, &after) : 0;
}

size_t editor_after(const struct editor *e, size_t at)
{
	size_t after = at;
	if (at < e->text.len)
		cluster_at(e, at + 1, &after);
	return after;
}

size_t editor_boundary(const struct editor *e, size_t at)
{
	size_t after = 0;
	if (at)
		cluster_at(e, at, &after);
	return after;
}
