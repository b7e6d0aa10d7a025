/* Two traces beside each other: the texts of the row under the cursor. */
#include "store/query/span_text.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_tracediff.h"
#include "tui/screen/pane_tree.h"

enum { TEXT_MOST = 256 * 1024, AROUND = 48, EQUAL_SHOWN = 200, SIDES_COLS = 100 };

void diff_texts_done(struct diff_texts *t)
{
	arena_done(&t->arena);
	*t = (struct diff_texts){0};
}

/* A conversation as it is read, not as it is written down: "user: …", a line each. Absent: there is none. */
static struct str conversation(const struct span *span, bool output, struct arena *arena)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < span->n_messages && text.len <= TEXT_MOST; i++) {
		const struct message *m = &span->messages[i];
		for (size_t k = 0; m->output == output && k < m->n_parts; k++) {
			const struct message_part *part = &m->parts[k];
			buf_add_cstr(&text, text.len ? "\n" : "");
			buf_add_str(&text, m->role);
			if (part->name.len) {
				buf_add_char(&text, ' ');
				buf_add_str(&text, part->name);
			}
			buf_add_cstr(&text, ": ");
			buf_add_str(&text, part->text);
		}
	}
	struct str all = text.len ? arena_str(arena, buf_str(&text)) : STR_NONE;
	buf_done(&text);
	return all;
}

static bool load_side(struct db *db, struct block_cache *blocks, int64_t trace, const struct diff_span *span, int side,
                      struct diff_texts *out, struct err *err)
{
	struct span_detail d;
	if (!span->present)
		return true;
	if (!span_detail(db, blocks, trace, span->key, span->record, &out->arena, &d, err))
		return false;
	struct str said = conversation(&d.span, false, &out->arena),
	           answered = conversation(&d.span, true, &out->arena);
	out->input[side] = said.ptr ? said : span_input_text(&d.span, &out->arena);
	out->output[side] = d.span.n_documents ? span_documents_text(&d.span, &out->arena)
	                    : answered.ptr     ? answered
	                                       : span_output_text(&d.span, &out->arena);
	out->cut |= out->input[side].len > TEXT_MOST || out->output[side].len > TEXT_MOST;
	out->input[side] = str_cut(out->input[side], 0, TEXT_MOST);
	out->output[side] = str_cut(out->output[side], 0, TEXT_MOST);
	return true;
}

bool diff_texts_load(struct db *db, struct block_cache *blocks, int64_t trace_a, int64_t trace_b,
                     const struct diff_span *a, const struct diff_span *b, struct diff_texts *out, struct err *err)
{
	*out = (struct diff_texts){.arena = ARENA_INIT};
	if (!load_side(db, blocks, trace_a, a, 0, out, err) || !load_side(db, blocks, trace_b, b, 1, out, err))
		return false;
	if (out->input[0].ptr && out->input[1].ptr)
		out->inputs = diff_text(&out->arena, out->input[0], out->input[1], DIFF_WORDS);
	if (out->output[0].ptr && out->output[1].ptr)
		out->outputs = diff_text(&out->arena, out->output[0], out->output[1], DIFF_WORDS);
	out->loaded = true;
	return true;
}

/* ---------------------------------------------------------------- laying out */

static size_t whole_char(struct str text, size_t at)
{
	while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
		at++;
	return at;
}

/* Equal text between changes: all of it, or its ends. */
static void add_equal(struct flow *f, struct str text, bool first, bool last, const struct diff_look *look)
{
	if (look->whole || text.len <= EQUAL_SHOWN) {
		flow_add(f, ROLE_TEXT, text);
		return;
	}
	if (!first || last)
		flow_add(f, ROLE_TEXT, str_cut(text, 0, whole_char(text, AROUND)));
	flow_addc(f, ROLE_DIM, look->ascii ? " ~ " : " … ");
	if (!last)
		flow_add(f, ROLE_TEXT, str_from(text, whole_char(text, text.len - AROUND)));
}

/* Both in one text (is_b < 0), or one side of it. */
static void add_diff(struct flow *f, const struct diff *d, const struct str text[2], int is_b,
                     const struct diff_look *look)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct diff_op *op = &d->ops[i];
		struct str a = str_cut(text[0], op->a_at, op->a_len), b = str_cut(text[1], op->b_at, op->b_len);
		if (op->kind == DIFF_EQUAL)
			add_equal(f, a, i == 0, i + 1 == d->n, look);
		else if (is_b < 0 || is_b == (op->kind == DIFF_ONLY_B))
			case_add_change(f, op->kind == DIFF_ONLY_B, op->kind == DIFF_ONLY_B ? b : a, look->brackets);
	}
}

static void lay_sides(struct sheet *s, const struct diff *d, const struct str text[2], const struct diff_look *look)
{
	int half = (s->cols - 3) / 2;
	struct flow a = {.cols = half, .ascii = look->ascii}, b = {.col = half + 3, .cols = half, .ascii = look->ascii};
	struct flow *const both[2] = {&a, &b};
	for (int side = 0; side < 2; side++) {
		struct flow *f = both[side];
		flow_addc(f, side ? ROLE_INSERTED : ROLE_DELETED, side ? "B " : "A ");
		if (d->n)
			add_diff(f, d, text, side, look);
		else if (text[side].ptr)
			flow_add(f, ROLE_TEXT, look->whole ? text[side] : str_cut(text[side], 0, EQUAL_SHOWN * 4));
		else
			flow_addc(f, ROLE_DIM, "(not in the file)");
	}
	flow_lay(s, both, 2, 0);
	flow_done(&a);
	flow_done(&b);
}

