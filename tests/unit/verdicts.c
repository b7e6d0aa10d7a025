/* tui/verdicts: the writer of what people say. On disk when answered, in order, taken back and said again in groups, whoever else writes
 * or dies. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/store.h"
#include "tui/verdicts.h"

static void no_wake(void)
{
}

static struct verdicts *start(const char *author)
{
	struct err err = ERR_INIT;
	struct verdicts *v = verdicts_start(store_path, str_of(author), UNKNOWN_INT, no_wake, &err);
	if (!v)
		fail_msg("%s", err.text);
	return v;
}

static void end(struct verdicts *v)
{
	struct buf lost = BUF_INIT;
	assert_int_equal(verdicts_quit(v, 5000, &lost), 0);
	assert_int_equal(lost.len, 0);
	buf_done(&lost);
	verdicts_free(v);
}

static struct saying *say_of(const char *key, enum annotation_field field, const char *value)
{
	struct saying *s = saying_new(SAYING_ADD, NULL);
	const struct annotation_target target = {str_of(key), STR_LIT("question"), STR_LIT("answer")};
	const struct annotation_kept kept = annotation_kept(&target);
	saying_target(s, &kept);
	saying_add(s, field, STR_NONE, str_of(value));
	return s;
}

static struct verdict_answer answered(struct verdicts *v)
{
	struct verdict_answer a;
	if (!verdicts_take(v, 10000, &a))
		fail_msg("no answer in 10 s");
	return a;
}

/* Posts, waits, and wants it written. */
static struct saying *done(struct verdicts *v, struct saying *s)
{
	verdicts_post(v, s, 7, NULL);
	struct verdict_answer a = answered(v);
	if (!a.ok)
		fail_msg("%s", a.err.text);
	assert_ptr_equal(a.saying, s);
	assert_int_equal(a.owner, 7);
	return s;
}

static void post_and_free(struct verdicts *v, struct saying *s)
{
	saying_free(done(v, s));
}

static int64_t count(const char *sql)
{
	int64_t n = -1;
	struct err err = ERR_INIT;
	struct stmt *s = db_query_composed(db, str_of(sql), &err);
	if (!s || stmt_step(s, &err) != STEP_ROW)
		fail_msg("%s: %s", err.text, sql);
	n = col_int(s, 0);
	stmt_free(s);
	return n;
}

/* "verdict=bad note=why": the state of a target, of all authors. */
static void assert_state(const char *key, const char *want)
{
	const struct annotation_target t = {str_of(key), STR_LIT("question"), STR_LIT("answer")};
	const struct sha256 hash = annotation_target_hash(&t);
	struct arena arena = ARENA_INIT;
	struct annotation *now;
	size_t n;
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT;
	assert_true(annotate_state(db, &hash, &arena, &now, &n, &err));
	for (size_t i = 0; i < n; i++)
		buf_printf(&got, "%s%s=" STR_FMT, i ? " " : "", annotation_field_name(now[i].field),
		           STR_ARG(now[i].value));
	assert_string_equal(buf_cstr(&got), want);
	buf_done(&got);
	arena_done(&arena);
}

/* ---------------------------------------------------------------- */

static void test_add(void **state)
{
	(void)state;
	struct verdicts *v = start("ana");
	struct saying *s = done(v, say_of("add", FIELD_VERDICT, "bad"));
	assert_int_equal(s->n_events, 1);
	assert_true(s->done_group > 0);
	assert_false(s->was_so);
	saying_free(s);
	assert_state("add", "verdict=bad");
	/* The same again: said so, nothing written. */
	int64_t before = count("SELECT count(*) FROM annotation");
	s = done(v, say_of("add", FIELD_VERDICT, "bad"));
	assert_true(s->was_so);
	assert_int_equal(s->n_events, 1);
	saying_free(s);
	assert_int_equal(count("SELECT count(*) FROM annotation"), before);
	post_and_free(v, say_of("add", FIELD_VERDICT, "good"));
	assert_state("add", "verdict=good");
	/* Nothing to say any more, and that is taken back. */
	post_and_free(v, say_of("add", FIELD_VERDICT, ""));
	assert_state("add", "");
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	assert_state("add", "verdict=good");
	end(v);
}

