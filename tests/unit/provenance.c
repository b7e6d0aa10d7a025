/* Where sentences come from: sentences, numbers, matches and passages of hand-made texts, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "store/study/numbers.h"
#include "store/study/provenance.h"
#include "store/study/sentences.h"

/* ---------------------------------------------------------------- sentences */

/* All sentences of a text, one a line. */
static char *parted(const char *text)
{
	struct sentences s = sentences_of(str_of(text));
	struct sentence one;
	struct buf out = BUF_INIT;
	while (sentences_next(&s, &one)) {
		if (out.len)
			buf_add_cstr(&out, "¦");
		buf_add_str(&out, str_cut(str_of(text), one.at, one.len));
	}
	return out.ptr ? buf_detach(&out) : xstrdup("");
}

static void expect_sentences(const char *text, const char *want)
{
	char *got = parted(text);
	assert_string_equal(got, want);
	free(got);
}

static void test_prose(void **state)
{
	(void)state;
	expect_sentences("", "");
	expect_sentences(" \n\n --- \n", "");
	expect_sentences("One sentence", "One sentence");
	expect_sentences("You have 60 days. Write to us! Did you?  Yes.",
	                 "You have 60 days.¦Write to us!¦Did you?¦Yes.");
	expect_sentences("Dr. Smith of the U.S. Treasury, e.g. J. Doe, said no. He left at 4.30 p.m. sharp.",
	                 "Dr. Smith of the U.S. Treasury, e.g. J. Doe, said no.¦He left at 4.30 p.m. sharp.");
	expect_sentences("See No. 7 and Fig. 3. Is it no. Then go.", "See No. 7 and Fig. 3.¦Is it no.¦Then go.");
	expect_sentences("Wait... he said \"stop.\" Then (so it was.) Nothing. version 4.2.1 runs",
	                 "Wait... he said \"stop.\"¦Then (so it was.)¦Nothing. version 4.2.1 runs");
	expect_sentences("It ends here.[1] And here [2, 3]. Done.", "It ends here.[1]¦And here [2, 3].¦Done.");
	expect_sentences("Das gilt z.B. für Karten. Es gilt am 3. Mai nicht? Doch. ähnlich",
	                 "Das gilt z.B. für Karten.¦Es gilt am 3.¦Mai nicht?¦Doch. ähnlich");
}

static void test_scripts(void **state)
{
	(void)state;
	expect_sentences("您可以在60天内提出异议。请联系我们！好吗？", "您可以在60天内提出异议。¦请联系我们！¦好吗？");
	expect_sentences("返金は60日以内です。「はい。」次へ", "返金は60日以内です。¦「はい。」¦次へ");
	expect_sentences("कृपया लिखें। धन्यवाद।", "कृपया लिखें।¦धन्यवाद।");
	expect_sentences("Срок 60 дней. Пишите нам.", "Срок 60 дней.¦Пишите нам.");
}

static void test_markdown(void **state)
{
	(void)state;
	expect_sentences("# Refunds\nYou can ask:\n- within 60 days\n- in writing. By post.\n1. First\n2) Second\n\n> "
	                 "quoted **text**.\nEnd",
	                 "Refunds¦You can ask:¦within 60 days¦in writing.¦By post.¦First¦Second¦quoted **text**.¦End");
	expect_sentences("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |¦| 1 | 2 |");
	expect_sentences("Run this:\n```sh\nls. Then\n\ncd x\n```\nDone.",
	                 "Run this:¦```sh\nls. Then\n\ncd x\n```¦Done.");
	expect_sentences("```\nnever closed\nx.", "```\nnever closed\nx.");
	/* wrapped at 60 columns, and lines that end early */
	expect_sentences(
	    "A long line of a paragraph that a program has wrapped at\nsixty columns goes on. Then\nthe end.",
	    "A long line of a paragraph that a program has wrapped at\nsixty columns goes on.¦Then\nthe end.");
	expect_sentences("Name: Ann\nCity: Rome", "Name: Ann¦City: Rome");
}

/* What stands between sentences is not lost, nothing overlaps, and hostile text takes linear time. */
static void test_hostile_sentences(void **state)
{
	(void)state;
	static const char *const pieces[] = {"!",    "a.", "\n", "|",   "```", "[1]", "。",
	                                     "\xff", " ",  "> ", "1. ", "…\"", "x "};
	clock_t began = clock();
	for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
		struct buf text = BUF_INIT;
		while (text.len < 1000000)
			buf_add_cstr(&text, pieces[p]);
		buf_add_cstr(&text, "x");
		struct sentences s = sentences_of(buf_str(&text));
		struct sentence one;
		size_t end = 0;
		while (sentences_next(&s, &one)) {
			assert_true(one.at >= end && one.len > 0);
			assert_true(one.code || one.len <= 2 * SENTENCE_BYTES + 4);
			end = one.at + one.len;
		}
		assert_true(end <= text.len);
		buf_done(&text);
	}
	assert_true((double)(clock() - began) / CLOCKS_PER_SEC < 20);
}

