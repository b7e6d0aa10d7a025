/* store/queue.h: names, who gets which item, claims that end, marks, pace, several processes on one store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "store/base/units.h"
#include "store/queue.h"
#include "tests/store.h"

#define SECOND INT64_C(1000000000)
static const int64_t t0 = 1700000000 * SECOND;

static struct str str_c(const char *s)
{
	return str_of(s);
}

static int64_t make_queue(const char *name, int64_t copies, size_t n)
{
	struct queue_item *items = xcalloc(n, sizeof *items);
	struct err err = ERR_INIT;
	int64_t id;
	for (size_t i = 0; i < n; i++)
		items[i] = (struct queue_item){.kind = 2, .trace = (int64_t)i + 1, .run = UNKNOWN_INT};
	const struct queue_make make = {.name = str_c(name),
	                                .author = STR_LIT("ann"),
	                                .made_from = STR_LIT("a test"),
	                                .now_ns = t0,
	                                .copies = copies,
	                                .mode = QUEUE_BLIND,
	                                .seed = 7,
	                                .items = items,
	                                .n = n};
	if (!queue_make(db, &make, &id, &err))
		fail_msg("%s", err.text);
	free(items);
	return id;
}

static int64_t next(int64_t id, const char *author, int64_t now_ns, int64_t except, enum queue_end *end)
{
	struct arena arena = ARENA_INIT;
	struct queue_turn turn;
	struct err err = ERR_INIT;
	if (!queue_next(db, id, str_c(author), now_ns, except, &arena, &turn, &err))
		fail_msg("%s", err.text);
	if (end)
		*end = turn.end;
	int64_t seq = turn.end == QUEUE_GIVES ? turn.item.seq : -1;
	arena_done(&arena);
	return seq;
}

static void put_mark(struct db *at, int64_t id, int64_t seq, const char *author, enum queue_state state,
                     int64_t time_ns, int64_t spent_ns)
{
	struct err err = ERR_INIT;
	const struct queue_mark mark = {.state = state, .time_ns = time_ns, .spent_ns = spent_ns};
	if (!db_begin(at, &err) || !queue_mark(at, id, seq, str_c(author), &mark, NULL, &err) || !db_commit(at, &err))
		fail_msg("%s", err.text);
}

static struct queue_progress progress_of(int64_t id, const char *author, int64_t now_ns)
{
	struct arena arena = ARENA_INIT;
	struct queue q;
	struct queue_progress p;
	struct err err = ERR_INIT;
	if (!queue_get(db, id, &arena, &q, &err) || !queue_progress(db, &q, str_c(author), now_ns, &p, &err))
		fail_msg("%s", err.text);
	arena_done(&arena);
	return p;
}

static void queues_are_made_and_found(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct queue q, *all;
	struct buf name = BUF_INIT;
	size_t n;
	int64_t id = make_queue("Refunds", 0, 3), other;
	assert_true(queue_find(db, str_c("Refunds"), &arena, &q, &err));
	assert_int_equal(q.id, id);
	assert_int_equal(q.n_items, 3);
	assert_int_equal(q.mode, QUEUE_BLIND);
	assert_int_equal(q.seed, 7);
	assert_true(q.closed_ns == UNKNOWN_INT);
	assert_true(queue_find(db, str_c("refu"), &arena, &q, &err));
	assert_false(queue_find(db, str_c("fund"), &arena, &q, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);

	const struct queue_item one = {.kind = 2, .trace = 1};
	struct queue_make again = {.name = str_c("Refunds"), .author = STR_LIT("ann"), .items = &one, .n = 1};
	err = ERR_INIT;
	assert_false(queue_make(db, &again, &other, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_true(queue_free_name(db, str_c("Refunds"), &name, &err));
	assert_string_equal(buf_cstr(&name), "Refunds 2");
	again.name = buf_str(&name);
	assert_true(queue_make(db, &again, &other, &err));
	assert_false(queue_find(db, str_c("re"), &arena, &q, &err));
	assert_int_equal(err.code, ERR_USAGE);
	err = ERR_INIT;
	again.name = str_c("x"), again.n = 0;
	assert_false(queue_make(db, &again, &other, &err));
	assert_int_equal(err.code, ERR_NO_DATA);

	assert_true(queue_close(db, id, t0, &err));
	assert_true(queue_list(db, false, &arena, &all, &n, &err));
	assert_int_equal(n, 1);
	assert_true(queue_list(db, true, &arena, &all, &n, &err));
	assert_int_equal(n, 2);
	assert_true(queue_rename(db, id, str_c("Old refunds"), &err));
	assert_false(queue_rename(db, id, str_c("Refunds 2"), &err));
	assert_true(queue_find(db, str_c("Old refunds"), &arena, &q, &err));
	buf_done(&name);
	arena_done(&arena);
}

static void names_are_one_line(void **state)
{
	(void)state;
	static const char *const good[] = {"a", "Refunds, May", "質問"}, *const bad[] = {"",     " a",      "a ",
	                                                                                 "a\nb", "\x1b[2J", "\xff"};
	char longest[QUEUE_NAME_MAX + 2];
	memset(longest, 'a', sizeof longest);
	longest[QUEUE_NAME_MAX + 1] = '\0';
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(queue_name_is_good(str_c(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(queue_name_is_good(str_c(bad[i])));
	assert_false(queue_name_is_good(str_c(longest)));
	longest[QUEUE_NAME_MAX] = '\0';
	assert_true(queue_name_is_good(str_c(longest)));
}

static void skipped_items_come_again_at_the_end(void **state)
{
	(void)state;
	enum queue_end end;
	int64_t id = make_queue("skips", 0, 4);
	assert_int_equal(next(id, "ann", t0, -1, NULL), 0);
	assert_int_equal(next(id, "ann", t0, 0, NULL), 1); /* the one before the eyes is not meant */
	put_mark(db, id, 0, "ann", QUEUE_SKIPPED, t0 + 1, UNKNOWN_INT);
	put_mark(db, id, 1, "ann", QUEUE_DONE, t0 + 2, SECOND);
	put_mark(db, id, 2, "ann", QUEUE_SKIPPED, t0 + 3, UNKNOWN_INT);
	assert_int_equal(next(id, "ann", t0, -1, NULL), 3);
	put_mark(db, id, 3, "ann", QUEUE_DONE, t0 + 4, SECOND);
	assert_int_equal(next(id, "ann", t0, -1, NULL), 0);
	put_mark(db, id, 0, "ann", QUEUE_SKIPPED, t0 + 5, UNKNOWN_INT); /* again: it goes behind the other */
	assert_int_equal(next(id, "ann", t0, -1, NULL), 2);
	put_mark(db, id, 2, "ann", QUEUE_DONE, t0 + 6, SECOND);
	put_mark(db, id, 0, "ann", QUEUE_DONE, t0 + 7, SECOND);
	assert_int_equal(next(id, "ann", t0, -1, &end), -1);
	assert_int_equal(end, QUEUE_ALL_DONE);
	assert_int_equal(next(id, "bob", t0, -1, NULL), 0);          /* everyone judges all of them */
	put_mark(db, id, 2, "ann", QUEUE_OPEN, t0 + 8, UNKNOWN_INT); /* undone */
	assert_int_equal(next(id, "ann", t0, -1, NULL), 2);
}

