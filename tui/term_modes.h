/* What terminals can do beyond what curses uses of them: pasted text between marks, clicks and wheel, frames shown at once. Known by the terminal's
 * description or, where that is older than the mode, by its name; the terminal itself is never asked. Owned by term.c. */
#ifndef SPOOR_TUI_TERM_MODES_H
#define SPOOR_TUI_TERM_MODES_H

#include "store/base/str.h"

enum term_mode { MODE_PASTE, MODE_MOUSE, N_TERM_MODES };

#define PASTE_HEAD "\033[200~"
#define PASTE_TAIL "\033[201~"

/* Of the terminal last described (setupterm, newterm). */
bool term_mode_known(enum term_mode mode);
/* What switches it; the same for all terminals that know it. */
const char *term_mode_bytes(enum term_mode mode, bool on);

#endif
