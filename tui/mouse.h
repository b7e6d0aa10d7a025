/* The mouse: what a click or a turn of the wheel at a cell means. Screens say nothing of it: what is drawn leaves zones (canvas.h), and
 * a click does what keys do that a person could have pressed, so that it can do no more and no less than they:
 *
 *   a row of a list         the cursor goes there; on the row under the cursor: Enter
 *   a mark that folds       the cursor goes there, then Space
 *   a tab                   Tab or S-Tab until it is the active one
 *   a column's title        > or < until the rows are in its order; again: I
 *   a list without the keys Tab, until it has them
 *   a hint                  its key, but for those that judge: a slip of the hand is no verdict
 *   the screen's name       at the left of the first row: one level up, never out of the program
 *   the wheel               three rows of the list or the text, or of the details it points at
 *
 * Whatever else is clicked does nothing. */
#ifndef SPOOR_TUI_MOUSE_H
#define SPOOR_TUI_MOUSE_H

#include "tui/screen.h"

enum { MOUSE_ROWS = 3 }; /* a notch of the wheel */

/* What it needs of the program. */
struct mouse {
	struct ui *ui;                           /* handed to each of these */
	struct screen *(*top)(struct ui *);      /* the screen that shows; NULL: keys do not go to it */
	bool (*is_first)(struct ui *);           /* there is none below it */
	const struct grid *(*look)(struct ui *); /* its zones as they are now */
	void (*act)(struct ui *, const struct action *action, const struct input *in); /* as its key */
};

/* key: KEY_CLICK, KEY_WHEEL_UP or KEY_WHEEL_DOWN; the cell is of the grid, and may lie outside of it. */
void mouse_key(const struct mouse *m, int key, int row, int col);

/* False: it judges, and is not to be clicked. */
bool mouse_may_press(const struct action *action);

#endif
