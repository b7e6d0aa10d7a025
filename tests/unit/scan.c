/* The scanner: tables, every cut, the three code paths against each other, JSONTestSuite, cJSON as oracle.
 * With `--dump [PATH]` it is the other half of tests/scan_oracle.py: documents on standard input, one a line. */
#include "store/base/scan.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

static const char *const paths[] = {"avx2", "sse2", "plain"};
enum { N_PATHS = 3, ROUNDS = 2000 };

static const struct scan_opts strict = {.last = true};
static const struct scan_opts mending = {.last = true, .replace_utf8 = true};
static const struct scan_opts lenient = {.last = true, .lenient = true};

/* Heap memory of the exact size, so that the address sanitizer sees a read past the end. */
static struct str exact(struct str text)
{
	char *copy = xmalloc(text.len);
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	return (struct str){copy, text.len};
}

static void drop(struct str text)
{
	void *ptr;
	memcpy(&ptr, &text.ptr, sizeof ptr);
	free(ptr);
}

static bool parse(struct scan *s, const char *text)
{
	return scan_text(s, str_of(text), &strict);
}

static struct val must(struct scan *s, const char *text)
{
	if (!parse(s, text))
		fail_msg("%s: %s at %zu", text, s->bad, s->bad_at);
	return scan_root(s);
}

static void assert_str(struct str have, const char *want)
{
	if (!str_is(have, want) || (want && !have.ptr))
		fail_msg("have '" STR_FMT "', want '%s'", STR_ARG(have), want);
}

static void assert_buf(struct buf *have, const char *want)
{
	assert_string_equal(buf_cstr(have), want);
	buf_clear(have);
}

/* ---- values */

static void test_types(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum scan_type type;
		uint32_t count;
	} rows[] = {
	    {"null",	                           SCAN_NULL,   0},
	    {" true ",	                         SCAN_TRUE,   0},
	    {"\tfalse\r\n",	                    SCAN_FALSE,  0},
	    {"0",	                              SCAN_NUMBER, 0},
	    {"-0.5e+10",	                       SCAN_NUMBER, 0},
	    {"\"\"",	                           SCAN_STRING, 0},
	    {"[]",	                             SCAN_ARRAY,  0},
	    {"[ ]",	                            SCAN_ARRAY,  0},
	    {"{}",	                             SCAN_OBJECT, 0},
	    {"[1,[2,3],{\"a\":[]}]",                   SCAN_ARRAY,  3},
	    {"{\"a\":1, \"b\" : {\"c\":2} , \"a\":3}", SCAN_OBJECT, 3},
	};
	struct scan s = SCAN_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct val v = must(&s, rows[i].text);
		assert_int_equal(val_type(v), rows[i].type);
		assert_int_equal(val_count(v), rows[i].count);
		assert_true(str_eq(val_raw(v), str_trim(str_of(rows[i].text))));
		assert_int_equal(val_ok(v), rows[i].type != SCAN_NULL);
	}
	scan_done(&s);
	assert_int_equal(val_type(VAL_NONE), SCAN_NONE);
	assert_false(val_ok(VAL_NONE));
	assert_int_equal(val_type(scan_root(&s)), SCAN_NONE);
}

static void test_integers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool fits, ufits;
		int64_t n;
		uint64_t u;
	} rows[] = {
	    {"0",	                  true,  true,  0,                   0                      },
	    {"-0",	                 true,  true,  0,                   0                      },
	    {"1717171717000000001",        true,  true,  1717171717000000001, 1717171717000000001    },
	    {"9007199254740993",           true,  true,  9007199254740993,    9007199254740993       },
	    {"9223372036854775807",        true,  true,  INT64_MAX,           INT64_MAX              },
	    {"9223372036854775808",        false, true,  0,                   (uint64_t)INT64_MAX + 1},
	    {"-9223372036854775808",       true,  false, INT64_MIN,           0                      },
	    {"-9223372036854775809",       false, false, 0,                   0                      },
	    {"18446744073709551615",       false, true,  0,                   UINT64_MAX             },
	    {"18446744073709551616",       false, false, 0,                   0                      },
	    {"99999999999999999999999999", false, false, 0,                   0                      },
	    {"1e3",	                true,  true,  1000,                1000                   },
	    {"-12E+2",                     true,  false, -1200,               0                      },
	    {"5.0",	                true,  true,  5,                   5                      },
	    {"5.000e0",                    true,  true,  5,                   5                      },
	    {"5.5",	                false, false, 0,                   0                      },
	    {"5.5e1",	              true,  true,  55,                  55                     },
	    {"550e-1",                     true,  true,  55,                  55                     },
	    {"555e-1",                     false, false, 0,                   0                      },
	    {"0.000123e6",                 true,  true,  123,                 123                    },
	    {"0.0001235e6",                false, false, 0,                   0                      },
	    {"922337203685477580.7e1",     true,  true,  INT64_MAX,           INT64_MAX              },
	    {"922337203685477580.8e1",     false, true,  0,                   (uint64_t)INT64_MAX + 1},
	    {"1e18",	               true,  true,  1000000000000000000, 1000000000000000000    },
	    {"1e19",	               false, true,  0,                   10000000000000000000u  },
	    {"1e99999999999999999999",     false, false, 0,                   0                      },
	    {"0e99999999999999999999",     true,  true,  0,                   0                      },
	    {"1e-99999999999999999999",    false, false, 0,                   0                      },
	    {"\"42\"",                     true,  true,  42,                  42                     },
	    {"\"4\\u0032\"",               true,  true,  42,                  42                     },
	    {"\"-1\"",                     true,  false, -1,                  0                      },
	    {"\" 42\"",                    false, false, 0,                   0                      },
	    {"\"042\"",                    false, false, 0,                   0                      },
	    {"\"+4\"",                     false, false, 0,                   0                      },
	    {"\"\"",	               false, false, 0,                   0                      },
	    {"\"1.\"",                     false, false, 0,                   0                      },
	    {"true",	               false, false, 0,                   0                      },
	    {"[1]",	                false, false, 0,                   0                      },
	    {"null",	               false, false, 0,                   0                      },
	};
	struct scan s = SCAN_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct val v = must(&s, rows[i].text);
		int64_t n = 0;
		uint64_t u = 0;
		if (val_int64(v, &n) != rows[i].fits || n != rows[i].n)
			fail_msg("int64 of %s: %lld", rows[i].text, (long long)n);
		if (val_uint64(v, &u) != rows[i].ufits || u != rows[i].u)
			fail_msg("uint64 of %s: %llu", rows[i].text, (unsigned long long)u);
	}
	scan_done(&s);
	int64_t n = 7;
	assert_false(val_int64(VAL_NONE, &n));
	assert_false(scan_int64(STR_LIT("1e3"), &n));
	assert_false(scan_int64(STR_LIT("5.0"), &n));
	assert_false(scan_int64(STR_LIT("01"), &n));
	assert_false(scan_int64(STR_LIT(""), &n));
	assert_false(scan_int64(STR_NONE, &n));
	assert_false(scan_int64(STR_LIT("-"), &n));
	assert_int_equal(n, 7);
	assert_true(scan_int64(STR_LIT("-9223372036854775808"), &n));
	assert_true(n == INT64_MIN);
}

