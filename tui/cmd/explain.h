/* spoor import --explain: what files are and what would be read of them; nothing is stored. */
#ifndef SPOOR_TUI_CMD_EXPLAIN_H
#define SPOOR_TUI_CMD_EXPLAIN_H

#include "import/import.h"
#include "tui/cmd/cmd.h"

/* Exit code; -1 with err. */
int cmd_explain(const struct command_line *line, const struct import_opts *opts, struct err *err);

#endif
