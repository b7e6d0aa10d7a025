/* spoor judges [NAME]: each judge against people, against itself, against the length of answers, and what to label next.
 *
 * --json: {"runs", "results", "traces", "runs_left_out", "human_scores", "human_names", "annotations", "annotations_lost", "partial", "judges": [{"name",
 * "model", "source", "all_models", "scores", "answers", "passed", "failed", "unscored", "low", "high", "threshold", "threshold_assumed", "n", "agree",
 * "agreement", "agreement_low", "agreement_high", "by_chance", "kappa", "kappa_low", "kappa_high", "too_few", "rough", "flips", "flipped", "flip_groups",
 * "unlabelled", "disagreements_of", "sentence", "lower_is_better", "humans", "dropped": {"unsure", "tied", "unscored"}, "cells": {"good_passed",
 * "good_failed", "bad_passed", "bad_failed"}, "false_pass": {"rate", "low", "high"}, "false_fail": {…}, "ordinal": {"n", "categories", "kappa", "kappa_low",
 * "kappa_high"}, "best": {"threshold", "agreement"}, "among_people": {"people", "answers", "alpha", "alpha_low", "alpha_high", "too_few"},
 * "identical": {"groups", "flipped", "share", "low", "high", "pairs", "pairs_flipped", "numbers", "spread", "spread_most"}, "length": {"rho", "low", "high",
 * "p", "n", "of", "too_few"}, "plan": [{"more", "half_width"}], "disagreements": [item], "flipped_answers": [item], "next": [item], "others": [{"name",
 * "model", "source", "n", "agree", "agreement", "kappa", "kappa_low", "kappa_high", "both_pass", "only_this_passes", "only_other_passes", "both_fail"}]}]}.
 * An item: {"title", "key", "run", "repeat", "trace", "judge", "verdicts", "value", "threshold", "distance", "spread", "human", "people", "good", "bad",
 * "verdicts_given", "verdicts_passed", "why"}; n: answers that both judged. Shares are 0 … 1; figures that the data do not give are null. */
#include "store/query/judges.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/units.h"
#include "store/db.h"
#include "tui/cmd/cmds.h"

enum { ITEMS_SHOWN = 10, ITEMS_JSON = 100, LABEL_COLS = 10, WRAP_COLS = 100 };

/* clang-format off */
static const struct option_row judges_options[] = {
	{"run", 'r', OPTION_TEXT, "RUN", "only this run, and the traces of its cases"},
	{"model", 'm', OPTION_TEXT, "MODEL", "only judges by a model whose name has this in it"},
	{"human", 0, OPTION_TEXT, "SCORE", "set this human score against every judge"},
	{"threshold", 0, OPTION_NUMBER, "N", "what passes from N on, of scores that do not say so themselves"},
	{"lower", 0, OPTION_FLAG, NULL, "lower is better, of scores that do not say what passes"},
	{"list", 'l', OPTION_TEXT, "next|disagreements|flips|others", "next (to label), disagreements, flips, others: which list is printed, with --csv alone"},
	{"lengths", 0, OPTION_INT, "N", "answers read for their length, of each judge at most (2000; 0: none)"},
	LIST_OPTIONS,
	{.name = NULL},
};
/* clang-format on */

enum list { LIST_NEXT, LIST_DISAGREEMENTS, LIST_FLIPS, LIST_OTHERS, N_LISTS };
static const char *const list_names[N_LISTS] = {"next", "disagreements", "flips", "others"};
static const char *const list_titles[N_LISTS] = {
    "to label next", "disagreements, worst first", "identical answers judged both ways",
    "against other judges (no substitute for people: they can be wrong together)"};

struct report {
	struct list_opts opts;
	struct judges_opts ask;
	struct judges judges;
	struct arena arena;
	struct buf out;
	enum list list;
	bool one_list; /* --list */
	struct str name, model;
};

/* ---------------------------------------------------------------- the command line */

