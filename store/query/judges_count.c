/* The figures of one judge. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/query/judges_private.h"
#include "store/stat/dist.h"

enum { CATEGORIES_MOST = 11 /* 0 … 10 */, BEST_LEAST = 10 };

static bool is_sure(enum judge_outcome o)
{
	return o == OUTCOME_GOOD || o == OUTCOME_BAD;
}

static int is_good(enum judge_outcome o)
{
	return o == OUTCOME_GOOD;
}

/* ---------------------------------------------------------------- what it said */

static double usual_cut(const struct jd_judge *j, bool *assumed)
{
	/* Boyer-Moore: the one of more than half, if there is one. */
	double cut = UNKNOWN_DOUBLE;
	size_t lead = 0;
	*assumed = false;
	for (size_t i = 0; i < j->n_scores; i++) {
		const struct jd_score *s = &j->scores[i];
		if (IS_UNKNOWN(s->cut))
			continue;
		bool same = lead && !(s->cut < cut) && !(s->cut > cut);
		if (!lead) {
			cut = s->cut;
			*assumed = s->assumed;
		}
		lead = same || !lead ? lead + 1 : lead - 1;
	}
	return cut;
}

static void count_said(struct jd_judge *j)
{
	struct judge *row = j->row;
	row->scores = (int64_t)j->n_scores;
	row->answers = (int64_t)j->n_views;
	row->low = row->high = UNKNOWN_DOUBLE;
	for (size_t i = 0; i < j->n_views; i++) {
		row->passed += j->views[i].outcome == OUTCOME_GOOD;
		row->failed += j->views[i].outcome == OUTCOME_BAD;
		row->unscored += !is_sure(j->views[i].outcome);
	}
	for (size_t i = 0; i < j->n_scores; i++) {
		double v = j->scores[i].value;
		if (!isfinite(v))
			continue;
		row->low = row->low <= v ? row->low : v; /* NaN: takes v */
		row->high = row->high >= v ? row->high : v;
	}
	row->threshold = usual_cut(j, &row->assumed);
}

/* ---------------------------------------------------------------- against people */

static struct interval wilson(int64_t k, int64_t n)
{
	return n ? interval_wilson((double)k, (double)n) : INTERVAL_NONE;
}

/* Of a side that only ever says the same, kappa is 0 whatever the other says, and its standard error with it: no interval. */
static bool drop_empty(const int64_t *c, struct kappa *kappa)
{
	bool rows = c[0] + c[1] > 0 && c[2] + c[3] > 0, columns = c[0] + c[2] > 0 && c[1] + c[3] > 0;
	if (rows && columns)
		return false;
	kappa->se = UNKNOWN_DOUBLE;
	kappa->interval = INTERVAL_NONE;
	kappa->too_few = true;
	return kappa->n > 0;
}

static double chance_of(int64_t (*cells)[2])
{
	double n = (double)(cells[0][0] + cells[0][1] + cells[1][0] + cells[1][1]);
	double human = (double)(cells[1][0] + cells[1][1]), judge = (double)(cells[0][1] + cells[1][1]);
	return n > 0 ? (human * judge + (n - human) * (n - judge)) / (n * n) : UNKNOWN_DOUBLE;
}

static void count_people(struct jd_judge *j)
{
	struct judge *row = j->row;
	for (size_t i = 0; i < j->n_views; i++) {
		const struct jd_view *v = &j->views[i];
		if (v->human == OUTCOME_NONE && v->n_good + v->n_bad == 0)
			row->unlabelled++;
		else if (v->human == OUTCOME_NONE || (v->human == OUTCOME_UNSURE && v->n_good > 0))
			row->dropped.tied++;
		else if (v->human == OUTCOME_UNSURE)
			row->dropped.unsure++;
		else if (!is_sure(v->outcome))
			row->dropped.unscored++;
		else
			row->cells[is_good(v->human)][is_good(v->outcome)]++;
	}
	row->kappa = agree_kappa(&row->cells[0][0], 2, WEIGHTS_NONE);
	row->one_sided = drop_empty(&row->cells[0][0], &row->kappa);
	row->by_chance = chance_of(row->cells);
	row->agreement = wilson(row->cells[0][0] + row->cells[1][1], row->kappa.n);
	row->false_pass = wilson(row->cells[0][1], row->cells[0][0] + row->cells[0][1]);
	row->false_fail = wilson(row->cells[1][0], row->cells[1][0] + row->cells[1][1]);
}

