/* spoor diff A B: two traces beside each other. */
#include "store/base/clean.h"
#include "store/query/trace_diff.h"
#include "tui/cmd/cmds.h"

enum { NAME_COLS = 40, LEVELS_SHOWN = 12 };

/* clang-format off */
static const struct option_row diff_options[] = {
	{"all", 'a', OPTION_FLAG, NULL, "all rows: also what is the same, and what is below one that only one has"},
	{"markdown", 0, OPTION_FLAG, NULL, "as a Markdown table"},
	{.name = NULL},
};
/* clang-format on */

struct printing {
	struct out out;
	struct buf text;
	bool all;
};

static void cell(struct printing *p, const struct buf *raw, int cols, bool right)
{
	out_cell(&p->out, &p->text, buf_str(raw), cols, right, false);
}

static void duration(struct printing *p, int64_t ns, int cols)
{
	struct buf raw = BUF_INIT;
	units_duration(&raw, ns, p->out.ascii);
	cell(p, &raw, cols, true);
	buf_done(&raw);
}

/* "+1.20s" */
static void more(struct printing *p, int64_t ns, int cols)
{
	struct buf raw = BUF_INIT;
	if (ns != UNKNOWN_INT) {
		buf_add_cstr(&raw, ns > 0 ? "+" : ns < 0 ? (p->out.ascii ? "-" : "−") : "");
		units_duration(&raw, ns < 0 ? -ns : ns, p->out.ascii);
	}
	cell(p, &raw, cols, true);
	buf_done(&raw);
}

static void print_side(struct printing *p, const char *name, const struct trace_row *t)
{
	struct buf raw = BUF_INIT;
	buf_printf(&raw, "%s  ", name);
	units_time(&raw, t->start_ns, p->out.now_ns);
	buf_add_cstr(&raw, "  ");
	buf_add_str(&raw, t->name.len ? t->name : STR_LIT("(no name)"));
	buf_add_cstr(&raw, "  ");
	units_duration(&raw, t->duration_ns, p->out.ascii);
	buf_add_cstr(&raw, "  ");
	units_thousands(&raw, t->spans);
	buf_add_cstr(&raw, t->spans == 1 ? " span" : " spans");
	if (t->errors) {
		buf_add_cstr(&raw, "  ");
		units_thousands(&raw, t->errors);
		buf_add_cstr(&raw, t->errors == 1 ? " error" : " errors");
	}
	if (t->tokens_in != UNKNOWN_INT || t->tokens_out != UNKNOWN_INT) {
		buf_add_cstr(&raw, "  ");
		out_tokens(&raw, t->tokens_in, t->tokens_out);
		buf_add_cstr(&raw, " tokens");
	}
	if (!IS_UNKNOWN(t->cost_usd)) {
		buf_add_cstr(&raw, "  ");
		units_usd(&raw, t->cost_usd);
	}
	buf_add_cstr(&raw, "  ");
	buf_add_str(&raw, t->text);
	out_text(&p->out, &p->text, buf_str(&raw), 0);
	buf_add_char(&p->text, '\n');
	buf_done(&raw);
}

static char mark_of(const struct trace_diff_row *row)
{
	return row->marks & ALIGN_ADDED ? '+' : row->marks & ALIGN_REMOVED ? '-' : row->marks ? '~' : ' ';
}

static void print_row(struct printing *p, const struct trace_diff *d, size_t i, size_t hidden)
{
	const struct trace_diff_row *row = &d->rows[i];
	const struct diff_span *span = trace_diff_span(row);
	struct buf raw = BUF_INIT, words = BUF_INIT;
	int levels = row->depth > LEVELS_SHOWN ? LEVELS_SHOWN : (int)row->depth;
	buf_add_fill(&raw, ' ', (size_t)levels * 2);
	buf_printf(&raw, "%s ", kind_short(span->kind));
	buf_add_str(&raw, span->name.len ? span->name : STR_LIT("(no name)"));
	buf_printf(&p->text, "%c ", mark_of(row));
	out_cell(&p->out, &p->text, buf_str(&raw), NAME_COLS, false, p->out.cols != 0);
	duration(p, row->a.present ? row->a.duration_ns : UNKNOWN_INT, 8);
	duration(p, row->b.present ? row->b.duration_ns : UNKNOWN_INT, 8);
	more(p, row->more_ns, 9);
	trace_diff_words(&words, row);
	if (hidden)
		buf_printf(&words, ", with %zu below", hidden);
	if ((int64_t)i == d->first)
		buf_add_cstr(&words, p->out.ascii ? "  <- first" : "  ← first");
	if (words.len)
		buf_add_cstr(&p->text, "  ");
	out_text(&p->out, &p->text, buf_str(&words), 0);
	buf_add_char(&p->text, '\n');
	buf_done(&raw);
	buf_done(&words);
}

/* Rows of subtrees in which nothing differs, from i on. */
static size_t same_run(const struct trace_diff *d, size_t i)
{
	size_t to = i;
	while (to < d->n && d->rows[to].changes == 0 && d->rows[to].depth == d->rows[i].depth)
		to += d->rows[to].size;
	return to - i;
}

