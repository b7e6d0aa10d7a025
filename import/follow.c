/* Which files are followed, when each is looked at, and the waiting in between. */
#include "import/follow.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "import/follow_private.h"

enum {
	STILL_MS = 300,
	QUIET_MS = 5000,
	APART_MS = 100,
	POLL_MS = 500,
	OLD_MS = 250, /* a file whose name is gone has no watch that is worth keeping */
	END_MS = 500,
	OPEN_MAX_FILES = 128
};
static const int64_t MS = 1000000;

/* ---------------------------------------------------------------- entries */

struct followed *follow_same(struct follow *f, dev_t dev, ino_t ino, const struct followed * not )
{
	for (size_t i = 0; i < f->entries.n; i++) {
		struct followed *e = f->entries.at[i];
		bool reads = e->kind == ENTRY_PLAIN || e->kind == ENTRY_WHOLE;
		if (e != not &&reads && e->found && e->dev == dev && e->ino == ino)
			return e;
	}
	return NULL;
}

static void watch_entry(struct follow *f, struct followed *e)
{
	if (e->watch != WATCH_NONE || e->is_pipe)
		return;
	e->watch = watch_file(f->watch, e->path);
	e->polled = e->watch == WATCH_NONE;
	if (e->polled)
		return;
	while (f->by_watch.n <= (size_t)e->watch)
		*vec_add(&f->by_watch) = NULL;
	if (!f->by_watch.at[e->watch])
		f->by_watch.at[e->watch] = e;
}

static void unwatch(struct follow *f, struct followed *e)
{
	if (e->watch == WATCH_NONE)
		return;
	if (f->by_watch.at[e->watch] == e) {
		watch_drop(f->watch, e->watch);
		f->by_watch.at[e->watch] = NULL;
	}
	e->watch = WATCH_NONE;
}

static struct followed *add_entry(struct follow *f, const char *path, bool asked)
{
	struct followed *e = xcalloc(1, sizeof *e);
	e->path = xstrdup(path);
	e->fd = -1;
	e->watch = WATCH_NONE;
	e->size = e->mtime_ns = e->waiting_size = -1;
	e->asked = asked;
	e->dirty = e->named = true;
	e->file.file = arena_cstr(&f->report.arena, path);
	watch_entry(f, e);
	*vec_add(&f->entries) = e;
	return e;
}

static void free_entry(struct follow *f, struct followed *e)
{
	unwatch(f, e);
	entry_close(f, e);
	entry_forget(e);
	free(e->path);
	free(e);
}

static bool is_worth_telling(const struct followed *e)
{
	return e->file.format.len || e->file.n_problems || (e->is_pipe && e->kind == ENTRY_OVER);
}

/* Entries that are over go; what they were is kept for the report. */
static void sweep(struct follow *f, bool all)
{
	size_t kept = 0;
	for (size_t i = 0; i < f->entries.n; i++) {
		struct followed *e = f->entries.at[i];
		if (!all && (e->kind != ENTRY_OVER || e->is_pipe)) { /* a pipe's name is not met again */
			f->entries.at[kept++] = e;
			continue;
		}
		if (is_worth_telling(e))
			*vec_add(&f->done) = e->file;
		free_entry(f, e);
	}
	f->entries.n = kept;
}

/* ---------------------------------------------------------------- names */

/* The name is gone or another's: what comes through the open file is still read. */
static void detach(struct follow *f, struct followed *e)
{
	e->detached = e->dirty = true;
	e->alive_ns = job_clock_ns();
	unwatch(f, e);
	if (e->kind == ENTRY_NEW || e->kind == ENTRY_ALIAS || e->fd < 0)
		e->kind = ENTRY_OVER;
	for (size_t i = 0; i < f->entries.n; i++) /* another name of the file stands for itself now */
		if (f->entries.at[i]->kind == ENTRY_ALIAS) {
			f->entries.at[i]->kind = ENTRY_NEW;
			f->entries.at[i]->dirty = true;
		}
}

void follow_rename(struct follow *f, struct followed *old, struct followed *now)
{
	char *path = old->path;
	old->path = now->path;
	now->path = path;
	old->detached = false;
	old->named = old->dirty = true;
	old->asked = now->asked;
	now->kind = ENTRY_OVER;
	unwatch(f, now);
	watch_entry(f, old);
}

static int by_name(const void *pa, const void *pb)
{
	const struct followed *a = *(struct followed *const *)pa, *b = *(struct followed *const *)pb;
	return strcmp(a->path, b->path);
}

static bool is_asked(const struct follow *f, const char *path)
{
	for (size_t i = 0; i < f->n_paths; i++)
		if (strcmp(f->paths[i], path) == 0)
			return true;
	return false;
}

