/* A row of tabs: "─[Overview]─ Input ─ Output ─ Messages 7 ─ Raw ──". When they do not all fit, those around the active one show
 * and "…" stands for the others. */
#ifndef SPOOR_TUI_WIDGET_TABS_H
#define SPOOR_TUI_WIDGET_TABS_H

#include "tui/canvas.h"

struct tab {
	const char *name;
	int64_t count; /* shown after the name; < 0: none */
	int64_t of;    /* "4 of 19": what count is a part of; 0 or less: nothing */
};

void tabs_draw(struct canvas c, int row, const struct tab *tabs, size_t n, size_t active);

#endif
