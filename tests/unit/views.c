/* Every screen comes back as it was left: things are done on it, it is left, the file is read anew as another session does, it is opened
 * again: the same picture. Walks the table of screens: one that keeps nothing says so here. */
#include "tests/screens.h"

#include <ftw.h>
#include <sys/stat.h>

#include "store/query/runs.h"
#include "store/query/traces.h"
#include "tui/memory.h"
#include "tui/settings.h"
#include "tui/views.h"

static char state_dir[] = "/tmp/spoor-views-XXXXXX";

static int setup(void **state)
{
	if (stage_setup(state) != 0 || !mkdtemp(state_dir))
		return -1;
	setenv("XDG_STATE_HOME", state_dir, 1);
	settings_read("");
	return 0;
}

static int forget(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static int forget_all(void **state)
{
	(void)state;
	nftw(state_dir, forget, 8, FTW_DEPTH | FTW_PHYS);
	return mkdir(state_dir, 0700);
}

static int teardown(void **state)
{
	nftw(state_dir, forget, 8, FTW_DEPTH | FTW_PHYS);
	return stage_teardown(state);
}

/* ---------------------------------------------------------------- what is done on each screen */

enum about { ALONE, TRACE, RUN, RUNS, CASE, TRACES };

static const struct done {
	const char *screen;
	enum about about;
	const char *keys;    /* what is done on it */
	const char *nothing; /* why it keeps nothing; NULL: it does */
	bool still;          /* the samples have nothing for it: the keys change nothing */
} rows[] = {
    {"agreement", ALONE,  "j",                                 NULL,                                                          true },
    {"alikes",    ALONE,  "",                                  NULL,                                                          false},
    {"begins",    RUNS,   "j j",                               NULL,                                                          false},
    {"beside",    RUNS,   "j j l",                             NULL,                                                          false},
    {"case",      CASE,   "Tab Tab",                           NULL,                                                          false},
    {"checks",    ALONE,  "j j",                               NULL,                                                          true },
    {"compare",   RUNS,   "> j j j",                           NULL,                                                          false},
    {"help",      ALONE,  "",                                  "what is looked up in it is read once",                        false},
    {"insights",  ALONE,  "Tab > > j j",                       NULL,                                                          false},
    {"judges",    ALONE,  "j",                                 NULL,                                                          false},
    {"ledger",    TRACE,  "j j",                               NULL,                                                          false},
    {"noise",     RUNS,   "j",                                 NULL,                                                          false},
    {"origins",   TRACE,  "j j",                               NULL,                                                          false},
    {"path",      TRACE,  "j j",                               NULL,                                                          false},
    {"prompts",   ALONE,  "j >",                               NULL,                                                          false},
    {"propose",   ALONE,  "j",                                 NULL,                                                          true },
    {"queues",    ALONE,  "j",                                 NULL,                                                          false},
    {"release",   RUNS,   "j j j",                             NULL,                                                          false},
    {"review",    ALONE,  "",                                  "where one is in a queue stands in the store, with its items", false},
    {"rundiff",   RUNS,   "j j j",                             NULL,                                                          false},
    {"runs",      ALONE,  "> Space d",                         NULL,                                                          false},
    {"scores",    RUNS,   "Tab j",                             NULL,                                                          false},
    {"search",    ALONE,  "j j",                               NULL,                                                          false},
    {"session",   TRACE,  "z",                                 NULL,                                                          false},
    {"slices",    RUNS,   "Tab j",                             NULL,                                                          false},
    {"sql",       ALONE,  "",                                  "a statement is kept by the history of :",                     false},
    {"tour",      ALONE,  "",                                  "it is of the samples, which go when one leaves",              false},
    {"trace",     TRACE,  "j j j h j Space Tab Tab ! Space t", NULL,                                                          false},
    {"tracediff", TRACES, "j j Space",                         NULL,                                                          false},
    {"traces",    ALONE,  "> > j j j PgDn",                    NULL,                                                          false},
    {"welcome",   ALONE,  "",                                  "there is nothing in the store yet",                           false},
};

static int64_t trace_called(const char *id)
{
	struct err err = ERR_INIT;
	int64_t row = 0;
	assert_true(traces_find(stage_db, str_of(id), &row, &err));
	return row;
}

static void targets(const struct done *row, struct target *t)
{
	struct run_page runs;
	struct err err = ERR_INIT;
	assert_true(runs_page(stage_db, NULL, 0, 0, 10, &runs, &err));
	assert_true(runs.n >= 2);
	int64_t b = runs.rows[0].id, a = runs.rows[1].id;
	run_page_done(&runs);
	*t = (struct target){.screen = row->screen};
	switch (row->about) {
	case ALONE: break;
	case TRACE: t->id = trace_called("d15b07e0202611200000000000000045"); break;
	case RUN: t->id = b; break;
	case CASE: t->span = 1; /* fall through */
	case RUNS:
		t->id = a;
		t->id2 = b;
		break;
	case TRACES:
		t->id = trace_called("d15b07e020261117000000000000e4ce");
		t->id2 = trace_called("d15b07e0202611200000000000000045");
		break;
	}
	if (strcmp(row->screen, "search") == 0)
		snprintf(t->text, sizeof t->text, "card");
	if (strcmp(row->screen, "beside") == 0)
		snprintf(t->line, sizeof t->line, "%lld %lld", (long long)a, (long long)b);
}

/* ---------------------------------------------------------------- a session */

static void settle(struct stage *st, struct memory *m)
{
	const struct screen_ops *ops = st->screen.ops;
	void *request;
	int rounds = 0;
	views_come(m, &st->screen);
	while (ops->ask && (request = ops->ask(&st->screen))) {
		struct err err = ERR_INIT;
		bool ok = ops->fetch(stage_db, request, &err);
		ops->take(&st->screen, request, ok);
		st->screen.answered |= ok;
		views_come(m, &st->screen);
		assert_true(++rounds < 80);
	}
}

static int64_t now_days; /* after the day of the samples */

/* As the app opens it; the name stands for the link where the screen has none of its own here. */
static void come(struct stage *st, struct memory *m, const char *screen, const struct target *t, int rows_, int cols)
{
	struct err err = ERR_INIT;
	char name[64];
	*st = (struct stage){.ui = calloc(1, sizeof *st->ui)};
	stage_uis[stage_n_uis++] = st->ui;
	*st->ui = (struct ui){.rows = rows_ - 3, .cols = cols, .generation = 1};
	assert_true(units_iso(STR_LIT("2026-11-21T00:00:00Z"), &st->ui->now_ns, &(bool){false}));
	st->ui->now_ns += now_days * 86400 * 1000000000;
	const struct screen_ops *ops = screen_named(screen);
	st->screen = (struct screen){.ops = ops, .ui = st->ui, .state = calloc(1, ops->state_size)};
	assert_true(ops->open(&st->screen, t, &err));
	grid_init(&st->grid, rows_, cols, false);
	if (strcmp(screen, "trace") != 0 && strcmp(screen, "compare") != 0) {
		snprintf(name, sizeof name, "test-%s", screen);
		st->screen.view = xstrdup(name);
	}
	settle(st, m);
}

static void leave(struct stage *st, struct memory *m)
{
	views_leave(m, &st->screen);
	memory_save(m);
	free(st->screen.view);
	st->screen.view = NULL;
	stage_close(st);
}

static void picture(struct stage *st, struct buf *out)
{
	st->ui->message[0] = '\0';
	stage_text(st, out, true);
}

static void comes_back(const struct done *row, int rows_, int cols)
{
	struct memory *m = memory_open(stage_path, false);
	struct target t;
	struct stage st;
	struct buf first = BUF_INIT, left = BUF_INIT, again = BUF_INIT;
	assert_non_null(m);
	targets(row, &t);
	come(&st, NULL, row->screen, &t, rows_, cols);
	picture(&st, &first);
	leave(&st, NULL);
	come(&st, m, row->screen, &t, rows_, cols);
	if (row->keys[0])
		stage_keys(&st, row->keys);
	settle(&st, m);
	picture(&st, &left);
	leave(&st, m);
	memory_free(m);
	m = memory_open(stage_path, false);
	come(&st, m, row->screen, &t, rows_, cols);
	picture(&st, &again);
	leave(&st, m);
	memory_free(m);
	if (rows_ == 24 && row->keys[0] && str_eq(buf_str(&first), buf_str(&left)) != row->still)
		fail_msg("%s: the keys are to change what shows, or it is still", row->screen);
	if (!stage_same(row->screen, buf_str(&left), buf_str(&again)))
		fail_msg("%s at %dx%d", row->screen, cols, rows_);
	buf_done(&first);
	buf_done(&left);
	buf_done(&again);
}

static void every_screen_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; screens[i]; i++) {
		const struct done *row = NULL;
		for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
			if (strcmp(rows[k].screen, screens[i]->name) == 0)
				row = &rows[k];
		if (!row)
			fail_msg("screen %s: what does it remember? a row is missing", screens[i]->name);
		assert_int_equal(screens[i]->remember != NULL, row->nothing == NULL);
		assert_int_equal(screens[i]->remember != NULL, screens[i]->recall != NULL);
		if (row->nothing)
			continue;
		comes_back(row, 24, 80);
		forget_all(NULL);
		comes_back(row, 50, 200);
		forget_all(NULL);
	}
}

