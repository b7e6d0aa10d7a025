/* spoor formats: the table of formats, for people and scripts. */
#include "import/format.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/topics.h"

static size_t n_formats(void)
{
	size_t n = 0;
	while (formats[n])
		n++;
	return n;
}

static int by_name(const void *a, const void *b)
{
	const struct format *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

/* By name; the caller frees it. */
static const struct format **sorted_formats(size_t n)
{
	const struct format **sorted = xcalloc(n + 1, sizeof *sorted);
	memcpy(sorted, formats, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_name);
	return sorted;
}

static void format_json(struct jout *j, const struct format *f)
{
	jout_object(j, NULL);
	jout_cstr(j, "name", f->name);
	jout_cstr(j, "title", f->title);
	jout_cstr(j, "how", f->how);
	jout_cstr(j, "fills", f->fills);
	jout_cstr(j, "example", f->example);
	jout_bool(j, "real_files_seen", !f->seen);
	jout_cstr(j, "built_from", f->seen ? f->seen : "real files");
	jout_cstr(j, "spec_url", f->spec_url);
	jout_end(j);
}

static void fact(const struct out *o, struct buf *to, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(to, "  %-12s", name);
	out_text(o, to, str_of(value), 0);
	buf_add_char(to, '\n');
}

static void print_one(const struct out *o, struct buf *to, const struct format *f)
{
	buf_printf(to, "%s  %s\n", f->name, f->title);
	fact(o, to, "known by", f->how);
	fact(o, to, "example", f->example);
	fact(o, to, "fills", f->fills);
	fact(o, to, "described", f->spec_url);
	fact(o, to, "built from", f->seen ? f->seen : "real files");
}

static void print_json(struct buf *to, const struct format **sorted, size_t n)
{
	struct jout j;
	jout_init(&j, to, false);
	jout_object(&j, NULL);
	jout_int(&j, "total", (int64_t)n);
	jout_array(&j, "formats");
	for (size_t i = 0; i < n; i++)
		format_json(&j, sorted[i]);
	jout_end(&j);
	jout_end(&j);
	buf_add_char(to, '\n');
}

/* Name and title, one a line, in WIDE columns. */
static void print_table(const struct out *o, struct buf *to, const struct format **sorted, size_t n)
{
	enum { WIDE = 80, MARK = 2, GAP = 2 };
	int cols = 0;
	bool marked = false;
	for (size_t i = 0; i < n; i++) {
		int used = text_cols(str_of(sorted[i]->name));
		cols = used > cols ? used : cols;
		marked |= sorted[i]->seen != NULL;
	}
	for (size_t i = 0; i < n; i++) {
		out_cell(o, to, str_of(sorted[i]->name), cols, false, false);
		buf_add_cstr(to, sorted[i]->seen ? " * " : "   ");
		out_text(o, to, str_of(sorted[i]->title), WIDE - cols - MARK - GAP);
		buf_add_char(to, '\n');
	}
	buf_printf(to, "\n%zu formats; spoor formats NAME says how one is recognised and what it fills.\n", n);
	if (marked)
		buf_add_cstr(to, "* built, all or in part, from its documentation: no real file was at hand.\n");
}

static void format_row(struct page *p, const struct format *f)
{
	struct buf text = BUF_INIT;
	buf_printf(&text, "%s.\n\nKnown by: %s.\n\nFills: %s.", f->title, f->how, f->fills);
	if (f->example)
		buf_printf(&text, "\n\nExample: %s", f->example);
	if (f->spec_url)
		buf_printf(&text, "\n\nDescribed at %s", f->spec_url);
	if (f->seen)
		buf_printf(&text, "\n\nBuilt from: %s.", f->seen);
	page_row(p, f->name, buf_cstr(&text));
	buf_done(&text);
}

void topic_formats(struct page *p)
{
	size_t n = n_formats();
	const struct format **sorted = sorted_formats(n);
	int before = p->name_cols;
	p->name_cols = p->form == PAGE_MAN ? 0 : 2; /* names stand on a line of their own */
	page_text(
	    p, "Files are known by their content, never by their name or ending: one JSON document, JSON Lines, "
	       "documents one after another, a top-level array, protobuf, CSV; plain or packed by gzip, zstd or xz; "
	       "alone, in folders, or in zip and tar archives. spoor import --explain FILE says what a file is taken "
	       "for, and stores nothing. Where more than one format could be meant the most certain one wins.\n\n"
	       "What the model has no field for stays in the attributes or metadata, and the exact source record is "
	       "always at hand (tab Raw; spoor trace TRACE --raw).");
	for (size_t i = 0; i < n; i++)
		format_row(p, sorted[i]);
	p->name_cols = before;
	free(sorted);
}

static bool unknown_format(const char *name, struct err *err)
{
	struct near near = {.word = str_of(name)};
	struct buf after = BUF_INIT;
	for (size_t i = 0; formats[i]; i++)
		near_try(&near, formats[i]->name);
	near_say(&near, &after);
	err_set(err, ERR_NOT_FOUND, NULL, "no format is called %.60s%s; spoor formats lists them", name,
	        buf_cstr(&after));
	buf_done(&after);
	return false;
}

static int formats_main(const struct command_line *line, struct err *err)
{
	struct out o;
	struct buf text = BUF_INIT;
	size_t n = n_formats();
	out_init(&o, line);
	const struct format *only = line->n_args ? format_named(line->args[0]) : NULL;
	bool ok = !line->n_args || only || unknown_format(line->args[0], err);
	if (ok) {
		const struct format **sorted = sorted_formats(n);
		if (o.form == OUT_JSON_)
			print_json(&text, only ? &only : sorted, only ? 1 : n);
		else if (only)
			print_one(&o, &text, only);
		else
			print_table(&o, &text, sorted, n);
		free(sorted);
		ok = out_flush(&text, err);
	}
	buf_done(&text);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_formats = {
    .name = "formats",
    .operands = "[FORMAT]",
    .help = "the formats that are read, and how each is recognised",
    .min_args = 0,
    .max_args = 1,
    .run = formats_main,
};
