/* The keys of every screen as text, from the tables of actions: `spoor help keys`, the README. */
#ifndef SPOOR_TUI_KEYS_H
#define SPOOR_TUI_KEYS_H

#include "store/base/str.h"

void keys_print(struct buf *out);

#endif
