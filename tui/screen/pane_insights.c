#include "tui/screen/pane_insights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/screen/pane_axis.h"
#include "tui/screen/pane_chosen.h"
#include "tui/widget/bars.h"
#include "tui/widget/pane_size.h"
#include "tui/widget/tabs.h"

enum {
	BESIDE_COLS = 120, /* from here on all of a row stands beside the list */
	PANE_COLS = 56,
	PANE_ROWS = 6,   /* below it: the rule and these */
	ROWS_LEAST = 18, /* for the pane below */
	MARGIN = 2,
	NAME_LEAST = 12, /* for less, columns at the right go */
	AXIS_COLS = 15,
	BAR_MOST = 30,
	WIDE_PANE = 70,
	TOKENS_COLS = 66, /* that four numbers of tokens take */
};

/* ---------------------------------------------------------------- sections */

static const char *const tab_names[N_STATS_BY] = {
    [STATS_KIND] = "Kinds",         [STATS_MODEL] = "Models",     [STATS_PROVIDER] = "Providers",
    [STATS_TOOL] = "Tools",         [STATS_STEP] = "Steps",       [STATS_PROMPT] = "Prompts",
    [STATS_NAME] = "Names",         [STATS_SERVICE] = "Services", [STATS_SESSION] = "Sessions",
    [STATS_USER] = "Users",         [STATS_HOUR] = "Hours",       [STATS_DAY] = "Days",
    [STATS_DOCUMENT] = "Documents", [STATS_CHECK] = "Checks",
};

const struct column *insights_columns(enum stats_by by)
{
	if (by == STATS_DOCUMENT)
		return stats_document_columns;
	if (by == STATS_CHECK)
		return stats_check_columns;
	if (by == STATS_TOOL)
		return stats_tool_columns;
	return stats_by_is_of_spans(by) ? stats_span_columns : stats_trace_columns;
}

static const void *rows_of(const struct insights_view *v, size_t *n, size_t *size_bytes)
{
	*n = 0;
	*size_bytes = sizeof(struct stats_row);
	if (!v->stats)
		return NULL;
	const struct stats_section *section = &v->stats->sections[v->by];
	*n = v->by == STATS_DOCUMENT ? v->stats->n_documents : section->n;
	if (v->by == STATS_DOCUMENT)
		*size_bytes = sizeof(struct stats_document);
	return v->by == STATS_DOCUMENT ? (const void *)v->stats->documents : section->rows;
}

size_t insights_rows(const struct insights_view *v)
{
	size_t n, size;
	rows_of(v, &n, &size);
	return n;
}

void insights_order(struct insights_view *v)
{
	size_t n, size;
	const void *rows = rows_of(v, &n, &size);
	v->order = xrealloc(v->order, n + 1, sizeof *v->order);
	for (size_t i = 0; i < n; i++)
		v->order[i] = !v->sort && v->ascending ? n - 1 - i : i;
	if (v->sort)
		column_order(v->sort, v->ascending, rows, n, size, v->order);
	v->sheet_row = -1;
}

static const void *row_at(const struct insights_view *v, int64_t at)
{
	size_t n, size;
	const char *rows = rows_of(v, &n, &size);
	return at >= 0 && (size_t)at < n ? rows + v->order[at] * size : NULL;
}

const struct stats_row *insights_row(const struct insights_view *v, int64_t at)
{
	return v->by == STATS_DOCUMENT ? NULL : row_at(v, at);
}

const struct stats_document *insights_document(const struct insights_view *v, int64_t at)
{
	return v->by == STATS_DOCUMENT ? row_at(v, at) : NULL;
}

struct str insights_name(const struct insights_view *v, int64_t at)
{
	const struct stats_row *row = insights_row(v, at);
	const struct stats_document *d = insights_document(v, at);
	return row ? row->name : !d ? STR_NONE : d->name.len ? d->name : d->text;
}

struct str insights_filter(const struct insights_view *v, int64_t at)
{
	const struct stats_row *row = insights_row(v, at);
	const struct stats_document *d = insights_document(v, at);
	return row ? row->filter : d ? d->filter : STR_NONE;
}

/* ---------------------------------------------------------------- places */

