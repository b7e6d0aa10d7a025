/* Every format against its folder tests/format/NAME: each *.in gives exactly its *.out; whole and in single bytes, twice, cut
 * anywhere; and no other format claims it. SPOOR_GOLDEN=1 rewrites the .out files: read the difference before committing it. SPOOR_FORMAT=NAME: one format alone.
 * A new format is a new folder and needs no code here. */
#include "import/format.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "import/bundle.h"
#include "import/reader.h"
#include "import/redact.h"
#include "import/sample.h"
#include "store/base/vec.h"
#include "tests/recorder.h"

enum { READ_MAX = 64 << 20, CUT_ALL_MAX = 6 << 10, CUTS = 400, SMALL_WINDOW = 8 << 10 };

/* Used until the program's own is linked in: import.c has the strong one. */
__attribute__((weak)) void import_problem(struct import *im, const struct record *rec, enum severity severity,
                                          const char *code, struct str path, const char *kept, const char *fmt, ...)
{
	struct problem p = {.file = im->file,
	                    .record = rec->number,
	                    .line = rec->line,
	                    .offset = rec->offset,
	                    .severity = severity,
	                    .code = code,
	                    .kept = str_of(kept)};
	struct str around = rec->reader ? record_path_text(rec, im->arena) : STR_NONE;
	struct buf reason = BUF_INIT, whole = BUF_INIT;
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&reason, fmt, args);
	va_end(args);
	buf_add_str(&whole, around);
	if (around.len && path.len)
		buf_add_char(&whole, '.');
	buf_add_str(&whole, path);
	p.path = whole.len ? buf_str(&whole) : STR_NONE;
	p.reason = buf_str(&reason);
	sink_problem(im->sink, &p);
	buf_done(&reason);
	buf_done(&whole);
}

__attribute__((weak)) void import_detail(struct import *im, const struct record *rec, int slot, struct str json)
{
	(void)im;
	(void)rec;
	(void)slot;
	(void)json;
}

/* ---- files */

struct file_list {
	char **at;
	size_t n, cap;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_files(const char *folder, const char *suffix, struct file_list *list)
{
	DIR *dir = opendir(folder);
	struct buf path = BUF_INIT;

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		if (entry->d_name[0] == '.' || !str_ends(str_of(entry->d_name), suffix))
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%s", folder, entry->d_name);
		*vec_add(list) = xstrdup(buf_cstr(&path));
	}
	if (dir)
		closedir(dir);
	buf_done(&path);
	if (list->n)
		qsort(list->at, list->n, sizeof *list->at, compare_names);
}

static void list_done(struct file_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->at[i]);
	vec_done(list);
}

static struct str slurped_as; /* what the bytes last slurped were made from (sample.conversion) */

/* As an import gets it: decompressed and converted. */
static bool slurp(struct buf *out, const char *path)
{
	struct err err = ERR_INIT;
	struct reader *r = reader_open(path, NULL, &err);
	int64_t n;

	buf_clear(out);
	if (!r)
		return false;
	do {
		buf_reserve(out, 1 << 16);
		n = reader_read(r, out->ptr + out->len, 1 << 16, &err);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 && out->len < READ_MAX);
	slurped_as = str_of(reader_conversion(r)); /* static */
	reader_close(r);
	return n == 0;
}

/* As it is. */
static bool load(struct buf *out, const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t n;

	buf_clear(out);
	if (!file)
		return false;
	do {
		buf_reserve(out, 1 << 16);
		n = fread(out->ptr + out->len, 1, 1 << 16, file);
		out->len += n;
	} while (n > 0 && out->len < READ_MAX);
	return fclose(file) == 0;
}

static void write_file(const char *path, struct str text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
	assert_int_equal(fclose(file), 0);
}

/* ---- running a format */

struct run_opts {
	size_t chunk, window;
};

static void run_format(const struct format *format, struct str bytes, struct run_opts opts, struct recorder *out)
{
	struct arena arena = ARENA_INIT;
	struct import im = {.sink = &out->sink, .arena = &arena, .format = format, .file = "x"};
	struct reader *bytes_reader = reader_memory(bytes, opts.chunk);
	struct record_reader *r;
	struct record rec;
	struct frame *frame;
	struct problem problem;
	struct err err = ERR_INIT;
	enum record_event event;

	im.state = xcalloc(1, format->state_size ? format->state_size : 1);
	r = record_open(bytes_reader, &(struct record_opts){.paths = format->paths,
	                                                    .loose_keys = format->loose_keys,
	                                                    .lenient = format->lenient,
	                                                    .window = opts.window});
	while ((event = record_next(r, &rec, &frame, &problem, &err)) != RECORD_NONE) {
		if (event == RECORD_RECORD)
			assert_true(format->record(&im, &rec, &err));
		else if (event == RECORD_FRAME_END && format->frame_end)
			assert_true(format->frame_end(&im, frame, &err));
		else if (event == RECORD_PROBLEM) {
			problem.file = "x";
			sink_problem(&out->sink, &problem);
		}
		arena_reset(&arena);
	}
	assert_int_equal(err.code, ERR_NONE);
	if (format->finish)
		assert_true(format->finish(&im, &err));
	record_close(r);
	reader_close(bytes_reader);
	if (format->state_done)
		format->state_done(im.state);
	free(im.state);
	repeat_done(&im.repeat);
	arena_done(&arena);
}

static void record_text(const struct format *format, struct str bytes, struct run_opts opts, unsigned wants,
                        struct buf *text)
{
	struct recorder r;

	recorder_init(&r, wants);
	run_format(format, bytes, opts, &r);
	buf_clear(text);
	buf_add_str(text, buf_str(&r.out));
	recorder_done(&r);
}

