/* The context ledger: a row for all model calls of a trace together and one for each, with what of its input is new, re-sent and cached; below
 * (beside, from 140 columns on) the pieces of what the cursor stands on: of all calls by what they cost in all, of one call by their size. */
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/query/ledger.h"
#include "store/query/subject.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/list.h"
#include "tui/widget/pane_size.h"

enum {
	BESIDE_COLS = 140,
	TIME_COLS = 7,
	COUNT_COLS = 5,
	USD_COLS = 9,
	BAR_MOST = 40,
	WHAT_COLS = 26,
	TIMES_FIRST = 10
};

struct ledger_state {
	int64_t trace, span; /* span: the call to begin at */
	struct trace_row row;
	struct arena arena; /* of row */
	struct ledger l;
	bool loaded, failed;
	uint64_t generation, serial;
	struct list calls, pieces;
	bool in_pieces; /* the keys move there */
	/* the pieces of the call under the cursor, largest first; of all calls: the ledger's order */
	struct ledger_item *items;
	size_t n_items;
	int64_t items_of; /* row they are of, -1 none */
	int64_t most_in;  /* the largest input: the scale of the bars */
	int64_t times;    /* the volume that is projected */
	char model[128];  /* another model; "" none */
	double on_model;
};

struct request {
	const void *owner;
	uint64_t serial, generation;
	int64_t trace;
	struct arena arena;
	struct trace_row row;
	struct ledger l;
	bool interrupted;
};

static struct ledger_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* The call of a row; NULL: the row of all. */
static const struct ledger_call *call_at(const struct ledger_state *s, int64_t row)
{
	return row >= 1 && (size_t)row <= s->l.calls.n ? &s->l.calls.at[row - 1] : NULL;
}

static const struct ledger_piece *piece_at(const struct ledger_state *s, int64_t row, int64_t *tokens, int64_t *fresh)
{
	if (row < 0 || row >= s->pieces.total)
		return NULL;
	if (s->items_of == 0) {
		*tokens = s->l.pieces.at[row].tokens;
		*fresh = 0;
		return &s->l.pieces.at[row];
	}
	*tokens = s->items[row].tokens;
	*fresh = s->items[row].fresh;
	return &s->l.pieces.at[s->items[row].piece];
}

/* ---------------------------------------------------------------- where things stand */

struct split {
	int rows, cols; /* of the calls, head included */
	bool beside;
	int p_row, p_col, p_rows, p_cols;
};

static struct split split_for(const struct ledger_state *s, int rows, int cols)
{
	struct split v = {.rows = rows, .cols = cols};
	if (cols >= BESIDE_COLS) {
		v.beside = true;
		v.cols = cols - pane_size(cols - cols / 2, cols, 30, 50);
		v.p_col = v.cols + 1;
		v.p_cols = cols - v.p_col;
		v.p_rows = rows;
	} else if (rows >= 8) {
		int64_t wanted = s->calls.total + 1;
		int most = rows - pane_size(rows - rows / 2, rows, 4, 3);
		v.rows = wanted < most ? (int)wanted : most;
		v.rows = v.rows < 3 ? 3 : v.rows;
		v.p_row = v.rows;
		v.p_rows = rows - v.rows;
		v.p_cols = cols;
	}
	return v;
}

static int largest_first(const void *a, const void *b)
{
	const struct ledger_item *x = a, *y = b;
	if (x->tokens != y->tokens)
		return x->tokens > y->tokens ? -1 : 1;
	return (x->piece > y->piece) - (x->piece < y->piece);
}

static void fit(struct screen *screen)
{
	struct ledger_state *s = state_of(screen);
	struct split v = split_for(s, screen->ui->rows, screen->ui->cols);
	list_set_page(&s->calls, v.rows - 1);
	list_set_page(&s->pieces, v.p_rows > 2 ? v.p_rows - 2 : 1);
	if (!s->loaded || s->items_of == s->calls.cursor)
		return;
	const struct ledger_call *call = call_at(s, s->calls.cursor);
	s->items_of = s->calls.cursor;
	s->n_items = call ? call->n_items : 0;
	s->items = xrealloc(s->items, s->n_items + 1, sizeof *s->items);
	if (s->n_items) {
		memcpy(s->items, call->items, s->n_items * sizeof *s->items);
		qsort(s->items, s->n_items, sizeof *s->items, largest_first);
	}
	list_init(&s->pieces);
	list_set_page(&s->pieces, v.p_rows > 2 ? v.p_rows - 2 : 1);
	list_refit(&s->pieces, (int64_t)(call ? s->n_items : s->l.pieces.n), -1);
}

