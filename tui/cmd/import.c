/* spoor import: files into the store, with a progress line on standard error and signals that stop it at a safe point. */
#include "import/follow.h"

#include <errno.h>
#include <langinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/prices.h"
#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/check/rules.h"
#include "store/search.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/explain.h"
#include "tui/cmd/remap.h"

enum { FIRST_MS = 300, EVERY_MS = 100, NESTING_MAX = 100000 };

/* clang-format off */
static const struct option_row import_options[] = {
	{"follow", 0, OPTION_FLAG, NULL, "go on reading as the files grow, until ^C; new files in folders, too"},
	{"explain", 0, OPTION_FLAG, NULL, "say what the files are and what would be read of them; nothing is stored"},
	{"no-index", 0, OPTION_FLAG, NULL, "leave the index for search to the next explorer, or spoor doctor --index"},
	{"no-checks", 0, OPTION_FLAG, NULL, "leave the checks to the next explorer, or spoor checks"},
	{"quiet", 'q', OPTION_FLAG, NULL, "no report and no progress; what is wrong is still said on standard error"},
	{"strict", 0, OPTION_FLAG, NULL, "a file with any problem at all is not imported"},
	{"map", 0, OPTION_TEXT, "FIELD=COLUMN,…", "which column of a table of results is what: output=answer,score=f1+em; none: as named"},
	{"max-depth", 0, OPTION_INT, "N", "how deep JSON may nest (1000)"},
	{.name = NULL},
};
/* clang-format on */

/* ---------------------------------------------------------------- signals */

static struct import_progress *running; /* what the handler stops */
static struct search_progress indexing;
static struct check_progress checking;
static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
	signalled = number;
	import_cancel(running);
	atomic_store(&indexing.cancel, true);
	atomic_store(&checking.cancel, true);
}

/* The first one stops at the next safe point, a second one at once: what is committed stays either way. One that is ignored
 * (nohup) stays so. */
static void catch_signals(struct import_progress *progress)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	running = progress;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct sigaction old, now = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
		sigemptyset(&now.sa_mask);
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &now, NULL);
	}
}

/* ---------------------------------------------------------------- the progress line */

struct meter {
	struct import_progress *progress;
	struct db *db;
	bool terminal, said; /* without one: only, and once, that it waits for another spoor */
	bool ascii;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop, started;
	size_t drawn; /* columns of the line on the screen */
};

static void wait_text(const struct meter *m, struct buf *out)
{
	int64_t who = db_waits_for(m->db);
	buf_add_cstr(out, "waiting for another spoor");
	if (who > 0)
		buf_printf(out, " (process %lld)", (long long)who);
	buf_add_cstr(out, " to finish writing; ");
}

static void meter_say(struct meter *m)
{
	struct buf line = BUF_INIT;
	if (m->said || !db_waits_for(m->db))
		return;
	m->said = true;
	buf_add_cstr(&line, "spoor: ");
	wait_text(m, &line);
	buf_add_cstr(&line, "interrupt to give up\n");
	fputs(buf_cstr(&line), stderr);
	buf_done(&line);
}

static void meter_text(const struct meter *m, struct buf *out)
{
	struct import_progress *p = m->progress;
	if (atomic_load(&checking.traces)) {
		buf_printf(out, "checking traces %3d%%%s", atomic_load(&checking.percent),
		           atomic_load(&checking.cancel) ? "; stopping" : "");
		return;
	}
	if (atomic_load(&p->done)) {
		buf_printf(out, "indexing for search %3d%%%s", atomic_load(&indexing.percent),
		           atomic_load(&indexing.cancel) ? "; stopping" : "");
		return;
	}
	uint64_t bytes = atomic_load(&p->bytes), size = atomic_load(&p->size);
	int done = atomic_load(&p->files_done), total = atomic_load(&p->files_total);
	if (db_waits_for(m->db))
		wait_text(m, out);
	if (atomic_load(&p->caught_up)) {
		buf_printf(out, "following %d file%s", total, total == 1 ? "" : "s");
		size = bytes = 0;
	} else {
		buf_add_cstr(out, "importing");
		if (total > 1)
			buf_printf(out, " %d of %d", done < total ? done + 1 : total, total);
	}
	if (size)
		buf_printf(out, " %3.0f%%", 100 * (double)(bytes < size ? bytes : size) / (double)size);
	else if (!atomic_load(&p->caught_up)) {
		buf_add_char(out, ' ');
		units_bytes(out, bytes);
	}
	const struct {
		int64_t n;
		const char *what;
	} counts[] = {
	    {atomic_load(&p->traces),   "traces"  },
	    {atomic_load(&p->spans),    "spans"   },
	    {atomic_load(&p->cases),    "cases"   },
	    {atomic_load(&p->problems), "problems"},
	};
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		if (!counts[i].n)
			continue;
		buf_add_cstr(out, ", ");
		units_count(out, counts[i].n);
		buf_printf(out, " %s", counts[i].what);
	}
	buf_add_cstr(out, atomic_load(&p->cancel) ? "; stopping" : "");
}

