/* The shape of a trace: small trees worked out by hand, and properties of random forests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/hist.h"
#include "store/part.h"
#include "store/settle.h"
#include "store/span_row.h"

static struct settle_row row_of(int64_t key, int64_t parent, int64_t start, int64_t duration)
{
	return (struct settle_row){
	    .key = key,
	    .parent = parent,
	    .has_parent = parent != 0,
	    .start_ns = start,
	    .duration_ns = duration,
	    .ref = (uint64_t)parent, /* row.parent is not there any more once row.self_ns is */
	    .tokens = UNKNOWN_INT,
	    .cost_usd = UNKNOWN_DOUBLE,
	    .name = 1,
	    .kind = KIND_SPAN,
	    .status = STATUS_OK,
	};
}

static const struct settle_row *find(const struct settle *s, int64_t key)
{
	for (size_t i = 0; i < s->rows.n; i++)
		if (s->rows.at[i].key == key)
			return &s->rows.at[i];
	fail_msg("no row %lld", (long long)key);
	abort(); /* cmocka has jumped away; the compiler cannot know */
}

/* What must hold of any result: a permutation, in pre-order, sizes and links that agree. */
static void check_shape(const struct settle *s)
{
	size_t n = s->rows.n;
	char *met = calloc(n + 1, 1);
	for (size_t i = 0; i < n; i++) {
		const struct settle_row *row = &s->rows.at[s->order[i]];
		assert_int_equal(met[s->order[i]], 0);
		met[s->order[i]] = 1;
		assert_true(row->size >= 1 && i + row->size <= n);
		if (row->depth == 0) {
			assert_int_equal(row->up, 0);
			continue;
		}
		assert_true(row->up >= 1 && row->up <= i);
		const struct settle_row *parent = &s->rows.at[s->order[i - row->up]];
		assert_int_equal(parent->depth + 1, row->depth);
		assert_true(i + row->size <= i - row->up + parent->size);
		if (!(row->flags & SPAN_CYCLE))
			assert_int_equal(parent->key, row->ref);
	}
	size_t total = 0;
	for (size_t i = 0; i < n; i += s->rows.at[s->order[i]].size)
		total += s->rows.at[s->order[i]].size;
	assert_int_equal(total, n);
	free(met);
}

/* ---------------------------------------------------------------- by hand */

static void test_order_and_self_time(void **state)
{
	(void)state;
	struct settle s = {0};
	/* root 0..100; a 10..40 and b 30..60 overlap: 50 covered; c 90..130 is cut at 100; d has no time */
	*vec_add(&s.rows) = row_of(5, 1, TIME_UNKNOWN, UNKNOWN_INT);
	*vec_add(&s.rows) = row_of(4, 1, 90, 40);
	*vec_add(&s.rows) = row_of(3, 1, 30, 30);
	*vec_add(&s.rows) = row_of(1, 0, 0, 100);
	*vec_add(&s.rows) = row_of(2, 1, 10, 30);
	settle_tree(&s);
	check_shape(&s);
	const int64_t want[] = {1, 2, 3, 4, 5};
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(s.rows.at[s.order[i]].key, want[i]);
	assert_int_equal(find(&s, 1)->self_ns, 40);
	assert_int_equal(find(&s, 4)->self_ns, 40);
	assert_int_equal(find(&s, 5)->self_ns, UNKNOWN_INT);
	assert_int_equal(s.totals.start_ns, 0);
	assert_int_equal(s.totals.duration_ns, 130);
	assert_true(find(&s, 5)->flags & SPAN_LAST);
	assert_false(find(&s, 4)->flags & SPAN_LAST);
	settle_done(&s);
}