static bool read_list(const struct command_line *line, struct report *r, struct err *err)
{
	struct str word = str_of(cmd_option(line, "list"));
	struct near near = {.word = word};
	struct buf said = BUF_INIT;
	r->one_list = word.ptr != NULL;
	if (!word.ptr)
		return true;
	for (int i = 0; i < N_LISTS; i++) {
		near_try(&near, list_names[i]);
		if (str_is(word, list_names[i])) {
			r->list = (enum list)i;
			return true;
		}
	}
	near_say(&near, &said);
	err_set(err, ERR_USAGE, NULL,
	        "--list: there is no \"" STR_FMT "\"%s; there are next, disagreements, flips, others",
	        STR_ARG(str_cut(word, 0, 40)), buf_cstr(&said));
	buf_done(&said);
	return false;
}

static bool read_number(const struct command_line *line, const char *name, double *out, struct err *err)
{
	const char *text = cmd_option(line, name);
	char *end;
	*out = UNKNOWN_DOUBLE;
	if (!text)
		return true;
	*out = strtod(text, &end);
	if (end == text || *end || !(*out >= -1e300 && *out <= 1e300))
		return err_set(err, ERR_USAGE, NULL, "--%s takes a number, not %.40s", name, text);
	return true;
}

static bool read_where(const struct command_line *line, struct report *r, struct err *err)
{
	struct str text = str_of(cmd_option(line, "where"));
	struct filter_mistake mistake = {0};
	struct buf words = BUF_INIT;
	if (!text.ptr || judges_where(&r->ask, &r->arena, text, r->opts.out.now_ns, &mistake))
		return true;
	filter_mistake_words(&words, &mistake);
	err_set(err, ERR_USAGE, NULL, "--where, column %zu: %s", mistake.column + 1, buf_cstr(&words));
	buf_done(&words);
	return false;
}

static bool read_line(const struct command_line *line, struct report *r, struct err *err)
{
	struct command_line without = *line;
	/* --where may be of cases or of traces: read here. */
	for (int i = 0; judges_options[i].name; i++)
		if (strcmp(judges_options[i].name, "where") == 0)
			without.values[i] = NULL;
	if (!list_opts(&without, FILTER_CASES, judge_columns, &r->arena, &r->opts, err) || !read_list(line, r, err) ||
	    !read_number(line, "threshold", &r->ask.threshold, err) ||
	    !cmd_int(line, "lengths", JUDGES_LENGTHS, &r->ask.lengths, err) || !read_where(line, r, err))
		return false;
	if (r->ask.lengths < 0)
		return err_set(err, ERR_USAGE, NULL, "--lengths cannot be negative");
	r->ask.lower = cmd_flag(line, "lower");
	r->ask.human = str_of(cmd_option(line, "human"));
	r->model = str_of(cmd_option(line, "model"));
	r->name = line->n_args ? str_of(line->args[0]) : STR_NONE;
	/* With --json it is judges that are cut, not what hangs on each. */
	int64_t limit = r->opts.out.form == OUT_JSON_ ? -1 : r->opts.limit;
	r->ask.rows = limit >= 0 ? limit : ITEMS_JSON;
	r->ask.rows = r->ask.rows < 1 ? 1 : r->ask.rows;
	r->ask.next = r->ask.rows < JUDGES_NEXT ? r->ask.rows : JUDGES_NEXT;
	if (limit > JUDGES_NEXT)
		r->ask.next = limit;
	return true;
}

/* ---------------------------------------------------------------- which judges */

static bool is_wanted(const struct report *r, const struct judge *j)
{
	if (r->model.len && str_find(j->model, r->model) == SIZE_MAX)
		return false;
	return !r->name.len || str_ieq(j->name, r->name.ptr);
}

