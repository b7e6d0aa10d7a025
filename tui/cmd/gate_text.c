/* The gate's answer for people: checks in the order of their weight, with their reasons; as text and as Markdown for a pull request. */
#include <string.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "tui/cmd/compare.h"
#include "tui/cmd/gate.h"

enum { N_CELLS = 3, GAP = 2, TITLE_COLS = 40, STATUS_COLS = 7, REASON_LEAST = 48, INDENT = 11 };

/* What speaks against the release comes first. */
static const enum gate_status by_weight[N_GATE_STATUSES] = {GATE_FAIL, GATE_TOO_FEW, GATE_PASS, GATE_SKIPPED};

static void add_run(const struct gate_out *o, struct buf *to, const struct run_row *r)
{
	buf_add_str(to, r->name.len ? r->name : r->text);
	if (r->prompt_version.len) {
		buf_add_cstr(to, ", prompt version ");
		buf_add_str(to, out_short(r->prompt_version));
	}
	if (r->model.len) {
		buf_add_cstr(to, ", ");
		buf_add_str(to, r->model);
	}
	if (r->created_ns != TIME_UNKNOWN) {
		buf_add_cstr(to, ", ");
		units_time(to, r->created_ns, o->out.now_ns);
	}
}

static void add_cell(struct buf *to, const struct gate_check *c, int k, bool ascii)
{
	bool difference = !IS_UNKNOWN(c->before) && str_starts(c->name, "regression.");
	if (k == 0)
		buf_add_str(to, c->title);
	else if (k == 1)
		gate_figure(to, c->unit, c->value, difference, ascii);
	else if (difference && IS_UNKNOWN(c->limit))
		buf_add_cstr(to, "not worse");
	else
		gate_limit(to, c, ascii);
}

/* ---------------------------------------------------------------- text */

static void end_line(struct gate_out *o)
{
	while (o->text.len && o->text.ptr[o->text.len - 1] == ' ')
		o->text.ptr[--o->text.len] = '\0';
	buf_add_char(&o->text, '\n');
}

/* Nobody asked and there is nothing to see: one line for all of them together. */
static bool is_empty(const struct gate_check *c)
{
	return c->status == GATE_SKIPPED && IS_UNKNOWN(c->value) && !c->n_cases && !str_starts(c->name, "tolerate.") &&
	       !str_is(c->name, "regression");
}

static void add_empty(const struct gate_out *o, struct buf *to)
{
	for (size_t i = 0; i < o->g.n_checks; i++)
		if (is_empty(&o->g.checks[i])) {
			buf_add_cstr(to, to->len ? ", " : "");
			buf_add_str(to, o->g.checks[i].title);
		}
}

static void measure(const struct gate_out *o, int cols[N_CELLS])
{
	static const char *const titles[N_CELLS] = {"check", "value", "limit"};
	struct buf cell = BUF_INIT;
	for (int k = 0; k < N_CELLS; k++) {
		cols[k] = (int)strlen(titles[k]);
		for (size_t i = 0; i < o->g.n_checks; i++) {
			add_cell(&cell, &o->g.checks[i], k, o->out.ascii);
			int used = text_cols(buf_str(&cell));
			cols[k] = used > cols[k] ? used : cols[k];
			buf_clear(&cell);
		}
	}
	cols[0] = cols[0] > TITLE_COLS ? TITLE_COLS : cols[0];
	buf_done(&cell);
}

/* From `indent` on, wrapped at the terminal's width; the first row goes on the present line. */
static void add_wrapped(struct gate_out *o, struct str text, int indent)
{
	struct text_row row;
	int cols = o->out.cols ? o->out.cols - indent : 0;
	bool first = true;
	if (cols < 10) {
		out_text(&o->out, &o->text, text, 0);
		end_line(o);
		return;
	}
	for (size_t at = 0; at != SIZE_MAX;) {
		at = text_wrap(text, at, cols, &row);
		if (!first)
			buf_add_fill(&o->text, ' ', (size_t)indent);
		out_text(&o->out, &o->text, str_cut(text, row.at, row.len), 0);
		end_line(o);
		first = false;
	}
}

