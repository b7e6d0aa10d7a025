/* The answer to a question in SQL (:sql select …): its first rows, in order of any column. Beside it, or below, the row under the cursor
 * whole. Asked once: what comes into the store later does not move the rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/query/sql_page.h"
#include "tui/keyed.h"
#include "tui/screen/pane_two.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/list.h"

enum { COLUMN_COLS = 40, GAP = 2, DETAIL_ROWS = 4, PLACES_MOST = 6 };

struct sql_state {
	struct buf text; /* the statement */
	struct sql_page page;
	int *cols;   /* of each column: how wide */
	bool *right; /* of figures */
	int *
	    places; /* of figures with a point: digits behind it, so that points stand below each other; -1: each as it is */
	size_t *order;
	size_t first; /* column shown first */
	size_t sort;  /* column + 1; 0: as they came */
	bool ascending;
	struct list list;
	bool loaded, masked;
	char failure[300];
	uint64_t serial; /* of the request that is awaited; 0: none */
};

struct request {
	void *owner;
	uint64_t serial;
	struct arena arena;
	struct str text;
	struct sql_page page;
	char failure[300];
	bool interrupted;
};

static struct sql_state *state_of(const struct screen *screen)
{
	return screen->state;
}

static const struct sql_cell *cell_at(const struct sql_state *s, size_t row, size_t column)
{
	return &s->page.cells[s->order[row] * s->page.n_columns + column];
}

static bool has_row(const struct sql_state *s)
{
	return s->loaded && s->list.cursor >= 0 && (size_t)s->list.cursor < s->page.n;
}

/* ---------------------------------------------------------------- data */

static struct two_panes panes(int rows, int cols)
{
	return two_panes(&(struct two_sizes){.below = 7, .list_least = 6, .percent = 60}, rows, cols);
}

static void *sql_ask(struct screen *screen)
{
	static uint64_t serials;
	struct sql_state *s = state_of(screen);
	list_set_page(&s->list, panes(screen->ui->rows, screen->ui->cols).rows);
	if (s->masked != screen->ui->masked) {
		s->loaded = false;
		s->failure[0] = '\0';
		s->serial = 0;
	}
	s->masked = screen->ui->masked;
	if (s->loaded || s->serial || s->failure[0])
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.owner = s, .serial = ++serials};
	r->text = arena_str(&r->arena, buf_str(&s->text));
	s->serial = r->serial;
	return r;
}

static bool sql_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = sql_page_read(db, r->text, &r->page, err);
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	if (!ok)
		snprintf(r->failure, sizeof r->failure, "%.299s", err->text);
	return ok;
}

struct drawing {
	const struct sql_state *s;
	bool ascii;
};

static struct str shown(const struct drawing *d, const struct sql_cell *cell, int places, struct buf *room)
{
	buf_clear(room);
	if (!cell->text.ptr)
		return d->ascii ? STR_LIT("-") : STR_LIT("–");
	if (cell->number && (places > 0 || str_find_char(cell->text, '.') != SIZE_MAX)) { /* whole in the details */
		if (places >= 0) {
			buf_printf(room, "%.*f", places, cell->value);
			return buf_str(room);
		}
		bool large = cell->value >= 1e6 || cell->value <= -1e6;
		buf_printf(room, large && cell->value < 1e15 && cell->value > -1e15 ? "%.0f" : "%.6g", cell->value);
		return buf_str(room);
	}
	clean_print(room, str_cut(cell->text, 0, 4 * COLUMN_COLS), false, d->ascii);
	return buf_str(room);
}

/* By its first value that is known. */
static bool is_number_column(const struct sql_state *s, size_t column)
{
	size_t i = 0;
	while (i < s->page.n && !cell_at(s, i, column)->text.ptr)
		i++;
	return i < s->page.n && cell_at(s, i, column)->number;
}

/* As many as leave the largest figure of a column PLACES_MOST digits; none is cut to less than two of its own. */
static int places_of(const struct sql_state *s, size_t column)
{
	double most = 0, least = HUGE_VAL;
	int needed = 0;
	for (size_t i = 0; i < s->page.n; i++) {
		const struct sql_cell *cell = cell_at(s, i, column);
		double size = cell->text.ptr && cell->number ? fabs(cell->value) : 0;
		most = size > most ? size : most;
		least = size > 0 && size < least ? size : least;
		char text[32];
		snprintf(text, sizeof text, "%.*g", PLACES_MOST, size);
		struct str rest = str_of(text);
		size_t point = str_find_char(rest, '.');
		int behind = point == SIZE_MAX ? 0 : (int)(rest.len - point - 1);
		needed = behind > needed ? behind : needed;
	}
	int places = most < 10 ? PLACES_MOST - 1 : PLACES_MOST - 1 - (int)floor(log10(most));
	places = places < 0 ? 0 : places > needed ? needed : places;
	return most < 1e15 && least * pow(10, places) >= 10 ? places : -1;
}

