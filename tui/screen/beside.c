/* Several runs beside each other: the figures as rows, a column for each run, so that quality, cost and latency are seen in one view; in the
 * order of a row it is a leaderboard. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/scan.h"
#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen.h"
#include "tui/screen/pane_axis.h"
#include "tui/screen/pane_beside.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_run.h"
#include "tui/widget/list.h"
#include "tui/widget/move.h"

enum { MOST = 50, LEFT = 2, GAP = 1, HEAD_ROWS = 2 };

struct request {
	bool failed;
	uint64_t serial, generation;
	int64_t ids[MOST];
	size_t n_ids;
	struct arena arena;
	struct beside_run *runs;
	size_t n;
};

struct state {
	int64_t ids[MOST]; /* as given */
	size_t n_ids;
	bool asked, loaded, failed;
	uint64_t generation, serial;
	struct arena arena;
	struct beside_run *runs;
	size_t n;
	struct beside_table table;
	size_t order[MOST]; /* of the columns */
	size_t sort;        /* a row of the table, SIZE_MAX: as given */
	bool reverse;
	struct list list; /* over the table's rows */
	size_t column;    /* under the cursor, in the order shown */
	size_t left;      /* the first column shown */
	int64_t baseline; /* run id */
};

static struct state *state_of(const struct screen *screen)
{
	return screen->state;
}

static const struct beside_run *run_at(const struct state *st, size_t column)
{
	return column < st->n ? &st->runs[st->order[column]] : NULL;
}

/* ---------------------------------------------------------------- where things stand */

/* Of a run's column: where there is room for all, as much as the longest value takes. */
static int run_cols(const struct state *st, int cols)
{
	const struct beside_table *t = &st->table;
	int each = st->n ? (cols - LEFT - t->label_cols) / (int)st->n - GAP : 0;
	return each < t->run_cols ? t->run_cols : each < t->whole_cols ? each : t->whole_cols;
}

static size_t columns_that_fit(const struct state *st, int cols)
{
	int one = run_cols(st, cols) + GAP, rest = cols - LEFT - st->table.label_cols;
	return rest > one ? (size_t)(rest / one) : 1;
}

static void lay_out(struct screen *screen)
{
	struct state *st = state_of(screen);
	list_set_page(&st->list, screen->ui->rows - HEAD_ROWS);
	size_t fit = columns_that_fit(st, screen->ui->cols);
	if (st->column < st->left)
		st->left = st->column;
	if (st->column >= st->left + fit)
		st->left = st->column - fit + 1;
	if (st->left + fit > st->n)
		st->left = st->n > fit ? st->n - fit : 0;
}

/* ---------------------------------------------------------------- data */

static void *beside_ask(struct screen *screen)
{
	struct state *st = state_of(screen);
	lay_out(screen);
	if (st->asked || st->failed || (st->loaded && st->generation == screen->ui->generation))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.serial = ++st->serial, .generation = screen->ui->generation, .n_ids = st->n_ids};
	memcpy(r->ids, st->ids, sizeof r->ids);
	st->asked = true;
	return r;
}

static bool beside_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = true;
	r->runs = arena_zalloc(&r->arena, r->n_ids, sizeof *r->runs);
	for (size_t i = 0; ok && i < r->n_ids; i++) {
		struct beside_run *run = &r->runs[r->n];
		struct err none = ERR_INIT;
		ok = runs_get(db, r->ids[i], &r->arena, &run->row, &none);
		if (!ok && none.code == ERR_NOT_FOUND) { /* forgotten since */
			ok = true;
			continue;
		}
		if (!ok)
			*err = none;
		ok = ok && (run->row.repeats < 2 || pass_k_read(db, run->row.id, false, &r->arena, &run->pass_k, err));
		r->n++;
	}
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void put_in_order(struct state *st)
{
	for (size_t i = 0; i < st->n; i++)
		st->order[i] = i;
	if (st->sort < st->table.n)
		beside_order(&st->table, st->n, st->sort, st->reverse, st->order);
}

