/* ; and , on a screen: details a step larger or smaller (widget/pane_size.h), and on from there until something changes that one can
 * see: a short list has all its rows at most sizes. */
#ifndef SPOOR_TUI_PANE_STEP_H
#define SPOOR_TUI_PANE_STEP_H

#include "tui/screen.h"

/* Paints the screen as it is now and appends what its body shows, as text. */
typedef void pane_look(struct ui *ui, struct buf *out);

/* by: 1 or -1. Where no size changes what shows, ui->pane_share stays; says which of it was. */
void pane_step(struct ui *ui, int by, bool has_pane, pane_look *look);

#endif
