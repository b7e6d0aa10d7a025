/* Signals of a command that takes its time: the first one asks it to stop, a second one ends it. */
#ifndef SPOOR_TUI_CMD_STOP_H
#define SPOOR_TUI_CMD_STOP_H

#include <stdbool.h>

struct db;
/* INT, TERM and HUP set *cancel and interrupt what `db` runs (NULL: nothing); ignored ones stay so. Both must outlive the command. */
void stop_on_signals(_Atomic bool *cancel, struct db *db);
/* Before db is closed. */
void stop_without_db(void);
/* The signal that came, 0: none. */
int stop_signal(void);

#endif
