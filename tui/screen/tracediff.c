/* Two traces beside each other: where they part, what differs row by row, and the changed words of the row under the cursor. */
#include <stdlib.h>

#include "store/query/subject.h"
#include "store/base/scan.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_tracediff.h"
#include "tui/widget/find.h"
#include "tui/widget/list.h"
#include "tui/widget/pane_size.h"

enum { BESIDE_COLS = 160, ROWS_FOR_BOTH = 14, ROWS_FOR_HEAD = 8 };

enum want { WANT_NOTHING, WANT_DIFF, WANT_TEXTS };

enum { OPEN_KEPT = 100 }; /* unfolded rows that are remembered */

struct request {
	const void *owner;
	uint64_t serial, generation;
	enum want want;
	int64_t a, b;
	char names[2][128]; /* ids as typed, where a or b is not known */
	size_t row;
	struct diff_span spans[2];
	bool interrupted;
	/* answers */
	struct trace_diff diff;
	struct diff_texts texts;
};

struct tracediff_state {
	int64_t a, b;
	char names[2][128];
	struct trace_diff diff;
	struct diff_rows rows;
	struct list list;
	struct diff_texts texts;
	struct sheet sheet;
	size_t sheet_row;
	bool laid; /* the sheet is of sheet_row, these texts, this size */
	bool loaded, failed, texts_failed;
	uint64_t generation;
	enum want pending;
	size_t pending_row;
	uint64_t serial;
	bool full;
	int sheet_top;
	struct buf find;
};

static struct tracediff_state *state_of(const struct screen *s)
{
	return s->state;
}

static const struct diff_shown *shown_at(const struct tracediff_state *s, int64_t i)
{
	return i >= 0 && (size_t)i < s->rows.shown.n ? &s->rows.shown.at[i] : NULL;
}

static const struct trace_diff_row *cursor_row(const struct tracediff_state *s)
{
	const struct diff_shown *shown = s->loaded ? shown_at(s, s->list.cursor) : NULL;
	return shown ? &s->diff.rows[shown->row] : NULL;
}

/* ---------------------------------------------------------------- where things stand */

struct split {
	int head, list_row, list_rows, list_cols;
	int pane_row, pane_col, pane_rows, pane_cols; /* pane_rows 0: none */
};

static struct split split_for(const struct tracediff_state *s, int rows, int cols)
{
	struct split v = {.head = rows >= ROWS_FOR_HEAD ? DIFF_HEAD : 0};
	v.list_row = v.head;
	v.list_rows = rows - v.head;
	v.list_cols = cols;
	if (s->full)
		return (struct split){.pane_rows = rows, .pane_col = 1, .pane_cols = cols - 2};
	if (cols >= BESIDE_COLS) {
		v.pane_cols = pane_size(cols * 2 / 5, cols, 30, 60);
		v.list_cols = cols - v.pane_cols - 3;
		v.pane_col = v.list_cols + 2;
		v.pane_row = v.head;
		v.pane_rows = v.list_rows;
	} else if (rows >= ROWS_FOR_BOTH) {
		int list = v.list_rows - pane_size(v.list_rows / 2, v.list_rows, 4,
		                                   4); /* what a short one does not need is the texts' */
		if (s->loaded && s->rows.shown.n + 1 < (size_t)list)
			list = (int)s->rows.shown.n + 1;
		int pane = v.list_rows - list;
		v.list_rows = list;
		v.pane_row = v.list_row + v.list_rows + 1;
		v.pane_rows = pane - 1;
		v.pane_col = 1;
		v.pane_cols = cols - 2;
	}
	return v;
}

