/* Table hist: the histograms of store/hist.h, one row for each name and kind of span. */
#ifndef SPOOR_STORE_HIST_TABLE_H
#define SPOOR_STORE_HIST_TABLE_H

#include "store/db.h"

struct hist_delta {
	uint32_t name;
	int16_t kind;
	int32_t bucket, n; /* ingest's own table: kind < 0 is free */
};
/* Adds the deltas (n may be negative) to the table, in the caller's transaction; the same bucket may come again. Sorts them. */
bool hist_write(struct db *db, struct hist_delta *deltas, size_t n, struct err *err);

#endif