/* ---------------------------------------------------------------- data */

static void *ledger_ask(struct screen *screen)
{
	static uint64_t serials;
	struct ledger_state *s = state_of(screen);
	fit(screen);
	if (s->serial || (s->generation == screen->ui->generation && (s->loaded || s->failed)))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.owner = s,
	                      .serial = ++serials,
	                      .generation = screen->ui->generation,
	                      .trace = s->trace,
	                      .interrupted = true};
	s->serial = r->serial;
	return r;
}

static bool ledger_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = traces_get(db, r->trace, &r->arena, &r->row, err) && ledger_read(db, &r->row, &r->l, err);
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

static void reprice(struct ledger_state *s)
{
	s->on_model = s->model[0] ? ledger_cost_on(&s->l, str_of(s->model), STR_NONE) : UNKNOWN_DOUBLE;
}

static void adopt(struct screen *screen, struct request *r)
{
	struct ledger_state *s = state_of(screen);
	struct ledger l = s->l;
	struct arena arena = s->arena;
	s->l = r->l;
	s->row = r->row;
	s->arena = r->arena;
	r->l = l;
	r->arena = arena;
	s->items_of = -1;
	s->most_in = 1;
	for (size_t i = 0; i < s->l.calls.n; i++)
		if (s->l.calls.at[i].tokens_in > s->most_in)
			s->most_in = s->l.calls.at[i].tokens_in;
	list_refit(&s->calls, s->l.calls.n ? (int64_t)s->l.calls.n + 1 : 0, s->calls.cursor);
	for (size_t i = 0; !s->loaded && i < s->l.calls.n; i++)
		if (s->span && s->l.calls.at[i].said.span == s->span)
			list_go(&s->calls, (int64_t)i + 1);
	s->loaded = true;
	reprice(s);
	fit(screen);
}

static void ledger_take(struct screen *screen, void *request, bool ok)
{
	struct ledger_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && r->serial == s->serial) {
		s->serial = 0;
		s->failed = !ok && !r->interrupted;
		s->generation = r->interrupted ? s->generation : r->generation;
		if (ok)
			adopt(screen, r);
	}
	ledger_done(&r->l);
	arena_done(&r->arena);
	free(r);
}

static bool ledger_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct ledger_state *s = state_of(screen);
	if (!target->id)
		return err_set(err, ERR_USAGE, NULL, "a trace is needed: open one, and :ledger there");
	s->trace = target->id;
	s->span = target->span;
	s->generation = UINT64_MAX;
	s->items_of = -1;
	s->times = TIMES_FIRST;
	s->on_model = UNKNOWN_DOUBLE;
	list_init(&s->calls);
	list_init(&s->pieces);
	return true;
}

static void ledger_close(struct screen *screen)
{
	struct ledger_state *s = state_of(screen);
	ledger_done(&s->l);
	arena_done(&s->arena);
	free(s->items);
}

static void ledger_place(const struct screen *screen, struct target *out)
{
	const struct ledger_state *s = state_of(screen);
	const struct ledger_call *call = call_at(s, s->calls.cursor);
	*out = (struct target){.screen = "ledger", .id = s->trace, .span = call ? call->said.span : 0};
}

static struct str ledger_file(const struct screen *screen)
{
	return state_of(screen)->row.file;
}

/* ---------------------------------------------------------------- drawing: calls */

struct drawing {
	const struct ledger_state *s;
	const struct ui *ui;
	int model_cols, bar_cols;
};

