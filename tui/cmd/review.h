/* What `spoor review` needs of others: the explorer, which no command knows. */
#ifndef SPOOR_TUI_CMD_REVIEW_H
#define SPOOR_TUI_CMD_REVIEW_H

#include "tui/cmd/cmd.h"

/* Opens the explorer on a place ("queues", "review:NAME") and ends with it: its exit code. store NULL: the line's. main says how. NULL: there is none. */
extern int (*cmd_explore)(const struct command_line *line, const char *store, const char *open);

#endif
