#include "tui/screen/pane_metrics.h"

#include <math.h>
#include <string.h>

#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/screen/pane_axis.h"

enum { MAX_ROWS = 128 };

const char *metric_title(const struct compare_metric *metric)
{
	if (strcmp(metric->name, "latency_p50_ns") == 0)
		return "latency P50";
	if (strcmp(metric->name, "latency_p95_ns") == 0)
		return "latency P95";
	if (strcmp(metric->name, "cost_usd_per_case") == 0)
		return "cost / case";
	return metric->name;
}

/* ---------------------------------------------------------------- which rows */

static bool has_score(const struct run_row *run, struct str name)
{
	for (size_t i = 0; i < run->n_scores; i++)
		if (str_eq(run->scores[i].name, name))
			return true;
	return false;
}

/* What the rows will be, from what the runs have: so that nothing jumps when the figures come. */
static size_t expected_metrics(const struct compare *c, struct compare_metric *out, size_t most)
{
	size_t n = 0;
	out[n++] = (struct compare_metric){.name = "pass", .kind = "rate"};
	for (size_t i = 0; i < c->n_scores && n + 4 < most; i++)
		if (has_score(&c->a, c->scores[i]) && has_score(&c->b, c->scores[i]))
			out[n++] = (struct compare_metric){.name = c->scores[i].ptr, .kind = "score"};
	if (c->a.p50_ns != UNKNOWN_INT && c->b.p50_ns != UNKNOWN_INT) {
		out[n++] = (struct compare_metric){.name = "latency_p50_ns", .kind = "latency"};
		out[n++] = (struct compare_metric){.name = "latency_p95_ns", .kind = "latency"};
	}
	if (!IS_UNKNOWN(c->a.cost_usd) && !IS_UNKNOWN(c->b.cost_usd))
		out[n++] = (struct compare_metric){.name = "cost_usd_per_case", .kind = "cost"};
	return n;
}

/* The metrics with any cases; without figures yet, those expected. */
static size_t shown_metrics(const struct compare *c, struct compare_metric *out, size_t most)
{
	if (!c->n_metrics)
		return expected_metrics(c, out, most);
	size_t n = 0;
	for (size_t i = 0; i < c->n_metrics && n < most; i++)
		if (c->metrics[i].result.n > 0)
			out[n++] = c->metrics[i];
	return n;
}

int metrics_rows(const struct compare *c)
{
	struct compare_metric rows[MAX_ROWS];
	return 1 + (int)shown_metrics(c, rows, MAX_ROWS);
}

/* ---------------------------------------------------------------- columns */

/* Where the columns stand; 0: there is no room for it. A figure's column is its right edge. */
struct places {
	int name, name_cols, a, b, delta, axis, axis_cols, p, words, words_cols, interval, n, detectable, more;
};

enum { FIGURE = 8 };

/* wide_figures: one of them fills its column; it shall not touch the one beside it. */
static struct places places_of(int cols, bool wide_figures)
{
	enum { NAME = 13, DELTA = 10, P = 8, WORDS = 13, INTERVAL = 25, N = 7, FURTHER = 13 };
	int name = cols >= 120 ? 22 : NAME;
	struct places at = {.name = 1, .name_cols = name};
	at.a = 1 + name + FIGURE;
	at.b = at.a + FIGURE + wide_figures;
	at.delta = at.b + (cols >= 120 ? DELTA + 1 : DELTA);
	int rest = cols - at.delta - 1;
	bool words = rest >= WORDS, p = rest >= WORDS + P, wide = rest >= WORDS + P + INTERVAL + N + 20;
	rest -= (words ? WORDS : 0) + (p ? P : 0) + (wide ? INTERVAL + N : 0);
	int gap = wide_figures ? 1 : 2; /* the axis keeps its columns */
	at.axis_cols = rest - gap - 1 > 41 ? 41 : rest - gap - 1;
	at.axis_cols = at.axis_cols >= 9 ? (at.axis_cols - 1) / 2 * 2 + 1 : 0;
	at.axis = at.delta + gap;
	int next = at.axis_cols ? at.axis + at.axis_cols : at.delta;
	if (wide) {
		at.interval = next + 2;
		next += INTERVAL;
	}
	if (p) {
		at.p = next + 2;
		next += P;
	}
	if (words) {
		at.words = next + 2;
		at.words_cols = wide ? WORDS + 2 : cols - at.words;
	}
	at.n = wide ? at.words + WORDS + 2 + N - 2 : 0;
	if (wide && cols - at.n > 2 * FURTHER) {
		at.detectable = at.n + FURTHER;
		at.more = at.detectable + FURTHER;
	}
	return at;
}

