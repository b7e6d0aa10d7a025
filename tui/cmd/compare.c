/* spoor compare A B: options, figures in words, and --json. How it looks is compare_text.c. */
#include "tui/cmd/compare.h"

#include <math.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/scan.h"
#include "tui/cmd/begins.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/compare_prompts.h"
#include "tui/cmd/histogram.h"
#include "tui/cmd/noise.h"
#include "tui/cmd/review_report.h"
#include "tui/cmd/slices.h"

enum { ROWS_SHOWN = 10 };

/* clang-format off */
static const struct option_row compare_options[] = {
	{"repeats", 0, OPTION_TEXT, "mean|majority", "repeats of a case: their mean (the default), or the majority's verdict"},
	{"margin", 0, OPTION_NUMBER, "X", "the smallest difference that matters, in the metric's own unit"},
	{"where", 'w', OPTION_TEXT, "FILTER", "only cases that match (spoor help filter); the figures stay those of all"},
	{"class", 0, OPTION_TEXT, "CLASS,…", "only these: lost, won, new_errors, changed, same, only_a, only_b"},
	{"sort", 0, OPTION_TEXT, "loss|latency|cost|title|SCORE", "order in a class: loss (default), latency, cost, title or a score's name, the worst first"},
	{"seed", 0, OPTION_INT, "N", "seed of the resampling (the same seed, the same figures)"},
	{"limit", 'n', OPTION_INT, "N", "at most N cases of each class (10); with --json N rows (all)"},
	{"offset", 0, OPTION_INT, "N", "--json: leave out the first N rows"},
	{"begins", 0, OPTION_FLAG, NULL, "where regressions begin: the step at which the lost cases' traces first differ"},
	{"case", 0, OPTION_TEXT, "KEY", "one case whole: its key, the beginning of it, or a part of its title"},
	{"pick", 0, OPTION_TEXT, "A,B", "--case: these repeats of A and of B, from 1 (the pair that tells most)"},
	{"noise", 0, OPTION_FLAG, NULL, "the noise floor: what of it exceeds what a run differs from itself, from repeats"},
	{"prompts", 0, OPTION_FLAG, NULL, "what differs beside the answers: prompt, model, settings, code"},
	{"markdown", 0, OPTION_FLAG, NULL, "for a pull request"},
	SLICE_OPTIONS,
	HISTOGRAM_OPTION,
	{.name = NULL},
};
/* clang-format on */

/* ---------------------------------------------------------------- figures */

static bool is_kind(const struct compare_metric *m, const char *kind)
{
	return strcmp(m->kind, kind) == 0;
}

static int64_t whole(double d)
{
	return IS_UNKNOWN(d) || fabs(d) > 9e18 ? UNKNOWN_INT : (int64_t)llround(d);
}

static void score_figure(struct buf *to, double figure)
{
	char text[40];
	snprintf(text, sizeof text, fabs(figure) < 1000 ? "%.3f" : "%.1f", figure);
	buf_add_cstr(to, strcmp(text, "-0.000") == 0 ? "0.000" : text);
}

void compare_figure(struct buf *to, const struct compare_metric *m, double figure, bool difference, bool ascii)
{
	if (IS_UNKNOWN(figure) || isinf(figure)) {
		buf_add_cstr(to, ascii ? "-" : "–");
		return;
	}
	if (difference && figure > 0)
		buf_add_char(to, '+');
	else if (difference && figure < 0)
		buf_add_cstr(to, ascii ? "-" : "−");
	double size = difference ? fabs(figure) : figure;
	if (is_kind(m, "rate") && difference)
		buf_printf(to, "%.1fpt", size * 100);
	else if (is_kind(m, "rate"))
		units_percent(to, size);
	else if (is_kind(m, "latency"))
		units_duration(to, whole(size), ascii);
	else if (is_kind(m, "cost"))
		units_usd(to, size);
	else
		score_figure(to, size);
}

void compare_plain_figure(struct buf *to, double figure, bool difference, bool ascii)
{
	static const struct compare_metric plain = {.name = "", .kind = "score"};
	compare_figure(to, &plain, figure, difference, ascii);
}