static void measure(struct sql_state *s)
{
	s->cols = arena_zalloc(&s->page.arena, s->page.n_columns, sizeof *s->cols);
	s->order = arena_zalloc(&s->page.arena, s->page.n, sizeof *s->order);
	for (size_t i = 0; i < s->page.n; i++)
		s->order[i] = i;
	s->right = arena_zalloc(&s->page.arena, s->page.n_columns, sizeof *s->right);
	s->places = arena_zalloc(&s->page.arena, s->page.n_columns, sizeof *s->places);
	struct drawing d = {.s = s};
	struct buf room = BUF_INIT;
	for (size_t c = 0; c < s->page.n_columns; c++) {
		int most = text_cols(s->page.names[c]);
		s->right[c] = is_number_column(s, c);
		s->places[c] = s->right[c] ? places_of(s, c) : -1;
		for (size_t i = 0; i < s->page.n && most < COLUMN_COLS; i++) {
			int used = text_cols(shown(&d, cell_at(s, i, c), s->places[c], &room));
			most = used > most ? used : most;
		}
		s->cols[c] = most > COLUMN_COLS ? COLUMN_COLS : most;
	}
	buf_done(&room);
}

static void sql_take(struct screen *screen, void *request, bool ok)
{
	struct sql_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && r->serial == s->serial) {
		s->serial = 0;
		if (ok) {
			sql_page_done(&s->page);
			s->page = r->page;
			r->page = (struct sql_page){.arena = ARENA_INIT};
			s->loaded = true;
			s->first = s->sort = 0;
			measure(s);
			list_refit(&s->list, (int64_t)s->page.n, s->list.cursor);
		} else if (!r->interrupted) {
			memcpy(s->failure, r->failure, sizeof s->failure);
		}
	}
	sql_page_done(&r->page);
	arena_done(&r->arena);
	free(r);
}

static bool sql_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct sql_state *s = state_of(screen);
	struct str text = str_trim(str_of(target->line));
	if (!text.len)
		return err_set(err, ERR_USAGE, NULL,
		               "what is asked? :sql select kind, count(*) from spans group by kind");
	buf_add_str(&s->text, text);
	list_init(&s->list);
	return true;
}

static void sql_close(struct screen *screen)
{
	struct sql_state *s = state_of(screen);
	sql_page_done(&s->page);
	buf_done(&s->text);
}

/* ---------------------------------------------------------------- order */

static struct sql_state *sorting; /* for qsort; the UI thread's alone */

static int by_cell(const void *left, const void *right)
{
	const size_t a = *(const size_t *)left, b = *(const size_t *)right;
	const size_t columns = sorting->page.n_columns, at = sorting->sort - 1;
	const struct sql_cell *x = &sorting->page.cells[a * columns + at], *y = &sorting->page.cells[b * columns + at];
	int order = 0;
	if (!x->text.ptr != !y->text.ptr) /* NULL last either way */
		return x->text.ptr ? -1 : 1;
	if (x->text.ptr && x->number != y->number)
		order = x->number ? -1 : 1;
	else if (x->text.ptr && x->number)
		order = (x->value > y->value) - (x->value < y->value);
	else if (x->text.ptr)
		order = str_cmp(x->text, y->text);
	if (order)
		return sorting->ascending ? order : -order;
	return (a > b) - (a < b);
}

/* The cursor stays on its row. */
static enum outcome put_in_order(struct screen *screen)
{
	struct sql_state *s = state_of(screen);
	if (!has_row(s))
		return OUT_HANDLED;
	size_t at = s->order[s->list.cursor];
	for (size_t i = 0; i < s->page.n; i++)
		s->order[i] = i;
	sorting = s;
	if (s->sort)
		qsort(s->order, s->page.n, sizeof *s->order, by_cell);
	for (size_t i = 0; i < s->page.n; i++)
		if (s->order[i] == at)
			list_go(&s->list, (int64_t)i);
	return OUT_REFRESH;
}

/* ---------------------------------------------------------------- drawing */

