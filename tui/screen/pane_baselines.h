/* Which run of each dataset is the baseline, kept across sessions in $XDG_STATE_HOME/spoor/baselines (mode 0600): a line for each, a JSON
 * array of the store's path, the dataset and the run's id. What cannot be read or written is not remembered. On the query thread. */
#ifndef SPOOR_TUI_SCREEN_PANE_BASELINES_H
#define SPOOR_TUI_SCREEN_PANE_BASELINES_H

#include <stddef.h>
#include <stdint.h>

#include "store/base/str.h"

struct baseline {
	int64_t run; /* row id */
	struct str dataset;
};

struct arena;
struct db;
struct err;

enum { BASELINES_KEPT = 500, BASELINES_FILE_MAX = 1 << 20 }; /* those set longest ago are forgotten */

/* The baselines among this store's runs. A store without any costs one look at the file. */
bool baselines_read(struct db *db, struct arena *arena, struct baseline **out, size_t *n, struct err *err);
/* Makes a run its dataset's baseline, or (run absent) leaves the dataset without. */
void baselines_set(struct db *db, struct str dataset, struct str run);

#endif
