/* Conversions: the text that comes out, the places and problems that go with it; whole, in single bytes, cut anywhere. */
#include "import/convert.h"

#include <math.h>
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

/* Rows that all lack the last cells, as in Debian's list of its releases. */
static void csv_narrow_rows(void **state)
{
	(void)state;
	gives("version,codename,series,created,eol\n1.1,Buzz,buzz,1996\n1.2,Rex,rex\n",
	      "{\"version\":\"1.1\",\"codename\":\"Buzz\",\"series\":\"buzz\",\"created\":\"1996\"}\n"
	      "{\"version\":\"1.2\",\"codename\":\"Rex\",\"series\":\"rex\"}\n",
	      "");
}

static void csv_many_columns(void **state)
{
	(void)state;
	struct buf bytes = BUF_INIT, want = BUF_INIT;
	enum { COLUMNS = 2000 };
	for (int i = 0; i < COLUMNS; i++)
		buf_printf(&bytes, "%sn%d", i ? "," : "", i % 2 ? 1 : i);
	for (int i = 0; i < COLUMNS; i++)
		buf_add_cstr(&bytes, i ? ",x" : "\nx");
	for (int i = 0; i < COLUMNS; i++) {
		buf_printf(&want, "%s\"n%d", i ? "," : "{", i % 2 ? 1 : i);
		if (i > 1 && i % 2)
			buf_printf(&want, "#%d", (i + 1) / 2);
		buf_add_cstr(&want, "\":\"x\"");
	}
	buf_add_cstr(&want, "}\n");
	gives_all(buf_str(&bytes), buf_cstr(&want), "");
	buf_done(&bytes);
	buf_done(&want);
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
	    STR_INIT("package A; # of b\n\nuse strict;\nuse warnings;\n"),
	    STR_INIT("from getopt import GetoptError, getopt\nfrom typing import Dict, List\n\nx = [\n  \"a\",\n]\n"),
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

/* ---- protobuf */

static void add_varint(struct buf *b, uint64_t v)
{
	for (; v > 127; v >>= 7)
		buf_add_char(b, (char)(v | 128));
	buf_add_char(b, (char)v);
}

static void add_number(struct buf *b, unsigned field, uint64_t v)
{
	add_varint(b, (uint64_t)field << 3);
	add_varint(b, v);
}

static void add_bytes(struct buf *b, unsigned field, struct str s)
{
	add_varint(b, (uint64_t)field << 3 | 2);
	add_varint(b, s.len);
	buf_add_str(b, s);
}

static void add_fixed(struct buf *b, unsigned field, uint64_t v, size_t n)
{
	add_varint(b, (uint64_t)field << 3 | (n == 8 ? 1 : 5));
	for (size_t i = 0; i < n; i++)
		buf_add_char(b, (char)(v >> (8 * i)));
}

static void add_double(struct buf *b, unsigned field, double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof bits);
	add_fixed(b, field, bits, 8);
}

/* Adds what `inner` holds as a message, and empties it. */
static void add_message(struct buf *b, unsigned field, struct buf *inner)
{
	add_bytes(b, field, buf_str(inner));
	buf_done(inner);
}

/* An attribute; `value` is its AnyValue. */
static void add_attribute(struct buf *b, unsigned field, const char *key, struct buf *value)
{
	struct buf kv = BUF_INIT;
	add_bytes(&kv, 1, str_of(key));
	add_message(&kv, 2, value);
	add_message(b, field, &kv);
}

static void add_text_attribute(struct buf *b, unsigned field, const char *key, struct str text)
{
	struct buf value = BUF_INIT;
	add_bytes(&value, 1, text);
	add_attribute(b, field, key, &value);
}

static void add_span(struct buf *b, unsigned field, unsigned char id, const char *name)
{
	struct buf span = BUF_INIT;
	char trace[16] = "0123456789abcde", own[8] = {(char)id, 0, 0, 0, 0, 0, 0, (char)0xff};
	add_bytes(&span, 1, (struct str){trace, 16});
	add_bytes(&span, 2, (struct str){own, 8});
	add_bytes(&span, 5, str_of(name));
	add_fixed(&span, 7, 1700000000000000000 + id, 8);
	add_fixed(&span, 8, 1700000000000001000 + id, 8);
	add_message(b, field, &span);
}

