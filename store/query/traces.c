#include "store/query/traces.h"

#include <string.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/query/answers.h"
#include "store/source.h"
#include "store/span_row.h"

#define COLUMNS                                                                                                     \
	"t.id, t.key, t.text, (SELECT text FROM word WHERE id = t.name), (SELECT text FROM word WHERE id = "        \
	"t.session),"                                                                                               \
	" (SELECT text FROM word WHERE id = t.user), (SELECT text FROM word WHERE id = t.service), t.start_ns,"     \
	" t.duration_ns, t.status, t.spans, t.errors, t.llm_calls, t.tool_calls, t.tokens_in, t.tokens_out,"        \
	" t.tokens_cached, t.tokens_reasoning, t.cost_usd, t.repeats, t.input, t.output, t.first, t.n,"             \
	" t.loose, s.path, s.format, t.scores, t.orphans,"                                                          \
	" (SELECT state FROM source WHERE id = t.seen), t.usage, t.usage_repeats,"                                  \
	" (SELECT group_concat(DISTINCT f.name) FROM finding f WHERE f.trace = t.id AND f.level > 0) FROM trace t " \
	"LEFT JOIN source s ON "                                                                                    \
	"s.id = t.source"

#define WORD(column) "(SELECT text FROM word WHERE id = t." column ")"

#define TOKENS "coalesce(t.tokens_in + t.tokens_out, t.tokens_in, t.tokens_out)"

#define WORST_VERDICT                                                                                   \
	"(SELECT max(CASE n.value WHEN 'bad' THEN 3 WHEN 'unsure' THEN 2 WHEN 'good' THEN 1 END) FROM " \
	"annotation_now n WHERE n.trace = t.text AND n.span IS NULL AND n.field = 0 AND (n.how & 1) = 0)"

/* But for verdicts all from the index trace_start; what is not known sorts last either way (page_ids). */
static const struct {
	const char *name, *sql;
	bool text;
} sorts[N_TRACE_SORTS] = {
    [TRACE_BY_START] = {"start",       "t.start_ns",                                    false},
    [TRACE_BY_STATUS] = {"status",      "CASE t.status WHEN 2 THEN 4 ELSE t.status END", false},
    [TRACE_BY_NAME] = {"name",        WORD("name"),                                    true },
    [TRACE_BY_SESSION] = {"session",     WORD("session"),                                 true },
    [TRACE_BY_USER] = {"user",        WORD("user"),                                    true },
    [TRACE_BY_SERVICE] = {"service",     WORD("service"),                                 true },
    [TRACE_BY_DURATION] = {"duration_ns", "t.duration_ns",                                 false},
    [TRACE_BY_SPANS] = {"spans",       "t.spans",                                       false},
    [TRACE_BY_ERRORS] = {"errors",      "t.errors",                                      false},
    [TRACE_BY_LLM] = {"llm_calls",   "t.llm_calls",                                   false},
    [TRACE_BY_TOOLS] = {"tool_calls",  "t.tool_calls",                                  false},
    [TRACE_BY_TOKENS_IN] = {"tokens_in",   "t.tokens_in",                                   false},
    [TRACE_BY_TOKENS_OUT] = {"tokens_out",  "t.tokens_out",                                  false},
    [TRACE_BY_TOKENS] = {"tokens",      TOKENS,                                          false},
    [TRACE_BY_COST] = {"cost_usd",    "t.cost_usd",                                    false},
    [TRACE_BY_REPEATS] = {"repeats",     "t.repeats",                                     false},
    [TRACE_BY_SCORES] = {"scores",      "t.scores",                                      false},
    [TRACE_BY_VERDICT] = {"verdict",     WORST_VERDICT,                                   false},
    [TRACE_BY_SOURCE] = {"source",      "(SELECT path FROM source WHERE id = t.source)", true },
};
enum { N_SCORES_SHOWN = 16, NEAR_ROWS = 1000 };

bool trace_sort_named(struct str column, enum trace_sort *sort)
{
	for (size_t i = 0; i < N_TRACE_SORTS; i++)
		if (str_is(column, sorts[i].name)) {
			*sort = (enum trace_sort)i;
			return true;
		}
	return false;
}

const char *trace_sort_name(enum trace_sort sort)
{
	return sorts[sort].name;
}

bool trace_sort_is_text(enum trace_sort sort)
{
	return sorts[sort].text;
}

