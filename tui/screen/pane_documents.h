/* The tab Documents of the span pane: what a retriever found. */
#ifndef SPOOR_TUI_SCREEN_PANE_DOCUMENTS_H
#define SPOOR_TUI_SCREEN_PANE_DOCUMENTS_H

#include "tui/screen/pane_span_tabs.h"

void documents_lay(const struct laying *l);

#endif