/* ---------------------------------------------------------------- numbers */

static uint64_t number_of(const char *text)
{
	struct numbers numbers = numbers_of(str_of(text));
	struct number n;
	assert_true(numbers_next(&numbers, &n));
	uint64_t hash = n.hash;
	assert_false(numbers_next(&numbers, &n));
	return hash;
}

static void test_numbers(void **state)
{
	(void)state;
	static const char *const same[][2] = {
	    {"1,200.50",  "1200.5"   },
	    {"05",        "5"        },
	    {"60 days",   "in 60d"   },
	    {"sixty",     "60"       },
	    {"４２",    "42"       },
	    {"$4.20",     "4.2 EUR"  },
	    {"1.200.000", "1,200,000"},
	    {"4,5",       "4.5"      },
	    {"V12",       "v12"      },
	    {"7.",        "7"        },
	    {"1'000",     "1000"     },
	    {"٦٠",      "60"       },
	    {"0.500",     "0.5"      },
	    {"3.00",      "3"        },
	    {"12th",      "12"       },
	};
	static const char *const other[][2] = {
	    {"60",    "600"},
            {"4.2",   "42" },
            {"v12",   "12" },
            {"0.123", "123"},
            {"4b7f",  "4"  },
            {"4.2.1", "4.2"},
	};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		assert_true(number_of(same[i][0]) == number_of(same[i][1]));
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		assert_true(number_of(other[i][0]) != number_of(other[i][1]));
	struct numbers numbers = numbers_of(STR_LIT("on 2026-11-20 at 9:05, café3 4b7f"));
	static const struct {
		size_t at, len;
	} want[] = {
	    {3,  4},
            {8,  2},
            {11, 2},
            {17, 1},
            {19, 2},
            {28, 1},
            {30, 4}
        };
	struct number n;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		assert_true(numbers_next(&numbers, &n));
		assert_int_equal(n.at, want[i].at);
		assert_int_equal(n.len, want[i].len);
	}
	assert_false(numbers_next(&numbers, &n));
}

/* ---------------------------------------------------------------- matches */

static const char policy_old[] =
    "Policy 4.2 (withdrawn). A customer has 60 days from the statement date to dispute a duplicate charge.";
static const char policy_new[] = "Policy 4.3. Cardholders may dispute a duplicate charge within 120 days. "
                                 "Provisional credit is given after two business days.";
static const char system_prompt[] = "You are the dispute agent of a bank. Answer politely and cite the policy.";
static const char user_turn[] = "I was charged twice for the same hotel night and want the money back.";

static struct str slice(const char *text, size_t at, size_t len)
{
	return str_cut(str_of(text), at, len);
}

static void test_match(void **state)
{
	(void)state;
	static const char answer[] =
	    "I am sorry that you were charged twice for the same hotel night. Under policy 4.2 a customer has 60 days "
	    "from the statement date to dispute a duplicate charge. Please send 3 receipts to our Paris office. "
	    "Cardholders may dispute a duplicate charge within 90 days. Goodbye.";
	const struct provenance_source sources[] = {
	    {{policy_old, sizeof policy_old - 1},       0},
	    {{policy_new, sizeof policy_new - 1},       0},
	    {{user_turn, sizeof user_turn - 1},         2},
	    {{system_prompt, sizeof system_prompt - 1}, 3},
	};
	struct provenance p;
	provenance_find(str_of(answer), sources, 4, &p);
	assert_int_equal(p.n, 5);
	assert_false(p.partial);

	assert_int_equal(p.at[0].kind, PROVENANCE_MATCH);
	assert_int_equal(p.at[0].source, 2);
	assert_true(
	    str_is(slice(answer, p.at[0].answer_at, p.at[0].answer_len), "charged twice for the same hotel night"));
	assert_true(
	    str_is(slice(user_turn, p.at[0].source_at, p.at[0].source_len), "charged twice for the same hotel night"));
	assert_int_equal(p.at[0].words, 7);

	assert_int_equal(p.at[1].kind, PROVENANCE_MATCH);
	assert_int_equal(p.at[1].source, 0);
	assert_true(str_is(slice(policy_old, p.at[1].source_at, p.at[1].source_len),
	                   "A customer has 60 days from the statement date to dispute a duplicate charge"));
	assert_int_equal(p.at[1].n_numbers, 0);
	assert_true(p.at[1].score > 0.85 && p.at[1].score < 1);

	assert_int_equal(p.at[2].kind, PROVENANCE_NONE);
	assert_int_equal(p.at[2].n_numbers, 1);
	assert_true(str_is(slice(answer, p.at[2].numbers[0].at, p.at[2].numbers[0].len), "3"));
	assert_int_equal(p.at[2].numbers[0].elsewhere, -1);

	assert_int_equal(p.at[3].kind, PROVENANCE_MATCH);
	assert_int_equal(p.at[3].source, 1);
	assert_int_equal(p.at[3].n_numbers, 1);
	assert_true(str_is(slice(answer, p.at[3].numbers[0].at, p.at[3].numbers[0].len), "90"));
	assert_int_equal(p.at[3].numbers[0].elsewhere, -1);

	assert_int_equal(p.at[4].kind, PROVENANCE_SHORT);
	assert_int_equal(p.matched, 3);
	assert_int_equal(p.unmatched, 1);
	assert_int_equal(p.too_short, 1);
	assert_int_equal(p.numbers, 2);
	provenance_done(&p);
}

