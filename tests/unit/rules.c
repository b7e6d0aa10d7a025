/* store/check: regular expressions, the rules file and its mistakes, and what rules find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "import/import.h"
#include "store/check/check.h"
#include "store/study/pattern.h"
#include "store/check/rules.h"
#include "store/query/findings.h"

/* ---------------------------------------------------------------- patterns */

static long find(const char *pattern, const char *text)
{
	struct arena arena = ARENA_INIT;
	struct pattern_mistake m = {0};
	const struct pattern *p = pattern_parse(&arena, str_of(pattern), &m);
	if (!p)
		fail_msg("%s: at %zu: %s", pattern, m.at, m.why);
	size_t at = pattern_find(p, str_of(text));
	arena_done(&arena);
	return at == SIZE_MAX ? -1 : (long)at;
}

static void matches(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
		long at;
	} rows[] = {
	    {"abc",               "xxabcx",            2 },
	    {"abc",               "xxabx",             -1},
	    {"",	          "abc",               0 },
	    {"a|bc|d",            "xbcd",              1 },
	    {"(a|b)*c",           "xababc",            1 },
	    {"^b",                "ab\nbc",            3 },
	    {"a$",                "ab\nca\nd",         4 },
	    {"^$",                "a\n\nb",            2 },
	    {"a.c",               "a\nc abc",          4 },
	    {"[a-c]+x",           "zzabcx",            2 },
	    {"[^0-9]",            "12a3",              2 },
	    {"[]x]",              "a]",                1 },
	    {"[a-]",              "x-",                1 },
	    {"[[:digit:]]{3}",    "a12 345",           4 },
	    {"\\d{2,3}-\\d",      "1-2 12-3",          4 },
	    {"x{0}y",             "xy",                1 },
	    {"a{2,}",             "a aa",              2 },
	    {"a{1,2}b",           "aaab",              1 },
	    {"ab?c",              "ac",                0 },
	    {"\\bcat\\b",         "concat cat",        7 },
	    {"\\w+@\\w+\\.de",    "an jane@acme.de",   3 },
	    {"\\S\\s\\S",         "ab c",              1 },
	    {"\\(x\\)",           "f(x)",              1 },
	    {"(?i)SORRY|apolog",  "We Apologise",      3 },
	    {"(?i)[a-c]X",        "..Bx",              2 },
	    {"ü+",               "grüüß",          2 },
	    {"[ä-ü]",           "xö",               1 },
	    {".",                 "\xff",              0 },
	    {"(a*)*b",            "aaaaaaaaaaaaaaaac", -1},
	    {"(|a)+b",            "aab",               0 },
	    {"a\\nb",             "a\nb",              0 },
	    {"(a|ab)(c|bcd)(d*)", "abcd",              0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		long at = find(rows[i].pattern, rows[i].text);
		if (at != rows[i].at)
			fail_msg("%s in \"%s\": at %ld, not %ld", rows[i].pattern, rows[i].text, at, rows[i].at);
	}
}

static void refuses_patterns(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *why;
		size_t at;
	} rows[] = {
	    {"a(b",	                      "( without )",	                                      3},
	    {"a)b",	                      ") without (",	                                      1},
	    {"[ab",	                      "[ without ]",	                                      3},
	    {"*a",	                       "there is nothing to repeat",                               0},
	    {"a**",	                      "repeated twice: put it in ( )",                            2},
	    {"(a)\\1",	                   "references to groups are not supported",                   5},
	    {"[z-a]",	                    "a range that goes backwards",                              4},
	    {"a\\",	                      "\\ at the end",	                                    2},
	    {"a{2000}",	                  "repeated 1,000 times at most, and the larger number last", 6},
	    {"(((a{100}){100}){100})",           "it is too large",                                          0},
	    {"((((){1000}){1000}){1000}){1000}", "it is too large",                                          0},
	    {"a{x}",	                     "{ is followed by a number, or two, and }: \\{ for itself", 2},
	};
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pattern_mistake m = {0};
		assert_null(pattern_parse(&arena, str_of(rows[i].pattern), &m));
		assert_string_equal(m.why, rows[i].why);
		if (rows[i].at && m.at != rows[i].at)
			fail_msg("%s: at %zu, not %zu", rows[i].pattern, m.at, rows[i].at);
	}
	arena_done(&arena);
}