static void test_critical_path(void **state)
{
	(void)state;
	struct settle s = {0};
	/* Backwards from 100: e ends last (95); before it began (70) d ended last (65); c (20..80) overlaps e: beside the path;
	 * before d began (40) b ended at 38; inside d: d1 40..60 yes, d0 42..50 overlaps d1: no. f begins after the root's end: no.
	 * a (5..39) overlaps b's end: it ended last before 40, so it is the one; b (10..38) is beside it. */
	*vec_add(&s.rows) = row_of(1, 0, 0, 100);
	*vec_add(&s.rows) = row_of(2, 1, 5, 34);   /* a */
	*vec_add(&s.rows) = row_of(3, 1, 10, 28);  /* b */
	*vec_add(&s.rows) = row_of(4, 1, 20, 60);  /* c */
	*vec_add(&s.rows) = row_of(5, 1, 40, 25);  /* d */
	*vec_add(&s.rows) = row_of(6, 1, 70, 25);  /* e */
	*vec_add(&s.rows) = row_of(7, 1, 105, 10); /* f */
	*vec_add(&s.rows) = row_of(8, 5, 42, 8);   /* d0 */
	*vec_add(&s.rows) = row_of(9, 5, 40, 20);  /* d1 */
	*vec_add(&s.rows) = row_of(10, 4, 30, 40); /* in c */
	settle_tree(&s);
	const struct {
		int64_t key;
		bool critical;
	} want[] = {
	    {1,  true },
            {2,  true },
            {3,  false},
            {4,  false},
            {5,  true },
	    {6,  true },
            {7,  false},
            {8,  false},
            {9,  true },
            {10, false}
        };
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		if (!!(find(&s, want[i].key)->flags & SPAN_CRITICAL) != want[i].critical)
			fail_msg("span %lld", (long long)want[i].key);
	settle_done(&s);
}

static void test_critical_path_of_running_and_untimed(void **state)
{
	(void)state;
	struct settle s = {0};
	*vec_add(&s.rows) = row_of(1, 0, 0, UNKNOWN_INT); /* still running: its last child is, too */
	s.rows.at[0].status = STATUS_RUNNING;
	*vec_add(&s.rows) = row_of(2, 1, 10, 5);
	*vec_add(&s.rows) = row_of(3, 1, 20, 5);
	settle_tree(&s);
	for (size_t i = 0; i < 3; i++)
		assert_true(s.rows.at[i].flags & SPAN_CRITICAL);
	assert_int_equal(s.totals.status, STATUS_RUNNING);
	settle_clear(&s);
	*vec_add(&s.rows) = row_of(1, 0, TIME_UNKNOWN, UNKNOWN_INT);
	*vec_add(&s.rows) = row_of(2, 1, 10, 5);
	settle_tree(&s);
	assert_true(find(&s, 2)->flags & SPAN_CRITICAL);
	settle_done(&s);
}

static struct settle_row call(int64_t key, int64_t parent, enum span_kind kind, int64_t in, int64_t out)
{
	struct settle_row row = row_of(key, parent, key, 1);
	row.kind = (uint8_t)kind;
	row.tokens = settle_tokens(in, out);
	return row;
}

static void add_call(struct settle *s, struct settle_facts *facts, int64_t key, int64_t parent, enum span_kind kind,
                     int64_t in, int64_t out)
{
	facts[s->rows.n] = (struct settle_facts){in, out, UNKNOWN_INT, in, 0, 0, 0, (uint32_t)key};
	*vec_add(&s->rows) = call(key, parent, kind, in, out);
}

