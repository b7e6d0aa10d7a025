/* A command line of a shell as it is being typed: parted into words, and words put back into it so that they stay words. Pure. */
#ifndef SPOOR_TUI_CMD_SHELL_LINE_H
#define SPOOR_TUI_CMD_SHELL_LINE_H

#include "store/base/arena.h"
#include "store/base/vec.h"

enum shell_quote { SHELL_BARE, SHELL_SINGLE, SHELL_DOUBLE };
struct shell_line {
	VEC(struct str) words; /* before the last one, without quotes */
	struct str typed;      /* the last word so far, without quotes; "" behind a blank */
	size_t stays; /* bytes of `typed` that the shell leaves as they are: up to the last of its break characters */
	enum shell_quote in; /* an open quote at the end */
};
/* Parts a line as sh does. breaks: characters at which the shell begins to complete anew (COMP_WORDBREAKS); NULL: none. Texts live in `arena`. */
void shell_line_read(struct shell_line *l, struct str text, const char *breaks, struct arena *arena);
void shell_line_done(struct shell_line *l);

/* Appends `word` from byte `from` on, as it can go on behind what is typed. Nothing in it is more to the shell than text. False, and nothing is
 * added: there is no way to write it there. */
bool shell_word(struct buf *out, struct str word, size_t from, enum shell_quote in);

#endif
