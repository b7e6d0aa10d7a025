/* Where regressions begin: which results meet, their traces put in line one pair after the other, and what is counted over them. */
#include "store/query/begins.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/base/vec.h"
#include "store/query/begins_private.h"
#include "store/query/trace_diff.h"
#include "store/query/words.h"
#include "store/stat/dist.h"
#include "store/stat/paired.h"
#include "store/stat/rates.h"

void begins_done(struct begins *b)
{
	arena_done(&b->arena);
	*b = (struct begins){0};
}

/* ---------------------------------------------------------------- results and their traces */

struct result {
	int64_t case_id, repeat, trace;
	enum case_status status;
};
struct results {
	VEC(struct result) all; /* by case, then repeat; those with a trace */
};

static bool read_results(struct db *db, int64_t run, struct results *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT c.case_id, c.repeat, c.status, t.id FROM case_result c"
	                          " JOIN trace t ON t.key = c.trace AND t.n > 0"
	                          " WHERE c.run = ?1 AND c.repeat >= 0"
	                          " ORDER BY c.case_id, c.repeat",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t status = col_int_or(s, 2, CASE_UNSCORED);
		bool known = status >= 0 && status < N_CASE_STATUSES;
		*vec_add(&out->all) = (struct result){.case_id = col_int(s, 0),
		                                      .repeat = col_int_or(s, 1, 0),
		                                      .status = known ? (enum case_status)status : CASE_UNSCORED,
		                                      .trace = col_int(s, 3)};
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static int by_trace(const void *left, const void *right)
{
	const struct result *a = left, *b = right;
	if (a->trace != b->trace)
		return a->trace < b->trace ? -1 : 1;
	return a->case_id < b->case_id ? -1 : a->case_id > b->case_id;
}

static int by_case(const void *left, const void *right)
{
	const struct result *a = left, *b = right;
	if (a->case_id != b->case_id)
		return a->case_id < b->case_id ? -1 : 1;
	return a->repeat < b->repeat ? -1 : a->repeat > b->repeat;
}

/* Leaves out results whose trace is that of other cases too (a whole evaluation in one trace, as Weave has it): nothing says what of it
 * is theirs. Returns how many. */
static int64_t drop_shared(struct results *r)
{
	size_t n = 0, all = r->all.n;
	if (all > 1)
		qsort(r->all.at, all, sizeof *r->all.at, by_trace);
	for (size_t i = 0, end; i < all; i = end) {
		for (end = i + 1; end < all && r->all.at[end].trace == r->all.at[i].trace;)
			end++;
		bool shared = r->all.at[i].case_id != r->all.at[end - 1].case_id;
		for (size_t k = i; k < end && !shared; k++)
			r->all.at[n++] = r->all.at[k];
	}
	r->all.n = n;
	if (n > 1)
		qsort(r->all.at, n, sizeof *r->all.at, by_case);
	return (int64_t)(all - n);
}

struct range {
	const struct result *at;
	size_t n;
};

static struct range results_of(const struct results *r, int64_t case_id)
{
	size_t low = 0, high = r->all.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->all.at[middle].case_id < case_id)
			low = middle + 1;
		else
			high = middle;
	}
	struct range out = {r->all.at ? r->all.at + low : NULL, 0};
	while (low + out.n < r->all.n && out.at[out.n].case_id == case_id)
		out.n++;
	return out;
}

static const struct result *first_with(const struct range *r, enum case_status status)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->at[i].status == status)
			return r->at + i;
	return r->n ? r->at : NULL;
}

