/* The rare branches of the scanner and of text to cells: every code point there could be, literals nobody writes, absent values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/scan.h"
#include "store/base/text.h"

static bool is_printable(char c)
{
	return c >= 0x20 && c < 0x7f;
}

static void every_code_point(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x110010; code++) {
		char shown[16];
		int cols = text_code_cols(code);
		assert_in_range(cols + 1, 0, 3);
		assert_true(is_printable(text_ascii(code)));
		size_t n = text_show(shown, code, true);
		assert_int_equal(n, strlen(shown));
		for (size_t i = 0; i < n; i++)
			assert_true(is_printable(shown[i]));
		n = text_show(shown, code, false);
		assert_true(n > 0 && n == strlen(shown) && text_is_valid((struct str){shown, n}));
	}
	char shown[16];
	text_show(shown, 0x202e, false);
	assert_string_equal(shown, "<U+202E>");
	text_show(shown, 0x110001, true);
	assert_string_equal(shown, "<U+FFFD>");
}

/* What stands before it decides whether a hidden character does honest work. */
static void hidden_after_anything(void **state)
{
	(void)state;
	static const uint32_t befores[] = {0,       'a',     '#',     '7',    0x200D,  0xFE0F, 0xFE0E,  0x1F469,
	                                   0x1F3FB, 0x1F3FF, 0x1F400, 0x0915, 0x0E33,  0x1820, 0x1F3F4, 0xE0067,
	                                   0xE007F, 0x1F1E6, 0x0301,  0x180B, 0xE0100, 0x4E00, 0x0600,  0x1160};
	static const uint32_t codes[] = {0x200B,  0x200C,  0x200D,  0x200E,  0x202E,  0x2060, 0x2066, 0x00AD,  0x034F,
	                                 0x061C,  0x115F,  0x1160,  0x17B4,  0x17B5,  0x180B, 0x180C, 0x180D,  0x180E,
	                                 0x180F,  0xFE00,  0xFE0E,  0xFE0F,  0xFEFF,  0x3164, 0xFFA0, 0xE0001, 0xE0020,
	                                 0xE007F, 0xE0100, 0xE01EF, 0xE01F0, 0x1D173, 0x2028, 0x0085, 0x1F3FF, 0x1F400};
	for (size_t b = 0; b < sizeof befores / sizeof *befores; b++)
		for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) {
			struct buf text = BUF_INIT, printed = BUF_INIT;
			if (befores[b])
				text_encode(&text, befores[b]);
			text_encode(&text, codes[c]);
			text_encode(&text, 'z');
			struct text_iter it;
			struct cell_text cell;
			int cols = 0;
			text_iter_init(&it, buf_str(&text), false);
			while (text_next(&it, &cell)) {
				assert_true(cell.cols >= 1 && cell.cols <= 2);
				cols += cell.cols;
			}
			assert_int_equal(text_cols(buf_str(&text)), cols);
			clean_print(&printed, buf_str(&text), false, false);
			/* Never as itself, unless it belongs to what stands before. */
			if (codes[c] == 0x202E || codes[c] == 0x2066 || codes[c] == 0xFEFF || codes[c] == 0x2028)
				assert_true(str_find(buf_str(&printed), STR_LIT("<U+")) != SIZE_MAX);
			buf_done(&text);
			buf_done(&printed);
		}
}

static void literals_nobody_writes(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "-", "+", "+1", "e", "1e", "--1", " 1", "1 ", "0x1", ".5", "5."};
	int64_t n;
	double d;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(scan_int64(str_of(bad[i]), &n));
		assert_false(scan_double(str_of(bad[i]), &d));
	}
	assert_false(scan_int64(STR_LIT("9223372036854775808"), &n));
	assert_true(scan_int64(STR_LIT("-9223372036854775808"), &n));
	assert_true(n == INT64_MIN);
	assert_false(scan_int64(STR_LIT("-9223372036854775809"), &n));
	/* A string of escapes too long to be a number, and one just short enough. */
	struct buf text = BUF_INIT;
	for (int i = 0; i < 200; i++)
		buf_add_cstr(&text, "\\u0031");
	for (int half = 0; half < 2; half++) {
		struct buf json = BUF_INIT;
		struct scan s = SCAN_INIT;
		buf_printf(&json, "\"%.*s\"", half ? 6 * 20 : (int)text.len, text.ptr);
		assert_true(scan_text(&s, buf_str(&json), &(struct scan_opts){.last = true}));
		assert_int_equal(val_double(scan_root(&s), &d), half);
		assert_false(val_int64(scan_root(&s), &n)); /* 20 ones: beyond int64 */
		scan_done(&s);
		buf_done(&json);
	}
	buf_done(&text);
}

