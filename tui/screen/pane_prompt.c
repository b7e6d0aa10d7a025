/* One version of a prompt on a sheet: where it was used, how it scored, what it costs, what changed in its text. */
#include "store/base/units.h"
#include "tui/screen/pane_prompts.h"

enum { DATASETS_SHOWN = 4, SCORES_SHOWN = 8, CALLED_SHOWN = 3 };

static void add_percent(struct sheet *s, enum role role, double share)
{
	struct buf text = BUF_INIT;
	units_percent(&text, share);
	sheet_add(s, role, arena_str(&s->arena, buf_str(&text)));
	buf_done(&text);
}

static void add_rate(struct sheet *s, double rate, double low, double high)
{
	add_percent(s, ROLE_TEXT, rate);
	sheet_printf(s, ROLE_DIM, " (95%% %.1f to %.1f)", low * 100, high * 100);
}

static void add_latency(struct sheet *s, int64_t p50, int64_t p95, bool ascii)
{
	if (p50 == UNKNOWN_INT && p95 == UNKNOWN_INT)
		return;
	sheet_addc(s, ROLE_DIM, "P50 ");
	sheet_duration(s, ROLE_TEXT, p50, ascii);
	sheet_addc(s, ROLE_DIM, "  P95 ");
	sheet_duration(s, ROLE_TEXT, p95, ascii);
}

static void add_means(struct sheet *s, const char *label, const struct run_score *scores, size_t n)
{
	struct buf line = BUF_INIT;
	for (size_t i = 0; i < n && i < SCORES_SHOWN; i++) {
		buf_printf(&line, "%s" STR_FMT " ", i ? ", " : "", STR_ARG(str_cut(scores[i].name, 0, 60)));
		units_score(&line, scores[i].mean);
		buf_printf(&line, " (%lld)", (long long)scores[i].n);
	}
	if (n > SCORES_SHOWN)
		buf_printf(&line, ", and %zu more", n - SCORES_SHOWN);
	if (line.len) {
		sheet_label(s, label);
		sheet_wrap(s, ROLE_DIM, SHEET_LABEL, arena_str(&s->arena, buf_str(&line)), 4);
	}
	buf_done(&line);
}

static void add_seen(struct sheet *s, const struct prompt_sheet_of *of)
{
	const struct prompt_version *v = of->version;
	struct buf text = BUF_INIT;
	sheet_label(s, "used");
	if (v->first_ns != TIME_UNKNOWN) {
		struct buf last = BUF_INIT;
		units_time(&text, v->first_ns, of->now_ns);
		units_time(&last, v->last_ns, of->now_ns);
		if (!str_eq(buf_str(&text), buf_str(&last)))
			buf_printf(&text, " to %s", buf_cstr(&last));
		buf_add_cstr(&text, "  ");
		buf_done(&last);
	}
	buf_printf(&text, "in %zu %s", v->n_runs, v->n_runs == 1 ? "run" : "runs");
	if (of->data->has_uses)
		buf_printf(&text, ", %lld %s", (long long)v->calls.traces, v->calls.traces == 1 ? "trace" : "traces");
	sheet_add(s, ROLE_TEXT, arena_str(&s->arena, buf_str(&text)));
	buf_done(&text);
}

static void add_called(struct sheet *s, const struct prompt_sheet_of *of)
{
	const struct prompt_version *v = of->version;
	struct str name = of->data->all[v->prompt].name;
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < v->n_called && i < CALLED_SHOWN; i++) {
		struct str called = str_cut(v->called[i], 0, str_find_char(v->called[i], '\n'));
		if (!str_eq(v->called[i], name))
			buf_printf(&text, "%s\"" STR_FMT "\"", text.len ? ", " : "", STR_ARG(called));
	}
	if (text.len) {
		sheet_label(s, "called");
		sheet_add(s, ROLE_TEXT, arena_str(&s->arena, buf_str(&text)));
		sheet_addc(s, ROLE_DIM, " in its files");
	}
	buf_done(&text);
}

