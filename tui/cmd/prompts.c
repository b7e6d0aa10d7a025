/* spoor prompts: the versions of all prompts; one prompt's, with how each scored against the one before; the text of one, or what changed
 * between two. */
#include "store/query/prompts.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/query/compare.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/hunks_out.h"
#include "tui/columns_prompts.h"

enum { COMPARED_MOST = 50 };

/* clang-format off */
static const struct option_row prompts_options[] = {
	{"where", 'w', OPTION_TEXT, "FILTER", "only by runs that match, and versions that have some (spoor help filter)"},
	{"sort", 's', OPTION_TEXT, "COLUMN", "versions in order of a column, not by prompt and time"},
	{"asc", 0, OPTION_FLAG, NULL, "smallest first (text: the default)"},
	{"desc", 0, OPTION_FLAG, NULL, "largest first (figures and times: the default)"},
	{"limit", 'n', OPTION_INT, "N", "at most N versions"},
	{"offset", 0, OPTION_INT, "N", "leave out the first N"},
	{"columns", 'c', OPTION_TEXT, "COLUMN,…", "these columns, by their names in --json"},
	{"csv", 0, OPTION_FLAG, NULL, "the list as CSV; text a spreadsheet would take for a formula gets '"},
	{"csv-raw", 0, OPTION_FLAG, NULL, "the list as CSV, text as it is"},
	{"markdown", 0, OPTION_FLAG, NULL, "the list as a Markdown table; two versions: their differences"},
	{"text", 0, OPTION_FLAG, NULL, "one version: its template alone, as the source has it"},
	{.name = NULL},
};
/* clang-format on */

struct asked {
	struct db *db;
	struct list_opts opts;
	struct arena arena;
	struct prompts data;
	struct buf out;
	size_t prompt;
	size_t a, b; /* versions; SIZE_MAX: not asked for */
};

/* ---------------------------------------------------------------- the list */

/* By prompt, the newest version first. */
static struct prompt_row *rows_of(struct asked *q, size_t *n)
{
	const struct prompts *p = &q->data;
	struct prompt_row *rows = arena_alloc(&q->arena, size_mul(p->n_versions + 1, sizeof *rows));
	*n = 0;
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = p->all[i].first + p->all[i].n; k-- > p->all[i].first;)
			if (q->prompt == SIZE_MAX || q->prompt == i)
				rows[(*n)++] = prompt_row_of(p, &p->versions[k]);
	return rows;
}

static bool print_list(struct asked *q, struct err *err)
{
	size_t n, first, shown;
	struct prompt_row *rows = rows_of(q, &n);
	struct jout j;
	list_sort(&q->opts, rows, n, sizeof *rows, &first, &shown);
	if (q->opts.out.form != OUT_JSON_) {
		bool ok = out_table(&q->opts.out, &q->out, prompt_columns, rows + first, shown, sizeof *rows, err) &&
		          out_flush(&q->out, err);
		if (ok)
			list_more(&q->opts, (int64_t)shown, (int64_t)n, "versions");
		return ok;
	}
	jout_init(&j, &q->out, false);
	jout_object(&j, NULL);
	jout_int(&j, "total", (int64_t)n);
	jout_int(&j, "prompts", (int64_t)q->data.n);
	jout_int(&j, "traces_counted", q->data.calls_read);
	jout_int(&j, "traces_too_large", q->data.unsure);
	jout_array(&j, "versions");
	for (size_t i = first; i < first + shown; i++) {
		jout_object(&j, NULL);
		out_members(&j, prompt_columns, &rows[i]);
		jout_end(&j);
		if (!out_stream(&q->out, err))
			return false;
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&q->out, '\n');
	return out_flush(&q->out, err);
}

/* ---------------------------------------------------------------- one version against the one before */

struct compared {
	bool has, failed, has_pass;
	struct metric_result pass;
	struct str sentence, run_a, run_b;
};

