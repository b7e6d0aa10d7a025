/* A line being typed: for the prompts / & : and notes. Moves and deletes by grapheme clusters. */
#ifndef SPOOR_TUI_WIDGET_EDIT_H
#define SPOOR_TUI_WIDGET_EDIT_H

#include "tui/action.h"
#include "tui/canvas.h"

/* Earlier lines, oldest first; one for each sort of prompt. */
struct edit_history {
	char **lines; /* owned */
	size_t n, cap;
};
void edit_history_add(struct edit_history *history,
                      struct str line); /* drops an equal older one; keeps 500; not empty ones */
void edit_history_done(struct edit_history *history);

/* Completion: may replace *line and move *caret (bytes); says in *hint what else was possible. False: nothing to complete. */
typedef bool edit_complete_fn(void *context, struct buf *line, size_t *caret, struct buf *hint);

struct edit {
	struct buf line;
	size_t caret;                 /* byte offset, at a cluster's start or the end */
	struct edit_history *history; /* borrowed; NULL: none */
	size_t place;                 /* in the history; history->n: the line being typed */
	struct buf typed;             /* that line, while an older one shows */
	edit_complete_fn *complete;   /* NULL: Tab does nothing */
	void *context;
	struct buf hint;
};

enum edit_result {
	EDIT_IGNORED,  /* no key of an editor */
	EDIT_MOVED,    /* the caret, or nothing */
	EDIT_CHANGED,  /* the text: filter as one types */
	EDIT_DONE,     /* Enter: the line is added to the history */
	EDIT_CANCELLED /* Esc, ^C, ^G; or backspace in an empty line */
};

void edit_init(struct edit *e, struct edit_history *history, struct str text);
void edit_done(struct edit *e);
void edit_set(struct edit *e, struct str line, size_t caret); /* another line, by completion */
enum edit_result edit_key(struct edit *e, int key);
void edit_insert(struct edit *e, struct str text); /* pasted; controls become blanks */

/* Draws prompt and line into a row of the view, scrolled so that the caret shows, and puts the grid's caret there. */
void edit_draw(const struct edit *e, struct canvas c, int row, const char *prompt);
/* The caret goes to the cluster drawn at a column of a row of `cols`. */
void edit_click(struct edit *e, int cols, const char *prompt, int col);
/* Where in a row of `cols` columns it draws the byte `at`, within the row. */
int edit_col(const struct edit *e, int cols, const char *prompt, size_t at);

#endif
