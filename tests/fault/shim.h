/* What the parts of the fault library share. Preloaded into the program under test, it makes one chosen thing fail: an allocation, a
 * call of the C library, a call of SQLite's file layer, or the power.
 *
 * The library is a fork server: the process stops before main, reads orders from a pipe, and runs main in a child for each of them,
 * so a try costs a fork and not a start. tests/fault/fault.py is the other end. */
#ifndef SPOOR_TESTS_FAULT_SHIM_H
#define SPOOR_TESTS_FAULT_SHIM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum fault_kind { FAULT_NONE, FAULT_ALLOC, FAULT_CALL, FAULT_VFS, FAULT_POWER };
enum fault_mode {
	FAULT_ONCE, /* the k-th only */
	FAULT_FROM, /* the k-th and all after it */
	FAULT_EVERY /* every k-th */
};
/* Actions besides an errno (calls) or a result code of SQLite (its file layer). */
enum { FAULT_KILL = -1, FAULT_SHORT = -2 };

/* Calls of the C library; bits of an order's `what`. Those that take a path count only under $FAULT_UNDER. */
enum fault_call {
	CALL_OPEN,
	CALL_READ, /* descriptors above 2 */
	CALL_PREAD,
	CALL_PWRITE,
	CALL_SYNC, /* fsync, fdatasync */
	CALL_TRUNCATE,
	CALL_UNLINK,
	CALL_LOCK, /* flock, and fcntl that takes a lock */
	CALL_MMAP, /* of a file */
	CALL_STAT  /* stat and its like, access */
};

/* Methods of SQLite's file layer, likewise. */
enum fault_vfs {
	VFS_OPEN,
	VFS_READ,
	VFS_WRITE,
	VFS_SYNC,
	VFS_TRUNCATE,
	VFS_DELETE,
	VFS_LOCK, /* xLock and xShmLock */
	VFS_SHM_MAP
};

/* One try, as it comes through the pipe. k counts from 1 over the calls of the kind that `what` names; 0: nothing fails. */
struct fault_order {
	int32_t kind, what, mode, action;
	int64_t k;
	uint64_t seed;
};

/* Shared between server and child. */
struct fault_seen {
	_Atomic int64_t n; /* calls counted */
	_Atomic int64_t fired;
	_Atomic int64_t in_curses; /* of these: allocations of curses itself */
	_Atomic int64_t in_loader; /* … of the dynamic loader */
};

extern struct fault_order fault_order;
extern struct fault_seen *fault_seen;
extern _Atomic bool fault_armed;

/* Counts this call; true: it is to fail now. Dies here if the order says so. */
bool fault_due(enum fault_kind kind, int what);
/* xorshift64* on the order's seed. */
uint64_t fault_random(void);
/* Puts the layer before SQLite's own. */
void fault_vfs_install(void);
void fault_calls_find(void);

#endif
