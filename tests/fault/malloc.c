/* Allocations that fail. glibc's own entry points do the work, so that nothing here needs memory or a look-up. */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "tests/fault/shim.h"

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *ptr, size_t size);

/* Whose code asked: the caller's file, or if that is libc's (strdup, fopen) the next one up the stack that is not. */
static const char *asked_by(const void *caller, void *const *stack)
{
	Dl_info of = {0};
	const char *file = dladdr(caller, &of) && of.dli_fname ? of.dli_fname : "";
	for (int i = 0; strstr(file, "libc.so") && i < 200; i++)
		if (dladdr(stack[i], &of) && of.dli_fname && !strstr(of.dli_fname, "libc.so") &&
		    !strstr(of.dli_fname, "fault.so"))
			file = of.dli_fname;
	return file;
}

static bool fails(const void *caller, void *const *stack)
{
	if (!fault_due(FAULT_ALLOC, 0))
		return false;
	const char *file = asked_by(caller, stack);
	if (strstr(file, "libncurses") || strstr(file, "libtinfo"))
		atomic_fetch_add(&fault_seen->in_curses, 1);
	else if (strstr(file, "ld-linux"))
		atomic_fetch_add(&fault_seen->in_loader, 1);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails(__builtin_return_address(0), __builtin_frame_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0), __builtin_frame_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *ptr, size_t size)
{
	return fails(__builtin_return_address(0), __builtin_frame_address(0)) ? NULL : __libc_realloc(ptr, size);
}
