#include "store/query/runs.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/query/answers.h"
#include "store/stat/interval.h"

#define COLUMNS                                                                                                        \
	"r.id, r.text, r.name, (SELECT text FROM word WHERE id = r.dataset), (SELECT text FROM word WHERE id ="        \
	" r.model), (SELECT text FROM word WHERE id = r.provider), r.prompt, (SELECT w.text FROM prompt p JOIN word w" \
	" ON w.id = p.name WHERE p.id = r.prompt), (SELECT version FROM prompt WHERE id = r.prompt), r.created_ns,"    \
	" r.cases, r.passed, r.failed, r.errored, r.unscored, r.keys, r.repeats, r.pass_shares, r.scored_keys,"        \
	" r.p50_ns, r.p95_ns, r.cost_usd, r.tokens_in, r.tokens_out, s.path, r.costed FROM run r"                      \
	" LEFT JOIN source s ON s.id = r.source"

void run_page_done(struct run_page *p)
{
	arena_done(&p->arena);
	*p = (struct run_page){0};
}

/* A run its source gives no name goes by its file's. */
static struct str file_name(struct str path)
{
	for (size_t i = path.len; i > 0; i--)
		if (path.ptr[i - 1] == '/')
			return str_from(path, i);
	return path;
}

static void read_run(struct stmt *s, struct arena *arena, struct run_row *row)
{
	double shares = col_double(s, 17), scored = (double)col_int_or(s, 18, 0);
	struct interval interval = IS_UNKNOWN(shares) ? INTERVAL_NONE : interval_wilson(shares, scored);
	*row = (struct run_row){
	    .id = col_int(s, 0),
	    .text = arena_str(arena, col_str(s, 1)),
	    .name = arena_str(arena, col_str(s, 2)),
	    .dataset = arena_str(arena, col_str(s, 3)),
	    .model = arena_str(arena, col_str(s, 4)),
	    .provider = arena_str(arena, col_str(s, 5)),
	    .prompt_id = col_int_or(s, 6, 0),
	    .prompt = arena_str(arena, col_str(s, 7)),
	    .prompt_version = arena_str(arena, col_str(s, 8)),
	    .created_ns = col_int(s, 9),
	    .cases = col_int_or(s, 10, 0),
	    .passed = col_int_or(s, 11, 0),
	    .failed = col_int_or(s, 12, 0),
	    .errored = col_int_or(s, 13, 0),
	    .unscored = col_int_or(s, 14, 0),
	    .keys = col_int_or(s, 15, 0),
	    .repeats = col_int_or(s, 16, 0),
	    .pass_rate = scored > 0 ? shares / scored : UNKNOWN_DOUBLE,
	    .pass_low = interval.low,
	    .pass_high = interval.high,
	    .p50_ns = col_int(s, 19),
	    .p95_ns = col_int(s, 20),
	    .cost_usd = col_double(s, 21),
	    .tokens_in = col_int(s, 22),
	    .tokens_out = col_int(s, 23),
	    .costed = col_int_or(s, 25, 0),
	    .file = arena_str(arena, col_blob(s, 24)),
	};
	if (!row->name.len)
		row->name = file_name(row->file);
}

static bool read_scores(struct db *db, struct arena *arena, struct run_row *row, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT w.text, x.n, x.mean FROM run_score x JOIN word w ON w.id = x.name"
	                          " WHERE x.run = ? ORDER BY w.text",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, row->id);
	VEC(struct run_score) all = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&all) = (struct run_score){
		    .name = arena_str(arena, col_str(s, 0)), .n = col_int_or(s, 1, 0), .mean = col_double(s, 2)};
	stmt_end(s);
	struct run_score *scores = arena_alloc(arena, all.n * sizeof *scores);
	if (all.n)
		memcpy(scores, all.at, all.n * sizeof *all.at);
	row->scores = scores;
	row->n_scores = all.n;
	vec_done(&all);
	return step == STEP_DONE;
}

