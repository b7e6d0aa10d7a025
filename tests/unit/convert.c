/* Conversions: the text that comes out, the places and problems that go with it; whole, in single bytes, cut anywhere. */
#include "import/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "import/reader.h"
#include "import/record.h"
#include "store/base/scan.h"

/* ---- a source in memory */

struct source {
	struct str bytes;
	size_t at, chunk;
	bool fails; /* instead of ending */
};

static int64_t pull(void *context, char *into, size_t cap)
{
	struct source *s = context;
	struct str part = str_cut(s->bytes, s->at, s->chunk && s->chunk < cap ? s->chunk : cap);
	if (part.len)
		memcpy(into, part.ptr, part.len);
	s->at += part.len;
	return part.len == 0 && s->fails ? -1 : (int64_t)part.len;
}

struct way {
	size_t chunk, cap, window, max;
	bool fails;
};

/* The text, and in `said` each problem: "code@line:offset+records reason\n". */
static bool convert_all(struct str bytes, struct way way, struct buf *text, struct buf *said)
{
	struct source source = {.bytes = bytes, .chunk = way.chunk, .fails = way.fails};
	const struct conversion *how;
	unsigned dialect = 0;
	char piece[4096];
	int64_t n;
	buf_clear(text);
	buf_clear(said);
	if (convert_sniff(str_cut(bytes, 0, CONVERT_HEAD), true, &how, &dialect) != CONVERT_YES)
		return false;
	struct convert *c = convert_open(how, dialect, pull, &source, way.window, way.max);
	while ((n = convert_read(c, piece, way.cap ? way.cap : sizeof piece)) > 0)
		buf_add(text, piece, (size_t)n);
	assert_int_equal(n, way.fails ? -1 : 0);
	struct problem p;
	uint64_t records;
	while (convert_problem(c, UINT64_MAX, &p, &records))
		buf_printf(said, "%s@%llu:%llu+%llu " STR_FMT "\n", p.code, (unsigned long long)p.line,
		           (unsigned long long)p.offset, (unsigned long long)records, STR_ARG(p.reason));
	convert_close(c);
	return true;
}

/* Each line is JSON. */
static void check_lines(struct str text)
{
	struct scan scan = SCAN_INIT;
	for (struct str line; str_split(&text, '\n', &line);)
		if (line.len && !scan_text(&scan, line, &(struct scan_opts){.last = true, .replace_utf8 = true}))
			fail_msg("%s: " STR_FMT, scan.bad, STR_ARG(line));
	scan_done(&scan);
}

static const struct way ways[] = {
    {0, 0,  0,  0, false},
    {1, 0,  1,  0, false},
    {1, 1,  16, 0, false},
    {7, 3,  0,  0, false},
    {0, 64, 16, 0, false},
};

static void gives_all(struct str bytes, const char *text, const char *problems)
{
	struct buf got = BUF_INIT, said = BUF_INIT;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		assert_true(convert_all(bytes, ways[i], &got, &said));
		assert_string_equal(buf_cstr(&got), text);
		assert_string_equal(buf_cstr(&said), problems);
		check_lines(buf_str(&got));
	}
	buf_done(&got);
	buf_done(&said);
}
#define gives(literal, text, problems) gives_all(STR_LIT(literal), text, problems)

/* ---- CSV */

static void csv_plain(void **state)
{
	(void)state;
	gives("a,b\n1,x\n2,y\n", "{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"2\",\"b\":\"y\"}\n", "");
	gives("a,b\r\n1,x\r\n2,y", "{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"2\",\"b\":\"y\"}\n", "");
	gives("\xEF\xBB\xBF\n\na;b\n1,5;x\n\n2;y\n", "{\"a\":\"1,5\",\"b\":\"x\"}\n{\"a\":\"2\",\"b\":\"y\"}\n", "");
	gives("a\tb\n1\t x \n\t\n", "{\"a\":\"1\",\"b\":\" x \"}\n{\"a\":\"\",\"b\":\"\"}\n", "");
	gives("sep=;\na;b\n1;x\n", "{\"a\":\"1\",\"b\":\"x\"}\n", "");
	gives("sep=|\r\na|b\r\n1|x\r\n", "{\"a\":\"1\",\"b\":\"x\"}\n", "");
}

