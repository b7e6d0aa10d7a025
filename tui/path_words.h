/* Names of files as people type them: blanks are part of a name, "~/" is the home. For the line that asks for one, and for Tab in it. */
#ifndef SPOOR_TUI_PATH_WORDS_H
#define SPOOR_TUI_PATH_WORDS_H

#include <stddef.h>

#include "store/base/arena.h"
#include "store/base/str.h"

enum { PATH_WORDS_MOST = 256, PATH_WORDS_READ = 20000 };

struct path_word {
	struct str name;  /* within its folder; a folder's ends with / */
	struct str whole; /* the line with it */
};

/* The path that is meant by a line. */
void path_of_line(struct str line, struct buf *out);
/* What goes on from the line, by name, at most PATH_WORDS_MOST of the first PATH_WORDS_READ entries of the folder; hidden ones only where their dot
 * is typed; none that holds a control character. Reads one folder. */
size_t path_words(struct str line, struct arena *arena, const struct path_word **out);

#endif
