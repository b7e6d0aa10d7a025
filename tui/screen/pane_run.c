#include "tui/screen/pane_run.h"

enum { PROMPT_ROWS = 8, VERSION_BYTES = 24, STATED_ROWS = 12 };

struct str run_name(const struct run_row *run)
{
	return run->name.len ? run->name : run->text;
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
	sheet_label(s, "cases");
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
		if (row->cases > 0) {
			sheet_addc(s, ROLE_DIM, "  ");
			sheet_usd(s, ROLE_TEXT, row->cost_usd / (double)row->cases);
			sheet_addc(s, ROLE_DIM, " a case");
		}
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

static void add_same(struct sheet *s, const struct run_detail *detail)
{
	for (size_t i = 0; i < detail->n_same && i < 3; i++) {
		sheet_label(s, i == 0 ? "same as" : "");
		sheet_add(s, ROLE_TEXT, arena_str(&s->arena, detail->same[i]));
	}
}

void run_sheet(struct sheet *s, int cols, const struct run_row *row, const struct run_detail *detail, bool ascii)
{
	static const struct run_detail unknown = {.n_same = 0};
	if (!detail)
		detail = &unknown;
	sheet_begin(s, cols);
	add_text_row(s, "run", run_name(row));
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
	add_same(s, detail);
	sheet_gap(s);
	add_results(s, row);
	add_scores(s, row);
	add_costs(s, row, ascii);
	if (!row->cases)
		add_stated(s, detail);
	sheet_gap(s);
	add_prompt(s, row, detail->prompt_text);
}
