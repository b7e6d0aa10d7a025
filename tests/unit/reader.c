#include "import/reader.h"

#include <fcntl.h>
#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

/* ---- files of the test */

static char *file_of(struct str bytes)
{
	char name[] = "/tmp/spoor-reader-XXXXXX";
	int fd = mkstemp(name);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.ptr ? bytes.ptr : "", bytes.len), bytes.len);
	close(fd);
	return xstrdup(name);
}

static void add_gzip(struct buf *out, struct str bytes)
{
	z_stream z = {.next_in = (unsigned char *)(uintptr_t)bytes.ptr, .avail_in = (uInt)bytes.len};
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t room = deflateBound(&z, (uLong)bytes.len) + 64;
	buf_reserve(out, room);
	z.next_out = (unsigned char *)out->ptr + out->len;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += room - z.avail_out;
	deflateEnd(&z);
}

static void add_compressed(struct buf *out, struct str bytes, const char *filter)
{
	bool xz = strcmp(filter, "xz") == 0;
	size_t room = xz ? lzma_stream_buffer_bound(bytes.len) : ZSTD_compressBound(bytes.len), n = 0;
	buf_reserve(out, room);
	char *at = out->ptr + out->len;
	if (xz)
		assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, (const uint8_t *)bytes.ptr,
		                                         bytes.len, (uint8_t *)at, &n, room),
		                 LZMA_OK);
	else
		n = ZSTD_compress(at, room, bytes.ptr, bytes.len, 3);
	assert_true(n <= room);
	out->len += n;
}

/* Reads all in pieces of `cap`; the code of the failure, NULL for a clean end. */
static const char *read_all(struct reader *r, struct buf *out, size_t cap, struct err *err)
{
	char *piece = xmalloc(cap);
	int64_t n;
	while ((n = reader_read(r, piece, cap, err)) > 0) {
		buf_add(out, piece, (size_t)n);
		assert_int_equal(reader_offset(r), out->len);
	}
	if (n < 0) /* it stays so */
		assert_int_equal(reader_read(r, piece, cap, NULL), -1);
	free(piece);
	return n < 0 ? reader_code(r) : NULL;
}

struct reading {
	struct buf bytes;
	const char *code, *compression;
	uint64_t source_bytes, source_size;
	struct err err;
};

static struct reading read_file(struct str file, const struct reader_limits *limits, size_t cap)
{
	struct reading got = {.bytes = BUF_INIT};
	char *name = file_of(file);
	struct reader *r = reader_open(name, limits, &got.err);
	if (!r) {
		got.code = reader_code(NULL);
	} else {
		got.code = read_all(r, &got.bytes, cap, &got.err);
		got.compression = reader_compression(r);
		got.source_bytes = reader_source_bytes(r);
		got.source_size = reader_source_size(r);
		reader_close(r);
	}
	unlink(name);
	free(name);
	return got;
}

static const size_t caps[] = {1, 7, 4096, 1 << 20};

/* The file gives these bytes, then ends as `code` says, whatever the size of the pieces. */
static void gives(struct str file, struct str bytes, const char *code, const char *compression)
{
	for (size_t i = bytes.len > 100000 ? 2 : 0; i < 4; i++) {
		struct reading got = read_file(file, NULL, caps[i]);
		assert_true(str_eq(buf_str(&got.bytes), bytes));
		if (code)
			assert_string_equal(got.code ? got.code : "", code);
		else
			assert_null(got.code);
		if (compression)
			assert_string_equal(got.compression ? got.compression : "", compression);
		else
			assert_null(got.compression);
		assert_int_equal(got.source_size, file.len);
		if (!code)
			assert_int_equal(got.source_bytes, file.len);
		else
			assert_int_equal(got.err.at.offset, bytes.len);
		buf_done(&got.bytes);
	}
}

static struct buf made_text(size_t lines)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < lines; i++)
		buf_printf(&text, "{\"i\":%zu,\"hash\":%zu}\n", i, i * 2654435761U % 1000003);
	return text;
}

/* ---- tests */

static void plain(void **state)
{
	(void)state;
	struct buf text = made_text(30000);
	gives(buf_str(&text), buf_str(&text), NULL, NULL);
	gives(STR_LIT(""), STR_LIT(""), NULL, NULL);
	gives(STR_LIT("a"), STR_LIT("a"), NULL, NULL);
	gives(STR_LIT("\x1f"), STR_LIT("\x1f"), NULL, NULL);
	buf_done(&text);
}

