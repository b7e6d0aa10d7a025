/* The screen Review with its writer: what a key puts on the disk, what shows then, and that nothing hits the wrong item. */
#include "tests/screens.h"

#include "store/query/queue_subject.h"
#include "store/queue.h"
#include "tui/screen/pane_review_state.h"
#include "tui/verdicts.h"

#define MINUTE (60 * INT64_C(1000000000))

static struct verdicts *writer;
static bool writer_fails; /* what is to be said comes back unwritten */

static void wake(void)
{
}

static int setup(void **state)
{
	setenv("SPOOR_AUTHOR", "anna", 1);
	if (stage_setup(state) != 0)
		return -1;
	struct err err = ERR_INIT;
	writer = verdicts_start(stage_path, STR_LIT("anna"), UNKNOWN_INT, wake, &err);
	return writer ? 0 : -1;
}

static int teardown(void **state)
{
	struct buf lost = BUF_INIT;
	verdicts_quit(writer, 2000, &lost);
	verdicts_free(writer);
	buf_done(&lost);
	return stage_teardown(state);
}

/* ---------------------------------------------------------------- a store with queues */

static struct db *open_writer(void)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	assert_non_null(db);
	return db;
}

/* The results of v12, or pairs of them with v13; at most n. */
static int64_t make_queue(const char *name, size_t n, unsigned mode, int64_t copies, const char *reasons)
{
	struct err err = ERR_INIT;
	struct db *db = open_writer();
	struct queue_item items[200];
	struct stmt *s =
	    db_query(db,
	             "SELECT a.run, a.case_id, a.repeat, b.run, b.repeat FROM case_result a JOIN case_result b USING"
	             "(case_id, repeat) JOIN run ra ON ra.id = a.run JOIN run rb ON rb.id = b.run"
	             " WHERE ra.name = 'dispute v12' AND rb.name = 'dispute v13' ORDER BY a.ord, a.case_id",
	             &err);
	size_t found = 0;
	assert_non_null(s);
	while (found < n && stmt_step(s, &err) == STEP_ROW) {
		struct subject_at at = {
		    .kind = mode & QUEUE_PAIRWISE ? SUBJECT_PAIR : SUBJECT_CASE,
		    .at = {col_int(s, 0), col_int(s, 1), col_int(s, 2)}
                };
		if (mode & QUEUE_PAIRWISE) {
			at.run_b = col_int(s, 3);
			at.repeat_b = col_int(s, 4);
		}
		items[found++] = queue_item_of(&at, 0, 0);
	}
	stmt_end(s);
	assert_int_equal(found, n);
	int64_t id = 0;
	const struct queue_make make = {.name = str_of(name),
	                                .author = STR_LIT("lead"),
	                                .made_from = STR_LIT("a test"),
	                                .reasons = str_of(reasons),
	                                .rubric = STR_LIT("Is the limit of 120 days told?"),
	                                .now_ns = 1,
	                                .copies = copies,
	                                .mode = mode,
	                                .seed = 7,
	                                .items = items,
	                                .n = n};
	assert_true(queue_make(db, &make, &id, &err));
	db_close(db);
	return id;
}

/* ---------------------------------------------------------------- the screen and its writer */

/* Until nothing is under way: what the app's loop does. */
static void settle(struct stage *st)
{
	const struct screen_ops *ops = st->screen.ops;
	for (bool more = true; more;) {
		struct saying *say;
		struct verdict_answer a;
		more = false;
		stage_settle(st);
		while ((say = ops->say(&st->screen))) {
			more = true;
			if (writer_fails) {
				struct err err = ERR_INIT;
				err_set(&err, ERR_STORE, NULL, "the disk is full");
				ops->said(&st->screen, say, false, &err);
				saying_free(say);
				continue;
			}
			verdicts_post(writer, say, 1, NULL);
			assert_true(verdicts_take(writer, 5000, &a));
			ops->said(&st->screen, a.saying, a.ok, &a.err);
			saying_free(a.saying);
		}
	}
}

/* Equal answers share a verdict: each test begins without any. */
static void forget_all(void)
{
	struct err err = ERR_INIT;
	struct db *db = open_writer();
	assert_true(db_exec(db, "DELETE FROM annotation_now", &err) && db_exec(db, "DELETE FROM annotation", &err));
	db_close(db);
}

