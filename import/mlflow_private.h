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
/* A trace's info, or a table's row with the same members: the trace and its assessments. Returns how many of them are superseded. */
uint64_t mlflow_info(struct fields *f, struct val info);

#endif
