#include "store/query/findings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"

#define ROW                                                                                                          \
	"f.trace, t.text, (SELECT text FROM word WHERE id = t.name), t.start_ns, f.name, f.span, f.level, f.value, " \
	"f.explanation"

const char *finding_level_name(enum finding_level level)
{
	static const char *const names[N_FINDING_LEVELS] = {"note", "warning", "error"};
	return level < N_FINDING_LEVELS ? names[level] : names[0];
}

void finding_page_done(struct finding_page *p)
{
	arena_done(&p->arena);
	*p = (struct finding_page){0};
}

static void read_row(struct stmt *s, struct arena *arena, struct finding_row *row)
{
	int64_t level = col_int_or(s, 6, 0);
	*row = (struct finding_row){
	    .trace = col_int(s, 0),
	    .trace_text = arena_str(arena, col_str(s, 1)),
	    .trace_name = arena_str(arena, col_str(s, 2)),
	    .start_ns = col_int(s, 3),
	    .check = arena_str(arena, col_str(s, 4)),
	    .has_span = !col_null(s, 5),
	    .span = col_int_or(s, 5, 0),
	    .level = level > 0 && level < N_FINDING_LEVELS ? (enum finding_level)level : FINDING_NOTE,
	    .value = col_double(s, 7),
	    .explanation = arena_str(arena, col_str(s, 8)),
	};
}

