/* The driver. One source: look at its first bytes, find its format, see whether it is known (the hash of what was read of it, not
 * its name), then read records, skip those that are in the store already, and hand the others to the format. */
#include "import/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "import/format.h"
#include "import/import_files.h"
#include "import/reader.h"
#include "import/record.h"
#include "import/redact.h"
#include "import/sample.h"
#include "store/base/text.h"
#include "store/base/vec.h"

enum { FRAMES_MAX = 64, POINT_RECORDS = 64, POINT_BYTES = 1 << 20, HASH_CHUNK = 256 << 10, PROBLEMS_SHOWN = 20 };

struct run {
	struct db *db;
	const struct import_opts *opts;
	struct import_progress *progress; /* never NULL */
	struct import_report *report;
	struct ingest *ingest;
};

/* One source at work. */
struct job {
	struct run *run;
	struct import_file *file;
	const char *path;
	struct reader *reader;
	struct sample sample;
	const struct format *format;
	struct source known;
	struct arena arena, record_arena;
	struct hasher *hasher;

	struct record_reader *records;
	struct import import;
	struct buf scratch;
	uint64_t done_records, last_point, last_offset; /* handed in; at the last point */
	bool cut_short, lost;                           /* stopped before its end; the end could not be read */
};

const char *import_status_name(enum import_status s)
{
	static const char *const names[] = {
	    [IMPORT_IMPORTED] = "imported",
	    [IMPORT_UNCHANGED] = "unchanged",
	    [IMPORT_PARTIAL] = "partial",
	    [IMPORT_REFUSED] = "refused",
	};
	return names[s];
}

void import_report_done(struct import_report *r)
{
	arena_done(&r->arena);
	*r = (struct import_report){.arena = ARENA_INIT};
}

/* ---------------------------------------------------------------- problems */

static struct str joined_path(struct import *im, const struct record *rec, struct str path)
{
	struct str outer = rec ? record_path_text(rec, im->arena) : STR_NONE;
	if (!outer.len || !path.len)
		return outer.len ? outer : path;
	return arena_printf(im->arena, STR_FMT "." STR_FMT, STR_ARG(outer), STR_ARG(path));
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

static void keep_problem(struct run *run, struct problem *to, const struct problem *p)
{
	struct arena *a = &run->report->arena;
	*to = *p;
	to->file = arena_cstr(a, p->file ? p->file : "").ptr;
	to->entry = p->entry ? arena_cstr(a, p->entry).ptr : NULL;
	to->code = arena_cstr(a, p->code).ptr;
	to->path = arena_str(a, p->path);
	to->reason = arena_str(a, p->reason);
	to->kept = arena_str(a, p->kept);
}

static void report_problems(struct job *job, const struct problem *problems, size_t n, int64_t total, int exit_code)
{
	struct import_file *file = job->file;
	n = n < PROBLEMS_SHOWN ? n : PROBLEMS_SHOWN;
	file->problems = arena_zalloc(&job->run->report->arena, n + 1, sizeof *file->problems);
	for (size_t i = 0; i < n; i++)
		keep_problem(job->run, &file->problems[i], &problems[i]);
	file->n_problems = n;
	file->problems_total = total;
	file->exit_code = exit_code;
	atomic_fetch_add(&job->run->progress->problems, total);
}

/* A file that never becomes a source. */
static bool refuse(struct job *job, const char *code, struct str reason, struct err *err)
{
	struct problem p = {.file = job->path,
	                    .severity = SEVERITY_FILE,
	                    .code = code,
	                    .reason = reason,
	                    .kept = STR_LIT("nothing imported")};
	job->file->status = IMPORT_REFUSED;
	report_problems(job, &p, 1, 1, problem_exit(&p));
	return ingest_refuse(job->run->ingest, &p, err);
}

static bool refuse_reader(struct job *job, const struct reader *reader, const struct err *why, struct err *err)
{
	const char *code = reader_code(reader);
	return refuse(job, code ? code : "io", str_of(why->text), err);
}

/* ---------------------------------------------------------------- what is it */

static struct str base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return str_of(slash ? slash + 1 : path);
}

