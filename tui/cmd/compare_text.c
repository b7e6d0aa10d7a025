/* A comparison for people: head, metrics, classes with their first cases; as text and as Markdown for a pull request. */
#include "tui/cmd/compare.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "tui/cmd/begins.h"
#include "tui/cmd/noise.h"

enum { CASE_COLS = 40, NAME_COLS = 44, STATUS_COLS = 5, N_CELLS = 7, CELL_P = 5, GAP = 2 };

void compare_p(struct buf *to, double p, bool ascii)
{
	if (IS_UNKNOWN(p))
		buf_add_cstr(to, ascii ? "-" : "–");
	else if (p < 0.0001)
		buf_add_cstr(to, "<0.0001");
	else
		buf_printf(to, p < 0.01 ? "%.4f" : p < 0.1 ? "%.3f" : "%.2f", p);
}

static void add_bounds(struct buf *to, const struct compare_metric *m, bool ascii)
{
	if (IS_UNKNOWN(m->result.low))
		return;
	compare_figure(to, m, m->result.low, true, ascii);
	buf_add_cstr(to, " to ");
	compare_figure(to, m, m->result.high, true, ascii);
}

void compare_run_name(struct buf *to, const struct run_row *r, int64_t now_ns)
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
		units_time(to, r->created_ns, now_ns);
	}
}

/* ---------------------------------------------------------------- the metrics as cells */

static const char *const titles[N_CELLS] = {"metric", "A", "B", "B-A", "95% interval", "p Holm", "in words"};
static const bool is_right[N_CELLS] = {[1] = true, [2] = true, [3] = true, [CELL_P] = true};

struct cells {
	struct buf cell[N_CELLS];
};

static void add_name(struct buf *to, const struct compare_metric *m, bool ascii)
{
	static const char *const names[][2] = {
	    {"latency_p50_ns",    "latency P50"},
            {"latency_p95_ns",    "latency P95"},
            {"cost_usd_per_case", "cost / case"}
        };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(m->name, names[i][0]) == 0) {
			buf_add_cstr(to, names[i][1]);
			return;
		}
	/* Some harnesses call a score by the whole sentence that was checked; --json has all of it. */
	struct str name = str_of(m->name);
	size_t fits = text_cols(name) > NAME_COLS ? text_fit(name, NAME_COLS - (ascii ? 3 : 1), NULL) : name.len;
	buf_add_str(to, str_cut(name, 0, fits));
	if (fits < name.len)
		buf_add_cstr(to, ascii ? "..." : "…");
}

/* Of the metrics that any case has: *n of them. */
static struct cells *metric_cells(const struct compare *c, bool ascii, size_t *n)
{
	struct cells *rows = xcalloc(c->n_metrics + 1, sizeof *rows);
	*n = 0;
	for (size_t i = 0; i < c->n_metrics; i++) {
		const struct compare_metric *m = &c->metrics[i];
		if (!m->result.n)
			continue;
		struct buf *cell = rows[(*n)++].cell;
		add_name(&cell[0], m, ascii);
		compare_figure(&cell[1], m, m->result.a, false, ascii);
		compare_figure(&cell[2], m, m->result.b, false, ascii);
		compare_figure(&cell[3], m, m->result.delta, true, ascii);
		add_bounds(&cell[4], m, ascii);
		compare_p(&cell[CELL_P], m->result.p_holm, ascii);
		buf_add_cstr(&cell[6], compare_words(m));
	}
	return rows;
}

static void cells_free(struct cells *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < N_CELLS; k++)
			buf_done(&rows[i].cell[k]);
	free(rows);
}

/* Nothing where there was one metric alone, or none. */
static void add_holm(struct buf *to, const struct compare *c)
{
	if (c->holm > 1)
		buf_printf(to, "p corrected over %d metrics (Holm).\n", c->holm);
	if (c->repeats.paired)
		buf_printf(to, "Repeat by repeat: %lld results paired, %lld improved, %lld regressed, %lld new %s.\n",
		           (long long)c->repeats.paired, (long long)c->repeats.improved,
		           (long long)c->repeats.regressed, (long long)c->repeats.new_errors,
		           c->repeats.new_errors == 1 ? "error" : "errors");
}