struct insights_places insights_places(int rows, int cols)
{
	struct insights_places at = {.head_rows = rows >= 14 ? 4 : rows >= 10 ? 3 : 1, .list_cols = cols};
	at.tabs_row = at.head_rows;
	at.titles_row = at.tabs_row + 1;
	at.list_row = at.titles_row + 1;
	at.list_rows = rows - at.list_row;
	at.beside = cols >= BESIDE_COLS;
	if (at.beside) {
		at.pane_cols = pane_size(PANE_COLS, cols, 24, 60);
		at.list_cols = cols - at.pane_cols - 2;
		at.pane_col = at.list_cols + 2;
		at.pane_row = at.titles_row;
		at.pane_rows = rows - at.titles_row;
	} else if (rows >= ROWS_LEAST) {
		int pane = pane_size(PANE_ROWS, at.list_rows, 3, 3);
		at.list_rows -= pane;
		at.pane_row = rows - pane + 1;
		at.pane_rows = pane - 1;
		at.pane_col = 1;
		at.pane_cols = cols - 2;
	}
	if (at.list_rows < 0)
		at.list_rows = 0;
	return at;
}

/* Columns of a width: the name first, then a bar, then the figures as far as they fit. */
struct layout {
	const struct column *columns[INSIGHTS_COLUMNS];
	int at[INSIGHTS_COLUMNS];
	size_t n;
	int name_cols, bar_cols, bar_at;
};

static int bar_cols_of(const struct insights_view *v, int cols)
{
	if (v->by == STATS_DOCUMENT)
		return cols >= 92 ? AXIS_COLS : 0;
	return cols < 60 ? 0 : cols < 100 ? 8 : 14;
}

static int widest_name(const struct insights_view *v)
{
	int widest = NAME_LEAST;
	for (size_t i = 0; i < insights_rows(v) && i < 200; i++) {
		int cols = text_cols(insights_name(v, (int64_t)i));
		widest = cols > widest ? cols : widest;
	}
	return widest;
}

static struct layout layout_of(const struct insights_view *v, int cols)
{
	struct layout l = {.bar_cols = bar_cols_of(v, cols)};
	int rest = cols - MARGIN - (l.bar_cols ? l.bar_cols + 2 : 0);
	for (const struct column *c = insights_columns(v->by); c->name && l.n < INSIGHTS_COLUMNS; c++) {
		if (c->width == 0 || cols < c->min_cols || (l.bar_cols && strcmp(c->name, "share") == 0) ||
		    (strcmp(c->name, "kind") == 0 && v->by != STATS_STEP))
			continue;
		if (c->width > 0 && rest - c->width - 2 < NAME_LEAST)
			break;
		rest -= c->width > 0 ? c->width + 2 : 0;
		l.columns[l.n++] = c;
	}
	int widest = widest_name(v);
	l.name_cols = rest < widest ? rest : widest;
	if (l.bar_cols && v->by != STATS_DOCUMENT) { /* the bar takes what is left, as far as it is of use */
		int more = rest - l.name_cols;
		l.bar_cols += more < BAR_MOST - l.bar_cols ? more : BAR_MOST - l.bar_cols;
	}
	int col = MARGIN;
	for (size_t i = 0; i < l.n; i++) {
		l.at[i] = col;
		col += (l.columns[i]->width > 0 ? l.columns[i]->width : l.name_cols) + 2;
		if (i == 0) {
			l.bar_at = col;
			col += l.bar_cols ? l.bar_cols + 2 : 0;
		}
	}
	return l;
}

/* False: none are chosen. */
static bool chosen_of(const struct insights_view *v, int cols, struct chosen *out)
{
	const struct column *table = insights_columns(v->by);
	if (!chosen_begin(out, table, v->sort))
		return false;
	for (size_t i = 0; i < out->n; i++)
		out->at[i].order = out->at[i].column - table;
	for (size_t i = 0; i < out->n; i++)
		if (out->at[i].column == table) /* what is counted by, as the tab says it */
			out->at[i].title = str_of(stats_by_name(v->by));
	out->find = v->find;
	out->rest_most = widest_name(v);
	chosen_fit(out, MARGIN, cols);
	return true;
}

size_t insights_shown(const struct insights_view *v, int cols, const struct column *shown[INSIGHTS_COLUMNS])
{
	struct chosen chosen;
	if (chosen_of(v, insights_places(24, cols).list_cols, &chosen)) {
		size_t n = chosen.n < INSIGHTS_COLUMNS ? chosen.n : INSIGHTS_COLUMNS;
		for (size_t i = 0; i < n; i++)
			shown[i] = chosen.at[i].column;
		return n;
	}
	struct layout l = layout_of(v, insights_places(24, cols).list_cols);
	memcpy(shown, l.columns, sizeof l.columns);
	return l.n;
}

