/* store/db_lock: one at a time, in turn, people before imports; and what is in the file when nobody wrote it properly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/db_lock.h"

static char dir[] = "/tmp/spoor-lock-XXXXXX", store[64], file[80];

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(store, sizeof store, "%s/s.db", dir);
	snprintf(file, sizeof file, "%s-lock", store);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(dir);
}

static void one_at_a_time(void **state)
{
	(void)state;
	struct db_lock a = {.fd = -1}, b = {.fd = -1};
	assert_int_equal(db_lock_holder(&a), 0);
	assert_int_equal(db_lock_take(&a, store, false, 0), LOCK_TAKEN);
	assert_false(db_lock_wanted(&a));
	assert_int_equal(db_lock_take(&b, store, false, 1), LOCK_BUSY);
	assert_int_equal(db_lock_take(&b, store, true, 1), LOCK_BUSY);
	assert_false(b.held);
	assert_int_equal(db_lock_holder(&b), getpid());
	db_lock_drop(&b); /* not held: nothing happens to a's */
	assert_int_equal(db_lock_take(&b, store, true, 0), LOCK_BUSY);
	db_lock_drop(&a);
	assert_int_equal(db_lock_take(&b, store, true, 0), LOCK_TAKEN);
	db_lock_close(&b); /* its lock goes with it */
	assert_int_equal(db_lock_take(&a, store, false, 0), LOCK_TAKEN);
	db_lock_close(&a);
}

struct waiter {
	struct db_lock lock;
	bool urgent;
	enum db_lock_result result;
};

static void *wait_for_it(void *arg)
{
	struct waiter *w = arg;
	w->result = db_lock_take(&w->lock, store, w->urgent, 20000);
	return NULL;
}

/* A holder sees that somebody waits; who comes third is not let past; the waiter gets it when it is let go. */
static void waiting(bool urgent)
{
	struct db_lock holder = {.fd = -1}, third = {.fd = -1};
	struct waiter waiter = {.lock = {.fd = -1}, .urgent = urgent};
	pthread_t thread;
	assert_int_equal(db_lock_take(&holder, store, false, 0), LOCK_TAKEN);
	assert_int_equal(pthread_create(&thread, NULL, wait_for_it, &waiter), 0);
	while (!db_lock_wanted(&holder))
		;
	assert_int_equal(db_lock_take(&third, store, urgent, 3), LOCK_BUSY); /* at its turnstile */
	assert_int_equal(db_lock_take(&third, store, !urgent, 3),
	                 LOCK_BUSY); /* an import stands back, a person waits */
	db_lock_drop(&holder);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(waiter.result, LOCK_TAKEN);
	assert_int_equal(db_lock_take(&third, store, false, 0), LOCK_BUSY);
	db_lock_close(&waiter.lock);
	db_lock_close(&third);
	db_lock_close(&holder);
}

static void in_turn(void **state)
{
	(void)state;
	waiting(false);
	waiting(true);
}

static void odd_files(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t pid;
	} rows[] = {
	    {"",	                   0         },
            {"x",                          0         },
            {"12 34",                      12        },
            {"99999999999999999999999999", 9999999999}
        };
	struct db_lock lock = {.fd = -1};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(db_lock_take(&lock, store, false, 0), LOCK_TAKEN);
		db_lock_drop(&lock);
		FILE *f = fopen(file, "w");
		assert_non_null(f);
		fputs(rows[i].text, f);
		fclose(f);
		assert_int_equal(db_lock_holder(&lock), rows[i].pid);
	}
	db_lock_close(&lock);
	unlink(file);
	assert_int_equal(mkdir(file, 0700), 0);
	errno = 0;
	assert_int_equal(db_lock_take(&lock, store, false, 0), LOCK_FAILED);
	assert_int_equal(errno, EISDIR);
	rmdir(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_at_a_time),
	    cmocka_unit_test(in_turn),
	    cmocka_unit_test(odd_files),
	};
	return cmocka_run_group_tests_name("lock", tests, make_dir, remove_dir);
}
