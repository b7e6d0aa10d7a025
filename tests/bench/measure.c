#include "tests/bench/measure.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/base/units.h"
#include "store/base/vec.h"

double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void sample(struct samples *s, double value)
{
	if (s->n < SAMPLES_MAX)
		s->at[s->n++] = value;
}

static int by_size(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

double median(const struct samples *s)
{
	struct samples sorted = *s;
	if (!s->n)
		return UNKNOWN_DOUBLE;
	qsort(sorted.at, (size_t)sorted.n, sizeof *sorted.at, by_size);
	return sorted.at[sorted.n / 2];
}

static double of_timeval(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* A process is charged with the memory its parent had when it began, through vfork and exec, too. So the program measured is not
 * started from here, where whole files are in memory, but from this program begun anew: `bench child FD PROGRAM …`. */
int child_main(int argc, char **argv)
{
	struct child c = {.status = -1};
	int status = 0, out = argc > 3 ? (int)strtol(argv[2], NULL, 10) : -1;
	struct rusage use = {0};
	double start = now_s();
	pid_t pid = argc > 3 ? fork() : -1;
	if (pid == 0) {
		int nothing = open("/dev/null", O_RDWR);
		for (int fd = 0; fd < 3; fd++)
			dup2(nothing, fd);
		close(out);
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	if (pid > 0 && wait4(pid, &status, 0, &use) == pid) {
		c.seconds = now_s() - start;
		c.cpu_s = of_timeval(use.ru_utime) + of_timeval(use.ru_stime);
		c.rss_bytes = use.ru_maxrss * 1024;
		c.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	}
	return write(out, &c, sizeof c) == (ssize_t)sizeof c ? 0 : 1;
}

bool run_self(const char *const *words, const char *store, void *answer, size_t size)
{
	int ends[2];
	char number[16], *argv[32] = {xstrdup("bench"), xstrdup(words[0]), number};
	if (pipe(ends) != 0)
		return false;
	snprintf(number, sizeof number, "%d", ends[1]);
	for (size_t i = 1; words[i] && i + 3 < sizeof argv / sizeof *argv; i++)
		argv[i + 2] = xstrdup(words[i]);
	pid_t pid = fork();
	if (pid == 0) {
		if (store)
			setenv("SPOOR_STORE", store, 1);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	close(ends[1]);
	bool ok = pid > 0 && read(ends[0], answer, size) == (ssize_t)size;
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	for (size_t i = 0; argv[i]; i++)
		if (argv[i] != number)
			free(argv[i]);
	return ok;
}

struct child run_child(const char *const *words, const char *store)
{
	struct child c = {.status = -1};
	const char *all[32] = {"child"};
	for (size_t i = 0; words[i] && i + 2 < sizeof all / sizeof *all; i++)
		all[i + 1] = words[i];
	if (!run_self(all, store, &c, sizeof c))
		c.status = -1;
	return c;
}

bool installed(const char *program)
{
	struct str path = str_of(getenv("PATH"));
	struct buf file = BUF_INIT;
	bool found = false;
	for (struct str dir; !found && str_split(&path, ':', &dir);) {
		buf_clear(&file);
		buf_printf(&file, STR_FMT "/%s", STR_ARG(dir), program);
		found = access(buf_cstr(&file), X_OK) == 0;
	}
	buf_done(&file);
	return found;
}

int64_t file_bytes(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_size : -1;
}

/* ---------------------------------------------------------------- the table */

static VEC(struct goal) goals;

void goal_add(struct goal g)
{
	*vec_add(&goals) = g;
}

static bool is_met(const struct goal *g, double bound)
{
	return g->at_least ? g->measured >= bound : g->measured <= bound;
}

static void number(struct buf *out, const struct goal *g, double value)
{
	if (IS_UNKNOWN(value))
		return;
	double size = fabs(value);
	buf_printf(out, "%.*f %s", size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3, value, g->unit);
}

static void bound(struct buf *out, const struct goal *g, double value)
{
	if (IS_UNKNOWN(value))
		return;
	buf_add_cstr(out, g->at_least ? "≥ " : "≤ ");
	buf_printf(out, "%.*g %s", value < 100 ? 3 : 9, value, g->unit);
}

/* Pads to `width` columns after `from`; every character of ours is one column wide. */
static void pad(struct buf *out, size_t from, int width)
{
	for (size_t i = from; i < out->len; i++)
		width -= ((unsigned char)out->ptr[i] & 0xC0) != 0x80;
	for (; width > 0; width--)
		buf_add_char(out, ' ');
}

int goals_print(struct buf *out)
{
	static const char *const titles[5] = {"goal", "what", "measured", "goal", "aim"};
	static const int widths[6] = {5, 63, 14, 12, 12, 6};
	int missed = 0;
	for (int c = 0; c < 5; c++) {
		size_t from = out->len;
		buf_add_cstr(out, titles[c]);
		pad(out, from, c < 4 ? widths[c] : 0);
	}
	for (size_t i = 0; i < goals.n; i++) {
		const struct goal *g = &goals.at[i];
		buf_add_char(out, '\n');
		for (int c = 0; c < 6; c++) {
			size_t from = out->len;
			switch (c) {
			case 0: buf_add_cstr(out, g->number); break;
			case 1: buf_add_cstr(out, g->what); break;
			case 2: number(out, g, g->measured); break;
			case 3: bound(out, g, g->goal); break;
			case 4: bound(out, g, g->aim); break;
			case 5:
				if (IS_UNKNOWN(g->goal))
					break;
				missed += !is_met(g, g->goal);
				buf_add_cstr(out, is_met(g, g->goal) ? "ok" : "missed");
				break;
			}
			pad(out, from, c < 5 ? widths[c] : 0);
		}
		while (out->len && out->ptr[out->len - 1] == ' ')
			out->ptr[--out->len] = '\0';
	}
	buf_add_char(out, '\n');
	return missed;
}
