/* The clipboard of a terminal: OSC 52 (xterm's ctlseqs, "Manipulate Selection Data"), through what stands before the terminal.
 *
 * tmux takes the plain sequence from programs with `set-clipboard on` (and then sets its own buffer and its terminal's clipboard); with
 * `allow-passthrough on` (from 3.3 on; before that always) it hands on what stands in DCS tmux; … ST, each ESC of it doubled. By default
 * it does neither, but takes `tmux load-buffer -w` (3.2): tui/clipboard.c asks that first. GNU screen knows no OSC 52, but hands on
 * any DCS; its buffer has 768 bytes (MAXSTR), so the sequence goes in pieces. */
#ifndef SPOOR_TUI_OSC52_H
#define SPOOR_TUI_OSC52_H

#include "store/base/str.h"

enum {
	OSC52_MAX = 74994, /* bytes of text: 100,000 in all is what the stricter terminals take */
	OSC52_PIECE = 500  /* bytes between the DCS and ST that screen gets at once */
};

/* Appends what sets the clipboard to `text`. By $TMUX, $STY, else by $TERM, which is all that tells through ssh: "tmux…" the plain
 * sequence and the one for tmux to hand on, "screen…" the plain one and screen's pieces, as either may be there. tmux_has: its buffer was
 * loaded, only its terminal is left to be told. False: too long, nothing appended. */
bool osc52_add(struct buf *out, struct str text, bool tmux_has);

#endif
