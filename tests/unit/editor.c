#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "store/stat/rng.h"
#include "tui/widget/editor.h"

#define CTRL(letter) ((letter)&31)

/* ---------------------------------------------------------------- what always holds */

/* The rows as text_wrap tells them, from the start. */
static void check_rows(const struct editor *e)
{
	struct str text = editor_text(e);
	size_t n = 0, at = 0;
	for (struct text_row row; at != SIZE_MAX; n++) {
		assert_true(n < e->n_starts);
		assert_int_equal(e->starts[n], at);
		size_t next = text_wrap(text, at, e->cols, &row);
		bool last_line = next == SIZE_MAX && at < text.len && text.ptr[text.len - 1] == '\n';
		at = last_line ? text.len : next;
	}
	assert_int_equal(n, e->n_starts);
}

/* Where a cluster of its line begins, or the text ends. */
static bool is_boundary(struct str text, size_t at)
{
	size_t line = at;
	while (line > 0 && text.ptr[line - 1] != '\n')
		line--;
	struct text_iter it;
	struct cell_text cell;
	size_t place = line;
	struct str rest = str_from(text, line);
	size_t end = str_find_char(rest, '\n');
	for (text_iter_init(&it, end == SIZE_MAX ? rest : str_cut(rest, 0, end + 1), false);
	     place < at && text_next(&it, &cell);)
		place = line + it.next_at;
	return place == at;
}

static void check(const struct editor *e)
{
	struct str text = editor_text(e);
	assert_true(text_is_valid(text));
	assert_true(e->caret <= text.len && text.len <= EDITOR_MOST);
	assert_true(is_boundary(text, e->caret));
	assert_int_equal(buf_cstr(&e->text)[text.len], '\0');
	check_rows(e);
}

static void type(struct editor *e, const char *text)
{
	for (struct str rest = str_of(text); rest.len;) {
		uint32_t code = text_decode(&rest);
		assert_int_equal(editor_key(e, code == '\n' ? KEY_RETURN : (int)code), EDITOR_GOES_ON);
		check(e);
	}
}

/* ---------------------------------------------------------------- keys */

struct step {
	int key;
	const char *text;
	size_t caret;
};

static void walk(struct editor *e, const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(editor_key(e, steps[i].key), EDITOR_GOES_ON);
		check(e);
		if (strcmp(buf_cstr(&e->text), steps[i].text) != 0 || e->caret != steps[i].caret)
			fail_msg("step %zu: |%s| %zu, expected |%s| %zu", i, buf_cstr(&e->text), e->caret,
			         steps[i].text, steps[i].caret);
	}
}

static void test_keys(void **state)
{
	(void)state;
	static const struct step steps[] = {
	    {KEY_ARROW_LEFT, "ab e\xcc\x81\n日本", 10},
	    {KEY_ARROW_LEFT, "ab e\xcc\x81\n日本", 7 },
	    {KEY_ARROW_LEFT, "ab e\xcc\x81\n日本", 6 },
	    {KEY_ARROW_LEFT, "ab e\xcc\x81\n日本", 3 },
	    {KEY_DEL,        "ab \n日本",          3 },
	    {KEY_DEL,        "ab 日本",            3 },
	    {KEY_RETURN,     "ab \n日本",          4 },
	    {KEY_TO_END,     "ab \n日本",          10},
	    {KEY_ERASE,      "ab \n日",             7 },
	    {KEY_ARROW_UP,   "ab \n日",             2 },
	    {KEY_TO_HOME,    "ab \n日",             0 },
	    {KEY_ERASE,      "ab \n日",             0 },
	    {KEY_ARROW_LEFT, "ab \n日",             0 },
	    {KEY_ARROW_UP,   "ab \n日",             0 },
	    {KEY_WORD_RIGHT, "ab \n日",             2 },
	    {KEY_WORD_RIGHT, "ab \n日",             7 },
	    {KEY_WORD_RIGHT, "ab \n日",             7 },
	    {KEY_ARROW_DOWN, "ab \n日",             7 },
	    {KEY_WORD_LEFT,  "ab \n日",             4 },
	    {CTRL('W'),      "日",                  0 },
	    {CTRL('_'),      "ab \n日",             4 },
	    {KEY_TO_TOP,     "ab \n日",             0 },
	    {CTRL('K'),      "\n日",                0 },
	    {CTRL('K'),      "日",                  0 },
	    {KEY_TO_BOTTOM,  "日",                  3 },
	    {KEY_TAB,        "日\t",                4 },
	    {CTRL('U'),      "",                     0 },
	    {KEY_ERASE,      "",                     0 },
	    {KEY_DEL,        "",                     0 },
	    {CTRL('W'),      "",                     0 },
	    {CTRL('U'),      "",                     0 },
	    {CTRL('K'),      "",                     0 },
	    {0x9B,           "",                     0 },
	    {0x7F,           "",                     0 },
	    {27,             "",	             0 },
	    {KEY_PASTE,      "",                     0 },
	    {KEY_RETURN,     "\n",                   1 },
	    {KEY_RETURN,     "\n\n",                 2 },
	    {KEY_ARROW_UP,   "\n\n",                 1 },
	    {CTRL('U'),      "\n",                   0 },
	};
	struct editor e;
	editor_init(&e, STR_LIT("ab e\xcc\x81\n日本"));
	editor_fit(&e, 8, 40);
	/* 27 as a bare code is no key that terminals give (KEY_ESCAPE is), and no text either */
	walk(&e, steps, sizeof steps / sizeof *steps);
	editor_done(&e);
}