static void test_groups(void **state)
{
	(void)state;
	struct verdicts *v = start("ana");
	struct saying *s = done(v, say_of("group", FIELD_VERDICT, "good"));
	uint64_t first = s->done_group;
	saying_free(s);
	s = done(v, say_of("group", FIELD_VERDICT, "bad"));
	uint64_t group = s->done_group;
	assert_true(group != first);
	saying_free(s);
	s = say_of("group", FIELD_REASON, "outdated");
	s->group = group;
	s = done(v, s);
	assert_int_equal(s->done_group, group);
	saying_free(s);
	s = say_of("group", FIELD_REASON, "outdated, tone");
	s->group = group;
	saying_free(done(v, s));
	s = say_of("group", FIELD_NOTE, "why");
	s->group = group;
	saying_free(done(v, s));
	assert_state("group", "verdict=bad note=why reason=outdated, tone");

	s = done(v, saying_new(SAYING_TAKE_BACK, NULL)); /* all of it together */
	assert_int_equal(s->done_group, group);
	assert_int_equal(s->n_says, 3);
	saying_free(s);
	assert_state("group", "verdict=good");
	post_and_free(v, saying_new(SAYING_AGAIN, NULL));
	assert_state("group", "verdict=bad note=why reason=outdated, tone");
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	assert_state("group", "");
	post_and_free(v, saying_new(SAYING_AGAIN, NULL));
	assert_state("group", "verdict=good");
	/* Something new: what was taken back cannot be said again any more. */
	post_and_free(v, say_of("group", FIELD_NOTE, "other"));
	verdicts_post(v, saying_new(SAYING_AGAIN, NULL), 0, NULL);
	struct verdict_answer a = answered(v);
	assert_false(a.ok);
	assert_int_equal(a.err.code, ERR_NOT_FOUND);
	saying_free(a.saying);
	/* Nothing was ever deleted. */
	assert_int_equal(count("SELECT count(*) FROM annotation WHERE hint = 'group' AND value = 'bad'"), 2);
	end(v);
}

/* `u` after "already bad" takes back that verdict, not the one before it. */
static void test_undo_of_same(void **state)
{
	(void)state;
	struct verdicts *v = start("ana");
	post_and_free(v, say_of("same-1", FIELD_VERDICT, "bad"));
	end(v);
	v = start("ana"); /* another day */
	post_and_free(v, say_of("same-2", FIELD_VERDICT, "bad"));
	post_and_free(v, say_of("same-1", FIELD_VERDICT, "bad"));
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	assert_state("same-1", "");
	assert_state("same-2", "verdict=bad");
	post_and_free(v, say_of("same-1", FIELD_VERDICT, "good"));
	post_and_free(v, say_of("same-2", FIELD_VERDICT, "bad"));
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	assert_state("same-2", "");
	assert_state("same-1", "verdict=good");
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	assert_state("same-1", "");
	verdicts_post(v, saying_new(SAYING_TAKE_BACK, NULL), 0, NULL); /* what was said again was one group, not two */
	struct verdict_answer a = answered(v);
	assert_false(a.ok);
	saying_free(a.saying);
	end(v);
}