static bool print_rows(struct printing *p, const struct trace_diff *d, struct err *err)
{
	buf_printf(&p->text, "\n  %-40s       A       B      B-A\n", "span");
	for (size_t i = 0; i < d->n;) {
		size_t same = p->all ? 0 : same_run(d, i);
		if (same > 1) {
			buf_add_fill(&p->text, ' ',
			             2 + 2 * (d->rows[i].depth > LEVELS_SHOWN ? LEVELS_SHOWN : d->rows[i].depth));
			units_thousands(&p->text, (int64_t)same);
			buf_add_cstr(&p->text, " spans the same\n");
			i += same;
		} else {
			size_t hidden = !p->all && d->rows[i].alone ? d->rows[i].size - 1 : 0;
			print_row(p, d, i, hidden);
			i += hidden + 1;
		}
		if (!out_stream(&p->text, err))
			return false;
	}
	return true;
}

/* What was left out, if anything. */
static void print_limits(struct printing *p, const struct trace_diff *d)
{
	if (d->cut_a || d->cut_b) {
		buf_add_cstr(&p->text, "only the first ");
		units_thousands(&p->text, DIFF_SPANS);
		buf_add_cstr(&p->text, " spans of each were compared\n");
	}
	if (d->bounded)
		buf_add_cstr(
		    &p->text,
		    "too many siblings to be put in line exactly: the k-th of a name stands beside the k-th\n");
	if (d->documents_cut)
		buf_printf(&p->text, "documents of the first %d retrievals were compared\n", DIFF_DOCUMENTS);
}

static void print_summary(struct printing *p, const struct trace_diff *d)
{
	struct buf raw = BUF_INIT;
	trace_diff_first_words(&raw, d);
	buf_add_char(&raw, '\n');
	out_text(&p->out, &p->text, str_trim(buf_str(&raw)), 0);
	buf_clear(&raw);
	trace_diff_counts_words(&raw, d);
	buf_add_char(&p->text, '\n');
	out_text(&p->out, &p->text, buf_str(&raw), 0);
	buf_clear(&raw);
	buf_add_cstr(&raw, "\nslower, faster: by more than ");
	units_duration(&raw, d->least_ns, p->out.ascii);
	buf_add_cstr(&raw, " and a fifth of the longer\n");
	buf_add_str(&p->text, buf_str(&raw));
	buf_done(&raw);
	print_limits(p, d);
}

static bool print_diff(struct printing *p, const struct trace_diff *d, struct err *err)
{
	print_side(p, "A", &d->a);
	print_side(p, "B", &d->b);
	print_summary(p, d);
	return print_rows(p, d, err);
}

/* ---------------------------------------------------------------- Markdown */

static void markdown_text(struct printing *p, struct str text)
{
	clean_markdown(&p->text, text);
}

static bool markdown(struct printing *p, const struct trace_diff *d, struct err *err)
{
	struct buf raw = BUF_INIT;
	trace_diff_first_words(&raw, d);
	buf_add_cstr(&raw, "; ");
	trace_diff_counts_words(&raw, d);
	markdown_text(p, buf_str(&raw));
	buf_add_cstr(&p->text, "\n\n| | span | A | B | B-A | what differs |\n|---|---|--:|--:|--:|---|\n");
	for (size_t i = 0; i < d->n; i++) {
		const struct trace_diff_row *row = &d->rows[i];
		const struct diff_span *span = trace_diff_span(row);
		if (!p->all && !row->marks)
			continue;
		buf_printf(&p->text, "| %s | ", (int64_t)i == d->first ? "first" : "");
		buf_clear(&raw);
		buf_printf(&raw, "%s ", kind_short(span->kind));
		buf_add_str(&raw, span->name.len ? span->name : STR_LIT("(no name)"));
		markdown_text(p, buf_str(&raw));
		buf_add_cstr(&p->text, " | ");
		duration(p, row->a.present ? row->a.duration_ns : UNKNOWN_INT, 0);
		buf_add_cstr(&p->text, " | ");
		duration(p, row->b.present ? row->b.duration_ns : UNKNOWN_INT, 0);
		buf_add_cstr(&p->text, " | ");
		more(p, row->more_ns, 0);
		buf_add_cstr(&p->text, " | ");
		buf_clear(&raw);
		trace_diff_words(&raw, row);
		markdown_text(p, buf_str(&raw));
		buf_add_cstr(&p->text, " |\n");
		if (!out_stream(&p->text, err))
			break;
	}
	buf_done(&raw);
	return err->code == ERR_NONE;
}

/* ---------------------------------------------------------------- --json */

static void json_trace(struct jout *j, const char *key, const struct trace_row *t)
{
	jout_object(j, key);
	jout_str(j, "id", t->text);
	jout_str(j, "name", t->name);
	jout_time(j, "start", t->start_ns);
	jout_int(j, "duration_ns", t->duration_ns);
	jout_cstr(j, "status", status_name(t->status));
	jout_int(j, "spans", t->spans);
	jout_int(j, "errors", t->errors);
	jout_int(j, "tokens_in", t->tokens_in);
	jout_int(j, "tokens_out", t->tokens_out);
	jout_double(j, "cost_usd", t->cost_usd);
	jout_end(j);
}

