/* Archives made here by hand, so that every byte of them can be wrong: read by their directory (a file) and by their headers (a stream). */
#include "import/archive.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/zip.h"

static void tar_add(struct buf *tar, const char *name, char type, const char *link, struct str bytes)
{
	char h[512] = {0};
	unsigned sum = 0;
	snprintf(h, 100, "%s", name);
	snprintf(h + 100, 8, "%07o", 0644);
	snprintf(h + 124, 12, "%011llo", (unsigned long long)bytes.len);
	memset(h + 148, ' ', 8);
	h[156] = type;
	snprintf(h + 157, 100, "%s", link);
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof h; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	buf_add_str(tar, (struct str){h, sizeof h});
	buf_add_str(tar, bytes);
	buf_add_fill(tar, '\0', (512 - bytes.len % 512) % 512);
}

/* ---------------------------------------------------------------- reading them */

/* What came: "name=bytes;" for each member, "name!code;" for one that cannot be read or fails, "name>" for a link; at the end "|code". */
static void take(struct archive_in *a, struct buf *out)
{
	struct archive_member m;
	const char *code = NULL;
	struct err err = ERR_INIT;
	enum archive_event event;
	char chunk[1000];
	while ((event = archive_in_next(a, &m, &code, &err)) != ARCHIVE_IN_END) {
		assert_int_not_equal(event, ARCHIVE_IN_STOPPED);
		buf_printf(out, "%s%s", m.name, m.again ? "(again)" : "");
		assert_true(strlen(m.name) <= ARCHIVE_NAME_MAX);
		if (event == ARCHIVE_IN_PASSED) {
			buf_add_char(out, '>');
			continue;
		}
		if (event == ARCHIVE_IN_BAD) {
			buf_printf(out, "!%s;", m.code);
			continue;
		}
		struct reader *r = archive_in_member(a, &err);
		buf_add_char(out, '=');
		int64_t n = -1;
		while (r && (n = reader_read(r, chunk, sizeof chunk, &err)) > 0)
			if (reader_offset(r) <= 1000)
				buf_add_str(out, (struct str){chunk, (size_t)n});
		if (n < 0) {
			assert_true(err.text[0]);
			buf_printf(out, "!%s", reader_code(r));
		}
		buf_add_char(out, ';');
		archive_in_gave(a, r ? reader_offset(r) : 0);
		reader_close(r);
	}
	if (code) {
		assert_true(err.text[0]);
		buf_printf(out, "|%s", code);
	}
	assert_int_equal(archive_in_next(a, &m, &code, &err), ARCHIVE_IN_END);
}

static void open_and_take(struct reader *r, enum archive_kind kind, const struct archive_limits *limits,
                          struct buf *out)
{
	struct err err = ERR_INIT;
	const char *code = NULL;
	struct archive_in *a = archive_in_open(r, "x", kind, limits, &code, &err);
	buf_clear(out);
	if (a) {
		take(a, out);
	} else {
		assert_non_null(code);
		assert_true(err.text[0]);
		buf_printf(out, "|%s", code);
	}
	archive_in_close(a);
	reader_close(r);
}

static char path[] = "/tmp/spoor-archive-XXXXXX";

static void from_file(struct str bytes, enum archive_kind kind, const struct archive_limits *limits, struct buf *out)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
	close(fd);
	struct err err = ERR_INIT;
	struct reader *r = reader_open(path, NULL, &err);
	assert_non_null(r);
	open_and_take(r, kind, limits, out);
}

static void from_stream(struct str bytes, size_t chunk, enum archive_kind kind, const struct archive_limits *limits,
                        struct buf *out)
{
	open_and_take(reader_memory(bytes, chunk), kind, limits, out);
}

/* By both ways the same. */
static void gives(struct str bytes, enum archive_kind kind, const struct archive_limits *limits, const char *want)
{
	struct buf out = BUF_INIT;
	assert_int_equal(archive_kind(bytes), kind);
	from_file(bytes, kind, limits, &out);
	assert_string_equal(buf_cstr(&out), want);
	from_stream(bytes, 0, kind, limits, &out);
	assert_string_equal(buf_cstr(&out), want);
	from_stream(bytes, 1, kind, limits, &out);
	assert_string_equal(buf_cstr(&out), want);
	buf_done(&out);
}