/* Blanks over what the last line had more; no terminal is too dumb for that. */
static void meter_draw(struct meter *m, bool clear)
{
	struct buf line = BUF_INIT;
	buf_add_char(&line, '\r');
	if (!clear)
		meter_text(m, &line);
	size_t used = line.len - 1;
	if (used < m->drawn)
		buf_add_fill(&line, ' ', m->drawn - used);
	if (clear)
		buf_add_char(&line, '\r');
	m->drawn = used;
	fwrite(line.ptr, 1, line.len, stderr);
	fflush(stderr);
	buf_done(&line);
}

static void after_ms(struct timespec *at, int ms)
{
	clock_gettime(CLOCK_REALTIME, at);
	at->tv_nsec += ms * 1000000L;
	at->tv_sec += at->tv_nsec / 1000000000L;
	at->tv_nsec %= 1000000000L;
}

static void *meter_run(void *any)
{
	struct meter *m = any;
	struct timespec at;
	pthread_mutex_lock(&m->lock);
	after_ms(&at, FIRST_MS);
	while (!m->stop) {
		if (pthread_cond_timedwait(&m->wake, &m->lock, &at) != ETIMEDOUT)
			continue;
		if (m->terminal)
			meter_draw(m, false);
		else
			meter_say(m);
		after_ms(&at, EVERY_MS);
	}
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

static void meter_start(struct meter *m, struct db *db, struct import_progress *progress, bool quiet)
{
	*m = (struct meter){.progress = progress,
	                    .db = db,
	                    .terminal = !quiet && isatty(STDERR_FILENO) == 1,
	                    .lock = PTHREAD_MUTEX_INITIALIZER,
	                    .wake = PTHREAD_COND_INITIALIZER};
	db_set_patient(db, &progress->cancel);
	m->started = pthread_create(&m->thread, NULL, meter_run, m) == 0;
}

/* The thread goes, what it drew stays. */
static void meter_rest(struct meter *m)
{
	if (!m->started)
		return;
	m->started = false;
	pthread_mutex_lock(&m->lock);
	m->stop = true;
	pthread_cond_signal(&m->wake);
	pthread_mutex_unlock(&m->lock);
	pthread_join(m->thread, NULL);
}

static void meter_stop(struct meter *m)
{
	meter_rest(m);
	if (m->drawn)
		meter_draw(m, true);
}

/* ---------------------------------------------------------------- the report as text */

static void count_word(struct buf *out, int64_t n, const char *one, const char *many, bool *any)
{
	if (!n)
		return;
	if (*any)
		buf_add_cstr(out, ", ");
	*any = true;
	units_thousands(out, n);
	buf_printf(out, " %s", n == 1 ? one : many);
}

static void counts_text(struct buf *out, const struct ingest_counts *c, const char *nothing)
{
	bool any = false;
	count_word(out, c->traces, "trace", "traces", &any);
	count_word(out, c->spans, "span", "spans", &any);
	count_word(out, c->scores, "score", "scores", &any);
	count_word(out, c->runs, "eval run", "eval runs", &any);
	count_word(out, c->cases, "case result", "case results", &any);
	count_word(out, c->annotations, "review event", "review events", &any);
	if (!any)
		buf_add_cstr(out, nothing);
}

static bool same_counts(const struct ingest_counts *a, const struct ingest_counts *b)
{
	return a->traces == b->traces && a->spans == b->spans && a->scores == b->scores && a->runs == b->runs &&
	       a->cases == b->cases && a->annotations == b->annotations;
}

static bool is_empty(const struct ingest_counts *c)
{
	return same_counts(c, &(struct ingest_counts){0});
}

static void news_text(struct buf *out, const struct ingest_counts *held, const struct ingest_counts *fresh)
{
	if (is_empty(held))
		return;
	if (same_counts(held, fresh)) {
		buf_add_cstr(out, "  all new");
		return;
	}
	buf_add_cstr(out, "  new: ");
	counts_text(out, fresh, "nothing");
}

static void count_problems(struct buf *out, const struct import_file *f)
{
	if (!f->problems_total || f->status == IMPORT_REFUSED)
		return;
	buf_add_cstr(out, "  ");
	units_thousands(out, f->problems_total);
	buf_add_cstr(out, f->problems_total == 1 ? " problem" : " problems");
}

static void map_text(struct buf *out, const struct import_file *f)
{
	if (!f->map.len)
		return;
	buf_add_cstr(out, "  columns as mapped");
	if (f->mapped_ns > 0) {
		struct buf day = BUF_INIT;
		units_iso_print(&day, f->mapped_ns);
		buf_printf(out, " on %.10s", buf_cstr(&day));
		buf_done(&day);
	}
}

/* "FILE" or "FILE: ENTRY", as problems name it. Text of the arena. */
static struct str name_of(const struct import_file *f, struct arena *arena)
{
	if (!f->entry.len)
		return f->file;
	return arena_printf(arena, STR_FMT ": " STR_FMT, STR_ARG(f->file), STR_ARG(f->entry));
}

/* A run that a file names. */
struct named_run {
	int64_t id, cases;
	size_t file;
	bool shared; /* with another file of this import */
};

static int by_run(const void *pa, const void *pb)
{
	const struct named_run *a = pa, *b = pb;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->file > b->file) - (a->file < b->file);
}

