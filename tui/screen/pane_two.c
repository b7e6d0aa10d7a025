#include "tui/screen/pane_two.h"

#include "tui/widget/pane_size.h"

enum { BESIDE_LEAST = 30, BESIDE_LIST_LEAST = 50, BELOW_LEAST = 3, BELOW_LIST_LEAST = 3, GAP = 2 };

struct two_panes two_panes(const struct two_sizes *sizes, int rows, int cols)
{
	struct two_panes p = {.top = sizes->top, .rows = rows - sizes->top - 1, .cols = cols};
	if (cols >= TWO_BESIDE_COLS) {
		p.cols = cols - pane_size(cols - cols * sizes->percent / 100, cols, BESIDE_LEAST, BESIDE_LIST_LEAST);
		p.details = (struct beside){.row = p.top,
		                            .col = p.cols + GAP,
		                            .rows = rows - p.top,
		                            .cols = cols - p.cols - GAP - 1,
		                            .scroll_row = p.top + 1};
	} else if (p.rows >= sizes->list_least + sizes->below + 1) {
		int below = pane_size(sizes->below, p.rows - 1, BELOW_LEAST, BELOW_LIST_LEAST);
		p.rows -= below + 1;
		p.details =
		    (struct beside){.row = rows - below, .col = 1, .rows = below, .cols = cols - 2, .scroll_row = -1};
	}
	p.rows = p.rows > 1 ? p.rows : 1;
	return p;
}

struct canvas two_titles(const struct two_panes *p, struct canvas body)
{
	return canvas_part(body, p->top, 0, 1, p->cols);
}

struct canvas two_list(const struct two_panes *p, struct canvas body)
{
	return canvas_part(body, p->top + 1, 0, p->rows, p->cols);
}

struct canvas two_details(const struct two_panes *p, struct canvas body)
{
	const struct beside *d = &p->details;
	if (d->rows && d->scroll_row < 0)
		canvas_rule(body, d->row - 1, ROLE_BORDER);
	for (int i = 0; i < d->rows && d->scroll_row >= 0; i++)
		canvas_putc(body, d->row + i, d->col - GAP, 1, ROLE_BORDER, body.grid->ascii ? "|" : "│");
	return canvas_part(body, d->row, d->col, d->rows, d->cols);
}

bool two_beside(const struct two_panes *p, const struct list *list, struct beside *out)
{
	*out = p->details;
	out->top = list->top;
	out->id = list->cursor;
	return out->rows > 0;
}
