/* spoor gate RUN: options and gate file to limits, the answer as exit code; --json. How it looks is gate_text.c, gate_junit.c. */
#include "tui/cmd/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "tui/cmd/cmds.h"

enum { CASES_SHOWN = 10 };

/* clang-format off */
static const struct option_row gate_options[] = {
	{"baseline", 'b', OPTION_TEXT, "RUN", "compare with this run; previous: the newest earlier one of its dataset"},
	{"file", 'f', OPTION_TEXT, "FILE", "limits from a gate file (spoor help gate-file; else $SPOOR_GATE); options go before it"},
	{"pass-rate", 0, OPTION_TEXT, "SHARE", "at least so many of the cases pass: 85% or 0.85"},
	{"strict", 0, OPTION_FLAG, NULL, "a limit holds only if the whole 95% interval is within it"},
	{"margin", 0, OPTION_TEXT, "X", "rates and scores: the smallest loss that matters; what cannot be told from it is too few"},
	{"min-cases", 0, OPTION_TEXT, "N", "fewer cases are too few (50)"},
	{"tolerate", 0, OPTION_TEXT, "METRIC,…", "metrics that may get worse: cost_usd_per_case, latency_p50_ns, a score …"},
	{"max-lost", 0, OPTION_TEXT, "N", "at most N cases that passed in the baseline fail"},
	{"max-new-errors", 0, OPTION_TEXT, "N", "at most N cases end in an error that did not in the baseline (0)"},
	{"p50", 0, OPTION_TEXT, "TIME", "half of the results take at most so long: 4s, 800ms"},
	{"p95", 0, OPTION_TEXT, "TIME", "19 of 20 results take at most so long"},
	{"cost", 0, OPTION_TEXT, "USD", "a task costs at most so much, now and at --volume"},
	{"volume", 0, OPTION_TEXT, "N", "the volume the cost is foreseen for: N times the tasks (10)"},
	{"tasks", 0, OPTION_TEXT, "N", "tasks of the present volume (the run's cases)"},
	{"traces", 0, OPTION_FLAG, NULL, "every result is linked to a trace in the store"},
	{"max-age", 0, OPTION_TEXT, "TIME", "the run is not older than this, or any (7d)"},
	{"must-pass", 0, OPTION_TEXT, "FILTER", "every result of these cases passes: red-team cases"},
	{"min-repeats", 0, OPTION_TEXT, "N", "every case has N repeats, and holds if they pass"},
	{"pass-of", 0, OPTION_TEXT, "K", "… if K of the N pass"},
	{"drift", 0, OPTION_FLAG, NULL, "the run is not below the band of the earlier runs of its dataset"},
	{"repeats", 0, OPTION_TEXT, "mean|majority", "repeats of a case: their mean (the default), or the majority's verdict"},
	{"seed", 0, OPTION_INT, "N", "seed of the resampling"},
	{"limit", 'n', OPTION_INT, "N", "at most N cases of each class in --markdown, of each check as text (10)"},
	{"markdown", 0, OPTION_FLAG, NULL, "for a pull request"},
	{"junit", 0, OPTION_FLAG, NULL, "JUnit XML: a testcase for each check"},
	{"print-file", 0, OPTION_FLAG, NULL, "write a gate file with every key, to begin with"},
	{.name = NULL},
};
/* clang-format on */

/* ---------------------------------------------------------------- --json */

static const char *unit_name(enum gate_unit unit)
{
	static const char *const names[N_GATE_UNITS] = {
	    [GATE_COUNT] = "count", [GATE_RATE] = "share", [GATE_POINTS] = "share_difference",
	    [GATE_NS] = "ns",       [GATE_USD] = "usd",    [GATE_SCORE] = "score",
	    [GATE_AGE] = "ns",
	};
	return names[unit];
}

/* Counts and ns are whole numbers. */
static void figure_json(struct jout *j, const char *key, enum gate_unit unit, double figure)
{
	bool whole = unit == GATE_COUNT || unit == GATE_NS || unit == GATE_AGE;
	if (whole && !IS_UNKNOWN(figure) && figure > -9e15 && figure < 9e15)
		jout_int(j, key, (int64_t)(figure < 0 ? figure - 0.5 : figure + 0.5));
	else
		jout_double(j, key, figure);
}

