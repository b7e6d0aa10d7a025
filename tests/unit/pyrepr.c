/* Python's repr → JSON: what str() leaves in cells, and what is no such text. */
#include "store/base/pyrepr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store/base/scan.h"

static const struct {
	const char *repr, *json; /* NULL: refused, or what it gives is no JSON */
} rows[] = {
    {"{}",                                                                         "{}"                                                  },
    {"[]",                                                                         "[]"                                                  },
    {"()",                                                                         "[]"                                                  },
    {"(1,)",                                                                       "[1]"                                                 },
    {"{'a': 1, \"b\": None, 'c': [True, False, -1.5e-05]}",                        "{\"a\":1,\"b\":null,\"c\":[true,false,-1.5e-05]}"    },
    {"{'it\\'s': \"a 'quoted' \\\"one\\\"\"}",                                     "{\"it's\":\"a 'quoted' \\\"one\\\"\"}"               },
    {"['\\n\\t\\x41\\u00e9\\U0001f600', b'raw', 'é']",                            "[\"\\n\\tA\xc3\xa9\xf0\x9f\x98\x80\",\"raw\",\"é\"]"},
    {"{1, 2}",                                                                     "[1,2]"                                               },
    {"[nan, inf, -inf]",                                                           "[null,null,null]"                                    },
    {"{'t': datetime.datetime(2024, 5, 30, 8, 0, tzinfo=datetime.timezone.utc)}",
     "{\"t\":\"2024-05-30T08:00:00.000000Z\"}"                                                                                           },
    {"[datetime.datetime(2024, 5, 30, 8, 1, 2, 345678)]",                          "[\"2024-05-30T08:01:02.345678Z\"]"                   },
    {"[<Source.SDK: 'sdk'>, UUID('a-b'), Score(name='x', value=np.float64(0.5))]",
     "[\"sdk\",\"a-b\",{\"name\":\"x\",\"value\":0.5}]"                                                                                  },
    {"[{'a': {'b': ({'c': 1}, 2)}}]",                                              "[{\"a\":{\"b\":[{\"c\":1},2]}}]"                     },
    {"{'a': 1,}",                                                                  "{\"a\":1}"                                           },
    {"{'a'",                                                                       NULL                                                  },
    {"{'a': }",                                                                    NULL                                                  },
    {"{'a' 1}",                                                                    NULL                                                  },
    {"[1 2]",                                                                      NULL                                                  },
    {"[1]]",                                                                       NULL                                                  },
    {"{1: 2}",                                                                     NULL                                                  },
    {"['a",                                                                        NULL                                                  },
    {"['\\x4']",                                                                   NULL                                                  },
    {"[1, , 2]",                                                                   NULL                                                  },
    {"f(a=",                                                                       NULL                                                  },
    {"<",                                                                          NULL                                                  },
    {"[-]",                                                                        NULL                                                  },
    {"",                                                                           NULL                                                  },
};

static bool as_json(struct str repr, struct buf *out)
{
	struct scan scan = SCAN_INIT;
	buf_clear(out);
	bool good = pyrepr_json(out, repr) &&
	            scan_text(&scan, buf_str(out), &(struct scan_opts){.last = true, .lenient = true});
	scan_done(&scan);
	return good;
}

static void table(void **state)
{
	struct buf out = BUF_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf want = BUF_INIT, got = BUF_INIT;
		struct scan scan = SCAN_INIT;
		const struct scan_opts opts = {.last = true, .lenient = true};
		if (as_json(str_of(rows[i].repr), &out) != (rows[i].json != NULL))
			fail_msg("%s gives %s", rows[i].repr, buf_cstr(&out));
		if (!rows[i].json)
			continue;
		assert_true(scan_text(&scan, str_of(rows[i].json), &opts));
		scan_canonical(&want, scan_root(&scan));
		assert_true(scan_text(&scan, buf_str(&out), &opts));
		scan_canonical(&got, scan_root(&scan));
		assert_string_equal(buf_cstr(&want), buf_cstr(&got));
		scan_done(&scan);
		buf_done(&want);
		buf_done(&got);
	}
	buf_done(&out);
}

/* Every beginning of every text, on memory of just that size, and each of them with one byte changed. */
static void cut_and_damaged(void **state)
{
	static const char odd[] = "'\"\\{}[](),:=<> x0-";
	struct buf out = BUF_INIT;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str repr = str_of(rows[i].repr);
		for (size_t n = 0; n <= repr.len; n++) {
			char *copy = xmalloc(n ? n : 1);
			memcpy(copy, repr.ptr, n);
			as_json((struct str){copy, n}, &out);
			for (size_t k = 0; n && k < sizeof odd - 1; k++) {
				copy[n - 1] = odd[k];
				as_json((struct str){copy, n}, &out);
			}
			free(copy);
		}
	}
	buf_done(&out);
}

static void deep(void **state)
{
	struct buf in = BUF_INIT, out = BUF_INIT;
	(void)state;
	buf_add_fill(&in, '[', 64);
	buf_add_fill(&in, ']', 64);
	assert_true(as_json(buf_str(&in), &out));
	buf_clear(&in);
	buf_add_fill(&in, '(', 100000);
	assert_false(as_json(buf_str(&in), &out));
	buf_done(&in);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(cut_and_damaged),
	    cmocka_unit_test(deep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
