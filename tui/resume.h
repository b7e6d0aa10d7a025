/* Where the last session was: the views of its stack looked up in the store, on the query thread, as a request of no screen. */
#ifndef SPOOR_TUI_RESUME_H
#define SPOOR_TUI_RESUME_H

#include "tui/screen.h"
#include "tui/views.h"

/* The request, for a query thread with resume_ops, whose take frees it. Takes *names over. looked: as in struct ui. */
void *resume_new(struct view_names *names, int64_t looked, int64_t now_ns);
extern const struct screen_ops resume_ops;
/* The screens to open above the list, from the lowest up, as far as the store still has what they show. In the request. */
size_t resume_targets(const void *request, const struct target **at);
/* What the screen of the i-th of them went by. */
const char *resume_view(const void *request, size_t i);
/* Traces that came since `looked`. */
int64_t resume_fresh(const void *request);

#endif