bool trace_is_running(const struct trace_row *row, int64_t now_ns)
{
	if (!row->being_read || (row->status != STATUS_RUNNING && row->orphans == 0) || row->start_ns == TIME_UNKNOWN)
		return false;
	int64_t newest = row->start_ns + (row->duration_ns == UNKNOWN_INT ? 0 : row->duration_ns);
	return newest > now_ns - TRACE_RECENT_NS;
}

bool trace_is_finding(const struct trace_row *row, struct str name)
{
	struct str rest = row->findings, one;
	while (rest.len && str_split(&rest, ',', &one))
		if (str_eq(one, name))
			return true;
	return false;
}

void trace_usage_words(struct buf *out, const struct trace_row *row)
{
	if (row->usage_repeats == 1)
		buf_add_cstr(out, "usage of 1 span not added: others around or below it say the same");
	else if (row->usage_repeats > 1)
		buf_printf(out, "usage of %lld spans not added: others around or below them say the same",
		           (long long)row->usage_repeats);
	if (row->usage & (TRACE_COST_SAID | TRACE_COST_ESTIMATED))
		buf_add_cstr(out, row->usage_repeats ? "; " : "");
	if (row->usage & TRACE_COST_SAID)
		buf_add_cstr(out, "cost as the source gives it for the trace");
	else if (row->usage & TRACE_COST_ESTIMATED)
		buf_add_cstr(out, "cost estimated from list prices");
}

void trace_page_done(struct trace_page *p)
{
	arena_done(&p->arena);
	*p = (struct trace_page){0};
}

static void read_row(struct stmt *s, struct arena *arena, struct trace_row *row)
{
	int64_t status = col_int_or(s, 9, STATUS_UNSET);
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
	    .first = col_int_or(s, 22, 0),
	    .n = col_int_or(s, 23, 0),
	    .loose = col_int_or(s, 24, 0),
	    .file = arena_str(arena, col_blob(s, 25)),
	    .format = arena_str(arena, col_str(s, 26)),
	    .n_scores = (size_t)col_int_or(s, 27, 0), /* a count until the scores are read */
	    .orphans = col_int_or(s, 28, 0),
	    .being_read = col_int_or(s, 29, SOURCE_WHOLE) == SOURCE_READING,
	    .usage = (unsigned)col_int_or(s, 30, 0),
	    .usage_repeats = col_int_or(s, 31, 0),
	    .findings = arena_str(arena, col_str(s, 32)),
	};
	struct str key = col_blob(s, 1);
	if (key.len == sizeof row->key.byte)
		memcpy(row->key.byte, key.ptr, key.len);
}

/* Scores of the whole trace, and where a name is only on spans, theirs averaged: the badges of a list row. What checks found stands
 * behind them, as failed, with the largest of its values; notes do not. */
