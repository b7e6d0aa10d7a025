/* The fork server, and the question every layer asks. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <errno.h>
#include <stdio.h>

#include "tests/fault/shim.h"

struct fault_order fault_order;
struct fault_seen *fault_seen;
_Atomic bool fault_armed;
static bool trap;

uint64_t fault_random(void)
{
	uint64_t x = fault_order.seed;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	fault_order.seed = x;
	return x * 0x2545F4914F6CDD1D;
}

bool fault_due(enum fault_kind kind, int what)
{
	if (!fault_armed || fault_order.kind != (int32_t)kind || !(fault_order.what & (1 << what)))
		return false;
	int64_t n = atomic_fetch_add(&fault_seen->n, 1) + 1, k = fault_order.k;
	bool due = k > 0 && (fault_order.mode == FAULT_ONCE   ? n == k
	                     : fault_order.mode == FAULT_FROM ? n >= k
	                                                      : n % k == 0);
	if (!due)
		return false;
	atomic_fetch_add(&fault_seen->fired, 1);
	if (fault_order.action == FAULT_KILL && kind != FAULT_POWER)
		kill(getpid(), SIGKILL);
	if (trap) /* for a debugger on the server, which follows its children: where is this call? */
		__builtin_trap();
	return true;
}

static bool take(int fd, void *to, size_t size)
{
	char *at = to;
	while (size) {
		ssize_t n = read(fd, at, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

static void give(int fd, const void *from, size_t size)
{
	if (write(fd, from, size) != (ssize_t)size)
		_exit(3);
}

/* Returns only in children. Each answer: the child's process id at once; at its end the status of wait, calls counted, times fired, those in curses and in the loader. */
static void serve(int orders, int answers)
{
	for (;;) {
		if (!take(orders, &fault_order, sizeof fault_order))
			_exit(0);
		*fault_seen = (struct fault_seen){0};
		pid_t child = fork();
		if (child < 0)
			_exit(3);
		if (child == 0) {
			close(orders);
			close(answers);
			return;
		}
		int64_t pid = child;
		give(answers, &pid, sizeof pid);
		int status = 0;
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		int64_t answer[5] = {status, fault_seen->n, fault_seen->fired, fault_seen->in_curses, fault_seen->in_loader};
		give(answers, answer, sizeof answer);
	}
}

__attribute__((constructor)) static void start(void)
{
	const char *fds = getenv("FAULT_FDS");
	int orders, answers;
	fault_calls_find();
	if (!fds || sscanf(fds, "%d,%d", &orders, &answers) != 2)
		return;
	trap = getenv("FAULT_TRAP") != NULL;
	unsetenv("LD_PRELOAD");
	unsetenv("FAULT_FDS");
	fault_seen = mmap(NULL, sizeof *fault_seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fault_seen == MAP_FAILED)
		_exit(3);
	serve(orders, answers);
	if (fault_order.kind == FAULT_VFS || fault_order.kind == FAULT_POWER)
		fault_vfs_install();
	fault_armed = true;
}
