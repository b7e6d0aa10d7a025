/* Rows out of JSON objects: which columns there are, their values with their units, and the forms they are printed in. Units are known by
 * the names of the members, as json.md has them: …_ns, …_usd, tokens…, times in ISO 8601. */
#include <string.h>

#include "store/base/clean.h"
#include "store/base/scan.h"
#include "tui/cmd/rows_private.h"

enum { CELL_COLS = 48, FLAT_DEPTH = 3, NAMED_DEPTH = 16 };

/* Columns in the order of the table; what stands in no table comes after them. With --columns: those, and the one to sort by. */
struct grid {
	struct rows *r;
	struct rows_column columns[ROWS_COLUMNS];
	size_t n, n_told;    /* n_told: of the table, or of --columns */
	bool named;          /* by --columns */
	bool whole, full;    /* objects whose members the data name stay whole, as there would be too many columns */
	struct value *cells; /* row by row */
	size_t *order;
};

/* ---------------------------------------------------------------- one value */

static bool ends_with(struct str name, const char *end)
{
	size_t n = strlen(end);
	return name.len >= n && memcmp(name.ptr + name.len - n, end, n) == 0;
}

static struct value number(struct str name, struct str literal)
{
	struct value v = {.type = VALUE_COUNT};
	if (ends_with(name, "_usd") && scan_double(literal, &v.d)) {
		v.type = VALUE_USD;
	} else if (!scan_int64(literal, &v.i)) {
		v.type = VALUE_SCORE;
		scan_double(literal, &v.d);
	} else if (ends_with(name, "_ns")) {
		v.type = VALUE_DURATION;
	}
	return v;
}

static struct value text(struct str s)
{
	enum { ISO_BYTES = 30 };
	struct value v = {.type = VALUE_TEXT, .text = s};
	if (s.len == ISO_BYTES && s.ptr[10] == 'T' && s.ptr[29] == 'Z' && units_iso(s, &v.i, NULL))
		v.type = VALUE_TIME;
	return v;
}

static struct value value_of(struct str name, struct val val, struct arena *arena)
{
	switch (val_type(val)) {
	case SCAN_NONE:
	case SCAN_NULL:
	case SCAN_NAN: break;
	case SCAN_FALSE:
	case SCAN_TRUE: return (struct value){.type = VALUE_BOOL, .i = val_is(val, SCAN_TRUE)};
	case SCAN_NUMBER: return number(name, val_raw(val));
	case SCAN_STRING: return text(arena_str(arena, val_str(val, arena)));
	case SCAN_ARRAY:
	case SCAN_OBJECT: return (struct value){.type = VALUE_JSON, .text = arena_str(arena, val_raw(val))};
	}
	return (struct value){.type = VALUE_NONE};
}

/* ---------------------------------------------------------------- one row of JSON */

/* A member by its name with dots: of the row, or of the objects in it. Keys may hold dots themselves. */
static struct val reach(struct val object, struct str name, struct arena *arena)
{
	struct val v = val_find(object, name);
	for (bool deeper = true; !v.scan && deeper; v = val_find(object, name)) {
		deeper = false;
		for (struct member m = val_first(object); m.ok && !deeper; m = val_next(m)) {
			struct str key = member_key(m, arena);
			deeper = val_is(m.val, SCAN_OBJECT) && rows_is_below(name, key);
			if (deeper) {
				object = m.val;
				name = str_from(name, key.len + 1);
			}
		}
	}
	return v;
}

static void project(struct rows *r, struct val row)
{
	struct str rest = str_of(r->only), name;
	struct arena arena = ARENA_INIT;
	buf_add_char(&r->out, '{');
	for (size_t i = 0; str_split(&rest, ',', &name); i++) {
		name = str_trim(name);
		struct val v = reach(row, name, &arena);
		r->has[i] = r->has[i] || v.scan;
		if (i)
			buf_add_char(&r->out, ',');
		clean_json(&r->out, name);
		buf_add_char(&r->out, ':');
		buf_add_str(&r->out, v.scan ? val_raw(v) : STR_LIT("null"));
	}
	buf_add_char(&r->out, '}');
	arena_done(&arena);
}

