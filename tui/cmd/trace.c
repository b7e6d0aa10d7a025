/* spoor trace ID: the tree as text, or the raw records; --json is trace_json.c. */
#include "tui/cmd/trace.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/span_row.h"
#include "store/query/payload.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/span_arg.h"

enum { NAME_COLS = 40, DURATION_COLS = 7, BAR_COLS = 16, LEVELS_SHOWN = 12, SCORES_SHOWN = 100 };

/* clang-format off */
static const struct option_row trace_options[] = {
	{"no-payload", 0, OPTION_FLAG, NULL, "--json without inputs, outputs, messages, documents, attributes, events"},
	{"otlp", 0, OPTION_FLAG, NULL, "as OTLP JSON, which spoor and any OpenTelemetry tool import as the same trace"},
	{"markdown", 0, OPTION_FLAG, NULL, "for an issue tracker: the tree, and the failing steps with their input and output"},
	{"raw", 0, OPTION_FLAG, NULL, "the source records it was made of, byte for byte (cleaned on a terminal)"},
	{"span", 0, OPTION_TEXT, "SPAN", "this span alone: what went in and out, messages, documents; with --raw its records; a prefix of its id will do"},
	{.name = NULL},
};
/* clang-format on */

/* ---------------------------------------------------------------- head */

/* "name value" with two blanks before it, if it is known. */
static void fact(struct trace_out *t, const char *name, struct str value)
{
	if (!value.len)
		return;
	buf_printf(&t->text, "  %s ", name);
	out_text(&t->out, &t->text, value, 60);
}

static void counted(struct trace_out *t, int64_t n, const char *one, const char *many)
{
	if (n <= 0)
		return;
	buf_add_cstr(&t->text, "  ");
	units_thousands(&t->text, n);
	buf_printf(&t->text, " %s", n == 1 ? one : many);
}

static void cleaned(struct trace_out *t, const struct buf *raw)
{
	clean_print(&t->text, buf_str(raw), false, t->out.ascii);
}

static void print_figures(struct trace_out *t)
{
	const struct trace_row *r = &t->row;
	struct buf raw = BUF_INIT;
	buf_printf(&raw, "  %s  ", status_name(r->status));
	units_duration(&raw, r->duration_ns, t->out.ascii);
	cleaned(t, &raw);
	counted(t, r->spans, "span", "spans");
	counted(t, r->errors, "error", "errors");
	buf_add_char(&t->text, '\n');
	buf_done(&raw);
}

static void print_usage(struct trace_out *t)
{
	const struct trace_row *r = &t->row;
	struct buf raw = BUF_INIT;
	counted(t, r->llm_calls, "LLM call", "LLM calls");
	counted(t, r->tool_calls, "tool call", "tool calls");
	if (r->repeats > 1)
		counted(t, r->repeats, "", "times the same call");
	buf_clear(&raw);
	if (r->tokens_in != UNKNOWN_INT || r->tokens_out != UNKNOWN_INT) {
		buf_add_cstr(&raw, "  ");
		out_tokens(&raw, r->tokens_in, r->tokens_out);
		buf_add_cstr(&raw, " tokens");
	}
	if (!IS_UNKNOWN(r->cost_usd)) {
		buf_add_cstr(&raw, "  ");
		(r->usage & TRACE_COST_ESTIMATED ? units_usd_about : units_usd)(&raw, r->cost_usd);
	}
	cleaned(t, &raw);
	buf_done(&raw);
}

/* A line of facts, each with two blanks before it: the first loses them, and no facts are no line. */
static void facts_line(struct trace_out *t, void (*print)(struct trace_out *))
{
	size_t before = t->text.len;
	print(t);
	if (t->text.len == before)
		return;
	t->text.len -= 2;
	memmove(t->text.ptr + before, t->text.ptr + before + 2, t->text.len - before);
	t->text.ptr[t->text.len] = '\0';
	buf_add_char(&t->text, '\n');
}

static void print_usage_words(struct trace_out *t)
{
	struct buf words = BUF_INIT;
	trace_usage_words(&words, &t->row);
	if (words.len)
		buf_add_cstr(&t->text, "  ");
	buf_add_str(&t->text, buf_str(&words));
	buf_done(&words);
}