static bool choose(struct report *r, struct err *err)
{
	struct near near = {.word = r->name};
	struct buf said = BUF_INIT;
	size_t n = 0;
	for (size_t i = 0; i < r->judges.n; i++) {
		near_try(&near, arena_str(&r->arena, r->judges.rows[i].name).ptr);
		if (is_wanted(r, &r->judges.rows[i]))
			r->judges.rows[n++] = r->judges.rows[i];
	}
	bool none = n == 0 && (r->name.len || r->model.len);
	r->judges.n = n;
	if (!none)
		return true;
	near_say(&near, &said);
	if (r->name.len)
		err_set(err, ERR_NOT_FOUND, NULL, "there is no judge " STR_FMT "%s", STR_ARG(str_cut(r->name, 0, 60)),
		        buf_cstr(&said));
	else
		err_set(err, ERR_NOT_FOUND, NULL, "there is no judge by " STR_FMT, STR_ARG(str_cut(r->model, 0, 60)));
	buf_done(&said);
	return false;
}

/* ---------------------------------------------------------------- text */

static void print_clean(struct report *r, struct buf *raw)
{
	clean_print(&r->out, buf_str(raw), true, r->opts.out.ascii);
	buf_clear(raw);
}

/* Words of a sentence in lines of at most WRAP_COLS, the next ones below the first. */
static void add_wrapped(struct buf *out, const char *label, struct str text)
{
	size_t used = LABEL_COLS;
	struct str rest = text, word;
	buf_printf(out, "  %-*s", LABEL_COLS - 2, label);
	for (bool first = true; str_split(&rest, ' ', &word); first = false) {
		bool breaks = !first && used + word.len + 1 > WRAP_COLS;
		if (breaks) {
			buf_printf(out, "\n%*s", LABEL_COLS, "");
			used = LABEL_COLS;
		} else if (!first) {
			buf_add_char(out, ' ');
		}
		buf_add_str(out, word);
		used += word.len + !first;
	}
	buf_add_char(out, '\n');
}

static void *rows_of(const struct judge *j, enum list list, size_t *n, size_t *size)
{
	*size = list == LIST_OTHERS ? sizeof *j->others : sizeof *j->next;
	switch (list) {
	case LIST_NEXT: *n = j->n_next; return j->next;
	case LIST_DISAGREEMENTS: *n = j->n_disagreements; return j->disagreements;
	case LIST_FLIPS: *n = j->n_flipped; return j->flipped;
	case LIST_OTHERS: *n = j->n_others; return j->others;
	case N_LISTS: break;
	}
	*n = 0;
	return NULL;
}

static bool print_list(struct report *r, const struct judge *j, enum list list, struct err *err)
{
	static const char *const shown[N_LISTS] = {
	    "title,run,verdicts,value,threshold,why", "title,run,verdicts,value,threshold,distance,people",
	    "title,run,verdicts,value,spread", "name,model,source,n,agree,agreement,kappa,kappa_low,kappa_high"};
	/* With what names the answer: somebody labels it elsewhere. */
	static const char *const tables[N_LISTS] = {
	    "title,key,run,repeat,trace,judge,value,threshold,why",
	    "title,key,run,repeat,trace,judge,value,threshold,distance,human,good,bad",
	    "title,key,run,repeat,trace,verdicts_given,verdicts_passed,value,spread",
	    "name,model,source,n,agree,agreement,kappa,kappa_low,kappa_high"};
	size_t n, size;
	BUG_ON(list >= N_LISTS);
	void *rows = rows_of(j, list, &n, &size);
	struct out out = r->opts.out;
	if (out.form == OUT_TEXT) {
		int64_t most = r->opts.limit >= 0 ? r->opts.limit : ITEMS_SHOWN;
		size_t all = list == LIST_DISAGREEMENTS ? (size_t)j->disagreements_of
		             : list == LIST_FLIPS       ? (size_t)j->flips.flipped
		                                        : n;
		if (!n)
			return true;
		n = n < (size_t)most ? n : (size_t)most;
		buf_printf(&r->out, "\n  %s", list_titles[list]);
		if (n < all)
			buf_printf(&r->out, " (%zu of %zu)", n, all);
		buf_add_char(&r->out, '\n');
	}
	if (!out.only)
		out.only = out.form == OUT_CSV || out.form == OUT_MARKDOWN ? tables[list] : shown[list];
	return out_table(&out, &r->out, list == LIST_OTHERS ? judge_other_columns : judge_item_columns, rows, n, size,
	                 err);
}