/* ---------------------------------------------------------------- tests */

static void some_members(struct zip *z)
{
	zip_add(z, "a/one.json", "{\"one\":1}", STORED);
	zip_add(z, "two.json", "{\"two\":2,\"and\":\"two two two two two two\"}", DEFLATE);
	zip_add(z, "three.json", "{\"three\":3}", ZSTD);
	zip_end(z);
}
static const char SOME[] =
    "a/one.json={\"one\":1};two.json={\"two\":2,\"and\":\"two two two two two two\"};three.json={\"three\":3};";

static void methods(void **state)
{
	(void)state;
	struct zip z = {.n = 0};
	some_members(&z);
	gives(buf_str(&z.bytes), ARCHIVE_ZIP, NULL, SOME);
	zip_done(&z);
}

static void odd_names(void **state)
{
	(void)state;
	struct zip z = {.n = 0};
	char name[400];
	zip_add(&z, "../../up.json", "1", STORED);
	zip_add(&z, "/etc/abs.json", "2", STORED);
	zip_add(&z, "esc\x1b[2J.json", "3", STORED);
	zip_add(&z, ".git/config", "hidden", STORED);
	zip_add(&z, "__MACOSX/._up.json", "hidden", STORED);
	zip_add(&z, "folder/", "", STORED);
	zip_add(&z, "/etc/abs.json", "4", STORED);
	zip_end(&z);
	gives(buf_str(&z.bytes), ARCHIVE_ZIP, NULL,
	      "../../up.json=1;/etc/abs.json=2;esc\u241b[2J.json=3;/etc/abs.json(again)=4;");
	zip_done(&z);
	/* Too long: a label is cut, between characters, and another of the same beginning is another. */
	z = (struct zip){.n = 0};
	memset(name, 1, sizeof name);
	name[300] = '\0';
	zip_add(&z, name, "1", STORED);
	name[299] = 2;
	zip_add(&z, name, "2", STORED);
	zip_end(&z);
	struct buf out = BUF_INIT;
	from_file(buf_str(&z.bytes), ARCHIVE_ZIP, NULL, &out);
	assert_null(strstr(buf_cstr(&out), "(again)"));
	assert_non_null(strstr(buf_cstr(&out), "\u2401=2;"));
	buf_done(&out);
	zip_done(&z);
}

static void encrypted(void **state)
{
	(void)state;
	struct zip z = {.n = 0};
	zip_add_as(&z, "secret.json", STR_LIT("............not to be read"), STORED, 1, 0);
	zip_add(&z, "open.json", "{}", STORED);
	zip_end(&z);
	gives(buf_str(&z.bytes), ARCHIVE_ZIP, NULL, "secret.json!encrypted;open.json={};");
	zip_done(&z);
}

static void links(void **state)
{
	(void)state;
	struct zip z = {.n = 0};
	struct buf tar = BUF_INIT, out = BUF_INIT;
	zip_add_as(&z, "link", STR_LIT("/etc/passwd"), STORED, 0, 0120777);
	zip_add(&z, "open.json", "{}", STORED);
	zip_end(&z);
	from_file(buf_str(&z.bytes), ARCHIVE_ZIP, NULL, &out); /* only the directory tells */
	assert_string_equal(buf_cstr(&out), "link>open.json={};");
	tar_add(&tar, "dir/", '5', "", STR_NONE);
	tar_add(&tar, "./dir/a.json", '0', "", STR_LIT("{\"a\":1}"));
	tar_add(&tar, "soft", '2', "/etc/passwd", STR_NONE);
	tar_add(&tar, "hard", '1', "dir/a.json", STR_NONE);
	tar_add(&tar, "null", '3', "", STR_NONE);
	tar_add(&tar, "fifo", '6', "", STR_NONE);
	tar_add(&tar, "b.json", '0', "", STR_LIT("{\"b\":2}"));
	buf_add_fill(&tar, '\0', 1024);
	gives(buf_str(&tar), ARCHIVE_TAR, NULL, "dir/a.json={\"a\":1};soft>hard>b.json={\"b\":2};");
	buf_done(&tar);
	buf_done(&out);
	zip_done(&z);
}

