/* One run's case results and scores, read in the order of their keys and folded to one row per case. */
#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/base/vec.h"
#include "store/query/compare_private.h"

void side_done(struct side_run *s)
{
	free(s->cases);
	free(s->latencies);
	free(s->repeats);
	free(s->scores);
	*s = (struct side_run){0};
}

size_t side_latencies_end(const struct side_run *s, size_t i)
{
	return i + 1 < s->n ? s->cases[i + 1].latencies : s->n_latencies;
}

static double *add_number(double **at, size_t *n, size_t *cap)
{
	*at = vec_grow(*at, cap, *n, sizeof **at);
	return &(*at)[(*n)++];
}

/* ---------------------------------------------------------------- cases */

/* What the repeats of the case being read say; emptied for the next. */
struct repeats {
	VEC(double) costs;
	VEC(uint64_t) outputs;
};

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return (a > b) - (a < b);
}

/* The same for the same set of outputs, whatever their order and number. */
static uint64_t outputs_hash(uint64_t *hashes, size_t n)
{
	if (n == 0 || !hashes)
		return 0;
	qsort(hashes, n, sizeof *hashes, by_value);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || hashes[i] != hashes[kept - 1])
			hashes[kept++] = hashes[i];
	return kept == 1 ? hashes[0] : hash64((struct str){(const char *)hashes, kept * sizeof *hashes});
}

static enum case_status majority(int64_t passed, int64_t failed, int64_t errored)
{
	switch (stat_case_majority(passed, failed, errored)) {
	case MAJORITY_UNSCORED: return CASE_UNSCORED;
	case MAJORITY_PASSED: return CASE_PASSED;
	case MAJORITY_FAILED: return CASE_FAILED;
	case MAJORITY_ERROR: return CASE_ERROR;
	}
	return CASE_UNSCORED;
}

static int64_t mean_latency(const struct side_run *run, size_t from, size_t end)
{
	if (end - from == 1)
		return interval_round_ns(run->latencies[from]);
	double *sorted = xmalloc(size_mul(size_add(end - from, 1), sizeof *sorted));
	memcpy(sorted, run->latencies + from, (end - from) * sizeof *sorted);
	int64_t ns = interval_round_ns(stat_case_mean(sorted, end - from));
	free(sorted);
	return ns;
}

static void end_case(struct side_run *run, struct repeats *repeats)
{
	if (!run->n || !run->cases)
		return;
	struct side_case *c = &run->cases[run->n - 1];
	struct compare_side *side = &c->side;
	side->status = majority(side->passes, c->failed, c->errored);
	side->scored = side->passes + c->failed + c->errored;
	side->flaky = side->passes != side->scored && c->failed != side->scored && c->errored != side->scored;
	side->cost_usd = stat_case_mean(repeats->costs.at, repeats->costs.n);
	side->latency_ns =
	    run->n_latencies > c->latencies ? mean_latency(run, c->latencies, run->n_latencies) : UNKNOWN_INT;
	side->output_hash = outputs_hash(repeats->outputs.at, repeats->outputs.n);
	vec_clear(&repeats->costs);
	vec_clear(&repeats->outputs);
}

static struct side_case *begin_case(struct stmt *s, int64_t id, struct arena *arena, struct side_run *run)
{
	run->cases = vec_grow(run->cases, &run->cap, run->n, sizeof *run->cases);
	struct side_case *c = &run->cases[run->n++];
	*c = (struct side_case){
	    .case_id = col_int(s, 0),
	    .key = arena_str(arena, col_str(s, 1)),
	    .title = arena_str(arena, col_str(s, 2)),
	    .latencies = run->n_latencies,
	    .first_repeat = run->n_repeats,
	    .side = {.present = true,
	             .at = {id, col_int(s, 0), col_int_or(s, 10, 0)},
	             .record = col_int_or(s, 8, 0),
	             .trace = col_int_or(s, 9, 0)},
	};
	return c;
}

static void add_repeat(struct stmt *s, struct side_run *run, struct side_case *c, struct repeats *repeats)
{
	int64_t status = col_int_or(s, 3, CASE_UNSCORED), latency_ns = col_int(s, 6);
	run->repeats = vec_grow(run->repeats, &run->cap_repeats, run->n_repeats, sizeof *run->repeats);
	run->repeats[run->n_repeats++] = (struct side_repeat){
	    .number = col_int(s, 10),
	    .status = status >= 0 && status < N_CASE_STATUSES ? (enum case_status)status : CASE_UNSCORED};
	c->n_repeats++;
	c->side.passes += status == CASE_PASSED;
	c->failed += status == CASE_FAILED;
	c->errored += status == CASE_ERROR;
	if (!c->input_hash)
		c->input_hash = (uint64_t)col_int_or(s, 4, 0);
	*vec_add(&repeats->outputs) = (uint64_t)col_int_or(s, 5, 0);
	*vec_add(&repeats->costs) = col_double(s, 7);
	if (latency_ns != UNKNOWN_INT)
		*add_number(&run->latencies, &run->n_latencies, &run->cap_latencies) = (double)latency_ns;
}