static void going_back_follows_the_order_of_judging(void **state)
{
	(void)state;
	int64_t id = make_queue("back", 0, 4), seq;
	struct err err = ERR_INIT;
	put_mark(db, id, 0, "ann", QUEUE_DONE, t0 + 1, SECOND);
	put_mark(db, id, 2, "ann", QUEUE_DONE, t0 + 2, SECOND);
	put_mark(db, id, 1, "ann", QUEUE_SKIPPED, t0 + 3, SECOND);
	put_mark(db, id, 3, "bob", QUEUE_DONE, t0 + 4, SECOND);
	static const struct {
		int64_t from;
		bool forward;
		int64_t to;
	} rows[] = {
	    {3, false, 1 },
            {1, false, 2 },
            {2, false, 0 },
            {0, false, -1},
	    {0, true,  2 },
            {2, true,  1 },
            {1, true,  -1},
            {3, true,  -1}
        };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(queue_beside(db, id, rows[i].from, str_c("ann"), rows[i].forward, &seq, &err));
		assert_int_equal(seq, rows[i].to);
	}
}

static void a_split_gives_each_item_to_one(void **state)
{
	(void)state;
	enum queue_end end;
	int64_t id = make_queue("split", 1, 3);
	assert_int_equal(next(id, "ann", t0, -1, NULL), 0);
	assert_int_equal(next(id, "bob", t0 + 1, -1, NULL), 1);
	assert_int_equal(next(id, "ann", t0 + 2, -1, NULL), 0); /* still hers */
	assert_int_equal(next(id, "ann", t0 + 2, 0, NULL), 2);  /* read ahead */
	assert_int_equal(next(id, "bob", t0 + 3, 1, &end), -1);
	assert_int_equal(end, QUEUE_OTHERS);
	struct queue_progress p = progress_of(id, "bob", t0 + 3);
	assert_int_equal(p.left, 1);
	assert_int_equal(p.waiting, 2);
	put_mark(db, id, 1, "bob", QUEUE_DONE, t0 + 4, SECOND);
	put_mark(db, id, 0, "ann", QUEUE_DONE, t0 + 5, SECOND);
	put_mark(db, id, 2, "ann", QUEUE_SKIPPED, t0 + 6, SECOND); /* others may have what she skipped */
	assert_int_equal(next(id, "bob", t0 + 7, -1, NULL), 2);
	assert_int_equal(next(id, "ann", t0 + 8, -1, &end), -1);
	assert_int_equal(end, QUEUE_OTHERS);
	put_mark(db, id, 2, "bob", QUEUE_DONE, t0 + 9, SECOND);
	assert_int_equal(next(id, "ann", t0 + 10, -1, &end), -1);
	assert_int_equal(end, QUEUE_ALL_DONE);
	p = progress_of(id, "ann", t0 + 10);
	assert_int_equal(p.done, 1);
	assert_int_equal(p.left, 0);
	assert_int_equal(p.waiting, 0);
	assert_int_equal(p.finished, 3);
	assert_int_equal(p.people, 2);
}

