#include "tui/cmd/explain.h"

#include <string.h>

#include "import/import_explain.h"
#include "store/base/text.h"
#include "store/db.h"
#include "tui/cmd/cmds.h"

enum { UNUSED_SHOWN = 12, STRANGERS_SHOWN = 20, LABEL = 15, WIDE = 79 };

/* ---------------------------------------------------------------- as text */

/* The label stands before the first line of a fact only. */
static void label(struct buf *to, const char **name)
{
	buf_printf(to, "  %-*s", LABEL, *name);
	*name = "";
}

/* A sentence on as many lines as it takes. */
static void lines_text(const struct out *o, struct buf *to, const char **name, struct str text)
{
	struct buf clean = BUF_INIT;
	struct text_row row;

	out_text(o, &clean, text, 0);
	for (size_t at = 0; at != SIZE_MAX;) {
		at = text_wrap(buf_str(&clean), at, WIDE - LABEL - 2, &row);
		label(to, name);
		buf_add_str(to, str_cut(buf_str(&clean), row.at, row.len));
		buf_add_char(to, '\n');
	}
	buf_done(&clean);
}

static void thousands(struct buf *to, int64_t n, const char *what)
{
	units_thousands(to, n);
	buf_printf(to, " %s", what);
}

/* "12 spans, 1 score"; false: all are 0. */
static bool counts_text(struct buf *to, const struct explain_count *counts, size_t n)
{
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		if (!counts[i].n)
			continue;
		buf_add_cstr(to, any ? ", " : "");
		units_thousands(to, counts[i].n);
		buf_printf(to, " %.*s", (int)strlen(counts[i].name) - (counts[i].n == 1), counts[i].name);
		any = true;
	}
	return any;
}

/* "model 12, tokens 9", on as many lines as it takes. */
static void fields_text(struct buf *to, const char *name, const struct explain_count *counts, size_t n)
{
	size_t line = 0;
	for (size_t i = 0; i < n; i++) {
		struct buf word = BUF_INIT;
		if (!counts[i].n)
			continue;
		buf_printf(&word, "%s ", counts[i].name);
		units_thousands(&word, counts[i].n);
		if (!line || to->len - line + word.len + 3 > WIDE) {
			buf_add_cstr(to, line ? ",\n" : "");
			line = to->len + 1;
			label(to, &name);
		} else {
			buf_add_cstr(to, ", ");
		}
		buf_add_str(to, buf_str(&word));
		buf_done(&word);
	}
	buf_add_cstr(to, line ? "\n" : "");
}

static void probes_text(struct buf *to, const struct explain_source *s)
{
	enum { SHOWN = 5 };
	const char *name = "came near";
	size_t shown = 0;
	for (size_t i = s->format ? 1 : 0; i < s->n_probes && s->probes[i].score > 0 && shown < SHOWN; i++, shown++) {
		label(to, &name);
		buf_printf(to, "%s %d: %s\n", s->probes[i].format->name, s->probes[i].score, s->probes[i].why);
	}
}

static void format_text(const struct out *o, struct buf *to, const struct explain_source *s)
{
	const char *name = "format";
	struct buf line = BUF_INIT;
	if (!s->format)
		return;
	if (s->probes[0].format == s->format)
		buf_printf(&line, "%s, %s (%d of 100: %s)", s->format->name, s->format->title, s->probes[0].score,
		           s->probes[0].why);
	else
		buf_printf(&line, "%s, %s (since a map of its columns is given)", s->format->name, s->format->title);
	lines_text(o, to, &name, buf_str(&line));
	buf_done(&line);
}

/* From the inside out: "csv in gzip". */
static void container_text(struct buf *to, const struct explain_source *s)
{
	const char *name = "container", *layers[] = {s->archive, s->conversion, s->compression};
	bool any = false;
	for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
		if (!layers[i])
			continue;
		if (!any)
			label(to, &name);
		buf_printf(to, "%s%s", any ? " in " : "", layers[i]);
		any = true;
	}
	buf_add_cstr(to, any ? "\n" : "");
}

