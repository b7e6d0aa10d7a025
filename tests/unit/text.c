/* store/base/text: what reaches the screen, and how wide it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <unigbrk.h>
#include <wchar.h>

#include "store/base/text.h"

/* The cells as text, marked runs in {}: "a{<U+202E>}b". */
static void draw(struct buf *out, struct str text, bool ascii)
{
	struct text_iter it;
	struct cell_text cell;
	bool marked = false;
	buf_clear(out);
	text_iter_init(&it, text, ascii);
	while (text_next(&it, &cell)) {
		if (marked != (bool)cell.marked)
			buf_add_char(out, cell.marked ? '{' : '}');
		marked = cell.marked;
		for (int i = 0; i < CELL_CODES && cell.codes[i]; i++)
			text_encode(out, cell.codes[i]);
	}
	if (marked)
		buf_add_char(out, '}');
}

static void expect_cells(struct str text, const char *cells, const char *ascii, int cols)
{
	struct buf out = BUF_INIT;
	draw(&out, text, false);
	assert_string_equal(buf_cstr(&out), cells);
	assert_int_equal(text_cols(text), cols);
	if (ascii) {
		draw(&out, text, true);
		assert_string_equal(buf_cstr(&out), ascii);
	}
	buf_done(&out);
}

#define CELLS(text, cells, ascii, cols) expect_cells(STR_LIT(text), cells, ascii, cols)

static void test_plain(void **state)
{
	(void)state;
	CELLS("", "", "", 0);
	CELLS("hello", "hello", "hello", 5);
	CELLS("naïve café", "naïve café", "naive cafe", 10);
	CELLS("“it’s” – a…", "“it’s” – a…", "\"it's\" - a.", 11);
	CELLS("日本語", "日本語", "? ? ? ", 6);
	CELLS("ＡＢ", "ＡＢ", "A B ", 4);
	CELLS("한글", "한글", "? ? ", 4);
	CELLS("a\tb", "a       b", "a       b", 9);
	CELLS("12345678\tb", "12345678        b", NULL, 17);
	CELLS("日\tb", "日      b", NULL, 9);
	CELLS("a\nb\r\nc", "a b c", "a b c", 5);
	CELLS("\xEF\xBF\xBD", "\xEF\xBF\xBD", "?", 1); /* an honest U+FFFD is not marked */
	CELLS("\xC7\x96", "ǖ", "u", 1);                /* decomposes twice */
	CELLS("\xEE\x80\x80", "\xEE\x80\x80", "?", 1); /* private use */
}

static void test_marks(void **state)
{
	(void)state;
	CELLS("e\xCC\x81", "e\xCC\x81", "e", 1);
	CELLS("e\xCC\x81\xCC\x82\xCC\x83", "e\xCC\x81\xCC\x82\xCC\x83", "e", 1);
	CELLS("e\xCC\x81\xCC\x82\xCC\x83\xCC\x84x", "e\xCC\x81\xCC\x82\xCC\x83{+}x", "e{+}x", 3);
	CELLS("\xCC\x81"
	      "a",
	      "{<U+0301>}a", "{<U+0301>}a", 9);
	CELLS("\n\xCC\x81", " {<U+0301>}", NULL, 9);
	CELLS("\xCC\x81\xCC\x82z", "{<U+0301>+}z", "{<U+0301>+}z", 10);
	CELLS("क्षि", "क्षि", NULL, 3);
	CELLS("\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", NULL, 2); /* jamo */
	CELLS("\xD9\x85\xE2\x80\x8C\xD9\x86", "\xD9\x85\xD9\x86", NULL, 2); /* Persian ZWNJ: not sent, not marked */
	CELLS("ก็", "ก็", NULL, 1);
	CELLS("กำ", "กำ", NULL, 2);
}