/* One below the other where one of them is missing; changes inside one text where both are there. */
static void lay_inline(struct sheet *s, const struct diff *d, const struct str text[2], const struct diff_look *look)
{
	struct flow f = {.cols = s->cols, .ascii = look->ascii};
	if (d->n) {
		add_diff(&f, d, text, -1, look);
		flow_lay_one(s, &f, 0);
	}
	for (int side = 0; !d->n && side < 2; side++) {
		if (side)
			sheet_row(s);
		flow_addc(&f, side ? ROLE_INSERTED : ROLE_DELETED, side ? "B " : "A ");
		if (text[side].ptr)
			flow_add(&f, ROLE_TEXT, look->whole ? text[side] : str_cut(text[side], 0, EQUAL_SHOWN * 2));
		else
			flow_addc(&f, ROLE_DIM, "(not in the file)");
		flow_lay_one(s, &f, 0);
	}
	flow_done(&f);
}

static void lay_text(struct sheet *s, const char *label, const struct diff *d, const struct str text[2],
                     const struct trace_diff_row *row, const struct diff_look *look)
{
	bool both = row->a.present && row->b.present;
	if (!text[0].ptr && !text[1].ptr)
		return;
	sheet_row(s);
	sheet_addc(s, ROLE_HEADING, label);
	if (both && d->n && !d->n_changes) {
		sheet_addc(s, ROLE_DIM, text[1].len ? "  the same in both" : "  empty in both");
	} else if (d->n) {
		sheet_printf(s, ROLE_DIM, "  %zu change%s%s", d->n_changes, d->n_changes == 1 ? "" : "s",
		             d->unit == DIFF_WORDS   ? ""
		             : d->unit == DIFF_LINES ? ", by lines (too long for words)"
		                                     : " (too long to compare)");
	}
	sheet_row(s);
	if (both && d->n && !d->n_changes) {
		struct flow f = {.cols = s->cols, .ascii = look->ascii};
		flow_add(&f, ROLE_TEXT, text[1]);
		flow_lay_one(s, &f, look->whole ? 0 : 2);
		flow_done(&f);
	} else if (!both) {
		struct flow f = {.cols = s->cols, .ascii = look->ascii};
		flow_add(&f, ROLE_TEXT, text[row->b.present]);
		flow_lay_one(s, &f, look->whole ? 0 : 4);
		flow_done(&f);
	} else if (look->side_by_side && s->cols >= SIDES_COLS) {
		lay_sides(s, d, text, look);
	} else {
		lay_inline(s, d, text, look);
	}
}

static void add_side(struct sheet *s, const char *name, enum role role, const struct diff_span *span, bool ascii)
{
	sheet_addc(s, role, name);
	sheet_addc(s, ROLE_TEXT, " ");
	if (!span->present) {
		sheet_addc(s, ROLE_DIM, "not there");
		return;
	}
	sheet_duration(s, ROLE_TEXT, span->duration_ns, ascii);
	if (span->at_ns != UNKNOWN_INT) {
		sheet_addc(s, ROLE_DIM, " at ");
		sheet_duration(s, ROLE_DIM, span->at_ns, ascii);
	}
	if (span->tokens != UNKNOWN_INT) {
		sheet_addc(s, ROLE_TEXT, " ");
		sheet_count(s, ROLE_TEXT, span->tokens);
		sheet_addc(s, ROLE_TEXT, " tok");
	}
	if (!IS_UNKNOWN(span->cost_usd)) {
		sheet_addc(s, ROLE_TEXT, " ");
		sheet_usd(s, ROLE_TEXT, span->cost_usd);
	}
	if (span->status == STATUS_ERROR)
		sheet_printf(s, ROLE_ERROR, " %s error", glyph_error(ascii));
	if (span->model.len) {
		sheet_addc(s, ROLE_TEXT, " ");
		sheet_add(s, ROLE_DIM, span->model);
	}
}

void diff_texts_lay(struct sheet *s, int cols, const struct trace_diff_row *row, const struct diff_texts *t,
                    const struct diff_look *look)
{
	const struct diff_span *span = trace_diff_span(row);
	struct buf words = BUF_INIT;
	sheet_begin(s, cols);
	sheet_add(s, ROLE_TITLE, span->name.len ? span->name : STR_LIT("(no name)"));
	if (row->marks & ALIGN_RENAMED)
		sheet_printf(s, ROLE_DELETED, "  was " STR_FMT, STR_ARG(str_cut(row->a.name, 0, 80)));
	trace_diff_words(&words, row);
	sheet_addc(s, ROLE_TEXT, "  ");
	sheet_add(s, row->marks ? ROLE_WARNING : ROLE_DIM,
	          arena_str(&s->arena, words.len ? buf_str(&words) : STR_LIT("the same")));
	buf_done(&words);
	sheet_row(s);
	add_side(s, "A", ROLE_DELETED, &row->a, look->ascii);
	if (cols >= SIDES_COLS)
		sheet_addc(s, ROLE_DIM, "   ");
	else
		sheet_row(s);
	add_side(s, "B", ROLE_INSERTED, &row->b, look->ascii);
	lay_text(s, row->b.kind == KIND_TOOL || row->a.kind == KIND_TOOL ? "arguments" : "input", &t->inputs, t->input,
	         row, look);
	lay_text(s, row->b.kind == KIND_RETRIEVER || row->b.kind == KIND_RERANKER ? "documents" : "output", &t->outputs,
	         t->output, row, look);
	if (t->cut) {
		sheet_row(s);
		sheet_addc(s, ROLE_WARNING, "longer than 256 KB: the rest stands in the traces (< and > open them)");
	}
}