/* traces-otel.md section 10: helm-3 repeats the numbers of the inner call; SDK agents carry sums; some agents alone have numbers. */
static void test_usage(void **state)
{
	(void)state;
	struct settle s = {0};
	struct settle_facts facts[9];
	add_call(&s, facts, 1, 0, KIND_AGENT, 4047, 803); /* a sum of what is below */
	add_call(&s, facts, 2, 1, KIND_LLM, 1909, 32);
	add_call(&s, facts, 3, 2, KIND_LLM, 1909, 32); /* repeated */
	add_call(&s, facts, 4, 1, KIND_LLM, 2138, 771);
	add_call(&s, facts, 5, 4, KIND_SPAN, 2138, 771); /* repeated */
	add_call(&s, facts, 6, 1, KIND_EMBEDDING, 10, UNKNOWN_INT);
	add_call(&s, facts, 7, 1, KIND_AGENT, 100, 20); /* the only place the numbers exist */
	add_call(&s, facts, 8, 7, KIND_LLM, 0, 0);      /* zeros are no usage */
	add_call(&s, facts, 9, 7, KIND_CHAIN, 90, 20);  /* below one that counts */
	s.rows.at[0].cost_usd = 0.5;                    /* cost known only here: it counts */
	settle_tree(&s);
	assert_int_equal(s.totals.tokens_in, UNKNOWN_INT);
	for (uint32_t i = 9; i-- > 0;)
		settle_add_facts(&s, i, &facts[i]);
	assert_int_equal(s.totals.tokens_cached, UNKNOWN_INT);
	assert_int_equal(s.totals.tokens_reasoning, s.totals.tokens_in);
	assert_int_equal(s.totals.first_name, 1);
	assert_int_equal(s.totals.tokens_in, 1909 + 2138 + 10 + 100);
	assert_int_equal(s.totals.tokens_out, 32 + 771 + 20);
	assert_true(s.totals.cost_usd > 0.49 && s.totals.cost_usd < 0.51);
	const bool dup[] = {true, false, true, false, true, false, false, false, true};
	for (int64_t key = 1; key <= 9; key++)
		if (!!(find(&s, key)->flags & SPAN_DUP_USAGE) != dup[key - 1])
			fail_msg("span %lld", (long long)key);
	assert_int_equal(find(&s, 2)->sub_tokens, 1941);
	assert_int_equal(find(&s, 1)->sub_tokens, 4047 + 803 + 10 + 100 + 20);
	assert_int_equal(find(&s, 5)->sub_tokens, UNKNOWN_INT);
	assert_int_equal(s.totals.llm_calls, 4);
	settle_done(&s);
}

static void add_cost_call(struct settle *s, int64_t key, int64_t parent, enum span_kind kind, int64_t tokens,
                          double usd, bool estimated)
{
	struct settle_row row = call(key, parent, kind, tokens, UNKNOWN_INT);
	row.cost_usd = usd;
	row.flags |= estimated ? SPAN_ESTIMATED : 0;
	*vec_add(&s->rows) = row;
}

struct priced {
	int64_t parent;
	enum span_kind kind;
	int64_t tokens;
	double usd; /* negative: unknown */
	bool estimated, repeats;
};

/* Spans 1, 2, … of a trace, and what it costs then. */
static void expect_cost(const char *what, const struct priced *spans, size_t n, double usd, bool estimated)
{
	struct settle s = {0};
	int64_t repeats = 0;
	for (size_t i = 0; i < n; i++) {
		const struct priced *p = &spans[i];
		add_cost_call(&s, (int64_t)i + 1, p->parent, p->kind, p->tokens, p->usd < 0 ? UNKNOWN_DOUBLE : p->usd,
		              p->estimated);
		repeats += p->repeats;
	}
	settle_tree(&s);
	if (!(fabs(s.totals.cost_usd - usd) < 1e-12) || s.totals.cost_estimated != estimated)
		fail_msg("%s: %g%s", what, s.totals.cost_usd, s.totals.cost_estimated ? ", estimated" : "");
	for (size_t i = 0; i < n; i++)
		if (!!(find(&s, (int64_t)i + 1)->flags & SPAN_DUP_USAGE) != spans[i].repeats)
			fail_msg("%s: span %zu", what, i + 1);
	assert_int_equal(s.totals.usage_repeats, repeats);
	assert_int_equal(!!(find(&s, 1)->flags & SPAN_SUB_ESTIMATED), estimated);
	settle_done(&s);
}
#define EXPECT_COST(what, usd, estimated, ...)                  \
	expect_cost(what, (const struct priced[]){__VA_ARGS__}, \
	            sizeof((const struct priced[]){__VA_ARGS__}) / sizeof(struct priced), usd, estimated)

