/* The write lock: who waits gets it, people before imports, and the words when it is not to be had. Several processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/db.h"
#include "store/db_lock.h"

static char dir[64], path[96];

struct shared { /* with the children */
	_Atomic bool stop;
	_Atomic int ready;
	_Atomic int64_t commits[2];
};
static struct shared *shared;
static int told[2]; /* a pipe: a byte for each commit of an import */

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/spoor-lock-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.db", dir);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	assert_int_equal(pipe2(told, O_NONBLOCK), 0);
	struct err err = ERR_INIT;
	db_close(db_open(path, DB_WRITE, &err));
	return err.code != ERR_NONE;
}

static int remove_dir(void **state)
{
	(void)state;
	static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[128];
		snprintf(file, sizeof file, "%s%s", path, ends[i]);
		unlink(file);
	}
	munmap(shared, sizeof *shared);
	close(told[0]);
	close(told[1]);
	return rmdir(dir);
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool write_rows(struct db *db, int n, struct err *err)
{
	for (int i = 0; i < n; i++)
		if (!db_exec(db, "INSERT INTO word(text) VALUES(hex(randomblob(200)))", err))
			return false;
	return true;
}

/* As an import does: the lock again at once after each commit. */
static int import(int me, int rows)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	bool ok = db != NULL;
	for (bool first = true; ok && !atomic_load(&shared->stop); first = false) {
		ok = db_begin(db, &err) && write_rows(db, rows, &err) && db_commit(db, &err);
		db_checkpoint(db, 16 << 20);
		atomic_fetch_add(&shared->commits[me], 1);
		if (write(told[1], "", 1) < 0) {
			/* The pipe is full: nobody waits. */
		}
		if (first)
			atomic_fetch_add(&shared->ready, 1);
	}
	if (!ok)
		fprintf(stderr, "import: %s\n", err.text);
	db_close(db);
	return !ok;
}

static pid_t start(int (*body)(int, int), int me, int rows)
{
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(body(me, rows));
	return child;
}

static void wait_for(_Atomic int *n, int at_least)
{
	while (atomic_load(n) < at_least)
		sched_yield();
}

static void end(pid_t child)
{
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int64_t imported(void)
{
	return atomic_load(&shared->commits[0]) + atomic_load(&shared->commits[1]);
}

static void after_a_commit(void)
{
	char bytes[4096];
	while (read(told[0], bytes, sizeof bytes) > 0)
		;
	struct pollfd p = {.fd = told[0], .events = POLLIN};
	poll(&p, 1, -1);
}

static void verdicts_go_before_two_imports(void **state)
{
	(void)state;
	enum { VERDICTS = 200 };
	const char *set = getenv("SPOOR_TEST_ROWS"); /* longer transactions, by hand */
	int rows = set ? (int)strtol(set, NULL, 10) : 200;
	pid_t one = start(import, 0, rows), two = start(import, 1, rows);
	wait_for(&shared->ready, 2);
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_DURABLE, &err);
	assert_non_null(db);
	int64_t longest = 0, sum = 0;
	int64_t began = now_ns(), before = imported();
	for (int i = 0; i < VERDICTS; i++) {
		after_a_commit(); /* a person takes time between two verdicts: the imports go on meanwhile */
		int64_t asked = now_ns();
		if (!db_begin(db, &err))
			fail_msg("verdict %d: %s", i, err.text);
		int64_t waited = now_ns() - asked;
		longest = waited > longest ? waited : longest;
		sum += waited;
		assert_true(
		    db_exec(db, "INSERT INTO meta(key, value) VALUES('v' || (SELECT count(*) FROM meta), 1)", &err));
		assert_true(db_commit(db, &err));
	}
	int64_t n = 0;
	assert_true(db_int(db, "SELECT count(*) FROM meta", 0, &n, &err));
	assert_int_equal(n, VERDICTS);
	int64_t commits = imported() - before, took = now_ns() - began;
	atomic_store(&shared->stop, true);
	end(one);
	end(two);
	db_close(db);
	print_message("%d verdicts beside imports of %lld commits (%.1f ms each): waited %.1f ms, %.1f ms at worst\n",
	              VERDICTS, (long long)commits, (double)took / 1e6 / (double)commits, (double)sum / VERDICTS / 1e6,
	              (double)longest / 1e6);
	assert_true(shared->commits[0] > 1 && shared->commits[1] > 1); /* nor do the imports starve */
}

