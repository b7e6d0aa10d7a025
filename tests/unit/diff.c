/* The text diff: worked examples, round trips on random texts, caps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "store/diff.h"
#include "store/stat/rng.h"

static void add_slice(struct buf *out, struct str text, size_t at, size_t len)
{
	assert_true(at <= text.len && len <= text.len - at);
	buf_add_str(out, str_cut(text, at, len));
}

/* What every diff must hold, whatever the texts. */
static void check_invariants(const struct diff *diff, struct str a, struct str b)
{
	struct buf of_a = BUF_INIT, of_b = BUF_INIT;
	size_t a_at = 0, b_at = 0, changes = 0;
	for (size_t i = 0; i < diff->n; i++) {
		const struct diff_op *op = &diff->ops[i];
		bool after_only_a = i > 0 && diff->ops[i - 1].kind == DIFF_ONLY_A;
		assert_true(op->a_at == a_at && op->b_at == b_at);
		assert_true(i == 0 || op->kind != diff->ops[i - 1].kind);
		switch (op->kind) {
		case DIFF_EQUAL:
			assert_true(op->a_len > 0 && op->a_len == op->b_len);
			assert_memory_equal(a.ptr + op->a_at, b.ptr + op->b_at, op->a_len);
			break;
		case DIFF_ONLY_A:
			assert_true(op->a_len > 0 && op->b_len == 0);
			assert_true(i == 0 || diff->ops[i - 1].kind == DIFF_EQUAL);
			changes++;
			break;
		case DIFF_ONLY_B:
			assert_true(op->b_len > 0 && op->a_len == 0);
			changes += after_only_a ? 0 : 1;
			break;
		}
		add_slice(&of_a, a, op->a_at, op->a_len);
		add_slice(&of_b, b, op->b_at, op->b_len);
		a_at += op->a_len;
		b_at += op->b_len;
	}
	assert_true(str_eq(buf_str(&of_a), a) && str_eq(buf_str(&of_b), b));
	assert_int_equal(changes, diff->n_changes);
	buf_done(&of_a);
	buf_done(&of_b);
}

/* "[-only a-]{+only b+}" */
static void render(struct buf *out, const struct diff *diff, struct str a, struct str b)
{
	for (size_t i = 0; i < diff->n; i++) {
		const struct diff_op *op = &diff->ops[i];
		switch (op->kind) {
		case DIFF_EQUAL: add_slice(out, a, op->a_at, op->a_len); break;
		case DIFF_ONLY_A:
			buf_add_cstr(out, "[-");
			add_slice(out, a, op->a_at, op->a_len);
			buf_add_cstr(out, "-]");
			break;
		case DIFF_ONLY_B:
			buf_add_cstr(out, "{+");
			add_slice(out, b, op->b_at, op->b_len);
			buf_add_cstr(out, "+}");
			break;
		}
	}
}

struct example {
	const char *a, *b, *want;
};

static void check_examples(const struct example *examples, size_t n, enum diff_unit unit)
{
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < n; i++) {
		struct str a = str_of(examples[i].a), b = str_of(examples[i].b);
		struct buf out = BUF_INIT;
		struct diff diff = diff_text(&arena, a, b, unit);
		check_invariants(&diff, a, b);
		render(&out, &diff, a, b);
		assert_int_equal(diff.unit, unit);
		assert_false(diff.approximate);
		assert_string_equal(buf_cstr(&out), examples[i].want);
		buf_done(&out);
	}
	arena_done(&arena);
}