/* Lays the texts out again if they, the row or the width changed. */
static void lay(struct screen *screen)
{
	struct tracediff_state *s = state_of(screen);
	struct split v = split_for(s, screen->ui->rows, screen->ui->cols);
	const struct diff_shown *shown = shown_at(s, s->list.cursor);
	list_set_page(&s->list, v.list_rows > 1 ? v.list_rows - 1 : 1);
	if (!s->loaded || !shown || v.pane_cols < 8)
		return;
	bool fits = s->texts.loaded && s->texts.row == shown->row;
	if (!fits || (s->laid && s->sheet_row == shown->row && s->sheet.cols == v.pane_cols))
		return;
	struct diff_look look = {
	    .ascii = screen->ui->ascii, .brackets = screen->ui->mono, .side_by_side = true, .whole = s->full};
	diff_texts_lay(&s->sheet, v.pane_cols, &s->diff.rows[shown->row], &s->texts, &look);
	s->laid = true;
	s->sheet_row = shown->row;
	s->sheet_top = 0;
}

/* ---------------------------------------------------------------- data */

static struct request *request_new(struct screen *screen, enum want want)
{
	static uint64_t serials;
	struct tracediff_state *s = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.owner = s,
	                      .serial = ++serials,
	                      .generation = screen->ui->generation,
	                      .want = want,
	                      .a = s->a,
	                      .b = s->b,
	                      .interrupted = true};
	memcpy(r->names, s->names, sizeof r->names);
	s->serial = r->serial;
	s->pending = want;
	return r;
}

static void *tracediff_ask(struct screen *screen)
{
	struct tracediff_state *s = state_of(screen);
	lay(screen);
	if ((!s->loaded && !s->failed) || s->generation != screen->ui->generation)
		return s->pending == WANT_DIFF ? NULL : request_new(screen, WANT_DIFF);
	const struct diff_shown *shown = shown_at(s, s->list.cursor);
	if (!s->loaded || !shown || s->pending == WANT_DIFF)
		return NULL;
	bool there = (s->texts.loaded || s->texts_failed) && s->texts.row == shown->row;
	bool coming = s->pending == WANT_TEXTS && s->pending_row == shown->row;
	if (there || coming || (screen->ui->moves && !s->full && s->texts.loaded))
		return NULL; /* the texts come when the cursor rests */
	struct request *r = request_new(screen, WANT_TEXTS);
	r->row = s->pending_row = shown->row;
	r->spans[0] = s->diff.rows[r->row].a; /* what is needed of them are numbers */
	r->spans[1] = s->diff.rows[r->row].b;
	return r;
}

static bool find_traces(struct db *db, struct request *r, struct err *err)
{
	if (!r->b && !traces_find(db, str_of(r->names[1]), &r->b, err))
		return false;
	if (!r->a && r->names[0][0])
		return traces_find(db, str_of(r->names[0]), &r->a, err);
	return r->a || trace_diff_previous(db, r->b, &r->a, err);
}

static bool tracediff_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct block_cache *blocks = block_cache_new(db);
	bool ok = r->want == WANT_TEXTS
	              ? diff_texts_load(db, blocks, r->a, r->b, &r->spans[0], &r->spans[1], &r->texts, err)
	              : find_traces(db, r, err) && trace_diff_load(db, blocks, r->a, r->b, &r->diff, err);
	block_cache_free(blocks);
	r->texts.row = r->row;
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

static void adopt_diff(struct tracediff_state *s, struct request *r)
{
	bool first = !s->loaded;
	int64_t key = 0;
	const struct trace_diff_row *row = cursor_row(s);
	if (row)
		key = trace_diff_span(row)->key;
	trace_diff_done(&s->diff);
	diff_texts_done(&s->texts);
	s->diff = r->diff;
	r->diff = (struct trace_diff){0};
	s->a = r->a;
	s->b = r->b;
	s->laid = false;
	sheet_begin(&s->sheet, s->sheet.cols > 8 ? s->sheet.cols : 8); /* it borrowed from what is gone */
	diff_rows_set(&s->rows, &s->diff);
	s->loaded = true;
	int64_t found = first && s->diff.first >= 0 ? s->diff.first : 0;
	for (size_t i = 0; !first && i < s->diff.n; i++)
		if (trace_diff_span(&s->diff.rows[i])->key == key) {
			found = (int64_t)i;
			break;
		}
	list_refit(&s->list, (int64_t)s->rows.shown.n, (int64_t)diff_rows_find(&s->rows, (size_t)found));
	list_go(&s->list, (int64_t)diff_rows_find(&s->rows, (size_t)found));
}

