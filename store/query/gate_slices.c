/* Points of the gate about the cases with one value of a field (case_fields.h): limits of slices, cases that must pass. */
#include <stdlib.h>

#include "store/base/scan.h"
#include "store/query/gate_private.h"

enum { VALUES_MOST = 200, TOLD_LEAST = 6 /* fewer pairs cannot show a difference (statistics.md 8) */ };

void gate_fields_done(struct gate_fields *f)
{
	case_fields_done(&f->run);
	case_fields_done(&f->base);
	*f = (struct gate_fields){.read = false};
}

/* The fields of the last entry are kept: entries about one field stand together. */
static bool read_field(struct trial *t, struct str field)
{
	struct gate_fields *f = &t->fields;
	if (f->read && str_eq(f->field, field))
		return true;
	gate_fields_done(f);
	f->field = field;
	f->read = true;
	if (!case_fields_read(t->db, t->out->run.id, field, &f->run, t->err))
		return false;
	return !t->baseline || case_fields_read(t->db, t->baseline, field, &f->base, t->err);
}

/* A value as a limit names it: a text, or of numbers "LEAST..GREATEST". */
struct wanted {
	struct str text;
	bool range;
	double least, greatest;
};

static struct wanted wanted_of(const struct case_field *field, struct str text)
{
	struct wanted w = {.text = text};
	size_t dots = str_find(text, STR_LIT(".."));
	w.range = field->numeric && dots != SIZE_MAX && scan_double(str_cut(text, 0, dots), &w.least) &&
	          scan_double(str_from(text, dots + 2), &w.greatest);
	return w;
}

static bool is_wanted(const struct case_field_value *v, const struct wanted *w)
{
	return w->range ? v->number >= w->least && v->number <= w->greatest : str_eq(v->text, w->text);
}

enum stated { STATES_NOT, STATES_THIS, STATES_OTHER };

static enum stated states(const struct case_fields *all, const struct case_field *field, int64_t case_id,
                          const struct wanted *w)
{
	if (!field)
		return STATES_NOT;
	struct case_field_cells cells = case_fields_of(all, field, case_id);
	for (size_t i = 0; i < cells.n; i++)
		if (cells.at[i].value != FIELD_DIFFERS && is_wanted(&field->values[cells.at[i].value], w))
			return STATES_THIS;
	return cells.n ? STATES_OTHER : STATES_NOT;
}

/* ---------------------------------------------------------------- a slice's figures */

struct part {
	struct str value;
	double k;
	int64_t cases, scored;
	bool tested;
	struct metric_result pass;
	double p; /* corrected over the values of the field */
	struct case_list against;
};

static double pass_of(const struct trial *t, const struct compare_side *s)
{
	if (!s->scored)
		return UNKNOWN_DOUBLE;
	if (t->opts->majority)
		return s->status == CASE_PASSED;
	return (double)s->passes / (double)s->scored;
}

static void count_part(struct trial *t, const struct case_field *field, const struct wanted *w, struct part *p)
{
	for (size_t i = 0; i < t->side.n; i++) {
		const struct side_case *c = &t->side.cases[i];
		double pass = pass_of(t, &c->side);
		if (states(&t->fields.run, field, c->case_id, w) != STATES_THIS)
			continue;
		p->cases++;
		if (IS_UNKNOWN(pass))
			continue;
		p->scored++;
		p->k += pass;
		if (c->side.status != CASE_PASSED)
			gate_case(t, &p->against, c->key, c->title);
	}
}

