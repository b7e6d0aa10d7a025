/* The parser's thread alone, stage by stage, in CPU seconds per GB of input: what an import costs before anything is written.
 *
 *   make build/release/bench/parse && build/release/bench/parse FILE [ROUNDS [STAGE]]
 *
 * Each stage does the work of the ones above it and its own: read (bytes and their hash), records (framing and scanning),
 * format (a format's code into a sink that keeps nothing), collect (the same into the batches the writer is given).
 * The best of ROUNDS (default 5) counts; cJSON runs in between, so that its ratio is of the same minute. For valgrind: one
 * round of one stage, without cJSON ("parse FILE 1 format"). */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "import/format.h"
#include "import/sample.h"
#include "store/block.h"
#include "store/ingest_batch.h"

enum stage { READ, RECORDS, FORMAT, COLLECT, SCAN, CJSON, N_STAGES };

static const char *const names[] = {
    [READ] = "read",       [RECORDS] = "records", [FORMAT] = "format",
    [COLLECT] = "collect", [SCAN] = "scan",       [CJSON] = "cjson",
};

struct job {
	const char *path;
	struct str text;
	const struct format *format;
	bool document; /* one line */
	struct block_pool pool;
	struct batch batch;
	struct batch_place place;
	uint64_t spans, problems;
	struct sink sink;
};

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---------------------------------------------------------------- sinks */

static struct job *at_work;

static uint64_t drop_entry(struct sink *s, const struct entry *e)
{
	(void)s;
	(void)e;
	return 1;
}
static void drop_span(struct sink *s, const struct span *span)
{
	(void)s;
	(void)span;
	at_work->spans++;
}
static void drop_trace(struct sink *s, const struct trace *trace)
{
	(void)s;
	(void)trace;
}
static void drop_score(struct sink *s, const struct score *score)
{
	(void)s;
	(void)score;
}
static void drop_run(struct sink *s, const struct eval_run *run)
{
	(void)s;
	(void)run;
}
static void drop_case(struct sink *s, const struct case_result *res)
{
	(void)s;
	(void)res;
}
static void drop_problem(struct sink *s, const struct problem *p)
{
	(void)s;
	(void)p;
	at_work->problems++;
}
static const struct sink_ops drop = {drop_entry, drop_span, drop_trace, drop_score,
                                     drop_run,   drop_case, NULL,       drop_problem};

static struct batch *room(void)
{
	struct batch *b = &at_work->batch;
	if (batch_bytes(b) >= 8 << 20)
		batch_reset(b, 1);
	return b;
}
static uint64_t keep_entry(struct sink *s, const struct entry *e)
{
	(void)s;
	return batch_entry_add(room(), &at_work->place, e);
}
static void keep_span(struct sink *s, const struct span *span)
{
	(void)s;
	at_work->spans++;
	batch_span_add(&at_work->batch, &at_work->place, span);
}
static void keep_trace(struct sink *s, const struct trace *trace)
{
	(void)s;
	batch_said_add(&at_work->batch, &at_work->place, trace);
}
static void keep_score(struct sink *s, const struct score *score)
{
	(void)s;
	batch_score_add(&at_work->batch, &at_work->place, score);
}
static void keep_run(struct sink *s, const struct eval_run *run)
{
	(void)s;
	batch_run_add(&at_work->batch, &at_work->place, run);
}
static void keep_case(struct sink *s, const struct case_result *res)
{
	(void)s;
	batch_case_add(&at_work->batch, &at_work->place, res);
}
static const struct sink_ops keep = {keep_entry, keep_span, keep_trace, keep_score,
                                     keep_run,   keep_case, NULL,       drop_problem};

/* ---------------------------------------------------------------- stages */

static uint64_t store_frame(struct job *job, struct record_reader *r, const struct frame *f)
{
	struct entry e = {.type = ENTRY_FRAME, .bytes = f->json, .frame = f->outer ? f->outer->number : 0};
	uint64_t number = sink_entry(&job->sink, &e);
	record_frame_stored(r, f, number);
	return number;
}

static uint64_t store_frames(struct job *job, struct record_reader *r, const struct frame *innermost)
{
	const struct frame *chain[64];
	size_t n = 0;
	for (const struct frame *f = innermost; f && !f->number && n < 64; f = f->outer)
		chain[n++] = f;
	uint64_t number = innermost ? innermost->number : 0;
	while (n-- > 0)
		number = store_frame(job, r, chain[n]);
	return number;
}

/* As import.c does it, without resume points. */
static void take(struct job *job, struct import *im, struct record_reader *r, const struct record *rec)
{
	struct entry e = {.type = ENTRY_RECORD,
	                  .slot = rec->slot,
	                  .bytes = rec->bytes,
	                  .frame = store_frames(job, r, rec->frame),
	                  .record = rec->number,
	                  .line = rec->line,
	                  .offset = rec->offset};
	sink_entry(&job->sink, &e);
	job->format->record(im, rec, NULL);
	arena_reset(im->arena);
}

