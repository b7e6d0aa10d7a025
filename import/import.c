/* Many files, one after another. One source: look at its first bytes, find its format, see whether it is known, then read it. */
#include "import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/import_private.h"
#include "store/queue.h"

/* ---------------------------------------------------------------- telling it to stop */

bool import_progress_init(struct import_progress *p, struct err *err)
{
	int fds[2];
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return err_set(err, ERR_SYSTEM, NULL, "no pipe: %s", strerror(errno));
	p->wake_in = fds[1];
	p->wake_out = fds[0];
	p->wakes = true;
	return true;
}

void import_progress_done(struct import_progress *p)
{
	if (!p->wakes)
		return;
	close(p->wake_in);
	close(p->wake_out);
	p->wakes = false;
}

int import_wake_fd(const struct import_progress *p)
{
	return p->wakes ? p->wake_out : -1;
}

void import_cancel(struct import_progress *p)
{
	atomic_store(&p->cancel, true);
	int saved = errno;
	if (p->wakes && write(p->wake_in, "", 1) < 0) /* full: it is woken already */
		errno = saved;
}

/* ---------------------------------------------------------------- files */

static struct import_file *add_file(struct run *run, struct str path)
{
	struct import_report *r = run->report;
	if (r->n_files == r->cap_files) {
		size_t cap = r->cap_files ? size_mul(r->cap_files, 2) : 16;
		struct import_file *more = arena_zalloc(&r->arena, cap, sizeof *more);
		if (r->n_files)
			memcpy(more, r->files, r->n_files * sizeof *more);
		r->files = more;
		r->cap_files = cap;
	}
	struct import_file *file = &r->files[r->n_files++];
	file->file = path;
	return file;
}

/* What is done of one argument. */
struct argument {
	struct run *run;
	const struct import_path *path;
	size_t n_known; /* files that are of a known format, or ought to be */
};

static struct import_file *begin_member(void *context)
{
	struct argument *a = context;
	return add_file(a->run, str_of(a->path->path));
}

static void end_file(void *context, struct import_file *file)
{
	struct argument *a = context;
	struct import_report *r = a->run->report;
	r->exit_code = file->exit_code > r->exit_code ? file->exit_code : r->exit_code;
	a->n_known += file->status != IMPORT_UNKNOWN;
}

static bool import_members(struct argument *a, struct reader *outer, enum archive_kind kind, struct err *err)
{
	const struct member_list list = {
	    .begin = begin_member, .end = end_file, .context = a, .quiet = a->path->folder != NULL};
	return import_archive(a->run, outer, a->path->path, kind, &list, err);
}

static bool read_opened(struct job *job, struct err *err)
{
	bool go_on;
	return job_identify(job, &go_on, err) && (!go_on || job_read(job, err));
}

static bool read_path(struct job *job, const struct import_path *path, struct err *err)
{
	struct err why = ERR_INIT;
	if (path->failed)
		return report_refused(job, "io", str_of(strerror(path->failed)), err);
	if (path->empty_dir)
		return report_refused(job, "empty", STR_LIT("there is no file in this folder"), err);
	job->reader = reader_open_wait(path->path, NULL, job_wait, job, &why);
	return job->reader ? read_opened(job, err) : report_unread(job, NULL, &why, err);
}

static bool import_file(struct argument *a, struct err *err)
{
	struct job job;
	struct import_report *r = a->run->report;
	struct import_file *file = add_file(a->run, str_of(a->path->path));
	job_init(&job, a->run, file, a->path->path);
	job.quiet = a->path->folder && !a->path->empty_dir;
	bool ok = read_path(&job, a->path, err);
	if (ok && job.is_archive) {
		r->n_files--; /* its members are in its place */
		r->files[r->n_files] = (struct import_file){.status = IMPORT_IMPORTED};
		ok = import_members(a, job.reader, job.is_archive, err);
	} else {
		end_file(a, file);
	}
	job_done(&job);
	return ok;
}

/* A folder in which nothing is ours is told as a file would be. */
static bool end_argument(struct argument *a, struct err *err)
{
	struct job job;
	if (!a->path || !a->path->folder || a->n_known || atomic_load(&a->run->progress->cancel))
		return true;
	struct import_file *file = add_file(a->run, str_of(a->path->folder));
	job_init(&job, a->run, file, a->path->folder);
	bool ok = report_refused(&job, "unknown-format", STR_LIT("no file in this folder is of a known format"), err);
	end_file(a, file);
	job_done(&job);
	return ok;
}

static bool import_all(struct run *run, const struct import_path *paths, size_t n, struct err *err)
{
	struct argument a = {.run = run};
	for (size_t i = 0; i < n && !atomic_load(&run->progress->cancel); i++) {
		bool same = a.path && a.path->folder && a.path->folder == paths[i].folder;
		if (!same && !end_argument(&a, err))
			return false;
		a.n_known = same ? a.n_known : 0;
		a.path = &paths[i];
		if (!import_file(&a, err))
			return false;
		atomic_fetch_add(&run->progress->files_done, 1);
	}
	return end_argument(&a, err);
}

/* Verdicts that were said in a review queue which is here, too: its items are done by those who said them. */
static bool mark_reviewed(struct db *db, const struct import_report *report, struct err *err)
{
	int64_t verdicts = 0, marked;
	for (size_t i = 0; i < report->n_files; i++)
		verdicts += report->files[i].held.annotations;
	return !verdicts || queue_mark_merged(db, &marked, err);
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
	import_files(paths, n, &report->arena, &list, &n_list, NULL);
	atomic_store(&run.progress->files_total, (int)n_list);
	run.ingest = ingest_open(db, err);
	bool ok = run.ingest != NULL;
	if (ok) {
		ingest_strict(run.ingest, opts->strict);
		ok = import_all(&run, list, n_list, err) && (n_list < 2 || report_mended(&run, err));
		struct err closing = ERR_INIT;
		bool closed = ingest_close(run.ingest, &closing);
		if (ok && !closed)
			*err = closing;
		ok = ok && closed && mark_reviewed(db, report, err);
	}
	atomic_store(&run.progress->done, true);
	return ok;
}

bool import_none_there(char *const *paths, size_t n, struct import_report *report)
{
	struct import_progress progress = {0};
	struct run run = {.progress = &progress, .report = report};
	struct err err = ERR_INIT;
	*report = (struct import_report){.arena = ARENA_INIT};
	for (size_t i = 0; i < n; i++)
		if (strcmp(paths[i], "-") == 0 || access(paths[i], R_OK) == 0)
			return false;
	for (size_t i = 0; i < n; i++) {
		struct import_path path = {.path = paths[i]};
		struct argument a = {.run = &run, .path = &path};
		struct job job;
		int why = access(paths[i], R_OK) == 0 ? ENOENT : errno; /* it came between the two looks */
		job_init(&job, &run, add_file(&run, str_of(paths[i])), paths[i]);
		report_refused(&job, "io", str_of(strerror(why)), &err);
		end_file(&a, job.file);
		job_done(&job);
	}
	return true;
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
	    .file = stored->file.ptr ? stored->file.ptr : "",
	    .entry = stored->member.ptr,
	    .map = stored->map,
	    .decoding = true,
	};
	bool ok = format->record(&im, &memory.rec, err);
	import_state_done(&im);
	repeat_done(&im.repeat);
	arena_done(&arena);
	record_memory_done(&memory);
	return ok;
}
