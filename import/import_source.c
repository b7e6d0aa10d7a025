/* Reading one source: records, those that are in the store already skipped, the others handed to the format; resume points; waiting
 * at a pipe; and where a file that may grow can be gone on with. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "import/import_private.h"
#include "import/redact.h"
#include "store/base/text.h"

enum {
	FRAMES_MAX = 64,
	POINT_RECORDS = 64,
	POINT_BYTES = 1 << 20,
	REHASH_CHUNK = 256 << 10,
	BLANKS_MAX = 4096,
	CANCEL_MS = 200
};

/* ---------------------------------------------------------------- problems */

static struct str joined_path(struct import *im, const struct record *rec, struct str path)
{
	struct str outer = rec ? record_path_text(rec, im->arena) : STR_NONE;
	if (!outer.len || !path.len)
		return outer.len ? outer : path;
	return arena_printf(im->arena, STR_FMT "." STR_FMT, STR_ARG(outer), STR_ARG(path));
}

void import_state_done(struct import *im)
{
	if (im->format->state_done && im->state)
		im->format->state_done(im->state);
	free(im->state);
	im->state = NULL;
}

void import_detail(struct import *im, const struct record *rec, int slot, struct str json)
{
	const struct entry e = {.type = ENTRY_DETAIL,
	                        .slot = slot,
	                        .bytes = json,
	                        .record = rec ? rec->number : 0,
	                        .line = rec ? rec->line : 0,
	                        .offset = rec ? rec->offset : 0};
	if (!im->decoding)
		sink_entry(im->sink, &e);
}

void import_problem(struct import *im, const struct record *rec, enum severity severity, const char *code,
                    struct str path, const char *kept, const char *fmt, ...)
{
	struct buf reason = BUF_INIT;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&reason, fmt, args);
	va_end(args);
	struct problem p = {
	    .file = im->file,
	    .entry = im->entry,
	    .record = rec ? rec->number : 0,
	    .line = rec ? rec->line : 0,
	    .offset = rec ? rec->offset : 0,
	    .path = joined_path(im, rec, path),
	    .severity = severity,
	    .code = code,
	    .reason = text_preview(im->arena, buf_str(&reason), 200),
	    .kept = str_of(kept),
	};
	sink_problem(im->sink, &p);
	buf_done(&reason);
}

/* ---------------------------------------------------------------- frames */

/* Which ones went, and where for the first time: a dump of headers is in each of its records, and one word on it is enough. */
static void tell_secrets(struct job *job, const struct record *rec, uint64_t which, uint64_t bytes)
{
	const char *const *paths = job->format->secrets;
	struct buf names = BUF_INIT;
	which &= ~job->secrets_told;
	job->secrets_told |= which;
	for (unsigned i = 0; i < 64 && paths[i]; i++) {
		const char *path = paths[i];
		if (!(which >> i & 1))
			continue;
		while (path[0] == '*' && strchr(path, '.'))
			path = strchr(path, '.') + 1;
		buf_printf(&names, "%s%s", names.len ? ", " : "", path);
	}
	if (which)
		import_problem(&job->import, rec, SEVERITY_WARNING, "secret", STR_NONE,
		               "everything else is kept; the same further on is not told again",
		               "%llu bytes of keys, cookies or headers are not stored: %s", (unsigned long long)bytes,
		               buf_cstr(&names));
	buf_done(&names);
}

/* Secrets do not reach the store: the bytes at the format's paths are replaced first. */
static struct str without_secrets(struct job *job, struct val root, struct str bytes, const struct record *rec)
{
	uint64_t hidden = 0, which = 0;
	if (!job->format->secrets ||
	    !redact_which(root, job->format->secrets, job->format->loose_keys, &job->scratch, &hidden, &which))
		return bytes;
	tell_secrets(job, rec, which, hidden);
	return buf_str(&job->scratch);
}

static uint64_t store_frame(struct job *job, const struct frame *f)
{
	struct entry e = {
	    .type = ENTRY_FRAME,
	    .bytes = without_secrets(job, f->root, f->json, NULL),
	    .frame = f->outer ? f->outer->number : 0,
	};
	uint64_t number = sink_entry(job->import.sink, &e);
	record_frame_stored(job->records, f, number);
	return number;
}

/* Outermost first, so that a frame's own frame has its number. */
static uint64_t store_frames(struct job *job, const struct frame *innermost)
{
	const struct frame *chain[FRAMES_MAX];
	size_t n = 0;
	for (const struct frame *f = innermost; f && !f->number && n < FRAMES_MAX; f = f->outer)
		chain[n++] = f;
	uint64_t number = innermost ? innermost->number : 0;
	while (n-- > 0)
		number = store_frame(job, chain[n]);
	return number;
}

