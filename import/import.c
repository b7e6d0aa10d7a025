/* Many files, one after another. One source: look at its first bytes, find its format, see whether it is known, then read it. */
#include "import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/import_private.h"

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

static bool import_opened(struct job *job, struct err *err)
{
	bool go_on;
	return job_identify(job, &go_on, err) && (!go_on || job_read(job, err));
}

static bool import_file(struct run *run, const struct import_path *path, struct import_file *file, struct err *err)
{
	struct job job;
	struct err why = ERR_INIT;
	bool ok;
	job_init(&job, run, file, path->path);
	if (path->failed)
		ok = report_refused(&job, "io", str_of(strerror(path->failed)), err);
	else if (path->empty_dir)
		ok = report_refused(&job, "empty", STR_LIT("there is no file in this folder"), err);
	else if ((job.reader = reader_open_wait(path->path, NULL, job_wait, &job, &why)))
		ok = import_opened(&job, err);
	else
		ok = report_unread(&job, NULL, &why, err);
	job_done(&job);
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
	import_files(paths, n, &report->arena, &list, &n_list, NULL);
	report->files = arena_zalloc(&report->arena, n_list + 1, sizeof *report->files);
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
	import_state_done(&im);
	repeat_done(&im.repeat);
	arena_done(&arena);
	record_memory_done(&memory);
	return ok;
}
