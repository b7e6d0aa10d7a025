#include "import/record.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "import/sample.h"

static const struct record_path otlp[] = {
    {.path = "resourceSpans[].scopeSpans[].spans[]", .slot = 1},
    {.path = NULL,                                   .slot = 0}
};
static const struct record_path mixed[] = {
    {.path = "results.results[]", .slot = 1},
    {.path = "results[]",         .slot = 2},
    {.path = "trace",             .slot = 3},
    {.path = NULL,                .slot = 0}
};

static const struct record_path any_key[] = {
    {.path = "runs.*",   .slot = 1},
    {.path = "runs.own", .slot = 2},
    {.path = "list[].*", .slot = 3},
    {.path = NULL,       .slot = 0}
};

/* ---- events as text, one a line; what a record saw of its frames is not in it (it may grow later) */

static void add_problem(struct buf *out, const struct problem *p)
{
	static const char *const severities[] = {"warning", "skipped", "file"};
	buf_printf(out, "P %s %s #%llu line %llu at %llu", p->code, severities[p->severity],
	           (unsigned long long)p->record, (unsigned long long)p->line, (unsigned long long)p->offset);
	if (p->path.ptr)
		buf_printf(out, " in " STR_FMT, STR_ARG(p->path));
	buf_add_char(out, '\n');
	assert_true(p->reason.len > 0 && p->reason.len <= 100 && p->kept.len > 0);
}

static struct str source; /* what is read, if the test knows it: the oracle of offsets and lines */

static void check_place(const struct record *rec)
{
	if (!source.ptr)
		return;
	assert_true(str_eq(str_cut(source, (size_t)rec->offset, rec->bytes.len), rec->bytes));
	uint64_t line = 1;
	for (size_t i = 0; i < rec->offset; i++)
		line += source.ptr[i] == '\n';
	assert_int_equal(rec->line, line);
}

static void add_record(struct buf *out, const struct record *rec, struct arena *arena)
{
	check_place(rec);
	buf_printf(out, "R #%llu line %llu at %llu slot %d ", (unsigned long long)rec->number,
	           (unsigned long long)rec->line, (unsigned long long)rec->offset, rec->slot);
	buf_add_str(out, record_path_text(rec, arena));
	buf_add_char(out, ' ');
	buf_add_str(out, rec->bytes);
	buf_add_char(out, '\n');
	assert_true(str_eq(rec->bytes, val_raw(rec->root)));
	int level = rec->frame ? rec->frame->level : -1;
	for (const struct frame *f = rec->frame; f; f = f->outer) {
		assert_int_equal(f->level, level--);
		assert_true(val_is(f->root, SCAN_OBJECT));
		assert_true(str_eq(f->json, val_raw(f->root)));
	}
	assert_int_equal(level, -1);
}

static void add_frame(struct buf *out, const struct frame *f)
{
	buf_printf(out, "F %d %s%s ", f->level, f->path, f->broken ? " broken" : "");
	buf_add_str(out, f->json);
	buf_add_char(out, '\n');
	assert_true(val_is(f->root, SCAN_OBJECT));
}

static void events_of(struct buf *out, struct reader *bytes, const struct record_opts *opts, uint64_t *dealt)
{
	struct record_reader *r = record_open(bytes, opts);
	struct record rec;
	struct frame *frame;
	struct problem problem;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	enum record_event event;
	while ((event = record_next(r, &rec, &frame, &problem, &err)) != RECORD_NONE) {
		if (event == RECORD_RECORD)
			add_record(out, &rec, &arena);
		else if (event == RECORD_FRAME_END)
			add_frame(out, frame);
		else
			add_problem(out, &problem);
		arena_reset(&arena);
	}
	if (err.code)
		buf_printf(out, "E %s at %llu\n", reader_code(bytes), (unsigned long long)err.at.offset);
	if (dealt)
		*dealt = record_offset(r);
	arena_done(&arena);
	record_close(r);
}

static void events(struct buf *out, struct str input, struct record_opts opts, size_t window, size_t chunk)
{
	/* Its own block of exactly this size: the sanitizer sees a read beyond it. */
	char *copy = xmalloc(input.len ? input.len : 1);
	if (input.len)
		memcpy(copy, input.ptr, input.len);
	struct reader *bytes = reader_memory((struct str){copy, input.len}, chunk);
	opts.window = window;
	source = input.len < 2000 ? (struct str){copy, input.len} : STR_NONE;
	events_of(out, bytes, &opts, NULL);
	source = STR_NONE;
	reader_close(bytes);
	free(copy);
}

static const size_t windows[] = {16, 17, 64, 4096, 0};
static const size_t chunks[] = {1, 3, 0};

static void same_everywhere(struct str input, struct record_opts opts, const char *expected)
{
	struct buf got = BUF_INIT;
	for (size_t w = 0; w < 5; w++) {
		for (size_t c = 0; c < 3; c++) {
			buf_clear(&got);
			events(&got, input, opts, windows[w], chunks[c]);
			if (strcmp(buf_cstr(&got), expected) != 0)
				print_error("window %zu, chunk %zu of: " STR_FMT "\n", windows[w], chunks[c],
				            STR_ARG(input));
			assert_string_equal(buf_cstr(&got), expected);
		}
	}
	buf_done(&got);
}