static void print_whence(struct trace_out *t)
{
	fact(t, "service", t->row.service);
	fact(t, "session", t->row.session);
	fact(t, "user", t->row.user);
	fact(t, "file", t->row.file);
	fact(t, "format", t->row.format);
}

static void print_head(struct trace_out *t)
{
	struct buf *to = &t->text;
	struct buf time = BUF_INIT;
	out_text(&t->out, to, t->row.name.len ? t->row.name : STR_LIT("(no name)"), 60);
	print_figures(t);
	facts_line(t, print_usage);
	facts_line(t, print_usage_words);
	buf_add_cstr(to, "id ");
	out_text(&t->out, to, t->row.text, 0);
	units_time_full(&time, t->row.start_ns);
	fact(t, "started", buf_str(&time));
	buf_done(&time);
	buf_add_char(to, '\n');
	facts_line(t, print_whence);
	buf_add_char(to, '\n');
}

/* ---------------------------------------------------------------- tree */

struct tree {
	struct trace_out *t;
	VEC(bool) later; /* by depth: the span last seen there has a later sibling */
	int name_cols, bar_cols;
};

static void print_prefix(struct tree *tree, const struct tree_row *row, struct buf *to)
{
	bool ascii = tree->t->out.ascii;
	while (tree->later.n <= (size_t)row->depth)
		*vec_add(&tree->later) = false;
	tree->later.at[row->depth] = !(row->flags & SPAN_LAST);
	int from = row->depth > LEVELS_SHOWN ? row->depth - LEVELS_SHOWN : 1;
	if (row->depth > LEVELS_SHOWN)
		buf_printf(to, "%s%d ", ascii ? "^" : "…", from - 1);
	for (int d = from; d < row->depth; d++)
		buf_add_cstr(to, !tree->later.at[d] ? "   " : ascii ? "|  " : "│  ");
	if (row->depth > 0)
		buf_add_cstr(to, row->flags & SPAN_LAST ? (ascii ? "`- " : "└─ ") : (ascii ? "|- " : "├─ "));
}

static void print_name(struct tree *tree, const struct tree_row *row, struct buf *to)
{
	struct trace_out *t = tree->t;
	struct buf left = BUF_INIT, plain = BUF_INIT;
	print_prefix(tree, row, &left);
	buf_printf(&left, "%s ", kind_short(row->kind));
	if (row->name.len)
		buf_add_str(&plain, row->name);
	else
		buf_add_cstr(&plain, row->flags & SPAN_SYNTHETIC ? "(parent missing)" : "(no name)");
	if (row->rep_n > 1)
		buf_printf(&plain, " %s%lld%s", t->out.ascii ? "x" : "×", (long long)row->rep_n,
		           row->flags & SPAN_SAME ? " !same" : "");
	int used = text_cols(buf_str(&left));
	buf_add_str(to, buf_str(&left));
	out_cell(&t->out, to, buf_str(&plain), tree->name_cols > used + 8 ? tree->name_cols - used : 8, false,
	         t->out.cols != 0);
	buf_done(&left);
	buf_done(&plain);
}

/* The span's place on the trace's time: heavy on the critical path, light off it, as on the screen without colours. */
static void print_bar(struct tree *tree, const struct tree_row *row, struct buf *to)
{
	const struct trace_row *trace = &tree->t->row;
	int cols = tree->bar_cols, from = cols, to_col = cols;
	int64_t ahead = units_between(trace->start_ns, row->start_ns);
	if (ahead != TIME_UNKNOWN && row->duration_ns != UNKNOWN_INT && trace->duration_ns > 0) {
		double scale = (double)cols / (double)trace->duration_ns;
		double begin = (double)ahead * scale, end = begin + (double)row->duration_ns * scale;
		from = begin >= cols ? cols - 1 : (int)begin;
		to_col = end >= cols ? cols : (int)(end + 0.5);
		to_col = to_col <= from ? from + 1 : to_col;
	}
	bool critical = (row->flags & SPAN_CRITICAL) != 0;
	for (int i = 0; i < cols; i++) {
		if (i < from || i >= to_col)
			buf_add_char(to, ' ');
		else if (tree->t->out.ascii)
			buf_add_char(to, critical ? '=' : '-');
		else
			buf_add_cstr(to, critical ? "━" : "─");
	}
}

