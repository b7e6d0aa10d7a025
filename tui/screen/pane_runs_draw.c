/* The list of runs, drawn: time and name stay, the other columns go sideways; a dataset's rule holds its trend. */
#include "tui/screen/pane_runs_draw.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "tui/screen/pane_axis.h"
#include "tui/screen/pane_run.h"
#include "tui/screen/pane_runs.h"

enum {
	LEFT = 3, /* the cursor's mark, the mark, a blank */
	GAP = 2,
	TIME_COLS = 12,
	TIME_FROM = 56, /* columns: in fewer how well a run did comes before when it was */
	NAME_LEAST = 16,
	NAME_FIFTH = 18, /* a name is not cut before it has a fifth of the width or so much */
	SPARK_MOST = 40,
	SPARK_LEAST = 4
};

/* ---------------------------------------------------------------- which columns show */

struct layout {
	size_t from, to; /* of the columns */
	int time_cols, name_cols;
};

/* As many as leave the name room; at least one, unless there is no room at all. */
static struct layout layout_from(const struct runs_view *v, int cols, size_t from)
{
	struct layout at = {.from = from, .to = from, .time_cols = cols < TIME_FROM ? 0 : TIME_COLS};
	int fifth = cols / 5 > NAME_FIFTH ? cols / 5 : NAME_FIFTH, name = v->name_cols < NAME_LEAST ? NAME_LEAST
	                                                                  : v->name_cols > fifth    ? fifth
	                                                                                            : v->name_cols;
	int rest = cols - LEFT - (at.time_cols ? at.time_cols + GAP : 0);
	while (at.to < v->n_columns && rest - GAP - v->columns[at.to].cols >= name)
		rest -= GAP + v->columns[at.to++].cols;
	if (at.to == from && from < v->n_columns && rest > GAP + v->columns[from].cols + 4)
		rest -= GAP + v->columns[at.to++].cols;
	at.name_cols = rest > 4 ? rest : 4;
	return at;
}

static struct layout layout_of(const struct runs_view *v, int cols)
{
	return layout_from(v, cols, v->shift);
}

/* Where the set of columns begins that shows `column`, when one goes right from the first. */
static size_t set_of(const struct runs_view *v, int cols, size_t column)
{
	size_t from = 0;
	for (;;) {
		struct layout at = layout_from(v, cols, from);
		if (column < at.to || at.to == from)
			return from;
		from = at.to;
	}
}

bool runs_sideways(struct runs_view *v, int cols, bool right)
{
	struct layout at = layout_of(v, cols);
	if (right ? at.to >= v->n_columns || at.to == at.from : at.from == 0)
		return false;
	v->shift = right ? at.to : set_of(v, cols, at.from - 1);
	return true;
}

static bool is_text(const struct column *c)
{
	return c && !c->right;
}

void runs_sort_step(struct runs_view *v, int cols, int step)
{
	int n = (int)v->n_columns + 2, at = v->sort >= 0 ? v->sort + 2 : v->sort == RUNS_BY_NAME;
	do
		at = (at + step + n) % n;
	while (at >= 2 && !v->columns[at - 2].column && !v->columns[at - 2].score.len); /* the picture */
	v->sort = at >= 2 ? at - 2 : at == 1 ? RUNS_BY_NAME : RUNS_BY_TIME;
	v->ascending = v->sort == RUNS_BY_NAME || (v->sort >= 0 && is_text(v->columns[v->sort].column));
	struct layout shown = layout_of(v, cols);
	if (v->sort >= 0 && ((size_t)v->sort < shown.from || (size_t)v->sort >= shown.to))
		v->shift = set_of(v, cols, (size_t)v->sort);
	runs_order(v);
}

void runs_sort_name(const struct runs_view *v, struct buf *out)
{
	if (v->sort < 0)
		buf_add_cstr(out, v->sort == RUNS_BY_NAME ? "name" : "time");
	else if (v->columns[v->sort].column)
		buf_add_cstr(out, v->columns[v->sort].column->title);
	else
		buf_add_str(out, v->columns[v->sort].score);
}

/* ---------------------------------------------------------------- the head */