static bool compare_before(struct asked *q, const struct prompt_version *v, struct compared *out, struct err *err)
{
	struct compare c;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE};
	*out = (struct compared){0};
	if (!v->pair_a)
		return true;
	if (!compare_runs(q->db, v->pair_a, v->pair_b, &opts, &c, err)) {
		compare_done(&c);
		return false;
	}
	out->has = true;
	out->failed = c.refused.len > 0;
	out->sentence = arena_str(&q->arena, c.refused.len ? c.refused : c.sentence);
	out->run_a = arena_str(&q->arena, c.a.text);
	out->run_b = arena_str(&q->arena, c.b.text);
	for (size_t i = 0; i < c.n_metrics; i++)
		if (strcmp(c.metrics[i].name, "pass") == 0) {
			out->has_pass = true;
			out->pass = c.metrics[i].result;
		}
	compare_done(&c);
	return true;
}

/* What changed in its text since the version before; false in *has: a text is missing. */
static bool change_since(struct asked *q, const struct prompt_version *v, struct arena *arena, struct hunks *out,
                         bool *has, struct err *err)
{
	struct str a, b;
	const struct prompt_version *before = &q->data.versions[v->before];
	*has = false;
	if (!before->hash.len || !v->hash.len)
		return true;
	if (!prompt_text(q->db, before->id, arena, &a, err) || !prompt_text(q->db, v->id, arena, &b, err))
		return false;
	*out = diff_hunks(arena, a, b);
	*has = true;
	return true;
}

/* ---------------------------------------------------------------- one prompt as JSON */

static void scores_json(struct jout *j, const struct run_score *scores, size_t n)
{
	struct buf object = BUF_INIT;
	buf_add_char(&object, '{');
	for (size_t i = 0; i < n; i++) {
		buf_add_cstr(&object, i ? "," : "");
		clean_json(&object, scores[i].name);
		buf_printf(&object, ":{\"n\":%lld,\"mean\":", (long long)scores[i].n);
		units_double(&object, scores[i].mean);
		buf_add_char(&object, '}');
	}
	buf_add_char(&object, '}');
	jout_raw(j, "scores", buf_str(&object));
	buf_done(&object);
}

static void dataset_json(struct jout *j, const struct prompt_score *s)
{
	jout_object(j, NULL);
	jout_str(j, "dataset", s->dataset);
	jout_int(j, "runs", s->runs);
	jout_int(j, "runs_counted", s->runs_read);
	jout_int(j, "models", s->models);
	jout_int(j, "cases", s->cases);
	jout_double(j, "pass_rate", s->pass_rate);
	jout_double(j, "pass_low", s->pass_low);
	jout_double(j, "pass_high", s->pass_high);
	jout_int(j, "p50_ns", s->p50_ns);
	jout_int(j, "p95_ns", s->p95_ns);
	jout_double(j, "cost_usd_per_case", s->cost_usd);
	scores_json(j, s->scores, s->n_scores);
	jout_end(j);
}

static void compared_json(struct jout *j, const struct compared *c)
{
	if (!c->has) {
		jout_null(j, "compared");
		return;
	}
	jout_object(j, "compared");
	jout_str(j, "a", c->run_a);
	jout_str(j, "b", c->run_b);
	jout_bool(j, "refused", c->failed);
	jout_str(j, "sentence", c->sentence);
	jout_cstr(j, "verdict", c->has_pass ? stat_verdict_name(c->pass.verdict) : NULL);
	jout_int(j, "n", c->has_pass ? (int64_t)c->pass.n : UNKNOWN_INT);
	jout_double(j, "pass_a", c->has_pass ? c->pass.a : UNKNOWN_DOUBLE);
	jout_double(j, "pass_b", c->has_pass ? c->pass.b : UNKNOWN_DOUBLE);
	jout_double(j, "delta", c->has_pass ? c->pass.delta : UNKNOWN_DOUBLE);
	jout_double(j, "low", c->has_pass ? c->pass.low : UNKNOWN_DOUBLE);
	jout_double(j, "high", c->has_pass ? c->pass.high : UNKNOWN_DOUBLE);
	jout_double(j, "p_holm", c->has_pass ? c->pass.p_holm : UNKNOWN_DOUBLE);
	jout_end(j);
}

