/* A word diff in a few rows: one side of it, changed words tinted (and in [-…-] {+…+} where there is no colour), with a little
 * of what stands before the first change. Line ends show as blanks. For whole texts use the pager with tints. */
#ifndef SPOOR_TUI_WIDGET_DIFFVIEW_H
#define SPOOR_TUI_WIDGET_DIFFVIEW_H

#include "tui/canvas.h"

enum diffview_kind { DIFFVIEW_SAME, DIFFVIEW_DELETED, DIFFVIEW_INSERTED };

/* In order. Same and deleted: bytes of A; inserted: bytes of B. Same and deleted joined give A, same and inserted give B. */
struct diffview_op {
	enum diffview_kind kind;
	size_t from, len;
};

struct diffview {
	struct str a, b; /* borrowed */
	const struct diffview_op *ops;
	size_t n;
	bool brackets;
};

/* Fills the pane with side A (deleted words) or, if `b`, B (inserted words). Work is bounded by the pane, not the texts. */
void diffview_draw(struct canvas pane, const struct diffview *d, bool b);

#endif