static void add_by_input(struct buf *to, const struct compare *c)
{
	if (c->by_input)
		buf_add_cstr(to, "No case keys are shared: cases are paired by their input.\n");
}

/* ---------------------------------------------------------------- text */

static void add_cell(struct compare_out *o, struct buf *cell, int cols, bool right)
{
	out_cell(&o->out, &o->text, buf_str(cell), cols, right, false);
	buf_clear(cell);
}

static void end_line(struct compare_out *o)
{
	while (o->text.len && o->text.ptr[o->text.len - 1] == ' ')
		o->text.ptr[--o->text.len] = '\0';
	buf_add_char(&o->text, '\n');
}

static void line_of(struct compare_out *o, struct buf *raw)
{
	out_text(&o->out, &o->text, buf_str(raw), 0);
	buf_clear(raw);
	end_line(o);
}

/* Widths of the columns; 0 leaves one out: the p, where a terminal is too narrow for all. The words say what it decided. */
static void measure(const struct compare_out *o, const struct cells *rows, size_t n, int cols[N_CELLS])
{
	int all = 0;
	for (int k = 0; k < N_CELLS; k++) {
		cols[k] = text_cols(str_of(titles[k]));
		for (size_t i = 0; i < n; i++) {
			int used = text_cols(buf_str(&rows[i].cell[k]));
			cols[k] = used > cols[k] ? used : cols[k];
		}
		all += cols[k] + GAP;
	}
	if (o->out.cols && all - GAP > o->out.cols)
		cols[CELL_P] = 0;
}

static void text_metrics(struct compare_out *o)
{
	size_t n;
	struct cells *rows = metric_cells(&o->c, o->out.ascii, &n);
	int cols[N_CELLS];
	measure(o, rows, n, cols);
	for (size_t i = 0; i <= n; i++) {
		for (int k = 0; k < N_CELLS; k++) {
			struct str cell = i ? buf_str(&rows[i - 1].cell[k]) : str_of(titles[k]);
			if (!cols[k])
				continue;
			if (k)
				buf_add_fill(&o->text, ' ', GAP);
			out_cell(&o->out, &o->text, cell, cols[k], is_right[k], false);
		}
		end_line(o);
	}
	add_holm(&o->text, &o->c);
	cells_free(rows, n);
}

static void add_side_figure(struct buf *to, const struct compare_out *o, const struct compare_side *side, bool ascii)
{
	struct compare_metric latency = {.name = "", .kind = "latency"}, cost = {.name = "", .kind = "cost"};
	double ns = side->present && side->latency_ns != UNKNOWN_INT ? (double)side->latency_ns : UNKNOWN_DOUBLE;
	if (o->order.by == BY_LATENCY)
		compare_figure(to, &latency, ns, false, ascii);
	else if (o->order.by == BY_COST)
		compare_figure(to, &cost, side->present ? side->cost_usd : UNKNOWN_DOUBLE, false, ascii);
	else
		compare_plain_figure(to, side->scores[o->order.score], false, ascii);
}

/* What they are ordered by; else the score that moved most. */
static void add_moved(const struct compare_out *o, const struct compare_row *row, bool ascii, struct buf *to)
{
	if (o->order.by != BY_SCORE && o->order.by != BY_LATENCY && o->order.by != BY_COST) {
		compare_moved(to, &o->c, row, ascii);
		return;
	}
	if (o->order.by == BY_SCORE)
		buf_add_str(to, o->c.scores[o->order.score]);
	else
		buf_add_cstr(to, o->order.by == BY_LATENCY ? "latency" : "cost");
	buf_add_char(to, ' ');
	add_side_figure(to, o, &row->a, ascii);
	buf_add_cstr(to, ascii ? " -> " : " → ");
	add_side_figure(to, o, &row->b, ascii);
}

