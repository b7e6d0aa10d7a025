#include "store/query/case_repeats.h"

#include <stdlib.h>

#include "store/base/vec.h"
#include "store/query/compare_private.h"

enum { PICK_MOST = 1000 };

void case_repeats_done(struct case_repeats *r)
{
	arena_done(&r->arena);
	*r = (struct case_repeats){0};
}

enum case_class case_repeats_class(const struct case_repeats *r)
{
	if (!r->a.n || !r->b.n)
		return r->a.n ? CLASS_ONLY_A : CLASS_ONLY_B;
	return compare_class_of_verdicts(r->a.status, r->b.status);
}

size_t case_repeat_index(const struct case_repeats_side *side, int64_t number)
{
	for (size_t i = 0; i < side->n; i++)
		if (side->at[i].at.repeat == number)
			return i;
	return SIZE_MAX;
}

/* ---------------------------------------------------------------- which case of the other run */

/* One integer of a query with two or three parameters; `otherwise`: no row. */
static bool ask_int(struct db *db, const char *sql, const int64_t *values, int n, int64_t otherwise, int64_t *out,
                    struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	for (int i = 0; i < n; i++)
		stmt_int(s, i + 1, values[i]);
	enum step step = stmt_step(s, err);
	*out = step == STEP_ROW ? col_int_or(s, 0, otherwise) : otherwise;
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool has_case(struct db *db, int64_t run, int64_t case_id, bool *has, struct err *err)
{
	int64_t n = 0;
	bool ok = ask_int(db, "SELECT 1 FROM case_result WHERE run = ? AND case_id = ? AND repeat >= 0 LIMIT 1",
	                  (int64_t[]){run, case_id}, 2, 0, &n, err);
	*has = n > 0;
	return ok;
}

/* The only case of `other` with the input that only this case of `run` has; 0: none. */
static bool find_by_input(struct db *db, int64_t run, int64_t case_id, int64_t other, int64_t *found, struct err *err)
{
	int64_t shared = 0, input = 0, n = 0;
	*found = 0;
	if (!ask_int(db,
	             "SELECT 1 FROM case_result a JOIN case_result b ON b.run = ?2 AND b.case_id = a.case_id AND"
	             " b.repeat >= 0 WHERE a.run = ?1 AND a.repeat >= 0 LIMIT 1",
	             (int64_t[]){run, other}, 2, 0, &shared, err) ||
	    !ask_int(db,
	             "SELECT input_hash FROM case_result WHERE run = ? AND case_id = ? AND repeat >= 0 AND"
	             " input_hash IS NOT NULL ORDER BY repeat LIMIT 1",
	             (int64_t[]){run, case_id}, 2, 0, &input, err))
		return false;
	if (shared || !input)
		return true;
	static const char count[] =
	    "SELECT count(DISTINCT case_id) FROM case_result WHERE run = ? AND input_hash = ? AND repeat >= 0";
	if (!ask_int(db, count, (int64_t[]){run, input}, 2, 0, &n, err))
		return false;
	if (n != 1)
		return true;
	if (!ask_int(db, count, (int64_t[]){other, input}, 2, 0, &n, err))
		return false;
	return n != 1 || ask_int(db, "SELECT case_id FROM case_result WHERE run = ? AND input_hash = ? AND repeat >= 0",
	                         (int64_t[]){other, input}, 2, 0, found, err);
}

static bool find_sides(struct db *db, int64_t run_a, int64_t run_b, int64_t case_id, struct case_repeats *out,
                       struct err *err)
{
	bool in_a, in_b;
	if (!has_case(db, run_a, case_id, &in_a, err) || !has_case(db, run_b, case_id, &in_b, err))
		return false;
	if (!in_a && !in_b)
		return err_set(err, ERR_NOT_FOUND, NULL, "neither run has this case (any more)");
	out->a.case_id = in_a ? case_id : 0;
	out->b.case_id = in_b ? case_id : 0;
	if (in_a && in_b)
		return true;
	bool ok = in_a ? find_by_input(db, run_a, case_id, run_b, &out->b.case_id, err)
	               : find_by_input(db, run_b, case_id, run_a, &out->a.case_id, err);
	out->by_input = out->a.case_id && out->b.case_id;
	return ok;
}

/* ---------------------------------------------------------------- reading */

struct answers {
	VEC(uint64_t) hash; /* by number */
};

/* Few answers are different, and those of many repeats are looked for in vain only once each. */
static int64_t answer_number(struct answers *answers, uint64_t hash)
{
	if (!hash)
		return -1;
	for (size_t i = 0; i < answers->hash.n; i++)
		if (answers->hash.at[i] == hash)
			return (int64_t)i;
	*vec_add(&answers->hash) = hash;
	return (int64_t)answers->hash.n - 1;
}

static void count(struct case_repeats_side *side, enum case_status status)
{
	side->passed += status == CASE_PASSED;
	side->failed += status == CASE_FAILED;
	side->errored += status == CASE_ERROR;
}

static void settle(struct case_repeats_side *side)
{
	static const enum case_status of[] = {[MAJORITY_UNSCORED] = CASE_UNSCORED,
	                                      [MAJORITY_PASSED] = CASE_PASSED,
	                                      [MAJORITY_FAILED] = CASE_FAILED,
	                                      [MAJORITY_ERROR] = CASE_ERROR};
	int64_t scored = side->passed + side->failed + side->errored;
	side->status = of[stat_case_majority(side->passed, side->failed, side->errored)];
	side->unstable = side->passed != scored && side->failed != scored && side->errored != scored;
}

static int by_answer(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return (a > b) - (a < b);
}

static size_t count_answers(const struct case_repeats_side *side)
{
	int64_t *numbers = xcalloc(side->n + 1, sizeof *numbers);
	size_t n = 0;
	for (size_t i = 0; i < side->n; i++)
		numbers[i] = side->at[i].answer;
	qsort(numbers, side->n, sizeof *numbers, by_answer);
	for (size_t i = 0; i < side->n; i++)
		n += numbers[i] >= 0 && (i == 0 || numbers[i] != numbers[i - 1]);
	free(numbers);
	return n;
}

static bool read_side(struct db *db, int64_t run, struct arena *arena, struct answers *answers,
                      struct case_repeats_side *side, struct err *err)
{
	VEC(struct case_repeat) rows = {0};
	enum step step;
	struct stmt *s =
	    db_query(db,
	             "SELECT c.repeat, c.status, c.latency_ns, c.cost_usd, c.tokens_in, c.tokens_out, c.output_hash,"
	             " c.record, t.id FROM case_result c LEFT JOIN trace t ON t.key = c.trace"
	             " WHERE c.run = ? AND c.case_id = ? AND c.repeat >= 0 ORDER BY c.repeat LIMIT ?",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	stmt_int(s, 2, side->case_id);
	stmt_int(s, 3, CASE_REPEATS_MOST);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t status = col_int_or(s, 1, CASE_UNSCORED);
		struct case_repeat *row = vec_add(&rows);
		*row = (struct case_repeat){
		    .at = {run, side->case_id, col_int(s, 0)},
		    .status = status >= 0 && status < N_CASE_STATUSES ? (enum case_status)status : CASE_UNSCORED,
		    .latency_ns = col_int(s, 2),
		    .cost_usd = col_double(s, 3),
		    .tokens_in = col_int(s, 4),
		    .tokens_out = col_int(s, 5),
		    .answer = answer_number(answers, (uint64_t)col_int_or(s, 6, 0)),
		    .record = col_int_or(s, 7, 0),
		    .trace = col_int_or(s, 8, 0),
		};
		count(side, row->status);
	}
	stmt_end(s);
	side->n = rows.n;
	side->at = arena_alloc(arena, size_mul(rows.n + 1, sizeof *side->at));
	if (rows.n)
		memcpy(side->at, rows.at, rows.n * sizeof *side->at);
	vec_done(&rows);
	settle(side);
	side->n_answers = count_answers(side);
	return step == STEP_DONE;
}

static bool read_names(struct db *db, struct case_repeats *out, int64_t run_a, int64_t run_b, struct err *err)
{
	VEC(struct str) names = {0};
	struct stmt *s =
	    db_query(db,
	             "SELECT DISTINCT w.text FROM case_score x JOIN word w ON w.id = x.name WHERE x.repeat >= 0"
	             " AND ((x.run = ?1 AND x.case_id = ?2) OR (x.run = ?3 AND x.case_id = ?4))"
	             " ORDER BY w.text LIMIT ?5",
	             err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, run_a);
	stmt_int(s, 2, out->a.case_id);
	stmt_int(s, 3, run_b);
	stmt_int(s, 4, out->b.case_id);
	stmt_int(s, 5, CASE_REPEAT_SCORES);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&names) = arena_str(&out->arena, col_str(s, 0));
	stmt_end(s);
	out->n_scores = names.n;
	out->scores = arena_alloc(&out->arena, size_mul(names.n + 1, sizeof *out->scores));
	if (names.n)
		memcpy(out->scores, names.at, names.n * sizeof *out->scores);
	vec_done(&names);
	return step == STEP_DONE;
}