static void add_row(struct rows *r, struct str row)
{
	struct scan scan = SCAN_INIT;
	struct scan_opts opts = {.last = true};
	if (!r->only || row.ptr[0] != '{' || !scan_text(&scan, row, &opts))
		buf_add_str(&r->out, row);
	else
		project(r, scan_root(&scan));
	scan_done(&scan);
}

/* ---------------------------------------------------------------- all rows */

static size_t place_of(const struct grid *g, struct str name)
{
	for (size_t i = 0; i < g->n; i++)
		if (str_eq(g->columns[i].name, name))
			return i;
	return ROWS_COLUMNS;
}

static bool has_below(const struct grid *g, struct str name)
{
	for (size_t i = 0; i < g->n; i++)
		if (rows_is_below(g->columns[i].name, name))
			return true;
	return false;
}

static bool add_column(struct grid *g, struct rows_column c)
{
	if (place_of(g, c.name) == ROWS_COLUMNS) {
		g->full = g->full || g->n == ROWS_COLUMNS;
		if (!g->full)
			g->columns[g->n++] = c;
	}
	return !g->full;
}

/* What is in the table, or in --columns, before any row is looked at. */
static void begin(struct grid *g)
{
	struct str rest = str_of(g->r->only), name;
	struct rows_column c;
	g->named = g->r->only != NULL;
	while (g->named && str_split(&rest, ',', &name))
		add_column(g, (struct rows_column){.name = str_trim(name)});
	g->n_told = g->n;
	if (g->named && g->r->sort)
		add_column(g, (struct rows_column){.name = str_of(g->r->sort)});
	if (g->named)
		return;
	rest = str_of(g->r->table->columns);
	while (rows_column_next(&rest, &c))
		add_column(g, c);
	g->n_told = g->n;
}

struct reading {
	struct grid *g;
	size_t row, hint;
	bool cells; /* what stands in the columns, not only which there are */
};

/* Rows of one list have the same members, nearly always in the same places: `hint` is where the one before was. */
static size_t column_at(struct reading *at, struct str name, struct val val)
{
	struct grid *g = at->g;
	if (at->hint + 1 < g->n && str_eq(g->columns[at->hint + 1].name, name))
		return ++at->hint;
	size_t column = place_of(g, name);
	if (column == ROWS_COLUMNS && !g->named && !at->cells && !(val_is(val, SCAN_NULL) && has_below(g, name)) &&
	    add_column(g, (struct rows_column){.name = arena_str(&g->r->arena, name)}))
		column = g->n - 1;
	at->hint = column < g->n ? column : at->hint;
	return column;
}

static void read_value(struct reading *at, struct str name, struct val val)
{
	struct grid *g = at->g;
	size_t column = column_at(at, name, val);
	if (column < g->n)
		g->columns[column].found = true;
	if (at->cells && column < g->n)
		g->cells[at->row * g->n + column] = value_of(name, val, &g->r->arena);
}

/* Are the members of this object columns? */
static bool is_open(const struct grid *g, struct str name, int depth)
{
	if (g->named)
		return depth < NAMED_DEPTH && has_below(g, name);
	size_t column = place_of(g, name);
	bool kept = column < g->n_told && (g->columns[column].whole || (g->columns[column].open && g->whole));
	return !kept && depth < FLAT_DEPTH;
}

/* "a.latency_ns": members of an object in a row. Goes no deeper than NAMED_DEPTH. */
static void read_members(struct reading *at, struct str before, struct val object, int depth)
{
	struct arena *arena = &at->g->r->arena;
	for (struct member m = val_first(object); m.ok && m.key.scan; m = val_next(m)) {
		struct str name = member_key(m, arena);
		if (before.len)
			name = arena_printf(arena, STR_FMT "." STR_FMT, STR_ARG(before), STR_ARG(name));
		bool open = val_is(m.val, SCAN_OBJECT) && is_open(at->g, name, depth);
		if (open)
			read_members(at, name, m.val, depth + 1);
		if (!open || at->g->named)
			read_value(at, name, m.val);
	}
}