static void put_title(const struct runs_view *v, struct canvas line, int col, int cols, bool right, int column,
                      struct str title)
{
	bool sorted = v->sort == column, ascii = line.grid->ascii;
	enum role role = sorted ? ROLE_TAB_ACTIVE : ROLE_HEADING;
	const char *arrow = v->ascending ? (ascii ? "^" : "▴") : ascii ? "v" : "▾";
	canvas_zone(canvas_part(line, 0, col - 1, 1, cols + 1),
	            (struct zone){.kind = ZONE_COLUMN, .at = column - RUNS_BY_NAME, .now = v->sort - RUNS_BY_NAME});
	if (!sorted) {
		if (right)
			canvas_put_right(line, 0, col, cols, role, title);
		else
			canvas_put(line, 0, col, cols, role, title);
		return;
	}
	struct buf text = BUF_INIT;
	buf_printf(&text, "%s" STR_FMT, arrow, STR_ARG(title));
	if (right)
		canvas_put_right(line, 0, col - 1, cols + 1, role, buf_str(&text));
	else
		canvas_put(line, 0, col - 1, cols + 1, role, buf_str(&text));
	buf_done(&text);
}

static bool is_right(const struct runs_column *c)
{
	return c->score.len || (c->column && c->column->right);
}

static void draw_head(const struct runs_view *v, struct canvas line)
{
	struct layout at = layout_of(v, line.cols);
	int col = LEFT;
	if (at.time_cols) {
		put_title(v, line, col, at.time_cols, false, RUNS_BY_TIME, STR_LIT("time"));
		col += at.time_cols + GAP;
	}
	put_title(v, line, col, at.name_cols, false, RUNS_BY_NAME, STR_LIT("name"));
	col += at.name_cols + GAP;
	if (at.from > 0)
		canvas_putc(line, 0, col - GAP - 3, 1, ROLE_HINT_KEY, line.grid->ascii ? "<" : "‹");
	if (at.to < v->n_columns)
		canvas_putc(line, 0, col - GAP - 2, 1, ROLE_HINT_KEY, line.grid->ascii ? ">" : "›");
	for (size_t i = at.from; i < at.to; col += v->columns[i++].cols + GAP) {
		const struct runs_column *c = &v->columns[i];
		if (!c->column && !c->score.len)
			canvas_putc(line, 0, col, c->cols, ROLE_HEADING, "0%  50%  100%");
		else
			put_title(v, line, col, c->cols, is_right(c), (int)i,
			          c->column ? str_of(c->column->title) : c->score);
	}
}

/* ---------------------------------------------------------------- a run */

struct drawing {
	const struct runs_view *view;
	const struct ui *ui;
	struct arena *arena;
};

/* Of a run without verdicts: the first figure it has, or the one its series is told by. */
static void draw_first(struct canvas line, int col, const struct run_row *row, const struct trend_metric *m)
{
	struct str name = m && !m->is_rate    ? m->name
	                  : row->n_scores > 0 ? row->scores[0].name
	                  : row->n_stated > 0 ? row->stated[0].name
	                                      : STR_NONE;
	double mean = run_mean(row, name);
	if (!name.len || IS_UNKNOWN(mean))
		return;
	struct buf text = BUF_INIT;
	units_score(&text, mean);
	buf_printf(&text, " " STR_FMT, STR_ARG(name));
	canvas_put(line, 0, col, RUNS_BAR_COLS, ROLE_DIM, buf_str(&text));
	buf_done(&text);
}

static void draw_picture(struct canvas line, int col, const struct run_row *row, const struct trend_metric *m)
{
	if (IS_UNKNOWN(row->pass_rate)) {
		draw_first(line, col, row, m);
		return;
	}
	struct axis axis = {
	    .point = row->pass_rate - 0.5, .low = row->pass_low - 0.5, .high = row->pass_high - 0.5, .scale = 0.5};
	axis_draw(line, 0, col, RUNS_BAR_COLS, &axis, ROLE_TEXT);
}

/* Whether it left its band: behind the figure that says so. */
static void draw_place(const struct runs_view *v, struct canvas line, int col, const struct run_row *row,
                       const struct trend_metric *m)
{
	size_t i = runs_place_of(v, row);
	if (!m || i == TREND_NOWHERE)
		return;
	bool ascii = line.grid->ascii;
	int side = m->at[i].side, stretch = trend_side(m, i);
	if (side)
		canvas_putc(line, 0, col, 1, side < 0 ? ROLE_WORSE : ROLE_BETTER,
		            side < 0 ? (ascii ? "v" : "▼")
		            : ascii  ? "^"
		                     : "▲");
	else if (stretch)
		canvas_putc(line, 0, col, 1, stretch < 0 ? ROLE_WORSE : ROLE_BETTER, ascii ? "." : "·");
}