static void a_double_gives_each_item_to_two(void **state)
{
	(void)state;
	enum queue_end end;
	int64_t id = make_queue("double", 2, 2);
	assert_int_equal(next(id, "ann", t0, -1, NULL), 0);
	assert_int_equal(next(id, "bob", t0, -1, NULL), 0);
	assert_int_equal(next(id, "cyd", t0, -1, NULL), 1);
	put_mark(db, id, 0, "ann", QUEUE_DONE, t0 + 1, SECOND);
	put_mark(db, id, 0, "bob", QUEUE_DONE, t0 + 1, SECOND);
	put_mark(db, id, 1, "cyd", QUEUE_DONE, t0 + 1, SECOND);
	struct queue_progress p = progress_of(id, "ann", t0 + 2);
	assert_int_equal(p.finished, 1);
	assert_int_equal(p.left, 1);
	assert_int_equal(next(id, "ann", t0 + 2, -1, NULL), 1);
	assert_int_equal(next(id, "bob", t0 + 3, -1, &end), -1);
	assert_int_equal(end, QUEUE_OTHERS);
}

static void claims_end(void **state)
{
	(void)state;
	enum queue_end end;
	struct err err = ERR_INIT;
	int64_t id = make_queue("claims", 1, 1);
	assert_int_equal(next(id, "ann", t0, -1, NULL), 0);
	assert_int_equal(next(id, "bob", t0 + QUEUE_CLAIM_NS, -1, &end), -1);
	assert_int_equal(end, QUEUE_OTHERS);
	assert_int_equal(next(id, "bob", t0 + QUEUE_CLAIM_NS + 1, -1, NULL), 0); /* no sign of her */
	assert_true(queue_release(db, id, str_c("bob"), &err));
	assert_true(queue_touch(db, id, 0, str_c("ann"), t0 + QUEUE_CLAIM_NS, &err));
	assert_int_equal(next(id, "bob", t0 + QUEUE_CLAIM_NS + 2, -1, &end), -1);
	assert_int_equal(end, QUEUE_OTHERS);
	assert_true(queue_release(db, id, str_c("ann"), &err));
	assert_int_equal(next(id, "bob", t0 + QUEUE_CLAIM_NS + 2, -1, NULL), 0);
	/* of a clock far ahead: it does not hold for ever */
	assert_true(queue_release(db, id, str_c("bob"), &err));
	assert_true(queue_touch(db, id, 0, str_c("ann"), t0 + 50 * QUEUE_CLAIM_NS, &err));
	assert_int_equal(next(id, "bob", t0, -1, NULL), 0);
}

