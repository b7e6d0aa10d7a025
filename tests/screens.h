/* Drives one screen without a terminal: asks, fetches and takes in one thread, presses keys, and compares what is drawn with a golden file.
 * One translation unit includes it. The store is made of tests/data once per program.
 *
 *   struct stage st;
 *   stage_open(&st, "trace", &(struct target){.text = "d15b07e02026"}, 24, 80, false);
 *   stage_keys(&st, "j j Space");
 *   stage_golden(&st, "trace-80x24");
 *   stage_close(&st);
 *
 * SPOOR_GOLDEN=1 writes the golden files (tests/screen/NAME.golden) instead of comparing. Each row of text is followed by one of role
 * letters (tui/role.h). */
#ifndef SPOOR_TESTS_SCREENS_H
#define SPOOR_TESTS_SCREENS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "import/import.h"
#include "import/prices.h"
#include "store/base/units.h"
#include "store/db.h"
#include "store/sink.h"
#include "tui/screen.h"

struct stage {
	struct ui *ui; /* each stage is a session of its own */
	struct screen screen;
	struct grid grid;
	struct target target; /* what the last key wanted: OUT_OPEN, OUT_PROMPT */
	enum outcome outcome; /* of the last key */
};

static char stage_dir[] = "/tmp/spoor-screens-XXXXXX";
static char stage_path[sizeof stage_dir + 16];
static struct db *stage_db;
static struct ui *stage_uis[1000];
static size_t stage_n_uis;

/* cmocka group setup: the samples, imported into a new store. */
static int stage_setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	if (!mkdtemp(stage_dir))
		return -1;
	snprintf(stage_path, sizeof stage_path, "%s/spoor.db", stage_dir);
	sink_set_decoder(import_decode);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* no price list of the user's */
	setenv("XDG_STATE_HOME", "/dev/null", 1);     /* nothing is remembered, nor made */
	sink_set_price_list(prices_cost);
	struct err err = ERR_INIT;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	char agent[] = "tests/data/traces-agent.jsonl", voice[] = "tests/data/traces-voice.json.gz",
	     eval[] = "tests/data/traces-eval.jsonl", v12[] = "tests/data/eval-v12.json",
	     v13[] = "tests/data/eval-v13.json";
	char *paths[] = {agent, voice, eval, v12, v13};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = db && import_paths(db, paths, sizeof paths / sizeof *paths, &opts, NULL, &report, &err);
	import_report_done(&report);
	db_close(db);
	if (ok)
		stage_db = db_open(stage_path, DB_READ, &err);
	if (!stage_db)
		fprintf(stderr, "screens: %s\n", err.text);
	return stage_db ? 0 : -1;
}

static int stage_teardown(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	(void)state;
	db_close(stage_db);
	while (stage_n_uis)
		free(stage_uis[--stage_n_uis]);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[sizeof stage_path + 8];
		snprintf(path, sizeof path, "%s%s", stage_path, ends[i]);
		unlink(path);
	}
	rmdir(stage_dir);
	return 0;
}

/* As the loop of the app, but that every request is answered at once. */
static void stage_settle(struct stage *st)
{
	const struct screen_ops *ops = st->screen.ops;
	void *request;
	int rounds = 0;
	while (ops->ask && (request = ops->ask(&st->screen))) {
		struct err err = ERR_INIT;
		bool ok = ops->fetch(stage_db, request, &err);
		ops->take(&st->screen, request, ok);
		if (!ok)
			snprintf(st->ui->message, sizeof st->ui->message, "%.500s", err.text);
		assert_true(++rounds < 50); /* a screen that never has enough */
	}
}

static inline void stage_open(struct stage *st, const char *name, const struct target *target, int rows, int cols,
                              bool ascii)
{
	struct err err = ERR_INIT;
	assert_true(stage_n_uis < sizeof stage_uis / sizeof *stage_uis);
	*st = (struct stage){.ui = calloc(1, sizeof *st->ui)};
	stage_uis[stage_n_uis++] = st->ui;
	*st->ui = (struct ui){.ascii = ascii, .rows = rows - 3, .cols = cols, .generation = 1};
	assert_true(units_iso(STR_LIT("2026-11-21T00:00:00Z"), &st->ui->now_ns, &(bool){false}));
	const struct screen_ops *ops = screen_named(name);
	assert_non_null(ops);
	st->screen = (struct screen){.ops = ops, .ui = st->ui, .state = calloc(1, ops->state_size)};
	assert_true(ops->open(&st->screen, target, &err));
	grid_init(&st->grid, rows, cols, ascii);
	stage_settle(st);
}

