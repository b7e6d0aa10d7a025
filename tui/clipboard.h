/* Text to the clipboard: through the command that $SPOOR_CLIPBOARD names (setting "clipboard"), else through tmux, else by what the terminal
 * takes (OSC 52). UI thread; returns within CLIPBOARD_MS. */
#ifndef SPOOR_TUI_CLIPBOARD_H
#define SPOOR_TUI_CLIPBOARD_H

#include "store/base/str.h"

enum { CLIPBOARD_MS = 3000 /* the longest a command may take: then it is ended */ };

/* False without err->code: it is too long for the terminal, and no command takes it. True: `how` says in words who has it ("OSC 52, if the
 * terminal allows it"). The command is run by sh as the user wrote it, with the text on its standard input, its output
 * thrown away; it may go on in the background, as xclip does. */
bool clipboard_put(struct str text, const char **how, struct err *err);

#endif