static void gzip(void **state)
{
	(void)state;
	struct buf text = made_text(30000), file = BUF_INIT;
	add_gzip(&file, buf_str(&text));
	gives(buf_str(&file), buf_str(&text), NULL, "gzip");
	add_gzip(&file, STR_LIT(""));
	size_t two = file.len;
	add_gzip(&file, STR_LIT("more"));
	buf_add_cstr(&text, "more");
	gives(buf_str(&file), buf_str(&text), NULL, "gzip");
	buf_add_fill(&file, '\0', 700);
	gives(buf_str(&file), buf_str(&text), NULL, "gzip");
	file.len = two;
	text.len -= 4;
	buf_add_cstr(&file, "rubbish");
	gives(buf_str(&file), buf_str(&text), "damaged", "gzip");
	buf_done(&text);
	buf_done(&file);
}

static void gzip_damaged(void **state)
{
	(void)state;
	struct str text = STR_LIT("{\"a\":1}\n{\"a\":2}\n");
	struct buf file = BUF_INIT;
	add_gzip(&file, text);
	for (size_t at = 1; at <= 8; at++) { /* the trailer: CRC and length */
		file.ptr[file.len - at] ^= 1;
		gives(buf_str(&file), text, "damaged", "gzip");
		struct reading got = read_file(buf_str(&file), NULL, 100);
		assert_non_null(strstr(got.err.text, at > 4 ? "checksum" : "length"));
		buf_done(&got.bytes);
		file.ptr[file.len - at] ^= 1;
	}
	for (size_t len = 2; len < file.len; len++) {
		struct reading got = read_file(str_cut(buf_str(&file), 0, len), NULL, 4096);
		assert_string_equal(got.code, "damaged");
		assert_non_null(strstr(got.err.text, "cut off"));
		assert_true(str_eq(buf_str(&got.bytes), str_cut(text, 0, got.bytes.len)));
		if (len >= file.len - 8)
			assert_int_equal(got.bytes.len, text.len);
		buf_done(&got.bytes);
	}
	for (size_t at = 2; at < file.len; at++) { /* any byte: no crash, and nothing but a failure or the text */
		file.ptr[at] ^= 0x55;
		struct reading got = read_file(buf_str(&file), NULL, 5);
		if (!got.code)
			assert_true(str_eq(buf_str(&got.bytes), text));
		buf_done(&got.bytes);
		file.ptr[at] ^= 0x55;
	}
	buf_done(&file);
}

static void zstd_and_xz(void **state)
{
	(void)state;
	static const char *const filters[] = {"zstd", "xz"};
	struct buf text = made_text(30000);
	for (size_t i = 0; i < 2; i++) {
		struct buf file = BUF_INIT;
		add_compressed(&file, buf_str(&text), filters[i]);
		gives(buf_str(&file), buf_str(&text), NULL, filters[i]);
		struct reading got = read_file(str_cut(buf_str(&file), 0, file.len - file.len / 3), NULL, 4096);
		assert_string_equal(got.code, "damaged");
		assert_true(got.bytes.len < text.len);
		assert_true(str_eq(buf_str(&got.bytes), str_cut(buf_str(&text), 0, got.bytes.len)));
		assert_non_null(strstr(got.err.text, filters[i]));
		buf_done(&got.bytes);
		size_t one = file.len;
		buf_reserve(&file, one);
		buf_add(&file, file.ptr, one);
		got = read_file(buf_str(&file), NULL, 4096);
		assert_null(got.code);
		assert_int_equal(got.bytes.len, text.len * 2);
		buf_done(&got.bytes);
		for (size_t len = 6; len < one; len += len < 200 ? 1 : 9973) {
			got = read_file(str_cut(buf_str(&file), 0, len), NULL, 4096);
			assert_string_equal(got.code ? got.code : "", "damaged");
			buf_done(&got.bytes);
		}
		buf_clear(&file);
		add_compressed(&file, buf_str(&text), filters[i]);
		buf_add_cstr(&file, "what is this");
		got = read_file(buf_str(&file), NULL, 4096);
		assert_string_equal(got.code, "damaged");
		assert_int_equal(got.bytes.len, text.len);
		buf_done(&got.bytes);
		buf_clear(&file);
		add_compressed(&file, STR_LIT(""), filters[i]);
		gives(buf_str(&file), STR_LIT(""), NULL, filters[i]);
		buf_done(&file);
	}
	buf_done(&text);
}

