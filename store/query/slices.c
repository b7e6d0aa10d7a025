#include "store/query/slices.h"

#include <stdlib.h>

#include "store/base/scan.h"
#include "store/query/slices_private.h"

void slices_done(struct slices *s)
{
	arena_done(&s->arena);
	*s = (struct slices){0};
}

/* ---------------------------------------------------------------- both runs, read once */

struct slicing *slicing_new(void)
{
	return xcalloc(1, sizeof(struct slicing));
}

void slicing_free(struct slicing *s)
{
	if (!s)
		return;
	compare_done(&s->c);
	compare_work_done(&s->work);
	case_fields_done(&s->fields_a);
	case_fields_done(&s->fields_b);
	free(s->members);
	free(s);
}

const struct compare *slicing_compare(const struct slicing *s)
{
	return &s->c;
}

static uint32_t place_in_side(const struct side_run *run, const struct compare_side *side)
{
	size_t low = 0, high = side->present ? run->n : 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (run->cases[middle].case_id < side->at.case_id)
			low = middle + 1;
		else
			high = middle;
	}
	return side->present && low < run->n && run->cases[low].case_id == side->at.case_id ? (uint32_t)low : NOT_THERE;
}

static uint32_t place_in_fields(const struct case_fields *f, int64_t case_id)
{
	size_t low = 0, high = f->n_cases;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (f->case_ids[middle] < case_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->n_cases && f->case_ids[low] == case_id ? (uint32_t)low : NOT_THERE;
}

static bool is_lost(const struct compare_side *from, const struct compare_side *to)
{
	return from->present && to->present && from->status == CASE_PASSED &&
	       (to->status == CASE_FAILED || to->status == CASE_ERROR);
}

static struct slice_member member_of_row(const struct case_fields *a, const struct case_fields *b,
                                         const struct compare_row *row)
{
	return (struct slice_member){
	    .a = NOT_THERE,
	    .b = NOT_THERE,
	    .told_a = row->a.present ? place_in_fields(a, row->a.at.case_id) : NOT_THERE,
	    .told_b = row->b.present ? place_in_fields(b, row->b.at.case_id) : NOT_THERE,
	    .class_ = row->class_,
	    .lost = is_lost(&row->a, &row->b),
	    .won = is_lost(&row->b, &row->a),
	};
}

static void make_members(struct slicing *s)
{
	size_t n = s->alone ? s->work.a.n : s->c.n_rows;
	s->members = xcalloc(n + 1, sizeof *s->members);
	s->n_members = n;
	for (size_t i = 0; i < n; i++) {
		struct slice_member *m = &s->members[i];
		if (s->alone) {
			uint32_t told = place_in_fields(&s->fields_a, s->work.a.cases[i].case_id);
			*m = (struct slice_member){.a = (uint32_t)i,
			                           .b = NOT_THERE,
			                           .told_a = told,
			                           .told_b = NOT_THERE,
			                           .class_ = CLASS_SAME};
			continue;
		}
		*m = member_of_row(&s->fields_a, &s->fields_b, &s->c.rows[i]);
		m->a = place_in_side(&s->work.a, &s->c.rows[i].a);
		m->b = place_in_side(&s->work.b, &s->c.rows[i].b);
	}
}

bool slicing_pair(struct slicing *s, struct db *db, int64_t a, int64_t b, const struct slices_opts *opts,
                  struct err *err)
{
	struct compare_opts rows = opts ? opts->compare : SLICES_OPTS.compare;
	rows.rows_only = true;
	s->alone = b == 0;
	return compare_work_runs(db, a, b, &rows, &s->c, &s->work, err);
}

bool slicing_tell(struct slicing *s, struct db *db, struct str only, struct err *err)
{
	if (s->c.refused.len)
		return true;
	if (!case_fields_read(db, s->c.a.id, only, &s->fields_a, err) ||
	    (!s->alone && !case_fields_read(db, s->c.b.id, only, &s->fields_b, err)))
		return false;
	make_members(s);
	return true;
}

/* ---------------------------------------------------------------- figures of some of the cases */

static bool is_case_of(const struct slicing *s, const struct slice_member *m)
{
	return m->a != NOT_THERE && (s->alone || m->b != NOT_THERE);
}

static void end_rate(struct slice_rate *r)
{
	struct interval wilson = interval_wilson(r->passed, (double)r->n);
	r->rate = r->n ? r->passed / (double)r->n : UNKNOWN_DOUBLE;
	r->low = wilson.low;
	r->high = wilson.high;
}

static int by_double(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* Ascending, as statistics.md 0 adds shares: the order of the cases must not matter. */
static void sum_rate(double *values, size_t n, struct slice_rate *out)
{
	if (n)
		qsort(values, n, sizeof *values, by_double);
	*out = (struct slice_rate){.n = n};
	for (size_t i = 0; i < n; i++)
		out->passed += values[i];
	end_rate(out);
}

static void make_rates(const struct slicing *s, const struct pair *pairs, size_t n, bool majority, struct slice *out)
{
	double *a = xmalloc(size_mul(size_add(n, 1), 2 * sizeof *a)), *b = a + n;
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		double x = side_case_pass(&s->work.a.cases[pairs[i].a], majority);
		double y = s->alone ? x : side_case_pass(&s->work.b.cases[pairs[i].b], majority);
		if (IS_UNKNOWN(x) || IS_UNKNOWN(y))
			continue;
		a[used] = x;
		b[used++] = y;
	}
	sum_rate(a, used, &out->a);
	sum_rate(b, s->alone ? 0 : used, &out->b);
	free(a);
}

/* What slices are ordered by: -1 for pass, else a score. */
static int leading(const struct slicing *s, const struct pair *pairs, size_t n, size_t with_verdict)
{
	int best = -1;
	size_t most = 2 * with_verdict >= n ? n : with_verdict;
	for (size_t k = 0; k < s->c.n_scores && most < n; k++) {
		size_t used = 0;
		for (size_t i = 0; i < n && (s->alone || s->work.on_both[k]); i++)
			used += !IS_UNKNOWN(s->work.a.cases[pairs[i].a].side.scores[k]) &&
			        (s->alone || !IS_UNKNOWN(s->work.b.cases[pairs[i].b].side.scores[k]));
		if (used > most) {
			most = used;
			best = (int)k;
		}
	}
	return best;
}

/* Mean difference of a score, worse above 0; of one run its mean, likewise. */
static double score_loss(const struct slicing *s, const struct pair *pairs, size_t n, int score)
{
	size_t used = 0;
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		double x = s->alone ? 0 : s->work.a.cases[pairs[i].a].side.scores[score];
		double y = s->alone ? s->work.a.cases[pairs[i].a].side.scores[score]
		                    : s->work.b.cases[pairs[i].b].side.scores[score];
		if (IS_UNKNOWN(x) || IS_UNKNOWN(y))
			continue;
		sum += s->c.lower[score] ? y - x : x - y;
		used++;
	}
	return used ? sum / (double)used : UNKNOWN_DOUBLE;
}