/* Estimates follow the rule of usage, and give way to what a source states of the same call. */
static void test_estimates(void **state)
{
	(void)state;
	EXPECT_COST("one call", 2, true, {0, KIND_LLM, 10, 2, true, false});
	EXPECT_COST("an inner call repeats the outer one", 2, true, {0, KIND_LLM, 10, 2, true, false},
	            {1, KIND_LLM, 10, 2, true, true});
	EXPECT_COST("an agent's sum of its calls", 5, true, {0, KIND_AGENT, 20, 5, true, true},
	            {1, KIND_LLM, 10, 2, true, false}, {1, KIND_LLM, 10, 3, true, false});
	EXPECT_COST("an agent alone has numbers", 5, true, {0, KIND_AGENT, 20, 5, true, false},
	            {1, KIND_LLM, UNKNOWN_INT, -1, false, false});
	EXPECT_COST("the agent's cost is stated, its calls have tokens only", 4, false,
	            {0, KIND_AGENT, UNKNOWN_INT, 4, false, false}, {1, KIND_LLM, 10, 2, true, false},
	            {1, KIND_LLM, 10, 3, true, false});
	EXPECT_COST("the outer call estimated, the inner stated", 7, false, {0, KIND_LLM, 10, 2, true, false},
	            {1, KIND_LLM, 10, 7, false, true});
	EXPECT_COST("the outer call stated, the inner estimated", 7, false, {0, KIND_LLM, 10, 7, false, false},
	            {1, KIND_LLM, 10, 2, true, true});
	EXPECT_COST("no price for the outer call, one for the inner", 2, true, {0, KIND_LLM, 10, -1, false, false},
	            {1, KIND_LLM, 10, 2, true, true});
	EXPECT_COST("of two calls one is stated", 9, true, {0, KIND_CHAIN, UNKNOWN_INT, -1, false, false},
	            {1, KIND_LLM, 10, 7, false, false}, {1, KIND_LLM, 10, 2, true, false});
	EXPECT_COST("of two inner calls one is stated: the outer's estimate gives way to both", 9, true,
	            {0, KIND_LLM, 20, 5, true, false}, {1, KIND_LLM, 10, 7, false, true},
	            {1, KIND_LLM, 10, 2, true, true});
	EXPECT_COST("an embedding beside a stated call", 7.5, true, {0, KIND_CHAIN, UNKNOWN_INT, -1, false, false},
	            {1, KIND_LLM, 10, 7, false, false}, {1, KIND_EMBEDDING, 10, 0.5, true, false});
	EXPECT_COST("a stated zero is stated", 0, false, {0, KIND_LLM, 10, 0, false, false});
	EXPECT_COST("a tool below a call with a fee of its own", 2.25, true, {0, KIND_LLM, 10, 2, true, false},
	            {1, KIND_TOOL, UNKNOWN_INT, 0.25, false, false});
}

/* A tool of a call asks models itself, an agent it hands over to does: nobody above has those numbers. */
static void test_calls_of_tools(void **state)
{
	(void)state;
	struct settle s = {0};
	struct settle_facts facts[9];
	add_call(&s, facts, 1, 0, KIND_AGENT, 500, 50); /* a sum of some kind */
	add_call(&s, facts, 2, 1, KIND_LLM, 100, 10);
	add_call(&s, facts, 3, 2, KIND_TOOL, UNKNOWN_INT, UNKNOWN_INT);
	add_call(&s, facts, 4, 3, KIND_LLM, 200, 20);
	add_call(&s, facts, 5, 4, KIND_LLM, 200, 20); /* repeated */
	add_call(&s, facts, 6, 4, KIND_SPAN, UNKNOWN_INT, UNKNOWN_INT);
	add_call(&s, facts, 7, 6, KIND_AGENT, 70, 7); /* only it has numbers */
	add_call(&s, facts, 8, 7, KIND_CHAIN, 70, 7); /* repeated */
	add_call(&s, facts, 9, 2, KIND_CHAIN, 90, 9); /* below a call: repeated, in part */
	settle_tree(&s);
	for (uint32_t i = 0; i < 9; i++)
		settle_add_facts(&s, i, &facts[i]);
	assert_int_equal(s.totals.tokens_in, 100 + 200 + 70);
	assert_int_equal(s.totals.tokens_out, 10 + 20 + 7);
	const bool dup[] = {true, false, false, false, true, false, false, true, true};
	for (int64_t key = 1; key <= 9; key++)
		if (!!(find(&s, key)->flags & SPAN_DUP_USAGE) != dup[key - 1])
			fail_msg("span %lld", (long long)key);
	settle_done(&s);
	EXPECT_COST("a tool's call is stated, the one that made it is not", 9, true, {0, KIND_LLM, 10, 2, true, false},
	            {1, KIND_TOOL, UNKNOWN_INT, -1, false, false}, {2, KIND_LLM, 10, 7, false, false});
	EXPECT_COST("what an agent states is in all it does, its tools' calls too", 9, false,
	            {0, KIND_AGENT, UNKNOWN_INT, 9, false, false}, {1, KIND_LLM, 10, 2, true, false},
	            {2, KIND_TOOL, UNKNOWN_INT, -1, false, false}, {3, KIND_LLM, 10, 7, true, false});
}