static bool print_judge(struct report *r, const struct judge *j, struct err *err)
{
	struct judge_fact facts[JUDGE_FACTS];
	struct arena arena = ARENA_INIT;
	struct buf raw = BUF_INIT;
	buf_add_cstr(&raw, "\n");
	judge_print_name(&raw, j);
	buf_printf(&raw, "%s\n",
	           j->by == SOURCE_JUDGE  ? ""
	           : j->by == SOURCE_CODE ? "  (code)"
	                                  : "  (source not said)");
	size_t n = judge_facts(j, &arena, facts);
	for (size_t i = 0; i < n; i++)
		add_wrapped(&raw, facts[i].label, facts[i].text);
	print_clean(r, &raw);
	buf_done(&raw);
	arena_done(&arena);
	bool ok = true;
	static const enum list order[] = {LIST_DISAGREEMENTS, LIST_FLIPS, LIST_OTHERS, LIST_NEXT};
	for (size_t i = 0; ok && i < N_LISTS; i++)
		if (!r->one_list || order[i] == r->list)
			ok = print_list(r, j, order[i], err);
	return ok;
}

static void print_head(struct report *r)
{
	const struct judges *j = &r->judges;
	struct buf raw = BUF_INIT;
	buf_printf(&raw, "%zu judges; ", (size_t)j->n_judges);
	units_thousands(&raw, j->results);
	buf_printf(&raw, " case results of %lld runs, ", (long long)j->runs);
	units_thousands(&raw, j->traces);
	buf_add_cstr(&raw, " traces with scores\n");
	if (j->human_scores + j->annotations == 0)
		buf_add_cstr(
		    &raw,
		    "no human verdict here: import scores that people gave; what a judge can be held to without is "
		    "below\n");
	else
		buf_printf(&raw, "human scores: " STR_FMT "%s; verdicts given in spoor: %lld", STR_ARG(j->human_names),
		           j->human_names.len ? "" : "none", (long long)j->annotations);
	if (j->annotations_lost)
		buf_printf(&raw, " (%lld of answers that are not here)", (long long)j->annotations_lost);
	buf_add_cstr(&raw, raw.ptr[raw.len - 1] == '\n' ? "" : "\n");
	if (j->twice)
		buf_printf(&raw, "%lld runs left out: the same results and scores as another, exported again\n",
		           (long long)j->twice);
	if (j->more)
		buf_printf(&raw, "only the first %d scores and %d judges were read\n", JUDGES_SCORES, JUDGES_MOST);
	print_clean(r, &raw);
	buf_done(&raw);
}

static bool print_text(struct report *r, struct err *err)
{
	const struct judges *j = &r->judges;
	bool text = r->opts.out.form == OUT_TEXT, ok = true;
	if (!text && (r->one_list || r->name.len)) {
		if (j->n != 1 && !(j->n && j->rows[0].all_models))
			return err_set(
			    err, ERR_USAGE, NULL,
			    "a table of answers is of one judge: give its name, and --model where there are several");
		r->opts.out.no_head = false;
		return print_list(r, &j->rows[0], r->list, err) && out_flush(&r->out, err);
	}
	if (text)
		print_head(r);
	if (!j->n) {
		if (text)
			buf_add_cstr(&r->out, "no scores of judges or evaluators here\n");
		else /* a table of no rows has its head */
			ok = out_table(&r->opts.out, &r->out, judge_columns, j->rows, 0, sizeof *j->rows, err);
		return ok && out_flush(&r->out, err);
	}
	if (!r->name.len) {
		size_t first, n;
		buf_add_cstr(&r->out, text ? "\n" : "");
		list_sort(&r->opts, j->rows, j->n, sizeof *j->rows, &first, &n);
		ok = out_table(&r->opts.out, &r->out, judge_columns, j->rows + first, n, sizeof *j->rows, err);
		if (text)
			buf_add_cstr(&r->out, "\nspoor judges NAME prints all of one\n");
	} else {
		for (size_t i = 0; ok && i < j->n; i++)
			ok = print_judge(r, &j->rows[i], err);
	}
	return ok && out_flush(&r->out, err);
}