static void put_head(struct canvas pane, const struct places *at)
{
	enum role role = ROLE_HEADING;
	canvas_putc(pane, 0, at->name, -1, role, "metric");
	canvas_put_right(pane, 0, at->a - 8, 8, role, STR_LIT("A"));
	canvas_put_right(pane, 0, at->b - 8, 8, role, STR_LIT("B"));
	canvas_put_right(pane, 0, at->delta - 8, 8, role, STR_LIT("B−A"));
	if (at->axis_cols) {
		canvas_putc(pane, 0, at->axis, -1, role, "worse");
		canvas_putc(pane, 0, at->axis + at->axis_cols / 2, -1, role, "0");
		canvas_put_right(pane, 0, at->axis + at->axis_cols - 6, 6, role, STR_LIT("better"));
	}
	if (at->interval)
		canvas_putc(pane, 0, at->interval, -1, role, "95% interval");
	if (at->p)
		canvas_putc(pane, 0, at->p, -1, role, "p Holm");
	if (at->words)
		canvas_putc(pane, 0, at->words, -1, role, "in words");
	if (at->n)
		canvas_put_right(pane, 0, at->n - 6, 6, role, STR_LIT("cases"));
	if (at->more) {
		canvas_put_right(pane, 0, at->detectable - 9, 9, role, STR_LIT("can show"));
		canvas_put_right(pane, 0, at->more - 12, 12, role,
		                 pane.grid->ascii ? STR_LIT("+-0.05 needs") : STR_LIT("±0.05 needs"));
	}
}

/* ---------------------------------------------------------------- figures */

enum figure { FIGURE_RATE, FIGURE_SCORE, FIGURE_LATENCY, FIGURE_COST };

static enum figure figure_of(const struct compare_metric *metric)
{
	return strcmp(metric->kind, "rate") == 0      ? FIGURE_RATE
	       : strcmp(metric->kind, "latency") == 0 ? FIGURE_LATENCY
	       : strcmp(metric->kind, "cost") == 0    ? FIGURE_COST
	                                              : FIGURE_SCORE;
}

static void figure_words(struct buf *out, enum figure figure, double d, bool ascii)
{
	if (IS_UNKNOWN(d)) {
		buf_add_cstr(out, "–");
		return;
	}
	switch (figure) {
	case FIGURE_RATE: buf_printf(out, "%.1f%%", d * 100); break;
	case FIGURE_SCORE: units_score(out, d); break;
	case FIGURE_LATENCY: units_duration(out, (int64_t)llround(d), ascii); break;
	case FIGURE_COST: units_usd(out, d); break;
	}
}

/* With its sign, which is the first thing to read; rates in points. */
static void difference_words(struct buf *out, enum figure figure, double d, bool ascii)
{
	if (IS_UNKNOWN(d)) {
		buf_add_cstr(out, "–");
		return;
	}
	buf_add_cstr(out, d > 0 ? "+" : d < 0 ? "−" : ascii ? "" : "±");
	d = fabs(d);
	if (figure == FIGURE_RATE)
		buf_printf(out, "%.1fpt", d * 100);
	else
		figure_words(out, figure, d, ascii);
}

void metric_figure(struct buf *out, const struct compare_metric *metric, double d, bool ascii)
{
	figure_words(out, figure_of(metric), d, ascii);
}

void metric_difference(struct buf *out, const struct compare_metric *metric, double d, bool ascii)
{
	difference_words(out, figure_of(metric), d, ascii);
}

static void put_figure(struct canvas pane, int row, int right, enum role role, struct buf *text)
{
	canvas_put_right(pane, row, right - 9, 9, role, buf_str(text));
	buf_clear(text);
}

enum role metric_role(const struct metric_result *r)
{
	switch (r->verdict) {
	case METRIC_BETTER: return ROLE_BETTER;
	case METRIC_WORSE: return ROLE_WORSE;
	case METRIC_TOO_FEW:
	case METRIC_NO_DIFFERENCE: break;
	}
	return ROLE_DIM;
}