static void read_rows(struct grid *g, bool cells)
{
	struct scan scan = SCAN_INIT;
	struct scan_opts opts = {.last = true};
	for (size_t i = 0; i < g->r->rows.n; i++) {
		struct reading at = {.g = g, .row = i, .hint = ROWS_COLUMNS, .cells = cells};
		if (!scan_text(&scan, g->r->rows.at[i], &opts))
			continue;
		if (val_is(scan_root(&scan), SCAN_OBJECT))
			read_members(&at, STR_LIT(""), scan_root(&scan), 1);
		else /* a list of words or figures */
			read_value(&at, STR_LIT("value"), scan_root(&scan));
	}
	scan_done(&scan);
}

static void read_columns(struct grid *g)
{
	begin(g);
	read_rows(g, false);
	if (!g->full)
		return;
	*g = (struct grid){.r = g->r, .whole = true};
	begin(g);
	read_rows(g, false);
}

/* Only the data could tell whether these are columns. */
static bool check_found(const struct grid *g, struct err *err)
{
	for (size_t i = 0; g->named && i < g->n; i++)
		if (!rows_check_found(g->r, g->columns[i].name, g->columns[i].found, err))
			return false;
	return true;
}

/* ---------------------------------------------------------------- their order */

static struct value sort_value(const void *row, struct arena *arena)
{
	(void)arena;
	return *(const struct value *)row;
}

static bool is_figure(const struct value *v)
{
	return v->type == VALUE_USD || v->type == VALUE_SCORE || v->type == VALUE_SHARE;
}

/* What stands in one column made comparable: all texts, or all figures of one sort. */
static bool comparable(struct value *of, size_t n)
{
	bool words = false, figures = false;
	for (size_t i = 0; i < n; i++) {
		words = words || of[i].type == VALUE_TEXT || of[i].type == VALUE_JSON;
		figures = figures || is_figure(&of[i]);
	}
	for (size_t i = 0; i < n; i++) {
		struct value *v = &of[i];
		if (v->type == VALUE_NONE)
			continue;
		if (words)
			v->type = VALUE_TEXT;
		else if (figures && !is_figure(v))
			*v = (struct value){.type = VALUE_SCORE, .d = (double)v->i};
	}
	return words;
}

static void put_in_order(struct grid *g)
{
	struct rows *r = g->r;
	size_t n = r->rows.n, at = r->sort ? place_of(g, str_of(r->sort)) : ROWS_COLUMNS;
	for (size_t i = 0; i < n; i++)
		g->order[i] = i;
	if (at == ROWS_COLUMNS || n == 0)
		return;
	struct value *by = arena_zalloc(&r->arena, n, sizeof *by);
	for (size_t i = 0; i < n; i++)
		by[i] = g->cells[i * g->n + at];
	bool words = comparable(by, n);
	bool ascending = r->ascending || (words && !r->descending);
	const struct column column = {.name = r->sort, .get = sort_value};
	column_order(&column, ascending, by, n, sizeof *by, g->order);
}

/* ---------------------------------------------------------------- which columns */

struct picked {
	size_t at[ROWS_COLUMNS], n;
};

static bool is_nested(const struct grid *g, size_t column)
{
	for (size_t i = 0; i < g->r->rows.n; i++)
		if (g->cells[i * g->n + column].type == VALUE_JSON)
			return true;
	return false;
}

static bool is_empty(const struct grid *g, size_t column)
{
	for (size_t i = 0; i < g->r->rows.n; i++)
		if (g->cells[i * g->n + column].type != VALUE_NONE)
			return false;
	return true;
}

