/* What a trace's spans have, packed: the same answers as from the list itself, also of a trace with too many words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/trace_words.h"

static int ask(const struct trace_words *w, enum words_of of, uint32_t word)
{
	struct buf packed = BUF_INIT;
	trace_words_pack(w, &packed);
	int has = trace_words_has(buf_str(&packed), of, &word, 1);
	buf_done(&packed);
	return has;
}

static void test_has(void **state)
{
	(void)state;
	struct trace_words w = {.more = false};
	static const uint32_t words[] = {7, 300, 2, 70000, 7, 0xffffffff};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		trace_words_add(&w, WORDS_MODEL, words[i]);
	trace_words_add(&w, WORDS_PROMPT, 9);
	trace_words_add(&w, WORDS_NAME, 0); /* none */
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		assert_int_equal(ask(&w, WORDS_MODEL, words[i]), 1);
		assert_int_equal(ask(&w, WORDS_PROVIDER, words[i]), 0);
	}
	assert_int_equal(ask(&w, WORDS_MODEL, 8), 0);
	assert_int_equal(ask(&w, WORDS_MODEL, 9), 0);
	assert_int_equal(ask(&w, WORDS_PROMPT, 9), 1);
	assert_int_equal(ask(&w, WORDS_NAME, 0), 0);
}

/* Beyond what is kept: no is not certain any more, yes is; kinds are always all there. */
static void test_too_many(void **state)
{
	(void)state;
	struct trace_words w = {.more = false};
	for (uint32_t i = 1; i <= WORDS_MOST; i++)
		trace_words_add(&w, WORDS_NAME, i * 1000);
	assert_int_equal(ask(&w, WORDS_NAME, 5), 0);
	trace_words_add(&w, WORDS_TOOL, 5);
	trace_words_add(&w, WORDS_KIND, 4);
	assert_int_equal(ask(&w, WORDS_NAME, 1000), 1);
	assert_int_equal(ask(&w, WORDS_NAME, WORDS_MOST * 1000), 1);
	assert_int_equal(ask(&w, WORDS_NAME, 5), -1);
	assert_int_equal(ask(&w, WORDS_TOOL, 5), -1);
	assert_int_equal(ask(&w, WORDS_KIND, 4), 1);
	assert_int_equal(ask(&w, WORDS_KIND, 5), 0);
}

/* A store may hold anything there. */
static void test_hostile(void **state)
{
	(void)state;
	const uint32_t word = 3;
	assert_int_equal(trace_words_has(STR_NONE, WORDS_NAME, &word, 1), -1);
	assert_int_equal(trace_words_has(STR_LIT("\1"), WORDS_NAME, &word, 1), -1);
	assert_int_equal(trace_words_has(STR_LIT("\1\xff\xff\xff\xff\x0f\1"), WORDS_KIND, &word, 1), -1);
	assert_int_equal(trace_words_has(STR_LIT("\1\xff\xff\xff\xff\xff\xff\xff\xff"), WORDS_KIND, &word, 1), -1);
	assert_int_equal(trace_words_has(STR_LIT("\1\0\0\0\0\0\0"), WORDS_PROMPT, &word, 0), 0);
	uint32_t words[WORDS_MOST];
	size_t n;
	assert_false(trace_words_of(STR_NONE, WORDS_NAME, words, &n));
	assert_false(trace_words_of(STR_LIT("\0\0\0"), WORDS_NAME, words, &n));
	assert_false(trace_words_of(STR_LIT("\1\0\3\1"), WORDS_NAME, words, &n));
	assert_false(trace_words_of(STR_LIT("\1\xff\x01"), WORDS_KIND, words, &n)); /* more than there is room for */
}

static void test_lists(void **state)
{
	(void)state;
	struct word_lists lists = {.next = 0};
	const struct word_list *list = word_list_of(&lists, STR_LIT("30,4,100"));
	assert_int_equal(list->words.n, 3);
	assert_int_equal(list->words.at[0], 4);
	assert_int_equal(list->words.at[2], 100);
	assert_ptr_equal(word_list_of(&lists, STR_LIT("30,4,100")), list);
	for (char c = '1'; c <= '5'; c++)
		assert_int_equal(word_list_of(&lists, (struct str){&c, 1})->words.at[0], c - '0');
	list = word_list_of(&lists, STR_LIT("30,4,100"));
	assert_int_equal(list->words.n, 3);
	word_lists_done(&lists);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_has),
	    cmocka_unit_test(test_too_many),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_lists),
	};
	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