/* ---- the golden files */

typedef void file_check(const struct format *format, const char *path, struct str bytes);

static void each_file(file_check *check)
{
	for (size_t i = 0; formats[i]; i++) {
		struct buf folder = BUF_INIT, bytes = BUF_INIT;
		struct file_list list = {0};

		if (getenv("SPOOR_FORMAT") && strcmp(getenv("SPOOR_FORMAT"), formats[i]->name) != 0)
			continue;
		buf_printf(&folder, "tests/format/%s", formats[i]->name);
		list_files(buf_cstr(&folder), ".in", &list);
		if (!list.n)
			fail_msg("no tests in %s", buf_cstr(&folder));
		for (size_t k = 0; k < list.n; k++) {
			assert_true(slurp(&bytes, list.at[k]));
			check(formats[i], list.at[k], buf_str(&bytes));
		}
		list_done(&list);
		buf_done(&folder);
		buf_done(&bytes);
	}
}

static void print_difference(struct str want, struct str got)
{
	size_t at = 0, line = 0;

	while (at < want.len && at < got.len && want.ptr[at] == got.ptr[at]) {
		if (want.ptr[at++] == '\n')
			line = at;
	}
	print_message("differs at byte %zu:\nwant: " STR_FMT "\ngot:  " STR_FMT "\n", at,
	              STR_ARG(str_cut(want, line, 600)), STR_ARG(str_cut(got, line, 600)));
}

static void golden_one(const struct format *format, const char *path, struct str bytes)
{
	struct buf out_path = BUF_INIT, want = BUF_INIT, got = BUF_INIT;

	buf_add(&out_path, path, strlen(path) - 3);
	buf_add_cstr(&out_path, ".out");
	record_text(format, bytes, (struct run_opts){0, 0}, SINK_PAYLOAD, &got);
	if (getenv("SPOOR_GOLDEN")) {
		write_file(buf_cstr(&out_path), buf_str(&got));
	} else {
		if (!load(&want, buf_cstr(&out_path)))
			fail_msg("%s is missing (SPOOR_GOLDEN=1 makes it)", buf_cstr(&out_path));
		if (!str_eq(buf_str(&want), buf_str(&got))) {
			print_difference(buf_str(&want), buf_str(&got));
			fail_msg("%s", path);
		}
	}
	buf_done(&out_path);
	buf_done(&want);
	buf_done(&got);
}

static void golden(void **state)
{
	(void)state;
	each_file(golden_one);
}

static void same_one(const struct format *format, const char *path, struct str bytes)
{
	static const struct run_opts ways[] = {
	    {1, 0},
            {7, 0},
            {0, 0}
        };
	struct buf whole = BUF_INIT, again = BUF_INIT;

	record_text(format, bytes, (struct run_opts){0, 0}, SINK_PAYLOAD, &whole);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		record_text(format, bytes, ways[i], SINK_PAYLOAD, &again);
		if (!str_eq(buf_str(&whole), buf_str(&again))) {
			print_difference(buf_str(&whole), buf_str(&again));
			fail_msg("%s: in pieces of %zu", path, ways[i].chunk);
		}
	}
	buf_done(&whole);
	buf_done(&again);
}

static void pieces_and_twice(void **state)
{
	(void)state;
	each_file(same_one);
}

/* A window far smaller than the containers: the same spans, scores and cases, whatever else is said of them later. */
static void small_window_one(const struct format *format, const char *path, struct str bytes)
{
	struct recorder whole, small;

	recorder_init(&whole, SINK_PAYLOAD);
	recorder_init(&small, SINK_PAYLOAD);
	run_format(format, bytes, (struct run_opts){0, 0}, &whole);
	run_format(format, bytes, (struct run_opts){0, 64}, &small);
	if (whole.n_spans != small.n_spans || whole.n_cases != small.n_cases || whole.n_scores != small.n_scores)
		fail_msg("%s: %llu spans, %llu cases in a small window, %llu and %llu in a large one", path,
		         (unsigned long long)small.n_spans, (unsigned long long)small.n_cases,
		         (unsigned long long)whole.n_spans, (unsigned long long)whole.n_cases);
	recorder_done(&whole);
	recorder_done(&small);
}

static void small_window(void **state)
{
	(void)state;
	each_file(small_window_one);
}

/* Spans written before their resource, or their processes, learn the service when it comes. */
static void late_service(void **state)
{
	static const struct {
		const char *format, *file, *line;
	} cases[] = {
	    {"otlp",   "tests/format/otlp/late-resource.in",
	     "\ntrace family=\"otlp\" id=\"0af7651916cd43dd8448eb211c80319c\" service=\"late\""},
	    {"jaeger", "tests/format/jaeger/several-traces.in",
	     "\ntrace family=\"jaeger\" id=\"c0000000000000a2\" service=\"second\""            },
	};
	struct buf bytes = BUF_INIT, text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(slurp(&bytes, cases[i].file));
		record_text(format_named(cases[i].format), buf_str(&bytes), (struct run_opts){0, 16}, 0, &text);
		if (str_find(buf_str(&text), str_of(cases[i].line)) == SIZE_MAX)
			fail_msg("%s: no%s in\n" STR_FMT, cases[i].file, cases[i].line, STR_ARG(buf_str(&text)));
	}
	buf_done(&bytes);
	buf_done(&text);
}