/* Up and down go by rows of the screen and keep their column; the end of a full row is not the start of the next. */
static void test_rows(void **state)
{
	(void)state;
	static const struct step steps[] = {
	    {KEY_TO_END,     "aaaa bbbb\n日本語日本語",  4 },
	    {KEY_ARROW_DOWN, "aaaa bbbb\n日本語日本語",  9 },
	    {KEY_ARROW_DOWN, "aaaa bbbb\n日本語日本語",  16},
	    {KEY_ARROW_DOWN, "aaaa bbbb\n日本語日本語",  25},
	    {KEY_ARROW_DOWN, "aaaa bbbb\n日本語日本語",  28},
	    {KEY_ARROW_UP,   "aaaa bbbb\n日本語日本語",  19}, /* 3 wide ones fill a row: after the third, in its row */
	    {KEY_TO_HOME,    "aaaa bbbb\n日本語日本語",  10},
	    {KEY_TO_END,     "aaaa bbbb\n日本語日本語",  19},
	    {'x',            "aaaa bbbb\n日本語x日本語", 20},
	};
	struct editor e;
	editor_init(&e, STR_LIT("aaaa bbbb\n日本語日本語"));
	editor_fit(&e, 8, 8);
	assert_int_equal(e.cols, 6);
	editor_key(&e, KEY_TO_TOP);
	walk(&e, steps, sizeof steps / sizeof *steps);
	editor_done(&e);
}

/* Undo goes by words typed, pastes and single cuts; a new change forgets what was undone. */
static void test_undo(void **state)
{
	(void)state;
	struct editor e;
	editor_init(&e, STR_NONE);
	editor_fit(&e, 8, 40);
	type(&e, "one two");
	editor_paste(&e, STR_LIT(" three four"));
	type(&e, "5");
	editor_key(&e, KEY_ERASE);
	editor_key(&e, KEY_ERASE);
	editor_key(&e, KEY_ERASE);
	static const struct step steps[] = {
	    {CTRL('_'), "one two three four5", 19},
	    {CTRL('_'), "one two three four",  18},
	    {CTRL('_'), "one two",             7 },
	    {CTRL('_'), "one ",                4 },
	    {CTRL('R'), "one two",             7 },
	    {CTRL('_'), "one ",                4 },
	    {CTRL('_'), "",                    0 },
	    {CTRL('_'), "",                    0 },
	    {CTRL('R'), "one ",                4 },
	    {CTRL('R'), "one two",             7 },
	    {CTRL('R'), "one two three four",  18},
	    {'x',       "one two three fourx", 19},
	    {CTRL('R'), "one two three fourx", 19},
	};
	walk(&e, steps, sizeof steps / sizeof *steps);
	assert_string_equal(e.said, "nothing to redo");
	editor_done(&e);
}