static void test_words(void **state)
{
	(void)state;
	static const struct example rows[] = {
	    {"",	          "",                 ""	                         },
	    {"same text",         "same text",        "same text"                        },
	    {"",	          "new",              "{+new+}"                          },
	    {"old",               "",                 "[-old-]"                          },
	    {"You have 120 days", "You have 60 days", "You have [-120-]{+60+} days"      },
 /* a whole word, never letters of it */
	    {"the cat sat",       "the cart sat",     "the [-cat-]{+cart+} sat"          },
 /* one blank between two replaced words is part of the change */
	    {"a quick brown fox", "a slow red fox",   "a [-quick brown-]{+slow red+} fox"},
	    {"quick brown fox",   "slow fox",         "[-quick brown-]{+slow+} fox"      },
 /* but not where nothing is replaced, nor over a line end */
	    {"p .",               " q.",              "[-p-] {+q+}."                     },
	    {"one two three",     "two three four",   "[-one -]two three{+ four+}"       },
	    {"x\ny",              "p\nq",             "[-x-]{+p+}\n[-y-]{+q+}"           },
 /* what joining leaves the same at an end is equal again */
	    {"a a b a",           "c a c",            "[-a-]{+c+} a [-b a-]{+c+}"        },
	    {"a a a",             "b b b a b",        "[-a a-]{+b b b+} a{+ b+}"         },
 /* punctuation stands alone */
	    {"Refund: 30 days.",  "Refund: 30 days!", "Refund: 30 days[-.-]{+!+}"        },
	    {"f(a, b)",           "f(a, c)",          "f(a, [-b-]{+c+})"                 },
	    {"a  b",              "a b",              "a[-  -]{+ +}b"                    },
	    {"x\r\ny",            "x\ny",             "x[-\r\n-]{+\n+}y"                 },
	};
	check_examples(rows, sizeof rows / sizeof *rows, DIFF_WORDS);
}

/* Nothing is cut inside a character that people see as one. */
static void test_clusters(void **state)
{
	(void)state;
	static const struct example rows[] = {
	    {"h\xC3\xA9llo",	                         "h\xC3\xA8llo",                                 "[-h\xC3\xA9llo-]{+h\xC3\xA8llo+}"},
 /* e + acute against e + grave: same letter, other mark */
	    {"e\xCC\x81!",	                           "e\xCC\x80!",                                   "[-e\xCC\x81-]{+e\xCC\x80+}!"     },
 /* Chinese: by character */
	    {"\xE4\xB8\x89\xE5\x8D\x81\xE5\xA4\xA9",         "\xE5\x85\xAD\xE5\x8D\x81\xE5\xA4\xA9",
	     "[-\xE4\xB8\x89-]{+\xE5\x85\xAD+}\xE5\x8D\x81\xE5\xA4\xA9"	                                                                },
 /* flags AB and AC share their first half */
	    {"\xF0\x9F\x87\xA6\xF0\x9F\x87\xA7",             "\xF0\x9F\x87\xA6\xF0\x9F\x87\xA8",
	     "[-\xF0\x9F\x87\xA6\xF0\x9F\x87\xA7-]{+\xF0\x9F\x87\xA6\xF0\x9F\x87\xA8+}"                                                        },
 /* woman + joiner + laptop against woman + joiner + rocket; thumb with and without skin tone */
	    {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
	     "[-\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB-]{+\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80+}"                                },
	    {"\xF0\x9F\x91\x8D",                             "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD",
	     "[-\xF0\x9F\x91\x8D-]{+\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD+}"	                                                                },
 /* bytes that are no UTF-8 */
	    {"a\xFF z",	                              "a\xFE z",	                              "a[-\xFF-]{+\xFE+} z"             },
	};
	check_examples(rows, sizeof rows / sizeof *rows, DIFF_WORDS);
}

static void test_lines(void **state)
{
	(void)state;
	static const struct example rows[] = {
	    {"a\nb\nc\n", "a\nB\nc\n", "a\n[-b\n-]{+B\n+}c\n"          },
	    {"a\nb",      "a\nb\n",    "a\n[-b-]{+b\n+}"               },
	    {"a\nc\n",    "a\nb\nc\n", "a\n{+b\n+}c\n"                 },
	    {"x\n\ny\n",  "p\n\nq\n",  "[-x\n-]{+p\n+}\n[-y\n-]{+q\n+}"},
	};
	check_examples(rows, sizeof rows / sizeof *rows, DIFF_LINES);
}

