/* The tab Messages of the span pane: what a model was told and what it answered, as a conversation. */
#ifndef SPOOR_TUI_SCREEN_PANE_MESSAGES_H
#define SPOOR_TUI_SCREEN_PANE_MESSAGES_H

#include "tui/screen/pane_span_tabs.h"

void messages_lay(const struct laying *l);

#endif
