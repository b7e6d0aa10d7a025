/* What fingers bring along from vim, less, tig and htop: a number before a key (10j, 200G), :10, :q, and a word where a key does nothing. */
#ifndef SPOOR_TUI_FINGERS_H
#define SPOOR_TUI_FINGERS_H

#include "tui/screen.h"

enum { COUNT_MOST = 9999999 };

/* Whether the key was a digit of a number, which is kept in *count (0: none was begun). A screen whose own keys are digits has no numbers. Esc
 * takes one back; any other key is to be given it (struct input, count), and *count set to 0. What was typed so far is said. */
bool fingers_count(struct ui *ui, const struct action *own, int key, int *count);
/* The key that this one stands for where neither the screen's own keys nor the program's have it: F3 for /, as in htop. Itself if for none. */
int fingers_key(const struct action *own, int key);
/* What a line after ":" means that others write so: the action's name; NULL: not known. A row's number goes to *count. */
const char *fingers_line(struct str word, int *count);
/* Says that the key does nothing on this screen. */
void fingers_lost(struct ui *ui, int key);

#endif
