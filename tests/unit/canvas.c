#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "tui/canvas.h"

static struct buf text;

static void check_grid(const struct grid *g)
{
	for (int row = 0; row < g->rows; row++) {
		const struct cell *cells = &g->cells[row * g->cols];
		for (int col = 0; col < g->cols; col++) {
			if (cells[col].cols == 2)
				assert_true(col + 1 < g->cols && cells[col + 1].cols == 0);
			if (cells[col].cols == 0) {
				assert_true(col > 0 && cells[col - 1].cols == 2);
				assert_int_equal(cells[col].codes[0], 0);
			}
			assert_true(cells[col].role < N_ROLES && cells[col].eighth <= 8);
		}
	}
}

static void assert_shows(struct grid *g, bool roles, const char *expected)
{
	check_grid(g);
	buf_clear(&text);
	canvas_text(&text, grid_canvas(g), false, roles);
	assert_string_equal(buf_cstr(&text), expected);
}

static void test_put(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int col, max_cols;
		bool ascii;
		const char *shows;
		int used;
	} cases[] = {
	    {"hello",              0,  -1, false, "hello\n",            5 },
	    {"hello",              8,  -1, false, "        h…\n",     2 },
	    {"hello",              8,  -1, true,  "        h~\n",       2 },
	    {"hello",              0,  5,  false, "hello\n",            5 },
	    {"hello",              0,  4,  false, "hel…\n",           4 },
	    {"hello",              0,  1,  false, "…\n",              1 },
	    {"hello",              0,  0,  false, "\n",                 0 },
	    {"hello",              10, -1, false, "\n",                 0 },
	    {"hello",              -2, -1, false, "llo\n",              5 },
	    {"日本語日本語", 0,  -1, false, "日本語日…\n",  9 },
	    {"a日本語日本",   0,  -1, false, "a日本語日…\n", 10},
	    {"日本",             -1, -1, false, " 本\n",             4 },
	    {"日本",             6,  -1, false, "      日本\n",     4 },
	    {"a\nb\x1b[1m",        0,  -1, false, "a b␛[1m\n",        7 },
	    {"a\x9b",              0,  -1, false, "a�\n",             2 },
	    {"é",                 0,  -1, true,  "e\n",                1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grid g;
		grid_init(&g, 1, 10, cases[i].ascii);
		int used = canvas_putc(grid_canvas(&g), 0, cases[i].col, cases[i].max_cols, ROLE_TEXT, cases[i].text);
		assert_shows(&g, false, cases[i].shows);
		assert_int_equal(used, cases[i].used);
		grid_done(&g);
	}
}

static void test_wide_halves(void **state)
{
	(void)state;
	struct grid g;
	grid_init(&g, 1, 6, false);
	struct canvas c = grid_canvas(&g);
	canvas_putc(c, 0, 0, -1, ROLE_TEXT, "日本語");
	canvas_putc(c, 0, 1, -1, ROLE_TEXT, "x");
	assert_shows(&g, false, " x本語\n");
	canvas_putc(c, 0, 2, -1, ROLE_TEXT, "y");
	assert_shows(&g, false, " xy 語\n");
	canvas_putc(c, 0, 3, -1, ROLE_TEXT, "日");
	assert_shows(&g, false, " xy日\n");
	canvas_clear(canvas_part(c, 0, 4, 1, 1));
	assert_shows(&g, false, " xy\n");
	grid_done(&g);
}

static void test_parts_clip(void **state)
{
	(void)state;
	struct grid g;
	grid_init(&g, 4, 8, false);
	struct canvas c = grid_canvas(&g);
	struct canvas part = canvas_part(c, 1, 2, 2, 3);
	canvas_putc(part, 0, 0, -1, ROLE_TEXT, "abcdef");
	canvas_putc(part, 2, 0, -1, ROLE_TEXT, "outside");
	canvas_putc(part, -1, 0, -1, ROLE_TEXT, "outside");
	canvas_fill(part, 1, -5, 100, ROLE_DIM, "*");
	assert_shows(&g, false, "\n  ab…\n  ***\n\n");
	static const int odd[][4] = {
	    {-1, -1, 2,          2         },
            {9,  9,  1,          1         },
            {0,  0,  -1,         -1        },
            {2,  2,  2147483647, 2147483647},
            {-5, -5, 3,          3         }
        };
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		struct canvas p = canvas_part(c, odd[i][0], odd[i][1], odd[i][2], odd[i][3]);
		assert_true(p.row >= 0 && p.col >= 0 && p.rows >= 0 && p.cols >= 0);
		assert_true(p.row + p.rows <= 4 && p.col + p.cols <= 8);
	}
	assert_int_equal(canvas_part(c, -1, -1, 2, 2).rows, 1);
	grid_done(&g);
}

static void test_roles(void **state)
{
	(void)state;
	struct grid g;
	grid_init(&g, 2, 12, false);
	struct canvas c = grid_canvas(&g);
	canvas_printf(c, 0, 0, -1, ROLE_ERROR, "%s %d", "ab", 7);
	canvas_put_right(c, 0, 6, 6, ROLE_DIM, STR_LIT("9s"));
	canvas_tint(c, 0, 0, 1, ROLE_MATCH);
	canvas_putc(c, 1, 1, -1, ROLE_TEXT, "x\xe2\x80\xaey");
	canvas_reverse(c, 1, 1, 1);
	canvas_tint(c, 1, 10, 99, ROLE_OK);
	canvas_tint(c, 7, 0, 99, ROLE_OK);
	assert_shows(&g, true, "ab 7      9s\n/E E      dd\n x<U+202E>y\n C????????o\n");
	grid_done(&g);
}

