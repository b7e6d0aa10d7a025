#include "store/query/trend.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"

#define SAME_WITHIN_NS (3600 * INT64_C(1000000000))

/* What a run is compared by with those before it; not kept. */
struct raw {
	int64_t content, model, prompt_name;
	struct str version, hash; /* hash: of the template's text; absent if that is not known */
	double passed, cases;
};

struct run_figure {
	size_t run;
	struct str name;
	double mean;
};

/* A series while its rows are read. */
struct reading {
	struct arena *arena;
	struct str dataset;
	VEC(struct trend_run) runs;
	VEC(struct raw) raw;
	VEC(struct run_figure) scores;
	VEC(struct trend_series) done;
};

void trends_done(struct trends *t)
{
	arena_done(&t->arena);
	*t = (struct trends){.n = 0};
}

/* ---------------------------------------------------------------- what counts, and what changed */

static bool other_prompt(const struct raw *a, const struct raw *b)
{
	if (a->prompt_name != b->prompt_name || (a->version.len && b->version.len && !str_eq(a->version, b->version)))
		return true;
	return a->hash.len && b->hash.len && !str_eq(a->hash, b->hash);
}

static bool knows_prompt(const struct raw *r)
{
	return r->prompt_name != UNKNOWN_INT;
}

/* Time is ordered: those within the hour stand right before. */
static int64_t export_of(const struct reading *r, size_t i)
{
	const struct raw *me = &r->raw.at[i];
	for (size_t j = i; me->content != UNKNOWN_INT && j-- > 0;) {
		const struct raw *other = &r->raw.at[j];
		if (units_between(r->runs.at[j].created_ns, r->runs.at[i].created_ns) > SAME_WITHIN_NS ||
		    r->runs.at[j].created_ns == TIME_UNKNOWN)
			break;
		bool models = me->model == UNKNOWN_INT || other->model == UNKNOWN_INT || me->model == other->model;
		bool prompts = !knows_prompt(me) || !knows_prompt(other) || !other_prompt(me, other);
		if (r->runs.at[j].counts && other->content == me->content && models && prompts)
			return r->runs.at[j].id;
	}
	return 0;
}

static void mark_runs(struct reading *r)
{
	const struct raw *model = NULL, *prompt = NULL;
	for (size_t i = 0; i < r->runs.n; i++) {
		struct trend_run *run = &r->runs.at[i];
		const struct raw *raw = &r->raw.at[i];
		run->same_as = export_of(r, i);
		run->counts = run->created_ns != TIME_UNKNOWN && !run->same_as;
		if (!run->counts)
			continue;
		if (raw->model != UNKNOWN_INT) {
			run->changed |= model && model->model != raw->model ? TREND_MODEL : 0;
			model = raw;
		}
		if (knows_prompt(raw)) {
			run->changed |= prompt && other_prompt(prompt, raw) ? TREND_PROMPT : 0;
			prompt = raw;
		}
	}
}

/* ---------------------------------------------------------------- the tests */

/* The earlier figures of a metric, closed up: only what a band is made of. */
struct earlier {
	double *passed, *cases; /* a score: its means are in `passed` */
	size_t n;
};

static void test(struct trend_metric *m, size_t i, double passed, double cases, struct earlier *e)
{
	struct trend_figure *f = &m->at[i];
	f->value = m->is_rate ? passed / cases : passed;
	f->drift = m->is_rate ? interval_drift_rate(e->passed, e->cases, e->n, f->value)
	                      : interval_drift_score(e->passed, e->n, f->value);
	if (f->drift.outside)
		f->side = f->value < f->drift.center ? -1 : 1;
	e->passed[e->n] = passed;
	e->cases[e->n++] = cases;
	m->last = i;
}

/* Does the stretch that began at `from`, `runs` figures ago, hold here? */
static bool goes_on(const struct trend_metric *m, size_t from, size_t runs, const struct trend_figure *now)
{
	const struct trend_figure *first = &m->at[from];
	if (runs >= TREND_BAND || now->side == -first->side)
		return false;
	return first->side < 0 ? now->value < first->drift.band.low : now->value > first->drift.band.high;
}

static void find_stretches(struct trend_metric *m, size_t n)
{
	size_t from = TREND_NOWHERE, runs = 0;
	for (size_t i = 0; i < n; i++) {
		struct trend_figure *f = &m->at[i];
		if (IS_UNKNOWN(f->value))
			continue;
		runs++;
		if (from != TREND_NOWHERE && !goes_on(m, from, runs, f))
			from = TREND_NOWHERE;
		if (from == TREND_NOWHERE && f->side) {
			from = i;
			runs = 0;
		}
		f->since = from;
	}
}

static struct trend_metric new_metric(struct arena *arena, struct str name, bool is_rate, size_t n)
{
	struct trend_metric m = {.name = name,
	                         .is_rate = is_rate,
	                         .at = arena_alloc(arena, size_mul(n, sizeof *m.at)),
	                         .last = TREND_NOWHERE};
	for (size_t i = 0; i < n; i++)
		m.at[i] = (struct trend_figure){
		    .value = UNKNOWN_DOUBLE,
		    .drift = {.center = UNKNOWN_DOUBLE, .band = INTERVAL_NONE},
		    .since = TREND_NOWHERE
                };
	return m;
}