const char *compare_words(const struct compare_metric *m)
{
	switch (m->result.verdict) {
	case METRIC_TOO_FEW: return "too few";
	case METRIC_NO_DIFFERENCE: return "no evidence";
	case METRIC_BETTER: return "better";
	case METRIC_WORSE: return "worse";
	}
	return "";
}

void compare_side_status(struct buf *to, const struct compare_side *s)
{
	if (!s->present) {
		buf_add_char(to, '-');
	} else if (s->scored > 1) {
		buf_printf(to, "%lld/%lld", (long long)s->passes, (long long)s->scored);
	} else {
		switch (s->status) {
		case CASE_PASSED: buf_add_cstr(to, "pass"); break;
		case CASE_FAILED: buf_add_cstr(to, "FAIL"); break;
		case CASE_ERROR: buf_add_cstr(to, "error"); break;
		case CASE_UNSCORED:
		case N_CASE_STATUSES: buf_add_cstr(to, "?"); break;
		}
	}
}

/* A score of 0 or 1 on both sides says no more than passed or failed does: only if no other moved. */
static bool is_yes_or_no(double a, double b)
{
	return fabs(b - a) >= 1 && (a == 0 || b == 0);
}

void compare_moved(struct buf *to, const struct compare *c, const struct compare_row *row, bool ascii)
{
	size_t most = SIZE_MAX;
	double by = 0;
	for (size_t i = 0; row->a.present && row->b.present && row->a.scores && row->b.scores && i < c->n_scores; i++) {
		double move = fabs(row->b.scores[i] - row->a.scores[i]);
		if (is_yes_or_no(row->a.scores[i], row->b.scores[i]))
			move = 1e-9;
		if (move > by) { /* false for NaN */
			by = move;
			most = i;
		}
	}
	if (most == SIZE_MAX)
		return;
	buf_add_str(to, c->scores[most]);
	buf_add_char(to, ' ');
	score_figure(to, row->a.scores[most]);
	buf_add_cstr(to, ascii ? " -> " : " → ");
	score_figure(to, row->b.scores[most]);
}

/* ---------------------------------------------------------------- --json */

void compare_metric_json(struct jout *j, const struct compare_metric *m)
{
	const struct metric_result *r = &m->result;
	jout_object(j, NULL);
	jout_cstr(j, "name", m->name);
	jout_cstr(j, "kind", m->kind);
	jout_int(j, "n", (int64_t)r->n);
	jout_double(j, "a", r->a);
	jout_double(j, "b", r->b);
	jout_double(j, "delta", r->delta);
	jout_double(j, "low", r->low);
	jout_double(j, "high", r->high);
	jout_double(j, "p", r->p);
	jout_double(j, "p_holm", r->p_holm);
	jout_cstr(j, "test", stat_test_name(r->test));
	jout_cstr(j, "verdict", stat_verdict_name(r->verdict));
	jout_bool(j, "lower_is_better", m->lower_is_better);
	jout_double(j, "smallest_detectable", r->smallest_detectable);
	jout_int(j, "cases_needed", r->cases_needed);
	jout_int(j, "cases_more", r->cases_more);
	jout_end(j);
}

static void stated_json(struct jout *j, const struct compare_stated *s)
{
	jout_object(j, NULL);
	jout_str(j, "name", s->name);
	jout_double(j, "a", s->a);
	jout_double(j, "b", s->b);
	jout_double(j, "delta", s->b - s->a);
	jout_end(j);
}

/* Score names come from files and may hold any byte: put together by hand, keys quoted. */
static void scores_json(struct jout *j, const char *key, const struct compare *c, const double *a, const double *b)
{
	struct buf object = BUF_INIT;
	buf_add_char(&object, '{');
	for (size_t i = 0; i < c->n_scores; i++) {
		if (i)
			buf_add_char(&object, ',');
		clean_json(&object, c->scores[i]);
		buf_add_char(&object, ':');
		units_double(&object, !a ? UNKNOWN_DOUBLE : b ? b[i] - a[i] : a[i]);
	}
	buf_add_char(&object, '}');
	jout_raw(j, key, buf_str(&object));
	buf_done(&object);
}

