/* A trace of DeepEval or Confident AI wherever it stands: in a file of its own, or in the test cases of a run file. */
#ifndef SPOOR_IMPORT_DEEPEVAL_TRACE_H
#define SPOOR_IMPORT_DEEPEVAL_TRACE_H

#include "import/fields.h"

/* The whole trace object, with the spans of its five arrays, to the sink. of_case: it stands inside a case's result (struct score.aside).
 * False: it is none (no uuid); nothing was done. Names compare with case and underscores ignored. */
bool deepeval_trace_read(struct fields *f, struct val trace, bool of_case);
/* One entry of metricsData; false: it has no name. span_id absent: of the trace. The caller fills scope and target. */
bool deepeval_metric(const struct fields *f, struct score *score, struct val metric);

#endif
