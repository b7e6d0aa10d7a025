#include "tui/screen/pane_beside.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "tui/screen/pane_run.h"

enum { SCORES_MOST = 200, K_MOST = 10, LABEL_MOST = 24, RUN_LEAST = 14, RUN_MOST = 20, WHOLE_MOST = 48 };

/* ---------------------------------------------------------------- rows */

struct making {
	struct beside_table *t;
	const struct beside_run *runs;
	size_t n;
	VEC(struct beside_row) rows;
};

typedef struct value value_fn(const struct run_row *run, struct arena *arena);

static struct beside_row *add_row(struct making *m, struct str label, int better)
{
	struct beside_row *row = vec_add(&m->rows);
	*row = (struct beside_row){.label = label,
	                           .better = better,
	                           .values = arena_zalloc(&m->t->arena, m->n, sizeof *row->values),
	                           .best = arena_zalloc(&m->t->arena, m->n, sizeof *row->best)};
	return row;
}

static double figure_of(const struct value *v)
{
	switch (v->type) {
	case VALUE_NONE:
	case VALUE_TEXT:
	case VALUE_JSON: break;
	case VALUE_USD:
	case VALUE_SHARE:
	case VALUE_SCORE: return v->d;
	case VALUE_COUNT:
	case VALUE_TOKENS:
	case VALUE_TIME:
	case VALUE_DURATION:
	case VALUE_BOOL: return (double)v->i;
	}
	return UNKNOWN_DOUBLE;
}

/* Marks the best, unless all that have a figure have the same. Drops a row in which no run has one. */
static void end_row(struct making *m)
{
	struct beside_row *row = &m->rows.at[m->rows.n - 1];
	double best = UNKNOWN_DOUBLE;
	bool any = row->picture, differ = false;
	for (size_t i = 0; i < m->n; i++) {
		double figure = figure_of(&row->values[i]) * (row->better ? row->better : 1);
		any = any || row->values[i].type != VALUE_NONE;
		if (IS_UNKNOWN(figure))
			continue;
		differ = differ || (!IS_UNKNOWN(best) && figure != best);
		best = IS_UNKNOWN(best) || figure > best ? figure : best;
	}
	for (size_t i = 0; row->better && differ && m->t->n_datasets == 1 && i < m->n; i++)
		row->best[i] = figure_of(&row->values[i]) * row->better == best;
	if (!any)
		m->rows.n--;
}

static void add_by(struct making *m, const char *label, int better, value_fn *of)
{
	struct beside_row *row = add_row(m, str_of(label), better);
	for (size_t i = 0; i < m->n; i++)
		row->values[i] = of(&m->runs[i].row, &m->t->arena);
	end_row(m);
}

static struct value text(struct str s)
{
	return (struct value){.type = s.len ? VALUE_TEXT : VALUE_NONE, .text = s};
}

static struct value number(enum value_type type, double d)
{
	return (struct value){.type = IS_UNKNOWN(d) ? VALUE_NONE : type, .d = d};
}

static struct value integer(enum value_type type, int64_t i)
{
	return (struct value){.type = i == UNKNOWN_INT ? VALUE_NONE : type, .i = i};
}

#define OF(name, expression)                                                        \
	static struct value of_##name(const struct run_row *r, struct arena *arena) \
	{                                                                           \
		(void)arena;                                                        \
		return expression;                                                  \
	}
OF(time, integer(VALUE_TIME, r->created_ns))
OF(dataset, text(r->dataset))
OF(model, text(r->model))
OF(cases, integer(VALUE_COUNT, r->keys ? r->keys : UNKNOWN_INT))
OF(repeats, integer(VALUE_COUNT, r->repeats > 0 ? r->repeats : UNKNOWN_INT))
OF(errors, integer(VALUE_COUNT, r->cases ? r->errored : UNKNOWN_INT))
OF(pass, number(VALUE_SHARE, r->pass_rate))
OF(p50, integer(VALUE_DURATION, r->p50_ns))
OF(p95, integer(VALUE_DURATION, r->p95_ns))
OF(each, number(VALUE_USD, run_cost_per_case(r)))
OF(cost, number(VALUE_USD, r->cost_usd))
OF(in, integer(VALUE_TOKENS, r->tokens_in))
OF(out, integer(VALUE_TOKENS, r->tokens_out))

