/* Goal 12: how long a key takes to its last byte at 200x60, beside a program that only writes as much, and beside less. */
#ifndef SPOOR_BENCH_KEYS_H
#define SPOOR_BENCH_KEYS_H

void keys_run(const char *spoor, const char *store);

#endif
