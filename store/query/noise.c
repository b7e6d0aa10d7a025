/* The noise floor of a comparison: results of cases with repeats read, what is behind each metric, and what of the comparison exceeds it. */
#include "store/query/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/query/noise_private.h"
#include "store/stat/dist.h"
#include "store/stat/paired.h"
#include "store/study/noise.h"

static const char *const kind_names[] = {[NOISE_PASS] = "pass",
                                         [NOISE_SCORE] = "score",
                                         [NOISE_OUTPUT] = "output",
                                         [NOISE_LATENCY] = "latency",
                                         [NOISE_COST] = "cost"};

const char *noise_kind_name(enum noise_kind kind)
{
	return kind_names[kind];
}

void noise_done(struct noise *n)
{
	arena_done(&n->arena);
	*n = (struct noise){0};
}

/* ---------------------------------------------------------------- results of cases with repeats */

#define WITH_REPEATS                                                                                         \
	" AND x.case_id IN (SELECT case_id FROM case_result WHERE run = ?1 AND repeat >= 0 GROUP BY case_id" \
	" HAVING count(*) > 1)"

static void add_result(struct stmt *s, struct noise_results *out)
{
	int64_t case_id = col_int(s, 0), status = col_int_or(s, 2, CASE_UNSCORED);
	if (!out->cases.n || out->cases.at[out->cases.n - 1].case_id != case_id)
		*vec_add(&out->cases) = (struct noise_case){.case_id = case_id, .first = out->all.n};
	out->cases.at[out->cases.n - 1].n++;
	*vec_add(&out->all) = (struct noise_result){
	    .case_id = case_id,
	    .repeat = col_int_or(s, 1, 0),
	    .status = status >= 0 && status < N_CASE_STATUSES ? (enum case_status)status : CASE_UNSCORED,
	    .latency_ns = col_int(s, 3),
	    .cost_usd = col_double(s, 4),
	    .output = (uint64_t)col_int_or(s, 5, 0)};
}