/* ---------------------------------------------------------------- the head */

static void add_usd(struct buf *out, double usd, bool about)
{
	(about ? units_usd_about : units_usd)(out, usd);
}

static void draw_spark(struct canvas c, int row, int col, int cols, const int64_t *n, enum role role)
{
	double values[STATS_BUCKETS] = {0};
	int share = cols >= STATS_BUCKETS ? 1 : cols >= 60 ? 2 : cols >= 40 ? 3 : cols >= 30 ? 4 : 6;
	for (int i = 0; i < STATS_BUCKETS; i++)
		values[i / share] += (double)n[i];
	bars_sparkline(c, row, col, STATS_BUCKETS / share, values, (size_t)(STATS_BUCKETS / share), 0, role);
}

static int spark_cols(int room)
{
	return room >= STATS_BUCKETS ? STATS_BUCKETS
	       : room >= 60          ? 60
	       : room >= 40          ? 40
	       : room >= 30          ? 30
	       : room >= 20          ? 20
	                             : 0;
}

static void draw_volume(const struct stats_head *h, const struct ui *ui, struct canvas c)
{
	struct buf text = BUF_INIT, first = BUF_INIT, last = BUF_INIT;
	const struct stats_figures *f = &h->figures;
	canvas_putc(c, 0, 1, -1, ROLE_HEADING, "traces");
	units_thousands(&text, f->n);
	int used = 8 + canvas_put(c, 0, 8, -1, ROLE_TEXT, buf_str(&text));
	canvas_putc(c, 1, 1, -1, ROLE_HEADING, "errors");
	buf_clear(&text);
	units_thousands(&text, f->errors);
	if (f->n) {
		buf_add_cstr(&text, " = ");
		units_percent(&text, f->error_rate);
	}
	int errors = 8 + canvas_put(c, 1, 8, -1, f->errors ? ROLE_ERROR : ROLE_DIM, buf_str(&text));
	units_time(&first, h->from_ns, ui->now_ns);
	units_time(&last, h->to_ns, ui->now_ns);
	int at = (used > errors ? used : errors) + 2, from = text_cols(buf_str(&first)), to = text_cols(buf_str(&last));
	int cols = spark_cols(c.cols - at - from - to - 3);
	if (h->from_ns != TIME_UNKNOWN && cols) {
		canvas_put(c, 0, at, -1, ROLE_DIM, buf_str(&first));
		draw_spark(c, 0, at + from + 1, cols, h->counts, ROLE_BAR_CRITICAL);
		canvas_put(c, 0, at + from + cols + 2, -1, ROLE_DIM, buf_str(&last));
		if (f->errors)
			draw_spark(c, 1, at + from + 1, cols, h->errors, ROLE_BAR_ERROR);
	}
	buf_done(&text);
	buf_done(&first);
	buf_done(&last);
}

static void put_quantile(struct canvas c, int row, int *col, const char *name, int64_t ns)
{
	struct buf text = BUF_INIT;
	units_duration(&text, ns, c.grid->ascii);
	*col += canvas_putc(c, row, *col, -1, ROLE_HEADING, name) + 1;
	*col += canvas_put(c, row, *col, -1, ns == UNKNOWN_INT ? ROLE_DIM : ROLE_TEXT, buf_str(&text)) + 2;
	buf_done(&text);
}

static void draw_figures(const struct stats *s, struct canvas c, int row)
{
	const struct stats_figures *f = &s->head.figures;
	struct buf text = BUF_INIT;
	int col = 1;
	put_quantile(c, row, &col, "P50", f->p50_ns);
	put_quantile(c, row, &col, "P95", f->p95_ns);
	put_quantile(c, row, &col, "P99", f->p99_ns);
	col += canvas_putc(c, row, col, -1, ROLE_HEADING, "cost") + 1;
	add_usd(&text, f->cost_usd, f->cost_estimated);
	col += canvas_put(c, row, col, -1, ROLE_TEXT, buf_str(&text)) + 2;
	col += canvas_putc(c, row, col, -1, ROLE_HEADING, "tokens") + 1;
	buf_clear(&text);
	units_count(&text, f->tokens_in);
	buf_add_cstr(&text, " in ");
	units_count(&text, f->tokens_out);
	buf_add_cstr(&text, " out");
	col += canvas_put(c, row, col, -1, ROLE_TEXT, buf_str(&text)) + 2;
	buf_clear(&text);
	units_thousands(&text, s->spans);
	if (col + text_cols(buf_str(&text)) + 6 < c.cols) {
		col += canvas_putc(c, row, col, -1, ROLE_HEADING, "spans") + 1;
		canvas_put(c, row, col, -1, ROLE_TEXT, buf_str(&text));
	}
	buf_done(&text);
}

