/* The name nearest to a mistyped one, for "did you mean". */
#ifndef SPOOR_STORE_BASE_NEAR_H
#define SPOOR_STORE_BASE_NEAR_H

#include "store/base/str.h"

struct near {
	struct str word;
	const char *name; /* NULL: none is near */
	size_t distance;
};
/* Takes the name if it is nearer than those before it: at most two edits, or it begins with the word. */
void near_try(struct near *n, const char *name);
/* " (did you mean NAME?)", or nothing. */
void near_say(const struct near *n, struct buf *out);

#endif
