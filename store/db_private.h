/* What the files that know SQLite share: db.c (statements, transactions), db_open.c (opening), db_copy.c (copies, checks),
 * db_functions.c (functions of ours inside SQL). */
#ifndef SPOOR_STORE_DB_PRIVATE_H
#define SPOOR_STORE_DB_PRIVATE_H

#include <stdatomic.h>

#include "store/db.h"
#include "store/db_lock.h"
#include "store/db_place.h"
#include "store/trace_words.h"

enum { DB_PAGE_BYTES = 16384, DB_WRITE_CACHE_KB = 16000, DB_BUCKETS = 256, DB_WAIT_MS = 5000 };

struct sqlite3;
struct sqlite3_stmt;

struct stmt {
	struct sqlite3_stmt *handle;
	struct db *db;
	const char *sql;   /* NULL: composed, not cached */
	struct stmt *next; /* in its bucket */
	bool in_use;
	struct arena masked; /* texts of this row */
};

struct db {
	struct sqlite3 *handle;
	char *path;
	enum db_mode mode;
	struct db_place place;
	struct db_lock lock;
	int wait_ms;
	bool in_txn;                  /* that writes */
	bool may_pass;                /* db_may_pass */
	struct err spoilt;            /* what failed first in it: it can only be rolled back */
	int64_t began_ns, longest_ns; /* transactions that write */
	const _Atomic bool *cancel;   /* db_set_patient; NULL: gives up after wait_ms */
	_Atomic int64_t waits_for;
	struct stmt *buckets[DB_BUCKETS];
	struct word_lists lists; /* db_functions.c */
	db_mask *mask;
	struct ask *ask;        /* db_ask.c; NULL: not for SQL of a person */
	struct arena ask_words; /* of its errors */
	void *kept;             /* db_keep */
	void (*kept_done)(void *kept);
	/* pages in the log after our last commit, those of them copied into the store, and where the last try to copy found it */
	int64_t wal_pages, wal_copied, wal_tried;
};

/* SQLite's last failure on this connection, in plain words: what is the matter, what to do. Always false. */
bool db_fail(struct db *db, struct err *err, const char *doing);
/* The write lock, waited for as db_begin does. */
bool db_take_lock(struct db *db, struct err *err);
/* Statements and handle; what the struct itself lies in is the caller's. */
void db_finish(struct db *db);
/* From here on the connection knows how much of its log is not copied yet. */
void db_watch_log(struct db *db);
/* The database handle, configured as robustness.md section 3 says, before any statement. */
void db_configure(struct db *db);
bool db_add_functions(struct db *db, struct err *err); /* db_functions.c */
void db_ask_end(struct db *db);                        /* db_ask.c */

#endif
