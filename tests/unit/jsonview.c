#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "tui/widget/jsonview.h"

static struct buf shown;

static const char *show(const struct jsonview *v, bool roles)
{
	struct grid g;
	grid_init(&g, v->rows, v->cols, false);
	jsonview_draw(v, grid_canvas(&g), true, false);
	buf_clear(&shown);
	canvas_text(&shown, grid_canvas(&g), false, roles);
	grid_done(&g);
	return buf_cstr(&shown);
}

static void set(struct jsonview *v, const char *text, int rows, int cols)
{
	jsonview_init(v);
	jsonview_set_size(v, rows, cols);
	jsonview_add(v, ROLE_HEADING, STR_NONE, str_of(text));
	jsonview_lay(v);
}

static const char *path(const struct jsonview *v)
{
	buf_clear(&shown);
	jsonview_path(&shown, v);
	return buf_cstr(&shown);
}

static const char *value(const struct jsonview *v)
{
	buf_clear(&shown);
	assert_true(jsonview_value(&shown, v));
	return buf_cstr(&shown);
}

static void move(struct jsonview *v, int by)
{
	for (int i = 0; i < abs(by); i++)
		assert_true(jsonview_move(v, by > 0 ? MOVE_DOWN : MOVE_UP));
}

static const char small[] = "{\"model\":\"gpt\",\"n\":12345678901234567890,\"n\":1e400,\"empty\":{},"
                            "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hi \\u00e9\"}]},null]}";

static void test_folding(void **state)
{
	(void)state;
	struct jsonview v;
	set(&v, small, 10, 40);
	assert_string_equal(show(&v, false), ">   model: \"gpt\"\n"
	                                     "    n: 12345678901234567890\n"
	                                     "    n: 1e400\n"
	                                     "    empty: {}\n"
	                                     "  ▾ messages: [2]\n"
	                                     "    ▾ 0:\n"
	                                     "        role: \"user\"\n"
	                                     "      ▾ content: [1]\n"
	                                     "        ▾ 0:\n"
	                                     "            text: \"Hi é\"\n");
	assert_false(jsonview_toggle(&v)); /* a scalar has nothing to fold */
	assert_string_equal(path(&v), "model");
	move(&v, 9);
	assert_string_equal(path(&v), "messages[0].content[0].text");
	assert_string_equal(value(&v), "Hi é");
	assert_true(jsonview_fold(&v)); /* to what it stands in */
	assert_string_equal(path(&v), "messages[0].content[0]");
	assert_string_equal(value(&v), "{\"text\":\"Hi \\u00e9\"}"); /* as written */
	assert_true(jsonview_fold(&v));
	assert_true(jsonview_fold(&v));
	assert_true(jsonview_toggle(&v));
	assert_string_equal(path(&v), "messages[0].content");
	jsonview_move(&v, MOVE_FIRST);
	assert_string_equal(show(&v, false), ">   model: \"gpt\"\n"
	                                     "    n: 12345678901234567890\n"
	                                     "    n: 1e400\n"
	                                     "    empty: {}\n"
	                                     "  ▾ messages: [2]\n"
	                                     "    ▾ 0:\n"
	                                     "        role: \"user\"\n"
	                                     "      ▸ content: […] 1  {\"text\":\"Hi \\u0…\n"
	                                     "      1: null\n\n");
	jsonview_levels(&v, 1);
	assert_string_equal(show(&v, false), ">   model: \"gpt\"\n"
	                                     "    n: 12345678901234567890\n"
	                                     "    n: 1e400\n"
	                                     "    empty: {}\n"
	                                     "  ▸ messages: […] 2  {\"role\":\"user\",\"co…\n\n\n\n\n\n");
	move(&v, 4);
	assert_true(jsonview_unfold(&v));
	assert_true(jsonview_unfold(&v)); /* to the first in it */
	assert_string_equal(path(&v), "messages[0]");
	jsonview_levels(&v, 1); /* the row is gone: the cursor is on what it lies in */
	assert_string_equal(path(&v), "messages");
	jsonview_unfold_all(&v);
	jsonview_move(&v, MOVE_LAST);
	assert_string_equal(path(&v), "messages[1]");
	assert_string_equal(value(&v), "null");
	jsonview_done(&v);
}

static const char nested[] =
    "{\"args\":\"{\\\"city\\\":\\\"Oslo\\\",\\\"days\\\":[1,2]}\",\"trace\":\"line one\\nline two is "
    "longer than the row\\nline three\",\"a b\":{\"x.y\":true}}";

