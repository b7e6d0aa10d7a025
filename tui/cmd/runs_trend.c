/* spoor runs --dataset D: did the newest run leave the band of the earlier ones, and since when? */
#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/vec.h"
#include "store/query/trend.h"
#include "tui/cmd/runs.h"

enum { SPARK_RUNS = 60 };

struct trend_out {
	struct db *db;
	struct list_opts *opts;
	struct trends trends;
	const struct trend_series *series;
	const struct trend_metric *metric;
	struct run_page page;
	const struct run_row **of_run; /* of each run of the series; NULL: left out by --where */
	double *shared;                /* of each metric, its newest run: trend_shared */
	struct buf out;
};

static bool pick_metric(struct trend_out *t, const char *name, struct err *err)
{
	struct buf after = BUF_INIT;
	if (!name)
		t->metric = t->series->n_metrics ? &t->series->metrics[0] : NULL;
	for (size_t i = 0; name && i < t->series->n_metrics && !t->metric; i++) {
		const struct trend_metric *m = &t->series->metrics[i];
		if (str_is(m->name, name))
			t->metric = m;
		buf_printf(&after, "%s" STR_FMT, i ? ", " : "; there are ", STR_ARG(str_cut(m->name, 0, 60)));
	}
	bool ok = t->metric || !name ||
	          err_set(err, ERR_USAGE, NULL, "no run of this dataset has \"%.60s\"%s", name, buf_cstr(&after));
	buf_done(&after);
	return ok;
}

static int by_id(const void *left, const void *right)
{
	const struct run_row *const *a = left, *const *b = right;
	return ((*a)->id > (*b)->id) - ((*a)->id < (*b)->id);
}

/* Both are by id or can be: a merge finds each run's row. */
static void join_rows(struct trend_out *t)
{
	const struct run_row **rows = xcalloc(t->page.n + 1, sizeof *rows);
	for (size_t i = 0; i < t->page.n; i++)
		rows[i] = &t->page.rows[i];
	if (t->page.n > 1)
		qsort(rows, t->page.n, sizeof *rows, by_id);
	t->of_run = xcalloc(t->series->n, sizeof *t->of_run);
	for (size_t i = 0; i < t->series->n; i++) {
		const struct run_row key = {.id = t->series->runs[i].id}, *at = &key;
		const struct run_row **found = t->page.n ? bsearch(&at, rows, t->page.n, sizeof *rows, by_id) : NULL;
		t->of_run[i] = found ? *found : NULL;
	}
	free(rows);
}

/* ---------------------------------------------------------------- text */

static void add_clean(struct trend_out *t, const struct buf *raw)
{
	clean_print(&t->out, buf_str(raw), true, t->opts->out.ascii);
}

static void print_spark(struct trend_out *t)
{
	struct buf raw = BUF_INIT;
	buf_printf(&raw, "\n" STR_FMT "  ", STR_ARG(t->metric->name));
	trend_spark(&raw, t->series, t->metric, SPARK_RUNS, t->opts->out.ascii, NULL);
	buf_add_cstr(&raw, "  oldest to newest\n");
	add_clean(t, &raw);
	buf_done(&raw);
}

static void add_answer(const struct trend_out *t, size_t i, struct buf *raw)
{
	trend_answer(raw, t->series, &t->series->metrics[i]);
	if (t->shared[i] * 100 < TREND_SHARED_PERCENT) {
		buf_add_cstr(raw, "; the runs do not ask the same: it has only ");
		units_percent(raw, t->shared[i]);
		buf_add_cstr(raw, " of its cases in common with one of them");
	}
	buf_add_char(raw, '\n');
}

/* That of the metric in the table first. */
static void print_answers(struct trend_out *t)
{
	struct buf raw = BUF_INIT;
	size_t shown = (size_t)(t->metric - t->series->metrics);
	add_answer(t, shown, &raw);
	for (size_t i = 0; i < t->series->n_metrics; i++)
		if (i != shown)
			add_answer(t, i, &raw);
	if (t->series->metrics_left_out)
		buf_printf(&raw, "%zu more scores are not tested\n", t->series->metrics_left_out);
	if (t->series->counted < t->series->n) {
		size_t out = t->series->n - t->series->counted;
		buf_printf(&raw, "%zu of %zu runs %s not counted: without a time, or another export of one that is\n",
		           out, t->series->n, out == 1 ? "is" : "are");
	}
	add_clean(t, &raw);
	buf_done(&raw);
}