static struct named_run *named_runs(const struct import_report *r, size_t *n)
{
	VEC(struct named_run) runs = {0};
	vec_reserve(&runs, 1);
	for (size_t i = 0; i < r->n_files; i++)
		for (size_t k = 0; k < r->files[i].n_runs; k++)
			*vec_add(&runs) =
			    (struct named_run){r->files[i].runs[k].id, r->files[i].runs[k].cases, i, false};
	if (runs.n > 1)
		qsort(runs.at, runs.n, sizeof *runs.at, by_run);
	for (size_t i = 1; i < runs.n; i++)
		if (runs.at[i].id == runs.at[i - 1].id)
			runs.at[i].shared = runs.at[i - 1].shared = true;
	*n = runs.n;
	return runs.at;
}

/* The file is the last that names the run: there it says what it came to. */
static bool is_last_of(const struct named_run *runs, size_t n, int64_t id, size_t file)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (runs[mid].id > id)
			high = mid;
		else
			low = mid + 1;
	}
	return low > 0 && runs[low - 1].id == id && runs[low - 1].file == file;
}

static void file_text(const struct out *o, struct buf *out, const struct import_file *f, struct str name, int name_cols)
{
	out_cell(o, out, name, name_cols, false, false);
	buf_add_cstr(out, "  ");
	out_cell(o, out, f->format.len ? f->format : STR_LIT("-"), 9, false, false);
	buf_add_cstr(out, "  ");
	if (f->status == IMPORT_REFUSED)
		buf_add_cstr(out, "refused");
	else if (f->status == IMPORT_STOPPED)
		buf_add_cstr(out, "stopped");
	else if (f->status == IMPORT_PARTIAL && !f->source) /* an archive, of whose members each has a line */
		buf_add_cstr(out, "not all of it");
	else
		counts_text(out, &f->held, "nothing");
	if (f->status != IMPORT_REFUSED && f->status != IMPORT_STOPPED)
		news_text(out, &f->held, &f->fresh);
	if (f->status == IMPORT_PARTIAL && f->source)
		buf_add_cstr(out, "  (not all of it)");
	count_problems(out, f);
	map_text(out, f);
	buf_add_char(out, '\n');
}

