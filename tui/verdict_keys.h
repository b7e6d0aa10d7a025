/* The keys that say something of what the cursor stands on, on every screen: + - ~ c C u ^R and their names for `:`. */
#ifndef SPOOR_TUI_VERDICT_KEYS_H
#define SPOOR_TUI_VERDICT_KEYS_H

#include "tui/screen.h"
#include "tui/verdicts.h"

/* What the keys need of the program. One at a time. */
struct verdict_keys {
	struct verdicts *verdicts;
	struct ui *ui;
	/* Runs a request of ops on the query thread, waiting as long as a key may be waited for; false: it is not answered, and freed. */
	bool (*fetch)(struct ui *ui, const struct screen_ops *ops, void *request, struct err *err);
};
void verdict_keys_set(const struct verdict_keys *k); /* borrowed; NULL: none */

/* For the status line: "saved: bad   u takes it back". */
void verdict_say(struct ui *ui, const struct verdict_answer *a);
/* What waits to be written, for the status line; appends, nothing if all is written or it has not waited long. */
void verdict_waits(struct verdicts *v, struct buf *out);

typedef enum outcome verdict_action(struct screen *, const struct input *, struct target *);
verdict_action verdict_good, verdict_bad, verdict_unsure, verdict_none, verdict_note, verdict_correct, verdict_reason,
    verdict_tag, verdict_undo, verdict_redo, verdict_alikes;

#endif