static struct span_part part_of(int64_t end, uint64_t hash, double usd, bool estimated)
{
	return (struct span_part){
	    .key = 1,
	    .hash = hash,
	    .flags = estimated ? SPAN_ESTIMATED : 0,
	    .start_ns = 1,
	    .end_ns = end,
	    .first_token_ns = UNKNOWN_INT,
	    .tokens_in = UNKNOWN_INT,
	    .tokens_out = UNKNOWN_INT,
	    .tokens_cached = UNKNOWN_INT,
	    .tokens_reasoning = UNKNOWN_INT,
	    .tokens_cache_write = UNKNOWN_INT,
	    .cost_usd = usd,
	};
}

static void test_merged_costs(void **state)
{
	(void)state;
	const struct span_part stated = part_of(TIME_UNKNOWN, 1, 3, false), first = part_of(9, 2, 5, true),
	                       second = part_of(9, 3, 6, true), other = part_of(TIME_UNKNOWN, 4, 4, false);
	const struct {
		struct span_part parts[3];
		size_t n;
		double usd;
		bool estimated, conflict;
	} cases[] = {
	    {{first, second},         2, 6, true,  false}, /* the larger hash, and no contradiction */
	    {{first, stated},         2, 3, false, false}, /* whatever the rank */
	    {{second, stated, first}, 3, 3, false, false},
	    {{stated, other, first},  3, 4, false, true }, /* the larger hash */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t turn = 0; turn < cases[i].n; turn++) { /* in any order */
			struct span_part parts[3], out;
			bool conflict;
			for (size_t k = 0; k < cases[i].n; k++)
				parts[k] = cases[i].parts[(k + turn) % cases[i].n];
			part_merge(parts, cases[i].n, &out, &conflict);
			assert_true(fabs(out.cost_usd - cases[i].usd) < 1e-12);
			assert_int_equal(!!(out.flags & SPAN_ESTIMATED), cases[i].estimated);
			assert_int_equal(conflict, cases[i].conflict);
		}
}

static void test_groups_and_repeats(void **state)
{
	(void)state;
	struct settle s = {0};
	for (int64_t i = 0; i < 7; i++) { /* tool tool tool | other | tool tool, a child below the second */
		struct settle_row row = row_of(10 + i, 1, 10 + i, 1);
		row.kind = KIND_TOOL;
		row.input_hash = i == 5 ? 8 : 7;
		row.name = i == 3 ? 3 : 2;
		if (i == 6) {
			row = row_of(16, 11, 11, 1);
			row.name = 9;
		}
		*vec_add(&s.rows) = row;
	}
	*vec_add(&s.rows) = row_of(1, 0, 0, 100);
	s.rows.at[6].status = STATUS_ERROR;
	settle_tree(&s);
	check_shape(&s);
	assert_int_equal(find(&s, 10)->rep_n, 3);
	assert_int_equal(find(&s, 10)->rep_len, 4);
	assert_true(find(&s, 10)->flags & SPAN_SAME);
	assert_int_equal(find(&s, 11)->rep_n, 0);
	assert_int_equal(find(&s, 14)->rep_n, 2);
	assert_false(find(&s, 14)->flags & SPAN_SAME);
	assert_int_equal(s.totals.repeats, 4); /* name 2, hash 7: 10 11 12 14 */
	assert_int_equal(s.totals.tool_calls, 6);
	assert_int_equal(find(&s, 1)->sub_errors, 1);
	assert_int_equal(s.totals.errors, 1);
	assert_int_equal(s.totals.status, STATUS_OK);
	settle_done(&s);
}