static void runs_text(const struct out *o, struct buf *out, const struct import_file *f, size_t file,
                      const struct named_run *named, size_t n)
{
	for (size_t i = 0; i < f->n_runs; i++) {
		const struct import_run *r = &f->runs[i];
		if (!is_last_of(named, n, r->id, file))
			continue;
		buf_add_cstr(out, "  eval run ");
		out_text(o, out, r->text, 60);
		if (r->name.len && !str_eq(r->name, r->text)) {
			buf_add_cstr(out, ", ");
			out_text(o, out, r->name, 60);
		}
		buf_printf(out, ": %lld passed, %lld failed, %lld error, %lld unscored\n", (long long)r->passed,
		           (long long)r->failed, (long long)r->errored, (long long)r->unscored);
	}
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

/* Files that hold parts of one run (a folder of results, often): the run is one, and its cases are what all of them came to, as the
 * last of them left it. */
static void count_shared_once(const struct import_report *r, struct ingest_counts *held)
{
	size_t n;
	struct named_run *runs = named_runs(r, &n);
	bool *shares = xcalloc(r->n_files + 1, sizeof *shares);
	for (size_t i = 0; i < n; i++)
		shares[runs[i].file] |= runs[i].shared;
	for (size_t i = 0; i < r->n_files; i++)
		held->cases -= shares[i] ? r->files[i].held.cases : 0;
	for (size_t i = 0; i < n; i++) {
		bool last = i + 1 == n || runs[i + 1].id != runs[i].id;
		held->runs -= !last;
		held->cases += last && shares[runs[i].file] ? runs[i].cases : 0;
	}
	free(shares);
	free(runs);
}

static void totals(const struct import_report *r, struct ingest_counts *held, struct ingest_counts *fresh,
                   int64_t *problems)
{
	*held = *fresh = (struct ingest_counts){0};
	*problems = 0;
	for (size_t i = 0; i < r->n_files; i++) {
		add_counts(held, &r->files[i].held);
		add_counts(fresh, &r->files[i].fresh);
		*problems += r->files[i].problems_total;
	}
	count_shared_once(r, held);
}

static size_t n_unknown(const struct import_report *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n_files; i++)
		n += r->files[i].status == IMPORT_UNKNOWN;
	return n;
}

/* What lay beside the files that are ours. */
static void unknown_text(const struct out *o, struct buf *out, const struct import_report *r)
{
	enum { NAMED = 3 };
	size_t n = n_unknown(r), named = 0;
	if (!n)
		return;
	units_thousands(out, (int64_t)n);
	buf_add_cstr(out, " of no known format:");
	for (size_t i = 0; i < r->n_files && named < NAMED; i++) {
		const struct import_file *f = &r->files[i];
		if (f->status != IMPORT_UNKNOWN)
			continue;
		buf_add_cstr(out, named++ ? ", " : " ");
		out_text(o, out, f->entry.len ? f->entry : f->file, 60);
	}
	buf_add_cstr(out, n > named ? ", … (--json names all)\n" : "\n");
}

static void report_text(const struct out *o, struct buf *out, const struct import_report *r)
{
	enum { NAME_MAX_COLS = 40 };
	int cols = 0;
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < r->n_files; i++) {
		int used = text_cols(name_of(&r->files[i], &arena));
		cols = used > cols && used <= NAME_MAX_COLS && r->files[i].status != IMPORT_UNKNOWN ? used : cols;
		arena_reset(&arena);
	}
	size_t n_named;
	struct named_run *named = named_runs(r, &n_named);
	for (size_t i = 0; i < r->n_files; i++) {
		if (r->files[i].status != IMPORT_UNKNOWN) {
			file_text(o, out, &r->files[i], name_of(&r->files[i], &arena), cols);
			runs_text(o, out, &r->files[i], i, named, n_named);
		}
		arena_reset(&arena);
	}
	free(named);
	arena_done(&arena);
	unknown_text(o, out, r);
	size_t n = r->n_files - n_unknown(r);
	if (n < 2)
		return;
	struct ingest_counts held, fresh;
	int64_t problems;
	totals(r, &held, &fresh, &problems);
	units_thousands(out, (int64_t)n);
	buf_add_cstr(out, " files: ");
	counts_text(out, &held, "nothing");
	news_text(out, &held, &fresh);
	buf_add_char(out, '\n');
}

/* ---------------------------------------------------------------- problems, one a line */

static void problem_line(struct buf *out, const struct problem *p, bool ascii)
{
	struct buf raw = BUF_INIT;
	buf_add_cstr(&raw, "spoor: ");
	problem_sentence(&raw, p);
	clean_print(out, buf_str(&raw), false, ascii);
	buf_add_char(out, '\n');
	buf_done(&raw);
}

