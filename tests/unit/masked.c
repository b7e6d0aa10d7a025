/* With masking on no screen shows anything personal, whatever keys are pressed: a walk over all screens by all keys, on a store that has
 * a made-up thing of each sort in every place for text (tests/planted.py). */
#pragma GCC diagnostic ignored "-Wunused-function" /* not all of it is needed here */
#include "tests/screens.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "store/study/mask.h"

extern char **environ;

enum { VISITS = 3, TARGETS = 400, THINGS = 16 };

static char things[THINGS][64];
static size_t n_things;

/* ---------------------------------------------------------------- the store */

static bool run(const char *const *argv)
{
	pid_t child;
	int status = 0;
	posix_spawn_file_actions_t quiet;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	bool ok = posix_spawnp(&child, argv[0], &quiet, NULL, (char *const *)(uintptr_t)argv, environ) == 0 &&
	          waitpid(child, &status, 0) == child && status == 0;
	posix_spawn_file_actions_destroy(&quiet);
	return ok;
}

/* A queue to review, and a note that names somebody. */
static bool say_something(void)
{
	char program[256];
	const char *build = getenv("SPOOR_BUILD");
	snprintf(program, sizeof program, "%s/spoor", build ? build : "build/release");
	return run((const char *const[]){program, "review", "--store", stage_path, "--run", "before", "--make",
	                                 NULL}) &&
	       run((const char *const[]){program, "flag", "--store", stage_path,
	                                 "trace:00000000000000000000000000000001", "--bad", "--note",
	                                 "ask jane.roe@acme-corp.de or +49 30 901820", NULL});
}

/* Without white space: what a screen wraps is still itself. */
static void squeeze(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != ' ' && text.ptr[i] != '\n')
			buf_add_char(out, text.ptr[i]);
}

static bool read_things(const char *folder)
{
	char path[128];
	struct buf all = BUF_INIT;
	snprintf(path, sizeof path, "%s/things.txt", folder);
	if (!stage_read(path, &all))
		return false;
	struct str rest = buf_str(&all), line;
	while (str_split(&rest, '\n', &line) && n_things < THINGS) {
		struct buf squeezed = BUF_INIT;
		squeeze(&squeezed, line);
		if (line.len)
			snprintf(things[n_things++], sizeof *things, "%s", buf_cstr(&squeezed));
		buf_done(&squeezed);
	}
	buf_done(&all);
	return n_things > 5;
}

static int setup(void **state)
{
	(void)state;
	static const char *const names[] = {"traces.json", "before.json", "after.json", "things.txt"};
	char files[4][sizeof stage_dir + 16], *paths[3];
	struct err err = ERR_INIT;
	setenv("TZ", "UTC", 1);
	tzset();
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	setenv("XDG_STATE_HOME", "/dev/null", 1);
	if (!mkdtemp(stage_dir) || !run((const char *const[]){"python3", "tests/planted.py", stage_dir, NULL}) ||
	    !read_things(stage_dir))
		return -1;
	snprintf(stage_path, sizeof stage_path, "%s/spoor.db", stage_dir);
	sink_set_decoder(import_decode);
	sink_set_price_list(prices_cost);
	for (size_t i = 0; i < 4; i++) {
		snprintf(files[i], sizeof files[i], "%s/%s", stage_dir, names[i]);
		if (i < 3)
			paths[i] = files[i];
	}
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = db && import_paths(db, paths, 3, &opts, NULL, &report, &err);
	import_report_done(&report);
	db_close(db);
	for (size_t i = 0; i < 4; i++)
		unlink(files[i]);
	ok = ok && say_something();
	stage_db = ok ? db_open(stage_path, DB_READ, &err) : NULL;
	if (!stage_db)
		fprintf(stderr, "masked: %s\n", err.text);
	return stage_db ? 0 : -1;
}

/* ---------------------------------------------------------------- what shows */

static size_t n_shown, n_frames; /* things found so far; frames looked at */

/* The frame, and what the screen would give out. */
static void add_all(struct stage *st, struct buf *out)
{
	stage_text(st, out, false);
	for (int what = COPY_VALUE; what <= COPY_VIEW; what++) {
		struct buf copied = BUF_INIT;
		if (st->screen.ops->copy && st->screen.ops->copy(&st->screen, (enum copy)what, &copied))
			buf_add_str(out, buf_str(&copied));
		buf_done(&copied);
	}
}

/* The rows around it. */
static void report(const struct stage *st, const char *after, const char *thing, struct str out)
{
	size_t at = str_find(out, str_cut(str_of(thing), 0, 8));
	fail_msg("screen %s after %s shows %s: " STR_FMT, st->screen.ops->name, after, thing,
	         STR_ARG(str_cut(out, at == SIZE_MAX || at < 200 ? 0 : at - 200, 600)));
}

static void look(struct stage *st, const char *after)
{
	struct buf out = BUF_INIT, squeezed = BUF_INIT;
	add_all(st, &out);
	squeeze(&squeezed, buf_str(&out));
	n_frames++;
	for (size_t i = 0; i < n_things; i++) {
		bool found = str_find(buf_str(&squeezed), str_of(things[i])) != SIZE_MAX;
		n_shown += found;
		if (found && db_masks(stage_db))
			report(st, after, things[i], buf_str(&out));
	}
	buf_done(&out);
	buf_done(&squeezed);
}