/* What takes a backtracking engine forever, and one that starts anew at each place a square. */
static void is_never_slow(void **state)
{
	(void)state;
	static const char *const patterns[] = {"(a+)+b", "(a|a)*b", "a.*b", "(a*)*b", "(.*a){10}x", "a{1,100}b"};
	struct buf text = BUF_INIT;
	buf_add_fill(&text, 'a', 200000);
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		clock_t began = clock();
		assert_int_equal(find(patterns[i], buf_cstr(&text)), -1);
		double s = (double)(clock() - began) / CLOCKS_PER_SEC;
		if (s > 5)
			fail_msg("%s took %.1f s", patterns[i], s);
	}
	buf_done(&text);
}

/* ---------------------------------------------------------------- the file */

static void says_what_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} rows[] = {
	    {"{\n  \"rulez\": []\n}",	                                                          "r, line 2: no such key: \"rulez\" (did you mean rules?)"         },
	    {"{\"checks\": {\n\"emial\": \"off\"}}",                                                   "r, line 2: no such check: \"emial\" (did you mean email?)"       },
	    {"{\"checks\": {\"email\": \"of\"}}",	                                              "r, line 1: no such level: \"of\" (did you mean off?)"            },
	    {"{\"checks\": {\"loop\": {\"atleast\": 3}}}",
	     "r, line 1: no such setting of this check: \"atleast\" (did you mean at_least?)"                                                                            },
	    {"{\"checks\": {\"loop\": {\"at_least\": 0}}}",                                            "r, line 1: \"at_least\" is a number from 1 to 1,000,000"         },
	    {"{\"rules\": [\n// one\n{\"name\": \"x\",\n\"max_durration\": \"2s\"}]}",
	     "r, line 4: no such key of a rule: \"max_durration\" (did you mean max_duration?)"                                                                          },
	    {"{\"rules\": [{\"max_cost\": 1}]}",	                                               "r, line 1: a rule needs a \"name\""                              },
	    {"{\"rules\": [{\"name\": \"x\"}]}",
	     "r, line 1: rule \"x\" demands nothing: must_…, min_…, max_… or call and before"                                                                      },
	    {"{\"rules\": [{\"name\": \"X y\", \"max_cost\": 1}]}",
	     "r, line 1: a name is 1 to 40 small letters, digits and dashes"	                                                                                     },
	    {"{\"rules\": [{\"name\": \"email\", \"max_cost\": 1}]}",
	     "r, line 1: \"email\" is a check that spoor has; set it under \"checks\""                                                                                   },
	    {"{\"rules\": [{\"name\": \"x\", \"max_cost\": 1},\n{\"name\": \"x\", \"max_cost\": 1}]}",
	     "r, line 2: two rules are called \"x\""	                                                                                                             },
	    {"{\"rules\": [{\"name\": \"x\", \"max_duration\": 2}]}",
	     "r, line 1: \"max_duration\" is a text in quotes"	                                                                                                   },
	    {"{\"rules\": [{\"name\": \"x\", \"max_duration\": \"2\"}]}",
	     "r, line 1: \"max_duration\" is a duration with its unit: \"2s\", \"500ms\", \"1m30s\""                                                                     },
	    {"{\"rules\": [{\"name\": \"x\", \"max_cost\": 1, \"kind\": \"lmm\"}]}",
	     "r, line 1: no such kind: \"lmm\" (did you mean llm?)"	                                                                                              },
	    {"{\"rules\": [{\"name\": \"x\", \"must_match\": \"a(\"}]}",
	     "r, line 1: must_match: at character 3: ( without )"	                                                                                                },
	    {"{\"rules\": [{\"name\": \"x\", \"where\": \"durr>2s\", \"max_cost\": 1}]}",              NULL                                                              },
	    {"{\"rules\": [{\"name\": \"x\", \"spans\": \"kind:lmm\", \"max_cost\": 1}]}",             NULL                                                              },
	    {"{\"rules\": [{\"name\": \"x\", \"max_calls\": 1}]}",                                     "r, line 1: \"max_calls\" needs a \"tool\""                       },
	    {"{\"rules\": [{\"name\": \"x\", \"call\": \"a\"}]}",                                      "r, line 1: \"call\" and \"before\" go together"                  },
	    {"{\"rules\": {}}",	                                                                "r, line 1: \"rules\" is a list [ … ]"                          },
	    {"[]",	                                                                             "r, line 1: it is an object { … } with \"checks\" and \"rules\""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rules *rules;
		struct err err = ERR_INIT;
		assert_false(rules_parse(str_of(rows[i].text), "r", 0, &rules, &err));
		assert_null(rules);
		assert_int_equal(err.code, ERR_USAGE);
		if (rows[i].why)
			assert_string_equal(err.text, rows[i].why);
		else /* what the filter language expects is its own */
			assert_true(strstr(err.text, "r, line 1: ") && strstr(err.text, "expected"));
	}
}

