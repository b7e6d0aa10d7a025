/* Lines and rows of the list of runs, its columns and its order; drawn in pane_runs_draw.c. */
#include "tui/screen/pane_runs.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "tui/columns_lists.h"
#include "tui/screen/pane_run.h"
#include "tui/screen/pane_runs_draw.h"

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
	/* The first dataset's name comes with its first run, where there is room for both. */
	if (v->list.cursor == 1 && v->list.top == 1 && v->list.page > 1)
		list_scroll(&v->list, -1);
}

const struct run_row *runs_by_id(const struct runs_view *v, int64_t id)
{
	for (size_t i = 0; id && i < v->page.n; i++)
		if (v->page.rows[i].id == id)
			return &v->page.rows[i];
	return NULL;
}

const struct runs_group *runs_group_of(const struct runs_view *v, const struct run_row *row)
{
	int64_t unused;
	return &v->groups[runs_group_at(v, runs_line_of(v, (size_t)(row - v->page.rows)), &unused)];
}

struct str runs_label(const struct runs_group *group, const struct run_row *row)
{
	return group->by_model && row->model.len ? run_model_name(row) : run_name(row);
}

size_t runs_place_of(const struct runs_view *v, const struct run_row *row)
{
	return v->places[row - v->page.rows];
}

const struct trend_metric *runs_metric(const struct runs_group *group)
{
	return group->series && group->series->n_metrics ? &group->series->metrics[0] : NULL;
}

bool runs_is_baseline(const struct runs_view *v, int64_t id)
{
	for (size_t i = 0; i < v->n_baselines; i++)
		if (v->baselines[i].run == id)
			return true;
	return false;
}

bool runs_is_marked(const struct runs_view *v, int64_t id)
{
	for (int i = 0; i < v->n_marks; i++)
		if (v->marks[i] == id)
			return true;
	return false;
}

void runs_view_done(struct runs_view *v)
{
	run_page_done(&v->page);
	trends_done(&v->trends);
	free(v->groups);
	free(v->places);
	free(v->columns);
}

/* ---------------------------------------------------------------- columns */

typedef VEC(struct runs_column) columns;

static void add_columns(columns *out, const char *const *names, size_t n)
{
	static const struct {
		const char *name;
		int cols;
	} widths[] = {
	    {"repeats",  3 },
            {"unscored", 4 },
            {"provider", 10}
        };
	for (size_t i = 0; i < n; i++) {
		const struct column *c = names[i] ? column_named(run_columns, str_of(names[i])) : NULL;
		int cols = c ? column_cols(c) : RUNS_BAR_COLS;
		for (size_t k = 0; c && k < sizeof widths / sizeof *widths; k++)
			if (strcmp(widths[k].name, c->name) == 0)
				cols = widths[k].cols;
		*vec_add(out) = (struct runs_column){.column = c, .cols = cols};
	}
}

static int by_text(const void *left, const void *right)
{
	return str_cmp(*(const struct str *)left, *(const struct str *)right);
}

/* All names of scores, and what is stated of runs without cases. */
static void add_scores(const struct runs_view *v, columns *out)
{
	VEC(struct str) names = {0};
	for (size_t i = 0; i < v->page.n; i++) {
		const struct run_row *row = &v->page.rows[i];
		for (size_t k = 0; k < row->n_scores; k++)
			*vec_add(&names) = row->scores[k].name;
		for (size_t k = 0; k < row->n_stated; k++)
			*vec_add(&names) = row->stated[k].name;
	}
	if (names.n > 1)
		qsort(names.at, names.n, sizeof *names.at, by_text);
	for (size_t i = 0, added = 0; i < names.n && added < RUNS_SCORES; i++) {
		if (i && str_eq(names.at[i], names.at[i - 1]))
			continue;
		int cols = text_cols(names.at[i]);
		*vec_add(out) = (struct runs_column){.score = names.at[i],
		                                     .cols = cols < 6    ? 6
		                                             : cols > 16 ? 16
		                                                         : cols};
		added++;
	}
	vec_done(&names);
}

static struct str model_of(const struct run_row *row)
{
	return row->model;
}

static struct str version_of(const struct run_row *row)
{
	return row->prompt_version;
}

/* Does it tell runs of one dataset apart? */
static bool differs(const struct runs_view *v, struct str (*of)(const struct run_row *row))
{
	for (size_t i = 1; i < v->page.n; i++) {
		const struct run_row *a = &v->page.rows[i - 1], *b = &v->page.rows[i];
		if (str_eq(a->dataset, b->dataset) && !str_eq(of(a), of(b)))
			return true;
	}
	return false;
}

