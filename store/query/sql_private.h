/* What sql_views.c (the table) and sql_functions.c (the functions) share. */
#ifndef SPOOR_STORE_QUERY_SQL_PRIVATE_H
#define SPOOR_STORE_QUERY_SQL_PRIVATE_H

#include "store/query/sql_views.h"

/* The SELECT of a view; the arena's. */
const char *sql_view_text(struct arena *arena, const struct sql_view *v, bool masked);

#endif
