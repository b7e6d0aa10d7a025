/* Settings through json.h: comments, places of mistakes, look-up; and what jout writes, read back. */
#include "store/base/json.h"

#include <setjmp.h>

#include <cmocka.h>

#include "store/base/scan.h"
#include "store/base/units.h"

static struct cJSON *must(const char *text)
{
	struct err err = ERR_INIT;
	struct cJSON *tree = json_parse(str_of(text), "settings.json", &err);
	if (!tree)
		fail_msg("%s: %s", text, err.text);
	return tree;
}

static void test_get(void **state)
{
	(void)state;
	struct cJSON *tree = must("{\"name\":\"caf\\u00e9\",\"Name\":2,\"n\":-1.5e3,\"on\":true,\"off\":false,\"none\":"
	                          "null,\"list\":[1,\"b\",{}]}");
	double d = 7;
	bool b = false;
	assert_string_equal(json_string(tree, "name"), "caf\xC3\xA9");
	assert_null(json_string(tree, "Name"));
	assert_null(json_string(tree, "NAME"));
	assert_null(json_string(tree, "n"));
	assert_true(json_number(tree, "n", &d) && d == -1500);
	assert_false(json_number(tree, "name", &d));
	assert_false(json_number(tree, "absent", &d));
	assert_true(d == -1500);
	assert_true(json_bool(tree, "on", &b) && b);
	assert_true(json_bool(tree, "off", &b) && !b);
	assert_false(json_bool(tree, "none", &b));
	assert_non_null(json_get(tree, "none"));
	assert_null(json_get(tree, "absent"));
	assert_null(json_get(json_get(tree, "list"), "x"));
	assert_null(json_get(NULL, "x"));
	int n = 0;
	for (const struct cJSON *m = json_first(json_get(tree, "list")); m; m = json_next(m), n++) {
		assert_null(json_key(m));
		assert_true((json_text(m) != NULL) == (n == 1));
	}
	assert_int_equal(n, 3);
	assert_string_equal(json_key(json_first(tree)), "name");
	assert_null(json_first(json_get(tree, "n")));
	assert_null(json_first(NULL));
	assert_null(json_text(NULL));
	json_free(tree);
	json_free(NULL);
}

static void test_comments(void **state)
{
	(void)state;
	struct cJSON *tree = must("\xEF\xBB\xBF// first\n{ /* a \"b\" */ \"url\": \"http://x/*y*/\", // to the end\n"
	                          "\"q\": \"a\\\"//b\" /**/ } // no newline");
	assert_string_equal(json_string(tree, "url"), "http://x/*y*/");
	assert_string_equal(json_string(tree, "q"), "a\"//b");
	json_free(tree);
}

static void test_errors(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		uint64_t line, offset;
		const char *message;
	} rows[] = {
	    {{"", 0},	                           1, 0,  "line 1, column 1: empty"                               },
	    {{"{\n  \"a\": tru\n}", 14},                2, 12, "line 2, column 11: not a JSON value"                   },
	    {{"/* \xC3\xA9 */ {\"\xC3\xA9\": 01}", 19}, 1, 17, "line 1, column 16: malformed number"                   },
	    {{"{} /* open\n", 11},                      1, 3,  "line 1, column 4: a comment without an end"            },
	    {{"{} /", 4},	                       1, 3,  "line 1, column 4: more text after the value"           },
	    {{"{}\n//x\n{}", 9},                        3, 7,  "line 3, column 1: more text after the value"           },
	    {{"{\"a\":1,}", 8},                         1, 7,  "line 1, column 8: a key in quotes was expected"        },
	    {{"\"open // no comment", 19},              1, 19, "line 1, column 20: the text ends inside a value"       },
	    {{"[1, \"a\\u0000b\"]", 15},                1, 4,  "line 1, column 5: a string with \\u0000 in it"         },
	    {{"[1]\0", 4},	                      1, 3,  "line 1, column 4: more text after the value"           },
	    {{"[\"\xFF\"]", 5},                         1, 2,  "line 1, column 3: bytes that are not UTF-8 in a string"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct err err = ERR_INIT;
		char *copy = xmalloc(rows[i].text.len);
		memcpy(copy, rows[i].text.ptr, rows[i].text.len);
		assert_null(json_parse((struct str){copy, rows[i].text.len}, "gate.json", &err));
		free(copy);
		assert_string_equal(err.text, rows[i].message);
		assert_int_equal(err.code, ERR_INPUT);
		assert_string_equal(err.at.file, "gate.json");
		assert_int_equal(err.at.line, rows[i].line);
		assert_int_equal(err.at.offset, rows[i].offset);
	}
	struct err err = ERR_INIT;
	assert_null(json_parse(STR_LIT("[\n\"x\\ud800\"]"), "a.json", &err));
	assert_non_null(strstr(err.text, "line 2, "));
	assert_non_null(strstr(err.text, "half a surrogate pair"));
	assert_null(json_parse(STR_LIT("[1"), "a.json", NULL));
}

