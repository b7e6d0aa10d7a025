/* The drawing of an item of Review, from subjects made here: what a layman has before the eyes, at every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/base/file.h"
#include "tui/screen/pane_review_item.h"

#define MORE_POLICY "Please send us the booking confirmation and the statement that shows both charges."

static const struct subject_text policies[] = {
    {STR_INIT("Refund policy 2021"),
     STR_INIT(
         "A customer has 60 days from the statement date to dispute a duplicate charge. The booking confirmation and "
         "the statement that shows both charges are needed.")                                                                                 },
    {STR_INIT("Dispute form, page 2"),                          STR_INIT("While we look into a dispute no interest is charged on the amount.")},
    {STR_INIT("What to do when a merchant is closed for good"), STR_INIT("See chapter 4.")                                                    },
    {STR_INIT("Fees abroad"),                                   STR_INIT("1.5 % of the amount.")                                              },
};
static const struct subject_text talk[] = {
    {STR_INIT("system"),    STR_INIT("You are a helpful assistant of a bank.")                    },
    {STR_INIT("user"),      STR_INIT("Hello! I have a question about a charge.")                  },
    {STR_INIT("assistant"),
     STR_INIT("Of course. Which charge is it, and on which day did you see it on your statement?")},
    {STR_INIT("user"),      STR_INIT("A hotel in Lisbon, on 3 October.")                          },
};
static const struct subject_text claim[] = {
    {STR_INIT("policy_no"), STR_INIT("HH-2231-09")                                                                      },
    {STR_INIT("claimType"), STR_INIT("water damage")                                                                    },
    {STR_INIT("report"),    STR_INIT("The washing machine's hose burst on Sunday.\nThe parquet in two rooms is ruined.")},
    {STR_INIT("items"),
     STR_INIT("[{\"name\":\"parquet\",\"value_eur\":2300},{\"name\":\"carpet\",\"value_eur\":410.50}]")                 },
};

#define REFUND                                                                                                        \
	{                                                                                                             \
		.question = STR_INIT("I was charged twice for the same hotel night. The hotel says only one booking " \
		                     "exists. How long do I have, and what do I need to send you?"),                  \
		.answer =                                                                                             \
		    STR_INIT("You have 60 days from the statement date to dispute a duplicate charge. " MORE_POLICY   \
		             " While we look into it you will not be charged interest on the disputed amount.\n\n"    \
		             "If the hotel refunds you directly, tell us, so that we can close the case."),           \
		.expected = STR_INIT("120 days; booking confirmation; statement."), .documents = policies,            \
		.n_documents = 2                                                                                      \
	}

static const struct subject refund = REFUND;

static struct subject with_long_answer(struct buf *text)
{
	struct subject s = refund;
	for (int i = 1; text->len < 4000 * 6; i++)
		buf_printf(text,
		           "%sParagraph %d of a long answer. " MORE_POLICY
		           " It says how to go on from there, step by step.",
		           i > 1 ? "\n\n" : "", i);
	s.answer = buf_str(text);
	s.n_documents = 4;
	return s;
}

static struct subject subject_named(const char *name, struct buf *text)
{
	struct subject s = refund;
	if (strcmp(name, "long") == 0)
		return with_long_answer(text);
	if (strcmp(name, "japanese") == 0) {
		s.question = STR_LIT("同じホテルの宿泊料が二重に請求されました。ホテルによると予約は一件だけです。いつ"
		                     "までに何を送ればよいですか。");
		s.answer = STR_LIT(
		    "明細書の日付から六十日以内に、二重請求の異議を申し立てることができます。予約確認書と、両方の請求が"
		    "載っている明細書をお送りください。調査の間、その金額に利息はかかりません。\n\n"
		    "ホテルから直接返金された場合は、お知らせください。");
		s.expected = STR_LIT("百二十日、予約確認書、明細書。");
		s.n_documents = 0;
	}
	if (strcmp(name, "empty") == 0)
		s.answer = STR_LIT(" \n");
	if (strcmp(name, "error") == 0) {
		s.answer = STR_NONE;
		s.error = STR_LIT("RateLimitError: 429 Too many requests, try again in 20 s");
	}
	if (strcmp(name, "talk") == 0) {
		s.turns = talk;
		s.n_turns = sizeof talk / sizeof *talk;
		s.question = STR_LIT("I was charged twice there. What now?");
	}
	if (strcmp(name, "fields") == 0) {
		s = (struct subject){.fields = claim, .n_fields = sizeof claim / sizeof *claim};
		s.answer = STR_LIT(
		    "```json\n{\"decision\":\"pay\",\"amount_eur\":2710.5,\"needs_expert\":false,\"reasons\":"
		    "[\"burst hose is covered\",\"no gross negligence: the machine was watched\"],\"items\":[{\"name\":"
		    "\"parquet\",\"paid\":2300},{\"name\":\"carpet\",\"paid\":410.5}],\"note\":null,\"tags\":[]}\n```");
		s.raw_input = STR_LIT("{\"policy_no\":\"HH-2231-09\"}");
		s.raw_output = s.answer;
		s.expected = STR_LIT("{\"decision\":\"pay\"}");
	}
	if (strcmp(name, "pair") == 0) {
		s.at.kind = SUBJECT_PAIR;
		s.answer_b = STR_LIT("120 days. Send us the booking confirmation and your statement.");
	}
	if (strcmp(name, "hostile") == 0) {
		s.question = STR_LIT("Clear \033[2J the screen\a and \xe2\x80\xae turn around, \xff\xfe please");
		s.answer =
		    STR_LIT("\033]52;c;aGFja2Vk\a done "
		            "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 e\xcc\x81");
	}
	return s;
}

/* ---------------------------------------------------------------- golden screens */