/* CSV has all, in Markdown there are no lists inside of cells; a person gets no columns without a value either. */
static bool is_picked(const struct grid *g, size_t column)
{
	const struct rows_column *c = &g->columns[column];
	bool told = column < g->n_told;
	switch (g->r->form) {
	case ROWS_JSON:
	case ROWS_JSONL:
	case ROWS_CSV: return true;
	case ROWS_MARKDOWN: return told ? !c->whole && !c->open : !is_nested(g, column);
	case ROWS_TEXT: break;
	}
	return !is_nested(g, column) && !is_empty(g, column);
}

static void pick_one(const struct grid *g, struct picked *p, size_t column)
{
	if (is_picked(g, column))
		p->at[p->n++] = column;
}

static bool is_below_open(const struct grid *g, size_t column)
{
	for (size_t i = 0; i < g->n_told; i++)
		if (g->columns[i].open && rows_is_below(g->columns[column].name, g->columns[i].name))
			return true;
	return false;
}

static void pick(const struct grid *g, struct picked *p)
{
	p->n = 0;
	for (size_t i = 0; i < g->n_told; i++) {
		if (g->named)
			p->at[p->n++] = i;
		else if (!g->columns[i].open || g->whole)
			pick_one(g, p, i);
		for (size_t k = g->n_told; g->columns[i].open && k < g->n; k++)
			if (rows_is_below(g->columns[k].name, g->columns[i].name))
				pick_one(g, p, k);
	}
	for (size_t i = g->n_told; !g->named && i < g->n; i++)
		if (!is_below_open(g, i))
			pick_one(g, p, i);
}

/* ---------------------------------------------------------------- printing */

static const struct value *cell_at(const struct grid *g, size_t row, size_t column)
{
	return &g->cells[g->order[row] * g->n + column];
}

static void csv_head(const struct grid *g, const struct picked *p)
{
	struct buf *out = &g->r->out;
	for (size_t c = 0; c < p->n; c++) {
		buf_add_cstr(out, c ? "," : "");
		clean_csv(out, g->columns[p->at[c]].name, g->r->o.csv_raw);
	}
	buf_add_cstr(out, p->n ? "\r\n" : "");
}

static void csv_rows(const struct grid *g, const struct picked *p, size_t first, size_t n)
{
	struct buf *out = &g->r->out;
	for (size_t i = first; p->n && i < first + n; i++) {
		size_t from = out->len;
		for (size_t c = 0; c < p->n; c++) {
			if (c)
				buf_add_char(out, ',');
			value_csv(out, cell_at(g, i, p->at[c]), g->r->o.csv_raw);
		}
		clean_csv_end(out, from);
	}
}

static bool is_right(const struct grid *g, size_t column)
{
	for (size_t i = 0; i < g->r->rows.n; i++) {
		const struct value *v = &g->cells[i * g->n + column];
		if (v->type != VALUE_NONE)
			return v->type != VALUE_TEXT && v->type != VALUE_BOOL && v->type != VALUE_JSON &&
			       v->type != VALUE_TIME;
	}
	return false;
}

static void add_cell(const struct grid *g, struct out_cells *t, const struct value *v)
{
	struct buf *cell = out_cells_add(t), whole = BUF_INIT;
	struct value shown = *v;
	shown.text = out_short(shown.text);
	value_print(&whole, &shown, g->r->o.now_ns, g->r->o.ascii);
	if (g->r->form == ROWS_TEXT)
		out_text(&g->r->o, cell, buf_str(&whole), CELL_COLS);
	else
		buf_add_str(cell, buf_str(&whole));
	buf_done(&whole);
}

static const char *title_of(const struct grid *g, size_t column)
{
	struct buf title = BUF_INIT;
	if (g->r->form == ROWS_MARKDOWN)
		clean_markdown(&title, g->columns[column].name);
	else
		out_text(&g->r->o, &title, g->columns[column].name, CELL_COLS);
	const char *kept = arena_str(&g->r->arena, buf_str(&title)).ptr;
	buf_done(&title);
	return kept;
}