void metric_words(struct buf *out, const struct metric_result *r)
{
	switch (r->verdict) {
	case METRIC_BETTER: buf_add_cstr(out, "better"); break;
	case METRIC_WORSE: buf_add_cstr(out, "worse"); break;
	case METRIC_NO_DIFFERENCE: buf_add_cstr(out, r->ranks_disagree ? "mixed" : "no evidence"); break;
	case METRIC_TOO_FEW:
		if (r->n < r->min_n)
			buf_printf(out, "needs %zu", r->min_n);
		else
			buf_add_cstr(out, "too few");
		break;
	}
}

void metric_p(struct buf *out, double p)
{
	if (IS_UNKNOWN(p))
		return;
	if (p < 0.0001)
		buf_add_cstr(out, "<.0001");
	else
		buf_printf(out, p < 0.01 ? "%.4f" : p < 0.1 ? "%.3f" : "%.2f", p);
}

/* The ends of the axis: the farther bound, but never so near that a change of no importance fills it: a tenth of the pass
 * rate's range, a tenth of the larger value of the others. */
static double scale_of(const struct metric_result *r, enum figure figure)
{
	double far = fmax(fabs(r->delta), fmax(fabs(r->low), fabs(r->high))); /* fmax leaves NaN out */
	double least = figure == FIGURE_RATE ? 0.1 : 0.1 * fmax(fabs(r->a), fabs(r->b));
	return fmax(far, least);
}

double metric_scale(const struct compare_metric *metric)
{
	return scale_of(&metric->result, figure_of(metric));
}

static void put_axis(struct canvas pane, int row, const struct places *at, const struct compare_metric *metric)
{
	const struct metric_result *r = &metric->result;
	struct axis axis = {.point = r->delta,
	                    .low = r->low,
	                    .high = r->high,
	                    .scale = scale_of(r, figure_of(metric)),
	                    .less_is_better = metric->lower_is_better};
	bool plain = r->verdict == METRIC_TOO_FEW || r->verdict == METRIC_NO_DIFFERENCE;
	axis_draw(pane, row, at->axis, at->axis_cols, &axis, plain ? ROLE_TEXT : metric_role(r));
}

static void put_metric(struct canvas pane, int row, const struct places *at, const struct compare_metric *metric,
                       bool known)
{
	struct buf text = BUF_INIT;
	enum figure figure = figure_of(metric);
	const struct metric_result *r = &metric->result;
	bool ascii = pane.grid->ascii;
	canvas_putc(pane, row, at->name, at->name_cols, ROLE_TEXT, metric_title(metric));
	if (!known) {
		canvas_fill(pane, row, at->axis, at->axis_cols, ROLE_DIM, "·");
		return;
	}
	figure_words(&text, figure, r->a, ascii);
	put_figure(pane, row, at->a, ROLE_TEXT, &text);
	figure_words(&text, figure, r->b, ascii);
	put_figure(pane, row, at->b, ROLE_TEXT, &text);
	difference_words(&text, figure, r->delta, ascii);
	put_figure(pane, row, at->delta, metric_role(r) == ROLE_DIM ? ROLE_TEXT : metric_role(r), &text);
	if (at->axis_cols)
		put_axis(pane, row, at, metric);
	if (at->interval && !IS_UNKNOWN(r->low)) {
		difference_words(&text, figure, r->low, ascii);
		buf_add_cstr(&text, ascii ? " .. " : " … ");
		difference_words(&text, figure, r->high, ascii);
		canvas_put(pane, row, at->interval, 24, ROLE_DIM, buf_str(&text));
		buf_clear(&text);
	}
	if (at->p) {
		metric_p(&text, r->p_holm);
		canvas_put(pane, row, at->p, 7, ROLE_TEXT, buf_str(&text));
		buf_clear(&text);
	}
	if (at->words) {
		metric_words(&text, r);
		canvas_put(pane, row, at->words, at->words_cols, metric_role(r), buf_str(&text));
		buf_clear(&text);
	}
	if (at->n) {
		units_thousands(&text, (int64_t)r->n);
		canvas_put_right(pane, row, at->n - 6, 6, ROLE_DIM, buf_str(&text));
		buf_clear(&text);
	}
	if (at->more && !IS_UNKNOWN(r->smallest_detectable)) {
		buf_add_cstr(&text, ascii ? "+-" : "±");
		if (figure == FIGURE_RATE)
			buf_printf(&text, "%.1fpt", r->smallest_detectable * 100);
		else
			metric_figure(&text, metric, r->smallest_detectable, ascii);
		put_figure(pane, row, at->detectable, ROLE_DIM, &text);
	}
	/* A margin is one of rates and scores: dollars are another measure. */
	if (at->more && figure != FIGURE_COST && r->cases_more != UNKNOWN_INT) {
		buf_add_cstr(&text, r->cases_more > 0 ? "+" : "enough");
		if (r->cases_more > 0)
			units_thousands(&text, r->cases_more);
		put_figure(pane, row, at->more, ROLE_DIM, &text);
	}
	buf_done(&text);
}

