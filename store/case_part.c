#include "store/case_part.h"

#include <stdlib.h>

void case_parts_clear(struct case_parts *rows)
{
	vec_clear(&rows->at);
	vec_clear(&rows->scores);
}

void case_parts_done(struct case_parts *rows)
{
	vec_done(&rows->at);
	vec_done(&rows->scores);
}

int case_part_order(const struct case_part *a, const struct case_part *b)
{
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->hash != b->hash)
		return a->hash > b->hash ? -1 : 1;
	return a->source < b->source ? -1 : a->source > b->source;
}

static int by_order(const void *a, const void *b)
{
	return case_part_order(a, b);
}

void case_parts_sort(struct case_parts *rows)
{
	if (rows->at.n > 1)
		qsort(rows->at.at, rows->at.n, sizeof *rows->at.at, by_order);
}

/* ---------------------------------------------------------------- scores */

static int numbers(double a, double b)
{
	if (IS_UNKNOWN(a) || IS_UNKNOWN(b))
		return IS_UNKNOWN(a) - IS_UNKNOWN(b);
	return a < b ? -1 : a > b;
}

static int texts(struct str a, struct str b)
{
	if (!a.ptr || !b.ptr)
		return (a.ptr == NULL) - (b.ptr == NULL);
	return str_cmp(a, b);
}

static int by_score(const void *pa, const void *pb)
{
	const struct case_part_score *a = pa, *b = pb;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	int order = numbers(a->value, b->value);
	order = order ? order : texts(a->label, b->label);
	order = order ? order : a->pass - b->pass;
	order = order ? order : numbers(a->threshold, b->threshold);
	order = order ? order : (int)a->from - (int)b->from;
	return order ? order : texts(a->judge_text, b->judge_text);
}

static void settle_scores(struct case_parts *out)
{
	size_t kept = 0;
	struct case_part_score *at = out->scores.at;
	if (out->scores.n > 1)
		qsort(at, out->scores.n, sizeof *at, by_score);
	for (size_t i = 0; i < out->scores.n; i++) {
		if (kept && by_score(&at[kept - 1], &at[i]) == 0)
			continue;
		at[kept] = at[i];
		at[kept].n = kept && at[kept - 1].name == at[i].name ? at[kept - 1].n + 1 : 0;
		kept++;
	}
	out->scores.n = kept;
}

/* ---------------------------------------------------------------- fields */

static void digest(uint64_t *into, uint64_t from)
{
	if (!*into)
		*into = from;
}

static void number(int64_t *into, int64_t from)
{
	if (*into == UNKNOWN_INT)
		*into = from;
}

static void text(struct str *into, struct str from)
{
	if (!into->ptr)
		*into = from;
}

static void join(struct case_part *a, const struct case_part *b)
{
	a->part = a->part || b->part;
	a->status = b->status > a->status ? b->status : a->status; /* in the order of their gravity (model.h) */
	text(&a->title, b->title);
	text(&a->trace, b->trace);
	number(&a->order, b->order);
	digest(&a->variant, b->variant);
	digest(&a->input_hash, b->input_hash);
	digest(&a->expected_hash, b->expected_hash);
	digest(&a->output_hash, b->output_hash);
	number(&a->latency_ns, b->latency_ns);
	number(&a->tokens_in, b->tokens_in);
	number(&a->tokens_out, b->tokens_out);
	if (IS_UNKNOWN(a->cost_usd))
		a->cost_usd = b->cost_usd;
	a->hash ^= b->hash;
}

_Static_assert(CASE_UNSCORED < CASE_PASSED && CASE_PASSED < CASE_FAILED && CASE_FAILED < CASE_ERROR,
               "the gravest status is the largest");

/* What came with it does not count, but where it stands does: all rows of a place have one order or none (ingest_parts.c). */
static bool is_beaten(const struct case_part *row, bool whole, struct case_part *out)
{
	if (row->part || !whole)
		return false;
	number(&out->order, row->order);
	return true;
}

bool case_parts_join(const struct case_parts *rows, int64_t source, struct case_part *out, struct case_parts *scores)
{
	bool any = false, whole = false, several = false;
	uint64_t last = 0;
	vec_clear(&scores->scores);
	for (size_t i = 0; i < rows->at.n; i++) {
		const struct case_part *row = &rows->at.at[i];
		if ((any && last == row->hash) || (source && row->source != source) || is_beaten(row, whole, out))
			continue;
		if (any)
			join(out, row);
		else
			*out = *row;
		several = any || row->part;
		any = true;
		last = row->hash;
		whole = whole || !row->part;
		for (size_t k = 0; k < row->n_scores; k++)
			*vec_add(&scores->scores) = rows->scores.at[row->first_score + k];
	}
	if (!any)
		return false;
	if (several)
		settle_scores(scores);
	out->first_score = 0;
	out->n_scores = scores->scores.n;
	return true;
}
