#include "tui/cmd/span_arg.h"

#include "store/query/tree.h"

bool cmd_span(struct db *db, const struct trace_row *trace, struct str id, int64_t *key, struct err *err)
{
	struct tree_walk *walk = tree_walk_open(db, trace->first, trace->n, err);
	struct tree_row row;
	int64_t like = 0;
	bool same = false;
	if (!walk)
		return false;
	while (!same && tree_walk_next(walk, &row, err)) {
		same = str_eq(row.id, id);
		if (!same && !(row.id.len > id.len && memcmp(row.id.ptr, id.ptr, id.len) == 0))
			continue;
		*key = row.key;
		like++;
	}
	tree_walk_close(walk);
	if (err->code != ERR_NONE)
		return false;
	if (!same && like == 0)
		return err_set(err, ERR_NOT_FOUND, NULL, "the trace has no span " STR_FMT, STR_ARG(str_cut(id, 0, 80)));
	if (!same && like > 1)
		return err_set(err, ERR_USAGE, NULL, "%lld spans have an id that begins with " STR_FMT, (long long)like,
		               STR_ARG(str_cut(id, 0, 80)));
	return true;
}
