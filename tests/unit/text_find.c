/* Searching without regard to case: the same places as trying each of them, over texts made of few letters, of those whose small or large
 * form has another length (İ, K, ſ), and of bytes that are no UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "store/base/text.h"
#include "store/stat/rng.h"

static const char *const letters[] = {"a",      "b",      "A",      "B",  "k",    "K",   " ",
                                      "\u212a", "\u017f", "s",      "S",  "\xc3", "\0x", "\u00e4",
                                      "\u00c4", "\u0130", "\u65e5", "ab", "Ab"};
enum { N_LETTERS = sizeof letters / sizeof *letters, ROUNDS = 20000 };

static void add_random(struct rng *rng, struct buf *out, int most)
{
	int n = (int)rng_index(rng, (uint64_t)most + 1);
	for (int i = 0; i < n; i++) {
		size_t k = (size_t)rng_index(rng, N_LETTERS);
		buf_add(out, letters[k], letters[k][0] ? strlen(letters[k]) : 1);
	}
}

static bool is_code_start(struct str text, size_t at)
{
	struct str rest = text;
	while (rest.len && text.len - rest.len < at)
		text_decode(&rest);
	return text.len - rest.len == at;
}

/* As text_find says it: both folded code by code, at each of them. */
static size_t find_each(struct str text, struct str what)
{
	for (size_t at = 0; at < text.len; at++)
		if (is_code_start(text, at) && text_find(str_from(text, at), what, 0, true) == 0)
			return at;
	return SIZE_MAX;
}

static void finds_what_trying_each_place_finds(void **state)
{
	(void)state;
	struct rng rng = rng_stream(RNG_DEFAULT_SEED, 912);
	for (int i = 0; i < ROUNDS; i++) {
		struct buf text = BUF_INIT, what = BUF_INIT;
		add_random(&rng, &text, 12);
		add_random(&rng, &what, 3);
		if (what.len)
			assert_int_equal(text_find(buf_str(&text), buf_str(&what), 0, true),
			                 find_each(buf_str(&text), buf_str(&what)));
		buf_done(&text);
		buf_done(&what);
	}
}

/* The letters that fold into ASCII are not passed over beside it. */
static void letters_that_fold_into_ascii(void **state)
{
	(void)state;
	assert_int_equal(text_find(STR_LIT("x \u212aelvin"), STR_LIT("kel"), 0, true), 2);
	assert_int_equal(text_find(STR_LIT("ak ke"), STR_LIT("ke"), 0, true), 3);
	assert_int_equal(text_find(STR_LIT("a\u212a"), STR_LIT("ak"), 0, true), 0);
	assert_int_equal(text_find(STR_LIT("aak"), STR_LIT("a\u212a"), 0, true), 1);
	assert_int_equal(text_find(STR_LIT("aaa"), STR_LIT("ab"), 0, true), SIZE_MAX);
	assert_int_equal(text_find(STR_LIT("bbA"), STR_LIT("a"), 0, true), 2);
}

/* Which codes fold into an ASCII letter from beyond ASCII: the two that the search looks out for. */
static void no_other_code_folds_into_ascii(void **state)
{
	(void)state;
	for (uint32_t code = 0x80; code < 0x20000; code++) {
		struct buf text = BUF_INIT;
		text_encode(&text, code);
		for (char letter = 'a'; letter <= 'z' && code / 0x800 != 0x1b; letter++) {
			const char what[] = {letter, '\0'}, after[] = {'-', letter, '\0'};
			struct buf behind = BUF_INIT;
			buf_add_char(&behind, '-');
			buf_add_str(&behind, buf_str(&text));
			bool folds = text_find(buf_str(&behind), str_of(after), 0, true) == 0;
			assert_int_equal(folds, (code == 0x212a && letter == 'k') || (code == 0x130 && letter == 'i'));
			assert_int_equal(text_find(buf_str(&text), str_of(what), 0, true) == 0, folds);
			buf_done(&behind);
		}
		buf_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_trying_each_place_finds),
	    cmocka_unit_test(letters_that_fold_into_ascii),
	    cmocka_unit_test(no_other_code_folds_into_ascii),
	};
	return cmocka_run_group_tests_name("text_find", tests, NULL, NULL);
}
