/* Screen queues: what it asks (golden files), what it makes; what r takes of lists. */
#include "store/query/queue_make.h"
#include "store/query/runs.h"
#include "tests/screens.h"

static int64_t now_ns;

static int64_t make(struct db *db, const char *name, int64_t run, int64_t n, int64_t copies)
{
	struct err err = ERR_INIT;
	struct queue_begun b;
	const struct queue_ask ask = {
	    .from = QUEUE_CASES, .run = run, .most = n, .author = STR_LIT("ann"), .now_ns = now_ns};
	const struct queue_begin how = {.name = str_of(name), .mode = QUEUE_BLIND, .copies = copies};
	if (!queue_begin(db, &ask, &how, &b, &err))
		fail_msg("%s", err.text);
	int64_t id = b.id;
	queue_begun_done(&b);
	return id;
}

static void judge(struct db *db, int64_t id, int from, int to, const char *author, enum queue_state state)
{
	struct err err = ERR_INIT;
	for (int i = from; i < to; i++) {
		const struct queue_mark done = {
		    .state = state, .time_ns = now_ns + i, .spent_ns = 13 * INT64_C(1000000000)};
		assert_true(db_begin(db, &err));
		assert_true(queue_mark(db, id, i, str_of(author), &done, NULL, &err));
		assert_true(db_commit(db, &err));
	}
}

/* The samples, and queues: begun, shared with others, finished. */
static int setup(void **state)
{
	struct err err = ERR_INIT;
	int64_t run;
	setenv("SPOOR_AUTHOR", "ann", 1);
	if (stage_setup(state) != 0 || !units_iso(STR_LIT("2026-11-20T15:00:00Z"), &now_ns, &(bool){false}))
		return -1;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	if (!db || !runs_find(db, STR_LIT("v13"), &run, &err))
		return -1;
	int64_t done = make(db, "three to warm up", run, 3, 0),
	        half = make(db, "refund answers before release", run, 50, 0),
	        shared = make(db, "質問 in two languages", run, 20, 2);
	judge(db, done, 0, 3, "ann", QUEUE_DONE);
	judge(db, half, 0, 12, "ann", QUEUE_DONE);
	judge(db, half, 12, 14, "ann", QUEUE_SKIPPED);
	judge(db, half, 0, 5, "bob", QUEUE_DONE);
	judge(db, shared, 0, 4, "bob", QUEUE_DONE);
	judge(db, shared, 0, 4, "cyd", QUEUE_DONE);
	db_close(db);
	return 0;
}

static void golden(const char *keys, int rows, int cols, bool ascii, bool mono, const char *name)
{
	struct stage st;
	stage_open(&st, "queues", &(struct target){.id2 = 0}, rows, cols, ascii);
	st.ui->mono = mono;
	if (keys)
		stage_keys(&st, keys);
	stage_golden(&st, name);
	stage_close(&st);
}

static void draws_what_there_is(void **state)
{
	(void)state;
	golden(NULL, 24, 80, false, false, "queues-80x24");
	golden("j", 24, 80, true, false, "queues-80x24-ascii");
	golden("j j", 24, 80, false, true, "queues-80x24-mono");
	golden("G", 50, 200, false, false, "queues-200x50");
	golden("j", 14, 60, false, false, "queues-60x14");
	golden(NULL, 8, 40, false, false, "queues-40x8");
}

static void the_cursor_passes_over_headings(void **state)
{
	(void)state;
	struct stage st;
	struct buf one = BUF_INIT, two = BUF_INIT;
	stage_open(&st, "queues", &(struct target){.id2 = 0}, 24, 80, false);
	for (int i = 0; i < 30; i++) { /* down to the end, and up again: each row has something to copy */
		assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &one));
		stage_keys(&st, i < 15 ? "j" : "k");
		buf_clear(&one);
	}
	stage_keys(&st, "g");
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &one));
	assert_string_equal(buf_cstr(&one), "spoor review '質問 in two languages'");
	stage_keys(&st, "G");
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &two));
	assert_string_equal(buf_cstr(&two), "spoor review 'three to warm up'");
	buf_done(&one);
	buf_done(&two);
	stage_close(&st);
}

