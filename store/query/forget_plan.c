#include "store/query/forget_plan.h"

#include <stdlib.h>

#include "store/base/units.h"

void forget_plan_done(struct forget_plan *p)
{
	vec_done(&p->traces.at);
	vec_done(&p->runs.at);
	vec_done(&p->sources.at);
	vec_done(&p->again.at);
}

void forget_plan_add(struct forget_ids *ids, int64_t id)
{
	if (id > 0 && !(ids->at.n && ids->at.at[ids->at.n - 1] == id)) /* rows of one trace mostly lie together */
		*vec_add(&ids->at) = id;
}

static int by_id(const void *pa, const void *pb)
{
	int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
	return a < b ? -1 : a > b;
}

static void sort_once(struct forget_ids *ids)
{
	size_t kept = 0;
	if (ids->at.n > 1)
		qsort(ids->at.at, ids->at.n, sizeof *ids->at.at, by_id);
	for (size_t i = 0; i < ids->at.n; i++)
		if (i == 0 || ids->at.at[i] != ids->at.at[kept - 1])
			ids->at.at[kept++] = ids->at.at[i];
	ids->at.n = kept;
}

static bool has(const struct forget_ids *ids, int64_t id)
{
	return ids->at.n && bsearch(&id, ids->at.at, ids->at.n, sizeof *ids->at.at, by_id) != NULL;
}

/* ---------------------------------------------------------------- by filter */

bool forget_plan_where(struct db *db, struct forget_plan *p, const struct filter *f, enum filter_over over,
                       struct err *err)
{
	struct buf sql = BUF_INIT;
	int n_params = 0;
	buf_add_cstr(&sql, over == FILTER_RUNS ? "SELECT r.id FROM run r WHERE " : "SELECT t.id FROM trace t WHERE ");
	filter_sql(&sql, f, &n_params);
	struct stmt *s = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	if (!s)
		return false;
	filter_bind(s, f, 1);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		forget_plan_add(over == FILTER_RUNS ? &p->runs : &p->traces, col_int(s, 0));
	stmt_free(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- by source */

struct range {
	int64_t first, end, source;
};

struct ranges { /* of all blocks, in order */
	VEC(struct range) at;
};

static bool read_ranges(struct db *db, struct ranges *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT first, n, source FROM block ORDER BY first", err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct range r = {.first = col_int_or(s, 0, 0), .source = col_int_or(s, 2, 0)};
		r.end = r.first + col_int_or(s, 1, 0);
		*vec_add(&out->at) = r;
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static int64_t owner_of(const struct ranges *r, int64_t record)
{
	size_t low = 0, high = r->at.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->at.at[middle].end <= record)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->at.n && r->at.at[low].first <= record ? r->at.at[low].source : 0;
}

/* Rows of (unit, record): units with a record of the sources, or (doomed) the sources that held parts of the doomed units. */
static bool match(struct db *db, struct forget_plan *p, const struct ranges *r, const char *sql,
                  struct forget_ids *units, bool doomed, struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t unit = col_int_or(s, 0, 0), owner = owner_of(r, col_int_or(s, 1, 0));
		if (!doomed && has(&p->sources, owner))
			forget_plan_add(units, unit);
		else if (doomed && has(units, unit) && !has(&p->sources, owner))
			forget_plan_add(&p->again, owner);
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static bool match_all(struct db *db, struct forget_plan *p, const struct ranges *r, bool doomed, struct err *err)
{
	return match(db, p, r, "SELECT trace, record FROM span WHERE record > 0", &p->traces, doomed, err) &&
	       match(db, p, r, "SELECT trace, record FROM span_loose", &p->traces, doomed, err) &&
	       match(db, p, r, "SELECT trace, record FROM span_other", &p->traces, doomed, err) &&
	       match(db, p, r, "SELECT trace, record FROM trace_said", &p->traces, doomed, err) &&
	       match(db, p, r, "SELECT run, record FROM case_result", &p->runs, doomed, err) &&
	       match(db, p, r, "SELECT run, record FROM case_part", &p->runs, doomed, err);
}

/* A run without cases has no record: it is its source's. */
static bool add_empty(struct db *db, struct forget_plan *p, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT id, source FROM run WHERE cases = 0", err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		if (has(&p->sources, col_int_or(s, 1, 0)))
			forget_plan_add(&p->runs, col_int(s, 0));
	stmt_end(s);
	return step == STEP_DONE;
}

static bool count(struct db *db, const char *sql, const struct forget_ids *ids, int64_t *a, int64_t *b, struct err *err)
{
	for (size_t i = 0; i < ids->at.n; i++) {
		struct stmt *s = db_query(db, sql, err);
		if (!s)
			return false;
		stmt_int(s, 1, ids->at.at[i]);
		enum step step = stmt_step(s, err);
		if (step == STEP_ROW) {
			*a += col_int_or(s, 0, 0);
			*b += col_int_or(s, 1, 0);
		}
		stmt_end(s);
		if (step == STEP_FAIL)
			return false;
	}
	return true;
}

bool forget_plan_close(struct db *db, struct forget_plan *p, struct err *err)
{
	struct ranges r = {.at = {0}};
	int64_t none = 0;
	sort_once(&p->sources);
	bool ok = p->sources.at.n == 0 ||
	          (read_ranges(db, &r, err) && match_all(db, p, &r, false, err) && add_empty(db, p, err));
	sort_once(&p->traces);
	sort_once(&p->runs);
	ok = ok && (p->sources.at.n == 0 || match_all(db, p, &r, true, err));
	sort_once(&p->again);
	vec_done(&r.at);
	return ok &&
	       count(db, "SELECT spans, scores FROM trace WHERE id = ?", &p->traces, &p->spans, &p->scores, err) &&
	       count(db, "SELECT cases, 0 FROM run WHERE id = ?", &p->runs, &p->cases, &none, err);
}

struct forget_what forget_plan_what(const struct forget_plan *p)
{
	return (struct forget_what){
	    .traces = {p->traces.at.at,  p->traces.at.n },
	    .runs = {p->runs.at.at,    p->runs.at.n   },
	    .sources = {p->sources.at.at, p->sources.at.n},
	    .again = {p->again.at.at,   p->again.at.n  }
        };
}