/* Reads the first bytes and gives them back. false: refused (or err). */
static bool look_at(struct job *job, bool *go_on, struct err *err)
{
	struct err why = ERR_INIT;
	char *head = arena_alloc(&job->arena, SAMPLE_BYTES + 1);
	size_t n = 0;
	int64_t got = 1;
	while (n < SAMPLE_BYTES + 1 && (got = reader_read(job->reader, head + n, SAMPLE_BYTES + 1 - n, &why)) > 0)
		n += (size_t)got;
	*go_on = false;
	if (got < 0 && n == 0)
		return refuse_reader(job, job->reader, &why, err);
	struct str bytes = {head, n};
	reader_unread(job->reader, bytes);
	if (str_trim(bytes).len == 0 && got == 0)
		return refuse(job, "empty", STR_LIT("there is nothing in it"), err);
	sample_fill(&job->sample, base_name(job->path), str_cut(bytes, 0, SAMPLE_BYTES), got == 0, &job->arena);
	const char *reason = "";
	job->format = format_detect(&job->sample, &reason);
	if (!job->format)
		return refuse(job, "unknown-format", str_of(reason), err);
	job->known.head_len = n < SOURCE_HEAD ? n : SOURCE_HEAD;
	job->known.head_hash = hash128_of(str_cut(bytes, 0, job->known.head_len));
	*go_on = true;
	return true;
}

/* ---------------------------------------------------------------- is it known */

static int by_bytes(const void *pa, const void *pb)
{
	const struct source *a = pa, *b = pb;
	return a->bytes < b->bytes ? -1 : a->bytes > b->bytes;
}

/* One pass over the file, hashing; each candidate is compared where it ended. `best`: the longest that is how the file begins. */
static const struct source *match_prefix(struct reader *reader, const struct source *candidates, size_t n, bool *at_end)
{
	const struct source *best = NULL;
	struct hasher *hasher = hasher_new();
	char *chunk = xmalloc(HASH_CHUNK);
	int64_t got = 1;
	uint64_t at = 0;
	*at_end = false;
	for (size_t i = 0; i < n && got > 0; i++) {
		while (at < candidates[i].bytes && got > 0) {
			uint64_t left = candidates[i].bytes - at;
			got = reader_read(reader, chunk, left < HASH_CHUNK ? (size_t)left : HASH_CHUNK, NULL);
			if (got <= 0)
				break;
			hasher_add(hasher, (struct str){chunk, (size_t)got});
			at += (uint64_t)got;
		}
		if (at == candidates[i].bytes && hash128_eq(hasher_value(hasher), candidates[i].prefix_hash))
			best = &candidates[i];
	}
	if (best && best->bytes == at)
		*at_end = reader_read(reader, chunk, 1, NULL) == 0;
	free(chunk);
	hasher_free(hasher);
	return best;
}

/* A source read before: take it up where it was left, or leave it alone if nothing was added. */
static bool find_known(struct job *job, bool *unchanged, struct err *err)
{
	struct source *candidates;
	size_t n;
	*unchanged = false;
	if (strcmp(job->path, "-") == 0)
		return true;
	if (!source_candidates(job->run->db, str_cut(job->sample.bytes, 0, job->known.head_len), &job->arena,
	                       &candidates, &n, err))
		return false;
	if (n == 0)
		return true;
	struct reader *reader = reader_open(job->path, NULL, NULL);
	if (!reader)
		return true; /* told when it is read */
	qsort(candidates, n, sizeof *candidates, by_bytes);
	bool at_end;
	const struct source *best = match_prefix(reader, candidates, n, &at_end);
	reader_close(reader);
	const struct format *format = best ? format_named(best->format.ptr) : NULL;
	if (!format)
		return true;
	*unchanged = at_end && best->state == SOURCE_WHOLE;
	job->format = format;
	job->known = *best;
	return true;
}

