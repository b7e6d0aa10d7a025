/* What is told of a file: its status, what it holds and what is new, its eval runs and its problems. */
#include <string.h>

#include "import/import_private.h"
#include "store/base/vec.h"

const char *import_status_name(enum import_status s)
{
	static const char *const names[] = {
	    [IMPORT_IMPORTED] = "imported", [IMPORT_UNCHANGED] = "unchanged", [IMPORT_PARTIAL] = "partial",
	    [IMPORT_REFUSED] = "refused",   [IMPORT_STOPPED] = "stopped",     [IMPORT_UNKNOWN] = "unknown",
	};
	return names[s];
}

void import_report_done(struct import_report *r)
{
	arena_done(&r->arena);
	*r = (struct import_report){.arena = ARENA_INIT};
}

/* ---------------------------------------------------------------- problems */

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
	if (n && !file->problems)
		file->problems = arena_zalloc(&job->run->report->arena, PROBLEMS_SHOWN, sizeof *file->problems);
	for (size_t i = 0; i < n && file->n_problems < PROBLEMS_SHOWN; i++)
		keep_problem(job->run, &file->problems[file->n_problems++], &problems[i]);
	file->problems_total += total;
	if (exit_code > file->exit_code)
		file->exit_code = exit_code;
	atomic_fetch_add(&job->run->progress->problems, total);
}

bool report_said(struct job *job, enum severity severity, const char *code, struct str reason, struct str kept,
                 struct err *err)
{
	struct problem p = {
	    .file = job->path, .entry = job->entry, .severity = severity, .code = code, .reason = reason, .kept = kept};
	report_problems(job, &p, 1, 1, problem_exit(&p));
	return !job->run->ingest || ingest_refuse(job->run->ingest, &p, err);
}

void report_unknown(struct job *job, struct str why)
{
	job->file->status = IMPORT_UNKNOWN;
	job->file->why = arena_str(&job->run->report->arena, why);
}

/* A file that never becomes a source. */
bool report_refused(struct job *job, const char *code, struct str reason, struct err *err)
{
	if (job->quiet && (strcmp(code, "unknown-format") == 0 || strcmp(code, "empty") == 0)) {
		report_unknown(job, reason);
		return true;
	}
	job->file->status = IMPORT_REFUSED;
	return report_said(job, SEVERITY_FILE, code, reason, STR_LIT("nothing imported"), err);
}

bool report_unread(struct job *job, const struct reader *reader, const struct err *why, struct err *err)
{
	const char *code = reader_code(reader);
	return report_refused(job, code ? code : "io", str_of(why->text), err);
}

/* ---------------------------------------------------------------- reports */

