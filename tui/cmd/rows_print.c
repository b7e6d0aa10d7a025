/* Rows out of JSON objects: which columns there are, their values with their units, and the forms they are printed in. Units are known by
 * the names of the members, as json.md has them: …_ns, …_usd, tokens…, times in ISO 8601. */
#include <string.h>

#include "store/base/clean.h"
#include "store/base/near.h"
#include "store/base/scan.h"
#include "tui/cmd/rows_private.h"

enum { COLUMNS_MOST = OUT_CELLS_MOST, CELL_COLS = 48, FLAT_DEPTH = 3 };

struct grid {
	struct rows *r;
	struct str names[COLUMNS_MOST];
	size_t n;
	bool whole, full;    /* objects in rows stay whole, as there would be too many columns */
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

static bool no_such_column(struct str name, struct val row, struct err *err)
{
	struct near near = {.word = name};
	struct arena arena = ARENA_INIT;
	struct buf after = BUF_INIT;
	for (struct member m = val_first(row); m.ok; m = val_next(m))
		near_try(&near, arena_str(&arena, member_key(m, &arena)).ptr);
	near_say(&near, &after);
	for (struct member m = val_first(row); !near.name && m.ok; m = val_next(m))
		buf_printf(&after, "%s" STR_FMT, after.len ? " " : "; there are ", STR_ARG(member_key(m, &arena)));
	err_set(err, ERR_USAGE, NULL, "no such column: " STR_FMT "%s", STR_ARG(str_cut(name, 0, 60)), buf_cstr(&after));
	buf_done(&after);
	arena_done(&arena);
	return false;
}

static bool project(struct rows *r, struct val row, struct err *err)
{
	struct str rest = str_of(r->only), name;
	bool any = false;
	buf_add_char(&r->out, '{');
	while (str_split(&rest, ',', &name)) {
		name = str_trim(name);
		struct val v = val_find(row, name);
		v = v.scan ? v : val_path(row, arena_str(&r->arena, name).ptr);
		if (!v.scan)
			return no_such_column(name, row, err);
		if (any)
			buf_add_char(&r->out, ',');
		clean_json(&r->out, name);
		buf_add_char(&r->out, ':');
		buf_add_str(&r->out, val_raw(v));
		any = true;
	}
	buf_add_char(&r->out, '}');
	return true;
}

bool rows_project(struct rows *r, struct str row, struct err *err)
{
	struct scan scan = SCAN_INIT;
	struct scan_opts opts = {.last = true};
	bool ok = true;
	if (!r->only || row.ptr[0] != '{' || !scan_text(&scan, row, &opts))
		buf_add_str(&r->out, row);
	else
		ok = project(r, scan_root(&scan), err);
	scan_done(&scan);
	return ok;
}

/* ---------------------------------------------------------------- all rows */

/* Rows of one list have the same members, nearly always in the same places: `hint` is where it was in the row before. */
static size_t column_at(struct grid *g, struct str name, size_t hint)
{
	if (hint < g->n && str_eq(g->names[hint], name))
		return hint;
	for (size_t i = 0; i < g->n; i++)
		if (str_eq(g->names[i], name))
			return i;
	if (g->n == COLUMNS_MOST) {
		g->full = true;
		return COLUMNS_MOST;
	}
	g->names[g->n] = arena_str(&g->r->arena, name);
	return g->n++;
}

struct reading {
	struct grid *g;
	size_t row, hint;
	bool cells; /* what stands in the columns, not only which there are */
};

static void read_value(struct reading *at, struct str name, struct val val)
{
	struct grid *g = at->g;
	size_t column = column_at(g, name, at->hint++);
	if (at->cells && column < g->n)
		g->cells[at->row * g->n + column] = value_of(name, val, &g->r->arena);
}

/* Members of an object in a row are columns, too: "a.latency_ns". Goes no deeper than FLAT_DEPTH. */
static void read_members(struct reading *at, struct str before, struct val object, int depth)
{
	struct arena *arena = &at->g->r->arena;
	for (struct member m = val_first(object); m.ok && m.key.scan; m = val_next(m)) {
		struct str name = member_key(m, arena);
		if (before.len)
			name = arena_printf(arena, STR_FMT "." STR_FMT, STR_ARG(before), STR_ARG(name));
		if (val_is(m.val, SCAN_OBJECT) && !at->g->whole && depth < FLAT_DEPTH)
			read_members(at, name, m.val, depth + 1);
		else
			read_value(at, name, m.val);
	}
}

static void read_rows(struct grid *g, bool cells)
{
	struct scan scan = SCAN_INIT;
	struct scan_opts opts = {.last = true};
	for (size_t i = 0; i < g->r->rows.n; i++) {
		struct reading at = {.g = g, .row = i, .cells = cells};
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
	read_rows(g, false);
	if (!g->full)
		return;
	*g = (struct grid){.r = g->r, .whole = true};
	read_rows(g, false);
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

static bool put_in_order(struct grid *g, struct err *err)
{
	struct rows *r = g->r;
	size_t n = r->rows.n, at = 0;
	for (size_t i = 0; i < n; i++)
		g->order[i] = i;
	if (!r->sort || n == 0)
		return true;
	while (at < g->n && !str_is(g->names[at], r->sort))
		at++;
	if (at == g->n) {
		struct near near = {.word = str_of(r->sort)};
		struct buf all = BUF_INIT;
		for (size_t i = 0; i < g->n; i++) {
			near_try(&near, arena_str(&r->arena, g->names[i]).ptr);
			buf_printf(&all, " " STR_FMT, STR_ARG(g->names[i]));
		}
		err_set(err, ERR_USAGE, NULL, "cannot sort by %.60s%s%s; there are%s", r->sort,
		        near.name ? ", did you mean " : "", near.name ? near.name : "", buf_cstr(&all));
		buf_done(&all);
		return false;
	}
	struct value *by = arena_zalloc(&r->arena, n, sizeof *by);
	for (size_t i = 0; i < n; i++)
		by[i] = g->cells[i * g->n + at];
	bool words = comparable(by, n);
	bool ascending = r->ascending || (words && !r->descending);
	const struct column column = {.name = r->sort, .get = sort_value};
	column_order(&column, ascending, by, n, sizeof *by, g->order);
	return true;
}

/* ---------------------------------------------------------------- which columns */

struct picked {
	size_t at[COLUMNS_MOST], n;
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

/* An object that is null in some rows: its members are columns, so it needs none itself. */
static bool is_null_object(const struct grid *g, size_t column)
{
	struct str name = g->names[column];
	bool members = false;
	for (size_t i = 0; i < g->n && !members; i++)
		members = g->names[i].len > name.len && g->names[i].ptr[name.len] == '.' &&
		          str_eq(str_cut(g->names[i], 0, name.len), name);
	return members && is_empty(g, column);
}

/* CSV has all; people get no lists inside of cells, and no columns without a value. */
static bool pick(const struct grid *g, struct picked *p, struct err *err)
{
	struct str rest = str_of(g->r->only), name;
	p->n = 0;
	if (!g->r->only) {
		for (size_t i = 0; i < g->n; i++)
			if (g->r->form == ROWS_CSV ? !is_null_object(g, i) : !(is_nested(g, i) || is_empty(g, i)))
				p->at[p->n++] = i;
		return true;
	}
	while (g->r->rows.n && str_split(&rest, ',', &name)) {
		size_t at = 0;
		name = str_trim(name);
		while (at < g->n && !str_eq(g->names[at], name))
			at++;
		if (at == g->n) {
			struct scan scan = SCAN_INIT;
			struct scan_opts opts = {.last = true};
			scan_text(&scan, g->r->rows.at[0], &opts);
			no_such_column(name, scan_root(&scan), err);
			scan_done(&scan);
			return false;
		}
		if (p->n < COLUMNS_MOST)
			p->at[p->n++] = at;
	}
	return true;
}

/* ---------------------------------------------------------------- printing */

static const struct value *cell_at(const struct grid *g, size_t row, size_t column)
{
	return &g->cells[g->order[row] * g->n + column];
}

static void print_csv(const struct grid *g, const struct picked *p, size_t first, size_t n)
{
	struct buf *out = &g->r->out;
	for (size_t c = 0; c < p->n; c++) {
		if (c)
			buf_add_char(out, ',');
		clean_csv(out, g->names[p->at[c]], g->r->o.csv_raw);
	}
	if (p->n)
		buf_add_cstr(out, "\r\n");
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
		clean_markdown(&title, g->names[column]);
	else
		out_text(&g->r->o, &title, g->names[column], CELL_COLS);
	const char *kept = arena_str(&g->r->arena, buf_str(&title)).ptr;
	buf_done(&title);
	return kept;
}

static void print_cells(const struct grid *g, const struct picked *p, size_t first, size_t n)
{
	struct out_head head[COLUMNS_MOST];
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
	if (!pick(g, &p, err))
		return false;
	if (r->form == ROWS_CSV)
		print_csv(g, &p, first, n);
	else
		print_cells(g, &p, first, n);
	return true;
}

bool rows_finish(struct rows *r, struct err *err)
{
	struct grid g = {.r = r};
	read_columns(&g);
	g.cells = arena_zalloc(&r->arena, size_mul(r->rows.n, g.n), sizeof *g.cells);
	g.order = arena_zalloc(&r->arena, r->rows.n, sizeof *g.order);
	read_rows(&g, true);
	return put_in_order(&g, err) && print_all(&g, err);
}
