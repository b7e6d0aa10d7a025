/* spoor forget: takes traces, eval runs and whole files out of the store, for good. Says what will go, and asks. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/units.h"
#include "store/query/forget_plan.h"
#include "store/query/runs.h"
#include "store/query/sources.h"
#include "store/query/traces.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/stop.h"

/* clang-format off */
static const struct option_row forget_options[] = {
	{"before", 0, OPTION_TEXT, "TIME", "traces and eval runs that began before it: 90d, 2026-11-20"},
	{"where", 'w', OPTION_TEXT, "FILTER", "the traces that match (spoor help filter)"},
	{"yes", 'y', OPTION_FLAG, NULL, "do not ask"},
	{"dry-run", 0, OPTION_FLAG, NULL, "only say what would go"},
	{"no-compact", 0, OPTION_FLAG, NULL, "leave the file as large as it is: quick, but text may be left in its free room"},
	{.name = NULL},
};
/* clang-format on */

struct job {
	const struct command_line *line;
	struct out out;
	struct arena arena;
	struct db *db;
	struct forget_plan plan;
	bool pending; /* an earlier one was stopped half-way */
	int64_t before_bytes, after_bytes;
	bool cut;
};

/* ---------------------------------------------------------------- what is meant */

static bool is_of_file(const char *word, struct str path)
{
	size_t slash = path.len;
	while (slash && path.ptr[slash - 1] != '/')
		slash--;
	return str_is(path, word) || str_is(str_from(path, slash), word);
}

/* A file by its path as imported, or by its last part if only one has it; all entries of an archive. */
static bool add_file(struct job *j, const char *word, struct err *err)
{
	struct source *all;
	size_t n;
	struct str path = STR_NONE;
	if (!sources_all(j->db, &j->arena, &all, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_of_file(word, all[i].path))
			continue;
		if (path.ptr && !str_eq(path, all[i].path) && !str_is(path, word) && !str_is(all[i].path, word))
			return err_set(err, ERR_USAGE, NULL,
			               "%.100s is the name of several files: give the path, such as " STR_FMT, word,
			               STR_ARG(str_cut(path, 0, 200)));
		path = all[i].path;
	}
	for (size_t i = 0; i < n; i++)
		if (path.ptr &&
		    (str_is(all[i].path, word) || (is_of_file(word, all[i].path) && str_eq(path, all[i].path))))
			forget_plan_add(&j->plan.sources, all[i].id);
	return path.ptr ||
	       err_set(err, ERR_NOT_FOUND, NULL, "no file %.200s was imported (spoor doctor lists them)", word);
}

static bool add_word(struct job *j, const char *word, struct err *err)
{
	int64_t id;
	if (strncmp(word, "trace:", 6) == 0) {
		if (!traces_find(j->db, str_of(word + 6), &id, err))
			return false;
		forget_plan_add(&j->plan.traces, id);
		return true;
	}
	if (strncmp(word, "run:", 4) == 0) {
		if (!runs_find(j->db, str_of(word + 4), &id, err))
			return false;
		forget_plan_add(&j->plan.runs, id);
		return true;
	}
	return add_file(j, word, err);
}

static bool add_before(struct job *j, const char *time, struct err *err)
{
	struct buf text = BUF_INIT;
	bool ok = true;
	buf_printf(&text, "not since:\"%s\"", time);
	static const enum filter_over over[] = {FILTER_TRACES, FILTER_RUNS};
	for (size_t i = 0; ok && i < 2; i++) {
		struct filter_mistake mistake;
		struct filter *f =
		    filter_parse(&j->arena, arena_str(&j->arena, buf_str(&text)), over[i], cmd_now_ns(), &mistake);
		ok = f || err_set(err, ERR_USAGE, NULL, "--before: expected %.150s", mistake.expected);
		ok = ok && forget_plan_where(j->db, &j->plan, f, over[i], err);
	}
	buf_done(&text);
	return ok;
}

static bool add_where(struct job *j, const char *where, struct err *err)
{
	struct filter_mistake mistake;
	struct filter *f = filter_parse(&j->arena, arena_cstr(&j->arena, where), FILTER_TRACES, cmd_now_ns(), &mistake);
	if (!f)
		return err_set(err, ERR_USAGE, NULL, "--where, column %zu: expected %.150s", mistake.column + 1,
		               mistake.expected);
	if (filter_is_empty(f))
		return err_set(err, ERR_USAGE, NULL, "--where is empty: that would be every trace");
	return forget_plan_where(j->db, &j->plan, f, FILTER_TRACES, err);
}