/* Those of one number that both have the verdict of their case, else the first that has it on each side. */
static void pick(struct range a, enum case_status status_a, struct range b, enum case_status status_b,
                 struct begins_case *out)
{
	const struct result *in_a = NULL, *in_b = NULL;
	for (size_t i = 0, k = 0; i < a.n && k < b.n && !in_a;) {
		if (a.at[i].repeat == b.at[k].repeat && a.at[i].status == status_a && b.at[k].status == status_b) {
			in_a = &a.at[i];
			in_b = &b.at[k];
		}
		int64_t x = a.at[i].repeat, y = b.at[k].repeat;
		i += x <= y;
		k += y <= x;
	}
	in_a = in_a ? in_a : first_with(&a, status_a);
	in_b = in_b ? in_b : first_with(&b, status_b);
	out->trace_a = in_a ? in_a->trace : 0;
	out->trace_b = in_b ? in_b->trace : 0;
	out->repeat_a = in_a ? in_a->repeat : 0;
	out->repeat_b = in_b ? in_b->repeat : 0;
	out->has = in_a && in_b ? BEGINS_BOTH : in_a ? BEGINS_NO_B : in_b ? BEGINS_NO_A : BEGINS_NEITHER;
}

/* ---------------------------------------------------------------- places: a step and what differs in it */

static uint64_t key_of(uint32_t name, enum span_kind kind, enum begins_what what)
{
	return ((uint64_t)name << 16 | (uint64_t)kind << 8 | (uint64_t)what) + 1; /* never 0 */
}

static size_t *slot_of(const struct counting *x, uint64_t key)
{
	size_t i = (key * 0x9E3779B97F4A7C15u) >> 20 & (x->n_slots - 1);
	while (x->slots[i] && x->places.at[x->slots[i] - 1].key != key)
		i = (i + 1) & (x->n_slots - 1);
	return &x->slots[i];
}

static uint32_t place_of(struct counting *x, uint32_t name, enum span_kind kind, enum begins_what what)
{
	if (2 * x->places.n >= x->n_slots) {
		free(x->slots);
		x->n_slots = x->n_slots ? 2 * x->n_slots : 256;
		x->slots = xcalloc(x->n_slots, sizeof *x->slots);
		for (size_t i = 0; i < x->places.n; i++)
			*slot_of(x, x->places.at[i].key) = i + 1;
	}
	uint64_t key = key_of(name, kind, what);
	size_t *slot = slot_of(x, key);
	if (!*slot) {
		*vec_add(&x->places) = (struct place){.key = key, .name = name, .kind = kind, .what = what};
		*slot = x->places.n;
	}
	return (uint32_t)(*slot - 1);
}

/* One word for what differs: the first of these tells most. */
static enum begins_what what_of(const struct trace_pair *p, const struct align_place *at)
{
	const struct align_row *row = &p->aligned.rows[at->row];
	static const struct {
		unsigned mark;
		enum begins_what what;
	} order[] = {
	    {ALIGN_ADDED,     BEGINS_NEW             },
            {ALIGN_REMOVED,   BEGINS_MISSING         },
	    {ALIGN_MODEL,     BEGINS_MODEL           },
            {ALIGN_RENAMED,   BEGINS_RENAMED         },
	    {ALIGN_MOVED,     BEGINS_MOVED           },
            {ALIGN_INPUT,     BEGINS_INPUT           },
	    {ALIGN_STATUS,    BEGINS_STATUS          },
            {ALIGN_DOCUMENTS, BEGINS_DOCUMENTS_DIFFER},
	    {ALIGN_OUTPUT,    BEGINS_OUTPUT          },
	};
	size_t i = 0;
	while (i + 1 < sizeof order / sizeof *order && !(at->marks & order[i].mark))
		i++;
	if (order[i].what != BEGINS_STATUS)
		return order[i].what;
	if (p->spans_b.spans.at[row->b].status == STATUS_ERROR)
		return BEGINS_FAILS;
	return p->spans_a.spans.at[row->a].status == STATUS_ERROR ? BEGINS_RECOVERS : BEGINS_STATUS;
}

/* The places of a pair in order, each once, behind those of the pairs before. */
static void add_places(struct counting *x, const struct trace_pair *p)
{
	struct align_place at[BEGINS_PLACES];
	size_t n = align_places(&p->aligned, at, BEGINS_PLACES), from = x->seen.n;
	for (size_t i = 0; i < n; i++) {
		const struct align_row *row = &p->aligned.rows[at[i].row];
		const struct path_span *span =
		    row->b != ALIGN_NONE ? &p->spans_b.spans.at[row->b] : &p->spans_a.spans.at[row->a];
		uint32_t place = place_of(x, span->name, (enum span_kind)span->kind, what_of(p, &at[i]));
		bool known = false;
		for (size_t k = from; k < x->seen.n && !known; k++)
			known = x->seen.at[k] == place;
		if (!known)
			*vec_add(&x->seen) = place;
	}
}

