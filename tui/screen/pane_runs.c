#include "tui/screen/pane_runs.h"

#include <stdlib.h>

#include "store/base/units.h"
#include "tui/columns.h"
#include "tui/screen/pane_axis.h"
#include "tui/screen/pane_run.h"
#include "tui/widget/bars.h"

enum {
	NAME_LEAST = 16, /* for less than that latencies go, then the model */
	NAME_COLS = 12,  /* a name keeps at least so many before a bar or a score is added */
	BAR_COLS = 15,   /* of the pass rate, 0 to 100 % */
	SCORE_COLS = 12, /* of a score's mean */
	SCORES_MOST = 4
};

/* ---------------------------------------------------------------- lines and rows */

int64_t runs_lines(const struct runs_view *v)
{
	return (int64_t)(v->page.n + v->n_groups);
}

int64_t runs_line_of(const struct runs_view *v, size_t row)
{
	size_t rules = 0;
	while (rules < v->n_groups && v->groups[rules].first <= row)
		rules++;
	return (int64_t)(row + rules);
}

/* The group a line belongs to; *row: its run, or -1 for the rule above them. */
size_t runs_group_at(const struct runs_view *v, int64_t line, int64_t *row)
{
	size_t low = 0, high = v->n_groups;
	while (low + 1 < high) {
		size_t mid = low + (high - low) / 2;
		if ((int64_t)(v->groups[mid].first + mid) <= line)
			low = mid;
		else
			high = mid;
	}
	*row = v->n_groups ? line - (int64_t)low - 1 : -1;
	if (v->n_groups && *row < (int64_t)v->groups[low].first)
		*row = -1;
	return low;
}

static const struct run_row *row_at(const struct runs_view *v, int64_t line)
{
	int64_t row;
	runs_group_at(v, line, &row);
	return row >= 0 && row < (int64_t)v->page.n ? &v->page.rows[row] : NULL;
}

const struct run_row *runs_cursor(const struct runs_view *v)
{
	return row_at(v, v->list.cursor);
}

void runs_settle(struct runs_view *v, bool up)
{
	if (v->list.total && !runs_cursor(v))
		list_go(&v->list, v->list.cursor + (up && v->list.cursor > 0 ? -1 : 1));
	if (v->list.cursor == 1 && v->list.top == 1) /* the first dataset's name comes with its first run */
		list_scroll(&v->list, -1);
}

const struct run_row *runs_by_id(const struct runs_view *v, int64_t id)
{
	for (size_t i = 0; id && i < v->page.n; i++)
		if (v->page.rows[i].id == id)
			return &v->page.rows[i];
	return NULL;
}

void runs_make_groups(struct runs_view *v)
{
	v->versions_said = true;
	for (size_t i = 0; i < v->page.n; i++)
		v->versions_said = v->versions_said && run_version_is_said(&v->page.rows[i]);
	v->groups = xrealloc(v->groups, v->page.n + 1, sizeof *v->groups);
	v->n_groups = 0;
	for (size_t i = 0; i < v->page.n; i++) {
		if (i > 0 && str_eq(v->page.rows[i].dataset, v->page.rows[i - 1].dataset))
			v->groups[v->n_groups - 1].n++;
		else
			v->groups[v->n_groups++] = (struct runs_group){.first = i, .n = 1};
	}
}

/* ---------------------------------------------------------------- drawing */

/* What a row of that width shows: the columns of the table, then a bar and means of scores as far as they fit. */
struct layout {
	int cols, name_cols;
	bool bar, no_version, no_latency, no_model;
	size_t scores;
};

/* The rule above the runs names the dataset; a version that every name says already would only be said twice. */
static bool shows(const struct layout *at, const struct column *c)
{
	if (c->width == 0 || at->cols < c->min_cols || strcmp(c->name, "dataset") == 0)
		return false;
	if (at->no_version && strcmp(c->name, "prompt_version") == 0)
		return false;
	if (at->no_model && strcmp(c->name, "model") == 0)
		return false;
	return !(at->no_latency && (strcmp(c->name, "p50_ns") == 0 || strcmp(c->name, "p95_ns") == 0));
}

static int rest_of(const struct layout *at)
{
	int rest = at->cols - 3;
	for (const struct column *c = run_columns; c->name; c++)
		if (shows(at, c) && c->width > 0)
			rest -= c->width + 2;
	return rest;
}

static struct layout layout_of(const struct runs_view *v, int cols)
{
	struct layout at = {.cols = cols, .no_version = v->versions_said};
	int rest = rest_of(&at);
	if (rest < NAME_COLS + BAR_COLS + 2) {
		/* How well a run did comes before how fast it was. */
		at.no_latency = true;
		rest = rest_of(&at);
	}
	at.bar = rest >= NAME_COLS + BAR_COLS + 2;
	if (!at.bar) {
		at.no_latency = false;
		rest = rest_of(&at);
	}
	if (rest < NAME_LEAST) {
		at.no_latency = true;
		rest = rest_of(&at);
	}
	if (rest < NAME_LEAST) {
		at.no_model = true;
		rest = rest_of(&at);
	}
	rest -= at.bar ? BAR_COLS + 2 : 0;
	size_t have = v->page.n ? v->page.rows[0].n_scores : 0;
	while (at.scores < have && at.scores < SCORES_MOST && rest >= NAME_COLS + SCORE_COLS + 2) {
		at.scores++;
		rest -= SCORE_COLS + 2;
	}
	at.name_cols = rest > 4 ? rest : 4;
	return at;
}

static double mean_of(const struct run_row *row, struct str name)
{
	for (size_t i = 0; i < row->n_scores; i++)
		if (str_eq(row->scores[i].name, name))
			return row->scores[i].mean;
	return UNKNOWN_DOUBLE;
}