/* No key but ^S and an answer ends it; what was typed goes with no other key. */
static void test_leaving(void **state)
{
	(void)state;
	struct editor e;
	static const int leave[] = {KEY_ESCAPE, CTRL('C'), CTRL('G')};
	for (size_t i = 0; i < 3; i++) {
		editor_init(&e, STR_LIT("as it was"));
		editor_fit(&e, 8, 40);
		assert_int_equal(editor_key(&e, leave[i]), EDITOR_LEAVE);
		type(&e, "x");
		assert_int_equal(editor_key(&e, leave[i]), EDITOR_GOES_ON);
		assert_true(e.asking);
		assert_int_equal(editor_key(&e, KEY_ESCAPE), EDITOR_GOES_ON);
		assert_false(e.asking);
		editor_key(&e, leave[i]);
		editor_paste(&e, STR_LIT("n"));
		assert_true(e.asking);
		assert_int_equal(editor_key(&e, 'o'), EDITOR_GOES_ON); /* typed on: nothing of it is lost */
		assert_false(e.asking);
		assert_string_equal(buf_cstr(&e.text), "as it wasxo");
		editor_key(&e, leave[i]);
		assert_int_equal(editor_key(&e, 'y'), EDITOR_SAVE);
		editor_key(&e, leave[i]);
		assert_int_equal(editor_key(&e, KEY_RETURN), EDITOR_SAVE);
		editor_key(&e, leave[i]);
		assert_int_equal(editor_key(&e, 'n'), EDITOR_THROW);
		editor_key(&e, KEY_ERASE);
		editor_key(&e, KEY_ERASE); /* as it was again */
		assert_int_equal(editor_key(&e, leave[i]), EDITOR_LEAVE);
		assert_int_equal(editor_key(&e, CTRL('S')), EDITOR_SAVE);
		assert_int_equal(editor_key(&e, CTRL('E')), EDITOR_HAND_OVER);
		editor_done(&e);
	}
	/* What was thrown away, one key brings. */
	editor_init(&e, STR_LIT("old"));
	editor_offer(&e, STR_LIT("thrown"));
	assert_string_equal(buf_cstr(&e.text), "old");
	assert_false(editor_is_changed(&e));
	editor_key(&e, CTRL('R'));
	assert_string_equal(buf_cstr(&e.text), "thrown");
	editor_done(&e);
}

static void test_pastes(void **state)
{
	(void)state;
	static const struct {
		const char *pasted, *text, *said;
	} rows[] = {
	    {"a\r\nb\rc\nd",               "a\nb\nc\nd",                                        ""                                   },
	    {"a\tb",	               "a\tb",	                                      ""	                           },
	    {"\033[31mred\033[0m",         "[31mred[0m",                                        "pasted without 2 control characters"},
	    {"x\033[201~:q\x07",           "x[201~:q",                                          "pasted without 2 control characters"},
	    {"\xc2\x9b"
	     "5n",            "5n",	                                        "pasted without 1 control character" },
	    {"a\xe2\x80\xaetxt",           "a\xe2\x80\xaetxt",                                  ""                                   },
	    {"a\xff"
	     "b\xed\xa0\x80", "a\xef\xbf\xbd"
	     "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", ""	                           },
	    {"a\xe2\x80\xa8"
	     "b\xc2\x85"
	     "c",	     "a\nb\nc",	                                   ""	                           },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct editor e;
		editor_init(&e, STR_NONE);
		editor_paste(&e, str_of(rows[i].pasted));
		check(&e);
		assert_string_equal(buf_cstr(&e.text), rows[i].text);
		assert_string_equal(e.said, rows[i].said);
		editor_key(&e, CTRL('_'));
		assert_string_equal(buf_cstr(&e.text), "");
		editor_done(&e);
	}
}

/* What comes back from another editor: one change; its newline at the end is not the text's. */
static void test_replace(void **state)
{
	(void)state;
	struct editor e;
	editor_init(&e, STR_LIT("one"));
	editor_replace(&e, STR_LIT("one\n"));
	assert_false(editor_is_changed(&e));
	assert_int_equal(e.done_changes, 0);
	editor_replace(&e, STR_LIT("two\nlines\n"));
	check(&e);
	assert_string_equal(buf_cstr(&e.text), "two\nlines");
	editor_key(&e, CTRL('_'));
	assert_string_equal(buf_cstr(&e.text), "one");
	editor_replace(&e, STR_NONE);
	assert_string_equal(buf_cstr(&e.text), "");
	editor_done(&e);
}

/* ---------------------------------------------------------------- against a simple model */

/* A text and a caret; every change as a copy of all. */
struct model {
	struct buf text;
	size_t caret;
};

static void model_put(struct model *m, size_t from, size_t to, const char *add)
{
	struct buf now = BUF_INIT;
	buf_add_str(&now, str_cut(buf_str(&m->text), 0, from));
	buf_add_cstr(&now, add);
	buf_add_str(&now, str_from(buf_str(&m->text), to));
	buf_reserve(&now, 1);
	buf_done(&m->text);
	m->text = now;
	m->caret = from + strlen(add);
	while (!is_boundary(buf_str(&m->text), m->caret))
		m->caret++;
}