static void columns_text(const struct out *o, struct buf *to, const struct explain_source *s)
{
	const char *name = "columns";
	struct buf line = BUF_INIT;
	int wide = 0;
	bool output = false;
	for (size_t i = 0; i < s->n_columns; i++) {
		int cols = text_cols(s->columns[i].column);
		wide = cols > wide ? cols : wide;
		output = output || str_is(s->columns[i].field, "output");
	}
	wide = wide > 30 ? 30 : wide;
	for (size_t i = 0; i < s->n_columns; i++) {
		label(to, &name);
		out_cell(o, to, s->columns[i].column, wide, false, false);
		buf_add_cstr(to, "  ");
		out_text(o, to, s->columns[i].field, WIDE - LABEL - 4 - wide - 9);
		buf_add_cstr(to, s->columns[i].mapped ? "  as told\n" : "\n");
	}
	if (s->n_columns && s->map.len) {
		buf_add_cstr(&line, s->mapped_ns ? "remembered: --map " : "--map ");
		buf_add_str(&line, s->map);
		buf_add_cstr(&line, s->mapped_ns ? "  (--map none forgets it)" : "");
		lines_text(o, to, &name, buf_str(&line));
	} else if (s->n_columns) {
		buf_add_cstr(&line, output ? "(by their names; --map FIELD=COLUMN,… says otherwise)"
		                           : "(no output among them: --map output=COLUMN names it)");
		lines_text(o, to, &name, buf_str(&line));
	}
	buf_done(&line);
}

static void records_text(struct buf *to, const struct explain_source *s)
{
	const char *name = "records";
	for (size_t i = 0; i < s->n_records; i++) {
		label(to, &name);
		units_thousands(to, s->records[i].n);
		buf_printf(to, " %s\n", s->records[i].name[0] ? s->records[i].name : "top-level values");
	}
	if (!s->n_records) {
		label(to, &name);
		buf_add_cstr(to, "none\n");
	}
}

static void filled_text(struct buf *to, const struct explain_source *s)
{
	enum { OWN = 5 }; /* traces, spans, scores, runs, cases come first */
	const char *name = "gives";
	label(to, &name);
	if (!counts_text(to, s->filled, OWN))
		buf_add_cstr(to, "nothing");
	buf_add_char(to, '\n');
	fields_text(to, "spans by kind", s->kinds, s->n_kinds);
	fields_text(to, "spans with", s->filled + OWN, s->n_filled - OWN);
}

/* The example has what is left of the line, and is left out where that is nothing. */
static void unused_line(const struct out *o, struct buf *to, const char **name, const struct explain_path *path)
{
	enum { LEAST = 4 };
	struct buf line = BUF_INIT;
	int left;
	out_text(o, &line, path->path, 50);
	buf_add_cstr(&line, "  ");
	units_thousands(&line, path->times);
	buf_add_cstr(&line, "×  ");
	left = WIDE - LABEL - 2 - text_cols(buf_str(&line));
	if (left >= LEAST)
		out_text(o, &line, path->example, left);
	label(to, name);
	buf_add_str(to, buf_str(&line));
	buf_add_char(to, '\n');
	buf_done(&line);
}

static void unused_text(const struct out *o, struct buf *to, const struct explain_source *s)
{
	const char *name = "no effect";
	for (size_t i = 0; i < s->n_unused && i < UNUSED_SHOWN; i++) {
		unused_line(o, to, &name, &s->unused[i]);
	}
	if (s->n_unused > UNUSED_SHOWN || s->more_paths) {
		label(to, &name);
		if (s->n_unused > UNUSED_SHOWN)
			buf_printf(to, "and %zu more (--json names them)", s->n_unused - UNUSED_SHOWN);
		buf_printf(to, "%s\n", s->more_paths ? "; members beyond the first 400 were not tried" : "");
	}
	if (s->untried) {
		label(to, &name);
		buf_add_cstr(to, "not tried: what a record gives depends on those before it\n");
	}
	if (s->n_unused) {
		label(to, &name);
		buf_add_cstr(to, "(changed or taken away, the same is read; the record keeps them)\n");
	}
}