static bool make_plan(struct job *j, struct err *err)
{
	const char *before = cmd_option(j->line, "before"), *where = cmd_option(j->line, "where");
	if (!forget_pending(j->db, &j->pending, err))
		return false;
	if (j->line->n_args == 0 && !before && !where && !j->pending)
		return err_set(err, ERR_USAGE, NULL,
		               "forget what? A FILE, trace:ID, run:ID, --before or --where (spoor help forget)");
	for (size_t i = 0; i < j->line->n_args; i++)
		if (!add_word(j, j->line->args[i], err))
			return false;
	return (!before || add_before(j, before, err)) && (!where || add_where(j, where, err)) &&
	       forget_plan_close(j->db, &j->plan, err);
}

static bool is_empty(const struct forget_plan *p)
{
	return p->traces.at.n + p->runs.at.n + p->sources.at.n == 0;
}

/* ---------------------------------------------------------------- saying it */

static void counted(struct buf *to, int64_t n, const char *what, bool *any)
{
	if (n == 0)
		return;
	if (*any)
		buf_add_cstr(to, ", ");
	*any = true;
	units_thousands(to, n);
	buf_printf(to, " %s%s", what, n == 1 ? "" : "s");
}

static void plan_words(struct buf *to, const struct forget_plan *p)
{
	bool any = false;
	counted(to, (int64_t)p->traces.at.n, "trace", &any);
	counted(to, p->spans, "span", &any);
	counted(to, p->scores, "score", &any);
	counted(to, (int64_t)p->runs.at.n, "eval run", &any);
	counted(to, p->cases, "case result", &any);
	counted(to, (int64_t)p->sources.at.n, "file", &any);
	if (!any)
		buf_add_cstr(to, "nothing");
}

static bool name_again(struct job *j, struct buf *to, struct err *err)
{
	for (size_t i = 0; i < j->plan.again.at.n; i++) {
		struct source s;
		if (!source_get(j->db, j->plan.again.at.at[i], &j->arena, &s, err))
			return false;
		buf_add_cstr(to, i ? ", " : "; parts of it came from ");
		out_text(&j->out, to, s.path, 0);
	}
	if (j->plan.again.at.n)
		buf_add_cstr(to, " too: import that again to have them");
	return true;
}

/* true: go on. What people said stays, which is worth saying before they answer. */
static bool asks(struct job *j, struct err *err)
{
	struct buf text = BUF_INIT;
	char answer[16] = "";
	plan_words(&text, &j->plan);
	bool ok = name_again(j, &text, err);
	if (ok && cmd_flag(j->line, "yes")) {
		buf_done(&text);
		return true;
	}
	fprintf(stderr, "To be forgotten for good: %s. Verdicts and notes stay.\n", buf_cstr(&text));
	buf_done(&text);
	if (!ok)
		return false;
	if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
		return err_set(err, ERR_USAGE, NULL, "nothing was forgotten: without a terminal to ask at, say --yes");
	fputs("Forget it? [y/N] ", stderr);
	fflush(stderr);
	if (!fgets(answer, sizeof answer, stdin) || (answer[0] != 'y' && answer[0] != 'Y'))
		return err_set(err, ERR_NOT_FOUND, NULL, "nothing was forgotten");
	return true;
}

static void print_json(struct job *j, bool done, struct buf *out)
{
	const struct forget_plan *p = &j->plan;
	struct jout json;
	jout_init(&json, out, false);
	jout_object(&json, NULL);
	jout_bool(&json, "done", done);
	jout_int(&json, "files", (int64_t)p->sources.at.n);
	jout_int(&json, "traces", (int64_t)p->traces.at.n);
	jout_int(&json, "spans", p->spans);
	jout_int(&json, "scores", p->scores);
	jout_int(&json, "runs", (int64_t)p->runs.at.n);
	jout_int(&json, "cases", p->cases);
	jout_int(&json, "files_to_import_again", (int64_t)p->again.at.n);
	jout_int(&json, "bytes_before", done ? j->before_bytes : UNKNOWN_INT);
	jout_int(&json, "bytes_after", done ? j->after_bytes : UNKNOWN_INT);
	jout_end(&json);
	buf_add_char(out, '\n');
}