/* head, the filter, tail. `owner` (a source, a run) is parameter 1, the filter's values follow; *params: how many are bound. */
static struct stmt *compose(struct db *db, const char *head, int64_t owner, const struct filter *filter,
                            const char *tail, int *params, struct err *err)
{
	struct buf sql = BUF_INIT;
	*params = 1;
	buf_add_cstr(&sql, head);
	if (!filter_is_empty(filter)) {
		buf_add_cstr(&sql, " AND (");
		filter_sql(&sql, filter, params);
		buf_add_cstr(&sql, ")");
	}
	buf_add_cstr(&sql, tail);
	struct stmt *s = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	if (s) {
		stmt_int(s, 1, owner);
		filter_bind(s, filter, 2);
	}
	return s;
}

/* What a page is made of: its SQL in two forms, and how a row is read. */
struct page_of {
	const char *count, *rows, *order; /* "?1" is the owner */
	size_t row_size;
	void (*read)(struct stmt *s, struct arena *arena, void *row);
};

struct page {
	struct arena *arena;
	void *rows;
	size_t n;
	int64_t total;
};

/* A filtered list is counted by walking all of it: once, for all of its pages. */
static bool count(struct db *db, const struct page_of *of, int64_t owner, const struct filter *filter, struct page *out,
                  struct err *err)
{
	int params;
	struct stmt *s = compose(db, of->count, owner, filter, "", &params, err);
	if (!s)
		return false;
	struct buf question = BUF_INIT;
	const int64_t *kept;
	size_t n;
	int64_t version = db_version_of_data(db);
	enum step step = STEP_ROW;
	stmt_text(s, &question);
	if (answer_get(db, buf_str(&question), &kept, &n) && n == 1) {
		out->total = kept[0];
	} else {
		step = stmt_step(s, err);
		out->total = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
		if (step == STEP_ROW && !filter_is_empty(filter))
			answer_keep(db, buf_str(&question), version, &out->total, 1);
	}
	stmt_free(s);
	buf_done(&question);
	return step == STEP_ROW;
}

static bool read_page(struct db *db, const struct page_of *of, int64_t owner, const struct filter *filter,
                      int64_t offset, int64_t limit, struct page *out, struct err *err)
{
	struct buf tail = BUF_INIT;
	int params = 0;
	if (!count(db, of, owner, filter, out, err))
		return false;
	buf_printf(&tail, "%s LIMIT ? OFFSET ?", of->order);
	struct stmt *s = compose(db, of->rows, owner, filter, buf_cstr(&tail), &params, err);
	buf_done(&tail);
	if (!s)
		return false;
	stmt_int(s, params + 1, limit);
	stmt_int(s, params + 2, offset > 0 ? offset : 0);
	char *rows = NULL;
	size_t n = 0, cap = 0;
	enum step step;
	for (; (step = stmt_step(s, err)) == STEP_ROW; n++) {
		rows = vec_grow(rows, &cap, n, of->row_size);
		of->read(s, out->arena, rows + n * of->row_size);
	}
	stmt_free(s);
	out->n = n;
	out->rows = arena_alloc(out->arena, size_mul(n, of->row_size));
	if (n)
		memcpy(out->rows, rows, n * of->row_size);
	free(rows);
	return step == STEP_DONE;
}

static void read_run_row(struct stmt *s, struct arena *arena, void *row)
{
	read_run(s, arena, row);
}

static bool read_stated(struct db *db, int64_t id, struct arena *arena, const struct metric **out, size_t *n,
                        struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT w.text, m.value FROM run_metric m JOIN word w ON w.id = m.name"
	                          " WHERE m.run = ? ORDER BY w.text",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	VEC(struct metric) all = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&all) = (struct metric){arena_str(arena, col_str(s, 0)), col_double(s, 1)};
	stmt_end(s);
	struct metric *stated = arena_alloc(arena, all.n * sizeof *stated);
	if (all.n)
		memcpy(stated, all.at, all.n * sizeof *all.at);
	*out = stated;
	*n = all.n;
	vec_done(&all);
	return step == STEP_DONE;
}

