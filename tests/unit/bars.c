#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "tui/widget/bars.h"

#define S 1000000000LL

static void test_steps(void **state)
{
	(void)state;
	static const struct {
		int64_t total;
		int cols;
		int64_t step;
	} cases[] = {
	    {12420000000LL, 36,  3 * S    },
            {12420000000LL, 120, S        },
            {100,           80,  10       },
            {1,             80,  1        },
	    {59 * S,        24,  20 * S   },
            {60 * S,        10,  60 * S   },
            {3600 * S,      36,  900 * S  },
            {86400 * S,     80,  10800 * S},
	    {INT64_MAX,     8,   0        },
            {1500000,       40,  300000   },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t step = bars_tick_step(cases[i].total, cases[i].cols);
		assert_true(step > 0);
		if (cases[i].step)
			assert_int_equal(step, cases[i].step);
	}
}

static void test_ruler(void **state)
{
	(void)state;
	static const struct {
		int64_t from, to;
		int cols;
		bool ascii;
		const char *shows;
	} cases[] = {
	    {0,            12420000000LL,  36, false, "╷0s      ╷3s     ╷6s      ╷9s 12.42s\n"  },
	    {0,            12420000000LL,  36, true,  "|0s      |3s     |6s      |9s 12.42s\n"          },
	    {3350000000LL, 11960000000LL,  36, false, "   ╷4s     ╷6s     ╷8s        11.96s\n"    },
	    {0,            1200000000LL,   36, false, "╷0.0s    ╷0.3s    ╷0.6s        1.20s\n"    },
	    {0,            2,              3,  false, "2ns\n"	                                   },
	    {0,            0,              36, false, "\n"	                                      },
	    {5,            4,              36, false, "\n"	                                      },
	    {INT64_MIN,    INT64_MAX,      36, false, "\n"                                              },
	    {0,            3000,           36, false, "╷0µs        ╷1µs        ╷2µs   3.0µs\n"},
	    {0,            3000,           36, true,  "|0us        |1us        |2us   3.0us\n"          },
	    {0,            40000000,       36, false, "╷0ms     ╷10ms    ╷20ms        0.04s\n"    },
	    {0,            9 * 3600 * S,   36, false, "╷0s     ╷2h     ╷4h     ╷6h    9h00m\n"  },
	    {0,            12 * 86400 * S, 36, false, "╷0s         ╷4d         ╷8d   12d00h\n"    },
	    {2500000000LL, 2500000001LL,   36, false, "╷2500000000ns                  2.50s\n"        },
	    {0,            7384 * S,       40, false, "╷0s       ╷30m      ╷1h            2h03m\n"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grid g;
		struct buf text = BUF_INIT;
		grid_init(&g, 1, cases[i].cols, cases[i].ascii);
		bars_ruler(grid_canvas(&g), 0, 0, cases[i].cols, cases[i].from, cases[i].to);
		canvas_text(&text, grid_canvas(&g), false, false);
		assert_string_equal(buf_cstr(&text), cases[i].shows);
		buf_done(&text);
		grid_done(&g);
	}
}

static void test_interval(void **state)
{
	(void)state;
	static const struct {
		struct interval in;
		bool ascii;
		const char *shows;
	} cases[] = {
	    {{.point = 0.188, .low = 0.1, .high = 0.27, .scale = 0.35},                  false, "·······│·──●─··\n" },
	    {{.point = -0.007, .low = -0.1, .high = 0.09, .scale = 0.35},                false, "·····─●┼──·····\n" },
	    {{.point = 1.92, .low = 1, .high = 3, .scale = 3.5, .less_is_better = true}, false, "·──●──·│·······\n"},
	    {{.point = 0.01, .low = 0.001, .high = 0.02, .scale = 10},
	     true,	                                                                      ".......|*......\n"                     }, /* clear, though tiny */
	    {{.point = 0, .low = -0.001, .high = 0, .scale = 10},                        true,  "......-*.......\n"                     },
	    {{.point = 99, .low = -99, .high = 999, .scale = 1},                         true,  "-------+------*\n"                     },
	    {{.point = (double)NAN, .low = (double)NAN, .high = 1, .scale = 1},          true,  ".......|.......\n"                     },
	    {{.point = 1, .low = 0, .high = 1, .scale = 0},                              true,  ".......|.......\n"                     },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grid g;
		struct buf text = BUF_INIT;
		grid_init(&g, 1, 15, cases[i].ascii);
		bars_interval(grid_canvas(&g), 0, 0, 15, &cases[i].in, ROLE_BETTER);
		canvas_text(&text, grid_canvas(&g), false, false);
		assert_string_equal(buf_cstr(&text), cases[i].shows);
		buf_done(&text);
		grid_done(&g);
	}
}

static void test_sparkline_and_progress(void **state)
{
	(void)state;
	static const double values[] = {0, 1, 4, (double)NAN, 8, 2};
	struct grid g;
	struct buf text = BUF_INIT;
	grid_init(&g, 4, 10, false);
	struct canvas c = grid_canvas(&g);
	bars_sparkline(c, 0, 1, 8, values, 6, 0, ROLE_TEXT);
	bars_sparkline(c, 1, 0, 3, values, 6, 16, ROLE_TEXT);
	bars_sparkline(c, 2, 0, 3, values, 0, 0, ROLE_TEXT);
	bars_progress(c, 3, 0, 10, 0.24);
	canvas_text(&text, c, false, false);
	assert_string_equal(buf_cstr(&text), "  ▁▄ █▂\n▁▂▄\n\n━━────────\n");
	buf_done(&text);
	grid_done(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_ruler),
	    cmocka_unit_test(test_interval),
	    cmocka_unit_test(test_sparkline_and_progress),
	};
	return cmocka_run_group_tests_name("bars", tests, NULL, NULL);
}
