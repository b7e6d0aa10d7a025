/* Roll-ups of a run (statistics.md, section 0). */
#include "store/ingest_cases.h"

#include <math.h>
#include <stdlib.h>

struct name_value {
	int64_t name;
	double value;
};

struct roll {
	VEC(double) shares, costs;
	VEC(double) latencies;              /* whole ns */
	VEC(struct name_value) scores, one; /* values of cases; those of the case at work */
	int64_t n[N_CASE_STATUSES], keys, repeats, tokens_in, tokens_out;
	double share_sum, cost_sum;
	uint64_t content; /* of keys, repeats, verdicts and outputs, in the order of the keys */
};

static int by_value(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;
	return a < b ? -1 : a > b;
}

static int by_name_value(const void *pa, const void *pb)
{
	const struct name_value *a = pa, *b = pb;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return a->value < b->value ? -1 : a->value > b->value;
}

/* Always in ascending order, so that the order of rows cannot matter. */
static double sum_sorted(double *at, size_t n)
{
	double sum = 0;
	if (n > 1)
		qsort(at, n, sizeof *at, by_value);
	for (size_t i = 0; i < n; i++)
		sum += at[i];
	return sum;
}

/* Type 7 of sorted values (Hyndman and Fan 1996), rounded to the nearest ns. */
static int64_t quantile(const double *at, size_t n, double p)
{
	if (n == 0)
		return UNKNOWN_INT;
	double h = (double)(n - 1) * p;
	size_t j = (size_t)h;
	double low = at[j], high = at[j + 1 < n ? j + 1 : j];
	return (int64_t)llround(low + (h - (double)j) * (high - low));
}

static void add_known(int64_t *sum, int64_t n)
{
	if (n == UNKNOWN_INT)
		return;
	if (*sum == UNKNOWN_INT)
		*sum = 0;
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = INT64_MAX;
}

static void add_content(struct roll *r, int64_t key, int64_t repeat, int64_t status, int64_t output)
{
	const int64_t what[] = {(int64_t)r->content, key, repeat, status, output};
	r->content = hash64((struct str){(const char *)what, sizeof what});
}

struct one_case {
	int64_t key, rows, n[N_CASE_STATUSES];
};

static void end_case(struct roll *r, const struct one_case *c)
{
	int64_t scored = c->n[CASE_PASSED] + c->n[CASE_FAILED] + c->n[CASE_ERROR];
	if (!c->rows)
		return;
	r->keys++;
	r->repeats = c->rows > r->repeats ? c->rows : r->repeats;
	if (scored)
		*vec_add(&r->shares) = (double)c->n[CASE_PASSED] / (double)scored;
}

static bool roll_cases(struct writer *w, int64_t run, struct roll *r, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "SELECT case_id, status, latency_ns, cost_usd, tokens_in, tokens_out, repeat,"
	                          " output_hash FROM case_result"
	                          " WHERE run = ? AND repeat >= 0 ORDER BY run, case_id, repeat",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	struct one_case c = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t status = col_int_or(s, 1, 0);
		if (col_int(s, 0) != c.key) {
			end_case(r, &c);
			c = (struct one_case){.key = col_int(s, 0)};
		}
		status = status >= 0 && status < N_CASE_STATUSES ? status : CASE_UNSCORED;
		c.rows++;
		c.n[status]++;
		r->n[status]++;
		if (!col_null(s, 2))
			*vec_add(&r->latencies) = (double)col_int(s, 2);
		if (!col_null(s, 3))
			*vec_add(&r->costs) = col_double(s, 3);
		add_known(&r->tokens_in, col_int(s, 4));
		add_known(&r->tokens_out, col_int(s, 5));
		add_content(r, c.key, col_int(s, 6), status, col_int_or(s, 7, 0));
	}
	end_case(r, &c);
	stmt_end(s);
	return step == STEP_DONE;
}

/* The mean of each name over what is in `one`, as values of one case. */
static void end_scores(struct roll *r)
{
	if (r->one.n > 1)
		qsort(r->one.at, r->one.n, sizeof *r->one.at, by_name_value);
	for (size_t i = 0, end; i < r->one.n; i = end) {
		double sum = 0;
		for (end = i; end < r->one.n && r->one.at[end].name == r->one.at[i].name; end++)
			sum += r->one.at[end].value;
		*vec_add(&r->scores) = (struct name_value){r->one.at[i].name, sum / (double)(end - i)};
	}
	vec_clear(&r->one);
}

