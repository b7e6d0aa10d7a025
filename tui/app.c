#include "tui/app.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/near.h"
#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/db.h"
#include "store/query/queue_make.h"
#include "store/query/subject.h"
#include "store/query/sources.h"
#include "tui/config.h"
#include "tui/handoff.h"
#include "tui/hold.h"
#include "tui/job.h"
#include "tui/keyed.h"
#include "tui/line_words.h"
#include "tui/path_words.h"
#include "tui/looked.h"
#include "tui/marked.h"
#include "tui/mouse.h"
#include "tui/open_link.h"
#include "tui/screen.h"
#include "tui/settings.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/places.h"
#include "tui/prompt.h"
#include "tui/review_key.h"
#include "tui/verdict_keys.h"
#include "tui/views.h"
#include "tui/widget/pane_size.h"
#include "tui/write.h"

enum {
	ANSWER_WAIT_MS =
	    15, /* the longest a key waits for the query thread before the screen is drawn with what there is */
	CURRENT_MS = 2000,   /* the longest that copying and the like wait for what they are to give out */
	FIRST_WAIT_MS = 120, /* how long the first frame may wait for a small file's import to end */
	SMALLEST_ROWS = 5,
	SMALLEST_COLS = 20,
	HELD_MOST = 1000, /* keys */
	IMPORT_MS = 100,  /* how often progress is drawn */
	WAITS_MS = 250,   /* and whether something said is on the disk yet, while it is not */
	QUIT_MS = 5000,   /* the longest that leaving waits for that */
	DRAFT_MS = 1000,  /* how long the keys rest before what is being written is kept */
};

struct app {
	const struct app_opts *opts;
	struct ui ui;
	struct theme theme;
	VEC(struct screen *) stack; /* the last one shows */
	struct query_thread *queries;
	struct verdicts *verdicts;
	struct verdict_keys keys;
	char author[128];
	uint64_t serial; /* of the newest screen */
	uint64_t ticket; /* of the newest request */
	uint64_t goes;   /* of the screen that got an answer, and may want to go on by itself; 0: none */
	struct import_thread *import;
	struct index_thread *index; /* while there is something to index and no import runs */
	struct check_thread *check; /* after an unclean end */
	struct {
		bool check, index;
	} later;             /* to be begun once the first screen is whole */
	int64_t import_seen; /* generation of the import last shown */
	char *follow_path;   /* followed or imported, if no files were given */
	int index_drawn;     /* per cent */
	bool mistake_waits;  /* the first import's message does not hide what the settings have wrong */
	bool import_jump;    /* go to what was imported once it is there: until a key is pressed */
	struct grid grid;
	struct hold hold;
	int64_t rest_at_ms; /* while the cursor moves: when it will have rested */
	bool ask, draw, quit;
	bool read_only; /* the store */
	bool empty;     /* it had nothing when this began, and nothing came */
	bool shown;     /* the first frame */
	bool
	    opened; /* the screen is new, or shows something else: it gets its rows before the next key that was typed ahead */
	int signal_number;
	VEC(int) held;          /* keys typed ahead of what they are meant for (screen op waits) */
	char *store_name;       /* ui.store */
	bool copying;           /* y was pressed: the next key says what */
	struct prompt prompt;   /* on the status line */
	uint64_t mask_ticket;   /* of the newest request before that: its answer is not wanted any more */
	uint64_t mask_turn;     /* rises when masking is switched on or off */
	struct write write;     /* over the lower part of the frame */
	int64_t draft_at_ms;    /* when the keys will have rested; 0: nothing to keep */
	struct memory *memory;  /* of views; NULL: none is kept */
	int64_t remember_at_ms; /* when the keys will have rested; 0: they have */
	bool mouse;             /* clicks come */
	bool painted;           /* the grid shows all that keys did; the terminal may not yet */
	uint64_t on_terminal;   /* serial of the screen in the last frame: clicks are meant for that one */
};

static struct app *the_app; /* for app_actions only: an action's run sees a screen, these act on the program */

static struct screen *top(const struct app *app)
{
	BUG_ON(app->stack.n == 0 || !app->stack.at);
	return app->stack.at[app->stack.n - 1];
}

/* ---------------------------------------------------------------- messages and time */

void ui_say(struct ui *ui, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(ui->message, sizeof ui->message, fmt, args);
	va_end(args);
	ui->message_is_error = false;
}

void ui_fail(struct ui *ui, const struct err *err)
{
	if (err->code == ERR_INTERRUPTED || err->code == ERR_NONE)
		return;
	snprintf(ui->message, sizeof ui->message, "%.500s", err->text);
	ui->message_is_error = true;
}

