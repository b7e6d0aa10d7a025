#include "tui/widget/editor_private.h"

/* What a key does; those that come first show where there is little room. */
struct hint {
	const char *key, *does;
};

static void draw_hints(struct canvas row, int col, const struct hint *hints, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str key = str_of(hints[i].key), does = str_of(hints[i].does);
		if (col + text_cols(key) + 1 + text_cols(does) > row.cols)
			return;
		col += canvas_put(row, 0, col, -1, ROLE_HINT_KEY, key) + 1;
		col += canvas_put(row, 0, col, -1, ROLE_HINT, does) + 3;
	}
}

static void draw_question(struct canvas row)
{
	static const struct hint long_ones[] = {
	    {"y",   "yes"              },
            {"n",   "no, throw it away"},
            {"Esc", "go on writing"    }
        };
	static const struct hint short_ones[] = {
	    {"y",   "yes"  },
            {"n",   "no"   },
            {"Esc", "go on"}
        };
	bool wide = row.cols >= 76;
	const char *question = wide ? "Save what you wrote?" : row.cols >= 36 ? "Save it?" : "Save?";
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_WARNING, question) + 2;
	draw_hints(row, col, wide ? long_ones : short_ones, 3);
}

static void draw_foot(const struct editor *e, struct canvas row)
{
	static const struct hint hints[] = {
	    {"Ctrl-S", "save"      },
            {"Esc",    "leave"     },
            {"Enter",  "new line"  },
            {"Ctrl-_", "undo"      },
            {"Ctrl-E", "in $EDITOR"}
        };
	canvas_fill(row, 0, 0, row.cols, ROLE_HINT, " ");
	if (e->asking)
		draw_question(row);
	else if (e->said[0])
		canvas_putc(row, 0, 1, row.cols - 2, ROLE_WARNING, e->said);
	else
		draw_hints(row, 1, hints, sizeof hints / sizeof *hints);
}

/* A rule, the title in it, and how much there is that does not show. */
static void draw_head(const struct editor *e, struct canvas row, const char *title)
{
	struct buf more = BUF_INIT;
	size_t below = e->n_starts - e->top, rows = (size_t)e->rows;
	below = below > rows ? below - rows : 0;
	if (e->top)
		buf_printf(&more, " %zu line%s above", e->top, e->top == 1 ? "" : "s");
	if (below)
		buf_printf(&more, "%s%zu %sbelow", e->top ? ", " : " ", below,
		           e->top       ? ""
		           : below == 1 ? "line "
		                        : "lines ");
	if (more.len)
		buf_add_char(&more, ' ');
	canvas_rule(row, 0, ROLE_BORDER);
	int cols = text_cols(buf_str(&more)), room = row.cols - 4 - (cols ? cols + 2 : 0);
	canvas_putc(row, 0, 1, 1, ROLE_BORDER, " ");
	int used = canvas_putc(row, 0, 2, room, ROLE_HEADING, title);
	canvas_putc(row, 0, 2 + used, 1, ROLE_BORDER, " ");
	if (cols && cols + used + 5 < row.cols)
		canvas_put_right(row, 0, row.cols - cols - 1, cols, ROLE_DIM, buf_str(&more));
	buf_done(&more);
}

void editor_draw(const struct editor *e, struct canvas c, const char *title)
{
	if (c.rows < 3 || c.cols < 4)
		return;
	canvas_clear(c);
	draw_head(e, canvas_part(c, 0, 0, 1, c.cols), title);
	struct canvas body = canvas_part(c, 1, 1, c.rows - 2, c.cols - 1);
	for (int i = 0; i < body.rows && e->top + (size_t)i < e->n_starts; i++) {
		size_t row = e->top + (size_t)i, start = e->starts[row];
		struct str line = str_cut(buf_str(&e->text), start, editor_row_end(e, row) - start);
		canvas_put(body, i, 0, -1, ROLE_INPUT, line);
	}
	draw_foot(e, canvas_part(c, c.rows - 1, 0, 1, c.cols));
	size_t row = editor_caret_row(e);
	c.grid->caret_row = body.row + (int)(row - e->top);
	c.grid->caret_col = body.col + editor_col_of(e, row, e->caret);
	if (row < e->top || row - e->top >= (size_t)body.rows)
		c.grid->caret_row = c.grid->caret_col = -1;
}
