/* The text inside stored bytes, piece by piece: keys, strings, numbers of JSON, also of JSON inside strings (chat messages often
 * travel so). What is not JSON is one piece. */
#ifndef SPOOR_STORE_SEARCH_LEAF_H
#define SPOOR_STORE_SEARCH_LEAF_H

#include "store/base/arena.h"
#include "store/base/scan.h"

enum { LEAF_LEVELS = 6 }; /* JSON inside a string inside JSON …; deeper ones are text */

struct leaves {
	/* Gets each piece; borrowed for the call. */
	void (*leaf)(void *to, struct str text);
	/* Asked before a string is unescaped: true leaves it and all inside it out. May be NULL. raw: its bytes as written. */
	bool (*skip)(void *to, struct str raw);
	void *to;
	/* private */
	struct scan scan[LEAF_LEVELS];
	struct arena arena;
};
void leaves_done(struct leaves *l);
void leaves_walk(struct leaves *l, struct str bytes);
/* The text as a person reads and searches it: JSON flattened to its pieces, a blank between them; other text as it is. In arena, or
 * `text` itself. */
struct str leaves_text(struct str text, struct arena *arena);

#endif
