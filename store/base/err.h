/* Errors: one struct, filled once where the failure is known, passed up by `bool` and a last `struct err *`.
 *
 * Three sorts (see README, "For developers"):
 *   our bug          BUG_ON(condition): file, line, abort. Never for input.
 *   the world fails  return err_set(err, …): always false, so reporting and returning are one expression.
 *   bad input        not an error of the function: sink_problem() in store/sink.h, and on with the next record.
 * Library code never prints: the screen shows an err on its status line, a command on standard error. */
#ifndef SPOOR_STORE_BASE_ERR_H
#define SPOOR_STORE_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/base/banned.h"

enum err_code {
	ERR_NONE,
	ERR_NOT_FOUND,  /* nothing of that name: exit 1 */
	ERR_USAGE,      /* wrong arguments: exit 2 */
	ERR_INPUT,      /* a file is not what it should be: exit 3 */
	ERR_STORE,      /* the store is damaged, foreign, locked, full: exit 4 */
	ERR_SYSTEM,     /* the operating system said no: exit 4 */
	ERR_MEMORY,     /* exit 4 */
	ERR_NO_DATA,    /* not enough data to answer: exit 5 */
	ERR_INTERRUPTED /* cancelled by the user or a newer request; the caller knows the signal */
};

/* A place in an input. `file` is borrowed for the life of the err (file names live as long as the program's work on
 * them). record and line count from 1 (0: unknown); offset counts bytes of the decompressed stream from 0. */
struct where {
	const char *file;
	const char *entry; /* member of an archive, or NULL */
	uint64_t record, line, offset;
};

struct err {
	enum err_code code;
	struct where at;
	char text[512]; /* plain words, no trailing newline; may hold bytes of the input: print through clean.h only */
};

#define ERR_INIT ((struct err){.code = ERR_NONE})

/* Fills *err (which may be NULL: the failure is then only returned). `at` may be NULL. Always returns false. */
bool err_set(struct err *err, enum err_code code, const struct where *at, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts context before the text: "importing a.json: <text>". Always returns false. */
bool err_in(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The exit code of the program for a code: the one table (README, "Exit codes"). */
int err_exit_code(enum err_code code);

/* Our own bug: says where and aborts. */
_Noreturn void err_bug(const char *file, int line, const char *what);
#define BUG_ON(condition)                                        \
	do {                                                     \
		if (condition)                                   \
			err_bug(__FILE__, __LINE__, #condition); \
	} while (0)

/* Out of memory for our own small needs and the like: runs the hook (restores the terminal), prints, exits 4. */
_Noreturn void err_die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Called once by err_die and err_bug before they print; NULL for none. Set by whoever owns the terminal. */
void err_set_exit_hook(void (*hook)(void));

#endif