static void tracediff_take(struct screen *screen, void *request, bool ok)
{
	struct tracediff_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && r->serial == s->serial) {
		s->pending = WANT_NOTHING;
		bool failed = !ok && !r->interrupted;
		if (r->want == WANT_DIFF) {
			s->failed = failed;
			s->generation = r->interrupted ? s->generation : r->generation;
			if (ok)
				adopt_diff(s, r);
		} else {
			diff_texts_done(&s->texts);
			s->texts = r->texts;
			r->texts = (struct diff_texts){0};
			s->texts_failed = failed;
			s->laid = false;
		}
		lay(screen);
	}
	trace_diff_done(&r->diff);
	diff_texts_done(&r->texts);
	free(r);
}

/* id: A, id2: B; id2 alone: B and the trace before it that has its name. text: ids as typed, of A, or of A and B; with id: A's other. */
static bool tracediff_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct tracediff_state *s = state_of(screen);
	struct str rest = str_trim(str_of(target->text)), word;
	s->a = target->id;
	s->b = target->id2;
	for (int side = 0; rest.len && side < 2 && str_split(&rest, ' ', &word); rest = str_trim(rest))
		if (word.len)
			snprintf(s->names[side++], sizeof s->names[0], STR_FMT, STR_ARG(str_cut(word, 0, 127)));
	if (!s->b && s->names[0][0] && !s->names[1][0] && !s->a) { /* one id: it and the one before it */
		memcpy(s->names[1], s->names[0], sizeof s->names[0]);
		s->names[0][0] = '\0';
	}
	if (!s->b && !s->names[1][0])
		return err_set(
		    err, ERR_USAGE, NULL, "%s",
		    keyed("two traces are needed: {trace.d} in a trace, {traces.d} on two traces of the list"));
	list_init(&s->list);
	return true;
}

static void tracediff_close(struct screen *screen)
{
	struct tracediff_state *s = state_of(screen);
	trace_diff_done(&s->diff);
	diff_rows_done(&s->rows);
	diff_texts_done(&s->texts);
	sheet_done(&s->sheet);
	buf_done(&s->find);
}

static void tracediff_place(const struct screen *screen, struct target *out)
{
	const struct tracediff_state *s = state_of(screen);
	*out = (struct target){.screen = "tracediff", .id = s->a, .id2 = s->b};
}

/* ---------------------------------------------------------------- drawing */

static void draw_pane(const struct tracediff_state *s, const struct split *v, struct canvas body)
{
	const struct diff_shown *shown = shown_at(s, s->list.cursor);
	bool old = !shown || !s->laid || s->sheet_row != shown->row;
	struct canvas pane = canvas_part(body, v->pane_row, v->pane_col, v->pane_rows, v->pane_cols);
	if (!s->full)
		canvas_zone(pane, (struct zone){.kind = ZONE_PANE, .name = "details"});
	if (v->pane_rows > 0)
		sheet_draw(&s->sheet, pane, s->sheet_top, old, buf_str(&s->find));
}

static void tracediff_draw(const struct screen *screen, struct canvas body)
{
	const struct tracediff_state *s = state_of(screen);
	struct split v = split_for(s, body.rows, body.cols);
	if (!s->loaded) {
		canvas_putc(body, 1, 2, -1, ROLE_DIM,
		            s->failed ? keyed("The two traces could not be read. {q} goes back.")
		                      : "putting the two traces in line");
		return;
	}
	draw_pane(s, &v, body);
	if (s->full)
		return;
	if (v.head)
		diff_head_draw(&s->diff, canvas_part(body, 0, 0, v.head, body.cols), screen->ui->now_ns);
	struct canvas rows = canvas_part(body, v.list_row, 0, v.list_rows, v.list_cols);
	list_zone(&s->list, canvas_part(rows, 1, 0, rows.rows - 1, rows.cols), true);
	diff_rows_draw(&s->rows, rows, s->list.top, s->list.cursor, buf_str(&s->find));
	if (v.pane_rows && v.list_cols == body.cols)
		canvas_rule(canvas_part(body, v.pane_row - 1, 0, 1, body.cols), 0, ROLE_BORDER);
	else if (v.pane_rows)
		for (int row = v.pane_row; row < body.rows; row++)
			canvas_putc(body, row, v.list_cols, 1, ROLE_BORDER, body.grid->ascii ? "|" : "│");
}

