/* Two templates on their way out: text, Markdown, JSON; what `spoor prompts` and `spoor compare --prompts` share. */
#ifndef SPOOR_TUI_CMD_HUNKS_OUT_H
#define SPOOR_TUI_CMD_HUNKS_OUT_H

#include "store/base/json.h"
#include "store/query/run_diff.h"
#include "tui/cmd/out.h"

/* Changed lines with [-gone-] and {+new+} words, two equal ones around each change, "... 14 equal lines ..." between. */
void hunks_text(struct buf *to, const struct hunks *h, bool ascii);
/* A fenced block of lines with - and + before them, equal ones as above. */
void hunks_markdown(struct buf *to, const struct hunks *h);
/* "key":{"places","words_added","words_removed","coarse","hunks":[{"equal":true,"a_first","b_first","lines","text"} |
 * {"equal":false,"a_first","b_first","words":[{"in":"both|a|b","text"}]}]}; NULL: null. */
void hunks_json(struct jout *j, const char *key, const struct hunks *h);
/* "variables":{"both":[…],"added":[…],"gone":[…]} */
void hunks_vars_json(struct jout *j, struct str a, struct str b);
/* "variables: question, policy; new: date; gone: today\n", or nothing. */
void hunks_vars_text(struct buf *to, struct str a, struct str b, bool ascii);

#endif