static void store_tail(struct job *job, const struct frame *frame)
{
	struct buf tail = BUF_INIT;
	if (frame->number && frame_tail(frame, &tail)) {
		struct scan scan = SCAN_INIT;
		struct str bytes = buf_str(&tail);
		if (job->format->secrets &&
		    scan_text(&scan, bytes, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true}))
			bytes = without_secrets(job, scan_root(&scan), bytes, NULL);
		struct entry e = {.type = ENTRY_TAIL, .bytes = bytes, .frame = frame->number};
		sink_entry(job->import.sink, &e);
		scan_done(&scan);
	}
	buf_done(&tail);
}

static bool end_frame(struct job *job, const struct frame *frame, struct err *err)
{
	bool ours = job->format->frame_end != NULL && !frame->broken;
	if (ours && !frame->number && job->done_records >= job->known.records)
		store_frames(job, frame);
	store_tail(job, frame);
	bool ok = !ours || job->format->frame_end(&job->import, frame, err);
	arena_reset(&job->record_arena);
	return ok;
}

/* ---------------------------------------------------------------- records */

static uint64_t drop_entry(struct sink *s, const struct entry *e)
{
	(void)s;
	(void)e;
	return 1;
}
#define DROP(name, type)                                       \
	static void name(struct sink *s, const struct type *x) \
	{                                                      \
		(void)s;                                       \
		(void)x;                                       \
	}
DROP(drop_span, span)
DROP(drop_trace, trace)
DROP(drop_score, score)
DROP(drop_run, eval_run)
DROP(drop_case, case_result)
DROP(drop_problem, problem)

/* A record that the store has: only what the format remembers of it. */
static bool take_again(struct job *job, const struct record *rec, struct err *err)
{
	static const struct sink_ops ops = {.entry = drop_entry,
	                                    .span = drop_span,
	                                    .trace = drop_trace,
	                                    .score = drop_score,
	                                    .run = drop_run,
	                                    .case_result = drop_case,
	                                    .problem = drop_problem};
	struct sink nowhere = {.ops = &ops}, *sink = job->import.sink;
	job->import.sink = &nowhere;
	bool ok = job->format->record(&job->import, rec, err);
	job->import.sink = sink;
	arena_reset(&job->record_arena);
	return ok;
}

/* Problems with a bundle's row name the member. */
static void name_entry(struct job *job, const struct record *rec)
{
	struct arena *a = &job->record_arena;
	if (job->bundle)
		job->import.entry = arena_str(a, val_str(frame_get(rec->frame, "entry", false), a)).ptr;
}

static bool take_record(struct job *job, const struct record *rec, struct err *err)
{
	job->done_records = rec->number;
	if (rec->number <= job->known.records) /* in the store since an earlier import */
		return !job->format->stateful || take_again(job, rec, err);
	uint64_t frame = store_frames(job, rec->frame);
	struct entry e = {
	    .type = ENTRY_RECORD,
	    .slot = rec->slot,
	    .bytes = without_secrets(job, rec->root, rec->bytes, rec),
	    .frame = frame,
	    .record = rec->number,
	    .line = rec->line,
	    .offset = rec->offset,
	};
	sink_entry(job->import.sink, &e);
	name_entry(job, rec);
	bool ok = job->format->record(&job->import, rec, err);
	job->import.entry = job->entry;
	if (ok && job->seen)
		job->seen(job->seen_context, job, rec);
	arena_reset(&job->record_arena);
	return ok;
}

static void show_progress(struct job *job)
{
	struct import_progress *p = job->run->progress;
	const struct ingest *in = job->run->ingest;
	atomic_store(&p->bytes, job->archive ? archive_in_position(job->archive)
	                                     : job->began_at + reader_source_bytes(job->reader));
	atomic_store(&p->traces, ingest_traces_seen(in));
	atomic_store(&p->spans, ingest_spans_seen(in));
	atomic_store(&p->cases, ingest_cases_seen(in));
	atomic_store(&p->generation, ingest_commits(in));
}

/* Everything up to the record just dealt with is in the sink. What the reader gave beyond it is in the hash, too: going on means
 * checking those bytes and passing over the records. */
static bool make_point(struct job *job, struct err *err)
{
	uint64_t at = reader_offset(job->reader);
	job->last_point = job->done_records;
	job->last_offset = at;
	show_progress(job);
	return ingest_point(job->run->ingest, at, job->hasher, job->done_records, err);
}

