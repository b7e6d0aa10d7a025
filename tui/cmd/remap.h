/* Files whose columns are taken otherwise than when they were imported before: what was made of them goes first. */
#ifndef SPOOR_TUI_CMD_REMAP_H
#define SPOOR_TUI_CMD_REMAP_H

#include <stdatomic.h>

#include "import/import.h"

/* import_prepare_map, and forgets what is stale. Before the import, on its connection. */
bool remap(struct db *db, char *const *paths, size_t n, const struct import_opts *opts, const _Atomic bool *cancel,
           struct err *err);

#endif
