#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/widget/list.h"

static void check(const struct list *l)
{
	assert_true(l->page >= 1 && l->top >= 0);
	if (l->total == 0) {
		assert_true(l->cursor == 0 && l->top == 0);
		return;
	}
	assert_true(l->cursor >= 0 && l->cursor < l->total);
	assert_true(l->top <= l->cursor && l->cursor < l->top + l->page);
	assert_true(l->top == 0 || l->top + l->page <= l->total);
	int64_t from, n;
	list_wanted(l, &from, &n);
	assert_true(from >= 0 && from + n <= l->total);
	assert_true(list_covered(l, from, n));
}

static void test_moves(void **state)
{
	(void)state;
	static const struct {
		enum move move;
		int64_t cursor, top;
		bool moved;
	} steps[] = {
	    {MOVE_UP,        0,  0,  false},
            {MOVE_DOWN,      1,  0,  true },
            {MOVE_PAGE_DOWN, 11, 10, true },
	    {MOVE_HALF_DOWN, 16, 15, true },
            {MOVE_UP,        15, 15, true },
            {MOVE_UP,        14, 14, true },
	    {MOVE_LAST,      99, 90, true },
            {MOVE_PAGE_DOWN, 99, 90, false},
            {MOVE_HALF_UP,   94, 85, true },
	    {MOVE_DOWN,      95, 86, true },
            {MOVE_PAGE_UP,   85, 76, true },
            {MOVE_FIRST,     0,  0,  true },
	    {MOVE_PAGE_UP,   0,  0,  false},
            {MOVE_LEFT,      0,  0,  false},
	};
	struct list l;
	list_init(&l);
	list_set_page(&l, 10);
	list_refit(&l, 100, -1);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		bool moved = list_move(&l, steps[i].move);
		check(&l);
		assert_int_equal(moved, steps[i].moved);
		assert_int_equal(l.cursor, steps[i].cursor);
		assert_int_equal(l.top, steps[i].top);
	}
}

static void test_refit(void **state)
{
	(void)state;
	struct list l;
	list_init(&l);
	list_set_page(&l, 10);
	list_refit(&l, 100, -1);
	list_go(&l, 50);
	l.id = 777;
	list_refit(&l, 130, 80); /* 30 newer rows above */
	check(&l);
	assert_int_equal(l.cursor, 80);
	assert_int_equal(l.cursor - l.top, 9); /* same height */
	assert_int_equal(l.id, 777);
	list_refit(&l, 20, -1);
	check(&l);
	assert_int_equal(l.cursor, 19);
	assert_int_equal(l.id, 0);
	list_refit(&l, 0, -1);
	check(&l);
	list_refit(&l, 5, 3);
	check(&l);
	assert_int_equal(l.cursor, 3);
	list_set_page(&l, 2);
	check(&l);
	list_set_page(&l, 0);
	check(&l);
	list_set_page(&l, 50);
	check(&l);
	assert_int_equal(list_at(&l, 4), 4);
	assert_int_equal(list_at(&l, 5), -1);
	assert_int_equal(list_at(&l, -1), -1);
}

static void test_random(void **state)
{
	(void)state;
	struct list l;
	uint32_t seed = 12345;
	list_init(&l);
	for (int i = 0; i < 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		unsigned pick = seed >> 16 & 15;
		if (pick < 10)
			list_move(&l, (enum move)pick);
		else if (pick == 10)
			list_set_page(&l, (int)(seed >> 20 & 31));
		else if (pick == 11)
			list_refit(&l, seed >> 20 & 127, (int64_t)(seed >> 21 & 63) - 8);
		else
			list_scroll(&l, (int)(seed >> 20 & 15) - 8);
		check(&l);
	}
}

static enum move last_move;

static enum outcome note_move(struct screen *screen, enum move move)
{
	assert_null(screen);
	last_move = move;
	return OUT_HANDLED;
}

MOVE_FUNCTIONS(note_move)
SCROLL_FUNCTIONS(note_move)