static void names_json(struct jout *j, const char *key, const struct str *names, size_t n)
{
	jout_array(j, key);
	for (size_t i = 0; i < n; i++)
		jout_str(j, NULL, names[i]);
	jout_end(j);
}

/* with_text: its template, too. */
static bool version_json(struct asked *q, struct jout *j, const struct prompt_version *v, bool compare, bool with_text,
                         struct err *err)
{
	struct prompt_row row = prompt_row_of(&q->data, v);
	struct arena arena = ARENA_INIT;
	struct compared c = {0};
	struct hunks change = {0};
	bool has_change = false;
	bool ok = !compare || compare_before(q, v, &c, err);
	ok = ok && (v->before == SIZE_MAX || !compare || change_since(q, v, &arena, &change, &has_change, err));
	jout_object(j, NULL);
	out_members(j, prompt_columns, &row);
	names_json(j, "called", v->called, v->n_called);
	jout_array(j, "datasets");
	for (size_t i = 0; i < v->n_scores; i++)
		dataset_json(j, &v->scores[i]);
	jout_end(j);
	jout_str(j, "before",
	         v->before == SIZE_MAX ? STR_NONE : prompt_version_name(&q->data.versions[v->before], &arena));
	jout_int(j, "places_changed", has_change ? (int64_t)change.places : UNKNOWN_INT);
	jout_int(j, "words_added", has_change ? change.words_added : UNKNOWN_INT);
	jout_int(j, "words_removed", has_change ? change.words_removed : UNKNOWN_INT);
	compared_json(j, &c);
	if (with_text) {
		struct str text = STR_NONE;
		ok = ok && prompt_text(q->db, v->id, &arena, &text, err);
		jout_str(j, "text", text);
	}
	jout_end(j);
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- one prompt as text */

static void add_times(struct buf *to, const struct prompt_version *v, int64_t now_ns)
{
	struct buf last = BUF_INIT, first = BUF_INIT;
	if (v->first_ns != TIME_UNKNOWN) {
		units_time(&first, v->first_ns, now_ns);
		units_time(&last, v->last_ns, now_ns);
		buf_printf(to, "  %s", buf_cstr(&first));
		if (!str_eq(buf_str(&first), buf_str(&last)))
			buf_printf(to, " to %s", buf_cstr(&last));
	}
	buf_done(&first);
	buf_done(&last);
}

static void add_latency(struct buf *to, int64_t p50, int64_t p95, bool ascii)
{
	if (p50 == UNKNOWN_INT && p95 == UNKNOWN_INT)
		return;
	buf_add_cstr(to, ", P50 ");
	units_duration(to, p50, ascii);
	buf_add_cstr(to, ", P95 ");
	units_duration(to, p95, ascii);
}

static void add_rate(struct buf *to, double rate, double low, double high)
{
	units_percent(to, rate);
	buf_add_cstr(to, " (95% ");
	units_percent(to, low);
	buf_add_cstr(to, " to ");
	units_percent(to, high);
	buf_add_char(to, ')');
}

static void add_means(struct buf *to, const struct run_score *scores, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_printf(to, "%s" STR_FMT " ", i ? ", " : "\n          ", STR_ARG(str_cut(scores[i].name, 0, 60)));
		units_score(to, scores[i].mean);
		buf_printf(to, " (%lld)", (long long)scores[i].n);
	}
}

