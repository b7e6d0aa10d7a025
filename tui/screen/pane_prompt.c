/* One version of a prompt on a sheet: where it was used, how it scored, what it costs, what changed in its text. */
#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/screen/pane_flow.h"
#include "tui/screen/pane_prompts.h"

enum { DATASETS_SHOWN = 4, SCORES_SHOWN = 8, CALLED_SHOWN = 3, WRAPPED_ROWS = 4 };

/* ---------------------------------------------------------------- rows that wrap behind their label */

static void begin(struct sheet *s, struct flow *f, const char *label, bool ascii)
{
	*f = (struct flow){
	    .col = SHEET_LABEL, .cols = s->cols > SHEET_LABEL + 8 ? s->cols - SHEET_LABEL : 8, .ascii = ascii};
	sheet_label(s, label);
}

static void end(struct sheet *s, struct flow *f)
{
	flow_lay_one(s, f, WRAPPED_ROWS);
	flow_done(f);
}

__attribute__((format(printf, 3, 4))) static void put(struct flow *f, enum role role, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	flow_add(f, role, buf_str(&text));
	buf_done(&text);
}

static void put_percent(struct flow *f, enum role role, double share)
{
	struct buf text = BUF_INIT;
	units_percent(&text, share);
	flow_add(f, role, buf_str(&text));
	buf_done(&text);
}

static void put_rate(struct flow *f, double rate, double low, double high)
{
	put_percent(f, ROLE_TEXT, rate);
	put(f, ROLE_DIM, " (95%% %.1f to %.1f)", low * 100, high * 100);
}

static void put_duration(struct flow *f, const char *label, int64_t ns)
{
	struct buf text = BUF_INIT;
	units_duration(&text, ns, f->ascii);
	flow_addc(f, ROLE_DIM, label);
	flow_add(f, ROLE_TEXT, buf_str(&text));
	buf_done(&text);
}

static void put_latency(struct flow *f, int64_t p50, int64_t p95)
{
	if (p50 == UNKNOWN_INT && p95 == UNKNOWN_INT)
		return;
	put_duration(f, "  P50 ", p50);
	put_duration(f, "  P95 ", p95);
}

static void put_count(struct flow *f, enum role role, int64_t n)
{
	struct buf text = BUF_INIT;
	units_thousands(&text, n);
	flow_add(f, role, buf_str(&text));
	buf_done(&text);
}

static void put_usd(struct flow *f, double usd, bool about)
{
	struct buf text = BUF_INIT;
	(about ? units_usd_about : units_usd)(&text, usd);
	flow_add(f, ROLE_TEXT, buf_str(&text));
	buf_done(&text);
}

static void put_means(struct flow *f, const struct run_score *scores, size_t n)
{
	for (size_t i = 0; i < n && i < SCORES_SHOWN; i++) {
		struct buf text = BUF_INIT;
		units_score(&text, scores[i].mean);
		put(f, ROLE_DIM, "%s" STR_FMT " ", i ? ", " : "", STR_ARG(str_cut(scores[i].name, 0, 60)));
		flow_add(f, ROLE_TEXT, buf_str(&text));
		put(f, ROLE_DIM, " (%lld)", (long long)scores[i].n);
		buf_done(&text);
	}
	if (n > SCORES_SHOWN)
		put(f, ROLE_DIM, ", and %zu more", n - SCORES_SHOWN);
}

/* ---------------------------------------------------------------- facts */

static void add_seen(struct sheet *s, const struct prompt_sheet_of *of)
{
	const struct prompt_version *v = of->version;
	struct flow f;
	begin(s, &f, "used", of->look.ascii);
	if (v->first_ns != TIME_UNKNOWN) {
		struct buf first = BUF_INIT, last = BUF_INIT;
		units_time(&first, v->first_ns, of->now_ns);
		units_time(&last, v->last_ns, of->now_ns);
		flow_add(&f, ROLE_TEXT, buf_str(&first));
		if (!str_eq(buf_str(&first), buf_str(&last)))
			put(&f, ROLE_TEXT, " to %s", buf_cstr(&last));
		flow_addc(&f, ROLE_TEXT, "  ");
		buf_done(&first);
		buf_done(&last);
	}
	put(&f, ROLE_TEXT, "in %zu %s", v->n_runs, v->n_runs == 1 ? "run" : "runs");
	if (of->data->has_uses)
		put(&f, ROLE_TEXT, ", %lld %s", (long long)v->calls.traces, v->calls.traces == 1 ? "trace" : "traces");
	end(s, &f);
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
	struct flow f;
	begin(s, &f, "scored", ascii);
	if (IS_UNKNOWN(score->pass_rate))
		put(&f, ROLE_DIM, "no verdicts on %lld cases of ", (long long)score->cases);
	else {
		put_rate(&f, score->pass_rate, score->pass_low, score->pass_high);
		put(&f, ROLE_TEXT, " of %lld cases of ", (long long)score->cases);
	}
	flow_add(&f, ROLE_TEXT, score->dataset.len ? score->dataset : STR_LIT("a dataset without a name"));
	put_latency(&f, score->p50_ns, score->p95_ns);
	if (!IS_UNKNOWN(score->cost_usd)) {
		flow_addc(&f, ROLE_DIM, "  ");
		put_usd(&f, score->cost_usd, false);
		flow_addc(&f, ROLE_DIM, " a case");
	}
	if (score->runs > 1)
		put(&f, ROLE_DIM, "  %lld runs", (long long)score->runs);
	if (score->models > 1)
		put(&f, ROLE_WARNING, " of %lld models together", (long long)score->models);
	if (score->runs_read < score->runs)
		flow_addc(&f, ROLE_WARNING, ", the newest counted so far");
	end(s, &f);
	if (!score->n_scores)
		return;
	begin(s, &f, "", ascii);
	put_means(&f, score->scores, score->n_scores);
	end(s, &f);
}