/* ---- the table */

struct row {
	const char *input;
	const struct record_path *paths;
	const char *expected;
};

#define DOC                                                                                        \
	"{\"a\": 1, \"resourceSpans\": [{\"resource\":{\"x\":[1,2]},\"scopeSpans\":[{\"scope\" : " \
	"{\"name\":\"s\"},\"spans\":["                                                             \
	"{\"id\":1},\n{\"id\":2}]}, {\"spans\":[]}], "                                             \
	"\"schemaUrl\":\"u\"},{\"scopeSpans\":[{\"spans\":[{\"id\":3}]}]}], \"z\":null}"

static const struct row rows[] = {
  /* framings */
    {"{\"a\":1}",                                                                                       NULL,  "R #1 line 1 at 0 slot 0  {\"a\":1}\n"                                          },
    {"{\"a\":1}\n{\"a\":2}\n",                                                                          NULL,  "R #1 line 1 at 0 slot 0  {\"a\":1}\nR #2 line 2 at 8 slot 0  {\"a\":2}\n"      },
    {"\xEF\xBB\xBF{\"a\":1}\r\n\r\n\xEF\xBB\xBF{\"a\":2}",                                              NULL,
     "R #1 line 1 at 3 slot 0  {\"a\":1}\nR #2 line 3 at 17 slot 0  {\"a\":2}\n"                                                                                                               },
    {"{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n",                                                              NULL,
     "R #1 line 1 at 0 slot 0  {\n \"a\": 1\n}\nR #2 line 4 at 12 slot 0  {\n \"a\": 2\n}\n"                                                                                                   },
    {"{\"a\":1}{\"a\":2},{\"a\":3} , {\"a\":4}",                                                        NULL,
     "R #1 line 1 at 0 slot 0  {\"a\":1}\nR #2 line 1 at 7 slot 0  {\"a\":2}\nR #3 line 1 at 15 slot 0  {\"a\":3}\n"
     "R #4 line 1 at 25 slot 0  {\"a\":4}\n"                                                                                                                                                   },
    {"[1, \"two\" ,\n[{\"a\":[3]},[]],true]\n4",                                                        NULL,
     "R #1 line 1 at 1 slot 0 [0] 1\nR #2 line 1 at 4 slot 0 [1] \"two\"\nR #3 line 2 at 13 slot 0 [2][0] {\"a\":[3]}\n"
     "R #4 line 2 at 27 slot 0 [3] true\nR #5 line 3 at 33 slot 0  4\n"                                                                                                                        },
    {"\x1e{\"a\":1}\n\x1e{\"a\":2}\n",                                                                  NULL,
     "R #1 line 1 at 1 slot 0  {\"a\":1}\nR #2 line 2 at 10 slot 0  {\"a\":2}\n"                                                                                                               },
    {"12345678901234567890123456789",                                                                   NULL,  "R #1 line 1 at 0 slot 0  12345678901234567890123456789\n"                      },
    {"[]",                                                                                              NULL,  ""                                                                              },
 /* paths and frames */
    {DOC,                                                                                               otlp,
     "R #1 line 1 at 98 slot 1 resourceSpans[0].scopeSpans[0].spans[0] {\"id\":1}\n"
     "R #2 line 2 at 108 slot 1 resourceSpans[0].scopeSpans[0].spans[1] {\"id\":2}\n"
     "F 2 resourceSpans[].scopeSpans[] {\"scope\":{\"name\":\"s\"}}\n"
     "F 2 resourceSpans[].scopeSpans[] {}\n"
     "F 1 resourceSpans[] {\"resource\":{\"x\":[1,2]},\"schemaUrl\":\"u\"}\n"
     "R #3 line 2 at 177 slot 1 resourceSpans[1].scopeSpans[0].spans[0] {\"id\":3}\n"
     "F 2 resourceSpans[].scopeSpans[] {}\nF 1 resourceSpans[] {}\nF 0  {\"a\":1,\"z\":null}\n"                                                                                                },
    {"[{\"results\":{\"results\":[{\"a\":1}],\"v\":3}}]",                                               mixed,
     "R #1 line 1 at 24 slot 1 [0].results.results[0] {\"a\":1}\nF 1 results {\"v\":3}\nF 0  {}\n"                                                                                             },
    {"{\"results\":[7,null],\"n\":2}\n{\"trace\":\"t\",\"results\":\"none\"}\n",                        mixed,
     "R #1 line 1 at 12 slot 2 results[0] 7\nR #2 line 1 at 14 slot 2 results[1] null\nF 0  {\"n\":2}\n"
     "R #3 line 2 at 36 slot 3 trace \"t\"\nF 0  {\"results\":\"none\"}\n"                                                                                                                     },
    {"{}\n{\"other\":[]}\nnull 5 \"x\"",                                                                mixed, "F 0  {}\nF 0  {\"other\":[]}\n"                                                },
    {"{\"resourceSpans\":[5,{\"scopeSpans\":[null]}]}",                                                 otlp,
     "P wrong-type skipped #1 line 1 at 18 in resourceSpans[0]\n"
     "P wrong-type skipped #2 line 1 at 35 in resourceSpans[1].scopeSpans[0]\n"
     "F 1 resourceSpans[] {}\nF 0  {}\n"                                                                                                                                                       },
    {"{\"results\":{\"a\":{\"results\":[1]},\"results\":{\"b\":1}}}",                                   mixed,
     "F 1 results {\"a\":{\"results\":[1]},\"results\":{\"b\":1}}\nF 0  {}\n"                                                                                                                  },
 /* nothing */
    {"",                                                                                                NULL,  "P empty file #1 line 1 at 0\n"                                                 },
    {" \n\t\r\n",                                                                                       NULL,  "P empty file #1 line 3 at 5\n"                                                 },
    {"\xEF\xBB\xBF",                                                                                    NULL,  "P empty file #1 line 1 at 3\n"                                                 },
 /* bad lines */
    {"{\"a\":1}\n{\"a\":}\n{\"a\":3}\n",                                                                NULL,
     "R #1 line 1 at 0 slot 0  {\"a\":1}\nP bad-json skipped #2 line 2 at 13\nR #3 line 3 at 15 slot 0  {\"a\":3}\n"                                                                           },
    {"{\"a\":1}\nnot json\n// more\n{\"a\":3} x\n{\"a\":4}\n\x1a",                                      NULL,
     "R #1 line 1 at 0 slot 0  {\"a\":1}\nP bad-json skipped #2 line 2 at 9\nP bad-json skipped #3 line 3 at 17\n"
     "R #4 line 4 at 25 slot 0  {\"a\":3}\nP bad-json skipped #5 line 4 at 33\nR #6 line 5 at 35 slot 0  {\"a\":4}\n"
     "P bad-json skipped #7 line 6 at 43\n"                                                                                                                                                    },
    {"banner\n{\"a\":1}\n{\"a\":2}\n",                                                                  NULL,
     "P bad-json skipped #1 line 1 at 0\nR #2 line 2 at 7 slot 0  {\"a\":1}\nR #3 line 3 at 15 slot 0  {\"a\":2}\n"                                                                            },
    {"{\"a\":1}\n{\"a\":1,\"b\":\n{\"a\":3}\n{\"a\":4}\n",                                              NULL,
     "R #1 line 1 at 0 slot 0  {\"a\":1}\nP bad-json skipped #2 line 4 at 28\nR #3 line 3 at 20 slot 0  {\"a\":3}\n"
     "R #4 line 4 at 28 slot 0  {\"a\":4}\n"                                                                                                                                                   },
    {"{\"a\":1,\"b\":\"cut\n{\"a\":2}\n",                                                               NULL,
     "P bad-json skipped #1 line 1 at 15\nR #2 line 2 at 16 slot 0  {\"a\":2}\n"                                                                                                               },
    {"{\"a\":1}\n{\"a\":2}\n{\"a\":\"thr",                                                              NULL,
     "R #1 line 1 at 0 slot 0  {\"a\":1}\nR #2 line 2 at 8 slot 0  {\"a\":2}\nP incomplete-tail skipped #3 line 3 at "
     "25\n"                                                                                                                                                                                    },
    {"{\"a\":1}\n{\"a\":2}\n{\"a\":\n",                                                                 NULL,
     "R #1 line 1 at 0 slot 0  {\"a\":1}\nR #2 line 2 at 8 slot 0  {\"a\":2}\nP truncated skipped #3 line 4 at 22\n"                                                                           },
    {"{\"a\":",                                                                                         NULL,  "P truncated file #1 line 1 at 5\n"                                             },
    {"[{\"a\":1},{\"a\":2}",                                                                            NULL,
     "R #1 line 1 at 1 slot 0 [0] {\"a\":1}\nR #2 line 1 at 9 slot 0 [1] {\"a\":2}\nP truncated file #3 line 1 at 16 "
     "in [1]\n"                                                                                                                                                                                },
    {"[{\"a\":1},,2]",                                                                                  NULL,  "R #1 line 1 at 1 slot 0 [0] {\"a\":1}\nP bad-json file #2 line 1 at 9 in [1]\n"},
    {"[{\"a\":1} {\"a\":2}]",                                                                           NULL,  "R #1 line 1 at 1 slot 0 [0] {\"a\":1}\nP bad-json file #2 line 1 at 9 in [0]\n"},
    {"[\n  {\"a\":1},\n  {\"a\":\n    {\"b\"}\n  },\n  {\"a\":3}\n]\n{\"a\":4}",                        NULL,
     "R #1 line 2 at 4 slot 0 [0] {\"a\":1}\nP bad-json skipped #2 line 4 at 29 in [1]\n"
     "R #3 line 6 at 38 slot 0  {\"a\":3}\nR #4 line 8 at 48 slot 0  {\"a\":4}\n"                                                                                                              },
    {"{\n  \"a\": [\n    {\"b\":1},\n    {\"b\":2},\n    {bad}\n  ]\n}\n{\"c\":1}\n",                   NULL,
     "P bad-json skipped #1 line 5 at 42\nR #2 line 8 at 53 slot 0  {\"c\":1}\n"                                                                                                               },
    {"{\"resourceSpans\":[{\"r\":1,\"scopeSpans\":[{\"spans\":[{\"id\":1},{\"id\":2},{\"id\":+}]}]}]}", otlp,
     "R #1 line 1 at 49 slot 1 resourceSpans[0].scopeSpans[0].spans[0] {\"id\":1}\n"
     "R #2 line 1 at 58 slot 1 resourceSpans[0].scopeSpans[0].spans[1] {\"id\":2}\n"
     "P bad-json file #3 line 1 at 73 in resourceSpans[0].scopeSpans[0].spans[2]\n"
     "F 2 resourceSpans[].scopeSpans[] broken {}\nF 1 resourceSpans[] broken {\"r\":1}\nF 0  broken {}\n"                                                                                      },
    {"{\"results\":[1],\"n\" 2}",                                                                       mixed,
     "R #1 line 1 at 12 slot 2 results[0] 1\nP bad-json file #2 line 1 at 19\nF 0  broken {}\n"                                                                                                },
    {"{\"results\":[1],2}",                                                                             mixed,
     "R #1 line 1 at 12 slot 2 results[0] 1\nP bad-json file #2 line 1 at 15\nF 0  broken {}\n"                                                                                                },
    {"{\"results\":[1}\n{\"trace\":1}",                                                                 mixed,
     "R #1 line 1 at 12 slot 2 results[0] 1\nP bad-json skipped #2 line 1 at 13 in results[0]\nF 0  broken {}\n"
     "R #3 line 2 at 24 slot 3 trace 1\nF 0  {}\n"                                                                                                                                             },
 /* warnings */
    {"{\"a\":\"\xff\xfe\"}\n{\"a\":\"\\ud800\"}\n",                                                     NULL,
     "R #1 line 1 at 0 slot 0  {\"a\":\"\xff\xfe\"}\nP bad-utf8 warning #1 line 1 at 0\n"
     "R #2 line 2 at 11 slot 0  {\"a\":\"\\ud800\"}\nP lone-surrogate warning #2 line 2 at 11\n"                                                                                               },
    {"{\"n\":\"\xff\",\"results\":[\"\xff\",2]}",                                                       mixed,
     "P bad-utf8 warning #1 line 1 at 5\nR #1 line 1 at 20 slot 2 results[0] \"\xff\"\nP bad-utf8 warning #1 line 1 at "
     "20\n"
     "R #2 line 1 at 24 slot 2 results[1] 2\nF 0  {\"n\":\"\xff\"}\n"                                                                                                                          },
};