static void add_score(struct buf *to, const struct prompt_score *s, bool ascii)
{
	buf_add_cstr(to, "\n  scored  ");
	if (IS_UNKNOWN(s->pass_rate))
		buf_add_cstr(to, "no verdicts");
	else
		add_rate(to, s->pass_rate, s->pass_low, s->pass_high);
	buf_printf(to, " on %lld cases of " STR_FMT, (long long)s->cases,
	           STR_ARG(s->dataset.len ? s->dataset : STR_LIT("a dataset without a name")));
	if (s->runs > 1)
		buf_printf(to, ", %lld runs", (long long)s->runs);
	if (s->models > 1)
		buf_printf(to, " of %lld models", (long long)s->models);
	add_latency(to, s->p50_ns, s->p95_ns, ascii);
	if (!IS_UNKNOWN(s->cost_usd)) {
		buf_add_cstr(to, ", ");
		units_usd(to, s->cost_usd);
		buf_add_cstr(to, " a case");
	}
	add_means(to, s->scores, s->n_scores);
}

static void add_calls(struct buf *to, const struct prompt_calls *c, bool ascii)
{
	const struct stats_figures *f = &c->figures;
	if (!c->has_figures)
		return;
	buf_add_cstr(to, "\n  calls   ");
	units_thousands(to, f->n);
	buf_printf(to, ", %lld %s", (long long)f->errors, f->errors == 1 ? "error" : "errors");
	if (f->errors) {
		buf_add_cstr(to, " = ");
		add_rate(to, f->error_rate, f->error_low, f->error_high);
	}
	add_latency(to, f->p50_ns, f->p95_ns, ascii);
	if (f->tokens_in != UNKNOWN_INT || f->tokens_out != UNKNOWN_INT) {
		buf_add_cstr(to, ", tokens in ");
		units_thousands(to, f->tokens_in == UNKNOWN_INT ? 0 : f->tokens_in / f->n);
		buf_add_cstr(to, " out ");
		units_thousands(to, f->tokens_out == UNKNOWN_INT ? 0 : f->tokens_out / f->n);
		buf_add_cstr(to, " and");
	}
	if (!IS_UNKNOWN(f->cost_usd)) {
		buf_add_char(to, ' ');
		(f->cost_estimated ? units_usd_about : units_usd)(to, f->cost_usd / (double)f->n);
		buf_add_cstr(to, " each");
	} else if (to->len > 4 && memcmp(to->ptr + to->len - 4, " and", 4) == 0) {
		to->len -= 4;
		buf_add_cstr(to, " each");
	}
	add_means(to, c->scores, c->n_scores);
	if (c->n_scores)
		buf_add_cstr(to, " on their traces");
}

static void add_compared(struct buf *to, struct asked *q, const struct prompt_version *v, const struct compared *c)
{
	if (v->before == SIZE_MAX)
		return;
	buf_printf(to, "\n  before  " STR_FMT ": ",
	           STR_ARG(prompt_version_name(&q->data.versions[v->before], &q->arena)));
	if (!c->has) {
		buf_add_cstr(to, v->pair_a ? "not compared (--limit)" : "no dataset has runs of both");
		return;
	}
	buf_printf(to, "A; this: B. " STR_FMT, STR_ARG(c->sentence));
	if (!c->has_pass || IS_UNKNOWN(c->pass.delta))
		return;
	buf_add_cstr(to, "\n          pass ");
	units_percent(to, c->pass.a);
	buf_add_cstr(to, " to ");
	units_percent(to, c->pass.b);
	buf_printf(to, ", %+.1fpt", c->pass.delta * 100);
	if (!IS_UNKNOWN(c->pass.low))
		buf_printf(to, " (95%% %+.1f to %+.1f)", c->pass.low * 100, c->pass.high * 100);
	if (!IS_UNKNOWN(c->pass.p_holm))
		buf_printf(to, c->pass.p_holm < 0.0001 ? ", p <0.0001" : ", p %.4f", c->pass.p_holm);
	if (!v->pair_same_model)
		buf_add_cstr(to, "; the runs had different models, too");
}

