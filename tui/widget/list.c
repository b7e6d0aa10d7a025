#include "tui/widget/list.h"

#include <time.h>

enum {
	LINES_MOST = 4096, /* of a page */
	COUNT_MS = 100
};

static int64_t clamp(int64_t n, int64_t low, int64_t high)
{
	return n > high ? (high > low ? high : low) : n < low ? low : n;
}

/* The invariant: 0 <= cursor < total (0 when empty), top <= cursor < top + page, no empty rows below the last one. */
static void settle(struct list *l)
{
	l->cursor = clamp(l->cursor, 0, l->total - 1);
	l->top = clamp(l->top, l->cursor - l->page + 1, l->cursor);
	l->top = clamp(l->top, 0, l->total - l->page);
}

int move_rows(enum move move, int page)
{
	switch (move) {
	case MOVE_DOWN:
	case MOVE_SCROLL_DOWN: return 1;
	case MOVE_UP:
	case MOVE_SCROLL_UP: return -1;
	case MOVE_PAGE_DOWN: return page;
	case MOVE_PAGE_UP: return -page;
	case MOVE_HALF_DOWN: return (page + 1) / 2;
	case MOVE_HALF_UP: return -(page + 1) / 2;
	case MOVE_FIRST: return INT32_MIN / 4;
	case MOVE_LAST: return INT32_MAX / 4;
	case MOVE_LEFT:
	case MOVE_RIGHT:
	case MOVE_LINE: break;
	}
	return 0;
}

enum move move_to_line(const struct input *in)
{
	int line = in->count;
	for (size_t i = 0; i < in->argument.len && line < LINES_MOST; i++)
		line = in->argument.ptr[i] >= '0' && in->argument.ptr[i] <= '9' ? 10 * line + in->argument.ptr[i] - '0'
		                                                                : LINES_MOST;
	return line < 1 || line > LINES_MOST - 1 ? MOVE_RIGHT : (enum move)(MOVE_LINE + line - 1);
}

static int64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum outcome move_times(enum outcome (*function)(struct screen *, enum move), struct screen *screen, enum move move,
                        int count)
{
	bool to_row = count > 0 && (move == MOVE_FIRST || move == MOVE_LAST);
	enum outcome outcome = function(screen, to_row ? MOVE_FIRST : move);
	int64_t end_ms = count > 1 ? clock_ms() + COUNT_MS : 0;
	for (int i = 1; i < count && (i % 16 || clock_ms() < end_ms); i++)
		outcome = function(screen, to_row ? MOVE_DOWN : move);
	return outcome;
}

void list_init(struct list *l)
{
	*l = (struct list){.page = 1};
}

void list_set_page(struct list *l, int rows)
{
	l->page = rows > 1 ? rows : 1;
	settle(l);
}

bool list_go(struct list *l, int64_t row)
{
	int64_t before = l->cursor, top = l->top;
	l->cursor = row;
	settle(l);
	if (l->cursor != before)
		l->id = 0;
	return l->cursor != before || l->top != top;
}

static bool turn(struct list *l, int64_t rows)
{
	l->top = clamp(l->top + rows, 0, l->total - l->page);
	return list_go(l, l->cursor + rows);
}

bool list_move(struct list *l, enum move move)
{
	if (move >= MOVE_LINE) {
		int64_t row = list_at(l, (int)(move - MOVE_LINE));
		return row >= 0 && list_go(l, row);
	}
	switch (move) {
	case MOVE_DOWN: return list_go(l, l->cursor + 1);
	case MOVE_UP: return list_go(l, l->cursor - 1);
	case MOVE_PAGE_DOWN: return turn(l, l->page);
	case MOVE_PAGE_UP: return turn(l, -(int64_t)l->page);
	case MOVE_HALF_DOWN: return turn(l, (l->page + 1) / 2);
	case MOVE_HALF_UP: return turn(l, -(int64_t)((l->page + 1) / 2));
	case MOVE_FIRST: return list_go(l, 0);
	case MOVE_LAST: return list_go(l, l->total - 1);
	case MOVE_SCROLL_DOWN: return list_scroll(l, 1);
	case MOVE_SCROLL_UP: return list_scroll(l, -1);
	case MOVE_LEFT:
	case MOVE_RIGHT:
	case MOVE_LINE: break;
	}
	return false;
}

bool list_scroll(struct list *l, int rows)
{
	int64_t top = l->top;
	l->top = clamp(l->top + rows, 0, l->total - l->page);
	bool moved = l->top != top;
	return list_go(l, clamp(l->cursor, l->top, l->top + l->page - 1)) || moved;
}

void list_refit(struct list *l, int64_t total, int64_t found)
{
	int64_t height = l->cursor - l->top;
	l->total = total > 0 ? total : 0;
	if (found >= 0) {
		l->cursor = found;
		l->top = found - height;
	} else {
		l->id = 0;
	}
	settle(l);
}

void list_wanted(const struct list *l, int64_t *from, int64_t *n)
{
	*from = clamp(l->top - l->page, 0, l->total);
	*n = clamp(l->top + 2 * (int64_t)l->page, 0, l->total) - *from;
}

bool list_covered(const struct list *l, int64_t from, int64_t n)
{
	int64_t end = clamp(l->top + l->page, 0, l->total);
	return l->top >= from && end <= from + n;
}

int64_t list_at(const struct list *l, int screen_row)
{
	int64_t row = l->top + screen_row;
	return screen_row >= 0 && screen_row < l->page && row < l->total ? row : -1;
}

void list_zone(const struct list *l, struct canvas pane, bool keys)
{
	int64_t rows = clamp(l->total - l->top, 0, pane.rows);
	canvas_zone(canvas_part(pane, 0, 0, (int)rows, pane.cols),
	            (struct zone){.kind = ZONE_LIST, .at = l->top, .now = keys ? l->cursor : -1});
}

void list_draw(const struct list *l, struct canvas pane, list_row_fn *draw_row, const void *context)
{
	list_zone(l, pane, true);
	for (int i = 0; i < pane.rows; i++) {
		int64_t row = list_at(l, i);
		if (row < 0)
			break;
		struct canvas line = canvas_part(pane, i, 0, 1, pane.cols);
		draw_row(context, line, row, row == l->cursor);
		if (row == l->cursor)
			canvas_putc(line, 0, 0, 1, ROLE_CURSOR, ">");
	}
}

void list_position(struct buf *out, const struct list *l)
{
	if (l->total == 0)
		buf_add_cstr(out, "no rows");
	else
		buf_printf(out, "row %lld of %lld", (long long)l->cursor + 1, (long long)l->total);
}