/* A number that the matched document lacks, but another source has. */
static void test_number_elsewhere(void **state)
{
	(void)state;
	const struct provenance_source sources[] = {
	    {{policy_old, sizeof policy_old - 1}, 0},
	    {{policy_new, sizeof policy_new - 1}, 0},
	};
	struct provenance p;
	provenance_find(STR_LIT("Cardholders may dispute a duplicate charge within 60 days [7]."), sources, 2, &p);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.at[0].source, 1);
	assert_int_equal(p.at[0].n_numbers, 1); /* [7] is a citation */
	assert_int_equal(p.at[0].numbers[0].elsewhere, 0);
	assert_int_equal(p.numbers, 0);
	provenance_done(&p);
}

/* The document goes before the prompt that it was pasted into; the better of two documents before the worse. */
static void test_preference(void **state)
{
	(void)state;
	struct buf prompt = BUF_INIT;
	buf_printf(&prompt, "Context: %s\nQuestion: %s", policy_new, user_turn);
	const struct provenance_source sources[] = {
	    {{policy_old, sizeof policy_old - 1}, 0},
	    {{policy_new, sizeof policy_new - 1}, 0},
	    {buf_str(&prompt),                    2},
	};
	struct provenance p;
	provenance_find(STR_LIT("Provisional credit is given after two business days. I WAS charged twice for the same "
	                        "hotel night, and want!"),
	                sources, 3, &p);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.at[0].source, 1);
	assert_true(p.at[0].score > 0.999);
	assert_int_equal(p.at[1].source, 2);
	provenance_done(&p);
	buf_done(&prompt);
}

/* What stands in all documents alike tells little: the odd pair decides. */
static void test_boilerplate(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "Acme Bank customer help pages: card limits.", "Acme Bank customer help pages: opening hours.",
	    "Acme Bank customer help pages: lost cards.", "Acme Bank customer help pages: mobile payments.",
	    "Wire transfers settle overnight."};
	struct provenance_source sources[5];
	for (size_t i = 0; i < 5; i++)
		sources[i] = (struct provenance_source){str_of(texts[i]), 0};
	struct provenance p;
	provenance_find(STR_LIT("Acme Bank says that wire transfers settle overnight."), sources, 5, &p);
	assert_int_equal(p.at[0].source, 4);
	assert_int_equal(p.at[0].kind, PROVENANCE_MATCH);
	provenance_done(&p);
}

static void test_cjk(void **state)
{
	(void)state;
	static const char document[] = "根据政策4.2，客户可以在账单日起60天内对重复收费提出异议。";
	const struct provenance_source sources[] = {
	    {{document, sizeof document - 1}, 0}
        };
	struct provenance p;
	provenance_find(STR_LIT("您可以在账单日起60天内提出异议。请拨打客服电话五五五。"), sources, 1, &p);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.at[0].kind, PROVENANCE_MATCH);
	assert_true(str_is(slice(document, p.at[0].source_at, p.at[0].source_len), "可以在账单日起60天内"));
	assert_int_equal(p.at[1].kind, PROVENANCE_NONE);
	provenance_done(&p);
}

