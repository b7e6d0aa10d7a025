/* One followed file: is it still the same, what is new in it, read that. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/follow_private.h"

enum { TURN_MS = 1000, RETRY_MS = 1000, TAIL_SMALL = 1 << 20, CHECK_CHUNK = 256 << 10, REST = 4 };
static const int64_t MS = 1000000;

void entry_tell(struct follow *f, const struct followed *e, enum follow_news news, const char *why)
{
	if (!f->opts.tell)
		return;
	struct follow_event event = {.news = news, .why = why};
	if (e) {
		event.file = str_of(e->path);
		event.state = &e->file;
	}
	f->opts.tell(f->opts.context, &event);
}

void entry_close(struct follow *f, struct followed *e)
{
	if (e->fd < 0)
		return;
	close(e->fd);
	e->fd = -1;
	f->n_open--;
}

void entry_forget(struct followed *e)
{
	hasher_free(e->point.hasher);
	e->point = (struct job_point){.hasher = NULL};
	e->known = (struct source){.id = 0};
	e->tail_len = 0;
	e->kind = ENTRY_NEW;
	e->touched = e->owes = false;
}

static void later(struct followed *e, int64_t ms)
{
	int64_t at = job_clock_ns() + ms * MS;
	if (!e->due_ns || at < e->due_ns)
		e->due_ns = at;
}

/* Once, until it can be read again. What nobody named and is of no known format is passed by silently. */
static void trouble(struct follow *f, struct followed *e)
{
	if (!e->troubled && e->file.status != IMPORT_UNKNOWN)
		entry_tell(f, e, FOLLOW_TROUBLE, NULL);
	e->troubled = true;
}

/* The store's words on it, once. */
static bool refuse(struct follow *f, struct followed *e, int number, struct err *err)
{
	struct job job;
	later(e, RETRY_MS);
	if (e->troubled)
		return true;
	job_init(&job, &f->run, &e->file, e->path);
	bool ok = report_refused(&job, "io", str_of(strerror(number)), err);
	job_done(&job);
	trouble(f, e);
	return ok;
}

/* ---------------------------------------------------------------- still for a moment */

