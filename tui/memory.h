/* What the user's views looked like when they were left, kept across sessions in $XDG_STATE_HOME/spoor/views, never in the store: of each
 * view of each store a small JSON object that its screen writes and reads (screen.h: remember, recall). One line a view,
 *
 *   {"store":"/home/ann/spoor.db","view":"trace:4bf92f35","keep":{"cursor":"7998","tab":2,"day":20779}}
 *
 * appended when the view is left, so several sessions at once lose nothing but an older look of the same view; the newest line counts.
 * A broken line, file or directory costs nothing but the memory of it. SPOOR_MEMORY=0 switches all of it off. */
#ifndef SPOOR_TUI_MEMORY_H
#define SPOOR_TUI_MEMORY_H

#include "store/base/str.h"

enum {
	MEMORY_VIEWS = 1000,         /* of all stores; those left longest ago are forgotten */
	MEMORY_VIEW_MAX = 4096,      /* bytes of one; a larger one is not kept */
	MEMORY_NAME_MAX = 512,       /* bytes of a view's name */
	MEMORY_FILE_MAX = 512 * 1024 /* a larger file is shortened when a session ends */
};

struct memory;
/* Reads the file: less than a millisecond. passing: a store that goes when the session ends, of which nothing is kept beyond it. NULL:
 * nothing is remembered. */
struct memory *memory_open(const char *store, bool passing);
void memory_free(struct memory *m);
/* All of these may be called with NULL. */

/* The object that is kept of a view; replaces *json. False: none. Names that begin with '@' are no screens' (views.h). */
bool memory_get(const struct memory *m, struct str view, struct buf *json);
/* "" or "{}": nothing, it is forgotten. On the disk with memory_save. */
void memory_put(struct memory *m, struct str view, struct str json);
void memory_save(struct memory *m);
/* The session ends: shortens the file where that is due. */
void memory_shorten(void);

#endif
