/* Goals 1 to 6, 13 and 14: what an import costs beside what the work costs at least, and beside other programs on the same file. */
#ifndef SPOOR_BENCH_IMPORTS_H
#define SPOOR_BENCH_IMPORTS_H

#include <stdbool.h>
#include <stdint.h>

struct import_bench {
	const char *dir, *spoor;
	const char *lines, *doc, *single; /* files; single: one span a line */
	int rounds;
	bool parsers, peers; /* the comparisons, too: they need memory, and time, of their own */
	const char *size;    /* "100 MB": for the rows */
};
void imports_run(const struct import_bench *b);
void imports_small(const struct import_bench *b);

#endif