/* A step that is any key: each member of an object is a record, one that is named has its own slot. */
static void any_member(void **state)
{
	(void)state;
	same_everywhere(STR_LIT("{\"n\":1,\"runs\":{\"a\":{\"x\":1},\"own\":2,\"b\":[3]},\"list\":[{\"c\":4},{}]}"),
	                (struct record_opts){.paths = any_key},
	                "R #1 line 1 at 19 slot 1 runs.* {\"x\":1}\nR #2 line 1 at 33 slot 2 runs.own 2\n"
	                "R #3 line 1 at 39 slot 1 runs.* [3]\nF 1 runs {}\nR #4 line 1 at 57 slot 3 list[0].* 4\n"
	                "F 1 list[] {}\nF 1 list[] {}\nF 0  {\"n\":1}\n");
	/* Another type than an object is not opened. */
	same_everywhere(STR_LIT("{\"runs\":[1]}"), (struct record_opts){.paths = any_key}, "F 0  {\"runs\":[1]}\n");
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		same_everywhere(str_of(rows[i].input), (struct record_opts){.paths = rows[i].paths}, rows[i].expected);
}

/* "" beside other paths: objects that hold records and objects that are records, in one source. */
static void lone_objects(void **state)
{
	(void)state;
	static const struct record_path paths[] = {
	    {"data[]", 1},
            {"",       2},
            {"one",    3},
            {NULL,     0}
        };
	same_everywhere(STR_LIT("{\"id\":1,\"data\":{\"x\":2}}\n{\"data\":[{\"id\":3},4],\"next\":null}\n"
	                        "[{\"id\":5},{\"one\":[6]}]\n{\"data\":[]}\n{}\n7"),
	                (struct record_opts){.paths = paths},
	                "R #1 line 1 at 0 slot 2  {\"id\":1,\"data\":{\"x\":2}}\n"
	                "R #2 line 2 at 33 slot 1 data[0] {\"id\":3}\n"
	                "R #3 line 2 at 42 slot 1 data[1] 4\n"
	                "F 0  {\"next\":null}\n"
	                "R #4 line 3 at 59 slot 2 [0] {\"id\":5}\n"
	                "R #5 line 3 at 75 slot 3 [1].one [6]\n"
	                "F 0  {}\n"
	                "F 0  {}\n"
	                "R #6 line 5 at 93 slot 2  {}\n"
	                "R #7 line 6 at 96 slot 2  7\n");
}