static struct value of_prompt(const struct run_row *r, struct arena *arena)
{
	struct buf out = BUF_INIT;
	buf_add_str(&out, r->prompt);
	if (!run_says(r->prompt, r->prompt_version))
		buf_printf(&out, "%s" STR_FMT, out.len ? " " : "", STR_ARG(str_cut(r->prompt_version, 0, 12)));
	struct value v = text(arena_str(arena, buf_str(&out)));
	buf_done(&out);
	return v;
}

static struct value of_interval(const struct run_row *r, struct arena *arena)
{
	if (IS_UNKNOWN(r->pass_low))
		return text(STR_NONE);
	return text(arena_printf(arena, "%.1f-%.1f%%", r->pass_low * 100, r->pass_high * 100));
}

static int by_text(const void *left, const void *right)
{
	return str_cmp(*(const struct str *)left, *(const struct str *)right);
}

static size_t count_datasets(const struct beside_run *runs, size_t n)
{
	struct str *names = xcalloc(n + 1, sizeof *names);
	size_t all = 0;
	for (size_t i = 0; i < n; i++)
		names[i] = runs[i].row.dataset;
	if (n > 1)
		qsort(names, n, sizeof *names, by_text);
	for (size_t i = 0; i < n; i++)
		all += i == 0 || !str_eq(names[i], names[i - 1]);
	free(names);
	return all;
}

static void add_scores(struct making *m)
{
	VEC(struct str) names = {0};
	for (size_t i = 0; i < m->n; i++) {
		for (size_t k = 0; k < m->runs[i].row.n_scores; k++)
			*vec_add(&names) = m->runs[i].row.scores[k].name;
		for (size_t k = 0; k < m->runs[i].row.n_stated; k++)
			*vec_add(&names) = m->runs[i].row.stated[k].name;
	}
	if (names.n > 1)
		qsort(names.at, names.n, sizeof *names.at, by_text);
	for (size_t i = 0, added = 0; i < names.n && added < SCORES_MOST; i++) {
		if (i && str_eq(names.at[i], names.at[i - 1]))
			continue;
		struct beside_row *row = add_row(m, names.at[i], 1);
		for (size_t k = 0; k < m->n; k++)
			row->values[k] = number(VALUE_SCORE, run_mean(&m->runs[k].row, names.at[i]));
		row->about = "mean of the score over the run's cases; more is taken to be better";
		end_row(m);
		added++;
	}
	vec_done(&names);
}

static void add_pass_k(struct making *m, int64_t k, bool all)
{
	struct str label = arena_printf(&m->t->arena, "pass%c%lld", all ? '^' : '@', (long long)k);
	struct beside_row *row = add_row(m, label, 1);
	for (size_t i = 0; i < m->n; i++)
		for (size_t p = 0; p < m->runs[i].pass_k.n; p++)
			if (m->runs[i].pass_k.rows[p].k == k && m->runs[i].pass_k.rows[p].cases >= PASS_K_MIN_CASES)
				row->values[i] = number(VALUE_SHARE, all ? m->runs[i].pass_k.rows[p].hat
				                                         : m->runs[i].pass_k.rows[p].at);
	row->about = all ? "all of so many repeats of a case pass; mean over cases that have so many, 6 or more"
	                 : "one of so many repeats of a case passes; mean over cases that have so many, 6 or more";
	end_row(m);
}

static void add_unbeaten(struct making *m)
{
	struct beside_row *row = add_row(m, STR_LIT("unbeaten"), 0);
	const struct run_row **rows = xcalloc(m->n + 1, sizeof *rows);
	for (size_t i = 0; i < m->n; i++)
		rows[i] = &m->runs[i].row;
	for (size_t i = 0; i < m->n; i++)
		if (!IS_UNKNOWN(rows[i]->pass_rate))
			row->values[i] = text(run_is_beaten(rows, m->n, i) ? STR_LIT("no") : STR_LIT("yes"));
	free(rows);
	row->about = "yes: no run here is as good in pass rate, cost a case and P95, and better in one of them";
	end_row(m);
}

static bool any_repeats(const struct making *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->runs[i].row.repeats > 1)
			return true;
	return false;
}

