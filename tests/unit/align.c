/* Two trees beside each other: examples worked out by hand, and what must hold of any two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "store/span_row.h"
#include "store/study/align.h"

/* A tree in one word a span: depth, kind (t tool, l llm, a agent, c chain), name, arguments, answer; a duration of 10 unless `.N`
 * follows. "0aR 1tA12" is an agent R and below it a tool A that was asked 1 and answered 2. */
struct tree {
	struct path_span spans[600];
	uint32_t n;
};

static enum span_kind kind_of(char c)
{
	return c == 't' ? KIND_TOOL : c == 'l' ? KIND_LLM : c == 'a' ? KIND_AGENT : KIND_CHAIN;
}

static void grow(struct tree *t, const char *text)
{
	uint32_t last[16] = {0};
	struct str rest = str_of(text), word;
	t->n = 0;
	while (str_split(&rest, ' ', &word)) {
		if (!word.len)
			continue;
		uint32_t depth = (uint32_t)(word.ptr[0] - '0');
		size_t dot = str_find_char(word, '.');
		struct str head = str_cut(word, 0, dot);
		struct path_span *p = &t->spans[t->n];
		*p = (struct path_span){.up = depth ? t->n - last[depth - 1] : 0,
		                        .kind = (uint8_t)kind_of(word.ptr[1]),
		                        .name = (uint8_t)word.ptr[2],
		                        .input_hash = head.len > 3 ? (uint64_t)head.ptr[3] : 0,
		                        .output_hash = head.len > 4 ? (uint64_t)head.ptr[4] : 0,
		                        .duration_ns = dot == SIZE_MAX ? 10 : strtol(word.ptr + dot + 1, NULL, 10)};
		last[depth] = t->n++;
	}
}

static const struct align_row *row_of(const struct align *x, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < x->n; i++)
		if (x->rows[i].a == a && x->rows[i].b == b)
			return &x->rows[i];
	fail_msg("the other way round %d and %d are no pair", (int)a, (int)b);
	abort(); /* cmocka has jumped away; the compiler cannot know */
}

static unsigned mirrored(unsigned marks)
{
	unsigned other = marks & ~(unsigned)(ALIGN_ADDED | ALIGN_REMOVED | ALIGN_SLOWER | ALIGN_FASTER);
	other |= marks & ALIGN_ADDED ? ALIGN_REMOVED : 0;
	other |= marks & ALIGN_REMOVED ? ALIGN_ADDED : 0;
	other |= marks & ALIGN_SLOWER ? ALIGN_FASTER : 0;
	other |= marks & ALIGN_FASTER ? ALIGN_SLOWER : 0;
	return other;
}

/* Every span once; B's in B's order; parents above; sizes and counts add up; the other way round the same pairs. */
static void check(const struct tree *a, const struct tree *b, struct align *out)
{
	align_run(a->spans, a->n, b->spans, b->n, 0, out);
	uint32_t seen_a[600] = {0}, seen_b[600] = {0}, changes = 0, next_b = 0;
	uint32_t *at_b = calloc(b->n + 1, sizeof *at_b);
	for (uint32_t i = 0; i < out->n; i++) {
		const struct align_row *r = &out->rows[i];
		assert_true(r->a != ALIGN_NONE || r->b != ALIGN_NONE);
		assert_int_equal(r->marks & ALIGN_ADDED ? 1 : 0, r->a == ALIGN_NONE);
		assert_int_equal(r->marks & ALIGN_REMOVED ? 1 : 0, r->b == ALIGN_NONE);
		if (r->a != ALIGN_NONE)
			assert_int_equal(seen_a[r->a]++, 0);
		if (r->b != ALIGN_NONE) {
			assert_int_equal(seen_b[r->b]++, 0);
			assert_int_equal(r->b, next_b++);
			at_b[r->b] = i;
			if (b->spans[r->b].up)
				assert_int_equal(i - r->up, at_b[r->b - b->spans[r->b].up]);
		}
		if (r->a != ALIGN_NONE && r->b != ALIGN_NONE)
			assert_int_equal(a->spans[r->a].kind, b->spans[r->b].kind);
		assert_true(r->up <= i && r->size >= 1 && i + r->size <= out->n);
		assert_int_equal(r->depth, r->up ? out->rows[i - r->up].depth + 1 : 0);
		changes += r->marks != 0;
	}
	free(at_b);
	for (uint32_t i = 0; i < a->n; i++)
		assert_int_equal(seen_a[i], 1);
	assert_int_equal(next_b, b->n);
	uint32_t counted = 0;
	for (uint32_t i = 0; i < out->n; i += out->rows[i].size)
		counted += out->rows[i].changes;
	assert_int_equal(counted, changes);

	struct align back;
	align_run(b->spans, b->n, a->spans, a->n, 0, &back);
	assert_int_equal(back.n, out->n);
	for (uint32_t i = 0; i < out->n; i++) {
		const struct align_row *r = row_of(&back, out->rows[i].b, out->rows[i].a);
		assert_int_equal(r->marks, mirrored(out->rows[i].marks));
	}
	align_done(&back);
}