static void wide_text_is_named(void **state)
{
	(void)state;
	static const struct str inputs[] = {
	    {"\xFF\xFE{\0}\0",      6},
            {"\xFE\xFF\0{\0}",      6},
            {"{\0}\0",              4},
            {"\0{\0}",              4},
	    {"\xFF\xFE\0\0{\0\0\0", 8},
            {"\0\0\xFE\xFF\0\0\0{", 8},
            {"{\0\0\0}\0\0\0",      8},
            {"\0\0\0{\0\0\0}",      8},
	};
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		same_everywhere(inputs[i], (struct record_opts){.paths = NULL},
		                "P unknown-format file #1 line 1 at 0\n");
}

static void limits(void **state)
{
	(void)state;
	const struct record_opts small = {.max = 40}, deep = {.depth_max = 3};
	struct record_opts small_otlp = small, deep_mixed = deep;
	small_otlp.paths = mixed;
	deep_mixed.paths = mixed;
	same_everywhere(STR_LIT("{\"a\":1}\n{\"a\":\"0123456789012345678901234567890123456789\"}\n{\"a\":3}\n"), small,
	                "R #1 line 1 at 0 slot 0  {\"a\":1}\nP limit-record skipped #2 line 2 at 8\n"
	                "R #3 line 3 at 57 slot 0  {\"a\":3}\n");
	same_everywhere(
	    STR_LIT("{\"results\":[1,[\"[\\\"\\\\\",\"0123456789012345678901234567890123456789\"],3],\"n\":1}"),
	    small_otlp,
	    "R #1 line 1 at 12 slot 2 results[0] 1\nP limit-record skipped #2 line 1 at 14 in results[1]\n"
	    "R #3 line 1 at 67 slot 2 results[2] 3\nF 0  {\"n\":1}\n");
	same_everywhere(
	    STR_LIT("{\"n\":1,\"m\":\"0123456789012345678901234567890123456789\",\"results\":[3]}"), small_otlp,
	    "P limit-record skipped #1 line 1 at 11\nR #2 line 1 at 65 slot 2 results[0] 3\nF 0  {\"n\":1}\n");
	same_everywhere(STR_LIT("{\"a\":[[1]]}\n{\"a\":[[[1]]]}\n[[{}]]\n[[[[2]]]]\n4"), deep,
	                "R #1 line 1 at 0 slot 0  {\"a\":[[1]]}\nP limit-depth skipped #2 line 2 at 12\n"
	                "R #3 line 3 at 28 slot 0 [0][0] {}\nP limit-depth skipped #4 line 4 at 36 in [0][0][0]\n"
	                "R #5 line 5 at 43 slot 0  4\n");
	same_everywhere(STR_LIT("{\"results\":[[0],[[0]],2]}"), deep_mixed,
	                "R #1 line 1 at 12 slot 2 results[0] [0]\nP limit-depth skipped #2 line 1 at 16 in results[1]\n"
	                "R #3 line 1 at 22 slot 2 results[2] 2\nF 0  {}\n");
}