#define SPAN(id, name, end)                                                                                      \
	"{\"traceId\":\"30313233343536373839616263646500\",\"spanId\":\"" id "000000000000ff\",\"name\":\"" name \
	"\",\"startTimeUnixNano\":\"17000000000000000" end "\",\"endTimeUnixNano\":\"17000000000000010" end "\"}"

/* The content of one ResourceSpans: a service and two spans. */
static void fill_resource(struct buf *b)
{
	struct buf inner = BUF_INIT, scope = BUF_INIT;
	add_text_attribute(&inner, 1, "service.name", STR_LIT("bank"));
	add_message(b, 1, &inner);
	add_bytes(&inner, 1, STR_LIT("lib"));
	add_message(&scope, 1, &inner);
	add_span(&scope, 2, 1, "a");
	add_span(&scope, 2, 2, "b");
	add_message(b, 2, &scope);
}

#define RESOURCE                                                                                                   \
	"{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":" \
	"\"bank\"}}]},\"scopeSpans\":[{\"scope\":{\"name\":\"lib\"},\"spans\":[" SPAN("01", "a", "01") "," SPAN(   \
	    "02", "b", "02") "]}]}]}\n"

static void add_resource(struct buf *b)
{
	struct buf inner = BUF_INIT;
	fill_resource(&inner);
	add_message(b, 1, &inner);
}

static void add_framed(struct buf *b, struct str message)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_char(b, (char)(message.len >> shift));
	buf_add_str(b, message);
}

static void proto_framings(void **state)
{
	(void)state;
	struct buf message = BUF_INIT, file = BUF_INIT;
	add_resource(&message);
	gives_all(buf_str(&message), RESOURCE, "");
	add_framed(&file, STR_LIT(""));
	add_framed(&file, buf_str(&message));
	add_framed(&file, STR_LIT(""));
	add_framed(&file, buf_str(&message));
	gives_all(buf_str(&file), RESOURCE RESOURCE, "");
	buf_clear(&file);
	add_varint(&file, message.len);
	buf_add_str(&file, buf_str(&message));
	add_varint(&file, message.len);
	buf_add_str(&file, buf_str(&message));
	gives_all(buf_str(&file), RESOURCE RESOURCE, "");
	buf_clear(&file);
	add_resource(&message);
	add_framed(&file, buf_str(&message));
	gives_all(buf_str(&file), RESOURCE RESOURCE, "");
	gives_all(buf_str(&message), RESOURCE RESOURCE, "");
	buf_done(&file);
	buf_done(&message);
}

/* Wraps a span (log record, metric) into the messages around it. */
static void wrap(struct buf *out, struct buf *record)
{
	struct buf scope = BUF_INIT, resource = BUF_INIT;
	add_message(&scope, 2, record);
	add_message(&resource, 2, &scope);
	add_message(out, 1, &resource);
}

