#include "store/query/score_hist.h"

#include <math.h>
#include <stdlib.h>

#include "store/base/units.h"
#include "store/base/vec.h"

void score_hist_done(struct score_hist *h)
{
	arena_done(&h->arena);
	*h = (struct score_hist){0};
}

/* ---------------------------------------------------------------- values */

static double value_of(const struct compare_side *s, const struct hist_name *name)
{
	if (!s->present)
		return UNKNOWN_DOUBLE;
	switch (name->kind) {
	case HIST_SCORE: return s->scores[name->score];
	case HIST_LATENCY: return s->latency_ns == UNKNOWN_INT ? UNKNOWN_DOUBLE : (double)s->latency_ns;
	case HIST_COST: return s->cost_usd;
	case HIST_PASS: return s->scored ? (double)s->passes / (double)s->scored : UNKNOWN_DOUBLE;
	}
	return UNKNOWN_DOUBLE;
}

static bool is_there(double x)
{
	return fabs(x) <= 1e150; /* false for NaN; so that differences are numbers, too */
}

static bool any_on_both(const struct compare *c, const struct hist_name *name)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (is_there(value_of(&c->rows[i].a, name)) && is_there(value_of(&c->rows[i].b, name)))
			return true;
	return false;
}

static bool any_shares(const struct compare *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].a.scored > 1 || c->rows[i].b.scored > 1)
			return true;
	return false;
}

struct hist_name *score_hist_names(const struct compare *c, struct arena *arena, size_t *n)
{
	const struct hist_name others[] = {
	    {HIST_PASS,    STR_LIT("pass"),       0, false},
	    {HIST_LATENCY, STR_LIT("latency_ns"), 0, true },
	    {HIST_COST,    STR_LIT("cost_usd"),   0, true },
	};
	struct hist_name *out = arena_zalloc(arena, c->n_scores + 3, sizeof *out);
	*n = 0;
	for (size_t i = 0; i < c->n_scores; i++) {
		out[*n] = (struct hist_name){HIST_SCORE, c->scores[i], i, c->lower[i]};
		*n += any_on_both(c, &out[*n]);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		out[*n] = others[i];
		*n += (others[i].kind != HIST_PASS || any_shares(c)) && any_on_both(c, &others[i]);
	}
	return out;
}

struct two {
	double a, b;
};

struct making {
	const struct hist_name *name;
	struct two *cases;
	size_t n;
	double *sorted; /* all values of both sides; 2 n */
	struct score_hist *out;
};

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static void take_cases(struct making *m, const struct compare *c)
{
	m->cases = xmalloc(size_mul(size_add(c->n_rows, 1), sizeof *m->cases));
	for (size_t i = 0; i < c->n_rows; i++) {
		double a = value_of(&c->rows[i].a, m->name), b = value_of(&c->rows[i].b, m->name);
		bool in_a = is_there(a), in_b = is_there(b);
		if (in_a && in_b)
			m->cases[m->n++] = (struct two){a, b};
		m->out->only_a += in_a && !in_b;
		m->out->only_b += in_b && !in_a;
	}
	m->sorted = xmalloc(size_mul(size_add(m->n, 1), 2 * sizeof *m->sorted));
	for (size_t i = 0; i < m->n; i++) {
		double by = paired_difference(m->cases[i].a, m->cases[i].b);
		m->sorted[2 * i] = m->cases[i].a;
		m->sorted[2 * i + 1] = m->cases[i].b;
		m->out->rose += by > 0;
		m->out->fell += by < 0;
	}
	if (m->n)
		qsort(m->sorted, 2 * m->n, sizeof *m->sorted, by_value);
	m->out->cases = (int64_t)m->n;
}