static void print_tail(struct tree *tree, const struct tree_row *row, struct buf *to)
{
	struct trace_out *t = tree->t;
	struct buf raw = BUF_INIT;
	if (row->status == STATUS_ERROR || row->status == STATUS_RUNNING)
		buf_printf(&raw, "  %s", status_name(row->status));
	if (row->status == STATUS_ERROR && row->message.len) {
		buf_add_cstr(&raw, ": ");
		buf_add_str(&raw, row->message);
	}
	if (row->model.len) {
		buf_add_cstr(&raw, "  ");
		buf_add_str(&raw, row->model);
	}
	if (row->tokens_in != UNKNOWN_INT || row->tokens_out != UNKNOWN_INT) {
		buf_add_cstr(&raw, "  ");
		out_tokens(&raw, row->tokens_in, row->tokens_out);
	}
	if (!IS_UNKNOWN(row->cost_usd)) {
		buf_add_cstr(&raw, "  ");
		(row->flags & SPAN_ESTIMATED ? units_usd_about : units_usd)(&raw, row->cost_usd);
	}
	out_text(&t->out, to, buf_str(&raw), 0);
	buf_done(&raw);
}

static void print_row(struct tree *tree, const struct tree_row *row)
{
	struct trace_out *t = tree->t;
	struct buf line = BUF_INIT, duration = BUF_INIT;
	print_name(tree, row, &line);
	buf_add_char(&line, ' ');
	units_duration(&duration, row->duration_ns, t->out.ascii);
	out_cell(&t->out, &line, buf_str(&duration), DURATION_COLS, true, false);
	buf_add_char(&line, ' ');
	print_bar(tree, row, &line);
	print_tail(tree, row, &line);
	struct str s = buf_str(&line);
	if (t->out.cols)
		s = str_cut(s, 0, text_fit(s, t->out.cols, NULL));
	while (s.len && s.ptr[s.len - 1] == ' ')
		s.len--;
	buf_add_str(&t->text, s);
	buf_add_char(&t->text, '\n');
	buf_done(&line);
	buf_done(&duration);
}

static bool print_tree(struct trace_out *t, struct err *err)
{
	int wide = t->out.cols > 100 ? (t->out.cols - 100) / 2 : 0;
	struct tree tree = {.t = t, .name_cols = NAME_COLS + wide, .bar_cols = BAR_COLS + wide};
	struct tree_walk *walk = tree_walk_open(t->db, t->row.first, t->row.n, err);
	struct tree_row row;
	bool ok = walk != NULL;
	while (ok && tree_walk_next(walk, &row, err)) {
		print_row(&tree, &row);
		ok = out_stream(&t->text, err);
	}
	tree_walk_close(walk);
	vec_done(&tree.later);
	return ok && err->code == ERR_NONE;
}

/* ---------------------------------------------------------------- scores */

static void print_score(struct trace_out *t, const struct score_row *s)
{
	struct buf *to = &t->text;
	struct buf figure = BUF_INIT;
	buf_add_cstr(to, "  ");
	out_cell(&t->out, to, s->name, 20, false, false);
	bool number = !IS_UNKNOWN(s->value);
	if (number || !s->label.len)
		units_score(&figure, s->value);
	else
		buf_add_str(&figure, s->label);
	buf_add_char(to, ' ');
	out_cell(&t->out, to, buf_str(&figure), 8, true, false);
	buf_printf(to, "  %s", s->pass > 0 ? "pass" : s->pass == 0 ? "FAIL" : "    ");
	buf_printf(to, "  %-5s", score_source_name(s->source));
	if (number && s->label.len) {
		buf_add_cstr(to, "  ");
		out_text(&t->out, to, s->label, 20);
	}
	if (s->explanation.len) {
		buf_add_cstr(to, "  ");
		out_text(&t->out, to, s->explanation, t->out.cols ? 60 : 0);
	}
	buf_add_char(to, '\n');
	buf_done(&figure);
}

