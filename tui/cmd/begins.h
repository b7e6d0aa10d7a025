/* Where regressions begin, on its way out of `spoor compare A B --begins`. */
#ifndef SPOOR_TUI_CMD_BEGINS_H
#define SPOOR_TUI_CMD_BEGINS_H

#include "store/query/begins.h"
#include "tui/cmd/out.h"

/* limit: cases named below the table, of each of its lines; < 0: all. */
void begins_text(const struct out *o, struct buf *to, const struct begins *b, const struct compare *c, int64_t limit);
void begins_markdown(struct buf *to, const struct begins *b);
/* The member "begins" of an object already opened. Its cases are those that got worse. */
void begins_json(struct jout *j, const struct begins *b, const struct compare *c);

#endif