/* Pieces that make texts alike, and bytes that make trouble. */
static void add_piece(struct buf *out, struct rng *rng)
{
	static const char *const pieces[] = {"a",
	                                     "b",
	                                     "the",
	                                     "days",
	                                     " ",
	                                     " ",
	                                     "  ",
	                                     "\n",
	                                     "\r",
	                                     "\xCC\x81",
	                                     ".",
	                                     ",",
	                                     "\xC3\xA9",
	                                     "\xE4\xB8",
	                                     "\xFF",
	                                     "\t",
	                                     "60",
	                                     "\xE2\x80\x8D",
	                                     "\xF0\x9F\x91\xA9",
	                                     "\xF0\x9F\x87\xA6"};
	uint64_t i = rng_index(rng, sizeof pieces / sizeof *pieces + 1);
	if (i == sizeof pieces / sizeof *pieces)
		buf_add_char(out, '\0');
	else
		buf_add_cstr(out, pieces[i]);
}

static void random_pair(struct rng *rng, struct buf *a, struct buf *b)
{
	buf_clear(a);
	buf_clear(b);
	size_t n = (size_t)rng_index(rng, 120);
	for (size_t i = 0; i < n; i++) {
		size_t from = a->len;
		add_piece(a, rng);
		if (rng_index(rng, 4) != 0)
			buf_add_str(b, str_cut(buf_str(a), from, a->len - from));
		else if (rng_index(rng, 2) == 0)
			add_piece(b, rng);
	}
}

static void test_round_trips(void **state)
{
	(void)state;
	struct rng rng = rng_stream(20, 0);
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct arena arena = ARENA_INIT;
	for (int i = 0; i < 2000; i++) {
		random_pair(&rng, &a, &b);
		enum diff_unit unit = (enum diff_unit)(i % 3);
		struct diff diff = diff_text(&arena, buf_str(&a), buf_str(&b), unit);
		check_invariants(&diff, buf_str(&a), buf_str(&b));
		assert_int_equal(diff.unit, unit);
		arena_reset(&arena);
	}
	buf_done(&a);
	buf_done(&b);
	arena_done(&arena);
}

enum { MAX_LETTERS = 40 };

/* Longest common subsequence of single-letter lines, by the textbook table. */
static size_t common_lines(struct str a, struct str b)
{
	size_t table[MAX_LETTERS + 1][MAX_LETTERS + 1] = {{0}};
	for (size_t i = 1; i <= a.len / 2; i++) {
		for (size_t j = 1; j <= b.len / 2; j++) {
			size_t up = table[i - 1][j], left = table[i][j - 1];
			table[i][j] = up > left ? up : left;
			if (a.ptr[2 * i - 2] == b.ptr[2 * j - 2])
				table[i][j] = table[i - 1][j - 1] + 1;
		}
	}
	return table[a.len / 2][b.len / 2];
}

static void add_letters(struct buf *out, struct rng *rng)
{
	buf_clear(out);
	for (uint64_t n = rng_index(rng, MAX_LETTERS + 1); n > 0; n--) {
		buf_add_char(out, (char)('a' + rng_index(rng, 4)));
		buf_add_char(out, '\n');
	}
}

/* By lines nothing is joined: the equal lines are as many as there can be. */
static void test_shortest(void **state)
{
	(void)state;
	struct rng rng = rng_stream(21, 0);
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct arena arena = ARENA_INIT;
	for (int i = 0; i < 2000; i++) {
		add_letters(&a, &rng);
		add_letters(&b, &rng);
		struct diff diff = diff_text(&arena, buf_str(&a), buf_str(&b), DIFF_LINES);
		check_invariants(&diff, buf_str(&a), buf_str(&b));
		size_t equal = 0;
		for (size_t k = 0; k < diff.n; k++)
			equal += diff.ops[k].kind == DIFF_EQUAL ? diff.ops[k].a_len / 2 : 0;
		assert_int_equal(equal, common_lines(buf_str(&a), buf_str(&b)));
		arena_reset(&arena);
	}
	buf_done(&a);
	buf_done(&b);
	arena_done(&arena);
}

static void fill(struct buf *out, const char *piece, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_add_cstr(out, piece);
}

static enum diff_unit unit_of(const struct buf *a, const struct buf *b, enum diff_unit asked)
{
	struct arena arena = ARENA_INIT;
	struct diff diff = diff_text(&arena, buf_str(a), buf_str(b), asked);
	check_invariants(&diff, buf_str(a), buf_str(b));
	arena_done(&arena);
	return diff.unit;
}

