/* Inside prompts: what prompts.c, prompts_score.c and prompts_uses.c share. */
#ifndef SPOOR_STORE_QUERY_PROMPTS_PRIVATE_H
#define SPOOR_STORE_QUERY_PROMPTS_PRIVATE_H

#include "store/query/prompts.h"

/* versions[i].scores from its runs; datasets' names are read. */
bool prompts_score(struct db *db, int64_t cases_most, struct prompts *p, struct err *err);
/* The sums over a prompt's versions, its times, its own dataset, and which version was before which; puts the versions in order. */
void prompts_sum(struct prompts *p);
/* Takes out what nothing uses: rows of runs told anew or gone; with a filter what has no run that matches. */
void prompts_drop(struct prompts *p);
/* SIZE_MAX: there is no such row. */
size_t prompts_version_of(const struct prompts *p, int64_t id);

#endif