static void add_score(struct sheet *s, const struct prompt_score *score, bool ascii)
{
	sheet_label(s, "scored");
	if (IS_UNKNOWN(score->pass_rate)) {
		sheet_printf(s, ROLE_DIM, "no verdicts on %lld cases of ", (long long)score->cases);
	} else {
		add_rate(s, score->pass_rate, score->pass_low, score->pass_high);
		sheet_printf(s, ROLE_TEXT, " of %lld cases of ", (long long)score->cases);
	}
	sheet_add(s, ROLE_TEXT, score->dataset.len ? score->dataset : STR_LIT("a dataset without a name"));
	bool costs = !IS_UNKNOWN(score->cost_usd), times = score->p50_ns != UNKNOWN_INT;
	if (costs || times || score->runs > 1)
		sheet_label(s, "");
	add_latency(s, score->p50_ns, score->p95_ns, ascii);
	if (costs) {
		sheet_addc(s, ROLE_DIM, times ? "  " : "");
		sheet_usd(s, ROLE_TEXT, score->cost_usd);
		sheet_addc(s, ROLE_DIM, " a case");
	}
	if (score->runs > 1)
		sheet_printf(s, ROLE_DIM, "%s%lld runs", costs || times ? "  " : "", (long long)score->runs);
	if (score->models > 1)
		sheet_printf(s, ROLE_WARNING, " of %lld models together", (long long)score->models);
	if (score->runs_read < score->runs)
		sheet_addc(s, ROLE_WARNING, ", the newest counted so far");
	add_means(s, "", score->scores, score->n_scores);
}

static void add_calls(struct sheet *s, const struct prompt_sheet_of *of)
{
	const struct prompt_calls *c = &of->version->calls;
	const struct stats_figures *f = &c->figures;
	if (!c->has_figures)
		return;
	sheet_label(s, "calls");
	sheet_count(s, ROLE_TEXT, f->n);
	sheet_printf(s, f->errors ? ROLE_ERROR : ROLE_DIM, "  %lld %s", (long long)f->errors, f->errors == 1 ? "error" : "errors");
	if (f->errors) {
		sheet_addc(s, ROLE_DIM, " ");
		add_rate(s, f->error_rate, f->error_low, f->error_high);
	}
	sheet_addc(s, ROLE_DIM, "  ");
	add_latency(s, f->p50_ns, f->p95_ns, of->look.ascii);
	bool tokens = f->tokens_in != UNKNOWN_INT || f->tokens_out != UNKNOWN_INT;
	if (tokens || !IS_UNKNOWN(f->cost_usd))
		sheet_label(s, "");
	if (tokens) {
		sheet_addc(s, ROLE_DIM, "tokens a call: in ");
		sheet_count(s, ROLE_TEXT, f->tokens_in == UNKNOWN_INT ? 0 : f->tokens_in / f->n);
		sheet_addc(s, ROLE_DIM, " out ");
		sheet_count(s, ROLE_TEXT, f->tokens_out == UNKNOWN_INT ? 0 : f->tokens_out / f->n);
		sheet_addc(s, ROLE_DIM, "  ");
	}
	if (!IS_UNKNOWN(f->cost_usd)) {
		sheet_cost(s, ROLE_TEXT, f->cost_usd / (double)f->n, f->cost_estimated);
		sheet_addc(s, ROLE_DIM, " a call, ");
		sheet_cost(s, ROLE_TEXT, f->cost_usd, f->cost_estimated);
		sheet_addc(s, ROLE_DIM, " in all");
	}
	if (of->data->calls_read < of->data->calls_of)
		sheet_printf(s, ROLE_WARNING, "  of the newest %lld of %lld traces", (long long)of->data->calls_read,
		             (long long)of->data->calls_of);
	add_means(s, "", c->scores, c->n_scores);
	if (c->n_scores)
		sheet_addc(s, ROLE_DIM, ": scores of their traces");
}

/* "pass 69.6% to 88.8%, +19.2pt (95% +8.8 to +30.4), p 0.0043": over the cases both have, as the comparison says it. */
static void add_pass(struct sheet *s, const struct metric_result *m)
{
	sheet_label(s, "");
	sheet_addc(s, ROLE_DIM, "pass ");
	add_percent(s, ROLE_TEXT, m->a);
	sheet_addc(s, ROLE_DIM, " to ");
	add_percent(s, ROLE_TEXT, m->b);
	sheet_printf(s, ROLE_TEXT, ", %+.1fpt", m->delta * 100);
	if (!IS_UNKNOWN(m->low))
		sheet_printf(s, ROLE_DIM, " (95%% %+.1f to %+.1f)", m->low * 100, m->high * 100);
	if (!IS_UNKNOWN(m->p_holm))
		sheet_printf(s, ROLE_DIM, m->p_holm < 0.0001 ? ", p <0.0001" : ", p %.4f", m->p_holm);
	sheet_printf(s, ROLE_DIM, " of %zu cases both had", m->n);
}