static void reads_comments(void **state)
{
	(void)state;
	struct rules *rules;
	struct err err = ERR_INIT;
	static const char text[] =
	    "// ours\n{\n  /* off: \"email\", */\n  \"checks\": {\"phone\": \"off\", \"slow-trace\": {\"iqr\": 5,},},\n"
	    "  \"rules\": [ // none of \"//\" or /* in a text\n"
	    "    {\"name\": \"no-url\", \"must_not_contain\": \"http://\", \"message\": \"/* no \\\" links */\"},\n  "
	    "]\n}\n";
	if (!rules_parse(str_of(text), "r", 0, &rules, &err))
		fail_msg("%s", err.text);
	assert_int_equal(rules_level(rules, CHECK_PHONE), CHECK_OFF);
	assert_int_equal(rules_level(rules, CHECK_EMAIL), CHECK_WARNING);
	assert_true(rules_limit(rules, CHECK_SLOW_TRACE) == 5);
	assert_int_equal(rules_n(rules), 1);
	assert_string_equal(rules_name(rules, 0), "no-url");
	assert_string_equal(rules_help_of(rules, 0), "/* no \" links */");
	assert_true(rules_hash(rules) != 0);
	rules_free(rules);
	rules_free(NULL);
	assert_int_equal(rules_level(NULL, CHECK_SECRET), CHECK_ERROR);
}

/* ---------------------------------------------------------------- what they find, in the sample */

static char store[64];
static struct db *db;

