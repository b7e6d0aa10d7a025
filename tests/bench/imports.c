#include "tests/bench/imports.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if __has_include(<yyjson.h>)
#include <yyjson.h>
#define HAVE_YYJSON 1
#else
#define HAVE_YYJSON 0
#endif

#include "import/reader.h"
#include "import/record.h"
#include "store/base/file.h"
#include "store/base/pack.h"
#include "store/base/scan.h"
#include "store/base/units.h"
#include "tests/bench/gen.h"
#include "tests/bench/measure.h"

enum { BLOCK_BYTES = 1 << 20, PATH_BYTES = 512 };

/* Seconds of every side, one sample a round: all sides take turns, so that a slow minute of the machine meets them all. */
struct sides {
	struct samples read, copy, write, pack;
	struct samples whole, by_line, yyjson_line, scan_lines, records;
	struct samples doc, lines, searchable_doc, empty;
	int64_t doc_bytes, lines_bytes, store_bytes, searchable_bytes;
	int64_t doc_rss, lines_rss, searchable_rss;
	double packed; /* of the input */
};

static void check(bool ok, const char *what)
{
	if (!ok)
		err_die("%s: %s", what, strerror(errno));
}

static struct buf load(const char *path)
{
	struct buf text = BUF_INIT;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	check(fd >= 0, path);
	int64_t size = file_bytes(path);
	buf_reserve(&text, (size_t)size + 1);
	for (ssize_t n; (n = read(fd, text.ptr + text.len, (size_t)size - text.len)) > 0;)
		text.len += (size_t)n;
	close(fd);
	return text;
}

/* ---------------------------------------------------------------- what the machine does at most */

static void limit_read(const char *path, struct sides *s)
{
	char *block = xmalloc(BLOCK_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	check(fd >= 0, path);
	double start = now_s();
	while (read(fd, block, BLOCK_BYTES) > 0)
		;
	sample(&s->read, now_s() - start);
	close(fd);
	free(block);
}

static void limits(const struct import_bench *b, struct str text, struct sides *s)
{
	char *copy = xmalloc(text.len + 1);
	memset(copy, 1, text.len); /* its pages are there before the clock runs */
	double start = now_s();
	memcpy(copy, text.ptr, text.len);
	sample(&s->copy, now_s() - start);
	struct pack *pack = pack_new(1);
	struct buf out = BUF_INIT;
	size_t packed = 0;
	start = now_s();
	for (size_t at = 0; at < text.len; at += BLOCK_BYTES) {
		pack_compress(pack, str_cut((struct str){copy, text.len}, at, BLOCK_BYTES), &out);
		packed += out.len;
	}
	sample(&s->pack, now_s() - start);
	s->packed = (double)packed / (double)text.len;
	pack_free(pack);
	buf_done(&out);
	free(copy);
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/written", b->dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	check(fd >= 0, path);
	start = now_s();
	for (size_t at = 0; at < text.len;) {
		ssize_t n = write(fd, text.ptr + at, text.len - at < BLOCK_BYTES ? text.len - at : BLOCK_BYTES);
		check(n > 0, path);
		at += (size_t)n;
	}
	check(fsync(fd) == 0, path);
	sample(&s->write, now_s() - start);
	close(fd);
	unlink(path);
}

/* ---------------------------------------------------------------- parsing alone */

static void parse_doc(const char *path, struct sides *s)
{
	static const struct record_path paths[] = {
	    {"resourceSpans[].scopeSpans[].spans[]", 0},
            {NULL,                                   0}
        };
	struct buf text = load(path);
	double start = now_s();
	cJSON *tree = cJSON_ParseWithLength(text.ptr, text.len);
	if (!tree)
		err_die("cJSON refuses the document");
	cJSON_Delete(tree);
	sample(&s->whole, now_s() - start);
	buf_done(&text);
	struct err err = ERR_INIT;
	start = now_s();
	struct reader *bytes = reader_open(path, NULL, &err);
	if (!bytes)
		err_die("%s", err.text);
	struct record_reader *r = record_open(bytes, &(struct record_opts){.paths = paths});
	struct record rec;
	struct frame *frame;
	struct problem problem;
	while (record_next(r, &rec, &frame, &problem, &err) != RECORD_NONE)
		;
	record_close(r);
	reader_close(bytes);
	sample(&s->records, now_s() - start);
}

static void parse_lines(const char *path, struct sides *s)
{
	struct buf text = load(path);
	struct str rest = buf_str(&text);
	double start = now_s();
	for (struct str line; str_split(&rest, '\n', &line);)
		cJSON_Delete(cJSON_ParseWithLength(line.ptr, line.len));
	sample(&s->by_line, now_s() - start);
	struct scan scan = SCAN_INIT;
	rest = buf_str(&text);
	start = now_s();
	for (struct str line; str_split(&rest, '\n', &line);)
		if (line.len && !scan_text(&scan, line, &(struct scan_opts){.last = true}))
			err_die("the scanner refuses a line: %s", scan.bad);
	sample(&s->scan_lines, now_s() - start);
	scan_done(&scan);
#if HAVE_YYJSON
	rest = buf_str(&text);
	start = now_s();
	for (struct str line; str_split(&rest, '\n', &line);)
		yyjson_doc_free(yyjson_read(line.ptr, line.len, 0));
	sample(&s->yyjson_line, now_s() - start);
#endif
	buf_done(&text);
}

/* ---------------------------------------------------------------- imports, each a process of its own */

static void drop_store(const char *store)
{
	static const char *const parts[] = {"", "-wal", "-shm", "-lock", "-import"};
	char path[PATH_BYTES];
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		snprintf(path, sizeof path, "%s%s", store, parts[i]);
		unlink(path);
	}
}