static void take_side(const struct making *m, bool of_b, struct hist_side *out)
{
	double *values = xmalloc(size_mul(size_add(m->n, 1), sizeof *values));
	for (size_t i = 0; i < m->n; i++) {
		values[i] = of_b ? m->cases[i].b : m->cases[i].a;
		out->at_threshold += values[i] >= m->out->threshold; /* NaN: never */
	}
	qsort(values, m->n, sizeof *values, by_value);
	out->mean = interval_moments(values, m->n).mean;
	out->least = interval_quantile_of(values, m->n, 0);
	out->q1 = interval_quantile_of(values, m->n, 0.25);
	out->median = interval_quantile_of(values, m->n, 0.5);
	out->q3 = interval_quantile_of(values, m->n, 0.75);
	out->greatest = interval_quantile_of(values, m->n, 1);
	free(values);
}

/* ---------------------------------------------------------------- bins */

typedef VEC(struct hist_bin) hist_bins;

/* The least 1, 2 or 5 times a power of ten that is not below x (> 0), in whole decades and a step 0..2 of it. */
static double round_up(double x, int *decade, int *step)
{
	static const double steps[3] = {1, 2, 5};
	for (*decade = (int)floor(log10(x)) - 1;; ++*decade)
		for (*step = 0; *step < 3; ++*step)
			if (steps[*step] * pow(10, *decade) >= x * (1 - 1e-9))
				return steps[*step] * pow(10, *decade);
}

/* decade * 10^k as a person writes it: 0.3, not 0.30000000000000004. */
static double decimal(double n, int decade)
{
	return decade < 0 ? n / pow(10, -decade) : n * pow(10, decade);
}

static void value_bins(const double *sorted, size_t n, hist_bins *out)
{
	for (size_t i = 0; i < n; i++)
		if (i == 0 || paired_difference(sorted[i - 1], sorted[i]) > 0)
			*vec_add(out) = (struct hist_bin){.low = sorted[i], .high = sorted[i], .closed = true};
		else
			out->at[out->n - 1].high = sorted[i];
}

static void even_bins(double least, double greatest, hist_bins *out)
{
	static const double steps[3] = {1, 2, 5};
	int decade, step;
	round_up((greatest - least) / (HIST_BINS - 1), &decade, &step);
	double unit = steps[step], first = floor(least / decimal(unit, decade) + 1e-9);
	for (int i = 0; i < 2 * HIST_BINS; i++) {
		double low = decimal((first + i) * unit, decade), high = decimal((first + i + 1) * unit, decade);
		*vec_add(out) = (struct hist_bin){.low = low, .high = high};
		if (high >= greatest)
			break;
	}
}

/* 1, 2, 5, 10 …; or only every so many-th power of ten. */
static void decade_bins(double least, double greatest, hist_bins *out)
{
	static const double steps[3] = {1, 2, 5};
	double decades = log10(greatest) - log10(least) + 1;
	bool fine = decades * 3 <= HIST_BINS;
	int by = fine ? 1 : 1 + (int)(decades / HIST_BINS), decade = (int)floor(log10(least)), step = 0;
	if (!fine)
		decade -= ((decade % by) + by) % by;
	while (fine && step < 2 && decimal(steps[step + 1], decade) <= least)
		step++;
	for (int i = 0; i < 3 * HIST_BINS; i++) {
		double low = decimal(steps[step], decade);
		step = fine ? (step + 1) % 3 : 0;
		decade += fine ? step == 0 : by;
		*vec_add(out) = (struct hist_bin){.low = low, .high = decimal(steps[step], decade)};
		if (out->at[out->n - 1].high > greatest)
			break;
	}
}

static size_t distinct_up_to(const double *sorted, size_t n, size_t most)
{
	size_t distinct = n > 0;
	for (size_t i = 1; i < n && distinct <= most; i++)
		distinct += paired_difference(sorted[i - 1], sorted[i]) > 0;
	return distinct;
}