/* ---------------------------------------------------------------- one run alone */

static struct compare_metric figure(const char *name, const char *kind, size_t n, double a, struct interval of_a)
{
	return (struct compare_metric){
	    .name = name,
	    .kind = kind,
	    .result = {.n = n,
	               .a = a,
	               .b = UNKNOWN_DOUBLE,
	               .delta = UNKNOWN_DOUBLE,
	               .low = of_a.low,
	               .high = of_a.high,
	               .p = UNKNOWN_DOUBLE,
	               .p_holm = UNKNOWN_DOUBLE,
	               .smallest_detectable = UNKNOWN_DOUBLE,
	               .cases_needed = UNKNOWN_INT,
	               .cases_more = UNKNOWN_INT,
	               .verdict = METRIC_NO_DIFFERENCE},
	};
}

static size_t latencies_of(const struct side_run *run, const struct pair *pairs, size_t n, double *out)
{
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		size_t from = run->cases[pairs[i].a].latencies, end = side_latencies_end(run, pairs[i].a);
		for (; from < end; from++)
			out[used++] = run->latencies[from];
	}
	qsort(out, used, sizeof *out, by_double);
	return used;
}

static void figures_alone(const struct slicing *s, const struct pair *pairs, size_t n, const char *const *names,
                          struct arena *arena, struct slice *out)
{
	const struct side_run *run = &s->work.a;
	size_t most = n > run->n_latencies ? n : run->n_latencies, m = 0;
	double *values = xmalloc(size_mul(size_add(most, 1), sizeof *values));
	out->metrics = arena_zalloc(arena, s->c.n_scores + 4, sizeof *out->metrics);
	out->metrics[m++] = figure("pass", "rate", out->a.n, out->a.rate, (struct interval){out->a.low, out->a.high});
	for (size_t k = 0; k < s->c.n_scores; k++) {
		for (size_t i = 0; i < n; i++)
			values[i] = run->cases[pairs[i].a].side.scores[k];
		struct moments of = interval_moments(values, n);
		out->metrics[m] = figure(names[k], "score", of.n, of.mean, INTERVAL_NONE);
		out->metrics[m++].lower_is_better = s->c.lower[k];
	}
	size_t timed = latencies_of(run, pairs, n, values);
	out->metrics[m++] = figure("latency_p50_ns", "latency", timed, interval_quantile_of(values, timed, 0.5),
	                           interval_quantile(values, timed, 0.5));
	out->metrics[m++] = figure("latency_p95_ns", "latency", timed, interval_quantile_of(values, timed, 0.95),
	                           interval_quantile(values, timed, 0.95));
	for (size_t i = 0; i < n; i++)
		values[i] = run->cases[pairs[i].a].side.cost_usd;
	struct moments cost = interval_moments(values, n);
	out->metrics[m++] = figure("cost_usd_per_case", "cost", cost.n, cost.mean, INTERVAL_NONE);
	for (size_t i = m - 3; i < m; i++)
		out->metrics[i].lower_is_better = true;
	out->n_metrics = m;
	free(values);
}

