#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/widget/tabs.h"

static const struct tab tabs[] = {
    {.name = "Overview", .count = -1},
    {.name = "Input",    .count = -1},
    {.name = "Output",   .count = -1},
    {.name = "Messages", .count = 7 },
    {.name = "Docs",     .count = 4 },
    {.name = "Attrs",    .count = 23},
    {.name = "Scores",   .count = 2 },
    {.name = "Raw",      .count = -1}
};
enum { N_TABS = sizeof tabs / sizeof *tabs };

static void assert_tabs(int cols, size_t n, size_t active, bool ascii, const char *expected)
{
	struct grid g;
	struct buf text = BUF_INIT;
	grid_init(&g, 1, cols, ascii);
	tabs_draw(grid_canvas(&g), 0, tabs, n, active);
	canvas_text(&text, grid_canvas(&g), false, false);
	assert_string_equal(buf_cstr(&text), expected);
	buf_done(&text);
	grid_done(&g);
}

static void test_draw(void **state)
{
	(void)state;
	assert_tabs(80, N_TABS, 0, false,
	            "─[Overview]─ Input ─ Output ─ Messages 7 ─ Docs 4 ─ Attrs 23 ─ Scores 2 ─ Raw ──\n");
	assert_tabs(80, N_TABS, 3, false,
	            "─ Overview ─ Input ─ Output ─[Messages 7]─ Docs 4 ─ Attrs 23 ─ Scores 2 ─ Raw ──\n");
	assert_tabs(40, N_TABS, 0, false, "─[Overview]─ Input ─ Output ─…──────────\n");
	assert_tabs(40, N_TABS, 7, false, "─…─ Docs 4 ─ Attrs 23 ─ Scores 2 ─[Raw]─\n");
	assert_tabs(40, N_TABS, 4, true, "-~-[Docs 4]- Attrs 23 - Scores 2 - Raw -\n");
	assert_tabs(8, N_TABS, 3, false, "─…─[Me…]\n");
	assert_tabs(3, N_TABS, 3, false, "─…─\n");
	assert_tabs(10, 0, 0, false, "──────────\n");
}

/* At every width: nothing is cut that has room, the active tab shows, a click finds what is drawn there. */
static void test_widths(void **state)
{
	(void)state;
	for (int cols = 16; cols < 90; cols++) {
		for (size_t active = 0; active < N_TABS; active++) {
			struct grid g;
			struct buf text = BUF_INIT;
			grid_init(&g, 1, cols, true);
			struct canvas c = grid_canvas(&g);
			tabs_draw(c, 0, tabs, N_TABS, active);
			canvas_text(&text, c, true, false);
			char label[32];
			snprintf(label, sizeof label, "-[%s", tabs[active].name);
			const char *at = strstr(buf_cstr(&text), label);
			assert_non_null(at);
			const struct zone *zone = grid_zone_at(&g, ZONE_TAB, 0, (int)(at - buf_cstr(&text)) + 2);
			assert_non_null(zone);
			assert_int_equal(zone->at, active);
			assert_int_equal(zone->now, active);
			for (int col = 0; col < cols; col++) {
				zone = grid_zone_at(&g, ZONE_TAB, 0, col);
				if (zone)
					assert_non_null(strstr(buf_cstr(&text), tabs[zone->at].name));
			}
			bool all = strstr(buf_cstr(&text), "Overview") && strstr(buf_cstr(&text), "Raw");
			assert_int_equal(strchr(buf_cstr(&text), '~') == NULL, all);
			buf_done(&text);
			grid_done(&g);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_draw), cmocka_unit_test(test_widths)};
	return cmocka_run_group_tests_name("tabs", tests, NULL, NULL);
}