static bool read_results(struct db *db, int64_t run, struct noise_results *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT x.case_id, x.repeat, x.status, x.latency_ns, x.cost_usd, x.output_hash"
	                          " FROM case_result x WHERE x.run = ?1 AND x.repeat >= 0" WITH_REPEATS
	                          " ORDER BY x.case_id, x.repeat",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		add_result(s, out);
	stmt_end(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- their scores */

static int by_word(const void *left, const void *right)
{
	const struct noise_word *a = left, *b = right;
	return (a->word > b->word) - (a->word < b->word);
}

static bool read_words(struct noising *x)
{
	x->words = xcalloc(x->compare->n_scores + 1, sizeof *x->words);
	for (size_t i = 0; i < x->compare->n_scores; i++) {
		struct stmt *s = db_query(x->db, "SELECT id FROM word WHERE text = ?", x->err);
		if (!s)
			return false;
		stmt_str(s, 1, x->compare->scores[i]);
		enum step step = stmt_step(s, x->err);
		if (step == STEP_ROW)
			x->words[x->n_words++] = (struct noise_word){col_int(s, 0), i};
		stmt_end(s);
		if (step == STEP_FAIL)
			return false;
	}
	qsort(x->words, x->n_words, sizeof *x->words, by_word);
	return true;
}

static int by_score(const void *left, const void *right)
{
	const struct noise_score *a = left, *b = right;
	if (a->score != b->score)
		return a->score < b->score ? -1 : 1;
	if (a->result != b->result)
		return a->result < b->result ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

/* A result that was scored several times counts once, with its mean. */
static void join_scores(struct noise_results *r)
{
	size_t n = 0;
	if (r->scores.n > 1)
		qsort(r->scores.at, r->scores.n, sizeof *r->scores.at, by_score);
	for (size_t i = 0, end; i < r->scores.n; i = end) {
		double sum = 0;
		for (end = i; end < r->scores.n && r->scores.at[end].score == r->scores.at[i].score &&
		              r->scores.at[end].result == r->scores.at[i].result;
		     end++)
			sum += r->scores.at[end].value;
		r->scores.at[n] = r->scores.at[i];
		r->scores.at[n++].value = sum / (double)(end - i);
	}
	r->scores.n = n;
}

static bool read_scores(struct noising *x, int64_t run, struct noise_results *out)
{
	struct stmt *s = db_query(x->db,
	                          "SELECT x.case_id, x.repeat, x.name, x.value FROM case_score x"
	                          " WHERE x.run = ?1 AND x.repeat >= 0 AND x.value IS NOT NULL" WITH_REPEATS
	                          " ORDER BY x.case_id, x.repeat",
	                          x->err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	enum step step;
	size_t at = 0;
	while ((step = stmt_step(s, x->err)) == STEP_ROW) {
		int64_t case_id = col_int(s, 0), repeat = col_int_or(s, 1, 0);
		while (at < out->all.n && (out->all.at[at].case_id < case_id ||
		                           (out->all.at[at].case_id == case_id && out->all.at[at].repeat < repeat)))
			at++;
		struct noise_word wanted = {.word = col_int(s, 2)};
		const struct noise_word *word = bsearch(&wanted, x->words, x->n_words, sizeof *x->words, by_word);
		double value = col_double(s, 3);
		bool is_of = at < out->all.n && out->all.at[at].case_id == case_id && out->all.at[at].repeat == repeat;
		if (word && is_of && isfinite(value))
			*vec_add(&out->scores) = (struct noise_score){word->score, at, value};
	}
	stmt_end(s);
	join_scores(out);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- values of a case */

const struct noise_case *noise_case_of(const struct noise_results *r, int64_t case_id)
{
	size_t low = 0, high = r->cases.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->cases.at[middle].case_id < case_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->cases.n && r->cases.at[low].case_id == case_id ? &r->cases.at[low] : NULL;
}

static void add_scores_of(const struct noise_results *r, const struct noise_case *c, size_t score, noise_values *out)
{
	size_t low = 0, high = r->scores.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct noise_score *at = &r->scores.at[middle];
		if (at->score < score || (at->score == score && at->result < c->first))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < r->scores.n && r->scores.at[low].score == score && r->scores.at[low].result < c->first + c->n;
	     low++)
		*vec_add(out) = r->scores.at[low].value;
}

static double log_of(double d)
{
	return !IS_UNKNOWN(d) && d > 0 && isfinite(d) ? log(d) : UNKNOWN_DOUBLE;
}

static double nanoseconds(int64_t ns)
{
	return ns == UNKNOWN_INT ? UNKNOWN_DOUBLE : (double)ns;
}

/* Values of a case's results; those that have none are left out. */
static void values_of(const struct noise_results *r, const struct noise_case *c, const struct numbers *m,
                      noise_values *out)
{
	vec_clear(out);
	if (m->kind == NOISE_SCORE) {
		add_scores_of(r, c, m->score, out);
		return;
	}
	for (size_t i = c->first; i < c->first + c->n; i++) {
		const struct noise_result *at = &r->all.at[i];
		double value = log_of(m->kind == NOISE_LATENCY ? nanoseconds(at->latency_ns) : at->cost_usd);
		if (!IS_UNKNOWN(value))
			*vec_add(out) = value;
	}
}

struct mean {
	double value; /* NaN: none */
	int64_t n;
};

/* A side of a row: the mean of its repeats, or its one value as the comparison has it. */
static struct mean mean_of(struct noising *x, const struct noise_results *r, const struct compare_side *side,
                           const struct numbers *m)
{
	const struct noise_case *c = noise_case_of(r, side->at.case_id);
	double sum = 0;
	if (!c) {
		double value = m->kind == NOISE_SCORE     ? (side->scores ? side->scores[m->score] : UNKNOWN_DOUBLE)
		               : m->kind == NOISE_LATENCY ? log_of(nanoseconds(side->latency_ns))
		                                          : log_of(side->cost_usd);
		return (struct mean){value, 1};
	}
	values_of(r, c, m, &x->values);
	for (size_t i = 0; i < x->values.n; i++)
		sum += x->values.at[i];
	return (struct mean){x->values.n ? sum / (double)x->values.n : UNKNOWN_DOUBLE, (int64_t)x->values.n};
}

/* ---------------------------------------------------------------- a metric in numbers */

static struct noise_sum sum_of(struct noising *x, const struct noise_results *r, const struct numbers *m)
{
	struct noise_sum sum = {0};
	for (size_t i = 0; i < r->cases.n; i++) {
		values_of(r, &r->cases.at[i], m, &x->values);
		noise_add(&sum, x->values.at, x->values.n);
	}
	return sum;
}

struct noise_metric *noise_metric_add(struct noising *x, enum noise_kind kind, bool **is_beyond)
{
	struct noise *n = x->out;
	struct noise_metric *m = &n->metrics[n->n_metrics++];
	*is_beyond = arena_zalloc(&n->arena, x->compare->n_rows + 1, sizeof **is_beyond);
	*m = (struct noise_metric){
	    .kind = kind, .name = str_of(kind_names[kind]), .floor = UNKNOWN_DOUBLE, .is_beyond = *is_beyond};
	return m;
}

static bool is_logarithm(enum noise_kind kind)
{
	return kind == NOISE_LATENCY || kind == NOISE_COST;
}

/* Which cases have moved, and by more than noise, into metric and marks. */
static void hold_numbers(struct noising *x, const struct numbers *numbers, const struct noise_sum *sum,
                         struct noise_metric *m, bool *is_beyond)
{
	const struct compare *c = x->compare;
	double reach = noise_reach(sum);
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];
		if (!row->a.present || !row->b.present)
			continue;
		struct mean a = mean_of(x, &x->a, &row->a, numbers), b = mean_of(x, &x->b, &row->b, numbers);
		if (IS_UNKNOWN(a.value) || IS_UNKNOWN(b.value))
			continue;
		double by = fabs(paired_difference(a.value, b.value));
		m->of++;
		m->moved += by > 0;
		is_beyond[i] = by > noise_floor(reach, a.n, b.n) * (1 + 1e-12);
		m->beyond += is_beyond[i];
		if (numbers->kind == NOISE_SCORE && is_beyond[i])
			x->beyond[i] = true;
	}
	m->by_chance = sum->squares > 0 ? STAT_ALPHA * (double)m->of : 0;
}

static void mark_untold(struct noising *x, size_t score)
{
	const struct compare *c = x->compare;
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_side *a = &c->rows[i].a, *b = &c->rows[i].b;
		if (a->present && b->present && a->scores && b->scores && !IS_UNKNOWN(a->scores[score]) &&
		    !IS_UNKNOWN(b->scores[score]) && paired_difference(a->scores[score], b->scores[score]) != 0)
			x->untold[i] = true;
	}
}

static struct noise_side side_of(const struct noise_sum *s)
{
	return (struct noise_side){.cases = s->groups, .results = s->results, .wobble = noise_sd(s)};
}

static void add_numbers(struct noising *x, enum noise_kind kind, size_t score)
{
	struct numbers numbers = {kind, score};
	struct noise_sum a = sum_of(x, &x->a, &numbers), b = sum_of(x, &x->b, &numbers), both = noise_pool(a, b);
	bool *is_beyond;
	if (both.df < 1) {
		if (kind == NOISE_SCORE)
			mark_untold(x, score);
		return;
	}
	struct noise_metric *m = noise_metric_add(x, kind, &is_beyond);
	if (kind == NOISE_SCORE)
		m->name = arena_str(&x->out->arena, x->compare->scores[score]);
	m->a = side_of(&a);
	m->b = side_of(&b);
	m->wobble = noise_sd(&both);
	m->df = both.df;
	m->rough = both.df < NOISE_ROUGH;
	m->floor = noise_floor(noise_reach(&both), 1, 1);
	if (is_logarithm(kind))
		m->floor = exp(m->floor);
	hold_numbers(x, &numbers, &both, m, is_beyond);
}

/* ---------------------------------------------------------------- pass or fail */

struct flips {
	double sum;
	int64_t cases, results, pairs;
};

static struct flips flips_of(const struct noise_results *r)
{
	struct flips out = {0};
	for (size_t i = 0; i < r->cases.n; i++) {
		const struct noise_case *c = &r->cases.at[i];
		int64_t passes = 0, scored = 0;
		for (size_t k = c->first; k < c->first + c->n; k++) {
			passes += r->all.at[k].status == CASE_PASSED;
			scored += r->all.at[k].status != CASE_UNSCORED;
		}
		if (scored < 2)
			continue;
		out.sum += noise_flips(passes, scored);
		out.cases++;
		out.results += scored;
		out.pairs += scored * (scored - 1) / 2;
	}
	return out;
}

static double rate_of(const struct flips *f)
{
	return f->cases ? f->sum / (double)f->cases : UNKNOWN_DOUBLE;
}

static void fill_flips(struct noise_metric *m, const struct flips *a, const struct flips *b)
{
	struct flips both = {a->sum + b->sum, a->cases + b->cases, a->results + b->results, a->pairs + b->pairs};
	m->yes_no = true;
	m->a = (struct noise_side){a->cases, a->results, rate_of(a)};
	m->b = (struct noise_side){b->cases, b->results, rate_of(b)};
	m->wobble = rate_of(&both);
	m->df = both.pairs;
	m->rough = both.pairs < NOISE_ROUGH;
}

/* Of a row where all results of each side agree, and the sides do not. */
static bool is_beyond_flips(const struct noise_metric *m, bool several)
{
	return several || m->wobble < STAT_ALPHA;
}

static void add_pass(struct noising *x)
{
	struct flips a = flips_of(&x->a), b = flips_of(&x->b);
	const struct compare *c = x->compare;
	struct noise_metric *m = NULL;
	bool *is_beyond = NULL;
	if (a.cases || b.cases) {
		m = noise_metric_add(x, NOISE_PASS, &is_beyond);
		fill_flips(m, &a, &b);
	}
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_side *sa = &c->rows[i].a, *sb = &c->rows[i].b;
		if (!sa->present || !sb->present || !sa->scored || !sb->scored)
			continue;
		bool moved = sa->status != sb->status || sa->passes * sb->scored != sb->passes * sa->scored;
		if (!m) {
			x->untold[i] |= moved;
			continue;
		}
		bool several = sa->scored > 1 && sb->scored > 1;
		is_beyond[i] = !sa->flaky && !sb->flaky && sa->status != sb->status && is_beyond_flips(m, several);
		m->of++;
		m->moved += moved;
		m->beyond += is_beyond[i];
		x->beyond[i] |= is_beyond[i];
	}
	if (m)
		m->by_chance = m->wobble * (double)m->of;
}

