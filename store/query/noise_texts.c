/* The noise floor of answers: how far those of one case and run are apart, and whether A's and B's are further. */
#include <stdlib.h>

#include "store/base/hash.h"
#include "store/block.h"
#include "store/query/case.h"
#include "store/query/noise_private.h"
#include "store/stat/interval.h"
#include "store/study/noise.h"

/* Results of a case and run whose answers are looked at, the first of them. */
enum { REPEATS_MOST = 10, QUANTILE_OF_100 = 95 };

struct answer {
	struct case_at at;
	uint64_t hash;
	size_t text; /* of struct texts */
	bool of_b;
};
struct text {
	uint64_t hash;
	noise_shingles shingles;
};
struct texts { /* of one case, each once */
	struct text at[2 * REPEATS_MOST];
	size_t n;
};

struct case_apart {
	size_t row;
	double between, own; /* means over pairs; own: of the side that is less sure of itself; NaN without repeats */
};
struct within { /* a pair of repeats */
	double distance, own;
};
struct reading {
	struct noising *noising;
	struct block_cache *blocks;
	struct texts texts;
	int64_t left; /* answers that may still be read */
	bool cut;     /* one case was too many: none after it counts, so that those that do are a fair sample */
	VEC(struct case_apart) cases;
	VEC(struct within) pairs;
	double sum[2]; /* of A's and B's pairs, */
	int64_t n_pairs[2], n_cases[2], n_results[2];
};

/* ---------------------------------------------------------------- the answers of one case */

/* The comparison has a hash over all answers of a case; this is that of one. */
static bool read_hash(struct noising *x, struct answer *a)
{
	struct stmt *s =
	    db_query(x->db, "SELECT output_hash FROM case_result WHERE run = ? AND case_id = ? AND repeat = ?", x->err);
	if (!s)
		return false;
	stmt_int(s, 1, a->at.run);
	stmt_int(s, 2, a->at.case_id);
	stmt_int(s, 3, a->at.repeat);
	enum step step = stmt_step(s, x->err);
	a->hash = step == STEP_ROW ? (uint64_t)col_int_or(s, 0, 0) : 0;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* Those that say something; a case with one result has that. */
static bool answers_of(struct noising *x, const struct noise_results *r, const struct compare_side *side, bool of_b,
                       struct answer out[REPEATS_MOST], size_t *n_out)
{
	const struct noise_case *c = noise_case_of(r, side->at.case_id);
	size_t n = 0;
	*n_out = 0;
	if (!c) {
		out[0] = (struct answer){.at = side->at, .of_b = of_b};
		if (!read_hash(x, &out[0]))
			return false;
		*n_out = out[0].hash != 0;
		return true;
	}
	for (size_t i = 0; i < c->n && n < REPEATS_MOST; i++) {
		const struct noise_result *result = &r->all.at[c->first + i];
		if (result->output)
			out[n++] = (struct answer){
			    .at = {side->at.run, result->case_id, result->repeat},
			    .hash = result->output,
			    .of_b = of_b
                        };
	}
	*n_out = n;
	return true;
}

/* The text of an answer, read once for all that are the same. */
static bool read_text(struct reading *r, struct answer *a)
{
	struct texts *t = &r->texts;
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].hash == a->hash) {
			a->text = i;
			return true;
		}
	struct arena arena = ARENA_INIT;
	struct case_detail detail;
	struct noising *x = r->noising;
	bool ok = case_detail(x->db, r->blocks, a->at, &arena, &detail, x->err);
	a->text = t->n;
	t->at[t->n].hash = a->hash;
	vec_clear(&t->at[t->n].shingles);
	if (ok)
		noise_shingle(detail.res.output, &t->at[t->n].shingles);
	t->n++;
	arena_done(&arena);
	return ok;
}

static double apart(const struct reading *r, const struct answer *a, const struct answer *b)
{
	if (a->text == b->text)
		return 0;
	return noise_distance(&r->texts.at[a->text].shingles, &r->texts.at[b->text].shingles);
}

/* ---------------------------------------------------------------- their distances */

