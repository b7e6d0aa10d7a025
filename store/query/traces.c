#include "store/query/traces.h"

#include <string.h>

#include "store/base/units.h"
#include "store/base/vec.h"

#define COLUMNS                                                                                                    \
	"t.id, t.key, t.text, (SELECT text FROM word WHERE id = t.name), (SELECT text FROM word WHERE id = "       \
	"t.session),"                                                                                              \
	" (SELECT text FROM word WHERE id = t.user), (SELECT text FROM word WHERE id = t.service), t.start_ns,"    \
	" t.duration_ns, t.status, t.spans, t.errors, t.llm_calls, t.tool_calls, t.tokens_in, t.tokens_out,"       \
	" t.tokens_cached, t.tokens_reasoning, t.cost_usd, t.repeats, t.input, t.output, t.verdict, t.first, t.n," \
	" t.loose, s.path, s.format, t.scores FROM trace t LEFT JOIN source s ON s.id = t.source"

static const struct {
	const char *name, *sql;
} sorts[] = {
    [TRACE_BY_START] = {"start",       "t.start_ns"                                    },
    [TRACE_BY_DURATION] = {"duration_ns", "t.duration_ns"                                 },
    [TRACE_BY_SPANS] = {"spans",       "t.spans"                                       },
    [TRACE_BY_COST] = {"cost_usd",    "t.cost_usd"                                    },
    [TRACE_BY_TOKENS] = {"tokens_in",   "ifnull(t.tokens_in,0) + ifnull(t.tokens_out,0)"},
    [TRACE_BY_ERRORS] = {"errors",      "t.errors"                                      },
    [TRACE_BY_NAME] = {"name",        "(SELECT text FROM word WHERE id = t.name)"     },
};
enum { N_SORTS = sizeof sorts / sizeof *sorts, N_SCORES_SHOWN = 16 };

bool trace_sort_named(struct str column, enum trace_sort *sort)
{
	for (size_t i = 0; i < N_SORTS; i++)
		if (str_is(column, sorts[i].name)) {
			*sort = (enum trace_sort)i;
			return true;
		}
	return false;
}

void trace_page_done(struct trace_page *p)
{
	arena_done(&p->arena);
	*p = (struct trace_page){0};
}

static void read_row(struct stmt *s, struct arena *arena, struct trace_row *row)
{
	int64_t status = col_int_or(s, 9, STATUS_UNSET), verdict = col_int_or(s, 22, VERDICT_NONE);
	*row = (struct trace_row){
	    .id = col_int(s, 0),
	    .text = arena_str(arena, col_str(s, 2)),
	    .name = arena_str(arena, col_str(s, 3)),
	    .session = arena_str(arena, col_str(s, 4)),
	    .user = arena_str(arena, col_str(s, 5)),
	    .service = arena_str(arena, col_str(s, 6)),
	    .start_ns = col_int(s, 7),
	    .duration_ns = col_int(s, 8),
	    .status = status >= 0 && status < N_STATUSES ? (enum span_status)status : STATUS_UNSET,
	    .spans = col_int_or(s, 10, 0),
	    .errors = col_int_or(s, 11, 0),
	    .llm_calls = col_int_or(s, 12, 0),
	    .tool_calls = col_int_or(s, 13, 0),
	    .tokens_in = col_int(s, 14),
	    .tokens_out = col_int(s, 15),
	    .tokens_cached = col_int(s, 16),
	    .tokens_reasoning = col_int(s, 17),
	    .cost_usd = col_double(s, 18),
	    .repeats = col_int_or(s, 19, 0),
	    .input = arena_str(arena, col_str(s, 20)),
	    .output = arena_str(arena, col_str(s, 21)),
	    .verdict = verdict >= VERDICT_NONE && verdict <= VERDICT_UNSURE ? (enum verdict)verdict : VERDICT_NONE,
	    .first = col_int_or(s, 23, 0),
	    .n = col_int_or(s, 24, 0),
	    .loose = col_int_or(s, 25, 0),
	    .file = arena_str(arena, col_blob(s, 26)),
	    .format = arena_str(arena, col_str(s, 27)),
	    .n_scores = (size_t)col_int_or(s, 28, 0), /* a count until the scores are read */
	};
	struct str key = col_blob(s, 1);
	if (key.len == sizeof row->key.byte)
		memcpy(row->key.byte, key.ptr, key.len);
}