/* The live entries by name: sorted; the caller frees it. */
static struct followed **live_entries(const struct follow *f, size_t *n)
{
	struct followed **list = xcalloc(f->entries.n + 1, sizeof(struct followed *));
	*n = 0;
	for (size_t i = 0; i < f->entries.n; i++)
		if (!f->entries.at[i]->detached && (f->entries.at[i]->kind != ENTRY_OVER || f->entries.at[i]->is_pipe))
			list[(*n)++] = f->entries.at[i];
	if (*n > 1)
		qsort(list, *n, sizeof *list, by_name);
	return list;
}

static void meet(struct follow *f, struct followed **live, size_t n, const char *path)
{
	struct followed key = {.path = (char *)(uintptr_t)path}, *pointer = &key;
	struct followed **at = n ? bsearch(&pointer, live, n, sizeof *live, by_name) : NULL;
	if (!at)
		add_entry(f, path, is_asked(f, path));
	else
		(*at)->named = true;
}

/* Does the name still stand for the file that is read? */
static void check_name(struct follow *f, struct followed *e)
{
	struct stat st;
	if (e->is_pipe || strcmp(e->path, "-") == 0)
		return;
	bool there = stat(e->path, &st) == 0;
	if (there && (!e->found || (st.st_dev == e->dev && st.st_ino == e->ino))) {
		watch_entry(f, e);
		e->dirty |= !e->found;
		return;
	}
	if (!e->found || (!there && errno != ENOENT && errno != ENOTDIR))
		return;
	entry_tell(f, e, there ? FOLLOW_ROTATED : FOLLOW_GONE, NULL);
	detach(f, e);
	if (there || e->asked)
		add_entry(f, e->path, e->asked);
}

static void watch_folder_of(struct follow *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct buf dir = BUF_INIT;
	buf_add_str(&dir, slash ? (struct str){path, (size_t)(slash - path)} : STR_LIT("."));
	if (slash == path)
		buf_add_char(&dir, '/');
	if (strcmp(path, "-") != 0 && watch_folder(f->watch, buf_cstr(&dir)) == WATCH_NONE)
		f->poll_names = true;
	buf_done(&dir);
}

static void look_at_names(struct follow *f)
{
	struct arena arena = ARENA_INIT;
	struct import_path *list;
	struct import_folders folders;
	int64_t began = job_clock_ns();
	size_t n, n_live;
	f->names_due = false;
	import_files(f->paths, f->n_paths, &arena, &list, &n, &folders);
	f->poll_names = false;
	for (size_t i = 0; i < f->n_paths; i++)
		watch_folder_of(f, f->paths[i]);
	for (size_t i = 0; i < folders.n; i++)
		if (watch_folder(f->watch, folders.paths[i]) == WATCH_NONE)
			f->poll_names = true;
	f->names_due = folders.n > f->n_folders; /* something may have come before the watch */
	f->n_folders = folders.n;
	struct followed **live = live_entries(f, &n_live);
	for (size_t i = 0; i < n_live; i++)
		live[i]->named = false;
	for (size_t i = 0; i < n; i++)
		if (!list[i].empty_dir && !list[i].failed)
			meet(f, live, n_live, list[i].path);
	for (size_t i = 0; i < n_live; i++) {
		struct followed *e = live[i];
		check_name(f, e);
		if (!e->named && !e->detached && !e->asked)
			detach(f, e);
	}
	free(live);
	arena_done(&arena);
	int64_t now = job_clock_ns();
	f->names_ready_ns = f->opts.set_times ? 0 : now + 10 * (now - began);
}

/* ---------------------------------------------------------------- waiting */