static void side_json(struct jout *j, const char *key, const struct compare *c, const struct compare_side *s)
{
	if (!s->present) {
		jout_null(j, key);
		return;
	}
	jout_object(j, key);
	jout_cstr(j, "status", case_status_name(s->status));
	jout_int(j, "passes", s->passes);
	jout_int(j, "scored", s->scored);
	jout_bool(j, "flaky", s->flaky);
	scores_json(j, "scores", c, s->scores, NULL);
	jout_int(j, "latency_ns", s->latency_ns);
	jout_double(j, "cost_usd", s->cost_usd);
	jout_end(j);
}

static void row_json(struct jout *j, const struct compare *c, const struct compare_row *row)
{
	jout_object(j, NULL);
	jout_str(j, "key", row->key);
	jout_str(j, "title", row->title);
	jout_cstr(j, "class", case_class_name(row->class_));
	side_json(j, "a", c, &row->a);
	side_json(j, "b", c, &row->b);
	if (row->a.present && row->b.present)
		scores_json(j, "delta", c, row->a.scores, row->b.scores);
	else
		jout_null(j, "delta");
	jout_end(j);
}

static void counts_json(struct jout *j, const struct compare *c)
{
	jout_object(j, "cases");
	jout_int(j, "paired", c->paired);
	jout_int(j, "only_a", c->count[CLASS_ONLY_A]);
	jout_int(j, "only_b", c->count[CLASS_ONLY_B]);
	jout_int(j, "improved", c->count[CLASS_IMPROVED]);
	jout_int(j, "regressed", c->count[CLASS_REGRESSED]);
	jout_int(j, "new_errors", c->count[CLASS_NEW_ERROR]);
	jout_int(j, "changed", c->count[CLASS_CHANGED]);
	jout_int(j, "same", c->count[CLASS_SAME]);
	jout_end(j);
}

static void matching_json(struct jout *j, const struct compare_out *o)
{
	if (!o->filter.len) {
		jout_null(j, "filter");
		jout_null(j, "matching");
		return;
	}
	jout_str(j, "filter", buf_str(&o->filter));
	jout_object(j, "matching");
	for (int k = 0; k < N_CLASSES; k++)
		jout_int(j, case_class_name((enum case_class)k), o->view.count[k]);
	jout_end(j);
}

static void repeats_json(struct jout *j, const struct compare *c)
{
	if (!c->repeats.paired) {
		jout_null(j, "repeats");
		return;
	}
	jout_object(j, "repeats");
	jout_int(j, "paired", c->repeats.paired);
	jout_int(j, "improved", c->repeats.improved);
	jout_int(j, "regressed", c->repeats.regressed);
	jout_int(j, "new_errors", c->repeats.new_errors);
	jout_end(j);
}

bool compare_json(struct compare_out *o, struct err *err)
{
	const struct compare *c = &o->c;
	struct jout j;
	jout_init(&j, &o->text, false);
	jout_object(&j, NULL);
	jout_object(&j, "a");
	out_members(&j, run_columns, &c->a);
	jout_end(&j);
	jout_object(&j, "b");
	out_members(&j, run_columns, &c->b);
	jout_end(&j);
	jout_str(&j, "sentence", c->sentence);
	jout_str(&j, "outlook", c->outlook);
	jout_cstr(&j, "paired_by", c->by_input ? "input" : "key");
	counts_json(&j, c);
	repeats_json(&j, c);
	matching_json(&j, o);
	jout_int(&j, "holm", c->holm);
	jout_array(&j, "metrics");
	for (size_t i = 0; i < c->n_metrics; i++)
		compare_metric_json(&j, &c->metrics[i]);
	jout_end(&j);
	jout_array(&j, "stated");
	for (size_t i = 0; i < c->n_stated; i++)
		stated_json(&j, &c->stated[i]);
	jout_end(&j);
	if (o->preferred.pairs)
		review_json_preferred(&j, "preferences", &o->preferred);
	else
		jout_null(&j, "preferences");
	if (o->ask_begins)
		begins_json(&j, &o->begins, c);
	if (o->ask_noise)
		noise_json(&j, &o->noise, c);
	jout_array(&j, "rows");
	for (int64_t i = o->offset; i < (int64_t)o->view.n && (o->limit < 0 || i - o->offset < o->limit); i++) {
		row_json(&j, c, &c->rows[o->view.rows[i]]);
		if (!out_stream(&o->text, err))
			return false;
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&o->text, '\n');
	return true;
}

