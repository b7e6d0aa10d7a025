#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/widget/edit.h"

#define CTRL(letter) ((letter)&31)

static void check(const struct edit *e)
{
	assert_true(e->caret <= e->line.len);
	assert_true(text_is_valid(buf_str(&e->line)));
	assert_true(text_is_valid(str_cut(buf_str(&e->line), 0, e->caret)));
}

static enum edit_result type(struct edit *e, const char *text)
{
	enum edit_result result = EDIT_IGNORED;
	for (struct str rest = str_of(text); rest.len;) {
		result = edit_key(e, (int)text_decode(&rest));
		check(e);
	}
	return result;
}

static void test_keys(void **state)
{
	(void)state;
	static const struct {
		int key;
		enum edit_result result;
		const char *line;
		size_t caret;
	} steps[] = {
	    {KEY_TO_HOME,     EDIT_MOVED,     "one twe\xcc\x81 日本", 0 },
	    {KEY_ARROW_LEFT,  EDIT_MOVED,     "one twe\xcc\x81 日本", 0 },
	    {KEY_ARROW_RIGHT, EDIT_MOVED,     "one twe\xcc\x81 日本", 1 },
	    {KEY_TO_END,      EDIT_MOVED,     "one twe\xcc\x81 日本", 16},
	    {KEY_ARROW_LEFT,  EDIT_MOVED,     "one twe\xcc\x81 日本", 13},
	    {KEY_ERASE,       EDIT_CHANGED,   "one twe\xcc\x81 本",    10},
	    {KEY_ARROW_LEFT,  EDIT_MOVED,     "one twe\xcc\x81 本",    9 },
	    {KEY_ERASE,       EDIT_CHANGED,   "one tw 本",             6 },
	    {CTRL('W'),       EDIT_CHANGED,   "one  本",               4 },
	    {CTRL('W'),       EDIT_CHANGED,   " 本",                   0 },
	    {CTRL('W'),       EDIT_MOVED,     " 本",                   0 },
	    {KEY_DEL,         EDIT_CHANGED,   "本",                    0 },
	    {'x',             EDIT_CHANGED,   "x本",                   1 },
	    {CTRL('K'),       EDIT_CHANGED,   "x",                      1 },
	    {KEY_PAGE_UP,     EDIT_IGNORED,   "x",                      1 },
	    {0x9B,            EDIT_IGNORED,   "x",                      1 },
	    {CTRL('U'),       EDIT_CHANGED,   "",                       0 },
	    {KEY_ERASE,       EDIT_CANCELLED, "",                       0 },
	    {KEY_ESCAPE,      EDIT_CANCELLED, "",                       0 },
	    {KEY_TAB,         EDIT_MOVED,     "",                       0 },
	    {KEY_RETURN,      EDIT_DONE,      "",                       0 },
	};
	struct edit e;
	edit_init(&e, NULL, STR_LIT("one tw"));
	assert_int_equal(type(&e, "e\xcc\x81 日本"), EDIT_CHANGED); /* e and a combining acute */
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		enum edit_result result = edit_key(&e, steps[i].key);
		check(&e);
		assert_string_equal(buf_cstr(&e.line), steps[i].line);
		assert_int_equal(e.caret, steps[i].caret);
		assert_int_equal(result, steps[i].result);
	}
	edit_done(&e);
}

static void test_history(void **state)
{
	(void)state;
	struct edit_history history = {0};
	struct edit e;
	static const char *const lines[] = {"one", "two", "three", "two", " "};
	for (size_t i = 0; i < 5; i++) {
		edit_init(&e, &history, str_of(lines[i]));
		assert_int_equal(edit_key(&e, KEY_RETURN), EDIT_DONE);
		edit_done(&e);
	}
	assert_int_equal(history.n, 3);
	edit_init(&e, &history, STR_LIT("mine"));
	static const struct {
		int key;
		const char *line;
	} steps[] = {
	    {KEY_ARROW_DOWN, "mine" },
            {KEY_ARROW_UP,   "two"  },
            {KEY_ARROW_UP,   "three"},
	    {KEY_ARROW_UP,   "one"  },
            {KEY_ARROW_UP,   "one"  },
            {KEY_ARROW_DOWN, "three"},
	    {KEY_ARROW_DOWN, "two"  },
            {KEY_ARROW_DOWN, "mine" },
            {KEY_ARROW_DOWN, "mine" }
        };
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		edit_key(&e, steps[i].key);
		assert_string_equal(buf_cstr(&e.line), steps[i].line);
	}
	edit_done(&e);
	for (int i = 0; i < 700; i++) {
		char line[16];
		snprintf(line, sizeof line, "line %d", i);
		edit_history_add(&history, str_of(line));
	}
	assert_int_equal(history.n, 500);
	assert_string_equal(history.lines[499], "line 699");
	edit_history_done(&history);
}