static int by_name(const void *left, const void *right)
{
	const struct run_figure *a = left, *b = right;
	int order = str_cmp(a->name, b->name);
	return order ? order : (a->run > b->run) - (a->run < b->run);
}

static void test_pass(struct reading *r, struct trend_series *s, struct earlier *e)
{
	struct trend_metric m = new_metric(r->arena, STR_LIT("pass"), true, s->n);
	for (size_t i = 0; i < s->n; i++)
		if (s->runs[i].counts && r->raw.at[i].cases > 0)
			test(&m, i, r->raw.at[i].passed, r->raw.at[i].cases, e);
	if (m.last == TREND_NOWHERE)
		return;
	find_stretches(&m, s->n);
	s->metrics[s->n_metrics++] = m;
}

/* Sorts the scores by name; how many names there are. */
static size_t sort_scores(struct reading *r)
{
	size_t names = 0;
	if (r->scores.n > 1)
		qsort(r->scores.at, r->scores.n, sizeof *r->scores.at, by_name);
	for (size_t i = 0; i < r->scores.n; i++)
		names += i == 0 || !str_eq(r->scores.at[i].name, r->scores.at[i - 1].name);
	return names;
}

static void test_scores(struct reading *r, struct trend_series *s, struct earlier *e)
{
	for (size_t i = 0, end; i < r->scores.n; i = end) {
		end = i;
		while (end < r->scores.n && str_eq(r->scores.at[end].name, r->scores.at[i].name))
			end++;
		if (s->n_metrics == TREND_METRICS) {
			s->metrics_left_out++;
			continue;
		}
		struct trend_metric m = new_metric(r->arena, r->scores.at[i].name, false, s->n);
		e->n = 0;
		for (size_t k = i; k < end; k++)
			if (s->runs[r->scores.at[k].run].counts && !IS_UNKNOWN(r->scores.at[k].mean))
				test(&m, r->scores.at[k].run, r->scores.at[k].mean, 0, e);
		find_stretches(&m, s->n);
		if (m.last != TREND_NOWHERE)
			s->metrics[s->n_metrics++] = m;
	}
}

static void end_series(struct reading *r)
{
	if (!r->runs.n)
		return;
	mark_runs(r);
	size_t n = r->runs.n, most = 1 + sort_scores(r);
	struct trend_series s = {
	    .dataset = r->dataset,
	    .runs = arena_alloc(r->arena, size_mul(n, sizeof *s.runs)),
	    .n = n,
	    .metrics = arena_alloc(r->arena, (most < TREND_METRICS ? most : TREND_METRICS) * sizeof *s.metrics)};
	memcpy(s.runs, r->runs.at, n * sizeof *s.runs);
	for (size_t i = 0; i < n; i++)
		s.counted += s.runs[i].counts;
	struct earlier e = {.passed = xcalloc(n, sizeof *e.passed), .cases = xcalloc(n, sizeof *e.cases)};
	test_pass(r, &s, &e);
	test_scores(r, &s, &e);
	free(e.passed);
	free(e.cases);
	*vec_add(&r->done) = s;
	vec_clear(&r->runs);
	vec_clear(&r->raw);
	vec_clear(&r->scores);
}

/* ---------------------------------------------------------------- reading */

static bool read_scores(struct db *db, struct reading *r, bool stated, struct err *err)
{
	struct stmt *s = stated ? db_query(db,
	                                   "SELECT w.text, m.value FROM run_metric m JOIN word w ON w.id = m.name"
	                                   " WHERE m.run = ?",
	                                   err)
	                        : db_query(db,
	                                   "SELECT w.text, x.mean FROM run_score x JOIN word w ON w.id = x.name"
	                                   " WHERE x.run = ?",
	                                   err);
	if (!s)
		return false;
	stmt_int(s, 1, r->runs.at[r->runs.n - 1].id);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&r->scores) = (struct run_figure){
		    .run = r->runs.n - 1, .name = arena_str(r->arena, col_str(s, 0)), .mean = col_double(s, 1)};
	stmt_end(s);
	return step == STEP_DONE;
}

static bool read_row(struct db *db, struct stmt *s, struct reading *r, struct err *err)
{
	struct str dataset = col_str(s, 1);
	if (r->runs.n && !str_eq(dataset, r->dataset))
		end_series(r);
	if (!r->runs.n)
		r->dataset = arena_str(r->arena, dataset);
	*vec_add(&r->runs) =
	    (struct trend_run){.id = col_int(s, 0), .created_ns = col_int(s, 2), .keys = col_int_or(s, 3, 0)};
	double passed = col_double(s, 4);
	*vec_add(&r->raw) = (struct raw){.content = col_int(s, 6),
	                                 .model = col_int(s, 7),
	                                 .prompt_name = col_int(s, 8),
	                                 .version = arena_str(r->arena, col_str(s, 9)),
	                                 .hash = arena_str(r->arena, col_blob(s, 10)),
	                                 .passed = passed,
	                                 .cases = IS_UNKNOWN(passed) ? 0 : (double)col_int_or(s, 5, 0)};
	return read_scores(db, r, col_int_or(s, 11, 0) == 0, err);
}