static bool tracediff_beside(const struct screen *screen, struct beside *out)
{
	const struct tracediff_state *s = state_of(screen);
	struct split v = split_for(s, screen->ui->rows, screen->ui->cols);
	*out = (struct beside){.row = v.pane_row,
	                       .col = v.pane_col,
	                       .rows = v.pane_rows,
	                       .cols = v.pane_cols,
	                       .scroll_row = v.list_cols < screen->ui->cols ? v.list_row + 1 : -1,
	                       .top = s->list.top,
	                       .id = s->list.cursor};
	return v.pane_rows > 0 && !s->full && s->loaded;
}

static void tracediff_headline(const struct screen *screen, struct canvas row)
{
	const struct tracediff_state *s = state_of(screen);
	struct buf right = BUF_INIT;
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Two traces") + 2;
	if (s->loaded && s->diff.a.duration_ns != UNKNOWN_INT && s->diff.b.duration_ns != UNKNOWN_INT) {
		units_duration(&right, s->diff.a.duration_ns, row.grid->ascii);
		buf_add_cstr(&right, row.grid->ascii ? " -> " : " → ");
		units_duration(&right, s->diff.b.duration_ns, row.grid->ascii);
	}
	int cols = text_cols(buf_str(&right));
	const struct trace_row *b = &s->diff.b;
	if (s->loaded)
		canvas_put(row, 0, col, row.cols - cols - col - 3, ROLE_TITLE, b->name.len ? b->name : b->text);
	canvas_put_right(row, 0, row.cols - cols - 1, cols, ROLE_TITLE, buf_str(&right));
	buf_done(&right);
}

static void tracediff_status(const struct screen *screen, struct buf *out)
{
	const struct tracediff_state *s = state_of(screen);
	if (!s->loaded || (screen->ui->message_is_error && screen->ui->message[0]))
		return;
	if (s->full)
		buf_printf(out, "text row %d of %d", s->sheet_top + 1, s->sheet.rows + 1);
	else
		list_position(out, &s->list);
	if (s->find.len)
		buf_printf(out, "%s/" STR_FMT, screen->ui->ascii ? ", " : " · ", STR_ARG(buf_str(&s->find)));
}

static bool tracediff_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct tracediff_state *s = state_of(screen);
	const struct trace_diff_row *row = cursor_row(s);
	if (!row)
		return false;
	switch (what) {
	case COPY_COMMAND:
		copy_command(out, "diff", s->diff.a.text, NULL, STR_NONE);
		copy_word(out, s->diff.b.text);
		return true;
	case COPY_ID: buf_printf(out, "%016llx", (unsigned long long)trace_diff_span(row)->key); return true;
	case COPY_VALUE:
		if (!s->texts.loaded)
			return false;
		for (int side = 0; side < 2; side++) {
			buf_printf(out, "%s input:\n", side ? "B" : "A");
			buf_add_str(out, s->texts.input[side]);
			buf_printf(out, "\n\n%s output:\n", side ? "B" : "A");
			buf_add_str(out, s->texts.output[side]);
			buf_add_cstr(out, side ? "\n" : "\n\n");
		}
		return true;
	case COPY_PATH: break;
	case COPY_LINK:
	case COPY_VIEW: return copy_link(out, "diff", s->diff.a.text, s->diff.b.text);
	}
	return false;
}

/* ---------------------------------------------------------------- actions */