static void draw_cell(const struct drawing *d, struct canvas line, int col, const struct runs_column *c,
                      const struct run_row *row, const struct trend_metric *m)
{
	struct buf text = BUF_INIT;
	if (!c->column && !c->score.len) {
		draw_picture(line, col, row, m);
	} else if (c->score.len) {
		double mean = run_mean(row, c->score);
		if (!IS_UNKNOWN(mean))
			units_score(&text, mean);
		canvas_put_right(line, 0, col, c->cols, row->cases ? ROLE_TEXT : ROLE_DIM, buf_str(&text));
		if (m && !m->is_rate && str_eq(m->name, c->score))
			draw_place(d->view, line, col + c->cols, row, m);
	} else {
		struct value value = c->column->get(row, d->arena);
		value_print(&text, &value, d->ui->now_ns, d->ui->ascii);
		if (c->column->right)
			canvas_put_right(line, 0, col, c->cols, value.role, buf_str(&text));
		else
			canvas_put(line, 0, col, c->cols, value.role, buf_str(&text));
		if (m && m->is_rate && strcmp(c->column->name, "pass_rate") == 0)
			draw_place(d->view, line, col + c->cols, row, m);
	}
	buf_done(&text);
}

/* "prompt changed", where the name leaves room for it. */
static void draw_changed(const struct runs_view *v, struct canvas line, int col, int end, const struct run_row *row,
                         const struct runs_group *group)
{
	size_t i = runs_place_of(v, row);
	unsigned changed = i == TREND_NOWHERE ? 0 : group->series->runs[i].changed;
	if (!changed)
		return;
	struct buf text = BUF_INIT;
	trend_changed_print(&text, changed);
	buf_add_cstr(&text, " changed");
	if (col + GAP + (int)text.len <= end)
		canvas_put_right(line, 0, col, end - col, ROLE_WARNING, buf_str(&text));
	buf_done(&text);
}

static void draw_run(const struct drawing *d, struct canvas line, const struct run_row *row,
                     const struct runs_group *group, bool cursor)
{
	const struct runs_view *v = d->view;
	struct layout at = layout_of(v, line.cols);
	const struct trend_metric *m = runs_metric(group);
	struct buf text = BUF_INIT;
	int col = LEFT;
	bool marked = runs_is_marked(v, row->id);
	if (marked)
		canvas_putc(line, 0, 1, 1, ROLE_MARK, d->ui->ascii ? "*" : "●");
	if (runs_is_baseline(v, row->id))
		canvas_putc(line, 0, marked ? 2 : 1, 1, ROLE_MARK, "A");
	if (at.time_cols) {
		units_time(&text, row->created_ns, d->ui->now_ns);
		canvas_put(line, 0, col, at.time_cols, ROLE_TEXT, buf_str(&text));
		col += at.time_cols + GAP;
	}
	struct str name = runs_label(group, row);
	int used = canvas_put(line, 0, col, at.name_cols, row->name.len ? ROLE_TEXT : ROLE_DIM, name);
	find_light(line, 0, col, at.name_cols, name, v->find);
	if (cursor)
		canvas_reverse(line, 0, col, used);
	draw_changed(v, line, col + used, col + at.name_cols, row, group);
	col += at.name_cols + GAP;
	for (size_t i = at.from; i < at.to; col += v->columns[i++].cols + GAP)
		draw_cell(d, line, col, &v->columns[i], row, m);
	buf_done(&text);
}

/* ---------------------------------------------------------------- a dataset's rule */

/* What is said of its trend, and how. */
static enum role trend_words(const struct runs_group *group, const struct ui *ui, bool brief, struct buf *out)
{
	const struct trend_metric *m = trend_drifting(group->series);
	if (m) {
		trend_short(out, group->series, m, ui->now_ns, brief);
		return trend_side(m, m->last) < 0 ? ROLE_WORSE : ROLE_BETTER;
	}
	m = runs_metric(group);
	if (m && m->last != TREND_NOWHERE && !IS_UNKNOWN(m->at[m->last].drift.band.low))
		buf_add_cstr(out, brief ? "inside" : "inside its band");
	return ROLE_DIM;
}