/* ---------------------------------------------------------------- the order, without a clock */

struct waiter {
	pthread_t thread;
	struct db_lock lock;
	bool urgent;
	enum db_lock_result result;
};
static _Atomic int order;
static int urgent_place, bulk_place;

static void *wait_in_line(void *any)
{
	struct waiter *w = any;
	w->result = db_lock_take(&w->lock, path, w->urgent, 60000);
	*(w->urgent ? &urgent_place : &bulk_place) = atomic_fetch_add(&order, 1);
	db_lock_drop(&w->lock);
	return NULL;
}

/* Bytes of the lock's file that are locked: that of the holder, and a turnstile for each kind that waits. */
static int places_taken(void)
{
	char file[128];
	snprintf(file, sizeof file, "%s-lock", path);
	int n = 0, fd = open(file, O_RDWR | O_CLOEXEC);
	for (off_t at = 0; at < 128; at++) {
		struct flock f = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
		n += fcntl(fd, F_OFD_GETLK, &f) == 0 && f.l_type != F_UNLCK;
	}
	close(fd);
	return n;
}

static void the_one_who_lets_go_stands_last(void **state)
{
	(void)state;
	struct db_lock mine = {.fd = -1};
	struct waiter bulk = {.lock = {.fd = -1}}, urgent = {.lock = {.fd = -1}, .urgent = true};
	order = 0;
	assert_int_equal(db_lock_take(&mine, path, false, 0), LOCK_TAKEN);
	assert_false(db_lock_wanted(&mine));
	assert_int_equal(db_lock_holder(&mine), getpid());
	assert_int_equal(pthread_create(&bulk.thread, NULL, wait_in_line, &bulk), 0);
	while (!db_lock_wanted(&mine)) /* it is at its turnstile */
		sched_yield();
	assert_int_equal(pthread_create(&urgent.thread, NULL, wait_in_line, &urgent), 0);
	while (places_taken() < 3) /* and it at its own */
		sched_yield();
	db_lock_drop(&mine);
	/* Both go before us, however quickly we ask again. */
	assert_int_equal(db_lock_take(&mine, path, false, 60000), LOCK_TAKEN);
	pthread_join(urgent.thread, NULL);
	pthread_join(bulk.thread, NULL);
	assert_int_equal(urgent.result, LOCK_TAKEN);
	assert_int_equal(bulk.result, LOCK_TAKEN);
	assert_int_equal(bulk_place + urgent_place, 1);
	db_lock_close(&mine);
	db_lock_close(&bulk.lock);
	db_lock_close(&urgent.lock);
}

/* ---------------------------------------------------------------- words */

static int hold(int me, int rows)
{
	struct err err = ERR_INIT;
	(void)me, (void)rows;
	struct db *db = db_open(path, DB_WRITE, &err);
	if (!db || !db_begin(db, &err))
		return 1;
	atomic_fetch_add(&shared->ready, 1);
	while (!atomic_load(&shared->stop))
		sched_yield();
	db_rollback(db);
	db_close(db);
	return 0;
}

static void says_which_process_has_it(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	pid_t child = start(hold, 0, 0);
	wait_for(&shared->ready, 1);
	db_set_wait(db, 1);
	assert_false(db_begin(db, &err));
	char words[256];
	snprintf(words, sizeof words, "store %s is busy: another spoor (process %ld) is writing; try again", path,
	         (long)child);
	assert_int_equal(err_exit_code(err.code), 4);
	if (!strstr(err.text, words))
		fail_msg("%s", err.text);
	atomic_store(&shared->stop, true);
	end(child);
	db_set_wait(db, 5000);
	assert_true(db_begin(db, &err));
	assert_true(db_commit(db, &err));
	db_close(db);
}

