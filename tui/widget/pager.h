/* A pane of text: wrapped or scrolled sideways, with search hits lit, JSON names coloured. Made for texts of many MB: it never
 * wraps more than the page and one piece (16 KB of a line, or one line) before it, so there is no count of all rows. A place
 * in the text is the byte offset of a row's start. */
#ifndef SPOOR_TUI_WIDGET_PAGER_H
#define SPOOR_TUI_WIDGET_PAGER_H

#include "tui/canvas.h"
#include "tui/widget/move.h"
#include "tui/widget/rowtext.h"

struct pager {
	struct str text;          /* borrowed */
	const struct tint *tints; /* borrowed; sorted: headings and the like in a text made up for the pane */
	size_t n_tints;
	bool wrap; /* default */
	bool json; /* names before a colon get ROLE_JSON_KEY; the text comes printed, one member a line */
	int rows, cols;
	size_t top; /* offset of the first row's start */
	int left;   /* columns scrolled sideways; 0 when wrapped */
	struct buf what;
	bool ignore_case;
	size_t hit; /* offset of the hit gone to, or SIZE_MAX */
};

void pager_init(struct pager *p);
void pager_done(struct pager *p);
void pager_set(struct pager *p, struct str text);         /* another text: from its top; tints are dropped */
void pager_update(struct pager *p, struct str text);      /* the same text, grown: stays where it is */
void pager_set_size(struct pager *p, int rows, int cols); /* of the pane; the first row stays the first */
void pager_set_wrap(struct pager *p, bool wrap);
bool pager_move(struct pager *p, enum move move); /* false: nothing moved */
bool pager_scroll(struct pager *p, int rows);

/* Lights all hits of `what` (absent or empty: none); smart case: an upper-case letter in it makes case matter. */
void pager_search(struct pager *p, struct str what);
/* To the next or previous hit, round the end if need be, and shows it. False: there is none. */
bool pager_next_hit(struct pager *p, bool forward);
void pager_show(struct pager *p, size_t offset); /* scrolls as far as needed to have that byte on the screen */

/* role: ROLE_TEXT, or ROLE_DIM for a text about to be replaced. */
void pager_draw(const struct pager *p, struct canvas pane, enum role role);
int pager_rows_below(const struct pager *p, int limit);      /* rows after the page, counted up to limit */
void pager_position(struct buf *out, const struct pager *p); /* "all" "top" "62%" "end" */
/* Rows that text takes at that width, counted up to limit: for panes as high as what they hold. */
int pager_rows_of(struct str text, int cols, int limit);

#endif
