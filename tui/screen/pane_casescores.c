/* What the judges said of a case, and its figures: values, why, and differences between both sides. */
#include <math.h>

#include "tui/screen/pane_casetabs.h"

enum { FIGURE = 14 /* columns of a figure */ };

/* ---------------------------------------------------------------- scores */

void casescores_add(struct flow *f, const struct score *score, bool why, bool ascii)
{
	struct buf out = BUF_INIT;
	if (!score) {
		flow_addc(f, ROLE_DIM, ascii ? "-" : "–");
		return;
	}
	int outcome = score_outcome(score->pass, score->label);
	enum role role = outcome < 0 ? ROLE_TEXT : score_role(outcome);
	if (outcome >= 0)
		buf_printf(&out, "%s ", score_mark(outcome, ascii));
	if (!IS_UNKNOWN(score->value))
		units_score(&out, score->value);
	if (score->label.len) {
		buf_add_cstr(&out, IS_UNKNOWN(score->value) ? "" : " ");
		buf_add_str(&out, score->label);
	}
	if (!out.len)
		buf_add_cstr(&out, ascii ? "-" : "–");
	flow_add(f, role, buf_str(&out));
	if (!IS_UNKNOWN(score->threshold)) {
		buf_clear(&out);
		buf_add_cstr(&out, " needs ");
		units_score(&out, score->threshold);
		flow_add(f, ROLE_DIM, buf_str(&out));
	}
	if (why && score->explanation.len) {
		flow_addc(f, ROLE_TEXT, "  ");
		flow_add(f, ROLE_TEXT, score->explanation);
	}
	buf_done(&out);
}

/* "groundedness  judge gpt-4.1" */
static void lay_score_name(struct sheet *s, const struct case_score_pair *p)
{
	const struct score *any = p->b ? p->b : p->a;
	sheet_add(s, ROLE_HEADING, any->name);
	if (any->source != SOURCE_UNKNOWN)
		sheet_printf(s, ROLE_DIM, "  %s", score_source_name(any->source));
	if (any->judge_model.len)
		sheet_printf(s, ROLE_DIM, " " STR_FMT, STR_ARG(str_cut(any->judge_model, 0, 80)));
	if (p->a && p->b && !str_eq(p->a->judge_model, p->b->judge_model))
		sheet_printf(s, ROLE_WARNING, " (A: " STR_FMT ")",
		             STR_ARG(p->a->judge_model.len ? str_cut(p->a->judge_model, 0, 80) : STR_LIT("no judge")));
	if (any->author.len)
		sheet_printf(s, ROLE_DIM, " by " STR_FMT, STR_ARG(str_cut(any->author, 0, 60)));
}

/* Where next to nothing is the same, marks on all the rest would only be in the way of reading. */
static bool is_worth_marking(const struct case_score_pair *p)
{
	size_t same = 0, most = 0;
	for (size_t i = 0; i < p->why.n; i++) {
		same += p->why.ops[i].kind == DIFF_EQUAL ? p->why.ops[i].a_len : 0;
		most += p->why.ops[i].a_len + p->why.ops[i].b_len;
	}
	return p->why.n && same * 6 >= most; /* a third of what both say: equal text counts in both */
}