/* Texts of traces stand in the store alone: the file has ids, hashes, names of scores and columns, and what people typed. */
static void no_text_of_a_trace_is_kept(void **state)
{
	static const char *const texts[] = {"stolen", "dispute", "refund", "lookup"};
	struct buf bytes = BUF_INIT;
	char path[64];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!rows[i].nothing && strcmp(rows[i].screen, "search") != 0)
			comes_back(&rows[i], 24, 80);
	snprintf(path, sizeof path, "%s/spoor/views", state_dir);
	assert_true(stage_read(path, &bytes));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (str_find(buf_str(&bytes), str_of(texts[i])) != SIZE_MAX)
			fail_msg("\"%s\" is kept:\n%.3000s", texts[i], buf_cstr(&bytes));
	buf_done(&bytes);
}

/* ---------------------------------------------------------------- filters */

static const struct {
	const char *screen, *filter;
	enum about about;
} filtered[] = {
    {"traces",   "status:error",    ALONE},
    {"runs",     "cases>3",         ALONE},
    {"compare",  "class:regressed", RUNS },
    {"insights", "status:error",    ALONE},
    {"judges",   "status:failed",   ALONE},
    {"prompts",  "cases>3",         ALONE},
    {"trace",    "kind:llm",        TRACE},
};

static void come_to(struct stage *st, struct memory *m, size_t i)
{
	struct target t;
	targets(&(struct done){.screen = filtered[i].screen, .about = filtered[i].about}, &t);
	come(st, m, filtered[i].screen, &t, 24, 100);
}

