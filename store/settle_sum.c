/* Usage without double counting, roll-ups of subtrees, totals of the trace. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/settle.h"
#include "store/span_row.h"

/* Bits of settle.usage; those of cost are the same, 8 higher. */
enum {
	HAS = 1,          /* a number above 0 of its own */
	COUNTS = 2,       /* is in the totals */
	LLM_BELOW = 4,    /* an llm span below has some */
	LLM_ABOVE = 8,    /* an llm span above has some */
	EMBED_ABOVE = 16, /* likewise */
	OTHER_ABOVE = 32, /* a span of another kind above is in the totals */
	COST_SHIFT = 8,
};

static void add_known(int64_t *sum, int64_t n)
{
	if (n == UNKNOWN_INT)
		return;
	if (*sum == UNKNOWN_INT)
		*sum = 0;
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = INT64_MAX;
}

static void add_cost(double *sum, double usd)
{
	if (isfinite(usd))
		*sum = isfinite(*sum) ? *sum + usd : usd;
}

static unsigned own_usage(const struct settle_row *row)
{
	unsigned bits = row->tokens > 0 ? HAS : 0;
	return bits | (isfinite(row->cost_usd) && row->cost_usd > 0 ? HAS << COST_SHIFT : 0);
}

/* What a row hands down, and whether it counts, for one quantity. */
static unsigned decide(const struct settle_row *row, unsigned own, unsigned above)
{
	unsigned has = own & HAS, inherited = above & (LLM_ABOVE | EMBED_ABOVE | OTHER_ABOVE), bits = inherited;
	if (row->kind == KIND_LLM) {
		bits |= inherited & LLM_ABOVE ? 0 : COUNTS;
		bits |= has ? LLM_ABOVE : 0;
	} else if (row->kind == KIND_EMBEDDING) {
		bits |= inherited & EMBED_ABOVE ? 0 : COUNTS;
		bits |= has ? EMBED_ABOVE : 0;
	} else if (has && !(own & LLM_BELOW) && !(inherited & (LLM_ABOVE | OTHER_ABOVE))) {
		bits |= COUNTS | OTHER_ABOVE;
	}
	return bits | own;
}

static bool repeats_usage(unsigned bits)
{
	if (bits & HAS)
		return !(bits & COUNTS);
	return (bits >> COST_SHIFT & HAS) && !(bits >> COST_SHIFT & COUNTS);
}

static void reconcile(struct settle *s)
{
	size_t n = s->rows.n;
	memset(s->usage, 0, n * sizeof *s->usage);
	for (size_t i = n; i-- > 0;) {
		uint32_t v = s->order[i], p = s->parent_at[v];
		unsigned bits = s->usage[v] | own_usage(&s->rows.at[v]);
		s->usage[v] = (uint16_t)bits;
		if (p == SETTLE_NONE)
			continue;
		const unsigned below = LLM_BELOW | LLM_BELOW << COST_SHIFT, has = HAS | HAS << COST_SHIFT;
		unsigned up = bits & below;
		if (s->rows.at[v].kind == KIND_LLM)
			up |= (bits & has) * LLM_BELOW;
		s->usage[p] |= (uint16_t)up;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t v = s->order[i], p = s->parent_at[v];
		struct settle_row *row = &s->rows.at[v];
		unsigned above = p == SETTLE_NONE ? 0 : s->usage[p], own = s->usage[v];
		unsigned tokens = decide(row, own & 0xff, above & 0xff);
		unsigned cost = decide(row, own >> COST_SHIFT, above >> COST_SHIFT);
		s->usage[v] = (uint16_t)(tokens | cost << COST_SHIFT);
		row->flags |= repeats_usage(s->usage[v]) ? SPAN_DUP_USAGE : 0;
	}
}

static void roll_up(struct settle *s)
{
	for (size_t i = 0; i < s->rows.n; i++) {
		struct settle_row *row = &s->rows.at[i];
		row->sub_errors = row->status == STATUS_ERROR;
		row->sub_tokens = s->usage[i] & COUNTS ? row->tokens : UNKNOWN_INT;
		bool costs = (s->usage[i] >> COST_SHIFT & COUNTS) && isfinite(row->cost_usd);
		row->sub_cost = costs ? row->cost_usd : UNKNOWN_DOUBLE;
	}
	for (size_t i = s->rows.n; i-- > 0;) {
		const struct settle_row *row = &s->rows.at[s->order[i]];
		uint32_t p = s->parent_at[s->order[i]];
		if (p == SETTLE_NONE)
			continue;
		add_known(&s->rows.at[p].sub_tokens, row->sub_tokens);
		add_cost(&s->rows.at[p].sub_cost, row->sub_cost);
		s->rows.at[p].sub_errors += row->sub_errors;
	}
}

/* ---------------------------------------------------------------- the trace */

struct call {
	uint64_t input_hash;
	uint32_t name;
};