/* ---------------------------------------------------------------- a slice */

struct cutting {
	const struct slicing *s;
	struct db *db;
	const struct compare_opts *opts;
	struct slices *out;
	struct str *scores; /* names, in out's arena */
	const char **names;
	bool *lower;
	int lead; /* a score, or -1: pass */
	struct err *err;
};

/* pairs: those of its cases; of one run alone a only. */
static bool fill_slice(struct cutting *c, const struct pair *pairs, size_t n, struct slice *slice)
{
	const struct slicing *s = c->s;
	slice->cases = (int64_t)n;
	make_rates(s, pairs, n, c->opts->majority, slice);
	if (slice == &c->out->whole)
		c->lead = leading(s, pairs, n, slice->a.n);
	slice->loss = c->lead >= 0 ? score_loss(s, pairs, n, c->lead)
	              : s->alone   ? -slice->a.rate
	                           : slice->a.rate - slice->b.rate;
	if (c->opts->rows_only)
		return true;
	if (s->alone) {
		figures_alone(s, pairs, n, c->names, &c->out->arena, slice);
		return true;
	}
	struct compare part = {
	    .arena = c->out->arena, .scores = c->scores, .lower = c->lower, .n_scores = s->c.n_scores};
	bool ok = compare_metrics(c->db, &s->work.a, &s->work.b, pairs, n, s->work.on_both, c->opts, &part, c->err);
	c->out->arena = part.arena;
	slice->metrics = part.metrics;
	slice->n_metrics = part.n_metrics;
	slice->holm = part.holm;
	return ok;
}

static void copy_names(struct cutting *c)
{
	const struct compare *from = &c->s->c;
	struct arena *arena = &c->out->arena;
	c->scores = arena_zalloc(arena, from->n_scores + 1, sizeof *c->scores);
	c->names = arena_zalloc(arena, from->n_scores + 1, sizeof *c->names);
	c->lower = arena_zalloc(arena, from->n_scores + 1, sizeof *c->lower);
	for (size_t i = 0; i < from->n_scores; i++) {
		c->scores[i] = arena_str(arena, from->scores[i]);
		c->names[i] = c->scores[i].ptr;
		c->lower[i] = from->lower[i];
	}
}

/* ---------------------------------------------------------------- which cases are in which slice */

struct group { /* a value, or a bin */
	uint32_t value;
	int64_t cases; /* of both, or of the one run */
	bool any;      /* or of one side alone */
	size_t first;  /* in grouping.pairs */
	size_t at;     /* which slice + 1; 0: none */
	double least, greatest;
};