static void read_all(struct job *job, enum stage stage)
{
	struct err err = ERR_INIT;
	struct reader *bytes = reader_open(job->path, NULL, &err);
	struct hasher *hasher = hasher_new();
	struct arena arena = ARENA_INIT;
	struct import im = {.sink = &job->sink, .arena = &arena, .format = job->format, .file = job->path};
	char *chunk = xmalloc(RECORD_WINDOW);
	if (!bytes)
		err_die("%s", err.text);
	reader_hash(bytes, hasher);
	job->sink.ops = stage == COLLECT ? &keep : &drop;
	im.state = xcalloc(1, job->format->state_size + 1);
	struct record_reader *r = record_open(bytes, &(struct record_opts){.paths = job->format->paths,
	                                                                   .loose_keys = job->format->loose_keys,
	                                                                   .lenient = job->format->lenient});
	struct record rec;
	struct frame *frame;
	struct problem problem;
	while (stage == READ && reader_read(bytes, chunk, RECORD_WINDOW, &err) > 0)
		;
	for (enum record_event event = RECORD_RECORD; stage != READ && event != RECORD_NONE;) {
		event = record_next(r, &rec, &frame, &problem, &err);
		if (event == RECORD_RECORD && stage != RECORDS)
			take(job, &im, r, &rec);
		else if (event == RECORD_FRAME_END && stage != RECORDS && job->format->frame_end)
			job->format->frame_end(&im, frame, &err);
		job->problems += event == RECORD_PROBLEM;
	}
	free(chunk);
	free(im.state);
	repeat_done(&im.repeat);
	arena_done(&arena);
	record_close(r);
	reader_close(bytes);
	hasher_free(hasher);
}

static void scan_all(const struct job *job)
{
	struct scan s = SCAN_INIT;
	struct str rest = job->text;
	for (struct str line; str_split(&rest, job->document ? '\0' : '\n', &line);)
		if (line.len && !scan_text(&s, line, &(struct scan_opts){.last = true, .replace_utf8 = true}))
			err_die("the scanner refuses a line: %s", s.bad);
	scan_done(&s);
}

static void cjson_all(const struct job *job)
{
	struct str rest = job->text;
	for (struct str line; str_split(&rest, job->document ? '\0' : '\n', &line);)
		cJSON_Delete(cJSON_ParseWithLength(line.ptr, line.len));
}

static double run(struct job *job, enum stage stage)
{
	job->spans = job->problems = 0;
	double start = cpu_s();
	if (stage == CJSON)
		cjson_all(job);
	else if (stage == SCAN)
		scan_all(job);
	else
		read_all(job, stage);
	return cpu_s() - start;
}

static struct buf load(const char *path)
{
	struct buf text = BUF_INIT;
	FILE *f = fopen(path, "r");
	char chunk[1 << 16];
	size_t n;
	if (!f)
		err_die("cannot read %s", path);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		buf_add(&text, chunk, n);
	fclose(f);
	return text;
}

static const struct format *format_of(struct str text, const char *path)
{
	struct arena arena = ARENA_INIT;
	struct sample sample;
	const char *why;
	sample_fill(&sample, str_of(path), str_cut(text, 0, SAMPLE_BYTES), text.len <= SAMPLE_BYTES, &arena);
	const struct format *format = format_detect(&sample, &why);
	arena_done(&arena);
	return format;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		err_die("parse FILE [ROUNDS [STAGE]]");
	struct buf text = load(argv[1]);
	struct job job = {.path = argv[1], .text = buf_str(&text), .format = format_of(buf_str(&text), argv[1])};
	int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
	double best[N_STAGES] = {0}, gb = (double)text.len / 1e9;
	uint64_t spans = 0;
	if (!job.format)
		err_die("no format knows %s", argv[1]);
	job.document = text.len && memchr(text.ptr, '\n', text.len - 1) == NULL;
	at_work = &job;
	block_pool_init(&job.pool);
	batch_init(&job.batch, &job.pool);
	for (int i = 0; i < rounds; i++) {
		for (int s = 0; s < N_STAGES; s++) {
			if (argc > 3 && strcmp(argv[3], names[s]) != 0)
				continue;
			double took = run(&job, (enum stage)s);
			best[s] = i && best[s] < took ? best[s] : took;
			spans = job.spans > spans ? job.spans : spans;
		}
	}
	for (int s = 0; s < N_STAGES; s++) {
		if (best[s] > 0)
			printf("%-8s %6.3f CPU-s/GB %7.0f MB/s %6.2fx cJSON %s\n", names[s], best[s] / gb,
			       gb * 1e3 / best[s], best[CJSON] / best[s], job.document ? "whole" : "by line");
	}
	printf("%llu spans, %.1f MB, %s\n", (unsigned long long)spans, gb * 1e3, scan_path());
	batch_done(&job.batch);
	block_pool_done(&job.pool);
	buf_done(&text);
	return 0;
}
