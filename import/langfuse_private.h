/* What the two files of the Langfuse importer share. */
#ifndef SPOOR_IMPORT_LANGFUSE_PRIVATE_H
#define SPOOR_IMPORT_LANGFUSE_PRIVATE_H

#include "import/eval.h"

struct langfuse_state {
	uint64_t n_logs, n_run_scores; /* met and not imported */
	struct run_memory runs;
};

/* All of these take the object itself, camel or snake case, cells of a table included; `path` is its place for problems' sake.
 * type: what the event says a body is ("GENERATION"); STR_NONE: the object says so itself. stamp: the event's own time, for bodies
 * without one; create: it begins what it is about. */
struct langfuse_event {
	struct str type;
	struct val stamp;
	bool create;
};

enum langfuse_thing { LANGFUSE_NONE, LANGFUSE_TRACE, LANGFUSE_OBSERVATION, LANGFUSE_SCORE, LANGFUSE_EVENT };
/* What a row is, by its keys. */
enum langfuse_thing langfuse_thing(const struct fields *f, struct val row);

void langfuse_observation(struct fields *f, struct val row, const struct langfuse_event *event);
void langfuse_score(struct fields *f, struct val row, const struct langfuse_event *event);
/* The trace alone, without the observations and scores that may lie in it. */
void langfuse_trace(struct fields *f, struct val row, const struct langfuse_event *event);

#endif