/* "at 10 times ~$72.70 a day, ~$2,181 in 30 days (95% $0 to $6,306), as in these 6d07h" */
static void draw_projection(const struct insights_view *v, struct canvas c, int row)
{
	const struct stats_head *h = &v->head->head;
	struct stats_projection p = stats_project(h, v->times);
	bool about = h->figures.cost_estimated;
	struct buf text = BUF_INIT;
	buf_printf(&text, p.times == 1 ? "at this rate" : "at %g times", p.times);
	int col = 2 + canvas_put(c, row, 1, -1, ROLE_HEADING, buf_str(&text));
	buf_clear(&text);
	if (IS_UNKNOWN(p.per_day)) {
		canvas_putc(c, row, col, -1, ROLE_DIM,
		            h->costed ? "too short a time to project" : "no cost to project");
		buf_done(&text);
		return;
	}
	add_usd(&text, p.per_day, about);
	buf_add_cstr(&text, " a day, ");
	add_usd(&text, p.per_month, about);
	buf_add_cstr(&text, " in 30 days");
	col += canvas_put(c, row, col, -1, v->times != 1 ? ROLE_MARK : ROLE_TEXT, buf_str(&text));
	buf_clear(&text);
	if (!IS_UNKNOWN(p.month_low)) {
		buf_add_cstr(&text, " (95% ");
		add_usd(&text, p.month_low, false);
		buf_add_cstr(&text, " to ");
		add_usd(&text, p.month_high, false);
		buf_add_char(&text, ')');
	}
	struct buf days = BUF_INIT;
	buf_add_cstr(&days, p.short_period ? ", a rough guess from these " : ", as in these ");
	units_duration(&days, p.period_ns, c.grid->ascii);
	if (col + text_cols(buf_str(&text)) + text_cols(buf_str(&days)) < c.cols)
		col += canvas_put(c, row, col, -1, ROLE_DIM, buf_str(&text));
	canvas_put(c, row, col, -1, ROLE_DIM, buf_str(&days));
	buf_done(&text);
	buf_done(&days);
}

/* ---------------------------------------------------------------- the table */

static void draw_titles(const struct insights_view *v, struct canvas c, int row, const struct layout *l)
{
	const struct column *table = insights_columns(v->by);
	int64_t now = v->sort ? v->sort - table : -1;
	for (size_t i = 0; i < l->n; i++) {
		const struct column *column = l->columns[i];
		int cols = i && column->width > 0 ? column->width : l->name_cols;
		char text[48];
		canvas_zone(canvas_part(c, row, l->at[i] - 1, 1, cols + 1),
		            (struct zone){.kind = ZONE_COLUMN, .at = column - table, .now = now});
		bool sorted = v->sort && column == v->sort;
		const char *arrow = c.grid->ascii ? (v->ascending ? "^" : "v") : v->ascending ? "▴" : "▾";
		snprintf(text, sizeof text, "%s%s", sorted ? arrow : "", i == 0 ? "" : column->title);
		if (i == 0)
			snprintf(text, sizeof text, "%s%s", sorted ? arrow : "", stats_by_name(v->by));
		enum role role = sorted ? ROLE_TAB_ACTIVE : ROLE_HEADING;
		if (column->right)
			canvas_put_right(c, row, l->at[i] - 1, column->width + 1, role, str_of(text));
		else
			canvas_putc(c, row, sorted && i ? l->at[i] - 1 : l->at[i],
			            column->width > 0 ? column->width + 1 : l->name_cols, role, text);
	}
	if (!l->bar_cols)
		return;
	if (v->by == STATS_DOCUMENT)
		canvas_putc(c, row, l->bar_at, l->bar_cols, ROLE_HEADING, "worse  0 better");
	else
		canvas_putc(c, row, l->bar_at, l->bar_cols, ROLE_HEADING,
		            stats_by_is_of_spans(v->by) ? "time"
		            : l->bar_cols > 8           ? "of the traces"
		                                        : "share");
}

