/* A link looked up from the explorer: on the query thread, as a request of no screen. */
#ifndef SPOOR_TUI_OPEN_LINK_H
#define SPOOR_TUI_OPEN_LINK_H

#include "tui/link_find.h"
#include "tui/screen.h"

/* The request, for a query thread with open_link_ops; open_link_ops.take frees it. */
void *open_link_new(struct str text, int64_t now_ns);
/* The same, for the link of what is judged. */
void *open_link_of(const struct subject_at *at);
struct str open_link_text(const void *request); /* in the request */
extern const struct screen_ops open_link_ops;
/* What was found; in the request. */
const struct link_found *open_link_found(const void *request);

#endif