static bool version_text(struct asked *q, const struct prompt_version *v, bool compare, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct compared c = {0};
	struct hunks change = {0};
	bool has_change = false, ascii = q->opts.out.ascii;
	struct buf raw = BUF_INIT;
	bool ok = !compare || compare_before(q, v, &c, err);
	ok = ok && (v->before == SIZE_MAX || !compare || change_since(q, v, &arena, &change, &has_change, err));
	buf_add_str(&raw, prompt_version_name(v, &arena));
	if (v->label.len && v->hash.len)
		buf_printf(&raw, "  " STR_FMT, STR_ARG(str_cut(v->hash, 0, 12)));
	if (!v->hash.len)
		buf_add_cstr(&raw, "  (no file holds its text)");
	add_times(&raw, v, q->opts.out.now_ns);
	buf_printf(&raw, "  %zu %s, %lld %s", v->n_runs, v->n_runs == 1 ? "run" : "runs", (long long)v->calls.traces,
	           v->calls.traces == 1 ? "trace" : "traces");
	for (size_t i = 0; i < v->n_scores; i++)
		add_score(&raw, &v->scores[i], ascii);
	add_calls(&raw, &v->calls, ascii);
	add_compared(&raw, q, v, &c);
	if (has_change) {
		buf_add_cstr(&raw, "\n  text    ");
		hunks_words(&raw, &change, ascii);
		buf_add_cstr(&raw, " since then");
	}
	buf_add_cstr(&raw, "\n\n");
	clean_print(&q->out, buf_str(&raw), true, ascii);
	buf_done(&raw);
	arena_done(&arena);
	return ok;
}

static bool print_prompt(struct asked *q, struct err *err)
{
	const struct prompt *prompt = &q->data.all[q->prompt];
	bool json = q->opts.out.form == OUT_JSON_, ok = true;
	size_t first = q->opts.offset > (int64_t)prompt->n ? prompt->n : (size_t)q->opts.offset, n = prompt->n - first;
	struct jout j;
	if (q->opts.limit >= 0 && (int64_t)n > q->opts.limit)
		n = (size_t)q->opts.limit;
	if (json) {
		jout_init(&j, &q->out, false);
		jout_object(&j, NULL);
		jout_str(&j, "prompt", prompt->name);
		jout_int(&j, "total", (int64_t)prompt->n);
		jout_array(&j, "versions");
	} else {
		out_text(&q->opts.out, &q->out, prompt_name(prompt), 0);
		buf_printf(&q->out, "  %zu %s\n\n", prompt->n, prompt->n == 1 ? "version" : "versions");
	}
	for (size_t i = 0; ok && i < n; i++) {
		const struct prompt_version *v = &q->data.versions[prompt->first + prompt->n - 1 - first - i];
		bool compare = i < COMPARED_MOST;
		ok = (json ? version_json(q, &j, v, compare, false, err) : version_text(q, v, compare, err)) &&
		     out_stream(&q->out, err);
	}
	if (json) {
		jout_end(&j);
		jout_end(&j);
		buf_add_char(&q->out, '\n');
	} else if (q->out.len > 1) {
		q->out.len--; /* one empty line less at the end */
	}
	return ok && out_flush(&q->out, err);
}

/* ---------------------------------------------------------------- one version, two versions */

static bool print_version(struct asked *q, bool text_alone, struct err *err)
{
	const struct prompt_version *v = &q->data.versions[q->a];
	struct str text;
	struct jout j;
	if (!prompt_text(q->db, v->id, &q->arena, &text, err))
		return false;
	if (text_alone && !text.ptr)
		return err_set(err, ERR_NOT_FOUND, NULL, "no file holds the text of this version");
	if (q->opts.out.form == OUT_JSON_) {
		jout_init(&j, &q->out, false);
		if (!version_json(q, &j, v, true, true, err))
			return false;
		buf_add_char(&q->out, '\n');
		return out_flush(&q->out, err);
	}
	if (text_alone) {
		clean_print(&q->out, text, true, q->opts.out.ascii);
		buf_add_cstr(&q->out, str_ends(text, "\n") ? "" : "\n");
		return out_flush(&q->out, err);
	}
	out_text(&q->opts.out, &q->out, prompt_name(&q->data.all[v->prompt]), 0);
	buf_add_cstr(&q->out, "  ");
	if (!version_text(q, v, true, err))
		return false;
	if (text.ptr) {
		hunks_vars_text(&q->out, text, text, q->opts.out.ascii);
		clean_print(&q->out, text, true, q->opts.out.ascii);
		buf_add_cstr(&q->out, str_ends(text, "\n") ? "" : "\n");
	}
	return out_flush(&q->out, err);
}

