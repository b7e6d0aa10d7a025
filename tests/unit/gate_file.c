/* The gate file: every key read, every mistake found at its place, the example free of them; and files made by chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/jsonc.h"
#include "store/query/gate.h"

#define DAY (INT64_C(86400) * 1000000000)

static struct arena arena;
static struct gate_limits limits;
static struct buf mistakes;

static size_t parse(const char *text)
{
	gate_limits_init(&limits);
	buf_clear(&mistakes);
	return gate_file_parse(str_of(text), "g.json", 0, &arena, &limits, &mistakes);
}

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	buf_done(&mistakes);
	return 0;
}

static void test_all_keys(void **state)
{
	(void)state;
	static const char text[] =
	    "{ // limits\n"
	    "\"baseline\": \"v12\", \"min_cases\": 80, \"pass_rate\": \"85%\", \"strict\": true, \"no_regression\": "
	    "false,\n"
	    "\"margin\": 0.02, \"tolerate\": [\"a\", \"b\"], \"max_lost\": 3, \"max_new_errors\": 2, /* times */\n"
	    "\"latency_p50\": \"1m30s\", \"latency_p95\": \"800ms\", \"cost_per_task\": 0.05, \"volume\": 20, "
	    "\"tasks\": 1000,\n"
	    "\"traces\": true, \"max_age\": \"2w\", \"drift\": true,\n"
	    "\"repeats\": {\"min\": 5, \"pass\": 4, \"rate\": 0.9},\n"
	    "\"must_pass\": [{\"where\": \"status:failed\"}, {\"name\": \"abuse\", \"field\": \"kind\", \"value\": "
	    "\"x\"}],\n"
	    "\"slices\": [{\"field\": \"tier\", \"value\": \"gold\", \"pass_rate\": 0.5, \"min_cases\": 9}, "
	    "{\"field\": \"tier\"}],\n"
	    "\"scores\": {\"g\": {\"min\": 0.5, \"max\": 1, \"max_drop\": 0.1, \"margin\": 0.01, \"better\": "
	    "\"lower\"}},\n"
	    "\"allow\": [{\"case\": \"k\", \"reason\": \"why\", \"until\": \"2026-12-31\"}],\n"
	    "}\n";
	assert_int_equal(parse(text), 0);
	assert_true(str_is(limits.baseline, "v12"));
	assert_int_equal(limits.min_cases, 80);
	assert_true(limits.pass_rate == 0.85 && limits.margin == 0.02 && limits.cost_usd == 0.05 &&
	            limits.volume == 20);
	assert_true(limits.strict && !limits.no_regression && limits.traces && limits.drift);
	assert_int_equal(limits.n_tolerate, 2);
	assert_true(str_is(limits.tolerate[1], "b"));
	assert_int_equal(limits.max_lost, 3);
	assert_int_equal(limits.max_new_errors, 2);
	assert_int_equal(limits.p50_ns, INT64_C(90000000000));
	assert_int_equal(limits.p95_ns, 800000000);
	assert_int_equal(limits.tasks, 1000);
	assert_int_equal(limits.max_age_ns, 14 * DAY);
	assert_int_equal(limits.repeats, 5);
	assert_int_equal(limits.repeats_pass, 4);
	assert_true(limits.repeats_rate == 0.9);
	assert_int_equal(limits.n_must_pass, 2);
	assert_non_null(limits.must_pass[0].filter);
	assert_true(str_is(limits.must_pass[0].name, "red-team") && str_is(limits.must_pass[1].value, "x"));
	assert_int_equal(limits.n_slices, 2);
	assert_true(limits.slices[0].pass_rate == 0.5 && limits.slices[0].min_cases == 9 &&
	            limits.slices[0].no_regression);
	assert_true(IS_UNKNOWN(limits.slices[1].pass_rate) && !limits.slices[1].value.len);
	assert_int_equal(limits.n_scores, 1);
	assert_true(str_is(limits.scores[0].name, "g") && limits.scores[0].max_drop == 0.1 &&
	            limits.scores[0].better == -1);
	assert_int_equal(limits.n_allowed, 1);
	/* The last day counts until it is over: 2027-01-01T00:00:00Z. */
	assert_int_equal(limits.allowed[0].until_ns, INT64_C(1798761600) * 1000000000);
	assert_true(str_is(limits.file, "g.json"));
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("{}"), 0);
	assert_int_equal(limits.min_cases, 50);
	assert_int_equal(limits.max_age_ns, 7 * DAY);
	assert_int_equal(limits.max_new_errors, 0);
	assert_true(limits.no_regression && !limits.strict && IS_UNKNOWN(limits.pass_rate) && limits.volume == 10);
	assert_int_equal(parse("{\"max_age\": \"any\"}"), 0);
	assert_int_equal(limits.max_age_ns, 0);
}