static const struct {
	const char *name, *subject;
	int rows, cols, pages;
	bool ascii, raw, swapped;
} golden[] = {
    {"review-item-80x24",          "refund",   21, 80,  0, false, false, false},
    {"review-item-80x24-ascii",    "refund",   21, 80,  0, true,  false, false},
    {"review-item-200x50",         "refund",   47, 200, 0, false, false, false},
    {"review-item-40x12",          "refund",   9,  40,  0, false, false, false},
    {"review-item-20x5",           "refund",   2,  20,  0, false, false, false},
    {"review-item-long-80x24",     "long",     20, 80,  0, false, false, false},
    {"review-item-long-80x24-2",   "long",     20, 80,  2, false, false, false},
    {"review-item-long-200x50",    "long",     47, 200, 0, false, false, false},
    {"review-item-long-40x12",     "long",     9,  40,  1, true,  false, false},
    {"review-item-japanese-80x24", "japanese", 20, 80,  0, false, false, false},
    {"review-item-japanese-40x12", "japanese", 9,  40,  0, false, false, false},
    {"review-item-empty-80x24",    "empty",    20, 80,  0, false, false, false},
    {"review-item-error-80x24",    "error",    20, 80,  0, false, false, false},
    {"review-item-talk-80x24",     "talk",     20, 80,  0, false, false, false},
    {"review-item-talk-200x50",    "talk",     47, 200, 0, false, false, false},
    {"review-item-fields-80x24",   "fields",   20, 80,  0, false, false, false},
    {"review-item-fields-raw",     "fields",   20, 80,  0, false, true,  false},
    {"review-item-fields-200x50",  "fields",   47, 200, 0, false, false, false},
    {"review-item-pair-80x24",     "pair",     20, 80,  0, false, false, false},
    {"review-item-pair-swapped",   "pair",     20, 80,  0, true,  false, true },
    {"review-item-pair-200x50",    "pair",     47, 200, 0, false, false, false},
    {"review-item-hostile-80x24",  "hostile",  20, 80,  0, false, false, false},
};

static void draw_item(struct review_item *item, int rows, int cols, int pages, bool ascii, bool roles, struct buf *out)
{
	struct grid grid;
	grid_init(&grid, rows, cols, ascii);
	review_item_lay(item, rows, cols);
	for (int i = 0; i < pages; i++)
		assert_true(review_item_scroll(item, MOVE_PAGE_DOWN));
	review_item_draw(item, grid_canvas(&grid));
	canvas_text(out, grid_canvas(&grid), false, roles);
	grid_done(&grid);
}

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct buf text = BUF_INIT, got = BUF_INIT, want = BUF_INIT;
		struct review_item item = {.subject = subject_named(golden[i].subject, &text)};
		char path[256];
		snprintf(path, sizeof path, "tests/screen/%s.golden", golden[i].name);
		review_item_make(&item, golden[i].swapped);
		if (golden[i].raw)
			review_item_set_raw(&item, true);
		draw_item(&item, golden[i].rows, golden[i].cols, golden[i].pages, golden[i].ascii, true, &got);
		if (getenv("SPOOR_GOLDEN")) {
			FILE *f = fopen(path, "wb");
			assert_true(f && fwrite(got.ptr, 1, got.len, f) == got.len);
			fclose(f);
		} else {
			struct err err = ERR_INIT;
			assert_true(file_read(&want, path, 1 << 20, &err));
			assert_string_equal(buf_cstr(&got), buf_cstr(&want));
		}
		review_item_done(&item);
		buf_done(&text);
		buf_done(&got);
		buf_done(&want);
	}
}