/* Row fields do not depend on whether somebody wants the payload. */
static void rows_one(const struct format *format, const char *path, struct str bytes)
{
	struct buf whole = BUF_INIT, rows = BUF_INIT, lean = BUF_INIT;
	struct str rest, line;

	record_text(format, bytes, (struct run_opts){0, 0}, SINK_PAYLOAD, &whole);
	record_text(format, bytes, (struct run_opts){0, 0}, 0, &lean);
	rest = buf_str(&whole);
	while (str_split(&rest, '\n', &line)) {
		bool payload = str_starts(line, "  ") && !str_starts(line, "  score");

		if (line.len && !payload && !str_starts(line, "problem")) {
			buf_add_str(&rows, line);
			buf_add_char(&rows, '\n');
		}
	}
	buf_clear(&whole);
	rest = buf_str(&lean);
	while (str_split(&rest, '\n', &line)) {
		if (line.len && !str_starts(line, "problem")) {
			buf_add_str(&whole, line);
			buf_add_char(&whole, '\n');
		}
	}
	if (!str_eq(buf_str(&whole), buf_str(&rows))) {
		print_difference(buf_str(&rows), buf_str(&whole));
		fail_msg("%s: rows differ without payload", path);
	}
	buf_done(&whole);
	buf_done(&rows);
	buf_done(&lean);
}

static void rows_without_payload(void **state)
{
	(void)state;
	each_file(rows_one);
}

/* A copy of exactly n bytes on the heap: a sanitizer sees any look beyond. */
static void cut_at(const struct format *format, struct str bytes, size_t n)
{
	char *copy = xmalloc(n ? n : 1);
	struct recorder r;

	if (n)
		memcpy(copy, bytes.ptr, n);
	recorder_init(&r, SINK_PAYLOAD);
	run_format(format, (struct str){copy, n}, (struct run_opts){0, SMALL_WINDOW}, &r);
	recorder_done(&r);
	free(copy);
}

static void cut_one(const struct format *format, const char *path, struct str bytes)
{
	size_t step = bytes.len <= CUT_ALL_MAX ? 1 : bytes.len / CUTS + 1;

	(void)path;
	for (size_t n = 0; n < bytes.len; n += step)
		cut_at(format, bytes, n);
}

static void cut_anywhere(void **state)
{
	(void)state;
	each_file(cut_one);
}

/* A byte changed at a time: odd values where others are expected. */
static void damage_one(const struct format *format, const char *path, struct str bytes)
{
	static const char bytes_in[] = "\"0[]{}:,n-\\ \x80";
	size_t step = bytes.len / 150 + 1;
	char *copy = xmalloc(bytes.len + 1);
	struct recorder r;

	(void)path;
	for (size_t i = 0; i < bytes.len; i += step) {
		memcpy(copy, bytes.ptr, bytes.len);
		copy[i] = bytes_in[i / step % (sizeof bytes_in - 1)];
		recorder_init(&r, SINK_PAYLOAD);
		run_format(format, (struct str){copy, bytes.len}, (struct run_opts){0, SMALL_WINDOW}, &r);
		recorder_done(&r);
	}
	free(copy);
}

static void damaged(void **state)
{
	(void)state;
	each_file(damage_one);
}

/* ---- detection */

static void detect_one(const struct format *format, const char *path, struct str bytes)
{
	struct arena arena = ARENA_INIT;
	struct sample sample = {0};
	const char *why = NULL;
	int best = -1, n_best = 0;

	sample_fill(&sample, STR_LIT("x.json"), str_cut(bytes, 0, SAMPLE_BYTES), bytes.len <= SAMPLE_BYTES, &arena);
	sample.conversion = slurped_as;
	for (size_t i = 0; formats[i]; i++) {
		const char *reason = NULL;
		int score = formats[i]->probe(&sample, &reason);

		assert_in_range(score, 0, 100);
		assert_non_null(reason);
		n_best = score > best ? 1 : n_best + (score == best);
		best = score > best ? score : best;
	}
	if (format_detect(&sample, &why) != format)
		fail_msg("%s is not %s: %s", path, format->name, why);
	if (n_best != 1)
		fail_msg("%s: %d formats claim it with %d", path, n_best, best);
	assert_non_null(why);
	arena_done(&arena);
}

static void detection(void **state)
{
	(void)state;
	each_file(detect_one);
}

static void detection_of_strangers(void **state)
{
	static const char *const strangers[] = {
	    "",
	    " ",
	    "null",
	    "7",
	    "\"text\"",
	    "[]",
	    "{}",
	    "[[[]]]",
	    "{\"a\":1}",
	    "a,b\n1,2\n",
	    "{\"spans\":[]}",
	    "{\"traceId\":\"1\",\"id\":\"2\"}",
	    "\x1f",
	    "{\"data\":[{\"traceID\":\"1\",\"spans\":[]}]}",
	    "{\"results\":[]}",
	    "resourceSpans",
	    "{\"traces\":[{\"trace_id\":\"1\",\"root_span_name\":\"x\",\"span_count\":2}],\"total\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		struct arena arena = ARENA_INIT;
		struct sample sample = {0};
		const char *why = NULL;

		sample_fill(&sample, STR_LIT("otlp.jsonl"), str_of(strangers[i]), true, &arena);
		if (format_detect(&sample, &why))
			fail_msg("%s is taken for %s", strangers[i], format_detect(&sample, &why)->name);
		assert_non_null(why);
		arena_done(&arena);
	}
}

