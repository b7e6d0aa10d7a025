#include "tui/hold.h"

#include <string.h>

int64_t hold_id(const struct screen *s)
{
	struct beside b;
	return s->ops->beside && s->ops->beside(s, &b) ? b.id : INT64_MIN;
}

static bool same_place(const struct beside *a, const struct beside *b)
{
	return a->row == b->row && a->col == b->col && a->rows == b->rows && a->cols == b->cols &&
	       a->scroll_row == b->scroll_row;
}

void hold_before(struct hold *h, const struct screen *s, const struct grid *shown)
{
	struct beside now;
	grid_done(&h->before);
	h->holds = s->ui->moves && h->serial == s->serial && s->ops->beside && s->ops->beside(s, &now) &&
	           same_place(&now, &h->last) && now.id != h->last.id;
	if (!h->holds)
		return;
	grid_init(&h->before, shown->rows, shown->cols, shown->ascii);
	memcpy(h->before.cells, shown->cells, sizeof *shown->cells * (size_t)shown->rows * (size_t)shown->cols);
}

/* The row of the body whose cells of the last frame are shown in row y; -1: none. */
static int64_t source_row(const struct hold *h, const struct beside *now, int y)
{
	if (now->scroll_row < 0 || y < now->scroll_row)
		return y;
	int64_t from = now->top - h->last.top + y;
	return from >= now->scroll_row && from < now->row + now->rows ? from : -1;
}

static void keep_cells(const struct hold *h, const struct beside *now, struct canvas body)
{
	struct canvas part = canvas_part(body, now->row, now->col, now->rows, now->cols);
	canvas_clear(part);
	for (int y = 0; y < part.rows; y++) {
		int64_t from = source_row(h, now, now->row + y);
		if (from < 0)
			continue;
		size_t cols = (size_t)body.grid->cols, at = (size_t)part.col;
		memcpy(body.grid->cells + (size_t)(part.row + y) * cols + at,
		       h->before.cells + (size_t)(body.row + from) * cols + at,
		       sizeof *body.grid->cells * (size_t)part.cols);
	}
}

void hold_after(struct hold *h, const struct screen *s, struct canvas body)
{
	struct beside now;
	if (!s->ops->beside || !s->ops->beside(s, &now)) {
		h->serial = 0;
		return;
	}
	if (h->holds) {
		keep_cells(h, &now, body);
		now.id = h->last.id;
	}
	h->last = now;
	h->serial = s->serial;
	grid_done(&h->before);
}

void hold_done(struct hold *h)
{
	grid_done(&h->before);
}