static void compressed_members(void **state)
{
	(void)state;
	struct buf packed = BUF_INIT, tar = BUF_INIT;
	struct archive_limits limits = {.expanded_bytes = 5000};
	char *blanks = malloc(4000);
	memset(blanks, ' ', 4000);
	squeeze(&packed, STR_LIT("{\"inside\":\"zstd\"}"), ZSTD);
	tar_add(&tar, "a.json.zst", '0', "", buf_str(&packed));
	buf_add_fill(&tar, '\0', 1024);
	gives(buf_str(&tar), ARCHIVE_TAR, NULL, "a.json.zst={\"inside\":\"zstd\"};");
	/* What compressed members expand to counts, too. */
	buf_clear(&packed);
	buf_clear(&tar);
	squeeze(&packed, (struct str){blanks, 4000}, ZSTD);
	tar_add(&tar, "a.zst", '0', "", buf_str(&packed));
	tar_add(&tar, "b.zst", '0', "", buf_str(&packed));
	buf_add_fill(&tar, '\0', 1024);
	struct buf out = BUF_INIT;
	from_file(buf_str(&tar), ARCHIVE_TAR, &limits, &out);
	assert_non_null(strstr(buf_cstr(&out), "b.zst="));
	assert_non_null(strstr(buf_cstr(&out), "!limit-expanded;"));
	free(blanks);
	buf_done(&out);
	buf_done(&packed);
	buf_done(&tar);
}

static void too_many(void **state)
{
	(void)state;
	struct zip z = {.n = 0};
	some_members(&z);
	struct archive_limits limits = {.members = 2};
	struct buf want = BUF_INIT;
	buf_add_str(&want, str_cut(str_of(SOME), 0, str_find(str_of(SOME), STR_LIT("three.json"))));
	buf_add_cstr(&want, "|limit-members");
	gives(buf_str(&z.bytes), ARCHIVE_ZIP, &limits, buf_cstr(&want));
	limits = (struct archive_limits){.expanded_bytes = 12};
	gives(buf_str(&z.bytes), ARCHIVE_ZIP, &limits,
	      "a/one.json={\"one\":1};two.json=!limit-expanded;|limit-expanded");
	buf_done(&want);
	zip_done(&z);
}

/* 64 MiB of blanks in 64 KiB: the others are kept, where they can be come by. */
static void bomb(void **state)
{
	(void)state;
	enum { SIZE = 64 << 20 };
	struct zip z = {.n = 0};
	struct buf out = BUF_INIT;
	char *blanks = malloc(SIZE);
	memset(blanks, ' ', SIZE);
	zip_add(&z, "before.json", "1", STORED);
	zip_add_as(&z, "bomb.json", (struct str){blanks, SIZE}, DEFLATE, 0, 0);
	zip_add(&z, "behind.json", "2", STORED);
	zip_end(&z);
	from_file(buf_str(&z.bytes), ARCHIVE_ZIP, NULL, &out);
	assert_true(str_starts(buf_str(&out), "before.json=1;bomb.json="));
	assert_true(str_ends(buf_str(&out), "!limit-ratio;behind.json=2;"));
	from_stream(buf_str(&z.bytes), 0, ARCHIVE_ZIP, NULL, &out);
	assert_true(str_ends(buf_str(&out), "!limit-ratio;|limit-ratio"));
	/* Many of 8 MiB: each alone is small enough. */
	struct zip many = {.n = 0};
	for (int i = 0; i < 4; i++)
		zip_add_as(&many, "small.json", (struct str){blanks, 8 << 20}, DEFLATE, 0, 0);
	zip_end(&many);
	from_file(buf_str(&many.bytes), ARCHIVE_ZIP, NULL, &out);
	assert_true(str_ends(buf_str(&out), "!limit-ratio;|limit-ratio"));
	zip_done(&many);
	free(blanks);
	buf_done(&out);
	zip_done(&z);
}