struct drawing {
	const struct insights_view *view;
	const struct ui *ui;
	struct layout layout;
	double most; /* the largest share: a full bar */
	struct arena *arena;
	struct chosen chosen; /* n 0: none are */
};

static void draw_bar(const struct drawing *d, struct canvas line, int64_t at)
{
	const struct stats_row *row = insights_row(d->view, at);
	const struct stats_document *doc = insights_document(d->view, at);
	const struct layout *l = &d->layout;
	if (!l->bar_cols)
		return;
	if (row && d->most > 0 && row->share > 0)
		canvas_bar(line, 0, l->bar_at, l->bar_cols, 0, row->share / d->most, ROLE_BAR_CRITICAL);
	if (!doc || IS_UNKNOWN(doc->delta))
		return;
	struct axis axis = {
	    .point = doc->delta, .low = doc->low, .high = doc->high, .scale = 1, .less_is_better = true};
	axis_draw(line, 0, l->bar_at, l->bar_cols, &axis, doc->suspect ? ROLE_WORSE : ROLE_TEXT);
}

static void draw_row(const void *context, struct canvas line, int64_t at, bool cursor)
{
	const struct drawing *d = context;
	const struct layout *l = &d->layout;
	const void *row = row_at(d->view, at);
	struct buf text = BUF_INIT;
	if (row && d->chosen.n)
		chosen_row(&d->chosen, line, row, cursor, d->ui->now_ns, NULL, NULL);
	if (!row || d->chosen.n)
		return;
	for (size_t i = 0; i < l->n; i++) {
		const struct column *c = l->columns[i];
		int cols = c->width > 0 ? c->width : l->name_cols;
		struct value value = c->get(row, d->arena);
		buf_clear(&text);
		value_print(&text, &value, d->ui->now_ns, d->ui->ascii);
		enum role role = value.type == VALUE_NONE ? ROLE_DIM : value.role;
		if (d->view->by == STATS_KIND && i == 0)
			role = (enum role)((int)ROLE_KIND_SPAN + (int)((const struct stats_row *)row)->kind);
		if (c->right)
			canvas_put_right(line, 0, l->at[i], cols, role, buf_str(&text));
		else
			canvas_put(line, 0, l->at[i], cols, role, buf_str(&text));
		if (i == 0) {
			find_light(line, 0, l->at[i], cols, buf_str(&text), d->view->find);
			int used = text_cols(buf_str(&text));
			if (cursor)
				canvas_reverse(line, 0, l->at[i], used < cols ? used : cols);
		}
	}
	draw_bar(d, line, at);
	buf_done(&text);
}

static void draw_nothing(const struct insights_view *v, struct canvas c)
{
	static const char *const why[N_STATS_BY] = {
	    [STATS_MODEL] = "No span here names a model.",
	    [STATS_PROVIDER] = "No span here names a provider.",
	    [STATS_TOOL] = "No tool was called here.",
	    [STATS_PROMPT] = "No span here says which prompt it was made with.",
	    [STATS_DOCUMENT] = "No document in a trace with an outcome.",
	    [STATS_CHECK] = "No check found anything here.",
	};
	if (!v->stats) {
		canvas_putc(c, 1, 3, -1, ROLE_DIM, v->failed ? "The figures could not be read." : "counting …");
		return;
	}
	bool unchecked = v->by == STATS_CHECK && v->stats->checked < v->stats->traces;
	canvas_putc(c, 1, 3, -1, ROLE_HEADING, why[v->by] ? why[v->by] : "Nothing to count here.");
	if (unchecked)
		canvas_putc(c, 3, 3, -1, ROLE_TEXT,
		            "Not all traces were looked at yet: that goes on behind, or spoor checks.");
	if (v->by == STATS_DOCUMENT) {
		canvas_putc(c, 3, 3, -1, ROLE_TEXT,
		            "An outcome is a score that passed or failed (or is measured against a");
		canvas_putc(c, 4, 3, -1, ROLE_TEXT,
		            "threshold), the verdict on a case, or a person's: good, bad. Documents");
		canvas_putc(c, 5, 3, -1, ROLE_TEXT, "are those that retriever and reranker spans hold.");
	}
}

/* ---------------------------------------------------------------- all of one row */

