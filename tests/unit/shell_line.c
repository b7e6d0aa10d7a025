/* A shell's line parted and put back: what it means to completion, and that sh reads every word back as it is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "tui/cmd/shell_line.h"

static const char breaks[] = " \t\n\"'@><=;|&(:";

static void line_is(const char *text, size_t n, const char *typed, size_t stays, enum shell_quote in)
{
	struct arena arena = ARENA_INIT;
	struct shell_line l;
	shell_line_read(&l, str_of(text), breaks, &arena);
	assert_int_equal(l.words.n, n);
	assert_true(str_is(l.typed, typed));
	assert_int_equal(l.stays, stays);
	assert_int_equal(l.in, in);
	shell_line_done(&l);
	arena_done(&arena);
}

static void lines(void **state)
{
	(void)state;
	line_is("", 0, "", 0, SHELL_BARE);
	line_is("spoor tr", 1, "tr", 0, SHELL_BARE);
	line_is("spoor trace ", 2, "", 0, SHELL_BARE);
	line_is("spoor traces --where kind:l", 3, "kind:l", 5, SHELL_BARE);
	line_is("spoor traces --where 'kind:llm st", 3, "kind:llm st", 0, SHELL_SINGLE);
	line_is("spoor traces --where=\"a \\\"b", 2, "--where=a \"b", 8, SHELL_DOUBLE);
	line_is("spoor prompts claims\\ o", 2, "claims o", 0, SHELL_BARE);
	line_is("spoor a'b c'\"d e\"f", 1, "ab cd ef", 7, SHELL_BARE);
	line_is("spoor '' x\\", 2, "x", 0, SHELL_BARE);
	line_is("  spoor\tx\\:y:z", 1, "x:y:z", 4, SHELL_BARE);
}

/* Through sh itself. */
static void read_back(struct str word, enum shell_quote in)
{
	static const char *const quotes[] = {"", "'", "\""};
	struct buf command = BUF_INIT, got = BUF_INIT;
	buf_printf(&command, "printf %%s x%s", quotes[in]);
	assert_true(shell_word(&command, word, 0, in));
	buf_printf(&command, "%s", quotes[in]);
	int ends[2], status;
	char byte;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl("/bin/sh", "sh", "-c", buf_cstr(&command), (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	while (read(ends[0], &byte, 1) == 1)
		buf_add_char(&got, byte);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(str_eq(str_from(buf_str(&got), 1), word));
	buf_done(&command);
	buf_done(&got);
}

static void words(void **state)
{
	static const char *const tried[] = {
	    "plain",      "a b", "$(echo ran)", "`echo ran`", "it's", "\"q\"",  "\\",   "a\\b",
	    "*?[x]{a,b}", "~",   ";&|<>()",     "#x",         "-n",   "$HOME",  "${x}", "\\'\\\"$",
	    "é 日本",     "''",  "%s",          "=x:y@z,w",   "^x",   "\\$(x)",
	};
	(void)state;
	for (size_t i = 0; i < sizeof tried / sizeof *tried; i++)
		for (int in = SHELL_BARE; in <= SHELL_DOUBLE; in++)
			read_back(str_of(tried[i]), (enum shell_quote)in);
}

static void refused(void **state)
{
	struct buf out = BUF_INIT;
	(void)state;
	for (int in = SHELL_BARE; in <= SHELL_DOUBLE; in++) {
		assert_false(shell_word(&out, STR_LIT("a\nb"), 0, (enum shell_quote)in));
		assert_false(shell_word(&out, STR_LIT("\033[31m"), 0, (enum shell_quote)in));
		assert_false(shell_word(&out, STR_LIT("x\tid"), 0, (enum shell_quote)in));
	}
	assert_false(shell_word(&out, STR_LIT("wow!x"), 0, SHELL_DOUBLE));
	assert_int_equal(out.len, 0);
	assert_true(shell_word(&out, STR_LIT("kind:llm x"), 5, SHELL_BARE));
	assert_string_equal(buf_cstr(&out), "llm\\ x");
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines),
	    cmocka_unit_test(words),
	    cmocka_unit_test(refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