static void test_depth(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	buf_add_fill(&b, '[', 1000);
	buf_add_fill(&b, ']', 1000);
	json_free(must(buf_cstr(&b)));
	buf_clear(&b);
	buf_add_fill(&b, '[', 200000);
	assert_null(json_parse(buf_str(&b), "deep.json", &err));
	assert_string_equal(err.text, "line 1, column 1001: nested deeper than 1000");
	buf_done(&b);
}

/* ---- jout */

static void write_all(struct jout *j)
{
	jout_object(j, NULL);
	jout_str(j, "s", (struct str){"a\"\x1B\0", 4});
	jout_str(j, "absent", STR_NONE);
	jout_str(j, "empty", STR_LIT(""));
	jout_cstr(j, "nothing", NULL);
	jout_int(j, "min", INT64_MIN + 1);
	jout_int(j, "unknown", UNKNOWN_INT);
	jout_double(j, "d", 0.5);
	jout_double(j, "nan", UNKNOWN_DOUBLE);
	jout_double(j, "inf", __builtin_inf());
	jout_bool(j, "k\n", true);
	jout_time(j, "t", 0);
	jout_time(j, "never", TIME_UNKNOWN);
	jout_raw(j, "raw", STR_LIT("{\"x\": 1}"));
	jout_raw(j, "no_raw", STR_NONE);
	jout_array(j, "list");
	jout_int(j, NULL, 1);
	jout_object(j, NULL);
	jout_end(j);
	jout_array(j, NULL);
	jout_end(j);
	jout_object(j, NULL);
	jout_null(j, "n");
	jout_end(j);
	jout_end(j);
	jout_bool(j, "last", false);
	jout_end(j);
}

static void test_jout(void **state)
{
	(void)state;
	static const char want[] =
	    "{\"s\":\"a\\\"\\u001b\\u0000\",\"absent\":null,\"empty\":\"\",\"nothing\":null,\"min\":-"
	    "9223372036854775807,"
	    "\"unknown\":null,\"d\":0.5,\"nan\":null,\"inf\":null,\"k\\n\":true,\"t\":\"1970-01-01T00:00:00."
	    "000000000Z\","
	    "\"never\":null,\"raw\":{\"x\": 1},\"no_raw\":null,\"list\":[1,{},[],{\"n\":null}],\"last\":false}";
	struct buf out = BUF_INIT, compact = BUF_INIT;
	struct jout j;
	jout_init(&j, &out, false);
	write_all(&j);
	assert_string_equal(buf_cstr(&out), want);
	struct scan s = SCAN_INIT;
	assert_true(scan_text(&s, buf_str(&out), &(struct scan_opts){.last = true}));
	scan_compact(&compact, scan_root(&s));

	buf_clear(&out);
	jout_init(&j, &out, true);
	write_all(&j);
	assert_true(scan_text(&s, buf_str(&out), &(struct scan_opts){.last = true}));
	struct buf again = BUF_INIT;
	scan_compact(&again, scan_root(&s));
	assert_string_equal(buf_cstr(&again), buf_cstr(&compact));
	assert_non_null(strstr(buf_cstr(&out), "{\n  \"s\": \"a"));
	assert_non_null(
	    strstr(buf_cstr(&out), "  \"list\": [\n    1,\n    {},\n    [],\n    {\n      \"n\": null\n    }\n  ],\n"));
	buf_done(&again);
	buf_done(&compact);
	buf_done(&out);
	scan_done(&s);
}

static void test_jout_depth(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	struct jout j;
	jout_init(&j, &out, false);
	for (int i = 0; i < 250; i++) {
		if (i % 3)
			jout_array(&j, i % 3 == 1 && i ? "k" : NULL);
		else
			jout_object(&j, NULL);
	}
	for (int i = 0; i < 250; i++)
		jout_end(&j);
	struct scan s = SCAN_INIT;
	assert_true(scan_text(&s, buf_str(&out), &(struct scan_opts){.last = true}));
	assert_int_equal(s.n, 250 + 84 - 1); /* and a key in each object but the innermost, empty one */
	scan_done(&s);
	buf_clear(&out);
	jout_str(&j, NULL, STR_LIT("top"));
	assert_string_equal(buf_cstr(&out), "\"top\"");
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_get),   cmocka_unit_test(test_comments), cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_depth), cmocka_unit_test(test_jout),     cmocka_unit_test(test_jout_depth),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
