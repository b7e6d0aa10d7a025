/* Foldable pieces of a sheet: a message, its reasoning, a member of JSON. The one who lays the sheet out asks of each piece whether it is
 * folded and leaves out what is; what was turned by hand is remembered by id until another thing is shown (pieces_forget).
 *
 *   pieces_begin(p);                                        before each layout
 *   bool folded = pieces_add(p, id, 0, sheet.rows, true);   the next row is the piece's head; true: folded unless turned
 *
 * One piece is the cursor's: keys act on it. It stays while its head shows, else it is the first whose head does. */
#ifndef SPOOR_TUI_SCREEN_PANE_FOLD_H
#define SPOOR_TUI_SCREEN_PANE_FOLD_H

#include "tui/canvas.h"

enum { PIECE_ITEM_SHIFT = 24 }; /* an id is (number of the message or document + 1) << this | its part */

struct piece {
	uint64_t id; /* not 0; the same at each layout */
	int row;     /* of its head in the sheet */
	int level;   /* 0: outermost; the pieces after it with a higher one lie inside it */
	bool folded;
};

struct pieces {
	struct piece *at; /* of the last layout, in the order of rows */
	size_t n, cap;
	uint64_t *turned; /* ids that are not as they would be; sorted */
	size_t n_turned, cap_turned;
	enum {
		PIECES_AS_MADE,
		PIECES_OPEN,
		PIECES_FOLDED
	} all;           /* what they would be: as pieces_add says, or since Z or z */
	uint64_t cursor; /* 0: none yet */
};

void pieces_done(struct pieces *p);
void pieces_forget(struct pieces *p); /* another thing is shown: no layout, no cursor, nothing turned */
void pieces_begin(struct pieces *p);
bool pieces_add(struct pieces *p, uint64_t id, int level, int row, bool folded);

enum piece_key {
	PIECE_NEXT, /* cursor */
	PIECE_PREV,
	PIECE_TURN, /* folds or unfolds */
	PIECE_OPEN,
	PIECE_FOLD, /* folded already: the cursor goes to the piece around it */
	PIECE_OPEN_ALL,
	PIECE_FOLD_ALL
};
/* A key in a window of `page` rows from *top on. False: there is no piece. *anew: lay out again; then pieces_keep. */
bool pieces_key(struct pieces *p, enum piece_key key, int *top, int page, bool *anew);
/* After the layout that a key asked for: *top, so that the cursor's head is where it was, or in sight. before: the row its head was in. */
void pieces_keep(const struct pieces *p, int before, int *top);
/* The cursor's piece in that window; NULL: there is none. */
const struct piece *pieces_cursor(const struct pieces *p, int top, int page);
/* The piece that a row of the sheet lies in: the last whose head is there or above; NULL. */
const struct piece *pieces_in(const struct pieces *p, int row);

const struct piece *pieces_named(const struct pieces *p, uint64_t id); /* NULL: it is not laid out */
/* The piece that one of them lies in; itself: in none. */
const struct piece *pieces_around(const struct pieces *p, const struct piece *inner);
void pieces_turn(struct pieces *p, uint64_t id); /* folded, or open, at the next layout */

const char *piece_glyph(bool folded, bool ascii); /* ▸ ▾ */
/* Marks the cursor's head with > in column 0 of `c`, whose first row shows row `top`. */
void pieces_draw(const struct pieces *p, struct canvas c, int top);

#endif
