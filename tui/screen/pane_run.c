#include "tui/screen/pane_run.h"

enum { PROMPT_ROWS = 8, VERSION_BYTES = 24, STATED_ROWS = 12 };

struct str run_name(const struct run_row *run)
{
	return run->name.len ? run->name : run->text;
}

struct str run_model_name(const struct run_row *run)
{
	for (size_t i = run->model.len; i-- > 0;)
		if (run->model.ptr[i] == '/' && i + 1 < run->model.len)
			return str_from(run->model, i + 1);
	return run->model;
}

bool run_says(struct str text, struct str word)
{
	return word.len == 0 || text_find(text, word, 0, true) != SIZE_MAX;
}

bool run_version_is_said(const struct run_row *run)
{
	return run->prompt_version.len > VERSION_BYTES || run_says(run_name(run), run->prompt_version);
}

void run_label(struct buf *out, const struct run_row *run)
{
	buf_add_str(out, run_name(run));
	if (!run_version_is_said(run))
		buf_printf(out, " " STR_FMT, STR_ARG(run->prompt_version));
}

static void add_text_row(struct sheet *s, const char *label, struct str text)
{
	if (!text.len)
		return;
	sheet_label(s, label);
	sheet_wrap(s, ROLE_TEXT, SHEET_LABEL, arena_str(&s->arena, text), 2);
}

static void add_results(struct sheet *s, const struct run_row *row)
{
	/* With repeats these are more than the cases, of which the next row tells. */
	sheet_label(s, row->repeats > 1 ? "results" : "cases");
	if (!row->cases) {
		sheet_addc(s, ROLE_DIM, row->n_stated ? "none here, only what its source states of them" : "none");
		return;
	}
	sheet_count(s, ROLE_TEXT, row->cases);
	sheet_printf(s, ROLE_DIM, "  %lld passed, %lld failed", (long long)row->passed, (long long)row->failed);
	if (row->errored)
		sheet_printf(s, ROLE_ERROR, ", %lld %s", (long long)row->errored,
		             row->errored == 1 ? "error" : "errors");
	if (row->unscored)
		sheet_printf(s, ROLE_DIM, ", %lld without a verdict", (long long)row->unscored);
	if (row->repeats > 1) {
		sheet_label(s, "");
		sheet_printf(s, ROLE_DIM, "%lld cases, up to %lld times each", (long long)row->keys,
		             (long long)row->repeats);
	}
	if (IS_UNKNOWN(row->pass_rate))
		return;
	sheet_label(s, "pass");
	sheet_printf(s, ROLE_TEXT, "%.1f%%", row->pass_rate * 100);
	sheet_printf(s, ROLE_DIM, "  95%% interval %.1f to %.1f%%", row->pass_low * 100, row->pass_high * 100);
}

static void add_scores(struct sheet *s, const struct run_row *row)
{
	for (size_t i = 0; i < row->n_scores && i < 12; i++) {
		struct buf text = BUF_INIT;
		sheet_label(s, i == 0 ? "scores" : "");
		units_score(&text, row->scores[i].mean);
		sheet_printf(s, ROLE_TEXT, "%-6s " STR_FMT, buf_cstr(&text), STR_ARG(row->scores[i].name));
		sheet_printf(s, ROLE_DIM, "  of %lld", (long long)row->scores[i].n);
		buf_done(&text);
	}
	if (row->n_scores > 12) {
		sheet_label(s, "");
		sheet_printf(s, ROLE_DIM, "and %zu more", row->n_scores - 12);
	}
}

static void add_costs(struct sheet *s, const struct run_row *row, bool ascii)
{
	if (row->p50_ns != UNKNOWN_INT) {
		sheet_label(s, "latency");
		sheet_addc(s, ROLE_DIM, "P50 ");
		sheet_duration(s, ROLE_TEXT, row->p50_ns, ascii);
		sheet_addc(s, ROLE_DIM, "  P95 ");
		sheet_duration(s, ROLE_TEXT, row->p95_ns, ascii);
	}
	if (row->tokens_in != UNKNOWN_INT || row->tokens_out != UNKNOWN_INT) {
		sheet_label(s, "tokens");
		sheet_addc(s, ROLE_DIM, "in ");
		sheet_count(s, ROLE_TEXT, row->tokens_in);
		sheet_addc(s, ROLE_DIM, "  out ");
		sheet_count(s, ROLE_TEXT, row->tokens_out);
	}
	if (!IS_UNKNOWN(row->cost_usd)) {
		sheet_label(s, "cost");
		sheet_usd(s, ROLE_TEXT, row->cost_usd);
		if (row->costed > 0) {
			sheet_addc(s, ROLE_DIM, "  ");
			sheet_usd(s, ROLE_TEXT, run_cost_per_case(row));
			sheet_addc(s, ROLE_DIM, " a case");
		}
		if (row->costed < row->cases)
			sheet_printf(s, ROLE_DIM, ", known of %lld", (long long)row->costed);
	}
}

