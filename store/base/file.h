/* Files: XDG paths, private modes, atomic replacement. */
#ifndef SPOOR_STORE_BASE_FILE_H
#define SPOOR_STORE_BASE_FILE_H

#include "store/base/str.h"

/* "$XDG_DATA_HOME/spoor/NAME" and the like, with the defaults of the XDG base directory specification. Appends to *out.
 * A relative XDG value is ignored, as the specification says. */
void file_data_path(struct buf *out, const char *name);
void file_config_path(struct buf *out, const char *name);
void file_state_path(struct buf *out, const char *name);
/* Makes the directory of `path` and its parents, mode 0700. */
bool file_make_dir_of(const char *path, struct err *err);
/* realpath of the directory (which must be there) plus the file name: absolute, and free of a "file:" prefix's meaning.
 * Appends to *out. A symbolic link that the name itself is stays unresolved. */
bool file_absolute(struct buf *out, const char *path, struct err *err);
/* Writes via a temporary file of mode 0600 in the same directory, fsync, rename. A symbolic link at `path` is replaced; a device or a
 * pipe is not (ERR_SYSTEM). */
bool file_replace(const char *path, struct str bytes, struct err *err);
/* An empty file of mode 0600 in the directory of `path`, of a name nobody could guess: appended to *temp. */
bool file_temp_beside(struct buf *temp, const char *path, struct err *err);
/* Syncs a file made so and gives it its name, on the same disk; replace: in place of what is there (no device,
 * no pipe), else ERR_USAGE if anything is. */
bool file_put(const char *temp, const char *path, bool replace, struct err *err);
/* Reads a small file of ours (settings, themes): at most `limit` bytes, else an error. Replaces *out. Not there:
 * ERR_NOT_FOUND. */
bool file_read(struct buf *out, const char *path, size_t limit, struct err *err);

#endif