/* Powers of two and their neighbours, and random bits: printed, read, the same. */
static void test_integers_round_trip(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	uint64_t random = 88172645463325252u;
	for (int i = 0; i < 64 * 5 + 20000; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		uint64_t bits = i < 320 ? (UINT64_C(1) << (i / 5)) + (uint64_t)(i % 5) - 2 : random >> (i % 64);
		int64_t want, have;
		memcpy(&want, &bits, sizeof want);
		char text[32];
		snprintf(text, sizeof text, "%lld", (long long)want);
		assert_true(val_int64(must(&s, text), &have) && have == want);
		snprintf(text, sizeof text, "%llu", (unsigned long long)bits);
		uint64_t ubits;
		assert_true(val_uint64(must(&s, text), &ubits) && ubits == bits);
	}
	scan_done(&s);
}

static void test_doubles(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	double d = 0;
	assert_true(val_double(must(&s, "0.1"), &d) && d == 0.1);
	assert_true(val_double(must(&s, "\"0.7\""), &d) && d == 0.7);
	assert_true(val_double(must(&s, "-0.0"), &d) && d == 0 && signbit(d));
	assert_true(val_double(must(&s, "1.7976931348623157e308"), &d) && d == 1.7976931348623157e308);
	assert_true(val_double(must(&s, "4.9e-324"), &d) && d == 4.9e-324);
	assert_true(val_double(must(&s, "1e-999"), &d) && d == 0);
	d = 3;
	assert_false(val_double(must(&s, "1e999"), &d));
	assert_false(val_double(must(&s, "\"0x10\""), &d));
	assert_false(val_double(must(&s, "\"inf\""), &d));
	assert_false(val_double(must(&s, "\"nan\""), &d));
	assert_false(val_double(must(&s, "\"1,5\""), &d));
	assert_false(val_double(must(&s, "true"), &d));
	assert_true(scan_text(&s, STR_LIT("NaN"), &lenient));
	assert_false(val_double(scan_root(&s), &d));
	assert_true(d == 3);
	struct buf longest = BUF_INIT; /* longer than the room on the stack */
	buf_add_cstr(&longest, "0.");
	buf_add_fill(&longest, '0', 1000);
	buf_add_cstr(&longest, "25e1000");
	assert_true(scan_double(buf_str(&longest), &d) && d == 0.25);
	buf_done(&longest);
	char text[64];
	uint64_t random = 1234567;
	for (int i = 0; i < 20000; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		double want;
		memcpy(&want, &random, sizeof want);
		if (!isfinite(want))
			continue;
		snprintf(text, sizeof text, "%.17g", want);
		assert_true(val_double(must(&s, text), &d) && memcmp(&d, &want, sizeof d) == 0);
	}
	scan_done(&s);
}

static void test_bools(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	bool b = false;
	assert_true(val_bool(must(&s, "true"), &b) && b);
	assert_true(val_bool(must(&s, "false"), &b) && !b);
	assert_true(val_bool(must(&s, "\"true\""), &b) && b);
	assert_true(val_bool(must(&s, "\"fals\\u0065\""), &b) && !b);
	assert_false(val_bool(must(&s, "\"True\""), &b));
	assert_false(val_bool(must(&s, "1"), &b));
	assert_false(val_bool(VAL_NONE, &b));
	scan_done(&s);
}

/* ---- strings */

static void test_strings(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		struct str want;
		uint32_t lone, bad;
	} rows[] = {
	    {"\"\"",	                                                             {"", 0},	                         0, 0},
	    {"\"plain\"",	                                                        {"plain", 5},                            0, 0},
	    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",                                           {"\"\\/\b\f\n\r\t", 8},                  0, 0},
	    {"\"a\\u0000b\"",	                                                    {"a\0b", 3},                             0, 0},
	    {"\"\\u0041\\u00e9\\u20AC\"",	                                        {"A\xC3\xA9\xE2\x82\xAC", 6},            0, 0},
	    {"\"\\ud83d\\ude00!\"",	                                              {"\xF0\x9F\x98\x80!", 5},                0, 0},
	    {"\"\\uDBFF\\uDFFF\"",	                                               {"\xF4\x8F\xBF\xBF", 4},                 0, 0},
	    {"\"\\ud800\"",	                                                      {"\xEF\xBF\xBD", 3},                     1, 0},
	    {"\"\\udc00x\"",	                                                     {"\xEF\xBF\xBDx", 4},                    1, 0},
	    {"\"\\ud800\\ud83d\\ude00\"",	                                        {"\xEF\xBF\xBD\xF0\x9F\x98\x80", 7},     1, 0},
	    {"\"\\ud83d\\n\\ude00\"",	                                            {"\xEF\xBF\xBD\n\xEF\xBF\xBD", 7},       2, 0},
	    {"\"\\ud83dude00\"",	                                                 {"\xEF\xBF\xBDude00", 8},                1, 0},
	    {"\"\\udc00\\ud800\"",	                                               {"\xEF\xBF\xBD\xEF\xBF\xBD", 6},         2, 0},
	    {"\"\\ud83d\\ude00\\ude00\"",	                                        {"\xF0\x9F\x98\x80\xEF\xBF\xBD", 7},     1, 0},
	    {"\"\\ud83d\\u0041\"",
	     {"\xEF\xBF\xBD"
	      "A",
	      4},
	     1,	                                                                                                              0},
	    {"\"\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\"",
	     {"\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", 17},
	     0,	                                                                                                              0},
	    {"\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\"",                                     {"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8}, 0, 0},
 /* Unicode 15, tables 3-8 to 3-11 */
	    {"\"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41\"",
	     {"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
	      "A",
	      25},
	     0,	                                                                                                              8},
	    {"\"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41\"",
	     {"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
	      "A",
	      25},
	     0,	                                                                                                              8},
	    {"\"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42\"",
	     {"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
	      "A\xEF\xBF\xBD\xEF\xBF\xBD"
	      "B",
	      23},
	     0,	                                                                                                              7},
	    {"\"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41\"",
	     {"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
	      "A",
	      13},
	     0,	                                                                                                              4},
	    {"\"\\n\xFF\\n\"",	                                                   {"\n\xEF\xBF\xBD\n", 5},                 0, 1},
	};
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str text = exact(str_of(rows[i].text));
		for (int k = 0; k < N_PATHS; k++) {
			if (!scan_force(paths[k]))
				continue;
			assert_int_equal(scan_text(&s, text, &strict), rows[i].bad == 0);
			assert_true(scan_text(&s, text, &mending));
			struct str have = val_str(scan_root(&s), &arena);
			if (!str_eq(have, rows[i].want) || s.lone_surrogates != rows[i].lone ||
			    s.bad_utf8 != rows[i].bad)
				fail_msg("%s: row %zu: %u lone, %u bad, %zu bytes", paths[k], i, s.lone_surrogates,
				         s.bad_utf8, have.len);
			assert_true(have.ptr != NULL);
		}
		drop(text);
	}
	scan_force(NULL);
	arena_done(&arena);
	scan_done(&s);
}

/* Each bad byte becomes three: more than the slice has. */
static void test_many_bad_bytes(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	struct buf b = BUF_INIT;
	buf_add_char(&b, '"');
	buf_add_fill(&b, '\xFF', 10000);
	buf_add_char(&b, '"');
	assert_true(scan_text(&s, buf_str(&b), &mending));
	struct str text = val_str(scan_root(&s), &arena);
	assert_int_equal(s.bad_utf8, 10000);
	assert_int_equal(text.len, 30000);
	assert_memory_equal(text.ptr + 29997, "\xEF\xBF\xBD", 3);
	buf_done(&b);
	arena_done(&arena);
	scan_done(&s);
}