static void add_all(struct making *m)
{
	add_by(m, "time", 0, of_time);
	if (m->t->n_datasets > 1)
		add_by(m, "dataset", 0, of_dataset);
	add_by(m, "model", 0, of_model);
	add_by(m, "prompt", 0, of_prompt);
	add_by(m, "cases", 0, of_cases);
	if (any_repeats(m)) {
		add_by(m, "repeats", 0, of_repeats);
		m->rows.at[m->rows.n - 1].about = "the most answers a case has";
	}
	add_by(m, "errors", -1, of_errors);
	size_t before = m->rows.n;
	add_by(m, "pass", 1, of_pass);
	if (m->rows.n > before) {
		add_by(m, "  95% interval", 0, of_interval);
		m->rows.at[m->rows.n - 1].about = "Wilson interval of the pass rate";
		add_row(m, STR_LIT("  0 to 100%"), 0)->picture = true;
	}
	for (int64_t k = 2; k <= K_MOST; k++) {
		add_pass_k(m, k, false);
		add_pass_k(m, k, true);
	}
	add_scores(m);
	add_by(m, "latency P50", -1, of_p50);
	add_by(m, "latency P95", -1, of_p95);
	add_by(m, "cost a case", -1, of_each);
	add_unbeaten(m);
	add_by(m, "cost", 0, of_cost);
	add_by(m, "tokens in", 0, of_in);
	add_by(m, "tokens out", 0, of_out);
}

struct str beside_label(const struct beside_table *t, const struct beside_run *run)
{
	return t->by_model && run->row.model.len ? run_model_name(&run->row) : run_name(&run->row);
}

static bool told_by_model(const struct beside_run *runs, size_t n)
{
	bool names = false, models = false;
	for (size_t i = 1; i < n; i++) {
		names = names || !str_eq(run_name(&runs[i].row), run_name(&runs[0].row));
		models = models || !str_eq(runs[i].row.model, runs[0].row.model);
	}
	return models && !names;
}

void beside_make(struct beside_table *t, const struct beside_run *runs, size_t n)
{
	beside_done(t);
	t->n_datasets = count_datasets(runs, n);
	t->by_model = told_by_model(runs, n);
	struct making m = {.t = t, .runs = runs, .n = n};
	add_all(&m);
	t->rows = m.rows.at;
	t->n = m.rows.n;
	for (size_t i = 0; i < t->n; i++) {
		int cols = text_cols(t->rows[i].label);
		t->label_cols = cols > t->label_cols ? cols : t->label_cols;
	}
	for (size_t i = 0; i < n; i++) {
		int cols = text_cols(beside_label(t, &runs[i])) + 3; /* "A ", the mark of the best */
		t->run_cols = cols > t->run_cols ? cols : t->run_cols;
	}
	int whole = t->run_cols;
	for (size_t i = 0; i < t->n; i++)
		for (size_t run = 0; run < n; run++) {
			const struct value *v = &t->rows[i].values[run];
			int cols =
			    v->type == VALUE_TEXT ? text_cols(str_cut(v->text, 0, 4 * (size_t)WHOLE_MOST)) + 1 : 0;
			whole = cols > whole ? cols : whole;
		}
	t->label_cols = t->label_cols > LABEL_MOST ? LABEL_MOST : t->label_cols;
	t->run_cols = t->run_cols > RUN_MOST ? RUN_MOST : t->run_cols < RUN_LEAST ? RUN_LEAST : t->run_cols;
	t->whole_cols = whole > WHOLE_MOST ? WHOLE_MOST : whole > t->run_cols ? whole : t->run_cols;
}

void beside_done(struct beside_table *t)
{
	free(t->rows);
	arena_done(&t->arena);
	*t = (struct beside_table){.n = 0};
}

/* ---------------------------------------------------------------- order */

struct key {
	const struct value *value;
	double figure; /* more comes first */
	size_t at;
};

static int by_value(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int order = (a->value->type == VALUE_NONE) - (b->value->type == VALUE_NONE);
	if (!order && a->value->type == VALUE_TEXT)
		order = str_cmp(a->value->text, b->value->text);
	else if (!order)
		order = (a->figure < b->figure) - (a->figure > b->figure);
	return order ? order : (a->at > b->at) - (a->at < b->at);
}

void beside_order(const struct beside_table *t, size_t n, size_t row, bool reverse, size_t *order)
{
	const struct beside_row *by = &t->rows[row];
	struct key *keys = xcalloc(n, sizeof *keys);
	for (size_t i = 0; i < n; i++)
		keys[i] = (struct key){.value = &by->values[i],
		                       .figure = figure_of(&by->values[i]) * (by->better ? by->better : 1),
		                       .at = i};
	if (n > 1)
		qsort(keys, n, sizeof *keys, by_value);
	size_t known = 0;
	while (known < n && keys[known].value->type != VALUE_NONE)
		known++;
	for (size_t i = 0; i < n; i++) /* what is unknown stays last */
		order[i] = keys[reverse && i < known ? known - 1 - i : i].at;
	free(keys);
}