static bool read_scores(struct db *db, struct arena *arena, struct trace_row *row, struct err *err)
{
	bool any = row->n_scores > 0 || row->findings.len > 0;
	row->n_scores = 0;
	if (!any)
		return true;
	struct stmt *s = db_query(
	    db,
	    "SELECT w.text, avg(c.value), max(c.label), min(c.pass), 0 AS found FROM score c JOIN word w ON w.id = "
	    "c.name WHERE c.trace = ?1 GROUP BY c.name"
	    " UNION ALL SELECT name, max(value), NULL, 0, 1 FROM finding WHERE trace = ?1 AND level > 0 GROUP BY name"
	    " ORDER BY found, 1 LIMIT 16",
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

/* What a list keeps; its values are bound by compose. */
static void condition(struct buf *sql, const struct trace_query *q, int *params)
{
	/* seen = 0: known only as the target of a score so far. */
	buf_add_cstr(sql, " WHERE t.seen > 0");
	if (q->source) {
		buf_printf(sql, " AND (t.seen = ?%d OR t.source = ?%d)", *params + 1, *params + 1);
		++*params;
	}
	if (!filter_is_empty(q->filter)) {
		buf_add_cstr(sql, " AND (");
		filter_sql(sql, q->filter, params);
		buf_add_cstr(sql, ")");
	}
}

/* *params: how many are bound; the caller's own come after them. */
static struct stmt *compose(struct db *db, const struct trace_query *q, const char *head, const char *tail, int *params,
                            struct err *err)
{
	struct buf sql = BUF_INIT;
	*params = 0;
	if (!filter_resolve(q->filter, db, err))
		return NULL;
	buf_add_cstr(&sql, head);
	condition(&sql, q, params);
	buf_add_cstr(&sql, tail);
	struct stmt *s = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	if (s && q->source)
		stmt_int(s, 1, q->source);
	if (s && !filter_is_empty(q->filter))
		filter_bind(s, q->filter, q->source ? 2 : 1);
	return s;
}

/* Two counts of small indices instead of one of the table: nearly all traces are seen. */
static bool count_all(struct db *db, int64_t *n, struct err *err)
{
	int64_t unseen = 0;
	if (!db_int(db, "SELECT count(*) FROM trace", 0, n, err) ||
	    !db_int(db, "SELECT count(*) FROM trace WHERE seen = 0", 0, &unseen, err))
		return false;
	*n -= unseen;
	return true;
}

/* ---------------------------------------------------------------- pages
 *
 * First the ids, from the index that has all that lists are ordered and filtered by; then the rows of one page. */

static bool keeps_all(const struct trace_query *q)
{
	return !q->source && filter_is_empty(q->filter);
}

typedef VEC(int64_t) id_list;

/* Of a list of all traces in another order than by time its first rows, by the way of a short sort. */
static bool is_near(const struct trace_query *q)
{
	return q->limit >= 0 && q->limit <= NEAR_ROWS - q->offset;
}

static bool collect(struct stmt *s, id_list *out, struct err *err)
{
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(out) = col_int(s, 0);
	return step == STEP_DONE;
}

/* Rows [from, from + limit) of all ids. */
static void take_part(id_list *out, const int64_t *ids, size_t n, int64_t from, int64_t limit)
{
	size_t start = (uint64_t)from < n ? (size_t)from : n, len = n - start;
	if (limit >= 0 && (uint64_t)limit < len)
		len = (size_t)limit;
	vec_reserve(out, len);
	if (len)
		memcpy(out->at, ids + start, len * sizeof *ids);
	out->n = len;
}

/* All ids of a filtered or ordered list: the next page asks for them again, so they are kept. */
static bool part_of_all(struct db *db, struct stmt *s, int64_t from, int64_t limit, id_list *out, int64_t *total,
                        struct err *err)
{
	struct buf question = BUF_INIT;
	const int64_t *kept;
	size_t n;
	bool ok = true;
	stmt_text(s, &question);
	if (answer_get(db, buf_str(&question), &kept, &n)) {
		take_part(out, kept, n, from, limit);
		*total = (int64_t)n;
	} else {
		int64_t version = db_version_of_data(db);
		id_list all = {0};
		ok = collect(s, &all, err);
		if (ok) {
			answer_keep(db, buf_str(&question), version, all.at, all.n);
			take_part(out, all.at, all.n, from, limit);
		}
		*total = (int64_t)all.n;
		vec_done(&all);
	}
	buf_done(&question);
	return ok;
}

/* "NULLS LAST" keeps SQLite from walking trace_start for the default order, where unknown starts sort last by themselves. */
static void add_order(struct buf *out, const struct trace_query *q)
{
	const char *order = q->ascending ? "ASC" : "DESC";
	bool newest = q->sort == TRACE_BY_START && !q->ascending;
	buf_printf(out, " ORDER BY %s %s%s, t.id %s", sorts[q->sort].sql, order, newest ? "" : " NULLS LAST", order);
}

/* The ids of the page and, of a filtered list, how many there are in all: one walk gives both. */
static bool page_ids(struct db *db, const struct trace_query *q, id_list *out, int64_t *total, struct err *err)
{
	struct buf tail = BUF_INIT;
	bool page = keeps_all(q) && (q->sort == TRACE_BY_START || is_near(q));
	int64_t from = q->offset > 0 ? q->offset : 0;
	int params = 0;
	add_order(&tail, q);
	buf_add_cstr(&tail, page ? " LIMIT ? OFFSET ?" : "");
	struct stmt *s = compose(db, q, "SELECT t.id FROM trace t", buf_cstr(&tail), &params, err);
	buf_done(&tail);
	if (s && page) {
		stmt_int(s, params + 1, q->limit);
		stmt_int(s, params + 2, from);
	}
	*total = 0; /* of a page of all: the caller knows */
	bool ok = s && (page ? collect(s, out, err) : part_of_all(db, s, from, q->limit, out, total, err));
	stmt_free(s);
	return ok;
}

static bool get(struct db *db, int64_t id, struct arena *arena, struct trace_row *out, struct err *err)
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
	return step == STEP_ROW && read_scores(db, arena, out, err) && marks_of_trace(db, out->text, &out->marks, err);
}

static bool count_fresh(struct db *db, int64_t looked, struct trace_page *out, struct err *err)
{
	if (!db_int(db, "SELECT max(id) FROM trace", 0, &out->newest, err))
		return false;
	struct stmt *s =
	    looked && out->newest > looked
	        ? db_query(db, "SELECT count(*) FROM (SELECT 1 FROM trace WHERE id > ? AND seen > 0 LIMIT 10000)", err)
	        : NULL;
	if (!s)
		return !looked || out->newest <= looked;
	stmt_int(s, 1, looked);
	enum step step = stmt_step(s, err);
	out->fresh = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool path_of(struct db *db, int64_t source, struct trace_page *out, struct err *err)
{
	struct stmt *s = source ? db_query(db, "SELECT CAST(path AS TEXT) FROM source WHERE id = ?", err) : NULL;
	if (!s)
		return !source;
	stmt_int(s, 1, source);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		out->source = arena_str(&out->arena, col_str(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

bool traces_page(struct db *db, const struct trace_query *q, struct trace_page *out, struct err *err)
{
	*out = (struct trace_page){.arena = ARENA_INIT, .longest_ns = 0};
	id_list ids = {0};
	bool ok = count_all(db, &out->all, err) && count_fresh(db, q->looked, out, err) &&
	          path_of(db, q->source, out, err) && page_ids(db, q, &ids, &out->total, err);
	if (keeps_all(q))
		out->total = out->all;
	if (ok && !out->all)
		ok = db_int(db, "SELECT count(*) FROM run", 0, &out->runs, err);
	out->rows = arena_alloc(&out->arena, ids.n * sizeof *out->rows);
	for (size_t i = 0; ok && i < ids.n; i++) {
		ok = get(db, ids.at[i], &out->arena, &out->rows[i], err);
		out->n += ok;
		if (ok && out->rows[i].duration_ns > out->longest_ns)
			out->longest_ns = out->rows[i].duration_ns;
	}
	vec_done(&ids);
	return ok;
}

bool traces_rank(struct db *db, const struct trace_query *q, int64_t id, int64_t *row, struct err *err)
{
	struct buf tail = BUF_INIT;
	int params;
	int64_t n = 0;
	add_order(&tail, q);
	struct stmt *s = compose(db, q, "SELECT t.id FROM trace t", buf_cstr(&tail), &params, err);
	enum step step = STEP_FAIL;
	buf_done(&tail);
	for (; s && (step = stmt_step(s, err)) == STEP_ROW && col_int(s, 0) != id; n++)
		continue;
	stmt_free(s);
	*row = step == STEP_ROW ? n : -1;
	return step != STEP_FAIL;
}

bool traces_count(struct db *db, const struct filter *filter, int64_t *n, struct err *err)
{
	struct trace_query q = {.filter = filter, .limit = 0};
	id_list none = {0};
	bool ok = keeps_all(&q) ? count_all(db, n, err) : page_ids(db, &q, &none, n, err);
	vec_done(&none);
	return ok;
}

bool traces_get(struct db *db, int64_t id, struct arena *arena, struct trace_row *out, struct err *err)
{
	return get(db, id, arena, out, err);
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
		exact = str_eq(col_plain(s, 1), prefix);
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

struct start {
	int64_t ns;
	bool failed;
};
typedef VEC(struct start) start_list;

static bool read_starts(struct stmt *s, start_list *out, struct err *err)
{
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(out) = (struct start){col_int(s, 0), col_int_or(s, 1, 0) != 0};
	return step == STEP_DONE;
}

static uint64_t bucket_width(int64_t from, int64_t to, int n)
{
	/* Unsigned: a file may hold the first and the last instant there is. */
	return from != TIME_UNKNOWN && n > 0 ? ((uint64_t)to - (uint64_t)from) / (uint64_t)n + 1 : 1;
}

/* out: n counts, n errors, first and last start. */
static void fill_buckets(const start_list *all, int n, int64_t *out)
{
	int64_t from = TIME_UNKNOWN, to = TIME_UNKNOWN;
	for (size_t i = 0; i < all->n; i++) {
		from = i == 0 || all->at[i].ns < from ? all->at[i].ns : from;
		to = i == 0 || all->at[i].ns > to ? all->at[i].ns : to;
	}
	uint64_t width = bucket_width(from, to, n);
	for (size_t i = 0; n > 0 && i < all->n; i++) {
		uint64_t bucket = ((uint64_t)all->at[i].ns - (uint64_t)from) / width;
		out[bucket]++;
		out[(uint64_t)n + bucket] += all->at[i].failed;
	}
	out[2 * n] = from;
	out[2 * n + 1] = to;
}

/* Of all traces: SQLite counts the entries of an index without looking at them, 100,000 in a millisecond. Those that only scores name
 * so far are few, and taken off again. */
static bool count_between(struct db *db, int64_t from, int64_t to, int64_t *n, int64_t *failed, struct err *err)
{
	static const char *const sql[4] = {
	    "SELECT count(*) FROM trace WHERE start_ns BETWEEN ? AND ?",
	    "SELECT -count(*) FROM trace WHERE seen = 0 AND +start_ns BETWEEN ? AND ?",
	    "SELECT count(*) FROM trace WHERE start_ns BETWEEN ? AND ? AND errors > 0",
	    "SELECT -count(*) FROM trace WHERE seen = 0 AND +start_ns BETWEEN ? AND ? AND errors > 0",
	};
	*n = *failed = 0;
	for (int i = 0; i < 4; i++) {
		struct stmt *s = db_query(db, sql[i], err);
		if (!s)
			return false;
		stmt_int(s, 1, from);
		stmt_int(s, 2, to);
		enum step step = stmt_step(s, err);
		*(i < 2 ? n : failed) += step == STEP_ROW ? col_int(s, 0) : 0;
		stmt_end(s);
		if (step == STEP_FAIL)
			return false;
	}
	return true;
}

static bool count_buckets(struct db *db, int n, int64_t *out, struct err *err)
{
	int64_t from, to;
	if (!db_int(db, "SELECT start_ns FROM trace WHERE start_ns IS NOT NULL AND seen > 0 ORDER BY start_ns LIMIT 1",
	            TIME_UNKNOWN, &from, err) ||
	    !db_int(db,
	            "SELECT start_ns FROM trace WHERE start_ns IS NOT NULL AND seen > 0 ORDER BY start_ns DESC LIMIT 1",
	            TIME_UNKNOWN, &to, err))
		return false;
	uint64_t width = bucket_width(from, to, n);
	out[2 * n] = from;
	out[2 * n + 1] = to;
	for (int i = 0; from != TIME_UNKNOWN && i < n; i++) {
		uint64_t room = (uint64_t)to - (uint64_t)from, after = (uint64_t)i * width;
		if (after > room)
			break;
		uint64_t last = room - after < width ? room : after + width - 1;
		if (!count_between(db, (int64_t)((uint64_t)from + after), (int64_t)((uint64_t)from + last), &out[i],
		                   &out[n + i], err))
			return false;
	}
	return true;
}

static bool walk_buckets(struct db *db, const struct trace_query *q, int n, int64_t *out, struct err *err)
{
	int params;
	struct buf question = BUF_INIT;
	size_t size = 2 * (size_t)n + 2, n_kept;
	const int64_t *kept;
	struct stmt *s =
	    compose(db, q, "SELECT t.start_ns, t.errors > 0 FROM trace t", " AND t.start_ns IS NOT NULL", &params, err);
	if (!s)
		return false;
	int64_t version = db_version_of_data(db);
	bool ok = true;
	stmt_text(s, &question);
	buf_printf(&question, " -- %d", n);
	if (answer_get(db, buf_str(&question), &kept, &n_kept) && n_kept == size) {
		memcpy(out, kept, size * sizeof *kept);
	} else {
		start_list all = {0};
		ok = read_starts(s, &all, err);
		if (ok) {
			fill_buckets(&all, n, out);
			answer_keep(db, buf_str(&question), version, out, size);
		}
		vec_done(&all);
	}
	stmt_free(s);
	buf_done(&question);
	return ok;
}

bool traces_over_time(struct db *db, const struct trace_query *q, int n, int64_t *counts, int64_t *errors,
                      int64_t *from_ns, int64_t *to_ns, struct err *err)
{
	int64_t *buckets = xcalloc(2 * (size_t)n + 2, sizeof *buckets);
	buckets[2 * n] = buckets[2 * n + 1] = TIME_UNKNOWN;
	bool ok = keeps_all(q) ? count_buckets(db, n, buckets, err) : walk_buckets(db, q, n, buckets, err);
	memcpy(counts, buckets, (size_t)n * sizeof *counts);
	memcpy(errors, buckets + n, (size_t)n * sizeof *errors);
	*from_ns = buckets[2 * n];
	*to_ns = buckets[2 * n + 1];
	free(buckets);
	return ok;
}