/* At every size: nothing is drawn outside, the answer is there, and scrolling to its end shows its last words. */
static void test_sizes(void **state)
{
	(void)state;
	static const char *const names[] = {"refund", "long", "japanese", "empty", "error", "talk", "fields", "pair"};
	for (size_t n = 0; n < sizeof names / sizeof *names; n++)
		for (int rows = 2; rows < 60; rows += rows < 24 ? 1 : 7)
			for (int cols = 20; cols < 210; cols += 19) {
				struct buf text = BUF_INIT, out = BUF_INIT;
				struct review_item item = {.subject = subject_named(names[n], &text)};
				review_item_make(&item, false);
				review_item_lay(&item, rows, cols);
				const struct review_pane *answer = &item.part[REVIEW_ANSWER];
				assert_true(answer->rows > 0);
				for (int i = 0; i < N_REVIEW_PARTS; i++) {
					const struct review_pane *p = &item.part[i];
					assert_true(p->rows == 0 || (p->row >= 0 && p->row + p->rows <= rows));
					assert_true(p->rows == 0 || (p->col >= 0 && p->col + p->cols <= cols));
				}
				assert_true(item.sources_row < rows);
				review_item_scroll(&item, MOVE_LAST);
				assert_int_equal(pager_rows_below(&answer->pager, 1), 0);
				draw_item(&item, rows, cols, 0, false, false, &out);
				review_item_done(&item);
				buf_done(&text);
				buf_done(&out);
			}
}

static struct sha256 shown_of(const char *name, bool swapped)
{
	struct buf text = BUF_INIT;
	struct review_item item = {.subject = subject_named(name, &text)};
	review_item_make(&item, swapped);
	struct sha256 shown = item.shown;
	review_item_set_raw(&item, true);
	assert_memory_equal(&shown, &item.shown, sizeof shown);
	review_item_done(&item);
	buf_done(&text);
	return shown;
}

/* The hash of what was shown is that of these texts, and of no others. */
static void test_shown(void **state)
{
	(void)state;
	struct sha256 a = shown_of("refund", false), b = shown_of("talk", false), c = shown_of("pair", false),
	              d = shown_of("pair", true), e = shown_of("refund", true);
	assert_memory_not_equal(&a, &b, sizeof a);
	assert_memory_not_equal(&c, &d, sizeof c);
	assert_memory_equal(&a, &e, sizeof a);
	struct sha256 want = sha256_of(STR_LIT("ANSWER\nThe answer is empty.\n"));
	struct review_item item = {.subject = {.answer = STR_LIT("")}};
	review_item_make(&item, false);
	assert_memory_equal(&want, &item.shown, sizeof want);
	review_item_done(&item);
}

static void test_origins(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct review_item item = {.subject = subject_named("refund", &text)};
	review_item_make(&item, false);
	assert_int_equal(item.origins.n, 4);
	assert_int_equal(item.origins.at[0].source, 0);
	assert_int_equal(item.origins.at[2].source, 1);
	assert_int_equal(item.origins.at[3].kind, PROVENANCE_NONE);
	review_item_done(&item);
}

/* ---------------------------------------------------------------- words */

static const struct {
	const char *json, *words;
} words[] = {
    {"plain text",                                                   "plain text"                                         },
    {"  ",                                                           ""                                                   },
    {"{}",                                                           "{}"                                                 },
    {"[1,2]",                                                        "- 1\n- 2"                                           },
    {"{\"a_b\":1,\"claimType\":\"x\",\"URL\":null,\"ok\":true}",     "a b: 1\nclaim type: x\nURL: nothing\nok: yes"       },
    {"{\"list\":[1,2,3],\"none\":[],\"deep\":{\"x\":{\"y\":\"\"}}}",
     "list: 1, 2, 3\nnone: none\ndeep:\n  x:\n    y: empty"                                                               },
    {"[{\"a\":1,\"b\":2},{\"a\":3}]",                                "- a: 1\n  b: 2\n- a: 3"                             },
    {"{\"rows\":[{\"a\":1,\"b\":[{\"c\":1},{\"c\":2}]}]}",           "rows:\n  - a: 1\n    b:\n      - c: 1\n      - c: 2"},
    {"{\"a\":1",                                                     "{\"a\":1"                                           },
    {"```json\n{\"a\":1}\n```",                                      "a: 1"                                               },
    {"```\n{\"a\":1}\n```\nand ```x```",                             "```\n{\"a\":1}\n```\nand ```x```"                   },
    {"{\"n\":12345678901234567890.10}",                              "n: 12345678901234567890.10"                         },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct review_words w = {.text = BUF_INIT};
		review_words_json(&w, str_of(words[i].json));
		assert_string_equal(buf_cstr(&w.text), words[i].words);
		review_words_done(&w);
	}
	struct buf deep = BUF_INIT;
	buf_add_fill(&deep, '[', 900);
	buf_add_fill(&deep, ']', 900);
	struct review_words w = {.text = BUF_INIT};
	review_words_json(&w, buf_str(&deep));
	assert_true(w.text.len < 100000);
	review_words_done(&w);
	buf_done(&deep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),  cmocka_unit_test(test_sizes), cmocka_unit_test(test_shown),
	    cmocka_unit_test(test_origins), cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
