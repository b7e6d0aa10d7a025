/* Tables hist and hist_usage: the histograms of store/hist.h, one row for each name and kind of span and each thing counted. */
#ifndef SPOOR_STORE_HIST_TABLE_H
#define SPOOR_STORE_HIST_TABLE_H

#include "store/db.h"

enum hist_what {
	HIST_TIME,   /* ns */
	HIST_TOKENS, /* in and out together */
	HIST_COST,   /* billionths of a USD */
	N_HIST
};
int64_t hist_cost(double usd); /* as HIST_COST counts it; UNKNOWN_INT: unknown, or below 0 */

struct hist_delta {
	uint32_t name;
	int16_t kind;
	uint8_t what;
	int32_t bucket, n; /* ingest's own table: kind < 0 is free */
};
/* Adds the deltas (n may be negative) to the tables, in the caller's transaction; the same bucket may come again. Sorts them. */
bool hist_write(struct db *db, struct hist_delta *deltas, size_t n, struct err *err);

/* hist_usage of all spans of a store that was made before there was such a table (schema 3), in the caller's transaction. Reads all rows
 * of table span. */
bool hist_fill(struct db *db, struct err *err);

#endif