static bool look_at(struct counting *x, struct begins_case *c, struct looked *out)
{
	static const struct trace_pair_most most = {.spans = BEGINS_SPANS, .documents = BEGINS_DOCUMENTS};
	struct trace_pair pair;
	bool ok = trace_pair_load(x->db, x->blocks, c->trace_a, c->trace_b, most, &pair, x->err);
	out->from = x->seen.n;
	if (ok) {
		add_places(x, &pair);
		c->cut = pair.cut_a || pair.cut_b || pair.documents_cut;
		x->spans += (int64_t)(pair.spans_a.spans.n + pair.spans_b.spans.n);
	}
	out->n = x->seen.n - out->from;
	trace_pair_done(&pair);
	return ok;
}

/* ---------------------------------------------------------------- which cases */

static bool is_verdict(enum case_status status)
{
	return status == CASE_PASSED || status == CASE_FAILED;
}

/* Nothing says that a case passed or failed, in either run: then it is its scores that can fall. */
static bool has_no_verdicts(const struct compare *c)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_side *a = &c->rows[i].a, *b = &c->rows[i].b;
		if ((a->present && is_verdict(a->status)) || (b->present && is_verdict(b->status)))
			return false;
	}
	return true;
}

static bool is_lost(const struct compare_row *row, bool by_scores)
{
	if (by_scores)
		return row->class_ == CLASS_CHANGED &&
		       (row->loss > 1e-12 || (row->b.status == CASE_ERROR && row->a.status != CASE_ERROR));
	return row->class_ == CLASS_REGRESSED || row->class_ == CLASS_NEW_ERROR;
}

static void find_cases(struct counting *x, const struct results *a, const struct results *b)
{
	const struct compare *c = x->compare;
	struct begins *out = x->out;
	out->by_scores = has_no_verdicts(c);
	out->cases = arena_zalloc(&out->arena, c->n_rows + 1, sizeof *out->cases);
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];
		if (!row->a.present || !row->b.present)
			continue;
		struct begins_case *to = &out->cases[out->n_cases++];
		*to = (struct begins_case){
		    .row = i, .lost = is_lost(row, out->by_scores), .first = BEGINS_NONE, .then = BEGINS_NONE};
		out->errors |= to->lost && row->class_ == CLASS_NEW_ERROR;
		pick(results_of(a, row->a.at.case_id), row->a.status, results_of(b, row->b.at.case_id), row->b.status,
		     to);
		struct begins_count *count = to->lost ? &out->lost : &out->others;
		count->all++;
		count->traced += to->has == BEGINS_BOTH;
		count->no_a += to->has == BEGINS_NO_A;
		count->no_b += to->has == BEGINS_NO_B;
		count->neither += to->has == BEGINS_NEITHER;
	}
}

struct chosen {
	uint64_t hash;
	size_t at; /* in begins.cases */
};

