/* spoor doctor: is the store sound, what was wrong in the files, what does the machine look like. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "import/prices.h"
#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/db.h"
#include "store/forget.h"
#include "store/query/health.h"
#include "store/query/sources.h"
#include "store/search.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/machine.h"
#include "tui/cmd/stop.h"
#include "tui/settings.h"

/* clang-format off */
static const struct option_row doctor_options[] = {
	{"again", 0, OPTION_FLAG, NULL, "--index: all of it, from the start"},
	{"compact", 0, OPTION_FLAG, NULL, "first write the store anew, without free room; needs room for two copies"},
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
	struct err refused; /* why it cannot be opened */
	struct store_health health;
	struct health_sizes sizes;
	struct str *troubles;
	size_t n_troubles;
	bool checked, pending; /* pending: a forget was stopped half-way */
	struct source *sources;
	size_t n_sources;
	struct source_map *maps; /* of columns, remembered */
	size_t n_maps;
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

static const struct store_health unknown_health = {
    .traces = UNKNOWN_INT,
    .spans = UNKNOWN_INT,
    .scores = UNKNOWN_INT,
    .runs = UNKNOWN_INT,
    .cases = UNKNOWN_INT,
    .annotations = UNKNOWN_INT,
    .problems = UNKNOWN_INT,
    .blocks = UNKNOWN_INT,
    .raw_bytes = UNKNOWN_INT,
    .packed_bytes = UNKNOWN_INT,
    .wal_bytes = UNKNOWN_INT,
    .version = UNKNOWN_INT,
    .searchable_percent = -1,
};
static const struct health_sizes unknown_sizes = {UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT,
                                                  UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT};

static void examine(struct doctor *d)
{
	const char *given = cmd_option(d->line, "store");
	if (given)
		buf_add_cstr(&d->path, given);
	else
		db_default_path(&d->path);
	d->exists = lstat(buf_cstr(&d->path), &d->st) == 0;
	d->health = unknown_health;
	d->sizes = unknown_sizes;
	if (!d->exists)
		return;
	d->db = cmd_store(d->line, DB_READ, &d->refused); /* why not is said below, with all that can be said */
	if (!d->db)
		return;
	if (!sources_all(d->db, &d->arena, &d->sources, &d->n_sources, &d->refused))
		d->n_sources = 0;
	if (!source_map_all(d->db, &d->arena, &d->maps, &d->n_maps, &d->refused))
		d->n_maps = 0;
}

static bool look_through(struct doctor *d, struct err *err)
{
	if (!d->db)
		return true;
	struct err why = ERR_INIT;
	d->checked = health_check(d->db, &d->arena, &d->troubles, &d->n_troubles, &why);
	if (!d->checked && why.code == ERR_INTERRUPTED)
		return err_set(err, ERR_INTERRUPTED, NULL, "stopped");
	/* Figures of a damaged store are what can still be had. */
	bool counts = sources_health(d->db, false, &d->health, &why), sizes = health_sizes(d->db, &d->sizes, &why);
	if (!sizes)
		d->sizes = unknown_sizes;
	if (counts && sizes && forget_pending(d->db, &d->pending, &why) && d->checked)
		return true;
	d->refused = why;
	return true;
}

static bool is_sound(const struct doctor *d)
{
	return d->checked && d->n_troubles == 0 && d->refused.code == ERR_NONE;
}

static bool is_private(const struct doctor *d)
{
	return (d->st.st_mode & 077) == 0;
}

static const char *check_word(const struct doctor *d)
{
	return is_sound(d) ? "sound" : d->checked && d->refused.code == ERR_NONE ? "damaged" : "cannot be read";
}

/* ---------------------------------------------------------------- text */

static void row(struct doctor *d, const char *name, const struct buf *value)
{
	buf_printf(&d->text, "%-10s ", name);
	out_text(&d->out, &d->text, buf_str(value), 0);
	buf_add_char(&d->text, '\n');
}

/* A sentence over as many rows as it takes at 80 columns. */
static void sentence(struct doctor *d, const char *name, struct str text)
{
	enum { ROOM = 80 - 11 };
	struct buf line = BUF_INIT;
	for (struct str word; str_split(&text, ' ', &word);) {
		if (line.len && text_cols(buf_str(&line)) + 1 + text_cols(word) > ROOM) {
			row(d, name, &line);
			buf_clear(&line);
			name = "";
		}
		buf_printf(&line, "%s", line.len ? " " : "");
		buf_add_str(&line, word);
	}
	row(d, name, &line);
	buf_done(&line);
}

static void machine_says(void *context, const char *name, const struct buf *value)
{
	row(context, name, value);
}

static void counted(struct buf *to, int64_t n, const char *what)
{
	if (n == UNKNOWN_INT)
		return;
	if (to->len)
		buf_add_cstr(to, ", ");
	units_thousands(to, n);
	buf_printf(to, " %s%s", what, n == 1 ? "" : "s");
}

static void sized(struct buf *to, int64_t bytes, const char *what)
{
	if (bytes == UNKNOWN_INT || bytes == 0)
		return;
	if (to->len)
		buf_add_cstr(to, ", ");
	buf_printf(to, "%s ", what);
	units_bytes(to, (uint64_t)bytes);
}

static void file_text(struct doctor *d)
{
	const struct store_health *h = &d->health;
	struct buf v = BUF_INIT;
	buf_add_str(&v, buf_str(&d->path));
	if (!d->exists)
		buf_add_cstr(&v, " (not there yet: spoor import FILE makes it)");
	row(d, "store", &v);
	buf_clear(&v);
	if (d->exists) {
		units_bytes(&v, (uint64_t)d->st.st_size);
		if (d->db) {
			buf_add_cstr(&v, ", log ");
			units_bytes(&v, (uint64_t)(h->wal_bytes > 0 ? h->wal_bytes : 0));
			if (h->version != UNKNOWN_INT)
				buf_printf(&v, ", version %lld", (long long)h->version);
		}
		buf_printf(&v, ", mode %04o%s", (unsigned)(d->st.st_mode & 07777),
		           d->db && db_read_only(d->db) ? ", read-only" : "");
		row(d, "", &v);
		buf_clear(&v);
	}
	if (d->exists && !is_private(d)) {
		buf_add_cstr(&v, "others can read it, and it may hold prompts and keys: chmod 600 it");
		row(d, "", &v);
	}
	buf_done(&v);
}

/* Not of a damaged store that did not say. */
static void told(struct doctor *d, const char *name, const struct buf *value)
{
	if (value->len)
		row(d, name, value);
}

static void records_text(struct doctor *d)
{
	const struct store_health *h = &d->health;
	struct buf v = BUF_INIT;
	if (h->raw_bytes == UNKNOWN_INT || h->packed_bytes == UNKNOWN_INT || h->blocks == UNKNOWN_INT)
		return;
	units_bytes(&v, (uint64_t)h->raw_bytes);
	buf_add_cstr(&v, " of records in ");
	units_bytes(&v, (uint64_t)h->packed_bytes);
	buf_printf(&v, " (%lld block%s)", (long long)h->blocks, h->blocks == 1 ? "" : "s");
	if (h->searchable_percent >= 0)
		buf_printf(&v, ", %d %% of it indexed for search%s", h->searchable_percent,
		           h->searchable_percent < 100 ? " (spoor doctor --index)" : "");
	row(d, "", &v);
	buf_done(&v);
}

static void holds_text(struct doctor *d)
{
	const struct store_health *h = &d->health;
	const struct health_sizes *z = &d->sizes;
	struct buf v = BUF_INIT;
	counted(&v, h->traces, "trace");
	counted(&v, h->spans, "span");
	counted(&v, h->scores, "score");
	told(d, "holds", &v);
	buf_clear(&v);
	counted(&v, h->runs, "eval run");
	counted(&v, h->cases, "case result");
	counted(&v, h->annotations, "annotation");
	told(d, "", &v);
	buf_clear(&v);
	records_text(d);
	sized(&v, z->blocks, "records");
	sized(&v, z->spans, "spans");
	sized(&v, z->traces, "traces");
	sized(&v, z->evals, "evals");
	told(d, "room", &v);
	buf_clear(&v);
	sized(&v, z->index, "index");
	sized(&v, z->words, "words");
	sized(&v, z->other, "other");
	sized(&v, z->spare, "free");
	if (z->spare != UNKNOWN_INT && z->spare > h->file_bytes / 4)
		buf_add_cstr(&v, " (spoor doctor --compact)");
	told(d, "", &v);
	buf_done(&v);
}

static void health_text(struct doctor *d)
{
	struct buf v = BUF_INIT;
	buf_add_cstr(&v, check_word(d));
	if (d->refused.code != ERR_NONE)
		buf_printf(&v, ": %s", d->refused.text);
	sentence(d, "health", buf_str(&v));
	for (size_t i = 0; i < d->n_troubles; i++)
		sentence(d, "", d->troubles[i]);
	buf_clear(&v);
	if (d->n_troubles) {
		buf_add_cstr(&v, "put a backup in its place, or move it away and import again");
		row(d, "", &v);
	} else if (d->pending) {
		buf_add_cstr(&v, "a forget was stopped half-way: spoor forget goes on");
		row(d, "", &v);
	}
	buf_done(&v);
}

/* ---------------------------------------------------------------- what to do */

/* What is wrong or could be better, the worst first, each with what to do: one sentence a line. */
static void add_advice(const struct doctor *d, struct buf *out)
{
	const struct store_health *h = &d->health;
	size_t n_own, n_mistakes;
	struct str newest;
	if (d->n_troubles)
		buf_add_cstr(out,
		             "the store is damaged: put a backup in its place, or move it away and import again\n");
	else if (d->exists && !is_sound(d))
		buf_printf(out, "the store %s: %s\n", check_word(d), d->refused.text);
	if (d->exists && !is_private(d))
		buf_add_cstr(out, "others can read the store, and it may hold prompts and keys: chmod 600 it\n");
	if (d->pending)
		buf_add_cstr(out, "a forget was stopped half-way: spoor forget goes on\n");
	for (size_t i = 0; i < d->n_sources; i++)
		if (d->sources[i].state != SOURCE_WHOLE) {
			buf_add_cstr(out,
			             "a file was not read to its end: spoor import it again, it goes on from there\n");
			break;
		}
	if (h->problems > 0)
		buf_printf(out, "%lld problem%s of files: spoor doctor --problems\n", (long long)h->problems,
		           h->problems == 1 ? "" : "s");
	if (h->searchable_percent >= 0 && h->searchable_percent < 100)
		buf_printf(out, "%d %% of the texts are indexed for search: spoor doctor --index\n",
		           h->searchable_percent);
	if (d->db && d->sizes.spare != UNKNOWN_INT && d->sizes.spare > h->file_bytes / 4) {
		buf_add_cstr(out, "spoor doctor --compact gives back ");
		units_bytes(out, (uint64_t)d->sizes.spare);
		buf_add_char(out, '\n');
	}
	size_t at = out->len;
	settings_say(out);
	if (out->len > at)
		buf_add_char(out, '\n');
	prices_count(&n_own, &newest);
	prices_mistakes(&n_mistakes);
	if (n_mistakes)
		buf_add_cstr(out, "the price list of yours has mistakes: see prices below\n");
	machine_terminal_hints(out);
}

static void advice_text(struct doctor *d)
{
	struct buf all = BUF_INIT;
	add_advice(d, &all);
	struct str rest = buf_str(&all);
	const char *name = "to do";
	for (struct str line; str_split(&rest, '\n', &line);) {
		if (!line.len)
			continue;
		sentence(d, name, line);
		name = "";
	}
	buf_done(&all);
}

static void store_text(struct doctor *d)
{
	file_text(d);
	if (d->db)
		holds_text(d);
	if (d->exists)
		health_text(d);
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

/* What is remembered of the columns of tables. */
static void maps_text(struct doctor *d)
{
	struct buf v = BUF_INIT, day = BUF_INIT;
	for (size_t i = 0; i < d->n_maps; i++) {
		buf_clear(&v);
		buf_add_cstr(&v, "--map ");
		clean_shell(&v, d->maps[i].map);
		row(d, i ? "" : "columns", &v);
		buf_clear(&v);
		units_iso_print(&day, d->maps[i].since_ns);
		buf_printf(&v, "of files with the same columns, since %.10s", buf_cstr(&day));
		buf_done(&day);
		row(d, "", &v);
	}
	buf_done(&v);
}

/* Where estimated costs come from. */
static void prices_text(struct doctor *d)
{
	struct buf v = BUF_INIT;
	struct str newest;
	size_t n_own, n_mistakes, n = prices_count(&n_own, &newest);
	const struct str *mistakes = prices_mistakes(&n_mistakes);
	buf_printf(&v, "%zu, the newest read " STR_FMT, n - n_own, STR_ARG(newest));
	row(d, "prices", &v);
	buf_clear(&v);
	if (n_own) {
		units_thousands(&v, (int64_t)n_own);
		buf_add_cstr(&v, " of yours, in ");
	} else {
		buf_add_cstr(&v, "yours would be in ");
	}
	prices_path(&v);
	row(d, "", &v);
	for (size_t i = 0; i < n_mistakes; i++)
		sentence(d, "", mistakes[i]);
	buf_done(&v);
}

/* ---------------------------------------------------------------- JSON */

static void sizes_json(const struct doctor *d, struct jout *j)
{
	const struct health_sizes *z = &d->sizes;
	jout_object(j, "bytes_of");
	jout_int(j, "records", z->blocks);
	jout_int(j, "spans", z->spans);
	jout_int(j, "traces", z->traces);
	jout_int(j, "evals", z->evals);
	jout_int(j, "index", z->index);
	jout_int(j, "words", z->words);
	jout_int(j, "other", z->other);
	jout_int(j, "free", z->spare);
	jout_end(j);
}

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
		jout_int(j, "file_bytes", d->st.st_size);
		jout_int(j, "wal_bytes", h->wal_bytes);
		jout_int(j, "raw_bytes", h->raw_bytes);
		jout_int(j, "packed_bytes", h->packed_bytes);
		jout_int(j, "blocks", h->blocks);
		jout_int(j, "searchable_percent", h->searchable_percent < 0 ? UNKNOWN_INT : h->searchable_percent);
		jout_int(j, "traces", h->traces);
		jout_int(j, "spans", h->spans);
		jout_int(j, "scores", h->scores);
		jout_int(j, "runs", h->runs);
		jout_int(j, "cases", h->cases);
		jout_int(j, "annotations", h->annotations);
		jout_int(j, "problems", h->problems);
		jout_cstr(j, "health", check_word(d));
		jout_array(j, "troubles");
		if (d->refused.code != ERR_NONE)
			jout_cstr(j, NULL, d->refused.text);
		for (size_t i = 0; i < d->n_troubles; i++)
			jout_str(j, NULL, d->troubles[i]);
		jout_end(j);
		jout_bool(j, "read_only", d->db && db_read_only(d->db));
		jout_bool(j, "forget_pending", d->pending);
		sizes_json(d, j);
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
		jout_str(j, "map", s->map.len ? s->map : STR_NONE);
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

static void prices_json(struct jout *j)
{
	struct buf path = BUF_INIT;
	struct str newest;
	size_t n_own, n_mistakes, n = prices_count(&n_own, &newest);
	const struct str *mistakes = prices_mistakes(&n_mistakes);
	prices_path(&path);
	jout_object(j, "prices");
	jout_int(j, "rows", (int64_t)n);
	jout_str(j, "newest_read", newest);
	jout_str(j, "own_file", buf_str(&path));
	jout_int(j, "own_rows", (int64_t)n_own);
	jout_array(j, "mistakes");
	for (size_t i = 0; i < n_mistakes; i++)
		jout_str(j, NULL, mistakes[i]);
	jout_end(j);
	jout_end(j);
	buf_done(&path);
}

static void advice_json(const struct doctor *d, struct jout *j)
{
	struct buf all = BUF_INIT;
	add_advice(d, &all);
	struct str rest = buf_str(&all);
	jout_array(j, "advice");
	for (struct str line; str_split(&rest, '\n', &line);)
		if (line.len)
			jout_str(j, NULL, line);
	jout_end(j);
	buf_done(&all);
}

static void print_json(struct doctor *d)
{
	struct jout j;
	jout_init(&j, &d->text, false);
	jout_object(&j, NULL);
	jout_cstr(&j, "version", cmd_version);
	advice_json(d, &j);
	store_json(d, &j);
	sources_json(d, &j);
	prices_json(&j);
	machine_json(&j, buf_cstr(&d->path), d->out.cols);
	jout_end(&j);
	buf_add_char(&d->text, '\n');
}

/* ---------------------------------------------------------------- the command */

static void print_text(struct doctor *d)
{
	advice_text(d);
	machine_versions_text(machine_says, d);
	store_text(d);
	if (d->db) {
		sources_text(d);
		maps_text(d);
	}
	prices_text(d);
	machine_paths_text(machine_says, d, buf_cstr(&d->path));
	machine_terminal_text(machine_says, d, d->out.cols);
}

static bool print_health(struct doctor *d, struct err *err)
{
	if (!look_through(d, err))
		return false;
	if (d->out.form == OUT_JSON_)
		print_json(d);
	else
		print_text(d);
	if (!out_flush(&d->text, err))
		return false;
	if (d->refused.code != ERR_NONE) {
		*err = d->refused;
		return false;
	}
	if (d->exists && !is_sound(d))
		return err_set(err, ERR_STORE, NULL, "store %s is damaged: " STR_FMT, buf_cstr(&d->path),
		               STR_ARG(str_cut(d->troubles[0], 0, 200)));
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

/* ---------------------------------------------------------------- writing it anew */

static int64_t bytes_of(struct db *db)
{
	int64_t pages = 0, size = 0;
	bool ok = db_int(db, "PRAGMA page_count", 0, &pages, NULL) && db_int(db, "PRAGMA page_size", 0, &size, NULL);
	return ok ? pages * size : 0;
}

/* Whoever wants the store anew wants what was forgotten gone from it, too: that ends with writing it anew. */
static bool finish_forget(struct db *db, const _Atomic bool *cancel, bool *pending, struct err *err)
{
	bool cut;
	if (!forget_pending(db, pending, err))
		return false;
	if (!*pending)
		return true;
	struct forget *f = forget_open(db, err);
	bool ok = f && forget_run(f, true, cancel, &cut, err);
	forget_close(f);
	return ok;
}

static bool compact(const struct command_line *line, struct err *err)
{
	static _Atomic bool cancel; /* a late signal may still set it */
	bool pending = false;
	struct db *db = cmd_store(line, DB_WRITE, err);
	if (!db)
		return false;
	struct buf words = BUF_INIT;
	buf_add_cstr(&words, "spoor: the store went from ");
	units_bytes(&words, (uint64_t)bytes_of(db));
	stop_on_signals(&cancel, db);
	bool ok = finish_forget(db, &cancel, &pending, err) && (pending || db_compact(db, err));
	stop_without_db();
	buf_add_cstr(&words, " to ");
	units_bytes(&words, (uint64_t)bytes_of(db));
	buf_add_char(&words, '\n');
	if (ok)
		fputs(buf_cstr(&words), stderr); /* standard output is the report's */
	buf_done(&words);
	db_close(db);
	return ok;
}

static bool run(struct doctor *d, struct err *err)
{
	bool problems = cmd_flag(d->line, "problems");
	if (d->line->n_args && !problems)
		return err_set(err, ERR_USAGE, NULL, "files are named with --problems (spoor help doctor)");
	if (cmd_flag(d->line, "again") && !cmd_flag(d->line, "index"))
		return err_set(err, ERR_USAGE, NULL, "--again goes with --index (spoor help doctor)");
	if ((cmd_flag(d->line, "compact") && !compact(d->line, err)) ||
	    (cmd_flag(d->line, "index") && !make_index(d->line, err)))
		return false;
	examine(d);
	if (!problems)
		return print_health(d, err);
	if (!d->db && !(d->db = cmd_store(d->line, DB_READ, err)))
		return false;
	return print_problems(d, err);
}

static int doctor_main(const struct command_line *line, struct err *err)
{
	struct doctor d = {.line = line, .arena = ARENA_INIT, .refused = ERR_INIT};
	out_init(&d.out, line);
	bool ok = run(&d, err);
	db_close(d.db);
	buf_done(&d.path);
	buf_done(&d.text);
	arena_done(&d.arena);
	if (stop_signal())
		return 128 + stop_signal();
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_doctor = {
    .name = "doctor",
    .operands = "[FILE…]",
    .help = "health of the store, of what was read, of the terminal",
    .more = "With --problems: every problem met when importing, or only those of the FILEs named.",
    .min_args = 0,
    .max_args = -1,
    .options = doctor_options,
    .run = doctor_main,
};
