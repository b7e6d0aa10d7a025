/* The keys of every screen, from the tables of actions, for `spoor help keys`, the man page and the README. */
#ifndef SPOOR_TUI_KEYS_H
#define SPOOR_TUI_KEYS_H

/* As cmd_each_key of tui/cmd/cmds.h. */
void keys_each(void (*row)(void *to, const char *where, const char *keys, const char *action, const char *help),
               void *to);

#endif