static void test_text_of_values(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	assert_str(val_text(must(&s, "\"a\\tb\""), &arena), "a\tb");
	assert_str(val_text(must(&s, "-1.50"), &arena), "-1.50");
	assert_str(val_text(must(&s, "true"), &arena), "true");
	assert_str(val_text(must(&s, " { \"a\" : [1] } "), &arena), "{ \"a\" : [1] }");
	assert_null(val_text(must(&s, "null"), &arena).ptr);
	assert_null(val_text(VAL_NONE, &arena).ptr);
	assert_null(val_str(must(&s, "12"), &arena).ptr);
	assert_true(val_str_is(must(&s, "\"\\u00e9t\\u00e9\""), "\xC3\xA9t\xC3\xA9"));
	assert_false(val_str_is(must(&s, "\"\\u00e9t\""), "\xC3\xA9t\xC3\xA9"));
	assert_false(val_str_is(must(&s, "\"\\u00e9t\""), "\xC3\xA9"));
	assert_false(val_str_is(must(&s, "\"a\\u0000\""), "a"));
	assert_false(val_str_is(must(&s, "1"), "1"));
	struct val v = must(&s, "\"slice\"");
	assert_ptr_equal(val_str(v, &arena).ptr, s.text + 1);
	arena_done(&arena);
	scan_done(&s);
}

/* Backslash runs and quotes at every place of a word and across its edge. */
static void test_word_edges(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	struct buf b = BUF_INIT, want = BUF_INIT;
	static const char *const ends[] = {
	    "", "\\\"", "\\n", "\\u0041", "\xE4\xB8\xAD", "\\ud83d\\ude00", "\xF0\x9F\x98\x80"};
	static const char *const texts[] = {
	    "", "\"", "\n", "A", "\xE4\xB8\xAD", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"};
	for (size_t pad = 0; pad < 70; pad++)
		for (size_t run = 0; run<40; run += run> 5 ? 2 : 1)
			for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
				buf_clear(&b);
				buf_clear(&want);
				buf_add_char(&b, '"');
				buf_add_fill(&b, 'x', pad);
				buf_add_fill(&want, 'x', pad);
				buf_add_fill(&b, '\\', 2 * run);
				buf_add_fill(&want, '\\', run);
				buf_add_cstr(&b, ends[e]);
				buf_add_cstr(&want, texts[e]);
				size_t end = b.len + 1;
				buf_add_cstr(&b, "\",\\\"");
				struct str text = exact(buf_str(&b));
				for (int k = 0; k < N_PATHS; k++) {
					size_t used;
					if (!scan_force(paths[k]))
						continue;
					assert_int_equal(scan_value(&s, text, &strict, &used), SCAN_OK);
					assert_int_equal(used, end);
					assert_true(str_eq(val_str(scan_root(&s), &arena), buf_str(&want)));
					assert_int_equal(s.tokens[0].escaped, run > 0 || (e > 0 && ends[e][0] == '\\'));
				}
				drop(text);
				arena_reset(&arena);
			}
	scan_force(NULL);
	buf_done(&b);
	buf_done(&want);
	arena_done(&arena);
	scan_done(&s);
}

/* Bodies of all pieces in any order and of any length, undone by each path: the same text, and the same word about spellings. */
static void test_unescape(void **state)
{
	(void)state;
	static const struct {
		const char *body, *text;
		bool respelt;
	} pieces[] = {
	    {"\\\"",	              "\"",                        false},
	    {"\\\\",	              "\\",                        false},
	    {"\\n",	               "\n",                        false},
	    {"\\t\\r\\b\\f",              "\t\r\b\f",                  false},
	    {"\\/",	               "/",	                 true },
	    {"\\u00e9",                   "\xC3\xA9",                  true },
	    {"\\ud83d\\ude00",            "\xF0\x9F\x98\x80",          true },
	    {"x",	                 "x",	                 false},
	    {"\xE7\xAD\x94\xE3\x81\x88",  "\xE7\xAD\x94\xE3\x81\x88",  false},
	    {"plain text of some length", "plain text of some length", false},
	};
	enum { N_PIECES = sizeof pieces / sizeof pieces[0] };
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	struct buf body = BUF_INIT, want = BUF_INIT;
	uint32_t dice = 1;
	for (int round = 0; round < ROUNDS; round++) {
		bool respelt = false;
		buf_clear(&body);
		buf_clear(&want);
		buf_add_char(&body, '"');
		for (int n = round % 60; n > 0; n--) {
			dice = dice * 1664525 + 1013904223;
			size_t k = (dice >> 16) % (round % 3 ? N_PIECES : 4); /* 4: nothing but what words hold */
			buf_add_cstr(&body, pieces[k].body);
			buf_add_cstr(&want, pieces[k].text);
			respelt |= pieces[k].respelt;
		}
		buf_add_char(&body, '"');
		struct str text = exact(buf_str(&body));
		for (int k = 0; k < N_PATHS; k++) {
			if (!scan_force(paths[k]))
				continue;
			assert_true(scan_text(&s, text, &strict));
			assert_true(str_eq(val_str(scan_root(&s), &arena), buf_str(&want)));
			assert_int_equal(s.tokens[0].respelt, respelt);
		}
		drop(text);
		arena_reset(&arena);
	}
	scan_force(NULL);
	buf_done(&body);
	buf_done(&want);
	arena_done(&arena);
	scan_done(&s);
}

/* ---- what is refused, and where */