/* Nobody is to believe that data is missing: it says where it comes from, Esc clears it, and after some days it is gone. */
static void filters_say_where_they_come_from(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof filtered / sizeof *filtered; i++) {
		struct stage st;
		struct memory *m = memory_open(stage_path, false);
		struct target t;
		come_to(&st, m, i);
		stage_keys(&st, "&");
		stage_line(&st, filtered[i].filter);
		settle(&st, m);
		assert_true(stage_shows(&st, filtered[i].filter));
		assert_false(stage_shows(&st, "from last time"));
		leave(&st, m);
		memory_free(m);
		m = memory_open(stage_path, false);
		come_to(&st, m, i);
		if (!stage_shows(&st, filtered[i].filter) || !stage_shows(&st, "(from last time, Esc clears)"))
			fail_msg("%s: the filter does not come back plainly", filtered[i].screen);
		if (strcmp(filtered[i].screen, "traces") == 0)
			stage_golden(&st, "views-traces-filter");
		leave(&st, m);
		/* Days later the data shows whole. */
		targets(&(struct done){.screen = filtered[i].screen, .about = filtered[i].about}, &t);
		now_days = VIEWS_LATELY_DAYS + 1;
		come(&st, m, filtered[i].screen, &t, 24, 100);
		now_days = 0;
		assert_false(stage_shows(&st, "from last time"));
		leave(&st, NULL);
		come_to(&st, m, i);
		assert_true(stage_shows(&st, "from last time"));
		stage_keys(&st, "Esc");
		settle(&st, m);
		assert_false(stage_shows(&st, "from last time"));
		assert_false(stage_shows(&st, filtered[i].filter));
		leave(&st, m);
		come_to(&st, m, i);
		assert_false(stage_shows(&st, filtered[i].filter));
		leave(&st, m);
		memory_free(m);
	}
}