static _Atomic bool cancel;

static void *cancel_when_it_waits(void *any)
{
	struct db *db = any;
	while (db_waits_for(db) == 0)
		sched_yield();
	int64_t *who = malloc(sizeof *who);
	*who = db_waits_for(db);
	atomic_store(&cancel, true);
	return who;
}

static void the_patient_wait_and_say_for_whom(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	pid_t child = start(hold, 0, 0);
	wait_for(&shared->ready, 1);
	db_set_wait(db, 1);
	db_set_patient(db, &cancel);
	pthread_t thread;
	void *who;
	assert_int_equal(pthread_create(&thread, NULL, cancel_when_it_waits, db), 0);
	assert_false(db_begin(db, &err));
	assert_int_equal(err.code, ERR_INTERRUPTED);
	pthread_join(thread, &who);
	assert_int_equal(*(int64_t *)who, child);
	free(who);
	atomic_store(&shared->stop, true);
	end(child);
	db_close(db);
}

/* ---------------------------------------------------------------- checkpoints */

static int64_t size_of(const char *end_of_name)
{
	char file[128];
	struct stat st;
	snprintf(file, sizeof file, "%s%s", path, end_of_name);
	return stat(file, &st) == 0 ? (int64_t)st.st_size : -1;
}

/* After a passive checkpoint the file keeps its size; what counts is what is not copied yet. */
static void copies_what_is_not_copied_yet(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	assert_true(db_begin(db, &err) && write_rows(db, 20000, &err) && db_commit(db, &err));
	int64_t before = size_of(""), log = size_of("-wal");
	assert_true(log > 4 << 20);
	db_checkpoint(db, 64 << 20);
	assert_int_equal(size_of(""), before); /* not due */
	db_checkpoint(db, 4 << 20);
	int64_t after = size_of("");
	assert_true(after > before);
	assert_int_equal(size_of("-wal"), log);
	/* Little came since: nothing is due, although the file is as large as before. */
	assert_true(db_begin(db, &err) && write_rows(db, 1, &err) && db_commit(db, &err));
	struct db *reader = db_open(path, DB_READ, &err);
	assert_true(db_begin(db, &err) && write_rows(db, 1, &err) && db_commit(db, &err));
	db_checkpoint(db, 4 << 20);
	assert_int_equal(size_of("-wal"), log);
	db_close(reader);
	db_checkpoint(db, 0);
	assert_int_equal(size_of("-wal"), 0);
	db_close(db);
}

/* A snapshot that is still being read keeps its pages, and nobody waits for it. */
static void a_reader_holds_back_no_writer(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err), *reader = db_open(path, DB_READ, &err);
	int64_t n = -1;
	assert_true(db_begin_read(reader, &err) && db_int(reader, "SELECT count(*) FROM word", 0, &n, &err));
	assert_true(db_begin(db, &err) && write_rows(db, 5000, &err) && db_commit(db, &err));
	db_checkpoint(db, 0);
	assert_true(size_of("-wal") > 0);
	assert_true(db_int(reader, "SELECT count(*) FROM word", -1, &n, &err));
	assert_int_equal(n, 0);
	db_end_read(reader);
	db_checkpoint(db, 0);
	assert_int_equal(size_of("-wal"), 0);
	assert_true(db_int(reader, "SELECT count(*) FROM word", 0, &n, &err));
	assert_int_equal(n, 5000);
	db_close(reader);
	db_close(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {
	    TEST(verdicts_go_before_two_imports), TEST(the_one_who_lets_go_stands_last),
	    TEST(says_which_process_has_it),      TEST(the_patient_wait_and_say_for_whom),
	    TEST(copies_what_is_not_copied_yet),  TEST(a_reader_holds_back_no_writer),
	};
	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