static struct child import(const struct import_bench *b, const char *option, const char *file, int64_t *bytes)
{
	char store[PATH_BYTES];
	snprintf(store, sizeof store, "%s/import.db", b->dir);
	drop_store(store);
	const char *const with[] = {b->spoor, "import", option, file, NULL}, *const without[] = {b->spoor, "import",
	                                                                                         file, NULL};
	struct child c = run_child(option ? with : without, store);
	if (c.status != 0)
		err_die("spoor import %s ended with %d", file, c.status);
	*bytes = file_bytes(store);
	drop_store(store);
	return c;
}

/* Whether the import makes the search index, and can be told not to. */
static bool makes_index(const struct import_bench *b)
{
	const char *const words[] = {b->spoor, "import", "--no-index", "--help", NULL};
	return run_child(words, NULL).status == 0;
}

static void rounds(const struct import_bench *b, struct sides *s)
{
	bool index = makes_index(b);
	for (int i = 0; i < b->rounds; i++) {
		struct child c = import(b, index ? "--no-index" : NULL, b->doc, &s->store_bytes);
		sample(&s->doc, c.seconds);
		s->doc_rss = c.rss_bytes;
		c = import(b, index ? "--no-index" : NULL, b->lines, &s->store_bytes);
		sample(&s->lines, c.seconds);
		s->lines_rss = c.rss_bytes;
		if (index) {
			c = import(b, NULL, b->doc, &s->searchable_bytes);
			sample(&s->searchable_doc, c.seconds);
			s->searchable_rss = c.rss_bytes;
		}
		limit_read(b->doc, s);
		if (!b->parsers)
			continue;
		struct buf text = load(b->doc);
		limits(b, buf_str(&text), s);
		buf_done(&text);
		parse_doc(b->doc, s);
		parse_lines(b->lines, s);
	}
}

static const char *titled(const struct import_bench *b, const char *what)
{
	struct buf text = BUF_INIT;
	buf_printf(&text, "%s, %s", what, b->size);
	return buf_detach(&text); /* as long as the table */
}