static void json_span(struct jout *j, const char *key, const struct diff_span *s)
{
	char hex[17];
	if (!s->present) {
		jout_null(j, key);
		return;
	}
	snprintf(hex, sizeof hex, "%016llx", (unsigned long long)s->key);
	jout_object(j, key);
	jout_cstr(j, "span", hex);
	jout_str(j, "name", s->name);
	jout_cstr(j, "kind", kind_name(s->kind));
	jout_cstr(j, "status", status_name(s->status));
	jout_str(j, "model", s->model.len ? s->model : STR_NONE);
	jout_int(j, "at_ns", s->at_ns);
	jout_int(j, "duration_ns", s->duration_ns);
	jout_int(j, "tokens", s->tokens);
	jout_double(j, "cost_usd", s->cost_usd);
	jout_end(j);
}

static void json_row(struct jout *j, const struct trace_diff *d, size_t i)
{
	const struct trace_diff_row *row = &d->rows[i];
	jout_object(j, NULL);
	jout_int(j, "row", (int64_t)i);
	jout_int(j, "parent", row->up ? (int64_t)i - row->up : UNKNOWN_INT);
	jout_int(j, "depth", row->depth);
	jout_bool(j, "first", (int64_t)i == d->first);
	jout_array(j, "differs");
	for (unsigned bit = 1; bit <= ALIGN_FASTER; bit <<= 1)
		if (row->marks & bit)
			jout_cstr(j, NULL, trace_diff_mark_name(bit));
	jout_end(j);
	json_span(j, "a", &row->a);
	json_span(j, "b", &row->b);
	jout_end(j);
}

static void json_counts(struct jout *j, const struct trace_diff_counts *c)
{
	const struct {
		const char *name;
		int64_t n;
	} counts[] = {
	    {"same",      c->same     },
            {"added",     c->added    },
            {"removed",   c->removed  },
            {"moved",     c->moved    },
	    {"renamed",   c->renamed  },
            {"model",     c->model    },
            {"input",     c->input    },
            {"documents", c->documents},
	    {"output",    c->output   },
            {"status",    c->status   },
            {"slower",    c->slower   },
            {"faster",    c->faster   },
	};
	jout_object(j, "counts");
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		jout_int(j, counts[i].name, counts[i].n);
	jout_end(j);
}

static bool json(struct printing *p, const struct trace_diff *d, struct err *err)
{
	struct jout j;
	struct buf first = BUF_INIT;
	jout_init(&j, &p->text, false);
	jout_object(&j, NULL);
	json_trace(&j, "a", &d->a);
	json_trace(&j, "b", &d->b);
	trace_diff_first_words(&first, d);
	jout_str(&j, "answer", buf_str(&first));
	jout_int(&j, "first", d->first >= 0 ? d->first : UNKNOWN_INT);
	json_counts(&j, &d->counts);
	jout_int(&j, "slower_than_ns", d->least_ns);
	jout_bool(&j, "whole", !d->cut_a && !d->cut_b);
	jout_bool(&j, "exact", !d->bounded);
	jout_array(&j, "rows");
	for (size_t i = 0; i < d->n && err->code == ERR_NONE; i++) {
		json_row(&j, d, i);
		out_stream(&p->text, err);
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&p->text, '\n');
	buf_done(&first);
	return err->code == ERR_NONE;
}

/* ---------------------------------------------------------------- the command */

static bool run(struct printing *p, struct db *db, const struct command_line *line, struct err *err)
{
	struct trace_diff d = {0};
	int64_t a, b;
	if (!traces_find(db, str_of(line->args[0]), &a, err) || !traces_find(db, str_of(line->args[1]), &b, err))
		return false;
	struct block_cache *blocks = block_cache_new(db);
	bool ok = trace_diff_load(db, blocks, a, b, &d, err);
	if (ok)
		ok = p->out.form == OUT_JSON_      ? json(p, &d, err)
		     : p->out.form == OUT_MARKDOWN ? markdown(p, &d, err)
		                                   : print_diff(p, &d, err);
	block_cache_free(blocks);
	trace_diff_done(&d);
	return ok;
}

static int diff_main(const struct command_line *line, struct err *err)
{
	struct printing p = {.all = cmd_flag(line, "all")};
	out_init(&p.out, line);
	struct db *db = cmd_store(line, DB_READ, err);
	bool ok = db && db_begin_read(db, err);
	if (ok) {
		ok = run(&p, db, line, err) && out_flush(&p.text, err);
		db_end_read(db);
	}
	db_close(db);
	buf_done(&p.text);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_diff = {
    .name = "diff",
    .operands = "TRACE TRACE",
    .help = "two traces beside each other: what differs, from where",
    .more = "A and B are unambiguous prefixes of the traces' ids. Spans belong together by their parents, kind and "
            "name, arguments and\n"
            "order. What goes into a step counts when it begins, what comes out when it ends: the first difference is "
            "the first of these.",
    .min_args = 2,
    .max_args = 2,
    .options = diff_options,
    .run = diff_main,
};