static int put_count(struct canvas line, int col, enum role role, int64_t n)
{
	struct buf made = BUF_INIT;
	units_count(&made, n);
	canvas_put_right(line, 0, col, COUNT_COLS, role, buf_str(&made));
	buf_done(&made);
	return col + COUNT_COLS + 1;
}

static int put_usd(struct canvas line, int col, enum role role, double usd, bool about)
{
	struct buf made = BUF_INIT;
	(about ? units_usd_about : units_usd)(&made, usd);
	canvas_put_right(line, 0, col, USD_COLS, role, buf_str(&made));
	buf_done(&made);
	return col + USD_COLS + 1;
}

/* From the left what came from the cache, what else was sent before, what is new. */
static void put_bar(const struct drawing *d, struct canvas line, int col, int64_t in, int64_t fresh, int64_t cached,
                    int64_t most)
{
	const char *const glyphs[2][3] = {
	    {"░", "▒", "█"},
            {"-",   "=",   "#"  }
        };
	static const enum role roles[] = {ROLE_DIM, ROLE_TEXT, ROLE_MARK};
	int64_t again = in - fresh > cached ? in - fresh - cached : 0;
	int64_t ends[] = {cached, cached + again, in};
	int from = 0;
	for (int i = 0; i < 3; i++) {
		int to = most > 0 ? (int)((double)ends[i] / (double)most * d->bar_cols + 0.5) : 0;
		if (to == from && i == 2 && from == 0 && in > 0)
			to = 1;
		to = to > d->bar_cols ? d->bar_cols : to;
		if (to > from)
			canvas_fill(line, 0, col + from, to - from, roles[i], glyphs[d->ui->ascii][i]);
		from = to > from ? to : from;
	}
}

static void draw_all(const struct drawing *d, struct canvas line, bool cursor)
{
	const struct ledger *l = &d->s->l;
	double usd = l->input_usd + l->output_usd;
	int col = 1 + TIME_COLS + 1;
	int used = canvas_printf(line, 0, 2, TIME_COLS + d->model_cols, ROLE_HEADING, "all %zu calls", l->calls.n);
	if (cursor && !d->s->in_pieces)
		canvas_reverse(line, 0, 2, used);
	col = put_count(line, col + d->model_cols + 1, ROLE_HEADING, l->tokens_in);
	put_bar(d, line, col, l->tokens_in, l->fresh, l->cached, l->tokens_in);
	col = put_count(line, col + d->bar_cols + 1, ROLE_HEADING, l->tokens_out);
	put_usd(line, col, ROLE_HEADING, usd, l->estimated);
}

static void draw_call(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	const struct ledger_call *c = call_at(d->s, row);
	struct buf made = BUF_INIT;
	if (row == 0)
		draw_all(d, line, cursor);
	if (!c)
		return;
	units_duration(&made, units_between(d->s->row.start_ns, c->said.start_ns), d->ui->ascii);
	canvas_put_right(line, 0, 1, TIME_COLS, ROLE_DIM, buf_str(&made));
	buf_done(&made);
	int col = 1 + TIME_COLS + 1;
	int used = canvas_put(line, 0, col, d->model_cols, ROLE_TEXT, c->said.model.len ? c->said.model : c->said.name);
	if (cursor && !d->s->in_pieces)
		canvas_reverse(line, 0, col, used);
	col = put_count(line, col + d->model_cols + 1, c->guessed ? ROLE_DIM : ROLE_TEXT, c->tokens_in);
	put_bar(d, line, col, c->tokens_in, c->fresh, c->cached, d->s->most_in);
	col = put_count(line, col + d->bar_cols + 1, ROLE_TEXT, c->said.tokens_out);
	col = put_usd(line, col, ROLE_TEXT, c->said.cost_usd, c->said.estimated);
	put_usd(line, col, ROLE_DIM, c->usd_so_far, d->s->l.estimated);
}

