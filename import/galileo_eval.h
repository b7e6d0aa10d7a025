/* Galileo's experiments: traces of a dataset's rows are cases, too. */
#ifndef SPOOR_IMPORT_GALILEO_EVAL_H
#define SPOOR_IMPORT_GALILEO_EVAL_H

#include "import/eval.h"

/* The run that a trace's record is a case of: it names an experiment (or run) and the dataset's row. Absent: it is none. */
struct str galileo_run(const struct fields *f, struct val record);
/* The case, with the trace's scores. */
void galileo_case(struct fields *f, struct val record, struct str run, const struct trace *trace,
                  const struct score_list *scores);

#endif