/* Of one side; its mean, NaN without repeats. */
static double add_side(struct reading *r, const struct answer *at, size_t n, bool of_b)
{
	size_t from = r->pairs.n;
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			double distance = apart(r, &at[i], &at[k]);
			*vec_add(&r->pairs) = (struct within){.distance = distance};
			sum += distance;
		}
	if (r->pairs.n == from)
		return UNKNOWN_DOUBLE;
	double own = sum / (double)(r->pairs.n - from);
	for (size_t i = from; i < r->pairs.n; i++)
		r->pairs.at[i].own = own;
	r->sum[of_b] += sum;
	r->n_pairs[of_b] += (int64_t)(r->pairs.n - from);
	r->n_cases[of_b]++;
	r->n_results[of_b] += (int64_t)n;
	return own;
}

static void add_within(struct reading *r, const struct answer *at, size_t n_a, size_t n)
{
	double a = add_side(r, at, n_a, false), b = add_side(r, at + n_a, n - n_a, true);
	r->cases.at[r->cases.n - 1].own = IS_UNKNOWN(a) || b > a ? b : a;
}

static void add_between(struct reading *r, const struct answer *at, size_t n)
{
	double sum = 0;
	int64_t pairs = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			if (!at[i].of_b && at[k].of_b) {
				sum += apart(r, &at[i], &at[k]);
				pairs++;
			}
	r->cases.at[r->cases.n - 1].between = pairs ? sum / (double)pairs : UNKNOWN_DOUBLE;
}

struct answers { /* of both sides, A's before B's */
	struct answer at[2 * REPEATS_MOST];
	size_t n_a, n;
};

static bool read_answers(struct reading *r, size_t row, struct answers *out)
{
	const struct compare_row *of = &r->noising->compare->rows[row];
	struct noising *x = r->noising;
	size_t n_b = 0;
	bool ok = answers_of(x, &x->a, &of->a, false, out->at, &out->n_a) &&
	          answers_of(x, &x->b, &of->b, true, out->at + out->n_a, &n_b);
	out->n = out->n_a + n_b;
	return ok;
}

/* Texts that have to be read to tell how far they are apart: none where all are the same. */
static int64_t texts_in(const struct answers *a)
{
	int64_t n = 0;
	for (size_t i = 0; i < a->n; i++) {
		size_t k = 0;
		while (k < i && a->at[k].hash != a->at[i].hash)
			k++;
		n += k == i;
	}
	return n > 1 ? n : 0;
}

static bool look_at(struct reading *r, size_t row, struct answers *a)
{
	bool ok = true, same = texts_in(a) == 0;
	r->texts.n = 0;
	for (size_t i = 0; ok && i < a->n; i++)
		if (same)
			a->at[i].text = 0;
		else
			ok = read_text(r, &a->at[i]);
	if (!ok || !a->n_a || a->n == a->n_a)
		return ok;
	*vec_add(&r->cases) = (struct case_apart){.row = row};
	add_within(r, a->at, a->n_a, a->n);
	add_between(r, a->at, a->n);
	return true;
}

/* ---------------------------------------------------------------- which cases */

struct chosen {
	bool single;
	uint64_t order;
	size_t row;
};
typedef VEC(struct chosen) choice;

static int by_need(const void *left, const void *right)
{
	const struct chosen *a = left, *b = right;
	if (a->single != b->single)
		return a->single ? 1 : -1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static void sort(choice *c)
{
	if (c->n > 1)
		qsort(c->at, c->n, sizeof *c->at, by_need);
}

/* Those with repeats first, in the order of a hash of their keys. */
static void list_cases(const struct noising *x, choice *out)
{
	const struct compare *c = x->compare;
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];
		if (!row->a.present || !row->b.present)
			continue;
		bool single = !noise_case_of(&x->a, row->a.at.case_id) && !noise_case_of(&x->b, row->b.at.case_id);
		*vec_add(out) = (struct chosen){single, hash64(row->key), i};
	}
	sort(out);
}