/* What is no format of ours is called by its name where it has one. */
static void names_of_strangers(void **state)
{
	static const struct {
		const char *bytes, *why;
	} strangers[] = {
	    {"[]",	                 "an empty list"    },
	    {"\n[ [], [] ]\n",             "an empty list"    },
	    {"[",	                  "no JSON"          },
	    {"{\"a\":1}",                  "JSON of no known" },
	    {"PAR1\x15\x04",               "a Parquet table"  },
	    {"SQLite format 3",            "a SQLite database"},
	    {"\x80\x04\x95\x10",           "a Python pickle"  },
	    {"\n<!DOCTYPE html>\n<html>",  "a web page"       },
	    {"<HTML><body>sign in</body>", "a web page"       },
	};

	(void)state;
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		struct arena arena = ARENA_INIT;
		struct sample sample = {0};
		const char *why = NULL;

		sample_fill(&sample, STR_LIT("x"), str_of(strangers[i].bytes), true, &arena);
		assert_null(format_detect(&sample, &why));
		if (!str_starts(str_of(why), strangers[i].why))
			fail_msg("%s is called: %s", strangers[i].bytes, why);
		arena_done(&arena);
	}
}

static void names(void **state)
{
	(void)state;
	for (size_t i = 0; formats[i]; i++) {
		assert_true(format_named(formats[i]->name) == formats[i]);
		assert_non_null(formats[i]->title);
		assert_non_null(formats[i]->spec_url);
		assert_non_null(formats[i]->how);
		assert_non_null(formats[i]->fills);
		assert_non_null(formats[i]->probe);
		assert_non_null(formats[i]->record);
	}
	assert_null(format_named("none"));
}

/* ---- secrets */

