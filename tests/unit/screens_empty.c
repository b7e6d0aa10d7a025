/* What screens say that have nothing to show: whole sentences, at both sizes (tests/screen/empty-*.golden), of a store with one trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/program.h"

static const char one_trace[] = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":"
                                "\"0af7651916cd43dd8448eb211c80319c\",\"spanId\":\"b7ad6b7169203331\","
                                "\"name\":\"answer\",\"startTimeUnixNano\":\"1763600000000000000\",\"endTimeUnixNano\":"
                                "\"1763600001000000000\"}]}]}]}";

static int import_one(void **state)
{
	(void)state;
	char path[160];
	if (program_begin("empty", "one.db") != 0)
		return -1;
	snprintf(path, sizeof path, "%s/one.json", dir);
	FILE *file = fopen(path, "w");
	if (!file || fputs(one_trace, file) < 0 || fclose(file) != 0)
		return -1;
	return run((const char *const[]){program, "import", "--store", store, path, NULL});
}

static const struct {
	const char *name, *open, *says; /* the end of what it says */
} views[] = {
    {"agreement", "agreement",     "one queue"         },
    {"alikes",    "alikes",        "in the same way."  },
    {"checks",    "checks",        "every check passed"},
    {"judges",    "judges",        "set against"       },
    {"prompts",   "prompts",       "columns are named."},
    {"rules",     "rules",         "rules come of both"},
    {"runs",      "runs",          "Enter compares."   },
    {"search",    "search:refund", "beginnings"        },
};

static void says_why_it_is_empty(void **state)
{
	(void)state;
	static const char *const set[] = {"SPOOR_NOW=2026-11-21T00:00:00Z", "SPOOR_AUTHOR=ada", NULL};
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		for (int wide = 0; wide < 2; wide++) {
			struct vt vt;
			char name[64];
			const char *const words[] = {program,  "--store",     store, "--fresh",
			                             "--open", views[i].open, NULL};
			vt_open(&vt, wide ? 50 : 24, wide ? 200 : 80, words, set);
			if (!vt_wait_text(&vt, views[i].says))
				fail_msg("%s does not say \"%s\"", views[i].name, views[i].says);
			snprintf(name, sizeof name, "empty-%s-%s", views[i].name, wide ? "200x50" : "80x24");
			assert_true(vt_golden(&vt, name));
			vt_send(&vt, "Q");
			assert_int_equal(vt_close(&vt), 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(says_why_it_is_empty)};
	return cmocka_run_group_tests(tests, import_one, program_end);
}
