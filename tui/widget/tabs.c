#include "tui/widget/tabs.h"

static void add_label(struct buf *out, const struct tab *tab)
{
	buf_clear(out);
	buf_add_cstr(out, tab->name);
	if (tab->count >= 0)
		buf_printf(out, " %lld", (long long)tab->count);
	if (tab->count >= 0 && tab->of > 0)
		buf_printf(out, " of %lld", (long long)tab->of);
}

/* Columns of a tab with the rule before it: "─ Input " */
static int width_of(const struct tab *tab)
{
	struct buf label = BUF_INIT;
	add_label(&label, tab);
	int cols = text_cols(buf_str(&label)) + 3;
	buf_done(&label);
	return cols;
}

/* The tabs that show. */
struct range {
	size_t from, to;
};

/* Grows from the active one, to the right first, as far as it fits; "─…" is kept free where something is left out. */
static struct range visible(const struct tab *tabs, size_t n, size_t active, int cols)
{
	struct range r = {active, active + 1};
	int used = width_of(&tabs[active]) + 1;
	for (bool grown = true; grown;) {
		grown = false;
		int dots = 2 * ((r.from > 0) + (r.to < n));
		int more = r.to < n ? width_of(&tabs[r.to]) : 0;
		if (r.to < n && used + more + dots - (r.to + 1 == n ? 2 : 0) <= cols) {
			used += more;
			r.to++;
			grown = true;
			continue;
		}
		more = r.from > 0 ? width_of(&tabs[r.from - 1]) : 0;
		if (r.from > 0 && used + more + dots - (r.from == 1 ? 2 : 0) <= cols) {
			used += more;
			r.from--;
			grown = true;
		}
	}
	return r;
}

void tabs_draw(struct canvas c, int row, const struct tab *tabs, size_t n, size_t active)
{
	canvas_rule(canvas_part(c, row, 0, 1, c.cols), 0, ROLE_BORDER);
	if (n == 0 || active >= n)
		return;
	struct range shown = visible(tabs, n, active, c.cols);
	struct buf label = BUF_INIT;
	const char *dots = c.grid->ascii ? "~" : "…";
	int col = 0;
	if (shown.from > 0) {
		canvas_putc(c, row, 1, 1, ROLE_TAB, dots);
		col = 2;
	}
	for (size_t i = shown.from; i < shown.to; i++) {
		bool is_active = i == active;
		add_label(&label, &tabs[i]);
		canvas_zone(canvas_part(c, row, col, 1, width_of(&tabs[i])),
		            (struct zone){.kind = ZONE_TAB, .at = (int64_t)i, .now = (int64_t)active});
		col++;
		canvas_putc(c, row, col, 1, is_active ? ROLE_TAB_ACTIVE : ROLE_TAB, is_active ? "[" : " ");
		col += 1 + canvas_put(c, row, col + 1, c.cols - col - 2, is_active ? ROLE_TAB_ACTIVE : ROLE_TAB,
		                      buf_str(&label));
		canvas_putc(c, row, col, 1, is_active ? ROLE_TAB_ACTIVE : ROLE_TAB, is_active ? "]" : " ");
		col++;
	}
	if (shown.to < n && col + 1 < c.cols)
		canvas_putc(c, row, col + 1, 1, ROLE_TAB, dots);
	buf_done(&label);
}
