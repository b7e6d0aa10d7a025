/* spoor search TEXT: every text in which the words stand, newest first, page by page in constant memory.
 *
 * --json: {"text", "hits": [{"trace", "span", "run", "case", "kind", "name", "start", "field", "snippet", "match_at", "match_bytes"}],
 * "more", "indexed_percent"}. Of a case result run and case are set, else trace and, if it is not the trace as a whole, span and kind.
 * match_at and match_bytes: bytes of the snippet. more: there are hits beyond --limit. What was not indexed was read all the same. */
#include "store/query/search.h"

#include "store/db.h"
#include "tui/cmd/cmds.h"

enum { PAGE = 200 };

/* clang-format off */
static const struct option_row search_options[] = {
	{"where", 'w', OPTION_TEXT, "FILTER", "only in traces that match (spoor help filter)"},
	{"limit", 'n', OPTION_INT, "N", "at most N hits (on a terminal: 100)"},
	{"columns", 'c', OPTION_TEXT, "COLUMN,…", "these columns, by their names in --json"},
	{"csv", 0, OPTION_FLAG, NULL, "as CSV; text a spreadsheet would take for a formula gets '"},
	{"csv-raw", 0, OPTION_FLAG, NULL, "as CSV, text as it is"},
	{"markdown", 0, OPTION_FLAG, NULL, "as a Markdown table"},
	{.name = NULL},
};
/* clang-format on */

struct finding {
	struct db *db;
	struct list_opts *opts;
	struct search_query query;
	struct buf out;
	struct jout j;
	int64_t shown;
	int percent;
	bool more;
};

static bool print_page(struct finding *f, const struct search_page *page, struct err *err)
{
	struct out *o = &f->opts->out;
	f->percent = page->percent;
	f->more = page->more;
	if (o->form != OUT_JSON_) {
		bool ok = out_table(o, &f->out, search_columns, page->hits, page->n, sizeof *page->hits, err);
		o->no_head = true;
		return ok && out_stream(&f->out, err);
	}
	if (f->shown == 0) {
		jout_object(&f->j, NULL);
		jout_str(&f->j, "text", f->query.text);
		jout_array(&f->j, "hits");
	}
	for (size_t i = 0; i < page->n; i++) {
		jout_object(&f->j, NULL);
		out_members(&f->j, search_columns, &page->hits[i]);
		jout_end(&f->j);
	}
	return out_stream(&f->out, err);
}

static bool print_pages(struct finding *f, struct err *err)
{
	bool ok = true, go_on = true;
	while (ok && go_on) {
		struct search_page page = {0};
		int64_t left = f->opts->limit < 0 ? PAGE : f->opts->limit - f->shown;
		f->query.limit = left < PAGE ? left : PAGE;
		ok = search_page(f->db, &f->query, &page, err) && print_page(f, &page, err);
		f->shown += (int64_t)page.n;
		f->query.before = page.n ? page.hits[page.n - 1].record : 0;
		go_on = page.more && (f->opts->limit < 0 || f->shown < f->opts->limit);
		search_page_done(&page);
	}
	if (ok && f->opts->out.form == OUT_JSON_) {
		jout_end(&f->j);
		jout_bool(&f->j, "more", f->more);
		jout_int(&f->j, "indexed_percent", f->percent);
		jout_end(&f->j);
		buf_add_char(&f->out, '\n');
	}
	return ok && out_flush(&f->out, err);
}

static void notes(const struct finding *f)
{
	if (!f->opts->out.terminal || f->opts->out.form == OUT_JSON_)
		return;
	if (f->more)
		fprintf(stderr, "spoor: the newest %lld; there are more (--limit)\n", (long long)f->shown);
	if (f->percent < 100)
		fprintf(stderr, "spoor: %d %% is indexed, the rest was read (spoor doctor --index)\n", f->percent);
}

static int search(const struct command_line *line, struct finding *f, struct err *err)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < line->n_args; i++) {
		buf_add_cstr(&text, i ? " " : "");
		buf_add_cstr(&text, line->args[i]);
	}
	f->query = (struct search_query){.text = buf_str(&text), .filter = f->opts->filter};
	jout_init(&f->j, &f->out, false);
	bool ok = db_begin_read(f->db, err) && print_pages(f, err);
	db_end_read(f->db);
	if (ok)
		notes(f);
	buf_done(&text);
	buf_done(&f->out);
	return !ok ? err_exit_code(err->code) : f->shown ? 0 : 1;
}

static int search_main(const struct command_line *line, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct list_opts opts;
	struct finding f = {.opts = &opts};
	int code;
	if (list_opts(line, FILTER_TRACES, search_columns, &arena, &opts, err) &&
	    (opts.limit != 0 || err_set(err, ERR_USAGE, NULL, "--limit begins at 1")) &&
	    (f.db = cmd_store(line, DB_READ, err)) != NULL)
		code = search(line, &f, err);
	else
		code = err_exit_code(err->code);
	db_close(f.db);
	arena_done(&arena);
	return code;
}

const struct command command_search = {
    .name = "search",
    .operands = "TEXT…",
    .help = "inputs, outputs, messages, documents with these words",
    .more = "Words have to stand in one text (a message, a document, an input …), in any order; "
            "'\"refund policy\"' in quotes is a\n"
            "phrase, refund* any word that begins so. Letters of both cases are one, with or "
            "without diacritics. A chat that is\n"
            "sent again with each call counts where it was new. Exit code 1: found nothing.",
    .columns = search_columns,
    .min_args = 1,
    .max_args = -1,
    .options = search_options,
    .run = search_main,
};
