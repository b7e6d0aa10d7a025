/* --span ID: a span of a trace by its id, or by a prefix of it that only one of them has. */
#ifndef SPOOR_TUI_CMD_SPAN_ARG_H
#define SPOOR_TUI_CMD_SPAN_ARG_H

#include "store/query/traces.h"

/* ERR_NOT_FOUND: none; ERR_USAGE: several. */
bool cmd_span(struct db *db, const struct trace_row *trace, struct str id, int64_t *key, struct err *err);

#endif