static inline void stage_close(struct stage *st)
{
	if (st->screen.ops->close)
		st->screen.ops->close(&st->screen);
	free(st->screen.state);
	grid_done(&st->grid);
}

/* Presses keys by their names ("j", "PgDn", "Enter"), blank-separated. A key the screen does not know is the test's mistake. */
static inline void stage_keys(struct stage *st, const char *keys)
{
	struct str rest = str_of(keys), name;
	while (str_split(&rest, ' ', &name)) {
		int key = key_named(name);
		const struct action *a = action_for_key(st->screen.ops->actions, key);
		assert_non_null(a);
		st->ui->message[0] = '\0';
		st->target = (struct target){0};
		st->outcome = a->run(&st->screen, &(struct input){.key = key, .argument = STR_NONE}, &st->target);
		stage_settle(st);
	}
}

/* Answers the prompt that the last key opened. */
static inline void stage_line(struct stage *st, const char *line)
{
	const struct action *a = st->target.answer;
	assert_int_equal(st->outcome, OUT_PROMPT);
	st->target = (struct target){0};
	st->outcome = a->run(&st->screen, &(struct input){.key = KEY_NONE, .argument = str_of(line)}, &st->target);
	stage_settle(st);
}

/* Headline, body, status line with the message at its end; the hint line is blank where it is the app's. */
static void stage_draw(struct stage *st)
{
	struct canvas all = grid_canvas(&st->grid);
	const struct screen_ops *ops = st->screen.ops;
	struct buf status = BUF_INIT;
	canvas_clear(all);
	st->grid.caret_row = st->grid.caret_col = -1;
	if (ops->headline)
		ops->headline(&st->screen, canvas_part(all, 0, 0, 1, all.cols));
	ops->draw(&st->screen, canvas_part(all, 1, 0, all.rows - 3, all.cols));
	if (ops->status)
		ops->status(&st->screen, &status);
	canvas_put(all, all.rows - 2, 1, all.cols - 2, ROLE_STATUS, buf_str(&status));
	canvas_put_right(all, all.rows - 2, all.cols / 2, all.cols / 2 - 1, ROLE_STATUS, str_of(st->ui->message));
	if (ops->hints)
		ops->hints(&st->screen, canvas_part(all, all.rows - 1, 0, 1, all.cols));
	buf_done(&status);
}

static void stage_text(struct stage *st, struct buf *out, bool roles)
{
	stage_draw(st);
	canvas_text(out, grid_canvas(&st->grid), false, roles);
}

/* Somewhere on the screen; for what golden files should not pin. */
static inline bool stage_shows(struct stage *st, const char *text)
{
	struct buf out = BUF_INIT;
	stage_text(st, &out, false);
	bool found = str_find(buf_str(&out), str_of(text)) != SIZE_MAX;
	buf_done(&out);
	return found;
}

static inline bool stage_read(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char bytes[4096];
	if (!f)
		return false;
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
		buf_add(out, bytes, n);
	fclose(f);
	return true;
}

/* Says the first row that differs. */
static inline bool stage_same(const char *path, struct str want, struct str got)
{
	struct str w, g;
	for (int line = 1; want.len || got.len; line++) {
		w = g = STR_LIT("");
		str_split(&want, '\n', &w);
		str_split(&got, '\n', &g);
		if (str_eq(w, g))
			continue;
		print_error("%s:%d\n  expected |" STR_FMT "|\n  got      |" STR_FMT "|\n", path, line, STR_ARG(w),
		            STR_ARG(g));
		return false;
	}
	return true;
}

static inline void stage_golden(struct stage *st, const char *name)
{
	char path[256];
	struct buf got = BUF_INIT, want = BUF_INIT;
	snprintf(path, sizeof path, "tests/screen/%s.golden", name);
	stage_text(st, &got, true);
	bool ok = true;
	if (getenv("SPOOR_GOLDEN")) {
		FILE *f = fopen(path, "wb");
		ok = f && fwrite(got.ptr, 1, got.len, f) == got.len;
		if (f)
			fclose(f);
	} else {
		ok = stage_read(path, &want) && stage_same(path, buf_str(&want), buf_str(&got));
	}
	buf_done(&got);
	buf_done(&want);
	assert_true(ok);
}

#endif
