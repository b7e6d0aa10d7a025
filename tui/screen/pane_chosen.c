#include "tui/screen/pane_chosen.h"

#include <string.h>

#include "tui/screen/pane_text.h"

enum { REST_LEAST = 16, CELL_LEAST = 4 };

struct chosen_place *chosen_add(struct chosen *c, const struct column *column)
{
	if (c->n == CHOSEN_MOST)
		return NULL;
	c->at[c->n] = (struct chosen_place){.column = column,
	                                    .title = str_of(column->title[0] ? column->title : column->name),
	                                    .cols = column_cols(column),
	                                    .order = -1};
	return &c->at[c->n++];
}

static bool shows(const struct chosen *c, const struct column *column)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i].column == column)
			return true;
	return false;
}

bool chosen_begin(struct chosen *c, const struct column *table, const struct column *sorted)
{
	const struct list_kind *list = list_kind_of(table);
	size_t n;
	const struct column *const *columns = list_columns(list, &n);
	*c = (struct chosen){.sorted = sorted};
	if (!columns || !list->keeps)
		return false;
	c->keeps = column_named(table, str_of(list->keeps));
	for (size_t i = 0; i < n; i++)
		chosen_add(c, columns[i]);
	if (sorted && !shows(c, sorted) && sorted != c->keeps)
		chosen_add(c, sorted);
	if (!shows(c, c->keeps))
		chosen_add(c, c->keeps);
	return true;
}

/* ---------------------------------------------------------------- where they stand */

static bool is_right(const struct chosen_place *p)
{
	return p->column->right && p->cols >= 0;
}

/* A figure and what begins at its right are kept apart. */
static int gap_before(const struct chosen *c, size_t i)
{
	return i && !is_right(&c->at[i]) && is_right(&c->at[i - 1]) ? 2 : i ? 1 : 0;
}

static int cols_of(const struct chosen *c)
{
	int cols = 0;
	for (size_t i = 0; i < c->n; i++)
		cols += gap_before(c, i) + (c->at[i].cols < 0 ? REST_LEAST : c->at[i].cols);
	return cols;
}

static void leave_out(struct chosen *c, int cols)
{
	for (size_t i = c->n; i-- > 0 && cols_of(c) > cols;)
		if (c->at[i].column != c->keeps && c->at[i].column != c->sorted)
			memmove(&c->at[i], &c->at[i + 1], (--c->n - i) * sizeof *c->at);
}

/* What takes the rest gets it; else what always shows gives what is missing. */
static void share_rest(struct chosen *c, int cols)
{
	int rest = cols - cols_of(c);
	struct chosen_place *give = NULL;
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i].cols < 0 || (!give && c->at[i].column == c->keeps && rest < 0))
			give = &c->at[i];
	if (!give)
		return;
	int width = (give->cols < 0 ? REST_LEAST : give->cols) + rest;
	give->cols = width < CELL_LEAST ? CELL_LEAST : c->rest_most > 0 && width > c->rest_most ? c->rest_most : width;
}

void chosen_fit(struct chosen *c, int margin, int cols)
{
	int col = margin;
	leave_out(c, cols - margin);
	share_rest(c, cols - margin);
	for (size_t i = 0; i < c->n; i++) {
		if (i)
			col += 1 + (!is_right(&c->at[i]) && is_right(&c->at[i - 1]));
		c->at[i].col = col;
		col += c->at[i].cols;
	}
}

/* ---------------------------------------------------------------- drawing */

void chosen_titles(const struct chosen *c, struct canvas line, bool ascending, int64_t now)
{
	bool ascii = line.grid->ascii;
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < c->n; i++) {
		const struct chosen_place *p = &c->at[i];
		bool sorted = p->column == c->sorted && (p->order < 0 || p->order == now);
		enum role role = sorted ? ROLE_TAB_ACTIVE : ROLE_HEADING;
		buf_clear(&text);
		if (sorted)
			buf_add_cstr(&text, ascii ? (ascending ? "^" : "v") : ascending ? "▴" : "▾");
		buf_add_str(&text, p->title);
		if (p->order >= 0)
			canvas_zone(canvas_part(line, 0, p->col - 1, 1, p->cols + 1),
			            (struct zone){.kind = ZONE_COLUMN, .at = p->order, .now = now});
		if (p->column->right)
			canvas_put_right(line, 0, p->col - 1, p->cols + 1, role, buf_str(&text));
		else
			canvas_put(line, 0, sorted ? p->col - 1 : p->col, p->cols + sorted, role, buf_str(&text));
	}
	buf_done(&text);
}

static int draw_value(struct canvas line, const struct chosen_place *p, const void *row, int64_t now_ns,
                      struct str find)
{
	struct arena arena = ARENA_INIT;
	struct buf text = BUF_INIT;
	struct value v = p->column->get(row, &arena);
	int used = p->cols;
	value_print(&text, &v, now_ns, line.grid->ascii);
	/* Each change of colour costs bytes of every line scrolled in. */
	enum role role = v.type == VALUE_NONE ? ROLE_TEXT : v.role;
	if (p->column->right)
		canvas_put_right(line, 0, p->col, p->cols, role, buf_str(&text));
	else
		used = canvas_put(line, 0, p->col, p->cols, role, buf_str(&text));
	find_light(line, 0, p->col, used, buf_str(&text), find);
	buf_done(&text);
	arena_done(&arena);
	return used;
}

void chosen_row(const struct chosen *c, struct canvas line, const void *row, bool cursor, int64_t now_ns,
                chosen_cell *cell, const void *context)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct chosen_place *p = &c->at[i];
		bool keeps = p->column == c->keeps;
		int used = cell ? cell(context, line, p) : -1;
		if (used < 0)
			used = draw_value(line, p, row, now_ns, keeps ? c->find : STR_NONE);
		if (cursor && keeps)
			canvas_reverse(line, 0, p->col, used);
	}
}