static int by_hash(const void *left, const void *right)
{
	const struct chosen *a = left, *b = right;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Puts the traces of a group in line, in the order of a hash of their keys: any number of them is a fair sample of all. */
static bool look_at_group(struct counting *x, bool lost, int64_t most)
{
	struct begins *b = x->out;
	struct begins_count *count = lost ? &b->lost : &b->others;
	VEC(struct chosen) order = {0};
	for (size_t i = 0; i < b->n_cases; i++)
		if (b->cases[i].lost == lost && b->cases[i].has == BEGINS_BOTH)
			*vec_add(&order) = (struct chosen){hash64(x->compare->rows[b->cases[i].row].key), i};
	if (order.n > 1)
		qsort(order.at, order.n, sizeof *order.at, by_hash);
	bool ok = true;
	for (size_t i = 0; ok && i < order.n; i++) {
		struct begins_case *c = &b->cases[order.at[i].at];
		if ((int64_t)i >= most || x->spans >= BEGINS_SPANS_ALL) {
			c->has = BEGINS_NOT_LOOKED;
			continue;
		}
		ok = look_at(x, c, &x->looked[order.at[i].at]);
		count->looked++;
		b->cut |= c->cut;
	}
	vec_done(&order);
	return ok;
}

/* ---------------------------------------------------------------- counting */

static void count_places(struct counting *x)
{
	const struct begins *b = x->out;
	for (size_t i = 0; i < b->n_cases && x->places.at; i++)
		for (size_t k = 0; k < x->looked[i].n; k++) {
			struct place *p = &x->places.at[x->seen.at[x->looked[i].from + k]];
			p->any[b->cases[i].lost]++;
		}
	for (size_t i = 0; i < x->places.n && x->places.at; i++) {
		struct place *p = &x->places.at[i];
		p->everywhere = b->lost.looked > 0 && b->others.looked >= BEGINS_EVERYWHERE_LEAST &&
		                (double)p->any[1] >= BEGINS_EVERYWHERE_SHARE * (double)b->lost.looked &&
		                (double)p->any[0] >= BEGINS_EVERYWHERE_SHARE * (double)b->others.looked;
	}
}

static void count_first(struct counting *x)
{
	struct begins *b = x->out;
	for (size_t i = 0; i < b->n_cases; i++) {
		struct begins_case *c = &b->cases[i];
		if (c->has != BEGINS_BOTH)
			continue;
		const uint32_t *seen = x->seen.at ? x->seen.at + x->looked[i].from : NULL;
		size_t n = seen ? x->looked[i].n : 0, k = 0;
		while (k < n && x->places.at[seen[k]].everywhere)
			k++;
		struct begins_count *count = c->lost ? &b->lost : &b->others;
		c->first = n ? seen[0] : BEGINS_NONE;
		c->then = k < n ? seen[k] : BEGINS_NONE;
		count->nowhere += n == 0;
		count->nowhere_then += k == n;
		x->parts |= c->lost && c->first != c->then; /* the second pass says something else */
		if (n)
			x->places.at[seen[0]].pass[0][c->lost]++;
		if (k < n)
			x->places.at[seen[k]].pass[1][c->lost]++;
	}
}

/* ---------------------------------------------------------------- steps of a pass */

static int by_count(const int64_t *a, const int64_t *b)
{
	for (int lost = 1; lost >= 0; lost--)
		if (a[lost] != b[lost])
			return a[lost] > b[lost] ? -1 : 1;
	return 0;
}

static int by_step(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;
	int order = by_count(a->step, b->step);
	if (!order && a->place->name != b->place->name)
		order = str_cmp(a->name, b->name);
	if (!order && a->place->kind != b->place->kind)
		order = a->place->kind < b->place->kind ? -1 : 1;
	if (!order && a->place->name != b->place->name)
		order = a->place->name < b->place->name ? -1 : 1;
	if (!order)
		order = by_count(a->count, b->count);
	return order ? order : (int)a->place->what - (int)b->place->what;
}

static int by_name(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;
	if (a->place->key >> 8 != b->place->key >> 8)
		return a->place->key < b->place->key ? -1 : 1;
	return 0;
}

static bool same_step(const struct placed *a, const struct placed *b)
{
	return a->place->name == b->place->name && a->place->kind == b->place->kind;
}

/* What each step has in all, into its entries. */
static void sum_steps(struct placed *at, size_t n)
{
	if (n > 1)
		qsort(at, n, sizeof *at, by_name);
	for (size_t i = 0, end; i < n; i = end) {
		int64_t sum[2] = {0, 0};
		for (end = i; end < n && same_step(&at[i], &at[end]); end++)
			for (int lost = 0; lost < 2; lost++)
				sum[lost] += at[end].count[lost];
		for (size_t k = i; k < end; k++)
			memcpy(at[k].step, sum, sizeof sum);
	}
	if (n > 1)
		qsort(at, n, sizeof *at, by_step);
}

static void add_label(struct counting *x, const struct placed *e, uint32_t step, bool then)
{
	struct begins *b = x->out;
	struct place *p = e->place;
	p->label[then] = (uint32_t)b->n_labels;
	b->labels[b->n_labels++] = (struct begins_label){.what = p->what,
	                                                 .lost = e->count[1],
	                                                 .others = e->count[0],
	                                                 .lost_any = p->any[1],
	                                                 .others_any = p->any[0],
	                                                 .everywhere = p->everywhere,
	                                                 .step = step};
}

static bool add_pass(struct counting *x, bool then)
{
	struct begins *b = x->out;
	VEC(struct placed) all = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < x->places.n; i++) {
		struct place *p = &x->places.at[i];
		if (!p->pass[then][0] && !p->pass[then][1])
			continue;
		struct word *w = words_get(&x->words, x->db, p->name ? (int64_t)p->name : UNKNOWN_INT, x->err);
		ok = w != NULL;
		*vec_add(&all) = (struct placed){
		    .place = p,
		    .name = ok ? arena_str(&b->arena, w->text) : STR_NONE,
		    .count = {p->pass[then][0], p->pass[then][1]}
                };
	}
	if (ok)
		sum_steps(all.at, all.n);
	for (size_t i = 0; ok && i < all.n; i++) {
		if (!i || !same_step(&all.at[i - 1], &all.at[i]))
			b->steps[b->n_steps++] = (struct begins_step){.name = all.at[i].name,
			                                              .kind = all.at[i].place->kind,
			                                              .then = then,
			                                              .lost = all.at[i].step[1],
			                                              .others = all.at[i].step[0],
			                                              .first = (uint32_t)b->n_labels};
		add_label(x, &all.at[i], (uint32_t)(b->n_steps - 1), then);
		b->steps[b->n_steps - 1].n++;
	}
	vec_done(&all);
	return ok;
}

