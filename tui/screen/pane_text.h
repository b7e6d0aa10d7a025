/* A sheet: rows of text with roles, for panes that show facts (labels, values, wrapped sentences) and not one long text. A screen lays
 * it out anew when its data or its width changes and draws a window of it. */
#ifndef SPOOR_TUI_SCREEN_PANE_TEXT_H
#define SPOOR_TUI_SCREEN_PANE_TEXT_H

#include "store/base/arena.h"
#include "store/base/units.h"
#include "tui/canvas.h"

struct sheet_part {
	struct str text;
	enum role role;
	int col; /* where it begins; -1: right after the one before it */
	int row;
};

struct sheet {
	struct arena arena; /* texts that were made for it; others are borrowed and must outlive it */
	struct sheet_part *parts;
	size_t n, cap;
	int rows, cols; /* rows so far; the width it was laid out for */
	int rows_max;   /* rows beyond it are left out and counted in `left_out` */
	int left_out;
};

enum { SHEET_ROWS = 4000, SHEET_LABEL = 8 };

void sheet_begin(struct sheet *s, int cols); /* empties it */
void sheet_done(struct sheet *s);
bool sheet_is_full(const struct sheet *s);

void sheet_row(struct sheet *s);                      /* a new row; what follows goes there */
void sheet_label(struct sheet *s, const char *label); /* a new row with a name in its first SHEET_LABEL columns */
void sheet_gap(struct sheet *s);                      /* an empty row, unless the sheet is empty or ends with one */
void sheet_add(struct sheet *s, enum role role, struct str text); /* borrowed; cut at the edge */
void sheet_addc(struct sheet *s, enum role role, const char *text);
void sheet_printf(struct sheet *s, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void sheet_column(struct sheet *s, int col); /* the next part begins there */
/* Text from `indent` on, wrapped, at most max_rows rows (<= 0: all that fit); the first goes on the present row. Cut text ends with an
 * ellipsis. */
void sheet_wrap(struct sheet *s, enum role role, int indent, struct str text, int max_rows);
/* JSON, pretty-printed if it is JSON, else as it is; from `indent` on, on new rows. */
void sheet_json(struct sheet *s, int indent, struct str json);

void sheet_duration(struct sheet *s, enum role role, int64_t ns, bool ascii);
void sheet_count(struct sheet *s, enum role role, int64_t n); /* 11,204 */
void sheet_usd(struct sheet *s, enum role role, double usd);
void sheet_cost(struct sheet *s, enum role role, double usd, bool estimated); /* estimated: with ~ */

/* Rows from `first` on; `dim`: all of it in ROLE_DIM (what is there is old). Lights up what `find` matches. */
void sheet_draw(const struct sheet *s, struct canvas c, int first, bool dim, struct str find);
/* A paragraph that stays while it shows, wrapped, from the top of the canvas on, as far as it is high. Returns the rows it took. */
int sheet_say(struct canvas c, enum role role, const char *text);
/* The first row at or after `from` that holds `find`, round the end; -1. */
int sheet_find(const struct sheet *s, struct str find, int from, bool forward);

/* How a score went: 1, 0, or -1 when the source does not say; a label of pass or fail says it, too. */
int score_outcome(int pass, struct str label);
/* "✓ " ✗ · and the role that goes with it; the value and the label in that role ("0.91 pass"). */
const char *score_mark(int outcome, bool ascii);
enum role score_role(int outcome);
void sheet_score(struct sheet *s, int outcome, double value, struct str label);

/* Smart case, as everywhere: a capital makes the search exact. */
bool find_ignores_case(struct str find);
/* Paints the matches of `find` in `text`, which was put at (row, col), with ROLE_MATCH. */
void find_light(struct canvas c, int row, int col, int max_cols, struct str text, struct str find);

#endif