static void on_change(void *context, int id)
{
	struct follow *f = context;
	struct followed *e = id >= 0 && (size_t)id < f->by_watch.n ? f->by_watch.at[id] : NULL;
	if (e)
		e->dirty = true;
	/* A folder, or a file that may be gone: its name is looked at. */
	f->names_due = true;
	for (size_t i = 0; id == WATCH_NONE && i < f->entries.n; i++)
		f->entries.at[i]->dirty = true;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When there is something to do without anybody telling: INT64_MAX never. */
static int64_t next_due(const struct follow *f)
{
	int64_t at = f->names_due ? f->names_ready_ns : INT64_MAX;
	bool polls = f->poll_names;
	for (size_t i = 0; i < f->entries.n; i++) {
		const struct followed *e = f->entries.at[i];
		if (e->kind == ENTRY_OVER || (e->is_pipe && f->in_pipe))
			continue;
		int64_t due = e->dirty    ? e->ready_ns
		              : e->due_ns ? (e->due_ns > e->ready_ns ? e->due_ns : e->ready_ns)
		                          : INT64_MAX;
		at = least(at, due);
		polls |= e->polled && !e->detached;
	}
	return polls ? least(at, f->poll_ns) : at;
}

/* Until something is due or came, `fd` (-1: none) has something, it is cancelled, or the time is over. True: fd has. */
static bool wait_for(struct follow *f, int fd, int timeout_ms)
{
	int64_t now = job_clock_ns(), due = next_due(f);
	int64_t ms = due == INT64_MAX ? -1 : due <= now ? 0 : (due - now) / MS + 1;
	if (timeout_ms >= 0 && (ms < 0 || ms > timeout_ms))
		ms = timeout_ms;
	int wake = import_wake_fd(f->run.progress);
	if (wake < 0 && (ms < 0 || ms > 200))
		ms = 200;
	struct pollfd p[] = {
	    {.fd = fd,                 .events = POLLIN},
            {.fd = wake,               .events = POLLIN},
            {.fd = watch_fd(f->watch), .events = POLLIN}
        };
	atomic_store(&f->run.progress->waiting, ms != 0);
	int n = poll(p, 3, ms > INT32_MAX ? INT32_MAX : (int)ms);
	atomic_store(&f->run.progress->waiting, false);
	return n > 0 && p[0].revents;
}

static void take_changes(struct follow *f)
{
	watch_take(f->watch, on_change, f);
	int64_t now = job_clock_ns();
	if (now < f->poll_ns)
		return;
	f->poll_ns = now + (f->opts.set_times ? 0 : POLL_MS) * MS;
	f->names_due |= f->poll_names;
	for (size_t i = 0; i < f->entries.n; i++) {
		struct followed *e = f->entries.at[i];
		if (!e->polled || e->detached)
			continue;
		e->dirty = true;
		f->names_due = true;
	}
}

/* ---------------------------------------------------------------- a round */

/* A file whose name is gone: read as long as something comes. */
static bool look_at_old(struct follow *f, struct followed *e, struct err *err)
{
	uint64_t had = e->point.read_to;
	if (!entry_look(f, e, err))
		return false;
	int64_t now = job_clock_ns();
	if (e->point.read_to != had || e->dirty)
		e->alive_ns = now;
	int64_t quiet = f->opts.quiet_ms * MS;
	if (now - e->alive_ns < quiet || e->dirty) {
		e->due_ns = now + least(quiet, OLD_MS * MS);
		return true;
	}
	bool ok = entry_end(f, e, err);
	entry_close(f, e);
	e->kind = ENTRY_OVER;
	return ok;
}

static bool is_due(const struct followed *e, int64_t now)
{
	return e->kind != ENTRY_OVER && e->ready_ns <= now && (e->dirty || (e->due_ns && e->due_ns <= now));
}

/* Few enough stay open: those looked at longest ago are closed. */
static void close_some(struct follow *f, const struct followed *but)
{
	for (size_t i = 0; i < f->entries.n && f->n_open > f->open_max; i++) {
		struct followed *e = f->entries.at[f->closed_next++ % f->entries.n];
		if (e != but && !e->detached && e->kind == ENTRY_PLAIN)
			entry_close(f, e);
	}
}

static bool look_at_those(struct follow *f, bool detached, struct err *err)
{
	bool ok = true;
	for (size_t i = 0; ok && i < f->entries.n && !atomic_load(&f->run.progress->cancel); i++) {
		struct followed *e = f->entries.at[i];
		if (e->detached != detached || !is_due(e, job_clock_ns()))
			continue;
		ok = detached ? look_at_old(f, e, err) : entry_look(f, e, err);
		close_some(f, e);
	}
	return ok;
}

/* Those without a name come last: another may turn out to have got it. */
static bool round_of_looks(struct follow *f, struct err *err)
{
	if (f->names_due && f->names_ready_ns <= job_clock_ns())
		look_at_names(f);
	bool ok = look_at_those(f, false, err) && look_at_those(f, true, err);
	atomic_store(&f->run.progress->files_total, (int)follow_files(f));
	return ok && f->failure.code == ERR_NONE;
}

static bool wait_at_pipe(void *context, int fd)
{
	struct follow *f = context;
	entry_tell(f, f->pipe, FOLLOW_READ, NULL); /* what came before this rest is committed */
	while (!atomic_load(&f->run.progress->cancel)) {
		if (wait_for(f, fd, -1))
			return true;
		take_changes(f);
		if (!round_of_looks(f, &f->failure))
			return false;
	}
	return false;
}

bool follow_is_idle(const struct follow *f)
{
	if (f->names_due)
		return false;
	for (size_t i = 0; i < f->entries.n; i++)
		if (f->entries.at[i]->kind != ENTRY_OVER && (f->entries.at[i]->dirty || f->entries.at[i]->owes))
			return false;
	return true;
}

bool follow_is_over(const struct follow *f)
{
	for (size_t i = 0; i < f->entries.n; i++)
		if (f->entries.at[i]->kind != ENTRY_OVER)
			return false;
	return f->caught_up && f->n_folders == 0;
}

size_t follow_files(const struct follow *f)
{
	size_t n = 0;
	for (size_t i = 0; i < f->entries.n; i++) {
		const struct followed *e = f->entries.at[i];
		n += !e->detached && e->kind != ENTRY_OVER && e->kind != ENTRY_ALIAS;
	}
	return n;
}

bool follow_step(struct follow *f, int timeout_ms, struct err *err)
{
	wait_for(f, -1, timeout_ms);
	if (atomic_load(&f->run.progress->cancel))
		return true;
	take_changes(f);
	bool ok = round_of_looks(f, err);
	if (f->failure.code != ERR_NONE)
		*err = f->failure;
	sweep(f, false);
	if (ok && !f->caught_up && follow_is_idle(f)) {
		f->caught_up = true;
		atomic_store(&f->run.progress->caught_up, true);
		entry_tell(f, NULL, FOLLOW_CAUGHT_UP, NULL);
	}
	return ok;
}

/* ---------------------------------------------------------------- life */

static void set_limits(struct follow *f)
{
	struct rlimit limit;
	f->open_max = OPEN_MAX_FILES;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 4 < f->open_max)
		f->open_max = limit.rlim_cur / 4;
	if (f->opts.set_times)
		return;
	f->opts.still_ms = STILL_MS;
	f->opts.quiet_ms = QUIET_MS;
	f->opts.apart_ms = APART_MS;
}