static bool print_scores(struct trace_out *t, struct err *err)
{
	struct score_row *rows;
	size_t n;
	if (!span_scores(t->db, t->row.id, 0, true, &t->arena, &rows, &n, err))
		return false;
	if (n)
		buf_add_cstr(&t->text, "\nscores\n");
	for (size_t i = 0; i < n && i < SCORES_SHOWN; i++)
		print_score(t, &rows[i]);
	if (n > SCORES_SHOWN)
		buf_printf(&t->text, "  and %zu more\n", n - SCORES_SHOWN);
	return true;
}

/* ---------------------------------------------------------------- raw */

/* To a file or a pipe the bytes as they came; on a terminal nothing that could act on it. */
static bool print_record(struct trace_out *t, struct str bytes, struct err *err)
{
	if (t->out.terminal)
		clean_print(&t->text, bytes, true, t->out.ascii);
	else
		buf_add_str(&t->text, bytes);
	buf_add_char(&t->text, '\n');
	return out_stream(&t->text, err);
}

/* Each record once, in the order of the source. */
static bool print_raw(struct trace_out *t, const char *span, struct err *err)
{
	int64_t key, *records;
	size_t n;
	if ((span && !cmd_span(t->db, &t->row, str_of(span), &key, err)) ||
	    !span_records(t->db, t->row.id, span ? &key : NULL, &t->arena, &records, &n, err))
		return false;
	struct arena arena = ARENA_INIT;
	struct block_cache *blocks = block_cache_new(t->db);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct stored_record rec;
		ok = block_fetch(blocks, (uint64_t)records[i], &arena, &rec, err);
		if (ok) {
			payload_mask(t->db, &rec, &arena);
			ok = print_record(t, rec.entry.bytes, err);
		}
		arena_reset(&arena);
	}
	block_cache_free(blocks);
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- the command */

static bool print(const struct command_line *line, struct trace_out *t, struct err *err)
{
	int64_t id;
	if (!traces_find(t->db, str_of(line->args[0]), &id, err) || !traces_get(t->db, id, &t->arena, &t->row, err))
		return false;
	const char *span = cmd_option(line, "span");
	bool ok;
	if (t->out.form == OUT_JSON_) {
		ok = trace_json(t, err);
	} else if (cmd_flag(line, "otlp")) {
		ok = trace_otlp(t, err);
	} else if (t->out.form == OUT_MARKDOWN) {
		ok = trace_markdown(t, err);
	} else if (cmd_flag(line, "raw")) {
		ok = print_raw(t, span, err);
	} else if (span) {
		int64_t key;
		ok = cmd_span(t->db, &t->row, str_of(span), &key, err) && trace_span(t, key, err);
	} else {
		print_head(t);
		ok = print_tree(t, err) && print_scores(t, err);
	}
	return ok && out_flush(&t->text, err);
}

static int trace_main(const struct command_line *line, struct err *err)
{
	struct trace_out t = {.arena = ARENA_INIT, .payload = !cmd_flag(line, "no-payload")};
	out_init(&t.out, line);
	if (cmd_option(line, "span") && (t.out.form != OUT_TEXT || cmd_flag(line, "otlp"))) {
		err_set(err, ERR_USAGE, NULL, "--span is for text and --raw (spoor help trace)");
		return err_exit_code(err->code);
	}
	t.db = cmd_store(line, DB_READ, err);
	bool ok = t.db && db_begin_read(t.db, err);
	if (ok) {
		ok = print(line, &t, err);
		db_end_read(t.db);
	}
	db_close(t.db);
	buf_done(&t.text);
	arena_done(&t.arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_trace = {
    .name = "trace",
    .operands = "TRACE",
    .help = "one trace as a tree of its spans",
    .more = "TRACE is any unambiguous prefix of the trace's id.",
    .min_args = 1,
    .max_args = 1,
    .options = trace_options,
    .run = trace_main,
};
