/* Details of the row under the cursor cost 600 to 3,000 bytes, a move of the cursor 120. So while the cursor moves they stay as
 * they are, and follow once it rests. Where they stand beside a list that scrolls they scroll along: terminals scroll whole
 * lines only, and what stays in its place would have to be sent again with each line. */
#ifndef SPOOR_TUI_HOLD_H
#define SPOOR_TUI_HOLD_H

#include "tui/screen.h"

enum {
	REST_MS = 80
}; /* without a key: the cursor rests. Longer than keys held take to repeat, too short to be waited for */

struct hold {
	struct beside last; /* as in the last frame, but for the id: of the row that was told of */
	uint64_t serial;    /* of the screen; 0: no frame with details yet */
	struct grid before; /* the last frame, while one is drawn that keeps a part of it */
	bool holds;         /* the last frame tells of another row than the cursor's */
};

/* The id of the row the cursor is on; INT64_MIN if nothing is told of it. */
int64_t hold_id(const struct screen *s);
void hold_before(struct hold *h, const struct screen *s, const struct grid *shown); /* before `shown` is drawn over */
void hold_after(struct hold *h, const struct screen *s, struct canvas body);
void hold_done(struct hold *h);

#endif
