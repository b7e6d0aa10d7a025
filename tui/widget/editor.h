/* A text of several lines, edited in place: a note, a corrected answer. Wraps by words on the screen and nowhere else: only Enter ends a
 * line of the text. Works by grapheme clusters, keeps what was undone, and never loses what was typed to a wrong key: leaving a
 * changed text asks.
 *
 *   arrows, PgUp PgDn       by cluster and by row of the screen; ^Left ^Right (or Alt) by word
 *   Home ^A, End            ends of the row; ^Home ^End: of the text
 *   BS Del ^W ^U ^K         a cluster before, after the caret; the word, the row before it; the rest of the line after it
 *   ^_ ^R                   undo, redo
 *   ^S                      save
 *   Esc ^C ^G               leave: at once if nothing changed; else it asks, and y saves, n throws away, all else goes on writing
 *   ^E                      the text goes to $EDITOR (the caller's work)
 *
 * A model and a pure draw. A key costs what stands on a few rows, a move of bytes, and where a very long line breaks anew, that line; 1 MiB
 * stays quick. Its memory is the text's twice, 8 bytes a row of the screen, and at most 8 MiB of what can be undone. */
#ifndef SPOOR_TUI_WIDGET_EDITOR_H
#define SPOOR_TUI_WIDGET_EDITOR_H

#include "tui/action.h"
#include "tui/canvas.h"

enum { EDITOR_MOST = 1 << 20 }; /* bytes of a text; what would make it longer is not taken, and that is said */

enum editor_result {
	EDITOR_GOES_ON,  /* draw again */
	EDITOR_SAVE,     /* editor_text is what is to be kept */
	EDITOR_LEAVE,    /* nothing was changed */
	EDITOR_THROW,    /* it was, and the user said that it is not wanted */
	EDITOR_HAND_OVER /* ^E: give it to $EDITOR, then editor_replace */
};

struct editor_change;
struct editor {
	struct buf text;  /* valid UTF-8; lines end in \n; no other control but tab */
	struct buf first; /* what it began with */
	size_t caret;     /* a byte offset where a cluster begins, or the end */
	int rows, cols;   /* of the text on the screen */
	size_t top;       /* the first row that shows */
	bool asking;      /* shall what was typed be saved? */
	char said[120];   /* what the last key could not do, or a paste left out; shown instead of the hints */
	/* private */
	size_t *starts; /* of each row of the screen */
	size_t n_starts, cap_starts;
	int goal;    /* column that up and down keep, -1: that of the caret */
	bool clings; /* at the end of a full row, not at the start of the next */
	struct editor_change *changes;
	size_t n_changes, cap_changes, done_changes, bytes_changes; /* those from done_changes on were undone */
	bool sealed;                                                /* the next change is one of its own */
};

void editor_init(struct editor *e, struct str text); /* cleaned as a paste is; the caret at its end */
void editor_done(struct editor *e);
/* The size of the whole canvas it will be drawn on; before the first key and whenever that changes. */
void editor_fit(struct editor *e, int rows, int cols);

enum editor_result editor_key(struct editor *e, int key);
/* The caret goes to the cluster drawn at a cell of the canvas it is drawn on; not while it asks. */
void editor_click(struct editor *e, int row, int col);
/* The wheel: rows of the text, the caret stays on the page. */
void editor_scroll(struct editor *e, int rows);
/* One piece, undone as one. \r\n and \r end lines; other controls are left out, and that is said. Bidi and zero-width characters stay, and
 * show as what they are (text.h). While it asks whether to save, a paste is not taken. */
void editor_paste(struct editor *e, struct str bytes);
/* The whole text is another, as one change: what came back from $EDITOR, a draft. The newline that editors put at the end is taken off if
 * the text had none. */
void editor_replace(struct editor *e, struct str bytes);
/* What ^R would bring: a text that was thrown away. Before any change. */
void editor_offer(struct editor *e, struct str text);

struct str editor_text(const struct editor *e);
bool editor_is_changed(const struct editor *e); /* other than what it began with */

/* A rule with the title, the text, a row of hints (or the question). Sets the grid's caret. From 3 rows on. */
void editor_draw(const struct editor *e, struct canvas c, const char *title);

#endif