static void proto_span_fields(void **state)
{
	(void)state;
	struct buf span = BUF_INIT, inner = BUF_INIT, list = BUF_INIT, file = BUF_INIT;
	add_bytes(&span, 1,
	          STR_LIT("\x00\x01\xab\xcd"
	                  "0123456789AB"));
	add_bytes(&span, 2,
	          STR_LIT("\xFF"
	                  "1234567"));
	add_bytes(&span, 3, STR_LIT("a=b"));
	add_bytes(&span, 4, STR_LIT("12345678"));
	add_bytes(&span, 5, STR_LIT("\"\\\n\x01\xff \xc3\xa4"));
	add_number(&span, 6, 3);
	add_fixed(&span, 7, UINT64_MAX, 8);
	add_fixed(&span, 8, 0, 8);
	add_text_attribute(&span, 9, "text", STR_LIT(""));
	add_number(&inner, 2, 1);
	add_attribute(&span, 9, "yes", &inner);
	add_number(&inner, 3, (uint64_t)INT64_MIN);
	add_attribute(&span, 9, "int", &inner);
	static const double doubles[] = {0.1, 1e300, -0.0, 3, 1.0000000000000002};
	for (size_t i = 0; i < 5; i++) {
		struct buf value = BUF_INIT;
		add_double(&value, 4, doubles[i]);
		add_message(&list, 1, &value);
	}
	add_message(&inner, 5, &list);
	add_attribute(&span, 9, "list", &inner);
	add_text_attribute(&list, 1, "k", STR_LIT("v"));
	add_message(&inner, 6, &list);
	add_attribute(&span, 9, "map", &inner);
	add_bytes(&inner, 7,
	          STR_LIT("\0\xff"
	                  "ab"));
	add_attribute(&span, 9, "bytes", &inner);
	add_double(&inner, 4, (double)NAN);
	add_attribute(&span, 9, "nan", &inner);
	add_double(&inner, 4, -(double)INFINITY);
	add_attribute(&span, 9, "inf", &inner);
	add_attribute(&span, 9, "none", &inner);
	add_number(&span, 10, 4294967295);
	add_fixed(&inner, 1, 7, 8);
	add_bytes(&inner, 2, STR_LIT("e"));
	add_text_attribute(&inner, 3, "k", STR_LIT("v"));
	add_message(&span, 11, &inner);
	add_bytes(&inner, 1, STR_LIT("tttttttttttttttt"));
	add_fixed(&inner, 6, 257, 4);
	add_message(&span, 13, &inner);
	add_bytes(&inner, 2, STR_LIT("boom"));
	add_number(&inner, 3, 2);
	add_message(&span, 15, &inner);
	add_fixed(&span, 16, 1, 4);
	add_number(&span, 19, 77); /* of a later version */
	add_bytes(&span, 20, STR_LIT("abc"));
	add_fixed(&span, 2000, 5, 4);
	add_number(&span, 5, 1); /* another wire type than it has */
	wrap(&file, &span);
	gives_all(
	    buf_str(&file),
	    "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"0001abcd303132333435363738394142\","
	    "\"spanId\":\"ff31323334353637\",\"traceState\":\"a=b\",\"parentSpanId\":\"3132333435363738\","
	    "\"name\":\"\\\"\\\\\\n\\u0001\xff \xc3\xa4\",\"kind\":3,\"startTimeUnixNano\":\"18446744073709551615\","
	    "\"endTimeUnixNano\":\"0\",\"attributes\":[{\"key\":\"text\",\"value\":{\"stringValue\":\"\"}},"
	    "{\"key\":\"yes\",\"value\":{\"boolValue\":true}},"
	    "{\"key\":\"int\",\"value\":{\"intValue\":\"-9223372036854775808\"}},"
	    "{\"key\":\"list\",\"value\":{\"arrayValue\":{\"values\":[{\"doubleValue\":0.1},{\"doubleValue\":1e+300},"
	    "{\"doubleValue\":-0},{\"doubleValue\":3},{\"doubleValue\":1.0000000000000002}]}}},"
	    "{\"key\":\"map\",\"value\":{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":{\"stringValue\":\"v\"}}"
	    "]"
	    "}}},{\"key\":\"bytes\",\"value\":{\"bytesValue\":\"AP9hYg==\"}},"
	    "{\"key\":\"nan\",\"value\":{\"doubleValue\":\"NaN\"}},{\"key\":\"inf\",\"value\":{\"doubleValue\":"
	    "\"-Infinity\"}},{\"key\":\"none\",\"value\":{}}],\"droppedAttributesCount\":4294967295,"
	    "\"events\":[{\"timeUnixNano\":\"7\",\"name\":\"e\",\"attributes\":[{\"key\":\"k\",\"value\":"
	    "{\"stringValue\":\"v\"}}]}],\"links\":[{\"traceId\":\"74747474747474747474747474747474\",\"flags\":257}],"
	    "\"status\":{\"message\":\"boom\",\"code\":2},\"flags\":1,\"#19\":\"77\",\"#20\":\"YWJj\",\"#2000\":\"5\","
	    "\"#5\":\"1\"}]}]}]}\n",
	    "");
	buf_done(&file);
}

static void proto_signals(void **state)
{
	(void)state;
	struct buf record = BUF_INIT, inner = BUF_INIT, file = BUF_INIT;
	add_fixed(&record, 1, 7, 8);
	add_number(&record, 2, 9);
	add_bytes(&inner, 1, STR_LIT("hello"));
	add_message(&record, 5, &inner);
	add_text_attribute(&record, 6, "gen_ai.evaluation.name", STR_LIT("x"));
	add_bytes(&record, 9, STR_LIT("tttttttttttttttt"));
	add_bytes(&record, 10, STR_LIT("ssssssss"));
	add_bytes(&record, 12, STR_LIT("gen_ai.evaluation.result"));
	wrap(&file, &record);
	/* Then a metric, and spans of an old version. */
	add_bytes(&record, 1, STR_LIT("sixteen_is_a_gem"));
	add_bytes(&record, 5, STR_LIT("data"));
	wrap(&file, &record);
	struct buf scope = BUF_INIT, resource = BUF_INIT;
	add_bytes(&inner, 1, STR_LIT("old"));
	add_message(&scope, 1, &inner);
	add_span(&scope, 2, 1, "a");
	add_message(&resource, 1000, &scope);
	add_bytes(&resource, 3, STR_LIT("http://schema"));
	add_number(&resource, 9, 1);
	add_message(&file, 1, &resource);
	add_bytes(&file, 4, STR_LIT("?"));
	gives_all(
	    buf_str(&file),
	    "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"7\",\"severityNumber\":9,"
	    "\"body\":{\"stringValue\":\"hello\"},\"attributes\":[{\"key\":\"gen_ai.evaluation.name\",\"value\":"
	    "{\"stringValue\":\"x\"}}],\"traceId\":\"74747474747474747474747474747474\",\"spanId\":"
	    "\"7373737373737373\",\"eventName\":\"gen_ai.evaluation.result\"}]}]}]}\n"
	    "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"sixteen_is_a_gem\",\"#5\":"
	    "\"ZGF0YQ==\"}]}]}]}\n"
	    "{\"resourceSpans\":[{\"instrumentationLibrarySpans\":[{\"instrumentationLibrary\":{\"name\":\"old\"},"
	    "\"spans\":[" SPAN("01", "a", "01") "]}],\"schemaUrl\":\"http://schema\",\"#9\":\"1\"}]}\n"
	                                        "{\"#4\":\"Pw==\"}\n",
	    "");
	buf_done(&file);
}

/* Fields in any order: what belongs together may lie apart. */
static void proto_order(void **state)
{
	(void)state;
	struct buf resource = BUF_INIT, scope = BUF_INIT, file = BUF_INIT, inner = BUF_INIT;
	add_span(&scope, 2, 1, "a");
	add_bytes(&inner, 1, STR_LIT("lib"));
	add_message(&scope, 1, &inner);
	add_span(&scope, 2, 2, "b");
	add_message(&resource, 2, &scope);
	add_number(&inner, 2, 3);
	add_message(&resource, 1, &inner);
	add_message(&resource, 2, &scope);
	add_message(&file, 1, &resource);
	gives_all(
	    buf_str(&file),
	    "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" SPAN(
	        "01", "a", "01") "],\"scope\":{\"name\":\"lib\"},"
	                         "\"spans\":[" SPAN(
	                             "02", "b",
	                             "02") "]}],\"resource\":{\"droppedAttributesCount\":3},\"scopeSpans\":[{}]}]}\n",
	    "");
	buf_done(&file);
}

/* Cut anywhere: whole lines of JSON, the spans before are kept, and the cut is told. */
static void proto_cut(void **state)
{
	(void)state;
	struct buf message = BUF_INIT, file = BUF_INIT, text = BUF_INIT, said = BUF_INIT;
	add_resource(&message);
	size_t ends[2] = {0, 0};
	for (int framed = 0; framed < 2; framed++) {
		buf_clear(&file);
		for (int i = 0; i < 2; i++) {
			if (framed)
				add_framed(&file, buf_str(&message));
			else
				buf_add_str(&file, buf_str(&message));
			ends[i] = file.len;
		}
		for (size_t n = 60; n < file.len; n++) {
			char *copy = xmalloc(n);
			memcpy(copy, file.ptr, n);
			for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
				assert_true(convert_all((struct str){copy, n}, ways[i], &text, &said));
				check_lines(buf_str(&text));
				assert_true(n < ends[0] || str_starts(buf_str(&text), RESOURCE));
				size_t problems = 0;
				for (const char *p = buf_cstr(&said); (p = strchr(p, '\n')); p++)
					problems++;
				assert_int_equal(problems, n != ends[0]);
				assert_true(n == ends[0] || str_starts(buf_str(&said), "truncated@0:"));
			}
			free(copy);
		}
	}
	buf_done(&message);
	buf_done(&file);
	buf_done(&text);
	buf_done(&said);
}

