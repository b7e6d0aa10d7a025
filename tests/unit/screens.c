/* The list of traces, the trace and the help, drawn from the samples. */
#include "tests/screens.h"

#define DISPUTE "d15b07e020261120000000000000b10c"
#define LOOP    "d15b07e0202611190000000000001009"
#define ORPHAN  "d15b07e0202611180000000000000a9f"
#define UNENDED "d15b07e020261119000000000000f1f0"
#define TIMEOUT "d15b07e020261117000000000000e4ce"

static struct target trace_of(const char *id)
{
	struct target t = {.screen = "trace"};
	snprintf(t.text, sizeof t.text, "%s", id);
	return t;
}

/* ---------------------------------------------------------------- golden screens: what, keys, size */

static const struct {
	const char *name, *screen, *text, *keys;
	int rows, cols;
	bool ascii;
} golden[] = {
    {"traces-80x24",         "traces", "",      NULL,                    24, 80,  false},
    {"traces-80x24-ascii",   "traces", "",      "e",                     24, 80,  true },
    {"traces-200x50",        "traces", "",      "j j",                   50, 200, false},
    {"traces-60x12",         "traces", "",      NULL,                    12, 60,  false},
    {"trace-80x24",          "trace",  DISPUTE, NULL,                    24, 80,  false},
    {"trace-80x24-error",    "trace",  DISPUTE, "e",                     24, 80,  false},
    {"trace-80x24-ascii",    "trace",  DISPUTE, "e",                     24, 80,  true },
    {"trace-80x24-messages", "trace",  DISPUTE, "E Tab Tab Tab",         24, 80,  false},
    {"trace-80x24-raw",      "trace",  DISPUTE, "e S-Tab Enter",         24, 80,  false},
    {"trace-80x24-unfolded", "trace",  DISPUTE, "Z j j j j t",           24, 80,  false},
    {"trace-80x24-loop",     "trace",  LOOP,    NULL,                    24, 80,  false},
    {"trace-80x24-orphan",   "trace",  ORPHAN,  "G",                     24, 80,  false},
    {"trace-80x24-unended",  "trace",  UNENDED, "G",                     24, 80,  false},
    {"trace-80x24-events",   "trace",  TIMEOUT, "e Tab Tab Tab Tab",     24, 80,  false},
    {"trace-40x12",          "trace",  DISPUTE, NULL,                    12, 40,  false},
    {"trace-200x50",         "trace",  DISPUTE, "E",                     50, 200, false},
    {"trace-120x30",         "trace",  DISPUTE, "e",                     30, 120, false},
    {"help-80x24",           "help",   "trace", NULL,                    24, 80,  false},
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = {.screen = golden[i].screen};
		snprintf(t.text, sizeof t.text, "%s", golden[i].text);
		stage_open(&st, golden[i].screen, &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),
	};
	return cmocka_run_group_tests_name("screens", tests, stage_setup, stage_teardown);
}