static int by_call(const void *pa, const void *pb)
{
	const struct call *a = pa, *b = pb;
	if (a->input_hash != b->input_hash)
		return a->input_hash < b->input_hash ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

/* The most tool calls of one name with the same arguments, if at least 2. */
static int64_t count_repeats(struct settle *s)
{
	struct call *calls = settle_scratch(s, size_mul(s->rows.n + 1, sizeof *calls));
	size_t n = 0;
	for (uint32_t i = 0; i < s->n_real; i++) {
		const struct settle_row *row = &s->rows.at[i];
		if (row->kind == KIND_TOOL && row->input_hash)
			calls[n++] = (struct call){row->input_hash, row->name};
	}
	if (n > 1)
		qsort(calls, n, sizeof *calls, by_call);
	int64_t most = 0, run = 0;
	for (size_t i = 0; i < n; i++) {
		run = i && by_call(&calls[i - 1], &calls[i]) == 0 ? run + 1 : 1;
		most = run > most ? run : most;
	}
	return most >= 2 ? most : 0;
}

static bool is_earlier(const struct settle_row *a, const struct settle_row *b)
{
	if ((a->start_ns == TIME_UNKNOWN) != (b->start_ns == TIME_UNKNOWN))
		return a->start_ns != TIME_UNKNOWN;
	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns;
	return a->key < b->key;
}

static void take_first(const struct settle *s, uint32_t row, uint32_t word, uint32_t *giver, uint32_t *out)
{
	if (!word || (*giver != SETTLE_NONE && !is_earlier(&s->rows.at[row], &s->rows.at[*giver])))
		return;
	*giver = row;
	*out = word;
}

static void find_root_name(struct settle *s)
{
	struct settle_totals *t = &s->totals;
	uint32_t any = SETTLE_NONE, any_name = 0;
	for (uint32_t i = 0; i < s->n_real; i++)
		take_first(s, i, s->rows.at[i].name, &any, &any_name);
	for (uint32_t v = s->first_child[s->rows.n]; v != SETTLE_NONE && !t->root_name; v = s->next[v])
		t->root_name = s->rows.at[v].name;
	if (!t->root_name)
		t->root_name = any_name;
}

/* Of the spans with no parent in the trace: an error wins, then one that still runs, then an ok. */
static enum span_status root_status(const struct settle *s)
{
	bool has[N_STATUSES] = {false};
	for (uint32_t i = 0; i < s->n_real; i++)
		if (s->parent_at[i] == SETTLE_NONE || s->parent_at[i] >= s->n_real)
			has[s->rows.at[i].status] = true;
	if (has[STATUS_ERROR])
		return STATUS_ERROR;
	if (has[STATUS_RUNNING])
		return STATUS_RUNNING;
	return has[STATUS_OK] ? STATUS_OK : STATUS_UNSET;
}

static void sum_row(struct settle_totals *t, const struct settle_row *row, int64_t *last_end)
{
	int64_t end = settle_end(row);
	if (row->start_ns != TIME_UNKNOWN && (t->start_ns == TIME_UNKNOWN || row->start_ns < t->start_ns))
		t->start_ns = row->start_ns;
	if (end != TIME_UNKNOWN && (*last_end == TIME_UNKNOWN || end > *last_end))
		*last_end = end;
	t->errors += row->status == STATUS_ERROR;
	t->llm_calls += row->kind == KIND_LLM;
	t->tool_calls += row->kind == KIND_TOOL;
}

int64_t settle_tokens(int64_t in, int64_t out)
{
	int64_t sum = UNKNOWN_INT;
	add_known(&sum, in);
	add_known(&sum, out);
	return sum;
}

void settle_add_facts(struct settle *s, uint32_t row, const struct settle_facts *facts)
{
	struct settle_totals *t = &s->totals;
	BUG_ON(row >= s->n_real);
	take_first(s, row, facts->trace_name, &s->givers[0], &t->first_name);
	take_first(s, row, facts->session, &s->givers[1], &t->first_session);
	take_first(s, row, facts->user, &s->givers[2], &t->first_user);
	take_first(s, row, facts->service, &s->givers[3], &t->first_service);
	if (!(s->usage[row] & COUNTS))
		return;
	add_known(&t->tokens_in, facts->tokens_in);
	add_known(&t->tokens_out, facts->tokens_out);
	add_known(&t->tokens_cached, facts->tokens_cached);
	add_known(&t->tokens_reasoning, facts->tokens_reasoning);
}

static void sum_trace(struct settle *s)
{
	struct settle_totals *t = &s->totals;
	int64_t last_end = TIME_UNKNOWN;
	*t = (struct settle_totals){
	    .spans = (int64_t)(s->n_real - s->n_answers),
	    .start_ns = TIME_UNKNOWN,
	    .tokens_in = UNKNOWN_INT,
	    .tokens_out = UNKNOWN_INT,
	    .tokens_cached = UNKNOWN_INT,
	    .tokens_reasoning = UNKNOWN_INT,
	    .cost_usd = UNKNOWN_DOUBLE,
	};
	for (uint32_t i = 0; i < s->n_real; i++)
		sum_row(t, &s->rows.at[i], &last_end);
	for (size_t i = 0; i < sizeof s->givers / sizeof *s->givers; i++)
		s->givers[i] = SETTLE_NONE;
	for (uint32_t v = s->first_child[s->rows.n]; v != SETTLE_NONE; v = s->next[v])
		add_cost(&t->cost_usd, s->rows.at[v].sub_cost);
	t->duration_ns = units_between(t->start_ns, last_end);
	t->status = root_status(s);
	t->repeats = count_repeats(s);
	find_root_name(s);
}

void settle_sums(struct settle *s)
{
	reconcile(s);
	roll_up(s);
	sum_trace(s);
}