/* ---------------------------------------------------------------- scores that are only ever 0 or 1 */

static bool is_0_or_1(double d)
{
	return IS_UNKNOWN(d) || d == 0 || d == 1;
}

static bool is_yes_no(const struct noising *x, size_t score)
{
	const struct noise_results *sides[2] = {&x->a, &x->b};
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < sides[side]->scores.n; i++)
			if (sides[side]->scores.at[i].score == score && !is_0_or_1(sides[side]->scores.at[i].value))
				return false;
	for (size_t i = 0; i < x->compare->n_rows; i++)
		for (int side = 0; side < 2; side++) {
			const struct compare_row *row = &x->compare->rows[i];
			const struct compare_side *s = side ? &row->b : &row->a;
			if (s->present && s->scores && !noise_case_of(sides[side], s->at.case_id) &&
			    !is_0_or_1(s->scores[score]))
				return false;
		}
	return true;
}

static void flips_of_values(struct noising *x, const struct noise_results *r, const struct numbers *m,
                            struct flips *out)
{
	*out = (struct flips){0};
	for (size_t i = 0; i < r->cases.n; i++) {
		int64_t ones = 0, n;
		values_of(r, &r->cases.at[i], m, &x->values);
		n = (int64_t)x->values.n;
		for (size_t k = 0; k < x->values.n; k++)
			ones += x->values.at[k] > 0;
		if (n < 2)
			continue;
		out->sum += noise_flips(ones, n);
		out->cases++;
		out->results += n;
		out->pairs += n * (n - 1) / 2;
	}
}