static void diff_json_out(struct asked *q, const struct hunks *h, struct str a, struct str b, bool both)
{
	struct jout j;
	const size_t sides[2] = {q->a, q->b};
	jout_init(&j, &q->out, false);
	jout_object(&j, NULL);
	for (int i = 0; i < 2; i++) {
		struct prompt_row row = prompt_row_of(&q->data, &q->data.versions[sides[i]]);
		jout_object(&j, i ? "b" : "a");
		out_members(&j, prompt_columns, &row);
		jout_str(&j, "text", i ? b : a);
		jout_end(&j);
	}
	hunks_json(&j, "diff", both ? h : NULL);
	hunks_vars_json(&j, a, b);
	jout_end(&j);
	buf_add_char(&q->out, '\n');
}

static void add_side(struct asked *q, struct buf *to, const char *side, size_t version)
{
	const struct prompt_version *v = &q->data.versions[version];
	buf_printf(to, "%s " STR_FMT " " STR_FMT, side, STR_ARG(prompt_name(&q->data.all[v->prompt])),
	           STR_ARG(prompt_version_name(v, &q->arena)));
	if (v->label.len && v->hash.len)
		buf_printf(to, "  " STR_FMT, STR_ARG(str_cut(v->hash, 0, 12)));
}

static bool print_diff(struct asked *q, struct err *err)
{
	struct str a, b;
	struct hunks h = {0};
	bool ascii = q->opts.out.ascii, markdown = q->opts.out.form == OUT_MARKDOWN;
	struct buf raw = BUF_INIT;
	if (!prompt_text(q->db, q->data.versions[q->a].id, &q->arena, &a, err) ||
	    !prompt_text(q->db, q->data.versions[q->b].id, &q->arena, &b, err))
		return false;
	bool both = a.ptr && b.ptr;
	if (both)
		h = diff_hunks(&q->arena, a, b);
	if (q->opts.out.form == OUT_JSON_) {
		diff_json_out(q, &h, a, b, both);
		return out_flush(&q->out, err);
	}
	if (!both)
		return err_set(err, ERR_NO_DATA, NULL, "no file holds the text of %s",
		               !a.ptr && !b.ptr ? "either version"
		               : !a.ptr         ? "A"
		                                : "B");
	add_side(q, &raw, "A", q->a);
	buf_add_cstr(&raw, markdown ? ", " : "\n");
	add_side(q, &raw, "B", q->b);
	buf_add_cstr(&raw, markdown ? ": " : "\n");
	hunks_words(&raw, &h, ascii);
	if (markdown)
		clean_markdown(&q->out, buf_str(&raw));
	else
		clean_print(&q->out, buf_str(&raw), true, ascii);
	buf_add_char(&q->out, '\n');
	buf_done(&raw);
	if (!markdown)
		hunks_vars_text(&q->out, a, b, ascii);
	if (h.places) {
		buf_add_char(&q->out, '\n');
		if (markdown)
			hunks_markdown(&q->out, &h);
		else
			hunks_text(&q->out, &h, ascii);
	}
	return out_flush(&q->out, err);
}

/* ---------------------------------------------------------------- the command */