static void csv_quotes(void **state)
{
	(void)state;
	gives("a,b\n\"x,\"\"y\"\"\n\",\"\"\n", "{\"a\":\"x,\\\"y\\\"\\n\",\"b\":\"\"}\n", "");
	gives("\"a\",\"b\r\nc\"\r\n\"\"\"\",\" z\"\r\n", "{\"a\":\"\\\"\",\"b\\r\\nc\":\" z\"}\n", "");
	/* A quote inside a cell that did not begin with one is text; what follows a closing one too, but that is told. */
	gives("a,b\n5\" disk,x\n", "{\"a\":\"5\\\" disk\",\"b\":\"x\"}\n", "");
	gives("a,b\n\"x\"y,z\n1,2\n", "{\"a\":\"xy\",\"b\":\"z\"}\n{\"a\":\"1\",\"b\":\"2\"}\n",
	      "bad-csv@2:7+0 text behind a closing quote\n");
	gives_all(STR_LIT("a,b\nx\0\x01\\\t,\x7f\xff\n"), "{\"a\":\"x\\u0000\\u0001\\\\\\t\",\"b\":\"\x7f\xff\"}\n",
	          "");
}

static void csv_columns(void **state)
{
	(void)state;
	gives(",name, score ,name,name#2,\"  \"\n0,a,1,b,c,d\n",
	      "{\"#1\":\"0\",\"name\":\"a\",\"score\":\"1\",\"name#2\":\"b\",\"name#2#2\":\"c\",\"#6\":\"d\"}\n", "");
	gives("a,\"b \"\"q\"\"\"\n1,2\n", "{\"a\":\"1\",\"b \\\"q\\\"\":\"2\"}\n", "");
	gives("a,b,c\n1,2,3\n1\n1,2,3,4,5\n",
	      "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n{\"a\":\"1\"}\n"
	      "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"#4\":\"4\",\"#5\":\"5\"}\n",
	      "extra-cells@4:14+0 5 cells in a table of 3 columns\n");
}

static void csv_many_extra_cells(void **state)
{
	(void)state;
	struct buf bytes = BUF_INIT, text = BUF_INIT, said = BUF_INIT;
	buf_add_cstr(&bytes, "a,b\n1,2\n");
	for (int i = 0; i < 100; i++)
		buf_add_cstr(&bytes, i % 2 ? "1,2\n" : "1,2,3\n");
	assert_true(convert_all(buf_str(&bytes), (struct way){0}, &text, &said));
	assert_non_null(strstr(buf_cstr(&said), "30 more rows"));
	size_t lines = 0;
	for (const char *p = buf_cstr(&said); (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 21);
	buf_done(&bytes);
	buf_done(&text);
	buf_done(&said);
}

static void csv_bad(void **state)
{
	(void)state;
	gives("a,b\n1,x\n2,\"y\n3,\"z\"\n4,w\n",
	      "{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"3\",\"b\":\"z\"}\n{\"a\":\"4\",\"b\":\"w\"}\n",
	      "bad-csv@3:8+1 a quote in this row is not closed, or one inside its text is not doubled\n");
	gives("a,b\n1,x\n2,\"y\n3,z\n4,w\n",
	      "{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"3\",\"b\":\"z\"}\n{\"a\":\"4\",\"b\":\"w\"}\n",
	      "bad-csv@3:8+1 a quote in this row is not closed, or one inside its text is not doubled\n");
	gives("a,b\n1,x\n2,\"y\nmore text\nand more", "{\"a\":\"1\",\"b\":\"x\"}\n",
	      "incomplete-tail@3:8+0 the text ends inside quotes that begin in this row\n");
	gives("a,b,c\n1,x,2\n2,y", "{\"a\":\"1\",\"b\":\"x\",\"c\":\"2\"}\n",
	      "incomplete-tail@3:12+0 the last row is cut off: 2 cells of 3 and no line end\n");
}

static void csv_large_rows(void **state)
{
	(void)state;
	struct buf bytes = BUF_INIT, text = BUF_INIT, said = BUF_INIT;
	buf_add_cstr(&bytes, "a,b\n1,x\n2,\"");
	buf_add_fill(&bytes, 'y', 500);
	buf_add_cstr(&bytes, "\n\"\"\n\"\n3,z\n");
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct way way = ways[i];
		way.max = 100;
		assert_true(convert_all(buf_str(&bytes), way, &text, &said));
		assert_string_equal(buf_cstr(&text), "{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"3\",\"b\":\"z\"}\n");
		assert_string_equal(buf_cstr(&said), "limit-record@3:8+1 a row larger than 100 bytes\n");
	}
	/* Small in the source, large as JSON. */
	buf_clear(&bytes);
	buf_add_cstr(&bytes, "a,b\n1,x\n2,");
	buf_add_fill(&bytes, '\x01', 90);
	buf_add_cstr(&bytes, "\n3,z\n");
	assert_true(convert_all(buf_str(&bytes), (struct way){.max = 100}, &text, &said));
	assert_string_equal(buf_cstr(&text), "{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"3\",\"b\":\"z\"}\n");
	buf_done(&bytes);
	buf_done(&text);
	buf_done(&said);
}

