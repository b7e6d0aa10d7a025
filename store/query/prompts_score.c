/* How each version scored on each dataset. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/query/prompts_private.h"
#include "store/query/words.h"
#include "store/stat/interval.h"

enum { SCORES_MOST = 100, MODELS_LOOKED = 200 };

/* ---------------------------------------------------------------- several runs as one */

struct result {
	int64_t case_id;
	enum case_status status;
	double cost_usd; /* -HUGE_VAL: unknown */
};

struct pool {
	VEC(struct result) results;
	VEC(double) latencies;
};

static int by_case(const void *pa, const void *pb)
{
	const struct result *a = pa, *b = pb;
	if (a->case_id != b->case_id)
		return a->case_id < b->case_id ? -1 : 1;
	/* Costs ascending, so that sums do not depend on the order of runs. */
	return (a->cost_usd > b->cost_usd) - (a->cost_usd < b->cost_usd);
}

static int by_number(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;
	return (a > b) - (a < b);
}

static bool read_run(struct db *db, int64_t run, struct pool *pool, struct err *err)
{
	struct stmt *s = db_query(
	    db, "SELECT case_id, status, latency_ns, cost_usd FROM case_result WHERE run = ? AND repeat >= 0", err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, run);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t status = col_int_or(s, 1, CASE_UNSCORED), latency = col_int(s, 2);
		*vec_add(&pool->results) = (struct result){
		    .case_id = col_int(s, 0),
		    .status = status >= 0 && status < N_CASE_STATUSES ? (enum case_status)status : CASE_UNSCORED,
		    .cost_usd = col_null(s, 3) ? -HUGE_VAL : col_double(s, 3)};
		if (latency != UNKNOWN_INT)
			*vec_add(&pool->latencies) = (double)latency;
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static void rate(struct prompt_score *score)
{
	struct interval interval = score->scored > 0 ? interval_wilson(score->passed, score->scored) : INTERVAL_NONE;
	score->pass_rate = score->scored > 0 ? score->passed / score->scored : UNKNOWN_DOUBLE;
	score->pass_low = interval.low;
	score->pass_high = interval.high;
}

static int64_t quantile(const struct pool *pool, double p)
{
	return interval_round_ns(interval_quantile_of(pool->latencies.at, pool->latencies.n, p));
}

static void figure(struct pool *pool, struct prompt_score *score)
{
	double cost = 0, costed = 0;
	if (pool->results.n > 1)
		qsort(pool->results.at, pool->results.n, sizeof *pool->results.at, by_case);
	if (pool->latencies.n > 1)
		qsort(pool->latencies.at, pool->latencies.n, sizeof *pool->latencies.at, by_number);
	for (size_t i = 0; i < pool->results.n;) {
		int64_t id = pool->results.at[i].case_id, n = 0, passed = 0, priced = 0;
		double sum = 0;
		for (; i < pool->results.n && pool->results.at[i].case_id == id; i++) {
			const struct result *r = &pool->results.at[i];
			n += r->status != CASE_UNSCORED;
			passed += r->status == CASE_PASSED;
			if (isfinite(r->cost_usd)) {
				sum += r->cost_usd;
				priced++;
			}
		}
		score->cases++;
		score->scored += n > 0;
		score->passed += n ? (double)passed / (double)n : 0;
		cost += priced ? sum / (double)priced : 0;
		costed += priced > 0;
	}
	rate(score);
	score->cost_usd = costed > 0 ? cost / costed : UNKNOWN_DOUBLE;
	score->p50_ns = quantile(pool, 0.5);
	score->p95_ns = quantile(pool, 0.95);
}

static void pool_clear(struct pool *pool)
{
	vec_clear(&pool->results);
	vec_clear(&pool->latencies);
}

/* A run's own row has it. */
static void figure_of_one(const struct prompt_run *run, struct prompt_score *score)
{
	score->runs_read = 1;
	score->cases = run->keys;
	score->scored = run->scored;
	score->passed = IS_UNKNOWN(run->shares) ? 0 : run->shares;
	rate(score);
	score->cost_usd = run->costed > 0 ? run->cost_usd / (double)run->costed : UNKNOWN_DOUBLE;
	score->p50_ns = run->p50_ns;
	score->p95_ns = run->p95_ns;
}

/* ---------------------------------------------------------------- means of scores */

struct mean {
	int64_t name, n;
	double sum;
};

static int by_name(const void *pa, const void *pb)
{
	const struct run_score *a = pa, *b = pb;
	return str_cmp(a->name, b->name);
}

static bool read_means(struct db *db, struct words *words, const struct prompt_run *const *runs, size_t n,
                       struct arena *arena, struct prompt_score *score, struct err *err)
{
	struct mean means[SCORES_MOST];
	size_t n_means = 0;
	for (size_t i = 0; i < n; i++) {
		struct stmt *s = db_query(db, "SELECT name, n, mean FROM run_score WHERE run = ? ORDER BY name", err);
		enum step step;
		if (!s)
			return false;
		stmt_int(s, 1, runs[i]->id);
		while ((step = stmt_step(s, err)) == STEP_ROW) {
			int64_t name = col_int(s, 0), count = col_int_or(s, 1, 0);
			double mean = col_double(s, 2);
			size_t at = 0;
			while (at < n_means && means[at].name != name)
				at++;
			if (!isfinite(mean) || count <= 0 || at == SCORES_MOST)
				continue;
			if (at == n_means)
				means[n_means++] = (struct mean){.name = name};
			means[at].n += count;
			means[at].sum += mean * (double)count;
		}
		stmt_end(s);
		if (step != STEP_DONE)
			return false;
	}
	struct run_score *out = arena_zalloc(arena, n_means, sizeof *out);
	for (size_t i = 0; i < n_means; i++) {
		const struct word *word = words_get(words, db, means[i].name, err);
		if (!word)
			return false;
		out[i] =
		    (struct run_score){arena_str(arena, word->text), means[i].n, means[i].sum / (double)means[i].n};
	}
	if (n_means > 1)
		qsort(out, n_means, sizeof *out, by_name);
	score->scores = out;
	score->n_scores = n_means;
	return true;
}

/* ---------------------------------------------------------------- by dataset */

static int by_dataset(const void *pa, const void *pb)
{
	const struct prompt_run *a = *(const struct prompt_run *const *)pa, *b = *(const struct prompt_run *const *)pb;
	if (a->dataset != b->dataset)
		return a->dataset < b->dataset ? -1 : 1;
	return (a > b) - (a < b); /* newest first, as they lie */
}

static int by_newest(const void *pa, const void *pb)
{
	const struct prompt_score *a = pa, *b = pb;
	return (a->newest > b->newest) - (a->newest < b->newest);
}

static bool is_new_model(const struct prompt_run *const *runs, size_t i)
{
	for (size_t k = i > MODELS_LOOKED ? i - MODELS_LOOKED : 0; k < i; k++)
		if (runs[k]->model == runs[i]->model)
			return false;
	return runs[i]->model != 0;
}

/* The runs of a version on one dataset. left: case results that may still be read; < 0: any number. */
static bool score_group(struct db *db, struct words *words, const struct prompt_run *const *runs, size_t n,
                        struct pool *pool, int64_t *left, struct prompts *p, struct prompt_score *score,
                        struct err *err)
{
	const struct word *word = words_get(words, db, runs[0]->dataset, err);
	int64_t cases = 0;
	bool ok = word != NULL;
	if (!ok)
		return false;
	*score = (struct prompt_score){.dataset_id = runs[0]->dataset,
	                               .dataset = word->text.len ? arena_str(&p->arena, word->text) : STR_NONE,
	                               .runs = (int64_t)n};
	for (size_t i = 0; i < n; i++) {
		cases += runs[i]->cases;
		score->models += is_new_model(runs, i);
	}
	bool read = (n > 1 || runs[0]->repeats > 1) && (*left < 0 || cases <= *left);
	if (!read) {
		figure_of_one(runs[0], score);
		return read_means(db, words, runs, 1, &p->arena, score, err);
	}
	if (*left >= 0)
		*left -= cases;
	pool_clear(pool);
	for (size_t i = 0; ok && i < n; i++)
		ok = read_run(db, runs[i]->id, pool, err);
	score->runs_read = (int64_t)n;
	figure(pool, score);
	return ok && read_means(db, words, runs, n, &p->arena, score, err);
}

static bool score_version(struct db *db, struct words *words, struct pool *pool, int64_t *left, struct prompts *p,
                          struct prompt_version *v, struct err *err)
{
	VEC(struct prompt_score) scores = {0};
	const struct prompt_run **runs = xcalloc(v->n_runs + 1, sizeof *runs);
	bool ok = true;
	for (size_t i = 0; i < v->n_runs; i++)
		runs[i] = &v->runs[i];
	if (v->n_runs > 1)
		qsort(runs, v->n_runs, sizeof *runs, by_dataset);
	for (size_t from = 0, end; ok && from < v->n_runs; from = end) {
		for (end = from + 1; end < v->n_runs && runs[end]->dataset == runs[from]->dataset;)
			end++;
		struct prompt_score *score = vec_add(&scores);
		ok = score_group(db, words, runs + from, end - from, pool, left, p, score, err);
		score->newest = runs[from] - v->runs; /* its place, until they are in order */
	}
	if (ok && scores.n > 1)
		qsort(scores.at, scores.n, sizeof *scores.at, by_newest);
	struct prompt_score *out = arena_zalloc(&p->arena, scores.n, sizeof *out);
	for (size_t i = 0; i < scores.n && ok; i++) {
		out[i] = scores.at[i];
		out[i].newest = v->runs[out[i].newest].id;
	}
	v->scores = out;
	v->n_scores = ok ? scores.n : 0;
	vec_done(&scores);
	free(runs);
	return ok;
}

bool prompts_score(struct db *db, int64_t cases_most, struct prompts *p, struct err *err)
{
	struct pool pool = {.results = {0}};
	struct words words = {.n = 0};
	int64_t left = cases_most;
	bool ok = true;
	for (size_t i = 0; ok && i < p->n_versions; i++)
		ok = score_version(db, &words, &pool, &left, p, &p->versions[i], err);
	words_done(&words);
	vec_done(&pool.results);
	vec_done(&pool.latencies);
	return ok;
}