static void check_json(struct jout *j, const struct gate_check *c)
{
	jout_object(j, NULL);
	jout_str(j, "name", c->name);
	jout_str(j, "title", c->title);
	jout_cstr(j, "status", gate_status_name(c->status));
	figure_json(j, "value", c->unit, c->value);
	figure_json(j, "limit", c->unit, c->limit);
	jout_cstr(j, "limit_is", IS_UNKNOWN(c->limit) ? NULL : c->at_most ? "most" : "least");
	jout_cstr(j, "unit", unit_name(c->unit));
	jout_str(j, "reason", c->reason);
	jout_double(j, "low", c->low);
	jout_double(j, "high", c->high);
	jout_double(j, "a", c->before);
	jout_double(j, "b", c->after);
	jout_double(j, "p_holm", c->p);
	jout_int(j, "n", c->n);
	jout_int(j, "cases_more", c->more);
	jout_double(j, "smallest_detectable", c->detectable);
	jout_array(j, "cases");
	for (size_t i = 0; i < c->n_cases; i++) {
		jout_object(j, NULL);
		jout_str(j, "key", c->cases[i].key);
		jout_str(j, "title", c->cases[i].title);
		jout_end(j);
	}
	jout_end(j);
	jout_int(j, "cases_total", c->all_cases);
	jout_end(j);
}

static void classes_json(struct jout *j, const struct gate *g)
{
	if (!g->has_baseline) {
		jout_null(j, "cases");
		return;
	}
	jout_object(j, "cases");
	jout_int(j, "paired", g->compare.paired);
	for (int i = 0; i < N_CLASSES; i++)
		jout_int(j, case_class_name((enum case_class)i), g->compare.count[i]);
	jout_end(j);
}

void gate_json(struct gate_out *o)
{
	const struct gate *g = &o->g;
	struct jout j;
	jout_init(&j, &o->text, false);
	jout_object(&j, NULL);
	jout_cstr(&j, "answer", gate_answer_name(g->answer));
	jout_str(&j, "sentence", g->sentence);
	jout_str(&j, "settle", g->settle);
	jout_str(&j, "evidence", g->evidence);
	jout_str(&j, "file", o->limits.file);
	jout_object(&j, "run");
	out_members(&j, run_columns, &g->run);
	jout_end(&j);
	if (g->has_baseline) {
		jout_object(&j, "baseline");
		out_members(&j, run_columns, &g->compare.a);
		jout_end(&j);
	} else {
		jout_null(&j, "baseline");
	}
	jout_object(&j, "counts");
	jout_int(&j, "pass", g->count[GATE_PASS]);
	jout_int(&j, "fail", g->count[GATE_FAIL]);
	jout_int(&j, "too_few", g->count[GATE_TOO_FEW]);
	jout_int(&j, "skipped", g->count[GATE_SKIPPED]);
	jout_end(&j);
	classes_json(&j, g);
	jout_array(&j, "checks");
	for (size_t i = 0; i < g->n_checks; i++)
		check_json(&j, &g->checks[i]);
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&o->text, '\n');
}

/* ---------------------------------------------------------------- limits */

static bool take_flags(const struct command_line *line, int64_t now_ns, struct arena *arena, struct gate_limits *limits,
                       struct err *err)
{
	static const char *const flags[][2] = {
	    {"baseline",       "baseline"      },
	    {"pass-rate",      "pass_rate"     },
	    {"margin",         "margin"        },
	    {"min-cases",      "min_cases"     },
	    {"tolerate",       "tolerate"      },
	    {"max-lost",       "max_lost"      },
	    {"max-new-errors", "max_new_errors"},
	    {"p50",            "latency_p50"   },
	    {"p95",            "latency_p95"   },
	    {"cost",           "cost_per_task" },
	    {"volume",         "volume"        },
	    {"tasks",          "tasks"         },
	    {"max-age",        "max_age"       },
	    {"must-pass",      "must_pass"     },
	    {"min-repeats",    "repeats.min"   },
	    {"pass-of",        "repeats.pass"  },
	};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		const char *value = cmd_option(line, flags[i][0]);
		char flag[40];
		snprintf(flag, sizeof flag, "--%s", flags[i][0]);
		if (value && !gate_limit_set(limits, flags[i][1], flag, str_of(value), now_ns, arena, err))
			return false;
	}
	limits->strict = limits->strict || cmd_flag(line, "strict");
	limits->traces = limits->traces || cmd_flag(line, "traces");
	limits->drift = limits->drift || cmd_flag(line, "drift");
	if (limits->repeats_pass != UNKNOWN_INT && limits->repeats == UNKNOWN_INT)
		return err_set(err, ERR_USAGE, NULL, "--pass-of K needs --min-repeats N");
	if (limits->repeats != UNKNOWN_INT && limits->repeats_pass != UNKNOWN_INT &&
	    limits->repeats_pass > limits->repeats)
		return err_set(err, ERR_USAGE, NULL, "--pass-of is more than --min-repeats");
	return true;
}