static void text_row(struct compare_out *o, const struct compare_row *row, struct buf *cell)
{
	buf_add_cstr(&o->text, row->a.flaky || row->b.flaky ? (o->out.ascii ? "~ " : "≈ ") : "  ");
	struct str title = row->title.len ? row->title : row->key;
	if (o->c.shared_title && text_cols(title) > CASE_COLS) { /* what all begin with tells nothing */
		buf_add_cstr(cell, o->out.ascii ? "..." : "…");
		buf_add_str(cell, compare_title_rest(&o->c, row));
		out_cell(&o->out, &o->text, buf_str(cell), CASE_COLS, false, true);
		buf_clear(cell);
	} else {
		out_cell(&o->out, &o->text, title, CASE_COLS, false, true);
	}
	buf_add_cstr(&o->text, "  ");
	compare_side_status(cell, &row->a);
	add_cell(o, cell, STATUS_COLS, false);
	buf_add_char(&o->text, ' ');
	compare_side_status(cell, &row->b);
	add_cell(o, cell, STATUS_COLS, false);
	buf_add_cstr(&o->text, "  ");
	add_moved(o, row, o->out.ascii, cell);
	add_cell(o, cell, 0, false);
	end_line(o);
}

/* The cases of this class are worth a line each; of those that are the same, the number is enough. */
static bool is_listed(enum case_class class_)
{
	return class_ != CLASS_SAME;
}

/* "Lost 4"; of a filtered comparison "Lost 2 of 4". */
static void add_class(const struct compare_out *o, enum case_class class_, struct buf *to)
{
	int64_t all = o->c.count[class_], n = o->filter.len ? o->view.count[class_] : all;
	buf_printf(to, "%s %lld", case_class_title(class_), (long long)n);
	if (o->filter.len)
		buf_printf(to, " of %lld", (long long)all);
}

/* The rows of one class in the view. */
static const uint32_t *rows_of(const struct compare_out *o, enum case_class class_)
{
	const uint32_t *rows = o->view.rows;
	for (int k = 0; k < (int)class_; k++)
		rows += o->view.count[k];
	return rows;
}

static void text_class(struct compare_out *o, enum case_class class_, struct buf *cell)
{
	int64_t shown = 0, n = o->view.count[class_];
	const uint32_t *rows = rows_of(o, class_);
	buf_add_char(&o->text, '\n');
	add_class(o, class_, &o->text);
	buf_add_char(&o->text, '\n');
	while (shown < n && (is_listed(class_) || o->filter.len)) {
		if (o->limit >= 0 && shown == o->limit) {
			buf_printf(&o->text, "  and %lld more (--limit N)\n", (long long)(n - shown));
			return;
		}
		text_row(o, &o->c.rows[rows[shown++]], cell);
	}
}

/* Runs without a case in common have their counts, but no rows. */
static bool shows_class(const struct compare_out *o, enum case_class class_)
{
	return o->filter.len ? o->view.count[class_] > 0 : o->c.count[class_] > 0;
}

static void add_matching(struct buf *to, const struct compare_out *o)
{
	if (o->filter.len)
		buf_printf(to, "%zu of %zu cases match %s", o->view.n, o->c.n_rows, buf_cstr(&o->filter));
}

/* What the sources state, where there are no cases to pair: figures as they stand. */
enum { N_STATED_CELLS = 4, STATED_NAME_COLS = 60 };

static struct cells *stated_cells(const struct compare *c, bool ascii)
{
	struct cells *rows = xcalloc(c->n_stated + 1, sizeof *rows);
	for (size_t i = 0; i < c->n_stated; i++) {
		const struct compare_stated *s = &c->stated[i];
		buf_add_str(&rows[i].cell[0], s->name);
		compare_plain_figure(&rows[i].cell[1], s->a, false, ascii);
		compare_plain_figure(&rows[i].cell[2], s->b, false, ascii);
		compare_plain_figure(&rows[i].cell[3], s->b - s->a, true, ascii);
	}
	return rows;
}