/* The figures that lie in tables of their own. */
static bool read_figures(struct db *db, struct arena *arena, struct run_row *row, struct err *err)
{
	return read_scores(db, arena, row, err) &&
	       (row->cases || read_stated(db, row->id, arena, &row->stated, &row->n_stated, err));
}

double run_mean(const struct run_row *row, struct str name)
{
	for (size_t i = 0; i < row->n_scores; i++)
		if (str_eq(row->scores[i].name, name))
			return row->scores[i].mean;
	for (size_t i = 0; i < row->n_stated; i++)
		if (str_eq(row->stated[i].name, name))
			return row->stated[i].value;
	return UNKNOWN_DOUBLE;
}

double run_cost_per_case(const struct run_row *row)
{
	return row->costed > 0 ? row->cost_usd / (double)row->costed : UNKNOWN_DOUBLE;
}

bool run_is_beaten(const struct run_row *const *rows, size_t n, size_t at)
{
	const struct run_row *me = rows[at];
	double mine = run_cost_per_case(me);
	for (size_t i = 0; i < n; i++) {
		const struct run_row *o = rows[i];
		double other = run_cost_per_case(o);
		bool alike = str_eq(o->dataset, me->dataset) && IS_UNKNOWN(o->pass_rate) == IS_UNKNOWN(me->pass_rate) &&
		             IS_UNKNOWN(mine) == IS_UNKNOWN(other) &&
		             (me->p95_ns == UNKNOWN_INT) == (o->p95_ns == UNKNOWN_INT);
		bool worse = o->pass_rate < me->pass_rate || other > mine || o->p95_ns > me->p95_ns;
		bool better = o->pass_rate > me->pass_rate || other < mine || o->p95_ns < me->p95_ns;
		if (i != at && alike && !worse && better)
			return true;
	}
	return false;
}

bool runs_page(struct db *db, const struct filter *filter, int64_t source, int64_t offset, int64_t limit,
               struct run_page *out, struct err *err)
{
	static const char where[] = " WHERE (?1 = 0 OR r.id IN (SELECT run FROM run_source WHERE source = ?1))";
	struct buf count = BUF_INIT, rows = BUF_INIT;
	*out = (struct run_page){.arena = ARENA_INIT, .total = 0};
	buf_printf(&count, "SELECT count(*) FROM run r%s", where);
	buf_printf(&rows, "SELECT %s%s", COLUMNS, where);
	struct page_of of = {.count = buf_cstr(&count),
	                     .rows = buf_cstr(&rows),
	                     .order = " ORDER BY 4 NULLS LAST, r.created_ns DESC NULLS LAST, r.id DESC",
	                     .row_size = sizeof *out->rows,
	                     .read = read_run_row};
	struct page page = {.arena = &out->arena};
	bool ok = read_page(db, &of, source, filter, offset, limit, &page, err);
	buf_done(&count);
	buf_done(&rows);
	out->rows = page.rows;
	out->n = page.n;
	out->total = page.total;
	for (size_t i = 0; ok && i < out->n; i++)
		ok = read_figures(db, &out->arena, &out->rows[i], err);
	return ok;
}

bool runs_get(struct db *db, int64_t id, struct arena *arena, struct run_row *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " COLUMNS " WHERE r.id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		read_run(s, arena, out);
	stmt_end(s);
	if (step == STEP_DONE)
		return err_set(err, ERR_NOT_FOUND, NULL, "there is no such run any more");
	return step == STEP_ROW && read_figures(db, arena, out, err);
}