static void secrets(void **state)
{
	static const struct {
		const char *in, *paths[4], *out;
		uint64_t n_bytes;
	} rows[] = {
	    {"{\"a\":{\"headers\":{\"cookie\":\"x\"},\"b\":1}}",
	     {"a.headers"},
	     "{\"a\":{\"headers\":\"[not stored: 14 bytes]\",\"b\":1}}",	                                                                        14},
	    {" {\"k\" : [1, {\"t\": \"s\"}], \"t\": \"keep\"}",
	     {"k[].t"},
	     "{\"k\" : [1, {\"t\": \"[not stored: 3 bytes]\"}], \"t\": \"keep\"}",	                                                              3 },
	    {"{\"c\":{\"x\":[{\"y\":{\"apiKey\":7}}],\"apiKey\":\"s\"}}",
	     {"c.**.apiKey"},
	     "{\"c\":{\"x\":[{\"y\":{\"apiKey\":\"[not stored: 1 bytes]\"}}],\"apiKey\":\"[not stored: 3 bytes]\"}}",	                           4 },
	    {"{\"a\":{\"h\":{\"h\":1}}}",                                        {"**.h", "a.h", "a.h.h"}, "{\"a\":{\"h\":\"[not stored: 7 bytes]\"}}", 7 },
	    {"{\"a\":{\"x\":1,\"y\":2}}",
	     {"a.*"},
	     "{\"a\":{\"x\":\"[not stored: 1 bytes]\",\"y\":\"[not stored: 1 bytes]\"}}",	                                                       2 },
	    {"{\"h\":null,\"g\":{},\"f\":\"\",\"e\":\"[not stored: 9 bytes]\"}", {"h", "g", "**.f", "e"},  NULL,                                        0 },
 /* JSON in text, twice over, and met by two paths */
	    {"{\"m\":\"{\\\"k\\\":1,\\\"s\\\":\\\"xy\\\"}\",\"n\":\"{s\"}",
	     {"m.s", "n.**.s"},
	     "{\"m\":\"{\\\"k\\\":1,\\\"s\\\":\\\"[not stored: 4 bytes]\\\"}\",\"n\":\"{s\"}",	                                                  4 },
	    {"{\"m\":\"\\\"{\\\\\\\"s\\\\\\\":1}\\\"\"}",
	     {"**.s"},
	     "{\"m\":\"\\\"{\\\\\\\"s\\\\\\\":\\\\\\\"[not stored: 1 bytes]\\\\\\\"}\\\"\"}",	                                                   1 },
	    {"{\"m\":\"[{\\\"s\\\":1,\\\"t\\\":22}]\",\"h\":\"{\\\"s\\\":1}\"}",
	     {"**.s", "m.**.t", "h"},
	     "{\"m\":\"[{\\\"s\\\":\\\"[not stored: 1 bytes]\\\",\\\"t\\\":\\\"[not stored: 2 "
	     "bytes]\\\"}]\",\"h\":\"[not stored: 11 bytes]\"}",	                                                                                14},
	    {"{\"a\":{\"\\u0073\\u0065\":\"xy\"},\"se\":[1,\"se\"]}",
	     {"**.se", "**.ses"},
	     "{\"a\":{\"\\u0073\\u0065\":\"[not stored: 4 bytes]\"},\"se\":\"[not stored: 8 bytes]\"}",	                                         12},
	    {"{\"a\":{\"s\":[1,22]},\"b\":[\"s\"]}",
	     {"**.s[]"},
	     "{\"a\":{\"s\":[\"[not stored: 1 bytes]\",\"[not stored: 2 bytes]\"]},\"b\":[\"s\"]}",	                                             3 },
	    {"{\"b\":1}",	                                                {"a.b"},                  NULL,                                        0 },
	    {"[1]",	                                                      {"a"},                    NULL,	                                0 },
	    {"7",	                                                        {"**.a"},                 NULL,	                                0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *const paths[] = {rows[i].paths[0], rows[i].paths[1], rows[i].paths[2], rows[i].paths[3],
		                             NULL};
		struct scan scan = SCAN_INIT;
		struct buf out = BUF_INIT;
		uint64_t n_bytes = 0, which = 0;

		assert_true(scan_text(&scan, str_of(rows[i].in), &(struct scan_opts){.last = true}));
		assert_int_equal(redact_which(scan_root(&scan), paths, false, &out, &n_bytes, &which),
		                 rows[i].out != NULL);
		assert_int_equal(which != 0, rows[i].out != NULL);
		if (!paths[1])
			assert_in_range(which, 0, 1);
		if (rows[i].out)
			assert_string_equal(buf_cstr(&out), rows[i].out);
		assert_int_equal(n_bytes, rows[i].n_bytes);
		scan_done(&scan);
		buf_done(&out);
	}
}

static void no_secret(const struct format *format, const char *path, struct val root, struct str bytes)
{
	struct buf out = BUF_INIT;
	uint64_t n = 0;
	struct str kept = redact(root, format->secrets, format->loose_keys, &out, &n) ? buf_str(&out) : bytes;

	if (str_find(kept, STR_LIT("hunter2")) != SIZE_MAX)
		fail_msg("%s: " STR_FMT " is kept", path, STR_ARG(kept));
	buf_done(&out);
}

/* Test files hold the word "hunter2" wherever a secret is: no record and no frame may keep it. */
static void secrets_one(const struct format *format, const char *path, struct str bytes)
{
	struct reader *bytes_reader = reader_memory(bytes, 0);
	struct record_reader *r =
	    record_open(bytes_reader, &(struct record_opts){.paths = format->paths, .loose_keys = format->loose_keys});
	struct record rec;
	struct frame *frame;
	struct problem problem;
	struct err err = ERR_INIT;
	enum record_event event;
	struct buf text = BUF_INIT;

	while ((event = record_next(r, &rec, &frame, &problem, &err)) != RECORD_NONE) {
		if (event == RECORD_RECORD)
			no_secret(format, path, rec.root, rec.bytes);
		else if (event == RECORD_FRAME_END)
			no_secret(format, path, frame->root, frame->json);
	}
	record_close(r);
	reader_close(bytes_reader);
	record_text(format, bytes, (struct run_opts){0, 0}, SINK_PAYLOAD, &text);
	if (str_find(buf_str(&text), STR_LIT("hunter2")) != SIZE_MAX)
		fail_msg("%s: a secret reaches the sink", path);
	buf_done(&text);
}

static void secrets_of_formats(void **state)
{
	(void)state;
	each_file(secrets_one);
}

/* Of a first value larger than the sample only the first keys are known: a long question, long instructions. */
static void known_by_first_keys(void **state)
{
	static const struct {
		const char *name, *head; /* ' for " */
	} rows[] = {
	    {"claude-code",    "{'parentUuid':null,'sessionId':'s','type':'user','message':{'role':'user','content':'"   },
	    {"claude-code",    "{'parentUuid':null,'isSidechain':true,'type':'user','message':{'role':'user','content':'"},
	    {"claude-code",    "{'loglines':[{'type':'user','message':{'content':'"                                      },
	    {"codex",          "{'timestamp':'2026-04-23','type':'session_meta','payload':{'id':'i','instructions':'"    },
	    {"deepeval",       "{'testRunData':{'testCases':[{'name':'test_case_0','input':'"                            },
	    {"deepeval-trace", "{'uuid':'u','baseSpans':[{'uuid':'v','input':'"                                          },
	    {"helm",           "{'adapter_spec':{'method':'generation','instructions':'"                                 },
	    {"mlflow-eval",    "{'columns':['inputs','outputs','right/v1/score'],'data':[['"                             },
	    {"langsmith-eval", "{'run':{'id':'i','start_time':'2026','run_type':'chain','inputs':{'text':'"              },
	    {"phoenix-eval",   "[{'example_id':'RX=','repetition_number':1,'input':{'text':'"                            },
	    {"langsmith",      "{'run_type':'llm','dotted_order':'20260101T','inputs':{'text':'"                         },
	    {"lm-eval",        "{'doc_id':0,'doc':{'context':'"	                                                  },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf text = BUF_INIT;
		struct arena arena = ARENA_INIT;
		struct sample sample;
		const struct format *format;
		const char *why;

		for (const char *c = rows[i].head; *c; c++)
			buf_add_char(&text, *c == '\'' ? '"' : *c);
		while (text.len < SAMPLE_BYTES)
			buf_add_cstr(&text, "word after word ");
		sample_fill(&sample, STR_LIT("x"), str_cut(buf_str(&text), 0, SAMPLE_BYTES), false, &arena);
		format = format_detect(&sample, &why);
		if (!format || strcmp(format->name, rows[i].name) != 0)
			fail_msg("%s is %s", rows[i].head, format ? format->name : "not known");
		arena_done(&arena);
		buf_done(&text);
	}
}

/* ---- the corpus: counts against its tables */

static const char *corpus(void)
{
	const char *folder = getenv("SPOOR_CORPUS");
	struct stat st;

	if (!folder || !*folder)
		folder = "../shared/corpus";
	return stat(folder, &st) == 0 ? folder : NULL;
}

struct id_set {
	uint64_t *at;
	size_t n, cap;
};

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static size_t distinct(struct id_set *set)
{
	size_t n = 0;

	if (set->n)
		qsort(set->at, set->n, sizeof *set->at, compare_u64);
	for (size_t i = 0; i < set->n; i++)
		n += i == 0 || set->at[i] != set->at[i - 1];
	return n;
}

struct seen {
	struct id_set spans, traces;
};

static void see_span(struct recorder *r, const struct span *span)
{
	struct seen *seen = r->data;
	struct hash128 trace = model_trace_key(span->scope, span->trace_id);
	struct buf id = BUF_INIT;

	buf_add(&id, trace.byte, sizeof trace.byte);
	buf_add_str(&id, span->id);
	*vec_add(&seen->spans) = hash64(buf_str(&id));
	*vec_add(&seen->traces) = hash64((struct str){(const char *)trace.byte, sizeof trace.byte});
	buf_done(&id);
}

struct counts {
	uint64_t traces, spans, runs, cases, scores, passed, failed, errored;
};

/* Eval runs may be told twice: distinct "run … id=" lines. */
static uint64_t count_runs(struct str text)
{
	struct id_set ids = {0};
	struct str line;
	size_t n;

	while (str_split(&text, '\n', &line)) {
		size_t at = str_find(line, STR_LIT(" id="));
		struct str id = str_from(line, at == SIZE_MAX ? line.len : at + 4);

		if (str_starts(line, "run ") && id.len)
			*vec_add(&ids) = hash64(str_cut(id, 0, str_find_char(id, ' ')));
	}
	n = distinct(&ids);
	vec_done(&ids);
	return n;
}

static bool count_file(const char *path, struct counts *counts)
{
	struct buf bytes = BUF_INIT;
	struct arena arena = ARENA_INIT;
	struct sample sample = {0};
	const struct format *format;
	const char *why;
	struct seen seen = {{0}, {0}};
	struct recorder r;

	recorder_init(&r, SINK_PAYLOAD);
	r.on_span = see_span;
	r.data = &seen;
	assert_true(slurp(&bytes, path));
	sample_fill(&sample, STR_LIT("x"), str_cut(buf_str(&bytes), 0, SAMPLE_BYTES), bytes.len <= SAMPLE_BYTES,
	            &arena);
	sample.conversion = slurped_as;
	format = format_detect(&sample, &why);
	if (format)
		run_format(format, buf_str(&bytes), (struct run_opts){0, 0}, &r);
	*counts = (struct counts){.traces = distinct(&seen.traces),
	                          .spans = distinct(&seen.spans),
	                          .runs = count_runs(buf_str(&r.out)),
	                          .cases = r.n_cases,
	                          .scores = r.n_scores,
	                          .passed = r.n_status[CASE_PASSED],
	                          .failed = r.n_status[CASE_FAILED],
	                          .errored = r.n_status[CASE_ERROR]};
	vec_done(&seen.spans);
	vec_done(&seen.traces);
	recorder_done(&r);
	arena_done(&arena);
	buf_done(&bytes);
	return format != NULL;
}

/* The table's column of that name in a row, as a number; UINT64_MAX: empty. */
static uint64_t column(struct str head, struct str row, const char *name)
{
	struct str title, cell;

	while (str_split(&head, '\t', &title) && str_split(&row, '\t', &cell)) {
		int64_t n;

		if (str_is(str_trim(title), name))
			return scan_int64(str_trim(cell), &n) ? (uint64_t)n : UINT64_MAX;
	}
	return UINT64_MAX;
}

static int check_count(struct str file, const char *name, uint64_t want, uint64_t got)
{
	if (want == UINT64_MAX || want == got)
		return 0;
	print_message(STR_FMT ": %s: want %llu, got %llu\n", STR_ARG(file), name, (unsigned long long)want,
	              (unsigned long long)got);
	return 1;
}

struct corpus_table {
	const char *folder, *table, *prefix, *suffix, *without;
	bool evals;
};

static int check_table(const char *root, const struct corpus_table *t, int *n_files)
{
	struct buf path = BUF_INIT, table = BUF_INIT;
	struct str rest, head, row;
	int wrong = 0;

	buf_printf(&path, "%s/%s/%s", root, t->folder, t->table);
	assert_true(load(&table, buf_cstr(&path)));
	rest = buf_str(&table);
	assert_true(str_split(&rest, '\n', &head));
	while (str_split(&rest, '\n', &row)) {
		struct str file = str_cut(row, 0, str_find_char(row, '\t'));
		struct counts got;

		if (!str_starts(file, t->prefix) || str_find(file, str_of(t->suffix)) == SIZE_MAX ||
		    (t->without && str_find(file, str_of(t->without)) != SIZE_MAX))
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%s/" STR_FMT, root, t->folder, STR_ARG(file));
		if (!count_file(buf_cstr(&path), &got) && ++wrong)
			print_message(STR_FMT ": not recognised\n", STR_ARG(file));
		++*n_files;
		if (t->evals) {
			wrong += check_count(file, "runs", column(head, row, "runs"), got.runs);
			wrong += check_count(file, "cases", column(head, row, "cases"), got.cases);
			wrong += check_count(file, "passed", column(head, row, "passed"), got.passed);
			wrong += check_count(file, "failed", column(head, row, "failed"), got.failed);
			wrong += check_count(file, "errored", column(head, row, "errored"), got.errored);
		} else {
			uint64_t spans = column(head, row, "unique_span_ids");

			wrong += check_count(file, "traces", column(head, row, "traces"), got.traces);
			wrong += check_count(file, "spans", spans == UINT64_MAX ? column(head, row, "spans") : spans,
			                     got.spans);
		}
		wrong += check_count(file, "scores", column(head, row, "scores"), got.scores);
	}
	buf_done(&path);
	buf_done(&table);
	return wrong;
}

static void corpus_counts(void **state)
{
	static const struct corpus_table tables[] = {
	    {"traces", "SOURCES-otel.tsv",      "otlp/",           ".json",       NULL, false},
	    {"traces", "SOURCES-otel.tsv",      "otlp-jsonl/",     ".json",       NULL, false},
	    {"traces", "SOURCES-otel.tsv",      "otlp-real-sdk/",  ".jsonl",      NULL, false},
	    {"traces", "SOURCES-platforms.tsv", "phoenix-sdk/",    ".otlp.jsonl", NULL, false},
	    {"traces", "SOURCES-platforms.tsv", "weave-sdk/",      ".jsonl",      NULL, false},
	    {"traces", "SOURCES-platforms.tsv", "braintrust",      ".json",       NULL, false},
	    {"traces", "SOURCES-platforms.tsv", "deepeval-trace/", ".json",       NULL, false},
	    {"traces", "SOURCES-platforms.tsv", "galileo-sdk/",    ".json",       NULL, false},
	    {"evals",  "SOURCES.tsv",           "braintrust-sdk/", "result.json", NULL, true },
	    {"evals",  "SOURCES.tsv",           "opik-sdk/",       ".json",       NULL, true },
	    {"evals",  "SOURCES.tsv",           "promptfoo/",      ".json",       NULL, true },
	    {"evals",  "SOURCES.tsv",           "inspect/",        ".json",       NULL, true },
	};
	int wrong = 0, n_files = 0;

	(void)state;
	if (!corpus()) {
		print_message("skipped: no corpus\n");
		return;
	}
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		wrong += check_table(corpus(), &tables[i], &n_files);
	print_message("%d corpus files\n", n_files);
	assert_true(n_files >= 25);
	assert_int_equal(wrong, 0);
}

/* Spans each hostile file must give; the rest is that nothing crashes. */
/* Whose files lie in a folder of the corpus; what is no input there (recordings of requests, tables) is nobody's. */
static const struct {
	const char *folder, *formats;
} corpus_folders[] = {
    {"traces/agentops-sdk",                           "otlp"                                   },
    {"traces/any-agent",                              "sdk-span"                               },
    {"traces/atif",                                   "atif"                                   },
    {"traces/attributes-only",                        "sdk-span"                               },
    {"traces/braintrust",                             "braintrust"                             },
    {"traces/braintrust-sdk",                         "braintrust"                             },
    {"traces/claude-code",                            "claude-code"                            },
    {"traces/codex",                                  "codex"                                  },
    {"traces/deepeval-trace",                         "deepeval-trace"                         },
    {"traces/galileo-sdk",                            "galileo"                                },
    {"traces/goose",                                  "goose"                                  },
    {"traces/jaeger",                                 "jaeger otlp"                            },
    {"traces/laminar-sdk",                            "otlp"                                   },
    {"traces/langfuse",                               "langfuse"                               },
    {"traces/langfuse-sdk",                           "langfuse otlp"                          },
    {"traces/langgraph-sdk",                          "langsmith langchain-stream"             },
    {"traces/langsmith",                              "langsmith"                              },
    {"traces/langsmith-sdk",                          "langsmith"                              },
    {"traces/mlflow",                                 "mlflow"                                 },
    {"traces/openai-agents",                          "openai-agents"                          },
    {"traces/openai-agents-sdk",                      "openai-agents"                          },
    {"traces/opik-sdk",                               "opik"                                   },
    {"traces/otlp",                                   "otlp"                                   },
    {"traces/otlp-jsonl",                             "otlp"                                   },
    {"traces/otlp-real-sdk",                          "otlp"                                   },
    {"traces/phoenix",                                "phoenix"                                },
    {"traces/phoenix-sdk",                            "phoenix otlp"                           },
    {"traces/sdk-spans",                              "sdk-span"                               },
    {"traces/tempo",                                  "otlp"                                   },
    {"traces/vercel-ai",                              "sdk-span"                               },
    {"traces/weave-sdk",                              "weave weave-batch"                      },
    {"traces/zipkin",                                 "zipkin"                                 },
    {"evals/agentskills/0adea80",                     "agentskills"                            },
    {"evals/deepeval",                                "deepeval"                               },
    {"evals/braintrust-sdk",                          "braintrust braintrust-eval"             },
    {"evals/generic",                                 "generic"                                },
    {"evals/inspect",                                 "inspect"                                },
    {"evals/helm/hellaswag-pythia-1b",                "helm"                                   },
    {"evals/helm/mmlu-philosophy-gpt2",               "helm"                                   },
    {"evals/lm-eval",                                 "lm-eval"                                },
    {"evals/lm-eval/asdiv-llama3-8b",                 "lm-eval"                                },
    {"evals/lm-eval/asdiv_cot_llama-3.1-8b",          "lm-eval"                                },
    {"evals/lm-eval/math_perturbed",                  "lm-eval"                                },
    {"evals/lm-eval/negotiationtom-runA",             "lm-eval"                                },
    {"evals/lm-eval/polymer-tg-gpt-4o-mini-infinity", "lm-eval"                                },
    {"evals/laminar-sdk",                             "laminar-eval otlp"                      },
    {"evals/langfuse-sdk",                            "langfuse-eval langfuse otlp"            },
    {"evals/langsmith-sdk",                           "langsmith-eval langsmith"               },
    {"evals/opik-sdk",                                "opik-experiment"                        },
    {"evals/phoenix-sdk",                             "phoenix-eval"                           },
    {"evals/promptfoo",                               "promptfoo promptfoo-jsonl promptfoo-csv"},
    {"evals/mlflow",                                  "mlflow-eval"                            },
    {"evals/ragas",                                   "ragas generic"                          },
    {"evals/swe-bench/logs/astropy__astropy-12907",   "swe-bench"                              },
    {"evals/swe-bench/results",                       "swe-bench"                              },
    {"evals/tau-bench",                               "tau-bench"                              },
    {"evals/weave-sdk",                               "weave weave-batch"                      },
};

static bool is_word_of(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == 0 || at[len] == ' '))
			return true;
	return false;
}