/* Looks at a case of which nothing has to be read; of another it is noted whether it is to be read or left out. */
static bool sift(struct reading *r, const struct chosen *at, choice *to_read)
{
	const struct compare_row *row = &r->noising->compare->rows[at->row];
	struct answers answers;
	bool same = at->single && row->a.output_hash == row->b.output_hash;
	if (same) {
		if (row->a.output_hash && !r->cut)
			*vec_add(&r->cases) = (struct case_apart){.row = at->row, .own = UNKNOWN_DOUBLE};
		return true;
	}
	if (!read_answers(r, at->row, &answers))
		return false;
	int64_t texts = texts_in(&answers);
	r->cut |= texts > r->left;
	if (!texts)
		return r->cut || look_at(r, at->row, &answers);
	if (r->cut) {
		r->noising->out->texts_left++;
		r->noising->untold[at->row] = true;
		return true;
	}
	r->left -= texts;
	*vec_add(to_read) = (struct chosen){false, (uint64_t)row->a.record, at->row};
	return true;
}

static bool look_at_all(struct reading *r)
{
	choice all = {0}, to_read = {0};
	bool ok = true;
	list_cases(r->noising, &all);
	for (size_t i = 0; ok && i < all.n; i++)
		ok = sift(r, &all.at[i], &to_read);
	sort(&to_read); /* as they lie in the store: blocks are expanded once */
	for (size_t i = 0; ok && i < to_read.n; i++) {
		struct answers answers;
		ok = read_answers(r, to_read.at[i].row, &answers) && look_at(r, to_read.at[i].row, &answers);
	}
	vec_done(&all);
	vec_done(&to_read);
	return ok;
}

/* ---------------------------------------------------------------- the floor */

static int by_size(const void *left, const void *right)
{
	const double *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static double quantile(struct reading *r, bool above_own)
{
	double *at = xcalloc(r->pairs.n + 1, sizeof *at);
	for (size_t i = 0; i < r->pairs.n; i++)
		at[i] = r->pairs.at[i].distance - (above_own ? r->pairs.at[i].own : 0);
	qsort(at, r->pairs.n, sizeof *at, by_size);
	double out = interval_quantile_of(at, r->pairs.n, QUANTILE_OF_100 / 100.0);
	free(at);
	return out;
}

static struct noise_side side_of(const struct reading *r, int side)
{
	return (struct noise_side){.cases = r->n_cases[side],
	                           .results = r->n_results[side],
	                           .wobble =
	                               r->n_pairs[side] ? r->sum[side] / (double)r->n_pairs[side] : UNKNOWN_DOUBLE};
}

static void hold(struct reading *r)
{
	struct noising *x = r->noising;
	bool *is_beyond;
	struct noise_metric *m = noise_metric_add(x, NOISE_OUTPUT, &is_beyond);
	double above = quantile(r, true), any = quantile(r, false);
	m->a = side_of(r, 0);
	m->b = side_of(r, 1);
	m->df = (int64_t)r->pairs.n;
	m->wobble = (r->sum[0] + r->sum[1]) / (double)r->pairs.n;
	m->rough = m->df < NOISE_ROUGH;
	m->floor = any;
	for (size_t i = 0; i < r->cases.n; i++) {
		const struct case_apart *c = &r->cases.at[i];
		double floor = IS_UNKNOWN(c->own) ? any : c->own + above;
		if (IS_UNKNOWN(c->between))
			continue;
		is_beyond[c->row] = c->between > floor + 1e-12;
		m->of++;
		m->moved += c->between > 0;
		m->beyond += is_beyond[c->row];
		x->beyond[c->row] |= is_beyond[c->row];
	}
	m->by_chance = (double)(100 - QUANTILE_OF_100) / 100 * (double)m->of;
}

/* Without a pair of repeats with answers nothing is known of how they wobble. */
static void mark_untold(struct reading *r)
{
	for (size_t i = 0; i < r->cases.n; i++)
		if (r->cases.at[i].between > 0)
			r->noising->untold[r->cases.at[i].row] = true;
}

bool noise_add_outputs(struct noising *x)
{
	struct reading *r = xcalloc(1, sizeof *r);
	r->noising = x;
	r->blocks = block_cache_new(x->db);
	r->left = NOISE_TEXTS;
	bool ok = look_at_all(r);
	if (ok && r->pairs.n)
		hold(r);
	else if (ok)
		mark_untold(r);
	for (size_t i = 0; i < sizeof r->texts.at / sizeof *r->texts.at; i++)
		vec_done(&r->texts.at[i].shingles);
	vec_done(&r->cases);
	vec_done(&r->pairs);
	block_cache_free(r->blocks);
	free(r);
	return ok;
}
