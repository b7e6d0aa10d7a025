/* An archive is a folder in one file: each of its members is a source of its own, unless a format takes all of them for one (bundle.h). */
#include <stdlib.h>
#include <string.h>

#include "import/archive.h"
#include "import/import_private.h"

enum { BAD_MAX = 1000 }; /* members that cannot be read: beyond, it is no archive of traces */

struct members {
	struct run *run;
	const struct member_list *list;
	const char *path;
	struct reader *outer;
	enum archive_kind kind;
	struct archive_in *in;
	struct archive_member now;
	enum archive_event event;
	size_t n, n_known, n_bad;
	struct bundle_plan plan; /* of a bundle */

	/* The same archive once more, to look at a member's bytes twice: opened when the first known member is met, and led on with
	 * the first. */
	struct reader *twin_outer;
	struct archive_in *twin;
	struct archive_member twin_now;
	struct bundle *twin_bundle;
};

/* ---------------------------------------------------------------- a second look */

static void close_twin(struct members *m)
{
	bundle_close(m->twin_bundle);
	archive_in_close(m->twin);
	reader_close(m->twin_outer);
	m->twin_bundle = NULL;
	m->twin = NULL;
	m->twin_outer = NULL;
	m->twin_now = (struct archive_member){.number = 0};
}

static bool open_twin(struct members *m)
{
	const char *code;
	if (m->twin && m->twin_now.number < m->now.number)
		return true;
	close_twin(m);
	m->twin_outer = reader_fd(m->outer) >= 0 ? reader_again(m->outer) : NULL;
	m->twin = m->twin_outer ? archive_in_open(m->twin_outer, m->path, m->kind, NULL, &code, NULL) : NULL;
	return m->twin != NULL;
}

static struct reader *read_again(void *context)
{
	struct members *m = context;
	struct err unseen = ERR_INIT;
	const char *code;
	if (!open_twin(m))
		return NULL;
	while (m->twin_now.number < m->now.number)
		if (archive_in_next(m->twin, &m->twin_now, &code, &unseen) == ARCHIVE_IN_END)
			return NULL;
	return m->twin_now.number == m->now.number ? archive_in_member(m->twin, &unseen) : NULL;
}

/* ---------------------------------------------------------------- one member */

static bool read_member(struct members *m, struct job *job, struct err *err)
{
	struct err why = ERR_INIT;
	bool go_on = false;
	job->again = reader_fd(m->outer) >= 0 ? read_again : NULL;
	job->again_context = m;
	job->reader = archive_in_member(m->in, &why);
	if (!job->reader)
		return report_unread(job, NULL, &why, err);
	bool ok = job_identify(job, &go_on, err) && (!go_on || job_read(job, err));
	archive_in_gave(m->in, reader_offset(job->reader));
	if (ok && m->now.again && job->file->status != IMPORT_UNKNOWN)
		ok = report_said(job, SEVERITY_WARNING, "duplicate-entry", STR_LIT("another member has the same name"),
		                 STR_LIT("both are read"), err);
	return ok;
}

static bool take_member(struct members *m, enum archive_event event, struct err *err)
{
	struct job job;
	struct import_file *file = m->list->begin(m->list->context);
	struct str entry = arena_cstr(&m->run->report->arena, m->now.name);
	bool ok = true;
	file->entry = entry;
	job_init(&job, m->run, file, m->path);
	job.entry = entry.ptr;
	job.quiet = true;
	job.archive = m->in;
	m->n++;
	if (event == ARCHIVE_IN_MEMBER)
		ok = read_member(m, &job, err);
	else if (event == ARCHIVE_IN_PASSED)
		report_unknown(&job, str_of(m->now.why));
	else
		ok = report_refused(&job, m->now.code, str_of(m->now.why), err);
	m->n_known +=
	    file->status == IMPORT_IMPORTED || file->status == IMPORT_UNCHANGED || file->status == IMPORT_PARTIAL;
	m->n_bad += file->status == IMPORT_REFUSED;
	job_done(&job);
	m->list->end(m->list->context, file);
	return ok;
}

/* ---------------------------------------------------------------- all of them as one */

static struct reader *read_bundle_again(void *context)
{
	struct members *m = context;
	close_twin(m);
	if (!open_twin(m))
		return NULL;
	m->twin_bundle = bundle_open(&m->plan, m->twin, NULL, ARCHIVE_IN_END, m->run->opts->depth_max);
	return bundle_reader(m->twin_bundle, m->path, NULL);
}

