/* Saving what the details of a span show: images and other bytes that stand there as base64, decoded; else the value itself. */
#ifndef SPOOR_TUI_SCREEN_PANE_SAVE_H
#define SPOOR_TUI_SCREEN_PANE_SAVE_H

#include "store/base/media.h"
#include "tui/screen.h"
#include "tui/screen/pane_span.h"

enum { SAVE_MAX = 1000 };

struct save_item {
	struct str body, type; /* borrowed from the pane's data or the list's text */
	size_t bytes;          /* of the file it makes */
	bool base64;
};

struct save_list {
	struct save_item *at;
	size_t n, cap;
	size_t near;     /* the one at the cursor, or next to it */
	struct buf text; /* of a value */
};
/* What the tab that shows holds: its media, at most SAVE_MAX; if it has none, its value. n == 0: nothing. */
void save_list_of(struct save_list *out, const struct span_pane *p);
void save_list_done(struct save_list *l);
/* A name for its file: "spoor-00f1a2-2.png" */
void save_name(struct buf *out, const struct save_list *l, size_t i, const struct span_pane *p);
/* Writes a new file of mode 0600; one that is there is never touched. absolute: its whole path, appended; *bytes: its size. */
bool save_write(const struct save_item *item, struct str path, struct buf *absolute, size_t *bytes, struct err *err);

/* The action `s`: asks for a name (a number instead: another of several), and with the answer as the input's argument writes. */
enum outcome save_run(struct ui *ui, struct span_pane *p, const struct input *in, const struct action *answer,
                      struct target *target);

#endif
