/* What forget.c (notes, rows) and forget_sweep.c (records, words) share. */
#ifndef SPOOR_STORE_FORGET_PRIVATE_H
#define SPOOR_STORE_FORGET_PRIVATE_H

#include <stdatomic.h>

#include "store/block.h"
#include "store/forget.h"

enum { FORGET_TXN_NS = 50 * 1000 * 1000, FORGET_ROWS = 1024 };

struct forget {
	struct db *db;
	struct block_cache *blocks;
	int lock_fd;
	bool in_txn;
	int64_t began_ns;
	const _Atomic bool *cancel;
};

bool forget_begin(struct forget *f, struct err *err);
bool forget_commit(struct forget *f, struct err *err);
/* Ends a transaction that has taken long and begins the next; ERR_INTERRUPTED once cancelled. */
bool forget_breathe(struct forget *f, struct err *err);
/* A statement of integers only. */
bool forget_do(struct forget *f, const char *sql, int64_t a, int64_t b, struct err *err);
/* The same again and again, a transaction each time it is long, until it changes nothing. */
bool forget_all(struct forget *f, const char *sql, int64_t a, struct err *err);
bool forget_sweep(struct forget *f, struct err *err);

#endif