static bool point_is_due(const struct job *job)
{
	if (!job->run->ingest)
		return false;
	return job->done_records > job->known.records && (job->done_records - job->last_point >= POINT_RECORDS ||
	                                                  reader_offset(job->reader) - job->last_offset >= POINT_BYTES);
}

/* ---------------------------------------------------------------- waiting at a pipe */

int64_t job_clock_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool job_cancelled(const struct job *job)
{
	return !job->ending && atomic_load(&job->run->progress->cancel);
}

/* What has come is committed and settled, and the ingest rests. */
static bool rest(struct job *job)
{
	struct ingest_counts held = {0}, fresh = {0};
	job->begun = false;
	if (!make_point(job, &job->failure) || !ingest_pause(job->run->ingest, false, &held, &fresh, &job->failure) ||
	    !report_imported(job, &held, &fresh, &job->failure))
		return false;
	job->known.id = job->file->source;
	job->known.records = job->done_records;
	show_progress(job);
	return true;
}

static bool wait_long(const struct job *job, int fd)
{
	struct run *run = job->run;
	if (run->wait)
		return run->wait(run->wait_context, fd);
	while (!job_cancelled(job)) {
		int wake = import_wake_fd(run->progress);
		struct pollfd p[] = {
		    {.fd = fd,   .events = POLLIN},
                    {.fd = wake, .events = POLLIN}
                };
		if (poll(p, 2, wake < 0 ? CANCEL_MS : -1) > 0 && p[0].revents)
			return true;
	}
	return false;
}

bool job_wait(void *context, int fd)
{
	struct job *job = context;
	if (job_cancelled(job))
		return false;
	if (!job->begun || job->run->opts->strict)
		return wait_long(job, fd);
	int64_t left = job->rested_ns + INGEST_WAIT_NS - job_clock_ns();
	struct pollfd p[] = {
	    {.fd = fd,	                         .events = POLLIN},
            {.fd = import_wake_fd(job->run->progress), .events = POLLIN}
        };
	if (left > 0 && poll(p, 2, (int)(left / 1000000) + 1) > 0 && p[0].revents)
		return true;
	if (job_cancelled(job) || !rest(job) || !wait_long(job, fd))
		return false;
	job->rested_ns = job_clock_ns();
	job->begun = ingest_begin(job->run->ingest, &job->known, &job->failure);
	return job->begun;
}

/* ---------------------------------------------------------------- the loop */

static void pass_problem(struct job *job, struct problem *p)
{
	p->file = job->path;
	p->entry = job->bundle ? p->entry : job->entry;
	if (strcmp(p->code, "empty") == 0 && job->point.at.offset > 0)
		return;                                               /* nothing was added */
	bool told = p->record > 0 && p->record <= job->known.records; /* by an earlier import */
	if (p->severity == SEVERITY_FILE) {
		job->lost = true;
		job->lost_as_before = told;
	}
	if (!told)
		sink_problem(job->import.sink, p);
}

static void pass_bundle_problems(struct job *job)
{
	struct problem p;
	while (job->bundle && bundle_problem(job->bundle, &p))
		pass_problem(job, &p);
}

static bool read_failed(struct job *job, const struct err *why)
{
	const char *code = reader_code(job->reader);
	struct problem p = {.file = job->path,
	                    .entry = job->entry,
	                    .record = job->done_records + 1,
	                    .offset = why->at.offset,
	                    .severity = SEVERITY_FILE,
	                    .code = code ? code : "io",
	                    .reason = str_of(why->text),
	                    .kept = STR_LIT("what was read before is kept")};
	job->lost = true;
	sink_problem(job->import.sink, &p);
	return true;
}

/* More may come: a value that ends where the bytes end now, and is bad, may only not be whole yet. Its line tells. */
static bool may_go_on(const struct job *job, const struct problem *p)
{
	char last = '\n';
	if (job->end == JOB_END || !reader_is_plain(job->reader) || !record_at_end(job->records))
		return false;
	if (strcmp(p->code, "truncated") == 0 || strcmp(p->code, "incomplete-tail") == 0 ||
	    strcmp(p->code, "empty") == 0)
		return true;
	return pread(reader_fd(job->reader), &last, 1, (off_t)reader_offset(job->reader) - 1) == 1 && last != '\n';
}

static bool is_late(const struct job *job, const struct record_point *at)
{
	return job->deadline_ns && at->offset > job->point.at.offset && job_clock_ns() > job->deadline_ns;
}

