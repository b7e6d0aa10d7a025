/* The key that has reviewed what a list shows: asks for a name, has the queue made, opens Review on it. */
#ifndef SPOOR_TUI_REVIEW_KEY_H
#define SPOOR_TUI_REVIEW_KEY_H

#include "tui/screen.h"

enum outcome review_list(struct screen *, const struct input *, struct target *);
/* What was asked for and not answered goes. */
void review_key_done(void);

#endif
