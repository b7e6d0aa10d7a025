/* Spans of a trace as the analyses of store/study want them: figures and ids of words, in pre-order, one read. */
#ifndef SPOOR_STORE_QUERY_STUDY_ROWS_H
#define SPOOR_STORE_QUERY_STUDY_ROWS_H

#include "store/db.h"
#include "store/query/traces.h"
#include "store/study/path.h"

struct study_row { /* beside each path_span */
	int64_t pos, key;
	int64_t record;
	int depth;
};
struct study_rows {
	VEC(struct path_span) spans;
	VEC(struct study_row) rows;
	VEC(struct open_row {
		int64_t end;
		uint32_t row;
	})
	open; /* private */
};
void study_rows_done(struct study_rows *r);
/* Those on the critical path alone, if so asked; at most `most` rows of the trace are looked at. Empties *out before. */
bool study_rows_read(struct db *db, const struct trace_row *trace, bool critical, int64_t most, struct study_rows *out,
                     struct err *err);

#endif