static void add_quantile(struct sheet *s, const char *name, int64_t ns, bool ascii)
{
	sheet_addc(s, ROLE_DIM, name);
	sheet_duration(s, ns == UNKNOWN_INT ? ROLE_DIM : ROLE_TEXT, ns, ascii);
}

static void add_share(struct sheet *s, enum role role, double share)
{
	struct buf text = BUF_INIT;
	units_percent(&text, share);
	sheet_printf(s, role, STR_FMT, STR_ARG(buf_str(&text)));
	buf_done(&text);
}

static void row_errors(struct sheet *s, const struct stats_figures *f, const char *what)
{
	sheet_label(s, what);
	sheet_count(s, ROLE_TEXT, f->n);
	sheet_addc(s, ROLE_DIM, "  errors ");
	sheet_count(s, f->errors ? ROLE_ERROR : ROLE_TEXT, f->errors);
	if (!f->n)
		return;
	sheet_addc(s, ROLE_DIM, " = ");
	add_share(s, f->errors ? ROLE_ERROR : ROLE_TEXT, f->error_rate);
	sheet_addc(s, ROLE_DIM, " (95% ");
	add_share(s, ROLE_DIM, f->error_low);
	sheet_addc(s, ROLE_DIM, " to ");
	add_share(s, ROLE_DIM, f->error_high);
	sheet_addc(s, ROLE_DIM, ")");
}

static void add_tokens(struct sheet *s, const char *name, int64_t n)
{
	struct buf text = BUF_INIT;
	if (n == UNKNOWN_INT)
		return;
	units_thousands(&text, n);
	sheet_addc(s, ROLE_DIM, name);
	sheet_printf(s, ROLE_TEXT, STR_FMT, STR_ARG(buf_str(&text)));
	buf_done(&text);
}

static void row_usage(struct sheet *s, const struct stats_figures *f)
{
	if (!IS_UNKNOWN(f->cost_usd)) {
		sheet_label(s, "cost");
		sheet_cost(s, ROLE_TEXT, f->cost_usd, f->cost_estimated);
		sheet_addc(s, ROLE_DIM, "  each ");
		sheet_cost(s, ROLE_TEXT, f->cost_usd / (double)(f->n ? f->n : 1), f->cost_estimated);
	}
	if (f->tokens_in == UNKNOWN_INT && f->tokens_out == UNKNOWN_INT)
		return;
	sheet_label(s, "tokens");
	add_tokens(s, "in ", f->tokens_in);
	add_tokens(s, "  out ", f->tokens_out);
	bool apart = s->cols < TOKENS_COLS && (f->tokens_cached != UNKNOWN_INT || f->tokens_reasoning != UNKNOWN_INT);
	if (apart)
		sheet_label(s, "");
	add_tokens(s, apart ? "cached " : "  cached ", f->tokens_cached);
	add_tokens(s, apart && f->tokens_cached == UNKNOWN_INT ? "reasoning " : "  reasoning ", f->tokens_reasoning);
}

/* Of spans: of the time that all took; of traces: of their number. */
static void row_share(struct sheet *s, const struct stats_row *row, bool of_spans, bool ascii)
{
	sheet_addc(s, ROLE_DIM, of_spans ? "alone " : "in all ");
	sheet_duration(s, ROLE_TEXT, row->figures.total_ns, ascii);
	sheet_addc(s, ROLE_DIM, of_spans ? " = " : "  traces ");
	add_share(s, ROLE_TEXT, row->share);
}

static void check_sheet(const struct insights_view *v, struct sheet *s, const struct stats_row *row)
{
	sheet_label(s, "found");
	sheet_count(s, ROLE_TEXT, row->figures.n);
	sheet_addc(s, ROLE_DIM, " times in ");
	sheet_count(s, ROLE_TEXT, row->traces);
	sheet_addc(s, ROLE_DIM, " traces = ");
	add_share(s, ROLE_TEXT, row->figures.error_rate);
	sheet_addc(s, ROLE_DIM, " (95% ");
	add_share(s, ROLE_DIM, row->figures.error_low);
	sheet_addc(s, ROLE_DIM, " to ");
	add_share(s, ROLE_DIM, row->figures.error_high);
	sheet_addc(s, ROLE_DIM, ")");
	sheet_label(s, "looked");
	sheet_addc(s, ROLE_DIM, "at ");
	sheet_count(s, ROLE_TEXT, v->stats->checked);
	sheet_addc(s, ROLE_DIM, " of ");
	sheet_count(s, ROLE_TEXT, v->stats->traces);
	sheet_addc(s, ROLE_DIM, " traces");
	sheet_label(s, key_now("Enter"));
	sheet_addc(s, ROLE_DIM, "& ");
	sheet_add(s, ROLE_LINK, row->filter);
}

