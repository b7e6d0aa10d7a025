/* What the files of the MLflow importer share. */
#ifndef SPOOR_IMPORT_MLFLOW_PRIVATE_H
#define SPOOR_IMPORT_MLFLOW_PRIVATE_H

#include "import/fields.h"

#define MLFLOW_FAMILY "mlflow"

struct mlflow_attr {
	struct str key;
	struct val json; /* a string whose text is the value's JSON */
};

/* The value of `key` in an object, or in a list of {key, value} (old REST answers). */
struct val mlflow_pair(struct fields *f, struct val pairs, const char *key);
/* info.trace_id of version 3, info.request_id of version 2. */
struct str mlflow_trace_id(const struct fields *f, struct val info);
/* A span's id as hex: spans have base64, assessments hex. */
struct str mlflow_span_id(const struct fields *f, struct val v, const char *path);

/* A span of version 2 or 3; info: of its trace, VAL_NONE if not known (yet). */
void mlflow_span(struct fields *f, struct val v, struct val info);
/* What went in and came out, whole; VAL_NONE: not known. */
struct mlflow_texts {
	struct val in, out;
};
struct mlflow_texts mlflow_span_texts(struct fields *f, struct val span);
/* How long the trace took; UNKNOWN_INT. */
int64_t mlflow_duration(const struct fields *f, struct val info);
/* An assessment as a score of its trace. False: it has no name or no trace; *score is begun. */
bool mlflow_score(struct fields *f, struct score *score, struct val v, struct str trace_id);
struct val mlflow_expected(struct val expectation);
/* The trace as a case of each run that evaluated it. texts: where they are known, else previews are taken; NULL: it was told already. False: no
 * run evaluated it. */
bool mlflow_case(struct fields *f, struct val info, const struct mlflow_texts *texts, const struct trace *trace);

#endif
