/* What the files of the Weave importer share. For nobody else. */
#ifndef SPOOR_IMPORT_WEAVE_H
#define SPOOR_IMPORT_WEAVE_H

#include "import/eval.h"
#include "import/id_map.h"
#include "import/waiting.h"

enum { WEAVE_ROW, WEAVE_HALF, WEAVE_CASE }; /* slots; the last: of details */

struct weave_state {
	struct id_map open;    /* calls that have begun */
	struct waiting early;  /* ends of calls that have not */
	struct id_map cases;   /* calls that are cases */
	struct waiting failed; /* failures below calls that have not come */
	struct run_memory runs;
};

struct str weave_op_name(struct str op); /* weave:///ENTITY/PROJECT/op/NAME:DIGEST, or a name as it is */
/* The member itself, or, of a row of a CSV, whose columns are called inputs.question and summary.weave.status, an object of them. */
struct val weave_gathered(struct fields *f, struct val row, const char *name);

/* One row of feedback to the sink. of: the call it stands in; NULL: its weave_ref names the call. */
void weave_feedback(struct fields *f, struct val row, const struct span *of);

/* A call whose span has been told: what it says of an evaluation, if it belongs to one. It may be the start or the end of a call. */
bool weave_eval_call(struct fields *f, struct val call, const struct span *span, struct err *err);
void weave_case_detail(struct fields *f, struct val detail);
bool weave_eval_finish(struct import *im, struct err *err);

#endif
