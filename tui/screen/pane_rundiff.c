#include "tui/screen/pane_rundiff.h"

#include "tui/screen/pane_case.h"
#include "tui/screen/pane_flow.h"
#include "tui/screen/pane_run.h"

enum { NAME_LEAST = 14, NAME_MOST = 44, VALUE_BYTES = 20000, WORDS_FROM = 16, MARK_COLS = 2 };

/* A letter before each row says what colour says. */
static const char *mark_of(enum run_fact_state state, bool ascii)
{
	switch (state) {
	case RUN_FACT_SAME: return "=";
	case RUN_FACT_DIFFERS: return ascii ? "!" : "≠";
	case RUN_FACT_ONLY_A: return "A";
	case RUN_FACT_ONLY_B: return "B";
	case RUN_FACT_UNKNOWN: return "?";
	}
	return "";
}

static bool is_change(enum run_fact_state state)
{
	return state == RUN_FACT_DIFFERS || state == RUN_FACT_ONLY_A || state == RUN_FACT_ONLY_B;
}

static struct str shown(const struct run_fact *f, struct str value)
{
	bool hash = f->kind == RUN_FACT_PROMPT && value.len >= 32 && str_find_char(value, ' ') == SIZE_MAX;
	return hash ? str_cut(value, 0, 12) : str_cut(value, 0, VALUE_BYTES);
}

/* One side of a fact; of long texts only the changed words are marked. Circumstances are never marked: they always differ. */
static void add_value(struct flow *f, struct sheet *s, const struct run_fact *fact, bool is_b,
                      const struct template_look *look)
{
	struct str a = shown(fact, fact->a), b = shown(fact, fact->b), own = is_b ? b : a;
	bool told = is_change(fact->state) && fact->kind != RUN_FACT_CIRCUMSTANCE;
	if (!own.len) {
		flow_addc(f, ROLE_DIM, fact->state == RUN_FACT_UNKNOWN ? "no file says" : "not said");
		return;
	}
	if (!told) {
		flow_add(f, fact->kind == RUN_FACT_CIRCUMSTANCE ? ROLE_DIM : ROLE_TEXT, own);
		return;
	}
	if (fact->state != RUN_FACT_DIFFERS || a.len < WORDS_FROM || b.len < WORDS_FROM) {
		flow_add(f, is_b ? ROLE_INSERTED : ROLE_DELETED, own);
		return;
	}
	struct diff d = diff_text(&s->arena, a, b, DIFF_WORDS);
	for (size_t i = 0; i < d.n; i++) {
		const struct diff_op *op = &d.ops[i];
		if (op->kind == DIFF_EQUAL)
			flow_add(f, ROLE_TEXT, str_cut(a, op->a_at, op->a_len));
		else if (is_b == (op->kind == DIFF_ONLY_B))
			case_add_change(f, is_b,
			                is_b ? str_cut(b, op->b_at, op->b_len) : str_cut(a, op->a_at, op->a_len),
			                look->brackets);
	}
}

static void lay_fact(struct sheet *s, const struct run_fact *fact, int name_cols, const struct template_look *look)
{
	int half = (s->cols - MARK_COLS - name_cols - 6) / 2;
	struct flow name = {.col = MARK_COLS, .cols = name_cols, .ascii = look->ascii},
	            a = {.col = MARK_COLS + name_cols + 3, .cols = half, .ascii = look->ascii},
	            b = {.col = MARK_COLS + name_cols + 6 + half, .cols = half, .ascii = look->ascii};
	struct flow *const flows[3] = {&name, &a, &b};
	bool quiet = fact->kind == RUN_FACT_CIRCUMSTANCE || !is_change(fact->state);
	sheet_row(s);
	if (sheet_is_full(s))
		return;
	sheet_addc(s, quiet ? ROLE_DIM : ROLE_WARNING, mark_of(fact->state, look->ascii));
	flow_add(&name, quiet ? ROLE_DIM : ROLE_TEXT, fact->name);
	add_value(&a, s, fact, false, look);
	add_value(&b, s, fact, true, look);
	flow_lay(s, flows, 3, look->whole ? 0 : 1);
	flow_done(&name);
	flow_done(&a);
	flow_done(&b);
}