static void test_cycles_and_orphans(void **state)
{
	(void)state;
	struct settle s = {0};
	*vec_add(&s.rows) = row_of(1, 1, 0, 1); /* its own parent */
	*vec_add(&s.rows) = row_of(4, 2, 1, 1); /* 4 → 2 → 3 → 4 */
	*vec_add(&s.rows) = row_of(2, 3, 2, 1);
	*vec_add(&s.rows) = row_of(3, 4, 3, 1);
	*vec_add(&s.rows) = row_of(5, 3, 4, 1);   /* hangs on the cycle */
	*vec_add(&s.rows) = row_of(6, 99, 50, 5); /* two orphans of one parent, one of another */
	*vec_add(&s.rows) = row_of(7, 99, 40, 5);
	*vec_add(&s.rows) = row_of(8, 98, 60, 5);
	settle_tree(&s);
	check_shape(&s);
	assert_int_equal(s.rows.n, 10);
	assert_int_equal(s.cycles.n, 2);
	assert_int_equal(s.n_orphans, 3);
	assert_int_equal(s.totals.spans, 8);
	assert_true(find(&s, 1)->flags & SPAN_CYCLE);
	assert_true(find(&s, 2)->flags & SPAN_CYCLE);
	assert_false(find(&s, 3)->flags & SPAN_CYCLE);
	assert_int_equal(find(&s, 2)->depth, 0);
	const struct settle_row *made = find(&s, 99);
	assert_true(made->flags & SPAN_SYNTHETIC);
	assert_int_equal(made->start_ns, 40);
	assert_int_equal(made->duration_ns, 15);
	assert_int_equal(made->size, 3);
	assert_true(find(&s, 7)->flags & SPAN_ORPHAN);
	settle_done(&s);
}

/* Zipkin's halves of a call: one id, two rows, one span. */
static void test_halves_of_a_call(void **state)
{
	(void)state;
	enum { FRONT = 1, BACK, THIRD };
	const struct {
		int64_t key, parent, under; /* under: the row it must hang below */
		uint32_t service;
		bool answer;
	} spans[] = {
	    {1,	           0,  0,                   FRONT, false}, /* the caller */
	    {model_other_half(1), 0,  1,                   BACK,  true }, /* what answered it */
	    {2,	           1,  model_other_half(1), BACK,  false}, /* done by who answered */
	    {3,	           1,  1,                   THIRD, false}, /* by somebody else */
	    {4,	           1,  1,                   0,     false}, /* by nobody knows whom */
	    {model_other_half(5), 2,  2,                   THIRD, true }, /* its caller is not there: it takes its place */
	    {6,	           5,  model_other_half(5), FRONT, false},
	    {model_other_half(7), 99, 99,                  FRONT, true }, /* nor is the parent both would have */
	};
	enum { N = sizeof spans / sizeof *spans };
	struct settle s = {0};
	for (size_t turn = 0; turn < N; turn++) {
		settle_clear(&s);
		for (size_t i = 0; i < N; i++) {
			size_t k = (i + turn) % N;
			struct settle_row row = row_of(spans[k].key, spans[k].parent, (int64_t)k, 1);
			row.ref = (uint64_t)spans[k].under;
			row.service = spans[k].service;
			row.flags = spans[k].answer ? SPAN_ANSWER : 0;
			*vec_add(&s.rows) = row;
		}
		settle_tree(&s);
		check_shape(&s);
		assert_int_equal(s.n_answers, 1);
		assert_int_equal(s.totals.spans, N - 1);
		assert_int_equal(s.n_orphans, 1);
		assert_int_equal(s.rows.n, N + 1);
		assert_int_equal(find(&s, 6)->depth, 4);
		assert_true(find(&s, model_other_half(1))->flags & SPAN_ANSWER);
	}
	settle_done(&s);
}