static void test_emoji(void **state)
{
	(void)state;
	CELLS("👩‍👩‍👧‍👦", "👩", "? ", 2);
	CELLS("👍🏽!", "👍!", NULL, 3);
	CELLS("🏽", "🏽", NULL, 2);
	CELLS("a🏽", "a🏽", NULL, 3);
	CELLS("☺️", "☺", NULL, 1);
	CELLS("🏳️‍🌈", "🏳", NULL, 1);
	CELLS("1️⃣", "1⃣", "1", 1);
	CELLS("🇯🇵🇩🇪", "🇯🇵🇩🇪", NULL, 4);
	CELLS("🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F.", "🏴.", NULL, 3);
	CELLS("❤️‍🔥", "❤", NULL, 1);
	CELLS("\U0001F6DC", "{\xEF\xBF\xBD}", "{?}", 1); /* not assigned for this C library */
}

static void test_hostile(void **state)
{
	(void)state;
	CELLS("a\x1b[31mb", "a{␛}[31mb", "a{^[}[31mb", 7);
	CELLS("a\0b", "a{␀}b", "a{^@}b", 3);
	CELLS("\r\b\x7f", "{␍␈␡}", "{^M^H^?}", 3);
	CELLS("\xC2\x9b"
	      "31m",
	      "{<U+009B>}31m", "{<U+009B>}31m", 11);
	CELLS("\xE2\x80\xAE"
	      "evil",
	      "{<U+202E>}evil", "{<U+202E>}evil", 12);
	CELLS("a\xE2\x80\x8B"
	      "b",
	      "a{<U+200B>}b", NULL, 10);
	CELLS("a\xE2\x80\x8D"
	      "b",
	      "a{<U+200D>}b", NULL, 10); /* ZWJ does no work after ASCII */
	CELLS("\xEF\xBB\xBF"
	      "x",
	      "{<U+FEFF>}x", NULL, 9);
	CELLS("\xE2\x80\xA8", "{<U+2028>}", NULL, 8);
	CELLS("\xC2\xAD", "{<U+00AD>}", NULL, 8);
	CELLS("o\U000E0041", "o{<U+E0041>}", NULL, 10);
	CELLS("😀\U000E0041", "😀{<U+E0041>}", NULL, 11);
	CELLS("😀\xE2\x80\x8D\U000E0041", "😀{<U+E0041>}", NULL, 11); /* nor behind a ZWJ */
	CELLS("\xE3\x85\xA4", "{<U+3164>}", NULL, 8);
	CELLS("ab\xEF\xB8\x8F", "ab{<U+FE0F>}", NULL, 10);
	CELLS("😀\xEF\xB8\x8F\xEF\xB8\x8F", "😀{<U+FE0F>}", NULL, 10);
}

static void expect_shown(uint32_t code)
{
	struct buf in = BUF_INIT, out = BUF_INIT;
	char shown[20];
	struct str s = {shown, 0};
	buf_add_char(&in, 'x');
	text_encode(&in, code);
	buf_add_char(&in, 'y');
	s.len = text_show(shown, code, false);
	draw(&out, buf_str(&in), false);
	struct buf expected = BUF_INIT;
	buf_printf(&expected, "x{%s}y", s.ptr);
	assert_string_equal(buf_cstr(&out), buf_cstr(&expected));
	buf_done(&in);
	buf_done(&out);
	buf_done(&expected);
}

static void test_every_control(void **state)
{
	(void)state;
	static const struct {
		uint32_t first, last;
		bool hidden;
	} ranges[] = {
	    {0x00,    0x08,    false},
            {0x0B,    0x1F,    false},
            {0x7F,    0x9F,    false},
            {0x061C,  0x061C,  true },
	    {0x180E,  0x180E,  true },
            {0x200B,  0x200B,  true },
            {0x200E,  0x200F,  true },
            {0x2028,  0x2029,  false},
	    {0x202A,  0x202E,  true },
            {0x2060,  0x206F,  true },
            {0xFEFF,  0xFEFF,  true },
            {0xFFF9,  0xFFFB,  true },
	    {0x1D173, 0x1D17A, true },
            {0xE0000, 0xE00FF, true },
            {0xE01F0, 0xE0FFF, true },
	};
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		for (uint32_t code = ranges[i].first; code <= ranges[i].last; code++) {
			struct text_guard guard = {0};
			enum text_risk risk = text_guard_next(&guard, code);
			assert_int_equal(risk, ranges[i].hidden ? RISK_HIDDEN : RISK_CONTROL);
			expect_shown(code);
		}
	}
}