static void marks_can_be_given_back(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct queue_mark was, now;
	int64_t id = make_queue("undo", 0, 1);
	put_mark(db, id, 0, "ann", QUEUE_SKIPPED, t0 + 1, SECOND);
	const struct queue_mark done = {
	    .state = QUEUE_DONE, .time_ns = t0 + 2, .spent_ns = 2 * SECOND, .has_event = true, .event = {{1, 2, 3}}};
	assert_true(db_begin(db, &err));
	assert_true(queue_mark(db, id, 0, str_c("ann"), &done, &was, &err));
	assert_true(db_commit(db, &err));
	assert_int_equal(was.state, QUEUE_SKIPPED);
	assert_int_equal(was.spent_ns, SECOND);
	assert_true(queue_marked(db, id, 0, str_c("ann"), &now, &err));
	assert_memory_equal(now.event.byte, done.event.byte, sizeof done.event);
	assert_true(db_begin(db, &err));
	assert_true(queue_mark(db, id, 0, str_c("ann"), &was, NULL, &err));
	assert_true(db_commit(db, &err));
	assert_true(queue_marked(db, id, 0, str_c("ann"), &now, &err));
	assert_int_equal(now.state, QUEUE_SKIPPED);
	assert_int_equal(now.time_ns, t0 + 1);
	assert_false(now.has_event);
}

static void pace_is_a_median_and_told_in_words(void **state)
{
	(void)state;
	static const struct {
		int64_t done, left, pace_ns;
		const char *words, *ascii;
	} rows[] = {
	    {12, 38,   14 * SECOND, "12 of 50 done · 38 left · about 9 min",     "12 of 50 done, 38 left, about 9 min"    },
	    {1,  2,    UNKNOWN_INT, "1 of 3 done · 2 left",                       "1 of 3 done, 2 left"                    },
	    {1,  2,    SECOND,      "1 of 3 done · 2 left · less than a minute", "1 of 3 done, 2 left, less than a minute"},
	    {0,  2000, 9 * SECOND,  "0 of 2000 done · 2000 left · about 5 h",    "0 of 2000 done, 2000 left, about 5 h"   },
	    {3,  0,    SECOND,      "3 of 3 done",                                 "3 of 3 done"                            },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf words = BUF_INIT, ascii = BUF_INIT;
		const struct queue_progress p = {
		    .done = rows[i].done, .left = rows[i].left, .pace_ns = rows[i].pace_ns};
		queue_progress_words(&words, &p, false);
		queue_progress_words(&ascii, &p, true);
		assert_string_equal(buf_cstr(&words), rows[i].words);
		assert_string_equal(buf_cstr(&ascii), rows[i].ascii);
		buf_done(&words);
		buf_done(&ascii);
	}
	int64_t id = make_queue("pace", 0, 60);
	put_mark(db, id, 0, "ann", QUEUE_DONE, t0, 4 * SECOND);
	put_mark(db, id, 1, "ann", QUEUE_DONE, t0 + 1, 6 * SECOND);
	put_mark(db, id, 2, "ann", QUEUE_DONE, t0 + 2, UNKNOWN_INT);
	assert_true(progress_of(id, "ann", t0).pace_ns == UNKNOWN_INT);
	put_mark(db, id, 3, "ann", QUEUE_DONE, t0 + 3, 900 * SECOND);
	put_mark(db, id, 4, "ann", QUEUE_SKIPPED, t0 + 3, SECOND);
	assert_int_equal(progress_of(id, "ann", t0).pace_ns, 6 * SECOND);
	for (int i = 5; i < 5 + QUEUE_PACE_ITEMS; i++)
		put_mark(db, id, i, "ann", QUEUE_DONE, t0 + i, 2 * SECOND);
	assert_int_equal(progress_of(id, "ann", t0).pace_ns, 2 * SECOND); /* the newest count */
	assert_true(progress_of(id, "bob", t0).pace_ns == UNKNOWN_INT);
}