/* The k-th score beside itself, explanations with their changed words; the same explanation stands there once. */
static void lay_score(struct sheet *s, const struct case_score_pair *p, const struct case_show *show)
{
	bool beside = s->cols >= CASE_BESIDE_COLS;
	int half = beside ? (s->cols - 3) / 2 : s->cols;
	struct flow a = {.cols = half, .ascii = show->ascii},
	            b = {.col = beside ? half + 3 : 0, .cols = half, .ascii = show->ascii};
	bool same = p->why.n > 0 && p->why.n_changes == 0, both = same || is_worth_marking(p);
	lay_score_name(s, p);
	sheet_row(s);
	flow_addc(&a, ROLE_HEADING, "A ");
	casescores_add(&a, p->a, !both, show->ascii);
	flow_addc(&b, ROLE_HEADING, "B ");
	casescores_add(&b, p->b, !both, show->ascii);
	for (int side = 0; side < 2 && both && !same; side++) {
		struct flow *f = side ? &b : &a;
		flow_addc(f, ROLE_TEXT, "  ");
		for (size_t i = 0; i < p->why.n; i++) {
			const struct diff_op *op = &p->why.ops[i];
			if (op->kind == (side ? DIFF_ONLY_A : DIFF_ONLY_B))
				continue;
			casediff_add(f, op->kind,
			             side ? str_cut(p->b->explanation, op->b_at, op->b_len)
			                  : str_cut(p->a->explanation, op->a_at, op->a_len),
			             show->brackets);
		}
	}
	if (beside) {
		flow_lay(s, (struct flow *const[]){&a, &b}, 2, 0);
	} else {
		flow_lay_one(s, &a, 0);
		sheet_row(s);
		flow_lay_one(s, &b, 0);
	}
	if (same && p->b->explanation.len) {
		flow_empty(&a);
		a.cols = s->cols;
		flow_addc(&a, ROLE_DIM, "both: ");
		flow_add(&a, ROLE_TEXT, p->b->explanation);
		sheet_row(s);
		flow_lay_one(s, &a, 0);
	}
	flow_done(&a);
	flow_done(&b);
}

void casescores_lay(struct sheet *s, const struct case_whole *w, const struct case_show *show)
{
	for (size_t i = 0; i < w->n_scores && !sheet_is_full(s); i++) {
		sheet_gap(s);
		sheet_row(s);
		lay_score(s, &w->scores[i], show);
	}
}

/* ---------------------------------------------------------------- figures */

enum figure_kind { FIGURE_DURATION, FIGURE_COST, FIGURE_COUNT, FIGURE_SCORE };

static void figure(struct buf *out, enum figure_kind kind, double d, bool difference, bool ascii)
{
	if (IS_UNKNOWN(d) || isinf(d)) {
		buf_add_cstr(out, ascii ? "-" : "–");
		return;
	}
	if (difference)
		buf_add_cstr(out, d > 0 ? "+" : d < 0 ? (ascii ? "-" : "−") : "");
	d = difference ? fabs(d) : d;
	switch (kind) {
	case FIGURE_DURATION: units_duration(out, d < 9e18 ? (int64_t)llround(d) : INT64_MAX, ascii); break;
	case FIGURE_COST: units_usd(out, d); break;
	case FIGURE_COUNT: units_thousands(out, d < 9e18 ? (int64_t)llround(d) : INT64_MAX); break;
	case FIGURE_SCORE: units_score(out, d); break;
	}
}

static void lay_cell(struct sheet *s, int col, enum role role, struct buf *text)
{
	int cols = text_cols(buf_str(text));
	sheet_column(s, cols < FIGURE ? col + FIGURE - cols : col);
	sheet_add(s, role, arena_str(&s->arena, buf_str(text)));
	buf_clear(text);
}

/* Columns of the names: as wide as the longest score asks for, as long as the figures have room. */
static int name_cols(const struct sheet *s, const struct case_whole *w)
{
	int least = s->cols >= 100 ? 30 : 20, most = s->cols - 3 * FIGURE - 1, cols = least;
	for (size_t i = 0; i < w->repeats.n_scores; i++) {
		int need = text_cols(w->repeats.scores[i]) + 1;
		cols = need > cols ? need : cols;
	}
	return most < least ? least : cols < most ? cols : most;
}

/* A name that is too wide ends with an ellipsis. */
static void lay_name(struct sheet *s, struct str name, int cols, bool ascii)
{
	int used;
	if (text_cols(name) <= cols) {
		sheet_add(s, ROLE_TEXT, arena_str(&s->arena, name));
		return;
	}
	sheet_add(s, ROLE_TEXT, arena_str(&s->arena, str_cut(name, 0, text_fit(name, cols - 1, &used))));
	sheet_addc(s, ROLE_TEXT, ascii ? "~" : "…");
}

