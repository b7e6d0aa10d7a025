#include "tui/app_state.h"

#include <signal.h>
#include <string.h>

#include "tui/keyed.h"
#include "tui/marked.h"
#include "tui/mouse.h"
#include "tui/places.h"
#include "tui/term.h"
#include "tui/term_signals.h"
#include "tui/views.h"

enum { HELD_MOST = 1000 }; /* keys */

static void start_writing(struct app *app, struct target *t)
{
	write_start(&app->write, t);
	app->draft_at_ms = 0;
	app_lay_out(app);
}

static void obey(struct app *app, enum outcome outcome, struct target *t)
{
	app->draw = true;
	switch (outcome) {
	case OUT_IGNORED:
	case OUT_HANDLED: break;
	case OUT_REFRESH: app->ask = true; break;
	case OUT_OPEN: app->opened = app_open_screen(app, t); break;
	case OUT_PROMPT: prompt_start(&app->prompt, t, app_top(app)->ops->actions); break;
	case OUT_WRITE: start_writing(app, t); break;
	case OUT_NEXT_HIT: app_go_to_hit(app, true); break;
	case OUT_PREV_HIT: app_go_to_hit(app, false); break;
	case OUT_QUIT: app->quit = true; break;
	case OUT_BACK:
		if (app->stack.n > 1)
			app_close_top(app);
		else
			app->quit = true;
		break;
	}
}

/* a NULL: the screen has none for that key, the program may. */
static void run_action(struct app *app, const struct action *a, const struct input *in)
{
	struct screen *s = app_top(app);
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
	app->rest_at_ms = app_mono_ms() + REST_MS;
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
	obey(app, app->prompt.answer->run(app_top(app), &in, &t), &t);
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
	app->draft_at_ms = app_mono_ms() + DRAFT_MS;
	app->draw = true;
	if (result == WRITE_GOES_ON)
		return;
	app_lay_out(app);
	if (result != WRITE_ANSWERED)
		return;
	struct target t = {0};
	struct input in = {.key = KEY_NONE, .argument = write_text(&app->write)};
	obey(app, app->write.answer->run(app_top(app), &in, &t), &t);
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
	app->ui.now_ns = app_clock_ns(app);
	app->remember_at_ms = app_mono_ms() + VIEWS_REST_MS;
	if (app->write.on) {
		key_of_writing(app, key);
		return;
	}
	if (key == KEY_PASTE) {
		on_paste(app);
		return;
	}
	if (!app->prompt.on && places_key(app_top(app), key)) {
		app->draw = app->ask = true;
		return;
	}
	if (app->copying) {
		app->copying = false;
		app->draw = true;
		if (app_may_give_out(app))
			app_copy_choice(app_top(app), key);
		return;
	}
	if (app->prompt.on) {
		key_of_prompt(app, key);
		return;
	}
	struct input in = {.key = key, .argument = STR_NONE};
	run_action(app, action_for_key(app_top(app)->ops->actions, key), &in);
}

/* After each key. */
static void settle_key(struct app *app)
{
	if (app->quit)
		return;
	app_take_sayings(app);
	if (app->opened)
		app_ask(app);
	if (app->opened && app->ask && !app_top(app)->recalled) /* how it was left, before the next key */
		app_ask(app);
	app->opened = false;
	app->painted = false;
}

static bool keys_wait(const struct app *app)
{
	const struct screen *s = app_top(app);
	return !app->prompt.on && !app->write.on && !app->copying && s->ops->waits && s->ops->waits(s);
}

static struct screen *screen_for_mouse(struct ui *ui)
{
	const struct app *app = app_of(ui);
	bool other = app->quit || app->prompt.on || app->write.on || app->copying;
	return other || app_is_veiled(app, app_top(app)) || keys_wait(app) ? NULL : app_top(app);
}

static bool is_first_screen(struct ui *ui)
{
	return app_of(ui)->stack.n < 2;
}

static const struct grid *look_for_mouse(struct ui *ui)
{
	struct app *app = app_of(ui);
	if (!app->painted)
		app_paint(app);
	return &app->grid;
}

static void act_for_mouse(struct ui *ui, const struct action *a, const struct input *in)
{
	run_action(app_of(ui), a, in);
	settle_key(app_of(ui));
}

/* Dropped, never kept for later, where something else shows by now than what was pointed at. */
static void on_mouse(struct app *app, int key)
{
	const struct mouse mouse = {&app->ui, screen_for_mouse, is_first_screen, look_for_mouse, act_for_mouse};
	int row = -1, col = -1, rows = key == KEY_WHEEL_DOWN ? MOUSE_ROWS : key == KEY_WHEEL_UP ? -MOUSE_ROWS : 0;
	term_mouse(&row, &col);
	if (!app->mouse || app->held.n || app_top(app)->serial != app->on_terminal)
		return;
	if (app->write.on) {
		write_mouse(&app->write, app->grid.rows, row, col, rows);
		app->draw = true;
	} else if (app->prompt.on && !rows) {
		struct canvas all = grid_canvas(&app->grid);
		prompt_click(&app->prompt, &all, row, col);
		app->draw = true;
	} else if (screen_for_mouse(&app->ui)) {
		app->import_jump = false;
		app->ui.message[0] = '\0';
		app->draw = true;
		app->painted = false;
		mouse_key(&mouse, key, row, col);
	}
}

static void obey_key(struct app *app, int key)
{
	on_key(app, key);
	settle_key(app);
}

/* Keys whose item does not show yet stay in their order; Q always works. */
static void take_key(struct app *app, int key)
{
	const struct action *a = action_for_key(app_actions, key);
	if ((a && strcmp(a->name, "quit") == 0) || key == KEY_PASTE || (app->held.n == 0 && !keys_wait(app)))
		obey_key(app, key);
	else if (app->held.n < HELD_MOST)
		*vec_add(&app->held) = key;
}

void app_obey_held(struct app *app)
{
	size_t n = 0;
	while (n < app->held.n && !app->quit && !keys_wait(app))
		obey_key(app, app->held.at[n++]);
	if (n)
		memmove(app->held.at, app->held.at + n, (app->held.n - n) * sizeof *app->held.at);
	app->held.n -= n;
}

/* A signal is the end; but ^C in a line or a text is a key as Esc is. */
static void heed_signal(struct app *app)
{
	app->signal_number = term_signal();
	if (app->signal_number == SIGINT && (app->write.on || app->prompt.on)) {
		term_clear_interrupt();
		app->signal_number = 0;
		if (app->write.on)
			key_of_writing(app, KEY_ESCAPE);
		else
			key_of_prompt(app, KEY_ESCAPE);
	}
	if (app->signal_number)
		app->quit = true;
}

void app_read_keys(struct app *app, int timeout_ms)
{
	int key = term_read(timeout_ms);
	for (; key != KEY_NONE && !app->quit; key = term_pending() ? term_read(0) : KEY_NONE) {
		if (key == KEY_RESIZED)
			app_resize(app);
		else if (key == KEY_CLICK || key == KEY_WHEEL_UP || key == KEY_WHEEL_DOWN)
			on_mouse(app, key);
		else
			take_key(app, key);
	}
	heed_signal(app);
}