static void draw_row(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	const struct sql_state *s = d->s;
	struct buf room = BUF_INIT;
	int col = 1;
	for (size_t c = s->first; row < (int64_t)s->page.n && c < s->page.n_columns && col < line.cols; c++) {
		const struct sql_cell *cell = cell_at(s, (size_t)row, c);
		struct str text = shown(d, cell, s->places[c], &room);
		enum role role = cell->text.ptr ? ROLE_TEXT : ROLE_DIM;
		int cols = s->cols[c] < line.cols - col ? s->cols[c] : line.cols - col;
		if (s->right[c])
			canvas_put_right(line, 0, col, cols, role, text);
		else
			canvas_put(line, 0, col, cols, role, text);
		if (cursor && c == s->first)
			canvas_reverse(line, 0, col, cols);
		col += s->cols[c] + GAP;
	}
	buf_done(&room);
}

static void draw_head(const struct drawing *d, struct canvas head)
{
	const struct sql_state *s = d->s;
	struct buf room = BUF_INIT;
	int col = 1;
	for (size_t c = s->first; c < s->page.n_columns && col < head.cols; c++) {
		struct sql_cell name = {.text = s->page.names[c]};
		int cols = s->cols[c] < head.cols - col ? s->cols[c] : head.cols - col;
		enum role role = s->sort == c + 1 ? ROLE_TITLE : ROLE_HEADING;
		if (s->right[c])
			canvas_put_right(head, 0, col, cols, role, shown(d, &name, -1, &room));
		else
			canvas_put(head, 0, col, cols, role, shown(d, &name, -1, &room));
		col += s->cols[c] + GAP;
	}
	buf_done(&room);
}

/* The row under the cursor, each value with its column's name. */
static void draw_details(const struct drawing *d, struct canvas c)
{
	const struct sql_state *s = d->s;
	struct sheet sheet = {0};
	if (c.rows < 1)
		return;
	sheet_begin(&sheet, c.cols);
	for (size_t i = 0; has_row(s) && i < s->page.n_columns && sheet.rows < c.rows; i++) {
		const struct sql_cell *cell = cell_at(s, (size_t)s->list.cursor, i);
		sheet_row(&sheet);
		sheet_add(&sheet, ROLE_DIM, s->page.names[i]);
		sheet_addc(&sheet, ROLE_TEXT, "  ");
		if (!cell->text.ptr)
			sheet_addc(&sheet, ROLE_DIM, "unknown");
		else if (text_cols(str_cut(cell->text, 0, (size_t)c.cols)) + text_cols(s->page.names[i]) + 2 < c.cols)
			sheet_add(&sheet, ROLE_TEXT, cell->text);
		else {
			sheet_row(&sheet);
			sheet_wrap(&sheet, ROLE_TEXT, 2, cell->text, DETAIL_ROWS);
		}
	}
	sheet_draw(&sheet, c, 0, false, STR_NONE);
	sheet_done(&sheet);
}

static void draw_nothing(const struct sql_state *s, struct canvas body)
{
	struct sheet sheet = {0};
	sheet_begin(&sheet, body.cols - 2);
	sheet_row(&sheet);
	if (s->failure[0])
		sheet_wrap(&sheet, ROLE_ERROR, 0, str_of(s->failure), 6);
	else
		sheet_addc(&sheet, ROLE_DIM, s->loaded ? "no rows" : keyed("asking; {Esc} goes back"));
	sheet_gap(&sheet);
	sheet_wrap(&sheet, ROLE_TEXT, 0, buf_str(&s->text), 10);
	sheet_draw(&sheet, canvas_part(body, 1, 1, body.rows - 1, body.cols - 2), 0, false, STR_NONE);
	sheet_done(&sheet);
}

static void sql_draw(const struct screen *screen, struct canvas body)
{
	const struct sql_state *s = state_of(screen);
	struct drawing d = {.s = s, .ascii = screen->ui->ascii};
	if (!has_row(s)) {
		draw_nothing(s, body);
		return;
	}
	struct two_panes p = panes(body.rows, body.cols);
	draw_head(&d, two_titles(&p, body));
	list_draw(&s->list, two_list(&p, body), draw_row, &d);
	draw_details(&d, two_details(&p, body));
}

static bool sql_beside(const struct screen *screen, struct beside *out)
{
	const struct sql_state *s = state_of(screen);
	struct two_panes p = panes(screen->ui->rows, screen->ui->cols);
	return has_row(s) && two_beside(&p, &s->list, out);
}

