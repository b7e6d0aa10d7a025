/* SWE-bench: what the harness and its leaderboard write about a run. The harness: one logs/run_evaluation/RUN/MODEL/INSTANCE/report.json each,
 * and a summary MODEL.RUN.json of lists of instances; leaderboard submissions: SUBMISSION/logs/INSTANCE/report.json and results/results.json,
 * which names the resolved ones and those without an answer or a log, but no failed ones. Predictions are outputs without scores.
 * All of them are parts of a run's cases; names of folders and files say which run (run_of). The shares of tests passed are metadata, not
 * scores: an instance is resolved or it is not.
 * Sources: swebench/harness/reporting.py, grading.py (schema versions 1 and 2), run_evaluation.py; real files of one submission. */
#include <stdlib.h>

#include "import/eval.h"
#include "store/base/text.h"

enum { FAILING_TOLD = 20 };

static struct str with_slashes(struct str name, struct arena *arena)
{
	struct buf text = BUF_INIT;
	size_t at;
	while ((at = str_find(name, STR_LIT("__"))) != SIZE_MAX) {
		buf_add_str(&text, str_cut(name, 0, at));
		buf_add_char(&text, '/');
		name = str_from(name, at + 2);
	}
	buf_add_str(&text, name);
	struct str slashed = arena_str(arena, buf_str(&text));
	buf_done(&text);
	return slashed;
}

/* ---- which run */

/* Folders and files that every run calls alike. */
static bool is_common(struct str name)
{
	static const char *const names[] = {
	    "logs",       "log",          "results",     "result",         "report",
	    "reports",    "evaluation",   "evaluations", "run_evaluation", "final_report",
	    "all_preds",  "preds",        "predictions", "patches",        "evaluation_results",
	    "prediction", "eval_results", "trajs",       "output",         "outputs"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieq(name, names[i]))
			return true;
	return !name.len;
}

static struct str folder_of_run(const struct import *im, int up)
{
	struct str name;
	for (int i = up; i < up + 3; i++) {
		name = source_folder(im, i);
		if (!is_common(name))
			return name;
	}
	return STR_NONE;
}

struct where_from {
	struct str run, model;
};

/* A report lies in its instance's folder; the model's folder in a run's. */
static struct where_from run_of_report(const struct fields *f, struct str instance)
{
	struct str model = source_folder(f->im, 1), run = source_folder(f->im, 2), root = source_folder(f->im, 3);
	if (!str_eq(source_folder(f->im, 0), instance))
		return (struct where_from){folder_of_run(f->im, 0), STR_NONE};
	if (!is_common(model) && (str_is(root, "run_evaluation") || (str_is(root, "evaluation") && !is_common(run))))
		return (struct where_from){arena_printf(f->arena, STR_FMT "." STR_FMT, STR_ARG(model), STR_ARG(run)),
		                           with_slashes(model, f->arena)};
	return (struct where_from){folder_of_run(f->im, 1), STR_NONE};
}

static struct str run_of_file(const struct fields *f)
{
	struct str stem = source_stem(f->im);
	return is_common(stem) ? folder_of_run(f->im, 0) : stem;
}

static struct eval_run run_begin(struct str id)
{
	struct eval_run run = run_start("swe-bench");
	run.id = run.name = id;
	if (!id.len)
		run.id = STR_LIT("#run");
	return run;
}

static struct case_result case_begin(struct str run, struct str instance)
{
	struct case_result res = case_start("swe-bench");
	res.run_id = run;
	res.key = res.title = instance;
	res.part = true;
	return res;
}

static struct score resolved_score(bool resolved)
{
	struct score score = score_start("swe-bench");
	score.name = STR_LIT("resolved");
	score.value = resolved;
	score.label = resolved ? STR_LIT("true") : STR_LIT("false");
	score.pass = resolved;
	score.source = SOURCE_CODE;
	return score;
}

/* ---- report.json */