static void add_prompt(struct sheet *s, const struct run_row *row, struct str template)
{
	if (row->prompt.len || row->prompt_version.len) {
		sheet_label(s, "prompt");
		sheet_add(s, ROLE_TEXT, arena_str(&s->arena, row->prompt));
		bool hash = row->prompt_version.len > VERSION_BYTES;
		if (!run_says(row->prompt, row->prompt_version))
			sheet_printf(s, hash ? ROLE_DIM : ROLE_TEXT, "%s" STR_FMT "%s", row->prompt.len ? " " : "",
			             STR_ARG(str_cut(row->prompt_version, 0, hash ? 8 : VERSION_BYTES)),
			             hash ? "…" : "");
	}
	if (!template.len)
		return;
	sheet_gap(s);
	sheet_wrap(s, ROLE_TEXT, 0, arena_str(&s->arena, str_cut(template, 0, 4000)), PROMPT_ROWS);
}

/* What the source says of the run as a whole; of a run without cases all there is. */
static void add_stated(struct sheet *s, const struct run_detail *detail)
{
	for (size_t i = 0; i < detail->n_stated && i < STATED_ROWS; i++) {
		sheet_label(s, i == 0 ? "stated" : "");
		sheet_printf(s, ROLE_TEXT, "%-10.6g " STR_FMT, detail->stated[i].value,
		             STR_ARG(detail->stated[i].name));
	}
	if (detail->n_stated > STATED_ROWS) {
		sheet_label(s, "");
		sheet_printf(s, ROLE_DIM, "and %zu more", detail->n_stated - STATED_ROWS);
	}
}

/* What people say of its answers. */
static void add_people(struct sheet *s, const struct run_verdicts *v)
{
	if (!v->judged)
		return;
	sheet_label(s, "people");
	sheet_printf(s, ROLE_TEXT, "%lld judged: ", (long long)v->judged);
	sheet_printf(s, v->good ? ROLE_OK : ROLE_DIM, "%lld good", (long long)v->good);
	sheet_addc(s, ROLE_DIM, ", ");
	sheet_printf(s, v->bad ? ROLE_ERROR : ROLE_DIM, "%lld bad", (long long)v->bad);
	if (v->unsure) {
		sheet_addc(s, ROLE_DIM, ", ");
		sheet_printf(s, ROLE_WARNING, "%lld unsure", (long long)v->unsure);
	}
}

static void add_same(struct sheet *s, const struct run_detail *detail)
{
	for (size_t i = 0; i < detail->n_same && i < 3; i++) {
		sheet_label(s, i == 0 ? "same as" : "");
		sheet_add(s, ROLE_TEXT, arena_str(&s->arena, detail->same[i]));
	}
}

/* ---------------------------------------------------------------- its place in time */

static void add_figure(struct sheet *s, enum role role, const struct trend_metric *m, double value)
{
	struct buf text = BUF_INIT;
	trend_figure_print(&text, m, value);
	sheet_add(s, role, arena_str(&s->arena, buf_str(&text)));
	buf_done(&text);
}

/* "pass  82.1 to 94.0%  below, drift began here" */
static void add_band(struct sheet *s, const struct trend_metric *m, size_t i)
{
	const struct trend_figure *f = &m->at[i];
	const char *place = trend_place(m, i);
	int side = trend_side(m, i);
	enum role role = side < 0 ? ROLE_WORSE : side > 0 ? ROLE_BETTER : ROLE_TEXT;
	add_figure(s, ROLE_TEXT, m, f->drift.band.low);
	sheet_addc(s, ROLE_DIM, " to ");
	add_figure(s, ROLE_TEXT, m, f->drift.band.high);
	if (!m->is_rate)
		sheet_printf(s, ROLE_DIM, " " STR_FMT, STR_ARG(m->name));
	sheet_printf(s, role, "  %s", place ? place : "");
	if (f->since == i)
		sheet_addc(s, role, ", drift began here");
}

static void add_since(struct sheet *s, const struct trend_series *series, const struct trend_metric *m, size_t i,
                      int64_t now_ns)
{
	struct buf text = BUF_INIT;
	size_t since = m->at[i].since;
	if (since == TREND_NOWHERE || since == i)
		return;
	units_time(&text, series->runs[since].created_ns, now_ns);
	sheet_label(s, "");
	sheet_printf(s, ROLE_DIM, "since the run of " STR_FMT, STR_ARG(buf_str(&text)));
	if (series->runs[since].changed) {
		buf_clear(&text);
		trend_changed_print(&text, series->runs[since].changed);
		sheet_printf(s, ROLE_DIM, ", where changed: " STR_FMT, STR_ARG(buf_str(&text)));
	}
	buf_done(&text);
}

