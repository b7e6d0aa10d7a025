#include "tui/canvas.h"

#include <math.h>

enum { MAX_SIDE = 4096 }; /* a terminal that says it is larger gets this much; keeps rows * cols small */

static const struct cell blank = {.codes = {' '}, .cols = 1, .role = ROLE_TEXT};

static const char letters[N_ROLES + 1] = {
#define X(id, key, letter, help) letter,
    ROLE_LIST(X)
#undef X
};

static int clamp(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

void grid_init(struct grid *g, int rows, int cols, bool ascii)
{
	rows = clamp(rows, 0, MAX_SIDE);
	cols = clamp(cols, 0, MAX_SIDE);
	*g = (struct grid){.rows = rows, .cols = cols, .caret_row = -1, .caret_col = -1, .ascii = ascii};
	g->cells = xcalloc((size_t)rows * (size_t)cols + 1, sizeof *g->cells);
	canvas_clear(grid_canvas(g));
}

void grid_done(struct grid *g)
{
	free(g->cells);
	free(g->zones);
	*g = (struct grid){.caret_row = -1, .caret_col = -1};
}

void canvas_zone(struct canvas c, struct zone z)
{
	struct grid *g = c.grid;
	if (c.rows <= 0 || c.cols <= 0)
		return;
	if (g->n_zones == g->cap_zones) {
		g->cap_zones = g->cap_zones ? 2 * g->cap_zones : 64;
		g->zones = xrealloc(g->zones, g->cap_zones, sizeof *g->zones);
	}
	z.row = c.row;
	z.col = c.col;
	z.rows = c.rows;
	z.cols = c.cols;
	g->zones[g->n_zones++] = z;
}

const struct zone *grid_zone_at(const struct grid *g, enum zone_kind kind, int row, int col)
{
	for (size_t i = g->n_zones; i > 0; i--) {
		const struct zone *z = &g->zones[i - 1];
		if (z->kind == kind && row >= z->row && row < z->row + z->rows && col >= z->col &&
		    col < z->col + z->cols)
			return z;
	}
	return NULL;
}

struct canvas grid_canvas(struct grid *g)
{
	return (struct canvas){.grid = g, .rows = g->rows, .cols = g->cols};
}

struct canvas canvas_part(struct canvas c, int row, int col, int rows, int cols)
{
	int top = clamp(row, 0, c.rows), left = clamp(col, 0, c.cols);
	int64_t bottom = (int64_t)row + (rows > 0 ? rows : 0), right = (int64_t)col + (cols > 0 ? cols : 0);
	return (struct canvas){
	    .grid = c.grid,
	    .row = c.row + top,
	    .col = c.col + left,
	    .rows = bottom > c.rows ? c.rows - top
	            : bottom > top  ? (int)bottom - top
	                            : 0,
	    .cols = right > c.cols ? c.cols - left
	            : right > left ? (int)right - left
	                           : 0,
	};
}

/* ---- cells */

static struct cell *cell_at(const struct grid *g, int row, int col)
{
	return &g->cells[(size_t)row * (size_t)g->cols + (size_t)col];
}

/* A wide character of which one half is written over leaves a blank, also where the other half lies outside the view. */
static void unpair(struct grid *g, int row, int col)
{
	struct cell *cell = cell_at(g, row, col);
	if (cell->cols == 0 && col > 0)
		*cell_at(g, row, col - 1) = blank;
	if (cell->cols == 2 && col + 1 < g->cols)
		*cell_at(g, row, col + 1) = blank;
}

/* Sets the cell at (row, col) of the view, if it is inside. A wide cell that does not fit whole becomes a blank. */
static void set_cell(struct canvas c, int row, int col, struct cell cell)
{
	if (row < 0 || row >= c.rows || col >= c.cols || col + cell.cols <= 0)
		return;
	if (cell.cols == 2 && (col < 0 || col + 1 >= c.cols)) {
		cell = (struct cell){.codes = {' '}, .cols = 1, .role = cell.role};
		col = col < 0 ? 0 : col;
	}
	unpair(c.grid, c.row + row, c.col + col);
	if (cell.cols == 2) {
		unpair(c.grid, c.row + row, c.col + col + 1);
		*cell_at(c.grid, c.row + row, c.col + col + 1) = (struct cell){.role = cell.role};
	}
	*cell_at(c.grid, c.row + row, c.col + col) = cell;
}

/* With each frame, twice. Only at the edges can there be halves whose others are outside. */
void canvas_clear(struct canvas c)
{
	for (int row = c.row; row < c.row + c.rows && c.cols > 0; row++) {
		struct cell *cells = cell_at(c.grid, row, c.col);
		unpair(c.grid, row, c.col);
		unpair(c.grid, row, c.col + c.cols - 1);
		for (int col = 0; col < c.cols; col++)
			cells[col] = blank;
	}
}

/* ---- text */

/* Columns of text, counted only until they exceed `limit`. */
static int measure(struct str text, int limit, bool ascii)
{
	struct text_iter it;
	struct cell_text cell;
	int cols = 0;
	for (text_iter_init(&it, text, ascii); cols <= limit && text_next(&it, &cell);)
		cols += cell.cols;
	return cols;
}

static struct cell cell_of(const struct cell_text *from, enum role role)
{
	struct cell cell = {.cols = from->cols, .role = (uint8_t)(from->marked ? ROLE_HIDDEN : role)};
	memcpy(cell.codes, from->codes, sizeof cell.codes);
	return cell;
}

int canvas_put(struct canvas c, int row, int col, int max_cols, enum role role, struct str text)
{
	if (col >= c.cols || row < 0 || row >= c.rows)
		return 0;
	int room = c.cols - col;
	if (max_cols >= 0 && max_cols < room)
		room = max_cols;
	if (room <= 0)
		return 0;
	bool cut = measure(text, room, c.grid->ascii) > room;
	int limit = cut ? room - 1 : room, used = 0;
	struct text_iter it;
	struct cell_text cell;
	for (text_iter_init(&it, text, c.grid->ascii); text_next(&it, &cell) && used + cell.cols <= limit;) {
		set_cell(c, row, col + used, cell_of(&cell, role));
		used += cell.cols;
	}
	if (!cut)
		return used;
	uint32_t ellipsis = c.grid->ascii ? '~' : 0x2026;
	set_cell(c, row, col + used, (struct cell){.codes = {ellipsis}, .cols = 1, .role = (uint8_t)role});
	return used + 1;
}

int canvas_putc(struct canvas c, int row, int col, int max_cols, enum role role, const char *text)
{
	return canvas_put(c, row, col, max_cols, role, str_of(text));
}

int canvas_printf(struct canvas c, int row, int col, int max_cols, enum role role, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	int cols = canvas_put(c, row, col, max_cols, role, buf_str(&text));
	buf_done(&text);
	return cols;
}

void canvas_put_right(struct canvas c, int row, int col, int cols, enum role role, struct str text)
{
	if (cols <= 0)
		return;
	int width = measure(text, cols, c.grid->ascii);
	canvas_put(c, row, width < cols ? col + cols - width : col, cols, role, text);
}

/* ---- ranges of a row */

struct range {
	int from, to; /* columns of the grid */
};

static struct range clip(struct canvas c, int row, int col, int cols)
{
	int64_t end = (int64_t)col + cols;
	if (row < 0 || row >= c.rows || end <= 0 || col >= c.cols)
		return (struct range){0, 0};
	return (struct range){c.col + (col > 0 ? col : 0), c.col + (end < c.cols ? (int)end : c.cols)};
}

void canvas_tint(struct canvas c, int row, int col, int cols, enum role role)
{
	struct range r = clip(c, row, col, cols);
	for (int i = r.from; i < r.to; i++)
		cell_at(c.grid, c.row + row, i)->role = (uint8_t)role;
}

/* Each move sends the name the cursor leaves and the one it comes to, and colours with a coloured one. Up to so many columns are reversed whole; of
 * more, the words within so many. */
static const struct {
	int whole, words;
} plain_name = {38, 32}, colored_name = {24, 20};

static struct range shorten(struct canvas c, int row, struct range r)
{
	const struct cell *cells = cell_at(c.grid, c.row + row, 0);
	bool plain = cells[r.from].role == ROLE_TEXT;
	int whole = plain ? plain_name.whole : colored_name.whole,
	    words = plain ? plain_name.words : colored_name.words;
	int least = r.from + words / 2, end = r.from + words;
	if (r.to - r.from <= whole)
		return r;
	while (end > least && cells[end].codes[0] != ' ')
		end--;
	while (end > least && cells[end - 1].codes[0] == ' ')
		end--;
	r.to = end > least ? end : r.from + words;
	return r;
}

void canvas_reverse(struct canvas c, int row, int col, int cols)
{
	struct range r = clip(c, row, col, cols);
	if (r.to > r.from)
		r = shorten(c, row, r);
	if (r.to < c.grid->cols && r.to > r.from && cell_at(c.grid, c.row + row, r.to)->cols == 0)
		r.to++; /* both halves of a wide one */
	for (int i = r.from; i < r.to; i++)
		cell_at(c.grid, c.row + row, i)->reverse = 1;
}

void canvas_fill(struct canvas c, int row, int col, int cols, enum role role, const char *glyph)
{
	struct text_iter it;
	struct cell_text cell;
	text_iter_init(&it, str_of(glyph), c.grid->ascii);
	if (!text_next(&it, &cell) || cell.cols != 1)
		return;
	struct range r = clip(c, row, col, cols);
	for (int i = r.from; i < r.to; i++)
		set_cell(c, row, i - c.col, cell_of(&cell, role));
}

void canvas_rule(struct canvas c, int row, enum role role)
{
	canvas_fill(c, row, 0, c.cols, role, "─");
}

/* ---- bars */

void canvas_bar(struct canvas c, int row, int col, int cols, double from, double to, enum role role)
{
	if (isnan(from) || isnan(to) || cols <= 0)
		return;
	from = fmin(fmax(from, 0), 1);
	to = fmin(fmax(to, from), 1);
	int start = (int)lround(from * cols * 8), end = (int)lround(to * cols * 8);
	if (start >= cols * 8)
		start = cols * 8 - 1;
	if (end <= start)
		end = start + 1;
	int first = start / 8, last = (end - 1) / 8, lead = start % 8;
	if (first == last && lead && end % 8) { /* begins and ends within a cell: at the edge that is nearer */
		if (lead < 8 - end % 8)
			lead = 0, end -= start % 8;
		else
			lead += 8 - end % 8, end = (first + 1) * 8;
	}
	for (int i = first; i <= last; i++) {
		struct cell cell = {.codes = {' '}, .cols = 1, .role = (uint8_t)role, .eighth = 8};
		if (i == first && lead) {
			cell.lead = (uint8_t)lead;
			cell.eighth = (uint8_t)(8 - lead);
		} else if (i == last) {
			cell.eighth = (uint8_t)(end - i * 8);
		}
		set_cell(c, row, col + i, cell);
	}
}

/* A cell filled less than half is left out where lines stand for bars, unless it is all of its bar. */
static bool is_left_out(const struct grid *g, int row, int col, const struct cell *cell)
{
	if (cell->eighth >= 4)
		return false;
	int next = cell->lead ? col + 1 : col - 1;
	if (next < 0 || next >= g->cols)
		return false;
	const struct cell *other = cell_at(g, row, next);
	return other->eighth && (cell->lead ? !other->lead : other->eighth == 8 || other->lead);
}

uint32_t canvas_bar_code(const struct grid *g, int row, int col)
{
	static const uint32_t light[2] = {0x2500, '-'}, heavy[2] = {0x2501, '='};
	static const uint32_t light_child[2] = {0x254C, '.'}, heavy_child[2] = {0x254D, ':'};
	const struct cell *cell = cell_at(g, row, col);
	if (cell->eighth == 0)
		return 0;
	if (is_left_out(g, row, col, cell))
		return ' ';
	switch (cell->role) {
	case ROLE_BAR_CRITICAL:
	case ROLE_BAR_ERROR: return heavy[g->ascii];
	case ROLE_BAR_CRITICAL_CHILD: return heavy_child[g->ascii];
	case ROLE_BAR_CHILD: return light_child[g->ascii];
	default: return light[g->ascii];
	}
}

/* ---- as text */

static void trim_blanks(struct buf *out, size_t from)
{
	while (out->len > from && out->ptr[out->len - 1] == ' ')
		out->ptr[--out->len] = 0;
}

static void add_cell(struct buf *out, const struct grid *g, int row, int col)
{
	const struct cell *cell = cell_at(g, row, col);
	uint32_t bar = canvas_bar_code(g, row, col);
	if (bar) {
		text_encode(out, bar);
		return;
	}
	for (int i = 0; i < CELL_CODES && cell->codes[i]; i++)
		text_encode(out, cell->codes[i]);
}

static char letter_of(const struct cell *cell)
{
	if (cell->reverse)
		return letters[ROLE_CURSOR];
	bool empty = cell->cols == 1 && cell->codes[0] == ' ' && cell->eighth == 0;
	return empty ? ' ' : letters[cell->role];
}

void canvas_text(struct buf *out, struct canvas c, bool pad, bool roles)
{
	for (int row = 0; row < c.rows; row++) {
		size_t from = out->len;
		for (int col = 0; col < c.cols; col++)
			add_cell(out, c.grid, c.row + row, c.col + col);
		if (!pad)
			trim_blanks(out, from);
		buf_add_char(out, '\n');
		if (!roles)
			continue;
		from = out->len;
		for (int col = 0; col < c.cols; col++)
			buf_add_char(out, letter_of(cell_at(c.grid, c.row + row, c.col + col)));
		if (!pad)
			trim_blanks(out, from);
		buf_add_char(out, '\n');
	}
}