static void adopt(struct state *st, struct request *r)
{
	struct str by = st->sort < st->table.n ? st->table.rows[st->sort].label : STR_NONE;
	struct buf label = BUF_INIT; /* the row of the order may have moved */
	const struct beside_run *at = run_at(st, st->column);
	int64_t id = at ? at->row.id : 0;
	buf_add_str(&label, by);
	struct arena old = st->arena;
	st->arena = r->arena;
	r->arena = old;
	st->runs = r->runs;
	st->n = r->n;
	beside_make(&st->table, st->runs, st->n);
	st->sort = SIZE_MAX;
	for (size_t i = 0; label.len && i < st->table.n; i++)
		if (str_eq(st->table.rows[i].label, buf_str(&label)))
			st->sort = i;
	put_in_order(st);
	st->column = st->column < st->n ? st->column : 0;
	for (size_t i = 0; i < st->n; i++)
		if (st->runs[st->order[i]].row.id == id)
			st->column = i;
	bool known = false;
	for (size_t i = 0; i < st->n; i++)
		known = known || st->runs[i].row.id == st->baseline;
	if (!known && st->n)
		st->baseline = st->runs[0].row.id;
	list_refit(&st->list, (int64_t)st->table.n, st->list.cursor);
	buf_done(&label);
}

static void beside_take(struct screen *screen, void *request, bool ok)
{
	struct state *st = state_of(screen);
	struct request *r = request;
	if (r->serial == st->serial) {
		st->asked = false;
		st->failed = r->failed;
		if (ok) {
			adopt(st, r);
			st->loaded = true;
			st->generation = r->generation;
		}
	}
	arena_done(&r->arena);
	free(r);
	lay_out(screen);
}

/* ---------------------------------------------------------------- drawing */

struct drawing {
	const struct state *st;
	const struct ui *ui;
};

static int column_at(const struct state *st, size_t column, int cols)
{
	return LEFT + st->table.label_cols + GAP + (int)(column - st->left) * (run_cols(st, cols) + GAP);
}

static void draw_cell(const struct drawing *d, struct canvas line, int col, const struct beside_row *row, size_t run,
                      bool cursor)
{
	const struct state *st = d->st;
	int cols = run_cols(st, line.cols) - 1; /* the last is the mark's */
	struct value value = row->values[run];
	struct buf text = BUF_INIT;
	if (row->picture) {
		const struct run_row *r = &st->runs[run].row;
		struct axis axis = {
		    .point = r->pass_rate - 0.5, .low = r->pass_low - 0.5, .high = r->pass_high - 0.5, .scale = 0.5};
		axis_draw(line, 0, col, cols, &axis, ROLE_TEXT);
	} else {
		enum role role = row->best[run]                 ? ROLE_BETTER
		                 : value.type == VALUE_NONE     ? ROLE_DIM
		                 : st->runs[run].row.cases == 0 ? ROLE_DIM
		                                                : ROLE_TEXT;
		value_print(&text, &value, d->ui->now_ns, d->ui->ascii);
		canvas_put_right(line, 0, col, cols, role, buf_str(&text));
		int used = text_cols(buf_str(&text));
		used = used > cols ? cols : used;
		if (cursor)
			canvas_reverse(line, 0, col + cols - used, used);
	}
	if (row->best[run])
		canvas_putc(line, 0, col + cols, 1, ROLE_BETTER, "*");
	buf_done(&text);
}

static void draw_row(const void *context, struct canvas line, int64_t at, bool cursor)
{
	const struct drawing *d = context;
	const struct state *st = d->st;
	const struct beside_row *row = &st->table.rows[at];
	bool sorted = st->sort == (size_t)at, ascii = d->ui->ascii;
	if (sorted)
		canvas_putc(line, 0, LEFT - 1, 1, ROLE_TAB_ACTIVE,
		            st->reverse ? (ascii ? "<" : "◂")
		            : ascii     ? ">"
		                        : "▸");
	canvas_put(line, 0, LEFT, st->table.label_cols, sorted ? ROLE_TAB_ACTIVE : ROLE_HEADING, row->label);
	size_t fit = columns_that_fit(st, line.cols);
	for (size_t i = st->left; i < st->n && i < st->left + fit; i++)
		draw_cell(d, line, column_at(st, i, line.cols), row, st->order[i], cursor && i == st->column);
}

