/* Patronus' evaluation results as eval runs: rows of an experiment, of a dataset, or of nobody's log. */
#ifndef SPOOR_IMPORT_PATRONUS_EVAL_H
#define SPOOR_IMPORT_PATRONUS_EVAL_H

#include "import/fields.h"

/* The row is of an evaluation of a dataset, not of what an application did: it names an experiment, a sample or a right answer, or has an
 * input and none of the ids that the platform gives. */
bool patronus_is_case(struct val row);
/* Its run, and its case with the one score: other evaluators' rows of the same case are parts of it, too. */
void patronus_case(struct fields *f, struct val row, const struct score *score);

#endif
