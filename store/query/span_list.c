#include "store/query/span_list.h"

#include <stdlib.h>

#include "store/base/vec.h"

/* A span whose start is not known stands where the one before it in the tree does. */
static int by_start(const void *a, const void *b)
{
	const struct tree_row *x = a, *y = b;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	return (x->pos > y->pos) - (x->pos < y->pos);
}

static void in_time(struct span_list *list)
{
	int64_t before = TIME_UNKNOWN;
	VEC(size_t) unknown = {0};
	for (size_t i = 0; i < list->n; i++) {
		if (list->rows[i].start_ns != TIME_UNKNOWN) {
			before = list->rows[i].start_ns;
			continue;
		}
		*vec_add(&unknown) = (size_t)list->rows[i].pos;
		list->rows[i].start_ns = before;
	}
	qsort(list->rows, list->n, sizeof *list->rows, by_start);
	for (size_t i = 0; unknown.n && i < list->n; i++) {
		size_t pos = (size_t)list->rows[i].pos, low = 0, high = unknown.n;
		while (low < high) {
			size_t mid = low + (high - low) / 2;
			if (unknown.at[mid] < pos)
				low = mid + 1;
			else
				high = mid;
		}
		if (low < unknown.n && unknown.at[low] == pos)
			list->rows[i].start_ns = TIME_UNKNOWN;
	}
	vec_done(&unknown);
}

static bool places(struct db *db, const struct trace_row *trace, unsigned kinds, size_t most, bool last,
                   struct arena *arena, int64_t **out, size_t *n, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT pos - ?1 FROM span WHERE pos >= ?1 AND pos < ?1 + ?2 AND ((1 << kind) & ?3 OR"
	                          " (?6 AND (tokens_in IS NOT NULL OR tokens_out IS NOT NULL OR cost_usd IS NOT NULL)))"
	                          " ORDER BY CASE WHEN ?5 THEN -pos ELSE pos END LIMIT ?4",
	                          err);
	VEC(int64_t) pos = {0};
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, trace->first);
	stmt_int(s, 2, trace->n);
	stmt_int(s, 3, kinds & ~SPAN_LIST_USAGE);
	stmt_int(s, 4, (int64_t)most + 1);
	stmt_int(s, 5, last);
	stmt_int(s, 6, (kinds & SPAN_LIST_USAGE) != 0);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&pos) = col_int(s, 0);
	stmt_end(s);
	*n = pos.n;
	*out = arena_alloc(arena, size_mul(pos.n + 1, sizeof **out));
	for (size_t i = 0; i < pos.n; i++) /* in the order of the tree either way; what is beyond `most` last */
		(*out)[i] = pos.at[last && i < most ? (pos.n < most ? pos.n : most) - 1 - i : i];
	vec_done(&pos);
	return step == STEP_DONE;
}

bool span_list(struct db *db, const struct trace_row *trace, unsigned kinds, size_t most, bool last,
               struct arena *arena, struct span_list *out, struct err *err)
{
	int64_t *pos;
	size_t n;
	*out = (struct span_list){.n = 0};
	if (!places(db, trace, kinds, most, last, arena, &pos, &n, err))
		return false;
	out->more = n > most;
	n = n > most ? most : n;
	out->rows = arena_zalloc(arena, n + 1, sizeof *out->rows);
	for (; out->n < n; out->n++)
		if (!tree_get(db, trace->first, pos[out->n], arena, &out->rows[out->n], err))
			return false;
	in_time(out);
	return true;
}
