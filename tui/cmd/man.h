/* The man pages, out of the same tables as `spoor help`: for the build. */
#ifndef SPOOR_TUI_CMD_MAN_H
#define SPOOR_TUI_CMD_MAN_H

#include "store/base/err.h"
#include "store/base/str.h"

/* Appends "spoor", "spoor-config", "spoor-filter" or "spoor-formats" as roff. The date is $SOURCE_DATE_EPOCH's, else none: equal tables give
 * equal bytes. ERR_USAGE: no such page. */
bool man_page(struct buf *out, const char *name, struct err *err);

#endif
