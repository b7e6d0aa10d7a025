/* spoor samples: what it needs of the explorer. */
#ifndef SPOOR_TUI_CMD_SAMPLES_H
#define SPOOR_TUI_CMD_SAMPLES_H

#include "tui/cmd/cmd.h"

/* Opens the explorer on the samples in a store of their own and ends with it: its exit code. main says how. NULL: there is none. */
extern int (*cmd_explore_samples)(const struct command_line *line);

#endif