static void problems_text(const struct out *o, struct buf *to, const struct explain_source *s)
{
	const char *name = "problems";
	struct buf sentence = BUF_INIT;
	for (size_t i = 0; i < s->n_problems; i++) {
		buf_clear(&sentence);
		problem_sentence(&sentence, &s->problems[i]);
		lines_text(o, to, &name, buf_str(&sentence));
	}
	if (s->problems_total > (int64_t)s->n_problems) {
		label(to, &name);
		buf_add_cstr(to, "and ");
		thousands(to, s->problems_total - (int64_t)s->n_problems, "more\n");
	}
	if (!s->problems_total) {
		label(to, &name);
		buf_add_cstr(to, "none\n");
	}
	buf_done(&sentence);
}

static void source_text(const struct out *o, struct buf *to, const struct explain_source *s)
{
	const char *refused = "not read", *looked = "looked at";
	out_text(o, to, s->file, 0);
	if (s->entry.len) {
		buf_add_cstr(to, ": ");
		out_text(o, to, s->entry, 0);
	}
	buf_add_char(to, '\n');
	container_text(to, s);
	if (s->refused.ptr)
		lines_text(o, to, &refused, s->refused);
	format_text(o, to, s);
	probes_text(to, s);
	if (!s->format)
		columns_text(o, to, s);
	if (!s->format)
		return;
	if (s->cut_short) {
		label(to, &looked);
		buf_add_cstr(to, "the first ");
		units_bytes(to, s->bytes);
		buf_add_cstr(to, ", not all of it\n");
	}
	columns_text(o, to, s);
	records_text(to, s);
	filled_text(to, s);
	unused_text(o, to, s);
	problems_text(o, to, s);
}

/* ---------------------------------------------------------------- as JSON */

static void counts_json(struct jout *j, const char *key, const struct explain_count *counts, size_t n)
{
	struct buf name = BUF_INIT;
	jout_object(j, key);
	for (size_t i = 0; i < n; i++) {
		buf_clear(&name);
		buf_add_cstr(&name, counts[i].name);
		for (size_t k = 0; k < name.len; k++)
			name.ptr[k] = name.ptr[k] == ' ' ? '_' : name.ptr[k];
		jout_int(j, buf_cstr(&name), counts[i].n);
	}
	jout_end(j);
	buf_done(&name);
}

static void probes_json(struct jout *j, const struct explain_source *s)
{
	jout_array(j, "probes");
	for (size_t i = 0; i < s->n_probes; i++) {
		jout_object(j, NULL);
		jout_cstr(j, "format", s->probes[i].format->name);
		jout_int(j, "score", s->probes[i].score);
		jout_cstr(j, "why", s->probes[i].why);
		jout_end(j);
	}
	jout_end(j);
}

static void unused_json(struct jout *j, const struct explain_source *s)
{
	jout_array(j, "no_effect");
	for (size_t i = 0; i < s->n_unused; i++) {
		jout_object(j, NULL);
		jout_str(j, "path", s->unused[i].path);
		jout_int(j, "times", s->unused[i].times);
		jout_str(j, "example", s->unused[i].example);
		jout_end(j);
	}
	jout_end(j);
	jout_bool(j, "more_members", s->more_paths);
	jout_bool(j, "members_tried", s->format && !s->untried);
}

