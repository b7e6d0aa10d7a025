#include "tests/bench/pty.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/base/err.h"
#include "store/base/units.h"
#include "tests/bench/measure.h"
#include "tui/hold.h"

enum { QUIET_MS = REST_MS / 2 };

void pty_open(struct pty *p, int rows, int cols, const char *const *words)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	p->started = now_s();
	p->pid = forkpty(&p->fd, NULL, NULL, &size);
	if (p->pid < 0)
		err_die("no pseudo-terminal for the benchmark");
	if (p->pid > 0)
		return;
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("SPOOR_MEMORY", "0", 1);
	char *argv[8] = {NULL};
	for (size_t i = 0; i < 7 && words[i]; i++)
		argv[i] = xstrdup(words[i]);
	if (argv[0])
		execvp(argv[0], argv);
	_exit(127);
}

size_t pty_wait(struct pty *p, int wait_ms, double *last)
{
	char bytes[65536];
	size_t total = 0;
	struct pollfd fd = {.fd = p->fd, .events = POLLIN};
	*last = UNKNOWN_DOUBLE;
	while (poll(&fd, 1, total ? QUIET_MS : wait_ms) > 0) {
		ssize_t n = read(p->fd, bytes, sizeof bytes);
		if (n <= 0)
			break;
		total += (size_t)n;
		*last = now_s();
	}
	return total;
}

double pty_take(struct pty *p, size_t bytes)
{
	char taken[65536];
	while (bytes > 0) {
		ssize_t n = read(p->fd, taken, bytes < sizeof taken ? bytes : sizeof taken);
		if (n <= 0)
			break;
		bytes -= (size_t)n;
	}
	return now_s();
}

void pty_close(struct pty *p)
{
	kill(p->pid, SIGTERM);
	waitpid(p->pid, NULL, 0);
	close(p->fd);
}