/* What another screen asked for wins, and what one was sent for is not remembered. */
static void what_is_asked_for_wins(void **state)
{
	(void)state;
	struct memory *m = memory_open(stage_path, false);
	struct stage st;
	struct target t = {.screen = "traces"};
	come(&st, m, "traces", &t, 24, 80);
	stage_keys(&st, "j j j");
	leave(&st, m);
	snprintf(t.text, sizeof t.text, "status:error");
	come(&st, m, "traces", &t, 24, 80);
	assert_true(stage_shows(&st, "& status:error"));
	leave(&st, m);
	t.text[0] = '\0';
	come(&st, m, "traces", &t, 24, 80);
	assert_false(stage_shows(&st, "& status:error"));
	assert_true(stage_shows(&st, "row 4 of"));
	leave(&st, m);
	/* A span that was asked for shows, folded or not. */
	t = (struct target){.screen = "trace", .id = trace_called("d15b07e0202611200000000000000045")};
	come(&st, m, "trace", &t, 24, 80);
	stage_keys(&st, "z Tab");
	struct target place;
	st.screen.ops->place(&st.screen, &place);
	leave(&st, m);
	stage_open(&st, "trace", &t, 24, 80, false);
	stage_keys(&st, "G");
	st.screen.ops->place(&st.screen, &place);
	stage_close(&st);
	t.span = place.span;
	come(&st, m, "trace", &t, 24, 80);
	st.screen.ops->place(&st.screen, &place);
	assert_int_equal(place.span, t.span);
	assert_true(stage_shows(&st, "[Input]"));
	leave(&st, m);
	memory_free(m);
}

/* Whatever stands in the file: the screen opens, and no picture of it is worse than none. */
static void nonsense_does_no_harm(void **state)
{
	static const char *const nonsense[] = {
	    "{\"row\":1e300,\"above\":-5,\"cursor\":\"x\",\"tab\":99,\"depth\":1e9,\"folds\":[1,null,\"+\",\"-9\",\"+"
	    "g\",\"+k-1\",\"+k99\"],"
	    "\"filter\":\"((((\",\"sort\":\"?\",\"order\":77,\"by\":-3,\"look\":4294967295,\"only\":9,\"marks\":[[],{},"
	    "\"x\"],\"day\":1e18}",
	    "{\"row\":-1,\"above\":9007199254740993,\"filter\":7,\"folds\":{},\"marks\":3,\"open\":[\"1\","
	    "\"9223372036854775808\"],\"shift\":100,"
	    "\"details\":5,\"level\":9,\"turn\":1000000,\"its-level\":44,\"field\":\"\",\"metric\":\"\",\"piece\":123,"
	    "\"in-pieces\":true,"
	    "\"in-cases\":true,\"case\":99999,\"times\":1e6,\"model\":\"\\u0000\",\"day\":30000}",
	    "[1,2,3]", "{", "null"};
	(void)state;
	for (size_t k = 0; k < sizeof nonsense / sizeof *nonsense; k++)
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			struct target t;
			struct stage st;
			char name[64];
			if (rows[i].nothing)
				continue;
			struct memory *m = memory_open(stage_path, false);
			targets(&rows[i], &t);
			come(&st, NULL, rows[i].screen, &t, 24, 80);
			snprintf(name, sizeof name, "%s", st.screen.view ? st.screen.view : "");
			leave(&st, NULL);
			memory_put(m, str_of(name), str_of(nonsense[k]));
			come(&st, m, rows[i].screen, &t, 24, 80);
			struct buf out = BUF_INIT;
			picture(&st, &out);
			assert_true(out.len > 0);
			buf_done(&out);
			leave(&st, m);
			memory_free(m);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(every_screen_comes_back, forget_all),
	    cmocka_unit_test_setup(no_text_of_a_trace_is_kept, forget_all),
	    cmocka_unit_test_setup(filters_say_where_they_come_from, forget_all),
	    cmocka_unit_test_setup(what_is_asked_for_wins, forget_all),
	    cmocka_unit_test_setup(nonsense_does_no_harm, forget_all),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