static void note_file_state(struct job *job)
{
	struct stat st;
	job->known.path = str_of(job->path);
	job->known.format = str_of(job->format->name);
	job->known.size = job->known.mtime_ns = UNKNOWN_INT;
	if (strcmp(job->path, "-") == 0 || stat(job->path, &st) != 0)
		return;
	job->known.size = st.st_size;
	job->known.mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

/* ---------------------------------------------------------------- reports */

static bool report_runs(struct job *job, int64_t source, struct err *err)
{
	struct arena *a = &job->run->report->arena;
	struct stmt *s =
	    db_query(job->run->db,
	             "SELECT id, text, name, cases, passed, failed, errored, unscored FROM run WHERE seen = ?"
	             " ORDER BY id",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, source);
	VEC(struct import_run) runs = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&runs) = (struct import_run){
		    .id = col_int(s, 0),
		    .text = arena_str(a, col_str(s, 1)),
		    .name = arena_str(a, col_str(s, 2)),
		    .cases = col_int_or(s, 3, 0),
		    .passed = col_int_or(s, 4, 0),
		    .failed = col_int_or(s, 5, 0),
		    .errored = col_int_or(s, 6, 0),
		    .unscored = col_int_or(s, 7, 0),
		};
	stmt_end(s);
	job->file->n_runs = runs.n;
	job->file->runs = arena_zalloc(a, runs.n + 1, sizeof *runs.at);
	if (runs.n)
		memcpy(job->file->runs, runs.at, runs.n * sizeof *runs.at);
	vec_done(&runs);
	return step == STEP_DONE;
}

static void read_problem(struct stmt *s, struct arena *arena, const char *file, struct problem *p)
{
	int64_t severity = col_int_or(s, 6, SEVERITY_WARNING);
	*p = (struct problem){
	    .file = file,
	    .entry = arena_str(arena, col_str(s, 0)).ptr,
	    .record = (uint64_t)col_int_or(s, 1, 0),
	    .line = (uint64_t)col_int_or(s, 2, 0),
	    .path = arena_str(arena, col_str(s, 3)),
	    .offset = (uint64_t)col_int_or(s, 4, 0),
	    .code = arena_str(arena, col_str(s, 5)).ptr,
	    .severity = severity == SEVERITY_FILE      ? SEVERITY_FILE
	                : severity == SEVERITY_SKIPPED ? SEVERITY_SKIPPED
	                                               : SEVERITY_WARNING,
	    .reason = arena_str(arena, col_str(s, 7)),
	    .kept = arena_str(arena, col_str(s, 8)),
	};
}

/* What was wrong when the file was read is still wrong. */
static bool report_old_problems(struct job *job, struct err *err)
{
	struct stmt *s = db_query(job->run->db,
	                          "SELECT entry, record, line, path, offset, code, severity, reason, kept FROM problem"
	                          " WHERE source = ? ORDER BY id",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, job->known.id);
	VEC(struct problem) problems = {0};
	int worst = 0;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct problem p;
		read_problem(s, &job->arena, job->path, &p);
		worst = problem_exit(&p) > worst ? problem_exit(&p) : worst;
		if (problems.n < PROBLEMS_SHOWN)
			*vec_add(&problems) = p;
	}
	stmt_end(s);
	report_problems(job, problems.at, problems.n, job->known.problems, worst);
	vec_done(&problems);
	return step == STEP_DONE;
}

static bool report_unchanged(struct job *job, struct err *err)
{
	const struct source *k = &job->known;
	job->file->status = IMPORT_UNCHANGED;
	job->file->source = k->id;
	job->file->held = (struct ingest_counts){k->traces, k->spans, k->scores, k->runs, k->cases};
	return report_old_problems(job, err) && report_runs(job, k->id, err);
}

static bool report_imported(struct job *job, struct err *err)
{
	struct ingest *in = job->run->ingest;
	const struct problem *problems;
	size_t n;
	int64_t total;
	int exit_code;
	ingest_problems(in, &problems, &n, &total, &exit_code);
	job->file->source = ingest_source_id(in);
	job->file->status = ingest_rolled_back(in)        ? IMPORT_REFUSED
	                    : job->cut_short || job->lost ? IMPORT_PARTIAL
	                                                  : IMPORT_IMPORTED;
	if (ingest_rolled_back(in)) /* a warning is enough to be refused under --strict */
		exit_code = 3;
	report_problems(job, problems, n, total, exit_code);
	return job->file->source == 0 || report_runs(job, job->file->source, err);
}