/* The runs' names; A before the baseline. */
static void draw_head(const struct state *st, struct canvas body)
{
	size_t fit = columns_that_fit(st, body.cols);
	for (size_t i = st->left; i < st->n && i < st->left + fit; i++) {
		const struct beside_run *run = run_at(st, i);
		bool a = run->row.id == st->baseline;
		int col = column_at(st, i, body.cols), cols = run_cols(st, body.cols) - 1;
		struct buf name = BUF_INIT;
		buf_printf(&name, "%s" STR_FMT, a ? "A " : "", STR_ARG(beside_label(&st->table, run)));
		canvas_put_right(body, 0, col, cols, i == st->column ? ROLE_TAB_ACTIVE : ROLE_TAB, buf_str(&name));
		buf_done(&name);
	}
	bool ascii = body.grid->ascii;
	canvas_rule(canvas_part(body, 1, 0, 1, body.cols), 0, ROLE_BORDER);
	if (st->left > 0)
		canvas_printf(body, 1, LEFT, -1, ROLE_DIM, " %s %zu more ", ascii ? "<" : "‹", st->left);
	if (st->left + fit < st->n) {
		struct buf more = BUF_INIT;
		buf_printf(&more, " %zu more %s ", st->n - st->left - fit, ascii ? ">" : "›");
		canvas_put_right(body, 1, body.cols / 2, body.cols - body.cols / 2 - 2, ROLE_DIM, buf_str(&more));
		buf_done(&more);
	}
}

static void beside_draw(const struct screen *screen, struct canvas body)
{
	const struct state *st = state_of(screen);
	if (!st->loaded || st->n == 0) {
		canvas_putc(body, 1, 3, -1, ROLE_DIM,
		            st->failed    ? "The runs could not be read."
		            : !st->loaded ? "reading the runs …"
		                          : "None of these runs is in the store any more.");
		return;
	}
	struct drawing d = {st, screen->ui};
	draw_head(st, body);
	list_draw(&st->list, canvas_part(body, HEAD_ROWS, 0, body.rows - HEAD_ROWS, body.cols), draw_row, &d);
}

static const char *order_words(const struct state *st)
{
	const struct beside_row *row = &st->table.rows[st->sort];
	if (row->better)
		return st->reverse ? ", worst first" : ", best first";
	if (row->values[st->order[0]].type == VALUE_TEXT)
		return st->reverse ? ", from Z to A" : ", from A to Z";
	return st->reverse ? ", smallest first" : ", largest first";
}

static void beside_headline(const struct screen *screen, struct canvas row)
{
	const struct state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Runs beside each other");
	if (!st->loaded)
		return;
	col += canvas_printf(row, 0, col, -1, ROLE_TITLE, "  %zu runs, ", st->n);
	if (st->table.n_datasets > 1)
		col += canvas_printf(row, 0, col, -1, ROLE_WARNING, "%zu datasets: no best is marked; ",
		                     st->table.n_datasets);
	if (st->sort < st->table.n)
		canvas_printf(row, 0, col, row.cols - col - 1, ROLE_TITLE, "by " STR_FMT "%s",
		              STR_ARG(st->table.rows[st->sort].label), order_words(st));
	else
		canvas_putc(row, 0, col, row.cols - col - 1, ROLE_TITLE, "oldest first");
}

static void beside_status(const struct screen *screen, struct buf *out)
{
	const struct state *st = state_of(screen);
	const struct beside_run *run = run_at(st, st->column);
	if (!run)
		return;
	buf_add_str(out, run_name(&run->row));
	if (run->row.id == st->baseline)
		buf_add_cstr(out, " (A)");
	/* Runs of which nothing at all is known make a table without rows. */
	const struct beside_row *row = (size_t)st->list.cursor < st->table.n ? &st->table.rows[st->list.cursor] : NULL;
	if (row && row->about)
		buf_printf(out, " · %s", row->about);
	else if (st->table.n_datasets == 1)
		buf_add_cstr(out, " · * the best of its row");
}