static void test_ill_formed(void **state)
{
	(void)state;
#define R "\xEF\xBF\xBD"
	static const struct {
		const char *in;
		const char *valid;
	} rows[] = {
	    {"\x80",	                                         R	                  },
	    {"\x80\xBF",	                                     R R                        },
	    {"\xC0\xAF",	                                     R R                        }, /* overlong */
	    {"\xE0\x80\xAF",	                                 R R R                      },
	    {"\xF0\x80\x80\xAF",	                             R R R R                    },
	    {"\xFC\x80\x80\x80\x80\xAF",                             R R R R R R                },
	    {"\xED\xA0\x80",	                                 R R R                      }, /* surrogate */
	    {"\xED\xA0\x80\xED\xB0\x80",                             R R R R R R                },
	    {"\xF4\x90\x80\x80",	                             R R R R                    }, /* beyond U+10FFFF */
	    {"\xFE\xFF",	                                     R R                        },
	    {"\xC2",	                                         R	                  },
	    {"\xC2"
	     "a",	                               R "a"	              },
	    {"\xE2\x82",	                                     R	                  }, /* maximal subparts */
	    {"\xE2\x82"
	     "a",	                               R "a"	              },
	    {"\xF0\x9F\x98",	                                 R                          },
	    {"\xF0\x9F\x98\xE2\x82\xAC",                             R "€"                    },
	    {"\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64", "a" R R R "b" R "c" R R "d"}, /* Unicode 3-8 */
	    {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41",                 R R R R "A"                }, /* 3-11 */
	};
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str in = str_of(rows[i].in), valid = text_valid(&arena, in);
		assert_string_equal(valid.ptr, rows[i].valid);
		assert_false(text_is_valid(in));
		assert_true(text_is_valid(valid));
		assert_int_equal(text_n_codes(in), text_n_codes(valid));
		assert_int_equal(text_cols(in), text_n_codes(valid));
	}
	struct str same = STR_LIT("ok, Ж 😀 and more of it");
	assert_ptr_equal(text_valid(&arena, same).ptr, same.ptr);
	arena_done(&arena);
	CELLS("a\xFFz", "a{" R "}z", "a{?}z", 3);
#undef R
}

static void test_encode_decode(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		bool surrogate = code >= 0xD800 && code <= 0xDFFF;
		buf_clear(&b);
		text_encode(&b, code);
		struct str rest = buf_str(&b);
		assert_int_equal(text_decode(&rest), surrogate ? 0xFFFD : code);
		assert_int_equal(rest.len, 0);
	}
	buf_clear(&b);
	text_encode(&b, 0x110000);
	assert_string_equal(buf_cstr(&b), "\xEF\xBF\xBD");
	buf_done(&b);
}

static void test_cols_are_wcwidth(void **state)
{
	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	for (uint32_t code = 1; code <= 0x10FFFF; code++)
		if (text_code_cols(code) != wcwidth((wchar_t)code))
			fail_msg("U+%04X: %d, wcwidth %d", (unsigned)code, text_code_cols(code),
			         wcwidth((wchar_t)code));
	setlocale(LC_CTYPE, "C");
}

