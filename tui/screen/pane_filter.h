/* A filter that was typed behind &: whether it is one, and what is said where it is not. */
#ifndef SPOOR_TUI_SCREEN_PANE_FILTER_H
#define SPOOR_TUI_SCREEN_PANE_FILTER_H

#include "store/query/filter.h"
#include "tui/screen.h"

/* False, and said: it is longer than `most` bytes, or no filter of `over`. */
bool filter_typed(struct ui *ui, struct str text, enum filter_over over, size_t most);
/* Its two halves, for a text that is parsed in another way. */
bool filter_fits(struct ui *ui, struct str text, size_t most);
void filter_say_mistake(struct ui *ui, const struct filter_mistake *mistake);

#endif