static void loose_and_lenient(void **state)
{
	(void)state;
	same_everywhere(STR_LIT("{\"resource_spans\":[{\"ScopeSpans\":[{\"SPANS\":[NaN]}]}]}"),
	                (struct record_opts){.paths = otlp, .loose_keys = true, .lenient = true},
	                "R #1 line 1 at 44 slot 1 resourceSpans[0].scopeSpans[0].spans[0] NaN\n"
	                "F 2 resourceSpans[].scopeSpans[] {}\nF 1 resourceSpans[] {}\nF 0  {}\n");
	same_everywhere(STR_LIT("{\"resource_spans\":[]}"), (struct record_opts){.paths = otlp},
	                "F 0  {\"resource_spans\":[]}\n");
}

/* ---- cut at every byte */

static size_t count_lines_of(const char *text, char kind)
{
	size_t n = 0;
	for (const char *p = text; p; p = strchr(p, '\n'), p += p != NULL)
		n += *p == kind;
	return n;
}

static void check_problems(const char *text, size_t cut)
{
	for (const char *p = text; (p = strstr(p, "\nP ")) != NULL || (p == NULL && false); p++) {
		const char *at = strstr(p, " at ");
		assert_non_null(at);
		assert_true(strtoull(at + 4, NULL, 10) <= cut);
	}
}