static bool print(struct job *j, bool done, struct err *err)
{
	struct buf out = BUF_INIT;
	bool ok = true;
	if (j->out.form == OUT_JSON_) {
		print_json(j, done, &out);
	} else {
		buf_add_cstr(&out, done ? "forgotten: " : "would be forgotten: ");
		if (j->pending)
			buf_add_cstr(&out,
			             done ? "what was left of the last time, " : "what is left of the last time, ");
		plan_words(&out, &j->plan);
		ok = done || name_again(j, &out, err);
		if (done) {
			buf_add_cstr(&out, "; the store went from ");
			units_bytes(&out, (uint64_t)j->before_bytes);
			buf_add_cstr(&out, " to ");
			units_bytes(&out, (uint64_t)j->after_bytes);
		}
		buf_add_char(&out, '\n');
	}
	ok = ok && out_flush(&out, err);
	buf_done(&out);
	return ok;
}

/* ---------------------------------------------------------------- doing it */

static int64_t store_bytes(struct db *db)
{
	int64_t pages = 0, size = 0;
	return db_int(db, "PRAGMA page_count", 0, &pages, NULL) && db_int(db, "PRAGMA page_size", 0, &size, NULL)
	           ? pages * size
	           : 0;
}

static bool forget(struct job *j, const _Atomic bool *cancel, struct err *err)
{
	struct forget_what what = forget_plan_what(&j->plan);
	struct forget *f = forget_open(j->db, err);
	if (!f)
		return false;
	j->before_bytes = store_bytes(j->db);
	bool ok = (is_empty(&j->plan) || forget_note(f, &what, err)) &&
	          forget_run(f, !cmd_flag(j->line, "no-compact"), cancel, &j->cut, err);
	forget_close(f);
	j->after_bytes = store_bytes(j->db);
	return ok;
}

static void warn(const struct job *j)
{
	if (!j->cut)
		fputs("spoor: another spoor reads the store: some of it stays in the log (the -wal file) until spoor "
		      "forget is"
		      " run again without it\n",
		      stderr);
	if (cmd_flag(j->line, "no-compact"))
		fputs("spoor: the file was not written anew: spoor forget, without --no-compact, or spoor doctor "
		      "--compact"
		      " does that\n",
		      stderr);
}

static bool run(struct job *j, struct err *err)
{
	static _Atomic bool cancel; /* a late signal may still set it */
	if (!make_plan(j, err))
		return false;
	if (is_empty(&j->plan) && !j->pending)
		return err_set(err, ERR_NOT_FOUND, NULL, "nothing matches: nothing was forgotten");
	if (cmd_flag(j->line, "dry-run"))
		return print(j, false, err);
	if (!is_empty(&j->plan) && !asks(j, err))
		return false;
	stop_on_signals(&cancel, j->db);
	bool ok = forget(j, &cancel, err);
	stop_without_db();
	if (ok)
		warn(j);
	return ok && print(j, true, err);
}

static int forget_main(const struct command_line *line, struct err *err)
{
	struct job j = {.line = line, .arena = ARENA_INIT};
	out_init(&j.out, line);
	bool ok = (j.db = cmd_store(line, cmd_flag(line, "dry-run") ? DB_READ : DB_WRITE, err)) != NULL && run(&j, err);
	db_close(j.db);
	forget_plan_done(&j.plan);
	arena_done(&j.arena);
	if (!stop_signal())
		return ok ? 0 : err_exit_code(err->code);
	*err = ERR_INIT;
	fputs("spoor: stopped half-way: spoor forget goes on from there\n", stderr);
	return 128 + stop_signal();
}

const struct command command_forget = {
    .name = "forget",
    .operands = "FILE|trace:ID|…",
    .help = "take traces, runs or whole files out of the store",
    .more =
        "FILE is as doctor lists it, trace:ID and run:ID are one trace or eval run. With a file go all traces and "
        "eval\n"
        "runs that have a record of it. It says what will go, and asks; --yes in scripts. Verdicts and notes stay.\n"
        "The store is written anew at the end, so that no text is left in the file: that needs room for two copies "
        "beside\n"
        "it. Stopped or killed half-way, the next spoor forget goes on, also without words.",
    .min_args = 0,
    .max_args = -1,
    .options = forget_options,
    .run = forget_main,
};