/* Those people chose; time and name stay where they are, and the picture stands behind the pass rate. */
static bool chosen_columns(const struct runs_view *v, columns *out)
{
	size_t n;
	const struct column *const *chosen = list_columns(list_kind_of(run_columns), &n);
	for (size_t i = 0; i < n; i++) {
		const char *name = chosen[i]->name;
		if (strcmp(name, "scores") == 0)
			add_scores(v, out);
		else if (strcmp(name, "created") != 0 && strcmp(name, "name") != 0)
			add_columns(out, (const char *const[]){name, NULL}, strcmp(name, "pass_rate") == 0 ? 2 : 1);
	}
	return chosen != NULL;
}

/* How well a run did comes before what it was; what is the same in all runs comes last. */
static void make_columns(struct runs_view *v)
{
	static const char *const first[] = {"cases", "errored", "pass_rate", NULL /* its picture */, "cost_usd"},
	                         *const model[] = {"model"}, *const version[] = {"prompt_version"},
	                         *const cost[] = {"p50_ns", "p95_ns", "cost_per_case_usd", "repeats"},
	                         *const rest[] = {"prompt", "provider", "tokens_in", "tokens_out", "unscored"};
	columns all = {0};
	v->choices = list_choices();
	if (chosen_columns(v, &all)) {
		free(v->columns);
		v->columns = all.at;
		v->n_columns = all.n;
		return;
	}
	bool models = differs(v, model_of), versions = !v->versions_said && differs(v, version_of);
	add_columns(&all, first, sizeof first / sizeof *first);
	add_columns(&all, model, models);
	add_columns(&all, version, versions);
	add_columns(&all, cost, sizeof cost / sizeof *cost);
	add_scores(v, &all);
	add_columns(&all, model, !models);
	add_columns(&all, version, !versions);
	add_columns(&all, rest, sizeof rest / sizeof *rest);
	free(v->columns);
	v->columns = all.at;
	v->n_columns = all.n;
}

/* ---------------------------------------------------------------- groups and their order */

static void place_rows(struct runs_view *v)
{
	v->places = xrealloc(v->places, v->page.n + 1, sizeof *v->places);
	for (size_t g = 0; g < v->n_groups; g++)
		for (size_t i = v->groups[g].first; i < v->groups[g].first + v->groups[g].n; i++)
			v->places[i] = v->groups[g].series ? trend_index(v->groups[g].series, v->page.rows[i].id,
			                                                 v->page.rows[i].created_ns)
			                                   : TREND_NOWHERE;
}

static struct runs_column sorted_by(const struct runs_view *v)
{
	bool any = v->sort >= 0 && (size_t)v->sort < v->n_columns;
	return any ? v->columns[v->sort] : (struct runs_column){.cols = 0};
}

/* The column of the order may have moved. */
static void find_sorted(struct runs_view *v, const struct runs_column *before, struct str score)
{
	int found = v->sort < 0 ? v->sort : RUNS_BY_TIME;
	for (size_t i = 0; v->sort >= 0 && before->cols && i < v->n_columns; i++)
		if (v->columns[i].column == before->column && str_eq(v->columns[i].score, score))
			found = (int)i;
	v->sort = found;
}

/* Which label tells the runs of a group apart, and how wide it is. */
static void label_group(struct runs_view *v, struct runs_group *group)
{
	const struct run_row *rows = &v->page.rows[group->first];
	bool names = false, models = false;
	for (size_t i = 1; i < group->n; i++) {
		names = names || !str_eq(run_name(&rows[i]), run_name(&rows[0]));
		models = models || !str_eq(rows[i].model, rows[0].model);
	}
	group->by_model = models && !names;
	for (size_t i = 0; i < group->n; i++) {
		int cols = text_cols(runs_label(group, &rows[i]));
		v->name_cols = cols > v->name_cols ? cols : v->name_cols;
		v->versions_said = v->versions_said && run_version_is_said(&rows[i]);
	}
}

