/* Clocks, medians, child processes, and the table of goals. */
#ifndef SPOOR_BENCH_MEASURE_H
#define SPOOR_BENCH_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/base/str.h"

double now_s(void); /* monotonic */

enum { SAMPLES_MAX = 32 };
struct samples {
	double at[SAMPLES_MAX];
	int n;
};
void sample(struct samples *s, double value);
double median(const struct samples *s); /* NaN if there are none */

struct child {
	double seconds, cpu_s; /* cpu: of all its threads, and the system's work for it */
	int64_t rss_bytes;     /* its peak */
	int status;            /* exit code; -1: it could not be run or was killed */
};
/* Runs a program to its end, its output thrown away; `store` is its SPOOR_STORE (NULL: as it is). */
struct child run_child(const char *const *words, const char *store);
/* Runs this program anew: `bench words[0] FD words[1] …`; what it writes to FD is the answer. False: it did not. */
bool run_self(const char *const *words, const char *store, void *answer, size_t size);
int child_main(int argc, char **argv); /* of "bench child …", which run_child begins */
bool installed(const char *program);
int64_t file_bytes(const char *path);

/* A row of the table. A goal is a number that `measured` must reach (at_least) or stay under; NaN: none, a figure to know. */
struct goal {
	const char *number, *what, *unit;
	double measured, goal, aim;
	bool at_least;
};
void goal_add(struct goal g);
/* The table as text; the goals missed are marked. Returns how many those are. */
int goals_print(struct buf *out);

#endif