struct follow *follow_open(struct db *db, char *const *paths, size_t n, const struct follow_opts *opts,
                           struct import_progress *progress, struct err *err)
{
	struct follow *f = xcalloc(1, sizeof *f);
	BUG_ON(opts->import.strict);
	f->opts = *opts;
	f->report = (struct import_report){.arena = ARENA_INIT};
	f->failure = ERR_INIT;
	f->paths = xcalloc(n + 1, sizeof *f->paths);
	for (f->n_paths = 0; f->n_paths < n; f->n_paths++)
		f->paths[f->n_paths] = xstrdup(paths[f->n_paths]);
	f->run = (struct run){.db = db,
	                      .opts = &f->opts.import,
	                      .progress = progress,
	                      .report = &f->report,
	                      .wait = wait_at_pipe,
	                      .wait_context = f};
	set_limits(f);
	f->watch = watch_open(opts->poll_only);
	f->names_due = true;
	f->run.ingest = ingest_open(db, err);
	if (f->run.ingest)
		return f;
	follow_close(f);
	return NULL;
}

static void make_report(struct follow *f)
{
	struct import_report *r = &f->report;
	r->files = arena_zalloc(&r->arena, f->done.n + 1, sizeof *r->files);
	r->n_files = f->done.n;
	if (f->done.n)
		memcpy(r->files, f->done.at, f->done.n * sizeof *r->files);
	for (size_t i = 0; i < r->n_files; i++)
		r->exit_code = r->files[i].exit_code > r->exit_code ? r->files[i].exit_code : r->exit_code;
}

bool follow_end(struct follow *f, struct import_report *report, struct err *err)
{
	int64_t until = job_clock_ns() + END_MS * MS;
	bool ok = true;
	for (size_t i = 0; ok && i < f->entries.n && job_clock_ns() < until; i++)
		ok = entry_end(f, f->entries.at[i], err);
	struct err closing = ERR_INIT;
	if (!ingest_close(f->run.ingest, &closing) && ok) {
		*err = closing;
		ok = false;
	}
	f->run.ingest = NULL;
	sweep(f, true);
	make_report(f);
	*report = f->report;
	f->report = (struct import_report){.arena = ARENA_INIT};
	return ok;
}

bool follow_run(struct follow *f, struct import_report *report, struct err *err)
{
	bool ok = true;
	while (ok && !atomic_load(&f->run.progress->cancel) && !follow_is_over(f))
		ok = follow_step(f, -1, err);
	struct err ending = ERR_INIT;
	bool ended = follow_end(f, report, &ending);
	if (ok && !ended)
		*err = ending;
	atomic_store(&f->run.progress->done, true);
	return ok && ended;
}

void follow_close(struct follow *f)
{
	if (!f)
		return;
	if (f->run.ingest)
		ingest_close(f->run.ingest, NULL);
	sweep(f, true);
	watch_close(f->watch);
	for (size_t i = 0; i < f->n_paths; i++)
		free(f->paths[i]);
	free(f->paths);
	vec_done(&f->entries);
	vec_done(&f->by_watch);
	vec_done(&f->done);
	import_report_done(&f->report);
	free(f);
}