static void source_json(struct jout *j, const struct explain_source *s)
{
	jout_object(j, NULL);
	jout_str(j, "file", s->file);
	jout_str(j, "entry", s->entry);
	jout_str(j, "archive", str_of(s->archive));
	jout_str(j, "compression", str_of(s->compression));
	jout_str(j, "conversion", str_of(s->conversion));
	jout_str(j, "not_read", s->refused);
	jout_str(j, "format", str_of(s->format ? s->format->name : NULL));
	probes_json(j, s);
	jout_int(j, "bytes", (int64_t)s->bytes);
	jout_bool(j, "all_of_it", !s->cut_short);
	jout_array(j, "columns");
	for (size_t i = 0; i < s->n_columns; i++) {
		jout_object(j, NULL);
		jout_str(j, "column", s->columns[i].column);
		jout_str(j, "field", s->columns[i].field);
		jout_bool(j, "mapped", s->columns[i].mapped);
		jout_end(j);
	}
	jout_end(j);
	jout_str(j, "map", s->map.len ? s->map : STR_NONE);
	counts_json(j, "records", s->records, s->n_records);
	counts_json(j, "gives", s->filled, s->n_filled);
	counts_json(j, "kinds", s->kinds, s->n_kinds);
	unused_json(j, s);
	jout_int(j, "problems_total", s->problems_total);
	jout_array(j, "problems");
	for (size_t i = 0; i < s->n_problems; i++) {
		jout_object(j, NULL);
		out_problem(j, &s->problems[i]);
		jout_end(j);
	}
	jout_end(j);
	jout_end(j);
}

/* ---------------------------------------------------------------- the command */

static void report_json(struct buf *to, const struct explain_report *r)
{
	struct jout j;
	jout_init(&j, to, false);
	jout_object(&j, NULL);
	jout_array(&j, "files");
	for (size_t i = 0; i < r->n_sources; i++)
		source_json(&j, &r->sources[i]);
	jout_end(&j);
	jout_int(&j, "total", (int64_t)r->n_sources);
	jout_end(&j);
	buf_add_char(to, '\n');
}

/* Files of a folder or an archive that are not ours are many, and say little. */
static void report_text(const struct out *o, struct buf *to, const struct explain_report *r)
{
	size_t strangers = 0;
	for (size_t i = 0; i < r->n_sources; i++) {
		const struct explain_source *s = &r->sources[i];
		bool stranger = !s->format && !s->archive && s->exit_code == 0;
		strangers += stranger;
		if (stranger && strangers > STRANGERS_SHOWN)
			continue;
		buf_add_cstr(to, i ? "\n" : "");
		source_text(o, to, s);
	}
	if (strangers > STRANGERS_SHOWN) {
		buf_add_cstr(to, "\nand ");
		thousands(to, (int64_t)(strangers - STRANGERS_SHOWN), "more of no known format (--json names them)\n");
	}
}

/* A value is cut, and a part of something personal is not known for one: none is shown. */
static void mask_unused(const struct command_line *line, struct explain_report *r)
{
	for (size_t i = 0; i < r->n_sources && cmd_masks(line); i++)
		for (size_t k = 0; k < r->sources[i].n_unused; k++) {
			struct explain_path *path = &r->sources[i].unused[k];
			path->path = cmd_masked(line, &r->arena, path->path);
			path->example = STR_NONE;
		}
}

int cmd_explain(const struct command_line *line, const struct import_opts *opts, struct err *err)
{
	struct explain_report report;
	struct out o;
	struct buf text = BUF_INIT;
	out_init(&o, line);
	/* What is remembered of columns, if there is a store at all. */
	struct err unseen = ERR_INIT;
	struct db *db = cmd_store(line, DB_READ, &unseen);
	bool ok = import_explain(db, line->args, line->n_args, opts, &report, err);
	mask_unused(line, &report);
	if (ok && o.form == OUT_JSON_)
		report_json(&text, &report);
	else if (ok)
		report_text(&o, &text, &report);
	db_close(db);
	ok = ok && out_flush(&text, err);
	int code = report.exit_code;
	buf_done(&text);
	explain_report_done(&report);
	return ok ? code : -1;
}