/* What failed is not on the stack: `u` after it takes back nothing else. */
static void test_failed(void **state)
{
	(void)state;
	struct verdicts *v = start("ana");
	post_and_free(v, say_of("failed", FIELD_VERDICT, "bad"));
	struct saying *s = saying_new(SAYING_ADD, &(struct subject_at){.kind = SUBJECT_TRACE, .trace = 4711});
	saying_verdict(s, VERDICT_GOOD);
	verdicts_post(v, s, 0, NULL);
	verdicts_post(v, saying_new(SAYING_TAKE_BACK, NULL), 0, NULL);
	struct verdict_answer a = answered(v);
	assert_false(a.ok);
	assert_string_equal(a.err.text, "this trace is not in the store any more");
	saying_free(a.saying);
	a = answered(v);
	assert_false(a.ok);
	saying_free(a.saying);
	assert_state("failed", "verdict=bad");
	end(v);
}

static void test_rows(void **state)
{
	(void)state;
	run_sql("INSERT INTO word VALUES(9001, 'root')");
	run_sql("INSERT INTO trace(id, key, text, first, n, name, source, seen) VALUES(901, x'0901', 't901', 9010, 2, "
	        "9001, 1, 1)");
	run_sql("INSERT INTO span(pos, trace, key, up, depth, size, flags, kind, status, record, hash, source) VALUES"
	        "(9010, 901, 171, 0, 0, 2, 0, 0, 0, 0, 1, 1), (9011, 901, 172, 1, 1, 1, 0, 0, 0, 0, 1, 1)");
	static const struct {
		struct subject_at at;
		const char *hint;
	} rows[] = {
	    {{.kind = SUBJECT_TRACE, .trace = 901},             "trace:t901"                      },
	    {{.kind = SUBJECT_SPAN, .trace = 901, .span = 172}, "trace:t901/span:00000000000000ac"},
	    {{.kind = SUBJECT_SPAN, .trace = 901, .span = 171}, "trace:t901"                      },
	};
	struct verdicts *v = start("ana");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct saying *s = saying_new(SAYING_ADD, &rows[i].at);
		saying_verdict(s, VERDICT_BAD);
		s = done(v, s);
		assert_int_equal(s->was_so, i == 2); /* a trace's first span is the trace */
		struct buf sql = BUF_INIT;
		buf_printf(&sql, "SELECT count(*) FROM annotation_now WHERE hint = '%s' AND value = 'bad'",
		           rows[i].hint);
		assert_int_equal(count(buf_cstr(&sql)), 1);
		buf_done(&sql);
		saying_free(s);
	}
	end(v);
}

static struct saying *of_item(struct saying *s, int64_t seq)
{
	saying_queue(s, 31, seq, STR_LIT("friday"), 2500000000);
	return s;
}

/* The mark of a queue's item goes and comes with the verdict, and undo brings back what it was. */
static void test_marks(void **state)
{
	(void)state;
	struct verdicts *v = start("ana");
	post_and_free(v, of_item(saying_new(SAYING_SKIP, NULL), 4));
	assert_int_equal(count("SELECT state FROM queue_mark WHERE queue = 31 AND seq = 4 AND author = 'ana'"), 2);
	post_and_free(v, of_item(say_of("item", FIELD_VERDICT, "bad"), 4));
	assert_int_equal(count("SELECT state FROM queue_mark WHERE queue = 31 AND seq = 4"), 1);
	assert_int_equal(count("SELECT spent_ns FROM queue_mark WHERE queue = 31 AND seq = 4"), 2500000000);
	assert_int_equal(count("SELECT count(*) FROM queue_mark m JOIN annotation a ON a.event = m.event"
	                       " WHERE a.queue = 'friday' AND a.value = 'bad'"),
	                 1);
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	assert_int_equal(count("SELECT state FROM queue_mark WHERE queue = 31 AND seq = 4"), 2);
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	assert_int_equal(count("SELECT count(*) FROM queue_mark"), 0);
	post_and_free(v, saying_new(SAYING_AGAIN, NULL));
	post_and_free(v, saying_new(SAYING_AGAIN, NULL));
	assert_int_equal(count("SELECT state FROM queue_mark WHERE queue = 31 AND seq = 4"), 1);
	assert_state("item", "verdict=bad");
	/* A reason after it belongs to it: the mark keeps the verdict's event, and one key takes both back. */
	post_and_free(v, of_item(say_of("item", FIELD_REASON, "tone"), 4));
	assert_int_equal(
	    count("SELECT count(*) FROM queue_mark m JOIN annotation a ON a.event = m.event WHERE a.field = 0"), 1);
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	assert_state("item", "");
	assert_int_equal(count("SELECT state FROM queue_mark WHERE queue = 31 AND seq = 4"), 2);
	post_and_free(v, saying_new(SAYING_AGAIN, NULL));
	assert_state("item", "verdict=bad reason=tone");
	/* A verdict that is emptied leaves the item open. */
	post_and_free(v, of_item(say_of("item", FIELD_VERDICT, ""), 4));
	assert_int_equal(count("SELECT count(*) FROM queue_mark WHERE queue = 31 AND seq = 4"), 0);
	post_and_free(v, saying_new(SAYING_TAKE_BACK, NULL));
	assert_int_equal(count("SELECT state FROM queue_mark WHERE queue = 31 AND seq = 4"), 1);
	/* A note alone is no verdict. */
	post_and_free(v, of_item(say_of("item-2", FIELD_NOTE, "hm"), 5));
	assert_int_equal(count("SELECT count(*) FROM queue_mark WHERE seq = 5"), 0);
	end(v);
}