static size_t score_index(const struct case_repeats *r, struct str name)
{
	for (size_t i = 0; i < r->n_scores; i++)
		if (str_eq(r->scores[i], name))
			return i;
	return SIZE_MAX;
}

/* A repeat that was scored several times under one name counts with the mean, as in compare. */
static bool read_scores(struct db *db, int64_t run, struct case_repeats *r, struct case_repeats_side *side,
                        struct err *err)
{
	size_t n = size_mul(side->n, r->n_scores);
	double *values = arena_alloc(&r->arena, size_mul(n + 1, sizeof *values));
	for (size_t i = 0; i < n; i++)
		values[i] = UNKNOWN_DOUBLE;
	for (size_t i = 0; i < side->n; i++)
		side->at[i].scores = values + i * r->n_scores;
	struct stmt *s = db_query(db,
	                          "SELECT x.repeat, w.text, avg(x.value) FROM case_score x JOIN word w ON w.id = x.name"
	                          " WHERE x.run = ? AND x.case_id = ? AND x.repeat >= 0 AND x.value IS NOT NULL"
	                          " GROUP BY x.repeat, x.name",
	                          err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, run);
	stmt_int(s, 2, side->case_id);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		size_t row = case_repeat_index(side, col_int(s, 0)), name = score_index(r, col_str(s, 1));
		if (row != SIZE_MAX && name != SIZE_MAX)
			values[row * r->n_scores + name] = col_double(s, 2);
	}
	stmt_end(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- means */

static double number(int64_t n)
{
	return n == UNKNOWN_INT ? UNKNOWN_DOUBLE : (double)n;
}

static void add_means(struct case_repeats *r, struct case_repeats_side *side)
{
	double *values = xmalloc(size_mul(side->n + 1, sizeof *values));
	double *const means[] = {&side->latency_ns, &side->cost_usd, &side->tokens_in, &side->tokens_out};
	for (size_t k = 0; k < 4; k++) {
		for (size_t i = 0; i < side->n; i++) {
			const struct case_repeat *c = &side->at[i];
			values[i] = k == 0   ? number(c->latency_ns)
			            : k == 1 ? c->cost_usd
			            : k == 2 ? number(c->tokens_in)
			                     : number(c->tokens_out);
		}
		*means[k] = stat_case_mean(values, side->n);
	}
	side->scores = arena_alloc(&r->arena, size_mul(r->n_scores + 1, sizeof *side->scores));
	for (size_t k = 0; k < r->n_scores; k++) {
		for (size_t i = 0; i < side->n; i++)
			values[i] = side->at[i].scores[k];
		side->scores[k] = stat_case_mean(values, side->n);
	}
	free(values);
}

/* ---------------------------------------------------------------- the pair that tells most */

static double share(const struct case_repeats_side *side)
{
	double share = stat_case_share(side->passed, side->failed, side->errored);
	return IS_UNKNOWN(share) ? 0 : share;
}

static int telling(const struct case_repeat *a, const struct case_repeat *b, bool lost)
{
	bool a_won = a->status == CASE_PASSED, b_won = b->status == CASE_PASSED;
	if (a_won != b_won)
		return a_won == lost ? 4 : 3;
	if (a->status != b->status)
		return 2;
	return a->answer != b->answer;
}

void case_repeats_pick(struct case_repeats *r)
{
	size_t n_a = r->a.n < PICK_MOST ? r->a.n : PICK_MOST, n_b = r->b.n < PICK_MOST ? r->b.n : PICK_MOST;
	bool lost = share(&r->b) <= share(&r->a);
	int best = -1;
	r->pick_a = r->pick_b = 0;
	for (size_t i = 0; i < n_a; i++)
		for (size_t k = 0; k < n_b; k++) {
			const struct case_repeat *a = &r->a.at[i], *b = &r->b.at[k];
			int value = 2 * telling(a, b, lost) + (a->at.repeat == b->at.repeat);
			if (value > best) {
				best = value;
				r->pick_a = i;
				r->pick_b = k;
			}
		}
}

/* ---------------------------------------------------------------- outside */

static bool read_title(struct db *db, int64_t run, int64_t case_id, struct case_repeats *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT k.text, c.title FROM case_result c LEFT JOIN case_key k ON k.id = c.case_id"
	                          " WHERE c.run = ? AND c.case_id = ? AND c.repeat >= 0 ORDER BY c.repeat LIMIT 1",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	stmt_int(s, 2, case_id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		out->key = arena_str(&out->arena, col_str(s, 0));
		out->title = arena_str(&out->arena, col_str(s, 1));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool case_repeats_load(struct db *db, int64_t run_a, int64_t run_b, int64_t case_id, struct case_repeats *out,
                       struct err *err)
{
	struct answers answers = {0};
	*out = (struct case_repeats){.arena = ARENA_INIT};
	bool ok =
	    find_sides(db, run_a, run_b, case_id, out, err) &&
	    read_side(db, run_a, &out->arena, &answers, &out->a, err) &&
	    read_side(db, run_b, &out->arena, &answers, &out->b, err) && read_names(db, out, run_a, run_b, err) &&
	    read_scores(db, run_a, out, &out->a, err) && read_scores(db, run_b, out, &out->b, err) &&
	    read_title(db, out->b.case_id ? run_b : run_a, out->b.case_id ? out->b.case_id : out->a.case_id, out, err);
	out->n_answers = answers.hash.n;
	vec_done(&answers.hash);
	if (!ok) {
		case_repeats_done(out);
		return false;
	}
	add_means(out, &out->a);
	add_means(out, &out->b);
	case_repeats_pick(out);
	return true;
}

void case_repeats_words(struct buf *out, const struct case_repeats_side *side)
{
	int64_t scored = side->passed + side->failed + side->errored, silent = (int64_t)side->n - scored;
	if (side->n <= 1) {
		buf_add_cstr(out, side->n ? case_status_name(side->at[0].status) : "not in this run");
		return;
	}
	if (!scored)
		buf_printf(out, "%lld repeats, none has a verdict", (long long)side->n);
	else if (side->errored == scored)
		buf_printf(out, "%lld errors", (long long)scored);
	else if (side->passed == scored)
		buf_printf(out, "all %lld passed", (long long)scored);
	else
		buf_printf(out, "%lld of %lld passed", (long long)side->passed, (long long)scored);
	if (side->errored && side->errored != scored)
		buf_printf(out, ", %lld error%s", (long long)side->errored, side->errored == 1 ? "" : "s");
	if (scored && silent)
		buf_printf(out, ", %lld without a verdict", (long long)silent);
	if (side->unstable)
		buf_add_cstr(out, ": unstable");
}
