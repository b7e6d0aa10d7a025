/* spoor compare A B --prompts: what differs between two runs beside their answers. */
#include "tui/cmd/compare_prompts.h"

#include "store/base/clean.h"
#include "store/query/run_diff.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/hunks_out.h"

enum { NAME_COLS = 28, VALUE_COLS = 36 };

static const char *const headings[N_RUN_FACT_KINDS] = {
    [RUN_FACT_PROMPT] = "prompt",
    [RUN_FACT_SUBJECT] = "what was tested",
    [RUN_FACT_SETTING] = "settings",
    [RUN_FACT_CODE] = "code",
    [RUN_FACT_CIRCUMSTANCE] = "circumstances (no cause by themselves)",
};

static bool has_hunks(const struct run_diff *d)
{
	return d->text_a.ptr && d->text_b.ptr;
}

/* ---------------------------------------------------------------- --json */

static void facts_json(struct jout *j, const struct run_diff *d)
{
	jout_array(j, "facts");
	for (size_t i = 0; i < d->n; i++) {
		const struct run_fact *f = &d->facts[i];
		jout_object(j, NULL);
		jout_cstr(j, "kind", run_fact_kind_name(f->kind));
		jout_str(j, "name", f->name);
		jout_cstr(j, "state", run_fact_state_name(f->state));
		jout_str(j, "a", f->a.len ? f->a : STR_NONE);
		jout_str(j, "b", f->b.len ? f->b : STR_NONE);
		jout_end(j);
	}
	jout_end(j);
}

static void differs_json(struct buf *to, const struct run_diff *d)
{
	struct jout j;
	jout_init(&j, to, false);
	jout_object(&j, NULL);
	jout_object(&j, "a");
	out_members(&j, run_columns, &d->a);
	jout_end(&j);
	jout_object(&j, "b");
	out_members(&j, run_columns, &d->b);
	jout_end(&j);
	jout_object(&j, "differs");
	jout_str(&j, "sentence", d->sentence);
	jout_cstr(&j, "prompt", run_fact_state_name(d->prompt));
	jout_bool(&j, "settings_known", d->has_config_a && d->has_config_b);
	jout_int(&j, "settings_same", d->has_config_a && d->has_config_b ? d->same_settings : UNKNOWN_INT);
	jout_bool(&j, "cut", d->cut);
	facts_json(&j, d);
	jout_str(&j, "text_a", d->text_a);
	jout_str(&j, "text_b", d->text_b);
	hunks_json(&j, "text", has_hunks(d) ? &d->hunks : NULL);
	hunks_vars_json(&j, d->text_a, d->text_b);
	jout_end(&j);
	jout_end(&j);
	buf_add_char(to, '\n');
}

/* ---------------------------------------------------------------- text */

static const char *mark_of(enum run_fact_state state)
{
	switch (state) {
	case RUN_FACT_SAME: return "=";
	case RUN_FACT_DIFFERS: return "!";
	case RUN_FACT_ONLY_A: return "A";
	case RUN_FACT_ONLY_B: return "B";
	case RUN_FACT_UNKNOWN: return "?";
	}
	return "";
}

static struct str value(const struct run_fact *f, struct str v)
{
	return !v.len ? f->state == RUN_FACT_UNKNOWN ? STR_LIT("no file says") : STR_LIT("not said") : out_short(v);
}

static void fact_text(const struct out *o, struct buf *to, const struct run_fact *f)
{
	int cols = o->cols > 0 && o->cols < 104 ? (o->cols - NAME_COLS - 6) / 2 : VALUE_COLS;
	buf_printf(to, "%s ", mark_of(f->state));
	out_cell(o, to, f->name, NAME_COLS, false, false);
	buf_add_cstr(to, "  ");
	out_cell(o, to, value(f, f->a), cols, false, o->cols > 0);
	buf_add_cstr(to, "  ");
	out_text(o, to, value(f, f->b), o->cols > 0 ? cols : 0);
	while (to->len && to->ptr[to->len - 1] == ' ')
		to->ptr[--to->len] = '\0';
	buf_add_char(to, '\n');
}

static void texts_text(const struct out *o, struct buf *to, const struct run_diff *d)
{
	buf_add_cstr(to, "\ntemplate: ");
	out_text(o, to, d->prompt_words, 0);
	buf_add_char(to, '\n');
	if (!has_hunks(d))
		return;
	hunks_vars_text(to, d->text_a, d->text_b, o->ascii);
	if (d->hunks.places) {
		buf_add_char(to, '\n');
		hunks_text(to, &d->hunks, o->ascii);
	}
}

static void differs_text(const struct out *o, struct buf *to, const struct run_diff *d)
{
	clean_print(to, d->sentence, false, o->ascii);
	buf_add_cstr(to, "\nA ");
	out_text(o, to, d->a.name.len ? d->a.name : d->a.text, 0);
	buf_add_cstr(to, "\nB ");
	out_text(o, to, d->b.name.len ? d->b.name : d->b.text, 0);
	buf_add_char(to, '\n');
	for (int kind = 0; kind < N_RUN_FACT_KINDS; kind++) {
		bool any = false;
		for (size_t i = 0; i < d->n; i++) {
			if (d->facts[i].kind != (enum run_fact_kind)kind)
				continue;
			if (!any)
				buf_printf(to, "\n%s\n", headings[kind]);
			any = true;
			fact_text(o, to, &d->facts[i]);
		}
	}
	texts_text(o, to, d);
}

/* ---------------------------------------------------------------- Markdown */

/* What differs and can be a cause; the rest is said by the sentence. */
static void differs_markdown(struct buf *to, const struct run_diff *d)
{
	bool any = false;
	clean_markdown(to, d->sentence);
	buf_add_cstr(to, "\n");
	for (size_t i = 0; i < d->n; i++) {
		const struct run_fact *f = &d->facts[i];
		if (f->kind == RUN_FACT_CIRCUMSTANCE || f->state == RUN_FACT_SAME || f->state == RUN_FACT_UNKNOWN)
			continue;
		if (!any)
			buf_add_cstr(to, "\n| | A | B |\n|---|---|---|\n");
		any = true;
		const struct str cells[] = {f->name, value(f, f->a), value(f, f->b)};
		for (size_t k = 0; k < 3; k++) {
			buf_add_cstr(to, k ? " | " : "| ");
			clean_markdown(to, str_cut(cells[k], 0, 500));
		}
		buf_add_cstr(to, " |\n");
	}
	if (has_hunks(d) && d->hunks.places) {
		buf_add_char(to, '\n');
		hunks_markdown(to, &d->hunks);
	}
}

bool compare_prompts(struct db *db, int64_t a, int64_t b, const struct out *o, struct buf *to, struct err *err)
{
	struct run_diff d;
	bool ok = run_diff_get(db, a, b, o->ascii, &d, err);
	if (ok && o->form == OUT_JSON_)
		differs_json(to, &d);
	else if (ok && o->form == OUT_MARKDOWN)
		differs_markdown(to, &d);
	else if (ok)
		differs_text(o, to, &d);
	run_diff_done(&d);
	return ok;
}