/* "FAIL_TO_PASS 0 of 2, PASS_TO_PASS 13 of 13", then those that failed. */
static struct str tests_told(const struct fields *f, struct val tests)
{
	struct buf text = BUF_INIT, failing = BUF_INIT;
	size_t told = 0, left = 0;
	for (struct member m = val_first(tests); m.ok && val_is(tests, SCAN_OBJECT); m = val_next(m)) {
		struct val failure = val_get(m.val, "failure");
		uint32_t passed = val_count(val_get(m.val, "success")), failed = val_count(failure);
		if (!passed && !failed)
			continue;
		buf_printf(&text, "%s" STR_FMT " %u of %u", text.len ? ", " : "", STR_ARG(member_key(m, f->arena)),
		           passed, passed + failed);
		for (struct member t = val_first(failure); t.ok; t = val_next(t)) {
			if (told++ < FAILING_TOLD)
				buf_printf(&failing, "\n" STR_FMT, STR_ARG(val_text(t.val, f->arena)));
			else
				left++;
		}
	}
	if (failing.len)
		buf_printf(&text, "\nfailed:" STR_FMT, STR_ARG(buf_str(&failing)));
	if (left)
		buf_printf(&text, "\nand %zu more", left);
	struct str kept = text.len ? arena_str(f->arena, buf_str(&text)) : STR_NONE;
	buf_done(&text);
	buf_done(&failing);
	return kept;
}

/* {"FAIL_TO_PASS":0.5,…}: the share of tests that passed. */
static struct str shares(const struct fields *f, struct val tests)
{
	struct buf json = BUF_INIT;
	for (struct member m = val_first(tests); m.ok && val_is(tests, SCAN_OBJECT); m = val_next(m)) {
		uint32_t passed = val_count(val_get(m.val, "success")),
		         all = passed + val_count(val_get(m.val, "failure"));
		if (!all)
			continue;
		buf_add_char(&json, json.len ? ',' : '{');
		scan_quote(&json, member_key(m, f->arena));
		buf_printf(&json, ":%.4g", (double)passed / all);
	}
	if (json.len)
		buf_add_char(&json, '}');
	struct str text = json.len ? arena_str(f->arena, buf_str(&json)) : STR_NONE;
	buf_done(&json);
	return text;
}

static void read_report(struct fields *f, struct str instance, struct val report)
{
	static const char *const mapped[] = {"resolved", "tests_status", "infra_failure_reason", NULL};
	struct where_from from = run_of_report(f, instance);
	struct eval_run run = run_begin(from.run);
	struct case_result res = case_begin(run.id, instance);
	bool resolved = false, infra = false;
	run.model = from.model;
	sink_run(f->im->sink, &run);
	bool known = field_bool(f, val_get(report, "resolved"), &resolved);
	struct score score = resolved_score(resolved);
	field_bool(f, val_get(report, "infra_failure"), &infra);
	res.status = infra ? CASE_ERROR : !known ? CASE_UNSCORED : resolved ? CASE_PASSED : CASE_FAILED;
	if (infra) {
		res.error = field_text(f, val_get(report, "infra_failure_reason"));
		if (!res.error.len)
			res.error = STR_LIT("infrastructure failure");
	}
	score.explanation = tests_told(f, val_get(report, "tests_status"));
	res.metadata =
	    json_joined(f->arena, fields_rest(f, report, mapped), shares(f, val_get(report, "tests_status")));
	if (known) {
		res.scores = &score;
		res.n_scores = 1;
	}
	sink_case(f->im->sink, &res);
}

/* ---- summaries: lists of instances */

/* The first that names an instance counts. */
static const struct list {
	const char *name;
	enum case_status status;
	const char *why;
	bool no_case;
} lists[] = {
    {"infra_failure_ids", CASE_ERROR,    "infrastructure failure",        false},
    {"error_ids",         CASE_ERROR,    "the evaluation ended in error", false},
    {"no_generation",     CASE_ERROR,    "no generation",                 false},
    {"no_logs",           CASE_ERROR,    "no logs",                       false},
    {"install_fail",      CASE_ERROR,    "the installation failed",       false},
    {"reset_failed",      CASE_ERROR,    "the repository's reset failed", false},
    {"test_errored",      CASE_ERROR,    "the tests ended in error",      false},
    {"test_timeout",      CASE_ERROR,    "the tests timed out",           false},
    {"resolved_ids",      CASE_PASSED,   NULL,                            false},
    {"resolved",          CASE_PASSED,   NULL,                            false},
    {"empty_patch_ids",   CASE_FAILED,   "empty patch",                   false},
    {"no_apply",          CASE_FAILED,   "the patch does not apply",      false},
    {"unresolved_ids",    CASE_FAILED,   "unresolved",                    false},
    {"completed_ids",     CASE_FAILED,   "completed, not resolved",       false},
    {"applied",           CASE_FAILED,   "applied, not resolved",         false},
    {"with_logs",         CASE_FAILED,   "has logs, not resolved",        false},
    {"generated",         CASE_FAILED,   "generated, not resolved",       false},
    {"incomplete_ids",    CASE_UNSCORED, "never tried",                   true },
    {"submitted_ids",     CASE_UNSCORED, NULL,                            false},
};

