#include "tui/screen/pane_copy.h"

#include "store/base/clean.h"
#include "tui/columns_lists.h"

void copy_word(struct buf *out, struct str word)
{
	buf_add_char(out, ' ');
	clean_shell_word(out, word);
}

void copy_command(struct buf *out, const char *command, struct str of, const char *option, struct str value)
{
	buf_printf(out, "spoor %s", command);
	if (of.len)
		copy_word(out, of);
	if (option && value.len) {
		buf_printf(out, " --%s", option);
		copy_word(out, value);
	}
}

void copy_columns(struct buf *out, const struct column *table)
{
	const struct list_kind *list = list_kind_of(table);
	size_t n;
	if (!list_columns(list, &n))
		return;
	buf_add_cstr(out, " --columns ");
	list_column_names(list, out);
}

void copy_sort(struct buf *out, const char *column, bool ascending)
{
	buf_printf(out, " --sort %s --%s", column, ascending ? "asc" : "desc");
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
	link_print(out, &(struct link){
	                    .kind = kind, .of = {of, and},
                                 .n_of = and.len ? 2 : of.len > 0
        });
	return true;
}

bool copy_link_in(struct buf *out, const char *kind, struct str of, enum link_part part, struct str value)
{
	struct link link = {.kind = kind, .of = {of}, .n_of = of.len > 0};
	link.part[part] = value.len ? value : STR_NONE;
	link_print(out, &link);
	return true;
}

bool copy_case_link(struct buf *out, struct str a, struct str b, struct str key)
{
	bool one = str_eq(a, b);
	struct link link = {
	    .kind = one ? "run" : "compare", .of = {a, b},
                     .n_of = one ? 1 : 2
        };
	link.part[LINK_CASE] = key;
	link_print(out, &link);
	return true;
}

bool copy_str(struct buf *out, struct str text)
{
	buf_add_str(out, text);
	return text.len > 0;
}
