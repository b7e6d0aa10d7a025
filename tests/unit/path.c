/* The critical path as stretches of time, and what changes would save: examples worked out by hand, and what must hold of any trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "store/settle.h"
#include "store/span_row.h"
#include "store/study/whatif.h"

#define MS INT64_C(1000000)

/* A tree as settle makes it, handed on in pre-order. */
struct made {
	struct path_span spans[600];
	uint32_t n;
	int64_t start_ns, duration_ns;
};

enum { KEY, PARENT, START, DURATION, KIND, HASH, N_PLANNED };

static void make(struct made *m, const int64_t (*plan)[N_PLANNED], size_t n)
{
	struct settle s = {0};
	for (size_t i = 0; i < n; i++)
		*vec_add(&s.rows) = (struct settle_row){.key = plan[i][KEY],
		                                        .parent = plan[i][PARENT],
		                                        .has_parent = plan[i][PARENT] != 0,
		                                        .start_ns = plan[i][START],
		                                        .duration_ns = plan[i][DURATION],
		                                        .tokens = UNKNOWN_INT,
		                                        .cost_usd = UNKNOWN_DOUBLE,
		                                        .input_hash = (uint64_t)plan[i][HASH],
		                                        .name = (uint32_t)plan[i][KEY],
		                                        .kind = (uint8_t)plan[i][KIND],
		                                        .status = STATUS_OK};
	settle_tree(&s);
	assert_true(s.rows.n <= sizeof m->spans / sizeof *m->spans);
	m->n = (uint32_t)s.rows.n;
	m->start_ns = s.totals.start_ns;
	m->duration_ns = s.totals.duration_ns;
	for (uint32_t i = 0; i < m->n; i++) {
		const struct settle_row *r = &s.rows.at[s.order[i]];
		m->spans[i] = (struct path_span){.start_ns = r->start_ns,
		                                 .duration_ns = r->duration_ns,
		                                 .input_hash = r->input_hash,
		                                 .tokens = UNKNOWN_INT,
		                                 .cost_usd = UNKNOWN_DOUBLE,
		                                 .up = r->up,
		                                 .name = r->name,
		                                 .flags = r->flags,
		                                 .kind = r->kind,
		                                 .status = r->status};
	}
	settle_done(&s);
}
#define MAKE(m, ...)                                                     \
	do {                                                             \
		static const int64_t plan_[][N_PLANNED] = {__VA_ARGS__}; \
		make((m), plan_, sizeof plan_ / sizeof *plan_);          \
	} while (0)

static void check_path(const struct made *m, path_segments *out)
{
	path_walk(m->spans, m->n, m->start_ns, m->duration_ns, out);
	int64_t at = m->start_ns;
	for (size_t i = 0; i < out->n; i++) {
		const struct path_segment *g = &out->at[i];
		assert_int_equal(g->from_ns, at);
		assert_true(g->to_ns > g->from_ns);
		if (g->span != PATH_NONE) {
			assert_true(g->span < m->n);
			assert_true(m->spans[g->span].flags & SPAN_CRITICAL);
			assert_true(m->spans[g->span].start_ns <= g->from_ns);
		}
		at = g->to_ns;
	}
	if (m->duration_ns > 0)
		assert_int_equal(at, m->start_ns + m->duration_ns);
}

/* ---------------------------------------------------------------- by hand */

/* root 0..100; a 10..40 and b 30..60 overlap; c 70..90. From the end: root 90..100, c 70..90, root 60..70, b 30..60; a ended at 40,
 * after b began: it is not on the path; root 0..30. */
static void test_segments(void **state)
{
	(void)state;
	static const int64_t want[][3] = {
	    {0, 0,  30 },
            {2, 30, 60 },
            {0, 60, 70 },
            {3, 70, 90 },
            {0, 90, 100}
        };
	struct made m;
	path_segments p = {0};
	MAKE(&m, {1, 0, 0, 100}, {2, 1, 10, 30}, {3, 1, 30, 30}, {4, 1, 70, 20});
	check_path(&m, &p);
	assert_int_equal(p.n, 5);
	for (size_t i = 0; i < p.n; i++) {
		assert_int_equal(p.at[i].span, want[i][0]);
		assert_int_equal(p.at[i].from_ns, want[i][1]);
		assert_int_equal(p.at[i].to_ns, want[i][2]);
	}
	/* Two roots with a hole between them, and a child that outlives the last root: neither time is any span's. */
	MAKE(&m, {1, 0, 0, 10}, {2, 0, 20, 10}, {3, 2, 25, 25});
	check_path(&m, &p);
	assert_int_equal(p.n, 5); /* 1: 0..10, hole 10..20, 2: 20..25, 3: 25..30, hole 30..50 */
	assert_int_equal(p.at[1].span, PATH_NONE);
	assert_int_equal(p.at[3].span, 2);
	assert_int_equal(p.at[4].span, PATH_NONE);
	assert_int_equal(p.at[4].to_ns, 50);
	vec_done(&p);
}