static int open_sample(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct import_report report;
	char file[] = "tests/data/traces-agent.jsonl";
	char *paths[] = {file};
	snprintf(store, sizeof store, "/tmp/spoor-rules-XXXXXX");
	assert_non_null(mkdtemp(store));
	char path[96];
	snprintf(path, sizeof path, "%s/s.db", store);
	db = db_open(path, DB_WRITE, &err);
	assert_non_null(db);
	if (!import_paths(db, paths, 1, &(struct import_opts){.strict = false}, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
	return 0;
}

static int close_sample(void **state)
{
	(void)state;
	static const char *const ends[] = {"s.db", "s.db-wal", "s.db-shm", "s.db-lock", "s.db-import"};
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[96];
		snprintf(file, sizeof file, "%s/%s", store, ends[i]);
		unlink(file);
	}
	rmdir(store);
	return 0;
}

/* All findings of rule "r": how many, and what the newest says. */
static void finds(void **state)
{
	(void)state;
	static const struct {
		const char *rule;
		int64_t n;
		const char *newest;
	} rows[] = {
	    {"\"tool\":\"get_balance\",\"max_calls\":2",	                                                       2, "get_balance: get_balance was called 3 times, more than 2"},
	    {"\"max_cost\":30",	                                                                                1, "trace: cost $40.22, more than $30"                       },
	    {"\"max_duration\":\"5m\"",	                                                                        1, "trace: took 13m34s, more than 5m00s"                     },
	    {"\"tool\":\"get_transfer\",\"max_duration\":\"20s\"",                                                     1, "get_transfer: took 26.72s, more than 20.00s"             },
	    {"\"where\":\"cost>30\",\"max_duration\":\"1s\"",                                                          1, "trace: took 13m34s, more than 1.00s"                     },
	    {"\"spans\":\"kind:tool dur>20s\",\"max_duration\":\"1s\"",                                                1,
	     "get_transfer: took 26.72s, more than 1.00s"	                                                                                                                   },
	    {"\"spans\":\"dur>20s\",\"tool\":\"get_transfer\",\"where\":\"since:2026-11-20\",\"max_duration\":\"1s\"",
	     1,	                                                                                                   "get_transfer: took 26.72s, more than 1.00s"              },
	    {"\"where\":\"cost>3000\",\"max_duration\":\"1s\"",                                                        0, ""                                                        },
	    {"\"kind\":\"llm\",\"must_not_match\":\"DE\\\\d\\\\d \\\\d{4}\"",                                          1,
	     "draft-answer: the output matches what it must not at character 212"	                                                                                           },
	    {"\"span\":\"draft-answer\",\"must_not_contain\":\"iban de89\"",                                           1,
	     "draft-answer: the output has \"iban de89\" at character 207"	                                                                                                  },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf text = BUF_INIT, newest = BUF_INIT;
		struct rules *rules;
		struct err err = ERR_INIT;
		struct finding_page page;
		buf_printf(&text, "{\"rules\":[{\"name\":\"r\",%s}]}", rows[i].rule);
		if (!rules_parse(buf_str(&text), "r", 0, &rules, &err) || !check_run(db, rules, NULL, &err) ||
		    !findings_list(db, &(struct finding_query){.check = STR_LIT("r"), .limit = -1}, &page, &err))
			fail_msg("%s: %s", rows[i].rule, err.text);
		if (page.n)
			buf_printf(&newest, STR_FMT ": " STR_FMT,
			           STR_ARG(page.rows[0].has_span ? page.rows[0].span_name : STR_LIT("trace")),
			           STR_ARG(page.rows[0].explanation));
		if ((int64_t)page.n != rows[i].n || strcmp(buf_cstr(&newest), rows[i].newest) != 0)
			fail_msg("%s: %zu, %s", rows[i].rule, page.n, buf_cstr(&newest));
		finding_page_done(&page);
		rules_free(rules);
		buf_done(&text);
		buf_done(&newest);
	}
}

/* One tool before another. */
static void knows_the_order(void **state)
{
	(void)state;
	struct rules *rules;
	struct err err = ERR_INIT;
	int64_t n = -1;
	static const char text[] =
	    "{\"rules\":[{\"name\":\"first\",\"call\":\"list_transactions\",\"before\":\"search_merchant\"},"
	    "{\"name\":\"second\",\"call\":\"search_merchant\",\"before\":\"list_transactions\",\"level\":\"error\","
	    "\"message\":\"look for the merchant first\"}]}";
	assert_true(rules_parse(str_of(text), "r", 0, &rules, &err));
	assert_true(check_run(db, rules, NULL, &err));
	assert_true(db_int(db, "SELECT count(*) FROM finding WHERE name = 'first'", -1, &n, &err));
	assert_int_equal(n, 0);
	assert_true(db_int(db,
	                   "SELECT count(*) FROM finding WHERE name = 'second' AND level = 2 AND explanation LIKE"
	                   " 'look for the merchant first: list_transactions was called%'",
	                   -1, &n, &err));
	assert_true(n > 0);
	rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(matches),
	    cmocka_unit_test(refuses_patterns),
	    cmocka_unit_test(is_never_slow),
	    cmocka_unit_test(says_what_is_wrong),
	    cmocka_unit_test(reads_comments),
	    cmocka_unit_test_setup_teardown(finds, open_sample, close_sample),
	    cmocka_unit_test_setup_teardown(knows_the_order, open_sample, close_sample),
	};
	sink_set_decoder(import_decode);
	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
