/* store/base/file: XDG paths, modes whatever the umask, replacement that leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/outfile.h"

static char root[64];

static int setup(void **state)
{
	(void)state;
	snprintf(root, sizeof root, "/tmp/spoor-file-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_root(struct buf *b, const char *name)
{
	buf_clear(b);
	buf_printf(b, "%s/%s", root, name);
	return buf_cstr(b);
}

static unsigned mode_of(const char *path)
{
	struct stat st;
	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void test_xdg(void **state)
{
	(void)state;
	static const struct {
		const char *home, *value, *path;
	} rows[] = {
	    {"/home/ann", "/x/data",  "/x/data/spoor/spoor.db"               },
	    {"/home/ann", "relative", "/home/ann/.local/share/spoor/spoor.db"},
	    {"/home/ann", "",         "/home/ann/.local/share/spoor/spoor.db"},
	    {"/home/ann", NULL,       "/home/ann/.local/share/spoor/spoor.db"},
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		setenv("HOME", rows[i].home, 1);
		if (rows[i].value)
			setenv("XDG_DATA_HOME", rows[i].value, 1);
		else
			unsetenv("XDG_DATA_HOME");
		buf_clear(&b);
		file_data_path(&b, "spoor.db");
		assert_string_equal(buf_cstr(&b), rows[i].path);
	}
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	buf_clear(&b);
	file_config_path(&b, "config.json");
	assert_string_equal(buf_cstr(&b), "/home/ann/.config/spoor/config.json");
	buf_clear(&b);
	file_state_path(&b, "log");
	assert_string_equal(buf_cstr(&b), "/home/ann/.local/state/spoor/log");
	unsetenv("HOME");
	buf_clear(&b);
	file_config_path(&b, "c");
	assert_true(str_ends(buf_str(&b), "/.config/spoor/c")); /* the home of the password file */
	buf_done(&b);
}