static void text_cases(struct gate_out *o, const struct gate_check *c)
{
	if (c->status == GATE_PASS || c->status == GATE_SKIPPED)
		return;
	for (size_t i = 0; i < c->n_cases && (int64_t)i < o->shown; i++) {
		buf_add_fill(&o->text, ' ', INDENT);
		buf_add_cstr(&o->text, "- ");
		out_text(&o->out, &o->text, c->cases[i].title, o->out.cols ? o->out.cols - INDENT - 2 : 0);
		end_line(o);
	}
	int64_t shown = (int64_t)c->n_cases < o->shown ? (int64_t)c->n_cases : o->shown;
	if (c->all_cases > shown && c->n_cases) {
		buf_add_fill(&o->text, ' ', INDENT);
		buf_printf(&o->text, "and %lld more\n", (long long)(c->all_cases - shown));
	}
}

static void text_check(struct gate_out *o, const struct gate_check *c, const int cols[N_CELLS])
{
	struct buf cell = BUF_INIT;
	int used = 2 + STATUS_COLS;
	buf_printf(&o->text, "%s ", gate_status_mark(c->status, o->out.ascii));
	out_cell(&o->out, &o->text, str_of(gate_status_title(c->status)), STATUS_COLS, false, false);
	for (int k = 0; k < N_CELLS; k++) {
		buf_add_fill(&o->text, ' ', GAP);
		add_cell(&cell, c, k, o->out.ascii);
		out_cell(&o->out, &o->text, buf_str(&cell), cols[k], k == 1, k == 0);
		used += cols[k] + GAP;
		buf_clear(&cell);
	}
	buf_done(&cell);
	if (o->out.cols && o->out.cols - used - GAP < REASON_LEAST) {
		end_line(o);
		buf_add_fill(&o->text, ' ', INDENT);
		add_wrapped(o, c->reason, INDENT);
	} else {
		buf_add_fill(&o->text, ' ', GAP);
		add_wrapped(o, c->reason, used + GAP);
	}
	text_cases(o, c);
}

static void line_of(struct gate_out *o, const char *before, struct str text, const char *after)
{
	struct buf line = BUF_INIT;
	buf_add_cstr(&line, before);
	buf_add_str(&line, text);
	buf_add_cstr(&line, after);
	add_wrapped(o, buf_str(&line), 0);
	buf_done(&line);
}

static void named_line(struct gate_out *o, const char *name, struct str text)
{
	enum { NAME_COLS = 10 };
	out_cell(&o->out, &o->text, str_of(name), NAME_COLS, false, false);
	add_wrapped(o, text, NAME_COLS);
}

static void text_runs(struct gate_out *o)
{
	struct buf raw = BUF_INIT;
	add_run(o, &raw, &o->g.run);
	named_line(o, "run", buf_str(&raw));
	buf_clear(&raw);
	if (o->g.has_baseline) {
		add_run(o, &raw, &o->g.compare.a);
		named_line(o, "baseline", buf_str(&raw));
	}
	if (o->limits.file.len)
		named_line(o, "limits", o->limits.file);
	buf_done(&raw);
}

void gate_text(struct gate_out *o)
{
	int cols[N_CELLS];
	measure(o, cols);
	text_runs(o);
	buf_add_char(&o->text, '\n');
	for (int w = 0; w < N_GATE_STATUSES; w++)
		for (size_t i = 0; i < o->g.n_checks; i++)
			if (o->g.checks[i].status == by_weight[w] && !is_empty(&o->g.checks[i]))
				text_check(o, &o->g.checks[i], cols);
	struct buf answer = BUF_INIT;
	add_empty(o, &answer);
	if (answer.len)
		line_of(o, "Without a figure, and not asked for: ", buf_str(&answer), ".");
	buf_clear(&answer);
	buf_add_char(&o->text, '\n');
	buf_printf(&answer, "%s: ", gate_answer_title(o->g.answer));
	line_of(o, buf_cstr(&answer), o->g.sentence, ".");
	buf_done(&answer);
	if (o->g.settle.len)
		line_of(o, "What would settle it: ", o->g.settle, ".");
	if (o->g.evidence.len)
		line_of(o, "", o->g.evidence, ".");
}

/* ---------------------------------------------------------------- Markdown */

/* Text of a file is escaped; what we make ourselves is as it should be. */
static void file_cell(struct gate_out *o, struct str text)
{
	buf_add_cstr(&o->text, "| ");
	clean_markdown(&o->text, text);
	buf_add_char(&o->text, ' ');
}

