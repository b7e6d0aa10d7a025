/* What somebody reads first: what spoor is, where files come from, what it reads. One text for the screen "welcome" and `spoor help start`. */
#ifndef SPOOR_TUI_START_H
#define SPOOR_TUI_START_H

#include "store/base/str.h"

extern const char start_what[]; /* a paragraph */

/* Where a file comes from: "promptfoo", "promptfoo eval -o out.json". */
struct start_source {
	const char *from, *how;
};
extern const struct start_source start_sources[]; /* ends with from NULL */

/* Families of formats by what they are: "traces", "OpenTelemetry, Langfuse, …". */
struct start_family {
	const char *what, *names;
};
extern const struct start_family start_families[]; /* ends with what NULL */

extern size_t start_n_formats; /* main says it; 0: not known */

/* Places where programs leave files that are read, if they are there; for people that have no file at hand. */
struct start_place {
	const char *what, *path; /* "Claude Code sessions"; below $HOME */
};
extern const struct start_place start_places[]; /* ends with what NULL */
/* "~/.claude/projects" is appended if there is such a folder. */
bool start_place_there(size_t i, struct buf *shown);

#endif
