/* The keys of every screen, from the tables of actions, for `spoor help keys`, the man pages and the README. */
#ifndef SPOOR_TUI_KEYS_H
#define SPOOR_TUI_KEYS_H

#include "tui/cmd/cmds.h"

/* As cmd_each_key and cmd_each_key_name. */
void keys_each(cmd_key_row *row, void *to);
void keys_each_name(void (*each)(void *to, const char *name), void *to);

#endif
