#include "tui/term_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <termios.h>
#include <unistd.h>

enum kind { FLAG, ENDING, CRASH };

static struct {
	int number;
	enum kind kind;
	unsigned saw;
	struct sigaction old;
} handled[] = {
    {.number = SIGWINCH,  .kind = FLAG,      .saw = SAW_RESIZE},
    {.number = SIGTSTP,                   .kind = FLAG,                    .saw = SAW_SUSPEND},
    {.number = SIGCONT, .kind = FLAG,.saw = SAW_CONTINUE},
    {.number = SIGHUP,       .kind = ENDING      },
    {.number = SIGTERM,    .kind = ENDING},
    {.number = SIGINT,   .kind = ENDING  },
    {.number = SIGQUIT,    .kind = ENDING    },
    {.number = SIGSEGV,   .kind = CRASH  },
    {.number = SIGBUS,   .kind = CRASH    },
    {.number = SIGFPE,    .kind = CRASH     },
    {.number = SIGILL,    .kind = CRASH    },
    {.number = SIGABRT,    .kind = CRASH    },
};
enum { N_HANDLED = sizeof handled / sizeof *handled, STACK_BYTES = 64 * 1024 };

static struct term_reset reset;
static struct termios modes;
static bool has_modes, is_open;
static int wake_pipe[2] = {-1, -1};
static atomic_int flags[N_HANDLED], ending; /* lock-free: for handlers and threads */
static atomic_bool woken;
static char stack[STACK_BYTES]; /* a crash by stack overflow needs another one */

static void poke(void)
{
	int saved = errno;
	if (wake_pipe[1] >= 0 && write(wake_pipe[1], "", 1) < 0) {
		/* full: it is readable, which is all we want */
	}
	errno = saved;
}

void term_signals_wake(void)
{
	atomic_store(&woken, true);
	poke();
}

static size_t index_of(int number)
{
	size_t i = 0;
	while (i + 1 < N_HANDLED && handled[i].number != number)
		i++;
	return i;
}

static void on_flag(int number)
{
	flags[index_of(number)] = 1;
	poke();
}

static void on_ending(int number)
{
	ending = number;
	poke();
}

/* Only calls that POSIX lists as safe in a handler. */
static void give_back(int fd)
{
	if (has_modes)
		tcsetattr(fd, TCSANOW, &modes);
	if (write(fd, reset.bytes, reset.n) < 0) {
		/* nothing left to try */
	}
}

void term_signals_give_back(void)
{
	if (!is_open)
		return;
	int terminal = dup(reset.fd), nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (nothing >= 0)
		dup2(nothing, reset.fd);
	give_back(terminal >= 0 ? terminal : reset.fd);
}

/* The old handler (the default, or a sanitizer's) then does its work: a real
 * fault happens again on return, a raised signal is raised again. */
static void on_crash(int number)
{
	give_back(reset.fd);
	sigaction(number, &handled[index_of(number)].old, NULL);
	raise(number);
}

static void install(size_t i)
{
	void (*const handlers[])(int) = {[FLAG] = on_flag, [ENDING] = on_ending, [CRASH] = on_crash};
	struct sigaction action = {.sa_handler = handlers[handled[i].kind]};
	action.sa_flags = handled[i].kind == CRASH ? SA_ONSTACK : SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaction(handled[i].number, &action, NULL);
}

static bool open_pipe(struct err *err)
{
	if (pipe(wake_pipe) != 0)
		return err_set(err, ERR_SYSTEM, NULL, "cannot make a pipe: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
		fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
	}
	return true;
}

bool term_signals_open(const struct term_reset *how, struct err *err)
{
	if (is_open)
		return true;
	if (!open_pipe(err))
		return false;
	reset = *how;
	has_modes = tcgetattr(reset.fd, &modes) == 0;
	ending = 0;
	stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	sigaltstack(&other, NULL);
	for (size_t i = 0; i < N_HANDLED; i++) {
		flags[i] = 0;
		sigaction(handled[i].number, NULL, &handled[i].old);
		bool ignored = handled[i].old.sa_handler == SIG_IGN;
		if (!ignored || (handled[i].number != SIGTSTP && handled[i].number != SIGHUP))
			install(i);
	}
	is_open = true;
	return true;
}

void term_signals_close(void)
{
	if (!is_open)
		return;
	is_open = false;
	for (size_t i = 0; i < N_HANDLED; i++)
		sigaction(handled[i].number, &handled[i].old, NULL);
	stack_t none = {.ss_flags = SS_DISABLE};
	sigaltstack(&none, NULL);
	for (int i = 0; i < 2; i++) {
		close(wake_pipe[i]);
		wake_pipe[i] = -1;
	}
}

bool term_signals_are_open(void)
{
	return is_open;
}

int term_signals_fd(void)
{
	return wake_pipe[0];
}

void term_signals_drain(void)
{
	char bytes[64];
	while (wake_pipe[0] >= 0 && read(wake_pipe[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes)
		;
}

unsigned term_signals_take(void)
{
	term_signals_drain();
	unsigned saw = atomic_exchange(&woken, false) ? SAW_WAKE : 0;
	for (size_t i = 0; i < N_HANDLED; i++)
		if (atomic_exchange(&flags[i], 0))
			saw |= handled[i].saw;
	return saw;
}

int term_signals_ending(void)
{
	return ending;
}

void term_signals_clear_interrupt(void)
{
	if (ending == SIGINT)
		ending = 0;
}

void term_signals_note_hangup(void)
{
	if (!ending)
		ending = SIGHUP;
}

void term_signals_stop(void)
{
	size_t i = index_of(SIGTSTP);
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigemptyset(&standard.sa_mask);
	sigaction(SIGTSTP, &standard, NULL);
	raise(SIGTSTP);
	install(i);
}