static void test_empty(void **state)
{
	(void)state;
	struct settle s = {0};
	settle_tree(&s);
	assert_int_equal(s.rows.n, 0);
	assert_int_equal(s.totals.spans, 0);
	assert_int_equal(s.totals.start_ns, TIME_UNKNOWN);
	settle_done(&s);
}

/* ---------------------------------------------------------------- large and random */

static uint64_t random_state;
static uint64_t next_random(uint64_t below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % below;
}

static void test_chain_and_width(void **state)
{
	(void)state;
	enum { N = 100000 };
	struct settle s = {0};
	for (int64_t i = N; i > 0; i--)
		*vec_add(&s.rows) = row_of(i, i - 1, i, 2 * N - 2 * i + 1);
	settle_tree(&s);
	check_shape(&s);
	assert_int_equal(find(&s, N)->depth, N - 1);
	assert_true(find(&s, N)->flags & SPAN_CRITICAL);
	settle_clear(&s);
	*vec_add(&s.rows) = row_of(1, 0, 0, 10 * N);
	for (int64_t i = 2; i <= N; i++)
		*vec_add(&s.rows) = row_of(i, 1, i * 3, 2);
	settle_tree(&s);
	check_shape(&s);
	assert_int_equal(find(&s, 2)->rep_n, N - 1);
	settle_clear(&s);
	for (int64_t i = 1; i <= N; i++) /* one cycle of all */
		*vec_add(&s.rows) = row_of(i, i % N + 1, i, 2);
	settle_tree(&s);
	check_shape(&s);
	assert_int_equal(s.cycles.n, 1);
	assert_int_equal(find(&s, 1)->depth, 0);
	settle_done(&s);
}

static void make_forest(struct settle *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t parent =
		    next_random(8) ? (int64_t)next_random(n + 3) + 1 : 0; /* may be itself, later, or not there */
		struct settle_row row =
		    row_of((int64_t)i + 1, parent, (int64_t)next_random(50), (int64_t)next_random(30));
		if (next_random(10) == 0)
			row.start_ns = TIME_UNKNOWN;
		if (next_random(10) == 0)
			row.duration_ns = UNKNOWN_INT;
		row.kind = (uint8_t)next_random(N_KINDS);
		row.status = (uint8_t)next_random(N_STATUSES);
		row.name = (uint32_t)next_random(3);
		row.input_hash = next_random(3);
		if (next_random(2))
			row.tokens = (int64_t)next_random(5);
		if (next_random(3) == 0)
			row.cost_usd = (double)next_random(4) / 8;
		if (next_random(2))
			row.flags |= SPAN_ESTIMATED;
		*vec_add(&s->rows) = row;
	}
}

/* Facts that follow from the key, so that they are the same in any order. */
static void add_facts(struct settle *s)
{
	for (uint32_t i = 0; i < s->n_real; i++) {
		const struct settle_row *row = &s->rows.at[i];
		uint32_t word = (uint32_t)row->key % 4;
		settle_add_facts(s, i, &(struct settle_facts){row->key, 1, UNKNOWN_INT, 2, word, word + 1, 0, word});
	}
}

static bool same_row(const struct settle_row *a, const struct settle_row *b)
{
	return a->key == b->key && a->flags == b->flags && a->up == b->up && a->depth == b->depth &&
	       a->size == b->size && a->self_ns == b->self_ns && a->rep_n == b->rep_n && a->rep_len == b->rep_len &&
	       a->sub_tokens == b->sub_tokens && memcmp(&a->sub_cost, &b->sub_cost, sizeof a->sub_cost) == 0 &&
	       a->sub_errors == b->sub_errors && a->start_ns == b->start_ns;
}