/* ---------------------------------------------------------------- the command */

static bool read_options(const struct command_line *line, struct compare_out *o, struct compare_opts *opts,
                         struct err *err)
{
	const char *repeats = cmd_option(line, "repeats"), *margin = cmd_option(line, "margin");
	int64_t seed, all;
	out_init(&o->out, line);
	all = o->out.form == OUT_JSON_ ? -1 : ROWS_SHOWN;
	*opts = (struct compare_opts){.margin = UNKNOWN_DOUBLE};
	o->ask_begins = cmd_flag(line, "begins");
	o->ask_noise = cmd_flag(line, "noise");
	if (!cmd_int(line, "seed", 0, &seed, err) || !cmd_int(line, "limit", all, &o->limit, err) ||
	    !cmd_int(line, "offset", 0, &o->offset, err))
		return false;
	opts->seed = (uint64_t)seed;
	opts->majority = repeats && strcmp(repeats, "majority") == 0;
	if (repeats && !opts->majority && strcmp(repeats, "mean") != 0)
		return err_set(err, ERR_USAGE, NULL, "--repeats is mean or majority, not %.60s", repeats);
	if (margin && (!scan_double(str_of(margin), &opts->margin) || opts->margin <= 0))
		return err_set(err, ERR_USAGE, NULL, "--margin is a number above 0, not %.60s", margin);
	if (o->limit < -1 || o->offset < 0)
		return err_set(err, ERR_USAGE, NULL, "--limit and --offset cannot be negative");
	return true;
}

/* "lost,won" as a filter; STR_NONE in: nothing. */
static bool add_classes(struct buf *filter, const char *classes, struct err *err)
{
	struct str rest = str_of(classes ? classes : ""), word;
	struct buf any = BUF_INIT;
	bool ok = true;
	while (ok && rest.len && str_split(&rest, ',', &word)) {
		struct arena arena = ARENA_INIT;
		buf_add_cstr(&any, any.len ? " or class:" : "class:");
		filter_quote(&any, str_trim(word));
		ok = filter_parse(&arena, buf_str(&any), FILTER_PAIRS, 0, NULL) != NULL;
		if (!ok)
			err_set(err, ERR_USAGE, NULL,
			        "--class " STR_FMT ": there are lost, won, new_errors, changed, same, only_a, only_b",
			        STR_ARG(str_cut(word, 0, 60)));
		arena_done(&arena);
	}
	if (ok && any.len)
		buf_printf(filter, str_find(buf_str(&any), STR_LIT(" or ")) == SIZE_MAX ? "%s" : "(%s)",
		           buf_cstr(&any));
	buf_done(&any);
	return ok;
}

/* --class and --where as one filter; o->filter holds it as text. */
static bool read_filter(const struct command_line *line, struct compare_out *o, struct filter **out, struct err *err)
{
	struct filter *where;
	if (!list_filter(line, FILTER_PAIRS, &o->arena, &where, err) ||
	    !add_classes(&o->filter, cmd_option(line, "class"), err))
		return false;
	if (!filter_is_empty(where)) {
		struct buf text = BUF_INIT;
		filter_print(&text, where);
		buf_printf(&o->filter, o->filter.len ? " (%s)" : "%s", buf_cstr(&text));
		buf_done(&text);
	}
	*out = filter_parse(&o->arena, arena_str(&o->arena, buf_str(&o->filter)), FILTER_PAIRS, cmd_now_ns(), NULL);
	return *out || err_set(err, ERR_USAGE, NULL, "--where and --class together are too long");
}