static void put_tokens(struct flow *f, const struct stats_figures *figures)
{
	if (figures->tokens_in == UNKNOWN_INT && figures->tokens_out == UNKNOWN_INT)
		return;
	flow_addc(f, ROLE_DIM, "  tokens a call: in ");
	put_count(f, ROLE_TEXT, figures->tokens_in == UNKNOWN_INT ? 0 : figures->tokens_in / figures->n);
	flow_addc(f, ROLE_DIM, " out ");
	put_count(f, ROLE_TEXT, figures->tokens_out == UNKNOWN_INT ? 0 : figures->tokens_out / figures->n);
}

static void add_calls(struct sheet *s, const struct prompt_sheet_of *of)
{
	const struct prompt_calls *c = &of->version->calls;
	const struct stats_figures *figures = &c->figures;
	struct flow f;
	if (!c->has_figures)
		return;
	begin(s, &f, "calls", of->look.ascii);
	put_count(&f, ROLE_TEXT, figures->n);
	put(&f, figures->errors ? ROLE_ERROR : ROLE_DIM, "  %lld %s", (long long)figures->errors,
	    figures->errors == 1 ? "error" : "errors");
	if (figures->errors) {
		flow_addc(&f, ROLE_DIM, " ");
		put_rate(&f, figures->error_rate, figures->error_low, figures->error_high);
	}
	put_latency(&f, figures->p50_ns, figures->p95_ns);
	put_tokens(&f, figures);
	if (!IS_UNKNOWN(figures->cost_usd)) {
		flow_addc(&f, ROLE_DIM, "  ");
		put_usd(&f, figures->cost_usd / (double)figures->n, figures->cost_estimated);
		flow_addc(&f, ROLE_DIM, " a call, ");
		put_usd(&f, figures->cost_usd, figures->cost_estimated);
		flow_addc(&f, ROLE_DIM, " in all");
	}
	if (of->data->calls_read < of->data->calls_of)
		put(&f, ROLE_WARNING, "  of the newest %lld of %lld traces", (long long)of->data->calls_read,
		    (long long)of->data->calls_of);
	end(s, &f);
	if (!c->n_scores)
		return;
	begin(s, &f, "", of->look.ascii);
	put_means(&f, c->scores, c->n_scores);
	flow_addc(&f, ROLE_DIM, ": scores of their traces");
	end(s, &f);
}

/* "pass 69.6% to 88.8%, +19.2pt (95% +8.8 to +30.4), p 0.0043": over the cases both have, as the comparison says it. */
static void add_pass(struct sheet *s, const struct metric_result *m, bool ascii)
{
	struct flow f;
	begin(s, &f, "", ascii);
	flow_addc(&f, ROLE_DIM, "pass ");
	put_percent(&f, ROLE_TEXT, m->a);
	flow_addc(&f, ROLE_DIM, " to ");
	put_percent(&f, ROLE_TEXT, m->b);
	put(&f, ROLE_TEXT, ", %+.1fpt", m->delta * 100);
	if (!IS_UNKNOWN(m->low))
		put(&f, ROLE_DIM, " (95%% %+.1f to %+.1f)", m->low * 100, m->high * 100);
	if (!IS_UNKNOWN(m->p_holm))
		m->p_holm < 0.0001 ? put(&f, ROLE_DIM, ", p <0.0001") : put(&f, ROLE_DIM, ", p %.4f", m->p_holm);
	put(&f, ROLE_DIM, " of %zu cases both had", m->n);
	end(s, &f);
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
		sheet_printf(s, ROLE_DIM, STR_FMT "; %s compares their newest runs", STR_ARG(before), key_now("d"));
		return;
	}
	sheet_wrap(s, ROLE_TEXT, SHEET_LABEL,
	           arena_printf(&s->arena, "A " STR_FMT ", B this: " STR_FMT, STR_ARG(before),
	                        STR_ARG(of->compared->sentence)),
	           3);
	if (of->compared->has_pass && !IS_UNKNOWN(of->compared->pass.delta))
		add_pass(s, &of->compared->pass, of->look.ascii);
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

/* Which text is missing, and whose the one is that stands there. */
static void say_missing(struct sheet *s, const struct prompt_sheet_of *of)
{
	const struct prompt_texts *t = of->texts;
	struct str own = prompt_version_name(of->version, &s->arena);
	struct str other = of->other ? prompt_version_name(of->other, &s->arena) : STR_NONE;
	sheet_label(s, "text");
	if (!t->text_b.ptr && !t->text_a.ptr)
		sheet_addc(s, ROLE_DIM,
		           of->other ? "no file holds either text" : "no file holds the text of this version");
	else if (!t->text_b.ptr)
		sheet_printf(s, ROLE_DIM, "no file holds that of " STR_FMT "; this is " STR_FMT "'s", STR_ARG(own),
		             STR_ARG(other));
	else
		sheet_printf(s, ROLE_DIM, "no file holds that of " STR_FMT "; this is " STR_FMT "'s", STR_ARG(other),
		             STR_ARG(own));
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
	if (!t->text_b.ptr || (of->other && !two))
		say_missing(s, of);
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
			sheet_printf(s, ROLE_DIM, "and on %zu more datasets (spoor prompts NAME --json)",
			             v->n_scores - DATASETS_SHOWN);
		}
		add_calls(s, of);
		add_compared(s, of);
	}
	add_texts(s, of);
}
