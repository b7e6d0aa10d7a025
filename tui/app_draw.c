#include "tui/app_state.h"

#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/marked.h"
#include "tui/mouse.h"
#include "tui/term.h"

enum { SMALLEST_ROWS = 5, SMALLEST_COLS = 20 };

enum {
	HINT_ORDERS = 40,
	HELP_COLS = 8, /* what the help takes among the hints: whatever else there is no room for, it shows */
	JUDGE_ORDER = 8,
	JUDGE_COLS = 100
};

/* Where an answer is under the cursor, and there is room: how to judge it. Nothing to be clicked. */
static int draw_judging(const struct screen *s, struct canvas row, int col)
{
	if (row.cols < JUDGE_COLS || !s->ops->subject || col + 11 + HELP_COLS > row.cols)
		return col;
	col += canvas_putc(row, 0, col, -1, ROLE_HINT_KEY, keyed("{+}/{-}")) + 1;
	return col + canvas_putc(row, 0, col, -1, ROLE_HINT, "judge") + 2;
}

/* Where the next one begins; `col` if it has no key, or there is no room. */
static int draw_hint(struct canvas row, int col, const struct action *a)
{
	char memory[16];
	struct str key = str_of(action_first_key(a, memory));
	int need = text_cols(key) + text_cols(str_of(a->hint)) + 3;
	if (!key.len || col + need + (a->hint_order < HELP_ORDER ? HELP_COLS : 0) > row.cols)
		return col;
	if (mouse_may_press(a))
		canvas_zone(canvas_part(row, 0, col, 1, need - 2), (struct zone){.kind = ZONE_KEY, .name = a->name});
	col += canvas_put(row, 0, col, -1, ROLE_HINT_KEY, key) + 1;
	return col + canvas_putc(row, 0, col, -1, ROLE_HINT, a->hint) + 2;
}

static void draw_hints(struct app *app, struct canvas row)
{
	const struct screen *s = app_top(app);
	const struct action *tables[] = {s->ops->actions, app_actions};
	if (s->ops->hints && s->ops->hints(s, row))
		return;
	canvas_fill(row, 0, 0, row.cols, ROLE_HINT, " ");
	int col = 1;
	for (int order = 1; order < HINT_ORDERS && col < row.cols - 6; order++) {
		col = order == JUDGE_ORDER ? draw_judging(s, row, col) : col;
		for (size_t t = 0; t < 2; t++)
			for (const struct action *a = tables[t]; a && a->name; a++)
				col = a->hint && a->hint_order == order ? draw_hint(row, col, a) : col;
	}
}

static void draw_import(struct import_thread *import, struct buf *out)
{
	struct import_progress *p = import_progress_of(import);
	if (atomic_load(&p->cancel)) {
		buf_add_cstr(out, "stopping");
		return;
	}
	if (atomic_load(&p->caught_up)) {
		int n = atomic_load(&p->files_total);
		buf_printf(out, "following %d file%s", n, n == 1 ? "" : "s");
		return;
	}
	uint64_t bytes = atomic_load(&p->bytes), size = atomic_load(&p->size);
	if (import_waits_for(import))
		buf_printf(out, "waiting for process %lld  ", (long long)import_waits_for(import));
	buf_add_cstr(out, "importing ");
	units_count(out, atomic_load(&p->spans) + atomic_load(&p->cases));
	if (size)
		buf_printf(out, " %d%%", (int)(bytes * 100 / size > 100 ? 100 : bytes * 100 / size));
	buf_add_cstr(out, "  ");
}

static void draw_progress(const struct app *app, struct buf *out)
{
	if (app->read_only)
		buf_add_cstr(out, "read-only  ");
	verdict_waits(app->verdicts, out);
	if (out->len && !app->read_only)
		return;
	int percent = index_percent(app->index);
	if (!app->import && percent >= 0)
		buf_printf(out, "indexed %d%%  ", percent);
	if (app->import && !import_is_done(app->import))
		draw_import(app->import, out);
}