/* Both on one scale of whole numbers from 0 to 10, of at least three: the order counts, too. */
static void count_ordinal(struct jd_judge *j)
{
	int64_t cells[CATEGORIES_MOST * CATEGORIES_MOST] = {0}, n = 0;
	int low = CATEGORIES_MOST, high = -1;
	j->row->ordinal = agree_kappa(cells, 2, WEIGHTS_QUADRATIC);
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < j->n_views; i++) {
			double x = j->views[i].human_value, y = j->views[i].value;
			if (IS_UNKNOWN(x) || IS_UNKNOWN(y))
				continue;
			bool whole = x >= 0 && x < CATEGORIES_MOST && y >= 0 && y < CATEGORIES_MOST &&
			             !(floor(x) < x) && !(floor(y) < y);
			if (!whole)
				return;
			int a = (int)x, b = (int)y;
			if (pass == 0) {
				low = a < low ? a : low, low = b < low ? b : low;
				high = a > high ? a : high, high = b > high ? b : high;
			} else {
				cells[(a - low) * (high - low + 1) + b - low]++;
				n++;
			}
		}
		if (high - low < 2)
			return;
	}
	j->row->ordinal_n = n;
	size_t categories = (size_t)high - (size_t)low + 1;
	j->row->ordinal_c = (int64_t)categories;
	j->row->ordinal = agree_kappa(cells, categories, WEIGHTS_QUADRATIC);
}

struct point {
	double value;
	bool good;
};

static int by_point(const void *pa, const void *pb)
{
	const struct point *a = pa, *b = pb;
	return a->value < b->value ? -1 : a->value > b->value;
}

/* Passing from each of its values on (or, where lower is better, down to it): the one that most answers agree with; of several the one
 * nearest to the present threshold, then the lowest. */
static void find_best(struct jd_judge *j)
{
	struct judge *row = j->row;
	struct point *at = xcalloc(j->n_views + 1, sizeof *at);
	size_t n = 0, good = 0, right;
	row->best_threshold = row->best_agreement = UNKNOWN_DOUBLE;
	for (size_t i = 0; i < j->n_views; i++)
		if (is_sure(j->views[i].human) && isfinite(j->views[i].value))
			at[n++] = (struct point){(row->lower ? -1 : 1) * j->views[i].value, is_good(j->views[i].human)};
	if (n > 1)
		qsort(at, n, sizeof *at, by_point);
	for (size_t i = 0; i < n; i++)
		good += at[i].good;
	right = good; /* all pass */
	double best = -1, away = 0;
	for (size_t i = 0; i < n && n >= BEST_LEAST && at[0].value < at[n - 1].value; i++) {
		if (i == 0 || at[i - 1].value < at[i].value) {
			double cut = (row->lower ? -1 : 1) * at[i].value;
			double off = IS_UNKNOWN(row->threshold) ? 0 : fabs(cut - row->threshold);
			if ((double)right > best || (!((double)right < best) && off < away)) {
				best = (double)right;
				away = off;
				row->best_threshold = cut;
			}
		}
		right = at[i].good ? right - 1 : right + 1; /* at[i] fails from the next on */
	}
	if (best >= 0)
		row->best_agreement = best / (double)n;
	free(at);
}

/* What n labels would give: the width falls with their root. Before there is an interval: as for a judge that agrees in 8 of 10 of answers of
 * which half are good (kappa 0.6). */
static void plan(struct judge *row)
{
	static const int64_t more[JUDGE_PLANS] = {10, 20, 50, 100};
	double n = (double)row->kappa.n, half = STAT_Z * row->kappa.se;
	for (size_t i = 0; i < JUDGE_PLANS; i++) {
		double then = n + (double)more[i];
		double width = IS_UNKNOWN(half) ? STAT_Z * sqrt(0.8 * 0.2 / then) / 0.5 : half * sqrt(n / then);
		row->plan[i] = (struct judge_plan){more[i], width};
	}
}