static void surrogates(void **state)
{
	(void)state;
	static const struct {
		const char *json, *text;
		uint32_t lone;
	} rows[] = {
	    {"\"\\ud83d\\ude00\"",    "\xf0\x9f\x98\x80",         0},
	    {"\"\\ud83d\\ue000\"",    "\xef\xbf\xbd\xee\x80\x80", 1},
	    {"\"\\ud83d\\u0041\"",
	     "\xef\xbf\xbd"
	     "A",	                                         1},
	    {"\"\\ud83dx\\u0041\"",   "\xef\xbf\xbdxA",           1},
	    {"\"\\ud83d\\n\\u0041\"", "\xef\xbf\xbd\nA",          1},
	    {"\"\\ude00\"",           "\xef\xbf\xbd",             1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scan s = SCAN_INIT;
		struct arena arena = ARENA_INIT;
		assert_true(scan_text(&s, str_of(rows[i].json), &(struct scan_opts){.last = true}));
		assert_true(str_eq(val_str(scan_root(&s), &arena), str_of(rows[i].text)));
		assert_int_equal(s.lone_surrogates, rows[i].lone);
		arena_done(&arena);
		scan_done(&s);
	}
}

static void absent_values(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	int64_t n;
	bool b;
	assert_int_equal(val_offset(VAL_NONE), 0);
	assert_false(val_ok(VAL_NONE));
	assert_null(val_str(VAL_NONE, &arena).ptr);
	assert_null(val_text(VAL_NONE, &arena).ptr);
	assert_false(val_int64(VAL_NONE, &n));
	assert_false(val_bool(VAL_NONE, &b));
	assert_int_equal(val_count(VAL_NONE), 0);
	assert_false(val_is(val_get(VAL_NONE, "a"), SCAN_NULL));
	assert_true(scan_text(&s, STR_LIT("{\"a\":[1]}"), &(struct scan_opts){.last = true}));
	struct member m = val_next(val_first(scan_root(&s)));
	assert_false(m.ok);
	assert_false(member_is(m, "a"));
	assert_false(member_is_loose(m, "a"));
	assert_null(member_key(m, &arena).ptr);
	struct member element = val_first(val_get(scan_root(&s), "a"));
	assert_true(element.ok);
	assert_false(member_is(element, "a"));
	assert_false(member_is_loose(element, "a"));
	arena_done(&arena);
	scan_done(&s);
}

/* The two shapes of an attribute, asked of values that have it, nearly have it, and are something else. */
static void pairs_and_singles(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		bool pair, single;
	} rows[] = {
	    {"{\"key\":\"a\",\"value\":1}",              true,  false},
	    {"{\"value\":1,\"key\":\"a\"}",              false, false},
	    {"{\"key\":\"a\",\"value\":1,\"x\":2}",      false, false},
	    {"{\"key\":\"a\",\"valuf\":1}",              false, false},
	    {"{\"key\":\"a\"}",                          false, true },
	    {"{\"\\u006bey\":\"a\"}",                    false, false},
	    {"{\"key\":{\"key\":[1,2]},\"value\":[{}]}", true,  false},
	    {"{\"kex\":1}",	                      false, true },
	    {"{}",	                               false, false},
	    {"[\"key\",\"value\"]",                      false, false},
	    {"7",	                                false, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scan s = SCAN_INIT;
		struct val got[2], one;
		struct str key;
		assert_true(scan_text(&s, str_of(rows[i].json), &(struct scan_opts){.last = true}));
		assert_int_equal(val_pair(scan_root(&s), STR_LIT("key"), STR_LIT("value"), got), rows[i].pair);
		if (rows[i].pair)
			assert_true(str_eq(val_raw(got[1]), val_raw(val_get(scan_root(&s), "value"))));
		assert_int_equal(val_single(scan_root(&s), &key, &one), rows[i].single);
		if (rows[i].single)
			assert_true(key.len == 3 && val_ok(one));
		scan_done(&s);
	}
	struct val got[2];
	assert_false(val_pair(VAL_NONE, STR_LIT("key"), STR_LIT("value"), got));
}

static void wrapping_from_beyond(void **state)
{
	(void)state;
	struct text_row row;
	assert_int_equal(text_wrap(STR_LIT("abc"), 9, 5, &row), SIZE_MAX);
	assert_int_equal(row.len, 0);
	struct arena arena = ARENA_INIT;
	struct str folded = text_preview(&arena,
	                                 STR_LIT("a\xe2\x80\xa9"
	                                         "b\xc2\x85"
	                                         "c\xe2\x80\xa8"
	                                         "d"),
	                                 100);
	assert_true(str_eq(folded, STR_LIT("a b c d")));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_code_point),       cmocka_unit_test(hidden_after_anything),
	    cmocka_unit_test(literals_nobody_writes), cmocka_unit_test(surrogates),
	    cmocka_unit_test(absent_values),          cmocka_unit_test(pairs_and_singles),
	    cmocka_unit_test(wrapping_from_beyond),
	};
	return cmocka_run_group_tests_name("edges", tests, NULL, NULL);
}
