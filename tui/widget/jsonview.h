/* JSON as a tree that folds: one row a member, containers and long strings open and close, search opens what hides a match.
 * Made for texts of tens of MB: a text is scanned once into a flat table (store/base/scan.h), only rows that show are laid out, and a
 * long string is wrapped a piece at a time. Nothing is lost or changed: numbers are literal, double keys stay, a string that holds JSON
 * opens as JSON, and what is no JSON shows as the text it is.
 *
 * A view has sections, each a text of its own, with a heading that folds it or none. Texts are borrowed. Everything but drawing
 * changes the view; drawing is pure. Cost: setting a text O(bytes); folding one O(rows that follow); a search O(bytes to the match). */
#ifndef SPOOR_TUI_WIDGET_JSONVIEW_H
#define SPOOR_TUI_WIDGET_JSONVIEW_H

#include "store/base/arena.h"
#include "store/base/scan.h"
#include "store/base/vec.h"
#include "tui/canvas.h"
#include "tui/widget/move.h"

enum json_row_kind {
	JSON_HEAD, /* a section's heading */
	JSON_LEAF, /* a scalar that fits its row, an empty container */
	JSON_FOLD, /* a container with members */
	JSON_LONG, /* a string (or number) that is longer than its row, or holds JSON */
	JSON_TEXT, /* a row of such a string, open */
	JSON_MORE  /* the rest of it is not laid out yet */
};

struct json_row {
	uint32_t doc, token; /* JSON_TEXT, JSON_MORE: doc is the string's own; token 0 */
	uint32_t index;      /* in its container, from 0 */
	uint32_t at, n;      /* text: the slice; JSON_FOLD: n members */
	uint16_t depth;
	uint8_t kind;
	bool keyed, open;
};

/* A text: a section's, or that of a string which was opened. */
struct json_doc {
	struct str text;
	struct scan scan;
	bool json;
	bool closed;         /* a section's */
	uint64_t *open;      /* bit per token: a container is open; a string is not as it would be by itself */
	uint32_t up, token;  /* the string it is; up UINT32_MAX: a section */
	struct str heading;  /* a section's; empty: none */
	enum role role;      /* the heading's */
	uint32_t rows;       /* of a text that is no JSON: laid out at most */
	uint32_t next_child; /* private: chain of strings of one hash */
};

struct json_hit {
	uint32_t doc;
	int64_t token; /* -1: the heading */
	size_t at;     /* in a text that is no JSON */
	int64_t row;   /* where the cursor was put; it has moved since if it is elsewhere */
};

struct jsonview {
	struct arena arena;
	VEC(struct json_doc) docs;
	VEC(struct json_row) list; /* all rows that could show */
	uint32_t n_sections;       /* docs[0 … n_sections) */
	uint32_t *children;        /* hash table: first doc of a bucket */
	size_t n_children;
	int rows, cols; /* of the pane */
	int64_t top, cursor;
	bool dotted; /* keys are paths already (attributes): shown and told without quotes */
	struct buf what;
	bool ignore_case, fresh; /* fresh: the first match may be where the cursor stands */
	struct json_hit hit;
};

void jsonview_init(struct jsonview *v);
void jsonview_done(struct jsonview *v);
void jsonview_clear(struct jsonview *v); /* no sections; keeps what is searched for */
/* A further section; the heading is copied, empty for none. Call jsonview_lay after the last one. */
void jsonview_add(struct jsonview *v, enum role role, struct str heading, struct str text);
/* Opens as many levels as give a readable number of rows, the cursor on the first one. */
void jsonview_lay(struct jsonview *v);
void jsonview_set_size(struct jsonview *v, int rows, int cols);

bool jsonview_move(struct jsonview *v, enum move move); /* the cursor; false: it stays */
bool jsonview_scroll(struct jsonview *v, int64_t rows); /* the window, and the cursor with it */
bool jsonview_toggle(struct jsonview *v); /* folds or unfolds what the cursor stands on; false: nothing to fold */
bool jsonview_fold(struct jsonview *v);   /* folds it; folded already: to what it stands in */
bool jsonview_unfold(struct jsonview *v); /* unfolds it; open already: to the first in it */
void jsonview_levels(struct jsonview *v,
                     int levels);             /* containers of the first `levels` levels open, all others closed */
void jsonview_unfold_all(struct jsonview *v); /* strings too, up to 1 MB of them */

/* Smart case: an upper-case letter makes case matter. Empty: none. */
void jsonview_search(struct jsonview *v, struct str what);
bool jsonview_next_hit(struct jsonview *v, bool forward); /* opens what hides it; false: there is none */

void jsonview_draw(const struct jsonview *v, struct canvas pane, bool cursor, bool dim);
int64_t jsonview_rows_below(const struct jsonview *v);
void jsonview_path(struct buf *out, const struct jsonview *v); /* of the cursor's row: messages[2].content[0].text */
bool jsonview_value(struct buf *out,
                    const struct jsonview *v); /* of the cursor's row, whole: a string's text, else JSON as written */
struct str jsonview_text(const struct jsonview *v); /* of the section the cursor stands in, as it was given */

#endif
