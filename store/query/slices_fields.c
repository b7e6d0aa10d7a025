/* The fields that a comparison can be cut by, and whether that tells anything. */
#include <stdlib.h>

#include "store/base/text.h"
#include "store/query/slices_private.h"

enum { EXAMPLES = 3, EXAMPLE_BYTES = 40, RARE = 50 /* one in so many cases */ };

void slice_fields_done(struct slice_fields *f)
{
	arena_done(&f->arena);
	*f = (struct slice_fields){0};
}

/* ---------------------------------------------------------------- one field */

static struct str examples_of(struct arena *arena, const struct joined *j, const int64_t *cases)
{
	struct buf text = BUF_INIT;
	size_t best[EXAMPLES], n = 0;
	for (size_t i = 0; i < j->n_values; i++) {
		if (!cases[i])
			continue;
		size_t at = n;
		while (at > 0 && cases[best[at - 1]] < cases[i])
			at--;
		if (at >= EXAMPLES)
			continue;
		n += n < EXAMPLES;
		for (size_t k = n - 1; k > at; k--)
			best[k] = best[k - 1];
		best[at] = i;
	}
	for (size_t i = 0; i < n; i++) {
		struct str value = j->values[best[i]].text;
		buf_add_cstr(&text, i ? ", " : "");
		buf_add_str(&text, text_preview(arena, value, EXAMPLE_BYTES));
		buf_printf(&text, " %lld", (long long)cases[best[i]]);
	}
	struct str out = arena_str(arena, buf_str(&text));
	buf_done(&text);
	return out;
}

struct span_of_numbers {
	double least, greatest;
	bool whole; /* all are whole numbers */
};

static struct span_of_numbers numbers_of(const struct joined *j, const int64_t *cases)
{
	struct span_of_numbers out = {.whole = true};
	bool any = false;
	for (size_t i = 0; i < j->n_values; i++) {
		double x = j->values[i].number;
		if (!cases[i])
			continue;
		out.least = any && out.least < x ? out.least : x;
		out.greatest = any && out.greatest > x ? out.greatest : x;
		out.whole =
		    out.whole && x >= -9e15 && x <= 9e15 && !(x < (double)(int64_t)x) && !(x > (double)(int64_t)x);
		any = true;
	}
	return out;
}

static size_t slices_of_numbers(const struct joined *j, const int64_t *cases, int64_t stated)
{
	double *numbers = xmalloc(size_mul((size_t)stated + 1, sizeof *numbers));
	struct quartiles q;
	size_t n = 0;
	bool met[4] = {false};
	for (size_t i = 0; i < j->n_values; i++)
		for (int64_t k = 0; k < cases[i] && n < (size_t)stated; k++)
			numbers[n++] = j->values[i].number;
	if (quartiles_make(numbers, n, &q))
		for (size_t i = 0; i < n; i++)
			met[quartiles_bin(&q, numbers[i])] = true;
	free(numbers);
	return (size_t)met[0] + met[1] + met[2] + met[3];
}

/* What the field makes of the cases, whatever it calls it: the same number for two fields that cut alike. Values are numbered in the
 * order in which they are met. */
struct cut_hash {
	uint32_t *label; /* of each value; 0: not met yet */
	uint32_t n;
	uint64_t hash;
};

static void hash_more(struct cut_hash *h, uint64_t x)
{
	h->hash = (h->hash ^ x) * UINT64_C(0x9E3779B97F4A7C15);
	h->hash ^= h->hash >> 29;
}

static void hash_case(struct cut_hash *h, enum slice_word word, const uint32_t *ids, size_t n)
{
	hash_more(h, (uint64_t)word << 32 | n);
	for (size_t i = 0; word == SAYS_VALUES && i < n; i++) {
		if (!h->label[ids[i]])
			h->label[ids[i]] = ++h->n;
		hash_more(h, h->label[ids[i]]);
	}
}

/* Too few cases state it to cut anything: what either run alone says of it is enough, so that files of very many fields are listed as quickly
 * as others. */
static bool make_rare(const struct slicing *s, struct str name, int64_t all, struct arena *arena,
                      struct slice_field *out)
{
	const struct case_field *sides[2] = {case_fields_find(&s->fields_a, name),
	                                     case_fields_find(&s->fields_b, name)};
	int64_t cases = 0;
	size_t values = 0;
	for (size_t i = 0; i < 2; i++)
		if (sides[i]) {
			cases += sides[i]->cases;
			values = sides[i]->n_values > values ? sides[i]->n_values : values;
		}
	if (cases * RARE >= all)
		return false;
	*out = (struct slice_field){.name = arena_str(arena, name),
	                            .values = values,
	                            .slices = values < SLICES_MOST ? values : SLICES_MOST,
	                            .cases = cases,
	                            .useless = true};
	return true;
}