/* Scores of the whole trace, and where a name is only on spans, theirs averaged: the badges of a list row. */
static bool read_scores(struct db *db, struct arena *arena, struct trace_row *row, struct err *err)
{
	bool any = row->n_scores > 0;
	row->n_scores = 0;
	if (!any)
		return true;
	struct stmt *s =
	    db_query(db,
	             "SELECT w.text, avg(c.value), max(c.label), min(c.pass) FROM score c JOIN word w ON w.id = c.name"
	             " WHERE c.trace = ? GROUP BY c.name ORDER BY w.text LIMIT 16",
	             err);
	if (!s)
		return false;
	struct trace_score *scores = arena_zalloc(arena, N_SCORES_SHOWN, sizeof *scores);
	stmt_int(s, 1, row->id);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		scores[row->n_scores++] = (struct trace_score){.name = arena_str(arena, col_str(s, 0)),
		                                               .value = col_double(s, 1),
		                                               .label = arena_str(arena, col_str(s, 2)),
		                                               .pass = (int)col_int_or(s, 3, -1)};
	stmt_end(s);
	row->scores = scores;
	return step == STEP_DONE;
}

static void condition(struct buf *sql, const struct trace_query *q, int *params)
{
	/* seen = 0: known only as the target of a score so far. */
	buf_add_cstr(sql, " WHERE t.seen > 0");
	if (q->source)
		buf_printf(sql, " AND (t.seen = %lld OR t.source = %lld)", (long long)q->source, (long long)q->source);
	if (q->ids) {
		buf_add_cstr(sql, " AND t.id IN (0");
		for (size_t i = 0; i < q->n_ids; i++)
			buf_printf(sql, ",%lld", (long long)q->ids[i]);
		buf_add_cstr(sql, ")");
	}
	if (!filter_is_empty(q->filter)) {
		buf_add_cstr(sql, " AND (");
		filter_sql(sql, q->filter, params);
		buf_add_cstr(sql, ")");
	}
}

static struct stmt *compose(struct db *db, const struct trace_query *q, const char *head, const char *tail,
                            struct err *err)
{
	struct buf sql = BUF_INIT;
	int params = 0;
	if (!filter_resolve(q->filter, db, err))
		return NULL;
	buf_add_cstr(&sql, head);
	condition(&sql, q, &params);
	buf_add_cstr(&sql, tail);
	struct stmt *s = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	if (s && !filter_is_empty(q->filter))
		filter_bind(s, q->filter, 1);
	return s;
}

static bool count(struct db *db, const struct trace_query *q, struct trace_page *out, struct err *err)
{
	if (!db_int(db, "SELECT count(*) FROM trace WHERE seen > 0", 0, &out->all, err))
		return false;
	out->total = out->all;
	if (!q->source && !q->ids && filter_is_empty(q->filter))
		return true;
	struct stmt *s = compose(db, q, "SELECT count(*) FROM trace t", "", err);
	if (!s)
		return false;
	enum step step = stmt_step(s, err);
	out->total = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	stmt_free(s);
	return step == STEP_ROW;
}

bool traces_page(struct db *db, const struct trace_query *q, struct trace_page *out, struct err *err)
{
	*out = (struct trace_page){.arena = ARENA_INIT, .longest_ns = 0};
	struct buf tail = BUF_INIT;
	const char *order = q->ascending ? "ASC" : "DESC";
	buf_printf(&tail, " ORDER BY %s %s NULLS LAST, t.id %s LIMIT %lld OFFSET %lld", sorts[q->sort].sql, order,
	           order, (long long)q->limit, (long long)(q->offset > 0 ? q->offset : 0));
	/* "NULLS LAST" keeps SQLite from walking trace_start for the default order, where unknown starts sort last by themselves. */
	if (q->sort == TRACE_BY_START && !q->ascending) {
		buf_clear(&tail);
		buf_printf(&tail, " ORDER BY t.start_ns DESC, t.id DESC LIMIT %lld OFFSET %lld", (long long)q->limit,
		           (long long)(q->offset > 0 ? q->offset : 0));
	}
	bool ok = count(db, q, out, err);
	struct stmt *s = ok ? compose(db, q, "SELECT " COLUMNS, buf_cstr(&tail), err) : NULL;
	buf_done(&tail);
	VEC(struct trace_row) rows = {0};
	enum step step = STEP_FAIL;
	while (s && (step = stmt_step(s, err)) == STEP_ROW)
		read_row(s, &out->arena, vec_add(&rows));
	stmt_free(s);
	ok = step == STEP_DONE;
	out->n = rows.n;
	out->rows = arena_alloc(&out->arena, rows.n * sizeof *out->rows);
	if (rows.n)
		memcpy(out->rows, rows.at, rows.n * sizeof *rows.at);
	vec_done(&rows);
	for (size_t i = 0; ok && i < out->n; i++) {
		if (out->rows[i].duration_ns > out->longest_ns)
			out->longest_ns = out->rows[i].duration_ns;
		ok = read_scores(db, &out->arena, &out->rows[i], err);
	}
	return ok;
}

