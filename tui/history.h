/* Lines that were typed at prompts, kept across sessions in $XDG_STATE_HOME/spoor/history (mode 0600): one a line, behind the sign of its
 * prompt and a blank. Each is appended when it is typed, so several processes at once lose nothing; when the file has grown
 * large, the next start keeps its newest lines. A file that cannot be read or written costs nothing but the memory of it. */
#ifndef SPOOR_TUI_HISTORY_H
#define SPOOR_TUI_HISTORY_H

#include "tui/widget/edit.h"

enum {
	HISTORY_LINE_MAX = 4096,
	HISTORY_FILE_MAX = 256 * 1024,
	HISTORY_KEPT = 2000 /* lines left of a file that is larger */
};

/* Adds the lines of the prompt `sign` ('&' '/' ':' '*') to the history, oldest first; controls in them become blanks. */
void history_load(struct edit_history *history, char sign);
void history_note(char sign, struct str line);

#endif
