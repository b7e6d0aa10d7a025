/* What the cursor stands on, given out of the program: to the clipboard, to $PAGER, to $EDITOR, or as plain text under the shell's
 * prompt. Each asks the screen's `copy` (screen.h); where a screen has no value, pager, editor and print get what it shows. All say
 * what they did through ui_say. UI thread only; they return when the other program ends. */
#ifndef SPOOR_TUI_HANDOFF_H
#define SPOOR_TUI_HANDOFF_H

#include "tui/screen.h"

#define HANDOFF_CHOICES "copy: v value  p path  i id  c command line  l link"

/* letter: v p i c l. Through clipboard.h, without what a paste should not carry (control and bidi characters); what is too long for that goes
 * into a new file of mode 0600 in $XDG_RUNTIME_DIR, $TMPDIR or /tmp, whole, and the message names it. A command line says all that it takes to
 * print what shows here: the store, if a plain `spoor` opens another, and the masking. A link comes as `spoor open LINK`, without the
 * store: it holds in any that has it. */
void handoff_copy(struct screen *s, int letter);
bool handoff_has_link(const struct screen *s);
void handoff_copy_link(struct screen *s, struct str link);
void handoff_copy_view(struct screen *s); /* the link of the screen: nothing on it has one */
/* The text goes in cleaned on standard input, piece by piece as the pager reads, so no byte of it acts on the terminal. $PAGER is run by sh as the user wrote it; else
 * less, else more. */
void handoff_pager(struct screen *s);
/* A copy of mode 0400 in a directory of its own, gone afterwards: what is changed in it is lost. $VISUAL, $EDITOR, else vi. */
void handoff_editor(struct screen *s);
/* The text, in a file of mode 0600 that is gone afterwards, changed in that editor. True: it is another one now. False: it is as it was,
 * since nothing was changed, the editor failed or made it longer than `most` bytes; what went wrong is said. */
bool handoff_edit(struct ui *ui, struct buf *text, size_t most);
/* Prints it cleaned where the shell prints, and waits for a key. */
void handoff_print(struct screen *s);

#endif
