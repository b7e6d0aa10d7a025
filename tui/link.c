#include "tui/link.h"

static const char *const part_names[] = {
    [LINK_CASE] = "case", [LINK_SPAN] = "span", [LINK_TAB] = "tab", [LINK_WHERE] = "where", [LINK_SORT] = "sort",
};

/* ---------------------------------------------------------------- printing */

static bool is_plain(struct str value, size_t i)
{
	char c = value.ptr[i];
	if (c == '.')
		return i > 0 && i + 1 < value.len && value.ptr[i - 1] != '.' && value.ptr[i + 1] != '.';
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-_:,+=", c));
}

static void add_value(struct buf *out, struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (is_plain(value, i))
			buf_add_char(out, value.ptr[i]);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)value.ptr[i]);
}

void link_print(struct buf *out, const struct link *link)
{
	buf_add_cstr(out, link->kind);
	for (size_t i = 0; i < link->n_of; i++) {
		buf_add_cstr(out, i ? ".." : ":");
		add_value(out, link->of[i]);
	}
	for (size_t i = 0; i < N_LINK_PARTS; i++)
		if (link->part[i].ptr) {
			buf_printf(out, "/%s:", part_names[i]);
			add_value(out, link->part[i]);
		}
}