static void test_hidden(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t n;
	} rows[] = {
	    {"",	                                                                                       0},
	    {"plain\n\ttext\x1b",	                                                                      0},
	    {"a\xE2\x80\xAE"
	     "b\xE2\x80\xAC",	                                                             2},
	    {"zero\xE2\x80\x8Bwidth",	                                                                  1},
	    {"👩‍👩‍👧‍👦 🏳️‍🌈 1️⃣ 👍🏽",                                      0},
	    {"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",                               0},
	    {"hi\U000E0068\U000E0069",	                                                                 2},
	    {"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E0067\U000E0067\U000E0067\U000E0067", 2},
	    {"\xD9\x85\xE2\x80\x8C\xD9\x86",	                                                           0},
	    {"a\xE2\x80\x8D\xE2\x80\x8D",	                                                              2},
	    {"😀\xEF\xB8\x8E\xEF\xB8\x8F\xEF\xB8\x8E",	                                               2},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(text_hidden(str_of(rows[i].text)), rows[i].n);
}

static void test_fit(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int cols;
		size_t bytes;
		int used;
	} rows[] = {
	    {"hello",               3, 3,  3},
	    {"hello",               9, 5,  5},
	    {"hello",               0, 0,  0},
	    {"日本",              3, 3,  2},
	    {"日本",              1, 0,  0},
	    {"e\xCC\x81x",          1, 3,  1},
	    {"👩‍👩‍👧x", 2, 18, 2},
	    {"ab\xE2\x80\xAE",      6, 2,  2},
	    {"🇯🇵🇩🇪",    3, 8,  2},
	    {"\xCC\x81",            7, 0,  0},
	    {"a\tb",                7, 1,  1},
	    {"a\tb",                8, 2,  8},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int used = -1;
		assert_int_equal(text_fit(str_of(rows[i].text), rows[i].cols, &used), rows[i].bytes);
		assert_int_equal(used, rows[i].used);
	}
	assert_int_equal(text_fit(STR_LIT("abc"), 2, NULL), 2);
}

static void test_offsets(void **state)
{
	(void)state;
	struct text_iter it;
	struct cell_text cell;
	size_t expected[] = {0, 1, 4, 4, 4, 4, 4, 4, 4, 4, 7, 15};
	text_iter_init(&it,
	               STR_LIT("a日\xE2\x80\xAE"
	                       "🇯🇵z"),
	               false);
	size_t i = 0;
	while (text_next(&it, &cell)) {
		if (i == 11) /* the flag has two cells */
			assert_int_equal(it.at, 7);
		else
			assert_int_equal(it.at, expected[i > 11 ? i - 1 : i]);
		i++;
	}
	assert_int_equal(i, 13);
	assert_int_equal(it.at, 15);
	assert_int_equal(it.col, text_cols(STR_LIT("a日\xE2\x80\xAE"
	                                           "🇯🇵z")));
}

static void expect_rows(const char *text, int cols, const char *joined)
{
	struct buf out = BUF_INIT;
	struct text_row row;
	size_t at = 0;
	do {
		at = text_wrap(str_of(text), at, cols, &row);
		assert_int_equal(row.cols, text_cols(str_cut(str_of(text), row.at, row.len)));
		buf_add_str(&out, str_cut(str_of(text), row.at, row.len));
		buf_add_char(&out, '|');
	} while (at != SIZE_MAX);
	assert_string_equal(buf_cstr(&out), joined);
	buf_done(&out);
}

static void test_wrap(void **state)
{
	(void)state;
	expect_rows("", 5, "|");
	expect_rows("\n", 5, "|");
	expect_rows("a\n\nb\n", 5, "a||b|");
	expect_rows("a\r\nb", 5, "a|b|");
	expect_rows("the quick brown fox", 10, "the quick|brown fox|");
	expect_rows("the quick brown fox", 9, "the quick|brown fox|");
	expect_rows("the   quick", 4, "the|quic|k|");
	expect_rows("abc   \ndef", 3, "abc|def|");
	expect_rows("abc   ", 3, "abc|");
	expect_rows("  abc", 5, "  abc|");
	expect_rows("abcdefgh", 3, "abc|def|gh|");
	expect_rows("a bcdefgh", 3, "a|bcd|efg|h|");
	expect_rows("日本語です", 5, "日本|語で|す|");
	expect_rows("日本。語", 4, "日|本。|語|"); /* 。 does not begin a row */
	expect_rows("see 日本語", 7, "see 日|本語|");
	expect_rows("日本", 1, "日|本|"); /* wider than the row: one each */
	expect_rows("e\xCC\x81"
	            "e\xCC\x81",
	            1, "e\xCC\x81|e\xCC\x81|");
	expect_rows("a\tb", 9, "a\tb|");
	expect_rows("a\tb", 8, "a|b|");
	expect_rows("      ", 3, "   |");
}

