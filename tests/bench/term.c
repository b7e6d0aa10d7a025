#include "tests/bench/term.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/base/units.h"
#include "tests/bench/measure.h"
#include "tests/bench/pty.h"
#include "tui/hold.h"

/* Details follow a key once the cursor rests: bytes of their own. */
enum { DETAILS_MS = 2 * REST_MS, STARTS = 7 };

static void open_spoor(struct pty *p, int rows, int cols, const char *spoor, const char *store)
{
	pty_open(p, rows, cols, (const char *const[]){spoor, "--store", store, NULL});
}

static size_t pty_read(struct pty *p, double *last)
{
	return pty_wait(p, 5000, last);
}

/* What the program has in memory now, shared libraries included. */
static double resident_mib(pid_t pid)
{
	char path[64];
	long pages = 0, all;
	snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
	FILE *f = fopen(path, "r");
	if (f && fscanf(f, "%ld %ld", &all, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages > 0 ? (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576 : UNKNOWN_DOUBLE;
}

static void close_spoor(struct pty *p)
{
	double last;
	if (write(p->fd, "Q", 1) == 1)
		pty_read(p, &last);
	pty_close(p);
}

struct key_cost {
	struct samples bytes, ms, details;
};

static void press(struct pty *p, const char *key, struct key_cost *cost)
{
	double start = now_s(), last;
	if (write(p->fd, key, strlen(key)) < 0)
		err_die("the explorer is gone");
	size_t bytes = pty_read(p, &last);
	if (!bytes)
		return;
	sample(&cost->bytes, (double)bytes);
	sample(&cost->ms, (last - start) * 1e3);
	size_t details = pty_wait(p, DETAILS_MS, &last);
	if (details)
		sample(&cost->details, (double)details);
}

static void first_frame(const char *spoor, const char *store)
{
	struct samples ms = {0};
	for (int i = 0; i < STARTS; i++) {
		struct pty p;
		double last;
		open_spoor(&p, 24, 80, spoor, store);
		pty_read(&p, &last);
		sample(&ms, (last - p.started) * 1e3);
		close_spoor(&p);
	}
	goal_add((struct goal){"7", "explorer: exec to the last byte of the first screen", "ms", median(&ms), 30, 20,
	                       false});
}

/* The trace with most spans, as the list gives it when ordered by spans. */
static void large_trace(const char *spoor, const char *store)
{
	struct pty p;
	double last;
	struct key_cost first = {0}, again = {0}, back = {0}, sort = {0};
	open_spoor(&p, 24, 80, spoor, store);
	pty_read(&p, &last);
	press(&p, ">", &sort);
	press(&p, ">", &sort);
	press(&p, "\r", &first);
	for (int i = 0; i < 5; i++) {
		press(&p, "q", &back);
		press(&p, "\r", &again);
	}
	close_spoor(&p);
	goal_add((struct goal){"8", "explorer: largest trace on the screen, first touch", "ms", median(&first.ms), 50,
	                       UNKNOWN_DOUBLE, false});
	goal_add(
	    (struct goal){"8", "explorer: largest trace on the screen, warm", "ms", median(&again.ms), 20, 10, false});
}

struct view {
	const char *name, *keys; /* that lead to it, one press each */
	int rows, cols;
};

static void goal(const char *number, const char *what, const struct view *v, const char *unit, struct samples *samples,
                 double limit)
{
	static char names[32][80];
	static size_t n;
	if (samples->n == 0)
		return;
	char *name = names[n++ % 32];
	snprintf(name, sizeof names[0], "%s, %s %dx%d", what, v->name, v->cols, v->rows);
	goal_add((struct goal){number, name, unit, median(samples), limit, UNKNOWN_DOUBLE, false});
}

static void keys(const char *spoor, const char *store, const struct view *v)
{
	struct pty p;
	double last;
	struct key_cost opened = {0}, move = {0}, scroll = {0}, page = {0};
	open_spoor(&p, v->rows, v->cols, spoor, store);
	double first = (double)pty_read(&p, &last);
	for (const char *key = v->keys; *key; key++)
		press(&p, (const char[]){*key, 0}, &opened);
	for (int i = 0; i < 8; i++)
		press(&p, "j", &move);
	for (int i = 0; i < 4; i++)
		press(&p, "\x06", &page);
	for (int i = 0; i < v->rows; i++) { /* down to the last row: from there each step scrolls */
		double quiet;
		if (write(p.fd, "j", 1) == 1 && i % 8 == 7)
			pty_read(&p, &quiet);
	}
	pty_wait(&p, DETAILS_MS, &last);
	pty_wait(&p, DETAILS_MS, &last);
	for (int i = 0; i < 8; i++)
		press(&p, "j", &scroll);
	double resident = resident_mib(p.pid);
	close_spoor(&p);
	goal("11", "bytes of a move", v, "B", &move.bytes, 130);
	goal("11", "bytes of a line scrolled", v, "B", &scroll.bytes, 260);
	goal("11", "bytes of a page (goal: first screen)", v, "B", &page.bytes, first);
	goal("11", "bytes of the details, after", v, "B", &move.details, UNKNOWN_DOUBLE);
	goal("12", "key to last byte", v, "ms", &move.ms, 2);
	if (v->rows == 24 && !*v->keys)
		goal_add((struct goal){"", "explorer: memory while it rests, 80x24", "MiB", resident, UNKNOWN_DOUBLE,
		                       UNKNOWN_DOUBLE, false});
}

void term_run(const char *spoor, const char *store)
{
	first_frame(spoor, store);
	large_trace(spoor, store);
	static const struct view views[] = {
	    {"list",            "",      24, 80 },
	    {"list",            "",      60, 118},
	    {"list + details",  "",      60, 200},
	    {"trace + details", ">>\rZ", 24, 80 },
	    {"trace + details", ">>\rZ", 60, 200},
	};
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		keys(spoor, store, &views[i]);
}