static uint64_t make_field(const struct slicing *s, struct str name, int64_t all, struct arena *arena,
                           struct slice_field *out)
{
	if (make_rare(s, name, all, arena, out))
		return 0;
	struct joined j;
	joined_make(&s->fields_a, &s->fields_b, name, &j);
	int64_t *cases = xcalloc(j.n_values + 1, sizeof *cases), stated = 0;
	struct cut_hash cut = {.label = xcalloc(j.n_values + 1, sizeof *cut.label)};
	*out = (struct slice_field){
	    .name = arena_str(arena, name), .numeric = j.numeric, .several = j.several, .free_text = j.free_text};
	for (size_t i = 0; i < s->n_members; i++) {
		const struct slice_member *m = &s->members[i];
		const uint32_t *ids;
		size_t n;
		if (m->a == NOT_THERE || (!s->alone && m->b == NOT_THERE))
			continue;
		enum slice_word word = joined_of(&j, m, &ids, &n);
		hash_case(&cut, word, ids, n);
		out->cases += word != SAYS_NOTHING;
		out->differ += word == SAYS_DIFFERENT;
		for (size_t k = 0; word == SAYS_VALUES && k < n; k++)
			out->values += cases[ids[k]]++ == 0;
		stated += word == SAYS_VALUES;
	}
	bool everything = j.several; /* a list that is the same for all */
	for (size_t i = 0; i < j.n_values && everything; i++)
		everything = !cases[i] || cases[i] == stated;
	bool bins = j.numeric && !j.several && out->values > SLICE_NUMBERS_MOST;
	struct span_of_numbers span = numbers_of(&j, cases);
	/* Whole numbers without a gap, each once: somebody counted the cases. */
	bool numbering =
	    bins && span.whole && (int64_t)out->values == stated && span.greatest - span.least < (double)out->values;
	out->slices = bins                        ? slices_of_numbers(&j, cases, stated)
	              : out->values > SLICES_MOST ? SLICES_MOST
	                                          : out->values;
	out->useless = out->free_text || out->slices < 2 || numbering || (!bins && 3 * (int64_t)out->values > stated) ||
	               out->cases * RARE < all || everything;
	out->examples = bins && !numbering ? arena_printf(arena, "%.6g .. %.6g", span.least, span.greatest)
	                                   : examples_of(arena, &j, cases);
	free(cases);
	free(cut.label);
	joined_done(&j);
	return cut.hash;
}

/* ---------------------------------------------------------------- all */

static int by_use(const void *left, const void *right)
{
	const struct slice_field *a = left, *b = right;
	if (a->useless != b->useless)
		return a->useless ? 1 : -1;
	if (!a->useless && a->cases != b->cases)
		return a->cases > b->cases ? -1 : 1;
	if (!a->useless && a->slices != b->slices)
		return a->slices < b->slices ? -1 : 1;
	return str_cmp(a->name, b->name);
}

struct cut {
	uint64_t hash;
	struct slice_field *field;
};

static int by_cut(const void *left, const void *right)
{
	const struct cut *a = left, *b = right;
	if (a->hash != b->hash)
		return (a->hash > b->hash) - (a->hash < b->hash);
	if (a->field->name.len != b->field->name.len)
		return a->field->name.len < b->field->name.len ? -1 : 1;
	return str_cmp(a->field->name, b->field->name);
}

/* Of fields that cut the cases alike the one with the shortest name stays. */
static void mark_same(struct cut *cuts, size_t n)
{
	if (n)
		qsort(cuts, n, sizeof *cuts, by_cut);
	for (size_t i = 1, first = 0; i < n; i++) {
		struct slice_field *kept = cuts[first].field, *field = cuts[i].field;
		if (cuts[i].hash != cuts[first].hash || field->values != kept->values || field->cases != kept->cases) {
			first = i;
		} else {
			field->useless = true;
			field->same_as = kept->name;
		}
	}
}

static int64_t cases_of(const struct slicing *s)
{
	int64_t n = 0;
	for (size_t i = 0; i < s->n_members; i++)
		n += s->members[i].a != NOT_THERE && (s->alone || s->members[i].b != NOT_THERE);
	return n;
}

void slicing_fields(const struct slicing *s, struct slice_fields *out)
{
	const struct case_fields *a = &s->fields_a, *b = &s->fields_b;
	*out = (struct slice_fields){.arena = ARENA_INIT, .unread = a->unread + b->unread, .cut = a->cut || b->cut};
	out->at = arena_zalloc(&out->arena, a->n + b->n, sizeof *out->at);
	out->cases = cases_of(s);
	struct cut *cuts = xcalloc(a->n + b->n + 1, sizeof *cuts);
	size_t n_cuts = 0;
	for (size_t i = 0, k = 0; i < a->n || k < b->n; out->n++) {
		int order = i == a->n ? 1 : k == b->n ? -1 : str_cmp(a->at[i].name, b->at[k].name);
		struct str name = order <= 0 ? a->at[i].name : b->at[k].name;
		struct slice_field *field = &out->at[out->n];
		i += order <= 0;
		k += order >= 0;
		uint64_t hash = make_field(s, name, out->cases, &out->arena, field);
		/* Bins are cut by the size of the numbers, which the hash does not know. */
		if (!field->useless && field->slices == field->values)
			cuts[n_cuts++] = (struct cut){hash, field};
	}
	mark_same(cuts, n_cuts);
	free(cuts);
	if (out->n)
		qsort(out->at, out->n, sizeof *out->at, by_use);
	for (size_t i = 0; i < out->n; i++)
		out->useful += !out->at[i].useless;
}

bool slices_fields(struct db *db, int64_t a, int64_t b, struct slice_fields *out, struct err *err)
{
	struct slicing *s = slicing_new();
	*out = (struct slice_fields){.arena = ARENA_INIT};
	bool ok = slicing_pair(s, db, a, b, NULL, err) && slicing_tell(s, db, STR_NONE, err);
	if (ok)
		slicing_fields(s, out);
	slicing_free(s);
	return ok;
}