/* *end: behind the last value that is wholly dealt with. */
static bool read_records(struct job *job, struct record_point *end, struct err *err)
{
	struct record rec;
	struct frame *frame;
	struct problem problem;
	for (;;) {
		struct err why = ERR_INIT;
		*end = record_point(job->records);
		job->yielded = is_late(job, end);
		if (job_cancelled(job) || job->yielded) {
			job->cut_short = true;
			return true;
		}
		enum record_event event = record_next(job->records, &rec, &frame, &problem, &why);
		pass_bundle_problems(job);
		if (reader_stopped(job->reader)) {
			job->cut_short = true;
			*err = job->failure;
			return job->failure.code == ERR_NONE;
		}
		switch (event) {
		case RECORD_NONE:
			*end = record_point(job->records);
			return why.code == ERR_NONE || read_failed(job, &why);
		case RECORD_RECORD:
			if (!take_record(job, &rec, err) || (point_is_due(job) && !make_point(job, err)))
				return false;
			job->cut_short = job->stop_at && reader_offset(job->reader) >= job->stop_at;
			if (job->cut_short)
				return true;
			break;
		case RECORD_FRAME_END:
			if (!end_frame(job, frame, err))
				return false;
			break;
		case RECORD_PROBLEM:
			if (may_go_on(job, &problem))
				return true;
			pass_problem(job, &problem);
			break;
		}
	}
}

/* ---------------------------------------------------------------- where to go on */

/* Adds bytes [from, to) of the file to the hash. false: they are not there (any more). */
static bool hash_range(int fd, struct hasher *hasher, uint64_t from, uint64_t to)
{
	char *chunk = xmalloc(REHASH_CHUNK);
	ssize_t n = 1;
	while (from < to && n > 0) {
		n = pread(fd, chunk, to - from < REHASH_CHUNK ? (size_t)(to - from) : REHASH_CHUNK, (off_t)from);
		if (n <= 0)
			break;
		hasher_add(hasher, (struct str){chunk, (size_t)n});
		from += (uint64_t)n;
	}
	free(chunk);
	return from == to;
}

/* Nothing but white space before the reader's offset: it counts as dealt with. */
static bool pass_blanks(int fd, struct record_point *at, uint64_t to)
{
	char blanks[BLANKS_MAX];
	uint64_t lines = 0, n = to - at->offset;
	if (n > sizeof blanks || pread(fd, blanks, (size_t)n, (off_t)at->offset) != (ssize_t)n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!strchr(" \t\r\n", blanks[i]) || !blanks[i])
			return false;
		lines += blanks[i] == '\n';
	}
	at->offset = to;
	at->lines += lines;
	return true;
}

/* `begin`: the hash of what lies before the reading's first byte. Leaves job->point without a hasher if there is no such point. */
static void find_point(struct job *job, struct record_point at, const struct hasher *begin)
{
	uint64_t from = job->point.at.offset, to = reader_offset(job->reader);
	int fd = reader_is_plain(job->reader) ? reader_fd(job->reader) : -1;
	hasher_free(job->point.hasher);
	job->point = (struct job_point){.at = at, .read_to = to, .read_hash = hasher_value(job->hasher)};
	if (fd < 0 || at.offset < from || at.offset > to)
		return;
	if (at.offset == to || pass_blanks(fd, &job->point.at, to)) {
		job->point.hasher = hasher_copy(job->hasher);
		return;
	}
	job->point.hasher = hasher_copy(begin);
	if (hash_range(fd, job->point.hasher, from, at.offset))
		return;
	hasher_free(job->point.hasher);
	job->point.hasher = NULL;
}

/* The last point of a reading. If more may come it is exactly behind what was dealt with, so that it stays good whatever becomes of
 * the tail. Told to stop before it is where an earlier import was, the point stays there. */
static bool make_last_point(struct job *job, struct err *err)
{
	const struct job_point *p = &job->point;
	if (job->done_records < job->known.records && p->at.records < job->known.records)
		return true;
	if (job->end == JOB_END || !p->hasher || p->at.records < job->done_records) {
		if (p->at.records > job->done_records) /* bad ones came last */
			job->done_records = p->at.records;
		return make_point(job, err);
	}
	job->done_records = p->at.records;
	show_progress(job);
	return ingest_point(job->run->ingest, p->at.offset, p->hasher, job->done_records, err);
}

/* ---------------------------------------------------------------- the whole */

