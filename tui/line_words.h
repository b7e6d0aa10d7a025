/* What may follow the name of a command in the line after ':': for completion. And the command that chooses columns. */
#ifndef SPOOR_TUI_LINE_WORDS_H
#define SPOOR_TUI_LINE_WORDS_H

#include "tui/columns_lists.h"
#include "tui/screen.h"

struct line_word {
	const char *word, *help; /* help may be NULL; both live in the arena or for good */
};
/* The words of command `name` on the screen whose actions these are; returns how many, 0: none are known. *several: more than one may
 * follow, with commas or blanks between them. */
size_t line_words(const struct action *actions, struct str name, struct arena *arena, const struct line_word **out,
                  bool *several);

/* The list that a screen shows now; NULL: none whose columns can be chosen. */
const struct list_kind *list_that_shows(const struct screen *s);
/* ":columns time,name,cost" on a list: these columns, in this order; "default": those of the settings again. Without names the line to
 * change those there are. */
enum outcome choose_columns(struct screen *screen, const struct input *in, struct target *target);

#endif