/* ---------------------------------------------------------------- the walk */

static struct {
	struct target at[TARGETS];
	size_t n, next;
} todo;
static struct {
	const char *screen;
	int times;
} visits[64];

static void want(const struct target *t)
{
	size_t i = 0;
	while (visits[i].screen && strcmp(visits[i].screen, t->screen) != 0)
		i++;
	assert_true(i + 1 < sizeof visits / sizeof *visits);
	visits[i].screen = t->screen;
	if (visits[i].times++ < VISITS && todo.n < TARGETS)
		todo.at[todo.n++] = *t;
}

/* As stage_open, but a screen may refuse. */
static bool open_stage(struct stage *st, const struct target *t, int rows, int cols)
{
	static struct ui ui;
	struct err err = ERR_INIT;
	const struct screen_ops *ops = screen_named(t->screen);
	assert_non_null(ops);
	ui = (struct ui){.ascii = cols == 40, .rows = rows - 3, .cols = cols, .generation = 1};
	ui.masked = db_masks(stage_db) != NULL;
	assert_true(units_iso(STR_LIT("2026-11-21T00:00:00Z"), &ui.now_ns, &(bool){false}));
	*st = (struct stage){.ui = &ui};
	st->screen = (struct screen){.ops = ops, .ui = &ui, .state = calloc(1, ops->state_size)};
	if (!ops->open(&st->screen, t, &err)) {
		free(st->screen.state);
		return false;
	}
	grid_init(&st->grid, rows, cols, ui.ascii);
	stage_settle(st);
	return true;
}

static void press(struct stage *st, const struct action *a)
{
	struct str rest = str_of(a->keys), name;
	if (!str_split(&rest, ' ', &name))
		return;
	st->ui->message[0] = '\0';
	st->target = (struct target){0};
	st->outcome = a->run(&st->screen, &(struct input){.key = key_named(name), .argument = STR_NONE}, &st->target);
	stage_settle(st);
	look(st, a->name);
	if (st->outcome == OUT_OPEN)
		want(&st->target);
	free(st->target.whole);
}

static void visit(const struct target *t, int rows, int cols)
{
	struct stage st;
	if (!open_stage(&st, t, rows, cols))
		return;
	look(&st, "opening");
	for (int round = 0; round < 2; round++) /* tabs and cursors are elsewhere the second time */
		for (const struct action *a = st.screen.ops->actions; a && a->name; a++)
			press(&st, a);
	stage_close(&st);
}

static void walk(int rows, int cols)
{
	memset(visits, 0, sizeof visits);
	todo.n = todo.next = 0;
	n_shown = n_frames = 0;
	static const char *const first[] = {"traces", "runs", "insights", "checks", "judges", "prompts"};
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		want(&(struct target){.screen = first[i]});
	for (int64_t trace = 1; trace <= 2; trace++)
		want(&(struct target){.screen = "trace", .id = trace});
	want(&(struct target){.screen = "compare", .id = 1, .id2 = 2});
	want(&(struct target){.screen = "search", .text = "card"});
	want(&(struct target){.screen = "search", .text = "jane"});
	want(&(struct target){.screen = "review", .id = 1});
	want(&(struct target){.screen = "queues"});
	while (todo.next < todo.n)
		visit(&todo.at[todo.next++], rows, cols);
}

static const struct {
	int rows, cols;
} sizes[] = {
    {24, 80 },
    {50, 200},
    {12, 40 }
};

static void test_nothing_shows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		db_set_mask(stage_db, NULL);
		walk(sizes[i].rows, sizes[i].cols);
		assert_true(n_shown > 100); /* it is there to be seen */
		size_t shown = n_shown, frames = n_frames, screens_seen = 0;
		while (visits[screens_seen].screen)
			screens_seen++;
		assert_true(screens_seen >= 15);
		db_set_mask(stage_db, mask_str);
		walk(sizes[i].rows, sizes[i].cols);
		print_message("%dx%d: %zu screens, %zu frames with %zu things; masked: %zu frames with %zu\n",
		              sizes[i].cols, sizes[i].rows, screens_seen, frames, shown, n_frames, n_shown);
		assert_int_equal(n_shown, 0);
	}
	db_set_mask(stage_db, NULL);
}

/* As the app's M. */
static void set_mask(struct stage *st, bool on)
{
	db_set_mask(stage_db, on ? mask_str : NULL);
	st->ui->masked = on;
	st->ui->generation++;
	stage_settle(st);
}

/* Switched on while a screen is open: it asks for all of it anew. */
static void test_switched_on(void **state)
{
	(void)state;
	walk(24, 80);
	size_t n = todo.n;
	for (size_t i = 0; i < n; i++) {
		struct stage st;
		db_set_mask(stage_db, NULL);
		if (!open_stage(&st, &todo.at[i], 24, 80))
			continue;
		for (const struct action *a = st.screen.ops->actions; a && a->name; a++) {
			press(&st, a);
			set_mask(&st, true);
			st.ui->message[0] = '\0';
			look(&st, a->name);
			set_mask(&st, false);
		}
		stage_close(&st);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_shows),
	    cmocka_unit_test(test_switched_on),
	};
	return cmocka_run_group_tests_name("masked", tests, setup, stage_teardown);
}
