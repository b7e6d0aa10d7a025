#include "tui/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "tui/term.h"

enum { PIECE = 64 << 10, BG_MOST = 100, REAP_MS = 50, SETTLE_NS = 50000000 };

struct child {
	pid_t pid;
	bool job;             /* it has a process group of its own, which has the terminal */
	int terminal;         /* < 0: none of ours */
	struct termios modes; /* as it was before */
	int64_t deadline_ms;  /* when it is killed; 0: it was not told to end */
	int in;               /* where its input goes; < 0: all is written, or nobody reads it any more */
	const struct child_text *text;
	struct str rest, piece; /* of the text; of `clean`, not written yet */
	struct buf clean;
};

/* ---------------------------------------------------------------- signals */

static const int aside[] = {SIGINT, SIGQUIT, SIGTSTP, SIGPIPE, SIGTTOU, SIGCHLD};
enum { N_ASIDE = sizeof aside / sizeof *aside };

static void on_child(int number)
{
	(void)number;
	term_wake();
}

/* The other program has the keyboard: ^C and ^\ are for it alone, ^Z stops both. A pager is left before its text ends; and the terminal
 * is taken back by a job that does not have it. */
static void signals_aside(struct sigaction *old)
{
	for (size_t i = 0; i < N_ASIDE; i++) {
		struct sigaction action = {.sa_flags = SA_RESTART};
		action.sa_handler = aside[i] == SIGTSTP ? SIG_DFL : aside[i] == SIGCHLD ? on_child : SIG_IGN;
		sigemptyset(&action.sa_mask);
		sigaction(aside[i], &action, &old[i]);
	}
}

static void signals_back(const struct sigaction *old)
{
	for (size_t i = 0; i < N_ASIDE; i++)
		sigaction(aside[i], &old[i], NULL);
}

static void tell(const struct child *c, int number)
{
	kill(c->job ? -c->pid : c->pid, number);
	kill(c->job ? -c->pid : c->pid, SIGCONT);
}

/* ---------------------------------------------------------------- jobs */

static bool has_terminal(int fd)
{
	return fd >= 0 && tcgetpgrp(fd) == getpgrp();
}

static void take_terminal(const struct child *c)
{
	if (c->terminal < 0)
		return;
	if (c->job)
		tcsetpgrp(c->terminal, getpgrp());
	tcsetattr(c->terminal, TCSADRAIN, &c->modes);
}

/* It was stopped by `number`, so we stop as well: the shell that started us takes over until fg. Not where it only asked for the terminal
 * while we, and not it, have it: we were stopped alone, and go on. */
static void stop_with(const struct child *c, int number)
{
	if (!c->job) /* it stopped with us, and goes on with us */
		return;
	if (!has_terminal(c->terminal) || (number != SIGTTIN && number != SIGTTOU)) {
		nanosleep(&(struct timespec){.tv_nsec = SETTLE_NS},
		          NULL); /* who else is in the job restores the terminal first */
		take_terminal(c);
		kill(0, SIGTSTP);
	}
	for (int i = 0; i < BG_MOST && !has_terminal(c->terminal) && tcgetpgrp(c->terminal) > 0 && !term_signal(); i++)
		raise(SIGTTIN); /* bg: there is nothing to do there */
	tcsetpgrp(c->terminal, c->pid);
	kill(-c->pid, SIGCONT);
}

/* ---------------------------------------------------------------- its input */

/* Up to a line's end, else a character's, at most PIECE bytes. */
static struct str piece_of(struct str text)
{
	size_t len = text.len < PIECE ? text.len : PIECE;
	if (len == text.len)
		return text;
	const char *newline = memrchr(text.ptr, '\n', len);
	if (newline)
		return str_cut(text, 0, (size_t)(newline - text.ptr) + 1);
	while (len > PIECE - 4 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
		len--;
	return str_cut(text, 0, len);
}

static void close_input(struct child *c)
{
	if (c->in >= 0)
		close(c->in);
	c->in = -1;
}

/* As much as it takes now. */
static void pour(struct child *c)
{
	while (c->in >= 0) {
		if (!c->piece.len && c->rest.len) {
			struct str next = piece_of(c->rest);
			c->rest = str_from(c->rest, next.len);
			buf_clear(&c->clean);
			clean_print(&c->clean, next, true, c->text->ascii);
			c->piece = buf_str(&c->clean);
		}
		ssize_t n = c->piece.len ? write(c->in, c->piece.ptr, c->piece.len) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 || (!c->piece.len && !c->rest.len))
			close_input(c);
		else
			c->piece = str_from(c->piece, (size_t)n);
	}
}