/* Any byte changed: still JSON, and the same however it comes in pieces. */
static void proto_damaged(void **state)
{
	(void)state;
	struct buf message = BUF_INIT, file = BUF_INIT, text = BUF_INIT, said = BUF_INIT, other = BUF_INIT,
	           told = BUF_INIT;
	add_resource(&message);
	add_framed(&file, buf_str(&message));
	add_framed(&file, buf_str(&message));
	static const unsigned char masks[] = {0x01, 0x05, 0x80, 0xFF, 0x7F, 0x40};
	for (size_t at = 0; at < file.len; at++) {
		for (size_t k = 0; k < sizeof masks; k++) {
			file.ptr[at] = (char)(file.ptr[at] ^ masks[k]);
			bool is = convert_all(buf_str(&file), ways[0], &text, &said);
			if (is)
				check_lines(buf_str(&text));
			for (size_t i = 1; is && i < sizeof ways / sizeof *ways; i++) {
				assert_true(convert_all(buf_str(&file), ways[i], &other, &told));
				assert_string_equal(buf_cstr(&other), buf_cstr(&text));
				assert_string_equal(buf_cstr(&told), buf_cstr(&said));
			}
			file.ptr[at] = (char)(file.ptr[at] ^ masks[k]);
		}
	}
	buf_done(&message);
	buf_done(&file);
	buf_done(&text);
	buf_done(&said);
	buf_done(&other);
	buf_done(&told);
}

