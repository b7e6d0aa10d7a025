#include "store/hist_table.h"

#include <stdlib.h>

#include "store/base/vec.h"
#include "store/hist.h"

static int by_name(const void *pa, const void *pb)
{
	const struct hist_delta *a = pa, *b = pb;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->bucket > b->bucket) - (a->bucket < b->bucket);
}

static bool write_row(struct db *db, const struct hist_delta *of, struct str counts, int64_t total, struct err *err)
{
	struct stmt *s = total == 0
	                     ? db_query(db, "DELETE FROM hist WHERE name = ? AND kind = ?", err)
	                     : db_query(db, "INSERT OR REPLACE INTO hist(name, kind, n, counts) VALUES(?,?,?,?)", err);
	if (!s)
		return false;
	stmt_int(s, 1, of->name);
	stmt_int(s, 2, of->kind);
	if (total) {
		stmt_int(s, 3, total);
		stmt_blob_static(s, 4, counts);
	}
	return stmt_run(s, err);
}

struct scratch {
	VEC(struct hist_count) changes;
	struct buf counts;
};

/* Deltas of one name and kind. */
static bool change_row(struct db *db, const struct hist_delta *deltas, size_t n, struct scratch *to, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT counts FROM hist WHERE name = ? AND kind = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, deltas->name);
	stmt_int(s, 2, deltas->kind);
	to->changes.n = 0;
	for (size_t i = 0; i < n; i++) {
		if (i && deltas[i].bucket == deltas[i - 1].bucket)
			to->changes.at[to->changes.n - 1].n += deltas[i].n;
		else
			*vec_add(&to->changes) = (struct hist_count){deltas[i].bucket, deltas[i].n};
	}
	enum step step = stmt_step(s, err);
	int64_t total =
	    hist_merge(step == STEP_ROW ? col_blob(s, 0) : STR_NONE, to->changes.at, to->changes.n, &to->counts);
	stmt_end(s);
	return step != STEP_FAIL && write_row(db, deltas, buf_str(&to->counts), total, err);
}

bool hist_write(struct db *db, struct hist_delta *deltas, size_t n, struct err *err)
{
	struct scratch scratch = {.counts = BUF_INIT};
	bool ok = true;
	if (n > 1)
		qsort(deltas, n, sizeof *deltas, by_name);
	for (size_t i = 0, end; ok && i < n; i = end) {
		for (end = i + 1; end < n && deltas[end].name == deltas[i].name && deltas[end].kind == deltas[i].kind;)
			end++;
		ok = change_row(db, &deltas[i], end - i, &scratch, err);
	}
	vec_done(&scratch.changes);
	buf_done(&scratch.counts);
	return ok;
}
