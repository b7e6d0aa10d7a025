/* Long texts for people go through the pager, as git's do: on a terminal, when they are longer than it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/base/text.h"
#include "tui/cmd/out.h"
#include "tui/cmd/rows.h"

extern char **environ;

/* An empty one, and cat, is none: $SPOOR_PAGER (or the settings), $PAGER, else less or more. */
static const char *pager_of_user(void)
{
	static const char usual[] = "if command -v less >/dev/null; then exec less; else exec more; fi";
	const char *own = getenv("SPOOR_PAGER"), *named = own ? own : getenv("PAGER");
	struct str command = named ? str_trim(str_of(named)) : STR_NONE;
	if (!named)
		return usual;
	return command.len && !str_is(command, "cat") ? named : NULL;
}

static bool is_longer_than(struct str text, const struct winsize *screen)
{
	struct str line;
	int64_t rows = 1; /* the shell's next prompt */
	while (str_split(&text, '\n', &line) && rows <= screen->ws_row) {
		int cols = text_cols(line);
		rows += line.len || text.len ? 1 + (cols > 0 ? (cols - 1) / screen->ws_col : 0) : 0;
	}
	return rows > screen->ws_row;
}

static bool wants_pager(const struct buf *text)
{
	const char *term = getenv("TERM");
	struct winsize screen = {0};
	return isatty(STDOUT_FILENO) && term && term[0] && strcmp(term, "dumb") != 0 &&
	       ioctl(STDOUT_FILENO, TIOCGWINSZ, &screen) == 0 && screen.ws_row && screen.ws_col &&
	       is_longer_than(buf_str(text), &screen);
}

/* Until it is read whole, or nobody reads it any more. */
static void pour(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.ptr, text.len);
		if (n < 0 && errno != EINTR)
			return;
		text = str_from(text, n > 0 ? (size_t)n : 0);
	}
}

/* False: it could not be started, and nothing was printed. */
static bool run(const char *pager, struct str text)
{
	static const int ignored[] = {SIGINT, SIGQUIT, SIGPIPE}; /* ^C is the pager's; q before the end is no mistake */
	enum { N = sizeof ignored / sizeof *ignored };
	char sh[] = "sh", dash_c[] = "-c", *line = xstrdup(pager), *argv[] = {sh, dash_c, line, NULL};
	struct sigaction old[N], ignore = {.sa_handler = SIG_IGN};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t standard;
	pid_t child;
	int ends[2], status = 0;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		free(line);
		return false;
	}
	setenv("LESS", "FRX", 0); /* as git and systemd: it ends where all fits, colours are colours, the text stays */
	sigemptyset(&standard);
	sigemptyset(&ignore.sa_mask);
	for (size_t i = 0; i < N; i++) {
		sigaddset(&standard, ignored[i]);
		sigaction(ignored[i], &ignore, &old[i]);
	}
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigdefault(&how, &standard);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF);
	int failed = posix_spawn(&child, "/bin/sh", &files, &how, argv, environ);
	close(ends[0]);
	if (!failed)
		pour(ends[1], text);
	close(ends[1]);
	while (!failed && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	for (size_t i = 0; i < N; i++)
		sigaction(ignored[i], &old[i], NULL);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	free(line);
	return !failed && !(WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127));
}

bool out_page(const struct buf *text, struct err *err)
{
	const char *pager = !rows_wanted() && wants_pager(text) ? pager_of_user() : NULL;
	return (pager && run(pager, buf_str(text))) || out_flush(text, err);
}