static void proto_bad(void **state)
{
	(void)state;
	struct buf message = BUF_INIT, file = BUF_INIT, span = BUF_INIT;
	add_resource(&message);
	size_t whole = message.len;
	/* A length that is none: on to the next message. */
	add_framed(&file, buf_str(&message));
	buf_add_cstr(&file, "rubbish between the messages, as long as you like");
	add_framed(&file, buf_str(&message));
	struct buf said = BUF_INIT;
	buf_printf(&said, "bad-protobuf@0:%zu+1 no length with a protobuf message behind it\n", whole + 4);
	gives_all(buf_str(&file), RESOURCE RESOURCE, buf_cstr(&said));
	/* A field that reaches beyond its message: what is around it is kept. */
	buf_clear(&file);
	add_bytes(&span, 5, STR_LIT("bad"));
	buf_add(&span, "\x4a\x7f", 2);
	add_fixed(&span, 7, 1, 8);
	struct buf scope = BUF_INIT, resource = BUF_INIT;
	add_message(&scope, 2, &span);
	add_span(&scope, 2, 1, "a");
	buf_add(&scope, "\x1b", 1); /* no field */
	add_message(&resource, 2, &scope);
	add_bytes(&resource, 3, STR_LIT("s"));
	add_message(&file, 1, &resource);
	gives_all(buf_str(&file),
	          "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"bad\"}," SPAN(
	              "01", "a", "01") "]}],"
	                               "\"schemaUrl\":\"s\"}]}\n",
	          "bad-protobuf@0:11+0 a field is longer than the message it is in\n"
	          "bad-protobuf@0:73+1 no protobuf field\n");
	buf_done(&said);
	buf_done(&message);
	buf_done(&file);
}

/* Lengths that are lies must not be believed before the bytes are there; lists in lists are followed only so far. */
static void proto_bombs(void **state)
{
	(void)state;
	struct buf message = BUF_INIT, file = BUF_INIT, text = BUF_INIT, said = BUF_INIT, value = BUF_INIT,
	           span = BUF_INIT;
	add_resource(&message);
	buf_add(&file, "\xFF\xFF\xFF\xFF", 4);
	buf_add_str(&file, buf_str(&message));
	assert_true(convert_all(buf_str(&file), (struct way){0}, &text, &said));
	assert_string_equal(buf_cstr(&text), RESOURCE);
	assert_true(str_starts(buf_str(&said), "truncated"));
	buf_clear(&file);
	buf_add_str(&file, buf_str(&message));
	buf_add(&file, "\x0a\xFF\xFF\xFF\xFF\x0F\x0a\xFF\xFF\xFF\xFF\x07", 12);
	assert_true(convert_all(buf_str(&file), (struct way){0}, &text, &said));
	assert_true(str_starts(buf_str(&text), RESOURCE));
	check_lines(buf_str(&text));
	assert_non_null(strstr(buf_cstr(&said), "limit-record"));
	for (int i = 0; i < 3000; i++) {
		struct buf list = BUF_INIT;
		add_message(&list, 1, &value);
		add_message(&value, 5, &list);
	}
	add_attribute(&span, 9, "deep", &value);
	add_number(&span, 6, 1);
	buf_clear(&file);
	wrap(&file, &span);
	buf_add_str(&file, buf_str(&message));
	assert_true(convert_all(buf_str(&file), (struct way){0}, &text, &said));
	check_lines(buf_str(&text));
	assert_non_null(strstr(buf_cstr(&text), "\"kind\":1}]}]}]}\n" RESOURCE));
	assert_true(str_starts(buf_str(&said), "limit-depth"));
	buf_done(&message);
	buf_done(&file);
	buf_done(&text);
	buf_done(&said);
}