static const char quirks[] = "\xEF\xBB\xBFname;\"text\nof two\";score\r\n"
                             "\"a\"\"b\";\"line\r\nline\";0,5\r\n"
                             "plain;;1\r\n"
                             "\r\n"
                             "b;\"\";2;extra\r\n"
                             "c;\"d\";\r\n";

/* Cut anywhere: what came before is as it was, and a row that is not whole is told. */
static void csv_cut(void **state)
{
	(void)state;
	struct buf whole = BUF_INIT, text = BUF_INIT, said = BUF_INIT;
	struct str bytes = {quirks, sizeof quirks - 1};
	assert_true(convert_all(bytes, (struct way){0}, &whole, &said));
	for (size_t n = 0; n <= bytes.len; n++) {
		struct str cut = str_cut(bytes, 0, n);
		char *copy = xmalloc(n + 1); /* a byte read beyond it is found by the sanitizer */
		memcpy(copy, cut.ptr, n);
		if (convert_all((struct str){copy, n}, (struct way){0}, &text, &said)) {
			struct str last = buf_str(&text);
			check_lines(last);
			/* The last row may lack the end of its last cell, which nobody can see. */
			size_t lines = 0, same = 0;
			while (same < text.len && text.ptr[same] == whole.ptr[same])
				lines += text.ptr[same++] == '\n';
			for (size_t i = same; i < text.len; i++)
				assert_true(text.ptr[i] != '\n' || i == text.len - 1);
		}
		for (size_t i = 1; i < sizeof ways / sizeof *ways; i++) {
			struct buf other = BUF_INIT, told = BUF_INIT;
			bool is = convert_all((struct str){copy, n}, ways[i], &other, &told);
			if (is) {
				assert_string_equal(buf_cstr(&other), buf_cstr(&text));
				assert_string_equal(buf_cstr(&told), buf_cstr(&said));
			}
			buf_done(&other);
			buf_done(&told);
		}
		free(copy);
	}
	buf_done(&whole);
	buf_done(&text);
	buf_done(&said);
}

static void csv_fails(void **state)
{
	(void)state;
	struct buf text = BUF_INIT, said = BUF_INIT;
	/* What only tells that the bytes ran out is left to who says why. */
	assert_true(convert_all(STR_LIT("a,b\n1,x\n2,\"y"), (struct way){.fails = true}, &text, &said));
	assert_string_equal(buf_cstr(&text), "{\"a\":\"1\",\"b\":\"x\"}\n");
	assert_string_equal(buf_cstr(&said), "");
	buf_done(&text);
	buf_done(&said);
}

static enum convert_sniff sniff(struct str s, bool last)
{
	const struct conversion *how;
	unsigned dialect;
	return convert_sniff(s, last, &how, &dialect);
}

static void not_csv(void **state)
{
	(void)state;
	static const struct str rows[] = {
	    STR_INIT(""),
	    STR_INIT("one\ncolumn\n"),
	    STR_INIT("a,b\n"),
	    STR_INIT("a,b"),
	    STR_INIT("a,b\n1\n"),
	    STR_INIT("a,b\n1,2,3\n"),
	    STR_INIT("1,2\n3,4\n"),
	    STR_INIT("{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":2}\n"),
	    STR_INIT("[1, 2]\n[3, 4]\n"),
	    STR_INIT("[true, false]\n[true, false]\n"),
	    STR_INIT("[\n  {\"a\": 1,\n   \"b\": 2}\n]\n"),
	    STR_INIT("Loading model, please wait\n{\"a\":1,\"b\":2}\n"),
	    STR_INIT("Dear John, thanks for the note\nI will come, perhaps\n"),
	    STR_INIT("Hello, world.\nGood bye, world.\n"),
	    STR_INIT("<html>, x\n<body>, y\n"),
	    STR_INIT("2026-01-01 12:00:00,123 INFO started\n2026-01-01 12:00:01,456 INFO ended\n"),
	    STR_INIT("#!/bin/sh\necho a, b\n"),
	    STR_INIT("int a, b;\nint c, d;\n"),
	    STR_INIT("problem x: record 1, line 1, bad\nproblem x: record 2, line 1, bad\nproblem x: record 3, line 1, "
	             "bad\n"),
	    STR_INIT("INFO,start,now\nINFO,start,then\n"),
	    STR_INIT("key: value\nother: [a, b]\n"),
	    STR_INIT("\n\n\n\n\n\n"),
	    STR_INIT("a\0b,c\n1,2\n"),
	    STR_INIT("\xFF\xFE"
	             "a\0,\0b\0\n\0"
	             "1\0,\0"
	             "2\0\n\0"),
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (sniff(rows[i], true) != CONVERT_NO)
			fail_msg("taken: " STR_FMT, STR_ARG(rows[i]));
	}
	assert_int_equal(sniff(STR_LIT("a,b"), false), CONVERT_MORE);
	assert_int_equal(sniff(STR_LIT("a,b\n1"), false), CONVERT_MORE);
	assert_int_equal(sniff(STR_LIT("a,b\n1,\"2"), false), CONVERT_MORE);
	assert_int_equal(sniff(STR_LIT("a,b\n1,2\n"), false), CONVERT_YES);
	assert_int_equal(sniff(STR_LIT("  {\"a\":1,"), false), CONVERT_NO);
	assert_int_equal(
	    sniff(STR_LIT("topic,[openai:gpt-4] Write one long poem about the {{topic}} in style\nx,y\n"), true),
	    CONVERT_YES);
}