struct grouping {
	struct joined j;
	struct group *groups; /* one per value; with bins four */
	size_t n;
	bool bins;
	struct quartiles quartiles;
	struct pair *pairs; /* group by group */
};

static void grouping_done(struct grouping *g)
{
	joined_done(&g->j);
	free(g->groups);
	free(g->pairs);
}

static size_t group_of(const struct grouping *g, uint32_t value)
{
	return g->bins ? (size_t)quartiles_bin(&g->quartiles, g->j.values[value].number) : value;
}

/* Counts the values, and where numbers have many takes their quartiles. */
static void count_values(const struct slicing *s, struct grouping *g, struct slices *out)
{
	const uint32_t *ids;
	size_t n_ids, distinct = 0, used = 0;
	double *numbers = xmalloc(size_mul(size_add(s->n_members, 1), sizeof *numbers));
	g->n = g->j.n_values;
	g->groups = xcalloc(g->n > 4 ? g->n + 1 : 5, sizeof *g->groups);
	for (size_t i = 0; i < s->n_members; i++) {
		enum slice_word word = joined_of(&g->j, &s->members[i], &ids, &n_ids);
		for (size_t k = 0; word == SAYS_VALUES && k < n_ids; k++)
			g->groups[ids[k]].any = true;
		if (!is_case_of(s, &s->members[i]))
			continue;
		out->stated += word == SAYS_VALUES;
		out->differ += word == SAYS_DIFFERENT;
		out->not_stated += word == SAYS_NOTHING;
		if (word != SAYS_VALUES)
			continue;
		for (size_t k = 0; k < n_ids; k++)
			distinct += g->groups[ids[k]].cases++ == 0;
		numbers[used++] = g->j.values[ids[0]].number;
	}
	g->bins = g->j.numeric && !g->j.several && distinct > SLICE_NUMBERS_MOST;
	if (g->bins && quartiles_make(numbers, used, &g->quartiles)) {
		struct group bins[4] = {0};
		for (size_t i = 0; i < g->n; i++)
			bins[group_of(g, (uint32_t)i)].cases += g->groups[i].cases;
		memcpy(g->groups, bins, sizeof bins);
		g->n = 4;
		for (size_t i = 0; i < used; i++) {
			struct group *bin = &g->groups[quartiles_bin(&g->quartiles, numbers[i])];
			bin->least = bin->at++ ? bin->least : numbers[i];
			bin->greatest = numbers[i];
		}
	}
	for (size_t i = 0; i < g->n; i++) {
		g->groups[i].value = (uint32_t)i;
		g->groups[i].at = 0;
	}
	free(numbers);
}

static int by_cases(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	if (a->cases != b->cases)
		return a->cases > b->cases ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

static int by_group(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	return (a->value > b->value) - (a->value < b->value);
}

/* Those of most cases get a slice. */
static void choose(struct grouping *g, struct slices *out)
{
	size_t n = 0, most = 0;
	qsort(g->groups, g->n, sizeof *g->groups, by_cases);
	for (size_t i = 0; i < g->n; i++) {
		/* Of a value that each time the other side contradicts nothing is left. */
		if (!g->groups[i].cases && (g->bins || !g->groups[i].any))
			continue;
		if (n < SLICES_MOST) {
			g->groups[i].at = ++n;
		} else {
			out->more_values++;
			out->more_cases += g->groups[i].cases;
		}
	}
	qsort(g->groups, g->n, sizeof *g->groups, by_group);
	for (size_t i = 0; i < g->n; i++) {
		g->groups[i].first = most;
		most += (size_t)g->groups[i].cases;
	}
	g->pairs = xmalloc(size_mul(size_add(most, 1), sizeof *g->pairs));
	out->n = n;
	out->at = arena_zalloc(&out->arena, n, sizeof *out->at);
}

static void count_member(const struct slicing *s, const struct slice_member *m, struct slice *slice)
{
	if (s->alone)
		return;
	slice->count[m->class_]++;
	slice->lost += m->lost;
	slice->won += m->won;
}

static void spread_members(const struct slicing *s, struct grouping *g, struct slices *out)
{
	size_t *next = xcalloc(g->n + 1, sizeof *next);
	for (size_t i = 0; i < s->n_members; i++) {
		const struct slice_member *m = &s->members[i];
		const uint32_t *ids;
		size_t n_ids;
		count_member(s, m, &out->whole);
		if (joined_of(&g->j, m, &ids, &n_ids) != SAYS_VALUES)
			continue;
		for (size_t k = 0; k < n_ids; k++) {
			size_t at = group_of(g, ids[k]);
			struct group *group = &g->groups[at];
			if (group->at)
				count_member(s, m, &out->at[group->at - 1]);
			if (is_case_of(s, m))
				g->pairs[group->first + next[at]++] = (struct pair){m->a, m->b};
		}
	}
	free(next);
}

static struct str number_name(struct arena *arena, double least, double greatest)
{
	return arena_printf(arena, "%.15g..%.15g", least, greatest);
}

static bool fill_slices(struct cutting *c, struct grouping *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct group *group = &g->groups[i];
		if (!group->at)
			continue;
		struct slice *slice = &c->out->at[group->at - 1];
		slice->bin = g->bins;
		slice->least = g->bins ? group->least : UNKNOWN_DOUBLE;
		slice->greatest = g->bins ? group->greatest : UNKNOWN_DOUBLE;
		slice->value = g->bins ? number_name(&c->out->arena, group->least, group->greatest)
		                       : arena_str(&c->out->arena, g->j.values[i].text);
		if (!fill_slice(c, g->pairs + group->first, (size_t)group->cases, slice))
			return false;
	}
	return true;
}