static void scroll(struct screen *screen, int64_t by)
{
	struct tracediff_state *s = state_of(screen);
	int rows = split_for(s, screen->ui->rows, screen->ui->cols).pane_rows;
	int64_t last = s->sheet.rows + 1 - rows, top = s->sheet_top + by;
	s->sheet_top = (int)(top > last ? (last > 0 ? last : 0) : top < 0 ? 0 : top);
}

static enum outcome tracediff_move(struct screen *screen, enum move move)
{
	struct tracediff_state *s = state_of(screen);
	if (s->full)
		scroll(screen, move_rows(move, screen->ui->rows > 2 ? screen->ui->rows - 1 : 1));
	else
		list_move(&s->list, move);
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(tracediff_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

static enum outcome next_change(struct screen *screen, int by)
{
	struct tracediff_state *s = state_of(screen);
	if (s->full) {
		int row = case_next_change(&s->sheet, s->sheet_top, by > 0);
		if (row >= 0)
			scroll(screen, row - s->sheet_top);
		else
			ui_say(screen->ui, "no other change in this text");
		return OUT_REFRESH;
	}
	for (int64_t i = s->list.cursor + by; i >= 0 && (size_t)i < s->rows.shown.n; i += by) {
		if (!s->diff.rows[s->rows.shown.at[i].row].marks)
			continue;
		list_go(&s->list, i);
		return OUT_REFRESH;
	}
	ui_say(screen->ui, by > 0 ? "no difference after this one" : "no difference before this one");
	return OUT_HANDLED;
}

ACTION(next_difference)
{
	UNUSED;
	return next_change(screen, 1);
}

ACTION(prev_difference)
{
	UNUSED;
	return next_change(screen, -1);
}

ACTION(first_difference)
{
	UNUSED;
	struct tracediff_state *s = state_of(screen);
	if (s->diff.first < 0)
		ui_say(screen->ui, "they part nowhere");
	else
		list_go(&s->list, (int64_t)diff_rows_find(&s->rows, (size_t)s->diff.first));
	return OUT_REFRESH;
}

/* Rows came or went: the cursor stays on its row, or on what hides it. */
static enum outcome refit(struct tracediff_state *s, size_t row)
{
	list_refit(&s->list, (int64_t)s->rows.shown.n, (int64_t)diff_rows_find(&s->rows, row));
	return OUT_REFRESH;
}

ACTION(toggle_fold)
{
	UNUSED;
	struct tracediff_state *s = state_of(screen);
	const struct diff_shown *shown = shown_at(s, s->list.cursor);
	if (s->full)
		return tracediff_move(screen, MOVE_PAGE_DOWN);
	if (!s->loaded || !shown)
		return OUT_HANDLED;
	size_t row = shown->row;
	if (!diff_rows_toggle(&s->rows, (size_t)s->list.cursor))
		ui_say(screen->ui, "only what is the same, or only one has, folds");
	return refit(s, row);
}

static enum outcome fold_everything(struct screen *screen, bool open)
{
	struct tracediff_state *s = state_of(screen);
	const struct diff_shown *shown = shown_at(s, s->list.cursor);
	if (!s->loaded || !shown)
		return OUT_HANDLED;
	size_t row = shown->row;
	diff_rows_all(&s->rows, open);
	return refit(s, row);
}

ACTION(fold_all)
{
	UNUSED;
	return fold_everything(screen, false);
}

ACTION(unfold_all)
{
	UNUSED;
	return fold_everything(screen, true);
}

ACTION(full)
{
	UNUSED;
	struct tracediff_state *s = state_of(screen);
	s->full = s->loaded && !s->full;
	s->laid = false;
	lay(screen);
	return OUT_REFRESH;
}

static enum outcome next_row(struct screen *screen, enum move move, int count)
{
	struct tracediff_state *s = state_of(screen);
	if (s->full)
		list_move(&s->list, move);
	else
		scroll(screen, (move == MOVE_DOWN ? 1 : -1) * (count ? count : 3));
	return OUT_REFRESH;
}

ACTION(details_down)
{
	(void)target;
	return next_row(screen, MOVE_DOWN, in->count);
}

ACTION(details_up)
{
	(void)target;
	return next_row(screen, MOVE_UP, in->count);
}

static enum outcome open_side(struct screen *screen, bool of_b, struct target *target)
{
	struct tracediff_state *s = state_of(screen);
	const struct trace_diff_row *row = cursor_row(s);
	const struct diff_span *span = !row ? NULL : of_b ? &row->b : &row->a;
	if (!span)
		return OUT_HANDLED;
	if (!span->present)
		ui_say(screen->ui, "%s has no such span: its trace from the top", of_b ? "B" : "A");
	*target = (struct target){
	    .screen = "trace", .id = of_b ? s->diff.b.id : s->diff.a.id, .span = span->present ? span->key : 0};
	return OUT_OPEN;
}

ACTION(open_a)
{
	(void)in;
	return open_side(screen, false, target);
}

ACTION(open_b)
{
	(void)in;
	return open_side(screen, true, target);
}

ACTION(swap_sides)
{
	UNUSED;
	struct tracediff_state *s = state_of(screen);
	int64_t a = s->a;
	if (!s->loaded)
		return OUT_HANDLED;
	s->a = s->b;
	s->b = a;
	s->generation = screen->ui->generation - 1;
	return OUT_REFRESH;
}

static struct buf *find_text_of(struct screen *screen)
{
	return &state_of(screen)->find;
}

/* Names of what shows; what is folded is the same in both. */
static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct tracediff_state *s = state_of(screen);
	struct str find = buf_str(&s->find);
	int64_t n = (int64_t)s->rows.shown.n;
	if (!find.len || !s->loaded)
		return OUT_HANDLED;
	if (s->full) {
		int row = sheet_find(&s->sheet, find, s->sheet_top + (stay ? 0 : by), by > 0);
		if (row >= 0)
			scroll(screen, row - s->sheet_top);
		else
			ui_say(screen->ui, "not in this text");
		return OUT_REFRESH;
	}
	for (int64_t k = stay ? 0 : 1; n && k <= n; k++) {
		int64_t i = ((s->list.cursor + by * k) % n + n) % n;
		const struct diff_span *span = trace_diff_span(&s->diff.rows[s->rows.shown.at[i].row]);
		if (text_find(span->name, find, 0, find_ignores_case(find)) == SIZE_MAX)
			continue;
		list_go(&s->list, i);
		return OUT_REFRESH;
	}
	ui_say(screen->ui, "no row that shows has a name with that in it");
	return OUT_HANDLED;
}

FIND_FUNCTIONS(find_text_of, search_again)

ACTION(leave)
{
	(void)target;
	struct tracediff_state *s = state_of(screen);
	if (s->full)
		return full(screen, in, target);
	if (!s->find.len || in->key != KEY_ESCAPE)
		return OUT_IGNORED;
	buf_clear(&s->find);
	return OUT_HANDLED;
}

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"full",             "Enter", "the texts of this row on the whole screen, and back",    "texts",   1, full            },
    {"next-difference",  "}",     "next difference; in the texts: next change",             "differs", 2, next_difference },
    {"prev-difference",  "{",     "the difference, the change before",                      NULL,      0, prev_difference },
    {"first-difference", "=",     "to where the traces part",                               "first",   3, first_difference},
    MOVE_ACTIONS,
    {"open-a",           "<",     "A's trace at this span",                                 "A",       4, open_a          },
    {"open-b",           ">",     "B's trace at this span",                                 "B",       5, open_b          },
    {"toggle-fold",      "Space", "fold or unfold; in the texts: a page down",              "fold",    6, toggle_fold     },
    {"fold-all",         "z",     "fold all that is the same, or that only one has",        NULL,      0, fold_all        },
    {"unfold-all",       "Z",     "unfold all",                                             NULL,      0, unfold_all      },
    {"details-down",     "J",     "scroll the texts down; in the full view: next row",      NULL,      0, details_down    },
    {"details-up",       "K",     "scroll the texts up; in the full view: the row before",  NULL,      0, details_up      },
    {"swap",             "s",     "A becomes B and B becomes A",                            NULL,      0, swap_sides      },
    {"search",           "/",     "search the names; in the full view: the texts",          NULL,      0, search          },
    {"next-match",       "n",     "next match",                                             NULL,      0, search_next     },
    {"prev-match",       "N",     "previous match",                                         NULL,      0, search_previous },
    {"leave",            "q Esc", "out of the texts, out of the search, else one level up", NULL,      0, leave           },
    ACTIONS_END,
};

