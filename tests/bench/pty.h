/* A program on a pseudo-terminal: what it writes for a key, and when the last of it came. */
#ifndef SPOOR_BENCH_PTY_H
#define SPOOR_BENCH_PTY_H

#include <stddef.h>
#include <sys/types.h>

struct pty {
	pid_t pid;
	int fd;
	double started;
};

void pty_open(struct pty *p, int rows, int cols, const char *const *words);
/* The bytes until it has been quiet for half the time a cursor needs to rest, and when the last of them came (NaN: none did).
 * Waits for the first of them so long. */
size_t pty_wait(struct pty *p, int wait_ms, double *last);
/* Exactly so many bytes, or fewer if it ends. When the last came. */
double pty_take(struct pty *p, size_t bytes);
void pty_close(struct pty *p); /* ends it */

#endif
