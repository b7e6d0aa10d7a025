/* SQL that a person writes, answered by a connection that can do nothing else.
 *
 * db_ask_begin turns a DB_READ connection into one that answers single SELECTs over views of ours (store/query/sql_views.h), with the
 * functions of ours and SQLite's harmless ones. What guards it: the file's schema is what our own steps make (db_open), so no view or
 * trigger of a stranger is there; query_only; an authorizer that lets nothing but reads of those views through (no tables, no PRAGMA,
 * no ATTACH, no writing, no functions that are not listed); lower limits than elsewhere; a deadline. Values are masked by the views
 * (db_set_mask before), so that no expression over them can undo it. */
#ifndef SPOOR_STORE_DB_ASK_H
#define SPOOR_STORE_DB_ASK_H

#include "store/db.h"

enum ask_type { ASK_NULL, ASK_INT, ASK_REAL, ASK_TEXT, ASK_BLOB, ASK_FAIL /* of a function: text says why */ };
struct ask_value {
	enum ask_type type;
	int64_t i;
	double d;
	struct str text; /* TEXT, BLOB, FAIL: borrowed until the next step */
};

/* A function in SQL: of its arguments (value), or an aggregate over the numbers of its first one, with the second as it is in the last
 * row (numbers: may reorder them; NULL if there is none). */
struct ask_function {
	const char *name;
	int n_args;
	bool hidden; /* only for our views */
	void (*value)(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out);
	double (*numbers)(double *values, size_t n, double p);
};

struct ask_view {
	const char *name;
	const char *sql; /* a SELECT over main */
};

struct ask_rules {
	const struct ask_view *views;         /* ends with name NULL */
	const struct ask_function *functions; /* ends with name NULL */
	void *of;                             /* for the functions */
};

/* Once, on a DB_READ connection that is used for nothing else from then on. The rules are borrowed until db_close. */
bool db_ask_begin(struct db *db, const struct ask_rules *rules, struct err *err);
/* One statement. NULL: err (ERR_USAGE: position, what is wrong, what is near it). At most `seconds` from now on (0: as long as it takes).
 * Step it with ask_step, end it with stmt_free. */
struct stmt *db_ask(struct db *db, struct str sql, int64_t seconds, struct err *err);
/* ERR_USAGE: its values cannot be worked with; ERR_SYSTEM: its time is over; ERR_INTERRUPTED; else the store's. */
enum step ask_step(struct stmt *s, struct err *err);

/* Asked now and then while a statement runs: true ends it (ERR_INTERRUPTED), as db_interrupt does. */
void db_ask_stop_with(struct db *db, bool (*stopped)(void *of), void *of);

int ask_columns(struct stmt *s);
const char *ask_name(struct stmt *s, int c);
struct ask_value ask_cell(struct stmt *s, int c);

/* Functions of SQLite that are let through; NULL after the last. */
extern const char *const ask_safe_functions[];

#endif
