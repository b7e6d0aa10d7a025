/* spoor doctor: is the store sound, what was wrong in the files, what does the terminal look like. */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/db.h"
#include "store/query/sources.h"
#include "store/search.h"
#include "tui/cmd/cmds.h"

/* clang-format off */
const struct option_row doctor_options[] = {
	{"again", 0, OPTION_FLAG, NULL, "--index: all of it, from the start"},
	{"index", 0, OPTION_FLAG, NULL, "first index for search what is not indexed yet"},
	{"problems", 'p', OPTION_FLAG, NULL, "every problem met when importing, of all files or those named"},
	{"limit", 'n', OPTION_INT, "N", "--problems: at most N"},
	{.name = NULL},
};
/* clang-format on */

struct doctor {
	const struct command_line *line;
	struct out out;
	struct arena arena;
	struct db *db;
	struct buf path, text;
	struct stat st;
	bool exists;
	struct store_health health;
	struct source *sources;
	size_t n_sources;
};

/* ---------------------------------------------------------------- problems */

/* By the path as given when it was imported, or by its last part. */
static bool names_file(const char *wanted, const char *file)
{
	if (!file)
		return false;
	const char *last = strrchr(file, '/');
	return strcmp(wanted, file) == 0 || (last && strcmp(wanted, last + 1) == 0);
}

static bool is_asked_for(const struct doctor *d, const struct problem *p)
{
	for (size_t i = 0; i < d->line->n_args; i++)
		if (names_file(d->line->args[i], p->file))
			return true;
	return d->line->n_args == 0;
}

static void problem_text(struct doctor *d, const struct problem *p)
{
	struct buf raw = BUF_INIT;
	problem_sentence(&raw, p);
	out_text(&d->out, &d->text, buf_str(&raw), 0);
	buf_add_char(&d->text, '\n');
	buf_done(&raw);
}

static bool print_problems(struct doctor *d, struct err *err)
{
	struct problem *problems;
	size_t n;
	int64_t total, limit, shown = 0;
	struct jout j;
	bool json = d->out.form == OUT_JSON_;
	if (!cmd_int(d->line, "limit", -1, &limit, err) ||
	    !sources_problems(d->db, 0, -1, &d->arena, &problems, &n, &total, err))
		return false;
	jout_init(&j, &d->text, false);
	if (json) {
		jout_object(&j, NULL);
		jout_array(&j, "problems");
	}
	total = 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_asked_for(d, &problems[i]) || (total++ >= limit && limit >= 0))
			continue;
		shown++;
		if (json) {
			jout_object(&j, NULL);
			out_problem(&j, &problems[i]);
			jout_end(&j);
		} else {
			problem_text(d, &problems[i]);
		}
		if (!out_stream(&d->text, err))
			return false;
	}
	if (json) {
		jout_end(&j);
		jout_int(&j, "total", total);
		jout_end(&j);
		buf_add_char(&d->text, '\n');
	} else if (total == 0) {
		buf_add_cstr(&d->text, "no problems\n");
	}
	return out_flush(&d->text, err);
}

/* ---------------------------------------------------------------- figures */

static bool examine(struct doctor *d, struct err *err)
{
	const char *given = cmd_option(d->line, "store");
	if (given)
		buf_add_cstr(&d->path, given);
	else
		db_default_path(&d->path);
	d->exists = stat(buf_cstr(&d->path), &d->st) == 0;
	if (!d->exists)
		return true;
	d->db = cmd_store(d->line, DB_READ, err);
	return d->db && sources_all(d->db, &d->arena, &d->sources, &d->n_sources, err);
}

static bool is_private(const struct doctor *d)
{
	return (d->st.st_mode & 077) == 0;
}

