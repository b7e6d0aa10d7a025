/* Sheets about reviewers: one answer that they judged differently, and the figures of all of them. */
#ifndef SPOOR_TUI_SCREEN_PANE_AGREEMENT_H
#define SPOOR_TUI_SCREEN_PANE_AGREEMENT_H

#include "store/query/agreement.h"
#include "tui/screen.h"
#include "tui/screen/pane_text.h"

/* Who said what of it and why; then question and answer, as far as there are rows. subject: NULL while it is read. */
void agreement_item_sheet(struct sheet *sheet, const struct agreement *all, const struct agreement_item *item,
                          const struct subject *subject, const struct ui *ui, int rows);
void agreement_figures_sheet(struct sheet *sheet, const struct agreement *all, const struct ui *ui);

#endif