static void sleep_ms(int ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

/* Somebody else writes: it waits, says so, and is written then. */
static void test_busy(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char why[200];
	struct verdicts *v = start("ana");
	assert_true(db_begin(db, &err));
	verdicts_post(v, say_of("busy", FIELD_VERDICT, "bad"), 0, NULL);
	assert_int_equal(verdicts_waiting(v, why, sizeof why), 1);
	assert_string_equal(why, "");
	sleep_ms(1200);
	assert_int_equal(verdicts_waiting(v, why, sizeof why), 1);
	assert_non_null(strstr(why, "writing"));
	struct verdict_answer a;
	assert_false(verdicts_take(v, 0, &a));
	db_rollback(db);
	a = answered(v);
	assert_true(a.ok);
	saying_free(a.saying);
	assert_state("busy", "verdict=bad");
	assert_int_equal(verdicts_waiting(v, why, sizeof why), 0);
	end(v);
}

/* Another program holds the store, by SQLite's lock alone, for longer than anybody waits for that. */
static void test_foreign_lock(void **state)
{
	(void)state;
	sqlite3 *other;
	struct verdicts *v = start("ana");
	post_and_free(v, say_of("before", FIELD_VERDICT, "bad")); /* the store is open */
	assert_int_equal(sqlite3_open(store_path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	verdicts_post(v, say_of("foreign", FIELD_VERDICT, "bad"), 0, NULL);
	sleep_ms(5500);
	struct verdict_answer a;
	assert_false(verdicts_take(v, 0, &a));
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	a = answered(v);
	assert_true(a.ok);
	saying_free(a.saying);
	assert_state("foreign", "verdict=bad");
	end(v);
}

static void test_quit(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char key[32];
	struct verdicts *v = start("ana");
	for (int i = 0; i < 50; i++) {
		snprintf(key, sizeof key, "quit-%d", i);
		verdicts_post(v, say_of(key, FIELD_VERDICT, "unsure"), 0, NULL);
	}
	end(v); /* all that was asked is written before it ends */
	assert_int_equal(count("SELECT count(*) FROM annotation_now WHERE hint LIKE 'quit-%' AND value = 'unsure'"),
	                 50);

	v = start("ana");
	assert_true(db_begin(db, &err));
	verdicts_post(v, say_of("lost", FIELD_VERDICT, "bad"), 0, NULL);
	verdicts_post(v, say_of("lost", FIELD_NOTE, "too late"), 0, NULL);
	struct buf lost = BUF_INIT;
	assert_int_equal(verdicts_quit(v, 100, &lost), 2); /* bounded, and said */
	assert_string_equal(buf_cstr(&lost), "bad, note");
	buf_done(&lost);
	verdicts_free(v);
	db_rollback(db);
	assert_state("lost", "");
}

/* Killed anywhere: what was answered is there, and nothing is there by half. */
static void test_killed(void **state)
{
	(void)state;
	enum { ROUNDS = 12, MANY = 200 };
	int64_t answered_in_all = 0;
	for (int round = 0; round < ROUNDS; round++) {
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			char author[32];
			snprintf(author, sizeof author, "k%d", round);
			struct verdicts *v = start(author);
			for (int i = 0; i < MANY; i++) {
				char key[32];
				snprintf(key, sizeof key, "kill-%d", i);
				struct saying *s = of_item(say_of(key, FIELD_VERDICT, "bad"), i);
				s->queue = 1000 + round;
				saying_free(done(v, s));
				if (write(ends[1], "x", 1) != 1)
					_exit(1);
			}
			_exit(0);
		}
		close(ends[1]);
		char byte;
		int64_t told = 0;
		for (int want = 1 + round * 3; told < want && read(ends[0], &byte, 1) == 1;)
			told++;
		nanosleep(&(struct timespec){.tv_nsec = round * 370000L}, NULL);
		kill(child, SIGKILL);
		while (read(ends[0], &byte, 1) == 1)
			told++;
		close(ends[0]);
		waitpid(child, NULL, 0);
		struct buf sql = BUF_INIT;
		buf_printf(&sql, "SELECT count(*) FROM annotation_now WHERE author = 'k%d'", round);
		int64_t kept = count(buf_cstr(&sql));
		buf_clear(&sql);
		buf_printf(
		    &sql,
		    "SELECT count(*) FROM queue_mark m JOIN annotation_now n ON n.event = m.event WHERE m.queue = %d",
		    1000 + round);
		assert_true(told > round * 3 && kept >= told && kept <= told + 1);
		assert_int_equal(count(buf_cstr(&sql)), kept);
		buf_done(&sql);
		answered_in_all += told;
	}
	assert_true(answered_in_all > ROUNDS);
}

/* Root writes everywhere, so it is somebody else for a while. */
static void test_read_only(void **state)
{
	(void)state;
	enum { NOBODY = 65534 };
	bool is_root = getuid() == 0;
	assert_int_equal(chmod(store_path, is_root ? 0444 : 0400), 0);
	assert_int_equal(chmod(store_dir, 0755), 0);
	if (is_root)
		assert_int_equal(setresuid(NOBODY, NOBODY, 0), 0);
	struct verdicts *v = start("ana");
	verdicts_post(v, say_of("ro", FIELD_VERDICT, "bad"), 0, NULL);
	struct verdict_answer a;
	char why[200] = "";
	bool has = false;
	for (int i = 0; i < 1000 && !has; i++) {
		has = verdicts_take(v, 20, &a);
		if (!has && verdicts_waiting(v, why, sizeof why) && why[0])
			break; /* it is no matter of waiting */
	}
	if (is_root)
		assert_int_equal(setresuid(0, 0, 0), 0);
	assert_int_equal(chmod(store_dir, 0700), 0);
	assert_int_equal(chmod(store_path, 0600), 0);
	assert_string_equal(why, "");
	assert_true(has);
	assert_false(a.ok);
	assert_non_null(strstr(a.err.text, "can only be read"));
	saying_free(a.saying);
	end(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_add),    cmocka_unit_test(test_groups),       cmocka_unit_test(test_undo_of_same),
	    cmocka_unit_test(test_failed), cmocka_unit_test(test_rows),         cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_busy),   cmocka_unit_test(test_foreign_lock), cmocka_unit_test(test_quit),
	    cmocka_unit_test(test_killed), cmocka_unit_test(test_read_only),
	};
	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
