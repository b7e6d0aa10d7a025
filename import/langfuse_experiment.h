/* Langfuse's experiments (dataset runs), as they are met in files of results, in rows of traces' formats and on spans: what those share.
 * One run is told by several of them, one case in parts: they join by the run's id and the item's. Rules: formats/evals.md section 13. */
#ifndef SPOOR_IMPORT_LANGFUSE_EXPERIMENT_H
#define SPOOR_IMPORT_LANGFUSE_EXPERIMENT_H

#include "import/eval.h"
#include "import/span_in.h"

struct langfuse_run {
	struct str id, name; /* without an id the name is it */
	struct str dataset;
	struct val metadata, description;
	struct val evaluations; /* of the whole run: a list of {name, value} */
	int64_t created_ns;
};
/* told: what was told already; may be NULL. */
void langfuse_run_tell(struct fields *f, const struct langfuse_run *run, struct run_memory *told);
/* The id that cases name. */
struct str langfuse_run_id(const struct langfuse_run *run);

/* A case of which nothing is known but its run, item and trace: a part (if the item has an id). item: {id, input, expectedOutput, metadata}, or VAL_NONE. */
struct case_result langfuse_case(struct fields *f, struct str run_id, struct str item_id, struct val item,
                                 struct str trace_id);
/* Scores of an experiment's item: {name, value, stringValue, dataType, source, comment}; who does not say what he is, is code. */
void langfuse_evaluations(struct fields *f, struct score_list *scores, struct val list);
/* {datasetRunId, datasetRunName, datasetItemId, traceId}, or of a body on its way in {runName, …}: the run and the case. */
void langfuse_run_item(struct fields *f, struct val item, struct val around, struct run_memory *told);
/* A row of the API's experiments, also of a table, whose cells are texts: {traceId, experimentId, experimentItemId, input, output, …}. */
void langfuse_experiment_row(struct fields *f, struct val row, struct run_memory *told);
/* The same of an observation, if it is the one that ran an item. */
void langfuse_experiment_observation(struct fields *f, struct val row, struct run_memory *told);
/* An aggregate of a run that stands alone. False: it is no number. */
bool langfuse_run_score(struct fields *f, struct str run_id, struct str name, double value);

/* A span that is the run of an experiment's item (attributes langfuse.experiment.…): its case, beside the span. */
struct span;
void langfuse_experiment_span(struct import *im, const struct record *rec, const struct span_in *in,
                              const struct span *span);

/* Keys of a project that its spans' metadata hold: "**.public_key", … */
extern const char *const langfuse_metadata_secrets[];

#endif