static void cut_everywhere(struct str input, const struct record_path *paths)
{
	struct buf whole = BUF_INIT, got = BUF_INIT, again = BUF_INIT;
	events(&whole, input, (struct record_opts){.paths = paths}, 0, 0);
	for (size_t cut = 0; cut < input.len; cut++) {
		buf_clear(&got);
		events(&got, str_cut(input, 0, cut), (struct record_opts){.paths = paths}, 0, 0);
		check_problems(buf_cstr(&got), cut);
		for (size_t w = 0; w < 4; w++) {
			buf_clear(&again);
			events(&again, str_cut(input, 0, cut), (struct record_opts){.paths = paths}, windows[w],
			       cut % 5);
			assert_string_equal(buf_cstr(&again), buf_cstr(&got));
		}
		/* Each record that ends before the cut is there, as in the whole. */
		const char *p = buf_cstr(&whole);
		const char *line = buf_cstr(&got);
		for (; *p; p = strchr(p, '\n') + 1) {
			if (*p != 'R')
				continue;
			size_t len = (size_t)(strchr(p, '\n') - p);
			const char *at = strstr(p, " at ") + 4;
			char *end;
			size_t offset = strtoull(at, &end, 10);
			size_t size = len - (size_t)(strchr(strstr(end, " slot ") + 6, ' ') - p);
			if (offset + size > cut)
				break;
			char *text = xstrndup((struct str){p, len});
			line = strstr(line, text);
			assert_non_null(line);
			free(text);
		}
	}
	assert_true(count_lines_of(buf_cstr(&whole), 'R') > 0);
	buf_done(&whole);
	buf_done(&got);
	buf_done(&again);
}

static void cut(void **state)
{
	(void)state;
	cut_everywhere(STR_LIT(DOC), otlp);
	cut_everywhere(STR_LIT("{\"a\":1}\n{\"a\":[\"\\u00e9\\n\",-1.5e3,true]}\n{\"a\":\"\xc3\xa9\"}\n"), NULL);
	cut_everywhere(STR_LIT("[{\"results\":{\"results\":[{\"a\":1},{\"b\":{}}],\"v\":3}},{\"trace\":1}]"), mixed);
}

/* Any one byte changed: no crash, and the same events whatever the window. */
static void damaged_byte(void **state)
{
	(void)state;
	static const char others[] = "\"{}[],:\n\\x\xff";
	struct str input =
	    STR_LIT("{\"n\":1,\"results\":[{\"a\":[1]},2],\"m\":{\"c\":\"d\"}}\n{\"trace\":[3]}\n{\"trace\":4}\n");
	struct buf first = BUF_INIT, again = BUF_INIT;
	for (size_t i = 0; i < input.len; i++) {
		for (size_t k = 0; k < sizeof others - 1; k++) {
			char *copy = xstrndup(input);
			copy[i] = others[k];
			buf_clear(&first);
			events(&first, (struct str){copy, input.len}, (struct record_opts){.paths = mixed}, 0, 0);
			for (size_t w = 0; w < 3; w++) {
				buf_clear(&again);
				events(&again, (struct str){copy, input.len}, (struct record_opts){.paths = mixed},
				       windows[w], chunks[w]);
				assert_string_equal(buf_cstr(&again), buf_cstr(&first));
			}
			free(copy);
		}
	}
	buf_done(&first);
	buf_done(&again);
}

/* ---- frames as records see them */

static void frames_and_tails(void **state)
{
	(void)state;
	struct str input =
	    STR_LIT("{\"a\":{\"k\":\"v\"},\"results\":[1,2],\"late\":\"0123456789\",\"results\":[3],\"z\":0}");
	for (size_t i = 0; i < 2; i++) {
		bool streamed = i == 0;
		struct reader *bytes = reader_memory(input, 0);
		struct record_reader *r =
		    record_open(bytes, &(struct record_opts){.paths = mixed, .window = streamed ? 16 : 0});
		struct record rec;
		struct frame *frame;
		struct problem problem;
		struct buf tail = BUF_INIT;
		assert_int_equal(record_next(r, &rec, &frame, &problem, NULL), RECORD_RECORD);
		assert_true(val_str_is(val_get(frame_get(rec.frame, "a", false), "k"), "v"));
		assert_true(val_str_is(val_get(frame_get(rec.frame, "A_", true), "k"), "v"));
		assert_int_equal(val_type(frame_get(rec.frame, "late", false)), streamed ? SCAN_NONE : SCAN_STRING);
		assert_int_equal(rec.frame->late, false);
		record_frame_stored(r, rec.frame, 77);
		assert_int_equal(rec.frame->number, 77);
		assert_int_equal(record_next(r, &rec, &frame, &problem, NULL), RECORD_RECORD);
		assert_int_equal(record_next(r, &rec, &frame, &problem, NULL), RECORD_RECORD);
		assert_true(str_is(rec.bytes, "3"));
		assert_int_equal(record_next(r, &rec, &frame, &problem, NULL), RECORD_FRAME_END);
		assert_true(str_is(frame->json, "{\"a\":{\"k\":\"v\"},\"late\":\"0123456789\",\"z\":0}"));
		assert_int_equal(frame->late, streamed);
		assert_int_equal(frame->number, 77);
		assert_int_equal(frame_tail(frame, &tail), streamed);
		assert_string_equal(buf_cstr(&tail), streamed ? "{\"late\":\"0123456789\",\"z\":0}" : "");
		assert_int_equal(record_next(r, &rec, &frame, &problem, NULL), RECORD_NONE);
		buf_done(&tail);
		record_close(r);
		reader_close(bytes);
	}
}

