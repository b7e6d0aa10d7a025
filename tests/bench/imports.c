#include "tests/bench/imports.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/pack.h"
#include "store/base/units.h"
#include "tests/bench/gen.h"
#include "tests/bench/measure.h"
#include "tests/bench/stages.h"

enum { BLOCK_BYTES = 1 << 20, PATH_BYTES = 512 };

struct parsed {
	struct samples fresh[N_STAGES], warm[N_STAGES], fresh_cpu[N_STAGES], warm_cpu[N_STAGES];
};

/* Seconds of every side, one sample a round: all sides take turns, so that a slow minute of the machine meets them all. */
struct sides {
	struct samples read, copy, write, pack;
	struct parsed in_doc, in_lines;
	struct samples doc, lines, searchable_doc, doc_cpu, lines_cpu;
	int64_t doc_bytes, lines_bytes, store_bytes, searchable_bytes;
	int64_t doc_rss, lines_rss, searchable_rss;
	double packed;      /* of the input */
	int64_t longest_ns; /* of the writer's transactions */
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

static void parse(const char *path, bool document, struct parsed *p)
{
	struct stage_times t;
	if (!stages_run(path, document, &t))
		err_die("the stages of %s could not be measured", path);
	for (int i = 0; i < N_STAGES; i++) {
		if (t.fresh[i].wall_s <= 0)
			continue;
		sample(&p->fresh[i], t.fresh[i].wall_s);
		sample(&p->warm[i], t.warm[i].wall_s);
		sample(&p->fresh_cpu[i], t.fresh[i].cpu_s);
		sample(&p->warm_cpu[i], t.warm[i].cpu_s);
	}
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
		sample(&s->doc_cpu, c.cpu_s);
		s->doc_rss = c.rss_bytes;
		c = import(b, index ? "--no-index" : NULL, b->lines, &s->store_bytes);
		sample(&s->lines, c.seconds);
		sample(&s->lines_cpu, c.cpu_s);
		s->lines_rss = c.rss_bytes;
		if (index) {
			c = import(b, NULL, b->doc, &s->searchable_bytes);
			sample(&s->searchable_doc, c.seconds);
			s->searchable_rss = c.rss_bytes;
		}
		limit_read(b->doc, s);
		if (!b->parsers || i > b->rounds / 2)
			continue;
		struct buf text = load(b->doc);
		limits(b, buf_str(&text), s);
		buf_done(&text);
		parse(b->doc, true, &s->in_doc);
		parse(b->lines, false, &s->in_lines);
	}
	char store[PATH_BYTES];
	struct stage_times t;
	snprintf(store, sizeof store, "%s/longest.db", b->dir);
	drop_store(store);
	if (!stages_import(b->lines, store, &t))
		err_die("the import of %s could not be measured", b->lines);
	s->longest_ns = t.longest_ns;
	drop_store(store);
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
	const struct parsed *d = &s->in_doc, *l = &s->in_lines;
	double whole = median(&d->fresh[STAGE_CJSON]), by_line = median(&l->fresh[STAGE_CJSON]);
	rate(b, "read", &s->read, doc);
	rate(b, "memcpy", &s->copy, doc);
	rate(b, "write and fsync", &s->write, doc);
	rate(b, "zstd 1, blocks of 1 MB", &s->pack, doc);
	rate(b, "cJSON, whole document", &d->fresh[STAGE_CJSON], doc);
	rate(b, "cJSON, line by line", &l->fresh[STAGE_CJSON], lines);
	rate(b, "spoor import, document", &s->doc, doc);
	rate(b, "spoor import, lines", &s->lines, lines);
	/* Of processes begun anew on both sides, as performance.md's were; with the heap warm cJSON has no page faults to pay. */
	ratio(b, "1", "import of a document : cJSON whole", whole, median(&s->doc), 2, 4);
	ratio(b, "", "… : cJSON whole, its heap warm", median(&d->warm[STAGE_CJSON]), median(&s->doc), UNKNOWN_DOUBLE,
	      UNKNOWN_DOUBLE);
	ratio(b, "", "… : cJSON whole, CPU time of all threads", median(&d->fresh_cpu[STAGE_CJSON]),
	      median(&s->doc_cpu), UNKNOWN_DOUBLE, UNKNOWN_DOUBLE);
	ratio(b, "2", "import of lines : cJSON by line", by_line, median(&s->lines), 1.25, 2.5);
	ratio(b, "", "… : cJSON by line, its heap warm", median(&l->warm[STAGE_CJSON]), median(&s->lines),
	      UNKNOWN_DOUBLE, UNKNOWN_DOUBLE);
	ratio(b, "", "… : cJSON by line, CPU time of all threads", median(&l->fresh_cpu[STAGE_CJSON]),
	      median(&s->lines_cpu), UNKNOWN_DOUBLE, UNKNOWN_DOUBLE);
	/* Both on one thread: by its CPU time, which other processes do not lengthen. */
	ratio(b, "3", "parsing alone : cJSON whole, CPU", median(&d->fresh_cpu[STAGE_CJSON]),
	      median(&d->fresh_cpu[STAGE_PULL]), 7, UNKNOWN_DOUBLE);
	ratio(b, "", "parsing alone : cJSON whole, wall", whole, median(&d->fresh[STAGE_PULL]), UNKNOWN_DOUBLE,
	      UNKNOWN_DOUBLE);
	ratio(b, "", "parsing alone : cJSON whole, heap warm, CPU", median(&d->warm_cpu[STAGE_CJSON]),
	      median(&d->warm_cpu[STAGE_PULL]), UNKNOWN_DOUBLE, UNKNOWN_DOUBLE);
	ratio(b, "", "records without their strings : cJSON whole, CPU", median(&d->fresh_cpu[STAGE_CJSON]),
	      median(&d->fresh_cpu[STAGE_RECORDS]), UNKNOWN_DOUBLE, UNKNOWN_DOUBLE);
	ratio(b, "", "parsing lines : cJSON by line, CPU", median(&l->fresh_cpu[STAGE_CJSON]),
	      median(&l->fresh_cpu[STAGE_PULL]), UNKNOWN_DOUBLE, UNKNOWN_DOUBLE);
	ratio(b, "3", "parsing lines : yyjson by line, CPU", median(&l->fresh_cpu[STAGE_YYJSON]),
	      median(&l->fresh_cpu[STAGE_PULL]), 1, UNKNOWN_DOUBLE);
	if (b->parsers && !l->fresh[STAGE_YYJSON].n)
		printf("yyjson: skipped, it was not there when this was built\n");
	ratio(b, "4", "import with search index : cJSON whole", whole, median(&s->searchable_doc), 0.85, 1.4);
	goal_add((struct goal){"", titled(b, "longest write transaction of an import"), "ms",
	                       (double)s->longest_ns / 1e6, 100, UNKNOWN_DOUBLE, false});
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

/* lnav wants a description of the lines: the fields in use, at the top of each. */
static const char lnav_format[] =
    "{\"$schema\":\"https://lnav.org/schemas/format-v1.schema.json\",\"spoor_bench\":{\"title\":\"spans\","
    "\"json\":true,\"file-type\":\"json\",\"timestamp-field\":\"time\",\"body-field\":\"resourceSpans\",\"value\":{"
    "\"time\":{\"kind\":\"string\"},\"duration\":{\"kind\":\"integer\"},\"resourceSpans\":{\"kind\":\"json\"}},"
    "\"line-format\":[{\"field\":\"time\"},\" \",{\"field\":\"duration\"}]}}";

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
	peer(b, "14", "lnav's load and a SUM : import, one span a line",
	     (const char *const[]){"lnav", "-n", "-I", config, "-c", ";SELECT sum(duration) FROM spoor_bench",
	                           b->single, NULL},
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