/* Each mistake of a gate file on a line of its own; as JSON there is one message, with the first of them. */
static bool read_file(const struct command_line *line, int64_t now_ns, struct arena *arena, struct gate_limits *limits,
                      struct err *err)
{
	const char *file = cmd_option(line, "file"), *set = getenv("SPOOR_GATE");
	if (!file && set && *set)
		file = set; /* what the release sheet goes by */
	struct buf mistakes = BUF_INIT;
	if (!file)
		return true;
	bool ok = gate_file_load(file, now_ns, arena, limits, &mistakes, err);
	size_t n = 0;
	struct str rest = buf_str(&mistakes), part;
	bool json = cmd_flag(line, "json");
	while (!ok && !json && str_split(&rest, '\n', &part)) {
		if (!part.len)
			continue;
		n++;
		clean_fput(stderr, part);
		fputc('\n', stderr);
	}
	if (n)
		err_set(err, ERR_USAGE, NULL, "%zu %s in the gate file", n, n == 1 ? "mistake" : "mistakes");
	buf_done(&mistakes);
	return ok;
}

static bool read_options(const struct command_line *line, struct gate_out *o, struct gate_opts *opts,
                         struct arena *arena, struct err *err)
{
	const char *repeats = cmd_option(line, "repeats");
	int64_t seed;
	out_init(&o->out, line);
	*opts = (struct gate_opts){.now_ns = o->out.now_ns};
	gate_limits_init(&o->limits);
	if (line->n_args != 1)
		return err_set(err, ERR_USAGE, NULL, "spoor gate needs a RUN");
	if (!cmd_int(line, "seed", 0, &seed, err) || !cmd_int(line, "limit", CASES_SHOWN, &o->shown, err))
		return false;
	opts->seed = (uint64_t)seed;
	opts->majority = repeats && strcmp(repeats, "majority") == 0;
	if (repeats && !opts->majority && strcmp(repeats, "mean") != 0)
		return err_set(err, ERR_USAGE, NULL, "--repeats is mean or majority, not %.60s", repeats);
	if (o->shown < 0)
		return err_set(err, ERR_USAGE, NULL, "--limit cannot be negative");
	if (cmd_flag(line, "json") + cmd_flag(line, "junit") + cmd_flag(line, "markdown") > 1)
		return err_set(err, ERR_USAGE, NULL, "only one of --json, --junit and --markdown");
	return read_file(line, opts->now_ns, arena, &o->limits, err) &&
	       take_flags(line, opts->now_ns, arena, &o->limits, err);
}

/* ---------------------------------------------------------------- the command */

static bool judge(const struct command_line *line, const struct gate_opts *opts, struct gate_out *o, struct err *err)
{
	int64_t run, baseline;
	struct db *db = cmd_store(line, DB_READ, err);
	bool ok = db && db_begin_read(db, err);
	if (ok) {
		ok = runs_find(db, str_of(line->args[0]), &run, err) &&
		     gate_baseline(db, run, &o->limits, &baseline, err) &&
		     gate_judge(db, run, baseline, &o->limits, opts, &o->g, err);
		db_end_read(db);
	}
	db_close(db);
	return ok;
}

static int print_file(struct err *err)
{
	struct buf text = BUF_INIT;
	gate_file_example(&text);
	bool ok = out_flush(&text, err);
	buf_done(&text);
	return ok ? 0 : err_exit_code(err->code);
}

static int gate_main(const struct command_line *line, struct err *err)
{
	struct gate_out o = {.text = BUF_INIT};
	struct gate_opts opts;
	struct arena arena = ARENA_INIT;
	if (cmd_flag(line, "print-file"))
		return print_file(err);
	bool ok = read_options(line, &o, &opts, &arena, err) && judge(line, &opts, &o, err);
	if (ok && o.out.form == OUT_JSON_)
		gate_json(&o);
	else if (ok && cmd_flag(line, "junit"))
		gate_junit(&o);
	else if (ok && o.out.form == OUT_MARKDOWN)
		gate_markdown(&o);
	else if (ok)
		gate_text(&o);
	ok = ok && out_flush(&o.text, err);
	int code = ok ? gate_exit_code(o.g.answer) : err_exit_code(err->code);
	gate_done(&o.g);
	buf_done(&o.text);
	arena_done(&arena);
	return code;
}

const struct command command_gate = {
    .name = "gate",
    .operands = "RUN",
    .help = "ship, hold or not enough evidence, point by point",
    .more =
        "RUN and the baseline are each " RUN_NAMES ".\n"
        "A check passes, fails, is too few (it was asked for and these cases cannot tell) or skipped (nobody asked).\n"
        "A figure beyond its limit fails; one within it passes, with --strict only if its whole 95% interval is.\n"
        "A metric fails against the baseline if it is significantly worse, corrected over all metrics.\n"
        "Exit code: 1 if any check fails (hold), else 5 if any is too few (not enough evidence), else 0 (ship).",
    .over = FILTER_CASES,
    .min_args = 0,
    .max_args = 1,
    .options = gate_options,
    .run = gate_main,
};
