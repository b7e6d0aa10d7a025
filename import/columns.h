/* Tables written column by column (pandas' to_json as it comes, Logfire's older answers) → rows as JSON objects. */
#ifndef SPOOR_IMPORT_COLUMNS_H
#define SPOOR_IMPORT_COLUMNS_H

#include "store/base/scan.h"

enum { COLUMNS_MAX = 512 }; /* further ones are left out */

struct columns {
	struct column *at; /* in the arena */
	size_t n;
};

struct columns columns_new(struct arena *arena);
/* A column: `name` as a JSON string with its quotes, its values a list or, by the row's key, an object. False: too many. */
bool columns_add(struct columns *c, struct str name, struct val values);
/* The next row, and its key if its columns are objects (unescaped, in arena; else STR_NONE). Members are taken side by side: pandas
 * writes the same keys in the same order everywhere. False: all columns have ended. */
bool columns_next(struct columns *c, struct buf *row, struct str *key, struct arena *arena);

#endif