/* ---------------------------------------------------------------- several processes */

enum { PEOPLE = 3, SHARED = 90 };

/* One person: takes and judges until nothing is left; reader: as a screen does it, on a connection that only reads. */
static void work(const char *path, int64_t id, int who)
{
	struct err err = ERR_INIT;
	const char *const name = (const char *const[]){"ann", "bob", "cyd"}[who];
	struct db *writer = db_open(path, DB_DURABLE, &err), *reader = db_open(path, DB_READ, &err);
	if (!writer || !reader)
		_exit(1);
	for (int64_t now = t0;; now += 1000) {
		struct arena arena = ARENA_INIT;
		struct queue_turn turn;
		if (!queue_next(reader, id, str_c(name), now, -1, &arena, &turn, &err))
			_exit(2);
		arena_done(&arena);
		if (turn.end == QUEUE_ALL_DONE)
			break;
		if (turn.end == QUEUE_OTHERS)
			continue;
		const struct queue_mark mark = {.state = QUEUE_DONE, .time_ns = now, .spent_ns = 1000};
		if (!db_begin(writer, &err) || !queue_mark(writer, id, turn.item.seq, str_c(name), &mark, NULL, &err) ||
		    !db_commit(writer, &err))
			_exit(3);
	}
	db_close(reader);
	db_close(writer);
	_exit(0);
}

static void three_at_once(const char *name, int64_t copies)
{
	int64_t id = make_queue(name, copies, SHARED), count;
	struct err err = ERR_INIT;
	pid_t pids[PEOPLE];
	for (int i = 0; i < PEOPLE; i++)
		if ((pids[i] = fork()) == 0)
			work(store_path, id, i);
	for (int i = 0; i < PEOPLE; i++) {
		int status;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_true(
	    db_int(db, "SELECT count(*) FROM queue_mark WHERE queue = (SELECT max(id) FROM queue)", 0, &count, &err));
	assert_int_equal(count, SHARED * copies);
	assert_true(db_int(db,
	                   "SELECT count(*) FROM (SELECT seq FROM queue_mark WHERE queue = (SELECT max(id) FROM queue)"
	                   " GROUP BY seq HAVING count(*) = 1)",
	                   0, &count, &err));
	assert_int_equal(count, copies == 1 ? SHARED : 0);
}

static void three_people_share_a_queue_at_once(void **state)
{
	(void)state;
	three_at_once("shared", 1);
	three_at_once("doubled", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(queues_are_made_and_found),
	    cmocka_unit_test(names_are_one_line),
	    cmocka_unit_test(skipped_items_come_again_at_the_end),
	    cmocka_unit_test(going_back_follows_the_order_of_judging),
	    cmocka_unit_test(a_split_gives_each_item_to_one),
	    cmocka_unit_test(a_double_gives_each_item_to_two),
	    cmocka_unit_test(claims_end),
	    cmocka_unit_test(marks_can_be_given_back),
	    cmocka_unit_test(pace_is_a_median_and_told_in_words),
	    cmocka_unit_test(three_people_share_a_queue_at_once),
	};
	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
