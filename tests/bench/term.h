/* Goals 7, 8, 11 and 12: the explorer on a pseudo-terminal, in time and bytes. */
#ifndef SPOOR_BENCH_TERM_H
#define SPOOR_BENCH_TERM_H

void term_run(const char *spoor, const char *store);

#endif