#define CASES_SQL                                                                                              \
	"SELECT c.case_id, k.text, c.title, c.status, c.input_hash, c.output_hash, c.latency_ns, c.cost_usd, " \
	"c.record, t.id, c.repeat FROM case_result c LEFT JOIN case_key k ON k.id = c.case_id"                 \
	" LEFT JOIN trace t ON t.key = c.trace WHERE c.run = ?1 AND c.repeat >= 0"
#define ORDER_OF_CASES " ORDER BY c.case_id, c.repeat"
#define SCORES_SQL                                                      \
	"SELECT x.case_id, x.repeat, x.name, x.value FROM case_score x" \
	" WHERE x.run = ?1 AND x.repeat >= 0 AND x.value IS NOT NULL"
#define ORDER_OF_SCORES " ORDER BY x.case_id, x.repeat, x.name"
#define ONLY(column)    " AND " column " IN (SELECT value FROM json_each(?2))"

static bool read_cases(struct db *db, int64_t id, struct str only, struct arena *arena, struct side_run *run,
                       struct err *err)
{
	/* Rows with a repeat below 0 have not got their place yet: their source is still being read. Joins, not subqueries: those
	 * open a cursor anew for every row. */
	static const char *const sql[2] = {CASES_SQL ORDER_OF_CASES, CASES_SQL ONLY("c.case_id") ORDER_OF_CASES};
	struct stmt *s = db_query(db, sql[only.ptr != NULL], err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	if (only.ptr)
		stmt_str(s, 2, only);
	struct repeats repeats = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct side_case *c = run->n ? &run->cases[run->n - 1] : NULL;
		if (!c || c->case_id != col_int(s, 0)) {
			end_case(run, &repeats);
			c = begin_case(s, id, arena, run);
		}
		add_repeat(s, run, c, &repeats);
	}
	end_case(run, &repeats);
	stmt_end(s);
	vec_done(&repeats.costs);
	vec_done(&repeats.outputs);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- scores */

struct score_value {
	int64_t name, repeat;
	double value;
};

static int by_name_repeat(const void *left, const void *right)
{
	const struct score_value *a = left, *b = right;
	if (a->name != b->name)
		return (a->name > b->name) - (a->name < b->name);
	if (a->repeat != b->repeat)
		return (a->repeat > b->repeat) - (a->repeat < b->repeat);
	return (a->value > b->value) - (a->value < b->value);
}

/* A case's value of a score: the mean over its repeats; a repeat that was scored several times counts once, with its mean. */
static double score_mean(const struct score_value *values, size_t n, double *scratch)
{
	double *repeats = scratch, *inside = scratch + n;
	size_t n_repeats = 0;
	for (size_t i = 0; i < n;) {
		size_t k = 0;
		for (size_t first = i; i < n && values[i].repeat == values[first].repeat; i++)
			inside[k++] = values[i].value;
		repeats[n_repeats++] = stat_case_mean(inside, k);
	}
	return stat_case_mean(repeats, n_repeats);
}

static void add_score(struct side_run *run, int64_t name, double value)
{
	run->scores = vec_grow(run->scores, &run->cap_scores, run->n_scores, sizeof *run->scores);
	run->scores[run->n_scores++] = (struct side_score){.name = name, .value = value};
}

/* As nearly all cases are: no repeats and each score once. They come in the order of their names then. */
static bool is_plain(const struct score_value *values, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (values[i].repeat != values[0].repeat || values[i].name <= values[i - 1].name)
			return false;
	return true;
}

static void fold_scores(struct side_run *run, struct side_case *c, struct score_value *values, size_t n)
{
	if (!n)
		return;
	if (is_plain(values, n)) {
		c->scores = run->n_scores;
		c->n_scores = n;
		for (size_t i = 0; i < n; i++)
			add_score(run, values[i].name, values[i].value);
		return;
	}
	double *scratch = xmalloc(size_mul(n, 2 * sizeof *scratch));
	qsort(values, n, sizeof *values, by_name_repeat);
	c->scores = run->n_scores;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && values[end].name == values[i].name;)
			end++;
		add_score(run, values[i].name, score_mean(values + i, end - i, scratch));
	}
	c->n_scores = run->n_scores - c->scores;
	free(scratch);
}

