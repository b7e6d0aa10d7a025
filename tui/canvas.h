/* The canvas: a grid of cells with roles that screens paint and term.c shows. All text goes in through text.h, so hostile
 * bytes have one gate, and a screen can be checked as plain text without a terminal.
 * A struct canvas is a view: a rectangle of a grid; painting outside of it is clipped. Rows and columns count from 0. */
#ifndef SPOOR_TUI_CANVAS_H
#define SPOOR_TUI_CANVAS_H

#include "store/base/text.h"
#include "tui/role.h"

struct cell {
	uint32_t codes[CELL_CODES]; /* codes[0] == 0: the right half of a wide cell */
	uint8_t cols;               /* 1 or 2; 0 for the right half */
	uint8_t role;               /* enum role */
	uint8_t eighth; /* bars: 1-7 eighths filled at the left of the cell in the role's colour, 8 full, 0 none */
	uint8_t
	    lead; /* bars: 1-7 eighths at the left of the cell are not yet the bar's, which fills it to its right edge */
	uint8_t reverse; /* the cursor's name */
};

/* What a pointer finds: whoever draws a thing that can be clicked says where as it draws it, so that nothing else needs to know the
 * layout. What it does is the key that does it (tui/mouse.h): a zone adds nothing that the keyboard cannot. */
enum zone_kind {
	ZONE_LIST, /* rows, one a line: `at` is that of the first line, `now` the one under the cursor */
	ZONE_FOLD, /* the mark of the row it stands in that folds and unfolds it */
	ZONE_TAB,  /* `at` is its number, `now` that of the active one */
	ZONE_COLUMN, /* a title of a column they can be ordered by: `at` is its number, `now` that of the one they are, < 0 none of these */
	ZONE_PANE, /* scrolled by the actions NAME-down and NAME-up */
	ZONE_KEY,  /* a hint of the action NAME */
	N_ZONE_KINDS
};
struct zone {
	enum zone_kind kind;
	int row, col, rows, cols; /* of the grid */
	int64_t at, now;          /* now < 0: the keys are another pane's */
	const char *name;         /* static. ZONE_LIST: the key that opens the row under the cursor; NULL: Enter */
};

struct grid {
	struct cell *cells;
	int rows, cols;
	int caret_row, caret_col; /* where the terminal's cursor rests; -1: hidden */
	bool ascii;
	struct zone *zones; /* in the order they were drawn */
	size_t n_zones, cap_zones;
};

struct canvas {
	struct grid *grid;
	int row, col;   /* of the view in the grid */
	int rows, cols; /* its size */
};

void grid_init(struct grid *g, int rows, int cols, bool ascii); /* blank */
void grid_done(struct grid *g);
struct canvas grid_canvas(struct grid *g);
/* The part of c at (row, col), clipped to c. */
struct canvas canvas_part(struct canvas c, int row, int col, int rows, int cols);

void canvas_clear(struct canvas c);
/* Puts text at (row, col), at most max_cols columns (< 0: to the view's edge); cut with an ellipsis when it does not fit.
 * Returns the columns used. A newline shows as one blank, a tab as blanks to the next multiple of 8 from `col`. */
int canvas_put(struct canvas c, int row, int col, int max_cols, enum role role, struct str text);
int canvas_putc(struct canvas c, int row, int col, int max_cols, enum role role, const char *text);
int canvas_printf(struct canvas c, int row, int col, int max_cols, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
/* Right-aligned inside [col, col + cols). */
void canvas_put_right(struct canvas c, int row, int col, int cols, enum role role, struct str text);
/* Slices of `text` that matched a search, or changed words, get their own role: repaint [col, col+cols) with a role. */
void canvas_tint(struct canvas c, int row, int col, int cols, enum role role);
/* What the cursor is on: reversed, of a long one its first words, as each move sends it twice (performance.md, goal 11). */
void canvas_reverse(struct canvas c, int row, int col, int cols);
void canvas_fill(struct canvas c, int row, int col, int cols, enum role role, const char *glyph); /* e.g. "─" */
void canvas_rule(struct canvas c, int row, enum role role); /* a horizontal line; '-' in ascii */
/* A latency bar: [from, to] as shares 0..1 of [col, col + cols); at least one eighth is drawn, and where begin and end
 * lie in one cell, at one of its edges. NaN: nothing. */
void canvas_bar(struct canvas c, int row, int col, int cols, double from, double to, enum role role);

/* What a bar cell shows where bars are lines: "━" (BAR_CRITICAL, BAR_ERROR) or "─" (others), "=" or "-" in ascii, and where children
 * ran "╍" or "╌", ":" or "."; as a code point; ' ' if the cell is filled less than half and is not the bar's only one. 0: no bar cell. Row and column of the grid. */
uint32_t canvas_bar_code(const struct grid *g, int row, int col);

/* The view is a zone: row … cols of `z` are filled in here. Nothing where the view is empty. */
void canvas_zone(struct canvas c, struct zone z);
/* The zone of that kind drawn last at a cell of the grid; NULL. */
const struct zone *grid_zone_at(const struct grid *g, enum zone_kind kind, int row, int col);

/* The view as text, one line a row, trailing blanks kept only if `pad`; bars as in mono (━) or ascii (=), light ones (role BAR) ─ / -.
 * roles: below each row a second one of role letters. For golden screens, plain print and README pictures. */
void canvas_text(struct buf *out, struct canvas c, bool pad, bool roles);

#endif
