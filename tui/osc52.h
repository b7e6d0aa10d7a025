/* The clipboard of a terminal: OSC 52 (xterm's ctlseqs, "Manipulate Selection Data"). */
#ifndef SPOOR_TUI_OSC52_H
#define SPOOR_TUI_OSC52_H

#include "store/base/str.h"

enum { OSC52_MAX = 74994 }; /* bytes: 100,000 in all is what the stricter terminals take */

/* Appends the sequence that sets the clipboard to `text`, wrapped for tmux or screen when $TMUX or $TERM says so. False: too
 * long, nothing appended. */
bool osc52_add(struct buf *out, struct str text);

#endif
