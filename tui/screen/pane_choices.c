#include "tui/screen/pane_choices.h"

bool choices_fit(const struct choices *c, int page_rows, int cols)
{
	return c->laid_rows == page_rows && c->laid_cols == cols;
}

void choices_begin(struct choices *c, int cols)
{
	sheet_begin(&c->sheet, cols - 1 < CHOICES_COLS ? cols - 1 : CHOICES_COLS);
	c->laid_cols = cols;
	c->n = 0;
}

void choices_row(struct choices *c)
{
	BUG_ON(c->n >= CHOICES_MOST);
	sheet_row(&c->sheet);
	c->row[c->n] = c->sheet.rows - 1;
	c->rows[c->n++] = 1;
}

void choices_rest(struct choices *c)
{
	if (c->n)
		c->rows[c->n - 1] = c->sheet.rows - c->row[c->n - 1];
}

void choices_scroll(struct choices *c, int64_t by, int page_rows)
{
	int last = c->sheet.rows > page_rows ? c->sheet.rows - page_rows : 0;
	int64_t top = c->top + by;
	c->top = (int)(top < 0 ? 0 : top > last ? last : top);
}

void choices_go(struct choices *c, int cursor, int page_rows)
{
	c->cursor = cursor < 0 || !c->n ? 0 : cursor < c->n ? cursor : c->n - 1;
	if (!c->n)
		return;
	int row = c->row[c->cursor], end = row + c->rows[c->cursor];
	if (c->cursor == 0 && end <= page_rows)
		c->top = 0; /* what stands above the first one, too */
	if (end > c->top + page_rows)
		choices_scroll(c, end - page_rows - c->top, page_rows);
	if (row < c->top)
		choices_scroll(c, row - c->top, page_rows);
}

void choices_lay(struct choices *c, struct screen *screen, void (*all)(struct screen *screen, bool gaps))
{
	all(screen, true);
	if (c->sheet.rows > screen->ui->rows)
		all(screen, false);
	c->laid_rows = screen->ui->rows;
	choices_go(c, c->cursor, screen->ui->rows);
}

/* The choice on a line of the page; what stands between them is none. */
static void go_to_line(struct choices *c, int line, int page_rows)
{
	for (int i = 0; i < c->n; i++)
		if (c->top + line >= c->row[i] && c->top + line < c->row[i] + c->rows[i])
			choices_go(c, i, page_rows);
}

enum outcome choices_move(struct choices *c, enum move move, int page_rows)
{
	if (move >= MOVE_LINE) {
		go_to_line(c, (int)(move - MOVE_LINE), page_rows);
		return OUT_HANDLED;
	}
	int page = page_rows > 1 ? page_rows - 1 : 1;
	bool in_sight = !c->n || (c->row[c->cursor] >= c->top && c->row[c->cursor] < c->top + page_rows);
	switch (move) {
	case MOVE_DOWN:
		if (c->cursor + 1 < c->n && in_sight)
			choices_go(c, c->cursor + 1, page_rows);
		else
			choices_scroll(c, 1, page_rows);
		break;
	case MOVE_UP:
		if (in_sight && c->cursor > 0)
			choices_go(c, c->cursor - 1, page_rows);
		else
			choices_scroll(c, -1, page_rows);
		break;
	case MOVE_PAGE_DOWN: choices_scroll(c, page, page_rows); break;
	case MOVE_PAGE_UP: choices_scroll(c, -page, page_rows); break;
	case MOVE_HALF_DOWN: choices_scroll(c, page / 2, page_rows); break;
	case MOVE_HALF_UP: choices_scroll(c, -page / 2, page_rows); break;
	case MOVE_SCROLL_DOWN: choices_scroll(c, 1, page_rows); break;
	case MOVE_SCROLL_UP: choices_scroll(c, -1, page_rows); break;
	case MOVE_FIRST: choices_go(c, 0, page_rows); break;
	case MOVE_LAST:
		choices_go(c, c->n - 1, page_rows);
		choices_scroll(c, INT32_MAX, page_rows);
		break;
	case MOVE_LEFT:
	case MOVE_RIGHT:
	case MOVE_LINE: break;
	}
	return OUT_HANDLED;
}

/* The key or number of the choice, or its first word: all of a sentence would be much to send with each move. */
static void reverse_first_word(struct canvas line)
{
	const struct cell *cells = &line.grid->cells[(size_t)line.row * (size_t)line.grid->cols + (size_t)line.col];
	int from = 1, to;
	while (from < line.cols && cells[from].codes[0] == ' ')
		from++;
	for (to = from; to < line.cols && cells[to].codes[0] != ' ';)
		to++;
	canvas_reverse(line, 0, from, to - from);
}

void choices_draw(const struct choices *c, struct canvas body)
{
	if (c->n)
		canvas_zone(body, (struct zone){.kind = ZONE_LIST, .at = c->top, .now = c->row[c->cursor]});
	sheet_draw(&c->sheet, body, c->top, false, STR_NONE);
	int row = c->n ? c->row[c->cursor] - c->top : -1;
	if (row < 0 || row >= body.rows)
		return;
	canvas_putc(body, row, 0, 1, ROLE_CURSOR, ">");
	reverse_first_word(canvas_part(body, row, 0, 1, body.cols));
}

void choices_position(const struct choices *c, int page_rows, struct buf *out)
{
	int last = c->top + page_rows < c->sheet.rows ? c->top + page_rows : c->sheet.rows;
	if (c->sheet.rows > page_rows)
		buf_printf(out, "  rows %d to %d of %d", c->top + 1, last, c->sheet.rows);
}

void choices_done(struct choices *c)
{
	sheet_done(&c->sheet);
}
