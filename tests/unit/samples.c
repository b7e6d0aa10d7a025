/* The samples that are built in are the files of tests/data, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "import/samples.h"
#include "store/base/file.h"

enum { MOST = 8 << 20 };

static void test_same(void **state)
{
	(void)state;
	struct samples s;
	samples_open(&s);
	assert_true(s.n >= 9);
	for (size_t i = 0; i < s.n; i++) {
		struct buf path = BUF_INIT, want = BUF_INIT;
		struct err err = ERR_INIT;
		buf_printf(&path, "tests/data/" STR_FMT, STR_ARG(s.at[i].name));
		assert_true(file_read(&want, buf_cstr(&path), MOST, &err));
		assert_int_equal(s.at[i].text.len, want.len);
		assert_memory_equal(s.at[i].text.ptr, want.ptr, want.len);
		assert_true(strlen(samples_about[i].about) > 0);
		buf_done(&path);
		buf_done(&want);
	}
	samples_done(&s);
}

static void test_written(void **state)
{
	(void)state;
	char base[] = "/tmp/spoor-samples-test-XXXXXX", dir[64], file[128];
	struct err err = ERR_INIT;
	struct stat st;
	assert_non_null(mkdtemp(base));
	snprintf(dir, sizeof dir, "%s/out", base);
	assert_true(samples_write(dir, &err));
	assert_true(samples_write(dir, &err)); /* the same again is no mistake */
	snprintf(file, sizeof file, "%s/%s", dir, samples_about[0].name);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	/* Somebody's own file of that name stays as it is. */
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	fputs("mine\n", f);
	fclose(f);
	assert_false(samples_write(dir, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_size, 5);

	snprintf(dir, sizeof dir, "%s/no/such", base);
	err = ERR_INIT;
	assert_false(samples_write(dir, &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	for (size_t i = 0; samples_about[i].name; i++) {
		snprintf(file, sizeof file, "%s/out/%s", base, samples_about[i].name);
		unlink(file);
	}
	snprintf(dir, sizeof dir, "%s/out", base);
	assert_true(rmdir(dir) == 0 && rmdir(base) == 0); /* nothing else was left there */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_same), cmocka_unit_test(test_written)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