static void proto_large_units(void **state)
{
	(void)state;
	struct buf scope = BUF_INIT, resource = BUF_INIT, file = BUF_INIT, name = BUF_INIT, text = BUF_INIT,
	           said = BUF_INIT;
	buf_add_fill(&name, 'x', 500);
	add_span(&scope, 2, 1, "a");
	add_span(&scope, 2, 9, buf_cstr(&name));
	add_span(&scope, 2, 2, "b");
	add_message(&resource, 2, &scope);
	add_message(&file, 1, &resource);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct way way = ways[i];
		way.max = 300;
		assert_true(convert_all(buf_str(&file), way, &text, &said));
		assert_string_equal(buf_cstr(&text), "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" SPAN(
		                                         "01", "a", "01") "," SPAN("02", "b", "02") "]}]}]}\n");
		assert_string_equal(buf_cstr(&said), "limit-record@0:57+1 a protobuf message larger than 300 bytes\n");
	}
	buf_done(&file);
	buf_done(&name);
	buf_done(&text);
	buf_done(&said);
}

static void not_proto(void **state)
{
	(void)state;
	static const struct str rows[] = {
	    STR_INIT("\n\n\n\n\n\n\n\n\n\n\n\n"),
	    STR_INIT("\n{\"a\":1}\n"),
	    STR_INIT("\n\x12\n\x10 and more text that follows"),
	    STR_INIT("\nHello there\n"),
	    STR_INIT("\n\0"),
	    STR_INIT("\0\0\0\0\0\0\0\0\0\0\0\0"),
	    STR_INIT("\0\0\0\x04\n\x02\0\0"),
	    STR_INIT("\x7f"
	             "ELF\x02\x01\x01\0\0\0\0\0"),
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (sniff(rows[i], true) != CONVERT_NO)
			fail_msg("row %zu is taken", i);
	}
	assert_int_equal(sniff(STR_LIT("\0\0"), false), CONVERT_MORE);
	assert_int_equal(sniff(STR_LIT("\n"), false), CONVERT_MORE);
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

static void proto_places(void **state)
{
	(void)state;
	struct buf file = BUF_INIT, out = BUF_INIT, message = BUF_INIT;
	static const struct record_path paths[] = {
	    {"resourceSpans[].scopeSpans[].spans[]", 0},
            {NULL,                                   0}
        };
	static const size_t windows[] = {0, 16, 64};
	add_resource(&message);
	add_framed(&file, buf_str(&message));
	add_framed(&file, buf_str(&message));
	buf_add(&file, "\0\0\0\x40\n", 5);
	for (size_t i = 0; i < 3; i++) {
		read_records(buf_str(&file), paths, windows[i], &out);
		assert_string_equal(buf_cstr(&out),
		                    "1@0:42 " SPAN("01", "a", "01") "\n2@0:93 " SPAN(
		                        "02", "b", "02") "\n"
		                                         "3@0:186 " SPAN("01", "a", "01") "\n4@0:237 " SPAN(
		                                             "02", "b", "02") "\n"
		                                                              "truncated 5@0:292\n");
	}
	buf_done(&message);
	buf_done(&file);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(csv_plain),
	    cmocka_unit_test(csv_quotes),
	    cmocka_unit_test(csv_columns),
	    cmocka_unit_test(csv_many_columns),
	    cmocka_unit_test(csv_narrow_rows),
	    cmocka_unit_test(csv_bad),
	    cmocka_unit_test(csv_many_extra_cells),
	    cmocka_unit_test(csv_large_rows),
	    cmocka_unit_test(csv_cut),
	    cmocka_unit_test(csv_fails),
	    cmocka_unit_test(not_csv),
	    cmocka_unit_test(places),
	    cmocka_unit_test(proto_framings),
	    cmocka_unit_test(proto_span_fields),
	    cmocka_unit_test(proto_signals),
	    cmocka_unit_test(proto_order),
	    cmocka_unit_test(proto_cut),
	    cmocka_unit_test(proto_damaged),
	    cmocka_unit_test(proto_bad),
	    cmocka_unit_test(proto_bombs),
	    cmocka_unit_test(proto_large_units),
	    cmocka_unit_test(not_proto),
	    cmocka_unit_test(proto_places),
	};
	return cmocka_run_group_tests_name("convert", tests, NULL, NULL);
}