static void row_sheet(const struct insights_view *v, struct sheet *s, const struct stats_row *row, bool ascii)
{
	const struct stats_figures *f = &row->figures;
	bool of_spans = stats_by_is_of_spans(v->by);
	sheet_label(s, stats_by_name(v->by));
	sheet_wrap(s, ROLE_TITLE, SHEET_LABEL, row->name.len ? row->name : STR_LIT("(none)"), 3);
	if (v->by == STATS_CHECK) {
		check_sheet(v, s, row);
		return;
	}
	row_errors(s, f, v->by == STATS_TOOL ? "calls" : of_spans ? "spans" : "traces");
	sheet_label(s, "time");
	add_quantile(s, "P50 ", f->p50_ns, ascii);
	add_quantile(s, "  P95 ", f->p95_ns, ascii);
	add_quantile(s, "  P99 ", f->p99_ns, ascii);
	sheet_addc(s, ROLE_DIM, "  n ");
	sheet_count(s, ROLE_TEXT, f->timed);
	bool wide = s->cols >= WIDE_PANE; /* below the list it has few rows, but long ones */
	if (wide) {
		sheet_addc(s, ROLE_DIM, "  ");
		row_share(s, row, of_spans, ascii);
	}
	if (v->by == STATS_TOOL) {
		sheet_label(s, "again");
		sheet_count(s, row->retries ? ROLE_WARNING : ROLE_TEXT, row->retries);
		sheet_addc(s, ROLE_DIM, " after a failure, ");
		sheet_count(s, row->repeats ? ROLE_WARNING : ROLE_TEXT, row->repeats);
		sheet_addc(s, ROLE_DIM, " with the same arguments");
	}
	if (row->message.len) {
		sheet_label(s, "error");
		sheet_printf(s, ROLE_DIM, "%lld of %lld:", (long long)row->message_n, (long long)f->errors);
		sheet_wrap(s, ROLE_ERROR, SHEET_LABEL, row->message, v->by == STATS_TOOL ? 1 : 3);
	}
	row_usage(s, f);
	if (!wide) {
		sheet_label(s, "share");
		row_share(s, row, of_spans, ascii);
	}
	if (row->filter.len) {
		sheet_label(s, key_now("Enter"));
		sheet_addc(s, ROLE_DIM, "& ");
		sheet_add(s, ROLE_LINK, row->filter);
	}
}

static void document_sheet(struct sheet *s, const struct stats_document *d)
{
	sheet_label(s, "doc");
	sheet_wrap(s, ROLE_TITLE, SHEET_LABEL, d->name.len ? d->name : d->text, 3);
	sheet_label(s, "with it");
	sheet_printf(s, ROLE_TEXT, "%lld of %lld", (long long)d->with_bad, (long long)d->with);
	sheet_addc(s, ROLE_DIM, " traces are bad = ");
	add_share(s, d->suspect ? ROLE_WORSE : ROLE_TEXT, d->rate_with);
	sheet_label(s, "without");
	sheet_printf(s, ROLE_TEXT, "%lld of %lld", (long long)d->without_bad, (long long)d->without);
	sheet_addc(s, ROLE_DIM, " = ");
	add_share(s, ROLE_TEXT, d->rate_without);
	sheet_addc(s, ROLE_DIM, "  difference ");
	add_share(s, d->suspect ? ROLE_WORSE : ROLE_TEXT, d->delta);
	sheet_addc(s, ROLE_DIM, " (95% ");
	add_share(s, ROLE_DIM, d->low);
	sheet_addc(s, ROLE_DIM, " to ");
	add_share(s, ROLE_DIM, d->high);
	sheet_addc(s, ROLE_DIM, ")");
	sheet_label(s, "words");
	sheet_addc(s, d->suspect ? ROLE_WORSE : ROLE_TEXT, stats_verdict(d));
	if (IS_UNKNOWN(d->p))
		sheet_addc(s, ROLE_DIM, ": whatever the outcomes, these could not tell");
	else
		sheet_printf(s, ROLE_DIM, ": p %.2g, Holm %.2g; it need not be the cause", d->p, d->p_holm);
	if (d->filter.len) {
		sheet_label(s, key_now("Enter"));
		sheet_addc(s, ROLE_DIM, "& ");
		sheet_add(s, ROLE_LINK, d->filter);
	}
	if (d->name.len && d->text.len) {
		sheet_label(s, "begins");
		sheet_wrap(s, ROLE_TEXT, SHEET_LABEL, d->text, 4);
	}
}