static void begin_reading(struct job *job)
{
	const struct record_opts opts = {
	    .paths = job->format->paths,
	    .loose_keys = job->format->loose_keys,
	    .lenient = job->format->lenient,
	    .depth_max = job->run->opts->depth_max,
	    .records_before = job->point.at.records,
	    .lines_before = job->point.at.lines,
	    .lined_before = job->point.at.lined,
	};
	job->done_records = job->last_point = job->point.at.records;
	job->last_offset = job->began_at = job->point.at.offset;
	job->cut_short = job->lost = job->lost_as_before = job->yielded = false;
	hasher_free(job->hasher);
	job->hasher = job->point.hasher ? hasher_copy(job->point.hasher) : hasher_new();
	reader_hash(job->reader, job->hasher);
	job->records = record_open(job->reader, &opts);
	job->import = (struct import){
	    .sink = job->run->ingest ? ingest_sink(job->run->ingest) : job->sink,
	    .arena = &job->record_arena,
	    .format = job->format,
	    .state = job->format->state_size ? xcalloc(1, job->format->state_size) : NULL,
	    .file = job->path,
	    .entry = job->entry,
	    .sample = &job->sample,
	    .map = job->known.map,
	};
}

static bool read_all(struct job *job, struct record_point *end, struct err *err)
{
	bool ok = read_records(job, end, err);
	if (ok && !job->cut_short && job->format->finish)
		ok = job->format->finish(&job->import, err);
	return ok;
}

static void end_reading(struct job *job)
{
	import_state_done(&job->import);
	repeat_done(&job->import.repeat);
	record_close(job->records);
}

static bool read_source(struct job *job, struct err *err)
{
	struct record_point end;
	begin_reading(job);
	struct hasher *begin = hasher_copy(job->hasher);
	bool ok = read_all(job, &end, err);
	if (ok)
		find_point(job, end, begin);
	ok = ok && (!job->begun || make_last_point(job, err));
	hasher_free(begin);
	end_reading(job);
	return ok;
}

bool job_show(struct job *job, struct err *err)
{
	struct record_point end;
	begin_reading(job);
	bool ok = read_all(job, &end, err);
	end_reading(job);
	return ok;
}

static void note_file_state(struct job *job)
{
	struct stat st;
	int fd = reader_fd(job->reader);
	job->known.path = str_of(job->path);
	job->known.entry = str_of(job->entry);
	job->known.format = str_of(job->format->name);
	job->known.size = job->known.mtime_ns = UNKNOWN_INT;
	if (fd < 0 || fstat(fd, &st) != 0)
		return;
	job->known.size = st.st_size;
	job->known.mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static bool end_source(struct job *job, struct ingest_counts *held, struct ingest_counts *fresh, struct err *err)
{
	struct ingest *in = job->run->ingest;
	if (job->end == JOB_END && (job->cut_short || job->hurried))
		return ingest_stop(in, held, fresh, err);
	if (job->end == JOB_END)
		return ingest_end(in, !job->lost, held, fresh, err);
	return ingest_pause(in, job->end == JOB_PAUSE_LIGHT || job->yielded, held, fresh, err);
}

bool job_read(struct job *job, struct err *err)
{
	struct run *run = job->run;
	struct ingest_counts held = {0}, fresh = {0};
	note_file_state(job);
	if (!job->archive)
		atomic_store(&run->progress->size, reader_source_size(job->reader));
	if (!ingest_begin(run->ingest, &job->known, err))
		return false;
	job->begun = true;
	job->rested_ns = job_clock_ns();
	bool ok = read_source(job, err);
	/* Told to stop while at rest: it is opened again only to be ended. */
	if (ok && !job->begun)
		ok = job->begun = ingest_begin(run->ingest, &job->known, err);
	if (!ok) {
		if (job->begun)
			ingest_end(run->ingest, false, &held, &fresh, NULL);
		job->begun = false;
		return false;
	}
	int64_t ends = job_clock_ns();
	ok = end_source(job, &held, &fresh, err);
	job->end_ns = job_clock_ns() - ends;
	job->begun = false;
	show_progress(job);
	return ok && report_imported(job, &held, &fresh, err);
}

/* ---------------------------------------------------------------- life */

void job_init(struct job *job, struct run *run, struct import_file *file, const char *path)
{
	*job = (struct job){.run = run,
	                    .file = file,
	                    .path = path,
	                    .arena = ARENA_INIT,
	                    .record_arena = ARENA_INIT,
	                    .failure = ERR_INIT,
	                    .known = {.path = str_of(path)}};
	if (!file->file.ptr)
		file->file = str_of(path);
}

void job_done(struct job *job)
{
	reader_close(job->reader);
	hasher_free(job->hasher);
	hasher_free(job->point.hasher);
	buf_done(&job->scratch);
	arena_done(&job->arena);
	arena_done(&job->record_arena);
}