/* Its id as written and its name. A span that is gone since (the trace has changed) keeps its key. */
static bool read_span(struct db *db, struct arena *arena, struct finding_row *row, struct err *err)
{
	if (!row->has_span)
		return true;
	struct stmt *s =
	    db_query(db,
	             "SELECT s.id, (SELECT text FROM word WHERE id = s.name), s.kind FROM trace t JOIN span s ON"
	             " s.pos >= t.first AND s.pos < t.first + t.n AND s.key = ? WHERE t.id = ? LIMIT 1",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, row->span);
	stmt_int(s, 2, row->trace);
	enum step step = stmt_step(s, err);
	row->span_text = arena_printf(arena, "%016" PRIx64, (uint64_t)row->span);
	if (step == STEP_ROW) {
		int64_t kind = col_int_or(s, 2, 0);
		if (!col_null(s, 0))
			row->span_text = arena_str(arena, col_str(s, 0));
		row->span_name = arena_str(arena, col_str(s, 1));
		row->kind = kind >= 0 && kind < N_KINDS ? (enum span_kind)kind : KIND_SPAN;
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- asking */

/* head … FROM finding, those of the query … tail; limit and offset are the caller's two last parameters. */
static struct stmt *compose(struct db *db, const struct finding_query *q, const char *head, const char *tail,
                            int *params, struct err *err)
{
	struct buf sql = BUF_INIT;
	int n = 2;
	if (!filter_resolve(q->filter, db, err))
		return NULL;
	buf_printf(&sql, "%s FROM finding f JOIN trace t ON t.id = f.trace WHERE t.seen > 0", head);
	buf_add_cstr(&sql, q->check.ptr ? " AND f.name = ?1" : "");
	buf_add_cstr(&sql, q->trace ? " AND f.trace = ?2" : "");
	if (!filter_is_empty(q->filter)) {
		buf_add_cstr(&sql, " AND (");
		filter_sql(&sql, q->filter, &n);
		buf_add_cstr(&sql, ")");
	}
	buf_printf(&sql, " %s LIMIT ?%d OFFSET ?%d", tail, n + 1, n + 2);
	struct stmt *s = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	if (!s)
		return NULL;
	if (q->check.ptr)
		stmt_str(s, 1, q->check);
	if (q->trace)
		stmt_int(s, 2, q->trace);
	if (!filter_is_empty(q->filter))
		filter_bind(s, q->filter, 3);
	*params = n;
	return s;
}

static bool read_state(struct db *db, struct finding_page *out, struct err *err)
{
	int64_t all;
	if (!db_int(db, "SELECT count(*) FROM trace WHERE seen > 0 AND n > 0", 0, &all, err) ||
	    !db_int(db,
	            "SELECT count(*) FROM checked c JOIN trace t ON t.id = c.trace AND t.first = c.first WHERE t.seen "
	            "> 0 AND t.n > 0",
	            0, &out->checked, err))
		return false;
	out->unchecked = all - out->checked;
	return true;
}

bool findings_list(struct db *db, const struct finding_query *q, struct finding_page *out, struct err *err)
{
	*out = (struct finding_page){.arena = ARENA_INIT};
	int params = 0;
	VEC(struct finding_row) rows = {0};
	if (!read_state(db, out, err))
		return false;
	struct stmt *s = compose(db, q, "SELECT " ROW, " ORDER BY t.start_ns DESC, t.id DESC, f.n", &params, err);
	if (!s)
		return false;
	enum step step;
	stmt_int(s, params + 1, q->limit);
	stmt_int(s, params + 2, q->offset);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		read_row(s, &out->arena, vec_add(&rows));
	stmt_free(s);
	bool ok = step == STEP_DONE;
	for (size_t i = 0; ok && i < rows.n; i++)
		ok = read_span(db, &out->arena, &rows.at[i], err);
	out->n = rows.n;
	out->rows = arena_alloc(&out->arena, (rows.n + 1) * sizeof *out->rows);
	if (rows.n)
		memcpy(out->rows, rows.at, rows.n * sizeof *rows.at);
	vec_done(&rows);
	return ok;
}

static int by_weight(const void *a, const void *b)
{
	const struct finding_sum *x = a, *y = b;
	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	if (x->traces != y->traces)
		return x->traces > y->traces ? -1 : 1;
	return str_cmp(x->check, y->check);
}

static void read_sum(struct stmt *s, struct arena *arena, struct finding_sum *sum)
{
	*sum = (struct finding_sum){.check = arena_str(arena, col_str(s, 0)),
	                            .findings = col_int_or(s, 1, 0),
	                            .traces = col_int_or(s, 2, 0),
	                            .spans = col_int_or(s, 3, 0)};
	for (int level = 0; level < N_FINDING_LEVELS; level++) {
		sum->of_level[level] = col_int_or(s, 4 + level, 0);
		if (sum->of_level[level])
			sum->level = (enum finding_level)level;
	}
}

static bool read_example(struct db *db, const struct finding_query *q, struct arena *arena, struct finding_sum *sum,
                         struct err *err)
{
	struct finding_query one = *q;
	int params = 0;
	one.check = sum->check;
	struct stmt *s =
	    compose(db, &one, "SELECT " ROW, " ORDER BY t.start_ns DESC, t.id DESC, f.level DESC, f.n", &params, err);
	if (!s)
		return false;
	stmt_int(s, params + 1, 1);
	stmt_int(s, params + 2, 0);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		read_row(s, arena, &sum->example);
	stmt_free(s);
	return step != STEP_FAIL && (step == STEP_DONE || read_span(db, arena, &sum->example, err));
}

bool findings_by_check(struct db *db, const struct finding_query *q, struct finding_page *out, struct err *err)
{
	*out = (struct finding_page){.arena = ARENA_INIT};
	int params = 0;
	VEC(struct finding_sum) sums = {0};
	if (!read_state(db, out, err))
		return false;
	struct stmt *s =
	    compose(db, q,
	            "SELECT f.name, count(*), count(DISTINCT f.trace), count(DISTINCT f.trace || '/' || f.span),"
	            " sum(f.level = 0), sum(f.level = 1), sum(f.level = 2)",
	            " GROUP BY f.name", &params, err);
	if (!s)
		return false;
	enum step step;
	stmt_int(s, params + 1, -1);
	stmt_int(s, params + 2, 0);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		read_sum(s, &out->arena, vec_add(&sums));
	stmt_free(s);
	bool ok = step == STEP_DONE;
	for (size_t i = 0; ok && i < sums.n; i++)
		ok = read_example(db, q, &out->arena, &sums.at[i], err);
	if (sums.n)
		qsort(sums.at, sums.n, sizeof *sums.at, by_weight);
	out->n_sums = sums.n;
	out->sums = arena_alloc(&out->arena, (sums.n + 1) * sizeof *out->sums);
	if (sums.n)
		memcpy(out->sums, sums.at, sums.n * sizeof *sums.at);
	vec_done(&sums);
	return ok;
}
