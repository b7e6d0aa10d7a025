/* What is folded, by what the spans are: repeated siblings, depth, kind; and the same folds in a trace that has grown. */
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/query/tree.h"
#include "store/span_row.h"

enum { FOLDS_MAX = 100000 };

_Static_assert(SPAN_SAME == 256, "it stands in the queries below");

/* Rows of (pos, rows together, key), in order of pos. false: more than FOLDS_MAX, or err. */
static bool add_folds(struct stmt *s, int64_t first, bool group, size_t most, struct folds *out, struct err *err)
{
	enum step step = STEP_DONE;
	while (out->n < most && (step = stmt_step(s, err)) == STEP_ROW) {
		int64_t pos = col_int(s, 0) - first, hidden = col_int_or(s, 1, 1) - 1;
		if (pos >= 0 && hidden > 0)
			folds_set(out, pos, hidden, group, col_int_or(s, 2, 0));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- repeated siblings */

static bool read_groups(struct db *db, const char *sql, int64_t trace, int64_t first, int at_least, struct folds *out,
                        struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, first);
	stmt_int(s, 3, at_least);
	return add_folds(s, first, true, FOLDS_MAX, out, err);
}

/* Sorted out by SQLite: of 100,000 groups three quarters are pairs, and a row that is not given costs a third of one that is. */
bool tree_groups(struct db *db, int64_t trace, int64_t first, int at_least, struct folds *out, struct folds *smaller,
                 struct err *err)
{
	return read_groups(
	           db,
	           "SELECT pos, rep_len, key FROM span WHERE trace = ? AND rep_n > 1 AND pos >= ? AND rep_n >= ?"
	           " AND ((depth > 0 AND rep_len = rep_n) OR flags & 256) ORDER BY pos", /* SPAN_SAME */
	           trace, first, at_least, out, err) &&
	       (!smaller ||
	        read_groups(
	            db,
	            "SELECT pos, rep_len, key FROM span WHERE trace = ? AND rep_n > 1 AND pos >= ? AND rep_n < ?"
	            " ORDER BY pos LIMIT 1000",
	            trace, first, at_least, smaller, err));
}

/* Both sorted: one pass instead of an insertion each. Where both fold a row, the group wins: it hides more. */
static void merge(const struct folds *a, const struct folds *b, struct folds *out)
{
	size_t i = 0, k = 0;
	while (i < a->n || k < b->n) {
		bool from_b = i == a->n || (k < b->n && b->at[k].pos <= a->at[i].pos);
		const struct fold *fold = from_b ? &b->at[k++] : &a->at[i++];
		if (from_b && i < a->n && a->at[i].pos == fold->pos) {
			if (!fold->group)
				fold = &a->at[i];
			i++;
		}
		folds_set(out, fold->pos, fold->hidden, fold->group, fold->key);
	}
}

bool tree_first_folds(struct db *db, int64_t trace, int64_t first, struct folds *out, struct err *err)
{
	struct folds groups = {0}, pairs = {0}, same = {0};
	struct arena arena = ARENA_INIT;
	bool ok = tree_groups(db, trace, first, TREE_GROUP_LEAST, &groups, &pairs, err);
	for (size_t i = 0; ok && i < pairs.n; i++) {
		struct tree_row row;
		ok = tree_get_figures(db, first, pairs.at[i].pos, &arena, &row, err);
		if (ok && (row.flags & SPAN_SAME))
			folds_set(&same, row.pos, pairs.at[i].hidden, true, row.key);
		arena_reset(&arena);
	}
	if (ok)
		merge(&groups, &same, out);
	arena_done(&arena);
	folds_done(&groups);
	folds_done(&pairs);
	folds_done(&same);
	return ok;
}

/* ---------------------------------------------------------------- depth and kind */

static int by_pos(const void *a, const void *b)
{
	const struct fold *x = a, *y = b;
	return x->pos < y->pos ? -1 : x->pos > y->pos;
}

void tree_folds_to_view(const struct tree_view *v, const struct folds *spans, struct folds *out)
{
	VEC(struct fold) found = {0};
	for (size_t i = 0; i < spans->n; i++) {
		int64_t index = spans->at[i].group ? -1 : tree_view_index(v, spans->at[i].pos);
		if (index >= 0 && v->rows[index].size > 1)
			*vec_add(&found) =
			    (struct fold){.pos = index, .hidden = v->rows[index].size - 1, .key = spans->at[i].key};
	}
	if (found.n)
		qsort(found.at, found.n, sizeof *found.at, by_pos);
	for (size_t i = 0; i < found.n; i++)
		folds_set(out, found.at[i].pos, found.at[i].hidden, false, found.at[i].key);
	vec_done(&found);
}

static bool read_folds(struct db *db, const char *sql, int64_t first, const struct tree_scope *scope, int64_t value,
                       size_t most, struct folds *out, struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	const struct tree_view *v = scope->view;
	stmt_int(s, 1, first + (v ? v->from : scope->from));
	stmt_int(s, 2, first + (v ? v->to : scope->to) - 1);
	stmt_int(s, 3, value);
	struct folds spans = {0};
	bool ok = add_folds(s, first, false, most, &spans, err);
	if (v && ok)
		tree_folds_to_view(v, &spans, out);
	else if (ok) {
		*out = spans;
		return true;
	}
	folds_done(&spans);
	return ok;
}

bool tree_fold_depth(struct db *db, int64_t first, const struct tree_scope *scope, int depth, struct folds *out,
                     struct err *err)
{
	const struct tree_view *v = scope->view;
	if (v && v->agents) { /* their depth is the outline's */
		for (int64_t i = 0; i < v->n; i++)
			if ((int)v->rows[i].depth >= depth - 1 && v->rows[i].size > 1)
				folds_set(out, i, v->rows[i].size - 1, false, 0);
		return true;
	}
	if (!read_folds(db,
	                "SELECT pos, size, key FROM span WHERE pos BETWEEN ? AND ? AND depth >= ? AND size > 1"
	                " ORDER BY pos",
	                first, scope, depth - 1, FOLDS_MAX, out, err))
		return false;
	if (out->n < FOLDS_MAX)
		return true;
	folds_done(out); /* so many: those that show, without those that they hide */
	return read_folds(
	    db, "SELECT pos, size, key FROM span WHERE pos BETWEEN ? AND ? AND depth = ? AND size > 1 ORDER BY pos",
	    first, scope, depth - 1, SIZE_MAX, out, err);
}

bool tree_depth_folds(struct db *db, int64_t trace, int64_t first, const struct tree_scope *scope, int depth,
                      struct folds *out, struct err *err)
{
	struct folds spans = {0}, groups = {0};
	bool ok = tree_fold_depth(db, first, scope, depth, &spans, err) &&
	          (scope->view || tree_first_folds(db, trace, first, &groups, err));
	if (ok)
		merge(&spans, &groups, out);
	folds_done(&spans);
	folds_done(&groups);
	return ok;
}

bool tree_kind_folds(struct db *db, int64_t first, const struct tree_scope *scope, enum span_kind kind,
                     const struct folds *now, struct folds *out, int64_t *n, bool *unfolded, struct err *err)
{
	struct folds of_kind = {0};
	if (!read_folds(
	        db, "SELECT pos, size, key FROM span WHERE pos BETWEEN ? AND ? AND kind = ? AND size > 1 ORDER BY pos",
	        first, scope, (int64_t)kind, SIZE_MAX, &of_kind, err))
		return false;
	size_t folded = 0;
	for (size_t i = 0; i < of_kind.n; i++)
		folded += folds_at(now, of_kind.at[i].pos) != NULL;
	*n = (int64_t)of_kind.n;
	*unfolded = of_kind.n > 0 && folded == of_kind.n;
	if (*unfolded) {
		for (size_t i = 0; i < now->n; i++) {
			const struct fold *fold = &now->at[i];
			if (!folds_at(&of_kind, fold->pos))
				folds_set(out, fold->pos, fold->hidden, fold->group, fold->key);
		}
	} else {
		merge(now, &of_kind, out);
	}
	folds_done(&of_kind);
	return true;
}

/* ---------------------------------------------------------------- a trace that has grown */

static int by_key(const void *a, const void *b)
{
	const struct fold *x = a, *y = b;
	return x->key < y->key ? -1 : x->key > y->key;
}

static int compare_keys(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Where the spans of `old` are now, as folds by pos. */
static bool find_folds(struct db *db, int64_t first, int64_t n, const struct folds *old, struct folds *out,
                       struct err *err)
{
	if (!old->n)
		return true;
	struct stmt *s =
	    db_query(db, "SELECT pos, key, size, rep_n, rep_len FROM span WHERE pos BETWEEN ? AND ? ORDER BY pos", err);
	if (!s)
		return false;
	struct fold *keys = xmalloc(size_mul(old->n, sizeof *keys));
	memcpy(keys, old->at, old->n * sizeof *keys);
	qsort(keys, old->n, sizeof *keys, by_key);
	stmt_int(s, 1, first);
	stmt_int(s, 2, first + n - 1);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct fold want = {.key = col_int_or(s, 1, 0)};
		const struct fold *was = bsearch(&want, keys, old->n, sizeof *keys, by_key);
		if (!was)
			continue;
		int64_t rows = was->group ? (col_int_or(s, 3, 0) > 1 ? col_int_or(s, 4, 1) : 1) : col_int_or(s, 2, 1);
		if (rows > 1)
			folds_set(out, col_int(s, 0) - first, rows - 1, was->group, was->key);
	}
	stmt_end(s);
	free(keys);
	return step != STEP_FAIL;
}

bool tree_folds_again(struct db *db, int64_t trace, int64_t first, int64_t n, const struct folds *old, bool new_groups,
                      const int64_t *opened, size_t n_opened, struct folds *out, struct err *err)
{
	struct folds found = {0}, groups = {0}, shut = {0};
	bool ok = find_folds(db, first, n, old, &found, err) &&
	          (!new_groups || tree_first_folds(db, trace, first, &groups, err));
	int64_t *keys = xmalloc(size_mul(n_opened + 1, sizeof *keys));
	if (n_opened) {
		memcpy(keys, opened, n_opened * sizeof *keys);
		qsort(keys, n_opened, sizeof *keys, compare_keys);
	}
	for (size_t i = 0; ok && i < groups.n; i++) {
		const struct fold *g = &groups.at[i];
		if (!bsearch(&g->key, keys, n_opened, sizeof *keys, compare_keys))
			folds_set(&shut, g->pos, g->hidden, true, g->key);
	}
	if (ok)
		merge(&found, &shut, out);
	free(keys);
	folds_done(&found);
	folds_done(&groups);
	folds_done(&shut);
	return ok;
}