static bool roll_scores(struct writer *w, int64_t run, struct roll *r, struct err *err)
{
	struct stmt *s =
	    db_query(w->db,
	             "SELECT case_id, repeat, name, avg(value) FROM case_score WHERE run = ? AND repeat >= 0"
	             " AND value IS NOT NULL GROUP BY run, case_id, repeat, name",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	int64_t key = UNKNOWN_INT;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		if (col_int(s, 0) != key)
			end_scores(r);
		key = col_int(s, 0);
		*vec_add(&r->one) = (struct name_value){col_int(s, 2), col_double(s, 3)};
	}
	end_scores(r);
	stmt_end(s);
	return step == STEP_DONE;
}

static void sort_roll(struct roll *r)
{
	r->share_sum = sum_sorted(r->shares.at, r->shares.n);
	r->cost_sum = sum_sorted(r->costs.at, r->costs.n);
	sum_sorted(r->latencies.at, r->latencies.n);
	if (r->scores.n > 1)
		qsort(r->scores.at, r->scores.n, sizeof *r->scores.at, by_name_value);
}

static bool write_roll(struct writer *w, int64_t run, struct roll *r, struct err *err)
{
	struct stmt *s =
	    db_query(w->db,
	             "UPDATE run SET cases = ?, passed = ?, failed = ?, errored = ?, unscored = ?, keys = ?,"
	             " repeats = ?, pass_shares = ?, scored_keys = ?, p50_ns = ?, p95_ns = ?, tokens_in = ?,"
	             " tokens_out = ?, cost_usd = ?, costed = ?, content = ?, dirty = 0 WHERE id = ?",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, r->n[CASE_PASSED] + r->n[CASE_FAILED] + r->n[CASE_ERROR] + r->n[CASE_UNSCORED]);
	stmt_int(s, 2, r->n[CASE_PASSED]);
	stmt_int(s, 3, r->n[CASE_FAILED]);
	stmt_int(s, 4, r->n[CASE_ERROR]);
	stmt_int(s, 5, r->n[CASE_UNSCORED]);
	stmt_int(s, 6, r->keys);
	stmt_int(s, 7, r->repeats);
	stmt_double(s, 8, r->shares.n ? r->share_sum : UNKNOWN_DOUBLE);
	stmt_int(s, 9, (int64_t)r->shares.n);
	stmt_int(s, 10, quantile(r->latencies.at, r->latencies.n, 0.5));
	stmt_int(s, 11, quantile(r->latencies.at, r->latencies.n, 0.95));
	stmt_int(s, 12, r->tokens_in);
	stmt_int(s, 13, r->tokens_out);
	stmt_double(s, 14, r->costs.n ? r->cost_sum : UNKNOWN_DOUBLE);
	stmt_int(s, 15, (int64_t)r->costs.n);
	stmt_int(s, 16, r->keys ? (int64_t)r->content : UNKNOWN_INT);
	stmt_int(s, 17, run);
	if (!stmt_run(s, err) || !WRITER_RUN(w, err, "DELETE FROM run_score WHERE run = ?", run))
		return false;
	for (size_t i = 0, end; i < r->scores.n; i = end) {
		double sum = 0;
		for (end = i; end < r->scores.n && r->scores.at[end].name == r->scores.at[i].name; end++)
			sum += r->scores.at[end].value;
		s = db_query(w->db, "INSERT INTO run_score(run, name, n, mean) VALUES(?,?,?,?)", err);
		if (!s)
			return false;
		stmt_int(s, 1, run);
		stmt_int(s, 2, r->scores.at[i].name);
		stmt_int(s, 3, (int64_t)(end - i));
		stmt_double(s, 4, sum / (double)(end - i));
		if (!stmt_run(s, err))
			return false;
	}
	return true;
}

static bool roll_run(struct writer *w, int64_t run, struct err *err)
{
	struct roll r = {.tokens_in = UNKNOWN_INT, .tokens_out = UNKNOWN_INT};
	/* Reading a large run takes a while: not under the write lock. */
	bool ok = writer_commit(w, err) && roll_cases(w, run, &r, err) && roll_scores(w, run, &r, err);
	if (ok)
		sort_roll(&r);
	ok = ok && writer_begin(w, err) && write_roll(w, run, &r, err);
	vec_done(&r.shares);
	vec_done(&r.costs);
	vec_done(&r.latencies);
	vec_done(&r.scores);
	vec_done(&r.one);
	return ok;
}

bool cases_roll_up(struct writer *w, struct err *err)
{
	for (int64_t run = 1; run > 0;) {
		if (!writer_begin(w, err) ||
		    !db_int(w->db, "SELECT id FROM run INDEXED BY run_dirty WHERE dirty > 0 LIMIT 1", 0, &run, err))
			return false;
		if (run > 0 && !roll_run(w, run, err))
			return false;
	}
	return true;
}
