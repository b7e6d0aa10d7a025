/* The write lock of a store: one writer at a time over all processes and connections, in turn and prompt.
 *
 * Three bytes of the file beside the store, locked with open file description locks (fcntl(2), F_OFD_SETLK: they belong to the
 * connection, so threads of one process exclude each other, and end with it). WRITE is held by who writes. Who wants it queues at
 * one of two turnstiles, NEXT for imports and URGENT for people, of which one waiter at a time is through. An importer that lets go
 * of WRITE must pass NEXT again and finds the waiter there: nobody takes the lock twice running while another waits. And who waits
 * at NEXT stands back while somebody is at URGENT, for at most a second: a waiting verdict goes next.
 *
 * Waiting is trying again, every half millisecond to 2 ms: the kernel's queue knows neither an order nor an end. */
#ifndef SPOOR_STORE_DB_LOCK_H
#define SPOOR_STORE_DB_LOCK_H

#include "store/base/str.h"

struct db_lock {
	int fd; /* -1: not opened yet */
	bool held;
};

enum db_lock_result { LOCK_TAKEN, LOCK_BUSY, LOCK_FAILED };

/* Opens the file if need be. urgent: goes before imports. LOCK_BUSY after wait_ms; LOCK_FAILED: errno. */
enum db_lock_result db_lock_take(struct db_lock *lock, const char *store, bool urgent, int wait_ms);
void db_lock_drop(struct db_lock *lock);
void db_lock_close(struct db_lock *lock);
/* Is somebody waiting for it? Without taking anything; for a holder that could end its transaction early. */
bool db_lock_wanted(const struct db_lock *lock);
/* The process that holds it, or held it last; 0: unknown. */
int64_t db_lock_holder(const struct db_lock *lock);

#endif