static void test_nothing(void **state)
{
	(void)state;
	struct provenance p;
	provenance_find(STR_NONE, NULL, 0, &p);
	assert_int_equal(p.n, 0);
	provenance_done(&p);
	provenance_find(STR_LIT("There are no sources in this trace."), NULL, 0, &p);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.at[0].kind, PROVENANCE_NONE);
	assert_int_equal(p.at[0].source, -1);
	provenance_done(&p);
	const struct provenance_source one = {STR_LIT("Paris"), 0};
	provenance_find(STR_LIT("Paris."), &one, 1, &p);
	assert_int_equal(p.at[0].kind, PROVENANCE_MATCH);
	assert_int_equal(p.at[0].source_len, 5);
	provenance_done(&p);
}

/* An answer of 1 MB and 1,000 documents; then texts made to have everything in common with each other. */
static void test_large(void **state)
{
	(void)state;
	struct buf answer = BUF_INIT, text = BUF_INIT;
	enum { N = 1000 };
	struct provenance_source *sources = xcalloc(N, sizeof *sources);
	size_t *at = xcalloc(N + 1, sizeof *at);
	for (int i = 0; answer.len < PROVENANCE_ANSWER - 100; i++)
		buf_printf(&answer, "The answer number %d speaks of the item k%d here. ", i, i % 5000);
	for (int d = 0; d < N; d++) {
		at[d] = text.len;
		for (int i = 0; i < 50; i++)
			buf_printf(&text, "Document %d tells of the item k%d here, and of the rest. ", d,
			           d * 5 + i % 5);
	}
	at[N] = text.len;
	for (int d = 0; d < N; d++)
		sources[d] = (struct provenance_source){str_cut(buf_str(&text), at[d], at[d + 1] - at[d]), 0};
	struct provenance p;
	clock_t began = clock();
	provenance_find(buf_str(&answer), sources, N, &p);
	double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
	print_message("1 MB and 1,000 documents: %.2f s, %zu of %zu sentences\n", seconds, p.matched, p.n);
	assert_true(p.n > 15000);
	assert_int_equal(p.at[7].source, 1); /* k7 */
	provenance_done(&p);
	buf_clear(&answer);
	while (answer.len < PROVENANCE_ANSWER)
		buf_add_cstr(&answer, "a ");
	for (int d = 0; d < N; d++)
		sources[d] = (struct provenance_source){str_cut(buf_str(&answer), 0, 40000), 0};
	began = clock();
	provenance_find(buf_str(&answer), sources, N, &p);
	seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
	print_message("nothing but one word: %.2f s\n", seconds);
	provenance_done(&p);
	free(sources);
	free(at);
	buf_done(&answer);
	buf_done(&text);
}

/* ---------------------------------------------------------------- the other way round */

static void test_used(void **state)
{
	(void)state;
	static const char answer[] = "Under policy 4.2 a customer has 60 days from the statement date. Provisional "
	                             "credit is given after two days.";
	struct provenance_answer *a = provenance_answer_new(str_of(answer));
	struct arena arena = ARENA_INIT;
	struct provenance_use use;
	provenance_used(a, str_of(policy_old), &arena, &use);
	assert_int_equal(use.n, 1);
	assert_true(str_is(slice(policy_old, use.passages[0].at, use.passages[0].len),
	                   "A customer has 60 days from the statement date"));
	assert_true(str_is(slice(answer, use.passages[0].answer_at, use.passages[0].answer_len),
	                   "a customer has 60 days from the statement date"));
	assert_int_equal(use.passages[0].words, 9);
	assert_true(use.share > 0.45 && use.share < 0.55); /* 9 of 18 words */
	provenance_used(a, str_of(policy_new), &arena, &use);
	assert_int_equal(use.n, 1);
	assert_true(str_is(slice(policy_new, use.passages[0].at, use.passages[0].len),
	                   "Provisional credit is given after two"));
	provenance_used(a, STR_LIT("Nothing of it is in the answer, as it is of no use to the one who asks."), &arena,
	                &use);
	assert_int_equal(use.n, 0);
	assert_true(use.share == 0);
	provenance_used(a, STR_NONE, &arena, &use);
	assert_int_equal(use.n, 0);
	provenance_answer_free(a);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_prose),
	    cmocka_unit_test(test_scripts),
	    cmocka_unit_test(test_markdown),
	    cmocka_unit_test(test_hostile_sentences),
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_match),
	    cmocka_unit_test(test_number_elsewhere),
	    cmocka_unit_test(test_preference),
	    cmocka_unit_test(test_boilerplate),
	    cmocka_unit_test(test_cjk),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_large),
	    cmocka_unit_test(test_used),
	};
	return cmocka_run_group_tests_name("provenance", tests, NULL, NULL);
}