static bool add_yes_no(struct noising *x, size_t score)
{
	const struct numbers numbers = {NOISE_SCORE, score};
	const struct compare *c = x->compare;
	struct flips a, b;
	bool *is_beyond;
	flips_of_values(x, &x->a, &numbers, &a);
	flips_of_values(x, &x->b, &numbers, &b);
	if ((!a.cases && !b.cases) || !is_yes_no(x, score))
		return false;
	struct noise_metric *m = noise_metric_add(x, NOISE_SCORE, &is_beyond);
	m->name = arena_str(&x->out->arena, c->scores[score]);
	fill_flips(m, &a, &b);
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];
		if (!row->a.present || !row->b.present)
			continue;
		struct mean in_a = mean_of(x, &x->a, &row->a, &numbers), in_b = mean_of(x, &x->b, &row->b, &numbers);
		if (IS_UNKNOWN(in_a.value) || IS_UNKNOWN(in_b.value))
			continue;
		double by = fabs(paired_difference(in_a.value, in_b.value));
		m->of++;
		m->moved += by > 0;
		is_beyond[i] = by >= 1 && is_beyond_flips(m, in_a.n > 1 && in_b.n > 1);
		m->beyond += is_beyond[i];
		x->beyond[i] |= is_beyond[i];
	}
	m->by_chance = m->wobble * (double)m->of;
	return true;
}