static void text_stated(struct compare_out *o)
{
	struct cells *rows = stated_cells(&o->c, o->out.ascii);
	int cols[N_STATED_CELLS];
	for (int k = 0; k < N_STATED_CELLS; k++) {
		cols[k] = text_cols(k ? str_of(titles[k]) : STR_LIT("stated"));
		for (size_t i = 0; i < o->c.n_stated; i++) {
			int used = text_cols(buf_str(&rows[i].cell[k]));
			cols[k] = used > cols[k] ? used : cols[k];
		}
		cols[k] = cols[k] > STATED_NAME_COLS ? STATED_NAME_COLS : cols[k];
	}
	for (size_t i = 0; i <= o->c.n_stated; i++) {
		for (int k = 0; k < N_STATED_CELLS; k++) {
			struct str title = k ? str_of(titles[k]) : STR_LIT("stated");
			if (k)
				buf_add_fill(&o->text, ' ', GAP);
			out_cell(&o->out, &o->text, i ? buf_str(&rows[i - 1].cell[k]) : title, cols[k], is_right[k],
			         false);
		}
		end_line(o);
	}
	cells_free(rows, o->c.n_stated);
}

void compare_text(struct compare_out *o)
{
	struct buf raw = BUF_INIT;
	buf_add_cstr(&raw, "A ");
	compare_run_name(&raw, &o->c.a, o->out.now_ns);
	line_of(o, &raw);
	buf_add_cstr(&raw, "B ");
	compare_run_name(&raw, &o->c.b, o->out.now_ns);
	line_of(o, &raw);
	buf_add_str(&raw, o->c.sentence);
	line_of(o, &raw);
	add_by_input(&o->text, &o->c);
	buf_add_char(&o->text, '\n');
	buf_done(&raw);
	if (o->ask_begins)
		begins_text(&o->out, &o->text, &o->begins, &o->c, o->limit);
	if (o->ask_begins && o->ask_noise)
		buf_add_char(&o->text, '\n');
	if (o->ask_noise)
		noise_text(&o->out, &o->text, &o->noise, &o->c, o->limit);
	if (o->ask_begins || o->ask_noise)
		return;
	if (o->c.refused.len)
		text_stated(o);
	else
		text_metrics(o);
	if (o->c.outlook.len) { /* a score's name may stand in it */
		buf_add_str(&raw, o->c.outlook);
		line_of(o, &raw);
	}
	if (o->preferred.pairs) {
		buf_add_str(&raw, o->preferred.sentence);
		line_of(o, &raw);
	}
	if (o->filter.len) {
		buf_add_char(&o->text, '\n');
		add_matching(&raw, o);
		line_of(o, &raw);
	}
	for (int class_ = 0; class_ < N_CLASSES; class_++)
		if (shows_class(o, (enum case_class)class_))
			text_class(o, (enum case_class)class_, &raw);
	buf_done(&raw);
}

/* ---------------------------------------------------------------- Markdown */

/* Text of a file is escaped; what we make ourselves is as it should be. */
static void file_cell(struct compare_out *o, struct str text)
{
	buf_add_cstr(&o->text, "| ");
	clean_markdown(&o->text, text);
	buf_add_char(&o->text, ' ');
}

static void own_cell(struct compare_out *o, struct buf *cell)
{
	buf_printf(&o->text, "| %s ", buf_cstr(cell));
	buf_clear(cell);
}

static void markdown_metrics(struct compare_out *o)
{
	size_t n;
	struct cells *rows = metric_cells(&o->c, false, &n);
	buf_add_cstr(&o->text, "\n| metric | A | B | B-A | 95% interval | p (Holm) | in words |\n"
	                       "|---|---:|---:|---:|---|---:|---|\n");
	for (size_t i = 0; i < n; i++) {
		file_cell(o, buf_str(&rows[i].cell[0]));
		for (int k = 1; k < N_CELLS; k++)
			own_cell(o, &rows[i].cell[k]);
		buf_add_cstr(&o->text, "|\n");
	}
	if (o->c.holm > 1)
		buf_add_char(&o->text, '\n');
	add_holm(&o->text, &o->c);
	cells_free(rows, n);
}

