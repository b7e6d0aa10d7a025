#include "store/db_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The bytes lie beyond the pid, which is written at 0. */
enum { BYTE_WRITE = 64, BYTE_NEXT, BYTE_URGENT };
enum { STEP_NS = 500 * 1000, STEP_MAX_NS = 2000 * 1000, STAND_BACK_NS = 1000 * 1000 * 1000 };

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct flock range(short type, off_t byte)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
}

/* false with errno EAGAIN: another has it. */
static bool take(const struct db_lock *lock, off_t byte)
{
	struct flock f = range(F_WRLCK, byte);
	while (fcntl(lock->fd, F_OFD_SETLK, &f) != 0) {
		if (errno == EINTR)
			continue;
		if (errno == EACCES)
			errno = EAGAIN;
		return false;
	}
	return true;
}

static void drop(const struct db_lock *lock, off_t byte)
{
	struct flock f = range(F_UNLCK, byte);
	fcntl(lock->fd, F_OFD_SETLK, &f);
}

/* By another: what we hold ourselves does not count. */
static bool is_taken(const struct db_lock *lock, off_t byte)
{
	struct flock f = range(F_WRLCK, byte);
	return lock->fd >= 0 && fcntl(lock->fd, F_OFD_GETLK, &f) == 0 && f.l_type != F_UNLCK;
}

struct wait {
	int64_t began_ns, until_ns;
	long step_ns;
};

/* false: the time is up. */
static bool wait_a_little(struct wait *w)
{
	if (now_ns() >= w->until_ns)
		return false;
	nanosleep(&(struct timespec){.tv_nsec = w->step_ns}, NULL);
	w->step_ns = w->step_ns * 2 > STEP_MAX_NS ? STEP_MAX_NS : w->step_ns * 2;
	return true;
}

static enum db_lock_result pass_turnstile(const struct db_lock *lock, off_t byte, struct wait *w)
{
	while (!take(lock, byte)) {
		if (errno != EAGAIN)
			return LOCK_FAILED;
		if (!wait_a_little(w))
			return LOCK_BUSY;
	}
	return LOCK_TAKEN;
}

static bool stands_back(const struct db_lock *lock, bool urgent, const struct wait *w)
{
	return !urgent && now_ns() - w->began_ns < STAND_BACK_NS && is_taken(lock, BYTE_URGENT);
}

static void write_pid(const struct db_lock *lock)
{
	char pid[24];
	int n = snprintf(pid, sizeof pid, "%-10ld\n", (long)getpid());
	if (pwrite(lock->fd, pid, (size_t)n, 0) < 0) {
		/* The number only serves a message. */
	}
}

static bool open_file(struct db_lock *lock, const char *store)
{
	struct buf path = BUF_INIT;
	if (lock->fd >= 0)
		return true;
	buf_printf(&path, "%s-lock", store);
	do
		lock->fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	while (lock->fd < 0 && errno == EINTR);
	int why = errno;
	buf_done(&path);
	errno = why;
	return lock->fd >= 0;
}

static enum db_lock_result take_write(const struct db_lock *lock, bool urgent, struct wait *w)
{
	for (;;) {
		if (!stands_back(lock, urgent, w)) {
			if (take(lock, BYTE_WRITE))
				return LOCK_TAKEN;
			if (errno != EAGAIN)
				return LOCK_FAILED;
		}
		w->step_ns = STEP_NS; /* first in the queue: prompt */
		if (!wait_a_little(w))
			return LOCK_BUSY;
	}
}

enum db_lock_result db_lock_take(struct db_lock *lock, const char *store, bool urgent, int wait_ms)
{
	if (!open_file(lock, store))
		return LOCK_FAILED;
	off_t gate = urgent ? BYTE_URGENT : BYTE_NEXT;
	struct wait w = {.began_ns = now_ns(), .step_ns = STEP_NS};
	w.until_ns = w.began_ns + (int64_t)wait_ms * 1000000;
	enum db_lock_result result = pass_turnstile(lock, gate, &w);
	if (result != LOCK_TAKEN)
		return result;
	result = take_write(lock, urgent, &w);
	int why = errno;
	drop(lock, gate);
	lock->held = result == LOCK_TAKEN;
	if (lock->held)
		write_pid(lock);
	errno = why;
	return result;
}

void db_lock_drop(struct db_lock *lock)
{
	if (lock->held)
		drop(lock, BYTE_WRITE);
	lock->held = false;
}

void db_lock_close(struct db_lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	*lock = (struct db_lock){.fd = -1};
}

bool db_lock_wanted(const struct db_lock *lock)
{
	return is_taken(lock, BYTE_URGENT) || is_taken(lock, BYTE_NEXT);
}

int64_t db_lock_holder(const struct db_lock *lock)
{
	char text[32] = {0};
	if (lock->fd < 0 || pread(lock->fd, text, sizeof text - 1, 0) <= 0)
		return 0;
	int64_t pid = 0;
	for (const char *p = text; *p >= '0' && *p <= '9' && pid < INT64_C(1) << 32; p++)
		pid = pid * 10 + (*p - '0');
	return pid;
}
