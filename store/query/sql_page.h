/* The answer to an SQL statement of a person, its first rows in memory: for the explorer (spoor sql prints row by row). */
#ifndef SPOOR_STORE_QUERY_SQL_PAGE_H
#define SPOOR_STORE_QUERY_SQL_PAGE_H

#include "store/query/sql_views.h"

enum { SQL_PAGE_ROWS = 1000, SQL_PAGE_SECONDS = 60, SQL_PAGE_BYTES = 32 << 20, SQL_CELL_BYTES = 16 << 10 };

struct sql_cell {
	struct str text; /* as it is printed; absent: NULL */
	bool number;
	double value; /* of a number, for sorting */
};
struct sql_page {
	struct arena arena;
	struct str *names; /* of the columns */
	size_t n_columns, n;
	struct sql_cell *cells; /* row by row */
	bool more;              /* there are more rows than were read */
};
void sql_page_done(struct sql_page *p);
/* At most SQL_PAGE_ROWS rows, SQL_PAGE_BYTES of text (cells cut at SQL_CELL_BYTES), SQL_PAGE_SECONDS. Opens connections of its own on db's
 * store, masked as db is; an interrupt of db ends it. ERR_USAGE: a mistake in the statement. */
bool sql_page_read(struct db *db, struct str sql, struct sql_page *out, struct err *err);

#endif