static void test_bad(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t bad_at;
		const char *bad;
	} rows[] = {
	    {"",	         0, "empty"	                       },
	    {" \n\t ",           4, "empty"                               },
	    {"01",               1, "malformed number"                    },
	    {"-01",              2, "malformed number"                    },
	    {"1.",               2, "the text ends inside a value"        },
	    {"1.}",              2, "malformed number"                    },
	    {".5",               0, "not a JSON value"                    },
	    {"+1",               0, "not a JSON value"                    },
	    {"1e",               2, "the text ends inside a value"        },
	    {"1e+",              3, "the text ends inside a value"        },
	    {"[1e+]",            4, "malformed number"                    },
	    {"-",                1, "the text ends inside a value"        },
	    {"-x",               1, "malformed number"                    },
	    {"0x10",             1, "malformed number"                    },
	    {"1.2.3",            3, "malformed number"                    },
	    {"12a",              2, "malformed number"                    },
	    {"1 2",              2, "more text after the value"           },
	    {"[1]]",             3, "more text after the value"           },
	    {"truth",            3, "not a JSON value"                    },
	    {"nul",              3, "the text ends inside a value"        },
	    {"NaN",              0, "not a JSON value"                    },
	    {"-Infinity",        1, "malformed number"                    },
	    {"[1,]",             3, "not a JSON value"                    },
	    {"[,1]",             1, "not a JSON value"                    },
	    {"[1 2]",            3, "a comma or ] was expected"           },
	    {"[1}",              2, "a comma or ] was expected"           },
	    {"{\"a\":1]",        6, "a comma or } was expected"           },
	    {"{\"a\" 1}",        5, "a colon was expected after a key"    },
	    {"{\"a\":1,}",       7, "a key in quotes was expected"        },
	    {"{a:1}",            1, "a key in quotes was expected"        },
	    {"{\"a\":}",         5, "not a JSON value"                    },
	    {"\"abc",            4, "the text ends inside a value"        },
	    {"\"a\\",            3, "the text ends inside a value"        },
	    {"\"a\\u12",         6, "the text ends inside a value"        },
	    {"\"a\nb\"",         2, "raw control byte in a string"        },
	    {"\"a\\\nb\"",       3, "unknown escape in a string"          },
	    {"\"\\x\"",          2, "unknown escape in a string"          },
	    {"\"\\u12G4\"",      5, "\\u without four hexadecimal digits" },
	    {"\"\\u123\"",       6, "\\u without four hexadecimal digits" },
	    {"\"\x80\"",         1, "bytes that are not UTF-8 in a string"},
	    {"\"\xC3(\"",        2, "bytes that are not UTF-8 in a string"},
	    {"\"\xED\xA0\x80\"", 2, "bytes that are not UTF-8 in a string"},
	    {"\"\xE2\x82\"",     3, "bytes that are not UTF-8 in a string"},
	    {"\xEF\xBB\xBF{}",   0, "not a JSON value"                    },
	};
	struct scan s = SCAN_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int k = 0; k < N_PATHS; k++) {
			if (!scan_force(paths[k]))
				continue;
			struct str text = exact(str_of(rows[i].text));
			if (scan_text(&s, text, &strict) || s.bad_at != rows[i].bad_at ||
			    strcmp(s.bad, rows[i].bad) != 0)
				fail_msg("%s: %s at %zu", rows[i].text, s.bad, s.bad_at);
			assert_int_equal(val_type(scan_root(&s)), SCAN_NONE);
			drop(text);
		}
	scan_force(NULL);
	scan_done(&s);
}

static void nest(struct buf *b, int depth)
{
	buf_clear(b);
	for (int i = 0; i < depth; i++)
		buf_add_cstr(b, i % 2 ? "{\"a\":" : "[");
	buf_add_cstr(b, "7");
	for (int i = depth - 1; i >= 0; i--)
		buf_add_cstr(b, i % 2 ? "}" : "]");
}

static void test_depth(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	struct buf b = BUF_INIT, out = BUF_INIT;
	nest(&b, 1000);
	assert_true(scan_text(&s, buf_str(&b), &strict));
	scan_canonical(&out, scan_root(&s));
	assert_true(str_eq(buf_str(&out), buf_str(&b)));
	buf_clear(&out);
	scan_pretty(&out, scan_root(&s));
	assert_true(scan_text(&s, buf_str(&out), &strict));
	nest(&b, 1001);
	assert_false(scan_text(&s, buf_str(&b), &strict));
	assert_string_equal(s.bad, "nested deeper than 1000");
	assert_int_equal(s.bad_at, 500 * 6);
	nest(&b, 100000);
	assert_true(scan_text(&s, buf_str(&b), &(struct scan_opts){.depth_max = 100000}));
	nest(&b, 3);
	assert_true(scan_text(&s, buf_str(&b), &(struct scan_opts){.depth_max = 3}));
	assert_false(scan_text(&s, buf_str(&b), &(struct scan_opts){.depth_max = 2}));
	assert_string_equal(s.bad, "nested deeper than the limit");
	buf_done(&b);
	buf_done(&out);
	scan_done(&s);
}

static void test_lenient(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	assert_true(scan_text(&s, STR_LIT("[NaN,Infinity,-Infinity,-1]"), &lenient));
	struct val root = scan_root(&s);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(val_type(val_at(root, i)), SCAN_NAN);
	assert_int_equal(val_type(val_at(root, 3)), SCAN_NUMBER);
	assert_str(val_raw(val_at(root, 2)), "-Infinity");
	static const char *const bad[] = {"-NaN", "nan", "Inf", "+Infinity", "-infinity", "NaN1 2"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(scan_text(&s, str_of(bad[i]), &lenient));
	scan_done(&s);
}

static void test_sequence(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	struct str rest = STR_LIT("{\"a\":1}\n[2] \"x\"true 12 13");
	static const char *const want[] = {"{\"a\":1}", "[2]", "\"x\"", "true", "12"};
	size_t used;
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(scan_value(&s, rest, &(struct scan_opts){.last = false}, &used), SCAN_OK);
		assert_str(val_raw(scan_root(&s)), want[i]);
		rest = str_from(rest, used);
	}
	assert_int_equal(scan_value(&s, rest, &(struct scan_opts){.last = false}, &used), SCAN_MORE);
	assert_int_equal(scan_value(&s, rest, &strict, &used), SCAN_OK);
	assert_int_equal(used, rest.len);
	assert_int_equal(scan_value(&s, STR_NONE, &(struct scan_opts){.last = false}, &used), SCAN_MORE);
	assert_int_equal(scan_value(&s, STR_NONE, &strict, &used), SCAN_BAD);
	scan_done(&s);
}

/* ---- every cut */

/* A prefix up to the end of the value, or up to its first bad byte, is MORE; a longer one says the same as the whole. */
static void cut_everywhere(struct scan *s, struct str text, struct scan_opts opts)
{
	size_t end, used;
	opts.last = true;
	enum scan_status whole = scan_value(s, text, &opts, &end);
	size_t bad_at = s->bad_at;
	bool number = whole == SCAN_OK && val_is(scan_root(s), SCAN_NUMBER);
	for (size_t cut = 0; cut <= text.len; cut++) {
		struct str part = exact(str_cut(text, 0, cut));
		opts.last = false;
		enum scan_status status = scan_value(s, part, &opts, &used);
		enum scan_status want = whole;
		if (whole == SCAN_BAD ? cut <= bad_at : cut < end + number)
			want = SCAN_MORE;
		if (status != want || (status == SCAN_OK && used != end) || (status == SCAN_BAD && s->bad_at != bad_at))
			fail_msg("cut at %zu of %zu: %d, bad at %zu", cut, text.len, (int)status, s->bad_at);
		opts.last = true;
		status = scan_value(s, part, &opts, &used);
		if (want == SCAN_MORE && !number && (status != SCAN_BAD || s->bad_at != cut))
			fail_msg("last cut at %zu of %zu: %d, bad at %zu", cut, text.len, (int)status, s->bad_at);
		drop(part);
	}
}

static void test_every_cut(void **state)
{
	(void)state;
	static const char *const documents[] = {
	    "  "
	    "{\"a\":[1,2.5e-3,{\"b\":null}],\"\\u00e9\\ud83d\\ude00\":\"\xE4\xB8\xAD\xE6\x96\x87\xF0\x9F\x98\x80\","
	    "\"t\":true}  ",
	    "[\"a long string that fills more than two words of thirty-two bytes \\\\\\\" and goes on\",false]",
	    ("\"{\\\"role\\\":\\\"user\\\",\\\"content\\\":[{\\\"type\\\":\\\"text\\\",\\\"text\\\":\\\"a\\\\nb\\\"}]}"
	     "\""),
	    "-12.50e+7",
	    "-12.50e+7 ",
	    "[NaN, -Infinity, Infinity]",
	    "[-Infinite]",
	    "{\"a\":tru }",
	    "[1,2,\"a\xC3(\"]",
	    "[\"\xF0\x9F\x98 \"]",
	    "{\"a\":01}",
	    "[\"control \x01 byte\"]",
	    "[\"\\uD8G0\"]",
	    "[[[[1]]]}",
	    "{\"a\" \"b\"}",
	    "   ",
	};
	static const struct scan_opts opts[] = {{.last = false}, {.lenient = true}, {.replace_utf8 = true}};
	struct scan s = SCAN_INIT;
	for (int k = 0; k < N_PATHS; k++)
		if (scan_force(paths[k]))
			for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
				for (int o = 0; o < 3; o++)
					cut_everywhere(&s, str_of(documents[i]), opts[o]);
	scan_force(NULL);
	scan_done(&s);
}