bool trends_read(struct db *db, const struct str *dataset, struct trends *out, struct err *err)
{
	*out = (struct trends){.arena = ARENA_INIT};
	struct stmt *s =
	    db_query(db,
	             "SELECT r.id, w.text, r.created_ns, r.keys, r.pass_shares, r.scored_keys, r.content, r.model,"
	             " p.name, p.version, CASE WHEN p.text IS NULL THEN NULL ELSE p.hash END, r.cases FROM run r"
	             " JOIN word w ON w.id = r.dataset LEFT JOIN prompt p ON p.id = r.prompt"
	             " WHERE w.text <> '' AND (?1 IS NULL OR w.text = ?1)"
	             " ORDER BY w.text, r.created_ns NULLS FIRST, r.id",
	             err);
	if (!s)
		return false;
	stmt_str(s, 1, dataset ? *dataset : STR_NONE);
	struct reading r = {.arena = &out->arena};
	bool ok = true;
	enum step step = STEP_DONE;
	while (ok && (step = stmt_step(s, err)) == STEP_ROW)
		ok = read_row(db, s, &r, err);
	stmt_end(s);
	end_series(&r);
	out->n = r.done.n;
	out->series = arena_alloc(&out->arena, size_mul(r.done.n, sizeof *out->series));
	if (r.done.at)
		memcpy(out->series, r.done.at, out->n * sizeof *out->series);
	vec_done(&r.runs);
	vec_done(&r.raw);
	vec_done(&r.scores);
	vec_done(&r.done);
	return ok && step == STEP_DONE;
}

/* ---------------------------------------------------------------- looking up */

const struct trend_series *trends_of(const struct trends *t, struct str dataset)
{
	size_t low = 0, high = t->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = str_cmp(t->series[mid].dataset, dataset);
		if (order == 0)
			return &t->series[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

size_t trend_index(const struct trend_series *s, int64_t run, int64_t created_ns)
{
	size_t low = 0, high = s->n;
	while (low < high) { /* an unknown time is the smallest number there is */
		size_t mid = low + (high - low) / 2;
		const struct trend_run *at = &s->runs[mid];
		if (at->created_ns < created_ns || (at->created_ns == created_ns && at->id < run))
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n && s->runs[low].id == run ? low : TREND_NOWHERE;
}

const struct trend_metric *trend_drifting(const struct trend_series *s)
{
	for (size_t i = 0; i < s->n_metrics; i++) {
		const struct trend_metric *m = &s->metrics[i];
		if (m->last != TREND_NOWHERE && m->at[m->last].since != TREND_NOWHERE)
			return m;
	}
	return NULL;
}

int trend_side(const struct trend_metric *m, size_t i)
{
	return m->at[i].since == TREND_NOWHERE ? 0 : m->at[m->at[i].since].side;
}

/* ---------------------------------------------------------------- do the runs share their cases? */

typedef VEC(int64_t) ids;

static bool read_keys(struct db *db, int64_t run, ids *out, struct err *err)
{
	struct stmt *s =
	    db_query(db, "SELECT DISTINCT case_id FROM case_result WHERE run = ? AND repeat >= 0 ORDER BY 1", err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	vec_clear(out);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(out) = col_int(s, 0);
	stmt_end(s);
	return step == STEP_DONE;
}

static double share_of(const ids *a, const ids *b)
{
	size_t both = 0, i = 0, j = 0;
	while (i < a->n && j < b->n) {
		both += a->at[i] == b->at[j];
		bool step = a->at[i] <= b->at[j], other = b->at[j] <= a->at[i];
		i += step;
		j += other;
	}
	size_t either = a->n + b->n - both;
	return either ? (double)both / (double)either : UNKNOWN_DOUBLE;
}

bool trend_shared(struct db *db, const struct trend_series *s, const struct trend_metric *m, size_t i, double *share,
                  struct err *err)
{
	*share = UNKNOWN_DOUBLE;
	if (IS_UNKNOWN(m->at[i].drift.band.low) || !s->runs[i].keys)
		return true;
	ids mine = {0}, other = {0};
	bool ok = read_keys(db, s->runs[i].id, &mine, err);
	for (size_t j = i, left = m->at[i].drift.k; ok && left && j-- > 0;) {
		if (IS_UNKNOWN(m->at[j].value))
			continue;
		left--;
		ok = read_keys(db, s->runs[j].id, &other, err);
		double one = ok ? share_of(&mine, &other) : UNKNOWN_DOUBLE;
		if (IS_UNKNOWN(*share) || one < *share)
			*share = one;
	}
	vec_done(&mine);
	vec_done(&other);
	return ok;
}