static size_t bin_of(const hist_bins *bins, double x)
{
	size_t low = 0, high = bins->n;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (bins->at[middle].low <= x)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void make_bins(struct making *m)
{
	hist_bins bins = {0};
	const double *sorted = m->sorted;
	size_t n = 2 * m->n;
	double least = sorted[0], greatest = sorted[n - 1], median = interval_quantile_of(sorted, n, 0.5);
	m->out->values = distinct_up_to(sorted, n, HIST_VALUES) <= HIST_VALUES;
	if (m->out->values)
		value_bins(sorted, n, &bins);
	else if (least > 0 && greatest > HIST_SKEW * median)
		decade_bins(least, greatest, &bins);
	else
		even_bins(least, greatest, &bins);
	bins.at[bins.n - 1].closed = true;
	for (size_t i = 0; i < m->n; i++) {
		size_t a = bin_of(&bins, m->cases[i].a), b = bin_of(&bins, m->cases[i].b);
		bins.at[a].a++;
		bins.at[b].b++;
		bins.at[a].fell += b < a;
		bins.at[a].stayed += b == a;
		bins.at[a].rose += b > a;
	}
	m->out->n_bins = bins.n;
	m->out->bins = arena_alloc(&m->out->arena, bins.n * sizeof *m->out->bins);
	memcpy(m->out->bins, bins.at, bins.n * sizeof *bins.at);
	vec_done(&bins);
}

/* ---------------------------------------------------------------- the threshold */

static bool read_threshold(struct db *db, const struct compare *c, const struct hist_name *name, struct score_hist *out,
                           struct err *err)
{
	out->threshold = UNKNOWN_DOUBLE;
	if (!db || name->kind != HIST_SCORE)
		return true;
	struct stmt *s = db_query(db,
	                          "SELECT min(x.threshold), max(x.threshold) FROM case_score x WHERE x.run IN (?1, ?2)"
	                          " AND x.name = (SELECT id FROM word WHERE text = ?3)",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, c->a.id);
	stmt_int(s, 2, c->b.id);
	stmt_str(s, 3, name->name);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW && is_there(col_double(s, 0)) && !(col_double(s, 0) < col_double(s, 1)))
		out->threshold = col_double(s, 0);
	stmt_end(s);
	return step != STEP_FAIL;
}

bool score_hist_make(struct db *db, const struct compare *c, const struct hist_name *name, struct score_hist *out,
                     struct err *err)
{
	*out = (struct score_hist){.arena = ARENA_INIT, .name = *name};
	out->name.name = arena_str(&out->arena, name->name);
	if (!read_threshold(db, c, name, out, err))
		return false;
	struct making m = {.name = name, .out = out};
	take_cases(&m, c);
	if (m.n) {
		take_side(&m, false, &out->a);
		take_side(&m, true, &out->b);
		make_bins(&m);
	}
	free(m.cases);
	free(m.sorted);
	return true;
}

/* ---------------------------------------------------------------- in words */

static void bound_words(struct buf *out, enum hist_kind kind, double x, bool ascii)
{
	switch (kind) {
	case HIST_LATENCY: units_duration(out, (int64_t)llround(x), ascii); break;
	case HIST_COST: units_usd(out, x); break;
	case HIST_PASS: units_percent(out, x); break;
	case HIST_SCORE: buf_printf(out, "%.6g", x); break;
	}
}

void hist_bin_name(struct buf *out, enum hist_kind kind, const struct hist_bin *bin, bool ascii)
{
	size_t from = out->len;
	bound_words(out, kind, bin->low, ascii);
	size_t low = out->len - from;
	buf_add_cstr(out, ascii ? " - " : " – ");
	size_t second = out->len;
	bound_words(out, kind, bin->high, ascii);
	struct str all = buf_str(out);
	if (str_eq(str_cut(all, from, low), str_from(all, second))) {
		out->len = from + low;
		out->ptr[out->len] = '\0';
	}
}

bool hist_bin_filter(struct buf *out, const struct hist_name *name, const struct hist_bin *bin, bool of_b)
{
	if (name->kind != HIST_SCORE)
		return false;
	for (int i = 0; i < 2; i++) {
		buf_printf(out, "%s%s.", i ? " " : "", of_b ? "b" : "a");
		filter_quote(out, name->name);
		buf_add_cstr(out, i == 0 ? ">=" : bin->closed ? "<=" : "<");
		units_double(out, i == 0 ? bin->low : bin->high);
	}
	return true;
}
