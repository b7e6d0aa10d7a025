#include "tui/app_state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/db.h"
#include "store/query/queue_make.h"
#include "store/query/sources.h"
#include "tui/config.h"
#include "tui/keyed.h"
#include "tui/looked.h"
#include "tui/marked.h"
#include "tui/memory.h"
#include "tui/places.h"
#include "tui/review_key.h"
#include "tui/settings.h"
#include "tui/term.h"
#include "tui/term_signals.h"
#include "tui/verdicts.h"
#include "tui/views.h"
#include "tui/widget/pane_size.h"

enum {
	FIRST_WAIT_MS = 120, /* how long the first frame may wait for a small file's import to end */
	IMPORT_MS = 100,     /* how often progress is drawn */
	WAITS_MS = 250,      /* and whether something said is on the disk yet, while it is not */
	QUIT_MS = 5000,      /* the longest that leaving waits for that */
};

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

int64_t app_clock_ns(const struct app *app)
{
	if (app->opts->now_ns != UNKNOWN_INT)
		return app->opts->now_ns;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t app_mono_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
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
	int64_t left = app->rest_at_ms - app_mono_ms();
	return left < 0 ? 0 : timeout >= 0 && timeout < left ? timeout : (int)left;
}

/* The cursor has come to rest: what waited for that is asked for and drawn. */
static void rest(struct app *app)
{
	if (!app->ui.moves || app_mono_ms() < app->rest_at_ms)
		return;
	app->ui.moves = false;
	app->ask = true;
	app->draw |= app->hold.holds;
}

/* And so have the keys: what is being written is kept. */
static void rest_writing(struct app *app)
{
	if (!app->draft_at_ms || app_mono_ms() < app->draft_at_ms)
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
	views_leave(app->memory, app_top(app));
	views_put_stack(app->memory, app->stack.at, app->stack.n);
	memory_save(app->memory);
}

static void rest_view(struct app *app)
{
	if (app->remember_at_ms && app_mono_ms() >= app->remember_at_ms)
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
		app_start_index(app);
	app->later.check = app->later.index = false;
}

enum { LINE_MS = 20 }; /* how often a slow line is looked at */

/* A frame would show only after what a slow line has still to send: the keys that come until then have one together. */
static bool line_is_busy(const struct app *app)
{
	enum { LINE_MOST = 128 }; /* 0.13 s at 9,600 baud */
	return app->draw && app->shown && term_queued() > LINE_MOST;
}

static void ask(struct app *app, int times)
{
	while (app->ask && times-- > 0)
		app_ask(app);
}

static void loop(struct app *app)
{
	while (!app->quit) {
		rest(app);
		rest_writing(app);
		rest_view(app);
		app_take_answers(app);
		app_go_on(app);
		app_watch_import(app);
		app_watch_index(app);
		app_watch_verdicts(app);
		if (check_trouble(app->check, app->ui.message, sizeof app->ui.message))
			app->ui.message_is_error = app->draw = true;
		app->ui.now_ns = app_clock_ns(app);
		/* The very first frame shows with the first answer; what more the screen wants comes after it. */
		ask(app, app->shown ? 4 : 1);
		app_obey_held(app);
		ask(app, app->shown ? 4 : 0); /* what those keys want */
		if (!app->ask)
			app_ask_for_prompt(app);
		bool waits = line_is_busy(app);
		if (app->draw && !waits)
			app_draw(app);
		bool more = app->ask && !app->shown;
		app->shown = true;
		start_later(app);
		app_read_keys(app, more ? 0 : waits ? LINE_MS : key_timeout(app));
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

/* The terminal before any thread: they wake its loop. */
static bool start_threads(struct app *app, struct err *err)
{
	const struct app_opts *o = app->opts;
	struct term_opts term = {.ascii = o->ascii, .no_color = o->no_color};
	if (!theme_load(&app->theme, config_theme(o->theme), err) || !term_open(&app->theme, &term, err))
		return false;
	if (!(app->queries = query_start(o->store, term_wake, err)) ||
	    !(app->verdicts = verdicts_start(o->store, annotation_author(app->author), o->now_ns, term_wake, err)))
		return false;
	return !o->n_paths || app_start_import(app, o->paths, o->n_paths, o->follow, err);
}

/* What the parts of the program know of each other. */
static void connect(struct app *app)
{
	const struct app_opts *o = app->opts;
	app->keys = (struct verdict_keys){app->verdicts, &app->ui, app_fetch_now};
	verdict_keys_set(&app->keys);
	marked_init(app_fetch_now);
	prompt_init(&app->prompt, &app->ui, ++app->serial);
	write_init(&app->write, &app->ui, o->store);
	app->memory = memory_open(o->store, o->samples);
	places_set(
	    &(struct places){app->memory, &app->ui, app_fetch_now, app_open_place, app_open_again, app_is_first});
	app->ui.looked = looked_get(o->store);
	app->ui.store = store_to_name(app);
	app->ui.pane_share = views_get_panes(app->memory);
	app->ui.ascii = o->ascii;
	app->ui.bundle = o->bundle ? o->store : NULL;
	app->ui.mono = term_depth() == DEPTH_MONO;
	app->ui.now_ns = app_clock_ns(app);
}

static void say_first(struct app *app, const struct db_state *store)
{
	if (store->read_only)
		ui_say(&app->ui, "read-only: %s", store->why);
	else if (store->remark[0])
		ui_say(&app->ui, "%s", store->remark);
	else
		config_say(&app->ui);
}

/* There is always the list at the bottom, but for a queue that was named. */
static bool open_first(struct app *app, struct err *err)
{
	const struct app_opts *o = app->opts;
	if (o->open && !o->n_paths)
		app_open_link(app, str_of(o->open), true);
	if (app->stack.n == 0 && !app_open_screen(app, &(struct target){.screen = app_home(app)}))
		return err_set(err, ERR_SYSTEM, NULL, "%s", app->ui.message);
	if (o->samples)
		app_open_screen(app, &(struct target){.screen = "tour"});
	else if (app->empty && !o->open && !o->n_paths)
		app_open_screen(app, &(struct target){.screen = "welcome"});
	else if (!o->n_paths && !o->open && !o->bundle && !o->fresh && setting_on("resume", true))
		places_resume();
	return true;
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
	app->read_only = store.read_only;
	app->later.check = store.unclean;
	app->later.index = !o->n_paths;
	app->import_jump = o->n_paths && !o->samples;
	app->mistake_waits = o->n_paths && !o->samples;
	if (!start_threads(app, err))
		return false;
	connect(app);
	app_resize(app);
	say_first(app, &store);
	if (o->mask)
		app_set_mask(app, true);
	if (o->mouse)
		app_set_mouse(app, true);
	app->empty = is_empty(o->store);
	return open_first(app, err);
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
		app_take_sayings(app);
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
	if (app->queries) {
		query_quit(app->queries);
		app_take_answers(app);
	}
	remember(app);
	while (app->stack.n)
		app_close_top(app);
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
	return ok;
}