static const char *terminal_env(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

/* What the environment says; the explorer asks terminfo besides. */
static const char *colours(void)
{
	const char *term = terminal_env("TERM"), *depth = terminal_env("COLORTERM");
	if (terminal_env("NO_COLOR"))
		return "none";
	if (!term || strcmp(term, "dumb") == 0 || strncmp(term, "vt", 2) == 0)
		return "none";
	if (depth && (strcmp(depth, "truecolor") == 0 || strcmp(depth, "24bit") == 0))
		return "truecolor";
	return strstr(term, "256") ? "256" : strcmp(term, "linux") == 0 ? "8" : "16";
}

static const char *check_word(const struct store_health *h)
{
	return !h->checked ? "not checked" : h->sound ? "sound" : "damaged";
}

/* ---------------------------------------------------------------- text */

static void row(struct doctor *d, const char *name, const struct buf *value)
{
	buf_printf(&d->text, "%-10s ", name);
	out_text(&d->out, &d->text, buf_str(value), 0);
	buf_add_char(&d->text, '\n');
}

static void counted(struct buf *to, int64_t n, const char *what)
{
	if (to->len)
		buf_add_cstr(to, ", ");
	units_thousands(to, n);
	buf_printf(to, " %s%s", what, n == 1 ? "" : "s");
}

static void store_text(struct doctor *d)
{
	const struct store_health *h = &d->health;
	struct buf v = BUF_INIT;
	buf_add_str(&v, buf_str(&d->path));
	if (!d->exists)
		buf_add_cstr(&v, " (not there yet: spoor import FILE makes it)");
	row(d, "store", &v);
	buf_clear(&v);
	if (!d->exists) {
		buf_done(&v);
		return;
	}
	units_bytes(&v, (uint64_t)(h->file_bytes > 0 ? h->file_bytes : 0));
	buf_add_cstr(&v, ", log ");
	units_bytes(&v, (uint64_t)(h->wal_bytes > 0 ? h->wal_bytes : 0));
	buf_printf(&v, ", version %lld, mode %04o", (long long)h->version, (unsigned)(d->st.st_mode & 07777));
	if (!is_private(d))
		buf_add_cstr(&v, ": others can read it, which may hold prompts and keys (chmod 600)");
	row(d, "", &v);
	buf_clear(&v);
	counted(&v, h->traces, "trace");
	counted(&v, h->spans, "span");
	counted(&v, h->scores, "score");
	counted(&v, h->runs, "eval run");
	counted(&v, h->cases, "case result");
	counted(&v, h->annotations, "annotation");
	row(d, "holds", &v);
	buf_clear(&v);
	units_bytes(&v, (uint64_t)(h->raw_bytes > 0 ? h->raw_bytes : 0));
	buf_add_cstr(&v, " of records in ");
	units_bytes(&v, (uint64_t)(h->packed_bytes > 0 ? h->packed_bytes : 0));
	buf_printf(&v, " (%lld blocks), %d %% of it indexed for search%s", (long long)h->blocks, h->searchable_percent,
	           h->searchable_percent < 100 ? " (spoor doctor --index)" : "");
	row(d, "", &v);
	buf_clear(&v);
	buf_printf(&v, "%s%s%s", check_word(h), h->trouble[0] ? ": " : "", h->trouble);
	row(d, "health", &v);
	buf_done(&v);
}

static void sources_text(struct doctor *d)
{
	struct buf v = BUF_INIT;
	for (size_t i = 0; i < d->n_sources; i++) {
		const struct source *s = &d->sources[i];
		buf_clear(&v);
		buf_add_str(&v, s->path);
		if (s->entry.len) {
			buf_add_cstr(&v, ": ");
			buf_add_str(&v, s->entry);
		}
		buf_add_cstr(&v, "  ");
		buf_add_str(&v, s->format);
		buf_printf(&v, ", %lld records%s", (long long)s->records,
		           s->state == SOURCE_WHOLE     ? ""
		           : s->state == SOURCE_READING ? ", being read, or its reader was killed"
		                                        : ", stopped before its end");
		if (s->problems > 0)
			buf_printf(&v, ", %lld problem%s", (long long)s->problems, s->problems == 1 ? "" : "s");
		row(d, i ? "" : "files", &v);
	}
	buf_clear(&v);
	buf_printf(&v, "%lld%s", (long long)d->health.problems, d->health.problems ? " (spoor doctor --problems)" : "");
	row(d, "problems", &v);
	buf_done(&v);
}

static void terminal_text(struct doctor *d)
{
	struct buf v = BUF_INIT;
	const char *term = terminal_env("TERM"), *depth = terminal_env("COLORTERM");
	buf_printf(&v, "%s, TERM=%s", isatty(STDOUT_FILENO) == 1 ? "yes" : "no", term ? term : "not set");
	if (depth)
		buf_printf(&v, ", COLORTERM=%s", depth);
	buf_printf(&v, ", colours %s, text %s", colours(), nl_langinfo(CODESET));
	if (d->out.cols)
		buf_printf(&v, ", %d columns", d->out.cols);
	row(d, "terminal", &v);
	buf_done(&v);
}

/* ---------------------------------------------------------------- JSON */

static void store_json(struct doctor *d, struct jout *j)
{
	const struct store_health *h = &d->health;
	char mode[8];
	jout_object(j, "store");
	jout_str(j, "path", buf_str(&d->path));
	jout_bool(j, "exists", d->exists);
	if (d->exists) {
		snprintf(mode, sizeof mode, "%04o", (unsigned)(d->st.st_mode & 07777));
		jout_cstr(j, "mode", mode);
		jout_bool(j, "private", is_private(d));
		jout_int(j, "version", h->version);
		jout_int(j, "file_bytes", h->file_bytes);
		jout_int(j, "wal_bytes", h->wal_bytes);
		jout_int(j, "raw_bytes", h->raw_bytes);
		jout_int(j, "packed_bytes", h->packed_bytes);
		jout_int(j, "blocks", h->blocks);
		jout_int(j, "searchable_percent", h->searchable_percent);
		jout_int(j, "traces", h->traces);
		jout_int(j, "spans", h->spans);
		jout_int(j, "scores", h->scores);
		jout_int(j, "runs", h->runs);
		jout_int(j, "cases", h->cases);
		jout_int(j, "annotations", h->annotations);
		jout_int(j, "problems", h->problems);
		jout_cstr(j, "health", check_word(h));
		jout_cstr(j, "trouble", h->trouble[0] ? h->trouble : NULL);
	}
	jout_end(j);
}

static void sources_json(struct doctor *d, struct jout *j)
{
	jout_array(j, "files");
	for (size_t i = 0; i < d->n_sources; i++) {
		const struct source *s = &d->sources[i];
		jout_object(j, NULL);
		jout_str(j, "file", s->path);
		jout_str(j, "entry", s->entry);
		jout_str(j, "format", s->format);
		jout_bool(j, "whole", s->state == SOURCE_WHOLE);
		jout_int(j, "bytes", (int64_t)s->bytes);
		jout_int(j, "records", (int64_t)s->records);
		jout_int(j, "traces", s->traces);
		jout_int(j, "spans", s->spans);
		jout_int(j, "scores", s->scores);
		jout_int(j, "runs", s->runs);
		jout_int(j, "cases", s->cases);
		jout_int(j, "problems", s->problems);
		jout_end(j);
	}
	jout_end(j);
}

static void terminal_json(struct doctor *d, struct jout *j)
{
	jout_object(j, "terminal");
	jout_bool(j, "is_terminal", isatty(STDOUT_FILENO) == 1);
	jout_cstr(j, "term", terminal_env("TERM"));
	jout_cstr(j, "colorterm", terminal_env("COLORTERM"));
	jout_cstr(j, "colors", colours());
	jout_cstr(j, "charset", nl_langinfo(CODESET));
	jout_int(j, "columns", d->out.cols ? d->out.cols : UNKNOWN_INT);
	jout_end(j);
}

static void print_json(struct doctor *d)
{
	struct jout j;
	jout_init(&j, &d->text, false);
	jout_object(&j, NULL);
	jout_cstr(&j, "version", cmd_version);
	store_json(d, &j);
	sources_json(d, &j);
	terminal_json(d, &j);
	jout_end(&j);
	buf_add_char(&d->text, '\n');
}

/* ---------------------------------------------------------------- the command */

static bool print_health(struct doctor *d, struct err *err)
{
	if (d->db && !sources_health(d->db, true, &d->health, err))
		return false;
	if (d->out.form == OUT_JSON_) {
		print_json(d);
	} else {
		struct buf v = BUF_INIT;
		buf_add_cstr(&v, cmd_version);
		row(d, "version", &v);
		buf_done(&v);
		store_text(d);
		if (d->exists)
			sources_text(d);
		terminal_text(d);
	}
	if (!out_flush(&d->text, err))
		return false;
	if (d->health.checked && !d->health.sound)
		return err_set(err, ERR_STORE, NULL, "the store is damaged: %.180s", d->health.trouble);
	return true;
}

/* On a connection of its own, so that the report reads what everybody reads. */
static bool make_index(const struct command_line *line, struct err *err)
{
	struct db *db = cmd_store(line, DB_WRITE, err);
	bool ok =
	    db && (!cmd_flag(line, "again") || search_drop(db, err)) && search_index(db, search_threads(), NULL, err);
	if (db)
		db_checkpoint(db, 0);
	db_close(db);
	return ok;
}

int cmd_doctor(const struct command_line *line, struct err *err)
{
	struct doctor d = {.line = line, .arena = ARENA_INIT};
	out_init(&d.out, line);
	bool problems = cmd_flag(line, "problems");
	bool ok = line->n_args == 0 || problems ||
	          err_set(err, ERR_USAGE, NULL, "files are named with --problems (spoor help doctor)");
	ok = ok && (cmd_flag(line, "index") || !cmd_flag(line, "again") ||
	            err_set(err, ERR_USAGE, NULL, "--again goes with --index (spoor help doctor)"));
	ok = ok && (!cmd_flag(line, "index") || make_index(line, err)) && examine(&d, err);
	if (ok && problems && !d.db)
		ok = (d.db = cmd_store(line, DB_READ, err)) != NULL;
	ok = ok && (problems ? print_problems(&d, err) : print_health(&d, err));
	db_close(d.db);
	buf_done(&d.path);
	buf_done(&d.text);
	arena_done(&d.arena);
	return ok ? 0 : err_exit_code(err->code);
}