static void label_cases(struct counting *x)
{
	struct begins *b = x->out;
	for (size_t i = 0; i < b->n_cases && x->places.at; i++) {
		struct begins_case *c = &b->cases[i];
		c->first = c->first == BEGINS_NONE ? BEGINS_NONE : x->places.at[c->first].label[0];
		c->then = c->then == BEGINS_NONE || !x->parts ? BEGINS_NONE : x->places.at[c->then].label[1];
	}
}

/* Those that are where the traces first part: of several that differ everywhere, the first is what the rest may follow from. */
static void list_everywhere(struct begins *b)
{
	b->everywhere = arena_alloc(&b->arena, (b->n_labels + 1) * sizeof *b->everywhere);
	for (size_t i = 0; i < b->n_labels; i++)
		if (b->labels[i].everywhere && !b->steps[b->labels[i].step].then)
			b->everywhere[b->n_everywhere++] = (uint32_t)i;
}

static bool make_steps(struct counting *x)
{
	struct begins *b = x->out;
	size_t most = 2 * x->places.n + 1;
	b->steps = arena_zalloc(&b->arena, most, sizeof *b->steps);
	b->labels = arena_zalloc(&b->arena, most, sizeof *b->labels);
	if (!add_pass(x, false))
		return false;
	b->n_first = b->n_steps;
	if (x->parts && !add_pass(x, true))
		return false;
	label_cases(x);
	list_everywhere(b);
	return true;
}

/* ---------------------------------------------------------------- is it more than elsewhere */

static void test_steps(struct begins *b)
{
	double *p = xcalloc(b->n_steps + 1, sizeof *p);
	for (size_t i = 0; i < b->n_steps; i++) {
		struct begins_step *s = &b->steps[i];
		struct rate lost = {s->lost, b->lost.looked}, others = {s->others, b->others.looked};
		struct interval by = rates_newcombe(lost, others);
		bool any = lost.n > 0 && others.n > 0;
		s->low = by.low;
		s->high = by.high;
		s->p =
		    any && rates_fisher_least(lost, others) < STAT_ALPHA ? rates_fisher(lost, others) : UNKNOWN_DOUBLE;
		b->tested += !IS_UNKNOWN(s->p);
		p[i] = s->p;
	}
	paired_holm(p, b->n_steps, p);
	for (size_t i = 0; i < b->n_steps; i++)
		b->steps[i].p_holm = p[i];
	free(p);
}

