/* The templates of prompts on a sheet: one alone with its variables lit, two with the changed words marked. */
#ifndef SPOOR_TUI_SCREEN_PANE_TEMPLATE_H
#define SPOOR_TUI_SCREEN_PANE_TEMPLATE_H

#include "store/diff_hunk.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/move.h"

enum { TEMPLATE_SIDES_COLS = 100 }; /* from here on A stands left and B right */

struct template_look {
	bool ascii;
	bool brackets; /* marks changes with [-…-] and {+…+}: where no colour does */
	bool whole;    /* equal lines, too; else a few around each change */
};

/* From the sheet's present row on; texts are borrowed. */
void template_sheet(struct sheet *s, struct str text, const struct template_look *look);
void template_diff_sheet(struct sheet *s, const struct hunks *h, const struct template_look *look);
/* "variables  question, policy; new: date; gone: today", a labelled row; nothing where there are none. b absent: of a alone. */
void template_vars_row(struct sheet *s, struct str a, struct str b, bool two, bool ascii);
/* After a sheet that had to be cut: how many rows are missing and which key shows them. */
void template_left_out(struct sheet *s);
/* A move in a sheet of so many rows of which a page shows: its first row that shows. */
void template_scroll(int *top, int rows, int page, enum move move);

#endif