/* A line that is begun goes through those that begin so; ^R through those that have it anywhere. */
static void earlier_lines_are_found(void **state)
{
	(void)state;
	static const char *const lines[] = {"status:error dur>2s", "kind:llm", "status:ok", "model~gpt status:ok"};
	struct edit_history history = {0};
	struct edit e;
	for (size_t i = 0; i < 4; i++)
		edit_history_add(&history, str_of(lines[i]));
	edit_init(&e, &history, STR_NONE);
	for (const char *c = "stat"; *c; c++)
		edit_key(&e, *c);
	static const struct {
		int key;
		const char *line;
	} steps[] = {
	    {KEY_ARROW_UP,   "status:ok"          },
            {KEY_ARROW_UP,   "status:error dur>2s"},
	    {KEY_ARROW_UP,   "status:error dur>2s"}, /* none before it begins so */
	    {KEY_ARROW_DOWN, "status:ok"          },
            {KEY_ARROW_DOWN, "stat"               },
	    {18,             "model~gpt status:ok"},
            {18,             "status:ok"          },
	    {18,             "status:error dur>2s"},
            {18,             "status:error dur>2s"},
	    {KEY_ARROW_DOWN, "status:ok"          },
            {'!',            "status:ok!"         }, /* a line of its own from here on */
	    {KEY_ARROW_UP,   "status:ok!"         },
	};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		edit_key(&e, steps[i].key);
		assert_string_equal(buf_cstr(&e.line), steps[i].line);
	}
	edit_done(&e);
	edit_history_done(&history);
}

static bool complete_kind(void *context, struct buf *line, size_t *caret, struct buf *hint)
{
	(*(int *)context)++;
	if (!str_starts(buf_str(line), "ki"))
		return false;
	buf_clear(line);
	buf_add_cstr(line, "kind:");
	*caret = line->len;
	buf_add_cstr(hint, "llm tool");
	return true;
}

static void assert_shows(const struct edit *e, int cols, const char *expected, int caret)
{
	struct grid g;
	struct buf text = BUF_INIT;
	grid_init(&g, 1, cols, false);
	edit_draw(e, grid_canvas(&g), 0, "&");
	canvas_text(&text, grid_canvas(&g), false, false);
	assert_string_equal(buf_cstr(&text), expected);
	assert_int_equal(g.caret_row, 0);
	assert_int_equal(g.caret_col, caret);
	buf_done(&text);
	grid_done(&g);
}

static void test_completion_and_drawing(void **state)
{
	(void)state;
	int calls = 0;
	struct edit e;
	edit_init(&e, NULL, STR_LIT("x"));
	e.complete = complete_kind;
	e.context = &calls;
	assert_int_equal(edit_key(&e, KEY_TAB), EDIT_MOVED);
	edit_key(&e, KEY_ERASE);
	type(&e, "ki");
	assert_int_equal(edit_key(&e, KEY_TAB), EDIT_CHANGED);
	assert_int_equal(calls, 2);
	assert_shows(&e, 20, "&kind:  llm tool\n", 6);
	type(&e, "llm");
	assert_shows(&e, 20, "&kind:llm\n", 9);
	assert_shows(&e, 6, "&:llm\n", 5);
	edit_key(&e, KEY_TO_HOME);
	assert_shows(&e, 6, "&kind…\n", 1);
	assert_shows(&e, 1, "…\n", 0);
	edit_done(&e);
	edit_init(&e, NULL, STR_LIT("a\r\nb\x1b\xff"));
	assert_string_equal(buf_cstr(&e.line), "a  b �");
	edit_done(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_history),
	    cmocka_unit_test(earlier_lines_are_found),
	    cmocka_unit_test(test_completion_and_drawing),
	};
	return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