static void draw_calls(const struct drawing *d, struct canvas c)
{
	int col = 1 + TIME_COLS + 1;
	canvas_put_right(c, 0, 1, TIME_COLS, ROLE_HEADING, STR_LIT("after"));
	canvas_putc(c, 0, col, d->model_cols, ROLE_HEADING, "model");
	col += d->model_cols + 1;
	canvas_put_right(c, 0, col, COUNT_COLS, ROLE_HEADING, STR_LIT("in"));
	col += COUNT_COLS + 1;
	canvas_putc(c, 0, col, d->bar_cols, ROLE_HEADING, d->ui->ascii ? "-cache =again #new" : "░cache ▒again █new");
	col += d->bar_cols + 1;
	canvas_put_right(c, 0, col, COUNT_COLS, ROLE_HEADING, STR_LIT("out"));
	col += COUNT_COLS + 1;
	canvas_put_right(c, 0, col, USD_COLS, ROLE_HEADING, STR_LIT("cost"));
	canvas_put_right(c, 0, col + USD_COLS + 1, USD_COLS, ROLE_HEADING, STR_LIT("so far"));
	struct canvas rows = canvas_part(c, 1, 0, c.rows - 1, c.cols);
	list_draw(&d->s->calls, rows, draw_call, d);
	list_zone(&d->s->calls, rows, !d->s->in_pieces);
}

/* ---------------------------------------------------------------- drawing: pieces */

static void draw_piece(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	int64_t tokens, fresh;
	const struct ledger_piece *p = piece_at(d->s, row, &tokens, &fresh);
	struct buf made = BUF_INIT;
	if (!p)
		return;
	int col = 1;
	bool all = d->s->items_of == 0;
	if (all) {
		col = put_usd(line, col, ROLE_TEXT, p->cost_usd, d->s->l.estimated);
	} else {
		canvas_putc(line, 0, col, 5, fresh ? ROLE_MARK : ROLE_DIM,
		            fresh == tokens ? "new"
		            : fresh         ? "grew"
		                            : "again");
		col += 6;
	}
	col = put_count(line, col, ROLE_TEXT, tokens);
	buf_printf(&made, "%s%u", d->ui->ascii ? "x" : "×", p->sent);
	canvas_put_right(line, 0, col, COUNT_COLS, p->sent > 1 ? ROLE_TEXT : ROLE_DIM, buf_str(&made));
	col += COUNT_COLS + 1;
	buf_clear(&made);
	buf_printf(&made, "#%u", p->first + 1);
	canvas_put_right(line, 0, col, COUNT_COLS, ROLE_DIM, buf_str(&made));
	col += COUNT_COLS + 1;
	buf_clear(&made);
	ledger_piece_words(&made, p);
	int used = canvas_put(line, 0, col, WHAT_COLS, ROLE_TEXT, buf_str(&made));
	if (cursor && d->s->in_pieces)
		canvas_reverse(line, 0, col, used);
	if (p->kind != LEDGER_UNRECORDED)
		canvas_put(line, 0, col + WHAT_COLS + 1, -1, ROLE_DIM, p->preview);
	buf_done(&made);
}

static void put_total(const struct drawing *d, struct canvas c, int row)
{
	const struct ledger_state *s = d->s;
	struct buf words = BUF_INIT;
	const struct ledger_call *call = call_at(s, s->items_of);
	if (call) {
		buf_printf(&words, " call %lld ", (long long)s->items_of);
		buf_add_str(&words, call->said.name);
		buf_add_char(&words, ' ');
	} else {
		buf_printf(&words, " %zu pieces, by what they cost in all ", s->l.pieces.n);
	}
	canvas_rule(c, row, ROLE_BORDER);
	canvas_put(c, row, 2, c.cols - 4, s->in_pieces ? ROLE_TAB_ACTIVE : ROLE_TAB, buf_str(&words));
	buf_done(&words);
}

