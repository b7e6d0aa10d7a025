#include "store/base/err.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*_Atomic exit_hook)(void);

bool err_set(struct err *err, enum err_code code, const struct where *at, const char *fmt, ...)
{
	if (!err)
		return false;
	va_list args;
	va_start(args, fmt);
	err->code = code;
	err->at = at ? *at : (struct where){0};
	vsnprintf(err->text, sizeof err->text, fmt, args);
	va_end(args);
	return false;
}

bool err_in(struct err *err, const char *fmt, ...)
{
	if (!err)
		return false;
	char old[sizeof err->text];
	memcpy(old, err->text, sizeof old);
	char context[200];
	va_list args;
	va_start(args, fmt);
	vsnprintf(context, sizeof context, fmt, args);
	va_end(args);
	snprintf(err->text, sizeof err->text, "%s: %.300s", context, old);
	return false;
}

int err_exit_code(enum err_code code)
{
	switch (code) {
	case ERR_NONE: return 0;
	case ERR_NOT_FOUND: return 1;
	case ERR_USAGE: return 2;
	case ERR_INPUT: return 3;
	case ERR_STORE:
	case ERR_SYSTEM:
	case ERR_MEMORY: return 4;
	case ERR_NO_DATA: return 5;
	case ERR_INTERRUPTED: return 130;
	}
	return 4;
}

static void run_hook(void)
{
	void (*hook)(void) = atomic_exchange(&exit_hook, NULL);
	if (hook)
		hook();
}

void err_bug(const char *file, int line, const char *what)
{
	run_hook();
	fprintf(stderr, "spoor: a bug in spoor at %s:%d: %s\n", file, line, what);
	abort();
}

void err_die(const char *fmt, ...)
{
	run_hook();
	va_list args;
	va_start(args, fmt);
	fputs("spoor: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	_exit(4); /* other threads are still at work: nothing is to be torn down under them */
}

void err_set_exit_hook(void (*hook)(void))
{
	exit_hook = hook;
}
