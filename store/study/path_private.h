/* What path.c and schedule.c share. */
#ifndef SPOOR_STORE_STUDY_PATH_PRIVATE_H
#define SPOOR_STORE_STUDY_PATH_PRIVATE_H

#include "store/span_row.h"
#include "store/study/path.h"

/* The rows as lists of children, in their order; the roots are the children of row n. */
struct path_links {
	uint32_t *first, *next;
};
struct path_links path_links(const struct path_span *spans, uint32_t n);
void path_links_done(struct path_links *l);
/* The row above; n: none. */
uint32_t path_up(const struct path_span *spans, uint32_t n, uint32_t row);
bool path_is_running(const struct path_span *p);
/* Clamped. */
int64_t path_plus(int64_t a, int64_t b);
int64_t path_minus(int64_t a, int64_t b);

#endif