/* B's; of a span that only A has, A's. */
static bool tracediff_subject(const struct screen *screen, struct subject_at *out)
{
	const struct tracediff_state *s = state_of(screen);
	const struct trace_diff_row *row = cursor_row(s);
	if (!row)
		return false;
	bool of_b = row->b.present;
	*out = (struct subject_at){
	    .kind = SUBJECT_SPAN, .trace = of_b ? s->diff.b.id : s->diff.a.id, .span = of_b ? row->b.key : row->a.key};
	return true;
}

/* ---------------------------------------------------------------- how it was left */

static void tracediff_remember(const struct screen *screen, struct jout *out)
{
	const struct tracediff_state *s = state_of(screen);
	const struct trace_diff_row *row = s->loaded ? cursor_row(s) : NULL;
	if (!row)
		return;
	remember_key(out, "cursor", trace_diff_span(row)->key);
	remember_int(out, "above", s->list.cursor - s->list.top);
	remember_flag(out, "full", s->full);
	if (s->rows.n_open == 0)
		return;
	jout_array(out, "open");
	int n = 0;
	for (size_t i = 0; i < s->diff.n && n < OPEN_KEPT; i++)
		if (s->rows.open[i]) {
			char key[32];
			snprintf(key, sizeof key, "%lld", (long long)trace_diff_span(&s->diff.rows[i])->key);
			jout_cstr(out, NULL, key);
			n++;
		}
	jout_end(out);
}