static int64_t clock_now_ns(const struct app *app)
{
	if (app->opts->now_ns != UNKNOWN_INT)
		return app->opts->now_ns;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t mono_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---------------------------------------------------------------- the stack */

static void close_top(struct app *app)
{
	struct screen *s = top(app);
	marked_free(s);
	views_leave(app->memory, s);
	if (s->ops->close)
		s->ops->close(s);
	free(s->view);
	free(s->state);
	free(s);
	app->stack.n--;
	keyed_for(app->stack.n ? top(app)->ops->actions : NULL);
	app->ask = app->draw = true;
}

/* A screen that is already open on the same thing is gone back to, so that Traces → Runs → Traces does not pile up. */
static bool go_back_to(struct app *app, const struct target *t)
{
	if (t->id != 0 || t->text[0] || t->span || t->line[0] || t->sort[0])
		return false;
	for (size_t i = 0; i < app->stack.n; i++) {
		struct target place = {0};
		struct screen *s = app->stack.at[i];
		if (strcmp(s->ops->name, t->screen) != 0)
			continue;
		if (s->ops->place)
			s->ops->place(s, &place);
		if (place.id != 0)
			continue;
		while (app->stack.n > i + 1)
			close_top(app);
		return true;
	}
	return false;
}

static bool open_screen(struct app *app, const struct target *t)
{
	const struct screen_ops *ops = t->screen ? screen_named(t->screen) : NULL;
	BUG_ON(!ops);
	if (go_back_to(app, t))
		return true;
	struct screen *s = xcalloc(1, sizeof *s);
	struct err err = ERR_INIT;
	s->ops = ops;
	s->ui = &app->ui;
	s->serial = ++app->serial;
	s->mask_turn = app->mask_turn;
	s->state = xcalloc(1, ops->state_size);
	struct target with = *t;
	if (!app->opts->n_paths)
		config_filter(&with);
	if (ops->open && !ops->open(s, &with, &err)) {
		ui_fail(&app->ui, &err);
		free(s->state);
		free(s);
		return false;
	}
	s->usual = with.text[0] && !t->text[0];
	s->visit = s->visit && !s->usual;
	if (app->stack.n)
		views_leave(app->memory, top(app));
	*vec_add(&app->stack) = s;
	keyed_for(s->ops->actions);
	views_come(app->memory, s);
	app->ask = app->draw = true;
	return true;
}

static bool open_place(const struct target *t, struct str link)
{
	struct app *app = the_app;
	if (app->stack.n > 2 && views_is_of(app->stack.at[app->stack.n - 2], link))
		close_top(app);
	if (app->stack.n > 1 && views_is_of(top(app), link))
		close_top(app);
	app->opened = open_screen(app, t);
	return app->opened;
}

/* Screens below the one that shows are not asked for anything yet, and have no name of their own so long. */
static bool open_again(const struct target *t, const char *view)
{
	struct app *app = the_app;
	if (!open_screen(app, t))
		return false;
	if (!top(app)->view && !top(app)->visit)
		top(app)->view = xstrdup(view);
	return true;
}

/* ---------------------------------------------------------------- data */

static struct screen *owner_of(struct app *app, const struct query_answer *a)
{
	for (size_t i = app->stack.n; i > 0; i--)
		if (app->stack.at[i - 1]->serial == a->owner)
			return app->stack.at[i - 1];
	return NULL;
}

/* The screen on top has done what it was for, and goes on by itself. Never while an action runs, which has the screen in its hands, nor
 * while a line or a text is typed: what is done with it is the screen's that asked for it. */
static void go_on(struct app *app)
{
	struct target t = {0};
	if (app->prompt.on || app->write.on)
		return;
	struct screen *s = top(app);
	bool instead = false, asked = app->goes == s->serial;
	app->goes = 0;
	if (!asked || !s->ops->goes || !s->ops->goes(s, &t, &instead))
		return;
	if (instead && app->stack.n > 1)
		close_top(app);
	if (t.screen)
		app->opened = open_screen(app, &t);
}

/* An answer whose screen was closed meanwhile goes to a stand-in that only frees it. */
static void give(struct app *app, struct query_answer *a)
{
	struct screen *s = owner_of(app, a);
	if (a->ticket <= app->mask_ticket) { /* asked with the other masking: as if it had been interrupted */
		a->ok = false;
		a->err.code = ERR_INTERRUPTED;
	}
	if (a->owner == app->prompt.screen.serial) {
		prompt_take(&app->prompt, a->request, a->ok);
		app->draw = true;
		return;
	}
	if (s) {
		s->ops->take(s, a->request, a->ok);
		s->answered |= a->ok;
		views_come(app->memory, s);
		if (!a->ok)
			ui_fail(&app->ui, &a->err);
	} else {
		struct screen gone = {.ops = a->ops, .ui = &app->ui, .state = xcalloc(1, a->ops->state_size)};
		a->ops->take(&gone, a->request, false);
		if (a->ops->close)
			a->ops->close(&gone);
		free(gone.state);
	}
	app->ask = app->draw = true;
	if (s && s == top(app))
		app->goes = s->serial;
}

static void ask_top(struct app *app)
{
	struct query_answer a;
	struct screen *s = top(app);
	app->ask = false;
	void *request = s->ops->ask ? s->ops->ask(s) : NULL;
	if (!request && !query_busy(app->queries))
		s->mask_turn = app->mask_turn; /* all it shows was read since then */
	if (!request)
		return;
	query_post(app->queries, s, ++app->ticket, request);
	while (query_take(app->queries, ANSWER_WAIT_MS, &a)) {
		give(app, &a);
		if (a.ticket == app->ticket)
			break;
	}
}

static void ask(struct app *app)
{
	ask_top(app);
	go_on(app);
}

/* The answer to a request of no screen's, waited for; false: there is none in time, or it failed. */
static bool fetch_now(const struct screen_ops *ops, void *request, struct err *err)
{
	struct query_answer a;
	struct screen stand_in = {.ops = ops, .ui = &the_app->ui, .serial = ++the_app->serial};
	const uint64_t ticket = ++the_app->ticket;
	int64_t deadline = mono_ms() + CURRENT_MS;
	query_post(the_app->queries, &stand_in, ticket, request);
	the_app->ask = true; /* what a screen waited for may have been put off by this */
	while (mono_ms() < deadline) {
		if (!query_take(the_app->queries, ANSWER_WAIT_MS, &a))
			continue;
		if (a.ticket != ticket) {
			give(the_app, &a);
			continue;
		}
		*err = a.err;
		if (!a.ok)
			ops->take(&stand_in, request, false);
		return a.ok;
	}
	return err_set(err, ERR_SYSTEM, NULL, "the store does not answer: try again");
}

/* What the prompt wants of the store, when nobody else wants anything. */
static void ask_for_prompt(struct app *app)
{
	struct query_answer a;
	if (!app->prompt.on || query_busy(app->queries))
		return;
	void *request = prompt_ask(&app->prompt);
	if (!request)
		return;
	query_post(app->queries, &app->prompt.screen, ++app->ticket, request);
	while (query_take(app->queries, ANSWER_WAIT_MS, &a)) {
		give(app, &a);
		if (a.ticket == app->ticket)
			break;
	}
	go_on(app);
}

/* ---------------------------------------------------------------- what people say */

static struct screen *screen_of(struct app *app, uint64_t serial)
{
	for (size_t i = app->stack.n; i > 0; i--)
		if (app->stack.at[i - 1]->serial == serial)
			return app->stack.at[i - 1];
	return NULL;
}

/* Hands over what the screen wants written. */
static void take_sayings(struct app *app)
{
	struct screen *s = top(app);
	struct saying *saying;
	while (s->ops->say && (saying = s->ops->say(s)))
		verdicts_post(app->verdicts, saying, s->serial, NULL);
}

static void said(struct app *app, struct verdict_answer *a)
{
	struct screen *s = screen_of(app, a->owner);
	app->ui.verdicts += a->ok;
	if (s && s->ops->said)
		s->ops->said(s, a->saying, a->ok, &a->err);
	else
		verdict_say(&app->ui, a);
	saying_free(a->saying);
	app->ask = app->draw = true;
}

/* What was said is most often on the disk before the frame that tells of it. */
static void watch_verdicts(struct app *app, int wait_ms)
{
	struct verdict_answer a;
	take_sayings(app);
	while (verdicts_take(app->verdicts, verdicts_waiting(app->verdicts, NULL, 0) ? wait_ms : 0, &a)) {
		said(app, &a);
		take_sayings(app);
	}
	if (verdicts_waiting(app->verdicts, NULL, 0)) /* how long it has waited is told */
		app->draw = true;
}

/* ---------------------------------------------------------------- drawing */

/* Where the help stands among the hints, and what it takes: whatever else there is no room for, it shows. */
enum { HELP_ORDER = 30, HELP_COLS = 8, JUDGE_ORDER = 8, JUDGE_COLS = 100 };

/* Where an answer is under the cursor, and there is room: how to judge it. Nothing to be clicked. */
static int draw_judging(const struct app *app, struct canvas row, int col)
{
	if (row.cols < JUDGE_COLS || !top(app)->ops->subject || col + 11 + HELP_COLS > row.cols)
		return col;
	col += canvas_putc(row, 0, col, -1, ROLE_HINT_KEY, keyed("{+}/{-}")) + 1;
	return col + canvas_putc(row, 0, col, -1, ROLE_HINT, "judge") + 2;
}

static void draw_hints(struct app *app, struct canvas row)
{
	const struct action *tables[] = {top(app)->ops->actions, app_actions};
	if (top(app)->ops->hints && top(app)->ops->hints(top(app), row))
		return;
	canvas_fill(row, 0, 0, row.cols, ROLE_HINT, " ");
	int col = 1;
	for (int order = 1; order < 40 && col < row.cols - 6; order++) {
		col = order == JUDGE_ORDER ? draw_judging(app, row, col) : col;
		for (size_t t = 0; t < 2; t++)
			for (const struct action *a = tables[t]; a && a->name; a++) {
				if (a->hint_order != order || !a->hint)
					continue;
				char memory[16];
				struct str key = str_of(action_first_key(a, memory));
				if (!key.len)
					continue;
				int need = text_cols(key) + text_cols(str_of(a->hint)) + 3;
				if (col + need + (order < HELP_ORDER ? HELP_COLS : 0) > row.cols)
					continue;
				if (mouse_may_press(a))
					canvas_zone(canvas_part(row, 0, col, 1, need - 2),
					            (struct zone){.kind = ZONE_KEY, .name = a->name});
				col += canvas_put(row, 0, col, -1, ROLE_HINT_KEY, key) + 1;
				col += canvas_putc(row, 0, col, -1, ROLE_HINT, a->hint) + 2;
			}
	}
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
	if (!app->import || import_is_done(app->import))
		return;
	struct import_progress *p = import_progress_of(app->import);
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
	if (import_waits_for(app->import))
		buf_printf(out, "waiting for process %lld  ", (long long)import_waits_for(app->import));
	buf_add_cstr(out, "importing ");
	units_count(out, atomic_load(&p->spans) + atomic_load(&p->cases));
	if (size)
		buf_printf(out, " %d%%", (int)(bytes * 100 / size > 100 ? 100 : bytes * 100 / size));
	buf_add_cstr(out, "  ");
}

/* What it shows may have been read before masking was switched on. */
static bool is_veiled(const struct app *app, const struct screen *s)
{
	return app->ui.masked && s->mask_turn != app->mask_turn;
}

static void draw_status(struct app *app, struct canvas row)
{
	struct buf left = BUF_INIT, right = BUF_INIT;
	struct screen *s = top(app);
	canvas_fill(row, 0, 0, row.cols, ROLE_STATUS, " ");
	if (app->ui.masked) {
		int cols = canvas_putc(row, 0, 1, -1, ROLE_WARNING, "[masked]");
		row = canvas_part(row, 0, cols + 1, 1, row.cols - cols - 1);
	}
	if (s->ops->status && !is_veiled(app, s))
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

/* Into the grid. */
static void paint(struct app *app)
{
	struct canvas all = grid_canvas(&app->grid);
	if (app->shown && !is_veiled(app, top(app)))
		hold_before(&app->hold, top(app), &app->grid);
	canvas_clear(all);
	app->grid.n_zones = 0;
	app->painted = true;
	app->grid.caret_row = app->grid.caret_col = -1;
	if (all.rows < SMALLEST_ROWS || all.cols < SMALLEST_COLS) {
		canvas_putc(all, 0, 0, all.cols, ROLE_TEXT, "too small");
		return;
	}
	struct screen *s = top(app);
	struct canvas head = canvas_part(all, 0, 0, 1, all.cols);
	canvas_fill(head, 0, 0, head.cols, ROLE_TITLE, " ");
	struct canvas body = canvas_part(all, 1, 0, app->ui.rows, all.cols);
	bool veiled = is_veiled(app, s);
	if (veiled)
		canvas_putc(body, 0, 1, -1, ROLE_DIM, "masking what shows …");
	if (s->ops->headline && !veiled)
		s->ops->headline(s, head);
	if (!veiled)
		s->ops->draw(s, body);
	if (!veiled)
		marked_draw(s, &app->grid);
	if (!veiled)
		hold_after(&app->hold, s, body);
	if (app->write.on) {
		write_draw(&app->write, all);
	} else if (app->prompt.on) {
		prompt_draw(&app->prompt, all);
	} else {
		draw_status(app, canvas_part(all, all.rows - 2, 0, 1, all.cols));
		draw_hints(app, canvas_part(all, all.rows - 1, 0, 1, all.cols));
	}
}

static void draw(struct app *app)
{
	app->draw = false;
	paint(app);
	app->on_terminal = top(app)->serial;
	term_show(&app->grid);
}

/* The screen's part of the frame: between its title and the status line or the editor. */
static void lay_out(struct app *app)
{
	int around = app->write.on ? 1 + write_rows(app->grid.rows) : 3;
	app->ui.rows = app->grid.rows > around ? app->grid.rows - around : 0;
	app->ui.cols = app->grid.cols;
	write_fit(&app->write, app->grid.rows, app->grid.cols);
	app->hold.serial = 0;
	app->ask = app->draw = true;
}

static void resize(struct app *app)
{
	int rows = 0, cols = 0;
	term_size(&rows, &cols);
	grid_done(&app->grid);
	grid_init(&app->grid, rows, cols, app->ui.ascii);
	lay_out(app);
}

/* ---------------------------------------------------------------- actions of the program */

static enum outcome quit(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in, (void)t;
	return OUT_QUIT;
}

static enum outcome back(struct screen *s, const struct input *in, struct target *t)
{
	if (in->key == KEY_ESCAPE && marked_n(s))
		return marked_none(s, in, t);
	return OUT_BACK;
}

static enum outcome follow(struct screen *s, const struct input *in, struct target *t);
static enum outcome import(struct screen *s, const struct input *in, struct target *t);

/* The samples have a store of their own: the program goes on with that one. */
static enum outcome samples(struct screen *s, const struct input *in, struct target *t)
{
	(void)in;
	if (the_app->opts->samples) {
		*t = (struct target){.screen = "tour"};
		return OUT_OPEN;
	}
	if (!the_app->opts->to_samples) {
		ui_say(s->ui, "not from here: spoor samples");
		return OUT_HANDLED;
	}
	*the_app->opts->to_samples = true;
	return OUT_QUIT;
}

static enum outcome help(struct screen *s, const struct input *in, struct target *t)
{
	(void)in;
	if (strcmp(s->ops->name, "help") == 0)
		return OUT_HANDLED;
	*t = (struct target){.screen = "help"};
	snprintf(t->text, sizeof t->text, "%s", s->ops->name);
	return OUT_OPEN;
}

static enum outcome redraw(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in, (void)t;
	term_redraw();
	return OUT_HANDLED;
}

static enum outcome reload(struct screen *s, const struct input *in, struct target *t)
{
	(void)in, (void)t;
	s->ui->generation++;
	return OUT_REFRESH;
}

/* The theme after this one in the list of names, round the end. */
static void name_after(const char *name, char *out, size_t size)
{
	struct arena arena = ARENA_INIT;
	const char *const *names;
	size_t n = theme_names(&arena, &names), i = 0;
	while (i < n && strcmp(names[i], name) <= 0)
		i++;
	snprintf(out, size, "%s", n ? names[i < n ? i : 0] : name);
	arena_done(&arena);
}

static enum outcome next_theme(struct screen *s, const struct input *in, struct target *t)
{
	(void)t;
	struct app *app = the_app;
	struct theme fresh;
	struct err err = ERR_INIT;
	char name[128];
	if (in->argument.len)
		snprintf(name, sizeof name, STR_FMT, STR_ARG(str_cut(in->argument, 0, sizeof name - 1)));
	else
		name_after(app->theme.name, name, sizeof name);
	if (!theme_load(&fresh, name, &err)) {
		ui_fail(s->ui, &err);
		return OUT_HANDLED;
	}
	app->theme = fresh;
	term_set_theme(&app->theme);
	ui_say(s->ui, "theme %s", app->theme.name);
	return OUT_HANDLED;
}

/* What is under way comes first: an answer asked for with the other masking would have to be thrown away (give). */
static void finish_queries(struct app *app)
{
	struct query_answer a;
	int64_t deadline = mono_ms() + CURRENT_MS;
	while (query_busy(app->queries) && mono_ms() < deadline)
		if (query_take(app->queries, ANSWER_WAIT_MS, &a))
			give(app, &a);
	while (query_take(app->queries, 0, &a))
		give(app, &a);
}

static void set_mask(struct app *app, bool on)
{
	finish_queries(app);
	app->ui.masked = on;
	app->mask_turn++;
	app->mask_ticket = app->ticket;
	app->ui.generation++; /* all is asked for again */
	query_mask(app->queries, on);
	lay_out(app);
}

static enum outcome mask(struct screen *s, const struct input *in, struct target *t)
{
	(void)in, (void)t;
	set_mask(the_app, !the_app->ui.masked);
	ui_say(s->ui, "%s",
	       the_app->ui.masked ? keyed("personal data and secrets are masked; {M} shows them")
	                          : "personal data and secrets show again");
	return OUT_REFRESH;
}

static void set_mouse(struct app *app, bool on)
{
	app->mouse = on && term_has_mouse();
	term_set_mouse(app->mouse);
	if (app->mouse)
		ui_say(&app->ui, "mouse on: Shift selects text");
	else
		ui_say(&app->ui, on ? "this terminal tells of no mouse (spoor doctor)" : "mouse off");
}

/* :mouse, :mouse on, :mouse off */
static enum outcome mouse(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)t;
	bool named = str_is(in->argument, "on") || str_is(in->argument, "off");
	set_mouse(the_app, named ? str_is(in->argument, "on") : !the_app->mouse);
	return OUT_HANDLED;
}

static enum outcome resize_pane(struct app *app, int by)
{
	int share = app->ui.pane_share + by;
	if (share < -PANE_STEPS || share > PANE_STEPS) {
		ui_say(&app->ui, "details are as %s as they get", by > 0 ? "large" : "small");
		return OUT_HANDLED;
	}
	app->ui.pane_share = share;
	lay_out(app);
	if (share)
		ui_say(&app->ui, "details: %d step%s %s, on all screens", abs(share), abs(share) == 1 ? "" : "s",
		       share > 0 ? "larger" : "smaller");
	else
		ui_say(&app->ui, "details: as large as each screen has them");
	return OUT_REFRESH;
}

static enum outcome pane_larger(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in, (void)t;
	return resize_pane(the_app, 1);
}

static enum outcome pane_smaller(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in, (void)t;
	return resize_pane(the_app, -1);
}

static enum outcome suspend(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in, (void)t;
	term_suspend();
	return OUT_HANDLED;
}

/* What is given out is that of the row under the cursor: keys may have been typed ahead of its details. */
static void be_current(struct app *app)
{
	int64_t deadline = mono_ms() + CURRENT_MS;
	app->ui.moves = false;
	do {
		struct query_answer a;
		ask_top(app);
		if (query_busy(app->queries) && query_take(app->queries, ANSWER_WAIT_MS, &a))
			give(app, &a);
	} while ((app->ask || query_busy(app->queries)) && mono_ms() < deadline);
}

/* False, and said: what would be given out is not masked yet. */
static bool may_give_out(struct app *app)
{
	be_current(app);
	if (!is_veiled(app, top(app)))
		return true;
	ui_say(&app->ui, "not given out: it is being masked; again in a moment");
	return false;
}

/* What is judged has a link, also where the screen has only row ids of it. */
static void copy_link_of_subject(struct screen *s)
{
	struct subject_at at = {.kind = SUBJECT_NONE};
	struct err err = ERR_INIT;
	bool is = s->ops->subject && s->ops->subject(s, &at) && at.kind != SUBJECT_NONE;
	void *request = is ? open_link_of(&at) : NULL;
	if (is && fetch_now(&open_link_ops, request, &err)) {
		handoff_copy_link(s, open_link_text(request));
		open_link_ops.take(NULL, request, true);
	} else if (is) {
		ui_fail(s->ui, &err);
	} else {
		handoff_copy_view(s);
	}
}

static void copy_choice(struct screen *s, int letter)
{
	if (letter == 'l' && !handoff_has_link(s))
		copy_link_of_subject(s);
	else
		handoff_copy(s, letter);
}

static enum outcome copy(struct screen *s, const struct input *in, struct target *t)
{
	(void)t;
	if (in->argument.len) {
		if (may_give_out(the_app))
			copy_choice(s, in->argument.ptr[0]);
		return OUT_HANDLED;
	}
	the_app->copying = true;
	if (marked_n(s))
		ui_say(s->ui, "copy of %zu marked: v answers  p titles  i ids  l links  c command lines", marked_n(s));
	else
		ui_say(s->ui, HANDOFF_CHOICES);
	return OUT_HANDLED;
}

#define HANDOFF(name, does)                                                                  \
	static enum outcome name(struct screen *s, const struct input *in, struct target *t) \
	{                                                                                    \
		(void)in, (void)t;                                                           \
		if (may_give_out(the_app))                                                   \
			does(s);                                                             \
		return OUT_REFRESH;                                                          \
	}
HANDOFF(show_in_pager, handoff_pager)
HANDOFF(show_in_editor, handoff_editor)
HANDOFF(print_plain, handoff_print)

/* Over all texts of the store; with a text at once. */
static enum outcome search_all_answer(struct screen *s, const struct input *in, struct target *t)
{
	struct str text = str_trim(in->argument);
	if (!text.len)
		return OUT_HANDLED;
	if (strcmp(s->ops->name, "search") == 0)
		return action_named(s->ops->actions, STR_LIT("search"))->run(s, in, t);
	*t = (struct target){.screen = "search"};
	snprintf(t->text, sizeof t->text, STR_FMT, STR_ARG(str_cut(text, 0, sizeof t->text - 1)));
	return OUT_OPEN;
}

static const struct action search_all_line = {.name = "search-all", .keys = "", .help = "", .run = search_all_answer};

static enum outcome search_all(struct screen *s, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return search_all_answer(s, in, t);
	*t = (struct target){.prompt = "*", .answer = &search_all_line};
	return OUT_PROMPT;
}

static enum outcome ask_sql_answer(struct screen *s, const struct input *in, struct target *t)
{
	struct str text = str_trim(in->argument);
	if (!text.len)
		return OUT_HANDLED;
	*t = (struct target){.screen = "sql"};
	if (text.len >= sizeof t->line) {
		ui_say(s->ui, "too long for one line: spoor sql --file FILE answers it");
		return OUT_HANDLED;
	}
	snprintf(t->line, sizeof t->line, STR_FMT, STR_ARG(text));
	return OUT_OPEN;
}

static const struct action ask_sql_line = {.name = "sql", .keys = "", .help = "", .run = ask_sql_answer};

static enum outcome ask_sql(struct screen *s, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return ask_sql_answer(s, in, t);
	*t = (struct target){.prompt = "sql ", .answer = &ask_sql_line};
	return OUT_PROMPT;
}

/* The screens of a link. first: they are what the program begins with, the list it belongs to below them, and a queue ends with it; else
 * they come above what shows, without the list. */
static bool open_link(struct app *app, struct str text, bool first)
{
	struct err err = ERR_INIT;
	void *request = open_link_new(text, app->ui.now_ns);
	if (!fetch_now(&open_link_ops, request, &err)) {
		ui_fail(&app->ui, &err);
		return false;
	}
	const struct link_found *found = open_link_found(request);
	const char *last = found->at[found->n - 1].screen;
	bool ends = first && (strcmp(last, "review") == 0 || strcmp(last, "queues") == 0), ok = true;
	if (first && (ends || strcmp(found->at[0].screen, "traces") != 0))
		ok = open_screen(app, &(struct target){.screen = "traces"});
	for (size_t i = ends ? found->n - 1 : !first && found->n > 1 ? 1 : 0; ok && i < found->n; i++) {
		struct target t = found->at[i];
		if (ends)
			t.id2 = 1; /* leaving it leaves the program */
		ok = open_screen(app, &t);
	}
	open_link_ops.take(NULL, request, true);
	app->opened = true;
	return ok;
}

/* ":open LINK". */
static enum outcome open_link_answer(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)t;
	if (str_trim(in->argument).len)
		open_link(the_app, in->argument, false);
	return OUT_HANDLED;
}