/* Each text has these mistakes, in this order. */
static const struct {
	const char *text, *lines[4];
} wrong[] = {
    {"",                                                                          {"g.json:1:1: "}                                                                  },
    {"[]",                                                                        {"g.json:1:1: a gate file is an object { … }"}                                  },
    {"{\"pass_rate\": 0.5",                                                       {"g.json:1:18: "}                                                                 },
    {"{\n  \"pas_rate\": 1}",                                                     {"g.json:2:3: no such key of a gate file: \"pas_rate\" (did you mean pass_rate?)"}},
    {"{\"strict\": 1,\n\"traces\": \"yes\"}",
     {"g.json:1:12: \"strict\" is true or false", "g.json:2:11: \"traces\" is true or false"}                                                                       },
    {"{\"strict\": true, \"strict\": true}",                                      {"g.json:1:18: \"strict\" stands here twice"}                                     },
    {"{\"pass_rate\": 85}",                                                       {"g.json:1:15: \"pass_rate\" is a share"}                                         },
    {"{\"pass_rate\": \"101%\"}",                                                 {"g.json:1:15: \"pass_rate\" is a share"}                                         },
    {"{\"pass_rate\": -0.1}",                                                     {"g.json:1:15: \"pass_rate\" is a share"}                                         },
    {"{\"min_cases\": 1.5}",                                                      {"g.json:1:15: \"min_cases\" is a whole number"}                                  },
    {"{\"min_cases\": -1}",                                                       {"g.json:1:15: \"min_cases\" is a whole number"}                                  },
    {"{\"min_cases\": \"50\"}",                                                   {"g.json:1:15: \"min_cases\" is a whole number"}                                  },
    {"{\"margin\": 0}",                                                           {"g.json:1:12: \"margin\" is a number above 0"}                                   },
    {"{\"latency_p95\": 9}",                                                      {"g.json:1:17: \"latency_p95\" is a duration in quotes"}                          },
    {"{\"latency_p95\": \"9\"}",                                                  {"g.json:1:17: \"latency_p95\" is a duration in quotes"}                          },
    {"{\"latency_p95\": \"0s\"}",                                                 {"g.json:1:17: \"latency_p95\" is a duration in quotes"}                          },
    {"{\"max_age\": \"some\"}",                                                   {"g.json:1:13: \"max_age\" is a duration in quotes, like \"7d\", or \"any\""}     },
    {"{\"cost_per_task\": -1}",                                                   {"g.json:1:19: \"cost_per_task\" is an amount"}                                   },
    {"{\"baseline\": \"\"}",                                                      {"g.json:1:14: \"baseline\" is empty"}                                            },
    {"{\"tolerate\": \"pass\"}",                                                  {"g.json:1:14: \"tolerate\" is a list"}                                           },
    {"{\"repeats\": {\"pass\": 1}}",                                              {"g.json:1:13: it needs \"min\""}                                                 },
    {"{\"repeats\": {\"min\": 2, \"pass\": 3}}",                                  {"g.json:1:1: \"repeats\": \"pass\" is more than \"min\""}                        },
    {"{\"repeats\": []}",                                                         {"g.json:1:13: each of \"repeats\" is an object"}                                 },
    {"{\"must_pass\": {}}",                                                       {"g.json:1:15: \"must_pass\" is a list"}                                          },
    {"{\"must_pass\": [{\"name\": \"x\"}]}",                                      {"g.json:1:16: it needs either \"where\" or"}                                     },
    {"{\"must_pass\": [{\"field\": \"x\"}]}",                                     {"g.json:1:16: \"field\" needs its \"value\""}                                    },
    {"{\"must_pass\": [{\"where\": \"x\", \"field\": \"a\", \"value\": \"b\"}]}", {"g.json:1:16: it needs either"}                                                  },
    {"{\"must_pass\": [{\"where\": \"statuss:x\"}]}",
     {"g.json:1:26: \"where\", at character 1 of it: expected a field"}                                                                                             },
    {"{\"must_pass\": [{\"where\": \"a\"}, {\"where\": \"b\"}]}",
     {"g.json:1:32: two of \"must_pass\" have one \"name\""}                                                                                                        },
    {"{\"slices\": [{}]}",                                                        {"g.json:1:13: it needs \"field\""}                                               },
    {"{\"slices\": [{\"field\": \"a\", \"no_regression\": false}]}",              {"g.json:1:13: it says nothing of these cases"}                                   },
    {"{\"slices\": [{\"field\": \"a\"}, {\"field\": \"a\"}]}",                    {"g.json:1:29: the same stands in \"slices\" twice"}                              },
    {"{\"scores\": []}",                                                          {"g.json:1:12: \"scores\" is an object"}                                          },
    {"{\"scores\": {\"a\": {\"min\": 2, \"max\": 1}}}",                           {"g.json:1:18: \"min\" is above \"max\""}                                         },
    {"{\"scores\": {\"a\": {\"max_drop\": -1}}}",                                 {"g.json:1:18: \"max_drop\" is a loss"}                                           },
    {"{\"scores\": {\"a\": {\"better\": \"up\"}}}",                               {"g.json:1:29: \"better\" is \"higher\" or \"lower\""}                            },
    {"{\"scores\": {\"a\": {\"min\": 1e400}}}",                                   {"g.json:1:26: \"min\" is a number"}                                              },
    {"{\"allow\": [{\"case\": \"k\", \"until\": \"soon\"}]}",
     {"g.json:1:35: \"until\" is a date in quotes", "g.json:1:12: it needs \"reason\""}                                                                             },
    {"{\"allow\": [1, \"x\"]}",                                                   {"g.json:1:12: each of \"allow\"", "g.json:1:15: each of \"allow\""}              },
    {"{\"a\": 1, // one\n /* \n */ \"b\": 2}",                                    {"g.json:1:2: no such key", "g.json:3:5: no such key"}                            },
};