static void test_find(void **state)
{
	(void)state;
	static const struct {
		const char *text, *what;
		size_t from;
		bool ignore_case;
		size_t at;
	} rows[] = {
	    {"Hello hello",        "hello",    0, false, 6       },
	    {"Hello hello",        "hello",    0, true,  0       },
	    {"Hello hello",        "hello",    1, true,  6       },
	    {"Hello",              "",         2, true,  2       },
	    {"Hello",              "hello!",   0, true,  SIZE_MAX},
	    {"ЁЛКА ёлка",  "ёлка", 0, true,  0       },
	    {"straße",            "STRAßE",  0, true,  0       },
	    {"aaab",               "AAB",      0, true,  1       },
	    {"x\xFFy",             "y",        0, true,  2       },
	    {"abc",                "c",        9, true,  SIZE_MAX},
	    {"",	           "c",        0, true,  SIZE_MAX},
	    {"\xE2\x84\xAA"
	     "elvin", "kelvin",   0, true,  0       }, /* the Kelvin sign */
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
		    text_find(str_of(rows[i].text), str_of(rows[i].what), rows[i].from, rows[i].ignore_case),
		    rows[i].at);
}

static void test_preview(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t bytes;
		const char *preview;
	} rows[] = {
	    {"",	                 10, ""              },
	    {"  a \n\n b\t\tc  ",        10, "a b c"         },
	    {"hello world",              7,  "hello w"       },
	    {"hello world",              6,  "hello"         },
	    {"ab 日本",                5,  "ab"            },
	    {"e\xCC\x81"
	     "e\xCC\x81",   5,  "e\xCC\x81"     },
	    {"x\xFFy",                   10, "x\xEF\xBF\xBDy"},
	    {"x\xFFy",                   3,  "x"             },
	    {" \xE2\x80\xA8x\xC2\x85y ", 9,  "x y"           },
	};
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(text_preview(&arena, str_of(rows[i].text), rows[i].bytes).ptr, rows[i].preview);
	arena_done(&arena);
}

/* ---- properties of any bytes */

static uint64_t seed = 88172645463325252U;

static uint32_t random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 33) % n);
}

/* Bytes, code points that join, blanks and newlines, mixed. */
static void make_text(struct buf *b)
{
	static const uint32_t codes[] = {0x200D, 0xFE0F, 0x1F468, 0x1F3FD, 0x1F1EF, 0x301,   0x0BBF,  0x1100,
	                                 0x1161, 0x11A8, 0x65E5,  0x3002,  0xE0041, 0x1F3F4, 0xE007F, 0x202E,
	                                 0x600,  0xAC00, 0x903,   0x20E3,  0x0E33,  0x378,   0x85,    0x10FFFF,
	                                 ' ',    '\t',   '\n',    '\r',    'a',     'b',     0x1B,    0x7F};
	buf_clear(b);
	uint32_t n = random_below(60), kind = random_below(3);
	for (uint32_t i = 0; i < n; i++) {
		if (kind == 0 || (kind == 2 && random_below(8) == 0))
			buf_add_char(b, (char)(unsigned char)random_below(256));
		else
			text_encode(b, codes[random_below(sizeof codes / sizeof *codes)]);
	}
}

