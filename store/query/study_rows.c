#include "store/query/study_rows.h"

#include "store/settle.h"
#include "store/span_row.h"

_Static_assert(SPAN_CRITICAL == 8, "it stands in the query below");

void study_rows_done(struct study_rows *r)
{
	vec_done(&r->spans);
	vec_done(&r->rows);
	vec_done(&r->open);
}

/* Rows back to the parent among those that were read. */
static uint32_t up_of(struct study_rows *r, int64_t pos, int64_t size)
{
	while (r->open.n && r->open.at[r->open.n - 1].end <= pos)
		r->open.n--;
	uint32_t up = r->open.n ? (uint32_t)r->spans.n - r->open.at[r->open.n - 1].row : 0;
	*vec_add(&r->open) = (struct open_row){pos + size, (uint32_t)r->spans.n};
	return up;
}

static uint32_t word(struct stmt *s, int column)
{
	int64_t id = col_int_or(s, column, 0);
	return id > 0 && id <= UINT32_MAX ? (uint32_t)id : 0;
}

static void read_row(struct stmt *s, int64_t first, struct study_rows *out)
{
	int64_t pos = col_int(s, 0) - first, depth = col_int_or(s, 2, 0), kind = col_int_or(s, 5, 0),
	        status = col_int_or(s, 6, 0), flags = col_int_or(s, 3, 0);
	bool repeats = flags & SPAN_DUP_USAGE;
	struct path_span p = {
	    .up = up_of(out, pos, col_int_or(s, 1, 1)),
	    .flags = (uint16_t)flags,
	    .name = word(s, 4),
	    .model = word(s, 9),
	    .kind = (uint8_t)(kind >= 0 && kind < N_KINDS ? kind : KIND_SPAN),
	    .status = (uint8_t)(status >= 0 && status < N_STATUSES ? status : STATUS_UNSET),
	    .start_ns = col_int(s, 7),
	    .duration_ns = col_int(s, 8),
	    .input_hash = (uint64_t)col_int_or(s, 10, 0),
	    .output_hash = (uint64_t)col_int_or(s, 11, 0),
	    .tokens = repeats ? UNKNOWN_INT : settle_tokens(col_int(s, 12), col_int(s, 13)),
	    .cost_usd = repeats ? UNKNOWN_DOUBLE : col_double(s, 14),
	};
	*vec_add(&out->spans) = p;
	*vec_add(&out->rows) = (struct study_row){.pos = pos,
	                                          .key = col_int(s, 15),
	                                          .record = col_int_or(s, 16, 0),
	                                          .depth = depth > 0 && depth < INT32_MAX ? (int)depth : 0};
}

bool study_rows_read(struct db *db, const struct trace_row *trace, bool critical, int64_t most, struct study_rows *out,
                     struct err *err)
{
#define COLUMNS                                                                                                      \
	"SELECT pos, size, depth, flags, name, kind, status, start_ns, duration_ns, model, input_hash, output_hash," \
	" tokens_in, tokens_out, cost_usd, key, record FROM span WHERE pos BETWEEN ? AND ?"
	vec_clear(&out->spans);
	vec_clear(&out->rows);
	vec_clear(&out->open);
	if (trace->n <= 0 || most <= 0)
		return true;
	struct stmt *s = db_query(db, critical ? COLUMNS " AND flags & 8 ORDER BY pos" : COLUMNS " ORDER BY pos", err);
#undef COLUMNS
	if (!s)
		return false;
	stmt_int(s, 1, trace->first);
	stmt_int(s, 2, trace->first + (trace->n < most ? trace->n : most) - 1);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		read_row(s, trace->first, out);
	stmt_end(s);
	return step == STEP_DONE;
}