struct named {
	struct str instance;
	size_t list;
};

static int by_instance(const void *a, const void *b)
{
	const struct named *left = a, *right = b;
	int order = str_cmp(left->instance, right->instance);
	return order ? order : (left->list > right->list) - (left->list < right->list);
}

static size_t gather(const struct fields *f, struct val summary, struct named **out)
{
	size_t n = 0, cap = 0;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		cap += val_count(val_get(summary, lists[i].name));
	struct named *at = arena_alloc(f->arena, (cap + 1) * sizeof *at);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct val list = val_get(summary, lists[i].name);
		for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m))
			if (val_is(m.val, SCAN_STRING))
				at[n++] = (struct named){val_str(m.val, f->arena), i};
	}
	qsort(at, n, sizeof *at, by_instance);
	*out = at;
	return n;
}

static void tell_named(const struct fields *f, struct val summary, struct str run, const struct named *named)
{
	const struct list *list = &lists[named->list];
	struct case_result res = case_begin(run, named->instance);
	struct score score = resolved_score(list->status == CASE_PASSED);
	struct str reason = field_text(f, val_find(val_get(summary, "failure_reasons"), named->instance));
	res.status = list->status;
	if (list->status == CASE_ERROR)
		res.error =
		    reason.len ? arena_printf(f->arena, "%s: " STR_FMT, list->why, STR_ARG(reason)) : str_of(list->why);
	if (list->status == CASE_FAILED)
		res.metadata = arena_printf(f->arena, "{\"result\":\"%s\"}", list->why);
	if (list->status == CASE_FAILED && reason.len)
		score.explanation = reason;
	res.scores = &score;
	res.n_scores = list->status != CASE_UNSCORED;
	sink_case(f->im->sink, &res);
}

static struct str config_of(const struct fields *f, struct val summary)
{
	struct buf json = BUF_INIT;
	for (struct member m = val_first(summary); m.ok; m = val_next(m)) {
		bool listed = val_is(m.val, SCAN_NUMBER) && !val_str_is(m.key, "schema_version");
		for (size_t i = 0; i < sizeof lists / sizeof *lists && !listed; i++)
			listed = val_str_is(m.key, lists[i].name) && !lists[i].no_case;
		if (listed)
			continue;
		buf_add_char(&json, json.len ? ',' : '{');
		buf_add_str(&json, val_raw(m.key));
		buf_add_char(&json, ':');
		buf_add_str(&json, val_raw(m.val));
	}
	if (json.len)
		buf_add_char(&json, '}');
	struct str text = json.len ? arena_str(f->arena, buf_str(&json)) : STR_NONE;
	buf_done(&json);
	return text;
}

static void read_summary(struct fields *f, struct val summary)
{
	struct eval_run run = run_begin(run_of_file(f));
	struct metric_list metrics = {0};
	struct named *named;
	size_t n = gather(f, summary, &named);
	for (struct member m = val_first(summary); m.ok; m = val_next(m)) {
		double value;
		if (val_is(m.val, SCAN_NUMBER) && val_double(m.val, &value) && !val_str_is(m.key, "schema_version"))
			metric_add(&metrics, f->arena, member_key(m, f->arena), value);
	}
	run_take_metrics(&run, &metrics);
	run.config = config_of(f, summary);
	sink_run(f->im->sink, &run);
	for (size_t i = 0; i < n; i++)
		if ((i == 0 || !str_eq(named[i].instance, named[i - 1].instance)) && !lists[named[i].list].no_case)
			tell_named(f, summary, run.id, &named[i]);
}

/* ---- predictions */