static void rate(const struct import_bench *b, const char *what, const struct samples *s, int64_t bytes)
{
	if (s->n)
		goal_add((struct goal){"", titled(b, what), "MB/s", (double)bytes / 1e6 / median(s), UNKNOWN_DOUBLE,
		                       UNKNOWN_DOUBLE, true});
}

static void ratio(const struct import_bench *b, const char *number, const char *what, double than, double own,
                  double goal, double aim)
{
	if (!IS_UNKNOWN(than) && !IS_UNKNOWN(own))
		goal_add((struct goal){number, titled(b, what), "x", than / own, goal, aim, true});
}

static void report(const struct import_bench *b, const struct sides *s)
{
	int64_t doc = s->doc_bytes, lines = s->lines_bytes;
	double whole = median(&s->whole), by_line = median(&s->by_line);
	rate(b, "read", &s->read, doc);
	rate(b, "memcpy", &s->copy, doc);
	rate(b, "write and fsync", &s->write, doc);
	rate(b, "zstd 1, blocks of 1 MB", &s->pack, doc);
	rate(b, "cJSON, whole document", &s->whole, doc);
	rate(b, "cJSON, line by line", &s->by_line, lines);
	rate(b, "spoor import, document", &s->doc, doc);
	rate(b, "spoor import, lines", &s->lines, lines);
	ratio(b, "1", "import of a document : cJSON whole", whole, median(&s->doc), 2, 4);
	ratio(b, "2", "import of lines : cJSON by line", by_line, median(&s->lines), 1.25, 2.5);
	ratio(b, "3", "records of a document : cJSON whole", whole, median(&s->records), 7, UNKNOWN_DOUBLE);
	ratio(b, "3", "scanning lines : yyjson by line", median(&s->yyjson_line), median(&s->scan_lines), 1,
	      UNKNOWN_DOUBLE);
	ratio(b, "", "scanning lines : cJSON by line", by_line, median(&s->scan_lines), UNKNOWN_DOUBLE, UNKNOWN_DOUBLE);
	ratio(b, "4", "import with search index : cJSON whole", whole, median(&s->searchable_doc), 0.85, 1.4);
	goal_add((struct goal){"5", titled(b, "peak memory of the import, document"), "MiB",
	                       (double)s->doc_rss / 1048576, 96, UNKNOWN_DOUBLE, false});
	goal_add((struct goal){"5", titled(b, "peak memory of the import, lines"), "MiB",
	                       (double)s->lines_rss / 1048576, 96, UNKNOWN_DOUBLE, false});
	if (s->searchable_rss)
		goal_add((struct goal){"5", titled(b, "peak memory with the search index"), "MiB",
		                       (double)s->searchable_rss / 1048576, 128, UNKNOWN_DOUBLE, false});
	goal_add((struct goal){"6", titled(b, "store : input"), "x", (double)s->store_bytes / (double)lines, 0.20,
	                       s->packed > 0 ? s->packed : UNKNOWN_DOUBLE, false});
	if (s->searchable_bytes)
		goal_add((struct goal){"6", titled(b, "store with search index : input"), "x",
		                       (double)s->searchable_bytes / (double)doc, 0.28, UNKNOWN_DOUBLE, false});
}

/* ---------------------------------------------------------------- other programs */

/* lnav wants a description of the lines. */
static const char lnav_format[] = "{\"$schema\":\"https://lnav.org/schemas/"
                                  "format-v1.schema.json\",\"spoor_bench\":{\"title\":\"spans\",\"json\":true,"
                                  "\"file-type\":\"json\",\"timestamp-field\":\"time\",\"body-field\":"
                                  "\"resourceSpans\",\"value\":{\"time\":{\"kind\":\"string\"},"
                                  "\"resourceSpans\":{\"kind\":\"json\"}},\"line-format\":[{\"field\":\"time\"}]}}";