/* Both the scores and the cases come in the order of case_id, so one walk along the cases meets all scores. */
bool side_scores(struct db *db, int64_t run, struct str only, struct side_run *out, struct err *err)
{
	static const char *const sql[2] = {SCORES_SQL ORDER_OF_SCORES, SCORES_SQL ONLY("x.case_id") ORDER_OF_SCORES};
	struct stmt *s = db_query(db, sql[only.ptr != NULL], err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	if (only.ptr)
		stmt_str(s, 2, only);
	VEC(struct score_value) values = {0};
	size_t at = 0;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t case_id = col_int(s, 0);
		if (at < out->n && out->cases[at].case_id < case_id) {
			fold_scores(out, &out->cases[at], values.at, values.n);
			vec_clear(&values);
			while (at < out->n && out->cases[at].case_id < case_id)
				at++;
		}
		double value = col_double(s, 3);
		if (at < out->n && out->cases[at].case_id == case_id && __builtin_isfinite(value))
			*vec_add(&values) =
			    (struct score_value){.name = col_int(s, 2), .repeat = col_int(s, 1), .value = value};
	}
	if (at < out->n)
		fold_scores(out, &out->cases[at], values.at, values.n);
	stmt_end(s);
	vec_done(&values);
	return step == STEP_DONE;
}

bool side_read(struct db *db, int64_t run, struct str only, struct arena *arena, struct side_run *out, struct err *err)
{
	*out = (struct side_run){0};
	return read_cases(db, run, only, arena, out, err) && side_scores(db, run, only, out, err);
}

/* ---------------------------------------------------------------- verdicts alone */

static void end_verdict(struct verdicts *v, const int64_t n[N_CASE_STATUSES])
{
	if (v->n)
		v->at[v->n - 1].status = majority(n[CASE_PASSED], n[CASE_FAILED], n[CASE_ERROR]);
}

bool side_verdicts(struct db *db, int64_t run, struct verdicts *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT case_id, status FROM case_result WHERE run = ? AND repeat >= 0"
	                          " ORDER BY case_id, repeat",
	                          err);
	*out = (struct verdicts){0};
	if (!s)
		return false;
	stmt_int(s, 1, run);
	int64_t n[N_CASE_STATUSES] = {0}, repeats = 0;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t case_id = col_int(s, 0), status = col_int(s, 1);
		if (status < 0 || status >= N_CASE_STATUSES)
			status = CASE_UNSCORED;
		if (!out->n || out->at[out->n - 1].case_id != case_id) {
			if (repeats > 1)
				end_verdict(out, n);
			repeats = 0;
			out->at = vec_grow(out->at, &out->cap, out->n, sizeof *out->at);
			out->at[out->n++] = (struct case_verdict){case_id, (enum case_status)status};
		} else if (repeats == 1) { /* most cases have one result, which is its verdict */
			memset(n, 0, sizeof n);
			n[out->at[out->n - 1].status]++;
		}
		if (++repeats > 1)
			n[status]++;
	}
	if (repeats > 1)
		end_verdict(out, n);
	stmt_end(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- what both sources state */

bool compare_read_stated(struct db *db, struct compare *out, struct err *err)
{
	VEC(struct compare_stated) all = {0};
	enum step step;
	struct stmt *s = db_query(db,
	                          "SELECT w.text, a.value, b.value FROM run_metric a"
	                          " JOIN run_metric b ON b.run = ?2 AND b.name = a.name"
	                          " JOIN word w ON w.id = a.name WHERE a.run = ?1 ORDER BY w.text",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, out->a.id);
	stmt_int(s, 2, out->b.id);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&all) = (struct compare_stated){
		    .name = arena_str(&out->arena, col_str(s, 0)), .a = col_double(s, 1), .b = col_double(s, 2)};
	stmt_end(s);
	out->n_stated = all.n;
	out->stated = arena_alloc(&out->arena, all.n * sizeof *out->stated);
	if (all.n)
		memcpy(out->stated, all.at, all.n * sizeof *all.at);
	vec_done(&all);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- which way is better */

static void mark_lower(struct compare *out, struct str metric)
{
	for (size_t i = 0; i < out->n_scores; i++) {
		struct str name = out->scores[i];
		bool starts = metric.len && name.len > metric.len && name.ptr[metric.len] == ',' &&
		              memcmp(name.ptr, metric.ptr, metric.len) == 0;
		if (starts || str_eq(name, metric))
			out->lower[i] = true;
	}
}

bool compare_read_directions(struct db *db, struct compare *out, struct err *err)
{
	enum step step;
	out->lower = arena_zalloc(&out->arena, out->n_scores + 1, sizeof *out->lower);
	struct stmt *s =
	    db_query(db,
	             "SELECT t.key FROM run r, json_tree(CASE WHEN json_valid(r.config) THEN r.config ELSE '{}' END,"
	             " '$.higher_is_better') t WHERE r.id IN (?1, ?2) AND t.type IN ('true', 'false')"
	             " GROUP BY t.key HAVING max(t.type = 'true') = 0",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, out->a.id);
	stmt_int(s, 2, out->b.id);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		mark_lower(out, col_str(s, 0));
	stmt_end(s);
	return step == STEP_DONE;
}
