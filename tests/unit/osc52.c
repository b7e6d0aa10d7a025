#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tui/osc52.h"

static void test_wraps(void **state)
{
	(void)state;
	static const struct {
		const char *term, *tmux, *text, *bytes;
	} cases[] = {
	    {"xterm",                 NULL,                      "",           "\033]52;c;\a"                        },
	    {"xterm",                 NULL,                      "f",          "\033]52;c;Zg==\a"                    }, /* RFC 4648, section 10 */
	    {"xterm",                 NULL,                      "fo",         "\033]52;c;Zm8=\a"                    },
	    {"xterm",                 NULL,                      "foo",        "\033]52;c;Zm9v\a"                    },
	    {"xterm",                 NULL,                      "foobar\xff", "\033]52;c;Zm9vYmFy/w==\a"            },
	    {"screen",                "/tmp/tmux-0/default,1,0", "f",          "\033Ptmux;\033\033]52;c;Zg==\a\033\\"},
	    {"screen.xterm-256color", NULL,                      "f",          "\033P\033]52;c;Zg==\a\033\\"         },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT;
		setenv("TERM", cases[i].term, 1);
		unsetenv("TMUX");
		if (cases[i].tmux)
			setenv("TMUX", cases[i].tmux, 1);
		assert_true(osc52_add(&out, str_of(cases[i].text)));
		assert_string_equal(buf_cstr(&out), cases[i].bytes);
		buf_done(&out);
	}
}

static void test_limit(void **state)
{
	(void)state;
	struct buf out = BUF_INIT, text = BUF_INIT;
	buf_add_fill(&text, 'x', OSC52_MAX);
	assert_true(osc52_add(&out, buf_str(&text)));
	assert_true(out.len < 100100);
	buf_clear(&out);
	buf_add_char(&text, 'x');
	assert_false(osc52_add(&out, buf_str(&text)));
	assert_int_equal(out.len, 0);
	buf_done(&out);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_wraps), cmocka_unit_test(test_limit)};
	return cmocka_run_group_tests_name("osc52", tests, NULL, NULL);
}