/* An archive that is one source is known by the names in it. */
static int bundle_claimed_wrongly(const char *path, enum archive_kind kind, const char *allowed)
{
	struct reader *r = reader_open(path, NULL, NULL);
	struct bundle_plan plan;
	int wrong;

	assert_non_null(r);
	bundle_plan_init(&plan, r, path, kind, NULL);
	wrong = plan.format ? !is_word_of(allowed, plan.format->name) : *allowed != 0;
	if (wrong)
		print_message("%s: an archive of %s\n", path, plan.format ? plan.format->name : "nobody's");
	bundle_plan_done(&plan);
	reader_close(r);
	return wrong;
}

/* One format, and one alone, claims the file: one of those named. A stranger's file: none. */
static int claimed_wrongly(const char *path, const char *allowed)
{
	struct buf bytes = BUF_INIT;
	struct arena arena = ARENA_INIT;
	struct sample sample = {0};
	const char *why = NULL, *slash = strrchr(path, '/');
	int best = -1, n_best = 0, wrong = 0;

	if (slurp(&bytes, path) && archive_kind(buf_str(&bytes))) {
		wrong = bundle_claimed_wrongly(path, archive_kind(buf_str(&bytes)), allowed);
	} else if (bytes.len) {
		sample_fill(&sample, str_of(slash + 1), str_cut(buf_str(&bytes), 0, SAMPLE_BYTES),
		            bytes.len <= SAMPLE_BYTES, &arena);
		sample.conversion = slurped_as;
		for (size_t i = 0; formats[i]; i++) {
			const char *reason = NULL;
			int score = formats[i]->probe(&sample, &reason);

			n_best = score > best ? 1 : n_best + (score == best);
			best = score > best ? score : best;
		}
		const struct format *format = format_detect(&sample, &why);
		/* what an SDK sent, with where it went; a data set without results */
		bool recording =
		    strstr(path, ".requests.") || strstr(path, ".objects.") || strstr(path, ".dataset-items.");

		/* results whose own format is not here yet are rows all the same */
		bool last = format && !*allowed && strncmp(format->name, "generic", 7) == 0 && strstr(path, "/evals/");

		wrong = (format && n_best > 1) || (format && !last && !is_word_of(allowed, format->name)) ||
		        (!format && *allowed && !recording);
		if (wrong)
			print_message("%s: %s (%s), %d claim it with %d\n", path, format ? format->name : "nobody's",
			              why, n_best, best);
	}
	arena_done(&arena);
	buf_done(&bytes);
	return wrong;
}

