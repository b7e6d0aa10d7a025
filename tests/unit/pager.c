#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/widget/pager.h"

static struct buf shown;

static const char *show(const struct pager *p, bool roles)
{
	struct grid g;
	grid_init(&g, p->rows, p->cols, false);
	pager_draw(p, grid_canvas(&g), ROLE_TEXT);
	buf_clear(&shown);
	canvas_text(&shown, grid_canvas(&g), false, roles);
	grid_done(&g);
	return buf_cstr(&shown);
}

static void test_short(void **state)
{
	(void)state;
	struct pager p;
	struct buf at = BUF_INIT;
	pager_init(&p);
	pager_set_size(&p, 3, 10);
	pager_set(&p, STR_NONE);
	assert_string_equal(show(&p, false), "\n\n\n");
	for (int move = MOVE_DOWN; move <= MOVE_RIGHT; move++)
		assert_false(pager_move(&p, (enum move)move));
	pager_set(&p, STR_LIT("one two three\r\n\nfour\nfive\n"));
	assert_string_equal(show(&p, false), "one two\nthree\n\n");
	assert_int_equal(pager_rows_below(&p, 99), 2);
	assert_int_equal(pager_rows_of(p.text, 10, 99), 5);
	assert_true(pager_move(&p, MOVE_DOWN));
	assert_string_equal(show(&p, false), "three\n\nfour\n");
	assert_true(pager_move(&p, MOVE_PAGE_DOWN));
	assert_false(pager_move(&p, MOVE_PAGE_DOWN));
	assert_string_equal(show(&p, false), "\nfour\nfive\n");
	pager_position(&at, &p);
	assert_string_equal(buf_cstr(&at), "end");
	assert_true(pager_move(&p, MOVE_FIRST));
	pager_set_wrap(&p, false);
	assert_string_equal(show(&p, false), "one two t…\n\nfour\n");
	assert_true(pager_move(&p, MOVE_RIGHT));
	assert_string_equal(show(&p, false), "three\n\n\n");
	buf_done(&at);
	pager_done(&p);
}

static void test_resize_keeps_the_top(void **state)
{
	(void)state;
	struct pager p;
	pager_init(&p);
	pager_set_size(&p, 2, 8);
	pager_set(&p, STR_LIT("alpha beta gamma delta epsilon zeta eta theta"));
	pager_move(&p, MOVE_DOWN);
	pager_move(&p, MOVE_DOWN);
	assert_string_equal(show(&p, false), "gamma\ndelta\n");
	pager_set_size(&p, 2, 17);
	assert_string_equal(show(&p, false), "alpha beta gamma\ndelta epsilon\n");
	pager_set_size(&p, 2, 5);
	assert_string_equal(show(&p, false), "alpha\nbeta\n");
	pager_done(&p);
}

static void test_search(void **state)
{
	(void)state;
	struct pager p;
	pager_init(&p);
	pager_set_size(&p, 2, 10);
	pager_set(&p, STR_LIT("Red fish\nblue fish\nold fish\nnew FISH\nbluefi sh"));
	pager_search(&p, STR_LIT("fish"));
	assert_true(pager_next_hit(&p, true));
	assert_string_equal(show(&p, true), "Red fish\n... ////\nblue fish\n.... ////\n");
	assert_true(pager_next_hit(&p, true));
	assert_true(pager_next_hit(&p, true));
	assert_true(pager_next_hit(&p, true));
	assert_int_equal(p.hit, 32);
	assert_true(p.top > 0 && strstr(show(&p, true), "new FISH\n... ////\n"));
	assert_true(pager_next_hit(&p, true)); /* round the end */
	assert_int_equal(p.hit, 4);
	assert_true(pager_next_hit(&p, false));
	assert_int_equal(p.hit, 32);
	assert_true(pager_next_hit(&p, false));
	assert_int_equal(p.hit, 23);
	pager_search(&p, STR_LIT("FISH")); /* smart case */
	assert_true(pager_next_hit(&p, false) && p.hit == 32);
	assert_true(pager_next_hit(&p, false) && p.hit == 32);
	pager_search(&p, STR_LIT("trout"));
	assert_false(pager_next_hit(&p, true));
	pager_search(&p, STR_NONE);
	assert_false(pager_next_hit(&p, true));
	pager_set(&p, STR_LIT("abcdefghijklmnop")); /* a hit over two rows */
	pager_search(&p, STR_LIT("ijkl"));
	assert_string_equal(show(&p, true), "abcdefghij\n........//\nklmnop\n//....\n");
	pager_done(&p);
}