static const struct action open_link_line = {.name = "open-link", .keys = "", .help = "", .run = open_link_answer};

static enum outcome ask_for_link(struct screen *s, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return open_link_answer(s, in, t);
	*t = (struct target){.prompt = "open link ", .answer = &open_link_line};
	return OUT_PROMPT;
}

/* ":name argument": an action of this screen or the program, or a screen. */
static enum outcome run_line(struct screen *s, const struct input *in, struct target *t)
{
	struct str rest = str_trim(in->argument), name;
	if (!str_split(&rest, ' ', &name) || name.len == 0)
		return OUT_HANDLED;
	struct input with = {.key = KEY_NONE, .argument = rest.ptr ? str_trim(rest) : STR_NONE};
	/* ":search TEXT" is over everything, as `spoor search TEXT` is. */
	bool all = str_is(name, "search") && with.argument.len;
	bool session = str_is(name, "session") && with.argument.len;
	/* ":open LINK" as spoor open LINK; alone it is what Enter does. */
	bool link = str_is(name, "open") && with.argument.len;
	const struct action *a = all       ? action_named(app_actions, STR_LIT("search-all"))
	                         : link    ? action_named(app_actions, STR_LIT("open-link"))
	                         : session ? NULL
	                                   : action_named(s->ops->actions, name);
	if (!a)
		a = action_named(app_actions, name);
	if (a)
		return a->run(s, &with, t);
	if (session) { /* as spoor session ID */
		*t = (struct target){.screen = "session"};
		snprintf(t->text, sizeof t->text, STR_FMT, STR_ARG(str_cut(with.argument, 0, sizeof t->text - 1)));
		return OUT_OPEN;
	}
	for (size_t i = 0; screens[i]; i++)
		if (str_is(name, screens[i]->name) && !str_is(name, "trace") && !str_is(name, "compare") &&
		    !str_is(name, "session")) {
			*t = (struct target){.screen = screens[i]->name};
			if (str_is(name, "prompts")) /* as spoor prompts NAME */
				snprintf(t->text, sizeof t->text, STR_FMT,
				         STR_ARG(str_cut(with.argument, 0, sizeof t->text - 1)));
			return OUT_OPEN;
		}
	struct near near = {.word = name};
	const struct action *tables[] = {s->ops->actions, app_actions};
	for (size_t k = 0; k < 2; k++)
		for (const struct action *other = tables[k]; other && other->name; other++)
			near_try(&near, other->name);
	struct buf meant = BUF_INIT;
	near_say(&near, &meant);
	ui_say(s->ui, "no command \"" STR_FMT "\" here%s", STR_ARG(str_cut(name, 0, 60)),
	       meant.len ? buf_cstr(&meant) : keyed(" ({?} lists them)"));
	buf_done(&meant);
	s->ui->message_is_error = true;
	return OUT_HANDLED;
}