static void test_actions(void **state)
{
	(void)state;
	static const struct action actions[] = {MOVE_ACTIONS, SCROLL_ACTIONS, ACTIONS_END};
	size_t n = 0;
	for (size_t i = 0; actions[i].name; i++) {
		assert_true(actions[i].keys && actions[i].help);
		if (strcmp(actions[i].name, "line") == 0)
			continue;
		assert_int_equal(actions[i].run(NULL, &(struct input){0}, NULL), OUT_HANDLED);
		assert_int_equal(last_move, n++);
	}
	assert_int_equal(n, MOVE_RIGHT + 1);
}

/* Of the page, from 1; nothing for what is no line. */
static void test_lines(void **state)
{
	(void)state;
	static const struct {
		int count;
		const char *words;
		int line; /* from 0; -1: none */
	} cases[] = {
	    {1,    "",               0   },
            {3,    "",               2   },
            {0,    "",               -1  },
	    {-5,   "",               -1  },
            {0,    "7",              6   },
            {0,    "x",              -1  },
	    {0,    "-1",             -1  },
            {0,    "0",              -1  },
            {0,    "99999999999999", -1  },
	    {4095, "",               4094},
            {4096, "",               -1  }
        };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct input in = {.count = cases[i].count, .argument = str_of(cases[i].words)};
		enum move move = move_to_line(&in);
		if (cases[i].line < 0)
			assert_true(move < MOVE_LINE);
		else
			assert_int_equal(move, MOVE_LINE + cases[i].line);
	}
	struct list l;
	list_init(&l);
	list_set_page(&l, 5);
	list_refit(&l, 12, -1);
	list_go(&l, 7); /* rows 3 to 7 show */
	assert_true(list_move(&l, MOVE_LINE));
	assert_int_equal(l.cursor, 3);
	assert_true(list_move(&l, MOVE_LINE + 4));
	assert_int_equal(l.cursor, 7);
	assert_false(list_move(&l, MOVE_LINE + 5)); /* below the page */
	assert_true(list_move(&l, MOVE_SCROLL_UP));
	assert_int_equal(l.top, 2);
	assert_int_equal(l.cursor, 6); /* stays on the page */
	assert_true(list_move(&l, MOVE_SCROLL_DOWN));
	assert_int_equal(l.cursor, 6);
}

static void row(const void *context, struct canvas line, int64_t index, bool cursor)
{
	const char *const *names = context;
	int cols = canvas_putc(line, 0, 2, -1, ROLE_TEXT, names[index]);
	if (cursor)
		canvas_reverse(line, 0, 2, cols);
}

static void test_draw(void **state)
{
	(void)state;
	static const char *const names[] = {"one", "two", "three", "four"};
	struct grid g;
	struct list l;
	struct buf text = BUF_INIT;
	list_init(&l);
	list_set_page(&l, 2);
	list_refit(&l, 4, -1);
	list_go(&l, 2);
	grid_init(&g, 3, 10, false);
	list_draw(&l, grid_canvas(&g), row, names);
	canvas_text(&text, grid_canvas(&g), false, true);
	assert_string_equal(buf_cstr(&text), "  two\n  ...\n> three\nC CCCCC\n\n\n");
	buf_clear(&text);
	list_position(&text, &l);
	assert_string_equal(buf_cstr(&text), "row 3 of 4");
	buf_done(&text);
	grid_done(&g);
}

/* In a text half a page is half a page, there and back, whatever the page; sideways and to a line are no moves up or down. */
static void test_rows(void **state)
{
	(void)state;
	for (int page = 1; page < 100; page++) {
		assert_int_equal(move_rows(MOVE_PAGE_DOWN, page), page);
		assert_int_equal(move_rows(MOVE_HALF_DOWN, page), (page + 1) / 2);
		for (enum move down = MOVE_DOWN; down < MOVE_FIRST; down += 2)
			assert_int_equal(move_rows(down + 1, page), -move_rows(down, page));
		assert_true(move_rows(MOVE_LAST, page) > 1 << 28 && move_rows(MOVE_FIRST, page) < -(1 << 28));
		assert_int_equal(move_rows(MOVE_LEFT, page) | move_rows(MOVE_RIGHT, page), 0);
		assert_int_equal(move_rows(MOVE_LINE, page) | move_rows(MOVE_LINE + 3, page), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_moves), cmocka_unit_test(test_refit),   cmocka_unit_test(test_random),
	    cmocka_unit_test(test_draw),  cmocka_unit_test(test_actions), cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_rows),
	};
	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