/* Cut anywhere: what came before is as it was, and the end is said; only a tar that ends between members looks whole. */
static void cut(void **state)
{
	(void)state;
	struct zip z = {.n = 0};
	struct buf tar = BUF_INIT, out = BUF_INIT;
	some_members(&z);
	for (size_t n = 30; n < z.bytes.len; n++) {
		struct str part = str_cut(buf_str(&z.bytes), 0, n);
		from_file(part, ARCHIVE_ZIP, NULL, &out);
		assert_true(str_find(buf_str(&out), STR_LIT("|")) != SIZE_MAX);
		from_stream(part, 7, ARCHIVE_ZIP, NULL, &out);
		if (n + 22 <= z.bytes.len)
			assert_true(str_find(buf_str(&out), STR_LIT("|")) != SIZE_MAX);
	}
	tar_add(&tar, "a.json", '0', "", STR_LIT("{\"aaaa\":1}"));
	tar_add(&tar, "b.json", '0', "", STR_LIT("{\"b\":2}"));
	for (size_t n = 513; n < tar.len; n++) {
		struct str part = str_cut(buf_str(&tar), 0, n);
		from_file(part, ARCHIVE_TAR, NULL, &out);
		assert_true(str_starts(buf_str(&out), "a.json="));
		if (n > 521 && n != 1024 && n < 1536)
			assert_true(str_starts(buf_str(&out), "a.json={\"aaaa\":1}"));
	}
	buf_done(&tar);
	buf_done(&out);
	zip_done(&z);
}

/* One byte wrong, anywhere: no crash, and a member whose bytes are not what they were is not taken for good. */
static void damaged(void **state)
{
	(void)state;
	struct zip z = {.n = 0};
	struct buf out = BUF_INIT;
	some_members(&z);
	for (size_t i = 4; i < z.bytes.len; i++) {
		for (int bit = 0; bit < 8; bit += 3) {
			z.bytes.ptr[i] = (char)(z.bytes.ptr[i] ^ 1 << bit);
			from_file(buf_str(&z.bytes), ARCHIVE_ZIP, NULL, &out);
			from_stream(buf_str(&z.bytes), 0, ARCHIVE_ZIP, NULL, &out);
			z.bytes.ptr[i] = (char)(z.bytes.ptr[i] ^ 1 << bit);
		}
	}
	size_t at = str_find(buf_str(&z.bytes), STR_LIT("{\"one\":1}")) + 7;
	z.bytes.ptr[at] = '2';
	from_file(buf_str(&z.bytes), ARCHIVE_ZIP, NULL, &out);
	assert_true(str_starts(buf_str(&out), "a/one.json={\"one\":2}!damaged;two.json="));
	buf_done(&out);
	zip_done(&z);
}

static void what_it_is(void **state)
{
	(void)state;
	struct buf tar = BUF_INIT;
	tar_add(&tar, "a.json", '0', "", STR_NONE);
	assert_int_equal(archive_kind(buf_str(&tar)), ARCHIVE_TAR);
	tar.ptr[0] = 'b';
	assert_int_equal(archive_kind(buf_str(&tar)), ARCHIVE_NONE);
	memset(tar.ptr, 0, tar.len);
	assert_int_equal(archive_kind(buf_str(&tar)), ARCHIVE_NONE);
	memset(tar.ptr, ' ', tar.len);
	assert_int_equal(archive_kind(buf_str(&tar)), ARCHIVE_NONE);
	assert_int_equal(archive_kind(STR_LIT("PK\x05\x06")), ARCHIVE_ZIP);
	assert_int_equal(archive_kind(STR_LIT("PK")), ARCHIVE_NONE);
	assert_int_equal(archive_kind(STR_NONE), ARCHIVE_NONE);
	buf_done(&tar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_it_is),
	    cmocka_unit_test(methods),
	    cmocka_unit_test(odd_names),
	    cmocka_unit_test(encrypted),
	    cmocka_unit_test(links),
	    cmocka_unit_test(too_many),
	    cmocka_unit_test(compressed_members),
	    cmocka_unit_test(bomb),
	    cmocka_unit_test(cut),
	    cmocka_unit_test(damaged),
	};
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	int failed = cmocka_run_group_tests_name("archive", tests, NULL, NULL);
	unlink(path);
	return failed;
}
