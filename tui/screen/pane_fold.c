#include "tui/screen/pane_fold.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"

void pieces_done(struct pieces *p)
{
	free(p->at);
	free(p->turned);
	*p = (struct pieces){0};
}

void pieces_forget(struct pieces *p)
{
	p->n = p->n_turned = 0;
	p->all = PIECES_AS_MADE;
	p->cursor = 0;
}

/* ---------------------------------------------------------------- what is turned */

/* Where an id is in `turned`, or would be. */
static size_t turned_place(const struct pieces *p, uint64_t id)
{
	size_t low = 0, high = p->n_turned;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (p->turned[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_turned(const struct pieces *p, uint64_t id)
{
	size_t i = turned_place(p, id);
	return i < p->n_turned && p->turned[i] == id;
}

void pieces_turn(struct pieces *p, uint64_t id)
{
	size_t i = turned_place(p, id);
	if (i < p->n_turned && p->turned[i] == id) {
		memmove(p->turned + i, p->turned + i + 1, (--p->n_turned - i) * sizeof *p->turned);
		return;
	}
	p->turned = vec_grow(p->turned, &p->cap_turned, p->n_turned, sizeof *p->turned);
	memmove(p->turned + i + 1, p->turned + i, (p->n_turned++ - i) * sizeof *p->turned);
	p->turned[i] = id;
}

/* ---------------------------------------------------------------- the layout */

void pieces_begin(struct pieces *p)
{
	p->n = 0;
}

bool pieces_add(struct pieces *p, uint64_t id, int level, int row, bool folded)
{
	if (p->all != PIECES_AS_MADE)
		folded = p->all == PIECES_FOLDED;
	if (is_turned(p, id))
		folded = !folded;
	p->at = vec_grow(p->at, &p->cap, p->n, sizeof *p->at);
	p->at[p->n++] = (struct piece){.id = id, .row = row, .level = level, .folded = folded};
	return folded;
}

/* The number of pieces whose head lies above `row`. */
static size_t pieces_above(const struct pieces *p, int row)
{
	size_t low = 0, high = p->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (p->at[mid].row < row)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct piece *pieces_named(const struct pieces *p, uint64_t id)
{
	for (size_t i = 0; i < p->n && id; i++)
		if (p->at[i].id == id)
			return &p->at[i];
	return NULL;
}

const struct piece *pieces_in(const struct pieces *p, int row)
{
	size_t n = pieces_above(p, row + 1);
	return n ? &p->at[n - 1] : NULL;
}

const struct piece *pieces_cursor(const struct pieces *p, int top, int page)
{
	const struct piece *mine = pieces_named(p, p->cursor);
	if (mine && mine->row >= top && mine->row < top + page)
		return mine;
	size_t i = pieces_above(p, top);
	if (i < p->n && p->at[i].row < top + page)
		return &p->at[i];
	return i ? &p->at[i - 1] : NULL;
}

/* ---------------------------------------------------------------- keys */

static void show(int row, int *top, int page)
{
	if (row < *top || row >= *top + page - 1)
		*top = row;
}

const struct piece *pieces_around(const struct pieces *p, const struct piece *inner)
{
	for (const struct piece *at = inner; at > p->at; at--)
		if (at[-1].level < inner->level)
			return at - 1;
	return inner;
}

bool pieces_key(struct pieces *p, enum piece_key key, int *top, int page, bool *anew)
{
	const struct piece *at = pieces_cursor(p, *top, page);
	*anew = false;
	if (!at)
		return false;
	switch (key) {
	case PIECE_NEXT:
		if (at + 1 < p->at + p->n)
			at++;
		break;
	case PIECE_PREV:
		if (at->row >= *top && at > p->at) /* its head above the window: there */
			at--;
		break;
	case PIECE_TURN: *anew = true; break;
	case PIECE_OPEN: *anew = at->folded; break;
	case PIECE_FOLD:
		*anew = !at->folded;
		if (at->folded)
			at = pieces_around(p, at);
		break;
	case PIECE_OPEN_ALL:
	case PIECE_FOLD_ALL:
		p->n_turned = 0;
		p->all = key == PIECE_OPEN_ALL ? PIECES_OPEN : PIECES_FOLDED;
		*anew = true;
		break;
	}
	if (*anew && key != PIECE_OPEN_ALL && key != PIECE_FOLD_ALL)
		pieces_turn(p, at->id);
	p->cursor = at->id;
	show(at->row, top, page);
	return true;
}

void pieces_keep(const struct pieces *p, int before, int *top)
{
	const struct piece *at = pieces_named(p, p->cursor);
	if (!at) { /* it lies in one that is folded now */
		at = pieces_in(p, before);
		before = at ? at->row : before;
	}
	if (at)
		*top += at->row - before;
	if (at && *top > at->row)
		*top = at->row;
	if (*top < 0)
		*top = 0;
}

/* ---------------------------------------------------------------- drawing */

const char *piece_glyph(bool folded, bool ascii)
{
	if (ascii)
		return folded ? "+" : "-";
	return folded ? "▸" : "▾";
}

void pieces_draw(const struct pieces *p, struct canvas c, int top)
{
	const struct piece *at = pieces_cursor(p, top, c.rows);
	if (at && at->row >= top && at->row < top + c.rows)
		canvas_putc(c, at->row - top, 0, 1, ROLE_CURSOR, ">");
}