static bool print_table(struct trend_out *t, const struct trend_line *rows, size_t n, struct err *err)
{
	bool text = t->opts->out.form == OUT_TEXT;
	if (text) {
		buf_add_cstr(&t->out, "dataset ");
		out_text(&t->opts->out, &t->out, t->series->dataset, 0);
		buf_printf(&t->out, ", %zu %s, value: ", t->series->n, t->series->n == 1 ? "run" : "runs");
		out_text(&t->opts->out, &t->out, t->metric->name, 0);
		buf_add_cstr(&t->out, "\n\n");
	}
	if (!out_table(&t->opts->out, &t->out, trend_columns, rows, n, sizeof *rows, err))
		return false;
	if (text) {
		print_spark(t);
		print_answers(t);
	}
	return out_flush(&t->out, err);
}

static bool print_lines(struct trend_out *t, struct err *err)
{
	if (!t->metric) {
		buf_add_cstr(&t->out, t->series->counted
		                          ? "no run of this dataset has a verdict, a score or a stated figure\n"
		                          : "no run of this dataset has a time: there is no order to see a trend in\n");
		return out_flush(&t->out, err);
	}
	struct trend_line *rows = xcalloc(t->series->n, sizeof *rows);
	size_t all = 0, first, n;
	for (size_t i = 0; i < t->series->n; i++)
		if (t->of_run[i])
			rows[all++] = (struct trend_line){t->of_run[i], t->series, t->metric, i};
	list_sort(t->opts, rows, all, sizeof *rows, &first, &n);
	if (!t->opts->sort && t->opts->limit >= 0) /* in time the newest are the last */
		first = all - n > first ? all - n - first : 0;
	bool ok = print_table(t, rows + first, n, err);
	if (ok)
		list_more(t->opts, (int64_t)n, (int64_t)all, "runs");
	free(rows);
	return ok;
}

/* ---------------------------------------------------------------- JSON */

static struct str id_text(const struct trend_out *t, size_t i)
{
	return i != TREND_NOWHERE && t->of_run[i] ? t->of_run[i]->text : STR_NONE;
}

static void json_point(struct jout *j, const struct trend_out *t, const struct trend_metric *m, size_t i)
{
	const struct trend_figure *f = &m->at[i];
	const char *place = trend_place(m, i);
	jout_object(j, NULL);
	jout_str(j, "run", id_text(t, i));
	jout_time(j, "created", t->series->runs[i].created_ns);
	jout_double(j, "value", f->value);
	jout_double(j, "band_low", f->drift.band.low);
	jout_double(j, "band_high", f->drift.band.high);
	jout_int(j, "earlier", (int64_t)f->drift.k);
	jout_bool(j, "outside", f->side != 0);
	jout_str(j, "place", place ? str_of(place) : STR_NONE);
	jout_bool(j, "drifting", f->since != TREND_NOWHERE);
	jout_end(j);
}

static void json_metric(struct jout *j, const struct trend_out *t, size_t at)
{
	const struct trend_metric *m = &t->series->metrics[at];
	size_t since = m->last == TREND_NOWHERE ? TREND_NOWHERE : m->at[m->last].since;
	bool drifts = since != TREND_NOWHERE;
	struct buf answer = BUF_INIT;
	trend_answer(&answer, t->series, m);
	jout_object(j, NULL);
	jout_str(j, "name", m->name);
	jout_cstr(j, "kind", m->is_rate ? "rate" : "score");
	jout_str(j, "answer", buf_str(&answer));
	jout_bool(j, "drifting", drifts);
	jout_str(j, "direction", drifts ? m->at[since].side < 0 ? STR_LIT("fell") : STR_LIT("rose") : STR_NONE);
	jout_time(j, "since", drifts ? t->series->runs[since].created_ns : TIME_UNKNOWN);
	jout_str(j, "since_run", id_text(t, since));
	jout_double(j, "least_shared_cases", t->shared[at]);
	jout_array(j, "points");
	for (size_t i = 0; i < t->series->n; i++)
		if (!IS_UNKNOWN(m->at[i].value) && t->of_run[i])
			json_point(j, t, m, i);
	jout_end(j);
	jout_end(j);
	buf_done(&answer);
}