static void test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		size_t n = parse(wrong[i].text), want = 0;
		struct str rest = buf_str(&mistakes), line;
		for (; want < 4 && wrong[i].lines[want]; want++) {
			if (!str_split(&rest, '\n', &line) || !str_starts(line, wrong[i].lines[want]))
				fail_msg("%s\ngave\n%swanted\n%s", wrong[i].text, buf_cstr(&mistakes),
				         wrong[i].lines[want]);
		}
		if (n != want)
			fail_msg("%s\ngave\n%s", wrong[i].text, buf_cstr(&mistakes));
	}
}

/* A file taken by mistake may hold secrets: no value is ever repeated. */
static void test_no_secrets(void **state)
{
	(void)state;
	assert_true(
	    parse("{\"baseline\": {\"k\": \"hunter2\"}, \"min_cases\": \"hunter2\", \"pass_rate\": \"hunter2\","
	          " \"latency_p50\": \"hunter2\", \"max_age\": \"hunter2\", \"tolerate\": \"hunter2\", \"margin\":"
	          " \"hunter2\", \"allow\": \"hunter2\", \"must_pass\": [{\"where\": \"hunter2:x\"}],"
	          " \"scores\": {\"a\": {\"better\": \"hunter2\"}}, \"repeats\": \"hunter2\"}") >= 10);
	assert_null(strstr(buf_cstr(&mistakes), "hunter2"));
	assert_int_equal(parse("hunter2"), 1);
	assert_null(strstr(buf_cstr(&mistakes), "hunter2"));
}