static void peer(const struct import_bench *b, const char *number, const char *what, const char *const *words,
                 const struct samples *own, double goal)
{
	struct samples theirs = {0};
	if (!installed(words[0])) {
		printf("%s: skipped, not installed\n", words[0]);
		return;
	}
	for (int i = 0; i < 3; i++) {
		struct child c = run_child(words, NULL);
		if (c.status != 0) {
			printf("%s: skipped, it ended with %d\n", words[0], c.status);
			return;
		}
		sample(&theirs, c.seconds);
	}
	ratio(b, number, what, median(&theirs), median(own), goal, UNKNOWN_DOUBLE);
}

static void peers(const struct import_bench *b)
{
	char config[PATH_BYTES], file[PATH_BYTES + 32], store[PATH_BYTES], sql[PATH_BYTES + 128];
	struct samples own = {0};
	int64_t bytes;
	for (int i = 0; i < 3; i++)
		sample(&own, import(b, makes_index(b) ? "--no-index" : NULL, b->single, &bytes).seconds);
	snprintf(config, sizeof config, "%s/lnav", b->dir);
	snprintf(file, sizeof file, "%s/lnav/formats/bench/format.json", b->dir);
	struct err err = ERR_INIT;
	if (!file_make_dir_of(file, &err))
		err_die("%s", err.text);
	FILE *f = fopen(file, "w");
	check(f && fputs(lnav_format, f) >= 0 && fclose(f) == 0, file);
	peer(b, "14", "lnav's load : import, one span a line",
	     (const char *const[]){"lnav", "-n", "-I", config, "-c", ";SELECT count(*) FROM all_logs", b->single, NULL},
	     &own, 3);
	snprintf(store, sizeof store, "%s/peer.db", b->dir);
	unlink(store);
	peer(b, "14", "sqlite-utils' insert : import, one span a line",
	     (const char *const[]){"sqlite-utils", "insert", store, "spans", b->single, "--nl", "--ignore", NULL}, &own,
	     7);
	unlink(store);
	peer(b, "", "jq, five fields of each span : import",
	     (const char *const[]){
	         "jq", "-c",
	         ".resourceSpans[].scopeSpans[].spans[]|[.traceId,.spanId,.name,.startTimeUnixNano,.endTimeUnixNano]",
	         b->single, NULL},
	     &own, UNKNOWN_DOUBLE);
	snprintf(sql, sizeof sql,
	         "SELECT count(*) FROM json_each(readfile('%s'), '$.resourceSpans[0].scopeSpans[0].spans')", b->doc);
	peer(b, "", "sqlite3 json_each of the document : import",
	     (const char *const[]){"sqlite3", ":memory:", sql, NULL}, &own, UNKNOWN_DOUBLE);
}

void imports_run(const struct import_bench *b)
{
	struct sides s = {.doc_bytes = file_bytes(b->doc), .lines_bytes = file_bytes(b->lines)};
	rounds(b, &s);
	report(b, &s);
	if (b->peers)
		peers(b);
}

/* A file of some 60 KB: what an import takes beyond what the program takes to start. */
void imports_small(const struct import_bench *b)
{
	char path[PATH_BYTES];
	struct samples own = {0}, empty = {0};
	int64_t bytes;
	snprintf(path, sizeof path, "%s/small.jsonl", b->dir);
	FILE *f = fopen(path, "w");
	check(f != NULL, path);
	gen_write(f, GEN_LINES, 60000, 3);
	check(fclose(f) == 0, path);
	for (int i = 0; i < 9; i++) {
		const char *const nothing[] = {b->spoor, "--version", NULL};
		sample(&own, import(b, NULL, path, &bytes).seconds);
		sample(&empty, run_child(nothing, NULL).seconds);
	}
	unlink(path);
	goal_add((struct goal){"13", "import of a 60 KB file beyond the program's start", "ms",
	                       (median(&own) - median(&empty)) * 1e3, 10, 3, false});
}