static void check_cell(const struct cell_text *cell, bool ascii)
{
	assert_in_range(cell->cols, 1, 2);
	assert_true(cell->codes[0] >= 0x20);
	for (int i = 0; i < CELL_CODES && cell->codes[i]; i++) {
		uint32_t code = cell->codes[i];
		assert_false(code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E));
		assert_false((code >= 0xE0000 && code <= 0xE0FFF) || code == 0x200D ||
		             (code >= 0xFE00 && code <= 0xFE0F));
		assert_int_equal(text_code_cols(code), i ? 0 : cell->cols);
		if (ascii)
			assert_true(code < 0x7F && i == 0);
	}
}

static void check_cells(struct str text, bool ascii)
{
	struct text_iter it;
	struct cell_text cell;
	size_t n = 0, at = 0;
	int cols = 0;
	text_iter_init(&it, text, ascii);
	while (text_next(&it, &cell)) {
		check_cell(&cell, ascii);
		cols += cell.cols;
		assert_true(it.at >= at && it.at < text.len);
		at = it.at;
		assert_true(++n <= text.len * 12);
	}
	if (!ascii)
		assert_int_equal(cols, text_cols(text));
}

/* Is byte `at` where a cell's cluster begins (or the end)? */
static bool is_boundary(struct str text, size_t at)
{
	struct text_iter it;
	struct cell_text cell;
	text_iter_init(&it, text, false);
	while (text_next(&it, &cell))
		if (it.at == at)
			return true;
	return at == text.len;
}

static void check_fit(struct str text)
{
	int cols = (int)random_below(20), used;
	size_t bytes = text_fit(text, cols, &used);
	assert_true(used <= cols);
	assert_true(is_boundary(text, bytes));
	assert_int_equal(text_cols(str_cut(text, 0, bytes)), used);
}

static void check_wrap(struct str text)
{
	int cols = 1 + (int)random_below(20);
	size_t from = 0, end = 0;
	struct text_row row;
	do {
		assert_true(from < text.len || text.len == 0);
		size_t next = text_wrap(text, from, cols, &row);
		assert_int_equal(row.at, from);
		end = next == SIZE_MAX ? text.len : next;
		assert_true(end > from || text.len == 0);
		for (size_t i = row.at + row.len; i < end; i++) /* between rows only what was broken at */
			assert_true(strchr(" \t\r\n", text.ptr[i]) && text.ptr[i]);
		struct str slice = str_cut(text, row.at, row.len);
		assert_int_equal(row.cols, text_cols(slice));
		size_t fits = text_fit(slice, cols, NULL);
		assert_true(fits == slice.len || fits == 0); /* too wide only if it is a single cluster */
		from = next;
	} while (from != SIZE_MAX);
	assert_int_equal(end, text.len);
}

static void check_valid(struct arena *arena, struct str text)
{
	struct str valid = text_valid(arena, text);
	assert_true(text_is_valid(valid));
	assert_int_equal(text_n_codes(text), text_n_codes(valid));
	struct str preview = text_preview(arena, text, 20);
	assert_true(preview.len <= 20 && text_is_valid(preview));
	arena_reset(arena);
}

static void test_any_bytes(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	struct arena arena = ARENA_INIT;
	for (int i = 0; i < 20000; i++) {
		make_text(&b);
		check_cells(buf_str(&b), false);
		check_cells(buf_str(&b), true);
		check_fit(buf_str(&b));
		check_wrap(buf_str(&b));
		check_valid(&arena, buf_str(&b));
	}
	buf_done(&b);
	arena_done(&arena);
}

static bool has_marked(struct str text)
{
	struct text_iter it;
	struct cell_text cell;
	text_iter_init(&it, text, false);
	while (text_next(&it, &cell))
		if (cell.marked && cell.codes[0] != '+')
			return true;
	return false;
}