static size_t model_before(const struct model *m)
{
	size_t at = m->caret;
	if (!at)
		return 0;
	for (at--; !is_boundary(buf_str(&m->text), at);)
		at--;
	return at;
}

static size_t model_after(const struct model *m)
{
	size_t at = m->caret;
	if (at == m->text.len)
		return at;
	for (at++; !is_boundary(buf_str(&m->text), at);)
		at++;
	return at;
}

static const char *const pieces[] = {"a",
                                     "b",
                                     " ",
                                     " ",
                                     "\n",
                                     "word",
                                     "longer",
                                     "e",
                                     "\xcc\x81", /* a mark for what stands before */
                                     "日",
                                     "本語。",
                                     "\xf0\x9f\x91\xa9", /* woman, */
                                     "\xe2\x80\x8d",     /* joined with */
                                     "\xf0\x9f\x9a\x80", /* a rocket */
                                     "\xf0\x9f\x87\xaf", /* J of a flag */
                                     "\xf0\x9f\x87\xb5", /* P */
                                     "\t",
                                     "\xe2\x80\xae",
                                     "\xd7\xa9\xd7\x9c",
                                     "      "};
enum { N_PIECES = sizeof pieces / sizeof *pieces, SESSIONS = 60, KEYS = 400 };

static void model_key(struct model *m, struct editor *e, struct rng *rng)
{
	size_t which = rng_index(rng, 12);
	const char *piece = pieces[rng_index(rng, N_PIECES)];
	switch (which) {
	case 0:
		editor_key(e, KEY_ERASE);
		model_put(m, model_before(m), m->caret, "");
		break;
	case 1:
		editor_key(e, KEY_DEL);
		model_put(m, m->caret, model_after(m), "");
		break;
	case 2:
		editor_key(e, KEY_ARROW_LEFT);
		m->caret = model_before(m);
		break;
	case 3:
		editor_key(e, KEY_ARROW_RIGHT);
		m->caret = model_after(m);
		break;
	case 4: editor_fit(e, 3 + (int)rng_index(rng, 6), 4 + (int)rng_index(rng, 30)); break;
	case 5: {
		static const int moves[] = {KEY_ARROW_UP, KEY_ARROW_DOWN, KEY_TO_HOME,   KEY_TO_END,
		                            KEY_TO_TOP,   KEY_PAGE_DOWN,  KEY_WORD_LEFT, KEY_WORD_RIGHT};
		editor_key(e, moves[rng_index(rng, 8)]);
		m->caret = e->caret; /* check: a boundary */
		break;
	}
	default: editor_paste(e, str_of(piece)); model_put(m, m->caret, m->caret, piece);
	}
}

static void test_model(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SESSIONS; seed++) {
		struct rng rng = rng_stream(seed, 8);
		struct editor e;
		struct model m = {.text = BUF_INIT};
		editor_init(&e, STR_NONE);
		editor_fit(&e, 6, 12);
		buf_reserve(&m.text, 1);
		for (int i = 0; i < KEYS; i++) {
			model_key(&m, &e, &rng);
			check(&e);
			if (!str_eq(editor_text(&e), buf_str(&m.text)) || e.caret != m.caret)
				fail_msg("seed %d, key %d: caret %zu of %zu, expected %zu of %zu", (int)seed, i,
				         e.caret, e.text.len, m.caret, m.text.len);
			size_t row = e.top;
			assert_true(row < e.n_starts);
		}
		/* All of it back, and forth again. */
		while (e.done_changes) {
			editor_key(&e, CTRL('_'));
			check(&e);
		}
		assert_int_equal(e.text.len, 0);
		while (e.done_changes < e.n_changes)
			editor_key(&e, CTRL('R'));
		check(&e);
		assert_true(str_eq(editor_text(&e), buf_str(&m.text)));
		editor_done(&e);
		buf_done(&m.text);
	}
}

/* ---------------------------------------------------------------- size */

static double ms_since(clock_t began)
{
	return 1000.0 * (double)(clock() - began) / CLOCKS_PER_SEC;
}

