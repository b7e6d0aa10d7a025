#include "tui/clipboard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/text.h"
#include "tui/osc52.h"
#include "tui/term.h"

enum { STEP_MS = 2, COMPLAINT = 200 };

extern char **environ;

/* ---------------------------------------------------------------- a command */

/* A file that nobody else can open, and that is gone when it is closed; < 0: errno says why. */
static int private_file(void)
{
	static const char *const names[] = {"XDG_RUNTIME_DIR", "TMPDIR"};
	int fd = -1;
	for (size_t i = 0; fd < 0 && i <= sizeof names / sizeof *names; i++) {
		const char *folder = i < sizeof names / sizeof *names ? getenv(names[i]) : "/tmp";
		struct buf path = BUF_INIT;
		if (folder && folder[0] == '/') {
			buf_printf(&path, "%s/spoor-XXXXXX", folder);
			fd = mkostemp(path.ptr, O_CLOEXEC);
			if (fd >= 0)
				unlink(path.ptr);
		}
		buf_done(&path);
	}
	return fd;
}

static bool fill(int fd, struct str text)
{
	while (text.len) {
		ssize_t n = write(fd, text.ptr, text.len);
		if (n < 0 && errno != EINTR)
			return false;
		text = str_from(text, n > 0 ? (size_t)n : 0);
	}
	return lseek(fd, 0, SEEK_SET) == 0;
}

/* In a process group of its own: ^C is not for it, and all of it can be ended. */
static int start(const char *command, int in, int complaints, pid_t *child)
{
	char sh[] = "sh", dash_c[] = "-c", *line = xstrdup(command), *argv[] = {sh, dash_c, line, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t standard;
	sigemptyset(&standard);
	sigaddset(&standard, SIGINT);
	sigaddset(&standard, SIGQUIT);
	sigaddset(&standard, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, complaints, STDERR_FILENO);
	posix_spawnattr_setsigdefault(&how, &standard);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	int failed = posix_spawn(child, "/bin/sh", &files, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	free(line);
	return failed;
}

/* Its exit code; -1: it took too long and was ended. */
static int wait_for(pid_t child)
{
	int status = 0;
	for (int waited = 0; waited < CLIPBOARD_MS; waited += STEP_MS) {
		pid_t done = waitpid(child, &status, WNOHANG);
		if (done == child)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (done < 0 && errno != EINTR)
			return 0;
		nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000}, NULL);
	}
	kill(-child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return -1;
}

/* The first line that it complained with. */
static void add_complaint(struct buf *out, int fd)
{
	char bytes[COMPLAINT];
	ssize_t n = pread(fd, bytes, sizeof bytes, 0);
	struct str rest = {bytes, n > 0 ? (size_t)n : 0}, line = STR_NONE;
	if (rest.len && str_split(&rest, '\n', &line) && line.len)
		buf_printf(out, ": " STR_FMT, STR_ARG(line));
}

static bool feed(const char *command, struct str text, struct err *err)
{
	int in = private_file(), complaints = private_file(), failed = 0, code = 0;
	pid_t child = 0;
	struct buf why = BUF_INIT;
	bool ok = in >= 0 && complaints >= 0 && fill(in, text);
	if (!ok)
		err_set(err, ERR_SYSTEM, NULL, "cannot hand the text to %s: %s", command, strerror(errno));
	else if ((failed = start(command, in, complaints, &child)) != 0)
		ok = err_set(err, ERR_SYSTEM, NULL, "cannot run /bin/sh: %s", strerror(failed));
	else if ((code = wait_for(child)) != 0) {
		add_complaint(&why, complaints);
		ok = code < 0 ? err_set(err, ERR_SYSTEM, NULL, "nothing copied: %.100s did not end in %d seconds",
		                        command, CLIPBOARD_MS / 1000)
		              : err_set(err, ERR_SYSTEM, NULL, "nothing copied: %.100s ended with %d%.250s", command,
		                        code, buf_cstr(&why));
	}
	if (in >= 0)
		close(in);
	if (complaints >= 0)
		close(complaints);
	buf_done(&why);
	return ok;
}

/* ---------------------------------------------------------------- the ways */

bool clipboard_put(struct str text, const char **how, struct err *err)
{
	const char *command = getenv("SPOOR_CLIPBOARD"), *tmux = getenv("TMUX");
	struct err ignored = ERR_INIT;
	if (command && command[0]) {
		*how = command;
		return feed(command, text, err);
	}
	bool loaded = tmux && tmux[0] && feed("exec tmux load-buffer -w -", text, &ignored);
	*how = loaded ? "tmux" : "OSC 52, if the terminal allows it";
	if (text.len > OSC52_MAX)
		return loaded;
	if (!term_copy(text, loaded))
		return loaded || err_set(err, ERR_SYSTEM, NULL, "cannot write to the terminal: %s", strerror(errno));
	return true;
}
