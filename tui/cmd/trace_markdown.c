/* spoor trace ID --markdown: what one pastes into an issue: the head, the tree with durations, each failing step with what went in and
 * what came out. */
#include "tui/cmd/trace.h"

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/span_row.h"

enum { ROWS_SHOWN = 200, FAILED_SHOWN = 20, TEXT_SHOWN = 2000, LEVELS_SHOWN = 12 };

/* ---------------------------------------------------------------- the head */

static void cell(struct trace_out *t, const char *name, struct str value)
{
	if (!value.len)
		return;
	buf_printf(&t->text, "| %s | ", name);
	clean_markdown(&t->text, value);
	buf_add_cstr(&t->text, " |\n");
}

static void print_head(struct trace_out *t)
{
	const struct trace_row *r = &t->row;
	struct buf text = BUF_INIT;
	buf_add_cstr(&t->text, "### ");
	clean_markdown(&t->text, r->name.len ? r->name : STR_LIT("(no name)"));
	buf_printf(&t->text, ": %s\n\n| | |\n|---|---|\n", status_name(r->status));
	cell(t, "trace", r->text);
	units_time_full(&text, r->start_ns);
	cell(t, "began", buf_str(&text));
	buf_clear(&text);
	units_duration(&text, r->duration_ns, t->out.ascii);
	buf_printf(&t->text, "| took | %s |\n", buf_cstr(&text));
	buf_clear(&text);
	units_thousands(&text, r->spans);
	buf_add_cstr(&text, ", with errors ");
	units_thousands(&text, r->errors);
	cell(t, "spans", buf_str(&text));
	buf_clear(&text);
	if (r->tokens_in != UNKNOWN_INT || r->tokens_out != UNKNOWN_INT)
		out_tokens(&text, r->tokens_in, r->tokens_out);
	cell(t, "tokens", buf_str(&text));
	buf_clear(&text);
	if (!IS_UNKNOWN(r->cost_usd))
		(r->usage & TRACE_COST_ESTIMATED ? units_usd_about : units_usd)(&text, r->cost_usd);
	cell(t, "cost", buf_str(&text));
	cell(t, "service", r->service);
	cell(t, "session", r->session);
	cell(t, "user", r->user);
	buf_done(&text);
}

/* ---------------------------------------------------------------- fences */