static size_t row_of_key(const struct tracediff_state *s, int64_t key)
{
	for (size_t i = 0; key && i < s->diff.n; i++)
		if (trace_diff_span(&s->diff.rows[i])->key == key)
			return i;
	return SIZE_MAX;
}

static bool tracediff_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct tracediff_state *s = state_of(screen);
	int n = 0;
	if (!s->loaded)
		return s->failed;
	for (const struct cJSON *one = json_first(json_get(kept, "open")); one && n < OPEN_KEPT;
	     one = json_next(one), n++) {
		int64_t key;
		size_t row = scan_int64(str_of(json_text(one)), &key) ? row_of_key(s, key) : SIZE_MAX;
		size_t shown = row == SIZE_MAX ? SIZE_MAX : diff_rows_find(&s->rows, row);
		if (shown < s->rows.shown.n && s->rows.shown.at[shown].row == row && !s->rows.open[row])
			diff_rows_toggle(&s->rows, shown);
	}
	s->full = lately && recall_flag(kept, "full");
	size_t at = row_of_key(s, recall_key(kept, "cursor"));
	if (at != SIZE_MAX) {
		int64_t place = (int64_t)diff_rows_find(&s->rows, at);
		list_refit(&s->list, (int64_t)s->rows.shown.n, place);
		s->list.top = place - recall_int(kept, "above", 0, INT32_MAX);
		list_go(&s->list, place);
	}
	return true;
}

const struct screen_ops screen_tracediff = {
    .name = "tracediff",
    .title = "Two traces",
    .state_size = sizeof(struct tracediff_state),
    .actions = actions,
    .open = tracediff_open,
    .ask = tracediff_ask,
    .fetch = tracediff_fetch,
    .take = tracediff_take,
    .draw = tracediff_draw,
    .beside = tracediff_beside,
    .headline = tracediff_headline,
    .status = tracediff_status,
    .place = tracediff_place,
    .copy = tracediff_copy,
    .subject = tracediff_subject,
    .remember = tracediff_remember,
    .recall = tracediff_recall,
    .close = tracediff_close,
};