static void add_changed(struct sheet *s, const struct trend_run *run)
{
	struct buf text = BUF_INIT;
	if (run->changed) {
		trend_changed_print(&text, run->changed);
		sheet_label(s, "changed");
		sheet_printf(s, ROLE_WARNING, STR_FMT, STR_ARG(buf_str(&text)));
		sheet_addc(s, ROLE_DIM, ", from the run before it");
	}
	if (!run->counts) {
		sheet_label(s, "trend");
		sheet_addc(s, ROLE_DIM,
		           run->same_as ? "not counted: another export of a run that is"
		                        : "not counted: it has no time");
	}
	buf_done(&text);
}

/* Its bands: of the pass rate, and of the scores that left theirs. */
static void add_trend(struct sheet *s, const struct run_more *more)
{
	if (!more->series || more->at == TREND_NOWHERE)
		return;
	add_changed(s, &more->series->runs[more->at]);
	bool any = false;
	size_t since = TREND_NOWHERE; /* said once for all that share it */
	for (size_t k = 0; k < more->series->n_metrics; k++) {
		const struct trend_metric *m = &more->series->metrics[k];
		if (IS_UNKNOWN(m->at[more->at].drift.band.low) || (k && !trend_side(m, more->at)))
			continue;
		sheet_label(s, any ? "" : "band");
		add_band(s, m, more->at);
		if (!any)
			sheet_printf(s, ROLE_DIM, "  (the %zu runs before)", m->at[more->at].drift.k);
		if (m->at[more->at].since != since)
			add_since(s, more->series, m, more->at, more->now_ns);
		since = m->at[more->at].since;
		any = true;
	}
	if (any && more->shared * 100 < TREND_SHARED_PERCENT) {
		sheet_label(s, "");
		sheet_printf(s, ROLE_WARNING, "shares only %.0f%% of the cases with one of them", more->shared * 100);
	}
}

static void add_share(struct sheet *s, double share, const struct interval *interval)
{
	struct buf text = BUF_INIT;
	units_percent(&text, share);
	sheet_printf(s, ROLE_TEXT, "%5s", buf_cstr(&text));
	buf_done(&text);
	if (!IS_UNKNOWN(interval->low))
		sheet_printf(s, ROLE_DIM, " %.0f-%.0f", interval->low * 100, interval->high * 100);
}

/* At least one of k repeats passes; all k do. */
static void add_pass_k(struct sheet *s, const struct pass_ks *all)
{
	enum { HAT = SHEET_LABEL + 20, CASES = HAT + 20 };
	if (!all->n)
		return;
	sheet_gap(s);
	sheet_label(s, "k of n");
	sheet_addc(s, ROLE_HEADING, "pass@k (any)");
	sheet_column(s, HAT);
	sheet_addc(s, ROLE_HEADING, "pass^k (all)");
	sheet_column(s, CASES);
	sheet_addc(s, ROLE_HEADING, "cases");
	for (size_t i = 0; i < all->n; i++) {
		const struct pass_k *p = &all->rows[i];
		sheet_row(s);
		sheet_printf(s, ROLE_DIM, "%lld", (long long)p->k);
		sheet_column(s, SHEET_LABEL);
		add_share(s, p->at, &p->at_interval);
		sheet_column(s, HAT);
		add_share(s, p->hat, &p->hat_interval);
		sheet_column(s, CASES);
		sheet_printf(s, ROLE_DIM, "%lld", (long long)p->cases);
		if (p->left_out)
			sheet_printf(s, ROLE_DIM, " (%lld have fewer)", (long long)p->left_out);
	}
}

static void add_origin(struct sheet *s, const struct run_row *row)
{
	add_text_row(s, "dataset", row->dataset);
	add_text_row(s, "model", row->model);
	add_text_row(s, "from", row->provider);
	if (row->created_ns != TIME_UNKNOWN) {
		struct buf text = BUF_INIT;
		units_time_full(&text, row->created_ns);
		add_text_row(s, "time", buf_str(&text));
		buf_done(&text);
	}
	add_text_row(s, "file", row->file);
	add_text_row(s, "id", row->text);
}

void run_sheet(struct sheet *s, int cols, const struct run_row *row, const struct run_more *more, bool ascii)
{
	static const struct run_detail unknown = {.n_same = 0};
	const struct run_detail *detail = more->detail ? more->detail : &unknown;
	sheet_begin(s, cols);
	add_text_row(s, "run", run_name(row));
	add_results(s, row);
	add_trend(s, more);
	add_scores(s, row);
	add_people(s, &detail->people);
	add_costs(s, row, ascii);
	if (!row->cases)
		add_stated(s, detail);
	if (more->pass_k)
		add_pass_k(s, more->pass_k);
	sheet_gap(s);
	add_origin(s, row);
	add_same(s, detail);
	sheet_gap(s);
	add_prompt(s, row, detail->prompt_text);
}
