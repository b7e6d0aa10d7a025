/* Calls of the C library that fail, come back short, or are the last thing the process does. What strace would inject, without
 * needing ptrace, and counted over all threads. */
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/fault/shim.h"

int __open64_2(const char *path, int flags);
int openat64(int dir, const char *path, int flags, ...);
ssize_t pread64(int fd, void *to, size_t n, off64_t at);
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at);
int ftruncate64(int fd, off64_t size);
void *mmap64(void *at, size_t n, int prot, int flags, int fd, off64_t offset);
int flock(int fd, int how);
int fcntl64(int fd, int what, ...);

static struct {
	int (*open64)(const char *, int, ...);
	int (*open64_2)(const char *, int);
	int (*openat64)(int, const char *, int, ...);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*pread64)(int, void *, size_t, off64_t);
	ssize_t (*pwrite64)(int, const void *, size_t, off64_t);
	int (*fsync)(int), (*fdatasync)(int), (*flock)(int, int);
	int (*fcntl64)(int, int, ...);
	int (*ftruncate64)(int, off64_t);
	int (*unlink)(const char *);
	void *(*mmap64)(void *, size_t, int, int, int, off64_t);
	int (*stat64)(const char *, struct stat64 *), (*lstat64)(const char *, struct stat64 *);
	int (*fstat64)(int, struct stat64 *);
	int (*statfs64)(const char *, struct statfs64 *), (*statvfs64)(const char *, struct statvfs64 *);
	int (*access)(const char *, int);
	const char *under;
} next;

static void find(void *to, const char *name)
{
	void *at = dlsym(RTLD_NEXT, name);
	memcpy(to, &at, sizeof at);
}

void fault_calls_find(void)
{
	find(&next.open64, "open64");
	find(&next.open64_2, "__open64_2");
	find(&next.openat64, "openat64");
	find(&next.read, "read");
	find(&next.pread64, "pread64");
	find(&next.pwrite64, "pwrite64");
	find(&next.fsync, "fsync");
	find(&next.fdatasync, "fdatasync");
	find(&next.flock, "flock");
	find(&next.fcntl64, "fcntl64");
	find(&next.ftruncate64, "ftruncate64");
	find(&next.unlink, "unlink");
	find(&next.mmap64, "mmap64");
	find(&next.stat64, "stat64");
	find(&next.lstat64, "lstat64");
	find(&next.fstat64, "fstat64");
	find(&next.statfs64, "statfs64");
	find(&next.statvfs64, "statvfs64");
	find(&next.access, "access");
	next.under = getenv("FAULT_UNDER");
}

static bool fails(enum fault_call call)
{
	if (!fault_due(FAULT_CALL, (int)call) || fault_order.action == FAULT_SHORT)
		return false;
	errno = fault_order.action;
	return true;
}

static bool path_fails(enum fault_call call, const char *path)
{
	return next.under && strncmp(path, next.under, strlen(next.under)) == 0 && fails(call);
}

/* How many bytes a call that may come back short is to move: at least one. */
static bool is_short(enum fault_call call, size_t *n)
{
	if (!fault_due(FAULT_CALL, (int)call))
		return false;
	if (fault_order.action != FAULT_SHORT) {
		errno = fault_order.action;
		return true;
	}
	*n = *n > 1 ? *n / 2 : *n;
	return false;
}

static int mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, int) : 0;
}

int open64(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int mode = mode_of(flags, args);
	va_end(args);
	return path_fails(CALL_OPEN, path) ? -1 : next.open64(path, flags, mode);
}

int __open64_2(const char *path, int flags)
{
	return path_fails(CALL_OPEN, path) ? -1 : next.open64_2(path, flags);
}

int openat64(int dir, const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int mode = mode_of(flags, args);
	va_end(args);
	return path_fails(CALL_OPEN, path) ? -1 : next.openat64(dir, path, flags, mode);
}

ssize_t read(int fd, void *to, size_t n)
{
	return fd > 2 && is_short(CALL_READ, &n) ? -1 : next.read(fd, to, n);
}

ssize_t pread64(int fd, void *to, size_t n, off64_t at)
{
	return is_short(CALL_PREAD, &n) ? -1 : next.pread64(fd, to, n, at);
}

ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at)
{
	return is_short(CALL_PWRITE, &n) ? -1 : next.pwrite64(fd, from, n, at);
}

int fsync(int fd)
{
	return fails(CALL_SYNC) ? -1 : next.fsync(fd);
}

int fdatasync(int fd)
{
	return fails(CALL_SYNC) ? -1 : next.fdatasync(fd);
}

int ftruncate64(int fd, off64_t size)
{
	return fails(CALL_TRUNCATE) ? -1 : next.ftruncate64(fd, size);
}

int unlink(const char *path)
{
	return path_fails(CALL_UNLINK, path) ? -1 : next.unlink(path);
}

int flock(int fd, int how)
{
	return fails(CALL_LOCK) ? -1 : next.flock(fd, how);
}

void *mmap64(void *at, size_t n, int prot, int flags, int fd, off64_t offset)
{
	return fd >= 0 && fails(CALL_MMAP) ? MAP_FAILED : next.mmap64(at, n, prot, flags, fd, offset);
}

/* Every argument it may have is as wide as a pointer, or fits one. */
int fcntl64(int fd, int what, ...)
{
	va_list args;
	va_start(args, what);
	void *arg = va_arg(args, void *);
	va_end(args);
	bool locks = what == F_SETLK || what == F_SETLKW || what == F_OFD_SETLK || what == F_OFD_SETLKW;
	if (locks && ((const struct flock *)arg)->l_type != F_UNLCK && fails(CALL_LOCK))
		return -1;
	return next.fcntl64(fd, what, arg);
}

int stat64(const char *path, struct stat64 *to)
{
	return path_fails(CALL_STAT, path) ? -1 : next.stat64(path, to);
}

int lstat64(const char *path, struct stat64 *to)
{
	return path_fails(CALL_STAT, path) ? -1 : next.lstat64(path, to);
}

int fstat64(int fd, struct stat64 *to)
{
	return fails(CALL_STAT) ? -1 : next.fstat64(fd, to);
}

int statfs64(const char *path, struct statfs64 *to)
{
	return path_fails(CALL_STAT, path) ? -1 : next.statfs64(path, to);
}

int statvfs64(const char *path, struct statvfs64 *to)
{
	return path_fails(CALL_STAT, path) ? -1 : next.statvfs64(path, to);
}

int access(const char *path, int what)
{
	return path_fails(CALL_STAT, path) ? -1 : next.access(path, what);
}