/* A fence longer than any run of back quotes in the text: it cannot be closed from inside. */
static size_t fence_of(struct str text)
{
	size_t longest = 0, run = 0;
	for (size_t i = 0; i < text.len; i++) {
		run = text.ptr[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest < 3 ? 3 : longest + 1;
}

static void fenced(struct trace_out *t, const char *title, struct str text)
{
	struct buf clean = BUF_INIT;
	if (!text.len)
		return;
	size_t shown = text.len > TEXT_SHOWN ? TEXT_SHOWN : text.len;
	while (shown > 0 && shown < text.len && ((unsigned char)text.ptr[shown] & 0xc0) == 0x80)
		shown--; /* no character in halves */
	clean_print(&clean, str_cut(text, 0, shown), true, t->out.ascii);
	struct str inside = buf_str(&clean);
	size_t fence = fence_of(inside);
	buf_printf(&t->text, "\n%s", title);
	if (shown < text.len) {
		buf_add_cstr(&t->text, " (the first ");
		units_thousands(&t->text, (int64_t)shown);
		buf_add_cstr(&t->text, " of ");
		units_thousands(&t->text, (int64_t)text.len);
		buf_add_cstr(&t->text, " bytes)");
	}
	buf_add_cstr(&t->text, ":\n\n");
	buf_add_fill(&t->text, '`', fence);
	buf_add_char(&t->text, '\n');
	buf_add_str(&t->text, inside);
	if (inside.len && inside.ptr[inside.len - 1] != '\n')
		buf_add_char(&t->text, '\n');
	buf_add_fill(&t->text, '`', fence);
	buf_add_char(&t->text, '\n');
	buf_done(&clean);
}

/* ---------------------------------------------------------------- the tree */

static void tree_line(struct buf *to, const struct trace_out *t, const struct tree_row *row)
{
	struct buf raw = BUF_INIT;
	buf_add_fill(to, ' ', 2 * (size_t)(row->depth < LEVELS_SHOWN ? row->depth : LEVELS_SHOWN));
	if (row->depth > LEVELS_SHOWN)
		buf_printf(to, "(level %d) ", row->depth);
	buf_printf(&raw, "%s ", kind_short(row->kind));
	if (row->name.len)
		buf_add_str(&raw, row->name);
	else
		buf_add_cstr(&raw, row->flags & SPAN_SYNTHETIC ? "(parent missing)" : "(no name)");
	buf_add_cstr(&raw, "  ");
	units_duration(&raw, row->duration_ns, t->out.ascii);
	if (row->model.len) {
		buf_add_cstr(&raw, "  ");
		buf_add_str(&raw, row->model);
	}
	if (row->status == STATUS_ERROR || row->status == STATUS_RUNNING)
		buf_printf(&raw, "  %s", status_name(row->status));
	if (row->status == STATUS_ERROR && row->message.len) {
		buf_add_cstr(&raw, ": ");
		buf_add_str(&raw, row->message);
	}
	clean_print(to, buf_str(&raw), false, t->out.ascii);
	buf_add_char(to, '\n');
	buf_done(&raw);
}

/* As a block, so that its indents stay. */
static bool print_tree(struct trace_out *t, struct err *err)
{
	struct buf tree = BUF_INIT;
	struct tree_walk *walk = tree_walk_open(t->db, t->row.first, t->row.n, err);
	struct tree_row row;
	int64_t n = 0;
	bool ok = walk != NULL;
	while (ok && n < ROWS_SHOWN && tree_walk_next(walk, &row, err)) {
		tree_line(&tree, t, &row);
		n++;
	}
	tree_walk_close(walk);
	size_t fence = fence_of(buf_str(&tree));
	buf_add_char(&t->text, '\n');
	buf_add_fill(&t->text, '`', fence);
	buf_add_char(&t->text, '\n');
	buf_add_str(&t->text, buf_str(&tree));
	buf_add_fill(&t->text, '`', fence);
	buf_add_char(&t->text, '\n');
	if (n < t->row.n) {
		buf_add_cstr(&t->text, "\nand ");
		units_thousands(&t->text, t->row.n - n);
		buf_add_cstr(&t->text, " more rows\n");
	}
	buf_done(&tree);
	return ok && err->code == ERR_NONE;
}

/* ---------------------------------------------------------------- what failed */

static void add_part(struct buf *to, const struct message_part *part)
{
	switch (part->type) {
	case PART_TEXT: break;
	case PART_REASONING: buf_add_cstr(to, "(reasoning) "); break;
	case PART_TOOL_CALL:
		buf_add_cstr(to, "calls ");
		buf_add_str(to, part->name);
		buf_add_char(to, ' ');
		break;
	case PART_TOOL_RESULT: buf_add_cstr(to, "result "); break;
	case PART_MEDIA:
	case PART_OTHER:
		buf_add_char(to, '(');
		buf_add_str(to, part->name);
		buf_add_cstr(to, ") ");
		break;
	}
	buf_add_str(to, part->text);
	buf_add_char(to, '\n');
}

/* Messages as they were said, "role: text"; without any, the text itself. */
static void side(struct trace_out *t, const char *title, const struct span *span, bool output, struct str otherwise)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		for (size_t k = 0; m->output == output && k < m->n_parts; k++) {
			buf_add_str(&text, m->role);
			buf_add_cstr(&text, ": ");
			add_part(&text, &m->parts[k]);
		}
	}
	fenced(t, title, text.len ? buf_str(&text) : otherwise);
	buf_done(&text);
}

static bool print_failed(struct trace_out *t, struct block_cache *blocks, const struct tree_row *row, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct span_detail d = {0};
	struct err trouble = ERR_INIT;
	bool ok = true;
	if (!span_detail(t->db, blocks, t->row.id, row->key, row->record, &arena, &d, &trouble) &&
	    (trouble.code == ERR_STORE || trouble.code == ERR_SYSTEM)) {
		*err = trouble;
		ok = false;
	}
	if (ok) {
		struct buf duration = BUF_INIT;
		buf_add_cstr(&t->text, "\n#### ");
		clean_markdown(&t->text, row->name.len ? row->name : STR_LIT("(no name)"));
		units_duration(&duration, row->duration_ns, t->out.ascii);
		buf_printf(&t->text, " (%s, %s)\n", kind_name(row->kind), buf_cstr(&duration));
		fenced(t, "error", d.span.message.len ? d.span.message : row->message);
		side(t, "input", &d.span, false, d.span.input);
		side(t, "output", &d.span, true, d.span.output);
		buf_done(&duration);
	}
	arena_done(&arena);
	return ok;
}

static bool print_failures(struct trace_out *t, struct err *err)
{
	struct tree_walk *walk = tree_walk_open(t->db, t->row.first, t->row.n, err);
	struct block_cache *blocks = block_cache_new(t->db);
	struct tree_row row;
	int64_t n = 0;
	bool ok = walk != NULL;
	while (ok && t->row.errors > 0 && tree_walk_next(walk, &row, err)) {
		if (row.status != STATUS_ERROR || n++ >= FAILED_SHOWN)
			continue;
		ok = print_failed(t, blocks, &row, err);
	}
	if (n > FAILED_SHOWN)
		buf_printf(&t->text, "\nand %lld more that failed\n", (long long)(n - FAILED_SHOWN));
	block_cache_free(blocks);
	tree_walk_close(walk);
	return ok && err->code == ERR_NONE;
}

bool trace_markdown(struct trace_out *t, struct err *err)
{
	print_head(t);
	return print_tree(t, err) && print_failures(t, err);
}
