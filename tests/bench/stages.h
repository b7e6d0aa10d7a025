/* What parsing alone costs, each figure measured in a process of its own: by one whose heap is as fresh as an import's, and again
 * once its heap has all the memory it needs. */
#ifndef SPOOR_BENCH_STAGES_H
#define SPOOR_BENCH_STAGES_H

#include <stdbool.h>
#include <stdint.h>

enum stage {
	STAGE_PULL,    /* records framed and scanned, and every string of each unescaped: the prototype's pull parser */
	STAGE_RECORDS, /* records framed and scanned */
	STAGE_YYJSON,
	STAGE_CJSON, /* the document, or each line, as a tree, and the tree freed */
	N_STAGES
};

struct stage_time {
	double wall_s, cpu_s; /* cpu: of the thread; 0: not measured */
};
struct stage_times {
	struct stage_time fresh[N_STAGES], warm[N_STAGES];
	int64_t longest_ns; /* of stages_import: its longest write transaction */
};

/* A document is a file without line ends but its last. The file is in memory before the clocks run. False: it could not be run. */
bool stages_run(const char *file, bool document, struct stage_times *out);
/* Imports into a new store and makes its index, in a process of its own: sets longest_ns. */
bool stages_import(const char *file, const char *store, struct stage_times *out);
int stages_main(int argc, char **argv); /* of "bench stages …", which those two begin */

#endif