static void compare(const char *a, const char *b, const char *want, int first)
{
	static const char letters[] = "+-mrMioDs><";
	struct tree *t = calloc(2, sizeof *t);
	struct align x;
	struct buf got = BUF_INIT;
	grow(&t[0], a);
	grow(&t[1], b);
	check(&t[0], &t[1], &x);
	for (uint32_t i = 0; i < x.n; i++) {
		const struct align_row *r = &x.rows[i];
		const struct path_span *p = r->b == ALIGN_NONE ? &t[0].spans[r->a] : &t[1].spans[r->b];
		buf_printf(&got, "%s%u%c", i ? " " : "", r->depth, (char)p->name);
		for (int k = 0; letters[k]; k++)
			if (r->marks >> k & 1)
				buf_add_char(&got, letters[k]);
	}
	assert_string_equal(buf_cstr(&got), want);
	assert_int_equal((int)align_first(&x), first);
	buf_done(&got);
	align_done(&x);
	free(t);
}

/* ---------------------------------------------------------------- by hand */

static void test_by_hand(void **state)
{
	(void)state;
	compare("", "", "", -1);
	compare("0aR 1tA12 1lB34", "0aR 1tA12 1lB34", "0R 1A 1B", -1);
	compare("0aR 1tA12", "", "0R- 1A-", 0);
	/* a call more, a call less */
	compare("0aR 1tA11 1lB11", "0aR 1tA11 1tC11 1lB11", "0R 1A 1C+ 1B", 2);
	compare("0aR 1tA11 1tC11 2cD 1lB11", "0aR 1tA11 1lB11", "0R 1A 1C- 2D- 1B", 2);
	/* other arguments; of three calls the one that agrees stays with its like */
	compare("0aR 1tA11 1tA21 1tA31", "0aR 1tA11 1tA41 1tA31", "0R 1A 1Ai 1A", 2);
	compare("0aR 1tA11 1tA21", "0aR 1tA21", "0R 1A- 1A", 1);
	/* another answer: first where the answer came out, not at the agent around it, whose own differs after it */
	compare("0aR11 1tA11 1lB11", "0aR12 1tA11 1lB12", "0Ro 1A 1Bo", 2);
	/* ... and before what the other answer led to */
	compare("0aR 1lP11 1tA11", "0aR 1lP12 1tA21", "0R 1Po 1Ai", 1);
	/* the question itself */
	compare("0aR11 1tA11", "0aR21 1tA11", "0Ri 1A", 0);
	/* moved below another step; its child goes with it */
	compare("0aR 1cX 2tA11 3cD 1cY", "0aR 1cX 1cY 2tA11 3cD", "0R 1X 1Y 2Am 3D", 3);
	/* two in another order: one of them has moved */
	compare("0aR 1tA11 1tB11", "0aR 1tB11 1tA11", "0R 1B 1Am", 2);
	/* another name for the same: the same arguments, or alone between the same two */
	compare("0aR 1tA11 1tC91 1lB11", "0aR 1tA11 1tD91 1lB11", "0R 1A 1Dr 1B", 2);
	compare("0aR 1tA11 1lC31 1tB11", "0aR 1tA11 1lD41 1tB11", "0R 1A 1Dri 1B", 2);
	compare("0aR 1cC 1tB11", "0aR 1cD 1tB11", "0R 1C- 1D+ 1B", 1); /* chains that agree in nothing are two */
	/* time alone parts nobody: a fifth of the longer is the line */
	compare("0aR.100 1tA11.100", "0aR.120 1tA11.126", "0R 1A>", -1);
	compare("0aR.100 1tA11.100", "0aR.100 1tA11.70", "0R 1A<", -1);
}

