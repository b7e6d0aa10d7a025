/* The noise floor, on its way out of `spoor compare A B --noise`. */
#ifndef SPOOR_TUI_CMD_NOISE_H
#define SPOOR_TUI_CMD_NOISE_H

#include "store/query/noise.h"
#include "tui/cmd/out.h"

/* limit: changed cases named below the table that exceed the floor; < 0: all. */
void noise_text(const struct out *o, struct buf *to, const struct noise *n, const struct compare *c, int64_t limit);
void noise_markdown(struct buf *to, const struct noise *n);
/* The member "noise" of an object already opened. Its cases are those that changed. */
void noise_json(struct jout *j, const struct noise *n, const struct compare *c);

#endif