/* ---- walking */

static void test_members(void **state)
{
	(void)state;
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	struct val root =
	    must(&s, "{\"a\":1,\"n\\u0061me\":\"x\" ,\"o\":{\"p.q\":2,\"r\":{\"s\":[10,[11], 12 ]}}\n,\"a\":3}");
	int64_t n;
	assert_true(val_int64(val_get(root, "a"), &n) && n == 3);
	assert_true(val_str_is(val_get(root, "name"), "x"));
	assert_int_equal(val_type(val_get(root, "nam")), SCAN_NONE);
	assert_int_equal(val_type(val_get(root, "A")), SCAN_NONE);
	assert_int_equal(val_type(val_get(val_get(root, "a"), "a")), SCAN_NONE);
	assert_true(val_int64(val_at(val_path(root, "o.r.s"), 2), &n) && n == 12);
	assert_int_equal(val_type(val_at(val_path(root, "o.r.s"), 3)), SCAN_NONE);
	assert_int_equal(val_type(val_at(root, 0)), SCAN_NONE);
	assert_int_equal(val_type(val_path(root, "o.p.q")), SCAN_NONE);
	assert_int_equal(val_type(val_path(root, "a.b")), SCAN_NONE);
	assert_true(val_int64(val_get(val_get(root, "o"), "p.q"), &n) && n == 2);
	assert_int_equal(val_offset(val_get(root, "name")), 19);
	assert_int_equal(val_offset(val_path(root, "o")), 28);
	struct buf keys = BUF_INIT;
	for (struct member m = val_first(root); m.ok; m = val_next(m)) {
		buf_add_str(&keys, member_key(m, &arena));
		buf_add_char(&keys, ' ');
	}
	assert_buf(&keys, "a name o a ");
	for (struct member m = val_first(val_path(root, "o.r.s")); m.ok; m = val_next(m)) {
		assert_int_equal(val_type(m.key), SCAN_NONE);
		assert_false(member_is(m, ""));
		assert_false(member_is_loose(m, ""));
		assert_null(member_key(m, &arena).ptr);
		buf_add_str(&keys, val_raw(m.val));
		buf_add_char(&keys, ' ');
	}
	assert_buf(&keys, "10 [11] 12 ");
	assert_false(val_first(must(&s, "[]")).ok);
	assert_false(val_first(must(&s, "\"s\"")).ok);
	assert_false(val_next((struct member){.ok = false}).ok);
	buf_done(&keys);
	arena_done(&arena);
	scan_done(&s);
}

static void test_loose_keys(void **state)
{
	(void)state;
	static const struct {
		const char *key, *name;
		bool same;
	} rows[] = {
	    {"traceId",        "trace_id", true },
	    {"trace_id",       "traceId",  true },
	    {"TraceID",        "trace_id", true },
	    {"TRACE_ID",       "traceid",  true },
	    {"__trace__id_",   "traceId",  true },
	    {"trace-id",       "trace_id", false},
	    {"traceIds",       "trace_id", false},
	    {"traceI",         "trace_id", false},
	    {"trace\\u005fid", "traceId",  true },
	    {"",               "",         true },
	    {"_",              "",         true },
	    {"a",              "",         false},
	    {"",               "a",        false},
	    {"\xC3\xA9",       "\xC3\xA9", true },
	    {"\\u00e9",        "\xC3\xA9", true },
	};
	struct scan s = SCAN_INIT;
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_clear(&b);
		buf_printf(&b, "{\"%s\":1}", rows[i].key);
		struct val root = must(&s, buf_cstr(&b));
		if (member_is_loose(val_first(root), rows[i].name) != rows[i].same)
			fail_msg("%s / %s", rows[i].key, rows[i].name);
		assert_int_equal(val_ok(val_get_loose(root, rows[i].name)), rows[i].same);
	}
	struct val twice = must(&s, "{\"spanId\":1,\"span_id\":2,\"x\":3}");
	int64_t n;
	assert_true(val_int64(val_get_loose(twice, "SpanID"), &n) && n == 2);
	buf_done(&b);
	scan_done(&s);
}

/* ---- writing */

static void test_writing(void **state)
{
	(void)state;
	static const struct {
		const char *text, *canonical, *compact, *pretty;
	} rows[] = {
	    {"[ ]",	                                                   "[]",	                  "[]",	                                                    "[]"	                                                                },
	    {"{\n}",	                                                  "{}",                          "{}",	                                                    "{}"	                                                                },
	    {" \"a\\u0041\\/\" ",	                                     "\"aA/\"",                     "\"a\\u0041\\/\"",                                               "\"a\\u0041\\/\""                                                           },
	    {"1.50E+1",	                                               "1.50E+1",                     "1.50E+1",	                                               "1.50E+1"	                                                           },
	    {"{ \"b\" : 1, \"a\" : [ 1 , {} , [ ] ], \"b\":2.0 }",            "{\"a\":[1,{},[]],\"b\":2.0}",
	     "{\"b\":1,\"a\":[1,{},[]],\"b\":2.0}",	                                                                                                                   "{\n  \"b\": 1,\n  \"a\": [\n    1,\n    {},\n    []\n  ],\n  \"b\": 2.0\n}"},
	    {"[\"a , [ b\" ,true, null]",                                     "[\"a , [ b\",true,null]",     "[\"a , [ b\",true,null]",
	     "[\n  \"a , [ b\",\n  true,\n  null\n]"	                                                                                                                                                                                              },
	    {"{\"\\u0062\":1,\"a\":2,\"B\":3,\"\\u00e9\":4,\"\":5,\"ab\":6}",
	     "{\"\":5,\"B\":3,\"a\":2,\"ab\":6,\"b\":1,\"\xC3\xA9\":4}",	                             "{\"\\u0062\":1,\"a\":2,\"B\":3,\"\\u00e9\":4,\"\":5,\"ab\":6}",
	     "{\n  \"\\u0062\": 1,\n  \"a\": 2,\n  \"B\": 3,\n  \"\\u00e9\": 4,\n  \"\": 5,\n  \"ab\": 6\n}"	                                                                                                                                      },
	};
	struct scan s = SCAN_INIT;
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct val v = must(&s, rows[i].text);
		scan_canonical(&out, v);
		assert_buf(&out, rows[i].canonical);
		scan_compact(&out, v);
		assert_buf(&out, rows[i].compact);
		scan_pretty(&out, v);
		assert_buf(&out, rows[i].pretty);
	}
	struct val inner = val_path(must(&s, "{\"x\":{\"a\": [ 1 ]},\"y\":2}"), "x");
	scan_compact(&out, inner);
	assert_buf(&out, "{\"a\":[1]}");
	scan_canonical(&out, VAL_NONE);
	scan_pretty(&out, VAL_NONE);
	scan_compact(&out, VAL_NONE);
	assert_int_equal(out.len, 0);
	buf_done(&out);
	scan_done(&s);
}