static bool read_bundle(struct members *m, struct err *err)
{
	struct job job;
	struct err why = ERR_INIT;
	bool go_on = false;
	struct import_file *file = m->list->begin(m->list->context);
	job_init(&job, m->run, file, m->path);
	job.quiet = m->list->quiet;
	job.archive = m->in;
	job.plan = &m->plan;
	job.again = m->plan.whole ? read_bundle_again : NULL;
	job.again_context = m;
	job.bundle = bundle_open(&m->plan, m->in, &m->now, m->event, m->run->opts->depth_max);
	job.reader = bundle_reader(job.bundle, m->path, &why);
	bool ok = job.reader ? job_identify(&job, &go_on, err) && (!go_on || job_read(&job, err))
	                     : report_unread(&job, NULL, &why, err);
	struct bundle *bundle = job.bundle;
	job_done(&job);
	bundle_close(bundle);
	m->list->end(m->list->context, file);
	return ok;
}

/* ---------------------------------------------------------------- the archive */

/* A word about the whole of it. */
static bool say_of_archive(struct members *m, const char *code, struct str reason, struct err *err)
{
	struct job job;
	struct import_file *file = m->list->begin(m->list->context);
	job_init(&job, m->run, file, m->path);
	file->format = str_of(archive_kind_name(m->kind));
	job.quiet = m->list->quiet;
	bool ok = m->n_known ? report_said(&job, SEVERITY_FILE, code, reason, STR_LIT("what was read is kept"), err)
	                     : report_refused(&job, code, reason, err);
	file->status = m->n_known ? IMPORT_PARTIAL : file->status;
	job_done(&job);
	m->list->end(m->list->context, file);
	return ok;
}

static bool end_archive(struct members *m, const char *code, const struct err *why, struct err *err)
{
	if (code)
		return say_of_archive(m, code, str_of(why->text), err);
	if (m->n_bad > BAD_MAX)
		return say_of_archive(m, "limit-members",
		                      STR_LIT("more than 1,000 members cannot be read; the rest is not looked at"),
		                      err);
	if (m->n == 0)
		return say_of_archive(m, "empty", STR_LIT("there is no file in this archive"), err);
	if (m->n_known + m->n_bad > 0)
		return ingest_unrefuse(m->run->ingest, m->path, NULL, err);
	return say_of_archive(m, "unknown-format", STR_LIT("no member of this archive is of a known format"), err);
}

static bool read_members(struct members *m, const char *code, struct err *why, struct err *err)
{
	for (; !atomic_load(&m->run->progress->cancel) && m->n_bad <= BAD_MAX;
	     m->event = archive_in_next(m->in, &m->now, &code, why)) {
		if (m->event == ARCHIVE_IN_STOPPED)
			return true;
		if (m->event == ARCHIVE_IN_END)
			break;
		if (!take_member(m, m->event, err))
			return false;
	}
	return atomic_load(&m->run->progress->cancel) || end_archive(m, code, why, err);
}

/* What it is can be told by the first member's name in a pipe, by all names in a file. */
static bool read_opened(struct members *m, struct err *err)
{
	struct err why = ERR_INIT;
	const char *code = NULL;
	m->event = archive_in_next(m->in, &m->now, &code, &why);
	bool any = m->event != ARCHIVE_IN_END && m->event != ARCHIVE_IN_STOPPED;
	bundle_plan_init(&m->plan, m->outer, m->path, m->kind, any ? m->now.name : NULL);
	bool ok = any && m->plan.format ? read_bundle(m, err) : read_members(m, code, &why, err);
	close_twin(m);
	bundle_plan_done(&m->plan);
	return ok;
}

bool import_archive(struct run *run, struct reader *outer, const char *path, enum archive_kind kind,
                    const struct member_list *list, struct err *err)
{
	struct members m = {.run = run, .list = list, .path = path, .outer = outer, .kind = kind};
	struct err why = ERR_INIT;
	const char *code = "damaged";
	atomic_store(&run->progress->size, reader_source_size(outer));
	m.in = archive_in_open(outer, path, kind, NULL, &code, &why);
	bool ok = m.in ? read_opened(&m, err) : say_of_archive(&m, code, str_of(why.text), err);
	archive_in_close(m.in);
	return ok;
}
