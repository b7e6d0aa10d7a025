/* What a link means in this store: the screens to open, one above the other, and what it is in words. Queries; not on the UI thread. */
#ifndef SPOOR_TUI_LINK_FIND_H
#define SPOOR_TUI_LINK_FIND_H

#include "store/db.h"
#include "tui/link.h"

struct target;     /* tui/screen.h */
struct subject_at; /* store/query/subject.h */

enum { LINK_SCREENS = 4 };

struct link_found {
	struct arena arena; /* owns all below */
	struct link link;   /* with whole ids */
	struct str what;    /* "span draft-answer of trace dispute-agent" */
	struct target
	    *at; /* from the list that it belongs to, its cursor there, up to what it names; at most LINK_SCREENS */
	size_t n;
};
const char *link_found_screen(const struct link_found *f, size_t i); /* its name */
void link_found_done(struct link_found *f);

/* The text is a link, or an id alone: of a trace, a run, a session, a queue or a span. Ids may be cut to what only one has; a run may be
 * called anything runs_find knows. ERR_NOT_FOUND: what of it is not there, with the nearest one that is; ERR_USAGE: no link, or it could
 * be several. An id of a span alone costs a walk over all spans. */
bool link_find(struct db *db, struct str text, int64_t now_ns, struct link_found *out, struct err *err);

/* Appends the link of what is judged: a trace, a span, a case, a case of two runs. ERR_NOT_FOUND: it is not there any more. */
bool link_of_subject(struct db *db, const struct subject_at *at, struct buf *out, struct err *err);

#endif
