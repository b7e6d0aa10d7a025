/* One field of two runs: its values as one list, and what each case is said to have. */
#include <stdlib.h>

#include "store/query/slices_private.h"

/* ---------------------------------------------------------------- values */

struct source_value {
	const struct case_field_value *value;
	uint32_t *joined; /* where its new number goes */
};

static int by_text(const void *left, const void *right)
{
	const struct source_value *a = left, *b = right;
	return str_cmp(a->value->text, b->value->text);
}

static void add_values(struct joined_side *side, size_t n_cases, struct source_value *all, size_t *n)
{
	const struct case_field *f = side->field;
	if (!f)
		return;
	side->joined = xcalloc(f->n_values + 1, sizeof *side->joined);
	side->start = xcalloc(n_cases + 2, sizeof *side->start);
	for (size_t i = 0; i < f->n_cells; i++)
		side->start[f->cells[i].at + 1]++;
	for (size_t i = 1; i <= n_cases; i++)
		side->start[i] += side->start[i - 1];
	for (size_t i = 0; i < f->n_values; i++)
		all[(*n)++] = (struct source_value){&f->values[i], &side->joined[i]};
}

void joined_make(const struct case_fields *a, const struct case_fields *b, struct str field, struct joined *out)
{
	*out = (struct joined){.a.field = case_fields_find(a, field), .b.field = case_fields_find(b, field)};
	const struct case_field *fields[2] = {out->a.field, out->b.field};
	size_t most = 0, n = 0;
	out->numeric = true;
	for (size_t i = 0; i < 2; i++)
		if (fields[i]) {
			out->known = true;
			out->several = out->several || fields[i]->several;
			out->free_text = out->free_text || fields[i]->free_text;
			out->numeric = out->numeric && (fields[i]->numeric || !fields[i]->n_values);
			most += fields[i]->n_values;
		}
	struct source_value *all = xcalloc(most + 1, sizeof *all);
	add_values(&out->a, a->n_cases, all, &n);
	add_values(&out->b, b->n_cases, all, &n);
	qsort(all, n, sizeof *all, by_text);
	out->values = xcalloc(n + 1, sizeof *out->values);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !str_eq(all[i].value->text, all[i - 1].value->text))
			out->values[out->n_values++] = (struct joined_value){all[i].value->text, all[i].value->number};
		*all[i].joined = (uint32_t)(out->n_values - 1);
	}
	out->numeric = out->numeric && out->n_values > 0;
	free(all);
}

void joined_done(struct joined *j)
{
	struct joined_side *const sides[2] = {&j->a, &j->b};
	for (size_t i = 0; i < 2; i++) {
		free(sides[i]->start);
		free(sides[i]->joined);
	}
	free(j->values);
	vec_done(&j->of_a);
	vec_done(&j->of_b);
	*j = (struct joined){0};
}

/* ---------------------------------------------------------------- a case */

static int by_id(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	return (a > b) - (a < b);
}

/* Into *at, ascending. */
static enum slice_word side_says(const struct joined_side *side, uint32_t told, uint32_t **at, size_t *n, size_t *cap)
{
	*n = 0;
	if (!side->field || told == NOT_THERE)
		return SAYS_NOTHING;
	for (uint32_t i = side->start[told]; i < side->start[told + 1]; i++) {
		uint32_t value = side->field->cells[i].value;
		if (value == FIELD_DIFFERS)
			return SAYS_DIFFERENT;
		*at = vec_grow(*at, cap, *n, sizeof **at);
		(*at)[(*n)++] = side->joined[value];
	}
	if (*n > 1)
		qsort(*at, *n, sizeof **at, by_id);
	return *n ? SAYS_VALUES : SAYS_NOTHING;
}

/* Of a's values those that b has, too; both ascend. */
static void keep_common(struct joined *j)
{
	size_t kept = 0;
	for (size_t i = 0, k = 0; i < j->of_a.n && k < j->of_b.n;) {
		uint32_t a = j->of_a.at[i], b = j->of_b.at[k];
		if (a == b)
			j->of_a.at[kept++] = a;
		i += a <= b;
		k += b <= a;
	}
	j->of_a.n = kept;
}

enum slice_word joined_of(struct joined *j, const struct slice_member *m, const uint32_t **at, size_t *n)
{
	enum slice_word a = side_says(&j->a, m->told_a, &j->of_a.at, &j->of_a.n, &j->of_a.cap);
	enum slice_word b = side_says(&j->b, m->told_b, &j->of_b.at, &j->of_b.n, &j->of_b.cap);
	if (a == SAYS_DIFFERENT || b == SAYS_DIFFERENT)
		return SAYS_DIFFERENT;
	if (a == SAYS_VALUES && b == SAYS_VALUES)
		keep_common(j);
	*at = a == SAYS_VALUES ? j->of_a.at : j->of_b.at;
	*n = a == SAYS_VALUES ? j->of_a.n : j->of_b.n;
	if (a == SAYS_NOTHING && b == SAYS_NOTHING)
		return SAYS_NOTHING;
	return *n ? SAYS_VALUES : SAYS_DIFFERENT;
}

/* ---------------------------------------------------------------- bins */

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

bool quartiles_make(double *numbers, size_t n, struct quartiles *out)
{
	if (!n)
		return false;
	qsort(numbers, n, sizeof *numbers, by_value);
	for (size_t i = 0; i < 3; i++)
		out->at[i] = interval_quantile_of(numbers, n, 0.25 * (double)(i + 1));
	return true;
}

int quartiles_bin(const struct quartiles *q, double number)
{
	return number <= q->at[0] ? 0 : number <= q->at[1] ? 1 : number <= q->at[2] ? 2 : 3;
}