static void test_strings(void **state)
{
	(void)state;
	struct jsonview v;
	set(&v, nested, 12, 30);
	assert_string_equal(show(&v, false), "> ▾ args: JSON in a text, 34 B\n"
	                                     "      city: \"Oslo\"\n"
	                                     "    ▸ days: […] 2  1,2\n"
	                                     "  ▾ trace: 53 B\n"
	                                     "    line one\n"
	                                     "    line two is longer than\n"
	                                     "    the row\n"
	                                     "    line three\n"
	                                     "  ▾ a b:\n"
	                                     "      x.y: true\n\n\n");
	assert_string_equal(value(&v), "{\"city\":\"Oslo\",\"days\":[1,2]}");
	move(&v, 1);
	assert_string_equal(path(&v), "args.city");
	move(&v, 4);
	assert_string_equal(path(&v), "trace");
	assert_string_equal(value(&v), "line one\nline two is longer than the row\nline three");
	assert_true(jsonview_toggle(&v)); /* folds the text it is a row of */
	assert_string_equal(path(&v), "trace");
	move(&v, 2);
	assert_string_equal(path(&v), "[\"a b\"][\"x.y\"]");
	jsonview_move(&v, MOVE_FIRST);
	assert_true(jsonview_toggle(&v));
	assert_string_equal(show(&v, false), "> ▸ args: {\"city\":\"Oslo\",\"day…\n"
	                                     "  ▸ trace: line one…  53 B\n"
	                                     "  ▾ a b:\n"
	                                     "      x.y: true\n\n\n\n\n\n\n\n\n");
	jsonview_set_size(&v, 4, 80); /* wider: it fits now, but it has line breaks */
	assert_string_equal(show(&v, false), "> ▸ args: {\"city\":\"Oslo\",\"days\":[1,2]}  JSON in a text, 34 B\n"
	                                     "  ▸ trace: line one line two is longer than the row line three  53 B\n"
	                                     "  ▾ a b:\n"
	                                     "      x.y: true\n");
	jsonview_done(&v);
}

static void test_search(void **state)
{
	(void)state;
	struct jsonview v;
	set(&v, nested, 6, 30);
	jsonview_levels(&v, 1);
	assert_string_equal(show(&v, false), "> ▸ args: {\"city\":\"Oslo\",\"day…\n"
	                                     "  ▸ trace: line one…  53 B\n"
	                                     "  ▸ a b: {…} 1 member\n\n\n\n");
	jsonview_search(&v, STR_LIT("oslo"));
	assert_true(jsonview_next_hit(&v, true)); /* in the string, which opens */
	assert_string_equal(path(&v), "args.city");
	assert_true(jsonview_next_hit(&v, true)); /* the only one: round the end */
	assert_string_equal(path(&v), "args.city");
	assert_true(jsonview_next_hit(&v, false));
	assert_string_equal(path(&v), "args.city");
	jsonview_search(&v, STR_LIT("Oslo"));
	assert_true(jsonview_next_hit(&v, true));
	jsonview_search(&v, STR_LIT("OSLO"));
	assert_false(jsonview_next_hit(&v, true));
	jsonview_search(&v, STR_LIT("line"));
	static const char *const at[] = {"line one", "line two is longer than", "line three"};
	for (int i = 0; i < 6; i++) {
		assert_true(jsonview_next_hit(&v, true));
		const struct json_row *row = &v.list.at[v.cursor];
		assert_int_equal(row->kind, JSON_TEXT);
		assert_memory_equal(v.docs.at[row->doc].text.ptr + row->at, at[i % 3], strlen(at[i % 3]));
	}
	for (int i = 4; i >= 0; i--) {
		assert_true(jsonview_next_hit(&v, false));
		const struct json_row *row = &v.list.at[v.cursor];
		assert_memory_equal(v.docs.at[row->doc].text.ptr + row->at, at[i % 3], strlen(at[i % 3]));
	}
	jsonview_search(&v, STR_LIT("\nOSLO\nthan")); /* any of these words, as a search over all texts hands them on */
	jsonview_move(&v, MOVE_FIRST);
	assert_true(jsonview_next_hit(&v, true));
	assert_string_equal(path(&v), "args.city");
	assert_true(jsonview_next_hit(&v, true));
	assert_string_equal(path(&v), "trace");
	jsonview_search(&v, STR_LIT("x.y")); /* a key in what is closed */
	assert_true(jsonview_next_hit(&v, true));
	assert_string_equal(path(&v), "[\"a b\"][\"x.y\"]");
	jsonview_search(&v, STR_LIT("o\",\"d")); /* across what the string holds */
	assert_true(jsonview_next_hit(&v, true));
	assert_string_equal(path(&v), "args");
	assert_true(jsonview_next_hit(&v, true));
	assert_string_equal(path(&v), "args");
	jsonview_done(&v);
}

