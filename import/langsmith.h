/* LangSmith's runs as spans: what the rows of an export, the halves of a log, SDK batches and tracer trees share. Private to the
 * langsmith importers. Sources: langchain-ai/langsmith-sdk (python/langsmith/schemas.py), docs.langchain.com/langsmith/run-data-format. */
#ifndef SPOOR_IMPORT_LANGSMITH_H
#define SPOOR_IMPORT_LANGSMITH_H

#include "import/eval.h"

/* Whether an object is a run or a part of one. */
bool langsmith_is_run(struct val v);
/* One run, whole or a part (`patch`: what came after its start), with its child_runs to any depth, to the sink. *top: the span
 * of the run itself, as it was told; may be NULL. scored: its feedback_stats become scores of the trace. */
void langsmith_run(struct fields *f, struct val run, bool patch, bool scored, struct span *top);

/* Whether a root run is one of an experiment: it answers an example of a dataset, and is not what an evaluator did. */
bool langsmith_is_case(struct fields *f, struct val run);

/* One result of an experiment: the run (and the span told of it, which holds what it says of time, usage, trace and error), and what
 * is known besides. */
struct langsmith_result {
	struct val run;
	const struct span *span;
	struct val example; /* {id, dataset_id, inputs, outputs, metadata}, or VAL_NONE */
	struct val scores;  /* evaluators' results, or VAL_NONE: the run's feedback_stats are the scores */
	bool half;          /* the run may be the half of one */
};
/* The case, and its experiment if it must be told. Its id (absent: made from the source). */
struct str langsmith_case(struct fields *f, const struct langsmith_result *in, struct run_memory *runs);
/* A list of evaluators' results {key, score, value, comment}. */
void langsmith_scores(struct fields *f, struct score_list *scores, struct val results);
/* {name: {n, avg, values{}}} → scores: what was said of a run, added up by the server. */
struct score langsmith_stat(const struct fields *f, struct member m);

/* Where runs and what surrounds them hold what must not be stored (format.secrets). */
extern const char *const langsmith_secrets[];

#endif
