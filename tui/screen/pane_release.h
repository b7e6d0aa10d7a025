/* The release sheet without its keys and requests: its state and what it draws. */
#ifndef SPOOR_TUI_SCREEN_PANE_RELEASE_H
#define SPOOR_TUI_SCREEN_PANE_RELEASE_H

#include "store/query/gate.h"
#include "tui/screen.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/list.h"

/* What one judging needs and gives: goes to the query thread and comes back whole. */
struct release_answer {
	char file[1024]; /* gate file; empty: none */
	struct arena arena;
	struct gate_limits limits; /* its texts live in arena */
	struct buf mistakes;       /* of the gate file, one a line: then nothing was judged */
	struct gate g;
	bool judged;
};

struct release_state {
	int64_t a, b; /* a: 0: the baseline that the gate file names, if any */
	char file[1024];
	bool from_environment; /* the file is $SPOOR_GATE */
	struct release_answer is;
	size_t *order; /* of is.g.checks, what speaks against the release first */
	struct list list;
	bool loaded, failed;
	char why[512];   /* it failed */
	uint64_t serial; /* of the request that is awaited; 0: none */
	uint64_t generation;
};

void release_answer_done(struct release_answer *r);
/* Takes what is in *r, whose place it leaves empty; the cursor stays on its check. */
void release_adopt(struct release_state *s, struct release_answer *r);
const struct gate_check *release_cursor(const struct release_state *s); /* NULL: there is none */
int release_list_rows(const struct screen *screen);
bool release_beside(const struct screen *screen, struct beside *out);
void release_draw(const struct screen *screen, struct canvas body);
void release_headline(const struct screen *screen, struct canvas row);
void release_status(const struct screen *screen, struct buf *out);

#endif