/* Name, A, B, B−A; nothing if neither side has it. lower: a rise is worse (no colour where nothing says which way is better). */
static void lay_figure(struct sheet *s, int first, struct str name, enum figure_kind kind, double a, double b,
                       bool lower, bool ascii)
{
	struct buf text = BUF_INIT;
	double by = b - a;
	if (IS_UNKNOWN(a) && IS_UNKNOWN(b))
		return;
	sheet_row(s);
	lay_name(s, name, first - 1, ascii);
	figure(&text, kind, a, false, ascii);
	lay_cell(s, first, ROLE_TEXT, &text);
	figure(&text, kind, b, false, ascii);
	lay_cell(s, first + FIGURE, ROLE_TEXT, &text);
	figure(&text, kind, by, true, ascii);
	lay_cell(s, first + 2 * FIGURE,
	         !lower || !(fabs(by) > 0) ? ROLE_TEXT
	         : by > 0                  ? ROLE_WORSE
	                                   : ROLE_BETTER,
	         &text);
	buf_done(&text);
}

static double count_of(int64_t n)
{
	return n == UNKNOWN_INT ? UNKNOWN_DOUBLE : (double)n;
}

static void lay_figure_head(struct sheet *s, int first, const char *title)
{
	struct buf text = BUF_INIT;
	static const char *const names[] = {"A", "B", "B−A"};
	sheet_addc(s, ROLE_HEADING, title);
	for (int i = 0; i < 3; i++) {
		buf_add_cstr(&text, names[i]);
		lay_cell(s, first + i * FIGURE, ROLE_HEADING, &text);
	}
	buf_done(&text);
}

void casescores_figures(struct sheet *s, const struct case_whole *w, bool ascii)
{
	const struct case_repeat *a = w->a.repeat, *b = w->b.repeat;
	int first = name_cols(s, w);
	lay_figure_head(s, first, w->repeats.a.n > 1 || w->repeats.b.n > 1 ? "these repeats" : "figures");
	lay_figure(s, first, STR_LIT("latency"), FIGURE_DURATION, a ? count_of(a->latency_ns) : UNKNOWN_DOUBLE,
	           b ? count_of(b->latency_ns) : UNKNOWN_DOUBLE, true, ascii);
	lay_figure(s, first, STR_LIT("cost"), FIGURE_COST, a ? a->cost_usd : UNKNOWN_DOUBLE,
	           b ? b->cost_usd : UNKNOWN_DOUBLE, true, ascii);
	lay_figure(s, first, STR_LIT("tokens in"), FIGURE_COUNT, a ? count_of(a->tokens_in) : UNKNOWN_DOUBLE,
	           b ? count_of(b->tokens_in) : UNKNOWN_DOUBLE, true, ascii);
	lay_figure(s, first, STR_LIT("tokens out"), FIGURE_COUNT, a ? count_of(a->tokens_out) : UNKNOWN_DOUBLE,
	           b ? count_of(b->tokens_out) : UNKNOWN_DOUBLE, true, ascii);
	for (size_t i = 0; i < w->repeats.n_scores && !sheet_is_full(s); i++)
		lay_figure(s, first, w->repeats.scores[i], FIGURE_SCORE, a ? a->scores[i] : UNKNOWN_DOUBLE,
		           b ? b->scores[i] : UNKNOWN_DOUBLE, false, ascii);
}

void casescores_means(struct sheet *s, const struct case_whole *w, bool ascii)
{
	const struct case_repeats_side *a = &w->repeats.a, *b = &w->repeats.b;
	int first = name_cols(s, w);
	sheet_gap(s);
	sheet_row(s);
	lay_figure_head(s, first, "mean of repeats");
	lay_figure(s, first, STR_LIT("latency"), FIGURE_DURATION, a->latency_ns, b->latency_ns, true, ascii);
	lay_figure(s, first, STR_LIT("cost"), FIGURE_COST, a->cost_usd, b->cost_usd, true, ascii);
	lay_figure(s, first, STR_LIT("tokens in"), FIGURE_COUNT, a->tokens_in, b->tokens_in, true, ascii);
	lay_figure(s, first, STR_LIT("tokens out"), FIGURE_COUNT, a->tokens_out, b->tokens_out, true, ascii);
	for (size_t i = 0; i < w->repeats.n_scores && !sheet_is_full(s); i++)
		lay_figure(s, first, w->repeats.scores[i], FIGURE_SCORE, a->scores[i], b->scores[i], false, ascii);
}