/* ---------------------------------------------------------------- all of it */

static void count_changed(struct noising *x)
{
	struct noise *n = x->out;
	const struct compare *c = x->compare;
	bool *within = arena_zalloc(&n->arena, c->n_rows + 1, sizeof *within);
	bool *beyond = arena_zalloc(&n->arena, c->n_rows + 1, sizeof *beyond);
	for (size_t i = 0; i < c->n_rows; i++) {
		enum case_class class_ = c->rows[i].class_;
		if (class_ == CLASS_SAME || class_ == CLASS_ONLY_A || class_ == CLASS_ONLY_B)
			continue;
		n->changed++;
		beyond[i] = x->beyond[i];
		within[i] = !x->beyond[i] && !x->untold[i];
		n->within += within[i];
		n->untold += !within[i] && !beyond[i];
	}
	n->is_within = within;
	n->is_beyond = beyond;
}

static bool read_all(struct noising *x)
{
	const struct compare *c = x->compare;
	return read_words(x) && read_results(x->db, c->a.id, &x->a, x->err) &&
	       read_results(x->db, c->b.id, &x->b, x->err) && read_scores(x, c->a.id, &x->a) &&
	       read_scores(x, c->b.id, &x->b);
}

static bool make_metrics(struct noising *x)
{
	struct noise *n = x->out;
	n->metrics = arena_zalloc(&n->arena, x->compare->n_scores + 4, sizeof *n->metrics);
	if (!x->a.cases.n && !x->b.cases.n)
		return true;
	add_pass(x);
	for (size_t i = 0; i < x->compare->n_scores; i++)
		if (!add_yes_no(x, i))
			add_numbers(x, NOISE_SCORE, i);
	if (!noise_add_outputs(x))
		return false;
	add_numbers(x, NOISE_LATENCY, 0);
	add_numbers(x, NOISE_COST, 0);
	count_changed(x);
	return true;
}

static void results_done(struct noise_results *r)
{
	vec_done(&r->all);
	vec_done(&r->cases);
	vec_done(&r->scores);
}

bool noise_of(struct db *db, const struct compare *c, struct noise *out, struct err *err)
{
	*out = (struct noise){.arena = ARENA_INIT, .paired = c->paired};
	struct noising x = {.db = db, .compare = c, .out = out, .err = err};
	x.beyond = xcalloc(c->n_rows + 1, sizeof *x.beyond);
	x.untold = xcalloc(c->n_rows + 1, sizeof *x.untold);
	bool ok = read_all(&x);
	out->cases_a = (int64_t)x.a.cases.n;
	out->cases_b = (int64_t)x.b.cases.n;
	out->results_a = (int64_t)x.a.all.n;
	out->results_b = (int64_t)x.b.all.n;
	ok = ok && make_metrics(&x);
	if (ok)
		noise_tell(out);
	results_done(&x.a);
	results_done(&x.b);
	vec_done(&x.values);
	free(x.words);
	free(x.beyond);
	free(x.untold);
	return ok;
}

/* ---------------------------------------------------------------- for Compare's filter */

static bool has_repeats(const struct compare_row *row)
{
	return row->a.scored > 1 || row->b.scored > 1;
}

bool noise_mark(struct db *db, const struct compare *c, struct str what, bool *keep, struct err *err)
{
	struct noise n;
	const bool *is = NULL;
	bool ok = noise_of(db, c, &n, err);
	bool repeats = str_eq(what, STR_LIT("repeats"));
	if (str_eq(what, STR_LIT("beyond")))
		is = n.is_beyond;
	else if (str_eq(what, STR_LIT("within")))
		is = n.is_within;
	for (size_t i = 0; i < n.n_metrics && !is; i++)
		if (str_eq(what, n.metrics[i].name))
			is = n.metrics[i].is_beyond;
	for (size_t i = 0; ok && i < c->n_rows; i++)
		keep[i] = keep[i] && (repeats ? has_repeats(&c->rows[i]) : is && is[i]);
	noise_done(&n);
	return ok;
}
