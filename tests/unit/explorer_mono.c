/* The views of one trace and of all, as a terminal without colours shows them: the whole program under libvterm with NO_COLOR, at both sizes
 * (tests/screen/mono-*.golden). What colours say elsewhere, marks and glyphs say here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/program.h"

static int import_samples(void **state)
{
	(void)state;
	if (program_begin("mono", "samples.db") != 0)
		return -1;
	return run((const char *const[]){program, "import", "--store", store, "tests/data/traces-agent.jsonl",
	                                 "tests/data/traces-voice.json.gz", "tests/data/traces-eval.jsonl",
	                                 "tests/data/eval-v12.json", "tests/data/eval-v13.json", NULL});
}

#define DISPUTE "trace:d15b07e020261120000000000000b10c"
#define LOOP    "trace:d15b07e0202611190000000000001009"

/* What to open (NULL: the list), what shows then, keys, what they show. */
static const struct {
	const char *name, *open, *first, *keys, *then;
} views[] = {
    {"traces",    NULL,    "231 traces", "&repeats>=2\r",           "of 231"      },
    {"trace",     DISPUTE, "31 spans",   "!",                       "8.61s self"  },
    {"filter",    DISPUTE, "31 spans",   "&kind:llm\r",             "match & kind"},
    {"order",     DISPUTE, "31 spans",   "S",                       "by duration" },
    {"agents",    LOOP,    "26 spans",   "A",                       "agents"      },
    {"messages",  LOOP,    "26 spans",   "x\t\t\t\r",               "Messages"    },
    {"documents", DISPUTE, "31 spans",   "/retrieve-pol\r\t\t\t\r", "Docs"        },
    {"path",      DISPUTE, "31 spans",   "w",                       "what if"     },
    {"ledger",    LOOP,    "26 spans",   "L",                       "sent again"  },
    {"origins",   LOOP,    "26 spans",   "O",                       "sentence 1"  },
    {"tracediff", DISPUTE, "31 spans",   "d\r",                     "Two traces"  },
    {"insights",  NULL,    "231 traces", "i",                       "row 1 of 11" },
    {"checks",    NULL,    "231 traces", "K",                       "row 1 of"    },
    {"session",   LOOP,    "26 spans",   "W",                       "turn 1 of 1" },
    {"search",    NULL,    "231 traces", "*refund policy\r",        "row 1 of"    },
};

static void shows_without_colours(void **state)
{
	(void)state;
	static const char *const mono[] = {"SPOOR_NOW=2026-11-21T00:00:00Z", "NO_COLOR=1", NULL};
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		for (int wide = 0; wide < 2; wide++) {
			struct vt vt;
			char name[64];
			const char *const words[] = {program,       "--store", store, views[i].open ? "--open" : NULL,
			                             views[i].open, NULL};
			vt_open(&vt, wide ? 50 : 24, wide ? 200 : 80, words, mono);
			assert_true(vt_wait_text(&vt, views[i].first));
			vt_settle(&vt);
			vt_send(&vt, views[i].keys);
			assert_true(vt_wait_text(&vt, views[i].then));
			snprintf(name, sizeof name, "mono-%s-%s", views[i].name, wide ? "200x50" : "80x24");
			assert_true(vt_golden(&vt, name));
			vt_send(&vt, "Q");
			assert_int_equal(vt_close(&vt), 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(shows_without_colours)};
	return cmocka_run_group_tests(tests, import_samples, program_end);
}
