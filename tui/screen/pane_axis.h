/* An interval drawn on an axis turned so that right is better. */
#ifndef SPOOR_TUI_SCREEN_PANE_AXIS_H
#define SPOOR_TUI_SCREEN_PANE_AXIS_H

#include "tui/canvas.h"

/* ±scale are the ends; NaN bounds: the point alone. */
struct axis {
	double point, low, high, scale;
	bool less_is_better;
};
void axis_draw(struct canvas c, int row, int col, int cols, const struct axis *axis, enum role role);

#endif