static void see_size(struct followed *e, const struct stat *st)
{
	e->size = st->st_size;
	e->mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* Whether it has stopped changing, or has become twice as large since it was last waited for. */
static bool is_still(struct follow *f, struct followed *e, const struct stat *st)
{
	int64_t had_size = e->size, had_time = e->mtime_ns;
	see_size(e, st);
	bool same = e->waiting_size >= 0 && had_size == e->size && had_time == e->mtime_ns;
	if (f->opts.still_ms == 0 || same || (e->waiting_size > 0 && st->st_size >= 2 * e->waiting_size)) {
		e->waiting_size = -1;
		e->wait_still = false;
		return true;
	}
	if (e->waiting_size < 0)
		e->waiting_size = st->st_size;
	e->ready_ns = job_clock_ns() + f->opts.still_ms * MS;
	later(e, f->opts.still_ms);
	return false;
}

/* ---------------------------------------------------------------- reading */

static void take_tail(struct followed *e)
{
	uint64_t n = e->point.read_to < GUARD_TAIL ? e->point.read_to : GUARD_TAIL;
	ssize_t got = pread(e->fd, e->tail, (size_t)n, (off_t)(e->point.read_to - n));
	e->tail_len = got == (ssize_t)n ? (size_t)n : 0;
}

static bool note_stored(struct follow *f, struct followed *e, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct source s;
	bool ok = source_get(f->run.db, e->known.id, &arena, &s, err);
	if (ok) {
		e->stored_bytes = s.bytes;
		e->stored_hash = s.prefix_hash;
	}
	arena_done(&arena);
	return ok;
}

/* Nobody else has read on in this source meanwhile: another process, or a copy of the file that is followed as well. */
static bool is_ours(struct follow *f, const struct followed *e)
{
	struct arena arena = ARENA_INIT;
	struct source s;
	bool same = source_get(f->run.db, e->known.id, &arena, &s, NULL) && s.bytes == e->stored_bytes &&
	            hash128_eq(s.prefix_hash, e->stored_hash);
	arena_done(&arena);
	return same;
}

static enum job_end pause_kind(const struct followed *e)
{
	return job_clock_ns() < e->full_ns + REST * e->full_cost_ns ? JOB_PAUSE_LIGHT : JOB_PAUSE;
}

/* What the job found out stays with the entry; strings of the job's arena do not. */
static bool keep(struct follow *f, struct followed *e, struct job *job, struct err *err)
{
	hasher_free(e->point.hasher);
	e->point = job->point;
	job->point.hasher = NULL;
	e->format = job->format;
	e->known = job->known;
	e->known.path = e->known.entry = e->known.format = STR_NONE;
	e->known.id = e->file.source;
	if (job->done_records > e->known.records)
		e->known.records = job->done_records;
	if (!e->known.id)
		return true;
	if (e->kind == ENTRY_PLAIN)
		take_tail(e);
	return note_stored(f, e, err);
}

static bool read_on(struct follow *f, struct followed *e, struct job *job, bool first, struct err *err)
{
	int64_t began = job_clock_ns();
	job->end = e->kind == ENTRY_WHOLE ? JOB_END : pause_kind(e);
	if (f->entries.n > 1)
		job->deadline_ns = began + TURN_MS * MS;
	uint64_t had = job->known.records;
	bool owed = e->owes;
	bool ok = job_read(job, err) && keep(f, e, job, err);
	int64_t now = job_clock_ns();
	e->touched = true;
	e->troubled = false;
	if (job->end == JOB_PAUSE && !job->yielded) {
		e->full_ns = now;
		e->full_cost_ns = job->end_ns;
	}
	e->turn = job->yielded;
	e->owes = ingest_left_loose(f->run.ingest);
	if (job->yielded)
		e->dirty = true;
	else if (e->owes)
		later(e, (e->full_ns + REST * e->full_cost_ns - now) / MS + 1);
	e->ready_ns = now + f->opts.apart_ms * MS;
	if (ok && (first || owed || job->done_records > had)) /* also what only ends a span */
		entry_tell(f, e, first ? FOLLOW_FOUND : FOLLOW_READ, NULL);
	return ok;
}

/* ---------------------------------------------------------------- the first look */

static bool hold(struct follow *f, struct followed *e, int fd)
{
	struct stat st;
	entry_close(f, e);
	if (fd < 0 || fstat(fd, &st) != 0 || (e->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0)
		return false;
	f->n_open++;
	e->dev = st.st_dev;
	e->ino = st.st_ino;
	e->found = true;
	see_size(e, &st);
	return true;
}

/* ---- an archive: its members are told as one file */

struct archive_told {
	struct follow *f;
	struct followed *e;
	struct ingest_counts held;
	struct import_file member;
};

static struct import_file *begin_member(void *context)
{
	struct archive_told *t = context;
	t->member = (struct import_file){.file = t->e->file.file};
	return &t->member;
}

static void end_member(void *context, struct import_file *file)
{
	struct archive_told *t = context;
	report_add_file(&t->f->report, &t->e->file, file, &t->held);
	if (file->entry.ptr || !file->source)
		return;
	t->e->file.format = file->format; /* all of it is one source */
	t->e->file.runs = file->runs;
	t->e->file.n_runs = file->n_runs;
}

/* Read again, whole, when it has changed: members that are known are passed over. */
static bool read_archive(struct follow *f, struct followed *e, struct job *job, struct err *err)
{
	struct archive_told told = {.f = f, .e = e};
	const struct member_list list = {
	    .begin = begin_member, .end = end_member, .context = &told, .quiet = !e->asked};
	int64_t had = e->file.problems_total;
	e->kind = e->is_pipe ? ENTRY_OVER : ENTRY_WHOLE;
	e->file.format = str_of(archive_kind_name(job->is_archive));
	if (!import_archive(&f->run, job->reader, e->path, job->is_archive, &list, err))
		return false;
	e->file.held = told.held;
	e->troubled = false;
	entry_tell(f, e, FOLLOW_FOUND, NULL);
	if (e->file.problems_total > had && e->file.n_problems)
		trouble(f, e);
	return true;
}

static bool identified(struct follow *f, struct followed *e, struct job *job, struct err *err)
{
	bool go_on;
	bool plain = reader_is_plain(job->reader);
	if (!e->is_pipe && !hold(f, e, reader_fd(job->reader)))
		return refuse(f, e, errno, err);
	if (plain)
		reader_limit(job->reader, (uint64_t)e->size);
	if (!job_identify(job, &go_on, err))
		return false;
	if (job->is_archive)
		return read_archive(f, e, job, err);
	e->kind = e->is_pipe ? ENTRY_OVER : plain ? ENTRY_PLAIN : ENTRY_WHOLE;
	if (go_on)
		return read_on(f, e, job, true, err);
	if (job->file->status != IMPORT_UNCHANGED) {
		entry_forget(e);
		if (e->is_pipe)
			e->kind = ENTRY_OVER;
		if (e->file.n_problems || e->file.status == IMPORT_UNKNOWN)
			trouble(f, e);
		return true;
	}
	e->troubled = false;
	if (plain && !job->point.hasher) { /* it did not end with a line: read, to find where to go on */
		return reader_seek(job->reader, 0) && read_on(f, e, job, true, err);
	}
	if (!keep(f, e, job, err))
		return false;
	entry_tell(f, e, FOLLOW_FOUND, NULL);
	return true;
}

static bool unread(struct follow *f, struct followed *e, struct job *job, const struct err *why, struct err *err)
{
	later(e, RETRY_MS);
	if (e->troubled)
		return true;
	bool ok = report_unread(job, NULL, why, err);
	trouble(f, e);
	return ok;
}

/* Those that had to wait for a pipe. */
static void let_pipes(struct follow *f)
{
	for (size_t i = 0; i < f->entries.n; i++)
		f->entries.at[i]->dirty |= f->entries.at[i]->is_pipe && f->entries.at[i]->kind == ENTRY_NEW;
}

/* A first line that is not whole yet says little, and what was bad or is being written anew should be done with first. */
static bool may_be_judged(struct follow *f, struct followed *e, const struct stat *st)
{
	char head[SOURCE_HEAD];
	if (st->st_size == 0)
		return false;
	if (e->wait_still || e->troubled)
		return is_still(f, e, st);
	int fd = open(e->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return true;
	ssize_t n = pread(fd, head, sizeof head, 0);
	close(fd);
	bool line = n == sizeof head || (n > 0 && memchr(head, '\n', (size_t)n));
	return line || is_still(f, e, st);
}

static bool first_look(struct follow *f, struct followed *e, struct err *err)
{
	struct stat st = {.st_mode = S_IFIFO};
	bool standard_input = strcmp(e->path, "-") == 0;
	if (!standard_input && stat(e->path, &st) != 0)
		return errno == ENOENT && f->caught_up ? true : refuse(f, e, errno, err);
	if (S_ISDIR(st.st_mode))
		return refuse(f, e, EISDIR, err);
	e->is_pipe = !S_ISREG(st.st_mode);
	if (e->is_pipe && f->in_pipe)
		return true; /* its turn comes */
	struct followed *same = e->is_pipe ? NULL : follow_same(f, st.st_dev, st.st_ino, e);
	if (same && same->detached)
		follow_rename(f, same, e);
	else if (same)
		e->kind = ENTRY_ALIAS;
	if (same || (!e->is_pipe && !may_be_judged(f, e, &st)))
		return true;
	struct job job;
	struct err why = ERR_INIT;
	job_init(&job, &f->run, &e->file, e->path);
	job.quiet = !e->asked;
	e->file.problems_total -= e->troubled && e->file.problems_total; /* told again if it is still so */
	e->file.n_problems -= e->troubled && e->file.n_problems;
	f->in_pipe = e->is_pipe;
	f->pipe = e->is_pipe ? e : f->pipe;
	job.reader = reader_open_wait(e->path, NULL, job_wait, &job, &why);
	bool ok = job.reader ? identified(f, e, &job, err) : unread(f, e, &job, &why, err);
	f->in_pipe = f->in_pipe && !e->is_pipe;
	if (e->is_pipe)
		let_pipes(f);
	job_done(&job);
	return ok;
}

/* ---------------------------------------------------------------- is it still the same file */

static bool same_tail(const struct followed *e)
{
	char now[GUARD_TAIL];
	return e->tail_len == 0 ||
	       (pread(e->fd, now, e->tail_len, (off_t)(e->point.read_to - e->tail_len)) == (ssize_t)e->tail_len &&
	        memcmp(now, e->tail, e->tail_len) == 0);
}

static bool same_head(const struct followed *e)
{
	char head[SOURCE_HEAD];
	ssize_t n = pread(e->fd, head, (size_t)e->known.head_len, 0);
	return n == (ssize_t)e->known.head_len &&
	       hash128_eq(hash128_of((struct str){head, (size_t)n}), e->known.head_hash);
}

/* Whether bytes [from, read_to) with what `hasher` holds before them hash as they did. Takes the hasher. */
static bool same_range(const struct followed *e, struct hasher *hasher, uint64_t from)
{
	char *chunk = xmalloc(CHECK_CHUNK);
	ssize_t n = 1;
	while (from < e->point.read_to && n > 0) {
		uint64_t left = e->point.read_to - from;
		n = pread(e->fd, chunk, left < CHECK_CHUNK ? (size_t)left : CHECK_CHUNK, (off_t)from);
		if (n > 0) {
			hasher_add(hasher, (struct str){chunk, (size_t)n});
			from += (uint64_t)n;
		}
	}
	bool same = from == e->point.read_to && hash128_eq(hasher_value(hasher), e->point.read_hash);
	hasher_free(hasher);
	free(chunk);
	return same;
}

static bool is_same(const struct followed *e, const struct stat *st)
{
	if ((uint64_t)st->st_size < e->point.read_to || !same_head(e) || !same_tail(e))
		return false;
	if ((uint64_t)st->st_size == e->point.read_to) /* its time changed, its size did not */
		return same_range(e, hasher_new(), 0);
	return e->point.at.offset == e->point.read_to ||
	       same_range(e, hasher_copy(e->point.hasher), e->point.at.offset);
}

/* Going on behind the last whole value, up to byte `to`; a transcript from its beginning, so that its past is known. */
static void begin_job(struct follow *f, struct followed *e, struct job *job, uint64_t to)
{
	job_init(job, &f->run, &e->file, e->path);
	job->known = e->known;
	job->format = e->format;
	if (e->format->stateful)
		hasher_free(e->point.hasher); /* from its beginning again */
	else
		job->point = e->point;
	e->point.hasher = NULL;
	job->reader = reader_at(e->fd, e->path, job->point.at.offset, to);
}

static bool again(struct follow *f, struct followed *e, struct err *err)
{
	entry_close(f, e);
	entry_forget(e);
	e->waiting_size = -1;
	e->size = -1;
	return e->detached || first_look(f, e, err);
}

/* The source has ended: the bytes up to `to` are all of it. Then nothing is known of it any more. */
static bool end_at(struct follow *f, struct followed *e, uint64_t to, struct err *err)
{
	bool ok = true;
	if (e->kind == ENTRY_PLAIN && e->touched && e->fd >= 0 && e->point.hasher && is_ours(f, e)) {
		struct job job;
		begin_job(f, e, &job, to);
		job.ending = true;
		job.hurried = e->owes && atomic_load(&f->run.progress->cancel);
		ok = job_read(&job, err);
		job_done(&job);
	}
	entry_forget(e);
	return ok;
}

static bool replaced(struct follow *f, struct followed *e, const char *why, struct err *err)
{
	entry_tell(f, e, FOLLOW_REPLACED, why);
	if (!end_at(f, e, e->point.at.offset, err))
		return false;
	*vec_add(&f->done) = e->file;
	e->file = (struct import_file){.file = e->file.file};
	e->wait_still = true;
	return again(f, e, err);
}

/* ---------------------------------------------------------------- a later look */

static bool reopen(struct follow *f, struct followed *e, struct err *err)
{
	if (e->fd >= 0)
		return true;
	dev_t dev = e->dev;
	ino_t ino = e->ino;
	int64_t size = e->size, time = e->mtime_ns;
	int fd = open(e->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno != ENOENT)
		return refuse(f, e, errno, err);
	bool ok = fd >= 0 && hold(f, e, fd);
	if (fd >= 0)
		close(fd);
	if (ok && e->dev == dev && e->ino == ino) {
		e->size = size;
		e->mtime_ns = time;
		return true;
	}
	if (ok)
		entry_tell(f, e, FOLLOW_ROTATED, NULL);
	return again(f, e, err);
}

static bool read_more(struct follow *f, struct followed *e, uint64_t size, struct err *err)
{
	struct job job;
	begin_job(f, e, &job, size);
	bool ok = read_on(f, e, &job, false, err);
	job_done(&job);
	return ok;
}

/* A long tail is read anew each time: then it must have become twice as long, or be still. */
static bool tail_is_due(struct follow *f, struct followed *e, const struct stat *st)
{
	uint64_t had = e->point.read_to - e->point.at.offset, has = (uint64_t)st->st_size - e->point.at.offset;
	return e->turn || had < TAIL_SMALL || has >= 2 * had || is_still(f, e, st);
}

/* A large trace has cost enough for now: later. */
static bool may_settle(struct followed *e)
{
	int64_t left = e->full_ns + REST * e->full_cost_ns - job_clock_ns();
	if (left > 0)
		later(e, left / MS + 1);
	return left <= 0;
}

static bool look_plain(struct follow *f, struct followed *e, struct err *err)
{
	struct stat st;
	if (!reopen(f, e, err) || e->kind != ENTRY_PLAIN || e->fd < 0)
		return err->code == ERR_NONE;
	if (fstat(e->fd, &st) != 0)
		return refuse(f, e, errno, err);
	if (!e->point.hasher)
		return again(f, e, err);
	int64_t mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	bool changed = st.st_size != e->size || mtime_ns != e->mtime_ns;
	if (!changed && !e->owes && (uint64_t)st.st_size == e->point.read_to)
		return true;
	if ((uint64_t)st.st_size < e->point.read_to)
		return replaced(f, e, "it is shorter than it was", err);
	if (changed && !is_same(e, &st))
		return replaced(f, e, "it was written anew", err);
	bool more = (uint64_t)st.st_size > e->point.read_to;
	if (!more && (!e->owes || !may_settle(e))) {
		see_size(e, &st);
		return true;
	}
	if (more && !tail_is_due(f, e, &st))
		return true;
	see_size(e, &st);
	if (!is_ours(f, e))
		return again(f, e, err);
	return read_more(f, e, (uint64_t)st.st_size, err);
}

static bool look_whole(struct follow *f, struct followed *e, struct err *err)
{
	struct stat st;
	if (e->fd < 0 || fstat(e->fd, &st) != 0)
		return again(f, e, err);
	int64_t mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	if (e->waiting_size < 0 && st.st_size == e->size && mtime_ns == e->mtime_ns)
		return true;
	return !is_still(f, e, &st) || again(f, e, err);
}

bool entry_look(struct follow *f, struct followed *e, struct err *err)
{
	e->dirty = false;
	e->due_ns = 0;
	switch (e->kind) {
	case ENTRY_NEW: return e->detached || first_look(f, e, err);
	case ENTRY_PLAIN: return look_plain(f, e, err);
	case ENTRY_WHOLE: return look_whole(f, e, err);
	case ENTRY_ALIAS:
	case ENTRY_OVER: break;
	}
	return true;
}

/* One that was closed because others had to be open. */
static void open_again(struct follow *f, struct followed *e)
{
	struct stat st;
	int fd = e->fd < 0 && !e->detached ? open(e->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_dev == e->dev && st.st_ino == e->ino)
		hold(f, e, fd);
	if (fd >= 0)
		close(fd);
}

bool entry_end(struct follow *f, struct followed *e, struct err *err)
{
	struct stat st;
	if (e->kind == ENTRY_PLAIN && e->touched)
		open_again(f, e);
	bool same = e->kind == ENTRY_PLAIN && e->fd >= 0 && fstat(e->fd, &st) == 0 &&
	            (uint64_t)st.st_size >= e->point.read_to && same_tail(e);
	/* What came since the last look is another day's, if we are told to stop. */
	bool told = atomic_load(&f->run.progress->cancel);
	uint64_t to = !same ? e->point.at.offset : told ? e->point.read_to : (uint64_t)st.st_size;
	bool ok = end_at(f, e, to, err);
	entry_close(f, e);
	e->kind = ENTRY_OVER;
	return ok;
}