/* ---------------------------------------------------------------- waiting */

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What ends us ends it first, by the same signal; what takes no notice is killed. */
static void pass_ending(struct child *c)
{
	int number = term_signal();
	if (!number)
		return;
	if (!c->deadline_ms) {
		c->deadline_ms = now_ms() + CHILD_GRACE_MS;
		tell(c, number);
	} else if (now_ms() >= c->deadline_ms) {
		tell(c, SIGKILL);
		c->deadline_ms = INT64_MAX;
	}
}

/* Until something happens: to it, to us, or its input has room. */
static void wait_for_news(const struct child *c)
{
	int64_t left = c->deadline_ms < INT64_MAX ? c->deadline_ms - now_ms() : 0;
	struct pollfd fds[] = {
	    {.fd = term_news_fd(), .events = POLLIN },
            {.fd = c->in,          .events = POLLOUT}
        };
	if (poll(fds, 2, !c->deadline_ms ? -1 : left > REAP_MS ? (int)left : REAP_MS) > 0 && fds[0].revents)
		term_news_seen();
}

/* Its status as waitpid gives it. */
static int wait_for(struct child *c)
{
	const bool watched = term_news_fd() >= 0; /* else nothing would wake us */
	int status = 0;
	fcntl(c->in, F_SETFL, watched ? O_NONBLOCK : 0);
	for (;;) {
		pour(c);
		pid_t got = waitpid(c->pid, &status, WUNTRACED | (watched ? WNOHANG : 0));
		if (got == c->pid && WIFSTOPPED(status))
			stop_with(c, WSTOPSIG(status));
		else if (got == c->pid || (got < 0 && errno != EINTR))
			return status;
		else if (watched) {
			pass_ending(c);
			wait_for_news(c);
		}
	}
}

/* ---------------------------------------------------------------- starting */

/* Whether sh can become the command: then there is nobody between us and it who would be stopped before it is ready. */
static bool is_plain(const char *command)
{
	static const char *const words[] = {"!",   ".",  "case", "cd",     "command", "eval", "exec",
	                                    "for", "if", "set",  "source", "until",   "while"};
	struct str rest = str_trim(str_of(command)), first = STR_NONE;
	str_split(&rest, ' ', &first);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(first, words[i]))
			return false;
	return first.len && str_find_char(first, '=') == SIZE_MAX && !strpbrk(command, ";|&<>(){}\n");
}

static int spawn(struct child *c, const char *command, const char *file, int in, char *const env[])
{
	char sh[] = "sh", dash_c[] = "-c", name[] = "spoor";
	struct buf text = BUF_INIT;
	buf_printf(&text, "%s%s", is_plain(command) ? "exec " : "", command);
	char *line = buf_detach(&text), *path = xstrdup(file ? file : "");
	char *argv[] = {sh, dash_c, line, name, path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t standard;
	sigemptyset(&standard);
	for (size_t i = 0; i < N_ASIDE; i++)
		sigaddset(&standard, aside[i]);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigdefault(&how, &standard);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setflags(&how, (short)(POSIX_SPAWN_SETSIGDEF | (c->job ? POSIX_SPAWN_SETPGROUP : 0)));
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	else if (!isatty(STDIN_FILENO))
		posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/tty", O_RDONLY, 0);
	int failed = posix_spawn(&c->pid, "/bin/sh", &files, &how, argv, env);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	free(line);
	free(path);
	if (!failed && c->job) {
		tcsetpgrp(c->terminal, c->pid);
		kill(-c->pid, SIGCONT); /* it may have asked for the terminal before it had it */
	}
	return failed;
}

int child_run(const char *command, const char *file, const struct child_text *in, char *const env[])
{
	struct child c = {.in = -1, .text = in, .terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)};
	struct sigaction old[N_ASIDE];
	int ends[2] = {-1, -1}, failed = 0, status = 0;
	if (in && pipe2(ends, O_CLOEXEC) != 0)
		failed = errno;
	if (c.terminal >= 0 && tcgetattr(c.terminal, &c.modes) != 0) {
		close(c.terminal);
		c.terminal = -1;
	}
	c.job = has_terminal(c.terminal);
	c.in = ends[1];
	c.rest = in ? in->text : STR_NONE;
	signals_aside(old);
	if (!failed)
		failed = spawn(&c, command, file, ends[0], env);
	if (ends[0] >= 0)
		close(ends[0]);
	if (!failed)
		status = wait_for(&c);
	close_input(&c);
	if (!failed)
		take_terminal(&c);
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (!failed && code > 128)
		term_tidy();
	signals_back(old);
	raise(SIGWINCH); /* it was told of a new size, and not we */
	if (c.terminal >= 0)
		close(c.terminal);
	buf_done(&c.clean);
	errno = failed;
	return failed ? -1 : code;
}
