/* Another program in our place on the terminal: $PAGER, $EDITOR. It gets a job of its own, as a shell would give it: ^C and ^\ are for it
 * alone, ^Z stops it and us, and what ends us (SIGTERM, SIGHUP) ends it first. UI thread; the terminal's owner has left it (term_leave). */
#ifndef SPOOR_TUI_CHILD_H
#define SPOOR_TUI_CHILD_H

#include "store/base/str.h"

/* Text for its standard input, cleaned on the way as it reads, so that a large one is there at once and no byte of it acts on the
 * terminal. */
struct child_text {
	struct str text;
	bool ascii;
};

/* Runs sh -c COMMAND spoor FILE (file NULL: none), its standard input `in` (NULL: the terminal's). COMMAND is ours or the user's own, never
 * of a file. Gives its exit code, 128 + n when signal n ended it; -1: it could not be started, errno says why. The terminal's modes are as
 * before. When we are to end meanwhile, its job is told so, has CHILD_GRACE_MS, and is then killed: term_signal() says it. */
enum { CHILD_GRACE_MS = 2000 };
int child_run(const char *command, const char *file, const struct child_text *in, char *const env[]);

#endif