static void test_make_dir(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	mode_t old = umask(0277); /* the worst of users */
	assert_true(file_make_dir_of(in_root(&b, "a/b/c/file"), &err));
	umask(old);
	assert_int_equal(mode_of(in_root(&b, "a")), 0700);
	assert_int_equal(mode_of(in_root(&b, "a/b/c")), 0700);
	assert_int_equal(chmod(in_root(&b, "a"), 0755), 0);
	assert_true(file_make_dir_of(in_root(&b, "a/b/c/file"), &err)); /* again */
	assert_int_equal(mode_of(in_root(&b, "a")), 0755);              /* what was there stays as it was */
	assert_true(file_make_dir_of("file", &err));
	assert_true(file_make_dir_of("/file", &err));
	assert_true(file_replace(in_root(&b, "plain"), STR_LIT("x"), &err));
	assert_false(file_make_dir_of(in_root(&b, "plain/sub/file"), &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	buf_done(&b);
}

static void test_absolute(void **state)
{
	(void)state;
	struct buf b = BUF_INIT, path = BUF_INIT, expected = BUF_INIT;
	struct err err = ERR_INIT;
	char here[4096];
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(chdir(root), 0);
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(symlink("d", "link"), 0);
	static const struct {
		const char *path, *under_root;
	} rows[] = {
	    {"new.db",             "/new.db"            },
	    {"./new.db",           "/new.db"            },
	    {"link/x",             "/d/x"               },
	    {"d/../y",             "/y"                 },
	    {"link",               "/link"              },
	    {"link/",              "/d"                 },
	    {"d/.",                "/d"                 },
	    {"..//",               NULL                 },
	    {"file:x?mode=memory", "/file:x?mode=memory"},
	    {".",	          ""                   },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		buf_clear(&expected);
		assert_true(file_absolute(&b, rows[i].path, &err));
		buf_printf(&expected, "%s%s", root, rows[i].under_root ? rows[i].under_root : "");
		assert_string_equal(buf_cstr(&b), rows[i].under_root ? buf_cstr(&expected) : "/tmp");
	}
	buf_clear(&b);
	assert_true(file_absolute(&b, "/", &err));
	assert_string_equal(buf_cstr(&b), "/");
	buf_clear(&b);
	assert_true(file_absolute(&b, "/x", &err));
	assert_string_equal(buf_cstr(&b), "/x");
	assert_false(file_absolute(&b, "", &err));
	assert_false(file_absolute(&b, "missing/x", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_int_equal(chdir(here), 0);
	buf_done(&b);
	buf_done(&path);
	buf_done(&expected);
}

static void expect_content(const char *path, const char *content)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	assert_true(file_read(&b, path, 1 << 20, &err));
	assert_string_equal(buf_cstr(&b), content);
	buf_done(&b);
}

static int files_in_root(void)
{
	int n = 0;
	DIR *dir = opendir(root);
	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void test_replace(void **state)
{
	(void)state;
	struct buf b = BUF_INIT, target = BUF_INIT;
	struct err err = ERR_INIT;
	const char *path = in_root(&b, "config");
	mode_t old = umask(0777);
	assert_true(file_replace(path, STR_LIT("one"), &err));
	umask(0);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(chmod(path, 0644), 0);
	assert_true(file_replace(path, STR_LIT("two"), &err));
	umask(old);
	assert_int_equal(mode_of(path), 0600);
	expect_content(path, "two");
	assert_true(file_replace(path, STR_NONE, &err));
	expect_content(path, "");
	assert_int_equal(files_in_root(), 1); /* no temporary file stays */

	in_root(&target, "target");
	assert_true(file_replace(buf_cstr(&target), STR_LIT("theirs"), &err));
	const char *link = in_root(&b, "link");
	assert_int_equal(symlink(buf_cstr(&target), link), 0);
	assert_true(file_replace(link, STR_LIT("ours"), &err));
	expect_content(buf_cstr(&target), "theirs"); /* not through the link */
	expect_content(link, "ours");

	assert_int_equal(mkdir(in_root(&b, "dir"), 0700), 0);
	assert_false(file_replace(in_root(&b, "dir"), STR_LIT("x"), &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_false(file_replace(in_root(&b, "dir/"), STR_LIT("x"), &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_false(file_replace(in_root(&b, "missing/x"), STR_LIT("x"), &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_int_equal(files_in_root(), 4);
	buf_done(&b);
	buf_done(&target);
}

static void test_read(void **state)
{
	(void)state;
	struct buf b = BUF_INIT, big = BUF_INIT, out = BUF_INIT;
	struct err err = ERR_INIT;
	buf_add_fill(&big, 'x', 10000);
	const char *path = in_root(&b, "big");
	assert_true(file_replace(path, buf_str(&big), &err));
	buf_add_cstr(&out, "old");
	assert_true(file_read(&out, path, 10000, &err));
	assert_true(str_eq(buf_str(&out), buf_str(&big)));
	assert_false(file_read(&out, path, 9999, &err));
	assert_int_equal(err.code, ERR_INPUT);
	assert_int_equal(out.len, 0);
	assert_false(file_read(&out, in_root(&b, "missing"), 10, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_false(file_read(&out, root, 10, &err)); /* a directory */
	assert_int_equal(err.code, ERR_INPUT);
	assert_int_equal(mkfifo(in_root(&b, "fifo"), 0600), 0);
	assert_false(file_read(&out, buf_cstr(&b), 10, &err)); /* and does not wait */
	buf_done(&b);
	buf_done(&big);
	buf_done(&out);
}

/* What is no file is never taken away: a pipe is written to through its name, and stays one. */
static void test_special(void **state)
{
	(void)state;
	struct buf b = BUF_INIT, temp = BUF_INIT;
	struct err err = ERR_INIT;
	struct outfile out;
	struct stat st;
	const char *path = in_root(&b, "pipe");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(file_replace(path, STR_LIT("x"), &err));
	assert_true(file_temp_beside(&temp, path, &err));
	assert_false(file_put(buf_cstr(&temp), path, true, &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_int_equal(unlink(buf_cstr(&temp)), 0);

	int end = open(path, O_RDWR | O_NONBLOCK);
	for (int force = 0; force < 2; force++) {
		char read_back[8] = "";
		assert_true(outfile_open(&out, path, force, &err));
		buf_add_cstr(&out.text, "two");
		assert_true(outfile_close(&out, true, &err));
		assert_int_equal(read(end, read_back, sizeof read_back), 3);
		assert_memory_equal(read_back, "two", 3);
	}
	assert_true(stat(path, &st) == 0 && S_ISFIFO(st.st_mode));
	close(end);
	buf_done(&temp);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_xdg),
	    cmocka_unit_test_setup_teardown(test_make_dir, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_absolute, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_replace, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_special, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_read, setup, teardown),
	};
	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