static bool read_same(struct db *db, int64_t id, struct arena *arena, struct run_detail *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT o.text FROM run r JOIN run o ON o.content = r.content AND o.id <> r.id"
	                          " LEFT JOIN prompt p ON p.id = r.prompt LEFT JOIN prompt q ON q.id = o.prompt"
	                          " WHERE r.id = ? AND (ifnull(p.version, '') IN ('', q.version)"
	                          " OR ifnull(q.version, '') = '') ORDER BY o.id LIMIT 10",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	struct str *same = arena_alloc(arena, 10 * sizeof *same);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		same[out->n_same++] = arena_str(arena, col_str(s, 0));
	stmt_end(s);
	out->same = same;
	return step == STEP_DONE;
}

/* Of several texts under one name and version none is the one. */
static bool read_template(struct db *db, int64_t id, struct arena *arena, struct run_detail *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT r.config, p.text, (SELECT max(o.text) FROM prompt o WHERE o.name = p.name AND"
	                          " o.version = p.version AND p.version <> '' HAVING count(DISTINCT o.text) = 1)"
	                          " FROM run r LEFT JOIN prompt p ON p.id = r.prompt WHERE r.id = ?",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		out->config = arena_str(arena, col_str(s, 0));
		out->prompt_text = arena_str(arena, col_str(s, col_null(s, 1) ? 2 : 1));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool runs_detail(struct db *db, int64_t id, struct arena *arena, struct run_detail *out, struct err *err)
{
	*out = (struct run_detail){.n_stated = 0};
	return read_stated(db, id, arena, &out->stated, &out->n_stated, err) && read_same(db, id, arena, out, err) &&
	       read_template(db, id, arena, out, err) && runs_verdicts(db, id, &out->people, err);
}

/* ---------------------------------------------------------------- cases */

void case_page_done(struct case_page *p)
{
	arena_done(&p->arena);
	*p = (struct case_page){0};
}

static void read_case(struct stmt *s, struct arena *arena, void *out)
{
	struct case_row *row = out;
	int64_t status = col_int_or(s, 4, CASE_UNSCORED);
	*row = (struct case_row){
	    .case_id = col_int(s, 0),
	    .repeat = col_int_or(s, 1, 0),
	    .key = arena_str(arena, col_str(s, 2)),
	    .title = arena_str(arena, col_str(s, 3)),
	    .status = status >= 0 && status < N_CASE_STATUSES ? (enum case_status)status : CASE_UNSCORED,
	    .latency_ns = col_int(s, 5),
	    .tokens_in = col_int(s, 6),
	    .tokens_out = col_int(s, 7),
	    .record = col_int_or(s, 8, 0),
	    .cost_usd = col_double(s, 9),
	    .trace_text = arena_str(arena, col_str(s, 10)),
	    .trace = col_int_or(s, 11, 0),
	};
}

bool cases_page(struct db *db, int64_t run, const struct filter *filter, int64_t offset, int64_t limit,
                struct case_page *out, struct err *err)
{
	static const struct page_of of = {
	    .count = "SELECT count(*) FROM case_result c WHERE c.run = ?1",
	    .rows = "SELECT c.case_id, c.repeat, (SELECT k.text FROM case_key k WHERE k.id = c.case_id), c.title,"
	            " c.status, c.latency_ns, c.tokens_in, c.tokens_out, c.record, c.cost_usd, tr.text, tr.id"
	            " FROM case_result c LEFT JOIN trace tr ON tr.key = c.trace WHERE c.run = ?1",
	    .order = " ORDER BY c.ord NULLS LAST, c.case_id, c.repeat",
	    .row_size = sizeof(struct case_row),
	    .read = read_case};
	*out = (struct case_page){.arena = ARENA_INIT, .total = 0};
	struct page page = {.arena = &out->arena};
	bool ok = read_page(db, &of, run, filter, offset, limit, &page, err);
	out->rows = page.rows;
	out->n = page.n;
	out->total = page.total;
	return ok;
}
