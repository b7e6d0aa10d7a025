#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/osc52.h"

#define PLAIN  "\033]52;c;Zg==\a"
#define TMUX   "\033Ptmux;\033\033]52;c;Zg==\a\033\\"
#define SCREEN "\033P\033]52;c;Zg==\a\033\\"

static void set_or_not(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void test_wraps(void **state)
{
	(void)state;
	static const struct {
		const char *term, *tmux, *sty, *text, *bytes;
		bool tmux_has;
	} cases[] = {
	    {"xterm",                 NULL,         NULL,    "",           "\033]52;c;\a",             false},
	    {"xterm",                 NULL,         NULL,    "f",          "\033]52;c;Zg==\a",         false}, /* RFC 4648, section 10 */
	    {"xterm",                 NULL,         NULL,    "fo",         "\033]52;c;Zm8=\a",         false},
	    {"xterm",                 NULL,         NULL,    "foo",        "\033]52;c;Zm9v\a",         false},
	    {"xterm",                 NULL,         NULL,    "foobar\xff", "\033]52;c;Zm9vYmFy/w==\a", false},
	    {"tmux-256color",         "/tmp/t,1,0", NULL,    "f",          PLAIN TMUX,                 false},
	    {"xterm",                 "/tmp/t,1,0", NULL,    "f",          PLAIN TMUX,                 false},
	    {"tmux-256color",         "/tmp/t,1,0", NULL,    "f",          TMUX,
	     true	                                                                                   }, /* its buffer was loaded: only the terminal is left */
	    {"tmux-256color",         NULL,         NULL,    "f",          PLAIN TMUX,                 false}, /* through ssh */
	    {"screen",                "/tmp/t,1,0", NULL,    "f",          PLAIN TMUX,                 false},
	    {"screen.xterm-256color", NULL,         "1.pts", "f",          SCREEN,                     false},
	    {"screen",                NULL,         NULL,    "f",          PLAIN SCREEN,               false}, /* through ssh: tmux or screen */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT;
		set_or_not("TERM", cases[i].term);
		set_or_not("TMUX", cases[i].tmux);
		set_or_not("STY", cases[i].sty);
		assert_true(osc52_add(&out, str_of(cases[i].text), cases[i].tmux_has));
		assert_string_equal(buf_cstr(&out), cases[i].bytes);
		buf_done(&out);
	}
}

/* A strict reader: what a terminal behind screen gets is one sequence, whole; no piece is longer than screen's buffer. */
static void test_pieces(void **state)
{
	(void)state;
	static const size_t lengths[] = {0, 1, 360, 368, 369, 370, 371, 372, 1000, 10000, OSC52_MAX};
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct buf text = BUF_INIT, out = BUF_INIT, plain = BUF_INIT, got = BUF_INIT;
		for (size_t k = 0; k < lengths[i]; k++)
			buf_add_char(&text, (char)(k * 7));
		set_or_not("TMUX", NULL);
		set_or_not("STY", "1.pts-0.host");
		set_or_not("TERM", "screen");
		assert_true(osc52_add(&out, buf_str(&text), false));
		struct str rest = buf_str(&out);
		while (rest.len) {
			assert_true(str_starts(rest, "\033P"));
			size_t end = str_find(rest, STR_LIT("\033\\"));
			assert_true(end != SIZE_MAX && end - 2 <= OSC52_PIECE && end - 2 < 768);
			buf_add_str(&got, str_cut(rest, 2, end - 2));
			rest = str_from(rest, end + 2);
		}
		set_or_not("STY", NULL);
		set_or_not("TERM", "xterm");
		assert_true(osc52_add(&plain, buf_str(&text), false));
		assert_true(str_eq(buf_str(&got), buf_str(&plain)));
		buf_done(&text);
		buf_done(&out);
		buf_done(&plain);
		buf_done(&got);
	}
}

static void test_limit(void **state)
{
	(void)state;
	struct buf out = BUF_INIT, text = BUF_INIT;
	set_or_not("STY", NULL);
	set_or_not("TERM", "xterm");
	buf_add_fill(&text, 'x', OSC52_MAX);
	assert_true(osc52_add(&out, buf_str(&text), false));
	assert_true(out.len < 100100);
	buf_clear(&out);
	buf_add_char(&text, 'x');
	assert_false(osc52_add(&out, buf_str(&text), false));
	assert_int_equal(out.len, 0);
	buf_done(&out);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_wraps), cmocka_unit_test(test_pieces),
	                                   cmocka_unit_test(test_limit)};
	return cmocka_run_group_tests_name("osc52", tests, NULL, NULL);
}
