#include "tui/widget/rowtext.h"

void rowtext_tint(struct canvas c, int at_row, int at_col, struct str text, const struct text_row *row,
                  const struct tint *tint)
{
	size_t end = size_add(tint->from, tint->len);
	if (tint->len == 0 || tint->from >= row->at + row->len || end <= row->at)
		return;
	struct text_iter it;
	struct cell_text cell;
	int col = at_col;
	for (text_iter_init(&it, str_cut(text, row->at, row->len), c.grid->ascii); text_next(&it, &cell);) {
		size_t at = row->at + it.at;
		if (at >= end || col >= c.cols)
			break;
		if (at >= tint->from && !cell.marked)
			canvas_tint(c, at_row, col, cell.cols, tint->role);
		col += cell.cols;
	}
}

void rowtext_tints(struct canvas c, int at_row, int at_col, struct str text, const struct text_row *row,
                   const struct tint *tints, size_t n)
{
	size_t low = 0, high = n; /* the first that ends behind the row's start */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (size_add(tints[middle].from, tints[middle].len) <= row->at)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i < n && tints[i].from < row->at + row->len; i++)
		rowtext_tint(c, at_row, at_col, text, row, &tints[i]);
}