static void put_cell(struct canvas line, int col, int cols, bool right, enum role role, struct str text)
{
	if (right)
		canvas_put_right(line, 0, col, cols, role, text);
	else
		canvas_put(line, 0, col, cols, role, text);
}

static void draw_head(const struct runs_view *v, struct canvas line)
{
	struct layout at = layout_of(v, line.cols);
	int col = 3;
	for (const struct column *c = run_columns; c->name; c++) {
		if (!shows(&at, c))
			continue;
		int cols = c->width > 0 ? c->width : at.name_cols;
		put_cell(line, col, cols, c->right, ROLE_HEADING, str_of(c->title));
		col += cols + 2;
		if (at.bar && strcmp(c->name, "pass_rate") == 0) {
			canvas_putc(line, 0, col, BAR_COLS, ROLE_HEADING, "0%   50%   100%");
			col += BAR_COLS + 2;
		}
	}
	for (size_t i = 0; i < at.scores; i++, col += SCORE_COLS + 2)
		canvas_put_right(line, 0, col, SCORE_COLS, ROLE_HEADING, v->page.rows[0].scores[i].name);
}

static void draw_bar(struct canvas line, int col, const struct run_row *row)
{
	struct axis axis = {
	    .point = row->pass_rate - 0.5, .low = row->pass_low - 0.5, .high = row->pass_high - 0.5, .scale = 0.5};
	axis_draw(line, 0, col, BAR_COLS, &axis, ROLE_TEXT);
}

struct drawing {
	const struct runs_view *view;
	const struct ui *ui;
	struct arena *arena;
};

static const char *mark_of(const struct runs_view *v, int64_t id, bool ascii)
{
	if (v->baseline == id)
		return "A";
	for (int i = 0; i < RUNS_MARKS; i++)
		if (v->marks[i] == id)
			return ascii ? "*" : "●";
	return "";
}

static void draw_run(const struct drawing *d, struct canvas line, const struct run_row *row, bool cursor)
{
	struct layout at = layout_of(d->view, line.cols);
	struct buf text = BUF_INIT;
	int col = 3;
	canvas_putc(line, 0, 1, 1, ROLE_MARK, mark_of(d->view, row->id, d->ui->ascii));
	for (const struct column *c = run_columns; c->name; c++) {
		if (!shows(&at, c))
			continue;
		int cols = c->width > 0 ? c->width : at.name_cols;
		struct value value = c->get(row, d->arena);
		if (c->width < 0 && value.type == VALUE_NONE)
			value = (struct value){.type = VALUE_TEXT, .text = row->text, .role = ROLE_DIM};
		buf_clear(&text);
		value_print(&text, &value, d->ui->now_ns, d->ui->ascii);
		put_cell(line, col, cols, c->right, value.role, buf_str(&text));
		if (c->width < 0) {
			find_light(line, 0, col, cols, value.text, d->view->find);
			int used = text_cols(value.text);
			if (cursor)
				canvas_reverse(line, 0, col, used < cols ? used : cols);
		}
		col += cols + 2;
		if (at.bar && strcmp(c->name, "pass_rate") == 0) {
			draw_bar(line, col, row);
			col += BAR_COLS + 2;
		}
	}
	for (size_t i = 0; i < at.scores; i++, col += SCORE_COLS + 2) {
		buf_clear(&text);
		units_score(&text, mean_of(row, d->view->page.rows[0].scores[i].name));
		canvas_put_right(line, 0, col, SCORE_COLS, ROLE_TEXT, buf_str(&text));
	}
	buf_done(&text);
}

/* "── disputes  3 runs ───── pass ▆▇█ ──", oldest to newest. */
static void draw_group(const struct runs_view *v, struct canvas line, const struct runs_group *group)
{
	struct str dataset = v->page.rows[group->first].dataset;
	canvas_rule(line, 0, ROLE_BORDER);
	int col = 2 + canvas_printf(line, 0, 2, line.cols - 4, ROLE_HEADING, " " STR_FMT " ",
	                            STR_ARG(dataset.len ? dataset : STR_LIT("no dataset named")));
	col += canvas_printf(line, 0, col, -1, ROLE_DIM, "%zu %s ", group->n, group->n == 1 ? "run" : "runs");
	double rates[16];
	size_t n = group->n < 16 ? group->n : 16;
	if (n < 3 || col + 12 + (int)n > line.cols)
		return;
	for (size_t i = 0; i < n; i++)
		rates[i] = v->page.rows[group->first + n - 1 - i].pass_rate;
	col = line.cols - (int)n - 9;
	canvas_putc(line, 0, col, -1, ROLE_DIM, " pass ");
	bars_sparkline(line, 0, col + 6, (int)n, rates, n, 1, ROLE_TEXT);
	canvas_putc(line, 0, col + 6 + (int)n, 1, ROLE_DIM, " ");
}

static void draw_line(const void *context, struct canvas line, int64_t at, bool cursor)
{
	const struct drawing *d = context;
	int64_t row;
	size_t group = runs_group_at(d->view, at, &row);
	if (row >= 0)
		draw_run(d, line, &d->view->page.rows[row], cursor);
	else if (group < d->view->n_groups)
		draw_group(d->view, line, &d->view->groups[group]);
}

void runs_view_draw(const struct runs_view *v, const struct ui *ui, struct canvas pane)
{
	struct arena arena = ARENA_INIT;
	struct drawing d = {.view = v, .ui = ui, .arena = &arena};
	draw_head(v, canvas_part(pane, 0, 0, 1, pane.cols));
	list_draw(&v->list, canvas_part(pane, 1, 0, pane.rows - 1, pane.cols), draw_line, &d);
	arena_done(&arena);
}
