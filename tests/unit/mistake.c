/* Why a source of no known format is of none: its JSON ends early, or has a mistake; said with the place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "import/mistake.h"

static const struct {
	const char *text;
	const char *code; /* NULL: no mistake is told */
	uint64_t record, line, offset;
	const char *reason; /* begins so */
} cases[] = {
    {"{\"a\": [1,2",                     "truncated", 1, 1, 10, "invalid JSON: the text ends inside a value"      },
    {"{\"a\": \"b",                      "truncated", 1, 1, 8,  "invalid JSON: the text ends inside a value"      },
    {"{\n \"a\": {\n  \"b\": 1\n",       "truncated", 1, 4, 19, "invalid JSON: the text ends inside a value"      },
    {"[{\"a\":1},{\"b\":2",              "truncated", 2, 1, 15, "invalid JSON: the text ends inside a value"      },
    {"{\"a\": [1,2}",                    "bad-json",  1, 1, 10, "invalid JSON: a comma or ] was expected at \"}\""},
    {"{\"a\": 1,}",                      "bad-json",  1, 1, 8,  "invalid JSON: a key in quotes was expected"      },
    {"{\"a\": 1}",                       NULL,        0, 0, 0,  ""                                                },
    {"{\"a\": 1}\n{\"b\": 2}\n{\"c\": ", NULL,        0, 0, 0,  ""                                                }, /* lines: their format is not known */
    {"{\"a\": NaN}",                     NULL,        0, 0, 0,  ""                                                },
    {"hello",                            NULL,        0, 0, 0,  ""                                                },
    {"",                                 NULL,        0, 0, 0,  ""                                                },
};

static bool find(const char *text, size_t n, bool whole, struct arena *arena, struct problem *out)
{
	struct sample sample = {.n_values = 0};
	sample_fill(&sample, STR_LIT("a.json"), (struct str){text, n}, whole, arena);
	return mistake_find(&sample, arena, out);
}

static void is_said_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = ARENA_INIT;
		struct problem p = {.code = NULL};
		bool found = find(cases[i].text, strlen(cases[i].text), true, &arena, &p);
		if (found != (cases[i].code != NULL))
			fail_msg("%s: %s", cases[i].text, found ? p.code : "no mistake");
		if (found) {
			assert_string_equal(p.code, cases[i].code);
			assert_int_equal(p.record, cases[i].record);
			assert_int_equal(p.line, cases[i].line);
			assert_int_equal(p.offset, cases[i].offset);
			assert_true(str_starts(p.reason, cases[i].reason));
		}
		arena_done(&arena);
	}
}

/* Where the sample ends is not where the file does. */
static void a_sample_that_ends_is_no_cut_file(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct problem p;
	const char *text = "{\"a\": [1,2";
	assert_false(find(text, strlen(text), false, &arena, &p));
	text = "{\"a\": [1,2}, \"b\": [1";
	assert_true(find(text, strlen(text), false, &arena, &p));
	assert_int_equal(p.offset, 10);
	arena_done(&arena);
}

/* A document cut at any byte: the place is the cut, or nothing is told (it was whole, or blank). */
static void cut_at_every_byte(void **state)
{
	(void)state;
	const char *text = "{\"name\": \"x\\u00e9y\", \"n\": [1.5e3, -2, {\"deep\": [true, null]}], \"last\": \"end\"}";
	for (size_t n = 2; n < strlen(text); n++) {
		struct arena arena = ARENA_INIT;
		struct problem p = {.code = ""};
		if (find(text, n, true, &arena, &p)) {
			assert_string_equal(p.code, "truncated");
			assert_int_equal(p.offset, n);
		} else {
			assert_true(n < 12); /* before the first value nothing tells JSON */
		}
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_said_with_its_place),
	    cmocka_unit_test(a_sample_that_ends_is_no_cut_file),
	    cmocka_unit_test(cut_at_every_byte),
	};
	return cmocka_run_group_tests_name("mistake", tests, NULL, NULL);
}
