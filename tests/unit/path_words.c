/* Names of files as they are typed at the prompt. */
#include "tui/path_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char home[] = "/tmp/spoor-paths-XXXXXX";
static const char *const names[] = {"b", "aa.json", "a file.json", ".hidden", "red\033[31m", "logs/in.jsonl"};
enum { N_NAMES = sizeof names / sizeof *names };

static void touch(const char *name)
{
	char path[200];
	snprintf(path, sizeof path, "%s/%s", home, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
}

/* Names and what the line becomes: "a.json=~/a.json logs/=~/logs/ ". */
static void assert_words(const char *line, const char *expected)
{
	struct arena arena = ARENA_INIT;
	struct buf got = BUF_INIT;
	const struct path_word *words;
	size_t n = path_words(str_of(line), &arena, &words);
	for (size_t i = 0; i < n; i++)
		buf_printf(&got, STR_FMT "=" STR_FMT "|", STR_ARG(words[i].name), STR_ARG(words[i].whole));
	assert_string_equal(buf_cstr(&got), expected);
	buf_done(&got);
	arena_done(&arena);
}

static void test_words(void **state)
{
	(void)state;
	assert_words("~/", "a file.json=~/a file.json|aa.json=~/aa.json|b=~/b|logs/=~/logs/|");
	assert_words(" ~/a", "a file.json=~/a file.json|aa.json=~/aa.json|");
	assert_words("~/a f", "a file.json=~/a file.json|");
	assert_words("~/.", ".hidden=~/.hidden|");
	assert_words("~/logs/", "in.jsonl=~/logs/in.jsonl|");
	assert_words("~/B", "");
	assert_words("~/nowhere/", "");
	assert_words("tests/unit/path_w", "path_words.c=tests/unit/path_words.c|");
	assert_words("test", "tests/=tests/|");
}

static void test_path_of_line(void **state)
{
	(void)state;
	struct buf path = BUF_INIT;
	char expected[200];
	snprintf(expected, sizeof expected, "%s/a file.json", home);
	path_of_line(STR_LIT(" ~/a file.json "), &path);
	assert_string_equal(buf_cstr(&path), expected);
	buf_clear(&path);
	path_of_line(STR_LIT("  "), &path);
	assert_int_equal(path.len, 0);
	buf_done(&path);
}

static int make(void **state)
{
	char path[200];
	(void)state;
	if (!mkdtemp(home))
		return -1;
	setenv("HOME", home, 1);
	snprintf(path, sizeof path, "%s/logs", home);
	mkdir(path, 0700);
	for (size_t i = 0; i < N_NAMES; i++)
		touch(names[i]);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	char path[200];
	for (size_t i = 0; i < N_NAMES; i++) {
		snprintf(path, sizeof path, "%s/%s", home, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s/logs", home);
	return rmdir(path) == 0 ? rmdir(home) : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_path_of_line)};
	return cmocka_run_group_tests(tests, make, drop);
}