static void print_cells(const struct grid *g, const struct picked *p, size_t first, size_t n)
{
	struct out_head head[ROWS_COLUMNS];
	struct out_cells t = {.head = head, .n = (int)p->n, .first_cols = CELL_COLS};
	if (!p->n)
		return;
	for (size_t c = 0; c < p->n; c++)
		head[c] = (struct out_head){
		    .title = title_of(g, p->at[c]), .right = is_right(g, p->at[c]), .ours = is_right(g, p->at[c])};
	for (size_t i = first; i < first + n; i++)
		for (size_t c = 0; c < p->n; c++)
			add_cell(g, &t, cell_at(g, i, p->at[c]));
	if (g->r->form == ROWS_MARKDOWN)
		out_cells_markdown(&g->r->out, &t);
	else
		out_cells_text(&g->r->o, &g->r->out, &t);
	out_cells_done(&t);
}

static bool print_all(const struct grid *g, struct err *err)
{
	struct rows *r = g->r;
	struct picked p;
	size_t first = r->offset > (int64_t)r->rows.n ? r->rows.n : (size_t)r->offset, n = r->rows.n - first;
	if (r->limit >= 0 && (int64_t)n > r->limit)
		n = (size_t)r->limit;
	if (r->form == ROWS_JSON || r->form == ROWS_JSONL) {
		bool ok = true;
		for (size_t i = first; ok && i < first + n; i++)
			ok = rows_print(r, r->rows.at[g->order[i]], err);
		return ok;
	}
	pick(g, &p);
	if (r->form != ROWS_CSV) {
		print_cells(g, &p, first, n);
		return true;
	}
	csv_head(g, &p);
	csv_rows(g, &p, first, n);
	return true;
}

bool rows_finish(struct rows *r, struct err *err)
{
	struct grid g = {.r = r};
	read_columns(&g);
	g.cells = arena_zalloc(&r->arena, size_mul(r->rows.n, g.n), sizeof *g.cells);
	g.order = arena_zalloc(&r->arena, r->rows.n, sizeof *g.order);
	read_rows(&g, true);
	put_in_order(&g);
	return check_found(&g, err) && print_all(&g, err);
}

/* ---------------------------------------------------------------- as they come */

void rows_head(struct rows *r)
{
	struct grid g = {.r = r};
	struct picked p;
	if (r->form != ROWS_CSV || r->headed)
		return;
	begin(&g);
	pick(&g, &p);
	csv_head(&g, &p);
	r->headed = true;
}

/* A grid of this one row. */
static void add_csv(struct rows *r, struct str row)
{
	struct grid g = {.r = r};
	struct picked p;
	rows_head(r);
	begin(&g);
	r->rows.n = 0;
	*vec_add(&r->rows) = row;
	g.cells = arena_zalloc(&r->arena, g.n, sizeof *g.cells);
	g.order = arena_zalloc(&r->arena, 1, sizeof *g.order);
	read_rows(&g, true);
	pick(&g, &p);
	csv_rows(&g, &p, 0, 1);
	struct str rest = str_of(r->only), name;
	for (size_t i = 0; g.named && str_split(&rest, ',', &name); i++)
		r->has[i] = r->has[i] || g.columns[place_of(&g, str_trim(name))].found;
	r->rows.n = 0;
	arena_reset(&r->arena);
}

bool rows_print(struct rows *r, struct str row, struct err *err)
{
	if (r->form == ROWS_JSON && r->printed)
		buf_add_char(&r->out, ',');
	if (r->form == ROWS_CSV)
		add_csv(r, row);
	else
		add_row(r, row);
	if (r->form == ROWS_JSONL)
		buf_add_char(&r->out, '\n');
	r->printed++;
	return r->out.len < ROWS_STREAM || rows_write(r, err);
}