/* What of the comparison is printed. */
static bool choose(struct db *db, const struct command_line *line, const struct filter *filter, struct compare_out *o,
                   struct err *err)
{
	o->order = (struct compare_order){.by = BY_LOSS};
	const char *sort = cmd_option(line, "sort");
	return (!sort || compare_order_named(&o->c, str_of(sort), &o->order, err)) &&
	       compare_view(db, &o->c, filter, &o->order, &o->view, err);
}

/* What is printed in place of the comparison. */
static bool has_own_answer(const struct command_line *line)
{
	return cmd_flag(line, "prompts") || slices_asked(line) || cmd_option(line, "histogram");
}

static bool prefer(struct db *db, struct compare_out *o, struct err *err)
{
	struct block_cache *blocks = block_cache_new(db);
	bool ok = agreement_prefer(db, blocks, o->c.a.id, o->c.b.id, &o->arena, &o->preferred, err);
	block_cache_free(blocks);
	return ok;
}

static bool compare(struct db *db, const struct command_line *line, const struct compare_opts *opts,
                    struct compare_out *o, struct err *err)
{
	int64_t a, b;
	struct filter *filter;
	if (!read_filter(line, o, &filter, err) || !runs_find(db, str_of(line->args[0]), &a, err) ||
	    !runs_find(db, str_of(line->args[1]), &b, err))
		return false;
	if (cmd_flag(line, "prompts"))
		return compare_prompts(db, a, b, &o->out, &o->text, err);
	if (slices_asked(line))
		return slices_print(db, a, b, line, opts, &o->out, err);
	if (cmd_option(line, "histogram"))
		return histogram_print(db, a, b, cmd_option(line, "histogram"), &o->out, err);
	if (!compare_runs(db, a, b, opts, &o->c, err))
		return false;
	if (o->c.refused.len && !o->c.n_stated)
		return err_set(err, ERR_NO_DATA, NULL, STR_FMT, STR_ARG(o->c.refused));
	return choose(db, line, filter, o, err) && prefer(db, o, err) &&
	       (!o->ask_begins || begins_of(db, &o->c, (struct begins_most){0}, &o->begins, err)) &&
	       (!o->ask_noise || noise_of(db, &o->c, &o->noise, err));
}

static bool print(struct compare_out *o, struct err *err)
{
	if (o->out.form == OUT_JSON_)
		return compare_json(o, err);
	if (o->out.form == OUT_MARKDOWN)
		compare_markdown(o);
	else
		compare_text(o);
	return true;
}

static int compare_main(const struct command_line *line, struct err *err)
{
	struct compare_out o = {.text = BUF_INIT, .filter = BUF_INIT, .arena = ARENA_INIT};
	struct compare_opts opts;
	struct db *db = NULL;
	if (cmd_option(line, "case"))
		return compare_case_main(line, err);
	bool ok = read_options(line, &o, &opts, err) && (db = cmd_store(line, DB_READ, err)) != NULL &&
	          db_begin_read(db, err);
	if (ok) {
		ok = compare(db, line, &opts, &o, err);
		db_end_read(db);
	}
	ok = ok && (has_own_answer(line) || print(&o, err)) && out_flush(&o.text, err);
	db_close(db);
	compare_done(&o.c);
	compare_view_done(&o.view);
	buf_done(&o.filter);
	arena_done(&o.arena);
	begins_done(&o.begins);
	noise_done(&o.noise);
	buf_done(&o.text);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_compare = {
    .name = "compare",
    .operands = "A B",
    .help = "what got better and worse between two runs, or is noise",
    .more = "A is the baseline, B the candidate: each " RUN_NAMES ".\n"
            "Cases are paired by their key. The answer does not change the exit code: that is 0 whoever won.",
    .over = FILTER_PAIRS,
    .min_args = 2,
    .max_args = 2,
    .options = compare_options,
    .run = compare_main,
};