static void markdown_check(struct gate_out *o, const struct gate_check *c)
{
	struct buf cell = BUF_INIT;
	buf_printf(&o->text, "| %s %s ", gate_status_mark(c->status, false), gate_status_title(c->status));
	for (int k = 0; k < N_CELLS; k++) {
		add_cell(&cell, c, k, false);
		file_cell(o, buf_str(&cell));
		buf_clear(&cell);
	}
	file_cell(o, c->reason);
	buf_add_cstr(&o->text, "|\n");
	buf_done(&cell);
}

static void markdown_class(struct gate_out *o, enum case_class class_)
{
	const struct compare *c = &o->g.compare;
	struct buf cell = BUF_INIT;
	int64_t shown = 0;
	buf_printf(&o->text, "\n**%s %lld**\n", case_class_title(class_), (long long)c->count[class_]);
	if (!c->count[class_] || !o->shown) {
		return;
	}
	buf_add_cstr(&o->text, "\n| case | key | before | now | score |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < c->n_rows && shown < o->shown; i++) {
		const struct compare_row *row = &c->rows[i];
		if (row->class_ != class_)
			continue;
		file_cell(o, row->title.len ? row->title : row->key);
		file_cell(o, out_short(row->key));
		compare_side_status(&cell, &row->a);
		file_cell(o, buf_str(&cell));
		buf_clear(&cell);
		compare_side_status(&cell, &row->b);
		file_cell(o, buf_str(&cell));
		buf_clear(&cell);
		compare_moved(&cell, c, row, false);
		file_cell(o, buf_str(&cell));
		buf_clear(&cell);
		buf_add_cstr(&o->text, "|\n");
		shown++;
	}
	if (shown < c->count[class_])
		buf_printf(&o->text, "\nand %lld more\n", (long long)(c->count[class_] - shown));
	buf_done(&cell);
}

static void markdown_line(struct gate_out *o, const char *before, struct str text)
{
	buf_add_cstr(&o->text, before);
	clean_markdown(&o->text, text);
	buf_add_cstr(&o->text, ".\n");
}

void gate_markdown(struct gate_out *o)
{
	const struct gate *g = &o->g;
	struct buf raw = BUF_INIT;
	buf_printf(&o->text, "**%s**: ", gate_answer_title(g->answer));
	clean_markdown(&o->text, g->sentence);
	buf_add_cstr(&o->text, ".\n\nRun: ");
	add_run(o, &raw, &g->run);
	clean_markdown(&o->text, buf_str(&raw));
	if (g->has_baseline) {
		buf_clear(&raw);
		add_run(o, &raw, &g->compare.a);
		buf_add_cstr(&o->text, "  \nBaseline: ");
		clean_markdown(&o->text, buf_str(&raw));
	}
	buf_add_cstr(&o->text, "\n\n| | check | value | limit | why |\n|---|---|---:|---|---|\n");
	for (int w = 0; w < N_GATE_STATUSES; w++)
		for (size_t i = 0; i < g->n_checks; i++)
			if (g->checks[i].status == by_weight[w] && !is_empty(&g->checks[i]))
				markdown_check(o, &g->checks[i]);
	buf_add_char(&o->text, '\n');
	buf_clear(&raw);
	add_empty(o, &raw);
	if (raw.len)
		markdown_line(o, "Without a figure, and not asked for: ", buf_str(&raw));
	if (g->settle.len)
		markdown_line(o, "What would settle it: ", g->settle);
	if (g->evidence.len)
		markdown_line(o, "", g->evidence);
	if (g->has_baseline && !g->compare.refused.len) {
		markdown_class(o, CLASS_REGRESSED);
		markdown_class(o, CLASS_NEW_ERROR);
		markdown_class(o, CLASS_IMPROVED);
		buf_add_cstr(&o->text, "\nAll cases: ");
		buf_clear(&raw);
		buf_add_cstr(&raw, "spoor compare ");
		clean_shell(&raw, g->compare.a.text);
		buf_add_char(&raw, ' ');
		clean_shell(&raw, g->run.text);
		clean_markdown(&o->text, buf_str(&raw));
		buf_add_char(&o->text, '\n');
	}
	buf_done(&raw);
}
