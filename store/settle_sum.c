/* Usage without double counting, roll-ups of subtrees, totals of the trace. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/settle.h"
#include "store/span_row.h"

/* Bits of settle.usage, for one quantity; there are three of them. */
enum {
	HAS = 1,          /* a number above 0 of its own */
	COUNTS = 2,       /* is in the totals */
	LLM_BELOW = 4,    /* an llm span below has some */
	LLM_ABOVE = 8,    /* an llm span above has some */
	EMBED_ABOVE = 16, /* likewise */
	OTHER_ABOVE = 32, /* a span of another kind above is in the totals */
	BELOW = 64,       /* any span below has some */
	LLM_NEAR = 128,   /* an llm span below has some, and neither a tool nor an agent is between */
	BITS = 255,
};
enum { TOKENS_AT = 0, STATED_AT = 8, ESTIMATED_AT = 16 };

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

static bool is_estimated(const struct settle_row *row)
{
	return (row->flags & SPAN_ESTIMATED) != 0;
}

static uint32_t own_usage(const struct settle_row *row)
{
	uint32_t bits = row->tokens > 0 ? HAS << TOKENS_AT : 0;
	if (isfinite(row->cost_usd) && row->cost_usd > 0)
		bits |= (uint32_t)HAS << (is_estimated(row) ? ESTIMATED_AT : STATED_AT);
	return bits;
}

/* Calls below a tool or an agent are its own: no call above it can have them in its numbers. */
static bool begins_calls(const struct settle_row *row)
{
	return row->kind == KIND_TOOL || row->kind == KIND_AGENT;
}

/* What comes down to a row. */
static uint32_t usage_above(const struct settle_row *row, uint32_t above)
{
	return above & (begins_calls(row) ? OTHER_ABOVE : LLM_ABOVE | EMBED_ABOVE | OTHER_ABOVE);
}

/* What a row hands up: that it has some, or something below it. */
static uint32_t usage_below(const struct settle_row *row, uint32_t bits)
{
	const uint32_t each = 1u << TOKENS_AT | 1u << STATED_AT | 1u << ESTIMATED_AT;
	uint32_t has = bits & each * HAS;
	uint32_t up = (bits & each * (LLM_BELOW | BELOW)) | has * BELOW;
	if (!begins_calls(row))
		up |= bits & each * LLM_NEAR;
	return row->kind == KIND_LLM ? up | has * (LLM_BELOW | LLM_NEAR) : up;
}

/* What a row hands down, and whether it counts, for one quantity. */
static uint32_t decide(const struct settle_row *row, uint32_t own, uint32_t above)
{
	uint32_t has = own & HAS, inherited = usage_above(row, above), bits = inherited;
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

/* Does a stated cost speak of what this span's estimate is for? stated: the span's bits of stated cost. */
static bool is_stated_elsewhere(const struct settle_row *row, uint32_t stated)
{
	switch (row->kind) {
	case KIND_LLM: return (stated & (LLM_ABOVE | OTHER_ABOVE | LLM_NEAR)) != 0;
	case KIND_EMBEDDING: return (stated & (EMBED_ABOVE | OTHER_ABOVE)) != 0;
	default: return (stated & (LLM_ABOVE | OTHER_ABOVE | BELOW)) != 0;
	}
}

/* An estimate that gives way hands nothing down: those below may still count. */
static uint32_t decide_estimate(const struct settle_row *row, uint32_t own, uint32_t above, uint32_t stated)
{
	if ((own & HAS) && is_stated_elsewhere(row, stated))
		return own | usage_above(row, above);
	return decide(row, own, above);
}

static bool repeats(uint32_t bits)
{
	return (bits & HAS) && !(bits & COUNTS);
}

/* Tokens speak for the span; its cost only where it has none. */
static bool repeats_usage(uint32_t bits)
{
	if (bits >> TOKENS_AT & HAS)
		return repeats(bits >> TOKENS_AT);
	return repeats(bits >> STATED_AT) || repeats(bits >> ESTIMATED_AT);
}

static void reconcile(struct settle *s)
{
	size_t n = s->rows.n;
	memset(s->usage, 0, n * sizeof *s->usage);
	for (size_t i = n; i-- > 0;) {
		uint32_t v = s->order[i], p = s->parent_at[v];
		s->usage[v] |= own_usage(&s->rows.at[v]);
		if (p != SETTLE_NONE)
			s->usage[p] |= usage_below(&s->rows.at[v], s->usage[v]);
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t v = s->order[i], p = s->parent_at[v];
		struct settle_row *row = &s->rows.at[v];
		uint32_t above = p == SETTLE_NONE ? 0 : s->usage[p], own = s->usage[v];
		uint32_t tokens = decide(row, own >> TOKENS_AT & BITS, above >> TOKENS_AT & BITS);
		uint32_t stated = decide(row, own >> STATED_AT & BITS, above >> STATED_AT & BITS);
		uint32_t estimated =
		    decide_estimate(row, own >> ESTIMATED_AT & BITS, above >> ESTIMATED_AT & BITS, stated);
		s->usage[v] = tokens << TOKENS_AT | stated << STATED_AT | estimated << ESTIMATED_AT;
		row->flags |= repeats_usage(s->usage[v]) ? SPAN_DUP_USAGE : 0;
	}
}

static bool cost_counts(const struct settle_row *row, uint32_t usage)
{
	return isfinite(row->cost_usd) && (usage >> (is_estimated(row) ? ESTIMATED_AT : STATED_AT) & COUNTS);
}

static void roll_up(struct settle *s)
{
	for (size_t i = 0; i < s->rows.n; i++) {
		struct settle_row *row = &s->rows.at[i];
		bool costs = cost_counts(row, s->usage[i]);
		row->sub_errors = row->status == STATUS_ERROR;
		row->sub_tokens = s->usage[i] >> TOKENS_AT & COUNTS ? row->tokens : UNKNOWN_INT;
		row->sub_cost = costs ? row->cost_usd : UNKNOWN_DOUBLE;
		row->flags |= costs && is_estimated(row) ? SPAN_SUB_ESTIMATED : 0;
	}
	for (size_t i = s->rows.n; i-- > 0;) {
		const struct settle_row *row = &s->rows.at[s->order[i]];
		uint32_t p = s->parent_at[s->order[i]];
		if (p == SETTLE_NONE)
			continue;
		struct settle_row *up = &s->rows.at[p];
		add_known(&up->sub_tokens, row->sub_tokens);
		add_cost(&up->sub_cost, row->sub_cost);
		up->sub_errors += row->sub_errors;
		up->flags |= row->flags & SPAN_SUB_ESTIMATED;
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
	t->usage_repeats += (row->flags & SPAN_DUP_USAGE) != 0;
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
	if (!(s->usage[row] >> TOKENS_AT & COUNTS))
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
	for (uint32_t v = s->first_child[s->rows.n]; v != SETTLE_NONE; v = s->next[v])
		t->cost_estimated = t->cost_estimated || (s->rows.at[v].flags & SPAN_SUB_ESTIMATED);
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
