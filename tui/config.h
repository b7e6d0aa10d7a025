/* Settings at the start of the program: read once, before any thread, and handed to those who go by them. */
#ifndef SPOOR_TUI_CONFIG_H
#define SPOOR_TUI_CONFIG_H

#include "tui/rebind.h"

/* Reads the settings file that the command line names (--config FILE anywhere before "--"), $SPOOR_CONFIG or the usual one, and settles
 * what follows from it: environment, time zone. Mistakes are kept for those who say them. */
void config_start(int argc, char *const *argv);
/* Everywhere's actions, then those of each screen. */
const struct rebind_table *config_keys(size_t *n);
/* The theme to begin with: the flag's, else that of the settings, else "default". */
const char *config_theme(const char *flag);
struct target;
/* A list that is opened as such, with no filter, part or place of its own, begins with the filter of the settings. */
void config_filter(struct target *t);
struct ui;
/* Mistakes of the settings on the status line; nothing where there is none. */
void config_say(struct ui *ui);

#endif