/* Beyond the exact table: 3,000 calls of one tool against 2,999 of them, the 1,500th left out. */
static void test_bounded(void **state)
{
	(void)state;
	enum { N = 3000 };
	struct path_span *a = calloc(N + 1, sizeof *a), *b = calloc(N + 1, sizeof *b);
	uint32_t n = 1, m = 1;
	a[0] = b[0] = (struct path_span){.kind = KIND_AGENT, .name = 1};
	for (uint32_t i = 0; i < N; i++) {
		a[n] = (struct path_span){.up = n, .kind = KIND_TOOL, .name = 2, .input_hash = i % 1000 + 1};
		n++;
		if (i == 5 || i == 1500 || i == 2990) /* so that neither end is alike */
			continue;
		b[m] = a[n - 1];
		b[m].up = m;
		m++;
	}
	struct align x;
	align_run(a, n, b, m, 0, &x);
	assert_true(x.bounded);
	uint32_t same = 0;
	for (uint32_t i = 0; i < x.n; i++)
		same += x.rows[i].marks == 0;
	assert_in_range(same, N / 2, N - 2);
	align_done(&x);
	free(a);
	free(b);
}

/* ---------------------------------------------------------------- any two */

static uint64_t seed = 11;
static uint32_t any(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % n);
}

static void grow_any(struct tree *t, uint32_t n)
{
	uint32_t open[16], depth = 0;
	t->n = n;
	for (uint32_t i = 0; i < n; i++) {
		depth = depth ? any(depth < 15 ? depth + 1 : 15) : 0;
		t->spans[i] = (struct path_span){.up = depth ? i - open[depth - 1] : 0,
		                                 .kind = (uint8_t)any(3),
		                                 .name = any(4),
		                                 .model = any(20) == 0,
		                                 .input_hash = any(5),
		                                 .output_hash = any(3),
		                                 .duration_ns = any(30) ? (int64_t)any(100) : UNKNOWN_INT,
		                                 .status = any(9) ? STATUS_OK : STATUS_ERROR};
		open[depth++] = i;
	}
}

/* The same tree with a few spans changed, left out with all below them, or doubled. */
static void change_any(const struct tree *from, struct tree *to)
{
	uint32_t open[600], depth[600] = {0}, skip = UINT32_MAX;
	to->n = 0;
	for (uint32_t i = 0; i < from->n; i++) {
		depth[i] = from->spans[i].up ? depth[i - from->spans[i].up] + 1 : 0;
		if (depth[i] > skip)
			continue;
		skip = any(12) ? UINT32_MAX : depth[i];
		if (skip != UINT32_MAX)
			continue;
		for (uint32_t k = any(12) == 0; k < 2 && to->n < 590; k += any(10) ? 2 : 1) {
			struct path_span *p = &to->spans[to->n];
			*p = from->spans[i];
			p->up = depth[i] ? to->n - open[depth[i] - 1] : 0;
			p->input_hash = any(8) ? p->input_hash : any(5);
			open[depth[i]] = to->n++;
		}
	}
}

static void test_any(void **state)
{
	(void)state;
	struct tree *t = calloc(2, sizeof *t);
	for (int round = 0; round < 3000; round++) {
		struct align x;
		grow_any(&t[0], any(round % 100 ? 30 : 200));
		if (round % 3 == 0)
			grow_any(&t[1], any(30));
		else
			change_any(&t[0], &t[1]);
		check(&t[0], &t[1], &x);
		align_done(&x);
		check(&t[0], &t[0], &x);
		assert_int_equal(x.n, t[0].n);
		assert_int_equal(align_first(&x), ALIGN_NONE);
		for (uint32_t i = 0; i < x.n; i++)
			assert_int_equal(x.rows[i].marks, 0);
		align_done(&x);
	}
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_hand), cmocka_unit_test(test_bounded),
	                                   cmocka_unit_test(test_any)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