static const struct action line_answer = {.name = "line", .keys = "", .help = "", .run = run_line};

static enum outcome command(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in;
	*t = (struct target){.prompt = ":", .answer = &line_answer};
	return OUT_PROMPT;
}

/* name, keys, help, hint, order, run */
/* clang-format off */
const struct action app_actions[] = {
	{"bad", "-", "this answer is bad", NULL, 0, verdict_bad},
	{"alikes", "a A", "other answers that failed in the same way as this one", NULL, 0, verdict_alikes},
	{"back", "q Esc", "one level up; {q} at the first screen: quit", NULL, 0, back},
	{"columns", "", "columns of this list: :columns start,name,cost; alone: as they were", NULL, 0, choose_columns},
	{"command", ":", "type a command: any name of this list, or a screen", NULL, 0, command},
	{"copy", "y", "copy, then v: the value, p: its path, i: its id, c: the command line, l: a link", "copy", 35, copy},
	{"correct", "C", "the answer as it should be", NULL, 0, verdict_correct},
	{"editor", "V", "a copy of the value in $EDITOR", NULL, 0, show_in_editor},
	{"follow", "F", "go on reading the files as they grow; again: stop", NULL, 0, follow},
	{"go-to-mark", "'", "to a marked place: {'} and its letter, or ' back to where you were", NULL, 0, places_go},
	{"good", "+", "this answer is good", NULL, 0, verdict_good},
	{"help", "? F1", "what the keys do here", "help", HELP_ORDER, help},
	{"import", "", "read a file or a folder: :import FILE", NULL, 0, import},
	{"larger", ";", "details larger, beside the list or below it, on all screens", NULL, 0, pane_larger},
	{"mark", "Space", "mark this row: what is said, reviewed or copied is of all marked", NULL, 0, marked_toggle},
	{"mark-all", "", "mark all rows that the list shows under its filter", NULL, 0, marked_all},
	{"mark-none", "", "mark none (so does {Esc}, after search and filter)", NULL, 0, marked_none},
	{"mask", "M", "mask personal data and secrets in all that shows, or show them again", NULL, 0, mask},
	{"mouse", "@", "the mouse: clicks and the wheel, or the terminal's own selecting again", NULL, 0, mouse},
	{"no-verdict", "", "no verdict on this answer any more: neither good, bad nor unsure", NULL, 0, verdict_none},
	{"note", "c", "a note on this answer", NULL, 0, verdict_note},
	{"open-link", "", "what a link names: :open trace:4bf92f35/span:00f067aa, or an id alone", NULL, 0, ask_for_link},
	{"pager", "v", "the value in $PAGER", NULL, 0, show_in_pager},
	{"print", "P", "the value as plain text outside of the screen", NULL, 0, print_plain},
	{"quit", "Q", "leave spoor", NULL, 0, quit},
	{"reason", "", "why this answer is bad: :reason outdated", NULL, 0, verdict_reason},
	{"redo", "^R", "say again what {u} took back", NULL, 0, verdict_redo},
	{"redraw", "^L", "draw the whole screen again", NULL, 0, redraw},
	{"reload", "R", "read the store again", NULL, 0, reload},
	{"review", "r", "judge what this list shows, one by one", NULL, 0, review_list},
	{"samples", "", "the sample data, in a store of its own that goes when you leave", NULL, 0, samples},
	{"search-all", "*", "search all inputs and outputs of all traces, as :search TEXT", NULL, 0, search_all},
	{"set-mark", "m", "mark this place by a letter; it is kept for the next time", NULL, 0, places_mark},
	{"smaller", ",", "details smaller", NULL, 0, pane_smaller},
	{"sql", "", "ask in SQL, as :sql select name, count(*) from spans group by name", NULL, 0, ask_sql},
	{"suspend", "^Z", "to the shell; fg comes back", NULL, 0, suspend},
	{"tag", "", "a word to find this answer by: :tag refunds", NULL, 0, verdict_tag},
	{"theme", "T", "next theme, or the one named", NULL, 0, next_theme},
	{"undo", "u", "take back what was said last", NULL, 0, verdict_undo},
	{"unsure", "~", "whether this answer is good cannot be told", NULL, 0, verdict_unsure},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- keys */

/* The list nearest below the screen that has hits. */
static struct screen *hits_below(struct app *app)
{
	for (size_t i = app->stack.n - 1; i > 0; i--)
		if (app->stack.at[i - 1]->ops->hit)
			return app->stack.at[i - 1];
	return NULL;
}

/* Asks for a screen that does not show, and waits as long as a key may. */
static void ask_below(struct app *app, struct screen *s)
{
	struct query_answer a;
	void *request = s->ops->ask(s);
	if (!request)
		return;
	query_post(app->queries, s, ++app->ticket, request);
	while (query_take(app->queries, ANSWER_WAIT_MS, &a)) {
		give(app, &a);
		if (a.ticket == app->ticket)
			break;
	}
}

static void go_to_hit(struct app *app, bool forward)
{
	struct target t = {0};
	struct screen *list = hits_below(app);
	enum hit hit = list ? list->ops->hit(list, forward, &t) : HIT_NONE;
	if (hit == HIT_WAITS) {
		ask_below(app, list);
		hit = list->ops->hit(list, forward, &t);
	}
	if (hit == HIT_WAITS)
		ui_say(&app->ui, "more are being looked for: again in a moment");
	else if (hit == HIT_NONE && !app->ui.message[0])
		ui_say(&app->ui, forward ? "that was the last one" : "that was the first one");
	if (hit != HIT_FOUND)
		return;
	while (top(app) != list)
		close_top(app);
	app->opened = open_screen(app, &t);
}

static void start_writing(struct app *app, struct target *t)
{
	write_start(&app->write, t);
	app->draft_at_ms = 0;
	lay_out(app);
}

static void obey(struct app *app, enum outcome outcome, struct target *t)
{
	app->draw = true;
	switch (outcome) {
	case OUT_IGNORED:
	case OUT_HANDLED: break;
	case OUT_REFRESH: app->ask = true; break;
	case OUT_OPEN: app->opened = open_screen(app, t); break;
	case OUT_PROMPT: prompt_start(&app->prompt, t, top(app)->ops->actions); break;
	case OUT_WRITE: start_writing(app, t); break;
	case OUT_NEXT_HIT: go_to_hit(app, true); break;
	case OUT_PREV_HIT: go_to_hit(app, false); break;
	case OUT_QUIT: app->quit = true; break;
	case OUT_BACK:
		if (app->stack.n > 1)
			close_top(app);
		else
			app->quit = true;
		break;
	}
}

/* a NULL: the screen has none for that key, the program may. */
static void run_action(struct app *app, const struct action *a, const struct input *in)
{
	struct screen *s = top(app);
	struct target t = {0};
	int64_t id = hold_id(s);
	s->recalled = true; /* from here on it looks as the keys say */
	bool two = a && (strcmp(a->name, "open") == 0 || strcmp(a->name, "tracediff") == 0) && marked_opens(s, &t);
	enum outcome outcome = two ? OUT_OPEN : a ? a->run(s, in, &t) : OUT_IGNORED;
	if (outcome == OUT_IGNORED && (a = action_for_key(app_actions, in->key)))
		outcome = a->run(s, in, &t);
	if (outcome == OUT_BACK && in->key == KEY_ESCAPE && app->stack.n == 1) { /* one Esc too many ends nothing */
		ui_say(&app->ui, "%s", keyed("this is the first screen: {q} leaves"));
		outcome = OUT_HANDLED;
	}
	app->painted = false;
	app->ui.moves = (outcome == OUT_REFRESH || outcome == OUT_HANDLED) && hold_id(s) != id;
	app->rest_at_ms = mono_ms() + REST_MS;
	app->ask = true;
	app->opened |= outcome == OUT_REFRESH && !app->ui.moves;
	obey(app, outcome, &t);
}

static void key_of_prompt(struct app *app, int key)
{
	app->draw = true;
	if (prompt_key(&app->prompt, key) != PROMPT_ANSWERED)
		return;
	struct target t = {0};
	struct input in = {.key = KEY_NONE, .argument = prompt_line(&app->prompt)};
	app->ask = true;
	obey(app, app->prompt.answer->run(top(app), &in, &t), &t);
}

/* Many terminals send a letter with Alt as Esc and the letter, at once: in the editor those that go by words. */
static int key_with_alt(int key)
{
	if (key != KEY_ESCAPE || !term_pending())
		return key;
	int letter = term_read(0);
	if (letter == 'b')
		return KEY_WORD_LEFT;
	if (letter == 'f')
		return KEY_WORD_RIGHT;
	term_unread(letter);
	return key;
}

static void key_of_writing(struct app *app, int key)
{
	enum write_result result = WRITE_GOES_ON;
	if (key == KEY_PASTE)
		write_paste(&app->write, term_paste());
	else
		result = write_key(&app->write, key_with_alt(key));
	app->draft_at_ms = mono_ms() + DRAFT_MS;
	app->draw = true;
	if (result == WRITE_GOES_ON)
		return;
	lay_out(app);
	if (result != WRITE_ANSWERED)
		return;
	struct target t = {0};
	struct input in = {.key = KEY_NONE, .argument = write_text(&app->write)};
	obey(app, app->write.answer->run(top(app), &in, &t), &t);
}

/* Pasted text is no keys: where nothing takes it, it runs no commands. */
static void on_paste(struct app *app)
{
	struct str text = term_paste();
	app->copying = false;
	app->draw = true;
	if (app->prompt.on)
		prompt_paste(&app->prompt, text);
	else if (text.len)
		ui_say(&app->ui, "pasted text: nothing here takes it");
}

static void on_key(struct app *app, int key)
{
	app->import_jump = false;
	app->ui.message[0] = '\0';
	app->ui.now_ns = clock_now_ns(app);
	app->remember_at_ms = mono_ms() + VIEWS_REST_MS;
	if (app->write.on) {
		key_of_writing(app, key);
		return;
	}
	if (key == KEY_PASTE) {
		on_paste(app);
		return;
	}
	if (!app->prompt.on && places_key(top(app), key)) {
		app->draw = app->ask = true;
		return;
	}
	if (app->copying) {
		app->copying = false;
		app->draw = true;
		if (may_give_out(app))
			copy_choice(top(app), key);
		return;
	}
	if (app->prompt.on) {
		key_of_prompt(app, key);
		return;
	}
	struct input in = {.key = key, .argument = STR_NONE};
	run_action(app, action_for_key(top(app)->ops->actions, key), &in);
}

/* After each key. */
static void settle_key(struct app *app)
{
	if (app->quit)
		return;
	take_sayings(app);
	if (app->opened)
		ask(app);
	if (app->opened && app->ask && !top(app)->recalled) /* how it was left, before the next key */
		ask(app);
	app->opened = false;
	app->painted = false;
}

static bool keys_wait(const struct app *app)
{
	const struct screen *s = top(app);
	return !app->prompt.on && !app->write.on && !app->copying && s->ops->waits && s->ops->waits(s);
}

/* ---------------------------------------------------------------- the mouse */

static struct screen *screen_for_mouse(void)
{
	struct app *app = the_app;
	bool other = app->quit || app->prompt.on || app->write.on || app->copying;
	return other || is_veiled(app, top(app)) || keys_wait(app) ? NULL : top(app);
}

static bool is_first_screen(void)
{
	return the_app->stack.n < 2;
}

static const struct grid *look_for_mouse(void)
{
	if (!the_app->painted)
		paint(the_app);
	return &the_app->grid;
}

static void act_for_mouse(const struct action *a, const struct input *in)
{
	run_action(the_app, a, in);
	settle_key(the_app);
}

/* Dropped, never kept for later, where something else shows by now than what was pointed at. */
static void on_mouse(struct app *app, int key)
{
	static const struct mouse mouse = {screen_for_mouse, is_first_screen, look_for_mouse, act_for_mouse};
	int row = -1, col = -1, rows = key == KEY_WHEEL_DOWN ? MOUSE_ROWS : key == KEY_WHEEL_UP ? -MOUSE_ROWS : 0;
	term_mouse(&row, &col);
	if (!app->mouse || app->held.n || top(app)->serial != app->on_terminal)
		return;
	if (app->write.on) {
		write_mouse(&app->write, app->grid.rows, row, col, rows);
		app->draw = true;
	} else if (app->prompt.on && !rows) {
		struct canvas all = grid_canvas(&app->grid);
		prompt_click(&app->prompt, &all, row, col);
		app->draw = true;
	} else if (screen_for_mouse()) {
		app->import_jump = false;
		app->ui.message[0] = '\0';
		app->draw = true;
		app->painted = false;
		mouse_key(&mouse, key, row, col);
	}
}

/* ---------------------------------------------------------------- the import behind the screen */

static bool start_import(struct app *app, char *const *paths, size_t n, bool follow, struct err *err)
{
	struct import_opts opts = {.now_ns = clock_now_ns(app), .map = app->opts->map};
	app->import_seen = 0;
	app->import = import_start(app->opts->store, paths, n, &opts, follow, term_wake, err);
	return app->import != NULL;
}

/* The files this session was given; standard input only comes once. Without any: the one that is looked at. */
static bool start_following(struct app *app, struct str shown, struct err *err)
{
	const struct app_opts *o = app->opts;
	if (o->n_paths && strcmp(o->paths[0], "-") != 0)
		return start_import(app, o->paths, o->n_paths, true, err);
	if (!shown.len || str_is(shown, "-"))
		return err_set(err, ERR_USAGE, NULL, "no file to follow here: spoor --follow FILE");
	free(app->follow_path);
	app->follow_path = xstrndup(shown);
	if (access(app->follow_path, R_OK) != 0)
		return err_set(err, ERR_INPUT, NULL, "%.200s: %s", app->follow_path, strerror(errno));
	return start_import(app, &app->follow_path, 1, true, err);
}

static enum outcome follow(struct screen *s, const struct input *in, struct target *t)
{
	struct app *app = the_app;
	struct err err = ERR_INIT;
	(void)in, (void)t;
	if (app->import && import_follows(app->import)) {
		import_ask_to_stop(app->import);
		return OUT_HANDLED;
	}
	if (app->import) {
		ui_say(s->ui, "%s", keyed("still importing: {F} follows when that is done"));
		return OUT_HANDLED;
	}
	if (!start_following(app, s->ops->file ? s->ops->file(s) : STR_NONE, &err))
		ui_fail(s->ui, &err);
	return OUT_HANDLED;
}

static enum outcome import_answer(struct screen *s, const struct input *in, struct target *t)
{
	struct app *app = the_app;
	struct err err = ERR_INIT;
	struct buf path = BUF_INIT;
	(void)t;
	path_of_line(in->argument, &path);
	if (!path.len) {
		buf_done(&path);
		return OUT_HANDLED;
	}
	if (app->import) {
		ui_say(s->ui, "still importing: again when that is done");
		buf_done(&path);
		return OUT_HANDLED;
	}
	free(app->follow_path);
	app->follow_path = buf_detach(&path);
	if (app->read_only)
		err_set(&err, ERR_STORE, NULL, "the store can only be read");
	else if (access(app->follow_path, R_OK) != 0)
		err_set(&err, ERR_INPUT, NULL, "%.200s: %s", app->follow_path, strerror(errno));
	else
		app->import_jump = start_import(app, &app->follow_path, 1, false, &err);
	ui_fail(s->ui, &err);
	return OUT_HANDLED;
}

static const struct action import_line = {.name = "import-file", .keys = "", .help = "", .run = import_answer};

static enum outcome import(struct screen *s, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return import_answer(s, in, t);
	*t = (struct target){.prompt = "read file or folder: ", .answer = &import_line, .words = "/"};
	return OUT_PROMPT;
}

/* What the files hold decides where to go: one trace → its tree, runs → the runs, else the list of traces. */
static void jump_to_imported(struct app *app, const struct import_report *r)
{
	int64_t traces = 0, runs = 0, source = 0, n_sources = 0;
	for (size_t i = 0; i < r->n_files; i++) {
		traces += r->files[i].held.traces;
		runs += r->files[i].held.runs;
		n_sources += r->files[i].source != 0;
		if (r->files[i].source)
			source = n_sources == 1 ? r->files[i].source : 0;
	}
	struct target t = {.screen = runs > 0 ? "runs" : "traces", .id2 = source};
	if (runs == 0 && traces == 1 && source) {
		t = (struct target){.screen = "trace", .id2 = source};
	}
	const bool welcomes = strcmp(top(app)->ops->name, "welcome") == 0;
	if (traces + runs == 0) {
		if (app->empty && !welcomes) /* where it says why */
			open_screen(app, &(struct target){.screen = "welcome"});
		return;
	}
	app->empty = false;
	if (welcomes && app->stack.n > 1)
		close_top(app);
	if (strcmp(t.screen, "traces") == 0 && strcmp(top(app)->ops->name, "traces") == 0)
		close_top(app);
	open_screen(app, &t);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* ", 3 spans"; nothing for 0. */
static void add_count(struct buf *out, int64_t n, const char *what)
{
	if (n)
		buf_printf(out, "%s%lld %s%s", out->len ? ", " : "", (long long)n, what, n == 1 ? "" : "s");
}

/* The only one is said as it is; `briefly`: more is said after it. */
static void say_problems(struct buf *text, int64_t n, const struct problem *first, bool briefly)
{
	if (n == 1 && first && !briefly) {
		buf_printf(text, "; 1 problem: " STR_FMT, STR_ARG(first->reason));
		return;
	}
	add_count(text, n, "problem");
	if (n && !briefly)
		buf_add_cstr(text, " (spoor doctor --problems)");
}

static bool of_samples(const struct app *app, const struct import_report *r)
{
	return app->opts->samples && app->opts->n_paths && r->n_files && str_is(r->files[0].file, app->opts->paths[0]);
}

/* What was read; a mistake in the settings that was said at the start is not lost over it. */
static void import_message(struct app *app, const struct import_report *r)
{
	int64_t problems = 0, spans = 0, cases = 0, traces = 0, fresh = 0;
	const struct problem *first = NULL;
	for (size_t i = 0; i < r->n_files; i++) {
		first = !first && r->files[i].n_problems ? &r->files[i].problems[0] : first;
		problems += r->files[i].problems_total;
		traces += r->files[i].held.traces;
		spans += r->files[i].held.spans;
		cases += r->files[i].held.cases;
		fresh += r->files[i].fresh.spans + r->files[i].fresh.cases + r->files[i].fresh.traces;
	}
	bool nothing = !(traces || spans || cases);
	struct buf text = BUF_INIT, mistake = BUF_INIT;
	if (app->mistake_waits)
		settings_say(&mistake);
	add_count(&text, traces, "trace");
	add_count(&text, spans, "span");
	add_count(&text, cases, "case");
	if (nothing)
		buf_add_cstr(&text, "nothing imported");
	else if (!fresh)
		buf_add_cstr(&text, ", all known");
	if (nothing && first) {
		/* The reason matters more here than where the file lies. */
		buf_clear(&text);
		buf_printf(&text, "%s: " STR_FMT, base_name(first->file), STR_ARG(first->reason));
	} else if (!of_samples(app, r)) { /* theirs are planted */
		say_problems(&text, problems, first, mistake.len > 0);
	}
	if (mistake.len)
		buf_printf(&text, "; %s", buf_cstr(&mistake));
	ui_say(&app->ui, "%s", buf_cstr(&text));
	app->ui.message_is_error = (problems > 0 && nothing) || mistake.len > 0;
	app->mistake_waits = false;
	buf_done(&mistake);
	buf_done(&text);
}

/* A mistake in the rules is said; what can be done without them is. */
static void start_index(struct app *app)
{
	struct err err = ERR_INIT;
	app->index = index_start(app->opts->store, app->ui.now_ns, term_wake, &err);
	if (err.code != ERR_NONE) {
		ui_fail(&app->ui, &err);
		app->draw = true;
	}
}

static void watch_import(struct app *app)
{
	if (!app->import)
		return;
	struct import_progress *p = import_progress_of(app->import);
	int64_t generation = atomic_load(&p->generation);
	app->draw = true;
	if (import_news(app->import, app->ui.message, sizeof app->ui.message))
		app->ui.message_is_error = false;
	if (app->import_jump && atomic_load(&p->caught_up)) {
		app->import_jump = false;
		if (atomic_load(&p->cases) && !atomic_load(&p->traces))
			open_screen(app, &(struct target){.screen = "runs"});
	}
	if (generation != app->import_seen) {
		app->import_seen = generation;
		app->ui.generation++;
		app->ask = true;
	}
	if (!import_is_done(app->import))
		return;
	struct err err;
	bool ok;
	const struct import_report *report = import_report_of(app->import, &ok, &err);
	app->ui.generation++;
	app->ask = true;
	if (ok && import_follows(app->import)) {
		ui_say(&app->ui, "no longer following");
	} else if (ok) {
		import_message(app, report);
		if (app->import_jump && app->opts->open) /* what was asked for is there by now, if it comes at all */
			open_link(app, str_of(app->opts->open), false);
		else if (app->import_jump)
			jump_to_imported(app, report);
	} else {
		ui_fail(&app->ui, &err);
	}
	import_stop(app->import);
	app->import = NULL;
	start_index(app);
}

/* Behind everything else; an import that begins later waits for no more than a transaction of it. */
static void watch_index(struct app *app)
{
	if (!app->index)
		return;
	bool done = index_is_done(app->index);
	if (index_has_news(app->index)) {
		app->ui.generation++;
		app->ask = true;
	}
	if (!done) {
		int percent = index_percent(app->index);
		app->draw |= percent != app->index_drawn;
		app->index_drawn = percent;
		return;
	}
	index_stop(app->index);
	app->index = NULL;
	app->draw = true;
}

/* ---------------------------------------------------------------- the loop */

static void obey_key(struct app *app, int key)
{
	on_key(app, key);
	settle_key(app);
}

/* Keys whose item does not show yet stay in their order; Q always works. */
static void take_key(struct app *app, int key)
{
	const struct action *a = action_for_key(app_actions, key);
	if ((a && a->run == quit) || key == KEY_PASTE || (app->held.n == 0 && !keys_wait(app)))
		obey_key(app, key);
	else if (app->held.n < HELD_MOST)
		*vec_add(&app->held) = key;
}

static void obey_held(struct app *app)
{
	size_t n = 0;
	while (n < app->held.n && !app->quit && !keys_wait(app))
		obey_key(app, app->held.at[n++]);
	if (n)
		memmove(app->held.at, app->held.at + n, (app->held.n - n) * sizeof *app->held.at);
	app->held.n -= n;
}

/* Waits for the first key, then takes all that are there: one frame for many held keys. */
static void read_keys(struct app *app, int timeout_ms)
{
	int key = term_read(timeout_ms);
	for (; key != KEY_NONE && !app->quit; key = term_pending() ? term_read(0) : KEY_NONE) {
		if (key == KEY_RESIZED)
			resize(app);
		else if (key == KEY_CLICK || key == KEY_WHEEL_UP || key == KEY_WHEEL_DOWN)
			on_mouse(app, key);
		else
			take_key(app, key);
	}
	app->signal_number = term_signal();
	bool writes = app->write.on, asks = app->prompt.on;
	if (app->signal_number == SIGINT &&
	    (writes || asks)) { /* ^C in a line or a text: a key as Esc is, not the end */
		term_clear_interrupt();
		app->signal_number = 0;
		if (writes)
			key_of_writing(app, KEY_ESCAPE);
		else
			key_of_prompt(app, KEY_ESCAPE);
	}
	if (app->signal_number)
		app->quit = true;
}

/* How long to wait for a key; < 0: no limit. */
static int key_timeout(const struct app *app)
{
	bool rests =
	    !app->import || (import_follows(app->import) && atomic_load(&import_progress_of(app->import)->caught_up));
	int timeout = rests && !app->index ? -1 : IMPORT_MS;
	if (timeout < 0 && verdicts_waiting(app->verdicts, NULL, 0))
		timeout = WAITS_MS;
	if (timeout < 0 && app->draft_at_ms)
		timeout = DRAFT_MS;
	if (timeout < 0 && app->remember_at_ms)
		timeout = VIEWS_REST_MS;
	if (!app->ui.moves)
		return timeout;
	int64_t left = app->rest_at_ms - mono_ms();
	return left < 0 ? 0 : timeout >= 0 && timeout < left ? timeout : (int)left;
}

/* The cursor has come to rest: what waited for that is asked for and drawn. */
static void rest(struct app *app)
{
	if (!app->ui.moves || mono_ms() < app->rest_at_ms)
		return;
	app->ui.moves = false;
	app->ask = true;
	app->draw |= app->hold.holds;
}

/* And so have the keys: what is being written is kept. */
static void rest_writing(struct app *app)
{
	if (!app->draft_at_ms || mono_ms() < app->draft_at_ms)
		return;
	app->draft_at_ms = 0;
	write_rest(&app->write);
}

/* What shows is remembered, so that also a crash loses none of it. */
static void remember(struct app *app)
{
	app->remember_at_ms = 0;
	if (app->stack.n == 0)
		return;
	views_leave(app->memory, top(app));
	views_put_stack(app->memory, app->stack.at, app->stack.n);
	memory_save(app->memory);
}

static void rest_view(struct app *app)
{
	if (app->remember_at_ms && mono_ms() >= app->remember_at_ms)
		remember(app);
}

/* What works behind the screen begins once the first one is whole: it reads a lot, and would be read beside. */
static void start_later(struct app *app)
{
	if (!app->shown || app->ask || query_busy(app->queries))
		return;
	if (app->later.check)
		app->check = check_start(app->opts->store, term_wake);
	if (app->later.index && !app->index)
		start_index(app);
	app->later.check = app->later.index = false;
}

static void loop(struct app *app)
{
	while (!app->quit) {
		struct query_answer a;
		rest(app);
		rest_writing(app);
		rest_view(app);
		while (query_take(app->queries, 0, &a))
			give(app, &a);
		go_on(app);
		watch_import(app);
		watch_index(app);
		watch_verdicts(app, ANSWER_WAIT_MS);
		if (check_trouble(app->check, app->ui.message, sizeof app->ui.message))
			app->ui.message_is_error = app->draw = true;
		app->ui.now_ns = clock_now_ns(app);
		/* The very first frame shows with the first answer; what more the screen wants comes after it. */
		for (int i = 0; app->ask && i < (app->shown ? 4 : 1); i++)
			ask(app);
		obey_held(app);
		if (!app->ask)
			ask_for_prompt(app);
		if (app->draw)
			draw(app);
		bool more = app->ask && !app->shown;
		app->shown = true;
		start_later(app);
		read_keys(app, more ? 0 : key_timeout(app));
	}
}

/* Not asked of a file that is larger than an empty store is: the start waits for the answer. */
static bool is_empty(const char *store)
{
	enum { LARGEST = 4 << 20 };
	struct err ignored = ERR_INIT;
	struct stat st;
	bool none = false;
	struct db *db = stat(store, &st) == 0 && st.st_size <= LARGEST ? db_open(store, DB_READ, &ignored) : NULL;
	if (db)
		sources_none(db, &none, &ignored);
	db_close(db);
	return none;
}

/* What `spoor` alone opens in this environment need not be named. */
static const char *store_to_name(struct app *app)
{
	struct buf usual = BUF_INIT;
	char *given = realpath(app->opts->store, NULL);
	db_default_path(&usual);
	char *other = realpath(buf_cstr(&usual), NULL);
	bool same = given && other && strcmp(given, other) == 0;
	buf_done(&usual);
	free(other);
	if (same) {
		free(given);
		given = NULL;
	}
	return app->store_name = given;
}

static bool start(struct app *app, struct err *err)
{
	const struct app_opts *o = app->opts;
	struct db_state store;
	/* The store must be there before a reader opens it. */
	if (!db_ensure(o->store, &store, err))
		return false;
	if (store.read_only && o->n_paths)
		return err_set(
		    err, ERR_STORE, NULL,
		    "store %s can only be read (%s): name another to import into with --store or $SPOOR_STORE",
		    o->store, store.why);
	/* Before any thread: they wake the terminal's loop. */
	struct term_opts term = {.ascii = o->ascii, .no_color = o->no_color};
	if (!theme_load(&app->theme, config_theme(o->theme), err) || !term_open(&app->theme, &term, err))
		return false;
	if (!(app->queries = query_start(o->store, term_wake, err)) ||
	    !(app->verdicts = verdicts_start(o->store, annotation_author(app->author), o->now_ns, term_wake, err)))
		return false;
	app->keys = (struct verdict_keys){app->verdicts, &app->ui, fetch_now};
	verdict_keys_set(&app->keys);
	marked_init(fetch_now);
	app->later.check = store.unclean;
	app->later.index = !o->n_paths;
	if (o->n_paths) {
		app->import_jump = true;
		if (!start_import(app, o->paths, o->n_paths, o->follow, err))
			return false;
	}
	prompt_init(&app->prompt, &app->ui, ++app->serial);
	write_init(&app->write, &app->ui, o->store);
	app->ui.looked = looked_get(o->store);
	app->ui.store = store_to_name(app);
	app->memory = memory_open(o->store, o->samples);
	app->ui.pane_share = views_get_panes(app->memory);
	places_set(&(struct places){app->memory, &app->ui, fetch_now, open_place, open_again});
	app->ui.ascii = o->ascii;
	app->ui.bundle = o->bundle ? o->store : NULL;
	app->ui.mono = term_depth() == DEPTH_MONO;
	app->ui.now_ns = clock_now_ns(app);
	resize(app);
	app->read_only = store.read_only;
	if (store.read_only)
		ui_say(&app->ui, "read-only: %s", store.why);
	else if (store.remark[0])
		ui_say(&app->ui, "%s", store.remark);
	else
		config_say(&app->ui);
	app->mistake_waits = o->n_paths && !o->samples;
	if (o->mask)
		set_mask(app, true);
	if (o->mouse)
		set_mouse(app, true);
	app->empty = is_empty(o->store);
	app->import_jump = app->import_jump && !o->samples;
	if (o->open && !o->n_paths)
		open_link(app, str_of(o->open), true);
	if (app->stack.n == 0 && !open_screen(app, &(struct target){.screen = "traces"}))
		return err_set(err, ERR_SYSTEM, NULL, "%s", app->ui.message);
	if (o->samples)
		open_screen(app, &(struct target){.screen = "tour"});
	else if (app->empty && !o->open && !o->n_paths)
		open_screen(app, &(struct target){.screen = "welcome"});
	else if (!o->n_paths && !o->open && !o->bundle && !o->fresh && setting_on("resume", true))
		places_resume();
	return true;
}

static bool is_read(struct import_thread *t)
{
	return import_is_done(t) || atomic_load(&import_progress_of(t)->caught_up);
}

/* A small file is in the store before a person could read a first, emptier screen. */
static void first_wait(struct app *app)
{
	for (int waited = 0; app->import && waited < FIRST_WAIT_MS && !is_read(app->import); waited += 5)
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

/* What was said is written before the program ends, whatever ends it. */
static bool save_rest(struct app *app, struct err *err)
{
	struct buf lost = BUF_INIT;
	if (!app->verdicts)
		return true;
	if (app->stack.n)
		take_sayings(app);
	size_t n = verdicts_quit(app->verdicts, QUIT_MS, &lost);
	if (n)
		err_set(err, ERR_STORE, NULL,
		        "%zu of what you said could not be saved, another program writes to the store: %.300s", n,
		        buf_cstr(&lost));
	buf_done(&lost);
	return n == 0;
}

static void stop(struct app *app)
{
	struct query_answer a;
	if (app->queries)
		query_quit(app->queries);
	while (app->queries && query_take(app->queries, 0, &a))
		give(app, &a);
	remember(app);
	while (app->stack.n)
		close_top(app);
	memory_save(app->memory);
	if (app->memory)
		memory_shorten();
	places_set(NULL);
	memory_free(app->memory);
	check_stop(app->check);
	index_stop(app->index);
	import_stop(app->import); /* before the terminal: its thread wakes the loop */
	free(app->follow_path);
	looked_set(app->opts->store, app->ui.newest);
	term_close();
	query_free(app->queries);
	vec_done(&app->stack);
	vec_done(&app->held);
	grid_done(&app->grid);
	hold_done(&app->hold);
	prompt_done(&app->prompt);
	free(app->store_name);
	review_key_done();
	queue_wish_free(app->ui.wish);
	verdict_keys_set(NULL);
	verdicts_free(app->verdicts);
	write_done(&app->write);
	keyed_forget();
}

bool app_run(const struct app_opts *opts, int *signal_number, struct err *err)
{
	struct app app = {.opts = opts, .import_seen = 0};
	the_app = &app;
	screen_common_actions = app_actions;
	pane_share_in(&app.ui.pane_share);
	bool ok = start(&app, err);
	if (ok) {
		first_wait(&app);
		loop(&app);
	}
	*signal_number = app.signal_number;
	struct err late = ERR_INIT;
	if (!save_rest(&app, &late) && ok) {
		*err = late;
		ok = false;
	}
	stop(&app);
	pane_share_in(NULL);
	the_app = NULL;
	return ok;
}