static enum begins_verdict verdict_of(const struct begins *b, const struct begins_step *s)
{
	if (!b->others.looked)
		return BEGINS_ALONE;
	if (b->labels[s->first].everywhere)
		return BEGINS_EVERYWHERE;
	if (IS_UNKNOWN(s->p_holm))
		return BEGINS_TOO_FEW;
	if (s->p_holm >= STAT_ALPHA)
		return BEGINS_ALIKE;
	if (s->lost * b->others.looked < s->others * b->lost.looked)
		return BEGINS_LESS;
	return s->lost < BEGINS_MORE_LEAST ? BEGINS_TOO_FEW : BEGINS_MORE;
}

/* What differs more in the lost goes before what only differs more often: the steps of one pass, in place. */
static void order_steps(struct begins *b, size_t from, size_t end)
{
	struct begins_step *was = xcalloc(end - from + 1, sizeof *was);
	size_t to = from;
	memcpy(was, b->steps + from, (end - from) * sizeof *was);
	for (int more = 1; more >= 0; more--)
		for (size_t i = 0; i < end - from; i++)
			if ((was[i].verdict == BEGINS_MORE) == more)
				b->steps[to++] = was[i];
	for (size_t i = from; i < end; i++)
		for (uint32_t k = b->steps[i].first; k < b->steps[i].first + b->steps[i].n; k++)
			b->labels[k].step = (uint32_t)i;
	free(was);
}

/* ---------------------------------------------------------------- all of it */

/* Do their results say of which trace they are, though it is not in the store? */
static bool names_traces(struct counting *x)
{
	struct stmt *s =
	    db_query(x->db, "SELECT 1 FROM case_result WHERE run IN (?1, ?2) AND trace IS NOT NULL LIMIT 1", x->err);
	if (!s)
		return false;
	stmt_int(s, 1, x->compare->a.id);
	stmt_int(s, 2, x->compare->b.id);
	enum step step = stmt_step(s, x->err);
	x->out->names_traces = step == STEP_ROW;
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool count_all(struct counting *x, const struct results *a, const struct results *b, struct begins_most most)
{
	find_cases(x, a, b);
	x->looked = xcalloc(x->out->n_cases + 1, sizeof *x->looked);
	if (!look_at_group(x, true, most.lost ? most.lost : BEGINS_LOST))
		return false;
	/* Without a case that got worse there is nothing to hold against the others. */
	if (x->out->lost.looked && !look_at_group(x, false, most.others ? most.others : BEGINS_OTHERS))
		return false;
	count_places(x);
	count_first(x);
	if (!make_steps(x))
		return false;
	test_steps(x->out);
	for (size_t i = 0; i < x->out->n_steps; i++)
		x->out->steps[i].verdict = verdict_of(x->out, &x->out->steps[i]);
	order_steps(x->out, 0, x->out->n_first);
	order_steps(x->out, x->out->n_first, x->out->n_steps);
	if (!x->out->lost.looked && x->out->lost.all && !names_traces(x))
		return false;
	begins_tell(x->out);
	return true;
}

static void counting_done(struct counting *x)
{
	block_cache_free(x->blocks);
	words_done(&x->words);
	vec_done(&x->places);
	vec_done(&x->seen);
	free(x->slots);
	free(x->looked);
}

bool begins_of(struct db *db, const struct compare *c, struct begins_most most, struct begins *out, struct err *err)
{
	*out = (struct begins){.arena = ARENA_INIT};
	struct counting x = {.db = db, .compare = c, .out = out, .err = err, .blocks = block_cache_new(db)};
	struct results a = {0}, b = {0};
	bool ok = read_results(db, c->a.id, &a, err) && read_results(db, c->b.id, &b, err);
	out->shared = ok ? drop_shared(&a) + drop_shared(&b) : 0;
	ok = ok && count_all(&x, &a, &b, most);
	vec_done(&a.all);
	vec_done(&b.all);
	counting_done(&x);
	return ok;
}
