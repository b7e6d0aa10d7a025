/* How a conversation looks: turns of different heights one below the other, of which those near the top are laid out. Private to
 * session.c, which owns the state. */
#ifndef SPOOR_TUI_SCREEN_PANE_SESSION_H
#define SPOOR_TUI_SCREEN_PANE_SESSION_H

#include "store/query/session.h"
#include "tui/screen.h"
#include "tui/screen/pane_text.h"

/* How much of a turn shows: its figures; what was said in a few lines; all of it, with each call. */
enum session_level { LEVEL_LINE, LEVEL_SHORT, LEVEL_WHOLE, N_SESSION_LEVELS };

struct session_view {
	struct session_turn turn;
	bool loaded;
	uint64_t verdicts; /* as of these */
	/* as laid out: */
	struct sheet sheet;
	bool laid_out;
	enum session_level level;
	int cols;
	int first_call; /* row of the first call; -1: none shows */
};

/* Item 0 of a turn is its line of figures, 1 … n_calls its calls, where they show. */
struct session_pane {
	struct session session;
	bool loaded;
	struct session_view **views; /* session.n of them, NULL: not asked for yet */
	unsigned char *levels;       /* enum session_level of each */
	size_t cursor, item;
	size_t top; /* the first turn that shows, from this row on */
	int top_row;
	int rows, cols; /* of the turns: the titles stand above */
	bool ascii;
	uint64_t verdicts; /* rises when somebody here says something: turns are read again */
	struct buf find;
};
enum { SESSION_HEAD_ROWS = 1 };

void session_pane_done(struct session_pane *p);
/* Lays out what is near the top; call after any change. */
void session_pane_fit(struct session_pane *p, int rows, int cols, bool ascii);
int session_pane_height(const struct session_pane *p, size_t turn);
size_t session_pane_items(const struct session_pane *p, size_t turn); /* 1 + the calls that show */
void session_pane_step(struct session_pane *p, int by);     /* an item on or back; past long texts page by page */
void session_pane_scroll(struct session_pane *p, int rows); /* the cursor keeps to the page */
void session_pane_line(struct session_pane *p, int line);   /* what stands on that line of the page */
void session_pane_go(struct session_pane *p, size_t turn);
void session_pane_show(struct session_pane *p); /* the cursor */
/* Turns that show or are about to, [*from, *to). */
void session_pane_near(const struct session_pane *p, size_t *from, size_t *to);
const struct session_call *session_pane_call(const struct session_pane *p); /* under the cursor; NULL: none */
void session_pane_draw(const struct session_pane *p, struct canvas c);

#endif