/* ---------------------------------------------------------------- frames */

/* Secrets do not reach the store: the bytes at the format's paths are replaced first. */
static struct str without_secrets(struct job *job, struct val root, struct str bytes, const struct record *rec)
{
	uint64_t hidden = 0;
	if (!job->format->secrets ||
	    !redact(root, job->format->secrets, job->format->loose_keys, &job->scratch, &hidden))
		return bytes;
	import_problem(&job->import, rec, SEVERITY_WARNING, "secret", STR_NONE, "everything else is kept",
	               "%llu bytes of keys, cookies or headers were not stored", (unsigned long long)hidden);
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

static bool take_record(struct job *job, const struct record *rec, struct err *err)
{
	job->done_records = rec->number;
	if (rec->number <= job->known.records) /* in the store since an earlier import */
		return true;
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
	bool ok = job->format->record(&job->import, rec, err);
	arena_reset(&job->record_arena);
	return ok;
}

static void show_progress(struct job *job)
{
	struct import_progress *p = job->run->progress;
	const struct ingest *in = job->run->ingest;
	atomic_store(&p->bytes, reader_source_bytes(job->reader));
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
	return job->done_records > job->known.records && (job->done_records - job->last_point >= POINT_RECORDS ||
	                                                  reader_offset(job->reader) - job->last_offset >= POINT_BYTES);
}

static void pass_problem(struct job *job, struct problem *p)
{
	p->file = job->path;
	if (p->severity == SEVERITY_FILE)
		job->lost = true;
	if (p->record == 0 || p->record > job->known.records)
		sink_problem(job->import.sink, p);
}

static bool read_failed(struct job *job, const struct err *why)
{
	const char *code = reader_code(job->reader);
	struct problem p = {.file = job->path,
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

static bool read_records(struct job *job, struct err *err)
{
	struct record rec;
	struct frame *frame;
	struct problem problem;
	for (;;) {
		struct err why = ERR_INIT;
		if (atomic_load(&job->run->progress->cancel)) {
			job->cut_short = true;
			return true;
		}
		switch (record_next(job->records, &rec, &frame, &problem, &why)) {
		case RECORD_NONE: return why.code == ERR_NONE || read_failed(job, &why);
		case RECORD_RECORD:
			if (!take_record(job, &rec, err) || (point_is_due(job) && !make_point(job, err)))
				return false;
			break;
		case RECORD_FRAME_END:
			if (!end_frame(job, frame, err))
				return false;
			break;
		case RECORD_PROBLEM: pass_problem(job, &problem); break;
		}
	}
}

static bool read_source(struct job *job, struct err *err)
{
	struct ingest *in = job->run->ingest;
	const struct record_opts opts = {
	    .paths = job->format->paths,
	    .loose_keys = job->format->loose_keys,
	    .lenient = job->format->lenient,
	    .depth_max = job->run->opts->depth_max,
	};
	job->hasher = hasher_new();
	reader_hash(job->reader, job->hasher);
	job->records = record_open(job->reader, &opts);
	job->import = (struct import){
	    .sink = ingest_sink(in),
	    .arena = &job->record_arena,
	    .format = job->format,
	    .state = job->format->state_size ? xcalloc(1, job->format->state_size) : NULL,
	    .file = job->path,
	};
	bool ok = read_records(job, err);
	if (ok && !job->cut_short && job->format->finish)
		ok = job->format->finish(&job->import, err);
	ok = ok && make_point(job, err);
	free(job->import.state);
	record_close(job->records);
	return ok;
}

static bool import_source(struct job *job, struct err *err)
{
	struct run *run = job->run;
	note_file_state(job);
	atomic_store(&run->progress->size, reader_source_size(job->reader));
	if (!ingest_begin(run->ingest, &job->known, err))
		return false;
	bool ok = read_source(job, err);
	struct ingest_counts held = {0}, fresh = {0};
	if (!ok) {
		ingest_end(run->ingest, false, &held, &fresh, NULL);
		return false;
	}
	ok = ingest_end(run->ingest, !job->cut_short && !job->lost, &held, &fresh, err);
	show_progress(job);
	job->file->held = held;
	job->file->fresh = fresh;
	return ok && report_imported(job, err);
}

/* ---------------------------------------------------------------- files */

static bool import_opened(struct job *job, struct err *err)
{
	bool go_on, unchanged;
	if (!look_at(job, &go_on, err))
		return false;
	if (!go_on)
		return true;
	if (!find_known(job, &unchanged, err))
		return false;
	job->file->format = str_of(job->format->name);
	return unchanged ? report_unchanged(job, err) : import_source(job, err);
}

static bool import_file(struct run *run, const struct import_path *path, struct import_file *file, struct err *err)
{
	struct job job = {.run = run,
	                  .file = file,
	                  .path = path->path,
	                  .arena = ARENA_INIT,
	                  .record_arena = ARENA_INIT,
	                  .known = {.path = str_of(path->path)}};
	struct err why = ERR_INIT;
	bool ok;
	file->file = str_of(path->path);
	if (path->failed)
		ok = refuse(&job, "io", str_of(strerror(path->failed)), err);
	else if (path->empty_dir)
		ok = refuse(&job, "empty", STR_LIT("there is no file in this folder"), err);
	else if (!(job.reader = reader_open(path->path, NULL, &why)))
		ok = refuse_reader(&job, NULL, &why, err);
	else
		ok = import_opened(&job, err);
	reader_close(job.reader);
	hasher_free(job.hasher);
	buf_done(&job.scratch);
	arena_done(&job.arena);
	arena_done(&job.record_arena);
	return ok;
}

static bool import_all(struct run *run, const struct import_path *paths, size_t n, struct err *err)
{
	struct import_report *report = run->report;
	for (size_t i = 0; i < n && !atomic_load(&run->progress->cancel); i++) {
		struct import_file *file = &report->files[report->n_files++];
		if (!import_file(run, &paths[i], file, err))
			return false;
		report->exit_code = file->exit_code > report->exit_code ? file->exit_code : report->exit_code;
		atomic_fetch_add(&run->progress->files_done, 1);
	}
	return true;
}

bool import_paths(struct db *db, char *const *paths, size_t n, const struct import_opts *opts,
                  struct import_progress *progress, struct import_report *report, struct err *err)
{
	struct import_progress own = {0};
	struct err unseen = ERR_INIT;
	*report = (struct import_report){.arena = ARENA_INIT};
	err = err ? err : &unseen;
	struct run run = {.db = db, .opts = opts, .progress = progress ? progress : &own, .report = report};
	struct import_path *list;
	size_t n_list;
	import_files(paths, n, &report->arena, &list, &n_list);
	report->files = arena_zalloc(&report->arena, n_list + 1, sizeof *report->files);
	atomic_store(&run.progress->files_total, (int)n_list);
	run.ingest = ingest_open(db, err);
	bool ok = run.ingest != NULL;
	if (ok) {
		ingest_strict(run.ingest, opts->strict);
		ok = import_all(&run, list, n_list, err);
		struct err closing = ERR_INIT;
		bool closed = ingest_close(run.ingest, &closing);
		if (ok && !closed)
			*err = closing;
		ok = ok && closed;
	}
	atomic_store(&run.progress->done, true);
	return ok;
}

/* ---------------------------------------------------------------- stored records */

bool import_decode(const struct stored_record *stored, struct sink *out, struct err *err)
{
	const struct format *format = format_named(stored->format ? stored->format : "");
	if (!format)
		return err_set(err, ERR_NOT_FOUND, NULL, "no format %s: the store was made by another spoor",
		               stored->format ? stored->format : "(none)");
	const struct record_opts opts = {
	    .paths = format->paths, .loose_keys = format->loose_keys, .lenient = format->lenient};
	struct record_memory memory;
	if (!record_memory_init(&memory, stored, &opts, err))
		return false;
	struct arena arena = ARENA_INIT;
	struct import im = {
	    .sink = out,
	    .arena = &arena,
	    .format = format,
	    .state = format->state_size ? xcalloc(1, format->state_size) : NULL,
	    .file = "",
	    .decoding = true,
	};
	bool ok = format->record(&im, &memory.rec, err);
	free(im.state);
	arena_done(&arena);
	record_memory_done(&memory);
	return ok;
}