static void sql_headline(const struct screen *screen, struct canvas row)
{
	const struct sql_state *s = state_of(screen);
	struct buf text = BUF_INIT;
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "SQL");
	clean_print(&text, buf_str(&s->text), false, screen->ui->ascii);
	canvas_put(row, 0, col + 2, row.cols - col - 3, ROLE_DIM, buf_str(&text));
	buf_done(&text);
}

static void sql_status(const struct screen *screen, struct buf *out)
{
	const struct sql_state *s = state_of(screen);
	if (!has_row(s))
		return;
	list_position(out, &s->list);
	if (s->page.more)
		buf_printf(out, "%sthe first rows; there are more", screen->ui->ascii ? ", " : " · ");
}

/* ---------------------------------------------------------------- out of it */

static void sql_place(const struct screen *screen, struct target *out)
{
	*out = (struct target){.screen = "sql"};
	snprintf(out->line, sizeof out->line, STR_FMT, STR_ARG(buf_str(&state_of(screen)->text)));
}

static struct str value_named(const struct sql_state *s, const char *name)
{
	for (size_t c = 0; c < s->page.n_columns; c++)
		if (str_is(s->page.names[c], name))
			return cell_at(s, (size_t)s->list.cursor, c)->text;
	return STR_NONE;
}

/* Of a row that names a trace, as the views do; with its span, as they call it. */
static bool copy_row_link(const struct sql_state *s, struct buf *out)
{
	if (!has_row(s) || !value_named(s, "trace").len)
		return false;
	struct str span = value_named(s, "span");
	return copy_link_in(out, "trace", value_named(s, "trace"), LINK_SPAN, span.ptr ? span : value_named(s, "id"));
}

static bool sql_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct sql_state *s = state_of(screen);
	switch (what) {
	case COPY_COMMAND:
		buf_add_cstr(out, "spoor sql ");
		clean_shell(out, buf_str(&s->text));
		return true;
	case COPY_VALUE:
		for (size_t c = 0; has_row(s) && c < s->page.n_columns; c++) {
			const struct sql_cell *cell = cell_at(s, (size_t)s->list.cursor, c);
			buf_add_str(out, s->page.names[c]);
			buf_add_cstr(out, ": ");
			buf_add_str(out, cell->text.ptr ? cell->text : STR_LIT("null"));
			buf_add_char(out, '\n');
		}
		return has_row(s);
	case COPY_ID:
		if (has_row(s) && cell_at(s, (size_t)s->list.cursor, s->first)->text.ptr)
			buf_add_str(out, cell_at(s, (size_t)s->list.cursor, s->first)->text);
		return out->len > 0;
	case COPY_LINK: return copy_row_link(s, out);
	case COPY_PATH:
	case COPY_VIEW: break;
	}
	return false;
}

/* ---------------------------------------------------------------- actions */

static enum outcome sql_move(struct screen *screen, enum move move)
{
	struct sql_state *s = state_of(screen);
	if (move == MOVE_LEFT)
		s->first -= s->first > 0;
	else if (move == MOVE_RIGHT)
		s->first += s->first + 1 < s->page.n_columns;
	else
		list_move(&s->list, move);
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(sql_move)
SCROLL_FUNCTIONS(sql_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

ACTION(sort_next)
{
	(void)in, (void)target;
	struct sql_state *s = state_of(screen);
	s->sort = s->sort == s->page.n_columns ? 0 : s->sort + 1;
	return put_in_order(screen);
}

ACTION(sort_previous)
{
	(void)in, (void)target;
	struct sql_state *s = state_of(screen);
	s->sort = s->sort ? s->sort - 1 : s->page.n_columns;
	return put_in_order(screen);
}

ACTION(invert)
{
	(void)in, (void)target;
	struct sql_state *s = state_of(screen);
	s->ascending = !s->ascending;
	return put_in_order(screen);
}

/* clang-format off */
static const struct action actions[] = {
	MOVE_ACTIONS,
	SCROLL_ACTIONS,
	{"sort-next", ">", "order by the next column", "sort", 1, sort_next},
	{"sort-previous", "<", "order by the column before", NULL, 0, sort_previous},
	{"invert", "I", "the other way round", "invert", 2, invert},
	ACTIONS_END,
};
/* clang-format on */

const struct screen_ops screen_sql = {
    .name = "sql",
    .title = "SQL",
    .state_size = sizeof(struct sql_state),
    .actions = actions,
    .open = sql_open,
    .ask = sql_ask,
    .fetch = sql_fetch,
    .take = sql_take,
    .draw = sql_draw,
    .beside = sql_beside,
    .headline = sql_headline,
    .status = sql_status,
    .place = sql_place,
    .copy = sql_copy,
    .close = sql_close,
};