void runs_make_groups(struct runs_view *v)
{
	struct runs_column before = sorted_by(v);
	struct buf score = BUF_INIT; /* its text is of the rows that went */
	buf_add_str(&score, before.score);
	v->versions_said = true;
	v->name_cols = 0;
	v->groups = xrealloc(v->groups, v->page.n + 1, sizeof *v->groups);
	v->n_groups = 0;
	for (size_t i = 0; i < v->page.n; i++) {
		if (i > 0 && str_eq(v->page.rows[i].dataset, v->page.rows[i - 1].dataset))
			v->groups[v->n_groups - 1].n++;
		else
			v->groups[v->n_groups++] = (struct runs_group){
			    .first = i, .n = 1, .series = trends_of(&v->trends, v->page.rows[i].dataset)};
	}
	v->n_drifting = 0;
	for (size_t g = 0; g < v->n_groups; g++) {
		label_group(v, &v->groups[g]);
		v->n_drifting += v->groups[g].series && trend_drifting(v->groups[g].series) ? 1 : 0;
	}
	make_columns(v);
	find_sorted(v, &before, buf_str(&score));
	v->shift = v->shift < v->n_columns ? v->shift : 0;
	buf_done(&score);
	runs_order(v);
}

void runs_choose_columns(struct runs_view *v)
{
	if (!v->page.rows || !v->page.n || v->choices == list_choices())
		return;
	const struct run_row *row = runs_cursor(v);
	int64_t id = row ? row->id : 0;
	runs_make_groups(v);
	row = runs_by_id(v, id);
	if (row)
		list_go(&v->list, runs_line_of(v, (size_t)(row - v->page.rows)));
}

bool runs_sort_by(struct runs_view *v, struct str name, bool ascending)
{
	const struct column *c = column_named(run_columns, name);
	int found = RUNS_BY_NAME - 1;
	if (c && strcmp(c->name, "created") == 0)
		found = RUNS_BY_TIME;
	else if (c && strcmp(c->name, "name") == 0)
		found = RUNS_BY_NAME;
	for (int i = 0; found < RUNS_BY_NAME && i < (int)v->n_columns; i++)
		if (c ? v->columns[i].column == c : name.len && str_eq(v->columns[i].score, name))
			found = i;
	if (found < RUNS_BY_NAME)
		return false;
	v->sort = found;
	v->ascending = ascending;
	runs_order(v);
	return true;
}

struct key {
	const struct run_row *row;
	double mean;
};

static int by_time(const void *left, const void *right)
{
	const struct run_row *a = left, *b = right;
	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns ? 1 : -1;
	return (a->id < b->id) - (a->id > b->id);
}

static int by_mean(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int order = IS_UNKNOWN(a->mean) - IS_UNKNOWN(b->mean);
	if (!order)
		order = (a->mean < b->mean) - (a->mean > b->mean);
	return order ? order : (a->row > b->row) - (a->row < b->row);
}

static void sort_by_score(struct run_row *rows, size_t n, struct str score, bool ascending, size_t *order)
{
	struct key *keys = xcalloc(n, sizeof *keys);
	for (size_t i = 0; i < n; i++) {
		double mean = run_mean(&rows[i], score);
		keys[i] = (struct key){&rows[i], ascending ? -mean : mean};
	}
	qsort(keys, n, sizeof *keys, by_mean);
	for (size_t i = 0; i < n; i++)
		order[i] = (size_t)(keys[i].row - rows);
	free(keys);
}

static void reorder(struct run_row *rows, size_t n, const size_t *order)
{
	struct run_row *copy = xcalloc(n, sizeof *copy);
	memcpy(copy, rows, n * sizeof *rows);
	for (size_t i = 0; i < n; i++)
		rows[i] = copy[order[i]];
	free(copy);
}

static void order_group(const struct runs_view *v, struct run_row *rows, size_t n)
{
	size_t *order = xcalloc(n, sizeof *order);
	qsort(rows, n, sizeof *rows, by_time); /* rows equal in the column stay in time */
	const struct runs_column *by = v->sort >= 0 ? &v->columns[v->sort] : NULL;
	if (by && by->score.len) {
		sort_by_score(rows, n, by->score, v->ascending, order);
		reorder(rows, n, order);
	} else if (by || v->sort == RUNS_BY_NAME || v->ascending) {
		const struct column *column =
		    by ? (by->column ? by->column : column_named(run_columns, STR_LIT("pass_rate")))
		       : column_named(run_columns, v->sort == RUNS_BY_NAME ? STR_LIT("name") : STR_LIT("created"));
		column_order(column, v->ascending, rows, n, sizeof *rows, order);
		reorder(rows, n, order);
	}
	free(order);
}

void runs_order(struct runs_view *v)
{
	for (size_t g = 0; g < v->n_groups; g++)
		order_group(v, &v->page.rows[v->groups[g].first], v->groups[g].n);
	place_rows(v);
}