static int fresh(void **state)
{
	(void)state;
	forget_all();
	return 0;
}

static void open_queue(struct stage *st, int64_t id, int rows, int cols, bool ascii)
{
	stage_open(st, "review", &(struct target){.screen = "review", .id = id}, rows, cols, ascii);
	settle(st);
}

static void press(struct stage *st, const char *keys)
{
	struct str rest = str_of(keys), name;
	while (str_split(&rest, ' ', &name)) {
		const struct action *a = action_for_key(st->screen.ops->actions, key_named(name));
		assert_non_null(a);
		st->ui->message[0] = '\0';
		st->target = (struct target){0};
		st->outcome =
		    a->run(&st->screen, &(struct input){.key = key_named(name), .argument = STR_NONE}, &st->target);
		settle(st);
	}
}

/* Presses keys without waiting for anything: as the app holds them back. */
static void press_ahead(struct stage *st, const char *keys)
{
	const struct screen_ops *ops = st->screen.ops;
	struct str rest = str_of(keys), name;
	while (str_split(&rest, ' ', &name)) {
		while (ops->waits(&st->screen))
			settle(st);
		const struct action *a = action_for_key(ops->actions, key_named(name));
		a->run(&st->screen, &(struct input){.key = key_named(name), .argument = STR_NONE}, &st->target);
	}
	settle(st);
}

static void write_answer(struct stage *st, const char *text)
{
	assert_int_equal(st->outcome, OUT_WRITE);
	const struct action *a = st->target.answer;
	free(st->target.whole);
	st->outcome = a->run(&st->screen, &(struct input){.key = KEY_NONE, .argument = str_of(text)}, &st->target);
	settle(st);
}

static const struct review_state *state_of(const struct stage *st)
{
	return st->screen.state;
}

/* What anna says of the n-th item of the queue, as "bad|outdated|note". */
static void says(int64_t queue, int64_t seq, struct buf *out)
{
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct queue_item item;
	struct subject subject;
	struct annotation *now;
	size_t n;
	struct block_cache *blocks = block_cache_new(stage_db);
	assert_true(queue_item(stage_db, queue, seq, &arena, &item, &err));
	assert_true(queue_subject(stage_db, blocks, &item, &arena, &subject, &err));
	assert_true(annotate_state(stage_db, &subject.hash, &arena, &now, &n, &err));
	buf_clear(out);
	for (size_t i = 0; i < n; i++)
		if (str_is(now[i].author, "anna")) {
			buf_add_cstr(out, out->len ? "|" : "");
			buf_add_str(out, now[i].value);
		}
	block_cache_free(blocks);
	arena_done(&arena);
}

static void assert_says(int64_t queue, int64_t seq, const char *want)
{
	struct buf got = BUF_INIT;
	says(queue, seq, &got);
	assert_string_equal(buf_cstr(&got), want);
	buf_done(&got);
}

static struct queue_mark mark_of(int64_t queue, int64_t seq)
{
	struct err err = ERR_INIT;
	struct queue_mark m;
	assert_true(queue_marked(stage_db, queue, seq, STR_LIT("anna"), &m, &err));
	return m;
}

static int64_t number(const char *sql)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(stage_db, sql, &err);
	assert_non_null(s);
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	int64_t n = col_int(s, 0);
	stmt_end(s);
	return n;
}

/* ---------------------------------------------------------------- golden screens */