/* ---- through the reader */

static char *file_of(struct str bytes)
{
	char name[] = "/tmp/spoor-convert-XXXXXX";
	int fd = mkstemp(name);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.ptr ? bytes.ptr : "", bytes.len), bytes.len);
	close(fd);
	return xstrdup(name);
}

/* Records with number, line, offset; problems likewise. */
static void read_records(struct str bytes, const struct record_path *paths, size_t window, struct buf *out)
{
	struct err err = ERR_INIT;
	char *name = file_of(bytes);
	struct reader *r = reader_open(name, NULL, &err);
	assert_non_null(r);
	assert_non_null(reader_conversion(r));
	assert_false(reader_is_plain(r));
	struct record_reader *records = record_open(r, &(struct record_opts){.window = window, .paths = paths});
	struct record rec;
	struct frame *frame;
	struct problem p;
	enum record_event event;
	buf_clear(out);
	while ((event = record_next(records, &rec, &frame, &p, &err)) != RECORD_NONE) {
		if (event == RECORD_RECORD)
			buf_printf(out, "%llu@%llu:%llu " STR_FMT "\n", (unsigned long long)rec.number,
			           (unsigned long long)rec.line, (unsigned long long)rec.offset, STR_ARG(rec.bytes));
		else if (event == RECORD_PROBLEM)
			buf_printf(out, "%s %llu@%llu:%llu\n", p.code, (unsigned long long)p.record,
			           (unsigned long long)p.line, (unsigned long long)p.offset);
	}
	assert_int_equal(err.code, ERR_NONE);
	record_close(records);
	reader_close(r);
	unlink(name);
	free(name);
}

static void places(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	static const size_t windows[] = {0, 16, 64};
	for (size_t i = 0; i < 3; i++) {
		read_records(STR_LIT("a,b\n1,\"x\ny\"\n2,\"y\n3,\"z\"\n4,w,v\n5,\xff\n6,\"u"), NULL, windows[i], &out);
		assert_string_equal(buf_cstr(&out), "1@2:4 {\"a\":\"1\",\"b\":\"x\\ny\"}\n"
		                                    "bad-csv 2@4:12\n"
		                                    "3@5:17 {\"a\":\"3\",\"b\":\"z\"}\n"
		                                    "4@6:23 {\"a\":\"4\",\"b\":\"w\",\"#3\":\"v\"}\n"
		                                    "extra-cells 4@6:23\n"
		                                    "5@7:29 {\"a\":\"5\",\"b\":\"\xff\"}\n"
		                                    "bad-utf8 5@7:29\n"
		                                    "incomplete-tail 5@8:33\n");
	}
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(csv_plain),
	    cmocka_unit_test(csv_quotes),
	    cmocka_unit_test(csv_columns),
	    cmocka_unit_test(csv_bad),
	    cmocka_unit_test(csv_many_extra_cells),
	    cmocka_unit_test(csv_large_rows),
	    cmocka_unit_test(csv_cut),
	    cmocka_unit_test(csv_fails),
	    cmocka_unit_test(not_csv),
	    cmocka_unit_test(places),
	};
	return cmocka_run_group_tests_name("convert", tests, NULL, NULL);
}