static void test_colors(void **state)
{
	(void)state;
	struct pager p;
	pager_init(&p);
	pager_set_size(&p, 3, 12);
	pager_set(&p, STR_LIT("{\n  \"a\\\"b\": \"x: \\\"y\\\": z\",\n  \"n\" : [\"v\", 1]\n}"));
	p.json = true;
	assert_string_equal(show(&p, true), "{\n.\n  \"a\\\"b\":\n  KKKKKK.\n\"x: \\\"y\\\":\n... ......\n");
	pager_set(&p, STR_LIT("user\nhello\x1b there"));
	p.json = false;
	const struct tint tints[] = {
	    {0,  4, ROLE_HEADING},
            {5,  6, ROLE_LINK   },
            {12, 3, ROLE_OK     }
        };
	p.tints = tints;
	p.n_tints = 3;
	assert_string_equal(show(&p, true), "user\nhhhh\nhello␛ there\nlllll? ooo..\n\n\n");
	pager_done(&p);
}

/* Every way to a place shows the same rows: forward from the top, and back from the end. */
static void test_both_ways(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	uint32_t seed = 7;
	static const char *const words[] = {"a ", "word ", "日本語", "\n", "\n\n", "\t", "x", "é", "\r\n", "🙂 "};
	while (text.len < 120000) {
		seed = seed * 1664525 + 1013904223;
		unsigned pick = seed >> 20 & 63;
		if (pick == 63)
			buf_add_fill(&text, 'q', 20000 + (seed >> 8 & 4095)); /* long lines, without a blank */
		for (int i = 0; pick == 62 && i < 9000; i++)
			buf_add_cstr(&text, "é");
		if (pick < 62)
			buf_add_cstr(&text, words[pick % 10]);
	}
	for (int cols = 7; cols < 90; cols += 41) {
		struct pager p;
		size_t n = 0, *tops = xcalloc(text.len + 1, sizeof *tops);
		pager_init(&p);
		pager_set_size(&p, 1, cols);
		pager_set(&p, buf_str(&text));
		do
			tops[n++] = p.top;
		while (pager_move(&p, MOVE_DOWN));
		assert_true(n > text.len / (size_t)cols / 4);
		pager_move(&p, MOVE_LAST);
		for (size_t i = n; i-- > 0;) {
			if (p.top != tops[i])
				fail_msg("%d columns, row %zu: %zu, not %zu", cols, i, p.top, tops[i]);
			assert_int_equal(pager_move(&p, MOVE_UP), i > 0);
		}
		free(tops);
		pager_done(&p);
	}
	buf_done(&text);
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_huge(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	for (int i = 0; text.len < 10 * 1000 * 1000; i++)
		buf_printf(&text, "{\"n\": %d, \"text\": \"naïve word\"} ", i); /* one line of 10 MB */
	struct pager p;
	pager_init(&p);
	pager_set_size(&p, 20, 80);
	pager_set(&p, buf_str(&text));
	double slowest = 0;
	static const enum move moves[] = {MOVE_LAST,  MOVE_UP,        MOVE_PAGE_UP, MOVE_DOWN,
	                                  MOVE_FIRST, MOVE_PAGE_DOWN, MOVE_LAST};
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
		double start = seconds();
		assert_true(pager_move(&p, moves[i]));
		show(&p, false);
		double took = seconds() - start;
		slowest = took > slowest ? took : slowest;
	}
	pager_search(&p, STR_LIT("\"n\": 1234,"));
	assert_true(pager_next_hit(&p, false));
	assert_non_null(strstr(show(&p, false), "\"n\": 1234,"));
	printf("10 MB in one line: slowest move %.1f ms\n", slowest * 1e3);
	pager_set_wrap(&p, false);
	show(&p, false);
	pager_done(&p);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_short),     cmocka_unit_test(test_resize_keeps_the_top),
	    cmocka_unit_test(test_search),    cmocka_unit_test(test_colors),
	    cmocka_unit_test(test_both_ways), cmocka_unit_test(test_huge),
	};
	int failed = cmocka_run_group_tests_name("pager", tests, NULL, NULL);
	buf_done(&shown);
	return failed;
}