static void report_problems(const struct import_report *r, bool ascii)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < r->n_files; i++) {
		const struct import_file *f = &r->files[i];
		for (size_t k = 0; k < f->n_problems; k++)
			problem_line(&out, &f->problems[k], ascii);
		if (f->problems_total <= (int64_t)f->n_problems)
			continue;
		buf_add_cstr(&out, "spoor: ");
		clean_print(&out, f->file, false, ascii);
		buf_add_cstr(&out, ": ");
		units_thousands(&out, f->problems_total);
		buf_add_cstr(&out, " problems (");
		units_thousands(&out, f->problems_total - (int64_t)f->n_problems);
		buf_add_cstr(&out, " not shown: spoor doctor --problems ");
		clean_shell(&out, f->file);
		buf_add_cstr(&out, ")\n");
	}
	fwrite(buf_cstr(&out), 1, out.len, stderr);
	buf_done(&out);
}

/* ---------------------------------------------------------------- the report as JSON */

static void counts_json(struct jout *j, const struct ingest_counts *c)
{
	jout_int(j, "traces", c->traces);
	jout_int(j, "spans", c->spans);
	jout_int(j, "scores", c->scores);
	jout_int(j, "runs", c->runs);
	jout_int(j, "cases", c->cases);
	jout_int(j, "reviews", c->annotations);
}

static void file_json(struct jout *j, const struct import_file *f)
{
	jout_object(j, NULL);
	jout_str(j, "file", f->file);
	jout_str(j, "entry", f->entry);
	jout_str(j, "format", f->format);
	jout_cstr(j, "status", import_status_name(f->status));
	jout_str(j, "why", f->why);
	jout_str(j, "map", f->map.len ? f->map : STR_NONE);
	counts_json(j, &f->held);
	jout_object(j, "new");
	counts_json(j, &f->fresh);
	jout_end(j);
	jout_array(j, "eval_runs");
	for (size_t i = 0; i < f->n_runs; i++) {
		const struct import_run *r = &f->runs[i];
		jout_object(j, NULL);
		jout_str(j, "id", r->text);
		jout_str(j, "name", r->name);
		jout_int(j, "cases", r->cases);
		jout_int(j, "passed", r->passed);
		jout_int(j, "failed", r->failed);
		jout_int(j, "errored", r->errored);
		jout_int(j, "unscored", r->unscored);
		jout_end(j);
	}
	jout_end(j);
	jout_int(j, "problems_total", f->problems_total);
	jout_array(j, "problems");
	for (size_t i = 0; i < f->n_problems; i++) {
		jout_object(j, NULL);
		out_problem(j, &f->problems[i]);
		jout_end(j);
	}
	jout_end(j);
	jout_end(j);
}

static void report_json(struct buf *out, const struct import_report *r)
{
	struct ingest_counts held, fresh;
	int64_t problems;
	struct jout j;
	totals(r, &held, &fresh, &problems);
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_array(&j, "files");
	for (size_t i = 0; i < r->n_files; i++)
		file_json(&j, &r->files[i]);
	jout_end(&j);
	jout_object(&j, "total");
	jout_int(&j, "files", (int64_t)(r->n_files - n_unknown(r)));
	jout_int(&j, "unknown_files", (int64_t)n_unknown(r));
	counts_json(&j, &held);
	jout_int(&j, "problems", problems);
	jout_end(&j);
	jout_end(&j);
	buf_add_char(out, '\n');
}

/* ---------------------------------------------------------------- telling */

static bool is_ascii(const struct command_line *line)
{
	struct out o;
	out_init(&o, line);
	return o.ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static bool print_report(const struct command_line *line, const struct import_report *report, struct err *err)
{
	struct out o;
	struct buf out = BUF_INIT;
	out_init(&o, line);
	if (o.form == OUT_JSON_)
		report_json(&out, report);
	else if (!cmd_flag(line, "quiet"))
		report_text(&o, &out, report);
	if (o.form != OUT_JSON_)
		report_problems(report, is_ascii(line));
	bool ok = out_flush(&out, err);
	buf_done(&out);
	return ok;
}

/* What is wrong with the user's price list, before its rows are missed. */
static void say_prices(bool ascii)
{
	size_t n;
	const struct str *mistakes = prices_mistakes(&n);
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		buf_add_cstr(&out, "spoor: ");
		clean_print(&out, mistakes[i], false, ascii);
		buf_add_char(&out, '\n');
	}
	fwrite(buf_cstr(&out), 1, out.len, stderr);
	buf_done(&out);
}