bool traces_get(struct db *db, int64_t id, struct arena *arena, struct trace_row *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " COLUMNS " WHERE t.id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		read_row(s, arena, out);
	stmt_end(s);
	if (step == STEP_DONE)
		return err_set(err, ERR_NOT_FOUND, NULL, "there is no such trace any more");
	return step == STEP_ROW && read_scores(db, arena, out, err);
}

/* Ids that begin with the prefix form a range of the index: from the prefix to the prefix with its last byte raised. */
bool traces_find(struct db *db, struct str prefix, int64_t *id, struct err *err)
{
	struct buf after = BUF_INIT;
	buf_add_str(&after, prefix);
	buf_add_cstr(&after, "\xf4\x8f\xbf\xbf"); /* U+10FFFF: after every text with this prefix */
	struct stmt *s = db_query(
	    db, "SELECT id, text FROM trace WHERE text >= ? AND text <= ? ORDER BY text = ? DESC LIMIT 6", err);
	if (!s) {
		buf_done(&after);
		return false;
	}
	stmt_str(s, 1, prefix);
	stmt_str(s, 2, buf_str(&after));
	stmt_str(s, 3, prefix);
	buf_done(&after);
	struct buf names = BUF_INIT;
	int n = 0;
	bool exact = false;
	enum step step;
	while (!exact && (step = stmt_step(s, err)) == STEP_ROW) {
		struct str text = col_str(s, 1);
		if (n++ == 0)
			*id = col_int(s, 0);
		exact = str_eq(text, prefix);
		buf_printf(&names, "%s" STR_FMT, n > 1 ? ", " : "", STR_ARG(str_cut(text, 0, 40)));
	}
	stmt_end(s);
	bool ok = exact || n == 1;
	if (!ok && n == 0 && (exact || step != STEP_FAIL))
		err_set(err, ERR_NOT_FOUND, NULL, "no trace has an id that begins with \"" STR_FMT "\"",
		        STR_ARG(str_cut(prefix, 0, 80)));
	else if (!ok && n > 1)
		err_set(err, ERR_USAGE, NULL, "several traces begin with \"" STR_FMT "\": %s%s",
		        STR_ARG(str_cut(prefix, 0, 80)), buf_cstr(&names), n > 5 ? ", …" : "");
	buf_done(&names);
	return ok;
}

bool traces_over_time(struct db *db, const struct trace_query *q, int n, int64_t *counts, int64_t *errors,
                      int64_t *from_ns, int64_t *to_ns, struct err *err)
{
	memset(counts, 0, (size_t)n * sizeof *counts);
	memset(errors, 0, (size_t)n * sizeof *errors);
	*from_ns = *to_ns = TIME_UNKNOWN;
	struct stmt *s = compose(db, q, "SELECT min(t.start_ns), max(t.start_ns) FROM trace t", "", err);
	if (!s)
		return false;
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		*from_ns = col_int(s, 0);
		*to_ns = col_int(s, 1);
	}
	stmt_free(s);
	if (step == STEP_FAIL)
		return false;
	if (*from_ns == TIME_UNKNOWN || n < 1)
		return true;
	/* Unsigned: a file may hold the first and the last instant there is. */
	uint64_t span_ns = (uint64_t)*to_ns - (uint64_t)*from_ns, step_ns = span_ns / (uint64_t)n;
	int64_t width = step_ns < INT64_MAX ? (int64_t)step_ns + 1 : INT64_MAX;
	struct buf head = BUF_INIT;
	buf_printf(&head, "SELECT (t.start_ns - (%lld)) / %lld, count(*), sum(t.errors > 0) FROM trace t",
	           (long long)*from_ns, (long long)width);
	s = compose(db, q, buf_cstr(&head), " AND t.start_ns IS NOT NULL GROUP BY 1", err);
	buf_done(&head);
	step = STEP_FAIL;
	while (s && (step = stmt_step(s, err)) == STEP_ROW) {
		int64_t i = col_int_or(s, 0, -1);
		if (i >= 0 && i < n) {
			counts[i] = col_int_or(s, 1, 0);
			errors[i] = col_int_or(s, 2, 0);
		}
	}
	stmt_free(s);
	return step == STEP_DONE;
}
