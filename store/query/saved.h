/* Filters with a name: $XDG_CONFIG_HOME/spoor/filters.json, an object of names and filters, made to be edited by hand (comments
 * allowed):
 *
 *     { "slow": "dur>5s",   // used as @slow in any filter, also in another one of these
 *       "dear": "cost>0.05 or tokens>20k" }
 *
 * Read once by each process, again after saved_reload. Thread-safe. */
#ifndef SPOOR_STORE_QUERY_SAVED_H
#define SPOOR_STORE_QUERY_SAVED_H

#include "store/base/arena.h"

enum { SAVED_NAME_MAX = 40, SAVED_TEXT_MAX = 1000, SAVED_MOST = 500 };

struct saved_filter {
	struct str name, text;
};
/* Those there are, by name, in the arena. False: the file is wrong (err says the line), and there are none; no file is no mistake. */
bool saved_all(struct arena *arena, struct saved_filter **out, size_t *n, struct err *err);
/* The text of one. False: none of that name, or the file is wrong (err). */
bool saved_get(struct arena *arena, struct str name, struct str *text, struct err *err);
/* Letters, digits, _ - . */
bool saved_name_is_good(struct str name);
/* Adds it, or replaces the one of that name (*replaced), in the file, which keeps mode 0600. A file that is wrong is left alone. */
bool saved_put(struct str name, struct str text, bool *replaced, struct err *err);
void saved_reload(void);

#endif