/* ---------------------------------------------------------------- JSON */

static void json_interval(struct jout *j, struct interval i)
{
	jout_double(j, "low", i.low);
	jout_double(j, "high", i.high);
}

static void json_rate(struct jout *j, const char *key, int64_t k, int64_t n, struct interval i)
{
	jout_object(j, key);
	jout_double(j, "rate", n ? (double)k / (double)n : UNKNOWN_DOUBLE);
	json_interval(j, i);
	jout_end(j);
}

static void json_people(struct jout *j, const struct judge *row)
{
	jout_bool(j, "lower_is_better", row->lower);
	jout_str(j, "humans", row->humans.len ? row->humans : STR_NONE);
	jout_object(j, "dropped");
	jout_int(j, "unsure", row->dropped.unsure);
	jout_int(j, "tied", row->dropped.tied);
	jout_int(j, "unscored", row->dropped.unscored);
	jout_end(j);
	jout_object(j, "cells");
	jout_int(j, "good_passed", row->cells[1][1]);
	jout_int(j, "good_failed", row->cells[1][0]);
	jout_int(j, "bad_passed", row->cells[0][1]);
	jout_int(j, "bad_failed", row->cells[0][0]);
	jout_end(j);
	json_rate(j, "false_pass", row->cells[0][1], row->cells[0][0] + row->cells[0][1], row->false_pass);
	json_rate(j, "false_fail", row->cells[1][0], row->cells[1][0] + row->cells[1][1], row->false_fail);
	jout_object(j, "ordinal");
	jout_int(j, "n", row->ordinal_n);
	jout_int(j, "categories", row->ordinal_c);
	jout_double(j, "kappa", row->ordinal_n ? row->ordinal.kappa : UNKNOWN_DOUBLE);
	jout_double(j, "kappa_low", row->ordinal.interval.low);
	jout_double(j, "kappa_high", row->ordinal.interval.high);
	jout_end(j);
	jout_object(j, "best");
	jout_double(j, "threshold", row->best_threshold);
	jout_double(j, "agreement", row->best_agreement);
	jout_end(j);
	jout_object(j, "among_people");
	jout_int(j, "people", row->people);
	jout_int(j, "answers", (int64_t)row->alpha.n_units);
	jout_double(j, "alpha", row->alpha.alpha);
	jout_double(j, "alpha_low", row->alpha.interval.low);
	jout_double(j, "alpha_high", row->alpha.interval.high);
	jout_bool(j, "too_few", row->alpha.too_few);
	jout_end(j);
}

static void json_alone(struct jout *j, const struct judge *row)
{
	const struct judge_flips *f = &row->flips;
	jout_object(j, "identical");
	jout_int(j, "groups", f->groups);
	jout_int(j, "flipped", f->flipped);
	jout_double(j, "share", f->groups ? (double)f->flipped / (double)f->groups : UNKNOWN_DOUBLE);
	json_interval(j, f->share);
	jout_int(j, "pairs", f->pairs);
	jout_int(j, "pairs_flipped", f->pairs_flipped);
	jout_int(j, "numbers", f->numbers);
	jout_double(j, "spread", f->spread);
	jout_double(j, "spread_most", f->most);
	jout_end(j);
	jout_object(j, "length");
	jout_double(j, "rho", row->length.rho);
	json_interval(j, row->length.interval);
	jout_double(j, "p", row->length.p);
	jout_int(j, "n", row->lengths);
	jout_int(j, "of", row->lengths_of);
	jout_bool(j, "too_few", row->length.too_few);
	jout_end(j);
	jout_array(j, "plan");
	for (size_t i = 0; i < JUDGE_PLANS; i++) {
		jout_object(j, NULL);
		jout_int(j, "more", row->plan[i].more);
		jout_double(j, "half_width", row->plan[i].half);
		jout_end(j);
	}
	jout_end(j);
}