static void enter_goes_on_or_makes(void **state)
{
	(void)state;
	struct stage st;
	struct target goes = {0};
	bool instead = true;
	stage_open(&st, "queues", &(struct target){.id2 = 0}, 24, 80, false);
	stage_keys(&st, "j Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "review");
	int64_t half = st.target.id;
	assert_false(st.screen.ops->goes(&st.screen, &goes, &instead));
	stage_keys(&st, "j Enter"); /* the first offer */
	assert_true(st.screen.ops->goes(&st.screen, &goes, &instead));
	assert_string_equal(goes.screen, "review");
	assert_true(goes.id > half);
	assert_false(instead);
	assert_false(st.screen.ops->goes(&st.screen, &goes, &instead)); /* once */
	assert_true(stage_shows(&st, "GO ON WITH"));
	assert_true(stage_shows(&st, "dispute-cases, 21 Nov"));
	stage_close(&st);
	/* the same offer again goes on with it */
	stage_open(&st, "queues", &(struct target){.id2 = 0}, 24, 80, false);
	int64_t made = goes.id;
	stage_keys(&st, "j j j Enter");
	assert_true(st.screen.ops->goes(&st.screen, &goes, &instead));
	assert_int_equal(goes.id, made);
	stage_close(&st);
}

/* How many r would take of what the screen shows. */
static int64_t taken(struct stage *st, enum queue_from from)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct queue_ask ask;
	struct queue_found found;
	stage_settle(st);
	assert_non_null(st->screen.ops->review);
	if (!st->screen.ops->review(&st->screen, &arena, &ask)) {
		arena_done(&arena);
		return -1;
	}
	assert_int_equal(ask.from, from);
	ask.author = STR_LIT("nobody");
	ask.now_ns = now_ns;
	if (!queue_candidates(stage_db, &ask, &found, &err))
		fail_msg("%s", err.text);
	int64_t met = found.met;
	queue_found_done(&found);
	arena_done(&arena);
	return met;
}

static void r_takes_what_lists_show(void **state)
{
	(void)state;
	struct stage st;
	int64_t a, b;
	struct err err = ERR_INIT;
	assert_true(runs_find(stage_db, STR_LIT("v12"), &a, &err) && runs_find(stage_db, STR_LIT("v13"), &b, &err));
	stage_open(&st, "traces", &(struct target){.text = "status:error"}, 24, 80, false);
	int64_t errors = taken(&st, QUEUE_TRACES);
	stage_close(&st);
	stage_open(&st, "traces", &(struct target){.text = ""}, 24, 80, false);
	int64_t all = taken(&st, QUEUE_TRACES);
	assert_true(errors > 0 && all > errors);
	stage_close(&st);
	stage_open(&st, "runs", &(struct target){.id2 = 0}, 24, 80, false);
	assert_int_equal(taken(&st, QUEUE_CASES), 84);
	stage_close(&st);
	stage_open(&st, "compare", &(struct target){.id = a, .id2 = b}, 24, 80, false);
	assert_int_equal(taken(&st, QUEUE_LISTED), 82); /* cases */
	stage_close(&st);
	stage_open(&st, "search", &(struct target){.text = "refund"}, 24, 80, false);
	assert_true(taken(&st, QUEUE_LISTED) > 3);
	stage_close(&st);
	stage_open(&st, "judges", &(struct target){.text = "groundedness"}, 24, 80, false);
	assert_true(taken(&st, QUEUE_NEXT) > 0);
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_what_there_is),
	    cmocka_unit_test(the_cursor_passes_over_headings),
	    cmocka_unit_test(enter_goes_on_or_makes),
	    cmocka_unit_test(r_takes_what_lists_show),
	};
	return cmocka_run_group_tests(tests, setup, stage_teardown);
}