static void test_bars(void **state)
{
	(void)state;
	static const struct {
		double from, to;
		enum role role;
		bool ascii;
		const char *shows;
	} cases[] = {
	    {0,	         1,                ROLE_BAR_CRITICAL, false, "━━━━━━━━━━\n"},
	    {0,	         0.5,              ROLE_BAR,          false, "─────\n"               },
	    {0.5,               0.5,              ROLE_BAR_ERROR,    false, "     ━\n"                      },
	    {1,	         1,                ROLE_BAR,          true,  "         -\n"                    },
	    {0,	         0,                ROLE_BAR_ERROR,    true,  "=\n"                             },
	    {0.2,               0.36,             ROLE_BAR_CRITICAL, true,  "  ==\n"                          },
	    {0.2,               0.33,             ROLE_BAR_CRITICAL, true,  "  =\n"                           },
	    {-(double)INFINITY, (double)INFINITY, ROLE_BAR,          true,  "----------\n"                    },
	    {0.9,               0.1,              ROLE_BAR,          true,  "         -\n"                    },
	    {(double)NAN,       1,                ROLE_BAR,          true,  "\n"                              },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grid g;
		grid_init(&g, 1, 10, cases[i].ascii);
		canvas_bar(grid_canvas(&g), 0, 0, 10, cases[i].from, cases[i].to, cases[i].role);
		assert_shows(&g, false, cases[i].shows);
		grid_done(&g);
	}
	struct grid g;
	grid_init(&g, 1, 4, false);
	canvas_bar(grid_canvas(&g), 0, 0, 4, 0, 0.4, ROLE_BAR);
	assert_int_equal(g.cells[0].eighth, 8);
	assert_int_equal(g.cells[1].eighth, 5);
	assert_int_equal(g.cells[2].eighth, 0);
	grid_done(&g);
}

/* Both ends are exact to an eighth: what is filled of each cell, and from where. */
static void test_bar_ends(void **state)
{
	(void)state;
	static const struct {
		double from, to; /* of four cells */
		int lead[4], eighth[4];
	} cases[] = {
	    {0,         1,         {0, 0, 0, 0}, {8, 8, 8, 8}},
	    {0.5 / 4,   3.25 / 4,  {4, 0, 0, 0}, {4, 8, 8, 2}},
	    {0.875 / 4, 2.0 / 4,   {7, 0, 0, 0}, {1, 8, 0, 0}},
	    {1.125 / 4, 1.25 / 4,  {0, 0, 0, 0}, {0, 1, 0, 0}}, /* within a cell: at its nearer edge */
	    {1.625 / 4, 1.875 / 4, {0, 6, 0, 0}, {0, 2, 0, 0}},
	    {1,         1,         {0, 0, 0, 7}, {0, 0, 0, 1}},
	    {0,         0,         {0, 0, 0, 0}, {1, 0, 0, 0}},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct grid g;
		grid_init(&g, 1, 4, false);
		canvas_bar(grid_canvas(&g), 0, 0, 4, cases[i].from, cases[i].to, ROLE_BAR);
		for (int col = 0; col < 4; col++) {
			assert_int_equal(g.cells[col].lead, cases[i].lead[col]);
			assert_int_equal(g.cells[col].eighth, cases[i].eighth[col]);
		}
		grid_done(&g);
	}
}

/* Where children ran another line stands: never colour alone. */
static void test_bar_parts(void **state)
{
	(void)state;
	static const char *const shows[2][2] = {
	    {"━╍╍━\n", "=::=\n"},
            {"─╌╌─\n", "-..-\n"}
        };
	for (int light = 0; light < 2; light++)
		for (int ascii = 0; ascii < 2; ascii++) {
			struct grid g;
			grid_init(&g, 1, 4, ascii);
			canvas_bar(grid_canvas(&g), 0, 0, 4, 0, 1, light ? ROLE_BAR : ROLE_BAR_CRITICAL);
			canvas_tint(grid_canvas(&g), 0, 1, 2, light ? ROLE_BAR_CHILD : ROLE_BAR_CRITICAL_CHILD);
			assert_shows(&g, false, shows[light][ascii]);
			grid_done(&g);
		}
}

static void test_empty_and_huge(void **state)
{
	(void)state;
	struct grid g;
	grid_init(&g, 0, 0, false);
	canvas_putc(grid_canvas(&g), 0, 0, -1, ROLE_TEXT, "x");
	canvas_rule(grid_canvas(&g), 0, ROLE_BORDER);
	assert_shows(&g, false, "");
	grid_done(&g);
	grid_init(&g, -3, 999999, true);
	assert_true(g.rows == 0 && g.cols <= 4096);
	grid_done(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_put),       cmocka_unit_test(test_wide_halves),    cmocka_unit_test(test_parts_clip),
	    cmocka_unit_test(test_roles),     cmocka_unit_test(test_bars),           cmocka_unit_test(test_bar_ends),
	    cmocka_unit_test(test_bar_parts), cmocka_unit_test(test_empty_and_huge),
	};
	int failed = cmocka_run_group_tests_name("canvas", tests, NULL, NULL);
	buf_done(&text);
	return failed;
}