static void json_changes(struct jout *j, const struct trend_out *t)
{
	jout_array(j, "runs");
	for (size_t i = 0; i < t->series->n; i++) {
		const struct trend_run *run = &t->series->runs[i];
		if (!t->of_run[i])
			continue;
		jout_object(j, NULL);
		jout_str(j, "run", id_text(t, i));
		jout_time(j, "created", run->created_ns);
		jout_bool(j, "counted", run->counts);
		struct str same = STR_NONE;
		for (size_t k = i; run->same_as && k-- > 0 && !same.ptr;)
			same = t->series->runs[k].id == run->same_as ? id_text(t, k) : STR_NONE;
		jout_str(j, "same_as", same);
		jout_array(j, "changed");
		if (run->changed & TREND_MODEL)
			jout_cstr(j, NULL, "model");
		if (run->changed & TREND_PROMPT)
			jout_cstr(j, NULL, "prompt");
		jout_end(j);
		jout_end(j);
	}
	jout_end(j);
}

static bool print_json(struct trend_out *t, struct err *err)
{
	struct jout j;
	size_t first, n;
	list_sort(t->opts, t->page.rows, t->page.n, sizeof *t->page.rows, &first, &n);
	jout_init(&j, &t->out, false);
	jout_object(&j, NULL);
	jout_int(&j, "total", (int64_t)t->page.n);
	runs_json_rows(&j, t->page.rows + first, n);
	jout_object(&j, "trend");
	jout_str(&j, "dataset", t->series->dataset);
	jout_int(&j, "counted", (int64_t)t->series->counted);
	json_changes(&j, t);
	jout_array(&j, "metrics");
	for (size_t i = 0; i < t->series->n_metrics; i++)
		json_metric(&j, t, i);
	jout_end(&j);
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&t->out, '\n');
	return out_flush(&t->out, err);
}

/* ---------------------------------------------------------------- */

/* The rows of this dataset, as --where leaves them. The series is of all its runs. */
static bool read_rows(struct trend_out *t, struct err *err)
{
	size_t n = 0;
	if (!runs_page(t->db, t->opts->filter, 0, 0, -1, &t->page, err))
		return false;
	for (size_t i = 0; i < t->page.n; i++)
		if (str_eq(t->page.rows[i].dataset, t->series->dataset))
			t->page.rows[n++] = t->page.rows[i];
	t->page.n = n;
	join_rows(t);
	t->shared = xcalloc(t->series->n_metrics + 1, sizeof *t->shared);
	for (size_t i = 0; i < t->series->n_metrics; i++) {
		const struct trend_metric *m = &t->series->metrics[i];
		if (!trend_shared(t->db, t->series, m, m->last, &t->shared[i], err))
			return false;
	}
	return true;
}

bool runs_trend(struct db *db, struct list_opts *opts, struct str dataset, const char *metric, struct err *err)
{
	struct trend_out t = {.db = db, .opts = opts};
	struct arena arena = ARENA_INIT;
	struct str name;
	bool ok = trend_find_dataset(db, dataset, &arena, &name, err) && trends_read(db, &name, &t.trends, err);
	if (ok && !t.trends.n)
		ok = err_set(err, ERR_NOT_FOUND, NULL, "there are no runs of this dataset any more");
	if (ok) {
		t.series = &t.trends.series[0];
		ok = pick_metric(&t, metric, err) && read_rows(&t, err) &&
		     (opts->out.form == OUT_JSON_ ? print_json(&t, err) : print_lines(&t, err));
	}
	run_page_done(&t.page);
	free(t.of_run);
	free(t.shared);
	buf_done(&t.out);
	trends_done(&t.trends);
	arena_done(&arena);
	return ok;
}