static void test_example(void **state)
{
	(void)state;
	struct buf example = BUF_INIT, help = BUF_INIT;
	gate_file_example(&example);
	assert_int_equal(parse(buf_cstr(&example)), 0);
	/* Everything in it is set. */
	assert_true(limits.pass_rate == 0.85 && limits.n_slices == 1 && limits.n_scores == 1 && limits.n_allowed == 1 &&
	            limits.n_must_pass == 1 && limits.repeats == 3);
	gate_file_help(&help);
	static const char *const keys[] = {"baseline", "min_cases",     "latency_p95",
	                                   "max_drop", "no_regression", "until"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		assert_non_null(strstr(buf_cstr(&help), keys[i]));
	buf_done(&example);
	buf_done(&help);
}

static void test_flags(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	gate_limits_init(&limits);
	assert_true(gate_limit_set(&limits, "pass_rate", "--pass-rate", STR_LIT("85%"), 0, &arena, &err));
	assert_true(limits.pass_rate == 0.85);
	assert_true(gate_limit_set(&limits, "pass_rate", "--pass-rate", STR_LIT("0.9"), 0, &arena, &err));
	assert_true(limits.pass_rate == 0.9);
	/* The number that was written, not what binary arithmetic makes of it: 8.8 / 100 is above 0.088, 4.1 · 1e9 below 4100000000. */
	assert_true(gate_limit_set(&limits, "pass_rate", "--pass-rate", STR_LIT("8.8%"), 0, &arena, &err));
	assert_true(limits.pass_rate == 0.088);
	assert_true(gate_limit_set(&limits, "pass_rate", "--pass-rate", STR_LIT("66.6%"), 0, &arena, &err));
	assert_true(limits.pass_rate == 0.666);
	assert_true(gate_limit_set(&limits, "latency_p50", "--p50", STR_LIT("4.1s"), 0, &arena, &err));
	assert_int_equal(limits.p50_ns, INT64_C(4100000000));
	assert_true(gate_limit_set(&limits, "latency_p95", "--p95", STR_LIT("8s"), 0, &arena, &err));
	assert_int_equal(limits.p95_ns, INT64_C(8000000000));
	assert_true(gate_limit_set(&limits, "tolerate", "--tolerate", STR_LIT("a, b\"c"), 0, &arena, &err));
	assert_int_equal(limits.n_tolerate, 2);
	assert_true(str_is(limits.tolerate[1], "b\"c"));
	assert_true(gate_limit_set(&limits, "must_pass", "--must-pass", STR_LIT("title~\"a b\""), 0, &arena, &err));
	assert_int_equal(limits.n_must_pass, 1);
	assert_true(gate_limit_set(&limits, "repeats.min", "--min-repeats", STR_LIT("3"), 0, &arena, &err));
	assert_int_equal(limits.repeats, 3);
	static const char *const bad[][3] = {
	    {"pass_rate",   "--pass-rate",   "85"         },
            {"pass_rate",   "--pass-rate",   "} , {"      },
	    {"min_cases",   "--min-cases",   "many"       },
            {"latency_p95", "--p95",         "8"          },
	    {"margin",      "--margin",      "-1"         },
            {"must_pass",   "--must-pass",   "nosuch:x"   },
	    {"max_age",     "--max-age",     ""           },
            {"repeats.min", "--min-repeats", "1, \"x\": 2"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		err = ERR_INIT;
		assert_false(gate_limit_set(&limits, bad[i][0], bad[i][1], str_of(bad[i][2]), 0, &arena, &err));
		assert_int_equal(err.code, ERR_USAGE);
		assert_non_null(strstr(err.text, bad[i][1]));
	}
}

static void test_load(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char file[] = "/tmp/spoor-gate-XXXXXX";
	int fd = mkstemp(file);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "{\"a\":1,\"b\":2}", 13), 13);
	close(fd);
	gate_limits_init(&limits);
	buf_clear(&mistakes);
	assert_false(gate_file_load(file, 0, &arena, &limits, &mistakes, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.text, ":1:2: no such key of a gate file: \"a\""));
	assert_non_null(strstr(err.text, "(and 1 more)"));
	unlink(file);
	assert_false(gate_file_load(file, 0, &arena, &limits, &mistakes, &err));
	assert_int_equal(err.code, ERR_USAGE);
}