/* "$0.00339" */
static bool has_wide_figures(const struct compare_metric *rows, int n)
{
	struct buf text = BUF_INIT;
	bool wide = false;
	for (int i = 0; i < n && rows[i].kind && !wide; i++) {
		figure_words(&text, figure_of(&rows[i]), rows[i].result.b, false);
		wide = text_cols(buf_str(&text)) >= FIGURE;
		buf_clear(&text);
	}
	buf_done(&text);
	return wide;
}

void metrics_draw(struct canvas pane, const struct compare *c)
{
	struct compare_metric rows[MAX_ROWS] = {{.kind = NULL}};
	int n = (int)shown_metrics(c, rows, MAX_ROWS), room = pane.rows - 1;
	int shown = n <= room ? n : room - 1;
	struct places at = places_of(pane.cols, c->n_metrics && has_wide_figures(rows, shown));
	put_head(pane, &at);
	for (int i = 0; i < shown; i++)
		put_metric(pane, 1 + i, &at, &rows[i], c->n_metrics > 0);
	if (shown < n)
		canvas_printf(pane, 1 + shown, at.name, -1, ROLE_DIM, "%d more metrics (%s shows them)", n - shown,
		              key_now("o"));
}

/* ---------------------------------------------------------------- what the sources state */

enum { STATED_FIGURE = 11, STATED_NAME_MAX = 60 };

void stated_draw(struct canvas pane, const struct compare *c)
{
	struct buf text = BUF_INIT;
	int name = 12, room = pane.cols - 1 - 3 * STATED_FIGURE - 1, last = pane.rows - 1;
	for (size_t i = 0; i < c->n_stated; i++)
		name = text_cols(c->stated[i].name) > name ? text_cols(c->stated[i].name) : name;
	name = name > STATED_NAME_MAX ? STATED_NAME_MAX : name;
	name = name > room ? room : name;
	int a = 1 + name + STATED_FIGURE, b = a + STATED_FIGURE, delta = b + STATED_FIGURE;
	canvas_putc(pane, 0, 1, name, ROLE_HEADING, "stated");
	canvas_put_right(pane, 0, a - 8, 8, ROLE_HEADING, STR_LIT("A"));
	canvas_put_right(pane, 0, b - 8, 8, ROLE_HEADING, STR_LIT("B"));
	canvas_put_right(pane, 0, delta - 8, 8, ROLE_HEADING, STR_LIT("B−A"));
	for (size_t i = 0; i < c->n_stated; i++) {
		const struct compare_stated *s = &c->stated[i];
		int row = 1 + (int)i;
		if (row == last && i + 1 < c->n_stated) {
			canvas_printf(pane, row, 1, -1, ROLE_DIM, "and %zu more: spoor compare A B shows all",
			              c->n_stated - i);
			break;
		}
		canvas_put(pane, row, 1, name, ROLE_TEXT, s->name);
		figure_words(&text, FIGURE_SCORE, s->a, pane.grid->ascii);
		put_figure(pane, row, a, ROLE_TEXT, &text);
		figure_words(&text, FIGURE_SCORE, s->b, pane.grid->ascii);
		put_figure(pane, row, b, ROLE_TEXT, &text);
		difference_words(&text, FIGURE_SCORE, s->b - s->a, pane.grid->ascii);
		put_figure(pane, row, delta, ROLE_TEXT, &text);
	}
	buf_done(&text);
}
