/* What stays of the last frame while the cursor moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/hold.h"

/* Five rows: a head, and a list of four beside its details; "a0" "a1" … are the details of row a. */
static struct beside place;
static bool there;

static bool fake_beside(const struct screen *s, struct beside *out)
{
	(void)s;
	*out = place;
	return there;
}

static const struct screen_ops ops = {.name = "fake", .beside = fake_beside};

struct fixture {
	struct ui ui;
	struct screen screen;
	struct grid grid;
	struct hold hold;
	struct buf text;
};

static void begin(struct fixture *f, int scroll_row)
{
	*f = (struct fixture){.text = BUF_INIT};
	f->screen = (struct screen){.ops = &ops, .ui = &f->ui, .serial = 1};
	grid_init(&f->grid, 6, 8, false);
	place = (struct beside){.col = 4, .rows = 5, .cols = 4, .scroll_row = scroll_row, .id = 'a'};
	there = true;
}

static void end(struct fixture *f)
{
	grid_done(&f->grid);
	hold_done(&f->hold);
	buf_done(&f->text);
}

/* One frame, the body below one row of the grid; its right half as text. */
static const char *frame(struct fixture *f)
{
	struct canvas all = grid_canvas(&f->grid), body = canvas_part(all, 1, 0, 5, 8);
	hold_before(&f->hold, &f->screen, &f->grid);
	canvas_clear(all);
	for (int y = 0; y < 5; y++) {
		canvas_printf(body, y, 0, -1, ROLE_TEXT, "r%d", (int)place.top + y);
		canvas_printf(body, y, 4, -1, ROLE_TEXT, "%c%d", (int)place.id, y);
	}
	hold_after(&f->hold, &f->screen, body);
	buf_clear(&f->text);
	canvas_text(&f->text, canvas_part(body, 0, 4, 5, 4), false, false);
	return buf_cstr(&f->text);
}

static void test_stays(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f, 1);
	assert_string_equal(frame(&f), "a0\na1\na2\na3\na4\n");
	f.ui.moves = true;
	place.id = 'b';
	assert_string_equal(frame(&f), "a0\na1\na2\na3\na4\n");
	assert_true(f.hold.holds);
	f.ui.moves = false;
	assert_string_equal(frame(&f), "b0\nb1\nb2\nb3\nb4\n");
	assert_false(f.hold.holds);
	f.ui.moves = true; /* on the row that is told of already */
	assert_string_equal(frame(&f), "b0\nb1\nb2\nb3\nb4\n");
	assert_false(f.hold.holds);
	end(&f);
}

static void test_scrolls_along(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f, 1);
	frame(&f);
	f.ui.moves = true;
	place.id = 'b';
	place.top = 1;
	assert_string_equal(frame(&f), "a0\na2\na3\na4\n\n"); /* the head stays */
	place.id = 'c';
	place.top = 2;
	assert_string_equal(frame(&f), "a0\na3\na4\n\n\n");
	place.top = 1;
	assert_string_equal(frame(&f), "a0\n\na3\na4\n\n");
	place.top = INT32_MAX;
	assert_string_equal(frame(&f), "a0\n\n\n\n\n");
	f.ui.moves = false;
	place.top = 0;
	assert_string_equal(frame(&f), "c0\nc1\nc2\nc3\nc4\n");
	end(&f);
	begin(&f, -1); /* below the list: nothing scrolls */
	frame(&f);
	f.ui.moves = true;
	place.id = 'b';
	place.top = 1;
	assert_string_equal(frame(&f), "a0\na1\na2\na3\na4\n");
	end(&f);
}

/* Never what another screen, or another place on this one, showed. */
static void test_gives_way(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f, 1);
	f.ui.moves = true;
	assert_string_equal(frame(&f), "a0\na1\na2\na3\na4\n");
	place.id = 'b';
	f.screen.serial = 2;
	assert_string_equal(frame(&f), "b0\nb1\nb2\nb3\nb4\n");
	place.id = 'c';
	place.rows = 4;
	assert_string_equal(frame(&f), "c0\nc1\nc2\nc3\nc4\n");
	there = false;
	place.id = 'd';
	assert_string_equal(frame(&f), "d0\nd1\nd2\nd3\nd4\n");
	assert_true(hold_id(&f.screen) == INT64_MIN);
	there = true;
	place.id = 'e';
	assert_string_equal(frame(&f), "e0\ne1\ne2\ne3\ne4\n");
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stays),
	    cmocka_unit_test(test_scrolls_along),
	    cmocka_unit_test(test_gives_way),
	};
	return cmocka_run_group_tests_name("hold", tests, NULL, NULL);
}