/* Our clusters are u8_grapheme_breaks's, but where something must be shown by name. */
static void test_clusters_agree(void **state)
{
	(void)state;
	static const uint32_t codes[] = {0x200D, 0xFE0F, 0x1F468, 0x1F3FD, 0x1F1EF, 0x1F1F5, 0x301, 0x1100, 0x1161,
	                                 0x11A8, 0xAC00, 0xAC01,  0x903,   0x600,   0x65E5,  'a',   0xE9};
	struct buf b = BUF_INIT;
	int n_checked = 0;
	for (int i = 0; i < 20000; i++) {
		buf_clear(&b);
		text_encode(&b, 0x1F468);
		for (uint32_t n = random_below(20), k = 0; k < n; k++)
			text_encode(&b, codes[random_below(sizeof codes / sizeof *codes)]);
		if (has_marked(buf_str(&b)))
			continue;
		n_checked++;
		char breaks[128];
		assert_true(b.len < sizeof breaks);
		u8_grapheme_breaks((const uint8_t *)b.ptr, b.len, breaks);
		for (size_t at = 1; at < b.len; at++)
			if (is_boundary(buf_str(&b), at) != (bool)breaks[at])
				fail_msg("%s: byte %zu", buf_cstr(&b), at);
	}
	assert_true(n_checked > 2000);
	buf_done(&b);
}

static void test_long_clusters(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	buf_add_char(&b, 'a');
	for (int i = 0; i < 500000; i++)
		text_encode(&b, 0x301);
	check_cells(buf_str(&b), false);
	assert_true(text_fit(buf_str(&b), 2, NULL) <= 256);
	buf_clear(&b);
	for (int i = 0; i < 200000; i++)
		buf_add_cstr(&b, "👩‍🇯");
	check_cells(buf_str(&b), false);
	check_wrap(buf_str(&b));
	buf_clear(&b);
	buf_add_char(&b, 'a');
	for (int i = 0; i < 100000; i++)
		text_encode(&b, 0x903); /* spacing marks */
	check_cells(buf_str(&b), true);
	buf_done(&b);
}

/* ---- the corpus */

static FILE *open_corpus(const char *name)
{
	struct buf path = BUF_INIT;
	const char *root = getenv("SPOOR_CORPUS");
	buf_printf(&path, "%s/hostile/%s", root ? root : "../shared/corpus", name);
	FILE *file = fopen(buf_cstr(&path), "r");
	buf_done(&path);
	if (!file)
		print_message("skipped: no corpus\n");
	return file;
}

/* "÷ 0020 × 0308 ÷ # …": the text, and its breaks as a list of byte offsets. */
static bool parse_break_line(const char *line, struct buf *text, struct buf *breaks)
{
	buf_clear(text);
	buf_clear(breaks);
	if (strncmp(line, "÷", strlen("÷")) != 0)
		return false;
	while (*line && *line != '#') {
		char *end;
		unsigned long code = strtoul(line, &end, 16);
		if (end != line) {
			text_encode(text, (uint32_t)code);
			line = end;
			continue;
		}
		if (strncmp(line, "÷", strlen("÷")) == 0) {
			buf_printf(breaks, "%zu ", text->len);
			line += strlen("÷");
		} else if (strncmp(line, "×", strlen("×")) == 0) {
			line += strlen("×");
		} else {
			line++;
		}
	}
	return text->len > 0;
}

static void test_grapheme_break_test(void **state)
{
	(void)state;
	FILE *file = open_corpus("unicode/GraphemeBreakTest-14.0.0.txt");
	if (!file)
		return;
	char line[4096];
	struct buf text = BUF_INIT, expected = BUF_INIT, got = BUF_INIT;
	int n = 0, shown = 0;
	while (fgets(line, sizeof line, file)) {
		if (!parse_break_line(line, &text, &expected))
			continue;
		n++;
		buf_clear(&got);
		for (size_t at = 0; at <= text.len; at++)
			if (is_boundary(buf_str(&text), at))
				buf_printf(&got, "%zu ", at);
		if (strcmp(buf_cstr(&got), buf_cstr(&expected)) == 0)
			continue;
		shown++;
		if (!has_marked(buf_str(&text)) && !memchr(text.ptr, '\n', text.len))
			fail_msg("%s got %s expected %s", line, buf_cstr(&got), buf_cstr(&expected));
	}
	print_message("%d lines, %d of them with something shown by name\n", n, shown);
	assert_int_equal(n, 602);
	buf_done(&text);
	buf_done(&expected);
	buf_done(&got);
	fclose(file);
}