static void read_prediction(struct fields *f, struct str instance, struct val v)
{
	static const char *const mapped[] = {"instance_id", "model_patch", NULL};
	struct eval_run run = run_begin(run_of_file(f));
	struct case_result res = case_begin(run.id, instance);
	run.model = field_text(f, val_get(v, "model_name_or_path"));
	sink_run(f->im->sink, &run);
	res.output = val_text(val_get(v, "model_patch"), f->arena); /* an empty one is an answer, too */
	res.metadata = fields_rest(f, v, mapped);
	sink_case(f->im->sink, &res);
}

/* ---- records */

static bool is_list(struct val v, const char *name)
{
	return val_is(val_get(v, name), SCAN_ARRAY);
}

static bool is_summary(struct val v)
{
	return (is_list(v, "resolved_ids") &&
	        (is_list(v, "completed_ids") || is_list(v, "submitted_ids") || is_list(v, "unresolved_ids"))) ||
	       (is_list(v, "resolved") && (is_list(v, "no_generation") || is_list(v, "no_logs")));
}

static bool is_report(struct val v)
{
	return val_get(v, "resolved").scan && !val_is(val_get(v, "resolved"), SCAN_ARRAY) &&
	       (val_get(v, "patch_successfully_applied").scan || val_get(v, "tests_status").scan);
}

static bool is_prediction(struct val v)
{
	return val_is(v, SCAN_OBJECT) && val_get(v, "model_patch").scan;
}

/* Instances by name: each its report, or its prediction. false: none in it. */
static bool read_named(struct fields *f, struct val v)
{
	bool any = false;
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_OBJECT); m = val_next(m)) {
		if (is_report(m.val))
			read_report(f, member_key(m, f->arena), m.val);
		else if (is_prediction(m.val))
			read_prediction(f, member_key(m, f->arena), m.val);
		else
			continue;
		any = true;
	}
	return any;
}

static bool swe_bench_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	struct val v = rec->root;
	(void)err;
	if (is_prediction(v) && val_ok(val_get(v, "instance_id")))
		read_prediction(&f, field_text(&f, val_get(v, "instance_id")), v);
	else if (is_report(v) && val_ok(val_get(v, "instance_id")))
		read_report(&f, field_text(&f, val_get(v, "instance_id")), v);
	else if (is_summary(v))
		read_summary(&f, v);
	else if (!read_named(&f, v))
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither a summary nor an instance's report or prediction");
	fields_done(&f);
	return true;
}

/* ---- detection */

static int swe_bench_probe(const struct sample *sample, const char **why)
{
	struct val v = sample->n_values ? sample->values[0] : VAL_NONE;
	struct member first = val_first(v);
	*why = "no instance with a report, no lists of resolved instances";
	if (str_is(sample->conversion, "csv") || !val_is(v, SCAN_OBJECT))
		return 0;
	if (is_summary(v)) {
		*why = "lists of resolved and other instances";
		return 95;
	}
	if (is_list(v, "completed_ids") && val_is(val_get(v, "resolved_instances"), SCAN_NUMBER)) {
		*why = "completed_ids and resolved_instances";
		return 93;
	}
	if (val_get(v, "instance_id").scan && (is_prediction(v) || is_report(v))) {
		*why = "instance_id with model_patch or resolved";
		return 94;
	}
	if (first.ok && val_is(first.val, SCAN_OBJECT) &&
	    ((is_report(first.val) &&
	      (val_get(first.val, "patch_successfully_applied").scan || val_get(first.val, "patch_exists").scan)) ||
	     (is_prediction(first.val) && val_get(first.val, "model_name_or_path").scan))) {
		*why = "instances by name, with patch_successfully_applied and resolved, or model_patch";
		return 94;
	}
	return 0;
}

const struct format format_swe_bench = {
    .name = "swe-bench",
    .title = "SWE-bench reports, summaries, predictions",
    .spec_url = "https://www.swebench.com/SWE-bench/reference/harness/",
    .how = "resolved_ids with submitted_ids, resolved with no_logs, an instance with its report, or instance_id with "
           "model_patch",
    .fills = "a run for each folder of results, a case for each instance, joined from all of its files",
    .example =
        "{\"astropy__astropy-12907\":{\"patch_successfully_applied\":true,\"resolved\":false,\"tests_status\":{…}}}",
    .seen = "reports and results.json real; summaries and predictions as the harness writes them",
    .placed = true,
    .probe = swe_bench_probe,
    .record = swe_bench_record,
};