static void corpus_detection(void **state)
{
	int wrong = 0, n_files = 0;

	(void)state;
	if (!corpus()) {
		print_message("skipped: no corpus\n");
		return;
	}
	for (size_t i = 0; i < sizeof corpus_folders / sizeof *corpus_folders; i++) {
		struct buf folder = BUF_INIT;
		struct file_list list = {0};

		buf_printf(&folder, "%s/%s", corpus(), corpus_folders[i].folder);
		list_files(buf_cstr(&folder), "", &list);
		for (size_t k = 0; k < list.n; k++) {
			struct stat st;

			if (stat(list.at[k], &st) == 0 && S_ISREG(st.st_mode) && ++n_files)
				wrong += claimed_wrongly(list.at[k], corpus_folders[i].formats);
		}
		list_done(&list);
		buf_done(&folder);
	}
	print_message("%d corpus files looked at\n", n_files);
	assert_true(n_files > 150);
	assert_int_equal(wrong, 0);
}

static void corpus_hostile(void **state)
{
	static const struct {
		const char *file;
		uint64_t spans;
	} rows[] = {
	    {"otlp-escape-sequences.json",       23        },
	    {"otlp-c1-controls.json",            2         },
	    {"otlp-bidi-zero-width-tags.json",   7         },
	    {"otlp-width.json",                  9         },
	    {"otlp-parent-cycles.json",          9         },
	    {"otlp-orphans-no-root.json",        6         },
	    {"otlp-extreme-times.json",          13        },
	    {"otlp-int-precision.json",          1         },
	    {"otlp-parent-chain-20000.json.gz",  20000     },
	    {"otlp-wide-20000-siblings.json.gz", 20001     },
	    {"concatenated-documents.json",      UINT64_MAX},
	    {"otlp-wrong-types.json",            UINT64_MAX},
	    {"otlp-duplicate-span-ids.json",     UINT64_MAX},
	    {"otlp-raw-control-bytes.json",      0         },
	    {"otlp-nesting-5000.json",           UINT64_MAX},
	};
	struct buf path = BUF_INIT;

	(void)state;
	if (!corpus()) {
		print_message("skipped: no corpus\n");
		return;
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct counts got;

		buf_clear(&path);
		buf_printf(&path, "%s/hostile/made/%s", corpus(), rows[i].file);
		count_file(buf_cstr(&path), &got);
		assert_int_equal(check_count(str_of(rows[i].file), "spans", rows[i].spans, got.spans), 0);
	}
	buf_done(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden),
	    cmocka_unit_test(pieces_and_twice),
	    cmocka_unit_test(small_window),
	    cmocka_unit_test(late_service),
	    cmocka_unit_test(rows_without_payload),
	    cmocka_unit_test(cut_anywhere),
	    cmocka_unit_test(damaged),
	    cmocka_unit_test(detection),
	    cmocka_unit_test(detection_of_strangers),
	    cmocka_unit_test(names_of_strangers),
	    cmocka_unit_test(names),
	    cmocka_unit_test(secrets),
	    cmocka_unit_test(secrets_of_formats),
	    cmocka_unit_test(known_by_first_keys),
	    cmocka_unit_test(corpus_counts),
	    cmocka_unit_test(corpus_detection),
	    cmocka_unit_test(corpus_hostile),
	};

	return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