/* A record of the collector's file exporter. */
static void add_record(struct buf *out, struct str bytes)
{
	struct buf frame = BUF_INIT;
	add_compressed(&frame, bytes, "zstd");
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_char(out, (char)(frame.len >> shift));
	buf_add_str(out, buf_str(&frame));
	buf_done(&frame);
}

static void zstd_records(void **state)
{
	(void)state;
	struct buf file = BUF_INIT, large = made_text(30000), want = BUF_INIT;
	/* JSON becomes lines; other bytes follow each other as they are. */
	add_record(&file, STR_LIT("{\"a\":1}"));
	size_t first = file.len;
	add_record(&file, STR_LIT(""));
	add_record(&file, STR_LIT("{\"a\":2}\n"));
	add_record(&file, buf_str(&large));
	add_record(&file, STR_LIT("[3]"));
	buf_add_cstr(&want, "{\"a\":1}\n{\"a\":2}\n");
	buf_add_str(&want, buf_str(&large));
	buf_add_cstr(&want, "[3]\n");
	gives(buf_str(&file), buf_str(&want), NULL, "zstd");
	for (size_t len = 8; len < first; len++) {
		struct reading got = read_file(str_cut(buf_str(&file), 0, len), NULL, 4096);
		assert_string_equal(got.code ? got.code : "", "damaged");
		assert_non_null(strstr(got.err.text, "cut off"));
		buf_done(&got.bytes);
	}
	for (size_t len = first + 1; len < first + 40; len++) {
		struct reading got = read_file(str_cut(buf_str(&file), 0, len), NULL, 4096);
		assert_true(str_starts(buf_str(&got.bytes), "{\"a\":1}\n"));
		buf_done(&got.bytes);
	}
	/* A length that is a lie: the record ends before its frame, or goes on behind it. */
	for (int change = -1; change <= 1; change += 2) {
		file.ptr[3] = (char)(file.ptr[3] + change);
		struct reading got = read_file(str_cut(buf_str(&file), 0, first + 20), NULL, 4096);
		assert_string_equal(got.code ? got.code : "", "damaged");
		buf_done(&got.bytes);
		file.ptr[3] = (char)(file.ptr[3] - change);
	}
	buf_clear(&file);
	add_record(&file, STR_LIT("\x01\x02"));
	add_record(&file, STR_LIT("\x03"));
	gives(buf_str(&file), STR_LIT("\x01\x02\x03"), NULL, "zstd");
	buf_clear(&file);
	buf_clear(&large);
	buf_add_fill(&large, ' ', 32 << 20);
	add_record(&file, buf_str(&large));
	struct reading got = read_file(buf_str(&file), NULL, 1 << 16);
	assert_string_equal(got.code, "limit-ratio");
	buf_done(&got.bytes);
	buf_done(&file);
	buf_done(&large);
	buf_done(&want);
}

static void bombs(void **state)
{
	(void)state;
	static const char *const filters[] = {"gzip", "zstd", "xz"};
	const size_t size = 32 << 20;
	struct buf text = BUF_INIT;
	buf_add_fill(&text, ' ', size);
	for (size_t i = 0; i < 3; i++) {
		struct buf file = BUF_INIT;
		if (i == 0)
			add_gzip(&file, buf_str(&text));
		else
			add_compressed(&file, buf_str(&text), filters[i]);
		struct reading got = read_file(buf_str(&file), NULL, 1 << 16);
		assert_string_equal(got.code, "limit-ratio");
		assert_in_range(got.bytes.len, (16 << 20) - (1 << 16), (16 << 20) + (2 << 16));
		buf_done(&got.bytes);
		got = read_file(buf_str(&file), &(struct reader_limits){.ratio = 1000000}, 1 << 16);
		assert_null(got.code);
		assert_int_equal(got.bytes.len, size);
		buf_done(&got.bytes);
		got = read_file(buf_str(&file), &(struct reader_limits){.expanded_bytes = 1 << 20}, 1000);
		assert_string_equal(got.code, "limit-expanded");
		assert_in_range(got.bytes.len, (1 << 20) - 1000, 1 << 20);
		buf_done(&got.bytes);
		buf_done(&file);
	}
	struct reading got = read_file(buf_str(&text), &(struct reader_limits){.expanded_bytes = 1000}, 1 << 20);
	assert_null(got.code); /* a plain file may be as large as it is */
	assert_int_equal(got.bytes.len, size);
	buf_done(&got.bytes);
	buf_done(&text);
}