static void test_caps(void **state)
{
	(void)state;
	struct buf a = BUF_INIT, b = BUF_INIT;
	fill(&a, "word ", DIFF_MAX_WORDS / 2);
	assert_int_equal(unit_of(&a, &b, DIFF_WORDS), DIFF_WORDS);
	buf_add_cstr(&a, "more");
	assert_int_equal(unit_of(&a, &b, DIFF_WORDS), DIFF_LINES);
	assert_int_equal(unit_of(&b, &a, DIFF_WORDS), DIFF_LINES);
	buf_clear(&a);
	fill(&a, "\n", DIFF_MAX_LINES);
	assert_int_equal(unit_of(&a, &b, DIFF_LINES), DIFF_LINES);
	buf_add_cstr(&a, "x");
	assert_int_equal(unit_of(&a, &b, DIFF_LINES), DIFF_WHOLE);
	assert_int_equal(unit_of(&a, &a, DIFF_WORDS), DIFF_WHOLE);
	buf_done(&a);
	buf_done(&b);
}

/* Of texts too long for words, what lies between their like beginning and end is compared by words all the same. */
static void test_middle(void **state)
{
	(void)state;
	static const struct example rows[] = {
	    {" old ending",   " new ending",   "[-old-]{+new+} ending"       },
	    {" one two",      " one more two", "one{+ more+} two"            },
	    {" one two",      " one",          "one[- two-]"                 },
	    {" ab",           " ac",           "[-ab-]{+ac+}"                },
	    {" \xC3\xA9 end", " \xC3\xA8 end", "[-\xC3\xA9-]{+\xC3\xA8+} end"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena = ARENA_INIT;
		struct buf a = BUF_INIT, b = BUF_INIT, out = BUF_INIT;
		fill(&a, "word ", 3 * DIFF_MAX_WORDS);
		fill(&b, "word ", 3 * DIFF_MAX_WORDS);
		size_t same = a.len - 1;
		a.len = b.len = same; /* the examples begin with the blank */
		buf_add_cstr(&a, rows[i].a);
		buf_add_cstr(&b, rows[i].b);
		struct diff diff = diff_text(&arena, buf_str(&a), buf_str(&b), DIFF_WORDS);
		check_invariants(&diff, buf_str(&a), buf_str(&b));
		assert_int_equal(diff.unit, DIFF_WORDS);
		render(&out, &diff, buf_str(&a), buf_str(&b));
		assert_string_equal(buf_cstr(&out) + same + 1, rows[i].want);
		buf_done(&a);
		buf_done(&b);
		buf_done(&out);
		arena_done(&arena);
	}
}

/* The worst case for Myers, two long texts of a few words in random order, ends soon and says that it took a short cut. */
static void test_bounded_work(void **state)
{
	(void)state;
	struct rng rng = rng_stream(22, 0);
	struct buf texts[2] = {BUF_INIT, BUF_INIT};
	for (size_t side = 0; side < 2; side++)
		for (size_t i = 0; i < DIFF_MAX_WORDS; i++)
			buf_add_char(&texts[side], ".,;:!?()"[rng_index(&rng, 8)]);
	struct arena arena = ARENA_INIT;
	clock_t start = clock();
	struct diff diff = diff_text(&arena, buf_str(&texts[0]), buf_str(&texts[1]), DIFF_WORDS);
	double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
	check_invariants(&diff, buf_str(&texts[0]), buf_str(&texts[1]));
	assert_true(diff.approximate && diff.unit == DIFF_WORDS);
	print_message("  %zu changes in %.3f s\n", diff.n_changes, seconds);
	arena_done(&arena);
	buf_done(&texts[0]);
	buf_done(&texts[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),       cmocka_unit_test(test_clusters),     cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_round_trips), cmocka_unit_test(test_shortest),     cmocka_unit_test(test_caps),
	    cmocka_unit_test(test_middle),      cmocka_unit_test(test_bounded_work),
	};
	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