bool jd_count(struct jd_work *w, struct jd_judge *j, struct err *err)
{
	(void)w, (void)err;
	count_said(j);
	count_people(j);
	count_ordinal(j);
	find_best(j);
	plan(j->row);
	return true;
}

/* ---------------------------------------------------------------- length */

void jd_length(struct jd_work *w, struct jd_judge *j)
{
	double *x = xcalloc(j->n_views + 1, sizeof *x), *y = xcalloc(j->n_views + 1, sizeof *y);
	size_t n = 0;
	j->row->length_known = w->d->opts->lengths > 0;
	for (size_t i = 0; i < j->n_views; i++) {
		const struct jd_view *v = &j->views[i];
		int64_t length = w->d->answers.at[v->answer].length;
		double value = isfinite(v->value)    ? v->value
		               : is_sure(v->outcome) ? is_good(v->outcome)
		                                     : UNKNOWN_DOUBLE;
		if (IS_UNKNOWN(value))
			continue;
		j->row->lengths_of++;
		if (length == UNKNOWN_INT)
			continue;
		x[n] = value;
		y[n++] = (double)length;
	}
	j->row->lengths = (int64_t)n;
	j->row->length = agree_spearman(x, y, n);
	free(x);
	free(y);
}

/* ---------------------------------------------------------------- against each other */

void jd_other(struct jd_judge *j, const struct jd_judge *other, struct judge_other *out)
{
	size_t i = 0, k = 0;
	*out = (struct judge_other){.name = other->row->name, .model = other->row->model, .by = other->row->by};
	while (i < j->n_views && k < other->n_views) {
		const struct jd_view *a = &j->views[i], *b = &other->views[k];
		if (a->answer == b->answer && is_sure(a->outcome) && is_sure(b->outcome))
			out->cells[is_good(b->outcome)][is_good(a->outcome)]++;
		i += a->answer <= b->answer;
		k += b->answer <= a->answer;
	}
	out->kappa = agree_kappa(&out->cells[0][0], 2, WEIGHTS_NONE);
	drop_empty(&out->cells[0][0], &out->kappa);
}

/* ---------------------------------------------------------------- in words */

void judge_print_name(struct buf *out, const struct judge *j)
{
	buf_add_str(out, j->name);
	if (j->all_models)
		buf_printf(out, " (%lld models)", (long long)j->models);
	else if (j->model.len)
		buf_printf(out, " by " STR_FMT, STR_ARG(j->model));
}

static void say_figures(struct buf *out, const struct judge *j)
{
	int64_t agree = j->cells[0][0] + j->cells[1][1];
	buf_printf(out, "agrees with people in %lld of %lld", (long long)agree, (long long)j->kappa.n);
	double by_chance = j->by_chance * (double)j->kappa.n;
	buf_printf(out, "; chance alone would give %.0f", by_chance);
	if (j->kappa.too_few)
		return;
	if (j->kappa.interval.high < 0)
		buf_add_cstr(out, ": it goes against people (is lower better?)");
	else if (j->kappa.interval.low <= 0)
		buf_add_cstr(out, ": no evidence of more than that");
	else if (j->kappa.rough)
		buf_add_cstr(out, "; rough, below 30 answers");
}

void jd_sentence(struct jd_work *w, struct judge *j)
{
	struct buf text = BUF_INIT;
	if (j->kappa.n == 0 && j->passed + j->failed == 0) {
		buf_add_cstr(
		    &text,
		    "its scores have no threshold and no label that says good or bad: give one with --threshold");
	} else if (j->kappa.n == 0) {
		buf_add_cstr(&text, "no person judged any of its answers: whether it is right cannot be told");
	} else {
		say_figures(&text, j);
		if (j->one_sided && j->kappa.n >= 10)
			buf_add_cstr(&text, "; one side only ever says the same, so kappa tells nothing");
		else if (j->kappa.n < 10)
			buf_add_cstr(&text, "; too few to tell (10 for an interval, 30 to lean on)");
		else if (j->cells[0][0] + j->cells[1][1] == j->kappa.n)
			buf_add_cstr(&text, "; without any disagreement kappa has no interval");
	}
	j->sentence = arena_str(&w->d->out->arena, buf_str(&text));
	buf_done(&text);
}
