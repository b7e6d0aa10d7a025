/* What differs between two runs beside their answers, on a sheet: the sentence, a table of facts, the templates. */
#ifndef SPOOR_TUI_SCREEN_PANE_RUNDIFF_H
#define SPOOR_TUI_SCREEN_PANE_RUNDIFF_H

#include "store/query/run_diff.h"
#include "tui/screen/pane_template.h"

/* look.whole: values and templates whole, with what is the same; else what differs, a row each. */
void rundiff_sheet(struct sheet *s, int cols, const struct run_diff *d, const struct template_look *look);

#endif