static bool report_runs(struct job *job, int64_t source, struct err *err)
{
	struct arena *a = &job->run->report->arena;
	struct stmt *s =
	    db_query(job->run->db,
	             "SELECT r.id, r.text, r.name, r.cases, r.passed, r.failed, r.errored, r.unscored FROM run_source s"
	             " JOIN run r ON r.id = s.run WHERE s.source = ? ORDER BY r.id",
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

static void read_problem(struct stmt *s, struct arena *arena, const struct job *job, struct problem *p)
{
	int64_t severity = col_int_or(s, 5, SEVERITY_WARNING);
	*p = (struct problem){
	    .file = job->path,
	    .entry = job->entry,
	    .record = (uint64_t)col_int_or(s, 0, 0),
	    .line = (uint64_t)col_int_or(s, 1, 0),
	    .path = arena_str(arena, col_str(s, 2)),
	    .offset = (uint64_t)col_int_or(s, 3, 0),
	    .code = arena_str(arena, col_str(s, 4)).ptr,
	    .severity = severity == SEVERITY_FILE      ? SEVERITY_FILE
	                : severity == SEVERITY_SKIPPED ? SEVERITY_SKIPPED
	                                               : SEVERITY_WARNING,
	    .reason = arena_str(arena, col_str(s, 6)),
	    .kept = arena_str(arena, col_str(s, 7)),
	};
}

/* What was wrong when the file was read is still wrong. */
static bool report_old_problems(struct job *job, struct err *err)
{
	struct stmt *s = db_query(job->run->db,
	                          "SELECT record, line, path, offset, code, severity, reason, kept FROM problem"
	                          " WHERE source = ? ORDER BY id",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, job->known.id);
	VEC(struct problem) problems = {0};
	int worst = 0;
	int64_t total = 0;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct problem p;
		total++;
		read_problem(s, &job->arena, job, &p);
		worst = problem_exit(&p) > worst ? problem_exit(&p) : worst;
		if (problems.n < PROBLEMS_SHOWN)
			*vec_add(&problems) = p;
	}
	stmt_end(s);
	report_problems(job, problems.at, problems.n, total, worst);
	vec_done(&problems);
	return step == STEP_DONE;
}

bool report_unchanged(struct job *job, struct err *err)
{
	const struct source *k = &job->known;
	job->file->status = IMPORT_UNCHANGED;
	job->file->source = k->id;
	job->file->held = (struct ingest_counts){
	    .traces = k->traces, .spans = k->spans, .scores = k->scores, .runs = k->runs, .cases = k->cases};
	return ingest_unrefuse(job->run->ingest, job->path, job->entry, err) && report_old_problems(job, err) &&
	       report_runs(job, k->id, err);
}

static void add_counts(struct ingest_counts *to, const struct ingest_counts *from)
{
	to->traces += from->traces;
	to->spans += from->spans;
	to->scores += from->scores;
	to->runs += from->runs;
	to->cases += from->cases;
	to->annotations += from->annotations;
}

void report_add_file(struct import_report *report, struct import_file *to, const struct import_file *member,
                     struct ingest_counts *held)
{
	add_counts(held, &member->held);
	add_counts(&to->fresh, &member->fresh);
	to->problems_total += member->problems_total;
	if (member->n_problems && !to->problems)
		to->problems = arena_zalloc(&report->arena, PROBLEMS_SHOWN, sizeof *to->problems);
	for (size_t i = 0; i < member->n_problems && to->n_problems < PROBLEMS_SHOWN; i++)
		to->problems[to->n_problems++] = member->problems[i];
	to->exit_code = member->exit_code > to->exit_code ? member->exit_code : to->exit_code;
}

bool report_imported(struct job *job, const struct ingest_counts *held, const struct ingest_counts *fresh,
                     struct err *err)
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
	if (job->lost_as_before) { /* its problems of then, with those of now */
		if (!report_old_problems(job, err))
			return false;
	} else {
		report_problems(job, problems, n, total, exit_code);
	}
	job->file->held = *held;
	add_counts(&job->file->fresh, fresh);
	bool last = job->end == JOB_END && !job->begun; /* the runs are asked for once */
	return job->file->source == 0 || !last || report_runs(job, job->file->source, err);
}

/* "trace ID": of the problem's path. */
static bool has_orphans(struct run *run, const struct problem *p, bool *has, struct err *err)
{
	struct stmt *s = db_query(run->db, "SELECT max(orphans) FROM trace WHERE text = ?", err);
	if (!s)
		return false;
	stmt_str(s, 1, str_from(p->path, strlen("trace ")));
	enum step step = stmt_step(s, err);
	*has = step == STEP_ROW && (col_null(s, 0) || col_int(s, 0) > 0);
	stmt_end(s);
	return step != STEP_FAIL;
}

bool report_mended(struct run *run, struct err *err)
{
	struct import_report *r = run->report;
	for (size_t i = 0; i < r->n_files; i++) {
		struct import_file *file = &r->files[i];
		size_t kept = 0;
		for (size_t k = 0; k < file->n_problems; k++) {
			bool has = true;
			if (strcmp(file->problems[k].code, "orphan") == 0 &&
			    !has_orphans(run, &file->problems[k], &has, err))
				return false;
			if (has)
				file->problems[kept++] = file->problems[k];
		}
		file->problems_total -= (int64_t)(file->n_problems - kept);
		file->n_problems = kept;
	}
	return true;
}