static void json_list(struct report *r, struct jout *j, const struct judge *row, enum list list, const char *key)
{
	size_t n, size;
	const char *rows = rows_of(row, list, &n, &size);
	(void)r;
	jout_array(j, key);
	for (size_t i = 0; i < n; i++) {
		jout_object(j, NULL);
		out_members(j, list == LIST_OTHERS ? judge_other_columns : judge_item_columns, rows + i * size);
		jout_end(j);
	}
	jout_end(j);
}

static bool print_json(struct report *r, struct err *err)
{
	const struct judges *all = &r->judges;
	struct jout j;
	bool ok = true;
	size_t first, n;
	list_sort(&r->opts, all->rows, all->n, sizeof *all->rows, &first, &n);
	jout_init(&j, &r->out, false);
	jout_object(&j, NULL);
	jout_int(&j, "runs", all->runs);
	jout_int(&j, "results", all->results);
	jout_int(&j, "traces", all->traces);
	jout_int(&j, "runs_left_out", all->twice);
	jout_int(&j, "human_scores", all->human_scores);
	jout_str(&j, "human_names", all->human_names.len ? all->human_names : STR_NONE);
	jout_int(&j, "annotations", all->annotations);
	jout_int(&j, "annotations_lost", all->annotations_lost);
	jout_bool(&j, "partial", all->more);
	jout_array(&j, "judges");
	for (size_t i = first; ok && i < first + n; i++) {
		const struct judge *row = &all->rows[i];
		jout_object(&j, NULL);
		out_members(&j, judge_figures, row);
		json_people(&j, row);
		json_alone(&j, row);
		json_list(r, &j, row, LIST_DISAGREEMENTS, "disagreements");
		json_list(r, &j, row, LIST_FLIPS, "flipped_answers");
		json_list(r, &j, row, LIST_NEXT, "next");
		json_list(r, &j, row, LIST_OTHERS, "others");
		jout_end(&j);
		ok = out_stream(&r->out, err);
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&r->out, '\n');
	return ok && out_flush(&r->out, err);
}

/* ---------------------------------------------------------------- */

static bool run(const struct command_line *line, struct report *r, struct db *db, struct err *err)
{
	struct str name = str_of(cmd_option(line, "run"));
	if (name.ptr && !runs_find(db, name, &r->ask.runs[0], err))
		return false;
	if (!db_begin_read(db, err))
		return false;
	bool ok = judges_get(db, &r->ask, &r->judges, err);
	db_end_read(db);
	return ok && choose(r, err) && (r->opts.out.form == OUT_JSON_ ? print_json(r, err) : print_text(r, err));
}

static int judges_main(const struct command_line *line, struct err *err)
{
	struct report r = {.out = BUF_INIT, .arena = ARENA_INIT, .judges.arena = ARENA_INIT};
	struct db *db = NULL;
	bool ok = read_line(line, &r, err) && (db = cmd_store(line, DB_READ, err)) != NULL && run(line, &r, db, err);
	db_close(db);
	judges_done(&r.judges);
	buf_done(&r.out);
	arena_done(&r.arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_judges = {
    .name = "judges",
    .operands = "[JUDGE]",
    .help = "how far each judge can be trusted",
    .more =
        "A judge is a score's name and the model that gave it; code evaluators are tried likewise. The unit is the "
        "answer: equal\n"
        "answers to one case are one. People: human scores of the judge's own name; else verdicts given in spoor and "
        "human scores\n"
        "of a general name (human, rating, verdict, solved …), or --human NAME. Several people: the majority; ties and "
        "unsure drop.\n"
        "Kappa: agreement beyond chance (Cohen 1960), 1 is perfect, 0 is what chance gives. Flips: identical answers "
        "judged both ways.\n"
        "Length: Spearman's rho of its value with the length of the answer. --csv with a NAME: what to label next.",
    .over = FILTER_CASES,
    .columns = judge_columns,
    .min_args = 0,
    .max_args = 1,
    .options = judges_options,
    .run = judges_main,
};