static int after_signal(const struct command_line *line, struct err *err)
{
	*err = ERR_INIT;
	if (cmd_flag(line, "json"))
		err_set(err, ERR_INTERRUPTED, NULL,
		        "stopped by signal %d: what was read is kept, the same command goes on from there",
		        (int)signalled);
	else
		fputs("spoor: stopped: what was read is kept; the same command goes on from there\n", stderr);
	return 128 + signalled;
}

/* ---------------------------------------------------------------- following */

static void news_line(const struct follow_event *e, struct buf *raw, bool ascii)
{
	static const char *const words[] = {
	    [FOLLOW_ROTATED] = "another file has its name now; both are followed",
	    [FOLLOW_GONE] = "its name is gone; waiting for it to come back",
	};
	if (e->news == FOLLOW_TROUBLE && e->state && e->state->n_problems) {
		problem_line(raw, &e->state->problems[e->state->n_problems - 1], ascii);
		return;
	}
	struct buf text = BUF_INIT;
	buf_printf(&text, "spoor: " STR_FMT ": ", STR_ARG(e->file));
	if (e->news == FOLLOW_FOUND)
		counts_text(&text, &e->state->held, "nothing yet");
	else if (e->news == FOLLOW_REPLACED)
		buf_printf(&text, "%s: read again as another source", e->why);
	else
		buf_add_cstr(&text, e->news == FOLLOW_TROUBLE ? "cannot be read" : words[e->news]);
	clean_print(raw, buf_str(&text), false, ascii);
	buf_add_char(raw, '\n');
	buf_done(&text);
}

/* On a terminal one line that is drawn again, and a line for each thing that happens to a file; else the lines only. */
static void tell_news(void *context, const struct follow_event *e)
{
	struct meter *m = context;
	bool terminal = isatty(STDERR_FILENO) == 1;
	struct buf out = BUF_INIT;
	if (e->news == FOLLOW_CAUGHT_UP)
		meter_rest(m);
	if (e->news != FOLLOW_READ && e->news != FOLLOW_CAUGHT_UP && !(terminal && e->news == FOLLOW_FOUND))
		news_line(e, &out, m->ascii);
	else if (e->news == FOLLOW_CAUGHT_UP && !terminal && atomic_load(&m->progress->files_total))
		buf_printf(&out, "spoor: following %d file%s; ^C ends it\n", atomic_load(&m->progress->files_total),
		           atomic_load(&m->progress->files_total) == 1 ? "" : "s");
	pthread_mutex_lock(&m->lock);
	if (out.len && m->drawn)
		meter_draw(m, true);
	fwrite(buf_cstr(&out), 1, out.len, stderr);
	if (terminal && atomic_load(&m->progress->caught_up))
		meter_draw(m, false);
	pthread_mutex_unlock(&m->lock);
	buf_done(&out);
}

static bool run_follow(struct db *db, const struct command_line *line, const struct import_opts *opts,
                       struct meter *meter, struct import_report *report, struct err *err)
{
	const struct follow_opts follow = {.import = *opts, .tell = tell_news, .context = meter};
	struct follow *f = follow_open(db, line->args, line->n_args, &follow, meter->progress, err);
	bool ok = f && follow_run(f, report, err);
	follow_close(f);
	return ok;
}

/* ---------------------------------------------------------------- the command */

static bool options(const struct command_line *line, struct import_opts *opts, struct err *err)
{
	int64_t depth;
	*opts = (struct import_opts){.strict = cmd_flag(line, "strict"), .now_ns = cmd_now_ns()};
	if (!cmd_int(line, "max-depth", 0, &depth, err))
		return false;
	if (cmd_flag(line, "max-depth") && (depth < 1 || depth > NESTING_MAX))
		return err_set(err, ERR_USAGE, NULL, "--max-depth goes from 1 to %d", NESTING_MAX);
	opts->depth_max = (int)depth;
	opts->map = cmd_option(line, "map");
	if (opts->map && !import_map_check(opts->map, err))
		return false;
	if (opts->strict && cmd_flag(line, "follow"))
		return err_set(err, ERR_USAGE, NULL, "--strict needs a file's end, which --follow never sees");
	if (cmd_flag(line, "explain") && cmd_flag(line, "follow"))
		return err_set(err, ERR_USAGE, NULL, "--explain looks once, --follow does not end");
	return true;
}

