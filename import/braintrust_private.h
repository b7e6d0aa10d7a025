/* What the files of the Braintrust importer share. For nobody else. */
#ifndef SPOOR_IMPORT_BRAINTRUST_PRIVATE_H
#define SPOOR_IMPORT_BRAINTRUST_PRIVATE_H

#include "import/eval.h"
#include "import/id_map.h"
#include "import/waiting.h"

enum { BRAINTRUST_ROW, BRAINTRUST_CASE_ROW, BRAINTRUST_CASE_SCORES }; /* slots; the latter two: of details */

/* One row at work. */
struct braintrust_row {
	struct fields *f;
	struct val v, metrics, metadata, parents;
	struct str project, trace, span, id;
};
struct braintrust_row braintrust_row(struct fields *f, struct val v);
struct val braintrust_get(struct fields *f, struct val v, const char *name); /* cells of a CSV hold JSON */
bool braintrust_is_root(const struct braintrust_row *r);
int64_t braintrust_moment(const struct braintrust_row *r, const char *name, const char *path); /* of metrics */
struct str braintrust_error(const struct braintrust_row *r); /* without the stack; absent: none */
/* One of a row's scores; null: its scorer was skipped or failed, its name stays. What came through the feedback API says so. */
struct score braintrust_score(const struct braintrust_row *r, struct member m);
void braintrust_span_scores(const struct braintrust_row *r); /* all of them, of its span */

/* What identifies a case: the dataset's row, else what was asked and what is expected. */
struct str braintrust_key(const struct fields *f, struct str origin, struct val input, struct val expected);

/* ---- experiments: a case is a root span and the scores of its scorers' spans, which are rows of their own. */
struct braintrust_state {
	struct id_map rows;
	struct waiting early;       /* rows that add to one that has not come */
	struct id_map roots;        /* which case a root span is */
	struct waiting early_parts; /* parts of cases whose root has not come */
	struct run_memory runs;
};
/* The row of a span, after its span: tells the case or its scores if the row belongs to an experiment. false: its scores are its span's.
 * *ok: false with err if the world failed. */
bool braintrust_case_row(const struct braintrust_row *r, bool *ok, struct err *err);
/* Feedback on a span that is known now: true if that is the root of a case, and the feedback the case's. */
bool braintrust_case_feedback(const struct braintrust_row *r);
void braintrust_case_detail(struct fields *f, int slot, struct val detail); /* one of the slots above */
bool braintrust_cases_finish(struct import *im, struct err *err);

#endif