static void test_large(void **state)
{
	(void)state;
	static const char *const kinds[] = {"word and another one, ", "line\n", "日本語", "\n", "x", " "};
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct editor e;
		struct buf text = BUF_INIT;
		while (text.len + strlen(kinds[k]) + 64 < EDITOR_MOST)
			buf_add_cstr(&text, kinds[k]);
		editor_init(&e, buf_str(&text));
		editor_fit(&e, 8, 80);
		editor_key(&e, KEY_TO_TOP);
		editor_key(&e, KEY_ARROW_DOWN);
		clock_t began = clock();
		for (int i = 0; i < 20; i++)
			editor_key(&e, 'y');
		double ms = ms_since(began) / 20;
		print_message("1 MiB of \"%s\": %.2f ms a key\n", k == 3 ? "\\n" : k == 1 ? "line\\n" : kinds[k], ms);
		if (ms > 100)
			fail_msg("a key took %.0f ms", ms);
		check_rows(&e);
		/* The limit holds, and is said. */
		size_t before = e.text.len;
		editor_paste(&e, buf_str(&text));
		assert_int_equal(e.text.len, before);
		assert_string_equal(e.said, "not taken: the text would be longer than 1 MiB");
		/* So does that of what can be undone. */
		for (int i = 0; i < 12; i++) {
			editor_replace(&e, i % 2 ? buf_str(&text) : STR_LIT("short"));
			assert_true(e.bytes_changes <= 8 << 20);
		}
		editor_done(&e);
		buf_done(&text);
	}
}

/* ---------------------------------------------------------------- drawing */

static void shows(const struct editor *e, int rows, int cols, bool ascii, struct buf *out)
{
	struct grid g;
	buf_clear(out);
	grid_init(&g, rows, cols, ascii);
	g.caret_row = g.caret_col = -1;
	editor_draw(e, grid_canvas(&g), "Note on this answer");
	canvas_text(out, grid_canvas(&g), false, false);
	buf_printf(out, "%d %d\n", g.caret_row, g.caret_col);
	grid_done(&g);
}

static void assert_shows(struct editor *e, int rows, int cols, bool ascii, const char *expected)
{
	struct buf out = BUF_INIT;
	editor_fit(e, rows, cols);
	shows(e, rows, cols, ascii, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_done(&out);
}

static void test_drawing(void **state)
{
	(void)state;
	struct editor e;
	editor_init(&e, STR_LIT("The limit is 120 days, not 60 (policy 4.2).\nAsk \xe2\x80\xae legal.\n"));
	assert_shows(&e, 6, 60, false,
	             "─ Note on this answer ──────────────────────────────────────\n"
	             " The limit is 120 days, not 60 (policy 4.2).\n"
	             " Ask <U+202E> legal.\n"
	             "\n"
	             "\n"
	             " Ctrl-S save   Esc leave   Enter new line   Ctrl-_ undo\n"
	             "3 1\n");
	assert_shows(&e, 4, 40, true,
	             "- Note on this answer -- 2 lines above -\n"
	             " Ask <U+202E> legal.\n"
	             "\n"
	             " Ctrl-S save   Esc leave\n"
	             "2 1\n");
	editor_key(&e, KEY_TO_TOP);
	assert_shows(&e, 4, 40, false,
	             "─ Note on this answer ── 2 lines below ─\n"
	             " The limit is 120 days, not 60 (policy\n"
	             " 4.2).\n"
	             " Ctrl-S save   Esc leave\n"
	             "1 1\n");
	type(&e, "No. ");
	editor_key(&e, KEY_ESCAPE);
	assert_shows(&e, 3, 80, false,
	             "─ Note on this answer ────────────────────────────────────────── 2 lines below ─\n"
	             " No. The limit is 120 days, not 60 (policy 4.2).\n"
	             " Save what you wrote?  y yes   n no, throw it away   Esc go on writing\n"
	             "1 5\n");
	assert_shows(&e, 3, 36, false,
	             "─ Note on this a… ── 3 lines below ─\n"
	             " No. The limit is 120 days, not 60\n"
	             " Save it?  y yes   n no   Esc go on\n"
	             "1 5\n");
	editor_done(&e);
	/* A full row leaves the caret its place. */
	editor_init(&e, STR_LIT("日本語日本語"));
	assert_shows(&e, 4, 8, false, "─ Not… ─\n 日本語\n 日本語\n\n2 7\n");
	editor_done(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_keys),    cmocka_unit_test(test_rows),   cmocka_unit_test(test_undo),
	    cmocka_unit_test(test_leaving), cmocka_unit_test(test_pastes), cmocka_unit_test(test_replace),
	    cmocka_unit_test(test_model),   cmocka_unit_test(test_large),  cmocka_unit_test(test_drawing),
	};
	return cmocka_run_group_tests_name("editor", tests, NULL, NULL);
}
