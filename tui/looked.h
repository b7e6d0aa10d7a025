/* What was there when the user last looked: of each store the row id of its newest trace, in $XDG_STATE_HOME/spoor/looked (mode
 * 0600), a line "ID PATH" each. So that lists can mark what came since. */
#ifndef SPOOR_TUI_LOOKED_H
#define SPOOR_TUI_LOOKED_H

#include <stdint.h>

enum { LOOKED_STORES = 200, LOOKED_FILE_MAX = 1 << 20 }; /* those looked at longest ago are forgotten */

int64_t looked_get(const char *store); /* 0: never */
/* Only ever rises, whichever of several sessions ends last. */
void looked_set(const char *store, int64_t newest);

#endif
