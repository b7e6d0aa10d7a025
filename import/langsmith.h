/* LangSmith's runs as spans: what the rows of an export, the halves of a log, SDK batches and tracer trees share. Private to the
 * langsmith importers. Sources: langchain-ai/langsmith-sdk (python/langsmith/schemas.py), docs.langchain.com/langsmith/run-data-format. */
#ifndef SPOOR_IMPORT_LANGSMITH_H
#define SPOOR_IMPORT_LANGSMITH_H

#include "import/fields.h"

/* Whether an object is a run or a part of one. */
bool langsmith_is_run(struct val v);
/* One run, whole or a part (`patch`: what came after its start), with its child_runs to any depth, to the sink. */
void langsmith_run(struct fields *f, struct val run, bool patch);

#endif