static const struct {
	const char *name, *keys;
	int rows, cols;
	unsigned mode;
	bool ascii, mono;
} golden[] = {
    {"review-80x24",            NULL,        24, 80,  0,              false, false},
    {"review-80x24-ascii",      "1",         24, 80,  0,              true,  false},
    {"review-80x24-mono",       "2 2",       24, 80,  0,              false, true },
    {"review-200x50",           "3",         50, 200, 0,              false, false},
    {"review-40x12",            "1",         12, 40,  0,              false, false},
    {"review-20x5",             NULL,        5,  20,  0,              false, false},
    {"review-reasons-80x24",    "2",         24, 80,  0,              false, false},
    {"review-several-80x24",    "2 m 1 3",   24, 80,  0,              false, false},
    {"review-reasons-40x12",    "2 m 2",     12, 40,  0,              true,  false},
    {"review-reasons-200x50",   "2",         50, 200, 0,              false, false},
    {"review-back-80x24",       "2 1 1 b b", 24, 80,  0,              false, false},
    {"review-taken-back-80x24", "2 1 u",     24, 80,  0,              false, false},
    {"review-help-80x24",       "?",         24, 80,  0,              false, false},
    {"review-help-200x50",      "?",         50, 200, 0,              false, false},
    {"review-help-40x12",       "? Space",   12, 40,  0,              true,  false},
    {"review-guide-80x24",      "g",         24, 80,  0,              false, false},
    {"review-whole-40x12",      "w",         12, 40,  0,              false, false},
    {"review-evidence-80x24",   "1 b e",     24, 80,  QUEUE_BLIND,    false, false},
    {"review-blind-80x24",      "e",         24, 80,  QUEUE_BLIND,    false, false},
    {"review-evidence-200x50",  "1 b e",     50, 200, 0,              false, false},
    {"review-leave-80x24",      "1 q",       24, 80,  0,              false, false},
    {"review-end-80x24",        "1 2 2 3 1", 24, 80,  0,              false, false},
    {"review-end-skipped",      "1 s 3 2 1", 24, 80,  0,              false, false},
    {"review-end-40x12",        "1 2 2 3 1", 12, 40,  0,              true,  true },
    {"review-end-200x50",       "1 2 2 3 1", 50, 200, 0,              false, false},
    {"review-pair-80x24",       "1",         24, 80,  QUEUE_PAIRWISE, false, false},
    {"review-pair-200x50",      "4",         50, 200, QUEUE_PAIRWISE, false, false},
    {"review-pair-40x12",       NULL,        12, 40,  QUEUE_PAIRWISE, false, false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		char name[64];
		snprintf(name, sizeof name, "answers %zu", i + 1);
		int64_t id = make_queue(name, 4, golden[i].mode, 0, NULL);
		open_queue(&st, id, golden[i].rows, golden[i].cols, golden[i].ascii);
		press(&st, "Enter"); /* the help that shows by itself: nothing is remembered here */
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			press(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
		forget_all();
	}
}

/* ---------------------------------------------------------------- what a key does */

static void test_verdicts(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("verdicts", 5, QUEUE_BLIND, 0, " late ,, rude");
	open_queue(&st, id, 24, 80, false);
	assert_true(stage_shows(&st, "Press Enter to begin"));
	press(&st, "1"); /* nothing is judged that does not show */
	assert_says(id, 0, "");
	assert_true(stage_shows(&st, "0 of 5 done"));
	st.ui->now_ns += 5000000000;
	press(&st, "1");
	assert_says(id, 0, "good");
	assert_true(stage_shows(&st, "Saved: question 1 is good"));
	assert_true(stage_shows(&st, "1 of 5 done"));
	assert_int_equal(mark_of(id, 0).state, QUEUE_DONE);
	assert_int_equal(mark_of(id, 0).spent_ns, 5000000000);
	assert_true(mark_of(id, 0).has_event);
	/* bad, and the queue's own second reason; a break counts nothing */
	st.ui->now_ns += 2000000000;
	press(&st, "Space");
	st.ui->now_ns += 10 * MINUTE;
	press(&st, "2");
	assert_true(stage_shows(&st, "1 late"));
	assert_says(id, 1, "bad");
	press(&st, "3"); /* there is no third */
	assert_true(stage_shows(&st, "there are 2 reasons"));
	st.ui->now_ns += 1000000000;
	press(&st, "2");
	assert_says(id, 1, "bad|rude");
	assert_int_equal(mark_of(id, 1).spent_ns, 2000000000); /* until the verdict */
	/* several, then a second thought */
	press(&st, "- m 1 2 Enter");
	assert_says(id, 2, "bad|late, rude");
	press(&st, "b +");
	assert_says(id, 2, "good");
	press(&st, "2 Enter");
	assert_says(id, 3, "bad");
	press(&st, "2 ~"); /* unsure, while a reason is asked for */
	assert_says(id, 4, "unsure");
	assert_true(stage_shows(&st, "5 of 5 done"));
	assert_true(stage_shows(&st, "THAT WAS THE LAST ONE"));
	press(&st, "1");
	assert_true(stage_shows(&st, "nothing is left to judge here"));
	/* blind, and what was shown: on every event of the first item */
	/* (the item gone back to was judged when it came: not blind; its emptied reason neither) */
	assert_int_equal(number("SELECT count(*) FROM annotation WHERE queue = 'verdicts' AND how & 2 = 0"), 2);
	assert_int_equal(number("SELECT count(*) FROM annotation WHERE queue = 'verdicts' AND how & 2 AND field = 3"),
	                 2);
	assert_int_equal(number("SELECT count(*) FROM annotation WHERE queue = 'verdicts' AND shown IS NULL"
	                        " AND withdraws IS NULL"),
	                 0);
	assert_true(number("SELECT count(*) FROM annotation WHERE queue = 'verdicts' AND how & 2 = 2") >= 5);
	stage_close(&st);
}

static void test_undo(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("undo", 6, 0, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter 1 2 2 3");
	assert_says(id, 1, "bad|outdated");
	press(&st, "u"); /* the unsure one is open again, and shows */
	assert_int_equal(state_of(&st)->now->seq, 2);
	assert_says(id, 2, "");
	assert_int_equal(mark_of(id, 2).state, QUEUE_OPEN);
	assert_true(stage_shows(&st, "2 of 6 done"));
	press(&st, "u"); /* verdict and reason are one */
	assert_int_equal(state_of(&st)->now->seq, 1);
	assert_says(id, 1, "");
	press(&st, "^R");
	assert_says(id, 1, "bad|outdated");
	assert_int_equal(mark_of(id, 1).state, QUEUE_DONE);
	press(&st, "^R");
	assert_says(id, 2, "unsure");
	assert_int_equal(state_of(&st)->now->seq, 3);
	assert_true(stage_shows(&st, "3 of 6 done"));
	press(&st, "^R");
	assert_true(stage_shows(&st, "nothing was taken back"));
	/* while a reason is asked for */
	press(&st, "2 u");
	assert_int_equal(state_of(&st)->now->seq, 3);
	assert_says(id, 3, "");
	assert_int_equal(state_of(&st)->mode, REVIEW_JUDGES);
	press(&st, "1");
	assert_says(id, 3, "good");
	/* back, back and on: where one was */
	press(&st, "b b");
	assert_int_equal(state_of(&st)->now->seq, 2);
	assert_true(stage_shows(&st, "you said unsure"));
	press(&st, "n n");
	assert_int_equal(state_of(&st)->now->seq, 4);
	press(&st, "b b b b b b b");
	assert_true(stage_shows(&st, "there is none before it"));
	press(&st, "1 n n n n n n");
	assert_int_equal(state_of(&st)->now->seq, 4);
	stage_close(&st);
}

static void test_texts(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("texts", 3, 0, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter c");
	assert_string_equal(st.target.prompt, "Your note");
	assert_true(str_starts(str_of(st.target.draft), "note "));
	write_answer(&st, "two lines\nof a note");
	assert_true(stage_shows(&st, "Saved: the note to question 1"));
	assert_int_equal(state_of(&st)->now->seq, 0);
	assert_int_equal(mark_of(id, 0).state, QUEUE_OPEN);
	press(&st, "C");
	assert_non_null(st.target.whole);
	assert_true(str_eq(str_of(st.target.whole), state_of(&st)->now->view.subject.answer));
	write_answer(&st, "The right answer.");
	press(&st, "2 c");
	assert_string_equal(st.target.whole, "two lines\nof a note");
	write_answer(&st, "a better note");
	press(&st, "4");
	assert_says(id, 0, "bad|a better note|The right answer.|tone");
	press(&st, "b c");
	write_answer(&st, "");
	assert_says(id, 0, "bad|The right answer.|tone");
	stage_close(&st);
}

static void test_skip(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("skip", 4, 0, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter s 1 s 1");
	assert_true(stage_shows(&st, "BUT FOR THOSE YOU SKIPPED"));
	assert_int_equal(mark_of(id, 0).state, QUEUE_SKIPPED);
	assert_true(stage_shows(&st, "2 of 4 judged, 2 skipped"));
	press(&st, "s");
	assert_int_equal(state_of(&st)->now->seq, 0);
	press(&st, "1 s");
	assert_true(stage_shows(&st, "BUT FOR THOSE YOU SKIPPED"));
	press(&st, "u"); /* the skip is taken back */
	assert_int_equal(state_of(&st)->now->seq, 2);
	press(&st, "1");
	assert_true(stage_shows(&st, "THANK YOU"));
	assert_true(stage_shows(&st, "4 of 4 judged"));
	stage_close(&st);
}

/* The same where the next one is not read ahead yet: the first round ends before those that were skipped show. */
static void test_skip_slowly(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("slowly", 2, 0, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter s");
	struct review_state *s = st.screen.state;
	assert_int_equal(s->now->seq, 1);
	review_loaded_free(s->ahead);
	s->ahead = NULL;
	s->ahead_known = false;
	s->ahead_failed = true;
	press(&st, "1");
	assert_true(stage_shows(&st, "BUT FOR THOSE YOU SKIPPED"));
	press(&st, "s");
	assert_int_equal(s->now->seq, 0);
	press(&st, "3");
	assert_true(stage_shows(&st, "THANK YOU"));
	stage_close(&st);
	/* only what was skipped is left: it is begun with */
	id = make_queue("only", 2, 0, 0, NULL);
	forget_all();
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter s 1");
	stage_close(&st);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter");
	assert_int_equal(state_of(&st)->now->seq, 0);
	stage_close(&st);
}

static void test_pair(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("which", 8, QUEUE_PAIRWISE | QUEUE_BLIND, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter");
	press(&st, "Enter"); /* no verdict: what the keys are, those of pairs */
	assert_non_null(strstr(st.ui->message, "3 both good"));
	int swapped = 0;
	for (int i = 0; i < 8; i++) {
		const struct review_item *item = &state_of(&st)->now->view;
		const struct subject *s = &item->subject;
		struct arena arena = ARENA_INIT;
		struct buf want = BUF_INIT;
		bool left_is_b = item->swapped;
		swapped += left_is_b;
		assert_true(str_eq(str_trim(buf_str(&item->part[REVIEW_ANSWER].words.text)),
		                   str_trim(left_is_b ? s->answer_b : s->answer)));
		annotation_preference(&want, s->raw_output, s->raw_output_b,
		                      i < 6    ? (left_is_b ? 1 : 0)
		                      : i == 6 ? 2
		                               : 3);
		assert_false(stage_shows(&st, "dispute v1")); /* never which run */
		press(&st, i < 6 ? "1" : i == 6 ? "3" : "4");
		assert_says(id, i, buf_cstr(&want));
		buf_done(&want);
		arena_done(&arena);
	}
	assert_true(swapped > 0 && swapped < 8);
	assert_true(stage_shows(&st, "THAT WAS THE LAST ONE"));
	press(&st, "b +");
	assert_true(stage_shows(&st, "1 the first"));
	stage_close(&st);
}

/* Keys typed ahead of the writes: each meets its own item. */
static void test_ahead(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("ahead", 9, 0, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press_ahead(&st, "Enter 1 2 3 3 2 Enter s + - 1 ~ 2");
	assert_says(id, 0, "good");
	assert_says(id, 1, "bad|unsafe");
	assert_says(id, 2, "unsure");
	assert_says(id, 3, "bad");
	assert_says(id, 4, "");
	assert_says(id, 5, "good");
	assert_says(id, 6, "bad|wrong");
	assert_says(id, 7, "unsure");
	assert_says(id, 8, "bad");
	stage_close(&st);
}

static void test_failure(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("failure", 3, 0, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter 1");
	writer_fails = true;
	press(&st,
	      "2 2"); /* neither is kept, and the item stays; the second digit is a verdict again, and fails, too */
	writer_fails = false;
	assert_int_equal(state_of(&st)->now->seq, 1);
	assert_true(stage_shows(&st, "the disk is full"));
	assert_true(stage_shows(&st, "1 of 3 done"));
	assert_says(id, 1, "");
	press(&st, "1");
	assert_says(id, 1, "good");
	assert_int_equal(state_of(&st)->now->seq, 2);
	stage_close(&st);
}

/* Stopped in the middle; the next day it goes on there. */
static void test_resume(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("resume", 5, 0, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter 1 3 q");
	assert_true(stage_shows(&st, "spoor review resume"));
	assert_int_equal(st.outcome, OUT_REFRESH);
	press(&st, "q");
	assert_int_equal(st.outcome, OUT_BACK);
	stage_close(&st);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter");
	assert_int_equal(state_of(&st)->now->seq, 2);
	assert_true(stage_shows(&st, "2 of 5 done"));
	press(&st, "q Enter 1 b");
	assert_true(stage_shows(&st, "Question 3: you said good"));
	stage_close(&st);
	stage_open(&st, "review", &(struct target){.screen = "review", .text = "resu", .id2 = 1}, 24, 80, false);
	settle(&st);
	press(&st, "Enter q q");
	assert_int_equal(st.outcome, OUT_QUIT);
	stage_close(&st);
	stage_open(&st, "review", &(struct target){.screen = "review", .text = "nosuch"}, 24, 80, false);
	assert_true(stage_shows(&st, "nosuch"));
	press(&st, "1 b u ? g q");
	assert_int_equal(st.outcome, OUT_BACK);
	stage_close(&st);
}

/* An answer that was judged in another queue need not be judged again. */
static void test_judged_before(void **state)
{
	(void)state;
	struct stage st;
	int64_t first = make_queue("before", 3, 0, 0, NULL), id = make_queue("again", 3, 0, 0, NULL);
	open_queue(&st, first, 24, 80, false);
	press(&st, "Enter 2 2 1 3");
	stage_close(&st);
	int64_t events = number("SELECT count(*) FROM annotation");
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter");
	assert_true(stage_shows(&st, "You judged this answer before: bad, outdated"));
	press(&st, "Enter");
	assert_true(stage_shows(&st, "1 of 3 done"));
	assert_int_equal(mark_of(id, 0).state, QUEUE_DONE);
	assert_says(id, 0, "bad|outdated");
	press(&st, "2 1"); /* or otherwise */
	assert_says(id, 1, "bad|wrong");
	press(&st, "s");
	assert_int_equal(mark_of(id, 2).state, QUEUE_SKIPPED);
	assert_true(number("SELECT count(*) FROM annotation") >= events + 2);
	stage_close(&st);
}

/* Two people share the items: after a break the one that was ahead is with the other. */
static void test_shared(void **state)
{
	(void)state;
	struct stage st;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct queue_turn turn;
	int64_t id = make_queue("shared", 2, 0, 1, NULL);
	struct db *db = open_writer();
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter");
	assert_int_equal(state_of(&st)->now->seq, 0);
	assert_int_equal(state_of(&st)->ahead->seq, 1);
	assert_true(queue_next(db, id, STR_LIT("bert"), st.ui->now_ns, -1, &arena, &turn, &err));
	assert_int_equal(turn.end, QUEUE_OTHERS); /* both are with anna */
	st.ui->now_ns += QUEUE_CLAIM_NS + MINUTE;
	struct stmt *s = db_query(db, "DELETE FROM queue_claim WHERE queue = ? AND seq = 1", &err);
	stmt_int(s, 1, id);
	assert_true(stmt_run(s, &err));
	assert_true(queue_touch(db, id, 0, STR_LIT("anna"), st.ui->now_ns, &err));
	assert_true(queue_next(db, id, STR_LIT("bert"), st.ui->now_ns, 0, &arena, &turn, &err));
	assert_int_equal(turn.end, QUEUE_GIVES);
	assert_int_equal(turn.item.seq, 1);
	press(&st, "1");
	assert_true(stage_shows(&st, "THE REST IS WITH YOUR COLLEAGUES"));
	press(&st, "n");
	assert_true(stage_shows(&st, "THE REST IS WITH YOUR COLLEAGUES"));
	assert_true(queue_release(db, id, STR_LIT("bert"), &err));
	press(&st, "n");
	assert_int_equal(state_of(&st)->now->seq, 1);
	press(&st, "2 2");
	assert_true(stage_shows(&st, "THANK YOU"));
	assert_true(stage_shows(&st, "2 judged by you; of all 2, 2 are finished"));
	db_close(db);
	arena_done(&arena);
	stage_close(&st);
}

/* M: what shows is read again, at the same place of the same question. */
static void test_masked(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("masked", 3, 0, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter 1 2");
	const struct review_loaded *before = state_of(&st)->now;
	st.ui->masked = true;
	assert_int_equal(state_of(&st)->mode, REVIEW_REASONS);
	settle(&st);
	assert_ptr_not_equal(state_of(&st)->now, before);
	assert_non_null(state_of(&st)->ahead);
	assert_int_equal(state_of(&st)->now->seq, 1);
	assert_int_equal(state_of(&st)->mode, REVIEW_REASONS);
	press(&st, "2");
	assert_says(id, 1, "bad|outdated");
	assert_true(stage_shows(&st, "2 of 3 done"));
	stage_close(&st);
}

/* An item whose answer is not in the store any more stops nobody. */
static void test_gone(void **state)
{
	(void)state;
	struct stage st;
	struct err err = ERR_INIT;
	int64_t id = make_queue("gone", 3, 0, 0, NULL);
	struct db *db = open_writer();
	struct stmt *s = db_query(db, "UPDATE queue_item SET run = 999 WHERE queue = ? AND seq = 1", &err);
	stmt_int(s, 1, id);
	assert_true(stmt_run(s, &err));
	db_close(db);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter 1");
	assert_true(stage_shows(&st, "not in the store any more"));
	press(&st, "1 2 d w e r c a");
	assert_int_equal(state_of(&st)->now->seq, 1);
	press(&st, "s");
	assert_int_equal(state_of(&st)->now->seq, 2);
	stage_close(&st);
}

static void test_pages(void **state)
{
	(void)state;
	struct stage st;
	int64_t id = make_queue("pages", 3, QUEUE_BLIND, 0, NULL);
	open_queue(&st, id, 24, 80, false);
	press(&st, "Enter e");
	assert_true(stage_shows(&st, "First your own verdict"));
	assert_false(stage_shows(&st, "groundedness"));
	press(&st, "1"); /* pages of the item do not take the digits away */
	assert_says(id, 0, "good");
	assert_int_equal(state_of(&st)->page.kind, REVIEW_NO_PAGE);
	press(&st, "b e");
	assert_true(stage_shows(&st, "groundedness"));
	assert_true(stage_shows(&st, "you: good"));
	press(&st, "e w Space k g g r r d Esc ? j j G ? q Enter n");
	assert_int_equal(state_of(&st)->now->seq, 1);
	press(&st, "2");
	press(&st, "1 a");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "alikes");
	assert_string_equal(st.target.text, "case blind"); /* the queue is: no run shows there */
	struct target place = {0};
	st.screen.ops->place(&st.screen, &place);
	assert_int_equal(place.id, id);
	struct buf out = BUF_INIT;
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &out));
	assert_string_equal(buf_cstr(&out), "spoor review pages");
	buf_done(&out);
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_golden, fresh),  cmocka_unit_test_setup(test_verdicts, fresh),
	    cmocka_unit_test_setup(test_undo, fresh),    cmocka_unit_test_setup(test_texts, fresh),
	    cmocka_unit_test_setup(test_skip, fresh),    cmocka_unit_test_setup(test_skip_slowly, fresh),
	    cmocka_unit_test_setup(test_pair, fresh),    cmocka_unit_test_setup(test_ahead, fresh),
	    cmocka_unit_test_setup(test_failure, fresh), cmocka_unit_test_setup(test_resume, fresh),
	    cmocka_unit_test_setup(test_shared, fresh),  cmocka_unit_test_setup(test_judged_before, fresh),
	    cmocka_unit_test_setup(test_masked, fresh),  cmocka_unit_test_setup(test_gone, fresh),
	    cmocka_unit_test_setup(test_pages, fresh),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
