/* The read side on a store of very many spans: goals 7 to 10. */
#ifndef SPOOR_BENCH_READS_H
#define SPOOR_BENCH_READS_H

#include "tests/bench/measure.h"

/* Every list, filter, sort, jump and comparison on `store`; details on standard output, the rows of the goals added to the table. */
void reads_run(const char *store, bool details);

#endif