static void test_quote(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		const char *want;
	} rows[] = {
	    {{NULL, 0},	                   "\"\""                            },
	    {{"plain", 5},                        "\"plain\""                       },
	    {{"\"\\/\b\f\n\r\t", 8},              "\"\\\"\\\\/\\b\\f\\n\\r\\t\""    },
	    {{"\0\x1B\x7F", 3},                   "\"\\u0000\\u001b\\u007f\""       },
	    {{"\xC2\x9B\xC2\xA0", 4},             "\"\\u009b\xC2\xA0\""             },
	    {{"\xE4\xB8\xAD\xF0\x9F\x98\x80", 7}, "\"\xE4\xB8\xAD\xF0\x9F\x98\x80\""},
	    {{"a\xFF\xE2\x82", 4},                "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""   },
	};
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		scan_quote(&out, rows[i].text);
		assert_buf(&out, rows[i].want);
	}
	buf_done(&out);
}

/* ---- random documents */

struct gen {
	struct buf out;
	uint64_t random;
	bool odd; /* NUL, lone surrogates: what cJSON cannot hold */
};

static uint32_t below(struct gen *g, uint32_t n)
{
	g->random ^= g->random << 13;
	g->random ^= g->random >> 7;
	g->random ^= g->random << 17;
	return (uint32_t)(g->random >> 33) % n;
}

static void gen_blank(struct gen *g)
{
	while (below(g, 6) == 0)
		buf_add_char(&g->out, " \n\t\r"[below(g, 4)]);
}

static void gen_string(struct gen *g)
{
	static const char *const pieces[] = {"\\\"",         "\\\\",
	                                     "\\/",          "\\b",
	                                     "\\f",          "\\n",
	                                     "\\r",          "\\t",
	                                     "\\u00e9",      "\\uD83D\\uDE00",
	                                     "\xC3\xA9",     "\xE4\xB8\xAD\xE6\x96\x87",
	                                     "\xEF\xBC\x8C", "\xF0\x9F\x98\x80",
	                                     "\\\\\\\\\\\"", "\x7F",
	                                     "\\u0020",      "\\u4e2d\\u6587",
	                                     "\\u0000",      "\\ud800",
	                                     "\\uDFFFx"};
	const uint32_t n = sizeof pieces / sizeof pieces[0] - (g->odd ? 0 : 3);
	buf_add_char(&g->out, '"');
	for (uint32_t i = below(g, 10); i > 0; i--) {
		for (uint32_t k = below(g, below(g, 8) ? 12 : 80); k > 0; k--)
			buf_add_char(&g->out, "abcdefghij klmnopqrs[]{}:,'#"[below(g, 28)]);
		if (below(g, 3))
			buf_add_cstr(&g->out, pieces[below(g, n)]);
	}
	buf_add_char(&g->out, '"');
}

static void gen_number(struct gen *g)
{
	buf_add_cstr(&g->out, below(g, 3) ? "" : "-");
	if (below(g, 5))
		buf_printf(&g->out, "%u", below(g, 9) + 1);
	else
		buf_add_char(&g->out, '0');
	for (uint32_t i = g->out.ptr[g->out.len - 1] == '0' ? 0 : below(g, 20); i > 0; i--)
		buf_add_char(&g->out, (char)('0' + below(g, 10)));
	if (below(g, 3) == 0)
		buf_printf(&g->out, ".%u", below(g, 1000000));
	if (below(g, 4) == 0)
		buf_printf(&g->out, "%c%s%u", "eE"[below(g, 2)],
		           below(g, 2)   ? "-"
		           : below(g, 2) ? "+"
		                         : "",
		           below(g, 320));
}

static void gen_value(struct gen *g, int depth)
{
	static const char *const words[] = {"true", "false", "null"};
	gen_blank(g);
	uint32_t kind = below(g, depth > 0 ? 10 : 7);
	if (kind < 3) {
		gen_string(g);
	} else if (kind < 6) {
		gen_number(g);
	} else if (kind == 6) {
		buf_add_cstr(&g->out, words[below(g, 3)]);
	} else {
		bool object = below(g, 2);
		buf_add_char(&g->out, object ? '{' : '[');
		gen_blank(g);
		for (uint32_t i = 0, n = below(g, 6); i < n; i++) {
			buf_add_cstr(&g->out, i ? "," : "");
			gen_blank(g);
			if (object) {
				gen_string(g);
				gen_blank(g);
				buf_add_char(&g->out, ':');
			}
			gen_value(g, depth - 1);
		}
		gen_blank(g);
		buf_add_char(&g->out, object ? '}' : ']');
	}
	gen_blank(g);
}

/* Offsets rise, slices lie inside their container, `next` nests. */
static void check_tokens(const struct scan *s, size_t size)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct scan_token *t = &s->tokens[i];
		assert_true((size_t)t->at + t->len <= size);
		assert_true(t->next > i && t->next <= s->n);
		assert_true(i == 0 || t->at > s->tokens[i - 1].at);
		for (uint32_t k = i + 1; k < t->next; k = s->tokens[k].next)
			assert_true(s->tokens[k].next <= t->next &&
			            s->tokens[k].at + s->tokens[k].len < t->at + t->len);
	}
}

static void same_result(struct str text, const struct scan_opts *opts)
{
	struct scan s[N_PATHS] = {SCAN_INIT};
	for (int k = 0, first = -1; k < N_PATHS; k++) {
		size_t used;
		if (!scan_force(paths[k]))
			continue;
		scan_value(&s[k], text, opts, &used);
		if (first < 0) {
			first = k;
			check_tokens(&s[k], text.len);
			continue;
		}
		assert_int_equal(s[k].n, s[first].n);
		if (s[k].n)
			assert_memory_equal(s[k].tokens, s[first].tokens, s[k].n * sizeof *s[k].tokens);
		assert_int_equal(s[k].bad_at, s[first].bad_at);
		assert_ptr_equal(s[k].bad, s[first].bad);
		assert_int_equal(s[k].bad_utf8, s[first].bad_utf8);
		assert_int_equal(s[k].lone_surrogates, s[first].lone_surrogates);
	}
	for (int k = 0; k < N_PATHS; k++)
		scan_done(&s[k]);
}

/* A list that goes on as the last one did: what is kept of the old scan, and what is scanned anew, is the scan of the whole. */
static void same_again(struct scan *again, struct str text, size_t same, const struct scan_opts *opts)
{
	struct scan fresh = SCAN_INIT;
	uint32_t kept;
	struct str copy = exact(text);
	bool well = scan_text(&fresh, copy, opts);
	assert_int_equal(scan_text_again(again, copy, same, opts, &kept), well);
	assert_int_equal(again->n, fresh.n);
	if (fresh.n)
		assert_memory_equal(again->tokens, fresh.tokens, fresh.n * sizeof *fresh.tokens);
	assert_true(kept <= again->n);
	assert_int_equal(again->bad_at, fresh.bad_at);
	assert_true(well || strcmp(again->bad, fresh.bad) == 0);
	scan_done(&fresh);
	drop(copy);
}