static void draw_pieces(const struct drawing *d, struct canvas c)
{
	int col = 1;
	bool all = d->s->items_of == 0;
	put_total(d, c, 0);
	if (all) {
		canvas_put_right(c, 1, col, USD_COLS, ROLE_HEADING, STR_LIT("cost"));
		col += USD_COLS + 1;
	} else {
		col += 6;
	}
	canvas_put_right(c, 1, col, COUNT_COLS, ROLE_HEADING, STR_LIT("tok"));
	canvas_put_right(c, 1, col + COUNT_COLS + 1, COUNT_COLS, ROLE_HEADING, STR_LIT("sent"));
	canvas_put_right(c, 1, col + 2 * (COUNT_COLS + 1), COUNT_COLS, ROLE_HEADING, STR_LIT("first"));
	canvas_putc(c, 1, col + 3 * (COUNT_COLS + 1), -1, ROLE_HEADING, "piece");
	struct canvas rows = canvas_part(c, 2, 0, c.rows - 2, c.cols);
	struct list list = d->s->pieces;
	list_draw(&list, rows, draw_piece, d);
	list_zone(&list, rows, d->s->in_pieces);
	if (!d->s->in_pieces) /* one cursor on the screen */
		canvas_putc(rows, (int)(list.cursor - list.top), 0, 1, ROLE_TEXT, " ");
	if (!list.total)
		canvas_putc(rows, 0, 1, -1, ROLE_DIM, "nothing of its input is recorded");
}

static void ledger_draw(const struct screen *screen, struct canvas body)
{
	const struct ledger_state *s = state_of(screen);
	struct split v = split_for(s, body.rows, body.cols);
	int fixed = 1 + TIME_COLS + 1 + COUNT_COLS + 1 + 1 + COUNT_COLS + 1 + 2 * USD_COLS + 2;
	int room = v.cols - fixed - 1;
	struct drawing d = {.s = s, .ui = screen->ui, .bar_cols = room > 12 ? room * 5 / 9 : 0};
	d.bar_cols = d.bar_cols > BAR_MOST ? BAR_MOST : d.bar_cols;
	d.model_cols = room - d.bar_cols > 4 ? room - d.bar_cols : 4;
	if (!s->l.calls.n) {
		canvas_putc(body, 0, 1, -1, ROLE_DIM,
		            s->failed    ? "it could not be read"
		            : !s->loaded ? "reading what each model call carried"
		                         : "this trace has no model calls");
		return;
	}
	draw_calls(&d, canvas_part(body, 0, 0, v.rows, v.cols));
	if (v.beside)
		for (int r = 0; r < body.rows; r++)
			canvas_putc(body, r, v.cols, 1, ROLE_BORDER, screen->ui->ascii ? "|" : "│");
	if (v.p_rows && s->items_of >= 0)
		draw_pieces(&d, canvas_part(body, v.p_row, v.p_col, v.p_rows, v.p_cols));
}

static bool ledger_beside(const struct screen *screen, struct beside *out)
{
	const struct ledger_state *s = state_of(screen);
	struct split v = split_for(s, screen->ui->rows, screen->ui->cols);
	*out = (struct beside){.row = v.p_row,
	                       .col = v.p_col,
	                       .rows = v.p_rows,
	                       .cols = v.p_cols,
	                       .scroll_row = v.beside ? 1 : -1,
	                       .top = s->calls.top,
	                       .id = s->calls.cursor};
	return v.p_rows > 0 && s->l.calls.n > 0 && !s->in_pieces;
}

static void ledger_headline(const struct screen *screen, struct canvas row)
{
	const struct ledger_state *s = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Ledger");
	if (!s->loaded)
		return;
	col += 2 + canvas_put(row, 0, col + 2, row.cols / 4, ROLE_TITLE, s->row.name);
	struct buf words = BUF_INIT;
	ledger_sum_words(&words, &s->l, &s->row);
	canvas_put(row, 0, col + 2, -1, ROLE_TEXT, buf_str(&words));
	buf_done(&words);
}