static void add_compared(struct sheet *s, const struct prompt_sheet_of *of)
{
	const struct prompt_version *v = of->version;
	if (v->before == SIZE_MAX)
		return;
	struct str before = prompt_version_name(&of->data->versions[v->before], &s->arena);
	sheet_label(s, "before");
	if (!v->pair_a) {
		sheet_printf(s, ROLE_DIM, STR_FMT "; no dataset has runs of both", STR_ARG(before));
		return;
	}
	if (!of->compared) {
		sheet_printf(s, ROLE_DIM, STR_FMT "; d compares their newest runs", STR_ARG(before));
		return;
	}
	sheet_wrap(s, ROLE_TEXT, SHEET_LABEL,
	           arena_printf(&s->arena, "A " STR_FMT ", B this: " STR_FMT, STR_ARG(before), STR_ARG(of->compared->sentence)), 3);
	if (of->compared->has_pass && !IS_UNKNOWN(of->compared->pass.delta))
		add_pass(s, &of->compared->pass);
	if (!v->pair_same_model) {
		sheet_label(s, "");
		sheet_addc(s, ROLE_WARNING, "these two runs had different models, too");
	}
}

/* ---------------------------------------------------------------- texts */

static void add_change(struct sheet *s, const struct prompt_sheet_of *of)
{
	struct buf words = BUF_INIT;
	hunks_words(&words, &of->texts->hunks, of->look.ascii);
	struct str other = prompt_version_name(of->other, &s->arena);
	sheet_label(s, "text");
	sheet_add(s, ROLE_TEXT, arena_str(&s->arena, buf_str(&words)));
	sheet_printf(s, ROLE_DIM, " between " STR_FMT " and " STR_FMT, STR_ARG(other),
	             STR_ARG(prompt_version_name(of->version, &s->arena)));
	if (of->texts->hunks.coarse)
		sheet_addc(s, ROLE_WARNING, "  (by lines: too long for words)");
	buf_done(&words);
}

static void add_texts(struct sheet *s, const struct prompt_sheet_of *of)
{
	const struct prompt_texts *t = of->texts;
	if (!t)
		return;
	bool two = of->other && t->a && t->text_a.ptr && t->text_b.ptr;
	if (two)
		add_change(s, of);
	if (two)
		template_vars_row(s, t->text_a, t->text_b, true, of->look.ascii);
	else if (t->text_b.ptr)
		template_vars_row(s, t->text_b, STR_NONE, false, of->look.ascii);
	if (!t->text_b.ptr || (of->other && !two)) {
		sheet_label(s, "text");
		sheet_addc(s, ROLE_DIM, !t->text_b.ptr ? "no file holds the text of this version"
		                                       : "no file holds the other's text; this one's is:");
	}
	sheet_gap(s);
	if (two && t->hunks.places && s->cols >= TEMPLATE_SIDES_COLS) {
		sheet_row(s);
		sheet_add(s, ROLE_HEADING, prompt_version_name(of->other, &s->arena));
		sheet_column(s, (s->cols - 3) / 2 + 3);
		sheet_add(s, ROLE_HEADING, prompt_version_name(of->version, &s->arena));
		sheet_row(s);
	}
	if (two && t->hunks.places)
		template_diff_sheet(s, &t->hunks, &of->look);
	else if (t->text_b.ptr)
		template_sheet(s, t->text_b, &of->look);
	else if (two || t->text_a.ptr)
		template_sheet(s, t->text_a, &of->look);
	template_left_out(s);
}

void prompt_sheet(struct sheet *s, int cols, const struct prompt_sheet_of *of)
{
	const struct prompt_version *v = of->version;
	sheet_begin(s, cols);
	sheet_row(s);
	sheet_add(s, ROLE_TITLE, prompt_name(&of->data->all[v->prompt]));
	sheet_addc(s, ROLE_TEXT, "  ");
	sheet_add(s, ROLE_TITLE, prompt_version_name(v, &s->arena));
	if (v->label.len && v->hash.len)
		sheet_printf(s, ROLE_DIM, "  " STR_FMT, STR_ARG(str_cut(v->hash, 0, 8)));
	if (of->facts) {
		add_called(s, of);
		add_seen(s, of);
		for (size_t i = 0; i < v->n_scores && i < DATASETS_SHOWN; i++)
			add_score(s, &v->scores[i], of->look.ascii);
		if (v->n_scores > DATASETS_SHOWN) {
			sheet_label(s, "");
			sheet_printf(s, ROLE_DIM, "and on %zu more datasets (spoor prompts NAME --json)", v->n_scores - DATASETS_SHOWN);
		}
		add_calls(s, of);
		add_compared(s, of);
	}
	add_texts(s, of);
}
