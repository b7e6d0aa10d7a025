/* The file of what views looked like: its form, its bounds, what hostile bytes and other processes do to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/base/file.h"
#include "tui/memory.h"
#include "tui/settings.h"

static char dir[64], store[128], file[128];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/spoor-memory-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(store, sizeof store, "%s/a.db", dir);
	snprintf(file, sizeof file, "%s/spoor/views", dir);
	setenv("XDG_STATE_HOME", dir, 1);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	unsetenv("SPOOR_MEMORY");
	settings_read("");
	return 0;
}

static int remove_dir(void **state)
{
	char path[128];
	(void)state;
	remove(file);
	snprintf(path, sizeof path, "%s/spoor", dir);
	remove(path);
	remove(dir);
	return 0;
}

static void put_file(struct str bytes)
{
	struct err err = ERR_INIT;
	assert_true(file_make_dir_of(file, &err));
	assert_true(file_replace(file, bytes, &err));
}

static void assert_has(const struct memory *m, const char *view, const char *json)
{
	struct buf got = BUF_INIT;
	assert_int_equal(memory_get(m, str_of(view), &got), json != NULL);
	if (json)
		assert_string_equal(buf_cstr(&got), json);
	buf_done(&got);
}

static void put(const char *store_name, const char *view, const char *json)
{
	struct memory *m = memory_open(store_name, false);
	memory_put(m, str_of(view), str_of(json));
	memory_save(m);
	memory_free(m);
}

static void it_comes_back(void **state)
{
	struct stat st;
	char other[128], same[128];
	(void)state;
	snprintf(other, sizeof other, "%s/b.db", dir);
	snprintf(same, sizeof same, "%s/./a.db", dir);
	put(store, "trace:1", "{\"cursor\":\"7\"}");
	put(store, "traces", "{\"row\":3}");
	put(store, "traces", "{\"row\":4}");
	put(other, "traces", "{\"row\":9}");
	struct memory *m = memory_open(same, false);
	assert_has(m, "trace:1", "{\"cursor\":\"7\"}");
	assert_has(m, "traces", "{\"row\":4}");
	assert_has(m, "trace:12", NULL);
	assert_has(m, "trace:", NULL);
	memory_put(m, STR_LIT("traces"), STR_LIT("{}"));
	assert_has(m, "traces", NULL); /* of this session, before it is written */
	memory_save(m);
	memory_free(m);
	m = memory_open(store, false);
	assert_has(m, "traces", NULL);
	memory_free(m);
	m = memory_open(other, false);
	assert_has(m, "traces", "{\"row\":9}");
	memory_free(m);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(other, sizeof other, "%s/spoor", dir);
	assert_int_equal(stat(other, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

/* The same again writes nothing. */
static void what_is_as_it_was_costs_nothing(void **state)
{
	struct stat before, after;
	(void)state;
	put(store, "traces", "{\"row\":3}");
	assert_int_equal(stat(file, &before), 0);
	put(store, "traces", "{\"row\":3}");
	put(store, "runs", "{}");
	put(store, "runs", "");
	assert_int_equal(stat(file, &after), 0);
	assert_int_equal(before.st_size, after.st_size);
}

static void it_can_be_switched_off(void **state)
{
	(void)state;
	put(store, "traces", "{\"row\":3}");
	setenv("SPOOR_MEMORY", "0", 1);
	settings_read("");
	struct memory *m = memory_open(store, false);
	assert_null(m);
	memory_put(m, STR_LIT("traces"), STR_LIT("{\"row\":5}"));
	memory_save(m);
	assert_has(m, "traces", NULL);
	memory_free(m);
	unsetenv("SPOOR_MEMORY");
	settings_read("");
	m = memory_open(store, false);
	assert_has(m, "traces", "{\"row\":3}");
	memory_free(m);
}

static void large_ones_are_not_kept(void **state)
{
	struct buf large = BUF_INIT, name = BUF_INIT;
	(void)state;
	buf_add_cstr(&large, "{\"filter\":\"");
	buf_add_fill(&large, 'x', MEMORY_VIEW_MAX);
	buf_add_cstr(&large, "\"}");
	buf_add_fill(&name, 'n', MEMORY_NAME_MAX + 1);
	put(store, "traces", "{\"row\":3}");
	put(store, "traces", buf_cstr(&large)); /* nothing rather than what it was before */
	put(store, buf_cstr(&name), "{\"row\":3}");
	struct memory *m = memory_open(store, false);
	assert_has(m, "traces", NULL);
	assert_has(m, buf_cstr(&name), NULL);
	memory_free(m);
	buf_done(&large);
	buf_done(&name);
}

/* Lines that are none of ours, cut ones, other types, bytes that act on terminals: none of them is an answer to anything. */
static void hostile_bytes_are_passed_over(void **state)
{
	static const char *const lines[] = {
	    "",
	    "rubbish",
	    "{}",
	    "{\"store\":\"",
	    "{\"store\":\"S\",\"view\":\"traces\",\"keep\":",
	    "{\"store\":\"S\",\"view\":\"traces\",\"keep\":{\"row\":1}",
	    "\xff\xfe\x1b]52;c;eA==\x07",
	    "{\"store\":7,\"view\":[],\"keep\":null}",
	};
	struct buf bytes = BUF_INIT, good = BUF_INIT;
	(void)state;
	buf_printf(&good, "{\"store\":\"%s\",\"view\":\"traces\",\"keep\":{\"row\":2}}\n", store);
	buf_add_str(&bytes, buf_str(&good));
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const char *at = strchr(lines[i], 'S');
		buf_printf(&bytes, "%.*s%s%s\n", at ? (int)(at - lines[i]) : (int)strlen(lines[i]), lines[i],
		           at ? store : "", at ? at + 1 : "");
	}
	buf_add(&bytes, "a\0b\n", 4);
	buf_add_fill(&bytes, 'y', 3 * MEMORY_FILE_MAX); /* what it held is too far back to be read */
	buf_add_char(&bytes, '\n');
	put_file(buf_str(&bytes));
	struct memory *m = memory_open(store, false);
	assert_has(m, "traces", NULL);
	memory_free(m);
	bytes.len -= 3 * MEMORY_FILE_MAX + 1;
	put_file(buf_str(&bytes));
	m = memory_open(store, false);
	struct buf got = BUF_INIT;
	memory_get(m, STR_LIT("traces"),
	           &got); /* the newest that looks like ours: what it holds is read as JSON by views.c */
	assert_true(got.len <= MEMORY_VIEW_MAX);
	buf_done(&got);
	memory_free(m);
	/* A full disk left half a line: the next one stands alone. */
	bytes.len = 0;
	buf_add_str(&bytes, buf_str(&good));
	buf_add_cstr(&bytes, "{\"store\":\"/x");
	put_file(buf_str(&bytes));
	put(store, "runs", "{\"row\":8}");
	m = memory_open(store, false);
	assert_has(m, "traces", "{\"row\":2}");
	assert_has(m, "runs", "{\"row\":8}");
	memory_free(m);
	buf_done(&bytes);
	buf_done(&good);
}

/* No directory, a directory in the file's place, a pipe nobody writes to, no right to write: no memory, no trouble. */
static void what_cannot_be_kept_is_not(void **state)
{
	char path[128];
	(void)state;
	setenv("XDG_STATE_HOME", "/dev/null", 1);
	put(store, "traces", "{\"row\":3}");
	setenv("XDG_STATE_HOME", dir, 1);
	snprintf(path, sizeof path, "%s/spoor", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(file, 0700), 0);
	put(store, "traces", "{\"row\":3}");
	memory_shorten();
	rmdir(file);
	assert_int_equal(mkfifo(file, 0600), 0);
	put(store, "traces", "{\"row\":3}");
	memory_shorten();
	unlink(file);
	struct memory *m = memory_open(store, false);
	assert_has(m, "traces", NULL);
	memory_free(m);
}

/* The newest of each, of at most so many views; marks last longer. */
static void it_stays_small(void **state)
{
	struct stat st;
	(void)state;
	struct memory *m = memory_open(store, false);
	memory_put(m, STR_LIT("@mark:a"), STR_LIT("{\"link\":\"trace:1\"}"));
	memory_save(m);
	for (int round = 0; round < 6; round++)
		for (int i = 0; i < 900; i++) {
			char name[32], json[160];
			snprintf(name, sizeof name, "trace:%d", i);
			snprintf(json, sizeof json, "{\"row\":%d,\"filter\":\"%0100d\"}", round + 1, 0);
			memory_put(m, str_of(name), str_of(json));
			if (i % 50 == 49)
				memory_save(m);
		}
	memory_save(m);
	memory_free(m);
	assert_int_equal(stat(file, &st), 0);
	assert_true(st.st_size > MEMORY_FILE_MAX);
	memory_shorten();
	assert_int_equal(stat(file, &st), 0);
	assert_true(st.st_size <= MEMORY_FILE_MAX);
	assert_int_equal(st.st_mode & 0777, 0600);
	m = memory_open(store, false);
	struct buf got = BUF_INIT;
	assert_true(memory_get(m, STR_LIT("trace:899"), &got));
	assert_true(str_starts(buf_str(&got), "{\"row\":6,"));
	assert_has(m, "@mark:a", "{\"link\":\"trace:1\"}");
	buf_done(&got);
	memory_free(m);
}

/* Several sessions at once lose nothing of each other's views. */
static void several_write_at_once(void **state)
{
	enum { PROCESSES = 4, VIEWS = 30 };
	pid_t children[PROCESSES];
	(void)state;
	for (int k = 0; k < PROCESSES; k++) {
		children[k] = fork();
		assert_true(children[k] >= 0);
		if (children[k])
			continue;
		for (int i = 0; i < VIEWS; i++) {
			struct memory *m = memory_open(store, false);
			char name[32];
			snprintf(name, sizeof name, "trace:%d-%d", k, i);
			memory_put(m, str_of(name), STR_LIT("{\"row\":1}"));
			memory_save(m);
			memory_shorten();
			memory_free(m);
		}
		_exit(0);
	}
	for (int k = 0; k < PROCESSES; k++) {
		int status;
		assert_int_equal(waitpid(children[k], &status, 0), children[k]);
		assert_int_equal(status, 0);
	}
	struct memory *m = memory_open(store, false);
	for (int k = 0; k < PROCESSES; k++)
		for (int i = 0; i < VIEWS; i++) {
			char name[32];
			snprintf(name, sizeof name, "trace:%d-%d", k, i);
			assert_has(m, name, "{\"row\":1}");
		}
	memory_free(m);
}

/* A full file, read and searched for what is not in it: what opening a view may cost. */
static void a_full_file_is_read(void **state)
{
	struct buf bytes = BUF_INIT, json = BUF_INIT;
	int n = 0;
	(void)state;
	for (; bytes.len < MEMORY_FILE_MAX - 300; n++)
		buf_printf(&bytes, "{\"store\":\"%s\",\"view\":\"trace:%d\",\"keep\":{\"row\":%d}}\n", store, n, n);
	put_file(buf_str(&bytes));
	struct memory *m = memory_open(store, false);
	char name[32], keep[32];
	snprintf(name, sizeof name, "trace:%d", n - 1);
	snprintf(keep, sizeof keep, "{\"row\":%d}", n - 1);
	assert_true(memory_get(m, str_of(name), &json));
	assert_string_equal(buf_cstr(&json), keep);
	assert_false(memory_get(m, STR_LIT("trace:none"), &json));
	memory_free(m);
	buf_done(&bytes);
	buf_done(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(it_comes_back, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(what_is_as_it_was_costs_nothing, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(it_can_be_switched_off, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(large_ones_are_not_kept, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(hostile_bytes_are_passed_over, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(what_cannot_be_kept_is_not, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(it_stays_small, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(several_write_at_once, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(a_full_file_is_read, make_dir, remove_dir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