void insights_lay_out(struct insights_view *v, int cols, bool ascii)
{
	const struct stats_row *row = insights_row(v, v->list.cursor);
	const struct stats_document *doc = insights_document(v, v->list.cursor);
	if (v->sheet_row == v->list.cursor && v->sheet.cols == cols)
		return;
	sheet_begin(&v->sheet, cols);
	if (row)
		row_sheet(v, &v->sheet, row, ascii);
	else if (doc)
		document_sheet(&v->sheet, doc);
	v->sheet_row = v->list.cursor;
}

/* ---------------------------------------------------------------- the screen */

static void draw_tabs(const struct insights_view *v, struct canvas body, int row)
{
	struct tab tabs[N_STATS_BY];
	for (int i = 0; i < N_STATS_BY; i++)
		tabs[i] = (struct tab){.name = tab_names[i],
		                       .count = i == (int)v->by && v->stats ? (int64_t)insights_rows(v) : -1};
	tabs_draw(body, row, tabs, N_STATS_BY, v->by);
}

static void draw_table(const struct insights_view *v, const struct ui *ui, struct canvas body,
                       const struct insights_places *at)
{
	struct arena arena = ARENA_INIT;
	struct drawing d = {.view = v, .ui = ui, .layout = layout_of(v, at->list_cols), .arena = &arena};
	for (size_t i = 0; v->by != STATS_DOCUMENT && i < insights_rows(v); i++) {
		double share = v->stats->sections[v->by].rows[i].share;
		d.most = share > d.most ? share : d.most;
	}
	struct canvas head = canvas_part(body, at->titles_row, 0, 1, at->list_cols);
	if (chosen_of(v, at->list_cols, &d.chosen))
		chosen_titles(&d.chosen, head, v->ascending, v->sort ? v->sort - insights_columns(v->by) : -1);
	else
		draw_titles(v, head, 0, &d.layout);
	list_draw(&v->list, canvas_part(body, at->list_row, 0, at->list_rows, at->list_cols), draw_row, &d);
	arena_done(&arena);
}

void insights_draw(const struct insights_view *v, const struct ui *ui, struct canvas body)
{
	struct insights_places at = insights_places(body.rows, body.cols);
	if (v->head) {
		draw_volume(&v->head->head, ui, canvas_part(body, 0, 0, at.head_rows < 2 ? 1 : 2, body.cols));
		if (at.head_rows > 2)
			draw_figures(v->head, body, 2);
		if (at.head_rows > 3)
			draw_projection(v, body, 3);
	}
	draw_tabs(v, body, at.tabs_row);
	if (insights_rows(v) == 0) {
		draw_nothing(v, canvas_part(body, at.titles_row, 0, body.rows - at.titles_row, body.cols));
		return;
	}
	draw_table(v, ui, body, &at);
	if (!at.pane_rows)
		return;
	if (at.beside)
		for (int i = at.pane_row; i < body.rows; i++)
			canvas_putc(body, i, at.pane_col - 2, 1, ROLE_BORDER, ui->ascii ? "|" : "│");
	else
		canvas_rule(canvas_part(body, at.pane_row - 1, 0, 1, body.cols), 0, ROLE_BORDER);
	sheet_draw(&v->sheet, canvas_part(body, at.pane_row, at.pane_col, at.pane_rows, at.pane_cols), 0, false,
	           STR_NONE);
}

void insights_part(struct buf *out, const struct stats *s, enum stats_by by)
{
	int64_t read = by == STATS_DOCUMENT ? s->documents_read : s->traces_read;
	int64_t all = by == STATS_DOCUMENT ? s->outcomes : s->traces;
	if (!(by == STATS_DOCUMENT || stats_by_is_of_spans(by)) || read >= all)
		return;
	buf_add_cstr(out, by != STATS_DOCUMENT && s->rolled_up ? "of " : "of the newest ");
	units_thousands(out, read);
	buf_add_cstr(out, " of ");
	units_thousands(out, all);
	buf_add_cstr(out, by == STATS_DOCUMENT ? " traces with an outcome" : " traces");
}