/* ---------------------------------------------------------------- keys */

static enum outcome beside_move(struct screen *screen, enum move move)
{
	struct state *st = state_of(screen);
	if (move == MOVE_RIGHT)
		st->column += st->column + 1 < st->n;
	else if (move == MOVE_LEFT)
		st->column -= st->column > 0;
	else
		list_move(&st->list, move);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(beside_move)
SCROLL_FUNCTIONS(beside_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

ACTION(compare_with)
{
	(void)in;
	const struct state *st = state_of(screen);
	const struct beside_run *run = run_at(st, st->column);
	if (!run)
		return OUT_HANDLED;
	if (run->row.id == st->baseline) {
		ui_say(screen->ui, "%s",
		       keyed("this one is the baseline (A): go to the run to compare it with, then {Enter}"));
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = "compare", .id = st->baseline, .id2 = run->row.id};
	return OUT_OPEN;
}

ACTION(set_baseline)
{
	(void)in, (void)target;
	struct state *st = state_of(screen);
	const struct beside_run *run = run_at(st, st->column);
	if (run)
		st->baseline = run->row.id;
	return OUT_HANDLED;
}

/* The cursor stays on its run. */
static enum outcome order_by(struct screen *screen, size_t row, bool reverse)
{
	struct state *st = state_of(screen);
	const struct beside_run *run = run_at(st, st->column);
	st->sort = row;
	st->reverse = reverse;
	put_in_order(st);
	for (size_t i = 0; run && i < st->n; i++)
		if (&st->runs[st->order[i]] == run)
			st->column = i;
	return OUT_HANDLED;
}

ACTION(sort_by)
{
	(void)in, (void)target;
	const struct state *st = state_of(screen);
	size_t row = (size_t)st->list.cursor;
	if (row >= st->table.n)
		return OUT_HANDLED;
	if (st->table.rows[row].label.ptr[0] == ' ') {
		ui_say(screen->ui, "the row pass has the order of this one");
		return OUT_HANDLED;
	}
	return order_by(screen, st->sort == row ? SIZE_MAX : row, false);
}

ACTION(invert)
{
	(void)in, (void)target;
	const struct state *st = state_of(screen);
	if (st->sort == SIZE_MAX) {
		ui_say(screen->ui, "s puts the runs in the order of this row first");
		return OUT_HANDLED;
	}
	return order_by(screen, st->sort, !st->reverse);
}

/* clang-format off */
static const struct action beside_actions[] = {
	MOVE_ACTIONS,
	{.name = "run-left", .keys = "h Left", .help = "to the run left of this one", .run = move_left},
	{.name = "run-right", .keys = "l Right", .help = "to the run right of this one", .hint = "runs", .hint_order = 2, .run = move_right},
	{.name = "compare", .keys = "Enter", .help = "compare this run with the baseline (A)", .hint = "compare", .hint_order = 1, .run = compare_with},
	{.name = "sort", .keys = "s", .help = "order the runs by this row, the best first; again: as they were", .hint = "sort by", .hint_order = 3, .run = sort_by},
	{.name = "sort-invert", .keys = "I", .help = "the other way round", .hint = "invert", .hint_order = 5, .run = invert},
	{.name = "baseline", .keys = "b", .help = "this run is the baseline (A) here", .hint = "baseline", .hint_order = 4, .run = set_baseline},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool beside_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct state *st = state_of(screen);
	struct str rest = str_of(target->line), word;
	int64_t id;
	while (st->n_ids < MOST && str_split(&rest, ' ', &word))
		if (scan_int64(word, &id) && id > 0)
			st->ids[st->n_ids++] = id;
	if (!st->n_ids)
		return err_set(err, ERR_USAGE, NULL, "%s", keyed("mark runs in the list of runs, then {runs.Enter}"));
	st->sort = SIZE_MAX;
	st->baseline = target->id;
	list_init(&st->list);
	return true;
}

static void beside_place(const struct screen *screen, struct target *out)
{
	const struct state *st = state_of(screen);
	struct buf ids = BUF_INIT;
	for (size_t i = 0; i < st->n_ids; i++)
		buf_printf(&ids, "%s%lld", i ? " " : "", (long long)st->ids[i]);
	*out = (struct target){.screen = "beside", .id = st->baseline};
	snprintf(out->line, sizeof out->line, "%s", buf_cstr(&ids));
	buf_done(&ids);
}

static bool beside_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct state *st = state_of(screen);
	const struct beside_run *run = run_at(st, st->column);
	if (!run || (size_t)st->list.cursor >= st->table.n)
		return false;
	switch (what) {
	case COPY_VALUE:
		value_print(out, &st->table.rows[st->list.cursor].values[st->order[st->column]], screen->ui->now_ns,
		            screen->ui->ascii);
		return true;
	case COPY_ID: return copy_str(out, run->row.text);
	case COPY_PATH:
		buf_add_str(out, run->row.dataset);
		buf_add_cstr(out, run->row.dataset.len ? "/" : "");
		return copy_str(out, run_name(&run->row));
	case COPY_COMMAND: break;
	case COPY_LINK: return copy_link(out, "run", run->row.text, STR_NONE);
	case COPY_VIEW: {
		struct link link = {.kind = "runs", .n_of = st->n};
		for (size_t i = 0; i < st->n; i++)
			link.of[i] = st->runs[st->order[i]].row.text;
		link_print(out, &link);
		return true;
	}
	}
	buf_add_cstr(out, "spoor runs");
	for (size_t i = 0; i < st->n; i++)
		copy_word(out, st->runs[st->order[i]].row.text);
	return true;
}

static struct str beside_file(const struct screen *screen)
{
	const struct beside_run *run = run_at(state_of(screen), state_of(screen)->column);
	return run ? run->row.file : STR_NONE;
}

static void beside_close(struct screen *screen)
{
	struct state *st = state_of(screen);
	beside_done(&st->table);
	arena_done(&st->arena);
}

/* ---------------------------------------------------------------- how it was left */

static size_t row_named(const struct state *st, struct str label)
{
	for (size_t i = 0; label.len && i < st->table.n; i++)
		if (str_eq(st->table.rows[i].label, label))
			return i;
	return SIZE_MAX;
}

static void beside_remember(const struct screen *screen, struct jout *out)
{
	const struct state *st = state_of(screen);
	const struct beside_run *run = run_at(st, st->column);
	if (!st->loaded)
		return;
	if (st->list.cursor < (int64_t)st->table.n)
		remember_row(out, &st->list, st->table.rows[st->list.cursor].label);
	remember_text(out, "run", run && st->column ? run->row.text : STR_NONE);
	remember_text(out, "sort", st->sort < st->table.n ? st->table.rows[st->sort].label : STR_NONE);
	remember_flag(out, "reverse", st->reverse);
}

static bool beside_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct state *st = state_of(screen);
	(void)lately;
	if (!st->loaded)
		return st->failed;
	st->sort = row_named(st, recall_text(kept, "sort"));
	st->reverse = recall_flag(kept, "reverse");
	put_in_order(st);
	for (size_t i = 0; i < st->n; i++)
		if (str_eq(st->runs[st->order[i]].row.text, recall_text(kept, "run")))
			st->column = i;
	int64_t row = -1;
	for (size_t i = 0; row < 0 && i < st->table.n; i++)
		row = recall_is_row(kept, st->table.rows[i].label) ? (int64_t)i : -1;
	recall_row(kept, &st->list, row);
	return true;
}

const struct screen_ops screen_beside = {
    .name = "beside",
    .title = "Runs beside each other",
    .state_size = sizeof(struct state),
    .actions = beside_actions,
    .open = beside_open,
    .ask = beside_ask,
    .fetch = beside_fetch,
    .take = beside_take,
    .draw = beside_draw,
    .headline = beside_headline,
    .status = beside_status,
    .place = beside_place,
    .copy = beside_copy,
    .file = beside_file,
    .remember = beside_remember,
    .recall = beside_recall,
    .close = beside_close,
};