static void ledger_status(const struct screen *screen, struct buf *out)
{
	const struct ledger_state *s = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	const struct ledger *l = &s->l;
	double usd = l->input_usd + l->output_usd;
	if (!l->calls.n)
		return;
	if (l->tokens_in > 0)
		buf_printf(out, "%.0f%% sent again", 100.0 * (double)(l->tokens_in - l->fresh) / (double)l->tokens_in);
	if (!IS_UNKNOWN(usd)) {
		buf_printf(out, "%s%s%lld ", dot, screen->ui->ascii ? "x" : "×", (long long)s->times);
		(l->estimated ? units_usd_about : units_usd)(out, usd * (double)s->times);
	}
	if (s->model[0]) {
		buf_printf(out, "%son %s ", dot, s->model);
		units_usd_about(out, s->on_model);
		if (!IS_UNKNOWN(s->on_model)) {
			buf_printf(out, ", %s%lld ", screen->ui->ascii ? "x" : "×", (long long)s->times);
			units_usd_about(out, s->on_model * (double)s->times);
		}
	}
	if (l->guessed)
		buf_printf(out, "%stokens of some calls by length", dot);
	if (l->partial)
		buf_printf(out, "%sread in part", dot);
}

static bool ledger_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct ledger_state *s = state_of(screen);
	const struct ledger_call *call = call_at(s, s->calls.cursor);
	int64_t tokens, fresh;
	const struct ledger_piece *p = s->in_pieces ? piece_at(s, s->pieces.cursor, &tokens, &fresh) : NULL;
	switch (what) {
	case COPY_VALUE:
		if (!p)
			return false;
		buf_add_str(out, p->preview);
		return true;
	case COPY_ID: buf_add_str(out, p ? p->span_id : call ? call->said.id : s->row.text); return true;
	case COPY_PATH:
		if (p)
			ledger_piece_words(out, p);
		else if (call)
			buf_add_str(out, call->said.name);
		return p || call;
	case COPY_COMMAND: copy_command(out, "ledger", s->row.text, NULL, STR_NONE); return true;
	case COPY_LINK: return copy_link_in(out, "ledger", s->row.text, LINK_SPAN, call ? call->said.id : STR_NONE);
	case COPY_VIEW: return s->row.text.len && copy_link(out, "ledger", s->row.text, STR_NONE);
	}
	return false;
}

/* ---------------------------------------------------------------- actions */

static enum outcome ledger_move(struct screen *screen, enum move move)
{
	struct ledger_state *s = state_of(screen);
	list_move(s->in_pieces ? &s->pieces : &s->calls, move);
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(ledger_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

ACTION(open_span)
{
	(void)in;
	struct ledger_state *s = state_of(screen);
	const struct ledger_call *call = call_at(s, s->calls.cursor);
	int64_t tokens, span = call ? call->said.span : 0;
	int64_t fresh;
	if (s->in_pieces) {
		const struct ledger_piece *p = piece_at(s, s->pieces.cursor, &tokens, &fresh);
		span = p ? p->span : 0;
	}
	if (!span && !s->in_pieces) {
		s->in_pieces = s->pieces.total > 0;
		return OUT_REFRESH;
	}
	*target = (struct target){.screen = "trace", .id = s->trace, .span = span};
	return OUT_OPEN;
}

ACTION(other_list)
{
	(void)in;
	(void)target;
	struct ledger_state *s = state_of(screen);
	s->in_pieces = !s->in_pieces && s->pieces.total > 0;
	return OUT_REFRESH;
}

ACTION(times_answer)
{
	(void)target;
	struct ledger_state *s = state_of(screen);
	struct str rest = str_trim(in->argument);
	int64_t n = 0;
	for (size_t i = 0; i < rest.len && n >= 0 && n < 1000000000; i++)
		n = rest.ptr[i] >= '0' && rest.ptr[i] <= '9' ? n * 10 + (rest.ptr[i] - '0') : -1;
	if (n < 1)
		ui_say(screen->ui, "how many times the volume: a whole number from 1");
	else
		s->times = n;
	return OUT_HANDLED;
}

static const struct action times_line = {.name = "times-is", .keys = "", .help = "", .run = times_answer};

ACTION(times)
{
	if (in->argument.len)
		return times_answer(screen, in, target);
	*target = (struct target){.prompt = "times the volume: ", .answer = &times_line};
	return OUT_PROMPT;
}

ACTION(model_answer)
{
	(void)target;
	struct ledger_state *s = state_of(screen);
	struct str name = str_trim(in->argument);
	snprintf(s->model, sizeof s->model, STR_FMT, STR_ARG(str_cut(name, 0, sizeof s->model - 1)));
	reprice(s);
	if (s->model[0] && IS_UNKNOWN(s->on_model)) {
		ui_say(screen->ui, "no price is known for a model of that name");
		s->model[0] = '\0';
	}
	return OUT_HANDLED;
}

static const struct action model_line = {.name = "model-is", .keys = "", .help = "", .run = model_answer};

ACTION(model)
{
	if (in->argument.len)
		return model_answer(screen, in, target);
	*target = (struct target){.prompt = "on which model: ", .answer = &model_line};
	return OUT_PROMPT;
}

ACTION(leave)
{
	(void)in;
	(void)target;
	struct ledger_state *s = state_of(screen);
	if (!s->in_pieces)
		return OUT_IGNORED;
	s->in_pieces = false;
	return OUT_REFRESH;
}

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"open",   "Enter", "to the call; of a piece to the span where it first appeared",  "span",    1, open_span },
    {"pieces", "Tab",   "between the calls and the pieces of the one under the cursor", "pieces",  2, other_list},
    MOVE_ACTIONS,
    {"times",  "x",     "what it would cost at so many times the volume",               "volume",  3, times     },
    {"model",  "p",     "what the same calls would cost on another model",              "reprice", 4, model     },
    {"leave",  "q Esc", "from the pieces to the calls, else one level up",              NULL,      0, leave     },
    ACTIONS_END,
};