/* "▆▇▆▇▼▃▂": what is outside in its own colour, and a mark before it. */
static void draw_spark(struct canvas line, int col, int cols, const struct runs_group *group)
{
	const struct trend_metric *m = trend_drifting(group->series);
	if (!m)
		m = runs_metric(group);
	struct buf text = BUF_INIT;
	size_t begin = TREND_NOWHERE;
	int used;
	/* Marks between take columns, too. */
	for (size_t most = (size_t)cols; most >= 2; most--) {
		buf_clear(&text);
		used = (int)trend_spark(&text, group->series, m, most, line.grid->ascii, &begin);
		if (used > cols)
			continue;
		canvas_putc(line, 0, col + cols - used - 1, 1, ROLE_DIM, " ");
		canvas_put(line, 0, col + cols - used, used, ROLE_TEXT, buf_str(&text));
		if (begin != TREND_NOWHERE)
			canvas_tint(line, 0, col + cols - used + (int)begin, used - (int)begin,
			            trend_side(m, m->last) < 0 ? ROLE_WORSE : ROLE_BETTER);
		break;
	}
	buf_done(&text);
}

/* What stands in a rule, from the left: name, number of runs; from the right: words, the sparkline before them. */
struct rule {
	int name, runs, spark, said; /* columns of each, 0: left out */
};

/* What is said comes first, then the name, then the picture. */
static struct rule rule_of(int cols, int name, int runs, int said, size_t points)
{
	int spark = points < 2 ? 0 : points > SPARK_MOST ? SPARK_MOST : (int)points + 1 /* the mark */;
	int rest = cols - 8 - (said ? said + 2 : 0) - runs;
	if (name + spark + 3 > rest)
		spark = rest - name - 3 < SPARK_LEAST ? 0 : rest - name - 3;
	rest -= spark ? spark + 1 : 0;
	if (rest < name && rest < NAME_LEAST) {
		rest += runs;
		runs = 0;
	}
	return (struct rule){.name = name < rest ? name : rest, .runs = runs, .spark = spark, .said = said};
}

/* "── disputes  3 runs ── ▆▇▆▇▼▃▂ fell below its band since 26 Oct ──", oldest to newest. */
static void draw_group(const struct runs_view *v, const struct ui *ui, struct canvas line,
                       const struct runs_group *group)
{
	struct str dataset = v->page.rows[group->first].dataset;
	struct buf words = BUF_INIT, count = BUF_INIT;
	const struct trend_metric *m = runs_metric(group);
	if (!dataset.len)
		dataset = STR_LIT("no dataset named");
	enum role role = m ? trend_words(group, ui, false, &words) : ROLE_DIM;
	if (m && text_cols(buf_str(&words)) > line.cols - 36) {
		buf_clear(&words);
		trend_words(group, ui, true, &words);
	}
	size_t all = group->series ? group->series->n : group->n;
	buf_printf(&count, "%zu ", group->n);
	if (all > group->n) /* the filter keeps so many */
		buf_printf(&count, "of %zu ", all);
	buf_add_cstr(&count, all == 1 ? "run " : "runs ");
	struct rule at = rule_of(line.cols, text_cols(dataset), text_cols(buf_str(&count)), text_cols(buf_str(&words)),
	                         m && group->series ? group->series->counted : 0);
	canvas_rule(line, 0, ROLE_BORDER);
	canvas_fill(line, 0, 2, at.name + 2 + at.runs, ROLE_DIM, " ");
	canvas_put(line, 0, 3, at.name > 0 ? at.name : 0, ROLE_HEADING, dataset);
	if (at.runs)
		canvas_put(line, 0, 4 + at.name, at.runs, ROLE_DIM, buf_str(&count));
	int col = line.cols - 3 - at.said;
	if (at.said) {
		canvas_fill(line, 0, col - 1, at.said + 2, ROLE_DIM, " ");
		canvas_put(line, 0, col, at.said, role, buf_str(&words));
		col--;
	}
	if (at.spark) {
		canvas_putc(line, 0, col, 1, ROLE_DIM, " ");
		draw_spark(line, col - at.spark, at.spark, group);
	}
	buf_done(&words);
	buf_done(&count);
}

static void draw_line(const void *context, struct canvas line, int64_t at, bool cursor)
{
	const struct drawing *d = context;
	int64_t row;
	size_t group = runs_group_at(d->view, at, &row);
	if (row >= 0)
		draw_run(d, line, &d->view->page.rows[row], &d->view->groups[group], cursor);
	else if (group < d->view->n_groups)
		draw_group(d->view, d->ui, line, &d->view->groups[group]);
}

void runs_view_draw(const struct runs_view *v, const struct ui *ui, struct canvas pane)
{
	struct arena arena = ARENA_INIT;
	struct drawing d = {.view = v, .ui = ui, .arena = &arena};
	draw_head(v, canvas_part(pane, 0, 0, 1, pane.cols));
	list_draw(&v->list, canvas_part(pane, 1, 0, pane.rows - 1, pane.cols), draw_line, &d);
	arena_done(&arena);
}
