/* Marked rows, on every list whose rows can be judged (screen op `row`): Space marks the row under the cursor and moves down, :mark-all
 * marks all that the list shows under its filter, :mark-none none. What is said, reviewed or copied next is of all of them. A mark is of
 * what stands in the row, so it survives another filter or order; it goes with its screen. UI thread only. */
#ifndef SPOOR_TUI_MARKED_H
#define SPOOR_TUI_MARKED_H

#include "store/query/subject.h"
#include "tui/screen.h"

struct queue_ask;

enum {
	MARKED_MOST = 10000, /* more are not marked, and that is said */
	MARKED_ASK = 20      /* of more than so many it is asked before they are judged */
};

/* How a request is run on the query thread and waited for (verdict_keys.h). */
typedef bool marked_fetch(struct ui *ui, const struct screen_ops *ops, void *request, struct err *err);
void marked_init(marked_fetch *fetch);

void marked_free(struct screen *s);
size_t marked_n(const struct screen *s);
const struct subject_at *
marked_rows(const struct screen *s); /* marked_n of them, in the order they were marked; until the next mark */
/* Paints the marks of the list that has the keys, over what the screen drew: * before a row, the cursor's on its own row. */
void marked_draw(const struct screen *s, struct grid *g);
void marked_status(const struct screen *s, struct buf *out); /* "3 marked"; nothing if none is */

/* Of what `review` asks for, what is marked; all in the arena. False: nothing is marked. */
bool marked_review(const struct screen *s, struct arena *arena, struct queue_ask *ask);
/* One a line, for y: v the answers, p their titles, i ids, l links, c command lines. False: err. */
bool marked_copy(const struct screen *s, int letter, struct buf *out, struct err *err);
/* Two marked traces: Enter shows them side by side, the older one as A; says which is which. */
bool marked_opens(struct screen *s, struct target *out);

typedef enum outcome marked_action(struct screen *, const struct input *, struct target *);
marked_action marked_toggle, marked_all, marked_none;

#endif
