#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "store/base/scan.h"
#include "store/stat/rng.h"
#include "store/study/mask.h"
#include "store/study/personal.h"

#define KEY   \
	"sk-" \
	"a1B2c3D4e5F6g7H8i9J0k1L2"

static void assert_masked(const char *text, const char *expected)
{
	struct buf out = BUF_INIT;
	mask_text(&out, str_of(text));
	assert_string_equal(buf_cstr(&out), expected);
	buf_done(&out);
}

static void test_texts(void **state)
{
	(void)state;
	static const struct {
		const char *text, *masked;
	} rows[] = {
	    {"",	                                                     ""	                                   },
	    {"nothing here",	                                         "nothing here"                               },
	    {"to jane.roe@acme-corp.de, or +49 30 901820.",                  "to j…@acme-corp.de, or +49…."           },
	    {"4111 1111 1111 1111",	                                  "…1111"                                    },
	    {"4111111111111111",	                                     "…1111"                                    },
	    {KEY,	                                                    "sk-…"	                             },
 /* JSON stays JSON: a number becomes a string, escapes are seen through */
	    {"{\"card\":4111111111111111,\"n\":5}",                          "{\"card\":\"…1111\",\"n\":5}"             },
	    {"{\"order_id\":4111111111111111}",                              "{\"order_id\":4111111111111111}"            },
	    {"{ \"a\" : \"x\\nj.roe@acme.de\\ny\" }",                        "{ \"a\" : \"x\\nj…@acme.de\\ny\" }"       },
	    {"{\"a\":\"\\u002b49 30 901820\"}",                              "{\"a\":\"+49…\"}"                         },
	    {"{\"a\":\"jane\\u0040acme.de \\\"q\\\"\"}",                     "{\"a\":\"j…@acme.de \\\"q\\\"\"}"         },
	    {"{\"jane@acme.de\":1}",	                                 "{\"j…@acme.de\":1}"                       },
	    {"[\"jane@acme.de\",\"bob@acme.de\"]",                           "[\"j…@acme.de\",\"b…@acme.de\"]"        },
	    {"{\"in\":\"{\\\"card\\\":4111111111111111}\"}",                 "{\"in\":\"{\\\"card\\\":\\\"…1111\\\"}\"}"},
	    {"{\"a\":\"\\u00e9\"}",	                                  "{\"a\":\"\\u00e9\"}"                        },
 /* cut off, it is text */
	    {"{\"a\":\"jane@acme.de",	                                "{\"a\":\"j…@acme.de"                      },
 /* a key without its end */
	    {"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAAS", "-----BEGIN…"                              },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_masked(rows[i].text, rows[i].masked);
}

/* Texts without anything are handed back as they are, not copied. */
static void test_harmless(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct str text = STR_LIT("plain and {\"n\":1}"), none = STR_NONE;
	assert_ptr_equal(mask_str(&arena, text).ptr, text.ptr);
	assert_ptr_equal(mask_json(&arena, text).ptr, text.ptr);
	assert_null(mask_str(&arena, none).ptr);
	struct str number = mask_json(&arena, STR_LIT("4111111111111111"));
	assert_true(str_is(number, "\"…1111\""));
	arena_done(&arena);
}

/* What a preview cuts in two is not shown in part. */
static void test_cut(void **state)
{
	(void)state;
	static const char *const ends[] = {"jane.roe@acm",      "jane.roe@",    "+49 30 901",
	                                   "DE89 3704 0044 05", "4111 1111 11", "sk-a1B2c3D4e5"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct buf text = BUF_INIT, out = BUF_INIT;
		buf_add_fill(&text, 'x', 199 - strlen(ends[i]));
		buf_add_char(&text, ' ');
		buf_add_cstr(&text, ends[i]);
		assert_int_equal(text.len, 200);
		assert_int_equal(mask_text(&out, buf_str(&text)), 1);
		assert_int_equal(str_find(buf_str(&out), str_cut(str_of(ends[i]), 1, SIZE_MAX)), SIZE_MAX);
		buf_clear(&out);
		buf_clear(&text); /* a text that ends there by itself is whole */
		buf_add_cstr(&text, "x ");
		buf_add_cstr(&text, ends[i]);
		assert_int_equal(mask_text(&out, buf_str(&text)), 0);
		buf_done(&text);
		buf_done(&out);
	}
}

static void test_around(void **state)
{
	(void)state;
	static const struct {
		const char *text, *match, *masked, *marked;
		size_t before, after;
	} rows[] = {
	    {"write to jane@acme.de today",          "today",        "write to j…@acme.de today",  "today",        99, 99},
	    {"write to jane@acme.de today",          "write",        "write to j…@acme.de today",  "write",        99, 99},
	    {"write to jane@acme.de today",          "acme",         "write to j…@acme.de today",  "j…@acme.de", 99, 99},
	    {"write to jane@acme.de today",          "today",        "j…@acme.de today",           "today",        3,  99},
	    {"a long way to write to bob@acme.de x", "to write",     "way to write to b…@acme.de", "to write",     4,  6 },
	    {"jane@acme.de",                         "jane@acme.de", "j…@acme.de",                 "j…@acme.de", 0,  0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out = BUF_INIT;
		struct str text = str_of(rows[i].text);
		size_t at = str_find(text, str_of(rows[i].match)), len = strlen(rows[i].match);
		mask_around(&out, text, &at, &len, rows[i].before, rows[i].after);
		assert_string_equal(buf_cstr(&out), rows[i].masked);
		assert_true(str_is(str_cut(buf_str(&out), at, len), rows[i].marked));
		buf_done(&out);
	}
}

/* ---------------------------------------------------------------- any JSON */

static const char *const pieces[] = {"jane.roe@acme.de",
                                     "+49 30 901820",
                                     "DE89370400440532013000",
                                     "4111 1111 1111 1111",
                                     KEY,
                                     "\\u002b49 30 901820",
                                     "\\\"",
                                     "\\\\",
                                     "\\n",
                                     "x ",
                                     "https://u:hunter2zz@h.de",
                                     "\\ud83d\\ude00",
                                     "日本",
                                     "-----BEGIN PRIVATE KEY-----"};

static void add_string(struct buf *out, struct rng *rng)
{
	buf_add_char(out, '"');
	for (uint64_t n = rng_index(rng, 5); n-- > 0;)
		buf_add_cstr(out, pieces[rng_index(rng, sizeof pieces / sizeof *pieces)]);
	buf_add_char(out, '"');
}

static void add_value(struct buf *out, struct rng *rng, int depth)
{
	uint64_t kind = rng_index(rng, depth > 3 ? 3 : 5), n = rng_index(rng, 4);
	if (kind == 0)
		buf_add_cstr(out, "4111111111111111");
	else if (kind == 1)
		buf_add_cstr(out, "-1.5e3");
	else if (kind == 2)
		add_string(out, rng);
	if (kind < 3)
		return;
	buf_add_char(out, kind == 3 ? '[' : '{');
	for (uint64_t i = 0; i < n; i++) {
		buf_add_cstr(out, i ? ", " : "");
		if (kind == 4) {
			add_string(out, rng);
			buf_add_cstr(out, ": ");
		}
		add_value(out, rng, depth + 1);
	}
	buf_add_char(out, kind == 3 ? ']' : '}');
}

/* Valid stays valid, of the same shape, without anything in its texts. */
static void test_any_json(void **state)
{
	(void)state;
	struct rng rng = rng_stream(8, 1);
	const struct scan_opts opts = {.last = true};
	size_t masked = 0;
	for (int i = 0; i < 3000; i++) {
		struct buf text = BUF_INIT, out = BUF_INIT;
		struct scan before = SCAN_INIT, after = SCAN_INIT;
		buf_add_char(&text, '[');
		add_value(&text, &rng, 0);
		buf_add_char(&text, ']');
		assert_true(scan_text(&before, buf_str(&text), &opts));
		masked += mask_text(&out, buf_str(&text)) > 0;
		if (!scan_text(&after, buf_str(&out), &opts))
			fail_msg("%s\nbecame %s", buf_cstr(&text), buf_cstr(&out));
		assert_int_equal(before.n, after.n);
		for (uint32_t t = 0; t < after.n; t++) {
			struct arena arena = ARENA_INIT;
			size_t at = 0, len;
			enum personal kind;
			struct str said = val_str((struct val){&after, t}, &arena);
			if (after.tokens[t].type == SCAN_STRING && personal_next(said, &at, &len, &kind))
				fail_msg("%s\nkeeps %s in %s", buf_cstr(&text), personal_name(kind), buf_cstr(&out));
			arena_done(&arena);
		}
		scan_done(&before);
		scan_done(&after);
		buf_done(&text);
		buf_done(&out);
	}
	assert_true(masked > 500);
}

static void test_cost(void **state)
{
	(void)state;
	static const char *const texts[] = {"{\"a\":\"plain words and figures 123\"},",
	                                    "jane@acme.de ",
	                                    "\\u002b49 30 901820 ",
	                                    "\\\\\\\"",
	                                    "@@@@",
	                                    "-----BEGIN PRIVATE KEY-----"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (int json = 0; json < 2; json++) {
			struct buf text = BUF_INIT, out = BUF_INIT;
			buf_add_cstr(&text, json ? "[\"" : "");
			while (text.len < 4 << 20)
				buf_add_cstr(&text, texts[i]);
			buf_add_cstr(&text, json ? "\"]" : "");
			clock_t began = clock();
			mask_text(&out, buf_str(&text));
			double s = (double)(clock() - began) / CLOCKS_PER_SEC;
			if (s > 3)
				fail_msg("4 MiB of %s took %.1f s", texts[i], s);
			buf_done(&text);
			buf_done(&out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_texts),  cmocka_unit_test(test_harmless), cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_around), cmocka_unit_test(test_any_json), cmocka_unit_test(test_cost),
	};
	return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