static bool ledger_subject(const struct screen *screen, struct subject_at *out)
{
	const struct ledger_state *s = state_of(screen);
	const struct ledger_call *call = call_at(s, s->calls.cursor);
	if (call)
		*out = (struct subject_at){.kind = SUBJECT_SPAN, .trace = s->trace, .span = call->said.span};
	return call != NULL;
}

/* ---------------------------------------------------------------- how it was left */

static void ledger_remember(const struct screen *screen, struct jout *out)
{
	const struct ledger_state *s = state_of(screen);
	if (!s->loaded)
		return;
	remember_row(out, &s->calls, STR_NONE);
	if (s->calls.cursor > 0 && s->calls.cursor <= (int64_t)s->l.calls.n)
		remember_key(out, "call", s->l.calls.at[s->calls.cursor - 1].said.span);
	remember_flag(out, "in-pieces", s->in_pieces);
	remember_int(out, "piece", s->in_pieces ? s->pieces.cursor : 0);
	remember_int(out, "times", s->times != TIMES_FIRST ? s->times : 0);
	remember_text(out, "model", str_of(s->model));
}

static bool ledger_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct ledger_state *s = state_of(screen);
	int64_t call = recall_key(kept, "call"), times = recall_int(kept, "times", 1, 1000000);
	(void)lately;
	if (!s->loaded)
		return s->failed;
	if (times)
		s->times = times;
	snprintf(s->model, sizeof s->model, STR_FMT, STR_ARG(str_cut(recall_text(kept, "model"), 0, 127)));
	reprice(s);
	if (s->span) /* it was opened for a call */
		return true;
	for (size_t i = 0; call && i < s->l.calls.n; i++)
		if (s->l.calls.at[i].said.span == call)
			recall_row(kept, &s->calls, (int64_t)i + 1);
	fit(screen);
	s->in_pieces = s->n_items && recall_flag(kept, "in-pieces");
	list_go(&s->pieces, recall_int(kept, "piece", 0, INT32_MAX));
	return true;
}

const struct screen_ops screen_ledger = {
    .name = "ledger",
    .title = "Ledger",
    .state_size = sizeof(struct ledger_state),
    .actions = actions,
    .open = ledger_open,
    .ask = ledger_ask,
    .fetch = ledger_fetch,
    .take = ledger_take,
    .draw = ledger_draw,
    .beside = ledger_beside,
    .headline = ledger_headline,
    .status = ledger_status,
    .place = ledger_place,
    .copy = ledger_copy,
    .subject = ledger_subject,
    .file = ledger_file,
    .remember = ledger_remember,
    .recall = ledger_recall,
    .close = ledger_close,
};
