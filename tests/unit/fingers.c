/* What fingers bring along from other programs: numbers before keys, :10 and :q, htop's F keys, a word where a key does nothing. The whole
 * program under libvterm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/program.h"

#define DISPUTE "trace:d15b07e020261120000000000000b10c"

static int import_samples(void **state)
{
	(void)state;
	if (program_begin("fingers", "samples.db") != 0)
		return -1;
	return run((const char *const[]){program, "import", "--store", store, "tests/data/traces-agent.jsonl",
	                                 "tests/data/traces-voice.json.gz", "tests/data/traces-eval.jsonl",
	                                 "tests/data/eval-v12.json", "tests/data/eval-v13.json", NULL});
}

/* What to open (NULL: the list), what shows then; keys one after the other, and what the screen says after them. */
static const struct {
	const char *open, *first, *keys, *then;
} walks[] = {
  /* vim, less */
    {NULL,               "row 1 of 231", "10j",           "row 11 of 231"                           },
    {NULL,               "row 1 of 231", "10j3k",         "row 8 of 231"                            },
    {NULL,               "row 1 of 231", "200G",          "row 200 of 231"                          },
    {NULL,               "row 1 of 231", "G100g",         "row 100 of 231"                          },
    {NULL,               "row 1 of 231", "2\x06",         "row 39 of 231"                           },
    {NULL,               "row 1 of 231", "9999999999j",   "row 231 of 231"                          },
    {NULL,               "row 1 of 231", "12",            "12  then j: so many rows, G: to that row"},
    {NULL,               "row 1 of 231", "12\x0cj",       "row 2 of 231"                            }, /* another key: no number */
    {NULL,               "row 1 of 231", "012j",          "row 13 of 231"                           },
    {NULL,               "row 1 of 231", ":10\r",         "row 10 of 231"                           },
    {NULL,               "row 1 of 231", ":0\r",          "row 1 of 231"                            },
    {NULL,               "row 1 of 231", ":$\r",          "row 231 of 231"                          },
    {NULL,               "row 1 of 231", ":9999999999\r", "row 231 of 231"                          },
    {NULL,               "row 1 of 231", ":10x\r",        "no command \"10x\" here"                 },
    {NULL,               "row 1 of 231", ":h\r",          "Keys  Traces"                            },
    {NULL,               "row 1 of 231", "?10j",          "the slowest first"                       },
 /* htop */
    {NULL,               "row 1 of 231", "\033OR",        "Enter search"                            },
    {NULL,               "row 1 of 231", "\033[17~",      "by total"                                },
    {NULL,               "row 1 of 231", "\\",            "Tab complete"                            },
 /* nothing stays without a word */
    {NULL,               "row 1 of 231", "p",             "p does nothing here (? lists the keys)"  },
    {NULL,               "row 1 of 231", "\033[18~",      "F7 does nothing here (? lists the keys)" },
 /* digits that are keys of the screen stay what they are; :20 is a row there, too */
    {DISPUTE,            "row 1 of 23",  ":20\r",         "row 20 of 23"                            },
    {DISPUTE,            "row 1 of 23",  "H",             "H does nothing here (? lists the keys)"  },
    {DISPUTE,            "row 1 of 23",  "1",             "row 1 of 1 "                             },
    {DISPUTE,            "row 1 of 1 ",  ":q\r",          "231 traces"                              },
    {"compare:v12..v13", "Lost 1 of 4",  "5j",            "Won 2 of 19"                             },
};

static void begin(struct vt *vt, const char *open)
{
	const char *const words[] = {program, "--store", store, "--fresh", open ? "--open" : NULL, open, NULL};
	static const char *const set[] = {"SPOOR_NOW=2026-11-21T00:00:00Z", NULL};
	vt_open(vt, 24, 80, words, set);
}

static void does_what_fingers_mean(void **state)
{
	(void)state;
	enum { N = sizeof walks / sizeof *walks };
	struct vt vt;
	for (size_t i = 0; i < N; i++) {
		if (i == 0 || walks[i].open != walks[i - 1].open)
			begin(&vt, walks[i].open);
		vt_send(&vt, "g");
		assert_true(vt_wait_text(&vt, walks[i].first));
		vt_send(&vt, walks[i].keys);
		if (!vt_wait_text(&vt, walks[i].then))
			fail_msg("%s: no \"%s\"", walks[i].keys, walks[i].then);
		vt_settle(&vt); /* a number on its way is not what stays */
		assert_true(vt_wait_text(&vt, walks[i].then));
		vt_send(&vt, walks[i].open ? "" : "\033"); /* out of what was asked for */
		vt_settle(&vt);
		if (i + 1 == N || walks[i].open != walks[i + 1].open) {
			vt_send(&vt, "Q");
			assert_int_equal(vt_close(&vt), 0);
		}
	}
}

/* Ways out that fingers know. */
static void leaves(void **state)
{
	(void)state;
	static const char *const ways[] = {"q", "Q", ":q\r", ":q!\r", ":wq\r", "\033[21~"};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct vt vt;
		const char *const words[] = {program, "--store", store, "--fresh", NULL};
		vt_open(&vt, 24, 80, words, NULL);
		assert_true(vt_wait_text(&vt, "row 1 of 231"));
		vt_send(&vt, ways[i]);
		assert_int_equal(vt_close(&vt), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(does_what_fingers_mean),
	    cmocka_unit_test(leaves),
	};
	return cmocka_run_group_tests(tests, import_samples, program_end);
}