/* The pass rate of the pairs both sides of which are in the slice, or that one side does not tell of. False: interrupted. */
static bool test_part(struct trial *t, const struct case_field *field, const struct wanted *w, struct part *p)
{
	const struct compare *c = &t->out->compare;
	const struct case_field *before = case_fields_find(&t->fields.base, t->fields.field);
	double *a = xmalloc(size_mul(size_add(c->n_rows, 1), 2 * sizeof *a)), *b = a + c->n_rows + 1;
	size_t n = 0;
	bool repeats = false;
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];
		if (!row->a.present || !row->b.present ||
		    states(&t->fields.run, field, row->b.at.case_id, w) != STATES_THIS ||
		    states(&t->fields.base, before, row->a.at.case_id, w) == STATES_OTHER)
			continue;
		a[n] = pass_of(t, &row->a);
		b[n++] = pass_of(t, &row->b);
		repeats = repeats || row->a.scored > 1 || row->b.scored > 1;
	}
	struct stat_opts stat = STAT_OPTS;
	if (t->opts->seed)
		stat.boot.seed = t->opts->seed;
	bool ok = stat_rate(a, b, n, repeats && !t->opts->majority, &stat, &p->pass);
	p->tested = p->pass.n >= TOLD_LEAST;
	free(a);
	return ok;
}

static void correct(struct part *parts, size_t n)
{
	double *p = xmalloc(size_mul(n + 1, sizeof *p));
	for (size_t i = 0; i < n; i++)
		p[i] = parts[i].tested ? parts[i].pass.p : UNKNOWN_DOUBLE;
	paired_holm(p, n, p);
	for (size_t i = 0; i < n; i++)
		parts[i].p = p[i];
	free(p);
}

/* ---------------------------------------------------------------- a slice's check */

static const char *change_words(struct trial *t, const struct gate_slice *s, const struct part *p, bool worse)
{
	const struct metric_result *r = &p->pass;
	if (!t->out->has_baseline || !s->no_regression || !r->n)
		return "";
	const char *by =
	    arena_printf(&t->out->arena, "%s to %s in %s of both runs", gate_fig(t, GATE_RATE, r->a, false),
	                 gate_fig(t, GATE_RATE, r->b, false), gate_n(t, (int64_t)r->n, "case", "cases"))
	        .ptr;
	if (!p->tested)
		return arena_printf(&t->out->arena, "; %s, too few to tell a change", by).ptr;
	return arena_printf(&t->out->arena, p->p < 0.0001 ? "; %s%s, p <0.0001" : "; %s%s, p %.3f",
	                    worse ? "worse: " : "", by, p->p)
	    .ptr;
}

static void say_part(struct trial *t, const struct gate_slice *s, struct part *p)
{
	struct str value = str_cut(p->value, 0, 80);
	struct str name = arena_printf(&t->out->arena, STR_FMT "=" STR_FMT, STR_ARG(s->field), STR_ARG(value));
	struct gate_check *c =
	    gate_add(t, arena_printf(&t->out->arena, "slice." STR_FMT, STR_ARG(name)), name, BEHIND_SLICES);
	const struct metric_result *r = &p->pass;
	bool limit = !IS_UNKNOWN(s->pass_rate);
	bool tested = s->no_regression && t->out->has_baseline && p->tested;
	bool worse = tested && p->p < 0.05 && r->delta < 0 && !r->ranks_disagree;
	gate_rate(c, p->k, (double)p->scored);
	c->limit = s->pass_rate;
	c->before = r->a;
	c->after = r->b;
	c->p = tested ? p->p : UNKNOWN_DOUBLE;
	c->field = s->field;
	gate_cases(t, c, &p->against);
	const char *figures = p->scored
	                          ? arena_printf(&t->out->arena, "%s of %s%s", gate_fig(t, GATE_RATE, c->value, false),
	                                         gate_n(t, p->scored, "case", "cases"), gate_range(t, c, false))
	                                .ptr
	                      : p->cases ? "no case of it has a verdict"
	                                 : "no case of the run is in it";
	if (p->scored < s->min_cases || !p->scored) {
		c->status = GATE_TOO_FEW;
		c->more = s->min_cases > p->scored ? s->min_cases - p->scored : UNKNOWN_INT;
		gate_say(t, c, "%s; %s", figures,
		         gate_n(t, s->min_cases > 0 ? s->min_cases : 1, "is needed", "are needed"));
		return;
	}
	if (limit)
		gate_within(t, c);
	else if (tested)
		c->status = GATE_PASS;
	const char *doubt = gate_doubt(c);
	if (worse)
		c->status = GATE_FAIL;
	t->quality = t->quality || limit || tested;
	gate_say(t, c, "%s%s%s%s", figures, doubt, change_words(t, s, p, worse),
	         !limit && !t->out->has_baseline ? "; no baseline to compare with" : "");
	if (worse)
		c->brief = arena_printf(&t->out->arena, STR_FMT " is worse (%s)", STR_ARG(str_cut(c->title, 0, 60)),
		                        gate_fig(t, GATE_POINTS, r->delta, true));
}