static void tail_of_an_empty_frame(void **state)
{
	(void)state;
	struct reader *bytes = reader_memory(STR_LIT("{\"results\":[1, 2, 3],\"z\":0}"), 0);
	struct record_reader *r = record_open(bytes, &(struct record_opts){.paths = mixed, .window = 16});
	struct record rec;
	struct frame *frame;
	struct problem problem;
	struct buf tail = BUF_INIT;
	assert_int_equal(record_next(r, &rec, &frame, &problem, NULL), RECORD_RECORD);
	record_frame_stored(r, rec.frame, 5);
	assert_false(frame_tail(rec.frame, &tail));
	while (record_next(r, &rec, &frame, &problem, NULL) == RECORD_RECORD)
		;
	assert_true(frame_tail(frame, &tail));
	assert_string_equal(buf_cstr(&tail), "{\"z\":0}");
	buf_done(&tail);
	record_close(r);
	reader_close(bytes);
}

/* ---- going on in a source that grew */

static void resumed(void **state)
{
	(void)state;
	struct str grown = STR_LIT("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
	for (size_t size = 0; size <= grown.len; size++) {
		struct buf out = BUF_INIT;
		uint64_t dealt = 0;
		struct reader *bytes = reader_memory(str_cut(grown, 0, size), 0);
		events_of(&out, bytes, &(struct record_opts){.paths = NULL}, &dealt);
		reader_close(bytes);
		assert_int_equal(dealt, size >= 23 ? 23 : size >= 15 ? 15 : size >= 7 ? 7 : 0);
		char skipped[32];
		bytes = reader_memory(grown, 0);
		if (dealt > 0)
			assert_int_equal(reader_read(bytes, skipped, (size_t)dealt, NULL), dealt);
		uint64_t before = count_lines_of(buf_cstr(&out), 'R');
		buf_clear(&out);
		events_of(&out, bytes,
		          &(struct record_opts){.records_before = before, .lines_before = before ? before - 1 : 0},
		          &dealt);
		reader_close(bytes);
		assert_int_equal(dealt, 23);
		assert_int_equal(count_lines_of(buf_cstr(&out), 'R'), 3 - before);
		if (before < 3)
			assert_non_null(strstr(buf_cstr(&out), "R #3 line 3 at 16 slot 0  {\"a\":3}\n"));
		buf_done(&out);
	}
}

/* ---- the decoder's view */

static void memory(void **state)
{
	(void)state;
	const struct str frames[] = {STR_LIT("{\"scope\":1}"), STR_LIT("{\"resource\":{\"r\":2}}"), STR_LIT("{}")};
	struct stored_record stored = {
	    .entry = {.slot = 1, .bytes = STR_LIT("{\"id\":3}"), .frame = 9, .record = 4, .line = 5, .offset = 6},
	    .frames = frames,
	    .n_frames = 3
        };
	struct record_memory m;
	struct err err = ERR_INIT;
	assert_true(record_memory_init(&m, &stored, &(struct record_opts){.paths = otlp}, &err));
	int64_t n = 0;
	assert_true(val_int64(val_get(m.rec.root, "id"), &n) && n == 3);
	assert_true(val_int64(val_path(frame_get(m.rec.frame, "resource", false), "r"), &n) && n == 2);
	assert_int_equal(m.rec.slot, 1);
	assert_int_equal(m.rec.frame->level, 2);
	assert_int_equal(m.rec.frame->number, 9);
	assert_string_equal(m.rec.frame->path, "resourceSpans[].scopeSpans[]");
	assert_string_equal(m.rec.frame->outer->path, "resourceSpans[]");
	assert_string_equal(m.rec.frame->outer->outer->path, "");
	assert_null(m.rec.frame->outer->outer->outer);
	assert_null(record_path_text(&m.rec, &m.arena).ptr);
	record_memory_done(&m);
	stored.entry.bytes = STR_LIT("{\"id\":");
	assert_false(record_memory_init(&m, &stored, &(struct record_opts){.paths = otlp}, &err));
	assert_int_equal(err.code, ERR_STORE);
}

/* ---- large: the window slides, and a hostile source stays linear */

static void large(void **state)
{
	(void)state;
	struct buf in = BUF_INIT, out = BUF_INIT, expected = BUF_INIT;
	buf_add_cstr(&in, "{\"results\":[");
	for (int i = 0; i < 2000; i++)
		buf_printf(&in, "%s{\"i\":%d,\"pad\":\"%0*d\"}", i ? ",\n" : "", i, i % 300, 0);
	buf_add_cstr(&in, "],\"n\":[1,2]}");
	events(&expected, buf_str(&in), (struct record_opts){.paths = mixed}, 0, 0);
	events(&out, buf_str(&in), (struct record_opts){.paths = mixed}, 4096, 1000);
	assert_int_equal(count_lines_of(buf_cstr(&out), 'R'), 2000);
	assert_string_equal(buf_cstr(&out), buf_cstr(&expected));
	buf_clear(&in);
	buf_add_cstr(&in, "{\"n\":1}\n");
	for (int i = 0; i < 100000; i++)
		buf_add_cstr(&in, i % 2 ? "[\n" : "{\"results\":[1],\"n\":\n");
	buf_clear(&out);
	events(&out, buf_str(&in), (struct record_opts){.paths = mixed}, 0, 0);
	buf_clear(&in);
	buf_add_char(&in, '{');
	for (int i = 0; i < 100000; i++)
		buf_printf(&in, "%s\"n\":1,\"results\":[2]", i ? "," : "");
	buf_add_char(&in, '}');
	buf_clear(&out);
	events(&out, buf_str(&in), (struct record_opts){.paths = mixed}, 64, 0);
	assert_int_equal(count_lines_of(buf_cstr(&out), 'R'), 100000);
	buf_done(&in);
	buf_done(&out);
	buf_done(&expected);
}

/* ---- samples */

static void sample_of_values(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct sample s;
	sample_fill(&s, STR_LIT("x.jsonl"),
	            STR_LIT("\xEF\xBB\xBF[{\"a\":{\"b_c\":[{\"d\":1},{\"e\":[[{\"f\":2}]]}]},\"a\":3},{\"x\":1}]"),
	            true, &arena);
	assert_int_equal(s.n_values, 2);
	assert_true(val_ok(val_get(s.values[1], "x")));
	assert_int_equal(s.n_keys, 5);
	assert_true(str_is(s.keys[2], "a.b_c[].d"));
	assert_true(sample_has(&s, "a.bC[].e[][].F"));
	assert_false(sample_has(&s, "a.b_c[]"));
	assert_false(sample_has(&s, "x"));
	sample_fill(&s, STR_LIT("y"), STR_LIT("# note\n{\"a\":1}\n{\"b\":2}\n{\"c\":"), false, &arena);
	assert_int_equal(s.n_values, 2);
	assert_true(sample_has(&s, "a"));
	sample_fill(&s, STR_LIT("y"), STR_LIT("no JSON at all"), true, &arena);
	assert_int_equal(s.n_values + s.n_keys, 0);
	arena_done(&arena);
}

static void sample_of_a_cut_value(void **state)
{
	(void)state;
	struct str doc = STR_LIT(DOC);
	struct arena arena = ARENA_INIT;
	size_t before = 0;
	for (size_t size = 0; size <= doc.len; size++) {
		struct sample s;
		sample_fill(&s, STR_LIT("d"), str_cut(doc, 0, size), false, &arena);
		assert_int_equal(s.n_values, size > 0); /* closed where it is cut */
		assert_true(s.n_keys >= before);
		before = s.n_keys;
		if (size > 110)
			assert_true(sample_has(&s, "resourcespans[].scopespans[].spans[].id"));
	}
	assert_int_equal(before, 11);
	arena_done(&arena);
}

/* ---- files made to hurt */

static void run_file(const char *path)
{
	struct err err = ERR_INIT;
	const struct record_path *const paths[] = {NULL, otlp, mixed};
	for (size_t i = 0; i < 6; i++) {
		struct reader *bytes = reader_open(path, NULL, &err);
		if (!bytes)
			return;
		struct buf out = BUF_INIT;
		events_of(&out, bytes, &(struct record_opts){.paths = paths[i % 3], .window = i < 3 ? 0 : 16}, NULL);
		assert_true(out.len > 0 || i % 3 > 0); /* with paths a scalar gives nothing */
		if (getenv("SPOOR_SHOW") && i == 0)
			print_message("== %s\n%.1500s\n", path, buf_cstr(&out));
		buf_done(&out);
		reader_close(bytes);
	}
}

static void hostile(void **state)
{
	(void)state;
	const char *corpus = getenv("SPOOR_CORPUS");
	struct buf dir = BUF_INIT;
	buf_printf(&dir, "%s/hostile/made", corpus ? corpus : "../shared/corpus");
	DIR *d = opendir(buf_cstr(&dir));
	if (!d) {
		print_message("skipped: no corpus\n");
		buf_done(&dir);
		return;
	}
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct buf path = BUF_INIT;
		buf_printf(&path, "%s/%s", buf_cstr(&dir), e->d_name);
		struct stat st;
		if (stat(buf_cstr(&path), &st) == 0 && S_ISREG(st.st_mode))
			run_file(buf_cstr(&path));
		buf_done(&path);
	}
	closedir(d);
	buf_done(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(any_member),
	    cmocka_unit_test(lone_objects),
	    cmocka_unit_test(wide_text_is_named),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(loose_and_lenient),
	    cmocka_unit_test(cut),
	    cmocka_unit_test(damaged_byte),
	    cmocka_unit_test(frames_and_tails),
	    cmocka_unit_test(tail_of_an_empty_frame),
	    cmocka_unit_test(resumed),
	    cmocka_unit_test(memory),
	    cmocka_unit_test(large),
	    cmocka_unit_test(sample_of_values),
	    cmocka_unit_test(sample_of_a_cut_value),
	    cmocka_unit_test(hostile),
	};
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
