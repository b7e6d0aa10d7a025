/* `spoor compare A B --prompts`. */
#ifndef SPOOR_TUI_CMD_COMPARE_PROMPTS_H
#define SPOOR_TUI_CMD_COMPARE_PROMPTS_H

#include "store/db.h"
#include "tui/cmd/out.h"

/* Appends what differs between two runs (row ids) beside their answers: text, --json, --markdown. */
bool compare_prompts(struct db *db, int64_t a, int64_t b, const struct out *o, struct buf *to, struct err *err);

#endif
