/* The views that `spoor sql` answers over, and the functions in it. Names and columns are stable: more may come, none changes meaning.
 * Names are those of --json. Ids are as the source writes them; times are there twice, as ISO 8601 text in UTC and in ns since the epoch
 * (…_ns); durations are ns, money US dollars, unknown is NULL, yes and no are 1 and 0.
 *
 * What was said in full (inputs, outputs, attributes, documents) lies in compressed records and in no column: payload() reads it. */
#ifndef SPOOR_STORE_QUERY_SQL_VIEWS_H
#define SPOOR_STORE_QUERY_SQL_VIEWS_H

#include "store/db_ask.h"

enum sql_type {
	SQL_TEXT,    /* masked where the connection masks */
	SQL_ID,      /* an id, a case's key, a word of a fixed list: never masked */
	SQL_INTEGER, /* a count, tokens, a place in order */
	SQL_REAL,
	SQL_BOOLEAN, /* 1 or 0 */
	SQL_TIME,    /* "2026-11-20T09:12:00.123456789Z" */
	SQL_NS       /* integer: ns since the epoch, or a duration in ns */
};
const char *sql_type_name(enum sql_type type);

struct sql_column {
	const char *name;
	enum sql_type type;
	const char *sql, *help;
};
struct sql_view {
	const char *name, *help, *from;
	const struct sql_column *columns; /* ends with name NULL */
};
extern const struct sql_view sql_views[]; /* ends with name NULL */

/* Functions of ours, beside those of SQLite. */
struct sql_function {
	const char *call, *help; /* "iso(ns)" */
};
extern const struct sql_function sql_functions[]; /* ends with call NULL */

/* The rules for db_ask_begin, and what its functions need. */
struct sql_context;
/* payloads: another reader of the same store, masked as the asking one; borrowed. masked: texts come masked. Caller frees. */
struct sql_context *sql_context_new(struct db *payloads, db_mask *mask);
const struct ask_rules *sql_context_rules(const struct sql_context *c);
void sql_context_free(struct sql_context *c); /* after db_close of the asking connection; NULL is fine */

#endif
