#include "tests/bench/keys.h"

#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "store/base/units.h"
#include "tests/bench/measure.h"
#include "tests/bench/pty.h"
#include "tui/hold.h"

enum { ROWS = 60, COLS = 200, MOST = 1024, FIRST_MS = 500 };

/* What a person's fingers do; `then` is pressed over and over. */
static const struct way {
	const char *name, *first;
	const char *then[16];
	int n;
} ways[] = {
    {"moves and lines", "",      {"j"},                                                                200},
    {"pages",           "",      {"\x06", "\x06", "\x02"},                                             120},
    {"folds",           ">>\rZ", {" ", " ", "j"},                                                      90 },
    {"tabs",            ">>\rZ", {"\t"},                                                               60 },
    {"a filter typed",  "&",     {"d", "u", "r", ">", "1", "s", " ", "n", "a", "m", "e", ":", "\x15"}, 104},
};

struct keys {
	double ms[MOST], cpu_ms[MOST]; /* cpu: of the thread that draws */
	size_t bytes[MOST];
	int n;
};

static int by_size(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* Of the keys from `from` on. */
static double percentile(const struct keys *k, const double *of, int from, double share)
{
	static double sorted[MOST];
	int n = k->n - from;
	if (n <= 0)
		return UNKNOWN_DOUBLE;
	memcpy(sorted, of + from, (size_t)n * sizeof *sorted);
	qsort(sorted, (size_t)n, sizeof *sorted, by_size);
	return sorted[(int)(share * (n - 1) + 0.5)];
}

/* So far; the figure does not depend on what else the machine does. */
static double cpu_ms(pid_t pid)
{
	char path[64], line[128] = "0";
	snprintf(path, sizeof path, "/proc/%ld/schedstat", (long)pid);
	FILE *f = fopen(path, "r");
	if (f && !fgets(line, sizeof line, f))
		line[0] = '\0';
	if (f)
		fclose(f);
	return (double)strtoll(line, NULL, 10) / 1e6;
}

static void press(struct pty *p, const char *key, struct keys *k)
{
	double start = now_s(), cpu = cpu_ms(p->pid), last, rest;
	if (write(p->fd, key, strlen(key)) < 0)
		err_die("a program of the benchmark is gone");
	size_t bytes = pty_wait(p, FIRST_MS, &last);
	if (bytes && k && k->n < MOST) {
		k->ms[k->n] = (last - start) * 1e3;
		k->cpu_ms[k->n] = cpu_ms(p->pid) - cpu;
		k->bytes[k->n++] = bytes;
	}
	pty_wait(p, 2 * REST_MS, &rest); /* the details of where it rests */
}

static void walk(const struct way *w, const char *const *words, struct keys *k)
{
	struct pty p;
	double last;
	pty_open(&p, ROWS, COLS, words);
	pty_wait(&p, 5000, &last);
	for (const char *key = w->first; *key; key++)
		press(&p, (const char[]){*key, 0}, NULL);
	for (int i = 0, at = 0; i < w->n; i++, at++) {
		at = w->then[at] ? at : 0;
		press(&p, w->then[at] ? w->then[at] : "", k);
	}
	pty_close(&p);
}

/* What no program can be faster than: one that has the bytes ready. */
static void write_as_much(const struct keys *k, struct keys *out)
{
	struct pty p = {0};
	struct winsize size = {.ws_row = ROWS, .ws_col = COLS};
	static char bytes[1 << 20];
	p.pid = forkpty(&p.fd, NULL, NULL, &size);
	if (p.pid < 0)
		err_die("no pseudo-terminal for the benchmark");
	if (p.pid == 0) {
		struct termios modes;
		tcgetattr(STDIN_FILENO, &modes);
		cfmakeraw(&modes);
		tcsetattr(STDIN_FILENO, TCSANOW, &modes);
		memset(bytes, 'x', sizeof bytes);
		char key;
		if (write(STDOUT_FILENO, "x", 1) == 1)
			for (int i = 0; i < k->n && read(STDIN_FILENO, &key, 1) == 1; i++)
				if (write(STDOUT_FILENO, bytes,
				          k->bytes[i] < sizeof bytes ? k->bytes[i] : sizeof bytes) < 0)
					break;
		_exit(0);
	}
	pty_take(&p, 1);
	for (out->n = 0; out->n < k->n; out->n++) {
		double start = now_s();
		if (write(p.fd, "j", 1) < 0)
			err_die("the benchmark's writer is gone");
		out->ms[out->n] = (pty_take(&p, k->bytes[out->n]) - start) * 1e3;
	}
	pty_close(&p);
}

static bool make_lines(const char *path)
{
	FILE *f = fopen(path, "w");
	for (int i = 0; f && i < 100000; i++)
		fprintf(f,
		        "%06d  2026-11-20 16:%02d  agent  %d.%02ds  a line about as long as one of the list, with "
		        "words and figures that are others each time: %d %d %d\n",
		        i, i % 60, i % 17, i % 97, i * 7919, i * 10473, i % 31);
	return f && fclose(f) == 0;
}

static void figure(const char *number, const char *what, const char *unit, double measured, double goal)
{
	static char names[32][80];
	static size_t n;
	char *name = names[n++ % 32];
	snprintf(name, sizeof names[0], "%s", what);
	goal_add((struct goal){number, name, unit, measured, goal, UNKNOWN_DOUBLE, false});
}

static void beside_less(const struct keys *spoor)
{
	static struct keys k;
	char path[] = "/tmp/spoor-bench-XXXXXX";
	static const struct way ways_of_less[] = {
	    {"moves", "", {"j"},                    60},
            {"pages", "", {"\x06", "\x06", "\x02"}, 60}
        };
	int fd = mkstemp(path);
	if (fd < 0 || !installed("less"))
		return;
	close(fd);
	k.n = 0;
	for (size_t i = 0; i < 2 && make_lines(path); i++)
		walk(&ways_of_less[i], (const char *const[]){"less", "-S", path, NULL}, &k);
	unlink(path);
	figure("", "less -S, lines and pages, 95 of 100 keys", "ms", percentile(&k, k.ms, 0, 0.95), UNKNOWN_DOUBLE);
	figure("", "key to last byte, median : less", "x",
	       percentile(spoor, spoor->ms, 0, 0.5) / percentile(&k, k.ms, 0, 0.5), UNKNOWN_DOUBLE);
}

void keys_run(const char *spoor, const char *store)
{
	static struct keys all, limit;
	char what[80];
	all.n = 0;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		int from = all.n;
		walk(&ways[i], (const char *const[]){spoor, "--store", store, NULL}, &all);
		snprintf(what, sizeof what, "key to last byte, 95 of 100, %s 200x60", ways[i].name);
		figure("12", what, "ms", percentile(&all, all.ms, from, 0.95), 2);
	}
	write_as_much(&all, &limit);
	snprintf(what, sizeof what, "key to last byte, median of %d keys 200x60", all.n);
	figure("12", what, "ms", percentile(&all, all.ms, 0, 0.5), 2);
	figure("12", "key to last byte, 95 of 100 keys", "ms", percentile(&all, all.ms, 0, 0.95), 2);
	figure("12", "key to last byte, 99 of 100 keys", "ms", percentile(&all, all.ms, 0, 0.99), 2);
	figure("", "… of them at work, median", "ms", percentile(&all, all.cpu_ms, 0, 0.5), UNKNOWN_DOUBLE);
	figure("", "… of them at work, 99 of 100 keys", "ms", percentile(&all, all.cpu_ms, 0, 0.99), UNKNOWN_DOUBLE);
	figure("", "a program that has these bytes ready, median", "ms", percentile(&limit, limit.ms, 0, 0.5),
	       UNKNOWN_DOUBLE);
	figure("", "… 99 of 100 keys", "ms", percentile(&limit, limit.ms, 0, 0.99), UNKNOWN_DOUBLE);
	figure("", "key to last byte, median : it", "x",
	       percentile(&all, all.ms, 0, 0.5) / percentile(&limit, limit.ms, 0, 0.5), UNKNOWN_DOUBLE);
	beside_less(&all);
}