/* The user's own checks; a mistake in their file costs the checks of this import (the next one makes up for them), not the import. */
static bool own_checks(const struct command_line *line, struct rules **rules)
{
	struct err why = ERR_INIT;
	*rules = NULL;
	if (cmd_flag(line, "no-checks"))
		return false;
	if (rules_load(NULL, cmd_now_ns(), rules, &why))
		return true;
	struct buf out = BUF_INIT;
	buf_add_cstr(&out, "spoor: ");
	clean_print(&out, str_of(why.text), false, is_ascii(line));
	buf_add_cstr(&out, " (nothing is checked until that is mended)\n");
	fwrite(buf_cstr(&out), 1, out.len, stderr);
	buf_done(&out);
	return false;
}

static bool import(const struct command_line *line, const struct import_opts *opts, struct import_report *report,
                   struct err *err)
{
	static struct import_progress progress; /* outlives this call: a late signal may still set cancel */
	struct meter meter;
	struct rules *rules;
	bool looked = own_checks(line, &rules);
	struct db *db = cmd_store(line, DB_WRITE, err);
	if (!db || !import_progress_init(&progress, err)) {
		rules_free(rules);
		db_close(db);
		return false;
	}
	catch_signals(&progress);
	meter_start(&meter, db, &progress, cmd_flag(line, "quiet"));
	meter.ascii = is_ascii(line);
	bool ok = remap(db, line->args, line->n_args, opts, &progress.cancel, err);
	if (ok && cmd_flag(line, "follow"))
		ok = run_follow(db, line, opts, &meter, report, err);
	else if (ok)
		ok = import_paths(db, line->args, line->n_args, opts, &progress, report, err);
	if (ok && !signalled && !cmd_flag(line, "no-index"))
		ok = search_index(db, search_threads(), &indexing, err);
	if (ok && !signalled && looked)
		ok = check_run(db, rules, &checking, err);
	meter_stop(&meter);
	rules_free(rules);
	db_checkpoint(db, 0); /* the store is one file again: it can be copied */
	db_close(db);         /* before anything is printed: a reader that goes away ends us */
	return ok;
}

static void mask_report(const struct command_line *line, struct import_report *report)
{
	for (size_t i = 0; i < report->n_files; i++)
		for (size_t k = 0; k < report->files[i].n_runs; k++)
			report->files[i].runs[k].name = cmd_masked(line, &report->arena, report->files[i].runs[k].name);
}

/* A name that was mistyped makes no store: nothing would be in it. */
static bool is_for_nothing(const struct command_line *line, struct import_report *report)
{
	struct buf path = BUF_INIT;
	cmd_store_path(line, &path);
	bool none = access(buf_cstr(&path), F_OK) != 0 && errno == ENOENT && !cmd_flag(line, "follow") &&
	            import_none_there(line->args, line->n_args, report);
	buf_done(&path);
	return none;
}

static int import_main(const struct command_line *line, struct err *err)
{
	struct import_report report = {.arena = ARENA_INIT};
	struct import_opts opts;
	if (!options(line, &opts, err))
		return err_exit_code(err->code);
	if (cmd_flag(line, "explain")) {
		int explained = cmd_explain(line, &opts, err);
		return explained < 0 ? err_exit_code(err->code) : explained;
	}
	say_prices(is_ascii(line));
	bool ok = is_for_nothing(line, &report) || import(line, &opts, &report, err);
	struct err failure = *err;
	mask_report(line, &report);
	if (ok || report.n_files)
		ok = print_report(line, &report, ok ? err : &failure) && ok;
	int code = ok ? report.exit_code : err_exit_code(err->code);
	if (signalled)
		code = after_signal(line, err);
	import_report_done(&report);
	return code;
}

const struct command command_import = {
    .name = "import",
    .operands = "FILE…|DIR…|-",
    .help = "read trace and eval files into the store",
    .more = "Files are recognised by their content; gzip, zstd and xz, zip and tar are opened. The same file again "
            "adds nothing,\n"
            "a file that grew adds what is new. Folders and archives are read with all they hold; what is of no known "
            "format\n"
            "in them is counted. - is standard input. An import that was stopped goes on where it was.",
    .min_args = 1,
    .max_args = -1,
    .options = import_options,
    .makes_store = true,
    .run = import_main,
};