static void draw_status(struct app *app, struct canvas row)
{
	struct buf left = BUF_INIT, right = BUF_INIT;
	struct screen *s = app_top(app);
	canvas_fill(row, 0, 0, row.cols, ROLE_STATUS, " ");
	if (app->ui.masked) {
		int cols = canvas_putc(row, 0, 1, -1, ROLE_WARNING, "[masked]");
		row = canvas_part(row, 0, cols + 1, 1, row.cols - cols - 1);
	}
	if (s->ops->status && !app_is_veiled(app, s))
		s->ops->status(s, &left);
	marked_status(s, &left);
	draw_progress(app, &right);
	int used = canvas_put(row, 0, 1, row.cols - 2, ROLE_STATUS, buf_str(&left)) + 1;
	int room = row.cols - used - 3;
	struct str message = str_of(app->ui.message);
	struct str shown = message.len ? message : buf_str(&right);
	if (room > 8 && shown.len && (!message.len || text_cols(message) <= room)) {
		int cols = text_cols(shown) < room ? text_cols(shown) : room;
		canvas_put(row, 0, row.cols - 1 - cols, cols,
		           message.len && app->ui.message_is_error ? ROLE_ERROR : ROLE_STATUS, shown);
	} else if (message.len) { /* the message matters more than where we are */
		canvas_fill(row, 0, 0, row.cols, ROLE_STATUS, " ");
		canvas_put(row, 0, 1, row.cols - 2, app->ui.message_is_error ? ROLE_ERROR : ROLE_STATUS, message);
	}
	buf_done(&left);
	buf_done(&right);
}

void app_paint(struct app *app)
{
	struct canvas all = grid_canvas(&app->grid);
	struct screen *s = app_top(app);
	bool veiled = app_is_veiled(app, s);
	if (app->shown && !veiled)
		hold_before(&app->hold, s, &app->grid);
	canvas_clear(all);
	app->grid.n_zones = 0;
	app->painted = true;
	app->grid.caret_row = app->grid.caret_col = -1;
	if (all.rows < SMALLEST_ROWS || all.cols < SMALLEST_COLS) {
		canvas_putc(all, 0, 0, all.cols, ROLE_TEXT, "too small");
		return;
	}
	struct canvas head = canvas_part(all, 0, 0, 1, all.cols);
	canvas_fill(head, 0, 0, head.cols, ROLE_TITLE, " ");
	struct canvas body = canvas_part(all, 1, 0, app->ui.rows, all.cols);
	if (veiled) {
		canvas_putc(body, 0, 1, -1, ROLE_DIM, "masking what shows …");
	} else {
		if (s->ops->headline)
			s->ops->headline(s, head);
		s->ops->draw(s, body);
		marked_draw(s, &app->grid);
		hold_after(&app->hold, s, body);
	}
	if (app->write.on) {
		write_draw(&app->write, all);
	} else if (app->prompt.on) {
		prompt_draw(&app->prompt, all);
	} else {
		draw_status(app, canvas_part(all, all.rows - 2, 0, 1, all.cols));
		draw_hints(app, canvas_part(all, all.rows - 1, 0, 1, all.cols));
	}
}

void app_draw(struct app *app)
{
	app->draw = false;
	app_paint(app);
	app->on_terminal = app_top(app)->serial;
	term_show(&app->grid);
}

void app_lay_out(struct app *app)
{
	int around = app->write.on ? 1 + write_rows(app->grid.rows) : 3;
	app->ui.rows = app->grid.rows > around ? app->grid.rows - around : 0;
	app->ui.cols = app->grid.cols;
	write_fit(&app->write, app->grid.rows, app->grid.cols);
	app->hold.serial = 0;
	app->ask = app->draw = true;
}

void app_resize(struct app *app)
{
	int rows = 0, cols = 0;
	term_size(&rows, &cols);
	grid_done(&app->grid);
	grid_init(&app->grid, rows, cols, app->ui.ascii);
	app_lay_out(app);
}