static void test_sections(void **state)
{
	(void)state;
	struct jsonview v;
	jsonview_init(&v);
	jsonview_set_size(&v, 8, 30);
	jsonview_add(&v, ROLE_HEADING, STR_LIT("first"), STR_LIT("{\"a\":1}"));
	jsonview_add(&v, ROLE_ERROR, STR_LIT("second"), STR_LIT("{broken: 5"));
	jsonview_add(&v, ROLE_ERROR, STR_LIT("third"), STR_NONE);
	jsonview_lay(&v);
	assert_string_equal(show(&v, true), "> ▾ first\nC d hhhhh\n      a: 1\n      Kd .\n  ▾ second\n  d EEEEEE\n    "
	                                    "{broken: 5\n    ........ .\n  ▾ third\n  d EEEEE\n\n\n\n\n\n\n");
	jsonview_done(&v);
}

static void test_sections_text(void **state)
{
	(void)state;
	struct jsonview v;
	jsonview_init(&v);
	jsonview_set_size(&v, 5, 30);
	jsonview_add(&v, ROLE_HEADING, STR_LIT("first"), STR_LIT("{\"a\":\"second\"}"));
	jsonview_add(&v, ROLE_ERROR, STR_LIT("second"), STR_LIT("{broken: \"second\""));
	jsonview_lay(&v);
	assert_true(jsonview_toggle(&v));
	assert_string_equal(show(&v, false), "> ▸ first\n  ▾ second\n    {broken: \"second\"\n\n\n");
	assert_string_equal(value(&v), "{\"a\":\"second\"}");
	jsonview_search(&v, STR_LIT("second"));
	static const int64_t rows[] = {1, 2, 3}; /* in the closed section, the next heading, the text */
	for (int i = 0; i < 6; i++) {
		assert_true(jsonview_next_hit(&v, true));
		assert_int_equal(v.cursor, rows[i % 3]);
	}
	for (int i = 4; i >= 0; i--) {
		assert_true(jsonview_next_hit(&v, false));
		assert_int_equal(v.cursor, rows[i % 3]);
	}
	jsonview_clear(&v);
	assert_false(jsonview_next_hit(&v, true));
	assert_false(jsonview_move(&v, MOVE_DOWN));
	assert_false(jsonview_toggle(&v) || jsonview_fold(&v) || jsonview_unfold(&v));
	assert_string_equal(show(&v, false), "\n\n\n\n\n");
	jsonview_done(&v);
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A long string is laid out as it is read; deep nesting needs no stack; a search reaches what lies far off. */
static void test_large(void **state)
{
	(void)state;
	struct jsonview v;
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, "{\"s\":\"");
	for (int i = 0; i < 400000; i++)
		buf_printf(&text, "word%d ", i);
	buf_add_cstr(&text, "\",\"list\":[");
	for (int i = 0; i < 500000; i++)
		buf_printf(&text, "%s{\"id\":%d,\"name\":\"n%d\"}", i ? "," : "", i, i);
	buf_add_cstr(&text, "],\"deep\":");
	buf_add_fill(&text, '[', 900);
	buf_add_fill(&text, ']', 900);
	buf_add_char(&text, '}');
	double t0 = seconds();
	set(&v, buf_cstr(&text), 20, 80);
	double t1 = seconds();
	assert_true(v.list.n < 100);
	assert_true(jsonview_toggle(&v));
	assert_true(v.list.n > 2000 && v.list.n < 2100); /* a piece of it */
	for (int i = 0; i < 200; i++)
		jsonview_move(&v, MOVE_PAGE_DOWN);
	assert_true(v.list.n > 4000);
	double t2 = seconds();
	jsonview_search(&v, STR_LIT("n499999"));
	assert_true(jsonview_next_hit(&v, true));
	double t3 = seconds();
	assert_string_equal(path(&v), "list[499999].name");
	jsonview_search(&v, STR_LIT("word399999"));
	assert_true(jsonview_next_hit(&v, false));
	assert_string_equal(path(&v), "s");
	double t4 = seconds();
	jsonview_unfold_all(&v);
	jsonview_move(&v, MOVE_LAST);
	double t5 = seconds();
	assert_true(v.list.n > 1500000);
	assert_int_equal(strlen(path(&v)), 4 + 3 * 898 + 3);
	print_message(
	    "%zu MB: laid %.0f ms, 200 pages %.0f ms, found %.0f ms, back %.0f ms, all open %.0f ms (%zu rows)\n",
	    text.len >> 20, (t1 - t0) * 1e3, (t2 - t1) * 1e3, (t3 - t2) * 1e3, (t4 - t3) * 1e3, (t5 - t4) * 1e3,
	    v.list.n);
	jsonview_done(&v);
	buf_done(&text);
}

static int teardown(void **state)
{
	(void)state;
	buf_done(&shown);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_folding),  cmocka_unit_test(test_strings),       cmocka_unit_test(test_search),
	    cmocka_unit_test(test_sections), cmocka_unit_test(test_sections_text), cmocka_unit_test(test_large),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