static const char *const headings[N_RUN_FACT_KINDS] = {
    [RUN_FACT_PROMPT] = "prompt",
    [RUN_FACT_SUBJECT] = "what was tested",
    [RUN_FACT_SETTING] = "settings",
    [RUN_FACT_CODE] = "code",
    [RUN_FACT_CIRCUMSTANCE] = "circumstances (no cause by themselves)",
};

static int name_cols_of(const struct run_diff *d, int cols)
{
	int most = cols / 3 < NAME_MOST ? cols / 3 : NAME_MOST, widest = NAME_LEAST;
	for (size_t i = 0; i < d->n; i++) {
		int w = text_cols(d->facts[i].name);
		widest = w > widest ? w : widest;
	}
	return widest < most ? widest : most;
}

static void add_heading(struct sheet *s, const struct run_diff *d, enum run_fact_kind kind, bool any)
{
	sheet_gap(s);
	sheet_row(s);
	sheet_addc(s, ROLE_HEADING, headings[kind]);
	if (kind != RUN_FACT_SETTING)
		return;
	if (!d->has_config_a || !d->has_config_b)
		sheet_printf(s, ROLE_WARNING, "  no file says %s",
		             !d->has_config_a && !d->has_config_b ? "them"
		             : d->has_config_a                    ? "B's"
		                                                  : "A's");
	else
		sheet_printf(s, ROLE_DIM, "  %s%s", any ? "the others are the same" : "none differs",
		             d->cut ? "; more differ than are told here" : "");
}

static void add_side(struct sheet *s, const char *side, enum role role, const struct run_row *run)
{
	struct buf label = BUF_INIT;
	run_label(&label, run);
	sheet_label(s, side);
	sheet_add(s, role, arena_str(&s->arena, buf_str(&label)));
	buf_done(&label);
}

static void add_texts(struct sheet *s, const struct run_diff *d, const struct template_look *look)
{
	sheet_gap(s);
	sheet_row(s);
	sheet_addc(s, ROLE_HEADING, "template");
	sheet_addc(s, ROLE_DIM, "  ");
	struct str words = str_starts(d->prompt_words, "the prompt ") ? str_from(d->prompt_words, 11) : d->prompt_words;
	sheet_wrap(s, d->prompt == RUN_FACT_SAME ? ROLE_DIM : ROLE_TEXT, 10, words, 3);
	bool both = d->text_a.ptr && d->text_b.ptr;
	if (!both && !d->text_a.ptr && !d->text_b.ptr)
		return;
	if (both)
		template_vars_row(s, d->text_a, d->text_b, true, look->ascii);
	sheet_gap(s);
	if (both && d->hunks.places) {
		template_diff_sheet(s, &d->hunks, look);
		return;
	}
	sheet_row(s);
	if (!both) {
		sheet_printf(s, ROLE_DIM, "%s's:", d->text_a.ptr ? "A" : "B");
		sheet_row(s);
	}
	template_sheet(s, d->text_a.ptr ? d->text_a : d->text_b, look);
}

void rundiff_sheet(struct sheet *s, int cols, const struct run_diff *d, const struct template_look *look)
{
	int name_cols;
	sheet_begin(s, cols);
	name_cols = name_cols_of(d, s->cols);
	sheet_row(s);
	sheet_wrap(s, ROLE_TITLE, 0, d->sentence, 0);
	sheet_gap(s);
	add_side(s, "A", ROLE_TEXT, &d->a);
	add_side(s, "B", ROLE_TEXT, &d->b);
	for (int kind = 0; kind < N_RUN_FACT_KINDS; kind++) {
		bool any = false;
		if (kind == RUN_FACT_CIRCUMSTANCE) /* behind all that can be a cause, as it may be long */
			add_texts(s, d, look);
		for (size_t i = 0; i < d->n && !any; i++)
			any = d->facts[i].kind == (enum run_fact_kind)kind;
		if (!any && kind != RUN_FACT_SETTING)
			continue;
		add_heading(s, d, (enum run_fact_kind)kind, any);
		for (size_t i = 0; i < d->n; i++)
			if (d->facts[i].kind == (enum run_fact_kind)kind)
				lay_fact(s, &d->facts[i], name_cols, look);
	}
	template_left_out(s);
}
