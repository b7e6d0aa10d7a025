#include "tui/cmd/span_arg.h"

#include "store/query/tree.h"

bool cmd_span(struct db *db, const struct trace_row *trace, struct str id, int64_t *key, struct err *err)
{
	struct err of_tree = ERR_INIT;
	if (tree_find_id(db, trace->first, trace->n, id, key, &of_tree))
		return true;
	if (of_tree.code == ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, NULL, "the trace has no span " STR_FMT, STR_ARG(str_cut(id, 0, 80)));
	*err = of_tree;
	return false;
}
