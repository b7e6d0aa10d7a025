/* What a row of the table of prompts is (columns_prompts.c). */
#ifndef SPOOR_TUI_COLUMNS_PROMPTS_H
#define SPOOR_TUI_COLUMNS_PROMPTS_H

#include "store/query/prompts.h"
#include "tui/columns.h"

struct prompt_row {
	const struct prompt *prompt;
	const struct prompt_version *version;
	const struct prompt_score *score; /* on the dataset that is shown; NULL: none */
	bool has_uses;                    /* the figures of traces are known */
};
static inline struct prompt_row prompt_row_of(const struct prompts *p, const struct prompt_version *v)
{
	return (struct prompt_row){&p->all[v->prompt], v, prompt_score_shown(p, v), p->has_uses};
}

extern const struct column prompt_columns[]; /* ends with name NULL */

#endif