static int64_t with(const struct made *m, enum change change, const uint32_t *spans, size_t n)
{
	struct schedule *s = schedule_new(m->spans, m->n, m->start_ns, m->duration_ns);
	int64_t first = schedule_with(s, change, spans, n), again = schedule_with(s, change, spans, n);
	assert_int_equal(first, again);
	assert_int_equal(schedule_with(s, CHANGE_NOTHING, spans, n), m->duration_ns);
	schedule_free(s);
	return first;
}
#define WITH(m, change, ...) \
	with(m, change, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* root 0..100; a 0..40, b 50..90 (begun 10 after a's end), x 0..60 beside a. */
static void test_half(void **state)
{
	(void)state;
	struct made m;
	MAKE(&m, {1, 0, 0, 100}, {2, 1, 0, 40}, {3, 1, 0, 60}, {4, 1, 50, 40});
	/* a takes 20: b begins at 30, ends at 70; x still ends at 60; the root ends 10 after b: 80. */
	assert_int_equal(WITH(&m, CHANGE_HALF, 1), 80);
	/* x beside them, halved: nothing waits for it. */
	assert_int_equal(WITH(&m, CHANGE_HALF, 2), 100);
	/* The root's own time is 90..100 alone (x covers 40..50): 5 less. */
	assert_int_equal(WITH(&m, CHANGE_HALF, 0), 95);
	/* b gone: at 50 nothing begins, but x ends at 60; the root ends 10 after: 70. */
	assert_int_equal(WITH(&m, CHANGE_GONE, 3), 70);
	/* both halved: a 0..20, b 30..50; x to 60; the root ends at 70. */
	assert_int_equal(WITH(&m, CHANGE_HALF, 1, 3), 70);
	struct schedule *s = schedule_new(m.spans, m.n, m.start_ns, m.duration_ns);
	assert_int_equal(schedule_self(s, 0), 10);
	assert_int_equal(schedule_self(s, 1), 40);
	schedule_free(s);
}

/* A step of which half is a child's: root 0..100, a 0..80 with c 20..60. a's own time is 40: halved 20 go, 10 before c and 10 after. */
static void test_half_of_parent(void **state)
{
	(void)state;
	struct made m;
	MAKE(&m, {1, 0, 0, 100}, {2, 1, 0, 80}, {3, 2, 20, 40});
	assert_int_equal(WITH(&m, CHANGE_HALF, 1), 80);
	assert_int_equal(WITH(&m, CHANGE_HALF, 2), 80);
	assert_int_equal(WITH(&m, CHANGE_HALF, 1, 2), 60);
}

/* root 0..100: a 0..30, b 32..52, c 55..75, then 25 of its own. Together: b begins 2 after a, c 3 after b: 5..25; the last end is a's
 * (30): 55. */
static void test_beside(void **state)
{
	(void)state;
	struct made m;
	MAKE(&m, {1, 0, 0, 100}, {2, 1, 0, 30}, {3, 1, 32, 20}, {4, 1, 55, 20});
	assert_int_equal(WITH(&m, CHANGE_BESIDE, 1, 2, 3), 55);
	assert_int_equal(WITH(&m, CHANGE_BESIDE, 2, 3), 80); /* b 32..52, c 35..55: 25 after that */
}

/* What its parent does not wait for saves nothing there, but the trace ends where the last span does. A child that ends 1 µs late is
 * awaited: clocks are rounded. */
static void test_outliving(void **state)
{
	(void)state;
	struct made m;
	MAKE(&m, {1, 0, 0, 100 * MS}, {2, 1, 50 * MS, 150 * MS}, {3, 1, 0, 20 * MS});
	assert_int_equal(m.duration_ns, 200 * MS);
	assert_int_equal(WITH(&m, CHANGE_HALF, 2), 125 * MS);
	MAKE(&m, {1, 0, 0, 100 * MS}, {2, 1, 0, 100 * MS + 1000});
	assert_int_equal(WITH(&m, CHANGE_HALF, 1), 50 * MS + 500);
}

/* ---------------------------------------------------------------- what is found */

static bool shares_nothing(void *context, uint32_t earlier, uint32_t later, enum share *out)
{
	(void)earlier, (void)later;
	*out = *(enum share *)context;
	return true;
}

static const struct whatif *found(const struct whatifs *w, enum whatif_kind kind)
{
	static uint32_t no_span;
	static const struct whatif none = {.spans = &no_span};
	for (size_t i = 0; i < w->n; i++)
		if (w->at[i].kind == kind)
			return &w->at[i];
	return &none;
}

static void find(const struct made *m, enum share share, struct arena *arena, struct whatifs *out)
{
	path_segments p = {0};
	struct whatif_opts opts = {shares_nothing, &share};
	check_path(m, &p);
	assert_true(whatif_find(m->spans, m->n, m->start_ns, m->duration_ns, &p, &opts, arena, out));
	for (size_t i = 0; i < out->n; i++) {
		const struct whatif *w = &out->at[i];
		assert_true(w->saves_ns >= 0 && w->after_ns + w->saves_ns == m->duration_ns);
		assert_true(i == 0 || w->saves_ns <= out->at[i - 1].saves_ns);
	}
	vec_done(&p);
}

/* agent 0..1000: three tools one after the other (two of them the same call), then a model. */
static void test_found(void **state)
{
	(void)state;
	struct made m;
	struct arena arena = ARENA_INIT;
	struct whatifs w;
	MAKE(&m, {1, 0, 0, 1000, KIND_AGENT}, {2, 1, 0, 100, KIND_TOOL, 7}, {3, 1, 100, 100, KIND_RETRIEVER, 8},
	     {4, 1, 200, 100, KIND_TOOL, 9}, {5, 1, 300, 600, KIND_LLM, 10});
	m.spans[3].name = m.spans[1].name;
	m.spans[3].input_hash = 7;
	m.spans[1].output_hash = 3;
	m.spans[3].output_hash = 4;
	find(&m, SHARE_NOTHING, &arena, &w);
	assert_int_equal(found(&w, WHATIF_HALF)->spans[0], 4);
	assert_int_equal(found(&w, WHATIF_HALF)->saves_ns, 300);
	assert_int_equal(found(&w, WHATIF_HALF_ALL)->n, 2);
	assert_int_equal(found(&w, WHATIF_HALF_ALL)->saves_ns, 100);
	const struct whatif *once = found(&w, WHATIF_ONCE);
	assert_int_equal(once->n, 2);
	assert_int_equal(once->saves_ns, 100);
	assert_int_equal(once->same_output, 0); /* and that is said */
	const struct whatif *beside = found(&w, WHATIF_BESIDE);
	assert_int_equal(beside->n, 2); /* 2 with 3; or 3 with 4 and the model: never the two that are the same call */
	assert_int_equal(beside->share, SHARE_NOTHING);
	find(&m, SHARE_SOME, &arena, &w);
	assert_int_equal(found(&w, WHATIF_BESIDE)->n, 0);
	find(&m, SHARE_UNKNOWN, &arena, &w);
	assert_int_equal(found(&w, WHATIF_BESIDE)->n, 2);
	assert_int_equal(found(&w, WHATIF_BESIDE)->share, SHARE_UNKNOWN);
	arena_done(&arena);
}

/* What a model answers decides what comes next: nothing after it is called independent of it. */
static void test_decisions(void **state)
{
	(void)state;
	struct made m;
	struct arena arena = ARENA_INIT;
	struct whatifs w;
	MAKE(&m, {1, 0, 0, 1000, KIND_AGENT}, {2, 1, 0, 500, KIND_LLM, 7}, {3, 1, 500, 500, KIND_TOOL, 8});
	find(&m, SHARE_NOTHING, &arena, &w);
	assert_int_equal(found(&w, WHATIF_BESIDE)->n, 0);
	arena_done(&arena);
}

/* ---------------------------------------------------------------- texts */

static enum share shares(const char *output, const char *input, const char *own, const char *around, char *word)
{
	struct share_words w[4];
	const char *texts[4] = {output, input, own, around};
	struct share_word found;
	for (int i = 0; i < 4; i++)
		share_words(str_of(texts[i]), &w[i]);
	enum share share = share_of(&w[0], &w[1], &w[2], &w[3], &found);
	snprintf(word, 64, "%.*s", (int)found.len, output ? output + found.at : "");
	for (int i = 0; i < 4; i++)
		share_words_done(&w[i]);
	return share;
}

static void test_share(void **state)
{
	(void)state;
	char word[64];
	assert_int_equal(
	    shares("{\"rate\": 1.0834, \"id\": \"fx-20931\"}", "{\"quote\":\"fx-20931\"}", "{}", NULL, word),
	    SHARE_SOME);
	assert_string_equal(word, "20931");
	/* the names of members are no data; numbers that the first call was asked with, or that all were, are no link */
	assert_int_equal(shares("{\"account\": \"88120\"}", "{\"account\": \"77310\"}", "{}", NULL, word),
	                 SHARE_NOTHING);
	assert_int_equal(shares("balance of 88120", "88120", "{\"a\":\"88120\"}", NULL, word), SHARE_NOTHING);
	assert_int_equal(shares("for Amsterdam", "Amsterdam", "", "weather in Amsterdam", word), SHARE_NOTHING);
	assert_int_equal(shares(NULL, "x", "", "", word), SHARE_UNKNOWN);
	assert_int_equal(shares("some text", NULL, "", "", word), SHARE_UNKNOWN);
	assert_int_equal(shares("42", "42", "", "", word), SHARE_UNKNOWN); /* too short to tell */
	assert_int_equal(shares("", "anything", "", "", word), SHARE_NOTHING);
	assert_int_equal(shares("{\"a\\nb\":\"caf\xc3\xa9s\"}", "deux caf\xc3\xa9s", "", "", word), SHARE_SOME);
	assert_int_equal(shares("{\"torn", "{\"torn\\", "", "\"", word), SHARE_SOME);
}

/* ---------------------------------------------------------------- any trace */

static uint64_t seed = 7;
static int64_t any(int64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((seed >> 33) % (uint64_t)n);
}

static void make_any(struct made *m, size_t n)
{
	int64_t(*plan)[N_PLANNED] = calloc(n, sizeof *plan);
	for (size_t i = 0; i < n; i++) {
		int64_t *p = plan[i];
		p[KEY] = (int64_t)i + 1;
		p[PARENT] = any(8) ? any((int64_t)i + 1) : 0;
		p[START] = any(20) ? any(1000) : TIME_UNKNOWN;
		p[DURATION] = any(20) ? any(any(3) ? 60 : 1000) : UNKNOWN_INT;
		p[KIND] = any(N_KINDS);
		p[HASH] = any(5);
		if (p[PARENT] > 0 && any(3)) { /* mostly inside */
			const int64_t *up = plan[p[PARENT] - 1];
			if (up[START] != TIME_UNKNOWN && up[DURATION] > 1) {
				p[START] = up[START] + any(up[DURATION]);
				p[DURATION] = any(up[START] + up[DURATION] - p[START] + 1);
			}
		}
	}
	make(m, (const int64_t(*)[N_PLANNED])plan, n);
	free(plan);
}

static void test_any(void **state)
{
	(void)state;
	struct made *m = malloc(sizeof *m);
	struct arena arena = ARENA_INIT;
	for (int round = 0; round < 1500; round++) {
		make_any(m, (size_t)any(round % 50 == 0 ? 250 : 24) + 1);
		struct whatifs w;
		find(m, (enum share)any(3), &arena, &w);
		if (m->duration_ns != UNKNOWN_INT) {
			struct schedule *s = schedule_new(m->spans, m->n, m->start_ns, m->duration_ns);
			for (uint32_t i = 0; i < m->n; i++) {
				/* Nothing is longer for a step that is shorter; nothing saves more than all there is of it. */
				int64_t half = schedule_with(s, CHANGE_HALF, &i, 1);
				int64_t gone = schedule_with(s, CHANGE_GONE, &i, 1);
				assert_true(half <= m->duration_ns && gone <= m->duration_ns);
				assert_true(m->duration_ns - half <= schedule_self(s, i));
				assert_int_equal(schedule_with(s, CHANGE_NOTHING, &i, 1), m->duration_ns);
			}
			schedule_free(s);
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_segments),  cmocka_unit_test(test_half),      cmocka_unit_test(test_half_of_parent),
	    cmocka_unit_test(test_beside),    cmocka_unit_test(test_outliving), cmocka_unit_test(test_found),
	    cmocka_unit_test(test_decisions), cmocka_unit_test(test_share),     cmocka_unit_test(test_any),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