static bool fill_whole(struct cutting *c)
{
	const struct slicing *s = c->s;
	struct pair *pairs = xmalloc(size_mul(size_add(s->n_members, 1), sizeof *pairs));
	size_t n = 0;
	for (size_t i = 0; i < s->n_members; i++)
		if (is_case_of(s, &s->members[i]))
			pairs[n++] = (struct pair){s->members[i].a, s->members[i].b};
	bool ok = fill_slice(c, pairs, n, &c->out->whole);
	free(pairs);
	return ok;
}

static int by_loss(const void *left, const void *right)
{
	const struct slice *a = left, *b = right;
	bool few_a = a->cases < SLICE_LEAST, few_b = b->cases < SLICE_LEAST;
	bool none_a = IS_UNKNOWN(a->loss), none_b = IS_UNKNOWN(b->loss);
	if (few_a != few_b)
		return few_a ? 1 : -1;
	if (none_a != none_b)
		return none_a ? 1 : -1;
	if (!none_a && (a->loss > b->loss || a->loss < b->loss))
		return a->loss > b->loss ? -1 : 1;
	if (a->bin && b->bin)
		return (a->least > b->least) - (a->least < b->least);
	if (a->cases != b->cases)
		return a->cases > b->cases ? -1 : 1;
	return str_cmp(a->value, b->value);
}

/* Alone there is no loss but to fall short of the whole. */
static void losses_alone(struct slices *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->at[i].loss -= s->whole.loss;
	s->whole.loss -= s->whole.loss;
}

static bool no_such_field(const struct slicing *s, struct str field, struct err *err)
{
	struct slice_fields all;
	struct buf names = BUF_INIT;
	slicing_fields(s, &all);
	for (size_t i = 0; i < all.useful && i < 12; i++)
		buf_printf(&names, "%s" STR_FMT, i ? ", " : "", STR_ARG(all.at[i].name));
	if (all.useful > 12)
		buf_printf(&names, " and %zu more", all.useful - 12);
	bool any = names.len > 0;
	err_set(err, ERR_NOT_FOUND, NULL, "no case has a field " STR_FMT "%s%s", STR_ARG(field),
	        any ? "; there are: " : "", buf_cstr(&names));
	buf_done(&names);
	slice_fields_done(&all);
	return false;
}