static void refused(void **state)
{
	(void)state;
	const struct {
		struct str bytes;
		const char *word;
	} rows[] = {
	    {STR_LIT("BZh91AY&SY"),           "bzip2"   },
	    {STR_LIT("\x04\x22\x4d\x18rest"), "lz4"     },
	    {STR_LIT("7z\xbc\xaf\x27\x1c__"), "7-Zip"   },
	    {STR_LIT("\x1f\x9d\x90"),         "compress"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reading got = read_file(rows[i].bytes, NULL, 100);
		assert_string_equal(got.code, "unknown-format");
		assert_int_equal(got.err.code, ERR_INPUT);
		assert_non_null(strstr(got.err.text, rows[i].word));
	}
}

static void not_there(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	assert_null(reader_open("/tmp", NULL, &err));
	assert_int_equal(err.code, ERR_INPUT);
	assert_non_null(strstr(err.text, "directory"));
	assert_string_equal(err.at.file, "/tmp");
	assert_string_equal(reader_code(NULL), "io");
	assert_null(reader_open("/nonexistent/file", NULL, &err));
	assert_non_null(strstr(err.text, "No such file"));
	assert_null(reader_open("/nonexistent/file", NULL, NULL));
}

static void shrinks(void **state)
{
	(void)state;
	struct buf text = made_text(60000); /* more than is read ahead to look at the first bytes */
	char *name = file_of(buf_str(&text));
	struct err err = ERR_INIT;
	struct reader *r = reader_open(name, NULL, &err);
	struct buf got = BUF_INIT;
	assert_int_equal(truncate(name, 300000), 0);
	assert_string_equal(read_all(r, &got, 4096, &err), "io");
	assert_int_equal(got.len, 300000);
	reader_close(r);
	unlink(name);
	free(name);
	buf_done(&got);
	buf_done(&text);
}

static void standard_input(void **state)
{
	(void)state;
	int ends[2], before = dup(STDIN_FILENO);
	struct buf file = BUF_INIT, got = BUF_INIT;
	struct err err = ERR_INIT;
	add_gzip(&file, STR_LIT("{\"a\":1}\n"));
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], file.ptr, file.len), file.len);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	struct reader *r = reader_open("-", NULL, &err);
	assert_null(read_all(r, &got, 3, &err));
	assert_string_equal(buf_cstr(&got), "{\"a\":1}\n");
	assert_int_equal(reader_source_size(r), 0);
	assert_int_equal(reader_source_bytes(r), file.len);
	reader_close(r);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD) >= 0, 1);
	dup2(before, STDIN_FILENO);
	close(before);
	buf_done(&file);
	buf_done(&got);
}

static void memory(void **state)
{
	(void)state;
	for (size_t chunk = 0; chunk < 5; chunk++) {
		struct buf got = BUF_INIT;
		struct reader *r = reader_memory(STR_LIT("0123456789"), chunk);
		char first[16];
		assert_int_equal(reader_read(r, first, sizeof first, NULL), chunk ? chunk : 10);
		reader_close(r);
		r = reader_memory(STR_LIT("0123456789"), chunk);
		assert_null(read_all(r, &got, 4, NULL));
		assert_string_equal(buf_cstr(&got), "0123456789");
		assert_int_equal(reader_source_bytes(r), 10);
		reader_close(r);
		buf_done(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain),       cmocka_unit_test(gzip),         cmocka_unit_test(gzip_damaged),
	    cmocka_unit_test(zstd_and_xz), cmocka_unit_test(bombs),        cmocka_unit_test(refused),
	    cmocka_unit_test(not_there),   cmocka_unit_test(shrinks),      cmocka_unit_test(standard_input),
	    cmocka_unit_test(memory),      cmocka_unit_test(zstd_records),
	};
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
