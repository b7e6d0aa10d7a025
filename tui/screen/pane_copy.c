#include "tui/screen/pane_copy.h"

#include "store/base/clean.h"

void copy_word(struct buf *out, struct str word)
{
	buf_add_char(out, ' ');
	clean_shell_word(out, word);
}

void copy_sheet(struct buf *out, const struct sheet *s, bool ascii)
{
	struct grid grid;
	grid_init(&grid, s->rows > 0 ? s->rows : 1, s->cols, ascii);
	sheet_draw(s, grid_canvas(&grid), 0, false, STR_NONE);
	canvas_text(out, grid_canvas(&grid), false, false);
	grid_done(&grid);
}

bool copy_link(struct buf *out, const char *kind, struct str of, struct str and)
{
	if (of.len)
		link_print(out, &(struct link){
		                    .kind = kind, .of = {of, and},
                                         .n_of = and.len ? 2 : 1
                });
	return of.len > 0;
}

bool copy_link_in(struct buf *out, const char *kind, struct str of, enum link_part part, struct str value)
{
	struct link link = {.kind = kind, .of = {of}, .n_of = 1};
	link.part[part] = value.len ? value : STR_NONE;
	if (of.len)
		link_print(out, &link);
	return of.len > 0;
}

bool copy_str(struct buf *out, struct str text)
{
	buf_add_str(out, text);
	return text.len > 0;
}