/* Every emoji sequence is one cluster and, reduced, honest: nothing hidden in it. */
static void test_emoji_test(void **state)
{
	(void)state;
	FILE *file = open_corpus("unicode/emoji-test-14.0.txt");
	if (!file)
		return;
	char line[1024];
	struct buf text = BUF_INIT;
	int n = 0;
	while (fgets(line, sizeof line, file)) {
		if (line[0] == '#' || !strchr(line, ';'))
			continue;
		buf_clear(&text);
		char *end, *at = line;
		for (unsigned long code; code = strtoul(at, &end, 16), end != at; at = end)
			text_encode(&text, (uint32_t)code);
		n++;
		assert_int_equal(text_hidden(buf_str(&text)), 0);
		assert_in_range(text_cols(buf_str(&text)), 1, 2);
		assert_int_equal(text_fit(buf_str(&text), 2, NULL), text.len);
		check_cells(buf_str(&text), false);
	}
	assert_true(n > 4000);
	print_message("%d sequences\n", n);
	buf_done(&text);
	fclose(file);
}

static void check_file(const char *name)
{
	FILE *file = open_corpus(name);
	if (!file)
		return;
	struct buf text = BUF_INIT;
	char chunk[4096];
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		buf_add(&text, chunk, n);
	fclose(file);
	check_cells(buf_str(&text), false);
	check_cells(buf_str(&text), true);
	check_wrap(buf_str(&text));
	buf_done(&text);
}

static void test_corpus(void **state)
{
	(void)state;
	check_file("naughty/blns.txt");
	check_file("naughty/blns.json");
	check_file("unicode/UTF-8-test.txt");
	check_file("unicode/emoji-test-14.0.txt");
	check_file("unicode/GraphemeBreakTest-17.0.0.txt");
}

/* ---- --cells, for tests/cells.py: a line of hex is a text; its columns, and its cells as hex of UTF-8 */

static int print_cells(void)
{
	char line[4096];
	while (fgets(line, sizeof line, stdin)) {
		struct buf text = BUF_INIT, cells = BUF_INIT;
		unsigned byte;
		for (const char *at = line; sscanf(at, "%2x", &byte) == 1; at += 2)
			buf_add_char(&text, (char)byte);
		struct text_iter it;
		struct cell_text cell;
		int cols = 0;
		text_iter_init(&it, buf_str(&text), false);
		while (text_next(&it, &cell)) {
			cols += cell.cols;
			for (int i = 0; i < CELL_CODES && cell.codes[i]; i++)
				text_encode(&cells, cell.codes[i]);
		}
		printf("%d ", cols);
		for (size_t i = 0; i < cells.len; i++)
			printf("%02x", (unsigned char)cells.ptr[i]);
		putchar('\n');
		buf_done(&text);
		buf_done(&cells);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--cells") == 0) {
		setlocale(LC_ALL, "C.UTF-8");
		return print_cells();
	}
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain),         cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_emoji),         cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_every_control), cmocka_unit_test(test_ill_formed),
	    cmocka_unit_test(test_encode_decode), cmocka_unit_test(test_cols_are_wcwidth),
	    cmocka_unit_test(test_hidden),        cmocka_unit_test(test_fit),
	    cmocka_unit_test(test_offsets),       cmocka_unit_test(test_wrap),
	    cmocka_unit_test(test_find),          cmocka_unit_test(test_preview),
	    cmocka_unit_test(test_any_bytes),     cmocka_unit_test(test_clusters_agree),
	    cmocka_unit_test(test_long_clusters), cmocka_unit_test(test_grapheme_break_test),
	    cmocka_unit_test(test_emoji_test),    cmocka_unit_test(test_corpus),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