bool slicing_of(const struct slicing *s, struct db *db, struct str field, const struct slices_opts *opts,
                struct slices *out, struct err *err)
{
	const struct slices_opts plain = SLICES_OPTS;
	*out = (struct slices){.arena = ARENA_INIT, .alone = s->alone, .by_input = s->c.by_input};
	if (!runs_get(db, s->c.a.id, &out->arena, &out->a, err) ||
	    (!s->alone && !runs_get(db, s->c.b.id, &out->arena, &out->b, err)))
		return false;
	out->field = arena_str(&out->arena, field);
	out->refused = arena_str(&out->arena, s->c.refused);
	if (s->c.refused.len)
		return true;
	struct grouping g = {0};
	joined_make(&s->fields_a, &s->fields_b, field, &g.j);
	bool known = g.j.known;
	if (!known)
		no_such_field(s, field, err);
	struct cutting c = {.s = s, .db = db, .opts = opts ? &opts->compare : &plain.compare, .out = out, .err = err};
	bool ok = known;
	if (known) {
		const struct case_field *named = g.j.a.field ? g.j.a.field : g.j.b.field;
		out->field = arena_str(&out->arena, named->name);
		out->numeric = g.j.numeric;
		out->several = g.j.several;
		out->free_text = g.j.free_text;
		out->unread = s->fields_a.unread + s->fields_b.unread;
		out->cut = s->fields_a.cut || s->fields_b.cut;
		copy_names(&c);
		count_values(s, &g, out);
		out->bins = g.bins;
		choose(&g, out);
		spread_members(s, &g, out);
		ok = fill_whole(&c) && fill_slices(&c, &g);
		out->lead = c.lead < 0 ? "pass" : c.names[c.lead];
	}
	grouping_done(&g);
	if (!ok)
		return false;
	if (s->alone)
		losses_alone(out);
	if (out->n)
		qsort(out->at, out->n, sizeof *out->at, by_loss);
	return true;
}

bool slices_of(struct db *db, int64_t a, int64_t b, struct str field, const struct slices_opts *opts,
               struct slices *out, struct err *err)
{
	struct slicing *s = slicing_new();
	*out = (struct slices){.arena = ARENA_INIT};
	bool ok = slicing_pair(s, db, a, b, opts, err) && slicing_tell(s, db, field, err) &&
	          slicing_of(s, db, field, opts, out, err);
	if (!ok && err->code == ERR_NOT_FOUND && slicing_compare(s)->a.id) {
		/* Once more, for the names of the fields that there are. */
		slices_done(out);
		slicing_free(s);
		s = slicing_new();
		ok = slicing_pair(s, db, a, b, opts, err) && slicing_tell(s, db, STR_NONE, err) &&
		     slicing_of(s, db, field, opts, out, err);
	}
	slicing_free(s);
	return ok;
}

/* ---------------------------------------------------------------- a filter's value */

/* "3..17", unless a value is called so. */
static bool range_of(struct str value, double *least, double *greatest)
{
	size_t dots = str_find(value, STR_LIT(".."));
	return dots != SIZE_MAX && scan_double(str_cut(value, 0, dots), least) &&
	       scan_double(str_from(value, dots + 2), greatest);
}

bool slices_mark(struct db *db, const struct compare *c, struct str field, struct str value, bool *keep,
                 struct err *err)
{
	struct case_fields a = {.arena = ARENA_INIT}, b = {.arena = ARENA_INIT};
	struct joined j = {0};
	bool ok = case_fields_read(db, c->a.id, field, &a, err) && case_fields_read(db, c->b.id, field, &b, err);
	if (ok) {
		joined_make(&a, &b, field, &j);
		ok = j.known;
		if (!ok)
			err_set(err, ERR_NOT_FOUND, NULL, "no case has a field " STR_FMT, STR_ARG(field));
	}
	bool *wanted = xcalloc(j.n_values + 1, sizeof *wanted), any = false;
	for (size_t i = 0; i < j.n_values; i++) {
		wanted[i] = str_eq(j.values[i].text, value);
		any = any || wanted[i];
	}
	double least, greatest;
	if (!any && j.numeric && range_of(value, &least, &greatest))
		for (size_t i = 0; i < j.n_values; i++)
			wanted[i] = j.values[i].number >= least && j.values[i].number <= greatest;
	for (size_t i = 0; ok && i < c->n_rows; i++) {
		const uint32_t *ids;
		size_t n = 0, k = 0;
		struct slice_member m = member_of_row(&a, &b, &c->rows[i]);
		bool says = keep[i] && joined_of(&j, &m, &ids, &n) == SAYS_VALUES;
		while (says && k < n && !wanted[ids[k]])
			k++;
		keep[i] = says && k < n;
	}
	free(wanted);
	joined_done(&j);
	case_fields_done(&a);
	case_fields_done(&b);
	return ok;
}
