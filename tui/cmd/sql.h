/* `spoor help sql`: the views with their columns, the functions. */
#ifndef SPOOR_TUI_CMD_SQL_H
#define SPOOR_TUI_CMD_SQL_H

#include "store/base/str.h"

void sql_help(struct buf *out);

#endif
