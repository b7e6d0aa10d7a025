#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/widget/diffview.h"

static struct buf shown;

static const char *show(const struct diffview *d, bool b, int rows, int cols, bool roles)
{
	struct grid g;
	grid_init(&g, rows, cols, false);
	diffview_draw(grid_canvas(&g), d, b);
	buf_clear(&shown);
	canvas_text(&shown, grid_canvas(&g), false, roles);
	grid_done(&g);
	return buf_cstr(&shown);
}

static void test_sides(void **state)
{
	(void)state;
	static const struct diffview_op ops[] = {
	    {DIFFVIEW_SAME,     0,  9 },
            {DIFFVIEW_DELETED,  9,  8 },
            {DIFFVIEW_INSERTED, 9,  7 },
            {DIFFVIEW_SAME,     17, 21}
        };
	struct diffview d = {
	    .a = STR_LIT("you have 120 days to dispute a charge."),
	    .b = STR_LIT("you have 60 days to dispute a charge."),
	    .ops = ops,
	    .n = 4,
	    .brackets = true,
	};
	assert_string_equal(show(&d, false, 1, 30, false), "you have [-120 days-] to disp…\n");
	assert_string_equal(show(&d, true, 2, 30, false), "you have {+60 days+} to\ndispute a charge.\n");
	d.brackets = false;
	assert_string_equal(show(&d, false, 1, 30, true), "you have 120 days to dispute …\n"
	                                                  "... .... DDD DDDD .. ....... .\n");
	assert_string_equal(show(&d, true, 1, 12, true), "… have 60 d…\n. .... II II\n");
}

static void test_lead(void **state)
{
	(void)state;
	struct buf a = BUF_INIT, b = BUF_INIT;
	for (int i = 0; i < 5000; i++)
		buf_add_cstr(&a, "word\n");
	size_t same = a.len;
	buf_add_str(&b, buf_str(&a));
	buf_add_cstr(&a, "old tail");
	buf_add_cstr(&b, "new tail");
	const struct diffview_op ops[] = {
	    {DIFFVIEW_SAME,     0,        same},
	    {DIFFVIEW_DELETED,  same,     3   },
	    {DIFFVIEW_INSERTED, same,     3   },
	    {DIFFVIEW_SAME,     same + 3, 5   }
        };
	struct diffview d = {.a = buf_str(&a), .b = buf_str(&b), .ops = ops, .n = 4, .brackets = true};
	assert_string_equal(show(&d, false, 1, 40, false), "… word word [-old-] tail\n");
	assert_string_equal(show(&d, true, 1, 40, false), "… word word {+new+} tail\n");
	const struct diffview_op equal[] = {
	    {DIFFVIEW_SAME, 0, same}
        };
	d.ops = equal;
	d.n = 1;
	assert_string_equal(show(&d, true, 1, 12, false), "word word w…\n");
	d.n = 0;
	assert_string_equal(show(&d, true, 1, 12, false), "\n");
	buf_done(&a);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_sides), cmocka_unit_test(test_lead)};
	int failed = cmocka_run_group_tests_name("diffview", tests, NULL, NULL);
	buf_done(&shown);
	return failed;
}