static void markdown_class(struct compare_out *o, enum case_class class_, struct buf *cell)
{
	int64_t shown = 0, n = o->view.count[class_];
	const uint32_t *rows = rows_of(o, class_);
	buf_add_cstr(&o->text, "\n**");
	add_class(o, class_, &o->text);
	buf_add_cstr(&o->text, "**\n");
	if ((!is_listed(class_) && !o->filter.len) || o->limit == 0)
		return;
	buf_add_cstr(&o->text, "\n| case | A | B | score |\n|---|---|---|---|\n");
	while (shown < n && (o->limit < 0 || shown < o->limit)) {
		const struct compare_row *row = &o->c.rows[rows[shown++]];
		file_cell(o, row->title.len ? row->title : row->key);
		compare_side_status(cell, &row->a);
		own_cell(o, cell);
		compare_side_status(cell, &row->b);
		own_cell(o, cell);
		add_moved(o, row, false, cell);
		file_cell(o, buf_str(cell));
		buf_clear(cell);
		buf_add_cstr(&o->text, "|\n");
	}
	if (shown < n)
		buf_printf(&o->text, "\nand %lld more\n", (long long)(n - shown));
}

static void markdown_stated(struct compare_out *o)
{
	struct cells *rows = stated_cells(&o->c, false);
	buf_add_cstr(&o->text, "\n| stated | A | B | B-A |\n|---|---:|---:|---:|\n");
	for (size_t i = 0; i < o->c.n_stated; i++) {
		file_cell(o, buf_str(&rows[i].cell[0]));
		for (int k = 1; k < N_STATED_CELLS; k++)
			own_cell(o, &rows[i].cell[k]);
		buf_add_cstr(&o->text, "|\n");
	}
	cells_free(rows, o->c.n_stated);
}

void compare_markdown(struct compare_out *o)
{
	struct buf raw = BUF_INIT;
	buf_add_cstr(&o->text, "**");
	clean_markdown(&o->text, o->c.sentence);
	buf_add_cstr(&o->text, "**\n\nA: ");
	compare_run_name(&raw, &o->c.a, o->out.now_ns);
	clean_markdown(&o->text, buf_str(&raw));
	buf_clear(&raw);
	buf_add_cstr(&o->text, "  \nB: ");
	compare_run_name(&raw, &o->c.b, o->out.now_ns);
	clean_markdown(&o->text, buf_str(&raw));
	buf_clear(&raw);
	buf_add_char(&o->text, '\n');
	if (o->c.by_input)
		buf_add_char(&o->text, '\n');
	add_by_input(&o->text, &o->c);
	if (o->ask_begins)
		begins_markdown(&o->text, &o->begins);
	if (o->ask_noise)
		noise_markdown(&o->text, &o->noise);
	if (o->ask_begins || o->ask_noise) {
		buf_done(&raw);
		return;
	}
	if (o->c.refused.len)
		markdown_stated(o);
	else
		markdown_metrics(o);
	if (o->c.outlook.len) {
		clean_markdown(&o->text, o->c.outlook);
		buf_add_char(&o->text, '\n');
	}
	if (o->preferred.pairs) {
		buf_add_char(&o->text, '\n');
		clean_markdown(&o->text, o->preferred.sentence);
		buf_add_char(&o->text, '\n');
	}
	if (o->filter.len) {
		buf_add_char(&o->text, '\n');
		add_matching(&raw, o);
		clean_markdown(&o->text, buf_str(&raw));
		buf_clear(&raw);
		buf_add_char(&o->text, '\n');
	}
	for (int class_ = 0; class_ < N_CLASSES; class_++)
		if (shows_class(o, (enum case_class)class_))
			markdown_class(o, (enum case_class)class_, &raw);
	buf_done(&raw);
}