/* "NAME", or "NAME@VERSION" where no prompt is called all of it. */
static bool find_operand(struct asked *q, struct str operand, size_t *prompt, size_t *version, struct err *err)
{
	struct err first = ERR_INIT;
	*version = SIZE_MAX;
	if (prompts_find(&q->data, operand, prompt, &first))
		return true;
	size_t at = operand.len;
	while (at > 0 && operand.ptr[at - 1] != '@')
		at--;
	if (at == 0) {
		*err = first;
		return false;
	}
	return prompts_find(&q->data, str_cut(operand, 0, at - 1), prompt, err) &&
	       prompts_find_version(&q->data, *prompt, str_from(operand, at), version, err);
}

static bool find_operands(struct asked *q, const struct command_line *line, struct err *err)
{
	q->prompt = q->a = q->b = SIZE_MAX;
	if (!line->n_args)
		return true;
	if (!find_operand(q, str_of(line->args[0]), &q->prompt, &q->a, err))
		return false;
	if (line->n_args == 1)
		return true;
	if (line->n_args == 3)
		return prompts_find_version(&q->data, q->prompt, str_of(line->args[1]), &q->a, err) &&
		       prompts_find_version(&q->data, q->prompt, str_of(line->args[2]), &q->b, err);
	if (q->a == SIZE_MAX) /* NAME VERSION */
		return prompts_find_version(&q->data, q->prompt, str_of(line->args[1]), &q->a, err);
	/* NAME@A B, or NAME@A OTHER@B */
	size_t other;
	struct err ignored = ERR_INIT;
	if (prompts_find_version(&q->data, q->prompt, str_of(line->args[1]), &q->b, &ignored))
		return true;
	if (!find_operand(q, str_of(line->args[1]), &other, &q->b, err))
		return false;
	return q->b != SIZE_MAX || err_set(err, ERR_USAGE, NULL, "which version? NAME@VERSION");
}

static bool print_asked(struct asked *q, const struct command_line *line, struct err *err)
{
	bool text = cmd_flag(line, "text"),
	     table = q->opts.out.form == OUT_CSV || q->opts.out.form == OUT_MARKDOWN || q->opts.sort;
	if (text && (q->a == SIZE_MAX || q->b != SIZE_MAX))
		return err_set(err, ERR_USAGE, NULL, "--text is of one version: spoor prompts NAME VERSION --text");
	if (q->b != SIZE_MAX)
		return print_diff(q, err);
	if (q->a != SIZE_MAX)
		return print_version(q, text, err);
	return q->prompt != SIZE_MAX && !table ? print_prompt(q, err) : print_list(q, err);
}

static int prompts_main(const struct command_line *line, struct err *err)
{
	struct asked q = {.arena = ARENA_INIT, .out = BUF_INIT};
	bool ok = list_opts(line, FILTER_RUNS, prompt_columns, &q.arena, &q.opts, err) &&
	          (q.db = cmd_store(line, DB_READ, err)) != NULL && db_begin_read(q.db, err);
	if (ok) {
		ok = prompts_list(q.db, q.opts.filter, -1, &q.data, err) && prompts_uses(q.db, -1, &q.data, err) &&
		     find_operands(&q, line, err) && print_asked(&q, line, err);
		db_end_read(q.db);
	}
	prompts_done(&q.data);
	db_close(q.db);
	buf_done(&q.out);
	arena_done(&q.arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_prompts = {
    .name = "prompts",
    .operands = "[PROMPT [VERSION [VERSION]]]",
    .help = "prompts and their versions: use, scores, cost, changes",
    .more = "Without PROMPT all versions of all prompts. With it how each version scored, what its calls cost, and how "
            "it did\n"
            "against the one before (the newest 50). One VERSION: with its text. Two: what changed; also NAME@A "
            "NAME@B, of\n"
            "different prompts. A version is called by its label, or by the first digits of its text's hash.\n"
            "A version is the name and the text: what sources call it (v13, a commit) are labels; \"dispute v13\" "
            "whose only\n"
            "label is a hash is version v13 of dispute.",
    .over = FILTER_RUNS,
    .columns = prompt_columns,
    .min_args = 0,
    .max_args = 3,
    .options = prompts_options,
    .run = prompts_main,
};
