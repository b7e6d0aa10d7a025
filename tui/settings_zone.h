/* Time zones by name, as the system knows them. */
#ifndef SPOOR_TUI_SETTINGS_ZONE_H
#define SPOOR_TUI_SETTINGS_ZONE_H

#include "store/base/str.h"

/* Whether tzset understands it: a file of $TZDIR (else /usr/share/zoneinfo), with or without ':' before it, a path of such a file, or a
 * POSIX rule ("CET-1CEST,M3.5.0,M10.5.0/3"). */
bool zone_known(const char *name);
/* Appends " (did you mean Europe/Berlin?)" where a zone is near, also by its city alone and in any case; " (no time zones are installed
 * here: tzdata)" if there are none. Reads the folders of the zones. */
void zone_suggest(const char *name, struct buf *out);

#endif