static void test_again(void **state)
{
	(void)state;
	static const char *const tails[] = {
	    "]", "", " ] x", "}", "[[", "1]", ",", ",]", ",\"open", ",{\"k\":[1,2]}]", ":1]", " \n]"};
	struct scan again = SCAN_INIT;
	struct gen g = {.out = BUF_INIT, .random = 77, .odd = true};
	struct buf last = BUF_INIT;
	for (int i = 0; i < ROUNDS; i++) {
		const struct scan_opts opts = {.last = true, .lenient = i % 3 == 0, .replace_utf8 = i % 5 < 2};
		/* some of the bytes of the last text, then elements of its own and an end, right or wrong */
		size_t same = last.len ? below(&g, (uint32_t)last.len + 1) : 0;
		buf_clear(&g.out);
		buf_add(&g.out, last.ptr, same);
		if (!same)
			buf_add_char(&g.out, '[');
		for (uint32_t n = below(&g, 5); n > 0; n--) {
			gen_value(&g, 3);
			buf_add_cstr(&g.out, n > 1 || below(&g, 4) == 0 ? "," : "");
		}
		buf_add_cstr(&g.out, below(&g, 2) ? "]" : tails[below(&g, sizeof tails / sizeof *tails)]);
		same_again(&again, buf_str(&g.out), same, &opts);
		buf_clear(&last);
		buf_add(&last, g.out.ptr, g.out.len);
		if (below(&g, 20) == 0)
			buf_clear(&last); /* and now and then anew */
	}
	buf_done(&last);
	buf_done(&g.out);
	scan_done(&again);
}

/* Whole documents, and the same with a few bytes changed. */
static void test_paths_agree(void **state)
{
	(void)state;
	struct gen g = {.out = BUF_INIT, .random = 4242, .odd = true};
	for (int i = 0; i < ROUNDS; i++) {
		const struct scan_opts opts = {
		    .last = i % 2, .lenient = i % 3 == 0, .replace_utf8 = i % 5 < 2, .depth_max = i % 7 ? 0 : 3};
		buf_clear(&g.out);
		gen_value(&g, 6);
		struct str text = exact(buf_str(&g.out));
		same_result(text, &opts);
		drop(text);
		for (uint32_t k = 1 + below(&g, 3); k > 0; k--)
			g.out.ptr[below(&g, (uint32_t)g.out.len)] =
			    below(&g, 2) ? (char)below(&g, 256) : "\"\\,:]}e\xE4\xFF"[below(&g, 9)];
		text = exact(buf_str(&g.out));
		same_result(text, &opts);
		drop(text);
	}
	scan_force(NULL);
	buf_done(&g.out);
}

static void same_tree(struct val v, const cJSON *tree, struct arena *arena)
{
	double d = 0;
	switch (val_type(v)) {
	case SCAN_NULL: assert_true(cJSON_IsNull(tree)); break;
	case SCAN_FALSE: assert_true(cJSON_IsFalse(tree)); break;
	case SCAN_TRUE: assert_true(cJSON_IsTrue(tree)); break;
	case SCAN_NUMBER:
		assert_true(cJSON_IsNumber(tree));
		if (val_double(v, &d))
			assert_true(d == tree->valuedouble);
		else
			assert_true(isinf(tree->valuedouble));
		break;
	case SCAN_STRING:
		assert_true(cJSON_IsString(tree));
		assert_str(val_str(v, arena), tree->valuestring);
		assert_true(val_str_is(v, tree->valuestring));
		break;
	case SCAN_ARRAY:
	case SCAN_OBJECT: {
		assert_true(val_is(v, SCAN_ARRAY) ? cJSON_IsArray(tree) : cJSON_IsObject(tree));
		const cJSON *child = tree->child;
		for (struct member m = val_first(v); m.ok; m = val_next(m), child = child->next) {
			assert_non_null(child);
			if (child->string)
				assert_str(member_key(m, arena), child->string);
			same_tree(m.val, child, arena);
		}
		assert_null(child);
		break;
	}
	case SCAN_NONE:
	case SCAN_NAN: fail();
	}
}

/* cJSON agrees on the document, and on what compact, pretty and canonical make of it. */
static void test_cjson_oracle(void **state)
{
	(void)state;
	struct gen g = {.out = BUF_INIT, .random = 777};
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	struct buf compact = BUF_INIT, pretty = BUF_INIT, canon = BUF_INIT, again = BUF_INIT;
	for (int i = 0; i < ROUNDS; i++) {
		buf_clear(&g.out);
		gen_value(&g, 6);
		cJSON *tree = cJSON_ParseWithLength(g.out.ptr, g.out.len);
		assert_non_null(tree);
		struct val root = must(&s, buf_cstr(&g.out));
		same_tree(root, tree, &arena);
		scan_compact(&compact, root);
		scan_pretty(&pretty, root);
		scan_canonical(&canon, root);
		same_tree(must(&s, buf_cstr(&compact)), tree, &arena);
		same_tree(must(&s, buf_cstr(&pretty)), tree, &arena);
		scan_compact(&again, scan_root(&s));
		assert_true(str_eq(buf_str(&again), buf_str(&compact)));
		buf_clear(&again);
		scan_canonical(&again, must(&s, buf_cstr(&canon)));
		assert_true(str_eq(buf_str(&again), buf_str(&canon)));
		buf_clear(&compact);
		buf_clear(&pretty);
		buf_clear(&canon);
		buf_clear(&again);
		cJSON_Delete(tree);
		arena_reset(&arena);
	}
	buf_done(&g.out);
	buf_done(&compact);
	buf_done(&pretty);
	buf_done(&canon);
	buf_done(&again);
	arena_done(&arena);
	scan_done(&s);
}

/* Any bytes, quoted, are a JSON string; it reads as the bytes with the ill-formed ones replaced. */
static void test_quote_random(void **state)
{
	(void)state;
	struct gen g = {.random = 99};
	struct buf raw = BUF_INIT, quoted = BUF_INIT, mended = BUF_INIT;
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	for (int i = 0; i < ROUNDS; i++) {
		buf_clear(&raw);
		for (uint32_t n = below(&g, 100); n > 0; n--)
			buf_add_char(&raw,
			             below(&g, 2) ? (char)below(&g, 256) : "a\"\\\n\xE4\xB8\xAD\xF0\x9F"[below(&g, 9)]);
		buf_clear(&quoted);
		scan_quote(&quoted, buf_str(&raw));
		assert_true(scan_text(&s, buf_str(&quoted), &strict));
		struct str once = val_str(scan_root(&s), &arena);
		buf_clear(&mended);
		scan_quote(&mended, once);
		assert_true(str_eq(buf_str(&mended), buf_str(&quoted)));
		/* ASCII bytes all survive, in their order */
		size_t k = 0;
		for (size_t j = 0; j < raw.len; j++) {
			if (raw.ptr[j] & 0x80)
				continue;
			while (k < once.len && (once.ptr[k] & 0x80))
				k++;
			assert_true(k < once.len && once.ptr[k++] == raw.ptr[j]);
		}
		arena_reset(&arena);
	}
	buf_done(&raw);
	buf_done(&quoted);
	buf_done(&mended);
	arena_done(&arena);
	scan_done(&s);
}

