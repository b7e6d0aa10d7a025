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

static bool fails(const void *caller)
{
	Dl_info of;
	if (!fault_due(FAULT_ALLOC, 0))
		return false;
	if (dladdr(caller, &of) && of.dli_fname &&
	    (strstr(of.dli_fname, "libncurses") || strstr(of.dli_fname, "libtinfo")))
		atomic_fetch_add(&fault_seen->in_curses, 1);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *ptr, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(ptr, size);
}
