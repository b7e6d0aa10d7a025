/* What spoor doctor says of the machine: versions, paths, the terminal as found. */
#ifndef SPOOR_TUI_CMD_MACHINE_H
#define SPOOR_TUI_CMD_MACHINE_H

#include "store/base/json.h"
#include "tui/cmd/cmds.h"

/* Calls row for each, names and values for people. */
typedef void machine_row(void *context, const char *name, const struct buf *value);
void machine_versions_text(machine_row *row, void *context);
void machine_paths_text(machine_row *row, void *context, const char *store);
void machine_terminal_text(machine_row *row, void *context, int cols);
/* What of the terminal could be better, and how: one sentence a line, appended. Nothing where output goes elsewhere. */
void machine_terminal_hints(struct buf *out);
/* Members "versions", "paths" and "terminal" of an object already opened. */
void machine_json(struct jout *j, const char *store, int cols);

#endif