static void cannot_cut(struct trial *t, const struct gate_slice *s, const char *why)
{
	struct gate_check *c =
	    gate_add(t, arena_printf(&t->out->arena, "slice." STR_FMT, STR_ARG(s->field)), s->field, BEHIND_SLICES);
	c->status = GATE_TOO_FEW;
	gate_say(t, c, "%s", why);
}

/* Limits for every value of a field do not go for one that has limits of its own. */
static bool has_own(const struct trial *t, const struct gate_slice *s, struct str value)
{
	for (size_t i = 0; i < t->limits->n_slices && !s->value.len; i++)
		if (str_eq(t->limits->slices[i].field, s->field) && str_eq(t->limits->slices[i].value, value))
			return true;
	return false;
}

static bool point_slice(struct trial *t, const struct gate_slice *s)
{
	if (!read_field(t, s->field))
		return false;
	const struct case_field *field = case_fields_find(&t->fields.run, s->field);
	size_t n = s->value.len ? 1 : field ? field->n_values : 0;
	bool scattered = field && !s->value.len && (n > VALUES_MOST || (int64_t)n * 2 > field->cases);
	if (!field || (field->free_text && !field->n_values) || scattered) {
		cannot_cut(t, s,
		           !field ? "no case of the run has this field"
		                  : "the field has too many values to be cut by: name one, or of numbers a range, in "
		                    "\"value\"");
		return true;
	}
	struct part *parts = xcalloc(n + 1, sizeof *parts);
	size_t used = 0;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct str value = s->value.len ? s->value : field->values[i].text;
		struct wanted w = wanted_of(field, value);
		if (has_own(t, s, value))
			continue;
		struct part *part = &parts[used++];
		part->value = arena_str(&t->out->arena, value);
		count_part(t, field, &w, part);
		ok = !t->out->has_baseline || !s->no_regression || test_part(t, field, &w, part);
	}
	correct(parts, used);
	for (size_t i = 0; i < used; i++)
		if (ok)
			say_part(t, s, &parts[i]);
		else
			vec_done(&parts[i].against.first);
	free(parts);
	return ok || err_set(t->err, ERR_INTERRUPTED, NULL, "interrupted");
}

bool gate_slice_points(struct trial *t)
{
	bool ok = true;
	for (size_t i = 0; ok && i < t->limits->n_slices; i++)
		ok = point_slice(t, &t->limits->slices[i]);
	return ok;
}

/* ---------------------------------------------------------------- cases that must pass, by a field */

bool gate_must_by_field(struct trial *t, const struct gate_must_pass *must, struct gate_must *m)
{
	if (!read_field(t, must->field))
		return false;
	const struct case_field *field = case_fields_find(&t->fields.run, must->field);
	struct wanted w = {.text = must->value};
	if (field)
		w = wanted_of(field, must->value);
	for (size_t i = 0; field && i < t->side.n; i++) {
		const struct side_case *c = &t->side.cases[i];
		if (states(&t->fields.run, field, c->case_id, &w) != STATES_THIS)
			continue;
		m->cases++;
		for (int64_t k = 0; k < c->n_repeats; k++)
			gate_must_result(t, m, c->key, c->title,
			                 (int64_t)t->side.repeats[c->first_repeat + (size_t)k].status);
	}
	return true;
}