/* Any choice of keys, in any order, is a file without mistakes, and sets what was chosen. */
static void test_chosen(void **state)
{
	(void)state;
	static const char *const members[] = {
	    "\"pass_rate\": 0.75,",
	    "\"strict\": true,",
	    "\"min_cases\": 7,",
	    "\"max_lost\": 1, // few\n",
	    "\"latency_p95\": \"9s\",",
	    "\"drift\": true, /* seen */",
	    "\"must_pass\": [{\"where\": \"status:passed\"}],",
	    "\"slices\": [{\"field\": \"a\"}, {\"field\": \"b\"},],",
	    "\"scores\": {\"x\": {\"min\": -1}, \"y\": {\"max\": 2}},",
	    "\"allow\": [{\"case\": \"k\", \"reason\": \"r\", \"until\": \"2026-01-01\"}],"};
	enum { N_MEMBERS = sizeof members / sizeof *members };
	struct buf text = BUF_INIT;
	unsigned seed = 11;
	for (int round = 0; round < 3000; round++) {
		unsigned chosen = (unsigned)rand_r(&seed) % (1U << N_MEMBERS),
		         first = (unsigned)rand_r(&seed) % N_MEMBERS;
		buf_clear(&text);
		buf_add_cstr(&text, "{ ");
		for (unsigned i = 0; i < N_MEMBERS; i++)
			if (chosen >> ((i + first) % N_MEMBERS) & 1)
				buf_add_cstr(&text, members[(i + first) % N_MEMBERS]);
		buf_add_cstr(&text, " }");
		if (parse(buf_cstr(&text)))
			fail_msg("%s\n%s", buf_cstr(&text), buf_cstr(&mistakes));
		assert_true(limits.pass_rate == 0.75 || (!(chosen & 1) && IS_UNKNOWN(limits.pass_rate)));
		assert_int_equal(limits.strict, chosen >> 1 & 1);
		assert_int_equal(limits.min_cases, chosen >> 2 & 1 ? 7 : 50);
		assert_int_equal(limits.max_lost, chosen >> 3 & 1 ? 1 : UNKNOWN_INT);
		assert_int_equal(limits.p95_ns, chosen >> 4 & 1 ? INT64_C(9000000000) : UNKNOWN_INT);
		assert_int_equal(limits.drift, chosen >> 5 & 1);
		assert_int_equal(limits.n_must_pass, chosen >> 6 & 1);
		assert_int_equal(limits.n_slices, chosen >> 7 & 1 ? 2 : 0);
		assert_int_equal(limits.n_scores, chosen >> 8 & 1 ? 2 : 0);
		assert_int_equal(limits.n_allowed, chosen >> 9 & 1);
	}
	buf_done(&text);
}

/* Any bytes: an answer, and as many lines as mistakes (up to the 100 that are told), each with its place. */
static void test_chance(void **state)
{
	(void)state;
	static const char *const words[] = {"{",           "}",
	                                    "[",           "]",
	                                    ":",           ",",
	                                    "\"slices\"",  "\"field\"",
	                                    "\"scores\"",  "\"allow\"",
	                                    "\"min\"",     "\"case\"",
	                                    "\"until\"",   "1",
	                                    "-1e999",      "true",
	                                    "null",        "\"85%\"",
	                                    "\"2s\"",      "// x\n",
	                                    "/* y */",     "\"pass_rate\"",
	                                    "\"repeats\"", "\"must_pass\"",
	                                    "\"where\"",   "\"\\u0000\"",
	                                    "\xff",        "\"a\""};
	enum { N_WORDS = sizeof words / sizeof *words };
	struct buf text = BUF_INIT, example = BUF_INIT;
	unsigned seed = 7;
	gate_file_example(&example);
	for (int round = 0; round < 20000; round++) {
		buf_clear(&text);
		if (round % 2) {
			for (int i = 0, n = rand_r(&seed) % 40; i < n; i++)
				buf_add_cstr(&text, words[rand_r(&seed) % N_WORDS]);
		} else {
			buf_add_str(&text, buf_str(&example));
			for (int i = 0; i < 3; i++)
				text.ptr[(size_t)rand_r(&seed) % text.len] = (char)(rand_r(&seed) % 256);
		}
		size_t n = parse(buf_cstr(&text)), lines = 0;
		struct str rest = buf_str(&mistakes), line;
		while (str_split(&rest, '\n', &line) && line.len) {
			lines++;
			/* a line of a key's name with a newline in it would not begin so */
			if (!str_starts(line, "g.json:"))
				lines--;
		}
		assert_true(lines <= n && (n == 0) == (mistakes.len == 0));
		if (round % 1000 == 999)
			arena_reset(&arena);
	}
	buf_done(&text);
	buf_done(&example);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_keys), cmocka_unit_test(test_defaults),   cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_example),  cmocka_unit_test(test_no_secrets), cmocka_unit_test(test_flags),
	    cmocka_unit_test(test_load),     cmocka_unit_test(test_chosen),     cmocka_unit_test(test_chance),
	};
	return cmocka_run_group_tests(tests, NULL, done);
}