static void test_random_forests(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		random_state = round;
		size_t n = 1 + next_random(60);
		struct settle a = {0}, b = {0};
		make_forest(&a, n);
		for (size_t i = 0; i < n; i++)
			*vec_add(&b.rows) = a.rows.at[i];
		for (size_t i = n; i > 1; i--) { /* another order of arrival */
			size_t j = next_random(i);
			struct settle_row swap = b.rows.at[i - 1];
			b.rows.at[i - 1] = b.rows.at[j];
			b.rows.at[j] = swap;
		}
		settle_tree(&a);
		settle_tree(&b);
		add_facts(&a);
		add_facts(&b);
		check_shape(&a);
		assert_int_equal(a.rows.n, b.rows.n);
		assert_int_equal(a.cycles.n, b.cycles.n);
		for (size_t i = 0; i < a.rows.n; i++)
			if (!same_row(&a.rows.at[a.order[i]], &b.rows.at[b.order[i]]))
				fail_msg("round %u, row %zu", round, i);
		assert_memory_equal(&a.totals, &b.totals, sizeof a.totals);
		settle_done(&a);
		settle_done(&b);
	}
}

/* Changes in portions, some taken away again, against plain counters. */
static void test_histogram(void **state)
{
	(void)state;
	enum { BUCKETS = 300 };
	int64_t want[BUCKETS] = {0};
	struct buf have = BUF_INIT, next = BUF_INIT;
	uint32_t dice = 7;
	for (int round = 0; round < 200; round++) {
		struct hist_count changes[BUCKETS];
		size_t n = 0;
		int64_t total = 0;
		for (int32_t b = 0; b < BUCKETS; b++) {
			dice = dice * 1664525 + 1013904223;
			int64_t by = (int64_t)(dice >> 24) - 128;
			if (dice % 7 || want[b] + by < 0)
				continue;
			want[b] += by;
			changes[n++] = (struct hist_count){b, by};
		}
		for (int b = 0; b < BUCKETS; b++)
			total += want[b];
		assert_int_equal(hist_merge(buf_str(&have), changes, n, &next), total);
		struct buf swap = have;
		have = next;
		next = swap;
		struct str rest = buf_str(&have);
		struct hist_count c = HIST_BEGIN;
		for (int32_t b = 0; b < BUCKETS; b++)
			if (want[b]) {
				assert_true(hist_next(&rest, &c));
				assert_int_equal(c.bucket, b);
				assert_int_equal(c.n, want[b]);
			}
		assert_false(hist_next(&rest, &c));
	}
	const struct { /* what is no histogram, and how many buckets come before that is clear */
		struct str blob;
		int good;
	} bad[] = {
	    {STR_LIT("\x80"),                             0},
	    {STR_LIT("\x01"),                             0},
	    {STR_LIT("\x01\x05\x00\x05"),                 1},
	    {STR_LIT("\x81\x80\x04\x05"),                 0}, /* 65537 */
	    {STR_LIT("\x80\x80\x04\x05\x01\x05\x01\x05"), 2}, /* 65535, 65536, 65537 */
	    {STR_LIT("\x01\x81\x80\x80\x80\x80\x80\x10"), 0}, /* 2^46 + 1 */
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct str rest = bad[i].blob;
		struct hist_count c = HIST_BEGIN;
		int good = 0;
		while (good < 10 && hist_next(&rest, &c))
			good++;
		if (good != bad[i].good)
			fail_msg("bad histogram %zu: %d buckets", i, good);
	}
	assert_int_equal(hist_bucket(0), 0);
	assert_true(llabs(hist_ns(hist_bucket(1000000000)) - 1000000000) < 16000000); /* 1.6 % */
	buf_done(&have);
	buf_done(&next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order_and_self_time),
	    cmocka_unit_test(test_critical_path),
	    cmocka_unit_test(test_critical_path_of_running_and_untimed),
	    cmocka_unit_test(test_usage),
	    cmocka_unit_test(test_estimates),
	    cmocka_unit_test(test_calls_of_tools),
	    cmocka_unit_test(test_merged_costs),
	    cmocka_unit_test(test_groups_and_repeats),
	    cmocka_unit_test(test_cycles_and_orphans),
	    cmocka_unit_test(test_halves_of_a_call),
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_chain_and_width),
	    cmocka_unit_test(test_random_forests),
	    cmocka_unit_test(test_histogram),
	};
	return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