/* ---- JSONTestSuite (github.com/nst/JSONTestSuite) */

struct suite {
	int files[3], right[3]; /* y, n, i */
	int needed_replacing;
};

static struct str read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	struct buf b = BUF_INIT;
	char block[4096];
	for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
		buf_add(&b, block, n);
	fclose(f);
	struct str text = exact(buf_str(&b));
	buf_done(&b);
	return text;
}

/* The 35 files on which parsers may differ: what ours does. */
static bool implementation_file(struct scan *s, const char *name, struct str text, int *needed_replacing)
{
	static const char *const not_utf8[] = {"i_string_UTF-8_invalid_sequence.json",
	                                       "i_string_UTF8_surrogate_U+D800.json",
	                                       "i_string_invalid_utf-8.json",
	                                       "i_string_iso_latin_1.json",
	                                       "i_string_lone_utf8_continuation_byte.json",
	                                       "i_string_not_in_unicode_range.json",
	                                       "i_string_overlong_sequence_2_bytes.json",
	                                       "i_string_overlong_sequence_6_bytes.json",
	                                       "i_string_overlong_sequence_6_bytes_null.json",
	                                       "i_string_truncated-utf-8.json"};
	bool accepted = scan_text(s, text, &strict);
	if (strstr(name, "UTF-16") || strstr(name, "utf16")) /* the reader's matter: it converts, or names it */
		return !accepted && !scan_text(s, text, &mending);
	if (strstr(name, "BOM")) /* likewise: the reader takes the mark off */
		return !accepted && s->bad_at == 0 && scan_text(s, str_from(text, 3), &strict);
	for (size_t i = 0; i < sizeof not_utf8 / sizeof not_utf8[0]; i++)
		if (strcmp(name, not_utf8[i]) == 0) {
			(*needed_replacing)++;
			return !accepted && scan_text(s, text, &mending) && s->bad_utf8 > 0;
		}
	if (strstr(name, "surrogate"))
		return accepted && s->lone_surrogates > 0;
	return accepted;
}

static void suite_file(struct suite *suite, const char *folder, const char *name)
{
	int sort = name[0] == 'y' ? 0 : name[0] == 'n' ? 1 : 2;
	struct buf path = BUF_INIT;
	buf_printf(&path, "%s/%s", folder, name);
	struct str text = read_file(buf_cstr(&path));
	struct scan s = SCAN_INIT;
	bool accepted = scan_text(&s, text, &strict);
	bool right = sort == 0 ? accepted : !accepted && s.bad_at <= text.len && s.bad;
	if (sort == 2)
		right = implementation_file(&s, name, text, &suite->needed_replacing);
	suite->files[sort]++;
	suite->right[sort] += right;
	if (!right)
		print_message("%s: %s\n", name, accepted ? "accepted" : s.bad);
	if (text.len < 4096)
		cut_everywhere(&s, text, strict);
	scan_done(&s);
	drop(text);
	buf_done(&path);
}

static void test_suite(void **state)
{
	(void)state;
	const char *corpus = getenv("SPOOR_CORPUS");
	struct buf folder = BUF_INIT;
	buf_printf(&folder, "%s/hostile/jsontestsuite", corpus ? corpus : "../shared/corpus");
	DIR *dir = opendir(buf_cstr(&folder));
	if (!dir) {
		print_message("skipped: no corpus\n");
		buf_done(&folder);
		skip();
	}
	struct suite suite = {.needed_replacing = 0};
	for (struct dirent *e; (e = readdir(dir));)
		if (e->d_name[0] != '.' && e->d_name[1] == '_')
			suite_file(&suite, buf_cstr(&folder), e->d_name);
	closedir(dir);
	buf_done(&folder);
	print_message(
	    "JSONTestSuite: y_ %d/%d accepted, n_ %d/%d rejected, i_ %d/%d as documented (%d need replace_utf8)\n",
	    suite.right[0], suite.files[0], suite.right[1], suite.files[1], suite.right[2], suite.files[2],
	    suite.needed_replacing);
	assert_int_equal(suite.files[0], 95);
	assert_int_equal(suite.files[1], 188);
	assert_int_equal(suite.files[2], 35);
	for (int i = 0; i < 3; i++)
		assert_int_equal(suite.right[i], suite.files[i]);
}

static void test_force(void **state)
{
	(void)state;
	assert_false(scan_force("none"));
	assert_true(scan_force("plain"));
	assert_string_equal(scan_path(), "plain");
	assert_true(scan_force(NULL));
	print_message("code path: %s\n", scan_path());
}

/* ---- --dump: the values in order, one line a document */

static void dump(struct val v, struct arena *arena)
{
	switch (val_type(v)) {
	case SCAN_STRING: {
		struct str text = val_str(v, arena);
		printf(" \"");
		for (size_t i = 0; i < text.len; i++)
			printf("%02x", (unsigned char)text.ptr[i]);
		return;
	}
	case SCAN_NUMBER: printf(" #%.*s", (int)val_raw(v).len, val_raw(v).ptr); return;
	case SCAN_NULL:
	case SCAN_FALSE:
	case SCAN_TRUE:
	case SCAN_NAN: printf(" %.*s", (int)val_raw(v).len, val_raw(v).ptr); return;
	case SCAN_ARRAY:
	case SCAN_OBJECT:
		printf(val_is(v, SCAN_OBJECT) ? " {" : " [");
		for (struct member m = val_first(v); m.ok; m = val_next(m)) {
			if (m.key.scan)
				dump(m.key, arena);
			dump(m.val, arena);
		}
		printf(val_is(v, SCAN_OBJECT) ? " }" : " ]");
		return;
	case SCAN_NONE: printf(" bad"); return;
	}
}

static int dump_all(const char *path)
{
	if (!scan_force(path))
		return 3;
	struct scan s = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	char *line = NULL;
	size_t cap = 0;
	for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0;) {
		size_t len = (size_t)n - (line[n - 1] == '\n');
		struct str text = exact((struct str){line, len});
		scan_text(&s, text, &strict);
		dump(scan_root(&s), &arena);
		putchar('\n');
		drop(text);
		arena_reset(&arena);
	}
	free(line);
	arena_done(&arena);
	scan_done(&s);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--dump") == 0)
		return dump_all(argc > 2 ? argv[2] : NULL);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_many_bad_bytes),
	    cmocka_unit_test(test_integers),
	    cmocka_unit_test(test_doubles),
	    cmocka_unit_test(test_integers_round_trip),
	    cmocka_unit_test(test_bools),
	    cmocka_unit_test(test_strings),
	    cmocka_unit_test(test_word_edges),
	    cmocka_unit_test(test_unescape),
	    cmocka_unit_test(test_text_of_values),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_lenient),
	    cmocka_unit_test(test_sequence),
	    cmocka_unit_test(test_every_cut),
	    cmocka_unit_test(test_members),
	    cmocka_unit_test(test_loose_keys),
	    cmocka_unit_test(test_writing),
	    cmocka_unit_test(test_quote),
	    cmocka_unit_test(test_paths_agree),
	    cmocka_unit_test(test_again),
	    cmocka_unit_test(test_cjson_oracle),
	    cmocka_unit_test(test_quote_random),
	    cmocka_unit_test(test_suite),
	    cmocka_unit_test(test_force),
	};
	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
