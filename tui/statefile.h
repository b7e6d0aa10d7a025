/* Files of lines in $XDG_STATE_HOME/spoor that several processes add to at once: private (mode 0600), each line written whole under a
 * lock that nobody waits long for. What cannot be read or written costs nothing but the memory of it, and is said nowhere. */
#ifndef SPOOR_TUI_STATEFILE_H
#define SPOOR_TUI_STATEFILE_H

#include "store/base/str.h"

/* Adds whole lines, each with its newline. False: they are not kept (no such directory, a full disk, another holds the file). */
bool statefile_add(const char *name, struct str lines);
/* The newest `most` bytes, from the beginning of a line on. Replaces *out; false: there is nothing. */
bool statefile_read(const char *name, size_t most, struct buf *out);
/* If it is larger than `larger` bytes, what `keep` writes of its newest 4 * larger bytes takes its place; others wait meanwhile. */
typedef void statefile_keep_fn(struct str lines, struct buf *kept);
void statefile_shorten(const char *name, size_t larger, statefile_keep_fn *keep);

#endif
